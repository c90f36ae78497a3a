/* SPDX-License-Identifier: GPL-3.0-or-later
 * First passage in two dimensions: mean times, exit places, committors; series, 1-D
 * integrals, docs/theory.md 5.3, and each other. */
#include "solver/fv/line/passage.h"
#include "solver/fv/plane/quasi.h"
#include "tests/slope.h"
#include "tests/solver/fv/plane/escape_world.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/plane_models.h"

/* From -1 to x > .5, barriers of 1, 30 and 600: the time does not depend on y, to rounding
 * (30 for the 700 rates that are multiplied), and tends to the 1-D integral as h^2: in the
 * logarithm, on cells that resolve the barrier. */
START_TEST(separable_times_equal_their_factor_s_for_any_barrier) {
    const double depth[] = {1, 30, 600};
    const struct model1 m = {ridge1_b, one, NULL, ridge1_phi, 0, {depth[_i]}};
    const struct coefficients c1 = model1_coefficients(&m);
    const struct line_passage p = {-2, 0.5, {false, true}, 0, NULL, 1e-10, NULL};
    struct line_passage_time exact;
    struct error err = {0};
    ck_assert_msg(line_passage_integrate(&c1, &p, -1, &exact, &err), "%s", err.message);
    double h[3], error[3];
    for (int k = 0; k < 3; k++) {
        struct world w;
        const size_t n = (size_t)(_i == 2 ? 280 : 70) << k;
        world_init(&w, ridge_of(&depth[_i]), side(n, -2, 1.5, REFLECTING, REFLECTING),
                   side(12, -2, 3, REFLECTING, REFLECTING), (struct box){0.5, 9, -9, 9});
        h[k] = 1.0 / (double)n;
        error[k] =
            fabs(plane_escape_log_time_at(w.escape, (double[]){-1, 0.7}) - exact.log_time);
        for (size_t q = n; q < w.grid->cells; q++)
            ck_assert_double_le(fabs(w.escape->tau[q] - w.escape->tau[q % n]),
                                1e-11 * w.escape->tau[q]);
        world_finish(&w);
    }
    const double order = slope(3, h, error);
    ck_assert_msg(order > 1.8 && order < 2.2, "order %g, errors %g %g %g", order, error[0],
                  error[1], error[2]);
    ck_assert_double_le(error[2], 2e-3);
}
END_TEST

/* ---- free motion in the unit square, D = 1, four absorbing walls: series ---- */
static double square_time(double x, double y) {
    double sum = 0;
    for (int m = 1; m < 400; m += 2) {
        const double q = m * M_PI, c = 4 / (q * q * q); /* - f'' = 1 along x; in y: cosh */
        sum += c * sin(q * x) * (1 - cosh(q * (y - 0.5)) / cosh(q / 2));
    }
    return sum;
}
static double square_right(double x, double y) { /* chance to leave through x = 1 */
    double sum = 0;
    for (int m = 1; m < 400; m += 2) {
        const double q = m * M_PI;
        sum += 4 / q * sin(q * y) * exp(q * (x - 1)) * (1 - exp(-2 * q * x)) /
               (1 - exp(-2 * q));
    }
    return sum;
}

START_TEST(free_motion_in_a_square_obeys_its_series) {
    const double x = 0.3, y = 0.6;
    double h[3], time[3], right[3];
    for (int k = 0; k < 3; k++) {
        struct world w;
        struct error err;
        const size_t n = (size_t)30 << k; /* 0.3, 0.6 are faces: a point between cells */
        world_init(&w, linear2_model(&still), side(n, 0, 1, ABSORBING, ABSORBING),
                   side(n, 0, 1, ABSORBING, ABSORBING), nowhere);
        h[k] = 1.0 / (double)n;
        time[k] = fabs(exp(plane_escape_log_time_at(w.escape, (double[]){x, y})) -
                       square_time(x, y));
        const struct plane_target *t = &w.escape->target;
        bool *counts = calloc(t->places, sizeof *counts);
        for (size_t q = 0; q < t->places; q++)
            counts[q] = t->place[q].dim == 0 && t->place[q].side == 1;
        double *P = calloc(w.grid->cells, sizeof *P);
        ck_assert(plane_escape_reach(w.escape, counts, P, &err));
        const size_t at =
            axis_find(w.grid->axis[1], y + 1e-9) * n + axis_find(w.grid->axis[0], x + 1e-9);
        right[k] = fabs(P[at] - square_right(w.grid->axis[0]->centre[at % n],
                                             w.grid->axis[1]->centre[at / n]));
        free(P), free(counts);
        world_finish(&w);
    }
    const double orders[] = {slope(3, h, time), slope(3, h, right)};
    for (int k = 0; k < 2; k++)
        ck_assert_msg(orders[k] > 1.8 && orders[k] < 2.2, "order %d: %g", k, orders[k]);
    ck_assert_double_le(time[2], 3e-5);
}
END_TEST

