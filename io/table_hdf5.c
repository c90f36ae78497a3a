/* SPDX-License-Identifier: GPL-3.0-or-later
 * 1-D numeric datasets of the root group -> the wanted columns of a table. */
#include "io/table_hdf5.h"
#include "io/table_parts.h"
#include <hdf5_hl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { LONGEST_NAME = 256 };

static bool is_column(hid_t file, const char *name, size_t *rows) {
    int rank = 0;
    hsize_t shape = 0;
    H5T_class_t class;
    size_t size;
    H5O_info_t info;
    if (H5Oget_info_by_name(file, name, &info, H5P_DEFAULT) < 0 ||
        info.type != H5O_TYPE_DATASET)
        return false;
    if (H5LTget_dataset_ndims(file, name, &rank) < 0 || rank != 1) return false;
    if (H5LTget_dataset_info(file, name, &shape, &class, &size) < 0) return false;
    *rows = (size_t)shape;
    return class == H5T_INTEGER || class == H5T_FLOAT;
}

static bool read_column(hid_t file, const char *path, const char *name, double *column,
                        size_t rows, struct error *err) {
    if (H5LTread_dataset_double(file, name, column) < 0)
        return fail(err, ERROR_FILE, "%s: cannot read column '%s'", path, name);
    for (size_t r = 0; r < rows; r++)
        if (!isfinite(column[r]))
            return fail(err, ERROR_SETTINGS,
                        "%s: column '%s', row %zu: not a finite number", path, name, r + 1);
    return true;
}

/* The column of a link, if it is one that is wanted. */
static bool take_link(hid_t file, const char *path, const char *link,
                      const struct table_choice *choice, struct table *t,
                      struct error *err) {
    size_t rows = 0;
    if (!is_column(file, link, &rows)) return true;
    const char *name = table_choose(choice, link);
    if (name == NULL) return true;
    if (t->columns > 0 && rows != t->rows)
        return fail(err, ERROR_SETTINGS,
                    "%s: column '%s' has %zu values, '%s' has %zu: all must have the same "
                    "length",
                    path, link, rows, t->name[0], t->rows);
    t->rows = rows;
    if (!table_add(t, name, link, err)) return fail_within(err, "%s", path);
    return read_column(file, path, link, t->column[t->columns - 1], rows, err);
}

static bool read_columns(hid_t file, const char *path, const struct table_choice *choice,
                         struct table *t, struct error *err) {
    H5G_info_t info;
    char link[LONGEST_NAME];
    if (H5Gget_info(file, &info) < 0)
        return fail(err, ERROR_FILE, "%s: unreadable root group", path);
    for (hsize_t i = 0; i < info.nlinks; i++) {
        const ssize_t length = H5Lget_name_by_idx(file, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                                  link, sizeof link, H5P_DEFAULT);
        if (length <= 0 || (size_t)length >= sizeof link) continue;
        if (!take_link(file, path, link, choice, t, err)) return false;
    }
    return (t->columns == 0 && choice != NULL) || t->rows > 0 ||
           fail(err, ERROR_SETTINGS, "%s: no 1-D numeric dataset in the root group", path);
}

hid_t table_open_hdf5(const char *path, struct error *err) {
    struct stat found;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    const bool regular = stat(path, &found) == 0 && S_ISREG(found.st_mode);
    const hid_t file = regular ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT) : -1;
    if (file < 0) fail(err, ERROR_SETTINGS, "cannot read the data file '%s' as HDF5", path);
    return file;
}

struct table *table_read_hdf5(const char *path, const struct table_choice *choice,
                              struct error *err) {
    const hid_t file = table_open_hdf5(path, err);
    if (file < 0) return NULL;
    struct table *t = table_create(0, 0, NULL, err);
    const bool good = t != NULL && read_columns(file, path, choice, t, err);
    H5Fclose(file);
    if (good) return t;
    return table_destroy(t), NULL;
}
