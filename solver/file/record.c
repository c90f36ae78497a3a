/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fields, rows, attributes: what comes into the file, and when it may. */
#include "solver/file/record.h"
#include "io/wall_clock.h"
#include "solver/file/record_file.h"
#include "solver/file/record_nexus.h"
#include "solver/file/record_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_ROOM = 512, /* bytes of a text among the results */
    REASON_ROOM = 128,
};

static const struct quantity last_density = {
    "last_density", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},
    {-1, -1, 0},    "probability density, last snapshot",
    NULL,           NULL};

/* ---- fields ---- */

static struct field *find_field(const struct record *r, const char *name) {
    for (size_t i = 0; i < r->fields; i++)
        if (strcmp(r->field[i].array.name, name) == 0) return &r->field[i];
    return NULL;
}

static bool add_field(struct record *r, const struct record_field *declared,
                      const struct grid *grid, const struct record_header *header,
                      struct error *err) {
    char name[QUANTITY_NAME];
    if (find_field(r, quantity_name(name, declared->quantity, &declared->of)) != NULL)
        return fail(err, ERROR_RUN, "field '%s' is declared twice", name);
    struct field *field = &r->field[r->fields];
    if (!field_create(field, declared, grid, &r->axes, header, err))
        return field_finish(field), false;
    r->fields++;
    return true;
}

/* last_density looks and is labelled like the density, but lies in one interval, which every
 * snapshot overwrites. */
static bool add_last_density(struct record *r, const struct grid *grid,
                             const struct record_header *header, struct error *err) {
    static const struct record_field last = {.quantity = &last_density};
    if (!add_field(r, &last, grid, header, err)) return false;
    r->field[1].array.layout = H5_FIXED;
    r->field[1].put = true; /* not the caller's to put */
    return true;
}

/* A field whose standard errors are declared too names them as its ancillary variables. */
static bool link_errors(struct record *r, struct error *err) {
    for (size_t i = 0; i < r->fields; i++) {
        char *errors = text_create(err, "%s_errors", r->field[i].array.name);
        if (errors == NULL) return false;
        if (find_field(r, errors) != NULL)
            r->field[i].array.ancillary = errors;
        else
            free(errors);
    }
    return true;
}

static void record_destroy(struct record *r) {
    for (size_t i = 0; i < r->fields; i++)
        field_finish(&r->field[i]);
    free(r->field);
    free(r->path);
    free(r);
}

static bool is_density(const struct record_field *declared) {
    return declared->of.prefix == NULL && strcmp(declared->quantity->name, "density") == 0;
}

/* density and last_density, whatever place they were declared in. */
static bool add_first(struct record *r, const struct grid *grid,
                      const struct record_header *header, const struct record_field *fields,
                      size_t count, struct error *err) {
    size_t i = 0;
    while (i < count && !is_density(&fields[i]))
        i++;
    if (i == count) return fail(err, ERROR_RUN, "field 'density' is not declared");
    return add_field(r, &fields[i], grid, header, err) &&
           add_last_density(r, grid, header, err);
}

/* The fields in the order in which they stand in the file, without any file yet. */
static struct record *record_prepare(const struct grid *grid,
                                     const struct record_header *header,
                                     const struct record_field *fields, size_t count,
                                     struct error *err) {
    struct record *r = array_create(1, sizeof *r, err);
    if (r == NULL) return NULL;
    r->last_time = -HUGE_VAL;
    axis_names_choose(&r->axes, grid->dims, header, fields, count);
    for (int d = 0; d < grid->dims; d++)
        r->cells[d] = grid->axis[d]->cells;
    r->field = array_create(count + 2, sizeof *r->field, err);
    bool good = r->field != NULL && add_first(r, grid, header, fields, count, err);
    bool declared = false; /* density stands first already */
    for (size_t i = 0; i < count && good; i++) {
        if (is_density(&fields[i]) && !declared)
            declared = true;
        else
            good = add_field(r, &fields[i], grid, header, err);
    }
    if (good && link_errors(r, err)) return r;
    record_destroy(r);
    return NULL;
}

bool record_close(struct record *r, struct error *err) {
    if (r == NULL) return true;
    struct error later;
    bool good = true;
    if (r->published == 0 && !r->resumed)
        h5file_discard(r->file);
    else if (!record_settle(r, err))
        good = false, h5file_discard(r->file);
    else
        good = h5file_close(r->file, err);
    if (!xdmf_close(r->xdmf, good ? err : &later)) good = false;
    record_destroy(r);
    return good;
}

/* After a failure that is in the caller's *err already. */
static struct record *record_abandon(struct record *r) {
    struct error ignored;
    (void)!record_close(r, &ignored);
    return NULL;
}

/* All that is written before the first row. */
static bool write_head(struct record *r, const char *name, const struct grid *grid,
                       const struct record_header *header, struct error *err) {
    bool good = record_file_head(r->file, name, grid, &r->axes, header, err);
    for (size_t i = 0; i < r->fields && good; i++)
        good = h5file_define(r->file, &r->field[i].array, err);
    return good && record_file_process(r->file, header, err) &&
           nexus_write(r->file, r->field, r->fields, grid->dims, header->title, err);
}

