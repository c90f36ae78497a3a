/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/quantities_work.h"
#include <math.h>

bool has_work(const struct snapshot *s) {
    return s->protocol != NULL;
}

bool has_temperature(const struct snapshot *s) {
    return has_work(s) && !isnan(s->protocol->temperature);
}

double work(const struct snapshot *s, size_t i) {
    (void)i;
    return s->protocol->work[s->row];
}

double heat(const struct snapshot *s, size_t i) {
    (void)i;
    return s->protocol->heat[s->row];
}

double work_variance(const struct snapshot *s, size_t i) {
    (void)i;
    return s->protocol->variance[s->row];
}

double work_exponential(const struct snapshot *s, size_t i) {
    (void)i;
    return s->protocol->exponential[s->row];
}

/* ---------------------------------------------------------------- of walkers */

bool sample_has_work(const struct sample *s) {
    return s->walkers->work != NULL;
}

bool sample_has_temperature(const struct sample *s) {
    return sample_has_work(s) && !isnan(s->temperature);
}

static const char *few(const struct sample *s) {
    return s->moments[0].count > 1 ? NULL : "fewer than two walkers are left";
}

bool sample_work(const struct sample *s, size_t i, struct estimate *out, const char **why,
                 struct error *err) {
    struct work_moments m;
    (void)i;
    *why = few(s);
    return moments_work(s->walkers, s->temperature, &m, err) && (*out = m.mean, true);
}

bool sample_work_variance(const struct sample *s, size_t i, struct estimate *out,
                          const char **why, struct error *err) {
    struct work_moments m;
    (void)i;
    *why = few(s);
    return moments_work(s->walkers, s->temperature, &m, err) && (*out = m.variance, true);
}

bool sample_work_exponential(const struct sample *s, size_t i, struct estimate *out,
                             const char **why, struct error *err) {
    struct work_moments m;
    (void)i;
    *why = few(s);
    return moments_work(s->walkers, s->temperature, &m, err) &&
           (*out = m.exponential, true);
}
