/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/backward_euler.h"
#include "solver/time/line/stepper.h"
#include <math.h>

/* Each half's local error is (h/2)^2 m'' / 2; next - 2 middle + m is that of both. */
static bool pair(struct stepper *s, double h, const double *m, double *next, double *local,
                 struct error *err) {
    double *middle = s->work[0], sum = 0;
    if (!stepper_solve(s, 0, h / 2, m, middle, err) ||
        !stepper_solve(s, 0, h / 2, middle, next, err))
        return false;
    for (size_t i = 0; i < s->system.n; i++)
        sum += fabs(next[i] - 2 * middle[i] + m[i]);
    return *local = sum, true;
}

static bool single(struct stepper *s, double h, const double *m, double *next,
                   struct error *err) {
    return stepper_solve(s, 1, h, m, next, err);
}

static const struct stepper_rule rule = {
    .local = 2, .order = 1, .of_difference = 1.25, .pair = pair, .single = single};
/* A mode z of a long step is off by up to 1.4 times the difference where z is real, and
 * twice it was seen where it turns (tests/convergence/check_random_models_plane). */
const struct stepper_rule plane_backward_euler_rule = {.local = 2,
                                                       .order = 1,
                                                       .of_difference = 2.5,
                                                       .remembered = 1e-3,
                                                       .pair = pair,
                                                       .single = single};

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    (void)coefficients;
    return stepper_create_line(&rule, problem, options, err);
}

const struct propagator_method backward_euler_method = {
    .name = "backward_euler",
    .description = "First order, positive at any step; time.step, or steps from "
                   "time.tolerance. The plain reference.",
    .order = 1,
    .tolerance = 1e-10,
    .positive = true,
    .batch = false,
    .create = create,
    .advance = stepper_advance,
    .destroy = stepper_destroy,
};
