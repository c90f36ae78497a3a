/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/resolvent.h"
#include "solver/linalg/elimination.h"
#include <stdlib.h>

struct resolvent {
    size_t cells;
    double gamma; /* 0: not factored */
    struct elimination *chain;
    double *work; /* [2 cells] of a solve */
    /* What returns (tridiagonal.h); NULL: nothing does. */
    const struct sinks *sinks; /* borrowed */
    double *lost;              /* [cells] rates at which mass leaves for good */
    double *returned;          /* [cells] (I - gamma B)^-1 to */
    double gain;
    int64_t factorisations;
};

struct resolvent *resolvent_create(const struct plane_generator *generator,
                                   struct error *err) {
    struct resolvent *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->cells = generator->cells;
    const struct sinks *sinks = &generator->sinks;
    double *loss = array_create(s->cells, sizeof *loss, err);
    bool good = loss != NULL;
    if (good && sinks->reset != NULL) {
        s->sinks = sinks;
        good = (s->lost = array_create(s->cells, sizeof *loss, err)) != NULL &&
               (s->returned = array_create(s->cells, sizeof *loss, err)) != NULL;
    }
    if (good) {
        plane_generator_loss(generator, loss);
        for (size_t i = 0; s->sinks != NULL && i < s->cells; i++)
            s->lost[i] = loss[i], loss[i] += sinks->reset[i];
        s->chain = elimination_create(generator->matrix, NULL, loss, err);
    }
    free(loss);
    if (s->chain != NULL) s->work = array_create(2 * s->cells, sizeof *s->work, err);
    if (s->work == NULL) return resolvent_destroy(s), NULL;
    return s;
}

void resolvent_destroy(struct resolvent *s) {
    if (s == NULL) return;
    free(s->returned);
    free(s->lost);
    free(s->work);
    elimination_destroy(s->chain);
    free(s);
}

/* I - gamma B = gamma (1 / gamma - B). */
static void solve(struct resolvent *s, const double *b, double *x) {
    elimination_solve(s->chain, b, x, s->work);
    for (size_t i = 0; i < s->cells; i++)
        x[i] /= s->gamma;
}

static void set_return(struct resolvent *s) {
    double kept = 0;
    solve(s, s->sinks->to, s->returned);
    for (size_t i = 0; i < s->cells; i++)
        kept += s->returned[i] * (1 + s->gamma * s->lost[i]);
    s->gain = s->gamma / kept;
}

bool resolvent_set(struct resolvent *s, double gamma, const struct monitor *monitor,
                   struct error *err) {
    if (s->gamma == gamma) return true;
    const struct monitor muted = monitor_muted(monitor);
    s->gamma = 0;
    if (!elimination_factor(s->chain, 1 / gamma, &muted, err)) return false;
    s->gamma = gamma;
    s->factorisations++;
    if (s->sinks != NULL) set_return(s);
    return true;
}

void resolvent_solve(struct resolvent *s, const double *b, double *x) {
    double returning = 0;
    solve(s, b, x);
    if (s->sinks == NULL) return;
    for (size_t i = 0; i < s->cells; i++)
        returning += s->sinks->reset[i] * x[i];
    for (size_t i = 0; i < s->cells; i++)
        x[i] += s->gain * returning * s->returned[i];
}

double resolvent_gamma(const struct resolvent *s) {
    return s->gamma;
}
int64_t resolvent_factorisations(const struct resolvent *s) {
    return s->factorisations;
}
