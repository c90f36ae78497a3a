/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chain dm/dt = A(t) m of a line whose coefficients depend on the time: the finite volumes
 * of fv/line/generator.h at time t. They are built at the nodes of panels of time (time/panels.h)
 * and interpolated between them: rates stay >= 0 (what the polynomial misses below 0 is cut),
 * columns of A and of A' sum to minus what leaves. Rates are taken as met where
 * drift and diffusion between cells, left - right and left + right, are met to a fiftieth of the
 * tolerance in time; drift and diffusion of the model at 64 points say beforehand where that is
 * not worth a try. */
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
/* At how many times of the run the model is looked at, at 64 points: a pulse in t that is
 * wider than their distance is not missed. Fewer where a value is a sum over many examples. */
size_t drive_probes(const struct coefficients *coefficients);
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
