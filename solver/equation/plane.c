/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/plane.h"
#include "solver/fv/plane/current.h"
#include "solver/fv/plane/spectrum.h"
#include "solver/fv/plane/stationary.h"
#include "solver/time/plane/backward_euler.h"
#include "solver/time/plane/krylov.h"
#include <assert.h>

static const struct propagator_method *const methods[] = {
    &krylov_method, &plane_backward_euler_method, NULL};

struct plane_interval {
    struct evolution_interval base;
    struct plane_generator *generator;
};

const struct plane_generator *
plane_interval_generator(const struct evolution_interval *interval) {
    assert(interval->equation == &plane_equation);
    return ((const struct plane_interval *)interval)->generator;
}

static bool applies(const struct setup *setup) {
    return setup->grid->dims == 2;
}

static bool init(struct evolution_interval *base, const struct setup *setup,
                 struct error *err) {
    struct plane_interval *q = (struct plane_interval *)base;
    (void)setup;
    q->generator = plane_generator_create(base->grid, base->coefficients, err);
    if (q->generator != NULL) q->generator->monitor = base->monitor;
    base->problem = q->generator;
    return q->generator != NULL;
}

static void finish(struct evolution_interval *base) {
    plane_generator_destroy(((struct plane_interval *)base)->generator);
}

static void flux(const struct evolution_interval *q, const double *p, double *out) {
    plane_generator_flux(plane_interval_generator(q), p, out,
                         out + equation_x_faces(q->grid));
}

static bool current(const struct evolution_interval *q, const double *p,
                    struct current *out, struct error *err) {
    struct plane_current c;
    if (!plane_current_measure(plane_interval_generator(q), q->coefficients, p, &c, err))
        return false;
    *out = (struct current){c.scale > 0 ? c.largest / c.scale : 0, c.entropy_production};
    return true;
}

static bool stationary(const struct evolution_interval *q, struct stationary *out,
                       struct error *err) {
    return plane_stationary_compute(plane_interval_generator(q), out, err);
}

static bool modes(const struct evolution_interval *q, size_t wanted,
                  struct line_spectrum *out, struct error *err) {
    return plane_spectrum_compute(plane_interval_generator(q), wanted, out, err);
}

static struct upwinding upwinding(const struct evolution_interval *q) {
    const struct plane_generator *g = plane_interval_generator(q);
    return (struct upwinding){g->upwind, g->regularised};
}

const struct equation plane_equation = {
    .name = "plane",
    .description = "Two variables, normal noise: dp/dt = -div J, J_i = b_i p - d_j(D_ij "
                   "p) in the Ito reading.",
    .scope = "in two variables",
    .methods = methods,
    .applies = applies,
    .size = sizeof(struct plane_interval),
    .init = init,
    .finish = finish,
    .flux = flux,
    .current = current,
    .stationary = stationary,
    .modes = modes,
    .upwinding = upwinding,
};
