/* SPDX-License-Identifier: GPL-3.0-or-later
 * exp(tA) as in tests/dense.h for any generator on masses given as a sparse matrix. */
#pragma once
#include "solver/linalg/sparse.h"
#include "tests/dense.h"

static inline struct dense *dense2_create(const struct sparse *A, double t) {
    const size_t n = A->n + 1;
    long double fastest = 0, *S = calloc(n * n, sizeof *S),
                *power = calloc(n * n, sizeof *S);
    struct dense *d = calloc(1, sizeof *d);
    d->n = n, d->t = t;
    d->P = calloc(n * n, sizeof *S), d->Q = calloc(n * n, sizeof *S);
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (-A->value[k] > (double)fastest) fastest = -A->value[k];
    int squarings = 0;
    while (d->t * (double)fastest > 1)
        d->t /= 2, squarings++;
    for (size_t j = 0; j < A->n; j++) { /* S = 1 + A / fastest */
        long double gone = 0;
        S[j * n + j] = 1;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            S[(size_t)A->row[k] * n + j] += A->value[k] / fastest;
            gone -= A->value[k] / fastest;
        }
        if (gone > 1e-13L) S[(n - 1) * n + j] = gone; /* what leaves the domain */
    }
    S[n * n - 1] = 1;
    long double weight = 1; /* Poisson, up to its constant */
    for (size_t i = 0; i < n; i++)
        power[i * n + i] = 1;
    for (int k = 0; k < 40; k++) {
        for (size_t i = 0; i < n * n; i++)
            d->P[i] += weight * power[i];
        dense_product(n, S, power, d->Q);
        memcpy(power, d->Q, n * n * sizeof *power);
        weight *= (long double)d->t * fastest / (k + 1);
    }
    for (size_t j = 0; j < n; j++) {
        long double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += d->P[i * n + j];
        for (size_t i = 0; i < n; i++)
            d->P[i * n + j] /= sum;
    }
    dense_columns(d);
    for (int k = 0; k < squarings; k++)
        dense_square(d);
    free(S), free(power);
    return d;
}
