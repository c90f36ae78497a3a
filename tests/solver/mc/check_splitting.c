/* SPDX-License-Identifier: GPL-3.0-or-later
 * Splitting against closed laws of Brownian motion, for which Euler's steps with the bridge
 * are exact whatever their size, and against plain walkers. Estimates within 3.5 standard
 * errors (from 10 or more repeats, of which at most 1 in 100 is further off by chance) at a
 * fixed seed, errors small enough to tell. */
#include "solver/mc/splitting.h"
#include "solver/mc/start.h"
#include <check.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 40, REPEATS = 20, WALKERS = 2000 };
static const struct random_key key = {2024, 0};
static const double origin = 0;
static struct error err;

#define OK(call) ck_assert_msg((call), "%s", err.message)

/* dx = drift dt + sqrt(2 D) dW */
struct brownian {
    double drift, D;
};
static void brownian(const void *self, double t, size_t n, const double *const *in,
                     double *const *out) {
    (void)t;
    const struct brownian *b = self;
    (void)in;
    for (size_t i = 0; i < n; i++)
        out[0][i] = b->drift, out[1][i] = b->D;
}

/* dx = (1 + x/2) dt + sqrt(2 (1 + x/2)^2 D) dW by its expressions a, D, D'. */
static void growing_noise(const void *self, double t, size_t n, const double *const *in,
                          double *const *out) {
    (void)t;
    const struct brownian *b = self;
    for (size_t i = 0; i < n; i++) {
        const double c = 1 + in[0][i] / 2;
        out[0][i] = b->drift * c, out[1][i] = b->D * c * c;
    }
}

static struct walkers_model model_of(const struct brownian *b, double lo, double hi) {
    return (struct walkers_model){.kind = WALKERS_EULER,
                                  .dims = 1,
                                  .step = 1.0 / 16,
                                  .function = {.evaluate = brownian, .self = b},
                                  .lo = {lo},
                                  .hi = {hi},
                                  .boundary = {{isinf(lo) ? REFLECTING : ABSORBING,
                                                isinf(hi) ? REFLECTING : ABSORBING}}};
}

/* Evenly spaced from 0 to the walls of the model that absorb. */
static void even_levels(const struct walkers_model *m, size_t levels, double *lo,
                        double *hi) {
    for (size_t l = 0; l < levels; l++) {
        const double part = (double)(l + 1) / (double)levels;
        lo[l] = m->boundary[0][0] == ABSORBING ? part * m->lo[0] : -HUGE_VAL;
        hi[l] = m->boundary[0][1] == ABSORBING ? part * m->hi[0] : HUGE_VAL;
    }
}

struct outcome {
    struct splitting_answer answer;
    double fraction[REPEATS][LEVELS];
    struct splitting_level level[LEVELS];
};

static void estimate(const struct walkers_model *model, uint64_t steps, size_t levels,
                     uint64_t walkers, struct outcome *o) {
    double lo[LEVELS], hi[LEVELS], fraction[REPEATS * LEVELS];
    even_levels(model, levels, lo, hi);
    const struct splitting_question q = {.model = model,
                                         .steps = steps,
                                         .levels = levels,
                                         .lo = lo,
                                         .hi = hi,
                                         .point = &origin};
    struct walkers *w = walkers_create(walkers, 1, false, true, key, &err);
    struct splitting *s = w != NULL ? splitting_create(&q, w, &err) : NULL;
    OK(s != NULL);
    for (size_t r = 0; r < REPEATS; r++) {
        OK(splitting_run(s, r, NULL, fraction + r * levels, &err));
        memcpy(o->fraction[r], fraction + r * levels, levels * sizeof(double));
    }
    OK(splitting_conclude(REPEATS, levels, fraction, walkers, o->level, &o->answer, &err));
    splitting_destroy(s);
    walkers_destroy(w);
}

/* precision: largest relative standard error that still tells something. */
static void expect(const struct splitting_answer *a, double exact, double precision) {
    const double z = (a->value - exact) / a->error;
    ck_assert_msg(a->error < precision * exact, "relative error %.3g", a->error / exact);
    ck_assert_msg(fabs(z) < 3.5, "%.5g +- %.2g, expected %.5g (z = %.2f)", a->value,
                  a->error, exact, z);
}

