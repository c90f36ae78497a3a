/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/escape.h"
#include "grids/lagrange.h"
#include "grids/sum.h"
#include "io/numbers.h"
#include <math.h>
#include <stdlib.h>

/* ----------------------------------------------------------------- what can be reached */

/* A cell with a rate to a marked one; true when that is new. */
static bool mark_edge(const struct plane_edge *e, bool *marked) {
    if (marked[e->from] == marked[e->to]) return false;
    if (marked[e->to] ? !(e->forward > 0) : !(e->backward > 0)) return false;
    return marked[e->from] = marked[e->to] = true;
}

/* marked[cells], on entry some cells, on return all cells from which one of them can be
 * reached. A few sweeps both ways are enough on a grid. */
static void spread(const struct plane_generator *g, bool *marked) {
    bool more = true;
    while (more) {
        more = false;
        for (size_t k = 0; k < g->edges; k++)
            more |= mark_edge(&g->edge[k], marked);
        for (size_t k = g->edges; k-- > 0;)
            more |= mark_edge(&g->edge[k], marked);
    }
}

/* What is reset begins anew (line/escape.h): with u the mean times in the cells from `to`,
 *     tau += r (to . tau) / (what arrives or is killed of `to`),   r = P(reset).
 * Keeps u and one over the denominator. work[4 cells]. */
static void begin_anew(struct plane_escape *e, double *work) {
    const struct plane_generator *g = e->target.absorbing;
    const size_t n = e->cells;
    double ends = 0, *lost = work, *r = work + n;
    for (size_t i = 0; i < n; i++) {
        ends += e->target.inside[i] ? g->sinks.to[i] : 0;
        e->from_return[i] = e->target.inside[i] ? 0 : g->sinks.to[i];
    }
    const double time = numbers_dot(n, e->from_return, e->tau);
    elimination_solve(e->chain, e->from_return, e->from_return, work);
    plane_generator_loss(g, lost);
    ends += numbers_dot(n, lost, e->from_return);
    e->returns = 1 / ends;
    elimination_solve_transposed(e->chain, g->sinks.reset, r, work + 2 * n);
    for (size_t i = 0; i < n; i++)
        e->tau[i] += r[i] * (time / ends);
}

/* Factors the chain of the cells that reach the target and sets tau there. tau is inf where
 * a cell that never reaches it may be met on the way. */
static bool solve(struct plane_escape *e, struct error *err) {
    const struct plane_generator *g = e->target.absorbing;
    const bool *target = e->target.inside;
    bool *leaves = array_create(2 * e->cells, sizeof *leaves, err), good = false;
    bool *stays = leaves + e->cells; /* may come to a place that is never left */
    double *work = leaves ? array_create(4 * e->cells, sizeof *work, err) : NULL;
    if (work == NULL) goto done;
    double *loss = work, *one = work + e->cells;
    plane_generator_loss(g, loss);
    for (size_t i = 0; g->sinks.reset != NULL && i < e->cells; i++)
        loss[i] += g->sinks.reset[i];
    for (size_t i = 0; i < e->cells; i++)
        leaves[i] = loss[i] > 0, one[i] = 1;
    spread(g, leaves);
    for (size_t i = 0; i < e->cells; i++)
        stays[i] = !leaves[i] && !target[i];
    spread(g, stays);
    e->chain = elimination_create(g->matrix, leaves, loss, err);
    if (e->chain == NULL) goto done;
    if (!elimination_factor(e->chain, 0, g->monitor, err)) {
        fail_within(err, "mean time to the target");
        goto done;
    }
    elimination_solve_transposed(e->chain, one, e->tau, one + e->cells);
    if (g->sinks.reset != NULL) begin_anew(e, work);
    for (size_t i = 0; i < e->cells; i++)
        if (stays[i]) e->tau[i] = HUGE_VAL;
    good = true;
done:
    free(work);
    free(leaves);
    return good;
}