struct record *record_create(const char *path, bool force, const struct grid *grid,
                             const struct record_header *header,
                             const struct record_field *fields, size_t count,
                             struct error *err) {
    struct record *r = record_prepare(grid, header, fields, count, err);
    if (r == NULL) return NULL;
    const bool good =
        (r->path = text_create(err, "%s", path)) != NULL &&
        (r->file = h5file_create(path, force, header->deflate, err)) != NULL &&
        write_head(r, path, grid, header, err);
    return good ? r : record_abandon(r);
}

struct record *record_create_in_memory(const struct grid *grid,
                                       const struct record_header *header,
                                       const struct record_field *fields, size_t count,
                                       struct error *err) {
    static const char name[] = "results in memory";
    struct record *r = record_prepare(grid, header, fields, count, err);
    if (r == NULL) return NULL;
    r->in_memory = true;
    const bool good = (r->file = h5file_create_in_memory(name, 0, err)) != NULL &&
                      write_head(r, name, grid, header, err);
    return good ? r : record_abandon(r);
}

/* ---- numbers that are none ---- */

/* NaN and infinity come into the file only where they are said to mean something. */
static bool check_finite(const struct record *r, const struct field *field,
                         const double *values, struct error *err) {
    const size_t n = field_values(field);
    size_t k = 0;
    while (k < n && isfinite(values[k]))
        k++;
    if (k == n || field->undefined != NULL) return true;
    if (!field_has_rows(field))
        return fail(err, ERROR_RUN, "'%s' is %g (entry %zu of %zu): it cannot be trusted",
                    field->array.name, values[k], k + 1, n);
    return fail(err, ERROR_RUN,
                "'%s' is %g in snapshot %zu (entry %zu of %zu): it cannot be trusted",
                field->array.name, values[k], r->rows, k + 1, n);
}

/* ---- rows ---- */

bool record_static(struct record *r, const char *name, const double *values,
                   struct error *err) {
    struct field *field = find_field(r, name);
    if (field == NULL || field_has_rows(field))
        return fail(err, ERROR_RUN, "field '%s' is not declared as written once", name);
    if (r->resumed) return true;
    if (field->put) return fail(err, ERROR_RUN, "field '%s' is written already", name);
    if (!check_finite(r, field, values, err)) return false;
    field->put = true;
    return h5file_write(r->file, name, values, err);
}

/* The field for one put, marked; NULL when it must not be put now. */
static const struct field *field_put(struct record *r, const char *name,
                                     struct error *err) {
    struct field *field = find_field(r, name);
    if (r->broken) return *err = r->failure, NULL;
    if (field == NULL || !field_has_rows(field))
        return fail(err, ERROR_RUN, "field '%s' is not declared with rows", name), NULL;
    if (field->put)
        return fail(err, ERROR_RUN, "field '%s' is in row %zu already", name, r->rows),
               NULL;
    field->put = true;
    r->begun = true;
    return field;
}

bool record_row_put(struct record *r, const char *name, const double *values,
                    struct error *err) {
    const struct field *field = field_put(r, name, err);
    return field != NULL && check_finite(r, field, values, err) &&
           h5file_write_row(r->file, name, r->rows, values, err);
}

bool record_row_fill(struct record *r, const char *name, const char *why,
                     struct error *err) {
    const struct field *field = field_put(r, name, err);
    if (field == NULL) return false;
    const size_t n = field_values(field);
    double *values = array_create(n, sizeof *values, err);
    for (size_t k = 0; values != NULL && k < n; k++)
        values[k] = (double)NAN;
    const bool good =
        values != NULL && h5file_write_row(r->file, name, r->rows, values, err);
    free(values);
    if (good && r->filled == NULL) r->filled = why;
    return good;
}

const char *record_filled(const struct record *r) {
    return r->filled;
}

bool record_row_value(struct record *r, const char *name, double value, struct error *err) {
    return record_row_put(r, name, &value, err);
}

bool record_row_integer(struct record *r, const char *name, int64_t value,
                        struct error *err) {
    return field_put(r, name, err) != NULL &&
           h5file_write_row_integer(r->file, name, r->rows, value, err);
}

bool record_commit(struct record *r, double time, struct error *err) {
    for (size_t i = 0; i < r->fields; i++)
        if (!r->field[i].put && (field_has_rows(&r->field[i]) || !r->resumed))
            return fail(err, ERROR_RUN, "field '%s' is missing in row %zu",
                        r->field[i].array.name, r->rows);
    if (!(time > r->last_time))
        return fail(err, ERROR_RUN, "row %zu at time %g comes after time %g", r->rows, time,
                    r->last_time);
    if (!h5file_write_row(r->file, "time", r->rows, &time, err)) return false;
    r->begun = false;
    for (size_t i = 0; i < r->fields; i++)
        if (field_has_rows(&r->field[i])) r->field[i].put = false;
    r->last_time = time;
    r->rows++;
    const bool due = hold_row(&r->hold, wall_clock());
    return (r->in_memory && r->published > 0) || !due || record_publish(r, err);
}

