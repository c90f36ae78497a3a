/* SPDX-License-Identifier: GPL-3.0-or-later
 * out_ij = Sum_k mass of the cell (i, j) of `to` shifted by k periods */
#include "solver/fv/regrid.h"
#include "solver/fv/remap.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One axis: from parabolas on the old cells to the new cells. */
struct pass {
    struct remap *remap;
    const struct axis *to;
    double first, last;     /* periods of `to` that the old axis reaches into */
    double *face, *part;    /* [to->cells + 1] shifted faces; [to->cells] masses */
    double *before, *after; /* [cells of either] a column */
};

static void pass_destroy(struct pass *s) {
    free(s->after);
    free(s->before);
    free(s->part);
    free(s->face);
    remap_destroy(s->remap);
}

static bool pass_create(struct pass *s, const struct axis *from, const struct axis *to,
                        struct error *err) {
    const double lo = to->face[0], period = to->face[to->cells] - lo;
    *s = (struct pass){.to = to};
    if (to->boundary[0] == PERIODIC) {
        s->first = floor((from->face[0] - lo) / period);
        s->last = ceil((from->face[from->cells] - lo) / period) - 1;
    }
    if (s->last - s->first > 1000)
        return fail(err, ERROR_SETTINGS, "[%g, %g] is more than 1000 periods of %g",
                    from->face[0], from->face[from->cells], period);
    return (s->remap = remap_create(from, err)) != NULL &&
           (s->face = array_create(to->cells + 1, sizeof(double), err)) != NULL &&
           (s->part = array_create(to->cells, sizeof(double), err)) != NULL &&
           (s->before = array_create(from->cells, sizeof(double), err)) != NULL &&
           (s->after = array_create(to->cells, sizeof(double), err)) != NULL;
}

static void pass_masses(struct pass *s, const double *m, double *out) {
    const size_t n = s->to->cells;
    const double period = s->to->face[n] - s->to->face[0];
    remap_set(s->remap, m);
    memset(out, 0, n * sizeof *out);
    for (double k = s->first; k <= s->last; k++) {
        for (size_t i = 0; i <= n; i++)
            s->face[i] = s->to->face[i] + k * period;
        remap_between(s->remap, n, s->face, s->part);
        for (size_t i = 0; i < n; i++)
            out[i] += s->part[i];
    }
}

/* Along y, column by column: m[ny][columns] to out[n][columns]. */
static void pass_columns(struct pass *s, size_t columns, const double *m, double *out) {
    const size_t ny = s->remap->axis->cells, n = s->to->cells;
    for (size_t i = 0; i < columns; i++) {
        for (size_t j = 0; j < ny; j++)
            s->before[j] = m[j * columns + i];
        pass_masses(s, s->before, s->after);
        for (size_t j = 0; j < n; j++)
            out[j * columns + i] = s->after[j];
    }
}

static bool regrid_plane(struct pass *x, struct pass *y, const double *m, double *out,
                         struct error *err) {
    const size_t nx = x->remap->axis->cells, ny = y->remap->axis->cells, n = x->to->cells;
    double *between = array_create(n * ny, sizeof *between, err);
    if (between == NULL) return false;
    for (size_t j = 0; j < ny; j++)
        pass_masses(x, m + j * nx, between + j * n);
    pass_columns(y, n, between, out);
    free(between);
    return true;
}

bool regrid_masses(const struct grid *from, const double *m, const struct grid *to,
                   double *out, struct error *err) {
    struct pass pass[2] = {0};
    bool good = true;
    for (int d = 0; good && d < to->dims; d++)
        good = pass_create(&pass[d], from->axis[d], to->axis[d], err);
    if (good && to->dims == 1)
        pass_masses(&pass[0], m, out);
    else if (good)
        good = regrid_plane(&pass[0], &pass[1], m, out, err);
    pass_destroy(&pass[1]);
    pass_destroy(&pass[0]);
    return good;
}
