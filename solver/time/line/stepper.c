/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/stepper.h"
#include "solver/linalg/tridiagonal.h"
#include "solver/time/line/rates.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double most_steps = 1e7;
static const double first_delta = 1e-5, largest_delta = 1e-2; /* of pilot runs */
static const double cells_between_ticks = 1e5;
enum { MOST_PILOTS = 12 };

void stepper_destroy(struct propagator *base) {
    struct stepper *s = (struct stepper *)base;
    if (s == NULL) return;
    for (size_t k = 0; k < STEPPER_WORK; k++)
        free(s->work[k]);
    free(s->next);
    free(s->coarse);
    free(s->m);
    free(s->start);
    s->system.destroy(s->system.self);
    free(s);
}

struct propagator *stepper_create(const struct stepper_rule *rule,
                                  const struct stepper_system *system,
                                  const struct propagator_options *options,
                                  struct error *err) {
    struct stepper *s = array_create(1, sizeof *s, err);
    if (s == NULL) return system->destroy(system->self), NULL;
    s->rule = rule;
    s->system = *system;
    s->options = *options;
    s->factored[0] = s->factored[1] = -1;
    double **arrays[STEPPER_WORK + 4] = {&s->start, &s->m, &s->coarse, &s->next};
    for (size_t k = 0; k < STEPPER_WORK; k++)
        arrays[4 + k] = &s->work[k];
    bool ok = true;
    for (size_t k = 0; ok && k < STEPPER_WORK + 4; k++)
        ok = (*arrays[k] = array_create(system->n, sizeof(double), err)) != NULL;
    if (!ok) return stepper_destroy(&s->base), NULL;
    return &s->base;
}

bool stepper_solve(struct stepper *s, int k, double h, const double *b, double *x,
                   struct error *err) {
    if (s->factored[k] != h) {
        s->factored[k] = -1;
        if (!s->system.factor(s->system.self, k, h, err)) return false;
        s->factored[k] = h;
        s->base.counts.factorisations++;
    }
    s->system.solve(s->system.self, k, b, x);
    s->base.counts.solves++;
    return true;
}

/* ---------------------------------------------------------------- one dimension */

struct line {
    struct tridiagonal *A;
    struct tridiagonal_factors *factors[2];
};

static void line_apply(const void *self, const double *m, double *rate) {
    tridiagonal_apply(((const struct line *)self)->A, m, rate);
}

static bool line_factor(void *self, int k, double h, struct error *err) {
    (void)err;
    tridiagonal_factor(((struct line *)self)->factors[k], h);
    return true;
}

static void line_solve(void *self, int k, const double *b, double *x) {
    tridiagonal_solve(((struct line *)self)->factors[k], b, x);
}

static void line_destroy(void *self) {
    struct line *line = self;
    if (line == NULL) return;
    for (int k = 0; k < 2; k++)
        tridiagonal_factors_destroy(line->factors[k]);
    tridiagonal_destroy(line->A);
    free(line);
}

struct propagator *stepper_create_line(const struct stepper_rule *rule,
                                       const struct line_generator *generator,
                                       const struct propagator_options *options,
                                       struct error *err) {
    struct line *line = array_create(1, sizeof *line, err);
    if (line == NULL) return NULL;
    bool ok = (line->A = rates_create(generator, err)) != NULL;
    for (int k = 0; ok && k < 2; k++)
        ok = (line->factors[k] = tridiagonal_factors_create(line->A, err)) != NULL;
    if (!ok) return line_destroy(line), NULL;
    const struct stepper_system system = {.n = generator->cells,
                                          .volume = generator->grid->axis[0]->width,
                                          .keep = 1.2,
                                          .apply = line_apply,
                                          .factor = line_factor,
                                          .solve = line_solve,
                                          .destroy = line_destroy,
                                          .self = line};
    return stepper_create(rule, &system, options, err);
}

/* ---------------------------------------------------------------- steps */

