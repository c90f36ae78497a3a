/* SPDX-License-Identifier: GPL-3.0-or-later
 * A walk over all batches, twice: to count them and to write them down. */
#include "solver/model/batches.h"
#include "solver/model/model.h"
#include <math.h>
#include <stdlib.h>

/* n choose k, or infinity. */
static double choose(double n, double k) {
    double c = 1;
    k = fmin(k, n - k);
    for (double i = 1; i <= k && isfinite(c); i++)
        c = c * (n - k + i) / i;
    return c;
}

double batches_number(const struct model *m) {
    const double n = (double)m->examples, B = (double)m->batch;
    return m->sampling == WITH_REPLACEMENT ? choose(n + B - 1, B) : choose(n, B);
}

/* A walk over all batches. With list == NULL they are only counted. */
struct walk {
    struct batches *list;
    size_t n, batches, parts; /* found so far */
    bool repeats;
    double unit; /* weight of one draw */
    size_t depth;
    struct batch_part *now; /* [depth] the batch under way */
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
            w->now[w->depth++] = (struct batch_part){(uint32_t)j, (double)c * w->unit};
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

bool batches_init(struct batches *e, const struct model *m, struct error *err) {
    *e = (struct batches){0};
    const size_t n = m->examples, B = m->batch;
    const bool repeats = m->sampling == WITH_REPLACEMENT, lacks = !repeats && B > n / 2;
    const size_t draws = lacks ? n - B : B;
    struct walk w = {.n = n, .repeats = repeats, .unit = (lacks ? -1 : 1) / (double)B};
    e->whole = lacks ? (double)n / (double)B : 0;
    if ((w.now = array_create(draws, sizeof *w.now, err)) == NULL) return false;
    draw(&w, 0, draws, 1);
    e->count = w.batches;
    const bool good =
        (e->start = array_create(w.batches + 1, sizeof *e->start, err)) != NULL &&
        (e->part = array_create(w.parts, sizeof *e->part, err)) != NULL &&
        (e->probability = array_create(w.batches, sizeof(double), err)) != NULL;
    w.list = e;
    w.batches = w.parts = 0;
    if (good) draw(&w, 0, draws, 1);
    if (good) normalise(e->probability, e->count);
    free(w.now);
    return good;
}

void batches_finish(struct batches *b) {
    free(b->probability);
    free(b->part);
    free(b->start);
}
