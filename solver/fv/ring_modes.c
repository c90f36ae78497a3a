/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/ring_modes.h"
#include "solver/linalg/arnoldi.h"
#include "solver/linalg/tridiagonal.h"
#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 240, BETWEEN = 20, ATTEMPTS = 6 };
static const double tolerance = 1e-11;

static double complex complex_of(double re, double im) {
    return re + im * (double complex)I;
}

/* One chain and its Krylov space. */
struct resolvent {
    struct tridiagonal *A;
    struct tridiagonal_factors *factors;
    struct arnoldi *basis;
};

static void resolvent_finish(struct resolvent *r) {
    arnoldi_destroy(r->basis);
    tridiagonal_factors_destroy(r->factors);
    tridiagonal_destroy(r->A);
}

/* pi == NULL: masses of the chain itself; otherwise its time reversal. */
static bool resolvent_init(struct resolvent *r, const struct generator1 *g,
                           const double *log_pi, int most, struct error *err) {
    const size_t n = g->cells;
    const double *width = g->grid->axis[0]->width;
    *r = (struct resolvent){0};
    if (!(r->A = tridiagonal_create(n, true, err)) ||
        !(r->factors = tridiagonal_factors_create(r->A, err)) ||
        !(r->basis = arnoldi_create(n, most, err)))
        return false;
    for (size_t i = 0; i < n; i++) {
        const size_t above = (i + 1) % n, below = (i + n - 1) % n;
        r->A->up[i] = g->left[i + 1] / width[i];
        r->A->down[i] = g->right[i] / width[i];
        if (log_pi == NULL) continue;
        r->A->up[i] = exp(log_pi[above] - log_pi[i]) * g->right[above] / width[above];
        r->A->down[i] = exp(log_pi[below] - log_pi[i]) * g->left[i] / width[below];
    }
    return true;
}

static bool apply(void *context, const double *x, double *y, struct error *err) {
    (void)err;
    const struct resolvent *r = context;
    tridiagonal_solve(r->factors, x, y);
    return true;
}

/* Ritz pairs of one space, slowest first, the stationary one left out. */
struct ritz_pairs {
    int m, count;
    double complex value[MOST];        /* of -A: rate - i frequency */
    double complex vector[MOST][MOST]; /* in the basis */
    double residual[MOST];             /* relative, of the resolvent's eigenvalue */
    double H[MOST * MOST], v[MOST * MOST], re[MOST], im[MOST]; /* work */
};

static void keep_pair(struct ritz_pairs *p, double complex value, const double *re,
                      const double *im, double sign, double residual) {
    int at = p->count++;
    while (at > 0 && creal(p->value[at - 1]) > creal(value) * (1 + 1e-12))
        at--;
    for (int j = p->count - 1; j > at; j--) {
        p->value[j] = p->value[j - 1], p->residual[j] = p->residual[j - 1];
        memcpy(p->vector[j], p->vector[j - 1], sizeof p->vector[j]);
    }
    p->value[at] = value, p->residual[at] = residual;
    for (int i = 0; i < p->m; i++)
        p->vector[at][i] = complex_of(re[i], im ? sign * im[i] : 0);
}

static bool ritz_of(const struct arnoldi *b, double h, struct ritz_pairs *p) {
    const int m = b->m, ld = b->most + 1;
    double *const H = p->H, *const v = p->v, *const re = p->re, *const im = p->im;
    for (int k = 0; k < m; k++)
        memcpy(H + k * m, b->H + k * ld, (size_t)m * sizeof(double));
    if (LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'V', m, H, m, re, im, NULL, 1, v, m) != 0)
        return false;
    const double next = b->closed ? 0 : b->H[(m - 1) * ld + m];
    p->m = m, p->count = 0;
    int stationary = 0;
    for (int k = 1; k < m; k++)
        if (hypot(re[k] - 1, im[k]) < hypot(re[stationary] - 1, im[stationary]))
            stationary = k;
    for (int k = 0; k < m; k++) {
        if (k == stationary) continue;
        const double complex theta = complex_of(re[k], im[k]);
        const bool second = im[k] < 0, pair = im[k] != 0;
        const double *vr = v + (second ? k - 1 : k) * m, *vi = pair ? vr + m : NULL;
        const double last = pair ? hypot(vr[m - 1], vi[m - 1]) : fabs(vr[m - 1]);
        keep_pair(p, (1 / theta - 1) / h, vr, vi, second ? -1 : 1,
                  fabs(next) * last / cabs(1 - theta));
    }
    return true;
}

