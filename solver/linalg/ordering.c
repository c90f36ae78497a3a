/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/ordering.h"
#include <stdlib.h>
#include <string.h>
#include <suitesparse/cholmod.h>

/* The lower triangle of the pattern of A + A^T, diagonal included. */
static struct sparse *lower_pattern(const struct sparse *A, struct error *err) {
    const size_t entries = (size_t)A->start[A->n];
    int64_t *row = array_create(2 * entries, sizeof *row, err), *column = row + entries;
    double *none = row ? array_create(entries, sizeof *none, err) : NULL;
    struct sparse *lower = NULL;
    if (none != NULL) {
        for (size_t j = 0; j < A->n; j++)
            for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
                const int64_t i = A->row[k], c = (int64_t)j;
                row[k] = i > c ? i : c, column[k] = i > c ? c : i;
            }
        lower = sparse_create(A->n, entries, row, column, none, err);
    }
    free(none);
    free(row);
    return lower;
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

bool ordering_init(struct ordering *out, const struct sparse *A, struct error *err) {
    *out = (struct ordering){0};
    struct sparse *lower = lower_pattern(A, err);
    if (lower == NULL) return false;
    cholmod_common c;
    cholmod_l_start(&c);
    c.nmethods = 1;
    c.method[0].ordering = CHOLMOD_AMD;
    c.postorder = true;
    c.supernodal = CHOLMOD_SUPERNODAL;
    c.print = 0;
    cholmod_sparse S = {.nrow = A->n,
                        .ncol = A->n,
                        .nzmax = (size_t)lower->start[A->n],
                        .p = lower->start,
                        .i = lower->row,
                        .stype = -1,
                        .itype = CHOLMOD_LONG,
                        .xtype = CHOLMOD_PATTERN,
                        .dtype = CHOLMOD_DOUBLE,
                        .sorted = true,
                        .packed = true};
    cholmod_factor *L = cholmod_l_analyze(&S, &c);
    bool good = L != NULL && c.status == CHOLMOD_OK;
    if (!good) fail(err, ERROR_MEMORY, "no memory to order %zu unknowns", A->n);
    good = good && take(out, L, err);
    cholmod_l_free_factor(&L, &c);
    cholmod_l_finish(&c);
    sparse_destroy(lower);
    if (!good) ordering_finish(out);
    return good;
}

void ordering_finish(struct ordering *o) {
    free(o->parent), free(o->list), free(o->begin), free(o->first), free(o->index);
    *o = (struct ordering){0};
}
