/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distances of two laws on a grid, and what they say of the density. */
#include "solver/laws/law_distances.h"
#include "solver/laws/law_verdict.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

static struct axis *line_of(size_t cells, double lo, double hi) {
    struct error err;
    struct axis *axis = axis_create(
        &(struct axis_spec){.cells = cells, .lo = lo, .hi = hi, .multiple = 1}, &err);
    ck_assert_msg(axis != NULL, "%s", err.message);
    return axis;
}

/* Averages of a normal law over the cells. */
static void normal(const struct axis *axis, double mean, double sd, double *p) {
    for (size_t i = 0; i < axis->cells; i++)
        p[i] = 0.5 *
               (erfc((axis->face[i] - mean) / (sd * sqrt(2))) -
                erfc((axis->face[i + 1] - mean) / (sd * sqrt(2)))) /
               axis->width[i];
}

/* A shift by d: W1 = d; KS = erf(d / (2 sqrt 2 sd)), at the middle; L1 twice that. */
START_TEST(a_shift_has_its_distances) {
    struct error err;
    struct grid *grid = grid_create(line_of(2000, -8, 8), NULL, &err);
    double p[2000], q[2000];
    struct law_distances d;
    normal(grid->axis[0], 0.1, 1, p);
    normal(grid->axis[0], -0.1, 1, q);
    ck_assert(law_distances(grid, p, q, &d, &err));
    const double ks = erf(0.2 / (2 * sqrt(2)));
    ck_assert_double_le(fabs(d.w1 - 0.2), 1e-9);
    ck_assert_double_le(fabs(d.ks - ks), 1e-12);
    ck_assert_double_le(fabs(d.l1 - 2 * ks), 1e-12);
    grid_destroy(grid);
}
END_TEST

/* Same means, other widths: F - G changes its sign inside a cell of odd grids. */
START_TEST(a_change_of_width_has_its_distances) {
    struct error err;
    struct grid *grid = grid_create(line_of(801, -8, 8), NULL, &err);
    double p[801], q[801];
    struct law_distances d;
    normal(grid->axis[0], 0, 1, p);
    normal(grid->axis[0], 0, 1.2, q);
    ck_assert(law_distances(grid, p, q, &d, &err));
    /* W1 of two scales is their difference times E |z|; cells are linear: second order. */
    ck_assert_double_le(fabs(d.w1 - 0.2 * sqrt(2 / acos(-1))), 2e-5);
    grid_destroy(grid);
}
END_TEST

START_TEST(the_plane_takes_the_larger_marginal) {
    struct error err;
    struct grid *grid = grid_create(line_of(80, -8, 8), line_of(100, -8, 8), &err);
    double x[2][80], y[2][100], *p = calloc(grid->cells, sizeof *p),
                                *q = calloc(grid->cells, sizeof *q);
    struct law_distances d;
    normal(grid->axis[0], 0.05, 1, x[0]), normal(grid->axis[0], -0.05, 1, x[1]);
    normal(grid->axis[1], 0.2, 1, y[0]), normal(grid->axis[1], -0.1, 1, y[1]);
    for (size_t k = 0; k < grid->cells; k++) {
        p[k] = x[0][k % 80] * y[0][k / 80];
        q[k] = x[1][k % 80] * y[1][k / 80];
    }
    ck_assert(law_distances(grid, p, q, &d, &err));
    ck_assert_double_le(fabs(d.w1 - 0.3), 1e-6);
    ck_assert_double_le(fabs(d.ks - erf(0.3 / (2 * sqrt(2)))), 1e-3);
    free(p), free(q);
    grid_destroy(grid);
}
END_TEST

static const double times[] = {0, 10, 20};

static struct law_verdict judge(double ks1, double ks2, double error) {
    const struct law_row each[] = {{.ks = 0.5, .ks_error = 0.5, .error_ks = 0.5},
                                   {.ks = ks1, .ks_error = error, .error_ks = error},
                                   {.ks = ks2, .ks_error = error, .error_ks = error / 2}};
    return law_judge(3, each, times, "SGD", 0.01);
}

