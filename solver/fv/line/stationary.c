/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/sum.h"
#include "solver/fv/line/generator.h"
#include "solver/fv/line/log_rates.h"
#include "solver/linalg/tridiagonal.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Which ways is face f open? Rates that underflow are still rates: the logarithm of their
 * ratio says so. */
enum passage { SHUT, UPWARDS, DOWNWARDS, BOTH };

static enum passage passage_of(const struct line_generator *g, size_t f) {
    if (g->left[f] == 0 && g->right[f] == 0) return SHUT;
    if (!isinf(g->log_ratio[f])) return BOTH;
    return g->log_ratio[f] > 0 ? UPWARDS : DOWNWARDS;
}

/* Normalises out->log_density, fills out->density; returns ln of the mass there was. */
static double normalise(const struct line_generator *g, struct stationary *out) {
    const double *h = g->grid->axis[0]->width;
    double most = -INFINITY;
    for (size_t i = 0; i < g->cells; i++)
        most = fmax(most, out->log_density[i]);
    struct sum mass = {0};
    for (size_t i = 0; i < g->cells; i++)
        sum_add(&mass, h[i] * exp(out->log_density[i] - most));
    const double rest = log(sum_value(mass));
    for (size_t i = 0; i < g->cells; i++) {
        out->log_density[i] = (out->log_density[i] - most) - rest; /* most may be 1e5 */
        out->density[i] = exp(out->log_density[i]);
    }
    return most + rest;
}

/* ------------------------------------------------------------------ detailed balance */

/* `count` cells from `first` on (round a ring) that exchange mass both ways and that
 * nothing leaves: ln p is the running sum of log_ratio, without current. p is 0 elsewhere.
 * Summed outwards from the largest entry, so that the entries that carry the mass are short
 * sums. */
static void fill_balanced(const struct line_generator *g, size_t first, size_t count,
                          struct stationary *out) {
    const size_t n = g->cells;
    double *const ln = out->log_density;
    struct sum up = {0};
    double most = 0;
    size_t peak = 0; /* counted from first; cell i has face i below it */
    for (size_t k = 1; k < count; k++) {
        sum_add(&up, g->log_ratio[(first + k) % n]);
        if (sum_value(up) > most) most = sum_value(up), peak = k;
    }
    for (size_t i = 0; i < n; i++)
        ln[i] = -INFINITY;
    ln[(first + peak) % n] = 0;
    up = (struct sum){0};
    for (size_t k = peak + 1; k < count; k++) {
        sum_add(&up, g->log_ratio[(first + k) % n]);
        ln[(first + k) % n] = sum_value(up);
    }
    struct sum down = {0};
    for (size_t k = peak; k > 0; k--) {
        sum_add(&down, -g->log_ratio[(first + k) % n]);
        ln[(first + k - 1) % n] = sum_value(down);
    }
    normalise(g, out);
}

/* ----------------------------------------------------------------- ring with a current */

/* A ring open both ways everywhere. With
 *     phi  the running sum of log_ratio,   A = phi once round,   v = p e^-phi,
 * the current is
 *     J = (v_{f-1} - v_f) / rho_f,   rho_f = e^-phi_{f-1} / left_f,
 * and from p_n = p_0, going round once,
 *     p_i = N e^phi_i ( T_i + e^-A S_i ),   J = N (1 - e^-A),
 *     S_i = Sum_{1..i} rho,   T_i = Sum_{i+1..n} rho.
 * All terms are positive: every entry is accurate relatively, however small. work[n + 1] */
static void fill_ring(const struct line_generator *g, double *work,
                      struct stationary *out) {
    const size_t n = g->cells;
    double *const T = work, *const p = out->log_density;
    double *const phi = out->density; /* borrowed until normalise */
    struct sum sum = {0};
    double size = 0;
    for (size_t f = 1; f <= n; f++) {
        phi[f - 1] = sum_value(sum);
        sum_add(&sum, g->log_ratio[f]), size += fabs(g->log_ratio[f]);
    }
    const double A = sum_value(sum);
    if (fabs(A) <= 64 * DBL_EPSILON * size) { /* 0 but for the rounding of its terms */
        fill_balanced(g, 0, n, out);
        return;
    }
    T[n] = -INFINITY;
    for (size_t f = n; f >= 1; f--)
        T[f - 1] = log_add(T[f], -phi[f - 1] - log_left(g, f));
    double S = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        p[i] = phi[i] + log_add(T[i], S - A);
        S = log_add(S, -phi[i] - log_left(g, i + 1));
    }
    const double log_J = A > 0 ? log(-expm1(-A)) : -A + log(-expm1(A));
    out->current = copysign(exp(log_J - normalise(g, out)), A);
}

