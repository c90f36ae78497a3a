/* SPDX-License-Identifier: GPL-3.0-or-later
 * Densities from walkers: counts, kernel estimate with its bandwidth and bands, moments. */
#include "grids/field.h"
#include "solver/mc/kde.h"
#include "solver/mc/moments.h"
#include "solver/mc/start.h"
#include <check.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

static const struct random_key key = {11, 0};
static struct error err;
#define OK(call) ck_assert_msg((call), "%s", err.message)

static struct axis *axis_of(size_t cells, double lo, double hi, enum boundary boundary,
                            enum spacing spacing) {
    const struct axis_spec spec = {.spacing = spacing,
                                   .cells = cells,
                                   .lo = lo,
                                   .hi = hi,
                                   .ratio = 5,
                                   .multiple = 1,
                                   .boundary = {boundary, boundary}};
    struct axis *axis = axis_create(&spec, &err);
    OK(axis != NULL);
    return axis;
}

static struct grid *grid_of(struct axis *x, struct axis *y) {
    struct grid *grid = grid_create(x, y, &err);
    OK(grid != NULL);
    return grid;
}

static double normal_cdf(double z) {
    return 0.5 * erfc(-z / sqrt(2));
}

/* Masses of 0.6 N(.15, .1) + 0.4 N(.7, .02), folded into [0, 1], as cell averages. */
static double folded(double mean, double sd, double a, double b) {
    double mass = 0;
    for (int image = -2; image <= 2; image++) {
        mass += normal_cdf((b - mean - 2 * image) / sd) -
                normal_cdf((a - mean - 2 * image) / sd);
        mass += normal_cdf((b + mean - 2 * image) / sd) -
                normal_cdf((a + mean - 2 * image) / sd);
    }
    return mass;
}

static double *mixture(const struct grid *grid) {
    double *p = malloc(grid->cells * sizeof *p);
    const double *face = grid->axis[0]->face;
    for (size_t i = 0; i < grid->cells; i++)
        p[i] = (0.6 * folded(0.15, 0.1, face[i], face[i + 1]) +
                0.4 * folded(0.7, 0.02, face[i], face[i + 1])) /
               grid->volume[i];
    return p;
}

static struct walkers *sample(const struct grid *grid, const double *p, uint64_t count) {
    struct walkers *w = walkers_create(count, grid->dims, false, false, key, &err);
    OK(w != NULL);
    OK(walkers_start_density(w, grid, p, &err));
    return w;
}

/* --- Counts ------------------------------------------------------------------------------
 */

START_TEST(counts_are_those_of_a_search_cell_by_cell) {
    struct grid *grid = grid_of(axis_of(37, -1, 2, REFLECTING, SPACING_GEOMETRIC),
                                axis_of(11, 0, 1, REFLECTING, SPACING_UNIFORM));
    struct walkers *w = walkers_create(20000, 2, false, false, key, &err);
    walkers_start_gaussian(w, (double[]){0.5, 0.5}, (double[]){1, 0.2, 0.3});
    for (size_t i = 0; i < 38; i++) /* exactly on faces */
        w->x[0][i] = grid->axis[0]->face[i], w->x[1][i] = grid->axis[1]->face[i % 12];
    int64_t counts[37 * 11], slow[37 * 11] = {0};
    struct tally tally;
    uint64_t inside = 0;
    for (size_t i = 0; i < w->count; i++) {
        const size_t a = axis_find(grid->axis[0], w->x[0][i]);
        const size_t b = axis_find(grid->axis[1], w->x[1][i]);
        if (a < 37 && b < 11) slow[b * 37 + a]++, inside++;
    }
    for (int threads = 1; threads <= 2; threads++) {
        omp_set_num_threads(threads);
        OK(count_on_grid(w, grid, counts, &tally, &err));
        ck_assert_mem_eq(counts, slow, sizeof counts);
        ck_assert_uint_eq(tally.inside, inside);
        ck_assert_uint_eq(tally.outside, w->count - inside);
    }
    walkers_destroy(w);
    grid_destroy(grid);
}
END_TEST

START_TEST(a_histogram_has_its_error) {
    struct grid *grid = grid_of(axis_of(4, 0, 2, REFLECTING, SPACING_UNIFORM), NULL);
    const int64_t counts[4] = {100, 0, 400, 500};
    double density[4], error[4];
    count_density(grid, counts, 1000, density, error);
    ck_assert_double_eq_tol(density[2], 0.8, 1e-15);
    ck_assert_double_eq_tol(error[2], sqrt(0.4 * 0.6 / 1000) / 0.5, 1e-15);
    ck_assert_double_gt(error[1], 0);
    grid_destroy(grid);
}
END_TEST

/* --- Kernel estimate ---------------------------------------------------------------------
 */

