/* SPDX-License-Identifier: GPL-3.0-or-later
 * Order of the first two moments in space where the noise vanishes at a wall, at every shape
 * of the stationary Gamma law: b = a - x, D = x/2 (shape 2a). Moments obey
 *     m' = a - m,   q' = (2a + 1) m - 2 q. */
#include "solver/fv/initial.h"
#include "solver/fv/line/moments.h"
#include "tests/convergence/implicit.h"
#include "tests/slope.h"
#include "tests/solver/fv_models.h"

enum { LEVELS = 4, FIRST = 80 };

static double line(double x, const double *a) {
    return a[0] - x;
}
static double noise(double x, const double *a) {
    return x / 2 + 0 * a[0];
}
static double noise_slope(double x, const double *a) {
    return 0.5 + 0 * (x + a[0]);
}

static struct moments advance(double a, size_t cells, double mean, double std, double t) {
    const struct model1 m = {line, noise, noise_slope, NULL, 0, {a}};
    const struct coefficients c = model1_coefficients(&m);
    struct grid *grid = grid1(&(struct axis_spec){.cells = cells, .lo = 0, .hi = 16});
    struct error err = {0};
    struct line_generator *g = line_generator_create(grid, &c, &err);
    double *p = calloc(cells, sizeof *p), outside;
    ck_assert(g != NULL &&
              initial_gaussians(grid, 1, &(struct gaussian){1, {mean}, {std}, 0}, p,
                                &outside, &err));
    implicit_advance(g, t, 40, p);
    const struct moments out = line_moments(g, p);
    free(p);
    line_generator_destroy(g);
    grid_destroy(grid);
    return out;
}

static const double shape[] = {.05, .3, 1, 2.5, 10};

START_TEST(moments_have_order_two_at_every_shape) {
    const double a = shape[_i] / 2, m0 = 3, q0 = 9 + .36, t = 1, e = exp(-t);
    const double m = a + (m0 - a) * e;
    const double q =
        q0 * e * e + (2 * a + 1) * (a * (1 - e * e) / 2 + (m0 - a) * (e - e * e));
    double h[LEVELS], error[LEVELS];
    for (int k = 0; k < LEVELS; k++) {
        const struct moments found = advance(a, (size_t)FIRST << k, m0, 0.6, t);
        h[k] = ldexp(1, -k);
        error[k] = fabs(found.mean - m) + fabs(found.variance - (q - m * m));
    }
    const double order = slope(LEVELS - 1, h + 1, error + 1);
    ck_assert_msg(1.8 < order && order < 2.2,
                  "shape %g: order %.3f, errors %.2e %.2e %.2e %.2e", shape[_i], order,
                  error[0], error[1], error[2], error[3]);
    ck_assert_double_lt(error[LEVELS - 1], 1.5e-3);
}
END_TEST

Suite *order_walls_suite(void);
Suite *order_walls_suite(void) {
    Suite *suite = suite_create("order_walls");
    TCase *orders = tcase_create("orders");
    tcase_set_timeout(orders, 60);
    tcase_add_loop_test(orders, moments_have_order_two_at_every_shape, 0,
                        sizeof shape / sizeof *shape);
    suite_add_tcase(suite, orders);
    return suite;
}
