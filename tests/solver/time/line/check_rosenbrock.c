/* SPDX-License-Identifier: GPL-3.0-or-later
 * Generators that depend on the time: Rodas5P against the classical Runge-Kutta method with
 * tiny steps on generators that are built afresh for every stage, without interpolation. */
#include "solver/equation/line.h"
#include "solver/fv/line/generator.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/rates.h"
#include "solver/time/line/rosenbrock.h"
#include "tests/runge_kutta.h"
#include "tests/slope.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 48, TIMES = 3, STEPS = 4000 };
static const double t_end = 2;
static struct error err;

/* b(x, t) and D(x, t) by number, at the clock's time. */
struct moved {
    int which;
    double t;
};

static double drift_at(int which, double x, double t) {
    switch (which) {
    case 0:
        return -x + 0.8 * cos(2 * t);
    case 1: /* a jump in time, at a step of the reference */
        return t < 0.688 ? -x + 1 : -x - 1;
    case 2: /* a kink */
        return -x + (t < 0.688 ? 2 * t : 1.376);
    case 3:
        return sin(x - 3 * t);
    default: /* the same factor as the noise */
        return -x * (1 + 0.5 * sin(5 * t));
    }
}

static double noise_at(int which, double x, double t) {
    if (which == 3) return 0.3 + 0.1 * cos(x) * sin(t);
    return which == 4 ? 0.5 * (1 + 0.5 * sin(5 * t)) : 0.5;
}

static bool drift(const void *self, size_t n, const double *const *x, double *b,
                  struct error *e) {
    const struct moved *m = self;
    (void)e;
    for (size_t k = 0; k < n; k++)
        b[k] = drift_at(m->which, x[0][k], m->t);
    return true;
}

static bool diffusion(const void *self, size_t n, const double *const *x, double *D,
                      struct error *e) {
    const struct moved *m = self;
    (void)e;
    for (size_t k = 0; k < n; k++)
        D[k] = noise_at(m->which, x[0][k], m->t);
    return true;
}

static bool gradient(const void *self, size_t n, const double *const *x, double *dD,
                     struct error *e) {
    const struct moved *m = self;
    (void)e;
    for (size_t k = 0; k < n; k++)
        dD[k] = m->which == 3 ? -0.1 * sin(x[0][k]) * sin(m->t) : 0;
    return true;
}

static void set_time(void *clock, double t) {
    ((struct moved *)clock)->t = t;
}

/* One case with everything that it needs. */
struct world {
    struct moved moved;
    struct coefficients coefficients;
    struct grid *grid;
    struct line_generator *generator;
    double p0[CELLS];
};

static const double pi = 3.14159265358979323846;

