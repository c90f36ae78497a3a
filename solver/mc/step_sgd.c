/* SPDX-License-Identifier: GPL-3.0-or-later
 * x <- x - eta g: g from drawn examples, or G - sqrt(C) xi; plain, heavy ball,
 * averaging; or another update rule. */
#include "io/clones.h"
#include "solver/mc/mover.h"
#include <string.h>

enum { LANES = WALKERS_BLOCK };

BLOCK_LOOP
static void descend(double eta, const double *restrict g, double *restrict x) {
    for (size_t i = 0; i < LANES; i++)
        x[i] -= eta * g[i];
}

/* v <- mu v + c g, x <- x - eta v */
BLOCK_LOOP
static void descend_momentum(double eta, double mu, double c, const double *restrict g,
                             double *restrict v, double *restrict x) {
    for (size_t i = 0; i < LANES; i++) {
        v[i] = mu * v[i] + c * g[i];
        x[i] -= eta * v[i];
    }
}

static void update(const struct mover *s, double *const *g, struct block *block) {
    const struct walkers_model *model = s->model;
    for (int d = 0; d < model->dims; d++) {
        if (block->v[d] == NULL)
            descend(s->eta[d], g[d], block->x[d]);
        else
            descend_momentum(s->eta[d], model->momentum,
                             model->form == AVERAGING ? 1 - model->momentum : 1, g[d],
                             block->v[d], block->x[d]);
    }
}

/* What the first example's gradient is added to. */
static const double nothing[LANES];

/* g[i] = sum[i] + value[pick[i]][i]: the picked example's gradient among all of them. In
 * this and the next two g may be sum. */
BLOCK_LOOP
static void add_picked(const double *value, size_t stride, const uint32_t *pick,
                       const double *sum, double *g) {
    NO_DEPENDENCE
    for (size_t i = 0; i < LANES; i++)
        g[i] = sum[i] + value[pick[i] * stride + i];
}

/* The same for two examples, where a selection is faster than a gather; both are loaded, as
 * compilers would load either under a mask. */
BLOCK_LOOP
static void add_either(const double *first, const double *second, const uint32_t *pick,
                       const double *sum, double *g) {
    NO_DEPENDENCE
    for (size_t i = 0; i < LANES; i++) {
        const double a = first[i], b = second[i];
        g[i] = sum[i] + (pick[i] == 0 ? a : b);
    }
}

BLOCK_LOOP
static void add_block(const double *value, const double *sum, double *g) {
    NO_DEPENDENCE
    for (size_t i = 0; i < LANES; i++)
        g[i] = sum[i] + value[i];
}

BLOCK_LOOP
static void scale_block(double by, double *restrict g) {
    for (size_t i = 0; i < LANES; i++)
        g[i] *= by;
}

/* Two neighbours in a row. */
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

static inline two two_at(const double *x) {
    return *(const two *)x;
}

/* first[i], second[i]: two neighbours in the picked row, by one load for both: that of a
 * whole row of a matrix of two columns and two rows, transposed. */
static void gather_pair(const double *restrict table, size_t columns,
                        const uint32_t *restrict pick, double *restrict first,
                        double *restrict second) {
    for (size_t i = 0; i < LANES; i += 2) {
        const two row = two_at(table + pick[i] * columns);
        const two next = two_at(table + pick[i + 1] * columns);
        *(two *)(first + i) = (two){row[0], next[0]};
        *(two *)(second + i) = (two){row[1], next[1]};
    }
}

static void gather_one(const double *restrict table, size_t columns,
                       const uint32_t *restrict pick, double *restrict out) {
    for (size_t i = 0; i < LANES; i++)
        out[i] = table[pick[i] * columns];
}

/* out[c][i] = table[pick[i]][c] */
static void gather_rows(const double *table, size_t columns, const uint32_t *pick,
                        double *const *out) {
    for (size_t c = 0; c + 1 < columns; c += 2)
        gather_pair(table + c, columns, pick, out[c], out[c + 1]);
    if (columns % 2 == 1) gather_one(table + columns - 1, columns, pick, out[columns - 1]);
}

