/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file as a whole: creating it so that every HDF5 1.8 reader, netCDF and a reader
 * beside the running writer can open it; groups, attributes, texts and links. */
#include "io/file_lock.h"
#include "io/h5chunk.h"
#include "io/h5file_parts.h"
#include <errno.h>
#include <fcntl.h>
#include <hdf5_hl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CREATION_ORDER = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED };

/* Of the headers, which HDF5 itself insists are those of the library. */
const char *h5file_library(void) {
    static const char info[] = H5_VERS_INFO; /* "HDF5 library version: 1.10.8" */
    return strrchr(info, ' ') + 1;
}

bool h5file_is_threadsafe(void) {
    hbool_t safe = false;
    return H5is_library_threadsafe(&safe) >= 0 && safe;
}

/* ---- errors ---- */

/* Why the last HDF5 call that failed did so. Noted when it happens, since every further
 * call (closing what is open) clears HDF5's own stack. */
static _Thread_local char last_reason[200];
/* Since a file was opened: what was then taken for absent may be there. */
static _Thread_local bool memory_was_short;

/* The innermost entry of HDF5's error stack; of a system error its words alone. */
static herr_t note_innermost(unsigned n, const H5E_error2_t *entry, void *unused) {
    static const char before[] = "error message = '";
    (void)unused;
    if (n == 0 && (entry->maj_num == H5E_RESOURCE || entry->min_num == H5E_CANTALLOC))
        memory_was_short = true;
    if (n > 0 || entry->desc == NULL) return 0;
    const char *words = strstr(entry->desc, before);
    const char *start = words != NULL ? words + strlen(before) : entry->desc;
    const int length = (int)strcspn(start, words != NULL ? "'" : "\n");
    snprintf(last_reason, sizeof last_reason, "%.*s", length, start);
    return 0;
}

static herr_t note_reason(hid_t stack, void *unused) {
    return H5Ewalk2(stack, H5E_WALK_UPWARD, note_innermost, unused);
}

void h5file_no_exit_handler(void) {
    H5dont_atexit();
}

/* Where HDF5's errors went before the outermost visit. */
static _Thread_local struct {
    unsigned depth;
    H5E_auto2_t call;
    void *context;
} visit;

void h5file_visit_begin(void) {
    if (visit.depth++ > 0) return;
    H5Eget_auto2(H5E_DEFAULT, &visit.call, &visit.context);
    H5Eset_auto2(H5E_DEFAULT, note_reason, NULL);
}

void h5file_visit_end(void) {
    if (--visit.depth == 0) H5Eset_auto2(H5E_DEFAULT, visit.call, visit.context);
}

bool h5_fail(struct error *err, const struct h5file *file, const char *format, ...) {
    char sentence[500];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    fail(err, memory_was_short ? ERROR_MEMORY : ERROR_FILE, "%s: %s%s%s", file->path,
         sentence, last_reason[0] != '\0' ? ": " : "", last_reason);
    last_reason[0] = '\0';
    return false;
}

/* ---- opening and closing ---- */

/* Metadata stay in memory until H5Fflush, so that what lies on the disk is always the state
 * of the last flush. */
static bool hold_metadata(hid_t access) {
    H5AC_cache_config_t cache = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (H5Pget_mdc_config(access, &cache) < 0) return false;
    cache.evictions_enabled = false;
    cache.incr_mode = H5C_incr__off;
    cache.flash_incr_mode = H5C_flash_incr__off;
    cache.decr_mode = H5C_decr__off;
    return H5Pset_mdc_config(access, &cache) >= 0;
}

/* Superblock 0 and objects of HDF5 1.8; no locks of HDF5's, so that viewers can open a
 * running file. */
static hid_t access_create(struct h5store *store) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    bool good = access >= 0 &&
                H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) >= 0 &&
                H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0;
#if H5_VERSION_GE(1, 10, 7)
    good = good && H5Pset_file_locking(access, false, true) >= 0;
#endif
    if (store != NULL) good = good && hold_metadata(access) && h5store_use(store, access);
    if (good) return access;
    H5Pclose(access);
    return H5I_INVALID_HID;
}

static struct h5file *file_create(const char *path, int deflate, struct error *err) {
    H5Eset_auto2(H5E_DEFAULT, note_reason, NULL); /* it would print otherwise */
    last_reason[0] = '\0';
    memory_was_short = false;
    struct h5file *file = array_create(1, sizeof *file, err);
    if (file == NULL) return NULL;
    file->id = H5I_INVALID_HID;
    file->deflate = deflate;
    file->path = array_create(strlen(path) + 1, 1, err);
    if (file->path == NULL) return free(file), NULL;
    strcpy(file->path, path);
    return file;
}

static bool close_all(struct h5file *file) {
    const bool good = h5_datasets_close(file);
    return (file->id < 0 || H5Fclose(file->id) >= 0) && good;
}

