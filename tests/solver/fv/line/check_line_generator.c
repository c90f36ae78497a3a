/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/field.h"
#include "solver/fv/line/generator.h"
#include "tests/solver/fv_models.h"
#include "tests/solver/line_models.h"
#include <float.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------- models */

/* L = (x^2 - 1)^2 + a2 x with D = a1 */
static double well_b(double x, const double *a) {
    return -4 * x * (x * x - 1) - a[2];
}
static double well_phi(double x, const double *a) {
    return ((x * x - 1) * (x * x - 1) + a[2] * x) / a[1];
}
/* D jumps at 0 from a1 to a1 a2 */
static double jump_D(double x, const double *a) {
    return x < 0 ? a[1] : a[1] * a[2];
}
/* D = a1 (x - a2)^2 + a3 */
static double square_D(double x, const double *a) {
    return a[1] * (x - a[2]) * (x - a[2]) + a[3];
}
static double square_dD(double x, const double *a) {
    return 2 * a[1] * (x - a[2]);
}
/* The two-datapoint system of docs/theory.md 4.2, a0 = T. */
static double pit_q(double x) {
    return 200 * (x - 1) * exp(-100 * (x - 1) * (x - 1));
}
static double pit_b(double x, const double *a) {
    return -a[0] * (2 * (x - 2) * exp(-(x - 2) * (x - 2)) + pit_q(x) / 2);
}
static double pit_D(double x, const double *a) {
    return a[0] * a[0] * pit_q(x) * pit_q(x) / 8;
}
static double pit_dD(double x, const double *a) {
    const double dq = (200 - 4e4 * (x - 1) * (x - 1)) * exp(-100 * (x - 1) * (x - 1));
    return a[0] * a[0] * pit_q(x) * dq / 4;
}

static const struct axis_spec box = {.cells = 128, .lo = -3, .hi = 4};

static struct line_generator *make(const struct model1 *model,
                                   const struct axis_spec *spec) {
    struct error err = {0};
    struct coefficients c = model1_coefficients(model);
    struct grid *grid = grid1(spec);
    struct line_generator *g = line_generator_create(grid, &c, &err);
    ck_assert_msg(g != NULL, "%s", err.message);
    for (size_t f = 0; f <= g->cells; f++) {
        ck_assert_msg(g->left[f] >= 0 && isfinite(g->left[f]), "left[%zu] %g", f,
                      g->left[f]);
        ck_assert_msg(g->right[f] >= 0 && isfinite(g->right[f]), "right[%zu] %g", f,
                      g->right[f]);
        ck_assert(!isnan(g->log_ratio[f]) && !isnan(g->drift[f]) && g->diffusion[f] >= 0);
    }
    return g;
}

static void destroy(struct line_generator *g) {
    struct grid *grid = (struct grid *)(uintptr_t)g->grid;
    line_generator_destroy(g);
    grid_destroy(grid);
}

/* ------------------------------------------------------------- conservation, balance */

static const struct model1 models[] = {
    {well_b, second, NULL, NULL, 0, {0, 0.1, 0.3}},
    {well_b, second, NULL, well_phi, 0, {0, 0.1, 0.3}},
    {linear, pearson_D, pearson_dD, NULL, 0, {1, 0.05, 2}},
    {linear, pearson_D, pearson_dD, NULL, 0.5, {1, 0.05, 2}},
    {linear, pearson_D, pearson_dD, NULL, 1, {1, 0.05, 2}},
    {linear, jump_D, nothing, NULL, 0, {1, 0.3, 0.1}},
    {linear, jump_D, nothing, NULL, 0.3, {1, 0.3, 0.1}},
    {linear, jump_D, nothing, NULL, 1, {1, 0.3, 0.1}},
};
enum { MODELS = sizeof models / sizeof *models };

