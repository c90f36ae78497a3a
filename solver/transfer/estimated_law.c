/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/estimated_law.h"
#include "grids/field.h"
#include <math.h>
#include <stdlib.h>

static bool is_halved(const struct estimated_law *e) {
    return e->half.grid != NULL;
}

/* ------------------------------------------------------------------------ both grids */

static bool side_init(struct law_side *side, const struct process *process,
                      const struct grid *grid, bool positive, const struct monitor *monitor,
                      struct error *err) {
    side->grid = grid;
    side->op = transfer_create(process, grid, positive, monitor, err);
    return side->op != NULL;
}

static void side_finish(struct law_side *side) {
    law_destroy(side->law);
    transfer_destroy(side->op);
}

/* Both operators; no law yet. */
static struct estimated_law *create(const struct process *process, const struct grid *grid,
                                    bool positive, const struct monitor *monitor,
                                    struct error *err) {
    struct estimated_law *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    e->positive = positive;
    bool good = side_init(&e->fine, process, grid, positive, monitor, err);
    if (good && grid_can_halve(grid))
        good = (e->coarse = grid_coarsen(grid, 2, err)) &&
               side_init(&e->half, process, e->coarse, positive, monitor, err);
    if (good) return e;
    estimated_law_destroy(e);
    return NULL;
}

void estimated_law_destroy(struct estimated_law *e) {
    if (e == NULL) return;
    side_finish(&e->fine), side_finish(&e->half);
    grid_destroy(e->coarse);
    free(e);
}

/* ------------------------------------------------------------------------------ starts */

static bool start_from_density(struct law_side *side, const double *density,
                               struct error *err) {
    double *m = array_create(side->grid->cells, sizeof *m, err);
    if (m && masses_from_density(side->grid, density, m, err))
        side->law = law_create(side->op, m, 0, err);
    free(m);
    return side->law != NULL;
}

static bool start_half_from_density(struct estimated_law *e, const double *density,
                                    struct error *err) {
    double *p = array_create(e->coarse->cells, sizeof *p, err);
    if (p == NULL) return false;
    field_restrict(e->fine.grid, 2, density, e->coarse, p);
    const bool good = start_from_density(&e->half, p, err);
    free(p);
    return good;
}

struct estimated_law *estimated_law_create(const struct process *process,
                                           const struct grid *grid, const double *density,
                                           bool positive, const struct monitor *monitor,
                                           struct error *err) {
    struct estimated_law *e = create(process, grid, positive, monitor, err);
    if (e != NULL && start_from_density(&e->fine, density, err) &&
        (!is_halved(e) || start_half_from_density(e, density, err)))
        return e;
    estimated_law_destroy(e);
    return NULL;
}

static bool start_from_point(struct law_side *side, const double *w, struct error *err) {
    double *m = array_create(side->grid->cells, sizeof *m, err);
    if (m == NULL) return false;
    const double gone = transfer_point(side->op, w, m);
    side->law = law_create(side->op, m, gone, err);
    free(m);
    return side->law != NULL;
}

struct estimated_law *estimated_law_from_point(const struct process *process,
                                               const struct grid *grid, const double *w,
                                               bool positive, const struct monitor *monitor,
                                               struct error *err) {
    struct estimated_law *e = create(process, grid, positive, monitor, err);
    if (e != NULL && start_from_point(&e->fine, w, err) &&
        (!is_halved(e) || start_from_point(&e->half, w, err)))
        return e;
    estimated_law_destroy(e);
    return NULL;
}

/* --------------------------------------------------------------------------- in steps */

bool estimated_law_advance(struct estimated_law *e, uint64_t steps,
                           const struct monitor *monitor, struct error *err) {
    if (!law_advance(e->fine.law, steps, monitor, err)) return false;
    if (!is_halved(e)) return true;
    const uint64_t behind = e->fine.law->step - e->half.law->step;
    return law_advance(e->half.law, behind, monitor, err);
}

static bool side_switch(struct law_side *side, const struct process *process, bool positive,
                        const struct monitor *monitor, struct error *err) {
    struct transfer *op = transfer_create(process, side->grid, positive, monitor, err);
    if (op == NULL) return false;
    law_switch(side->law, op);
    transfer_destroy(side->op);
    side->op = op;
    return true;
}

bool estimated_law_switch(struct estimated_law *e, const struct process *process,
                          const struct monitor *monitor, struct error *err) {
    return side_switch(&e->fine, process, e->positive, monitor, err) &&
           (!is_halved(e) || side_switch(&e->half, process, e->positive, monitor, err));
}

bool estimated_law_read(const struct estimated_law *e, double *density,
                        struct law_error *error, struct error *err) {
    const double *mass = e->fine.law->mass;
    *error = (struct law_error){{NAN, NAN}, masses_negative(e->fine.grid->cells, mass)};
    return masses_to_density(e->fine.grid, mass, density, err) &&
           (!is_halved(e) || masses_distance(e->fine.grid, mass, e->coarse,
                                             e->half.law->mass, &error->cells, err));
}

/* -------------------------------------------------------------------- mean steps */

/* half[coarse cells]: half or more of it is target; tells whether no cell is cut. */
static bool halve_target(const struct estimated_law *e, const bool *target, bool *half) {
    const size_t nx = e->fine.grid->axis[0]->cells, mx = e->coarse->axis[0]->cells;
    const size_t each = e->coarse->dims == 2 ? 4 : 2;
    bool whole = true;
    for (size_t k = 0; k < e->coarse->cells; k++) {
        const size_t first = 2 * (k % mx) + (e->coarse->dims == 2 ? 2 : 1) * (k / mx) * nx;
        size_t hits = (size_t)target[first] + target[first + 1];
        if (each == 4) hits += (size_t)target[first + nx] + target[first + nx + 1];
        half[k] = 2 * hits >= each;
        whole &= hits == 0 || hits == each;
    }
    return whole;
}

static bool steps_of(const struct law_side *side, const bool *target, const double *w,
                     const struct monitor *monitor, double *steps, double *defect,
                     struct error *err) {
    struct mean_steps found;
    if (!mean_steps_find(side->op, target, monitor, &found, err)) return false;
    *steps =
        w != NULL ? mean_steps_at(&found, w) : mean_steps_from(&found, side->law->mass);
    *defect = found.defect;
    mean_steps_finish(&found);
    return true;
}

bool estimated_law_mean_steps(const struct estimated_law *e, const bool *target,
                              const double *w, const struct monitor *monitor,
                              struct estimated_steps *out, struct error *err) {
    double other = NAN, unused;
    bool *half = NULL;
    *out = (struct estimated_steps){.error = NAN, .on_face = true};
    if (!steps_of(&e->fine, target, w, monitor, &out->steps, &out->defect, err))
        return false;
    if (!is_halved(e)) return true;
    if (target && !(half = array_create(e->coarse->cells, sizeof *half, err))) return false;
    if (target) out->on_face = halve_target(e, target, half);
    bool good = steps_of(&e->half, half, w, monitor, &other, &unused, err);
    if (!good && !error_is_fatal(err)) good = true; /* the estimate alone is missing */
    out->error = fabs(out->steps - other);
    free(half);
    return good;
}
