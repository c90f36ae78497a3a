/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/contour.h"
#include "solver/linalg/resolvents.h"
#include "solver/time/line/hyperbola.h"
#include "solver/time/line/rates.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    W = RESOLVENT_COLUMNS, /* snapshots that are summed at once */
    EXTRA = 4,             /* poles that the second rule has more */
    MORE = 8,              /* poles that a second attempt adds */
    MOST = HYPERBOLA_NODES - EXTRA,
    LANES = RESOLVENT_LANES,
    POLES = 2 * HYPERBOLA_NODES,
    LEAP = 8, /* intervals to a snapshot that are worth an attempt from time 0 */
};
static const double most_intervals = 1e6, ulp = 2.2e-16;

struct contour {
    struct propagator base;
    const struct line_generator *generator; /* borrowed */
    struct propagator_options options;
    struct tridiagonal *A;
    struct resolvents *resolvents;
    struct hyperbola rule, check;
    double *start;  /* [cells] masses at the start of the interval */
    double *origin; /* [cells] masses at time 0 */
    double *p;      /* [cells] the start's density */
    double *sum;    /* [W][cells] W snapshots: densities, of an interval's end the masses */
    double *re, *im; /* [poles of both rules][W] weights */
    size_t least_poles, most_poles;
};

/* Start of the present interval and what is known there. */
struct state {
    double t, error, mass, negative,
        scale; /* scale: the mass that the tolerance refers to */
};

static void destroy(struct propagator *base) {
    struct contour *c = (struct contour *)base;
    if (c == NULL) return;
    resolvents_destroy(c->resolvents);
    tridiagonal_destroy(c->A);
    double *arrays[] = {c->start, c->origin, c->p, c->sum, c->re, c->im};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    free(c);
}

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    (void)coefficients;
    const struct line_generator *generator = problem;
    struct contour *c = array_create(1, sizeof *c, err);
    if (c == NULL) return NULL;
    const size_t n = generator->cells;
    c->generator = generator;
    c->options = *options;
    c->A = rates_create(generator, err);
    if (c->A != NULL) c->resolvents = resolvents_create(c->A, err);
    bool ok = c->resolvents != NULL;
    const struct {
        double **array;
        size_t size;
    } wanted[] = {
        {&c->start, n},   {&c->origin, n},     {&c->p, n},
        {&c->sum, n * W}, {&c->re, POLES * W}, {&c->im, POLES * W},
    };
    for (size_t i = 0; ok && i < sizeof wanted / sizeof *wanted; i++)
        ok = (*wanted[i].array = array_space(wanted[i].size, sizeof(double), err)) != NULL;
    if (!ok) return destroy(&c->base), NULL;
    return &c->base;
}

/* Both rules for times in [t1 / ratio, t1]. */
static bool rules_set(struct contour *c, size_t nodes, double ratio, double t1,
                      struct error *err) {
    double re[POLES], im[POLES];
    c->rule = hyperbola_make(nodes, ratio, t1);
    c->check = hyperbola_make(nodes + EXTRA, ratio, t1);
    memcpy(re, c->rule.z_re, nodes * sizeof *re);
    memcpy(im, c->rule.z_im, nodes * sizeof *im);
    memcpy(re + nodes, c->check.z_re, (nodes + EXTRA) * sizeof *re);
    memcpy(im + nodes, c->check.z_im, (nodes + EXTRA) * sizeof *im);
    c->base.counts.factorisations += (int64_t)(2 * nodes + EXTRA);
    if (c->least_poles == 0 || nodes < c->least_poles) c->least_poles = nodes;
    if (nodes > c->most_poles) c->most_poles = nodes;
    return resolvents_set(c->resolvents, 2 * nodes + EXTRA, re, im, err);
}

/* Weights of the time tau in column j, the rule's poles from row `first`. Returns the
 * amplification of rounding. */
static double weights_set(struct contour *c, const struct hyperbola *rule, size_t first,
                          size_t j, double tau) {
    double re[HYPERBOLA_NODES], im[HYPERBOLA_NODES];
    const double amplification =
        hyperbola_weights(rule, tau, !c->generator->absorbing, re, im);
    for (size_t k = 0; k < rule->nodes; k++) {
        c->re[(first + k) * W + j] = re[k];
        c->im[(first + k) * W + j] = im[k];
    }
    return amplification;
}

struct quality {
    struct resolvent_measure sums;
    double largest;       /* difference of these snapshots */
    double amplification; /* of rounding, by the sum over the poles */
};

/* By how much the second rule's error is smaller than the first's. */
static double reduction(const struct contour *c) {
    return exp(-EXTRA * c->rule.rate);
}

