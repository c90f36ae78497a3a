/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/passage.h"
#include "grids/sum.h"
#include "io/numbers.h"
#include "solver/fv/gauss.h"
#include "solver/fv/line/log_rates.h"
#include "solver/fv/line/wall.h"
#include <stdlib.h>

enum { G = GAUSS_POINTS, FEWEST = 64, MOST = 1 << 17, HALVINGS = 64 };
enum { AT_ONCE = 1 << 13 }; /* points between two looks at the monitor */

/* One panel [start, start + length], and ln m and ln s at its Gauss points. */
struct panel {
    double start, length;
    double log_m[G], log_s[G];
};

/* Where the process may set out: x[n], ascending. */
struct starts {
    size_t n;
    const double *x, *weight;
};

struct quadrature {
    const struct coefficients *coefficients;
    const struct line_wall *wall; /* [2] at the two ends */
    struct gauss gauss;
    size_t panels;
    struct panel *panel;
    double *x, *b, *D, *phi; /* [panels G] */
    double psi;              /* over all panels */
    const struct monitor *monitor;
    size_t sampled; /* panels at which the coefficients were taken so far, of all levels */
};

static void quadrature_finish(struct quadrature *q) {
    free(q->phi), free(q->D), free(q->b), free(q->x), free(q->panel);
    *q = (struct quadrature){0};
}

/* Points halving towards a wall where the noise vanishes, or nearly; returns how many. */
static size_t add_graded(const struct line_wall *w, double wall, double length,
                         double *knot) {
    size_t count = 0;
    if (!w->vanishes) knot[count++] = wall;
    if (!w->vanishes && !w->near) return count;
    for (int j = 0; j < HALVINGS && fabs(ldexp(length, -j)) >= 0.75 * w->depth; j++)
        knot[count++] = wall + ldexp(length, -j);
    return count;
}

/* knot[count]: lo, the starts, hi and the breaks between them, in order; where the noise
 * vanishes at an end, from its depth on. */
static double *knots_create(const struct line_passage *p, const struct line_wall wall[2],
                            const struct starts *from, size_t *count, struct error *err) {
    double *knot = array_create(p->breaks + from->n + 2 * HALVINGS + 2, sizeof *knot, err);
    if (knot == NULL) return NULL;
    const double half = (p->hi - p->lo) / 2;
    *count = add_graded(&wall[0], p->lo, half, knot);
    *count += add_graded(&wall[1], p->hi, -half, knot + *count);
    const double first = p->lo + (wall[0].vanishes ? wall[0].depth : 0);
    const double last = p->hi - (wall[1].vanishes ? wall[1].depth : 0);
    for (size_t k = 0; k < from->n; k++)
        if (from->x[k] >= first && from->x[k] <= last) knot[(*count)++] = from->x[k];
    for (size_t k = 0; k < p->breaks; k++)
        if (p->at[k] > first && p->at[k] < last) knot[(*count)++] = p->at[k];
    numbers_sort(*count, knot);
    return knot;
}

/* About `wanted` panels, in parts between knots as even as their lengths allow; where knots
 * are graded towards a wall, every part is halved with the others. */
static bool place_panels(struct quadrature *q, const double *knot, size_t knots,
                         size_t wanted, struct error *err) {
    const double span = knot[knots - 1] - knot[0];
    q->panels = 0;
    const bool graded = q->wall[0].vanishes || q->wall[1].vanishes;
    const size_t least = graded ? 2 * wanted / FEWEST : 2;
    const size_t most = wanted + (least + 2) * knots;
    if (!(q->panel = array_create(most, sizeof *q->panel, err))) return false;
    for (size_t k = 0; k + 1 < knots; k++) {
        const double length = knot[k + 1] - knot[k];
        if (!(length > 0)) continue;
        const size_t parts = least + (size_t)((double)wanted * length / span);
        for (size_t i = 0; i < parts; i++)
            q->panel[q->panels++] =
                (struct panel){.start = knot[k] + length * (double)i / (double)parts,
                               .length = length / (double)parts};
    }
    return true;
}

/* The coefficients at n points from `first` on. */
static bool evaluate(struct quadrature *q, const struct coefficients *c, size_t first,
                     size_t n, struct error *err) {
    const double *const at[1] = {q->x + first};
    const double done = (double)(q->sampled + first / G) / (2 * MOST);
    return monitor_tick(q->monitor, fmin(done, 1), err) &&
           c->drift(c->self, n, at, q->b + first, err) &&
           c->diffusion(c->self, n, at, q->D + first, err) &&
           (!c->potential || c->potential(c->self, n, at, q->phi + first, err));
}

