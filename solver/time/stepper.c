/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/stepper.h"
#include "solver/time/rates.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double most_steps = 1e7;
static const double pilot_error = 1e-5; /* delta of the pilot run */

void stepper_destroy(struct propagator *base) {
    struct stepper *s = (struct stepper *)base;
    if (s == NULL) return;
    for (size_t k = 0; k < STEPPER_WORK; k++)
        free(s->work[k]);
    free(s->next);
    free(s->m);
    free(s->start);
    for (size_t k = 0; k < 2; k++)
        tridiagonal_factors_destroy(s->factors[k]);
    tridiagonal_destroy(s->A);
    free(s);
}

struct propagator *stepper_create(const struct stepper_rule *rule,
                                  const struct generator1 *generator,
                                  const struct propagator_options *options,
                                  struct error *err) {
    struct stepper *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->rule = rule;
    s->generator = generator;
    s->options = *options;
    bool ok = (s->A = rates_create(generator, err)) != NULL;
    for (size_t k = 0; ok && k < 2; k++)
        ok = (s->factors[k] = tridiagonal_factors_create(s->A, err)) != NULL;
    double **arrays[STEPPER_WORK + 3] = {&s->start, &s->m, &s->next};
    for (size_t k = 0; k < STEPPER_WORK; k++)
        arrays[3 + k] = &s->work[k];
    for (size_t k = 0; ok && k < STEPPER_WORK + 3; k++)
        ok = (*arrays[k] = array_create(generator->cells, sizeof(double), err)) != NULL;
    if (!ok) return stepper_destroy(&s->base), NULL;
    return &s->base;
}

void stepper_solve(struct stepper *s, int k, double h, const double *b, double *x) {
    if (s->factored[k] != h) {
        tridiagonal_factor(s->factors[k], h);
        s->factored[k] = h;
        s->base.counts.factorisations++;
    }
    tridiagonal_solve(s->factors[k], b, x);
    s->base.counts.solves++;
}

/* One run over all wanted times. */
struct run {
    const double *t;
    size_t n;
    snapshot_sink sink; /* NULL: pilot */
    void *context;
    double delta;       /* allowed local error; 0: fixed steps */
    double h, before;   /* next step's length; the last accepted local error */
    double error;       /* sum of the local errors */
    size_t steps, most; /* a pilot ends after `most` steps */
};

/* PI control (Gustafsson 1991; Hairer & Wanner II, IV.2): a step is kept as it is, and with
 * it its factors, unless it may grow by a fifth. */
static void control(const struct stepper *s, struct run *r, double h, double e,
                    bool accepted) {
    const double q = s->rule->order, least = 1e-3 * r->delta;
    e = fmax(e, least);
    double factor = 0.9 * pow(r->delta / e, 1 / q);
    if (accepted && r->before > 0)
        factor *= pow(r->before / e, 0.4 / q) * pow(e / r->delta, 0.3 / q);
    factor = fmin(5, fmax(0.1, factor));
    if (!accepted) factor = fmin(factor, 0.8);
    if (accepted && factor >= 0.95 && factor < 1.2) factor = 1;
    r->h = h * factor;
    if (accepted) r->before = e;
}

/* Length of the step from t towards `end`: the last two are equal, none is tiny. */
static double landing(double t, double end, double h) {
    const double left = end - t;
    if (h >= left * (1 - 1e-12)) return left;
    return 2 * h > left ? left / 2 : h;
}

static double fixed_length(const struct stepper *s, double gap) {
    const double most = s->options.step * s->rule->substeps;
    return gap / fmax(1, ceil(gap / most * (1 - 1e-12)));
}

