/* SPDX-License-Identifier: GPL-3.0-or-later
 * The transfer operator: columns that sum to one, stretched cells, and what it refuses. */
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include "tests/slope.h"
#include "tests/solver/transfer/processes.h"
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------ the operator */

START_TEST(columns_and_losses_sum_to_one) {
    const struct examples sgd = sgd_of(4, curvature_noise, 0.7);
    struct error err;
    for (int e = 0; e < ENDS; e++) {
        struct grid *grid =
            grid_create(axis_of(60, -0.6, 0.9, ends[e][0], ends[e][1]), NULL, &err);
        struct transfer *op = transfer_of(&sgd.process, grid);
        double ones[60], sums[60];
        for (size_t i = 0; i < 60; i++)
            ones[i] = 1;
        transfer_step_back(op, ones, sums);
        for (size_t i = 0; i < 60; i++)
            ck_assert_double_le(fabs(sums[i] + op->absorbed[i] - 1), 2 * DBL_EPSILON);
        transfer_destroy(op);
        grid_destroy(grid);
    }
}
END_TEST

START_TEST(positive_deposits_have_no_negative_part) {
    const struct examples sgd = sgd_of(2, double_well, 0.1);
    struct error err;
    struct grid *grid = line_of(64, -2, 2);
    struct transfer *op = transfer_create(&sgd.process, grid, true, NULL, &err);
    for (int64_t k = 0; k < op->P->start[64]; k++)
        ck_assert(op->P->value[k] >= 0);
    transfer_destroy(op);
    op = transfer_of(&sgd.process, grid);
    bool negative = false;
    for (int64_t k = 0; k < op->P->start[64]; k++)
        negative |= op->P->value[k] < 0;
    ck_assert(negative);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

static bool same_matrix(const struct sparse *a, const struct sparse *b) {
    const size_t entries = (size_t)a->start[a->n];
    return a->n == b->n && !memcmp(a->start, b->start, (a->n + 1) * sizeof *a->start) &&
           !memcmp(a->row, b->row, entries * sizeof *a->row) &&
           !memcmp(a->value, b->value, entries * sizeof *a->value);
}

START_TEST(bits_do_not_depend_on_the_number_of_threads) {
    const struct examples process = heavy_ball_of(4, curvature_noise, 0.9, 0.5);
    struct error err;
    struct grid *grid = grid_create(axis_of(24, -2, 2, REFLECTING, ABSORBING),
                                    axis_of(30, -3, 3, PERIODIC, PERIODIC), &err);
    omp_set_num_threads(1);
    struct transfer *one = transfer_of(&process.process, grid);
    omp_set_num_threads(5);
    struct transfer *five = transfer_of(&process.process, grid);
    ck_assert(same_matrix(one->P, five->P) && same_matrix(one->rows, five->rows));
    ck_assert(!memcmp(one->absorbed, five->absorbed, grid->cells * sizeof(double)));
    transfer_destroy(one), transfer_destroy(five);
    grid_destroy(grid);
}
END_TEST

/* --------------------------------------------------------------------------- stretching */

static double stretch_threefold(size_t k, double w) {
    (void)k;
    return -2 * w;
}

/* A normal law of width 0.2 under w' = 3 w: width 0.6. Not cut, two cells of three would be
 * left nearly empty (L1 near 1). */
START_TEST(stretched_cells_are_cut_and_leave_no_gaps) {
    const struct examples process = sgd_of(1, stretch_threefold, 1);
    double h[3], error[3];
    for (int q = 0; q < 3; q++) {
        struct error err;
        const size_t n = (size_t)100 << q;
        struct grid *grid = line_of(n, -4, 4);
        const double *x = grid->axis[0]->centre, width = 8 / (double)n;
        struct transfer *op = transfer_of(&process.process, grid);
        double *m = calloc(n, sizeof *m), square = 0;
        ck_assert_double_le(fabs(op->stretch - 3), 1e-9);
        ck_assert_uint_eq(op->points[0], 3);
        for (size_t i = 0; i < n; i++)
            m[i] = width * exp(-x[i] * x[i] / 0.08) / sqrt(0.08 * M_PI);
        struct law *law = law_create(op, m, 0, &err);
        ck_assert(law_advance(law, 1, NULL, &err));
        h[q] = width, error[q] = 0;
        for (size_t i = 0; i < n; i++) {
            error[q] +=
                fabs(law->mass[i] - width * exp(-x[i] * x[i] / 0.72) / sqrt(0.72 * M_PI));
            square += law->mass[i] * x[i] * x[i];
        }
        ck_assert_double_le(fabs(square - 0.36), 1e-10);
        law_destroy(law);
        free(m);
        transfer_destroy(op);
        grid_destroy(grid);
    }
    const double order = slope(3, h, error);
    if (getenv("SHOW"))
        printf("stretched: order %.3f, errors %.1e %.1e\n", order, error[0], error[2]);
    ck_assert(3.5 < order && order < 4.5 && error[0] < 0.02);
}
END_TEST

static double jump_at_zero(size_t k, double w) {
    (void)k;
    return w < 0 ? 0.5 * w : 0.5 * w + 0.5;
}

START_TEST(a_jump_of_the_map_is_no_stretch) {
    const struct examples process = sgd_of(1, jump_at_zero, 1);
    for (size_t n = 99; n <= 100; n++) { /* at a centre, at a face */
        struct grid *grid = line_of(n, -2, 2);
        struct transfer *op = transfer_of(&process.process, grid);
        ck_assert_double_le(op->stretch, 0.501);
        ck_assert_uint_eq(op->points[0], 1);
        transfer_destroy(op);
        grid_destroy(grid);
    }
}
END_TEST

/* ----------------------------------------------------------------------------- refusals */

static bool bad_outcomes(const struct process *process, const double *w, void *scratch,
                         struct outcome *out, size_t *n, struct error *err) {
    (void)scratch;
    *n = 1;
    out[0] = (struct outcome){{w[0], 0}, 1};
    switch (process->name[0]) {
    case 'n':
        out[0].landing[0] = w[0] > 0.5 ? NAN : 0;
        return true;
    case 'i':
        out[0].landing[0] = w[0] > 0.5 ? HUGE_VAL : 0;
        return true;
    case 'p':
        out[0].probability = 0.9;
        return true;
    case 'q':
        out[0].probability = NAN;
        return true;
    default:
        break;
    }
    if (w[0] > 0.5) return (fail)(err, ERROR_RUN, "no step from %g", w[0]);
    return true;
}

START_TEST(bad_processes_are_refused_with_a_sentence) {
    static const struct {
        const char *name, *says;
    } bad[] = {{"nan", "not finite"},
               {"infinite", "not finite"},
               {"probabilities", "sum to 0.9"},
               {"q", "sum to nan"},
               {"fails", "no step from"}};
    struct error err;
    struct grid *grid = line_of(40, -1, 1), *plane = NULL;
    char first[sizeof err.message] = "";
    for (int threads = 1; threads < 4; threads++)
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            struct process process = {
                1, 1, bad_outcomes, NULL, NULL, examples_destroy, bad[k].name};
            omp_set_num_threads(threads);
            ck_assert(transfer_create(&process, grid, false, NULL, &err) == NULL);
            ck_assert_msg(strstr(err.message, bad[k].says) != NULL, "%s", err.message);
            ck_assert_int_eq(err.kind, ERROR_RUN);
            if (k > 0) continue; /* the same place for any number of threads */
            if (threads == 1) memcpy(first, err.message, sizeof first);
            ck_assert_str_eq(first, err.message);
        }
    struct process process = {2, 1, bad_outcomes, NULL, NULL, examples_destroy, "two"};
    ck_assert(transfer_create(&process, grid, false, NULL, &err) == NULL);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    plane = grid_create(axis_of(8, 0, 1, REFLECTING, REFLECTING),
                        axis_of(3, 0, 1, REFLECTING, REFLECTING), &err);
    ck_assert(transfer_create(&process, plane, false, NULL, &err) == NULL);
    ck_assert_msg(strstr(err.message, "at least 4") != NULL, "%s", err.message);
    grid_destroy(plane);
    grid_destroy(grid);
}
END_TEST

