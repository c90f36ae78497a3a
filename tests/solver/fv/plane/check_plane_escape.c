/* SPDX-License-Identifier: GPL-3.0-or-later
 * First passage in two dimensions: mean times, exit places, committors, quasi-stationary
 * laws, survival curves; series, 1-D integrals, docs/theory.md 5.3, and each other. */
#include "solver/fv/line/passage.h"
#include "solver/fv/plane/quasi.h"
#include "solver/time/plane/survival.h"
#include "tests/slope.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/plane_models.h"
#include <float.h>
#include <string.h>

static const struct linear2 still = {{0, 0, 0, 0}, {1, 0, 1}};
static const struct linear2 tilted = {{0, 0, 0, 0}, {1, 0.6, 0.5}};

struct world {
    struct coefficients c;
    struct grid *grid;
    struct plane_generator *generator;
    struct plane_escape *escape;
};

/* target: cells whose centres lie in [lo0, hi0] x [lo1, hi1]; lo0 > hi0: none. */
struct box {
    double lo0, hi0, lo1, hi1;
};
static const struct box nowhere = {1, 0, 1, 0};

static bool *cells_in(const struct grid *grid, struct box b) {
    bool *set = calloc(grid->cells, sizeof *set);
    for (size_t k = 0; k < grid->cells; k++) {
        const double x = grid->axis[0]->centre[k % grid->axis[0]->cells];
        const double y = grid->axis[1]->centre[k / grid->axis[0]->cells];
        set[k] = x > b.lo0 && x < b.hi0 && y > b.lo1 && y < b.hi1;
    }
    return set;
}

