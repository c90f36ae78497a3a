/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/protocol.h"
#include "grids/field.h"
#include "grids/quadrature.h"
#include "solver/equation/march.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 9, SCALE_TIMES = 33 };

/* ---------------------------------------------------------------- the loss in cells */

/* Means over cells by Gauss's rule: 8 points on a line, 3 x 3 in a plane, which are those that
 * leave e^(-L/T) at rest (fv/plane/centres.c). */
struct energy {
    const struct setup *setup;
    const struct grid *grid;
    struct program *slopes; /* grad L, dL/dt */
    double temperature;
    size_t nodes;
    double weight[NODES];
    double *x[2], *L, *ignored[2], *slope; /* [nodes cells] */
};

static void place_nodes(struct energy *e) {
    const bool line = e->grid->dims == 1;
    e->nodes = line ? 8 : 9;
    for (size_t q = 0; q < e->nodes; q++) {
        const double offset[2] = {line ? legendre8_x[q] : legendre3_x[q % 3],
                                  line ? 0 : legendre3_x[q / 3]};
        double *at[2];
        for (int d = 0; d < 2; d++)
            at[d] = e->x[d] + q * e->grid->cells;
        e->weight[q] = line ? legendre8_w[q] : legendre3_w[q % 3] * legendre3_w[q / 3];
        grid_points(e->grid, offset, at);
    }
}

static bool energy_create(struct energy *e, const struct setup *setup,
                          const struct grid *grid, struct error *err) {
    const size_t n = NODES * grid->cells;
    *e = (struct energy){
        .setup = setup, .grid = grid, .temperature = setup_temperature(setup)};
    if (!setup_loss_slopes(setup, &e->slopes, err) ||
        (e->x[0] = array_create(6 * n, sizeof(double), err)) == NULL)
        return false;
    e->x[1] = e->x[0] + n, e->L = e->x[1] + n, e->slope = e->L + n;
    e->ignored[0] = e->slope + n, e->ignored[1] = e->ignored[0] + n;
    place_nodes(e);
    return true;
}

static void energy_finish(struct energy *e) {
    program_destroy(e->slopes);
    free(e->x[0]);
}

/* Means over cell i; g with the weight e^(-L/T). */
static void average(const struct energy *e, size_t i, double *L, double *a, double *g) {
    const size_t n = e->grid->cells;
    double least = (double)INFINITY, weight = 0;
    for (size_t q = 0; q < e->nodes; q++)
        least = fmin(least, e->L[q * n + i]);
    L[i] = a[i] = g[i] = 0;
    for (size_t q = 0; q < e->nodes; q++) {
        const double value = e->L[q * n + i], slope = e->slope[q * n + i];
        const double w = e->weight[q] * exp(-(value - least) / e->temperature);
        L[i] += e->weight[q] * value;
        a[i] += e->weight[q] * slope;
        g[i] += w * slope, weight += w;
    }
    g[i] = isnan(e->temperature) ? 0 : g[i] / weight;
}

static bool energy_sample(void *self, double t, double *L, double *a, double *g,
                          struct error *err) {
    struct energy *e = self;
    const size_t n = e->grid->cells, all = e->nodes * n;
    const double *const x[2] = {e->x[0], e->x[1]};
    double *const out[3] = {e->ignored[0], e->grid->dims == 1 ? e->slope : e->ignored[1],
                            e->slope};
    if (!model_evaluate_at(e->setup->model, t, all, x, e->L, NULL, NULL, err) ||
        !program_run_at(e->slopes, t, all, x, out, err))
        return false;
    for (size_t i = 0; i < n; i++)
        average(e, i, L, a, g);
    return true;
}

/* The size of the work: Integral |dL/dt| dt and T, the larger. */
static bool find_scale(struct energy *e, const double *start, double *scale,
                       struct error *err) {
    const struct setup *setup = e->setup;
    const struct grid *grid = e->grid;
    const size_t n = grid->cells;
    const double end = setup->time[setup->snapshots - 1];
    double *work = array_create(3 * n, sizeof *work, err);
    bool good = work != NULL;
    *scale = 0;
    for (size_t k = 0; good && k < SCALE_TIMES; k++) {
        const double t = end * ((double)k + 0.5) / SCALE_TIMES;
        good = energy_sample(e, t, work, work + n, work + 2 * n, err);
        for (size_t i = 0; good && i < n; i++)
            *scale += end / SCALE_TIMES * fabs(work[n + i]) * start[i] * grid->volume[i];
    }
    if (e->temperature > *scale) *scale = e->temperature;
    if (!(*scale > 0)) *scale = 1;
    free(work);
    return good;
}

