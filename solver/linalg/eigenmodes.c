/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/eigenmodes.h"
#include "solver/linalg/deflation.h"
#include "solver/linalg/eigenblock.h"
#include "solver/linalg/eigenpairs.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 20, BETWEEN = 8, POLISH = 6 };
static const double converged = 1e-11; /* residual over eigenvalue */
static const double resolved = 1e-5;   /* of the largest eigenvalue of (z - A)^-1 */
static const double negligible = 1e-9; /* entries of scaled vectors of norm 1 */

/* What is found so far, scaled, the stationary mode first where there is one. */
struct found {
    struct deflation vectors;
    double *re, *im, *residual; /* eigenvalues of -A, im > 0 second of a pair */
};

struct search {
    const struct eigenmodes_chain *chain;
    double z;
    size_t wanted, hidden; /* hidden: stationary modes among those found */
    struct found found;
    bool eigenfunctions; /* side the operator acts on; false: masses */
    struct arnoldi *basis;
    struct eigenpairs *pairs;
    double *work; /* [2 n] of a solve */
    uint64_t seed;
};

/* -------------------------------------------------------------------------- operator */

/* Of the modes wanted. */
static double part_found(const struct search *s) {
    const size_t count = s->found.vectors.count - s->hidden;
    return count < s->wanted ? (double)count / (double)s->wanted : 1;
}

/* y = D (z - A)^-T D^-1 x or D^-1 (z - A)^-1 D x, without what is found. */
static bool apply(void *context, const double *x, double *y, struct error *err) {
    const struct search *s = context;
    const struct eigenmodes_chain *c = s->chain;
    const struct elimination *e = s->z > 0 ? c->shifted : c->at_zero;
    const double *D = c->scale;
    memcpy(y, x, c->n * sizeof *y);
    /* Rounding brings some of it back. */
    deflation_apply(&s->found.vectors, s->eigenfunctions, y);
    for (size_t i = 0; i < c->n; i++)
        y[i] = s->eigenfunctions ? y[i] / D[i] : y[i] * D[i];
    if (s->eigenfunctions)
        elimination_solve_transposed(e, y, y, s->work);
    else
        elimination_solve(e, y, y, s->work);
    for (size_t i = 0; i < c->n; i++)
        y[i] = s->eigenfunctions ? y[i] * D[i] : y[i] / D[i];
    deflation_apply(&s->found.vectors, s->eigenfunctions, y);
    return monitor_tick(c->monitor, part_found(s), err);
}

/* Numbers without pattern in [-1, 1] (splitmix64): no mode is missed for where it lives. */
static void scramble(struct search *s, double *x) {
    const struct eigenmodes_chain *c = s->chain;
    for (size_t i = 0; i < c->n; i++) {
        uint64_t h = s->seed += 0x9e3779b97f4a7c15u;
        h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
        h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
        const double u = (double)((h ^ (h >> 31)) >> 11) * 0x1p-52 - 1;
        x[i] = c->inside == NULL || c->inside[i] ? u : 0;
    }
    deflation_apply(&s->found.vectors, s->eigenfunctions, x);
}

/* --------------------------------------------------------------------- one Arnoldi run */

static double modulus(const struct eigenpairs *p, int k) {
    return hypot(p->re[k], p->im[k]);
}

/* The number of leading pairs that have converged, among the first `want` (one more where a
 * complex pair would be cut) whose modulus is above `least`. *settled: all of these have,
 * or the first one is known well enough to lie below `least`. */
static int count_converged(const struct eigenpairs *p, int want, double least,
                           bool *settled) {
    int good = 0;
    *settled = true;
    for (int k = 0; k < p->m; k++) {
        const bool second = p->im[k] < 0, below = modulus(p, k) < least;
        const double accepted = below && k == 0 ? 1e-5 : converged;
        if (k >= want && !second) break;
        if (below && k > 0) break;
        *settled = p->residual[k] <= accepted * modulus(p, k);
        if (below || !*settled) break;
        good = k + 1;
    }
    return good > 0 && p->im[good - 1] > 0 ? good - 1 : good; /* no half pairs */
}

/* Smallest eigenvalue of (z - A)^-1 that rounding leaves alone at this z. */
static double least_resolved(const struct search *s) {
    const struct found *f = &s->found;
    double scale = s->z > 0 ? 1 / s->z : s->pairs->m > 0 ? modulus(s->pairs, 0) : 0;
    for (size_t k = s->hidden; k < f->vectors.count; k++)
        scale = fmax(scale, 1 / hypot(f->re[k] + s->z, f->im[k]));
    return resolved * scale;
}

