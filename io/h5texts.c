/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Arrays of texts of variable length. */
#include "io/h5file_parts.h"
#include <stdlib.h>
#include <string.h>

/* The strings that HDF5 has made, in strings of our own. */
static bool copy_texts(char *const *found, char **texts, size_t size, struct error *err) {
    for (size_t k = 0; k < size; k++)
        if ((texts[k] = strdup(found[k] != NULL ? found[k] : "")) == NULL)
            return fail(err, ERROR_MEMORY, "no memory");
    return true;
}

static bool read_texts(const struct h5file *file, const char *name, hid_t id, char **texts,
                       size_t size, struct error *err) {
    char **found = array_create(size, sizeof *found, err);
    if (found == NULL) return false;
    const hid_t type = h5_text_type(H5T_VARIABLE), space = H5Dget_space(id);
    const bool read = H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) >= 0;
    const bool good = read ? copy_texts(found, texts, size, err)
                           : h5_fail(err, file, "cannot read the texts of '%s'", name);
    if (read) H5Dvlen_reclaim(type, space, H5P_DEFAULT, found);
    H5Sclose(space);
    H5Tclose(type);
    free(found);
    return good;
}

bool h5file_read_texts(const struct h5file *file, const char *name, char **texts,
                       size_t size, struct error *err) {
    struct h5_extent extent;
    size_t found;
    if (!h5file_extent(file, name, &extent, err) || !h5file_size(file, name, &found, err))
        return false;
    if (!extent.text || found != size)
        return fail(err, ERROR_FILE, "%s: '%s' has no %zu texts", file->path, name, size);
    const hid_t id = H5Dopen2(file->id, name, H5P_DEFAULT);
    if (id < 0) return h5_fail(err, file, "no dataset '%s'", name);
    const bool good = read_texts(file, name, id, texts, size, err);
    H5Dclose(id);
    return good;
}
