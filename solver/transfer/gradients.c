/* SPDX-License-Identifier: GPL-3.0-or-later
 * One run of a program for all datapoints, or blocks of 512 rows of the table. */
#include "solver/transfer/gradients.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool gradients_init(struct gradients *s, const struct model *m, double t,
                    struct error *err) {
    *s = (struct gradients){.model = m, .t = t, .n = m->examples, .dims = (size_t)m->dims};
    if (m->examples == 0)
        return fail(
            err, ERROR_SETTINGS,
            "the law of sgd needs examples (datapoints, or example_loss with data); "
            "a loss with noise has that of gaussian");
    s->program = m->kind == MODEL_TABLE
                     ? program_create(m->graph, m->gradient, s->dims, err)
                     : program_create(m->graph, m->example_gradient, s->n * s->dims, err);
    return s->program != NULL;
}

void gradients_finish(struct gradients *s) {
    program_destroy(s->program);
    *s = (struct gradients){0};
}

/* Datapoints: output j dims + d is g[d][j], of a run over one point. Table: the variables
 * repeated over a block; columns and gradients are shifted from block to block. */
bool gradients_work_init(struct gradients_work *work, const struct gradients *s,
                         struct error *err) {
    const struct table *table = s->model->table;
    const size_t outputs = program_outputs(s->program);
    const size_t inputs = s->dims + (table != NULL ? table->columns : 0);
    *work = (struct gradients_work){0};
    if ((work->registers =
             array_create(program_scratch(s->program), sizeof(double), err)) == NULL ||
        (work->store = array_create(s->dims * PROGRAM_BLOCK, sizeof(double), err)) ==
            NULL ||
        (work->out = array_create(outputs, sizeof *work->out, err)) == NULL ||
        (work->in = array_create(inputs, sizeof *work->in, err)) == NULL)
        return false;
    program_set_time(s->program, s->t, work->registers);
    for (size_t d = 0; d < s->dims; d++) {
        if ((work->g[d] = array_create(s->n, sizeof(double), err)) == NULL) return false;
        work->in[d] = work->store + d * PROGRAM_BLOCK;
    }
    for (size_t k = 0; k < outputs && table == NULL; k++)
        work->out[k] = work->g[k % s->dims] + k / s->dims;
    return true;
}

void gradients_work_finish(struct gradients_work *work) {
    free(work->in);
    free(work->out);
    free(work->store);
    free(work->registers);
    free(work->g[1]);
    free(work->g[0]);
    *work = (struct gradients_work){0};
}

static void run_datapoints(const struct gradients *s, const double *x,
                           struct gradients_work *work) {
    for (size_t d = 0; d < s->dims; d++)
        work->store[d * PROGRAM_BLOCK] = x[d];
    program_run_block(s->program, 1, work->in, work->out, work->registers);
}

static void run_table(const struct gradients *s, const double *x,
                      struct gradients_work *work) {
    const struct table *table = s->model->table;
    for (size_t d = 0; d < s->dims; d++)
        for (size_t i = 0; i < PROGRAM_BLOCK; i++)
            work->store[d * PROGRAM_BLOCK + i] = x[d];
    for (size_t at = 0; at < s->n; at += PROGRAM_BLOCK) {
        const size_t now = s->n - at < PROGRAM_BLOCK ? s->n - at : PROGRAM_BLOCK;
        for (size_t c = 0; c < table->columns; c++)
            work->in[s->dims + c] = table->column[c] + at;
        for (size_t d = 0; d < s->dims; d++)
            work->out[d] = work->g[d] + at;
        program_run_block(s->program, now, work->in, work->out, work->registers);
    }
}

struct point_text point_in_words(const struct model *m, const double *x) {
    struct point_text p;
    int at = snprintf(p.text, sizeof p.text, "%.40s = %.9g", m->variable[0], x[0]);
    if (m->dims == 2)
        snprintf(p.text + at, sizeof p.text - (size_t)at, ", %.40s = %.9g", m->variable[1],
                 x[1]);
    return p;
}

static bool name_culprit(const struct gradients *s, const double *x,
                         const struct gradients_work *work, struct error *err) {
    for (size_t j = 0; j < s->n; j++)
        for (size_t d = 0; d < s->dims; d++)
            if (!isfinite(work->g[d][j]))
                return fail(err, ERROR_RUN, "the gradient of %s %zu is %g at %s",
                            s->model->kind == MODEL_TABLE ? "the data's row" : "example",
                            j + 1, work->g[d][j], point_in_words(s->model, x).text),
                       fail_about(err, OF_LOSS);
    return fail(err, ERROR_RUN, "the sum of the examples' gradients overflows at %s",
                point_in_words(s->model, x).text);
}

/* Mean of the differences to the first: what all share does not round. */
static double mean_of(const double *g, size_t n) {
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += g[j] - g[0];
    return g[0] + sum / (double)n;
}

bool gradients_at(const struct gradients *s, const double *x, struct gradients_work *work,
                  struct error *err) {
    (s->model->kind == MODEL_TABLE ? run_table : run_datapoints)(s, x, work);
    for (size_t d = 0; d < s->dims; d++) {
        work->mean[d] = mean_of(work->g[d], s->n);
        if (!isfinite(work->mean[d])) return name_culprit(s, x, work, err);
    }
    return true;
}

void gradients_covariance(const struct gradients *s, struct gradients_work *work) {
    for (size_t e = 0; e < (s->dims == 1 ? 1 : 3); e++) {
        const size_t a = e == 2, b = e != 0;
        const double *ga = work->g[a], *gb = work->g[b % s->dims];
        double sum = 0;
        for (size_t j = 0; j < s->n; j++)
            sum += (ga[j] - work->mean[a]) * (gb[j] - work->mean[b % s->dims]);
        work->covariance[e] = sum / (double)s->n;
    }
}
