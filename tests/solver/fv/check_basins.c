/* SPDX-License-Identifier: GPL-3.0-or-later
 * Basins from slow functions: plateaus with smooth walls between them, in any basis. */
#include "solver/fv/basins.h"
#include <check.h>
#include <math.h>

enum { CELLS = 300 };

/* Membership of basin c of n equal ones on [0, 1], smooth walls; they sum to 1. */
static double member(int c, int n, double x) {
    const double wall = 60;
    const double lower = c == 0 ? 1 : 1 / (1 + exp(-wall * (x - (double)c / n)));
    const double upper = c == n - 1 ? 0 : 1 / (1 + exp(-wall * (x - (c + 1.) / n)));
    return lower - upper;
}

/* Functions = any independent combinations of the memberships: the same basins. */
START_TEST(plateaus_are_found_whatever_the_basis) {
    static const double mix[3][4] = {{1, -1, .5, -.5}, {.3, 2, -1.1, -1}, {-2, .1, .7, 3}};
    double value[3][CELLS], *left[3] = {value[0], value[1], value[2]};
    int basin[CELLS];
    struct error err = {0};
    const int n = _i; /* basins */
    for (int i = 0; i < CELLS; i++)
        for (int k = 0; k < n - 1; k++) {
            value[k][i] = 0;
            for (int c = 0; c < n; c++)
                value[k][i] += mix[k][c] * member(c, n, (i + .5) / CELLS);
        }
    ck_assert_msg(basins_find((size_t)n - 1, left, CELLS, basin, &err), "%s", err.message);
    for (int i = 0; i < CELLS; i++) {
        const double x = (i + .5) / CELLS * n; /* within 1 % of a wall either will do */
        if (fabs(x - round(x)) > .05) ck_assert_int_eq(basin[i], (int)x);
    }
}
END_TEST

START_TEST(numbers_follow_the_cells) {
    double value[CELLS], *left[1] = {value};
    int basin[CELLS];
    struct error err = {0};
    for (int i = 0; i < CELLS; i++)
        value[i] = i < 100 ? 5 : -1; /* the larger part has the smaller value */
    ck_assert(basins_find(1, left, CELLS, basin, &err));
    ck_assert_int_eq(basin[0], 0);
    ck_assert_int_eq(basin[99], 0);
    ck_assert_int_eq(basin[100], 1);
}
END_TEST

START_TEST(refuses_functions_that_are_dependent) {
    double value[CELLS], *left[2] = {value, value};
    int basin[CELLS];
    struct error err = {0};
    for (int i = 0; i < CELLS; i++)
        value[i] = i < 100 ? 1 : -1;
    ck_assert(!basins_find(2, left, CELLS, basin, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
}
END_TEST

Suite *basins_suite(void);
Suite *basins_suite(void) {
    Suite *s = suite_create("basins");
    TCase *t = tcase_create("basins");
    tcase_add_loop_test(t, plateaus_are_found_whatever_the_basis, 2, 5);
    tcase_add_test(t, numbers_follow_the_cells);
    tcase_add_test(t, refuses_functions_that_are_dependent);
    suite_add_tcase(s, t);
    return s;
}
