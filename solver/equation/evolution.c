/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/equation/evolution.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- making */

struct evolution_options evolution_options(const struct setup *setup,
                                           const struct monitor *monitor) {
    return (struct evolution_options){.method = setup->spec->time.method,
                                      .tolerance = equation_tolerance(setup),
                                      .monitor = monitor};
}

static void take_method(struct evolution *e, const struct evolution_interval *q) {
    const char *name = q->propagator->method->name;
    e->tolerance = fmax(e->tolerance, q->tolerance);
    e->method = e->method == NULL || strcmp(e->method, name) == 0 ? name : "auto";
}

static struct propagator_options options_of(const struct setup *setup,
                                            const struct evolution_options *o) {
    return (struct propagator_options){o->tolerance, setup->spec->time.step, o->monitor,
                                       o->most_work,
                                       .span = setup->time[setup->snapshots - 1]};
}

struct evolution *evolution_create(const struct setup *setup, const struct grid *grid,
                                   const struct evolution_options *o, struct error *err) {
    struct evolution *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    *e = (struct evolution){.grid = grid,
                            .intervals = model_intervals(setup->model),
                            .absorbing = grid_absorbs(grid) ||
                                         setup->model->sink_rate[SINK_KILLING] != NULL};
    const struct propagator_options options = options_of(setup, o);
    bool good =
        (e->interval = array_create(e->intervals, sizeof *e->interval, err)) != NULL;
    for (size_t k = 0; good && k < e->intervals; k++)
        good = (e->interval[k] = equation_interval_create(setup, grid, k, o->method,
                                                          &options, err)) != NULL;
    for (size_t k = 0; good && k < e->intervals; k++)
        take_method(e, e->interval[k]);
    if (good) return e;
    return evolution_destroy(e), NULL;
}

void evolution_rest(struct evolution *e) {
    for (size_t k = 0; k < e->intervals; k++)
        equation_interval_rest(e->interval[k]);
}

bool evolution_renew(struct evolution *e, const struct setup *setup,
                     const struct evolution_options *o, struct error *err) {
    const struct propagator_options options = options_of(setup, o);
    e->tolerance = 0, e->method = NULL;
    for (size_t k = 0; k < e->intervals; k++) {
        if (!equation_interval_renew(e->interval[k], setup, o->method, &options, err))
            return false;
        take_method(e, e->interval[k]);
    }
    return true;
}

void evolution_destroy(struct evolution *e) {
    if (e == NULL) return;
    for (size_t k = 0; e->interval != NULL && k < e->intervals; k++)
        equation_interval_destroy(e->interval[k]);
    free(e->interval);
    free(e);
}

const struct evolution_interval *evolution_last(const struct evolution *e) {
    return e->interval[e->intervals - 1];
}

/* ---------------------------------------------------------------- in time */

bool evolution_advance(struct evolution *e, size_t interval, double origin,
                       const double *p0, size_t n, const double *t, snapshot_sink sink,
                       void *context, struct error *err) {
    return propagator_advance_from(e->interval[interval]->propagator, origin, p0, n, t,
                                   sink, context, err);
}

bool evolution_set_time(struct evolution *e, size_t k, double t, struct error *err) {
    struct evolution_interval *q = e->interval[k];
    const struct coefficients *c = q->coefficients;
    if (c->set_time == NULL) return true;
    c->set_time(c->clock, t);
    return q->equation->update(q, err);
}

bool evolution_batches(const struct evolution *e) {
    return e->interval[0]->propagator->method->batch;
}

size_t evolution_faces(const struct evolution *e) {
    const struct grid *g = e->grid;
    return equation_x_faces(g) +
           (g->dims == 2 ? g->axis[0]->cells * (g->axis[1]->cells + 1) : 0);
}

struct propagator_counts evolution_counts(const struct evolution *e) {
    struct propagator_counts sum = {0};
    for (size_t k = 0; k < e->intervals; k++) {
        const struct propagator_counts *c = &e->interval[k]->propagator->counts;
        sum.solves += c->solves, sum.factorisations += c->factorisations,
            sum.steps += c->steps;
        sum.rejected += c->rejected, sum.intervals += c->intervals;
    }
    return sum;
}

