/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/survival.h"
#include "grids/field.h"
#include "grids/sum.h"
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
