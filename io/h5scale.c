/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which datasets of an h5file are the axes of others. */
#include "io/h5file_parts.h"
#include <hdf5_hl.h>

struct scale_name {
    char *name;
    size_t size;
    bool found;
};

static herr_t note_scale(hid_t dataset, unsigned dimension, hid_t scale, void *context) {
    struct scale_name *s = context;
    const ssize_t length = H5DSget_scale_name(scale, s->name, s->size);
    (void)dataset, (void)dimension;
    s->found = length > 0 && (size_t)length < s->size;
    return 1; /* the first one is it */
}

bool h5file_axis(const struct h5file *file, const char *dataset, unsigned dimension,
                 char *name, size_t size) {
    struct scale_name s = {name, size, false};
    const hid_t id = H5Dopen2(file->id, dataset, H5P_DEFAULT);
    if (id < 0) return false;
    H5DSiterate_scales(id, dimension, NULL, note_scale, &s);
    H5Dclose(id);
    return s.found;
}

bool h5file_is_axis(const struct h5file *file, const char *dataset) {
    const hid_t id = H5Dopen2(file->id, dataset, H5P_DEFAULT);
    if (id < 0) return false;
    const bool scale = H5DSis_scale(id) > 0;
    H5Dclose(id);
    return scale;
}
