/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/passage_levy.h"
#include "grids/field.h"
#include "solver/linalg/jumps.h"
#include "solver/time/stable/levy_exit.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST = 8, MOST = 4096 };

/* The cells outside the target, which must be one run of them. */
static bool find_interval(const struct grid *grid, const bool *target,
                          struct passage_levy *p, struct error *err) {
    const size_t n = grid->cells;
    size_t last = n;
    while (p->first < n && target[p->first])
        p->first++;
    while (last > p->first && target[last - 1])
        last--;
    p->cells = last - p->first;
    for (size_t i = p->first; i < last; i++)
        if (target[i])
            return fail(err, ERROR_SETTINGS,
                        "jumps pass over a target in the middle; under stable noise it "
                        "reaches to an end of the grid");
    if (p->cells == n) return fail(err, ERROR_SETTINGS, "no cell lies in the target");
    if (p->cells < FEWEST || p->cells > MOST)
        return fail(err, ERROR_SETTINGS,
                    "%zu cells outside the target; under stable noise %d to %d are "
                    "possible: dense matrices",
                    p->cells, FEWEST, MOST);
    return true;
}

bool passage_levy_check(const struct grid *grid, const bool *target, struct error *err) {
    struct passage_levy p = {0};
    return find_interval(grid, target, &p, err);
}

/* Linear between the nodes, 0 at the walls. */
static double between_nodes(const struct levy_exit *e, const double *value, double x) {
    const double s = (x - e->x[0]) / (e->x[1] - e->x[0]);
    if (s <= 0) return value[0] * fmax(0, 1 + s);
    if (s >= (double)e->nodes - 1)
        return value[e->nodes - 1] * fmax(0, (double)e->nodes - s);
    const size_t k = (size_t)s;
    return value[k] + (s - (double)k) * (value[k + 1] - value[k]);
}

static void put_on_cells(const struct levy_exit *e, const struct grid *grid,
                         const bool *target, struct passage_levy *p) {
    for (size_t i = 0; i < grid->cells; i++) {
        const double x = grid->axis[0]->centre[i];
        const double upper =
            target[i] ? 0 : fmin(1, fmax(0, between_nodes(e, e->upper, x)));
        p->time[i] = target[i] ? 0 : levy_exit_time_at(e, x);
        p->log_upper[i] = log(upper),
        p->log_lower[i] = target[i] ? -HUGE_VAL : log1p(-upper);
        p->density[i] = target[i] ? 0 : between_nodes(e, e->quasi, x);
    }
    const double mass = field_mass(grid, p->density);
    for (size_t i = 0; i < grid->cells; i++)
        p->density[i] /= mass;
    p->log_rate = log(e->rate);
}

static bool allocate(struct passage_levy *p, size_t cells, struct error *err) {
    return (p->target = array_create(cells, sizeof *p->target, err)) != NULL &&
           (p->time = array_create(cells, sizeof(double), err)) != NULL &&
           (p->log_lower = array_create(cells, sizeof(double), err)) != NULL &&
           (p->log_upper = array_create(cells, sizeof(double), err)) != NULL &&
           (p->density = array_create(cells, sizeof(double), err)) != NULL;
}

struct passage_levy *passage_levy_create(const struct evolution_interval *interval,
                                         const struct grid *grid, const bool *target,
                                         struct error *err) {
    struct passage_levy *p = array_create(1, sizeof *p, err);
    if (p == NULL) return NULL;
    struct levy_exit exit = {0};
    bool good = allocate(p, grid->cells, err) && find_interval(grid, target, p, err);
    if (good) {
        const double *face = grid->axis[0]->face;
        const size_t last = p->first + p->cells;
        const struct levy_interval v = {.alpha = interval->coefficients.model->stable.alpha,
                                        .sigma = interval->coefficients.stable_scale,
                                        .lo = face[p->first],
                                        .hi = face[last],
                                        .held = {p->first == 0, last == grid->cells},
                                        .nodes = p->cells,
                                        .drift = &interval->coefficients.coefficients,
                                        .monitor = interval->levy->monitor};
        good = levy_exit_compute(&v, &exit, err);
    }
    if (good) {
        memcpy(p->target, target, grid->cells * sizeof *target);
        put_on_cells(&exit, grid, target, p);
    }
    levy_exit_finish(&exit);
    if (good) return p;
    return passage_levy_destroy(p), NULL;
}

void passage_levy_destroy(struct passage_levy *p) {
    if (p == NULL) return;
    free(p->density), free(p->log_upper), free(p->log_lower), free(p->time),
        free(p->target);
    free(p);
}

double passage_levy_one_jump(const struct evolution_interval *interval, double x, double lo,
                             double hi, const bool open[2]) {
    const double alpha = interval->coefficients.model->stable.alpha,
                 distance[2] = {x - lo, hi - x};
    const double intensity =
        jumps_intensity(alpha) * pow(interval->coefficients.stable_scale, alpha) / alpha;
    double rate = 0;
    for (int side = 0; side < 2; side++)
        if (open[side]) rate += intensity * pow(distance[side], -alpha);
    return -log(rate);
}
