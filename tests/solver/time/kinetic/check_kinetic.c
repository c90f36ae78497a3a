/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kinetic equation: exact Gaussian solution, stationary law, walls, positivity, the
 * overdamped limit, and the map from momentum SGD. */
#include "grids/field.h"
#include "solver/time/kinetic/kinetic.h"
#include "tests/slope.h"
#include "tests/solver/last_density.h"
#include <math.h>

static struct grid *plane(size_t nx, double x, size_t nv, double v, enum boundary end) {
    struct error err = {0};
    const struct axis_spec a = {
        .cells = nx, .lo = -x, .hi = x, .multiple = 1, .boundary = {end, end}};
    const struct axis_spec b = {.cells = nv, .lo = -v, .hi = v, .multiple = 1};
    struct axis *ax = axis_create(&a, &err), *av = axis_create(&b, &err);
    struct grid *grid = grid_create(ax, av, &err);
    ck_assert_msg(grid != NULL, "%s", err.message);
    return grid;
}

/* Mean and covariance of a Gaussian in (x, v). */
struct law {
    double m[2], xx, xv, vv;
};

static double density(const struct law *g, double x, double v) {
    const double det = g->xx * g->vv - g->xv * g->xv, a = x - g->m[0], b = v - g->m[1];
    const double q = (g->vv * a * a - 2 * g->xv * a * b + g->xx * b * b) / det;
    return exp(-q / 2) / (2 * M_PI * sqrt(det));
}

static double *averages(const struct grid *grid, const struct law *g) {
    static const double at[] = {-.7745966692414834, 0, .7745966692414834},
                        w[] = {5. / 18, 8. / 18, 5. / 18};
    const struct axis *x = grid->axis[0], *v = grid->axis[1];
    double *p = calloc(grid->cells, sizeof *p);
    for (size_t j = 0; j < v->cells; j++)
        for (size_t i = 0; i < x->cells; i++)
            for (int k = 0; k < 9; k++)
                p[j * x->cells + i] +=
                    w[k / 3] * w[k % 3] *
                    density(g, x->centre[i] + at[k / 3] * x->width[i] / 2,
                            v->centre[j] + at[k % 3] * v->width[j] / 2);
    return p;
}

/* The exact law at t for L = k x^2/2: moments by 4th-order Runge-Kutta with 4000 steps. */
static void rate(const struct law *g, double k, double gamma, double theta, struct law *d) {
    d->m[0] = g->m[1], d->m[1] = -k * g->m[0] - gamma * g->m[1];
    d->xx = 2 * g->xv;
    d->xv = g->vv - k * g->xx - gamma * g->xv;
    d->vv = -2 * k * g->xv - 2 * gamma * g->vv + 2 * gamma * theta;
}
static struct law moved(const struct law *g, double h, const struct law *d) {
    return (struct law){{g->m[0] + h * d->m[0], g->m[1] + h * d->m[1]},
                        g->xx + h * d->xx,
                        g->xv + h * d->xv,
                        g->vv + h * d->vv};
}
static struct law evolve(struct law g, double k, double gamma, double theta, double t) {
    const double h = t / 4000;
    for (int s = 0; s < 4000; s++) {
        struct law d[4], mid;
        rate(&g, k, gamma, theta, &d[0]);
        mid = moved(&g, h / 2, &d[0]), rate(&mid, k, gamma, theta, &d[1]);
        mid = moved(&g, h / 2, &d[1]), rate(&mid, k, gamma, theta, &d[2]);
        mid = moved(&g, h, &d[2]), rate(&mid, k, gamma, theta, &d[3]);
        for (int i = 0; i < 4; i++)
            g = moved(&g, h * (i == 0 || i == 3 ? 1 : 2) / 6, &d[i]);
    }
    return g;
}

static struct kept run(const struct grid *grid, double (*gradient)(double),
                       const struct kinetic_options *o, const double *p0, double t,
                       struct kinetic *state) {
    struct error err = {0};
    double *dL = calloc(grid->axis[0]->cells, sizeof *dL);
    for (size_t i = 0; i < grid->axis[0]->cells; i++)
        dL[i] = gradient(grid->axis[0]->centre[i]);
    struct kinetic *k = kinetic_create(grid, dL, o, &err);
    ck_assert_msg(k != NULL, "%s", err.message);
    struct kept kept = kept_create(grid->cells);
    ck_assert_msg(kinetic_advance(k, p0, 1, &t, keep_last, &kept, &err), "%s", err.message);
    if (state) *state = *k;
    kinetic_destroy(k);
    free(dL);
    return kept;
}

