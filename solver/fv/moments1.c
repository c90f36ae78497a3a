/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/moments1.h"
#include "grids/sum.h"
#include "solver/fv/gauss.h"
#include <math.h>

/* Of p and x^0 .. x^4 times a line: means of xi^k over a cell, k = 0 .. 5. */
enum { POWERS = 6 };

/* w over one cell: its average relative to that at the centre of the cell that asks, and the
 * means over it of xi^k, xi = (x - centre) / width. */
struct weight {
    double average, mean[POWERS];
};

/* (t / width)^k t^s over [0, 1] in units of the width, about 1/2: the cell at the wall. */
static void weigh_first(double offset, double s, int side, struct weight *w) {
    double raw[POWERS];
    for (int k = 0; k < POWERS;
         k++) { /* about the zero, which lies offset before the wall */
        const double n = s + 1 + k;
        raw[k] = (pow(1 + offset, n) - (offset > 0 ? pow(offset, n) : 0)) / n;
    }
    for (int k = 0; k < POWERS; k++) {
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

static void weigh_far(double t, double s, int side, struct weight *w) {
    struct gauss g;
    gauss_init(&g);
    for (int i = 0; i < GAUSS_POINTS; i++) {
        double part = g.w[i] * pow(t + g.x[i], s);
        for (int k = 0; k < POWERS; k++)
            w->mean[k] += part, part *= side * (g.x[i] - 0.5);
    }
    w->average = w->mean[0];
    for (int k = POWERS - 1; k >= 0; k--)
        w->mean[k] /= w->mean[0];
}

/* The weight of `power` over cell i. */
static struct weight weigh(const struct axis *axis, const struct power1 *power, size_t i) {
    const double h = axis->width[i];
    if (power->side == 0) return (struct weight){1, {1, 0, 1.0 / 12, 0, 1.0 / 80, 0}};
    struct weight w = {0};
    if (isinf(power->s)) { /* all on the wall, and that is a face of this cell */
        w.average = w.mean[0] = 1;
        for (int k = 1; k < POWERS; k++)
            w.mean[k] = w.mean[k - 1] * -0.5 * power->side;
        return w;
    }
    const double near = fabs(axis->face[power->side > 0 ? i : i + 1] - power->wall);
    const double t = (near + power->offset) / h;
    if (near < h / 2)
        weigh_first(t, power->s, power->side, &w);
    else
        weigh_far(t, power->s, power->side, &w);
    w.average *= pow(h, power->s);
    return w;
}

/* v of cell k relative to that of cell i, and the place that it stands for. */
struct value {
    double v, x;
};
static struct value value_at(const struct axis *axis, const struct power1 *power,
                             const double *p, size_t k) {
    const struct weight w = weigh(axis, power, k);
    return (struct value){p[k] / w.average, axis->centre[k] + axis->width[k] * w.mean[1]};
}

/* May cell k be a neighbour of cell i? Not a cell whose mass is on the wall. */
static bool usable(const struct generator1 *g, size_t i, size_t k) {
    const struct power1 *a = &g->power[i], *b = &g->power[k];
    return k < g->cells && !(b->side != 0 && isinf(b->s)) && !(a->side != 0 && isinf(a->s));
}

/* q[k]: means over cell i of xi^k under p. */
static void powers_of(const struct generator1 *g, const double *p, size_t i,
                      double q[POWERS - 1]) {
    const struct axis *axis = g->grid->axis[0];
    const struct power1 *power = &g->power[i];
    const struct weight w = weigh(axis, power, i);
    const size_t below = i > 0 && usable(g, i, i - 1) ? i - 1 : i;
    const size_t above = i + 1 < g->cells && usable(g, i, i + 1) ? i + 1 : i;
    double slope = 0; /* of v, relative to v_i, per width */
    if (below < above) {
        const struct value a = value_at(axis, power, p, below),
                           b = value_at(axis, power, p, above);
        slope = (b.v - a.v) / (b.x - a.x) * axis->width[i] * (w.average / p[i]);
        if (!isfinite(slope)) slope = 0; /* next to nothing there */
    }
    for (int k = 0; k + 1 < POWERS; k++)
        q[k] = w.mean[k] * (1 - slope * w.mean[1]) + slope * w.mean[k + 1];
}

/* Adds width p times the means of (x - about)^j. */
static void add_powers(const struct generator1 *g, const double *p, size_t i, double about,
                       struct sum sums[5]) {
    static const double binomial[5][5] = {
        {1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}, {1, 4, 6, 4, 1}};
    const struct axis *axis = g->grid->axis[0];
    const double h = axis->width[i], c = axis->centre[i] - about;
    double q[POWERS - 1];
    if (!(p[i] > 0)) return;
    powers_of(g, p, i, q);
    for (int j = 0; j < 5; j++) {
        double mean = 0;
        for (int k = 0; k <= j; k++)
            mean += binomial[j][k] * pow(c, j - k) * pow(h, k) * q[k];
        sum_add(&sums[j], h * p[i] * mean);
    }
}

struct moments moments1(const struct generator1 *g, const double *p) {
    if (g->power == NULL) return field_moments(g->grid, p, 0);
    double about = g->grid->axis[0]->centre[g->cells / 2], m[5] = {0};
    for (int pass = 0; pass < 2; pass++) { /* second pass about the mean: no cancellation */
        struct sum sums[5] = {{0}};
        if (pass == 1) about += m[1];
        for (size_t i = 0; i < g->cells; i++)
            add_powers(g, p, i, about, sums);
        for (int j = 0; j < 5; j++)
            m[j] = sum_value(sums[j]) / sum_value(sums[0]);
    }
    const double *x = g->grid->axis[0]->face, span = x[g->cells] - x[0];
    const double variance = fmax(m[2] - m[1] * m[1], 0);
    const bool point = !(variance > 1e-24 * span * span); /* all of it on a wall */
    return (struct moments){.mean = about + m[1],
                            .variance = variance,
                            .skewness = point ? (double)NAN : m[3] / pow(variance, 1.5),
                            .kurtosis = point ? (double)NAN : m[4] / (variance * variance)};
}