static bool stop_at_once(void *context, double fraction) {
    (void)context;
    return fraction < 0.5;
}

START_TEST(memory_and_interrupts_end_it_cleanly) {
    const struct monitor monitor = {stop_at_once, NULL};
    const struct examples sgd = sgd_of(2, double_well, 0.1);
    struct grid *grid = line_of(20, -2, 2);
    struct error err = {0};
    ck_assert(transfer_create(&sgd.process, grid, false, &monitor, &err) == NULL);
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    omp_set_num_threads(1);
    size_t k = 1;
    for (struct transfer *op = NULL; op == NULL; k++) {
        array_fail_at(k);
        op = transfer_create(&sgd.process, grid, false, NULL, &err);
        array_fail_at(0);
        ck_assert(op != NULL || err.kind == ERROR_MEMORY);
        transfer_destroy(op);
    }
    ck_assert(k > 20);
    grid_destroy(grid);
}
END_TEST

Suite *transfer_suite(void);
Suite *transfer_suite(void) {
    Suite *s = suite_create("transfer");
    TCase *t = tcase_create("matrix");
    tcase_add_test(t, columns_and_losses_sum_to_one);
    tcase_add_test(t, positive_deposits_have_no_negative_part);
    tcase_add_test(t, bits_do_not_depend_on_the_number_of_threads);
    tcase_add_test(t, stretched_cells_are_cut_and_leave_no_gaps);
    tcase_add_test(t, a_jump_of_the_map_is_no_stretch);
    tcase_add_test(t, bad_processes_are_refused_with_a_sentence);
    tcase_add_test(t, memory_and_interrupts_end_it_cleanly);
    suite_add_tcase(s, t);
    return s;
}