struct plane_escape *plane_escape_create(const struct plane_generator *g,
                                         const bool *target, struct error *err) {
    struct plane_escape *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    e->grid = g->grid, e->cells = g->cells;
    if ((e->tau = array_create(g->cells, sizeof *e->tau, err)) &&
        (e->from_return = array_create(g->cells, sizeof *e->from_return, err)) &&
        plane_target_cut(g, target, &e->target, err) && solve(e, err))
        return e;
    plane_escape_destroy(e);
    return NULL;
}

void plane_escape_destroy(struct plane_escape *e) {
    if (e == NULL) return;
    elimination_destroy(e->chain);
    plane_target_finish(&e->target);
    free(e->from_return);
    free(e->tau);
    free(e);
}

/* ---------------------------------------------------------------------------- questions */

struct window {
    size_t first[2];
    int points;
};

/* Whether a window lies outside the target. */
static bool outside(const struct plane_escape *e, struct window w) {
    for (int j = 0; j < w.points; j++)
        for (int i = 0; i < w.points; i++) {
            const size_t row = w.first[1] + (size_t)j, column = w.first[0] + (size_t)i;
            if (e->target.inside[row * e->grid->axis[0]->cells + column]) return false;
        }
    return true;
}

/* Distance of a window's middle from x, in widths of the cell at. */
static double distance(const struct plane_escape *e, struct window w, const size_t at[2],
                       const double x[2]) {
    double sum = 0;
    for (int d = 0; d < 2; d++) {
        const struct axis *a = e->grid->axis[d];
        const size_t last = w.first[d] + (size_t)w.points - 1;
        sum +=
            fabs(0.5 * (a->centre[w.first[d]] + a->centre[last]) - x[d]) / a->width[at[d]];
    }
    return sum;
}

/* The nearest window outside the target that holds the cell, as large as there is. */
static struct window find_window(const struct plane_escape *e, const size_t at[2],
                                 const double x[2]) {
    for (int points = 4; points > 1; points--) {
        struct window best = {{0, 0}, 0};
        double least = HUGE_VAL;
        for (int q = 0; q < points * points; q++) {
            const size_t back[2] = {(size_t)(q % points), (size_t)(q / points)};
            struct window w = {{at[0] - back[0], at[1] - back[1]}, points};
            bool fits = true;
            for (int d = 0; d < 2; d++)
                fits = fits && back[d] <= at[d] &&
                       w.first[d] + (size_t)points <= e->grid->axis[d]->cells;
            if (!fits || !outside(e, w) || distance(e, w, at, x) >= least) continue;
            least = distance(e, w, at, x), best = w;
        }
        if (best.points > 0) return best;
    }
    return (struct window){{at[0], at[1]}, 1};
}

double plane_escape_log_time_at(const struct plane_escape *e, const double x[2]) {
    size_t at[2];
    for (int d = 0; d < 2; d++) {
        at[d] = axis_find(e->grid->axis[d], x[d]);
        if (at[d] == e->grid->axis[d]->cells) return -HUGE_VAL;
    }
    const size_t nx = e->grid->axis[0]->cells, cell = at[1] * nx + at[0];
    if (e->target.inside[cell]) return -HUGE_VAL;
    if (isinf(e->tau[cell])) return HUGE_VAL;
    const struct window w = find_window(e, at, x);
    double weight[2][4], most = 0, sum = 0;
    for (int d = 0; d < 2; d++)
        lagrange_weights(w.points, e->grid->axis[d]->centre + w.first[d], x[d], weight[d]);
    for (int pass = 0; pass < 2; pass++)
        for (int q = 0; q < w.points * w.points; q++) {
            const int i = q % w.points, j = q / w.points;
            const double tau =
                e->tau[(w.first[1] + (size_t)j) * nx + w.first[0] + (size_t)i];
            if (pass == 0)
                most = fmax(most, tau);
            else
                sum += weight[0][i] * weight[1][j] * (tau / most);
        }
    return log(most) + log(sum);
}

