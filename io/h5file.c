/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file as a whole: creating it so that every HDF5 1.8 reader, netCDF and a reader
 * beside the running writer can open it; groups, attributes, texts and links. */
#include "io/h5file_parts.h"
#include <errno.h>
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

/* ---- errors ---- */

/* Why the last HDF5 call that failed did so. Noted when it happens, since every further
 * call (closing what is open) clears HDF5's own stack. */
static _Thread_local char last_reason[200];

/* The innermost entry of HDF5's error stack; of a system error its words alone. */
static herr_t note_innermost(unsigned n, const H5E_error2_t *entry, void *unused) {
    static const char before[] = "error message = '";
    (void)unused;
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

bool h5_fail(struct error *err, const struct h5file *file, const char *format, ...) {
    char sentence[500];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    fail(err, ERROR_FILE, "%s: %s%s%s", file->path, sentence,
         last_reason[0] != '\0' ? ": " : "", last_reason);
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

/* Superblock 0 and objects of HDF5 1.8; no locks, so that viewers can open a running file.
 */
static hid_t access_create(bool writable) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    bool good = access >= 0 &&
                H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) >= 0 &&
                H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0;
#if H5_VERSION_GE(1, 10, 7)
    good = good && H5Pset_file_locking(access, false, true) >= 0;
#endif
    if (writable) good = good && hold_metadata(access);
    if (good) return access;
    H5Pclose(access);
    return H5I_INVALID_HID;
}

static struct h5file *file_create(const char *path, bool writable, int deflate,
                                  struct error *err) {
    H5dont_atexit(); /* after a failed close (full disk) HDF5 1.10 crashes in its exit
                        handler */
    H5Eset_auto2(H5E_DEFAULT, note_reason, NULL); /* it would print otherwise */
    last_reason[0] = '\0';
    struct h5file *file = array_create(1, sizeof *file, err);
    if (file == NULL) return NULL;
    file->id = H5I_INVALID_HID;
    file->writable = writable;
    file->deflate = deflate;
    file->path = array_create(strlen(path) + 1, 1, err);
    if (file->path == NULL) return free(file), NULL;
    strcpy(file->path, path);
    return file;
}

static void file_destroy(struct h5file *file) {
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

struct h5file *h5file_create(const char *path, bool force, int deflate, struct error *err) {
    if (!check_target(path, force, err)) return NULL;
    struct h5file *file = file_create(path, true, deflate, err);
    if (file == NULL) return NULL;
    file->force = force;
    if ((file->part = array_create(strlen(path) + sizeof ".part", 1, err)) == NULL)
        return file_destroy(file), NULL;
    sprintf(file->part, "%s.part", path);
    const hid_t access = access_create(true);
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    if (access >= 0 && H5Pset_link_creation_order(creation, CREATION_ORDER) >= 0 &&
        H5Pset_attr_creation_order(creation, CREATION_ORDER) >= 0)
        file->id = H5Fcreate(file->part, H5F_ACC_TRUNC, creation, access);
    const bool good = file->id >= 0 || h5_fail(err, file, "cannot be created");
    H5Pclose(creation);
    H5Pclose(access);
    if (good) return file;
    file_destroy(file);
    return NULL;
}

struct h5file *h5file_open(const char *path, bool writable, struct error *err) {
    if (access(path, writable ? R_OK | W_OK : R_OK) != 0)
        return fail(err, ERROR_FILE, "cannot open %s: %s", path, strerror(errno)), NULL;
    struct h5file *file = file_create(path, writable, 0, err);
    if (file == NULL) return NULL;
    const hid_t access = access_create(writable);
    if (access >= 0)
        file->id = H5Fopen(path, writable ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access);
    const bool good = file->id >= 0 || h5_fail(err, file, "cannot be opened as HDF5");
    H5Pclose(access);
    if (good) return file;
    file_destroy(file);
    return NULL;
}

/* path.part -> path, complete. */
static bool publish(struct h5file *file, struct error *err) {
    if (file->part == NULL) return true;
    if (!check_target(file->path, file->force, err)) return false;
    if (rename(file->part, file->path) != 0)
        return fail(err, ERROR_FILE, "%s: cannot be created: %s", file->path,
                    strerror(errno));
    free(file->part);
    file->part = NULL;
    return true;
}

bool h5file_flush(struct h5file *file, struct error *err) {
    return (H5Fflush(file->id, H5F_SCOPE_LOCAL) >= 0 ||
            h5_fail(err, file, "cannot be written")) &&
           publish(file, err);
}

static bool close_all(struct h5file *file) {
    bool good = true;
    for (size_t i = 0; i < file->datasets; i++) {
        good = H5Dclose(file->dataset[i].id) >= 0 && good;
        free(file->dataset[i].name);
    }
    return H5Fclose(file->id) >= 0 && good;
}

bool h5file_close(struct h5file *file, struct error *err) {
    if (file == NULL) return true;
    bool good = !file->writable || h5file_flush(file, err);
    if (!close_all(file) && good) good = h5_fail(err, file, "cannot be closed");
    if (file->part != NULL) unlink(file->part);
    file_destroy(file);
    return good;
}

void h5file_discard(struct h5file *file) {
    if (file == NULL) return;
    (void)!close_all(file);
    if (file->part != NULL) unlink(file->part);
    file_destroy(file);
}

/* ---- attributes ---- */

hid_t h5_text_type(size_t size) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, size) >= 0 && H5Tset_strpad(type, H5T_STR_NULLTERM) >= 0 &&
        H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

