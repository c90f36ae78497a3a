/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The law of a standard normal z (one or two components, independent) as equidistant nodes
 * with weights proportional to exp(-z^2/2): the trapezoid rule, whose error for the
 * moments is
 *     2 exp(-2 pi^2 / dz^2)  <  1e-19      for dz <= 2/3
 * (Poisson's summation formula; Trefethen and Weideman, SIAM Review 56 (2014) 385), cut
 * off where less than 3e-19 is left. Nodes that are moved by a map z -> T(z) stay closer
 * than a cell, where Gauss and Hermite's would leave gaps. */
#pragma once

#include "solver/transfer/process.h"

/* Nodes k dz, |k| <= half; half = 0: one node at 0. */
struct normal_nodes {
    int dims;
    double dz[2];
    long half[2];
};

enum { NORMAL_NODES_MOST_1 = (1 << 16) + 1, NORMAL_NODES_MOST_2 = 601 * 601 };
/* How many there can be. */
static inline size_t normal_nodes_most(int dims) {
    return dims == 1 ? NORMAL_NODES_MOST_1 : NORMAL_NODES_MOST_2;
}

/* Nodes for z -> root z, so dense that their images' components i are at most step[i] apart
 * along each z_k: dz_k <= step_i / |root_ik|. Where the image would not move at all, one
 * node; where the noise spans tens of thousands of steps, as many as there can be. root[i][k],
 * images in `images` components. */
struct normal_nodes normal_nodes_for(int dims, int images, double root[2][2],
                                     const double step[2]);
/* out[]: out.landing = z; weights sum to 1. Returns their number, <= normal_nodes_most. */
size_t normal_nodes_fill(const struct normal_nodes *nodes, struct outcome *out);

/* The lower triangular root of S (xx[, xy, yy]), S = root root^T, as walkers take it. */
void normal_root(int dims, const double *S, double root[2][2]);
/* Is S a covariance, up to rounding? */
bool normal_is_covariance(int dims, const double *S);
