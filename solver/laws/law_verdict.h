/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Is the density the law of the process? Without statistics: both are known, each with its
 * error. With KS their distance at a snapshot, e its uncertainty and delta the tolerance:
 *   differ       KS - e > delta at some snapshot
 *   agree        KS + e < delta at all
 *   cannot tell  otherwise: law or density is not known well enough
 * Where the density's error is not known e is that of the law alone, and nothing differs.
 * Snapshot 0, at which both are the initial density, does not count. */
#pragma once

#include "solver/mc/compare.h"

/* What is known of a law at a snapshot. */
struct law_row {
    double error_l1, error_ks; /* of the law (law_error.h) */
    double l1, ks, w1;         /* from the density (law_distances.h) */
    double
        ks_error; /* e: error_ks and half the density's L1 error; NaN: that is not known */
    double negative; /* Sum max(0, -m) */
    double mass;     /* not absorbed */
    double cells;    /* that it was computed on */
};

struct law_verdict {
    enum verdict verdict;
    size_t row;           /* where they differ most ... */
    double ks, ks_error;  /* ... and by how much */
    bool density_unknown; /* ks_error is that of the law alone, at some snapshot */
    size_t worst;         /* where the law itself is known least ... */
    double error_ks;      /* ... and how well */
    double negative;      /* the largest */
    char sentence[400];
};
/* whose: "SGD"; time[rows]: of the snapshots each[rows]. */
struct law_verdict law_judge(size_t rows, const struct law_row *each, const double *time,
                             const char *whose, double tolerance);
