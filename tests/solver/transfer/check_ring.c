/* SPDX-License-Identifier: GPL-3.0-or-later
 * The law of a sum of draws: of integers against dynamic programming over the examples, of
 * other numbers against all batches. */
#include "solver/transfer/reach.h"
#include "solver/transfer/ring.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

#define OK(call) ck_assert_msg((call), "%s", err.message)

/* All masses of the sum; freed by the caller. */
static struct outcome *law_of(int dims, size_t n, size_t B, bool replacement,
                              double *const *s, size_t *count) {
    struct ring *ring = ring_create(dims, n, B, replacement, &err);
    OK(ring != NULL);
    struct ring_work *work = ring_work_create(ring, &err);
    struct outcome *out = array_create(ring_most(ring), sizeof *out, &err);
    OK(work != NULL && out != NULL);
    ck_assert_double_eq(ring_excess(ring, s), 1);
    *count = ring_law(ring, s, work, out);
    ring_work_destroy(work);
    ring_destroy(ring);
    return out;
}

/* --- Integers --------------------------------------------------------------------- */

enum { SIDE = 400, LINE = 2 * SIDE + 1 };

/* next[k] += weight * now[k - by] */
static void shift_add(const double *now, long by, double weight, double *next) {
    for (long k = 0; k < LINE; k++)
        if (k - by >= 0 && k - by < LINE) next[k] += weight * now[k - by];
}

/* B draws one after another. */
static void draw_with(size_t n, const double *s, size_t B, double *p) {
    double next[LINE];
    memset(p, 0, LINE * sizeof *p);
    p[SIDE] = 1;
    for (size_t b = 0; b < B; b++) {
        memset(next, 0, sizeof next);
        for (size_t j = 0; j < n; j++)
            shift_add(p, (long)s[j], 1 / (double)n, next);
        memcpy(p, next, sizeof next);
    }
}

/* p[b][k]: probability of b drawn so far with the sum k, when each example goes into one of
 * `B` of the places left among n. */
static void draw_without(size_t n, const double *s, size_t B, double *p) {
    double(*now)[LINE] = calloc(B + 1, sizeof *now), (*next)[LINE];
    now[0][SIDE] = 1;
    for (size_t j = 0; j < n; j++) {
        next = calloc(B + 1, sizeof *next);
        for (size_t b = 0; b <= B && b <= j; b++) {
            const double take = (double)(B - b) / (double)(n - j);
            if (b < B) shift_add(now[b], (long)s[j], take, next[b + 1]);
            shift_add(now[b], 0, 1 - take, next[b]);
        }
        free(now);
        now = next;
    }
    memcpy(p, now[B], sizeof now[B]);
    free(now);
}

static const struct {
    size_t n, B;
    bool replacement;
    double size; /* of the integers */
} draws[] = {
    {6, 3, true, 4},    {30, 20, true, 3},   {6, 3, false, 4},     {6, 5, false, 4},
    {40, 20, false, 3}, {300, 90, false, 2}, {1200, 60, false, 2}, {500, 400, false, 1},
};
enum { DRAWS = sizeof draws / sizeof *draws };

/* Integers of mean 0. */
static void some_integers(size_t n, double size, double *s) {
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += s[j] = round(size * sin(1 + 2.7 * (double)j * (double)(j % 5 + 1)));
    for (size_t j = 0; sum != 0; j = (j + 1) % n) {
        const double by = sum > 0 ? -1 : 1;
        s[j] += by, sum += by;
    }
}

START_TEST(sums_of_integers_have_their_exact_law) {
    const size_t n = draws[_i].n, B = draws[_i].B;
    double *s = array_create(n, sizeof *s, &err), p[LINE];
    some_integers(n, draws[_i].size, s);
    (draws[_i].replacement ? draw_with : draw_without)(n, s, B, p);
    size_t count;
    struct outcome *out = law_of(1, n, B, draws[_i].replacement, &s, &count);
    for (size_t k = 0; k < count; k++) {
        const long at = (long)out[k].landing[0] + SIDE;
        ck_assert(at >= 0 && at < LINE);
        ck_assert_double_eq_tol(out[k].probability, p[at], 1e-13);
        p[at] = 0;
    }
    for (size_t k = 0; k < LINE; k++)
        ck_assert_double_lt(p[k], 1e-12); /* nothing is left out */
    free(out);
    free(s);
}
END_TEST

