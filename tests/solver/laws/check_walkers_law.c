/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers of every kind against the law of their own process: p values over many seeds are
 * uniform, neither too small (another law) nor too large (a test that cannot see); and not
 * where the law is that of another process. */
#include "solver/mc/count.h"
#include "tests/solver/laws/laws_world.h"
#include <math.h>
#include <stdlib.h>

#define EXAMPLES                                                                           \
    "[(w - 0.5)^2/2 + 0.2*cos(2*w), w^2/4 + 0.4*w, 0.8*w^2 + 0.1*sin(3*w), "               \
    "0.3*w^2 - 0.2*w]"
#define LINE "grid: {w: {min: -4, max: 4, cells: 160}}\n"
#define PLANE(x, y)                                                                        \
    "grid: {" x ": {min: -4, max: 4, cells: 32}, " y ": {min: -4, max: 4, cells: 32}}\n"
#define WIDE      "initial: {gaussian: {mean: 0.7, std: 0.5}}\n"
#define WIDE_2    "initial: {gaussian: {mean: [0.7, 0.2], std: [0.5, 0.5]}}\n"
#define LINE_LAW  "law: {kinds: [sgd, gaussian, sde], cells: 640}\n"
#define SGD(rest) "model: {variables: [w], datapoints: " EXAMPLES ", " rest "}\n"

enum { SEEDS = 200, WALKERS = 4000 };

