/* SPDX-License-Identifier: GPL-3.0-or-later
 * Means of functions over the ensemble by ordered sums, and their standard errors. */
#include "solver/mc/moments.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = WALKERS_BLOCK };

/* Adds what walkers first .. first + lanes - 1 contribute to sum[]. scratch: of the
 * thread. */
typedef void (*block_sum)(const void *context, const struct walkers *w, size_t first,
                          size_t lanes, double *sum, double *scratch);

/* total[sums]: sequential inside a block, then over blocks in order. */
static bool sum_blocks(const struct walkers *w, block_sum add, const void *context,
                       size_t sums, size_t scratch_size, double *total, struct error *err) {
    const size_t blocks = w->padded / LANES, threads = (size_t)omp_get_max_threads();
    double *part = array_create(blocks * sums, sizeof *part, err);
    double *scratch = part != NULL
                          ? array_create(threads, (scratch_size + 8) * sizeof *scratch, err)
                          : NULL;
    const bool ok = scratch != NULL;
    if (ok) {
#pragma omp parallel for num_threads((int)threads) if (blocks > 1)
        for (size_t b = 0; b < blocks; b++) {
            const size_t first = b * LANES, left = w->count - first;
            add(context, w, first, left < LANES ? left : LANES, part + b * sums,
                scratch + (size_t)omp_get_thread_num() * scratch_size);
        }
        memset(total, 0, sums * sizeof *total);
        for (size_t b = 0; b < blocks; b++)
            for (size_t s = 0; s < sums; s++)
                total[s] += part[b * sums + s];
    }
    free(scratch);
    free(part);
    return ok;
}

static inline bool alive(const struct walkers *w, size_t i) {
    return w->exit_time == NULL || w->exit_time[i] == HUGE_VAL;
}

static void add_mean(const void *context, const struct walkers *w, size_t first,
                     size_t lanes, double *sum, double *scratch) {
    const double *x = w->x[*(const int *)context];
    (void)scratch;
    for (size_t i = first; i < first + lanes; i++)
        if (alive(w, i)) sum[0] += 1, sum[1] += x[i];
}

struct centred {
    int d;
    double mean;
};

/* Powers 1 .. 8 of the distance from the mean. */
static void add_powers(const void *context, const struct walkers *w, size_t first,
                       size_t lanes, double *sum, double *scratch) {
    const struct centred *c = context;
    (void)scratch;
    for (size_t i = first; i < first + lanes; i++) {
        if (!alive(w, i)) continue;
        const double u = w->x[c->d][i] - c->mean;
        double power = 1;
        for (int k = 0; k < 8; k++)
            sum[k] += power *= u;
    }
}

static double root(double x) {
    return sqrt(x < 0 ? 0 : x);
}

/* m[k]: k-th standardised moment, m[2] = 1. */
static void shape_errors(const double *m, double N, struct sample_moments *out) {
    const double a = m[3], b = m[4];
    /* E (z^3 - 3 z - 1.5 a (z^2 - 1) - a)^2 */
    const double skew =
        m[6] - 6 * b + 9 - 3 * a * m[5] + 12 * a * a - a * a + 2.25 * a * a * (b - 1);
    /* E (z^4 - 4 a z - 2 b (z^2 - 1) - b)^2 */
    const double kurt = m[8] - b * b + 16 * a * a - 8 * a * m[5] - 4 * b * (m[6] - b) +
                        4 * b * b * (b - 1) + 16 * a * a * b;
    out->skewness = (struct estimate){a, root(skew / N)};
    out->kurtosis = (struct estimate){b, root(kurt / N)};
}

/* The mean of x[d], to the last bit where all that are left are in one place. */
static double exact_centre(const struct walkers *w, int d, double mean) {
    size_t i = 0;
    while (i < w->count && !alive(w, i))
        i++;
    if (i == w->count) return mean;
    const double x = w->x[d][i];
    while (i < w->count && (!alive(w, i) || w->x[d][i] == x))
        i++;
    return i == w->count ? x : mean;
}

bool moments_estimate(const struct walkers *w, int d, struct sample_moments *out,
                      struct error *err) {
    double mean[2], power[8], m[9] = {1};
    if (!sum_blocks(w, add_mean, &d, 2, 0, mean, err)) return false;
    const double N = mean[0];
    struct centred c = {d, exact_centre(w, d, mean[1] / N)};
    if (!sum_blocks(w, add_powers, &c, 8, 0, power, err)) return false;
    const double variance = (power[1] - power[0] * power[0] / N) / (N - 1);
    const double s = sqrt(variance);
    const bool spread = pow(s, 8) > 0;
    for (int k = 1; k <= 8; k++)
        m[k] = spread ? power[k - 1] / N / pow(s, k) : (double)NAN;
    m[1] = 0, m[2] = 1;
    out->count = (uint64_t)N;
    out->spread = spread;
    out->mean = (struct estimate){c.mean, s / sqrt(N)};
    out->variance =
        (struct estimate){variance, spread ? variance * root((m[4] - 1) / N) : 0};
    shape_errors(m, N, out);
    return true;
}

