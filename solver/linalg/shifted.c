/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/shifted.h"
#include "io/clones.h"
#include <stdlib.h>
#include <string.h>

struct shifted *shifted_create(const struct tridiagonal *A, struct error *err) {
    struct shifted *s = array_create(1, sizeof *s, err);
    if (s != NULL) s->A = A;
    return s;
}

static void release(struct shifted *s) {
    double **arrays[] = {&s->re, &s->im,  &s->inverse_re,  &s->inverse_im,  &s->border,
                         &s->z,  &s->row, &s->returned_re, &s->returned_im, &s->gain};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        free(*arrays[i]);
        *arrays[i] = NULL;
    }
    s->reserved = 0;
}

void shifted_destroy(struct shifted *s) {
    if (s == NULL) return;
    release(s);
    free(s);
}

static bool reserve(struct shifted *s, size_t lanes, struct error *err) {
    if (lanes <= s->reserved) return true;
    release(s);
    const size_t n = s->A->n;
    const struct {
        double **array;
        size_t size;
    } wanted[] = {{&s->re, n},
                  {&s->im, n},
                  {&s->inverse_re, n},
                  {&s->inverse_im, n},
                  {&s->border, s->A->cyclic ? 4 * n : 0},
                  {&s->z, 2},
                  {&s->row, 8},
                  {&s->returned_re, n},
                  {&s->returned_im, n},
                  {&s->gain, 2}};
    const size_t returns = s->A->reset != NULL ? 3 : 0; /* the last ones */
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted - 3 + returns; i++) {
        *wanted[i].array = array_create(lanes * wanted[i].size, sizeof(double), err);
        if (*wanted[i].array == NULL) return release(s), false;
    }
    s->reserved = lanes;
    return true;
}

/* One cell i of all lanes, pivot = e + out:
 *     e <- z + loss_i + down_i (e / pivot)_{i-1},   and 1 / pivot. */
BLOCK_LOOP static void factor_open(size_t n, size_t lanes, const double *restrict up,
                                   const double *restrict down, const double *restrict loss,
                                   const double *restrict z_re, const double *restrict z_im,
                                   double *restrict kept_re, double *restrict kept_im,
                                   double *restrict inverse_re,
                                   double *restrict inverse_im) {
    for (size_t i = 0; i < n; i++) {
        double *restrict p = inverse_re + i * lanes, *restrict q = inverse_im + i * lanes;
        for (size_t k = 0; k < lanes; k++) {
            const double e_re = z_re[k] + loss[i] + down[i] * kept_re[k];
            const double e_im = z_im[k] + down[i] * kept_im[k];
            const double a = e_re + up[i], scale = 1 / (a * a + e_im * e_im);
            const double re = a * scale, im = -e_im * scale;
            p[k] = re;
            q[k] = im;
            kept_re[k] = e_re * re - e_im * im;
            kept_im[k] = e_re * im + e_im * re;
        }
    }
}

BLOCK_LOOP static void solve_open(size_t n, size_t lanes, const double *restrict up,
                                  const double *restrict down, const double *restrict b,
                                  const double *restrict inverse_re,
                                  const double *restrict inverse_im, double *restrict re,
                                  double *restrict im) {
    for (size_t k = 0; k < lanes; k++) {
        re[k] = b[0] * inverse_re[k];
        im[k] = b[0] * inverse_im[k];
    }
    for (size_t i = 1; i < n; i++) {
        const double *p = inverse_re + i * lanes, *q = inverse_im + i * lanes;
        const double *before_re = re + (i - 1) * lanes, *before_im = im + (i - 1) * lanes;
        double *x = re + i * lanes, *y = im + i * lanes;
        const double gain = up[i - 1], source = b[i];
#pragma GCC ivdep
        for (size_t k = 0; k < lanes; k++) {
            const double u = source + gain * before_re[k], v = gain * before_im[k];
            x[k] = u * p[k] - v * q[k];
            y[k] = u * q[k] + v * p[k];
        }
    }
    for (size_t i = n - 1; i > 0; i--) {
        const double *p = inverse_re + (i - 1) * lanes, *q = inverse_im + (i - 1) * lanes;
        const double *after_re = re + i * lanes, *after_im = im + i * lanes;
        double *x = re + (i - 1) * lanes, *y = im + (i - 1) * lanes;
        const double gain = down[i];
#pragma GCC ivdep
        for (size_t k = 0; k < lanes; k++) {
            const double u = gain * after_re[k], v = gain * after_im[k];
            x[k] += u * p[k] - v * q[k];
            y[k] += u * q[k] + v * p[k];
        }
    }
}

