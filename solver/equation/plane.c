/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/plane.h"
#include "solver/fv/plane/current.h"
#include "solver/fv/plane/spectrum.h"
#include "solver/fv/plane/stationary.h"
#include "solver/time/path/path_integral.h"
#include "solver/time/path/path_plane.h"
#include "solver/time/plane/backward_euler.h"
#include "solver/time/plane/drive.h"
#include "solver/time/plane/fate.h"
#include "solver/time/plane/krylov.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct propagator_method *const methods[] = {
    &krylov_method, &plane_backward_euler_method, &plane_rosenbrock_method,
    &plane_path_integral_method, NULL};

struct plane_interval {
    struct evolution_interval base;
    struct plane_generator *generator;
    struct plane_fate fate; /* empty until it is asked for */
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
    struct plane_interval *q = (struct plane_interval *)base;
    plane_fate_finish(&q->fate);
    plane_generator_destroy(q->generator);
}

static void follow(struct evolution_interval *base) {
    ((struct plane_interval *)base)->generator->monitor = base->monitor;
}

static bool update(struct evolution_interval *base, struct error *err) {
    return plane_generator_update(((struct plane_interval *)base)->generator,
                                  base->coefficients, err);
}

static bool chain(const struct evolution_interval *q,
                  const struct coefficients *coefficients,
                  const struct propagator_options *options, struct work_chain *out,
                  struct error *err) {
    return plane_drive_chain(plane_interval_generator(q), coefficients, options, out, err);
}

/* Part of the edges from where on the finite volumes are of first order as a whole; the
 * least tolerance, and the most cells, that path integration is taken for unasked: steps and
 * matrices grow. */
static const double first_order = 0.05, bearable = 1e-3;
static const double pi = 3.14159265358979323846;
enum { MOST_CELLS = 40000, LEAST_SIDE = 32 };

/* Is the noise of the two variables independent at all centres? */
static bool along_axes(const struct evolution_interval *q) {
    const struct grid *grid = q->grid;
    const size_t n = grid->cells;
    struct error ignored;
    double *work = array_create(5 * n, sizeof *work, &ignored);
    if (work == NULL) return false;
    double *x[2] = {work, work + n}, *D = work + 2 * n;
    grid_centres(grid, x);
    bool good = q->coefficients->diffusion(q->coefficients->self, n,
                                           (const double *const *)x, D, &ignored);
    for (size_t k = 0; good && k < n; k++)
        good = D[n + k] == 0;
    free(work);
    return good;
}

static bool is_small(const struct grid *grid) {
    return grid->cells <= MOST_CELLS && grid->axis[0]->cells >= LEAST_SIDE &&
           grid->axis[1]->cells >= LEAST_SIDE;
}

/* Path integration, where finite volumes would be of first order. At absorbing ends it is
 * no better than they are; where the potential is known their stationary state is exact; on
 * a tensor across the axes the density is often a ridge that cells do not resolve. */
