/* SPDX-License-Identifier: GPL-3.0-or-later
 * Modes of 1-D chains: exact spectra, tiny rates, biorthogonality, basins, rings. */
#include "solver/fv/basins.h"
#include "solver/fv/line/passage.h"
#include "solver/fv/line/quasi.h"
#include "solver/fv/line/spectrum.h"
#include "solver/time/line/contour.h"
#include "tests/slope.h"
#include "tests/solver/fv/modes.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/last_density.h"
#include <complex.h>
#include <stdlib.h>

static double linear(double x, const double *a) {
    return -a[1] * x;
}
static double constant(double x, const double *a) {
    return a[0] + 0 * x;
}
static double pearson(double x, const double *a) {
    return a[0] * (1 + a[2] * x * x);
}
static double pearson_slope(double x, const double *a) {
    return 2 * a[0] * a[2] * x;
}
static double quartic_drift(double x, const double *a) {
    return x - x * x * x + a[1];
}
static double three_wells(double x, const double *a) { /* L = -cos(2 pi x) a1, + a slope */
    return -a[1] * 2 * M_PI * sin(2 * M_PI * x) + a[2];
}
static double pull(double x, const double *a) {
    return a[1] + a[2] * sin(2 * M_PI * x);
}

struct world {
    struct coefficients c;
    struct grid *grid;
    struct line_generator *generator;
};