/* Error of an interval's end: twice the difference of both rules, as the second rule's own
 * error is much smaller than the first's; but not less than the defect of mass and the
 * negative part, which should be 0; and rounding. Errors change sign over a window: where the
 * first rule's is small by accident the second's may not be, so what it is likely to be by the
 * largest difference of the window is added. */
static double estimate(const struct contour *c, const struct state *s,
                       const struct quality *q) {
    const struct resolvent_measure *m = &q->sums;
    double defect = m->mass - s->mass;
    if (!c->generator->absorbing) defect = fabs(defect);
    const double negative = 2 * (m->negative - s->negative);
    const double difference = 2 * (m->difference + reduction(c) * q->largest);
    const double e =
        fmax(fmax(difference, defect), negative) + ulp * (8 + q->amplification) * s->scale;
    return isfinite(m->difference) && isfinite(m->mass) ? e : (double)INFINITY;
}

struct weighing {
    struct contour *c;
    size_t count;
    const double *tau;
    struct quality *quality;
};

/* The weights of one rule. */
static void weigh(void *context, int rule) {
    const struct weighing *w = context;
    struct contour *c = w->c;
    for (size_t j = 0; j < w->count; j++)
        if (rule == 0)
            w->quality[j].amplification = weights_set(c, &c->rule, 0, j, w->tau[j]);
        else
            weights_set(c, &c->check, c->rule.nodes, j, w->tau[j]);
}

/* The masses at tau[count], count <= W, from start, over volume[cells] (NULL: as they are): by
 * both rules. */
static void combine(struct contour *c, const double *start, size_t count, const double *tau,
                    const double *volume, struct quality *quality) {
    const size_t n = c->rule.nodes;
    struct resolvent_measure measure[W];
    resolvents_share(c->resolvents, weigh, &(struct weighing){c, count, tau, quality});
    resolvents_sum(c->resolvents, start, n, count, c->re, c->im, volume, c->sum, measure);
    c->base.counts.solves += (int64_t)(n + c->check.nodes);
    double largest = 0;
    for (size_t j = 0; j < count; j++)
        largest = fmax(largest, measure[j].difference);
    for (size_t j = 0; j < count; j++)
        quality[j].sums = measure[j], quality[j].largest = largest;
}

/* Progress of one call of advance. */
struct journey {
    const double *t;
    size_t n, next;     /* wanted times; the next one */
    const double *last; /* the one before, until the next solve */
    double last_error;
    snapshot_sink sink;
    void *context;
};

static bool emit(struct journey *j, const double *p, double error, struct error *err) {
    j->last = p, j->last_error = error;
    return j->sink(j->context, j->next++, p, error, err);
}

/* Serves the snapshots up to j->t[end - 1] from start, the masses at s->t, by one set of
 * solves, as long as their errors are within limit; *worst is the estimate of the first
 * that is not, 0 when all are. */
static bool window_serve(struct contour *c, const struct state *s, struct journey *j,
                         const double *start, size_t end, size_t nodes, double limit,
                         double *worst, struct error *err) {
    const double t0 = j->t[j->next] - s->t, t1 = j->t[end - 1] - s->t;
    *worst = 0;
    if (!rules_set(c, nodes, t1 / t0, t1, err)) return false;
    while (j->next < end) {
        double tau[W];
        struct quality quality[W];
        const size_t count = end - j->next < W ? end - j->next : W;
        if (!monitor_tick(c->options.monitor, (double)j->next / (double)j->n, err))
            return false;
        for (size_t k = 0; k < count; k++)
            tau[k] = j->t[j->next + k] - s->t;
        combine(c, start, count, tau, c->generator->grid->axis[0]->width, quality);
        for (size_t k = 0; k < count; k++) {
            const double e = estimate(c, s, &quality[k]);
            if (!(e <= limit)) return *worst = e, true;
            if (!emit(j, c->sum + k * c->A->n, s->error + e, err)) return false;
        }
    }
    return true;
}

/* One past the last of the times from `first` that lie within a factor ratio and reach. */
static size_t window_end(const struct journey *j, const struct state *s, size_t first,
                         double ratio, double reach) {
    const double most = fmin((j->t[first] - s->t) * ratio, reach);
    size_t end = first + 1;
    while (end < j->n && j->t[end] - s->t <= most)
        end++;
    return end;
}

/* The ratio of a window's times that takes least work in all. A solve of one pole costs about
 * as much as its share in the sums of `solve` snapshots; sums come eight at a time. */
