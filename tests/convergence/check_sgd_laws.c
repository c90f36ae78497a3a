/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers of SGD against the exact laws of the discrete chain: learning rates, momentum,
 * batches, and leaving the pit of the two datapoints. */
#include "solver/expr/vecmath.h"
#include "solver/mc/moments.h"
#include "solver/mc/start.h"
#include "solver/mc/walkers.h"
#include "tests/convergence/walkers_laws.h"
#include <check.h>
#include <math.h>

/* --- Two variables -------------------------------------------------------------------- */

/* Per-variable rates eta_1 != eta_2: with diagonal H each variable has its own discrete
 * variance eta_d c / (h (2 - eta_d h)). */
static void separable(const void *self, double t, size_t n, const double *const *in,
                      double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++) {
        out[0][i] = in[0][i], out[1][i] = in[1][i];
        out[2][i] = 1, out[3][i] = 0, out[4][i] = 1;
    }
}

START_TEST(every_variable_has_its_own_learning_rate) {
    struct walkers_model model = model_of(WALKERS_GAUSSIAN, 2, separable, NULL);
    model.eta[0] = 0.1, model.eta[1] = 0.4;
    struct walkers *w = run(&model, 100000, 80);
    expect("Var x", variance_of(w, 0), 0.1 / 1.9, 0, NULL);
    expect("Var y", variance_of(w, 1), 0.4 / 1.6, 0, NULL);
    walkers_destroy(w);
}
END_TEST

/* --- Momentum ------------------------------------------------------------------------- */

struct quadratic {
    double h, s2;
};

static void quadratic_noise(const void *self, double t, size_t n, const double *const *in,
                            double *const *out) {
    (void)t;
    const struct quadratic *q = self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = q->h * in[0][i], out[1][i] = q->s2;
}

static const struct {
    double mu, h, eta, s2;
    uint64_t walkers, steps;
    double xx, vv, xv;
} momentum_cases[] = {
    {0.9, 1, 0.05, 1, 600000, 180, 0.2533333333, 5.3333333333, -0.1333333333},
    {0.5, 2, 0.3, 0.7, 200000, 60, 0.13125, 1.1666666667, -0.175},
};

/* v <- mu v + g: E x^2, E v^2, E x v of docs/theory.md 2.3; naive
 * eta s2 / (2 h (1 - mu)). */
START_TEST(heavy_ball_has_its_discrete_law) {
    const double mu = momentum_cases[_i].mu, rate = momentum_cases[_i].eta;
    const struct quadratic q = {momentum_cases[_i].h, momentum_cases[_i].s2};
    struct walkers_model model = model_of(WALKERS_GAUSSIAN, 1, quadratic_noise, &q);
    model.momentum = mu, model.eta[0] = rate;
    struct walkers *w = run(&model, momentum_cases[_i].walkers, momentum_cases[_i].steps);
    const double naive = rate * q.s2 / (2 * q.h * (1 - mu));
    expect("E x^2", variance_of(w, 0), momentum_cases[_i].xx, 1, &naive);
    /* Velocities and products through a view of the same ensemble as (x, v). */
    struct walkers view = *w;
    struct estimate xv;
    view.dims = 2, view.x[1] = w->v[0];
    OK(moments_covariance(&view, &xv, &err));
    expect("E x v", xv, momentum_cases[_i].xv, 1, (double[]){0});
    expect("E v^2", variance_of(&view, 1), momentum_cases[_i].vv, 0, NULL);
    walkers_destroy(w);
}
END_TEST

