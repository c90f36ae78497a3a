/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/transfer.h"
#include "solver/transfer/columns.h"
#include "solver/transfer/deposit.h"
#include "solver/transfer/points.h"
#include "solver/transfer/stretch.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { TICKS = 32 }; /* parts of the work between two looks at the monitor */
static const double off_by_most = 1e-6; /* of a sum of probabilities */

/* What one thread needs. */
struct worker {
    void *scratch;
    struct outcome *outcome; /* [2 most] */
    struct column_builder *column;
};

struct assembly {
    const struct process *process;
    struct transfer *op;
    int workers;
    struct worker *worker;
};

/* ---------------------------------------------------------------------------- a column */

/* Puts `share` at the point w; returns what of it is absorbed. */
static double put(const struct transfer *op, struct column_builder *column, const double *w,
                  double share) {
    const struct deposit d = deposit_at(op->grid, op->kind, w);
    for (int k = 0; k < d.n; k++)
        column_add(column, d.cell[k], share * d.weight[k]);
    return share * d.absorbed;
}

/* The outcomes from w, `share` in all; what is absorbed is added to *absorbed. */
static bool put_outcomes(const struct assembly *a, struct worker *k, const double *w,
                         double share, double *absorbed, struct error *err) {
    size_t n = 0;
    double total = 0;
    if (!a->process->outcomes(a->process, w, k->scratch, k->outcome, &n, err)) return false;
    for (size_t i = 0; i < n; i++)
        total += k->outcome[i].probability;
    if (!(fabs(total - 1) <= off_by_most))
        return fail(err, ERROR_RUN,
                    "the outcomes of %s from %g have probabilities that sum "
                    "to %.9g",
                    a->process->name, w[0], total);
    for (size_t i = 0; i < n; i++) {
        const struct outcome *o = &k->outcome[i];
        if (!isfinite(o->landing[0]) || (a->process->dims == 2 && !isfinite(o->landing[1])))
            return fail(err, ERROR_RUN, "a step of %s from %g is not finite",
                        a->process->name, w[0]);
        if (o->probability != 0)
            *absorbed += put(a->op, k->column, o->landing, share * o->probability / total);
    }
    return true;
}

/* Column j of P, and op->absorbed[j]. */
static bool put_cell(const struct assembly *a, struct worker *k, size_t j,
                     struct error *err) {
    const struct transfer *op = a->op;
    const struct grid *grid = op->grid;
    const size_t nx = grid->axis[0]->cells;
    struct points x, y = {1, {0}, {1}};
    double absorbed = 0;
    points_of_cell(grid->axis[0], op->kind == DEPOSIT_LINEAR, j % nx, op->points[0], &x);
    if (grid->dims == 2)
        points_of_cell(grid->axis[1], op->kind == DEPOSIT_LINEAR, j / nx, op->points[1],
                       &y);
    for (int q = 0; q < y.n; q++)
        for (int p = 0; p < x.n; p++) {
            const double w[2] = {x.at[p], y.at[q]}, share = x.weight[p] * y.weight[q];
            if (!put_outcomes(a, k, w, share, &absorbed, err)) return false;
        }
    op->absorbed[j] = absorbed;
    return true;
}

/* ------------------------------------------------------------------------- the assembly */

/* op->stretch and op->uneven, and into how many parts cells are cut. */
static bool measure_stretch(struct assembly *a, struct error *err) {
    const struct grid *grid = a->op->grid;
    double along_x = 0, along_y = 0, uneven = 0;
    size_t failed = grid->cells;
#pragma omp parallel for schedule(dynamic, 4) num_threads(a->workers)                      \
    reduction(max                                                                          \
              : along_x, along_y, uneven)
    for (size_t j = 0; j < grid->cells; j++) {
        struct worker *k = &a->worker[omp_get_thread_num()];
        struct error problem = {0};
        struct stretch here;
        if (stretch_of_cell(a->process, grid, j, k->scratch, k->outcome, &here, &problem)) {
            along_x = fmax(along_x, here.most[0]), along_y = fmax(along_y, here.most[1]);
            uneven = fmax(uneven, here.uneven);
            continue;
        }
#pragma omp critical(transfer_stretch)
        if (j < failed) failed = j, *err = problem;
    }
    a->op->stretch = fmax(along_x, along_y), a->op->uneven = uneven;
    a->op->points[0] = stretch_parts(along_x), a->op->points[1] = stretch_parts(along_y);
    return failed == grid->cells;
}

/* The columns [from, to), in parallel. */
static bool assemble(const struct assembly *a, struct columns *columns, size_t from,
                     size_t to, struct error *err) {
    size_t failed = to; /* the first one: the same error for any number of threads */
#pragma omp parallel for schedule(dynamic, 4) num_threads(a->workers)
    for (size_t j = from; j < to; j++) {
        struct worker *k = &a->worker[omp_get_thread_num()];
        struct error problem = {0};
        bool good = put_cell(a, k, j, &problem);
        good = good && column_finish(k->column, a->op->absorbed[j], columns, j, &problem);
        if (good) continue;
        column_forget(k->column);
#pragma omp critical(transfer_assembly)
        if (j < failed) failed = j, *err = problem;
    }
    return failed == to;
}

