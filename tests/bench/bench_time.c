/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_time: how long exp(tA) p0 takes in one dimension, on one core. Not a test: figures
 * to read. Double well L = (x^2 - 1)^2, D = 0.1 on [-2, 2], p0 = N(-1, 0.1^2), 100
 * snapshots from t = 0.01 to 1000, log-spaced, tolerance 1e-10. Lines for tests/bench/run:
 *   contour CELLS     milliseconds, stated error, multiply-adds of the sums (at most: poles that
 *                     are worth nothing late in a window are left out), peak memory
 *   peak              multiply-adds a second of a bare loop over registers
 *   threads CELLS     milliseconds by the clock on the wall, one thread and two
 *   extrapolated [NAME ERROR]   milliseconds to an L1 error with Richardson extrapolation,
 *                     for the problems and errors of bench_scipy.py; all without a name */
#include "solver/equation/line.h"
#include "tests/chains.h"
#include <omp.h>
#include <stdio.h>
#include <string.h>
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

/* What is seen of a run from its snapshots. */
struct seen {
    const struct propagator *propagator;
    double error;      /* largest stated */
    double poles_used; /* summed over the snapshots: those of its window */
    int64_t solves;    /* up to the last window */
    double poles;      /* of the last window */
};

static bool see(void *context, size_t k, const double *p, double time_error,
                struct error *err) {
    (void)k, (void)p, (void)err;
    struct seen *s = context;
    const int64_t solves = s->propagator->counts.solves;
    if (solves > s->solves) s->poles = (double)(solves - s->solves);
    s->solves = solves;
    s->poles_used += s->poles;
    s->error = fmax(s->error, time_error);
    return true;
}

static void snapshot_times(double *t) {
    for (int k = 0; k < SNAPSHOTS; k++)
        t[k] = 0.01 * pow(10, 5.0 * k / (SNAPSHOTS - 1));
}

struct figures {
    double seconds, error;
    double multiply_adds; /* of real and imaginary parts, cells x poles x snapshots each */
};

/* Best of some runs by that clock; of the propagator alone. */
static struct figures measure_by(clockid_t clock, const char *method, size_t cells,
                                 double tolerance, int times) {
    struct error err = {0};
    double t[SNAPSHOTS];
    snapshot_times(t);
    struct chain *c = chain_create(&well, cells);
    struct figures best = {.seconds = INFINITY};
    const struct propagator_options options = {.tolerance = tolerance};
    for (int i = 0; i < times; i++) {
        struct seen seen = {0};
        const double start = seconds_by(clock);
        struct propagator *p =
            propagator_create(propagator_find(line_equation.methods, method), &c->generator,
                              NULL, &options, &err);
        seen.propagator = p;
        const bool ok =
            p != NULL && propagator_advance(p, c->p0, SNAPSHOTS, t, see, &seen, &err);
        const double took = seconds_by(clock) - start;
        if (!ok) printf("%s: %s\n", method, err.message);
        if (took < best.seconds) best.seconds = took;
        best.error = seen.error;
        best.multiply_adds = 2 * (double)cells * seen.poles_used;
        propagator_destroy(p);
    }
    chain_destroy(c);
    return best;
}

static struct figures measure(const char *method, size_t cells, double tolerance,
                              int times) {
    return measure_by(CLOCK_THREAD_CPUTIME_ID, method, cells, tolerance, times);
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

static void extrapolated_table(const char *name, double wanted) {
    const struct chain_case *const problems[] = {&well, &linear};
    const double errors[] = {2e-5, 1e-6};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            if (name == NULL ||
                (strcmp(name, problems[i]->name) == 0 && wanted == errors[k]))
                time_to_error(problems[i], errors[k]);
}

/* Seconds by the clock on the wall. */
static double wall(size_t cells, int threads) {
    omp_set_num_threads(threads);
    return measure_by(CLOCK_MONOTONIC, "contour", cells, 1e-10, 20).seconds;
}

static void threads_line(size_t cells) {
    const double one = wall(cells, 1), two = wall(cells, 2);
    printf("threads cells=%zu one=%.3f two=%.3f ratio=%.2f\n", cells, 1e3 * one, 1e3 * two,
           one / two);
}

/* --------------------------------------------------------------------- the processor */

typedef double eight __attribute__((vector_size(64)));
enum { SUMS = 12 }; /* as many as hide the time of a sum, and registers hold */

/* Products and sums apart, as the library has them: the same bits on every machine. */
__attribute__((target_clones("avx512f", "avx2", "default"))) static double
bare_multiply_adds(size_t rounds, double by) {
    eight sum[SUMS] = {0}, x = {1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t r = 0; r < rounds; r++) {
        x = x + by;
#pragma GCC unroll 12
        for (int k = 0; k < SUMS; k++)
            sum[k] += sum[k] * x;
    }
    double all = 0;
    for (int k = 0; k < SUMS; k++)
        all += sum[k][k % 8];
    return all;
}

static void peak_line(void) {
    const size_t rounds = 2000000;
    double best = INFINITY, sum = 0;
    for (int i = 0; i < 20; i++) {
        const double start = seconds();
        sum += bare_multiply_adds(rounds, 0);
        best = fmin(best, seconds() - start);
    }
    printf("peak multiply_adds_a_second=%.4g (%g)\n", (double)rounds * SUMS * 8 / best,
           sum);
}

/* Most memory of this program; getrusage's figure begins with that of the one which started it. */
static double peak_bytes(void) {
    char line[256];
    double kB = NAN;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmHWM: %lf", &kB) == 1) break;
    if (status != NULL) fclose(status);
    return 1024 * kB;
}

static double contour_line(size_t cells, int times) {
    const struct figures f = measure("contour", cells, 1e-10, times);
    printf("contour cells=%zu ms=%.3f error=%.1e multiply_adds=%.4g peak_bytes=%.4g\n",
           cells, 1e3 * f.seconds, f.error, f.multiply_adds, peak_bytes());
    return f.seconds;
}

static void table_of_times(void) {
    double least = 0, most = 0, middle = 0;
    peak_line();
    for (size_t cells = 1024; cells <= MOST; cells *= 4) {
        most = contour_line(cells, cells <= 4096 ? 10 : 3);
        if (cells == 1024) least = most;
        if (cells == 4096) middle = most;
    }
    printf("cost grows as cells^%.2f\n", log(most / least) / log(MOST / 1024));
    const struct figures euler = measure("backward_euler", 4096, 1e-4, 1);
    printf("backward_euler cells=4096 ms=%.2f error=%.1e: %.0f times the contour's\n",
           1e3 * euler.seconds, euler.error, euler.seconds / middle);
}

int main(int argc, char **argv) {
    const char *const mode = argc > 1 ? argv[1] : "";
    const size_t cells = argc > 2 ? strtoul(argv[2], NULL, 10) : 4096;
    if (strcmp(mode, "extrapolated") == 0)
        extrapolated_table(argc > 3 ? argv[2] : NULL, argc > 3 ? strtod(argv[3], NULL) : 0);
    else if (strcmp(mode, "threads") == 0)
        threads_line(cells);
    else if (strcmp(mode, "peak") == 0)
        peak_line();
    else if (strcmp(mode, "contour") == 0)
        contour_line(cells, cells <= 16384 ? 5 : 2);
    else
        table_of_times();
    return 0;
}
