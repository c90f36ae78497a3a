/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/results.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- opening */

static struct axis *axis_read(const struct h5file *file, const char *edges,
                              struct error *err) {
    size_t n;
    if (!h5file_size(file, edges, &n, err)) return NULL;
    if (n < 2) return fail(err, ERROR_FILE, "'%s' has no cell", edges), NULL;
    double *face = array_create(n, sizeof *face, err);
    struct axis *axis = NULL;
    if (face != NULL && h5file_read(file, edges, face, n, err))
        axis = axis_create(&(struct axis_spec){.spacing = SPACING_NODES,
                                               .cells = n - 1,
                                               .lo = face[0],
                                               .hi = face[n - 1],
                                               .nodes = n,
                                               .node = face,
                                               .multiple = 1},
                           err);
    free(face);
    if (axis == NULL && err->kind == ERROR_SETTINGS) {
        const struct error inner = *err;
        fail(err, ERROR_FILE, "'%s': %s", edges, inner.message);
    }
    return axis;
}

static struct grid *grid_read(const struct h5file *file, const struct axis_names *names,
                              struct error *err) {
    struct axis *x = axis_read(file, names->edge[0], err), *y = NULL;
    if (x == NULL) return NULL;
    if (names->dims == 2 && (y = axis_read(file, names->edge[1], err)) == NULL)
        return axis_destroy(x), NULL;
    return grid_create(x, y, err);
}

/* A killed run has the walkers' rows and not yet these attributes. */
static bool walkers_read(struct results *r, const char *prefix, struct error *err) {
    struct results_walkers *w = &r->walkers[r->ensembles];
    char name[64];
    double count;
    snprintf(name, sizeof name, "%s_histogram", prefix);
    if (!h5file_has(r->file, name)) return true;
    snprintf(w->prefix, sizeof w->prefix, "%s", prefix);
    struct error missing;
    snprintf(name, sizeof name, "%s_kind", prefix);
    bool good = h5file_read_attribute_text(r->file, "/", name, &w->kind, &missing);
    r->ensembles += good;
    const struct {
        const char *suffix;
        double *value;
    } real[] = {{"walkers", &count}, {"alpha", &w->alpha}, {"tolerance", &w->tolerance}};
    for (size_t k = 0; good && k < sizeof real / sizeof *real; k++) {
        snprintf(name, sizeof name, "%s_%s", prefix, real[k].suffix);
        good = h5file_read_attribute_real(r->file, "/", name, real[k].value, &missing);
    }
    if (!good)
        return fail(err, ERROR_FILE,
                    "%s: attribute '%s' is missing, the run was killed before it was "
                    "written; complete the file with fokker run --resume",
                    r->path, name);
    if (!(count >= 1 && count <= 1e15))
        return fail(err, ERROR_FILE, "%s: attribute '%s_walkers' is %g", r->path, prefix,
                    count);
    w->count = (uint64_t)count;
    return true;
}

bool results_open(struct results *r, const char *path, struct error *err) {
    static const char *const prefixes[] = {"mc", "mc_sgd", "mc_gaussian", "mc_sde"};
    *r = (struct results){.path = path};
    struct error none;
    if ((r->file = h5file_open(path, false, err)) == NULL) return false;
    if (!h5file_has(r->file, "density") || !h5file_rows(r->file, "time", &r->rows, err))
        return fail(err, ERROR_FILE,
                    "%s: not an output file of fokker (no dataset 'density')", path);
    if (r->rows == 0) return fail(err, ERROR_FILE, "%s: holds no snapshot", path);
    if (!axis_names_find(&r->axes, r->file, err) ||
        (r->grid = grid_read(r->file, &r->axes, err)) == NULL ||
        (r->time = array_create(r->rows, sizeof(double), err)) == NULL ||
        (r->scratch = array_create(r->grid->cells, sizeof(double), err)) == NULL ||
        !h5file_read(r->file, "time", r->time, r->rows, err))
        return false;
    if (!h5file_read_attribute_real(r->file, "/", "seed", &r->seed, &none))
        r->seed = (double)NAN;
    for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++)
        if (r->ensembles < 3 && !walkers_read(r, prefixes[k], err)) return false;
    return true;
}

