/* SPDX-License-Identifier: GPL-3.0-or-later
 * Kramers' times and their power-law relatives: closed formulas, the exact integral in the
 * limit of low temperature, and where they do not apply. */
#include "solver/fv/line/kramers.h"
#include "solver/fv/line/passage.h"
#include "tests/solver/fv_models.h"

Suite *line_kramers_suite(void);

static double minus_dL(double x, const double *a) {
    return a[1] * (x - x * x * x);
}
static double constant(double x, const double *a) {
    return a[0] + 0 * x;
}
static double zero_slope(double x, const double *a) {
    return 0 * x * a[0];
}
static double tied(double x, const double *a) { /* D = Theta (1 + 4 (L - L_a)) */
    return a[0] * (1 + (x * x - 1) * (x * x - 1));
}
static double tied_slope(double x, const double *a) {
    return a[0] * 4 * x * (x * x - 1);
}
static double downhill(double x, const double *a) {
    return 1 + 0 * x * a[0];
}
/* minima 0, +-2, saddles +-1; tilted by a[2] */
static double three_wells(double x, const double *a) {
    return -a[1] * x * (x * x - 1) * (x * x - 4) - a[2];
}

static struct line_kramers_answer estimate(const struct model1 *m,
                                           const struct line_kramers *q) {
    struct line_kramers_answer answer;
    struct error err = {0};
    const struct coefficients c = model1_coefficients(m);
    ck_assert_msg(line_kramers_estimate(&c, q, &answer, &err), "%s", err.message);
    return answer;
}

static const struct line_kramers to_saddle = {-3, 3, {false, true}, {-3, 0}, 1e-3, -1.2};

/* docs/theory.md 6.3: 15.50719 at Theta = 0.2. */
START_TEST(double_well_has_kramers_time) {
    const struct model1 m = {minus_dL, constant, zero_slope, NULL, 0, {.2, 1}};
    const struct line_kramers_answer k = estimate(&m, &to_saddle);
    ck_assert_double_le(fabs(k.minimum + 1), 1e-12);
    ck_assert_double_le(fabs(k.side[1].saddle), 1e-12);
    ck_assert_double_le(fabs(k.height - 1.25), 1e-12);
    const double exact = 2 * M_PI / sqrt(2) * exp(1.25);
    ck_assert_double_le(fabs(exact - 15.50719), 5e-6);
    ck_assert_double_le(fabs(exp(k.log_time[KRAMERS]) / exact - 1), 1e-9); /* b' to h^4 */
    ck_assert(k.at_saddle);
    ck_assert(isinf(k.log_time[KRAMERS_POWER_LAW]) && isinf(k.log_time[KRAMERS_SOURCE]));
}
END_TEST

/* docs/theory.md 5.3 with A = 2, for kappa and the three interpretations; the general
 * formula differs from it by kappa / (kappa + 1/2 - alpha) only. */
START_TEST(noise_tied_to_the_loss_has_its_power_law) {
    const double alpha = .5 * (_i % 3), kappa = _i < 3 ? 10 : 25, eta = 1 / (2 * kappa);
    const struct model1 m = {minus_dL, tied, tied_slope, NULL, alpha, {eta / 2, 1}};
    const struct line_kramers_answer k = estimate(&m, &to_saddle);
    const double power = kappa + .5 - alpha, rates = 2 * M_PI / sqrt(2);
    ck_assert_double_le(fabs(k.side[1].kappa / kappa - 1), 1e-9);
    ck_assert_double_le(
        fabs(k.log_time[KRAMERS_POWER_LAW] - log(rates * kappa / power * pow(2, power))),
        1e-8);
    ck_assert_double_le(fabs(k.log_time[KRAMERS_SOURCE] -
                             log(rates / (1 - .5 / kappa) * pow(2, kappa - .5))),
                        1e-8);
    ck_assert_double_le(
        fabs(k.log_time[KRAMERS_POWER_LAW] - k.log_time[KRAMERS] - log(kappa / power)),
        1e-9);
}
END_TEST

/* (integral to the saddle) / (half a crossing) = 1 + O(Theta): twice the ratio at Theta / 2
 * less the one at Theta is 1 + O(Theta^2). */
