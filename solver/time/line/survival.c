/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/survival.h"
#include "grids/field.h"
#include "grids/sum.h"
#include "solver/time/line/contour.h"
#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------ one snapshot */

struct recorder {
    const struct line_escape *escape;
    struct survival *out;
    double mass;
};

/* Faces of the absorbing chain that only lead to the target, or out of the grid. */
static void record_exits(const struct recorder *r, size_t k, const double *p) {
    const struct line_generator *g = r->escape->absorbing;
    const bool *target = r->escape->target;
    const size_t n = g->cells;
    struct sum lower = {0}, upper = {0};
    for (size_t i = 0; i < n; i++) {
        if (target[i]) continue;
        const bool below = i > 0 || g->periodic, above = i + 1 < n || g->periodic;
        if (!below || target[(i + n - 1) % n]) sum_add(&lower, g->right[i] * p[i]);
        if (!above || target[(i + 1) % n]) sum_add(&upper, g->left[i + 1] * p[i]);
    }
    r->out->lower[k] = sum_value(lower) / r->mass;
    r->out->upper[k] = sum_value(upper) / r->mass;
}

static double mass_outside(const struct line_escape *e, const double *p) {
    struct sum alive = {0};
    for (size_t i = 0; i < e->cells; i++)
        if (!e->target[i]) sum_add(&alive, p[i] * e->grid->axis[0]->width[i]);
    return sum_value(alive);
}

static bool record(void *context, size_t k, const double *p, double time_error,
                   struct error *err) {
    (void)err;
    const struct recorder *r = context;
    r->out->alive[k] = mass_outside(r->escape, p) / r->mass;
    record_exits(r, k, p);
    r->out->error = fmax(r->out->error, time_error);
    return true;
}

/* ------------------------------------------------------------------------------ curves */

bool survival_compute(const struct line_escape *e, const struct propagator_method *method,
                      const struct propagator_options *options, const double *p0, size_t n,
                      const double *t, struct survival *out, struct error *err) {
    *out = (struct survival){.n = n};
    struct recorder recorder = {e, out, field_mass(e->grid, p0)};
    if (!(recorder.mass > 0))
        return fail(err, ERROR_RUN, "the initial density has mass %g; it must be > 0",
                    recorder.mass);
    struct propagator *propagator = NULL;
    bool ok = (out->alive = array_create(n, sizeof(double), err)) &&
              (out->lower = array_create(n, sizeof(double), err)) &&
              (out->upper = array_create(n, sizeof(double), err)) &&
              (propagator = propagator_create(method ? method : &contour_method,
                                              e->absorbing, NULL, options, err)) &&
              propagator_advance(propagator, p0, n, t, record, &recorder, err);
    propagator_destroy(propagator);
    if (!ok) survival_finish(out);
    return ok;
}

void survival_finish(struct survival *s) {
    free(s->upper);
    free(s->lower);
    free(s->alive);
    *s = (struct survival){0};
}

/* ----------------------------------------------------------------------------- arrived */

struct arrival {
    const struct line_escape *escape;
    double mass, probability, error;
};

static bool record_arrival(void *context, size_t k, const double *p, double time_error,
                           struct error *err) {
    struct arrival *a = context;
    const struct line_escape *e = a->escape;
    const double *width = e->grid->axis[0]->width;
    struct sum arrived = {0}, alive = {0};
    (void)k, (void)err;
    for (size_t i = 0; i < e->cells; i++)
        sum_add(e->target[i] ? &arrived : &alive, p[i] * width[i]);
    const double lost =
        e->absorbing->absorbing ? a->mass - sum_value(arrived) - sum_value(alive) : 0;
    a->probability = fmax(sum_value(arrived) + lost, 0) / a->mass;
    a->error = time_error;
    return true;
}

bool survival_reached(const struct line_escape *e, const double *p0, double t,
                      const struct monitor *monitor, double *probability, double *error,
                      struct error *err) {
    const struct propagator_options options = {.tolerance = CONTOUR_FLOOR,
                                               .monitor = monitor};
    struct arrival a = {.escape = e, .mass = field_mass(e->grid, p0)};
    struct propagator *propagator =
        propagator_create(&contour_method, e->absorbing, NULL, &options, err);
    const bool ok = propagator != NULL &&
                    propagator_advance(propagator, p0, 1, &t, record_arrival, &a, err);
    propagator_destroy(propagator);
    *probability = a.probability, *error = a.error;
    return ok;
}
