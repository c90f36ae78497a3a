/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/attribute.h"
#include <math.h>
#include <stdio.h>

static bool put(const struct attribute *row, const void *of, const char *name, bool running,
                struct record *record, struct error *err) {
    char room[ATTRIBUTE_TEXT];
    if (row->text != NULL)
        return record_attribute_text(record, "/", name, row->text(of, room), err);
    if (row->integer != NULL)
        return record_attribute_integer(record, "/", name, row->integer(of), err);
    if (row->real == NULL) return true;
    if (running && row->later)
        return record_attribute_or(record, "/", name, (double)NAN, "the run has not ended",
                                   err);
    return record_attribute_or(record, "/", name, row->real(of),
                               row->why != NULL ? row->why(of) : NULL, err);
}

bool attributes_put(const struct attribute_table *table, const void *of, const char *prefix,
                    bool running, struct record *record, struct error *err) {
    for (size_t k = 0; k < table->rows; k++) {
        const struct attribute *row = &table->row[k];
        char name[QUANTITY_NAME];
        snprintf(name, sizeof name, "%s%s%s", prefix != NULL ? prefix : "",
                 prefix != NULL ? "_" : "", row->name);
        if ((row->present == NULL || row->present(of)) &&
            !put(row, of, name, running, record, err))
            return false;
    }
    return true;
}
