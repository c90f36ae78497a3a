/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/spectrum2.h"
#include "solver/fv/classes2.h"
#include "solver/fv/ring_modes.h"
#include "solver/linalg/eigenmodes.h"
#include <math.h>
#include <stdlib.h>

static const double least_scale = 1e-140; /* of the largest: its inverse is a number too */

/* The chain on some cells and what eigenmodes_find needs to know of it. */
struct chain2 {
    const struct generator2 *generator;
    bool *inside;                    /* [cells] */
    double *loss, *stationary, *one; /* [cells] */
    double *scale;                   /* [cells] */
    bool loses;
    struct elimination *chain, *at_zero; /* the same where it loses */
};

static void chain2_finish(struct chain2 *c) {
    if (c->at_zero != c->chain) elimination_destroy(c->at_zero);
    elimination_destroy(c->chain);
    free(c->scale), free(c->loss), free(c->inside);
}

/* ln of the scale D: sqrt of the stationary masses, of those of the potential, or of the
 * times spent in the cells by what starts anywhere. */
static void fill_scale(struct chain2 *c) {
    const struct generator2 *g = c->generator;
    double most = -HUGE_VAL;
    if (c->loses && g->source == POTENTIAL_NONE)
        elimination_solve(c->chain, g->grid->volume, c->one);
    for (size_t i = 0; i < g->cells; i++) {
        const double m = !c->loses ? log(c->stationary[i])
                         : g->source == POTENTIAL_NONE
                             ? log(c->one[i])
                             : log(g->grid->volume[i]) - g->potential[i];
        c->scale[i] = 0.5 * m;
        if (c->inside[i]) most = fmax(most, c->scale[i]);
    }
    const double shift = c->loses ? most : 0, least = log(least_scale) + most;
    for (size_t i = 0; i < g->cells; i++)
        c->scale[i] = c->inside[i] ? exp(fmax(c->scale[i], least) - shift) : 1;
}

/* The stationary masses of a chain that loses nothing, and the chain without the state that
 * has most, factored. */
static struct elimination *pin(struct chain2 *c, struct error *err) {
    elimination_stationary(c->chain, c->stationary);
    size_t most = 0;
    for (size_t i = 1; i < c->generator->cells; i++)
        if (c->stationary[i] > c->stationary[most]) most = i;
    c->inside[most] = false;
    struct elimination *e = elimination_create(c->generator->matrix, c->inside, NULL, err);
    c->inside[most] = true;
    if (e != NULL && elimination_factor(e, 0, err)) return e;
    elimination_destroy(e);
    return NULL;
}

/* c->inside is filled. */
static bool chain2_init(struct chain2 *c, struct error *err) {
    const struct generator2 *g = c->generator;
    const size_t n = g->cells;
    if (!(c->loss = array_create(3 * n, sizeof *c->loss, err)) ||
        !(c->scale = array_create(n, sizeof *c->scale, err)))
        return false;
    c->stationary = c->loss + n, c->one = c->stationary + n;
    for (size_t k = 0; k < g->exits; k++) {
        const int32_t i = g->exit[k].cell;
        c->loss[i] += g->exit[k].rate / g->grid->volume[i];
        c->loses |= c->inside[i];
    }
    c->chain = elimination_create(g->matrix, c->inside, c->loss, err);
    if (c->chain == NULL || !elimination_factor(c->chain, 0, err)) return false;
    c->at_zero = c->loses ? c->chain : pin(c, err);
    if (c->at_zero == NULL) return false;
    fill_scale(c);
    return true;
}

static double fastest_rate(const struct sparse *A) {
    double fastest = 0;
    for (int64_t k = 0; k < A->start[A->n]; k++)
        fastest = fmax(fastest, -A->value[k]);
    return fastest;
}

/* Masses to densities, into the record. */
static bool put_out(const struct chain2 *c, const struct eigenmodes *m,
                    struct spectrum1 *out, struct error *err) {
    const struct generator2 *g = c->generator;
    const bool reversible = g->source != POTENTIAL_NONE;
    if (!spectrum1_allocate(out, m->count, g->cells, err) ||
        !(out->residual = array_create(m->count, sizeof(double), err)))
        return spectrum1_finish(out), false;
    out->reversible = reversible;
    for (size_t k = 0; k < m->count; k++) {
        out->rate[k] = m->rate[k], out->frequency[k] = m->frequency[k];
        out->time[k] = 1 / m->rate[k], out->residual[k] = m->residual[k];
        for (size_t i = 0; i < g->cells; i++) {
            out->left[k][i] = m->left[k][i];
            out->right[k][i] = m->right[k][i] / g->grid->volume[i];
        }
    }
    return true;
}

static bool compute(struct chain2 *c, size_t modes, struct spectrum1 *out,
                    struct error *err) {
    const struct generator2 *g = c->generator;
    struct eigenmodes found = {0};
    if (!chain2_init(c, err)) return false;
    const struct eigenmodes_chain chain = {.at_zero = c->at_zero,
                                           .shifted = c->chain,
                                           .n = g->cells,
                                           .scale = c->scale,
                                           .stationary = c->loses ? NULL : c->stationary,
                                           .inside = c->inside,
                                           .reversible = g->source != POTENTIAL_NONE,
                                           .fastest = fastest_rate(g->matrix)};
    const bool good =
        eigenmodes_find(&chain, modes, &found, err) && put_out(c, &found, out, err);
    eigenmodes_finish(&found);
    return good;
}

/* inside: the cells of one class, that of `within`; *whole: there is no other. */
static bool select_class(const struct generator2 *g, size_t within, bool *inside,
                         bool *whole, struct error *err) {
    size_t closed;
    int32_t last, *class_of = array_create(g->cells, sizeof *class_of, err);
    const bool good = class_of && classes2_find(g, class_of, &closed, &last, err);
    *whole = true;
    for (size_t i = 0; good && i < g->cells; i++) {
        inside[i] = class_of[i] == class_of[within];
        *whole = *whole && inside[i];
    }
    free(class_of);
    return good;
}

bool spectrum2_compute(const struct generator2 *g, size_t modes, struct spectrum1 *out,
                       struct error *err) {
    struct chain2 c = {.generator = g};
    bool whole;
    *out = (struct spectrum1){0};
    c.inside = array_create(g->cells, sizeof *c.inside, err);
    bool good = c.inside && select_class(g, 0, c.inside, &whole, err);
    if (good && !whole)
        good = fail(err, ERROR_SETTINGS,
                    "modes need a chain in which mass comes from every cell to every "
                    "other; here some are never reached, or never left");
    good = good && compute(&c, modes, out, err);
    chain2_finish(&c);
    return good;
}

bool spectrum2_of_escape(const struct escape2 *e, size_t within, size_t modes,
                         struct spectrum1 *out, struct error *err) {
    struct chain2 c = {.generator = e->target.absorbing};
    bool whole;
    *out = (struct spectrum1){0};
    if (within >= e->cells || e->target.inside[within])
        return fail(err, ERROR_SETTINGS, "the modes of an escape live outside its target");
    c.inside = array_create(e->cells, sizeof *c.inside, err);
    const bool good = c.inside &&
                      select_class(c.generator, within, c.inside, &whole, err) &&
                      compute(&c, modes, out, err);
    chain2_finish(&c);
    return good;
}