static bool assemble_all(const struct assembly *a, const struct monitor *monitor,
                         struct error *err) {
    const size_t cells = a->op->grid->cells;
    struct columns *columns = columns_create(cells, err);
    bool good = columns != NULL;
    for (size_t part = 0; good && part < TICKS; part++)
        good = monitor_tick(monitor, (double)part / TICKS, err) &&
               assemble(a, columns, cells * part / TICKS, cells * (part + 1) / TICKS, err);
    if (good) a->op->P = columns_join(columns, err);
    columns_destroy(columns);
    return good && a->op->P && (a->op->rows = sparse_transpose(a->op->P, err));
}

static void workers_finish(struct assembly *a) {
    for (int t = 0; a->worker && t < a->workers; t++) {
        if (a->worker[t].scratch) a->process->free_scratch(a->worker[t].scratch);
        column_builder_destroy(a->worker[t].column);
        free(a->worker[t].outcome);
    }
    free(a->worker);
}

static bool workers_init(struct assembly *a, struct error *err) {
    const struct process *p = a->process;
    a->workers = omp_get_max_threads();
    if (!(a->worker = array_create((size_t)a->workers, sizeof *a->worker, err)))
        return false;
    for (int t = 0; t < a->workers; t++) {
        struct worker *k = &a->worker[t];
        if (!(k->outcome = array_create(2 * p->most, sizeof *k->outcome, err)) ||
            !(k->column = column_builder_create(a->op->grid->cells, err)) ||
            (p->make_scratch && !(k->scratch = p->make_scratch(p, err))))
            return false;
    }
    return true;
}

static bool fits(const struct process *process, const struct grid *grid,
                 struct error *err) {
    if (process->dims != grid->dims)
        return fail(err, ERROR_SETTINGS, "%s has %d variable(s), the grid has %d",
                    process->name, process->dims, grid->dims);
    for (int d = 0; d < grid->dims; d++)
        if (grid->axis[d]->cells < DEPOSIT_CELLS)
            return fail(err, ERROR_SETTINGS,
                        "the law of a discrete process needs at least "
                        "%d cells along each variable, found %zu",
                        DEPOSIT_CELLS, grid->axis[d]->cells);
    return true;
}

struct transfer *transfer_create(const struct process *process, const struct grid *grid,
                                 enum deposit_kind kind, const struct monitor *monitor,
                                 struct error *err) {
    if (!fits(process, grid, err)) return NULL;
    struct transfer *op = array_create(1, sizeof *op, err);
    if (op == NULL) return NULL;
    struct assembly a = {.process = process, .op = op};
    op->grid = grid, op->kind = kind, op->points[0] = op->points[1] = 1;
    bool good = (op->absorbed = array_create(grid->cells, sizeof *op->absorbed, err)) &&
                workers_init(&a, err);
    good = good && (kind == DEPOSIT_QUINTIC || measure_stretch(&a, err)) &&
           assemble_all(&a, monitor, err);
    workers_finish(&a);
    if (good) return op;
    transfer_destroy(op);
    return NULL;
}

void transfer_destroy(struct transfer *op) {
    if (op == NULL) return;
    sparse_destroy(op->rows);
    sparse_destroy(op->P);
    free(op->absorbed);
    free(op);
}

/* ------------------------------------------------------------------------------- verbs */

double transfer_step(const struct transfer *op, const double *m, double *next) {
    double gone = 0;
    if (op->half != NULL) {
        memcpy(op->half->work, m, op->grid->cells * sizeof *m);
        m = op->half->work;
        gone = half_sinks_before(op->half, op->half->work);
    }
    for (size_t j = 0; j < op->grid->cells; j++)
        gone += op->absorbed[j] * m[j];
    sparse_apply_transposed(op->rows, m, next);
    return op->half != NULL ? gone + half_sinks_after(op->half, next) : gone;
}

void transfer_step_back(const struct transfer *op, const double *u, double *next) {
    sparse_apply_transposed(op->P, u, next);
}

size_t transfer_entries(const struct transfer *op) {
    return (size_t)op->P->start[op->P->n];
}

double transfer_point(const struct transfer *op, const double *w, double *m) {
    const struct deposit d = deposit_at(op->grid, op->kind, w);
    memset(m, 0, op->grid->cells * sizeof *m);
    for (int k = 0; k < d.n; k++)
        m[d.cell[k]] += d.weight[k];
    return d.absorbed;
}

double transfer_value_at(const struct transfer *op, const double *u, const double *w) {
    const struct deposit d = deposit_at(op->grid, op->kind, w);
    double sum = 0;
    for (int k = 0; k < d.n; k++)
        sum += d.weight[k] * u[d.cell[k]];
    return sum;
}