/* A ring with one-way faces, all open in the direction of the current. Starting from such a
 * face, where J = left p, and going against the current,
 *     p_{f-1} = (J + right_f p_f) / left_f
 * (mirrored for the other direction) only adds positive terms. */
static void fill_one_way_ring(const struct line_generator *g, size_t one_way, bool upwards,
                              struct stationary *out) {
    const size_t n = g->cells;
    double before =
        -INFINITY; /* ln p on the downstream side of that face does not matter */
    for (size_t k = 0; k < n; k++) {
        const size_t f = upwards ? (one_way + n - k) % n : (one_way + k) % n;
        const size_t cell = upwards ? (f + n - 1) % n : f;
        const double back = upwards ? log_right(g, f) : log_left(g, f);
        const double forth = upwards ? log_left(g, f) : log_right(g, f);
        before = (isinf(back) ? 0 : log_add(0, back + before)) - forth;
        out->log_density[cell] = before;
    }
    const double J = exp(-normalise(g, out));
    out->current = upwards ? J : -J;
}

/* ------------------------------------------------------- places that mass cannot leave */

struct places {
    size_t count;
    size_t first[2], cells[2]; /* of the first two */
};

/* Maximal runs of cells joined both ways that no open face leads out of, from face `start`
 * (not open both ways: the wall of a line) on upwards. */
static struct places find_places(const struct line_generator *g, size_t start) {
    const size_t n = g->cells;
    struct places places = {0};
    bool closed = passage_of(g, start) != DOWNWARDS;
    size_t first = 0; /* counted from start */
    for (size_t k = 1; k <= n; k++) {
        const enum passage way = passage_of(g, start + k <= n ? start + k : start + k - n);
        if (way == BOTH) continue;
        if (closed && way != UPWARDS) {
            if (places.count < 2) {
                places.first[places.count] = (start + first) % n;
                places.cells[places.count] = k - first;
            }
            places.count++;
        }
        closed = way != DOWNWARDS, first = k;
    }
    return places;
}

static void describe_places(const struct line_generator *g, const struct places *places,
                            struct stationary *out) {
    const double *x = g->grid->axis[0]->face;
    double end[2];
    for (int k = 0; k < 2; k++)
        end[k] = x[(places->first[k] + places->cells[k] - 1) % g->cells + 1];
    out->kind = STATIONARY_DEGENERATE;
    snprintf(
        out->reason, sizeof out->reason,
        "mass ends in %zu places that it cannot leave, where the noise vanishes, such as "
        "[%.6g, %.6g] and [%.6g, %.6g]; how much in which depends on the start",
        places->count, x[places->first[0]], end[0], x[places->first[1]], end[1]);
}

/* Of the faces that are not open both ways: the lowest one, and how many of each kind. */
struct one_way_faces {
    size_t first, shut, up, down;
};
static struct one_way_faces count_one_way(const struct line_generator *g) {
    struct one_way_faces faces = {0};
    for (size_t f = g->cells; f >= 1; f--) {
        const enum passage way = passage_of(g, f);
        if (way != BOTH) faces.first = f;
        faces.shut += way == SHUT, faces.up += way == UPWARDS,
            faces.down += way == DOWNWARDS;
    }
    return faces;
}

static void fill_places(const struct line_generator *g, size_t start,
                        struct stationary *out) {
    const struct places places = find_places(g, start);
    if (places.count > 1)
        describe_places(g, &places, out);
    else
        fill_balanced(g, places.first[0], places.cells[0], out);
}