/* v <- mu v + (1 - mu) g is the heavy ball with eta (1 - mu). */
START_TEST(the_averaging_form_has_a_smaller_rate) {
    const double mu = 0.5, rate = 0.6, h = 2, s2 = 0.7, same = rate * (1 - mu);
    const struct quadratic q = {h, s2};
    struct walkers_model model = model_of(WALKERS_GAUSSIAN, 1, quadratic_noise, &q);
    model.momentum = mu, model.eta[0] = rate, model.form = AVERAGING;
    struct walkers *w = run(&model, 200000, 60);
    const double right = same * s2 * (1 + mu) / (h * (1 - mu) * (2 * (1 + mu) - same * h));
    expect("E x^2", variance_of(w, 0), right, 1, (double[]){0.6 * s2 / (h * 0.8)});
    walkers_destroy(w);
}
END_TEST

/* --- Real examples -------------------------------------------------------------------- */

/* Batches with eta = B eta0 (docs/theory.md 3.4): variance eta0 s / (2 - B eta0), not the
 * eta0 s / 2 of the linear scaling rule; without replacement times (n - B)/(n - 1). */
START_TEST(batch_scaling_breaks_as_it_should) {
    const double eta0 = 0.2, B = 4;
    const struct walkers_model with = table_model(4, WITH_REPLACEMENT, B * eta0);
    const struct walkers_model without = table_model(4, WITHOUT_REPLACEMENT, B * eta0);
    struct walkers *a = run(&with, 200000, 40), *b = run(&without, 200000, 40);
    const double right = eta0 * column_variance / (2 - B * eta0);
    const double rule = eta0 * column_variance / 2;
    const double share = (ROWS - B) / (ROWS - 1);
    expect("with replacement", variance_of(a, 0), right, 1, &rule);
    expect("without", variance_of(b, 0), right * share, 2, (double[]){right, rule});
    walkers_destroy(b);
    walkers_destroy(a);
}
END_TEST

/* Reshuffled epochs: x_e = r^n x + eta sum_k w_k a_pi(k), w_k = r^(n-1-k), r = 1 - eta; for
 * a uniform permutation Var sum = s n/(n-1) (sum w^2 - (sum w)^2 / n). */
START_TEST(reshuffled_epochs_have_their_own_law) {
    const double rate = 0.1, r = 1 - rate;
    const struct walkers_model model = table_model(1, RESHUFFLED, rate);
    struct walkers *w = run(&model, 100000, 20 * ROWS);
    double sum = 0, squares = 0;
    for (int k = 0; k < ROWS; k++)
        sum += pow(r, k), squares += pow(r, 2 * k);
    const double right = rate * rate * column_variance * ROWS / (ROWS - 1) *
                         (squares - sum * sum / ROWS) / (1 - pow(r, 2 * ROWS));
    const double replaced = rate * column_variance / (2 - rate);
    expect("Var x", variance_of(w, 0), right, 1, &replaced);
    walkers_destroy(w);
}
END_TEST

/* docs/theory.md 3.4: g_j = h_j x + b_j over four points, h_j = 1 +- sqrt(2), b_j = +-1, so
 * h = 1, sigma_H = 2, sigma_g = 1, no covariance. L - L* = (eta/4) / (1 - eta (h^2 +
 * sigma_H)/(2h)) = .0294117647, not eta/4 = .025 and not Ito's (eta/4)/(1 - eta) = .0278.
 */
static void four_points(const void *self, double t, size_t n, const double *const *in,
                        double *const *out) {
    (void)t;
    (void)self;
    for (int j = 0; j < 4; j++) {
        const double h = 1 + (j & 1 ? 1 : -1) * sqrt(2), b = j & 2 ? 1 : -1;
        for (size_t i = 0; i < n; i++)
            out[j][i] = h * in[0][i] + b;
    }
}

static void half_square(const void *self, double t, size_t n, const double *const *in,
                        double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = 0.5 * in[0][i] * in[0][i];
}

START_TEST(heat_capacity_at_finite_learning_rate) {
    const struct walkers_function loss = {.evaluate = half_square};
    struct walkers_model model = model_of(WALKERS_SGD, 1, four_points, NULL);
    model.examples = 4, model.eta[0] = 0.1;
    struct walkers *w = run(&model, 400000, 120);
    struct estimate L;
    OK(moments_of_function(w, &loss, &L, &err));
    expect("L - L*", L, 0.0294117647, 2, (double[]){0.025, 0.025 / 0.9});
    walkers_destroy(w);
}
END_TEST

