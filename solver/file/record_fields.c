/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/record_fields.h"
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* layout and axes, slowest first, of each kind in 1-D and in 2-D */
static const struct {
    enum h5_layout layout;
    const char *axes[2][3];
} kinds[] = {
    [RECORD_VALUE] = {H5_SERIES, {{NULL}, {NULL}}},
    [RECORD_INTEGER] = {H5_SERIES, {{NULL}, {NULL}}},
    [RECORD_CELLS] = {H5_ROWS, {{"x"}, {"y", "x"}}},
    [RECORD_FACES] = {H5_ROWS, {{"x_edge"}, {NULL}}},
    [RECORD_X_FACES] = {H5_ROWS, {{NULL}, {"y", "x_edge"}}},
    [RECORD_Y_FACES] = {H5_ROWS, {{NULL}, {"y_edge", "x"}}},
    [RECORD_X_CELLS] = {H5_ROWS, {{NULL}, {"x"}}},
    [RECORD_Y_CELLS] = {H5_ROWS, {{NULL}, {"y"}}},
    [RECORD_CELLS_ONCE] = {H5_STATIC, {{"x"}, {"y", "x"}}},
    [RECORD_FACES_ONCE] = {H5_STATIC, {{"x_edge"}, {NULL}}},
    [RECORD_EXIT_TIMES] = {H5_STATIC, {{"exit_time"}, {"exit_time"}}},
    [RECORD_EXIT_FACES] = {H5_STATIC, {{NULL}, {"exit_face"}}},
    [RECORD_LEVELS] = {H5_STATIC, {{"splitting_level"}, {NULL}}},
    [RECORD_MODES] = {H5_STATIC, {{"mode"}, {"mode"}}},
    [RECORD_MODE_CELLS] = {H5_STATIC, {{"mode", "x"}, {"mode", "y", "x"}}},
    [RECORD_PHASES] = {H5_STATIC, {{"phase"}, {"phase"}}},
    [RECORD_PHASE_CELLS] = {H5_STATIC, {{"phase", "x"}, {"phase", "y", "x"}}},
};

bool record_kind_has_rows(enum record_kind kind) {
    return kinds[kind].layout == H5_ROWS || kinds[kind].layout == H5_SERIES;
}

const char *quantity_shape(char shape[QUANTITY_SHAPE], const struct quantity *quantity,
                           int dims) {
    const enum record_kind kind = quantity->kind[dims - 1];
    const char *const *axes = kinds[kind].axes[dims - 1];
    size_t used = (size_t)snprintf(shape, QUANTITY_SHAPE, "%s",
                                   record_kind_has_rows(kind) ? "time" : "");
    for (int d = 0; d < 3 && axes[d] != NULL; d++)
        used += (size_t)snprintf(shape + used, QUANTITY_SHAPE - used, "%s%s",
                                 used > 0 ? ", " : "", axes[d]);
    return shape;
}

/* ---- texts ---- */

static bool dimensionless(const char *units) {
    return units == NULL || units[0] == '\0' || strcmp(units, "1") == 0;
}

char *label_create(const char *label, const char *units, struct error *err) {
    return dimensionless(units) ? text_create(err, "%s", label)
                                : text_create(err, "%s (%s)", label, units);
}

/* The product of powers of the units of x, y and time as UDUNITS reads it: "um-2 s-1"; "1"
 * when nothing is left. */
