/* SPDX-License-Identifier: GPL-3.0-or-later
 * Planes whose generator depends on the time: Rodas5P against the classical Runge-Kutta method
 * with small steps on generators that are built afresh for every stage, without interpolation
 * and with no common pattern. */
#include "solver/time/line/rates.h"
#include "solver/time/plane/drive.h"
#include "solver/time/plane/krylov.h"
#include "tests/runge_kutta.h"
#include "tests/slope.h"
#include "tests/solver/plane_models.h"
#include <check.h>
#include <string.h>

enum { SIDE = 8, CELLS = SIDE * SIDE, STEPS = 1200 };
static const double t_end = 1.2, turn = 0.7;
static struct error err;

/* b = -K(t) (x - a(t)) and D(t), by number, at the clock's time. */
struct moved {
    int which;
    double t;
};
enum { MOVED, TURNED, LEAKING, JUMPING, RING, CASES };

static bool drift(const void *self, size_t n, const double *const *x, double *b,
                  struct error *e) {
    const struct moved *m = self;
    const double t = m->t;
    (void)e;
    for (size_t k = 0; k < n; k++) {
        const double u = x[0][k] - 0.6 * cos(2 * t), v = x[1][k];
        b[k] = -u + 0.5 * v, b[n + k] = -0.5 * u - 1.5 * v;
        if (m->which == JUMPING) b[k] += t < turn ? 0 : -1;
        if (m->which == RING) b[k] = sin(x[0][k] - t), b[n + k] = cos(x[1][k] + 2 * t);
    }
    return true;
}

/* Turned: the strong direction goes round, and Selling's offsets with it. */
static bool diffusion(const void *self, size_t n, const double *const *x, double *D,
                      struct error *e) {
    const struct moved *m = self;
    const double angle = 0.4 + 2 * m->t, c = cos(angle), s = sin(angle);
    const double turned[3] = {0.5 * c * c + 0.1 * s * s, 0.4 * c * s,
                              0.5 * s * s + 0.1 * c * c};
    const double still[3] = {0.5, 0.2, 0.4};
    (void)x, (void)e;
    for (size_t k = 0; k < 3 * n; k++)
        D[k] = m->which == TURNED ? turned[k / n] : still[k / n];
    return true;
}

static void set_time(void *clock, double t) {
    ((struct moved *)clock)->t = t;
}

struct world {
    struct moved moved;
    struct coefficients coefficients;
    struct grid *grid;
    struct plane_generator *generator;
    double p0[CELLS];
};

