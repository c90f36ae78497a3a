/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/half_chain.h"
#include "io/clones.h"
#include <string.h>

enum { W = RESOLVENT_LANES, B = RESOLVENT_BLOCK };

static inline size_t at(const struct half *h, size_t i) {
    return h->first + (size_t)(h->step * (ptrdiff_t)i);
}

/* Cells begin .. end - 1 of a half: with up the rate onward and down the rate back,
 *     gone = z + loss + down kept,  pivot = gone + up (+ to),
 *     kept <- gone / pivot,  flow <- up (b + flow) / pivot.
 * keep: their pivots and the solution so far. */
BLOCK_LOOP static void resolvents_eliminate(const struct equations *e, const struct half *h,
                                            size_t begin, size_t end, bool keep) {
    const size_t groups = e->groups;
    const double *loss = e->A->loss;
    for (size_t i = begin; i < end; i++) {
        const size_t cell = at(h, i);
        const double up = h->onward[cell], down = h->back[cell];
        const double after = h->back[cell + (size_t)h->step];
        for (size_t g = 0; g < groups; g++) {
            struct front f = h->front[g];
            const struct complex8 z = e->z[g];
            struct complex8 gone = plus(z, scaled(down, f.kept)), b = f.flow;
            gone.re += loss[cell];
            b.re += e->b[cell];
            if (e->to != NULL) b = plus(b, scaled(e->to[cell], e->second[g]));
            struct complex8 pivot = gone;
            pivot.re += up;
            if (e->cyclic) pivot = plus(pivot, f.to);
            const struct complex8 inv = inverse(pivot), x = times(b, inv);
            if (keep) h->pivot[(i - begin) * groups + g] = (struct pivot){inv, x};
            if (keep && e->cyclic) h->from[(i - begin) * groups + g] = f.from;
            f.kept = times(gone, inv);
            f.flow = scaled(up, x);
            if (e->cyclic) {
                struct border *border = &h->border[g];
                border->pivot = plus(border->pivot, times(f.from, f.kept));
                border->source = plus(border->source, times(f.to, x));
                f.to = times(f.to, scaled(after, inv));
                f.from = times(f.from, scaled(up, inv));
            }
            h->front[g] = f;
        }
    }
}

/* Back through the cells of a block whose pivots are kept. */
BLOCK_LOOP static void resolvents_return(const struct equations *e, const struct half *h,
                                         size_t begin, size_t end) {
    const size_t groups = e->groups, lanes = lanes_of(e);
    for (size_t i = end; i-- > begin;) {
        const double down = h->back[at(h, i) + (size_t)h->step];
        double *row = h->x + (i - begin) * 2 * lanes;
        for (size_t g = 0; g < groups; g++) {
            const struct pivot p = h->pivot[(i - begin) * groups + g];
            struct complex8 in = scaled(down, h->next[g]);
            if (e->cyclic)
                in = plus(in, times(h->from[(i - begin) * groups + g], e->last[g]));
            const struct complex8 x = plus(p.x, times(in, p.inverse));
            h->next[g] = x;
            memcpy(row + g * W, &x.re, sizeof x.re);
            memcpy(row + lanes + g * W, &x.im, sizeof x.im);
        }
    }
}

/* ------------------------------------------------------------------ sums of solutions */

/* out[c] = Sum over k = first .. last - 1 of x_c[k] w[k] + x_c[lanes + k] w[lanes + k] for
 * some rows x of 2 lanes: independent chains of additions, which hide their latency. */
INLINE void combine_cells(size_t count, size_t lanes, size_t first, size_t last,
                          const double *x, const eight *w, eight *out) {
    eight a[W] = {{0}};
    for (size_t k = first; k < last; k++) {
        const eight u = w[k], v = w[lanes + k];
        for (size_t c = 0; c < count; c++)
            a[c] += x[c * 2 * lanes + k] * u + x[c * 2 * lanes + lanes + k] * v;
    }
    memcpy(out, a, count * sizeof *out);
}

INLINE void combine_block(size_t cells, size_t lanes, size_t first, size_t last,
                          const double *x, const eight *w, eight *out) {
    size_t c = 0;
    for (; c + W <= cells; c += W)
        combine_cells(W, lanes, first, last, x + c * 2 * lanes, w, out + c);
    for (; c < cells; c++)
        combine_cells(1, lanes, first, last, x + c * 2 * lanes, w, out + c);
}

