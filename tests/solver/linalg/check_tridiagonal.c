/* SPDX-License-Identifier: GPL-3.0-or-later
 * Chains of rates: real solves and resolvents against dense elimination. */
#include "solver/linalg/resolvents.h"
#include "solver/linalg/tridiagonal.h"
#include <check.h>
#include <complex.h>
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

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

enum { SHIFTS = 11, COLUMNS = RESOLVENT_COLUMNS };

static void shifts_set(double *re, double *im) {
    for (int k = 0; k < SHIFTS; k++)
        re[k] = 5 - 3 * k, im[k] = 1 + 2 * k;
}

START_TEST(resolvents_match_dense_elimination) {
    struct error err;
    struct tridiagonal *A = make_case(_i);
    struct resolvents *r = resolvents_create(A, &err);
    const size_t n = A->n;
    double b[MOST], re[SHIFTS], im[SHIFTS];
    static double c[SHIFTS][COLUMNS], d[SHIFTS][COLUMNS], x[2 * SHIFTS * MOST];
    long double complex want[MOST];
    fill(n, b);
    shifts_set(re, im);
    for (int k = 0; k < SHIFTS; k++) /* columns: Re x_k and Im x_k */
        c[k][k] = d[k][SHIFTS + k] = 1;
    ck_assert(resolvents_set(r, SHIFTS, re, im, &err));
    resolvents_sum(r, b, SHIFTS, 2 * SHIFTS, c[0], d[0], NULL, x, NULL);
    for (size_t k = 0; k < SHIFTS; k++) {
        double size = 0, difference = 0;
        dense_solve(A, (long double)re[k] + (long double)im[k] * I, b, want);
        for (size_t i = 0; i < n; i++) {
            const double x_re = x[k * n + i], x_im = x[(SHIFTS + k) * n + i];
            difference += (double)cabsl(x_re + (long double)x_im * I - want[i]);
            size += (double)cabsl(want[i]);
        }
        /* Some ten roundings a cell, amplified where Re z < 0 (here up to about ten times).
         */
        ck_assert_double_le(difference, 100 * DBL_EPSILON * (double)n * size);
    }
    resolvents_destroy(r);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(small_shifts_keep_the_mass) {
    struct error err;
    struct tridiagonal *A = make_chain(500, _i == 1, false);
    struct resolvents *r = resolvents_create(A, &err);
    double b[500] = {0}, c[2][COLUMNS] = {{1}, {0, 0, 1}},
           d[2][COLUMNS] = {{0, 1}, {0, 0, 0, 1}};
    static double x[4 * 500];
    struct resolvent_measure sum[4];
    b[100] = 1;
    const double re[] = {1e-12, -1e-12}, im[] = {0, 1e-12};
    ck_assert(resolvents_set(r, 2, re, im, &err));
    resolvents_sum(r, b, 2, 4, c[0], d[0], NULL, x, sum);
    for (size_t k = 0; k < 2; k++) {
        /* Sum x = Sum b / z, though |A| / |z| = 1e16. */
        const double complex mass =
                                 sum[2 * k].mass + (double complex)I * sum[2 * k + 1].mass,
                             z = re[k] + (double complex)I * im[k];
        ck_assert_double_le(cabs(mass * z - 1), 500 * 10 * DBL_EPSILON);
    }
    resolvents_destroy(r);
    tridiagonal_destroy(A);
}
END_TEST

/* The resolvent (z_k - A)^-1 b of one shift alone. */
static void solve_one(struct resolvents *r, const double *b, double z_re, double z_im,
                      double *re, double *im) {
    struct error err;
    const double c[COLUMNS] = {1}, d[COLUMNS] = {0};
    ck_assert(resolvents_set(r, 1, &z_re, &z_im, &err));
    resolvents_sum(r, b, 1, 1, c, d, NULL, re, NULL);
    resolvents_sum(r, b, 1, 1, d, c, NULL, im, NULL);
}

static double amount(const double *x, size_t n, bool negative) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += !negative ? x[i] : x[i] < 0 ? -x[i] : 0;
    return sum;
}

