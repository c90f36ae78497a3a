/* SPDX-License-Identifier: GPL-3.0-or-later
 * b = E Delta, D = Cov(Delta)/2 and its derivatives by the law of total covariance,
 *     Cov = E_z Cov_g(Delta) + Cov_z E_g(Delta),
 * the inner moments over single examples (Cov_g times the batch factor, where T is affine
 * in g; B = 1) or over all batches. With J_ac = d Delta_a / d x_c, g's own change included,
 *     d Cov_ab / d x_c = Cov(J_ac, Delta_b) + Cov(Delta_a, J_bc). */
#include "solver/model/model_parts.h"
#include "solver/model/rule.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of g and its derivatives at one block of points. */
enum { STORE = 1 << 23 };

/* Weighted sums of a law of (Delta, J), shifted by the first Delta so that nothing
 * cancels. Entries: ab = xx, xy, yy; J at a dims + c; dCov at c entries + ab. */
struct sums {
    bool begun;
    double shift[2][PROGRAM_BLOCK], mean[2][PROGRAM_BLOCK], product[3][PROGRAM_BLOCK];
    double J[4][PROGRAM_BLOCK], slope[6][PROGRAM_BLOCK];
};

struct work {
    const struct model *model;
    const struct rule *rule;
    bool derivatives;
    size_t n;
    double *g, *h; /* of all examples: [j dims + d][n], [j entries + e][n] */
    double G[2][PROGRAM_BLOCK], H[3][PROGRAM_BLOCK];
    double z[2][PROGRAM_BLOCK], out[10][PROGRAM_BLOCK];
    double delta[2][PROGRAM_BLOCK], J[4][PROGRAM_BLOCK];
    struct sums inner, outer;
    double within[3][PROGRAM_BLOCK], within_slope[6][PROGRAM_BLOCK];
    double *scratch;
};

static void sums_add(struct sums *s, int dims, size_t n, double weight,
                     double (*delta)[PROGRAM_BLOCK], double (*J)[PROGRAM_BLOCK]) {
    for (int a = 0; a < dims && !s->begun; a++)
        memcpy(s->shift[a], delta[a], n * sizeof(double));
    s->begun = true;
    for (int a = 0; a < dims; a++)
        for (size_t i = 0; i < n; i++)
            s->mean[a][i] += weight * (delta[a][i] - s->shift[a][i]);
    for (size_t e = 0; e < entries(dims); e++) {
        const int a = first_of(e), b = second_of(e);
        for (size_t i = 0; i < n; i++)
            s->product[e][i] +=
                weight * (delta[a][i] - s->shift[a][i]) * (delta[b][i] - s->shift[b][i]);
    }
    for (int k = 0; k < dims * dims && J != NULL; k++)
        for (size_t i = 0; i < n; i++)
            s->J[k][i] += weight * J[k][i];
    for (int c = 0; c < dims && J != NULL; c++)
        for (size_t e = 0; e < entries(dims); e++) {
            const int a = first_of(e), b = second_of(e);
            double *slope = s->slope[(size_t)c * entries(dims) + e];
            for (size_t i = 0; i < n; i++)
                slope[i] += weight * (J[a * dims + c][i] * (delta[b][i] - s->shift[b][i]) +
                                      J[b * dims + c][i] * (delta[a][i] - s->shift[a][i]));
        }
}

/* A covariance with weights >= 0 is semidefinite: what is not is the rounding of
 * E d^2 - (E d)^2, d = Delta - shift, where nearly all outcomes are one but the first. */
static void keep_semidefinite(struct sums *s, int dims, size_t n) {
    for (size_t e = 0; e < entries(dims); e++)
        for (size_t i = 0; i < n && first_of(e) == second_of(e); i++)
            if (s->product[e][i] < 0) s->product[e][i] = 0; /* NaN stays */
    for (size_t i = 0; i < n && dims == 2; i++) {
        const double most = sqrt(s->product[0][i]) * sqrt(s->product[2][i]);
        if (fabs(s->product[1][i]) > most)
            s->product[1][i] = copysign(most, s->product[1][i]);
    }
}

/* From sums to central moments, in place; weights of sum 1. */
static void sums_finish(struct sums *s, int dims, size_t n) {
    for (int c = 0; c < dims; c++)
        for (size_t e = 0; e < entries(dims); e++) {
            const int a = first_of(e), b = second_of(e);
            double *slope = s->slope[(size_t)c * entries(dims) + e];
            for (size_t i = 0; i < n; i++)
                slope[i] -= s->J[a * dims + c][i] * s->mean[b][i] +
                            s->J[b * dims + c][i] * s->mean[a][i];
        }
    for (size_t e = 0; e < entries(dims); e++)
        for (size_t i = 0; i < n; i++)
            s->product[e][i] -= s->mean[first_of(e)][i] * s->mean[second_of(e)][i];
    keep_semidefinite(s, dims, n);
    for (int a = 0; a < dims; a++)
        for (size_t i = 0; i < n; i++)
            s->mean[a][i] += s->shift[a][i];
}

