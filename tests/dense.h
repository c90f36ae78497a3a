/* SPDX-License-Identifier: GPL-3.0-or-later
 * exp(tA) as a full matrix of probabilities, slow and obvious: Poisson-weighted powers of a
 * stochastic matrix (uniformisation) for a short time, then squaring. All terms are
 * non-negative, and after every product the diagonal is set from the column's sum, so that
 * every entry keeps its relative accuracy; long double covers the rest. State n is where
 * the losses go. */
#pragma once
#include "solver/linalg/tridiagonal.h"
#include <stdlib.h>
#include <string.h>

struct dense {
    size_t n;           /* states: cells and one for what is lost */
    double t;           /* P = exp(t A) */
    long double *P, *Q; /* [n][n], P[i * n + j]: from j to i */
};

/* Makes every column sum to 1 without touching small off-diagonals. */
static inline void dense_columns(struct dense *d) {
    const size_t n = d->n;
    for (size_t j = 0; j < n; j++) {
        long double rest = 0;
        for (size_t i = 0; i < n; i++)
            rest += i == j ? 0 : d->P[i * n + j];
        const long double sum = rest + d->P[j * n + j];
        if (rest < 0.5L)
            d->P[j * n + j] = 1 - rest;
        else
            for (size_t i = 0; i < n; i++)
                d->P[i * n + j] /= sum;
    }
}

static inline void dense_product(size_t n, const long double *a, const long double *b,
                                 long double *c) {
    memset(c, 0, n * n * sizeof *c);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            const long double x = a[i * n + k];
            if (x == 0) continue;
            for (size_t j = 0; j < n; j++)
                c[i * n + j] += x * b[k * n + j];
        }
}

static inline void dense_square(struct dense *d) {
    dense_product(d->n, d->P, d->P, d->Q);
    long double *swap = d->P;
    d->P = d->Q, d->Q = swap;
    d->t *= 2;
    dense_columns(d);
}

static inline void dense_destroy(struct dense *d) {
    free(d->P), free(d->Q), free(d);
}

/* With n states, and the matrix S[n][n], zero, that its generator is to fill. */
static inline struct dense *dense_begin(size_t n, long double **S) {
    struct dense *d = calloc(1, sizeof *d);
    d->n = n;
    d->P = calloc(n * n, sizeof *d->P), d->Q = calloc(n * n, sizeof *d->P);
    *S = calloc(n * n, sizeof **S);
    return d;
}

/* P = exp(tau A) = Sum_k e^-q q^k / k! S^k with q = tau fastest <= 1, S = 1 + A / fastest; the
 * constant e^-q comes from the columns' sums. */
static inline void dense_series(struct dense *d, const long double *S, long double q) {
    const size_t n = d->n;
    long double weight = 1, *power = calloc(n * n, sizeof *power);
    for (size_t i = 0; i < n; i++)
        power[i * n + i] = 1;
    for (int k = 0; k < 40; k++) {
        for (size_t i = 0; i < n * n; i++)
            d->P[i] += weight * power[i];
        dense_product(n, S, power, d->Q);
        memcpy(power, d->Q, n * n * sizeof *power);
        weight *= q / (k + 1);
    }
    for (size_t j = 0; j < n; j++) {
        long double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += d->P[i * n + j];
        for (size_t i = 0; i < n; i++)
            d->P[i * n + j] /= sum;
    }
    dense_columns(d);
    free(power);
}

/* P = exp(t A) from S = 1 + A / fastest, which is freed: the series for a short time, then
 * squares. */
static inline struct dense *dense_end(struct dense *d, long double *S, long double fastest,
                                      double t) {
    int squarings = 0;
    for (d->t = t; d->t * (double)fastest > 1; squarings++)
        d->t /= 2;
    dense_series(d, S, (long double)d->t * fastest);
    for (int k = 0; k < squarings; k++)
        dense_square(d);
    free(S);
    return d;
}

/* P = exp(t A). */
static inline struct dense *dense_create(const struct tridiagonal *A, double t) {
    const size_t n = A->n + 1, last = A->n - 1;
    long double fastest = 0, *S;
    struct dense *d = dense_begin(n, &S);
    for (size_t i = 0; i < A->n; i++) {
        const long double out = (long double)A->up[i] + A->down[i] + A->loss[i];
        if (out > fastest) fastest = out;
    }
    for (size_t j = 0; j < A->n; j++) { /* S = 1 + A / fastest, made of rates */
        const long double out = (long double)A->up[j] + A->down[j] + A->loss[j];
        S[j * n + j] += 1 - out / fastest;
        S[(j == last ? 0 : j + 1) * n + j] += A->up[j] / fastest;
        S[(j == 0 ? last : j - 1) * n + j] += A->down[j] / fastest;
        S[(n - 1) * n + j] += A->loss[j] / fastest;
    }
    S[n * n - 1] = 1;
    return dense_end(d, S, fastest, t);
}

/* out[cells] = P m. */
static inline void dense_apply(const struct dense *d, const double *m, double *out) {
    for (size_t i = 0; i + 1 < d->n; i++) {
        long double sum = 0;
        for (size_t j = 0; j + 1 < d->n; j++)
            sum += d->P[i * d->n + j] * m[j];
        out[i] = (double)sum;
    }
}