/* Chains of one to several blocks, also of cells that fill none, and of two threads: columns of
 * the first shifts and of all others, and what is measured of both. */
START_TEST(columns_are_the_sums_of_single_resolvents) {
    static const size_t cells[] = {5, 2 * RESOLVENT_BLOCK + 1, 5 * RESOLVENT_BLOCK - 3,
                                   2500};
    enum { N = 2500, SPLIT = 5, WANTED = 19 };
    struct error err;
    const size_t n = cells[_i / 2];
    struct tridiagonal *A = make_chain(n, _i % 2, true);
    struct resolvents *r = resolvents_create(A, &err);
    static double b[N], sum[WANTED * N], want[WANTED][N], other[WANTED][N], x[N], y[N];
    static double c[SHIFTS][COLUMNS], d[SHIFTS][COLUMNS];
    double re[SHIFTS], im[SHIFTS];
    struct resolvent_measure measure[WANTED];
    fill(n, b);
    shifts_set(re, im);
    memset(want, 0, sizeof want);
    memset(other, 0, sizeof other);
    for (size_t k = 0; k < SHIFTS; k++) {
        solve_one(r, b, re[k], im[k], x, y);
        for (size_t j = 0; j < WANTED; j++) {
            /* The last of either sum are not wanted in the first columns. */
            const bool wanted = j >= RESOLVENT_LANES || (k != SPLIT - 1 && k < SHIFTS - 2);
            c[k][j] = wanted ? sin((double)(k * 17 + j)) : 0;
            d[k][j] = wanted ? cos((double)(k * 5 + j)) : 0;
            double *into = (k < SPLIT ? want : other)[j];
            for (size_t i = 0; i < n; i++)
                into[i] += c[k][j] * x[i] + d[k][j] * y[i];
        }
    }
    ck_assert(resolvents_set(r, SHIFTS, re, im, &err));
    resolvents_sum(r, b, SPLIT, WANTED, c[0], d[0], NULL, sum, measure);
    for (size_t j = 0; j < WANTED; j++) {
        double difference = 0, size = 0, off = 0;
        for (size_t i = 0; i < n; i++) {
            difference += fabs(want[j][i] - other[j][i]);
            off += fabs(sum[j * n + i] - want[j][i]);
            size += fabs(want[j][i]) + fabs(other[j][i]);
        }
        const double few = 100 * DBL_EPSILON * size;
        ck_assert_double_le(off, few);
        ck_assert_double_eq_tol(measure[j].difference, difference, few);
        ck_assert_double_eq_tol(measure[j].mass, amount(want[j], n, false), few);
        ck_assert_double_eq_tol(measure[j].negative, amount(want[j], n, true), few);
    }
    static double volume[N], divided[WANTED * N];
    struct resolvent_measure same[WANTED];
    for (size_t i = 0; i < n; i++)
        volume[i] = 2 + sin((double)i);
    resolvents_sum(r, b, SPLIT, WANTED, c[0], d[0], volume, divided, same);
    for (size_t i = 0; i < WANTED * n; i++)
        ck_assert_double_eq(divided[i], sum[i] / volume[i % n]);
    ck_assert_mem_eq(same, measure, sizeof same);
    resolvents_destroy(r);
    tridiagonal_destroy(A);
}
END_TEST

/* A real shift against the real solve, entry by entry: x = h (1 - h A)^-1 b, z = 1 / h. */
START_TEST(real_shifts_have_every_entry_right) {
    enum { N = 2500 };
    struct error err;
    struct tridiagonal *A = make_chain(N, _i == 1, true);
    struct resolvents *r = resolvents_create(A, &err);
    struct tridiagonal_factors *f = tridiagonal_factors_create(A, &err);
    static double b[N], x[N], want[N];
    const double h = 20, z[] = {1 / h, 0}, c[COLUMNS] = {1}, d[COLUMNS] = {0};
    fill(N, b);
    tridiagonal_factor(f, h);
    tridiagonal_solve(f, b, want);
    ck_assert(resolvents_set(r, 1, z, z + 1, &err));
    resolvents_sum(r, b, 1, 1, c, d, NULL, x, NULL);
    for (size_t i = 0; i < N; i++)
        ck_assert_double_eq_tol(x[i], h * want[i], 20 * DBL_EPSILON * N * x[i]);
    tridiagonal_factors_destroy(f);
    resolvents_destroy(r);
    tridiagonal_destroy(A);
}
END_TEST

