/* SPDX-License-Identifier: GPL-3.0-or-later
 * Alpha-stable dynamics: exact free laws, the linear well's characteristic function,
 * positivity and what wraps around. */
#include "grids/field.h"
#include "solver/time/line/characteristics.h"
#include "solver/time/stable/levy.h"
#include "tests/slope.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/last_density.h"
#include "tests/solver/time/stable/linear_drift.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

static struct grid *uniform(size_t cells, double half) {
    const struct axis_spec spec = {.cells = cells, .lo = -half, .hi = half, .multiple = 1};
    return grid1(&spec);
}

/* Cell averages from a distribution function. */
static double *averages(const struct grid *grid, double (*F)(double x, const void *),
                        const void *with) {
    double *p = calloc(grid->cells, sizeof *p);
    const double *x = grid->axis[0]->face;
    for (size_t i = 0; i < grid->cells; i++)
        p[i] = (F(x[i + 1], with) - F(x[i], with)) / grid->axis[0]->width[i];
    return p;
}
static double cauchy(double x, const void *scale) {
    return atan(x / *(const double *)scale) / M_PI;
}
static double gaussian(double x, const void *deviation) {
    return 0.5 * erf(x / (*(const double *)deviation * sqrt(2)));
}

/* p at time t from p0; the caller frees it. */
static struct kept run(const struct grid *grid, const struct model1 *m,
                       const struct levy_options *o, const double *p0, double t,
                       double *wrapped) {
    struct error err = {0};
    struct coefficients c;
    if (m) c = model1_coefficients(m);
    struct kept kept = kept_create(grid->cells);
    struct levy *levy = levy_create(grid, m ? &c : NULL, NULL, o, &err);
    ck_assert_msg(levy != NULL, "%s", err.message);
    ck_assert_msg(levy_advance(levy, p0, 1, &t, keep_last, &kept, &err), "%s", err.message);
    if (wrapped) *wrapped = levy->wrapped;
    levy_destroy(levy);
    return kept;
}

/* Free motion: Cauchy of scale 1 to Cauchy of scale 1 + t, Gaussian to Gaussian. */
START_TEST(free_cauchy_and_gaussian_laws_are_exact) {
    const double before = 1, after = _i ? sqrt(1 + 2 * .7 * .7 * 3) : 1 + .7 * 3;
    double (*const F)(double, const void *) = _i ? gaussian : cauchy;
    struct grid *grid = uniform(8192, 400);
    const struct levy_options o = {.alpha = _i ? 2 : 1, .sigma = .7, .tolerance = 1e-8};
    double *p0 = averages(grid, F, &before), *want = averages(grid, F, &after), wrapped;
    struct kept got = run(grid, NULL, &o, p0, 3, &wrapped);
    const double difference = field_l1(grid, got.p, want);
    const double outside = _i ? 0 : 1 - 2 * cauchy(400, &after);
    ck_assert_double_le(difference, 2.5 * outside + 1e-12);
    ck_assert_double_le(fabs(field_mass(grid, got.p) - field_mass(grid, p0)), 1e-12);
    if (_i == 0) { /* wrapped in this time: the tail's growth */
        const double grown = outside - (1 - 2 * cauchy(400, &before));
        ck_assert_double_le(fabs(wrapped / grown - 1), .1);
    }
    free(got.p), free(p0), free(want);
    grid_destroy(grid);
}
END_TEST

/* Linear well b = -h x: characteristic function exp(-|sigma k|^alpha / (alpha h)). With
 * steps tau Strang's own law has tau e^{-alpha h tau/2} / (1 - e^{-alpha h tau}) in place
 * of 1/(alpha h): relative error (alpha h tau)^2 / 24. */
