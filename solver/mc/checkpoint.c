/* SPDX-License-Identifier: GPL-3.0-or-later
 * struct walkers <-> file. */
#include "solver/mc/checkpoint.h"
#include "io/part.h"
#include "solver/mc/hash.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VERSION = 2, HAS_VELOCITY = 1, HAS_EXITS = 2, HAS_WORK = 4 };
static const char magic[] = "fokkerMC";
enum { MAGIC = 8 };

struct header {
    char magic[MAGIC];
    uint32_t version, byte_order; /* 0x01020304 as this machine has it */
    uint32_t dims, arrays;        /* HAS_... */
    uint64_t count, step;
    double time;
    struct walkers_clock clock;
    uint64_t seed, stream, configuration;
};

/* CRC-32 (IEEE 802.3), a nibble at a time. */
static uint32_t crc_add(uint32_t crc, const void *data, size_t bytes) {
    static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
                                       0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                                       0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                       0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
    const unsigned char *byte = data;
    crc = ~crc;
    for (size_t i = 0; i < bytes; i++) {
        crc = table[(crc ^ byte[i]) & 15] ^ (crc >> 4);
        crc = table[(crc ^ (byte[i] >> 4)) & 15] ^ (crc >> 4);
    }
    return ~crc;
}

/* A file that is written or read through its checksum; the first failure sticks. */
struct stream {
    FILE *file;
    uint32_t crc;
    bool ok;
};

static void put(struct stream *s, const void *data, size_t bytes) {
    s->crc = crc_add(s->crc, data, bytes);
    s->ok = s->ok && fwrite(data, 1, bytes, s->file) == bytes;
}

static void get(struct stream *s, void *data, size_t bytes) {
    s->ok = s->ok && fread(data, 1, bytes, s->file) == bytes;
    if (s->ok) s->crc = crc_add(s->crc, data, bytes);
}

/* The arrays in the file's order, through put or get; the surplus lanes stay out. */
static void each_array(struct stream *s, const struct walkers *w,
                       void (*move)(struct stream *, double *, size_t)) {
    const size_t bytes = w->count * sizeof(double);
    for (int d = 0; d < w->dims; d++) {
        move(s, w->x[d], bytes);
        if (w->v[d] != NULL) move(s, w->v[d], bytes);
    }
    if (w->exit_time != NULL) move(s, w->exit_time, bytes);
    if (w->work != NULL) move(s, w->work, bytes);
}

static void put_array(struct stream *s, double *array, size_t bytes) {
    put(s, array, bytes);
}

static void get_array(struct stream *s, double *array, size_t bytes) {
    get(s, array, bytes);
}

static struct header header_of(const struct walkers *w, uint64_t configuration) {
    struct header h = {.version = VERSION,
                       .byte_order = 0x01020304,
                       .dims = (uint32_t)w->dims,
                       .count = w->count,
                       .step = w->step,
                       .time = w->time,
                       .clock = w->clock,
                       .seed = w->key.seed,
                       .stream = w->key.stream,
                       .configuration = configuration};
    memcpy(h.magic, magic, MAGIC);
    h.arrays = (w->v[0] != NULL ? HAS_VELOCITY : 0) |
               (w->exit_time != NULL ? HAS_EXITS : 0) | (w->work != NULL ? HAS_WORK : 0);
    return h;
}

static bool write_all(FILE *file, const struct walkers *w, uint64_t configuration) {
    struct stream s = {.file = file, .ok = true};
    const struct header h = header_of(w, configuration);
    put(&s, &h, sizeof h);
    each_array(&s, w, put_array);
    const uint32_t crc = s.crc;
    put(&s, &crc, sizeof crc);
    return s.ok;
}

/* The rename itself must reach the disk too. */
static bool sync_folder(const char *path) {
    char *copy = strdup(path);
    if (copy == NULL) return false;
    const int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY);
    const bool ok = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) close(folder);
    free(copy);
    return ok;
}