static double best_ratio(const struct journey *j, const struct state *s, double tolerance,
                         double reach) {
    const double solve = 30;
    double best = 1, least = INFINITY;
    for (double ratio = 1; ratio <= 1024; ratio *= 1.5) {
        const double poles = 2 * (double)hyperbola_nodes(ratio, tolerance, MOST) + EXTRA;
        double cost = 0;
        for (size_t k = j->next; k < j->n && j->t[k] - s->t <= reach;) {
            const size_t end = window_end(j, s, k, ratio, reach), count = end - k;
            cost += poles * (solve * (double)((count + W - 1) / W) +
                             (double)((count + LANES - 1) / LANES * LANES));
            k = end;
        }
        if (cost < least) least = cost, best = ratio;
    }
    return best;
}

/* A first guess of the time over which transport moves mass by 20 cells: what 16 to 24
 * poles bear where there is no noise at all. */
static double guess_interval(const struct contour *c) {
    double fastest = 0;
    for (size_t i = 0; i < c->A->n; i++)
        fastest = fmax(fastest, fabs(c->A->up[i] - c->A->down[i]));
    return 20 / fastest;
}

/* The interval of a split range: doubled when it holds for long, halved when it fails. */
struct interval {
    double dt;       /* longest time that is believed to be within reach; inf: not split */
    double set;      /* dt that the rules belong to, 0: none */
    size_t patience; /* intervals before the next attempt to double dt */
    size_t taken;    /* intervals and attempts in all */
    size_t streak;   /* intervals of this length so far; 0: a doubled dt is on trial */
};

/* Intervals may grow as the mass comes to rest: nothing is refused before `trial`
 * intervals. */
static bool interval_too_short(const struct interval *v, const struct state *s,
                               const struct journey *j, struct error *err) {
    const double left = (j->t[j->n - 1] - s->t) / v->dt;
    const size_t trial = 1000;
    if (left <= most_intervals || (v->taken < trial && left < 1e15)) return false;
    fail(err, ERROR_RUN,
         "contour: transport dominates: at t = %.6g, %.1g more intervals of %.1g would be "
         "needed "
         "up to t = %g; use time.method transport, fewer cells or a larger time.tolerance",
         s->t, left, v->dt, j->t[j->n - 1]);
    return true;
}

/* p <- exp(dt A) p over one interval, which is shortened until its error is within its
 * share of the tolerance, or within the rounding of both rules' sums, which no shorter
 * interval makes less. */
static bool interval_step(struct contour *c, struct state *s, struct interval *v,
                          const struct journey *j, double tolerance, struct error *err) {
    const double smallest = 1e-13; /* rounding leaves no less */
    for (;; v->taken++) {
        if (interval_too_short(v, s, j, err)) return false;
        const double share = fmax(tolerance / 2 * v->dt / j->t[j->n - 1], smallest);
        const size_t nodes = hyperbola_nodes(1, share / 8, MOST);
        if (v->set != v->dt && !rules_set(c, nodes, 1, v->dt, err)) return false;
        v->set = v->dt;
        struct quality quality[1];
        combine(c, c->start, 1, &v->dt, NULL, quality);
        const double e = estimate(c, s, &quality[0]);
        const double rounding = 20 * ulp * (8 + quality[0].amplification);
        if (e <= fmax(share, rounding) * s->scale) {
            memcpy(c->start, c->sum, c->A->n * sizeof *c->start);
            s->t += v->dt, s->error += e;
            s->mass = quality[0].sums.mass, s->negative = quality[0].sums.negative;
            c->base.counts.intervals++;
            v->taken++;
            if (v->streak++ == 0) v->patience = 4;
            if (v->streak >= v->patience) v->dt *= 2, v->streak = 0;
            return true;
        }
        c->base.counts.rejected++;
        v->patience = v->patience < 16 ? 2 * v->patience : 32;
        v->dt /= 2, v->streak = 1;
    }
}

/* Serves the snapshots up to the time v->dt after the present start; on a miss with more
 * poles, then over a shorter time. */
static bool reach_serve(struct contour *c, const struct state *s, struct interval *v,
                        struct journey *j, double tolerance, struct error *err) {
    const double ratio = best_ratio(j, s, tolerance, v->dt);
    const double limit = (s->t > 0 ? tolerance / 2 : tolerance) * s->scale;
    size_t more = 0;
    while (j->next < j->n && j->t[j->next] - s->t <= v->dt) {
        const size_t end = window_end(j, s, j->next, ratio, v->dt);
        const double t1 = j->t[end - 1] - s->t, span = t1 / (j->t[j->next] - s->t);
        const size_t nodes = hyperbola_nodes(span, tolerance, MOST - more) + more;
        double worst;
        v->set = 0;
        if (!window_serve(c, s, j, c->start, end, nodes, limit, &worst, err)) return false;
        if (worst == 0) continue;
        c->base.counts.rejected++;
        if (worst < 1e3 * limit && more == 0) {
            more = MORE;
            continue;
        }
        v->dt = isinf(v->dt) ? fmin(t1 / 4, fmax(guess_interval(c), t1 / most_intervals))
                             : t1 / 4;
        v->streak = 0;
        v->taken++;
        if (interval_too_short(v, s, j, err)) return false;
    }
    return true;
}

