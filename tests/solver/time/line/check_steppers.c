/* SPDX-License-Identifier: GPL-3.0-or-later
 * backward_euler and sdirk: positivity, mass, honest errors, landing, refusals, restarts.
 */
#include "solver/equation/line.h"
#include "solver/time/line/rates.h"
#include "tests/chains.h"
#include "tests/dense.h"
#include <check.h>
#include <float.h>

enum { CELLS = 96, TIMES = 10 };
static const struct chain_case cases[] = {
    {"double well", drift_double_well, 0.1, -2, 2, 0, REFLECTING, -1, 0.2},
    {"ring", drift_ring, 0.3, -3.141592653589793, 3.141592653589793, 0, PERIODIC, 1, 0.4},
    {"absorbing", drift_linear, 0.3, -2, 2, 0, ABSORBING, 0.5, 0.3},
    {"no noise", drift_linear, 0, -5, 5, 0, REFLECTING, 3, 0.5},
};
enum { CASES = sizeof cases / sizeof *cases };
static const char *const methods[] = {"backward_euler", "sdirk"};

struct kept {
    const struct line_generator *generator;
    size_t count;
    double m[TIMES][CELLS], error[TIMES];
};

static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct kept *kept = context;
    ck_assert_uint_eq(k, kept->count++);
    rates_masses(kept->generator, p, kept->m[k]);
    kept->error[k] = time_error;
    return true;
}

static bool run(const char *method, struct chain *c, struct propagator_options options,
                size_t n, const double *t, struct kept *kept,
                struct propagator_counts *counts, struct error *err) {
    *kept = (struct kept){.generator = &c->generator};
    struct propagator *p = propagator_create(propagator_find(line_equation.methods, method),
                                             &c->generator, NULL, &options, err);
    ck_assert_ptr_nonnull(p);
    const bool ok = propagator_advance(p, c->p0, n, t, keep, kept, err);
    if (counts != NULL) *counts = p->counts;
    propagator_destroy(p);
    return ok;
}

START_TEST(reported_error_bounds_the_true_one_and_meets_the_tolerance) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[_i % CASES], CELLS);
    const char *method = methods[_i / CASES];
    const double tolerances[] = {1e-2, _i < CASES ? 2e-3 : 1e-7};
    struct tridiagonal *A = rates_create(&c->generator, &err);
    struct dense *d = dense_create(A, 0.01);
    double t[TIMES], m[CELLS];
    static struct kept want, got;
    rates_masses(&c->generator, c->p0, m);
    for (int k = 0; k < TIMES; k++, dense_square(d)) {
        t[k] = d->t;
        dense_apply(d, m, want.m[k]);
    }
    for (int i = 0; i < 2; i++) {
        const struct propagator_options options = {.tolerance = tolerances[i]};
        ck_assert_msg(run(method, c, options, TIMES, t, &got, NULL, &err), "%s",
                      err.message);
        ck_assert_uint_eq(got.count, TIMES);
        for (int k = 0; k < TIMES; k++) {
            const double e = rates_l1(CELLS, got.m[k], want.m[k]);
            ck_assert_double_le(e, 1.1 * got.error[k] + 1e-13);
            ck_assert_double_le(got.error[k], 1.1 * tolerances[i]);
        }
    }
    dense_destroy(d);
    tridiagonal_destroy(A);
    chain_destroy(c);
}
END_TEST

START_TEST(backward_euler_is_positive_and_conserves_at_huge_steps) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[_i], CELLS);
    static struct kept got;
    const struct propagator_options options = {.tolerance = 1, .step = 1e9};
    const double t[] = {1e9, 1e12};
    ck_assert(run("backward_euler", c, options, 2, t, &got, NULL, &err));
    for (size_t k = 0; k < 2; k++) {
        ck_assert_double_eq(rates_negative(CELLS, got.m[k]), 0);
        /* Every entry is right to some ulp a step; 1000 steps of CELLS roundings. */
        if (!c->generator.absorbing)
            ck_assert_double_eq_tol(rates_sum(CELLS, got.m[k]), 1,
                                    1000 * CELLS * DBL_EPSILON);
    }
    chain_destroy(c);
}
END_TEST

START_TEST(sdirk_conserves) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[_i], CELLS);
    static struct kept got;
    const struct propagator_options options = {.tolerance = 1e-6};
    const double t[] = {0.1, 10};
    ck_assert(run("sdirk", c, options, 2, t, &got, NULL, &err));
    if (!c->generator.absorbing)
        ck_assert_double_eq_tol(rates_sum(CELLS, got.m[1]), 1, 1e-11);
    chain_destroy(c);
}
END_TEST

