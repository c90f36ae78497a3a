/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stated error of laws against the true one, by all paths of SGD: random models with few
 * examples, contraction from hardly any to overshooting, starts from a point to wide, every
 * end, even and uneven cells. */
#include "grids/field.h"
#include "tests/solver/laws/laws_world.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* l_j = a_j (w - c_j)^2/2 + b cos(q w + f_j)/q on [-3, 3], eta = 1. */
struct random_model {
    int examples, batch, steps;
    bool replaced, uneven;
    enum boundary end[2];
    double a[4], c[4], f[4], b, q;
    double lo, hi; /* of the uniform start; a point where they are equal */
    int cells;
};

static double uniform(double lo, double hi) {
    return lo + (hi - lo) * rand() / RAND_MAX;
}

static double gradient(const struct random_model *m, int j, double w) {
    return m->a[j] * (w - m->c[j]) - m->b * sin(m->q * w + m->f[j]);
}

/* batch[][examples]: how often each example is drawn; returns their number. With replacement
 * all orders stand, so that all have the same chance. */
enum { BATCHES_MOST = 16 };
static int batches_of(const struct random_model *m, double weight[BATCHES_MOST][4]) {
    int n = 0;
    memset(weight, 0, BATCHES_MOST * sizeof *weight);
    for (int i = 0; i < m->examples; i++) {
        if (m->batch == 1) weight[n++][i] = 1;
        for (int j = 0; m->batch == 2 && j < m->examples; j++)
            if (m->replaced || j > i) weight[n][i] += 0.5, weight[n++][j] += 0.5;
    }
    return n;
}

static struct random_model draw(void) {
    static const double spreads[] = {1e-4, 1e-2, 0.1, 1}, unlikes[] = {0, 0.3, 1};
    struct random_model m = {.examples = 2 + rand() % 3, .batch = 1 + rand() % 4 / 3};
    const double curvature = pow(10, uniform(-2, 0.47)), spread = spreads[rand() % 4],
                 unlike = unlikes[rand() % 3];
    m.replaced = rand() % 2, m.uneven = rand() % 4 == 0;
    m.q = uniform(0.5, 3), m.b = rand() % 2 ? 0 : uniform(0, 1) * curvature / m.q;
    for (int j = 0; j < m.examples; j++) {
        m.a[j] = curvature * (1 + unlike * uniform(-0.5, 0.5));
        m.c[j] = spread * uniform(-1, 1), m.f[j] = uniform(0, 6);
    }
    const int kind = rand() % 6; /* mostly walls that are hardly reached */
    m.end[0] = kind == 0 ? PERIODIC : kind == 1 ? ABSORBING : REFLECTING;
    m.end[1] = kind == 0 ? PERIODIC : kind == 2 ? ABSORBING : REFLECTING;
    m.cells = 16 * (3 + rand() % 14);
    double weight[BATCHES_MOST][4];
    const int batches = batches_of(&m, weight), start = rand() % 3;
    const double h = 6.0 / m.cells, at = uniform(-1, 1);
    const double width = start == 0   ? 0
                         : start == 1 ? h * pow(10, uniform(-1, 0.5))
                                      : uniform(0.3, 1);
    m.lo = at - width / 2, m.hi = at + width / 2;
    const double paths = start == 0 ? 17 : 7; /* 2^... */
    m.steps = 1 + rand() % (int)fmax(1, paths / fmax(1, log2(batches)));
    return m;
}

/* ---------------------------------------------------------------- all paths */

/* The law by points of equal mass; absorbed ones are at +inf. */
struct points {
    size_t n;
    double *at; /* ascending */
    double noise;
};

static double into(const struct random_model *m, double w) {
    const double lo = -3, hi = 3, length = 6;
    if (isinf(w) || (w >= lo && w <= hi)) return w;
    if (m->end[0] == PERIODIC) return w - length * floor((w - lo) / length);
    for (int k = 0; k < 1000 && (w < lo || w > hi); k++) {
        if (m->end[w > hi] == ABSORBING) return HUGE_VAL;
        w = w < lo ? 2 * lo - w : 2 * hi - w;
    }
    return w;
}