static struct state state_of(const struct contour *c, const double *masses) {
    return (struct state){.mass = rates_sum(c->A->n, masses),
                          .negative = rates_negative(c->A->n, masses),
                          .scale = rates_l1(c->A->n, masses, NULL)};
}

/* In a split range: tries the next snapshots straight from time 0, whose errors do not add
 * up. This fails early, while mass is carried far, and may succeed once it has come to
 * rest. The intervals then go on from the last snapshot served. */
static bool origin_serve(struct contour *c, struct state *s, struct journey *j,
                         double tolerance, struct error *err) {
    const size_t first = j->next;
    const struct state origin = state_of(c, c->origin);
    const double ratio = best_ratio(j, &origin, tolerance, INFINITY);
    const size_t end = window_end(j, &origin, first, ratio, INFINITY);
    const size_t nodes =
        hyperbola_nodes(j->t[end - 1] / j->t[first], tolerance, MOST - MORE) + MORE;
    double worst;
    if (!window_serve(c, &origin, j, c->origin, end, nodes, tolerance * origin.scale,
                      &worst, err))
        return false;
    if (j->next == first) return true;
    rates_masses(c->generator, j->last, c->start);
    const double t = j->t[j->next - 1], error = j->last_error, scale = s->scale;
    *s = state_of(c, c->start);
    s->t = t, s->error = error, s->scale = scale;
    return true;
}

static bool work_left(const struct contour *c, const struct state *s, struct error *err) {
    const double most = c->options.most_work;
    return most == 0 || (double)c->base.counts.solves * (double)c->A->n <= most ||
           fail(err, ERROR_RUN,
                "contour: transport dominates: %lld solves had reached t = %.4g only",
                (long long)c->base.counts.solves, s->t);
}

static bool advance(struct propagator *base, const double *p0, size_t n, const double *t,
                    snapshot_sink sink, void *context, struct error *err) {
    struct contour *c = (struct contour *)base;
    const size_t cells = c->A->n;
    const double tolerance =
        fmax(c->options.tolerance, fmax(CONTOUR_FLOOR, CONTOUR_ROUNDING * (double)cells));
    struct journey j = {.t = t, .n = n, .sink = sink, .context = context};
    struct interval v = {.dt = INFINITY, .patience = 4};
    rates_masses(c->generator, p0, c->start);
    memcpy(c->origin, c->start, cells * sizeof *c->start);
    struct state s = state_of(c, c->start);
    c->base.counts.intervals++;
    size_t tried = 0; /* no snapshot before this one is tried from time 0 again */
    while (j.next < n) {
        if (!monitor_tick(c->options.monitor, (double)j.next / (double)n, err))
            return false;
        if (!work_left(c, &s, err)) return false;
        const double tau = t[j.next] - s.t;
        bool ok;
        if (tau <= 0) {
            rates_densities(c->generator, c->start, c->p);
            ok = emit(&j, c->p, s.error, err);
        } else if (tau <= v.dt)
            ok = reach_serve(c, &s, &v, &j, tolerance, err);
        else if (tried <= j.next && tau > LEAP * v.dt) {
            const size_t first = j.next;
            ok = origin_serve(c, &s, &j, tolerance, err);
            tried = j.next + (j.next == first), v.set = 0;
        } else
            ok = interval_step(c, &s, &v, &j, tolerance, err);
        if (!ok) return false;
    }
    snprintf(base->chosen, sizeof base->chosen,
             "contour: %zu to %zu poles, %lld interval%s, error from %d more poles",
             c->least_poles, c->most_poles, (long long)base->counts.intervals,
             base->counts.intervals == 1 ? "" : "s", EXTRA);
    return true;
}

const struct propagator_method contour_method = {
    .name = "contour",
    .description = "exp(tA) p0 by a contour integral: any time directly, to the tolerance; "
                   "no time steps.",
    .order = 0,
    .tolerance = 1e-10,
    .positive = false,
    .batch = true,
    .create = create,
    .advance = advance,
    .destroy = destroy,
};
