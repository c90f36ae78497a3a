/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/h5store.h"
#include "io/alone.h"
#include "io/file_lock.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A change of committed bytes. */
struct change {
    haddr_t address;
    size_t size;
    H5FD_mem_t type;
    bool held; /* a node that lost entries: readers may still look for them there */
    unsigned char *bytes;
};

struct h5store {
    int fd;
    haddr_t committed; /* end of the last commit */
    haddr_t end;       /* of what HDF5 has allocated */
    haddr_t last;
    struct change *change; /* [changes] */
    size_t changes, room;
    int failure; /* errno; nothing is written any more */
};

enum {
    SUPERBLOCK_VERSION = 8, /* its byte in the file */
    SUPERBLOCK_END = 40,    /* end of the file, in superblock 0 */
    NODE_HEAD = 24,         /* of a B-tree: signature, type, level, entries, two siblings */
    NODE_TYPE = 4,
    NODE_LEVEL = 5,
    NODE_ENTRIES = 6,
    NODE_SIBLINGS = 8,  /* two addresses: on the way to none of the entries */
    NODE_CAPACITY = 64, /* 2K of superblock 0 */
    NODE_ROOT = 256,    /* bytes of a root with two entries, at most */
    PAGE = 4096,        /* the smallest on Linux */
    HEADER_GAP = 8,
};

/* ---------------------------------------------------------------- bytes */

static void store_fail(struct h5store *s, int reason) {
    if (s->failure == 0) s->failure = reason != 0 ? reason : EIO;
}

static void put(struct h5store *s, const unsigned char *bytes, size_t size, haddr_t at) {
    while (size > 0 && s->failure == 0) {
        const ssize_t n = pwrite(s->fd, bytes, size, (off_t)at);
        if (n > 0)
            bytes += n, size -= (size_t)n, at += (haddr_t)n;
        else if (n == 0 || errno != EINTR)
            store_fail(s, n == 0 ? ENOSPC : errno);
    }
}

