/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers against exact laws of the discrete processes (docs/theory.md 2.3, 3.2, 3.4, 5.2),
 * within 3 standard errors at a fixed seed, and far outside for the formula it could be
 * mistaken for. */
#include "solver/mc/moments.h"
#include "solver/mc/start.h"
#include "solver/mc/walkers.h"
#include "tests/convergence/walkers_laws.h"
#include "tests/slope.h"
#include <check.h>
#include <math.h>

/* --- One variable, quadratic noise: G = h x, C = c0 + c2 x^2 -------------------------- */

/* m2 = eta c0 / (2 h - eta (h^2 + c2)) = .0588; Ito's .0556, Stratonovich's .0625. Also
 * m4 = .0131544; Ito's .0119 (docs/theory.md 5.2). */
START_TEST(discrete_variance_with_quadratic_noise) {
    struct walkers_model model = model_of(WALKERS_GAUSSIAN, 1, pearson_noise, NULL);
    model.eta[0] = eta;
    struct walkers *w = run(&model, 300000, 100);
    const double wrong[] = {1.0 / 18, 0.0625, 1.0 / 14};
    struct sample_moments m;
    OK(moments_estimate(w, 0, &m, &err));
    expect("m2", m.variance, eta * c0 / (2 * H - eta * (H * H + c2)), 3, wrong);
    expect("kurtosis", m.kurtosis, 0.0131544267 / (0.0588235294 * 0.0588235294), 0, NULL);
    expect("mean", m.mean, 0, 0, NULL);
    walkers_destroy(w);
}
END_TEST

static const double alphas[3] = {0, 0.5, 1};

/* Euler's chain is linear in the second moment: m2 = eta c0 / (2 a - a^2 s - eta c2)
 * exactly, a = h - alpha eta c2, s the step; s -> 0 gives .0556, .0625, .0714. */
START_TEST(euler_steps_each_interpretation) {
    const double alpha = alphas[_i], s = 0.05;
    const struct pearson_sde law = {.alpha = alpha, .root = _i == 1};
    struct walkers_model model = model_of(WALKERS_EULER, 1, pearson_drift, &law);
    model.step = s, model.noise_is_root = law.root;
    struct walkers *w = run(&model, 200000, 200);
    double wrong[2];
    for (int k = 0, n = 0; k < 3; k++)
        if (k != _i) wrong[n++] = eta * c0 / (2 * H - (1 + 2 * alphas[k]) * eta * c2);
    const double a = H - alpha * eta * c2;
    expect("m2", variance_of(w, 0), eta * c0 / (2 * a - a * a * s - eta * c2), 2, wrong);
    walkers_destroy(w);
}
END_TEST

/* Milstein adds (eta c2 x / 2)^2 s^2 E (z^2 - 1)^2 = eta^2 c2^2 s^2 x^2 / 2 to the variance
 * of a step (its covariance with z is 0): m2 = eta c0 / (2 a - a^2 s - eta c2 - (eta c2)^2
 * s/2).
 */
START_TEST(milstein_has_its_exact_variance) {
    const double s = 1;
    const struct pearson_sde law = {.derivative = true};
    struct walkers_model model = model_of(WALKERS_MILSTEIN, 1, pearson_drift, &law);
    model.step = s;
    struct walkers *w = run(&model, 300000, 40);
    const double e = eta * c2, right = eta * c0 / (2 - s - e - 0.5 * e * e * s);
    const double euler = eta * c0 / (2 - s - e);
    expect("m2", variance_of(w, 0), right, 1, &euler);
    walkers_destroy(w);
}
END_TEST

/* dx = x dW: the distance of the paths with h and h/2 falls with h (Milstein; measured
 * slope within .1 of 1) or its root (Euler). */
static void geometric(const void *self, double t, size_t n, const double *const *in,
                      double *const *out) {
    (void)t;
    const bool derivative = *(const bool *)self;
    for (size_t i = 0; i < n; i++) {
        out[0][i] = 0;
        out[1][i] = in[0][i]; /* the root b */
        if (derivative) out[2][i] = in[0][i];
    }
}