/* Bandwidths and L1 errors of the prototype (monte-carlo figures), within 15 % and 30 %. */
static const struct {
    uint64_t count;
    double h, l1;
} kde_figures[] = {{100000, 3.1e-3, 2.0e-2}, {1000000, 1.9e-3, 7.4e-3}};

START_TEST(bandwidth_and_error_are_as_measured) {
    struct grid *grid = grid_of(axis_of(2048, 0, 1, REFLECTING, SPACING_UNIFORM), NULL);
    double *p = mixture(grid), *density = malloc(2048 * sizeof *p);
    double *error = malloc(2048 * sizeof *p);
    struct walkers *w = sample(grid, p, kde_figures[_i].count);
    struct kde *kde = kde_create(grid, &err);
    OK(kde_fit(kde, w, NULL, &err));
    ck_assert_double_eq_tol(kde_bandwidth(kde, 0) / kde_figures[_i].h, 1, 0.15);
    kde_density(kde, density, error);
    ck_assert_double_eq_tol(field_mass(grid, density), 1, 1e-12);
    ck_assert_double_lt(field_l1(grid, density, p), 1.3 * kde_figures[_i].l1);
    kde_destroy(kde);
    walkers_destroy(w);
    free(error), free(density), free(p);
    grid_destroy(grid);
}
END_TEST

/* The estimate against S_t p: 95 % bands cover 95 % of the cells, rms z is 1; over 10 seeds
 * and some 30 independent stretches of length h each, so to sqrt(.05 * .95 / 300) and
 * sqrt(1/600), times 3. With density at a reflecting wall, and on a periodic domain. Within
 * 3 h of a wall the kernel is higher than the bands know. */
START_TEST(bands_cover_the_smoothed_density) {
    const enum boundary boundary = _i == 0 ? REFLECTING : PERIODIC;
    struct grid *grid = grid_of(axis_of(1000, -1, 3, boundary, SPACING_UNIFORM), NULL);
    double p[1000], density[1000], error[1000], smooth[1000], rms = 0, covered = 0, n = 0;
    for (size_t i = 0; i < 1000; i++) {
        const double x = 0.5 * M_PI * (grid->axis[0]->centre[i] + 1);
        p[i] = (1 + 0.9 * (_i == 0 ? cos(3.5 * x) : cos(3 * x) * sin(x))) / 4;
    }
    struct walkers *w = walkers_create(200000, 1, false, false, key, &err);
    struct kde *kde = kde_create(grid, &err);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        w->key.seed = seed;
        OK(walkers_start_density(w, grid, p, &err));
        OK(kde_fit(kde, w, NULL, &err));
        kde_density(kde, density, error);
        kde_smooth(kde, p, smooth);
        const size_t wall = _i == 0 ? (size_t)(3 * kde_bandwidth(kde, 0) / 0.004) + 1 : 0;
        for (size_t i = wall; i < 1000 - wall; i++) {
            const double z = (density[i] - smooth[i]) / error[i];
            rms += z * z, covered += fabs(z) < 1.96, n++;
        }
    }
    ck_assert_double_eq_tol(covered / n, 0.95, 0.038);
    ck_assert_double_eq_tol(sqrt(rms / n), 1, 0.12);
    kde_destroy(kde);
    walkers_destroy(w);
    grid_destroy(grid);
}
END_TEST

/* S_t keeps mass and is exact on a mode of the domain: cos(k x) -> exp(-k^2 h^2/2) cos(k
 * x), on uneven grids too, where the piecewise-linear transfer errs by (k width)^2. */
START_TEST(smoothing_damps_modes_and_keeps_mass) {
    const enum spacing spacing = _i % 2 == 0 ? SPACING_UNIFORM : SPACING_GEOMETRIC;
    const enum boundary boundary = _i < 2 ? REFLECTING : PERIODIC;
    struct grid *grid = grid_of(axis_of(500, 0, 2, boundary, spacing), NULL);
    const double *face = grid->axis[0]->face, k = (_i < 2 ? 5 : 6) * M_PI / 2;
    double p[500], wave[500], smooth[500];
    for (size_t i = 0; i < 500; i++) {
        wave[i] = (sin(k * face[i + 1]) - sin(k * face[i])) / k / grid->volume[i];
        p[i] = 0.5 + 0.3 * wave[i];
    }
    struct walkers *w = sample(grid, p, 3000);
    struct kde *kde = kde_create(grid, &err);
    OK(kde_fit(kde, w, NULL, &err));
    kde_smooth(kde, p, smooth);
    const double h = kde_bandwidth(kde, 0), damped = exp(-0.5 * k * k * h * h);
    ck_assert(damped < 0.97 && damped > 0.3);
    for (size_t i = 0; i < 500; i++)
        ck_assert_double_eq_tol(smooth[i], 0.5 + 0.3 * damped * wave[i], 2e-4);
    ck_assert_double_eq_tol(field_mass(grid, smooth), field_mass(grid, p), 1e-13);
    kde_destroy(kde);
    walkers_destroy(w);
    grid_destroy(grid);
}
END_TEST