static void add_centres(const void *context, const struct walkers *w, size_t first,
                        size_t lanes, double *sum, double *scratch) {
    (void)context, (void)scratch;
    for (size_t i = first; i < first + lanes; i++)
        if (alive(w, i)) sum[0] += 1, sum[1] += w->x[0][i], sum[2] += w->x[1][i];
}

static void add_products(const void *context, const struct walkers *w, size_t first,
                         size_t lanes, double *sum, double *scratch) {
    const double *centre = context;
    (void)scratch;
    for (size_t i = first; i < first + lanes; i++) {
        if (!alive(w, i)) continue;
        const double product = (w->x[0][i] - centre[0]) * (w->x[1][i] - centre[1]);
        sum[0] += product, sum[1] += product * product;
    }
}

bool moments_covariance(const struct walkers *w, struct estimate *out, struct error *err) {
    double sum[3], product[2];
    if (!sum_blocks(w, add_centres, NULL, 3, 0, sum, err)) return false;
    const double N = sum[0], centre[2] = {exact_centre(w, 0, sum[1] / N),
                                          exact_centre(w, 1, sum[2] / N)};
    if (!sum_blocks(w, add_products, centre, 2, 0, product, err)) return false;
    const double mean = product[0] / N;
    *out = (struct estimate){product[0] / (N - 1),
                             root((product[1] / N - mean * mean) / (N - 1))};
    return true;
}

/* Values of the function at the block's walkers, in scratch[0 .. LANES). */
static const double *evaluate(const struct walkers_function *f, const struct walkers *w,
                              size_t first, size_t lanes, double *scratch) {
    const double *in[2] = {w->x[0] + first, w->dims == 2 ? w->x[1] + first : NULL};
    double *out[1] = {scratch};
    if (f->program != NULL) {
        program_set_time(f->program, w->time, scratch + LANES);
        program_run_block(f->program, lanes, in, out, scratch + LANES);
    } else {
        f->evaluate(f->self, w->time, lanes, in, out);
    }
    return scratch;
}

static size_t evaluation_scratch(const struct walkers_function *f) {
    const size_t program = f->program != NULL ? program_scratch(f->program) : 0;
    return LANES + (program + 7) / 8 * 8;
}

static void add_values(const void *context, const struct walkers *w, size_t first,
                       size_t lanes, double *sum, double *scratch) {
    const double *value = evaluate(context, w, first, lanes, scratch);
    for (size_t i = 0; i < lanes; i++)
        if (alive(w, first + i))
            sum[0] += 1, sum[1] += value[i], sum[2] += value[i] * value[i];
}

bool moments_of_function(const struct walkers *w, const struct walkers_function *function,
                         struct estimate *out, struct error *err) {
    double sum[3];
    if (!sum_blocks(w, add_values, function, 3, evaluation_scratch(function), sum, err))
        return false;
    const double N = sum[0], mean = sum[1] / N;
    *out = (struct estimate){mean, root((sum[2] / N - mean * mean) / (N - 1))};
    return true;
}

struct worked {
    double mean, temperature;
};

static void add_work(const void *context, const struct walkers *w, size_t first,
                     size_t lanes, double *sum, double *scratch) {
    (void)context, (void)scratch;
    for (size_t i = first; i < first + lanes; i++)
        if (alive(w, i)) sum[0] += 1, sum[1] += w->work[i];
}

static void add_works(const void *context, const struct walkers *w, size_t first,
                      size_t lanes, double *sum, double *scratch) {
    const struct worked *c = context;
    (void)scratch;
    for (size_t i = first; i < first + lanes; i++) {
        if (!alive(w, i)) continue;
        const double u = w->work[i] - c->mean, e = exp(-w->work[i] / c->temperature);
        sum[0] += u * u, sum[1] += u * u * u * u;
        sum[2] += e, sum[3] += e * e;
    }
}

