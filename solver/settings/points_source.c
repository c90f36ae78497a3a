/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/points_source.h"
#include "io/table.h"
#include "io/text.h"
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { SEEN = 300 };

const char *source_name(const struct points_source *source) {
    return source->path != NULL ? source->path : "arrays in memory";
}

/* ---------------------------------------------------------------- what was found */

static bool found_room(struct found *f, size_t more, struct error *err) {
    char **name = realloc(f->name, (f->count + more) * sizeof *name);
    if (name != NULL) f->name = name;
    struct array *array = realloc(f->array, (f->count + more) * sizeof *array);
    if (array != NULL) f->array = array;
    return (name != NULL && array != NULL) ||
           fail(err, ERROR_MEMORY, "no memory for tables");
}

/* The next one, to be filled. */
static struct array *found_next(struct found *f, const char *name, struct error *err) {
    if (!found_room(f, 1, err)) return NULL;
    if ((f->name[f->count] = strdup(name)) == NULL)
        return fail(err, ERROR_MEMORY, "no memory for tables"), NULL;
    f->array[f->count] = (struct array){0};
    return &f->array[f->count++];
}

void found_finish(struct found *f) {
    for (size_t k = 0; k < f->count; k++) {
        free(f->name[k]);
        array_finish(&f->array[k]);
    }
    free(f->name);
    free(f->array);
    *f = (struct found){0};
}

/* ---------------------------------------------------------------- CSV */

/* Columns that are wanted, as names or patterns; those that go by are listed, as many as there
 * is room for. */
struct choosing {
    const struct texts *list[2];
    char seen[SEEN];
    size_t length;
};

static bool is_pattern(const char *name) {
    return strchr(name, '*') != NULL;
}

static bool is_called(const char *wanted, const char *header) {
    return strcmp(wanted, header) == 0 ||
           (is_pattern(wanted) && fnmatch(wanted, header, 0) == 0);
}

static const char *choose_column(void *context, const char *header) {
    struct choosing *c = context;
    text_list(c->seen, SEEN, &c->length, header);
    for (int l = 0; l < 2; l++)
        for (size_t k = 0; k < c->list[l]->count; k++)
            if (is_called(c->list[l]->value[k], header)) return header;
    return NULL;
}

/* The columns of one name or pattern; a pattern means none of the places. */
static bool take_columns(struct found *f, const struct table *t, const char *wanted,
                         const struct choosing *c, struct error *err) {
    size_t taken = 0;
    for (size_t k = 0; k < t->columns; k++) {
        bool place = false;
        for (size_t a = 0; a < c->list[0]->count && is_pattern(wanted); a++)
            place |= strcmp(c->list[0]->value[a], t->name[k]) == 0;
        if (place || !is_called(wanted, t->name[k])) continue;
        struct array *a = found_next(f, t->name[k], err);
        if (a == NULL || !array_init(a, t->name[k], 1, &t->rows, t->column[k], err))
            return false;
        taken++;
    }
    return taken > 0 ||
           fail(err, ERROR_SETTINGS, "no column '%.80s'; its columns are called %s", wanted,
                c->seen);
}

static bool read_csv(struct found *f, const char *path, const struct texts *at,
                     const struct texts *values, struct error *err) {
    struct choosing c = {.list = {at, values}};
    const struct table_choice choice = {choose_column, &c};
    struct table *t = table_read(path, &choice, err);
    bool good = t != NULL;
    for (int l = 0; l < 2; l++)
        for (size_t k = 0; good && k < c.list[l]->count; k++)
            if (!take_columns(f, t, c.list[l]->value[k], &c, err))
                good = fail_within(err, "%s", path);
    table_destroy(t);
    return good;
}

/* ---------------------------------------------------------------- data sets, arrays */

static bool copy_given(struct array *a, const struct arrays *given, const char *name,
                       struct error *err) {
    char names[SEEN];
    const struct array *from = arrays_find(given, name);
    if (from != NULL) return array_init(a, name, from->rank, from->shape, from->value, err);
    if (given == NULL)
        return fail(err, ERROR_SETTINGS,
                    "the key 'file' is missing, and no arrays were given in its place");
    return fail(err, ERROR_SETTINGS, "no array '%.80s' was given; there are %s", name,
                arrays_names(given, names, sizeof names));
}

static bool read_names(struct found *f, const struct points_source *s,
                       const struct texts *names, struct error *err) {
    for (size_t k = 0; k < names->count; k++) {
        const char *name = names->value[k];
        struct array *a = found_next(f, name, err);
        if (a == NULL || !(s->path != NULL ? array_read_hdf5(a, s->path, name, err)
                                           : copy_given(a, s->arrays, name, err)))
            return false;
    }
    return true;
}

bool source_read(struct found *f, const struct points_source *s, const struct texts *at,
                 const struct texts *values, struct error *err) {
    *f = (struct found){0};
    if (s->path != NULL && !table_is_hdf5(s->path))
        return read_csv(f, s->path, at, values, err);
    return read_names(f, s, at, err) && read_names(f, s, values, err);
}