/* 2-D, one side periodic: mass 1, bands hold against S_t p, and a product law's bandwidths
 * follow its widths. */
START_TEST(two_variables) {
    struct grid *grid = grid_of(axis_of(120, -4, 4, REFLECTING, SPACING_UNIFORM),
                                axis_of(100, 0, 1, PERIODIC, SPACING_UNIFORM));
    const size_t n = grid->cells;
    double *p = malloc(4 * n * sizeof *p), *density = p + n, *error = p + 2 * n;
    double *smooth = p + 3 * n, rms = 0, used = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = grid->axis[0]->centre[i % 120], y = grid->axis[1]->centre[i / 120];
        p[i] = exp(-0.5 * x * x) / sqrt(2 * M_PI) * (1 + 0.5 * cos(2 * M_PI * y));
    }
    struct walkers *w = sample(grid, p, 200000);
    struct kde *kde = kde_create(grid, &err);
    OK(kde_fit(kde, w, NULL, &err));
    kde_density(kde, density, error);
    kde_smooth(kde, p, smooth);
    ck_assert_double_eq_tol(field_mass(grid, density), 1, 1e-12);
    /* Silverman's rule for the normal marginal: 1.06 N^(-1/5), times N^(1/5 - 1/6). */
    ck_assert_double_eq_tol(kde_bandwidth(kde, 0) / (1.06 * pow(2e5, -1.0 / 6)), 1, 0.2);
    for (size_t i = 0; i < n; i++)
        if (smooth[i] > 0.02) rms += pow((density[i] - smooth[i]) / error[i], 2), used++;
    ck_assert_double_eq_tol(sqrt(rms / used), 1, 0.15);
    kde_destroy(kde);
    walkers_destroy(w);
    free(p);
    grid_destroy(grid);
}
END_TEST

