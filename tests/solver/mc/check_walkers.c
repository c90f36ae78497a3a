/* SPDX-License-Identifier: GPL-3.0-or-later
 * What holds exactly for walkers: the same bits for any threads, chunks and interruptions;
 * starts; refusals. Laws: check_walkers_laws.c; draws: check_batch.c. */
#include "solver/mc/count.h"
#include "solver/mc/start.h"
#include "solver/mc/statistics.h"
#include "solver/mc/walkers.h"
#include "tests/solver/mc/walkers_models.h"
#include <check.h>
#include <math.h>
#include <omp.h>
#include <string.h>

/* --- Functions of x ---------------------------------------------------------------------
 */

/* Gradients of three examples, (x - a_j) (1 + j x^2 / 10), a = -1, 0, 1. */
static void three_points(const void *self, double t, size_t n, const double *const *in,
                         double *const *out) {
    (void)t;
    (void)self;
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < n; i++) {
            const double x = in[0][i];
            out[j][i] = (x - (double)j + 1) * (1 + 0.1 * (double)j * x * x);
        }
}

/* a = x - x^3, D = 0.1 + 0.05 x^2, and D' where self is not NULL. */
static void double_well(const void *self, double t, size_t n, const double *const *in,
                        double *const *out) {
    (void)t;
    for (size_t i = 0; i < n; i++) {
        const double x = in[0][i];
        out[0][i] = x - x * x * x;
        out[1][i] = 0.1 + 0.05 * x * x;
        if (self != NULL) out[2][i] = 0.1 * x;
    }
}

/* 2-D: drift to the origin with a turn, and a D that depends on x and is not diagonal. */
static void swirl(const void *self, double t, size_t n, const double *const *in,
                  double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++) {
        const double x = in[0][i], y = in[1][i];
        out[0][i] = -x + y;
        out[1][i] = -x - y;
        out[2][i] = 0.1 * (1 + x * x);
        out[3][i] = 0.05 * x;
        out[4][i] = 0.2;
    }
}

/* One row of a table: g = x - column. */
static void row_gradient(const void *self, double t, size_t n, const double *const *in,
                         double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = in[0][i] - in[1][i];
}

static void blow_up(const void *self, double t, size_t n, const double *const *in,
                    double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = in[0][i] * in[0][i] * in[0][i];
}

/* --- The same bits ----------------------------------------------------------------------
 */

static const double table[7] = {-2, -1, 0, 0.5, 1, 3, 4};

/* One of everything: kinds, batches, momentum, stable noise, walls, 2-D. */
enum { MODELS = 13 };
static struct walkers_model make_model(int which) {
    struct walkers_model m = open_model(WALKERS_SGD, 1, 1);
    m.function.evaluate = three_points;
    if (which >= 1 && which <= 3) { /* a table, three ways to draw */
        m.function.evaluate = row_gradient;
        m.examples = 7, m.batch = which == 1 ? 9 : 3, m.columns = 1, m.table = table;
        m.sampling = (enum sampling)(which - 1);
    }
    if (which == 4) m.momentum = 0.9;
    if (which == 5) m.momentum = 0.9, m.form = AVERAGING;
    if (which == 6) m.sampling = RESHUFFLED;
    if (which >= 7) {
        m.kind = which == 8 ? WALKERS_MILSTEIN : which == 9 ? WALKERS_HEUN : WALKERS_EULER;
        m.step = 0.02;
        m.function.evaluate = double_well;
        set_walls(&m, 0, -1.2, 1.3, REFLECTING, REFLECTING);
    }
    if (which == 8) m.function.self = &table;
    if (which == 10) m.stable = 1.5, m.noise_is_root = true;
    if (which == 11) set_walls(&m, 0, -1, 1.3, ABSORBING, REFLECTING);
    if (which == 12) {
        m.dims = 2, m.function.evaluate = swirl;
        set_walls(&m, 0, -1, 1, PERIODIC, PERIODIC);
        set_walls(&m, 1, -1, 2, REFLECTING, ABSORBING);
    }
    return m;
}

static uint64_t hash_after(const struct walkers_model *model, int threads, uint64_t first,
                           uint64_t second) {
    const int before = omp_get_max_threads();
    struct walkers *w = start(model, 5000);
    omp_set_num_threads(threads);
    OK(walkers_advance(w, model, first, NULL, &err));
    OK(walkers_advance(w, model, second, NULL, &err));
    omp_set_num_threads(before);
    const uint64_t hash = walkers_hash(w);
    walkers_destroy(w);
    return hash;
}

START_TEST(bits_do_not_depend_on_threads) {
    const struct walkers_model model = make_model(_i);
    ck_assert_uint_eq(hash_after(&model, 1, 30, 31), hash_after(&model, 2, 30, 31));
}
END_TEST

