/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts of a kinetic step: shifts of a line, and the Ornstein-Uhlenbeck step in v. */
#include "solver/time/kinetic/friction.h"
#include "solver/time/kinetic/shift.h"
#include "tests/slope.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

START_TEST(shifts_keep_mass_and_positivity_and_are_exact_for_whole_cells) {
    enum { N = 50 };
    double in[N] = {0}, out[N], padded[N + 6], upper[N];
    srand(3);
    for (int i = 0; i < N; i++)
        in[i] = rand() % 3 ? 0 : pow(10, -(rand() % 12));
    for (double by = -120.3; by < 120; by += 7.7)
        for (int ring = 0; ring < 2; ring++) {
            double before = 0, after = 0;
            shift_line(N, in, by, ring, padded, upper, out);
            for (int i = 0; i < N; i++) {
                ck_assert_double_ge(out[i], 0);
                before += in[i], after += out[i];
            }
            ck_assert_double_le(fabs(after / before - 1), 1e-14);
        }
    shift_line(N, in, 53, true, padded, upper, out);
    for (int i = 0; i < N; i++)
        ck_assert_double_eq(out[(i + 3) % N], in[i]);
    shift_line(N, in, -2, false, padded, upper, out);
    for (int i = 1; i < N - 2; i++)
        ck_assert_double_eq(out[i], in[i + 2]);
}
END_TEST

static double maxwellian(double v, double mean, double variance) {
    return exp(-(v - mean) * (v - mean) / (2 * variance)) / sqrt(2 * M_PI * variance);
}

/* A Gaussian after the time 0.4 in steps of h, against its law: of eighth order in the
 * cells for steps whose kernels are far narrower than a cell, near one, and wide. */
START_TEST(friction_is_of_eighth_order_for_any_step) {
    const double steps[] = {1e-4, 1e-3, 1e-2, .1}, h = steps[_i], theta = .3;
    struct error err = {0};
    double width[3], error[3];
    for (int k = 0; k < 3; k++) {
        const size_t n = (size_t)(48 << k);
        const double dv = width[k] = 8 / (double)n, c = exp(-.4);
        struct friction *f = friction_create(n, &err);
        double *p = calloc(n, sizeof *p), *q = calloc(n, sizeof *q);
        friction_set(f, dv, 1, theta, h);
        for (size_t j = 0; j < n; j++)
            p[j] = maxwellian(((double)j + .5) * dv - 4, 1, .1) * dv;
        for (int s = 0; s < (int)round(.4 / h); s++) {
            friction_apply(f, 1, 0, 1, p, q);
            memcpy(p, q, n * sizeof *p);
        }
        error[k] = 0;
        for (size_t j = 0; j < n; j++)
            error[k] += fabs(p[j] - dv * maxwellian(((double)j + .5) * dv - 4, c,
                                                    .1 * c * c + theta * (1 - c * c)));
        friction_destroy(f);
        free(p), free(q);
    }
    if (_i < 3)
        ck_assert_msg(slope(3, width, error) > 7.2, "order %g", slope(3, width, error));
    ck_assert_double_le(error[2], 1e-9);
}
END_TEST

START_TEST(friction_keeps_the_maxwellian_and_mass) {
    enum { N = 120 };
    const double steps[] = {1e-300, 1e-6, .001, .02, .1, 1e3};
    struct error err = {0};
    struct friction *f = friction_create(N, &err);
    const double dv = .1, theta = .7;
    friction_set(f, dv, 1, theta, steps[_i]);
    double p[N], q[N], sum = 0, after = 0;
    for (int j = 0; j < N; j++) {
        const double v = (j + .5 - N / 2) * dv;
        p[j] = exp(-v * v / (2 * theta)), sum += p[j];
    }
    friction_apply(f, 1, 0, 1, p, q);
    for (int j = 0; j < N; j++) {
        ck_assert_double_le(fabs(q[j] - p[j]), 1e-9); /* e^{-v^2/2 theta} at the ends */
        after += q[j];
    }
    ck_assert_double_le(fabs(after / sum - 1), 1e-14);
    friction_destroy(f);
}
END_TEST

Suite *friction_suite(void);
Suite *friction_suite(void) {
    Suite *s = suite_create("friction");
    TCase *parts = tcase_create("parts");
    tcase_set_timeout(parts, 300);
    tcase_add_test(parts, shifts_keep_mass_and_positivity_and_are_exact_for_whole_cells);
    tcase_add_loop_test(parts, friction_keeps_the_maxwellian_and_mass, 0, 6);
    tcase_add_loop_test(parts, friction_is_of_eighth_order_for_any_step, 0, 4);
    suite_add_tcase(s, parts);
    return s;
}
