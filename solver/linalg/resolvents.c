/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/resolvents.h"
#include "io/second_thread.h"
#include "solver/linalg/half_chain.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum {
    W = RESOLVENT_LANES,
    B = RESOLVENT_BLOCK,
    PARALLEL = 2048, /* cells that are worth a second thread */
};

struct resolvents {
    struct equations e;
    size_t middle;   /* the cell where the halves meet */
    size_t reserved; /* groups that there is room for */
    struct half half[2];
    struct second_thread *thread; /* for the second half; NULL: not yet */
    struct complex8 *gain; /* [groups] 1 / (1 - reset . returned), of mass that returns */
    eight *columns;        /* [GROUPS][2 lanes] weights */
    eight *work;           /* where all arrays are, and the halves' */
};

/* What the right-hand side brings to a cell. */
static struct complex8 source_of(const struct equations *e, size_t cell, size_t g) {
    struct complex8 source = {{0}, {0}};
    if (e->to != NULL) source = scaled(e->to[cell], e->second[g]);
    source.re += e->b[cell];
    return source;
}

/* Where the halves meet: the cell in the middle, and the border of a cyclic chain. */
static void middle_solve(const struct resolvents *r) {
    const struct equations *e = &r->e;
    const struct tridiagonal *A = e->A;
    const size_t m = r->middle;
    for (size_t g = 0; g < e->groups; g++) {
        const struct front a = r->half[0].front[g], b = r->half[1].front[g];
        const struct complex8 to = plus(a.to, b.to), from = plus(a.from, b.from);
        struct complex8 gone =
            plus(e->z[g], plus(scaled(A->down[m], a.kept), scaled(A->up[m], b.kept)));
        gone.re += A->loss[m];
        const struct complex8 inv = inverse(e->cyclic ? plus(gone, to) : gone);
        struct complex8 x = times(plus(source_of(e, m, g), plus(a.flow, b.flow)), inv);
        if (e->cyclic) {
            const struct border *p = &r->half[0].border[g], *q = &r->half[1].border[g];
            struct complex8 pivot = plus(p->pivot, q->pivot),
                            source = plus(p->source, q->source);
            pivot = plus(plus(e->z[g], pivot), times(from, times(gone, inv)));
            pivot.re += A->loss[e->border];
            source = plus(plus(source_of(e, e->border, g), source), times(to, x));
            e->last[g] = times(source, inverse(pivot));
            x = plus(x, times(times(from, e->last[g]), inv));
        }
        r->half[0].next[g] = r->half[1].next[g] = x;
    }
}

static void cell_use(struct resolvents *r, size_t cell, const struct complex8 *x,
                     const struct use *use) {
    struct half *h = &r->half[0]; /* whose cells are numbered as the chain's */
    for (size_t g = 0; g < r->e.groups; g++) {
        memcpy(h->x + g * W, &x[g].re, sizeof x[g].re);
        memcpy(h->x + lanes_of(&r->e) + g * W, &x[g].im, sizeof x[g].im);
    }
    half_use(&r->e, h, use, cell, cell + 1);
}

/* Is the second part done by the second thread? */
static bool is_shared(struct resolvents *r) {
    if (r->e.A->n < PARALLEL || omp_get_max_threads() == 1 || omp_in_parallel())
        return false;
    if (r->thread == NULL) r->thread = second_thread_create();
    return r->thread != NULL;
}

struct second {
    void (*task)(void *context, int part);
    void *context;
};

static void second_part(void *context) {
    const struct second *s = context;
    s->task(s->context, 1);
}

void resolvents_share(struct resolvents *r, void (*task)(void *context, int part),
                      void *context) {
    struct second second = {task, context};
    const bool shared = is_shared(r);
    if (shared) second_thread_begin(r->thread, second_part, &second);
    task(context, 0);
    if (shared)
        second_thread_wait(r->thread);
    else
        task(context, 1);
}

struct solution {
    struct resolvents *r;
    const struct use *use;
};

static void eliminate(void *context, int half) {
    const struct solution *s = context;
    half_eliminate(&s->r->e, &s->r->half[half]);
}

