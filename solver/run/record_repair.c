/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fokker repair: a file that a killed run, or a worse accident, left -> its whole rows. */
#include "solver/run/record_file.h"
#include <stdlib.h>
#include <string.h>

/* Is row r of every growing dataset there and readable (sums of the chunks right)? */
struct probe {
    const struct h5file *file;
    size_t rows;   /* how many rows are looked at */
    size_t common; /* rows that every dataset has */
    bool readable; /* row rows - 1, everywhere */
};

static bool count_rows(void *context, const char *name, const struct h5_extent *extent,
                       struct error *err) {
    struct probe *probe = context;
    (void)name;
    (void)err;
    if (extent->grows && extent->shape[0] < probe->common) probe->common = extent->shape[0];
    return true;
}

static bool probe_row(void *context, const char *name, const struct h5_extent *extent,
                      struct error *err) {
    struct probe *probe = context;
    struct error damage;
    if (!extent->grows) return true;
    double *values = array_create(extent->shape[1] * extent->shape[2], sizeof *values, err);
    if (values == NULL) return false;
    if (!h5file_read_row(probe->file, name, probe->rows - 1, values, &damage))
        probe->readable = false;
    free(values);
    return true;
}

/* The rows of a file that are whole, at most those that it says it has. */
static bool whole_rows(const struct h5file *file, size_t *rows, struct error *err) {
    struct probe probe = {file, 0, (size_t)-1, false};
    if (!h5file_each(file, count_rows, &probe, err)) return false;
    for (probe.rows = probe.common; probe.rows > 0; probe.rows--) {
        probe.readable = true;
        if (!h5file_each(file, probe_row, &probe, err)) return false;
        if (probe.readable) break;
    }
    *rows = probe.rows;
    return true;
}

static bool mark_interrupted(struct h5file *file, struct error *err) {
    char *status = NULL;
    if (!h5file_read_attribute_text(file, "/", "status", &status, err)) return false;
    const bool good = strcmp(status, "running") != 0 ||
                      h5file_attribute_text(file, "/", "status", "interrupted", err);
    free(status);
    return good;
}

bool record_repair(const char *path, size_t *rows, struct error *err) {
    struct h5file *file = h5file_open(path, true, err);
    struct xdmf *xdmf = NULL;
    struct error later;
    double last_time = 0;
    if (file == NULL) return false;
    bool good = (h5file_has(file, "time") && h5file_has(file, "last_density")) ||
                fail(err, ERROR_FILE, "%s is not an output file of fokker", path);
    good = good && whole_rows(file, rows, err) && record_file_cut(file, *rows, err) &&
           mark_interrupted(file, err) &&
           (xdmf = record_file_xdmf(file, path, *rows, &last_time, err)) != NULL;
    if (!xdmf_close(xdmf, good ? err : &later)) good = false;
    if (!h5file_close(file, good ? err : &later)) good = false;
    return good;
}
