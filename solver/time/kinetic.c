/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/kinetic.h"
#include "solver/time/friction.h"
#include "solver/time/shift.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double most_steps = 1e6;

struct kinetic_law kinetic_from_sgd(double eta, double mu, double variance) {
    return (struct kinetic_law){.gamma = (1 - mu) / sqrt(eta),
                                .theta = eta * variance / (2 * (1 - mu)),
                                .time_per_step = sqrt(eta),
                                .velocity_scale = -sqrt(eta)};
}

struct kinetic_parts {
    const struct grid *grid;
    struct kinetic_options options;
    size_t nx, nv;
    double dx, dv;
    bool ring; /* x is periodic */
    double *slope;
    struct friction *fine, *coarse;
    double made;                /* fine step that they belong to; 0: none */
    double *p, *q, *r;          /* [nv][nx] fine run, coarse run, other half of a step */
    double *extrapolated, *out; /* [nv][nx] for the sink */
    double *lines;              /* work of one line for every line */
};

/* -------------------------------------------------------------------------- creation */

static bool is_uniform(const struct axis *axis) {
    const double h = (axis->face[axis->cells] - axis->face[0]) / (double)axis->cells;
    for (size_t i = 0; i < axis->cells; i++)
        if (fabs(axis->width[i] / h - 1) > 1e-9) return false;
    return axis->cells >= 4;
}

static bool check(const struct grid *grid, const struct kinetic_options *o,
                  struct error *err) {
    const struct axis *x = grid->axis[0], *v = grid->axis[1];
    if (grid->dims != 2 || !is_uniform(x) || !is_uniform(v))
        return fail(err, ERROR_SETTINGS,
                    "the kinetic equation needs uniform cells in x and in v, 4 or more");
    if (x->boundary[0] == ABSORBING || x->boundary[1] == ABSORBING ||
        v->boundary[0] != REFLECTING || v->boundary[1] != REFLECTING)
        return fail(err, ERROR_SETTINGS,
                    "the kinetic equation takes reflecting or periodic ends in x and "
                    "reflecting ends in v");
    const double lo = v->face[0], hi = v->face[v->cells];
    if (fabs(lo + hi) > 1e-9 * (hi - lo))
        return fail(err, ERROR_SETTINGS,
                    "velocities from %g to %g; they must be symmetric about 0", lo, hi);
    if (!(o->gamma >= 0 && isfinite(o->gamma)) || !(o->theta > 0 && isfinite(o->theta)))
        return fail(err, ERROR_SETTINGS,
                    "friction %g, temperature %g; allowed: friction 0 and above, "
                    "temperature above 0",
                    o->gamma, o->theta);
    if (!(o->step >= 0) || !(o->tolerance > 0 || o->step > 0))
        return fail(err, ERROR_SETTINGS,
                    "step %g and tolerance %g; give a step or a tolerance above 0", o->step,
                    o->tolerance);
    return true;
}

/* Room for one line of n cells: two copies, a padded one and upper parts. */
static size_t line_room(const struct kinetic_parts *k) {
    const size_t longest = k->nv > 2 * k->nx ? k->nv : 2 * k->nx;
    return 4 * (longest + 8);
}

static bool parts_init(struct kinetic_parts *k, const double *slope, struct error *err) {
    const size_t cells = k->grid->cells;
    const size_t lines = k->nx > k->nv ? k->nx : k->nv;
    double **const arrays[] = {&k->p, &k->q, &k->r, &k->extrapolated, &k->out};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = array_create(cells, sizeof(double), err))) return false;
    if (!(k->slope = array_create(k->nx, sizeof(double), err)) ||
        !(k->fine = friction_create(k->nv, err)) ||
        !(k->coarse = friction_create(k->nv, err)) ||
        !(k->lines = array_create((lines + 8) * line_room(k), sizeof(double), err)))
        return false;
    memcpy(k->slope, slope, k->nx * sizeof *slope);
    for (size_t i = 0; i < k->nx; i++)
        if (!isfinite(slope[i]))
            return fail(err, ERROR_RUN, "the loss's slope is %g at %g", slope[i],
                        k->grid->axis[0]->centre[i]);
    return true;
}

