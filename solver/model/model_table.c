/* SPDX-License-Identifier: GPL-3.0-or-later
 * MODEL_TABLE: L, G, C, dC/dx and curvatures as means over the rows of the data, in blocks
 * of 512 points. */
#include "solver/model/model_parts.h"
#include <stdlib.h>
#include <string.h>

/* Work arrays of one block for a table: inputs (variables, then one column value a row,
 * repeated), outputs of one row. */
struct table_block {
    double *memory, *scratch; /* memory: the columns, [columns][PROGRAM_BLOCK], then out */
    const double **in;
    double *out[6];
};

static bool table_block_create(struct table_block *b, const struct model *m,
                               const struct program *program, double t, struct error *err) {
    const size_t columns = m->table->columns, inputs = (size_t)m->dims + columns;
    b->memory = array_create((columns + 6) * PROGRAM_BLOCK, sizeof(double), err);
    b->scratch = array_create(program_scratch(program), sizeof(double), err);
    b->in = array_create(inputs, sizeof *b->in, err);
    if (b->memory == NULL || b->scratch == NULL || b->in == NULL) return false;
    program_set_time(program, t, b->scratch);
    for (size_t c = 0; c < columns; c++)
        b->in[(size_t)m->dims + c] = b->memory + c * PROGRAM_BLOCK;
    for (size_t k = 0; k < 6; k++)
        b->out[k] = b->memory + (columns + k) * PROGRAM_BLOCK;
    return true;
}

static void table_block_finish(struct table_block *b) {
    free(b->memory);
    free(b->scratch);
    free(b->in);
}

/* Outputs of the program for one row of the table at the n points of a block. */
static bool table_row(const struct model *m, const struct program *program,
                      struct table_block *b, size_t row, size_t n,
                      const struct program_output *what, struct error *err) {
    for (size_t c = 0; c < m->table->columns; c++)
        for (size_t i = 0; i < n; i++)
            b->memory[c * PROGRAM_BLOCK + i] = m->table->column[c][row];
    program_run_block(program, n, b->in, b->out, b->scratch);
    const size_t names = (size_t)m->dims + m->table->columns;
    const char **name = array_create(names, sizeof *name, err);
    if (name == NULL) return false;
    for (size_t k = 0; k < names; k++)
        name[k] =
            k < (size_t)m->dims ? m->variable[k] : m->table->name[k - (size_t)m->dims];
    bool good = program_check_finite(program, n, b->in, b->out, name, what, err);
    free(name);
    return good || fail_within(err, "row %zu of the data", row + 1);
}

/* Sums over the rows at up to 512 points. shift[d]: gradient of the first row, subtracted
 * before squaring, so that the covariance loses no digits to cancellation. */
struct table_sums {
    double loss[PROGRAM_BLOCK], gradient[2][PROGRAM_BLOCK], product[3][PROGRAM_BLOCK];
    double shift[2][PROGRAM_BLOCK];
};

static void add_row(struct table_sums *s, int dims, size_t n, size_t row,
                    double *const *out) {
    for (int d = 0; d < dims && row == 0; d++)
        memcpy(s->shift[d], out[1 + d], n * sizeof(double));
    for (size_t i = 0; i < n; i++)
        s->loss[i] += out[0][i];
    for (int d = 0; d < dims; d++)
        for (size_t i = 0; i < n; i++)
            s->gradient[d][i] += out[1 + d][i] - s->shift[d][i];
    for (size_t e = 0; e < entries(dims); e++) {
        const int a = first_of(e), b = second_of(e);
        for (size_t i = 0; i < n; i++)
            s->product[e][i] +=
                (out[1 + a][i] - s->shift[a][i]) * (out[1 + b][i] - s->shift[b][i]);
    }
}

static bool table_evaluate_block(const struct model *m, size_t n, struct table_block *b,
                                 size_t at, size_t stride, double *loss, double *gradient,
                                 double *covariance, struct table_sums *s,
                                 struct error *err) {
    const double rows = (double)m->table->rows;
    *s = (struct table_sums){0};
    for (size_t r = 0; r < m->table->rows; r++) {
        if (!table_row(m, m->values, b, r, n, model_value_names[m->dims - 1], err))
            return false;
        add_row(s, m->dims, n, r, b->out);
    }
    for (size_t i = 0; i < n; i++) {
        if (loss) loss[at + i] = s->loss[i] / rows;
        for (int d = 0; d < m->dims && gradient; d++)
            gradient[(size_t)d * stride + at + i] =
                s->shift[d][i] + s->gradient[d][i] / rows;
        for (size_t e = 0; e < entries(m->dims) && covariance; e++) {
            const double ga = s->gradient[first_of(e)][i],
                         gb = s->gradient[second_of(e)][i];
            covariance[e * stride + at + i] = (s->product[e][i] - ga * gb / rows) / rows;
        }
    }
    return true;
}

