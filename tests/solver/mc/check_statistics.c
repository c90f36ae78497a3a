/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tail probabilities against known values, the comparison's figures against their
 * definitions, verdicts, and the fit of a power law. Calibration: convergence/. */
#include "solver/mc/compare.h"
#include "solver/mc/fit.h"
#include "solver/mc/random.h"
#include "solver/mc/statistics.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
#define OK(call) ck_assert_msg((call), "%s", err.message)

static void relative(double got, double right, double tolerance) {
    ck_assert_msg(fabs(got / right - 1) < tolerance, "%.16g, expected %.16g", got, right);
}

/* --- Tails -------------------------------------------------------------------------------
 */

START_TEST(chi2_tail_has_known_values) {
    relative(chi2_tail(3.841458820694124, 1), 0.05, 1e-12);
    relative(chi2_tail(10, 3), erfc(sqrt(5)) + sqrt(20 / M_PI) * exp(-5), 1e-12);
    /* even k: Poisson sums e^-y sum_{j < k/2} y^j / j! */
    for (int k = 2; k <= 400; k += 38) {
        const double chi2 = 1.3 * k + 5, y = chi2 / 2;
        double term = exp(-y), sum = 0;
        for (int j = 0; j < k / 2; j++)
            sum += term, term *= y / (j + 1);
        relative(chi2_tail(chi2, k), sum, 1e-11);
    }
    ck_assert_double_eq(chi2_tail(0, 5), 1);
}
END_TEST

START_TEST(gamma_tail_is_continuous_where_the_method_changes) {
    for (double a = 0.5; a < 1e5; a *= 3) {
        const double below = gamma_tail(a, (a + 1) * (1 - 1e-12));
        const double above = gamma_tail(a, (a + 1) * (1 + 1e-12));
        ck_assert_double_lt(fabs(below - above), 1e-9);
    }
}
END_TEST

START_TEST(normal_quantile_inverts_the_tail) {
    relative(normal_quantile(0.975), 1.959963984540054, 1e-13);
    for (double p = 1e-300; p < 0.5; p *= 7)
        relative(normal_tail(-normal_quantile(p)), p, 1e-10);
    ck_assert_double_eq_tol(normal_quantile(0.5), 0, 1e-15);
    ck_assert_double_eq_tol(normal_quantile(0.2), -normal_quantile(0.8), 1e-14);
}
END_TEST

/* Q_KS(1.3581) = .05, Q_KS(1.9495) = .001 (Smirnov's table); both ends. */
START_TEST(ks_tail_has_known_values) {
    const double n = 1e12, root = 1e6 + 0.12;
    ck_assert_double_eq_tol(ks_tail(1.3581 / root, n), 0.05, 5e-6);
    ck_assert_double_eq_tol(ks_tail(1.9495 / root, n), 0.001, 1e-6);
    ck_assert_double_eq(ks_tail(0, n), 1);
    ck_assert_double_lt(ks_tail(1, n), 1e-300);
    ck_assert_double_eq_tol(ks_tail(0.2000001 / root, n), 1, 1e-9);
}
END_TEST

/* Holm's own example shape: sorted p times n, n-1, ..., made monotone, at most 1. */
START_TEST(holm_is_the_step_down_correction) {
    const double p[5] = {0.04, 0.001, 0.03, 0.5, 0.011};
    const double right[5] = {0.09, 0.005, 0.09, 0.5, 0.044};
    double adjusted[5];
    holm_adjust(5, p, adjusted);
    for (int i = 0; i < 5; i++)
        ck_assert_double_eq_tol(adjusted[i], right[i], 1e-15);
}
END_TEST

/* --- Comparison
 * --------------------------------------------------------------------------- */

enum { CELLS = 50 };
static struct grid *grid_of(size_t nx, size_t ny) {
    struct axis *x = axis_create(
        &(struct axis_spec){.cells = nx, .lo = 0, .hi = 1, .multiple = 1}, &err);
    struct axis *y =
        ny == 0
            ? NULL
            : axis_create(&(struct axis_spec){.cells = ny, .lo = 0, .hi = 1, .multiple = 1},
                          &err);
    struct grid *grid = grid_create(x, y, &err);
    OK(grid != NULL);
    return grid;
}

