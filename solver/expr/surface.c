/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/expr/surface.h"
#include "solver/expr/slopes.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

struct node {
    double f, fx, fy, fxy;
};

struct surface {
    struct knots knots[2]; /* x, y */
    struct node *node;     /* [ny][nx] */
    bool positive, limited;
};

/* ---------------------------------------------------------------- slopes */

enum { NODE = sizeof(struct node) / sizeof(double) };

/* to[k NODE] = slopes of from[k NODE] along `count` lines, whose first nodes are `apart`
 * from each other, with steps of `step` nodes. */
static void slopes_along(struct slopes *s, size_t count, size_t apart, size_t step,
                         const double *from, double *to) {
    for (size_t line = 0; line < count; line++) {
        slopes_solve(s, from + line * apart * NODE, step * NODE);
        for (size_t k = 0; k < s->n; k++)
            to[(line * apart + k * step) * NODE] = s->d[k];
    }
}

static bool differentiate(struct surface *s, struct error *err) {
    const struct knots *x = &s->knots[0], *y = &s->knots[1];
    struct slopes along_x = {0}, along_y = {0};
    const bool good = slopes_start(&along_x, x->n, x->x, x->periodic, err) &&
                      slopes_start(&along_y, y->n, y->x, y->periodic, err);
    if (good) {
        slopes_along(&along_x, y->n, x->n, 1, &s->node->f, &s->node->fx);
        slopes_along(&along_y, x->n, 1, x->n, &s->node->f, &s->node->fy);
        slopes_along(&along_y, x->n, 1, x->n, &s->node->fx, &s->node->fxy);
    }
    slopes_finish(&along_x);
    slopes_finish(&along_y);
    return good;
}

/* ---------------------------------------------------------------- positive */

/* Widths of the intervals before and after place i; 0: there is none. */
static void widths(const struct knots *k, size_t i, double h[2]) {
    const size_t last = k->n - 1;
    const double first = k->x[1] - k->x[0], end = k->x[last] - k->x[last - 1];
    h[0] = i > 0 ? k->x[i] - k->x[i - 1] : k->periodic ? end : 0;
    h[1] = i < last ? k->x[i + 1] - k->x[i] : k->periodic ? first : 0;
}

static double clamp(double value, double least, double most) {
    return value < least ? least : value > most ? most : value;
}

static double slope_limited(double slope, double f, const double h[2]) {
    return clamp(slope, h[1] > 0 ? -3 * f / h[1] : -HUGE_VAL,
                 h[0] > 0 ? 3 * f / h[0] : HUGE_VAL);
}

/* The coefficient f + X + Y + sx sy hx hy f_xy/9 of each rectangle at the node, with
 * X = sx hx f_x/3 and Y = sy hy f_y/3, bounds f_xy from below where sx sy = 1, else from
 * above. */
static double twist_limited(const struct node *p, const double hx[2], const double hy[2]) {
    double least = -HUGE_VAL, most = HUGE_VAL;
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            const double area = hx[a] * hy[b];
            const double rest =
                p->f + (a ? hx[a] : -hx[a]) * p->fx / 3 + (b ? hy[b] : -hy[b]) * p->fy / 3;
            if (!(area > 0)) continue;
            if (a == b)
                least = fmax(least, -9 * rest / area);
            else
                most = fmin(most, 9 * rest / area);
        }
    return least > most ? 0.5 * (least + most) : clamp(p->fxy, least, most);
}

static void limit(struct surface *s) {
    const size_t nx = s->knots[0].n, ny = s->knots[1].n;
    double hx[2], hy[2];
    for (size_t j = 0; j < ny; j++)
        for (size_t i = 0; i < nx; i++) {
            struct node *p = &s->node[j * nx + i];
            const struct node given = *p;
            widths(&s->knots[0], i, hx);
            widths(&s->knots[1], j, hy);
            p->fx = slope_limited(p->fx, p->f, hx);
            p->fy = slope_limited(p->fy, p->f, hy);
            p->fxy = twist_limited(p, hx, hy);
            s->limited |= p->fx != given.fx || p->fy != given.fy || p->fxy != given.fxy;
        }
}

/* ---------------------------------------------------------------- creating */

static bool check_positive(size_t nx, size_t ny, const double *f, struct error *err) {
    for (size_t k = 0; k < nx * ny; k++)
        if (f[k] < 0)
            return fail(err, ERROR_SETTINGS,
                        "row %zu, column %zu: the value %g is negative, which contradicts "
                        "'positive'",
                        k / nx + 1, k % nx + 1, f[k]);
    return true;
}

/* Do the `n` values close a period, on each of `lines`? */
static bool check_closed(const char *what, size_t n, size_t step, size_t lines,
                         size_t apart, const double *f, struct error *err) {
    for (size_t k = 0; k < lines; k++) {
        const double first = f[k * apart], last = f[k * apart + (n - 1) * step];
        if (!knots_closed(n, step, f + k * apart))
            return fail(err, ERROR_SETTINGS,
                        "the last %s is not the first (%.17g, %.17g at %zu), which "
                        "contradicts 'periodic': the last one closes the period",
                        what, last, first, k + 1);
    }
    return true;
}

static bool check_values(size_t nx, size_t ny, const double *f,
                         struct surface_options options, struct error *err) {
    return (!options.positive || check_positive(nx, ny, f, err)) &&
           (!options.periodic[0] || check_closed("column", nx, 1, ny, nx, f, err)) &&
           (!options.periodic[1] || check_closed("row", ny, nx, nx, 1, f, err));
}

