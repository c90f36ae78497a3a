/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quasi-stationary law nu of a 2-D chain that is absorbed (plane/escape.h; line/quasi.h
 * says what it is), and the left eigenfunction l of the same rate,
 *     A nu = -rate nu,   A^T l = -rate l,   nu >= 0,   l > 0,   with the smallest rate.
 * l is the weight of a starting point at late times. Inverse iteration of both with
 * positive numbers only. For any l > 0
 *     min_i l_i / ((-A)^-T l)_i  <=  rate  <=  max_i l_i / ((-A)^-T l)_i
 * (Collatz & Wielandt), so that the error of the rate is a bound, not an estimate. */
#pragma once

#include "solver/fv/plane/escape.h"

struct plane_quasi {
    double rate, log_rate;
    double error;    /* relative, a bound */
    double *density; /* [cells] nu with mass 1; 0 elsewhere (and below e^-700) */
    double *left;    /* [cells] l, scaled so that Integral l nu = 1 */
    double *exits;   /* [places] probability to leave through each */
    int iterations;
};

/* On the cells that exchange mass both ways with the cell `within`. Fails (ERROR_SETTINGS)
 * when that is a target cell or the target cannot be reached from everywhere there,
 * (ERROR_RUN) when the second rate is so close to the first that 1000 iterations do not
 * separate them to 1e-9. */
MUST_CHECK bool plane_quasi_compute(const struct plane_escape *escape, size_t within,
                                    struct plane_quasi *out, struct error *err);
void plane_quasi_finish(struct plane_quasi *quasi);
