/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/mc/splitting.h"
#include "io/clones.h"
#include "solver/mc/mover.h"
#include "solver/mc/start.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* A thread for so many blocks: threads wait for each other after every stage. */
enum { LANES = WALKERS_BLOCK, BLOCKS_A_THREAD = 8 };

struct splitting {
    struct splitting_question question; /* lo and hi are our own */
    struct walkers *walkers;
    struct random_key key;
    int threads;
    struct mover **mover; /* [threads] */
    double *left;         /* [padded] steps that a walker still has */
    double *from, *rest;  /* [count] places and steps left of those that passed */
};

/* ---------------------------------------------------------------- making */

static bool check(const struct walkers_model *model, struct error *err) {
    if (!mover_check(model, err)) return false;
    const struct walkers_method *method = walkers_method_of(model->kind);
    if (model->dims != 1 || !method->noisy || model->stable > 0 || model->momentum > 0)
        return fail(err, ERROR_SETTINGS,
                    "splitting is for walkers with normal noise in one variable, without "
                    "momentum");
    return walkers_model_absorbs(model) ||
           fail(err, ERROR_SETTINGS, "splitting needs an absorbing wall");
}

static double *copy_of(const double *from, size_t n, struct error *err) {
    double *copy = array_create(n, sizeof *copy, err);
    if (copy != NULL) memcpy(copy, from, n * sizeof *copy);
    return copy;
}

static int threads_for(const struct walkers *walkers) {
    const size_t useful = walkers->padded / LANES / BLOCKS_A_THREAD;
    const int most = omp_get_max_threads();
    return useful < 1 ? 1 : useful < (size_t)most ? (int)useful : most;
}

struct splitting *splitting_create(const struct splitting_question *question,
                                   struct walkers *walkers, struct error *err) {
    if (!check(question->model, err)) return NULL;
    struct splitting *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    *s = (struct splitting){.question = *question,
                            .walkers = walkers,
                            .key = walkers->key,
                            .threads = threads_for(walkers)};
    s->question.lo = s->question.hi = NULL;
    bool ok = (s->question.lo = copy_of(question->lo, question->levels, err)) != NULL &&
              (s->question.hi = copy_of(question->hi, question->levels, err)) != NULL &&
              (s->left = array_create(walkers->padded, sizeof *s->left, err)) != NULL &&
              (s->from = array_create(walkers->count, sizeof *s->from, err)) != NULL &&
              (s->rest = array_create(walkers->count, sizeof *s->rest, err)) != NULL &&
              (s->mover = array_create((size_t)s->threads, sizeof *s->mover, err)) != NULL;
    for (int t = 0; ok && t < s->threads; t++)
        ok = (s->mover[t] = mover_create(question->model, s->key, err)) != NULL;
    if (ok) return s;
    return splitting_destroy(s), NULL;
}

void splitting_destroy(struct splitting *s) {
    if (s == NULL) return;
    for (int t = 0; s->mover != NULL && t < s->threads; t++)
        mover_destroy(s->mover[t]);
    free(s->mover);
    free(s->rest);
    free(s->from);
    free(s->left);
    free((double *)s->question.hi);
    free((double *)s->question.lo);
    free(s);
}

/* ---------------------------------------------------------------- one stage */

/* After a step: walkers that have left ]lo, hi[ or have no step left are put to rest (exit
 * time 0, so that walls_keep_dead keeps them where they are). True while any still
 * walks. */
BLOCK_LOOP
static int64_t look_at_level(double lo, double hi, const double *restrict x,
                             double *restrict left, double *restrict exit_time) {
    int64_t walking = 0;
    for (size_t i = 0; i < LANES; i++) {
        const double walked = exit_time[i] == 0 ? 0 : 1, after = left[i] - walked;
        const bool within = (x[i] > lo) & (x[i] < hi) & (after > 0);
        const double inside = within ? walked : 0;
        left[i] = after;
        exit_time[i] = inside > 0 ? HUGE_VAL : 0;
        walking |= inside > 0;
    }
    return walking;
}