/* m from t to end; false: stopped or failed. */
static bool gap_cross(struct stepper *s, struct run *r, double t, double end,
                      struct error *err) {
    const bool fixed = r->delta == 0;
    const double span = r->t[r->n - 1];
    if (fixed) r->h = fixed_length(s, end - t);
    while (t < end && r->steps < r->most) {
        const double h = landing(t, end, r->h), e = s->rule->step(s, h, s->m, s->next);
        if (r->steps++ % 16 == 0 && !monitor_tick(s->options.monitor, t / span, err))
            return false;
        if (!isfinite(e))
            return fail(err, ERROR_RUN, "%s: not finite at t = %g", s->base.method->name,
                        t);
        if (!fixed && e > r->delta) {
            s->base.counts.rejected++;
            control(s, r, h, e, false);
            continue;
        }
        double *swap = s->m;
        s->m = s->next, s->next = swap;
        r->error += e;
        s->base.counts.steps += s->rule->substeps;
        t = h < end - t ? t + h : end;
        /* A step that was cut short to land says little on the next one's length. */
        if (!fixed && (h >= 0.5 * r->h || t < end)) control(s, r, h, e, true);
    }
    return true;
}

static bool run_all(struct stepper *s, struct run *r, struct error *err) {
    const size_t n = s->A->n;
    const double *width = s->generator->grid->axis[0]->width;
    memcpy(s->m, s->start, n * sizeof *s->m);
    tridiagonal_apply(s->A, s->m, s->next);
    const double speed = rates_l1(n, s->next, NULL), q = s->rule->order;
    r->h = fmin(r->t[r->n - 1], pow(r->delta, 1 / q) / fmax(speed, 1e-300));
    for (size_t k = 0; k < r->n; k++) {
        if (!gap_cross(s, r, k == 0 ? 0 : r->t[k - 1], r->t[k], err)) return false;
        if (r->sink == NULL) continue;
        for (size_t i = 0; i < n; i++)
            s->work[0][i] = s->m[i] / width[i];
        if (!r->sink(r->context, k, s->work[0], r->error, err)) return false;
    }
    return true;
}

/* The local error whose sum will be the tolerance, from a pilot; refuses what would take
 * too many steps. */
static bool choose_delta(struct stepper *s, struct run *r, double tolerance, double *delta,
                         struct error *err) {
    const double q = s->rule->order;
    struct run pilot = {.t = r->t,
                        .n = r->n,
                        .delta = fmin(pilot_error, tolerance / 4),
                        .most = (size_t)most_steps};
    if (!run_all(s, &pilot, err)) return false;
    *delta = pilot.delta * pow(0.8 * tolerance / pilot.error, q / (q - 1));
    *delta = fmin(*delta, tolerance / 4);
    const double steps = (double)(pilot.steps * (size_t)s->rule->substeps) *
                         pow(pilot.delta / *delta, 1 / q);
    if (pilot.steps < pilot.most && steps <= most_steps) return true;
    return fail(
        err, ERROR_RUN,
        "%s would take about %.1e steps for a tolerance of %g; set time.tolerance to %.1g "
        "or more, or a fixed time.step",
        s->base.method->name, steps, s->options.tolerance,
        s->options.tolerance * pow(steps / most_steps, q - 1));
}

bool stepper_advance(struct propagator *base, const double *p0, size_t n, const double *t,
                     snapshot_sink sink, void *context, struct error *err) {
    struct stepper *s = (struct stepper *)base;
    if (n == 0) return true;
    rates_masses(s->generator, p0, s->start);
    const double scale = rates_l1(s->A->n, s->start, NULL);
    struct run r = {.t = t, .n = n, .sink = sink, .context = context, .most = SIZE_MAX};
    const bool moves = t[n - 1] > 0 && scale > 0;
    if (s->options.step == 0 && moves) {
        if (!choose_delta(s, &r, s->options.tolerance * scale, &r.delta, err)) return false;
    } else if (moves && t[n - 1] / s->options.step > most_steps) {
        return fail(err, ERROR_RUN,
                    "%s: %.1e steps of time.step = %g up to t = %g; at most %g",
                    base->method->name, t[n - 1] / s->options.step, s->options.step,
                    t[n - 1], most_steps);
    }
    base->counts.intervals++;
    if (!run_all(s, &r, err)) return false;
    snprintf(base->chosen, sizeof base->chosen, "%s: %lld steps, %lld rejected",
             base->method->name, (long long)base->counts.steps,
             (long long)base->counts.rejected);
    return true;
}
