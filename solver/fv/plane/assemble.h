/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts plane_generator_create is made of: what is known at the cells' centres first, then
 * edges row by row of the half-integer lattice, then exits through absorbing walls. */
#pragma once

#include "solver/fv/plane/generator.h"

/* What is known before the edges are made. Indices I, J count a half-integer lattice: 2 i +
 * 1 is the centre of cell i, 2 i the face before it. */
struct assembly {
    const struct grid *grid;
    const struct coefficients *model;
    enum potential_source most; /* the potentials that are made use of */
    enum potential_source source;
    size_t n[2];
    bool periodic[2];
    int longest; /* longest offset allowed, in cells */
    double *phi; /* [cells] at the centres; NULL when POTENTIAL_NONE */
    /* [cells] phibar - phi, phibar = -ln(cell average of e^-phi). 0 when POTENTIAL_NONE:
     * -Integral g is then not ln p_st, and a correction by it does harm. */
    double *average;
    /* [2 cells] g = D^-1 c at the centres, regularised when POTENTIAL_NONE; NULL when
     * POTENTIAL_GIVEN. */
    double *g;
};

/* Values at one point of the half-integer lattice, in units of index steps,
 *     Dh_ab = D_ab / (h_a h_b),   ch_a = c_a / h_a,   both rates. */
struct plane_local {
    double h[2], area;
    double D[3], c[2];
    double g[2];    /* Dh^-1 ch, regularised when POTENTIAL_NONE */
    double rest[2]; /* ch - Dh g: the part of the drift that is upwinded */
};

/* Fills source, phi, average and g. Fails where a coefficient is not finite or D is
 * indefinite (plane/canonical.h), or without memory. */
MUST_CHECK bool assembly_centres(struct assembly *, struct error *err);
void assembly_finish(struct assembly *);

/* Position of half-integer index I of axis d. The seam of a periodic axis is I = 0. */
double assembly_position(const struct assembly *, int d, size_t I);
/* Eigenvalues, the larger first, and unit eigenvectors of a tensor D[3]. */
struct plane_principal {
    double lambda[2], axis[2][2];
};
struct plane_principal assembly_principal(const double D[3]);
/* The values at half-integer (I, J), from c[2] and D[3] there. */
struct plane_local assembly_local(const struct assembly *, size_t I, size_t J,
                                  const double *c, const double *D);
/* Selling's decomposition of local->D (selling.h). Where an offset would be longer than
 * `longest`, D is widened until none is, and *widened is true. */
struct selling assembly_decompose(const struct assembly *, const struct plane_local *,
                                  bool *widened);
/* The cell at (i, j), which may lie across a periodic seam; -1 outside. x[2]: its centre,
 * continued across the seam. */
int32_t assembly_cell(const struct assembly *, long i, long j, double x[2]);

/* Edges and exits, appended to the generator's lists; counts and flags are filled too. */
MUST_CHECK bool assembly_edges(const struct assembly *, struct plane_generator *,
                               struct error *err);
MUST_CHECK bool assembly_exits(const struct assembly *, struct plane_generator *,
                               struct error *err);
/* A on masses, from the lists. */
MUST_CHECK bool assembly_matrix(struct plane_generator *, struct error *err);
