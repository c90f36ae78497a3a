/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/axis.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <string.h>

static struct axis *make(const struct axis_spec *spec) {
    struct error err = {0};
    struct axis *axis = axis_create(spec, &err);
    ck_assert_msg(axis != NULL, "%s", err.message);
    return axis;
}

static void refused(const struct axis_spec *spec, const char *words) {
    struct error err = {0};
    ck_assert_ptr_null(axis_create(spec, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    ck_assert_msg(strstr(err.message, words) != NULL, "%s", err.message);
}

/* Largest relative change of width from one cell to the next. */
static double jump(const struct axis *a) {
    double most = 0;
    for (size_t i = 1; i < a->cells; i++)
        most = fmax(most, fabs(log(a->width[i] / a->width[i - 1])));
    return most;
}

static bool has_face(const struct axis *a, double x) {
    for (size_t i = 0; i <= a->cells; i++)
        if (a->face[i] == x) return true;
    return false;
}

START_TEST(uniform_is_symmetric_to_the_bit) {
    for (size_t n = 3; n < 400; n += 7) {
        struct axis *a = make(&(struct axis_spec){.cells = n, .lo = -8, .hi = 8});
        for (size_t i = 0; i <= n; i++)
            ck_assert(a->face[i] == -a->face[n - i]);
        for (size_t i = 0; i < n; i++)
            ck_assert(a->centre[i] == -a->centre[n - 1 - i]);
        ck_assert(a->face[0] == -8 && a->face[n] == 8 && a->smooth);
        axis_destroy(a);
    }
}
END_TEST

START_TEST(ends_are_exact) {
    const double lo = -1.0 / 3, hi = 0.7;
    for (int s = SPACING_UNIFORM; s <= SPACING_GEOMETRIC; s++) {
        struct axis *a = make(&(struct axis_spec){
            .spacing = s, .cells = 101, .lo = lo, .hi = hi, .scale = 0.1, .ratio = 30});
        ck_assert(a->face[0] == lo && a->face[101] == hi);
        axis_destroy(a);
    }
}
END_TEST

START_TEST(sinh_and_refined_are_symmetric_to_the_bit) {
    const struct refinement at[] = {{-2, 0.5, 8}, {2, 0.5, 8}};
    const struct axis_spec specs[] = {
        {.spacing = SPACING_SINH, .cells = 128, .lo = -5, .hi = 5, .scale = 0.2},
        {.cells = 127, .lo = -5, .hi = 5, .refinements = 2, .refine = at}};
    for (int k = 0; k < 2; k++) {
        struct axis *a = make(&specs[k]);
        for (size_t i = 0; i <= a->cells; i++)
            ck_assert(a->face[i] == -a->face[a->cells - i]);
        axis_destroy(a);
    }
}
END_TEST

/* Faces are about + scale sinh(u), so that asinh of them has equal steps. */
START_TEST(sinh_has_equal_steps_of_asinh) {
    struct axis *a = make(&(struct axis_spec){.spacing = SPACING_SINH,
                                              .cells = 64,
                                              .lo = -3,
                                              .hi = 10,
                                              .about = 1,
                                              .scale = 0.3});
    const double step = (asinh(9 / 0.3) - asinh(-4 / 0.3)) / 64;
    for (size_t i = 0; i < 64; i++) /* widths from 1e-2: differences lose three digits */
        ck_assert_double_eq_tol(
            asinh((a->face[i + 1] - 1) / 0.3) - asinh((a->face[i] - 1) / 0.3), step, 1e-12);
    axis_destroy(a);
}
END_TEST

START_TEST(geometric_widths_grow_by_a_constant_ratio) {
    const double ratios[] = {1000, 1, 0.02};
    for (int k = 0; k < 3; k++) {
        struct axis *a = make(&(struct axis_spec){.spacing = SPACING_GEOMETRIC,
                                                  .cells = 50,
                                                  .lo = 0,
                                                  .hi = 3,
                                                  .ratio = ratios[k]});
        ck_assert_double_eq_tol(a->width[49] / a->width[0] / ratios[k], 1, 1e-11);
        for (size_t i = 1; i < 50; i++)
            ck_assert_double_eq_tol(a->width[i] / a->width[i - 1], pow(ratios[k], 1.0 / 49),
                                    1e-11);
        axis_destroy(a);
    }
}
END_TEST

/* s(x) of a refined uniform axis in closed form, with erf: faces are equal steps of it. */
START_TEST(refinement_equidistributes_its_monitor) {
    const struct refinement at = {.at = 0.7, .width = 0.05, .factor = 20};
    struct axis *a = make(&(struct axis_spec){
        .cells = 200, .lo = -2, .hi = 4, .refinements = 1, .refine = &at});
    double s0 = 0, total = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i <= 200; i++) {
            const double x = a->face[i];
            const double s = (x + 2) + 19 * 0.05 * sqrt(M_PI) / 2 *
                                           (erf((x - 0.7) / 0.05) - erf(-2.7 / 0.05));
            if (pass == 0)
                total = s; /* panels of half a width: 1e-14 of the total */
            else
                ck_assert_double_eq_tol(s - s0, total * (double)i / 200, 1e-13 * total);
        }
    ck_assert(a->smooth);
    ck_assert_double_eq_tol(a->width[0] / a->width[axis_find(a, 0.7)], 20, 0.3);
    axis_destroy(a);
}
END_TEST

START_TEST(aligned_points_are_faces_to_the_bit) {
    const double align[] = {1.0 / 3, -0.7, 2.9, 0.1};
    const struct refinement at = {.at = 0.3, .width = 0.2, .factor = 5};
    for (int s = SPACING_UNIFORM; s <= SPACING_GEOMETRIC; s++)
        for (size_t multiple = 1; multiple <= 4; multiple *= 2) {
            struct axis *a = make(&(struct axis_spec){.spacing = s,
                                                      .cells = 400,
                                                      .lo = -2,
                                                      .hi = 4,
                                                      .scale = 0.5,
                                                      .ratio = 5,
                                                      .aligns = 4,
                                                      .align = align,
                                                      .refinements = 1,
                                                      .refine = &at,
                                                      .multiple = multiple});
            for (int k = 0; k < 4; k++) {
                ck_assert(has_face(a, align[k]));
                ck_assert(axis_find(a, align[k]) % multiple == 0);
            }
            ck_assert_double_lt(jump(a), 0.25);
            axis_destroy(a);
        }
}
END_TEST

/* Making a nearly symmetric axis symmetric must not move the aligned points. */
START_TEST(aligned_points_win_over_symmetry) {
    const double align = nextafter(1, 2);
    struct axis *a = make(
        &(struct axis_spec){.cells = 16, .lo = -8, .hi = 8, .aligns = 1, .align = &align});
    ck_assert(a->face[9] == align);
    axis_destroy(a);
}
END_TEST

START_TEST(aligned_where_faces_are_anyway_changes_nothing) {
    const double align[] = {0, 1};
    struct axis *a = make(&(struct axis_spec){
        .cells = 96, .lo = -2, .hi = 4, .aligns = 2, .align = align, .multiple = 4});
    ck_assert(a->smooth && a->face[32] == 0 && a->face[48] == 1);
    ck_assert_double_lt(jump(a), 1e-12);
    axis_destroy(a);
    a = make(
        &(struct axis_spec){.cells = 95, .lo = -2, .hi = 4, .aligns = 2, .align = align});
    ck_assert(!a->smooth);
    ck_assert_double_lt(jump(a), 0.1);
    axis_destroy(a);
}
END_TEST

START_TEST(coarse_axis_uses_every_second_face) {
    const double align = 0.123;
    struct axis *a = make(&(struct axis_spec){
        .cells = 64, .lo = -2, .hi = 4, .aligns = 1, .align = &align, .multiple = 4});
    struct error err = {0};
    struct axis *b = axis_coarsen(a, 4, &err);
    ck_assert_ptr_nonnull(b);
    ck_assert(has_face(b, align));
    for (size_t i = 0; i <= 16; i++)
        ck_assert(b->face[i] == a->face[4 * i]);
    ck_assert_ptr_null(axis_coarsen(b, 3, &err));
    axis_destroy(b);
    axis_destroy(a);
}
END_TEST

START_TEST(find_returns_the_cell_that_contains) {
    struct axis *a = make(&(struct axis_spec){
        .spacing = SPACING_SINH, .cells = 33, .lo = -3, .hi = 2, .scale = 0.1});
    for (size_t i = 0; i < 33; i++) {
        ck_assert_uint_eq(axis_find(a, a->centre[i]), i);
        ck_assert_uint_eq(axis_find(a, a->face[i]), i);
    }
    ck_assert_uint_eq(axis_find(a, 2), 32);
    ck_assert_uint_eq(axis_find(a, 2.0001), 33);
    ck_assert_uint_eq(axis_find(a, -3.0001), 33);
    ck_assert_uint_eq(axis_find(a, NAN), 33);
    axis_destroy(a);
}
END_TEST

START_TEST(bad_specs_get_one_sentence) {
    const double nodes[] = {0, 1, 1, 2}, good[] = {0, 0.5, 1, 2}, align[] = {0.5, 1.5},
                 out = 7;
    const struct refinement at = {.at = 0, .width = 0, .factor = 2};
    const enum boundary odd[2] = {PERIODIC, REFLECTING};
    refused(&(struct axis_spec){.cells = 10, .lo = 1, .hi = 1}, "min must be below max");
    refused(&(struct axis_spec){.cells = 10, .lo = NAN, .hi = 1}, "min must be below max");
    refused(&(struct axis_spec){.cells = 1, .lo = 0, .hi = 1}, "at least 2");
    refused(&(struct axis_spec){.cells = 10, .lo = 0, .hi = 1, .multiple = 4},
            "such as 12");
    refused(
        &(struct axis_spec){
            .cells = 4, .lo = 0, .hi = 2, .aligns = 2, .align = align, .multiple = 2},
        "at least 6 are needed");
    refused(&(struct axis_spec){.cells = 4, .lo = 0, .hi = 2, .aligns = 1, .align = &out},
            "not inside (0, 2)");
    refused(&(struct axis_spec){.spacing = SPACING_NODES,
                                .cells = 3,
                                .lo = 0,
                                .hi = 2,
                                .nodes = 4,
                                .node = nodes},
            "faces must increase");
    refused(&(struct axis_spec){.spacing = SPACING_NODES,
                                .cells = 3,
                                .lo = 0,
                                .hi = 2,
                                .nodes = 3,
                                .node = nodes},
            "3 nodes for 3 cells");
    refused(&(struct axis_spec){.spacing = SPACING_NODES,
                                .cells = 3,
                                .lo = 0,
                                .hi = 2,
                                .nodes = 4,
                                .node = good,
                                .aligns = 2,
                                .align = align},
            "not one of the nodes");
    refused(&(struct axis_spec){.spacing = SPACING_SINH, .cells = 9, .lo = 0, .hi = 1},
            "scale");
    refused(&(struct axis_spec){.spacing = SPACING_GEOMETRIC, .cells = 9, .lo = 0, .hi = 1},
            "ratio");
    refused(
        &(struct axis_spec){.cells = 9, .lo = 0, .hi = 1, .refinements = 1, .refine = &at},
        "width must be above 0");
    refused(&(struct axis_spec){.cells = 9, .lo = 1, .hi = 1 + 40 * DBL_EPSILON},
            "narrower");
    struct axis_spec spec = {.cells = 9, .lo = 0, .hi = 1};
    memcpy(spec.boundary, odd, sizeof odd);
    refused(&spec, "periodic");
}
END_TEST

START_TEST(every_allocation_may_fail) {
    const double align = 0.3;
    const struct refinement at = {.at = 0.3, .width = 0.1, .factor = 2};
    size_t k = 1;
    for (;; k++) {
        struct error err = {0};
        array_fail_at(k);
        struct axis *a = axis_create(&(struct axis_spec){.cells = 20,
                                                         .lo = 0,
                                                         .hi = 1,
                                                         .aligns = 1,
                                                         .align = &align,
                                                         .refinements = 1,
                                                         .refine = &at},
                                     &err);
        array_fail_at(0);
        axis_destroy(a);
        if (a) break;
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
    }
    ck_assert_uint_gt(k, 7);
}
END_TEST

/* Where the number divides, every face is one of the finer axis, to the bit; else equal cells
 * stay equal. */
START_TEST(thin_axis_uses_faces_or_equal_cells) {
    struct error err = {0};
    struct axis *a = axis_create(&(struct axis_spec){.spacing = SPACING_SINH,
                                                     .cells = 60,
                                                     .lo = -3,
                                                     .hi = 5,
                                                     .about = 1,
                                                     .scale = 0.3},
                                 &err);
    struct axis *u = axis_create(&(struct axis_spec){.cells = 61, .lo = -2, .hi = 7}, &err);
    struct axis *by_5 = axis_thin(a, 12, &err), *equal = axis_thin(u, 7, &err);
    ck_assert(by_5 && equal);
    for (size_t k = 0; k <= 12; k++)
        ck_assert_double_eq(by_5->face[k], a->face[5 * k]);
    for (size_t k = 0; k < 7; k++)
        ck_assert_double_eq_tol(equal->width[k], 9.0 / 7, 64 * DBL_EPSILON);
    ck_assert_double_eq(equal->face[0], -2);
    ck_assert_double_eq(equal->face[7], 7);
    axis_destroy(equal);
    axis_destroy(by_5);
    axis_destroy(u);
    axis_destroy(a);
}
END_TEST

Suite *axis_suite(void);
Suite *axis_suite(void) {
    Suite *suite = suite_create("axis");
    TCase *exact = tcase_create("faces");
    tcase_add_test(exact, uniform_is_symmetric_to_the_bit);
    tcase_add_test(exact, ends_are_exact);
    tcase_add_test(exact, sinh_and_refined_are_symmetric_to_the_bit);
    tcase_add_test(exact, sinh_has_equal_steps_of_asinh);
    tcase_add_test(exact, geometric_widths_grow_by_a_constant_ratio);
    tcase_add_test(exact, refinement_equidistributes_its_monitor);
    tcase_add_test(exact, aligned_points_are_faces_to_the_bit);
    tcase_add_test(exact, aligned_points_win_over_symmetry);
    tcase_add_test(exact, aligned_where_faces_are_anyway_changes_nothing);
    tcase_add_test(exact, coarse_axis_uses_every_second_face);
    tcase_add_test(exact, thin_axis_uses_faces_or_equal_cells);
    tcase_add_test(exact, find_returns_the_cell_that_contains);
    suite_add_tcase(suite, exact);
    TCase *refusals = tcase_create("refusals");
    tcase_add_test(refusals, bad_specs_get_one_sentence);
    tcase_add_test(refusals, every_allocation_may_fail);
    suite_add_tcase(suite, refusals);
    return suite;
}