START_TEST(degenerate_ensembles) {
    struct grid *grid = grid_of(axis_of(64, 0, 1, REFLECTING, SPACING_UNIFORM), NULL);
    struct walkers *w = walkers_create(1000, 1, false, false, key, &err);
    double density[64], error[64];
    struct kde *kde = kde_create(grid, &err);
    walkers_start_point(w, (double[]){0.3});
    OK(kde_fit(kde, w, NULL, &err)); /* all in one place: the mesh's width */
    kde_density(kde, density, error);
    ck_assert_double_eq_tol(field_mass(grid, density), 1, 1e-12);
    ck_assert(kde_bandwidth(kde, 0) > 0 && isfinite(error[19]));
    walkers_start_point(w, (double[]){3});
    ck_assert(!kde_fit(kde, w, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    kde_destroy(kde);
    walkers_destroy(w);
    grid_destroy(grid);
}
END_TEST

static bool stop(void *context, double fraction) {
    ck_assert(isnan(fraction));
    return (*(size_t *)context)-- > 1;
}

/* Before the transform, before each bandwidth and after the last. */
START_TEST(is_left_wherever_the_monitor_says_so) {
    struct axis *y = axis_of(20, 0, 1, REFLECTING, SPACING_UNIFORM);
    struct grid *grid = grid_of(axis_of(64, 0, 1, REFLECTING, SPACING_UNIFORM), y);
    struct walkers *w = walkers_create(1000, 2, false, false, key, &err);
    struct kde *kde = kde_create(grid, &err);
    walkers_start_point(w, (double[]){0.3, 0.5});
    for (size_t k = 1; k <= 5; k++) {
        size_t left = k;
        const struct monitor monitor = {stop, &left};
        ck_assert_int_eq(kde_fit(kde, w, &monitor, &err), k == 5);
        if (k < 5) ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    }
    kde_destroy(kde);
    walkers_destroy(w);
    grid_destroy(grid);
}
END_TEST

START_TEST(want_of_memory_is_an_error) {
    struct grid *grid = grid_of(axis_of(8, 0, 1, REFLECTING, SPACING_UNIFORM),
                                axis_of(8, 0, 1, REFLECTING, SPACING_UNIFORM));
    struct kde *kde = NULL;
    for (size_t n = 1; n < 40 && kde == NULL; n++) {
        array_fail_at(n);
        kde = kde_create(grid, &err);
        ck_assert(kde != NULL || err.kind == ERROR_MEMORY);
    }
    array_fail_at(0);
    ck_assert_ptr_nonnull(kde);
    kde_destroy(kde);
    grid_destroy(grid);
}
END_TEST

/* --- Moments -----------------------------------------------------------------------------
 */

/* Normal: skewness 0 +- sqrt(6/N), kurtosis 3 +- sqrt(24/N); and exponential (by -ln U):
 * 1, 1, 2, 9. Errors against those of theory within 5 % (30 % for the exponential's
 * kurtosis, whose error rests on the eighth moment). */
START_TEST(moments_and_their_errors) {
    const size_t N = 400000;
    struct walkers *w = walkers_create(N, 1, false, false, key, &err);
    struct sample_moments m;
    walkers_start_gaussian(w, (double[]){2}, (double[]){9});
    OK(moments_estimate(w, 0, &m, &err));
    ck_assert_double_lt(fabs(m.mean.value - 2), 3 * m.mean.error);
    ck_assert_double_lt(fabs(m.variance.value - 9), 3 * m.variance.error);
    ck_assert_double_lt(fabs(m.skewness.value), 3 * m.skewness.error);
    ck_assert_double_lt(fabs(m.kurtosis.value - 3), 3 * m.kurtosis.error);
    ck_assert_double_eq_tol(m.mean.error / (3 / sqrt((double)N)), 1, 0.01);
    ck_assert_double_eq_tol(m.variance.error / (9 * sqrt(2.0 / (double)N)), 1, 0.02);
    ck_assert_double_eq_tol(m.skewness.error / sqrt(6.0 / (double)N), 1, 0.05);
    ck_assert_double_eq_tol(m.kurtosis.error / sqrt(24.0 / (double)N), 1, 0.05);
    for (size_t i = 0; i < N; i++)
        w->x[0][i] = -log(0.5 * erfc(-(w->x[0][i] - 2) / 3 / sqrt(2)));
    OK(moments_estimate(w, 0, &m, &err));
    ck_assert_double_lt(fabs(m.mean.value - 1), 3 * m.mean.error);
    ck_assert_double_lt(fabs(m.variance.value - 1), 3 * m.variance.error);
    ck_assert_double_lt(fabs(m.skewness.value - 2), 3 * m.skewness.error);
    ck_assert_double_lt(fabs(m.kurtosis.value - 9), 3 * m.kurtosis.error);
    walkers_destroy(w);
}
END_TEST

START_TEST(moments_are_the_same_bits_for_any_threads) {
    struct walkers *w = walkers_create(100001, 2, false, false, key, &err);
    struct sample_moments m[2];
    struct estimate covariance[2];
    walkers_start_gaussian(w, (double[]){2, 1}, (double[]){9, 3, 4});
    for (int t = 0; t < 2; t++) {
        omp_set_num_threads(t + 1);
        OK(moments_estimate(w, 0, &m[t], &err));
        OK(moments_covariance(w, &covariance[t], &err));
    }
    ck_assert_uint_eq(m[0].count, m[1].count); /* the struct has padding */
    ck_assert_mem_eq(&m[0].mean, &m[1].mean, 4 * sizeof m[0].mean);
    ck_assert_mem_eq(&covariance[0], &covariance[1], sizeof covariance[0]);
    /* error of a covariance: sqrt((xx yy + xy^2)/N) */
    ck_assert_double_lt(fabs(covariance[0].value - 3), 3 * covariance[0].error);
    ck_assert_double_eq_tol(covariance[0].error / sqrt(45.0 / 100001), 1, 0.02);
    walkers_destroy(w);
}
END_TEST

Suite *kde_suite(void);
Suite *kde_suite(void) {
    Suite *suite = suite_create("kde");
    TCase *counts = tcase_create("counts and moments");
    tcase_add_test(counts, counts_are_those_of_a_search_cell_by_cell);
    tcase_add_test(counts, a_histogram_has_its_error);
    tcase_add_test(counts, moments_and_their_errors);
    tcase_add_test(counts, moments_are_the_same_bits_for_any_threads);
    tcase_set_timeout(counts, 60);
    suite_add_tcase(suite, counts);
    TCase *estimate = tcase_create("kernel estimate");
    tcase_add_loop_test(estimate, bandwidth_and_error_are_as_measured, 0, 2);
    tcase_add_loop_test(estimate, bands_cover_the_smoothed_density, 0, 2);
    tcase_add_loop_test(estimate, smoothing_damps_modes_and_keeps_mass, 0, 4);
    tcase_add_test(estimate, two_variables);
    tcase_add_test(estimate, degenerate_ensembles);
    tcase_add_test(estimate, is_left_wherever_the_monitor_says_so);
    tcase_add_test(estimate, want_of_memory_is_an_error);
    tcase_set_timeout(estimate, 60);
    suite_add_tcase(suite, estimate);
    return suite;
}
