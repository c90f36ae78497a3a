/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An update rule: one step of an optimizer whose state x is one or two numbers,
 *     x' = T(x, g, z),
 * g the gradient of the drawn batch's mean loss (one component a variable), z two
 * independent standard normals, fresh in every step. In a model with a rule the loss, its
 * gradient and the examples are what they are without; T takes the place of x - eta g. Its
 * diffusion approximation, per step and Ito's, is (docs/theory.md 1.7)
 *     b = E Delta,     D = Cov(Delta) / 2,     Delta = T(x, g, z) - x,
 * over the draw and the normals. */
#pragma once

#include "solver/expr/program.h"
#include "solver/model/batches.h"

struct model_source;

/* A point of the quadrature over the normals. */
struct rule_node {
    double z[2], weight;
};

struct rule {
    int dims;
    /* Inputs of the programs: x[dims], nothing up to `gradient`, where g[dims] begins, and
     * from `normal` on z[2]. */
    size_t gradient, normal, inputs;
    struct program *step; /* T[dims] */
    /* T[dims], dT_a/dx_c at dims + a dims + c, and behind them dT_a/dg_c */
    struct program *tangent;
    int normals;   /* how many it draws: 0, 1, 2 */
    bool affine;   /* in g, for all x and z */
    bool branches; /* may jump or have kinks */
    size_t nodes;
    struct rule_node *node; /* [nodes]: exact for a T that is affine in z */
    struct batches batches; /* where not affine and B > 1 */
    struct program
        *example; /* datapoints: the gradients of all, d l_j/dx_d at j dims + d */
};

/* The rule of source->update in model's graph, or NULL. Fails (ERROR_SETTINGS) on a rule
 * that depends on data columns, or with too many different batches for its moments. */
MUST_CHECK struct rule *rule_create(const struct model *model,
                                    const struct model_source *source, struct error *err);
void rule_destroy(struct rule *rule);

/* out[k][i] of rule->step or rule->tangent at x[d][i], g[d][i], z[k][i], i < n <=
 * PROGRAM_BLOCK; what the rule does not use may be NULL. scratch: [program_scratch]. */
void rule_run_block(const struct rule *rule, const struct program *program, size_t n,
                    const double *const *x, const double *const *g, const double *const *z,
                    double *const *out, double *scratch);

/* b and D, or the derivatives of D, of the model's rule, as struct coefficients has them,
 * at n points. dD NULL: not wanted. Fails where a step is not finite (ERROR_RUN, naming the
 * point), and without memory. */
MUST_CHECK bool rule_moments(const struct model *model, size_t n, const double *const *x,
                             double *b, double *D, double *dD, struct error *err);
