/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/sdirk.h"
#include "solver/time/line/rates.h"
#include "solver/time/line/stepper.h"
#include <string.h>

enum { STAGES = 5 };
static const double gamma_ = 0.25;
/* clang-format off */
static const double a[STAGES][STAGES] = {
    {0},
    {1.0 / 2},
    {17.0 / 50,     -1.0 / 25},
    {371.0 / 1360, -137.0 / 2720, 15.0 / 544},
    {25.0 / 24,     -49.0 / 48,  125.0 / 16, -85.0 / 12}, /* also the weights b */
};
/* b minus the embedded method's weights (59/48, -17/96, 225/32, -85/12, 0). */
static const double defect[STAGES] = {-3.0 / 16, -27.0 / 32, 25.0 / 32, 0, 1.0 / 4};
/* clang-format on */

/* y += Sum_j c_j K_j, j < count. */
static void accumulate(size_t n, size_t count, const double *c, double *const *K,
                       double *y) {
    for (size_t j = 0; j < count; j++)
        if (c[j] != 0)
            for (size_t i = 0; i < n; i++)
                y[i] += c[j] * K[j][i];
}

/* With the stages Y_j of (1 - gamma h A) Y_j = b_j,
 *     K_j = h A Y_j = (Y_j - b_j) / gamma,   next = Y_5   (stiffly accurate),
 * so that A is never applied. The error is filtered by (1 - gamma h A)^-1, which bounds its
 * stiff part (Hairer & Wanner II, IV.8.20). */
static bool step(struct stepper *s, int k, double h, const double *m, double *next,
                 double *local, struct error *err) {
    const size_t n = s->system.n;
    double *const *K = s->work, *b = s->work[STAGES];
    for (size_t j = 0; j < STAGES; j++) {
        memcpy(b, m, n * sizeof *b);
        accumulate(n, j, a[j], K, b);
        if (!stepper_solve(s, k, gamma_ * h, b, next, err)) return false;
        for (size_t i = 0; i < n; i++)
            K[j][i] = (next[i] - b[i]) / gamma_;
    }
    memset(b, 0, n * sizeof *b);
    accumulate(n, STAGES, defect, K, b);
    if (!stepper_solve(s, k, gamma_ * h, b, b, err)) return false;
    return *local = rates_l1(n, b, NULL), true;
}

static bool pair(struct stepper *s, double h, const double *m, double *next, double *local,
                 struct error *err) {
    double *middle = s->work[STAGES + 1], first, second;
    if (!step(s, 0, h / 2, m, middle, &first, err) ||
        !step(s, 0, h / 2, middle, next, &second, err))
        return false;
    return *local = first + second, true;
}

static bool single(struct stepper *s, double h, const double *m, double *next,
                   struct error *err) {
    double local;
    return step(s, 1, h, m, next, &local, err);
}

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    static const struct stepper_rule rule = {
        .local = 4, .order = 4, .of_difference = 1. / 3, .pair = pair, .single = single};
    (void)coefficients;
    return stepper_create_line(&rule, problem, options, err);
}

const struct propagator_method sdirk_method = {
    .name = "sdirk",
    .description =
        "L-stable Runge-Kutta method of order 4 (Hairer & Wanner) with step control.",
    .order = 4,
    .tolerance = 1e-10,
    .positive = false,
    .batch = false,
    .create = create,
    .advance = stepper_advance,
    .destroy = stepper_destroy,
};