bool table_evaluate(const struct model *m, double t, size_t n, const double *const *x,
                    double *loss, double *gradient, double *covariance, struct error *err) {
    struct table_block b = {0};
    struct table_sums *sums = array_create(1, sizeof *sums, err);
    bool good = sums != NULL && table_block_create(&b, m, m->values, t, err);
    for (size_t at = 0; at < n && good; at += PROGRAM_BLOCK) {
        const size_t now = n - at < PROGRAM_BLOCK ? n - at : PROGRAM_BLOCK;
        for (int d = 0; d < m->dims; d++)
            b.in[d] = x[d] + at;
        good =
            table_evaluate_block(m, now, &b, at, n, loss, gradient, covariance, sums, err);
    }
    table_block_finish(&b);
    free(sums);
    return good;
}

/*     dC_ab/dx_c = mean of (g_a - G_a) H_bc + (g_b - G_b) H_ac,
 * with products centred on the first row's values. */
static bool table_gradient_block(const struct model *m, size_t n, struct table_block *b,
                                 size_t at, size_t stride, double *out, struct error *err) {
    const size_t dims = (size_t)m->dims;
    double(*sum)[PROGRAM_BLOCK] = array_create(2 + 3 + 6, sizeof *sum, err);
    double(*first)[PROGRAM_BLOCK] = array_create(5, sizeof *first, err);
    bool good = sum != NULL && first != NULL;
    /* out[0..dims) = g, then H in the order xx, xy, yy: value v(k) less that of the first
     * row */
    const size_t values = dims + entries(m->dims);
    for (size_t r = 0; r < m->table->rows && good; r++) {
        good = table_row(m, m->gradients, b, r, n, model_derivative_names, err);
        for (size_t k = 0; k < values && good; k++)
            for (size_t i = 0; i < n; i++) {
                if (r == 0) first[k][i] = b->out[k][i];
                b->out[k][i] -= first[k][i];
                sum[k][i] += b->out[k][i];
            }
        for (size_t c = 0, q = 5; c < dims && good; c++)
            for (size_t e = 0; e < entries(m->dims); e++, q++) {
                const size_t a = (size_t)first_of(e), d = (size_t)second_of(e);
                const double *ga = b->out[a], *gd = b->out[d], *ha = b->out[dims + a + c],
                             *hd = b->out[dims + d + c];
                for (size_t i = 0; i < n; i++)
                    sum[q][i] += ga[i] * hd[i] + gd[i] * ha[i];
            }
    }
    const double rows = (double)m->table->rows;
    for (size_t c = 0, q = 0; c < dims && good; c++)
        for (size_t e = 0; e < entries(m->dims); e++, q++) {
            const size_t a = (size_t)first_of(e), d = (size_t)second_of(e);
            for (size_t i = 0; i < n; i++)
                out[q * stride + at + i] =
                    (sum[5 + q][i] -
                     (sum[a][i] * sum[dims + d + c][i] + sum[d][i] * sum[dims + a + c][i]) /
                         rows) /
                    rows;
        }
    free(sum);
    free(first);
    return good;
}

bool table_gradient(const struct model *m, double t, size_t n, const double *const *x,
                    double *dC, struct error *err) {
    struct table_block b = {0};
    bool good = table_block_create(&b, m, m->gradients, t, err);
    for (size_t at = 0; at < n && good; at += PROGRAM_BLOCK) {
        const size_t now = n - at < PROGRAM_BLOCK ? n - at : PROGRAM_BLOCK;
        for (int d = 0; d < m->dims; d++)
            b.in[d] = x[d] + at;
        good = table_gradient_block(m, now, &b, at, n, dC, err);
    }
    table_block_finish(&b);
    return good;
}