/* What lies behind the end of the file reads as zeros. */
static int get(const struct h5store *s, unsigned char *bytes, size_t size, haddr_t at) {
    while (size > 0) {
        const ssize_t n = pread(s->fd, bytes, size, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        if (n == 0) return memset(bytes, 0, size), 0;
        bytes += n, size -= (size_t)n, at += (haddr_t)n;
    }
    return 0;
}

static haddr_t file_size(const struct h5store *s) {
    struct stat found;
    return fstat(s->fd, &found) == 0 ? (haddr_t)found.st_size : 0;
}

static void set_size(struct h5store *s, haddr_t size) {
    while (ftruncate(s->fd, (off_t)size) != 0 && s->failure == 0)
        if (errno != EINTR) store_fail(s, errno);
}

/* ---------------------------------------------------------------- changes */

static struct change *change_add(struct h5store *s, haddr_t address, size_t size) {
    struct error err;
    struct change *wider = array_grow(s->change, s->changes, &s->room, sizeof *wider, &err);
    if (wider == NULL) return NULL;
    s->change = wider;
    unsigned char *bytes = malloc(size); /* all of it is set */
    if (bytes == NULL) return NULL;
    s->change[s->changes] =
        (struct change){.address = address, .size = size, .bytes = bytes};
    return &s->change[s->changes++];
}

/* The change of exactly these bytes, if there is one. */
static struct change *change_find(struct h5store *s, haddr_t address, size_t size) {
    for (size_t k = 0; k < s->changes; k++)
        if (s->change[k].address == address && s->change[k].size == size)
            return &s->change[k];
    return NULL;
}

static void change_store(struct h5store *s, H5FD_mem_t type, haddr_t address, size_t size,
                         const void *bytes) {
    struct change *c = change_find(s, address, size);
    if (c == NULL) c = change_add(s, address, size);
    if (c != NULL)
        c->type = type, memcpy(c->bytes, bytes, size);
    else
        store_fail(s, ENOMEM);
}

/* Bytes as HDF5 believes they are: those of the file under those of the changes. */
static int store_read(const struct h5store *s, haddr_t address, size_t size,
                      unsigned char *bytes) {
    const int reason = get(s, bytes, size, address);
    for (size_t k = 0; k < s->changes; k++) {
        const struct change *c = &s->change[k];
        const haddr_t from = c->address > address ? c->address : address;
        const haddr_t mine = c->address + c->size, theirs = address + size;
        const haddr_t to = mine < theirs ? mine : theirs;
        if (from < to)
            memcpy(bytes + (from - address), c->bytes + (from - c->address), to - from);
    }
    return reason;
}

static void store_write(struct h5store *s, H5FD_mem_t type, haddr_t address, size_t size,
                        const void *bytes) {
    if (s->failure != 0) return;
    if (address >= s->committed)
        put(s, bytes, size, address);
    else
        change_store(s, type, address, size, bytes);
}

static void forget_changes(struct h5store *s) {
    for (size_t k = 0; k < s->changes; k++)
        free(s->change[k].bytes);
    s->changes = 0;
}

/* ---------------------------------------------------------------- index nodes */

/* A node of the index of chunks holds key, child, key, ..., child, key; `used` bytes of the
 * block mean something. entries is 0 for any other block. */
struct node {
    size_t entries, used, pair; /* pair: bytes of a key and a child */
    int level;
};

static struct node node_read(const unsigned char *bytes, size_t size) {
    const size_t keys = NODE_CAPACITY + 1, room = size - NODE_HEAD - 8 * NODE_CAPACITY;
    struct node n = {.used = size};
    if (size < NODE_HEAD + 8 * NODE_CAPACITY + keys || room % keys != 0 ||
        memcmp(bytes, "TREE", 4) != 0 || bytes[NODE_TYPE] != 1)
        return n;
    n.entries = bytes[NODE_ENTRIES] + 256u * bytes[NODE_ENTRIES + 1];
    n.level = bytes[NODE_LEVEL];
    n.pair = room / keys + 8;
    if (n.entries > NODE_CAPACITY) return (struct node){.used = size};
    n.used = NODE_HEAD + n.entries * n.pair + (n.pair - 8);
    return n;
}

/* Entries were added behind the others: they come first, then the head, which counts them.
 * Anything else that changes a node is one write. */
static void node_replace(struct h5store *s, struct change *c, const unsigned char *old) {
    const struct node before = node_read(old, c->size),
                      after = node_read(c->bytes, c->size);
    const size_t common = NODE_HEAD + before.entries * before.pair;
    const bool same_kind = before.entries > 0 && before.level == after.level;
    c->held = same_kind && after.entries < before.entries;
    if (c->held)
        put(s, c->bytes + NODE_SIBLINGS, NODE_HEAD - NODE_SIBLINGS,
            c->address + NODE_SIBLINGS);
    else if (same_kind && after.entries > before.entries &&
             memcmp(old + NODE_HEAD, c->bytes + NODE_HEAD, common - NODE_HEAD) == 0) {
        put(s, c->bytes + common, after.used - common, c->address + common);
        put(s, c->bytes, NODE_HEAD, c->address);
    } else {
        put(s, c->bytes, after.used, c->address);
    }
}

static void node_write(struct h5store *s, struct change *c) {
    unsigned char *old = malloc(c->size);
    const int reason = old == NULL ? ENOMEM : get(s, old, c->size, c->address);
    if (reason == 0)
        node_replace(s, c, old);
    else
        store_fail(s, reason);
    free(old);
}

/* ---------------------------------------------------------------- commits */

/* In which order changes are written. */
static int rank(const struct h5store *s, const struct change *c) {
    if (c->address == s->last) return 4;
    if (c->type == H5FD_MEM_SUPER) return 0;
    if (c->type == H5FD_MEM_DRAW) return 1;
    return c->type == H5FD_MEM_BTREE ? 2 : 3;
}

static bool has_default_nodes(const struct h5store *s) {
    unsigned char version = 255;
    return get(s, &version, 1, SUPERBLOCK_VERSION) == 0 && version == 0;
}

static void write_changes(struct h5store *s) {
    const bool nodes = has_default_nodes(s);
    for (int r = 0; r <= 4; r++)
        for (size_t k = 0; k < s->changes; k++) {
            struct change *c = &s->change[k];
            if (rank(s, c) != r) continue;
            if (nodes && c->type == H5FD_MEM_BTREE)
                node_write(s, c);
            else
                put(s, c->bytes, c->size, c->address);
        }
}

/* Those that were held stay. */
static void drop_written(struct h5store *s) {
    size_t kept = 0;
    for (size_t k = 0; k < s->changes; k++)
        if (s->change[k].held)
            s->change[kept++] = s->change[k];
        else
            free(s->change[k].bytes);
    s->changes = kept;
}

int h5store_commit(struct h5store *s) {
    if (s->failure == 0 && file_size(s) < s->end) set_size(s, s->end);
    if (s->failure != 0) return s->failure;
    s->committed = s->end; /* from here on the superblock may say so */
    write_changes(s);
    if (s->failure == 0) drop_written(s);
    return s->failure;
}

void h5store_stop(struct h5store *s) {
    store_fail(s, ECANCELED);
}

void h5store_last(struct h5store *s, haddr_t address) {
    s->last = address;
}

void h5store_rollback(struct h5store *s) {
    const haddr_t size = file_size(s);
    forget_changes(s);
    s->failure = 0;
    if (size > s->committed) set_size(s, s->committed);
    s->failure = 0;
}

/* ---------------------------------------------------------------- opening and closing */

static struct h5store *store_create(const char *path, const char *name, bool create,
                                    struct error *err) {
    struct h5store *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->last = HADDR_UNDEF;
    if ((s->fd = file_open_locked(path, create)) >= 0) return s;
    if (errno == EWOULDBLOCK)
        fail(err, ERROR_FILE, "%s is being written by another run", name);
    else
        fail(err, ERROR_FILE, "%s: cannot be %s: %s", name, create ? "created" : "opened",
             strerror(errno));
    free(s);
    return NULL;
}

struct h5store *h5store_create(const char *path, const char *name, struct error *err) {
    struct h5store *s = store_create(path, name, true, err);
    if (s != NULL) set_size(s, 0);
    return s;
}

struct h5store *h5store_create_in_memory(const char *name, struct error *err) {
    struct h5store *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->last = HADDR_UNDEF;
    if ((s->fd = memfd_create(name, MFD_CLOEXEC)) >= 0) return s;
    fail(err, errno == ENOMEM ? ERROR_MEMORY : ERROR_FILE,
         "%s: no room in memory for the results: %s", name, strerror(errno));
    free(s);
    return NULL;
}

/* The end of the file as superblock 0 has it can be behind the last write of a killed
 * program of old; all that is there belongs to the file. */
static void correct_end(struct h5store *s) {
    static const unsigned char signature[9] = {0x89, 'H',  'D',  'F', '\r',
                                               '\n', 0x1A, '\n', 0 /* version */};
    unsigned char head[SUPERBLOCK_END + 8], end[8];
    for (int k = 0; k < 8; k++)
        end[k] = (unsigned char)(s->end >> 8 * k);
    if (s->end < sizeof head || get(s, head, sizeof head, 0) != 0 ||
        memcmp(head, signature, sizeof signature) != 0 ||
        memcmp(head + SUPERBLOCK_END, end, 8) == 0)
        return;
    memcpy(head + SUPERBLOCK_END, end, 8);
    change_store(s, H5FD_MEM_SUPER, 0, sizeof head, head);
}

struct h5store *h5store_open(const char *path, struct error *err) {
    struct h5store *s = store_create(path, path, false, err);
    if (s == NULL) return NULL;
    s->end = s->committed = file_size(s);
    correct_end(s);
    return s;
}

void h5store_settle(struct h5store *s) {
    for (size_t k = 0; k < s->changes && s->failure == 0; k++)
        put(s, s->change[k].bytes, s->change[k].size, s->change[k].address);
    if (s->failure == 0) forget_changes(s);
}

int h5store_close(struct h5store *s) {
    if (s == NULL) return 0;
    const int failure = h5store_commit(s);
    h5store_rollback(s);
    const bool closed = close(s->fd) == 0;
    const int reason = failure != 0 ? failure : closed ? 0 : errno;
    free(s->change);
    free(s);
    return reason;
}

/* ---------------------------------------------------------------- as a driver of HDF5 */

struct driver {
    H5FD_t base; /* HDF5's own part comes first */
    struct h5store *store;
};

struct driver_info {
    struct h5store *store;
};

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t most) {
    (void)name, (void)flags, (void)most;
    const struct driver_info *info = H5Pget_driver_info(access);
    struct driver *d = calloc(1, sizeof *d);
    if (d == NULL || info == NULL) return free(d), NULL;
    d->store = info->store;
    return &d->base;
}

