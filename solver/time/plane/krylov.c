/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/krylov.h"
#include "io/numbers.h"
#include "solver/linalg/arnoldi.h"
#include "solver/linalg/ritz.h"
#include "solver/time/plane/resolvent.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST = 64,   /* vectors; more cost more than a second factorisation */
    LEAST = 8,   /* before the first estimate: a rate needs some history */
    SAMPLES = 5, /* times of a window that are watched while the basis grows */
    HISTORY = 4, /* estimates that a rate is taken from: d_m / d_{m-6} */
    RITZ = 3,
    MOST_PARTS = 1 << 20, /* of the way to the next time */
};
static const double tightest = 1e-12, slowest_rate = 0.98;
static const double safety = 4;       /* of the estimate: rates are no bounds */
static const double rounding = 4e-13; /* no window is asked for less */

struct krylov {
    struct propagator base;
    const struct plane_generator *generator;
    double tolerance;
    const struct monitor *monitor;
    struct resolvent *system; /* I - gamma A, factored */
    struct arnoldi *basis;
    struct ritz *ritz[RITZ]; /* [m/2 % RITZ]: of m, m - 2 and m - 4 vectors */
    double *loss;            /* [cells] rates out of the chain; NULL: there are none */
    /* [cells + 1] start of the window, a snapshot, work. The last entry is the mass lost
     * since the window's start: with it mass is conserved, and a defect shows what the
     * basis misses of the slowest mode. */
    double *mass, *result, *other;
    double c[3][MOST + 1];
};

/* What is wanted at once: times after the window's start. */
struct window {
    size_t times;
    const double *t;  /* absolute */
    double start;     /* absolute */
    double tolerance; /* of this window alone */
    double error;     /* before the window */
};

static double norm1(size_t n, const double *x) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(x[i]);
    return sum;
}

static double norm2(int m, const double *c) {
    double sum = 0;
    for (int i = 0; i < m; i++)
        sum += c[i] * c[i];
    return sqrt(sum);
}

/* gamma: near the first step, or a twentieth of the last; more than the first where the
 * times lie far apart, so that slow modes are found soon. Rounded to a quarter of a power
 * of two, so that windows share factorisations. */
static double choose_gamma(const struct window *w) {
    const double first = w->t[0] - w->start, last = w->t[w->times - 1] - w->start;
    const double apart = fmax(1, last / (20 * first));
    return exp2(round(4 * log2(fmin(first, last / 20) * pow(apart, 0.125))) / 4);
}

static bool solve(void *context, const double *x, double *y, struct error *err) {
    struct krylov *k = context;
    const size_t cells = k->generator->cells;
    k->base.counts.solves++;
    (void)err;
    resolvent_solve(k->system, x, y);
    if (k->loss == NULL) return true;
    y[cells] = x[cells];
    for (size_t i = 0; i < cells; i++)
        y[cells] += resolvent_gamma(k->system) * k->loss[i] * y[i];
    return true;
}

static struct ritz *ritz_of(const struct krylov *k, int m) {
    return k->ritz[m / 2 % RITZ];
}

/* Coefficients of p_m(t) into c[1]. */
static bool coefficients(struct krylov *k, int m, double t) {
    return ritz_exponential(ritz_of(k, m), t, k->c[1]);
}

/* And of p_m(t) - p_(m-back)(t), after them; back is 2 or 4. */
static bool difference(const struct krylov *k, int m, int back, double t, double *d) {
    if (!ritz_exponential(ritz_of(k, m - back), t, d)) return false;
    for (int i = 0; i < m; i++)
        d[i] = k->c[1][i] - (i < m - back ? d[i] : 0);
    return true;
}

/* Estimate of |p_m - p_(m-2)|_1, the largest over sample times, from the coefficients c
 * alone: the last vectors dominate the difference. Infinite when c is not finite. */
static double sample_difference(struct krylov *k, const struct window *w, int m) {
    const size_t n = k->basis->n, samples = w->times < SAMPLES ? w->times : SAMPLES;
    const double shape = fmax(norm1(n, k->basis->v[m - 1]), norm1(n, k->basis->v[m - 2]));
    double largest = 0;
    for (size_t q = 0; q < samples; q++) {
        const size_t at = samples == 1 ? 0 : q * (w->times - 1) / (samples - 1);
        const double t = w->t[at] - w->start;
        if (!coefficients(k, m, t) || !difference(k, m, 2, t, k->c[0])) return HUGE_VAL;
        largest = fmax(largest, norm2(m, k->c[0]));
    }
    return largest * shape * k->basis->norm;
}

/* Rounding of the space's slow modes comes out t / gamma times as large. */
static double noise_of(const struct krylov *k, const struct window *w) {
    return 1e-14 * (w->t[w->times - 1] - w->start) / resolvent_gamma(k->system);
}