/* Grows a space of one side until its leading pairs above `cutoff` stand; *good of them. */
static bool run(struct search *s, bool eigenfunctions, int want, double cutoff, int *good,
                struct error *err) {
    const size_t n = s->chain->n;
    struct arnoldi *b = s->basis;
    double *start = array_create(n, sizeof *start, err);
    if (start == NULL) return false;
    s->eigenfunctions = eigenfunctions, s->pairs->m = 0;
    scramble(s, start);
    bool settled = false, ok = arnoldi_start(b, start, err);
    free(start);
    while (ok && !settled && b->m < b->most && !b->closed) {
        const int to = b->m < FIRST ? FIRST : b->m + BETWEEN;
        while (ok && b->m < to && b->m < b->most && !b->closed)
            ok = arnoldi_extend(b, apply, s, err);
        ok = ok && eigenpairs_find(s->pairs, b, s->chain->reversible, err);
        if (ok)
            *good =
                count_converged(s->pairs, want, fmax(cutoff, least_resolved(s)), &settled);
    }
    if (ok && !settled && *good == 0 && !b->closed)
        return fail(err, ERROR_RUN,
                    "%d Arnoldi vectors do not resolve the modes: the next one is known to "
                    "%.1e; ask for fewer",
                    b->m, s->pairs->residual[0] / modulus(s->pairs, 0));
    return ok;
}

/* ---------------------------------------------------------------------------- locking */

/* Largest |change of l| over the larger of |l| and its mean square: x = D l, now and
 * before. */
static double largest_change(const struct search *s, const double *now,
                             const double *before) {
    const double *D = s->chain->scale, mean = 1 / sqrt(deflation_dot(s->chain->n, D, D));
    double most = 0;
    for (size_t i = 0; i < s->chain->n; i++)
        most = fmax(most, fabs(now[i] - before[i]) / fmax(fabs(now[i]), mean * D[i]));
    return most;
}

/* x = D (z - A)^-T D^-1 x / theta for the real and the imaginary part x[0], x[1] (or NULL);
 * work[2][n]. *change: of l. */
static bool improve(struct search *s, double *const x[2], double *const work[2], double re,
                    double im, double *change, struct error *err) {
    const size_t n = s->chain->n;
    const bool pair = x[1] != NULL;
    s->eigenfunctions = true;
    if (!apply(s, x[0], work[0], err) || (pair && !apply(s, x[1], work[1], err)))
        return false;
    eigenvector_divide(n, work[0], pair ? work[1] : NULL, re, im);
    *change = 0;
    for (int q = 0; q <= pair; q++) {
        *change = fmax(*change, largest_change(s, work[q], x[q]));
        memcpy(x[q], work[q], n * sizeof *work[q]);
    }
    return true;
}

/* Where D is tiny a left eigenvector l = x / D is all rounding. There it is continued from
 * the rest, where it is known, by iterating
 *     l = (z - A)^-T l / theta     from l = 0 there.
 * This converges fast: mass that starts far out soon comes to the rest. */
static bool polish(struct search *s, struct eigenblock *L, struct error *err) {
    const size_t n = s->chain->n;
    double *space = array_create(2 * n, sizeof *space, err), change;
    double *const work[2] = {space, space + n};
    bool ok = space != NULL;
    for (int k = 0; ok && k < L->count; k++) {
        const bool pair = L->im[k] > 0;
        double *const x[2] = {L->v[k], pair ? L->v[k + 1] : NULL};
        eigenvector_normalise(n, x[0], x[1]);
        for (size_t i = 0; i < n; i++)
            if (hypot(x[0][i], pair ? x[1][i] : 0) < negligible) {
                x[0][i] = 0;
                if (pair) x[1][i] = 0;
            }
        change = 1;
        for (int turn = 0; ok && turn < POLISH && change > 1e-5; turn++)
            ok = improve(s, x, work, L->re[k], L->im[k], &change, err);
        eigenvector_normalise(n, x[0], x[1]);
        k += pair;
    }
    free(space);
    return ok;
}

