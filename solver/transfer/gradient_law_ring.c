/* SPDX-License-Identifier: GPL-3.0-or-later
 * g = G + unit k,  k the sum of B draws of s_j = (g_j - G) / (B unit) on a ring. The unit is
 * the step divided by 2 B^(1/4), so that what the ring adds to the fourth moments, B unit^4
 * times a number, stays below a tenth of what one deposit on cells adds (one variable; in
 * two, where it costs four times as much, B^(1/4): as much). */
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/gradients.h"
#include "solver/transfer/ring.h"
#include <math.h>
#include <stdlib.h>

struct ring_gradient {
    struct gradient_law base;
    struct gradients gradients;
    struct ring *ring;
    double unit[2];
};

struct ring_scratch {
    struct gradients_work gradients;
    struct ring_work *ring;
};

/* s_j in place of g_j. Where they are too wide for the longest ring, units grow. */
static bool share(const struct ring_gradient *s, struct gradients_work *work,
                  double unit[2]) {
    const double B = (double)s->gradients.model->batch;
    for (size_t d = 0; d < s->gradients.dims; d++) {
        unit[d] = s->unit[d];
        for (size_t j = 0; j < s->gradients.n; j++)
            work->g[d][j] = (work->g[d][j] - work->mean[d]) / (B * unit[d]);
    }
    double excess;
    while ((excess = ring_excess(s->ring, work->g)) > 1 && isfinite(excess))
        for (size_t d = 0; d < s->gradients.dims; d++) {
            unit[d] *= excess;
            for (size_t j = 0; j < s->gradients.n; j++)
                work->g[d][j] /= excess;
        }
    return isfinite(excess);
}

static bool values(const struct gradient_law *law, const double *x, void *scratch,
                   struct outcome *out, size_t *n, struct error *err) {
    const struct ring_gradient *s = (const struct ring_gradient *)law;
    struct ring_scratch *work = scratch;
    double unit[2];
    if (!gradients_at(&s->gradients, x, &work->gradients, err)) return false;
    if (!share(s, &work->gradients, unit))
        return fail(err, ERROR_RUN, "the examples' gradients overflow at %s",
                    point_in_words(s->gradients.model, x).text);
    *n = ring_law(s->ring, work->gradients.g, work->ring, out);
    for (size_t k = 0; k < *n; k++)
        for (int d = 0; d < law->dims; d++)
            out[k].landing[d] = work->gradients.mean[d] + unit[d] * out[k].landing[d];
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

struct gradient_law *gradient_law_ring(const struct model *m, const double step[2],
                                       struct error *err) {
    struct ring_gradient *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    const double finer = (m->dims == 1 ? 2 : 1) * pow((double)m->batch, 0.25);
    for (int d = 0; d < m->dims; d++)
        s->unit[d] = step[d] / finer;
    if (!gradients_init(&s->gradients, m, err) ||
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