struct kinetic *kinetic_create(const struct grid *grid, const double *slope,
                               const struct kinetic_options *options, struct error *err) {
    if (!check(grid, options, err)) return NULL;
    struct kinetic *kinetic = array_create(1, sizeof *kinetic, err);
    struct kinetic_parts *k = kinetic ? array_create(1, sizeof *k, err) : NULL;
    if (k == NULL) return free(kinetic), NULL;
    const struct axis *x = grid->axis[0], *v = grid->axis[1];
    *k = (struct kinetic_parts){.grid = grid,
                                .options = *options,
                                .nx = x->cells,
                                .nv = v->cells,
                                .dx = (x->face[x->cells] - x->face[0]) / (double)x->cells,
                                .dv = (v->face[v->cells] - v->face[0]) / (double)v->cells,
                                .ring = x->boundary[0] == PERIODIC};
    kinetic->parts = k;
    if (parts_init(k, slope, err)) return kinetic;
    kinetic_destroy(kinetic);
    return NULL;
}

void kinetic_destroy(struct kinetic *kinetic) {
    if (kinetic == NULL) return;
    struct kinetic_parts *k = kinetic->parts;
    free(k->lines), free(k->out), free(k->extrapolated), free(k->r), free(k->q), free(k->p);
    friction_destroy(k->coarse), friction_destroy(k->fine);
    free(k->slope);
    free(k);
    free(kinetic);
}

/* ----------------------------------------------------------------------------- a step */

/* B: every column of p moves in v by -L' t. Eight columns at a time, so that a cache line
 * is read once. */
static void kick(const struct kinetic_parts *k, double t, double *p) {
    enum { BLOCK = 8 };
    const size_t nx = k->nx, nv = k->nv;
#pragma omp parallel for schedule(static)
    for (size_t block = 0; block < (nx + BLOCK - 1) / BLOCK; block++) {
        double *const in = k->lines + block * BLOCK * line_room(k);
        double *const padded = in + BLOCK * nv, *const upper =
                                                    padded + nv + 2 * SHIFT_REACH;
        double *const out = upper + nv;
        const size_t first = block * BLOCK, end = first + BLOCK < nx ? first + BLOCK : nx;
        for (size_t j = 0; j < nv; j++)
            for (size_t i = first; i < end; i++)
                in[(i - first) * nv + j] = p[j * nx + i];
        for (size_t i = first; i < end; i++) {
            double *line = in + (i - first) * nv;
            shift_line(nv, line, -k->slope[i] * t / k->dv, false, padded, upper, out);
            memcpy(line, out, nv * sizeof *line);
        }
        for (size_t j = 0; j < nv; j++)
            for (size_t i = first; i < end; i++)
                p[j * nx + i] = in[(i - first) * nv + j];
    }
}

/* A: row j moves in x by v_j t. Between walls, the row of v and the row of -v read
 * backwards are one ring of 2 nx cells: who reaches a wall goes on in the other row. */
static void drift(const struct kinetic_parts *k, double t, double *p) {
    const size_t nx = k->nx, nv = k->nv;
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < nv / 2; j++) {
        double *const slow = p + j * nx, *const fast = p + (nv - 1 - j) * nx;
        const double v = ((double)(nv - 1 - j) + 0.5 - 0.5 * (double)nv) * k->dv;
        double *const in = k->lines + j * line_room(k), *const out = in + 2 * nx;
        double *const padded = out + 2 * nx, *const upper =
                                                 padded + 2 * nx + 2 * SHIFT_REACH;
        for (size_t i = 0; i < nx; i++)
            in[i] = fast[i], in[nx + i] = k->ring ? slow[i] : slow[nx - 1 - i];
        const double by = v * t / k->dx;
        if (k->ring) {
            shift_line(nx, in, by, true, padded, upper, out);
            shift_line(nx, in + nx, -by, true, padded, upper, out + nx);
        } else {
            shift_line(2 * nx, in, by, true, padded, upper, out);
        }
        for (size_t i = 0; i < nx; i++)
            fast[i] = out[i], slow[k->ring ? i : nx - 1 - i] = out[nx + i];
    }
}

