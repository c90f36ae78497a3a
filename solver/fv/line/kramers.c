/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/kramers.h"
#include "solver/fv/gauss.h"
#include "solver/fv/line/log_rates.h"
#include <stdio.h>

enum { SCAN = 4096, PANELS = 512 };
static const double pi = 3.141592653589793238;

struct scan {
    const struct coefficients *c;
    double lo, step;
    double b[SCAN + 1];
};

static bool drift_at(const struct coefficients *c, size_t n, const double *x, double *b,
                     struct error *err) {
    const double *const at[1] = {x};
    return c->drift(c->self, n, at, b, err);
}

static bool noise_at(const struct coefficients *c, size_t n, const double *x, double *D,
                     struct error *err) {
    const double *const at[1] = {x};
    return c->diffusion(c->self, n, at, D, err);
}

/* b'(x): differences of fourth order. */
static bool slope_at(const struct scan *s, double x, double *slope, struct error *err) {
    const double h = s->step / 4;
    const double at[4] = {x - 2 * h, x - h, x + h, x + 2 * h};
    double b[4];
    if (!drift_at(s->c, 4, at, b, err)) return false;
    *slope = (b[0] - 8 * b[1] + 8 * b[2] - b[3]) / (12 * h);
    return true;
}

static bool scan_drift(struct scan *s, const struct line_kramers *q, struct error *err) {
    double x[SCAN + 1];
    s->lo = q->lo, s->step = (q->hi - q->lo) / SCAN;
    for (int k = 0; k <= SCAN; k++)
        x[k] = q->lo + k * s->step;
    return drift_at(s->c, SCAN + 1, x, s->b, err);
}

static void say(char why[128], const char *text) {
    snprintf(why, 128, "%s", text);
}

/* b changes sign between points k and k + 1, from `from` to the other; an exact 0 counts as
 * the sign that comes after it. */
static bool changes(const struct scan *s, int k, int from) {
    return s->b[k] * from > 0 && s->b[k + 1] * from <= 0;
}

static bool refine_zero(const struct scan *s, int k, double *zero, struct error *err) {
    double lo = s->lo + k * s->step, hi = lo + s->step;
    for (int i = 0; i < 60; i++) {
        double b;
        const double middle = 0.5 * (lo + hi);
        if (!drift_at(s->c, 1, &middle, &b, err)) return false;
        if (b * s->b[k] > 0)
            lo = middle;
        else
            hi = middle;
    }
    *zero = hi;
    return true;
}

/* Downhill from the start to the first zero of b. */
static bool find_minimum(const struct scan *s, const struct line_kramers *q,
                         double *minimum, struct error *err) {
    const int near = (int)fmin(fmax((q->start - s->lo) / s->step, 0), SCAN - 1);
    *minimum = (double)NAN;
    for (int d = 0; d < SCAN; d++) { /* the cell itself, then outwards on both sides */
        const int up = near + d, down = near - d;
        if (up < SCAN && s->b[near] >= 0 && changes(s, up, 1))
            return refine_zero(s, up, minimum, err);
        if (down >= 0 && (s->b[near] <= 0 || d == 0) && changes(s, down, 1))
            return refine_zero(s, down, minimum, err);
    }
    return true;
}

/* U = Integral -b/D from x to y. */
static bool climb(const struct coefficients *c, double x, double y, double *U,
                  struct error *err) {
    struct gauss gauss;
    gauss_init(&gauss);
    *U = 0;
    for (int p = 0; p < PANELS; p++) {
        double at[GAUSS_POINTS], b[GAUSS_POINTS], D[GAUSS_POINTS];
        const double length = (y - x) / PANELS;
        for (int k = 0; k < GAUSS_POINTS; k++)
            at[k] = x + length * (p + gauss.x[k]);
        if (!drift_at(c, GAUSS_POINTS, at, b, err) ||
            !noise_at(c, GAUSS_POINTS, at, D, err))
            return false;
        for (int k = 0; k < GAUSS_POINTS; k++)
            *U -= length * gauss.w[k] * b[k] / D[k];
    }
    return true;
}

/* The highest saddle between a and the edge of this side (or a cell beyond it). */
static bool find_saddle(const struct scan *s, const struct line_kramers *q, double a,
                        int side, struct line_kramers_side *out, struct error *err) {
    const double toward = side == 0 ? -1 : 1;
    for (int k = 0; k < SCAN; k++) {
        double zero, height, slope;
        if (!changes(s, k, -1)) continue;
        if (!refine_zero(s, k, &zero, err)) return false;
        if ((zero - a) * toward <= 0 || (zero - q->edge[side]) * toward > q->slack)
            continue;
        if (!climb(s->c, a, zero, &height, err) || !slope_at(s, zero, &slope, err))
            return false;
        if (!(slope > 0) || (out->found && height <= out->height)) continue;
        out->found = true, out->saddle = zero, out->height = height;
    }
    return true;
}

