/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All datasets of an h5file one after the other, and cutting them to the same rows. */
#include "io/h5file_parts.h"

struct visit {
    const struct h5file *file;
    bool (*each)(void *, const char *, const struct h5_extent *, struct error *);
    void *context;
    struct error *err;
};

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info,
                         void *context) {
    const struct visit *v = context;
    struct h5_extent extent;
    (void)info;
    const hid_t id = H5Oopen(group, name, H5P_DEFAULT);
    const H5I_type_t type = H5Iget_type(id);
    if (id >= 0) H5Oclose(id);
    if (type == H5I_GROUP) return 0;
    const bool go_on = h5file_extent(v->file, name, &extent, v->err) &&
                       v->each(v->context, name, &extent, v->err);
    return go_on ? 0 : -1;
}

bool h5file_each(const struct h5file *file,
                 bool (*each)(void *context, const char *name,
                              const struct h5_extent *extent, struct error *err),
                 void *context, struct error *err) {
    struct visit v = {file, each, context, err};
    err->kind = ERROR_NONE;
    const bool tracked =
        H5Literate(file->id, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, visit_link, &v) >= 0;
    if (tracked) return true;
    return err->kind == ERROR_NONE ? h5_fail(err, file, "cannot list its datasets") : false;
}

struct cut {
    struct h5file *file;
    size_t rows;
};

static bool cut_dataset(void *context, const char *name, const struct h5_extent *extent,
                        struct error *err) {
    const struct cut *cut = context;
    if (!extent->grows || extent->shape[0] == cut->rows) return true;
    if (extent->shape[0] < cut->rows)
        return fail(err, ERROR_FILE, "%s: '%s' has %zu rows instead of %zu",
                    cut->file->path, name, extent->shape[0], cut->rows);
    const hsize_t shape[RANK_LIMIT] = {cut->rows, extent->shape[1], extent->shape[2]};
    const struct h5_dataset *dataset = h5_dataset_find(cut->file, name, err);
    if (dataset == NULL) return false;
    return H5Dset_extent(dataset->id, shape) >= 0 ||
           h5_fail(err, cut->file, "cannot cut '%s'", name);
}

/* Opened anew, so that no new row takes the space of one that was cut: an index that a
 * killed program left may know it still. */
bool h5file_trim(struct h5file *file, size_t rows, struct error *err) {
    struct cut cut = {file, rows};
    if (!h5file_each(file, cut_dataset, &cut, err) || !h5file_flush(file, err))
        return false;
    h5store_settle(file->store);
    return h5file_rollback(file, err);
}