static double edge_mass(const struct kinetic_parts *k, const double *p) {
    double mass = 0;
    const double *last = p + (k->nv - 1) * k->nx;
    for (size_t i = 0; i < k->nx; i++)
        mass += p[i] + last[i];
    return mass * k->dx * k->dv;
}

/* `steps` steps of length h; neighbouring kicks are one. */
static bool walk(struct kinetic *kinetic, struct friction *friction, double h, size_t steps,
                 double *p, struct error *err) {
    struct kinetic_parts *k = kinetic->parts;
    const size_t size = k->grid->cells * sizeof *p;
    kick(k, h / 2, p);
    for (size_t s = 0; s < steps; s++) {
        if (!monitor_tick(k->options.monitor, (double)s / (double)steps, err)) return false;
        drift(k, h / 2, p);
        if (k->options.gamma > 0) {
            friction_apply(friction, k->nx, p, k->r);
            memcpy(p, k->r, size);
        }
        drift(k, h / 2, p);
        kick(k, s + 1 < steps ? h : h / 2, p);
        kinetic->at_edge = fmax(kinetic->at_edge, edge_mass(k, p));
    }
    return true;
}

/* Both O steps, by the same method: the finer one decides. */
static bool prepare(struct kinetic *kinetic, double h, struct error *err) {
    struct kinetic_parts *k = kinetic->parts;
    if (k->made == h) return true;
    const double gamma = k->options.gamma, theta = k->options.theta;
    kinetic->kernel = friction_resolved(k->dv, gamma, theta, h);
    k->made = h;
    return friction_set(k->fine, k->dv, gamma, theta, h, kinetic->kernel, err) &&
           friction_set(k->coarse, k->dv, gamma, theta, 2 * h, kinetic->kernel, err);
}

/* An even number of fine steps of at most `step` over the span, and half as many. */
static bool interval(struct kinetic *kinetic, double span, double step, struct error *err) {
    struct kinetic_parts *k = kinetic->parts;
    const double wanted = ceil(span / (2 * step) * (1 - 1e-12));
    if (!(wanted <= most_steps))
        return fail(err, ERROR_RUN,
                    "%g steps of %g; take a larger step, or a tolerance above %g", wanted,
                    step, k->options.tolerance);
    const size_t half = wanted < 1 ? 1 : (size_t)wanted;
    const double h = span / (2 * (double)half);
    kinetic->step = h, kinetic->steps += (int64_t)(3 * half);
    return prepare(kinetic, h, err) && walk(kinetic, k->coarse, 2 * h, half, k->q, err) &&
           walk(kinetic, k->fine, h, 2 * half, k->p, err);
}

/* -------------------------------------------------------- averages and centre values */

/* out = p + factor (second difference of p in x and in v), nothing across the ends. */
static void blend(const struct kinetic_parts *k, double factor, const double *p,
                  double *out) {
    const size_t nx = k->nx, nv = k->nv;
    for (size_t j = 0; j < nv; j++)
        for (size_t i = 0; i < nx; i++) {
            const double *c = p + j * nx + i;
            double sum = 0;
            if (i > 0 || k->ring) sum += (i > 0 ? c[-1] : c[nx - 1]) - *c;
            if (i + 1 < nx || k->ring) sum += (i + 1 < nx ? c[1] : *(c + 1 - nx)) - *c;
            if (j > 0) sum += *(c - nx) - *c;
            if (j + 1 < nv) sum += c[nx] - *c;
            out[j * nx + i] = *c + factor * sum;
        }
}

