/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elimination without subtraction, against the same done state by state in a full matrix,
 * and where LU has no digits left. */
#include "solver/linalg/balance.h"
#include "solver/linalg/elimination.h"
#include "solver/linalg/front.h"
#include "solver/linalg/ordering.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

static double uniform(void) {
    return (double)rand() / RAND_MAX;
}

/* A lattice of side x side states, rates e^(-range/2 .. range/2) to the right, up and along
 * a diagonal, some of them one way only; losses in a corner. */
struct lattice {
    size_t n;
    struct sparse *A;
    double *loss;
};

static struct lattice lattice_of(size_t side, double range, bool loses, bool one_way) {
    struct error err = {0};
    const size_t n = side * side;
    int64_t *row = calloc(6 * n, sizeof *row), *column = calloc(6 * n, sizeof *column);
    double *value = calloc(6 * n, sizeof *value);
    struct lattice l = {n, NULL, calloc(n, sizeof(double))};
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t to[] = {i + 1, i + side, i + side + 1};
        for (int q = 0; q < 3; q++) {
            if (to[q] >= n || (q != 1 && (i + 1) % side == 0)) continue;
            for (int back = 0; back < 2; back++) {
                if (back && q == 2 && one_way) continue;
                row[k] = (int64_t)(back ? i : to[q]);
                column[k] = (int64_t)(back ? to[q] : i);
                value[k++] = exp(range * (uniform() - 0.5));
            }
        }
    }
    l.A = sparse_create(n, k, row, column, value, &err);
    ck_assert_ptr_nonnull(l.A);
    l.loss[0] = loses ? 1 : 0;
    free(row), free(column), free(value);
    return l;
}
static void lattice_finish(struct lattice *l) {
    sparse_destroy(l->A);
    free(l->loss);
}

/* Slow and obvious: a full matrix R[i][j], the last column nowhere, states from the last to
 * the first; x of (z - A)^T x = b, or of (z - A) x = b. */
static void reference(const struct lattice *l, double z, bool functions, const double *b,
                      double *x) {
    const size_t n = l->n, w = n + 1;
    double *R = calloc(n * w, sizeof *R);
    for (size_t j = 0; j < n; j++) {
        for (int64_t k = l->A->start[j]; k < l->A->start[j + 1]; k++)
            if (l->A->row[k] != (int64_t)j)
                R[j * w + (size_t)l->A->row[k]] = l->A->value[k];
        R[j * w + n] = l->loss[j] + z;
    }
    memcpy(x, b, n * sizeof *x);
    double *s = calloc(n, sizeof *s);
    for (size_t k = n; k-- > 0;) {
        for (size_t j = 0; j < k; j++)
            s[k] += R[k * w + j];
        s[k] += R[k * w + n];
        if (k == 0 && s[k] == 0) x[k] = 0;
        for (size_t i = 0; i < k; i++) {
            x[i] += functions ? R[i * w + k] * x[k] / s[k] : x[k] * R[k * w + i] / s[k];
            for (size_t j = 0; j < w; j++)
                if (j < k || j == n) R[i * w + j] += R[i * w + k] * R[k * w + j] / s[k];
        }
    }
    for (size_t k = 0; k < n; k++) {
        for (size_t j = 0; j < k; j++)
            x[k] += functions ? R[k * w + j] * x[j] : x[j] * R[j * w + k];
        if (s[k] > 0) x[k] /= s[k];
    }
    free(s), free(R);
}

static struct elimination *factored(const struct lattice *l, double z) {
    struct error err = {0};
    struct elimination *e = elimination_create(l->A, NULL, l->loss, &err);
    ck_assert_msg(e != NULL && elimination_factor(e, z, NULL, &err), "%s", err.message);
    return e;
}

/* Both orders add n positive numbers in at most n states: 2 n^2 eps at worst; seen: 100
 * eps. Rates over 20 decades, condition numbers far beyond 1 / eps. */
