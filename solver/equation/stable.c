/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/stable.h"
#include "solver/time/stable/levy.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;

struct stable_interval {
    struct evolution_interval base;
    double *drift; /* [cells + 1] at the faces; 0 at the ends, which it does not cross */
    struct sinks sinks;
};

/* ---------------------------------------------------------------- propagator */

struct stable_propagator {
    struct propagator base;
    struct levy *levy;
};

static bool advance(struct propagator *base, const double *p0, size_t n, const double *t,
                    snapshot_sink sink, void *context, struct error *err) {
    struct levy *levy = ((struct stable_propagator *)base)->levy;
    const bool good = levy_advance(levy, p0, n, t, sink, context, err);
    base->counts.steps = levy->steps;
    snprintf(base->chosen, sizeof base->chosen,
             "alpha-stable noise: drift along characteristics and %s, split with steps of "
             "%.3g",
             base->method->positive ? "jumps between cells" : "jumps by Fourier modes",
             levy->step);
    return good;
}

static void destroy(struct propagator *base) {
    levy_destroy(((struct stable_propagator *)base)->levy);
    free(base);
}

static struct propagator *create(const struct stable_interval *q, bool positive,
                                 const struct propagator_options *o, struct error *err) {
    const struct levy_options options = {.alpha = q->base.model.model->stable.alpha,
                                         .sigma = q->base.model.stable_scale,
                                         .step = o->step,
                                         .tolerance = o->tolerance,
                                         .positive = positive,
                                         .monitor = o->monitor};
    bool still = true;
    for (size_t f = 0; f <= q->base.grid->cells; f++)
        still &= q->drift[f] == 0;
    struct stable_propagator *p = array_create(1, sizeof *p, err);
    if (p == NULL) return NULL;
    p->levy = levy_create(q->base.grid, still ? NULL : q->base.coefficients, &q->sinks,
                          &options, err);
    if (p->levy == NULL) return destroy(&p->base), NULL;
    return &p->base;
}

static struct propagator *spectral_create(const void *problem,
                                          const struct coefficients *coefficients,
                                          const struct propagator_options *options,
                                          struct error *err) {
    (void)coefficients;
    return create(problem, false, options, err);
}

static struct propagator *lattice_create(const void *problem,
                                         const struct coefficients *coefficients,
                                         const struct propagator_options *options,
                                         struct error *err) {
    (void)coefficients;
    return create(problem, true, options, err);
}

static const struct propagator_method spectral = {
    .name = "spectral",
    .description = "Stable jumps by their Fourier modes, exact for what cells resolve.",
    .order = 2,
    .tolerance = 1e-4,
    .batch = true,
    .create = spectral_create,
    .advance = advance,
    .destroy = destroy};
static const struct propagator_method lattice = {
    .name = "lattice",
    .description = "Stable jumps as rates between cells: never negative.",
    .order = 2,
    .tolerance = 1e-4,
    .positive = true,
    .batch = true,
    .create = lattice_create,
    .advance = advance,
    .destroy = destroy};
static const struct propagator_method *const methods[] = {&spectral, &lattice, NULL};

static struct levy *levy_of(const struct evolution_interval *base) {
    return ((struct stable_propagator *)base->propagator)->levy;
}

/* ---------------------------------------------------------------- making */

static bool applies(const struct setup *setup) {
    return model_has_stable_noise(setup->model);
}

static bool check_ends(const struct grid *grid, struct error *err) {
    for (int end = 0; end < 2; end++)
        if (grid->axis[0]->boundary[end] != REFLECTING)
            return fail(err, ERROR_SETTINGS,
                        "stable noise jumps over the ends of the grid: take boundary: "
                        "reflecting and a wide box (times to leave an interval come from "
                        "analysis.escape)");
    return true;
}

static bool init(struct evolution_interval *base, const struct setup *setup,
                 struct error *err) {
    struct stable_interval *q = (struct stable_interval *)base;
    const struct coefficients *c = base->coefficients;
    const struct axis *axis = base->grid->axis[0];
    const double *x[1] = {axis->face};
    (void)setup;
    base->problem = q;
    if (!check_ends(base->grid, err) ||
        (q->drift = array_create(axis->cells + 1, sizeof *q->drift, err)) == NULL ||
        !c->drift(c->self, axis->cells + 1, x, q->drift, err) ||
        !sinks_init(&q->sinks, base->grid, c, err))
        return false;
    q->drift[0] = q->drift[axis->cells] = 0;
    return true;
}

static void finish(struct evolution_interval *base) {
    free(((struct stable_interval *)base)->drift);
    sinks_finish(&((struct stable_interval *)base)->sinks);
}

/* Jumps reach any place: if some is killed, all is in the end. */
static bool fate(struct evolution_interval *base, const double *p, double part[FATES],
                 struct error *err) {
    const struct stable_interval *q = (const struct stable_interval *)base;
    (void)err;
    part[FATE_KILLED] = q->sinks.killing != NULL ? field_mass(base->grid, p) : 0;
    part[FATE_ABSORBED] = 0;
    return true;
}

/* ---------------------------------------------------------------- current */

/* b p at face f, p the mean of the two cells. */
static double carried(const struct evolution_interval *base, const double *p, size_t f) {
    const struct stable_interval *q = (const struct stable_interval *)base;
    const bool end = f == 0 || f == base->grid->cells;
    return end ? 0 : q->drift[f] * 0.5 * (p[f - 1] + p[f]);
}

static void flux(const struct evolution_interval *q, const double *p, double *out) {
    levy_flux(levy_of(q), p, out);
    for (size_t f = 0; f <= q->grid->cells; f++)
        out[f] += carried(q, p, f);
}

/* The largest |current| relative to those of drift and jumps taken apart; 0 in a stationary
 * state. */