START_TEST(strong_order_of_convergence) {
    const bool milstein = _i == 1;
    double h[3], distance[3];
    for (int k = 0; k < 3; k++) {
        const uint64_t steps = (uint64_t)16 << k;
        struct walkers_model coarse =
            model_of(milstein ? WALKERS_MILSTEIN : WALKERS_EULER, 1, geometric, &milstein);
        coarse.noise_is_root = true, coarse.coarse = true;
        coarse.step = h[k] = 0.5 / (double)steps;
        struct walkers_model fine = coarse;
        fine.coarse = false, fine.step = 0.5 * h[k];
        struct walkers *a = walkers_create_for(&fine, 20000, key, &err);
        struct walkers *b = walkers_create_for(&coarse, 20000, key, &err);
        walkers_start_point(a, (double[]){1}), walkers_start_point(b, (double[]){1});
        OK(walkers_advance(a, &fine, 2 * steps, NULL, &err));
        OK(walkers_advance(b, &coarse, steps, NULL, &err));
        distance[k] = 0;
        for (size_t i = 0; i < a->count; i++)
            distance[k] += fabs(a->x[0][i] - b->x[0][i]) / (double)a->count;
        walkers_destroy(b);
        walkers_destroy(a);
    }
    ck_assert_double_eq_tol(slope(3, h, distance), milstein ? 1 : 0.5, 0.1);
}
END_TEST

/* Heun steps the Stratonovich equation, weak order 1: m2 = .0625, bias O(s) = 1 % at 0.02.
 */
START_TEST(heun_is_stratonovich_without_any_correction) {
    const struct pearson_sde law = {.alpha = 0.5, .scheme = 0.5, .root = _i == 0};
    struct walkers_model model = model_of(WALKERS_HEUN, 1, pearson_drift, &law);
    model.step = 0.02, model.noise_is_root = law.root;
    struct walkers *w = run(&model, 60000, 300);
    const struct estimate m2 = variance_of(w, 0);
    ck_assert_double_lt(fabs(m2.value - 0.0625), 3 * m2.error + 0.0006);
    walkers_destroy(w);
}
END_TEST

/* OU by Euler: m2 = D / (a - a^2 s / 2). The bias that step-halving reports is the exact
 * difference of the two chains, with an error far below that of one ensemble. */
START_TEST(step_halving_reports_the_weak_bias) {
    static const struct pearson_sde law = {0};
    struct walkers_model fine = model_of(WALKERS_EULER, 1, pearson_drift, &law), coarse;
    fine.step = 0.1, coarse = fine;
    coarse.step = 0.2, coarse.coarse = true;
    struct walkers *a = run(&fine, 100000, 150), *b = run(&coarse, 100000, 75);
    struct weak_bias bias;
    OK(moments_weak_bias(a, b, 0, &bias, &err));
    const double e = eta * c2, exact = eta / (2 - 0.1 - e) - eta / (2 - 0.2 - e);
    const double none = 0;
    expect("bias of the variance", bias.variance, exact, 1, &none);
    expect("bias of the mean", bias.mean, 0, 0, NULL);
    ck_assert_double_lt(bias.variance.error, 0.4 * variance_of(a, 0).error);
    walkers_destroy(b);
    walkers_destroy(a);
}
END_TEST

/* Of walkers that an absorbing wall leaves over: the difference of their moments. */
START_TEST(the_weak_bias_is_of_who_is_left) {
    static const struct pearson_sde law = {0};
    struct walkers_model fine = model_of(WALKERS_EULER, 1, pearson_drift, &law), coarse;
    struct sample_moments of[2];
    struct weak_bias bias;
    fine.step = 0.1;
    fine.hi[0] = 0.3, fine.boundary[0][1] = ABSORBING;
    coarse = fine, coarse.step = 0.2, coarse.coarse = true;
    struct walkers *a = run(&fine, 20000, 150), *b = run(&coarse, 20000, 75);
    OK(moments_weak_bias(a, b, 0, &bias, &err));
    OK(moments_estimate(a, 0, &of[0], &err));
    OK(moments_estimate(b, 0, &of[1], &err));
    ck_assert_uint_lt(of[0].count, 19000);
    ck_assert_uint_ne(of[0].count, of[1].count);
    ck_assert_double_eq_tol(bias.mean.value, of[0].mean.value - of[1].mean.value, 1e-15);
    const double variance = of[0].variance.value - of[1].variance.value;
    ck_assert_double_eq_tol(bias.variance.value, variance, 1e-3 * of[0].variance.value);
    ck_assert_double_lt(bias.mean.error, 1.5 * of[0].mean.error);
    ck_assert_double_gt(bias.mean.error, 0.05 * of[0].mean.error);
    walkers_destroy(b);
    walkers_destroy(a);
}
END_TEST

