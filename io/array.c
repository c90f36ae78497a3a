/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/array_parts.h"
#include "io/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- one array */

bool array_allocate(struct array *a, const char *name, struct error *err) {
    char shape[ARRAY_SHAPE];
    bool fits = true;
    a->size = 1;
    for (size_t d = 0; d < a->rank; d++) {
        fits &= a->shape[d] <= ARRAY_MOST;
        a->size *= fits ? a->shape[d] : 1;
        fits &= a->size <= ARRAY_MOST;
    }
    if (!fits)
        return fail(err, ERROR_SETTINGS, "'%.80s' is %s; a table has at most %d numbers",
                    name, array_shape(a, shape), ARRAY_MOST);
    if (a->size == 0) return fail(err, ERROR_SETTINGS, "'%.80s' is empty", name);
    return (a->value = array_create(a->size, sizeof *a->value, err)) != NULL;
}

/* "row 2, column 3", "row 8" of a vector. */
static const char *place(const struct array *a, size_t k, char text[ARRAY_SHAPE]) {
    const size_t columns = a->shape[a->rank - 1],
                 rows = a->rank > 1 ? a->shape[a->rank - 2] : 1;
    if (array_is_vector(a))
        snprintf(text, ARRAY_SHAPE, "row %zu", k + 1);
    else if (a->rank == 3)
        snprintf(text, ARRAY_SHAPE, "block %zu, row %zu, column %zu",
                 k / columns / rows + 1, k / columns % rows + 1, k % columns + 1);
    else
        snprintf(text, ARRAY_SHAPE, "row %zu, column %zu", k / columns + 1,
                 k % columns + 1);
    return text;
}

bool array_check_finite(const struct array *a, const char *name, struct error *err) {
    char text[ARRAY_SHAPE];
    for (size_t k = 0; k < a->size; k++)
        if (!isfinite(a->value[k]))
            return fail(err, ERROR_SETTINGS, "'%.80s', %s: not a finite number (%g)", name,
                        place(a, k, text), a->value[k]);
    return true;
}

bool array_init(struct array *a, const char *name, size_t rank, const size_t *shape,
                const double *value, struct error *err) {
    *a = (struct array){.rank = rank};
    if (rank < 1 || rank > ARRAY_RANK)
        return fail(err, ERROR_SETTINGS,
                    "'%.80s' has %zu dimensions; a table has one to %d", name, rank,
                    ARRAY_RANK);
    memcpy(a->shape, shape, rank * sizeof *shape);
    if (!array_allocate(a, name, err)) return false;
    memcpy(a->value, value, a->size * sizeof *value);
    return array_check_finite(a, name, err);
}

void array_finish(struct array *a) {
    free(a->value);
    *a = (struct array){0};
}

bool array_is_vector(const struct array *a) {
    return a->rank == 1 || (a->rank == 2 && (a->shape[0] == 1 || a->shape[1] == 1));
}

const char *array_shape(const struct array *a, char text[ARRAY_SHAPE]) {
    int length = 0;
    text[0] = '\0';
    for (size_t d = 0; d < a->rank; d++)
        length += snprintf(text + length, ARRAY_SHAPE - (size_t)length, "%s%zu",
                           d > 0 ? " x " : "", a->shape[d]);
    return text;
}

/* ---------------------------------------------------------------- arrays by name */

struct named {
    char *name;
    struct array array;
};

struct arrays {
    size_t count, room;
    struct named *item;
};

struct arrays *arrays_create(struct error *err) {
    struct arrays *list = array_create(1, sizeof *list, err);
    return list;
}

void arrays_destroy(struct arrays *list) {
    if (list == NULL) return;
    for (size_t k = 0; k < list->count; k++) {
        free(list->item[k].name);
        array_finish(&list->item[k].array);
    }
    free(list->item);
    free(list);
}

bool arrays_add(struct arrays *list, const char *name, size_t rank, const size_t *shape,
                const double *value, struct error *err) {
    struct named new = {0};
    if (arrays_find(list, name) != NULL)
        return fail(err, ERROR_SETTINGS, "an array '%.80s' was given before", name);
    if (!array_init(&new.array, name, rank, shape, value, err))
        return array_finish(&new.array), false;
    struct named *wider =
        array_grow(list->item, list->count, &list->room, sizeof *wider, err);
    if (wider != NULL) list->item = wider;
    if (wider == NULL || (new.name = text_create(err, "%s", name)) == NULL)
        return array_finish(&new.array), false;
    list->item[list->count++] = new;
    return true;
}

const struct array *arrays_find(const struct arrays *list, const char *name) {
    for (size_t k = 0; list != NULL && k < list->count; k++)
        if (strcmp(list->item[k].name, name) == 0) return &list->item[k].array;
    return NULL;
}

const char *arrays_names(const struct arrays *list, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    for (size_t k = 0; list != NULL && k < list->count; k++)
        text_list(text, size, &length, list->item[k].name);
    return text;
}
