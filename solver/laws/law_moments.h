/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is measured on masses at the centres of cells. The deposits of a transfer operator keep
 * the moments of such points up to the third (docs/numerics.md 10.1): where the process is
 * linear in the state, these are its moments to rounding, on any cells. */
#pragma once

#include "grids/field.h"

/* Along dimension d, normalised by the mass; skewness and kurtosis NaN where all mass is in
 * one place. */
struct moments moments_of_masses(const struct grid *grid, const double *mass, int d);
/* 2-D. */
double covariance_of_masses(const struct grid *grid, const double *mass);
/* Sum_i m_i value_i / Sum_i m_i. */
double mean_of_masses(const struct grid *grid, const double *mass, const double *value);
