/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/kinetic.h"
#include "grids/field.h"
#include "solver/fv/bernoulli.h"
#include "solver/time/kinetic/kinetic.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kinetic_interval {
    struct evolution_interval base;
    struct kinetic_coefficients law;
    double *slope;   /* [nx] L' at the centres */
    double *maxwell; /* [nv] ln of the cell averages of the law of v */
};

static const struct kinetic_interval *of(const struct evolution_interval *base) {
    return (const struct kinetic_interval *)base;
}

/* ---------------------------------------------------------------- the law */

static bool drift(const void *self, size_t n, const double *const *x, double *b,
                  struct error *err) {
    const struct kinetic_coefficients *law = self;
    if (!model_evaluate(law->model, n, x, NULL, b + n, NULL, err)) return false;
    for (size_t i = 0; i < n; i++) {
        b[i] = law->speed * x[1][i];
        b[n + i] = -law->speed * (law->gamma * x[1][i] + b[n + i]);
    }
    return true;
}

static bool diffusion(const void *self, size_t n, const double *const *x, double *D,
                      struct error *err) {
    const struct kinetic_coefficients *law = self;
    (void)x, (void)err;
    memset(D, 0, 2 * n * sizeof *D);
    for (size_t i = 0; i < n; i++)
        D[2 * n + i] = law->speed * law->gamma * law->theta;
    return true;
}

static bool diffusion_gradient(const void *self, size_t n, const double *const *x,
                               double *dD, struct error *err) {
    (void)self, (void)x, (void)err;
    memset(dD, 0, 6 * n * sizeof *dD);
    return true;
}

/* The covariance of one batch's gradient, the same at every centre in x. */
static bool constant_covariance(const struct setup *setup, double *covariance,
                                struct error *err) {
    const struct axis *x = setup->grid->axis[0];
    const double *const points[1] = {x->centre};
    double *C = array_create(x->cells, sizeof *C, err);
    bool good =
        C != NULL && model_evaluate(setup->model, x->cells, points, NULL, NULL, C, err);
    size_t lo = 0, hi = 0;
    for (size_t i = 0; good && i < x->cells; i++) {
        if (C[i] < C[lo]) lo = i;
        if (C[i] > C[hi]) hi = i;
    }
    if (good && !(C[lo] > 0 && C[hi] - C[lo] <= 1e-9 * C[hi]))
        good = config_fail(err, setup->spec->model_node,
                           "the gradient's noise is %.6g at %s = %.4g and %.6g at %.4g; "
                           "dynamics: kinetic has one temperature and needs the same noise "
                           "above 0 everywhere",
                           C[lo], setup->model->variable[0], x->centre[lo], C[hi],
                           x->centre[hi]);
    if (good) *covariance = model_batch_factor(setup->model) * C[hi];
    free(C);
    return good;
}

static bool law_of_sgd(const struct setup *setup, struct kinetic_coefficients *law,
                       struct error *err) {
    const struct model *m = setup->model;
    const double inertia = m->form == AVERAGING ? 1 - m->momentum : 1;
    double variance;
    if (!constant_covariance(setup, &variance, err)) return false;
    const struct kinetic_law k =
        kinetic_from_sgd(m->interval[0].eta[0] * inertia, m->momentum, variance);
    law->gamma = k.gamma, law->theta = k.theta;
    law->speed = k.time_per_step / model_step_time(m, 0);
    law->velocity_scale = k.velocity_scale / inertia;
    return true;
}

bool kinetic_coefficients_find(const struct setup *setup, struct kinetic_coefficients *law,
                               struct error *err) {
    const struct model_settings *s = &setup->spec->model;
    *law = (struct kinetic_coefficients){
        .gamma = s->friction, .theta = s->temperature, .speed = 1, .model = setup->model};
    if (setup->model->kind != MODEL_DRIFT && !law_of_sgd(setup, law, err)) return false;
    law->coefficients = (struct coefficients){.dims = 2,
                                              .constant_diffusion = true,
                                              .smooth = !setup->model->branches,
                                              .self = law,
                                              .drift = drift,
                                              .diffusion = diffusion,
                                              .diffusion_gradient = diffusion_gradient};
    return true;
}

/* ---------------------------------------------------------------- propagator */

struct kinetic_propagator {
    struct propagator base;
    struct kinetic *kinetic;
    double speed; /* tau per unit of the run's time */
};