/* Nothing of what is not committed reaches the file. */
static void file_destroy(struct h5file *file) {
    if (file->store != NULL) h5store_stop(file->store);
    (void)!close_all(file);
    if (file->part != NULL && file->store != NULL) unlink(file->part);
    (void)h5store_close(file->store);
    h5_coder_destroy(file->coder);
    free(file->dataset);
    free(file->part);
    free(file->path);
    free(file);
}

/* --force is for results: anything that is not an HDF5 file (or the beginning of one:
 * empty, or zeros before the first flush) is left alone. */
static bool may_overwrite(const char *path) {
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
    unsigned char head[8] = {0};
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return true; /* creating it will tell why */
    const size_t size = fread(head, 1, sizeof head, stream);
    fclose(stream);
    return size == 0 || memcmp(head, (unsigned char[8]){0}, 8) == 0 ||
           (size == 8 && memcmp(head, signature, 8) == 0);
}

static bool check_target(const char *path, bool force, struct error *err) {
    if (access(path, F_OK) != 0) return true;
    if (!force)
        return fail(err, ERROR_FILE,
                    "%s exists already; --force overwrites it, another -o keeps it", path);
    if (may_overwrite(path)) return true;
    return fail(err, ERROR_FILE, "%s exists and is no HDF5 file: not overwritten", path);
}

/* Nobody else writes a file of that name at present. */
static bool check_unlocked(const char *path, struct error *err) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const bool locked = fd >= 0 && file_is_locked(fd, 0, 0);
    if (fd >= 0) close(fd);
    return !locked || fail(err, ERROR_FILE, "%s is being written by another run", path);
}

static bool check_part(const char *part, struct error *err) {
    return may_overwrite(part) ||
           fail(err, ERROR_FILE, "%s exists and is no HDF5 file: not overwritten", part);
}

/* An empty HDF5 file in the store. */
static bool create_hdf5(struct h5file *file, struct error *err) {
    const hid_t access = access_create(file->store);
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    if (access >= 0 && H5Pset_link_creation_order(creation, CREATION_ORDER) >= 0 &&
        H5Pset_attr_creation_order(creation, CREATION_ORDER) >= 0)
        file->id = H5Fcreate(file->part != NULL ? file->part : file->path, H5F_ACC_TRUNC,
                             creation, access);
    const bool good = file->id >= 0 || h5_fail(err, file, "cannot be created");
    H5Pclose(creation);
    H5Pclose(access);
    return good;
}

struct h5file *h5file_create(const char *path, bool force, int deflate, struct error *err) {
    if (!check_target(path, force, err)) return NULL;
    struct h5file *file = file_create(path, deflate, err);
    if (file == NULL) return NULL;
    file->force = force;
    if ((file->part = array_create(strlen(path) + sizeof ".part", 1, err)) == NULL)
        return file_destroy(file), NULL;
    sprintf(file->part, "%s.part", path);
    if (!check_part(file->part, err) ||
        (file->store = h5store_create(file->part, path, err)) == NULL ||
        !check_unlocked(path, err) || !create_hdf5(file, err))
        return file_destroy(file), NULL;
    return file;
}

struct h5file *h5file_create_in_memory(const char *name, int deflate, struct error *err) {
    struct h5file *file = file_create(name, deflate, err);
    if (file == NULL) return NULL;
    if ((file->store = h5store_create_in_memory(name, err)) == NULL ||
        !create_hdf5(file, err))
        return file_destroy(file), NULL;
    return file;
}

static bool open_hdf5(struct h5file *file, struct error *err) {
    const hid_t access = access_create(file->store);
    if (access >= 0)
        file->id = H5Fopen(file->path, file->store != NULL ? H5F_ACC_RDWR : H5F_ACC_RDONLY,
                           access);
    H5Pclose(access);
    return file->id >= 0 || h5_fail(err, file, "cannot be opened as HDF5");
}

struct h5file *h5file_open(const char *path, bool writable, struct error *err) {
    if (access(path, writable ? R_OK | W_OK : R_OK) != 0)
        return fail(err, ERROR_FILE, "cannot open %s: %s", path, strerror(errno)), NULL;
    struct h5file *file = file_create(path, 0, err);
    if (file == NULL) return NULL;
    if ((!writable || (file->store = h5store_open(path, err)) != NULL) &&
        open_hdf5(file, err))
        return file;
    file_destroy(file);
    return NULL;
}

/* path.part -> path, complete. */
static bool publish(struct h5file *file, struct error *err) {
    if (file->part == NULL) return true;
    if (!check_target(file->path, file->force, err) || !check_unlocked(file->path, err))
        return false;
    if (rename(file->part, file->path) != 0)
        return fail(err, ERROR_FILE, "%s: cannot be created: %s", file->path,
                    strerror(errno));
    free(file->part);
    file->part = NULL;
    return true;
}

