/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chain dm/dt = A(t) m of a plane whose coefficients depend on the time: the finite volumes
 * of fv/plane/generator.h at the nodes of panels of time, and polynomials between them
 * (rate_panels.h). All times share one pattern of entries and one order of elimination: a sample
 * with an entry that the pattern lacks, or with a potential that tells less, begins anew with
 * both. Columns of A and of A' sum to minus what leaves. The rates are met to a fiftieth of the
 * tolerance in time. */
#pragma once

#include "solver/fv/plane/generator.h"
#include "solver/time/line/work.h"

/* The chain as part of a larger system, on the grid of the generator; coefficients and monitor
 * are borrowed. Fails as plane_generator_create. */
MUST_CHECK bool plane_drive_chain(const struct plane_generator *generator,
                                  const struct coefficients *coefficients,
                                  const struct propagator_options *options,
                                  struct work_chain *out, struct error *err);

/* Rodas5P (line/rosenbrock.h) of that chain; problem: a plane_generator, of which the grid is
 * taken. */
extern const struct propagator_method plane_rosenbrock_method;
