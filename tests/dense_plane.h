/* SPDX-License-Identifier: GPL-3.0-or-later
 * exp(tA) as in tests/dense.h for any generator on masses given as a sparse matrix. */
#pragma once
#include "solver/linalg/sparse.h"
#include "tests/dense.h"

static inline struct dense *dense2_create(const struct sparse *A, double t) {
    const size_t n = A->n + 1;
    long double fastest = 0, *S;
    struct dense *d = dense_begin(n, &S);
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (-A->value[k] > (double)fastest) fastest = -A->value[k];
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
    return dense_end(d, S, fastest, t);
}
