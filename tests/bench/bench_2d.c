/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_2d [LARGEST = 256 [SMALLEST]]: the two-dimensional solver on square grids of 128,
 * 256, ... cells, seconds of CPU time, the table `time` to 1e-6 in time; with SMALLEST the
 * table `space` alone, from there.
 *   time    double well L = (x^2-1)^2 + 2 (y-x/2)^2, D = 0.15, four times; the growth
 *           exponent of the seconds with the number of cells; and backward Euler with the
 *           same solver, 64 steps an interval, with what its error would cost at 1e-6
 *   space   double well and Ornstein-Uhlenbeck with Richardson extrapolation: L1 against
 *           the extrapolated next finer grid and the exact law
 * bench_2d reach [NAME]: rows of `space` on grids between 96 and 448 cells, for
 * tests/bench/bench_2d_scipy.py, which asks what an accuracy costs.
 * bench_2d solve NAME CELLS: seconds of one row of `reach`, without its error; bench_2d once
 * CELLS: one row of `time`. Both for tests/bench/run.
 * bench_2d reference FILE: the double well at its four times as doubles, means over 64^2
 * cells of the extrapolated solution on 512^2.
 * OMP_NUM_THREADS=1 for figures of one core.
 */
#include "solver/linalg/elimination.h"
#include "solver/time/plane/backward_euler.h"
#include "solver/time/plane/krylov.h"
#include "tests/bench/usage.h"
#include "tests/solver/plane_models.h"
#include <stdio.h>
#include <string.h>

enum { TIMES = 4 };

struct result {
    double *p[TIMES], error[TIMES]; /* snapshots and reported errors */
    double assembly, seconds;
    struct propagator_counts counts;
    char chosen[256];
    size_t cells;
};
static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct result *r = context;
    r->p[k] = malloc(r->cells * sizeof *p);
    memcpy(r->p[k], p, r->cells * sizeof *p);
    r->error[k] = time_error;
    return true;
}
static void finish(struct result *r) {
    for (int k = 0; k < TIMES; k++)
        free(r->p[k]);
}

typedef struct propagator *(*creator)(const struct plane_generator *,
                                      const struct propagator_options *, struct error *);

struct task {
    const char *name;
    struct coefficients model;
    struct normal2 start;
    double half, t[TIMES];
    size_t times;
    double tolerance; /* in time */
};

static struct result solve(const struct task *task, const struct grid *grid, creator create,
                           size_t times, const double *t, double step) {
    struct result r = {.cells = grid->cells};
    struct error err;
    const struct propagator_options options = {.tolerance = step > 0 ? 1 : task->tolerance,
                                               .step = step};
    double *p0 = malloc(grid->cells * sizeof *p0), at = now();
    struct plane_generator *g = plane_generator_create(grid, &task->model, &err);
    if (g == NULL) puts(err.message), exit(1);
    r.assembly = now() - at;
    cell_averages(grid, normal2_density, &task->start, p0);
    at = now();
    struct propagator *p = create(g, &options, &err);
    if (p == NULL || !propagator_advance(p, p0, times, t, keep, &r, &err))
        puts(err.message), exit(1);
    r.seconds = now() - at;
    r.counts = p->counts;
    memcpy(r.chosen, p->chosen, sizeof r.chosen);
    propagator_destroy(p);
    plane_generator_destroy(g);
    free(p0);
    return r;
}

static void time_table(const struct task *task, size_t largest) {
    puts("time: double well, t = 0.1 1 10 100 to 1e-6");
    puts(" cells  assembly   krylov  solves  growth   reported      GB | backward Euler: "
         "s, error, s at 1e-6 (first order)");
    double before = 0;
    for (size_t n = 128; n <= largest; n *= 2) {
        struct grid *grid = square_grid(n, task->half);
        struct result r = solve(task, grid, krylov_create, TIMES, task->t, 0);
        double reported = 0, seconds = r.assembly + r.seconds;
        for (int k = 0; k < TIMES; k++)
            reported = fmax(reported, r.error[k]);
        printf("%5zu^2 %8.3f %8.3f %7lld %7.2f %10.1e %7.2f", n, r.assembly, r.seconds,
               (long long)r.counts.solves, before > 0 ? log2(seconds / before) / 2 : 0.0,
               reported, gigabytes());
        before = seconds;
        if (n <= 512) { /* 64 steps to each time: here only to the first, the hardest */
            struct result e =
                solve(task, grid, plane_backward_euler_create, 1, task->t, task->t[0] / 64);
            const double wrong = field_l1(grid, e.p[0], r.p[0]);
            printf(" | %.2f (t = 0.1 alone), %.1e, %.0f", e.seconds, wrong,
                   e.seconds * wrong / 1e-6);
            finish(&e);
        }
        puts("");
        fflush(stdout);
        finish(&r);
        grid_destroy(grid);
    }
}

