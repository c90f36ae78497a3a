/* SPDX-License-Identifier: GPL-3.0-or-later
 * Chains of rates: real and shifted solves against dense elimination. */
#include "solver/linalg/shifted.h"
#include "solver/linalg/tridiagonal.h"
#include <check.h>
#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { MOST = 40 };

/* Rates over eight decades from a fixed sequence, some of them 0 (one-way faces). */
static struct tridiagonal *make_chain(size_t n, bool cyclic, bool lossy) {
    struct error err;
    struct tridiagonal *A = tridiagonal_create(n, cyclic, &err);
    ck_assert_ptr_nonnull(A);
    for (size_t i = 0; i < n; i++) {
        const double x = (double)i;
        A->up[i] = i % 7 == 3 ? 0 : pow(10, 4 * sin(3 * x + 1));
        A->down[i] = pow(10, 4 * cos(5 * x));
        A->loss[i] = lossy && (i == 0 || i + 1 == n) ? 3 : 0;
    }
    if (!cyclic) A->up[n - 1] = A->down[0] = 0;
    return A;
}

/* The same, of which some mass returns to a few cells. */
static struct tridiagonal *make_returning(size_t n, bool cyclic, bool lossy) {
    struct error err;
    struct tridiagonal *A = make_chain(n, cyclic, lossy);
    double reset[MOST], to[MOST], sum = 0;
    for (size_t i = 0; i < n; i++) {
        reset[i] = i % 3 == 1 ? 0 : 1 + sin((double)i);
        to[i] = i % 2 == 0 ? 2 + cos((double)i) : 0;
        sum += to[i];
    }
    for (size_t i = 0; i < n; i++)
        to[i] /= sum;
    ck_assert(tridiagonal_return(A, reset, to, &err));
    return A;
}

/* What comes to cell i from cell j by returning. */
static long double returning(const struct tridiagonal *A, size_t i, size_t j) {
    return A->reset == NULL ? 0 : (long double)A->to[i] * A->reset[j];
}

/* x = (z - A)^-1 b by Gaussian elimination with pivoting. */
static void dense_solve(const struct tridiagonal *A, long double complex z, const double *b,
                        long double complex *x) {
    const size_t n = A->n;
    static long double complex M[MOST][MOST + 1];
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++)
            M[i][j] = -returning(A, i, j);
    for (size_t j = 0; j < n; j++) {
        M[j][j] += z + A->loss[j];
        M[j][n] = b[j];
        if (n == 1) continue; /* a ring of one cell: what leaves comes back */
        M[j][j] += (long double)A->up[j] + A->down[j];
        M[(j + 1) % n][j] -= A->up[j];
        M[(j + n - 1) % n][j] -= A->down[j];
    }
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k; i < n; i++)
            if (cabsl(M[i][k]) > cabsl(M[pivot][k])) pivot = i;
        for (size_t j = 0; j <= n; j++) {
            const long double complex swap = M[k][j];
            M[k][j] = M[pivot][j], M[pivot][j] = swap;
        }
        for (size_t i = k + 1; i < n; i++) {
            const long double complex factor = M[i][k] / M[k][k];
            for (size_t j = k; j <= n; j++)
                M[i][j] -= factor * M[k][j];
        }
    }
    for (size_t k = n; k-- > 0;) {
        x[k] = M[k][n];
        for (size_t j = k + 1; j < n; j++)
            x[k] -= M[k][j] * x[j];
        x[k] /= M[k][k];
    }
}

/* x = (1/h - A)^-1 b: states are eliminated one by one, and what passed through one goes
 * straight on. Only positive numbers are added, multiplied and divided, so that every entry
 * has its digits even where long double is a double (as under valgrind). */
