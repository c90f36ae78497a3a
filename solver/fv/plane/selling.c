/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/selling.h"
#include <math.h>
#include <stdlib.h>

/* Products smaller than this part of |v||w| tr D count as zero: rounding could make the
 * superbase cycle. */
static const double negligible = 1e-13;

static double product(const double D[3], const int v[2], const int w[2]) {
    return v[0] * (D[0] * w[0] + D[1] * w[1]) + v[1] * (D[1] * w[0] + D[2] * w[1]);
}

static double threshold(const double D[3], const int v[2], const int w[2]) {
    const double vv = v[0] * v[0] + v[1] * v[1], ww = w[0] * w[0] + w[1] * w[1];
    return negligible * (D[0] + D[2]) * sqrt(vv * ww);
}

/* One step (v_i, v_j, v_k) <- (-v_i, v_j, v_i - v_j) for the first acute pair; false when
 * the superbase is obtuse. */
static bool make_obtuse(const double D[3], int v[3][2]) {
    for (int k = 0; k < 3; k++) {
        int *vi = v[(k + 1) % 3], *vj = v[(k + 2) % 3], *vk = v[k];
        if (product(D, vi, vj) <= threshold(D, vi, vj)) continue;
        vk[0] = vi[0] - vj[0], vk[1] = vi[1] - vj[1];
        vi[0] = -vi[0], vi[1] = -vi[1];
        return true;
    }
    return false;
}

bool selling_decompose(double xx, double xy, double yy, int reach, struct selling *out) {
    const double D[3] = {xx, xy, yy};
    int v[3][2] = {{1, 0}, {0, 1}, {-1, -1}};
    while (make_obtuse(D, v))
        for (int k = 0; k < 3; k++)
            if (abs(v[k][0]) > reach || abs(v[k][1]) > reach) return false;
    for (int k = 0; k < 3; k++) {
        out->rho[k] = fmax(0, -product(D, v[(k + 1) % 3], v[(k + 2) % 3]));
        out->e[k][0] = -v[k][1], out->e[k][1] = v[k][0];
    }
    return true;
}

int selling_parity(const struct selling *s, int px, int py) {
    for (int k = 0; k < 2; k++)
        if ((s->e[k][0] & 1) == px && (s->e[k][1] & 1) == py) return k;
    return 2;
}
