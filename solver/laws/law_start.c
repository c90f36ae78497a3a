/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_start.h"
#include "io/numbers.h"
#include "solver/laws/roughness.h"
#include "solver/transfer/deposit.h"
#include "solver/transfer/masses.h"
#include <stdlib.h>
#include <string.h>

static void put(struct law_start *s, double mass, const double at[2]) {
    const struct deposit d = deposit_at(s->grid, s->positive, at);
    for (int k = 0; k < d.n; k++)
        s->mass[d.cell[k]] += mass * d.weight[k];
    s->absorbed += mass * d.absorbed;
}

/* Masses of the density at the centres of any cells. Positive ones are the cells'. */
static bool masses_of(const struct law_start *s, const struct grid *grid, double *mass,
                      struct error *err) {
    double outside, *density = array_create(grid->cells, sizeof *density, err);
    bool good = density != NULL && s->density(s->setup, grid, density, &outside, err);
    if (good && !s->positive) good = masses_from_density(grid, density, mass, err);
    for (size_t i = 0; good && s->positive && i < grid->cells; i++)
        mass[i] = density[i] * grid->volume[i];
    free(density);
    return good;
}

/* Is it as narrow as a cell along an axis? */
static bool is_narrow(const struct grid *grid, const double *mass) {
    return numbers_largest(grid->cells, mass) > (grid->dims == 2 ? 0.1 : 0.3);
}

/* From the parts of cells cut into `by`, each a point; *narrow: these do not resolve it. */
static bool from_parts(struct law_start *s, size_t by, bool *narrow, struct error *err) {
    struct grid *parts = grid_refine(s->grid, by, err);
    double *mass = parts != NULL ? array_create(parts->cells, sizeof *mass, err) : NULL;
    const bool good = mass != NULL && masses_of(s, parts, mass, err);
    if (good) {
        const size_t nx = parts->axis[0]->cells;
        *narrow = is_narrow(parts, mass);
        memset(s->mass, 0, s->grid->cells * sizeof *s->mass);
        s->absorbed = 0;
        for (size_t i = 0; i < parts->cells; i++)
            if (mass[i] != 0)
                put(s, mass[i],
                    (double[]){parts->axis[0]->centre[i % nx],
                               parts->dims == 2 ? parts->axis[1]->centre[i / nx] : 0});
    }
    free(mass);
    grid_destroy(parts);
    return good;
}

/* Averages over cells do not know where in them mass is: a start that is not smooth on them is
 * made of deposits of smaller cells, which keep the moments. */
bool law_start_find(struct law_start *s, struct error *err) {
    const size_t by = s->grid->dims == 2 ? 8 : 16, most = s->grid->dims == 2 ? 8 : 4096;
    const double rough = 0.1; /* of the largest mass: a normal law of 2.3 cells */
    struct roughness r;
    s->narrow = s->at_point, s->absorbed = 0;
    if (s->at_point) return put(s, 1, s->point), true;
    if (!masses_of(s, s->grid, s->mass, err) || !roughness_find(s->grid, s->mass, &r, err))
        return false;
    s->narrow = is_narrow(s->grid, s->mass);
    bool again =
        r.most > rough * numbers_largest(s->grid->cells, s->mass) && !s->setup->thin;
    for (size_t parts = by; again && parts <= most; parts *= by)
        if (!from_parts(s, parts, &again, err)) return false;
    return true;
}