/* All n gradients at once, then the picked ones. */
static void sum_points(struct mover *s, struct block *block, double *const *g) {
    const struct walkers_model *model = s->model;
    const size_t dims = (size_t)model->dims;
    function_run(&model->function, s->t, (const double *const *)block->x, s->out,
                 s->scratch);
    for (size_t b = 0; b < model->batch; b++) {
        const uint32_t *pick = s->batch.pick + b * LANES;
        for (size_t d = 0; d < dims; d++) {
            const double *sum = b == 0 ? nothing : g[d];
            if (model->examples == 2)
                add_either(s->out[d], s->out[dims + d], pick, sum, g[d]);
            else
                add_picked(s->out[d], dims * MOVER_APART, pick, sum, g[d]);
        }
    }
}

/* One evaluation per draw, with the rows' numbers as further inputs. */
static void sum_rows(struct mover *s, struct block *block, double *const *g) {
    const struct walkers_model *model = s->model;
    const size_t dims = (size_t)model->dims;
    for (size_t d = 0; d < dims; d++)
        s->in[d] = block->x[d];
    for (size_t b = 0; b < model->batch; b++) {
        gather_rows(model->table, model->columns, s->batch.pick + b * LANES, s->in + dims);
        function_run(&model->function, s->t, (const double *const *)s->in, s->out,
                     s->scratch);
        for (size_t d = 0; d < dims; d++)
            add_block(s->out[d], b == 0 ? nothing : g[d], g[d]);
    }
}

static void follow_rule(struct mover *s, struct block *block, uint64_t k,
                        double *const *g) {
    const struct rule *rule = s->model->rule;
    const double *z[2] = {NULL, NULL};
    if (s->noise != NULL) noise_draw(s->noise, k, block->path0, z);
    rule_run_block(rule, rule->step, LANES, (const double *const *)block->x,
                   (const double *const *)g, z, s->work + 2, s->scratch);
    for (int d = 0; d < s->model->dims; d++)
        memcpy(block->x[d], s->work[2 + d], LANES * sizeof(double));
}

static void step_sgd(struct mover *s, struct block *block, uint64_t k) {
    double *const *g = s->work;
    batch_draw(&s->batch, k, block->path0);
    (s->model->columns > 0 ? sum_rows : sum_points)(s, block, g);
    if (s->model->batch > 1)
        for (int d = 0; d < s->model->dims; d++)
            scale_block(1 / (double)s->model->batch, g[d]);
    if (s->model->rule != NULL)
        follow_rule(s, block, k, g);
    else
        update(s, g, block);
}

/* g = G - n, so that x gains + eta n. */
BLOCK_LOOP
static void subtract_noise(const double *restrict G, double *restrict n) {
    for (size_t i = 0; i < LANES; i++)
        n[i] = G[i] - n[i];
}

static void step_gaussian(struct mover *s, struct block *block, uint64_t k) {
    const double *z[2];
    double *const *g = s->work;
    function_run(&s->model->function, s->t, (const double *const *)block->x, s->out,
                 s->scratch);
    noise_draw(s->noise, k, block->path0, z);
    mover_spread(s, s->out, false, 1, z, g);
    for (int d = 0; d < s->model->dims; d++)
        subtract_noise(s->out[d], g[d]);
    update(s, g, block);
}

/* Stochastic gradient descent itself, on drawn examples. */
const struct walkers_method walkers_sgd = {
    .name = "sgd",
    .stochastic_gradient = true,
    .step = step_sgd,
};
/* Gradient descent with Gaussian (or stable) noise of the gradients' covariance in every
 * step. */
const struct walkers_method walkers_gaussian = {
    .name = "gaussian",
    .stochastic_gradient = true,
    .noisy = true,
    .step = step_gaussian,
};
