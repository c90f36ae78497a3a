/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/moments.h"
#include "grids/sum.h"
#include <math.h>

enum { POWERS = POWER_MOMENTS };

static bool on_wall(const struct power_cell *w) {
    return w->power.side != 0 && isinf(w->power.s);
}

bool line_cell_on_wall(const struct line_generator *g, size_t cell) {
    return g->power != NULL && on_wall(&g->power[cell]);
}

/* Do cells i and k know the same w? */
static bool same(const struct line_generator *g, size_t i, size_t k) {
    const struct power_cell *a = &g->power[i], *b = &g->power[k];
    return !on_wall(a) && !on_wall(b) && a->power.side == b->power.side &&
           a->power.wall == b->power.wall;
}

/* The place that cell k's v stands for. */
static double place(const struct line_generator *g, size_t k) {
    const struct axis *axis = g->grid->axis[0];
    return axis->centre[k] + axis->width[k] * g->power[k].mean[1];
}

/* q[k]: means over cell i of xi^k under p. */
static void powers_of(const struct line_generator *g, const double *p, size_t i,
                      double q[POWERS - 1]) {
    const struct power_cell *w = &g->power[i];
    const size_t below = i > 0 && same(g, i, i - 1) ? i - 1 : i;
    const size_t above = i + 1 < g->cells && same(g, i, i + 1) ? i + 1 : i;
    double slope = 0; /* of v, relative to v_i, per width */
    if (below < above)
        slope = (p[above] / g->power[above].average - p[below] / g->power[below].average) /
                (place(g, above) - place(g, below)) * g->grid->axis[0]->width[i] *
                (w->average / p[i]);
    if (!isfinite(slope)) slope = 0; /* next to nothing there */
    for (int k = 0; k + 1 < POWERS; k++)
        q[k] = w->mean[k] * (1 - slope * w->mean[1]) + slope * w->mean[k + 1];
}

/* x^n, n <= 4. */
static double power_of(double x, int n) {
    double product = 1;
    while (n-- > 0)
        product *= x;
    return product;
}

/* Adds width p times the means of (x - about)^j. */
static void add_powers(const struct line_generator *g, const double *p, size_t i,
                       double about, struct sum sums[5]) {
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
            mean += binomial[j][k] * power_of(c, j - k) * power_of(h, k) * q[k];
        sum_add(&sums[j], h * p[i] * mean);
    }
}

struct moments line_moments(const struct line_generator *g, const double *p) {
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
