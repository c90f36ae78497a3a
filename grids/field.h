/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cell averages p[cells] of a density on a grid, and integrals of them. Sums are
 * compensated (Neumaier), so that mass is known to rounding on any number of cells. */
#pragma once

#include "grids/grid.h"

/* Sum_i p_i V_i, V the volumes of the cells. */
double field_mass(const struct grid *grid, const double *p);
/* Sum_i |p_i - q_i| V_i, and Sum_i max(0, -p_i) V_i. */
double field_l1(const struct grid *grid, const double *p, const double *q);
double field_negative(const struct grid *grid, const double *p);
/* Smallest p_i. */
double field_min(const struct grid *grid, const double *p);

/* Moments of the density along dimension d, normalised by its mass. Inside each cell the
 * density is taken as linear with the central slope (fourth order for smooth densities; a
 * piecewise constant would give Sheppard's h^2/12). */
struct moments {
    double mean, variance, skewness, kurtosis; /* kurtosis: of a normal law 3 */
};
struct moments field_moments(const struct grid *grid, const double *p, int d);
/* 2-D: covariance of x and y, normalised by the mass. */
double field_covariance(const struct grid *grid, const double *p);

/* 2-D: marginal[axis[d]->cells], the density integrated over the other variable. */
void field_marginal(const struct grid *grid, const double *p, int d, double *marginal);

/* Differential entropy and relative entropy,
 *     -Sum_i V_i p_i ln p_i,      Sum_i V_i p_i ln(p_i / q_i),
 * +inf where q = 0 < p; cells with p <= 0 count 0. */
double field_entropy(const struct grid *grid, const double *p);
double field_relative_entropy(const struct grid *grid, const double *p, const double *q);

/* Sum_i p_i weight_i V_i: weight[cells] is the part of each cell in a region, or an
 * observable. */
double field_integral(const struct grid *grid, const double *p, const double *weight);

/* Sum |p_i+1 - p_i| V_i / Sum p_i V_i over neighbours along axis d: 0.8/s for a normal law of s
 * cells, 2 for a point. NaN where p is 0. */
double field_roughness(const struct grid *grid, const double *p, int d);

/* Averages over the cells of `coarse`, whose faces are every by-th face of `fine`; mass is
 * kept. */
void field_restrict(const struct grid *fine, size_t by, const double *p,
                    const struct grid *coarse, double *q);
/* The other way: quadratic conservative reconstruction, mass of every coarse cell kept. */
void field_prolong(const struct grid *coarse, const double *q, size_t by,
                   const struct grid *fine, double *p);
