/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every batch with its probability (solver/model/batches.h). */
#include "solver/model/batches.h"
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/gradients.h"
#include <stdlib.h>

struct enumeration {
    struct gradient_law base;
    struct gradients gradients;
    struct batches batches;
};

static bool values(const struct gradient_law *law, const double *x, void *scratch,
                   struct outcome *out, size_t *n, struct error *err) {
    const struct enumeration *e = (const struct enumeration *)law;
    const struct batches *b = &e->batches;
    struct gradients_work *work = scratch;
    if (!gradients_at(&e->gradients, x, work, err)) return false;
    for (size_t k = 0; k < b->count; k++) {
        out[k] = (struct outcome){.probability = b->probability[k]};
        for (int d = 0; d < law->dims; d++) {
            double g = b->whole * work->mean[d];
            for (size_t q = b->start[k]; q < b->start[k + 1]; q++)
                g += b->part[q].weight * work->g[d][b->part[q].example];
            out[k].landing[d] = g;
        }
    }
    *n = b->count;
    return true;
}

static void free_scratch(void *scratch) {
    if (scratch != NULL) gradients_work_finish(scratch);
    free(scratch);
}

static void *make_scratch(const struct gradient_law *law, struct error *err) {
    const struct enumeration *e = (const struct enumeration *)law;
    struct gradients_work *work = array_create(1, sizeof *work, err);
    if (work != NULL && !gradients_work_init(work, &e->gradients, err))
        return free_scratch(work), NULL;
    return work;
}

static void destroy(struct gradient_law *law) {
    struct enumeration *e = (struct enumeration *)law;
    gradients_finish(&e->gradients);
    batches_finish(&e->batches);
    free(e);
}

struct gradient_law *gradient_law_enumerated(const struct model *m, double t,
                                             struct error *err) {
    struct enumeration *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    if (!gradients_init(&e->gradients, m, t, err) || !batches_init(&e->batches, m, err))
        return destroy(&e->base), NULL;
    e->base = (struct gradient_law){.dims = m->dims,
                                    .most = e->batches.count,
                                    .values = values,
                                    .make_scratch = make_scratch,
                                    .free_scratch = free_scratch,
                                    .destroy = destroy};
    return &e->base;
}
