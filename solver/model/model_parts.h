/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared by the files of the model only: means over the rows of a data table. */
#pragma once

#include "solver/model/model.h"

/* Number of entries of a symmetric tensor, 1 or 3 (xx, xy, yy), and the first and second
 * index of an entry. */
static inline size_t entries(int dims) {
    return dims == 1 ? 1 : 3;
}
static inline int first_of(size_t entry) {
    return entry == 2 ? 1 : 0;
}
static inline int second_of(size_t entry) {
    return entry == 0 ? 0 : 1;
}

/* What messages call the outputs of model.values of a loss, [dims - 1], and those of
 * model.gradients. */
extern const struct program_output model_value_names[2][6], model_derivative_names[6];

/* program_run_at, with a value that is not finite refused by its name in what (ERROR_RUN). */
MUST_CHECK bool model_run(const struct model *m, const struct program *program, double t,
                          size_t n, const double *const *in, double *const *out,
                          const struct program_output *what, struct error *err);

/* d gradient_i / d x_j in the order xx, xy, yy; the number of these. */
size_t model_hessian(struct graph *g, int dims, const expr *gradient, expr *out);
MUST_CHECK bool model_compile_sinks(struct model *m, const struct model_source *s,
                                    struct error *err);
/* The sinks into the coefficients. */
void sink_coefficients(struct interval_coefficients *c);
bool model_depends_on_variables(const struct model *m, expr a);

/* What modified equations are made of, at n points: one variable
 *     G, G', G'', C, C', C''          C of ONE example
 * two variables G_x, G_y, H_xx, H_xy, H_yy. */
enum { EXPANSION_TERMS = 6 };
extern const struct program_output model_expansion_names[2]
                                                        [EXPANSION_TERMS]; /* [dims - 1] */
/* m->expansion, where the order needs it. */
MUST_CHECK bool model_compile_expansion(struct model *m, struct error *err);
/* The coefficients of order 1 in *c changed into those of the model's order. */
void modified_coefficients(struct interval_coefficients *c);

/* curvature[i] = max(curvature[i], |largest eigenvalue|) over `examples` Hessians, whose
 * entries e at point i are h[j entries + e][i]. */
void model_take_largest(const struct model *m, size_t n, size_t examples, double *const *h,
                        double *curvature);

/* MODEL_TABLE, by sums over the rows: model_evaluate; the terms of an expansion; dC in the order
 * of coefficients.diffusion_gradient; gradients and, where h is not NULL, Hessians of every
 * example, g[(j dims + d) n + i], h[(j entries + e) n + i] at n <= PROGRAM_BLOCK points;
 * model_curvature. Fail where a value of a row is not finite (ERROR_RUN, naming row and point),
 * or without memory. */
MUST_CHECK bool table_evaluate(const struct model *m, double t, size_t n,
                               const double *const *x, double *loss, double *gradient,
                               double *covariance, struct error *err);
MUST_CHECK bool table_expand(const struct model *m, double t, size_t n,
                             const double *const *x, double *const *term,
                             struct error *err);
MUST_CHECK bool table_gradient(const struct model *m, double t, size_t n,
                               const double *const *x, double *dC, struct error *err);
MUST_CHECK bool table_examples(const struct model *m, double t, size_t n,
                               const double *const *x, double *g, double *h,
                               struct error *err);
MUST_CHECK bool table_curvature(const struct model *m, double t, size_t n,
                                const double *const *x, double *curvature,
                                struct error *err);
