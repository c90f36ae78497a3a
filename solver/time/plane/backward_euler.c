/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/backward_euler.h"
#include "solver/time/line/backward_euler.h"
#include "solver/time/plane/resolvent.h"
#include <stdlib.h>

struct plane {
    const struct plane_generator *generator;
    const struct monitor *monitor;
    struct resolvent *system[2]; /* of half a pair of steps and of the whole */
};

static void apply(const void *self, const double *m, double *rate) {
    const struct plane_generator *g = ((const struct plane *)self)->generator;
    double returning = 0;
    sparse_apply(g->matrix, m, rate);
    for (size_t i = 0; g->sinks.reset != NULL && i < g->cells; i++)
        returning += g->sinks.reset[i] * m[i];
    for (size_t i = 0; g->sinks.reset != NULL && i < g->cells; i++)
        rate[i] += returning * g->sinks.to[i];
}

static bool factor(void *self, int k, double h, struct error *err) {
    struct plane *plane = self;
    return resolvent_set(plane->system[k], h, plane->monitor, err) ||
           fail_within(err, "backward_euler (krylov may do, or an earlier end)");
}

static void solve(void *self, int k, const double *b, double *x) {
    resolvent_solve(((struct plane *)self)->system[k], b, x);
}

static void destroy(void *self) {
    struct plane *plane = self;
    if (plane == NULL) return;
    for (int k = 0; k < 2; k++)
        resolvent_destroy(plane->system[k]);
    free(plane);
}

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    (void)coefficients;
    return plane_backward_euler_create(problem, options, err);
}

const struct propagator_method plane_backward_euler_method = {
    .name = "backward_euler",
    .description = "First order, never negative at any step. The plain reference.",
    .order = 1,
    .tolerance = 1e-10,
    .positive = true,
    .create = create,
    .advance = stepper_advance,
    .destroy = stepper_destroy,
};

struct propagator *plane_backward_euler_create(const struct plane_generator *generator,
                                               const struct propagator_options *options,
                                               struct error *err) {
    struct plane *plane = array_create(1, sizeof *plane, err);
    if (plane == NULL) return NULL;
    plane->generator = generator, plane->monitor = options->monitor;
    for (int k = 0; k < 2; k++)
        if ((plane->system[k] = resolvent_create(generator, err)) == NULL)
            return destroy(plane), NULL;
    const struct stepper_system system = {.n = generator->cells,
                                          .volume = generator->grid->volume,
                                          .keep = 2, /* factors are dear */
                                          .apply = apply,
                                          .factor = factor,
                                          .solve = solve,
                                          .destroy = destroy,
                                          .self = plane};
    struct propagator *p =
        stepper_create(&plane_backward_euler_rule, &system, options, err);
    if (p != NULL) p->method = &plane_backward_euler_method;
    return p;
}
