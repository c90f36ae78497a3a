/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows become part of the file, one or more at a time, by one flush: io/h5store.h writes the
 * length of time last. What a killed run leaves is the state of its last flush, so that rows
 * 0 .. len(/time)-1 are whole in it. */
#include "io/wall_clock.h"
#include "solver/file/record.h"
#include "solver/file/record_parts.h"
#include <stdlib.h>

/* The times of the rows that are to be published, for the .xdmf2. */
static bool write_xdmf(struct record *r, const double *time, struct error *err) {
    const struct xdmf_axes axes = {
        {axis_plain_name(&r->axes, 0), axis_plain_name(&r->axes, 1)},
        {r->cells[0], r->cells[1]}};
    if (r->xdmf == NULL) r->xdmf = xdmf_create(r->path, &axes, err);
    return r->xdmf != NULL && xdmf_append(r->xdmf, time, r->rows - r->published, err);
}

static bool write_last_density(struct record *r, double *p, struct error *err) {
    return record_read_row(r, "density", r->rows - 1, p, err) &&
           h5file_write(r->file, "last_density", p, err);
}

/* work[cells + rows to be published] */
static bool publish(struct record *r, double *work, struct error *err) {
    double *time = work + field_values(&r->field[0]);
    for (size_t row = r->published; row < r->rows; row++)
        if (!h5file_read_row(r->file, "time", row, time + (row - r->published), 1, err))
            return false;
    if (!write_last_density(r, work, err) || !h5file_flush_rows(r->file, r->rows, err))
        return false;
    h5file_seal(r->file);
    if (!r->in_memory && !write_xdmf(r, time, err)) return false;
    r->published = r->rows;
    hold_released(&r->hold, wall_clock());
    return true;
}

bool record_publish(struct record *r, struct error *err) {
    if (r->broken) return *err = r->failure, false;
    if (r->rows == r->published) return true;
    const size_t values = field_values(&r->field[0]) + r->rows - r->published;
    double *work = array_create(values, sizeof *work, err);
    const bool good = work != NULL && publish(r, work, err);
    free(work);
    if (good) return true;
    r->broken = true, r->failure = *err;
    r->rows = r->published;
    return false;
}

bool record_go_on(struct record *r, struct error *err) {
    return r->in_memory || !hold_go_on(&r->hold, wall_clock()) || record_publish(r, err);
}

bool record_settle(struct record *r, struct error *err) {
    if (r->published == 0 && !r->resumed) return true;
    if (r->broken) {
        r->broken = r->begun = false;
        return h5file_rollback(r->file, err);
    }
    if (r->begun) h5file_drop_rows(r->file, r->rows);
    r->begun = false;
    return record_publish(r, err);
}