static bool advance(struct propagator *base, const double *p0, size_t n, const double *t,
                    snapshot_sink sink, void *context, struct error *err) {
    struct kinetic_propagator *f = (struct kinetic_propagator *)base;
    double *tau = array_create(n, sizeof *tau, err);
    if (tau == NULL) return false;
    for (size_t k = 0; k < n; k++)
        tau[k] = f->speed * t[k];
    const bool good = kinetic_advance(f->kinetic, p0, n, tau, sink, context, err);
    free(tau);
    base->counts.steps = f->kinetic->steps;
    snprintf(
        base->chosen, sizeof base->chosen,
        "kinetic: shifts in x and v and the kernel of friction, split with steps of %.3g",
        f->kinetic->step / f->speed);
    return good;
}

static void destroy(struct propagator *base) {
    kinetic_destroy(((struct kinetic_propagator *)base)->kinetic);
    free(base);
}

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *o, struct error *err) {
    const struct kinetic_interval *q = problem;
    const struct kinetic_options options = {.gamma = q->law.gamma,
                                            .theta = q->law.theta,
                                            .step = o->step * q->law.speed,
                                            .tolerance = o->tolerance,
                                            .monitor = o->monitor};
    (void)coefficients;
    struct kinetic_propagator *p = array_create(1, sizeof *p, err);
    if (p == NULL) return NULL;
    p->speed = q->law.speed;
    p->kinetic = kinetic_create(q->base.grid, q->slope, &options, err);
    if (p->kinetic == NULL) return destroy(&p->base), NULL;
    return &p->base;
}

static const struct propagator_method splitting = {
    .name = "kinetic",
    .description = "Shifts in x and v, split with the exact step of friction and noise.",
    .order = 4,
    .tolerance = 1e-4,
    .batch = true,
    .create = create,
    .advance = advance,
    .destroy = destroy};
static const struct propagator_method *const methods[] = {&splitting, NULL};

static struct kinetic *kinetic_of(const struct evolution_interval *base) {
    return ((struct kinetic_propagator *)base->propagator)->kinetic;
}

/* ---------------------------------------------------------------- making */

static bool applies(const struct setup *setup) {
    return spec_is_kinetic(setup->spec);
}

/* ln of the average over [lo, hi] of exp(-v^2 / 2 theta) / sqrt(2 pi theta); far out, where
 * it underflows, of the middle. */
static double log_maxwell(double lo, double hi, double theta) {
    const double unit = sqrt(2 * theta), middle = 0.5 * (lo + hi);
    const double near = fmin(fabs(lo), fabs(hi)) / unit,
                 far = fmax(fabs(lo), fabs(hi)) / unit;
    const double part =
        lo * hi < 0 ? erf(near) + erf(far) : erfc(near) - erfc(far); /* twice the mass */
    if (part > 1e-280) return log(part / (2 * (hi - lo)));
    return -middle * middle / (2 * theta) - 0.5 * log(2 * M_PI * theta);
}

static bool init(struct evolution_interval *base, const struct setup *setup,
                 struct error *err) {
    struct kinetic_interval *q = (struct kinetic_interval *)base;
    const struct axis *x = base->grid->axis[0], *v = base->grid->axis[1];
    const double *const points[1] = {x->centre};
    base->problem = q;
    base->coefficients = &q->law.coefficients;
    if (!kinetic_coefficients_find(setup, &q->law, err) ||
        !(q->slope = array_create(x->cells, sizeof *q->slope, err)) ||
        !(q->maxwell = array_create(v->cells, sizeof *q->maxwell, err)) ||
        !model_evaluate(setup->model, x->cells, points, NULL, q->slope, NULL, err))
        return false;
    for (size_t j = 0; j < v->cells; j++)
        q->maxwell[j] = log_maxwell(v->face[j], v->face[j + 1], q->law.theta);
    return true;
}

static void finish(struct evolution_interval *base) {
    struct kinetic_interval *q = (struct kinetic_interval *)base;
    free(q->slope);
    free(q->maxwell);
}

/* ---------------------------------------------------------------- currents */

/* The current of friction and noise through the face between rows j and j + 1,
 *     (gamma theta / dv) [B(Q) p_j - B(-Q) p_{j+1}],   B(z) = z / (e^z - 1),
 * Q = ln of the ratio of the law of v there. */