START_TEST(linear_well_has_its_stationary_law) {
    const double alphas[] = {.7, 1, 1.5}, halves[] = {8000, 2000, 500};
    const double alpha = alphas[_i], sigma = .8, h = 1.3, tau = .1, t = 12 / alpha;
    struct model1 m = well;
    m.a[1] = h;
    struct grid *grid = uniform(1 << 15, halves[_i]);
    const struct axis *axis = grid->axis[0];
    const struct levy_options o = {.alpha = alpha, .sigma = sigma, .step = tau};
    const double width = 4;
    double *p0 = averages(grid, gaussian, &width), wrapped;
    struct kept got = run(grid, &m, &o, p0, t, &wrapped);
    const double steps = ceil(t / (2 * tau)) * 2, used = t / steps;
    for (int j = 1; j < 12; j++) {
        const double k = 2 * M_PI / (2 * halves[_i]) * floor(pow(2, j) + .5);
        if (k * axis->width[0] > 1.5) break;
        double transform = 0;
        for (size_t i = 0; i < grid->cells; i++)
            transform += got.p[i] * axis->width[i] * cos(k * axis->centre[i]);
        const double half = .5 * k * axis->width[0]; /* of cell averages */
        const double a = alpha * h * used;
        const double exponent = used * exp(-a / 2) / -expm1(-a) * pow(sigma * k, alpha);
        const double rest = exp(-alpha * h * t); /* of the start */
        const double want = exp(-exponent) * sin(half) / half;
        ck_assert_double_le(fabs(transform - want), 2e-4 + wrapped + rest);
        ck_assert_double_le(
            fabs(exp(-exponent) - exp(-pow(sigma * k, alpha) / (alpha * h))), a * a / 24);
    }
    ck_assert_double_le(got.error, 1.5e-2); /* 3 to 4 times the true one */
    ck_assert_double_le(wrapped, .03);
    ck_assert_double_ge(field_min(grid, got.p), -1e-7);
    free(got.p), free(p0);
    grid_destroy(grid);
}
END_TEST

/* alpha = 1: Cauchy of scale sigma/h; alpha = 2: normal of variance sigma^2/h. */
START_TEST(stationary_law_is_exact_where_it_is_elementary) {
    const double alpha = _i ? 2 : 1, sigma = .8, h = 1.3, centre = 3;
    struct error err = {0};
    struct grid *grid = uniform(8192, 100);
    const struct levy_options o = {.alpha = alpha, .sigma = sigma, .tolerance = 1};
    struct levy *levy = levy_create(grid, NULL, NULL, &o, &err);
    double *p = calloc(grid->cells, sizeof *p), sum = 0;
    const double scale = _i ? sigma / sqrt(h) : sigma / h;
    double (*const F)(double, const void *) = _i ? gaussian : cauchy;
    ck_assert(levy_stationary(levy, h, centre, p));
    for (size_t i = 0; i < grid->cells; i++) {
        const double *x = grid->axis[0]->face + i;
        const double exact = F(x[1] - centre, &scale) - F(x[0] - centre, &scale);
        sum += fabs(exact - p[i] * grid->volume[i]);
    }
    ck_assert_double_le(sum, 1e-10);
    ck_assert(!levy_stationary(levy, h, 98, p));
    levy_destroy(levy);
    free(p);
    grid_destroy(grid);
}
END_TEST

/* The law on the line does not know the box: the same cells in a box 16 times as wide. */
START_TEST(stationary_law_does_not_depend_on_the_box) {
    const double alphas[] = {.6, .95, 1.05, 1.5, 1.9}, alpha = alphas[_i];
    struct error err = {0};
    struct grid *grid[2] = {uniform(1024, 20), uniform(1 << 14, 320)};
    double *p[2], largest = 0;
    for (int k = 0; k < 2; k++) {
        const struct levy_options o = {.alpha = alpha, .sigma = 1, .tolerance = 1};
        struct levy *levy = levy_create(grid[k], NULL, NULL, &o, &err);
        p[k] = calloc(grid[k]->cells, sizeof **p);
        ck_assert(levy_stationary(levy, 1, 0, p[k]));
        levy_destroy(levy);
    }
    for (size_t i = 0; i < 1024; i++)
        largest = fmax(largest, fabs(p[0][i] - p[1][i + (1 << 13) - 512]));
    ck_assert_msg(largest < 1e-6, "%g", largest);
    for (int k = 0; k < 2; k++)
        free(p[k]), grid_destroy(grid[k]);
}
END_TEST

static const double away = 100;
static double cauchy_away(double x, const void *scale) {
    return cauchy(x - away, scale);
}

/* Cauchy of scale s spreads as s' = sigma: J = sigma x / (pi (s^2 + x^2)) on the line; the
 * images add sigma x pi / (3 L^2) to first order in x. */
START_TEST(current_of_a_cauchy_law_is_exact) {
    const double s = 2, sigma = .7, L = 800;
    struct error err = {0};
    struct grid *grid = uniform(1 << 15, L / 2);
    const struct levy_options o = {.alpha = 1, .sigma = sigma, .tolerance = 1};
    struct levy *levy = levy_create(grid, NULL, NULL, &o, &err);
    double *p = averages(grid, cauchy_away, &s),
           *flux = calloc(grid->cells + 1, sizeof *flux);
    levy_flux(levy, p, flux);
    for (size_t f = 0; f <= grid->cells; f++) {
        const double x = grid->axis[0]->face[f] - away;
        const double exact = sigma * x / (M_PI * (s * s + x * x));
        if (fabs(x) < 20)
            ck_assert_double_le(fabs(flux[f] - exact), 20 * sigma * 4 / (L * L) + 1e-6);
    }
    levy_destroy(levy);
    free(p), free(flux);
    grid_destroy(grid);
}
END_TEST

