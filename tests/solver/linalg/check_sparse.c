/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sparse matrices, their factors, Arnoldi and the small exponential. */
#include "solver/linalg/arnoldi.h"
#include "solver/linalg/elimination.h"
#include "solver/linalg/ritz.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 40 };

/* Rates on a ring: up[i] from i to i + 1, down[i] back; balanced when the product of
 * up/down around is 1. */
static struct sparse *ring(double wind) {
    int64_t row[4 * N], column[4 * N];
    double value[4 * N];
    struct error err;
    for (int64_t i = 0; i < N; i++) {
        const int64_t j = (i + 1) % N;
        const double phi =
            0.5 * (cos(6.2831853 * (double)i / N) - cos(6.2831853 * (double)j / N));
        const double up = 3 * exp(phi + wind), down = 3 * exp(-phi - wind);
        const int64_t r[4] = {j, i, i, j}, c[4] = {i, i, j, j};
        const double v[4] = {up, -up, down, -down};
        memcpy(row + 4 * i, r, sizeof r), memcpy(column + 4 * i, c, sizeof c);
        memcpy(value + 4 * i, v, sizeof v);
    }
    struct sparse *A = sparse_create(N, (size_t)(4 * N), row, column, value, &err);
    ck_assert_ptr_nonnull(A);
    return A;
}

START_TEST(duplicates_add_up_and_columns_are_sorted) {
    const int64_t row[] = {2, 0, 2, 1}, column[] = {0, 0, 0, 1};
    const double value[] = {1, 5, 2, 7};
    struct error err;
    struct sparse *A = sparse_create(3, 4, row, column, value, &err);
    const int64_t start[] = {0, 2, 3, 4}, rows[] = {0, 2, 1, 2};
    const double values[] = {5, 3, 7, 0};
    for (int k = 0; k < 4; k++) {
        ck_assert_int_eq(A->start[k], start[k]);
        ck_assert_int_eq(A->row[k], rows[k]);
        ck_assert_double_eq(A->value[k], values[k]);
    }
    sparse_destroy(A);
}
END_TEST

START_TEST(transposed_product_is_the_adjoint) {
    struct sparse *A = ring(0.3);
    double x[N], y[N], Ax[N], Aty[N], left = 0, right = 0;
    for (int i = 0; i < N; i++)
        x[i] = sin(i + 1.0), y[i] = cos(3.0 * i);
    sparse_apply(A, x, Ax);
    sparse_apply_transposed(A, y, Aty);
    for (int i = 0; i < N; i++)
        left += y[i] * Ax[i], right += Aty[i] * x[i];
    ck_assert_double_eq_tol(left, right, 1e-12);
    sparse_destroy(A);
}
END_TEST

START_TEST(the_transpose_swaps_rows_and_columns) {
    const int64_t row[] = {2, 0, 1, 1}, column[] = {0, 1, 1, 2};
    const double value[] = {3, 5, 7, 9};
    struct error err;
    struct sparse *A = sparse_create(3, 4, row, column, value, &err);
    struct sparse *T = sparse_transpose(A, &err);
    for (size_t j = 0; j < 3; j++)
        for (int64_t k = T->start[j]; k < T->start[j + 1]; k++) {
            double mirror = NAN;
            const int64_t i = T->row[k];
            for (int64_t l = A->start[i]; l < A->start[i + 1]; l++)
                if (A->row[l] == (int64_t)j) mirror = A->value[l];
            ck_assert_double_eq(T->value[k], mirror);
            ck_assert(k == T->start[j] || T->row[k - 1] < i);
        }
    ck_assert_int_eq(T->start[3], A->start[3]);
    sparse_destroy(T);
    sparse_destroy(A);
}
END_TEST

START_TEST(an_entry_is_found_by_its_row_and_column) {
    const int64_t row[] = {2, 0, 3, 1}, column[] = {0, 1, 1, 2};
    const double value[] = {3, 5, 7, 9};
    struct error err;
    struct sparse *A = sparse_create(4, 4, row, column, value, &err);
    for (int64_t j = 0; j < 4; j++)
        for (int64_t i = 0; i < 4; i++) {
            double wanted = 0;
            for (int k = 0; k < 4; k++)
                if (row[k] == i && column[k] == j) wanted = value[k];
            ck_assert_double_eq(sparse_entry(A, i, j), wanted);
        }
    sparse_destroy(A);
}
END_TEST

START_TEST(a_pattern_is_symmetric_where_every_entry_has_its_mirror) {
    const int64_t row[] = {2, 0, 3, 1, 0, 1}, column[] = {0, 1, 1, 0, 2, 3};
    const double value[] = {3, 5, 7, 9, 0, 1};
    int64_t next[4];
    struct error err;
    for (size_t count = 0; count <= 6; count++) { /* mirrors come last */
        struct sparse *A = sparse_create(4, count, row, column, value, &err);
        ck_assert(sparse_is_symmetric(A, next) == (count == 0 || count == 6));
        sparse_destroy(A);
    }
}
END_TEST

