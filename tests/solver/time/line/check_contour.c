/* SPDX-License-Identifier: GPL-3.0-or-later
 * The contour as a propagator: time 0, mass, sign, restarts, splitting, one-way faces,
 * refusal. Its accuracy is the subject of convergence/check_time_error. */
#include "solver/equation/line.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/hyperbola.h"
#include "solver/time/line/rates.h"
#include "tests/chains.h"
#include <check.h>
#include <complex.h>
#include <float.h>
#include <stdio.h>

enum { CELLS = 400, MOST_TIMES = 40 };
static const struct chain_case well = {"", drift_double_well, 0.1, -2, 2,
                                       0,  REFLECTING,        -1,  0.1};

struct kept {
    const struct line_generator *generator;
    size_t count;
    double p[MOST_TIMES][CELLS], error[MOST_TIMES];
};
static struct kept got, other;

static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct kept *kept = context;
    ck_assert_uint_eq(k, kept->count++);
    memcpy(kept->p[k], p, kept->generator->cells * sizeof *p);
    kept->error[k] = time_error;
    return true;
}

static struct propagator *start(const struct chain *c, double tolerance,
                                const struct monitor *monitor) {
    struct error err = {0};
    const struct propagator_options options = {.tolerance = tolerance, .monitor = monitor};
    struct propagator *p =
        propagator_create(propagator_find(line_equation.methods, "contour"), &c->generator,
                          NULL, &options, &err);
    ck_assert_ptr_nonnull(p);
    return p;
}

static bool run(struct propagator *p, const struct chain *c, size_t n, const double *t,
                struct kept *kept, struct error *err) {
    kept->generator = &c->generator, kept->count = 0;
    return propagator_advance(p, c->p0, n, t, keep, kept, err);
}

static double mass(const struct chain *c, const double *p) {
    double m[CELLS];
    rates_masses(&c->generator, p, m);
    return rates_sum(c->axis.cells, m);
}

static double negative(const struct chain *c, const double *p) {
    double m[CELLS];
    rates_masses(&c->generator, p, m);
    return rates_negative(c->axis.cells, m);
}

START_TEST(weights_integrate_the_exponential) {
    /* e^{-lambda t} of a scalar, x_k = 1 / (z_k + lambda), to the planned tolerance. */
    static const double ratios[] = {1, 3, 10, 50, 300};
    const double ratio = ratios[_i];
    const size_t nodes = hyperbola_nodes(ratio, 1e-10, HYPERBOLA_NODES);
    const struct hyperbola c = hyperbola_make(nodes, ratio, 7);
    for (double t = 7; t >= 7 / ratio * (1 - 1e-12); t /= 1.3)
        for (double lambda = 0; lambda < 1e9; lambda = 3 * lambda + 0.01) {
            double re[HYPERBOLA_NODES], im[HYPERBOLA_NODES], sum = 0;
            hyperbola_weights(&c, t, true, re, im);
            for (size_t k = 0; k < nodes; k++) {
                const double x = c.z_re[k] + lambda, y = c.z_im[k];
                sum += (re[k] * x - im[k] * y) / (x * x + y * y);
            }
            ck_assert_double_eq_tol(sum, exp(-lambda * t), 1e-10);
        }
}
END_TEST

/* valgrind computes long double in double, which is no reference. */
static bool long_double_is_longer(void) {
    const volatile long double one = 1, little = LDBL_EPSILON;
    return one + little != one;
}

/* The weights by their definition in long double, and what scales them: Sum_k w_k / z_k. */
START_TEST(weights_are_right_to_the_last_bits) {
    static const double ratios[] = {1, 3, 10, 50, 300};
    const double ratio = ratios[_i];
    if (!long_double_is_longer()) return;
    const size_t nodes = hyperbola_nodes(ratio, 1e-10, HYPERBOLA_NODES);
    const struct hyperbola c = hyperbola_make(nodes, ratio, 7);
    for (double t = 7; t >= 7 / ratio * (1 - 1e-12); t /= 1.3)
        for (int stationary = 0; stationary < 2; stationary++) {
            double re[HYPERBOLA_NODES], im[HYPERBOLA_NODES];
            const double amplification = hyperbola_weights(&c, t, stationary, re, im);
            long double complex want[HYPERBOLA_NODES];
            long double sum = 0, kept = 0, amplified = 0;
            for (size_t k = 0; k < nodes; k++) {
                const long double complex z =
                    c.z_re[k] + c.z_im[k] * (long double complex)I;
                const long double complex dz =
                    c.dz_re[k] + c.dz_im[k] * (long double complex)I;
                want[k] = cexpl(z * t) * dz; /* re = Im w, im = Re w */
                sum += cimagl(want[k] / z);
                amplified += cabsl(want[k] / z);
                kept += cimagl((im[k] + re[k] * (long double complex)I) / z);
            }
            for (size_t k = 0; k < nodes; k++) {
                const long double complex w = want[k] / (stationary ? sum : 1);
                const double few =
                    DBL_EPSILON * (4 + hypot(c.z_re[k], c.z_im[k]) * t) * (double)cabsl(w);
                const double worth = (double)cabsl(want[k]) / hypot(c.z_re[k], c.z_im[k]);
                if (worth < 0.99e-18) ck_assert(re[k] == 0 && im[k] == 0);
                if (worth < 1.01e-18) continue;
                ck_assert_double_le((double)fabsl(re[k] - cimagl(w)), few);
                ck_assert_double_le((double)fabsl(im[k] - creall(w)), few);
            }
            ck_assert_double_eq_tol(amplification, (double)amplified,
                                    1e-13 * amplification);
            /* What is left is the rounding of each scaled weight. */
            if (stationary)
                ck_assert_double_le(fabs((double)(kept - 1)), DBL_EPSILON * amplification);
        }
}
END_TEST

