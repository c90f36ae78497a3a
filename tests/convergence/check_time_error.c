/* SPDX-License-Identifier: GPL-3.0-or-later
 * The error that the contour reports against its true one (a dense exponential,
 * tests/dense.h), for easy and hard generators, five decades of time and tolerances 1e-4
 * ... 1e-11; and those that the one-step methods report. */
#include "solver/equation/line.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/rates.h"
#include "tests/chains.h"
#include "tests/dense.h"
#include <check.h>
#include <stdio.h>

enum { TIMES = 18, CELLS = 96 };

/* clang-format off */
static const struct chain_case cases[] = {
    {"double well",           drift_double_well, 0.1,  -2, 2, 0,   REFLECTING, -1,  0.1},
    {"double well, cold",     drift_double_well, 0.02, -2, 2, 0,   REFLECTING, -1,  0.1},
    {"Ornstein-Uhlenbeck",    drift_linear,      0.1,  -5, 5, 0,   REFLECTING,  2,  0.2},
    {"OU, sinh spacing",      drift_linear,      0.1, -50, 50, .5, REFLECTING,  2,  0.2},
    {"ring with current",     drift_ring,        0.3, -3.141592653589793, 3.141592653589793, 0, PERIODIC, 1, 0.4},
    {"diffusion on a ring",   drift_none,        0.3, -3, 3, 0,    PERIODIC,    0,  0.5},
    {"absorbing ends",        drift_linear,      0.3, -2, 2, 0,    ABSORBING,   0.5, 0.2},
    {"absorbing double well", drift_double_well, 0.1, -2, 1, 0,    ABSORBING,  -1,  0.2},
    {"transport, no noise",   drift_linear,      0,   -5, 5, 0,    REFLECTING,  3,  0.5},
    {"transport on a ring",   drift_ring,        1e-4, -3.141592653589793, 3.141592653589793, 0, PERIODIC, 1, 0.4},
    {"transport, out of box", drift_ring,        0,   -3, 3, 0,    ABSORBING,   1,  0.4},
};
static const double tolerances[] = {1e-4, 1e-6, 1e-8, 1e-10, 1e-11};
/* clang-format on */

struct reference {
    double t[TIMES], m[TIMES][CELLS];
};

/* Times t0 2^k: one dense exponential and squarings. */
static void reference_make(struct reference *r, const struct chain *c, double t0) {
    struct error err;
    double m[CELLS];
    struct tridiagonal *A = rates_create(&c->generator, &err);
    struct dense *d = dense_create(A, t0);
    rates_masses(&c->generator, c->p0, m);
    for (int k = 0; k < TIMES; k++) {
        if (k > 0) dense_square(d);
        r->t[k] = d->t;
        dense_apply(d, m, r->m[k]);
    }
    dense_destroy(d);
    tridiagonal_destroy(A);
}

struct seen {
    const struct reference *reference;
    const struct line_generator *generator;
    double tolerance, worst, optimistic, pessimistic, defect, negative, reported;
};

static bool look(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct seen *s = context;
    double m[CELLS];
    rates_masses(s->generator, p, m);
    const double e = rates_l1(CELLS, m, s->reference->m[k]);
    s->worst = fmax(s->worst, e);
    s->optimistic =
        fmax(s->optimistic, (e - 1e-14) / time_error); /* less the dense one's */
    /* What is far below the tolerance need not be known to a factor. */
    s->pessimistic = fmax(s->pessimistic, time_error / fmax(e, 2e-2 * s->tolerance));
    s->defect =
        fmax(s->defect, fabs(rates_sum(CELLS, m) - rates_sum(CELLS, s->reference->m[k])));
    s->negative = fmax(s->negative, rates_negative(CELLS, m));
    s->reported = fmax(s->reported, time_error);
    return true;
}