/* The sink's density is the sink's: asking for the current leaves it as it is. */
struct asked {
    struct levy *levy;
    double *flux;
    size_t cells;
};
static bool ask_for_the_current(void *context, size_t k, const double *p, double error,
                                struct error *err) {
    const struct asked *a = context;
    double before[256];
    (void)k, (void)error, (void)err;
    memcpy(before, p, a->cells * sizeof *p);
    levy_flux(a->levy, p, a->flux);
    ck_assert_mem_eq(before, p, a->cells * sizeof *p);
    return true;
}
START_TEST(the_current_may_be_asked_for_from_the_sink) {
    struct error err = {0};
    struct grid *grid = uniform(256, 8);
    const struct coefficients c = model1_coefficients(&well);
    const struct levy_options o = {.alpha = 1.5, .sigma = .3, .step = .1};
    const double scale = 1, t[2] = {.5, 1};
    struct levy *levy = levy_create(grid, &c, NULL, &o, &err);
    double flux[257], *p0 = averages(grid, gaussian, &scale);
    ck_assert_msg(levy != NULL, "%s", err.message);
    struct asked asked = {levy, flux, 256};
    ck_assert(levy_advance(levy, p0, 2, t, ask_for_the_current, &asked, &err));
    levy_destroy(levy);
    grid_destroy(grid);
    free(p0);
}
END_TEST

static double cubic(double x, const double *a) {
    return -a[1] * x * x * x;
}

/* b = -x^3: X = x / sqrt(1 - 2 x^2 tau), infinite at tau = 1/(2 x^2): faces far out leave
 * the box at once, at rates of 3 x^2 = 7500, and do not hold up the rest. */
START_TEST(faces_that_run_away_do_not_hold_up_others) {
    const struct model1 m = {cubic, constant, NULL, NULL, 0, {1, 1}};
    const struct coefficients b = model1_coefficients(&m);
    const double L = 50, tau = .125;
    struct error err = {0};
    struct grid *grid = uniform(4096, L);
    const struct axis *axis = grid->axis[0];
    struct characteristics *c = characteristics_create(axis, &b, 1e-12, &err);
    ck_assert(characteristics_trace(c, tau, NULL, &err));
    for (size_t i = 0; i <= axis->cells; i++) {
        const double x = axis->face[i], left = 1 - 2 * x * x * tau;
        const double X = left > 0 ? x / sqrt(left) : copysign(INFINITY, x);
        if (fabs(X) < L)
            ck_assert_double_le(fabs(c->x[i] - X), 1e-9 * fmax(1, fabs(X * X * X)));
        else
            ck_assert_double_ge(fabs(c->x[i]), L);
    }
    /* some ln(L) 3 / .01 steps of a group on its way out; waiting for each other they would
     * all need tau 7500 / .01 = 1e5 */
    ck_assert_msg(c->steps < 33 * 4000, "%zu steps", c->steps);
    characteristics_destroy(c);
    grid_destroy(grid);
}
END_TEST

static double double_well(double x, const double *a) {
    return a[1] * (x - x * x * x / (1 + .25 * x * x));
}

START_TEST(splitting_is_second_order_and_its_error_estimate_right) {
    const struct model1 m = {double_well, constant, NULL, NULL, 0, {1, 1}};
    struct grid *grid = uniform(4096, 100);
    const double width = .5;
    double *p0 = averages(grid, gaussian, &width), h[3], error[3], claimed[3];
    struct levy_options o = {.alpha = 1.2, .sigma = .5, .step = .0025};
    const struct kept want = run(grid, &m, &o, p0, 2, NULL);
    for (int k = 0; k < 3; k++) {
        o.step = h[k] = .08 / (1 << k);
        const struct kept got = run(grid, &m, &o, p0, 2, NULL);
        error[k] = field_l1(grid, got.p, want.p), claimed[k] = got.error;
        ck_assert_double_le(fabs(claimed[k] / error[k] - 3.75), .4); /* 3 times 5/4 */
        free(got.p);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 1.8 && order < 2.2, "order %g", order);
    o.step = 0, o.tolerance = 1e-4;
    const struct kept got = run(grid, &m, &o, p0, 2, NULL);
    ck_assert_double_le(field_l1(grid, got.p, want.p), 1e-4);
    free(got.p), free(want.p), free(p0);
    grid_destroy(grid);
}
END_TEST