static double step_of(const struct random_model *m, const double *weight, double w) {
    double g = 0;
    if (isinf(w)) return w;
    for (int j = 0; j < m->examples; j++)
        g += weight[j] * gradient(m, j, w);
    return into(m, w - g);
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct points all_paths(const struct random_model *m) {
    enum { STARTS = 2048 };
    double weight[BATCHES_MOST][4];
    const size_t batches = (size_t)batches_of(m, weight);
    const bool wide = m->hi > m->lo;
    size_t n = wide ? STARTS : 1, most = n;
    for (int k = 0; k < m->steps; k++)
        most *= batches;
    struct points p = {most, calloc(most, sizeof(double)), wide ? 1.0 / STARTS : 0};
    for (size_t i = 0; i < n; i++)
        p.at[i] = m->lo + (m->hi - m->lo) * ((double)i + 0.5) / (double)n;
    for (int k = 0; k < m->steps; k++, n *= batches)
        for (size_t b = batches; b-- > 0;)
            for (size_t i = 0; i < n; i++)
                p.at[b * n + i] = step_of(m, weight[b], p.at[i]);
    qsort(p.at, p.n, sizeof *p.at, by_size);
    return p;
}

/* The part of the points below x, at it too. */
static double below(const struct points *p, double x) {
    size_t lo = 0, hi = p->n;
    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (p->at[mid] <= x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (double)lo / (double)p->n;
}

/* How far F is from what the points have at x, where they may jump. */
static double off_at(const struct points *p, double x, double F) {
    const double lo = below(p, x - 1e-9), hi = below(p, x + 1e-9);
    return fmax(0, fmax(lo - F, F - hi) - p->noise);
}

/* ---------------------------------------------------------------- the law */

static const char *const end_names[] = {
    [REFLECTING] = "reflecting", [ABSORBING] = "absorbing", [PERIODIC] = "periodic"};

static void settings_of(const struct random_model *m, char *text, size_t room) {
    size_t at = (size_t)snprintf(text, room, "model: {variables: [w], datapoints: [");
    for (int j = 0; j < m->examples; j++)
        at += (size_t)snprintf(
            text + at, room - at, "%s%.17g*(w - (%.17g))^2/2 + %.17g*cos(%.17g*w + %.17g)",
            j > 0 ? ", " : "", m->a[j], m->c[j], m->b / m->q, m->q, m->f[j]);
    at += (size_t)snprintf(text + at, room - at,
                           "], learning_rate: 1, batch_size: %d, sampling: "
                           "%s_replacement}\ngrid: {w: {min: -3, max: 3, cells: %d%s, "
                           "boundary: [%s, %s]}}\ntime: {snapshots: [%d]}\nlaw: {cells: "
                           "same}\n",
                           m->batch, m->replaced ? "with" : "without", m->cells,
                           m->uneven ? ", spacing: sinh, about: 0.2, scale: 2" : "",
                           end_names[m->end[0]], end_names[m->end[1]], m->steps);
    if (m->hi > m->lo)
        snprintf(text + at, room - at, "initial: {uniform: {min: %.17g, max: %.17g}}\n",
                 m->lo, m->hi);
    else
        snprintf(text + at, room - at, "initial: {point: %.17g}\n", m->lo);
}

/* How much larger than stated an error is. */
enum { KS, L1, MEAN, VARIANCE, FOURTH, REGION, SORTS };
struct excess {
    double times[SORTS];
};

static double times(double error, double stated, double rounding) {
    return fmax(0, error - rounding) / (stated + rounding);
}

/* Central moments of the points that are there. */
static double moment_of(const struct points *p, double about, int power, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += pow(p->at[i] - about, power);
    return sum / (double)n;
}

static void compare_moments(const struct points *p, const struct kind_law *k,
                            struct excess *x) {
    double mean[LAW_LEVELS], variance[LAW_LEVELS], fourth[LAW_LEVELS];
    const size_t levels = k->cells.levels;
    const size_t alive = (size_t)lround(below(p, 1e9) * (double)p->n);
    if (alive == 0) return;
    for (size_t l = 0; l < levels; l++) {
        const struct moments m =
            moments_of_masses(k->cells.level[l].grid, grid_law_mass(&k->on[l]), 0);
        mean[l] = m.mean, variance[l] = m.variance;
        fourth[l] = m.variance > 0 ? m.kurtosis * m.variance * m.variance : 0;
    }
    const double true_mean = moment_of(p, 0, 1, alive);
    /* 2048 points for a uniform start: their variance is off by 1/2048^2 of its width's. */
    const double rounding = p->noise > 0 ? 1e-5 : 1e-11, width = sqrt(variance[0]);
    const double chance = k->error.points, square = variance[0];
    x->times[MEAN] =
        times(fabs(mean[0] - true_mean),
              fmax(law_error_of(levels, k->on, mean), chance * width), rounding);
    x->times[VARIANCE] =
        times(fabs(square - moment_of(p, true_mean, 2, alive)),
              fmax(law_error_of(levels, k->on, variance), chance * square), rounding);
    if (!isnan(fourth[1]))
        x->times[FOURTH] = times(
            fabs(fourth[0] - moment_of(p, true_mean, 4, alive)),
            fmax(law_error_of(levels, k->on, fourth), chance * square * square), rounding);
}

static struct excess compare(const struct points *p, const struct kind_law *k,
                             double stated_ks, double stated_l1) {
    const struct axis *axis = k->cells.level[0].grid->axis[0];
    double F = 0, ks = 0, l1 = 0;
    struct excess x = {{0}};
    for (size_t i = 0; i < axis->cells; i++) {
        const double M = k->cells.level[0].averages[i] * axis->width[i];
        F += M;
        ks = fmax(ks, off_at(p, axis->face[i + 1], F));
        l1 += fabs(M - below(p, axis->face[i + 1] + 1e-9) + below(p, axis->face[i] + 1e-9));
    }
    x.times[KS] = times(ks, stated_ks, 1e-9);
    x.times[L1] = times(l1, stated_l1, (double)axis->cells * p->noise + 1e-9);
    /* Mass below a place inside the cells: a region of the file. */
    double mass[LAW_LEVELS], place = k->cells.level[0].grid->axis[0]->face[axis->cells / 2];
    place += 0.3 * axis->width[axis->cells / 2];
    for (size_t l = 0; l < k->cells.levels; l++) {
        const struct axis *a = k->cells.level[l].grid->axis[0];
        mass[l] = 0;
        for (size_t i = 0; i < a->cells && a->face[i] < place; i++)
            mass[l] +=
                k->cells.level[l].averages[i] * (fmin(place, a->face[i + 1]) - a->face[i]);
    }
    x.times[REGION] =
        times(off_at(p, place, mass[0]),
              fmax(law_error_of(k->cells.levels, k->on, mass), 2 * k->error.grain), 1e-9);
    compare_moments(p, k, &x);
    return x;
}

/* By how much a true error may exceed what is stated. Few do: a point on a face is half of its
 * mass off, and 2/sqrt(N) of points as if drawn at random is a scale, no bound. */
static const double allowed[SORTS] = {
    [KS] = 2.5, [L1] = 3, [MEAN] = 1.5, [VARIANCE] = 1.5, [FOURTH] = 1.5, [REGION] = 2.5};
static const double by_chance = 2.5;
static const char *const sorts[SORTS] = {"KS",    "L1", "mean", "variance", "fourth moment",
                                         "region"};
enum { DRAWS = 25, SEEDS = 10 };

START_TEST(errors_are_stated_of_random_models) {
    srand((unsigned)_i + 1);
    for (int k = 0; k < DRAWS; k++) {
        const struct random_model m = draw();
        struct points p = all_paths(&m);
        char text[2000];
        struct world w;
        settings_of(&m, text, sizeof text);
        ck_assert_msg(world_open(&w, text), "%s\n%s", w.err.message, text);
        const struct kind_law *law = law_at(&w, 0, 1);
        const struct law_row *r = &law->each[1];
        const struct excess x = compare(&p, law, r->error_ks, r->error_l1);
        const double lenient = law->error.points > 0 ? by_chance : 1;
        for (int s = 0; s < SORTS; s++)
            ck_assert_msg(x.times[s] <= lenient * allowed[s],
                          "%s: %g times what is stated\n%s", sorts[s], x.times[s], text);
        world_close(&w);
        free(p.at);
    }
}
END_TEST

Suite *law_error_suite(void);
Suite *law_error_suite(void) {
    Suite *s = suite_create("law_error");
    TCase *t = tcase_create("random models");
    tcase_add_loop_test(t, errors_are_stated_of_random_models, 0, SEEDS);
    tcase_set_timeout(t, 0);
    suite_add_tcase(s, t);
    return s;
}
