/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The exponent of SGD at a point of one variable: the theta != 0 with
 *     E exp(-theta g) = 1,     g the mean gradient of a batch drawn there.
 * Its stationary and escape probabilities go as exp(-Integral theta dx / eta) for small eta,
 * where the diffusion has 2 G / C_B for theta (docs/theory.md 6.6). theta has the sign of the
 * mean gradient G; 0 where G = 0. Where all gradients are of one sign there is no root: no
 * batch leads uphill, and theta is infinite, with the sign of G. Units: 1 / gradient.
 *
 * B draws with replacement have B times the exponent of one. */
#pragma once

#include "solver/model/model.h"
#include "solver/transfer/process.h"

struct exponent;

/* The model is borrowed. Fails (ERROR_SETTINGS, a sentence) where there is no such exponent:
 * two variables, no examples, momentum, an update rule, reshuffled epochs, batches without
 * replacement of which there are too many to be gone through; and without memory. */
MUST_CHECK struct exponent *exponent_create(const struct model *model, struct error *err);
void exponent_destroy(struct exponent *exponent);
/* theta[n] at x[n]; points in parallel, the same bits for any number of threads. Fails
 * (ERROR_RUN naming the point) where a gradient is not finite; without memory. */
MUST_CHECK bool exponent_at(const struct exponent *exponent, size_t n, const double *x,
                            double *theta, struct error *err);

/* The equation itself, for g = value[k].landing[0] with value[k].probability > 0, k < n: relative
 * error of some 1e-15 also where G is small against the spread. */
double exponent_solve(size_t n, const struct outcome *value);