enum verdict { GROW, CONVERGED, TOO_SLOW };

/* What became of a window: its snapshots are known to its tolerance, or it asks for too
 * much at once, or the error says why the run ends. */
enum outcome { REACHED, TOO_FAR, FAILED };

/* |p_m - p| / |p_m - p_(m-back)| when every two vectors reduce the error by `rate`:
 *     r / (1 - r),   r the reduction by `back` vectors, at least 1/10. */
static double remainder_of(double rate, int back) {
    const double r = back == 2 ? fmax(rate, 0.1) : fmax(rate, 0.1) * fmax(rate, 0.1);
    return r / (1 - r);
}

/* The error from the differences d[0] (the newest), d[1], ..., and *rate, the factor by
 * which two vectors reduce it. A difference that is all rounding falls no more, and the
 * error is then about as large. */
static enum verdict judge(const double d[HISTORY], int m, double noise, double tolerance,
                          double *rate) {
    *rate = slowest_rate;
    if (!isfinite(d[HISTORY - 1]) || !isfinite(d[0]) || !(d[0] > 0)) return GROW;
    *rate = fmin(slowest_rate, cbrt(d[0] / d[HISTORY - 1]));
    const bool rounded = d[0]<noise && * rate> 0.5;
    if (rounded) *rate = 0.5;
    const double left = d[0] * remainder_of(*rate, 2);
    if (left <= tolerance / 5) return CONVERGED;
    if (rounded && d[HISTORY - 1] < noise) return TOO_SLOW;
    const double more = 2 * log(left * 5 / tolerance) / -log(*rate);
    return m >= MOST / 2 && m + more > 1.5 * MOST ? TOO_SLOW : GROW;
}

/* The rate at one time, |p_m - p_(m-2)| / |p_(m-2) - p_(m-4)|; not less than that of the
 * whole window, which is smoother. */
static double rate_here(int m, const double *two, const double *four, double rate) {
    double before = 0;
    for (int i = 0; i < m; i++)
        before += (four[i] - two[i]) * (four[i] - two[i]);
    const double here = before > 0 ? norm2(m, two) / sqrt(before) : rate;
    return fmax(rate, fmin(here, 0.8));
}

/* Coefficients of p_m(t) - p_(m-4)(t) into c[0], of p_m(t) into c[1], and the factor that
 * makes the error of the first, in L1: the larger of what the last two and the last four
 * vectors tell, as two may agree at one t by chance. */
static bool error_factor(struct krylov *k, const struct window *w, double t, int m,
                         double rate, double *factor) {
    *factor = 0;
    if (!coefficients(k, m, t - w->start)) return false;
    if (k->basis->closed) { /* the space is invariant: only rounding is left */
        memset(k->c[0], 0, sizeof k->c[0]);
        return true;
    }
    if (!difference(k, m, 2, t - w->start, k->c[2]) ||
        !difference(k, m, 4, t - w->start, k->c[0]))
        return false;
    const double here = rate_here(m, k->c[2], k->c[0], rate);
    const double two = remainder_of(here, 2) * norm2(m, k->c[2]);
    const double four = remainder_of(here, 4) * norm2(m, k->c[0]);
    *factor = safety * remainder_of(here, 4) * k->basis->norm *
              (two > four && four > 0 ? two / four : 1);
    return true;
}

/* Estimated from the difference, twice the mass that is missing, and rounding. */
static double error_of(const struct krylov *k, int m, double difference, double before,
                       double after) {
    return fmax(difference, 2 * fabs(after - before)) +
           2e-15 * m * norm1(k->basis->n, k->mass);
}

/* Masses at t into result, and the estimated error of the window up to t. */
static bool form(struct krylov *k, const struct window *w, double t, int m, double rate,
                 double *error) {
    const size_t n = k->basis->n;
    double factor;
    if (!error_factor(k, w, t, m, rate, &factor)) return false;
    arnoldi_combine(k->basis, m, k->c[0], k->other);
    arnoldi_combine(k->basis, m, k->c[1], k->result);
    for (size_t i = 0; i < n; i++)
        k->result[i] *= k->basis->norm;
    *error = error_of(k, m, factor * norm1(n, k->other), numbers_sum(n, k->mass),
                      numbers_sum(n, k->result));
    return isfinite(*error);
}

/* Not less than what form() would say, from coefficients alone. shape[m], mass[m]: L1 norm
 * and sum of the basis vectors. */
static bool bound(struct krylov *k, const struct window *w, double t, int m, double rate,
                  const double *shape, const double *mass, double *error) {
    double factor, difference = 0, after = 0;
    if (!error_factor(k, w, t, m, rate, &factor)) return false;
    for (int i = 0; i < m; i++) {
        difference += fabs(k->c[0][i]) * shape[i];
        after += k->c[1][i] * mass[i];
    }
    *error = error_of(k, m, factor * difference, numbers_sum(k->basis->n, k->mass),
                      k->basis->norm * after);
    return isfinite(*error);
}

