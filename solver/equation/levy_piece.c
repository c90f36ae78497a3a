/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/levy_piece.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const levy_methods[2] = {"spectral", "lattice"};

/* ---------------------------------------------------------------- propagator */

static bool advance(struct propagator *base, const double *p0, size_t n, const double *t,
                    snapshot_sink sink, void *context, struct error *err) {
    struct stable_interval *q = (struct stable_interval *)base;
    const bool good = levy_advance(q->levy, p0, n, t, sink, context, err);
    base->counts.steps = q->levy->steps;
    snprintf(base->chosen, sizeof base->chosen,
             "alpha-stable noise: drift along characteristics and %s, split with steps of "
             "%.3g",
             base->method->positive ? "jumps between cells" : "jumps by Fourier modes",
             q->levy->step);
    return good;
}

static void destroy(struct propagator *base) {
    struct stable_interval *q = (struct stable_interval *)base;
    levy_destroy(q->levy);
    free(q->drift);
    free(q);
}

static const struct propagator_method methods[2] = {
    {.name = "spectral",
     .description = "Stable jumps by their Fourier modes, exact for what cells resolve.",
     .order = 2,
     .batch = true,
     .advance = advance,
     .destroy = destroy},
    {.name = "lattice",
     .description = "Stable jumps as rates between cells: never negative.",
     .order = 2,
     .positive = true,
     .batch = true,
     .advance = advance,
     .destroy = destroy}};

/* ---------------------------------------------------------------- making */

static bool check_ends(const struct grid *grid, struct error *err) {
    for (int end = 0; end < 2; end++)
        if (grid->axis[0]->boundary[end] != REFLECTING)
            return fail(err, ERROR_SETTINGS,
                        "stable noise jumps over the ends of the grid: take boundary: "
                        "reflecting and a wide box (times to leave an interval come from "
                        "analysis.escape)");
    return true;
}

static bool drift_at_faces(struct stable_interval *q, struct error *err) {
    const struct coefficients *c = &q->coefficients->coefficients;
    const struct axis *axis = q->grid->axis[0];
    const double *x[1] = {axis->face};
    if ((q->drift = array_create(axis->cells + 1, sizeof *q->drift, err)) == NULL ||
        !c->drift(c->self, axis->cells + 1, x, q->drift, err))
        return false;
    q->drift[0] = q->drift[axis->cells] = 0;
    return true;
}

struct stable_interval *stable_interval_create(const struct grid *grid,
                                               const struct interval_coefficients *c,
                                               const char *method,
                                               const struct propagator_options *o,
                                               struct error *err) {
    const bool positive = strcmp(method, methods[1].name) == 0;
    const struct levy_options options = {.alpha = c->model->stable.alpha,
                                         .sigma = c->stable_scale,
                                         .step = o->step,
                                         .tolerance = o->tolerance,
                                         .positive = positive,
                                         .monitor = o->monitor};
    if (!check_ends(grid, err)) return NULL;
    struct stable_interval *q = array_create(1, sizeof *q, err);
    if (q == NULL) return NULL;
    *q = (struct stable_interval){.grid = grid, .coefficients = c, .monitor = o->monitor};
    q->base.method = &methods[positive];
    snprintf(q->base.chosen, sizeof q->base.chosen, "%s", q->base.method->description);
    if (!drift_at_faces(q, err)) return destroy(&q->base), NULL;
    bool still = true;
    for (size_t f = 0; f <= grid->cells; f++)
        still &= q->drift[f] == 0;
    q->levy = levy_create(grid, still ? NULL : &c->coefficients, &options, err);
    if (q->levy == NULL) return destroy(&q->base), NULL;
    return q;
}

/* ---------------------------------------------------------------- current */

/* b p at face f, p the mean of the two cells. */
static double carried(const struct stable_interval *q, const double *p, size_t f) {
    const bool end = f == 0 || f == q->grid->cells;
    return end ? 0 : q->drift[f] * 0.5 * (p[f - 1] + p[f]);
}

void stable_interval_flux(const struct stable_interval *q, const double *p, double *flux) {
    levy_flux(q->levy, p, flux);
    for (size_t f = 0; f <= q->grid->cells; f++)
        flux[f] += carried(q, p, f);
}

bool stable_interval_current(const struct stable_interval *q, const double *p,
                             double *relative, struct error *err) {
    const size_t n = q->grid->cells;
    double *flux = array_create(n + 1, sizeof *flux, err), largest = 0, scale = 0;
    if (flux == NULL) return false;
    levy_flux(q->levy, p, flux);
    for (size_t f = 0; f <= n; f++) {
        largest = fmax(largest, fabs(flux[f] + carried(q, p, f)));
        scale = fmax(scale, fabs(flux[f]) + fabs(carried(q, p, f)));
    }
    *relative = scale > 0 ? largest / scale : 0;
    free(flux);
    return true;
}

/* ---------------------------------------------------------------- stationary law */

/* b = -h (x - centre) with h > 0? */
static bool linear_drift(const struct interval_coefficients *c, double *h, double *centre) {
    const struct model *m = c->model;
    const bool given = m->kind == MODEL_DRIFT;
    const expr e = given ? m->drift[0] : m->gradient[0];
    const double scale = given ? -1 : c->rate[0], origin = 0;
    double slope;
    if (!expr_is_number(m->graph, expr_derivative(m->graph, e, 0), &slope)) return false;
    *h = scale * slope;
    *centre = -scale * expr_value(m->graph, e, &origin) / *h;
    return *h > 0 && isfinite(*centre) && c->stable_scale > 0;
}

bool stable_interval_stationary(const struct stable_interval *q, struct stationary *out,
                                struct error *err) {
    const size_t n = q->grid->cells;
    double h, centre;
    const bool linear = linear_drift(q->coefficients, &h, &centre);
    *out = (struct stationary){.kind = STATIONARY_DEGENERATE};
    snprintf(out->reason, sizeof out->reason,
             linear ? "the box is too narrow for the law of the linear drift: its ends are "
                      "less than 8 scales away"
                    : "with stable noise it is known in closed form for a linear drift "
                      "only; see the density at a late time");
    if (!linear) return true;
    out->density = array_create(n, sizeof *out->density, err);
    out->log_density = array_create(n, sizeof *out->log_density, err);
    if (out->density == NULL || out->log_density == NULL) return false;
    if (!levy_stationary(q->levy, h, centre, out->density)) {
        free(out->density), free(out->log_density);
        out->density = out->log_density = NULL;
        return true;
    }
    out->kind = STATIONARY_UNIQUE;
    out->reason[0] = '\0';
    for (size_t i = 0; i < n; i++)
        out->log_density[i] = log(out->density[i]);
    return true;
}
