/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules of Gauss: symmetry, and the highest degree that they are exact for. */
#include "grids/quadrature.h"
#include <check.h>
#include <float.h>
#include <math.h>

static const struct {
    int n;
    const double *x, *w;
} legendre[] = {{3, legendre3_x, legendre3_w},
                {4, legendre4_x, legendre4_w},
                {8, legendre8_x, legendre8_w}};
enum { RULES = sizeof legendre / sizeof *legendre };

/* Integral of x^k over [-1/2, 1/2]. */
static double monomial(int k) {
    return k % 2 ? 0 : ldexp(1. / (k + 1), -k);
}

START_TEST(legendre_is_exact_to_degree_2n_minus_1_and_no_further) {
    const int n = legendre[_i].n;
    for (int k = 0; k <= 2 * n; k++) {
        double sum = 0;
        for (int q = 0; q < n; q++)
            sum += legendre[_i].w[q] * pow(legendre[_i].x[q], k);
        const double error = fabs(sum - monomial(k));
        if (k < 2 * n)
            ck_assert_double_le(error, 4 * DBL_EPSILON * ldexp(1, -k));
        else
            ck_assert_double_gt(error, 1e-3 * ldexp(1, -k) * pow(0.25, n - 3));
    }
}
END_TEST

START_TEST(legendre_is_symmetric_to_the_bit) {
    for (int q = 0, n = legendre[_i].n; q < n; q++) {
        ck_assert_double_eq(legendre[_i].x[q], -legendre[_i].x[n - 1 - q]);
        ck_assert_double_eq(legendre[_i].w[q], legendre[_i].w[n - 1 - q]);
        if (q > 0) ck_assert_double_gt(legendre[_i].x[q], legendre[_i].x[q - 1]);
    }
    for (int q = 0; q < 3; q++)
        ck_assert_double_le(fabs(legendre3_part[q] - 0.5 - legendre3_x[q]),
                            DBL_EPSILON / 4);
}
END_TEST

START_TEST(hermite_has_the_normal_moments_to_degree_9) {
    static const double moment[10] = {1, 0, 1, 0, 3, 0, 15, 0, 105, 0};
    for (int k = 0; k < 10; k++) {
        double sum = 0, size = 0;
        for (int q = 0; q < 5; q++) {
            sum += hermite5_w[q] * pow(hermite5_x[q], k);
            size += hermite5_w[q] * fabs(pow(hermite5_x[q], k));
        }
        ck_assert_double_le(fabs(sum - moment[k]), 32 * DBL_EPSILON * size);
    }
}
END_TEST

Suite *quadrature_suite(void);
Suite *quadrature_suite(void) {
    Suite *suite = suite_create("quadrature");
    TCase *rules = tcase_create("rules");
    tcase_add_loop_test(rules, legendre_is_exact_to_degree_2n_minus_1_and_no_further, 0,
                        RULES);
    tcase_add_loop_test(rules, legendre_is_symmetric_to_the_bit, 0, RULES);
    tcase_add_test(rules, hermite_has_the_normal_moments_to_degree_9);
    suite_add_tcase(suite, rules);
    return suite;
}