static struct world *world_create(int which) {
    struct world *w = calloc(1, sizeof *w);
    const enum boundary end = which == LEAKING ? ABSORBING
                              : which == RING  ? PERIODIC
                                               : REFLECTING;
    const double half = which == RING ? M_PI : 2;
    const struct side2 x = {SPACING_UNIFORM, SIDE, -half, half, 0, end, end};
    w->moved = (struct moved){which, 0};
    w->grid = grid2_of(x, x);
    w->coefficients = (struct coefficients){.dims = 2,
                                            .constant_diffusion = true,
                                            .self = &w->moved,
                                            .clock = &w->moved,
                                            .set_time = set_time,
                                            .drift = drift,
                                            .diffusion = diffusion};
    w->generator = plane_generator_create(w->grid, &w->coefficients, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
    cell_averages(w->grid, normal2_density, &(struct normal2){{0.5, -0.3}, 0.3, 0, 0.3},
                  w->p0);
    const double mass = field_mass(w->grid, w->p0);
    for (int i = 0; i < CELLS; i++)
        w->p0[i] /= mass;
    return w;
}

static void world_destroy(struct world *w) {
    plane_generator_destroy(w->generator);
    grid_destroy(w->grid);
    free(w);
}

static void rate(void *self, double t, const double *m, double *dm) {
    struct world *w = self;
    set_time(&w->moved, t);
    ck_assert(plane_generator_update(w->generator, &w->coefficients, &err));
    sparse_apply(w->generator->matrix, m, dm);
}

static void reference(struct world *w, double now[CELLS]) {
    const double h = t_end / STEPS;
    double work[5 * CELLS];
    for (int i = 0; i < CELLS; i++)
        now[i] = w->p0[i] * w->grid->volume[i];
    for (int s = 0; s < STEPS; s++)
        runge_kutta_step(CELLS, s * h, h, rate, w, now, work);
}

struct kept {
    const struct grid *grid;
    double p[CELLS], m[CELLS], error;
};

static bool keep(void *context, size_t k, const double *p, double error, struct error *e) {
    struct kept *kept = context;
    (void)k, (void)e;
    memcpy(kept->p, p, sizeof kept->p);
    for (int i = 0; i < CELLS; i++)
        kept->m[i] = p[i] * kept->grid->volume[i];
    kept->error = error;
    return true;
}

static struct propagator_counts run(struct world *w, struct propagator_options o,
                                    double origin, const double *p0, double t,
                                    struct kept *kept) {
    o.span = t_end;
    kept->grid = w->grid;
    struct propagator *p = propagator_create(&plane_rosenbrock_method, w->generator,
                                             &w->coefficients, &o, &err);
    ck_assert_msg(p != NULL, "%s", err.message);
    ck_assert_msg(propagator_advance_from(p, origin, p0, 1, &t, keep, kept, &err), "%s",
                  err.message);
    const struct propagator_counts counts = p->counts;
    propagator_destroy(p);
    return counts;
}

/* Where the tensor turns, rates have kinks, which are met to some 1e-5 of their scale: 1.7e-6. */
START_TEST(stated_error_bounds_the_true_one_and_meets_the_tolerance) {
    struct world *w = world_create(_i);
    static const double tolerances[] = {1e-4, 1e-7};
    struct kept got;
    double want[CELLS];
    reference(w, want);
    for (int k = 0; k < 2; k++) {
        (void)run(w, (struct propagator_options){.tolerance = tolerances[k]}, 0, w->p0,
                  t_end, &got);
        const double kinks = w->moved.which == TURNED ? 1e-5 : 0;
        ck_assert_double_le(rates_l1(CELLS, got.m, want), 1.1 * got.error + 1e-10 + kinks);
        ck_assert_double_le(got.error, 1.1 * tolerances[k]);
    }
    world_destroy(w);
}
END_TEST

START_TEST(mass_is_kept) {
    struct world *w = world_create(_i);
    struct kept got;
    for (int k = 0; k < 2; k++) {
        (void)run(w, (struct propagator_options){.tolerance = 1e-6, .step = k ? 0.4 : 0}, 0,
                  w->p0, t_end, &got);
        if (w->moved.which != LEAKING)
            ck_assert_double_eq_tol(rates_sum(CELLS, got.m), 1, 1e-13);
        else
            ck_assert_double_lt(rates_sum(CELLS, got.m), 0.95);
    }
    world_destroy(w);
}
END_TEST

START_TEST(order_is_five) {
    enum { LEVELS = 4 };
    struct world *w = world_create(MOVED);
    struct kept got, exact;
    double h[LEVELS], error[LEVELS];
    (void)run(w, (struct propagator_options){.tolerance = 1e-12}, 0, w->p0, t_end, &exact);
    for (int k = 0; k < LEVELS; k++) {
        h[k] = t_end / (4 << k);
        (void)run(w, (struct propagator_options){.tolerance = 1e-12, .step = h[k]}, 0,
                  w->p0, t_end, &got);
        error[k] = rates_l1(CELLS, got.m, exact.m);
    }
    const double order = slope(LEVELS, h, error);
    ck_assert_double_gt(order, 4.6);
    ck_assert_double_lt(order, 5.6);
    world_destroy(w);
}
END_TEST

/* From the middle on, at its time of the run; and in one go. */
START_TEST(a_run_goes_on_from_any_time) {
    struct world *w = world_create(_i);
    struct kept through, first, second;
    const struct propagator_options o = {.tolerance = 1e-8};
    (void)run(w, o, 0, w->p0, t_end, &through);
    (void)run(w, o, 0, w->p0, turn, &first);
    (void)run(w, o, turn, first.p, t_end - turn, &second);
    ck_assert_double_lt(rates_l1(CELLS, through.m, second.m), 2e-8);
    world_destroy(w);
}
END_TEST

START_TEST(a_jump_in_time_costs_few_steps) {
    struct world *w = world_create(JUMPING), *smooth = world_create(MOVED);
    struct kept got;
    const struct propagator_options o = {.tolerance = 1e-7};
    const struct propagator_counts jump = run(w, o, 0, w->p0, t_end, &got),
                                   none = run(smooth, o, 0, smooth->p0, t_end, &got);
    ck_assert_int_gt(jump.steps, none.steps);
    ck_assert_int_lt(jump.steps, none.steps + 2000);
    world_destroy(w);
    world_destroy(smooth);
}
END_TEST

/* A clock that nothing asks: what Krylov's method gives without steps. */
START_TEST(what_does_not_move_is_the_autonomous_density) {
    struct world *w = world_create(LEAKING);
    struct kept got, want = {.grid = w->grid};
    w->coefficients.set_time = NULL;
    (void)run(w, (struct propagator_options){.tolerance = 1e-9}, 0, w->p0, t_end, &got);
    struct propagator *p =
        krylov_create(w->generator, &(struct propagator_options){.tolerance = 1e-12}, &err);
    ck_assert(propagator_advance(p, w->p0, 1, &t_end, keep, &want, &err));
    ck_assert_double_lt(rates_l1(CELLS, got.m, want.m), 1.1e-9);
    propagator_destroy(p);
    world_destroy(w);
}
END_TEST

Suite *plane_drive_suite(void);
Suite *plane_drive_suite(void) {
    Suite *suite = suite_create("plane_drive");
    TCase *tcase = tcase_create("planes that depend on the time");
    tcase_set_timeout(tcase, 240);
    tcase_add_loop_test(tcase, stated_error_bounds_the_true_one_and_meets_the_tolerance, 0,
                        CASES);
    tcase_add_loop_test(tcase, mass_is_kept, 0, CASES);
    tcase_add_test(tcase, order_is_five);
    tcase_add_loop_test(tcase, a_run_goes_on_from_any_time, 0, LEAKING + 1);
    tcase_add_test(tcase, a_jump_in_time_costs_few_steps);
    tcase_add_test(tcase, what_does_not_move_is_the_autonomous_density);
    suite_add_tcase(suite, tcase);
    return suite;
}
