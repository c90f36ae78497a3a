/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/kinetic/kinetic.h"
#include "solver/time/kinetic/friction.h"
#include "solver/time/kinetic/shift.h"
#include "solver/time/strang.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double no_time = 1e-290; /* in which nothing moves */

struct kinetic_law kinetic_from_sgd(double eta, double mu, double variance) {
    return (struct kinetic_law){.gamma = (1 - mu) / sqrt(eta),
                                .theta = eta * variance / (2 * (1 - mu)),
                                .time_per_step = sqrt(eta),
                                .velocity_scale = -sqrt(eta)};
}

enum { RUNS = 3 };

struct kinetic_parts {
    const struct grid *grid;
    struct kinetic_options options;
    size_t nx, nv;
    double dx, dv;
    bool ring; /* x is periodic */
    double *slope;
    struct friction *friction[RUNS];
    double made;     /* longest step that they belong to; 0: none */
    double *p[RUNS]; /* [nv][nx] runs with steps of h, h/2, h/4 */
    double *r, *out; /* [nv][nx] other half of a step; for the sink */
    double *lines;   /* work of one line for every line */
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
    if (axis_absorbs(x) || v->boundary[0] != REFLECTING || v->boundary[1] != REFLECTING)
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
    for (size_t l = 0; l < RUNS; l++)
        if (!(k->p[l] = array_create(cells, sizeof(double), err)) ||
            !(k->friction[l] = friction_create(k->nv, err)))
            return false;
    if (!(k->r = array_create(cells, sizeof(double), err)) ||
        !(k->out = array_create(cells, sizeof(double), err)) ||
        !(k->slope = array_create(k->nx, sizeof(double), err)) ||
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
    free(k->lines), free(k->out), free(k->r);
    for (size_t l = 0; l < RUNS; l++)
        friction_destroy(k->friction[l]), free(k->p[l]);
    free(k->slope);
    free(k);
    free(kinetic);
}

/* ----------------------------------------------------------------------------- a step */

enum { BLOCK = 8 };

/* B: every column of p moves in v by -L' t. Eight columns at a time, so that a cache line
 * is read once. */
static void kick(const struct kinetic_parts *k, double t, size_t from, size_t to,
                 double *p) {
    const size_t nx = k->nx, nv = k->nv;
#pragma omp parallel for schedule(static)
    for (size_t block = from; block < to; block++) {
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

/* A: row j moves in x by v_j t. Between walls the row of v and the row of -v, read
 * backwards, are one ring of 2 nx cells: what reaches a wall goes on in the other row. */
static void drift(const struct kinetic_parts *k, double t, size_t from, size_t to,
                  double *p) {
    const size_t nx = k->nx, nv = k->nv;
#pragma omp parallel for schedule(static)
    for (size_t j = from; j < to; j++) {
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

/* Work between two looks at the monitor: cells of a shift, products of O. */
static const double shift_work = 4e6, friction_work = 4e8;

/* O: every column of p mixes its rows. */
static bool rub(const struct kinetic_parts *k, const struct friction *friction,
                double fraction, double *p, struct error *err) {
    const double square = (double)k->nv * (double)k->nv;
    const size_t strip = 1 + (size_t)(friction_work / square);
    if (k->options.gamma == 0) return true;
    for (size_t from = 0; from < k->nx; from += strip) {
        if (!monitor_tick(k->options.monitor, fraction, err)) return false;
        const size_t to = from + strip < k->nx ? from + strip : k->nx;
        friction_apply(friction, k->nx, from, to, p, k->r);
    }
    memcpy(p, k->r, k->grid->cells * sizeof *p);
    return true;
}

typedef void shift(const struct kinetic_parts *, double t, size_t from, size_t to,
                   double *);

/* B or A: `lines` of them, a few at a time. */
static bool move(const struct kinetic_parts *k, shift *by, double t, size_t lines,
                 double fraction, double *p, struct error *err) {
    const double cells = (double)k->grid->cells / (double)lines;
    const size_t few = 1 + (size_t)(shift_work / cells);
    for (size_t from = 0; from < lines; from += few) {
        if (!monitor_tick(k->options.monitor, fraction, err)) return false;
        by(k, t, from, from + few < lines ? from + few : lines, p);
    }
    return true;
}

/* `steps` steps of length h; neighbouring kicks are one. */
static bool walk(struct kinetic *kinetic, const struct friction *friction, double h,
                 size_t steps, double *p, struct error *err) {
    struct kinetic_parts *k = kinetic->parts;
    const size_t columns = (k->nx + BLOCK - 1) / BLOCK, rows = k->nv / 2;
    if (!move(k, kick, h / 2, columns, 0, p, err)) return false;
    for (size_t s = 0; s < steps; s++) {
        const double done = (double)s / (double)steps, next = s + 1 < steps ? h : h / 2;
        if (!move(k, drift, h / 2, rows, done, p, err) || !rub(k, friction, done, p, err) ||
            !move(k, drift, h / 2, rows, done, p, err) ||
            !move(k, kick, next, columns, done, p, err))
            return false;
        kinetic->at_edge = fmax(kinetic->at_edge, edge_mass(k, p));
    }
    return true;
}

static void prepare(struct kinetic_parts *k, double h) {
    const double gamma = k->options.gamma, theta = k->options.theta;
    if (k->made == h || gamma == 0) return;
    for (int l = 0; l < RUNS; l++)
        friction_set(k->friction[l], k->dv, gamma, theta, ldexp(h, -l));
    k->made = h;
}

/* All runs: n, 2 n and 4 n steps. */
static bool walk_all(void *self, double h, size_t n, struct error *err) {
    struct kinetic *kinetic = self;
    struct kinetic_parts *k = kinetic->parts;
    kinetic->step = h / 4, kinetic->steps += (int64_t)(7 * n);
    prepare(k, h);
    for (int l = 0; l < RUNS; l++)
        if (!walk(kinetic, k->friction[l], ldexp(h, -l), n << l, k->p[l], err))
            return false;
    return true;
}

/* -------------------------------------------------------- averages and centre values */

/* Cell averages from centre values, and back, by
 *     1 + a delta^2 + b delta^4 + c delta^6,   delta^2 the second difference,
 * as weights of the cell itself and its neighbours. With D = h d/dx and delta = 2
 * sinh(D/2),
 *     average = (sinh(D/2) / (D/2)) centre value,
 * to an error O(h^8). */
enum { NEAR = 3 };
static const double to_averages[NEAR + 1] = {
    1 - 2. / 24 - 6 * 17. / 5760 - 20 * 367. / 967680,
    1. / 24 + 4 * 17. / 5760 + 15 * 367. / 967680, -17. / 5760 - 6 * 367. / 967680,
    367. / 967680};
static const double to_centres[NEAR + 1] = {1 + 2. / 24 + 6 * 3. / 640 + 20 * 5. / 7168,
                                            -1. / 24 - 4 * 3. / 640 - 15 * 5. / 7168,
                                            3. / 640 + 6 * 5. / 7168, -5. / 7168};

/* The row where a point at (i, j), i beyond a wall, comes from, and its place there. */
static const double *beyond(const struct kinetic_parts *k, const double *p, ptrdiff_t i,
                            size_t j) {
    const ptrdiff_t nx = (ptrdiff_t)k->nx;
    if (i >= 0 && i < nx) return p + (ptrdiff_t)j * nx + i;
    if (k->ring) return p + (ptrdiff_t)j * nx + (i < 0 ? i + nx : i - nx);
    return p + (ptrdiff_t)(k->nv - 1 - j) * nx + (i < 0 ? -1 - i : 2 * nx - 1 - i);
}

static void convert_in_x(const struct kinetic_parts *k, const double w[NEAR + 1],
                         const double *p, double *out) {
    for (size_t j = 0; j < k->nv; j++)
        for (size_t i = 0; i < k->nx; i++) {
            const ptrdiff_t at = (ptrdiff_t)i;
            double sum = w[0] * p[j * k->nx + i];
            for (ptrdiff_t m = 1; m <= NEAR; m++)
                sum += w[m] * (*beyond(k, p, at - m, j) + *beyond(k, p, at + m, j));
            out[j * k->nx + i] = sum;
        }
}

/* Across the ends in v: the same once more, mirrored. */
static void convert_in_v(const struct kinetic_parts *k, const double w[NEAR + 1],
                         const double *p, double *out) {
    const size_t nx = k->nx, nv = k->nv;
    for (size_t j = 0; j < nv; j++) {
        for (size_t i = 0; i < nx; i++)
            out[j * nx + i] = w[0] * p[j * nx + i];
        for (size_t m = 1; m <= NEAR; m++) {
            const double *below = p + nx * (j >= m ? j - m : m - 1 - j);
            const double *above = p + nx * (j + m < nv ? j + m : 2 * nv - 1 - j - m);
            for (size_t i = 0; i < nx; i++)
                out[j * nx + i] += w[m] * (below[i] + above[i]);
        }
    }
}

/* out may be p. */
static void convert(const struct kinetic_parts *k, const double w[NEAR + 1],
                    const double *p, double *out) {
    convert_in_x(k, w, p, k->r);
    convert_in_v(k, w, k->r, out);
}

static void start(void *self, const double *p0) {
    struct kinetic_parts *k = ((struct kinetic *)self)->parts;
    for (int l = 0; l < RUNS; l++)
        convert(k, to_centres, p0, k->p[l]);
}

/* Richardson's: fine + (fine - coarse) / 3 is of fourth order in time. */
static double extrapolated(const struct kinetic_parts *k, int fine, size_t i) {
    return k->p[fine][i] + (k->p[fine][i] - k->p[fine - 1][i]) / 3;
}

/* At fourth order the error of the finer extrapolation is 1/15 of the difference of both;
 * 1/4 also holds where long steps or ends lower the order. */
static double error_in_time(const void *self) {
    const struct kinetic_parts *k = ((const struct kinetic *)self)->parts;
    double sum = 0;
    for (size_t i = 0; i < k->grid->cells; i++)
        sum += fabs(extrapolated(k, 2, i) - extrapolated(k, 1, i));
    return sum * k->dx * k->dv / 4;
}

static bool emit(void *self, size_t n, double t, const double *p0, snapshot_sink sink,
                 void *context, struct error *err) {
    struct kinetic_parts *k = ((struct kinetic *)self)->parts;
    if (t < no_time) return sink(context, n, p0, 0, err);
    for (size_t i = 0; i < k->grid->cells; i++)
        k->out[i] = extrapolated(k, 2, i);
    convert(k, to_averages, k->out, k->out);
    return sink(context, n, k->out, error_in_time(self), err);
}

static double first_step(void *self, const double *p0, double end) {
    const struct kinetic_parts *k = ((struct kinetic *)self)->parts;
    double steepest = 0;
    (void)p0;
    for (size_t i = 0; i + 1 < k->nx; i++)
        steepest = fmax(steepest, fabs(k->slope[i + 1] - k->slope[i]) / k->dx);
    return fmin(end / 8, 0.25 / fmax(sqrt(steepest), 1e-300 + k->options.gamma / 4));
}

static const struct strang_method method = {.parts = 4,
                                            .order = 4,
                                            .safety = 0.9,
                                            .start = start,
                                            .walk = walk_all,
                                            .error = error_in_time,
                                            .first_step = first_step,
                                            .emit = emit};

bool kinetic_advance(struct kinetic *kinetic, const double *p0, size_t n, const double *t,
                     snapshot_sink sink, void *context, struct error *err) {
    const struct kinetic_options *o = &kinetic->parts->options;
    double step = o->step;
    if (n == 0) return true;
    if (step == 0 && t[n - 1] > 0 &&
        !strang_choose_step(&method, kinetic, o->tolerance, p0, n, t, &step, err))
        return false;
    return strang_advance(&method, kinetic, step, o->tolerance, p0, n, t, sink, context,
                          err);
}