START_TEST(columns_sum_to_zero) {
    const double at0 = 0;
    for (int kind = 0; kind < 3 * MODELS; kind++) {
        struct axis_spec spec = box;
        spec.spacing = SPACING_SINH, spec.scale = 0.5;
        spec.aligns = 1, spec.align = &at0;
        if (kind % 3 == 1) spec.boundary[0] = spec.boundary[1] = PERIODIC;
        struct line_generator *g = make(&models[kind / 3], &spec);
        double p[128], out[128];
        for (int i = 0; i < 128; i++)
            p[i] = kind % 3 ? 1 + cos(i * i) : i == 7;
        line_generator_apply(g, p, out);
        /* each face is used with both signs: rounding of the fluxes only */
        ck_assert_double_le(fabs(field_mass(g->grid, out)),
                            128 * DBL_EPSILON * line_generator_flux_scale(g, p));
        destroy(g);
    }
}
END_TEST

START_TEST(current_vanishes_at_the_stationary_state) {
    const double at0 = 0;
    for (int k = 0; k < MODELS; k++) {
        struct axis_spec spec = box;
        spec.aligns = 1, spec.align = &at0;
        struct line_generator *g = make(&models[k], &spec);
        struct stationary s;
        struct error err;
        double flux[129];
        ck_assert(line_stationary_compute(g, &s, &err));
        line_generator_flux(g, s.density, flux);
        const double scale = line_generator_flux_scale(g, s.density);
        for (int f = 0; f <= 128; f++)
            ck_assert_double_le(fabs(flux[f]), 1e-13 * scale);
        stationary_finish(&s);
        destroy(g);
    }
}
END_TEST

/* ln p_st differs by 1000s across the grid; the sum of the logarithms has it to rounding.
 */
START_TEST(exponents_of_thousands_do_no_harm) {
    struct model1 m = {well_b, second, NULL, well_phi, 0, {0, 0.02, 0}};
    for (int k = 0; k < 2; k++) {
        m.phi = k ? well_phi : NULL;
        struct line_generator *g = make(&m, &box);
        double sum = 0;
        for (size_t f = 65; f < 128; f++)
            sum += g->log_ratio[f];
        ck_assert_double_lt(sum, -1000);
        destroy(g);
    }
}
END_TEST

/* --------------------------------------------------------------------- small noise */

START_TEST(no_noise_is_upwind) {
    struct model1 m = {linear, NULL, NULL, NULL, 0, {1, 0}};
    struct axis_spec spec = box;
    spec.boundary[0] = spec.boundary[1] = ABSORBING;
    struct line_generator *g = make(&m, &spec);
    for (size_t f = 1; f < 128; f++) { /* mean of b between centres = b at the face */
        const double b = -g->grid->axis[0]->face[f];
        ck_assert_double_eq_tol(g->left[f], fmax(b, 0), 1e-14);
        ck_assert_double_eq_tol(g->right[f], fmax(-b, 0), 1e-14);
    }
    ck_assert(g->right[0] == 0 && g->left[128] == 0); /* the drift points inwards */
    ck_assert(isinf(g->peclet) && g->one_way == 127);
    destroy(g);
    m.a[0] = 0;
    g = make(&m, &spec);
    for (size_t f = 0; f <= 128; f++)
        ck_assert(g->left[f] == 0 && g->right[f] == 0);
    ck_assert(g->one_way == 0 && g->peclet == 0);
    destroy(g);
    m.a[0] = -1; /* outwards: half a cell from the wall */
    g = make(&m, &spec);
    ck_assert_double_eq_tol(g->left[128], 4 - g->grid->axis[0]->width[0] / 4, 1e-13);
    destroy(g);
}
END_TEST

START_TEST(rates_go_to_upwind_as_noise_goes_to_zero) {
    double last = INFINITY;
    for (double D = 1; D > 1e-307; D *= D > 1e-8 ? 0.1 : 1e-50) {
        struct model1 m = {constant, second, NULL, NULL, 0, {0.7, D}};
        struct line_generator *g = make(&m, &box);
        /* b + D/h e^-Pe ... exactly b B(-Pe)/Pe */
        ck_assert_double_ge(g->left[5], 0.7 * (1 - 1e-12));
        ck_assert_double_le(g->left[5], last * (1 + 1e-12));
        last = g->left[5];
        destroy(g);
    }
    ck_assert_double_eq_tol(last, 0.7, 1e-12);
}
END_TEST

