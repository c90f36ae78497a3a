/* SPDX-License-Identifier: GPL-3.0-or-later
 * The transfer operator and the law after many steps. */
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include "tests/slope.h"
#include "tests/solver/transfer/processes.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct law *law_from_point(const struct transfer *op, const double *w) {
    struct error err;
    double *m = calloc(op->grid->cells, sizeof *m);
    transfer_point(op, w, m);
    struct law *law = law_create(op, m, &err);
    ck_assert_msg(law != NULL, "%s", err.message);
    free(m);
    return law;
}

static void advance(struct law *law, uint64_t steps) {
    struct error err;
    ck_assert_msg(law_advance(law, steps, NULL, &err), "%s", err.message);
}

static double moment(const struct law *law, int power) {
    double sum = 0;
    for (size_t i = 0; i < law->op->grid->cells; i++)
        sum += law->mass[i] * pow(law->op->grid->axis[0]->centre[i], power);
    return sum;
}

START_TEST(moments_of_a_linear_map_are_exact_at_every_step) {
    const struct examples sgd = sgd_of(4, curvature_noise, 0.2);
    struct grid *grid = line_of(500, -4, 4);
    struct transfer *op = transfer_of(&sgd.process, grid);
    struct law *law = law_from_point(op, (const double[]){1.3});
    double mean = 1.3, square = 1.3 * 1.3;
    for (int k = 1; k <= 300; k++) {
        advance(law, 1);
        mean *= 1 - 0.2;
        square = curvature_noise_step(0.2, square);
        ck_assert_double_le(fabs(moment(law, 1) - mean), 1e-12);
        ck_assert_double_le(fabs(moment(law, 2) / square - 1), 1e-12);
        ck_assert_double_le(fabs(masses_sum(grid->cells, law->mass) - 1), 1e-13);
    }
    law_destroy(law);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

START_TEST(a_billion_steps_keep_the_mass) {
    const struct examples sgd = sgd_of(4, curvature_noise, 0.2);
    struct grid *grid = line_of(1024, -4, 4);
    struct transfer *op = transfer_of(&sgd.process, grid);
    struct law *law = law_from_point(op, (const double[]){1.3});
    advance(law, 1000000000);
    ck_assert_double_le(fabs(masses_sum(grid->cells, law->mass) - 1), 1e-12);
    ck_assert_double_le(fabs(moment(law, 2) / (curvature_noise_variance(0.2)) - 1), 1e-10);
    ck_assert_uint_eq(law->step, 1000000000);
    if (getenv("SHOW"))
        printf("1e9 steps: mass %.3g, E w^2 %.3g, %d\n",
               masses_sum(grid->cells, law->mass) - 1,
               moment(law, 2) / (curvature_noise_variance(0.2)) - 1,
               (int)law->full_products);
    law_destroy(law);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

Suite *law_suite(void);
Suite *law_suite(void) {
    Suite *s = suite_create("law");
    TCase *t = tcase_create("line");
    tcase_add_test(t, moments_of_a_linear_map_are_exact_at_every_step);
    tcase_add_test(t, a_billion_steps_keep_the_mass);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return s;
}