static void says(struct law_verdict v, enum verdict verdict, const char *sentence) {
    ck_assert_int_eq(v.verdict, verdict);
    ck_assert_str_eq(v.sentence, sentence);
}

/* Nothing differs for certain when the density may be wrong by anything. */
START_TEST(an_unknown_error_of_the_density_is_no_certainty) {
    const struct law_row far[] = {{0}, {.ks = 0.07, .error_ks = 4e-3, .ks_error = NAN}},
                         near[] = {{0}, {.ks = 0.02, .error_ks = 4e-3, .ks_error = NAN}};
    says(law_judge(2, far, times, "SGD", 0.05), VERDICT_CANNOT_TELL,
         "density and the law of SGD are not known well enough to tell: the largest KS "
         "distance, 0.07 +- 0.004 at t = 10 (of the law alone: the density's error is not "
         "known), tolerance 0.05; set accuracy: estimate");
    says(law_judge(2, near, times, "SGD", 0.05), VERDICT_AGREE,
         "density and the law of SGD agree: the largest KS distance, 0.02 +- 0.004 at "
         "t = 10 (of the law alone: the density's error is not known), is below the "
         "tolerance 0.05");
}
END_TEST

START_TEST(verdicts_take_the_errors_into_account) {
    says(judge(0.0131, 0.002, 2e-7), VERDICT_DIFFER,
         "density and the law of SGD differ: the largest KS distance, 0.0131 +- 2e-07 at "
         "t = 10, is above the tolerance 0.01");
    says(judge(0.001, 0.002, 1e-5), VERDICT_AGREE,
         "density and the law of SGD agree: the largest KS distance, 0.002 +- 1e-05 at "
         "t = 20, is below the tolerance 0.01");
    says(judge(0.0099, 0.002, 1e-3), VERDICT_CANNOT_TELL,
         "density and the law of SGD are not known well enough to tell: the largest KS "
         "distance, 0.0099 +- 0.001 at t = 10, tolerance 0.01; take more "
         "cells");
    says(judge(0.0101, 0.0105, 1e-3), VERDICT_CANNOT_TELL,
         "density and the law of SGD are not known well enough to tell: the largest KS "
         "distance, 0.0105 +- 0.001 at t = 20, tolerance 0.01; take more "
         "cells");
    /* One that differs settles it, whatever the others say. */
    says(judge(0.02, 0.0105, 1e-3), VERDICT_DIFFER,
         "density and the law of SGD differ: the largest KS distance, 0.02 +- 0.001 at "
         "t = 10, is above the tolerance 0.01");
    says(law_judge(1, (const struct law_row[]){{.ks = 0.5}}, times, "SGD", 0.01),
         VERDICT_CANNOT_TELL, "no snapshot was compared yet");
    ck_assert_uint_eq(judge(0.0131, 0.002, 2e-7).worst, 1);
    ck_assert_double_eq(judge(0.0131, 0.002, 2e-7).error_ks, 2e-7);
    ck_assert_int_eq(judge(0.0131, 0.002, (double)NAN).verdict, VERDICT_CANNOT_TELL);
    ck_assert_double_nan(judge(0.0131, 0.002, (double)NAN).error_ks);
}
END_TEST

Suite *law_verdict_suite(void);
Suite *law_verdict_suite(void) {
    Suite *s = suite_create("law_verdict");
    TCase *t = tcase_create("distances");
    tcase_add_test(t, a_shift_has_its_distances);
    tcase_add_test(t, a_change_of_width_has_its_distances);
    tcase_add_test(t, the_plane_takes_the_larger_marginal);
    tcase_add_test(t, an_unknown_error_of_the_density_is_no_certainty);
    tcase_add_test(t, verdicts_take_the_errors_into_account);
    suite_add_tcase(s, t);
    return s;
}
