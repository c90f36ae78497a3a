/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/bernoulli.h"
#include <check.h>
#include <float.h>
#include <math.h>

/* Quad precision from +, *, / alone: e^x by its series after halving to |x| < 2^-10. */
static __float128 quad_expm1(__float128 x) {
    int halvings = 0;
    while ((x < 0 ? -x : x) > 0x1p-10)
        x /= 2, halvings++;
    __float128 term = x, sum = x;
    for (int k = 2; k < 16; k++)
        term *= x / k, sum += term;
    while (halvings-- > 0)
        sum = sum * (2 + sum); /* expm1(2x) = expm1(x)(2 + expm1(x)) */
    return sum;
}

static __float128 quad_bernoulli(__float128 z) {
    if (z > 40) { /* e^-z / (1 - e^-z), to stay within range; e^-z = e^-z/16 to the 16th */
        const __float128 inverse = 1 / (1 + quad_expm1(z));
        return z * inverse / (1 - inverse);
    }
    return z / quad_expm1(z);
}

static void compare(double z) {
    const double expected = (double)quad_bernoulli(z);
    if (fabs(expected) >= DBL_MIN)
        ck_assert_msg(fabs(bernoulli(z) - expected) <= 1e-15 * expected,
                      "B(%.17g) = %.17g, not %.17g", z, bernoulli(z), expected);
    else
        ck_assert_double_le(fabs(bernoulli(z) - expected), DBL_TRUE_MIN);
}

START_TEST(agrees_with_quad_precision_over_all_magnitudes) {
    for (double z = 1e-300; z < 1e4; z *= 1.37)
        compare(z), compare(-z);
    for (double z = -800; z < 800; z += 0.0937)
        compare(z);
}
END_TEST

/* B(-z) = B(z) + z: to one rounding of the larger side. */
START_TEST(reflection_adds_z) {
    for (double z = 1e-10; z < 2000; z *= 1.1)
        ck_assert_double_eq_tol(bernoulli(-z), bernoulli(z) + z, 4e-16 * bernoulli(-z));
}
END_TEST

START_TEST(limits) {
    ck_assert(bernoulli(0) == 1 && bernoulli(-0.0) == 1);
    ck_assert(bernoulli(1e300) == 0 && bernoulli(INFINITY) == 0);
    ck_assert(bernoulli(-1e300) == 1e300 && isinf(bernoulli(-INFINITY)));
}
END_TEST

Suite *bernoulli_suite(void);
Suite *bernoulli_suite(void) {
    Suite *suite = suite_create("bernoulli");
    TCase *values = tcase_create("values");
    tcase_add_test(values, agrees_with_quad_precision_over_all_magnitudes);
    tcase_add_test(values, reflection_adds_z);
    tcase_add_test(values, limits);
    suite_add_tcase(suite, values);
    return suite;
}
