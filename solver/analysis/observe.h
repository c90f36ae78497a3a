/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is measured on the density of one snapshot. */
#pragma once

#include "grids/field.h"
#include "solver/equation/equation.h"
#include "solver/settings/setup.h"

/* What the observables of one grid need; made once. Pointers are borrowed. */
struct observables {
    const struct grid *grid;
    const struct model *model;
    double *loss; /* [cells] cell averages of L at the time of observables_set_time, first
                     0; NULL when the model has none */
    size_t regions;
    double **region;          /* [regions][cells] */
    const double *stationary; /* [cells] of the present interval; NULL when there is none */
    const struct evolution_interval *interval; /* the present one; may be NULL */
    bool absorbing;                            /* mass may leave, at an end or killed */
};

struct observation {
    double mass;
    struct moments moments[2]; /* by dimension */
    double covariance;         /* 2-D */
    double mean_loss;
    double entropy;
    double free_energy; /* relative entropy to the stationary density; NaN without one */
    double l1_to_stationary; /* NaN without one */
};

/* What was wrong with p, as the propagator gave it. */
struct clean_up {
    double min_density; /* its smallest value */
    double negativity;  /* integral of its negative part */
    double mass_defect; /* |mass - mass at the start|; 0 with absorbing ends */
};

MUST_CHECK struct observables *
observables_create(const struct setup *setup, const struct grid *grid, struct error *err);
/* Of a model that depends on the time: what is observed from now on is of time t. */
MUST_CHECK bool observables_set_time(struct observables *observables, double t,
                                     struct error *err);
void observables_destroy(struct observables *observables);

/* Moments of p[cells] along dimension d. */
struct moments observe_moments(const struct observables *o, const double *p, int d);

/* density[cells] from p[cells], which may be the same array: negative parts are cut off and the
 * total is restored (to start_mass; with absorbing ends to what it was), so that what is
 * recorded is a density. Returns what was wrong. */
struct clean_up clean_density(const struct observables *o, const double *p,
                              double start_mass, double *density);

/* Of a density[cells]; region_mass[regions]. */
struct observation observe(const struct observables *o, const double *density,
                           double *region_mass);
