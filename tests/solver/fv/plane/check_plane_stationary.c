/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stationary states, currents, and the positive reference in two dimensions. */
#include "solver/fv/plane/current.h"
#include "solver/fv/plane/stationary.h"
#include "solver/time/plane/backward_euler.h"
#include "tests/solver/plane_models.h"
#include <check.h>
#include <string.h>

static const struct well2 well = {0.15};
/* docs/theory.md 3.2: H = [[2, .5], [.5, 1]], C = [[1, -.3], [-.3, .5]], eta = .1,
 * D = eta C/2 */
static const struct linear2 noise = {{2, 0.5, 0.5, 1}, {0.05, -0.015, 0.025}};

static struct plane_generator *create(const struct grid *grid, struct coefficients m) {
    struct error err;
    struct plane_generator *g = plane_generator_create(grid, &m, &err);
    ck_assert_msg(g != NULL, "%s", err.message);
    return g;
}
static struct stationary solve(const struct plane_generator *g) {
    struct stationary s;
    struct error err;
    ck_assert_msg(plane_stationary_compute(g, &s, &err), "%s", err.message);
    return s;
}

/* Covariance, entropy production and the current matrix R of J = R x p, by least squares
 * with weight p: R = (sum J x^T) (sum p x x^T)^-1, J the mean over a cell's faces. */
struct figures {
    double xx, xy, yy, production, R[4];
};
static struct figures measure(size_t cells) {
    struct grid *grid = square_grid(cells, 1.3); /* 7 standard deviations */
    const struct coefficients model = linear2_model(&noise);
    struct plane_generator *g = create(grid, model);
    struct stationary s = solve(g);
    struct plane_current c;
    struct error err;
    ck_assert_int_eq(s.kind, STATIONARY_UNIQUE);
    ck_assert(plane_current_measure(g, &model, s.density, &c, &err));
    struct figures f = {.production = c.entropy_production,
                        .xx = field_moments(grid, s.density, 0).variance,
                        .yy = field_moments(grid, s.density, 1).variance,
                        .xy = field_covariance(grid, s.density)};
    const size_t n = cells;
    double *x = calloc((n + 1) * n, sizeof *x), *y = calloc((n + 1) * n, sizeof *y);
    plane_generator_flux(g, s.density, x, y);
    double JX[4] = {0};
    for (size_t k = 0; k < n * n; k++) {
        const size_t i = k % n, j = k / n;
        const double J[2] = {0.5 * (x[j * (n + 1) + i] + x[j * (n + 1) + i + 1]),
                             0.5 * (y[k] + y[k + n])};
        const double at[2] = {grid->axis[0]->centre[i], grid->axis[1]->centre[j]};
        for (int q = 0; q < 4; q++)
            JX[q] += J[q / 2] * at[q % 2] * grid->volume[k];
    }
    const double det = f.xx * f.yy - f.xy * f.xy;
    for (int q = 0; q < 2; q++) {
        f.R[2 * q] = (JX[2 * q] * f.yy - JX[2 * q + 1] * f.xy) / det;
        f.R[2 * q + 1] = (JX[2 * q + 1] * f.xx - JX[2 * q] * f.xy) / det;
    }
    free(x), free(y);
    stationary_finish(&s);
    plane_generator_destroy(g);
    grid_destroy(grid);
    return f;
}

/* Second order, to the exact values: the error falls by 4 (band 3..5) from 48 to 96 cells,
 * and at 96 it is below 2 %; the extrapolated values agree to 1e-3 of the largest. */
START_TEST(correlated_noise_has_its_covariance_current_and_entropy_production) {
    const double exact[8] = {1.27 / 42,  -0.88 / 42, 1.49 / 42,   0.24593495935,
                             0.30306825, 0.43738259, -0.51314966, -0.30306825};
    const double unit[8] = {0.035, 0.035, 0.035, 0.246, 0.51, 0.51, 0.51, 0.51};
    const struct figures a = measure(48), b = measure(96);
    const double coarse[8] = {a.xx,   a.xy,   a.yy,   a.production,
                              a.R[0], a.R[1], a.R[2], a.R[3]};
    const double fine[8] = {b.xx, b.xy, b.yy, b.production, b.R[0], b.R[1], b.R[2], b.R[3]};
    for (int q = 0; q < 8; q++) {
        const double extrapolated = fine[q] + (fine[q] - coarse[q]) / 3;
        const double e1 = fabs(coarse[q] - exact[q]), e2 = fabs(fine[q] - exact[q]);
        ck_assert_msg(e2 < 0.02 * unit[q], "%d: %g, exact %g", q, fine[q], exact[q]);
        ck_assert_msg(e2 < 1e-3 * unit[q] || (e1 > 3 * e2 && e1 < 5.5 * e2),
                      "%d: errors %g %g", q, e1, e2);
        ck_assert_msg(fabs(extrapolated - exact[q]) < 1e-3 * unit[q], "%d: %g, exact %g", q,
                      extrapolated, exact[q]);
    }
}
END_TEST

