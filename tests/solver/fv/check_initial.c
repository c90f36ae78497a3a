/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/field.h"
#include "solver/fv/initial.h"
#include "tests/solver/fv/spaced_grids.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct axis_spec shape = {.scale = 0.7, .ratio = 5};
static struct grid *plane(size_t n) {
    return plane_of(n, (double[]){-6, 6}, n + 3, (double[]){-6, 7});
}

/* In long double: erfc keeps its digits in both tails. */
START_TEST(normal_law_is_exact_in_every_cell) {
    struct grid *g = line(SPACING_SINH, 300, -12, 30);
    struct error err;
    double p[300], outside;
    const struct gaussian law = {3, {0.4}, {0.9}, 0};
    ck_assert(initial_gaussians(g, 1, &law, p, &outside, &err));
    for (int i = 0; i < 300; i++) {
        const long double u = ((long double)g->axis[0]->face[i] - 0.4L) / (0.9L * sqrtl(2));
        const long double v =
            ((long double)g->axis[0]->face[i + 1] - 0.4L) / (0.9L * sqrtl(2));
        const long double mass = u > 0 ? erfcl(u) - erfcl(v) : erfcl(-v) - erfcl(-u);
        const double q = (double)(mass / 2) / g->volume[i];
        if (q < 1e-280) continue;
        /* the argument's rounding counts u^2-fold; 1e-13 for differences of close erfc */
        ck_assert_double_eq_tol(p[i] / q, 1, 1e-13 + 1e-15 * (double)(u * u + v * v));
    }
    ck_assert_double_le(outside, 1e-15);
    grid_destroy(g);
}
END_TEST

START_TEST(a_cut_law_is_renormalised_and_the_cut_reported) {
    struct grid *g = line(SPACING_UNIFORM, 50, 0, 10);
    struct error err;
    double p[50], outside;
    const struct gaussian law[] = {{1, {0}, {1}, 0}, {3, {5}, {0.3}, 0}};
    ck_assert(initial_gaussians(g, 2, law, p, &outside, &err));
    ck_assert_double_eq_tol(outside, 1.0 / 8, 1e-14);
    ck_assert_double_eq_tol(field_mass(g, p), 1, 1e-14);
    ck_assert(initial_uniform(g, (double[]){-2}, (double[]){2.5}, p, &outside, &err));
    ck_assert_double_eq_tol(outside, 2 / 4.5, 1e-14);
    ck_assert_double_eq_tol(p[12] / p[11], 0.5, 1e-13); /* [2.4, 2.6] is half covered */
    grid_destroy(g);
}
END_TEST

START_TEST(a_law_wraps_around_a_ring) {
    struct error err;
    struct grid *g = grid_create(axis_of(SPACING_UNIFORM, 40, 0, 2, PERIODIC), NULL, &err);
    double p[40], outside;
    const struct gaussian law = {1, {1.99}, {0.3}, 0};
    ck_assert(initial_gaussians(g, 1, &law, p, &outside, &err));
    ck_assert(outside <= 1e-15 && p[0] > p[20]);
    for (int i = 0; i < 39; i++) /* symmetric about 1.99 = -0.01, a fifth of a cell off */
        ck_assert_double_eq_tol(p[i] / p[39 - i], 1, 0.2);
    grid_destroy(g);
}
END_TEST

START_TEST(a_point_has_the_exact_mean) {
    struct error err;
    struct grid *g = line(SPACING_GEOMETRIC, 30, -1, 4);
    double p[30];
    for (double at = g->axis[0]->centre[0]; at < g->axis[0]->centre[29]; at += 0.0313) {
        ck_assert(initial_point(g, &at, p, &err));
        double mass = 0, mean = 0;
        int filled = 0;
        for (int i = 0; i < 30; i++) {
            mass += p[i] * g->volume[i],
                mean += p[i] * g->volume[i] * g->axis[0]->centre[i];
            filled += p[i] > 0;
        }
        ck_assert(filled <= 2);
        ck_assert_double_eq_tol(mass, 1, 1e-14);
        ck_assert_double_eq_tol(mean, at, 1e-14);
    }
    for (int end = 0; end < 2; end++) {
        const double at = g->axis[0]->face[30 * end];
        ck_assert(initial_point(g, &at, p, &err));
        ck_assert_double_eq_tol(p[29 * end] * g->volume[29 * end], 1, 1e-14);
    }
    grid_destroy(g);
    g = plane(20);
    double q[20 * 23];
    ck_assert(initial_point(g, (double[]){0.3, -1.1}, q, &err));
    ck_assert_double_eq_tol(field_mass(g, q), 1, 1e-14);
    grid_destroy(g);
}
END_TEST

