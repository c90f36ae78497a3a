/* SPDX-License-Identifier: GPL-3.0-or-later
 *     L = mean l_j,   G = mean grad l_j,   C = mean (grad l_j - G)(grad l_j - G)^T */
#include "solver/model/model_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- expressions */

static expr sum_over(struct graph *g, size_t n, const expr *term) {
    expr sum = expr_number(g, 0);
    for (size_t j = 0; j < n; j++)
        sum = j == 0 ? term[0] : expr_binary(g, '+', sum, term[j]);
    return sum;
}

static expr mean_over(struct graph *g, size_t n, const expr *term) {
    return expr_binary(g, '/', sum_over(g, n, term), expr_number(g, (double)n));
}

/* L, G and C of the mean over the datapoints, centred so that nothing cancels. */
static bool derive_from_datapoints(struct model *m, const struct model_source *s,
                                   struct error *err) {
    struct graph *g = m->graph;
    const size_t n = s->examples, dims = (size_t)m->dims;
    expr *term = array_create(n, sizeof *term, err);
    m->example_gradient = array_create(n * dims, sizeof *m->example_gradient, err);
    if (term == NULL || m->example_gradient == NULL) return free(term), false;
    m->loss = mean_over(g, n, s->example);
    for (size_t d = 0; d < dims; d++) {
        for (size_t j = 0; j < n; j++) {
            term[j] = expr_derivative(g, s->example[j], d);
            m->example_gradient[j * dims + d] = term[j];
        }
        m->gradient[d] = mean_over(g, n, term);
    }
    /* C from the differences to the first example's gradient: what the examples share
     * cancels exactly. Where all are equal C is 0, not the rounding of G^2. */
    expr *centred = array_create(n * dims, sizeof *centred, err);
    if (centred == NULL) return free(term), false;
    for (size_t d = 0; d < dims; d++) {
        for (size_t j = 0; j < n; j++)
            term[j] = expr_binary(g, '-', m->example_gradient[j * dims + d],
                                  m->example_gradient[d]);
        const expr mean = mean_over(g, n, term);
        for (size_t j = 0; j < n; j++)
            centred[j * dims + d] = expr_binary(g, '-', term[j], mean);
    }
    for (size_t e = 0; e < entries(m->dims); e++) {
        const size_t a = (size_t)first_of(e), b = (size_t)second_of(e);
        for (size_t j = 0; j < n; j++)
            term[j] = expr_binary(g, '*', centred[j * dims + a], centred[j * dims + b]);
        m->covariance[e] = mean_over(g, n, term);
    }
    free(centred);
    free(term);
    return true;
}

static bool derive(struct model *m, const struct model_source *s, struct error *err) {
    struct graph *g = m->graph;
    m->loss = s->kind == MODEL_TABLE ? s->example[0] : s->loss;
    for (int d = 0; d < 2; d++)
        m->gradient[d] = m->drift[d] = EXPR_NONE;
    for (int e = 0; e < 3; e++)
        m->covariance[e] = m->diffusion[e] = EXPR_NONE;
    switch (s->kind) {
    case MODEL_DATAPOINTS:
        return derive_from_datapoints(m, s, err);
    case MODEL_DRIFT:
        for (int d = 0; d < m->dims; d++)
            m->drift[d] = s->drift[d];
        for (size_t e = 0; e < entries(m->dims); e++)
            m->diffusion[e] = s->diffusion[e];
        return true;
    case MODEL_LOSS:
        for (size_t e = 0; e < entries(m->dims); e++)
            m->covariance[e] = s->covariance[e];
        break;
    case MODEL_TABLE:
        break;
    }
    for (int d = 0; d < m->dims; d++)
        m->gradient[d] = expr_derivative(g, m->loss, (size_t)d);
    return true;
}

/* ---------------------------------------------------------------- programs */

static size_t tensor_gradient(struct graph *g, int dims, const expr *tensor, expr *out) {
    size_t n = 0;
    for (int d = 0; d < dims; d++)
        for (size_t e = 0; e < entries(dims); e++)
            out[n++] = expr_derivative(g, tensor[e], (size_t)d);
    return n;
}

