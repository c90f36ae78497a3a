/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/resolvent.h"
#include "solver/linalg/elimination.h"
#include <stdlib.h>

struct resolvent {
    size_t cells;
    double gamma; /* 0: not factored */
    struct elimination *chain;
    double *work; /* [2 cells] of a solve */
    int64_t factorisations;
};

struct resolvent *resolvent_create(const struct plane_generator *generator,
                                   struct error *err) {
    struct resolvent *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->cells = generator->cells;
    double *loss = array_create(s->cells, sizeof *loss, err);
    if (loss != NULL) {
        plane_generator_loss(generator, loss);
        s->chain = elimination_create(generator->matrix, NULL, loss, err);
    }
    free(loss);
    if (s->chain != NULL) s->work = array_create(2 * s->cells, sizeof *s->work, err);
    if (s->work == NULL) return resolvent_destroy(s), NULL;
    return s;
}

void resolvent_destroy(struct resolvent *s) {
    if (s == NULL) return;
    free(s->work);
    elimination_destroy(s->chain);
    free(s);
}

bool resolvent_set(struct resolvent *s, double gamma, const struct monitor *monitor,
                   struct error *err) {
    if (s->gamma == gamma) return true;
    const struct monitor muted = monitor_muted(monitor);
    s->gamma = 0;
    if (!elimination_factor(s->chain, 1 / gamma, &muted, err)) return false;
    s->gamma = gamma;
    s->factorisations++;
    return true;
}

/* I - gamma A = gamma (1 / gamma - A). */
void resolvent_solve(struct resolvent *s, const double *b, double *x) {
    elimination_solve(s->chain, b, x, s->work);
    for (size_t i = 0; i < s->cells; i++)
        x[i] /= s->gamma;
}

double resolvent_gamma(const struct resolvent *s) {
    return s->gamma;
}
int64_t resolvent_factorisations(const struct resolvent *s) {
    return s->factorisations;
}
