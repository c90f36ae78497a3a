/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/half_sinks.h"
#include <stdlib.h>

void half_sinks_finish(struct half_sinks *h) {
    free(h->killed);
    free(h->reset);
    free(h->to);
    free(h->work);
    *h = (struct half_sinks){0};
}

static double kill(const struct half_sinks *h, double *m) {
    double gone = 0;
    for (size_t i = 0; i < h->cells; i++) {
        gone += h->killed[i] * m[i];
        m[i] -= h->killed[i] * m[i];
    }
    return gone;
}

static double reset(const struct half_sinks *h, double *m) {
    double moved = 0;
    for (size_t i = 0; i < h->cells; i++) {
        moved += h->reset[i] * m[i];
        m[i] -= h->reset[i] * m[i];
    }
    for (size_t i = 0; moved != 0 && i < h->cells; i++)
        m[i] += moved * h->to[i];
    return moved * h->outside;
}

double half_sinks_before(const struct half_sinks *h, double *m) {
    const double gone = kill(h, m);
    return gone + reset(h, m);
}

double half_sinks_after(const struct half_sinks *h, double *m) {
    const double gone = reset(h, m);
    return gone + kill(h, m);
}
