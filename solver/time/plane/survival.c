/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/survival.h"
#include "grids/field.h"
#include "grids/sum.h"
#include "solver/time/line/survival.h"
#include "solver/time/plane/krylov.h"
#include <math.h>
#include <stdlib.h>

struct recorder {
    const struct plane_escape *escape;
    struct plane_survival *out;
    double mass;
};

static bool record(void *context, size_t k, const double *p, double time_error,
                   struct error *err) {
    (void)err;
    const struct recorder *r = context;
    const struct plane_target *t = &r->escape->target;
    const struct plane_generator *g = t->absorbing;
    struct sum alive = {0}, target = {0}, wall = {0};
    for (size_t i = 0; i < g->cells; i++)
        if (!t->inside[i]) sum_add(&alive, p[i] * g->grid->volume[i]);
    for (size_t q = 0; q < g->exits; q++) {
        const bool inner = t->place[t->place_of[q]].cell >= 0;
        sum_add(inner ? &target : &wall, g->exit[q].rate * p[g->exit[q].cell]);
    }
    r->out->alive[k] = sum_value(alive) / r->mass;
    r->out->target[k] = sum_value(target) / r->mass;
    r->out->wall[k] = sum_value(wall) / r->mass;
    r->out->error = fmax(r->out->error, time_error);
    return true;
}

bool plane_survival_compute(const struct plane_escape *e, plane_propagator_creator create,
                            const struct propagator_options *options, const double *p0,
                            size_t n, const double *t, struct plane_survival *out,
                            struct error *err) {
    *out = (struct plane_survival){.n = n};
    struct recorder recorder = {e, out, field_mass(e->grid, p0)};
    if (!(recorder.mass > 0))
        return fail(err, ERROR_RUN, "the initial density has mass %g; it must be > 0",
                    recorder.mass);
    struct propagator *propagator = NULL;
    if (create == NULL) create = krylov_create;
    bool good = (out->alive = array_create(n, sizeof(double), err)) &&
                (out->target = array_create(n, sizeof(double), err)) &&
                (out->wall = array_create(n, sizeof(double), err)) &&
                (propagator = create(e->target.absorbing, options, err)) &&
                propagator_advance(propagator, p0, n, t, record, &recorder, err);
    propagator_destroy(propagator);
    if (!good) plane_survival_finish(out);
    return good;
}

void plane_survival_finish(struct plane_survival *s) {
    free(s->wall), free(s->target), free(s->alive);
    *s = (struct plane_survival){0};
}

/* Largest tau of the cells outside the target. What starts in any of them may come to any
 * other, or nearly so. */
static double slowest(const struct plane_escape *e) {
    double most = 0;
    for (size_t i = 0; i < e->cells; i++)
        most = fmax(most, e->tau[i]);
    return most;
}

bool plane_survival_mean(const struct plane_escape *e, const double *p0, double *mean,
                         struct error *err) {
    const double longest = slowest(e);
    if (!isfinite(longest))
        return fail(err, ERROR_RUN, "the mean time to the target is infinite or overflows");
    double *t = array_create(2 * SURVIVAL_POINTS, sizeof *t, err);
    if (t == NULL) return false;
    double *weight = t + SURVIVAL_POINTS;
    struct plane_survival s = {0};
    const struct propagator_options options = {.tolerance = 1e-10};
    survival_points(40 * longest, t, weight);
    const bool good =
        plane_survival_compute(e, NULL, &options, p0, SURVIVAL_POINTS, t, &s, err);
    struct sum sum = {0};
    for (size_t k = 0; k < s.n; k++)
        sum_add(&sum, weight[k] * s.alive[k]);
    *mean = sum_value(sum);
    plane_survival_finish(&s);
    free(t);
    return good;
}
