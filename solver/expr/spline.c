/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/expr/spline.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Bernstein coefficients of all derivatives on one interval: of degree 3, 2, 1, 0. */
struct interval {
    double c[4], c1[3], c2[2], c3;
};

struct spline {
    atomic_size_t owners;
    size_t n; /* points */
    struct spline_options options;
    bool limited;              /* a slope was changed */
    double *x;                 /* [n] */
    struct interval *interval; /* [n - 1] */
    size_t *start;         /* [n]: the interval where bucket b of n - 1 equal ones begins */
    double buckets;        /* (n - 1)/range */
    double y[2], slope[2]; /* at the two ends */
};

/* ---------------------------------------------------------------- slopes */

/* A tridiagonal system: left[i] d[i-1] + middle[i] d[i] + right[i] d[i+1] = rhs[i]. */
struct slopes {
    size_t n;
    double *h, *delta;                     /* [n - 1] widths, (y_{i+1} - y_i)/h_i */
    double *left, *middle, *right, *d, *z; /* [n] */
};

static void slopes_finish(struct slopes *s) {
    free(s->h);
}

static bool slopes_start(struct slopes *s, size_t n, const double *x, const double *y,
                         struct error *err) {
    s->n = n;
    if ((s->h = array_create(7 * n, sizeof *s->h, err)) == NULL) return false;
    s->delta = s->h + n, s->left = s->h + 2 * n, s->middle = s->h + 3 * n;
    s->right = s->h + 4 * n, s->d = s->h + 5 * n, s->z = s->h + 6 * n;
    for (size_t i = 0; i + 1 < n; i++) {
        s->h[i] = x[i + 1] - x[i];
        s->delta[i] = (y[i + 1] - y[i]) / s->h[i];
    }
    return true;
}

/* The second derivative is continuous where the intervals p (left) and q meet:
 *     h_q d_{i-1} + 2 (h_p + h_q) d_i + h_p d_{i+1} = 3 (h_q delta_p + h_p delta_q). */
static void smooth_row(struct slopes *s, size_t i, size_t p, size_t q) {
    s->left[i] = s->h[q], s->right[i] = s->h[p];
    s->middle[i] = 2 * (s->h[p] + s->h[q]);
    s->d[i] = 3 * (s->h[q] * s->delta[p] + s->h[p] * s->delta[q]);
}

/* The third derivative is continuous between the outer interval a and its neighbour b:
 *     h_b d_0 + (h_a + h_b) d_1 = ((3 h_a + 2 h_b) h_b delta_a + h_a^2 delta_b)/(h_a + h_b).
 * Returns the right side; the factor of d_1 is h_a + h_b. */
static double not_a_knot(const struct slopes *s, size_t a, size_t b) {
    const double ha = s->h[a], hb = s->h[b];
    return ((3 * ha + 2 * hb) * hb * s->delta[a] + ha * ha * s->delta[b]) / (ha + hb);
}

/* Elimination without pivoting: the matrix is diagonally dominant but for the not-a-knot
 * rows, where the pivots stay positive. rhs: [count], the solution on return. middle is
 * destroyed. */
static void eliminate(struct slopes *s, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const double factor = s->left[i] / s->middle[i - 1];
        s->middle[i] -= factor * s->right[i - 1];
        s->d[i] -= factor * s->d[i - 1];
        s->z[i] -= factor * s->z[i - 1];
    }
    for (size_t i = count; i-- > 0;) {
        const bool last = i + 1 == count;
        s->d[i] = (s->d[i] - (last ? 0 : s->right[i] * s->d[i + 1])) / s->middle[i];
        s->z[i] = (s->z[i] - (last ? 0 : s->right[i] * s->z[i + 1])) / s->middle[i];
    }
}

static void solve_open(struct slopes *s) {
    const size_t n = s->n;
    for (size_t i = 1; i + 1 < n; i++)
        smooth_row(s, i, i - 1, i);
    s->middle[0] = s->h[1], s->right[0] = s->h[0] + s->h[1];
    s->middle[n - 1] = s->h[n - 3], s->left[n - 1] = s->h[n - 3] + s->h[n - 2];
    s->d[0] = not_a_knot(s, 0, 1), s->d[n - 1] = not_a_knot(s, n - 2, n - 3);
    eliminate(s, n);
}

/* Cyclic in the n - 1 different points: A = T + u v', u = (g, 0, .., right_last),
 * v = (1, 0, .., left_0/g), by the formula of Sherman and Morrison. */
