/* SPDX-License-Identifier: GPL-3.0-or-later
 * The sweeps through a front's factors, against their formulas state by state. */
#include "solver/linalg/front.h"
#include "solver/linalg/front_panels.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 40, ROOM = MOST * (MOST + 1) };

struct factored {
    size_t n, own;
    double R[ROOM], rows[ROOM + 2 * PANEL], columns[ROOM + 2 * PANEL];
};

static struct factored factored_of(size_t n, size_t own) {
    struct factored f = {.n = n, .own = own};
    for (size_t k = 0; k < n * (n + 1); k++)
        f.R[k] = exp(8 * ((double)rand() / RAND_MAX - 0.5));
    ck_assert_uint_eq(front_eliminate(f.R, n, own), own);
    front_store_rows(f.R, n, own, f.rows + PANEL);
    front_store_columns(f.R, n, own, f.columns + PANEL);
    return f;
}

/* The sweep `which` of front_panels.h. */
static void plain(const struct factored *f, int which, double *v) {
    const size_t n = f->n, w = n + 1;
    const double *R = f->R;
    for (size_t turn = 0; turn < f->own; turn++) {
        const size_t k = which % 2 == 0 ? turn : f->own - 1 - turn;
        if (which == 2) v[k] /= R[k * w + k];
        for (size_t j = k + 1; j < n; j++) {
            if (which == 0) v[j] += v[k] * R[k * w + j];
            if (which == 1) v[k] += v[j] * R[j * w + k];
            if (which == 2) v[j] += v[k] * R[j * w + k];
            if (which == 3) v[k] += v[j] * R[k * w + j];
        }
        if (which == 1) v[k] /= R[k * w + k];
    }
}

static void by_panels(const struct factored *f, int which, double *v) {
    if (which == 0) front_lift_masses(f->n, f->own, f->rows + PANEL, v);
    if (which == 1) front_lower_masses(f->n, f->own, f->columns + PANEL, v);
    if (which == 2) front_lift_functions(f->n, f->own, f->columns + PANEL, v);
    if (which == 3) front_lower_functions(f->n, f->own, f->rows + PANEL, v);
}

/* Only sums, products and quotients of numbers >= 0: relative errors of n eps, entry by
 * entry. Nothing behind v[n] is touched. */
START_TEST(a_sweep_is_its_formula) {
    srand(11);
    for (size_t n = 1; n <= MOST; n += n < 20 ? 1 : 7)
        for (size_t own = 1; own <= n; own++) {
            const struct factored f = factored_of(n, own);
            double want[MOST], v[MOST + 1];
            for (size_t k = 0; k < n; k++)
                want[k] = v[k] = (double)rand() / RAND_MAX;
            v[n] = -1;
            plain(&f, _i, want);
            by_panels(&f, _i, v);
            for (size_t k = 0; k < n; k++)
                ck_assert_msg(fabs(v[k] / want[k] - 1) < 100 * DBL_EPSILON,
                              "n %zu, own %zu, state %zu: %g for %g", n, own, k, v[k],
                              want[k]);
            ck_assert_double_eq(v[n], -1);
        }
}
END_TEST

/* The factors take just the room they say. */
START_TEST(no_number_is_stored_twice) {
    const struct factored f = factored_of(MOST, 21);
    ck_assert_uint_eq(front_rows(MOST, 21), 21 * MOST - 21 * 22 / 2);
    ck_assert_double_ne(f.rows[PANEL + front_rows(MOST, 21) - 1], 0);
    ck_assert_double_eq(f.rows[PANEL + front_rows(MOST, 21)], 0);
    ck_assert_double_ne(f.columns[PANEL + front_columns(MOST, 21) - 1], 0);
    ck_assert_double_eq(f.columns[PANEL + front_columns(MOST, 21)], 0);
}
END_TEST

Suite *front_panels_suite(void);
Suite *front_panels_suite(void) {
    Suite *s = suite_create("front_panels");
    TCase *t = tcase_create("front_panels");
    tcase_add_loop_test(t, a_sweep_is_its_formula, 0, 4);
    tcase_add_test(t, no_number_is_stored_twice);
    suite_add_tcase(s, t);
    return s;
}
