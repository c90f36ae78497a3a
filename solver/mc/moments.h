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

/* Moments of one coordinate. With z = (x - mean) / s, s the standard deviation, and the
 * sample's own moments m_k = mean of z^k up to the eighth, the delta method gives the
 * errors
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
/* Of coordinate d. Fails for want of memory only, as all below. */
MUST_CHECK bool moments_estimate(const struct walkers *walkers, int d,
                                 struct sample_moments *out, struct error *err);

/* 2-D: covariance of x and y. */
MUST_CHECK bool moments_covariance(const struct walkers *walkers, struct estimate *out,
                                   struct error *err);

/* Mean of a function f(x), e.g. the loss, over all alive walkers; error = sd(f) /
 * sqrt(N). */
MUST_CHECK bool moments_of_function(const struct walkers *walkers,
                                    const struct walkers_function *function,
                                    struct estimate *out, struct error *err);

/* Of the work W of the alive walkers, all 0 at the start: mean, variance, and the mean of
 * e^(-W/T), whose error means little where few walkers carry it. */
struct work_moments {
    struct estimate mean, variance, exponential;
};
MUST_CHECK bool moments_work(const struct walkers *walkers, double temperature,
                             struct work_moments *out, struct error *err);

/* The part m of all walkers (absorbed ones count as outside) where the region's program is
 * not 0: an integer over N, error sqrt(m (1 - m) / N). */
MUST_CHECK bool moments_region(const struct walkers *walkers,
                               const struct walkers_function *region, struct estimate *out,
                               struct error *err);

/* Mean and variance of `fine` minus those of `coarse`: two ensembles of equal counts driven
 * by the same Brownian paths with steps h/2 and h (walkers_model.coarse), so that the
 * errors are those of paired differences. By weak order 1 the bias of `coarse` is about -2
 * times this, that of `fine` -1 times. Absorbed walkers do not count: the moments are those
 * of who is left, NaN where nobody is. */
struct weak_bias {
    struct estimate mean, variance;
};
MUST_CHECK bool moments_weak_bias(const struct walkers *fine, const struct walkers *coarse,
                                  int d, struct weak_bias *out, struct error *err);

/* First-passage times of the walkers absorbed so far. complete: all are, and `time` is the
 * mean first-passage time tau. Otherwise, for an exponential law, 1 / tau is estimated by
 *     rate = exits / (total time of all walkers until absorbed or now),
 * with the error rate / sqrt(exits). */
struct exits {
    uint64_t absorbed[2][2]; /* [d][0 lower, 1 upper] */
    bool complete;
    struct estimate time, rate;
};
MUST_CHECK bool moments_exits(const struct walkers *walkers, struct exits *out,
                              struct error *err);