static bool sample(struct quadrature *q, const struct coefficients *c, struct error *err) {
    const size_t n = q->panels * G;
    if (!(q->x = array_create(n, sizeof(double), err)) ||
        !(q->b = array_create(n, sizeof(double), err)) ||
        !(q->D = array_create(n, sizeof(double), err)) ||
        !(q->phi = array_create(n, sizeof(double), err)))
        return false;
    for (size_t i = 0; i < n; i++)
        q->x[i] = q->panel[i / G].start + q->panel[i / G].length * q->gauss.x[i % G];
    for (size_t i = 0; i < n; i += AT_ONCE)
        if (!evaluate(q, c, i, n - i < AT_ONCE ? n - i : AT_ONCE, err)) return false;
    for (size_t i = 0; i < n; i++)
        if (!(q->D[i] > 0) || !isfinite(q->D[i]) || !isfinite(q->b[i]) ||
            !isfinite(q->phi[i]))
            return fail(err, ERROR_RUN,
                        "the integral for the mean time needs a diffusion coefficient > 0 "
                        "and finite coefficients; found drift %g, diffusion %g at %.9g",
                        q->b[i], q->D[i], q->x[i]);
    return true;
}

/* ln m and ln s at all points. */
static void weigh(struct quadrature *q, const struct coefficients *c) {
    const struct gauss *g = &q->gauss;
    struct sum psi = {0};
    for (size_t j = 0; j < q->panels; j++) {
        struct panel *p = &q->panel[j];
        const double *b = q->b + j * G, *D = q->D + j * G, *phi = q->phi + j * G;
        double rise = 0;
        for (int k = 0; k < G; k++) {
            double inner = 0;
            for (int l = 0; l < G; l++)
                inner += g->running[k][l] * b[l] / D[l];
            rise += g->w[k] * b[k] / D[k];
            p->log_m[k] = c->potential ? -phi[k]
                                       : (c->alpha - 1) * log(D[k]) + sum_value(psi) +
                                             p->length * inner;
            p->log_s[k] = -log(D[k]) - p->log_m[k];
        }
        sum_add(&psi, p->length * rise);
    }
    q->psi = sum_value(psi);
}

/* Between x and one end, as logarithms:
 *     Integral s dz,   Integral m dz,   Integral S(z, end) m(z) dz. */
struct side {
    double S, M, double_integral;
};