struct exchange {
    double down, up; /* the two terms */
    double Q;
};
static struct exchange exchange_at(const struct kinetic_interval *f, size_t j, double p,
                                   double above) {
    const struct axis *v = f->base.grid->axis[1];
    const double D = f->law.speed * f->law.gamma * f->law.theta;
    const double rate = D / (v->centre[j + 1] - v->centre[j]);
    const double Q = f->maxwell[j] - f->maxwell[j + 1];
    return (struct exchange){rate * bernoulli(-Q) * above, rate * bernoulli(Q) * p, Q};
}

static double mean(double a, double b) {
    return 0.5 * (a + b);
}

/* v p; at a wall the current that is turned round there. */
static void flux_in_x(const struct kinetic_interval *f, const double *p, double *flux) {
    const struct axis *x = f->base.grid->axis[0], *v = f->base.grid->axis[1];
    const size_t nx = x->cells;
    const bool ring = x->boundary[0] == PERIODIC;
    for (size_t j = 0; j < v->cells; j++) {
        const double speed = f->law.speed * v->centre[j], *row = p + j * nx;
        double *out = flux + j * (nx + 1);
        for (size_t i = 1; i < nx; i++)
            out[i] = speed * mean(row[i - 1], row[i]);
        out[0] = speed * (ring ? mean(row[nx - 1], row[0]) : row[0]);
        out[nx] = ring ? out[0] : speed * row[nx - 1];
    }
}

static void flux_in_v(const struct kinetic_interval *f, const double *p, double *flux) {
    const size_t nx = f->base.grid->axis[0]->cells, nv = f->base.grid->axis[1]->cells;
    memset(flux, 0, nx * sizeof *flux);
    memset(flux + nv * nx, 0, nx * sizeof *flux);
    for (size_t j = 0; j + 1 < nv; j++)
        for (size_t i = 0; i < nx; i++) {
            const double below = p[j * nx + i], above = p[(j + 1) * nx + i];
            const struct exchange e = exchange_at(f, j, below, above);
            flux[(j + 1) * nx + i] =
                e.up - e.down - f->law.speed * f->slope[i] * mean(below, above);
        }
}

static void flux(const struct evolution_interval *q, const double *p, double *out) {
    flux_in_x(of(q), p, out);
    flux_in_v(of(q), p, out + equation_x_faces(q->grid));
}

/* Of the dissipative current in v,
 *     J = -gamma v p - gamma theta dp/dv,   which is 0 in the stationary state:
 * relative: its largest |J| relative to both terms taken apart,
 *     entropy_production = Integral J^2 / (gamma theta p) dx dv. */
static bool current(const struct evolution_interval *q, const double *p,
                    struct current *out, struct error *err) {
    const struct kinetic_interval *f = of(q);
    const struct axis *x = q->grid->axis[0];
    const size_t nx = x->cells, nv = q->grid->axis[1]->cells;
    double largest = 0, scale = 0, production = 0;
    (void)err;
    for (size_t j = 0; j + 1 < nv; j++)
        for (size_t i = 0; i < nx; i++) {
            const double below = p[j * nx + i], above = p[(j + 1) * nx + i];
            const struct exchange e = exchange_at(f, j, below, above);
            largest = fmax(largest, fabs(e.up - e.down));
            scale = fmax(scale, e.up + e.down);
            if (below > 0 && above > 0)
                production += (e.up - e.down) * (log(below / above) - e.Q) * x->width[i];
        }
    *out = (struct current){scale > 0 ? largest / scale : 0, production};
    return true;
}

/* ---------------------------------------------------------------- stationary law */

/* The x axis alone. */
static struct grid *line_grid(const struct grid *grid, struct error *err) {
    struct axis *x = axis_coarsen(grid->axis[0], 1, err);
    return x != NULL ? grid_create(x, NULL, err) : NULL;
}

/* p[j][i] = marginal_i Maxwell_j, normalised over the range of v. */
static void fill_product(const struct kinetic_interval *f, const struct stationary *x,
                         struct stationary *out) {
    const struct axis *v = f->base.grid->axis[1];
    const size_t nx = f->base.grid->axis[0]->cells;
    double mass = 0;
    for (size_t j = 0; j < v->cells; j++)
        mass += exp(f->maxwell[j]) * v->width[j];
    for (size_t j = 0; j < v->cells; j++)
        for (size_t i = 0; i < nx; i++) {
            const size_t k = j * nx + i;
            out->log_density[k] = x->log_density[i] + f->maxwell[j] - log(mass);
            out->density[k] = exp(out->log_density[k]);
        }
}

