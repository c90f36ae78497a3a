/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/bernoulli.h"
#include <math.h>

double bernoulli(double z) {
    if (z == 0) return 1;
    if (z < 37) return z / expm1(z); /* expm1 keeps all digits near 0, and is -1 far left */
    if (z > 1600) return 0;
    const double half = exp(-0.5 * z); /* e^z - 1 = e^z here; halved, so that nothing */
    return z * half * half;            /* underflows before the result does */
}
