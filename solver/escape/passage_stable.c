/* SPDX-License-Identifier: GPL-3.0-or-later
 * First passage under alpha-stable noise, in one variable: the interval outside the target
 * by solver/time/stable/levy_exit, put on the cells of the run's grid. A target must reach to
 * the end of the grid, for jumps would pass over any other; a jump beyond an end that is no
 * target stops there. Fails (ERROR_SETTINGS) on targets that jumps pass over, on fewer than
 * 8 cells in between and on more than 4096 (dense matrices), (ERROR_RUN) as levy_exit
 * does. */
#include "grids/field.h"
#include "solver/equation/stable.h"
#include "solver/escape/passage_rows.h"
#include "solver/linalg/jumps.h"
#include "solver/time/stable/levy_exit.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST = 8, MOST = 4096 };

struct jumps {
    size_t first, cells; /* the interval */
    bool *target;        /* [grid cells] */
    double *time;        /* [grid cells] mean first-passage time; 0 on the target */
    double *log_lower, *log_upper; /* [grid cells] ln of the probability to leave there */
    double *density;               /* [grid cells] quasi-stationary, mass 1 */
    double log_rate;               /* its rate */
};

/* The cells outside the target, which must be one run of them. */
static bool find_interval(const struct grid *grid, const bool *target, struct jumps *p,
                          struct error *err) {
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
                         const bool *target, struct jumps *p) {
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

static bool allocate(struct jumps *p, size_t cells, struct error *err) {
    return (p->target = array_create(cells, sizeof *p->target, err)) != NULL &&
           (p->time = array_create(cells, sizeof(double), err)) != NULL &&
           (p->log_lower = array_create(cells, sizeof(double), err)) != NULL &&
           (p->log_upper = array_create(cells, sizeof(double), err)) != NULL &&
           (p->density = array_create(cells, sizeof(double), err)) != NULL;
}

static struct levy_interval interval_of(const struct passage *p, const struct jumps *s) {
    const struct evolution_interval *q = p->interval;
    const size_t last = s->first + s->cells;
    return (struct levy_interval){.alpha = q->model.model->stable.alpha,
                                  .sigma = q->model.stable_scale,
                                  .lo = p->grid->axis[0]->face[s->first],
                                  .hi = p->grid->axis[0]->face[last],
                                  .held = {s->first == 0, last == p->grid->cells},
                                  .nodes = s->cells,
                                  .drift = q->coefficients,
                                  .monitor = q->monitor};
}

static bool check(const struct grid *grid, const bool *target, struct error *err) {
    struct jumps s = {0};
    return find_interval(grid, target, &s, err);
}

static bool create(struct passage *p, const bool *target, struct error *err) {
    const size_t n = p->grid->cells;
    struct jumps *s = array_create(1, sizeof *s, err);
    if ((p->state = s) == NULL) return false;
    if (!allocate(s, n, err) || !find_interval(p->grid, target, s, err)) return false;
    struct levy_exit exit = {0};
    const struct levy_interval v = interval_of(p, s);
    const bool good = levy_exit_compute(&v, &exit, err);
    if (good) {
        memcpy(s->target, target, n * sizeof *target);
        put_on_cells(&exit, p->grid, target, s);
        for (size_t i = 0; i < n; i++)
            p->log_time[i] = log(s->time[i]);
        p->log_lower = s->log_lower, p->log_upper = s->log_upper;
        p->target = s->target;
    }
    levy_exit_finish(&exit);
    return good;
}

static void destroy(void *state) {
    struct jumps *s = state;
    if (s == NULL) return;
    free(s->density), free(s->log_upper), free(s->log_lower), free(s->time),
        free(s->target);
    free(s);
}

/* Mean over the density of tau. */
static double log_time_from(const struct passage *p, const double *density) {
    const struct jumps *s = p->state;
    return log(field_integral(p->grid, density, s->time) / field_mass(p->grid, density));
}

static double log_time_at(const struct passage *p, const double *at) {
    const struct jumps *s = p->state;
    const struct axis *axis = p->grid->axis[0];
    const size_t first = s->first, end = first + s->cells;
    const double x = at[0];
    size_t i = axis_find(axis, x);
    if (i < first || i >= end) return -HUGE_VAL;
    if (x < axis->centre[i]) i = i > first ? i - 1 : i;
    if (i + 1 == end) i--;
    const double part = (x - axis->centre[i]) / (axis->centre[i + 1] - axis->centre[i]);
    return log(s->time[i] + part * (s->time[i + 1] - s->time[i]));
}

static bool quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                  struct error *err) {
    const struct jumps *s = p->state;
    const size_t n = p->grid->cells;
    double *density = array_create(n, sizeof *density, err);
    (void)within;
    if (density == NULL) return false;
    memcpy(density, s->density, n * sizeof *density);
    *out = (struct passage_quasi){s->log_rate, 0, density};
    return true;
}

static bool extent(const struct passage *p, size_t within, struct passage_box *b) {
    const struct jumps *s = p->state;
    (void)within;
    b->first[0] = s->first, b->cells[0] = s->cells;
    return true;
}

/* For small noise, when one jump leads from x to below lo or above hi:
 *     tau = 1 / Sum_ends ( C s^alpha distance^-alpha / alpha ),
 * over the open ends, whatever the barrier's height (Imkeller & Pavlyukevich, Stochastic
 * Process. Appl. 116, 611, 2006; docs/theory.md 8.3). C: jumps.h; s: scale of the noise. */
static double log_one_jump(const struct passage *p, double x, double lo, double hi,
                           const bool open[2]) {
    const struct interval_coefficients *c = &p->interval->model;
    const double alpha = c->model->stable.alpha, distance[2] = {x - lo, hi - x};
    const double intensity = jumps_intensity(alpha) * pow(c->stable_scale, alpha) / alpha;
    double rate = 0;
    for (int side = 0; side < 2; side++)
        if (open[side]) rate += intensity * pow(distance[side], -alpha);
    return -log(rate);
}

const struct passage_table passage_stable = {
    .equation = &stable_equation,
    .check = check,
    .create = create,
    .destroy = destroy,
    .log_time_at = log_time_at,
    .log_time_from = log_time_from,
    .quasi = quasi,
    .extent = extent,
    .no_survival = "there is none for stable noise",
    .log_one_jump = log_one_jump,
};
