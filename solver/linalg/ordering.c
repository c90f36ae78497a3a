/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/ordering.h"
#include "solver/linalg/dissection.h"
#include <stdlib.h>
#include <string.h>
#include <suitesparse/cholmod.h>

/* The lower triangle of a pattern. */
struct pattern {
    int64_t *start, *row;
};

/* Merges the ascending rows >= j of two columns into out; returns how many. */
static int64_t merge(const struct sparse *A, const struct sparse *T, int64_t j,
                     int64_t *out) {
    int64_t a = A->start[j], t = T->start[j], count = 0;
    const int64_t a_end = A->start[j + 1], t_end = T->start[j + 1];
    while (a < a_end || t < t_end) {
        const int64_t ra = a < a_end ? A->row[a] : INT64_MAX;
        const int64_t rt = t < t_end ? T->row[t] : INT64_MAX, r = ra < rt ? ra : rt;
        a += ra == r, t += rt == r;
        if (r >= j) out[count++] = r;
    }
    return count;
}

/* Of A + A^T. */
static bool lower_pattern(struct pattern *out, const struct sparse *A,
                          const struct sparse *T, struct error *err) {
    out->start = array_create(A->n + 1, sizeof *out->start, err);
    out->row = array_create((size_t)A->start[A->n] + A->n, sizeof *out->row, err);
    if (out->start == NULL || out->row == NULL) return false;
    for (size_t j = 0; j < A->n; j++)
        out->start[j + 1] =
            out->start[j] + merge(A, T, (int64_t)j, out->row + out->start[j]);
    return true;
}

static bool copy(int64_t **out, const void *from, size_t count, struct error *err) {
    *out = array_create(count, sizeof **out, err);
    if (*out != NULL) memcpy(*out, from, count * sizeof **out);
    return *out != NULL;
}

static bool take(struct ordering *o, const cholmod_factor *L, struct error *err) {
    o->n = L->n, o->fronts = L->nsuper;
    if (!copy(&o->index, L->Perm, o->n, err) ||
        !copy(&o->first, L->super, o->fronts + 1, err) ||
        !copy(&o->begin, L->pi, o->fronts + 1, err) ||
        !copy(&o->list, L->s, (size_t)o->begin[o->fronts], err))
        return false;
    o->parent = array_create(o->fronts, sizeof *o->parent, err);
    int64_t *front_of = o->parent ? array_create(o->n, sizeof *front_of, err) : NULL;
    if (front_of == NULL) return false;
    for (size_t f = 0; f < o->fronts; f++)
        for (int64_t k = o->first[f]; k < o->first[f + 1]; k++)
            front_of[k] = (int64_t)f;
    for (size_t f = 0; f < o->fronts; f++) {
        const int64_t next = o->begin[f] + o->first[f + 1] - o->first[f];
        o->parent[f] = next < o->begin[f + 1] ? front_of[o->list[next]] : -1;
    }
    free(front_of);
    return true;
}

bool ordering_init(struct ordering *out, const struct sparse *A,
                   const struct sparse *transposed, size_t columns, const int64_t *cell,
                   struct error *err) {
    *out = (struct ordering){0};
    struct pattern lower = {0};
    int64_t *given = NULL;
    bool good = lower_pattern(&lower, A, transposed, err);
    if (good && columns > 0)
        good = (given = array_create(A->n, sizeof *given, err)) &&
               dissection_order(A, transposed, columns, cell, given, err);
    if (!good) goto done;
    cholmod_common c;
    cholmod_l_start(&c);
    c.nmethods = 1;
    c.method[0].ordering = given != NULL ? CHOLMOD_GIVEN : CHOLMOD_AMD;
    c.postorder = true;
    c.supernodal = CHOLMOD_SUPERNODAL;
    /* Fronts are merged only where few zeros come in: a solve reads every entry. */
    c.nrelax[0] = 4, c.nrelax[1] = 8, c.nrelax[2] = 32;
    c.zrelax[0] = 0.5, c.zrelax[1] = 0.15, c.zrelax[2] = 0.05;
    c.print = 0;
    cholmod_sparse S = {.nrow = A->n,
                        .ncol = A->n,
                        .nzmax = (size_t)lower.start[A->n],
                        .p = lower.start,
                        .i = lower.row,
                        .stype = -1,
                        .itype = CHOLMOD_LONG,
                        .xtype = CHOLMOD_PATTERN,
                        .dtype = CHOLMOD_DOUBLE,
                        .sorted = true,
                        .packed = true};
    cholmod_factor *L = cholmod_l_analyze_p(&S, given, NULL, 0, &c);
    good = L != NULL && c.status == CHOLMOD_OK;
    if (!good) fail(err, ERROR_MEMORY, "no memory to order %zu unknowns", A->n);
    good = good && take(out, L, err);
    cholmod_l_free_factor(&L, &c);
    cholmod_l_finish(&c);
done:
    free(given);
    free(lower.start);
    free(lower.row);
    if (!good) ordering_finish(out);
    return good;
}

void ordering_finish(struct ordering *o) {
    free(o->parent), free(o->list), free(o->begin), free(o->first), free(o->index);
    *o = (struct ordering){0};
}
