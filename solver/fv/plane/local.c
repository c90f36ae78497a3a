/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Coefficients in index space at one point of the half-integer lattice. */
#include "solver/fv/plane/assemble.h"
#include "solver/fv/plane/selling.h"
#include <math.h>

double assembly_position(const struct assembly *a, int d, size_t I) {
    const struct axis *axis = a->grid->axis[d];
    return I % 2 == 1 ? axis->centre[I / 2] : axis->face[I / 2];
}

/* Of the cells at half-integer index I of axis d. */
static double spacing(const struct assembly *a, int d, size_t I) {
    const struct axis *axis = a->grid->axis[d];
    if (I % 2 == 1) return axis->width[I / 2];
    const size_t after = I / 2 % axis->cells,
                 before = (I / 2 + axis->cells - 1) % axis->cells;
    if (a->periodic[d] || (I > 0 && I < 2 * axis->cells))
        return 0.5 * (axis->width[before] + axis->width[after]);
    return axis->width[I == 0 ? 0 : axis->cells - 1];
}

/* Eigenvalues mean +- half of D and its eigenvectors,
 *     mean = (D_xx + D_yy) / 2,   half = hypot( (D_xx - D_yy) / 2, D_xy ),
 *     axis of the larger one = (cos a, sin a),
 *     cos 2a = (D_xx - D_yy) / (2 half),   sin 2a = D_xy / half.
 * The larger of cos a, sin a comes from the half-angle formula with its square root, the
 * other one from sin 2a. */
struct plane_principal assembly_principal(const double D[3]) {
    struct plane_principal of;
    const double mean = 0.5 * (D[0] + D[2]), half = 0.5 * hypot(D[0] - D[2], 2 * D[1]);
    const double det = D[0] * D[2] - D[1] * D[1];
    of.lambda[0] = mean + half;
    of.lambda[1] = mean > 0 ? fmax(0, det / (mean + half)) : 0;
    const double cosine = half > 0 ? 0.5 * (D[0] - D[2]) / half : 1;
    const double sine = half > 0 ? D[1] / half : 0;
    const double longer = sqrt(0.5 * (1 + fabs(cosine))), shorter = 0.5 * sine / longer;
    of.axis[0][0] = cosine < 0 ? shorter : longer;
    of.axis[0][1] = cosine < 0 ? longer : shorter;
    of.axis[1][0] = -of.axis[0][1], of.axis[1][1] = of.axis[0][0];
    return of;
}

/* g = D^-1 c, regularised where D may be nearly singular. With lambda, w an eigenvalue of D
 * and its vector and Pe the cell Peclet number along w,
 *     g = Sum f(Pe) w (w . c) / lambda,
 *     f = 1 / (1 + x^2),   x = max(0, (Pe / 20)^2 - 1/16).
 * f = 1 for Pe <= 5: all of the drift is in g, upwinding would only add edges. f -> 0 for
 * Pe >> 20: the drift along a direction that hardly diffuses is left for upwinding. */
static void divide_drift(enum potential_source source, struct plane_local *l) {
    const double *c = l->c, size = hypot(c[0], c[1]);
    if (size == 0) return;
    const struct plane_principal of = assembly_principal(l->D);
    const double(*axis)[2] = of.axis, *lambda = of.lambda;
    for (int k = 0; k < 2; k++) {
        const double along = c[0] * axis[k][0] + c[1] * axis[k][1];
        const double ratio = size / (20 * lambda[k]); /* inf where lambda = 0 */
        const double excess = fmax(0, ratio * ratio - 1.0 / 16);
        const double inside = source == POTENTIAL_FOUND ? 1 : 1 / (1 + excess * excess);
        for (int d = 0; d < 2; d++) {
            if (inside > 0) l->g[d] += inside * along / lambda[k] * axis[k][d];
            l->rest[d] += (1 - inside) * along * axis[k][d];
        }
    }
}

struct plane_local assembly_local(const struct assembly *a, size_t I, size_t J,
                                  const double *c, const double *D) {
    struct plane_local l = {.h = {spacing(a, 0, I), spacing(a, 1, J)}};
    l.area = l.h[0] * l.h[1];
    l.D[0] = D[0] / (l.h[0] * l.h[0]);
    l.D[1] = D[1] / l.area;
    l.D[2] = D[2] / (l.h[1] * l.h[1]);
    l.c[0] = c[0] / l.h[0], l.c[1] = c[1] / l.h[1];
    if (a->source != POTENTIAL_GIVEN) divide_drift(a->source, &l);
    return l;
}

/* Widens D to D + w tr(D) I: its anisotropy is then at most about 1/w, which bounds the
 * offsets. As longest ~ sqrt(cells), what is added falls as the grid is refined. */
struct selling assembly_decompose(const struct assembly *a, const struct plane_local *l,
                                  bool *widened) {
    struct selling s;
    double add = 0;
    *widened = false;
    while (!selling_decompose(l->D[0] + add, l->D[1], l->D[2] + add, a->longest, &s)) {
        *widened = true;
        const double first = 0.25 / ((double)a->longest * a->longest);
        add = add > 0 ? 2 * add : first * (l->D[0] + l->D[2]);
    }
    return s;
}

int32_t assembly_cell(const struct assembly *a, long i, long j, double x[2]) {
    long index[2] = {i, j};
    for (int d = 0; d < 2; d++) {
        const struct axis *axis = a->grid->axis[d];
        const long n = (long)a->n[d];
        long turns = 0;
        if (index[d] < 0 || index[d] >= n) {
            if (!a->periodic[d]) return -1;
            turns = index[d] >= 0 ? index[d] / n : -((n - 1 - index[d]) / n);
            index[d] -= turns * n;
        }
        x[d] = axis->centre[index[d]] + (double)turns * (axis->face[n] - axis->face[0]);
    }
    return (int32_t)(index[1] * (long)a->n[0] + index[0]);
}
