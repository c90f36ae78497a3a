/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fokker repair: a file that a killed run, or a worse accident, left -> its whole rows. */
#include "solver/file/record_file.h"
#include <stdlib.h>
#include <string.h>

struct probe {
    const struct h5file *file;
    size_t rows; /* that every dataset has, so far */
    bool whole;  /* row rows - 1, everywhere */
};

static bool count_rows(void *context, const char *name, const struct h5_extent *extent,
                       struct error *err) {
    struct probe *probe = context;
    size_t rows = 0;
    if (!extent->grows) return true;
    if (!h5file_rows(probe->file, name, &rows, err)) return false;
    if (rows < probe->rows) probe->rows = rows;
    return true;
}

static bool probe_row(void *context, const char *name, const struct h5_extent *extent,
                      struct error *err) {
    struct probe *probe = context;
    bool whole = true;
    if (extent->grows &&
        !h5file_row_is_whole(probe->file, name, probe->rows - 1, &whole, err))
        return false;
    probe->whole &= whole;
    return true;
}

/* The rows of a file that are whole, at most those that it says it has. */
static bool whole_rows(const struct h5file *file, size_t *rows, struct error *err) {
    struct probe probe = {file, (size_t)-1, false};
    if (!h5file_each(file, count_rows, &probe, err)) return false;
    for (; probe.rows > 0; probe.rows--) {
        probe.whole = true;
        if (!h5file_each(file, probe_row, &probe, err)) return false;
        if (probe.whole) break;
    }
    *rows = probe.rows;
    return true;
}

bool record_file_last_row(const struct h5file *file, size_t rows, struct error *err) {
    struct probe probe = {file, rows, true};
    if (rows > 0 && !h5file_each(file, probe_row, &probe, err)) return false;
    return probe.whole || fail(err, ERROR_FILE,
                               "its row %zu is damaged; fokker repair cuts the file to the "
                               "rows that are whole",
                               rows - 1);
}

static bool same_rows(void *context, const char *name, const struct h5_extent *extent,
                      struct error *err) {
    const size_t *rows = context;
    return !extent->grows || extent->shape[0] == *rows ||
           fail(err, ERROR_FILE, "'%s' has %zu rows, not %zu", name, extent->shape[0],
                *rows);
}

bool record_is_whole(const struct h5file *file) {
    struct error ignored;
    size_t rows = 0;
    return h5file_rows(file, "time", &rows, &ignored) && rows > 0 &&
           h5file_each(file, same_rows, &rows, &ignored) &&
           record_file_last_row(file, rows, &ignored);
}

/* Rows outlive attributes: where those cannot be read they are left as they are. */
static bool mark_interrupted(struct h5file *file, struct error *err) {
    struct error ignored;
    char *status = NULL;
    if (!h5file_read_attribute_text(file, "/", "status", &status, &ignored)) return true;
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
