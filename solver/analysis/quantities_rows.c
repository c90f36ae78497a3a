/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is done with every row of a table: declared, filled, kept. */
#include "solver/analysis/quantities.h"
#include <string.h>

static bool has_regions(const struct run_quantity *q) {
    return strchr(q->quantity.name, '*') != NULL;
}

static size_t axis_index(const struct run_quantity *q) {
    return q->axis == Y_AXIS ? 1 : 0;
}

static enum record_kind kind_in(const struct run_quantity *q, const struct snapshot *s) {
    return q->quantity.kind[s->setup->grid->dims - 1];
}

static bool is_there(const struct run_quantity *q, const struct snapshot *s) {
    return kind_in(q, s) != RECORD_NONE && (q->present == NULL || q->present(s));
}

/* All that are there. Rows of regions that follow each other are gone through together, region
 * by region. */
static bool each(const struct quantity_table *table, const struct snapshot *s,
                 row_visit visit, void *context, struct error *err) {
    for (size_t k = 0, end; k < table->rows; k = end) {
        const struct run_quantity *q = &table->row[k];
        end = k + 1;
        if (!has_regions(q)) {
            if (is_there(q, s) && !visit(context, q, axis_index(q), NULL, err))
                return false;
            continue;
        }
        while (end < table->rows && has_regions(&table->row[end]))
            end++;
        for (size_t r = 0; r < s->setup->regions; r++)
            for (size_t j = k; j < end; j++)
                if (is_there(&table->row[j], s) &&
                    !visit(context, &table->row[j], r, s->setup->region[r], err))
                    return false;
    }
    return true;
}

/* ---------------------------------------------------------------- declared */

struct declaring {
    field_sink add;
    void *context;
};

static bool declare(void *context, const struct run_quantity *q, size_t i,
                    const char *region, struct error *err) {
    const struct declaring *d = context;
    (void)i, (void)err;
    d->add(d->context, &q->quantity, (struct quantity_of){.region = region});
    return true;
}

void quantities_declare(const struct quantity_table *table, const struct snapshot *s,
                        field_sink add, void *context) {
    struct declaring d = {add, context};
    struct error none;
    (void)!each(table, s, declare, &d, &none);
}

/* ---------------------------------------------------------------- filled */

struct filling {
    const struct snapshot *snapshot;
    struct record *record;
    bool once;
};

static bool put_value(const struct filling *f, const struct run_quantity *q, size_t i,
                      const char *name, struct error *err) {
    const struct snapshot *s = f->snapshot;
    const char *missing = q->missing != NULL ? q->missing(s) : NULL;
    if (missing != NULL) return record_row_fill(f->record, name, missing, err);
    if (kind_in(q, s) == RECORD_INTEGER)
        return record_row_integer(f->record, name, (int64_t)q->value(s, i), err);
    return record_row_value(f->record, name, q->value(s, i), err);
}

static bool put(void *context, const struct run_quantity *q, size_t i, const char *region,
                struct error *err) {
    const struct filling *f = context;
    const struct snapshot *s = f->snapshot;
    char name[QUANTITY_NAME];
    if (f->once == record_kind_has_rows(kind_in(q, s))) return true;
    quantity_name(name, &q->quantity, &(struct quantity_of){.region = region});
    if (q->value != NULL) return put_value(f, q, i, name, err);
    const double *values = q->array(s, i, s->scratch);
    return f->once ? record_static(f->record, name, values, err)
                   : record_row_put(f->record, name, values, err);
}

bool quantities_put(const struct quantity_table *table, const struct snapshot *s, bool once,
                    struct record *record, struct error *err) {
    struct filling f = {s, record, once};
    return each(table, s, put, &f, err);
}

const char *quantity_label(const char *name) {
    const struct run_quantity *q = quantities_of_density.row;
    while (strcmp(q->quantity.name, name) != 0)
        q++;
    return q->quantity.label;
}

/* ---------------------------------------------------------------- kept */

void extremes_keep(struct extremes *x, const struct snapshot *s) {
    const struct quantity_table *t = &quantities_of_density;
    for (size_t k = 0; k < t->rows; k++)
        if (t->row[k].keep != NULL) t->row[k].keep(x, t->row[k].value(s, 0));
}

bool extremes_restore(struct extremes *x, const struct record *record, size_t row,
                      struct error *err) {
    const struct quantity_table *t = &quantities_of_density;
    for (size_t k = 0; k < t->rows; k++) {
        double value;
        if (t->row[k].keep == NULL) continue;
        if (!record_read_row(record, t->row[k].quantity.name, row, &value, err))
            return false;
        t->row[k].keep(x, value);
    }
    return true;
}

/* ---------------------------------------------------------------- twins */

static bool visit_twins(const struct run_quantity *q, const struct setup *setup,
                        row_visit visit, void *context, struct error *err) {
    if (!has_regions(q)) return visit(context, q, axis_index(q), NULL, err);
    for (size_t r = 0; r < setup->regions; r++)
        if (!visit(context, q, r, setup->region[r], err)) return false;
    return true;
}

bool quantities_each_twin(const struct setup *setup, row_visit visit, void *context,
                          struct error *err) {
    static const enum quantity_axis order[] = {X_AXIS, Y_AXIS, NO_AXIS};
    const struct quantity_table *t = &quantities_of_density;
    for (size_t a = 0; a < sizeof order / sizeof *order; a++)
        for (size_t k = 0; k < t->rows; k++) {
            const struct run_quantity *q = &t->row[k];
            if (q->axis == order[a] && q->estimate != NULL &&
                q->quantity.kind[setup->grid->dims - 1] != RECORD_NONE &&
                !visit_twins(q, setup, visit, context, err))
                return false;
        }
    return true;
}
