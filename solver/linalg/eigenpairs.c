/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/eigenpairs.h"
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct eigenpairs *eigenpairs_create(int most, struct error *err) {
    struct eigenpairs *p = array_create(1, sizeof *p, err);
    const size_t n = (size_t)most, square = n * n;
    double *all = p ? array_create(5 * n + 4 * square, sizeof *all, err) : NULL;
    if (all == NULL) return free(p), NULL;
    p->most = most;
    p->re = all, p->im = p->re + n, p->residual = p->im + n;
    p->y_re = p->residual + n, p->y_im = p->y_re + square;
    p->work = p->y_im + square; /* H, eigenvectors, values */
    return p;
}

void eigenpairs_destroy(struct eigenpairs *p) {
    if (p == NULL) return;
    free(p->re);
    free(p);
}

/* Takes pair k of LAPACK's list, v its vectors by columns, to the place that its modulus
 * has among the first p->m. */
static void insert(struct eigenpairs *p, int n, int k, const double *re, const double *im,
                   const double *v, double next) {
    const double size = hypot(re[k], im[k]);
    const double *x = v + (im[k] < 0 ? k - 1 : k) * n, *y = im[k] != 0 ? x + n : NULL;
    int at = p->m++;
    for (; at > 0 && hypot(p->re[at - 1], p->im[at - 1]) < size; at--) {
        p->re[at] = p->re[at - 1], p->im[at] = p->im[at - 1];
        p->residual[at] = p->residual[at - 1];
        memcpy(p->y_re + at * n, p->y_re + (at - 1) * n, (size_t)n * sizeof *x);
        memcpy(p->y_im + at * n, p->y_im + (at - 1) * n, (size_t)n * sizeof *x);
    }
    p->re[at] = re[k], p->im[at] = im[k];
    p->residual[at] = next * hypot(x[n - 1], y ? y[n - 1] : 0);
    for (int i = 0; i < n; i++) {
        p->y_re[at * n + i] = x[i];
        p->y_im[at * n + i] = y ? copysign(1, im[k]) * y[i] : 0;
    }
}

/* LAPACK's list of values and vectors v[n][n] by columns, and its status; H is
 * destroyed. */
static int solve(int n, bool symmetric, double *H, double *re, double *im, double *v) {
    if (!symmetric)
        return LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'V', n, H, n, re, im, NULL, 1, v, n);
    for (int k = 0; k < n; k++) {
        im[k] = 0;
        for (int i = 0; i < n; i++)
            v[k * n + i] = 0.5 * (H[k * n + i] + H[i * n + k]);
    }
    return LAPACKE_dsyev(LAPACK_COL_MAJOR, 'V', 'U', n, v, n, re);
}

bool eigenpairs_find(struct eigenpairs *p, const struct arnoldi *b, bool symmetric,
                     struct error *err) {
    const int n = b->m, ld = b->most + 1;
    double *H = p->work, *v = H + n * n, *re = v + n * n, *im = re + n;
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            H[k * n + i] = i > k + 1 ? 0 : b->H[k * ld + i];
    p->m = 0;
    const int status = solve(n, symmetric, H, re, im, v);
    if (status == LAPACK_WORK_MEMORY_ERROR)
        return fail(err, ERROR_MEMORY, "no memory for the eigenvalues of a matrix");
    if (status != 0)
        return fail(err, ERROR_RUN, "LAPACK found no eigenvalues of a %d x %d matrix", n,
                    n);
    const double next = b->closed ? 0 : fabs(b->H[(n - 1) * ld + n]);
    for (int k = 0; k < n; k++)
        insert(p, n, k, re, im, v, next);
    return true;
}
