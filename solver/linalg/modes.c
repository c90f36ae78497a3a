/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/modes.h"
#include "solver/linalg/eigenpairs.h"
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 200, FIRST = 20, BETWEEN = 8, POLISH = 6 };
static const double converged = 1e-11; /* residual over eigenvalue */
static const double resolved = 1e-5;   /* of the largest eigenvalue of (z - A)^-1 */
static const double negligible = 1e-9; /* entries of scaled vectors of norm 1 */

/* What is found so far, scaled, the stationary mode first where there is one: left_k .
 * right_j = delta_kj, all real (of a pair two vectors that span its plane). */
struct found {
    size_t count, room;
    double **left, **right;
    double *re, *im, *residual; /* eigenvalues of -A, im > 0 second of a pair */
};

struct search {
    const struct modes_chain *chain;
    double z;
    size_t wanted, hidden; /* hidden: stationary modes among those found */
    struct found found;
    bool functions; /* side the operator acts on; false: masses */
    struct arnoldi *basis;
    struct eigenpairs *pairs;
    uint64_t seed;
};

/* --------------------------------------------------------------------------- vectors */

static double dot(size_t n, const double *x, const double *y) {
    double part[8] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t q = 0; q < 8; q++)
            part[q] += x[i + q] * y[i + q];
    for (; i < n; i++)
        sum += x[i] * y[i];
    for (size_t q = 0; q < 8; q++)
        sum += part[q];
    return sum;
}

static void add(size_t n, double c, const double *x, double *y) {
    for (size_t i = 0; i < n; i++)
        y[i] += c * x[i];
}

/* Projects what is found out of a function or of masses. */
static void deflate(const struct found *f, size_t count, bool functions, size_t n,
                    double *x) {
    for (size_t k = 0; k < count; k++) {
        const double *v = functions ? f->left[k] : f->right[k];
        const double *dual = functions ? f->right[k] : f->left[k];
        add(n, -dot(n, dual, x), v, x);
    }
}

/* y = D (z - A)^-T D^-1 x or D^-1 (z - A)^-1 D x, without what is found. */
static bool apply(void *context, const double *x, double *y, struct error *err) {
    (void)err;
    const struct search *s = context;
    const struct modes_chain *c = s->chain;
    const struct elimination *e = s->z > 0 ? c->shifted : c->at_zero;
    const double *D = c->scale;
    for (size_t i = 0; i < c->n; i++)
        y[i] = s->functions ? x[i] / D[i] : x[i] * D[i];
    if (s->functions)
        elimination_solve_transposed(e, y, y);
    else
        elimination_solve(e, y, y);
    for (size_t i = 0; i < c->n; i++)
        y[i] = s->functions ? y[i] * D[i] : y[i] / D[i];
    deflate(&s->found, s->found.count, s->functions, c->n, y);
    return true;
}

/* Numbers without pattern in [-1, 1] (splitmix64): no mode is missed for where it lives. */
static void scramble(struct search *s, double *x) {
    const struct modes_chain *c = s->chain;
    for (size_t i = 0; i < c->n; i++) {
        uint64_t h = s->seed += 0x9e3779b97f4a7c15u;
        h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
        h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
        const double u = (double)((h ^ (h >> 31)) >> 11) * 0x1p-52 - 1;
        x[i] = c->inside == NULL || c->inside[i] ? u : 0;
    }
    deflate(&s->found, s->found.count, s->functions, c->n, x);
}

/* ------------------------------------------------------------------------ one Arnoldi run
 */

static double modulus(const struct eigenpairs *p, int k) {
    return hypot(p->re[k], p->im[k]);
}

/* Number of leading pairs that have converged, of those above `least` and at most `want`
 * (one more where a pair would be cut); *settled: all of them have, or the first one is
 * known well enough to lie below. */
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
    for (size_t k = s->hidden; k < f->count; k++)
        scale = fmax(scale, 1 / hypot(f->re[k] + s->z, f->im[k]));
    return resolved * scale;
}

