/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/sinks.h"
#include "solver/fv/cell_means.h"
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