static bool current(const struct evolution_interval *q, const double *p,
                    struct current *out, struct error *err) {
    const size_t n = q->grid->cells;
    double *jumps = array_create(n + 1, sizeof *jumps, err), largest = 0, scale = 0;
    if (jumps == NULL) return false;
    levy_flux(levy_of(q), p, jumps);
    for (size_t f = 0; f <= n; f++) {
        largest = fmax(largest, fabs(jumps[f] + carried(q, p, f)));
        scale = fmax(scale, fabs(jumps[f]) + fabs(carried(q, p, f)));
    }
    *out = (struct current){scale > 0 ? largest / scale : 0, 0};
    free(jumps);
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

/* In closed form for b = -h (x - centre) (levy_stationary). */
static bool stationary(const struct evolution_interval *q, struct stationary *out,
                       struct error *err) {
    const size_t n = q->grid->cells;
    double h, centre;
    const bool linear = linear_drift(&q->model, &h, &centre);
    const struct stable_interval *mine = (const struct stable_interval *)q;
    *out = (struct stationary){.kind = STATIONARY_DEGENERATE};
    if (sinks_any(&mine->sinks)) {
        snprintf(
            out->reason, sizeof out->reason, "%s",
            mine->sinks.killing != NULL
                ? "mass is killed: all of it is lost in the end"
                : "with stable noise and resets it is not known in closed form; see the "
                  "density at a late time");
        return true;
    }
    snprintf(out->reason, sizeof out->reason,
             linear ? "the box is too narrow for the law of the linear drift: its ends are "
                      "less than 8 scales away"
                    : "with stable noise it is known in closed form for a linear drift "
                      "only; see the density at a late time");
    if (!linear) return true;
    out->density = array_create(n, sizeof *out->density, err);
    out->log_density = array_create(n, sizeof *out->log_density, err);
    if (out->density == NULL || out->log_density == NULL) return false;
    if (!levy_stationary(levy_of(q), h, centre, out->density)) {
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

/* ---------------------------------------------------------------- numbers */

static struct face_coefficients at_faces(const struct evolution_interval *base) {
    return (struct face_coefficients){((const struct stable_interval *)base)->drift, NULL};
}

static double *truncated(const struct evolution_interval *q) {
    return &levy_of(q)->wrapped;
}

static double alpha(const struct evolution_interval *q) {
    return q->model.model->stable.alpha;
}

static double scale(const struct evolution_interval *q) {
    return q->model.stable_scale;
}

static const struct derived_constant constants[] = {
    {"stable_alpha", "stable noise: index in the equation", alpha, NULL},
    {"stable_scale", "stable noise: scale in the equation", scale, NULL},
    {NULL, NULL, NULL, NULL}};

/* Rates that are narrow inside of cells; jumps even out a cell at the rate (pi s/h)^alpha. */
static bool sinks_unseen(const struct evolution_interval *q, const double *p,
                         char text[EQUATION_TEXT]) {
    const struct sinks *sinks = &((const struct stable_interval *)q)->sinks;
    const size_t n = q->grid->cells;
    struct error ignored;
    double *speed;
    if (sinks_missed(sinks, q->grid, q->coefficients, text)) return true;
    if (!sinks_any(sinks) || (speed = array_create(n, sizeof *speed, &ignored)) == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        speed[i] = pow(pi * scale(q) / q->grid->axis[0]->width[i], alpha(q));
    const bool doubt = sinks_doubt(sinks, q->grid, q->coefficients, speed, p, text);
    free(speed);
    return doubt;
}

/* Each step of the splitting smears a stable law by a part of a cell, which two runs with
 * different steps do not see where the law is narrow. Once it has formed, its scale is
 *     s (alpha h)^(-1/alpha),   h the mean slope of the pull where the density is. */
static bool unseen_error(const struct evolution_interval *base, const double *p, double t,
                         char text[EQUATION_TEXT]) {
    const double enough = 2; /* cells in a scale */
    const struct stable_interval *q = (const struct stable_interval *)base;
    if (!(base->model.stable_scale > 0)) return false;
    if (sinks_unseen(base, p, text)) return true;
    const struct axis *axis = base->grid->axis[0];
    const double alpha = base->model.model->stable.alpha;
    double pull = 0;
    for (size_t i = 1; i + 1 < axis->cells; i++)
        pull += p[i] * (q->drift[i] - q->drift[i + 1]);
    const bool formed = pull * t > 1;
    const double scale = base->model.stable_scale * pow(alpha * pull, -1 / alpha);
    if (!(formed && scale < enough * axis->width[0])) return false;
    snprintf(text, EQUATION_TEXT,
             "the scale %.2g of the stable law is below %g cells, whose smearing no "
             "estimate sees: take %.0f cells, or a narrower grid",
             scale, enough, ceil(enough * axis->width[0] / scale * (double)axis->cells));
    return true;
}

static const struct truncation wrapped = {
    "wrapped_mass", 0.1,
    "by less than that, but not by nothing, the density differs from that on the line; "
    "take the grid wider"};

const struct equation stable_equation = {
    .name = "stable",
    .description = "One variable, alpha-stable noise: dp/dt = -d(b p)/dx - s^alpha "
                   "(-d2/dx2)^(alpha/2) p.",
    .scope = "with stable noise",
    .methods = methods,
    .truncation = &wrapped,
    .no_modes = "does not go with stable noise, nor with dynamics: kinetic",
    .applies = applies,
    .size = sizeof(struct stable_interval),
    .init = init,
    .finish = finish,
    .flux = flux,
    .current = current,
    .stationary = stationary,
    .at_faces = at_faces,
    .truncated = truncated,
    .fate = fate,
    .constants = constants,
    .unseen_error = unseen_error,
};
