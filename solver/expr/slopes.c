/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/expr/slopes.h"
#include <stdlib.h>

void slopes_finish(struct slopes *s) {
    free(s->h);
}

bool slopes_start(struct slopes *s, size_t n, const double *x, bool periodic,
                  struct error *err) {
    *s = (struct slopes){.n = n, .periodic = periodic};
    if ((s->h = array_create(7 * n, sizeof *s->h, err)) == NULL) return false;
    s->delta = s->h + n, s->left = s->h + 2 * n, s->middle = s->h + 3 * n;
    s->right = s->h + 4 * n, s->d = s->h + 5 * n, s->z = s->h + 6 * n;
    for (size_t i = 0; i + 1 < n; i++)
        s->h[i] = x[i + 1] - x[i];
    return true;
}

/* The second derivative is continuous where the intervals p (left) and q meet:
 *     h_q d_{i-1} + 2 (h_p + h_q) d_i + h_p d_{i+1} = 3 (h_q delta_p + h_p delta_q). */
static void smooth_row(struct slopes *s, size_t i, size_t p, size_t q) {
    s->left[i] = s->h[q], s->right[i] = s->h[p];
    s->middle[i] = 2 * (s->h[p] + s->h[q]);
    s->d[i] = 3 * (s->h[q] * s->delta[p] + s->h[p] * s->delta[q]);
}

/* The third derivative is continuous between the outer interval a and its neighbour b:
 *     h_b d_0 + (h_a + h_b) d_1 = ((3 h_a + 2 h_b) h_b delta_a + h_a^2 delta_b)/(h_a + h_b).
 * Returns the right side; the factor of d_1 is h_a + h_b. */
static double not_a_knot(const struct slopes *s, size_t a, size_t b) {
    const double ha = s->h[a], hb = s->h[b];
    return ((3 * ha + 2 * hb) * hb * s->delta[a] + ha * ha * s->delta[b]) / (ha + hb);
}

/* Elimination without pivoting: the matrix is diagonally dominant but for the not-a-knot
 * rows, where the pivots stay positive. rhs: [count], the solution on return. middle is
 * destroyed. */
static void eliminate(struct slopes *s, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const double factor = s->left[i] / s->middle[i - 1];
        s->middle[i] -= factor * s->right[i - 1];
        s->d[i] -= factor * s->d[i - 1];
        s->z[i] -= factor * s->z[i - 1];
    }
    for (size_t i = count; i-- > 0;) {
        const bool last = i + 1 == count;
        s->d[i] = (s->d[i] - (last ? 0 : s->right[i] * s->d[i + 1])) / s->middle[i];
        s->z[i] = (s->z[i] - (last ? 0 : s->right[i] * s->z[i + 1])) / s->middle[i];
    }
}

static void solve_open(struct slopes *s) {
    const size_t n = s->n;
    for (size_t i = 1; i + 1 < n; i++)
        smooth_row(s, i, i - 1, i);
    s->middle[0] = s->h[1], s->right[0] = s->h[0] + s->h[1];
    s->middle[n - 1] = s->h[n - 3], s->left[n - 1] = s->h[n - 3] + s->h[n - 2];
    s->d[0] = not_a_knot(s, 0, 1), s->d[n - 1] = not_a_knot(s, n - 2, n - 3);
    eliminate(s, n);
}

/* Cyclic in the n - 1 different points: A = T + u v', u = (g, 0, .., right_last),
 * v = (1, 0, .., left_0/g), by the formula of Sherman and Morrison. */
static void solve_periodic(struct slopes *s) {
    const size_t m = s->n - 1;
    for (size_t i = 0; i < m; i++)
        smooth_row(s, i, i == 0 ? m - 1 : i - 1, i);
    const double g = -s->middle[0], corner = s->left[0] / g;
    s->z[0] = g, s->z[m - 1] = s->right[m - 1];
    s->middle[m - 1] -= s->right[m - 1] * corner;
    s->middle[0] -= g;
    eliminate(s, m);
    const double factor =
        (s->d[0] + corner * s->d[m - 1]) / (1 + s->z[0] + corner * s->z[m - 1]);
    for (size_t i = 0; i < m; i++)
        s->d[i] -= factor * s->z[i];
    s->d[m] = s->d[0];
}

void slopes_solve(struct slopes *s, const double *y, size_t stride) {
    for (size_t i = 0; i + 1 < s->n; i++)
        s->delta[i] = (y[(i + 1) * stride] - y[i * stride]) / s->h[i];
    for (size_t i = 0; i < s->n; i++)
        s->z[i] = 0;
    (s->periodic ? solve_periodic : solve_open)(s);
}