/* Wells of width 0.003 in cells of 0.1: the averages of p_st are far from its values at the
 * centres, and the speed is the drift's at the upwind centre all the same. */
START_TEST(cells_that_do_not_resolve_a_well_keep_the_speed_of_the_drift) {
    const struct model1 m = {well_b, second, NULL, NULL, 0, {0, 1e-4, 0}};
    struct line_generator *g =
        make(&m, &(struct axis_spec){.cells = 57, .lo = -2, .hi = 2.07});
    for (size_t f = 1; f < 57; f++) {
        if (fabs(g->log_ratio[f]) < 100) continue; /* the bottoms and the top */
        const double *x = g->grid->axis[0]->centre;
        const double upwind = g->log_ratio[f] > 0 ? x[f - 1] : x[f];
        const double b = fabs(well_b(upwind, m.a)); /* D/h: 1e-3 */
        ck_assert_double_eq_tol(fmax(g->left[f], g->right[f]), b, 5e-3 + 2e-3 * b);
    }
    destroy(g);
}
END_TEST

/* Constant b and D: Scharfetter and Gummel's rates. */
START_TEST(constant_coefficients_give_scharfetter_gummel) {
    for (double b = -50; b <= 50; b += 7.3) {
        struct model1 m = {constant, second, NULL, NULL, 0.5, {b, 0.2}};
        struct line_generator *g = make(&m, &box);
        const double h = 7.0 / 128, Pe = b * h / 0.2;
        ck_assert_double_eq_tol(g->left[9] * (h / 0.2) * expm1(-Pe) / -Pe, 1, 1e-6);
        ck_assert_double_eq_tol(g->right[9] * (h / 0.2) * expm1(Pe) / Pe, 1, 1e-6);
        ck_assert_double_eq_tol(g->log_ratio[9], Pe, 1e-13 * fabs(Pe));
        destroy(g);
    }
}
END_TEST

/* D = 0 on part of the domain and across the rest a jump. */
START_TEST(noise_on_one_side_only) {
    const double at0 = 0;
    struct axis_spec spec = {.cells = 70, .lo = -3, .hi = 4, .aligns = 1, .align = &at0};
    for (int k = 0; k < 2; k++) {
        struct model1 m = {constant, jump_D, nothing, NULL, 0.5, {k ? -0.5 : 0.5, 0.3, 0}};
        struct line_generator *g = make(&m, &spec);
        ck_assert(g->left[30] == fmax(m.a[0], 0) && g->right[30] == fmax(-m.a[0], 0));
        ck_assert(isinf(g->log_ratio[30]) && !isinf(g->log_ratio[29]));
        ck_assert_uint_eq(g->one_way, 40);
        destroy(g);
    }
}
END_TEST

/* docs/theory.md 4.2: S = 0 at W = 1, drift to the right: mass crosses one way only,
 * wherever the point lies in its cell. */
START_TEST(zero_noise_with_drift_is_a_one_way_face) {
    const double at1 = 1;
    for (int k = 0; k < 16; k++) {
        struct model1 m = {pit_b, pit_D, pit_dD, NULL, 0.5, {k % 2 ? 0.02 : 0.002}};
        struct axis_spec spec = {.cells = 200 + 37 * (size_t)k,
                                 .lo = -0.5,
                                 .hi = 2.8,
                                 .aligns = k % 4 == 0,
                                 .align = &at1};
        struct line_generator *g = make(&m, &spec);
        const struct axis *axis = g->grid->axis[0];
        size_t f = axis_find(axis, 1);
        if (axis->centre[f] < 1) f++;
        ck_assert_msg(g->one_way == 1 && g->log_ratio[f] == HUGE_VAL, "%zu one-way faces",
                      g->one_way);
        /* speed T * 0.735758882 there */
        ck_assert_double_eq_tol(g->left[f] / m.a[0], 0.735758882, 1e-8);
        ck_assert(g->right[f] == 0 && g->diffusion[f] == 0);
        destroy(g);
    }
}
END_TEST

/* Drift -1, D = (x - z)^2/100 with z at a face or a little beside it: what lies above moves
 * down, through every face, at about the drift. */