static bool bump(const void *self, size_t n, const double *const *x, double *out,
                 struct error *err) {
    const struct gaussian *g = self;
    (void)err;
    for (size_t k = 0; k < n; k++) {
        const double u = (x[0][k] - g->mean[0]) / g->std[0];
        const double v = g->std[1] > 0 ? (x[1][k] - g->mean[1]) / g->std[1] : 0;
        const double r = g->correlation;
        out[k] = g->weight * exp(-(u * u - 2 * r * u * v + v * v) / (2 * (1 - r * r)));
    }
    return true;
}

/* The two ways to the same law: by erfc (and one quadrature), and by quadrature alone. */
START_TEST(a_formula_gives_the_same_averages) {
    struct error err;
    struct grid *g = line(SPACING_SINH, 64, -6, 6);
    const struct gaussian law = {7, {0.5}, {0.6}, 0};
    double p[64], q[64], outside;
    ck_assert(initial_gaussians(g, 1, &law, p, &outside, &err));
    ck_assert(initial_density(g, &(struct density_function){bump, &law}, q, &err));
    ck_assert_double_le(field_l1(g, p, q), 1e-13);
    grid_destroy(g);
    const double correlations[] = {0, 0.8, -0.8};
    for (int k = 0; k < 3; k++) {
        g = plane(48);
        const struct gaussian two = {1, {0.5, -0.2}, {0.6, 0.8}, correlations[k]};
        double *a = calloc(2 * g->cells, sizeof *a), *b = a + g->cells;
        ck_assert(initial_gaussians(g, 1, &two, a, &outside, &err));
        ck_assert(initial_density(g, &(struct density_function){bump, &two}, b, &err));
        ck_assert_double_le(field_l1(g, a, b), 1e-11);
        ck_assert_double_eq_tol(field_mass(g, a), 1, 1e-13);
        ck_assert_double_eq_tol(field_covariance(g, a), 0.48 * two.correlation, 2e-3);
        free(a);
        grid_destroy(g);
    }
}
END_TEST

static bool sine(const void *self, size_t n, const double *const *x, double *out,
                 struct error *err) {
    (void)self, (void)err;
    for (size_t k = 0; k < n; k++)
        out[k] = sin(x[0][k]);
    return true;
}

static void says(const struct error *err, const char *words) {
    ck_assert_int_eq(err->kind, ERROR_SETTINGS);
    ck_assert_msg(strstr(err->message, words) != NULL, "%s", err->message);
}

START_TEST(bad_laws_are_refused_in_one_sentence) {
    struct grid *g = line(SPACING_UNIFORM, 20, -1, 1), *g2 = plane(8);
    struct error err = {0};
    double p[8 * 11], outside, at = 3;
    ck_assert(
        !initial_gaussians(g, 1, &(struct gaussian){1, {0}, {0}, 0}, p, &outside, &err));
    says(&err, "std");
    ck_assert(
        !initial_gaussians(g, 1, &(struct gaussian){-1, {0}, {1}, 0}, p, &outside, &err));
    says(&err, "weight");
    ck_assert(
        !initial_gaussians(g, 1, &(struct gaussian){1, {99}, {.1}, 0}, p, &outside, &err));
    says(&err, "mass 0 on the grid");
    ck_assert(!initial_gaussians(g2, 1, &(struct gaussian){1, {0}, {1, 1}, 1}, p, &outside,
                                 &err));
    says(&err, "correlation");
    ck_assert(!initial_uniform(g, (double[]){1}, (double[]){0}, p, &outside, &err));
    says(&err, "is not above min");
    ck_assert(!initial_point(g, &at, p, &err));
    says(&err, "outside the grid");
    ck_assert(!initial_density(g, &(struct density_function){sine, NULL}, p, &err));
    says(&err, "must be finite and >= 0");
    ck_assert(!initial_density(g2, &(struct density_function){sine, NULL}, p, &err));
    says(&err, "at (");
    grid_destroy(g2);
    grid_destroy(g);
}
END_TEST

Suite *initial_suite(void);
Suite *initial_suite(void) {
    Suite *suite = suite_create("initial");
    TCase *laws = tcase_create("laws");
    tcase_add_test(laws, normal_law_is_exact_in_every_cell);
    tcase_add_test(laws, a_cut_law_is_renormalised_and_the_cut_reported);
    tcase_add_test(laws, a_law_wraps_around_a_ring);
    tcase_add_test(laws, a_point_has_the_exact_mean);
    tcase_add_test(laws, a_formula_gives_the_same_averages);
    tcase_add_test(laws, bad_laws_are_refused_in_one_sentence);
    suite_add_tcase(suite, laws);
    return suite;
}