static void solve_periodic(struct slopes *s) {
    const size_t m = s->n - 1;
    for (size_t i = 0; i < m; i++)
        smooth_row(s, i, i == 0 ? m - 1 : i - 1, i);
    const double g = -s->middle[0], corner = s->left[0] / g;
    s->z[0] = g, s->z[m - 1] = s->right[m - 1];
    s->middle[m - 1] -= s->right[m - 1] * corner;
    s->middle[0] -= g;
    eliminate(s, m);
    const double factor =
        (s->d[0] + corner * s->d[m - 1]) / (1 + s->z[0] + corner * s->z[m - 1]);
    for (size_t i = 0; i < m; i++)
        s->d[i] -= factor * s->z[i];
    s->d[m] = s->d[0];
}

/* Slopes that no interval of values >= 0 undershoots with. Returns whether one changed. */
static bool limit(struct slopes *s, const double *y, bool periodic) {
    const size_t last = s->n - 1;
    bool changed = false;
    for (size_t i = 0; i <= last; i++) {
        const bool before = i > 0 || periodic, after = i < last || periodic;
        const double most = 3 * y[i] / s->h[i > 0 ? i - 1 : last - 1];
        const double least = -3 * y[i] / s->h[i < last ? i : 0];
        const double given = s->d[i];
        if (before && s->d[i] > most) s->d[i] = most;
        if (after && s->d[i] < least) s->d[i] = least;
        changed |= s->d[i] != given;
    }
    return changed;
}

/* ---------------------------------------------------------------- creating */

static bool check_points(size_t n, const double *x, const double *y,
                         struct spline_options options, struct error *err) {
    if (n < SPLINE_POINTS)
        return fail(err, ERROR_SETTINGS, "%zu points; a table has at least %d", n,
                    SPLINE_POINTS);
    for (size_t i = 1; i < n; i++)
        if (!(x[i] > x[i - 1]))
            return fail(err, ERROR_SETTINGS,
                        "row %zu: %.17g does not come after %.17g in the row before: the "
                        "rows must be in increasing order, each place once",
                        i + 1, x[i], x[i - 1]);
    for (size_t i = 0; options.positive && i < n; i++)
        if (y[i] < 0)
            return fail(err, ERROR_SETTINGS,
                        "row %zu: the value %g is negative, which contradicts 'positive'",
                        i + 1, y[i]);
    if (options.periodic && y[0] != y[n - 1])
        return fail(err, ERROR_SETTINGS,
                    "the last value, %.17g, is not the first, %.17g, which contradicts "
                    "'periodic': the last row closes the period",
                    y[n - 1], y[0]);
    return true;
}

/* Differences: derivative of sum b_j B_j of degree m is m/h times that of b_{j+1} - b_j. */
static struct interval interval_of(double y0, double y1, double d0, double d1, double delta,
                                   double h) {
    const double inner = 3 * delta - d0 - d1;
    const double c2[2] = {2 / h * (inner - d0), 2 / h * (d1 - inner)};
    return (struct interval){{y0, y0 + h * d0 / 3, y1 - h * d1 / 3, y1},
                             {d0, inner, d1},
                             {c2[0], c2[1]},
                             (c2[1] - c2[0]) / h};
}

/* Limited slopes touch 0 in exact arithmetic; rounding may go below. */
static void lift(struct interval *p) {
    for (int k = 0; k < 4; k++)
        if (p->c[k] < 0) p->c[k] = 0;
}

static void fill_buckets(struct spline *s) {
    const size_t last = s->n - 1;
    s->buckets = (double)last / (s->x[last] - s->x[0]);
    for (size_t b = 0, i = 0; b <= last; b++) {
        while (i + 1 < last && (s->x[i + 1] - s->x[0]) * s->buckets <= (double)b)
            i++;
        s->start[b] = i;
    }
}

static bool build(struct spline *s, const double *y, struct error *err) {
    struct slopes slopes;
    if (!slopes_start(&slopes, s->n, s->x, y, err)) return false;
    (s->options.periodic ? solve_periodic : solve_open)(&slopes);
    s->limited = s->options.positive && limit(&slopes, y, s->options.periodic);
    for (size_t i = 0; i + 1 < s->n; i++) {
        s->interval[i] = interval_of(y[i], y[i + 1], slopes.d[i], slopes.d[i + 1],
                                     slopes.delta[i], slopes.h[i]);
        if (s->options.positive) lift(&s->interval[i]);
    }
    s->y[0] = y[0], s->y[1] = y[s->n - 1];
    s->slope[0] = slopes.d[0], s->slope[1] = slopes.d[s->n - 1];
    slopes_finish(&slopes);
    return true;
}

