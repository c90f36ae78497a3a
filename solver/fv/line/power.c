/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/power.h"
#include <math.h>

/* Integral of x^(n-1) from a >= 0 to a + 1; n > 0, or a > 0. */
static double power_integral(double a, double n) {
    if (!(a > 0)) return 1 / n;
    const double L = log((1 + a) / a);
    if (n > 0) return pow(1 + a, n) * -expm1(-n * L) / n;
    return n == 0 ? L : pow(a, n) * expm1(n * L) / n;
}

/* (t / width)^k t^s over [0, 1] in units of the width, about 1/2: the cell at the wall. */
static void weigh_first(double offset, double s, int side, struct power_cell *w) {
    double raw[POWER_MOMENTS];
    for (int k = 0; k < POWER_MOMENTS;
         k++) { /* about the zero, which lies offset before the wall */
        const double n = s + 1 + k;
        raw[k] = power_integral(offset, n);
    }
    for (int k = 0; k < POWER_MOMENTS; k++) {
        double binomial = 1;
        w->mean[k] = 0;
        for (int j = k; j >= 0; j--) { /* xi = side (t - offset - 1/2) */
            w->mean[k] += binomial * raw[j] * pow(-offset - 0.5, k - j);
            binomial = binomial * j / (k - j + 1);
        }
        w->mean[k] *= (k % 2 ? side : 1) / raw[0];
    }
    w->average = raw[0];
}

static void weigh_far(const struct gauss *g, double t, double s, int side,
                      struct power_cell *w) {
    for (int i = 0; i < GAUSS_POINTS; i++) {
        double part = g->w[i] * pow(t + g->x[i], s);
        for (int k = 0; k < POWER_MOMENTS; k++)
            w->mean[k] += part, part *= side * (g->x[i] - 0.5);
    }
    w->average = w->mean[0];
    for (int k = POWER_MOMENTS - 1; k >= 0; k--)
        w->mean[k] /= w->mean[0];
}

struct power_cell power_cell_over(const struct gauss *gauss, const struct axis *axis,
                                  const struct line_power *power, size_t i) {
    const double h = axis->width[i];
    if (power->side == 0)
        return (struct power_cell){*power, 1, {1, 0, 1.0 / 12, 0, 1.0 / 80, 0}};
    struct power_cell w = {.power = *power};
    if (isinf(power->s)) { /* all on the wall, and that is a face of this cell */
        w.average = w.mean[0] = 1;
        for (int k = 1; k < POWER_MOMENTS; k++)
            w.mean[k] = w.mean[k - 1] * -0.5 * power->side;
        return w;
    }
    const double near = fabs(axis->face[power->side > 0 ? i : i + 1] - power->wall);
    const double t = (near + power->offset) / h;
    if (near < h / 2)
        weigh_first(t, power->s, power->side, &w);
    else
        weigh_far(gauss, t, power->s, power->side, &w);
    w.average *= pow(h, power->s);
    return w;
}
