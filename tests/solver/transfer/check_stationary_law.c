/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stationary laws of discrete processes. */
#include "solver/transfer/classes.h"
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include "solver/transfer/stationary_law.h"
#include "solver/transfer/two_level.h"
#include "tests/solver/transfer/processes.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct stationary_law law_of(const struct process *process,
                                    const struct grid *grid) {
    struct error err;
    struct transfer *op = transfer_of(process, grid);
    struct stationary_law law;
    ck_assert_msg(stationary_law_find(op, NULL, &law, &err), "%s", err.message);
    transfer_destroy(op);
    return law;
}

START_TEST(the_variance_of_a_linear_map_is_exact) {
    const struct examples sgd = sgd_of(4, curvature_noise, 0.2);
    for (size_t cells = 100; cells <= 500; cells += 200) {
        struct grid *grid = line_of(cells, -4, 4);
        struct stationary_law law = law_of(&sgd.process, grid);
        double square = 0;
        for (size_t i = 0; i < cells; i++)
            square += law.mass[i] * grid->axis[0]->centre[i] * grid->axis[0]->centre[i];
        if (getenv("SHOW"))
            printf("%zu cells: %.2e, residual %.1e, negative %.1e, relaxation %.6f\n",
                   cells, square / curvature_noise_variance(0.2) - 1, law.residual,
                   law.negative, law.relaxation);
        ck_assert_int_eq(law.kind, LAW_UNIQUE);
        ck_assert_double_le(fabs(square / curvature_noise_variance(0.2) - 1), 1e-12);
        ck_assert_double_le(law.residual, 1e-14);
        /* The slowest eigenvalue is that of the mean, 1 - eta. */
        ck_assert_double_le(fabs(law.relaxation * 0.2 - 1), 1e-6);
        stationary_law_finish(&law);
        grid_destroy(grid);
    }
}
END_TEST

/* docs/theory.md 4.4, T = 0.002, s = sqrt(2/T); SGD itself. */
static double wide_narrow_T = 0.002;
static double wide_narrow(size_t k, double w) {
    const double s = sqrt(2 / wide_narrow_T), sign = k ? -1 : 1;
    const double u = w < 0 ? w + 1 : (w - 2) / 2, G = 4 * u - 4 * u * u * u;
    return w < 0 ? G + sign * s : (G - sign * s) / 2;
}

START_TEST(the_narrow_well_has_its_mass) {
    for (size_t cells = 192; cells <= 1536; cells *= 2) {
        const struct examples sgd = sgd_of(2, wide_narrow, wide_narrow_T);
        struct grid *grid = line_of(cells, -2, 4);
        struct stationary_law law = law_of(&sgd.process, grid);
        const double narrow = masses_sum(cells / 3, law.mass);
        if (getenv("SHOW"))
            printf(
                "%zu cells: narrow %.7f, residual %.1e, negative %.1e, relaxation %.6g\n",
                cells, narrow, law.residual, law.negative, law.relaxation);
        ck_assert_double_le(fabs(narrow - 0.012258), 2e-6);
        stationary_law_finish(&law);
        grid_destroy(grid);
    }
}
END_TEST

/* ------------------------------------------------------------------------ slow, and many */

/* A double well, deeper on the left. */
static double tilted_well(size_t k, double w) {
    return w * w * w - w + 0.02 + (k ? 1 : -1);
}

