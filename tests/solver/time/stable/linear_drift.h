/* SPDX-License-Identifier: GPL-3.0-or-later
 * The linear well b = -a[1] (x - a[2]). */
#pragma once

#include "tests/solver/fv_models.h"

static inline double linear(double x, const double *a) {
    return -a[1] * (x - a[2]);
}
static inline double constant(double x, const double *a) {
    return a[0] + 0 * x;
}
static const struct model1 well = {linear, constant, NULL, NULL, 0, {1, 1, 0}};