static void world_init(struct world *w, const struct model1 *m,
                       const struct axis_spec *spec) {
    struct error err = {0};
    w->c = model1_coefficients(m);
    w->grid = grid1(spec);
    w->generator = line_generator_create(w->grid, &w->c, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
}
static void world_finish(struct world *w) {
    line_generator_destroy(w->generator);
    grid_destroy(w->grid);
}
static struct axis_spec box(size_t cells, double lo, double hi) {
    return (struct axis_spec){.cells = cells, .lo = lo, .hi = hi, .multiple = 1};
}

static void compute(const struct world *w, size_t modes, struct line_spectrum *s) {
    struct error err = {0};
    ck_assert_msg(line_spectrum_compute(w->generator, modes, s, &err), "%s", err.message);
}

/* b = -h x, D: rates n h exactly. */
START_TEST(ornstein_uhlenbeck_rates_are_second_order) {
    const struct model1 m = {linear, constant, NULL, NULL, 0, {.5, 1.3}};
    double h[3], error[3][10];
    for (int k = 0; k < 3; k++) {
        const struct axis_spec spec = box((size_t)128 << k, -6, 6);
        struct world w;
        struct line_spectrum s;
        world_init(&w, &m, &spec);
        compute(&w, 10, &s);
        ck_assert_uint_eq(s.modes, 10);
        h[k] = 1.0 / (1 << k);
        for (int n = 0; n < 10; n++) {
            error[k][n] = fabs(s.rate[n] / (1.3 * (n + 1)) - 1);
            ck_assert_double_eq(s.time[n], 1 / s.rate[n]);
        }
        line_spectrum_finish(&s);
        world_finish(&w);
    }
    for (int n = 0; n < 10; n++) {
        const double e[] = {error[0][n], error[1][n], error[2][n]};
        const double order = slope(3, h, e);
        ck_assert_msg(e[2] < 1e-9 || (order > 1.8 && order < 2.2), "mode %d order %g", n,
                      order);
        ck_assert_double_le(e[2], 5e-3);
    }
}
END_TEST

/* docs/theory.md 5.2 in continuous time, D = 1/20 (1 + 2 x^2), b = -x, kappa = 5: rates
 * n a - n (n - 1) / 10 with a = 1 - alpha / 5, below the continuum; the box cuts tails of
 * x^-12, x^-11, x^-10 times x^2n. */
START_TEST(pearson_diffusions_have_their_discrete_rates) {
    const double alpha = _i / 2.0;
    const struct model1 m = {linear, pearson, pearson_slope, NULL, alpha, {.05, 1, 2}};
    const struct axis_spec spec = {.spacing = SPACING_SINH,
                                   .cells = 2000,
                                   .lo = -1e4,
                                   .hi = 1e4,
                                   .scale = .5,
                                   .multiple = 1};
    struct world w;
    struct line_spectrum s;
    world_init(&w, &m, &spec);
    compute(&w, 3, &s);
    for (int n = 1; n <= 3; n++) {
        const double want = n * (1 - alpha * .2) - n * (n - 1) * .1;
        ck_assert_double_le(fabs(s.rate[n - 1] / want - 1), 2e-3);
    }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

/* Symmetric double well: rate times the mean time from one minimum to the other -> 2,
 * corrections of the order of the temperature; and the rate is right relatively while it
 * falls to e^-250. */
/* Eight are found at a time. */
START_TEST(rates_do_not_depend_on_how_many_are_asked_for) {
    const struct model1 m = {linear, constant, NULL, NULL, 0, {.5, 1.3}};
    const struct axis_spec spec = box(64, -6, 6);
    static const size_t some[] = {1, 7, 8, 9, 16, 19, 63};
    struct world w;
    struct line_spectrum all;
    world_init(&w, &m, &spec);
    compute(&w, 100, &all);
    ck_assert_uint_eq(all.modes, 63);
    for (size_t k = 1; k < all.modes; k++)
        ck_assert_double_gt(all.rate[k], all.rate[k - 1]);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        struct line_spectrum s;
        compute(&w, some[i], &s);
        ck_assert_mem_eq(s.rate, all.rate, some[i] * sizeof *s.rate);
        line_spectrum_finish(&s);
    }
    line_spectrum_finish(&all);
    world_finish(&w);
}
END_TEST

START_TEST(slowest_rate_times_mean_time_tends_to_two) {
    double before = 1;
    for (double T = .1; T > .9e-3; T /= 10) {
        const struct model1 m = {quartic_drift, constant, NULL, NULL, 0, {T}};
        const struct axis_spec spec = box(2000, -2.5, 2.5);
        struct world w;
        struct line_spectrum s;
        struct error err = {0};
        world_init(&w, &m, &spec);
        compute(&w, 2, &s);
        bool *target = calloc(2000, sizeof *target);
        for (size_t i = 0; i < 2000; i++)
            target[i] = w.grid->axis[0]->centre[i] > 1;
        struct line_escape *e = line_escape_create(w.generator, target, &err);
        const double off = fabs(log(s.rate[0] / 2) + line_escape_log_time_at(e, -1));
        ck_assert_double_le(off, 2 * T);
        ck_assert_double_lt(off, before);
        before = off;
        ck_assert_uint_eq(line_spectrum_gap(&s, NULL), 1);
        line_escape_destroy(e), free(target);
        line_spectrum_finish(&s);
        world_finish(&w);
    }
}
END_TEST

/* Two answers without a common line of code, barrier 500: rates near e^-500. */
START_TEST(slowest_mode_of_an_escape_is_the_quasi_stationary_one) {
    const double T[] = {.3, .02, .0005};
    const struct model1 m = {quartic_drift, constant, NULL, NULL, 0, {T[_i]}};
    const struct axis_spec spec = box(800, -2.5, 2.5);
    struct world w;
    struct line_spectrum s;
    struct line_quasi q;
    struct error err = {0};
    world_init(&w, &m, &spec);
    bool *target = calloc(800, sizeof *target);
    for (size_t i = 0; i < 800; i++)
        target[i] = w.grid->axis[0]->centre[i] > 0;
    struct line_escape *e = line_escape_create(w.generator, target, &err);
    ck_assert(line_spectrum_of_escape(e, 5, 3, &s, &err) &&
              line_quasi_compute(e, 5, &q, &err));
    ck_assert_double_le(fabs(log(s.rate[0]) - q.log_rate), 1e-11);
    double total = 0, most = 0;
    for (size_t i = 0; i < 800; i++)
        total += s.right[0][i] * w.grid->volume[i], most = fmax(most, q.density[i]);
    for (size_t i = 0; i < 800; i++) {
        ck_assert_double_le(fabs(s.right[0][i] / total - q.density[i]), 1e-9 * most);
        if (q.density[i] > 1e-290) /* relative, in the tails too */
            ck_assert_double_le(fabs(s.right[0][i] / total / q.density[i] - 1), 1e-8);
    }
    line_quasi_finish(&q), line_spectrum_finish(&s), line_escape_destroy(e), free(target);
    world_finish(&w);
}
END_TEST

/* A^T l + rate l = 0 and Sum w r l = 1 or 0, in long double, relative to the terms. */
START_TEST(modes_solve_their_equations_and_are_biorthonormal) {
    const struct model1 m = {quartic_drift, constant, NULL, NULL, 0, {.03, .05}};
    const struct axis_spec spec = box(500, -2, 2);
    struct world w;
    struct line_spectrum s;
    world_init(&w, &m, &spec);
    compute(&w, 6, &s);
    const struct line_generator *g = w.generator;
    for (size_t k = 0; k < 6; k++) {
        for (size_t i = 0; i < 500; i++) {
            const long double l = s.left[k][i], width = g->grid->axis[0]->width[i];
            const long double up = i + 1 < 500 ? s.left[k][i + 1] - l : 0;
            const long double down = i > 0 ? s.left[k][i - 1] - l : 0;
            const long double residual =
                (g->left[i + 1] * up + g->right[i] * down) / width + s.rate[k] * l;
            const long double terms = (g->left[i + 1] + g->right[i]) / width *
                                      (fabsl(l) + fabsl(up) + fabsl(down));
            ck_assert_double_le((double)(fabsl(residual) / terms), 1e-12);
        }
        for (size_t j = 0; j < 6; j++) {
            double dot = 0;
            for (size_t i = 0; i < 500; i++)
                dot += s.left[k][i] * s.right[j][i] * g->grid->axis[0]->width[i];
            ck_assert_double_le(fabs(dot - (j == k)), 1e-9);
        }
        size_t zeros = 0; /* Sturm */
        for (size_t i = 1; i < 500; i++)
            zeros += (s.left[k][i] < 0) != (s.left[k][i - 1] < 0);
        ck_assert_uint_eq(zeros, k + 1);
    }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

START_TEST(basins_are_the_wells) {
    const struct model1 m = {three_wells, constant, NULL, NULL, 0, {.03, .2, .05}};
    const struct axis_spec spec = box(600, -1.5, 1.5); /* wells at -1, 0, 1 */
    struct world w;
    struct line_spectrum s;
    struct error err;
    int basin[600];
    double gap;
    world_init(&w, &m, &spec);
    compute(&w, 5, &s);
    ck_assert_uint_eq(line_spectrum_gap(&s, &gap), 2);
    ck_assert_double_gt(gap, 1e3);
    ck_assert(basins_find(2, s.left, 600, basin, &err));
    for (size_t i = 0; i < 600; i++) {
        const double x = w.grid->axis[0]->centre[i], d = fabs(fabs(x) - .5);
        if (d > .1) ck_assert_int_eq(basin[i], x < -.5 ? 0 : x < .5 ? 1 : 2);
    }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

/* Two separate pairs of wells: rates equal to rounding. */
START_TEST(equal_rates_get_a_basis_of_their_space) {
    const struct model1 m = {quartic_drift, constant, NULL, NULL, 0, {.02}};
    const struct axis_spec spec = box(400, -2, 2);
    struct world w;
    struct line_spectrum s;
    world_init(&w, &m, &spec);
    compute(&w, 5, &s); /* modes 1, 2: both wells alike, split by tunnelling */
    for (size_t k = 0; k < 5; k++)
        for (size_t j = 0; j < k; j++) {
            ck_assert_double_le(fabs(product(w.grid, s.left[k], s.right[j])), 1e-8);
        }
    line_spectrum_finish(&s);
    struct model1 cold = m;
    cold.a[0] = .002; /* e^-125: the same to all digits */
    world_finish(&w);
    world_init(&w, &cold, &spec);
    compute(&w, 5, &s);
    double closest = 1;
    for (size_t k = 1; k < 5; k++)
        closest = fmin(closest, s.rate[k] / s.rate[k - 1] - 1);
    ck_assert_double_le(closest, 1e-11);
    for (size_t k = 0; k < 5; k++)
        for (size_t j = 0; j <= k; j++) {
            const double dot = product(w.grid, s.left[k], s.right[j]);
            ck_assert_double_le(fabs(dot - (j == k)), 1e-6);
        }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

static double *evolve(const struct line_generator *g, const double *p0, double t) {
    struct error err = {0};
    const struct propagator_options options = {.tolerance = 1e-12};
    return evolved(propagator_create(&contour_method, g, NULL, &options, &err), g->cells,
                   p0, t)
        .p;
}

/* Late times: exp(tA) p0 = p_st + modes, lines and rings. */
START_TEST(late_evolution_is_a_few_modes) {
    enum { N = 300 };
    const struct model1 line = {quartic_drift, constant, NULL, NULL, 0, {.1, .05}};
    const struct model1 ring = {pull, constant, NULL, NULL, 0, {.02, .5, .3}};
    struct axis_spec spec = box(N, _i ? 0 : -2, _i ? 1 : 2);
    if (_i) spec.boundary[0] = spec.boundary[1] = PERIODIC;
    struct world w;
    struct line_spectrum s;
    struct stationary st;
    struct error err = {0};
    world_init(&w, _i ? &ring : &line, &spec);
    compute(&w, 6, &s);
    ck_assert(line_stationary_compute(w.generator, &st, &err));
    double p0[N] = {0}, want[N];
    p0[100] = 1 / w.grid->volume[100];
    const double t = 25 / s.rate[5];
    for (size_t i = 0; i < N; i++)
        want[i] = st.density[i];
    for (size_t k = 0; k < 6; k++) {
        const bool pair = s.frequency[k] > 0;
        const double complex l =
            complex_of(s.left[k][100], pair ? s.left[k + 1][100] : 0); /* <l, p0> */
        const double complex z = cexp(complex_of(-s.rate[k], s.frequency[k]) * t) * l;
        for (size_t i = 0; i < N; i++)
            want[i] += pair ? 2 * creal(z * complex_of(s.right[k][i], s.right[k + 1][i]))
                            : creal(z) * s.right[k][i];
        k += pair;
    }
    double *got = evolve(w.generator, p0, t), difference = 0, size = 0;
    for (size_t i = 0; i < N; i++) {
        difference += fabs(got[i] - want[i]) * w.grid->volume[i];
        size += fabs(got[i] - st.density[i]) * w.grid->volume[i];
    }
    ck_assert_double_le(difference, 1e-10);
    ck_assert_double_gt(size, _i ? 1e-6 : 1e-3); /* there was something to see */
    free(got), stationary_finish(&st), line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

/* Constant rates u, d on a ring of N cells: u (e^{-i q} - 1) + d (e^{i q} - 1), q = 2 pi m
 * / N. */
START_TEST(uniform_ring_has_its_exact_modes) {
    enum { N = 512 };
    const struct model1 m = {pull, constant, NULL, NULL, 0, {.02, .5, 0}};
    struct axis_spec spec = box(N, 0, 1);
    spec.boundary[0] = spec.boundary[1] = PERIODIC;
    struct world w;
    struct line_spectrum s;
    world_init(&w, &m, &spec);
    compute(&w, 7, &s);
    ck_assert_uint_eq(s.modes, 8); /* no pair is cut */
    const double u = w.generator->left[3] * N, d = w.generator->right[3] * N;
    for (int k = 0; k < 8; k++) {
        const double q = 2 * M_PI * (k / 2 + 1) / N;
        const double complex a =
            u * (cexp(complex_of(0, -q)) - 1) + d * (cexp(complex_of(0, q)) - 1);
        ck_assert_double_le(fabs(s.rate[k] / -creal(a) - 1), 1e-8);
        ck_assert_double_le(fabs(fabs(s.frequency[k]) / cimag(conj(a)) - 1), 1e-8);
        ck_assert((s.frequency[k] > 0) == (k % 2 == 0));
    }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

/* Without drift waves run both ways: each rate twice. */
START_TEST(a_ring_without_drift_has_every_rate_twice) {
    enum { N = 200 };
    const struct model1 m = {pull, constant, NULL, NULL, 0, {.02, 0, 0}};
    struct axis_spec spec = box(N, 0, 1);
    spec.boundary[0] = spec.boundary[1] = PERIODIC;
    struct world w;
    struct line_spectrum s;
    world_init(&w, &m, &spec);
    compute(&w, 6, &s);
    ck_assert_uint_eq(s.modes, 6);
    ck_assert(s.reversible);
    for (int k = 0; k < 6; k++) {
        ck_assert_double_eq(s.frequency[k], 0);
        const double want = 2 * .02 * N * N * (1 - cos(2 * M_PI * (k / 2 + 1) / N));
        ck_assert_double_le(fabs(s.rate[k] / want - 1), 1e-8);
        for (int j = 0; j < 6; j++) {
            double dot = 0;
            for (size_t i = 0; i < N; i++)
                dot += s.left[k][i] * s.right[j][i] / N;
            ck_assert_double_le(fabs(dot - (j == k)), 1e-8);
        }
    }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

static double upwards(double x, const double *a) {
    return a[0] * x * x;
}
static double upwards_slope(double x, const double *a) {
    return 2 * a[0] * x;
}

START_TEST(says_what_is_wrong) {
    const struct model1 one_way = {pull, upwards, upwards_slope, NULL, 0, {1, .5, 0}};
    const struct axis_spec spec = box(64, -1, 1);
    struct world w;
    struct line_spectrum s;
    struct error err = {0};
    world_init(&w, &one_way, &spec);
    ck_assert(!line_spectrum_compute(w.generator, 2, &s, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    world_finish(&w);
    const struct model1 cold = {quartic_drift, constant, NULL, NULL, 0, {2e-4}};
    const struct axis_spec fine = box(800, -2, 2);
    world_init(&w, &cold, &fine);
    ck_assert(!line_spectrum_compute(w.generator, 2, &s, &err)); /* e^-1250 */
    world_finish(&w);
}
END_TEST

Suite *line_spectrum_suite(void);
Suite *line_spectrum_suite(void) {
    Suite *s = suite_create("line_spectrum");
    TCase *rates = tcase_create("rates");
    tcase_add_test(rates, ornstein_uhlenbeck_rates_are_second_order);
    tcase_add_loop_test(rates, pearson_diffusions_have_their_discrete_rates, 0, 3);
    tcase_add_test(rates, rates_do_not_depend_on_how_many_are_asked_for);
    tcase_add_test(rates, slowest_rate_times_mean_time_tends_to_two);
    tcase_add_loop_test(rates, slowest_mode_of_an_escape_is_the_quasi_stationary_one, 0, 3);
    tcase_add_test(rates, uniform_ring_has_its_exact_modes);
    tcase_add_test(rates, a_ring_without_drift_has_every_rate_twice);
    tcase_add_test(rates, says_what_is_wrong);
    suite_add_tcase(s, rates);
    TCase *functions = tcase_create("functions");
    tcase_add_test(functions, modes_solve_their_equations_and_are_biorthonormal);
    tcase_add_test(functions, basins_are_the_wells);
    tcase_add_test(functions, equal_rates_get_a_basis_of_their_space);
    tcase_add_loop_test(functions, late_evolution_is_a_few_modes, 0, 2);
    suite_add_tcase(s, functions);
    return s;
}