static double pull(double x, const double *a) {
    return -a[1] * x;
}

/* What is stated, with steps from a tolerance or fixed, against a run with far smaller
 * steps: by modes and by rates, for drifts from weak to steep at the ends of a wide box. */
/* clang-format off */
static const struct {
    double (*drift)(double, const double *);
    double strength, alpha, tolerance, step, smallest;
    bool positive;
} splittings[] = {
    {double_well, 1, 1.2, 1e-2, 0,   2e-3,  false}, {double_well, 1, 1.2, 1e-3, 0, 1e-3, false},
    {double_well, 1, .7,  1e-2, 0,   1e-3,  true},  {double_well, 1, 1.8, 1, .02, 1e-3,  false},
    {pull,        1, 1,   1e-2, 0,   2e-3,  false}, {pull,        1, 1,   1, .05, 2e-3,  true},
    {pull,        4, 1.5, 1e-2, 0,   1e-3,  false}, {pull,        4, 1.2, 1, .02, 1e-3,  true},
};
/* clang-format on */
START_TEST(stated_error_is_the_true_one) {
    const struct model1 m = {splittings[_i].drift,        constant, NULL, NULL, 0,
                             {1, splittings[_i].strength}};
    struct grid *grid = uniform(4096, 50);
    const double width = .5, t = 1.5;
    double *p0 = averages(grid, gaussian, &width);
    struct levy_options o = {.alpha = splittings[_i].alpha,
                             .sigma = .5,
                             .positive = splittings[_i].positive,
                             .step = splittings[_i].smallest};
    const struct kept want = run(grid, &m, &o, p0, t, NULL);
    o.step = splittings[_i].step, o.tolerance = splittings[_i].tolerance;
    const struct kept got = run(grid, &m, &o, p0, t, NULL);
    const double e = field_l1(grid, got.p, want.p);
    ck_assert_double_le(got.error, splittings[_i].tolerance);
    ck_assert_double_le(e, got.error);
    ck_assert_double_ge(e, got.error / 100);
    free(want.p), free(got.p), free(p0);
    grid_destroy(grid);
}
END_TEST

/* A drift that brings all together within a step: runs with many and with half as many steps
 * end alike, far from the law of scale sigma / (alpha k)^{1/alpha}. */
START_TEST(collapse_within_a_step_is_no_agreement) {
    const struct model1 m = {pull, constant, NULL, NULL, 0, {1, 1}};
    struct grid *grid = uniform(1024, 50);
    const double width = .5, t = 1000;
    double *p0 = averages(grid, gaussian, &width);
    struct levy_options o = {.alpha = 1.5, .sigma = .5, .step = 100};
    const struct kept blind = run(grid, &m, &o, p0, t, NULL);
    ck_assert_double_ge(blind.error, 2);
    o.step = 0, o.tolerance = 1e-2;
    const struct kept got = run(grid, &m, &o, p0, t, NULL), *const both[] = {&blind, &got};
    double *want = calloc(grid->cells, sizeof *want);
    struct error err = {0};
    const struct coefficients c = model1_coefficients(&m);
    struct levy *levy = levy_create(grid, &c, NULL, &o, &err);
    ck_assert(levy_stationary(levy, 1, 0, want));
    for (int k = 0; k < 2; k++)
        ck_assert_double_le(field_l1(grid, both[k]->p, want), both[k]->error + 1e-2);
    ck_assert_double_le(got.error, 1e-2);
    levy_destroy(levy);
    free(want), free(blind.p), free(got.p), free(p0);
    grid_destroy(grid);
}
END_TEST

