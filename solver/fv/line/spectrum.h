/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The slowest modes of a 1-D chain of rates,
 *     A right_k  = -(rate_k - i frequency_k) right_k,
 *     A^T left_k = -(rate_k - i frequency_k) left_k,
 *     Sum_i width_i left_k[i] right_j[i] = delta_kj,
 * so that, for real modes,
 *     exp(tA) p = p_st + Sum_k e^{-rate_k t} right_k <left_k, p>.
 * The zero mode of a chain without exits is left out (line_stationary_compute has it).
 *
 * In detailed balance
 *     -A = W^-1/2 p_st^1/2 G^T G p_st^-1/2 W^1/2,
 * G bidiagonal in the square roots of the rates, W the widths. So the rates of the modes
 * are squared singular values of a bidiagonal matrix, found by bisection on its Golub-Kahan
 * form, which has a zero diagonal: each is right to a relative 1e-12 however small it is,
 * e^-300 beside 1e6 (Demmel & Kahan, SIAM J. Sci. Stat. Comput. 11, 873, 1990). left is
 * glued from the two solutions that obey the equation from either end, where their product
 * is largest (twisted factorisation; Parlett & Dhillon, Linear Algebra Appl. 267, 247,
 * 1997), and right = p_st left: tails and nodes are accurate relatively. Modes whose rates
 * agree to a relative 1e-11 are some basis of their common space. A ring with a current has
 * complex modes: those nearest to 0, by shift and invert (ring_modes.h). */
#pragma once

#include "solver/fv/line/escape.h"

struct line_spectrum {
    size_t modes, cells;
    bool reversible;
    /* [modes] rates ascending; of a complex pair the mode with frequency > 0 first. */
    double *rate, *frequency;
    double *time; /* [modes] implied time scale 1 / rate */
    /* [modes] relative, of (z - A)^-1; NULL where rates are by bisection */
    double *residual;
    /* [modes][cells]; of a complex pair real and imaginary part of the mode with
     * frequency > 0. */
    double **left, **right;
};

/* The slowest `modes` modes (one more when a pair would be cut; fewer when the chain has no
 * more). Fails (ERROR_SETTINGS) where a face is crossed one way only or a rate lies below
 * 1e-280 (line/escape.h still finds such times), (ERROR_RUN) when Arnoldi does not converge. */
MUST_CHECK bool line_spectrum_compute(const struct line_generator *generator, size_t modes,
                                      struct line_spectrum *out, struct error *err);
/* The same for the absorbed chain on the interval that holds the cell `within`: mode 0 is
 * the quasi-stationary one. left, right are 0 elsewhere. */
MUST_CHECK bool line_spectrum_of_escape(const struct line_escape *escape, size_t within,
                                        size_t modes, struct line_spectrum *out,
                                        struct error *err);
/* False with the sentence where there are resets, which modes do not go with. */
MUST_CHECK bool spectrum_check_resets(const struct sinks *sinks, struct error *err);
/* Arrays for this many modes. */
MUST_CHECK bool line_spectrum_allocate(struct line_spectrum *out, size_t modes,
                                       size_t cells, struct error *err);
void line_spectrum_finish(struct line_spectrum *spectrum);

/* Number k of slow modes: the k >= 1 with the largest gap rate[k] / rate[k - 1], *ratio
 * (may be NULL). 0 when there are fewer than two modes. */
size_t line_spectrum_gap(const struct line_spectrum *spectrum, double *ratio);
