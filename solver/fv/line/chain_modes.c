/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/chain_modes.h"
#include "solver/linalg/balance.h"
#include "solver/linalg/eigenmodes.h"
#include <math.h>
#include <stdlib.h>

static const double least_scale = 1e-140; /* of the largest: its inverse is a number too */

/* What eigenmodes_find needs to know of the chain. */
struct work {
    const struct chain_modes *c;
    size_t n;
    bool loses;
    bool *inside;                              /* [n] */
    double *scale, *stationary, *time_spent;   /* [n] */
    double *solving;                           /* [2 n] work space */
    struct elimination *elimination, *at_zero; /* the same where it loses */
};

static void work_finish(struct work *w) {
    if (w->at_zero != w->elimination) elimination_destroy(w->at_zero);
    elimination_destroy(w->elimination);
    free(w->scale), free(w->inside);
}

/* Whether mass gets lost, or leaves the inside. */
static bool loses(const struct work *w) {
    const struct sparse *A = w->c->matrix;
    for (size_t j = 0; j < w->n; j++) {
        if (!w->inside[j]) continue;
        if (w->c->loss != NULL && w->c->loss[j] > 0) return true;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (!w->inside[A->row[k]] && A->value[k] > 0) return true;
    }
    return false;
}

/* The scale D of eigenmodes.h: the square root of the stationary masses, or of the masses
 * e^-potential, or (of a chain that loses mass and has none) of the mean times (-A)^-1 V
 * spent in the cells. */
static void fill_scale(struct work *w) {
    const double *V = w->c->volume, *phi = w->c->potential;
    double most = -HUGE_VAL;
    if (w->loses && phi == NULL)
        elimination_solve(w->elimination, V, w->time_spent, w->solving);
    for (size_t i = 0; i < w->n; i++) {
        const double m = !w->loses     ? log(w->stationary[i])
                         : phi == NULL ? log(w->time_spent[i])
                                       : log(V[i]) - phi[i];
        w->scale[i] = 0.5 * m;
        if (w->inside[i]) most = fmax(most, w->scale[i]);
    }
    const double shift = w->loses ? most : 0, least = log(least_scale) + most;
    for (size_t i = 0; i < w->n; i++)
        w->scale[i] = w->inside[i] ? exp(fmax(w->scale[i], least) - shift) : 1;
}

/* Masses that balance every rate, sum 1. */
static void balance(struct work *w) {
    const double *V = w->c->volume, *phi = w->c->potential;
    double least = HUGE_VAL, sum = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->inside[i]) least = fmin(least, phi[i]);
    for (size_t i = 0; i < w->n; i++)
        sum += w->stationary[i] = w->inside[i] ? V[i] * exp(least - phi[i]) : 0;
    for (size_t i = 0; i < w->n; i++)
        w->stationary[i] /= sum;
}

/* The same without a potential. */
static bool solve_balance(struct work *w, struct error *err) {
    double *m = w->stationary, sum = 0;
    if (!balance_find(w->c->matrix, w->inside, m, w->c->monitor, err)) return false;
    for (size_t i = 0; i < w->n; i++)
        sum += m[i] = exp(m[i]);
    for (size_t i = 0; i < w->n; i++)
        m[i] /= sum;
    return true;
}

/* Of a chain that loses nothing: the stationary masses, and the chain without its state of
 * most mass, factored. */
static struct elimination *pin(struct work *w, struct error *err) {
    if (w->c->potential != NULL)
        balance(w);
    else if (!solve_balance(w, err))
        return NULL;
    size_t most = 0;
    for (size_t i = 1; i < w->n; i++)
        if (w->stationary[i] > w->stationary[most]) most = i;
    w->inside[most] = false;
    struct elimination *e = elimination_create(w->c->matrix, w->inside, NULL, err);
    w->inside[most] = true;
    if (e != NULL && elimination_factor(e, 0, w->c->monitor, err)) return e;
    elimination_destroy(e);
    return NULL;
}

static bool work_init(struct work *w, const struct chain_modes *c, struct error *err) {
    const size_t n = c->matrix->n;
    *w = (struct work){.c = c, .n = n};
    if (!(w->inside = array_create(n, sizeof *w->inside, err)) ||
        !(w->scale = array_create(5 * n, sizeof *w->scale, err)))
        return false;
    w->stationary = w->scale + n, w->time_spent = w->stationary + n,
    w->solving = w->time_spent + n;
    for (size_t i = 0; i < n; i++)
        w->inside[i] = c->inside == NULL || c->inside[i];
    w->loses = loses(w);
    w->elimination = elimination_create(c->matrix, w->inside, c->loss, err);
    if (w->elimination == NULL) return false;
    w->at_zero = w->loses ? w->elimination : pin(w, err);
    if (w->at_zero == NULL ||
        (w->loses && !elimination_factor(w->elimination, 0, c->monitor, err)))
        return false;
    fill_scale(w);
    return true;
}

static double fastest_rate(const struct sparse *A) {
    double fastest = 0;
    for (int64_t k = 0; k < A->start[A->n]; k++)
        fastest = fmax(fastest, -A->value[k]);
    return fastest;
}

/* Masses to densities, into the record. */
static bool put_out(const struct work *w, const struct eigenmodes *m,
                    struct line_spectrum *out, struct error *err) {
    if (!line_spectrum_allocate(out, m->count, w->n, err) ||
        !(out->residual = array_create(m->count, sizeof(double), err)))
        return line_spectrum_finish(out), false;
    out->reversible = w->c->potential != NULL;
    for (size_t k = 0; k < m->count; k++) {
        out->rate[k] = m->rate[k], out->frequency[k] = m->frequency[k];
        out->time[k] = 1 / m->rate[k], out->residual[k] = m->residual[k];
        for (size_t i = 0; i < w->n; i++) {
            out->left[k][i] = m->left[k][i];
            out->right[k][i] = m->right[k][i] / w->c->volume[i];
        }
    }
    return true;
}

bool chain_modes_compute(const struct chain_modes *c, size_t modes,
                         struct line_spectrum *out, struct error *err) {
    struct work w;
    struct eigenmodes found = {0};
    *out = (struct line_spectrum){0};
    bool good = work_init(&w, c, err);
    if (good) {
        const struct eigenmodes_chain chain = {.at_zero = w.at_zero,
                                               .shifted = w.elimination,
                                               .n = w.n,
                                               .scale = w.scale,
                                               .stationary = w.loses ? NULL : w.stationary,
                                               .inside = w.inside,
                                               .monitor = c->monitor,
                                               .reversible = c->potential != NULL,
                                               .fastest = fastest_rate(c->matrix)};
        good = eigenmodes_find(&chain, modes, &found, err) && put_out(&w, &found, out, err);
    }
    eigenmodes_finish(&found);
    work_finish(&w);
    return good;
}
