/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stationary laws of discrete processes. */
#include "solver/transfer/masses.h"
#include "solver/transfer/stationary_law.h"
#include "tests/solver/transfer/processes.h"
#include <math.h>
#include <stdio.h>

static struct stationary_law law_of(const struct process *process,
                                    const struct grid *grid) {
    struct error err;
    struct transfer *op = transfer_of(process, grid);
    struct stationary_law law;
    ck_assert_msg(stationary_law_find(op, NULL, &law, &err), "%s", err.message);
    transfer_destroy(op);
    return law;
}

START_TEST(the_variance_of_a_linear_map_is_exact) {
    const struct examples sgd = sgd_of(4, curvature_noise, 0.2);
    for (size_t cells = 100; cells <= 500; cells += 200) {
        struct grid *grid = line_of(cells, -4, 4);
        struct stationary_law law = law_of(&sgd.process, grid);
        double square = 0;
        for (size_t i = 0; i < cells; i++)
            square += law.mass[i] * grid->axis[0]->centre[i] * grid->axis[0]->centre[i];
        if (getenv("SHOW"))
            printf("%zu cells: %.2e, residual %.1e, negative %.1e, relaxation %.6f\n",
                   cells, square / curvature_noise_variance(0.2) - 1, law.residual,
                   law.negative, law.relaxation);
        ck_assert_int_eq(law.kind, LAW_UNIQUE);
        ck_assert_double_le(fabs(square / curvature_noise_variance(0.2) - 1), 1e-12);
        ck_assert_double_le(law.residual, 1e-14);
        /* The slowest eigenvalue is that of the mean, 1 - eta. */
        ck_assert_double_le(fabs(law.relaxation * 0.2 - 1), 1e-6);
        stationary_law_finish(&law);
        grid_destroy(grid);
    }
}
END_TEST

/* docs/theory.md 4.4, T = 0.002, s = sqrt(2/T); SGD itself. */
static double wide_narrow_T = 0.002;
static double wide_narrow(size_t k, double w) {
    const double s = sqrt(2 / wide_narrow_T), sign = k ? -1 : 1;
    const double u = w < 0 ? w + 1 : (w - 2) / 2, G = 4 * u - 4 * u * u * u;
    return w < 0 ? G + sign * s : (G - sign * s) / 2;
}

START_TEST(the_narrow_well_has_its_mass) {
    for (size_t cells = 192; cells <= 1536; cells *= 2) {
        const struct examples sgd = sgd_of(2, wide_narrow, wide_narrow_T);
        struct grid *grid = line_of(cells, -2, 4);
        struct stationary_law law = law_of(&sgd.process, grid);
        const double narrow = masses_sum(cells / 3, law.mass);
        if (getenv("SHOW"))
            printf(
                "%zu cells: narrow %.7f, residual %.1e, negative %.1e, relaxation %.6g\n",
                cells, narrow, law.residual, law.negative, law.relaxation);
        ck_assert_double_le(fabs(narrow - 0.012258), 2e-6);
        stationary_law_finish(&law);
        grid_destroy(grid);
    }
}
END_TEST

Suite *stationary_law_suite(void);
Suite *stationary_law_suite(void) {
    Suite *s = suite_create("stationary_law");
    TCase *t = tcase_create("line");
    tcase_add_test(t, the_variance_of_a_linear_map_is_exact);
    tcase_add_test(t, the_narrow_well_has_its_mass);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return s;
}