START_TEST(reported_error_is_the_true_one) {
    struct error err;
    const struct chain_case *k = &cases[_i];
    struct chain *c = chain_create(k, CELLS);
    struct reference *r = malloc(sizeof *r);
    reference_make(r, c, 1e-3);
    for (size_t i = 0; i < sizeof tolerances / sizeof *tolerances; i++) {
        struct seen s = {
            .reference = r, .generator = &c->generator, .tolerance = tolerances[i]};
        const struct propagator_options options = {.tolerance = tolerances[i]};
        struct propagator *p =
            propagator_create(&contour_method, &c->generator, NULL, &options, &err);
        ck_assert_ptr_nonnull(p);
        const bool ok = propagator_advance(p, c->p0, TIMES, r->t, look, &s, &err);
        ck_assert_msg(ok, "%s: %s", k->name, err.message);
        if (getenv("SHOW") != NULL)
            printf(
                "%-22s tol %.0e worst %.1e true/reported %.2f reported/true %.1f mass %.0e "
                "neg %.0e rejected %lld; %s\n",
                k->name, s.tolerance, s.worst, s.optimistic, s.pessimistic, s.defect,
                s.negative, (long long)p->counts.rejected, p->chosen);
        /* Rounding leaves up to 1e-13 an interval (1e-14 a pole sum, amplified ten times).
         */
        const double floor = 1e-13 * (double)p->counts.intervals;
        ck_assert_double_le(s.reported, s.tolerance + floor);
        ck_assert_double_le(s.worst, s.tolerance + floor);
        ck_assert_double_le(s.optimistic, 1);
        ck_assert_double_le(s.pessimistic, 100);
        propagator_destroy(p);
    }
    free(r);
    chain_destroy(c);
}
END_TEST

/* The one-step methods, with tolerances and with fixed steps (tolerance 1: not asked for),
 * at all times: the error of every snapshot, within [1, 100] of the true one. */
/* clang-format off */
static const struct stepping {
    const char *method;
    double tolerance, step;
} steppings[] = {
    {"sdirk",          1e-3, 0}, {"sdirk",          1e-5, 0},   {"sdirk",          1e-7, 0},
    {"sdirk",          1, .05},  {"backward_euler", 3e-2, 0},   {"backward_euler", 3e-3, 0},
    {"backward_euler", 1, .02},
};
/* clang-format on */
enum { CASES = sizeof cases / sizeof *cases };

static void step_through(const struct chain_case *k, struct chain *c,
                         const struct reference *r, const struct stepping *how) {
    struct error err = {0};
    struct seen s = {
        .reference = r, .generator = &c->generator, .tolerance = how->tolerance};
    const struct propagator_options o = {.tolerance = how->tolerance, .step = how->step};
    struct propagator *p = propagator_create(
        propagator_find(line_equation.methods, how->method), &c->generator, NULL, &o, &err);
    ck_assert_ptr_nonnull(p);
    if (how->step > 0) s.tolerance = 1e-9; /* known to a factor down to 2e-11 */
    ck_assert_msg(propagator_advance(p, c->p0, TIMES, r->t, look, &s, &err), "%s: %s",
                  k->name, err.message);
    if (getenv("SHOW") != NULL)
        printf("%-22s %-14s tol %.0e worst %.1e reported %.1e true/reported %.2f "
               "reported/true %.1f; %s\n",
               k->name, how->method, how->tolerance, s.worst, s.reported, s.optimistic,
               s.pessimistic, p->chosen);
    if (how->step == 0) ck_assert_double_le(s.reported, how->tolerance);
    ck_assert_msg(s.optimistic <= 1, "%s, %s: %g", k->name, how->method, s.optimistic);
    ck_assert_msg(s.pessimistic <= 100, "%s, %s: %g", k->name, how->method, s.pessimistic);
    propagator_destroy(p);
}

START_TEST(stepped_errors_are_the_true_ones) {
    struct chain *c = chain_create(&cases[_i], CELLS);
    struct reference *r = malloc(sizeof *r);
    reference_make(r, c, 1e-3);
    for (size_t i = 0; i < sizeof steppings / sizeof *steppings; i++)
        step_through(&cases[_i], c, r, &steppings[i]);
    free(r);
    chain_destroy(c);
}
END_TEST

Suite *time_error_suite(void);
Suite *time_error_suite(void) {
    Suite *suite = suite_create("time error");
    TCase *tcase = tcase_create("contour against a dense exponential");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, reported_error_is_the_true_one, 0,
                        (int)(sizeof cases / sizeof *cases));
    suite_add_tcase(suite, tcase);
    TCase *stepped = tcase_create("one-step methods against a dense exponential");
    tcase_set_timeout(stepped, 300);
    tcase_add_loop_test(stepped, stepped_errors_are_the_true_ones, 0, CASES);
    suite_add_tcase(suite, stepped);
    return suite;
}