bool checkpoint_save(const char *path, const struct walkers *w, uint64_t configuration,
                     struct error *err) {
    FILE *file = part_open(path, magic, err);
    if (file == NULL) return false;
    const bool whole = write_all(file, w, configuration) ||
                       fail(err, ERROR_FILE, "%s: the checkpoint could not be written: %s",
                            path, strerror(errno));
    return part_close(file, path, magic, whole, true, err) &&
           (sync_folder(path) ||
            fail(err, ERROR_FILE, "%s: the checkpoint could not be written: %s", path,
                 strerror(errno)));
}

void checkpoint_remove(const char *path) {
    if (file_look(path, magic) == FILE_OURS) unlink(path);
}

static bool check_header(const char *path, const struct header *h, uint64_t configuration,
                         struct error *err) {
    if (memcmp(h->magic, magic, MAGIC) != 0)
        return fail(err, ERROR_FILE, "%s is not a checkpoint", path);
    if (h->byte_order != 0x01020304 || h->version != VERSION)
        return fail(err, ERROR_FILE,
                    "%s: a checkpoint of another version or byte order; start afresh",
                    path);
    if (h->configuration != configuration)
        return fail(err, ERROR_FILE,
                    "%s is the checkpoint of a run with other settings; restore them, or "
                    "remove the file to start afresh",
                    path);
    if (h->dims < 1 || h->dims > 2 || h->count > SIZE_MAX / 64)
        return fail(err, ERROR_FILE, "%s: the checkpoint is damaged", path);
    return true;
}

/* Does the file hold as many bytes as the header says? Before memory is asked for. */
static bool check_size(const char *path, FILE *file, const struct header *h,
                       struct error *err) {
    const uint64_t arrays = h->dims * (h->arrays & HAS_VELOCITY ? 2u : 1u) +
                            (h->arrays & HAS_EXITS ? 1u : 0u) +
                            (h->arrays & HAS_WORK ? 1u : 0u);
    const uint64_t size = sizeof *h + arrays * h->count * sizeof(double) + sizeof(uint32_t);
    if (fseeko(file, 0, SEEK_END) != 0 || (uint64_t)ftello(file) != size ||
        fseeko(file, sizeof *h, SEEK_SET) != 0)
        return fail(err, ERROR_FILE, "%s: the checkpoint is cut short", path);
    return true;
}

static struct walkers *read_all(const char *path, FILE *file, uint64_t configuration,
                                struct error *err) {
    struct stream s = {.file = file, .ok = true};
    struct header h;
    uint32_t expected = 0;
    get(&s, &h, sizeof h);
    if (!s.ok) return fail(err, ERROR_FILE, "%s is not a checkpoint", path), NULL;
    if (!check_header(path, &h, configuration, err) || !check_size(path, file, &h, err))
        return NULL;
    struct walkers *w = walkers_create(h.count, (int)h.dims, (h.arrays & HAS_VELOCITY) != 0,
                                       (h.arrays & HAS_EXITS) != 0,
                                       (struct random_key){h.seed, h.stream}, err);
    if (w == NULL) return NULL;
    if (h.arrays & HAS_WORK && !walkers_add_work(w, err)) return walkers_destroy(w), NULL;
    w->step = h.step;
    w->time = h.time;
    w->clock = h.clock;
    each_array(&s, w, get_array);
    const uint32_t crc = s.crc;
    get(&s, &expected, sizeof expected);
    if (s.ok && crc == expected) return w;
    fail(err, ERROR_FILE, "%s: the checkpoint is damaged (checksum)", path);
    return walkers_destroy(w), NULL;
}

struct walkers *checkpoint_load(const char *path, uint64_t configuration,
                                struct error *err) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return fail(err, ERROR_FILE, "%s: %s", path, strerror(errno)), NULL;
    struct walkers *w = read_all(path, file, configuration, err);
    fclose(file);
    return w;
}

uint64_t checkpoint_hash(const char *text) {
    return hash_add(HASH_START, text, strlen(text));
}
