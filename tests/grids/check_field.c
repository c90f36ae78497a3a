/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/field.h"
#include "tests/slope.h"
#include <check.h>
#include <stdlib.h>

static struct axis *axis_of(enum spacing spacing, size_t n, double lo, double hi) {
    struct error err = {0};
    struct axis *axis = axis_create(
        &(struct axis_spec){
            .spacing = spacing, .cells = n, .lo = lo, .hi = hi, .scale = 1.5, .ratio = 4},
        &err);
    ck_assert_msg(axis != NULL, "%s", err.message);
    return axis;
}
static struct grid *grid_of(struct axis *x, struct axis *y) {
    struct error err = {0};
    struct grid *grid = grid_create(x, y, &err);
    ck_assert_msg(grid != NULL, "%s", err.message);
    return grid;
}

static double normal_average(const struct axis *a, size_t i, double mean, double std) {
    const double u = (a->face[i] - mean) / (std * M_SQRT2),
                 v = (a->face[i + 1] - mean) / (std * M_SQRT2);
    const double mass = u > 0 ? 0.5 * (erfc(u) - erfc(v)) : 0.5 * (erfc(-v) - erfc(-u));
    return mass / a->width[i];
}

START_TEST(mass_is_exact_whatever_the_order_of_magnitude) {
    struct grid *g = grid_of(axis_of(SPACING_UNIFORM, 4096, 0, 4096), NULL);
    double *p = calloc(g->cells, sizeof *p);
    for (size_t i = 0; i < g->cells; i++)
        p[i] = i % 2 ? 1e16 : 1;
    for (size_t i = 1; i < g->cells; i += 4)
        p[i] = -1e16;
    ck_assert(field_mass(g, p) == 2048); /* a plain sum would have lost the ones */
    free(p);
    grid_destroy(g);
}
END_TEST

