/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/backward_euler.h"
#include "solver/time/rates.h"
#include "solver/time/stepper.h"

/* Local errors: C h^2 of the whole step, C h^2 / 2 of the halves; their difference is the
 * latter's. */
static double step(struct stepper *s, double h, const double *m, double *next) {
    stepper_solve(s, 0, h / 2, m, next);
    stepper_solve(s, 0, h / 2, next, next);
    stepper_solve(s, 1, h, m, s->work[0]);
    return rates_l1(s->A->n, next, s->work[0]);
}

static struct propagator *create(const struct generator1 *generator,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    static const struct stepper_rule rule = {.order = 2, .substeps = 2, .step = step};
    (void)coefficients;
    return stepper_create(&rule, generator, options, err);
}

const struct propagator_method backward_euler_method = {
    .name = "backward_euler",
    .description = "First order, positive at any step; time.step, or steps from "
                   "time.tolerance. The plain reference.",
    .order = 1,
    .positive = true,
    .batch = false,
    .create = create,
    .advance = stepper_advance,
    .destroy = stepper_destroy,
};
