/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers of every kind against the law of their own process: p values over many seeds are
 * uniform; and not where the law is that of another process. */
#include "solver/mc/count.h"
#include "tests/solver/laws/laws_world.h"
#include <math.h>
#include <stdlib.h>

static const char settings[] =
    "model: {variables: [w], datapoints: [(w - 0.5)^2/2 + 0.2*cos(2*w), w^2/4 + 0.4*w, "
    "0.8*w^2 + 0.1*sin(3*w)], learning_rate: 0.25, batch_size: 2}\n"
    "grid: {w: {min: -4, max: 4, cells: 160}}\n"
    "initial: {gaussian: {mean: 0.7, std: 0.5}}\n"
    "time: {snapshots: [3, 12]}\n"
    "monte_carlo: {walkers: 4000, scheme: milstein, substeps: 2}\n"
    "law: {kinds: [sgd, gaussian, sde], cells: 640}\n";

enum { SEEDS = 200, CELLS = 160 };

/* p of chi-square of walkers of a kind against masses[CELLS] at snapshot 2. */
static double p_value(struct world *w, enum ensemble_kind kind, int64_t seed,
                      const double *masses) {
    struct monte_carlo_settings mc = w->laws->chain;
    struct ensemble e;
    struct comparison c;
    struct tally tally;
    int64_t counts[CELLS];
    mc.seed = seed;
    ck_assert_msg(ensemble_create(&e, w->setup, &mc, kind, kind, false, &w->err), "%s",
                  w->err.message);
    ck_assert(ensemble_advance(&e, 2, NULL, &w->err) &&
              count_on_grid(ensemble_points(&e), w->setup->grid, counts, &tally, &w->err) &&
              compare_with_density(w->setup->grid, counts, 4000, masses, 1e-3, NULL, &c,
                                   &w->err));
    ensemble_finish(&e);
    return c.chi2_p;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* KS distance from uniform of the p values of all seeds, against the law of kind `of`. */
static double from_uniform(struct world *w, enum ensemble_kind kind,
                           enum ensemble_kind of) {
    double p[SEEDS], masses[CELLS], most = 0;
    const struct kind_law *law = NULL;
    for (size_t row = 0; row <= 2; row++)
        law = law_at(w, of, row);
    for (size_t i = 0; i < CELLS; i++)
        masses[i] = law->density[i] * w->setup->grid->volume[i];
    for (int seed = 0; seed < SEEDS; seed++)
        p[seed] = p_value(w, kind, seed, masses);
    qsort(p, SEEDS, sizeof *p, ascending);
    for (int k = 0; k < SEEDS; k++)
        most = fmax(most, fmax((k + 1.0) / SEEDS - p[k], p[k] - (double)k / SEEDS));
    return most;
}

/* 1.95 / sqrt(SEEDS): exceeded with probability 0.001. */
static const double bound = 0.138;

START_TEST(walkers_follow_the_law_of_their_process) {
    struct world w;
    ck_assert_msg(world_open(&w, settings), "%s", w.err.message);
    const double ks = from_uniform(&w, (enum ensemble_kind)_i, (enum ensemble_kind)_i);
    ck_assert_msg(ks < bound, "KS %g", ks);
    world_close(&w);
}
END_TEST

START_TEST(and_not_that_of_another) {
    struct world w;
    ck_assert(world_open(&w, settings));
    ck_assert_double_gt(from_uniform(&w, ENSEMBLE_SGD, ENSEMBLE_SDE), 0.5);
    world_close(&w);
}
END_TEST

Suite *walkers_law_suite(void);
Suite *walkers_law_suite(void) {
    Suite *s = suite_create("walkers_law");
    TCase *t = tcase_create("seeds");
    tcase_add_loop_test(t, walkers_follow_the_law_of_their_process, 0, ENSEMBLE_KINDS);
    tcase_add_test(t, and_not_that_of_another);
    tcase_set_timeout(t, 0);
    suite_add_tcase(s, t);
    return s;
}
