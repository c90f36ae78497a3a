/* SPDX-License-Identifier: GPL-3.0-or-later
 * The density at one time, with its error in time: what most tests want of a propagator. */
#pragma once

#include "solver/time/propagator.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The last density that was handed to keep_last, and the error it came with. */
struct kept {
    size_t cells, rows; /* rows: how many came so far, each in its turn */
    double *p, error;   /* p[cells], owned */
};

static inline struct kept kept_create(size_t cells) {
    return (struct kept){.cells = cells, .p = calloc(cells, sizeof(double))};
}

/* A snapshot_sink; context: struct kept. */
static inline bool keep_last(void *context, size_t k, const double *p, double time_error,
                             struct error *err) {
    struct kept *kept = context;
    (void)err;
    ck_assert_uint_eq(k, kept->rows++);
    memcpy(kept->p, p, kept->cells * sizeof *p);
    kept->error = time_error;
    return true;
}

/* From p0[cells] to the time t; the caller frees what is kept. Destroys the propagator. */
static inline struct kept evolved(struct propagator *propagator, size_t cells,
                                  const double *p0, double t) {
    struct error err = {0};
    struct kept kept = kept_create(cells);
    ck_assert_ptr_nonnull(propagator);
    ck_assert_msg(propagator_advance(propagator, p0, 1, &t, keep_last, &kept, &err), "%s",
                  err.message);
    ck_assert_uint_eq(kept.rows, 1);
    propagator_destroy(propagator);
    return kept;
}
