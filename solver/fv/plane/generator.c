/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/generator.h"
#include "solver/fv/plane/assemble.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* F = forward m_from / V_from - backward m_to / V_to. */
bool assembly_matrix(struct plane_generator *g, struct error *err) {
    const double *V = g->grid->volume;
    const size_t most = 4 * g->edges + g->exits + g->cells;
    int64_t *row = array_create(most, sizeof *row, err), *column = NULL;
    double *value = NULL;
    if (row != NULL) column = array_create(most, sizeof *column, err);
    if (column != NULL) value = array_create(most, sizeof *value, err);
    size_t n = 0;
    for (size_t k = 0; value != NULL && k < g->edges; k++) {
        const struct plane_edge *e = &g->edge[k];
        const double out = e->forward / V[e->from], back = e->backward / V[e->to];
        if (out > 0) {
            row[n] = e->to, column[n] = e->from, value[n++] = out;
            row[n] = e->from, column[n] = e->from, value[n++] = -out;
        }
        if (back > 0) {
            row[n] = e->from, column[n] = e->to, value[n++] = back;
            row[n] = e->to, column[n] = e->to, value[n++] = -back;
        }
    }
    for (size_t k = 0; value != NULL && k < g->exits; k++) {
        const struct plane_exit *e = &g->exit[k];
        row[n] = column[n] = e->cell, value[n++] = -e->rate / V[e->cell];
    }
    for (size_t i = 0; value != NULL && sinks_any(&g->sinks) && i < g->cells; i++) {
        const double killed = g->sinks.killing != NULL ? g->sinks.killing[i] : 0;
        const double reset = g->sinks.reset != NULL ? g->sinks.reset[i] : 0;
        row[n] = column[n] = (int64_t)i, value[n++] = -(killed + reset);
    }
    if (value != NULL) g->matrix = sparse_create(g->cells, n, row, column, value, err);
    if (g->matrix != NULL) g->matrix->columns = g->grid->axis[0]->cells;
    free(row);
    free(column);
    free(value);
    return g->matrix != NULL;
}

static bool fill_potential(struct plane_generator *g, const struct assembly *a,
                           struct error *err) {
    g->source = a->source;
    if (a->source == POTENTIAL_NONE) return true;
    g->potential = array_create(g->cells, sizeof *g->potential, err);
    if (g->potential == NULL) return false;
    for (size_t i = 0; i < g->cells; i++)
        g->potential[i] = a->phi[i] + a->average[i];
    return true;
}

struct plane_generator *plane_generator_create(const struct grid *grid,
                                               const struct coefficients *coefficients,
                                               struct error *err) {
    return plane_generator_create_with(grid, coefficients, POTENTIAL_GIVEN, err);
}

struct plane_generator *plane_generator_create_with(const struct grid *grid,
                                                    const struct coefficients *coefficients,
                                                    enum potential_source most,
                                                    struct error *err) {
    assert(grid->dims == 2 && coefficients->dims == 2);
    struct assembly a = {.grid = grid, .model = coefficients, .most = most};
    struct plane_generator *g = array_create(1, sizeof *g, err);
    if (g == NULL) return NULL;
    g->grid = grid, g->cells = grid->cells, g->absorbing = grid_absorbs(grid);
    for (int d = 0; d < 2; d++) {
        const struct axis *axis = grid->axis[d];
        a.n[d] = axis->cells;
        a.periodic[d] = axis->boundary[0] == PERIODIC;
    }
    const double larger = (double)(a.n[0] > a.n[1] ? a.n[0] : a.n[1]);
    a.longest = (int)fmin(100, fmax(8, sqrt(larger)));
    const bool good = sinks_init(&g->sinks, grid, coefficients, err) &&
                      assembly_centres(&a, err) && assembly_edges(&a, g, err) &&
                      assembly_exits(&a, g, err) && fill_potential(g, &a, err) &&
                      assembly_matrix(g, err);
    assembly_finish(&a);
    g->absorbing |= g->sinks.killing != NULL;
    if (!good) return plane_generator_destroy(g), NULL;
    return g;
}

bool plane_generator_update(struct plane_generator *g,
                            const struct coefficients *coefficients, struct error *err) {
    struct plane_generator *now = plane_generator_create(g->grid, coefficients, err);
    if (now == NULL) return false;
    const struct plane_generator before = *g;
    *g = *now, *now = before;
    g->monitor = before.monitor;
    return plane_generator_destroy(now), true;
}

void plane_generator_destroy(struct plane_generator *g) {
    if (g == NULL) return;
    sinks_finish(&g->sinks);
    free(g->edge);
    free(g->exit);
    free(g->potential);
    sparse_destroy(g->matrix);
    free(g);
}

void plane_generator_exit_rates(const struct plane_generator *g, double *rate) {
    for (size_t i = 0; i < g->cells; i++)
        rate[i] = 0;
    for (size_t k = 0; k < g->exits; k++)
        rate[g->exit[k].cell] += g->exit[k].rate / g->grid->volume[g->exit[k].cell];
}

void plane_generator_loss(const struct plane_generator *g, double *loss) {
    plane_generator_exit_rates(g, loss);
    for (size_t i = 0; g->sinks.killing != NULL && i < g->cells; i++)
        loss[i] += g->sinks.killing[i];
}

void plane_generator_apply(const struct plane_generator *g, const double *p, double *out) {
    for (size_t i = 0; i < g->cells; i++)
        out[i] = 0;
    for (size_t k = 0; k < g->edges; k++) {
        const struct plane_edge *e = &g->edge[k];
        const double F = e->forward * p[e->from] - e->backward * p[e->to];
        out[e->from] -= F, out[e->to] += F;
    }
    for (size_t k = 0; k < g->exits; k++)
        out[g->exit[k].cell] -= g->exit[k].rate * p[g->exit[k].cell];
    for (size_t i = 0; i < g->cells; i++)
        out[i] /= g->grid->volume[i];
    sinks_apply(&g->sinks, g->grid, p, out);
}
