/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every batch with its probability. A batch that holds example j c_j times has
 *     g = Sum_j (c_j / B) g_j,
 *     B! / Prod c_j! / n^B      with replacement,      1 / (n choose B)      without.
 * Without replacement and B > n/2 it is told by the m = n - B examples that it lacks:
 *     g = (n G - Sum of those) / B. */
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/gradients.h"
#include <stdint.h>
#include <stdlib.h>

struct part {
    uint32_t example;
    double weight; /* c_j / B, or -1 / B */
};

struct enumeration {
    struct gradient_law base;
    struct gradients gradients;
    size_t batches;
    size_t *start; /* [batches + 1] into part */
    struct part *part;
    double *probability;
    double whole; /* factor of G: 0, or n / B */
};

/* --- The list of batches ---------------------------------------------------------- */

/* A walk over all batches. With list == NULL they are only counted. */
struct walk {
    struct enumeration *list;
    size_t n, batches, parts; /* found so far */
    bool repeats;
    double unit; /* weight of one draw */
    size_t depth;
    struct part *now; /* [depth] the batch under way */
};

static void finish_batch(struct walk *w, double probability) {
    for (size_t k = 0; k < w->depth && w->list != NULL; k++)
        w->list->part[w->parts + k] = w->now[k];
    w->parts += w->depth;
    if (w->list != NULL) {
        w->list->probability[w->batches] = probability;
        w->list->start[w->batches + 1] = w->parts;
    }
    w->batches++;
}

/* `left` draws from the examples from `from` on; probability: of those made, with
 * replacement (left choose c) / n^c for each example that comes c times. */
static void draw(struct walk *w, size_t from, size_t left, double probability) {
    if (left == 0) {
        finish_batch(w, probability);
        return;
    }
    const size_t last = w->repeats ? w->n : w->n - left + 1;
    for (size_t j = from; j < last; j++) {
        double factor = 1;
        for (size_t c = 1; c <= (w->repeats ? left : 1); c++) {
            factor *= (double)(left - c + 1) / ((double)c * (double)w->n);
            w->now[w->depth++] = (struct part){(uint32_t)j, (double)c * w->unit};
            draw(w, j + 1, left - c, probability * (w->repeats ? factor : 1));
            w->depth--;
        }
    }
}

static void normalise(double *p, size_t n) {
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += p[k];
    for (size_t k = 0; k < n; k++)
        p[k] /= sum;
}

static bool list_batches(struct enumeration *e, const struct model *m, struct error *err) {
    const size_t n = m->examples, B = m->batch;
    const bool repeats = m->sampling == WITH_REPLACEMENT, lacks = !repeats && B > n / 2;
    const size_t draws = lacks ? n - B : B;
    struct walk w = {.n = n, .repeats = repeats, .unit = (lacks ? -1 : 1) / (double)B};
    e->whole = lacks ? (double)n / (double)B : 0;
    if ((w.now = array_create(draws, sizeof *w.now, err)) == NULL) return false;
    draw(&w, 0, draws, 1);
    e->batches = w.batches;
    const bool good =
        (e->start = array_create(w.batches + 1, sizeof *e->start, err)) != NULL &&
        (e->part = array_create(w.parts, sizeof *e->part, err)) != NULL &&
        (e->probability = array_create(w.batches, sizeof(double), err)) != NULL;
    w.list = e;
    w.batches = w.parts = 0;
    if (good) draw(&w, 0, draws, 1);
    if (good) normalise(e->probability, e->batches);
    free(w.now);
    return good;
}

/* --- The law ---------------------------------------------------------------------- */

static bool values(const struct gradient_law *law, const double *x, void *scratch,
                   struct outcome *out, size_t *n, struct error *err) {
    const struct enumeration *e = (const struct enumeration *)law;
    struct gradients_work *work = scratch;
    if (!gradients_at(&e->gradients, x, work, err)) return false;
    for (size_t k = 0; k < e->batches; k++) {
        out[k] = (struct outcome){.probability = e->probability[k]};
        for (int d = 0; d < law->dims; d++) {
            double g = e->whole * work->mean[d];
            for (size_t q = e->start[k]; q < e->start[k + 1]; q++)
                g += e->part[q].weight * work->g[d][e->part[q].example];
            out[k].landing[d] = g;
        }
    }
    *n = e->batches;
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
    free(e->probability);
    free(e->part);
    free(e->start);
    free(e);
}

struct gradient_law *gradient_law_enumerated(const struct model *m, struct error *err) {
    struct enumeration *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    if (!gradients_init(&e->gradients, m, err) || !list_batches(e, m, err))
        return destroy(&e->base), NULL;
    e->base = (struct gradient_law){.dims = m->dims,
                                    .most = e->batches,
                                    .values = values,
                                    .make_scratch = make_scratch,
                                    .free_scratch = free_scratch,
                                    .destroy = destroy};
    return &e->base;
}
