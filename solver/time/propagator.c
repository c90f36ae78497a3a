/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/propagator.h"
#include <assert.h>
#include <string.h>

const struct propagator_method *
propagator_find(const struct propagator_method *const *methods, const char *name) {
    for (; *methods != NULL; methods++)
        if (strcmp(name, (*methods)->name) == 0) return *methods;
    return NULL;
}

struct propagator *propagator_create(const struct propagator_method *method,
                                     const void *problem,
                                     const struct coefficients *coefficients,
                                     const struct propagator_options *options,
                                     struct error *err) {
    assert(options->tolerance > 0 && options->step >= 0);
    struct propagator *p = method->create(problem, coefficients, options, err);
    if (p != NULL) p->method = method;
    return p;
}

bool propagator_advance(struct propagator *p, const double *p0, size_t n, const double *t,
                        snapshot_sink sink, void *context, struct error *err) {
    return propagator_advance_from(p, 0, p0, n, t, sink, context, err);
}

bool propagator_advance_from(struct propagator *p, double origin, const double *p0,
                             size_t n, const double *t, snapshot_sink sink, void *context,
                             struct error *err) {
    p->origin = origin;
    for (size_t k = 0; k < n; k++)
        assert(t[k] >= 0 && (k == 0 || t[k] > t[k - 1]));
    return p->method->advance(p, p0, n, t, sink, context, err);
}

void propagator_destroy(struct propagator *p) {
    if (p != NULL) p->method->destroy(p);
}