START_TEST(bits_do_not_depend_on_how_steps_are_grouped) {
    const struct walkers_model model = make_model(_i);
    const uint64_t whole = hash_after(&model, 2, 0, 61);
    ck_assert_uint_eq(whole, hash_after(&model, 2, 1, 60));
    ck_assert_uint_eq(whole, hash_after(&model, 2, 37, 24));
    ck_assert_uint_ne(whole, hash_after(&model, 2, 37, 25));
}
END_TEST

/* g = x - sum_c 2^c column[c]; self: the number of columns. */
static void weighted_gradient(const void *self, double t, size_t n, const double *const *in,
                              double *const *out) {
    (void)t;
    const size_t columns = *(const size_t *)self;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t c = 0; c < columns; c++)
            sum += ldexp(in[1 + c][i], (int)c);
        out[0][i] = in[0][i] - sum;
    }
}

/* The same gradient, exactly, from 1 to 5 columns: every one comes from the drawn row. */
START_TEST(all_columns_of_a_row_are_read) {
    const size_t columns = (size_t)_i;
    double rows[7 * 5];
    for (size_t j = 0; j < 7; j++) {
        double *row = rows + j * columns;
        row[0] = table[j];
        for (size_t c = 1; c < columns; c++) {
            row[c] = (double)(j * (c + 2) % 7);
            row[0] -= ldexp(row[c], (int)c);
        }
    }
    const struct walkers_model one = make_model(1);
    struct walkers_model many = one;
    many.function.evaluate = weighted_gradient, many.function.self = &columns;
    many.columns = columns, many.table = rows;
    ck_assert_uint_eq(hash_after(&many, 1, 0, 20), hash_after(&one, 1, 0, 20));
}
END_TEST

static bool stop_at_third(void *context, double fraction) {
    int *asked = context;
    ck_assert(fraction >= 0 && fraction < 1);
    return ++*asked < 3;
}