/* Brownian motion with drift c from 0 reaches a before t (Borodin and Salminen 2.0.2):
 * erfc((a - c t)/(2 sqrt(D t)))/2 + e^(c a/D) erfc((a + c t)/(2 sqrt(D t)))/2. */
static double reach_law(double c, double D, double a, double t) {
    const double scale = 2 * sqrt(D * t);
    return 0.5 * erfc((a - c * t) / scale) +
           0.5 * exp(c * a / D) * erfc((a + c * t) / scale);
}

/* precision: largest relative standard error that still tells; about: what the row is for.
 */
static const struct law {
    double drift, wall, about, precision;
    size_t levels;
    uint64_t walkers;
} laws[] = {
    {0, 1, 0.3, 0.01, 2, WALKERS},      {0, 4.891638, 1e-6, 0.1, 14, WALKERS},
    {0, 6.109410, 1e-9, 0.2, 22, 6000}, {-1, 3.5, 1e-5, 0.05, 12, WALKERS},
    {-2, 4, 3e-9, 0.08, 12, WALKERS},   {1, 5, 3e-5, 0.1, 14, WALKERS},
};

START_TEST(brownian_motion_reaches_a_wall_as_often_as_the_law_says) {
    const struct law *law = &laws[_i];
    const bool mirrored = _i % 2 == 1;
    const double sign = mirrored ? -1 : 1;
    const struct brownian b = {sign * law->drift, 0.5};
    const struct walkers_model m =
        model_of(&b, mirrored ? -law->wall : -HUGE_VAL, mirrored ? HUGE_VAL : law->wall);
    const double exact = reach_law(law->drift, b.D, law->wall, 1);
    ck_assert_double_lt(fabs(log(exact / law->about)), log(2));
    struct outcome o;
    estimate(&m, 16, law->levels, law->walkers, &o);
    expect(&o.answer, exact, law->precision);
}
END_TEST

/* Both walls: twice one of them, less what meets both, erfc(3 a/..)^2 < 1e-40 here. */
START_TEST(two_walls_are_reached_twice_as_often) {
    const struct brownian b = {0, 0.5};
    const struct walkers_model m = model_of(&b, -4.5, 4.5);
    struct outcome o;
    estimate(&m, 16, 14, WALKERS, &o);
    expect(&o.answer, 2 * reach_law(0, b.D, 4.5, 1), 0.1);
}
END_TEST

/* x -> |x|: a fold at the start is the law of |W|, the two walls' in one. */
START_TEST(a_reflecting_wall_folds_the_path) {
    const struct brownian b = {0, 0.5};
    struct walkers_model m = model_of(&b, -HUGE_VAL, 4.5);
    m.lo[0] = 0;
    struct outcome o;
    estimate(&m, 16, 14, WALKERS, &o);
    expect(&o.answer, 2 * reach_law(0, b.D, 4.5, 1), 0.1);
}
END_TEST

/* Noise that grows with x, levels or none, Milstein's and Heun's steps: the mean over
 * repeats is that of plain walkers, here of the very same process. */
START_TEST(levels_do_not_change_the_mean) {
    static const struct brownian b = {-0.5, 0.15};
    struct walkers_model m = model_of(&b, -1.9, 1);
    m.function.evaluate = growing_noise;
    m.step = 1.0 / 32;
    m.boundary[0][0] = REFLECTING;
    if (_i == 1) m.kind = WALKERS_HEUN;
    struct outcome plain, split;
    estimate(&m, 32, 1, 15000, &plain);
    estimate(&m, 32, 4, WALKERS, &split);
    const double z = (split.answer.value - plain.answer.value) /
                     hypot(split.answer.error, plain.answer.error);
    ck_assert_msg(plain.answer.error < 0.03 * plain.answer.value, "%g +- %g",
                  plain.answer.value, plain.answer.error);
    ck_assert_msg(split.answer.error < 0.05 * split.answer.value, "%g +- %g",
                  split.answer.value, split.answer.error);
    ck_assert_msg(fabs(z) < 3.5, "%g +- %g split, %g +- %g plain (z = %.2f)",
                  split.answer.value, split.answer.error, plain.answer.value,
                  plain.answer.error, z);
}
END_TEST

/* Goes on for so many looks. */
static bool patient(void *left, double fraction) {
    ck_assert(fraction >= 0 && fraction < 1);
    return (*(int *)left)-- > 0;
}