struct number {
    double re, im;
};
static inline struct number times(struct number a, double re, double im) {
    return (struct number){a.re * re - a.im * im, a.re * im + a.im * re};
}

/* As factor_cyclic of tridiagonal.c, one lane at a time: a rare case, kept plain. */
static void factor_cyclic(struct shifted *s, size_t k) {
    const struct tridiagonal *A = s->A;
    const size_t n = A->n, last = n - 1, lanes = s->lanes;
    struct number to = {A->down[0], 0}, from = {A->up[last], 0}, kept = {0, 0};
    struct number border = {s->z[k] + A->loss[last], s->z[lanes + k]};
    for (size_t i = 0; i <= last; i++) {
        struct number e = {s->z[k] + A->loss[i], s->z[lanes + k]}, pivot = border;
        if (i > 0) e.re += A->down[i] * kept.re, e.im += A->down[i] * kept.im;
        const double up = i + 1 < last ? A->up[i] : 0;
        if (i + 1 == last) to.re += A->up[i], from.re += A->down[last];
        if (i < last) pivot = (struct number){e.re + up + to.re, e.im + to.im};
        const double scale = 1 / (pivot.re * pivot.re + pivot.im * pivot.im);
        const double re = pivot.re * scale, im = -pivot.im * scale;
        s->inverse_re[i * lanes + k] = re;
        s->inverse_im[i * lanes + k] = im;
        if (i == last) break;
        double *rates = s->border + 4 * (i * lanes + k);
        rates[0] = to.re, rates[1] = to.im, rates[2] = from.re, rates[3] = from.im;
        kept = times(e, re, im);
        const struct number back = times(kept, from.re, from.im);
        border.re += back.re, border.im += back.im;
        to = times(to, A->down[i + 1] * re, A->down[i + 1] * im);
        from = times(from, up * re, up * im);
    }
}

static void solve_cyclic(struct shifted *s, const double *b, size_t k) {
    const struct tridiagonal *A = s->A;
    const size_t last = A->n - 1, lanes = s->lanes;
    struct number y = {0, 0}, border = {b[last], 0};
    for (size_t i = 0; i < last; i++) {
        const size_t at = i * lanes + k;
        const double gain = i == 0 ? 0 : A->up[i - 1];
        y = times((struct number){b[i] + gain * y.re, gain * y.im}, s->inverse_re[at],
                  s->inverse_im[at]);
        s->re[at] = y.re, s->im[at] = y.im;
        const struct number out = times(y, s->border[4 * at], s->border[4 * at + 1]);
        border.re += out.re, border.im += out.im;
    }
    const size_t end = last * lanes + k;
    const struct number x = times(border, s->inverse_re[end], s->inverse_im[end]);
    s->re[end] = x.re, s->im[end] = x.im;
    for (size_t i = last; i > 0; i--) {
        const size_t at = (i - 1) * lanes + k;
        const double gain = i < last ? A->down[i] : 0;
        struct number in = times(x, s->border[4 * at + 2], s->border[4 * at + 3]);
        in.re += gain * s->re[at + lanes], in.im += gain * s->im[at + lanes];
        in = times(in, s->inverse_re[at], s->inverse_im[at]);
        s->re[at] += in.re, s->im[at] += in.im;
    }
}

static void solve(struct shifted *s, const double *b) {
    const struct tridiagonal *A = s->A;
    if (!A->cyclic)
        solve_open(A->n, s->lanes, A->up, A->down, b, s->inverse_re, s->inverse_im, s->re,
                   s->im);
    else
        for (size_t k = 0; k < s->lanes; k++)
            solve_cyclic(s, b, k);
}

/* sum[2 lanes] += Sum_i weight_i x_i of the solutions. */
static void weigh(const struct shifted *s, const double *weight, double *sum) {
    const size_t lanes = s->lanes;
    for (size_t i = 0; i < s->A->n; i++)
        for (size_t k = 0; k < lanes; k++) {
            sum[k] += weight[i] * s->re[i * lanes + k];
            sum[lanes + k] += weight[i] * s->im[i * lanes + k];
        }
}