bool moments_work(const struct walkers *w, double temperature, struct work_moments *out,
                  struct error *err) {
    double mean[2], sum[4];
    if (!sum_blocks(w, add_work, NULL, 2, 0, mean, err)) return false;
    const double N = mean[0];
    struct worked c = {mean[1] / N, temperature};
    if (!sum_blocks(w, add_works, &c, 4, 0, sum, err)) return false;
    const double variance = sum[0] / (N - 1), e = sum[2] / N;
    out->mean = (struct estimate){c.mean, root(variance / N)};
    out->variance =
        (struct estimate){variance, root((sum[1] / N - variance * variance) / N)};
    out->exponential = (struct estimate){e, root((sum[3] / N - e * e) / (N - 1))};
    return true;
}

static void add_inside(const void *context, const struct walkers *w, size_t first,
                       size_t lanes, double *sum, double *scratch) {
    const double *value = evaluate(context, w, first, lanes, scratch);
    for (size_t i = 0; i < lanes; i++)
        if (alive(w, first + i) && value[i] != 0) sum[0] += 1;
}

bool moments_region(const struct walkers *w, const struct walkers_function *region,
                    struct estimate *out, struct error *err) {
    double inside;
    if (!sum_blocks(w, add_inside, region, 1, evaluation_scratch(region), &inside, err))
        return false;
    const double N = (double)w->count, m = inside / N;
    *out = (struct estimate){m, sqrt(m * (1 - m) / N)};
    return true;
}

struct pairing {
    const struct walkers *coarse;
    int d;
    /* Of fine and coarse: the mean of those that are left, and the number of walkers over
     * the number of those; 0 is the weight of the absorbed. */
    double mean[2], weight[2];
};

/* x_i - mean, and the weight of walker i. */
static double deviation(const struct pairing *p, int which, const struct walkers *w,
                        size_t i, double *weight) {
    *weight = alive(w, i) ? p->weight[which] : 0;
    return *weight > 0 ? w->x[p->d][i] - p->mean[which] : 0;
}

static void add_differences(const void *context, const struct walkers *w, size_t first,
                            size_t lanes, double *sum, double *scratch) {
    const struct pairing *p = context;
    (void)scratch;
    for (size_t i = first; i < first + lanes; i++) {
        double a, b;
        const double u = deviation(p, 0, w, i, &a), v = deviation(p, 1, p->coarse, i, &b);
        const double first_order = a * u - b * v, second_order = a * u * u - b * v * v;
        sum[0] += first_order, sum[1] += first_order * first_order;
        sum[2] += second_order, sum[3] += second_order * second_order;
    }
}

bool moments_weak_bias(const struct walkers *fine, const struct walkers *coarse, int d,
                       struct weak_bias *out, struct error *err) {
    struct pairing p = {.coarse = coarse, .d = d};
    double mean[2], sum[4];
    const struct walkers *both[2] = {fine, coarse};
    for (int k = 0; k < 2; k++) {
        if (!sum_blocks(both[k], add_mean, &d, 2, 0, mean, err)) return false;
        p.mean[k] = mean[1] / mean[0], p.weight[k] = (double)both[k]->count / mean[0];
    }
    if (!sum_blocks(fine, add_differences, &p, 4, 0, sum, err)) return false;
    const double N = (double)fine->count, variance = sum[2] / N;
    out->mean = (struct estimate){p.mean[0] - p.mean[1], root(sum[1] / N / (N - 1))};
    out->variance = (struct estimate){sum[2] / (N - 1),
                                      root((sum[3] / N - variance * variance) / (N - 1))};
    return true;
}

static void add_exits(const void *context, const struct walkers *w, size_t first,
                      size_t lanes, double *sum, double *scratch) {
    (void)context, (void)scratch;
    for (size_t i = first; i < first + lanes; i++) {
        if (alive(w, i)) continue;
        for (int d = 0, met = 0; d < w->dims && !met; d++)
            if ((met = isinf(w->x[d][i]) != 0)) sum[2 * d + (w->x[d][i] > 0)] += 1;
        sum[4] += w->exit_time[i], sum[5] += w->exit_time[i] * w->exit_time[i];
    }
}

bool moments_exits(const struct walkers *w, struct exits *out, struct error *err) {
    double sum[6] = {0};
    if (w->exit_time != NULL && !sum_blocks(w, add_exits, NULL, 6, 0, sum, err))
        return false;
    const double exits = sum[0] + sum[1] + sum[2] + sum[3], mean = sum[4] / exits;
    const double at_risk = sum[4] + ((double)w->count - exits) * w->time;
    for (int k = 0; k < 4; k++)
        out->absorbed[k / 2][k % 2] = (uint64_t)sum[k];
    out->complete = (uint64_t)exits == w->count;
    out->time = (struct estimate){mean, root((sum[5] / exits - mean * mean) / (exits - 1))};
    out->rate = (struct estimate){exits / at_risk, sqrt(exits) / at_risk};
    return true;
}