/* With h = g', k = g'' of a row, in one variable
 *     C = cov(g, g),   C' = 2 cov(g, h),   C'' = 2 cov(h, h) + 2 cov(g, k). */
static bool table_expand_block(const struct model *m, size_t n, struct table_block *b,
                               size_t at, double (*sum)[PROGRAM_BLOCK],
                               double (*first)[PROGRAM_BLOCK], double *const *term,
                               struct error *err) {
    static const struct { size_t a, b; } products[] = {{0, 0}, {0, 1}, {1, 1}, {0, 2}};
    const size_t means = program_outputs(m->expansion), rows = m->table->rows;
    double cov[4];
    memset(sum, 0, 9 * sizeof *sum);
    for (size_t r = 0; r < rows; r++) {
        if (!table_row(m, m->expansion, b, r, n, model_expansion_names[m->dims - 1], err))
            return false;
        for (size_t k = 0; k < means; k++)
            for (size_t i = 0; i < n; i++) {
                if (r == 0) first[k][i] = b->out[k][i];
                b->out[k][i] -= first[k][i];
                sum[k][i] += b->out[k][i];
            }
        for (size_t q = 0; q < 4 && m->dims == 1; q++)
            for (size_t i = 0; i < n; i++)
                sum[5 + q][i] += b->out[products[q].a][i] * b->out[products[q].b][i];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < means; k++)
            term[k][at + i] = first[k][i] + sum[k][i] / (double)rows;
        if (m->dims == 2) continue;
        for (size_t q = 0; q < 4; q++)
            cov[q] = (sum[5 + q][i] -
                      sum[products[q].a][i] * sum[products[q].b][i] / (double)rows) /
                     (double)rows;
        term[3][at + i] = cov[0];
        term[4][at + i] = 2 * cov[1];
        term[5][at + i] = 2 * (cov[2] + cov[3]);
    }
    return true;
}

bool table_expand(const struct model *m, double t, size_t n, const double *const *x,
                  double *const *term, struct error *err) {
    struct table_block b = {0};
    double(*sum)[PROGRAM_BLOCK] = array_create(9 + 5, sizeof *sum, err);
    bool good = sum != NULL && table_block_create(&b, m, m->expansion, t, err);
    for (size_t at = 0; at < n && good; at += PROGRAM_BLOCK) {
        const size_t now = n - at < PROGRAM_BLOCK ? n - at : PROGRAM_BLOCK;
        for (int d = 0; d < m->dims; d++)
            b.in[d] = x[d] + at;
        good = table_expand_block(m, now, &b, at, sum, sum + 9, term, err);
    }
    table_block_finish(&b);
    free(sum);
    return good;
}

bool table_examples(const struct model *m, double t, size_t n, const double *const *x,
                    double *g, double *h, struct error *err) {
    const size_t dims = (size_t)m->dims, e = entries(m->dims), bytes = n * sizeof *g;
    struct table_block b = {0};
    bool good = table_block_create(&b, m, m->gradients, t, err);
    for (int d = 0; d < m->dims && good; d++)
        b.in[d] = x[d];
    for (size_t r = 0; r < m->table->rows && good; r++) {
        good = table_row(m, m->gradients, &b, r, n, model_derivative_names, err);
        for (size_t d = 0; d < dims && good; d++)
            memcpy(g + (r * dims + d) * n, b.out[d], bytes);
        for (size_t k = 0; k < e && good && h != NULL; k++)
            memcpy(h + (r * e + k) * n, b.out[dims + k], bytes);
    }
    table_block_finish(&b);
    return good;
}

bool table_curvature(const struct model *m, double t, size_t n, const double *const *x,
                     double *curvature, struct error *err) {
    struct table_block b = {0};
    bool good = table_block_create(&b, m, m->curvature, t, err);
    for (size_t at = 0; at < n && good; at += PROGRAM_BLOCK) {
        const size_t now = n - at < PROGRAM_BLOCK ? n - at : PROGRAM_BLOCK;
        for (int d = 0; d < m->dims; d++)
            b.in[d] = x[d] + at;
        for (size_t r = 0; r < m->table->rows && good; r++) {
            good = table_row(m, m->curvature, &b, r, now, model_derivative_names, err);
            if (good) model_take_largest(m, now, 1, b.out, curvature + at);
        }
    }
    table_block_finish(&b);
    return good;
}