/* Largest residual of the pairs wanted. */
static double worst(const struct ritz_pairs *p, size_t modes) {
    double most = (size_t)p->count < modes ? HUGE_VAL : 0;
    for (int k = 0; k < p->count && (size_t)k < modes; k++)
        most = fmax(most, p->residual[k] / cabs(1 / p->value[k]) * cabs(p->value[0]));
    return most;
}

/* Grows the space until the slowest `modes` pairs stand. */
static bool converge(struct resolvent *r, double h, size_t modes, struct ritz_pairs *p,
                     struct error *err) {
    const size_t n = r->A->n;
    double *start = array_create(n, sizeof *start, err);
    if (start == NULL) return false;
    for (size_t i = 0; i < n; i++) /* nothing special, of both parities */
        start[i] = 1 + cos(0.7 + 3.1 * (double)i) + (i < n / 3 ? 1 : 0);
    tridiagonal_factor(r->factors, h);
    bool ok = arnoldi_start(r->basis, start, err);
    free(start);
    double error = HUGE_VAL;
    while (ok && error > tolerance && r->basis->m < r->basis->most && !r->basis->closed) {
        for (int k = 0; ok && k < BETWEEN && r->basis->m < r->basis->most; k++)
            ok = r->basis->closed || arnoldi_extend(r->basis, apply, r, err);
        ok = ok && (ritz_of(r->basis, h, p) ||
                    fail(err, ERROR_RUN, "LAPACK's dgeev failed on the ring's modes"));
        error = worst(p, modes);
    }
    return ok;
}

/* out = Sum_k c_k v_k, real and imaginary part. */
static void combine(const struct arnoldi *b, const double complex *c, double complex *out) {
    for (size_t i = 0; i < b->n; i++)
        out[i] = 0;
    for (int k = 0; k < b->m; k++)
        for (size_t i = 0; i < b->n; i++)
            out[i] += c[k] * b->v[k][i];
}

/* Mode k: densities, left functions, biorthonormal. r, l [cells] are work. */
static void put_mode(const struct generator1 *g, const double *log_pi,
                     const struct arnoldi *forth, const struct arnoldi *back,
                     const double complex *c, const double complex *d, double complex *r,
                     double complex *l, struct spectrum1 *out, size_t k, bool pair) {
    const size_t n = g->cells;
    double complex dot = 0, largest = 0;
    combine(forth, c, r), combine(back, d, l);
    for (size_t i = 0; i < n; i++) {
        l[i] *= exp(-log_pi[i]);
        if (cabs(l[i]) > cabs(largest)) largest = l[i];
    }
    double norm = 0; /* Sum pi |l|^2 = 1 as for real modes; the largest entry is real */
    for (size_t i = 0; i < n; i++)
        norm += exp(log_pi[i]) * cabs(l[i]) * cabs(l[i]);
    const double complex scale = cabs(largest) / (largest * sqrt(norm));
    for (size_t i = 0; i < n; i++)
        l[i] *= scale, dot += l[i] * r[i];
    for (size_t i = 0; i < n; i++) {
        r[i] /= dot * g->grid->axis[0]->width[i];
        out->left[k][i] = creal(l[i]), out->right[k][i] = creal(r[i]);
        if (pair) out->left[k + 1][i] = cimag(l[i]), out->right[k + 1][i] = cimag(r[i]);
    }
}

