/* SPDX-License-Identifier: GPL-3.0-or-later
 * Modes of 2-D chains: exact spectra, multiple and complex eigenvalues, tiny rates beside
 * large ones, biorthogonality, late evolution. */
#include "solver/fv/plane/quasi.h"
#include "solver/fv/plane/spectrum.h"
#include "solver/fv/plane/stationary.h"
#include "solver/time/plane/krylov.h"
#include "tests/slope.h"
#include "tests/solver/fv/modes.h"
#include "tests/solver/fv/plane/spectrum_world.h"
#include "tests/solver/last_density.h"
#include "tests/solver/plane_models.h"
#include <check.h>
#include <complex.h>
#include <string.h>

/* b = -H x: the rates are m mu + n mu' with mu, mu' the eigenvalues of H: 0.9108, 2.0892
 * (no current), and 1 +- i/2 (a current; modes by distance from 0, then by rate). */
static const double complex *ou_rates(int k) {
    static double complex real[10], turning[10];
    const double a = 1.5 - sqrt(0.34), b = 1.5 + sqrt(0.34);
    const double straight[] = {a,     2 * a,     b,     3 * a, a + b,
                               4 * a, 2 * a + b, 2 * b, 5 * a, 3 * a + b};
    const double sums[][2] = {{1, .5}, {1, -.5}, {2, 0},   {2, 1},    {2, -1},
                              {3, .5}, {3, -.5}, {3, 1.5}, {3, -1.5}, {4, 0}};
    for (int n = 0; n < 10; n++) {
        real[n] = straight[n];
        turning[n] = complex_of(sums[n][0], sums[n][1]);
    }
    return k == 0 ? real : turning;
}

/* Real ones are in order; of the others the nearest. */
static double distance(const struct line_spectrum *s, int q, double complex rate) {
    double least = HUGE_VAL;
    for (size_t k = 0; k < s->modes; k++)
        if (!s->reversible || k == (size_t)q)
            least = fmin(least, cabs(complex_of(s->rate[k], s->frequency[k]) - rate));
    return least;
}

START_TEST(ornstein_uhlenbeck_rates_are_second_order) {
    const struct linear2 ou[] = {{{1, 0.3, 0.3, 2}, {0.5, 0, 0.5}},
                                 {{1, 0.5, -0.5, 1}, {0.4, 0.1, 0.3}}};
    double h[3], error[3][10];
    for (int k = 0; k < 3; k++) {
        const size_t n = (size_t)32 << k;
        struct world w;
        struct line_spectrum s;
        world_init(&w, linear2_model(&ou[_i]), side(n, -4.5, 4.5), side(n, -4, 4));
        compute(&w, 10, &s);
        ck_assert_uint_eq(s.modes, 10);
        ck_assert_int_eq(s.reversible, _i == 0);
        h[k] = 1.0 / (double)n;
        for (int q = 0; q < 10; q++) {
            error[k][q] = distance(&s, q, ou_rates(_i)[q]);
            ck_assert_double_eq(s.time[q], 1 / s.rate[q]);
            ck_assert_double_le(s.residual[q], 1e-11);
            ck_assert(q == 0 || s.rate[q] >= s.rate[q - 1] * (1 - 1e-9));
        }
        line_spectrum_finish(&s);
        world_finish(&w);
    }
    for (int q = 0; q < 10; q++) {
        const double e[] = {error[0][q], error[1][q], error[2][q]};
        const double order = slope(3, h, e);
        ck_assert_msg(order > 1.8 && order < 2.2, "mode %d order %g: %g %g %g", q, order,
                      e[0], e[1], e[2]);
        ck_assert_double_le(e[2], 2e-2 * cabs(ou_rates(_i)[q]));
    }
}
END_TEST

/* Free motion between mirrors, n x n cells: 2 n^2 (2 - cos(pi j/n) - cos(pi k/n)), all of
 * them with j != k twice. */