/* --- Two variables -------------------------------------------------------------------- */

/* g = H x + noise of covariance C. self: NULL gradient and C; otherwise drift and D. */
static void ornstein_uhlenbeck(const void *self, double t, size_t n,
                               const double *const *in, double *const *out) {
    (void)t;
    const double *scale = self; /* of drift, of matrix; third: symmetric root wanted */
    for (size_t i = 0; i < n; i++) {
        const double x = in[0][i], y = in[1][i];
        out[0][i] = scale[0] * (2 * x + 0.5 * y);
        out[1][i] = scale[0] * (0.5 * x + y);
        out[2][i] = scale[1] * 1;
        out[3][i] = scale[1] * -0.3;
        out[4][i] = scale[1] * 0.5;
    }
}

/* X_ij = eta C_ij / (l_i + l_j - eta l_i l_j) in H's eigenbasis (docs/theory.md 3.2),
 * against the continuous (1/42) [[1.27, -.88], [-.88, 1.49]]. Euler with h = eta and
 * D = eta C / 2 is the same chain. */
START_TEST(discrete_covariance_in_two_variables) {
    const double sgd[2] = {1, 1}, sde[2] = {-1, 0.05};
    struct walkers_model model = model_of(_i == 0 ? WALKERS_GAUSSIAN : WALKERS_EULER, 2,
                                          ornstein_uhlenbeck, _i == 0 ? sgd : sde);
    if (_i == 1) model.step = 0.1;
    model.eta[0] = model.eta[1] = 0.1;
    struct walkers *w = run(&model, 200000, 120);
    struct estimate xy;
    OK(moments_covariance(w, &xy, &err));
    expect("Var x", variance_of(w, 0), 0.03281948, 1, (double[]){1.27 / 42});
    expect("Cov xy", xy, -0.02153303, 0, NULL);
    expect("Var y", variance_of(w, 1), 0.03694748, 1, (double[]){1.49 / 42});
    walkers_destroy(w);
}
END_TEST

/* Heun in 2-D with constant noise: x' = (1 - H s + H^2 s^2/2) x + (1 - H s/2) n; at s = 0.1
 * the variances are within 1 % of the continuous ones (Euler's are 9 % off). */
START_TEST(heun_in_two_variables) {
    const double sde[2] = {-1, 0.05};
    struct walkers_model model = model_of(WALKERS_HEUN, 2, ornstein_uhlenbeck, sde);
    model.step = 0.1;
    struct walkers *w = run(&model, 100000, 120);
    struct estimate xy, x = variance_of(w, 0), y = variance_of(w, 1);
    OK(moments_covariance(w, &xy, &err));
    ck_assert_double_lt(fabs(x.value * 42 / 1.27 - 1), 0.01 + 3 * x.error * 42 / 1.27);
    ck_assert_double_lt(fabs(y.value * 42 / 1.49 - 1), 0.01 + 3 * y.error * 42 / 1.49);
    ck_assert_double_lt(fabs(xy.value * 42 / 0.88 + 1), 0.01 + 3 * xy.error * 42 / 0.88);
    walkers_destroy(w);
}
END_TEST

/* --- Stable noise --------------------------------------------------------------------- */

static void cosine(const void *self, double t, size_t n, const double *const *in,
                   double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = cos(2 * in[0][i]);
}

/* dx = -x dt + s dL by Euler: x is stable of scale^alpha = s^alpha h / (1 - (1-h)^alpha),
 * and E cos(k x) = exp(-scale^alpha |k|^alpha). Coarse steps alike. */
