/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Members of the rows on work and heat (quantities.h): of the density from its protocol, of
 * walkers from the work of each. */
#pragma once

#include "solver/analysis/quantities.h"

/* Present where the loss depends on the time, and where there is a temperature. */
bool has_work(const struct snapshot *s);
bool has_temperature(const struct snapshot *s);
/* Of the snapshot's row; i is not used. */
double work(const struct snapshot *s, size_t i);
double heat(const struct snapshot *s, size_t i);
double work_variance(const struct snapshot *s, size_t i);
double work_exponential(const struct snapshot *s, size_t i);

/* The same of walkers. Fail for want of memory only. */
bool sample_has_work(const struct sample *s);
bool sample_has_temperature(const struct sample *s);
MUST_CHECK bool sample_work(const struct sample *s, size_t i, struct estimate *out,
                            const char **why, struct error *err);
MUST_CHECK bool sample_work_variance(const struct sample *s, size_t i, struct estimate *out,
                                     const char **why, struct error *err);
MUST_CHECK bool sample_work_exponential(const struct sample *s, size_t i,
                                        struct estimate *out, const char **why,
                                        struct error *err);