/* Replaces an attribute; count 0 makes a scalar. */
static bool put_attribute(struct h5file *file, const char *object, const char *name,
                          hid_t stored, hid_t type, size_t count, const void *value,
                          struct error *err) {
    const hsize_t size = count;
    const hid_t space =
        count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
    hid_t id = H5I_INVALID_HID;
    bool good = H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) <= 0 ||
                H5Adelete_by_name(file->id, object, name, H5P_DEFAULT) >= 0;
    if (good)
        id = H5Acreate_by_name(file->id, object, name, stored, space, H5P_DEFAULT,
                               H5P_DEFAULT, H5P_DEFAULT);
    good = id >= 0 && H5Awrite(id, type, value) >= 0;
    if (!good) h5_fail(err, file, "cannot write the attribute '%s' of '%s'", name, object);
    if (id >= 0) H5Aclose(id);
    H5Sclose(space);
    return good;
}

bool h5file_attribute_text(struct h5file *file, const char *object, const char *name,
                           const char *value, struct error *err) {
    const hid_t type = h5_text_type(strlen(value) + 1);
    const bool good = put_attribute(file, object, name, type, type, 0, value, err);
    H5Tclose(type);
    return good;
}

bool h5file_attribute_texts(struct h5file *file, const char *object, const char *name,
                            const char *const *values, size_t count, struct error *err) {
    size_t size = 1;
    for (size_t i = 0; i < count; i++)
        if (strlen(values[i]) + 1 > size) size = strlen(values[i]) + 1;
    char *block = array_create(count, size, err);
    if (block == NULL) return false;
    for (size_t i = 0; i < count; i++)
        strcpy(block + i * size, values[i]);
    const hid_t type = h5_text_type(size);
    const bool good = put_attribute(file, object, name, type, type, count, block, err);
    H5Tclose(type);
    free(block);
    return good;
}

bool h5file_attribute_real(struct h5file *file, const char *object, const char *name,
                           double value, struct error *err) {
    return put_attribute(file, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, &value,
                         err);
}

bool h5file_attribute_integer(struct h5file *file, const char *object, const char *name,
                              int64_t value, struct error *err) {
    return put_attribute(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, 0, &value,
                         err);
}

bool h5file_attribute_index(struct h5file *file, const char *object, const char *name,
                            int32_t value, struct error *err) {
    return put_attribute(file, object, name, H5T_STD_I32LE, H5T_NATIVE_INT32, 0, &value,
                         err);
}

