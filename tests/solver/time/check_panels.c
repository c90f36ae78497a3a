/* SPDX-License-Identifier: GPL-3.0-or-later
 * Functions of the time as polynomials on panels: values, derivatives, jumps, invariants. */
#include "solver/time/panels.h"
#include <check.h>
#include <math.h>

enum { VALUES = 3 };
static const double jump_at = 0.3711;

struct curve {
    double tolerance;
    bool jumps;
    double pulse; /* its width, about jump_at; 0: there is none */
    size_t probes;
};

/* The sum of the three is 1 at all times. */
static bool sample(void *self, double t, double *y, struct error *err) {
    const struct curve *c = self;
    (void)err;
    y[0] = cos(7 * t) + (c->jumps && t > jump_at ? 2 : 0);
    if (c->pulse > 0) y[0] += exp(-pow((t - jump_at) / c->pulse, 2));
    y[1] = exp(-t);
    y[2] = 1 - y[0] - y[1];
    return true;
}

static double miss(const void *self, const double *y, const double *exact) {
    const struct curve *c = self;
    double most = 0;
    for (int k = 0; k < VALUES; k++)
        most = fmax(most, fabs(y[k] - exact[k]) / c->tolerance);
    return most;
}

static void at(struct panels *p, double t, double y[VALUES], double dy[VALUES]) {
    struct error err = {0};
    double end;
    ck_assert_msg(panels_enter(p, t, &end, &err), "%s", err.message);
    ck_assert_double_gt(end, t);
    panels_value(p, t, y);
    panels_slope(p, t, dy);
}

static struct panels *create(struct curve *c, double span) {
    struct error err = {0};
    const struct panels_source source = {
        .n = VALUES, .sample = sample, .miss = miss, .probes = c->probes, .self = c};
    struct panels *p = panels_create(&source, span, &err);
    ck_assert_ptr_nonnull(p);
    return p;
}

START_TEST(smooth_functions_are_met_with_their_derivative) {
    struct curve c = {.tolerance = 1e-11};
    struct panels *p = create(&c, 10);
    for (int k = 0; k <= 1000; k++) {
        const double t = 0.01 * k;
        double y[VALUES], dy[VALUES];
        at(p, t, y, dy);
        ck_assert_double_eq_tol(y[0], cos(7 * t), 2e-11);
        ck_assert_double_eq_tol(y[1], exp(-t), 2e-11);
        ck_assert_double_eq_tol(dy[0], -7 * sin(7 * t), 1e-8);
        ck_assert_double_eq_tol(dy[1], -exp(-t), 1e-8);
    }
    /* 16 panels or so of 16 nodes and 5 checks, and what is refused on the way to them. */
    ck_assert_uint_lt(panels_samples(p), 2 * 32 * 21);
    panels_destroy(p);
}
END_TEST

START_TEST(what_the_samples_keep_is_kept) {
    struct curve c = {1e-4, .jumps = true};
    struct panels *p = create(&c, 1);
    for (int k = 0; k <= 100; k++) {
        double y[VALUES], dy[VALUES];
        at(p, 0.01 * k, y, dy);
        ck_assert_double_eq_tol(y[0] + y[1] + y[2], 1, 1e-14);
        ck_assert_double_eq_tol(dy[0] + dy[1] + dy[2], 0, 1e-9);
    }
    panels_destroy(p);
}
END_TEST

/* On both sides of the jump, a few of its shortest panels away from it. */
START_TEST(a_jump_is_shut_into_the_shortest_panel) {
    struct curve c = {1e-10, .jumps = true};
    struct panels *p = create(&c, 1);
    const double off = 4 * ldexp(1, -PANELS_LEVELS);
    double y[VALUES], dy[VALUES];
    at(p, jump_at - off, y, dy);
    ck_assert_double_eq_tol(y[0], cos(7 * jump_at), 1e-8);
    at(p, jump_at + off, y, dy);
    ck_assert_double_eq_tol(y[0], 2 + cos(7 * jump_at), 1e-8);
    panels_destroy(p);
}
END_TEST

/* Between all nodes without probes; with them, everywhere on it. */
START_TEST(a_pulse_between_the_nodes_is_met_by_probes) {
    struct curve c = {.tolerance = 1e-9, .pulse = 1e-4, .probes = PANELS_PROBES};
    struct panels *p = create(&c, 1);
    for (int k = -40; k <= 40; k++) {
        double y[VALUES], dy[VALUES], exact[VALUES];
        const double t = jump_at + 1e-5 * k;
        at(p, t, y, dy);
        ck_assert(sample(&c, t, exact, NULL));
        ck_assert_double_eq_tol(y[0], exact[0], 1e-8);
    }
    panels_destroy(p);
}
END_TEST

/* What was asked before does not matter, to the bit: resumed runs. */
START_TEST(values_do_not_depend_on_the_order_of_questions) {
    struct curve c = {1e-9, .jumps = true};
    struct panels *forwards = create(&c, 2), *backwards = create(&c, 2);
    double a[101][VALUES], b[101][VALUES], dy[VALUES];
    for (int k = 0; k <= 100; k++)
        at(forwards, 0.02 * k, a[k], dy);
    for (int k = 100; k >= 0; k--)
        at(backwards, 0.02 * k, b[k], dy);
    ck_assert_mem_eq(a, b, sizeof a);
    panels_destroy(forwards);
    panels_destroy(backwards);
}
END_TEST

Suite *panels_suite(void);
Suite *panels_suite(void) {
    Suite *suite = suite_create("panels");
    TCase *tcase = tcase_create("functions of the time");
    tcase_add_test(tcase, a_pulse_between_the_nodes_is_met_by_probes);
    tcase_add_test(tcase, smooth_functions_are_met_with_their_derivative);
    tcase_add_test(tcase, what_the_samples_keep_is_kept);
    tcase_add_test(tcase, a_jump_is_shut_into_the_shortest_panel);
    tcase_add_test(tcase, values_do_not_depend_on_the_order_of_questions);
    suite_add_tcase(suite, tcase);
    return suite;
}
