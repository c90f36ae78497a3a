/* SPDX-License-Identifier: GPL-3.0-or-later
 * Steps of Euler, Milstein and Heun against the walkers' formulas. */
#include "steps.h"

/* --- Schemes of the SDE ----------------------------------------------------------- */

static double b_at(double x) {
    return -x + x * x * x / 5;
}
static double D_at(double x) {
    return (1 + x * x) / 10;
}
static double dD_at(double x) {
    return x / 5;
}

/* The walkers' map of the normal z, from their header. */
static double step_of(enum sde_scheme scheme, double alpha, double h, double lo, double hi,
                      double x, double z) {
    const double weight = alpha - (scheme == SDE_HEUN ? 0.5 : 0);
    const double a = b_at(x) + weight * dD_at(x), n = sqrt(2 * D_at(x) * h) * z;
    const double milstein = scheme == SDE_MILSTEIN ? 0.5 * dD_at(x) * h * (z * z - 1) : 0;
    if (scheme != SDE_HEUN) return x + a * h + n + milstein;
    const double y = fmin(fmax(x + a * h + n, lo), hi);
    const double a2 = b_at(y) + weight * dD_at(y), n2 = sqrt(2 * D_at(y) * h) * z;
    return x + 0.5 * ((a + a2) * h + n + n2);
}

/* E f(landing) against a rule with far more nodes, for moments 1 to 4. */
START_TEST(a_step_of_each_scheme_is_the_walkers) {
    const enum sde_scheme scheme = (enum sde_scheme)(_i / 3);
    const double alpha = 0.5 * (_i % 3), h = 0.05;
    struct model *m = drift_model(alpha);
    struct interval_coefficients c;
    coefficients_of_interval(m, 0, &c);
    struct grid *grid = grid_of(1, 400, -6, 6);
    struct process *p = process_sde(&c.coefficients, scheme, h, grid, &err);
    OK(p != NULL);
    for (double x = -1.5; x < 2; x += 0.7) {
        size_t n;
        struct outcome *out = outcomes_at(p, &x, &n);
        const int axis[4] = {0};
        for (int order = 1; order <= 4; order++) {
            double expected = 0, weight = 0;
            for (int k = -4000; k <= 4000; k++) {
                const double z = 0.0025 * k, density = exp(-0.5 * z * z);
                weight += density;
                expected +=
                    density * pow(step_of(scheme, alpha, h, -6, 6, x, z) - x, order);
            }
            expected /= weight;
            const double found = moment(out, n, &x, order, axis);
            ck_assert_msg(fabs(found - expected) < 1e-13,
                          "moment %d at %g: %.16g, not %.16g", order, x, found, expected);
        }
        free(out);
    }
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

START_TEST(in_the_plane_the_first_moments_are_drift_and_diffusion) {
    const double alpha = 0.5 * _i, h = _i == 1 ? 1e-4 : 0.5, w[2] = {0.4, -0.3};
    const double q = 1 + w[0] * w[0] + w[1] * w[1], eta = 0.3;
    const double scale = 0.5 * eta * eta / 4; /* D = scale C */
    const double A[2][2] = {{2, 1}, {1, 3}},
                 G[2] = {2 * w[0] + w[1] / 2, w[0] / 2 + 2 * w[1]};
    struct model *m = plane_model(alpha);
    struct interval_coefficients c;
    coefficients_of_interval(m, 0, &c);
    struct grid *grid = grid_of(2, 64, -3, 3);
    struct process *p =
        process_sde(&c.coefficients, _i == 1 ? SDE_HEUN : SDE_EULER, h, grid, &err);
    OK(p != NULL);
    size_t n;
    struct outcome *out = outcomes_at(p, w, &n);
    double mean[2];
    for (int i = 0; i < 2; i++) {
        double a = -eta * G[i]; /* Stratonovich: (1/2) s' s' = (1/4) (S grad q) / ... */
        for (int k = 0; k < 2; k++)
            a += (_i == 1 ? 0.5 : alpha) * scale * A[i][k] * 2 * w[k];
        mean[i] = w[i] + a * h;
        ck_assert_double_eq_tol(moment(out, n, mean, 1, &i), 0, _i == 1 ? 1e-9 : 1e-14);
    }
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            ck_assert_double_eq_tol(moment(out, n, mean, 2, (int[]){i, k}),
                                    2 * scale * A[i][k] * q * h, _i == 1 ? 1e-9 : 1e-14);
    free(out);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

Suite *process_sde_suite(void);
Suite *process_sde_suite(void) {
    Suite *suite = suite_create("process_sde");
    TCase *steps = tcase_create("steps");
    tcase_add_loop_test(steps, a_step_of_each_scheme_is_the_walkers, 0, 9);
    tcase_add_loop_test(steps, in_the_plane_the_first_moments_are_drift_and_diffusion, 0,
                        3);
    suite_add_tcase(suite, steps);
    return suite;
}
