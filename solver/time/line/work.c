/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/work.h"
#include "io/numbers.h"
#include "solver/time/line/rosenbrock.h"
#include "solver/time/panels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double rounding = 1e-13; /* of the largest value */
static const double most_gain = 0.5;  /* h g / T in one step */
enum { REACH = 33 }; /* a jump is looked at from span 2^-33 away: panels hold it to that */

struct system {
    size_t n;
    struct work_chain chain;
    struct panels *panels;     /* of L, a, g: [3 n] */
    struct work_energy energy; /* its self: borrowed */
    double tolerance;
    double *value, *slope, *frozen; /* [3 n] now, its derivative, at the last factor */
    double *rate;                   /* [n] */
    double *volume;                 /* [3 n + 3] */
    double at, h;                   /* the time of value; the step of the factors */
    double span;
    double *ended, ended_at; /* [n] L at the end of the last smooth panel; when */
    bool jumps;              /* L has jumped where the present panel was entered, by ... */
    double *d, *r;           /* ... [n] as in work_jump */
    bool tilts;              /* there is a temperature */
};

size_t work_values(size_t cells) {
    return 3 * cells + WORK_SCALARS;
}

/* ---------------------------------------------------------------- the energy in time */

static bool sample(void *self, double t, double *y, struct error *err) {
    struct system *s = self;
    const size_t n = s->n;
    memset(y + 2 * n, 0, n * sizeof *y);
    if (!s->energy.sample(s->energy.self, t, y, y + n, y + 2 * n, err)) return false;
    for (size_t i = 0; i < 2 * n; i++)
        y[i] /= s->energy.scale;
    for (size_t i = 2 * n; i < 3 * n && !isnan(s->energy.temperature); i++)
        y[i] /= s->energy.temperature;
    return true;
}

static double miss(const void *self, const double *y, const double *exact) {
    const struct system *s = self;
    double worst = 0;
    for (size_t part = 0; part < 3; part++) {
        const double *a = y + part * s->n, *b = exact + part * s->n;
        double mean = 0, most = 0;
        for (size_t i = 0; i < s->n; i++)
            mean += fabs(b[i]) / (double)s->n, most = fmax(most, fabs(b[i]));
        for (size_t i = 0; i < s->n; i++)
            if (a[i] != b[i])
                worst =
                    fmax(worst, fabs(a[i] - b[i]) /
                                    (s->tolerance * (fabs(b[i]) + mean) + rounding * most));
    }
    return worst;
}

static void set_time(struct system *s, double t) {
    if (s->at != t) panels_value(s->panels, t, s->value);
    s->at = t;
}

/* L as the present panel has it, before another one is entered at t. */
static void leave_panel(struct system *s, double t) {
    const bool anew = t < s->ended_at; /* from the start again */
    if (anew) s->ended_at = (double)NAN;
    if (anew || isnan(s->at) || panels_shut(s->panels)) return;
    panels_value(s->panels, t, s->slope);
    memcpy(s->ended, s->slope, s->n * sizeof *s->ended);
    s->ended_at = t;
}

/* Is L in the present panel not what it was at the end of the one before? */
static bool has_jumped(const struct system *s, double t) {
    const double *L = s->value, *a = s->value + s->n, digits = 1e-7;
    double mean = 0;
    if (isnan(s->ended_at) || panels_shut(s->panels)) return false;
    for (size_t i = 0; i < s->n; i++)
        mean += fabs(L[i]) / (double)s->n;
    for (size_t i = 0; i < s->n; i++)
        if (fabs(L[i] - s->ended[i] - (t - s->ended_at) * a[i]) >
            fmax(100 * s->tolerance, digits) * (fabs(L[i]) + mean))
            return true;
    return false;
}

static bool find_jump(struct system *s, double t, struct error *err) {
    const double reach = ldexp(s->span, -REACH);
    s->jumps = has_jumped(s, t);
    if (!s->jumps) return true;
    if (!s->energy.jump(s->energy.self, fmax(0, s->ended_at - reach), t + reach, s->d, s->r,
                        err))
        return false;
    for (size_t i = 0; i < s->n; i++)
        s->d[i] /= s->energy.scale;
    return true;
}