START_TEST(mass_passes_a_zero_of_the_noise_wherever_it_lies_in_its_cell) {
    const double beside[] = {0,    1e-16, 1e-13, 1e-10, 1e-7, 1e-4,
                             1e-3, 0.01,  0.03,  0.1,   0.3,  0.7};
    for (size_t k = 0; k < 2 * sizeof beside / sizeof *beside; k++) {
        const struct axis_spec spec = {.cells = 200, .lo = -3, .hi = 3};
        const double z = 0.6 + 0.03 * (k % 2 ? -1 : 1) * beside[k / 2];
        struct model1 m = {constant, square_D, square_dD, NULL, 0, {-1, 0.01, z, 0}};
        struct line_generator *g = make(&m, &spec);
        for (size_t f = 100; f < 140; f++)
            ck_assert_msg(g->right[f] > 0.8 && g->right[f] < 1.3 && g->left[f] < 1e-3,
                          "%zu: face %zu: %g up, %g down", k, f, g->left[f], g->right[f]);
        destroy(g);
    }
}
END_TEST

START_TEST(small_noise_is_no_zero_and_a_zero_without_drift_is_shut) {
    struct model1 m = {constant, square_D, square_dD, NULL, 0, {0.5, 1, 0.3, 1e-12}};
    struct line_generator *g = make(&m, &box);
    ck_assert_uint_eq(g->one_way, 0);
    destroy(g);
    m.a[3] = 0;
    g = make(&m, &box);
    ck_assert_uint_eq(g->one_way, 1);
    destroy(g);
    m.a[0] = 0; /* neither noise nor drift: nothing crosses */
    g = make(&m, &box);
    size_t f = axis_find(g->grid->axis[0], 0.3);
    if (g->grid->axis[0]->centre[f] < 0.3) f++;
    ck_assert(g->left[f] == 0 && g->right[f] == 0 && g->one_way == 0);
    destroy(g);
}
END_TEST

/* -------------------------------------------------------------------------- walls */

/* Mean time from x to the absorbing end: A^T tau = -1 by elimination from the reflecting
 * end, where the current through face f is what is left of it (docs/theory.md 6.2). */
static double escape_time(const struct line_generator *g, double from) {
    double gain[4096], sum = 0; /* tau_{i} - tau_{i+1} */
    const double *h = g->grid->axis[0]->width;
    for (size_t i = 0; i < g->cells; i++) {
        const double back = i > 0 ? g->right[i] * gain[i - 1] : 0;
        gain[i] = (h[i] + back) / g->left[i + 1];
    }
    for (size_t i = axis_find(g->grid->axis[0], from); i < g->cells; i++)
        sum += gain[i];
    return sum;
}

/* L = x^4/4 - x^2/2 at Theta = 0.2: from -1 (a face: the mean of its two cells) to 0. */
static double quartic_b(double x, const double *a) {
    return x - x * x * x + 0 * a[0];
}
START_TEST(time_to_reach_an_absorbing_wall_is_exact_to_second_order) {
    const double at = -1;
    double error[2];
    for (int k = 0; k < 2; k++) {
        struct model1 m = {quartic_b, second, NULL, NULL, 0, {0, 0.2}};
        struct axis_spec spec = {.cells = k ? 512 : 256,
                                 .lo = -4,
                                 .hi = 0,
                                 .aligns = 1,
                                 .align = &at,
                                 .boundary = {REFLECTING, ABSORBING}};
        struct line_generator *g = make(&m, &spec);
        ck_assert(g->absorbing);
        const double h = g->grid->axis[0]->width[0];
        error[k] =
            0.5 * (escape_time(g, -1 - h / 2) + escape_time(g, -1 + h / 2)) - 7.9340215400;
        destroy(g);
    }
    ck_assert_double_lt(fabs(error[1]), 1e-4);
    ck_assert_double_eq_tol(error[0] / error[1], 4, 0.1);
}
END_TEST