static void give_back(void *context, int half) {
    const struct solution *s = context;
    half_return(&s->r->e, &s->r->half[half], s->use);
}

static void solve(struct resolvents *r, const struct use *use) {
    struct solution both = {r, use};
    resolvents_share(r, eliminate, &both);
    middle_solve(r);
    cell_use(r, r->middle, r->half[0].next, use);
    if (r->e.cyclic) cell_use(r, r->e.border, r->e.last, use);
    resolvents_share(r, give_back, &both);
}

/* ------------------------------------------------------------------ mass that returns */

/* For the right-hand side b, the sum of weight x over the cells into total[groups], and of x
 * into all[groups] (NULL: not wanted). */
static void weigh(struct resolvents *r, const double *b, const double *weight,
                  struct complex8 *total, struct complex8 *all) {
    const size_t groups = r->e.groups, lanes = lanes_of(&r->e);
    for (int k = 0; k < 2; k++)
        memset(r->half[k].weighed, 0, 4 * lanes * sizeof(double));
    r->e.b = b, r->e.to = NULL;
    solve(r, &(struct use){.weight = weight});
    for (size_t i = 0; i < 4 * lanes; i++)
        r->half[0].weighed[i] += r->half[1].weighed[i];
    const eight *sums = (const eight *)r->half[0].weighed;
    for (size_t g = 0; g < groups; g++) {
        total[g] = (struct complex8){sums[g], sums[groups + g]};
        if (all == NULL) continue;
        all[g] = (struct complex8){sums[2 * groups + g], sums[3 * groups + g]};
    }
}

/* 1 / (1 - reset.u) = 1 / Sum u_i (z + lost_i). */
static void gain_set(struct resolvents *r) {
    const struct equations *e = &r->e;
    weigh(r, e->A->to, e->A->lost, r->gain, e->second);
    for (size_t g = 0; g < e->groups; g++)
        r->gain[g] = inverse(plus(r->gain[g], times(e->z[g], e->second[g])));
}

/* What returns of b. */
static void second_set(struct resolvents *r, const double *b) {
    const struct equations *e = &r->e;
    weigh(r, b, e->A->reset, e->second, NULL);
    for (size_t g = 0; g < e->groups; g++)
        e->second[g] = times(e->second[g], r->gain[g]);
}

/* ------------------------------------------------------------------ public */

struct resolvents *resolvents_create(const struct tridiagonal *A, struct error *err) {
    struct resolvents *r = array_create(1, sizeof *r, err);
    if (r == NULL) return NULL;
    const bool cyclic = A->cyclic && A->n > 1;
    const size_t chain = cyclic ? A->n - 1 : A->n;
    r->e = (struct equations){.A = A, .cyclic = cyclic, .border = A->n - 1};
    r->middle = chain / 2;
    r->half[0] = (struct half){
        .cells = r->middle, .first = 0, .step = 1, .onward = A->up, .back = A->down};
    r->half[1] = (struct half){.cells = chain - 1 - r->middle,
                               .first = chain - 1,
                               .step = -1,
                               .onward = A->down,
                               .back = A->up};
    return r;
}

void resolvents_destroy(struct resolvents *r) {
    if (r == NULL) return;
    second_thread_destroy(r->thread);
    free(r->work);
    free(r);
}

/* The next `count` eights of the work space. */
static void *take(eight **work, size_t count) {
    eight *taken = *work;
    *work += count;
    return taken;
}

/* Eights of a group of shifts: in both halves' notes, and the rest as reserve takes them. */
static size_t work_size(const struct resolvents *r) {
    const size_t note = sizeof(struct front) / sizeof(eight);
    return note * (half_blocks(&r->half[0]) + half_blocks(&r->half[1])) +
           2 * (note + 4 + 4 * B + 2 * B + 2 + 2 * B + 4) + 4 * 2 + GROUPS * 2 * W;
}