START_TEST(extreme_times_are_answered_or_refused) {
    struct error err = {0};
    const struct model1 m = {pull, constant, NULL, NULL, 0, {1, 1}};
    const struct coefficients c = model1_coefficients(&m);
    struct grid *grid = uniform(128, 10);
    const double width = .5, tiny[] = {5e-324, 1e-300}, end = 1e300;
    double *p0 = averages(grid, gaussian, &width);
    struct levy_options o = {.alpha = 1.5, .sigma = .5, .tolerance = 1e-2};
    for (int k = 0; k < 2; k++) {
        const struct kept got = run(grid, &m, &o, p0, tiny[k], NULL);
        ck_assert_double_le(field_l1(grid, got.p, p0), 1e-14);
        free(got.p);
    }
    struct levy *levy = levy_create(grid, &c, NULL, &o, &err);
    ck_assert(!levy_advance(levy, p0, 1, &end, NULL, NULL, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "end earlier"));
    levy_destroy(levy);
    const struct kept free_law = run(grid, NULL, &o, p0, end, NULL); /* even in the box */
    for (size_t i = 0; i < grid->cells; i++)
        ck_assert_double_le(fabs(free_law.p[i] - .05), 1e-14);
    free(free_law.p), free(p0);
    grid_destroy(grid);
}
END_TEST

/* One full cell spreads into the box: the lattice chain never goes below 0. */
START_TEST(positive_jumps_keep_positivity_and_mass) {
    const double alphas[] = {.4, 1, 1.7, 2};
    struct grid *grid = uniform(512, 10);
    double *p0 = calloc(512, sizeof *p0);
    p0[300] = 1 / grid->volume[300];
    const struct levy_options o = {
        .alpha = alphas[_i], .sigma = 1, .step = .01, .positive = true};
    struct kept got = run(grid, &well, &o, p0, .1, NULL);
    ck_assert_double_ge(field_min(grid, got.p), -64 * DBL_EPSILON / grid->volume[0]);
    ck_assert_double_le(fabs(field_mass(grid, got.p) - 1), 1e-12);
    free(got.p), free(p0);
    grid_destroy(grid);
}
END_TEST

START_TEST(positive_jumps_converge_to_the_exact_ones) {
    const double width = 1;
    double h[3], error[3];
    for (int k = 0; k < 3; k++) {
        struct grid *grid = uniform((size_t)256 << k, 40);
        double *p0 = averages(grid, gaussian, &width);
        struct levy_options o = {.alpha = 1.5, .sigma = 1, .tolerance = 1};
        const struct kept exact = run(grid, NULL, &o, p0, 1, NULL);
        o.positive = true;
        const struct kept got = run(grid, NULL, &o, p0, 1, NULL);
        h[k] = grid->volume[0], error[k] = field_l1(grid, got.p, exact.p);
        free(got.p), free(exact.p), free(p0);
        grid_destroy(grid);
    }
    const double order = slope(3, h, error); /* 4 - alpha */
    ck_assert_msg(order > 2.2 && order < 2.7, "order %g", order);
}
END_TEST

START_TEST(says_what_is_wrong) {
    struct error err = {0};
    struct grid *grid = uniform(64, 1);
    struct levy_options o = {.alpha = 0, .sigma = 1, .step = .1};
    ck_assert_ptr_null(levy_create(grid, NULL, NULL, &o, &err));
    o = (struct levy_options){.alpha = 1, .sigma = 1};
    ck_assert_ptr_null(levy_create(grid, NULL, NULL, &o, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    grid_destroy(grid);
}
END_TEST

Suite *levy_suite(void);
Suite *levy_suite(void) {
    Suite *s = suite_create("levy");
    TCase *laws = tcase_create("laws");
    tcase_set_timeout(laws, 60);
    tcase_add_loop_test(laws, free_cauchy_and_gaussian_laws_are_exact, 0, 2);
    tcase_add_loop_test(laws, linear_well_has_its_stationary_law, 0, 3);
    tcase_add_loop_test(laws, stationary_law_is_exact_where_it_is_elementary, 0, 2);
    tcase_add_loop_test(laws, stationary_law_does_not_depend_on_the_box, 0, 5);
    tcase_add_test(laws, current_of_a_cauchy_law_is_exact);
    tcase_add_test(laws, the_current_may_be_asked_for_from_the_sink);
    tcase_add_test(laws, faces_that_run_away_do_not_hold_up_others);
    tcase_add_test(laws, splitting_is_second_order_and_its_error_estimate_right);
    tcase_add_loop_test(laws, stated_error_is_the_true_one, 0,
                        sizeof splittings / sizeof *splittings);
    tcase_add_test(laws, collapse_within_a_step_is_no_agreement);
    tcase_add_test(laws, extreme_times_are_answered_or_refused);
    tcase_add_loop_test(laws, positive_jumps_keep_positivity_and_mass, 0, 4);
    tcase_add_test(laws, positive_jumps_converge_to_the_exact_ones);
    tcase_add_test(laws, says_what_is_wrong);
    suite_add_tcase(s, laws);
    return s;
}