static void positive_solve(const struct tridiagonal *A, double h, const double *b,
                           long double *x) {
    const size_t n = A->n;
    static long double rate[MOST][MOST]; /* from column to row */
    long double gone[MOST], out[MOST];
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++)
            rate[i][j] = returning(A, i, j);
        gone[j] = 1 / (long double)h + (A->reset != NULL ? A->lost : A->loss)[j];
        x[j] = b[j];
    }
    for (size_t j = 0; n > 1 && j < n; j++) {
        rate[(j + 1) % n][j] += A->up[j];
        rate[(j + n - 1) % n][j] += A->down[j];
    }
    for (size_t k = 0; k < n; k++) {
        out[k] = gone[k];
        for (size_t i = k + 1; i < n; i++)
            out[k] += rate[i][k];
        for (size_t j = k + 1; j < n; j++) {
            const long double through = rate[k][j] / out[k];
            gone[j] += through * gone[k];
            for (size_t i = k + 1; i < n; i++)
                if (i != j) rate[i][j] += through * rate[i][k];
            x[j] += x[k] / out[k] * rate[j][k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            x[k] += rate[k][j] * x[j];
        x[k] /= out[k];
    }
}

static const size_t sizes[] = {1, 2, 3, 4, 7, 8, MOST};
enum { SIZES = sizeof sizes / sizeof *sizes, KINDS = 8 };

static struct tridiagonal *make_case(int i) {
    return (i % KINDS >= 4 ? make_returning : make_chain)(sizes[i / KINDS], i % 4 >= 2,
                                                          i % 2);
}

static void fill(size_t n, double *b) {
    for (size_t i = 0; i < n; i++)
        b[i] = 1 + sin((double)i * 11);
}

START_TEST(real_solve_has_every_entry_right) {
    struct error err;
    struct tridiagonal *A = make_case(_i);
    struct tridiagonal_factors *f = tridiagonal_factors_create(A, &err);
    double b[MOST], x[MOST];
    long double want[MOST];
    fill(A->n, b);
    const double steps[] = {0, 1e-6, 1e-2, 1, 30};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        const double h = steps[s];
        tridiagonal_factor(f, h);
        tridiagonal_solve(f, b, x);
        for (size_t i = 0; i < A->n; i++)
            want[i] = b[i];
        if (h > 0) positive_solve(A, h, b, want);
        for (size_t i = 0; i < A->n; i++) {
            /* Some ten roundings a cell, all of the same sign at worst. */
            const double value = (double)(want[i] / (h > 0 ? (long double)h : 1));
            ck_assert_double_eq_tol(x[i], value, 10 * DBL_EPSILON * (double)A->n * value);
        }
    }
    tridiagonal_factors_destroy(f);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(huge_steps_keep_mass_and_sign) {
    struct error err;
    struct tridiagonal *A = make_chain(1000 - (size_t)_i, _i == 1, false);
    struct tridiagonal_factors *f = tridiagonal_factors_create(A, &err);
    double x[1000] = {0}, mass = 0;
    x[300] = 1;
    tridiagonal_factor(f, 1e12);
    for (int step = 0; step < 10; step++)
        tridiagonal_solve(f, x, x);
    for (size_t i = 0; i < A->n; i++) {
        ck_assert_double_ge(x[i], 0);
        mass += x[i];
    }
    /* h |A| = 1e16: Thomas's algorithm would keep no digit. 10 steps of some 1000
     * roundings. */
    ck_assert_double_eq_tol(mass, 1, 10 * 1000 * DBL_EPSILON);
    tridiagonal_factors_destroy(f);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(application_conserves_and_matches_the_solve) {
    struct error err;
    struct tridiagonal *A = make_case(_i);
    struct tridiagonal_factors *f = tridiagonal_factors_create(A, &err);
    double b[MOST], x[MOST], Ax[MOST];
    fill(A->n, b);
    const double h = 1e-3;
    tridiagonal_factor(f, h);
    tridiagonal_solve(f, b, x);
    tridiagonal_apply(A, x, Ax);
    for (size_t i = 0; i < A->n; i++)
        ck_assert_double_eq_tol(x[i] - h * Ax[i], b[i], 1e3 * DBL_EPSILON);
    tridiagonal_factors_destroy(f);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(shifted_solve_matches_dense_elimination) {
    struct error err;
    struct tridiagonal *A = make_case(_i);
    struct shifted *s = shifted_create(A, &err);
    double b[MOST], re[11], im[11];
    long double complex want[MOST];
    fill(A->n, b);
    for (int k = 0; k < 11; k++)
        re[k] = 5 - 3 * k, im[k] = 1 + 2 * k;
    ck_assert(shifted_factor(s, 11, re, im, &err));
    ck_assert_uint_eq(s->lanes, 16);
    shifted_solve(s, b);
    for (size_t k = 0; k < 11; k++) {
        double size = 0, difference = 0;
        dense_solve(A, (long double)re[k] + (long double)im[k] * I, b, want);
        for (size_t i = 0; i < A->n; i++) {
            const size_t at = i * s->lanes + k;
            difference += (double)cabsl(s->re[at] + (long double)s->im[at] * I - want[i]);
            size += (double)cabsl(want[i]);
        }
        /* Some ten roundings a cell, amplified where Re z < 0 (here up to about ten times).
         */
        ck_assert_double_le(difference, 100 * DBL_EPSILON * (double)A->n * size);
    }
    shifted_destroy(s);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(small_shifts_keep_the_mass) {
    struct error err;
    struct tridiagonal *A = make_chain(500, _i == 1, false);
    struct shifted *s = shifted_create(A, &err);
    double b[500] = {0};
    b[100] = 1;
    const double re[] = {1e-12, -1e-12}, im[] = {0, 1e-12};
    ck_assert(shifted_factor(s, 2, re, im, &err));
    shifted_solve(s, b);
    for (size_t k = 0; k < 2; k++) {
        double complex mass = 0;
        for (size_t i = 0; i < A->n; i++)
            mass += s->re[i * s->lanes + k] + (double complex)I * s->im[i * s->lanes + k];
        /* Sum x = Sum b / z, though |A| / |z| = 1e16. */
        const double complex z = re[k] + (double complex)I * im[k];
        ck_assert_double_le(cabs(mass * z - 1), 500 * 10 * DBL_EPSILON);
    }
    shifted_destroy(s);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(combination_sums_a_range_of_lanes) {
    struct error err;
    struct tridiagonal *A = make_chain(7, false, false);
    struct shifted *s = shifted_create(A, &err);
    double b[7], sum[7 * SHIFTED_LANES];
    _Alignas(64) double c[32 * SHIFTED_LANES];
    double re[12], im[12];
    fill(7, b);
    for (int k = 0; k < 12; k++)
        re[k] = 1 + k, im[k] = k;
    ck_assert(shifted_factor(s, 12, re, im, &err));
    shifted_solve(s, b);
    for (size_t i = 0; i < sizeof c / sizeof *c; i++)
        c[i] = sin((double)i);
    shifted_combine(s, 3, 11, c, sum);
    for (size_t i = 0; i < 7; i++)
        for (size_t l = 0; l < SHIFTED_LANES; l++) {
            double want = 0;
            for (size_t k = 3; k < 11; k++)
                want += s->re[i * 16 + k] * c[k * SHIFTED_LANES + l] +
                        s->im[i * 16 + k] * c[(16 + k) * SHIFTED_LANES + l];
            ck_assert_double_eq_tol(sum[i * SHIFTED_LANES + l], want, 64 * DBL_EPSILON);
        }
    shifted_destroy(s);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(no_memory_is_an_error_not_a_crash) {
    struct error err;
    const double re[] = {1}, im[] = {1};
    for (size_t n = 1; n < 20; n++) {
        array_fail_at(n);
        struct tridiagonal *A = tridiagonal_create(5, true, &err);
        struct tridiagonal_factors *f = A ? tridiagonal_factors_create(A, &err) : NULL;
        struct shifted *s = f ? shifted_create(A, &err) : NULL;
        const bool ok = s != NULL && shifted_factor(s, 1, re, im, &err);
        array_fail_at(0);
        ck_assert(ok || err.kind == ERROR_MEMORY);
        ck_assert_int_eq(ok, n > 16); /* 4 + 4 + 1 + 7 arrays */
        shifted_destroy(s);
        tridiagonal_factors_destroy(f);
        tridiagonal_destroy(A);
    }
}
END_TEST

Suite *tridiagonal_suite(void);
Suite *tridiagonal_suite(void) {
    Suite *suite = suite_create("tridiagonal");
    TCase *real = tcase_create("real"), *shifted = tcase_create("shifted");
    tcase_add_loop_test(real, real_solve_has_every_entry_right, 0, SIZES * KINDS);
    tcase_add_loop_test(real, huge_steps_keep_mass_and_sign, 0, 2);
    tcase_add_loop_test(real, application_conserves_and_matches_the_solve, 0,
                        SIZES * KINDS);
    tcase_add_loop_test(shifted, shifted_solve_matches_dense_elimination, 0, SIZES * KINDS);
    tcase_add_loop_test(shifted, small_shifts_keep_the_mass, 0, 2);
    tcase_add_test(shifted, combination_sums_a_range_of_lanes);
    tcase_add_test(shifted, no_memory_is_an_error_not_a_crash);
    suite_add_tcase(suite, real);
    suite_add_tcase(suite, shifted);
    return suite;
}
