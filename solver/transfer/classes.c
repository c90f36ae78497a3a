/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/classes.h"
#include <stdlib.h>

/* Tarjan's search: states are numbered as they are met; low is the smallest number that is
 * reached from a state among those whose class is still open. */
struct search {
    const struct sparse *P;
    const double *loss;
    int64_t met;           /* so far */
    int64_t *number, *low; /* [n] 0: not met */
    int64_t *entry;        /* [n] the next entry of a state's column */
    int64_t *path, *open;  /* [n] stacks: the way to the present state; open classes */
    size_t depth, opened;
    bool *is_open; /* [n] */
    struct classes *out;
};

static void enter(struct search *s, int64_t j) {
    s->number[j] = s->low[j] = ++s->met;
    s->entry[j] = s->P->start[j];
    s->path[s->depth++] = s->open[s->opened++] = j;
    s->is_open[j] = true;
}

/* The next state that is met from j, after a look at those that are known; -1: none. */
static int64_t next_from(struct search *s, int64_t j) {
    while (s->entry[j] < s->P->start[j + 1]) {
        const int64_t i = s->P->row[s->entry[j]++];
        if (s->number[i] == 0) return i;
        if (s->is_open[i] && s->number[i] < s->low[j]) s->low[j] = s->number[i];
    }
    return -1;
}

/* The members open[from .. opened) form a class: is it closed? */
static bool is_closed(const struct search *s, size_t from) {
    const int64_t first = s->number[s->open[from]];
    for (size_t q = from; q < s->opened; q++) {
        const int64_t j = s->open[q];
        if (s->loss[j] != 0) return false;
        for (int64_t k = s->P->start[j]; k < s->P->start[j + 1]; k++)
            if (!s->is_open[s->P->row[k]] || s->number[s->P->row[k]] < first) return false;
    }
    return true;
}

static void close_class(struct search *s, int64_t j) {
    size_t from = s->opened;
    while (s->open[--from] != j)
        continue;
    const bool closed = is_closed(s, from);
    s->out->closed += closed;
    for (size_t q = from; q < s->opened; q++) {
        s->is_open[s->open[q]] = false;
        s->out->in_one[s->open[q]] = closed;
    }
    s->opened = from;
}

static void search_from(struct search *s, int64_t root) {
    enter(s, root);
    while (s->depth > 0) {
        const int64_t j = s->path[s->depth - 1], i = next_from(s, j);
        if (i >= 0) {
            enter(s, i);
            continue;
        }
        s->depth--;
        if (s->low[j] == s->number[j]) close_class(s, j);
        if (s->depth == 0) continue;
        const int64_t parent = s->path[s->depth - 1];
        if (s->low[j] < s->low[parent]) s->low[parent] = s->low[j];
    }
}

bool classes_find(const struct sparse *P, const double *loss, struct classes *out,
                  struct error *err) {
    const size_t n = P->n;
    struct search s = {.P = P, .loss = loss, .out = out};
    *out = (struct classes){.in_one = array_create(n, sizeof *out->in_one, err)};
    int64_t *room = out->in_one ? array_create(5 * n, sizeof *room, err) : NULL;
    s.is_open = room ? array_create(n, sizeof *s.is_open, err) : NULL;
    if (s.is_open != NULL) {
        s.number = room, s.low = room + n, s.entry = room + 2 * n;
        s.path = room + 3 * n, s.open = room + 4 * n;
        for (size_t j = 0; j < n; j++)
            if (s.number[j] == 0) search_from(&s, (int64_t)j);
    }
    const bool good = s.is_open != NULL;
    free(s.is_open), free(room);
    if (!good) classes_finish(out);
    return good;
}

void classes_finish(struct classes *classes) {
    free(classes->in_one);
    classes->in_one = NULL;
}

bool classes_reach(const struct sparse *rows, const bool *goal, const bool *closed,
                   bool *reaches, struct error *err) {
    const size_t n = rows->n;
    int64_t *stack = array_create(n, sizeof *stack, err);
    size_t waiting = 0;
    if (stack == NULL) return false;
    for (size_t i = 0; i < n; i++)
        if ((reaches[i] = goal[i])) stack[waiting++] = (int64_t)i;
    while (waiting > 0) {
        const int64_t i = stack[--waiting];
        for (int64_t k = rows->start[i]; k < rows->start[i + 1]; k++) {
            const int64_t j = rows->row[k];
            if (reaches[j] || (closed && closed[j])) continue;
            reaches[j] = true, stack[waiting++] = j;
        }
    }
    free(stack);
    return true;
}