START_TEST(every_entry_has_its_digits_whatever_the_condition) {
    enum { SIDE = 14, N = SIDE * SIDE };
    srand(7 + (unsigned)_i);
    const double range[] = {1, 20, 46}, shift[] = {0, 1e-30, 3, 0, 1e-30, 3};
    struct lattice l = lattice_of(SIDE, range[_i % 3], true, _i % 2);
    if (_i >= 9) l.A->columns = SIDE; /* else an order that knows of no grid */
    double b[N], x[N], want[N], work[2 * N];
    for (int i = 0; i < N; i++)
        b[i] = uniform();
    struct elimination *e = factored(&l, shift[_i / 3]);
    for (int functions = 0; functions < 2; functions++) {
        reference(&l, shift[_i / 3], functions, b, want);
        if (functions)
            elimination_solve_transposed(e, b, x, work);
        else
            elimination_solve(e, b, x, work);
        for (int i = 0; i < N; i++)
            ck_assert_msg(fabs(x[i] / want[i] - 1) < 1e4 * DBL_EPSILON, "entry %d: %g", i,
                          x[i] / want[i] - 1);
    }
    elimination_destroy(e);
    lattice_finish(&l);
}
END_TEST

/* One shift after another with the same plan, and in place. */
START_TEST(a_plan_serves_many_shifts) {
    enum { SIDE = 12, N = SIDE * SIDE };
    srand(3);
    struct error err = {0};
    struct lattice l = lattice_of(SIDE, 10, true, true);
    double b[N], want[N], work[2 * N];
    struct elimination *e = factored(&l, 0);
    for (int k = 0; k < 3; k++) {
        const double z = pow(10, 3 - 6 * k);
        ck_assert(elimination_factor(e, z, NULL, &err));
        for (int i = 0; i < N; i++)
            b[i] = uniform();
        reference(&l, z, true, b, want);
        elimination_solve_transposed(e, b, b, work);
        for (int i = 0; i < N; i++)
            ck_assert_double_le(fabs(b[i] / want[i] - 1), 1e4 * DBL_EPSILON);
    }
    elimination_destroy(e);
    lattice_finish(&l);
}
END_TEST

/* States outside do not exist but as a loss. */
START_TEST(what_leads_outside_is_lost) {
    enum { SIDE = 10, N = SIDE * SIDE };
    srand(5);
    struct error err = {0};
    struct lattice l = lattice_of(SIDE, 6, true, false),
                   cut = lattice_of(SIDE, 6, true, false);
    l.A->columns = _i == 0 ? 0 : SIDE;
    bool inside[N];
    for (int i = 0; i < N; i++)
        inside[i] = i % SIDE < 6;
    sparse_destroy(cut.A);
    cut.A = sparse_select(l.A, inside, &err);
    double loss[N], b[N], x[N], packed[N], want[N], work[2 * N];
    size_t n = 0;
    for (size_t j = 0; j < N; j++) {
        b[j] = uniform();
        if (!inside[j]) continue;
        loss[n] = l.loss[j];
        for (int64_t k = l.A->start[j]; k < l.A->start[j + 1]; k++)
            if (!inside[l.A->row[k]]) loss[n] += l.A->value[k];
        packed[n++] = b[j];
    }
    cut.n = n;
    memcpy(cut.loss, loss, n * sizeof *loss);
    reference(&cut, 0, false, packed, want);
    struct elimination *e = elimination_create(l.A, inside, l.loss, &err);
    ck_assert(e && elimination_factor(e, 0, NULL, &err));
    elimination_solve(e, b, x, work);
    for (size_t i = 0, k = 0; i < N; i++)
        if (inside[i])
            ck_assert_double_le(fabs(x[i] / want[k++] - 1), 1e4 * DBL_EPSILON);
        else
            ck_assert_double_eq(x[i], 0);
    elimination_destroy(e);
    lattice_finish(&l), lattice_finish(&cut);
}
END_TEST

/* ln m = -phi, the largest 0, to the rounding of phi. */
static void balance_check(const struct sparse *A, size_t n, const double *phi, double *m) {
    struct error err = {0};
    ck_assert_msg(balance_find(A, NULL, m, NULL, &err), "%s", err.message);
    double least = phi[0], most = phi[0];
    for (size_t i = 0; i < n; i++)
        least = fmin(least, phi[i]), most = fmax(most, phi[i]);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(fabs(m[i] + (phi[i] - least)) < 100 * DBL_EPSILON * (most - least),
                      "state %zu: %.17g, exact %.17g", i, m[i], least - phi[i]);
}