size_t record_rows(const struct record *r) {
    return r->rows;
}

const struct h5file *record_file(const struct record *r) {
    return r->file;
}

bool record_read_row(const struct record *r, const char *name, size_t row, double *values,
                     struct error *err) {
    const struct field *field = find_field(r, name);
    return h5file_read_row(r->file, name, row, values,
                           field != NULL ? field_values(field) : 1, err);
}

/* ---- attributes ---- */

/* NAME_undefined: why the value is not finite; taken back (NULL) where it was said
 * before. */
static bool put_reason(struct record *r, const char *object, const char *name,
                       const char *why, struct error *err) {
    char *undefined = text_create(err, "%s_undefined", name);
    if (undefined == NULL) return false;
    const bool good = (why == NULL && h5file_text_room(r->file, object, undefined) == 0) ||
                      h5file_attribute_room(r->file, object, undefined,
                                            why != NULL ? why : "", REASON_ROOM, err);
    free(undefined);
    return good;
}

bool record_attribute_real(struct record *r, const char *object, const char *name,
                           double value, struct error *err) {
    return record_settle(r, err) &&
           (isfinite(value) ||
            fail(err, ERROR_RUN, "'%s' is %g: it cannot be trusted", name, value)) &&
           h5file_attribute_real(r->file, object, name, value, err) &&
           put_reason(r, object, name, NULL, err);
}

bool record_attribute_or(struct record *r, const char *object, const char *name,
                         double value, const char *why, struct error *err) {
    if (isfinite(value) || why == NULL)
        return record_attribute_real(r, object, name, value, err);
    return record_settle(r, err) &&
           h5file_attribute_real(r->file, object, name, value, err) &&
           put_reason(r, object, name, why, err);
}

bool record_attribute_integer(struct record *r, const char *object, const char *name,
                              int64_t value, struct error *err) {
    return record_settle(r, err) &&
           h5file_attribute_integer(r->file, object, name, value, err);
}

bool record_attribute_text(struct record *r, const char *object, const char *name,
                           const char *value, struct error *err) {
    const size_t length = strlen(value) + 1;
    return record_settle(r, err) &&
           h5file_attribute_room(r->file, object, name, value,
                                 length > TEXT_ROOM ? length : TEXT_ROOM, err);
}

bool record_status(struct record *r, const char *status, struct error *err) {
    const bool published = r->published > 0 || r->resumed;
    return record_settle(r, err) && (!published || h5file_flush(r->file, err)) &&
           record_attribute_text(r, "/", "status", status, err);
}

bool record_has_text(const struct record *r, const char *name) {
    return h5file_text_room(r->file, "/", name) > 0;
}

double record_recorded(const struct record *r, const char *name, double otherwise) {
    struct error missing;
    double value;
    return r->resumed && h5file_read_attribute_real(r->file, "/", name, &value, &missing)
               ? value
               : otherwise;
}

/* ---- resuming ---- */

/* The dataset is one that the run makes itself, or a declared field. */
static bool check_declared(void *context, const char *name, const struct h5_extent *extent,
                           struct error *err) {
    const struct record *const *self = context, *r = *self;
    if (!extent->grows || strcmp(name, "time") == 0 || find_field(r, name) != NULL)
        return true;
    return fail(err, ERROR_FILE, "it holds '%s', which this run does not write", name);
}

static bool check_same_run(const struct record *r, const struct grid *grid,
                           const struct record_header *header, struct error *err) {
    if (!record_file_same(r->file, grid, header, err)) return false;
    for (size_t i = 0; i < r->fields; i++)
        if (!h5file_has(r->file, r->field[i].array.name))
            return fail(err, ERROR_FILE, "it has no '%s', which this run writes",
                        r->field[i].array.name);
    return h5file_each(r->file, check_declared, &r, err);
}

struct record *record_resume(const char *path, const struct grid *grid,
                             const struct record_header *header,
                             const struct record_field *fields, size_t count, size_t *rows,
                             struct error *err) {
    struct record *r = record_prepare(grid, header, fields, count, err);
    if (r == NULL) return NULL;
    r->resumed = true;
    if ((r->file = h5file_open(path, true, err)) == NULL) return record_abandon(r);
    if (!check_same_run(r, grid, header, err)) {
        fail_within(err, "%s cannot be resumed", path);
        return record_abandon(r);
    }
    if (!h5file_rows(r->file, "time", rows, err)) return record_abandon(r);
    r->rows = r->published = *rows;
    if (!record_file_last_row(r->file, r->rows, err) ||
        !record_file_cut(r->file, r->rows, err) ||
        !record_file_history(r->file, header, err) ||
        (r->xdmf = record_file_xdmf(r->file, path, r->rows, &r->last_time, err)) == NULL)
        return record_abandon(r);
    return r;
}