START_TEST(slow_weights_are_those_of_long_times) {
    const struct examples sgd = sgd_of(2, tilted_well, 0.05);
    struct error err;
    struct grid *grid = line_of(200, -2, 2);
    struct transfer *op = transfer_of(&sgd.process, grid);
    struct stationary_law law;
    ck_assert(stationary_law_find(op, NULL, &law, &err));
    double m[200], left = 0;
    transfer_point(op, (const double[]){1}, m);
    struct law *far = law_create(op, m, 0, &err), *soon = law_create(op, m, 0, &err);
    ck_assert(law_advance(far, (uint64_t)(40 * law.relaxation), NULL, &err));
    ck_assert(law_advance(soon, (uint64_t)law.relaxation, NULL, &err));
    const double weight = masses_sum(100, law.mass);
    left = masses_sum(100, soon->mass);
    if (getenv("SHOW"))
        printf("left %.12f by elimination, %.12f by powers; relaxation %.6g: %.6f\n",
               weight, masses_sum(100, far->mass), law.relaxation, left / weight);
    ck_assert(law.relaxation > 1e5);
    /* The power's own rounding: 1e-16 a step over a relaxation time. */
    ck_assert_double_le(fabs(masses_sum(100, far->mass) - weight), 1e-9);
    /* From the right well to the stationary weights by e^-1 in a relaxation time. */
    ck_assert_double_le(fabs(1 - left / weight - exp(-1)), 2e-3);
    law_destroy(far), law_destroy(soon);
    stationary_law_finish(&law);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

START_TEST(parts_that_no_step_joins_are_reported) {
    const struct examples sgd = sgd_of(2, two_pits, 0.5);
    struct grid *grid = line_of(100, -2, 2);
    struct stationary_law law = law_of(&sgd.process, grid);
    ck_assert_int_eq(law.kind, LAW_SEVERAL);
    ck_assert_uint_eq(law.classes, 2);
    ck_assert(law.mass == NULL);
    stationary_law_finish(&law);
    grid_destroy(grid);
}
END_TEST

START_TEST(a_law_that_is_absorbed_is_reported) {
    const struct examples sgd = sgd_of(2, double_well, 0.1);
    struct error err;
    struct grid *grid =
        grid_create(axis_of(100, -2, 1.2, REFLECTING, ABSORBING), NULL, &err);
    struct stationary_law law = law_of(&sgd.process, grid);
    ck_assert_int_eq(law.kind, LAW_LOST);
    ck_assert(law.mass == NULL);
    stationary_law_finish(&law);
    grid_destroy(grid);
}
END_TEST

/* Closed classes of random chains against the closure of their pattern. */
START_TEST(closed_classes_are_those_of_the_closure) {
    enum { N = 9 };
    srand(2);
    for (int trial = 0; trial < 3000; trial++) {
        struct error err;
        bool way[N][N] = {{false}}, lost[N];
        double loss[N] = {0};
        int64_t row[N * N], column[N * N];
        double value[N * N];
        size_t entries = 0, closed = 0;
        for (size_t j = 0; j < N; j++) {
            loss[j] = rand() % 12 == 0;
            way[j][j] = true;
            for (size_t i = 0; i < N; i++) {
                if (rand() % 6 != 0 && i != j) continue;
                way[j][i] = true;
                row[entries] = (int64_t)i, column[entries] = (int64_t)j;
                value[entries++] = rand() % 2 ? 1 : -1;
            }
        }
        for (size_t k = 0; k < N; k++)
            for (size_t j = 0; j < N; j++)
                for (size_t i = 0; i < N; i++)
                    way[j][i] |= way[j][k] && way[k][i];
        bool in_one[N];
        for (size_t j = 0; j < N; j++) {
            lost[j] = false;
            for (size_t i = 0; i < N; i++)
                lost[j] |= way[j][i] && (loss[i] != 0 || !way[i][j]);
            in_one[j] = !lost[j];
            bool first = in_one[j];
            for (size_t i = 0; i < j; i++)
                first &= !(way[i][j] && way[j][i]);
            closed += first;
        }
        struct sparse *P = sparse_create(N, entries, row, column, value, &err);
        struct classes classes;
        ck_assert(classes_find(P, loss, &classes, &err));
        ck_assert_uint_eq(classes.closed, closed);
        ck_assert(!memcmp(classes.in_one, in_one, sizeof in_one));
        classes_finish(&classes);
        sparse_destroy(P);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------- plane */

/* Stationary E w^2, E wv, E v^2 of v' = mu v + h w + s, w' = w - eta v'. */
START_TEST(the_heavy_ball_has_its_moments) {
    const double eta = 0.2, mu = 0.5;
    const struct examples ball = heavy_ball_of(4, curvature_noise, eta, mu);
    double xx = 1, xv = 0, vv = 1;
    for (int k = 0; k < 2000; k++) {
        const double v2 = mu * mu * vv + 2 * mu * xv + 1.25 * xx + 0.49, c = mu * xv + xx;
        xx = xx - 2 * eta * c + eta * eta * v2, xv = c - eta * v2, vv = v2;
    }
    for (size_t n = 48; n <= 96; n *= 2) { /* by elimination, by iteration */
        struct error err;
        struct grid *grid = grid_create(axis_of(n, -4, 4, REFLECTING, REFLECTING),
                                        axis_of(n, -6, 6, REFLECTING, REFLECTING), &err);
        struct stationary_law law = law_of(&ball.process, grid);
        double m[3] = {0};
        for (size_t k = 0; k < grid->cells; k++) {
            const double x = grid->axis[0]->centre[k % n], v = grid->axis[1]->centre[k / n];
            m[0] += law.mass[k] * x * x, m[1] += law.mass[k] * x * v;
            m[2] += law.mass[k] * v * v;
        }
        if (getenv("SHOW"))
            printf("heavy ball, %zu^2: %.1e %.1e %.1e, residual %.1e, negative %.1e\n", n,
                   m[0] / xx - 1, m[1] / xv - 1, m[2] / vv - 1, law.residual, law.negative);
        ck_assert_double_le(fabs(m[0] / xx - 1), 1e-10);
        ck_assert_double_le(fabs(m[1] / xv - 1), 1e-10);
        ck_assert_double_le(fabs(m[2] / vv - 1), 1e-10);
        ck_assert_double_le(law.residual, 1e-13);
        stationary_law_finish(&law);
        grid_destroy(grid);
    }
}
END_TEST

START_TEST(both_solvers_give_the_same_law) {
    const struct examples ball = heavy_ball_of(2, tilted_well, 0.1, 0.5);
    struct error err;
    struct grid *grid = grid_create(axis_of(40, -2, 2, REFLECTING, REFLECTING),
                                    axis_of(36, -4, 4, REFLECTING, REFLECTING), &err);
    struct transfer *op = transfer_of(&ball.process, grid);
    const size_t n = grid->cells;
    struct stationary_law law;
    struct classes classes;
    double *zero = calloc(2 * n, sizeof *zero), *x = zero + n, residual;
    ck_assert(stationary_law_find(op, NULL, &law, &err));
    ck_assert(classes_find(op->P, op->absorbed, &classes, &err));
    struct two_level *solver = two_level_create(op, classes.in_one, true, NULL, &err);
    memcpy(x, two_level_masses(solver), n * sizeof *x);
    ck_assert(two_level_solve(solver, false, zero, 1e-14, x, &residual, NULL, &err));
    const double sum = masses_sum(n, x);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_le(fabs(x[i] / sum - law.mass[i]), 1e-12);
    two_level_destroy(solver);
    classes_finish(&classes);
    stationary_law_finish(&law);
    free(zero);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

START_TEST(it_ends_cleanly_for_want_of_memory) {
    const struct examples sgd = sgd_of(2, double_well, 0.1);
    struct error err = {0};
    struct grid *grid = line_of(28, -2, 2);
    struct transfer *op = transfer_of(&sgd.process, grid);
    bool done = false;
    size_t k = 1;
    for (; !done; k++) {
        struct stationary_law law;
        array_fail_at(k);
        done = stationary_law_find(op, NULL, &law, &err);
        array_fail_at(0);
        ck_assert(done || (err.kind == ERROR_MEMORY && law.mass == NULL));
        stationary_law_finish(&law);
    }
    ck_assert(k > 8);
    bool all[28];
    memset(all, true, sizeof all);
    for (k = 1, done = false; !done; k++) {
        array_fail_at(k);
        struct two_level *solver = two_level_create(op, all, true, NULL, &err);
        array_fail_at(0);
        done = solver != NULL;
        ck_assert(done || err.kind == ERROR_MEMORY);
        two_level_destroy(solver);
    }
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

Suite *stationary_law_suite(void);
Suite *stationary_law_suite(void) {
    Suite *s = suite_create("stationary_law");
    TCase *t = tcase_create("line");
    tcase_add_test(t, the_variance_of_a_linear_map_is_exact);
    tcase_add_test(t, the_narrow_well_has_its_mass);
    tcase_add_test(t, slow_weights_are_those_of_long_times);
    tcase_add_test(t, parts_that_no_step_joins_are_reported);
    tcase_add_test(t, a_law_that_is_absorbed_is_reported);
    tcase_add_test(t, closed_classes_are_those_of_the_closure);
    tcase_add_test(t, it_ends_cleanly_for_want_of_memory);
    tcase_set_timeout(t, 100);
    suite_add_tcase(s, t);
    t = tcase_create("plane");
    tcase_add_test(t, the_heavy_ball_has_its_moments);
    tcase_add_test(t, both_solvers_give_the_same_law);
    tcase_set_timeout(t, 100);
    suite_add_tcase(s, t);
    return s;
}
