/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The 2-D generator A of dp/dt = A p for a full, state-dependent diffusion tensor, as rates
 * between cells (i, j) and (i, j) + e along a few integer offsets e:
 *     F = forward p_from - backward p_to,       forward, backward >= 0,
 * the mass that crosses an edge per unit of time, p being cell averages. A takes F from one
 * cell and gives it to another, so exp(tA) conserves mass and positivity for any tensor.
 *
 * With J = c p - D grad p (solver/fv/plane/canonical.h) and g = D^-1 c, an edge is
 * Scharfetter-Gummel along e (docs/numerics.md 4.3):
 *     F = V rho_e S [B(-P) p_from - B(P) p_to],
 *     P = Integral of g along the edge,   B(z) = z / (e^z - 1),
 *     D = Sum_e rho_e e e^T   (solver/fv/plane/selling.h), in index space at the edge's middle,
 *     V = the cell area there.
 * Where g = -grad phi the current can vanish; then
 *     P = phibar_from - phibar_to,   phibar_i = -ln(cell average of e^-phi),
 *     S = exp(2/3 (mean of phi at the ends - phi at the middle)),
 * p_i ~ e^-phibar_i is stationary exactly, and S restores what a straight phi along the
 * edge misses. Where D is nearly degenerate and no phi exists, the part of c outside the
 * range of D is carried by first-order upwinding on the axes.
 *
 * Walls: edges that leave through a reflecting wall are dropped and edges along the wall
 * added in their place (second order for offsets that reach one row); through an absorbing
 * wall they become exits. Cross terms need smoothly spaced axes and are refused
 * elsewhere. */
#pragma once

#include "grids/grid.h"
#include "solver/fv/line/generator.h"
#include "solver/fv/sinks.h"
#include "solver/linalg/sparse.h"
#include "solver/model/coefficients.h"

struct plane_edge {
    int32_t from, to; /* cells */
    int16_t e[2];     /* index offset from -> to (across a periodic seam too) */
    double forward, backward;
};

/* Mass that leaves the domain: rate * p_cell per unit of time through the wall `side` (0
 * lower, 1 upper) of axis `dim`. */
struct plane_exit {
    int32_t cell;
    int dim, side;
    double rate;
};

/* Each tells more than those before it. */
enum potential_source {
    /* The stationary state has a current; or D is degenerate, or tilted with a stationary
     * state narrower than the cells. */
    POTENTIAL_NONE,
    POTENTIAL_FOUND, /* g is free of curl to 1e-9 on every cell: integrated numerically */
    POTENTIAL_GIVEN, /* by the model in closed form */
};

struct plane_generator {
    const struct grid *grid; /* borrowed for the generator's life */
    size_t cells, edges, exits;
    struct plane_edge *edge; /* [edges] */
    struct plane_exit *exit; /* [exits] */
    /* A on MASSES m_i = volume_i p_i but for what returns: columns sum to -loss (exits,
     * killing, resets) */
    struct sparse *matrix;
    double *potential; /* [cells] phibar up to a constant; NULL when POTENTIAL_NONE */
    enum potential_source source;
    struct sinks sinks; /* within the domain: of them the matrix has the rates at which mass
                           leaves, but not what returns */
    bool absorbing;     /* mass is lost, through a wall or killed */
    double peclet;      /* largest |c_i| h_i / D_ii at the edges' middles (may be inf) */
    /* Part of the edges' middles where more than a tenth of the drift is carried by
     * upwinding: there the scheme is first order. */
    double upwind;
    double regularised; /* part of them where D was widened to keep offsets short */
    int reach;          /* longest offset used, in cells */
    /* Of what is computed from it (stationary state, escape, modes); borrowed, NULL until
     * the generator's owner sets it. */
    const struct monitor *monitor;
};

/* The rates for the coefficients on a 2-D grid (borrowed; the coefficients are not kept).
 * Fails where a coefficient is not finite or D is indefinite, on a full tensor where an
 * axis is not smoothly spaced (ERROR_SETTINGS), or without memory. */
MUST_CHECK struct plane_generator *
plane_generator_create(const struct grid *grid, const struct coefficients *coefficients,
                       struct error *err);
/* The same without potentials that tell more than `most`. */
MUST_CHECK struct plane_generator *
plane_generator_create_with(const struct grid *grid,
                            const struct coefficients *coefficients,
                            enum potential_source most, struct error *err);
/* Makes the generator that of other coefficients; its matrix is a new one. Where it fails it
 * stays what it was. */
MUST_CHECK bool plane_generator_update(struct plane_generator *generator,
                                       const struct coefficients *coefficients,
                                       struct error *err);
void plane_generator_destroy(struct plane_generator *generator);

/* out = A p, both densities [cells]; they do not overlap. */
void plane_generator_apply(const struct plane_generator *, const double *p, double *out);

/* loss[cells]: the rate at which each cell's mass leaves for good, through the exits or
 * killed, 1/time; and through the exits alone. */
void plane_generator_loss(const struct plane_generator *, double *loss);
void plane_generator_exit_rates(const struct plane_generator *, double *rate);

/* Current density through the faces of the cells: x[ny][nx + 1] across faces normal to x,
 * y[ny + 1][nx] across faces normal to y. Each edge's F runs along the straight line
 * between its cells (half on either side of a corner), so that -div J is A p on every cell
 * to rounding. */
void plane_generator_flux(const struct plane_generator *, const double *p, double *x,
                          double *y);
/* Largest over the faces of the same sum with |forward p| + |backward p| for F: the scale
 * that a zero current is measured against. Needs no memory of the caller; fails only on
 * memory. */
MUST_CHECK bool plane_generator_flux_scale(const struct plane_generator *, const double *p,
                                           double *scale, struct error *err);
