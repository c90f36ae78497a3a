/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/ring_modes.h"
#include "solver/fv/line/chain_modes.h"
#include <math.h>
#include <stdlib.h>

/* A on masses, but for what is lost; face f lies between the cells f - 1 and f, face 0 closes
 * a ring. */
static struct sparse *ring_matrix(const struct line_generator *g, struct error *err) {
    const size_t n = g->cells;
    const double *h = g->grid->axis[0]->width;
    int64_t *row = array_create(8 * n, sizeof *row, err), *column = row + 4 * n;
    double *value = row ? array_create(4 * n, sizeof *value, err) : NULL;
    struct sparse *A = NULL;
    size_t k = 0;
    for (size_t f = g->periodic ? 0 : 1; value != NULL && f < n; f++) {
        const size_t cell[2] = {f > 0 ? f - 1 : n - 1, f};
        const double rate[2] = {g->left[f] / h[cell[0]], g->right[f] / h[cell[1]]};
        for (int side = 0; side < 2; side++) {
            const int64_t from = (int64_t)cell[side], to = (int64_t)cell[1 - side];
            row[k] = to, column[k] = from, value[k++] = rate[side];
            row[k] = from, column[k] = from, value[k++] = -rate[side];
        }
    }
    if (value != NULL) A = sparse_create(n, k, row, column, value, err);
    free(value), free(row);
    return A;
}

/* -ln p_st, where going round brings back the same value: there is no current. */
static bool find_potential(const struct line_generator *g, double *phi) {
    double sum = 0, size = 0;
    for (size_t f = 0; f < g->cells; f++) {
        sum -= f > 0 ? g->log_ratio[f] : 0;
        size += fabs(g->log_ratio[f]);
        phi[f] = sum;
    }
    return !g->periodic || fabs(sum - g->log_ratio[0]) <= 1e-12 * size;
}

/* Rates at which mass is killed or leaves through the ends, into loss[cells] and off the
 * diagonal. */
static void put_losses(const struct line_generator *g, double *loss) {
    const size_t n = g->cells;
    const double *h = g->grid->axis[0]->width, *killing = g->sinks.killing;
    for (size_t i = 0; i < n; i++)
        loss[i] = killing != NULL ? killing[i] : 0;
    if (g->periodic) return;
    loss[0] += g->right[0] / h[0];
    loss[n - 1] += g->left[n] / h[n - 1];
}

bool ring_modes(const struct line_generator *g, size_t modes, struct line_spectrum *out,
                struct error *err) {
    *out = (struct line_spectrum){0};
    if (g->one_way > 0)
        return fail(err, ERROR_SETTINGS,
                    "modes need a chain that moves both ways; here is a face that is "
                    "passed one way only");
    double *phi = array_create(2 * g->cells, sizeof *phi, err), *loss = phi + g->cells;
    struct sparse *A = phi ? ring_matrix(g, err) : NULL;
    bool good = A != NULL;
    if (good) {
        put_losses(g, loss);
        const struct chain_modes chain = {.matrix = A,
                                          .loss = g->absorbing ? loss : NULL,
                                          .volume = g->grid->axis[0]->width,
                                          .potential = find_potential(g, phi) ? phi : NULL,
                                          .monitor = g->monitor};
        good = chain_modes_compute(&chain, modes, out, err);
    }
    sparse_destroy(A);
    free(phi);
    return good;
}
