/* SPDX-License-Identifier: GPL-3.0-or-later
 * The transfer operator and the law after many steps. */
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include "tests/slope.h"
#include "tests/solver/transfer/processes.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct law *law_from_point(const struct transfer *op, const double *w) {
    struct error err;
    double *m = calloc(op->grid->cells, sizeof *m);
    const double gone = transfer_point(op, w, m);
    struct law *law = law_create(op, m, gone, &err);
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

/* One step at a time against squarings: the same law, and mass, to rounding. */
static double double_well_left(size_t k, double w) {
    return double_well(k % 2, w) + (k < 2 ? 0.3 : -0.3);
}

START_TEST(squaring_equals_stepping) {
    const struct examples sgd = sgd_of(4, double_well_left, 0.1);
    for (int absorbing = 0; absorbing < 2; absorbing++) {
        struct error err;
        const enum boundary end = absorbing ? ABSORBING : REFLECTING;
        struct grid *grid =
            grid_create(axis_of(90, -1.9, 0.2, REFLECTING, end), NULL, &err);
        struct transfer *op = transfer_of(&sgd.process, grid);
        struct law *walk = law_from_point(op, (const double[]){-1});
        struct law *leap = law_from_point(op, (const double[]){-1});
        for (int k = 0; k < 54321; k++)
            advance(walk, 1);
        advance(leap, 54321);
        ck_assert(walk->full_products == 0 && leap->full_products > 0);
        ck_assert_uint_eq(leap->step, walk->step);
        ck_assert_double_le(fabs(leap->absorbed - walk->absorbed), 1e-11);
        ck_assert((leap->absorbed > 0.1) == absorbing);
        for (size_t i = 0; i < 90; i++)
            ck_assert_double_le(fabs(leap->mass[i] - walk->mass[i]), 1e-11);
        ck_assert_double_le(fabs(masses_sum(90, leap->mass) + leap->absorbed - 1), 1e-13);
        law_destroy(walk), law_destroy(leap);
        transfer_destroy(op);
        grid_destroy(grid);
    }
}
END_TEST