START_TEST(the_pinned_solve_and_the_potential_agree) {
    struct grid *grid = square_grid(32, 2);
    const struct coefficients model = well2_model(&well);
    struct plane_generator *g = create(grid, model);
    struct stationary exact = solve(g);
    double *potential = g->potential;
    g->source = POTENTIAL_NONE, g->potential = NULL;
    struct stationary pinned = solve(g);
    g->potential = potential;
    double residual = 0;
    for (size_t k = 0; k < g->cells; k++) /* relative, from 1 down to e^-170 */
        residual = fmax(residual, fabs(pinned.log_density[k] - exact.log_density[k]));
    ck_assert_double_lt(residual, 1e-9);
    struct plane_current c;
    struct error err;
    ck_assert(plane_current_measure(g, &model, exact.density, &c, &err));
    ck_assert_double_le(c.largest, 1e-12 * c.scale);
    ck_assert_double_le(fabs(c.entropy_production), 1e-12);
    stationary_finish(&exact);
    stationary_finish(&pinned);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

/* p spans e^-1000 with a weak circulation: the logarithm stays finite. */
START_TEST(tails_below_the_smallest_double_keep_their_logarithm) {
    const struct linear2 cold = {{2, 0.5, 0.4, 1}, {0.004, 0, 0.004}};
    struct grid *grid = square_grid(160, 1.5);
    struct plane_generator *g = create(grid, linear2_model(&cold));
    ck_assert_int_eq(g->source, POTENTIAL_NONE);
    struct stationary s = solve(g);
    double least = 0;
    for (size_t k = 0; k < g->cells; k++) {
        ck_assert(isfinite(s.log_density[k]));
        least = fmin(least, s.log_density[k]);
    }
    ck_assert_double_lt(least, -800);
    ck_assert_double_eq_tol(field_mass(grid, s.density), 1, 1e-12);
    stationary_finish(&s);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

/* Cold circulation, where no tree of edges is a scale: positive, normalised, centred. */
START_TEST(cold_circulation_is_solved_in_plain_masses) {
    const struct linear2 cold = {{2, 0.5, 0.1, 1}, {0.0010, 0.0002, 0.0006}};
    struct grid *grid = square_grid(48, 1.5);
    struct plane_generator *g = create(grid, linear2_model(&cold));
    struct stationary s = solve(g);
    ck_assert_double_eq_tol(field_mass(grid, s.density), 1, 1e-12);
    ck_assert_double_ge(field_min(grid, s.density), 0);
    ck_assert_double_eq_tol(field_moments(grid, s.density, 0).mean, 0, 1e-9);
    double *rate = calloc(g->cells, sizeof *rate), wrong = 0, scale = 0;
    plane_generator_apply(g, s.density, rate);
    for (size_t k = 0; k < g->cells; k++) {
        wrong = fmax(wrong, fabs(rate[k]));
        scale = fmax(scale, s.density[k]);
    }
    ck_assert_double_le(wrong, 1e-9 * scale);
    free(rate);
    stationary_finish(&s);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

START_TEST(absorbed_and_separated_mass_is_said) {
    const struct side2 open = {SPACING_UNIFORM, 16, -2, 2, 0, ABSORBING, REFLECTING};
    struct grid *grid = grid2_of(open, open);
    struct plane_generator *g = create(grid, well2_model(&well));
    struct stationary s = solve(g);
    ck_assert_int_eq(s.kind, STATIONARY_ABSORBED);
    ck_assert_ptr_null(s.density);
    stationary_finish(&s);
    plane_generator_destroy(g);
    grid_destroy(grid);
    /* Noise along x only and no drift along y: every row keeps its mass. */
    const struct linear2 rows = {{1, 0, 0, 0}, {0.3, 0, 0}};
    grid = square_grid(16, 2);
    g = create(grid, linear2_model(&rows));
    s = solve(g);
    ck_assert_int_eq(s.kind, STATIONARY_DEGENERATE);
    ck_assert(strncmp(s.reason, "16 separate", 11) == 0);
    stationary_finish(&s);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

/* Both wells of L(-x, -y) = L(x, y) weigh the same, behind a barrier of e^100 that a
 * solve in plain arithmetic cannot see across; b = -grad L + c J grad L has a current and
 * the same e^-L/D. */
static bool stirred_drift(const void *self, size_t n, const double *const *x, double *b,
                          struct error *err) {
    if (!well2_drift(self, n, x, b, err)) return false;
    for (size_t k = 0; k < n; k++) {
        const double gx = b[k], gy = b[n + k];
        b[k] = gx - 0.3 * gy, b[n + k] = gy + 0.3 * gx;
    }
    return true;
}

START_TEST(metastable_parts_of_a_state_with_a_current_have_their_weights) {
    const struct well2 cold_well = {0.01};
    struct coefficients m = well2_model(&cold_well);
    m.drift = stirred_drift, m.potential = NULL;
    struct grid *grid = square_grid(64, 1.6);
    struct plane_generator *g = create(grid, m);
    struct stationary s = solve(g);
    struct plane_current c;
    struct error err;
    double right = 0;
    ck_assert_int_eq(g->source, POTENTIAL_NONE);
    ck_assert_int_eq(s.kind, STATIONARY_UNIQUE);
    for (size_t k = 0; k < g->cells; k++)
        if (grid->axis[0]->centre[k % 64] > 0) right += s.density[k] * grid->volume[k];
    ck_assert_double_eq_tol(right, 0.5, 1e-9);
    ck_assert(plane_current_measure(g, &m, s.density, &c, &err));
    ck_assert_double_gt(c.largest, 1e-3 * c.scale);
    stationary_finish(&s);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

/* ---- positivity ---- */

static bool least_value(void *context, size_t k, const double *p, double time_error,
                        struct error *err) {
    (void)k, (void)time_error, (void)err;
    double *least = context;
    for (size_t i = 0; i < 64 * 64; i++)
        *least = fmin(*least, p[i]);
    return true;
}

START_TEST(backward_euler_is_never_negative_even_at_100_to_1) {
    const struct linear2 steep = winding2(0.5, 0.01, M_PI / 6);
    struct grid *grid = square_grid(64, 3);
    double *p0 = calloc(grid->cells, sizeof *p0), t[] = {1e-3, 0.1, 1, 30};
    cell_averages(grid, normal2_density, &(struct normal2){{1, -1}, 0.01, 0, 0.01}, p0);
    const struct coefficients models[] = {linear2_model(&steep), well2_model(&well)};
    for (int k = 0; k < 2; k++)
        for (double step = 1e-2; step < 200; step *= 100) {
            struct plane_generator *g = create(grid, models[k]);
            const struct propagator_options options = {.tolerance = 1, .step = step};
            struct error err;
            double least = 0;
            struct propagator *p = plane_backward_euler_create(g, &options, &err);
            ck_assert_ptr_nonnull(p);
            ck_assert(
                propagator_advance(p, p0, step < 1 ? 3 : 4, t, least_value, &least, &err));
            ck_assert_double_ge(least, 0);
            propagator_destroy(p);
            plane_generator_destroy(g);
        }
    free(p0);
    grid_destroy(grid);
}
END_TEST

/* The contrast: nine-point central differences of div(D grad p), one step of backward
 * Euler from a narrow start, by conjugate gradients. */
enum { NINE = 32 };
struct nine_point {
    double stencil[3][3], step;
};
static void nine_point_apply(const struct nine_point *s, const double *p, double *out) {
    for (int k = 0; k < NINE * NINE; k++) {
        out[k] = p[k];
        for (int q = 0; q < 9; q++) {
            const int i = (k % NINE + q % 3 - 1 + NINE) % NINE,
                      j = (k / NINE + q / 3 - 1 + NINE) % NINE;
            out[k] -= s->step * s->stencil[q / 3][q % 3] * p[j * NINE + i];
        }
    }
}
static double nine_point_dot(const double *a, const double *b) {
    double sum = 0;
    for (int k = 0; k < NINE * NINE; k++)
        sum += a[k] * b[k];
    return sum;
}

START_TEST(a_nine_point_central_scheme_goes_negative_there) {
    const struct linear2 steep = winding2(0.5, 0.01, M_PI / 6);
    const double h = 6.0 / NINE;
    const double a = steep.D[0] / (h * h), b = steep.D[1] / (4 * h * h),
                 c = steep.D[2] / (h * h);
    const struct nine_point s = {
        {{2 * b, c, -2 * b}, {a, -2 * (a + c), a}, {-2 * b, c, 2 * b}}, 0.02};
    static double p[NINE * NINE], r[NINE * NINE], d[NINE * NINE], Ad[NINE * NINE];
    r[NINE / 2 * NINE + NINE / 2] = d[NINE / 2 * NINE + NINE / 2] = 1;
    double rr = 1;
    for (int turn = 0; turn < 500 && rr > 1e-28; turn++) {
        nine_point_apply(&s, d, Ad);
        const double alpha = rr / nine_point_dot(d, Ad), before = rr;
        for (int k = 0; k < NINE * NINE; k++)
            p[k] += alpha * d[k], r[k] -= alpha * Ad[k];
        rr = nine_point_dot(r, r);
        for (int k = 0; k < NINE * NINE; k++)
            d[k] = r[k] + rr / before * d[k];
    }
    ck_assert_double_le(rr, 1e-28);
    double least = 0, most = 0;
    for (int k = 0; k < NINE * NINE; k++)
        least = fmin(least, p[k]), most = fmax(most, p[k]);
    ck_assert_double_lt(least, -0.01 * most);
}
END_TEST

struct last {
    double error, *p;
    size_t cells;
};
static bool keep_last(void *context, size_t k, const double *p, double time_error,
                      struct error *err) {
    (void)k, (void)err;
    struct last *last = context;
    last->error = time_error;
    memcpy(last->p, p, last->cells * sizeof *p);
    return true;
}

/* Against steps a hundred times shorter. */
START_TEST(backward_euler_reports_its_error) {
    struct grid *grid = square_grid(16, 2);
    struct plane_generator *g = create(grid, well2_model(&well));
    double *p0 = calloc(g->cells, sizeof *p0), t[] = {0.5};
    cell_averages(grid, normal2_density, &(struct normal2){{-1, -0.5}, 0.1, 0, 0.1}, p0);
    struct last coarse = {.cells = g->cells, .p = calloc(g->cells, sizeof *p0)},
                fine = {.cells = g->cells, .p = calloc(g->cells, sizeof *p0)};
    struct error err;
    for (int k = 0; k < 2; k++) {
        const struct propagator_options options = {.tolerance = 1e-2,
                                                   .step = k == 0 ? 0 : 2e-5};
        struct propagator *p = plane_backward_euler_create(g, &options, &err);
        ck_assert_msg(
            propagator_advance(p, p0, 1, t, keep_last, k == 0 ? &coarse : &fine, &err),
            "%s", err.message);
        propagator_destroy(p);
    }
    const double wrong = field_l1(grid, coarse.p, fine.p);
    ck_assert_double_le(coarse.error, 1e-2);
    ck_assert_double_le(wrong, coarse.error);
    ck_assert_double_ge(wrong, coarse.error / 3);
    free(coarse.p), free(fine.p), free(p0);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

Suite *plane_stationary_suite(void);
Suite *plane_stationary_suite(void) {
    Suite *suite = suite_create("plane_stationary");
    TCase *c = tcase_create("stationary");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, correlated_noise_has_its_covariance_current_and_entropy_production);
    tcase_add_test(c, the_pinned_solve_and_the_potential_agree);
    tcase_add_test(c, tails_below_the_smallest_double_keep_their_logarithm);
    tcase_add_test(c, cold_circulation_is_solved_in_plain_masses);
    tcase_add_test(c, absorbed_and_separated_mass_is_said);
    tcase_add_test(c, metastable_parts_of_a_state_with_a_current_have_their_weights);
    suite_add_tcase(suite, c);
    c = tcase_create("positive");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, backward_euler_is_never_negative_even_at_100_to_1);
    tcase_add_test(c, a_nine_point_central_scheme_goes_negative_there);
    tcase_add_test(c, backward_euler_reports_its_error);
    suite_add_tcase(suite, c);
    return suite;
}
