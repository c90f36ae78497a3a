/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attributes of an h5file. Once the file is sealed they change in place: none is added,
 * none grows, so that nothing moves that a reader, or a killed program, knows the place
 * of. */
#include "io/h5file_parts.h"
#include <stdlib.h>
#include <string.h>

hid_t h5_text_type(size_t size) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, size) >= 0 && H5Tset_strpad(type, H5T_STR_NULLTERM) >= 0 &&
        H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

/* ---- writing ---- */

/* Can an attribute take values of this type and number as it is? A text may be shorter. */
static bool attribute_fits(hid_t id, hid_t type, size_t count) {
    const hid_t space = H5Aget_space(id), stored = H5Aget_type(id);
    const bool text = H5Tget_class(type) == H5T_STRING;
    const bool fits =
        H5Sget_simple_extent_npoints(space) == (count > 0 ? (hssize_t)count : 1) &&
        H5Tget_class(stored) == H5Tget_class(type) &&
        (text ? H5Tis_variable_str(stored) <= 0 && H5Tget_size(stored) >= H5Tget_size(type)
              : H5Tget_size(stored) == H5Tget_size(type));
    H5Tclose(stored);
    H5Sclose(space);
    return fits;
}

static hid_t attribute_create(hid_t object, const char *name, hid_t stored, size_t count) {
    const hsize_t size = count;
    const hid_t space =
        count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
    const hid_t names = h5_names_create(H5P_ATTRIBUTE_CREATE, name);
    const hid_t id = H5Acreate2(object, name, stored, space, names, H5P_DEFAULT);
    H5Pclose(names);
    H5Sclose(space);
    return id;
}

/* An attribute that takes such values as it is; invalid where there is none. Opened from
 * its object: H5Awrite after H5Aopen_by_name fails in HDF5 1.10 for all objects but the
 * root. */
static hid_t open_fitting(hid_t object, const char *name, hid_t type, size_t count) {
    if (H5Aexists(object, name) <= 0) return H5I_INVALID_HID;
    const hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    if (id < 0 || attribute_fits(id, type, count)) return id;
    H5Aclose(id);
    return H5I_INVALID_HID;
}

/* Writes an attribute where it is, or makes it while the file is not sealed; count 0 makes
 * a scalar. */
static bool put_attribute(struct h5file *file, const char *object, const char *name,
                          hid_t stored, hid_t type, size_t count, const void *value,
                          struct error *err) {
    const hid_t owner = H5Oopen(file->id, object, H5P_DEFAULT);
    hid_t id = open_fitting(owner, name, type, count);
    if (id < 0 && file->sealed) {
        H5Oclose(owner);
        return fail(err, ERROR_RUN,
                    "%s: attribute '%s' of '%s' has no place: it was not declared before "
                    "the first row",
                    file->path, name, object);
    }
    if (id < 0 && (H5Aexists(owner, name) <= 0 || H5Adelete(owner, name) >= 0))
        id = attribute_create(owner, name, stored, count);
    const bool good =
        (id >= 0 && H5Awrite(id, type, value) >= 0) ||
        h5_fail(err, file, "cannot write the attribute '%s' of '%s'", name, object);
    if (id >= 0) H5Aclose(id);
    H5Oclose(owner);
    return good;
}

size_t h5file_text_room(const struct h5file *file, const char *object, const char *name) {
    if (H5Aexists_by_name(file->id, object, name, H5P_DEFAULT) <= 0) return 0;
    const hid_t id = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Aget_type(id);
    const size_t room = H5Tget_class(type) == H5T_STRING ? H5Tget_size(type) : 0;
    H5Tclose(type);
    H5Aclose(id);
    return room;
}

/* The longest start of a UTF-8 text with at most `most` bytes. */
static size_t whole_characters(const char *text, size_t most) {
    size_t n = strlen(text);
    if (n <= most) return n;
    for (n = most; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80; n--)
        ;
    return n;
}

bool h5file_attribute_room(struct h5file *file, const char *object, const char *name,
                           const char *value, size_t room, struct error *err) {
    const size_t there = h5file_text_room(file, object, name);
    if (there > 0 && (file->sealed || there >= room)) room = there;
    const size_t length = whole_characters(value, room - 1);
    char *text = array_create(room, 1, err);
    if (text == NULL) return false;
    memcpy(text, value, length);
    const hid_t type = h5_text_type(room);
    const bool good = put_attribute(file, object, name, type, type, 0, text, err);
    H5Tclose(type);
    free(text);
    return good;
}

bool h5file_attribute_text(struct h5file *file, const char *object, const char *name,
                           const char *value, struct error *err) {
    return h5file_attribute_room(file, object, name, value, strlen(value) + 1, err);
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

/* ---- reading ---- */

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
bool h5_read_text(const struct h5file *file, const char *what, hid_t id, bool attribute,
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
    const bool good = h5_read_text(file, name, id, true, value, err);
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