/* --- The two-datapoint loss (docs/theory.md 4.2) -------------------------------------- */

/* l0 = -exp(-(W-2)^2), l1 = l0 - exp(-100 (W-1)^2) */
static void two_pits(const void *self, double t, size_t n, const double *const *in,
                     double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++) {
        const double u = in[0][i] - 2, v = in[0][i] - 1;
        out[0][i] = 2 * u * vm_exp(-u * u);
        out[1][i] = out[0][i] + 200 * v * vm_exp(-100 * v * v);
    }
}

static void in_pit(const void *self, double t, size_t n, const double *const *in,
                   double *const *out) {
    (void)t;
    const double centre = *(const double *)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = fabs(in[0][i] - centre) < 0.2;
}

/* Figures at T = 0.02 with 10^6 walkers: after 100 and 1000 steps mean, std, pit, at 2;
 * half a unit of their last digit is allowed on top of 3 errors. */
static const struct {
    uint64_t steps;
    double mean, std, pit, at_2, digit;
} two_pit_figures[] = {
    {100, 1.193, 0.344, 0.645, 0.097, 5e-4},
    {1000, 1.999, 0.029, 0.0008, 0.9989, 1e-3},
};

START_TEST(two_datapoints_leave_the_pit_as_measured) {
    const double one = 1, two = 2;
    const struct walkers_function pit = {.evaluate = in_pit, .self = &one};
    const struct walkers_function main_minimum = {.evaluate = in_pit, .self = &two};
    const double digit = two_pit_figures[_i].digit;
    struct walkers_model model = model_of(WALKERS_SGD, 1, two_pits, NULL);
    model.examples = 2, model.eta[0] = 0.02;
    struct walkers *w = walkers_create_for(&model, 50000, key, &err);
    walkers_start_gaussian(w, (double[]){0.5}, (double[]){0.175 * 0.175});
    OK(walkers_advance(w, &model, two_pit_figures[_i].steps, NULL, &err));
    struct sample_moments m;
    struct estimate share;
    OK(moments_estimate(w, 0, &m, &err));
    ck_assert_double_lt(fabs(m.mean.value - two_pit_figures[_i].mean),
                        3 * m.mean.error + digit);
    ck_assert_double_lt(fabs(sqrt(m.variance.value) - two_pit_figures[_i].std),
                        3 * 0.5 * m.variance.error / sqrt(m.variance.value) + digit);
    OK(moments_region(w, &pit, &share, &err));
    ck_assert_double_lt(fabs(share.value - two_pit_figures[_i].pit),
                        3 * share.error + digit);
    OK(moments_region(w, &main_minimum, &share, &err));
    ck_assert_double_lt(fabs(share.value - two_pit_figures[_i].at_2),
                        3 * share.error + digit);
    walkers_destroy(w);
}
END_TEST

Suite *sgd_laws_suite(void);
Suite *sgd_laws_suite(void) {
    Suite *suite = suite_create("sgd_laws");
    TCase *laws = tcase_create("discrete laws");
    tcase_add_test(laws, every_variable_has_its_own_learning_rate);
    tcase_add_loop_test(laws, heavy_ball_has_its_discrete_law, 0, 2);
    tcase_add_test(laws, the_averaging_form_has_a_smaller_rate);
    tcase_add_test(laws, batch_scaling_breaks_as_it_should);
    tcase_add_test(laws, reshuffled_epochs_have_their_own_law);
    tcase_add_test(laws, heat_capacity_at_finite_learning_rate);
    tcase_add_loop_test(laws, two_datapoints_leave_the_pit_as_measured, 0, 2);
    tcase_set_timeout(laws, 120);
    suite_add_tcase(suite, laws);
    return suite;
}