/* What lies between a wall where the noise vanishes and its depth (line/wall.h). */
static struct side tail_at(const struct quadrature *q, bool upper) {
    const struct line_wall *w = &q->wall[upper];
    if (!w->vanishes) return (struct side){-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    const double log_t = log(w->depth), log_D = log(w->D);
    const double log_m = (q->coefficients->alpha - 1) * log_D + (upper ? q->psi : 0);
    return (struct side){.S = log_t - log_D - log_m + log(w->S_tail),
                         .M = log_m + log_t + log(w->M_tail),
                         .double_integral = 2 * log_t - log_D + log(w->SM_tail)};
}

/* Adds one panel to a side that ends where the panel begins. A sum that is not positive (a
 * panel that is not resolved) counts as 0. */
static void side_add(const struct gauss *g, const struct panel *p, bool upper,
                     struct side *side) {
    const double log_length = log(p->length);
    double y[G], part[G];
    for (int k = 0; k < G; k++) {
        for (int l = 0; l < G; l++)
            part[l] = upper ? g->w[l] - g->running[k][l] : g->running[k][l];
        const double inner = log_length + log_sum(G, part, p->log_s);
        y[k] = p->log_m[k] + log_add(side->S, inner);
    }
    side->double_integral =
        log_add(side->double_integral, log_length + log_sum(G, g->w, y));
    side->S = log_add(side->S, log_length + log_sum(G, g->w, p->log_s));
    side->M = log_add(side->M, log_length + log_sum(G, g->w, p->log_m));
}

/* below[n], above[n]: the two sides of every start, panels walked from the ends. */
static void integrate_sides(const struct quadrature *q, const struct starts *from,
                            struct side *below, struct side *above) {
    struct side side = tail_at(q, false);
    size_t j = 0;
    for (size_t k = 0; k < from->n; k++) {
        for (; j < q->panels && q->panel[j].start < from->x[k]; j++)
            side_add(&q->gauss, &q->panel[j], false, &side);
        below[k] = side;
    }
    side = tail_at(q, true), j = q->panels;
    for (size_t k = from->n; k-- > 0;) {
        for (; j > 0 && q->panel[j - 1].start >= from->x[k]; j--)
            side_add(&q->gauss, &q->panel[j - 1], true, &side);
        above[k] = side;
    }
}

/* Of one start: its ln tau, and ln of the probabilities, times its weight, added to out. */
static void combine(const struct line_passage *p, struct side below, struct side above,
                    double log_weight, struct line_passage_time *out) {
    const double S = log_add(below.S, above.S);
    double log_time, lower, upper;
    if (p->absorbs[0] && p->absorbs[1]) {
        lower = above.S - S, upper = below.S - S;
        log_time = log_add(log_times(lower, below.double_integral),
                           log_times(upper, above.double_integral));
    } else {
        const struct side *in = p->absorbs[1] ? &above : &below;
        const struct side *rest = p->absorbs[1] ? &below : &above;
        upper = p->absorbs[1] ? 0 : -HUGE_VAL;
        lower = p->absorbs[0] ? 0 : -HUGE_VAL;
        log_time = log_add(log_times(in->S, rest->M), in->double_integral);
    }
    out->log_lower = log_add(out->log_lower, log_times(log_weight, lower));
    out->log_upper = log_add(out->log_upper, log_times(log_weight, upper));
    out->log_time = log_add(out->log_time, log_times(log_weight, log_time));
}

/* A start on an absorbing end has arrived. */
static bool on_target(const struct line_passage *p, double x, double log_weight,
                      struct line_passage_time *out) {
    if (p->absorbs[0] && x == p->lo)
        return out->log_lower = log_add(out->log_lower, log_weight), true;
    if (p->absorbs[1] && x == p->hi)
        return out->log_upper = log_add(out->log_upper, log_weight), true;
    return false;
}

static bool one_level(const struct coefficients *c, const struct line_passage *p,
                      const struct line_wall wall[2], const double *knot, size_t knots,
                      const struct starts *from, size_t panels,
                      struct line_passage_time *out, struct error *err) {
    struct quadrature q = {
        .coefficients = c, .wall = wall, .monitor = p->monitor, .sampled = panels - FEWEST};
    gauss_init(&q.gauss);
    struct side *side = array_create(2 * from->n, sizeof *side, err);
    const bool ok =
        side != NULL && place_panels(&q, knot, knots, panels, err) && sample(&q, c, err);
    if (ok) {
        weigh(&q, c);
        integrate_sides(&q, from, side, side + from->n);
        out->log_time = out->log_lower = out->log_upper = -HUGE_VAL;
        for (size_t k = 0; k < from->n; k++)
            if (!on_target(p, from->x[k], log(from->weight[k]), out))
                combine(p, side[k], side[from->n + k], log(from->weight[k]), out);
        out->time = exp(out->log_time);
        out->panels = q.panels;
    }
    quadrature_finish(&q);
    free(side);
    return ok;
}

/* The walls at the two ends; one that cannot be reached does not absorb. */
static bool find_walls(const struct coefficients *c, struct line_passage *p,
                       struct line_wall wall[2], struct error *err) {
    for (int e = 0; e < 2; e++) {
        const double at = e == 0 ? p->lo : p->hi;
        if (!line_wall_find(c, at, e == 0 ? 1 : -1, (p->hi - p->lo) / 16, &wall[e], err))
            return false;
        if (!wall[e].vanishes) continue;
        const bool reached =
            wall[e].class == FELLER_REGULAR || wall[e].class == FELLER_EXIT;
        p->absorbs[e] &= reached;
        if (!p->absorbs[e] && !wall[e].M_finite)
            return fail(err, ERROR_RUN,
                        "the mean time is infinite: mass ends at %g, where the noise "
                        "vanishes, and does not come back",
                        at);
    }
    return true;
}

bool line_passage_average(const struct coefficients *c, const struct line_passage *passage,
                          size_t n, const double *x, const double *weight,
                          struct line_passage_time *out, struct error *err) {
    const struct starts from = {n, x, weight};
    struct line_passage copy = *passage, *const p = &copy;
    struct line_wall wall[2];
    *out = (struct line_passage_time){.log_time = HUGE_VAL, .error = HUGE_VAL};
    if (!find_walls(c, p, wall, err)) return false;
    if (!p->absorbs[0] && !p->absorbs[1])
        return fail(err, ERROR_SETTINGS, "nothing to reach: neither end absorbs");
    for (size_t k = 0; k < n; k++)
        if (!(x[k] >= p->lo && x[k] <= p->hi && p->lo < p->hi))
            return fail(err, ERROR_SETTINGS, "the start %g does not lie in [%g, %g]", x[k],
                        p->lo, p->hi);
    size_t knots;
    double *knot = knots_create(p, wall, &from, &knots, err);
    bool ok = knot != NULL;
    for (size_t panels = FEWEST; ok && panels <= MOST; panels *= 2) {
        const double before = out->log_time;
        ok = one_level(c, p, wall, knot, knots, &from, panels, out, err);
        /* -inf - -inf: x on an absorbing end */
        const double change = out->log_time == before ? 0 : fabs(out->log_time - before);
        if (ok && change <= p->tolerance && isfinite(out->error)) {
            out->error = change;
            free(knot);
            return true;
        }
        if (ok) out->error = isfinite(change) ? change : 1e300;
    }
    free(knot);
    if (!ok) return false;
    return fail(err, ERROR_RUN,
                "the integral for the mean time changes by %.1e (relative) at %d panels; "
                "wanted %.1e: give the points where coefficients jump as breaks",
                out->error, MOST, p->tolerance);
}

bool line_passage_integrate(const struct coefficients *c, const struct line_passage *p,
                            double x, struct line_passage_time *out, struct error *err) {
    const double all = 1;
    return line_passage_average(c, p, 1, &x, &all, out, err);
}