/* Fine solution plus a third of its difference to the coarse one. */
static struct result extrapolate(const struct task *task, const struct grid *grid) {
    struct error err;
    struct result fine = solve(task, grid, krylov_create, task->times, task->t, 0);
    struct grid *half = grid_coarsen(grid, 2, &err);
    struct result coarse = solve(task, half, krylov_create, task->times, task->t, 0);
    double *d = malloc(half->cells * sizeof *d), *q = malloc(grid->cells * sizeof *q);
    for (size_t k = 0; k < task->times; k++) {
        field_restrict(grid, 2, fine.p[k], half, d);
        for (size_t i = 0; i < half->cells; i++)
            d[i] = (d[i] - coarse.p[k][i]) / 3;
        field_prolong(half, d, 2, grid, q);
        for (size_t i = 0; i < grid->cells; i++)
            fine.p[k][i] += q[i];
    }
    fine.seconds += fine.assembly + coarse.seconds + coarse.assembly;
    free(d), free(q);
    finish(&coarse);
    grid_destroy(half);
    return fine;
}

/* In time a fifth of what is wanted in space: 5e-4 (exact law) or 2e-5 on 256^2 cells,
 * falling with the fourth power of the width. */
static struct task scaled_to(const struct task *task, size_t n, bool exact) {
    struct task scaled = *task;
    scaled.tolerance = (exact ? 5e-4 : 2e-5) / 5 * pow(256.0 / (double)n, 4);
    return scaled;
}

static void solve_line(const struct task *of, size_t n, bool exact) {
    const struct task task = scaled_to(of, n, exact);
    struct grid *grid = square_grid(n, task.half);
    struct result r = extrapolate(&task, grid);
    printf("solve cells=%zu seconds=%.4f gigabytes=%.3f\n", n, r.seconds, gigabytes());
    finish(&r);
    grid_destroy(grid);
}

static void once_line(const struct task *task, size_t n) {
    struct grid *grid = square_grid(n, task->half);
    struct result r = solve(task, grid, krylov_create, task->times, task->t, 0);
    double reported = 0;
    for (size_t k = 0; k < task->times; k++)
        reported = fmax(reported, r.error[k]);
    printf("once cells=%zu seconds=%.3f gigabytes=%.3f solves=%lld error=%.1e\n", n,
           r.assembly + r.seconds, gigabytes(), (long long)r.counts.solves, reported);
    finish(&r);
    grid_destroy(grid);
}

/* Sum of x[n], in sums side by side: what reading costs. */
static double read_all(size_t n, const double *x) {
    double part[32] = {0}, sum = 0;
    for (size_t i = 0; i + 32 <= n; i += 32)
        for (size_t q = 0; q < 32; q++)
            part[q] += x[i + q];
    for (size_t q = 0; q < 32; q++)
        sum += part[q];
    return sum;
}

/* The double well's factors: seconds of a solve, and of reading as many numbers. */
static void rate_line(const struct task *task, size_t side) {
    struct error err;
    struct grid *grid = square_grid(side, task->half);
    struct plane_generator *g = plane_generator_create(grid, &task->model, &err);
    struct elimination *e = g ? elimination_create(g->matrix, NULL, NULL, &err) : NULL;
    if (e == NULL || !elimination_factor(e, 10, NULL, &err)) puts(err.message), exit(1);
    const size_t n = grid->cells, numbers = elimination_numbers(e);
    double *x = malloc(3 * n * sizeof *x), *many = malloc(numbers * sizeof *many);
    double solve = HUGE_VAL, read = HUGE_VAL;
    cell_averages(grid, normal2_density, &task->start, x);
    for (size_t i = 0; i < numbers; i++)
        many[i] = (double)i;
    for (int turn = 0; turn < 12; turn++) {
        const double begun = now();
        elimination_solve(e, x, x, x + n);
        const double between = now();
        if (!(read_all(numbers, many) > 0)) puts("?");
        solve = fmin(solve, between - begun), read = fmin(read, now() - between);
    }
    printf("rate cells=%zu solve=%.5f read=%.5f bytes=%zu\n", side, solve, read,
           numbers * sizeof *many);
    free(x), free(many);
    elimination_destroy(e);
    plane_generator_destroy(g);
    grid_destroy(grid);
}

