/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one thread of a process does at a time, whatever it computes: FFTW makes and destroys
 * plans so (not: executes them), HDF5 gets its driver once. */
#pragma once

/* Between the two the others wait. Calls do not nest. */
void alone_begin(void);
void alone_end(void);