/* A target with its edge on a face against an absorbing wall there: the same rates, for a
 * tensor whose edges reach over corners too. */
START_TEST(a_target_s_edge_is_a_wall) {
    const struct side2 whole = side(30, -2, 1, ABSORBING, REFLECTING);
    const struct side2 cut = side(20, -2, 0, ABSORBING, ABSORBING);
    const struct side2 loop = side(16, 0, 2, PERIODIC, PERIODIC);
    struct world a, b;
    struct error err;
    world_init(&a, linear2_model(&tilted), whole, loop, (struct box){0, 9, -9, 9});
    world_init(&b, linear2_model(&tilted), cut, loop, nowhere);
    ck_assert_int_ge(a.generator->reach, 1);
    double *p = calloc(a.grid->cells, sizeof *p), *q = calloc(b.grid->cells, sizeof *q);
    for (size_t j = 0; j < 16; j++)
        for (size_t i = 0; i < 20; i++)
            ck_assert_double_le(
                fabs(a.escape->tau[30 * j + i] / b.escape->tau[20 * j + i] - 1), 1e-12);
    p[30 * 5 + 14] = q[20 * 5 + 14] = 1;
    const struct plane_target *s = &a.escape->target, *t = &b.escape->target;
    ck_assert_uint_eq(s->places, t->places);
    double *P = calloc(s->places, sizeof *P), *Q = calloc(t->places, sizeof *Q);
    ck_assert(plane_escape_places(a.escape, p, P, &err) &&
              plane_escape_places(b.escape, q, Q, &err));
    double sum = 0, parts = 0;
    for (size_t k = 0; k < s->places; k++) {
        sum += P[k];
        parts += s->place[k].cell >= 0 ? P[k] : 0;
        ck_assert_double_eq_tol(s->place[k].length, 0.125, 1e-12);
        ck_assert((s->place[k].cell >= 0) == (fabs(s->place[k].x[0]) < 1e-9));
    }
    ck_assert_double_eq_tol(sum, 1, 1e-13);
    double walls[2] = {0};
    for (size_t k = 0; k < t->places; k++)
        walls[t->place[k].side] += Q[k];
    ck_assert_double_eq_tol(parts, walls[1], 1e-13);
    ck_assert_double_eq_tol(1 - parts, walls[0], 1e-13);
    free(Q), free(P), free(q), free(p);
    world_finish(&b), world_finish(&a);
}
END_TEST

/* Across the seam of a torus the target is met both ways; by symmetry equally. */
START_TEST(a_target_is_met_across_a_seam) {
    struct world w;
    struct error err;
    world_init(&w, linear2_model(&still), side(20, 0, 1, PERIODIC, PERIODIC),
               side(10, 0, 1, PERIODIC, PERIODIC), (struct box){-1, 0.1, -9, 9});
    double *p = calloc(w.grid->cells, sizeof *p), ways[2] = {0};
    p[5 * 20 + 10] = p[5 * 20 + 11] = 1; /* x = .525, .575: the middle of .1 .. 1 is .55 */
    const struct plane_target *t = &w.escape->target;
    double *P = calloc(t->places, sizeof *P);
    ck_assert(plane_escape_places(w.escape, p, P, &err));
    ck_assert_uint_eq(t->places, 20);
    for (size_t k = 0; k < t->places; k++)
        ways[t->place[k].side] += P[k];
    ck_assert_double_eq_tol(ways[0], 0.5, 1e-13);
    ck_assert_double_eq_tol(ways[1], 0.5, 1e-13);
    /* tau = x (L - x) / 2 from either side, L = .9; half-cell rates are exact there up to
     * the cell average h^2 / 8 */
    ck_assert_double_le(fabs(w.escape->tau[10] - 0.425 * 0.475 / 2),
                        0.05 * 0.05 / 8 + 1e-12);
    free(P), free(p);
    world_finish(&w);
}
END_TEST