START_TEST(the_integral_goes_to_half_a_crossing) {
    double ratio[2];
    for (int k = 0; k < 2; k++) {
        struct line_passage_time time;
        struct error err = {0};
        const double noise = (k ? 1 : 2) * .01;
        const struct model1 m = {
            minus_dL,  _i ? tied : constant, _i ? tied_slope : zero_slope, NULL, .5 * _i,
            {noise, 1}};
        const struct coefficients c = model1_coefficients(&m);
        const struct line_passage p = {-3, 0, {false, true}, 0, NULL, 1e-10, NULL};
        const struct line_kramers_answer answer = estimate(&m, &to_saddle);
        ck_assert_msg(line_passage_integrate(&c, &p, -1, &time, &err), "%s", err.message);
        ratio[k] =
            exp(time.log_time - answer.log_time[_i ? KRAMERS_POWER_LAW : KRAMERS]) * 2;
    }
    ck_assert_double_le(fabs(ratio[1] - 1), .6 * fabs(ratio[0] - 1));
    ck_assert_double_le(fabs(2 * ratio[1] - ratio[0] - 1), 5e-3); /* O(Theta^2) */
}
END_TEST

START_TEST(two_ways_out_add_their_rates) {
    const struct model1 m = {three_wells, constant, zero_slope, NULL, 0, {.3, 1}};
    const struct line_kramers one = {-4, 4, {false, true}, {-4, 1}, 1e-3, .1};
    const struct line_kramers both = {-4, 4, {true, true}, {-1, 1}, 1e-3, .1};
    const struct line_kramers_answer a = estimate(&m, &one), b = estimate(&m, &both);
    ck_assert_double_le(fabs(b.log_time[KRAMERS] - a.log_time[KRAMERS] + log(2)), 1e-9);
}
END_TEST

/* Tilted upwards the saddle near 1 is the higher one, tilted downwards that near -1. */
START_TEST(the_highest_saddle_on_the_way_counts) {
    const double tilt = _i ? .3 : -.3;
    const struct model1 m = {three_wells, constant, zero_slope, NULL, 0, {.3, 1, tilt}};
    const struct line_kramers q = {-4, 4, {false, true}, {-4, 1.5}, 1e-3, -2};
    const struct line_kramers_answer a = estimate(&m, &q);
    ck_assert_double_le(fabs(a.minimum + 2), .1);
    ck_assert_double_le(fabs(a.side[1].saddle - (_i ? 1 : -1)), .1);
    ck_assert(!a.at_saddle);
}
END_TEST

START_TEST(says_where_it_does_not_apply) {
    struct line_kramers_answer a;
    const struct model1 slide = {downhill, constant, zero_slope, NULL, 0, {.3, 1}};
    a = estimate(&slide, &to_saddle);
    ck_assert(isnan(a.minimum) && a.why[0] != '\0' && isinf(a.log_time[KRAMERS]));
    const struct model1 m = {minus_dL, constant, zero_slope, NULL, 0, {.2, 1}};
    struct line_kramers q = to_saddle;
    q.edge[1] = -.5; /* half-way up */
    a = estimate(&m, &q);
    ck_assert(a.why[0] != '\0' && isinf(a.log_time[KRAMERS]));
    q.edge[1] = 2.5; /* beyond the other well, up its far slope */
    a = estimate(&m, &q);
    ck_assert(a.why[0] != '\0' && isinf(a.log_time[KRAMERS]));
}
END_TEST

Suite *line_kramers_suite(void) {
    Suite *s = suite_create("line_kramers");
    TCase *t = tcase_create("formulas");
    tcase_add_test(t, double_well_has_kramers_time);
    tcase_add_loop_test(t, noise_tied_to_the_loss_has_its_power_law, 0, 6);
    tcase_add_loop_test(t, the_integral_goes_to_half_a_crossing, 0, 2);
    tcase_add_test(t, two_ways_out_add_their_rates);
    tcase_add_loop_test(t, the_highest_saddle_on_the_way_counts, 0, 2);
    tcase_add_test(t, says_where_it_does_not_apply);
    suite_add_tcase(s, t);
    return s;
}
