/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/pass.h"
#include "grids/field.h"
#include "solver/analysis/start_on_wall.h"
#include "solver/settings/setup.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEPT = 1 << 25 }; /* cells x rows that are kept of a pass */
static const double rarest = 1e-12, rare_weight = 0.1; /* of masses in regions */

struct looked pass_looked_at(const struct setup *setup) {
    const size_t n = setup->snapshots, fits = MOST_KEPT / setup->grid->cells;
    return (struct looked){n, fits >= n ? 1 : (n - 1) / (fits > 3 ? fits - 2 : 1) + 1};
}

size_t pass_slot(struct looked l, size_t row, bool *is) {
    *is = row % l.every == 0 || row + 1 == l.rows;
    return row / l.every + (row % l.every != 0);
}

void pass_finish(struct pass *q) {
    evolution_destroy(q->evolution);
    if (q->own_kept) grid_destroy(q->kept);
    grid_destroy(q->grid);
    free(q->p);
    observables_destroy(q->observables);
    free(q->region);
    free(q->mass);
    free(q->mean);
    free(q->variance);
    solved_finish(&q->solved);
    *q = (struct pass){0};
}

static bool keep(void *context, size_t row, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct pass *q = context;
    q->time_error = fmax(q->time_error, time_error);
    q->row = row;
    solved_take(&q->solved, row, p, time_error);
    const size_t interval = model_interval_at(q->setup->model, q->setup->time[row]);
    q->observables->interval = q->evolution->interval[interval];
    const struct moments m = observe_moments(q->observables, p, 0);
    bool is;
    const size_t slot = pass_slot(q->looked, row, &is);
    if (is) field_restrict(q->grid, q->by, p, q->kept, q->p + slot * q->kept->cells);
    q->mass[row] = field_mass(q->grid, p);
    q->mean[row] = m.mean;
    q->variance[row] = m.variance;
    for (size_t r = 0; r < q->observables->regions; r++)
        q->region[row * q->observables->regions + r] =
            field_integral(q->grid, p, q->observables->region[r]);
    return true;
}

static struct grid *grid_at(const struct setup *setup, int exponent, struct error *err) {
    return exponent >= 0 ? grid_refine(setup->grid, (size_t)1 << exponent, err)
                         : grid_coarsen(setup->grid, (size_t)1 << -exponent, err);
}

static bool pass_create(struct pass *q, const struct setup *setup, int exponent,
                        struct error *err) {
    const size_t rows = setup->snapshots;
    bool is;
    q->setup = setup;
    q->looked = pass_looked_at(setup);
    if ((q->grid = grid_at(setup, exponent, err)) == NULL) return false;
    q->by = exponent > 0 ? (size_t)1 << exponent : 1;
    q->kept = q->grid;
    if (exponent > 0) {
        if ((q->kept = grid_coarsen(q->grid, q->by, err)) == NULL) return false;
        q->own_kept = true;
    }
    return (q->observables = observables_create(setup, q->grid, err)) != NULL &&
           (q->region = array_create(rows * setup->regions, sizeof *q->region, err)) !=
               NULL &&
           (q->p = array_create((pass_slot(q->looked, rows - 1, &is) + 1) * q->kept->cells,
                                sizeof *q->p, err)) != NULL &&
           (q->mass = array_create(rows, sizeof *q->mass, err)) != NULL &&
           (q->mean = array_create(rows, sizeof *q->mean, err)) != NULL &&
           (q->variance = array_create(rows, sizeof *q->variance, err)) != NULL;
}

static bool pass_start_on_wall(struct pass *q, struct error *err) {
    for (size_t k = 0; k < model_intervals(q->setup->model); k++) {
        double error = 0;
        const bool holds[2] = {evolution_holds_mass(q->evolution, k, 0),
                               evolution_holds_mass(q->evolution, k, 1)};
        if (!start_on_wall(q->setup, q->grid, holds, &error, err)) return false;
        q->on_wall = fmax(q->on_wall, error);
    }
    return true;
}

/* From the propagators' fraction of an advance to the part of the pass's rows. */
static bool tick_of_pass(void *context, double fraction) {
    const struct pass *q = context;
    const double rows = (double)q->looked.rows;
    return q->whole == NULL ||
           q->whole->tick(q->whole->context, fmin(((double)q->row + fraction) / rows, 1));
}

