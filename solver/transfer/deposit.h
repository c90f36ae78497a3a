/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a unit of mass that lands at x is put: on the four nearest cell centres, by the
 * weights of cubic Lagrange interpolation,
 *     weight_k = Prod_{l != k} (x - c_l) / (c_k - c_l).
 * Moments up to the third are kept, and expectations of smooth functions are of fourth order
 * (docs/numerics.md 10.1). The linear deposit, on the two nearest centres, is positive and
 * keeps the mean only; the quintic one, on six, keeps moments up to the fifth and is of sixth
 * order, for laws that are deposited in very many steps that are too small to stretch cells.
 *
 * At the ends of an axis centres are continued: mirrored at a reflecting or absorbing end,
 * repeated where the axis is periodic. What is put on a mirrored centre is folded back at a
 * reflecting end and is gone at an absorbing one: absorbing is a law cut off at the face. */
#pragma once

#include "grids/grid.h"

enum {
    DEPOSIT_MOST = 36, /* cells of a deposit */
    DEPOSIT_CELLS = 4  /* cells that an axis needs at least */
};
/* The first two as numbers: is it positive? */
enum deposit_kind { DEPOSIT_CUBIC, DEPOSIT_LINEAR, DEPOSIT_QUINTIC };

struct deposit {
    int n; /* 0 when all is absorbed */
    size_t cell[DEPOSIT_MOST];
    double weight[DEPOSIT_MOST];
    double absorbed; /* 1 - Sum weight */
};

/* w[dims]: any finite numbers. */
struct deposit deposit_at(const struct grid *grid, enum deposit_kind kind, const double *w);

/* The centre of the cell k, continued beyond the ends: -cells <= k < 2 cells. */
double deposit_centre(const struct axis *axis, long k);
/* The cell that k is an image of, mirrored also at absorbing ends. */
size_t deposit_image(const struct axis *axis, long k);
