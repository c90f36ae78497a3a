/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/protocol.h"
#include "grids/field.h"
#include "solver/analysis/cell_energy.h"
#include "solver/equation/march.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCALE_TIMES = 33 };

/* The size of the work: Integral |dL/dt| dt and T, the larger. */
static bool find_scale(struct cell_energy *e, const double *start, double *scale,
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
        good = cell_energy_sample(e, t, work, work + n, work + 2 * n, err);
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
    struct cell_energy energy;
    double span;
    double *state, *shown; /* [work_values] before a jump at a row's time, and after */
    double *L;             /* [3 cells] */
    double energy_at_start, before; /* before: the error up to the present interval */
    struct snapshot_batch batch;
};

/* <L> of the density in the state, on cell means. */
static bool mean_energy(struct course *c, double t, const double *state, double *mean,
                        struct error *err) {
    const struct grid *grid = c->energy.grid;
    const size_t n = grid->cells;
    if (!cell_energy_sample(&c->energy, t, c->L, c->L + n, c->L + 2 * n, err)) return false;
    *mean = field_integral(grid, state, c->L);
    return true;
}

/* The jump at time t, up to `after`, of a state that has come to t from before. */
static bool take_jump(struct course *c, double t, double after, double *state,
                      struct error *err) {
    const struct grid *grid = c->energy.grid;
    const size_t n = grid->cells;
    double *d = c->L, *r = c->L + n;
    if (!cell_energy_jump(&c->energy, fmax(0, t - ldexp(c->span, -44)), after, d, r, err))
        return false;
    for (size_t i = 0; i < n; i++)
        d[i] /= c->protocol->scale;
    work_jump(n, grid->volume, d, r, state);
    return true;
}

/* The row is that of L(t): with the jump at t where L has it already. */
static bool take(void *context, size_t k, const double *state, double error,
                 struct error *err) {
    struct course *c = context;
    struct protocol *p = c->protocol;
    const size_t n = c->energy.grid->cells, row = c->batch.first + k;
    const double t = c->energy.setup->time[row], E = p->scale, *scalar = c->shown + 3 * n;
    double mean;
    memcpy(c->state, state, work_values(n) * sizeof *state);
    memcpy(c->shown, state, work_values(n) * sizeof *state);
    if (!take_jump(c, t, t, c->shown, err)) return false;
    p->work[row] = E * scalar[WORK_MEAN], p->heat[row] = E * scalar[WORK_HEAT];
    p->variance[row] =
        E * E * (scalar[WORK_SQUARE] - scalar[WORK_MEAN] * scalar[WORK_MEAN]);
    p->exponential[row] = field_mass(c->energy.grid, c->shown + 2 * n);
    p->error = fmax(p->error, c->before + error);
    if (!mean_energy(c, t, state, &mean, err)) return false;
    p->first_law =
        fmax(p->first_law, fabs(mean - c->energy_at_start - p->work[row] - p->heat[row]));
    return true;
}

static struct propagator *propagator_of(struct course *c, const struct evolution *evolution,
                                        const struct coefficients *coefficients,
                                        const struct monitor *monitor, struct error *err) {
    const struct evolution_interval *q = evolution->interval[c->batch.interval];
    const struct work_energy energy = {cell_energy_sample, cell_energy_jump, &c->energy,
                                       c->energy.temperature, c->protocol->scale};
    /* p and z have a mass of 1 each */
    const struct propagator_options options = {.tolerance = evolution->tolerance / 2,
                                               .step = c->energy.setup->spec->time.step,
                                               .monitor = monitor,
                                               .span = c->span};
    struct work_chain chain;
    return q->equation->chain(q, coefficients, &options, &chain, err)
               ? work_propagator(&chain, &energy, &options, err)
               : NULL;
}