static struct world *world_create(int which) {
    static const enum boundary ends[] = {REFLECTING, REFLECTING, ABSORBING, PERIODIC,
                                         REFLECTING};
    struct world *w = calloc(1, sizeof *w);
    const double half = which == 3 ? pi : 4;
    const struct axis_spec spec = {.cells = CELLS,
                                   .lo = -half,
                                   .hi = half,
                                   .multiple = 1,
                                   .boundary = {ends[which], ends[which]}};
    struct axis *axis = axis_create(&spec, &err);
    w->grid = grid_create(axis, NULL, &err);
    ck_assert_ptr_nonnull(w->grid);
    w->moved.which = which;
    w->coefficients = (struct coefficients){.dims = 1,
                                            .constant_diffusion = which != 3,
                                            .self = &w->moved,
                                            .clock = &w->moved,
                                            .set_time = set_time,
                                            .drift = drift,
                                            .diffusion = diffusion,
                                            .diffusion_gradient = gradient};
    w->generator = line_generator_create(w->grid, &w->coefficients, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
    double mass = 0;
    for (size_t i = 0; i < CELLS; i++) {
        const double x = w->grid->axis[0]->centre[i] - 0.5;
        mass += w->grid->volume[i] * (w->p0[i] = exp(-2 * x * x));
    }
    for (size_t i = 0; i < CELLS; i++)
        w->p0[i] /= mass;
    return w;
}

static void world_destroy(struct world *w) {
    line_generator_destroy(w->generator);
    grid_destroy(w->grid);
    free(w);
}

static void rate(void *self, double t, const double *m, double *dm) {
    struct world *w = self;
    set_time(&w->moved, t);
    ck_assert(line_generator_update(w->generator, &w->coefficients, &err));
    struct tridiagonal *A = rates_create(w->generator, &err);
    tridiagonal_apply(A, m, dm);
    tridiagonal_destroy(A);
}

/* m[k]: at t_end (k + 1) / TIMES rounded to steps. */
static void reference(struct world *w, double t[TIMES], double m[TIMES][CELLS]) {
    const double h = t_end / STEPS;
    double now[CELLS], work[5 * CELLS];
    rates_masses(w->generator, w->p0, now);
    for (int s = 0, row = 0; s < STEPS; s++) {
        runge_kutta_step(CELLS, s * h, h, rate, w, now, work);
        if (s + 1 < (row + 1) * STEPS / TIMES) continue;
        memcpy(m[row], now, sizeof now);
        t[row++] = (s + 1) * h;
    }
}

struct kept {
    const struct line_generator *generator;
    double m[TIMES][CELLS], error[TIMES];
};

static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *e) {
    struct kept *kept = context;
    (void)e;
    rates_masses(kept->generator, p, kept->m[k]);
    kept->error[k] = time_error;
    return true;
}

static struct propagator_counts run(struct world *w, struct propagator_options o,
                                    double origin, const double *p0, size_t n,
                                    const double *t, struct kept *kept) {
    o.span = t_end;
    kept->generator = w->generator;
    struct propagator *p =
        propagator_create(&rosenbrock_method, w->generator, &w->coefficients, &o, &err);
    ck_assert_ptr_nonnull(p);
    ck_assert_msg(propagator_advance_from(p, origin, p0, n, t, keep, kept, &err), "%s",
                  err.message);
    const struct propagator_counts counts = p->counts;
    propagator_destroy(p);
    return counts;
}

START_TEST(stated_error_bounds_the_true_one_and_meets_the_tolerance) {
    struct world *w = world_create(_i);
    static struct kept got;
    static double want[TIMES][CELLS];
    double t[TIMES];
    reference(w, t, want);
    const double tolerances[] = {1e-4, 1e-7};
    for (int k = 0; k < 2; k++) {
        const struct propagator_options o = {.tolerance = tolerances[k]};
        (void)run(w, o, 0, w->p0, TIMES, t, &got);
        for (int row = 0; row < TIMES; row++) {
            const double e = rates_l1(CELLS, got.m[row], want[row]);
            ck_assert_double_le(e, 1.1 * got.error[row] + 1e-10);
            ck_assert_double_le(got.error[row], 1.1 * tolerances[k]);
        }
    }
    world_destroy(w);
}
END_TEST

START_TEST(mass_is_kept_at_every_step_length) {
    struct world *w = world_create(_i);
    static struct kept got;
    const double t[] = {t_end / 3, t_end};
    for (int k = 0; k < 2; k++) {
        const struct propagator_options o = {.tolerance = 1e-6, .step = k ? 0.5 : 0};
        (void)run(w, o, 0, w->p0, 2, t, &got);
        if (!w->generator->absorbing)
            ck_assert_double_eq_tol(rates_sum(CELLS, got.m[1]), 1, 1e-13);
        else
            ck_assert_double_lt(rates_sum(CELLS, got.m[1]), rates_sum(CELLS, got.m[0]));
    }
    world_destroy(w);
}
END_TEST