/* (I - gamma A)^-1 = (1 / gamma - A)^-1 / gamma, factored. */
struct inverse {
    struct elimination *e;
    double gamma;
};
static struct inverse inverse_of(const struct sparse *A, double gamma) {
    struct error err = {0};
    const struct inverse v = {elimination_create(A, NULL, NULL, &err), gamma};
    ck_assert(v.e != NULL && elimination_factor(v.e, 1 / gamma, NULL, &err));
    return v;
}
static bool apply_inverse(void *context, const double *x, double *y, struct error *err) {
    (void)err;
    const struct inverse *v = context;
    double work[2 * N];
    elimination_solve(v->e, x, y, work);
    for (int i = 0; i < N; i++)
        y[i] /= v->gamma;
    return true;
}

/* A full basis makes the small problem the whole one: exp(tA) b against Taylor with tiny
 * steps would only repeat the method, so the ring's exact Fourier solution is the
 * reference: with constant rates u, d the mode k decays as e^(lambda_k t). */
START_TEST(shift_invert_arnoldi_gives_the_exponential_of_a_turning_ring) {
    struct error err;
    const double u = 4, d = 1, gamma = 0.5;
    int64_t row[4 * N], column[4 * N];
    double value[4 * N];
    for (int64_t i = 0; i < N; i++) {
        const int64_t j = (i + 1) % N;
        const int64_t r[4] = {j, i, i, j}, c[4] = {i, i, j, j};
        const double v[4] = {u, -u, d, -d};
        memcpy(row + 4 * i, r, sizeof r), memcpy(column + 4 * i, c, sizeof c);
        memcpy(value + 4 * i, v, sizeof v);
    }
    struct sparse *A = sparse_create(N, (size_t)(4 * N), row, column, value, &err);
    struct inverse f = inverse_of(A, gamma);
    struct arnoldi *a = arnoldi_create(N, N - 1, &err);
    struct ritz *r = ritz_create(N - 1, &err);
    double b[N] = {0}, c[N], p[N];
    b[0] = 1;
    ck_assert(arnoldi_start(a, b, &err));
    for (int m = 0; m < N - 1; m++)
        ck_assert(arnoldi_extend(a, apply_inverse, &f, &err));
    const double times[] = {0.01, 1, 30, 1e4, 1e6};
    for (int q = 0; q < 5; q++) {
        const double t = times[q];
        ck_assert(ritz_set(r, a->m, a->H, a->most + 1, gamma));
        ck_assert(ritz_exponential(r, t, c));
        arnoldi_combine(a, a->m, c, p);
        for (int i = 0; i < N; i++) {
            double want = 0;
            for (int k = 0; k < N; k++) {
                const double w = 2 * M_PI * k / N;
                want +=
                    exp((u + d) * (cos(w) - 1) * t) * cos(w * i - (u - d) * sin(w) * t) / N;
            }
            /* The slow mode's 1 - 1/mu is known to rounding, and multiplied by t. */
            ck_assert_double_eq_tol(p[i], want, 1e-12 + 2e-15 * t / gamma);
        }
    }
    ritz_destroy(r);
    arnoldi_destroy(a);
    elimination_destroy(f.e);
    sparse_destroy(A);
}
END_TEST

START_TEST(the_basis_is_orthonormal_and_closes_on_an_eigenvector) {
    struct error err;
    struct sparse *A = ring(0.2);
    struct inverse f = inverse_of(A, 1);
    struct arnoldi *a = arnoldi_create(N, 20, &err);
    double b[N];
    for (int i = 0; i < N; i++)
        b[i] = 1 + (i == 5);
    ck_assert(arnoldi_start(a, b, &err));
    for (int m = 0; m < 20; m++)
        ck_assert(arnoldi_extend(a, apply_inverse, &f, &err));
    for (int k = 0; k <= 20; k++)
        for (int l = 0; l <= k; l++) {
            double dot = 0;
            for (int i = 0; i < N; i++)
                dot += a->v[k][i] * a->v[l][i];
            ck_assert_double_eq_tol(dot, k == l, 1e-13);
        }
    /* The stationary state is mapped to itself. */
    double p[N];
    for (int i = 0; i < N; i++)
        p[i] = 1;
    for (int q = 0; q < 3000; q++) {
        ck_assert(apply_inverse(&f, p, b, &err));
        memcpy(p, b, sizeof p);
    }
    ck_assert(arnoldi_start(a, p, &err));
    for (int m = 0; m < 3 && !a->closed; m++)
        ck_assert(arnoldi_extend(a, apply_inverse, &f, &err));
    ck_assert(a->closed);
    arnoldi_destroy(a);
    elimination_destroy(f.e);
    sparse_destroy(A);
}
END_TEST

Suite *sparse_suite(void);
Suite *sparse_suite(void) {
    Suite *suite = suite_create("sparse");
    TCase *c = tcase_create("sparse");
    tcase_add_test(c, duplicates_add_up_and_columns_are_sorted);
    tcase_add_test(c, transposed_product_is_the_adjoint);
    tcase_add_test(c, the_transpose_swaps_rows_and_columns);
    tcase_add_test(c, an_entry_is_found_by_its_row_and_column);
    tcase_add_test(c, a_pattern_is_symmetric_where_every_entry_has_its_mirror);
    tcase_add_test(c, shift_invert_arnoldi_gives_the_exponential_of_a_turning_ring);
    tcase_add_test(c, the_basis_is_orthonormal_and_closes_on_an_eigenvector);
    suite_add_tcase(suite, c);
    return suite;
}
