/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/remap.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Position of face j, also beyond the ends of a periodic axis. */
static double face_at(const struct axis *axis, ptrdiff_t j) {
    const ptrdiff_t n = (ptrdiff_t)axis->cells;
    const double length = axis->face[n] - axis->face[0];
    if (j < 0) return axis->face[j + n] - length;
    return j > n ? axis->face[j - n] + length : axis->face[j];
}

/* p(x_f) = F'(x_f), F the quartic through the faces first .. first + 4:
 *     F'(x_f) = Sum_j w_j (F_j - F_f),
 * summed to weights of the four masses in between. */
static void edge_weights(const struct axis *axis, ptrdiff_t f, ptrdiff_t first,
                         double c[4]) {
    const double x = face_at(axis, f);
    memset(c, 0, 4 * sizeof *c);
    for (ptrdiff_t j = first; j <= first + 4; j++) {
        if (j == f) continue;
        const double xj = face_at(axis, j);
        double w = 1 / (xj - x);
        for (ptrdiff_t m = first; m <= first + 4; m++)
            if (m != j && m != f) w *= (x - face_at(axis, m)) / (xj - face_at(axis, m));
        for (ptrdiff_t cell = f; cell < j; cell++)
            c[cell - first] += w;
        for (ptrdiff_t cell = j; cell < f; cell++)
            c[cell - first] -= w;
    }
}

struct remap *remap_create(const struct axis *axis, struct error *err) {
    const ptrdiff_t n = (ptrdiff_t)axis->cells;
    struct remap *r = array_create(1, sizeof *r, err);
    if (r == NULL) return NULL;
    r->axis = axis;
    r->edge_weight = array_create(axis->cells + 1, sizeof *r->edge_weight, err);
    if (r->edge_weight) r->edge_first = array_create(axis->cells + 1, sizeof(size_t), err);
    if (r->edge_first) r->mass = array_create(axis->cells, sizeof(double), err);
    if (r->mass) r->left = array_create(axis->cells, sizeof(double), err);
    if (r->left) r->right = array_create(axis->cells, sizeof(double), err);
    if (r->right == NULL) return remap_destroy(r), NULL;
    const bool periodic = axis->boundary[0] == PERIODIC;
    for (ptrdiff_t f = 0; n >= 4 && f <= n; f++) {
        ptrdiff_t first = f - 2;
        if (!periodic) first = first < 0 ? 0 : first > n - 4 ? n - 4 : first;
        edge_weights(axis, f, first, r->edge_weight[f]);
        r->edge_first[f] = (size_t)((first + n) % n);
    }
    return r;
}

void remap_destroy(struct remap *r) {
    if (r == NULL) return;
    free(r->right);
    free(r->left);
    free(r->mass);
    free(r->edge_first);
    free(r->edge_weight);
    free(r);
}

static double edge_value(const struct remap *r, size_t f) {
    const size_t n = r->axis->cells;
    double p = 0;
    for (size_t k = 0; k < 4; k++)
        p += r->edge_weight[f][k] * r->mass[(r->edge_first[f] + k) % n];
    return p;
}

/* The least value in 0 <= s <= 1 of the parabola
 *     left + s (right - left + curve (1 - s)),   curve = 6 mean - 3 left - 3 right. */
static double lowest(double mean, double left, double right) {
    const double curve = 6 * mean - 3 * (left + right), slope = right - left;
    const double end = fmin(left, right);
    if (!(curve < 0) || fabs(slope) >= -curve) return end;
    const double s = (slope + curve) / (2 * curve);
    return fmin(end, left + s * (slope + curve * (1 - s)));
}

void remap_set(struct remap *r, const double *m) {
    const size_t n = r->axis->cells;
    memcpy(r->mass, m, n * sizeof *m);
    double next = n < 4 ? 0 : edge_value(r, 0);
    for (size_t i = 0; i < n; i++) {
        const double mean = m[i] / r->axis->width[i];
        double left = next, right = next = n < 4 ? 0 : edge_value(r, i + 1);
        if (n < 4 || mean <= 0) left = right = mean;
        const double low = lowest(mean, left, right);
        if (low < 0) {
            const double keep = mean / (mean - low);
            left = mean + keep * (left - mean);
            right = mean + keep * (right - mean);
        }
        r->left[i] = left;
        r->right[i] = right;
    }
}