START_TEST(order_is_five) {
    enum { LEVELS = 4 };
    struct world *w = world_create(_i);
    static struct kept got, exact;
    double h[LEVELS], error[LEVELS];
    const double t[] = {t_end};
    (void)run(w, (struct propagator_options){.tolerance = 1e-12}, 0, w->p0, 1, t, &exact);
    for (int k = 0; k < LEVELS; k++) {
        h[k] = 0.25 / (1 << k);
        const struct propagator_options o = {.tolerance = 1e-12, .step = h[k]};
        (void)run(w, o, 0, w->p0, 1, t, &got);
        error[k] = rates_l1(CELLS, got.m[0], exact.m[0]);
    }
    const double order = slope(LEVELS, h, error);
    ck_assert_double_gt(order, 4.6);
    ck_assert_double_lt(order, 5.6);
    world_destroy(w);
}
END_TEST

/* A(t) = f(t) A: the density at t is that of A at Integral f, for which the contour needs no
 * steps. */
START_TEST(a_common_factor_is_another_clock) {
    struct world *w = world_create(4);
    static struct kept got, want;
    const double t[] = {t_end}, s[] = {t_end + 0.1 * (1 - cos(5 * t_end))};
    (void)run(w, (struct propagator_options){.tolerance = 1e-9}, 0, w->p0, 1, t, &got);
    set_time(&w->moved, 0);
    ck_assert(line_generator_update(w->generator, &w->coefficients, &err));
    want.generator = w->generator;
    const struct propagator_options o = {.tolerance = 1e-12};
    struct propagator *p =
        propagator_create(&contour_method, w->generator, &w->coefficients, &o, &err);
    ck_assert(propagator_advance(p, w->p0, 1, s, keep, &want, &err));
    ck_assert_double_lt(rates_l1(CELLS, got.m[0], want.m[0]), 1e-9);
    propagator_destroy(p);
    world_destroy(w);
}
END_TEST

/* Steps end where a panel of time does, and a jump is shut into the shortest one: no step
 * goes across it, and they do not become short for long. */
START_TEST(a_jump_in_time_costs_few_steps) {
    struct world *w = world_create(1), *smooth = world_create(0);
    static struct kept got;
    const double t[] = {t_end};
    const struct propagator_options o = {.tolerance = 1e-7};
    const struct propagator_counts jump = run(w, o, 0, w->p0, 1, t, &got),
                                   none = run(smooth, o, 0, smooth->p0, 1, t, &got);
    ck_assert_int_gt(jump.steps, none.steps);
    ck_assert_int_lt(jump.steps, none.steps + 2000);
    world_destroy(w);
    world_destroy(smooth);
}
END_TEST

/* From a row in the middle, at its time of the run; and in one go. */
START_TEST(a_run_goes_on_from_any_time) {
    struct world *w = world_create(_i);
    static struct kept through, first, second;
    const double middle = 0.688, both[] = {middle, t_end}, rest[] = {t_end - middle};
    const struct propagator_options o = {.tolerance = 1e-8};
    double p[CELLS];
    (void)run(w, o, 0, w->p0, 2, both, &through);
    (void)run(w, o, 0, w->p0, 1, both, &first);
    rates_densities(w->generator, first.m[0], p);
    (void)run(w, o, middle, p, 1, rest, &second);
    ck_assert_double_lt(rates_l1(CELLS, through.m[1], second.m[0]), 2e-8);
    world_destroy(w);
}
END_TEST

Suite *rosenbrock_suite(void);
Suite *rosenbrock_suite(void) {
    Suite *suite = suite_create("rosenbrock");
    TCase *tcase = tcase_create("generators that depend on the time");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, stated_error_bounds_the_true_one_and_meets_the_tolerance, 0,
                        5);
    tcase_add_loop_test(tcase, mass_is_kept_at_every_step_length, 0, 5);
    tcase_add_loop_test(tcase, order_is_five, 3, 5);
    tcase_add_test(tcase, a_common_factor_is_another_clock);
    tcase_add_test(tcase, a_jump_in_time_costs_few_steps);
    tcase_add_loop_test(tcase, a_run_goes_on_from_any_time, 0, 4);
    suite_add_tcase(suite, tcase);
    return suite;
}
