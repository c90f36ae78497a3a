/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/status.h"
#include <limits.h>
#include <string.h>

static bool same_place(const struct error_place *a, const struct error_place *b) {
    return a->line == b->line && a->column == b->column && strcmp(a->key, b->key) == 0 &&
           strcmp(a->file, b->file) == 0;
}

/* Several keys may be missing at one place. */
static bool is_noted(const struct error *a, const struct error *b) {
    return same_place(&a->place, &b->place) &&
           (a->subject != OF_MISSING_KEY || b->subject != OF_MISSING_KEY ||
            strcmp(a->message, b->message) == 0);
}

bool error_note(struct error_list *list, const struct error *err) {
    if (list == NULL || list->count == MOST_ERRORS || err->kind != ERROR_SETTINGS)
        return false;
    for (size_t k = 0; k < list->count; k++)
        if (is_noted(&list->item[k], err)) return true;
    list->item[list->count++] = *err;
    return true;
}

static bool has_subject(const struct error_list *list, enum error_subject subject) {
    for (size_t k = 0; k < list->count; k++)
        if (list->item[k].subject == subject) return true;
    return false;
}

/* Is a parameter of the model among what is wrong? Names in expressions are theirs. */
static bool has_parameter(const struct error_list *list) {
    static const char parameters[] = "model.parameters";
    for (size_t k = 0; k < list->count; k++)
        if (strncmp(list->item[k].place.key, parameters, strlen(parameters)) == 0)
            return true;
    return false;
}

/* With a place, or without. */
static void drop(struct error_list *list, enum error_subject subject, bool known) {
    size_t kept = 0;
    for (size_t k = 0; k < list->count; k++)
        if (list->item[k].subject != subject || list->item[k].place.known != known)
            list->item[kept++] = list->item[k];
    list->count = kept;
}

/* Changes have no line. */
static int line_of(const struct error *err) {
    return err->place.line > 0 ? err->place.line : INT_MAX;
}

static bool is_before(const struct error *a, const struct error *b) {
    const int i = line_of(a), j = line_of(b);
    return i != j ? i < j : a->place.column < b->place.column;
}

void error_list_sort(struct error_list *list) {
    drop(list, OF_MISSING_KEY, false);
    if (has_subject(list, OF_UNKNOWN_KEY)) drop(list, OF_MISSING_KEY, true);
    if (has_parameter(list)) drop(list, OF_NAME, true);
    for (size_t k = 1; k < list->count; k++) /* few; those of one place keep their order */
        for (size_t i = k; i > 0 && is_before(&list->item[i], &list->item[i - 1]); i--) {
            const struct error later = list->item[i - 1];
            list->item[i - 1] = list->item[i];
            list->item[i] = later;
        }
}