/* A density whose tails need merging, and counts that are off it by hand. */
START_TEST(figures_are_their_definitions) {
    struct grid *grid = grid_of(CELLS, 0);
    double P[CELLS], z[CELLS], sum = 0, chi2 = 0, l1 = 0, D = 0, cumulated = 0;
    int64_t counts[CELLS], total = 0;
    for (int i = 0; i < CELLS; i++)
        sum += P[i] = 1.2 + sin(0.1 * i);
    for (int i = 0; i < CELLS; i++) {
        P[i] /= sum;
        counts[i] = (int64_t)(1e4 * P[i]) + i % 7 - 3;
        total += counts[i];
    }
    const double N = (double)total;
    for (int i = 0; i < CELLS; i++) {
        const double diff = (double)counts[i] / N - P[i];
        chi2 += N * diff * diff / P[i];
        l1 += fabs(diff);
        cumulated += diff;
        D = fmax(D, fabs(cumulated));
    }
    struct comparison c;
    OK(compare_with_density(grid, counts, (uint64_t)total, P, 0.05, z, &c, &err));
    ck_assert_uint_eq(c.bins, CELLS);
    relative(c.chi2, chi2, 1e-10);
    relative(c.chi2_p, chi2_tail(chi2, CELLS - 1), 1e-9);
    relative(c.l1, l1, 1e-10);
    relative(c.ks, D, 1e-10);
    relative(c.divergence, (chi2 - CELLS + 1) / N, 1e-10);
    relative(z[9], ((double)counts[9] - N * P[9]) / sqrt(N * P[9] * (1 - P[9])), 1e-10);
    ck_assert_int_eq(c.verdict, VERDICT_AGREE);
    ck_assert_ptr_nonnull(strstr(c.sentence, "agree within the tolerance 0.05"));
    grid_destroy(grid);
}
END_TEST

/* n1 = n2 doubled ... against the classical two-sample statistic. */
START_TEST(two_samples_give_the_classical_chi2) {
    struct grid *grid = grid_of(4, 0);
    const int64_t a[4] = {100, 200, 300, 400}, b[4] = {60, 90, 170, 180};
    double chi2 = 0;
    struct comparison c;
    OK(compare_samples(grid, a, 1000, b, 500, 0.01, NULL, &c, &err));
    for (int i = 0; i < 4; i++)
        chi2 += pow(sqrt(0.5) * (double)a[i] - sqrt(2) * (double)b[i], 2) /
                (double)(a[i] + b[i]);
    relative(c.chi2, chi2, 1e-12);
    relative(c.samples, 1000.0 * 500 / 1500, 1e-15);
    relative(c.ks, 0.04, 1e-9); /* after cell 2: .6 and .64 */
    ck_assert_int_eq(c.verdict, VERDICT_CANNOT_TELL);
    ck_assert_double_gt(c.needed, 1000);
    grid_destroy(grid);
}
END_TEST

/* 5 walkers a cell in the smaller ensemble: cells merge in pairs. */
START_TEST(both_samples_fill_the_bins) {
    struct grid *grid = grid_of(20, 0);
    int64_t a[20], b[20];
    struct comparison c;
    for (int i = 0; i < 20; i++)
        a[i] = 500, b[i] = 5;
    OK(compare_samples(grid, a, 10000, b, 100, 0.01, NULL, &c, &err));
    ck_assert_uint_eq(c.bins, 10);
    grid_destroy(grid);
}
END_TEST

/* Empty cells and far tails merge; what is absorbed is compared with the mass lost. */
START_TEST(rare_cells_merge_and_the_absorbed_count) {
    struct grid *grid = grid_of(10, 0);
    double P[10] = {0.5, 0, 0, 1e-9, 0.2, 0, 0, 0, 0, 0}; /* .3 is lost */
    int64_t counts[10] = {500, 0, 0, 0, 200, 0, 0, 0, 0, 0};
    struct comparison c;
    OK(compare_with_density(grid, counts, 1000, P, 0.2, NULL, &c, &err));
    ck_assert_uint_eq(c.bins, 3);
    ck_assert_double_lt(c.chi2, 1e-5);
    ck_assert_int_eq(c.verdict, VERDICT_AGREE);
    counts[0] = 800; /* none was absorbed */
    OK(compare_with_density(grid, counts, 1000, P, 0.2, NULL, &c, &err));
    ck_assert_int_eq(c.verdict, VERDICT_DIFFER);
    relative(c.ks, 0.3, 1e-6);
    grid_destroy(grid);
}
END_TEST

/* Counts for N walkers with P times 1 + amount sin(2 pi x) along the first axis, rounded.
 */
static void counts_of(const struct grid *grid, double N, double amount, double *P,
                      int64_t *counts) {
    double carried = 0;
    for (size_t i = 0; i < grid->cells; i++) {
        const size_t column = i % grid->axis[0]->cells;
        P[i] = 1 / (double)grid->cells;
        const double wave = sin(2 * M_PI * grid->axis[0]->centre[column]);
        const double exact = N * P[i] * (1 + amount * wave) + carried;
        counts[i] = (int64_t)floor(exact + 0.5);
        carried = exact - (double)counts[i];
    }
}

