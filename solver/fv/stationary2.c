/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/stationary2.h"
#include "grids/sum.h"
#include "solver/fv/classes2.h"
#include "solver/linalg/elimination.h"
#include "solver/linalg/factor.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double smallest = -660;  /* ln of what solves in plain masses keep */
static const double tolerable = 1e-6; /* error of the weights of a state's parts */

/* ln of masses that balance every edge of a breadth-first tree over one class; -inf in
 * other cells. */
static bool balance_tree(const struct generator2 *g, const int32_t *class_of,
                         int32_t wanted, double *ln, struct error *err) {
    const struct sparse *A = g->matrix;
    size_t *queue = array_create(g->cells, sizeof *queue, err);
    if (queue == NULL) return false;
    size_t head = 0, tail = 0;
    for (size_t i = 0; i < g->cells; i++)
        ln[i] = -HUGE_VAL;
    for (size_t i = 0; i < g->cells && tail == 0; i++)
        if (class_of[i] == wanted) queue[tail++] = i, ln[i] = 0;
    while (head < tail) {
        const size_t j = queue[head++];
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const size_t i = (size_t)A->row[k];
            if (class_of[i] != wanted || !isinf(ln[i]) || !(A->value[k] > 0)) continue;
            double back = 0;
            for (int64_t l = A->start[i]; l < A->start[i + 1]; l++)
                if (A->row[l] == (int64_t)j) back = A->value[l];
            /* A one-way edge says only that more is behind it than before. */
            ln[i] = ln[j] + (back > 0 ? log(A->value[k] / back) : 1);
            queue[tail++] = i;
        }
    }
    free(queue);
    return true;
}

/* Largest ln of what scaling multiplies a rate by: where branches of the tree disagree by
 * more than a double holds, the tree is no scale. */
static double widest_shift(const struct sparse *A, const double *ln) {
    double widest = 0;
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (isfinite(ln[j]) && isfinite(ln[A->row[k]]))
                widest = fmax(widest, fabs(ln[j] - ln[A->row[k]]));
    return widest;
}

/* Q^-1 A Q on the class: rates of the ratio r = m / q. */
static struct sparse *scale_matrix(const struct sparse *A, const double *ln,
                                   struct error *err) {
    struct sparse *B = sparse_shift(A, 1, err); /* I - A: same pattern, refilled below */
    for (size_t j = 0; B != NULL && j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const double shift = ln[j] - ln[A->row[k]];
            const bool inside = isfinite(ln[j]) && isfinite(ln[A->row[k]]);
            B->value[k] = inside ? -A->value[k] * exp(shift) : 0;
        }
    return B;
}

/* Bound on the relative error of the solution of M r = b from the rounding of M: M^-1 >= 0,
 * so that |M^-1|_inf is the largest entry of M^-1 1. */
static bool condition(struct factor *f, const struct sparse *M, double *bound,
                      struct error *err) {
    double *work = array_create(2 * M->n, sizeof *work, err), largest = 0, rate = 0;
    if (work == NULL) return false;
    for (size_t i = 0; i < M->n; i++)
        work[i] = 1;
    const bool good = factor_solve(f, work, work + M->n, err);
    for (size_t i = 0; i < M->n; i++)
        largest = fmax(largest, work[M->n + i]);
    for (int64_t k = 0; k < M->start[M->n]; k++)
        rate = fmax(rate, M->value[k]);
    *bound = DBL_EPSILON * largest * rate;
    free(work);
    return good;
}

/* r of all cells kept, r = 1 in the pinned one: M r = -(column of the pin). */
static bool solve_pinned(const struct sparse *B, bool *keep, size_t pin, double *r,
                         double *bound, struct error *err) {
    keep[pin] = false;
    bool good = false;
    struct factor *f = NULL;
    double *right = NULL;
    struct sparse *M = sparse_select(B, keep, err);
    if (M != NULL && M->n > 0) right = array_create(3 * B->n, sizeof *right, err);
    if (right == NULL) goto done;
    double *packed = right + B->n, *solution = packed + B->n;
    for (int64_t k = B->start[pin]; k < B->start[pin + 1]; k++)
        right[B->row[k]] = -B->value[k];
    for (size_t i = 0, n = 0; i < B->n; i++)
        if (keep[i]) packed[n++] = right[i];
    f = factor_create(M, err);
    if (f == NULL || !factor_solve(f, packed, solution, err)) goto done;
    if (!condition(f, M, bound, err)) goto done;
    for (size_t i = 0, n = 0; i < B->n; i++)
        r[i] = keep[i] ? solution[n++] : i == pin ? 1 : 0;
    good = true;
done:
    factor_destroy(f);
    free(right);
    good = good || (M != NULL && M->n == 0 && (r[pin] = 1) > 0);
    sparse_destroy(M);
    keep[pin] = true;
    return good;
}