static struct h5store *store_of(const H5FD_t *file) {
    return ((const struct driver *)(const void *)file)->store;
}

static herr_t driver_close(H5FD_t *file) {
    free(file);
    return 0;
}

static herr_t driver_query(const H5FD_t *file, unsigned long *flags) {
    (void)file;
    *flags = 0; /* no gathering of blocks: each has a type and an address of its own */
    return 0;
}

/* The bytes of a block that must be written as one: an object header, which has a checksum;
 * the head of a node with the few entries of a new root. */
static haddr_t written_as_one(H5FD_mem_t type, hsize_t size) {
    if (type == H5FD_MEM_OHDR) return size;
    if (type != H5FD_MEM_BTREE) return 1;
    return size < NODE_ROOT ? size : NODE_ROOT;
}

/* New space. A process that is killed inside a write has written whole pages of it: what must
 * be written as one stands in one page. An object header does not grow into the next one
 * either: the gap behind it makes HDF5 put the rest elsewhere. */
static haddr_t driver_allocate(H5FD_t *file, H5FD_mem_t type, hid_t transfer,
                               hsize_t size) {
    (void)transfer;
    struct h5store *s = store_of(file);
    const haddr_t last = s->end + written_as_one(type, size) - 1;
    if (s->end / PAGE != last / PAGE) s->end = last / PAGE * PAGE;
    const haddr_t at = s->end;
    s->end += size + (type == H5FD_MEM_OHDR ? HEADER_GAP : 0);
    return at;
}

