/* SPDX-License-Identifier: GPL-3.0-or-later
 * The exponent of SGD, E exp(-theta g) = 1, against closed forms, halving intervals in long
 * double, and the mean steps of the chain itself. */
#include "processes.h" /* before the next, which has a global err */

#include "example_models.h"
#include "solver/transfer/exponent.h"
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/mean_steps.h"

static double two_values(double below, double above, double chance) {
    return exponent_solve(
        2, (const struct outcome[]){{{below}, 1 - chance}, {{above}, chance}});
}

/* The ruin of a gambler: steps of -1 and 1. */
START_TEST(unequal_chances_have_the_logarithm_of_their_ratio) {
    for (double p = 0.5000001; p < 1; p += 0.0317) {
        const double theta = two_values(-1, 1, p), exact = log1p((2 * p - 1) / (1 - p));
        ck_assert_double_le(fabs(theta - exact), 1e-12 * exact);
        ck_assert(two_values(-1, 1, 1 - p) == -theta || p < 0.51);
    }
}
END_TEST

/* ln cosh theta = theta G, for theta > 0 by halving; ln cosh without loss of digits. */
static long double even_exponent(long double G) {
    long double lo = G, hi = 2 + 1 / (1 - G) * 2;
    for (int k = 0; k < 200; k++) {
        const long double t = (lo + hi) / 2, s = sinhl(t / 2);
        *(log1pl(2 * s * s) > t * G ? &hi : &lo) = t;
    }
    return lo;
}

START_TEST(noise_of_plus_and_minus_one_is_solved_to_rounding) {
    static const double G[] = {1e-9, 1e-4, 0.01, 0.2, 0.5, 0.9, 0.999};
    for (size_t k = 0; k < sizeof G / sizeof *G; k++) {
        const double theta = two_values(G[k] - 1, G[k] + 1, 0.5);
        const double exact = (double)even_exponent(G[k]);
        /* g is rounded to 1e-16 of the noise: what is left of a small G has fewer digits */
        ck_assert_double_le(fabs(theta / exact - 1), 1e-12 + 3e-16 / G[k]);
        ck_assert_double_le(fabs(cosh(theta) * exp(-theta * G[k]) - 1), 1e-12);
        ck_assert_double_le(fabs(two_values(-G[k] - 1, 1 - G[k], 0.5) + theta),
                            1e-12 * theta + 3e-16);
        ck_assert_double_ge(theta,
                            2 * G[k] * (1 - 3e-16 / G[k])); /* steeper than 2 G / C */
    }
}
END_TEST

START_TEST(gradients_of_one_sign_cannot_be_climbed_against) {
    ck_assert(two_values(1, 2, 0.5) == HUGE_VAL);
    ck_assert(two_values(-1, -2, 0.5) == -HUGE_VAL);
    ck_assert(two_values(0, 2, 0.5) == HUGE_VAL); /* at most, one stays */
    ck_assert(two_values(-1, 1, 0.5) == 0);
    ck_assert(two_values(0, 0, 0.5) == 0);
    ck_assert(isfinite(two_values(-1e-300, 1, 0.5)));
    ck_assert(isfinite(two_values(-1e9, 1e12, 0.5)));
}
END_TEST

/* B independent draws multiply the exponent by B; batches without replacement have their own. */
static double exponent_of(size_t n, size_t B, enum sampling sampling, bool table,
                          double w) {
    const struct example_spec spec = {
        .dims = 1, .n = n, .B = B, .sampling = sampling, .table = table, .eta = {0.1, 0}};
    struct model *m = example_model(&spec);
    struct exponent *e = exponent_create(m, &err);
    double theta;
    OK(e != NULL);
    OK(exponent_at(e, 1, &w, &theta, &err));
    exponent_destroy(e);
    model_destroy(m);
    return theta;
}

static double exponent_of_batches(size_t n, size_t B, enum sampling sampling, double w) {
    const struct example_spec spec = {
        .dims = 1, .n = n, .B = B, .sampling = sampling, .eta = {0.1, 0}};
    struct model *m = example_model(&spec);
    struct gradient_law *law = gradient_law_enumerated(m, 0, &err);
    OK(law != NULL);
    void *scratch = law->make_scratch(law, &err);
    struct outcome *value = calloc(law->most, sizeof *value);
    size_t count;
    OK(scratch != NULL && law->values(law, &w, scratch, value, &count, &err));
    const double theta = exponent_solve(count, value);
    free(value);
    law->free_scratch(scratch);
    gradient_law_destroy(law);
    model_destroy(m);
    return theta;
}