static const struct propagator_method *choose(const struct evolution_interval *q,
                                              char why[256]) {
    const struct plane_generator *g = plane_interval_generator(q);
    if (g->upwind <= first_order || g->regularised > 0 || g->absorbing ||
        sinks_any(&g->sinks) || g->source != POTENTIAL_NONE || !is_small(q->grid) ||
        !along_axes(q) || (q->asked && q->tolerance < bearable))
        return &krylov_method;
    snprintf(why, 256,
             "path_integral: the noise is degenerate or the cells wide for it, %.2g of "
             "the edges of finite volumes would be upwind",
             g->upwind);
    return &plane_path_integral_method;
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

static bool adiabatic(const struct evolution_interval *q, const double *p,
                      const double *log_pi, double *out, struct error *err) {
    (void)err;
    *out = plane_current_adiabatic(plane_interval_generator(q), p, log_pi);
    return true;
}

static bool is_by_path(const struct evolution_interval *q) {
    return q->propagator != NULL && q->propagator->method == &plane_path_integral_method;
}

/* What is below 0 counts as 0. */
static void put_density(const struct grid *grid, struct stationary *out) {
    double mass = 0;
    for (size_t i = 0; i < grid->cells; i++) {
        out->density[i] = fmax(out->density[i], 0);
        mass += out->density[i] * grid->volume[i];
    }
    for (size_t i = 0; i < grid->cells; i++) {
        out->density[i] /= mass;
        out->log_density[i] = log(out->density[i]);
    }
}

static bool stationary_by_path(const struct evolution_interval *q, struct stationary *out,
                               struct error *err) {
    const size_t n = q->grid->cells;
    double error;
    *out = (struct stationary){.kind = STATIONARY_UNIQUE, .by_steps = true};
    const bool good =
        (out->density = array_create(n, sizeof *out->density, err)) != NULL &&
        (out->log_density = array_create(n, sizeof *out->log_density, err)) != NULL &&
        path_integral_stationary(q->propagator, out->density, &error, err);
    if (!good) return stationary_finish(out), false;
    return put_density(q->grid, out), true;
}

/* By the method in time where that finds one, else by the finite volumes, which say why
 * where there is none. */
static bool stationary(const struct evolution_interval *q, struct stationary *out,
                       struct error *err) {
    struct error inner = {0};
    if (is_by_path(q)) {
        if (stationary_by_path(q, out, &inner)) return true;
        if (error_is_fatal(&inner)) return *err = inner, false;
    }
    return plane_stationary_compute(plane_interval_generator(q), out, err);
}

static bool modes(const struct evolution_interval *q, size_t wanted,
                  struct line_spectrum *out, struct error *err) {
    return plane_spectrum_compute(plane_interval_generator(q), wanted, out, err);
}

static struct upwinding upwinding(const struct evolution_interval *q) {
    const struct plane_generator *g = plane_interval_generator(q);
    return (struct upwinding){g->upwind, g->regularised, !is_by_path(q)};
}

static bool fate(struct evolution_interval *base, const double *p, double part[FATES],
                 struct error *err) {
    struct plane_interval *q = (struct plane_interval *)base;
    const bool known = q->fate.probability[FATE_KILLED] != NULL;
    if (!known && !plane_fate_init(&q->fate, q->generator, err))
        return plane_fate_finish(&q->fate), false;
    plane_fate_find(&q->fate, base->grid, p, part);
    return true;
}

/* The rate at which noise evens out a wave as short as a cell, pi^2 (D_xx/h_x^2 + D_yy/h_y^2)/2. */
static bool cell_speeds(const struct evolution_interval *q, double *speed,
                        struct error *err) {
    const struct grid *grid = q->grid;
    const size_t n = grid->cells, nx = grid->axis[0]->cells;
    double *work = array_create(5 * n, sizeof *work, err);
    if (work == NULL) return false;
    double *x[2] = {work, work + n}, *D = work + 2 * n;
    grid_centres(grid, x);
    const bool good = q->coefficients->diffusion(q->coefficients->self, n,
                                                 (const double *const *)x, D, err);
    for (size_t i = 0; good && i < n; i++) {
        const double hx = grid->axis[0]->width[i % nx], hy = grid->axis[1]->width[i / nx];
        speed[i] = pi * pi * (D[i] / (hx * hx) + D[2 * n + i] / (hy * hy)) / 2;
    }
    free(work);
    return good;
}

static bool unseen_error(const struct evolution_interval *q, const double *p, double t,
                         char text[EQUATION_TEXT]) {
    const struct sinks *sinks = &plane_interval_generator(q)->sinks;
    struct error ignored;
    double *speed;
    (void)t;
    if (sinks_missed(&plane_interval_generator(q)->sinks, q->grid, q->coefficients, text))
        return true;
    if (!sinks_any(sinks) ||
        (speed = array_create(q->grid->cells, sizeof *speed, &ignored)) == NULL)
        return false;
    const bool doubt = cell_speeds(q, speed, &ignored) &&
                       sinks_doubt(sinks, q->grid, q->coefficients, speed, p, text);
    free(speed);
    return doubt;
}

const struct equation plane_equation = {
    .name = "plane",
    .description = "Two variables, normal noise: dp/dt = -div J, J_i = b_i p - d_j(D_ij "
                   "p) in the Ito reading.",
    .scope = "in two variables",
    .methods = methods,
    .automatic = "krylov; path_integral where it would be of first order (docs/numerics.md "
                 "10.8); rosenbrock where the model depends on t",
    .applies = applies,
    .size = sizeof(struct plane_interval),
    .init = init,
    .finish = finish,
    .update = update,
    .follow = follow,
    .chain = chain,
    .choose = choose,
    .flux = flux,
    .current = current,
    .adiabatic = adiabatic,
    .stationary = stationary,
    .modes = modes,
    .upwinding = upwinding,
    .fate = fate,
    .unseen_error = unseen_error,
};