static void world_init(struct world *w, struct coefficients c, struct side2 x,
                       struct side2 y, struct box target) {
    struct error err = {0};
    w->c = c;
    w->grid = grid2_of(x, y);
    w->generator = plane_generator_create(w->grid, &w->c, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
    bool *set = cells_in(w->grid, target);
    w->escape = plane_escape_create(w->generator, set, &err);
    ck_assert_msg(w->escape != NULL, "%s", err.message);
    free(set);
}
static void world_finish(struct world *w) {
    plane_escape_destroy(w->escape);
    plane_generator_destroy(w->generator);
    grid_destroy(w->grid);
}

static struct side2 side(size_t cells, double lo, double hi, enum boundary lower,
                         enum boundary upper) {
    return (struct side2){SPACING_UNIFORM, cells, lo, hi, 0.3, lower, upper};
}

/* ---- L = depth (x^4 - 2 x^2) + y^2 / 2 at temperature 1 ---- */
static bool ridge_potential(const void *self, size_t n, const double *const *x, double *phi,
                            struct error *err) {
    (void)err;
    const double depth = *(const double *)self;
    for (size_t k = 0; k < n; k++) {
        const double q = x[0][k] * x[0][k];
        phi[k] = depth * (q * q - 2 * q) + x[1][k] * x[1][k] / 2;
    }
    return true;
}
static bool ridge_drift(const void *self, size_t n, const double *const *x, double *b,
                        struct error *err) {
    (void)err;
    const double depth = *(const double *)self;
    for (size_t k = 0; k < n; k++) {
        b[k] = depth * 4 * (x[0][k] - x[0][k] * x[0][k] * x[0][k]);
        b[n + k] = -x[1][k];
    }
    return true;
}
static struct coefficients ridge(const double *depth) {
    struct coefficients c = linear2_model(&still); /* D = 1 */
    c.self = depth, c.drift = ridge_drift, c.potential = ridge_potential;
    return c;
}
static bool unit_diffusion(const void *self, size_t n, const double *const *x, double *D,
                           struct error *err) {
    (void)self, (void)x, (void)err;
    for (size_t k = 0; k < n; k++)
        D[k] = D[2 * n + k] = 1, D[n + k] = 0;
    return true;
}
static struct coefficients ridge_of(const double *depth) {
    struct coefficients c = ridge(depth);
    c.diffusion = unit_diffusion;
    return c;
}
static double ridge1_b(double x, const double *a) {
    return a[0] * 4 * (x - x * x * x);
}
static double one(double x, const double *a) {
    return 1 + 0 * x * a[0];
}
static double ridge1_phi(double x, const double *a) {
    return a[0] * (x * x * x * x - 2 * x * x);
}

/* From -1 to x > .5, barriers of 1, 30 and 600: the time does not depend on y, to rounding
 * (30 for the 700 rates that are multiplied), and tends to the 1-D integral as h^2: in the
 * logarithm, on cells that resolve the barrier. */
START_TEST(separable_times_equal_their_factor_s_for_any_barrier) {
    const double depth[] = {1, 30, 600};
    const struct model1 m = {ridge1_b, one, NULL, ridge1_phi, 0, {depth[_i]}};
    const struct coefficients c1 = model1_coefficients(&m);
    const struct line_passage p = {-2, 0.5, {false, true}, 0, NULL, 1e-10};
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

static double *start_at(const struct world *w, double x, double y) {
    double *p = calloc(w->grid->cells, sizeof *p);
    const struct normal2 n = {{x, y}, 0.05, 0, 0.05};
    cell_averages(w->grid, normal2_density, &n, p);
    return p;
}

static const struct well2 well = {0.4};
static struct linear2 wind;
static void init_case(struct world *w, int k, size_t n) {
    const struct side2 wall = side(n, -2, 2, REFLECTING, REFLECTING);
    const struct side2 open = side(n, -2, 2, ABSORBING, REFLECTING);
    wind = winding2(0.4, 0.3, 0.5); /* a full tensor and a current */
    if (k == 0)
        world_init(w, well2_model(&well), wall, wall, (struct box){0.5, 9, -9, 9});
    else if (k == 1)
        world_init(w, linear2_model(&wind), open, wall, (struct box){0.4, 1.2, 0.4, 1.2});
    else
        world_init(w, linear2_model(&wind), open, open, nowhere);
}

START_TEST(survival_curve_integrates_to_the_mean_time) {
    struct world w;
    struct error err = {0};
    double mean;
    init_case(&w, _i, 20);
    double *p0 = start_at(&w, -0.8, -0.4); /* a little of it starts on the target */
    ck_assert_msg(plane_survival_mean(w.escape, p0, &mean, &err), "%s", err.message);
    ck_assert_double_le(fabs(mean / exp(plane_escape_log_time_from(w.escape, p0)) - 1),
                        1e-8);
    free(p0);
    world_finish(&w);
}
END_TEST

START_TEST(exit_density_is_minus_the_slope_of_survival) {
    struct world w;
    struct error err = {0};
    struct plane_survival s;
    init_case(&w, 1, 24);
    double *p0 = start_at(&w, -0.8, -0.4), t[5];
    for (int k = 0; k < 5; k++)
        t[k] = 1 + 1e-3 * k;
    const struct propagator_options options = {.tolerance = 1e-12};
    ck_assert_msg(plane_survival_compute(w.escape, NULL, &options, p0, 5, t, &s, &err),
                  "%s", err.message);
    const double want =
        -(8 * (s.alive[3] - s.alive[1]) - (s.alive[4] - s.alive[0])) / (12 * 1e-3);
    ck_assert_double_le(fabs((s.target[2] + s.wall[2]) / want - 1), 1e-7);
    ck_assert_double_gt(s.target[2], 0);
    ck_assert_double_gt(s.wall[2], 0);
    plane_survival_finish(&s);
    free(p0);
    world_finish(&w);
}
END_TEST

START_TEST(quasi_stationary_law_leaves_after_an_exponential_time) {
    struct error err = {0};
    struct world w;
    struct plane_quasi q;
    init_case(&w, _i, 24);
    ck_assert_msg(plane_quasi_compute(w.escape, 24 * 12 + 3, &q, &err), "%s", err.message);
    ck_assert_double_le(q.error, 1e-10);
    ck_assert_double_eq_tol(field_mass(w.grid, q.density), 1, 1e-12);
    ck_assert_double_le(fabs(plane_escape_log_time_from(w.escape, q.density) + q.log_rate),
                        1e-10);
    double dot = 0, sum = 0;
    for (size_t i = 0; i < w.grid->cells; i++)
        dot += q.left[i] * q.density[i] * w.grid->volume[i];
    ck_assert_double_eq_tol(dot, 1, 1e-12);
    for (size_t k = 0; k < w.escape->target.places; k++)
        sum += q.exits[k];
    ck_assert_double_eq_tol(sum, 1, 1e-12);
    struct plane_survival s;
    const double t[] = {.1 / q.rate, 1 / q.rate, 5 / q.rate};
    const struct propagator_options options = {.tolerance = 1e-11};
    ck_assert_msg(
        plane_survival_compute(w.escape, NULL, &options, q.density, 3, t, &s, &err), "%s",
        err.message);
    for (int k = 0; k < 3; k++)
        ck_assert_double_le(fabs(s.alive[k] - exp(-q.rate * t[k])), 1e-9);
    plane_survival_finish(&s);
    plane_quasi_finish(&q);
    world_finish(&w);
}
END_TEST

/* Bounds of the rate that hold for barriers of e^600 as well, and agree with the time. */
START_TEST(quasi_stationary_rate_of_a_huge_barrier) {
    const double depth = 600;
    struct error err = {0};
    struct world w;
    struct plane_quasi q;
    world_init(&w, ridge_of(&depth), side(240, -2, 1, REFLECTING, REFLECTING),
               side(10, -2, 2, REFLECTING, REFLECTING), (struct box){0, 9, -9, 9});
    ck_assert_msg(plane_quasi_compute(w.escape, 20, &q, &err), "%s", err.message);
    ck_assert_double_le(q.error, 1e-10);
    ck_assert_double_lt(q.log_rate, -590);
    ck_assert_double_eq_tol(plane_escape_log_time_at(w.escape, (double[]){-1, 0}),
                            -q.log_rate, 1e-9);
    plane_quasi_finish(&q);
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
    TCase *laws = tcase_create("laws");
    tcase_set_timeout(laws, 60);
    tcase_add_loop_test(laws, survival_curve_integrates_to_the_mean_time, 0, 3);
    tcase_add_test(laws, exit_density_is_minus_the_slope_of_survival);
    tcase_add_loop_test(laws, quasi_stationary_law_leaves_after_an_exponential_time, 0, 3);
    tcase_add_test(laws, quasi_stationary_rate_of_a_huge_barrier);
    suite_add_tcase(s, laws);
    return s;
}