START_TEST(batches_have_the_exponent_of_their_law) {
    for (double w = 0.1; w < 0.6; w += 0.1)
        for (size_t B = 1; B <= 4; B++) {
            const double one = exponent_of(6, 1, WITH_REPLACEMENT, false, w);
            const double with = exponent_of(6, B, WITH_REPLACEMENT, false, w);
            const double table = exponent_of(6, B, WITH_REPLACEMENT, true, w);
            ck_assert(isfinite(one) && one != 0);
            ck_assert_double_le(fabs(with / one / (double)B - 1), 1e-14);
            ck_assert_double_le(fabs(table / with - 1), 1e-13);
            const double slow = exponent_of_batches(6, B, WITH_REPLACEMENT, w);
            ck_assert_double_le(fabs(slow / with - 1), 1e-12);
            const double without = exponent_of(6, B, WITHOUT_REPLACEMENT, false, w);
            ck_assert(without == exponent_of_batches(6, B, WITHOUT_REPLACEMENT, w) ||
                      B == 1);
            ck_assert(isfinite(without));
        }
    ck_assert(isinf(exponent_of(6, 6, WITHOUT_REPLACEMENT, false, 0.3))); /* no noise */
}
END_TEST

START_TEST(what_has_no_exponent_is_refused) {
    static const struct example_spec specs[] = {
        {.dims = 2, .n = 4, .B = 1, .eta = {0.1, 0.1}},
        {.dims = 1, .n = 4, .B = 1, .eta = {0.1, 0}, .momentum = 0.5},
        {.dims = 1, .n = 4, .B = 2, .eta = {0.1, 0}, .sampling = RESHUFFLED},
        {.dims = 1, .n = 40, .B = 20, .eta = {0.1, 0}, .sampling = WITHOUT_REPLACEMENT}};
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        struct model *m = example_model(&specs[k]);
        ck_assert(exponent_create(m, &err) == NULL);
        ck_assert_int_eq(err.kind, ERROR_SETTINGS);
        model_destroy(m);
    }
}
END_TEST

/* Integral of the exponent of the double well with noise +-1 from its minimum to the saddle, by
 * the midpoint rule; 2 G / C gives 1/2. */
static double barrier_of_the_double_well(void) {
    enum { PARTS = 20000 };
    double sum = 0;
    for (int k = 0; k < PARTS; k++) {
        const double w = -1 + (k + 0.5) / PARTS, G = w * w * w - w;
        sum += two_values(G - 1, G + 1, 0.5) / PARTS;
    }
    return sum;
}

/* d ln(eta mean steps) / d(1/eta) goes to the barrier, with an error of order eta^2. */
START_TEST(mean_steps_grow_with_the_exponent_s_barrier) {
    static const double eta[] = {0.06, 0.04, 0.03, 0.02};
    const double barrier = barrier_of_the_double_well();
    double log_time[4], off[3];
    for (int k = 0; k < 4; k++) {
        const struct examples sgd = sgd_of(2, double_well, eta[k]);
        struct grid *grid = line_of(560, -2, 0.8);
        struct transfer *op = transfer_of(&sgd.process, grid);
        bool target[560];
        for (size_t i = 0; i < 560; i++)
            target[i] = grid->axis[0]->centre[i] > 0;
        struct mean_steps steps;
        OK(mean_steps_find(op, target, NULL, &steps, &err));
        log_time[k] = log(eta[k] * mean_steps_at(&steps, (const double[]){-1}));
        mean_steps_finish(&steps);
        transfer_destroy(op);
        grid_destroy(grid);
    }
    for (int k = 0; k < 3; k++) {
        const double slope =
            (log_time[k + 1] - log_time[k]) / (1 / eta[k + 1] - 1 / eta[k]);
        off[k] = slope / barrier - 1;
        if (getenv("SHOW")) printf("slope %.6f, barrier %.6f\n", slope, barrier);
        ck_assert(slope > 1.05 * 0.5); /* what 2 G / C says is far */
    }
    ck_assert_double_le(fabs(off[2]), 0.005);
    ck_assert_double_le(fabs(off[2]), fabs(off[0]) / 2);
}
END_TEST

Suite *exponent_suite(void);
Suite *exponent_suite(void) {
    Suite *s = suite_create("exponent");
    TCase *t = tcase_create("equation");
    tcase_add_test(t, unequal_chances_have_the_logarithm_of_their_ratio);
    tcase_add_test(t, noise_of_plus_and_minus_one_is_solved_to_rounding);
    tcase_add_test(t, gradients_of_one_sign_cannot_be_climbed_against);
    suite_add_tcase(s, t);
    t = tcase_create("model");
    tcase_add_test(t, batches_have_the_exponent_of_their_law);
    tcase_add_test(t, what_has_no_exponent_is_refused);
    suite_add_tcase(s, t);
    t = tcase_create("chain");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, mean_steps_grow_with_the_exponent_s_barrier);
    suite_add_tcase(s, t);
    return s;
}
