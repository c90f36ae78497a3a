/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Inverse iteration for the quasi-stationary law of a chain, on the line and in the plane
 * (line/quasi.h says what that is): steps are taken until the two bounds of the rate meet,
 *     min_i v_i / (A^-1 v)_i  <=  -rate  <=  max_i v_i / (A^-1 v)_i,
 * or rounding keeps them apart. */
#pragma once

#include "io/status.h"

struct quasi_iteration {
    /* One step of the chain's vectors; returns the relative distance of the bounds. */
    double (*step)(void *chain);
    void *chain;
    int most;                      /* steps */
    const struct monitor *monitor; /* asked at every step; NULL is fine */
};

/* *error: the least distance of the bounds, relative, about 1e-12; *iterations: the steps.
 * Fails (ERROR_RUN) where it is above 1e-9 after the most steps: the second rate is too
 * close to the first. */
MUST_CHECK bool quasi_converge(const struct quasi_iteration *iteration, double *error,
                               int *iterations, struct error *err);

/* Fails (ERROR_SETTINGS): the law was asked for from a cell that is in the target. */
bool quasi_fail_inside(struct error *err);