/* ---------------------------------------------------------------- in time */

struct course {
    struct protocol *protocol;
    struct energy energy;
    double *state;                  /* [work_values] */
    double *L;                      /* [3 cells] */
    double energy_at_start, before; /* before: the error up to the present interval */
    struct snapshot_batch batch;
};

/* <L> of the density in the state, on cell means. */
static bool mean_energy(struct course *c, double t, const double *state, double *mean,
                        struct error *err) {
    const struct grid *grid = c->energy.grid;
    const size_t n = grid->cells;
    if (!energy_sample(&c->energy, t, c->L, c->L + n, c->L + 2 * n, err)) return false;
    *mean = field_integral(grid, state, c->L);
    return true;
}

static bool take(void *context, size_t k, const double *state, double error,
                 struct error *err) {
    struct course *c = context;
    struct protocol *p = c->protocol;
    const struct setup *setup = c->energy.setup;
    const size_t n = c->energy.grid->cells, row = c->batch.first + k;
    const double *scalar = state + 3 * n, E = p->scale;
    double mean;
    p->work[row] = E * scalar[WORK_MEAN], p->heat[row] = E * scalar[WORK_HEAT];
    p->variance[row] =
        E * E * (scalar[WORK_SQUARE] - scalar[WORK_MEAN] * scalar[WORK_MEAN]);
    p->exponential[row] = field_mass(c->energy.grid, state + 2 * n);
    p->error = fmax(p->error, c->before + error);
    memcpy(c->state, state, work_values(n) * sizeof *state);
    if (!mean_energy(c, setup->time[row], state, &mean, err)) return false;
    p->first_law =
        fmax(p->first_law, fabs(mean - c->energy_at_start - p->work[row] - p->heat[row]));
    return true;
}

/* The rows of one interval of the schedule. */
static bool advance(struct course *c, const struct evolution *evolution,
                    const struct monitor *monitor, double *t, struct error *err) {
    const struct setup *setup = c->energy.setup;
    const size_t n = work_values(c->energy.grid->cells);
    const struct work_energy energy = {energy_sample, &c->energy, c->energy.temperature,
                                       c->protocol->scale, &c->protocol->jump};
    const struct propagator_options options = {.tolerance = evolution->tolerance / 2,
                                               .step = setup->spec->time.step,
                                               .monitor = monitor,
                                               .span = setup->time[setup->snapshots - 1]};
    /* p and z have a mass of 1 each */
    struct interval_coefficients coefficients;
    coefficients_at(setup->model, c->batch.interval, 0, &coefficients);
    const struct evolution_interval *q = evolution->interval[c->batch.interval];
    struct work_chain chain;
    struct propagator *p =
        q->equation->chain(q, &coefficients.coefficients, &options, &chain, err)
            ? work_propagator(&chain, &energy, &options, err)
            : NULL;
    double *start = array_create(n, sizeof *start, err);
    bool good = p != NULL && start != NULL;
    if (good) {
        memcpy(start, c->state, n * sizeof *start);
        march_times(setup, &c->batch, t);
        good = propagator_advance_from(p, setup->time[c->batch.first - 1], start,
                                       c->batch.rows, t, take, c, err);
    }
    c->before = c->protocol->error;
    free(start);
    propagator_destroy(p);
    return good;
}