/* Hands the vectors over. */
static bool lock(struct search *s, struct eigenblock *L, struct eigenblock *R,
                 struct error *err) {
    struct found *f = &s->found;
    const size_t first = f->vectors.count;
    if (!deflation_add(&f->vectors, L->count, L->v, R->v, err)) return false;
    for (int k = 0; k < L->count; k++) {
        const double size = L->re[k] * L->re[k] + L->im[k] * L->im[k];
        f->re[first + k] = L->re[k] / size - s->z, f->im[first + k] = -L->im[k] / size;
        f->residual[first + k] = L->residual[k];
    }
    return true;
}

/* ------------------------------------------------------------------------------ rounds */

/* Runs both sides once and locks what they find: *more modes. */
static bool find_more(struct search *s, int want, double cutoff, int *more,
                      struct error *err) {
    struct eigenblock L = {.count = 0}, R = {.count = 0};
    bool ok = run(s, true, want, cutoff, more, err);
    if (ok && *more > 0)
        ok = eigenblock_take(s->basis, s->pairs, s->chain->n, *more, &L, err);
    if (ok && *more > 0 && !s->chain->reversible) {
        int good = 0;
        ok = run(s, false, *more, 0, &good, err) &&
             eigenblock_take(s->basis, s->pairs, s->chain->n, good, &R, err);
        if (ok) eigenblock_match(&L, &R);
        if (ok && L.count == 0)
            ok = fail(err, ERROR_RUN, "left and right modes do not agree; ask for fewer");
    }
    if (ok && *more > 0) {
        *more = L.count;
        ok = polish(s, &L, err);
        ok = ok && lock(s, &L, &R, err);
    }
    eigenblock_finish(&R), eigenblock_finish(&L);
    return ok;
}

/* The wanted-th largest eigenvalue of (z - A)^-1 found; 0 when there are not so many. */
static double present_cutoff(const struct search *s) {
    const struct found *f = &s->found;
    if (f->vectors.count - s->hidden < s->wanted) return 0;
    double cutoff = 0;
    for (size_t k = s->hidden; k < f->vectors.count; k++) {
        const double mine = 1 / hypot(f->re[k] + s->z, f->im[k]);
        size_t larger = 0;
        for (size_t j = s->hidden; j < f->vectors.count; j++)
            larger += 1 / hypot(f->re[j] + s->z, f->im[j]) > mine;
        if (larger < s->wanted && (cutoff == 0 || mine < cutoff)) cutoff = mine;
    }
    return cutoff * (1 + 1e-9);
}

static bool search_all(struct search *s, size_t states, struct error *err) {
    struct found *f = &s->found;
    for (;;) {
        const size_t room = f->vectors.room - f->vectors.count,
                     left = states - f->vectors.count;
        const double cutoff = present_cutoff(s);
        if (f->vectors.count >= states || room < 2) return true;
        size_t want = s->wanted < room - 1 ? s->wanted : room - 1;
        if (want > left) want = left;
        int more = 0;
        if (!find_more(s, (int)want, cutoff, &more, err)) return false;
        if (more > 0) continue;
        if (cutoff > 0 || f->vectors.count == s->hidden) return true;
        s->z = 1 / least_resolved(s);
        if (s->z > 2 * s->chain->fastest) return true;
        if (!elimination_factor(s->chain->shifted, s->z, s->chain->monitor, err))
            return false;
    }
}

/* ------------------------------------------------------------------------------ public */

/* The stationary mode: 1 and the stationary masses, scaled. */
static bool hide_stationary(struct search *s, struct error *err) {
    const struct eigenmodes_chain *c = s->chain;
    double *left = array_create(c->n, sizeof *left, err);
    double *right = left ? array_create(c->n, sizeof *right, err) : NULL;
    bool ok = right != NULL;
    for (size_t i = 0; ok && i < c->n; i++) {
        left[i] = c->inside == NULL || c->inside[i] ? c->scale[i] : 0;
        right[i] = c->stationary[i] / c->scale[i];
    }
    ok = ok && deflation_add(&s->found.vectors, 1, &left, &right, err);
    free(right), free(left);
    s->hidden = ok;
    return ok;
}

