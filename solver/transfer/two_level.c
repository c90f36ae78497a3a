/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/two_level.h"
#include "solver/linalg/arnoldi.h"
#include "solver/transfer/columns.h"
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 1200, VECTORS = 50, CYCLES = 40, SWEEPS = 2 };
static const size_t nowhere = (size_t)-1;

struct two_level {
    const struct transfer *op;
    size_t cells, blocks;
    bool *inside;  /* [cells] */
    size_t *block; /* [cells] nowhere outside */
    double *mass;  /* [cells] after some steps */
    double *share; /* [cells] of its block's mass */
    struct chain *chain;
    struct arnoldi *basis;
    bool functions;          /* the present system: the transposed one */
    double largest;          /* |r| in a cell */
    double *coarse;          /* [blocks] work */
    double *r, *z, *t, *sum; /* [cells] work */
};

/* ------------------------------------------------------------------------------ blocks */

/* Blocks of side x side cells (1-D: side cells), numbered in order of appearance. */
static bool number_blocks(struct two_level *s, struct error *err) {
    const struct grid *grid = s->op->grid;
    const size_t nx = grid->axis[0]->cells;
    const double per = (double)s->cells / BLOCKS;
    const size_t side = (size_t)ceil(grid->dims == 2 ? sqrt(per) : per);
    const size_t across = (nx + side - 1) / side;
    size_t *number = array_create(s->cells, sizeof *number, err);
    if (number == NULL) return false;
    for (size_t i = 0; i < s->cells; i++)
        number[i] = nowhere;
    for (size_t i = 0; i < s->cells; i++) {
        s->block[i] = nowhere;
        if (!s->inside[i]) continue;
        size_t *k = &number[(i % nx) / side + (i / nx) / side * across];
        if (*k == nowhere) *k = s->blocks++;
        s->block[i] = *k;
    }
    free(number);
    return true;
}

static bool find_shares(struct two_level *s, struct error *err) {
    double *total = array_create(2 * s->blocks, sizeof *total, err);
    if (total == NULL) return false;
    double *count = total + s->blocks;
    for (size_t i = 0; i < s->cells; i++)
        if (s->inside[i]) total[s->block[i]] += s->mass[i], count[s->block[i]]++;
    for (size_t i = 0; i < s->cells; i++) {
        if (!s->inside[i]) continue;
        const double all = total[s->block[i]];
        s->share[i] = all > 0 ? s->mass[i] / all : 1 / count[s->block[i]];
    }
    free(total);
    return true;
}

/* Adds what leaves cell j to the column of its block; returns what is lost. */
static double add_cell(const struct two_level *s, size_t j, struct column_builder *column) {
    const struct sparse *P = s->op->P;
    double lost = s->share[j] * s->op->absorbed[j];
    for (int64_t k = P->start[j]; k < P->start[j + 1]; k++) {
        const size_t to = s->block[P->row[k]];
        if (to == nowhere)
            lost += s->share[j] * P->value[k];
        else
            column_add(column, to, s->share[j] * P->value[k]);
    }
    return lost;
}

/* The chain between blocks. member[first[K] ..]: the cells of block K. */
static struct sparse *join_cells(const struct two_level *s, const size_t *first,
                                 const size_t *member, double *lost, struct error *err) {
    struct column_builder *column = column_builder_create(s->blocks, err);
    struct columns *columns = column ? columns_create(s->blocks, err) : NULL;
    bool good = columns != NULL;
    for (size_t K = 0; good && K < s->blocks; K++) {
        for (size_t q = first[K]; q < first[K + 1]; q++)
            lost[K] += add_cell(s, member[q], column);
        good = column_finish(column, lost[K], columns, K, err);
    }
    struct sparse *Pc = good ? columns_join(columns, err) : NULL;
    columns_destroy(columns);
    column_builder_destroy(column);
    return Pc;
}

static bool make_chain(struct two_level *s, bool pinned, const struct monitor *monitor,
                       struct error *err) {
    size_t *first = array_create(s->blocks + 2 + s->cells, sizeof *first, err);
    double *lost = first ? array_create(s->blocks, sizeof *lost, err) : NULL;
    struct sparse *Pc = NULL;
    if (lost != NULL) {
        size_t *next = first + 1, *member = first + s->blocks + 2; /* sorted by counting */
        for (size_t i = 0; i < s->cells; i++)
            if (s->inside[i]) next[s->block[i] + 1]++;
        for (size_t K = 0; K < s->blocks; K++)
            next[K + 1] += next[K];
        for (size_t i = 0; i < s->cells; i++)
            if (s->inside[i]) member[next[s->block[i]]++] = i;
        Pc = join_cells(s, first, member, lost, err);
    }
    if (Pc != NULL) s->chain = chain_create(Pc, lost, NULL, pinned, monitor, err);
    sparse_destroy(Pc);
    free(lost), free(first);
    return s->chain != NULL;
}

struct two_level *two_level_create(const struct transfer *op, const bool *inside,
                                   bool pinned, const struct monitor *monitor,
                                   struct error *err) {
    struct two_level *s = array_create(1, sizeof *s, err);
    const size_t n = op->grid->cells;
    if (s == NULL) return NULL;
    s->op = op, s->cells = n;
    bool good = (s->inside = array_create(n, sizeof *s->inside, err)) &&
                (s->block = array_create(n, sizeof *s->block, err)) &&
                (s->mass = array_create(2 * n, sizeof *s->mass, err)) &&
                (s->r = array_create(4 * n, sizeof *s->r, err)) &&
                (s->basis = arnoldi_create(n, VECTORS, err));
    if (good) {
        s->share = s->mass + n, s->z = s->r + n, s->t = s->r + 2 * n, s->sum = s->r + 3 * n;
        memcpy(s->inside, inside, n * sizeof *inside);
    }
    good = good && number_blocks(s, err) && chain_warm_up(op->P, inside, s->mass, err) &&
           find_shares(s, err) &&
           (s->coarse = array_create(s->blocks, sizeof *s->coarse, err)) &&
           make_chain(s, pinned, monitor, err);
    if (good) return s;
    two_level_destroy(s);
    return NULL;
}