/* Mass of cell i left of the part s of its width. */
static double mass_below(const struct remap *r, size_t i, double s) {
    const double width = r->axis->width[i], mean = r->mass[i] / width;
    const double left = r->left[i], right = r->right[i],
                 curve = 6 * mean - 3 * (left + right);
    if (s <= 0) return 0;
    if (s >= 1) return r->mass[i];
    const double m = width * s * (left + s * ((right - left + curve) / 2 - s * curve / 3));
    return fmin(fmax(m, 0), fmax(r->mass[i], 0)); /* rounding */
}

/* A point: cell (counted on and on over the periods) and the mass of it below the point. */
struct place {
    ptrdiff_t cell;
    double below;
};

/* The place of x, at or after `from`. */
static struct place find(const struct remap *r, ptrdiff_t from, double x) {
    const ptrdiff_t n = (ptrdiff_t)r->axis->cells;
    const double length = r->axis->face[n] - r->axis->face[0];
    ptrdiff_t cell = from;
    for (;; cell++) {
        const ptrdiff_t period = cell >= 0 ? cell / n : -((n - 1 - cell) / n),
                        i = cell - period * n;
        const double shift = (double)period * length;
        if (x > r->axis->face[i + 1] + shift) continue;
        const double s = (x - shift - r->axis->face[i]) / r->axis->width[i];
        return (struct place){cell, mass_below(r, (size_t)i, s)};
    }
}

static double mass_of(const struct remap *r, ptrdiff_t cell) {
    const ptrdiff_t n = (ptrdiff_t)r->axis->cells, i = cell % n;
    return r->mass[i < 0 ? i + n : i];
}

/* Sums whole cells in between, so that small masses keep their relative accuracy. */
static double mass_between(const struct remap *r, struct place a, struct place b) {
    if (a.cell == b.cell) return fmax(b.below - a.below, 0);
    double m = mass_of(r, a.cell) - a.below;
    for (ptrdiff_t cell = a.cell + 1; cell < b.cell; cell++)
        m += mass_of(r, cell);
    return m + b.below;
}

void remap_between(const struct remap *r, size_t count, const double *x, double *out) {
    const double lo = r->axis->face[0], hi = r->axis->face[r->axis->cells];
    struct place a = find(r, 0, fmin(hi, fmax(lo, x[0])));
    for (size_t i = 0; i < count; i++) {
        const struct place b = find(r, a.cell, fmin(hi, fmax(lo, x[i + 1])));
        out[i] = mass_between(r, a, b);
        a = b;
    }
}

void remap_masses(const struct remap *r, const double *x, double *out) {
    const struct axis *axis = r->axis;
    const size_t n = axis->cells;
    const double lo = axis->face[0], hi = axis->face[n];
    const bool periodic = axis->boundary[0] == PERIODIC;
    const double start = axis->boundary[0] == REFLECTING ? lo : fmin(hi, fmax(lo, x[0]));
    const double end = axis->boundary[1] == REFLECTING ? hi : fmin(hi, fmax(lo, x[n]));
    const ptrdiff_t from =
        periodic ? (ptrdiff_t)floor((x[0] - lo) / (hi - lo)) * (ptrdiff_t)n - 1 : 0;
    struct place a = find(r, from, periodic ? x[0] : start);
    const struct place first = a;
    for (size_t i = 0; i < n; i++) {
        struct place b;
        if (i + 1 < n)
            b = find(r, a.cell, periodic ? x[i + 1] : fmin(hi, fmax(lo, x[i + 1])));
        else if (periodic)
            b = (struct place){first.cell + (ptrdiff_t)n, first.below};
        else
            b = find(r, a.cell, end);
        out[i] = mass_between(r, a, b);
        a = b;
    }
}
