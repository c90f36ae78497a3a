/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/ritz.h"
#include "io/clones.h"
#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A complex upper triangle, real and imaginary parts apart: column j at j * m, rows
 * 0..j. */
struct triangle {
    double *re, *im;
};

struct ritz {
    int most, m;
    double complex *T, *Z, *eigenvalue;
    struct triangle G, E, P; /* generator, exponential, product */
    double *start;           /* [2 m] Z^H e_1 */
    double *reals;
    double complex *work; /* [size] of the Schur form, with real[most] */
    double *real;
    lapack_int size;
};

/* T <- Z^H T Z, upper triangular, in the space of r->work; size -1: *r->work says how much is
 * best. */
static bool schur(struct ritz *r, int m, double complex *work, lapack_int size) {
    lapack_int none = 0;
    return LAPACKE_zgees_work(LAPACK_COL_MAJOR, 'V', 'N', NULL, m, r->T, m, &none,
                              r->eigenvalue, r->Z, m, work, size, r->real, NULL) == 0;
}

static bool reserve(struct ritz *r, struct error *err) {
    double complex best;
    if (!schur(r, r->most, &best, -1))
        return fail(err, ERROR_RUN, "LAPACK has no Schur form of a %d x %d matrix", r->most,
                    r->most);
    r->size = (lapack_int)creal(best);
    return (r->work = array_create((size_t)r->size, sizeof *r->work, err)) != NULL;
}

struct ritz *ritz_create(int most, struct error *err) {
    struct ritz *r = array_create(1, sizeof *r, err);
    if (r == NULL) return NULL;
    const size_t m = (size_t)most, square = m * m;
    r->most = most;
    r->T = array_create(2 * square + m, sizeof *r->T, err);
    r->reals = r->T ? array_create(6 * square + 3 * m, sizeof *r->reals, err) : NULL;
    if (r->reals == NULL) return ritz_destroy(r), NULL;
    r->Z = r->T + square, r->eigenvalue = r->Z + square;
    r->G = (struct triangle){r->reals, r->reals + square};
    r->E = (struct triangle){r->reals + 2 * square, r->reals + 3 * square};
    r->P = (struct triangle){r->reals + 4 * square, r->reals + 5 * square};
    r->start = r->reals + 6 * square, r->real = r->start + 2 * m;
    if (!reserve(r, err)) return ritz_destroy(r), NULL;
    return r;
}

void ritz_destroy(struct ritz *r) {
    if (r == NULL) return;
    free(r->work);
    free(r->T);
    free(r->reals);
    free(r);
}

/* Column j of T^-1 by back substitution, into x[0..j]. */
static void invert_column(const double complex *T, int m, int j, double complex *x) {
    for (int i = j; i >= 0; i--) {
        double complex sum = i == j;
        for (int k = i + 1; k <= j; k++)
            sum -= T[i + k * m] * x[k];
        x[i] = sum / T[i + i * m];
    }
}

bool ritz_set(struct ritz *r, int m, const double *H, int ld, double gamma) {
    bool finite = true;
    r->m = m;
    for (int j = 0; j < m; j++)
        for (int i = 0; i < m; i++) {
            const double h = i > j + 1 ? 0 : H[i + (size_t)j * (size_t)ld];
            r->T[i + j * m] = h, finite &= isfinite(h);
        }
    if (!finite || !schur(r, m, r->work, r->size)) return false;
    for (int j = 0; j < m; j++) {
        if (cabs(r->T[j + j * m]) == 0) return false;
        invert_column(r->T, m, j, r->eigenvalue);
        for (int i = 0; i <= j; i++) {
            const double complex g = ((i == j) - r->eigenvalue[i]) / gamma;
            r->G.re[i + j * m] = creal(g), r->G.im[i + j * m] = cimag(g);
        }
    }
    for (int i = 0; i < m; i++)
        r->start[i] = creal(r->Z[i * m]), r->start[m + i] = -cimag(r->Z[i * m]);
    return true;
}

/* P = A B, upper triangles. */
BLOCK_LOOP
static void ritz_multiply(int m, struct triangle A, struct triangle B, struct triangle P) {
    for (int j = 0; j < m; j++) {
        double *restrict re = P.re + j * m, *restrict im = P.im + j * m;
        memset(re, 0, (size_t)(j + 1) * sizeof *re);
        memset(im, 0, (size_t)(j + 1) * sizeof *im);
        for (int k = 0; k <= j; k++) {
            const double x = B.re[k + j * m], y = B.im[k + j * m];
            const double *restrict a = A.re + k * m, *restrict b = A.im + k * m;
            for (int i = 0; i <= k; i++) {
                re[i] += a[i] * x - b[i] * y;
                im[i] += a[i] * y + b[i] * x;
            }
        }
    }
}

static void set_diagonal(const struct ritz *r, double t, struct triangle E) {
    for (int j = 0; j < r->m; j++) {
        const double size = exp(t * r->G.re[j + j * r->m]);
        const double angle = t * r->G.im[j + j * r->m];
        E.re[j + j * r->m] = size * cos(angle), E.im[j + j * r->m] = size * sin(angle);
    }
}

/* Largest column sum of the triangle. */
static double norm1(int m, struct triangle A) {
    double largest = 0;
    for (int j = 0; j < m; j++) {
        double sum = 0;
        for (int i = 0; i <= j; i++)
            sum += hypot(A.re[i + j * m], A.im[i + j * m]);
        largest = fmax(largest, sum);
    }
    return largest;
}

/* E = exp(t G), |t G| <= 1/4: twelve terms of Taylor by Horner, remainder below 1e-17. */
static void taylor(struct ritz *r, double t) {
    const int m = r->m, terms = 12;
    const size_t bytes = (size_t)(m * m) * sizeof(double);
    memset(r->E.re, 0, bytes), memset(r->E.im, 0, bytes);
    for (int j = 0; j < m; j++)
        r->E.re[j + j * m] = 1;
    for (int k = terms; k > 0; k--) {
        ritz_multiply(m, r->G, r->E, r->P);
        for (int j = 0; j < m; j++)
            for (int i = 0; i <= j; i++) {
                r->E.re[i + j * m] = t / k * r->P.re[i + j * m] + (i == j);
                r->E.im[i + j * m] = t / k * r->P.im[i + j * m];
            }
    }
}

bool ritz_exponential(struct ritz *r, double t, double *c) {
    const int m = r->m;
    const double size = t * norm1(m, r->G);
    if (!(size < 1e300)) return false;
    int squarings;
    frexp(4 * size, &squarings);
    squarings = squarings > 0 ? squarings : 0;
    double h = ldexp(t, -squarings);
    taylor(r, h);
    set_diagonal(r, h, r->E);
    for (int s = 0; s < squarings; s++) {
        ritz_multiply(m, r->E, r->E, r->P);
        const struct triangle swap = r->E;
        r->E = r->P, r->P = swap;
        h *= 2;
        set_diagonal(r, h, r->E);
    }
    bool finite = true;
    for (int i = 0; i < m; i++)
        c[i] = 0;
    for (int i = 0; i < m; i++) {
        double re = 0, im = 0; /* (exp(tG) Z^H e_1)_i */
        for (int k = i; k < m; k++) {
            const double a = r->E.re[i + k * m], b = r->E.im[i + k * m];
            re += a * r->start[k] - b * r->start[m + k];
            im += a * r->start[m + k] + b * r->start[k];
        }
        for (int q = 0; q < m; q++)
            c[q] += creal(r->Z[q + i * m]) * re - cimag(r->Z[q + i * m]) * im;
        finite = finite && isfinite(re) && isfinite(im);
    }
    return finite;
}