static hid_t open_attribute(const struct h5file *file, const char *object, const char *name,
                            struct error *err) {
    const hid_t id = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0) h5_fail(err, file, "no attribute '%s' of '%s'", name, object);
    return id;
}

bool h5file_read_attribute_real(const struct h5file *file, const char *object,
                                const char *name, double *value, struct error *err) {
    const hid_t id = open_attribute(file, object, name, err);
    if (id < 0) return false;
    const hid_t space = H5Aget_space(id);
    const bool good = (H5Sget_simple_extent_npoints(space) == 1 &&
                       H5Aread(id, H5T_NATIVE_DOUBLE, value) >= 0) ||
                      h5_fail(err, file, "'%s' of '%s' is no number", name, object);
    H5Sclose(space);
    H5Aclose(id);
    return good;
}

/* One text of fixed length in a new string, by either H5Aread or H5Dread. */
static bool read_text(const struct h5file *file, const char *what, hid_t id, bool attribute,
                      char **value, struct error *err) {
    const hid_t space = attribute ? H5Aget_space(id) : H5Dget_space(id);
    const hid_t stored = attribute ? H5Aget_type(id) : H5Dget_type(id);
    const bool fixed = H5Sget_simple_extent_npoints(space) == 1 &&
                       H5Tget_class(stored) == H5T_STRING &&
                       H5Tis_variable_str(stored) <= 0;
    bool good = fixed || h5_fail(err, file, "'%s' is no text of fixed length", what);
    *value = good ? array_create(H5Tget_size(stored) + 1, 1, err) : NULL;
    if (*value != NULL) {
        const herr_t status =
            attribute ? H5Aread(id, stored, *value)
                      : H5Dread(id, stored, H5S_ALL, H5S_ALL, H5P_DEFAULT, *value);
        if (status < 0) {
            h5_fail(err, file, "cannot read '%s'", what);
            free(*value);
            *value = NULL;
        }
    }
    H5Tclose(stored);
    H5Sclose(space);
    return *value != NULL;
}

bool h5file_read_attribute_text(const struct h5file *file, const char *object,
                                const char *name, char **value, struct error *err) {
    const hid_t id = open_attribute(file, object, name, err);
    if (id < 0) return false;
    const bool good = read_text(file, name, id, true, value, err);
    H5Aclose(id);
    return good;
}

struct attribute_visit {
    bool (*each)(void *, const char *, bool, struct error *);
    void *context;
    struct error *err;
};

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info,
                              void *context) {
    const struct attribute_visit *v = context;
    (void)info;
    const hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    if (id < 0) return -1;
    const hid_t space = H5Aget_space(id), type = H5Aget_type(id);
    const H5T_class_t class = H5Tget_class(type);
    const bool one = H5Sget_simple_extent_npoints(space) == 1;
    const bool text = class == H5T_STRING && H5Tis_variable_str(type) <= 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(id);
    const bool wanted = one && (text || class == H5T_FLOAT || class == H5T_INTEGER);
    return !wanted || v->each(v->context, name, text, v->err) ? 0 : -1;
}

bool h5file_each_attribute(const struct h5file *file, const char *object,
                           bool (*each)(void *context, const char *name, bool text,
                                        struct error *err),
                           void *context, struct error *err) {
    struct attribute_visit v = {each, context, err};
    err->kind = ERROR_NONE;
    if (H5Aiterate_by_name(file->id, object, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL,
                           visit_attribute, &v, H5P_DEFAULT) >= 0)
        return true;
    return err->kind == ERROR_NONE
               ? h5_fail(err, file, "cannot list the attributes of '%s'", object)
               : false;
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
    const bool good = read_text(file, path, id, false, value, err);
    H5Dclose(id);
    return good;
}

bool h5file_link(struct h5file *file, const char *target, const char *path,
                 struct error *err) {
    return H5Lcreate_hard(file->id, target, file->id, path, H5P_DEFAULT, H5P_DEFAULT) >=
               0 ||
           h5_fail(err, file, "cannot link '%s' as '%s'", target, path);
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
