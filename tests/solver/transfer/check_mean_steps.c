/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean first-passage steps of discrete processes. */
#include "solver/transfer/mean_steps.h"
#include "tests/solver/transfer/processes.h"
#include <math.h>
#include <stdio.h>

static double from_minus_one(double eta, size_t cells, double *defect) {
    struct error err;
    const struct examples sgd = sgd_of(2, double_well, eta);
    struct grid *grid = line_of(cells, -2, 0.8);
    struct transfer *op = transfer_of(&sgd.process, grid);
    bool *target = calloc(cells, sizeof *target);
    for (size_t i = 0; i < cells; i++)
        target[i] = grid->axis[0]->centre[i] > 0;
    struct mean_steps steps;
    ck_assert_msg(mean_steps_find(op, target, NULL, &steps, &err), "%s", err.message);
    const double tau = mean_steps_at(&steps, (const double[]){-1});
    *defect = steps.defect;
    mean_steps_finish(&steps);
    free(target);
    transfer_destroy(op);
    grid_destroy(grid);
    return tau;
}

START_TEST(the_double_well_is_left_after_its_mean_steps) {
    for (double eta = 0.1; eta > 0.02; eta /= 2)
        for (size_t cells = 280; cells <= 2240; cells *= 2) {
            double defect;
            const double tau = from_minus_one(eta, cells, &defect);
            if (getenv("SHOW"))
                printf("%g %zu cells: %.8g, defect %.1e\n", eta, cells, tau, defect);
        }
}
END_TEST

Suite *mean_steps_suite(void);
Suite *mean_steps_suite(void) {
    Suite *s = suite_create("mean_steps");
    TCase *t = tcase_create("line");
    tcase_add_test(t, the_double_well_is_left_after_its_mean_steps);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return s;
}