static double linear(double x) {
    return 1.5 * x;
}
static double quartic(double x) {
    return 4 * x * (x * x - 1);
}
static double flat(double x) {
    return 0 * x;
}

static const struct law narrow = {{-.8, .4}, .15, .02, .2};

START_TEST(quadratic_loss_is_fourth_order_in_time) {
    const double gammas[] = {0, .7, 5}, gamma = gammas[_i], theta = .4;
    const double steps[] = {.2, .2, .1};
    struct grid *grid = plane(128, 4.5, 128, 4.5, REFLECTING);
    double *p0 = averages(grid, &narrow), h[3], error[3];
    const struct law after = evolve(narrow, 1.5, gamma, theta, .8);
    double *want = averages(grid, &after);
    struct kinetic_options o = {.gamma = gamma, .theta = theta};
    for (int k = 0; k < 3; k++) {
        o.step = h[k] = steps[_i] / (1 << k);
        struct kept got = run(grid, linear, &o, p0, .8, NULL);
        error[k] = field_l1(grid, got.p, want);
        if (error[k] > 1e-5) { /* the rest is the cells' */
            ck_assert_double_ge(got.error / error[k], 2.5);
            ck_assert_double_le(got.error / error[k], 6);
        }
        ck_assert_double_ge(field_min(grid, got.p), -1e-9);
        ck_assert_double_le(fabs(field_mass(grid, got.p) - 1), 1e-11);
        free(got.p);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 3.6 && order < 4.4, "order %g", order);
    free(p0), free(want);
    grid_destroy(grid);
}
END_TEST

/* Steps so small that what is left is the cells' error, for kernels much narrower than a
 * cell too. */
START_TEST(cells_are_seventh_order) {
    const double gammas[] = {0, .1, 1}, gamma = gammas[_i];
    double h[3], error[3];
    const struct law after = evolve(narrow, 1.5, gamma, .3, .4);
    for (int k = 0; k < 3; k++) {
        const size_t n = (size_t)(64 << k);
        struct grid *grid = plane(n, 4, n, 4, REFLECTING);
        double *p0 = averages(grid, &narrow), *want = averages(grid, &after);
        const struct kinetic_options o = {.gamma = gamma, .theta = .3, .step = .005};
        struct kept got = run(grid, linear, &o, p0, .4, NULL);
        h[k] = 1 / (double)n, error[k] = field_l1(grid, got.p, want);
        free(got.p), free(p0), free(want);
        grid_destroy(grid);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 6.5 && order < 7.5, "order %g", order);
}
END_TEST

/* exp(-(v^2/2 + L)/theta), L = (x^2 - 1)^2, stays what it is: to h^2. */
static double *gibbs(const struct grid *grid, double theta) {
    const struct axis *x = grid->axis[0], *v = grid->axis[1];
    double *p = calloc(grid->cells, sizeof *p);
    static const double at[] = {-.7745966692414834, 0, .7745966692414834},
                        w[] = {5. / 18, 8. / 18, 5. / 18};
    for (size_t j = 0; j < v->cells; j++)
        for (size_t i = 0; i < x->cells; i++)
            for (int k = 0; k < 9; k++) {
                const double a = x->centre[i] + at[k / 3] * x->width[i] / 2;
                const double b = v->centre[j] + at[k % 3] * v->width[j] / 2;
                p[j * x->cells + i] +=
                    w[k / 3] * w[k % 3] *
                    exp(-((a * a - 1) * (a * a - 1) + b * b / 2) / theta);
            }
    const double mass = field_mass(grid, p);
    for (size_t i = 0; i < grid->cells; i++)
        p[i] /= mass;
    return p;
}

START_TEST(stationary_law_is_reached_to_fourth_order) {
    const double theta = .5;
    struct grid *grid = plane(96, 2.4, 96, 4.5, REFLECTING);
    double *want = gibbs(grid, theta), h[3], error[3];
    const struct law start = {{0, 0}, .1, 0, .5};
    double *p0 = averages(grid, &start);
    for (int k = 0; k < 3; k++) {
        const struct kinetic_options o = {
            .gamma = 1, .theta = theta, .step = h[k] = .24 / (2 + k)};
        struct kept got = run(grid, quartic, &o, p0, 12, NULL);
        error[k] = field_l1(grid, got.p, want);
        ck_assert_double_ge(got.error, error[k]);
        ck_assert_double_le(got.error, 20 * error[k]);
        /* as far as cells and steps resolve the law */
        ck_assert_double_ge(field_min(grid, got.p), -1e-6);
        free(got.p);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 3.6 && order < 4.4, "order %g", order);
    ck_assert_double_le(error[2], 2e-4);
    free(want), free(p0);
    grid_destroy(grid);
}
END_TEST

