/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/fate.h"
#include "solver/time/line/rates.h"
#include <stdlib.h>

/* (1 - h A)^-1 h for (-A)^-1: as if mass were taken out at the rate 1/h, which is 0 to any
 * other rate and keeps parts of the chain that lose nothing from being singular. */
static const double h = 1e200;

struct line_fate {
    const struct line_generator *generator;
    struct tridiagonal *A;
    struct tridiagonal_factors *factors;
    double *mass;
};

struct line_fate *line_fate_create(const struct line_generator *g, struct error *err) {
    struct line_fate *f = array_create(1, sizeof *f, err);
    if (f == NULL) return NULL;
    f->generator = g;
    if (!(f->A = rates_create(g, err)) ||
        !(f->factors = tridiagonal_factors_create(f->A, err)) ||
        !(f->mass = array_create(g->cells, sizeof *f->mass, err)))
        return line_fate_destroy(f), NULL;
    tridiagonal_factor(f->factors, h);
    return f;
}

void line_fate_destroy(struct line_fate *f) {
    if (f == NULL) return;
    free(f->mass);
    tridiagonal_factors_destroy(f->factors);
    tridiagonal_destroy(f->A);
    free(f);
}

/* Rates of 0 everywhere, as of a parameter that is 0: all mass goes on for ever. */
static bool loses_mass(const struct line_generator *g) {
    bool loses = !g->periodic && (g->right[0] > 0 || g->left[g->cells] > 0);
    for (size_t i = 0; g->sinks.killing != NULL && i < g->cells; i++)
        loses |= g->sinks.killing[i] > 0;
    return loses;
}

void line_fate_find(struct line_fate *f, const double *p, double part[FATES]) {
    const struct line_generator *g = f->generator;
    const size_t n = g->cells;
    const double *width = g->grid->axis[0]->width, *killing = g->sinks.killing;
    double *m = f->mass;
    part[FATE_KILLED] = part[FATE_ABSORBED] = 0;
    if (!loses_mass(g)) return;
    rates_masses(g, p, m);
    tridiagonal_solve(f->factors, m, m);
    for (size_t i = 0; killing != NULL && i < n; i++)
        part[FATE_KILLED] += h * killing[i] * m[i];
    if (!g->periodic)
        part[FATE_ABSORBED] = h * (g->right[0] / width[0]) * m[0] +
                              h * (g->left[n] / width[n - 1]) * m[n - 1];
}