/* Powers that are not kept are made anew, in any order: 2^k steps one by one. */
START_TEST(powers_come_in_any_order) {
    const struct examples sgd = sgd_of(2, double_well, 0.1);
    struct grid *grid = line_of(80, -2, 2);
    struct transfer *op = transfer_of(&sgd.process, grid);
    for (int kept = 1; kept <= 12; kept += 4) {
        struct error err;
        struct powers *powers = powers_create(op, kept * 80.0 * 80 * sizeof(double), &err);
        const int order[] = {5, 0, 3, 9, 8, 9, 10, 2, 1, 6};
        for (size_t q = 0; q < sizeof order / sizeof *order; q++) {
            double out[80], gone;
            struct law *law = law_from_point(op, (const double[]){-1});
            ck_assert(powers_apply(powers, order[q], law->mass, out, &gone, NULL, &err));
            for (int k = 0; k < 1 << order[q]; k++)
                advance(law, 1);
            for (size_t i = 0; i < 80; i++)
                ck_assert_double_le(fabs(law->mass[i] - out[i]), 1e-13);
            law_destroy(law);
        }
        powers_destroy(powers);
    }
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

/* --------------------------------------------------------------------------------- order */

/* w' = w - tanh(w)/10 + xi/10, xi from the 5 nodes of Gauss and Hermite: a map without
 * turning points, and a start that is wide enough to stay smooth for some steps. */
static bool smooth_outcomes(const struct process *process, const double *w, void *scratch,
                            struct outcome *out, size_t *n, struct error *err) {
    static const double node[5] = {-2.8569700138728056, -1.3556261799742659, 0,
                                   1.3556261799742659, 2.8569700138728056};
    static const double weight[5] = {0.011257411327720691, 0.22207592200561266,
                                     0.53333333333333333, 0.22207592200561266,
                                     0.011257411327720691};
    (void)process, (void)scratch, (void)err;
    *n = 5;
    for (int k = 0; k < 5; k++)
        out[k] = (struct outcome){{w[0] - 0.1 * tanh(w[0]) + 0.1 * node[k]}, weight[k]};
    return true;
}

/* The law after ten steps from N(-1/2, 0.4^2) on a grid, with its operator. */
struct smooth {
    struct grid *grid;
    struct transfer *op;
    struct law *law;
};

static struct smooth smooth_after_ten(size_t n) {
    const struct process process = {
        1, 5, smooth_outcomes, NULL, NULL, examples_destroy, "smooth"};
    struct error err;
    struct smooth s = {.grid = line_of(n, -4, 4)};
    double *p = calloc(n, sizeof *p), *m = calloc(n, sizeof *m);
    for (size_t i = 0; i < n; i++) {
        const double a = (s.grid->axis[0]->face[i] + 0.5) / 0.4;
        const double b = (s.grid->axis[0]->face[i + 1] + 0.5) / 0.4;
        p[i] = (erf(b * M_SQRT1_2) - erf(a * M_SQRT1_2)) / (2 * s.grid->volume[i]);
    }
    ck_assert(masses_from_density(s.grid, p, m, &err));
    s.op = transfer_of(&process, s.grid);
    s.law = law_create(s.op, m, 0, &err);
    ck_assert_msg(s.law != NULL, "%s", err.message);
    advance(s.law, 10);
    free(p), free(m);
    return s;
}

static void smooth_finish(struct smooth *s) {
    law_destroy(s->law);
    transfer_destroy(s->op);
    grid_destroy(s->grid);
}

/* E cos 3w then, and KS against half the cells. */
static double smooth_law(size_t n, double *ks) {
    struct error err;
    struct smooth fine = smooth_after_ten(n), half = smooth_after_ten(n / 2);
    struct law_distance d;
    double sum = 0;
    ck_assert(
        masses_distance(fine.grid, fine.law->mass, half.grid, half.law->mass, &d, &err));
    for (size_t i = 0; i < n; i++)
        sum += fine.law->mass[i] * cos(3 * fine.grid->axis[0]->centre[i]);
    *ks = d.ks;
    smooth_finish(&fine), smooth_finish(&half);
    return sum;
}

/* Smooth functions of the state: order 4. The distribution function at a point: order 1, by
 * the ripple that deposits leave where |T'| is not 1 (docs/numerics.md 10.1). */
START_TEST(expectations_are_of_fourth_order) {
    double h[4], error[4], ks[4], unused;
    const double exact = smooth_law(2160, &unused);
    for (int q = 0; q < 4; q++) {
        const size_t n = (size_t)60 << q;
        h[q] = 1 / (double)n, error[q] = fabs(smooth_law(n, &ks[q]) - exact);
    }
    const double order = slope(4, h, error), order_ks = slope(3, h + 1, ks + 1);
    if (getenv("SHOW"))
        printf("smooth law: order %.3f of E cos 3w, %.3f in KS; %.1e %.1e, KS %.1e %.1e\n",
               order, order_ks, error[0], error[3], ks[0], ks[3]);
    ck_assert(3.6 < order && order < 4.4);
    ck_assert(0.7 < order_ks && order_ks < 1.7);
}
END_TEST

/* --------------------------------------------------------------------------------- plane */

struct second_moments {
    double xx, xv, vv;
};

static struct second_moments second_moments(const struct grid *grid, const double *mass) {
    struct second_moments m = {0};
    const size_t nx = grid->axis[0]->cells;
    for (size_t k = 0; k < grid->cells; k++) {
        const double x = grid->axis[0]->centre[k % nx], v = grid->axis[1]->centre[k / nx];
        m.xx += mass[k] * x * x, m.xv += mass[k] * x * v, m.vv += mass[k] * v * v;
    }
    return m;
}

/* v' = mu v + h w + s, w' = w - eta v', h and s of curvature_noise. */
static struct second_moments heavy_ball_step(double eta, double mu,
                                             struct second_moments m) {
    const double vv = mu * mu * m.vv + 2 * mu * m.xv + 1.25 * m.xx + 0.49;
    const double xv = mu * m.xv + m.xx;
    return (struct second_moments){m.xx - 2 * eta * xv + eta * eta * vv, xv - eta * vv, vv};
}

START_TEST(the_moments_of_the_heavy_ball_are_exact) {
    const struct examples ball = heavy_ball_of(4, curvature_noise, 0.2, 0.5);
    struct error err;
    struct grid *grid = grid_create(axis_of(64, -4, 4, REFLECTING, REFLECTING),
                                    axis_of(64, -6, 6, REFLECTING, REFLECTING), &err);
    struct transfer *op = transfer_of(&ball.process, grid);
    struct law *law = law_from_point(op, (const double[]){1.3, 0.2});
    struct second_moments exact = {1.69, 0.26, 0.04};
    for (int k = 0; k < 200; k++) {
        advance(law, 1);
        exact = heavy_ball_step(0.2, 0.5, exact);
        const struct second_moments m = second_moments(grid, law->mass);
        ck_assert_double_le(fabs(m.xx / exact.xx - 1), 1e-10);
        ck_assert_double_le(fabs(m.vv / exact.vv - 1), 1e-10);
        ck_assert_double_le(fabs(m.xv - exact.xv), 1e-10 * sqrt(exact.xx * exact.vv));
    }
    law_destroy(law);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

/* ------------------------------------------------------------------------------- the rest */

START_TEST(a_schedule_goes_on_with_the_next_operator) {
    const double eta[] = {0.2, 0.1, 0.05};
    const int steps[] = {70000, 70000, 7}; /* by squaring, by squaring, one by one */
    struct grid *grid = line_of(200, -4, 4);
    double square = 1.3 * 1.3;
    struct examples sgd = sgd_of(4, curvature_noise, eta[0]);
    struct transfer *op[3] = {transfer_of(&sgd.process, grid)};
    struct law *law = law_from_point(op[0], (const double[]){1.3});
    for (int k = 0; k < 3; k++) {
        sgd.eta = eta[k];
        if (k > 0) op[k] = transfer_of(&sgd.process, grid), law_switch(law, op[k]);
        advance(law, (uint64_t)steps[k]);
        for (int q = 0; q < steps[k]; q++)
            square = curvature_noise_step(eta[k], square);
        ck_assert_double_le(fabs(moment(law, 2) / square - 1), 1e-12);
    }
    ck_assert_uint_eq(law->step, 140007);
    ck_assert(law->full_products > 1);
    law_destroy(law);
    for (int k = 0; k < 3; k++)
        transfer_destroy(op[k]);
    grid_destroy(grid);
}
END_TEST

struct countdown {
    int left;
};
static bool count_down(void *context, double fraction) {
    struct countdown *c = context;
    ck_assert(fraction >= 0 && fraction <= 1);
    return c->left-- > 0;
}

/* Interrupted anywhere, and taken up again until it is done: the same law. */
START_TEST(an_interrupted_law_goes_on) {
    const struct examples sgd = sgd_of(2, double_well, 0.1);
    struct grid *grid = line_of(60, -2, 2);
    struct transfer *op = transfer_of(&sgd.process, grid);
    struct error err = {0};
    const uint64_t steps = 1000003;
    struct law *whole = law_from_point(op, (const double[]){-1});
    struct law *parts = law_from_point(op, (const double[]){-1});
    advance(whole, steps);
    bool done = false;
    int stops = 0;
    for (int patience = 0; !done; patience++) {
        struct countdown c = {patience};
        const struct monitor monitor = {count_down, &c};
        done = law_advance(parts, steps - parts->step, &monitor, &err);
        ck_assert(done || err.kind == ERROR_INTERRUPTED);
        stops += !done;
    }
    ck_assert_int_ge(stops, 3);
    ck_assert_uint_eq(parts->step, steps);
    for (size_t i = 0; i < 60; i++)
        ck_assert_double_le(fabs(parts->mass[i] - whole->mass[i]), 1e-11);
    law_destroy(whole), law_destroy(parts);
    transfer_destroy(op);
    grid_destroy(grid);
}
END_TEST

static double walk_away(size_t k, double w) {
    (void)k;
    return -1e3 * w;
}

/* Random maps, ends, grids, steps: mass and loss sum to 1, or it fails with a sentence. */
START_TEST(random_processes_keep_their_mass) {
    static double (*const gradient[])(size_t, double) = {curvature_noise, double_well,
                                                         double_well_left, walk_away};
    static const enum boundary end[][2] = {{REFLECTING, ABSORBING},
                                           {ABSORBING, ABSORBING},
                                           {PERIODIC, PERIODIC},
                                           {REFLECTING, REFLECTING}};
    srand(1);
    for (int k = 0; k < 200; k++) {
        struct error err = {0};
        const size_t n = 4 + (size_t)(rand() % 60), m = 4 + (size_t)(rand() % 9);
        const double eta = pow(10, -3 + 4.0 * rand() / RAND_MAX);
        const enum boundary *x = end[rand() % 4], *y = end[rand() % 4];
        const bool plane = rand() % 3 == 0, positive = rand() % 4 == 0;
        struct examples e = plane ? heavy_ball_of(2, gradient[rand() % 4], eta, 0.9)
                                  : sgd_of(2, gradient[rand() % 4], eta);
        struct grid *grid = grid_create(axis_of(n, -2, 2, x[0], x[1]),
                                        plane ? axis_of(m, -3, 1, y[0], y[1]) : NULL, &err);
        struct transfer *op = transfer_create(&e.process, grid, positive, NULL, &err);
        ck_assert_msg(op != NULL, "%s", err.message);
        struct law *law = law_from_point(op, (const double[]){0.1, 0.2});
        const double start = law->total;
        const uint64_t steps = UINT64_C(1) << (rand() % 20);
        const bool good = law_advance(law, steps, NULL, &err);
        const double sum = masses_sum(grid->cells, law->mass) + law->absorbed;
        /* Cells of the size of the domain may make cubic deposits unstable: masses grow, and
         * their negative part with them. */
        const double size = 1 + masses_negative(grid->cells, law->mass);
        ck_assert(!good || fabs(sum - start) <= 1e-9 * size);
        ck_assert(good || strlen(err.message) > 20);
        ck_assert(!positive || masses_negative(grid->cells, law->mass) < 1e-12);
        law_destroy(law);
        transfer_destroy(op);
        grid_destroy(grid);
    }
}
END_TEST

Suite *law_suite(void);
Suite *law_suite(void) {
    Suite *s = suite_create("law");
    TCase *t = tcase_create("line");
    tcase_add_test(t, moments_of_a_linear_map_are_exact_at_every_step);
    tcase_add_test(t, a_billion_steps_keep_the_mass);
    tcase_add_test(t, squaring_equals_stepping);
    tcase_add_test(t, powers_come_in_any_order);
    tcase_add_test(t, expectations_are_of_fourth_order);
    tcase_set_timeout(t, 100);
    suite_add_tcase(s, t);
    t = tcase_create("plane");
    tcase_add_test(t, the_moments_of_the_heavy_ball_are_exact);
    suite_add_tcase(s, t);
    t = tcase_create("use");
    tcase_add_test(t, a_schedule_goes_on_with_the_next_operator);
    tcase_add_test(t, an_interrupted_law_goes_on);
    tcase_add_test(t, random_processes_keep_their_mass);
    tcase_set_timeout(t, 100);
    suite_add_tcase(s, t);
    return s;
}