/* The target begins so far up another slope that the saddle is not what is in the way. */
static bool edge_is_higher(const struct scan *s, const struct line_kramers *q, double a,
                           int side, const struct line_kramers_side *found, bool *higher,
                           struct error *err) {
    double U;
    if (!climb(s->c, a, q->edge[side], &U, err)) return false;
    *higher = U > found->height + 1e-3;
    return true;
}

/* kappa with D(x)/D(a) = e^(U(x)/kappa) all the way from a to the saddle, or NAN. */
static bool find_kappa(const struct coefficients *c, double a, double saddle, double height,
                       double *kappa, struct error *err) {
    enum { POINTS = 9 };
    double x[POINTS + 1], D[POINTS + 1];
    for (int k = 0; k <= POINTS; k++)
        x[k] = a + (saddle - a) * k / POINTS;
    if (!noise_at(c, POINTS + 1, x, D, err)) return false;
    *kappa = D[POINTS] > D[0] * (1 + 1e-9) ? height / log(D[POINTS] / D[0]) : (double)NAN;
    for (int k = 1; k < POINTS && !isnan(*kappa); k++) {
        double U;
        if (!climb(c, a, x[k], &U, err)) return false;
        if (!(fabs(*kappa * log(D[k] / D[0]) - U) <= 1e-6 * height)) *kappa = (double)NAN;
    }
    return true;
}

static bool measure_side(const struct scan *s, double a, double relaxation,
                         struct line_kramers_side *side, struct error *err) {
    const double x[2] = {a, side->saddle}, alpha = s->c->alpha;
    double D[2], slope;
    if (!noise_at(s->c, 2, x, D, err) || !slope_at(s, side->saddle, &slope, err) ||
        !find_kappa(s->c, a, side->saddle, side->height, &side->kappa, err))
        return false;
    const double log_rates = log(2 * pi) - 0.5 * log(relaxation * slope);
    const double log_A = log(D[1] / D[0]), k = side->kappa, power = k + 0.5 - alpha;
    side->log_time[KRAMERS] = log_rates + (0.5 - alpha) * log_A + side->height;
    if (power > 0)
        side->log_time[KRAMERS_POWER_LAW] = log_rates + log(k / power) + power * log_A;
    if (k > 0.5)
        side->log_time[KRAMERS_SOURCE] = log_rates - log1p(-0.5 / k) + (k - 0.5) * log_A;
    return true;
}

/* The way out on one side; out->why where there is no estimate for it. */
static bool leave(const struct scan *s, const struct line_kramers *q, int side,
                  struct line_kramers_answer *out, struct error *err) {
    struct line_kramers_side *to = &out->side[side];
    bool higher = false;
    if (!find_saddle(s, q, out->minimum, side, to, err)) return false;
    if (to->found && !edge_is_higher(s, q, out->minimum, side, to, &higher, err))
        return false;
    if (!to->found || higher)
        return say(out->why, "the target begins before the top of a barrier"), true;
    if (!isfinite(to->height)) return say(out->why, "the noise vanishes on the way"), true;
    out->height = fmin(out->height, to->height);
    out->at_saddle &= fabs(to->saddle - q->edge[side]) <= q->slack;
    return measure_side(s, out->minimum, out->relaxation, to, err);
}

/* Rates add; a formula that fails on one way out fails. */
static void add_rates(const struct line_kramers *q, struct line_kramers_answer *out) {
    for (int k = 0; k < KRAMERS_FORMULAS; k++) {
        double log_rate = -HUGE_VAL;
        bool known = out->why[0] == '\0';
        for (int side = 0; side < 2; side++) {
            if (!q->open[side]) continue;
            known &= isfinite(out->side[side].log_time[k]);
            log_rate = log_add(log_rate, -out->side[side].log_time[k]);
        }
        out->log_time[k] = known ? -log_rate : HUGE_VAL;
    }
}

bool line_kramers_estimate(const struct coefficients *c, const struct line_kramers *q,
                           struct line_kramers_answer *out, struct error *err) {
    struct scan s = {.c = c};
    double slope;
    *out = (struct line_kramers_answer){
        .minimum = (double)NAN, .height = HUGE_VAL, .at_saddle = true};
    for (int k = 0; k < KRAMERS_FORMULAS; k++)
        out->log_time[k] = out->side[0].log_time[k] = out->side[1].log_time[k] = HUGE_VAL;
    if (!c->smooth) return say(out->why, "the potential has kinks or jumps"), true;
    if (!scan_drift(&s, q, err) || !find_minimum(&s, q, &out->minimum, err)) return false;
    if (isnan(out->minimum)) return say(out->why, "there is no minimum to leave"), true;
    if (!slope_at(&s, out->minimum, &slope, err)) return false;
    if (!(slope < 0)) return say(out->why, "the minimum is flat"), true;
    out->relaxation = -slope;
    for (int side = 0; side < 2; side++)
        if (q->open[side] && !leave(&s, q, side, out, err)) return false;
    add_rates(q, out);
    return true;
}
