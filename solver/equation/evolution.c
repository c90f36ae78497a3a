/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/evolution.h"
#include "solver/fv/line/current.h"
#include "solver/fv/plane/current.h"
#include "solver/fv/plane/stationary.h"
#include "solver/time/line/methods.h"
#include "solver/time/plane/backward_euler.h"
#include "solver/time/plane/krylov.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- methods */

static bool unknown_method(const struct setup *setup, const char *const *names,
                           size_t count, const char *where, struct error *err) {
    const char *name = setup->spec->time.method, *near = nearest_word(name, names, count);
    char allowed[256] = "auto";
    for (size_t k = 0; k < count; k++) {
        strcat(allowed, ", ");
        strcat(allowed, names[k]);
    }
    return config_fail(err, config_find(setup->spec->time_node, "method"),
                       "'%s'%s%s%s; allowed %s: %s", name, near ? "; did you mean '" : "",
                       near ? near : "", near ? "'?" : "", where, allowed);
}

static bool line_propagator(struct evolution_interval *p, const struct setup *setup,
                            const char *name, const struct propagator_options *options,
                            struct error *err) {
    const struct propagator_method *method = propagator_find(name);
    const char *names[16];
    size_t count = 0;
    char why[256] = "";
    for (; propagator_methods[count] != NULL && count < 16; count++)
        names[count] = propagator_methods[count]->name;
    if (strcmp(name, "auto") == 0)
        method = propagator_choose(p->line, &p->coefficients.coefficients, why);
    if (method == NULL) return unknown_method(setup, names, count, "in one variable", err);
    p->propagator =
        propagator_create(method, p->line, &p->coefficients.coefficients, options, err);
    if (p->propagator != NULL && p->propagator->chosen[0] == '\0')
        snprintf(p->propagator->chosen, sizeof p->propagator->chosen, "%s",
                 why[0] != '\0' ? why : method->name);
    return p->propagator != NULL;
}

static bool plane_propagator(struct evolution_interval *p, const struct setup *setup,
                             const char *name, const struct propagator_options *options,
                             struct error *err) {
    static const char *const names[] = {"krylov", "backward_euler"};
    const bool krylov = strcmp(name, "auto") == 0 || strcmp(name, names[0]) == 0;
    if (!krylov && strcmp(name, names[1]) != 0)
        return unknown_method(setup, names, 2, "in two variables", err);
    p->propagator = krylov ? krylov_create(p->plane, options, err)
                           : plane_backward_euler_create(p->plane, options, err);
    return p->propagator != NULL;
}

/* ---------------------------------------------------------------- kinds of intervals */

struct evolution_kind {
    const struct truncation *account; /* or NULL */
    bool (*create)(struct evolution_interval *, const struct setup *, const struct grid *,
                   const char *method, const struct propagator_options *, struct error *);
    void (*flux)(const struct evolution_interval *, const double *p, double *flux);
    bool (*current)(const struct evolution_interval *, const double *p, struct current *out,
                    struct error *);
    bool (*stationary)(const struct evolution_interval *, struct stationary *out,
                       struct error *);
    double *(*truncation_value)(const struct evolution_interval *);
    size_t (*numbers)(const struct evolution_interval *, struct number *);
};

/* Faces normal to x. */
static size_t x_faces(const struct grid *g) {
    return (g->axis[0]->cells + 1) * (g->dims == 2 ? g->axis[1]->cells : 1);
}

static bool line_create(struct evolution_interval *q, const struct setup *setup,
                        const struct grid *grid, const char *method,
                        const struct propagator_options *options, struct error *err) {
    q->line = line_generator_create(grid, &q->coefficients.coefficients, err);
    return q->line != NULL && line_propagator(q, setup, method, options, err);
}

static void line_flux(const struct evolution_interval *q, const double *p, double *flux) {
    line_generator_flux(q->line, p, flux);
}

static bool line_current(const struct evolution_interval *q, const double *p,
                         struct current *out, struct error *err) {
    struct line_current c;
    if (!line_current_measure(q->line, p, &c, err)) return false;
    *out = (struct current){c.scale > 0 ? c.largest / c.scale : 0, c.entropy_production};
    return true;
}

static bool line_stationary(const struct evolution_interval *q, struct stationary *out,
                            struct error *err) {
    return line_stationary_compute(q->line, out, err);
}

static bool plane_create(struct evolution_interval *q, const struct setup *setup,
                         const struct grid *grid, const char *method,
                         const struct propagator_options *options, struct error *err) {
    q->plane = plane_generator_create(grid, &q->coefficients.coefficients, err);
    return q->plane != NULL && plane_propagator(q, setup, method, options, err);
}

static void plane_flux(const struct evolution_interval *q, const double *p, double *flux) {
    plane_generator_flux(q->plane, p, flux, flux + x_faces(q->plane->grid));
}

static bool plane_current(const struct evolution_interval *q, const double *p,
                          struct current *out, struct error *err) {
    struct plane_current c;
    if (!plane_current_measure(q->plane, &q->coefficients.coefficients, p, &c, err))
        return false;
    *out = (struct current){c.scale > 0 ? c.largest / c.scale : 0, c.entropy_production};
    return true;
}

