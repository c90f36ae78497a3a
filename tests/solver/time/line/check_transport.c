/* SPDX-License-Identifier: GPL-3.0-or-later
 * Transport by remap along characteristics: exactness, mass, sign, ends; small noise. */
#include "solver/fv/remap.h"
#include "solver/time/line/characteristics.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/methods.h"
#include "solver/time/line/rates.h"
#include "solver/time/line/transport.h"
#include "tests/chains.h"
#include "tests/slope.h"
#include <check.h>
#include <float.h>
#include <stdio.h>

enum { MOST_CELLS = 2048, MOST_TIMES = 8 };

struct model {
    double (*drift)(double x);
    double D;
};

static bool drift(const void *self, size_t n, const double *const *x, double *b,
                  struct error *err) {
    (void)err;
    const struct model *model = self;
    for (size_t i = 0; i < n; i++)
        b[i] = model->drift(x[0][i]);
    return true;
}
static bool diffusion(const void *self, size_t n, const double *const *x, double *D,
                      struct error *err) {
    (void)x, (void)err;
    const struct model *model = self;
    for (size_t i = 0; i < n; i++)
        D[i] = model->D;
    return true;
}
static bool gradient(const void *self, size_t n, const double *const *x, double *dD,
                     struct error *err) {
    (void)self, (void)x, (void)err;
    memset(dD, 0, n * sizeof *dD);
    return true;
}

static struct coefficients coefficients(const struct model *model) {
    return (struct coefficients){.dims = 1,
                                 .constant_diffusion = true,
                                 .zero_diffusion = model->D == 0,
                                 .smooth = true,
                                 .self = model,
                                 .drift = drift,
                                 .diffusion = diffusion,
                                 .diffusion_gradient = gradient};
}

struct kept {
    const struct line_generator *generator;
    size_t count;
    double m[MOST_TIMES][MOST_CELLS], error[MOST_TIMES];
};
static struct kept got;

static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct kept *kept = context;
    ck_assert_uint_eq(k, kept->count++);
    rates_masses(kept->generator, p, kept->m[k]);
    kept->error[k] = time_error;
    return true;
}

