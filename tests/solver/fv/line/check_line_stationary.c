/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/field.h"
#include "solver/fv/line/generator.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/line_models.h"
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- models */

static double double_well(double x, const double *a) {
    return a[0] * 4 * x * (1 - x * x);
}
/* docs/theory.md 4.4: T = a0, sigma = a1 */
static double df(double u) {
    return 4 * u - 4 * u * u * u;
}
static double wide_b(double x, const double *a) {
    return -a[0] * (x < 0 ? df(x + 1) : df((x - 2) / 2) / 2);
}
static double wide_D(double x, const double *a) {
    const double S = x < 0 ? a[1] : a[1] / 2;
    return a[0] * a[0] * S * S / 2;
}
/* ring: b = a0 + a1 sin x, D = a2 (1 + a3 cos x) */
static double ring_b(double x, const double *a) {
    return a[0] + a[1] * sin(x);
}
static double ring_D(double x, const double *a) {
    return a[2] * (1 + a[3] * cos(x));
}
static double ring_dD(double x, const double *a) {
    return -a[2] * a[3] * sin(x);
}
/* a zero of the noise: D = a1 (1 - cos x), zero at 0 (mod 2 pi) */
static double touching_D(double x, const double *a) {
    return a[1] * (1 - cos(x));
}
static double touching_dD(double x, const double *a) {
    return a[1] * sin(x);
}

struct state {
    struct grid *grid;
    struct line_generator *g;
    struct stationary s;
};

static struct state solve(const struct model1 *model, const struct axis_spec *spec) {
    struct error err = {0};
    struct coefficients c = model1_coefficients(model);
    struct state t = {.grid = grid1(spec)};
    t.g = line_generator_create(t.grid, &c, &err);
    ck_assert_msg(t.g != NULL, "%s", err.message);
    ck_assert(line_stationary_compute(t.g, &t.s, &err));
    if (t.s.kind == STATIONARY_UNIQUE)
        ck_assert_double_eq_tol(field_mass(t.grid, t.s.density), 1, 1e-13);
    return t;
}
static void finish(struct state *t) {
    stationary_finish(&t->s);
    line_generator_destroy(t->g);
    grid_destroy(t->grid);
}

/* ------------------------------------------------------------------- exact states */

/* docs/theory.md 4.4 (I = 1 and I = 1/2): mass of the narrow well, at every resolution,
 * for the three interpretations; the jump of C sits on the face 0. */
START_TEST(narrow_against_wide_well_has_the_exact_masses) {
    static const struct {
        double sigma2T, alpha, ratio, narrow;
    } rows[] = {{2, 0, 80.34214770, .0122227487}, {2, .5, 40.17107385, .0241503142},
                {2, 1, 20.08553692, .0471616595}, {4, 0, 17.92675628, .0435866276},
                {4, .5, 8.96337814, .0835323613}, {4, 1, 4.48168907, .1541852634}};
    const double at0 = 0, T = 0.002;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        for (size_t n = 32; n <= 1024; n *= 32) {
            struct model1 m = {wide_b, wide_D,        nothing,
                               NULL,   rows[k].alpha, {T, sqrt(rows[k].sigma2T / T)}};
            struct state t =
                solve(&m, &(struct axis_spec){
                              .cells = n, .lo = -2, .hi = 4, .aligns = 1, .align = &at0});
            double narrow = 0;
            for (size_t i = 0; t.grid->axis[0]->centre[i] < 0; i++)
                narrow += t.s.density[i] * t.grid->volume[i];
            /* ten digits in the table; the sums are exact to quadrature */
            ck_assert_double_eq_tol(narrow, rows[k].narrow, n == 32 ? 1e-6 : 1e-9);
            if (n == 1024) { /* centres W = -1 and W = 2: cell averages against points */
                const double p1 = t.s.density[axis_find(t.grid->axis[0], -1)];
                const double p2 = t.s.density[axis_find(t.grid->axis[0], 2)];
                ck_assert_double_eq_tol(p2 / p1 / rows[k].ratio, 1, 1e-4);
            }
            finish(&t);
        }
}
END_TEST

/* Drift towards a0 that jumps there: p = exp(-|x - a0|/a1). */
static double pull_b(double x, const double *a) {
    return x < a[0] ? 1 : -1;
}
/* Drift with a kink at a0: p = exp(-c (x - a0)^2/2 a1), c = 1 below and 3 above. */
static double kink_b(double x, const double *a) {
    return -(x < a[0] ? 1 : 3) * (x - a[0]);
}
static double pull_p(double x, const double *a) {
    return exp(-fabs(x - a[0]) / a[1]);
}
static double kink_p(double x, const double *a) {
    return exp(-(x < a[0] ? 1 : 3) * (x - a[0]) * (x - a[0]) / (2 * a[1]));
}

