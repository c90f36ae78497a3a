/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The contour of exp(tA) p = (1/2 pi i) Integral e^{zt} (z - A)^-1 p dz for all t in
 * [t1 / ratio, t1]: the hyperbola of Weideman & Trefethen, Math. Comp. 76, 1341 (2007),
 *     z(theta) = mu (1 + sin(i theta - a)),  theta_k = (k + 1/2) h,  k = 0 .. nodes - 1,
 *     p(t) = (h / pi) Im Sum_k e^{z_k t} z'(theta_k) (z_k - A)^-1 p(0),
 *     h = A(a) / nodes,  mu = (4 pi a - pi^2) / A(a) * nodes / t1,
 *     A(a) = arccosh( ((pi - 2a) ratio + 4a - pi) / ((4a - pi) sin a) ),
 * with a in (pi/4, pi/2) maximising the rate (pi^2 - 2 pi a) / A(a): the error is about
 * exp(-nodes rate) for A similar to a symmetric matrix. Conjugate nodes are left out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { HYPERBOLA_NODES = 64 };

struct hyperbola {
    size_t nodes;
    double t1;
    double rate;                                         /* error: about exp(-nodes rate) */
    double z_re[HYPERBOLA_NODES], z_im[HYPERBOLA_NODES]; /* z_k */
    double dz_re[HYPERBOLA_NODES], dz_im[HYPERBOLA_NODES]; /* (h / pi) z'(theta_k) */
    double amplified[HYPERBOLA_NODES];                     /* |dz_k / z_k| */
    long double inverse_re[HYPERBOLA_NODES], inverse_im[HYPERBOLA_NODES]; /* 1 / z_k */
};

/* The nodes z_k for the times [t1 / ratio, t1]. ratio >= 1; nodes <= HYPERBOLA_NODES. */
struct hyperbola hyperbola_make(size_t nodes, double ratio, double t1);
/* Number of nodes for an error of about tolerance, at least 4 and at most `most`. */
size_t hyperbola_nodes(double ratio, double tolerance, size_t most);
/* The weights at time t, with x_k = (z_k - A)^-1 p(0):
 *     p(t) = Sum_k re[k] Re x_k + im[k] Im x_k.
 * stationary: they are scaled so that a stationary state, x_k = p / z_k, is kept to the
 * last bits, and mass with it. They are 0 where a pole is worth less than 1e-18 of the mass: the
 * last ones, late in the rule's times. Returns by how much the sum amplifies rounding there,
 * Sum_k |w_k / z_k|. */
double hyperbola_weights(const struct hyperbola *hyperbola, double t, bool stationary,
                         double *re, double *im);