static void run(const struct chain_case *k, struct chain *c, double tolerance, size_t n,
                const double *t) {
    struct error err = {0};
    const struct model model = {k->drift, k->D};
    const struct coefficients co = coefficients(&model);
    const struct propagator_options options = {.tolerance = tolerance};
    got.generator = &c->generator, got.count = 0;
    struct propagator *p =
        propagator_create(&transport_method, &c->generator, &co, &options, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    const bool ok = propagator_advance(p, c->p0, n, t, keep, &got, &err);
    ck_assert_msg(ok, "%s", err.message);
    ck_assert_uint_eq(got.count, n);
    if (getenv("SHOW") != NULL) printf("%s\n", p->chosen);
    propagator_destroy(p);
}

/* Cell masses of a normal law. */
static void normal(const struct chain *c, double mean, double sd, double *m) {
    const double *face = c->axis.face, s = sd * sqrt(2);
    for (size_t i = 0; i < c->axis.cells; i++)
        m[i] = (erf((face[i + 1] - mean) / s) - erf((face[i] - mean) / s)) / 2;
}

static void start_normal(struct chain *c, double mean, double sd) {
    normal(c, mean, sd, c->p0);
    for (size_t i = 0; i < c->axis.cells; i++)
        c->p0[i] /= c->axis.width[i];
}

START_TEST(linear_drift_contracts_a_normal_law_to_third_order) {
    const size_t cells[] = {128, 256, 512, 1024};
    double h[4], error[4];
    for (int k = 0; k < 4; k++) {
        const struct chain_case ou = {"",         drift_linear, 0, -5, 5,
                                      _i ? 2 : 0, REFLECTING,   2, 0.5};
        struct chain *c = chain_create(&ou, cells[k]);
        const double t[] = {0.5};
        double want[MOST_CELLS];
        start_normal(c, 2, 0.5);
        run(&ou, c, 1e-10, 1, t);
        normal(c, 2 * exp(-0.5), 0.5 * exp(-0.5), want);
        h[k] = 1.0 / (double)cells[k];
        error[k] = rates_l1(cells[k], got.m[0], want);
        ck_assert_double_le(got.error[0], 1e-7);
        chain_destroy(c);
    }
    /* Third order in general, fourth (cancelling odd terms) on smooth spacings. */
    ck_assert_double_gt(slope(4, h, error), 2.9);
    ck_assert_double_lt(slope(4, h, error), 4.6);
    ck_assert_double_lt(error[3], 1e-5);
}
END_TEST

START_TEST(characteristics_obey_the_exponential_integral) {
    /* docs/theory.md 4.3: W0 = 0.5 is at 1.7413649001 after 100 steps of T = 0.02. */
    struct error err = {0};
    double face[] = {-1, 1.7413649001, 4};
    struct axis axis = {.cells = 2, .face = face, .boundary = {REFLECTING, REFLECTING}};
    const struct model model = {drift_bostock, 0};
    const struct coefficients co = coefficients(&model);
    struct characteristics *c = characteristics_create(&axis, &co, 1e-12, &err);
    ck_assert(characteristics_trace(c, 40, NULL, &err));
    ck_assert(characteristics_trace(c, 60, NULL, &err));
    /* dW0/dW = G(W0)/G(W) = 0.63; the value is given to 5e-11. */
    ck_assert_double_eq_tol(c->x[1], 0.5, 1e-10);
    characteristics_destroy(c);
}
END_TEST

/* A path started at one point, in little noise: w the noiseless path, v the variance about
 * it, e what the drift's curvature makes of v in the mean,
 *     w' = b,   v' = 2 b' v + 2 D,   e' = b' e + b'' v / 2,   errors O(D^2). */
struct path {
    double w, v, e;
};
static struct path path_rate(struct path p, double D) {
    const double u = p.w - 2, g = exp(-u * u);
    const double slope = 0.04 * (2 * u * u - 1) * g, bend = 0.04 * (6 - 4 * u * u) * u * g;
    return (struct path){drift_bostock(p.w), 2 * slope * p.v + 2 * D,
                         slope * p.e + bend * p.v / 2};
}
static struct path path_ahead(struct path p, double h, struct path r) {
    return (struct path){p.w + h * r.w, p.v + h * r.v, p.e + h * r.e};
}

/* Mean and standard deviation of the law that starts as N(0.5, 0.175^2), to 1e-7: RK4 along
 * the paths from 600 points. */
static void exact_moments(double D, double t, double *mean, double *sd) {
    const int points = 600, steps = 800;
    double mass = 0, first = 0, second = 0;
    for (int i = 0; i < points; i++) {
        const double z = -6 + 12 * (i + 0.5) / points, h = t / steps;
        struct path x = {0.5 + 0.175 * z, 0, 0};
        for (int s = 0; s < steps; s++) {
            const struct path a = path_rate(x, D),
                              b = path_rate(path_ahead(x, h / 2, a), D),
                              c = path_rate(path_ahead(x, h / 2, b), D),
                              d = path_rate(path_ahead(x, h, c), D);
            x = path_ahead(x, h / 6, a), x = path_ahead(x, h / 3, b);
            x = path_ahead(x, h / 3, c), x = path_ahead(x, h / 6, d);
        }
        const double p = exp(-z * z / 2);
        mass += p, first += p * (x.w + x.e);
        second += p * (x.w * x.w + 2 * x.w * x.e + x.v);
    }
    *mean = first / mass;
    *sd = sqrt(second / mass - *mean * *mean);
}

static void grid_moments(const struct chain *c, const double *m, double *mean, double *sd) {
    double first = 0, second = 0;
    for (size_t i = 0; i < c->axis.cells; i++)
        first += m[i] * c->axis.centre[i];
    for (size_t i = 0; i < c->axis.cells; i++)
        second += m[i] * ((c->axis.centre[i] - first) * (c->axis.centre[i] - first));
    const double width = c->axis.width[0];
    *mean = first;
    *sd = sqrt(second - width * width / 12); /* Sheppard */
}

START_TEST(small_noise_limit_has_mean_and_width_right) {
    static const double noises[] = {0, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3};
    const struct chain_case k = {"", drift_bostock, noises[_i], -1,   4,
                                 0,  REFLECTING,    0.5,        0.175};
    const double t[] = {10, 50, 100, 200, 400};
    struct chain *c = chain_create(&k, 1000);
    start_normal(c, 0.5, 0.175);
    run(&k, c, 1e-4, 5, t);
    for (int i = 0; i < 5; i++) {
        double mean = 0, sd = 0, m, s;
        exact_moments(k.D, t[i], &mean, &sd);
        grid_moments(c, got.m[i], &m, &s);
        if (getenv("SHOW") != NULL)
            printf("D %.0e t %3.0f mean %.6f (%.6f) sd %.6f (%.6f) error %.1e\n", k.D, t[i],
                   m, mean, s, sd, got.error[i]);
        ck_assert_double_eq_tol(rates_sum(1000, got.m[i]), 1, 1e-11);
        ck_assert_double_le(rates_negative(1000, got.m[i]), 1e-11);
        if (k.D > 1e-6) continue; /* the expansion's own error */
        /* Late, all mass is in the cell beside x = 2: half a width is the grid's answer. */
        ck_assert_double_eq_tol(m, mean, fmax(1e-3 * mean, c->axis.width[0] / 2));
        ck_assert_double_eq_tol(s, sd, fmax(1e-3 * sd, c->axis.width[0] / 20));
    }
    chain_destroy(c);
}
END_TEST

START_TEST(noise_and_linear_drift_give_the_exact_normal_law) {
    static const double noises[] = {1e-6, 1e-4, 1e-3, 1e-2};
    const struct chain_case k = {"", drift_linear, noises[_i], -2, 3,
                                 0,  REFLECTING,   1,          0.2};
    const double t[] = {0.1, 0.5, 1};
    struct chain *c = chain_create(&k, 1000);
    start_normal(c, 1, 0.2);
    run(&k, c, 1e-5, 3, t);
    for (int i = 0; i < 3; i++) {
        const double decay = exp(-t[i]),
                     v = 0.04 * decay * decay + k.D * (1 - decay * decay);
        double want[MOST_CELLS];
        normal(c, decay, sqrt(v), want);
        const double e = rates_l1(1000, got.m[i], want);
        if (getenv("SHOW") != NULL)
            printf("D %.0e t %g L1 %.1e (reported %.1e)\n", k.D, t[i], e, got.error[i]);
        /* The diffusion's own second-order space error is the largest part, D t (h /
         * sd^2)^2. */
        ck_assert_double_le(e, 1e-4);
    }
    chain_destroy(c);
}
END_TEST

/* Two runs whose steps are long for the drift collapse alike: their agreement says nothing. */
START_TEST(a_stationary_law_comes_from_steps_shorter_than_the_drift_relaxes) {
    const struct chain_case k = {"", drift_linear, 1e-3, -2, 3, 0, REFLECTING, 1, 0.2};
    const double t = 1000;
    double want[MOST_CELLS];
    struct chain *c = chain_create(&k, 1000);
    start_normal(c, 1, 0.2);
    run(&k, c, 1e-5, 1, &t);
    normal(c, 0, sqrt(k.D), want);
    ck_assert_double_le(rates_l1(1000, got.m[0], want), 1e-2);
    chain_destroy(c);
}
END_TEST

START_TEST(drifts_that_relax_too_often_are_refused) {
    const struct model model = {drift_linear, 1e-3};
    const struct coefficients co = coefficients(&model);
    const struct chain_case k = {"", drift_linear, 1e-3, -2, 3, 0, REFLECTING, 1, 0.2};
    const struct propagator_options options = {.tolerance = 1e-5};
    const double t = 1e6;
    struct error err = {0};
    struct chain *c = chain_create(&k, 100);
    got.generator = &c->generator, got.count = 0;
    struct propagator *p =
        propagator_create(&transport_method, &c->generator, &co, &options, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert(!propagator_advance(p, c->p0, 1, &t, keep, &got, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_ptr_nonnull(strstr(err.message, "use time.method contour"));
    ck_assert_uint_eq(got.count, 0);
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

static double drift_right(double x) {
    return 1 + 0 * x;
}

START_TEST(a_turn_round_the_ring_is_the_identity) {
    const struct chain_case k = {"", drift_right, 0, 0, 1, 0, PERIODIC, 0.4, 0.1};
    struct chain *c = chain_create(&k, 50);
    const double t[] = {0, 0.37, 1, 7};
    run(&k, c, 1e-10, 4, t);
    for (size_t i = 0; i < 50; i++) {
        const double m0 = c->p0[i] * c->axis.width[i];
        ck_assert_double_eq(got.m[0][i], m0);
        ck_assert_double_eq_tol(got.m[2][i], m0, 1e-10);
        ck_assert_double_eq_tol(got.m[3][i], m0, 1e-10);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_double_eq_tol(rates_sum(50, got.m[i]), 1, 64 * DBL_EPSILON);
    chain_destroy(c);
}
END_TEST

START_TEST(walls_keep_mass_and_absorbing_ends_lose_it) {
    const struct chain_case k = {"",  drift_right, 0, 0, 1, 0, _i ? ABSORBING : REFLECTING,
                                 0.5, 0.1};
    struct chain *c = chain_create(&k, 200);
    start_normal(c, 0.5, 0.1);
    const double t[] = {0.3, 0.5, 2};
    run(&k, c, 1e-10, 3, t);
    for (int i = 0; i < 3; i++) {
        const double inside = (1 + erf((0.5 - t[i]) / (0.1 * sqrt(2)))) / 2;
        const double mass = rates_sum(200, got.m[i]);
        ck_assert_double_eq(rates_negative(200, got.m[i]), 0);
        /* p0 has 6e-7 outside the box; faces of p0's cells are hit to rounding. */
        ck_assert_double_eq_tol(mass, _i ? inside : 1, 1e-6);
        if (_i == 0) ck_assert_double_ge(got.m[i][199], 1 - inside - 1e-6);
    }
    chain_destroy(c);
}
END_TEST

START_TEST(remap_keeps_sign_mass_and_maxima_of_rough_data) {
    struct error err = {0};
    const struct chain_case k = {"", drift_none, 0, 0, 1, 0, REFLECTING, 0.5, 0.1};
    struct chain *c = chain_create(&k, 60);
    double m[60], x[61], out[60];
    /* Pairs of spikes: the parabola in the cell between them would dip below 0. */
    for (size_t i = 0; i < 60; i++)
        m[i] = i % 17 == 3 || i % 17 == 5 ? 1 : i % 17 == 4 ? 0.02 : 0;
    for (size_t i = 0; i <= 60; i++)
        x[i] = c->axis.face[i] + 0.3 / 60 * sin((double)i);
    struct remap *r = remap_create(&c->axis, &err);
    remap_set(r, m);
    remap_masses(r, x, out);
    ck_assert_double_eq_tol(rates_sum(60, out), rates_sum(60, m), 64 * DBL_EPSILON);
    ck_assert_double_eq(rates_negative(60, out), 0);
    /* Many points in one cell: an undershoot inside it would show as mass gained. */
    for (size_t i = 1; i < 60; i++)
        x[i] = c->axis.face[2] + 4.0 / 60 * (double)i / 60;
    remap_masses(r, x, out);
    ck_assert_double_eq_tol(rates_sum(60, out), rates_sum(60, m), 64 * DBL_EPSILON);
    ck_assert_double_eq(rates_negative(60, out), 0);
    /* A parabola as data is kept, its maximum too: half a cell off the centre. */
    for (size_t i = 0; i < 60; i++) {
        const double a = c->axis.face[i], b = c->axis.face[i + 1];
        m[i] = (b - a) - (pow(b - 0.5, 3) - pow(a - 0.5, 3)) / 3;
        x[i] = a + 0.5 / 60;
    }
    remap_set(r, m);
    remap_masses(r, x, out);
    for (size_t i = 1; i < 58; i++)
        ck_assert_double_eq_tol(
            out[i], (x[i + 1] - x[i]) - (pow(x[i + 1] - 0.5, 3) - pow(x[i] - 0.5, 3)) / 3,
            1e-13);
    remap_destroy(r);
    chain_destroy(c);
}
END_TEST

/* auto: characteristics where there is no noise at all, the contour elsewhere; the reason is
 * said. Cells that are too wide for the noise are the caller's business (solver/analysis/resolution). */
START_TEST(without_noise_characteristics_are_chosen) {
    static const struct {
        double D;
        const struct propagator_method *method;
        const char *why;
    } cases[] = {{0, &transport_method, "without noise"},
                 {1e-6, &contour_method, "no time steps"},
                 {0.1, &contour_method, "no time steps"}};
    const struct chain_case k = {"", drift_linear, cases[_i].D, -2, 3,
                                 0,  REFLECTING,   1,           0.2};
    const struct model model = {drift_linear, k.D};
    const struct coefficients co = coefficients(&model);
    struct chain *c = chain_create(&k, 200);
    char why[256];
    ck_assert_ptr_eq(propagator_choose(&c->generator, &co, why), cases[_i].method);
    ck_assert_msg(strstr(why, cases[_i].why) != NULL, "%s", why);
    chain_destroy(c);
}
END_TEST

Suite *transport_suite(void);
Suite *transport_suite(void) {
    Suite *suite = suite_create("transport");
    TCase *tcase = tcase_create("transport");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, linear_drift_contracts_a_normal_law_to_third_order, 0, 2);
    tcase_add_test(tcase, characteristics_obey_the_exponential_integral);
    tcase_add_loop_test(tcase, small_noise_limit_has_mean_and_width_right, 0, 7);
    tcase_add_loop_test(tcase, noise_and_linear_drift_give_the_exact_normal_law, 0, 4);
    tcase_add_test(tcase, a_stationary_law_comes_from_steps_shorter_than_the_drift_relaxes);
    tcase_add_test(tcase, drifts_that_relax_too_often_are_refused);
    tcase_add_test(tcase, a_turn_round_the_ring_is_the_identity);
    tcase_add_loop_test(tcase, walls_keep_mass_and_absorbing_ends_lose_it, 0, 2);
    tcase_add_loop_test(tcase, without_noise_characteristics_are_chosen, 0, 3);
    tcase_add_test(tcase, remap_keeps_sign_mass_and_maxima_of_rough_data);
    suite_add_tcase(suite, tcase);
    return suite;
}