/* The rows of one interval of the schedule. A jump at its beginning comes first. */
static bool advance(struct course *c, const struct evolution *evolution,
                    const struct monitor *monitor, double *t, struct error *err) {
    const struct setup *setup = c->energy.setup;
    const size_t n = work_values(c->energy.grid->cells);
    const double begin = setup->time[c->batch.first - 1];
    struct interval_coefficients coefficients;
    coefficients_at(setup->model, c->batch.interval, 0, &coefficients);
    struct propagator *p =
        propagator_of(c, evolution, &coefficients.coefficients, monitor, err);
    double *start = array_create(n, sizeof *start, err);
    bool good = p != NULL && start != NULL;
    if (good) {
        memcpy(start, c->state, n * sizeof *start);
        march_times(setup, &c->batch, t);
        good = (c->batch.first == 1 ||
                take_jump(c, begin, begin + ldexp(c->span, -33), start, err)) &&
               propagator_advance_from(p, begin, start, c->batch.rows, t, take, c, err);
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
                (c->shown = array_create(work_values(n), sizeof(double), err)) != NULL &&
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
    free(c->shown);
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

/* On the evolution's cells. */
static struct protocol *follow(const struct setup *setup, const struct evolution *evolution,
                               const double *start, const struct monitor *monitor,
                               struct error *err) {
    struct protocol *p = allocate(setup->snapshots, err);
    struct course c = {.protocol = p, .span = setup->time[setup->snapshots - 1]};
    if (p == NULL) return NULL;
    const bool good = cell_energy_init(&c.energy, setup, evolution->grid, err) &&
                      find_scale(&c.energy, start, &p->scale, err) &&
                      (p->temperature = c.energy.temperature,
                       course_run(&c, evolution, start, monitor, err));
    cell_energy_finish(&c.energy);
    if (good) return p;
    return protocol_destroy(p), NULL;
}

/* ---------------------------------------------------------------- in space */

/* On half the cells; NULL where there are no such cells, or it fails (err says whether). */
static struct protocol *follow_coarse(const struct setup *setup,
                                      const struct evolution *fine,
                                      const struct monitor *monitor, struct error *err) {
    const struct monitor muted = monitor_muted(monitor);
    const struct evolution_options options = {
        .method = fine->method, .tolerance = fine->tolerance, .monitor = &muted};
    if (!grid_can_halve(fine->grid)) return NULL;
    double outside;
    struct protocol *p = NULL;
    struct grid *grid = grid_coarsen(fine->grid, 2, err);
    struct evolution *e = grid ? evolution_create(setup, grid, &options, err) : NULL;
    double *start = e != NULL ? array_create(grid->cells, sizeof *start, err) : NULL;
    if (start != NULL && setup_initial(setup, grid, start, &outside, err))
        p = follow(setup, e, start, &muted, err);
    free(start);
    evolution_destroy(e);
    grid_destroy(grid);
    return p;
}

/* Of second order: a third of what half the cells change. */
static void compare(struct protocol *p, struct protocol *coarse) {
    double *const array[][2] = {
        {p->work, coarse->work}, {p->heat, coarse->heat}, {p->variance, coarse->variance}};
    const double unit[] = {p->scale, p->scale, p->scale * p->scale};
    for (int k = 0; k < 3; k++)
        for (size_t row = 0; row < p->rows; row++) {
            double *error = &array[k][1][row];
            *error = fabs(array[k][0][row] - *error) / 3;
            p->space = fmax(p->space, *error / unit[k]);
        }
    p->space_error = coarse;
}

static bool find_space_error(struct protocol *p, const struct setup *setup,
                             const struct evolution *evolution,
                             const struct monitor *monitor, struct error *err) {
    struct error none = {0};
    struct protocol *coarse = follow_coarse(setup, evolution, monitor, &none);
    if (coarse != NULL) return compare(p, coarse), true;
    return !error_is_fatal(&none) || (*err = none, false);
}

bool protocol_create(const struct setup *setup, const struct evolution *evolution,
                     const double *start, const struct monitor *monitor,
                     struct protocol **out, struct error *err) {
    const struct evolution_interval *q = evolution_last(evolution);
    *out = NULL;
    if (!setup_has_protocol(setup) || q->equation->chain == NULL ||
        !q->propagator->method->driven)
        return true;
    struct protocol *p = follow(setup, evolution, start, monitor, err);
    if (p == NULL) return false;
    if (find_space_error(p, setup, evolution, monitor, err)) return *out = p, true;
    return protocol_destroy(p), false;
}

/* ---------------------------------------------------------------- what is told of it */

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
                 "work and heat miss %.3g of the expected loss, which changes faster in "
                 "time than is seen; mean_loss - heat is the work",
                 p->first_law);
    else if (!isnan(p->temperature) && !(least > digits * p->error))
        snprintf(
            text, PROTOCOL_TEXT,
            "the mean of exp(-work/temperature), %.3g, is not far above its error %.2g",
            least, p->error);
    else
        return false;
    return true;
}

double protocol_space_error(const struct protocol *p) {
    return p != NULL && p->space_error != NULL ? p->space : 0;
}

void protocol_print(const struct protocol *p, size_t rows, FILE *out) {
    if (p == NULL || rows == 0) return;
    const size_t last = rows - 1;
    fprintf(out, "  %-22s mean %.9g, sd %.9g\n", "work done", p->work[last],
            sqrt(fmax(p->variance[last], 0)));
    fprintf(out, "  %-22s %.9g\n", "heat taken up", p->heat[last]);
    if (p->space_error != NULL)
        fprintf(out, "  %-22s work %.2g, heat %.2g\n", "error of the cells",
                p->space_error->work[last], p->space_error->heat[last]);
    if (!isnan(p->temperature))
        fprintf(out, "  %-22s %.9g\n", "mean exp(-work/T)", p->exponential[last]);
}

void protocol_destroy(struct protocol *p) {
    if (p == NULL) return;
    protocol_destroy(p->space_error);
    free(p->work);
    free(p->heat);
    free(p->variance);
    free(p->exponential);
    free(p);
}