/* ln m into ln, which holds a scale ln q (-inf outside the class). *sound: false when some
 * ratio m / q is no positive number. */
static bool solve_scaled(const struct generator2 *g, double *ln, size_t pin, double *bound,
                         bool *sound, struct error *err) {
    bool good = false;
    double *r = NULL;
    struct sparse *B = scale_matrix(g->matrix, ln, err);
    bool *keep = B ? array_create(g->cells, sizeof *keep, err) : NULL;
    if (keep != NULL) r = array_create(g->cells, sizeof *r, err);
    if (r == NULL) goto done;
    for (size_t i = 0; i < g->cells; i++)
        keep[i] = isfinite(ln[i]);
    if (!solve_pinned(B, keep, pin, r, bound, err)) goto done;
    *sound = true;
    for (size_t i = 0; i < g->cells; i++)
        *sound = *sound && r[i] >= 0 && isfinite(r[i]);
    for (size_t i = 0; i < g->cells && *sound; i++)
        ln[i] = keep[i] && r[i] > 0 ? ln[i] + log(r[i]) : -HUGE_VAL;
    good = true;
done:
    free(r);
    free(keep);
    sparse_destroy(B);
    return good;
}

/* ln m into ln, which is finite on the class, by elimination in plain masses: every weight
 * keeps its digits, but tails below the smallest double are 0. */
static bool solve_plain(const struct generator2 *g, double *ln, struct error *err) {
    bool *inside = array_create(g->cells, sizeof *inside, err);
    struct elimination *e = NULL;
    for (size_t i = 0; inside != NULL && i < g->cells; i++)
        inside[i] = isfinite(ln[i]);
    if (inside != NULL) e = elimination_create(g->matrix, inside, NULL, err);
    const bool good = e != NULL && elimination_factor(e, 0, err);
    if (good) elimination_stationary(e, ln);
    for (size_t i = 0; good && i < g->cells; i++)
        ln[i] = log(ln[i]);
    elimination_destroy(e);
    free(inside);
    return good;
}

/* Where one end of an edge is below the range of doubles, ln = -inf, and the other is not:
 * as far below it as in the scaled solution. True when that was so. */
static bool continue_edge(const struct edge2 *e, const double *scaled, double *ln) {
    const bool from = isfinite(ln[e->from]), to = isfinite(ln[e->to]);
    if (from == to) return false;
    const int32_t known = from ? e->from : e->to, other = from ? e->to : e->from;
    if (!isfinite(scaled[other]) || !isfinite(scaled[known])) return false;
    ln[other] = ln[known] + scaled[other] - scaled[known];
    return true;
}

static void continue_tails(const struct generator2 *g, const double *scaled, double *ln) {
    bool more = true;
    for (size_t i = 0; i < g->cells; i++)
        if (ln[i] < smallest) ln[i] = -HUGE_VAL;
    while (more) {
        more = false;
        for (size_t k = 0; k < g->edges; k++)
            more |= continue_edge(&g->edge[k], scaled, ln);
        for (size_t k = g->edges; k-- > 0;)
            more |= continue_edge(&g->edge[k], scaled, ln);
    }
}

/* First in units of the tree's state. Where that is no scale, or the weights of metastable
 * parts would be lost in rounding, in plain masses, with the tails of the former. */
