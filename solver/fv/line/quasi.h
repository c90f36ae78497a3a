/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quasi-stationary law nu of a chain that is absorbed (line/escape.h):
 *     A nu = -rate nu,   nu >= 0,   with the smallest rate.
 * What starts from nu leaves after an exponential time of mean 1/rate, at a place
 * independent of the time (Collet, Martinez & San Martin, Quasi-Stationary Distributions,
 * 2013, theorem 2.2). Inverse iteration with positive numbers only, as logarithms. For any
 * m > 0
 *     min_i m_i / ((-A)^-1 m)_i  <=  rate  <=  max_i m_i / ((-A)^-1 m)_i
 * (Collatz & Wielandt), so that the error of the rate is a bound, not an estimate. */
#pragma once

#include "solver/fv/line/escape.h"

struct line_quasi {
    double log_rate, rate;
    double error; /* relative, a bound */
    /* [cells] ln nu and nu, mass 1 on its interval; -inf and 0 elsewhere. */
    double *log_density, *density;
    double log_lower, log_upper; /* ln of the probability to leave through each side */
    int iterations;
};

/* On the interval that holds the cell `within`. Fails (ERROR_SETTINGS) when that is a
 * target cell or the target cannot be reached from everywhere there, (ERROR_RUN) when the
 * second rate is so close to the first that 1e4 iterations do not separate them to 1e-9. */
MUST_CHECK bool line_quasi_compute(const struct line_escape *escape, size_t within,
                                   struct line_quasi *out, struct error *err);
void line_quasi_finish(struct line_quasi *quasi);