static bool search_init(struct search *s, const struct eigenmodes_chain *c, size_t wanted,
                        size_t states, struct error *err) {
    struct found *f = &s->found;
    const size_t room = 2 * wanted + 32 < states ? 2 * wanted + 32 : states;
    const int most = states < EIGENBLOCK_MOST ? (int)states : EIGENBLOCK_MOST;
    *s = (struct search){.chain = c, .wanted = wanted};
    if (!deflation_init(&f->vectors, c->n, room, err) ||
        !(f->re = array_create(3 * room, sizeof *f->re, err)) ||
        !(s->work = array_create(2 * c->n, sizeof *s->work, err)) ||
        !(s->basis = arnoldi_create(c->n, most, err)) ||
        !(s->pairs = eigenpairs_create(most, err)))
        return false;
    f->im = f->re + room, f->residual = f->im + room;
    return c->stationary == NULL || hide_stationary(s, err);
}

static void search_finish(struct search *s) {
    deflation_finish(&s->found.vectors);
    free(s->work), free(s->found.re);
    eigenpairs_destroy(s->pairs), arnoldi_destroy(s->basis);
}

/* Whether mode a comes before mode b: by modulus, or by rate; pairs stay together. */
static bool before(const struct found *f, size_t a, size_t b, bool by_rate) {
    const double x = by_rate ? f->re[a] : hypot(f->re[a], f->im[a]);
    const double y = by_rate ? f->re[b] : hypot(f->re[b], f->im[b]);
    return x < y * (1 - 1e-12);
}

static void sort(const struct found *f, size_t n, size_t *order, bool by_rate) {
    for (size_t k = 1; k < n; k++) {
        const size_t one = order[k];
        size_t at = k;
        for (; at > 0 && before(f, one, order[at - 1], by_rate); at--)
            order[at] = order[at - 1];
        order[at] = one;
    }
}

/* Unscales the modes nearest to 0 into out. */
static bool put_out(const struct search *s, size_t *order, struct eigenmodes *out,
                    struct error *err) {
    const struct found *f = &s->found;
    const struct eigenmodes_chain *c = s->chain;
    size_t count = f->vectors.count - s->hidden;
    for (size_t k = 0; k < count; k++)
        order[k] = k + s->hidden;
    sort(f, count, order, false);
    if (count > s->wanted)
        count = s->wanted + (f->im[order[s->wanted - 1]] < 0); /* > 0 second */
    sort(f, count, order, true);
    *out = (struct eigenmodes){.n = c->n};
    if (!(out->rate = array_create(3 * count, sizeof *out->rate, err)) ||
        !(out->left = array_create(count, sizeof *out->left, err)) ||
        !(out->right = array_create(count, sizeof *out->right, err)))
        return false;
    out->frequency = out->rate + count, out->residual = out->frequency + count;
    for (; out->count < count; out->count++) {
        const size_t k = out->count, from = order[k];
        if (!(out->left[k] = array_create(c->n, sizeof **out->left, err)) ||
            !(out->right[k] = array_create(c->n, sizeof **out->right, err)))
            return out->count++, false;
        if (!(f->re[from] > 0))
            return out->count++, fail(err, ERROR_RUN, "rounding hides the modes' rates");
        out->rate[k] = f->re[from], out->frequency[k] = -f->im[from];
        out->residual[k] = f->residual[from];
        const double part = f->im[from] == 0 ? 1 : f->im[from] < 0 ? 0.5 : -0.5;
        for (size_t i = 0; i < c->n; i++) {
            out->left[k][i] = f->vectors.left[from][i] / c->scale[i];
            out->right[k][i] = part * f->vectors.right[from][i] * c->scale[i];
        }
    }
    return true;
}

bool eigenmodes_find(const struct eigenmodes_chain *c, size_t wanted,
                     struct eigenmodes *out, struct error *err) {
    struct search s;
    size_t states = 0, *order = NULL;
    *out = (struct eigenmodes){0};
    for (size_t i = 0; i < c->n; i++)
        states += c->inside == NULL || c->inside[i];
    bool ok = search_init(&s, c, wanted, states, err) && search_all(&s, states, err) &&
              (order = array_create(s.found.vectors.room, sizeof *order, err)) &&
              put_out(&s, order, out, err);
    free(order), search_finish(&s);
    if (!ok) eigenmodes_finish(out);
    return ok;
}

void eigenmodes_finish(struct eigenmodes *m) {
    for (size_t k = 0; k < m->count; k++)
        free(m->right[k]), free(m->left[k]);
    free(m->right), free(m->left), free(m->rate);
    *m = (struct eigenmodes){0};
}
