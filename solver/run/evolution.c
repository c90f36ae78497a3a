/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/evolution.h"
#include "solver/fv/stationary2.h"
#include "solver/time/backward_euler2.h"
#include "solver/time/krylov.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- methods */

static bool unknown_method(const struct setup *setup, const char *const *names,
                           size_t count, struct error *err) {
    const char *name = setup->spec->time.method, *near = nearest_word(name, names, count);
    char allowed[256] = "auto";
    for (size_t k = 0; k < count; k++) {
        strcat(allowed, ", ");
        strcat(allowed, names[k]);
    }
    return config_fail(err, config_find(setup->spec->time_node, "method"),
                       "'%s'%s%s%s; allowed in %s: %s", name,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                       setup->grid->dims == 1 ? "one variable" : "two variables", allowed);
}

static bool line_propagator(struct evolution_piece *p, const struct setup *setup,
                            const struct propagator_options *options, struct error *err) {
    const struct propagator_method *method = propagator_find(setup->spec->time.method);
    const char *names[16];
    size_t count = 0;
    char why[256] = "";
    for (; propagator_methods[count] != NULL && count < 16; count++)
        names[count] = propagator_methods[count]->name;
    if (strcmp(setup->spec->time.method, "auto") == 0)
        method = propagator_choose(p->line, &p->coefficients.coefficients, why);
    if (method == NULL) return unknown_method(setup, names, count, err);
    p->propagator =
        propagator_create(method, p->line, &p->coefficients.coefficients, options, err);
    if (p->propagator != NULL && p->propagator->chosen[0] == '\0')
        snprintf(p->propagator->chosen, sizeof p->propagator->chosen, "%s",
                 why[0] != '\0' ? why : method->name);
    return p->propagator != NULL;
}

static bool plane_propagator(struct evolution_piece *p, const struct setup *setup,
                             const struct propagator_options *options, struct error *err) {
    static const char *const names[] = {"krylov", "backward_euler"};
    const char *name = setup->spec->time.method;
    const bool krylov = strcmp(name, "auto") == 0 || strcmp(name, names[0]) == 0;
    if (!krylov && strcmp(name, names[1]) != 0) return unknown_method(setup, names, 2, err);
    p->propagator = krylov ? krylov_create(p->plane, options, err)
                           : backward_euler2_create(p->plane, options, err);
    return p->propagator != NULL;
}

/* ---------------------------------------------------------------- making */

static bool piece_create(struct evolution_piece *p, const struct setup *setup,
                         const struct grid *grid, size_t k, const struct monitor *monitor,
                         struct error *err) {
    const struct propagator_options options = {setup->spec->time.tolerance,
                                               setup->spec->time.step, monitor};
    const struct coefficients *c = &p->coefficients.coefficients;
    coefficients_of_piece(setup->model, k, &p->coefficients);
    if (grid->dims == 1)
        return (p->line = generator1_create(grid, c, err)) != NULL &&
               line_propagator(p, setup, &options, err);
    return (p->plane = generator2_create(grid, c, err)) != NULL &&
           plane_propagator(p, setup, &options, err);
}

struct evolution *evolution_create(const struct setup *setup, const struct grid *grid,
                                   const struct monitor *monitor, struct error *err) {
    struct evolution *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    *e = (struct evolution){.grid = grid, .pieces = model_pieces(setup->model)};
    for (int d = 0; d < grid->dims; d++)
        for (int end = 0; end < 2; end++)
            e->absorbing |= grid->axis[d]->boundary[end] == ABSORBING;
    bool good = (e->piece = array_create(e->pieces, sizeof *e->piece, err)) != NULL;
    for (size_t k = 0; good && k < e->pieces; k++)
        good = piece_create(&e->piece[k], setup, grid, k, monitor, err);
    if (good) return e;
    return evolution_destroy(e), NULL;
}

void evolution_destroy(struct evolution *e) {
    if (e == NULL) return;
    for (size_t k = 0; e->piece != NULL && k < e->pieces; k++) {
        propagator_destroy(e->piece[k].propagator);
        generator1_destroy(e->piece[k].line);
        generator2_destroy(e->piece[k].plane);
    }
    free(e->piece);
    free(e);
}

/* ---------------------------------------------------------------- using */

bool evolution_advance(struct evolution *e, size_t piece, const double *p0, size_t n,
                       const double *t, snapshot_sink sink, void *context,
                       struct error *err) {
    return propagator_advance(e->piece[piece].propagator, p0, n, t, sink, context, err);
}

bool evolution_batches(const struct evolution *e) {
    return e->piece[0].propagator->method->batch;
}

/* Faces normal to x. */
static size_t x_faces(const struct grid *g) {
    return (g->axis[0]->cells + 1) * (g->dims == 2 ? g->axis[1]->cells : 1);
}

size_t evolution_faces(const struct evolution *e) {
    const struct grid *g = e->grid;
    return x_faces(g) + (g->dims == 2 ? g->axis[0]->cells * (g->axis[1]->cells + 1) : 0);
}

void evolution_flux(const struct evolution *e, size_t piece, const double *p,
                    double *flux) {
    const struct evolution_piece *q = &e->piece[piece];
    if (q->line != NULL)
        generator1_flux(q->line, p, flux);
    else
        generator2_flux(q->plane, p, flux, flux + x_faces(e->grid));
}

static bool line_current(const struct generator1 *g, const double *p, struct current *out,
                         struct error *err) {
    double *flux = array_create(g->cells + 1, sizeof *flux, err), largest = 0;
    if (flux == NULL) return false;
    const double scale = generator1_flux_scale(g, p);
    generator1_flux(g, p, flux);
    for (size_t f = 0; f <= g->cells; f++)
        largest = fmax(largest, fabs(flux[f]));
    *out = (struct current){scale > 0 ? largest / scale : 0, 0};
    free(flux);
    return true;
}

bool evolution_current(const struct evolution *e, size_t piece, const double *p,
                       struct current *out, struct error *err) {
    const struct evolution_piece *q = &e->piece[piece];
    struct current2 c;
    if (q->line != NULL) return line_current(q->line, p, out, err);
    if (!current2_measure(q->plane, p, &c, err)) return false;
    *out = (struct current){c.scale > 0 ? c.largest / c.scale : 0, c.entropy_production};
    return true;
}

bool evolution_stationary(const struct evolution *e, size_t piece, struct stationary *out,
                          struct error *err) {
    const struct evolution_piece *q = &e->piece[piece];
    return q->line != NULL ? stationary1_compute(q->line, out, err)
                           : stationary2_compute(q->plane, out, err);
}

struct propagator_counts evolution_counts(const struct evolution *e) {
    struct propagator_counts sum = {0};
    for (size_t k = 0; k < e->pieces; k++) {
        const struct propagator_counts *c = &e->piece[k].propagator->counts;
        sum.solves += c->solves, sum.factorisations += c->factorisations,
            sum.steps += c->steps;
        sum.rejected += c->rejected, sum.intervals += c->intervals;
    }
    return sum;
}

const char *evolution_chosen(const struct evolution *e) {
    return e->piece[0].propagator->chosen;
}