/* Random walk on a potential of height 200 in detailed balance: e^-phi. */
START_TEST(stationary_masses_have_relative_accuracy) {
    enum { SIDE = 15, N = SIDE * SIDE };
    srand(11);
    struct lattice l = lattice_of(SIDE, 4, false, false);
    double phi[N], m[N];
    for (int i = 0; i < N; i++)
        phi[i] = 100 * sin(i % SIDE * 0.9) * cos(i / SIDE * 0.7);
    for (size_t j = 0; j < N; j++)
        for (int64_t k = l.A->start[j]; k < l.A->start[j + 1]; k++) {
            const size_t i = (size_t)l.A->row[k];
            const double D = 1 + 0.5 * sin((double)(i + j)); /* of the edge */
            l.A->value[k] = D * exp(0.5 * (phi[j] - phi[i]));
        }
    balance_check(l.A, N, phi, m);
    lattice_finish(&l);
}
END_TEST

/* Two wells whose weights differ by e^-40 (the lesser one is left at e^-80 only) or e^-600;
 * tails fall to e^-1500, far below the smallest double. */
START_TEST(stationary_masses_reach_below_the_smallest_double) {
    enum { SIDE = 20, N = SIDE * SIDE };
    struct lattice l = lattice_of(SIDE, 4, false, false);
    double phi[N], m[N];
    for (int i = 0; i < N; i++) {
        const double x = (i % SIDE - 9.5) / 5, y = (i / SIDE - 9.5) / 5;
        const double wells = 100 * (x * x - 1) * (x * x - 1);
        phi[i] = wells + (_i == 0 ? 20 : 200) * (x + 1) + 150 * y * y;
    }
    for (size_t j = 0; j < N; j++)
        for (int64_t k = l.A->start[j]; k < l.A->start[j + 1]; k++)
            l.A->value[k] = exp(0.5 * (phi[j] - phi[l.A->row[k]]));
    balance_check(l.A, N, phi, m);
    ck_assert_double_lt(m[N - 1], -1000);
    lattice_finish(&l);
}
END_TEST

/* A line of two wells that weigh the same, behind a barrier of e^500; of e^2000: a part of
 * the products underflows, and which part is known to nobody. */
START_TEST(wells_are_weighed_across_a_barrier_or_not_at_all) {
    enum { N = 400 };
    struct error err = {0};
    int64_t row[2 * N], column[2 * N];
    double value[2 * N], phi[N], m[N];
    size_t n = 0;
    for (int i = 0; i < N; i++) {
        const double x = (i - 199.5) / 150;
        phi[i] = (_i == 0 ? 500 : 2000) * (x * x - 1) * (x * x - 1);
    }
    for (int i = 0; i + 1 < N; i++) {
        row[n] = i + 1, column[n] = i, value[n++] = exp(0.5 * (phi[i] - phi[i + 1]));
        row[n] = i, column[n] = i + 1, value[n++] = exp(0.5 * (phi[i + 1] - phi[i]));
    }
    struct sparse *A = sparse_create(N, n, row, column, value, &err);
    if (_i == 0)
        balance_check(A, N, phi, m);
    else
        ck_assert(!balance_find(A, NULL, m, NULL, &err) && err.kind == ERROR_RUN);
    sparse_destroy(A);
}
END_TEST

/* Two full squares of states, each with a single way out, of 1e-300: no double knows what
 * they weigh. */