/* ---------------------------------------------------------------- one outcome */

/* Outputs one after the other at values[k n + i]. */
static bool run_into(const struct program *program, size_t n, const double *const *x,
                     double *values, struct error *err) {
    const size_t outputs = program_outputs(program);
    double **out = array_create(outputs, sizeof *out, err);
    for (size_t k = 0; k < outputs && out != NULL; k++)
        out[k] = values + k * n;
    const bool good = out != NULL && program_run(program, n, x, out, err);
    free(out);
    return good;
}

/* As table_examples, of any model with a rule. */
static bool all_examples(const struct model *m, size_t n, const double *const *x, double *g,
                         double *h, struct error *err) {
    if (m->kind == MODEL_TABLE) return table_examples(m, (double)NAN, n, x, g, h, err);
    return run_into(m->rule->example, n, x, g, err) &&
           (h == NULL || run_into(m->curvature, n, x, h, err));
}

static const double *row(const double *store, size_t n, size_t k) {
    return store + k * n;
}

/* sum[i] += weight value[i] */
static void add_scaled(size_t n, double weight, const double *value, double *sum) {
    for (size_t i = 0; i < n; i++)
        sum[i] += weight * value[i];
}

/* G and H of batch k; of example k where no batches are listed. */
static void gather(struct work *w, size_t k) {
    const struct batches *batches = &w->rule->batches;
    const size_t dims = (size_t)w->rule->dims, e = entries(w->rule->dims), n = w->n,
                 examples = w->model->examples;
    memset(w->G, 0, sizeof w->G);
    memset(w->H, 0, sizeof w->H);
    const struct batch_part one = {(uint32_t)k, 1}, *part = &one;
    size_t parts = 1;
    if (batches->count > 0)
        part = batches->part + batches->start[k],
        parts = batches->start[k + 1] - batches->start[k];
    for (size_t d = 0; d < dims + (w->derivatives ? e : 0); d++) {
        const bool gradient = d < dims;
        const double *store = gradient ? w->g : w->h;
        double *sum = gradient ? w->G[d] : w->H[d - dims];
        const size_t stride = gradient ? dims : e, at = gradient ? d : d - dims;
        for (size_t q = 0; q < parts; q++)
            add_scaled(n, part[q].weight, row(store, n, part[q].example * stride + at),
                       sum);
        for (size_t j = 0; j < examples && batches->count > 0 && batches->whole > 0; j++)
            add_scaled(n, batches->whole / (double)examples, row(store, n, j * stride + at),
                       sum);
    }
}

/* Delta = T - x and J = dT/dx - 1 + dT/dg H. */
static void displace(struct work *w, const double *const *x) {
    const int dims = w->rule->dims;
    for (int a = 0; a < dims; a++)
        for (size_t i = 0; i < w->n; i++)
            w->delta[a][i] = w->out[a][i] - x[a][i];
    for (int a = 0; a < dims && w->derivatives; a++)
        for (int c = 0; c < dims; c++)
            for (size_t i = 0; i < w->n; i++) {
                double J = w->out[dims + a * dims + c][i] - (a == c);
                for (int d = 0; d < dims; d++)
                    J += w->out[dims + dims * dims + a * dims + d][i] * w->H[c + d][i];
                w->J[a * dims + c][i] = J;
            }
}

static bool step(struct work *w, const double *const *x, size_t k, struct error *err) {
    const struct rule *r = w->rule;
    const struct program *program = w->derivatives ? r->tangent : r->step;
    const double *const g[2] = {w->G[0], w->G[1]}, *const z[2] = {w->z[0], w->z[1]};
    struct program_output what[10];
    double *out[10];
    for (int q = 0; q < 10; q++) {
        what[q].name = q < 2 ? "the step" : "a derivative of the step";
        what[q].subject = OF_VALUE;
        out[q] = w->out[q];
    }
    gather(w, k);
    rule_run_block(r, program, w->n, x, g, z, out, w->scratch);
    const double *in[EXPR_VARIABLES] = {x[0]};
    const char *name[EXPR_VARIABLES] = {w->model->variable[0]};
    if (r->dims == 2) in[1] = x[1], name[1] = w->model->variable[1];
    for (int d = 0; d < r->dims; d++)
        in[r->gradient + (size_t)d] = g[d], name[r->gradient + (size_t)d] = d ? "g2" : "g";
    for (int d = 0; d < 2; d++)
        in[r->normal + (size_t)d] = z[d],
                       name[r->normal + (size_t)d] = d ? "normal2" : "normal";
    if (!program_check_finite(program, w->n, in, out, name, what, err)) return false;
    displace(w, x);
    return true;
}