void work_jump(size_t n, const double *volume, const double *d, const double *r,
               double *m) {
    double *p = m, *q = m + n, *z = q + n, *scalar = z + n;
    for (size_t i = 0; i < n; i++) {
        const double V = volume != NULL ? volume[i] : 1, work = d[i] * p[i];
        scalar[WORK_MEAN] += V * work;
        scalar[WORK_SQUARE] += V * d[i] * (2 * q[i] + work);
        q[i] += work;
        z[i] *= r[i];
    }
}

static void jump(void *self, double *m) {
    const struct system *s = self;
    if (s->jumps) work_jump(s->n, NULL, s->d, s->r, m);
}

/* ---------------------------------------------------------------- the system */

/* A step ends early enough for 1 - h (A - g/T) to stay far from singular. */
static bool enter(void *self, double t, double *end, struct error *err) {
    struct system *s = self;
    double smooth, gain = 0;
    leave_panel(s, t);
    s->at = (double)NAN;
    if (!s->chain.drive->enter(s->chain.self, t, end, err) ||
        !panels_enter(s->panels, t, &smooth, err))
        return false;
    set_time(s, t);
    if (!find_jump(s, t, err)) return false;
    for (size_t i = 2 * s->n; i < 3 * s->n; i++)
        gain = fmax(gain, -s->value[i]);
    *end = fmin(*end, smooth);
    if (gain > 0) *end = fmin(*end, t + most_gain / gain);
    return true;
}

/* y += factor a b */
static void add_product(size_t n, double factor, const double *a, const double *b,
                        double *y) {
    for (size_t i = 0; i < n; i++)
        y[i] += factor * a[i] * b[i];
}

/* What a and g of `of` add to the rates, which are A m or A' m of p, q and z. */
static void add_energy(size_t n, const double *of, const double *m, double *rate) {
    const double *a = of + n, *g = of + 2 * n;
    add_product(n, 1, a, m, rate + n);
    add_product(n, -1, g, m + 2 * n, rate + 2 * n);
    rate[3 * n + WORK_MEAN] = numbers_dot(n, a, m);
    rate[3 * n + WORK_SQUARE] = 2 * numbers_dot(n, a, m + n);
}

static void apply(void *self, double t, const double *m, double *rate) {
    struct system *s = self;
    const size_t n = s->n;
    set_time(s, t);
    for (size_t part = 0; part < 3; part++)
        s->chain.drive->apply(s->chain.self, t, m + part * n, rate + part * n);
    rate[3 * n + WORK_HEAT] = numbers_dot(n, s->value, rate);
    add_energy(n, s->value, m, rate);
}

static void slope(void *self, double t, const double *m, double *rate) {
    struct system *s = self;
    const size_t n = s->n;
    set_time(s, t);
    panels_slope(s->panels, t, s->slope);
    s->chain.drive->apply(s->chain.self, t, m, s->rate);
    for (size_t part = 0; part < 3; part++)
        s->chain.drive->slope(s->chain.self, t, m + part * n, rate + part * n);
    rate[3 * n + WORK_HEAT] =
        numbers_dot(n, s->slope, s->rate) + numbers_dot(n, s->value, rate);
    add_energy(n, s->slope, m, rate);
}

static bool factor(void *self, double t, double h, struct error *err) {
    struct system *s = self;
    if (!s->chain.drive->factor(s->chain.self, t, h, err)) return false;
    set_time(s, t);
    memcpy(s->frozen, s->value, 3 * s->n * sizeof *s->frozen);
    s->h = h;
    return !s->tilts || s->chain.tilt(s->chain.self, s->frozen + 2 * s->n, err);
}

