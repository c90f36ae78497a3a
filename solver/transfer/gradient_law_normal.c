/* SPDX-License-Identifier: GPL-3.0-or-later
 * g = G + b z,   b b^T = C_B,   z standard normal. */
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/gradients.h"
#include "solver/transfer/normal_nodes.h"
#include <stdlib.h>

struct normal_gradient {
    struct gradient_law base;
    const struct model *model;
    struct gradients gradients; /* of a table; otherwise the model has G and C itself */
    double t, step[2];
    double factor; /* C_B = factor C */
};

/* G and C at x. */
static bool moments_at(const struct normal_gradient *s, const double *x,
                       struct gradients_work *work, struct error *err) {
    const double *point[2] = {x, x + 1};
    if (s->gradients.program == NULL)
        return model_evaluate_at(s->model, s->t, 1, point, NULL, work->mean,
                                 work->covariance, err);
    if (!gradients_at(&s->gradients, x, work, err)) return false;
    gradients_covariance(&s->gradients, work);
    return true;
}

static bool values(const struct gradient_law *law, const double *x, void *scratch,
                   struct outcome *out, size_t *n, struct error *err) {
    const struct normal_gradient *s = (const struct normal_gradient *)law;
    struct gradients_work *work = scratch;
    if (!moments_at(s, x, work, err)) return false;
    if (!normal_is_covariance(law->dims, work->covariance))
        return fail(err, ERROR_RUN,
                    "the noise covariance is not positive semidefinite at %s",
                    point_in_words(s->model, x).text),
               fail_about(err, OF_NOISE);
    double C[3], root[2][2];
    for (size_t e = 0; e < 3; e++)
        C[e] = s->factor * work->covariance[e];
    normal_root(law->dims, C, root);
    const struct normal_nodes nodes = normal_nodes_for(law->dims, law->dims, root, s->step);
    *n = normal_nodes_fill(&nodes, out);
    for (size_t k = 0; k < *n; k++) {
        const double z[2] = {out[k].landing[0], out[k].landing[1]};
        out[k].landing[0] = work->mean[0] + root[0][0] * z[0];
        out[k].landing[1] = work->mean[1] + (root[1][0] * z[0] + root[1][1] * z[1]);
    }
    return true;
}

static void free_scratch(void *scratch) {
    if (scratch != NULL) gradients_work_finish(scratch);
    free(scratch);
}

static void *make_scratch(const struct gradient_law *law, struct error *err) {
    const struct normal_gradient *s = (const struct normal_gradient *)law;
    struct gradients_work *work = array_create(1, sizeof *work, err);
    if (work != NULL && s->gradients.program != NULL &&
        !gradients_work_init(work, &s->gradients, err))
        return free_scratch(work), NULL;
    return work;
}

static void destroy(struct gradient_law *law) {
    struct normal_gradient *s = (struct normal_gradient *)law;
    gradients_finish(&s->gradients);
    free(s);
}

static bool has_normal_law(const struct model *m, struct error *err) {
    if (m->kind == MODEL_DRIFT)
        return fail(
            err, ERROR_SETTINGS,
            "the law of gaussian needs a loss; drift and diffusion have that of sde");
    if (model_has_stable_noise(m))
        return fail(
            err, ERROR_SETTINGS,
            "the law of gaussian is for normal noise, and this noise is stable: take "
            "the walkers of kind gaussian");
    return true;
}

struct gradient_law *gradient_law_normal(const struct model *m, double t,
                                         const double step[2], struct error *err) {
    if (!has_normal_law(m, err)) return NULL;
    struct normal_gradient *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    *s = (struct normal_gradient){
        .model = m, .t = t, .step = {step[0], step[1]}, .factor = model_batch_factor(m)};
    if (m->kind == MODEL_TABLE && !gradients_init(&s->gradients, m, t, err))
        return destroy(&s->base), NULL;
    s->base = (struct gradient_law){.dims = m->dims,
                                    .most = normal_nodes_most(m->dims),
                                    .values = values,
                                    .make_scratch = make_scratch,
                                    .free_scratch = free_scratch,
                                    .destroy = destroy};
    return &s->base;
}
