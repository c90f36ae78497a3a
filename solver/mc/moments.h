/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers of the ensemble with their standard errors, over the walkers that are alive (not
 * absorbed). Sums go block by block and then over blocks in order: the same bits for any
 * number of threads. */
#pragma once

#include "io/status.h"
#include "solver/mc/walkers.h"

struct estimate {
    double value, error; /* error: standard error; nan with fewer than 2 walkers */
};

/* Errors by the delta method with the sample's own moments up to the eighth, central and
 * in units of the standard deviation, m_k:
 *   mean       s / sqrt(N)
 *   variance   s^2 sqrt((m4 - 1) / N)
 *   skewness   sd of z^3 - 3 z - (3/2) m3 (z^2 - 1), over sqrt(N)
 *   kurtosis   sd of z^4 - 4 m3 z - 2 m4 (z^2 - 1), over sqrt(N)     (3 for a normal law)
 * For heavy tails, where the moments themselves do not exist, these mean nothing. */
struct sample_moments {
    uint64_t count; /* walkers alive */
    bool spread;    /* false: in one place, to within 1e-38; there is no shape then */
    struct estimate mean, variance, skewness, kurtosis;
};
MUST_CHECK bool moments_estimate(const struct walkers *walkers, int d,
                                 struct sample_moments *out, struct error *err);

/* 2-D: covariance of x and y. */
MUST_CHECK bool moments_covariance(const struct walkers *walkers, struct estimate *out,
                                   struct error *err);

/* Mean over all alive walkers of a function of x, e.g. the loss: error = sd / sqrt(N). */
MUST_CHECK bool moments_of_function(const struct walkers *walkers,
                                    const struct walkers_function *function,
                                    struct estimate *out, struct error *err);

/* Part of all walkers (absorbed ones count as outside) where the region's program is not 0:
 * an integer over N, error sqrt(m (1 - m) / N). */
MUST_CHECK bool moments_region(const struct walkers *walkers,
                               const struct walkers_function *region, struct estimate *out,
                               struct error *err);

/* Mean and variance of `fine` minus those of `coarse`: two ensembles driven by the same
 * Brownian paths with steps h/2 and h (walkers_model.coarse), so that the errors are those
 * of paired differences. Weak order 1: the bias of `coarse` is about -2 times this, of
 * `fine` -1 times. Without absorbing walls; equal counts. */
struct weak_bias {
    struct estimate mean, variance;
};
MUST_CHECK bool moments_weak_bias(const struct walkers *fine, const struct walkers *coarse,
                                  int d, struct weak_bias *out, struct error *err);

/* First-passage times: of the walkers absorbed so far. complete: all are, so that the mean
 * is the mean first-passage time; otherwise `rate` = exits / total time at risk is the
 * estimate of 1 / it for an exponential law (error: rate / sqrt(exits)). */
struct exits {
    uint64_t absorbed[2][2]; /* [d][0 lower, 1 upper] */
    bool complete;
    struct estimate time, rate;
};
MUST_CHECK bool moments_exits(const struct walkers *walkers, struct exits *out,
                              struct error *err);
