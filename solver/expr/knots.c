/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/expr/knots.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- creating */

static bool check(size_t n, const double *x, struct error *err) {
    if (n < KNOTS_LEAST)
        return fail(err, ERROR_SETTINGS, "%zu points; a table has at least %d", n,
                    KNOTS_LEAST);
    for (size_t i = 1; i < n; i++)
        if (!(x[i] > x[i - 1]))
            return fail(err, ERROR_SETTINGS,
                        "row %zu: %.17g does not come after %.17g in the row before: the "
                        "rows must be in increasing order, each place once",
                        i + 1, x[i], x[i - 1]);
    if (!isfinite(x[n - 1] - x[0]))
        return fail(err, ERROR_SETTINGS, "the range from %g to %g is too wide", x[0],
                    x[n - 1]);
    return true;
}

static void fill_buckets(struct knots *k) {
    const size_t last = k->n - 1;
    k->buckets = (double)last / (k->x[last] - k->x[0]);
    for (size_t b = 0, i = 0; b <= last; b++) {
        while (i + 1 < last && (k->x[i + 1] - k->x[0]) * k->buckets <= (double)b)
            i++;
        k->start[b] = i;
    }
}

bool knots_init(struct knots *k, size_t n, const double *x, bool periodic,
                enum knots_outside outside, struct error *err) {
    *k = (struct knots){.n = n, .periodic = periodic, .outside = outside};
    if (!check(n, x, err) || (k->x = array_create(n, sizeof *k->x, err)) == NULL ||
        (k->start = array_create(n, sizeof *k->start, err)) == NULL)
        return false;
    memcpy(k->x, x, n * sizeof *x);
    fill_buckets(k);
    return true;
}

void knots_finish(struct knots *k) {
    free(k->x);
    free(k->start);
}

/* ---------------------------------------------------------------- points */

/* The interval that holds x_0 <= x <= x_{n-1}. One bucket more on either side makes up for
 * the rounding of the bucket. */
static size_t find(const struct knots *k, double x) {
    const size_t last = k->n - 1;
    size_t b = (size_t)((x - k->x[0]) * k->buckets);
    if (b > last - 1) b = last - 1;
    const size_t first = k->start[b];
    if (k->x[first] <= x && x < k->x[first + 1]) return first;
    size_t low = k->start[b > 0 ? b - 1 : 0];
    size_t high =
        k->start[b + 2 < last ? b + 2 : last] + 1; /* x < x[high] or high = last */
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (k->x[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static struct place at_end(const struct knots *k, bool above, double beyond) {
    const size_t i = above ? k->n - 2 : 0;
    return (struct place){i, k->x[i + 1] - k->x[i], above ? 1 : 0, above ? 0 : 1, beyond};
}

struct place knots_place(const struct knots *k, double x) {
    const double from = k->x[0], to = k->x[k->n - 1], range = to - from;
    if (!isfinite(x)) return at_end(k, false, (double)NAN);
    if (k->periodic) x -= range * floor((x - from) / range);
    const double low = x - from, high = x - to,
                 slack = knots_end(k) || k->periodic ? 1e-12 * range : 0;
    if (low < -slack || high > slack)
        return at_end(k, high > slack,
                      k->outside == OUTSIDE_NONE ? (double)NAN
                      : low < 0                  ? low
                                                 : high);
    x = x < from ? from : x > to ? to : x;
    const size_t i = find(k, x);
    const double h = k->x[i + 1] - k->x[i];
    return (struct place){i, h, (x - k->x[i]) / h, (k->x[i + 1] - x) / h, 0};
}

bool knots_closed(size_t n, size_t step, const double *value) {
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(value[i * step]));
    return fabs(value[(n - 1) * step] - value[0]) <= 1e-12 * largest;
}

bool knots_end(const struct knots *k) {
    return k->outside == OUTSIDE_NONE && !k->periodic;
}

int knots_smoothness(const struct knots *k, bool smooth) {
    const bool open = !knots_end(k) && !k->periodic;
    return open && k->outside == OUTSIDE_HOLD ? 0 : open || !smooth ? 1 : 2;
}
