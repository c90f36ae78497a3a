/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/transport.h"
#include "solver/fv/remap.h"
#include "solver/time/line/characteristics.h"
#include "solver/time/line/diffusion.h"
#include "solver/time/line/rates.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double trace_tolerance = 1e-12,
                    loose_tolerance = 1e-10; /* of the box, a step */
static const double most_steps = 2e4;        /* of the splitting */

struct transport {
    struct propagator base;
    const struct line_generator *generator; /* borrowed, as its grid */
    struct propagator_options options;
    struct characteristics *trace, *loose;
    struct remap *remap;
    struct diffusion *diffusion;       /* NULL: no noise */
    double *start, *fine, *coarse, *p; /* [cells] masses, and densities for the sink */
    double
        *half; /* [cells + 1] departure points of half a step; c->trace->x of a whole one */
};

static void destroy(struct propagator *base) {
    struct transport *s = (struct transport *)base;
    if (s == NULL) return;
    free(s->half);
    free(s->p);
    free(s->coarse);
    free(s->fine);
    free(s->start);
    diffusion_destroy(s->diffusion);
    remap_destroy(s->remap);
    characteristics_destroy(s->loose);
    characteristics_destroy(s->trace);
    free(s);
}

static bool has_noise(const struct line_generator *g,
                      const struct coefficients *coefficients) {
    double most = 0;
    for (size_t f = 0; f <= g->cells; f++)
        most = fmax(most, g->diffusion[f]);
    return !coefficients->zero_diffusion && most > 0;
}

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    assert(coefficients != NULL);
    const struct line_generator *generator = problem;
    struct transport *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    const struct axis *axis = generator->grid->axis[0];
    s->generator = generator;
    s->options = *options;
    s->trace = characteristics_create(axis, coefficients, trace_tolerance, err);
    if (s->trace)
        s->loose = characteristics_create(axis, coefficients, loose_tolerance, err);
    if (s->loose) s->remap = remap_create(axis, err);
    bool ok = s->remap != NULL;
    if (ok && has_noise(generator, coefficients))
        ok = (s->diffusion = diffusion_create(generator->grid, coefficients, err)) != NULL;
    double **arrays[] = {&s->start, &s->fine, &s->coarse, &s->p, &s->half};
    for (size_t i = 0; ok && i < sizeof arrays / sizeof *arrays; i++)
        ok = (*arrays[i] = array_create(axis->cells + 1, sizeof(double), err)) != NULL;
    if (!ok) return destroy(&s->base), NULL;
    return &s->base;
}

/* Wanted times and where the snapshots go. */
struct times {
    size_t n;
    const double *t;
    snapshot_sink sink; /* NULL: a trial */
    void *context;
};

static bool emit(struct transport *s, const struct times *w, size_t k, const double *m,
                 double error, struct error *err) {
    rates_densities(s->generator, m, s->p);
    return w->sink(w->context, k, s->p, error, err);
}

/* No noise: from p0 straight to each time. The error of the characteristics is the
 * difference to those of a hundredfold tolerance. */
static bool carry(struct transport *s, const struct times *w, struct error *err) {
    const size_t cells = s->generator->cells;
    characteristics_start(s->trace);
    characteristics_start(s->loose);
    remap_set(s->remap, s->start);
    for (size_t k = 0; k < w->n; k++) {
        const double tau = w->t[k] - (k == 0 ? 0 : w->t[k - 1]);
        if (!monitor_tick(s->options.monitor, (double)k / (double)w->n, err) ||
            !characteristics_trace(s->trace, tau, s->options.monitor, err) ||
            !characteristics_trace(s->loose, tau, s->options.monitor, err))
            return false;
        remap_masses(s->remap, s->trace->x, s->fine);
        remap_masses(s->remap, s->loose->x, s->coarse);
        const double *m = w->t[k] > 0 ? s->fine : s->start;
        const double error = w->t[k] > 0 ? rates_l1(cells, s->fine, s->coarse) : 0;
        if (!emit(s, w, k, m, error, err)) return false;
    }
    s->base.counts.steps += (int64_t)(s->trace->steps + s->loose->steps);
    snprintf(s->base.chosen, sizeof s->base.chosen,
             "transport: no noise; one remap along the characteristics to each time");
    return true;
}

static void carry_by(struct transport *s, const double *x, double *m) {
    remap_set(s->remap, m);
    remap_masses(s->remap, x, m);
}

/* m over `gap` in `steps` Strang steps: R(h/2) D(h) [R(h) D(h)]... R(h/2). */
static bool split(struct transport *s, double gap, double steps, double *m,
                  struct error *err) {
    const double h = gap / steps;
    const size_t faces = s->generator->cells + 1;
    const struct monitor *none = NULL;
    characteristics_start(s->trace);
    if (!characteristics_trace(s->trace, h / 2, none, err)) return false;
    memcpy(s->half, s->trace->x, faces * sizeof *s->half);
    if (!characteristics_trace(s->trace, h / 2, none, err)) return false;
    carry_by(s, s->half, m);
    for (double k = 0; k < steps; k++) {
        if (k > 0) carry_by(s, s->trace->x, m);
        if (!diffusion_step(s->diffusion, h, m, err)) return false;
        if (!monitor_tick(s->options.monitor, k / steps, err)) return false;
    }
    carry_by(s, s->half, m);
    s->base.counts.steps += (int64_t)steps;
    s->base.counts.solves += (int64_t)steps;
    return true;
}

