/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_time [threads | extrapolated]: how long exp(tA) p0 takes in one dimension, on one core. Not a
 * test: figures to read. Double well L = (x^2 - 1)^2, D = 0.1 on [-2, 2], p0 = N(-1,
 * 0.1^2), 100 snapshots from t = 0.01 to 1000, log-spaced, tolerance 1e-10.
 *   threads        only by how much two threads are faster than one (on two idle cores)
 *   extrapolated   only the seconds to a given L1 error with Richardson extrapolation, for
 *                  the two problems of bench_scipy.py, which reads these lines */
#include "solver/equation/line.h"
#include "tests/chains.h"
#include <omp.h>
#include <stdio.h>
#include <time.h>

enum { SNAPSHOTS = 100, FINEST = 8192, MOST = 262144 };
static const struct chain_case well = {
    "double well", drift_double_well, 0.1, -2, 2, 0, REFLECTING, -1, 0.1};
static const struct chain_case linear = {
    "Ornstein-Uhlenbeck", drift_linear, 0.1, -4, 4, 0, REFLECTING, 1, 0.2};

static double seconds_by(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static double seconds(void) {
    return seconds_by(CLOCK_THREAD_CPUTIME_ID);
}

static bool worst_error(void *context, size_t k, const double *p, double time_error,
                        struct error *err) {
    (void)k, (void)p, (void)err;
    double *worst = context;
    *worst = fmax(*worst, time_error);
    return true;
}

static void snapshot_times(double *t) {
    for (int k = 0; k < SNAPSHOTS; k++)
        t[k] = 0.01 * pow(10, 5.0 * k / (SNAPSHOTS - 1));
}

struct figures {
    double seconds, error;
};

static struct figures measure(const char *method, size_t cells, double tolerance,
                              int times) {
    struct error err = {0};
    double t[SNAPSHOTS];
    snapshot_times(t);
    struct chain *c = chain_create(&well, cells);
    struct figures best = {INFINITY, 0};
    const struct propagator_options options = {.tolerance = tolerance};
    for (int i = 0; i < times; i++) {
        double worst = 0;
        const double start = seconds();
        struct propagator *p =
            propagator_create(propagator_find(line_equation.methods, method), &c->generator,
                              NULL, &options, &err);
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

/* ------------------------------------------------------ to a given error in space */

struct snapshots {
    size_t cells;
    double *p; /* [SNAPSHOTS][cells] */
};

static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)time_error, (void)err;
    const struct snapshots *s = context;
    memcpy(s->p + k * s->cells, p, s->cells * sizeof *p);
    return true;
}

/* Generator, propagator and all snapshots. */
static struct snapshots solve(const struct chain_case *problem, size_t cells,
                              double tolerance) {
    struct error err = {0};
    double t[SNAPSHOTS];
    snapshot_times(t);
    struct chain *c = chain_create(problem, cells);
    struct snapshots s = {cells, malloc(SNAPSHOTS * cells * sizeof(double))};
    const struct propagator_options options = {.tolerance = tolerance};
    struct propagator *p =
        propagator_create(propagator_find(line_equation.methods, "contour"), &c->generator,
                          NULL, &options, &err);
    if (p == NULL || !propagator_advance(p, c->p0, SNAPSHOTS, t, keep, &s, &err))
        puts(err.message);
    propagator_destroy(p);
    chain_destroy(c);
    return s;
}

/* (4 fine - coarse) / 3 on the coarse cells. */
static struct snapshots extrapolate(const struct chain_case *problem, size_t cells,
                                    double tolerance) {
    struct snapshots fine = solve(problem, cells, tolerance),
                     coarse = solve(problem, cells / 2, tolerance);
    for (size_t i = 0; i < SNAPSHOTS * coarse.cells; i++)
        coarse.p[i] = (2 * (fine.p[2 * i] + fine.p[2 * i + 1]) - coarse.p[i]) / 3;
    free(fine.p);
    return coarse;
}

/* Largest L1 distance of a snapshot to the finer result. */
static double distance(const struct chain_case *problem, const struct snapshots *s,
                       const struct snapshots *finer) {
    const size_t factor = finer->cells / s->cells;
    double worst = 0;
    for (size_t k = 0; k < SNAPSHOTS; k++) {
        double sum = 0;
        for (size_t i = 0; i < s->cells; i++) {
            double mean = 0;
            for (size_t j = 0; j < factor; j++)
                mean += finer->p[k * finer->cells + i * factor + j] / (double)factor;
            sum += fabs(s->p[k * s->cells + i] - mean);
        }
        worst = fmax(worst, sum * (problem->hi - problem->lo) / (double)s->cells);
    }
    return worst;
}

/* The fewest cells that reach the error against FINEST cells, and their time. */
static void time_to_error(const struct chain_case *problem, double wanted) {
    const struct snapshots exact = extrapolate(problem, FINEST, 1e-12);
    double best = INFINITY, error = INFINITY;
    size_t cells = 32;
    while (error > wanted && cells < FINEST / 2) {
        cells *= 2;
        for (int i = 0; i < 20; i++) {
            const double start = seconds();
            struct snapshots s = extrapolate(problem, cells, wanted / 10);
            const double took = seconds() - start;
            best = i == 0 || took < best ? took : best;
            error = distance(problem, &s, &exact);
            free(s.p);
        }
    }
    printf("contour, %s: %zu + %zu cells, %.2f ms, L1 %.1e\n", problem->name, cells,
           cells / 2, 1e3 * best, error);
    free(exact.p);
}

static void extrapolated_table(void) {
    const struct chain_case *const problems[] = {&well, &linear};
    for (size_t i = 0; i < 2; i++) {
        time_to_error(problems[i], 2e-5);
        time_to_error(problems[i], 1e-6);
    }
}

/* Seconds by the clock on the wall: best of some runs. */
static double wall(size_t cells, int threads) {
    double best = INFINITY;
    omp_set_num_threads(threads);
    for (int i = 0; i < 20; i++) {
        const double start = seconds_by(CLOCK_MONOTONIC);
        struct snapshots s = solve(&well, cells, 1e-10);
        const double took = seconds_by(CLOCK_MONOTONIC) - start;
        if (took < best) best = took;
        free(s.p);
    }
    return best;
}

static void threads_table(void) {
    for (size_t cells = 4096; cells <= 65536; cells *= 4)
        printf("contour       %5zu cells: two threads %.2f times one\n", cells,
               wall(cells, 1) / wall(cells, 2));
}

static void table_of_times(void) {
    const struct figures contour = measure("contour", 4096, 1e-10, 10);
    printf("contour        4096 cells: %8.2f ms, error %.1e, %.3g cells x snapshots a "
           "second\n",
           1e3 * contour.seconds, contour.error, 4096 * SNAPSHOTS / contour.seconds);
    double least = 0, most = 0;
    for (size_t cells = 1024; cells <= MOST; cells *= 4) {
        const struct figures f = measure("contour", cells, 1e-10, 3);
        printf("contour      %6zu cells: %8.2f ms, error %.1e\n", cells, 1e3 * f.seconds,
               f.error);
        if (cells == 1024) least = f.seconds;
        most = f.seconds;
    }
    printf("cost grows as cells^%.2f\n", log(most / least) / log(MOST / 1024));
    const struct figures euler = measure("backward_euler", 4096, 1e-4, 1);
    printf("backward Euler 4096 cells: %8.2f ms, error %.1e: %.0f times the contour's\n",
           1e3 * euler.seconds, euler.error, euler.seconds / contour.seconds);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "extrapolated") == 0)
        extrapolated_table();
    else if (argc > 1 && strcmp(argv[1], "threads") == 0)
        threads_table();
    else
        table_of_times();
    return 0;
}
