/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/path/path_integral.h"
#include "solver/time/strang.h"
#include "solver/transfer/masses.h"
#include "solver/transfer/process_kinds.h"
#include "solver/transfer/stationary_law.h"
#include "solver/transfer/transfer.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 3, HALVINGS = 4 };      /* HALVINGS: of the stationary law's step, at most */
static const double no_time = 1e-290; /* in which nothing moves */
static const double same_step = 1e-12;
static const double reached = 1e-6; /* Sum |m - P m| of a stationary law */
static const double safety = 1.5;   /* of the stated error */
static const double least_ratio = 1.2, most_ratio = 4; /* of differences, believed */

struct path_integral {
    struct propagator base;
    const struct grid *grid;
    const struct coefficients *coefficients;
    struct propagator_options options;
    double turning;            /* mean |db/dx| over the cells */
    struct transfer *op[RUNS]; /* of steps h, h/2, h/4; NULL: not made */
    double made;               /* h that they belong to */
    double *start, *m[RUNS];   /* [cells] masses: at the start, of the runs */
    double *next, *p;          /* [cells] work; for the sink */
    char why[256];             /* the method was taken, before the first advance */
};

/* -------------------------------------------------------------------------- creation */

/* Mean size of the drift's differences between neighbours, per distance. */
static bool measure_turning(struct path_integral *s, struct error *err) {
    const struct grid *g = s->grid;
    const size_t n = g->cells, nx = g->axis[0]->cells, dims = (size_t)g->dims;
    double *work = array_create(4 * n, sizeof *work, err), sum = 0;
    if (work == NULL) return false;
    double *x[2] = {work, work + n}, *b = work + 2 * n;
    grid_centres(g, x);
    const bool good =
        s->coefficients->drift(s->coefficients->self, n, (const double *const *)x, b, err);
    for (size_t k = 0; good && k < n; k++) {
        double change = 0;
        for (size_t d = 0; d < dims; d++) {
            const size_t stride = d == 0 ? 1 : nx, at = d == 0 ? k % nx : k / nx;
            if (at == 0) continue;
            const double h = x[d][k] - x[d][k - stride];
            for (size_t e = 0; e < dims; e++)
                change += pow((b[e * n + k] - b[e * n + k - stride]) / h, 2);
        }
        sum += sqrt(change);
    }
    s->turning = sum / (double)n;
    free(work);
    return good;
}

static bool allocate(struct path_integral *s, struct error *err) {
    double **arrays[RUNS + 3] = {&s->start, &s->next, &s->p};
    for (int l = 0; l < RUNS; l++)
        arrays[3 + l] = &s->m[l];
    for (int k = 0; k < RUNS + 3; k++)
        if (!(*arrays[k] = array_create(s->grid->cells, sizeof(double), err))) return false;
    return true;
}

struct propagator *path_integral_create(const struct grid *grid,
                                        const struct coefficients *coefficients,
                                        const struct propagator_options *options,
                                        struct error *err) {
    struct path_integral *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->grid = grid, s->coefficients = coefficients, s->options = *options;
    struct process *trial = process_path(coefficients, 1, grid, err);
    const bool good = trial != NULL && allocate(s, err) && measure_turning(s, err);
    process_destroy(trial);
    if (good) return &s->base;
    return path_integral_destroy(&s->base), NULL;
}

static void forget_steps(struct path_integral *s) {
    for (int l = 0; l < RUNS; l++) {
        transfer_destroy(s->op[l]);
        s->op[l] = NULL;
    }
}

void path_integral_destroy(struct propagator *base) {
    struct path_integral *s = (struct path_integral *)base;
    if (s == NULL) return;
    forget_steps(s);
    for (int l = 0; l < RUNS; l++)
        free(s->m[l]);
    free(s->p), free(s->next), free(s->start);
    free(s);
}

/* --------------------------------------------------------------------------- stepping */

static bool prepare(struct path_integral *s, double h, struct error *err) {
    if (s->op[RUNS - 1] != NULL && fabs(h / s->made - 1) < same_step) return true;
    forget_steps(s);
    for (int l = 0; l < RUNS; l++) {
        struct process *process = process_path(s->coefficients, ldexp(h, -l), s->grid, err);
        if (process == NULL) return false;
        s->op[l] =
            transfer_create(process, s->grid, DEPOSIT_QUINTIC, s->options.monitor, err);
        process_destroy(process);
        if (s->op[l] == NULL) return false;
        s->base.counts.factorisations++;
    }
    s->made = h;
    return true;
}

static bool walk(struct path_integral *s, int run, size_t steps, struct error *err) {
    for (size_t k = 0; k < steps; k++) {
        if (!monitor_tick(s->options.monitor, (double)k / (double)steps, err)) return false;
        (void)transfer_step(s->op[run], s->m[run], s->next);
        double *const swap = s->m[run];
        s->m[run] = s->next, s->next = swap;
    }
    s->base.counts.steps += (int64_t)steps, s->base.counts.solves += (int64_t)steps;
    return true;
}

/* All runs: n, 2 n and 4 n steps. */
static bool walk_all(void *self, double h, size_t n, struct error *err) {
    struct path_integral *s = self;
    if (!prepare(s, h, err)) return false;
    for (int l = 0; l < RUNS; l++)
        if (!walk(s, l, n << l, err)) return false;
    return true;
}

static void start(void *self, const double *p0) {
    struct path_integral *s = self;
    (void)p0;
    for (int l = 0; l < RUNS; l++)
        memcpy(s->m[l], s->start, s->grid->cells * sizeof(double));
}