size_t model_hessian(struct graph *g, int dims, const expr *gradient, expr *out) {
    for (size_t e = 0; e < entries(dims); e++)
        out[e] = expr_derivative(g, gradient[first_of(e)], (size_t)second_of(e));
    return entries(dims);
}

static bool compile_values(struct model *m, struct error *err) {
    expr out[6] = {m->loss == EXPR_NONE ? expr_number(m->graph, 0) : m->loss};
    size_t n = 1;
    const bool drift = m->kind == MODEL_DRIFT;
    for (int d = 0; d < m->dims; d++)
        out[n++] = drift ? m->drift[d] : m->gradient[d];
    if (m->kind != MODEL_TABLE)
        for (size_t e = 0; e < entries(m->dims); e++)
            out[n++] = drift ? m->diffusion[e] : m->covariance[e];
    return (m->values = program_create(m->graph, out, n, err)) != NULL;
}

static bool compile_gradients(struct model *m, struct error *err) {
    expr out[6];
    size_t n = 0;
    if (m->kind == MODEL_TABLE) {
        for (int d = 0; d < m->dims; d++)
            out[n++] = m->gradient[d];
        n += model_hessian(m->graph, m->dims, m->gradient, out + n);
    } else {
        n = tensor_gradient(m->graph, m->dims,
                            m->kind == MODEL_DRIFT ? m->diffusion : m->covariance, out);
    }
    return (m->gradients = program_create(m->graph, out, n, err)) != NULL;
}

/* Hessians of every datapoint; of the one row of a table; of the loss itself. */
static bool compile_curvature(struct model *m, struct error *err) {
    if (m->kind == MODEL_DRIFT) return true;
    const size_t n = m->kind == MODEL_DATAPOINTS ? m->examples : 1, dims = (size_t)m->dims;
    const expr *gradient = m->kind == MODEL_DATAPOINTS ? m->example_gradient : m->gradient;
    expr *out = array_create(n * entries(m->dims), sizeof *out, err);
    if (out == NULL) return false;
    for (size_t j = 0; j < n; j++)
        model_hessian(m->graph, m->dims, gradient + j * dims, out + j * entries(m->dims));
    m->curvature = program_create(m->graph, out, n * entries(m->dims), err);
    free(out);
    return m->curvature != NULL;
}

bool model_depends_on_variables(const struct model *m, expr a) {
    for (int d = 0; d < m->dims; d++)
        if (expr_depends_on(m->graph, a, (size_t)d)) return true;
    return false;
}

/* Of what is known of the mean; table: of one example. */
static bool depends_on_time(const struct model *m) {
    const expr *const list[] = {m->gradient, m->covariance, m->drift, m->diffusion};
    const size_t dims = (size_t)m->dims,
                 count[] = {dims, entries(m->dims), dims, entries(m->dims)};
    bool depends = m->loss != EXPR_NONE && expr_depends_on(m->graph, m->loss, EXPR_TIME);
    for (size_t k = 0; k < 4; k++)
        for (size_t e = 0; e < count[k]; e++)
            depends |=
                list[k][e] != EXPR_NONE && expr_depends_on(m->graph, list[k][e], EXPR_TIME);
    for (int k = 0; k < MODEL_SINKS; k++)
        depends |= m->sink_rate[k] != NULL && program_has_time(m->sink_rate[k]);
    for (size_t k = 0; k < m->intervals; k++)
        depends |= m->interval[k].varies;
    return depends;
}

/* Which structure is known: may anything jump, is the noise the same everywhere? */
static void classify(struct model *m) {
    const expr *tensor = m->kind == MODEL_DRIFT ? m->diffusion : m->covariance;
    m->constant_noise = m->kind != MODEL_TABLE;
    m->branches = m->loss != EXPR_NONE && expr_has_branches(m->graph, m->loss);
    for (size_t e = 0; e < entries(m->dims) && m->kind != MODEL_TABLE; e++) {
        m->constant_noise &= !model_depends_on_variables(m, tensor[e]);
        m->branches |= expr_has_branches(m->graph, tensor[e]);
    }
    for (int d = 0; d < m->dims && m->kind == MODEL_DRIFT; d++)
        m->branches |= expr_has_branches(m->graph, m->drift[d]);
}

