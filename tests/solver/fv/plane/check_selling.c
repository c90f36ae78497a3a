/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/selling.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

static void rotated(double ratio, double angle, double D[3]) {
    const double c = cos(angle), s = sin(angle);
    D[0] = c * c + ratio * s * s, D[1] = (1 - ratio) * c * s, D[2] = s * s + ratio * c * c;
}

/* The sum is D to rounding: |rho e e^T| <= tr D for each, offsets enter squared. */
START_TEST(sum_of_weighted_offsets_is_the_tensor) {
    for (int q = 0; q <= 90; q++)
        for (double ratio = 1; ratio > 1e-5; ratio /= 10) {
            double D[3];
            rotated(ratio, q * M_PI / 90, D);
            struct selling s;
            ck_assert(selling_decompose(D[0], D[1], D[2], 1000, &s));
            double sum[3] = {0};
            for (int k = 0; k < 3; k++) {
                ck_assert(s.rho[k] >= 0);
                sum[0] += s.rho[k] * s.e[k][0] * s.e[k][0];
                sum[1] += s.rho[k] * s.e[k][0] * s.e[k][1];
                sum[2] += s.rho[k] * s.e[k][1] * s.e[k][1];
            }
            /* Offsets up to 1/sqrt(ratio): products of that size squared cancel. */
            for (int k = 0; k < 3; k++)
                ck_assert_double_eq_tol(sum[k], D[k], 64 * DBL_EPSILON / ratio);
        }
}
END_TEST

START_TEST(the_three_offsets_have_the_three_parities) {
    for (int q = 0; q <= 90; q++) {
        double D[3];
        rotated(0.01, q * M_PI / 90, D);
        struct selling s;
        ck_assert(selling_decompose(D[0], D[1], D[2], 1000, &s));
        const int a = selling_parity(&s, 1, 0), b = selling_parity(&s, 0, 1),
                  c = selling_parity(&s, 1, 1);
        ck_assert(a != b && b != c && a != c);
        ck_assert(s.e[a][0] % 2 != 0 && s.e[a][1] % 2 == 0);
        ck_assert(s.e[b][0] % 2 == 0 && s.e[b][1] % 2 != 0);
        ck_assert(s.e[c][0] % 2 != 0 && s.e[c][1] % 2 != 0);
    }
}
END_TEST

START_TEST(diagonal_and_zero_tensors_need_the_axes_only) {
    static const double cases[][2] = {{1, 1}, {1, 1e-14}, {0, 3}, {0, 0}, {1e300, 1e-300}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct selling s;
        ck_assert(selling_decompose(cases[k][0], 0, cases[k][1], 4, &s));
        ck_assert_double_eq(s.rho[selling_parity(&s, 1, 0)], cases[k][0]);
        ck_assert_double_eq(s.rho[selling_parity(&s, 0, 1)], cases[k][1]);
        ck_assert_double_eq(s.rho[selling_parity(&s, 1, 1)], 0);
    }
}
END_TEST

START_TEST(a_rank_one_tensor_along_an_offset_is_that_offset) {
    struct selling s;
    ck_assert(selling_decompose(9, 6, 4, 10, &s)); /* (3, 2) */
    const int k = selling_parity(&s, 1, 0);
    ck_assert_int_eq(abs(s.e[k][0]), 3);
    ck_assert_int_eq(s.e[k][0] * s.e[k][1], 6);
    ck_assert_double_eq_tol(s.rho[k], 1, 1e-12);
}
END_TEST

START_TEST(an_irrational_degenerate_direction_is_reported) {
    struct selling s;
    ck_assert(!selling_decompose(1, sqrt(0.5), 0.5, 20, &s));
}
END_TEST

Suite *selling_suite(void);
Suite *selling_suite(void) {
    Suite *suite = suite_create("selling");
    TCase *c = tcase_create("decomposition");
    tcase_add_test(c, sum_of_weighted_offsets_is_the_tensor);
    tcase_add_test(c, the_three_offsets_have_the_three_parities);
    tcase_add_test(c, diagonal_and_zero_tensors_need_the_axes_only);
    tcase_add_test(c, a_rank_one_tensor_along_an_offset_is_that_offset);
    tcase_add_test(c, an_irrational_degenerate_direction_is_reported);
    suite_add_tcase(suite, c);
    return suite;
}
