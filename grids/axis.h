/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One coordinate axis cut into cells: faces x_0 < x_1 < ... < x_n, centres, widths, and
 * what happens at its two ends. Spacing is a smooth map of equal steps wherever possible,
 * so that second order is kept; `align` puts a face exactly (to the bit) on each given
 * point. */
#pragma once

#include "io/status.h"

enum boundary { REFLECTING, ABSORBING, PERIODIC };
enum spacing {
    SPACING_UNIFORM,
    SPACING_SINH,      /* x = about + scale sinh(u), u equispaced: fine near `about` */
    SPACING_GEOMETRIC, /* widths grow by a constant ratio from the lower to the upper end */
    SPACING_NODES,     /* faces as given */
};

/* A point around which cells are `factor` times smaller, over a distance `width`: the
 * monitor of spacing.h, 1 + (factor - 1) exp(-((x - at)/width)^2). */
struct refinement {
    double at, width, factor;
};

struct axis_spec {
    enum spacing spacing;
    size_t cells;
    double lo, hi;
    double about, scale; /* SPACING_SINH: centre of the fine region and its width s > 0 */
    double ratio;        /* SPACING_GEOMETRIC: last width / first width > 0 */
    size_t nodes;        /* SPACING_NODES: number of faces (cells + 1) ... */
    const double *node;  /* ... and the faces, strictly increasing */
    size_t aligns;       /* points that must be faces, any order, inside (lo, hi) */
    const double *align;
    size_t refinements;
    const struct refinement *refine;
    /* Cells between aligned points are a multiple of this, 1, 2 or 4: with 2 (4) the grid
     * of half (a quarter of) the cells has every 2nd (4th) face. */
    size_t multiple;
    enum boundary boundary[2]; /* lower, upper; PERIODIC must be both */
};

struct axis {
    size_t cells;
    double *face;   /* face[cells + 1] */
    double *centre; /* centre[cells], midpoints */
    double *width;  /* width[cells] */
    enum boundary boundary[2];
    /* Faces map equal steps smoothly: no nodes, no aligned points that bend the map. */
    bool smooth;
};

/* Fails (ERROR_SETTINGS, a sentence without location) on too few cells for the aligned
 * points, points outside, nodes not increasing, cells narrower than 8 ulp, or a count that
 * is no multiple. */
MUST_CHECK struct axis *axis_create(const struct axis_spec *spec, struct error *err);
/* The axis of every `by`-th face (by = 2 or 4 must divide cells). */
MUST_CHECK struct axis *axis_coarsen(const struct axis *axis, size_t by, struct error *err);
/* The axis with every cell cut into `by` equal ones; its faces stay to the bit. Fails
 * (ERROR_SETTINGS) where cells would be narrower than 8 ulp. */
MUST_CHECK struct axis *axis_refine(const struct axis *axis, size_t by, struct error *err);
/* The same interval with fewer cells (2 <= cells <= those of axis): face k lies where k
 * axis->cells / cells cells of axis have passed, inside one linearly. Equal cells stay equal,
 * and where `cells` divides the number every face is one of axis. */
MUST_CHECK struct axis *axis_thin(const struct axis *axis, size_t cells, struct error *err);
void axis_destroy(struct axis *axis);
/* Does either end absorb? */
bool axis_absorbs(const struct axis *axis);
/* The width of its narrowest cell. */
double axis_narrowest(const struct axis *axis);
/* Index of the cell that contains x; cells (= one past the last) when x is outside. */
size_t axis_find(const struct axis *axis, double x);