/* Errors of all four moments of a Gaussian against its exact ones. */
static struct moments moment_errors(enum spacing spacing, size_t n) {
    const double mean = 0.3, std = 0.8;
    struct grid *g = grid_of(axis_of(spacing, n, -9, 9), NULL);
    double *p = calloc(n, sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = normal_average(g->axis[0], i, mean, std);
    struct moments m = field_moments(g, p, 0);
    free(p);
    grid_destroy(g);
    return (struct moments){fabs(m.mean - mean), fabs(m.variance / (std * std) - 1),
                            fabs(m.skewness), fabs(m.kurtosis - 3)};
}

START_TEST(moments_of_a_gaussian_are_fourth_order) {
    for (int s = SPACING_SINH; s <= SPACING_GEOMETRIC; s++) {
        double h[4], e[3][4];
        for (int k = 0; k < 4; k++) {
            const size_t n = 48u << k;
            struct moments m = moment_errors(s, n);
            h[k] = 1.0 / (double)n;
            e[0][k] = m.mean, e[1][k] = m.variance, e[2][k] = m.kurtosis;
        }
        for (int j = 0; j < 3; j++) {
            const double order = slope(3, h + 1, e[j] + 1);
            ck_assert_msg(order > 3.7 && order < 4.5,
                          "spacing %d moment %d: order %g, "
                          "errors %g %g %g",
                          s, j, order, e[j][1], e[j][2], e[j][3]);
        }
    }
    /* Uniform: the trapezium rule's spectral accuracy. */
    struct moments m = moment_errors(SPACING_UNIFORM, 192);
    ck_assert_double_lt(m.mean, 1e-12);
    ck_assert_double_lt(m.skewness, 1e-3);
}
END_TEST

START_TEST(moments_of_one_filled_cell_are_those_of_a_box) {
    struct grid *g = grid_of(axis_of(SPACING_UNIFORM, 10, 0, 10), NULL);
    double p[10] = {0};
    p[4] = 3;
    struct moments m = field_moments(g, p, 0);
    ck_assert_double_eq_tol(m.mean, 4.5, 1e-14);
    ck_assert_double_eq_tol(m.variance, 1.0 / 12, 1e-14);
    ck_assert_double_eq_tol(m.kurtosis, 1.8, 1e-13);
    grid_destroy(g);
}
END_TEST

/* The slope in cell i: of the parabola through three averages, or of the line through two at an end,
 * cut where the line would become negative. */
static long double slope_at(const struct axis *a, const double *p, size_t i) {
    const size_t l = i == 0 ? 0 : i - 1, r = i + 1 == a->cells ? i : i + 1;
    const long double h = a->width[i], hl = a->width[l], hr = a->width[r];
    const long double up = p[r] - p[i], down = p[i] - p[l], most = 2 * p[i] / h;
    const long double s =
        l == i   ? 2 * up / (h + hr)
        : r == i ? 2 * down / (h + hl)
                 : ((2 * hl + h) / (hr + h) * up + (h + 2 * hr) / (hl + h) * down) /
                       (hl + h + hr);
    return s > most ? most : s < -most ? -most : s;
}

/* Central moments of the lines, by their values at the points of Gauss-Legendre of order 6. */
START_TEST(moments_are_those_of_the_lines_in_the_cells) {
    static const double x3[] = {-0.38729833462074168852, 0, 0.38729833462074168852};
    static const double w3[] = {5.0 / 18, 8.0 / 18, 5.0 / 18};
    const size_t n = _i == 0 ? 5 : 200;
    struct grid *g = grid_of(axis_of(SPACING_GEOMETRIC, n, -1, 4), NULL);
    const struct axis *a = g->axis[0];
    long double m[5] = {0}, mean = 0;
    double p[200];
    for (size_t i = 0; i < n; i++)
        p[i] = 1.1 + sin(0.9 * (double)i) + (i % 3 == 0);
    for (int power = 0; power < 5; power++) {
        for (size_t i = 0; i < n; i++)
            for (int k = 0; k < 3; k++) {
                const long double d = x3[k] * a->width[i];
                m[power] += w3[k] * a->width[i] * (p[i] + slope_at(a, p, i) * d) *
                            powl(a->centre[i] + d - mean, power);
            }
        if (power == 1) mean = m[1] / m[0];
    }
    const double V = (double)(m[2] / m[0]);
    const struct moments got = field_moments(g, p, 0);
    ck_assert_double_eq_tol(got.mean, (double)mean, 1e-13);
    ck_assert_double_eq_tol(got.variance, V, 1e-13);
    ck_assert_double_eq_tol(got.skewness, (double)(m[3] / m[0]) / (V * sqrt(V)), 1e-12);
    ck_assert_double_eq_tol(got.kurtosis, (double)(m[4] / m[0]) / (V * V), 1e-12);
    grid_destroy(g);
}
END_TEST

/* Correlated normal density on a 2-D grid: point values times a product is not available,
 * so p = cell averages by 3 x 3 Gauss points; error about h^6. */
static void fill_correlated(const struct grid *g, double rho, double *p) {
    static const double x3[3] = {-0.38729833462074170, 0, 0.38729833462074170};
    static const double w3[3] = {5.0 / 18, 8.0 / 18, 5.0 / 18};
    const struct axis *x = g->axis[0], *y = g->axis[1];
    for (size_t k = 0; k < g->cells; k++) {
        const size_t i = k % x->cells, j = k / x->cells;
        double sum = 0;
        for (int a = 0; a < 9; a++) {
            const double u = x->centre[i] + x->width[i] * x3[a % 3] - 0.2;
            const double v = y->centre[j] + y->width[j] * x3[a / 3] + 0.1;
            sum += w3[a % 3] * w3[a / 3] *
                   exp(-(u * u - 2 * rho * u * v + v * v) / (2 * (1 - rho * rho)));
        }
        p[k] = sum / (2 * M_PI * sqrt(1 - rho * rho));
    }
}

START_TEST(covariance_and_marginals_of_a_correlated_gaussian) {
    struct grid *g =
        grid_of(axis_of(SPACING_SINH, 160, -8, 8), axis_of(SPACING_UNIFORM, 120, -8, 8));
    double *p = calloc(g->cells, sizeof *p), m[160];
    fill_correlated(g, 0.6, p);
    ck_assert_double_eq_tol(field_mass(g, p), 1, 1e-6);
    ck_assert_double_eq_tol(field_covariance(g, p), 0.6, 1e-4);
    for (int d = 0; d < 2; d++) {
        const struct axis *a = g->axis[d];
        struct moments q = field_moments(g, p, d);
        ck_assert_double_eq_tol(q.mean, d ? -0.1 : 0.2, 1e-5);
        ck_assert_double_eq_tol(q.variance, 1, 1e-4);
        field_marginal(g, p, d, m);
        for (size_t i = 0; i < a->cells; i++)
            ck_assert_double_eq_tol(m[i], normal_average(a, i, d ? -0.1 : 0.2, 1), 1e-6);
    }
    free(p);
    grid_destroy(g);
}
END_TEST

START_TEST(restriction_and_prolongation_keep_the_mass_of_every_coarse_cell) {
    for (int dims = 1; dims <= 2; dims++)
        for (size_t by = 2; by <= 4; by += 2) {
            struct error err = {0};
            struct grid *fine =
                grid_of(axis_of(SPACING_SINH, 24, -3, 4),
                        dims == 2 ? axis_of(SPACING_GEOMETRIC, 16, 0, 1) : NULL);
            struct grid *coarse = grid_coarsen(fine, by, &err);
            double *p = calloc(fine->cells, sizeof *p),
                   *q = calloc(coarse->cells, sizeof *p),
                   *r = calloc(coarse->cells, sizeof *p);
            for (size_t k = 0; k < coarse->cells; k++)
                q[k] = 1 + sin(7.0 * (double)k);
            field_prolong(coarse, q, by, fine, p);
            field_restrict(fine, by, p, coarse, r);
            for (size_t k = 0; k < coarse->cells; k++)
                ck_assert_double_eq_tol(r[k], q[k], 1e-13);
            ck_assert_double_eq_tol(field_mass(fine, p), field_mass(coarse, q), 1e-12);
            free(r), free(q), free(p);
            grid_destroy(coarse), grid_destroy(fine);
        }
}
END_TEST

/* Cell averages of a parabola come back exactly. */
START_TEST(prolongation_is_exact_for_parabolas) {
    struct error err = {0};
    struct grid *fine = grid_of(axis_of(SPACING_GEOMETRIC, 32, -1, 2), NULL);
    struct grid *coarse = grid_coarsen(fine, 2, &err);
    double q[16], p[32];
    for (size_t i = 0; i < 16; i++) {
        const double a = coarse->axis[0]->face[i], b = coarse->axis[0]->face[i + 1];
        q[i] = 1 + (a + b) / 2 - (a * a + a * b + b * b) / 3;
    }
    field_prolong(coarse, q, 2, fine, p);
    for (size_t i = 0; i < 32; i++) {
        const double a = fine->axis[0]->face[i], b = fine->axis[0]->face[i + 1];
        ck_assert_double_eq_tol(p[i], 1 + (a + b) / 2 - (a * a + a * b + b * b) / 3, 1e-12);
    }
    grid_destroy(coarse), grid_destroy(fine);
}
END_TEST

START_TEST(entropies_distances_and_regions) {
    struct grid *g = grid_of(axis_of(SPACING_GEOMETRIC, 50, 0, 5), NULL);
    double p[50], q[50], w[50];
    for (int i = 0; i < 50; i++)
        p[i] = 0.2, q[i] = i < 25 ? 0.4 : 0, w[i] = i < 25;
    const double half = g->axis[0]->face[25] / 5;
    ck_assert_double_eq_tol(field_entropy(g, p), log(5), 1e-14);
    ck_assert_double_eq_tol(field_relative_entropy(g, q, p), 2 * half * log(2), 1e-14);
    ck_assert(isinf(field_relative_entropy(g, p, q)));
    for (int i = 25; i < 50; i++)
        q[i] = 1e-310; /* p / q is beyond the doubles */
    ck_assert_double_eq_tol(field_relative_entropy(g, p, q),
                            log(0.2) - half * log(0.4) - (1 - half) * log(1e-310), 1e-12);
    ck_assert_double_eq_tol(field_l1(g, p, q), 1, 1e-14);
    ck_assert_double_eq_tol(field_integral(g, p, w), half, 1e-14);
    q[3] = -2;
    ck_assert(field_min(g, q) == -2);
    ck_assert(field_negative(g, q) == 2 * g->volume[3]);
    grid_destroy(g);
}
END_TEST

START_TEST(grid_indexes_x_fastest) {
    struct grid *g =
        grid_of(axis_of(SPACING_GEOMETRIC, 3, 0, 1), axis_of(SPACING_GEOMETRIC, 2, 0, 1));
    for (size_t k = 0; k < 6; k++)
        ck_assert(g->volume[k] == g->axis[0]->width[k % 3] * g->axis[1]->width[k / 3]);
    grid_destroy(g);
}
END_TEST

Suite *field_suite(void);
Suite *field_suite(void) {
    Suite *suite = suite_create("field");
    TCase *sums = tcase_create("sums");
    tcase_add_test(sums, grid_indexes_x_fastest);
    tcase_add_test(sums, mass_is_exact_whatever_the_order_of_magnitude);
    tcase_add_test(sums, entropies_distances_and_regions);
    suite_add_tcase(suite, sums);
    TCase *moments = tcase_create("moments");
    tcase_add_loop_test(moments, moments_are_those_of_the_lines_in_the_cells, 0, 2);
    tcase_add_test(moments, moments_of_a_gaussian_are_fourth_order);
    tcase_add_test(moments, moments_of_one_filled_cell_are_those_of_a_box);
    tcase_add_test(moments, covariance_and_marginals_of_a_correlated_gaussian);
    suite_add_tcase(suite, moments);
    TCase *transfer = tcase_create("transfer");
    tcase_add_test(transfer,
                   restriction_and_prolongation_keep_the_mass_of_every_coarse_cell);
    tcase_add_test(transfer, prolongation_is_exact_for_parabolas);
    suite_add_tcase(suite, transfer);
    return suite;
}