/* One run over all wanted times. */
struct run {
    const double *t;
    size_t n;
    snapshot_sink sink; /* NULL: pilot */
    void *context;
    double delta;       /* allowed local error; 0: fixed steps */
    double h, before;   /* next pair's length; the last accepted local error */
    double error;       /* the largest at the wanted times */
    double silence;     /* cells until the monitor is asked again */
    size_t pairs, most; /* a pilot ends after `most` pairs */
};

/* PI control (Gustafsson 1991; Hairer & Wanner II, IV.2): a step is kept as it is, and with
 * it its factors, unless it may grow much. */
static void control(const struct stepper *s, struct run *r, double h, double e,
                    bool accepted) {
    const double q = s->rule->local, least = 1e-3 * r->delta;
    e = fmax(e, least);
    double factor = 0.9 * pow(r->delta / e, 1 / q);
    if (accepted && r->before > 0)
        factor *= pow(r->before / e, 0.4 / q) * pow(e / r->delta, 0.3 / q);
    factor = fmin(5, fmax(0.1, factor));
    if (!accepted) factor = fmin(factor, 0.8);
    if (accepted && factor >= 0.95 && factor < s->system.keep) factor = 1;
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
    const double most = 2 * s->options.step;
    return gap / fmax(1, ceil(gap / most * (1 - 1e-12)));
}

static bool heard(struct stepper *s, struct run *r, double t, struct error *err) {
    r->silence -= (double)s->system.n;
    if (r->silence > 0) return true;
    r->silence = cells_between_ticks;
    return monitor_tick(s->options.monitor, t / r->t[r->n - 1], err);
}

/* Takes over `next` for the fine run, and goes as far with the coarse one. */
static bool accept(struct stepper *s, double h, struct error *err) {
    double *swap = s->m;
    s->m = s->next, s->next = swap;
    if (!s->rule->single(s, h, s->coarse, s->next, err)) return false;
    swap = s->coarse;
    s->coarse = s->next, s->next = swap;
    s->base.counts.steps += 2;
    return true;
}

/* Where the step from t on ends at the latest: at `end`, or where a drive is no longer
 * smooth. */
static bool find_stop(struct stepper *s, double t, double end, double *stop,
                      struct error *err) {
    const struct stepper_drive *drive = s->system.drive;
    s->now = s->base.origin + t;
    *stop = end;
    if (drive == NULL) return true;
    double smooth;
    if (!drive->enter(s->system.self, s->now, &smooth, err)) return false;
    if (drive->jump != NULL)
        drive->jump(s->system.self, s->m), drive->jump(s->system.self, s->coarse);
    const double left = smooth - s->base.origin;
    if (left < end - 1e-14 * (s->base.origin + end)) *stop = left;
    return true;
}

/* m from t to end; false: stopped or failed. */
static bool gap_cross(struct stepper *s, struct run *r, double t, double end,
                      struct error *err) {
    const bool fixed = r->delta == 0;
    if (fixed) r->h = fixed_length(s, end - t);
    while (t < end && r->pairs < r->most) {
        double e, stop;
        if (!find_stop(s, t, end, &stop, err)) return false;
        const double h = landing(t, stop, r->h);
        if (!s->rule->pair(s, h, s->m, s->next, &e, err)) return false;
        r->pairs++;
        if (!heard(s, r, t, err)) return false;
        if (!isfinite(e))
            return fail(err, ERROR_RUN,
                        "%s: not finite at t = %g, where a step of %g is as long as "
                        "numbers go; end earlier%s",
                        s->base.method->name, s->now, h,
                        s->system.drive != NULL ? "" : ", or take method contour");
        if (!fixed && e > r->delta) {
            s->base.counts.rejected++;
            control(s, r, h, e, false);
            continue;
        }
        if (!accept(s, h, err)) return false;
        t = h < stop - t ? t + h : stop;
        /* A step that was cut short to land says little on the next one's length. */
        if (!fixed && (h >= 0.5 * r->h || t < stop)) control(s, r, h, e, true);
    }
    return true;
}