bool results_close(struct results *r, struct error *err) {
    for (size_t k = 0; k < 3; k++)
        free(r->walkers[k].kind);
    free(r->scratch);
    free(r->time);
    grid_destroy(r->grid);
    return h5file_close(r->file, err);
}

/* ---------------------------------------------------------------- reading */

bool results_masses(const struct results *r, size_t row, double *mass, struct error *err) {
    if (!h5file_read_row(r->file, "density", row, mass, r->grid->cells, err)) return false;
    for (size_t i = 0; i < r->grid->cells; i++)
        mass[i] *= r->grid->volume[i];
    return true;
}

bool results_counts(const struct results *r, const struct results_walkers *w, size_t row,
                    int64_t *counts, struct error *err) {
    char name[64];
    snprintf(name, sizeof name, "%s_histogram", w->prefix);
    if (!h5file_read_row(r->file, name, row, r->scratch, r->grid->cells, err)) return false;
    for (size_t i = 0; i < r->grid->cells; i++) {
        const double count = r->scratch[i] * (double)w->count * r->grid->volume[i];
        if (!(count >= 0 && count < 1.5 * (double)w->count + 1))
            return fail(err, ERROR_FILE, "%s: '%s' has %g of %g walkers in a cell", r->path,
                        name, count, (double)w->count);
        counts[i] = llround(count);
    }
    return true;
}

static double series_value(const struct results *r, const char *name, size_t row) {
    struct error none;
    double value;
    const bool good =
        h5file_has(r->file, name) && h5file_read_row(r->file, name, row, &value, 1, &none);
    return good ? value : (double)NAN;
}

double results_value(const struct results *r, const struct results_walkers *w,
                     const char *name, size_t row) {
    char full[128];
    snprintf(full, sizeof full, "%s%s%s", w ? w->prefix : "", w ? "_" : "", name);
    return series_value(r, full, row);
}

double results_error(const struct results *r, const struct results_walkers *w,
                     const char *name, size_t row) {
    char full[128];
    if (w == NULL) return 0;
    snprintf(full, sizeof full, "%s_%s_errors", w->prefix, name);
    return series_value(r, full, row);
}

/* ---------------------------------------------------------------- two files */

static bool same_axis(const struct axis *a, const struct axis *b) {
    const double tolerance = 1e-12 * (a->face[a->cells] - a->face[0]);
    bool same = a->cells == b->cells;
    for (size_t i = 0; same && i <= a->cells; i++)
        same = fabs(a->face[i] - b->face[i]) <= tolerance;
    return same;
}

static bool grids_match(const struct results *a, const struct results *b,
                        struct error *err) {
    if (a->grid->dims != b->grid->dims)
        return fail(err, ERROR_FILE, "%s has %d variable(s), %s has %d: nothing to compare",
                    a->path, a->grid->dims, b->path, b->grid->dims);
    for (int d = 0; d < a->grid->dims; d++) {
        const struct axis *s = a->grid->axis[d], *t = b->grid->axis[d];
        if (!same_axis(s, t))
            return fail(err, ERROR_FILE,
                        "the grids differ in %c: %s has %zu cells in [%g, %g], %s has %zu "
                        "in [%g, %g]; compare needs the same faces",
                        d == 0 ? 'x' : 'y', a->path, s->cells, s->face[0],
                        s->face[s->cells], b->path, t->cells, t->face[0],
                        t->face[t->cells]);
    }
    return true;
}

bool results_match(const struct results *a, const struct results *b, size_t *rows,
                   struct error *err) {
    if (!grids_match(a, b, err)) return false;
    *rows = a->rows < b->rows ? a->rows : b->rows;
    for (size_t k = 0; k < *rows; k++)
        if (!(fabs(a->time[k] - b->time[k]) <= 1e-12 * fabs(a->time[k])))
            return fail(err, ERROR_FILE,
                        "the times differ: snapshot %zu is at %g in %s, at %g in %s", k,
                        a->time[k], a->path, b->time[k], b->path);
    return true;
}