START_TEST(time_zero_is_the_start_and_reuse_gives_the_same_bits) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[0], CELLS);
    static struct kept first, second;
    const struct propagator_options options = {.tolerance = 1e-2};
    const double t[] = {0, 0.3, 0.7};
    struct propagator *p =
        propagator_create(propagator_find(line_equation.methods, methods[_i]),
                          &c->generator, NULL, &options, &err);
    first = second = (struct kept){.generator = &c->generator};
    ck_assert(propagator_advance(p, c->p0, 3, t, keep, &first, &err));
    ck_assert(propagator_advance(p, c->p0, 3, t, keep, &second, &err));
    for (size_t i = 0; i < CELLS; i++)
        ck_assert_double_eq(first.m[0][i], c->p0[i] * c->axis.width[i]);
    ck_assert_mem_eq(first.m, second.m, sizeof first.m);
    propagator_destroy(p);
    chain_destroy(c);
}
END_TEST

/* Times in which nothing moves, and one beyond which numbers end: the start, and the
 * stationary law or a refusal. */
START_TEST(extreme_times_are_answered_or_refused) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[0], CELLS);
    static struct kept got, late;
    const double tiny[] = {5e-324, 1e-300}, long_after[] = {1e9}, end[] = {1e300};
    for (int fixed = 0; fixed < 2; fixed++) {
        const struct propagator_options o = {.tolerance = 1e-2, .step = fixed ? 1e-300 : 0};
        ck_assert(run(methods[_i], c, o, 2, tiny, &got, NULL, &err));
        for (size_t i = 0; i < CELLS; i++)
            ck_assert_double_eq_tol(got.m[1][i], c->p0[i] * c->axis.width[i], 1e-15);
    }
    const struct propagator_options o = {.tolerance = 1e-2};
    ck_assert(run(methods[_i], c, o, 1, long_after, &late, NULL, &err));
    if (run(methods[_i], c, o, 1, end, &got, NULL, &err))
        ck_assert_double_le(rates_l1(CELLS, got.m[0], late.m[0]), 1e-9);
    else
        ck_assert_ptr_nonnull(strstr(err.message, "end earlier"));
    chain_destroy(c);
}
END_TEST

START_TEST(equal_steps_share_factors) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[0], CELLS);
    static struct kept got;
    struct propagator_counts counts;
    const struct propagator_options options = {.tolerance = 1, .step = 0.125};
    const double t[] = {1, 2, 4};
    ck_assert(run(methods[_i], c, options, 3, t, &got, &counts, &err));
    ck_assert_int_eq(counts.steps, 32);
    ck_assert_int_eq(counts.factorisations, 2); /* of a step and of half a step */
    chain_destroy(c);
}
END_TEST

START_TEST(too_many_steps_are_refused_with_advice) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[0], CELLS);
    static struct kept got;
    const double t[] = {100};
    ck_assert(!run("backward_euler", c, (struct propagator_options){.tolerance = 1e-10}, 1,
                   t, &got, NULL, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "time.tolerance"));
    ck_assert_ptr_nonnull(strstr(err.message, "time.step"));
    ck_assert_uint_eq(got.count, 0);
    ck_assert(!run("sdirk", c, (struct propagator_options){.tolerance = 1, .step = 1e-6}, 1,
                   t, &got, NULL, &err));
    chain_destroy(c);
}
END_TEST

static bool stop(void *context, double fraction) {
    (void)context, (void)fraction;
    return false;
}

START_TEST(the_user_can_stop_it) {
    struct error err = {0};
    struct chain *c = chain_create(&cases[0], CELLS);
    static struct kept got;
    const struct monitor monitor = {.tick = stop};
    const double t[] = {100};
    ck_assert(!run(methods[_i], c,
                   (struct propagator_options){.tolerance = 1e-4, .monitor = &monitor}, 1,
                   t, &got, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    chain_destroy(c);
}
END_TEST

Suite *steppers_suite(void);
Suite *steppers_suite(void) {
    Suite *suite = suite_create("steppers");
    TCase *tcase = tcase_create("steppers");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, reported_error_bounds_the_true_one_and_meets_the_tolerance,
                        0, 2 * CASES);
    tcase_add_loop_test(tcase, backward_euler_is_positive_and_conserves_at_huge_steps, 0,
                        CASES);
    tcase_add_loop_test(tcase, sdirk_conserves, 0, CASES);
    tcase_add_loop_test(tcase, time_zero_is_the_start_and_reuse_gives_the_same_bits, 0, 2);
    tcase_add_loop_test(tcase, extreme_times_are_answered_or_refused, 0, 2);
    tcase_add_loop_test(tcase, equal_steps_share_factors, 0, 2);
    tcase_add_test(tcase, too_many_steps_are_refused_with_advice);
    tcase_add_loop_test(tcase, the_user_can_stop_it, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