static bool written(const struct h5file *file, int reason, struct error *err) {
    return reason == 0 || fail(err, reason == ENOMEM ? ERROR_MEMORY : ERROR_FILE,
                               "%s: cannot be written: %s", file->path, strerror(reason));
}

/* The length of time is what says how many rows there are. */
static void choose_last(struct h5file *file) {
    H5O_info_t info;
    if (h5file_has(file, "time") &&
        H5Oget_info_by_name1(file->id, "time", &info, H5P_DEFAULT) >= 0)
        h5store_last(file->store, info.addr);
}

bool h5file_flush(struct h5file *file, struct error *err) {
    return h5file_flush_rows(file, SIZE_MAX, err);
}

bool h5file_flush_rows(struct h5file *file, size_t rows, struct error *err) {
    if (!h5_rows_write(file, rows, err)) return false;
    choose_last(file);
    if (H5Fflush(file->id, H5F_SCOPE_LOCAL) < 0)
        return h5_fail(err, file, "cannot be written");
    return written(file, h5store_commit(file->store), err) && publish(file, err);
}

void h5file_seal(struct h5file *file) {
    file->sealed = true;
}

bool h5file_rollback(struct h5file *file, struct error *err) {
    h5store_stop(file->store);
    (void)!close_all(file);
    file->id = H5I_INVALID_HID;
    h5store_rollback(file->store);
    return open_hdf5(file, err);
}

bool h5file_close(struct h5file *file, struct error *err) {
    if (file == NULL) return true;
    bool good = file->store == NULL || h5file_flush(file, err);
    if (good) {
        good = close_all(file) || h5_fail(err, file, "cannot be closed");
        file->id = H5I_INVALID_HID;
        const int reason = h5store_close(file->store);
        file->store = NULL;
        good = good && written(file, reason, err);
    }
    if (good && memory_was_short)
        good = fail(err, ERROR_MEMORY, "%s: no memory for all of it", file->path);
    file_destroy(file);
    return good;
}

void h5file_discard(struct h5file *file) {
    if (file != NULL) file_destroy(file);
}

/* ---- groups, texts, links ---- */

bool h5file_group(struct h5file *file, const char *path, const char *nx_class,
                  struct error *err) {
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    hid_t id = H5I_INVALID_HID;
    if (H5Pset_link_creation_order(creation, CREATION_ORDER) >= 0 &&
        H5Pset_attr_creation_order(creation, CREATION_ORDER) >= 0)
        id = H5Gcreate2(file->id, path, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    if (id < 0) return h5_fail(err, file, "cannot create the group '%s'", path);
    H5Gclose(id);
    return h5file_attribute_text(file, path, "NX_class", nx_class, err);
}

bool h5file_text(struct h5file *file, const char *path, const char *value,
                 struct error *err) {
    const hid_t type = h5_text_type(strlen(value) + 1);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t id = H5I_INVALID_HID;
    if (H5Pset_attr_creation_order(creation, CREATION_ORDER) >= 0)
        id = H5Dcreate2(file->id, path, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const bool good =
        (id >= 0 && H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0) ||
        h5_fail(err, file, "cannot write the text '%s'", path);
    if (id >= 0) H5Dclose(id);
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(type);
    return good;
}

bool h5file_read_text(const struct h5file *file, const char *path, char **value,
                      struct error *err) {
    *value = NULL;
    const hid_t id = H5Dopen2(file->id, path, H5P_DEFAULT);
    if (id < 0) return h5_fail(err, file, "no dataset '%s'", path);
    const bool good = h5_read_text(file, path, id, false, value, err);
    H5Dclose(id);
    return good;
}

hid_t h5_names_create(hid_t property_class, const char *name) {
    const hid_t properties = H5Pcreate(property_class);
    while (*name != '\0' && (unsigned char)*name < 0x80)
        name++;
    if (*name != '\0') H5Pset_char_encoding(properties, H5T_CSET_UTF8);
    return properties;
}

bool h5file_link(struct h5file *file, const char *target, const char *path,
                 struct error *err) {
    const hid_t link = h5_names_create(H5P_LINK_CREATE, path);
    const bool good =
        H5Lcreate_hard(file->id, target, file->id, path, link, H5P_DEFAULT) >= 0 ||
        h5_fail(err, file, "cannot link '%s' as '%s'", target, path);
    H5Pclose(link);
    return good;
}

bool h5file_has(const struct h5file *file, const char *name) {
    char part[512];
    const size_t length = strlen(name);
    if (length >= sizeof part) return false;
    for (size_t i = 1; i <= length; i++) { /* every group on the way must exist too */
        if (name[i] != '/' && name[i] != '\0') continue;
        memcpy(part, name, i);
        part[i] = '\0';
        if (strcmp(part, "/") != 0 && H5Lexists(file->id, part, H5P_DEFAULT) <= 0)
            return false;
    }
    return true;
}