/* One level is no splitting: the part of plain walkers that meets the wall, to the bit,
 * also where the monitor looks in between; it may stop the work. */
START_TEST(one_level_is_plain_walkers) {
    const uint64_t count[] = {2000, 8192}, steps[] = {16, 1200};
    const struct brownian b = {0, 0.5};
    const double lo = -HUGE_VAL, hi = 1;
    struct walkers_model m = model_of(&b, lo, hi);
    m.step = 1.0 / (double)steps[_i];
    const struct splitting_question q = {.model = &m,
                                         .steps = steps[_i],
                                         .levels = 1,
                                         .lo = &lo,
                                         .hi = &hi,
                                         .point = &origin};
    struct walkers *w = walkers_create(count[_i], 1, false, true, key, &err);
    struct splitting *s = splitting_create(&q, w, &err);
    OK(s != NULL);
    for (uint64_t repeat = 0; repeat < 2; repeat++) {
        double fraction;
        int looks = 100;
        const struct monitor monitor = {patient, &looks};
        OK(splitting_run(s, repeat, &monitor, &fraction, &err));
        ck_assert(_i == 0 ? looks == 99 : looks < 98);
        w->key.stream = key.stream + ((repeat + 1) << 8);
        walkers_start_point(w, &origin);
        OK(walkers_advance(w, &m, steps[_i], NULL, &err));
        size_t met = 0;
        for (size_t i = 0; i < count[_i]; i++)
            met += w->exit_time[i] < HUGE_VAL;
        ck_assert_double_eq(fraction, (double)met / (double)count[_i]);
        looks = _i;
        ck_assert(!splitting_run(s, repeat, &monitor, &fraction, &err));
        ck_assert(err.kind == ERROR_INTERRUPTED);
    }
    splitting_destroy(s);
    walkers_destroy(w);
}
END_TEST

/* The spread of repeats is what one estimate is off by: of 20, the squares of the offs
 * divided by the variance they give are 19 on average, chi-square. */
START_TEST(repeats_differ_as_much_as_they_are_off) {
    const struct brownian b = {0, 0.5};
    const struct walkers_model m = model_of(&b, -HUGE_VAL, 4.891638);
    const double exact = reach_law(0, b.D, m.hi[0], 1);
    struct outcome o;
    estimate(&m, 16, 16, WALKERS, &o);
    double squares = 0;
    for (size_t r = 0; r < REPEATS; r++) {
        double p = 1;
        for (size_t l = 0; l < 16; l++)
            p *= o.fraction[r][l];
        squares += (p - exact) * (p - exact);
    }
    const double chi2 = squares / (REPEATS * o.answer.error * o.answer.error);
    ck_assert_msg(chi2 > 8 && chi2 < 37, "chi2 = %g of %d", chi2, REPEATS);
}
END_TEST

/* Enough walkers for two threads. */
START_TEST(the_number_of_threads_changes_no_bit) {
    const struct brownian b = {-1, 0.5};
    const struct walkers_model m = model_of(&b, -HUGE_VAL, 1);
    static struct outcome one, two;
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1), estimate(&m, 4, 3, 16 * 512 + 77, &one);
    omp_set_num_threads(2), estimate(&m, 4, 3, 16 * 512 + 77, &two);
    omp_set_num_threads(threads);
    ck_assert(memcmp(one.fraction[0], two.fraction[0], 3 * sizeof(double)) == 0);
    ck_assert(one.answer.value == two.answer.value && one.answer.error == two.answer.error);
    ck_assert(memcmp(one.fraction[0], one.fraction[1], 3 * sizeof(double)) != 0);
}
END_TEST

START_TEST(nobody_arrives_and_there_is_a_bound) {
    const struct brownian b = {0, 0.5};
    const struct walkers_model m = model_of(&b, -HUGE_VAL, 12);
    const double exact = reach_law(0, b.D, 12, 1);
    struct outcome o;
    estimate(&m, 16, 3, 1000, &o);
    ck_assert(o.answer.value == 0 && o.answer.lost == REPEATS);
    ck_assert(o.answer.bound > exact && o.answer.bound < 1e-4);
    ck_assert_uint_le(o.answer.lost_at, 1);
    ck_assert(isnan(o.level[2].fraction) && o.level[2].reached == 0);
}
END_TEST

