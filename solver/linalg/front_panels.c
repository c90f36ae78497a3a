/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/front_panels.h"
#include "io/clones.h"
#include "io/eight.h"
#include <string.h>

static inline size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}
/* Of the panel that ends at state `end`, panels beginning at 0. */
static inline size_t last_width(size_t end) {
    return (end - 1) % PANEL + 1;
}
static inline size_t triangle(size_t W) {
    return W * (W - 1) / 2;
}

/* --------------------------------------------------------------------------- storing */

/* R[k][from .. from + W) for k in [k0, k1). */
static double *store_block(const double *R, size_t width, size_t k0, size_t k1, size_t from,
                           size_t W, double *to) {
    for (size_t k = k0; k < k1; k++, to += W)
        memcpy(to, R + k * width + from, W * sizeof *to);
    return to;
}

/* T becomes N: entries [i][k], i > k. */
static void invert(double T[PANEL][PANEL], size_t W) {
    for (size_t k = 0; k < W; k++)
        for (size_t i = k + 1; i < W; i++) /* T[m][k], m < i, are N already */
            for (size_t m = k + 1; m < i; m++)
                T[i][k] += T[i][m] * T[m][k];
}

void front_store_rows(const double *R, size_t n, size_t own, double *rows) {
    const size_t width = n + 1;
    for (size_t j = 0, W; j < own; j += W) {
        double T[PANEL][PANEL];
        W = smaller(PANEL, own - j);
        rows = store_block(R, width, 0, j, j, W, rows);
        for (size_t i = 0; i < W; i++)
            for (size_t k = 0; k < i; k++)
                T[i][k] = R[(j + k) * width + j + i];
        invert(T, W);
        for (size_t k = 0; k < W; k++)
            for (size_t i = k + 1; i < W; i++)
                *rows++ = T[i][k];
    }
    for (size_t j = own, W; j < n; j += W) {
        W = smaller(PANEL, n - j);
        rows = store_block(R, width, 0, own, j, W, rows);
    }
}

void front_store_columns(const double *R, size_t n, size_t own, double *columns) {
    const size_t width = n + 1;
    for (size_t end = own, W; end > 0; end -= W) {
        double T[PANEL][PANEL];
        W = last_width(end);
        const size_t first = end - W;
        columns = store_block(R, width, end, n, first, W, columns);
        for (size_t i = 0; i < W; i++)
            for (size_t k = 0; k < i; k++)
                T[i][k] =
                    R[(first + i) * width + first + k] / R[(first + k) * width + first + k];
        invert(T, W);
        for (size_t i = 0; i < W; i++)
            for (size_t k = 0; k < i; k++)
                *columns++ = T[i][k];
        for (size_t k = first; k < end; k++)
            *columns++ = R[k * width + k];
    }
}

/* ------------------------------------------------------------------------------ lanes */

static const eight_bits lane = {0, 1, 2, 3, 4, 5, 6, 7};

/* x += c v in the lanes after `first` and before `end`. */
INLINE void add_between(int64_t first, int64_t end, double c, const double *v, eight *x) {
    eight y = *eight_at(v);
    eight_bits bits;
    memcpy(&bits, &y, sizeof bits);
    bits &= (lane > first) & (lane < end);
    memcpy(&y, &bits, sizeof y);
    *x += c * y;
}

/* x = v[j + lane] for the W states of a panel, 0 in other lanes. */
INLINE void take(const double *v, size_t j, size_t n, size_t W, eight *x) {
    *x = (eight){0};
    if (j + PANEL <= n)
        add_between(-1, (int64_t)W, 1, v + j, x);
    else
        for (size_t q = 0; q < W; q++)
            (*x)[q] = v[j + q];
}

/* And v[j + lane] = x; what follows stays. */
INLINE void give(double *v, size_t j, size_t W, const eight *x) {
    if (W == PANEL)
        memcpy(v + j, x, sizeof *x);
    else
        for (size_t q = 0; q < W; q++)
            v[j + q] = (*x)[q];
}

/* y += Sum_r x[r] B[r][lane], W numbers a row; lanes from W on mean nothing. */
INLINE void add_rows(size_t rows, size_t W, const double *B, const double *x, eight *y) {
    eight a = *y, b = {0}, c = {0}, d = {0};
    size_t r = 0;
    for (; r + 4 <= rows; r += 4, B += 4 * W) {
        a += x[r] * *eight_at(B);
        b += x[r + 1] * *eight_at(B + W);
        c += x[r + 2] * *eight_at(B + 2 * W);
        d += x[r + 3] * *eight_at(B + 3 * W);
    }
    for (; r < rows; r++, B += W)
        a += x[r] * *eight_at(B);
    *y = (a + b) + (c + d);
}

