/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/sinks.h"
#include "solver/fv/cell_means.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Killing at the rate 0 everywhere, as of a parameter that is 0, is none: mass is kept. */
static void drop_zero(double **rate, size_t n) {
    bool acts = false;
    for (size_t i = 0; *rate != NULL && i < n; i++)
        acts |= (*rate)[i] > 0;
    if (acts) return;
    free(*rate);
    *rate = NULL;
}

bool sinks_init(struct sinks *s, const struct grid *grid, const struct coefficients *c,
                struct error *err) {
    const size_t n = grid->cells;
    *s = (struct sinks){0};
    if (c->killing == NULL && c->reset == NULL) return true;
    bool good = true;
    if (c->killing != NULL)
        good = (s->killing = array_create(n, sizeof(double), err)) != NULL &&
               cell_means(grid, c->killing, c->self, s->killing, err);
    if (good) drop_zero(&s->killing, n);
    if (good && c->reset != NULL)
        good = (s->reset = array_create(n, sizeof(double), err)) != NULL &&
               (s->to = array_create(n, sizeof(double), err)) != NULL &&
               cell_means(grid, c->reset, c->self, s->reset, err) &&
               c->to->averages(c->to->self, grid, s->to, err);
    for (size_t i = 0; good && s->to != NULL && i < n; i++)
        s->to[i] *= grid->volume[i];
    return good;
}

void sinks_finish(struct sinks *s) {
    free(s->killing);
    free(s->reset);
    free(s->to);
    *s = (struct sinks){0};
}

static bool copy(double **to, const double *from, size_t n, struct error *err) {
    if (from == NULL) return true;
    if ((*to = array_create(n, sizeof **to, err)) == NULL) return false;
    memcpy(*to, from, n * sizeof **to);
    return true;
}

bool sinks_copy(struct sinks *s, const struct sinks *of, size_t cells, struct error *err) {
    *s = (struct sinks){0};
    return copy(&s->killing, of->killing, cells, err) &&
           copy(&s->reset, of->reset, cells, err) && copy(&s->to, of->to, cells, err);
}

bool sinks_any(const struct sinks *s) {
    return s->killing != NULL || s->reset != NULL;
}

void sinks_apply(const struct sinks *s, const struct grid *grid, const double *p,
                 double *change) {
    double returning = 0;
    for (size_t i = 0; s->killing != NULL && i < grid->cells; i++)
        change[i] -= s->killing[i] * p[i];
    for (size_t i = 0; s->reset != NULL && i < grid->cells; i++) {
        change[i] -= s->reset[i] * p[i];
        returning += s->reset[i] * p[i] * grid->volume[i];
    }
    for (size_t i = 0; s->reset != NULL && i < grid->cells; i++)
        change[i] += s->to[i] * returning / grid->volume[i];
}

/* ---------------------------------------------------------------- what is not seen */

bool sinks_missed(const struct sinks *s, const struct grid *grid,
                  const struct coefficients *c, char text[SINKS_TEXT]) {
    double width = 0;
    if (c->killing == NULL || !c->kills || s->killing != NULL) return false;
    for (int d = 0; d < grid->dims; d++)
        width = fmax(width, cell_means_found(grid, d));
    snprintf(
        text, SINKS_TEXT,
        "the killing rate is 0 wherever it is looked at, and nothing is killed; a spot "
        "of it that is narrower than %.2g is not seen: take more cells, or, where "
        "there is none, killing: 0",
        width);
    return true;
}

/* ---------------------------------------------------------------- cells too wide */

struct rate {
    point_function *f;
    const void *self;
};

static bool square(const void *self, size_t n, const double *const *x, double *value,
                   struct error *err) {
    const struct rate *rate = self;
    if (!rate->f(rate->self, n, x, value, err)) return false;
    for (size_t i = 0; i < n; i++)
        value[i] *= value[i];
    return true;
}

/* sum[0] += what leaves p at the rate, sum[1] += of it, the part q/(1 + q). */
static bool add_roughness(const struct grid *grid, const struct rate *rate,
                          const double *mean, const double *speed, const double *p,
                          double sum[2], struct error *err) {
    const size_t n = grid->cells;
    double *squares = array_create(n, sizeof *squares, err);
    const bool good = squares != NULL && cell_means(grid, square, rate, squares, err);
    for (size_t i = 0; good && i < n; i++) {
        const double spread = sqrt(fmax(squares[i] - mean[i] * mean[i], 0));
        const double leaves = mean[i] * fmax(p[i], 0) * grid->volume[i];
        sum[0] += leaves;
        if (spread > 0) sum[1] += leaves * spread / (speed[i] + spread);
    }
    free(squares);
    return good;
}

bool sinks_doubt(const struct sinks *s, const struct grid *grid,
                 const struct coefficients *c, const double *speed, const double *p,
                 char text[SINKS_TEXT]) {
    const double most = 0.2;
    const struct rate rate[2] = {{c->killing, c->self}, {c->reset, c->self}};
    const double *const mean[2] = {s->killing, s->reset};
    struct error ignored;
    double sum[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        if (mean[k] != NULL &&
            !add_roughness(grid, &rate[k], mean[k], speed, p, sum, &ignored))
            return false;
    if (!(sum[1] > most * sum[0])) return false;
    snprintf(text, SINKS_TEXT,
             "killing or resets vary inside of cells, faster than noise evens out the "
             "density there: what they take may be wrong by some %.1g of it, which no "
             "estimate sees; take more cells",
             0.5 * sum[1] / sum[0]);
    return true;
}