START_TEST(multiple_rates_are_found_as_often_as_they_occur) {
    const size_t modes[] = {24, 2, 9}, sides[] = {18, 6, 6};
    const size_t N = sides[_i];
    const struct linear2 still = {{0, 0, 0, 0}, {1, 0, 1}};
    struct world w;
    struct line_spectrum s;
    double want[36];
    world_init(&w, linear2_model(&still), side(N, 0, 1), side(N, 0, 1));
    compute(&w, modes[_i], &s);
    ck_assert_uint_eq(s.modes, modes[_i]);
    for (int q = 0; q < 36; q++)
        want[q] = 2 * (double)(N * N) *
                  (2 - cos(M_PI * (q % 6) / (double)N) - cos(M_PI * (q / 6) / (double)N));
    for (int q = 1; q < 36; q++) { /* sorted */
        const double one = want[q];
        int at = q;
        for (; at > 0 && want[at - 1] > one; at--)
            want[at] = want[at - 1];
        want[at] = one;
    }
    for (size_t q = 0; q < s.modes; q++)
        ck_assert_double_le(fabs(s.rate[q] / want[q + 1] - 1), 1e-10);
    for (size_t q = 0; q < s.modes; q++)
        ck_assert_double_eq(s.frequency[q], 0);
    for (size_t k = 0; k < s.modes; k++)
        for (size_t j = 0; j < s.modes; j++)
            ck_assert_double_le(fabs(product(w.grid, s.left[k], s.right[j]) - (j == k)),
                                1e-9);
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

static const struct well2 wells[] = {{0.3}, {0.05}, {0.005}}; /* barriers 3.3, 20, 200 */

/* Symmetric double well: rate times the mean time from one minimum to the half plane of
 * the other's tends to 2, and the rate stays right while it falls to e^-200. */
START_TEST(slowest_rate_times_mean_time_tends_to_two) {
    double before = 1;
    for (int k = 0; k < 3; k++) {
        struct world w;
        struct line_spectrum s;
        struct error err = {0};
        world_init(&w, well2_model(&wells[k]), side(60, -1.8, 1.8), side(60, -1.8, 1.8));
        compute(&w, 2, &s);
        bool *target = calloc(w.grid->cells, sizeof *target);
        for (size_t i = 0; i < w.grid->cells; i++)
            target[i] = w.grid->axis[0]->centre[i % 60] > 1;
        struct plane_escape *e = plane_escape_create(w.generator, target, &err);
        ck_assert_msg(e != NULL, "%s", err.message);
        const double off =
            fabs(log(s.rate[0] / 2) + plane_escape_log_time_at(e, (double[]){-1, -0.5}));
        ck_assert_double_le(off, 2 * wells[k].D);
        ck_assert_double_lt(off, before);
        before = off;
        ck_assert_uint_eq(line_spectrum_gap(&s, NULL), 1);
        if (k == 2) ck_assert_double_lt(log(s.rate[0]), -190);
        plane_escape_destroy(e), free(target);
        line_spectrum_finish(&s);
        world_finish(&w);
    }
}
END_TEST

/* Inverse iteration and Arnoldi; in the limit the rate is 1 / mean time. */
START_TEST(slowest_mode_of_an_escape_is_the_quasi_stationary_one) {
    struct world w;
    struct line_spectrum s;
    struct plane_quasi q;
    struct error err = {0};
    static struct linear2 wind;
    wind = winding2(0.4, 0.3, 0.5);
    world_init(&w, _i < 3 ? well2_model(&wells[_i]) : linear2_model(&wind),
               side(40, -1.8, 1.8), side(40, -1.8, 1.8));
    bool *target = calloc(w.grid->cells, sizeof *target);
    for (size_t i = 0; i < w.grid->cells; i++)
        target[i] = w.grid->axis[0]->centre[i % 40] > 0.01;
    struct plane_escape *e = plane_escape_create(w.generator, target, &err);
    ck_assert_msg(plane_spectrum_of_escape(e, 5, 3, &s, &err), "%s", err.message);
    ck_assert_msg(plane_quasi_compute(e, 5, &q, &err), "%s", err.message);
    ck_assert_double_le(fabs(log(s.rate[0]) - q.log_rate), 1e-10);
    double total = 0, most = 0, left = 0;
    for (size_t i = 0; i < w.grid->cells; i++) {
        total += s.right[0][i] * w.grid->volume[i];
        most = fmax(most, q.density[i]), left = fmax(left, q.left[i]);
    }
    const double scale = product(w.grid, s.left[0], q.density);
    for (size_t i = 0; i < w.grid->cells; i++) {
        ck_assert_double_le(fabs(s.right[0][i] / total - q.density[i]), 1e-8 * most);
        ck_assert_double_le(fabs(s.left[0][i] / scale - q.left[i]), 1e-6 * left);
        if (target[i]) ck_assert_double_eq(s.right[0][i], 0);
    }
    plane_quasi_finish(&q), line_spectrum_finish(&s), plane_escape_destroy(e), free(target);
    world_finish(&w);
}
END_TEST

/* A^T l + (rate - i frequency) l = 0, relative to the terms, also in the far corners, where
 * the stationary mass is e^-200; and the biorthonormal product. */
START_TEST(modes_solve_their_equations_and_are_biorthonormal) {
    enum { N = 30, CELLS = N * N };
    static struct linear2 wind;
    wind = winding2(0.4, 0.3, 0.5);
    struct world w;
    struct line_spectrum s;
    world_init(&w, _i == 0 ? well2_model(&wells[1]) : linear2_model(&wind),
               side(N, -1.8, 1.8), side(N, -1.8, 1.8));
    compute(&w, 6, &s);
    double re[CELLS], im[CELLS];
    for (size_t k = 0; k < s.modes; k++) {
        const bool pair = s.frequency[k] > 0;
        const double *a = s.left[k], *b = pair ? s.left[k + 1] : NULL;
        sparse_apply_transposed(w.generator->matrix, a, re);
        if (pair) sparse_apply_transposed(w.generator->matrix, b, im);
        for (size_t i = 0; i < CELLS; i++) {
            const double complex l = complex_of(a[i], pair ? b[i] : 0);
            const double complex Al = complex_of(re[i], pair ? im[i] : 0);
            const double complex rest = Al + complex_of(s.rate[k], -s.frequency[k]) * l;
            double terms = 0;
            for (int64_t q = w.generator->matrix->start[i];
                 q < w.generator->matrix->start[i + 1]; q++) {
                const size_t j = (size_t)w.generator->matrix->row[q];
                terms += fabs(w.generator->matrix->value[q]) *
                         cabs(complex_of(a[j], pair ? b[j] : 0));
            }
            ck_assert_msg(cabs(rest) <= 1e-3 * terms, "mode %zu cell %zu: %g of %g", k, i,
                          cabs(rest), terms);
        }
        k += pair;
    }
    for (size_t k = 0; k < s.modes; k++)
        for (size_t j = 0; j < s.modes; j++) {
            double want = j == k;
            if (s.frequency[k] != 0 && j == k) want = s.frequency[k] > 0 ? 0.5 : -0.5;
            ck_assert_double_le(fabs(product(w.grid, s.left[k], s.right[j]) - want), 1e-9);
        }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

static double *evolve(const struct plane_generator *g, const double *p0, double t) {
    struct error err = {0};
    const struct propagator_options options = {.tolerance = 1e-11};
    return evolved(krylov_create(g, &options, &err), g->cells, p0, t).p;
}

/* exp(tA) p0 = p_st + modes, from a start in one cell. */
START_TEST(late_evolution_is_a_few_modes) {
    enum { N = 30, CELLS = N * N };
    static struct linear2 wind;
    wind = winding2(0.4, 0.3, 0.5);
    struct world w;
    struct line_spectrum s;
    struct stationary st;
    struct error err = {0};
    world_init(&w, _i ? linear2_model(&wind) : well2_model(&wells[0]), side(N, -1.8, 1.8),
               side(N, -1.8, 1.8));
    compute(&w, 9, &s);
    ck_assert(plane_stationary_compute(w.generator, &st, &err));
    double p0[CELLS] = {0}, want[CELLS];
    const size_t at = 12 * N + 7;
    p0[at] = 1 / w.grid->volume[at];
    const double t = _i ? 4 : 1;
    memcpy(want, st.density, sizeof want);
    for (size_t k = 0; k < s.modes; k++) {
        const bool pair = s.frequency[k] > 0;
        const double complex l = complex_of(s.left[k][at], pair ? s.left[k + 1][at] : 0);
        const double complex z = cexp(complex_of(-s.rate[k], s.frequency[k]) * t) * l;
        for (size_t i = 0; i < CELLS; i++)
            want[i] += pair ? 2 * creal(z * complex_of(s.right[k][i], s.right[k + 1][i]))
                            : creal(z) * s.right[k][i];
        k += pair;
    }
    double *got = evolve(w.generator, p0, t), difference = 0, size = 0;
    for (size_t i = 0; i < CELLS; i++) {
        difference += fabs(got[i] - want[i]) * w.grid->volume[i];
        size += fabs(got[i] - st.density[i]) * w.grid->volume[i];
    }
    ck_assert_double_le(difference, 1e-4 * size); /* the tenth mode is left: e^-4 .. */
    ck_assert_double_gt(size, 1e-3);
    free(got), stationary_finish(&st), line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

/* Barrier 200: after the slowest mode the rates jump by e^200 to those of motion inside the
 * wells, which come in pairs, both wells being alike, and on the saddle between them, which
 * are single. */
START_TEST(rates_of_very_different_size_stand_side_by_side) {
    struct world w;
    struct line_spectrum s, t;
    struct error err = {0};
    world_init(&w, well2_model(&wells[2]), side(60, -1.5, 1.5), side(60, -1.5, 1.5));
    compute(&w, 6, &s);
    ck_assert_uint_eq(s.modes, 6);
    ck_assert_double_lt(s.rate[0], 1e-80);
    ck_assert_double_gt(s.rate[1], 1);
    ck_assert_double_le(fabs(s.rate[1] / s.rate[2] - 1), 1e-9);
    ck_assert_double_gt(s.rate[3] / s.rate[2], 1.1);
    ck_assert_double_gt(s.rate[4] / s.rate[3], 1.1);
    ck_assert_double_le(fabs(s.rate[4] / s.rate[5] - 1), 1e-9);
    compute(&w, 4, &t); /* the saddle's is not missed for the little mass there */
    ck_assert_double_le(fabs(t.rate[3] / s.rate[3] - 1), 1e-9);
    line_spectrum_finish(&t);
    bool *target = calloc(w.grid->cells, sizeof *target);
    for (size_t i = 0; i < w.grid->cells; i++)
        target[i] = w.grid->axis[0]->centre[i % 60] > 0;
    struct plane_escape *e =
        plane_escape_create(w.generator, target, &err); /* one well alone */
    ck_assert_msg(plane_spectrum_of_escape(e, 5, 3, &t, &err), "%s", err.message);
    ck_assert_double_le(fabs(log(t.rate[0] / s.rate[0])), 0.2); /* x = 0 is no separatrix */
    ck_assert_double_le(fabs(t.rate[1] / s.rate[1] - 1), 1e-9);
    ck_assert_double_le(fabs(t.rate[2] / s.rate[4] - 1), 1e-9);
    line_spectrum_finish(&t), plane_escape_destroy(e), free(target);
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

START_TEST(says_what_is_wrong) {
    struct world w;
    struct line_spectrum s;
    struct error err = {0};
    const struct linear2 still = {{1, 0, 0, 1}, {0, 0, 0.1}}; /* noise along y alone */
    world_init(&w, linear2_model(&still), side(16, -1, 1), side(16, -1, 1));
    ck_assert(!plane_spectrum_compute(w.generator, 2, &s, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    world_finish(&w);
    for (size_t k = 1; k < 60; k += 3) { /* no memory, anywhere */
        const struct linear2 ou = {{1, 0.5, -0.5, 1}, {0.4, 0.1, 0.3}};
        world_init(&w, linear2_model(&ou), side(8, -1, 1), side(8, -1, 1));
        array_fail_at(k);
        if (plane_spectrum_compute(w.generator, 2, &s, &err))
            line_spectrum_finish(&s);
        else
            ck_assert_int_eq(err.kind, ERROR_MEMORY);
        array_fail_at(0);
        world_finish(&w);
    }
}
END_TEST

Suite *plane_spectrum_suite(void);
Suite *plane_spectrum_suite(void) {
    Suite *s = suite_create("plane_spectrum");
    TCase *rates = tcase_create("rates");
    tcase_set_timeout(rates, 60);
    tcase_add_loop_test(rates, ornstein_uhlenbeck_rates_are_second_order, 0, 2);
    tcase_add_loop_test(rates, multiple_rates_are_found_as_often_as_they_occur, 0, 3);
    tcase_add_test(rates, slowest_rate_times_mean_time_tends_to_two);
    tcase_add_loop_test(rates, slowest_mode_of_an_escape_is_the_quasi_stationary_one, 0, 4);
    tcase_add_test(rates, rates_of_very_different_size_stand_side_by_side);
    tcase_add_test(rates, says_what_is_wrong);
    suite_add_tcase(s, rates);
    TCase *functions = tcase_create("functions");
    tcase_set_timeout(functions, 60);
    tcase_add_loop_test(functions, modes_solve_their_equations_and_are_biorthonormal, 0, 2);
    tcase_add_loop_test(functions, late_evolution_is_a_few_modes, 0, 2);
    suite_add_tcase(s, functions);
    return s;
}
