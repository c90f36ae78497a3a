/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chain dm/dt = A(t) m of a line whose coefficients depend on the time: the finite volumes
 * of fv/line/generator.h at the nodes of panels of time, and polynomials between them
 * (rate_panels.h). Columns of A and of A' sum to minus what leaves. The rates are met to a
 * fiftieth of the tolerance in time. */
#pragma once

#include "solver/linalg/tridiagonal.h"
#include "solver/time/line/stepper.h"

/* The chain as part of a larger system. */
struct drive;
/* On the grid of the generator; coefficients are borrowed. Fails for want of memory only. */
MUST_CHECK struct drive *drive_create(const struct line_generator *generator,
                                      const struct coefficients *coefficients,
                                      const struct propagator_options *options,
                                      struct error *err);
void drive_destroy(void *drive);
extern const struct stepper_drive drive_members;
/* x = (1 - h A)^-1 b of the last factor; x may be b. k is 0. */
void drive_solve(void *drive, int k, const double *b, double *x);
/* The chain A of the last factor. */
const struct tridiagonal *drive_factored(const struct drive *drive);

/* Of the method rosenbrock: problem is a line_generator, of which the grid is taken. */
struct propagator *line_drive_propagator(const void *problem,
                                         const struct coefficients *coefficients,
                                         const struct propagator_options *options,
                                         struct error *err);
