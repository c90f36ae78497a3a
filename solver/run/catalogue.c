/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/catalogue.h"
#include "solver/analysis/floquet.h"
#include "solver/analysis/modes.h"
#include "solver/analysis/quantities.h"
#include "solver/ensembles/monte_carlo.h"
#include "solver/escape/escape_splitting.h"
#include "solver/laws/laws.h"
#include "solver/run/report.h"

/* Row *k of a table, or *k is counted down by its rows. */
static bool row_of(const struct quantity_table *table, size_t *k,
                   struct catalogue_entry *out) {
    if (*k >= table->rows) return *k -= table->rows, false;
    const struct run_quantity *q = &table->row[*k];
    *out = (struct catalogue_entry){&q->quantity, NULL, q->estimate != NULL};
    return true;
}

static bool row_from(const struct quantity *(*quantity)(size_t k), const char *prefix,
                     size_t *k, struct catalogue_entry *out) {
    size_t rows = 0;
    *out = (struct catalogue_entry){quantity(*k), prefix, false};
    if (out->quantity != NULL) return true;
    while (quantity(rows) != NULL)
        rows++;
    return *k -= rows, false;
}

bool catalogue(size_t k, struct catalogue_entry *out) {
    return row_of(&quantities_of_density, &k, out) ||
           row_of(&quantities_of_accuracy, &k, out) ||
           row_from(escape_quantity, NULL, &k, out) ||
           row_from(modes_quantity, NULL, &k, out) ||
           row_from(floquet_quantity, NULL, &k, out) ||
           row_from(monte_carlo_quantity, "mc", &k, out) ||
           row_from(laws_quantity, "law_sgd", &k, out);
}

/* What the equations have in files of theirs; *k as above. */
static bool of_equation(const struct equation *e, size_t *k,
                        struct catalogue_attribute *out) {
    for (const struct derived_constant *c = e->constants; c != NULL && c->name != NULL; c++)
        if ((*k)-- == 0)
            return *out = (struct catalogue_attribute){c->name, c->sentence, NULL, NULL},
                   true;
    if (e->truncation == NULL || (*k)-- != 0) return false;
    *out = (struct catalogue_attribute){e->truncation->name,
                                        "the last of the series of that name", NULL, NULL};
    return true;
}

bool catalogue_attribute(size_t k, struct catalogue_attribute *out) {
    static const struct {
        const struct attribute_table *table;
        const char *prefix;
    } tables[] = {{&run_attributes, NULL},
                  {&escape_attributes, NULL},
                  {&escape_splitting_attributes, NULL},
                  {&modes_attributes, NULL},
                  {&floquet_attributes, NULL},
                  {&monte_carlo_attributes, "mc"},
                  {&laws_attributes, "law_sgd"}};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        if (k < tables[t].table->rows) {
            const struct attribute *row = &tables[t].table->row[k];
            *out = (struct catalogue_attribute){row->name, row->sentence, tables[t].prefix,
                                                row};
            return true;
        }
        k -= tables[t].table->rows;
    }
    for (const struct equation *const *e = equations; *e != NULL; e++)
        if (of_equation(*e, &k, out)) return true;
    return false;
}