static bool check_finite(const struct surface *s, struct error *err) {
    const size_t nx = s->knots[0].n, n = nx * s->knots[1].n;
    for (size_t k = 0; k < n; k++)
        if (!isfinite(s->node[k].fx + s->node[k].fy + s->node[k].fxy))
            return fail(err, ERROR_SETTINGS,
                        "row %zu, column %zu: the places are too close for the values: a "
                        "slope overflows",
                        k / nx + 1, k % nx + 1);
    return true;
}

struct surface *surface_create(size_t nx, const double *x, size_t ny, const double *y,
                               const double *f, struct surface_options options,
                               struct error *err) {
    struct surface *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->positive = options.positive;
    const size_t n[2] = {nx, ny};
    const double *const places[2] = {x, y};
    for (int axis = 0; axis < 2; axis++)
        if (!knots_init(&s->knots[axis], n[axis], places[axis], options.periodic[axis],
                        options.outside, err)) {
            fail_within(err, "the %s places", axis == 0 ? "first" : "second");
            return surface_destroy(s), NULL;
        }
    if (!check_values(nx, ny, f, options, err) ||
        (s->node = array_create(nx * ny, sizeof *s->node, err)) == NULL)
        return surface_destroy(s), NULL;
    for (size_t k = 0; k < nx * ny; k++)
        s->node[k].f = f[k];
    if (!differentiate(s, err) || !check_finite(s, err)) return surface_destroy(s), NULL;
    if (options.positive) limit(s);
    return s;
}

void surface_destroy(struct surface *s) {
    if (s == NULL) return;
    knots_finish(&s->knots[0]);
    knots_finish(&s->knots[1]);
    free(s->node);
    free(s);
}

/* ---------------------------------------------------------------- values */

/* Derivative `order` of Hermite's cubic on an interval, as a sum over the values and slopes at
 * its two ends: w = {value, slope at x_i; value, slope at x_{i+1}}. */
static void weights_inside(const struct place *at, int order, double w[4]) {
    const double t = at->t, u = at->u, h = at->h;
    switch (order) {
    case 0:
        w[0] = u * u * (u + 3 * t), w[1] = h * u * u * t;
        w[2] = t * t * (t + 3 * u), w[3] = -h * u * t * t;
        return;
    case 1:
        w[2] = 6 * u * t / h, w[0] = -w[2];
        w[1] = u * (u - 2 * t), w[3] = t * (t - 2 * u);
        return;
    case 2:
        w[2] = 6 * (u - t) / (h * h), w[0] = -w[2];
        w[1] = (2 * t - 4 * u) / h, w[3] = (4 * t - 2 * u) / h;
        return;
    default:
        w[0] = 12 / (h * h * h), w[2] = -w[0];
        w[1] = w[3] = 6 / (h * h);
    }
}

static void weights_beyond(const struct knots *k, const struct place *at, int order,
                           double w[4]) {
    const int end = at->beyond > 0 ? 2 : 0;
    const bool linear = k->outside == OUTSIDE_LINEAR;
    w[0] = w[1] = w[2] = w[3] = 0;
    if (order == 0) w[end] = 1;
    if (order < 2 && linear) w[end + 1] = order == 0 ? at->beyond : 1;
}

/* The interval that a coordinate lies in, or SIZE_MAX where there is no value. */
static size_t weights(const struct knots *k, double x, int order, double w[4]) {
    const struct place at = knots_place(k, x);
    if (isnan(at.beyond)) return SIZE_MAX;
    if (at.beyond == 0)
        weights_inside(&at, order, w);
    else
        weights_beyond(k, &at, order, w);
    return at.i;
}

/* Both ends of an interval in x, at one y. */
static double along_x(const struct node p[2], const double w[4]) {
    return (w[0] * p[0].f + w[2] * p[1].f) + (w[1] * p[0].fx + w[3] * p[1].fx);
}
static double along_x_of_slopes(const struct node p[2], const double w[4]) {
    return (w[0] * p[0].fy + w[2] * p[1].fy) + (w[1] * p[0].fxy + w[3] * p[1].fxy);
}

static double value(const struct surface *s, const int order[2], double x, double y) {
    double a[4], b[4];
    const size_t i = weights(&s->knots[0], x, order[0], a);
    const size_t j = weights(&s->knots[1], y, order[1], b);
    if (i == SIZE_MAX || j == SIZE_MAX) return (double)NAN;
    const struct node *below = &s->node[j * s->knots[0].n + i],
                      *above = below + s->knots[0].n;
    const double sum =
        (b[0] * along_x(below, a) + b[2] * along_x(above, a)) +
        (b[1] * along_x_of_slopes(below, a) + b[3] * along_x_of_slopes(above, a));
    return s->positive && order[0] + order[1] == 0 && sum < 0 ? 0 : sum;
}

void surface_values(const struct surface *s, const int order[2], size_t n, double *d,
                    const double *x, const double *y) {
    for (size_t i = 0; i < n; i++)
        d[i] = value(s, order, x[i], y[i]);
}

const struct knots *surface_knots(const struct surface *s, int axis) {
    return &s->knots[axis];
}

bool surface_jumps(const struct surface *s, const int order[2]) {
    return order[0] > knots_smoothness(&s->knots[0], !s->limited) ||
           order[1] > knots_smoothness(&s->knots[1], !s->limited);
}