START_TEST(levy_driven_relaxation_is_stable) {
    const double alpha = _i == 1 ? 2 : 1.5, h = 0.1;
    const struct walkers_function f = {.evaluate = cosine};
    struct walkers_model model = model_of(WALKERS_EULER, 1, stable_drift, NULL);
    model.stable = alpha, model.noise_is_root = true, model.step = h;
    model.coarse = _i == 2;
    struct walkers *w = run(&model, 100000, 150);
    struct estimate mean;
    OK(moments_of_function(w, &f, &mean, &err));
    const double scale = pow(0.7, alpha) * h / (1 - pow(1 - h, alpha));
    const double other = pow(0.7, 1.2) * h / (1 - pow(1 - h, 1.2));
    expect("E cos 2x", mean, exp(-scale * pow(2, alpha)), 1,
           (double[]){exp(-other * pow(2, 1.2))});
    walkers_destroy(w);
}
END_TEST

/* --- The same bits -------------------------------------------------------------------- */

/* 1000 walkers after 50 steps: the same on every machine, compiler and instruction set. */
START_TEST(walkers_are_the_same_to_the_bit_everywhere) {
    static const struct pearson_sde sde = {.alpha = 0.5},
                                    slope = {.alpha = 0.5, .derivative = true};
    struct walkers_model models[] = {
        model_of(WALKERS_GAUSSIAN, 1, pearson_noise, NULL),
        table_model(3, WITH_REPLACEMENT, 0.1),
        table_model(3, WITHOUT_REPLACEMENT, 0.1),
        table_model(2, RESHUFFLED, 0.1),
        model_of(WALKERS_EULER, 1, pearson_drift, &sde),
        model_of(WALKERS_MILSTEIN, 1, pearson_drift, &slope),
        model_of(WALKERS_HEUN, 1, pearson_drift, &sde),
        model_of(WALKERS_EULER, 1, stable_drift, NULL),
    };
    static const uint64_t hash[] = {14889440098314329014u, 15520534021858997281u,
                                    16750588774501250415u, 10845476336615560328u,
                                    15555263173412528686u, 7400947058262022957u,
                                    10499151551602100587u, 8850040399546217585u};
    struct walkers_model *model = &models[_i];
    if (_i == 0) model->eta[0] = eta;
    if (_i >= 4) model->step = 0.05;
    if (_i == 7) model->stable = 1.5, model->noise_is_root = true;
    struct walkers *w = walkers_create_for(model, 1000, key, &err);
    OK(w != NULL);
    walkers_start_point(w, (double[]){0.25, 0});
    OK(walkers_advance(w, model, 50, NULL, &err));
    ck_assert_uint_eq(walkers_hash(w), hash[_i]);
    walkers_destroy(w);
}
END_TEST

Suite *walkers_laws_suite(void);
Suite *walkers_laws_suite(void) {
    Suite *suite = suite_create("walkers_laws");
    TCase *laws = tcase_create("discrete laws");
    tcase_add_test(laws, discrete_variance_with_quadratic_noise);
    tcase_add_loop_test(laws, discrete_covariance_in_two_variables, 0, 2);
    tcase_add_loop_test(laws, walkers_are_the_same_to_the_bit_everywhere, 0, 8);
    tcase_set_timeout(laws, 120);
    suite_add_tcase(suite, laws);
    TCase *sde = tcase_create("stochastic equations");
    tcase_add_loop_test(sde, euler_steps_each_interpretation, 0, 3);
    tcase_add_test(sde, milstein_has_its_exact_variance);
    tcase_add_loop_test(sde, strong_order_of_convergence, 0, 2);
    tcase_add_loop_test(sde, heun_is_stratonovich_without_any_correction, 0, 2);
    tcase_add_test(sde, step_halving_reports_the_weak_bias);
    tcase_add_test(sde, the_weak_bias_is_of_who_is_left);
    tcase_add_test(sde, heun_in_two_variables);
    tcase_add_loop_test(sde, levy_driven_relaxation_is_stable, 0, 3);
    tcase_set_timeout(sde, 120);
    suite_add_tcase(suite, sde);
    return suite;
}
