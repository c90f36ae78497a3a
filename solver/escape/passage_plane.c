/* SPDX-License-Identifier: GPL-3.0-or-later
 * First passage in two variables (fv/plane/escape.h). */
#include "solver/equation/plane.h"
#include "solver/escape/passage_rows.h"
#include "solver/fv/plane/escape.h"
#include "solver/fv/plane/quasi.h"
#include "solver/time/plane/survival.h"
#include <math.h>

static bool create(struct passage *p, const bool *target, struct error *err) {
    struct plane_escape *e =
        plane_escape_create(plane_interval_generator(p->interval), target, err);
    if ((p->state = e) == NULL) return false;
    for (size_t i = 0; i < p->grid->cells; i++)
        p->log_time[i] = log(e->tau[i]);
    p->places = e->target.places, p->place = e->target.place;
    p->target = e->target.inside;
    return true;
}

static void destroy(void *state) {
    plane_escape_destroy(state);
}

static double log_time_at(const struct passage *p, const double *x) {
    return plane_escape_log_time_at(p->state, x);
}

static double log_time_from(const struct passage *p, const double *density) {
    return plane_escape_log_time_from(p->state, density);
}

static bool quasi(const struct passage *p, size_t within, struct passage_quasi *out,
                  struct error *err) {
    struct plane_quasi q;
    if (!plane_quasi_compute(p->state, within, &q, err)) return false;
    *out = (struct passage_quasi){q.log_rate, q.error, q.density};
    q.density = NULL; /* ours now */
    plane_quasi_finish(&q);
    return true;
}

/* The rectangle around all cells outside the target, if these fill it. */
static bool extent(const struct passage *p, size_t within, struct passage_box *b) {
    const struct grid *g = p->grid;
    const size_t nx = g->axis[0]->cells;
    size_t least[2] = {nx, g->axis[1]->cells}, end[2] = {0, 0}, outside = 0;
    (void)within;
    for (size_t i = 0; i < g->cells; i++) {
        const size_t at[2] = {i % nx, i / nx};
        if (p->target[i]) continue;
        outside++;
        for (int d = 0; d < 2; d++) {
            if (at[d] < least[d]) least[d] = at[d];
            if (at[d] + 1 > end[d]) end[d] = at[d] + 1;
        }
    }
    for (int d = 0; d < 2; d++)
        b->first[d] = least[d], b->cells[d] = end[d] - least[d];
    return outside == b->cells[0] * b->cells[1];
}

static bool survival(const struct passage *p, const struct propagator_options *options,
                     const double *p0, size_t n, const double *t, struct survival *out,
                     struct error *err) {
    struct plane_survival s;
    if (!plane_survival_compute(p->state, NULL, options, p0, n, t, &s, err)) return false;
    *out = (struct survival){s.n, s.alive, s.target, s.wall, s.error};
    return true;
}

static bool committor(const struct passage *p, const bool *A, const bool *B, double *work,
                      double *q, struct error *err) {
    return plane_escape_committor(plane_interval_generator(p->interval), A, B, work, q,
                                  err);
}

static bool exit_places(const struct passage *p, const double *density, double *probability,
                        struct error *err) {
    return plane_escape_places(p->state, density, probability, err);
}

const struct passage_table passage_plane = {
    .equation = &plane_equation,
    .second_order = true,
    .create = create,
    .destroy = destroy,
    .log_time_at = log_time_at,
    .log_time_from = log_time_from,
    .quasi = quasi,
    .extent = extent,
    .survival = survival,
    .committor = committor,
    .exit_places = exit_places,
};