/* The steps k .. end - 1 of a stage for one block. Returns whether anybody still walks. */
static int64_t run_block(struct splitting *s, struct mover *mover, size_t level,
                         size_t first, uint64_t k, uint64_t end) {
    struct walkers *w = s->walkers;
    struct block block = {.x = {w->x[0] + first}, .path0 = first};
    const struct walkers_clock clock = {.h = s->question.model->step};
    block.exit_time = w->exit_time + first;
    int64_t walking = 1;
    for (; k < end && walking; k++) {
        mover_run(mover, &block, k, 1, &clock);
        walking = look_at_level(s->question.lo[level], s->question.hi[level], block.x[0],
                                s->left + first, block.exit_time);
    }
    return walking;
}

static bool outside(const struct splitting *s, size_t level, double x) {
    return x <= s->question.lo[level] || x >= s->question.hi[level];
}

static void begin_stage(struct splitting *s, struct random_key key, size_t level) {
    struct walkers *w = s->walkers;
    for (int t = 0; t < s->threads; t++)
        mover_set_key(s->mover[t], key);
    for (size_t i = 0; i < w->padded; i++) {
        const bool walks = i < w->count && s->left[i] > 0 && !outside(s, level, w->x[0][i]);
        w->exit_time[i] = walks ? HUGE_VAL : 0;
    }
}

/* In chunks of some 10^6 path-steps, between which the monitor is asked. */
static bool run_stage(struct splitting *s, size_t level, const struct monitor *monitor,
                      struct error *err) {
    const uint64_t steps = s->question.steps, padded = s->walkers->padded;
    const uint64_t chunk = ((uint64_t)1 << 22) / padded + 8;
    int64_t walking = 1;
    for (uint64_t k = 0; k < steps && walking; k += chunk) {
        const uint64_t end = steps - k < chunk ? steps : k + chunk;
        const double done = (double)level + (double)k / (double)steps;
        if (!monitor_tick(monitor, done / (double)s->question.levels, err)) return false;
        walking = 0;
#pragma omp parallel for schedule(dynamic) num_threads(s->threads) reduction(| : walking)
        for (size_t first = 0; first < padded; first += LANES)
            walking |= run_block(s, s->mover[omp_get_thread_num()], level, first, k, end);
    }
    return true;
}

/* ---------------------------------------------------------------- between stages */

/* from, rest: of those that passed the level. Returns how many. */
static size_t gather(struct splitting *s, size_t level) {
    const struct walkers *w = s->walkers;
    size_t passed = 0;
    for (size_t i = 0; i < w->count; i++)
        if (outside(s, level, w->x[0][i])) {
            s->from[passed] = w->x[0][i];
            s->rest[passed++] = s->left[i];
        }
    return passed;
}

/* N walkers from those that passed, by systematic resampling: parent (i + u) passed / N,
 * one uniform u for all, so that each has N / passed copies on average. */
static void multiply(struct splitting *s, struct random_key key, size_t passed) {
    struct walkers *w = s->walkers;
    double u[2][LANES];
    random_uniforms(key, RANDOM_SPLITTING, 0, 0, u[0], u[1]);
    for (size_t i = 0; i < w->count; i++) {
        const double parent = ((double)i + u[0][0]) * (double)passed / (double)w->count;
        const size_t j = parent < (double)passed ? (size_t)parent : passed - 1;
        w->x[0][i] = s->from[j];
        s->left[i] = s->rest[j];
    }
}

static bool check_finite(const struct walkers *w, struct error *err) {
    for (size_t i = 0; i < w->count; i++)
        if (isnan(w->x[0][i]))
            return fail(err, ERROR_RUN,
                        "a walker became nan: the step is too large, or an expression is "
                        "undefined where it went");
    return true;
}

static bool set_out(struct splitting *s, struct random_key key, struct error *err) {
    const struct splitting_question *q = &s->question;
    s->walkers->key = key;
    for (size_t i = 0; i < s->walkers->padded; i++)
        s->left[i] = (double)q->steps;
    if (q->point == NULL)
        return walkers_start_density(s->walkers, q->grid, q->density, err);
    walkers_start_point(s->walkers, q->point);
    return true;
}

/* ---------------------------------------------------------------- one estimate */

