/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walls at which the noise vanishes: exponents, classes, exact laws and times. */
#include "grids/field.h"
#include "solver/fv/moments1.h"
#include "tests/solver/fv_models.h"
#include <float.h>
#include <stdlib.h>

/* b = a0 - a1 x, D = a2 x^a3 */
static double line(double x, const double *a) {
    return a[0] - a[1] * x;
}
static double power_D(double x, const double *a) {
    return a[2] * pow(x, a[3]);
}
static double power_dD(double x, const double *a) {
    return a[2] * a[3] * pow(x, a[3] - 1);
}

static struct generator1 *make(const struct model1 *m, const struct axis_spec *spec,
                               struct grid **grid) {
    struct error err = {0};
    struct coefficients c = model1_coefficients(m);
    *grid = grid1(spec);
    struct generator1 *g = generator1_create(*grid, &c, &err);
    ck_assert_msg(g != NULL, "%s", err.message);
    return g;
}

static void finish(struct generator1 *g, struct grid *grid) {
    generator1_destroy(g);
    grid_destroy(grid);
}

/* ------------------------------------------------------------------- an open wall */

/* b = s d + d, D = d x: p = 1 has the current s d everywhere (s <= 0: into the wall). */
START_TEST(a_constant_current_into_an_open_wall_is_exact) {
    static const double s[] = {-0.05, -0.5, -0.95, -1, -1.5, -3};
    for (size_t k = 0; k < sizeof s / sizeof *s; k++) {
        const struct model1 m = {line, power_D, power_dD, NULL, 0, {0.5 * (s[k] + 1), 0, 0.5, 1}};
        struct grid *grid;
        struct generator1 *g = make(&m, &(struct axis_spec){.cells = 20, .lo = 0, .hi = 2, .boundary = {ABSORBING, REFLECTING}}, &grid);
        double p[20], J[21];
        for (int i = 0; i < 20; i++)
            p[i] = 1;
        generator1_flux(g, p, J);
        for (int f = 0; f < 20; f++)
            ck_assert_msg(fabs(J[f] / (0.5 * s[k]) - 1) < 1e-9, "s = %g: J[%d] = %g s d", s[k], f, J[f] / (0.5 * s[k]));
        finish(g, grid);
    }
}
END_TEST

Suite *walls1_suite(void);
Suite *walls1_suite(void) {
    Suite *suite = suite_create("walls1");
    TCase *open = tcase_create("open walls");
    tcase_add_test(open, a_constant_current_into_an_open_wall_is_exact);
    suite_add_tcase(suite, open);
    return suite;
}