/* Centre values of the averages p0; negative ones, where the cells do not resolve it, are
 * cut off, and the mass is restored. */
static void start(struct kinetic_parts *k, const double *p0) {
    const size_t cells = k->grid->cells;
    double before = 0, after = 0;
    blend(k, -1.0 / 24, p0, k->p);
    for (size_t i = 0; i < cells; i++) {
        before += p0[i];
        k->p[i] = p0[i] > 0 ? fmax(k->p[i], 0) : 0;
        after += k->p[i];
    }
    for (size_t i = 0; i < cells && after > 0; i++)
        k->q[i] = k->p[i] *= before / after;
}

static double difference(const struct kinetic_parts *k) {
    double sum = 0;
    for (size_t i = 0; i < k->grid->cells; i++)
        sum += fabs(k->p[i] - k->q[i]);
    return sum * k->dx * k->dv / 3;
}

static bool emit(struct kinetic *kinetic, size_t n, snapshot_sink sink, void *context,
                 struct error *err) {
    struct kinetic_parts *k = kinetic->parts;
    blend(k, 1.0 / 24, k->p, k->out);
    for (size_t i = 0; i < k->grid->cells; i++)
        k->r[i] = k->p[i] + (k->p[i] - k->q[i]) / 3;
    blend(k, 1.0 / 24, k->r, k->extrapolated);
    kinetic->extrapolated = k->extrapolated;
    const bool ok = sink(context, n, k->out, difference(k), err);
    kinetic->extrapolated = NULL;
    return ok;
}

/* Largest error at the wanted times with steps of at most `step`. */
static bool pilot(struct kinetic *kinetic, const double *p0, size_t n, const double *t,
                  double step, double *worst, struct error *err) {
    double now = 0;
    *worst = 0;
    start(kinetic->parts, p0);
    for (size_t i = 0; i < n; i++) {
        if (t[i] > now && !interval(kinetic, t[i] - now, step, err)) return false;
        now = t[i];
        *worst = fmax(*worst, difference(kinetic->parts));
    }
    return true;
}

/* The step that meets the tolerance at every wanted time, by pilot runs: error ~ h^2. Ends
 * also where a smaller step no longer helps. */
static bool choose_step(struct kinetic *kinetic, const double *p0, size_t n,
                        const double *t, double *step, struct error *err) {
    const struct kinetic_parts *k = kinetic->parts;
    const double tolerance = k->options.tolerance;
    double steepest = 0, worst, before = (double)INFINITY;
    for (size_t i = 0; i + 1 < k->nx; i++)
        steepest = fmax(steepest, fabs(k->slope[i + 1] - k->slope[i]) / k->dx);
    *step = fmin(t[n - 1] / 8, 0.25 / fmax(sqrt(steepest), 1e-300 + k->options.gamma / 4));
    if (!pilot(kinetic, p0, n, t, *step, &worst, err)) return false;
    while (worst > tolerance && worst < 0.9 * before) {
        *step *= fmax(0.25, 0.8 * sqrt(tolerance / worst));
        before = worst;
        if (!pilot(kinetic, p0, n, t, *step, &worst, err)) return false;
    }
    return true;
}

bool kinetic_advance(struct kinetic *kinetic, const double *p0, size_t n, const double *t,
                     snapshot_sink sink, void *context, struct error *err) {
    struct kinetic_parts *k = kinetic->parts;
    double step = k->options.step, now = 0;
    if (n == 0) return true;
    if (step == 0 && t[n - 1] > 0 && !choose_step(kinetic, p0, n, t, &step, err))
        return false;
    start(k, p0);
    for (size_t i = 0; i < n; i++) {
        if (t[i] > now && !interval(kinetic, t[i] - now, step, err)) return false;
        now = t[i];
        if (!emit(kinetic, i, sink, context, err)) return false;
    }
    return true;
}
