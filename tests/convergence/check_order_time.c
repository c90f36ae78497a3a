/* SPDX-License-Identifier: GPL-3.0-or-later
 * Orders of the one-step methods with fixed steps, on a smooth start (so that stiff parts,
 * which reduce orders, are absent from it), against the contour at 1e-12. */
#include "solver/equation/line.h"
#include "solver/time/line/rates.h"
#include "tests/chains.h"
#include "tests/slope.h"
#include <check.h>

enum { CELLS = 128, STEPS = 4 };
static const struct {
    const char *method;
    double coarsest, least, most;
} orders[] = {{"backward_euler", 0.05, 0.95, 1.1}, {"sdirk", 0.25, 3.8, 4.2}};

static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)k, (void)time_error, (void)err;
    memcpy(context, p, CELLS * sizeof *p);
    return true;
}

static void density(struct chain *c, const char *method, struct propagator_options options,
                    double *p) {
    struct error err = {0};
    const double t[] = {1};
    struct propagator *s = propagator_create(propagator_find(line_equation.methods, method),
                                             &c->generator, NULL, &options, &err);
    ck_assert(propagator_advance(s, c->p0, 1, t, keep, p, &err));
    propagator_destroy(s);
}

START_TEST(error_falls_with_the_methods_order) {
    const struct chain_case ou = {"OU", drift_linear, 0.5, -5, 5, 0, REFLECTING, 1, 0.8};
    struct chain *c = chain_create(&ou, CELLS);
    double exact[CELLS], p[CELLS], h[STEPS], error[STEPS];
    density(c, "contour", (struct propagator_options){.tolerance = 1e-12}, exact);
    for (int k = 0; k < STEPS; k++) {
        h[k] = orders[_i].coarsest / (1 << k);
        density(c, orders[_i].method,
                (struct propagator_options){.tolerance = 1, .step = h[k]}, p);
        error[k] = rates_l1(CELLS, p, exact);
    }
    const double order = slope(STEPS, h, error);
    ck_assert_double_gt(order, orders[_i].least);
    ck_assert_double_lt(order, orders[_i].most);
    chain_destroy(c);
}
END_TEST

Suite *order_time_suite(void);
Suite *order_time_suite(void) {
    Suite *suite = suite_create("order in time");
    TCase *tcase = tcase_create("fixed steps");
    tcase_add_loop_test(tcase, error_falls_with_the_methods_order, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
