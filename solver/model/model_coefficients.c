/* SPDX-License-Identifier: GPL-3.0-or-later
 *     b_i = -eta_i G_i,          D_ij = eta_i eta_j C_B,ij / 2       (model.h) */
#include "solver/model/model_parts.h"
#include <math.h>

size_t model_intervals(const struct model *m) {
    return m->intervals == 0 ? 1 : m->intervals;
}

double model_interval_end(const struct model *m, size_t interval) {
    return m->intervals == 0 ? (double)INFINITY : m->interval[interval].until;
}

size_t model_interval_at(const struct model *m, double t) {
    size_t k = 0;
    while (k + 1 < model_intervals(m) && t > model_interval_end(m, k))
        k++;
    return k;
}

void model_rate(const struct model *m, size_t interval, double t, double eta[2]) {
    const struct rate_interval *r = &m->interval[interval];
    for (int d = 0; d < 2; d++)
        eta[d] = r->varies ? expr_value_at(m->graph, r->rate[d], t, NULL) : r->eta[d];
}

void model_effective_rate(const struct model *m, size_t interval, double t, double eta[2]) {
    const double gain = m->form == HEAVY_BALL ? 1 / (1 - m->momentum) : 1;
    eta[0] = eta[1] = 1;
    if (m->intervals == 0) return;
    model_rate(m, interval, t, eta);
    for (int d = 0; d < 2; d++)
        eta[d] *= gain;
}

double model_batch_factor(const struct model *m) {
    const double B = (double)m->batch, N = (double)m->examples;
    if (m->examples < 2 || m->sampling == WITH_REPLACEMENT) return 1 / B;
    return (N - B) / (B * (N - 1));
}

double model_step_time(const struct model *m, size_t interval) {
    double eta[2];
    if (m->unit == TIME_STEPS) return 1;
    model_effective_rate(m, interval, (double)NAN, eta);
    return eta[0];
}

/* A varying learning rate is a number >= 0. */
static bool check_rate(const struct interval_coefficients *c, struct error *err) {
    for (int d = 0; d < c->model->dims; d++)
        if (!(c->eta[d] >= 0 && isfinite(c->eta[d])))
            return fail(err, ERROR_RUN,
                        "the learning rate is %g at t = %.9g; it must be >= 0", c->eta[d],
                        c->t);
    return true;
}

static bool interval_drift(const void *self, size_t n, const double *const *x, double *b,
                           struct error *err) {
    const struct interval_coefficients *c = self;
    if (!check_rate(c, err) || !model_evaluate_at(c->model, c->t, n, x, NULL, b, NULL, err))
        return false;
    for (int d = 0; d < c->model->dims; d++)
        for (size_t i = 0; i < n; i++)
            b[(size_t)d * n + i] *= -c->rate[d];
    return true;
}

static bool check_covariance(const struct model *m, size_t n, const double *const *x,
                             const double *D, struct error *err) {
    for (size_t i = 0; i < n; i++) {
        if (m->dims == 1 && D[i] < 0)
            return fail(err, ERROR_RUN,
                        "the noise covariance is negative (%g) at %s = %.6g: a "
                        "covariance must be >= 0",
                        D[i], m->variable[0], x[0][i]),
                   fail_about(err, OF_NOISE);
        if (m->dims == 2) {
            const double xx = D[i], xy = D[n + i], yy = D[2 * n + i],
                         scale = fabs(xx) + fabs(yy);
            const double least = 0.5 * (xx + yy) - hypot(0.5 * (xx - yy), xy);
            if (least < -1e-12 * scale)
                return fail(err, ERROR_RUN,
                            "the noise covariance [[%g, %g], [%g, %g]] at %s = %.6g, %s = "
                            "%.6g is not positive semidefinite: its smallest eigenvalue "
                            "is %.3g of its "
                            "trace",
                            xx, xy, xy, yy, m->variable[0], x[0][i], m->variable[1],
                            x[1][i], least / scale),
                       fail_about(err, OF_NOISE);
        }
    }
    return true;
}

static bool interval_diffusion(const void *self, size_t n, const double *const *x,
                               double *D, struct error *err) {
    const struct interval_coefficients *c = self;
    if (!model_evaluate_at(c->model, c->t, n, x, NULL, NULL, D, err)) return false;
    if (!check_covariance(c->model, n, x, D, err)) return false;
    for (size_t e = 0; e < entries(c->model->dims); e++)
        for (size_t i = 0; i < n; i++)
            D[e * n + i] *= c->noise[e];
    return true;
}

static bool interval_diffusion_gradient(const void *self, size_t n, const double *const *x,
                                        double *dD, struct error *err) {
    const struct interval_coefficients *c = self;
    const struct model *m = c->model;
    const size_t blocks = (size_t)m->dims * entries(m->dims);
    bool good = true;
    if (m->kind == MODEL_TABLE) {
        good = table_gradient(m, c->t, n, x, dD, err);
    } else {
        double *out[6];
        for (size_t k = 0; k < blocks; k++)
            out[k] = dD + k * n;
        good = model_run(m, m->gradients, c->t, n, x, out, model_derivative_names, err);
    }
    const double twice = m->kind == MODEL_DRIFT ? 2 : 1; /* noise[] multiplies 2 D there */
    for (size_t k = 0; k < blocks && good; k++)
        for (size_t i = 0; i < n; i++)
            dD[k * n + i] *= twice * c->noise[k % entries(m->dims)];
    return good;
}