double plane_escape_log_time_from(const struct plane_escape *e, const double *p) {
    double most = 0;
    struct sum sum = {0}, mass = {0};
    for (size_t i = 0; i < e->cells; i++)
        if (p[i] > 0) most = fmax(most, e->tau[i]);
    if (most == 0 || isinf(most)) return log(most);
    for (size_t i = 0; i < e->cells; i++) {
        if (!(p[i] > 0)) continue;
        sum_add(&mass, p[i] * e->grid->volume[i]);
        sum_add(&sum, p[i] * e->grid->volume[i] * (e->tau[i] / most));
    }
    return log(most) + log(sum_value(sum) / sum_value(mass));
}

bool plane_escape_places(const struct plane_escape *e, const double *p, double *P,
                         struct error *err) {
    const struct plane_generator *g = e->target.absorbing;
    const double *V = e->grid->volume;
    double *T = array_create(3 * e->cells, sizeof *T, err); /* mean times in the cells */
    if (T == NULL) return false;
    struct sum mass = {0};
    for (size_t i = 0; i < e->cells; i++) {
        T[i] = e->target.inside[i] ? 0 : p[i] * V[i];
        sum_add(&mass, T[i]);
    }
    elimination_solve(e->chain, T, T, T + e->cells);
    if (g->sinks.reset != NULL) {
        const double again = e->returns * numbers_dot(e->cells, g->sinks.reset, T);
        for (size_t i = 0; i < e->cells; i++)
            T[i] += again * e->from_return[i];
    }
    for (size_t k = 0; k < e->target.places; k++)
        P[k] = 0;
    const double all = sum_value(mass);
    for (size_t k = 0; k < g->exits && all > 0; k++) {
        const int32_t i = g->exit[k].cell;
        P[e->target.place_of[k]] += g->exit[k].rate / V[i] * T[i] / all;
    }
    free(T);
    if (all > 0) return true;
    return fail(err, ERROR_SETTINGS, "the density lies inside the target; nothing leaves");
}

bool plane_escape_reach(const struct plane_escape *e, const bool *counts, double *P,
                        struct error *err) {
    const struct plane_generator *g = e->target.absorbing;
    double *rate = array_create(3 * e->cells, sizeof *rate, err);
    if (rate == NULL) return false;
    for (size_t k = 0; k < g->exits; k++) {
        const struct plane_exit *x = &g->exit[k];
        if (counts[e->target.place_of[k]])
            rate[x->cell] += x->rate / e->grid->volume[x->cell];
    }
    elimination_solve_transposed(e->chain, rate, P, rate + e->cells);
    free(rate);
    return true;
}

bool plane_escape_committor(const struct plane_generator *g, const bool *A, const bool *B,
                            double *to_a, double *to_b, struct error *err) {
    bool good = false, *both = array_create(g->cells, sizeof *both, err), *counts = NULL;
    struct plane_escape *e = NULL;
    if (both == NULL) return false;
    for (size_t i = 0; i < g->cells; i++)
        both[i] = A[i] || B[i];
    e = plane_escape_create(g, both, err);
    if (e == NULL) goto done;
    counts = array_create(e->target.places, sizeof *counts, err);
    if (counts == NULL) goto done;
    for (int k = 0; k < 2; k++) {
        const bool *set = k == 0 ? A : B;
        double *P = k == 0 ? to_a : to_b;
        for (size_t q = 0; q < e->target.places; q++)
            counts[q] = e->target.place[q].cell >= 0 && set[e->target.place[q].cell];
        if (!plane_escape_reach(e, counts, P, err)) goto done;
        for (size_t i = 0; i < g->cells; i++)
            if (set[i]) P[i] = 1;
    }
    good = true;
done:
    free(counts);
    plane_escape_destroy(e);
    free(both);
    return good;
}
