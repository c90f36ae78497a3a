/* SPDX-License-Identifier: GPL-3.0-or-later
 * Orders of the finite volumes in space, time integrated to 1e-10 by implicit.h. Errors are
 * L1 distances of cell averages from cell averages. */
#include "grids/field.h"
#include "solver/fv/initial.h"
#include "tests/convergence/implicit.h"
#include "tests/slope.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/line_models.h"

enum { LEVELS = 4, FIRST = 64 }; /* 64 .. 512 cells */

static double wavy_D(double x, const double *a) {
    return a[1] * (1 + a[2] * sin(x + 0.5));
}
static double wavy_dD(double x, const double *a) {
    return a[1] * a[2] * cos(x + 0.5);
}
static double jump_D(double x, const double *a) {
    return x < 0 ? a[1] : a[1] * a[2];
}

struct solution {
    struct grid *grid;
    double *p;
};

static void start(const struct grid *grid, double mean, double std, double *p) {
    struct error err = {0};
    double outside;
    ck_assert(initial_gaussians(grid, 1, &(struct gaussian){1, {mean}, {std}, 0}, p,
                                &outside, &err));
}

static struct solution solve(const struct model1 *model, struct axis_spec spec,
                             size_t cells, double mean, double t) {
    struct error err = {0};
    struct coefficients c = model1_coefficients(model);
    spec.cells = cells;
    struct solution s = {grid1(&spec), calloc(cells, sizeof(double))};
    struct line_generator *g = line_generator_create(s.grid, &c, &err);
    ck_assert_msg(g != NULL, "%s", err.message);
    start(s.grid, mean, 0.4, s.p);
    implicit_advance(g, t, 40, s.p);
    line_generator_destroy(g);
    return s;
}
static void finish(struct solution *s) {
    free(s->p);
    grid_destroy(s->grid);
}

static void check_order(const char *name, const double *error, double least, double most) {
    double h[LEVELS];
    for (int k = 0; k < LEVELS; k++)
        h[k] = ldexp(1, -k);
    const double order = slope(LEVELS - 1, h + 1, error + 1);
    ck_assert_msg(least < order && order < most,
                  "%s: order %.3f, errors %.2e %.2e %.2e %.2e", name, order, error[0],
                  error[1], error[2], error[3]);
}

/* Ornstein-Uhlenbeck, b = -x, D = 1/2, from N(1.5, 0.4^2) to t = 1/2: again normal. */
static void ornstein_uhlenbeck(const struct grid *grid, double *p) {
    const double e = exp(-0.5);
    start(grid, 1.5 * e, sqrt(0.16 * e * e + 0.5 * (1 - e * e)), p);
}

static const struct model1 ou = {linear, second, NULL, NULL, 0, {1, 0.5}};
static const struct axis_spec spacings[] = {
    {.lo = -8, .hi = 8},
    {.spacing = SPACING_SINH, .lo = -8, .hi = 8, .scale = 2},
    {.spacing = SPACING_GEOMETRIC, .lo = -8, .hi = 7, .ratio = 0.4},
};

START_TEST(normal_law_moves_with_order_two_on_every_spacing) {
    double error[LEVELS], exact[FIRST << LEVELS];
    for (int k = 0; k < LEVELS; k++) {
        struct solution s = solve(&ou, spacings[_i], (size_t)FIRST << k, 1.5, 0.5);
        ornstein_uhlenbeck(s.grid, exact);
        error[k] = field_l1(s.grid, s.p, exact);
        finish(&s);
    }
    check_order("OU", error, 1.9, 2.1);
    ck_assert_double_lt(error[LEVELS - 1], 6e-4);
}
END_TEST

/* The error is an even series in h: two grids extrapolated have order four. (Not for the
 * geometric spacing made anew: its map depends a little on the number of cells.) */
START_TEST(two_grids_extrapolated_have_order_four) {
    double error[LEVELS], exact[FIRST << LEVELS], fine[FIRST << LEVELS];
    for (int k = 0; k < LEVELS; k++) {
        const size_t n = (size_t)FIRST << k;
        struct solution s = solve(&ou, spacings[_i], n, 1.5, 0.5),
                        S = solve(&ou, spacings[_i], 2 * n, 1.5, 0.5);
        ornstein_uhlenbeck(s.grid, exact);
        field_restrict(S.grid, 2, S.p, s.grid, fine);
        for (size_t i = 0; i < n; i++)
            fine[i] += (fine[i] - s.p[i]) / 3;
        error[k] = field_l1(s.grid, fine, exact);
        finish(&S);
        finish(&s);
    }
    check_order("extrapolated", error, 3.8, 4.2);
}
END_TEST

/* Against a grid of 2048 cells, whose own error (1/16 of the last one's) raises the slope
 * by about 0.05. */
static void self_convergence(const char *name, const struct model1 *m,
                             const struct axis_spec *spec, double mean, double t,
                             double least) {
    struct solution fine = solve(m, *spec, 4 * (FIRST << (LEVELS - 1)), mean, t);
    double error[LEVELS], expected[FIRST << LEVELS];
    for (int k = 0; k < LEVELS; k++) {
        const size_t n = (size_t)FIRST << k;
        struct solution s = solve(m, *spec, n, mean, t);
        field_restrict(fine.grid, fine.grid->cells / n, fine.p, s.grid, expected);
        error[k] = field_l1(s.grid, s.p, expected);
        finish(&s);
    }
    check_order(name, error, least, 2.1);
    finish(&fine);
}

START_TEST(noise_that_depends_on_place_has_order_two) {
    const struct model1 m = {linear, wavy_D, wavy_dD, NULL, _i / 2.0, {1, 0.5, 0.8}};
    self_convergence("wavy D", &m, &spacings[_i % 2], 1.5, 0.5, 1.9);
}
END_TEST

START_TEST(noise_that_jumps_on_a_face_has_order_two) {
    const double at0 = 0;
    const struct axis_spec spec = {.lo = -4, .hi = 4, .aligns = 1, .align = &at0};
    const struct model1 m = {linear, jump_D, nothing, NULL, _i / 2.0, {1, 0.5, 0.2}};
    self_convergence("jump", &m, &spec, 0.5, 0.5, 1.9);
}
END_TEST

START_TEST(walls_and_rings_have_order_two) {
    const struct axis_spec spec[] = {
        {.lo = -1, .hi = 3, .boundary = {ABSORBING, ABSORBING}},
        {.lo = -1, .hi = 1.5, .boundary = {REFLECTING, ABSORBING}},
        {.lo = -M_PI, .hi = M_PI, .boundary = {PERIODIC, PERIODIC}},
    };
    const struct model1 ring = {constant, wavy_D, wavy_dD, NULL, 0.5, {1, 0.5, 0.8}};
    self_convergence("ends", _i == 2 ? &ring : &ou, &spec[_i], 0.5, 0.3, 1.9);
}
END_TEST

Suite *order_space_suite(void);
Suite *order_space_suite(void) {
    Suite *suite = suite_create("order_space");
    TCase *orders = tcase_create("orders");
    tcase_set_timeout(orders, 60);
    tcase_add_loop_test(orders, normal_law_moves_with_order_two_on_every_spacing, 0, 3);
    tcase_add_loop_test(orders, two_grids_extrapolated_have_order_four, 0, 2);
    tcase_add_loop_test(orders, noise_that_depends_on_place_has_order_two, 0, 3);
    tcase_add_loop_test(orders, noise_that_jumps_on_a_face_has_order_two, 0, 3);
    tcase_add_loop_test(orders, walls_and_rings_have_order_two, 0, 3);
    suite_add_tcase(suite, orders);
    return suite;
}
