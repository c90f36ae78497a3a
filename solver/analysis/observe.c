/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/observe.h"
#include "grids/quadrature.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Four points of Gauss-Legendre a direction: 16 evaluations a cell are enough here. */
static bool loss_averages(const struct model *model, double t, const struct grid *grid,
                          double *average, struct error *err) {
    double *work = array_create(3 * grid->cells, sizeof *work, err);
    if (work == NULL) return false;
    double *x[2] = {work, work + grid->cells}, *loss = work + 2 * grid->cells;
    bool good = true;
    memset(average, 0, grid->cells * sizeof *average);
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < (grid->dims == 2 ? 4 : 1) && good; b++) {
            grid_points(grid, (const double[2]){legendre4_x[a], legendre4_x[b]}, x);
            good = model_evaluate_at(model, t, grid->cells, (const double *const *)x, loss,
                                     NULL, NULL, err);
            const double w = legendre4_w[a] * (grid->dims == 2 ? legendre4_w[b] : 1);
            for (size_t k = 0; good && k < grid->cells; k++)
                average[k] += w * loss[k];
        }
    free(work);
    return good;
}

struct observables *observables_create(const struct setup *setup, const struct grid *grid,
                                       struct error *err) {
    struct observables *o = array_create(1, sizeof *o, err);
    if (o == NULL) return NULL;
    *o = (struct observables){
        .grid = grid, .model = setup->model, .regions = setup->regions};
    o->absorbing = grid_absorbs(grid) || setup->model->sink_rate[SINK_KILLING] != NULL;
    bool good = (o->region = array_create(setup->regions, sizeof *o->region, err)) != NULL;
    good = good && setup_regions(setup, grid, o->region, err);
    if (good && model_has_loss(setup->model))
        good = (o->loss = array_create(grid->cells, sizeof *o->loss, err)) != NULL &&
               loss_averages(setup->model, 0, grid, o->loss, err);
    if (good) return o;
    return observables_destroy(o), NULL;
}

bool observables_set_time(struct observables *o, double t, struct error *err) {
    return !o->model->driven || o->loss == NULL ||
           loss_averages(o->model, t, o->grid, o->loss, err);
}

void observables_destroy(struct observables *o) {
    if (o == NULL) return;
    for (size_t r = 0; o->region != NULL && r < o->regions; r++)
        free(o->region[r]);
    free(o->region);
    free(o->loss);
    free(o);
}

static void clean(const struct grid *grid, double *p, double wanted_mass) {
    for (size_t k = 0; k < grid->cells; k++)
        if (p[k] < 0) p[k] = 0;
    const double mass = field_mass(grid, p);
    for (size_t k = 0; k < grid->cells && mass > 0; k++)
        p[k] *= wanted_mass / mass;
}

struct moments observe_moments(const struct observables *o, const double *p, int d) {
    const bool own = o->interval != NULL && o->interval->grid == o->grid;
    return own ? equation_moments(o->interval, p, d) : field_moments(o->grid, p, d);
}

struct clean_up clean_density(const struct observables *o, const double *p,
                              double start_mass, double *density) {
    const struct grid *g = o->grid;
    const double mass = field_mass(g, p), wanted = o->absorbing ? mass : start_mass;
    const struct clean_up found = {.min_density = field_min(g, p),
                                   .negativity = field_negative(g, p),
                                   .mass_defect =
                                       o->absorbing ? 0 : fabs(mass - start_mass)};
    if (density != p) memcpy(density, p, g->cells * sizeof *p);
    if (found.negativity > 0 || mass != wanted) clean(g, density, wanted);
    return found;
}

struct observation observe(const struct observables *o, const double *p,
                           double *region_mass) {
    const struct grid *g = o->grid;
    struct observation s = {.mass = field_mass(g, p)};
    for (int d = 0; d < g->dims; d++)
        s.moments[d] = observe_moments(o, p, d);
    s.covariance = g->dims == 2 ? field_covariance(g, p) : 0;
    s.mean_loss = o->loss != NULL ? field_integral(g, p, o->loss) / s.mass : (double)NAN;
    s.entropy = field_entropy(g, p);
    s.free_energy =
        o->stationary != NULL ? field_relative_entropy(g, p, o->stationary) : (double)NAN;
    s.l1_to_stationary =
        o->stationary != NULL ? field_l1(g, p, o->stationary) : (double)NAN;
    for (size_t r = 0; r < o->regions; r++)
        region_mass[r] = field_integral(g, p, o->region[r]);
    return s;
}
