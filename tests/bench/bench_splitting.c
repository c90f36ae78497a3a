/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_splitting [THETA = 0.045]: the probability of configs/rare_escape.yaml (2.9e-6, or
 * of another temperature) by splitting, and what plain walkers would need for the same
 * standard error: CPU seconds for one of them times the P (1 - P) / error^2 that are
 * needed. The same kernel, steps and walls for both. OMP_NUM_THREADS=1 for figures of one
 * core. */
#include "solver/mc/splitting.h"
#include "solver/mc/start.h"
#include "tests/bench/usage.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEVELS = 18, REPEATS = 10, WALKERS = 20000, STEPS = 200, DIRECT = 102400 };
static const double start = -1, edge = 0.9;
static struct error err;

static void check(bool good) {
    if (!good) fprintf(stderr, "%s\n", err.message), exit(1);
}

__attribute__((target_clones("avx512f", "avx2", "default"))) static void
double_well(const void *self, double t, size_t n, const double *const *in,
            double *const *out) {
    (void)t;
    const double *restrict x = in[0];
    const double theta = *(const double *)self;
    double *restrict a = out[0], *restrict D = out[1];
    for (size_t i = 0; i < n; i++) {
        a[i] = x[i] - x[i] * x[i] * x[i];
        D[i] = theta;
    }
}

static struct walkers *walkers_for(const struct walkers_model *m, uint64_t count) {
    struct walkers *w = walkers_create_for(m, count, (struct random_key){1, 0}, &err);
    check(w != NULL);
    return w;
}

/* CPU seconds of one plain walker, best of three. */
static double seconds_of_one(const struct walkers_model *m) {
    struct walkers *w = walkers_for(m, DIRECT);
    double best = HUGE_VAL;
    for (int k = 0; k < 3; k++) {
        walkers_start_point(w, &start);
        const double at = now();
        check(walkers_advance(w, m, STEPS, NULL, &err));
        best = fmin(best, now() - at);
    }
    walkers_destroy(w);
    return best / DIRECT;
}

static struct splitting_answer split(const struct walkers_model *m, double *seconds) {
    double lo[LEVELS], hi[LEVELS], fraction[REPEATS * LEVELS];
    struct splitting_level level[LEVELS];
    struct splitting_answer answer;
    for (int l = 0; l < LEVELS; l++)
        lo[l] = -HUGE_VAL,
        hi[l] = l + 1 == LEVELS ? edge : start + (edge - start) * (l + 1) / LEVELS;
    const struct splitting_question q = {
        .model = m, .steps = STEPS, .levels = LEVELS, .lo = lo, .hi = hi, .point = &start};
    struct walkers *w = walkers_for(m, WALKERS);
    const double at = now();
    struct splitting *s = splitting_create(&q, w, &err);
    check(s != NULL);
    for (uint64_t r = 0; r < REPEATS; r++)
        check(splitting_run(s, r, NULL, fraction + r * LEVELS, &err));
    *seconds = now() - at;
    check(splitting_conclude(REPEATS, LEVELS, fraction, WALKERS, level, &answer, &err));
    splitting_destroy(s);
    walkers_destroy(w);
    return answer;
}

int main(int argc, char **argv) {
    const double theta = argc > 1 ? strtod(argv[1], NULL) : 0.045;
    const struct walkers_model m = {.kind = WALKERS_EULER,
                                    .dims = 1,
                                    .step = 2.0 / STEPS,
                                    .function = {.evaluate = double_well, .self = &theta},
                                    .lo = {-2.4},
                                    .hi = {edge},
                                    .boundary = {{REFLECTING, ABSORBING}}};
    double seconds;
    const struct splitting_answer a = split(&m, &seconds);
    const double one = seconds_of_one(&m), needed = a.value / (a.error * a.error);
    printf("splitting      %.4g +- %.2g in %.2f s of CPU time\n", a.value, a.error,
           seconds);
    printf("plain walkers  the same error: %.3g walkers, %.3g s (%.2f us each): %.0f times "
           "as much\n",
           needed, needed * one, 1e6 * one, needed * one / seconds);
    return 0;
}
