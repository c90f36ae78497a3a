/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The function behind a name of model.tables, of one variable (spline.h) or two (surface.h);
 * or one of `members` such functions, chosen by an index that is the last operand (the losses
 * of single examples). */
#pragma once

#include "solver/expr/knots.h"

/* Numbers for a function: y[ny] NULL for one of one variable. */
struct lookup_points {
    size_t members; /* 0: a function without index */
    size_t nx, ny;
    const double *x, *y;
    const double *value; /* [members or 1][ny where there is a y][nx] */
};
struct lookup_options {
    bool positive, periodic[2];
    enum knots_outside outside;
};

/* Orders of derivatives in both variables as one number: in x + 4 in y. */
enum { LOOKUP_STEP = 4, LOOKUP_ORDERS = 16, LOOKUP_OPERANDS = 3 };

struct lookup; /* immutable; counts its owners, also over threads */

/* Copies. Failures as of spline_create and surface_create, which name the member. */
MUST_CHECK struct lookup *lookup_create(const struct lookup_points *points,
                                        struct lookup_options options, struct error *err);
/* One owner more; returns l. Each owner destroys it. */
struct lookup *lookup_share(struct lookup *l);
void lookup_destroy(struct lookup *l);

int lookup_dims(const struct lookup *l);     /* 1 or 2 variables */
int lookup_operands(const struct lookup *l); /* one more with an index */
size_t lookup_members(const struct lookup *l);
/* d[i] = a derivative (0 .. 15) at operand[0 ..][i], i < n; d may be one of them. An index
 * that is not 0 .. members - 1 gives NaN. */
void lookup_values(const struct lookup *l, int order, size_t n, double *d,
                   const double *const operand[LOOKUP_OPERANDS]);
/* May that derivative jump? */
bool lookup_jumps(const struct lookup *l, int order);

enum { LOOKUP_RANGE = 120 };
/* "[-1, 1]" or "[-1, 1] x [0, 2]": where points beyond have no value; else "". */
void lookup_range(const struct lookup *l, char text[LOOKUP_RANGE]);