START_TEST(an_interrupted_run_goes_on_to_the_same_bits) {
    const struct walkers_model model = make_model(4);
    const uint64_t steps = 2000, count = 200000;
    int asked = 0;
    const struct monitor monitor = {stop_at_third, &asked};
    struct walkers *w = start(&model, count), *whole = start(&model, count);
    ck_assert(!walkers_advance(w, &model, steps, &monitor, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert(w->step > 0 && w->step < steps);
    OK(walkers_advance(w, &model, 400 - w->step, NULL, &err));
    OK(walkers_advance(whole, &model, 400, NULL, &err));
    ck_assert_uint_eq(walkers_hash(w), walkers_hash(whole));
    walkers_destroy(whole);
    walkers_destroy(w);
}
END_TEST

START_TEST(a_schedule_is_its_intervals_in_turn) {
    struct walkers_model interval[2] = {make_model(0), make_model(0)};
    const uint64_t until[2] = {10, 0};
    interval[1].eta[0] = 0.01;
    const struct walkers_schedule schedule = {2, until, interval};
    struct walkers *a = start(&interval[0], 1000), *b = start(&interval[0], 1000);
    OK(walkers_advance_schedule(a, &schedule, 7, NULL, &err));
    OK(walkers_advance_schedule(a, &schedule, 18, NULL, &err));
    OK(walkers_advance(b, &interval[0], 10, NULL, &err));
    OK(walkers_advance(b, &interval[1], 15, NULL, &err));
    ck_assert_uint_eq(walkers_hash(a), walkers_hash(b));
    walkers_destroy(b);
    walkers_destroy(a);
}
END_TEST

/* Additive noise without drift: the coarse path is the fine one, to rounding. */
START_TEST(a_coarse_run_follows_the_brownian_path_of_the_fine_one) {
    const int dims = _i + 1;
    struct walkers_model fine = open_model(WALKERS_EULER, dims, 0.01);
    fine.function.evaluate = brownian, fine.function.self = &dims;
    struct walkers_model coarse = fine;
    coarse.coarse = true, coarse.step = 0.02;
    struct walkers *a = start(&fine, 1000), *b = start(&coarse, 1000);
    OK(walkers_advance(a, &fine, 50, NULL, &err));
    OK(walkers_advance(b, &coarse, 25, NULL, &err));
    for (int d = 0; d < dims; d++)
        for (size_t i = 0; i < 1000; i++)
            ck_assert_double_eq_tol(a->x[d][i], b->x[d][i], 1e-13);
    ck_assert_double_gt(fabs(a->x[0][0] - a->x[0][1]), 1e-6);
    walkers_destroy(b);
    walkers_destroy(a);
}
END_TEST

/* --- Starts -----------------------------------------------------------------------------
 */

/* Counts against the very masses, 1-D on an uneven axis and 2-D; a density that falls to 0
 * and has a negative cell. */
START_TEST(a_start_from_a_density_has_its_cell_masses) {
    const int dims = _i + 1;
    const double nodes[9] = {0, 0.1, 0.3, 0.35, 0.5, 0.9, 1, 1.5, 2};
    struct axis *x = axis_create(&(struct axis_spec){.spacing = SPACING_NODES,
                                                     .cells = 8,
                                                     .lo = 0,
                                                     .hi = 2,
                                                     .nodes = 9,
                                                     .node = nodes,
                                                     .multiple = 1},
                                 &err);
    struct axis *y =
        dims == 1
            ? NULL
            : axis_create(&(struct axis_spec){.cells = 5, .lo = -1, .hi = 1, .multiple = 1},
                          &err);
    struct grid *grid = grid_create(x, y, &err);
    OK(grid != NULL);
    double p[40], mass = 0, chi2 = 0;
    int64_t counts[40];
    for (size_t i = 0; i < grid->cells; i++) {
        p[i] = fmax(0, 1.2 - grid->axis[0]->centre[i % 8]) * (1 + (double)(i / 8));
        mass += p[i] * grid->volume[i];
    }
    p[7] = -0.01;
    struct walkers *w = walkers_create(100000, dims, false, false, key, &err);
    OK(walkers_start_density(w, grid, p, &err));
    OK(count_on_grid(w, grid, counts, NULL, &err));
    int used = 0;
    for (size_t i = 0; i < grid->cells; i++) {
        const double expected = fmax(p[i], 0) * grid->volume[i] / mass * 1e5;
        if (expected == 0)
            ck_assert_int_eq(counts[i], 0);
        else
            chi2 += pow((double)counts[i] - expected, 2) / expected, used++;
    }
    ck_assert_double_gt(chi2_tail(chi2, used - 1), 0.001);
    walkers_destroy(w);
    grid_destroy(grid);
}
END_TEST

/* --- Refusals ---------------------------------------------------------------------------
 */

START_TEST(a_diverging_run_says_so) {
    struct walkers_model model = open_model(WALKERS_SGD, 1, 1);
    model.function.evaluate = blow_up, model.examples = 1, model.eta[0] = 10;
    struct walkers *w = start(&model, 600);
    ck_assert(!walkers_advance(w, &model, 50, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_ptr_nonnull(strstr(err.message, "learning rate"));
    walkers_destroy(w);
}
END_TEST

START_TEST(senseless_models_are_refused) {
    struct walkers *w = walkers_create(10, 1, false, false, key, &err);
    struct walkers_model m[9];
    for (int k = 0; k < 9; k++)
        m[k] = make_model(k < 5 ? 0 : 7);
    m[0].batch = 0;
    m[1].batch = 4, m[1].sampling = WITHOUT_REPLACEMENT;
    m[2].momentum = 1;
    m[3].momentum = 0.5; /* these walkers have no velocity */
    m[4].step = 0;
    m[5].stable = 1.5; /* without its scale */
    m[6].boundary[0][1] = PERIODIC;
    m[7].lo[0] = m[7].hi[0];
    m[8].boundary[0][1] = ABSORBING;
    for (int k = 0; k < 9; k++) {
        err.kind = ERROR_NONE;
        ck_assert_msg(!walkers_advance(w, &m[k], 1, NULL, &err), "model %d", k);
        ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    }
    ck_assert_uint_eq(w->step, 0);
    walkers_destroy(w);
}
END_TEST

/* Every allocation of an advance may fail; nothing leaks or crashes. */
START_TEST(want_of_memory_is_an_error) {
    const struct walkers_model model = make_model(2);
    struct walkers *w = start(&model, 100);
    for (size_t n = 1; n <= 12; n++) {
        array_fail_at(n);
        ck_assert(!walkers_advance(w, &model, 1, NULL, &err));
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
    }
    array_fail_at(0);
    walkers_destroy(w);
}
END_TEST

Suite *walkers_suite(void);
Suite *walkers_suite(void) {
    Suite *suite = suite_create("walkers");
    TCase *bits = tcase_create("the same bits");
    tcase_add_loop_test(bits, bits_do_not_depend_on_threads, 0, MODELS);
    tcase_add_loop_test(bits, bits_do_not_depend_on_how_steps_are_grouped, 0, MODELS);
    tcase_add_loop_test(bits, all_columns_of_a_row_are_read, 1, 6);
    tcase_add_test(bits, an_interrupted_run_goes_on_to_the_same_bits);
    tcase_add_test(bits, a_schedule_is_its_intervals_in_turn);
    tcase_add_loop_test(bits, a_coarse_run_follows_the_brownian_path_of_the_fine_one, 0, 2);
    tcase_set_timeout(bits, 60);
    suite_add_tcase(suite, bits);
    TCase *starts = tcase_create("starts");
    tcase_add_loop_test(starts, a_start_from_a_density_has_its_cell_masses, 0, 2);
    suite_add_tcase(suite, starts);
    TCase *refusals = tcase_create("refusals");
    tcase_add_test(refusals, a_diverging_run_says_so);
    tcase_add_test(refusals, senseless_models_are_refused);
    tcase_add_test(refusals, want_of_memory_is_an_error);
    suite_add_tcase(suite, refusals);
    return suite;
}