/* Grows a space of one side until its leading pairs above `cutoff` stand; *good of them. */
static bool run(struct search *s, bool functions, int want, double cutoff, int *good,
                struct error *err) {
    const size_t n = s->chain->n;
    struct arnoldi *b = s->basis;
    double *start = array_create(n, sizeof *start, err);
    if (start == NULL) return false;
    s->functions = functions, s->pairs->m = 0;
    scramble(s, start);
    bool settled = false, ok = arnoldi_start(b, start, err);
    free(start);
    while (ok && !settled && b->m < b->most && !b->closed) {
        const int to = b->m < FIRST ? FIRST : b->m + BETWEEN;
        while (ok && b->m < to && b->m < b->most && !b->closed)
            ok = arnoldi_extend(b, apply, s, err);
        ok = ok && eigenpairs_find(s->pairs, b, err);
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

/* What one run brought: real vectors, a pair's real and imaginary part side by side. */
struct block {
    int count;
    double **v;                                /* [count][n] */
    double re[MOST], im[MOST], residual[MOST]; /* eigenvalues theta of (z - A)^-1 */
};

static void block_finish(struct block *b) {
    for (int k = 0; b->v != NULL && k < b->count; k++)
        free(b->v[k]);
    free(b->v);
}

/* The first `count` pairs of the last run. */
static bool block_take(struct search *s, int count, struct block *out, struct error *err) {
    const struct eigenpairs *p = s->pairs;
    const int m = s->basis->m;
    out->count = count;
    if (!(out->v = array_create((size_t)count, sizeof *out->v, err))) return false;
    for (int k = 0; k < count; k++) {
        if (!(out->v[k] = array_create(s->chain->n, sizeof **out->v, err))) return false;
        const bool second = p->im[k] < 0;
        arnoldi_combine(s->basis, m, second ? p->y_im + (k - 1) * m : p->y_re + k * m,
                        out->v[k]);
        out->re[k] = p->re[k], out->im[k] = p->im[k];
        out->residual[k] = p->residual[k] / modulus(p, k);
    }
    return true;
}

/* (a + i b) / (re + i im); b may be NULL. */
static void divide(size_t n, double *a, double *b, double re, double im) {
    const double size = re * re + im * im;
    for (size_t i = 0; i < n; i++) {
        const double x = a[i], y = b ? b[i] : 0;
        a[i] = (x * re + y * im) / size;
        if (b) b[i] = (y * re - x * im) / size;
    }
}

/* Norm 1, and the largest entry real and positive. */
static void normalise(size_t n, double *a, double *b) {
    double most = 0, sum = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const double size = hypot(a[i], b ? b[i] : 0);
        sum += size * size;
        if (size > most * (1 + 1e-9)) most = size, at = i;
    }
    const double norm = sqrt(sum) / most;
    divide(n, a, b, a[at] * norm, b ? b[at] * norm : 0);
}

/* Largest |change of l| over the larger of |l| and its mean square: x = D l, now and
 * before. */
static double largest_change(const struct search *s, const double *now,
                             const double *before) {
    const double *D = s->chain->scale, mean = 1 / sqrt(dot(s->chain->n, D, D));
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
    s->functions = true;
    if (!apply(s, x[0], work[0], err) || (pair && !apply(s, x[1], work[1], err)))
        return false;
    divide(n, work[0], pair ? work[1] : NULL, re, im);
    *change = 0;
    for (int q = 0; q <= pair; q++) {
        *change = fmax(*change, largest_change(s, work[q], x[q]));
        memcpy(x[q], work[q], n * sizeof *work[q]);
    }
    return true;
}

/* Where D is tiny a function l = x / D is all rounding. It is that of the rest continued,
 * l = (z - A)^-T l / theta, started from 0 there: what is far out comes back soon, and what
 * it is then worth is known. */
static bool polish(struct search *s, struct block *L, struct error *err) {
    const size_t n = s->chain->n;
    double *space = array_create(2 * n, sizeof *space, err), change;
    double *const work[2] = {space, space + n};
    bool ok = space != NULL;
    for (int k = 0; ok && k < L->count; k++) {
        const bool pair = L->im[k] > 0;
        double *const x[2] = {L->v[k], pair ? L->v[k + 1] : NULL};
        normalise(n, x[0], x[1]);
        for (size_t i = 0; i < n; i++)
            if (hypot(x[0][i], pair ? x[1][i] : 0) < negligible) {
                x[0][i] = 0;
                if (pair) x[1][i] = 0;
            }
        change = 1;
        for (int turn = 0; ok && turn < POLISH && change > 1e-5; turn++)
            ok = improve(s, x, work, L->re[k], L->im[k], &change, err);
        normalise(n, x[0], x[1]);
        k += pair;
    }
    free(space);
    return ok;
}

/* Orders R like L by its eigenvalues; L is cut before the first one without a partner. */
static void match(struct block *L, struct block *R) {
    for (int k = 0; k < L->count; k++) {
        int best = -1;
        double least = 1e-6 * hypot(L->re[k], L->im[k]);
        for (int j = k; j < R->count; j++) {
            const double far = hypot(R->re[j] - L->re[k], R->im[j] - L->im[k]);
            if (far < least) least = far, best = j;
        }
        if (best < 0) {
            for (int j = k; j < L->count; j++)
                free(L->v[j]);
            L->count = L->im[k] < 0 ? k - 1 : k;
            if (L->im[k] < 0) free(L->v[k - 1]);
            return;
        }
        double *v = R->v[best];
        const double re = R->re[best], im = R->im[best];
        for (int j = best; j > k; j--)
            R->v[j] = R->v[j - 1], R->re[j] = R->re[j - 1], R->im[j] = R->im[j - 1];
        R->v[k] = v, R->re[k] = re, R->im[k] = im;
    }
}

/* L orthonormal, also to what is found: Gram-Schmidt twice. */
static void orthonormalise(const struct search *s, struct block *L) {
    const size_t n = s->chain->n;
    for (int k = 0; k < L->count; k++) {
        for (int pass = 0; pass < 2; pass++) {
            deflate(&s->found, s->found.count, true, n, L->v[k]);
            for (int j = 0; j < k; j++)
                add(n, -dot(n, L->v[j], L->v[k]), L->v[j], L->v[k]);
        }
        normalise(n, L->v[k], NULL);
    }
}

/* R <- R (L^T R)^-1, so that L^T R = 1. */
static bool biorthonormalise(const struct search *s, struct block *L, struct block *R,
                             struct error *err) {
    const size_t n = s->chain->n;
    const int q = L->count;
    int *pivot = array_create((size_t)q, sizeof *pivot, err);
    double *G = pivot ? array_create((size_t)(2 * q * q + q), sizeof *G, err) : NULL;
    bool ok = G != NULL;
    double *inverse = G ? G + q * q : NULL, *row = G ? inverse + q * q : NULL;
    for (int k = 0; ok && k < q; k++) {
        deflate(&s->found, s->found.count, true, n, L->v[k]);
        deflate(&s->found, s->found.count, false, n, R->v[k]);
        inverse[k * q + k] = 1;
    }
    for (int k = 0; ok && k < q * q; k++) /* by columns */
        G[k] = dot(n, L->v[k % q], R->v[k / q]);
    if (ok && LAPACKE_dgesv(LAPACK_COL_MAJOR, q, q, G, q, pivot, inverse, q) != 0)
        ok = fail(err, ERROR_RUN,
                  "left and right modes of equal rates do not pair: the generator has no "
                  "full set of modes");
    for (size_t i = 0; ok && i < n; i++) {
        for (int k = 0; k < q; k++) {
            row[k] = 0;
            for (int j = 0; j < q; j++)
                row[k] += R->v[j][i] * inverse[k * q + j];
        }
        for (int k = 0; k < q; k++)
            R->v[k][i] = row[k];
    }
    free(G), free(pivot);
    return ok;
}

/* Hands the vectors over; R->count == 0: right is left. */
static void keep(struct search *s, struct block *L, struct block *R) {
    struct found *f = &s->found;
    for (int k = 0; k < L->count; k++) {
        const double size = L->re[k] * L->re[k] + L->im[k] * L->im[k];
        const size_t at = f->count++;
        f->left[at] = L->v[k], L->v[k] = NULL;
        f->right[at] = R->count ? R->v[k] : f->left[at];
        if (R->count) R->v[k] = NULL;
        f->re[at] = L->re[k] / size - s->z, f->im[at] = -L->im[k] / size;
        f->residual[at] = L->residual[k];
    }
}

/* ------------------------------------------------------------------------------ rounds */

/* Runs both sides once and locks what they find: *more modes. */
static bool find_more(struct search *s, int want, double cutoff, int *more,
                      struct error *err) {
    struct block L = {.count = 0}, R = {.count = 0};
    bool ok = run(s, true, want, cutoff, more, err);
    if (ok && *more > 0) ok = block_take(s, *more, &L, err);
    if (ok && *more > 0 && !s->chain->reversible) {
        int good;
        ok = run(s, false, *more, 0, &good, err) && block_take(s, good, &R, err);
        if (ok) match(&L, &R);
        if (ok && L.count == 0)
            ok = fail(err, ERROR_RUN, "left and right modes do not agree; ask for fewer");
    }
    if (ok && *more > 0) {
        *more = L.count;
        ok = polish(s, &L, err);
        if (ok && s->chain->reversible) orthonormalise(s, &L);
        if (ok && !s->chain->reversible) ok = biorthonormalise(s, &L, &R, err);
        if (ok) keep(s, &L, &R);
    }
    block_finish(&R), block_finish(&L);
    return ok;
}

/* The wanted-th largest eigenvalue of (z - A)^-1 found; 0 when there are not so many. */
static double present_cutoff(const struct search *s) {
    const struct found *f = &s->found;
    if (f->count - s->hidden < s->wanted) return 0;
    double cutoff = 0;
    for (size_t k = s->hidden; k < f->count; k++) {
        const double mine = 1 / hypot(f->re[k] + s->z, f->im[k]);
        size_t larger = 0;
        for (size_t j = s->hidden; j < f->count; j++)
            larger += 1 / hypot(f->re[j] + s->z, f->im[j]) > mine;
        if (larger < s->wanted && (cutoff == 0 || mine < cutoff)) cutoff = mine;
    }
    return cutoff * (1 + 1e-9);
}

static bool search_all(struct search *s, size_t states, struct error *err) {
    struct found *f = &s->found;
    for (;;) {
        const size_t room = f->room - f->count, left = states - f->count;
        const double cutoff = present_cutoff(s);
        if (f->count >= states || room < 2) return true;
        size_t want = s->wanted < room - 1 ? s->wanted : room - 1;
        if (want > left) want = left;
        int more = 0;
        if (!find_more(s, (int)want, cutoff, &more, err)) return false;
        if (more > 0) continue;
        if (cutoff > 0 || f->count == s->hidden) return true;
        s->z = 1 / least_resolved(s);
        if (s->z > 2 * s->chain->fastest) return true;
        if (!elimination_factor(s->chain->shifted, s->z, err)) return false;
    }
}

/* ------------------------------------------------------------------------------ public */

static bool search_init(struct search *s, const struct modes_chain *c, size_t wanted,
                        size_t states, struct error *err) {
    struct found *f = &s->found;
    *s = (struct search){.chain = c, .wanted = wanted};
    f->room = 2 * wanted + 32;
    if (f->room > states) f->room = states;
    const int most = states < MOST ? (int)states : MOST;
    double *numbers = array_create(3 * f->room, sizeof *numbers, err);
    f->re = numbers;
    if (numbers == NULL || !(f->left = array_create(f->room, sizeof *f->left, err)) ||
        !(f->right = array_create(f->room, sizeof *f->right, err)) ||
        !(s->basis = arnoldi_create(c->n, most, err)) ||
        !(s->pairs = eigenpairs_create(most, err)))
        return false;
    f->im = numbers + f->room, f->residual = f->im + f->room;
    if (c->stationary == NULL) return true;
    double *left = array_create(c->n, sizeof *left, err);
    double *right = left ? array_create(c->n, sizeof *right, err) : NULL;
    if (right == NULL) return free(left), false;
    for (size_t i = 0; i < c->n; i++) {
        left[i] = c->inside == NULL || c->inside[i] ? c->scale[i] : 0;
        right[i] = c->stationary[i] / c->scale[i];
    }
    f->left[0] = left, f->right[0] = right;
    f->count = s->hidden = 1;
    return true;
}

static void search_finish(struct search *s) {
    struct found *f = &s->found;
    for (size_t k = 0; k < f->count; k++) {
        if (f->right[k] != f->left[k]) free(f->right[k]);
        free(f->left[k]);
    }
    free(f->right), free(f->left), free(f->re);
    eigenpairs_destroy(s->pairs);
    arnoldi_destroy(s->basis);
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
static bool put_out(const struct search *s, size_t *order, struct modes *out,
                    struct error *err) {
    const struct found *f = &s->found;
    const struct modes_chain *c = s->chain;
    size_t count = f->count - s->hidden;
    for (size_t k = 0; k < count; k++)
        order[k] = k + s->hidden;
    sort(f, count, order, false);
    if (count > s->wanted)
        count = s->wanted + (f->im[order[s->wanted - 1]] < 0); /* > 0 second */
    sort(f, count, order, true);
    *out = (struct modes){.n = c->n};
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
            out->left[k][i] = f->left[from][i] / c->scale[i];
            out->right[k][i] = part * f->right[from][i] * c->scale[i];
        }
    }
    return true;
}

bool modes_find(const struct modes_chain *c, size_t wanted, struct modes *out,
                struct error *err) {
    struct search s;
    size_t states = 0, *order = NULL;
    *out = (struct modes){0};
    for (size_t i = 0; i < c->n; i++)
        states += c->inside == NULL || c->inside[i];
    bool ok = search_init(&s, c, wanted, states, err) && search_all(&s, states, err) &&
              (order = array_create(s.found.room, sizeof *order, err)) &&
              put_out(&s, order, out, err);
    free(order);
    search_finish(&s);
    if (!ok) modes_finish(out);
    return ok;
}

void modes_finish(struct modes *m) {
    for (size_t k = 0; k < m->count; k++)
        free(m->right[k]), free(m->left[k]);
    free(m->right), free(m->left), free(m->rate);
    *m = (struct modes){0};
}
