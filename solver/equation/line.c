/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/line.h"
#include "solver/fv/line/current.h"
#include "solver/fv/line/moments.h"
#include "solver/time/line/backward_euler.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/drive.h"
#include "solver/time/line/methods.h"
#include "solver/time/line/rosenbrock.h"
#include "solver/time/line/sdirk.h"
#include "solver/time/line/transport.h"
#include "solver/time/path/path_line.h"
#include <assert.h>

static const struct propagator_method *const methods[] = {
    &contour_method,   &backward_euler_method,     &sdirk_method, &rosenbrock_method,
    &transport_method, &line_path_integral_method, NULL};

struct line_interval {
    struct evolution_interval base;
    struct line_generator *generator;
    struct line_fate *fate; /* NULL until it is asked for */
};

const struct line_generator *
line_interval_generator(const struct evolution_interval *interval) {
    assert(interval->equation == &line_equation);
    return ((const struct line_interval *)interval)->generator;
}

static bool applies(const struct setup *setup) {
    return setup->grid->dims == 1;
}

static bool init(struct evolution_interval *base, const struct setup *setup,
                 struct error *err) {
    struct line_interval *q = (struct line_interval *)base;
    (void)setup;
    q->generator = line_generator_create(base->grid, base->coefficients, err);
    if (q->generator != NULL) q->generator->monitor = base->monitor;
    base->problem = q->generator;
    return q->generator != NULL;
}

static void finish(struct evolution_interval *base) {
    struct line_interval *q = (struct line_interval *)base;
    line_fate_destroy(q->fate);
    line_generator_destroy(q->generator);
}

static bool update(struct evolution_interval *base, struct error *err) {
    return line_generator_update(((struct line_interval *)base)->generator,
                                 base->coefficients, err);
}

static void follow(struct evolution_interval *base) {
    ((struct line_interval *)base)->generator->monitor = base->monitor;
}

static bool chain(const struct evolution_interval *q,
                  const struct coefficients *coefficients,
                  const struct propagator_options *options, struct work_chain *out,
                  struct error *err) {
    return line_drive_chain(line_interval_generator(q), coefficients, options, out, err);
}

static const struct propagator_method *choose(const struct evolution_interval *q,
                                              char why[256]) {
    const struct line_generator *g = line_interval_generator(q);
    if (sinks_any(&g->sinks)) return &contour_method;
    return propagator_choose(g, q->coefficients, why);
}

static void flux(const struct evolution_interval *q, const double *p, double *out) {
    line_generator_flux(line_interval_generator(q), p, out);
}

static bool current(const struct evolution_interval *q, const double *p,
                    struct current *out, struct error *err) {
    struct line_current c;
    if (!line_current_measure(line_interval_generator(q), p, &c, err)) return false;
    *out = (struct current){c.scale > 0 ? c.largest / c.scale : 0, c.entropy_production};
    return true;
}

static bool adiabatic(const struct evolution_interval *q, const double *p,
                      const double *log_pi, double *out, struct error *err) {
    return line_current_adiabatic(line_interval_generator(q), p, log_pi, out, err);
}

static bool stationary(const struct evolution_interval *q, struct stationary *out,
                       struct error *err) {
    return line_stationary_compute(line_interval_generator(q), out, err);
}

static bool modes(const struct evolution_interval *q, size_t wanted,
                  struct line_spectrum *out, struct error *err) {
    return line_spectrum_compute(line_interval_generator(q), wanted, out, err);
}

static struct moments moments(const struct evolution_interval *q, const double *p) {
    return line_moments(line_interval_generator(q), p);
}

static struct face_coefficients at_faces(const struct evolution_interval *q) {
    const struct line_generator *g = line_interval_generator(q);
    return (struct face_coefficients){g->drift, g->diffusion};
}

static const struct line_wall *degenerate_wall(const struct evolution_interval *q,
                                               int end) {
    const struct line_wall *wall = &line_interval_generator(q)->wall[end];
    return wall->vanishes ? wall : NULL;
}

static bool holds_mass(const struct evolution_interval *q, int end) {
    const struct line_generator *g = line_interval_generator(q);
    return line_cell_on_wall(g, end == 0 ? 0 : g->cells - 1);
}

static bool fate(struct evolution_interval *base, const double *p, double part[FATES],
                 struct error *err) {
    struct line_interval *q = (struct line_interval *)base;
    if (q->fate == NULL) q->fate = line_fate_create(q->generator, err);
    if (q->fate != NULL) line_fate_find(q->fate, p, part);
    return q->fate != NULL;
}

static bool unseen_error(const struct evolution_interval *q, const double *p, double t,
                         char text[EQUATION_TEXT]) {
    (void)p, (void)t;
    return sinks_missed(&line_interval_generator(q)->sinks, q->grid, q->coefficients, text);
}

const struct equation line_equation = {
    .name = "line",
    .description = "One variable, normal noise: dp/dt = -dJ/dx, J = b p - D^alpha "
                   "d/dx(D^(1-alpha) p).",
    .scope = "in one variable",
    .methods = methods,
    .automatic = "contour; transport without noise, or where the finest cells are too wide "
                 "for it; rosenbrock where the model depends on t",
    .refines_cells = true,
    .applies = applies,
    .size = sizeof(struct line_interval),
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
    .moments = moments,
    .at_faces = at_faces,
    .degenerate_wall = degenerate_wall,
    .holds_mass = holds_mass,
    .fate = fate,
    .unseen_error = unseen_error,
};