START_TEST(in_the_plane_too) {
    enum { N = 5, B = 2 };
    double x[N] = {-2, 1, 0, 3, -2}, y[N] = {1, 1, -3, 0, 1}, *s[2] = {x, y};
    for (int replacement = 0; replacement < 2; replacement++) {
        size_t count;
        struct outcome *out = law_of(2, N, B, replacement == 1, s, &count);
        double sum = 0;
        for (size_t k = 0; k < count; k++) {
            double expected = 0;
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++)
                    if (x[i] + x[j] == out[k].landing[0] &&
                        y[i] + y[j] == out[k].landing[1] && (replacement == 1 || i != j))
                        expected += replacement == 1 ? 0.04 : 0.05;
            ck_assert_double_eq_tol(out[k].probability, expected, 1e-15);
            sum += expected;
        }
        ck_assert_double_eq_tol(sum, 1, 1e-14);
        free(out);
    }
}
END_TEST

/* --- Other numbers ---------------------------------------------------------------- */

/* E cos(omega S) over all batches of three out of n. */
static double by_batches(size_t n, const double *s, bool replacement, double omega) {
    double sum = 0, batches = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++) {
                if (!replacement && (i == j || j == k || i == k)) continue;
                sum += cos(omega * (s[i] + s[j] + s[k]));
                batches++;
            }
    return sum / batches;
}

/* Four numbers for each integer of the one before: the error falls as the fourth power. */
START_TEST(a_ring_is_fourth_order_in_its_unit) {
    enum { N = 9, UNITS = 4 };
    const bool replacement = _i == 1;
    double error[UNITS], unit = 1,
                         base[N] = {-1.3, 0.4, 2.1, -0.8, 1.9, -2.2, 0.55, -1.45, 0.8};
    for (int u = 0; u < UNITS; u++, unit /= 2) {
        double scaled[N], *s = scaled, found = 0;
        for (int j = 0; j < N; j++)
            scaled[j] = base[j] / unit;
        size_t count;
        struct outcome *out = law_of(1, N, 3, replacement, &s, &count);
        for (size_t k = 0; k < count; k++)
            found += out[k].probability * cos(0.9 * unit * out[k].landing[0]);
        error[u] = fabs(found - by_batches(N, base, replacement, 0.9));
        free(out);
    }
    const double slope = log2(error[0] / error[UNITS - 1]) / (UNITS - 1);
    ck_assert_msg(slope > 3.7 && slope < 4.4, "order %g: errors %g ... %g", slope, error[0],
                  error[UNITS - 1]);
}
END_TEST

/* Rare large numbers, with every sum of two draws and more inside the bound. */
START_TEST(no_sum_goes_beyond_its_reach) {
    enum { N = 1000 };
    double s[N] = {0}, reach;
    s[0] = 30, s[1] = -30; /* together in any batch of 1000 draws, but not 1000 times */
    reach = reach_of_sum(N, s, 1);
    ck_assert_double_ge(reach, 30);
    ck_assert_double_lt(reach, 30 + 1e-9);
    for (int j = 0; j < N; j++)
        s[j] = j % 2 == 0 ? 1 : -1;
    /* 10000 coins: 8.9 standard deviations, 2e-19 on each side; 1 % more or less. */
    reach = reach_of_sum(N, s, 10000);
    ck_assert_double_gt(reach, 890);
    ck_assert_double_lt(reach, 930);
}
END_TEST

/* A jump of 10^7 cells: numbers are to be divided until they fit, and then do. */
START_TEST(what_is_too_wide_is_said_to_be) {
    enum { N = 50 };
    double numbers[N], *s = numbers;
    some_integers(N, 1e7, s);
    struct ring *ring = ring_create(1, N, 20, true, &err);
    OK(ring != NULL);
    int times = 0;
    for (double by; (by = ring_excess(ring, &s)) > 1; times++)
        for (size_t j = 0; j < N; j++)
            s[j] /= by;
    ck_assert_int_ge(times, 1);
    ck_assert_int_le(times, 3);
    ring_destroy(ring);
}
END_TEST

Suite *ring_suite(void);
Suite *ring_suite(void) {
    Suite *suite = suite_create("ring");
    TCase *sums = tcase_create("sums");
    tcase_add_loop_test(sums, sums_of_integers_have_their_exact_law, 0, DRAWS);
    tcase_add_test(sums, in_the_plane_too);
    tcase_add_loop_test(sums, a_ring_is_fourth_order_in_its_unit, 0, 2);
    tcase_add_test(sums, no_sum_goes_beyond_its_reach);
    tcase_add_test(sums, what_is_too_wide_is_said_to_be);
    suite_add_tcase(suite, sums);
    return suite;
}