START_TEST(committors_add_to_one_and_are_symmetric) {
    enum { N = 40, CELLS = N * N };
    struct error err = {0};
    struct world w;
    static double a[CELLS], b[CELLS];
    const struct well2 wells[] = {{0.4}, {0.004}}; /* barriers 2.5 and 250 */
    world_init(&w, well2_model(&wells[_i]), side(N, -2, 2, REFLECTING, REFLECTING),
               side(N, -2, 2, REFLECTING, REFLECTING), (struct box){1.5, 9, -9, 9});
    bool *A = cells_in(w.grid, (struct box){-1.2, -0.8, -0.8, -0.2});
    bool *B = cells_in(w.grid, (struct box){0.8, 1.2, 0.2, 0.8});
    ck_assert_msg(plane_escape_committor(w.generator, A, B, a, b, &err), "%s", err.message);
    for (size_t i = 0; i < CELLS; i++) {
        ck_assert_double_eq_tol(a[i] + b[i], 1, 1e-12);
        ck_assert_double_le(fabs(a[i] - b[CELLS - 1 - i]),
                            1e-9 * a[i]); /* point symmetry */
    }
    ck_assert_double_lt(b[N * 18 + 5], _i ? 1e-60 : 0.1); /* relative in tiny ones, too */
    free(A), free(B);
    world_finish(&w);
}
END_TEST

/* ---- docs/theory.md 5.3: L = x^4/4 - x^2/2 + y^2, C = (1 + 2 (L - L_a)/(eta kappa)) 1
 * with eta kappa = 1/2, so A = 2; Klimontovich; eta = 1/(2 kappa) ---- */
static double tied_phi(double x, double y, double kappa) {
    return kappa * log(1 + 4 * (x * x * (x * x / 4 - 0.5) + y * y + 0.25));
}
static bool tied_potential(const void *self, size_t n, const double *const *x, double *phi,
                           struct error *err) {
    (void)err;
    for (size_t k = 0; k < n; k++)
        phi[k] = tied_phi(x[0][k], x[1][k], *(const double *)self);
    return true;
}
static bool tied_drift(const void *self, size_t n, const double *const *x, double *b,
                       struct error *err) {
    (void)err, (void)self;
    for (size_t k = 0; k < n; k++)
        b[k] = x[0][k] - x[0][k] * x[0][k] * x[0][k], b[n + k] = -2 * x[1][k];
    return true;
}
static bool tied_diffusion(const void *self, size_t n, const double *const *x, double *D,
                           struct error *err) {
    (void)err;
    const double kappa = *(const double *)self;
    for (size_t k = 0; k < n; k++) {
        D[k] = D[2 * n + k] = exp(tied_phi(x[0][k], x[1][k], 1)) / (4 * kappa);
        D[n + k] = 0;
    }
    return true;
}
static bool tied_gradient(const void *self, size_t n, const double *const *x, double *dD,
                          struct error *err) {
    (void)err;
    const double kappa = *(const double *)self;
    for (size_t k = 0; k < n; k++) {
        const double gx = x[0][k] * x[0][k] * x[0][k] - x[0][k], gy = 2 * x[1][k];
        dD[k] = dD[2 * n + k] = gx / kappa, dD[n + k] = 0;
        dD[3 * n + k] = dD[5 * n + k] = gy / kappa, dD[4 * n + k] = 0;
    }
    return true;
}

static double tied_log_time(const double *kappa, size_t cells) {
    const struct coefficients c = {.dims = 2,
                                   .alpha = 1,
                                   .smooth = true,
                                   .self = kappa,
                                   .drift = tied_drift,
                                   .diffusion = tied_diffusion,
                                   .diffusion_gradient = tied_gradient,
                                   .potential = tied_potential};
    struct world w;
    world_init(&w, c, side(cells, -2.5, 1.25, REFLECTING, REFLECTING),
               side(cells / 2, -1.5, 1.5, REFLECTING, REFLECTING),
               (struct box){1, 9, -9, 9});
    const double time = plane_escape_log_time_at(w.escape, (double[]){-1, 0});
    world_finish(&w);
    return time;
}