START_TEST(time_zero_is_the_start_to_the_bit) {
    struct error err = {0};
    struct chain *c = chain_create(&well, CELLS);
    struct propagator *p = start(c, 1e-10, NULL);
    const double t[] = {0, 1};
    ck_assert(run(p, c, 2, t, &got, &err));
    for (size_t i = 0; i < CELLS; i++)
        ck_assert_double_eq_tol(got.p[0][i], c->p0[i], 2 * DBL_EPSILON * c->p0[i]);
    ck_assert_double_eq(got.error[0], 0);
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

START_TEST(mass_and_sign_hold_over_ten_decades) {
    struct error err = {0};
    struct chain *c = chain_create(&well, CELLS);
    struct propagator *p = start(c, 1e-10, NULL);
    double t[31];
    for (int k = 0; k < 31; k++)
        t[k] = pow(10, -4 + k / 3.0);
    ck_assert(run(p, c, 31, t, &got, &err));
    for (int k = 0; k < 31; k++) {
        /* Weights keep the mass; the elimination has some CELLS roundings, amplified ten
         * times. */
        ck_assert_double_eq_tol(mass(c, got.p[k]), 1, 1e-12);
        ck_assert_double_le(negative(c, got.p[k]), 1e-10);
        ck_assert_double_le(got.error[k], 1e-10);
    }
    /* Late, A p = 0: the state is stationary, symmetric wells. */
    for (size_t i = 0; i < CELLS; i++)
        ck_assert_double_eq_tol(got.p[30][i], got.p[30][CELLS - 1 - i], 1e-9);
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

START_TEST(a_call_depends_on_its_arguments_only) {
    struct error err = {0};
    struct chain *c = chain_create(&well, CELLS);
    struct propagator *p = start(c, 1e-8, NULL);
    const double t[] = {0.1, 0.2, 5}, late[] = {1e5};
    ck_assert(run(p, c, 3, t, &got, &err));
    ck_assert(run(p, c, 1, late, &other, &err));
    ck_assert(run(p, c, 3, t, &other, &err));
    ck_assert_mem_eq(got.p, other.p, 3 * sizeof got.p[0]);
    ck_assert_mem_eq(got.error, other.error, 3 * sizeof got.error[0]);
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

/* Drift and noise of docs/theory.md 4.2's two data points at T = 0.02, per step. */
static double pit(double w) {
    return 200 * (w - 1) * exp(-100 * (w - 1) * (w - 1));
}
static double one_way_drift(double w) {
    return drift_bostock(w) - 0.02 * pit(w) / 2;
}

START_TEST(one_way_faces_run_to_1e5_steps) {
    /* S = |q| / 2 is 0 at W = 1 and, to rounding, outside the pit. */
    struct error err = {0};
    const struct chain_case k = {"", one_way_drift, 0, -1, 4, 0, REFLECTING, 0.5, 0.175};
    struct chain *c = chain_create(&k, CELLS);
    for (size_t f = 1; f < CELLS; f++) {
        const double w = c->axis.face[f], S = pit(w) / 2, D = 0.02 * 0.02 * S * S / 2;
        chain_face(&c->generator, f, one_way_drift(w), D > 1e-300 ? D : 0,
                   c->axis.width[0]);
    }
    struct propagator *p = start(c, 1e-8, NULL);
    const double t[] = {1, 10, 100, 1e3, 1e4, 1e5};
    const bool ok = run(p, c, 6, t, &got, &err);
    ck_assert_msg(ok, "%s", err.message);
    if (getenv("SHOW") != NULL)
        printf("%s, %lld solves\n", p->chosen, (long long)p->counts.solves);
    for (int i = 0; i < 6; i++) {
        ck_assert_double_eq_tol(mass(c, got.p[i]), 1, 1e-10);
        ck_assert_double_le(negative(c, got.p[i]), 1e-8);
        ck_assert_double_le(got.error[i], 1e-8);
    }
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

START_TEST(late_transport_is_stationary) {
    struct error err = {0};
    const struct chain_case k = {"", drift_ring, 0, -3, 3, 0, PERIODIC, 0, 0.3};
    struct chain *c = chain_create(&k, CELLS);
    struct propagator *p = start(c, 1e-8, NULL);
    const double t[] = {1, 10, 1e9};
    double m[CELLS], change[CELLS], fastest = 0;
    const bool ok = run(p, c, 3, t, &got, &err);
    ck_assert_msg(ok, "%s", err.message);
    struct tridiagonal *A = rates_create(&c->generator, &err);
    rates_masses(&c->generator, got.p[2], m);
    tridiagonal_apply(A, m, change);
    for (size_t i = 0; i < CELLS; i++)
        fastest = fmax(fastest, A->up[i] + A->down[i]);
    ck_assert_double_le(rates_l1(CELLS, change, NULL), 1e-8 * fastest);
    ck_assert_double_eq_tol(rates_sum(CELLS, m), 1, 1e-11);
    tridiagonal_destroy(A);
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

static double drift_right(double x) {
    return 1 + 0 * x;
}

static bool ignore(void *context, size_t k, const double *p, double time_error,
                   struct error *err) {
    (void)context, (void)k, (void)p, (void)time_error, (void)err;
    return true;
}

/* On a ring the mass comes to rest by upwinding only, after some 1e4 intervals here. */
static const struct chain_case round_the_ring = {"", drift_right, 0, -3, 3,
                                                 0,  PERIODIC,    0, 0.3};

START_TEST(what_fails_early_is_served_late_from_time_zero) {
    struct error err = {0};
    struct chain *c = chain_create(&round_the_ring, CELLS);
    struct propagator *p = start(c, 1e-8, NULL);
    const double t[] = {0.1, 1, 1e9};
    ck_assert(run(p, c, 3, t, &got, &err));
    for (size_t i = 0; i < CELLS; i++)
        ck_assert_double_eq_tol(got.p[2][i], 1.0 / 6, 1e-9);
    ck_assert_double_le(got.error[2], 1e-8);
    ck_assert_int_gt(p->counts.intervals, 3); /* to t = 1 */
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

START_TEST(too_much_work_is_refused) {
    struct error err = {0};
    struct chain *c = chain_create(&round_the_ring, 2000);
    const struct propagator_options options = {.tolerance = 1e-8, .most_work = 1e6};
    struct propagator *p =
        propagator_create(&contour_method, &c->generator, NULL, &options, &err);
    const double t[] = {0.1, 1, 100};
    ck_assert(!propagator_advance(p, c->p0, 3, t, ignore, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_ptr_nonnull(strstr(err.message, "transport dominates"));
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

static bool stop(void *context, double fraction) {
    (void)context;
    return fraction < 0.5;
}

START_TEST(the_user_can_stop_between_windows) {
    struct error err = {0};
    struct chain *c = chain_create(&well, CELLS);
    const struct monitor monitor = {.tick = stop};
    struct propagator *p = start(c, 1e-8, &monitor);
    double t[30];
    for (int k = 0; k < 30; k++)
        t[k] = pow(10, k / 6.0 - 2);
    ck_assert(!run(p, c, 30, t, &got, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_uint_ge(got.count, 10);
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

START_TEST(no_memory_is_an_error_not_a_crash) {
    struct chain *c = chain_create(&well, 16);
    const struct propagator_options options = {.tolerance = 1e-6};
    const double t[] = {1};
    bool ok = false;
    for (size_t n = 1; !ok && n < 100; n++) {
        struct error err = {0};
        array_fail_at(n);
        struct propagator *p =
            propagator_create(propagator_find(line_equation.methods, "contour"),
                              &c->generator, NULL, &options, &err);
        ok = p != NULL && run(p, c, 1, t, &got, &err);
        array_fail_at(0);
        ck_assert(ok || err.kind == ERROR_MEMORY);
        propagator_destroy(p);
    }
    ck_assert(ok);
    chain_destroy(c);
}
END_TEST

Suite *contour_suite(void);
Suite *contour_suite(void) {
    Suite *suite = suite_create("contour");
    TCase *tcase = tcase_create("contour");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, weights_integrate_the_exponential, 0, 5);
    tcase_add_loop_test(tcase, weights_are_right_to_the_last_bits, 0, 5);
    tcase_add_test(tcase, time_zero_is_the_start_to_the_bit);
    tcase_add_test(tcase, mass_and_sign_hold_over_ten_decades);
    tcase_add_test(tcase, a_call_depends_on_its_arguments_only);
    tcase_add_test(tcase, one_way_faces_run_to_1e5_steps);
    tcase_add_test(tcase, late_transport_is_stationary);
    tcase_add_test(tcase, what_fails_early_is_served_late_from_time_zero);
    tcase_add_test(tcase, too_much_work_is_refused);
    tcase_add_test(tcase, the_user_can_stop_between_windows);
    tcase_add_test(tcase, no_memory_is_an_error_not_a_crash);
    suite_add_tcase(suite, tcase);
    return suite;
}