/* By hand: products 1/8, 0, 1/2 x 1/4 x 0. */
START_TEST(conclusions_by_hand) {
    const double fraction[9] = {0.5, 0.5, 0.5, 0.25, 0, (double)NAN, 0.75, 1, 0.125};
    struct splitting_level level[3];
    struct splitting_answer a;
    OK(splitting_conclude(3, 3, fraction, 100, level, &a, &err));
    const double p[3] = {0.125, 0, 0.09375}, m = (p[0] + p[2]) / 3;
    ck_assert_double_eq_tol(a.value, m, 1e-16);
    ck_assert_double_eq_tol(
        a.error, sqrt(((p[0] - m) * (p[0] - m) + m * m + (p[2] - m) * (p[2] - m)) / 6),
        1e-16);
    ck_assert(a.lost == 1 && a.lost_at == 1 && a.rarest == 2 && isnan(a.bound));
    ck_assert_double_eq(level[0].fraction, 0.5);
    ck_assert_double_eq_tol(level[0].error, sqrt(0.125 / 6), 1e-16);
    ck_assert_double_eq(level[2].fraction, 0.3125);
    ck_assert_double_eq(level[1].reached, (0.25 + 0.75) / 3);
    const double none[4] = {0.5, 0, 0.25, 0};
    OK(splitting_conclude(2, 2, none, 100, level, &a, &err));
    ck_assert(a.value == 0 && a.lost == 2);
    ck_assert_double_eq(a.bound, 3 * 0.375 / 200);
}
END_TEST

/* Where the process means nothing, and what does not split. */
static void undefined(const void *self, double t, size_t n, const double *const *in,
                      double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = in[0][i] > 0.5 ? (double)NAN : 0, out[1][i] = 0.5;
}

START_TEST(refuses_what_does_not_split) {
    const struct brownian b = {0, 0.5};
    const double lo = -HUGE_VAL, hi = 1;
    struct walkers_model m = model_of(&b, -HUGE_VAL, 1);
    struct splitting_question q = {
        .model = &m, .steps = 16, .levels = 1, .lo = &lo, .hi = &hi, .point = &origin};
    struct walkers *w = walkers_create(512, 1, false, true, key, &err);
    double fraction;
    m.stable = 1.5, m.noise_is_root = true;
    ck_assert(splitting_create(&q, w, &err) == NULL && err.kind == ERROR_SETTINGS);
    m.stable = 0, m.noise_is_root = false, m.boundary[0][1] = REFLECTING;
    ck_assert(splitting_create(&q, w, &err) == NULL && err.kind == ERROR_SETTINGS);
    m.boundary[0][1] = ABSORBING, m.function.evaluate = undefined;
    struct splitting *s = splitting_create(&q, w, &err);
    OK(s != NULL);
    ck_assert(!splitting_run(s, 0, NULL, &fraction, &err) && err.kind == ERROR_RUN);
    splitting_destroy(s);
    walkers_destroy(w);
}
END_TEST

Suite *splitting_suite(void);
Suite *splitting_suite(void) {
    Suite *suite = suite_create("splitting");
    TCase *laws_case = tcase_create("laws");
    tcase_set_timeout(laws_case, 60);
    tcase_add_loop_test(laws_case, brownian_motion_reaches_a_wall_as_often_as_the_law_says,
                        0, (int)(sizeof laws / sizeof *laws));
    tcase_add_test(laws_case, two_walls_are_reached_twice_as_often);
    tcase_add_test(laws_case, a_reflecting_wall_folds_the_path);
    suite_add_tcase(suite, laws_case);
    TCase *plain = tcase_create("plain walkers");
    tcase_set_timeout(plain, 60);
    tcase_add_loop_test(plain, levels_do_not_change_the_mean, 0, 2);
    tcase_add_loop_test(plain, one_level_is_plain_walkers, 0, 2);
    suite_add_tcase(suite, plain);
    TCase *answers = tcase_create("answers");
    tcase_set_timeout(answers, 60);
    tcase_add_test(answers, repeats_differ_as_much_as_they_are_off);
    tcase_add_test(answers, the_number_of_threads_changes_no_bit);
    tcase_add_test(answers, nobody_arrives_and_there_is_a_bound);
    tcase_add_test(answers, conclusions_by_hand);
    tcase_add_test(answers, refuses_what_does_not_split);
    suite_add_tcase(suite, answers);
    return suite;
}
