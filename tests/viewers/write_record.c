/* SPDX-License-Identifier: GPL-3.0-or-later
 * write_record DIMS FILE.h5 ROWS: an output file with every kind of dataset, for the
 * viewers' checks; ROWS 0 writes until it is killed, as fast as it can, for kill_test.py.
 */
#include "tests/solver/synthetic_run.h"
#include <stdio.h>

static int write_rows(struct synthetic_run *run, const char *path, size_t rows) {
    struct error err = {0};
    struct record *record = record_create(path, true, run->grid, &synthetic_header,
                                          run->fields, run->count, &err);
    bool good = record != NULL && synthetic_statics(run, record, &err);
    for (size_t r = 0; good && (rows == 0 || r < rows); r++)
        good = synthetic_row(run, record, r, &err);
    good = good && record_attribute_text(record, "/", "status", "complete", &err);
    if (good) return record_close(record, &err) ? 0 : 1;
    fprintf(stderr, "write_record: %s\n", err.message);
    struct error ignored;
    (void)!record_close(record, &ignored);
    return 1;
}

int main(int argc, char **argv) {
    struct synthetic_run run;
    struct error err = {0};
    if (argc != 4) return fprintf(stderr, "usage: write_record 1|2 FILE.h5 ROWS\n"), 2;
    const int dims = atoi(argv[1]);
    if (!synthetic_start(&run, dims, dims == 1 ? 200 : 60, dims == 1 ? 0 : 40, &err))
        return fprintf(stderr, "write_record: %s\n", err.message), 1;
    const int status = write_rows(&run, argv[2], (size_t)atol(argv[3]));
    synthetic_end(&run);
    return status;
}