/* What returns, and 1 / (1 - reset.u) = 1 / Sum u_i (z + lost_i). */
static void factor_return(struct shifted *s) {
    const size_t n = s->A->n, lanes = s->lanes;
    double *sum = s->row, *all = s->row + 2 * lanes;
    solve(s, s->A->to);
    memcpy(s->returned_re, s->re, n * lanes * sizeof *s->re);
    memcpy(s->returned_im, s->im, n * lanes * sizeof *s->im);
    memset(s->row, 0, 4 * lanes * sizeof *s->row);
    weigh(s, s->A->lost, sum);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < lanes; k++) {
            all[k] += s->re[i * lanes + k];
            all[lanes + k] += s->im[i * lanes + k];
        }
    for (size_t k = 0; k < lanes; k++) {
        const struct number zu =
            times((struct number){all[k], all[lanes + k]}, s->z[k], s->z[lanes + k]);
        const double re = sum[k] + zu.re, im = sum[lanes + k] + zu.im;
        const double scale = 1 / (re * re + im * im);
        s->gain[k] = re * scale, s->gain[lanes + k] = -im * scale;
    }
}

static void solve_return(struct shifted *s) {
    const size_t n = s->A->n, lanes = s->lanes;
    memset(s->row, 0, 2 * lanes * sizeof *s->row);
    weigh(s, s->A->reset, s->row);
    for (size_t k = 0; k < lanes; k++) {
        const struct number c = times((struct number){s->row[k], s->row[lanes + k]},
                                      s->gain[k], s->gain[lanes + k]);
        s->row[k] = c.re, s->row[lanes + k] = c.im;
    }
    for (size_t i = 0; i < n * lanes; i++) {
        const size_t k = i % lanes;
        const struct number in = times((struct number){s->row[k], s->row[lanes + k]},
                                       s->returned_re[i], s->returned_im[i]);
        s->re[i] += in.re, s->im[i] += in.im;
    }
}

bool shifted_factor(struct shifted *s, size_t shifts, const double *z_re,
                    const double *z_im, struct error *err) {
    const struct tridiagonal *A = s->A;
    const size_t lanes = (shifts + SHIFTED_LANES - 1) / SHIFTED_LANES * SHIFTED_LANES;
    if (!reserve(s, lanes, err)) return false;
    s->lanes = lanes;
    for (size_t k = 0; k < lanes; k++) {
        s->z[k] = z_re[k < shifts ? k : shifts - 1];
        s->z[lanes + k] = z_im[k < shifts ? k : shifts - 1];
    }
    memset(s->row, 0, 2 * lanes * sizeof *s->row);
    if (!A->cyclic)
        factor_open(A->n, lanes, A->up, A->down, A->loss, s->z, s->z + lanes, s->row,
                    s->row + lanes, s->inverse_re, s->inverse_im);
    else
        for (size_t k = 0; k < lanes; k++)
            factor_cyclic(s, k);
    if (A->reset != NULL) factor_return(s);
    return true;
}

void shifted_solve(struct shifted *s, const double *b) {
    solve(s, b);
    if (s->A->reset != NULL) solve_return(s);
}

/* Four numbers that are added in step, at any address of a double. */
typedef double four __attribute__((vector_size(32), aligned(8), may_alias));
enum { W = SHIFTED_LANES, FOURS = W / 4 };

/* Cells i .. i + count - 1: independent chains of additions, which hide their latency. */
static inline __attribute__((always_inline)) void
combine_cells(size_t count, size_t lanes, size_t first, size_t last, const double *re,
              const double *im, const double *c, double *sum) {
    four a[4][FOURS] = {{{0}}};
    for (size_t k = first; k < last; k++) {
        const four *u = (const four *)(c + k * W), *v = (const four *)(c + (lanes + k) * W);
        for (size_t j = 0; j < count; j++) {
            const double x = re[j * lanes + k], y = im[j * lanes + k];
            for (size_t l = 0; l < FOURS; l++)
                a[j][l] += x * u[l] + y * v[l];
        }
    }
    memcpy(sum, a, count * W * sizeof *sum);
}

BLOCK_LOOP static void combine_lanes(size_t n, size_t lanes, size_t first, size_t last,
                                     const double *restrict re, const double *restrict im,
                                     const double *restrict c, double *restrict sum) {
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        combine_cells(4, lanes, first, last, re + i * lanes, im + i * lanes, c,
                      sum + i * W);
    for (; i < n; i++)
        combine_cells(1, lanes, first, last, re + i * lanes, im + i * lanes, c,
                      sum + i * W);
}

void shifted_combine(const struct shifted *s, size_t first, size_t last, const double *c,
                     double *sum) {
    combine_lanes(s->A->n, s->lanes, first, last, s->re, s->im, c, sum);
}