/* h Sum L (A x_p) = Sum L (x_p - b_p). */
static void solve(void *self, int k, const double *b, double *x) {
    struct system *s = self;
    const size_t n = s->n;
    const double *L = s->frozen, *a = s->frozen + n, Lb = numbers_dot(n, L, b);
    s->chain.solve(s->chain.self, k, b, x);
    x[3 * n + WORK_HEAT] = b[3 * n + WORK_HEAT] + (numbers_dot(n, L, x) - Lb);
    x[3 * n + WORK_MEAN] = b[3 * n + WORK_MEAN] + s->h * numbers_dot(n, a, x);
    if (x != b) memcpy(x + n, b + n, n * sizeof *x);
    add_product(n, s->h, a, x, x + n);
    s->chain.solve(s->chain.self, k, x + n, x + n);
    x[3 * n + WORK_SQUARE] = b[3 * n + WORK_SQUARE] + 2 * s->h * numbers_dot(n, a, x + n);
    s->chain.solve(s->chain.self, s->tilts, b + 2 * n, x + 2 * n);
}

/* ---------------------------------------------------------------- making */

static void destroy(void *self) {
    struct system *s = self;
    if (s == NULL) return;
    panels_destroy(s->panels);
    s->chain.destroy(s->chain.self);
    free(s->value);
    free(s->slope);
    free(s->frozen);
    free(s->rate);
    free(s->ended);
    free(s->d);
    free(s->r);
    free(s->volume);
    free(s);
}

static bool make_arrays(struct system *s, struct error *err) {
    const size_t n = s->n;
    if ((s->value = array_create(3 * n, sizeof(double), err)) == NULL ||
        (s->slope = array_create(3 * n, sizeof(double), err)) == NULL ||
        (s->frozen = array_create(3 * n, sizeof(double), err)) == NULL ||
        (s->rate = array_create(n, sizeof(double), err)) == NULL ||
        (s->ended = array_create(n, sizeof(double), err)) == NULL ||
        (s->d = array_create(n, sizeof(double), err)) == NULL ||
        (s->r = array_create(n, sizeof(double), err)) == NULL ||
        (s->volume = array_create(work_values(n), sizeof(double), err)) == NULL)
        return false;
    for (size_t i = 0; i < work_values(n); i++)
        s->volume[i] = i < 3 * n ? s->chain.volume[i % n] : 1;
    return true;
}

static struct system *create(const struct work_chain *chain,
                             const struct work_energy *energy,
                             const struct propagator_options *o, struct error *err) {
    struct system *s = array_create(1, sizeof *s, err);
    if (s == NULL) return chain->destroy(chain->self), NULL;
    *s = (struct system){.n = chain->n,
                         .chain = *chain,
                         .energy = *energy,
                         .tilts = !isnan(energy->temperature),
                         .tolerance = fmax(1e-12, o->tolerance / 50),
                         .span = o->span > 0 ? o->span : 1,
                         .at = (double)NAN,
                         .ended_at = (double)NAN};
    const struct panels_source source = {
        .n = 3 * s->n, .sample = sample, .miss = miss, .noise = 10, .steep = 4, .self = s};
    if (make_arrays(s, err) && (s->panels = panels_create(&source, s->span, err)) != NULL)
        return s;
    return destroy(s), NULL;
}

static const struct propagator_method work_method = {.name = "work along paths",
                                                     .description = "Work along paths.",
                                                     .order = 5,
                                                     .tolerance = 1e-8,
                                                     .driven = true,
                                                     .advance = stepper_advance,
                                                     .destroy = stepper_destroy};

struct propagator *work_propagator(const struct work_chain *chain,
                                   const struct work_energy *energy,
                                   const struct propagator_options *options,
                                   struct error *err) {
    static const struct stepper_drive members = {enter, apply, slope, factor, jump};
    struct system *s = create(chain, energy, options, err);
    if (s == NULL) return NULL;
    const struct stepper_system system = {.n = work_values(s->n),
                                          .volume = s->volume,
                                          .keep = 1,
                                          .solve = solve,
                                          .destroy = destroy,
                                          .self = s,
                                          .drive = &members};
    struct propagator *p = stepper_create(&rosenbrock_rule, &system, options, err);
    if (p != NULL) p->method = &work_method;
    return p;
}
