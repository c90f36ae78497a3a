/* SPDX-License-Identifier: GPL-3.0-or-later
 * Jumps of the stable law on a lattice: its zeta function, and the order of its symbol. */
#include "solver/linalg/jumps.h"
#include "tests/slope.h"
#include "tests/solver/fv_models.h"

START_TEST(zeta_is_riemann_s) {
    const double s[] = {2, 4, 1.5, 3, 0, -1, .5, -.5};
    const double want[] = {
        M_PI * M_PI / 6, pow(M_PI, 4) / 90,   2.6123753486854883, 1.2020569031595943, -.5,
        -1. / 12,        -1.4603545088095868, -.20788622497735457};
    for (size_t k = 0; k < 8; k++)
        ck_assert_double_le(fabs(zeta(s[k]) / want[k] - 1), 4e-15);
}
END_TEST

/* 2 Sum w_m (1 - cos(m q)) = q^alpha up to O(q^4), h = 1; totals add up. */
START_TEST(lattice_symbol_is_of_order_four_minus_alpha) {
    const double alphas[] = {.3, .7, 1, 1.5, 1.9, 2};
    const double alpha = alphas[_i];
    double q[3], error[3];
    for (int k = 0; k < 3; k++) {
        q[k] = .8 / (1 << k);
        double sum = 0; /* the tail averages to 2 w beyond */
        const size_t most = 400000;
        for (size_t m = 1; m < most; m++) {
            const double s = sin(.5 * q[k] * (double)m);
            sum += 4 * jumps_rate(alpha, 1, m) * s * s;
        }
        sum += 2 * jumps_rate_beyond(alpha, 1, most);
        error[k] = fabs(sum - pow(q[k], alpha));
    }
    if (error[2] > 1e-9) ck_assert_double_ge(slope(3, q, error), 3.5);
    ck_assert_double_le(error[0], 4e-2);
    const double parts = jumps_rate(alpha, .1, 1) + jumps_rate(alpha, .1, 2) +
                         jumps_rate_beyond(alpha, .1, 3);
    ck_assert_double_le(fabs(parts / jumps_rate_beyond(alpha, .1, 1) - 1), 1e-13);
}
END_TEST

Suite *jumps_suite(void);
Suite *jumps_suite(void) {
    Suite *s = suite_create("jumps");
    TCase *jumps = tcase_create("jumps");
    tcase_add_test(jumps, zeta_is_riemann_s);
    tcase_add_loop_test(jumps, lattice_symbol_is_of_order_four_minus_alpha, 0, 6);
    suite_add_tcase(s, jumps);
    return s;
}
