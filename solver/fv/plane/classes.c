/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/classes.h"
#include <stdlib.h>

/* Tarjan without recursion: one frame a cell on the path. */
struct visit {
    const struct sparse *A;
    int32_t *class_of, *low, *order, *stack, *path;
    int64_t *next; /* [cells] next entry of the column to look at */
    int32_t seen, classes;
    size_t stacked, depth;
};

static void enter(struct visit *v, int32_t cell) {
    v->order[cell] = v->low[cell] = ++v->seen;
    v->stack[v->stacked++] = v->path[v->depth++] = cell;
    v->next[cell] = v->A->start[cell];
}

static void leave(struct visit *v, int32_t cell) {
    v->depth--;
    if (v->depth > 0) {
        const int32_t before = v->path[v->depth - 1];
        if (v->low[cell] < v->low[before]) v->low[before] = v->low[cell];
    }
    if (v->low[cell] != v->order[cell]) return;
    int32_t member;
    do {
        member = v->stack[--v->stacked];
        v->class_of[member] = v->classes;
    } while (member != cell);
    v->classes++;
}

static void explore(struct visit *v, int32_t start) {
    enter(v, start);
    while (v->depth > 0) {
        const int32_t cell = v->path[v->depth - 1];
        if (v->next[cell] == v->A->start[cell + 1]) {
            leave(v, cell);
            continue;
        }
        const int64_t k = v->next[cell]++;
        const int32_t to = (int32_t)v->A->row[k];
        if (to == cell || !(v->A->value[k] > 0)) continue;
        if (v->order[to] == 0)
            enter(v, to);
        else if (v->class_of[to] < 0 && v->order[to] < v->low[cell])
            v->low[cell] = v->order[to];
    }
}

bool plane_classes_find(const struct plane_generator *g, int32_t *class_of, size_t *closed,
                        int32_t *last, struct error *err) {
    struct visit v = {.A = g->matrix, .class_of = class_of};
    bool *open = NULL;
    int32_t *work = array_create(4 * g->cells, sizeof *work, err);
    if (work != NULL) v.next = array_create(g->cells, sizeof *v.next, err);
    if (v.next != NULL) open = array_create(g->cells, sizeof *open, err);
    if (open != NULL) {
        v.low = work, v.order = work + g->cells;
        v.stack = work + 2 * g->cells, v.path = work + 3 * g->cells;
        for (size_t i = 0; i < g->cells; i++)
            class_of[i] = -1;
        for (size_t i = 0; i < g->cells; i++)
            if (v.order[i] == 0) explore(&v, (int32_t)i);
        for (size_t j = 0; j < g->cells; j++)
            for (int64_t k = v.A->start[j]; k < v.A->start[j + 1]; k++)
                if (v.A->value[k] > 0 && class_of[v.A->row[k]] != class_of[j])
                    open[class_of[j]] = true;
        for (size_t k = 0; k < g->exits; k++)
            open[class_of[g->exit[k].cell]] = true;
        *closed = 0, *last = -1;
        for (int32_t c = 0; c < v.classes; c++)
            if (!open[c]) ++*closed, *last = c;
    }
    free(work);
    free(v.next);
    const bool good = open != NULL;
    free(open);
    return good;
}
