/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rates at which mass is killed, and at which it returns: k(x), r(x) >= 0. */
#include "solver/model/model_parts.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct program_output names[MODEL_SINKS] = {
    [SINK_KILLING] = {"the killing rate", OF_KILLING},
    [SINK_RESET] = {"the rate of reset", OF_RESET}};

bool model_compile_sinks(struct model *m, const struct model_source *s, struct error *err) {
    for (int k = 0; k < MODEL_SINKS; k++) {
        m->sink[k] = s->has_sink[k] ? s->sink[k] : EXPR_NONE;
        if (!s->has_sink[k]) continue;
        m->branches |= expr_has_branches(m->graph, m->sink[k]);
        if ((m->sink_rate[k] = program_create(m->graph, &m->sink[k], 1, err)) == NULL)
            return false;
    }
    return true;
}

static bool fail_negative(const struct model *m, enum model_sink sink, size_t i,
                          const double *const *x, double value, struct error *err) {
    char *text = expr_text(m->graph, m->sink[sink]), y[80] = "";
    if (m->dims == 2) snprintf(y, sizeof y, ", %.40s = %.6g", m->variable[1], x[1][i]);
    fail(err, ERROR_RUN,
         "%s is negative (%g) at %.40s = %.6g%s: a rate must be >= 0 (expression: %s)",
         names[sink].name, value, m->variable[0], x[0][i], y, text != NULL ? text : "?");
    free(text);
    return fail_about(err, names[sink].subject);
}

bool model_sink_rate(const struct model *m, enum model_sink sink, size_t n,
                     const double *const *x, double *rate, struct error *err) {
    if (!model_run(m, m->sink_rate[sink], (double)NAN, n, x, &rate, &names[sink], err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (rate[i] < 0) return fail_negative(m, sink, i, x, rate[i], err);
    return true;
}

bool model_has_sinks(const struct model *m) {
    return m->sink_rate[SINK_KILLING] != NULL || m->sink_rate[SINK_RESET] != NULL;
}

static bool interval_killing(const void *self, size_t n, const double *const *x, double *k,
                             struct error *err) {
    const struct interval_coefficients *c = self;
    return model_sink_rate(c->model, SINK_KILLING, n, x, k, err);
}

static bool interval_reset(const void *self, size_t n, const double *const *x, double *r,
                           struct error *err) {
    const struct interval_coefficients *c = self;
    return model_sink_rate(c->model, SINK_RESET, n, x, r, err);
}

void sink_coefficients(struct interval_coefficients *c) {
    const struct model *m = c->model;
    if (m->sink_rate[SINK_KILLING] != NULL) {
        c->coefficients.killing = interval_killing;
        c->coefficients.kills = !expr_is_zero(m->graph, m->sink[SINK_KILLING]);
    }
    if (m->sink_rate[SINK_RESET] != NULL) c->coefficients.reset = interval_reset;
    c->coefficients.to = &m->to;
}
