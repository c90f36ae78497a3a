/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The masses that a chain of rates leaves as they are,
 *     A m = 0,   m > 0,   as logarithms, up to a factor.
 * One state is pinned; what the others hold is what comes from it times the time that it
 * stays,
 *     m = (-A_rest)^-1 A_(rest, pin) m_pin,
 * by elimination without subtraction (elimination.h), so that every m has its digits
 * whatever the rates are. Masses beyond e^-600 and e^700 of those that a solve starts from
 * are found in the same way from the ones that are known then, and so on. */
#pragma once

#include "solver/linalg/sparse.h"

/* ln_mass[n]: the largest is 0, -inf outside. A as in elimination_create: A_ij, i != j, is
 * the rate from j to i; the states with inside[n] (NULL: all) lose nothing and are all
 * reached from each other. Fails
 * (ERROR_RUN) when two parts meet at a rate below e^-650: their weights are then beyond
 * double precision. */
MUST_CHECK bool balance_find(const struct sparse *A, const bool *inside, double *ln_mass,
                             struct error *err);