/* L1 distance from p on n cells of [-2, 2], the jump at 0.3 of a cell or on a face. */
static double jump_error(double (*b)(double, const double *),
                         double (*p)(double, const double *), size_t n, bool aligned) {
    const double at = aligned ? 0 : 0.3 * 4 / (double)n, D = 0.25;
    struct model1 m = {b, second, nothing, NULL, 0, {at, D}};
    struct state t = solve(&m, &(struct axis_spec){.cells = n, .lo = -2, .hi = 2});
    double q[1024], mass = 0, error = 0;
    for (size_t i = 0; i < n; i++) { /* midpoints: (h/4000)^2, and h/4000 at the jump */
        q[i] = 0;
        for (int j = 0; j < 4000; j++)
            q[i] += p(t.grid->axis[0]->face[i] + 4 / (double)n * (j + 0.5) / 4000, m.a);
        mass += q[i];
    }
    for (size_t i = 0; i < n; i++)
        error += fabs(t.s.density[i] * t.grid->volume[i] - q[i] / mass);
    finish(&t);
    return error;
}

/* docs/numerics.md 1.2: on a face exact to rounding; in a cell of order 1 and 2. */
START_TEST(jumps_and_kinks_of_the_drift_have_their_orders) {
    const double jump = log2(jump_error(pull_b, pull_p, 128, false) /
                             jump_error(pull_b, pull_p, 1024, false)) /
                        3;
    const double kink = log2(jump_error(kink_b, kink_p, 128, false) /
                             jump_error(kink_b, kink_p, 1024, false)) /
                        3;
    ck_assert_msg(0.9 < jump && jump < 1.1, "jump: %g", jump);
    ck_assert_msg(1.8 < kink && kink < 2.2, "kink: %g", kink);
    ck_assert_double_lt(jump_error(pull_b, pull_p, 128, true), 1e-8);
    ck_assert_double_lt(jump_error(kink_b, kink_p, 128, true), 1e-8);
}
END_TEST

/* Pearson (docs/theory.md 5.2): p = (1 + c x^2)^-s, s = kappa + 1 - alpha, its averages
 * over the same cells by 64 midpoints. */
START_TEST(power_law_has_the_exact_cell_averages) {
    for (int k = 0; k < 3; k++) {
        struct model1 m = {linear, pearson_D, pearson_dD, NULL, k / 2.0, {1, 0.05, 2}};
        struct state t = solve(
            &m,
            &(struct axis_spec){
                .spacing = SPACING_SINH, .cells = 100, .lo = -20, .hi = 30, .scale = 0.5});
        const struct axis *axis = t.grid->axis[0];
        const double s = 1 / (0.05 * 2 * 2) + 1 - m.alpha;
        double q[100], mass = 0;
        for (int i = 0; i < 100; i++) {
            q[i] = 0;
            for (int j = 0; j < 4000; j++) {
                const double x = axis->face[i] + axis->width[i] * (j + 0.5) / 4000;
                q[i] += pow(1 + 2 * x * x, -s) / 4000;
            }
            mass += q[i] * axis->width[i];
        }
        for (int i = 0; i < 100; i++) /* midpoints: (h/4000)^2 p''/p */
            ck_assert_double_eq_tol(t.s.density[i] / (q[i] / mass), 1, 1e-6);
        finish(&t);
    }
}
END_TEST

/* Averages of a Gaussian down to e^-800, then e^-100000 in logarithms. */
START_TEST(normal_law_keeps_relative_accuracy_in_the_tails) {
    for (int k = 0; k < 2; k++) {
        struct model1 m = {linear, second, NULL, NULL, 0, {1, k ? 5e-4 : 0.5}};
        struct state t = solve(&m, &(struct axis_spec){.cells = 400, .lo = -10, .hi = 10});
        const struct axis *axis = t.grid->axis[0];
        for (size_t i = 200; i < 400; i++) {
            const double a = axis->face[i], b = axis->face[i + 1], D = m.a[1];
            const double expected =
                k ? log(sqrt(1 / (2 * M_PI * D)) * D / a / axis->width[i]) - a * a / (2 * D)
                  : log((erfc(a) - erfc(b)) / (2 * axis->width[i]));
            if (k && i < 230) continue; /* the first term of the tail only: D/a^2 */
            const double tol = k ? 3 * D / (a * a) + 1e-6 * a * a / (2 * D) : 1e-9;
            ck_assert_double_eq_tol(t.s.log_density[i], expected, tol);
        }
        finish(&t);
    }
}
END_TEST

