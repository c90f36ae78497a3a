/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/expr/lookup.h"
#include "solver/expr/spline.h"
#include "solver/expr/surface.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct lookup {
    atomic_size_t owners;
    int dims;
    size_t members;       /* 0: a function without index */
    struct spline **line; /* [members or 1], or NULL */
    struct surface **plane;
};

static size_t functions(const struct lookup *l) {
    return l->members > 0 ? l->members : 1;
}

/* ---------------------------------------------------------------- creating */

static bool member_create(struct lookup *l, size_t k, const struct lookup_points *p,
                          struct lookup_options o, struct error *err) {
    const struct spline_options line = {o.positive, o.periodic[0], o.outside};
    const struct surface_options plane = {
        o.positive, {o.periodic[0], o.periodic[1]}, o.outside};
    if (l->dims == 1)
        l->line[k] = spline_create(p->nx, p->x, p->value + k * p->nx, line, err);
    else
        l->plane[k] = surface_create(p->nx, p->x, p->ny, p->y, p->value + k * p->nx * p->ny,
                                     plane, err);
    const bool good = l->dims == 1 ? l->line[k] != NULL : l->plane[k] != NULL;
    if (!good && l->members > 0) fail_within(err, "example %zu", k + 1);
    return good;
}

struct lookup *lookup_create(const struct lookup_points *p, struct lookup_options options,
                             struct error *err) {
    struct lookup *l = array_create(1, sizeof *l, err);
    if (l == NULL) return NULL;
    atomic_init(&l->owners, 1);
    l->dims = p->y == NULL ? 1 : 2;
    l->members = p->members;
    if (l->dims == 1)
        l->line = array_create(functions(l), sizeof(struct spline *), err);
    else
        l->plane = array_create(functions(l), sizeof(struct surface *), err);
    bool good = l->line != NULL || l->plane != NULL;
    for (size_t k = 0; good && k < functions(l); k++)
        good = member_create(l, k, p, options, err);
    if (good) return l;
    return lookup_destroy(l), NULL;
}

struct lookup *lookup_share(struct lookup *l) {
    atomic_fetch_add(&l->owners, 1);
    return l;
}

void lookup_destroy(struct lookup *l) {
    if (l == NULL || atomic_fetch_sub(&l->owners, 1) > 1) return;
    for (size_t k = 0; k < functions(l); k++) {
        if (l->line != NULL) spline_destroy(l->line[k]);
        if (l->plane != NULL) surface_destroy(l->plane[k]);
    }
    free(l->line);
    free(l->plane);
    free(l);
}

/* ---------------------------------------------------------------- values */

int lookup_dims(const struct lookup *l) {
    return l->dims;
}

int lookup_operands(const struct lookup *l) {
    return l->dims + (l->members > 0);
}

size_t lookup_members(const struct lookup *l) {
    return l->members;
}

static void member_values(const struct lookup *l, size_t k, int order, size_t n, double *d,
                          const double *x, const double *y) {
    const int orders[2] = {order % LOOKUP_STEP, order / LOOKUP_STEP};
    if (l->dims == 1)
        spline_values(l->line[k], orders[0], n, d, x);
    else
        surface_values(l->plane[k], orders, n, d, x, y);
}

/* Lanes that follow each other with one index go together. */
void lookup_values(const struct lookup *l, int order, size_t n, double *d,
                   const double *const operand[LOOKUP_OPERANDS]) {
    const double *x = operand[0], *y = operand[1], *index = operand[l->dims];
    if (l->members == 0) {
        member_values(l, 0, order, n, d, x, y);
        return;
    }
    for (size_t i = 0, end; i < n; i = end) {
        const double k = index[i];
        for (end = i + 1; end < n && index[end] == k;)
            end++;
        if (k >= 0 && k < (double)l->members)
            member_values(l, (size_t)k, order, end - i, d + i, x + i,
                          l->dims == 2 ? y + i : NULL);
        else
            for (size_t lane = i; lane < end; lane++)
                d[lane] = (double)NAN;
    }
}

bool lookup_jumps(const struct lookup *l, int order) {
    const int orders[2] = {order % LOOKUP_STEP, order / LOOKUP_STEP};
    for (size_t k = 0; k < functions(l); k++)
        if (l->dims == 1 ? spline_jumps(l->line[k], order)
                         : surface_jumps(l->plane[k], orders))
            return true;
    return false;
}

/* ---------------------------------------------------------------- the range */

void lookup_range(const struct lookup *l, char text[LOOKUP_RANGE]) {
    int length = 0;
    bool ends = false;
    for (int axis = 0; axis < l->dims; axis++) {
        const struct knots *k =
            l->dims == 1 ? spline_knots(l->line[0]) : surface_knots(l->plane[0], axis);
        ends |= knots_end(k);
        length += snprintf(text + length, LOOKUP_RANGE - (size_t)length, "%s[%.9g, %.9g]",
                           axis > 0 ? " x " : "", k->x[0], k->x[k->n - 1]);
    }
    if (!ends) text[0] = '\0';
}