/* A smaller tolerance is a smaller error, and what is stated is true: against the exact
 * law, at all times, for frictions whose short steps are narrower than a cell. The last one
 * is the case that 0.1 answered with 1.8e-3. */
static const struct {
    double gamma, tolerance;
} asked[] = {{.1, 1e-3}, {.1, 1e-5}, {5, 1e-4}, {1, 1e-4}, {1, 1e-6}};

struct table {
    const struct grid *grid;
    double gamma, tolerance, t[3];
};
static bool look(void *context, size_t k, const double *p, double e, struct error *err) {
    const struct table *table = context;
    const struct law after = evolve(narrow, 1.5, table->gamma, .3, table->t[k]);
    double *want = averages(table->grid, &after);
    const double cells = 1e-6; /* of the cells, see above */
    const double true_error = field_l1(table->grid, p, want);
    (void)err;
    ck_assert_double_le(e, table->tolerance);
    ck_assert_double_le(true_error, e + cells);
    ck_assert_double_ge(true_error + cells, e / 100);
    free(want);
    return true;
}

START_TEST(stated_error_is_the_true_one_and_meets_the_tolerance) {
    struct error err = {0};
    struct grid *grid = plane(128, 4, 128, 4, REFLECTING);
    double *p0 = averages(grid, &narrow), slopes[128];
    for (size_t i = 0; i < 128; i++)
        slopes[i] = linear(grid->axis[0]->centre[i]);
    const struct kinetic_options o = {
        .gamma = asked[_i].gamma, .theta = .3, .tolerance = asked[_i].tolerance};
    struct table table = {grid, o.gamma, o.tolerance, {.1, 1, 4}};
    struct kinetic *k = kinetic_create(grid, slopes, &o, &err);
    ck_assert_msg(kinetic_advance(k, p0, 3, table.t, look, &table, &err), "%s",
                  err.message);
    ck_assert_double_le(k->at_edge, 1e-8);
    kinetic_destroy(k);
    free(p0);
    grid_destroy(grid);
}
END_TEST

/* gamma >> 1: x obeys dx = -L'/gamma dt + sqrt(2 theta/gamma) dB. */
START_TEST(strong_friction_is_the_overdamped_limit) { /* corrections 1/gamma^2 */
    double gamma[3], error[3];
    const struct law start = {{-.8, 0}, .15, 0, .4};
    struct grid *grid = plane(64, 4.5, 64, 4.5, REFLECTING);
    double *p0 = averages(grid, &start), marginal[64];
    for (int k = 0; k < 3; k++) {
        gamma[k] = 4 * (1 << k);
        const struct kinetic_options o = {
            .gamma = gamma[k], .theta = .4, .step = .3 / gamma[k]};
        struct kept got = run(grid, linear, &o, p0, gamma[k] * .3, NULL);
        field_marginal(grid, got.p, 0, marginal);
        double mean = 0;
        for (size_t i = 0; i < 64; i++)
            mean += marginal[i] * grid->axis[0]->centre[i] * grid->axis[0]->width[i];
        error[k] = fabs(mean / (-.8 * exp(-1.5 * .3)) - 1);
        free(got.p);
    }
    ck_assert_double_lt(error[2], .02);
    ck_assert_double_lt(error[1] / error[0], .5);
    ck_assert_double_lt(error[2] / error[1], .5);
    free(p0);
    grid_destroy(grid);
}
END_TEST

/* No force, no friction: |v| is kept in a box with walls, v on a ring. */
START_TEST(walls_turn_velocities_round_and_rings_do_not) {
    struct grid *grid = plane(64, 1, 64, 2, _i ? PERIODIC : REFLECTING);
    const struct law start = {{.5, 1}, .02, 0, .05};
    double *p0 = averages(grid, &start), before[64], after[64];
    const struct kinetic_options o = {.gamma = 0, .theta = 1, .step = .5};
    struct kept got = run(grid, flat, &o, p0, 6, NULL);
    field_marginal(grid, p0, 1, before);
    field_marginal(grid, got.p, 1, after);
    for (size_t j = 0; j < 32; j++) {
        const double want = before[63 - j] + (_i ? 0 : before[j]);
        const double have = after[63 - j] + (_i ? 0 : after[j]);
        /* centre values and averages differ by h^4 */
        ck_assert_double_le(fabs(have - want), 1e-4);
    }
    if (_i == 0) ck_assert_double_gt(after[15], .1); /* some fly back */
    ck_assert_double_le(fabs(field_mass(grid, got.p) - field_mass(grid, p0)), 1e-12);
    free(got.p), free(p0);
    grid_destroy(grid);
}
END_TEST