struct model *model_create(const struct model_source *s, struct error *err) {
    struct model *m = array_create(1, sizeof *m, err);
    if (m == NULL) return graph_destroy(s->graph), table_destroy(s->table), NULL;
    *m = (struct model){.kind = s->kind,
                        .dims = s->dims,
                        .graph = s->graph,
                        .table = s->table,
                        .batch = s->batch,
                        .sampling = s->sampling,
                        .momentum = s->momentum,
                        .form = s->form,
                        .alpha = s->alpha,
                        .order = s->order > 1 ? s->order : 1,
                        .unit = s->unit,
                        .stable = s->stable,
                        .intervals = s->intervals};
    m->examples = s->kind == MODEL_DATAPOINTS ? s->examples : s->table ? s->table->rows : 0;
    for (int d = 0; d < s->dims; d++)
        if ((m->variable[d] = strdup(s->variable[d])) == NULL) goto no_memory;
    m->interval = array_create(s->intervals, sizeof *m->interval, err);
    if (m->interval == NULL) goto failed;
    if (s->intervals > 0)
        memcpy(m->interval, s->interval, s->intervals * sizeof *m->interval);
    if (m->examples > 0 && m->sampling != WITH_REPLACEMENT && m->batch > m->examples) {
        fail(err, ERROR_SETTINGS,
             "batch_size %zu is more than the %zu examples that there are; "
             "draw with replacement or take a smaller batch",
             m->batch, m->examples);
        goto failed;
    }
    if (!derive(m, s, err)) goto failed;
    classify(m);
    if (!compile_values(m, err) || !compile_gradients(m, err) ||
        !compile_curvature(m, err) || !model_compile_expansion(m, err) ||
        !model_compile_sinks(m, s, err)) {
        fail_within(err, "the model's derivatives");
        goto failed;
    }
    m->driven = depends_on_time(m);
    if (s->has_rule && (m->rule = rule_create(m, s, err)) == NULL) goto failed;
    return m;
no_memory:
    fail(err, ERROR_MEMORY, "no memory for the model");
failed:
    return model_destroy(m), NULL;
}

void model_destroy(struct model *m) {
    if (m == NULL) return;
    program_destroy(m->values);
    program_destroy(m->gradients);
    program_destroy(m->curvature);
    program_destroy(m->expansion);
    for (int k = 0; k < MODEL_SINKS; k++)
        program_destroy(m->sink_rate[k]);
    rule_destroy(m->rule);
    graph_destroy(m->graph);
    table_destroy(m->table);
    free(m->example_gradient);
    free(m->interval);
    free(m->variable[0]);
    free(m->variable[1]);
    free(m);
}

bool model_has_loss(const struct model *m) {
    return m->loss != EXPR_NONE;
}

/* ---------------------------------------------------------------- values at points */

const struct program_output model_value_names[2][6] = {
    {{"the loss", OF_LOSS}, {"the gradient", OF_LOSS}, {"the noise covariance", OF_NOISE}},
    {{"the loss", OF_LOSS},
     {"the gradient (x)", OF_LOSS},
     {"the gradient (y)", OF_LOSS},
     {"the covariance (xx)", OF_NOISE},
     {"the covariance (xy)", OF_NOISE},
     {"the covariance (yy)", OF_NOISE}}};
static const struct program_output drift_names[2][6] = {
    {{"the loss", OF_LOSS}, {"the drift", OF_DRIFT}, {"the diffusion", OF_DIFFUSION}},
    {{"the loss", OF_LOSS},
     {"the drift (x)", OF_DRIFT},
     {"the drift (y)", OF_DRIFT},
     {"the diffusion (xx)", OF_DIFFUSION},
     {"the diffusion (xy)", OF_DIFFUSION},
     {"the diffusion (yy)", OF_DIFFUSION}}};
