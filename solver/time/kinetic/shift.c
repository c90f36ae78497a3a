/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/kinetic/shift.h"
#include <math.h>
#include <string.h>

enum { R = SHIFT_REACH, CELLS = 2 * R + 1, FACES = CELLS + 1 };

/* The weights w of the mass in the upper part f of cell i,
 *     Sum_m w[R + m] in[i + m] = C(1) - C(1 - f),
 * C the polynomial through the cumulative distribution at the faces -R .. R + 1 (cell i
 * lies between faces 0 and 1). */
static void set_weights(double f, double w[CELLS]) {
    double tail = 0; /* Sum of Lagrange's polynomials of the faces above cell m */
    for (int m = R; m >= -R; m--) {
        const int face = m + 1;
        double basis = 1;
        for (int q = -R; q <= R + 1; q++)
            if (q != face) basis *= (1 - f - q) / (face - q);
        tail += basis;
        w[R + m] = (m <= 0) - tail;
    }
}

/* Neighbours on both sides: the other end's, or nothing. */
static void pad(size_t n, const double *in, bool ring, double *padded) {
    memcpy(padded + R, in, n * sizeof *in);
    for (size_t k = 0; k < R; k++) {
        padded[k] = ring ? in[n - R + k] : 0;
        padded[R + n + k] = ring ? in[k] : 0;
    }
}

static void split(size_t n, const double *restrict padded, const double w[CELLS],
                  double *restrict upper) {
    for (size_t i = 0; i < n; i++) {
        double part = 0;
        for (int m = 0; m < CELLS; m++)
            part += w[m] * padded[i + (size_t)m];
        const double all = padded[i + R];
        part = part < 0 ? 0 : part;
        upper[i] = part > all ? all : part;
    }
}

/* Moves cells by m and upper parts by one more; beyond an end into the end cell. */
static void scatter_line(size_t n, const double *in, const double *upper, ptrdiff_t m,
                         double *out) {
    const ptrdiff_t last = (ptrdiff_t)n - 1;
    memset(out, 0, n * sizeof *out);
    for (ptrdiff_t i = 0; i <= last; i++) {
        const ptrdiff_t low = i + m, high = low + 1;
        out[low < 0 ? 0 : low > last ? last : low] += in[i] - upper[i];
        out[high < 0 ? 0 : high > last ? last : high] += upper[i];
    }
}

static void scatter_ring(size_t n, const double *in, const double *upper, ptrdiff_t m,
                         double *out) {
    ptrdiff_t to = m % (ptrdiff_t)n;
    if (to < 0) to += (ptrdiff_t)n;
    size_t i = (n - (size_t)to) % n; /* comes to cell 0 */
    for (size_t k = 0; k < n; k++) {
        const size_t below = i == 0 ? n - 1 : i - 1;
        out[k] = in[i] - upper[i] + upper[below];
        if (++i == n) i = 0;
    }
}

void shift_line(size_t n, const double *in, double by, bool ring, double *padded,
                double *upper, double *out) {
    const double whole = floor(by);
    double w[CELLS];
    set_weights(by - whole, w);
    pad(n, in, ring, padded);
    split(n, padded, w, upper);
    if (ring)
        scatter_ring(n, in, upper, (ptrdiff_t)whole, out);
    else
        scatter_line(n, in, upper, (ptrdiff_t)fmin(fmax(whole, -1e9), 1e9), out);
}