/* exp(-(v^2/2 + L)/theta) / Z in cell averages; x by the law without inertia. */
static bool stationary(const struct evolution_interval *q, struct stationary *out,
                       struct error *err) {
    struct grid *line = line_grid(q->grid, err);
    struct line_generator *overdamped =
        line != NULL ? line_generator_create(line, &q->model.coefficients, err) : NULL;
    struct stationary x = {0};
    const size_t cells = q->grid->cells;
    *out = (struct stationary){.kind = STATIONARY_UNIQUE};
    bool good = overdamped != NULL && line_stationary_compute(overdamped, &x, err);
    const bool ring =
        good && x.density != NULL &&
        fabs(x.current) > 1e-10 * line_generator_flux_scale(overdamped, x.density);
    if (ring) {
        out->kind = STATIONARY_DEGENERATE;
        snprintf(out->reason, sizeof out->reason,
                 "the loss does not come back to its value around the periodic axis");
    } else if (good && x.density != NULL) {
        good = (out->density = array_create(cells, sizeof(double), err)) != NULL &&
               (out->log_density = array_create(cells, sizeof(double), err)) != NULL;
        if (good) fill_product(of(q), &x, out);
    } else if (good) {
        out->kind = x.kind;
        memcpy(out->reason, x.reason, sizeof out->reason);
    }
    stationary_finish(&x);
    line_generator_destroy(overdamped);
    grid_destroy(line);
    return good;
}

/* ---------------------------------------------------------------- numbers */

static double *truncated(const struct evolution_interval *q) {
    return &kinetic_of(q)->at_edge;
}

static double friction(const struct evolution_interval *q) {
    return of(q)->law.gamma;
}

static double temperature(const struct evolution_interval *q) {
    return of(q)->law.theta;
}

static double time_per_unit(const struct evolution_interval *q) {
    return of(q)->law.speed;
}

static double velocity_scale(const struct evolution_interval *q) {
    return of(q)->law.velocity_scale;
}

static bool is_of_sgd(const struct evolution_interval *q) {
    return of(q)->law.velocity_scale != 0;
}

static const struct derived_constant constants[] = {
    {"friction", "momentum: gamma of its equation", friction, NULL},
    {"temperature", "momentum: theta of its equation", temperature, NULL},
    {"kinetic_time_per_unit", "momentum: time of its equation in a unit of the file's",
     time_per_unit, NULL},
    {"velocity_scale", "momentum SGD: V of its equation in SGD's v", velocity_scale,
     is_of_sgd},
    {NULL, NULL, NULL, NULL}};

static const struct truncation edge = {
    "edge_mass", 1e-6, "the range of the velocity cuts off what is faster; take it wider"};

/* Splittings with different steps do not see cells that the density is as narrow as: a normal law
 * of 1.2 cells has a variance that is 2 % off, one of 0.8 cells 30 %. */
static bool unseen_error(const struct evolution_interval *q, const double *p, double t,
                         char text[EQUATION_TEXT]) {
    const double smooth = 0.6; /* that of 1.3 cells */
    const double x = field_roughness(q->grid, p, 0), v = field_roughness(q->grid, p, 1);
    (void)t;
    if (!(fmax(x, v) > smooth)) return false;
    snprintf(text, EQUATION_TEXT,
             "the density at the end is as narrow as a cell along the %s (it changes by "
             "%.2g of itself from cell to cell), whose smearing no estimate sees: take "
             "more cells there",
             x > v ? "position" : "velocity", fmax(x, v));
    return true;
}

const struct equation kinetic_equation = {
    .name = "kinetic",
    .description =
        "One variable and its velocity: dp/dtau = -v dp/dx + d/dv[(gamma v + L') "
        "p] + gamma theta d2p/dv2.",
    .scope = "with dynamics: kinetic",
    .methods = methods,
    .truncation = &edge,
    .no_modes = "does not go with stable noise, nor with dynamics: kinetic",
    .no_passage = "does not go with dynamics: kinetic",
    .applies = applies,
    .size = sizeof(struct kinetic_interval),
    .init = init,
    .finish = finish,
    .flux = flux,
    .current = current,
    .stationary = stationary,
    .truncated = truncated,
    .constants = constants,
    .unseen_error = unseen_error,
};
