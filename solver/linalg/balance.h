/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stationary masses of a chain of rates,
 *     A m = 0,   m > 0,   as logarithms, up to a factor.
 * One state is pinned; the masses of the others follow from the flow out of it,
 *     m = (-A_rest)^-1 A_(rest, pin) m_pin,
 * by elimination without subtraction (elimination.h): every m is right to its last digits,
 * whatever the rates are (docs/numerics.md 6.2). One solve reaches masses between e^-600
 * and e^700 of those it starts from; the next solve starts from the masses known by
 * then. */
#pragma once

#include "solver/linalg/sparse.h"

/* ln_mass[n]: ln m, the largest 0; -inf outside. A_ij, i != j, is the rate from j to i, as
 * in elimination_create. The states with inside[n] (NULL: all) form one closed class: they
 * lose nothing, and each is reached from every other. Fails (ERROR_RUN) when two parts
 * exchange mass at rates below e^-650 only: their weights are then beyond double
 * precision. */
MUST_CHECK bool balance_find(const struct sparse *A, const bool *inside, double *ln_mass,
                             const struct monitor *monitor, struct error *err);