/* measure += what resolvent_measure says of these cells. */
INLINE void measure_block(size_t cells, const eight *sum, const eight *other,
                          eight *measure[3]) {
    eight difference = {0}, mass = {0}, negative = {0};
    for (size_t c = 0; c < cells; c++) {
        const eight d = sum[c] - other[c], m = sum[c];
        difference += (eight)((eight_bits)d & INT64_MAX);
        mass += m;
        negative += (eight)((eight_bits)-m & (m < 0));
    }
    *measure[0] += difference, *measure[1] += mass, *measure[2] += negative;
}

/* Eight columns of a block to where they are wanted, upward in memory in either half. */
INLINE void columns_store(const struct equations *e, const struct half *h,
                          const struct use *use, size_t group, size_t begin, size_t end,
                          const eight *sum) {
    const size_t cells = end - begin, lowest = at(h, h->step > 0 ? begin : end - 1);
    for (size_t l = 0; l < W && group * W + l < use->columns; l++) {
        double *column = use->sum + (group * W + l) * e->A->n + lowest;
        if (h->step > 0)
            for (size_t c = 0; c < cells; c++)
                column[c] = sum[c][l];
        else
            for (size_t c = 0; c < cells; c++)
                column[c] = sum[cells - 1 - c][l];
    }
}

/* The columns of a block of solutions; its sums are summed apart, so that their rounding stays
 * at some ulp. */
BLOCK_LOOP static void resolvents_combine(const struct equations *e, struct half *h,
                                          const struct use *use, size_t begin, size_t end) {
    const size_t lanes = lanes_of(e), cells = end - begin;
    for (size_t g = 0; g * W < use->columns; g++) {
        eight sum[B], other[B];
        const eight *w = use->column + g * 2 * lanes;
        combine_block(cells, lanes, 0, use->end[g][0], h->x, w, sum);
        combine_block(cells, lanes, use->split, use->end[g][1], h->x, w, other);
        eight *measure[] = {&h->measure[0][g], &h->measure[1][g], &h->measure[2][g]};
        measure_block(cells, sum, other, measure);
        if (use->volume != NULL)
            for (size_t c = 0; c < cells; c++)
                sum[c] /= use->volume[at(h, begin + c)];
        columns_store(e, h, use, g, begin, end, sum);
    }
}

BLOCK_LOOP static void resolvents_weigh(const struct equations *e, struct half *h,
                                        const double *weight, size_t begin, size_t end) {
    const size_t row = 2 * lanes_of(e);
    for (size_t i = begin; i < end; i++)
        for (size_t k = 0; k < row; k++) {
            const double x = h->x[(i - begin) * row + k];
            h->weighed[k] += weight[at(h, i)] * x;
            h->weighed[row + k] += x;
        }
}

size_t half_blocks(const struct half *h) {
    return (h->cells + B - 1) / B;
}

static size_t block_end(const struct half *h, size_t block) {
    return (block + 1) * B < h->cells ? (block + 1) * B : h->cells;
}

/* From the end to the middle. */
void half_eliminate(const struct equations *e, struct half *h) {
    const size_t groups = e->groups, front = groups * sizeof *h->front;
    memset(h->front, 0, front);
    if (e->cyclic) {
        const double to = h->back[h->first],
                     from = (h->step > 0 ? e->A->up : e->A->down)[e->border];
        memset(h->border, 0, groups * sizeof *h->border);
        for (size_t g = 0; g < groups; g++)
            h->front[g].to.re += to, h->front[g].from.re += from;
    }
    for (size_t block = 0; block < half_blocks(h); block++) {
        memcpy(h->noted + block * groups, h->front, front);
        resolvents_eliminate(e, h, block * B, block_end(h, block),
                             block + 1 == half_blocks(h));
    }
}

void half_use(const struct equations *e, struct half *h, const struct use *use,
              size_t begin, size_t end) {
    if (use->weight != NULL)
        resolvents_weigh(e, h, use->weight, begin, end);
    else
        resolvents_combine(e, h, use, begin, end);
}

/* And back from the middle, whose solution is in h->next. */
void half_return(const struct equations *e, struct half *h, const struct use *use) {
    const size_t groups = e->groups;
    for (size_t block = half_blocks(h); block-- > 0;) {
        const size_t begin = block * B, end = block_end(h, block);
        if (block + 1 < half_blocks(h)) {
            memcpy(h->front, h->noted + block * groups, groups * sizeof *h->front);
            resolvents_eliminate(e, h, begin, end, true);
        }
        resolvents_return(e, h, begin, end);
        half_use(e, h, use, begin, end);
    }
}