/* Two runs side by side, with steps of at most dt and of half that; *error: the largest L1
 * difference at a wanted time. */
static bool run_pair(struct transport *s, const struct times *w, double dt, double *error,
                     struct error *err) {
    const size_t cells = s->generator->cells;
    memcpy(s->fine, s->start, cells * sizeof *s->fine);
    memcpy(s->coarse, s->start, cells * sizeof *s->coarse);
    *error = 0;
    for (size_t k = 0; k < w->n; k++) {
        const double gap = w->t[k] - (k == 0 ? 0 : w->t[k - 1]), steps = ceil(gap / dt);
        if (gap > 0 && (!split(s, gap, steps, s->coarse, err) ||
                        !split(s, gap, 2 * steps, s->fine, err)))
            return false;
        const double e = rates_l1(cells, s->fine, s->coarse);
        *error = fmax(*error, e);
        /* Second order: the finer run's error is a third of the difference; half is
         * reported. */
        if (w->sink != NULL && !emit(s, w, k, s->fine, e / 2, err)) return false;
    }
    return true;
}

/* max |b'| over the cells between the ends, whose faces may carry no drift: in steps longer
 * than its inverse two runs collapse alike, and their agreement says nothing. */
static double steepest_drift(const struct line_generator *g) {
    const double *x = g->grid->axis[0]->face;
    double most = 0;
    for (size_t i = 1; i + 1 < g->cells; i++)
        most = fmax(most, fabs(g->drift[i + 1] - g->drift[i]) / (x[i + 1] - x[i]));
    return most;
}

static bool first_step(const struct transport *s, double span, double *dt,
                       struct error *err) {
    const double steepest = steepest_drift(s->generator);
    *dt = fmin(span / 8, 1 / steepest);
    if (span / *dt <= most_steps / 2) return true;
    return fail(
        err, ERROR_RUN,
        "transport: the drift relaxes in %.3g, and more than %g steps of that would "
        "be needed up to t = %g; use time.method contour",
        1 / steepest, most_steps / 2, span);
}

/* Halves the step until the pair of runs agrees, or until halving has twice divided the
 * difference by about 4, as second order does: then the step that meets the tolerance is
 * known. Where halving no longer helps, the error that is left comes from cells that are
 * too wide for the density, not from steps. */
static bool choose_step(struct transport *s, const struct times *w, double tolerance,
                        double *dt, bool *reached, struct error *err) {
    const struct times trial = {.n = w->n, .t = w->t};
    const double span = w->t[w->n - 1];
    double before = INFINITY, error;
    int regular = 0;
    if (!first_step(s, span, dt, err)) return false;
    for (int level = 0;; level++) {
        if (!run_pair(s, &trial, *dt, &error, err)) return false;
        *reached = error <= tolerance;
        if (*reached) return true;
        const double ratio = before / error;
        regular = ratio > 3.5 && ratio < 4.5 ? regular + 1 : 0;
        if (regular == 2) break;
        if ((level >= 3 && ratio < 2) || span / *dt > most_steps / 2) return true;
        before = error;
        *dt /= 2;
    }
    *dt = fmax(*dt * sqrt(0.8 * tolerance / error), 2 * span / most_steps);
    *reached = true;
    return true;
}

static bool advance(struct propagator *base, const double *p0, size_t n, const double *t,
                    snapshot_sink sink, void *context, struct error *err) {
    struct transport *s = (struct transport *)base;
    const struct times w = {.n = n, .t = t, .sink = sink, .context = context};
    if (n == 0) return true;
    base->counts.intervals++;
    rates_masses(s->generator, p0, s->start);
    if (s->diffusion == NULL) return carry(s, &w, err);
    const double wanted = fmax(s->options.tolerance, TRANSPORT_TOLERANCE);
    const double scale = rates_l1(s->generator->cells, s->start, NULL);
    double dt = s->options.step > 0 ? s->options.step : t[n - 1], error;
    bool reached = true;
    if (s->options.step == 0 && t[n - 1] > 0 &&
        !choose_step(s, &w, wanted * scale, &dt, &reached, err))
        return false;
    if (!run_pair(s, &w, dt, &error, err)) return false;
    snprintf(base->chosen, sizeof base->chosen,
             "transport: remap and diffusion split with steps of %.3g; the time error is "
             "held to "
             "%.0e, not less%s",
             dt / 2, wanted, reached ? "" : " (not reached: cells are too wide)");
    return true;
}

const struct propagator_method transport_method = {
    .name = "transport",
    .description =
        "Characteristics and a conservative remap, split with the diffusion: for little "
        "or no noise.",
    .order = 2,
    .tolerance = TRANSPORT_TOLERANCE,
    .positive = true,
    .batch = true,
    .create = create,
    .keeps_mass = true,
    .advance = advance,
    .destroy = destroy,
};
