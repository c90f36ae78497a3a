/* SPDX-License-Identifier: GPL-3.0-or-later
 * A data set of real numbers, by its path, as an array. */
#include "io/array_parts.h"
#include "io/table_hdf5.h"
#include "io/text.h"
#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_NAME = 256, NAMES = 300 };

/* ---------------------------------------------------------------- what there is */

static bool is_dataset(hid_t file, const char *name) {
    H5O_info_t info;
    return H5Oget_info_by_name(file, name, &info, H5P_DEFAULT) >= 0 &&
           info.type == H5O_TYPE_DATASET;
}

/* Names in a group: of data sets, or with a slash of groups. */
static const char *names_in(hid_t group, char text[NAMES]) {
    H5G_info_t info;
    char name[LONGEST_NAME + 1];
    size_t length = 0;
    text[0] = '\0';
    if (H5Gget_info(group, &info) < 0) return text;
    for (hsize_t i = 0; i < info.nlinks; i++) {
        const ssize_t n = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                             name, LONGEST_NAME, H5P_DEFAULT);
        if (n <= 0 || n >= LONGEST_NAME) continue;
        if (!is_dataset(group, name)) strcat(name, "/");
        text_list(text, NAMES, &length, name);
    }
    return text;
}

static bool fail_missing(hid_t file, const char *dataset, struct error *err) {
    char names[NAMES];
    const bool there = H5LTpath_valid(file, dataset, true) > 0;
    const hid_t group = there ? H5Gopen2(file, dataset, H5P_DEFAULT) : -1;
    if (group >= 0) {
        fail(err, ERROR_SETTINGS, "'%.80s' is a group, not a data set; it holds %s",
             dataset, names_in(group, names));
        H5Gclose(group);
        return false;
    }
    return fail(err, ERROR_SETTINGS, "no data set '%.80s'; the file has %s", dataset,
                names_in(file, names)[0] != '\0' ? names : "none");
}

/* ---------------------------------------------------------------- reading */

static const char *class_name(H5T_class_t class) {
    switch (class) {
    case H5T_STRING:
        return "text";
    case H5T_COMPOUND:
        return "compound values (complex numbers?)";
    case H5T_ENUM:
        return "named values (booleans?)";
    default:
        return "values of another type";
    }
}

static bool shape_read(hid_t file, const char *dataset, struct array *a,
                       struct error *err) {
    int rank = 0;
    hsize_t shape[ARRAY_RANK] = {1, 1, 1};
    H5T_class_t class = H5T_NO_CLASS;
    size_t size;
    if (dataset[0] == '\0' || !is_dataset(file, dataset) ||
        H5LTget_dataset_ndims(file, dataset, &rank) < 0)
        return fail_missing(file, dataset, err);
    if (rank < 1 || rank > ARRAY_RANK)
        return fail(err, ERROR_SETTINGS,
                    "data set '%.80s' has %d dimensions; a table has one to %d", dataset,
                    rank, ARRAY_RANK);
    if (H5LTget_dataset_info(file, dataset, shape, &class, &size) < 0)
        return fail(err, ERROR_SETTINGS, "cannot read data set '%.80s'", dataset);
    if (class != H5T_INTEGER && class != H5T_FLOAT)
        return fail(err, ERROR_SETTINGS, "data set '%.80s' holds no real numbers, but %s",
                    dataset, class_name(class));
    a->rank = (size_t)rank;
    for (int d = 0; d < rank; d++)
        a->shape[d] = shape[d] > SIZE_MAX ? SIZE_MAX : (size_t)shape[d];
    return true;
}

static bool dataset_read(hid_t file, const char *dataset, struct array *a,
                         struct error *err) {
    char label[LONGEST_NAME];
    snprintf(label, sizeof label, "%.80s", dataset);
    if (!shape_read(file, dataset, a, err)) return false;
    if (!array_allocate(a, label, err)) return false;
    if (H5LTread_dataset_double(file, dataset, a->value) < 0)
        return fail(err, ERROR_SETTINGS, "cannot read data set '%.80s'", dataset);
    return array_check_finite(a, label, err);
}

bool array_read_hdf5(struct array *a, const char *path, const char *dataset,
                     struct error *err) {
    *a = (struct array){0};
    const hid_t file = table_open_hdf5(path, err);
    if (file < 0) return false;
    const bool good = dataset_read(file, dataset, a, err);
    H5Fclose(file);
    return good || fail_within(err, "%s", path);
}