#define DERIVATIVE                                                                         \
    { "a derivative of the noise", OF_DIFFUSION }
const struct program_output model_derivative_names[6] = {
    DERIVATIVE, DERIVATIVE, DERIVATIVE, DERIVATIVE, DERIVATIVE, DERIVATIVE};
#undef DERIVATIVE

bool model_run(const struct model *m, const struct program *program, double t, size_t n,
               const double *const *in, double *const *out,
               const struct program_output *what, struct error *err) {
    if (!program_run_at(program, t, n, in, out, err)) return false;
    return program_check_finite(program, n, in, out, (const char *const *)m->variable, what,
                                err) ||
           (program_has_time(program) && fail_within(err, "t = %.9g", t));
}

bool model_evaluate(const struct model *m, size_t n, const double *const *x, double *loss,
                    double *gradient, double *covariance, struct error *err) {
    return model_evaluate_at(m, (double)NAN, n, x, loss, gradient, covariance, err);
}

bool model_evaluate_at(const struct model *m, double t, size_t n, const double *const *x,
                       double *loss, double *gradient, double *covariance,
                       struct error *err) {
    if (m->kind == MODEL_TABLE)
        return table_evaluate(m, t, n, x, loss, gradient, covariance, err);
    const size_t outputs = 1 + (size_t)m->dims + entries(m->dims), dims = (size_t)m->dims;
    double *memory = array_create(outputs * n, sizeof *memory, err);
    if (memory == NULL) return false;
    double *out[6];
    for (size_t k = 0; k < outputs; k++)
        out[k] = memory + k * n;
    const bool drift = m->kind == MODEL_DRIFT;
    bool good = model_run(m, m->values, t, n, x, out,
                          (drift ? drift_names : model_value_names)[m->dims - 1], err);
    if (good && loss) memcpy(loss, memory, n * sizeof *loss);
    for (size_t k = 0; k < dims * n && good && gradient; k++)
        gradient[k] = drift ? -memory[n + k] : memory[n + k];
    for (size_t k = 0; k < entries(m->dims) * n && good && covariance; k++)
        covariance[k] = (drift ? 2 : 1) * memory[(1 + dims) * n + k];
    free(memory);
    return good;
}

/* Largest |eigenvalue| of [[xx, xy], [xy, yy]]. */
static double spectral_norm(int dims, double xx, double xy, double yy) {
    if (dims == 1) return fabs(xx);
    return fabs(0.5 * (xx + yy)) + hypot(0.5 * (xx - yy), xy);
}

void model_take_largest(const struct model *m, size_t n, size_t examples, double *const *h,
                        double *curvature) {
    const size_t e = entries(m->dims);
    for (size_t j = 0; j < examples; j++)
        for (size_t i = 0; i < n; i++) {
            double *const *hj = h + j * e;
            const double norm = m->dims == 1
                                    ? fabs(hj[0][i])
                                    : spectral_norm(2, hj[0][i], hj[1][i], hj[2][i]);
            if (norm > curvature[i]) curvature[i] = norm;
        }
}

bool model_curvature(const struct model *m, double t, size_t n, const double *const *x,
                     double *curvature, struct error *err) {
    memset(curvature, 0, n * sizeof *curvature);
    if (m->curvature == NULL) return true;
    if (m->kind != MODEL_TABLE) {
        const size_t outputs = program_outputs(m->curvature);
        double *memory = array_create(outputs * n, sizeof *memory, err);
        double **out = array_create(outputs, sizeof *out, err);
        for (size_t k = 0; k < outputs && memory && out; k++)
            out[k] = memory + k * n;
        const bool good = memory && out && program_run_at(m->curvature, t, n, x, out, err);
        if (good) model_take_largest(m, n, outputs / entries(m->dims), out, curvature);
        free(memory);
        free(out);
        return good;
    }
    return table_curvature(m, t, n, x, curvature, err);
}