/* tau = 2 pi kappa (kappa - 3/2) / ((kappa - 1)^2) sqrt(2) / (1 sqrt(4)) A^(kappa - 1): the
 * ratio to the grid's time from one minimum to the other (extrapolated from two grids)
 * tends to 1 as 1/kappa; with the source's exponent kappa - 1/2 it tends to sqrt 2. */
START_TEST(power_law_escape_has_the_exponent_kappa_minus_one) {
    double off[3], h[3];
    for (int k = 0; k < 3; k++) {
        const double kappa = 10 << k;
        const double formula = log(2 * M_PI * kappa * (kappa - 1.5) /
                                   ((kappa - 1) * (kappa - 1)) * sqrt(2) / 2) +
                               (kappa - 1) * log(2);
        const double time =
            (4 * tied_log_time(&kappa, 240) - tied_log_time(&kappa, 120)) / 3;
        h[k] = 1 / kappa, off[k] = fabs(formula - time);
    }
    const double order = slope(3, h, off);
    ck_assert_msg(order > 0.9 && order < 1.4, "order %g in 1/kappa, off %g %g %g", order,
                  off[0], off[1], off[2]);
    ck_assert_double_le(off[2], 0.02); /* with kappa - 1/2: 0.35 */
}
END_TEST

static const struct linear2 gale = {{0, 0, 0, 0}, {0, 0, 0}};
static bool eastward(const void *self, size_t n, const double *const *x, double *b,
                     struct error *err) {
    (void)self, (void)err, (void)x;
    for (size_t k = 0; k < n; k++)
        b[k] = 1, b[n + k] = 0;
    return true;
}

START_TEST(says_what_is_wrong) {
    struct error err = {0};
    struct world w;
    struct plane_quasi q;
    const struct side2 wall = side(16, -2, 2, REFLECTING, REFLECTING);
    world_init(&w, well2_model(&well), wall, wall, (struct box){1, 9, -9, 9});
    ck_assert_ptr_null(plane_escape_create(w.generator, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    bool *all = cells_in(w.grid, (struct box){-9, 9, -9, 9});
    ck_assert_ptr_null(plane_escape_create(w.generator, all, &err));
    free(all);
    ck_assert(!plane_quasi_compute(w.escape, 15, &q, &err));
    ck_assert_double_eq(plane_escape_log_time_at(w.escape, (double[]){3, 0}), -INFINITY);
    ck_assert_double_eq(plane_escape_log_time_at(w.escape, (double[]){1.5, 0}), -INFINITY);
    double *p = calloc(w.grid->cells, sizeof *p), P[64];
    p[15] = 1; /* on the target: nothing leaves */
    ck_assert(!plane_escape_places(w.escape, p, P, &err));
    free(p);
    world_finish(&w);
    /* wind without noise: the target is met from the west, never from the east */
    struct coefficients c = linear2_model(&gale);
    c.drift = eastward, c.zero_diffusion = true;
    world_init(&w, c, wall, wall, (struct box){0, 0.5, -9, 9});
    ck_assert_double_eq(plane_escape_log_time_at(w.escape, (double[]){1, 0}), INFINITY);
    ck_assert_double_eq_tol(exp(plane_escape_log_time_at(w.escape, (double[]){-1, 0})), 1,
                            0.13);
    ck_assert(!plane_quasi_compute(w.escape, 15, &q, &err));
    world_finish(&w);
}
END_TEST

Suite *plane_escape_suite(void);
Suite *plane_escape_suite(void) {
    Suite *s = suite_create("plane_escape");
    TCase *times = tcase_create("mean times and places");
    tcase_set_timeout(times, 60);
    tcase_add_loop_test(times, separable_times_equal_their_factor_s_for_any_barrier, 0, 3);
    tcase_add_test(times, free_motion_in_a_square_obeys_its_series);
    tcase_add_test(times, a_target_s_edge_is_a_wall);
    tcase_add_test(times, a_target_is_met_across_a_seam);
    tcase_add_loop_test(times, committors_add_to_one_and_are_symmetric, 0, 2);
    tcase_add_test(times, power_law_escape_has_the_exponent_kappa_minus_one);
    tcase_add_test(times, says_what_is_wrong);
    suite_add_tcase(s, times);
    return s;
}
