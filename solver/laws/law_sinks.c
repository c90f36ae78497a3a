/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_sinks.h"
#include "io/numbers.h"
#include "solver/fv/cell_means.h"
#include "solver/laws/law_start.h"
#include <math.h>
#include <stdlib.h>

static const double uneven = 0.05;  /* of a part: a cell over which it varies more ... */
static const double matters = 0.01; /* ... by so much of the largest */

/* The part of one sink in a whole step. */
struct part {
    const struct model *model;
    enum model_sink sink;
    double step;
};

static bool part_at(const void *self, size_t n, const double *const *x, double *value,
                    struct error *err) {
    const struct part *p = self;
    if (!model_sink_rate(p->model, p->sink, n, x, value, err)) return false;
    for (size_t i = 0; i < n; i++)
        value[i] = -expm1(-p->step * value[i]);
    return true;
}

/* value[cells] in half a step: of the centres, or the cells' means. *cut is set where the latter matter. */
static bool find_part(const struct part *p, const struct grid *grid, double *value,
                      bool *cut, struct error *err) {
    const size_t n = grid->cells;
    double *work = array_create(3 * n, sizeof *work, err);
    if (work == NULL) return false;
    double *x[2] = {work, work + n}, *mean = work + 2 * n;
    grid_centres(grid, x);
    const bool good = part_at(p, n, (const double *const *)x, value, err) &&
                      cell_means(grid, part_at, p, mean, err);
    const double little = good ? matters * numbers_largest(n, mean) : 0;
    for (size_t i = 0; good && i < n; i++) {
        const double off = fabs(mean[i] - value[i]);
        if (!(off > uneven * fmax(mean[i], value[i]))) continue;
        value[i] = mean[i];
        *cut |= off > little;
    }
    for (size_t i = 0; good && i < n; i++)
        value[i] = -expm1(0.5 * log1p(-value[i])); /* two halves are one step's */
    free(work);
    return good;
}

static bool find_place(struct half_sinks *out, const struct grid_law *l,
                       struct error *err) {
    struct law_start s = {.grid = l->grid,
                          .setup = l->of.setup,
                          .density = setup_reset,
                          .positive = l->of.positive,
                          .mass = out->to};
    const bool good =
        setup_reset_point(s.setup, &s.at_point, s.point, err) && law_start_find(&s, err);
    out->outside = s.absorbed;
    return good;
}

static double step_of(const struct grid_law *l, size_t interval) {
    const struct model *m = l->of.setup->model;
    const double step =
        m->kind == MODEL_DRIFT ? l->of.chain->step : model_step_time(m, interval);
    return step / (double)l->process.substeps;
}

bool law_sinks_init(struct half_sinks *out, const struct grid_law *l, size_t interval,
                    struct error *err) {
    const struct model *m = l->of.setup->model;
    const size_t n = l->grid->cells;
    double **const arrays[] = {&out->killed, &out->reset, &out->to, &out->work};
    struct part p = {m, SINK_KILLING, step_of(l, interval)};
    *out = (struct half_sinks){0};
    if (!model_has_sinks(m)) return true;
    out->cells = n;
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        if ((*arrays[k] = array_create(n, sizeof(double), err)) == NULL) return false;
    if (m->sink_rate[SINK_KILLING] != NULL &&
        !find_part(&p, l->grid, out->killed, &out->uneven, err))
        return false;
    if (m->sink_rate[SINK_RESET] == NULL) return true;
    p.sink = SINK_RESET;
    return find_part(&p, l->grid, out->reset, &out->uneven, err) && find_place(out, l, err);
}