/* Wells far narrower than a cell (width 1e-3, h = 0.1): masses by the discrete state still
 * as sqrt(D / L''), here equal wells of equal curvature at unequal places in their cells.
 */
START_TEST(wells_narrower_than_a_cell_keep_their_masses) {
    struct model1 m = {double_well, second, NULL, NULL, 0, {1, 1e-4}};
    struct state t = solve(&m, &(struct axis_spec){.cells = 57, .lo = -2, .hi = 2.07});
    double lower = 0;
    for (size_t i = 0; t.grid->axis[0]->face[i + 1] < 0.05; i++)
        lower += t.s.density[i] * t.grid->volume[i];
    ck_assert_double_eq_tol(lower, 0.5, 0.03); /* centre values alone: 1e-9 or 1 - 1e-9 */
    finish(&t);
}
END_TEST

/* ------------------------------------------------------------------------- rings */

/* Grassmann, Taksar and Heyman's elimination (1985), without subtractions: the reference.
 */
static void gth(const struct line_generator *g, double *p) {
    const size_t n = g->cells;
    double *Q = calloc(n * n, sizeof *Q); /* rates of masses */
    const double *h = g->grid->axis[0]->width;
    for (size_t f = 1; f <= n; f++) {
        const size_t l = f - 1, r = f % n;
        Q[l * n + r] += g->left[f] / h[l], Q[r * n + l] += g->right[f] / h[r];
    }
    for (size_t k = n - 1; k > 0; k--) {
        double sum = 0;
        for (size_t j = 0; j < k; j++)
            sum += Q[k * n + j];
        for (size_t i = 0; i < k; i++)
            Q[i * n + k] /= sum;
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++)
                if (i != j) Q[i * n + j] += Q[i * n + k] * Q[k * n + j];
    }
    double total = p[0] = 1;
    for (size_t k = 1; k < n; k++) {
        p[k] = 0;
        for (size_t i = 0; i < k; i++)
            p[k] += p[i] * Q[i * n + k];
        total += p[k];
    }
    for (size_t k = 0; k < n; k++)
        p[k] /= total * h[k];
    free(Q);
}

START_TEST(ring_with_a_current_agrees_with_elimination) {
    static const double rows[][4] = {{0.3, 1, 0.2, 0.5},   {-0.3, 1, 0.2, 0.5},
                                     {0.01, 1, 0.02, 0.9}, {5, 1, 0.03, 0},
                                     {1e-3, 0, 1, 0.3},    {-2, 3, 0.05, 0.9}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct model1 m = {ring_b, ring_D, ring_dD, NULL, 0.5, {0}};
        memcpy(m.a, rows[k], sizeof m.a);
        struct state t = solve(&m, &(struct axis_spec){.cells = 90,
                                                       .lo = 0,
                                                       .hi = 2 * M_PI,
                                                       .boundary = {PERIODIC, PERIODIC}});
        double p[90], flux[91];
        gth(t.g, p);
        line_generator_flux(t.g, t.s.density, flux);
        const double scale = line_generator_flux_scale(t.g, t.s.density);
        for (int i = 0; i < 90; i++) {
            ck_assert_double_eq_tol(t.s.density[i] / p[i], 1, 1e-10);
            ck_assert_double_eq_tol(flux[i], t.s.current, 1e-12 * scale);
        }
        ck_assert(m.a[0] * t.s.current > 0);
        finish(&t);
    }
}
END_TEST

/* A tilt whose exponent round the ring is 1e5, either way: nothing overflows; the current
 * of nearly free flow is 1 / Integral dx/b. */
START_TEST(ring_with_a_huge_exponent) {
    for (int sign = -1; sign <= 1; sign += 2) {
        struct model1 m = {ring_b, second, NULL, NULL, 0, {sign * 2.0, 1e-4, 0, 0}};
        struct state t = solve(&m, &(struct axis_spec){.cells = 64,
                                                       .lo = 0,
                                                       .hi = 2 * M_PI,
                                                       .boundary = {PERIODIC, PERIODIC}});
        ck_assert_double_eq_tol(t.s.current, sign * 2 / (2 * M_PI), 1e-8);
        finish(&t);
    }
}
END_TEST

START_TEST(ring_without_a_net_force_has_no_current) {
    struct model1 m = {ring_b, second, NULL, NULL, 0, {0, 0.3, 0, 0}};
    struct state t = solve(
        &m, &(struct axis_spec){
                .cells = 64, .lo = 0, .hi = 2 * M_PI, .boundary = {PERIODIC, PERIODIC}});
    ck_assert(t.s.current == 0);
    finish(&t);
}
END_TEST