static bool interval_potential(const void *self, size_t n, const double *const *x,
                               double *phi, struct error *err) {
    const struct interval_coefficients *c = self;
    if (!model_evaluate_at(c->model, c->t, n, x, phi, NULL, NULL, err)) return false;
    for (size_t i = 0; i < n; i++)
        phi[i] *= c->potential_scale;
    return true;
}

/* With an update rule; per step. */
static bool rule_drift(const void *self, size_t n, const double *const *x, double *b,
                       struct error *err) {
    const struct interval_coefficients *c = self;
    return rule_moments(c->model, n, x, b, NULL, NULL, err);
}

static bool rule_diffusion(const void *self, size_t n, const double *const *x, double *D,
                           struct error *err) {
    const struct interval_coefficients *c = self;
    return rule_moments(c->model, n, x, NULL, D, NULL, err);
}

static bool rule_diffusion_gradient(const void *self, size_t n, const double *const *x,
                                    double *dD, struct error *err) {
    const struct interval_coefficients *c = self;
    return rule_moments(c->model, n, x, NULL, NULL, dD, err);
}

static void coefficients_of_rule(const struct model *m, struct interval_coefficients *c) {
    c->coefficients = (struct coefficients){
        .dims = m->dims,
        .zero_diffusion = m->dims == 1 && m->examples == 1 && m->rule->normals == 0,
        .smooth = !m->branches && !m->rule->branches,
        .self = c,
        .drift = rule_drift,
        .diffusion = rule_diffusion,
        .diffusion_gradient = rule_diffusion_gradient};
    sink_coefficients(c);
}

/* phi = s L solves D grad phi = -b when rate_i = s D_ii and D is diagonal; s = 0 when it
 * does not hold. */
static double potential_scale(const struct interval_coefficients *c) {
    const struct model *m = c->model;
    double C[3] = {0};
    if (m->kind != MODEL_LOSS && m->kind != MODEL_DATAPOINTS) return 0;
    if (!m->constant_noise) return 0;
    for (size_t e = 0; e < entries(m->dims); e++)
        C[e] = expr_value_at(m->graph, m->covariance[e], c->t, (const double[2]){0, 0});
    const double Dxx = c->noise[0] * C[0], Dyy = c->noise[2] * C[2];
    if (!(Dxx > 0)) return 0;
    const double s = c->rate[0] / Dxx;
    if (m->dims == 1) return s;
    return C[1] == 0 && Dyy > 0 && fabs(c->rate[1] / Dyy - s) <= 1e-14 * s ? s : 0;
}

bool model_has_stable_noise(const struct model *m) {
    return m->stable.alpha > 0;
}

double model_stable_scale(const struct model *m) {
    return m->stable.sigma * pow((double)m->batch, 1 / m->stable.alpha - 1);
}

/* One step displaces by eta times the batch's noise; L_t = t^(1/alpha) L_1 in law. */
static double stable_scale(const struct model *m, double eta, double unit) {
    const double alpha = m->stable.alpha;
    if (alpha == 0 || m->kind == MODEL_DRIFT) return m->stable.sigma;
    return eta * model_stable_scale(m) * pow(unit, -1 / alpha);
}

/* Is there no noise at all, at any time? */
static bool is_noiseless(const struct interval_coefficients *c) {
    const struct model *m = c->model;
    const expr e = m->kind == MODEL_DRIFT ? m->diffusion[0] : m->covariance[0];
    if (!m->constant_noise || m->dims != 1) return false;
    if (!m->driven)
        return expr_value(m->graph, e, (const double[2]){0, 0}) * c->noise[0] == 0;
    double value;
    return expr_is_number(m->graph, e, &value) && value == 0;
}

static void set_time(void *clock, double t) {
    struct interval_coefficients *c = clock;
    coefficients_at(c->model, c->interval, t, c);
}

void coefficients_of_interval(const struct model *m, size_t interval,
                              struct interval_coefficients *c) {
    coefficients_at(m, interval, 0, c);
}

void coefficients_at(const struct model *m, size_t interval, double t,
                     struct interval_coefficients *c) {
    double eta[2];
    model_effective_rate(m, interval, t, eta);
    const double unit = m->kind == MODEL_DRIFT ? 1 : model_step_time(m, interval);
    const double batch = m->kind == MODEL_DRIFT ? 1 : model_batch_factor(m);
    *c = (struct interval_coefficients){.model = m, .interval = interval, .t = t};
    if (m->rule != NULL) {
        coefficients_of_rule(m, c);
        return;
    }
    for (int d = 0; d < 2; d++)
        c->eta[d] = eta[d], c->rate[d] = eta[d] / unit;
    for (size_t e = 0; e < 3; e++)
        c->noise[e] = 0.5 * batch * eta[first_of(e)] * eta[second_of(e)] / unit;
    c->potential_scale = potential_scale(c);
    c->stable_scale = stable_scale(m, eta[0], unit);
    c->coefficients = (struct coefficients){
        .dims = m->dims,
        .alpha = m->alpha,
        .constant_diffusion = m->constant_noise,
        .zero_diffusion = is_noiseless(c),
        .smooth = !m->branches,
        .terms = m->examples,
        .self = c,
        .set_time = m->driven ? set_time : NULL,
        .clock = c,
        .drift = interval_drift,
        .diffusion = interval_diffusion,
        .diffusion_gradient = interval_diffusion_gradient,
        .potential = c->potential_scale > 0 ? interval_potential : NULL};
    modified_coefficients(c);
    sink_coefficients(c);
}
