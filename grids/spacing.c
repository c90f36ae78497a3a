/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/spacing.h"
#include "grids/quadrature.h"
#include "io/numbers.h"
#include <math.h>
#include <stdlib.h>

enum { SPAN = 12 }; /* a panel end at every half width out to +- 6 widths */

struct spacing_map {
    const struct axis_spec *spec;
    double c;      /* geometric: exponent; |c| < 1e-12 counts as uniform */
    size_t panels; /* 0 without refinement: s = u */
    double *u;     /* panel ends (panels + 1), increasing */
    double *s;     /* Integral of M from u[0] to u[k] (panels + 1) */
};

static double base_position(const struct spacing_map *map, double u) {
    const struct axis_spec *a = map->spec;
    switch (a->spacing) {
    case SPACING_SINH:
        return a->about + a->scale * sinh(u);
    case SPACING_GEOMETRIC:
        if (fabs(map->c) < 1e-12) return a->lo + (a->hi - a->lo) * u;
        return a->lo + (a->hi - a->lo) * (expm1(map->c * u) / expm1(map->c));
    default:
        return u;
    }
}

static double base_coordinate(const struct spacing_map *map, double x) {
    const struct axis_spec *a = map->spec;
    switch (a->spacing) {
    case SPACING_SINH:
        return asinh((x - a->about) / a->scale);
    case SPACING_GEOMETRIC: {
        const double part = (x - a->lo) / (a->hi - a->lo);
        return fabs(map->c) < 1e-12 ? part : log1p(part * expm1(map->c)) / map->c;
    }
    default:
        return x;
    }
}

static double monitor(const struct axis_spec *a, double x) {
    double M = 1;
    for (size_t k = 0; k < a->refinements; k++) {
        const double y = (x - a->refine[k].at) / a->refine[k].width;
        M += (a->refine[k].factor - 1) * exp(-y * y);
    }
    return M;
}

/* Integral of M(x(u)) du from u0 to u1, a part of one panel. */
static double panel_integral(const struct spacing_map *map, double u0, double u1) {
    const double mid = 0.5 * (u0 + u1), length = u1 - u0;
    double sum = 0;
    for (int k = 4; k < 8; k++) { /* pairs, from the middle outwards */
        const double x = length * legendre8_x[k];
        sum += legendre8_w[k] * (monitor(map->spec, base_position(map, mid - x)) +
                                 monitor(map->spec, base_position(map, mid + x)));
    }
    return length * sum;
}

/* Panel ends: 64 equal steps of u, so that the base map is resolved, and every half width
 * around each refined point. */
static size_t panel_ends(const struct spacing_map *map, double *u) {
    const struct axis_spec *a = map->spec;
    const double u0 = base_coordinate(map, a->lo), u1 = base_coordinate(map, a->hi);
    size_t n = 0;
    for (int k = 0; k <= 64; k++)
        u[n++] = (u0 * (64 - k) + u1 * k) / 64;
    for (size_t k = 0; k < a->refinements; k++)
        for (int j = -SPAN; j <= SPAN; j++) {
            const double x = a->refine[k].at + 0.5 * j * a->refine[k].width;
            if (x > a->lo && x < a->hi) u[n++] = base_coordinate(map, x);
        }
    numbers_sort(n, u);
    return n - 1;
}

struct spacing_map *spacing_map_create(const struct axis_spec *spec, struct error *err) {
    struct spacing_map *map = array_create(1, sizeof *map, err);
    if (map == NULL) return NULL;
    map->spec = spec;
    if (spec->spacing == SPACING_GEOMETRIC && spec->cells > 1)
        map->c = (double)spec->cells / (double)(spec->cells - 1) * log(spec->ratio);
    if (spec->refinements == 0) return map;
    const size_t most = 65 + spec->refinements * (2 * SPAN + 1);
    map->u = array_create(most, sizeof *map->u, err);
    map->s = map->u ? array_create(most, sizeof *map->s, err) : NULL;
    if (map->s == NULL) return spacing_map_destroy(map), NULL;
    map->panels = panel_ends(map, map->u);
    for (size_t k = 0; k < map->panels; k++)
        map->s[k + 1] = map->s[k] + panel_integral(map, map->u[k], map->u[k + 1]);
    return map;
}

void spacing_map_destroy(struct spacing_map *map) {
    if (map == NULL) return;
    free(map->s);
    free(map->u);
    free(map);
}

/* Largest k < panels with value[k] <= at. */
static size_t panel_of(const struct spacing_map *map, const double *value, double at) {
    size_t k = 0, end = map->panels;
    while (end - k > 1) {
        const size_t mid = (k + end) / 2;
        if (value[mid] <= at)
            k = mid;
        else
            end = mid;
    }
    return k;
}

double spacing_coordinate(const struct spacing_map *map, double x) {
    const double u = base_coordinate(map, x);
    if (map->panels == 0) return u;
    const size_t k = panel_of(map, map->u, u);
    return map->s[k] + panel_integral(map, map->u[k], u);
}

/* Newton's method inside the panel, kept between bounds that close in: s is increasing. */
static double refined_base(const struct spacing_map *map, double s) {
    const size_t k = panel_of(map, map->s, s);
    const double u0 = map->u[k];
    double low = u0, high = map->u[k + 1];
    double u = low + (high - low) * (s - map->s[k]) / (map->s[k + 1] - map->s[k]);
    for (int step = 0; step < 60; step++) {
        const double over = map->s[k] + panel_integral(map, u0, u) - s;
        if (over > 0)
            high = u;
        else
            low = u;
        double next = u - over / monitor(map->spec, base_position(map, u));
        if (!(next >= low && next <= high)) next = 0.5 * (low + high);
        if (fabs(next - u) <= 1e-15 * fmax(fabs(map->u[0]), fabs(map->u[map->panels])))
            return next;
        u = next;
    }
    return u;
}

double spacing_position(const struct spacing_map *map, double s) {
    return base_position(map, map->panels ? refined_base(map, s) : s);
}
