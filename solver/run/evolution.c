/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/evolution.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct propagator_method *method_find(const struct setup *setup,
                                                   const struct evolution_piece *p,
                                                   char why[256], struct error *err) {
    const char *name = setup->spec->time.method;
    why[0] = '\0';
    if (strcmp(name, "auto") == 0)
        return propagator_choose(p->generator, &p->coefficients.coefficients, why);
    const struct propagator_method *method = propagator_find(name);
    if (method != NULL) return method;
    const char *names[16];
    size_t count = 0;
    for (; propagator_methods[count] != NULL && count < 16; count++)
        names[count] = propagator_methods[count]->name;
    const char *near = nearest_word(name, names, count);
    config_fail(err, config_find(setup->spec->time_node, "method"),
                "'%s'%s%s%s; allowed: auto, contour, sdirk, backward_euler, transport",
                name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

static bool piece_create(struct evolution_piece *p, const struct setup *setup,
                         const struct grid *grid, size_t k, const struct monitor *monitor,
                         struct error *err) {
    const struct propagator_options options = {setup->spec->time.tolerance,
                                               setup->spec->time.step, monitor};
    const struct propagator_method *method;
    char why[256];
    coefficients_of_piece(setup->model, k, &p->coefficients);
    if ((p->generator = generator1_create(grid, &p->coefficients.coefficients, err)) ==
        NULL)
        return false;
    if ((method = method_find(setup, p, why, err)) == NULL) return false;
    p->propagator = propagator_create(method, p->generator, &p->coefficients.coefficients,
                                      &options, err);
    if (p->propagator == NULL) return false;
    if (p->propagator->chosen[0] == '\0')
        snprintf(p->propagator->chosen, sizeof p->propagator->chosen, "%s",
                 why[0] != '\0' ? why : method->name);
    return true;
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
        generator1_destroy(e->piece[k].generator);
    }
    free(e->piece);
    free(e);
}

bool evolution_advance(struct evolution *e, size_t piece, const double *p0, size_t n,
                       const double *t, snapshot_sink sink, void *context,
                       struct error *err) {
    return propagator_advance(e->piece[piece].propagator, p0, n, t, sink, context, err);
}

bool evolution_batches(const struct evolution *e) {
    return e->piece[0].propagator->method->batch;
}

void evolution_flux(const struct evolution *e, size_t piece, const double *p,
                    double *flux) {
    generator1_flux(e->piece[piece].generator, p, flux);
}

double evolution_flux_scale(const struct evolution *e, size_t piece, const double *p) {
    return generator1_flux_scale(e->piece[piece].generator, p);
}

bool evolution_stationary(const struct evolution *e, size_t piece, struct stationary *out,
                          struct error *err) {
    return stationary1_compute(e->piece[piece].generator, out, err);
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