static double error_now(const struct stepper *s, const struct run *r) {
    return s->rule->of_difference * rates_l1(s->system.n, s->m, s->coarse) +
           16 * DBL_EPSILON * (double)r->pairs; /* rounding of some 15 solves */
}

/* next = A m at the beginning. */
static bool first_rate(struct stepper *s, struct error *err) {
    const struct stepper_drive *drive = s->system.drive;
    double end;
    if (drive == NULL) return s->system.apply(s->system.self, s->m, s->next), true;
    if (!drive->enter(s->system.self, s->base.origin, &end, err)) return false;
    return drive->apply(s->system.self, s->base.origin, s->m, s->next), true;
}

static bool run_all(struct stepper *s, struct run *r, struct error *err) {
    const size_t n = s->system.n;
    memcpy(s->m, s->start, n * sizeof *s->m);
    memcpy(s->coarse, s->start, n * sizeof *s->m);
    if (!first_rate(s, err)) return false;
    const double speed = rates_l1(n, s->next, NULL), q = s->rule->local;
    r->h = fmin(r->t[r->n - 1], pow(r->delta, 1 / q) / fmax(speed, 1e-300));
    for (size_t k = 0; k < r->n; k++) {
        if (!gap_cross(s, r, k == 0 ? 0 : r->t[k - 1], r->t[k], err)) return false;
        const double error = fmax(error_now(s, r), s->rule->remembered * r->error);
        r->error = fmax(r->error, error);
        if (r->sink == NULL) continue;
        for (size_t i = 0; i < n; i++)
            s->work[0][i] = s->m[i] / s->system.volume[i];
        if (!r->sink(r->context, k, s->work[0], error, err)) return false;
    }
    return true;
}

static bool too_many(const struct stepper *s, double steps, struct error *err) {
    const double p = s->rule->order;
    return fail(
        err, ERROR_RUN,
        "%s would take about %.1e steps for a tolerance of %g; set time.tolerance to %.1g "
        "or more, or a fixed time.step",
        s->base.method->name, steps, s->options.tolerance,
        s->options.tolerance * pow(steps / most_steps, p));
}

/* The delta that meets the tolerance at all wanted times, by pilot runs; ends also where a
 * smaller one no longer helps. Refuses what would take too many steps. */
static bool choose_delta(struct stepper *s, const struct run *r, double tolerance,
                         double *delta, struct error *err) {
    const double q = s->rule->local, p = s->rule->order;
    double before = (double)INFINITY;
    *delta = first_delta;
    for (int k = 0; k < MOST_PILOTS; k++) {
        struct run pilot = {
            .t = r->t, .n = r->n, .delta = *delta, .most = (size_t)most_steps / 2};
        if (!run_all(s, &pilot, err)) return false;
        const bool met = pilot.error <= tolerance;
        const bool wasteful = pilot.error < 0.02 * tolerance && *delta < largest_delta;
        if (pilot.pairs >= pilot.most) return too_many(s, 2 * most_steps, err);
        if (met && (k > 0 || !wasteful)) return true;
        if (!met && k > 1 && pilot.error > 0.9 * before) return true;
        double change = pow(0.5 * tolerance / pilot.error, q / p);
        change = fmin(change, largest_delta / *delta);
        const double steps = 2 * (double)pilot.pairs * pow(change, -1 / q);
        if (!(steps <= most_steps)) return too_many(s, steps, err);
        *delta *= change, before = pilot.error;
    }
    return true;
}

bool stepper_advance(struct propagator *base, const double *p0, size_t n, const double *t,
                     snapshot_sink sink, void *context, struct error *err) {
    struct stepper *s = (struct stepper *)base;
    if (n == 0) return true;
    for (size_t i = 0; i < s->system.n; i++)
        s->start[i] = s->system.volume[i] * p0[i];
    const double scale = rates_l1(s->system.n, s->start, NULL);
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
