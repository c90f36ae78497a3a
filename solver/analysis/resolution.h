/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cells of the settings are the resolution of the output, not of the solution. In one
 * variable with normal noise every cell is cut into 2, 4, 8, ... equal ones until halving
 * them once more changes the answer by less than `accuracy.space`; the file gets means over
 * the user's cells.
 *     d_k(e) = max( |p_e - p_{e-1}|_1,  |m_e - m_{e-1}| / s,  |v_e - v_{e-1}| / (2 s^2) )
 * compares rows k on N 2^e and N 2^(e-1) cells: averages over the user's cells (or over the
 * coarser ones, where these are wider), mean m, variance v (both weighed by the mass that
 * is left); s = max(sqrt(v), h), h the width
 * of the user's cell there. Masses in regions above 1e-12 are held to ten times that in
 * their relative error. Row 0 is what was asked for, as the cells hold it. Of many rows
 * on many cells some are looked at, and the others get the larger error of their
 * neighbours. The error is
 *     d_k(e) / (2^q - 1),   q = log2( d_k(e-1) / d_k(e) ) in [1/2, 2],
 *     d_k(e-1) / 12 where q > 2 (second order from the difference before: the last one is
 * small by accident), and d_k(e) itself while q is not known; what start_on_wall.h finds is
 * added. Refinement starts where the median cell Peclet number is below 2: above it
 * upwinding is what is seen.
 *
 * Where even the finest cells are too wide for the noise, characteristics split with the
 * diffusion (transport) take over, but only when SDIRK on the generator agrees with them at
 * the last row, in the Wasserstein distance and within its own error. */
#pragma once

#include "solver/analysis/solved.h"

struct resolution {
    struct grid *grid;  /* owned: the cells that are solved on */
    size_t factor;      /* of them in one of the user's */
    const char *method; /* on every grid; borrowed from the settings or static */
    double tolerance;   /* in time */
    /* [snapshots] estimated; NULL: not looked at, or (met false) not known */
    double *space_error;
    double target, worst; /* accuracy.space, and the largest of space_error */
    double order;         /* observed in the row of the largest; NaN: not known */
    double sd_error;      /* relative, of the standard deviation in the last row */
    double sd_worst;      /* the same in any row before, */
    size_t sd_row;        /* that one */
    bool met;
    char why[200];        /* when it was not met: what was tried */
    struct solved solved; /* the rows on these cells, where they are kept */
    /* The equation on these cells, at rest, where a pass has made it; whoever takes it sets NULL
     * here. */
    struct evolution *evolution;
};

/* Chooses them. Two variables, stable noise and velocities: the user's cells,
 * unexamined. */
MUST_CHECK bool resolution_create(const struct setup *setup, const struct monitor *monitor,
                                  struct resolution *out, struct error *err);
void resolution_finish(struct resolution *resolution);

/* values[grid cells] -> means over the user's cells. */
void resolution_restrict(const struct resolution *, const struct setup *setup,
                         const double *values, double *out);