static char *units_create(const signed char power[3], int dims,
                          const struct record_header *h, struct error *err) {
    const char *unit[3] = {h->unit[0], dims == 2 ? h->unit[1] : NULL, h->time_unit};
    char factor[3][100] = {"", "", ""};
    for (int k = 0; k < 3; k++) {
        if (power[k] == 0 || dimensionless(unit[k])) continue;
        const bool simple = unit[k][strspn(unit[k], "abcdefghijklmnopqrstuvwxyz"
                                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
        if (power[k] == 1)
            snprintf(factor[k], sizeof factor[k], " %.60s", unit[k]);
        else
            snprintf(factor[k], sizeof factor[k], simple ? " %.60s%d" : " (%.60s)%d",
                     unit[k], power[k]);
    }
    char units[sizeof factor];
    snprintf(units, sizeof units, "%s%s%s", factor[0], factor[1], factor[2]);
    return text_create(err, "%s", units[0] == '\0' ? "1" : units + 1);
}

const char quantity_standard_error[] = "standard error";
const char quantity_x_or_y[] = "x or y";

/* That of the quantity. "x or y" is one unit only where both have the same. */
static char *quantity_units(const struct quantity *q, int dims,
                            const struct record_header *h, struct error *err) {
    if (q->units == NULL) return units_create(q->power, dims, h, err);
    if (q->units != quantity_x_or_y) return text_create(err, "%s", q->units);
    const bool same = !dimensionless(h->unit[0]) && !dimensionless(h->unit[1]) &&
                      strcmp(h->unit[0], h->unit[1]) == 0;
    return text_create(err, "%s", same ? h->unit[0] : "1");
}

/* ---- names ---- */

const char *quantity_name(char name[QUANTITY_NAME], const struct quantity *quantity,
                          const struct quantity_of *of) {
    const char *base = quantity->name, *star = strchr(base, '*');
    assert((star != NULL) == (of->region != NULL));
    const int before = star != NULL ? (int)(star - base) : (int)strlen(base);
    snprintf(name, QUANTITY_NAME, "%s%s%.*s%s%s%s", of->prefix != NULL ? of->prefix : "",
             of->prefix != NULL ? "_" : "", before, base, star != NULL ? of->region : "",
             star != NULL ? star + 1 : "", of->errors != NULL ? "_errors" : "");
    return name;
}

static bool check_name(const char *name, struct error *err) {
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return fail(err, ERROR_RUN,
                        "field '%s': only letters, digits and _ can name a dataset", name);
    if (strlen(name) > 100)
        return fail(err, ERROR_RUN, "field '%s': a name has at most 100 characters", name);
    if (strcmp(name, "density") >= 0) return true;
    return fail(err, ERROR_RUN, "field '%s' must come after 'density' in the alphabet",
                name);
}

/* The label with %x, %y and %r filled in. */
static char *expand_label(const char *label, const struct record_header *h,
                          const char *region, struct error *err) {
    const char *mark = label;
    while ((mark = strchr(mark, '%')) != NULL && strchr("xyr", mark[1]) == NULL)
        mark++;
    if (mark == NULL) return text_create(err, "%s", label);
    const char *word = mark[1] == 'x'   ? h->variable[0]
                       : mark[1] == 'y' ? h->variable[1]
                                        : region;
    char *rest = expand_label(mark + 2, h, region, err);
    if (rest == NULL) return NULL;
    char *text = text_create(err, "%.*s%s%s", (int)(mark - label), label, word, rest);
    free(rest);
    return text;
}

static char *field_label(const struct record_field *declared, const struct record_header *h,
                         struct error *err) {
    const char *whose = declared->of.whose;
    char *label = expand_label(declared->quantity->label, h, declared->of.region, err);
    if (label == NULL) return NULL;
    const char *errors = declared->of.errors;
    char *text = text_create(err, "%s%s%s%s%s", errors != NULL ? errors : "",
                             errors != NULL ? ", " : "", label, whose != NULL ? ", " : "",
                             whose != NULL ? whose : "");
    free(label);
    return text;
}

/* ---- fields ---- */

/* The axis x, x_edge, y, ... of the table above as the file calls it. */
static const char *axis_called(const char *axis, const struct axis_names *names) {
    if (strcmp(axis, "x") == 0) return names->centre[0];
    if (strcmp(axis, "y") == 0) return names->centre[1];
    if (strcmp(axis, "x_edge") == 0) return names->edge[0];
    if (strcmp(axis, "y_edge") == 0) return names->edge[1];
    return axis;
}

static size_t axis_length(const struct grid *grid, const struct record_header *header,
                          const char *axis) {
    if (strcmp(axis, "exit_time") == 0) return header->exit_times;
    if (strcmp(axis, "exit_face") == 0) return header->exit_faces;
    if (strcmp(axis, "splitting_level") == 0) return header->levels;
    if (strcmp(axis, "mode") == 0) return header->modes;
    if (strcmp(axis, "phase") == 0) return header->phases;
    return grid->axis[axis[0] == 'y']->cells + (axis[1] != '\0');
}

/* Layout, shape and what follows from them. */
static void describe_array(struct field *field, const struct grid *grid,
                           const struct axis_names *names,
                           const struct record_header *header) {
    struct h5_array *a = &field->array;
    const int dims = grid->dims;
    const bool stacked =
        field->kind == RECORD_MODE_CELLS || field->kind == RECORD_PHASE_CELLS;
    a->layout = kinds[field->kind].layout;
    a->integer = field->kind == RECORD_INTEGER;
    for (int d = 0; d < 3 && kinds[field->kind].axes[dims - 1][d] != NULL; d++) {
        const char *axis = kinds[field->kind].axes[dims - 1][d];
        a->axes[d] = axis_called(axis, names);
        a->shape[a->rank++] = axis_length(grid, header, axis);
    }
    if (a->rank - stacked == 2)
        a->interpretation = "image";
    else if (stacked || a->layout == H5_ROWS)
        a->interpretation = "spectrum";
}

/* A cell average at one time; NULL with an error. */
static char *cell_methods_create(int dims, const struct axis_names *names,
                                 struct error *err) {
    const char *x = names->centre[0], *y = names->centre[1];
    return dims == 2 ? text_create(err, "time: point %s: mean %s: mean", y, x)
                     : text_create(err, "time: point %s: mean", x);
}

bool field_create(struct field *field, const struct record_field *declared,
                  const struct grid *grid, const struct axis_names *names,
                  const struct record_header *header, struct error *err) {
    const struct quantity *q = declared->quantity;
    char name[QUANTITY_NAME];
    *field = (struct field){.kind = q->kind[grid->dims - 1], .undefined = q->undefined};
    if (!check_name(quantity_name(name, q, &declared->of), err)) return false;
    describe_array(field, grid, names, header);
    if (field->kind == RECORD_NONE ||
        (field->array.layout != H5_SERIES && field->array.rank == 0))
        return fail(err, ERROR_RUN, "field '%s' is not known in %d-D", name, grid->dims);
    if (field->kind == RECORD_CELLS &&
        (field->array.cell_methods = cell_methods_create(grid->dims, names, err)) == NULL)
        return false;
    char *label = field_label(declared, header, err);
    field->array.name = text_create(err, "%s", name);
    field->array.units = quantity_units(q, grid->dims, header, err);
    if (label != NULL && field->array.name != NULL && field->array.units != NULL)
        field->array.long_name = label_create(label, field->array.units, err);
    free(label);
    return field->array.long_name != NULL;
}

void field_finish(struct field *field) {
    free((char *)field->array.name);
    free((char *)field->array.long_name);
    free((char *)field->array.units);
    free((char *)field->array.ancillary);
    free((char *)field->array.cell_methods);
    *field = (struct field){0};
}

size_t field_values(const struct field *field) {
    size_t values = 1;
    for (int d = 0; d < field->array.rank; d++)
        values *= field->array.shape[d];
    return values;
}

bool field_has_rows(const struct field *field) {
    return record_kind_has_rows(field->kind);
}
