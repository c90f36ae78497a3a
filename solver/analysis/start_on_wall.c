/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/start_on_wall.h"
#include "io/status.h"
#include <math.h>
#include <stdlib.h>

enum { FINEST = 1 << 21 };

/* m sqrt(d / h) at one end. */
static double moved(const struct grid *grid, const struct grid *user,
                    const struct grid *fine, const double *p, int end) {
    const struct axis *axis = fine->axis[0];
    const size_t n = fine->cells, by = n / grid->cells;
    const double wall = axis->face[end == 0 ? 0 : n];
    const double h = user->axis[0]->width[end == 0 ? 0 : user->cells - 1];
    double mass = 0, first = 0;
    for (size_t k = 1; k < by; k++) {
        const size_t i = end == 0 ? k : n - 1 - k;
        mass += p[i] * axis->width[i];
        first += p[i] * axis->width[i] * fabs(axis->centre[i] - wall);
    }
    return mass > 0 ? mass * sqrt(first / mass / h) : 0;
}

bool start_on_wall(const struct setup *setup, const struct grid *grid, const bool holds[2],
                   double *error, struct error *err) {
    *error = 0;
    if (!holds[0] && !holds[1]) return true;
    double outside;
    const size_t n = grid->cells;
    struct grid *fine = grid_refine(grid, n < FINEST ? FINEST / n : 1, err);
    double *p = fine != NULL ? array_create(fine->cells, sizeof *p, err) : NULL;
    const bool good = p != NULL && setup_initial(setup, fine, p, &outside, err);
    for (int end = 0; good && end < 2; end++)
        if (holds[end]) *error = fmax(*error, moved(grid, setup->grid, fine, p, end));
    free(p);
    grid_destroy(fine);
    return good;
}