/* A stream of its own for every stage of every repeat, behind those of other walkers. */
static struct random_key stage_key(const struct splitting *s, uint64_t repeat,
                                   size_t level) {
    const uint64_t stage = repeat * s->question.levels + level + 1;
    return (struct random_key){s->key.seed, s->key.stream + (stage << 8)};
}

bool splitting_run(struct splitting *s, uint64_t repeat, const struct monitor *monitor,
                   double *fraction, struct error *err) {
    const size_t levels = s->question.levels;
    size_t passed = s->walkers->count;
    if (!set_out(s, stage_key(s, repeat, 0), err)) return false;
    for (size_t level = 0; level < levels; level++) {
        const struct random_key key = stage_key(s, repeat, level);
        fraction[level] = (double)NAN;
        if (passed == 0) continue;
        if (level > 0) multiply(s, key, passed);
        begin_stage(s, key, level);
        if (!run_stage(s, level, monitor, err) || !check_finite(s->walkers, err))
            return false;
        passed = gather(s, level);
        fraction[level] = (double)passed / (double)s->walkers->count;
    }
    return true;
}

/* ---------------------------------------------------------------- all of them */

/* Mean and standard error of what is there of value[0], value[stride], ... */
struct mean {
    size_t there;
    double value, error;
};
static struct mean mean_over(size_t n, const double *value, size_t stride) {
    struct mean m = {0};
    double sum = 0, squares = 0;
    for (size_t r = 0; r < n; r++)
        if (!isnan(value[r * stride])) sum += value[r * stride], m.there++;
    m.value = m.there > 0 ? sum / (double)m.there : (double)NAN;
    for (size_t r = 0; r < n; r++) {
        const double off = value[r * stride] - m.value;
        if (!isnan(off)) squares += off * off;
    }
    m.error =
        m.there > 1 ? sqrt(squares / ((double)m.there - 1) / (double)m.there) : (double)NAN;
    return m;
}

/* fraction[repeats][levels] -> products[repeats][levels], p_0 .. p_l of each repeat. */
static void multiply_up(size_t repeats, size_t levels, const double *fraction,
                        double *products) {
    for (size_t r = 0; r < repeats; r++)
        for (size_t l = 0; l < levels; l++) {
            const double before = l > 0 ? products[r * levels + l - 1] : 1;
            products[r * levels + l] = before > 0 ? before * fraction[r * levels + l] : 0;
        }
}

/* The 95 % bound when none of n walkers passed a level that is reached with probability p:
 * 3 p / n, as e^-3 = 0.05. */
static double bound_of(size_t repeats, size_t levels, const double *fraction,
                       uint64_t walkers, const struct splitting_level *level) {
    size_t furthest = levels - 1;
    while (furthest > 0 && isnan(level[furthest].fraction))
        furthest--;
    const size_t there = mean_over(repeats, fraction + furthest, levels).there;
    return 3 * (furthest > 0 ? level[furthest - 1].reached : 1) /
           ((double)there * (double)walkers);
}

bool splitting_conclude(size_t repeats, size_t levels, const double *fraction,
                        uint64_t walkers, struct splitting_level *level,
                        struct splitting_answer *out, struct error *err) {
    struct splitting_answer a = {.bound = (double)NAN, .lost_at = levels};
    double *products = array_create(repeats * levels, sizeof *products, err);
    if (products == NULL) return false;
    multiply_up(repeats, levels, fraction, products);
    for (size_t l = 0; l < levels; l++) {
        const struct mean p = mean_over(repeats, fraction + l, levels);
        level[l] = (struct splitting_level){p.value, p.error,
                                            mean_over(repeats, products + l, levels).value};
        for (size_t r = 0; r < repeats; r++)
            if (fraction[r * levels + l] == 0)
                a.lost++, a.lost_at = l < a.lost_at ? l : a.lost_at;
        if (level[l].fraction < level[a.rarest].fraction) a.rarest = l;
    }
    const struct mean all = mean_over(repeats, products + levels - 1, levels);
    a.value = all.value, a.error = all.error;
    if (!(a.value > 0)) a.bound = bound_of(repeats, levels, fraction, walkers, level);
    free(products);
    return *out = a, true;
}
