/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/wall.h"
#include <float.h>
#include <math.h>

/* Distances h 2^-k, k < LEVELS, the wall itself, and the point 4 roundings from it. */
enum { LEVELS = 41, WALL = LEVELS, BESIDE, POINTS, FIRST = 3 };

struct scan {
    double t[POINTS], D[POINTS], b[POINTS]; /* b counted away from the wall */
};

/* ERROR_MEMORY is passed on; what else fails is no wall of ours. */
static bool scan_wall(const struct coefficients *c, double wall, int side, double h,
                      struct scan *s, bool *valid, struct error *err) {
    struct error inner = {0};
    double x[POINTS];
    for (int k = 0; k < LEVELS; k++)
        x[k] = wall + side * ldexp(h, -k);
    x[WALL] = wall, x[BESIDE] = wall + side * 4 * DBL_EPSILON * fabs(wall);
    for (int k = 0; k < POINTS; k++)
        s->t[k] = fabs(x[k] - wall);
    const double *const at[1] = {x};
    *valid = c->diffusion(c->self, POINTS, at, s->D, &inner) &&
             c->drift(c->self, LEVELS, at, s->b, &inner);
    for (int k = 0; k < LEVELS; k++) {
        s->b[k] *= side;
        *valid &= isfinite(s->D[k]) && s->D[k] > 0 && isfinite(s->b[k]) && s->t[k] > 0;
    }
    *valid &= s->D[WALL] >= 0;
    return inner.kind != ERROR_MEMORY || (*err = inner, false);
}

/* Where D stops to fall: the depth of a graded rule. */
static void measure_near(const struct scan *s, double alpha, struct line_wall *out) {
    int k = 1;
    while (k + 1 < LEVELS && s->D[k] > 2 * s->D[WALL])
        k++;
    const double steep = log(s->D[1] / s->D[2]), next = log(s->D[2] / s->D[3]);
    out->near = s->D[WALL] < 0.25 * s->D[1] && next > 0.65 * steep; /* no exponential */
    out->depth = s->t[k], out->D = s->D[k];
    out->beta = s->t[k] * s->b[k] / s->D[k];
    const double slope = (s->D[k] - s->D[WALL]) / s->t[k];
    out->m = 1, out->offset = s->D[WALL] / slope;
    out->s = alpha - 1 + s->b[k] / slope;
}

/* The limit at t = 0 of values f_k = f(t_k) = f + O(t), t_{k+1} = t_k / 2: of the
 * extrapolated values 2 f_{k+1} - f_k, k from FIRST on, the one from which the next differs
 * least. Earlier ones have higher powers of t, later ones rounding. */
static int best_level(const double *f, int last, double *limit, double *change) {
    int best = FIRST;
    *change = HUGE_VAL;
    for (int k = FIRST; k + 2 <= last; k++) {
        const double here = 2 * f[k + 1] - f[k], next = 2 * f[k + 2] - f[k + 1];
        if (fabs(next - here) < *change)
            *change = fabs(next - here), *limit = here, best = k;
    }
    return best;
}

/* Exponents that people write are multiples of 1/12. */
static double snap(double m) {
    const double near = round(12 * m) / 12;
    return fabs(m - near) < 1e-5 ? near : m;
}

/* beta grows like a power of 1/t and is large in the end. */
static bool grows(const double *beta) {
    const int last = LEVELS - 11;
    return fabs(beta[last]) > 40 && fabs(beta[last]) > 1.2 * fabs(beta[last - 1]);
}

static int essential(const double *beta, struct line_wall *out) {
    int k = FIRST;
    while (k + 1 < LEVELS && fabs(beta[k]) < 80)
        k++;
    out->s = beta[k] > 0 ? HUGE_VAL : -HUGE_VAL;
    return k;
}

static void classify(struct line_wall *w) {
    const double margin = 1e-7; /* an exponent on the border counts as divergent */
    w->M_finite = w->s > -1 + margin, w->S_finite = w->m + w->s < 1 - margin;
    const bool quick = w->m < 2 - margin || isinf(w->s); /* M dS, S dM ~ t^(1-m) dt */
    w->class = w->M_finite && w->S_finite ? FELLER_REGULAR
               : w->S_finite && quick     ? FELLER_EXIT
               : w->M_finite && quick     ? FELLER_ENTRANCE
                                          : FELLER_NATURAL;
}

/* Integrals of powers times 1 + O(t), from there in closed form; of exponentials f with t
 * d/dt ln f = gamma ~ t^(1-m) by partial integration, f t / gamma (1 - m / gamma). */
static void measure_tail(double alpha, struct line_wall *w) {
    const double m = w->m, power = 1 - m - w->s;
    if (isinf(w->s)) {
        const double M = w->beta + (alpha - 1) * m, S = -w->beta - alpha * m;
        w->M_tail = w->M_finite ? (1 - m / M) / M : 0;
        w->S_tail = w->S_finite ? (1 - m / S) / S : 0;
        w->SM_tail = w->S_tail * (1 - (1 - alpha) * (m - 1) / w->beta);
        return;
    }
    w->M_tail = w->M_finite ? (1 - w->curve / (w->s + 2)) / (w->s + 1) : 0;
    w->S_tail = w->S_finite ? (1 + (w->curve + w->D_curve) / (power + 1)) / power : 0;
    w->SM_tail = m < 2 ? w->S_tail / (2 - m) : 0;
}

static void measure_power(const struct scan *s, double alpha, struct line_wall *out) {
    double m[LEVELS], beta[LEVELS], limit = 0, change;
    for (int k = 0; k + 1 < LEVELS; k++)
        m[k] = log(s->D[k] / s->D[k + 1]) / log(s->t[k] / s->t[k + 1]);
    for (int k = 0; k < LEVELS; k++)
        beta[k] = s->t[k] * s->b[k] / s->D[k];
    int k = best_level(m, LEVELS - 2, &out->m, &change);
    out->vanishes = change < 1e-3 && out->m > 0;
    if (!out->vanishes) return;
    out->m = snap(out->m);
    if (grows(beta)) {
        k = essential(beta, out);
    } else {
        const int of_beta = best_level(beta, LEVELS - 1, &limit, &change);
        k = k > of_beta ? k : of_beta;
        out->s = (alpha - 1) * out->m + limit;
        /* log2((1 + e)/(1 + e/2)) = e / (2 ln 2): D ~ t^m (1 + e t / t_k) */
        while (k + 3 < LEVELS && fabs(m[k] - out->m) + fabs(beta[k] - limit) > 1e-6)
            k++;
        out->D_curve = 2 * log(2) * (m[k] - out->m);
        out->curve = (alpha - 1) * out->D_curve + beta[k] - limit;
    }
    out->depth = s->t[k], out->beta = beta[k], out->D = s->D[k];
    classify(out);
    measure_tail(alpha, out);
}

bool line_wall_find(const struct coefficients *c, double x, int side, double h,
                    struct line_wall *out, struct error *err) {
    struct scan s;
    bool valid;
    *out = (struct line_wall){0};
    if (c->constant_diffusion || c->zero_diffusion) return true;
    if (!scan_wall(c, x, side, h, &s, &valid, err)) return false;
    if (!valid) return true;
    if (s.D[WALL] == 0 || s.D[WALL] <= 0.5 * s.D[BESIDE])
        measure_power(&s, c->alpha, out);
    else
        measure_near(&s, c->alpha, out);
    return true;
}

const char *feller_name(enum feller class) {
    static const char *const name[] = {"regular", "exit", "entrance", "natural"};
    return name[class];
}