/* Without noise p = J / b; with a zero of the noise on the ring all mass passes it. */
START_TEST(ring_open_one_way_carries_the_current) {
    const struct axis_spec spec = {
        .cells = 50, .lo = -1, .hi = 2 * M_PI - 1, .boundary = {PERIODIC, PERIODIC}};
    for (int sign = -1; sign <= 1; sign += 2) {
        struct model1 m = {ring_b, NULL, NULL, NULL, 0, {sign * 2.0, 1, 0, 0}};
        struct state t = solve(&m, &spec);
        ck_assert_double_eq_tol(t.s.current, sign * sqrt(3) / (2 * M_PI), 1e-3);
        finish(&t);
        m = (struct model1){constant, touching_D, touching_dD, NULL, 0, {sign * 0.7, 0.2}};
        t = solve(&m, &spec);
        ck_assert_uint_eq(t.g->one_way, 1);
        double flux[51];
        line_generator_flux(t.g, t.s.density, flux);
        for (int f = 0; f <= 50; f++)
            ck_assert_double_eq_tol(flux[f], t.s.current, 1e-12);
        ck_assert(t.s.current * sign > 0);
        finish(&t);
    }
}
END_TEST

/* ------------------------------------------------------------- where there is not one */

START_TEST(mass_ends_downstream_of_a_one_way_zero) {
    struct model1 m = {constant, touching_D, touching_dD, NULL, 0.5, {0.4, 0.3}};
    struct state t = solve(&m, &(struct axis_spec){.cells = 80, .lo = -3, .hi = 3});
    ck_assert(t.s.kind == STATIONARY_UNIQUE && t.g->one_way == 1);
    for (int i = 0; i < 80; i++)
        ck_assert((t.s.density[i] == 0) == (i < 40));
    ck_assert(isinf(t.s.log_density[0]));
    finish(&t);
}
END_TEST

START_TEST(two_places_without_a_way_back_are_named) {
    struct model1 m = {linear, touching_D, touching_dD,
                       NULL,   0,          {0, 0.3}}; /* b = 0: shut at 0 */
    struct state t = solve(&m, &(struct axis_spec){.cells = 80, .lo = -3, .hi = 3});
    ck_assert_int_eq(t.s.kind, STATIONARY_DEGENERATE);
    ck_assert_ptr_null(t.s.density);
    ck_assert_msg(strstr(t.s.reason, "2 places") && strstr(t.s.reason, "[-3, 0]") &&
                      strstr(t.s.reason, "[0, 3]"),
                  "%s", t.s.reason);
    finish(&t);
    m = (struct model1){double_well, NULL, NULL, NULL, 0, {1}}; /* no noise at all */
    t = solve(&m, &(struct axis_spec){.cells = 81, .lo = -3, .hi = 3});
    ck_assert_int_eq(t.s.kind, STATIONARY_DEGENERATE);
    finish(&t);
}
END_TEST

START_TEST(an_absorbing_end_takes_all) {
    struct model1 m = {linear, second, NULL, NULL, 0, {1, 0.5}};
    struct state t =
        solve(&m, &(struct axis_spec){
                      .cells = 40, .lo = -3, .hi = 3, .boundary = {REFLECTING, ABSORBING}});
    ck_assert_int_eq(t.s.kind, STATIONARY_ABSORBED);
    ck_assert_ptr_null(t.s.log_density);
    finish(&t);
}
END_TEST

Suite *line_stationary_suite(void);
Suite *line_stationary_suite(void) {
    Suite *suite = suite_create("line_stationary");
    TCase *exact = tcase_create("exact");
    tcase_add_test(exact, narrow_against_wide_well_has_the_exact_masses);
    tcase_add_test(exact, jumps_and_kinks_of_the_drift_have_their_orders);
    tcase_add_test(exact, power_law_has_the_exact_cell_averages);
    tcase_add_test(exact, normal_law_keeps_relative_accuracy_in_the_tails);
    tcase_add_test(exact, wells_narrower_than_a_cell_keep_their_masses);
    suite_add_tcase(suite, exact);
    TCase *ring = tcase_create("rings");
    tcase_add_test(ring, ring_with_a_current_agrees_with_elimination);
    tcase_add_test(ring, ring_with_a_huge_exponent);
    tcase_add_test(ring, ring_without_a_net_force_has_no_current);
    tcase_add_test(ring, ring_open_one_way_carries_the_current);
    suite_add_tcase(suite, ring);
    TCase *none = tcase_create("zeros of the noise");
    tcase_add_test(none, mass_ends_downstream_of_a_one_way_zero);
    tcase_add_test(none, two_places_without_a_way_back_are_named);
    tcase_add_test(none, an_absorbing_end_takes_all);
    suite_add_tcase(suite, none);
    return suite;
}