static bool solve_current(const struct generator2 *g, double *ln, struct error *err) {
    bool sound = false;
    size_t pin = 0;
    double bound = 0, *scaled = array_create(g->cells, sizeof *scaled, err);
    if (scaled == NULL) return false;
    for (size_t i = 0; i < g->cells; i++) {
        scaled[i] = ln[i];
        if (ln[i] > ln[pin]) pin = i;
    }
    bool good = widest_shift(g->matrix, ln) >= 100 ||
                solve_scaled(g, scaled, pin, &bound, &sound, err);
    if (good && sound && bound < tolerable) {
        memcpy(ln, scaled, g->cells * sizeof *ln);
    } else if (good) {
        good = solve_plain(g, ln, err);
        if (good && sound) continue_tails(g, scaled, ln);
    }
    free(scaled);
    return good;
}

/* ln of masses to ln of normalised averages, and their exp. */
static void normalise(const struct generator2 *g, struct stationary *out) {
    const double *V = g->grid->volume;
    double most = -HUGE_VAL;
    struct sum mass = {0};
    for (size_t i = 0; i < g->cells; i++)
        most = fmax(most, out->log_density[i]);
    for (size_t i = 0; i < g->cells; i++)
        sum_add(&mass, exp(out->log_density[i] - most));
    const double log_mass = most + log(sum_value(mass));
    for (size_t i = 0; i < g->cells; i++) {
        out->log_density[i] -= log_mass + log(V[i]);
        out->density[i] = exp(out->log_density[i]);
    }
}

static bool fill_unique(const struct generator2 *g, const int32_t *class_of, int32_t wanted,
                        struct stationary *out, struct error *err) {
    out->log_density = array_create(g->cells, sizeof *out->log_density, err);
    if (out->log_density != NULL)
        out->density = array_create(g->cells, sizeof *out->density, err);
    if (out->density == NULL) return false;
    double *ln = out->log_density;
    if (g->source != POTENTIAL_NONE) {
        for (size_t i = 0; i < g->cells; i++)
            ln[i] = class_of[i] == wanted ? log(g->grid->volume[i]) - g->potential[i]
                                          : -HUGE_VAL;
    } else if (!balance_tree(g, class_of, wanted, ln, err) || !solve_current(g, ln, err)) {
        return false;
    }
    normalise(g, out);
    return true;
}

bool stationary2_compute(const struct generator2 *g, struct stationary *out,
                         struct error *err) {
    *out = (struct stationary){.kind = STATIONARY_UNIQUE};
    size_t closed;
    int32_t last;
    int32_t *class_of = array_create(g->cells, sizeof *class_of, err);
    bool good = class_of != NULL && classes2_find(g, class_of, &closed, &last, err);
    if (good && closed == 0) {
        out->kind = STATIONARY_ABSORBED;
        snprintf(out->reason, sizeof out->reason,
                 "a wall absorbs: all mass leaves, the only stationary density is 0");
    } else if (good && (closed > 1 || g->exits > 0)) {
        out->kind = STATIONARY_DEGENERATE;
        snprintf(out->reason, sizeof out->reason,
                 "%zu separate sets of cells keep their mass for ever%s: the final state "
                 "depends on the start",
                 closed, g->exits > 0 ? " and the rest is absorbed" : "");
    } else if (good) {
        good = fill_unique(g, class_of, last, out, err);
    }
    free(class_of);
    if (!good) stationary_finish(out);
    return good;
}

static double production(const struct generator2 *g, const double *p) {
    struct sum total = {0};
    for (size_t k = 0; k < g->edges; k++) {
        const struct edge2 *e = &g->edge[k];
        const double out = e->forward * p[e->from], back = e->backward * p[e->to];
        if (!(fabs(out - back) > DBL_MIN)) continue;
        if (!(out > 0) || !(back > 0)) return HUGE_VAL;
        sum_add(&total, (out - back) * log(out / back));
    }
    return sum_value(total);
}

bool current2_measure(const struct generator2 *g, const double *p, struct current2 *out,
                      struct error *err) {
    const size_t nx = g->grid->axis[0]->cells, ny = g->grid->axis[1]->cells;
    const size_t xs = (nx + 1) * ny, ys = nx * (ny + 1);
    double *J = array_create(xs + ys, sizeof *J, err);
    if (J == NULL) return false;
    generator2_flux(g, p, J, J + xs);
    out->largest = 0;
    for (size_t k = 0; k < xs + ys; k++)
        out->largest = fmax(out->largest, fabs(J[k]));
    free(J);
    out->entropy_production = production(g, p);
    return generator2_flux_scale(g, p, &out->scale, err);
}