/* The reversed chain's pair nearest to value. */
static int nearest(const struct ritz_pairs *p, double complex value) {
    int best = 0;
    for (int k = 1; k < p->count; k++)
        if (cabs(p->value[k] - value) < cabs(p->value[best] - value)) best = k;
    return best;
}

static bool fill(const struct generator1 *g, const double *log_pi,
                 const struct resolvent *forth, const struct resolvent *back,
                 const struct ritz_pairs *p, const struct ritz_pairs *q, size_t modes,
                 struct spectrum1 *out, struct error *err) {
    const size_t n = g->cells;
    if ((size_t)p->count < modes) modes = (size_t)p->count;
    if (modes > 0 && cimag(p->value[modes - 1]) < 0 && (size_t)p->count > modes &&
        fabs(creal(p->value[modes] - p->value[modes - 1])) <
            1e-9 * cabs(p->value[modes - 1]))
        modes++;
    double complex *r = array_create(2 * n, sizeof *r, err);
    bool ok = r && spectrum1_allocate(out, modes, n, err);
    for (size_t k = 0; ok && k < modes; k++) {
        const bool pair = cimag(p->value[k]) != 0 && k + 1 < modes;
        const int same = nearest(q, p->value[k]);
        put_mode(g, log_pi, forth->basis, back->basis, p->vector[k], q->vector[same], r,
                 r + n, out, k, pair);
        for (size_t j = k; j <= k + pair; j++) {
            out->rate[j] = creal(p->value[k]);
            out->time[j] = 1 / out->rate[j];
            out->frequency[j] = (j == k ? 1 : -1) * fabs(cimag(p->value[k]));
        }
        k += pair;
    }
    free(r);
    return ok;
}

/* h so that the slowest rates are a few 1/h: from the time to diffuse round the ring. */
static double first_guess(const struct generator1 *g) {
    const double *x = g->grid->axis[0]->face, L = x[g->cells] - x[0];
    double D = 0;
    for (size_t f = 0; f < g->cells; f++)
        D += fabs(g->diffusion[f]) + fabs(g->drift[f]) * L;
    return L * L * (double)g->cells / D;
}

bool ring_modes(const struct generator1 *g, size_t modes, struct spectrum1 *out,
                struct error *err) {
    *out = (struct spectrum1){0};
    if (g->one_way > 0)
        return fail(err, ERROR_SETTINGS,
                    "modes need a chain that moves both ways; this "
                    "ring has a face that is passed one way only");
    struct stationary st = {0};
    struct resolvent forth = {0}, back = {0};
    const int most = g->cells < MOST ? (int)g->cells : MOST;
    struct ritz_pairs *p = array_create(2, sizeof *p, err), *q = p ? p + 1 : NULL;
    bool ok = p && stationary1_compute(g, &st, err);
    for (size_t i = 0; ok && i < g->cells; i++)
        st.log_density[i] += log(g->grid->axis[0]->width[i]);
    ok = ok && resolvent_init(&forth, g, NULL, most, err) &&
         resolvent_init(&back, g, st.log_density, most, err);
    double h = ok ? first_guess(g) : 0, error = HUGE_VAL;
    for (int attempt = 0; ok && attempt < ATTEMPTS && error > tolerance; attempt++) {
        ok = converge(&forth, h, modes, p, err) && converge(&back, h, modes, q, err);
        if (!ok || p->count == 0) break;
        error = fmax(worst(p, modes), worst(q, modes));
        h = 1 / cabs(p->value[(size_t)p->count < modes ? p->count - 1 : (int)modes - 1]);
    }
    if (ok && error > 1e-8 && (size_t)p->count > modes)
        ok = fail(err, ERROR_RUN, "the ring's modes are known to %.1e only; ask for fewer",
                  error);
    ok = ok && fill(g, st.log_density, &forth, &back, p, q, modes, out, err);
    if (!ok) spectrum1_finish(out);
    resolvent_finish(&back), resolvent_finish(&forth);
    stationary_finish(&st);
    free(p);
    return ok;
}