/* A smooth error of 3 %: D = amount / pi sin... = .03/pi = .0095 at the middle. */
static const struct {
    double N, amount, delta;
    enum verdict verdict;
} verdicts[] = {
    {1e6, 0.03, 0.005, VERDICT_DIFFER},      {1e6, 0.03, 0.02, VERDICT_AGREE},
    {1e3, 0.03, 0.005, VERDICT_CANNOT_TELL}, {1e6, 0, 0.005, VERDICT_AGREE},
    {1e3, 0, 0.005, VERDICT_CANNOT_TELL},    {1e6, 0.03, 0.0096, VERDICT_CANNOT_TELL},
};

START_TEST(the_verdict_has_three_values) {
    for (size_t ny = 0; ny <= 4; ny += 4) {
        struct grid *grid = grid_of(20, ny);
        double P[80];
        int64_t counts[80];
        struct comparison c;
        counts_of(grid, verdicts[_i].N, verdicts[_i].amount, P, counts);
        OK(compare_with_density(grid, counts, (uint64_t)verdicts[_i].N, P,
                                verdicts[_i].delta, NULL, &c, &err));
        ck_assert_msg(c.verdict == verdicts[_i].verdict, "%s", c.sentence);
        ck_assert((c.verdict == VERDICT_CANNOT_TELL) == (c.needed > verdicts[_i].N));
        if (verdicts[_i].amount > 0)
            ck_assert_double_eq_tol(c.ks, 0.0095, 0.0003 + 2 / verdicts[_i].N);
        ck_assert(c.ks_lower <= c.ks && c.ks <= c.ks_upper);
        grid_destroy(grid);
    }
}
END_TEST

/* A difference along y alone is seen. */
START_TEST(both_marginals_count) {
    struct grid *grid = grid_of(2, 2);
    const double P[4] = {0.25, 0.25, 0.25, 0.25};
    const int64_t counts[4] = {3000, 3000, 2000, 2000};
    struct comparison c;
    OK(compare_with_density(grid, counts, 10000, P, 0.01, NULL, &c, &err));
    relative(c.ks, 0.1, 1e-12);
    ck_assert_int_eq(c.verdict, VERDICT_DIFFER);
    grid_destroy(grid);
}
END_TEST

START_TEST(snapshots_are_corrected_by_holm) {
    struct comparison each[3] = {{.p = 0.0005, .verdict = VERDICT_DIFFER, .ks = 0.1},
                                 {.p = 0.3, .verdict = VERDICT_AGREE},
                                 {.p = 0.9, .verdict = VERDICT_CANNOT_TELL, .needed = 50}};
    struct comparison_summary s;
    OK(compare_summarise(3, each, &s, &err)); /* .0005 * 3 is not below .001 */
    ck_assert_double_eq_tol(s.p, 0.0015, 1e-15);
    ck_assert_int_eq(s.verdict, VERDICT_CANNOT_TELL);
    ck_assert_double_eq(s.needed, 50);
    each[0].p = 0.0001;
    OK(compare_summarise(3, each, &s, &err));
    ck_assert_int_eq(s.verdict, VERDICT_DIFFER);
    ck_assert_uint_eq(s.worst, 0);
    OK(compare_summarise(1, each + 1, &s, &err));
    ck_assert_int_eq(s.verdict, VERDICT_AGREE);
}
END_TEST

/* --- Fit ---------------------------------------------------------------------------------
 */

/* Student's t with nu = 2 s - 1 from normals: x = z / sqrt(c) / sqrt(sum of nu squares),
 * which has density (1 + c x^2)^-(nu+1)/2. */
static void count_student(uint64_t seed, int nu, double c, size_t samples,
                          const struct axis *axis, int64_t *counts) {
    double z[2][RANDOM_BLOCK], chi[RANDOM_BLOCK];
    memset(counts, 0, axis->cells * sizeof *counts);
    for (size_t b = 0; b < samples / RANDOM_BLOCK; b++) {
        memset(chi, 0, sizeof chi);
        const struct random_key key = {seed, b};
        for (int k = 0; k < nu; k++) {
            random_normals(key, RANDOM_NOISE, (uint64_t)k, 0, z[0], z[1]);
            for (size_t i = 0; i < RANDOM_BLOCK; i++)
                chi[i] += z[0][i] * z[0][i];
        }
        random_normals(key, RANDOM_NOISE, (uint64_t)nu, 0, z[0], z[1]);
        for (size_t i = 0; i < RANDOM_BLOCK; i++) {
            const size_t cell = axis_find(axis, z[0][i] / sqrt(c * chi[i]));
            if (cell < axis->cells) counts[cell]++;
        }
    }
}

