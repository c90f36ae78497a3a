/* SPDX-License-Identifier: GPL-3.0-or-later
 * g = G + root S,  S the sum of B draws of s_j = root^-1 (g_j - G) / B on a ring. root is that
 * of the batch's covariance, lower triangular, its columns divided by how many integers the
 * standard deviation of S is to span:
 *     2 B^(1/4) max(1, standard deviation of g / step).
 * So what the ring adds to the fourth moments, B times at most 9/16, is less than 1/16 of
 * what one deposit on cells adds, and less than 1/28 of Var S^2. */
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/gradients.h"
#include "solver/transfer/normal_nodes.h"
#include "solver/transfer/ring.h"
#include <math.h>
#include <stdlib.h>

struct ring_gradient {
    struct gradient_law base;
    struct gradients gradients;
    struct ring *ring;
    double step[2], finer; /* 2 B^(1/4) */
};

struct ring_scratch {
    struct gradients_work gradients;
    struct ring_work *ring;
};

static void root_at(const struct ring_gradient *s, struct gradients_work *work,
                    double root[2][2]) {
    double C[3] = {0};
    gradients_covariance(&s->gradients, work);
    for (int e = 0; e < 3; e++)
        C[e] = work->covariance[e] * model_batch_factor(s->gradients.model);
    normal_root(s->base.dims, C, root);
    for (int k = 0; k < s->base.dims; k++) {
        double spans = 1;
        for (int i = 0; i < s->base.dims; i++)
            spans = fmax(spans, fabs(root[i][k]) / s->step[i]);
        for (int i = 0; i < s->base.dims; i++)
            root[i][k] /= spans * s->finer;
    }
}

/* g[d][j] -> s_d of example j; 0 where nothing spreads. */
static void share(const struct ring_gradient *s, struct gradients_work *work,
                  double root[2][2]) {
    const double B = (double)s->gradients.model->batch;
    double *g = work->g[0], *h = work->g[1];
    for (size_t j = 0; j < s->gradients.n; j++)
        g[j] = root[0][0] > 0 ? (g[j] - work->mean[0]) / (B * root[0][0]) : 0;
    for (size_t j = 0; j < s->gradients.n && s->base.dims == 2; j++)
        h[j] = root[1][1] > 0
                   ? ((h[j] - work->mean[1]) / B - root[1][0] * g[j]) / root[1][1]
                   : 0;
}

/* Where they are too wide for the longest ring, its integers mean more. */
static bool fit(const struct ring_gradient *s, struct gradients_work *work,
                double root[2][2]) {
    double excess;
    while ((excess = ring_excess(s->ring, work->g)) > 1 && isfinite(excess))
        for (int d = 0; d < s->base.dims; d++) {
            for (int i = 0; i < s->base.dims; i++)
                root[i][d] *= excess;
            for (size_t j = 0; j < s->gradients.n; j++)
                work->g[d][j] /= excess;
        }
    return isfinite(excess);
}

static bool values(const struct gradient_law *law, const double *x, void *scratch,
                   struct outcome *out, size_t *n, struct error *err) {
    const struct ring_gradient *s = (const struct ring_gradient *)law;
    struct ring_scratch *work = scratch;
    double root[2][2];
    if (!gradients_at(&s->gradients, x, &work->gradients, err)) return false;
    root_at(s, &work->gradients, root);
    share(s, &work->gradients, root);
    if (!fit(s, &work->gradients, root))
        return fail(err, ERROR_RUN, "the examples' gradients overflow at %s",
                    point_in_words(s->gradients.model, x).text);
    *n = ring_law(s->ring, work->gradients.g, work->ring, out);
    for (size_t k = 0; k < *n; k++) {
        const double S[2] = {out[k].landing[0], out[k].landing[1]};
        for (int i = 0; i < law->dims; i++)
            out[k].landing[i] =
                work->gradients.mean[i] + (root[i][0] * S[0] + root[i][1] * S[1]);
    }
    return true;
}

static void free_scratch(void *scratch) {
    struct ring_scratch *work = scratch;
    if (work == NULL) return;
    ring_work_destroy(work->ring);
    gradients_work_finish(&work->gradients);
    free(work);
}

static void *make_scratch(const struct gradient_law *law, struct error *err) {
    const struct ring_gradient *s = (const struct ring_gradient *)law;
    struct ring_scratch *work = array_create(1, sizeof *work, err);
    if (work == NULL) return NULL;
    if (!gradients_work_init(&work->gradients, &s->gradients, err) ||
        (work->ring = ring_work_create(s->ring, err)) == NULL)
        return free_scratch(work), NULL;
    return work;
}

static void destroy(struct gradient_law *law) {
    struct ring_gradient *s = (struct ring_gradient *)law;
    ring_destroy(s->ring);
    gradients_finish(&s->gradients);
    free(s);
}

struct gradient_law *gradient_law_ring(const struct model *m, double t,
                                       const double step[2], struct error *err) {
    struct ring_gradient *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->finer = 2 * pow((double)m->batch, 0.25);
    for (int d = 0; d < m->dims; d++)
        s->step[d] = step[d];
    if (!gradients_init(&s->gradients, m, t, err) ||
        (s->ring = ring_create(m->dims, m->examples, m->batch,
                               m->sampling == WITH_REPLACEMENT, err)) == NULL)
        return destroy(&s->base), NULL;
    s->base = (struct gradient_law){.dims = m->dims,
                                    .most = ring_most(s->ring),
                                    .values = values,
                                    .make_scratch = make_scratch,
                                    .free_scratch = free_scratch,
                                    .destroy = destroy};
    return &s->base;
}
