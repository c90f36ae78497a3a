/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `fokker fit` says: the power law of the walkers at the last snapshot of a file by
 * maximum likelihood (solver/mc/fit.h), and the exponent of the power-law dynamic (Meng et
 * al. 2020, Theorem 2), with standard errors,
 *     p ~ (1 + c (x - m)^2)^(-s),   kappa = s - 1 + alpha. */
#pragma once

#include "io/status.h"

/* One line or two for each kind of walkers; *text is malloc'd. m is the walkers' median.
 * alpha: 0 for sgd and gaussian, whose steps are Ito's; the run's interpretation for sde.
 * Fails on files without walkers, two variables, and as fit_power_law does. */
MUST_CHECK bool fit_file(const char *path, char **text, struct error *err);