START_TEST(weights_beyond_double_precision_are_an_error) {
    enum { HALF = 5, N = 2 * HALF };
    struct error err = {0};
    int64_t row[N * N], column[N * N];
    double value[N * N], ln[N];
    size_t n = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            const bool same = i / HALF == j / HALF, bridge = i % HALF == 0 && j % HALF == 0;
            if (i == j || (!same && !bridge)) continue;
            row[n] = i, column[n] = j, value[n++] = same ? 1 : 1e-300;
        }
    struct sparse *A = sparse_create(N, n, row, column, value, &err);
    ck_assert(!balance_find(A, NULL, ln, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_ptr_nonnull(strstr(err.message, "beyond double precision"));
    sparse_destroy(A);
}
END_TEST

START_TEST(says_what_is_wrong) {
    struct error err = {0};
    const int64_t row[] = {1, 0, 3, 2}, column[] = {0, 1, 2, 3};
    const double value[] = {1, 1, 1, 1};
    struct sparse *A = sparse_create(4, 4, row, column, value, &err);
    struct elimination *e = elimination_create(A, NULL, NULL, &err);
    ck_assert(!elimination_factor(e, 0, NULL, &err)); /* two parts that never meet */
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert(elimination_factor(e, 1, NULL, &err)); /* the plan is still good */
    elimination_destroy(e);
    const double loss[] = {1, 0, 0, 0};
    e = elimination_create(A, NULL, loss, &err);
    ck_assert(!elimination_factor(e, 0, NULL, &err)); /* 2, 3 have no way out */
    ck_assert_uint_ge(elimination_stuck(e), 2);
    elimination_destroy(e);
    A->columns = 2;
    for (size_t k = 1; k < 45; k++) { /* no memory, anywhere */
        array_fail_at(k);
        e = elimination_create(A, NULL, loss, &err);
        if (e != NULL && !elimination_factor(e, 1, NULL, &err))
            ck_assert_int_eq(err.kind, ERROR_MEMORY);
        array_fail_at(0);
        elimination_destroy(e);
    }
    sparse_destroy(A);
}
END_TEST

/* Rates 1 between neighbours of a side x side grid, along one diagonal too, across the ends
 * too. */
static struct sparse *neighbours(int64_t side, bool diagonal, bool periodic) {
    struct error err = {0};
    const size_t n = (size_t)(side * side);
    int64_t *row = calloc(6 * n, sizeof *row), *column = calloc(6 * n, sizeof *column);
    double *one = calloc(6 * n, sizeof *one);
    size_t k = 0;
    for (int64_t i = 0; i < side * side; i++)
        for (int q = 0; q < (diagonal ? 3 : 2); q++) {
            const int64_t x = i % side + (q != 1), y = i / side + (q != 0);
            if (!periodic && (x == side || y == side)) continue;
            const int64_t j = x % side + y % side * side;
            row[k] = i, column[k] = j, one[k++] = 1;
            row[k] = j, column[k] = i, one[k++] = 1;
        }
    struct sparse *A = sparse_create(n, k, row, column, one, &err);
    ck_assert_ptr_nonnull(A);
    free(row), free(column), free(one);
    return A;
}

/* Entries of the factors, in an order of the grid's cells or (columns = 0) in AMD's. */
static double fill_of(const struct sparse *A, size_t columns) {
    struct error err = {0};
    struct ordering o;
    struct sparse *T = sparse_transpose(A, &err);
    int64_t *cell = calloc(A->n, sizeof *cell);
    bool *seen = calloc(A->n, sizeof *seen);
    double entries = 0;
    for (size_t i = 0; i < A->n; i++)
        cell[i] = (int64_t)i;
    ck_assert(T != NULL && ordering_init(&o, A, T, columns, cell, &err));
    for (size_t i = 0; i < A->n; i++) {
        ck_assert(!seen[o.index[i]]);
        seen[o.index[i]] = true;
    }
    for (size_t f = 0; f < o.fronts; f++)
        for (int64_t k = o.first[f]; k < o.first[f + 1]; k++)
            entries += (double)(o.begin[f + 1] - o.begin[f] - (k - o.first[f]));
    ordering_finish(&o);
    sparse_destroy(T);
    free(cell), free(seen);
    return entries;
}

/* To AMD's on 128^2 cells; four neighbours or six, walls or a torus (for each the fill that
 * was seen, and 2 % more). Cuts along rows and columns alone: 1.15 with four neighbours. */
START_TEST(dissection_fills_little) {
    enum { SIDE = 128 };
    const double most[] = {0.86, 0.96, 0.90, 1.02};
    struct sparse *A = neighbours(SIDE, _i % 2, _i / 2);
    const double fill = fill_of(A, SIDE) / fill_of(A, 0);
    ck_assert_msg(fill < most[_i], "%g", fill);
    sparse_destroy(A);
}
END_TEST

/* One front of 400 states in which 48 are eliminated, again and again by four threads: the
 * bits of one thread. (Blocks were multiplied by several threads in
 * OpenBLAS at once, and one in 10^3 to 10^4 fronts came out wrong.) */
START_TEST(a_front_is_the_same_for_any_number_of_threads) {
    enum { N = 400, OWN = 48, TIMES = 1000, SIZE = N * (N + 1) };
    double *given = malloc(SIZE * sizeof *given), *want = malloc(SIZE * sizeof *want),
           *R = malloc(SIZE * sizeof *R);
    for (size_t k = 0; k < SIZE; k++)
        given[k] = uniform();
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    memcpy(want, given, SIZE * sizeof *want);
    ck_assert(front_eliminate(want, N, OWN) == OWN);
    omp_set_num_threads(4);
    for (int k = 0; k < TIMES; k++) {
        memcpy(R, given, SIZE * sizeof *R);
        ck_assert(front_eliminate(R, N, OWN) == OWN);
        ck_assert_msg(memcmp(R, want, SIZE * sizeof *R) == 0, "time %d", k);
    }
    omp_set_num_threads(threads);
    free(R), free(want), free(given);
}
END_TEST

/* A grid that is cut in halves for two threads (elimination_parts.h): their bits are those of
 * one, and the solution is that of an order that knows of no grid. */
START_TEST(two_threads_solve_to_the_bits_of_one) {
    enum { SIDE = 128, N = SIDE * SIDE };
    struct error err = {0};
    struct sparse *A = neighbours(SIDE, _i % 2, _i / 2);
    double *b = malloc(6 * N * sizeof *b), *one = b + N, *two = b + 2 * N,
           *other = b + 3 * N;
    for (int i = 0; i < N; i++)
        b[i] = uniform();
    const int threads = omp_get_max_threads();
    for (int functions = 0; functions < 2; functions++) {
        double *const x[] = {other, one, two};
        for (int k = 0; k < 3; k++) {
            A->columns = k > 0 ? SIDE : 0;
            omp_set_num_threads(k == 2 ? 2 : 1);
            struct elimination *e = elimination_create(A, NULL, NULL, &err);
            ck_assert(e != NULL && elimination_factor(e, 1e-3, NULL, &err));
            (functions ? elimination_solve_transposed : elimination_solve)(e, b, x[k],
                                                                           b + 4 * N);
            elimination_destroy(e);
        }
        ck_assert(memcmp(one, two, N * sizeof *one) == 0);
        for (int i = 0; i < N; i++)
            ck_assert_double_le(fabs(one[i] / other[i] - 1), 1e-11);
    }
    omp_set_num_threads(threads);
    free(b);
    sparse_destroy(A);
}
END_TEST

Suite *elimination_suite(void);
Suite *elimination_suite(void) {
    Suite *s = suite_create("elimination");
    TCase *t = tcase_create("elimination");
    tcase_add_loop_test(t, every_entry_has_its_digits_whatever_the_condition, 0, 18);
    tcase_add_test(t, a_plan_serves_many_shifts);
    tcase_add_loop_test(t, what_leads_outside_is_lost, 0, 2);
    tcase_add_test(t, stationary_masses_have_relative_accuracy);
    tcase_add_loop_test(t, stationary_masses_reach_below_the_smallest_double, 0, 2);
    tcase_add_loop_test(t, wells_are_weighed_across_a_barrier_or_not_at_all, 0, 2);
    tcase_add_test(t, weights_beyond_double_precision_are_an_error);
    tcase_add_test(t, says_what_is_wrong);
    tcase_add_loop_test(t, dissection_fills_little, 0, 4);
    tcase_add_test(t, a_front_is_the_same_for_any_number_of_threads);
    tcase_add_loop_test(t, two_threads_solve_to_the_bits_of_one, 0, 4);
    suite_add_tcase(s, t);
    return s;
}