START_TEST(ring_closes_with_the_same_rates_at_both_ends) {
    struct model1 m = {constant, pearson_D, pearson_dD, NULL, 0.5, {0.4, 0.2, 1}};
    struct axis_spec spec = {
        .cells = 50, .lo = -1, .hi = 1, .boundary = {PERIODIC, PERIODIC}};
    struct line_generator *g = make(&m, &spec);
    ck_assert(g->periodic && g->left[0] == g->left[50] && g->right[0] == g->right[50]);
    ck_assert(g->left[0] > 0 && g->log_ratio[0] == g->log_ratio[50]);
    double p[50] = {[49] = 1}, out[50];
    line_generator_apply(g, p, out);
    ck_assert(out[0] > 0 && out[48] > 0 && out[49] < 0 && out[1] == 0);
    destroy(g);
}
END_TEST

/* ----------------------------------------------------------------------- failures */

static double broken(double x, const double *a) {
    return x > 0 ? a[0] : (double)NAN;
}
static bool refuses(const void *self, size_t n, const double *const *x, double *out,
                    struct error *err) {
    (void)self, (void)n, (void)x, (void)out;
    return (fail)(err, ERROR_RUN, "drift is nan at w = 0.3");
}

START_TEST(bad_coefficients_are_refused_in_one_sentence) {
    struct grid *grid = grid1(&box);
    struct error err = {0};
    struct model1 m = {broken, second, NULL, NULL, 0, {1, 1}};
    struct coefficients c = model1_coefficients(&m);
    ck_assert_ptr_null(line_generator_create(grid, &c, &err));
    ck_assert_msg(strstr(err.message, "must be finite"), "%s", err.message);
    m = (struct model1){constant, second, NULL, NULL, 0, {1, -1}};
    ck_assert_ptr_null(line_generator_create(grid, &c, &err));
    ck_assert_msg(strstr(err.message, "must not be negative"), "%s", err.message);
    c.drift = refuses;
    ck_assert_ptr_null(line_generator_create(grid, &c, &err));
    ck_assert_str_eq(err.message, "drift is nan at w = 0.3");
    grid_destroy(grid);
}
END_TEST

START_TEST(every_allocation_may_fail) {
    struct grid *grid = grid1(&box);
    struct coefficients c = model1_coefficients(&models[2]);
    size_t k = 1;
    for (;; k++) {
        struct error err = {0};
        array_fail_at(k);
        struct line_generator *g = line_generator_create(grid, &c, &err);
        array_fail_at(0);
        line_generator_destroy(g);
        if (g) break;
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
    }
    ck_assert_uint_gt(k, 10);
    grid_destroy(grid);
}
END_TEST

Suite *line_generator_suite(void);
Suite *line_generator_suite(void) {
    Suite *suite = suite_create("line_generator");
    TCase *exact = tcase_create("exact");
    tcase_add_test(exact, columns_sum_to_zero);
    tcase_add_test(exact, current_vanishes_at_the_stationary_state);
    tcase_add_test(exact, exponents_of_thousands_do_no_harm);
    tcase_add_test(exact, constant_coefficients_give_scharfetter_gummel);
    suite_add_tcase(suite, exact);
    TCase *noise = tcase_create("small noise");
    tcase_add_test(noise, no_noise_is_upwind);
    tcase_add_test(noise, rates_go_to_upwind_as_noise_goes_to_zero);
    tcase_add_test(noise, cells_that_do_not_resolve_a_well_keep_the_speed_of_the_drift);
    tcase_add_test(noise, noise_on_one_side_only);
    tcase_add_test(noise, zero_noise_with_drift_is_a_one_way_face);
    tcase_add_test(noise, mass_passes_a_zero_of_the_noise_wherever_it_lies_in_its_cell);
    tcase_add_test(noise, small_noise_is_no_zero_and_a_zero_without_drift_is_shut);
    suite_add_tcase(suite, noise);
    TCase *walls = tcase_create("walls");
    tcase_add_test(walls, time_to_reach_an_absorbing_wall_is_exact_to_second_order);
    tcase_add_test(walls, ring_closes_with_the_same_rates_at_both_ends);
    suite_add_tcase(suite, walls);
    TCase *failures = tcase_create("failures");
    tcase_add_test(failures, bad_coefficients_are_refused_in_one_sentence);
    tcase_add_test(failures, every_allocation_may_fail);
    suite_add_tcase(suite, failures);
    return suite;
}