struct spline *spline_create(size_t n, const double *x, const double *y,
                             struct spline_options options, struct error *err) {
    if (!check_points(n, x, y, options, err)) return NULL;
    struct spline *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->n = n, s->options = options;
    atomic_init(&s->owners, 1);
    s->x = array_create(n, sizeof *s->x, err);
    s->interval = s->x ? array_create(n - 1, sizeof *s->interval, err) : NULL;
    s->start = s->interval ? array_create(n, sizeof *s->start, err) : NULL;
    if (s->start == NULL) return spline_destroy(s), NULL;
    memcpy(s->x, x, n * sizeof *x);
    if (!build(s, y, err)) return spline_destroy(s), NULL;
    fill_buckets(s);
    return s;
}

struct spline *spline_share(struct spline *s) {
    atomic_fetch_add(&s->owners, 1);
    return s;
}

void spline_destroy(struct spline *s) {
    if (s == NULL || atomic_fetch_sub(&s->owners, 1) > 1) return;
    free(s->x);
    free(s->interval);
    free(s->start);
    free(s);
}

/* ---------------------------------------------------------------- values */

/* The interval that holds x_0 <= x <= x_{n-1}: between the starts of two buckets, by
 * halving. One step more on either side makes up for the rounding of the bucket. */
static size_t find(const struct spline *s, double x) {
    const size_t last = s->n - 1;
    size_t b = (size_t)((x - s->x[0]) * s->buckets);
    if (b > last - 1) b = last - 1;
    size_t low = s->start[b > 0 ? b - 1 : 0];
    size_t high =
        s->start[b + 2 < last ? b + 2 : last] + 1; /* x < x[high] or high = last */
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (s->x[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static double inside(const struct spline *s, int order, double x) {
    const size_t i = find(s, x);
    const struct interval *p = &s->interval[i];
    const double h = s->x[i + 1] - s->x[i], t = (x - s->x[i]) / h,
                 u = (s->x[i + 1] - x) / h;
    switch (order) {
    case 0:
        return (p->c[0] * u + 3 * p->c[1] * t) * u * u +
               (3 * p->c[2] * u + p->c[3] * t) * t * t;
    case 1:
        return p->c1[0] * u * u + 2 * p->c1[1] * u * t + p->c1[2] * t * t;
    case 2:
        return p->c2[0] * u + p->c2[1] * t;
    default:
        return p->c3;
    }
}

/* end: 0 below the range, 1 above; distance: to that end, with its sign. */
static double beyond(const struct spline *s, int order, int end, double distance) {
    const double slope = s->options.outside == SPLINE_LINEAR ? s->slope[end] : 0;
    if (s->options.outside == SPLINE_NAN) return (double)NAN;
    return order == 0 ? s->y[end] + slope * distance : order == 1 ? slope : 0;
}

static double value(const struct spline *s, int order, double x) {
    const double from = s->x[0], to = s->x[s->n - 1], range = to - from;
    const double rounding = 1e-12 * range;
    if (!isfinite(x)) return (double)NAN;
    if (s->options.periodic) x -= range * floor((x - from) / range);
    const bool sharp = s->options.outside != SPLINE_NAN && !s->options.periodic;
    const double low = x - from, high = x - to, slack = sharp ? 0 : rounding;
    if (low < -slack) return beyond(s, order, 0, low);
    if (high > slack) return beyond(s, order, 1, high);
    return inside(s, order, x < from ? from : x > to ? to : x);
}

void spline_values(const struct spline *s, int order, size_t n, double *d,
                   const double *x) {
    for (size_t i = 0; i < n; i++)
        d[i] = value(s, order, x[i]);
}

bool spline_range(const struct spline *s, double *from, double *to) {
    *from = s->x[0], *to = s->x[s->n - 1];
    return s->options.outside == SPLINE_NAN && !s->options.periodic;
}

bool spline_jumps(const struct spline *s, int order) {
    const bool open = s->options.outside != SPLINE_NAN && !s->options.periodic;
    const int smooth = open && s->options.outside == SPLINE_HOLD ? 0
                       : open || s->limited                      ? 1
                                                                 : 2;
    return order > smooth;
}