static bool plane_stationary(const struct evolution_interval *q, struct stationary *out,
                             struct error *err) {
    return plane_stationary_compute(q->plane, out, err);
}

static bool stable_create_interval(struct evolution_interval *q, const struct setup *setup,
                                   const struct grid *grid, const char *method,
                                   const struct propagator_options *options,
                                   struct error *err) {
    bool known = strcmp(method, "auto") == 0;
    for (size_t k = 0; k < 2; k++)
        known |= strcmp(method, levy_methods[k]) == 0;
    if (!known) return unknown_method(setup, levy_methods, 2, "with stable noise", err);
    q->levy = stable_interval_create(grid, &q->coefficients, method, options, err);
    if (q->levy == NULL) return false;
    q->propagator = &q->levy->base;
    return true;
}

static void levy_flux_of(const struct evolution_interval *q, const double *p,
                         double *flux) {
    stable_interval_flux(q->levy, p, flux);
}

static bool levy_current(const struct evolution_interval *q, const double *p,
                         struct current *out, struct error *err) {
    *out = (struct current){0, 0};
    return stable_interval_current(q->levy, p, &out->relative, err);
}

static bool levy_stationary_of(const struct evolution_interval *q, struct stationary *out,
                               struct error *err) {
    return stable_interval_stationary(q->levy, out, err);
}

static double *levy_wrapped(const struct evolution_interval *q) {
    return &q->levy->levy->wrapped;
}

static size_t levy_numbers(const struct evolution_interval *q, struct number *out) {
    out[0] = (struct number){"stable_alpha", q->coefficients.model->stable.alpha};
    out[1] = (struct number){"stable_scale", q->coefficients.stable_scale};
    return 2;
}

static bool phase_create_interval(struct evolution_interval *q, const struct setup *setup,
                                  const struct grid *grid, const char *method,
                                  const struct propagator_options *options,
                                  struct error *err) {
    static const char *const names[] = {"kinetic"};
    if (strcmp(method, "auto") != 0 && strcmp(method, names[0]) != 0)
        return unknown_method(setup, names, 1, "with dynamics: kinetic", err);
    q->phase = phase_create(setup, grid, &q->coefficients.coefficients, options, err);
    if (q->phase == NULL) return false;
    q->propagator = &q->phase->base;
    return true;
}

static void phase_flux_of(const struct evolution_interval *q, const double *p,
                          double *flux) {
    phase_flux(q->phase, p, flux, flux + x_faces(q->phase->grid));
}

static bool phase_current(const struct evolution_interval *q, const double *p,
                          struct current *out, struct error *err) {
    (void)err;
    phase_dissipation(q->phase, p, &out->relative, &out->entropy_production);
    return true;
}

static bool phase_stationary_of(const struct evolution_interval *q, struct stationary *out,
                                struct error *err) {
    return phase_stationary(q->phase, out, err);
}

static double *phase_edge(const struct evolution_interval *q) {
    return &q->phase->kinetic->at_edge;
}

static size_t phase_numbers(const struct evolution_interval *q, struct number *out) {
    const struct phase_law *law = &q->phase->law;
    out[0] = (struct number){"friction", law->gamma};
    out[1] = (struct number){"temperature", law->theta};
    out[2] = (struct number){"kinetic_time_per_unit", law->speed};
    out[3] = (struct number){"velocity_scale", law->velocity_scale};
    return law->velocity_scale != 0 ? 4 : 3;
}

static const struct truncation edge = {
    "edge_mass", "largest mass so far in the first and last cells of the velocity", 1e-6,
    "the range of the velocity cuts off what is faster; take it wider"};
static const struct truncation wrapped = {
    "wrapped_mass", "expected mass that jumped over an end and came in at the other", 0.1,
    "by less than that, but not by nothing, the density differs from that on the line; "
    "take "
    "the grid wider"};

static const struct evolution_kind line = {.create = line_create,
                                           .flux = line_flux,
                                           .current = line_current,
                                           .stationary = line_stationary};
static const struct evolution_kind plane = {.create = plane_create,
                                            .flux = plane_flux,
                                            .current = plane_current,
                                            .stationary = plane_stationary};
static const struct evolution_kind levy = {.account = &wrapped,
                                           .create = stable_create_interval,
                                           .flux = levy_flux_of,
                                           .current = levy_current,
                                           .stationary = levy_stationary_of,
                                           .truncation_value = levy_wrapped,
                                           .numbers = levy_numbers};
static const struct evolution_kind phase = {.account = &edge,
                                            .create = phase_create_interval,
                                            .flux = phase_flux_of,
                                            .current = phase_current,
                                            .stationary = phase_stationary_of,
                                            .truncation_value = phase_edge,
                                            .numbers = phase_numbers};

static const struct evolution_kind *kind_of(const struct setup *setup) {
    if (setup->model->stable.alpha > 0) return &levy;
    if (spec_is_kinetic(setup->spec)) return &phase;
    return setup->grid->dims == 1 ? &line : &plane;
}