static double distance(size_t n, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(a[i] - b[i]);
    return sum;
}

/* Of the finest run: its distance from the next one, and the order seen in both distances. */
static double error_now(const void *self) {
    const struct path_integral *s = self;
    const size_t n = s->grid->cells;
    const double coarse = distance(n, s->m[0], s->m[1]),
                 fine = distance(n, s->m[1], s->m[2]);
    if (fine == 0) return 0;
    return safety * fine / (fmin(most_ratio, fmax(least_ratio, coarse / fine)) - 1);
}

static double first_step(void *self, const double *p0, double end) {
    const struct path_integral *s = self;
    (void)p0;
    return fmin(end / 8, 0.25 / fmax(s->turning, 1e-300));
}

/* The finest run plus a third of its distance from the next one, which takes the error of
 * order 2 away: so where order 2 is seen, r = 4; less below r = 3, nothing below 2 (walls,
 * ripples). */
static void extrapolate(const struct path_integral *s, double *mass) {
    const size_t n = s->grid->cells;
    const double *coarse = s->m[RUNS - 2], *fine = s->m[RUNS - 1];
    const double d = distance(n, coarse, fine), before = distance(n, s->m[0], coarse),
                 seen = d > 0 ? fmin(fmax(before / d - 2, 0), 1) : 0;
    for (size_t i = 0; i < n; i++)
        mass[i] = fine[i] + seen / 3 * (fine[i] - coarse[i]);
}

static bool emit(void *self, size_t k, double t, const double *p0, snapshot_sink sink,
                 void *context, struct error *err) {
    struct path_integral *s = self;
    if (t < no_time) return sink(context, k, p0, 0, err);
    extrapolate(s, s->next);
    return masses_to_density(s->grid, s->next, s->p, err) &&
           sink(context, k, s->p, error_now(self), err);
}

static const struct strang_method method = {.parts = 1 << (RUNS - 1),
                                            .order = 2,
                                            .safety = 0.9,
                                            .start = start,
                                            .walk = walk_all,
                                            .error = error_now,
                                            .first_step = first_step,
                                            .emit = emit};

bool path_integral_advance(struct propagator *base, const double *p0, size_t n,
                           const double *t, snapshot_sink sink, void *context,
                           struct error *err) {
    struct path_integral *s = (struct path_integral *)base;
    double step = s->options.step;
    if (n == 0) return true;
    if (base->counts.intervals++ == 0 && strcmp(base->chosen, base->method->name) != 0)
        memcpy(s->why, base->chosen, sizeof s->why);
    forget_steps(s);
    if (!masses_from_density(s->grid, p0, s->start, err)) return false;
    double scale = 0;
    for (size_t i = 0; i < s->grid->cells; i++)
        scale += fabs(s->start[i]);
    const double tolerance = s->options.tolerance * scale;
    if (step == 0 && t[n - 1] > 0 &&
        !strang_choose_step(&method, s, tolerance, p0, n, t, &step, err))
        return false;
    snprintf(base->chosen, sizeof base->chosen, "%.200s: steps of %.3g",
             s->why[0] != '\0' ? s->why : base->method->name, step);
    return strang_advance(&method, s, step, tolerance, p0, n, t, sink, context, err);
}

/* ------------------------------------------------------------------------ stationary */

/* The law of steps of h. */
static bool law_of_step(const struct path_integral *s, double h, struct stationary_law *law,
                        struct error *err) {
    struct process *process = process_path(s->coefficients, h, s->grid, err);
    struct transfer *op =
        process == NULL
            ? NULL
            : transfer_create(process, s->grid, DEPOSIT_QUINTIC, s->options.monitor, err);
    process_destroy(process);
    bool good = op != NULL && stationary_law_find(op, s->options.monitor, law, err);
    transfer_destroy(op);
    if (good && law->kind == LAW_UNIQUE && law->residual < reached) return true;
    if (good) stationary_law_finish(law);
    return good ? fail(err, ERROR_RUN, "path integration finds no single stationary law")
                : false;
}

/* coarse <- fine + (fine - coarse)/3. */
static void take_order_two_away(size_t n, const double *fine, double *coarse) {
    for (size_t i = 0; i < n; i++)
        coarse[i] = fine[i] + (fine[i] - coarse[i]) / 3;
}

bool path_integral_stationary(const struct propagator *base, double *density, double *error,
                              struct error *err) {
    const struct path_integral *s = (const struct path_integral *)base;
    const size_t n = s->grid->cells;
    double h = 0.25 / fmax(s->turning, 1e-300);
    struct stationary_law coarse, fine;
    *error = HUGE_VAL;
    if (!law_of_step(s, h, &coarse, err)) return false;
    for (int k = 0; k<HALVINGS && * error> s->options.tolerance; k++) {
        h /= 2;
        if (!law_of_step(s, h, &fine, err)) return stationary_law_finish(&coarse), false;
        *error = safety * distance(n, fine.mass, coarse.mass) / 3;
        if (*error <= s->options.tolerance)
            take_order_two_away(n, fine.mass, coarse.mass), stationary_law_finish(&fine);
        else
            stationary_law_finish(&coarse), coarse = fine;
    }
    const bool good =
        *error <= s->options.tolerance
            ? masses_to_density(s->grid, coarse.mass, density, err)
            : fail(err, ERROR_RUN, "the stationary law by path integration is off by %.1g",
                   *error);
    stationary_law_finish(&coarse);
    return good;
}
