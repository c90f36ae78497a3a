/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as a CSV file: read whole, or those columns whose names are identifiers. Every
 * number that is read is finite; nothing crashes, leaks, or gives a message of two lines.
 *     build/tests/fuzz/fuzz_table -dict=tests/fuzz/table.dict -max_len=4096
 */
#include "io/table_parts.h"
#include "solver/expr/graph.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct table *table_read_hdf5(const char *path, const struct table_choice *choice,
                              struct error *err) {
    (void)choice;
    return fail(err, ERROR_FILE, "%s: not walked through here", path), NULL;
}

/* As the settings do it; every other column is passed over. */
static const char *choose(void *context, const char *header) {
    char *name = context;
    if (header[0] == '\0') abort();
    expr_make_name(header, name);
    if (name[0] != '\0' && identifier_length(name) != strlen(name)) abort();
    return name[0] != '\0' && strlen(header) % 2 == 0 ? name : NULL;
}

static void try_table(const char *path, const struct table_choice *choice) {
    struct error err = {0};
    struct table *t = table_read_csv(path, choice, &err);
    if (t == NULL) {
        if (err.message[0] == '\0') abort();
        return;
    }
    if (t->rows == 0) abort();
    for (size_t c = 0; c < t->columns; c++)
        for (size_t r = 0; r < t->rows; r++)
            if (!isfinite(t->column[c][r])) abort();
    for (size_t c = 0; c < t->columns; c++)
        for (size_t d = 0; d < c; d++)
            if (strcmp(t->name[c], t->name[d]) == 0) abort();
    table_destroy(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char name[EXPR_NAME], path[40];
    const struct table_choice choice = {choose, name};
    const int file = memfd_create("table", 0);
    if (file < 0 || write(file, data, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    try_table(path, NULL);
    try_table(path, &choice);
    close(file);
    return 0;
}