/* s = 3 and 6 (kappa = 2 and 5 for plain SGD), c = 2; a wide axis and one that cuts tails.
 */
START_TEST(the_fit_finds_the_exponent_and_its_error) {
    const int nu = _i < 2 ? 5 : 11;
    const double half = _i % 2 == 0 ? 8 : 1, s = 0.5 * (nu + 1), c = 2;
    struct axis *axis = axis_create(
        &(struct axis_spec){.cells = 800, .lo = -half, .hi = half, .multiple = 1}, &err);
    int64_t *counts = malloc(800 * sizeof *counts);
    count_student(3, nu, c, 200000, axis, counts);
    struct power_law fit, again;
    OK(fit_power_law(axis, counts, 0, NULL, &fit, &err));
    ck_assert_double_lt(fabs(fit.s.value - s), 3 * fit.s.error);
    ck_assert_double_lt(fabs(fit.c.value - c), 3 * fit.c.error);
    ck_assert_double_lt(fit.s.error, (_i % 2 == 0 ? 0.03 : 0.3) * s);
    OK(fit_power_law(axis, counts, 0, (double[]){1, 20}, &again, &err));
    relative(again.s.value, fit.s.value, 1e-5);
    ck_assert_int_lt(fit.iterations, 60);
    free(counts);
    axis_destroy(axis);
}
END_TEST

/* Over 40 samples the mean square of (s - true)/error is 1 within 3 sqrt(2/40). */
START_TEST(the_errors_of_the_fit_are_right) {
    enum { REPEATS = 40 };
    struct axis *axis = axis_create(
        &(struct axis_spec){.cells = 300, .lo = -6, .hi = 6, .multiple = 1}, &err);
    int64_t counts[300];
    double sum = 0;
    for (uint64_t r = 0; r < REPEATS; r++) {
        struct power_law fit;
        count_student(100 + r, 5, 1, 10000, axis, counts);
        OK(fit_power_law(axis, counts, 0, NULL, &fit, &err));
        sum += pow((fit.s.value - 3) / fit.s.error, 2);
    }
    ck_assert_double_lt(fabs(sum / REPEATS - 1), 3 * sqrt(2.0 / REPEATS));
    axis_destroy(axis);
}
END_TEST

START_TEST(a_normal_law_is_no_power_law) {
    struct axis *axis = axis_create(
        &(struct axis_spec){.cells = 200, .lo = -4, .hi = 4, .multiple = 1}, &err);
    int64_t counts[200];
    struct power_law fit;
    for (size_t i = 0; i < 200; i++)
        counts[i] = (int64_t)(1e5 * exp(-0.5 * axis->centre[i] * axis->centre[i]));
    ck_assert(!fit_power_law(axis, counts, 0, NULL, &fit, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    memset(counts, 0, sizeof counts);
    ck_assert(!fit_power_law(axis, counts, 0, NULL, &fit, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "too few"));
    axis_destroy(axis);
}
END_TEST

Suite *statistics_suite(void);
Suite *statistics_suite(void) {
    Suite *suite = suite_create("statistics");
    TCase *tails = tcase_create("tails");
    tcase_add_test(tails, chi2_tail_has_known_values);
    tcase_add_test(tails, gamma_tail_is_continuous_where_the_method_changes);
    tcase_add_test(tails, normal_quantile_inverts_the_tail);
    tcase_add_test(tails, ks_tail_has_known_values);
    tcase_add_test(tails, holm_is_the_step_down_correction);
    suite_add_tcase(suite, tails);
    TCase *comparison = tcase_create("comparison");
    tcase_add_test(comparison, figures_are_their_definitions);
    tcase_add_test(comparison, two_samples_give_the_classical_chi2);
    tcase_add_test(comparison, both_samples_fill_the_bins);
    tcase_add_test(comparison, rare_cells_merge_and_the_absorbed_count);
    tcase_add_loop_test(comparison, the_verdict_has_three_values, 0,
                        (int)(sizeof verdicts / sizeof *verdicts));
    tcase_add_test(comparison, both_marginals_count);
    tcase_add_test(comparison, snapshots_are_corrected_by_holm);
    suite_add_tcase(suite, comparison);
    TCase *fit = tcase_create("fit");
    tcase_add_loop_test(fit, the_fit_finds_the_exponent_and_its_error, 0, 4);
    tcase_add_test(fit, the_errors_of_the_fit_are_right);
    tcase_add_test(fit, a_normal_law_is_no_power_law);
    tcase_set_timeout(fit, 60);
    suite_add_tcase(suite, fit);
    return suite;
}