static bool course_run(struct course *c, const struct evolution *evolution,
                       const double *start, const struct monitor *monitor,
                       struct error *err) {
    const struct setup *setup = c->energy.setup;
    const size_t n = c->energy.grid->cells;
    double *t = array_create(setup->snapshots, sizeof *t, err);
    bool good = t != NULL &&
                (c->state = array_create(work_values(n), sizeof(double), err)) != NULL &&
                (c->L = array_create(3 * n, sizeof(double), err)) != NULL;
    if (good) {
        memcpy(c->state, start, n * sizeof(double));
        memcpy(c->state + 2 * n, start, n * sizeof(double));
        good = mean_energy(c, 0, c->state, &c->energy_at_start, err);
    }
    if (good) c->protocol->exponential[0] = field_mass(c->energy.grid, start);
    for (size_t first = 1; good && first < setup->snapshots; first += c->batch.rows) {
        c->batch = march_rows(setup, first, setup->snapshots);
        good = advance(c, evolution, monitor, t, err);
    }
    free(c->L);
    free(c->state);
    free(t);
    return good;
}

/* ---------------------------------------------------------------- making */

static struct protocol *allocate(size_t rows, struct error *err) {
    struct protocol *p = array_create(1, sizeof *p, err);
    if (p == NULL) return NULL;
    p->rows = rows;
    double **array[] = {&p->work, &p->heat, &p->variance, &p->exponential};
    for (size_t k = 0; k < sizeof array / sizeof *array; k++)
        if ((*array[k] = array_create(rows, sizeof(double), err)) == NULL)
            return protocol_destroy(p), NULL;
    return p;
}

bool protocol_create(const struct setup *setup, const struct evolution *evolution,
                     const double *start, const struct monitor *monitor,
                     struct protocol **out, struct error *err) {
    const struct evolution_interval *q = evolution_last(evolution);
    *out = NULL;
    if (!setup_has_protocol(setup) || q->equation->chain == NULL ||
        !q->propagator->method->driven)
        return true;
    struct protocol *p = allocate(setup->snapshots, err);
    struct course c = {.protocol = p};
    if (p == NULL) return false;
    bool good = energy_create(&c.energy, setup, evolution->grid, err) &&
                find_scale(&c.energy, start, &p->scale, err) &&
                (p->temperature = c.energy.temperature,
                 course_run(&c, evolution, start, monitor, err));
    energy_finish(&c.energy);
    if (good) return *out = p, true;
    return protocol_destroy(p), false;
}

bool protocol_doubt(const struct protocol *p, double tolerance, char text[PROTOCOL_TEXT]) {
    static const double digits = 100;
    if (p == NULL) return false;
    const double least = p->exponential[p->rows - 1];
    if (!(p->error <= tolerance))
        snprintf(text, PROTOCOL_TEXT,
                 "work and heat are known to %.2g of %.3g, not to time.tolerance %.2g",
                 p->error, p->scale, tolerance);
    else if (!(p->first_law <= digits * fmax(tolerance, 1e-8) * p->scale))
        snprintf(text, PROTOCOL_TEXT,
                 "work and heat miss %.3g of the expected loss: the loss jumps in time, "
                 "which dL/dt does not show; mean_loss - heat is the work",
                 p->first_law);
    else if (p->jump > 0)
        snprintf(
            text, PROTOCOL_TEXT,
            "the loss jumps in time, by %.3g at some place, which dL/dt does not show: "
            "work_variance and work_exponential are without it; walkers have it",
            p->jump);
    else if (!isnan(p->temperature) && !(least > digits * p->error))
        snprintf(
            text, PROTOCOL_TEXT,
            "the mean of exp(-work/temperature), %.3g, is not far above its error %.2g",
            least, p->error);
    else
        return false;
    return true;
}

void protocol_print(const struct protocol *p, size_t rows, FILE *out) {
    if (p == NULL || rows == 0) return;
    const size_t last = rows - 1;
    fprintf(out, "  %-22s mean %.9g, sd %.9g\n", "work done", p->work[last],
            sqrt(fmax(p->variance[last], 0)));
    fprintf(out, "  %-22s %.9g\n", "heat taken up", p->heat[last]);
    if (!isnan(p->temperature))
        fprintf(out, "  %-22s %.9g\n", "mean exp(-work/T)", p->exponential[last]);
}

void protocol_destroy(struct protocol *p) {
    if (p == NULL) return;
    free(p->work);
    free(p->heat);
    free(p->variance);
    free(p->exponential);
    free(p);
}