static bool pass_march(struct pass *q, const struct setup *setup,
                       const struct evolution_options *options, struct error *err) {
    const struct monitor monitor = {tick_of_pass, q};
    struct evolution_options mine = *options;
    q->whole = options->monitor, mine.monitor = &monitor;
    double outside, *start = array_create(q->grid->cells, sizeof *start, err);
    struct evolution *evolution =
        start != NULL ? evolution_create(setup, q->grid, &mine, err) : NULL;
    q->evolution = evolution;
    const bool good = evolution != NULL && pass_start_on_wall(q, err) &&
                      setup_initial(setup, q->grid, start, &outside, err) &&
                      solved_begin(&q->solved, setup, evolution, start, err) &&
                      keep(q, 0, start, 0, err) &&
                      march(evolution, setup, start, keep, q, err);
    if (good) solved_end(&q->solved, evolution);
    if (evolution != NULL) evolution_rest(evolution);
    free(start);
    return good;
}

bool pass_run(struct pass *q, const struct setup *setup, int exponent,
              const struct evolution_options *options, struct error *err) {
    *q = (struct pass){0};
    if (!pass_create(q, setup, exponent, err)) return false;
    q->failed = !pass_march(q, setup, options, err);
    if (q->failed && err->kind != ERROR_RUN) return false;
    if (!q->failed && strcmp(options->method, "transport") == 0 &&
        q->time_error > options->tolerance)
        q->failed = !fail(err, ERROR_RUN, "their steps do not converge");
    return true;
}

/* ---------------------------------------------------------------- two passes */

static double user_width(const struct grid *grid, double x) {
    const struct axis *axis = grid->axis[0];
    const size_t i = axis_find(axis, x);
    return axis->width[i < axis->cells ? i : axis->cells - 1];
}

/* Differences are weighted by the mass that is left: where nearly all was absorbed, the
 * rest need not be resolved. */
static double moment_difference(const struct pass *fine, const struct pass *coarse,
                                const struct grid *user, size_t row) {
    const double v = fine->variance[row];
    const double s = fmax(sqrt(v), user_width(user, fine->mean[row]));
    const double d = fmax(fabs(fine->mean[row] - coarse->mean[row]) / s,
                          fabs(v - coarse->variance[row]) / (2 * s * s));
    return isfinite(d) ? fine->mass[row] * d : 0; /* not finite: no mass is left */
}

/* Of the masses in the regions, relative: a rare one is wanted to three digits too. */
static double region_difference(const struct pass *fine, const struct pass *coarse,
                                size_t row) {
    const size_t regions = fine->observables->regions;
    double most = 0;
    for (size_t r = row * regions; r < (row + 1) * regions; r++)
        if (fine->region[r] > rarest)
            most = fmax(most, fabs(fine->region[r] - coarse->region[r]) /
                                  fmax(fine->region[r], coarse->region[r]));
    return rare_weight * most;
}

void pass_difference(const struct pass *fine, const struct pass *coarse,
                     const struct setup *setup, double *work, double *d) {
    const size_t n = fine->kept->cells, m = coarse->kept->cells;
    for (size_t row = 0; row < setup->snapshots; row++) {
        bool is;
        const size_t slot = pass_slot(fine->looked, row, &is);
        d[row] = (double)NAN;
        if (!is) continue;
        field_restrict(fine->kept, n / m, fine->p + slot * n, coarse->kept, work);
        d[row] = field_l1(coarse->kept, work, coarse->p + slot * m);
        d[row] = fmax(d[row], fmax(moment_difference(fine, coarse, setup->grid, row),
                                   region_difference(fine, coarse, row)));
        if (row == 0) d[row] = 0;
    }
}

/* Wasserstein-1 distance of two densities on the same cells: integral of |F - G|. */
static double wasserstein(const struct grid *grid, const double *p, const double *q) {
    double sum = 0, F = 0;
    for (size_t i = 0; i < grid->cells; i++) {
        const double step = (p[i] - q[i]) * grid->volume[i];
        sum += fabs(F + 0.5 * step) * grid->volume[i];
        F += step;
    }
    return sum;
}

double pass_last_distance(const struct pass *fine, const struct pass *coarse,
                          const struct setup *setup, double *work) {
    const size_t n = fine->kept->cells, m = coarse->kept->cells;
    bool is;
    const size_t slot = pass_slot(fine->looked, setup->snapshots - 1, &is);
    field_restrict(fine->kept, n / m, fine->p + slot * n, coarse->kept, work);
    return wasserstein(coarse->kept, work, coarse->p + slot * m);
}
