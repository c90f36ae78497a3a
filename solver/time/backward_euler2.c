/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/backward_euler2.h"
#include "solver/time/resolvent.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double most_steps = 1e7;

struct euler2 {
    struct propagator base;
    const struct generator2 *generator;
    struct propagator_options options;
    struct resolvent *system;
    double *mass, *now, *next, *rate; /* [cells] interval's start, steps, A (next - now) */
};

/* `steps` equal steps from mass into now; their local errors add up. That of one step is to
 * leading order
 *     h^2 A^2 m / 2 = h A (m_{n+1} - m_n) / 2. */
static bool take_steps(struct euler2 *e, double length, size_t steps, double *error,
                       struct error *err) {
    const size_t n = e->generator->cells;
    const double h = length / (double)steps;
    if (!resolvent_set(e->system, h, err)) return false;
    memcpy(e->now, e->mass, n * sizeof *e->now);
    *error = 0;
    for (size_t s = 0; s < steps; s++) {
        if (!monitor_tick(e->options.monitor, (double)s / (double)steps, err)) return false;
        resolvent_solve(e->system, e->now, e->next);
        for (size_t i = 0; i < n; i++)
            e->now[i] = e->next[i] - e->now[i];
        sparse_apply(e->generator->matrix, e->now, e->rate);
        for (size_t i = 0; i < n; i++)
            *error += 0.5 * h * fabs(e->rate[i]);
        double *swap = e->now;
        e->now = e->next, e->next = swap;
        e->base.counts.steps++, e->base.counts.solves++;
    }
    return true;
}

static bool cross_interval(struct euler2 *e, double length, double tolerance, double *error,
                           struct error *err) {
    if (e->options.step > 0) {
        const double steps = ceil(length / e->options.step * (1 - 1e-12));
        return take_steps(e, length, steps > 1 ? (size_t)steps : 1, error, err);
    }
    for (double steps = 8; steps < most_steps;) {
        if (!take_steps(e, length, (size_t)steps, error, err)) return false;
        if (*error <= tolerance) return true;
        e->base.counts.rejected += (int64_t)steps;
        steps *= fmax(2, fmin(64, ceil(1.1 * *error / tolerance)));
    }
    return fail(err, ERROR_RUN,
                "backward Euler needs more than %g steps for the tolerance %g; use krylov, "
                "or a larger tolerance",
                most_steps, tolerance);
}

static bool advance(struct propagator *propagator, const double *p0, size_t n,
                    const double *t, snapshot_sink sink, void *context, struct error *err) {
    struct euler2 *e = (struct euler2 *)propagator;
    const size_t cells = e->generator->cells;
    const double *V = e->generator->grid->volume;
    double time = 0, error = 0;
    for (size_t i = 0; i < cells; i++)
        e->mass[i] = e->now[i] = p0[i] * V[i];
    for (size_t k = 0; k < n; k++) {
        double more = 0;
        const double share = (e->options.tolerance - error) / (double)(n - k);
        if (t[k] > time && !cross_interval(e, t[k] - time, share, &more, err)) return false;
        memcpy(e->mass, e->now, cells * sizeof *e->mass);
        for (size_t i = 0; i < cells; i++)
            e->rate[i] = e->mass[i] / V[i];
        error += more, time = t[k];
        if (!sink(context, k, e->rate, error, err)) return false;
        e->base.counts.intervals++;
    }
    e->base.counts.factorisations = resolvent_factorisations(e->system);
    snprintf(propagator->chosen, sizeof propagator->chosen, "backward_euler: %lld steps",
             (long long)e->base.counts.steps);
    return true;
}

static void destroy(struct propagator *propagator) {
    struct euler2 *e = (struct euler2 *)propagator;
    if (e == NULL) return;
    resolvent_destroy(e->system);
    free(e->mass);
    free(e->now);
    free(e->next);
    free(e->rate);
    free(e);
}

const struct propagator_method backward_euler2_method = {
    .name = "backward_euler",
    .description = "implicit Euler, never negative (two dimensions)",
    .order = 1,
    .positive = true,
    .advance = advance,
    .destroy = destroy,
};

struct propagator *backward_euler2_create(const struct generator2 *generator,
                                          const struct propagator_options *options,
                                          struct error *err) {
    struct euler2 *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    e->base.method = &backward_euler2_method;
    e->generator = generator, e->options = *options;
    const size_t cells = generator->cells;
    e->system = resolvent_create(generator, err);
    e->mass = e->system ? array_create(cells, sizeof *e->mass, err) : NULL;
    e->now = e->mass ? array_create(cells, sizeof *e->now, err) : NULL;
    e->next = e->now ? array_create(cells, sizeof *e->next, err) : NULL;
    e->rate = e->next ? array_create(cells, sizeof *e->rate, err) : NULL;
    if (e->rate == NULL) return destroy(&e->base), NULL;
    return &e->base;
}