/* y[r] += Sum over the lanes of x B[r][lane], x = 0 from lane W on. */
INLINE void add_lanes(size_t rows, size_t W, const double *B, const eight *x, double *y) {
    for (size_t r = 0; r < rows; r++) {
        const eight product = *x * *eight_at(B + r * W);
        y[r] += eight_sum(&product);
    }
}

/* ------------------------------------------------------------------------------ sweeps */

BLOCK_LOOP
static void front_lift_masses_in_step(size_t n, size_t own, const double *rows, double *v) {
    for (size_t j = 0, W; j < own; j += W) {
        W = smaller(PANEL, own - j);
        eight x;
        take(v, j, n, W, &x);
        add_rows(j, W, rows, v, &x);
        rows += j * W;
        double before[PANEL];
        memcpy(before, &x, sizeof x);
        for (size_t k = 0; k + 1 < W; rows += W - ++k) /* entries of the lanes after k */
            add_between((int64_t)k, PANEL, before[k], rows - (k + 1), &x);
        give(v, j, W, &x);
    }
    for (size_t j = own, W; j < n; j += W) {
        W = smaller(PANEL, n - j);
        eight x;
        take(v, j, n, W, &x);
        add_rows(own, W, rows, v, &x);
        give(v, j, W, &x);
        rows += own * W;
    }
}

BLOCK_LOOP
static void front_lower_masses_in_step(size_t n, size_t own, const double *columns,
                                       double *v) {
    for (size_t end = own, W; end > 0; end -= W) {
        W = last_width(end);
        const size_t k = end - W;
        const double *N = columns + (n - end) * W, *s = N + triangle(W);
        eight x;
        take(v, k, n, W, &x);
        add_rows(n - end, W, columns, v + end, &x);
        x /= *eight_at(s);
        double behind[PANEL];
        memcpy(behind, &x, sizeof x);
        for (size_t i = 1; i < W; N += i++) /* entries of the lanes before i */
            add_between(-1, (int64_t)i, behind[i], N, &x);
        give(v, k, W, &x);
        columns = s + W;
    }
}

BLOCK_LOOP
static void front_lift_functions_in_step(size_t n, size_t own, const double *columns,
                                         double *v) {
    columns += front_columns(n, own);
    for (size_t k = 0, W; k < own; k += W) {
        W = smaller(PANEL, own - k);
        const double *s = columns - W, *N = s - triangle(W), *row = s;
        columns = N - (n - k - W) * W;
        for (size_t i = W; i-- > 0;) {
            row -= i;
            for (size_t q = 0; q < i; q++)
                v[k + i] += row[q] * v[k + q];
        }
        for (size_t q = 0; q < W; q++)
            v[k + q] /= s[q];
        eight x;
        take(v, k, n, W, &x);
        add_lanes(n - k - W, W, columns, &x, v + k + W);
    }
}

BLOCK_LOOP
static void front_lower_functions_in_step(size_t n, size_t own, const double *rows,
                                          double *v) {
    rows += front_rows(n, own);
    for (size_t end = n, W; end > own; end -= W) {
        W = last_width(end - own);
        rows -= own * W;
        eight x;
        take(v, end - W, n, W, &x);
        add_lanes(own, W, rows, &x, v);
    }
    for (size_t end = own, W; end > 0; end -= W) {
        W = last_width(end);
        const size_t j = end - W;
        const double *column = rows -= triangle(W);
        for (size_t k = 0; k + 1 < W; column += W - ++k)
            for (size_t i = k + 1; i < W; i++)
                v[j + k] += column[i - k - 1] * v[j + i];
        rows -= j * W;
        eight x;
        take(v, j, n, W, &x);
        add_lanes(j, W, rows, &x, v);
    }
}

/* Clang 14 knows no address of a BLOCK_LOOP in another file. */
void front_lift_masses(size_t n, size_t own, const double *rows, double *v) {
    front_lift_masses_in_step(n, own, rows, v);
}

void front_lower_masses(size_t n, size_t own, const double *columns, double *v) {
    front_lower_masses_in_step(n, own, columns, v);
}

void front_lift_functions(size_t n, size_t own, const double *columns, double *v) {
    front_lift_functions_in_step(n, own, columns, v);
}

void front_lower_functions(size_t n, size_t own, const double *rows, double *v) {
    front_lower_functions_in_step(n, own, rows, v);
}