/* ---------------------------------------------------------------- making */

static bool interval_create(struct evolution_interval *q, const struct setup *setup,
                            const struct grid *grid, size_t k,
                            const struct evolution_options *o, struct error *err) {
    const struct propagator_options options = {o->tolerance, setup->spec->time.step,
                                               o->monitor, o->most_work};
    q->kind = kind_of(setup);
    coefficients_of_interval(setup->model, k, &q->coefficients);
    return q->kind->create(q, setup, grid, o->method, &options, err);
}

struct evolution_options evolution_options(const struct setup *setup,
                                           const struct monitor *monitor) {
    return (struct evolution_options){.method = setup->spec->time.method,
                                      .tolerance = setup->spec->time.tolerance,
                                      .monitor = monitor};
}

bool evolution_is_line(const struct setup *setup) {
    return kind_of(setup) == &line;
}

struct evolution *evolution_create(const struct setup *setup, const struct grid *grid,
                                   const struct evolution_options *options,
                                   struct error *err) {
    struct evolution *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    *e = (struct evolution){.grid = grid, .intervals = model_intervals(setup->model)};
    for (int d = 0; d < grid->dims; d++)
        for (int end = 0; end < 2; end++)
            e->absorbing |= grid->axis[d]->boundary[end] == ABSORBING;
    bool good =
        (e->interval = array_create(e->intervals, sizeof *e->interval, err)) != NULL;
    for (size_t k = 0; good && k < e->intervals; k++)
        good = interval_create(&e->interval[k], setup, grid, k, options, err);
    if (good) return e;
    return evolution_destroy(e), NULL;
}

void evolution_destroy(struct evolution *e) {
    if (e == NULL) return;
    for (size_t k = 0; e->interval != NULL && k < e->intervals; k++) {
        propagator_destroy(e->interval[k].propagator);
        line_generator_destroy(e->interval[k].line);
        plane_generator_destroy(e->interval[k].plane);
    }
    free(e->interval);
    free(e);
}

/* ---------------------------------------------------------------- using */

bool evolution_advance(struct evolution *e, size_t interval, const double *p0, size_t n,
                       const double *t, snapshot_sink sink, void *context,
                       struct error *err) {
    return propagator_advance(e->interval[interval].propagator, p0, n, t, sink, context,
                              err);
}

bool evolution_batches(const struct evolution *e) {
    return e->interval[0].propagator->method->batch;
}

size_t evolution_faces(const struct evolution *e) {
    const struct grid *g = e->grid;
    return x_faces(g) + (g->dims == 2 ? g->axis[0]->cells * (g->axis[1]->cells + 1) : 0);
}

void evolution_flux(const struct evolution *e, size_t interval, const double *p,
                    double *flux) {
    e->interval[interval].kind->flux(&e->interval[interval], p, flux);
}

bool evolution_current(const struct evolution *e, size_t interval, const double *p,
                       struct current *out, struct error *err) {
    return e->interval[interval].kind->current(&e->interval[interval], p, out, err);
}

bool evolution_stationary(const struct evolution *e, size_t interval,
                          struct stationary *out, struct error *err) {
    return e->interval[interval].kind->stationary(&e->interval[interval], out, err);
}

const struct truncation *evolution_truncation(const struct evolution *e) {
    return e->interval[0].kind->account;
}

size_t evolution_numbers(const struct evolution *e, struct number number[4]) {
    const struct evolution_interval *last = &e->interval[e->intervals - 1];
    return last->kind->numbers != NULL ? last->kind->numbers(last, number) : 0;
}

const struct coefficients *evolution_coefficients(const struct evolution *e,
                                                  size_t interval) {
    const struct evolution_interval *q = &e->interval[interval];
    return q->phase != NULL ? &q->phase->law.coefficients : &q->coefficients.coefficients;
}

double *evolution_truncation_value(const struct evolution *e, size_t interval) {
    const struct evolution_kind *kind = e->interval[interval].kind;
    return kind->account != NULL ? kind->truncation_value(&e->interval[interval]) : NULL;
}

struct propagator_counts evolution_counts(const struct evolution *e) {
    struct propagator_counts sum = {0};
    for (size_t k = 0; k < e->intervals; k++) {
        const struct propagator_counts *c = &e->interval[k].propagator->counts;
        sum.solves += c->solves, sum.factorisations += c->factorisations,
            sum.steps += c->steps;
        sum.rejected += c->rejected, sum.intervals += c->intervals;
    }
    return sum;
}

const char *evolution_chosen(const struct evolution *e) {
    size_t k = 0; /* the first interval that was advanced, if any was */
    while (k + 1 < e->intervals && e->interval[k].propagator->counts.solves == 0)
        k++;
    if (e->interval[k].propagator->counts.solves == 0) k = 0;
    const struct propagator *p = e->interval[k].propagator;
    return p->chosen[0] != '\0' ? p->chosen : p->method->name;
}
