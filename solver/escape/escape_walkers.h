/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First-passage times of walkers: the same start, walls where the target begins, one kind
 * (ensemble.h), run until all have arrived. Walkers that arrived make room for others, so
 * that the work is walkers times mean time. */
#pragma once

#include "solver/ensembles/ensemble.h"
#include "solver/escape/escape.h"

struct escape_walkers {
    uint64_t walkers;   /* 0: they were not run, why says the reason */
    double mean, error; /* of the first-passage time, with its standard error */
    double step;        /* time of one step */
    double path_steps;  /* that they took, or would take */
    char why[256];
};

/* wanted: their number, 0: as many of 10000 as some seconds allow, if these are enough.
 * Fails (ERROR_RUN) on what walkers cannot do, ERROR_INTERRUPTED. */
MUST_CHECK bool escape_walkers_run(const struct escape *escape, enum ensemble_kind kind,
                                   uint64_t wanted, const struct monitor *monitor,
                                   struct escape_walkers *out, struct error *err);
