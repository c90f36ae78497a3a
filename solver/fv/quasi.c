/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/quasi.h"
#include <math.h>

enum { STALLED = 8 }; /* steps without gain that end it */
static const double wanted = 1e-12, acceptable = 1e-9;

/* Of the way from the first distance of the bounds to the one that is wanted, in digits. */
static double part_of(double first, double now) {
    return first > wanted && now < first ? fmin(log(first / now) / log(first / wanted), 1)
                                         : 0;
}

bool quasi_converge(const struct quasi_iteration *it, double *error, int *iterations,
                    struct error *err) {
    double best = HUGE_VAL, first = HUGE_VAL;
    int done = 0;
    for (int stalled = 0; done < it->most && best > wanted && stalled < STALLED; done++) {
        const double gap = it->step(it->chain);
        if (done == 0) first = gap;
        stalled = gap < best || best > acceptable ? 0 : stalled + 1;
        best = fmin(best, gap);
        if (!monitor_tick(it->monitor, part_of(first, best), err)) return false;
    }
    *error = best, *iterations = done;
    if (best <= acceptable) return true;
    return fail(err, ERROR_RUN,
                "the quasi-stationary rate is known to %.1e (relative) only after %d "
                "iterations: the second rate is too close; take a smaller region",
                best, done);
}

bool quasi_fail_inside(struct error *err) {
    return fail(
        err, ERROR_SETTINGS,
        "the quasi-stationary law lives outside the target; the start lies inside it "
        "or outside the grid");
}
