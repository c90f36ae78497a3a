/* SPDX-License-Identifier: GPL-3.0-or-later
 * The modified equations of SGD, C being the covariance of a batch (docs/theory.md 1.6):
 *     one variable
 *         G_eff = G + (eta/2) G G' + eta^2 ( G G'^2/3 + G^2 G''/12 - C G''/4 )
 *         C_eff = C + eta ( C G' + G C'/2 )
 *     order 2: without eta^2, and C itself; in two variables
 *         G_eff,i = G_i + (1/2) Sum_j eta_j G_j d_j G_i                                  */
#include "solver/model/model_parts.h"
#include <stdlib.h>

const struct program_output model_expansion_names[2][EXPANSION_TERMS] = {
    {{"the gradient", OF_LOSS},
     {"the gradient's derivative", OF_LOSS},
     {"the gradient's second derivative", OF_LOSS},
     {"the noise covariance", OF_NOISE},
     {"a derivative of the noise", OF_NOISE},
     {"a derivative of the noise", OF_NOISE}},
    {{"the gradient (x)", OF_LOSS},
     {"the gradient (y)", OF_LOSS},
     {"the Hessian (xx)", OF_LOSS},
     {"the Hessian (xy)", OF_LOSS},
     {"the Hessian (yy)", OF_LOSS}}};

/* Order 3 changes the noise, order 2 the drift alone. */
static bool changes_noise(const struct model *m) {
    return m->order >= 3;
}

bool model_compile_expansion(struct model *m, struct error *err) {
    struct graph *g = m->graph;
    expr out[EXPANSION_TERMS];
    size_t n = 0;
    if (m->order < 2) return true;
    for (int d = 0; d < m->dims; d++)
        out[n++] = m->gradient[d];
    if (m->dims == 1) {
        out[n++] = expr_derivative(g, out[0], 0);
        out[n++] = expr_derivative(g, out[1], 0);
        if (m->kind != MODEL_TABLE) {
            out[n++] = m->covariance[0];
            out[n++] = expr_derivative(g, out[3], 0);
            out[n++] = expr_derivative(g, out[4], 0);
        }
    } else {
        n += model_hessian(g, m->dims, m->gradient, out + n);
    }
    if (changes_noise(m)) m->constant_noise &= !model_depends_on_variables(m, out[1]);
    return (m->expansion = program_create(g, out, n, err)) != NULL;
}

/* term[k][i]; the caller frees term[0]. */
static bool expand(const struct interval_coefficients *c, size_t n, const double *const *x,
                   double *term[EXPANSION_TERMS], struct error *err) {
    const struct model *m = c->model;
    if ((term[0] = array_create(EXPANSION_TERMS * n, sizeof **term, err)) == NULL)
        return false;
    for (size_t k = 1; k < EXPANSION_TERMS; k++)
        term[k] = term[0] + k * n;
    if (m->kind == MODEL_TABLE) return table_expand(m, c->t, n, x, term, err);
    return model_run(m, m->expansion, c->t, n, x, term, model_expansion_names[m->dims - 1],
                     err);
}

static double slope1(const struct interval_coefficients *c, double G, double H, double K,
                     double C) {
    const double eta = c->eta[0], half = G + 0.5 * eta * G * H;
    if (c->model->order == 2) return half;
    return half + eta * eta * (G * H * H / 3 + G * G * K / 12 - C * K / 4);
}

static bool modified_drift(const void *self, size_t n, const double *const *x, double *b,
                           struct error *err) {
    const struct interval_coefficients *c = self;
    const double batch = model_batch_factor(c->model), *eta = c->eta;
    double *t[EXPANSION_TERMS];
    const bool good = expand(c, n, x, t, err);
    for (size_t i = 0; good && i < n; i++) {
        if (c->model->dims == 1) {
            b[i] = -c->rate[0] * slope1(c, t[0][i], t[1][i], t[2][i], batch * t[3][i]);
            continue;
        }
        const double x_ = 0.5 * eta[0] * t[0][i], y_ = 0.5 * eta[1] * t[1][i];
        b[i] = -c->rate[0] * (t[0][i] + x_ * t[2][i] + y_ * t[3][i]);
        b[n + i] = -c->rate[1] * (t[1][i] + x_ * t[3][i] + y_ * t[4][i]);
    }
    free(t[0]);
    return good;
}

static bool modified_diffusion(const void *self, size_t n, const double *const *x,
                               double *D, struct error *err) {
    const struct interval_coefficients *c = self;
    double *t[EXPANSION_TERMS];
    bool good = expand(c, n, x, t, err);
    for (size_t i = 0; good && i < n; i++) {
        const double C =
            t[3][i] + c->eta[0] * (t[3][i] * t[1][i] + 0.5 * t[0][i] * t[4][i]);
        D[i] = c->noise[0] * C;
        if (C < 0)
            good =
                fail(err, ERROR_RUN,
                     "the noise covariance of equation order 3, C + eta (C G' + G C'/2), "
                     "is negative (%g, where C is %g) at %s = %.6g: take order 2 or a "
                     "smaller learning rate",
                     C, t[3][i], c->model->variable[0], x[0][i]),
            fail_about(err, OF_NOISE);
    }
    free(t[0]);
    return good;
}

static bool modified_diffusion_gradient(const void *self, size_t n, const double *const *x,
                                        double *dD, struct error *err) {
    const struct interval_coefficients *c = self;
    double *t[EXPANSION_TERMS];
    const bool good = expand(c, n, x, t, err);
    for (size_t i = 0; good && i < n; i++) {
        const double G = t[0][i], H = t[1][i], K = t[2][i], C = t[3][i], C1 = t[4][i],
                     C2 = t[5][i];
        dD[i] = c->noise[0] * (C1 + c->eta[0] * (1.5 * C1 * H + C * K + 0.5 * G * C2));
    }
    free(t[0]);
    return good;
}

void modified_coefficients(struct interval_coefficients *c) {
    if (c->model->order < 2) return;
    c->coefficients.drift = modified_drift;
    c->coefficients.potential = NULL;
    if (!changes_noise(c->model)) return;
    c->coefficients.diffusion = modified_diffusion;
    c->coefficients.diffusion_gradient = modified_diffusion_gradient;
}