const char *evolution_chosen(const struct evolution *e) {
    size_t k = 0; /* the first interval that was advanced, if any was */
    while (k + 1 < e->intervals && e->interval[k]->propagator->counts.solves == 0)
        k++;
    if (e->interval[k]->propagator->counts.solves == 0) k = 0;
    const struct propagator *p = e->interval[k]->propagator;
    return p->chosen[0] != '\0' ? p->chosen : p->method->name;
}

/* ---------------------------------------------------------------- of one interval */

void evolution_flux(const struct evolution *e, size_t k, const double *p, double *flux) {
    e->interval[k]->equation->flux(e->interval[k], p, flux);
}

bool evolution_current(const struct evolution *e, size_t k, const double *p,
                       struct current *out, struct error *err) {
    return e->interval[k]->equation->current(e->interval[k], p, out, err);
}

bool evolution_stationary(const struct evolution *e, size_t k, struct stationary *out,
                          struct error *err) {
    return e->interval[k]->equation->stationary(e->interval[k], out, err);
}

bool evolution_adiabatic(const struct evolution *e, size_t k, const double *p, double *out,
                         struct error *err) {
    const struct evolution_interval *q = e->interval[k];
    struct stationary st;
    *out = (double)NAN;
    if (!evolution_stationary(e, k, &st, err)) {
        if (err->kind != ERROR_RUN) return false;
        *err = (struct error){0};
        return true;
    }
    const bool good =
        st.log_density == NULL || q->equation->adiabatic(q, p, st.log_density, out, err);
    stationary_finish(&st);
    return good;
}

const struct coefficients *evolution_coefficients(const struct evolution *e, size_t k) {
    return e->interval[k]->coefficients;
}

const struct truncation *evolution_truncation(const struct evolution *e) {
    return e->interval[0]->equation->truncation;
}

double *evolution_truncation_value(const struct evolution *e, size_t k) {
    const struct equation *equation = e->interval[k]->equation;
    return equation->truncation != NULL ? equation->truncated(e->interval[k]) : NULL;
}

/* ---------------------------------------------------------------- of the last interval */

bool evolution_constant(const struct evolution *e, size_t k, const char **name,
                        double *value) {
    const struct evolution_interval *q = evolution_last(e);
    const struct derived_constant *c = q->equation->constants;
    for (; c != NULL && c->name != NULL; c++)
        if ((c->present == NULL || c->present(q)) && k-- == 0)
            return *name = c->name, *value = c->value(q), true;
    return false;
}

struct face_coefficients evolution_at_faces(const struct evolution *e) {
    const struct evolution_interval *q = evolution_last(e);
    return q->equation->at_faces != NULL ? q->equation->at_faces(q)
                                         : (struct face_coefficients){NULL, NULL};
}

const struct line_wall *evolution_degenerate_wall(const struct evolution *e, int end) {
    const struct evolution_interval *q = evolution_last(e);
    return q->equation->degenerate_wall != NULL ? q->equation->degenerate_wall(q, end)
                                                : NULL;
}

bool evolution_holds_mass(const struct evolution *e, size_t k, int end) {
    const struct evolution_interval *q = e->interval[k];
    return q->equation->holds_mass != NULL && q->equation->holds_mass(q, end);
}

struct upwinding evolution_upwinding(const struct evolution *e) {
    const struct evolution_interval *q = evolution_last(e);
    return q->equation->upwinding != NULL ? q->equation->upwinding(q)
                                          : (struct upwinding){0, 0, true};
}

bool evolution_unseen_error(const struct evolution *e, const double *p, double t,
                            char text[EQUATION_TEXT]) {
    const struct evolution_interval *q = evolution_last(e);
    return q->equation->unseen_error != NULL && q->equation->unseen_error(q, p, t, text);
}

bool evolution_has_modes(const struct evolution *e, struct error *err) {
    const struct equation *equation = evolution_last(e)->equation;
    return equation->modes != NULL || fail(err, ERROR_SETTINGS, "%s", equation->no_modes);
}

bool evolution_modes(const struct evolution *e, size_t modes, struct line_spectrum *out,
                     struct error *err) {
    const struct evolution_interval *q = evolution_last(e);
    return evolution_has_modes(e, err) && q->equation->modes(q, modes, out, err);
}
