/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Path-steps per second. Not a test: figures to read; tests/bench/bench_mc.py runs this and
 * plain NumPy loops of the same processes.
 *   double well   dx = (x - x^3) dt + 0.5 dW, Euler, compiled in and as expressions
 *   two points    SGD on l0 = -exp(-(w-2)^2), l1 = l0 - exp(-100 (w-1)^2)
 *   table         SGD on l = (a w - b)^2 / 2 over 1000 rows (a, b), B = 32
 * One line each: name, threads, 10^6 path-steps per CPU second, the same per second.
 *     bench_mc [THREADS [NAME]]     only the lines whose name begins with NAME */
#include "solver/mc/start.h"
#include "solver/mc/walkers.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WALKERS = 100000, ROWS = 1000, RUNS = 15 };
static struct error err;
static const char *wanted = ""; /* what the names to be measured begin with */

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What the library does per block, for the reference: vectorised with the block loops. */
__attribute__((target_clones("avx512f", "avx2", "default"))) static void
double_well(const void *self, double t, size_t n, const double *const *in,
            double *const *out) {
    (void)t;
    const double *restrict x = in[0];
    double *restrict a = out[0], *restrict D = out[1];
    (void)self;
    for (size_t i = 0; i < n; i++) {
        a[i] = x[i] - x[i] * x[i] * x[i];
        D[i] = 0.125;
    }
}

/* A program of the texts in variables names[]; exits with the message on a mistake. */
static struct program *compile(const char *const *names, size_t variables,
                               const char *const *texts, size_t outputs, bool derive) {
    struct graph *graph = graph_create(&err);
    expr node[4];
    bool ok = graph != NULL;
    for (size_t v = 0; ok && v < variables; v++)
        ok = graph_variable(graph, names[v], &err);
    for (size_t k = 0; ok && k < outputs; k++) {
        ok = (node[k] = expr_parse(graph, texts[k], &err)) != EXPR_NONE;
        if (ok && derive) node[k] = expr_derivative(graph, node[k], 0);
    }
    struct program *program = ok ? program_create(graph, node, outputs, &err) : NULL;
    graph_destroy(graph);
    if (program == NULL) fprintf(stderr, "%s\n", err.message), exit(1);
    return program;
}

static struct walkers_model model_of(enum walkers_kind kind,
                                     const struct program *program) {
    return (struct walkers_model){.kind = kind,
                                  .dims = 1,
                                  .step = 0.01,
                                  .eta = {0.02},
                                  .function.program = program,
                                  .examples = 1,
                                  .batch = 1,
                                  .lo = {-HUGE_VAL},
                                  .hi = {HUGE_VAL}};
}

/* Best of many short runs, some 2 10^7 path-steps each: other loads leave gaps. */
static void measure(const char *name, const struct walkers_model *model, uint64_t steps) {
    if (strncmp(name, wanted, strlen(wanted)) != 0) return;
    struct walkers *w = walkers_create_for(model, WALKERS, (struct random_key){1, 0}, &err);
    double cpu = HUGE_VAL, wall = HUGE_VAL;
    if (w == NULL) fprintf(stderr, "%s\n", err.message), exit(1);
    for (int k = 0; k < RUNS; k++) {
        walkers_start_gaussian(w, (double[]){0.5}, (double[]){0.03});
        const double c = seconds(CLOCK_PROCESS_CPUTIME_ID), t = seconds(CLOCK_MONOTONIC);
        if (!walkers_advance(w, model, steps, NULL, &err))
            fprintf(stderr, "%s\n", err.message), exit(1);
        cpu = fmin(cpu, seconds(CLOCK_PROCESS_CPUTIME_ID) - c);
        wall = fmin(wall, seconds(CLOCK_MONOTONIC) - t);
    }
    const double path_steps = (double)steps * WALKERS / 1e6;
    printf("%-28s %d threads %8.1f M/s per core %8.1f M/s\n", name, omp_get_max_threads(),
           path_steps / cpu, path_steps / wall);
    walkers_destroy(w);
}

/* The bare kernel: normals and one fused loop over the block, as a hand would write it. */
__attribute__((target_clones("avx512f", "avx2", "default"))) static void
bare_step(const double *restrict z, double *restrict x) {
    for (size_t i = 0; i < WALKERS_BLOCK; i++)
        x[i] += 0.01 * (x[i] - x[i] * x[i] * x[i]) + 0.05 * z[i];
}

static void measure_bare(void) {
    double z[2][WALKERS_BLOCK], x[WALKERS_BLOCK] = {0}, best = HUGE_VAL;
    const uint64_t pairs = 10000;
    for (int k = 0; k < RUNS; k++) {
        const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
        for (uint64_t c = 0; c < pairs; c++) {
            random_normals((struct random_key){1, 0}, RANDOM_NOISE, c, 0, z[0], z[1]);
            bare_step(z[0], x);
            bare_step(z[1], x);
        }
        best = fmin(best, seconds(CLOCK_THREAD_CPUTIME_ID) - start);
    }
    printf("%-28s 1 threads %8.1f M/s per core (mean x %.3g)\n", "double well, bare loop",
           2e-6 * (double)pairs * WALKERS_BLOCK / best, x[0]);
}

static void measure_all(const double *const *column) {
    const char *const w[] = {"w"}, *const row[] = {"w", "a", "b"};
    const char *const well[] = {"w - w^3", "0.125"}, *const square[] = {"0.5*(a*w - b)^2"};
    const char *const pits[] = {"-exp(-(w-2)^2)", "-exp(-(w-2)^2) - exp(-100*(w-1)^2)"};
    struct program *drift = compile(w, 1, well, 2, false);
    struct program *points = compile(w, 1, pits, 2, true);
    struct program *example = compile(row, 3, square, 1, true);
    struct walkers_model compiled = model_of(WALKERS_EULER, NULL);
    compiled.function.evaluate = double_well;
    measure("double well, compiled", &compiled, 200);
    const struct walkers_model euler = model_of(WALKERS_EULER, drift);
    measure("double well, expressions", &euler, 200);
    struct walkers_model sgd = model_of(WALKERS_SGD, points);
    sgd.step = 1, sgd.examples = 2;
    measure("SGD, two points", &sgd, 200);
    struct walkers_model table = model_of(WALKERS_SGD, example);
    table.step = 1, table.examples = ROWS, table.batch = 32;
    table.columns = 2, table.column = column;
    measure("SGD, 1000 rows, B = 32", &table, 8);
    program_destroy(example);
    program_destroy(points);
    program_destroy(drift);
}

int main(int argc, char **argv) {
    static double a[ROWS], b[ROWS];
    const double *const column[2] = {a, b};
    for (int j = 0; j < ROWS; j++)
        a[j] = 1 + 0.3 * sin(j), b[j] = cos(1.7 * j);
    omp_set_num_threads(argc > 1 ? atoi(argv[1]) : 1);
    if (argc > 2) wanted = argv[2];
    printf("instruction set: %s\n", program_instruction_set());
    if (argc <= 1) measure_bare();
    measure_all(column);
    return 0;
}