static haddr_t driver_get_end(const H5FD_t *file, H5FD_mem_t type) {
    (void)type;
    return store_of(file)->end;
}

static herr_t driver_set_end(H5FD_t *file, H5FD_mem_t type, haddr_t address) {
    (void)type;
    store_of(file)->end = address;
    return 0;
}

static haddr_t driver_get_size(const H5FD_t *file, H5FD_mem_t type) {
    (void)type;
    const struct h5store *s = store_of(file);
    const haddr_t size = file_size(s);
    return size > s->end ? size : s->end;
}

static herr_t driver_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                          size_t size, void *bytes) {
    (void)type, (void)transfer;
    return store_read(store_of(file), address, size, bytes) == 0 ? 0 : -1;
}

static herr_t driver_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address,
                           size_t size, const void *bytes) {
    (void)transfer;
    store_write(store_of(file), type, address, size, bytes);
    return 0;
}

static const H5FD_class_t driver_class = {
    .name = "fokker_store",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct driver_info),
    .open = driver_open,
    .close = driver_close,
    .query = driver_query,
    .alloc = driver_allocate,
    .get_eoa = driver_get_end,
    .set_eoa = driver_set_end,
    .get_eof = driver_get_size,
    .read = driver_read,
    .write = driver_write,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

bool h5store_use(struct h5store *s, hid_t access) {
    static hid_t driver = H5I_INVALID_HID;
    const struct driver_info info = {s};
    alone_begin();
    if (driver < 0 || H5Iis_valid(driver) <= 0) driver = H5FDregister(&driver_class);
    const hid_t known = driver;
    alone_end();
    return known >= 0 && H5Pset_driver(access, known, &info) >= 0;
}