void two_level_destroy(struct two_level *s) {
    if (s == NULL) return;
    arnoldi_destroy(s->basis);
    chain_destroy(s->chain);
    free(s->coarse), free(s->r), free(s->mass), free(s->block), free(s->inside);
    free(s);
}

const struct chain *two_level_chain(const struct two_level *s) {
    return s->chain;
}
const double *two_level_masses(const struct two_level *s) {
    return s->mass;
}

/* ------------------------------------------------------------------------------- GMRES */

/* y = (1 - P) x, or transposed; x and y do not overlap, x = 0 outside. */
static void apply(const struct two_level *s, const double *x, double *y) {
    sparse_apply_transposed(s->functions ? s->op->P : s->op->rows, x, y);
    for (size_t i = 0; i < s->cells; i++)
        y[i] = s->inside[i] ? x[i] - y[i] : 0;
}

/* x = Q (coarse)^-1 R r, or transposed. */
static void correct(const struct two_level *s, const double *r, double *x) {
    double *c = s->coarse;
    memset(c, 0, s->blocks * sizeof *c);
    for (size_t i = 0; i < s->cells; i++)
        if (s->inside[i]) c[s->block[i]] += s->functions ? s->share[i] * r[i] : r[i];
    (s->functions ? chain_functions : chain_masses)(s->chain, c, c);
    for (size_t i = 0; i < s->cells; i++)
        x[i] = !s->inside[i]  ? 0
               : s->functions ? c[s->block[i]]
                              : s->share[i] * c[s->block[i]];
}

/* z = M^-1 r: the correction by blocks, then steps z <- z + (r - (1 - P) z). */
static void precondition(const struct two_level *s, const double *r, double *z) {
    correct(s, r, z);
    for (int k = 0; k < SWEEPS; k++) {
        apply(s, z, s->t);
        for (size_t i = 0; i < s->cells; i++)
            z[i] += r[i] - s->t[i];
    }
}

static bool preconditioned(void *context, const double *x, double *y, struct error *err) {
    const struct two_level *s = context;
    (void)err;
    precondition(s, x, s->z);
    apply(s, s->z, y);
    return true;
}

/* c[m] that minimises | norm e_1 - H c |. */
static bool least_squares(const struct arnoldi *basis, double *c, struct error *err) {
    const int m = basis->m, rows = basis->closed ? m : m + 1;
    double H[(VECTORS + 1) * VECTORS], e[VECTORS + 1] = {basis->norm};
    for (int k = 0; k < m; k++)
        memcpy(H + k * rows, basis->H + k * (basis->most + 1), (size_t)rows * sizeof *H);
    const int status = LAPACKE_dgels(LAPACK_COL_MAJOR, 'N', rows, m, 1, H, rows, e, rows);
    if (status == LAPACK_WORK_MEMORY_ERROR)
        return fail(err, ERROR_MEMORY, "no memory for a system of %d equations", rows);
    if (status != 0) return fail(err, ERROR_RUN, "the chain of the cells is singular");
    memcpy(c, e, (size_t)m * sizeof *c);
    return true;
}

/* r = b - (1 - P) x; returns Sum |r|. */
static double residual_of(struct two_level *s, const double *b, const double *x) {
    double size = 0;
    s->largest = 0;
    apply(s, x, s->r);
    for (size_t i = 0; i < s->cells; i++) {
        s->r[i] = s->inside[i] ? b[i] - s->r[i] : 0;
        size += fabs(s->r[i]);
        s->largest = fmax(s->largest, fabs(s->r[i]));
    }
    return size;
}

/* x gains what a Krylov space of s->r makes of it. */
static bool improve(struct two_level *s, double *x, struct error *err) {
    double c[VECTORS];
    if (!arnoldi_start(s->basis, s->r, err)) return false;
    while (s->basis->m < VECTORS && !s->basis->closed)
        if (!arnoldi_extend(s->basis, preconditioned, s, err)) return false;
    if (!least_squares(s->basis, c, err)) return false;
    arnoldi_combine(s->basis, s->basis->m, c, s->sum);
    precondition(s, s->sum, s->z);
    for (size_t i = 0; i < s->cells; i++)
        x[i] += s->z[i];
    return true;
}

static double size_of(const struct two_level *s, const double *x) {
    double sum = 0;
    for (size_t i = 0; i < s->cells; i++)
        sum += s->inside[i] ? fabs(x[i]) : 0;
    return sum;
}

bool two_level_solve(struct two_level *s, bool functions, const double *b, double tolerance,
                     double *x, double *residual, const struct monitor *monitor,
                     struct error *err) {
    s->functions = functions;
    const double given = size_of(s, b), scale = given > 0 ? given : size_of(s, x);
    for (int k = 0; k < CYCLES; k++) {
        const double size = residual_of(s, b, x),
                     rounding = 2 * DBL_EPSILON * size_of(s, x);
        *residual = functions ? s->largest : size;
        if (size <= fmax(tolerance * scale, rounding)) return true;
        if (!monitor_tick(monitor, (double)k / CYCLES, err) || !improve(s, x, err))
            return false;
    }
    return fail(err, ERROR_RUN,
                "the chain of %zu cells mixes too slowly: %d products leave a residual of "
                "%.1e; take fewer cells",
                s->cells, CYCLES * VECTORS, *residual);
}