START_TEST(threads_give_the_same_bits) {
    enum { N = 4099, WANTED = 9 };
    struct error err;
    struct tridiagonal *A = make_chain(N, _i == 1, true);
    struct resolvents *r = resolvents_create(A, &err);
    static double b[N], sum[2][WANTED * N], c[SHIFTS][COLUMNS];
    struct resolvent_measure measure[2][WANTED];
    double re[SHIFTS], im[SHIFTS];
    fill(N, b);
    shifts_set(re, im);
    for (int k = 0; k < SHIFTS; k++)
        for (int j = 0; j < WANTED; j++)
            c[k][j] = cos(k + j);
    ck_assert(resolvents_set(r, SHIFTS, re, im, &err));
    const int before = omp_get_max_threads();
    for (int threads = 1; threads <= 2; threads++) {
        omp_set_num_threads(threads);
        resolvents_sum(r, b, 6, WANTED, c[0], c[0], NULL, sum[threads - 1],
                       measure[threads - 1]);
    }
    omp_set_num_threads(before);
    ck_assert_mem_eq(sum[0], sum[1], sizeof sum[0]);
    ck_assert_mem_eq(measure[0], measure[1], sizeof measure[0]);
    resolvents_destroy(r);
    tridiagonal_destroy(A);
}
END_TEST

static void count_part(void *context, int part) {
    int *count = context;
    count[part]++;
}

START_TEST(both_parts_are_done_once) {
    struct error err;
    struct tridiagonal *A = make_chain(_i == 0 ? 9 : 4099, false, false);
    struct resolvents *r = resolvents_create(A, &err);
    int count[2] = {0};
    for (int k = 1; k <= 3; k++) {
        resolvents_share(r, count_part, count);
        ck_assert_int_eq(count[0], k);
        ck_assert_int_eq(count[1], k);
    }
    resolvents_destroy(r);
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
        struct resolvents *r = f ? resolvents_create(A, &err) : NULL;
        const bool ok = r != NULL && resolvents_set(r, 1, re, im, &err);
        array_fail_at(0);
        ck_assert(ok || err.kind == ERROR_MEMORY);
        ck_assert_int_eq(ok, n > 10); /* 4 + 4 + 2 arrays */
        resolvents_destroy(r);
        tridiagonal_factors_destroy(f);
        tridiagonal_destroy(A);
    }
}
END_TEST

Suite *tridiagonal_suite(void);
Suite *tridiagonal_suite(void) {
    Suite *suite = suite_create("tridiagonal");
    TCase *real = tcase_create("real"), *resolvents = tcase_create("resolvents");
    tcase_add_loop_test(real, real_solve_has_every_entry_right, 0, SIZES * KINDS);
    tcase_add_loop_test(real, huge_steps_keep_mass_and_sign, 0, 2);
    tcase_add_loop_test(real, application_conserves_and_matches_the_solve, 0,
                        SIZES * KINDS);
    tcase_add_loop_test(resolvents, resolvents_match_dense_elimination, 0, SIZES * KINDS);
    tcase_add_loop_test(resolvents, small_shifts_keep_the_mass, 0, 2);
    tcase_add_loop_test(resolvents, columns_are_the_sums_of_single_resolvents, 0, 8);
    tcase_add_loop_test(resolvents, real_shifts_have_every_entry_right, 0, 2);
    tcase_add_loop_test(resolvents, both_parts_are_done_once, 0, 2);
    tcase_add_loop_test(resolvents, threads_give_the_same_bits, 0, 2);
    tcase_add_test(resolvents, no_memory_is_an_error_not_a_crash);
    suite_add_tcase(suite, real);
    suite_add_tcase(suite, resolvents);
    return suite;
}
