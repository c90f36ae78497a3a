/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long exp(tA) p0 takes in one dimension, on one core. Not a test: figures to read.
 * Double well L = (x^2 - 1)^2, D = 0.1 on [-2, 2], p0 = N(-1, 0.1^2), 100 snapshots from t
 * = 0.01 to 1000, log-spaced, tolerance 1e-10. */
#include "solver/time/propagator.h"
#include "tests/chains.h"
#include <stdio.h>
#include <time.h>

enum { SNAPSHOTS = 100 };
static const struct chain_case well = {
    "double well", drift_double_well, 0.1, -2, 2, 0, REFLECTING, -1, 0.1};

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool worst_error(void *context, size_t k, const double *p, double time_error,
                        struct error *err) {
    (void)k, (void)p, (void)err;
    double *worst = context;
    *worst = fmax(*worst, time_error);
    return true;
}

struct figures {
    double seconds, error;
};

static struct figures measure(const char *method, size_t cells, double tolerance,
                              int times) {
    struct error err = {0};
    double t[SNAPSHOTS];
    for (int k = 0; k < SNAPSHOTS; k++)
        t[k] = 0.01 * pow(10, 5.0 * k / (SNAPSHOTS - 1));
    struct chain *c = chain_create(&well, cells);
    struct figures best = {INFINITY, 0};
    const struct propagator_options options = {.tolerance = tolerance};
    for (int i = 0; i < times; i++) {
        double worst = 0;
        const double start = seconds();
        struct propagator *p =
            propagator_create(propagator_find(method), &c->generator, NULL, &options, &err);
        const bool ok = p != NULL && propagator_advance(p, c->p0, SNAPSHOTS, t, worst_error,
                                                        &worst, &err);
        const double took = seconds() - start;
        if (!ok) printf("%s: %s\n", method, err.message);
        if (took < best.seconds) best.seconds = took;
        best.error = worst;
        if (i + 1 == times && p != NULL)
            printf("  %s; %lld solves\n", p->chosen, (long long)p->counts.solves);
        propagator_destroy(p);
    }
    chain_destroy(c);
    return best;
}

int main(void) {
    const struct figures contour = measure("contour", 4096, 1e-10, 10);
    printf("contour        4096 cells: %8.2f ms, error %.1e, %.3g cells x snapshots a "
           "second\n",
           1e3 * contour.seconds, contour.error, 4096 * SNAPSHOTS / contour.seconds);
    double least = 0, most = 0;
    for (size_t cells = 1024; cells <= 65536; cells *= 4) {
        const struct figures f = measure("contour", cells, 1e-10, 3);
        printf("contour       %5zu cells: %8.2f ms, error %.1e\n", cells, 1e3 * f.seconds,
               f.error);
        if (cells == 1024) least = f.seconds;
        most = f.seconds;
    }
    printf("cost grows as cells^%.2f\n", log(most / least) / log(64));
    /* As bench_scipy.py: two grids, for Richardson extrapolation, errors in time far below
     * 2e-5. */
    const double pair = measure("contour", 256, 1e-6, 20).seconds +
                        measure("contour", 128, 1e-6, 20).seconds;
    printf("contour  256 + 128 cells: %8.2f ms at tolerance 1e-6\n", 1e3 * pair);
    const struct figures euler = measure("backward_euler", 4096, 1e-4, 1);
    printf("backward Euler 4096 cells: %8.2f ms, error %.1e: %.0f times the contour's\n",
           1e3 * euler.seconds, euler.error, euler.seconds / contour.seconds);
    return 0;
}
