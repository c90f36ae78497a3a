/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Improved Sheather-Jones bandwidth (Botev, Grotowski, Kroese, Ann. Statist. 38, 2916,
 * 2010, algorithm 1): the t = h^2 at which the estimated mean squared error of a
 * heat-kernel estimate is least, the root of
 *     t = (2 N sqrt(pi) |f''|^2)^(-2/5),
 * with the norms of the derivatives
 *     |f^(s)|^2 = 2 Sum_j k_j^(2s) P_j exp(-k_j^2 t_s)
 * at the t_s of a plug-in chain of seven levels. */
#pragma once

#include <stddef.h>

/* k2[j]: squared wave numbers on the unit interval, increasing; power[j]: squared modulus
 * of the sample's mean of the mode; N: independent samples. Returns t in units of the
 * squared length, or NaN where the equation has no root (a point mass). */
double bandwidth_sheather_jones(size_t modes, const double *k2, const double *power,
                                double N);
