/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Path-steps per second. Not a test: figures to read; tests/bench/bench_mc.py runs this and
 * plain NumPy loops of the same processes.
 *   double well   dx = (x - x^3) dt + 0.5 dW, Euler, compiled in and as expressions
 *   two points    SGD on l0 = -exp(-(w-2)^2), l1 = l0 - exp(-100 (w-1)^2)
 *   table         SGD on l = (a w - b)^2 / 2 over 1000 rows (a, b), B = 32
 *   Levy          dx = (x - x^3) dt + 0.5 dL, alpha = 1.5, Euler
 *   kinetic       dx = v dt, dv = (x - x^3 - v) dt + sqrt(0.6) dW, Euler
 * and, for two of them, what a hand would write for this one process: blocks of random
 * numbers and one fused loop over them.
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

enum { WALKERS = 100000, ROWS = 1000, BATCH = 32, RUNS = 15 };
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
    expr node[5];
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
        walkers_start_gaussian(w, (double[]){0.5, 0}, (double[]){0.03, 0, 0.03});
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

/* ------------------------------------------------------------------- the bare loops */

static void bare_line(const char *name, double path_steps, double seconds) {
    printf("%-28s 1 threads %8.1f M/s per core %8.1f M/s\n", name,
           1e-6 * path_steps / seconds, 1e-6 * path_steps / seconds);
}

__attribute__((target_clones("avx512f", "avx2", "default"))) static void
bare_step(const double *restrict z, double *restrict x) {
    for (size_t i = 0; i < WALKERS_BLOCK; i++)
        x[i] += 0.01 * (x[i] - x[i] * x[i] * x[i]) + 0.05 * z[i];
}

/* Normals of a pair of steps, and the steps. */
static void bare_double_well(uint64_t pairs, const double *table, double *x) {
    double z[2][WALKERS_BLOCK];
    (void)table;
    for (uint64_t c = 0; c < pairs; c++) {
        random_normals((struct random_key){1, 0}, RANDOM_NOISE, c, 0, z[0], z[1]);
        bare_step(z[0], x);
        bare_step(z[1], x);
    }
}

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

/* a (a w - b) for two walkers and the rows (a, b) drawn for them. */
static inline __attribute__((always_inline)) two
bare_gradient(const double *table, uint32_t bits, uint32_t next_bits, two w) {
    const two row = *(const two *)(table + 2 * random_below(bits, ROWS));
    const two next = *(const two *)(table + 2 * random_below(next_bits, ROWS));
    const two a = {row[0], next[0]}, b = {row[1], next[1]};
    return a * (a * w - b);
}

/* Four rows for each walker, one for each half of its two words. */
__attribute__((target_clones("avx512f", "avx2", "default"))) static void
bare_rows(const double *restrict table, const uint64_t *restrict word0,
          const uint64_t *restrict word1, const double *restrict w, double *restrict g) {
    for (size_t i = 0; i < WALKERS_BLOCK; i += 2) {
        const two x = *(const two *)(w + i);
        two sum = *(const two *)(g + i);
        for (int half = 32; half >= 0; half -= 32) {
            sum += bare_gradient(table, (uint32_t)(word0[i] >> half),
                                 (uint32_t)(word0[i + 1] >> half), x);
            sum += bare_gradient(table, (uint32_t)(word1[i] >> half),
                                 (uint32_t)(word1[i + 1] >> half), x);
        }
        *(two *)(g + i) = sum;
    }
}

static void bare_table(uint64_t pairs, const double *table, double *w) {
    uint64_t word[2][WALKERS_BLOCK];
    for (uint64_t k = 0; k < 2 * pairs; k++) {
        double g[WALKERS_BLOCK] = {0};
        for (uint64_t q = 0; q < BATCH / 4; q++) {
            random_words((struct random_key){1, 0}, RANDOM_BATCH, k * BATCH / 4 + q, 0,
                         word[0], word[1]);
            bare_rows(table, word[0], word[1], w, g);
        }
        for (size_t i = 0; i < WALKERS_BLOCK; i++)
            w[i] -= 0.02 / BATCH * g[i];
    }
}

static void measure_bare(const char *name, void (*run)(uint64_t, const double *, double *),
                         uint64_t pairs, const double *table) {
    double x[WALKERS_BLOCK] = {0}, best = HUGE_VAL;
    if (strncmp(name, wanted, strlen(wanted)) != 0) return;
    for (int k = 0; k < RUNS; k++) {
        const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
        run(pairs, table, x);
        best = fmin(best, seconds(CLOCK_THREAD_CPUTIME_ID) - start);
    }
    bare_line(name, 2 * (double)pairs * WALKERS_BLOCK, best);
}

/* ---------------------------------------------------------------------- the library */

static void measure_levy(void) {
    const char *const x[] = {"x"}, *const well[] = {"x - x^3", "0.5"};
    struct program *drift = compile(x, 1, well, 2, false);
    struct walkers_model levy = model_of(WALKERS_EULER, drift);
    levy.stable = 1.5, levy.noise_is_root = true;
    levy.lo[0] = -2, levy.hi[0] = 2, levy.held = true;
    measure("Levy, alpha = 1.5", &levy, 50);
    program_destroy(drift);
}

static void measure_kinetic(void) {
    const char *const x[] = {"x", "v"};
    const char *const well[] = {"v", "x - x^3 - v", "0", "0", "0.3"};
    struct program *drift = compile(x, 2, well, 5, false);
    struct walkers_model kinetic = model_of(WALKERS_EULER, drift);
    kinetic.dims = 2;
    kinetic.lo[1] = -HUGE_VAL, kinetic.hi[1] = HUGE_VAL;
    measure("kinetic", &kinetic, 100);
    program_destroy(drift);
}

static void measure_all(const double *rows) {
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
    table.step = 1, table.examples = ROWS, table.batch = BATCH;
    table.columns = 2, table.table = rows;
    measure("SGD, 1000 rows, B = 32", &table, 8);
    program_destroy(example);
    program_destroy(points);
    program_destroy(drift);
}

int main(int argc, char **argv) {
    static double row[ROWS][2];
    for (int j = 0; j < ROWS; j++)
        row[j][0] = 1 + 0.3 * sin(j), row[j][1] = cos(1.7 * j);
    omp_set_num_threads(argc > 1 ? atoi(argv[1]) : 1);
    if (argc > 2) wanted = argv[2];
    printf("instruction set: %s\n", program_instruction_set());
    measure_bare("double well, bare loop", bare_double_well, 10000, NULL);
    measure_bare("SGD, 1000 rows, bare loop", bare_table, 400, row[0]);
    measure_all(row[0]);
    measure_levy();
    measure_kinetic();
    return 0;
}
