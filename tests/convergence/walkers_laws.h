/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers against the laws of their own discrete steps: running them, and moments within
 * their standard errors. */
#pragma once

#include "solver/expr/vecmath.h"
#include "solver/mc/moments.h"
#include "solver/mc/start.h"
#include "solver/mc/walkers.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

static const struct random_key key = {2024, 0};
static struct error err;

#define OK(call) ck_assert_msg((call), "%s", err.message)

static struct walkers_model model_of(enum walkers_kind kind, int dims,
                                     void (*evaluate)(const void *, double t, size_t,
                                                      const double *const *,
                                                      double *const *),
                                     const void *self) {
    struct walkers_model model = {.kind = kind,
                                  .dims = dims,
                                  .step = 1,
                                  .function = {.evaluate = evaluate, .self = self},
                                  .examples = 1,
                                  .batch = 1};
    for (int d = 0; d < 2; d++)
        model.lo[d] = -HUGE_VAL, model.hi[d] = HUGE_VAL;
    return model;
}

/* From the origin through `steps`. WALKERS=10000000 in the environment takes as many where
 * a test would take fewer: minutes instead of seconds. */
static inline struct walkers *run(const struct walkers_model *model, uint64_t count,
                                  uint64_t steps) {
    const char *wanted = getenv("WALKERS");
    const uint64_t most = wanted != NULL ? strtoull(wanted, NULL, 10) : 0;
    struct walkers *w = walkers_create_for(model, count > most ? count : most, key, &err);
    OK(w != NULL);
    walkers_start_point(w, (double[]){0, 0});
    OK(walkers_advance(w, model, steps, NULL, &err));
    return w;
}

/* value is `right` within 3 errors, and more than 5 away from every one of wrong[]. */
static inline void expect(const char *what, struct estimate got, double right, size_t n,
                          const double *wrong) {
    const double z = (got.value - right) / got.error;
    ck_assert_msg(fabs(z) < 3, "%s = %.8g +- %.2g, expected %.8g (%.1f errors off)", what,
                  got.value, got.error, right, z);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(fabs(got.value - wrong[i]) > 5 * got.error,
                      "%s = %.8g +- %.2g does not tell %.8g from %.8g", what, got.value,
                      got.error, right, wrong[i]);
}

static inline struct estimate variance_of(const struct walkers *w, int d) {
    struct sample_moments m;
    OK(moments_estimate(w, d, &m, &err));
    return m.variance;
}

enum { H = 1 };
static const double eta = 0.1, c0 = 1, c2 = 2;

static inline void pearson_noise(const void *self, double t, size_t n,
                                 const double *const *in, double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++) {
        out[0][i] = H * in[0][i];
        out[1][i] = c0 + c2 * in[0][i] * in[0][i];
    }
}

/* What the SDE's steps need to know of the law. */
struct pearson_sde {
    double alpha;          /* of the equation */
    double scheme;         /* interpretation that the scheme steps: 0 Euler, 1/2 Heun */
    bool root, derivative; /* give b instead of D; give D' */
};

/* b0 = -h x, D = eta (c0 + c2 x^2) / 2, a = b0 + (alpha - scheme) D' */
static inline void pearson_drift(const void *self, double t, size_t n,
                                 const double *const *in, double *const *out) {
    (void)t;
    const struct pearson_sde *p = self;
    for (size_t i = 0; i < n; i++) {
        const double x = in[0][i], D = 0.5 * eta * (c0 + c2 * x * x);
        out[0][i] = -H * x + (p->alpha - p->scheme) * eta * c2 * x;
        out[1][i] = p->root ? sqrt(2 * D) : D;
        if (p->derivative) out[2][i] = eta * c2 * x;
    }
}

/* g = x - a, the column a with mean 0: population variance s. */
enum { ROWS = 8 };
static const double column[ROWS] = {-2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2};
static const double column_variance = (4 + 2.25 + 1 + 0.25) / 4;

static inline void row_gradient(const void *self, double t, size_t n,
                                const double *const *in, double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = in[0][i] - in[1][i];
}

static inline struct walkers_model table_model(size_t batch, enum sampling sampling,
                                               double rate) {
    struct walkers_model model = model_of(WALKERS_SGD, 1, row_gradient, NULL);
    model.examples = ROWS, model.columns = 1, model.table = column;
    model.batch = batch, model.sampling = sampling, model.eta[0] = rate;
    return model;
}

static inline void stable_drift(const void *self, double t, size_t n,
                                const double *const *in, double *const *out) {
    (void)t;
    (void)self;
    for (size_t i = 0; i < n; i++)
        out[0][i] = -in[0][i], out[1][i] = 0.7;
}