/* ---------------------------------------------------------------- the sums */

/* Adds the moments over the draw at one node of the normals. */
static bool add_node(struct work *w, const double *const *x, const struct rule_node *node,
                     struct error *err) {
    const struct rule *r = w->rule;
    const struct batches *batches = &r->batches;
    const size_t draws = batches->count > 0 ? batches->count : w->model->examples;
    const double factor = batches->count > 0 ? 1 : model_batch_factor(w->model);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < w->n; i++)
            w->z[k][i] = node->z[k];
    w->inner = (struct sums){0};
    for (size_t k = 0; k < draws; k++) {
        const double p = batches->count > 0 ? batches->probability[k] : 1 / (double)draws;
        if (!step(w, x, k, err)) return false;
        sums_add(&w->inner, r->dims, w->n, p, w->delta, w->derivatives ? w->J : NULL);
    }
    sums_finish(&w->inner, r->dims, w->n);
    for (size_t e = 0; e < entries(r->dims); e++)
        add_scaled(w->n, node->weight * factor, w->inner.product[e], w->within[e]);
    for (size_t q = 0; q < (size_t)r->dims * entries(r->dims); q++)
        add_scaled(w->n, node->weight * factor, w->inner.slope[q], w->within_slope[q]);
    sums_add(&w->outer, r->dims, w->n, node->weight, w->inner.mean,
             w->derivatives ? w->inner.J : NULL);
    return true;
}

/* At the n points of one block, of `stride` in all. */
static bool moments_at(struct work *w, const double *const *x, size_t at, size_t stride,
                       double *b, double *D, double *dD, struct error *err) {
    const int dims = w->rule->dims;
    if (!all_examples(w->model, w->n, x, w->g, w->derivatives ? w->h : NULL, err))
        return false;
    w->outer = (struct sums){0};
    memset(w->within, 0, sizeof w->within);
    memset(w->within_slope, 0, sizeof w->within_slope);
    for (size_t k = 0; k < w->rule->nodes; k++)
        if (!add_node(w, x, &w->rule->node[k], err)) return false;
    sums_finish(&w->outer, dims, w->n);
    for (size_t i = 0; i < w->n; i++) {
        for (size_t a = 0; a < (size_t)dims && b != NULL; a++)
            b[a * stride + at + i] = w->outer.mean[a][i];
        for (size_t e = 0; e < entries(dims) && D != NULL; e++)
            D[e * stride + at + i] = 0.5 * (w->within[e][i] + w->outer.product[e][i]);
        for (size_t q = 0; q < (size_t)dims * entries(dims) && dD != NULL; q++)
            dD[q * stride + at + i] = 0.5 * (w->within_slope[q][i] + w->outer.slope[q][i]);
    }
    return true;
}

bool rule_moments(const struct model *m, size_t n, const double *const *x, double *b,
                  double *D, double *dD, struct error *err) {
    const struct rule *r = m->rule;
    const size_t dims = (size_t)m->dims, terms = m->examples * (dims + entries(m->dims));
    size_t block = STORE / terms < PROGRAM_BLOCK ? STORE / terms : PROGRAM_BLOCK;
    if (block == 0) block = 1;
    struct work *w = array_create(1, sizeof *w, err);
    double *store = array_create(terms * block, sizeof *store, err);
    bool good = w != NULL && store != NULL;
    if (good) {
        *w = (struct work){.model = m, .rule = r, .derivatives = dD != NULL};
        w->g = store, w->h = store + m->examples * dims * block;
        const struct program *program = w->derivatives ? r->tangent : r->step;
        good = (w->scratch = array_create(program_scratch(program), sizeof(double), err)) !=
               NULL;
    }
    for (size_t at = 0; at < n && good; at += block) {
        const double *here[2] = {x[0] + at, dims == 2 ? x[1] + at : NULL};
        w->n = n - at < block ? n - at : block;
        good = moments_at(w, here, at, n, b, D, dD, err);
    }
    if (w != NULL) free(w->scratch);
    free(store);
    free(w);
    return good;
}
