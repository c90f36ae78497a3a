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
#include "solver/time/line/stepper.h"

struct plane_drive;
/* On the grid of the generator; coefficients and monitor are borrowed. Fails as
 * plane_generator_create. */
MUST_CHECK struct plane_drive *plane_drive_create(const struct plane_generator *generator,
                                                  const struct coefficients *coefficients,
                                                  const struct propagator_options *options,
                                                  struct error *err);
void plane_drive_destroy(void *drive);
/* The chain A(t), for rules that are asked for it (line/stepper.h). */
extern const struct stepper_drive plane_drive_members;
/* x = (1 - h A)^-1 b of the last factor; x may be b. k is 0. */
void plane_drive_solve(void *drive, int k, const double *b, double *x);

/* Rodas5P (line/rosenbrock.h) of that chain; its problem is a plane_generator, of which the grid
 * is taken. */
extern const struct propagator_method plane_rosenbrock_method;
