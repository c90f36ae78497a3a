/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/catalogue.h"
#include "solver/analysis/modes.h"
#include "solver/analysis/quantities.h"
#include "solver/ensembles/monte_carlo.h"
#include "solver/escape/escape.h"

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
           row_from(monte_carlo_quantity, "mc", &k, out);
}
