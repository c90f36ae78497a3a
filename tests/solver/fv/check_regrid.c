/* SPDX-License-Identifier: GPL-3.0-or-later
 * Densities from grid to grid: mass, sign, order, identity, rings. */
#include "solver/fv/initial.h"
#include "solver/fv/regrid.h"
#include "tests/slope.h"
#include "tests/solver/fv/spaced_grids.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

static const struct axis_spec shape = {.about = 0.3, .scale = 2};
static struct grid *plane(size_t nx, size_t ny, double lo, double hi) {
    const double ends[] = {lo, hi};
    return plane_of(nx, ends, ny, ends);
}

static double *masses_of(const struct grid *g, const struct gaussian *law) {
    struct error err;
    double *m = array_create(g->cells, sizeof *m, &err), outside;
    ck_assert(m != NULL && initial_gaussians(g, 1, law, m, &outside, &err));
    for (size_t i = 0; i < g->cells; i++)
        m[i] *= g->volume[i];
    return m;
}

static double *moved(const struct grid *from, const double *m, const struct grid *to) {
    struct error err;
    double *out = array_create(to->cells, sizeof *out, &err);
    ck_assert(out != NULL && regrid_masses(from, m, to, out, &err));
    return out;
}

static double sum(size_t n, const double *m) {
    double s = 0;
    for (size_t i = 0; i < n; i++)
        s += m[i];
    return s;
}

/* L1 distance of a moved normal law from its exact masses. Destroys both grids. */
static double moving_error(const struct gaussian *law, struct grid *from, struct grid *to) {
    double *m = masses_of(from, law), *exact = masses_of(to, law),
           *out = moved(from, m, to), error = 0;
    ck_assert_double_eq_tol(sum(to->cells, out), 1,
                            64 * DBL_EPSILON * sqrt((double)to->cells));
    for (size_t i = 0; i < to->cells; i++) {
        ck_assert_double_ge(out[i], 0);
        error += fabs(out[i] - exact[i]);
    }
    free(out);
    free(exact);
    free(m);
    grid_destroy(to);
    grid_destroy(from);
    return error;
}

START_TEST(smooth_densities_are_right_to_third_order) {
    const struct gaussian law = {1, {0.2}, {0.7}, 0},
                          law2 = {1, {0.2, -0.1}, {0.7, 0.9}, 0.4};
    const double ratio[] = {0.61, 1.37, 3}; /* coarser, finer, cut into three */
    for (int r = 0; r < 3; r++) {
        double h[4], error[4], error2[4];
        for (int k = 0; k < 4; k++) {
            const size_t n = (size_t)40 << k, to = (size_t)(ratio[r] * (double)n);
            h[k] = 1 / (double)n;
            error[k] = moving_error(&law, line(SPACING_SINH, n, -8, 8),
                                    line(SPACING_UNIFORM, to, -9, 8));
            if (k < 3)
                error2[k] =
                    moving_error(&law2, plane(n, n + 7, -8, 8), plane(to, to - 5, -9, 9));
        }
        const double s = slope(4, h, error), s2 = slope(3, h, error2);
        ck_assert_msg(2.7 < s && s < 3.9, "ratio %g: slope %g", ratio[r], s);
        ck_assert_msg(2.6 < s2 && s2 < 3.9, "plane, ratio %g: slope %g", ratio[r], s2);
        ck_assert_double_le(error[3], 2e-5);
    }
}
END_TEST

START_TEST(rough_densities_keep_mass_and_sign) {
    struct grid *from = line(SPACING_SINH, 97, -2, 3);
    double m[97] = {0};
    for (size_t i = 0; i < 97; i++)
        m[i] = i % 7 == 0 ? 1 + (double)i : i % 3 == 0 ? 1e-30 : 0;
    for (size_t n = 5; n < 1000; n = 2 * n + 1) {
        struct grid *to = line(SPACING_UNIFORM, n, -2.5, 3);
        double *out = moved(from, m, to);
        const double mass = sum(97, m);
        ck_assert_double_eq_tol(sum(n, out), mass, 64 * DBL_EPSILON * mass);
        for (size_t i = 0; i < n; i++)
            ck_assert_double_ge(out[i], 0);
        free(out);
        grid_destroy(to);
    }
    grid_destroy(from);
}
END_TEST

START_TEST(equal_faces_give_equal_masses_to_the_bit) {
    struct grid *from = plane(23, 31, -3, 3), *to = plane(23, 31, -3, 3);
    double *m = masses_of(from, &(struct gaussian){1, {0.2, -0.1}, {0.2, 0.9}, 0.8}),
           *out = moved(from, m, to);
    for (size_t i = 0; i < from->cells; i++)
        ck_assert(out[i] == m[i]);
    free(out);
    free(m);
    grid_destroy(to);
    grid_destroy(from);
}
END_TEST

START_TEST(a_ring_gets_all_and_an_interval_what_lies_on_it) {
    struct error err;
    struct grid *from = line(SPACING_UNIFORM, 300, -6, 6);
    struct grid *ring =
        grid_create(axis_of(SPACING_UNIFORM, 50, 0.5, 1.5, PERIODIC), NULL, &err);
    struct grid *half = line(SPACING_UNIFORM, 50, 0, 7);
    double *m = masses_of(from, &(struct gaussian){1, {0}, {0.8}, 0});
    double *on_ring = moved(from, m, ring), *on_half = moved(from, m, half);
    ck_assert_double_eq_tol(sum(50, on_ring), 1, 1e-14);
    ck_assert_double_eq_tol(sum(50, on_half), 0.5, 1e-14);
    /* theta function: 1 + 2 exp(-2 pi^2 0.8^2) cos(2 pi x) + ..., here to 7e-6 */
    for (size_t i = 0; i < 50; i++) {
        const double x = ring->axis[0]->centre[i];
        const double p = 1 + 2 * exp(-2 * M_PI * M_PI * 0.64) * cos(2 * M_PI * x);
        ck_assert_double_eq_tol(on_ring[i] * 50, p, 3e-6);
    }
    free(on_half);
    free(on_ring);
    free(m);
    grid_destroy(half);
    grid_destroy(ring);
    grid_destroy(from);
}
END_TEST

START_TEST(an_interval_of_too_many_periods_is_refused) {
    struct error err;
    struct grid *from = line(SPACING_UNIFORM, 10, -1e6, 1e6);
    struct grid *ring =
        grid_create(axis_of(SPACING_UNIFORM, 8, 0, 1, PERIODIC), NULL, &err);
    const double m[10] = {1};
    double out[8];
    ck_assert(!regrid_masses(from, m, ring, out, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    grid_destroy(ring);
    grid_destroy(from);
}
END_TEST

Suite *regrid_suite(void);
Suite *regrid_suite(void) {
    Suite *suite = suite_create("regrid");
    TCase *remap = tcase_create("remap");
    tcase_add_test(remap, smooth_densities_are_right_to_third_order);
    tcase_add_test(remap, rough_densities_keep_mass_and_sign);
    tcase_add_test(remap, equal_faces_give_equal_masses_to_the_bit);
    tcase_add_test(remap, a_ring_gets_all_and_an_interval_what_lies_on_it);
    tcase_add_test(remap, an_interval_of_too_many_periods_is_refused);
    suite_add_tcase(suite, remap);
    return suite;
}