/* first, last: kinds among those of the law. */
static const struct subject {
    const char *name, *settings;
    size_t first, last;
} subjects[] = {
    {"one step of two drawn with replacement",
     SGD("learning_rate: 0.25, batch_size: 2") LINE WIDE
     "time: {snapshots: [3, 12]}\n"
     "monte_carlo: {walkers: 4000, scheme: milstein, substeps: 2}\n" LINE_LAW,
     0, 2},
    {"without replacement",
     SGD("learning_rate: 0.25, batch_size: 2, sampling: without_replacement") LINE WIDE
     "time: {snapshots: [3, 12]}\n"
     "monte_carlo: {walkers: 4000, substeps: 1}\n" LINE_LAW,
     0, 2},
    {"a start at a point, between centres",
     SGD("learning_rate: 0.25, batch_size: 2") LINE
     "initial: {point: 0.713}\n"
     "time: {snapshots: [12, 40]}\n"
     "monte_carlo: {walkers: 4000, scheme: heun, substeps: 2}\n" LINE_LAW,
     1, 2},
    {"a few steps from a point, beside the centre of a cell that is twice as wide as the "
     "law",
     "model: {variables: [w], loss: w^2/2, noise: {covariance: 0.05}, learning_rate: "
     "0.1}\n" LINE "initial: {point: 0.713}\n"
     "time: {unit: steps, snapshots: [1, 2]}\n"
     "monte_carlo: {walkers: 4000}\n"
     "law: {kinds: [gaussian, sde], cells: 1280}\n",
     0, 1},
    {"SGD from a point",
     SGD("learning_rate: 0.25, batch_size: 4") LINE
     "initial: {point: 0.713}\n"
     "time: {snapshots: [12, 40]}\n"
     "monte_carlo: {walkers: 4000}\n" LINE_LAW,
     0, 0},
    {"a rule of one variable",
     "model: {variables: [w], datapoints: " EXAMPLES ", batch_size: 1, "
     "update: {w: \"w - 0.2*min(max(g, -0.5), 0.5) + 0.05*normal\"}}\n" LINE WIDE
     "time: {snapshots: [3, 20]}\n"
     "monte_carlo: {walkers: 4000}\n"
     "law: {kinds: [sgd, sde], cells: 640}\n",
     0, 1},
    {"a rule of two variables",
     "model: {variables: [w, v], datapoints: [w^2/2 + w + 0.1*w*v, w^2/2 - w + 0.3*v^2], "
     "update: {v: 0.8*v + 0.3*g2 + 0.2*normal, w: w - 0.05*g - 0.1*v + "
     "0.05*normal2}}\n" PLANE("w", "v") WIDE_2 "time: {snapshots: [3, 12]}\n"
                                               "monte_carlo: {walkers: 4000}\n"
                                               "law: {kinds: [sgd], cells: 64}\n",
     0, 0},
    {"two variables",
     "model: {variables: [x, y], datapoints: [(x - 1)^2/2 + x*y/4 + y^2/2, (x + 1)^2/2 + "
     "(y - 0.7)^2/2, x^2/4 + (y + 1)^2/2], learning_rate: 0.2}\n" PLANE("x", "y") WIDE_2
     "time: {snapshots: [3, 12]}\n"
     "monte_carlo: {walkers: 4000}\n"
     "law: {kinds: [sgd, gaussian, sde], cells: 64}\n",
     0, 2},
    {"two variables under a falling learning rate and a push that turns round",
     "model: {variables: [x, y], datapoints: [(x - 1)^2/2 + x*y/4 + y^2/2, (x + 1)^2/2 + "
     "(y - 0.7)^2/2 - x*sin(t/3), x^2/4 + (y + cos(t/2))^2/2], learning_rate: "
     "0.2*exp(-t/40)}\n" PLANE("x", "y") WIDE_2 "time: {snapshots: [3, 12]}\n"
                                                "monte_carlo: {walkers: 4000}\n"
                                                "law: {kinds: [sgd], cells: 128}\n",
     0, 0},
    {"momentum",
     "model: {variables: [x, V], parameters: {eta: 0.04}, loss: x^2/2, noise: {covariance: "
     "4}, learning_rate: eta, "
     "momentum: 0.8, dynamics: kinetic}\n" PLANE(
         "x", "V") "initial: {gaussian: {mean: [0.5, 0], std: [0.4, 0.4]}}\n"
                   "time: {unit: steps, snapshots: [3, 20]}\n"
                   "monte_carlo: {walkers: 4000}\n"
                   "law: {kinds: [gaussian, sde], cells: 64}\n",
     0, 1},
    {"momentum of examples",
     "model: {variables: [x, V], parameters: {eta: 0.04}, datapoints: [(x - 2)^2/2, (x + "
     "2)^2/2, x^2/2], learning_rate: eta, "
     "momentum: 0.8, dynamics: kinetic}\n" PLANE(
         "x", "V") "initial: {gaussian: {mean: [0.5, 0], std: [0.4, 0.4]}}\n"
                   "time: {unit: steps, snapshots: [3, 20]}\n"
                   "monte_carlo: {walkers: 4000}\n"
                   "law: {kinds: [sgd], cells: 64}\n",
     0, 0},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* masses[cells] of the law's k-th kind at snapshot 2. */
static double *masses_of(struct world *w, size_t k) {
    const struct grid *grid = w->setup->grid;
    double *masses = array_create(grid->cells, sizeof *masses, &w->err);
    const struct kind_law *law = NULL;
    for (size_t row = 0; row <= 2; row++)
        law = law_at(w, k, row);
    for (size_t i = 0; i < grid->cells; i++)
        masses[i] = law->density[i] * grid->volume[i];
    return masses;
}

/* Walkers of a kind against masses at snapshot 2. */
static struct comparison compared(struct world *w, enum ensemble_kind kind, int64_t seed,
                                  const double *masses) {
    const struct grid *grid = w->setup->grid;
    struct monte_carlo_settings mc = w->laws->chain;
    struct ensemble e;
    struct comparison c;
    struct tally tally;
    int64_t *counts = array_create(grid->cells, sizeof *counts, &w->err);
    mc.seed = seed;
    ck_assert_msg(ensemble_create(&e, w->setup, &mc, kind, kind, false, &w->err), "%s",
                  w->err.message);
    ck_assert(ensemble_advance(&e, 2, NULL, &w->err) &&
              count_on_grid(ensemble_points(&e), grid, counts, &tally, &w->err) &&
              compare_with_density(grid, counts, WALKERS, masses, 1e-3, NULL, &c, &w->err));
    ensemble_finish(&e);
    free(counts);
    return c;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Largest excess of the part of the seeds below p over p, and of p over it. */
static void from_uniform(double p[SEEDS], double *too_small, double *too_large) {
    *too_small = *too_large = 0;
    qsort(p, SEEDS, sizeof *p, ascending);
    for (int k = 0; k < SEEDS; k++) {
        *too_small = fmax(*too_small, (k + 1.0) / SEEDS - p[k]);
        *too_large = fmax(*too_large, p[k] - (double)k / SEEDS);
    }
}

/* 1.95 / sqrt(SEEDS): exceeded on one of the sides with probability 0.001. */
static const double bound = 0.138;

/* p of chi-square is uniform. That of the KS distance, which is looked for at the faces of
 * cells only, and Holm's of both are not: they may be too large, never too small. */
static void p_is_uniform(struct world *w, const char *name, size_t k) {
    double p[3][SEEDS], small, large;
    double *masses = masses_of(w, k);
    for (int seed = 0; seed < SEEDS; seed++) {
        const struct comparison c = compared(w, w->laws->kind[k].kind, seed, masses);
        p[0][seed] = c.chi2_p, p[1][seed] = c.ks_p, p[2][seed] = c.p;
    }
    for (int which = 0; which < 3; which++) {
        from_uniform(p[which], &small, &large);
        ck_assert_msg(small < bound && (which > 0 || large < bound),
                      "%s, law %zu, p %d: KS from uniform %g, %g", name, k, which, small,
                      large);
    }
    free(masses);
}

START_TEST(walkers_follow_the_law_of_their_process) {
    const struct subject *s = &subjects[_i];
    struct world w;
    ck_assert_msg(world_open(&w, s->settings), "%s: %s", s->name, w.err.message);
    for (size_t k = s->first; k <= s->last; k++)
        p_is_uniform(&w, s->name, k);
    world_close(&w);
}
END_TEST

/* SGD against the law of the SDE's chain. */
START_TEST(and_not_that_of_another) {
    struct world w;
    double p[SEEDS], small, large;
    ck_assert(world_open(&w, subjects[0].settings));
    double *masses = masses_of(&w, 2);
    for (int seed = 0; seed < SEEDS; seed++)
        p[seed] = compared(&w, ENSEMBLE_SGD, seed, masses).chi2_p;
    from_uniform(p, &small, &large);
    ck_assert_double_gt(small, 0.5);
    free(masses);
    world_close(&w);
}
END_TEST

Suite *walkers_law_suite(void);
Suite *walkers_law_suite(void) {
    Suite *s = suite_create("walkers_law");
    TCase *t = tcase_create("seeds");
    tcase_add_loop_test(t, walkers_follow_the_law_of_their_process, 0, SUBJECTS);
    tcase_add_test(t, and_not_that_of_another);
    tcase_set_timeout(t, 0);
    suite_add_tcase(s, t);
    return s;
}