/* Whether every time of the window meets its tolerance, by the true L1 differences where a
 * bound does not tell. */
static bool accept(struct krylov *k, const struct window *w, int m, double rate) {
    double shape[MOST + 1], mass[MOST + 1];
    for (int i = 0; i < m; i++) {
        shape[i] = norm1(k->basis->n, k->basis->v[i]);
        mass[i] = numbers_sum(k->basis->n, k->basis->v[i]);
    }
    for (size_t q = w->times; q-- > 0;) { /* late times fail first */
        double error;
        if (!bound(k, w, w->t[q], m, rate, shape, mass, &error)) return false;
        if (error > w->tolerance && !form(k, w, w->t[q], m, rate, &error)) return false;
        if (!(error <= w->tolerance)) return false;
    }
    return true;
}

/* Grows the basis until the samples agree and every time is accepted. TOO_FAR: it would take
 * too many vectors. */
static enum outcome build(struct krylov *k, const struct window *w, double *rate,
                          int *vectors, struct error *err) {
    double d[HISTORY] = {HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    struct arnoldi *a = k->basis;
    if (!arnoldi_start(a, k->mass, err)) return FAILED;
    for (int m = 1; m <= MOST; m++) {
        if (!monitor_tick(k->monitor, (double)NAN, err)) return FAILED;
        if (!arnoldi_extend(a, solve, k, err)) return FAILED;
        const bool even = m % 2 == 0;
        if (even || a->closed)
            if (!ritz_set(ritz_of(k, m), m, a->H, a->most + 1,
                          resolvent_gamma(k->system)) &&
                a->closed)
                return TOO_FAR;
        *vectors = m;
        if (a->closed) return *rate = 0, accept(k, w, m, 0) ? REACHED : TOO_FAR;
        if (!even || m < LEAST) continue;
        memmove(d + 1, d, (HISTORY - 1) * sizeof *d);
        d[0] = sample_difference(k, w, m);
        const enum verdict verdict = judge(d, m, noise_of(k, w), w->tolerance, rate);
        if (verdict == CONVERGED && accept(k, w, m, *rate)) return REACHED;
        if (verdict == TOO_SLOW) return TOO_FAR;
    }
    return TOO_FAR;
}

static enum outcome attempt(struct krylov *k, const struct window *w, double *rate, int *m,
                            struct error *err) {
    if (!resolvent_set(k->system, choose_gamma(w), k->monitor, err)) return FAILED;
    k->base.counts.factorisations = resolvent_factorisations(k->system);
    return build(k, w, rate, m, err);
}

/* Hands the window's snapshots on and makes its last time the next start. */
static bool finish_window(struct krylov *k, struct window *w, size_t first, bool between,
                          int m, double rate, snapshot_sink sink, void *context,
                          struct error *err) {
    const size_t n = k->generator->cells;
    const double *V = k->generator->grid->volume;
    double error = 0;
    for (size_t q = 0; q < w->times; q++) {
        if (!form(k, w, w->t[q], m, rate, &error))
            return fail(err, ERROR_RUN, "the density at t = %g is not finite", w->t[q]);
        for (size_t i = 0; i < n; i++)
            k->other[i] = k->result[i] / V[i];
        if (!between && !sink(context, first + q, k->other, w->error + error, err))
            return false;
    }
    memcpy(k->mass, k->result, n * sizeof *k->mass);
    k->mass[n] = 0;
    w->start = w->t[w->times - 1];
    w->error += error;
    k->base.counts.intervals++;
    return true;
}

/* The work that is left: times done .. n - 1, `width` at once; or, when even the next one
 * is too far, the first of `parts` equal steps to it. */
struct progress {
    size_t n, done, width, parts;
    const double *t;
};

/* Where the next window ends when it holds no wanted time. */
static double part_end(const struct progress *at, double start) {
    return start + (at->t[at->done] - start) / (double)at->parts;
}

/* The next window. Its tolerance is an equal share, among the windows still expected, of
 * the error that is left, but no less than a 64th and no less than rounding. The sum is
 * reported also where it exceeds the tolerance. */
static void choose_window(const struct krylov *k, const struct progress *at,
                          const double *between, struct window *w) {
    const size_t left = at->n - at->done;
    w->times = at->parts > 1 ? 1 : at->width < left ? at->width : left;
    w->t = at->parts > 1 ? between : at->t + at->done;
    const double expected = ceil((double)left / (double)w->times) + (double)at->parts - 1;
    const double share = (k->tolerance - w->error) / fmin(expected, 64);
    w->tolerance = fmax(share, fmax(k->tolerance / 64, rounding));
}

/* After a window of m vectors. Where few were enough, the next part is twice as long. */
static void take_next(struct progress *at, size_t times, int m) {
    if (at->parts > 1)
        at->parts = m > MOST / 2 ? at->parts - 1 : at->parts / 2;
    else
        at->done += times, at->width = 2 * times;
}

/* False when the steps have become so short that it is no use. */
static bool take_less(struct progress *at, size_t times) {
    if (times > 1)
        at->width = times / 2;
    else
        at->parts *= 4;
    return at->parts < MOST_PARTS;
}

/* The snapshots from `at` on. */
static bool cross(struct krylov *k, struct progress *at, snapshot_sink sink, void *context,
                  struct error *err) {
    struct window w = {.error = 0};
    while (at->done < at->n) {
        double rate;
        int m;
        const double between = part_end(at, w.start);
        choose_window(k, at, &between, &w);
        const enum outcome outcome = attempt(k, &w, &rate, &m, err);
        if (outcome == FAILED) return false;
        if (outcome == TOO_FAR) {
            k->base.counts.rejected++;
            if (take_less(at, w.times)) continue;
            return fail(err, ERROR_RUN,
                        "no step from t = %g reaches the tolerance %g: the estimate stays "
                        "larger; use a larger time.tolerance",
                        w.start, k->tolerance);
        }
        const bool wanted = at->parts == 1;
        if (!finish_window(k, &w, at->done, !wanted, m, rate, sink, context, err))
            return false;
        take_next(at, w.times, m);
        k->base.counts.steps++;
        if (!monitor_tick(k->monitor, (double)at->done / (double)at->n, err)) return false;
    }
    return true;
}

static bool advance(struct propagator *propagator, const double *p0, size_t n,
                    const double *t, snapshot_sink sink, void *context, struct error *err) {
    struct krylov *k = (struct krylov *)propagator;
    const double *V = k->generator->grid->volume;
    for (size_t i = 0; i < k->generator->cells; i++)
        k->mass[i] = p0[i] * V[i];
    k->mass[k->generator->cells] = 0;
    struct progress at = {.n = n, .width = n, .parts = 1, .t = t};
    if (n > 0 && t[0] == 0) {
        if (!sink(context, 0, p0, 0, err)) return false;
        at.done = 1;
    }
    if (!cross(k, &at, sink, context, err)) return false;
    snprintf(propagator->chosen, sizeof propagator->chosen,
             "krylov: %lld solves, %lld factorisations, %lld intervals",
             (long long)propagator->counts.solves,
             (long long)propagator->counts.factorisations,
             (long long)propagator->counts.intervals);
    return true;
}

static void destroy(struct propagator *propagator) {
    struct krylov *k = (struct krylov *)propagator;
    if (k == NULL) return;
    resolvent_destroy(k->system);
    arnoldi_destroy(k->basis);
    for (int q = 0; q < RITZ; q++)
        ritz_destroy(k->ritz[q]);
    free(k->loss);
    free(k->mass);
    free(k->result);
    free(k->other);
    free(k);
}

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    (void)coefficients;
    return krylov_create(problem, options, err);
}