static void space_row(const struct task *of, size_t n, const struct linear2 *exact) {
    const struct task scaled = scaled_to(of, n, exact != NULL), *task = &scaled;
    struct grid *grid = square_grid(n, task->half);
    struct result r = extrapolate(task, grid);
    double *q = malloc(grid->cells * sizeof *q);
    printf("%-20s %5zu^2 %8.2f s %5.2f GB ", task->name, n, r.seconds, gigabytes());
    struct grid *next = exact == NULL ? square_grid(2 * n, task->half) : NULL;
    struct result finer = {.cells = 0};
    if (next != NULL) finer = extrapolate(task, next);
    for (size_t k = 0; k < task->times; k++) {
        if (exact != NULL) {
            const struct normal2 law = linear2_law(exact, task->start, task->t[k]);
            cell_averages(grid, normal2_density, &law, q);
        } else {
            field_restrict(next, 2, finer.p[k], grid, q);
        }
        printf(" %8.1e (t = %g)", field_l1(grid, r.p[k], q), task->t[k]);
    }
    puts("");
    fflush(stdout);
    free(q);
    finish(&r), finish(&finer);
    grid_destroy(next);
    grid_destroy(grid);
}

/* Means over 64^2 cells of what 512^2 give. */
static void write_reference(const struct task *wells, const char *path) {
    struct task task = *wells;
    task.tolerance = 1e-9;
    struct grid *grid = square_grid(512, task.half), *coarse = square_grid(64, task.half);
    struct result r = extrapolate(&task, grid);
    double *q = malloc(coarse->cells * sizeof *q);
    FILE *file = fopen(path, "wb");
    if (file == NULL) perror(path), exit(1);
    for (size_t k = 0; k < task.times; k++) {
        field_restrict(grid, 8, r.p[k], coarse, q);
        fwrite(q, sizeof *q, coarse->cells, file);
    }
    if (fclose(file) != 0) perror(path), exit(1);
    free(q);
    finish(&r);
    grid_destroy(coarse);
    grid_destroy(grid);
}

int main(int argc, char **argv) {
    const size_t largest = argc > 1 ? strtoul(argv[1], NULL, 10) : 256;
    const size_t smallest = argc > 2 ? strtoul(argv[2], NULL, 10) : 256;
    static const struct well2 well = {0.15};
    static const struct linear2 linear = {{1, 0.3, 0.3, 2}, {0.5, 0.3, 0.25}};
    const struct task wells = {
        "double well", well2_model(&well), {{-1, -0.5}, 0.0225, 0, 0.0225},
        2.5,           {0.1, 1, 10, 100},  4,
        1e-6};
    const struct task flow = {"Ornstein-Uhlenbeck",
                              linear2_model(&linear),
                              {{1.5, -1}, 0.09, 0, 0.09},
                              5,
                              {0.1, 1, 5},
                              3,
                              0};
    if (argc > 2 && strcmp(argv[1], "reference") == 0)
        return write_reference(&wells, argv[2]), 0;
    if (argc > 1 && strcmp(argv[1], "reach") == 0) {
        const char *const name = argc > 2 ? argv[2] : "";
        for (size_t n = 256; n <= 448 && strstr(flow.name, name) != NULL; n += 32)
            space_row(&flow, n, &linear);
        for (size_t n = 96; n <= 256 && strstr(wells.name, name) != NULL; n += 32)
            space_row(&wells, n, NULL);
        return 0;
    }
    if (argc > 3 && strcmp(argv[1], "solve") == 0) {
        const bool exact = strcmp(argv[2], flow.name) == 0;
        return solve_line(exact ? &flow : &wells, strtoul(argv[3], NULL, 10), exact), 0;
    }
    if (argc > 2 && strcmp(argv[1], "once") == 0)
        return once_line(&wells, strtoul(argv[2], NULL, 10)), 0;
    if (argc > 2 && strcmp(argv[1], "rate") == 0)
        return rate_line(&wells, strtoul(argv[2], NULL, 10)), 0;
    if (argc <= 2) time_table(&wells, largest);
    puts("space: L1 with extrapolation, both grids counted");
    for (size_t n = smallest; n <= largest; n *= 2)
        space_row(&flow, n, &linear);
    for (size_t n = smallest; 2 * n <= largest; n *= 2)
        space_row(&wells, n, NULL);
    return 0;
}