static void fill(const struct line_generator *g, double *work, struct stationary *out) {
    if (!g->periodic) {
        fill_places(g, 0, out);
        return;
    }
    const struct one_way_faces faces = count_one_way(g);
    if (faces.shut + faces.up + faces.down == 0)
        fill_ring(g, work, out);
    else if (faces.shut == 0 && (faces.up == 0 || faces.down == 0))
        fill_one_way_ring(g, faces.first % g->cells, faces.up > 0, out);
    else
        fill_places(g, faces.first, out);
}

bool stationary_of_masses(const struct grid *grid, const double *m, struct stationary *out,
                          struct error *err) {
    struct sum mass = {0};
    out->log_density = array_create(grid->cells, sizeof(double), err);
    if (out->log_density != NULL)
        out->density = array_create(grid->cells, sizeof(double), err);
    if (out->density == NULL) return false;
    for (size_t i = 0; i < grid->cells; i++)
        sum_add(&mass, m[i]);
    if (!(sum_value(mass) > 0 && isfinite(sum_value(mass))))
        return fail(err, ERROR_RUN,
                    "the stationary state under resetting is beyond double precision");
    for (size_t i = 0; i < grid->cells; i++) {
        out->density[i] = m[i] / sum_value(mass) / grid->volume[i];
        out->log_density[i] = log(out->density[i]);
    }
    return true;
}

/* A p = 0 with resets: p ~ (-B)^-1 to, B without what returns (docs/numerics.md 6.7). */
static bool fill_reset(const struct line_generator *g, struct stationary *out,
                       struct error *err) {
    const size_t n = g->cells;
    const double h = 1e100;
    const double *width = g->grid->axis[0]->width;
    struct tridiagonal *B = tridiagonal_create(n, g->periodic, err);
    struct tridiagonal_factors *factors = NULL;
    double *m = B ? array_create(n, sizeof *m, err) : NULL;
    for (size_t i = 0; m != NULL && i < n; i++) {
        B->up[i] = i + 1 < n || g->periodic ? g->left[i + 1] / width[i] : 0;
        B->down[i] = i > 0 || g->periodic ? g->right[i] / width[i] : 0;
        B->loss[i] = g->sinks.reset[i];
    }
    if (m != NULL) factors = tridiagonal_factors_create(B, err);
    bool good = factors != NULL;
    if (good) {
        tridiagonal_factor(factors, h);
        tridiagonal_solve(factors, g->sinks.to, m);
        good = stationary_of_masses(g->grid, m, out, err);
    }
    free(m);
    tridiagonal_factors_destroy(factors);
    tridiagonal_destroy(B);
    return good;
}

static bool resets(const struct line_generator *g) {
    double sum = 0;
    for (size_t i = 0; g->sinks.reset != NULL && i < g->cells; i++)
        sum += g->sinks.reset[i];
    return sum > 0;
}

static bool kills(const struct line_generator *g) {
    double sum = 0;
    for (size_t i = 0; g->sinks.killing != NULL && i < g->cells; i++)
        sum += g->sinks.killing[i];
    return sum > 0;
}

bool line_stationary_compute(const struct line_generator *g, struct stationary *out,
                             struct error *err) {
    *out = (struct stationary){.kind = STATIONARY_UNIQUE};
    const bool ends = !g->periodic && g->right[0] + g->left[g->cells] > 0;
    if (kills(g) || (g->absorbing && ends)) {
        out->kind = STATIONARY_ABSORBED;
        snprintf(
            out->reason, sizeof out->reason, "%s",
            ends ? "an end absorbs: all mass that can reach it leaves in the end"
                 : "mass is killed: all that can reach such a place is lost in the end");
        return true;
    }
    if (resets(g)) return fill_reset(g, out, err) || (stationary_finish(out), false);
    double *work = array_create(g->cells + 1, sizeof *work, err);
    bool ok = work && (out->log_density = array_create(g->cells, sizeof(double), err)) &&
              (out->density = array_create(g->cells, sizeof(double), err));
    if (ok) fill(g, work, out);
    free(work);
    if (!ok || out->kind != STATIONARY_UNIQUE) {
        free(out->density), free(out->log_density);
        out->density = out->log_density = NULL;
    }
    return ok;
}

void stationary_finish(struct stationary *stationary) {
    free(stationary->density);
    free(stationary->log_density);
    *stationary = (struct stationary){0};
}