const struct propagator_method krylov_method = {
    .name = "krylov",
    .description = "exp(tA) p0 by shift-invert Arnoldi: all times from one factorisation.",
    .order = 0,
    .tolerance = 1e-10,
    .positive = false,
    .batch = true,
    .create = create,
    .advance = advance,
    .destroy = destroy,
};

struct propagator *krylov_create(const struct plane_generator *generator,
                                 const struct propagator_options *options,
                                 struct error *err) {
    struct krylov *k = array_create(1, sizeof *k, err);
    if (k == NULL) return NULL;
    const size_t cells = generator->cells, states = cells + generator->absorbing;
    k->base.method = &krylov_method;
    k->generator = generator;
    k->tolerance = fmax(options->tolerance, tightest);
    k->monitor = options->monitor;
    k->system = resolvent_create(generator, err);
    k->basis = k->system ? arnoldi_create(states, MOST, err) : NULL;
    bool ready = k->basis != NULL;
    for (int q = 0; q < RITZ; q++)
        ready = ready && (k->ritz[q] = ritz_create(MOST, err));
    if (ready && generator->absorbing) {
        ready = (k->loss = array_create(cells, sizeof *k->loss, err));
        if (ready) plane_generator_loss(generator, k->loss);
    }
    k->mass = ready ? array_create(cells + 1, sizeof *k->mass, err) : NULL;
    k->result = k->mass ? array_create(cells + 1, sizeof *k->result, err) : NULL;
    k->other = k->result ? array_create(cells + 1, sizeof *k->other, err) : NULL;
    if (k->other == NULL) return destroy(&k->base), NULL;
    return &k->base;
}