START_TEST(momentum_sgd_maps_to_its_leading_temperature) {
    const struct kinetic_law a = kinetic_from_sgd(.05, .9, 1),
                             b = kinetic_from_sgd(.3, .5, .7);
    ck_assert_double_le(fabs(a.theta - .25), 1e-15); /* h = 1: naive variance of 6.5 */
    ck_assert_double_le(fabs(b.theta / 2 - .105), 1e-15);
    ck_assert_double_le(fabs(a.gamma - .1 / sqrt(.05)), 1e-15);
    /* E V^2 = eta E v^2 = theta, and the exact discrete law of 6.5 tends to it */
    ck_assert_double_le(
        fabs(a.velocity_scale * a.velocity_scale * 5.3333333333 / a.theta - 1), .07);
    /* friction over one step: 1 - mu */
    ck_assert_double_le(fabs(a.gamma * a.time_per_step - .1), 1e-15);
}
END_TEST

/* Times in which nothing moves, and times that are too long to step through. */
START_TEST(extreme_times_are_answered_or_refused) {
    struct error err = {0};
    struct grid *grid = plane(32, 4, 32, 4, REFLECTING);
    double *p0 = averages(grid, &narrow);
    const struct kinetic_options o = {.gamma = 1, .theta = .3, .tolerance = 1e-4};
    const double tiny[] = {5e-324, 1e-300, 1e-280, 1e-12}, slopes[32] = {0};
    for (int k = 0; k < 4; k++) {
        struct kept got = run(grid, linear, &o, p0, tiny[k], NULL);
        /* beyond 1e-290: averages from centre values from averages */
        for (size_t i = 0; i < grid->cells; i++)
            ck_assert_double_le(fabs(got.p[i] - p0[i]), k < 2 ? 0 : 1e-4);
        free(got.p);
    }
    struct kinetic *kinetic = kinetic_create(grid, slopes, &o, &err);
    const double long_times[] = {1e300, 1e9};
    for (int k = 0; k < 2; k++) {
        ck_assert(!kinetic_advance(kinetic, p0, 1, &long_times[k], NULL, NULL, &err));
        ck_assert_ptr_nonnull(strstr(err.message, "end earlier"));
    }
    kinetic_destroy(kinetic);
    free(p0);
    grid_destroy(grid);
}
END_TEST

START_TEST(says_what_is_wrong) {
    struct error err = {0};
    struct grid *grid = plane(16, 1, 16, 1, REFLECTING);
    double slope_at[16] = {0};
    struct kinetic_options o = {.gamma = 1, .theta = 0, .step = .1};
    ck_assert_ptr_null(kinetic_create(grid, slope_at, &o, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    o.theta = 1, o.step = 0;
    ck_assert_ptr_null(kinetic_create(grid, slope_at, &o, &err));
    o.step = .1, slope_at[3] = NAN;
    ck_assert_ptr_null(kinetic_create(grid, slope_at, &o, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    grid_destroy(grid);
}
END_TEST

Suite *kinetic_suite(void);
Suite *kinetic_suite(void) {
    Suite *s = suite_create("kinetic");
    TCase *parts = tcase_create("parts");
    tcase_set_timeout(parts, 300);
    tcase_add_test(parts, extreme_times_are_answered_or_refused);
    tcase_add_test(parts, momentum_sgd_maps_to_its_leading_temperature);
    tcase_add_test(parts, says_what_is_wrong);
    suite_add_tcase(s, parts);
    TCase *laws = tcase_create("laws");
    tcase_set_timeout(laws, 300);
    tcase_add_loop_test(laws, quadratic_loss_is_fourth_order_in_time, 0, 3);
    tcase_add_loop_test(laws, cells_are_seventh_order, 0, 3);
    tcase_add_test(laws, stationary_law_is_reached_to_fourth_order);
    tcase_add_loop_test(laws, stated_error_is_the_true_one_and_meets_the_tolerance, 0,
                        sizeof asked / sizeof *asked);
    tcase_add_test(laws, strong_friction_is_the_overdamped_limit);
    tcase_add_loop_test(laws, walls_turn_velocities_round_and_rings_do_not, 0, 2);
    suite_add_tcase(s, laws);
    return s;
}