static bool reserve(struct resolvents *r, size_t groups, struct error *err) {
    if (groups > r->reserved) {
        free(r->work);
        r->reserved = 0;
        r->work = array_space(groups * work_size(r), sizeof(eight), err);
        if (r->work == NULL) return false;
        r->reserved = groups;
    }
    eight *work = r->work;
    for (int k = 0; k < 2; k++) {
        struct half *h = &r->half[k];
        const size_t note = sizeof(struct front) / sizeof(eight);
        h->front = take(&work, note * groups);
        h->noted = take(&work, note * groups * half_blocks(h));
        h->border = take(&work, 4 * groups);
        h->pivot = take(&work, 4 * B * groups);
        h->from = take(&work, 2 * B * groups);
        h->next = take(&work, 2 * groups);
        h->x = take(&work, 2 * B * groups);
        h->weighed = take(&work, 4 * groups);
    }
    struct complex8 **const shared[] = {&r->e.z, &r->gain, &r->e.second, &r->e.last};
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        *shared[i] = take(&work, 2 * groups);
    r->columns = take(&work, GROUPS * 2 * W * groups);
    r->e.groups = groups;
    return true;
}

bool resolvents_set(struct resolvents *r, size_t shifts, const double *z_re,
                    const double *z_im, struct error *err) {
    if (!reserve(r, (shifts + W - 1) / W, err)) return false;
    r->e.shifts = shifts;
    for (size_t k = 0; k < lanes_of(&r->e); k++) { /* padding repeats the last one */
        struct complex8 *z = &r->e.z[k / W];
        z->re[k % W] = z_re[k < shifts ? k : shifts - 1];
        z->im[k % W] = z_im[k < shifts ? k : shifts - 1];
    }
    if (r->e.A->reset != NULL) gain_set(r);
    return true;
}

/* Where the last weights are that are not all 0, among w[first .. end - 1] and those of the
 * imaginary parts, `lanes` further. */
static size_t last_weight(const eight *w, size_t lanes, size_t first, size_t end) {
    static const eight none = {0};
    while (end > first && memcmp(&w[end - 1], &none, sizeof none) == 0 &&
           memcmp(&w[lanes + end - 1], &none, sizeof none) == 0)
        end--;
    return end;
}

/* Columns as vectors of eight, what is missing of the last one 0. */
static void columns_set(struct resolvents *r, size_t columns, const double *re,
                        const double *im) {
    const size_t lanes = lanes_of(&r->e);
    for (size_t first = 0; first < columns; first += W) {
        const size_t wide = columns - first < W ? columns - first : W;
        eight *w = r->columns + first / W * 2 * lanes;
        for (size_t k = 0; k < r->e.shifts; k++) {
            eight u = {0}, v = {0};
            memcpy(&u, re + k * RESOLVENT_COLUMNS + first, wide * sizeof *re);
            memcpy(&v, im + k * RESOLVENT_COLUMNS + first, wide * sizeof *im);
            w[k] = u, w[lanes + k] = v;
        }
    }
}

static void ends_set(const struct resolvents *r, struct use *use) {
    const size_t lanes = lanes_of(&r->e);
    for (size_t g = 0; g * W < use->columns; g++) {
        const eight *w = use->column + g * 2 * lanes;
        use->end[g][0] = last_weight(w, lanes, 0, use->split);
        use->end[g][1] = last_weight(w, lanes, use->split, r->e.shifts);
    }
}

void resolvents_sum(struct resolvents *r, const double *b, size_t split, size_t columns,
                    const double *re, const double *im, const double *volume, double *sum,
                    struct resolvent_measure *measure) {
    const bool returns = r->e.A->reset != NULL;
    if (returns) second_set(r, b);
    r->e.b = b, r->e.to = returns ? r->e.A->to : NULL;
    columns_set(r, columns, re, im);
    for (int k = 0; k < 2; k++)
        memset(r->half[k].measure, 0, sizeof r->half[k].measure);
    struct use use = {.split = split,
                      .columns = columns,
                      .column = r->columns,
                      .volume = volume,
                      .sum = sum};
    ends_set(r, &use);
    solve(r, &use);
    for (size_t j = 0; measure != NULL && j < columns; j++) {
        double total[3];
        for (int i = 0; i < 3; i++)
            total[i] =
                r->half[0].measure[i][j / W][j % W] + r->half[1].measure[i][j / W][j % W];
        measure[j] = (struct resolvent_measure){total[0], total[1], total[2]};
    }
}
