/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/strang.h"
#include <math.h>

static const double most_steps = 1e6; /* of the coarsest run, from one time to the next */
static const double no_time = 1e-290; /* in which nothing moves */
static const double shortest = 0.25,
                    helps = 0.9; /* of the step, and of the error, before */

/* All runs over the span. */
static bool cross(const struct strang_method *method, void *self, double span, double step,
                  double tolerance, struct error *err) {
    const double parts = method->parts;
    if (span < no_time) return true;
    const double wanted = ceil(span / (parts * step) * (1 - 1e-12));
    if (!(wanted <= most_steps))
        return fail(err, ERROR_RUN,
                    "a time of %g would take %g steps of %g, and at most %g are taken; end "
                    "earlier, or take a larger step, or a tolerance above %g",
                    span, parts * wanted, step, parts * most_steps, tolerance);
    const size_t n = wanted < 1 ? 1 : (size_t)wanted;
    return method->walk(self, span / (double)n, n, err);
}

/* Largest error at the wanted times with steps of at most `step`. */
static bool pilot(const struct strang_method *method, void *self, double tolerance,
                  const double *p0, size_t n, const double *t, double step, double *worst,
                  struct error *err) {
    double now = 0;
    *worst = 0;
    method->start(self, p0);
    for (size_t k = 0; k < n; k++) {
        if (t[k] > now && !cross(method, self, t[k] - now, step, tolerance, err))
            return false;
        now = t[k];
        *worst = fmax(*worst, method->error(self));
    }
    return true;
}

static double root(double x, int order) {
    return order == 2 ? sqrt(x) : pow(x, 1. / order);
}

bool strang_choose_step(const struct strang_method *method, void *self, double tolerance,
                        const double *p0, size_t n, const double *t, double *step,
                        struct error *err) {
    double worst, before = (double)INFINITY, longer = 0;
    *step = method->first_step(self, p0, t[n - 1]);
    if (!pilot(method, self, tolerance, p0, n, t, *step, &worst, err)) return false;
    while (worst > tolerance && worst < helps * before) {
        before = worst, longer = *step;
        *step *= fmax(shortest, method->safety * root(tolerance / worst, method->order));
        if (!pilot(method, self, tolerance, p0, n, t, *step, &worst, err)) return false;
    }
    if (worst > before) *step = longer;
    return true;
}

bool strang_advance(const struct strang_method *method, void *self, double step,
                    double tolerance, const double *p0, size_t n, const double *t,
                    snapshot_sink sink, void *context, struct error *err) {
    double now = 0;
    method->start(self, p0);
    for (size_t k = 0; k < n; k++) {
        if (t[k] > now && !cross(method, self, t[k] - now, step, tolerance, err))
            return false;
        now = t[k];
        if (!method->emit(self, k, now, p0, sink, context, err)) return false;
    }
    return true;
}
