/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of `fokker escape` (escape_report.h) while it is printed. */
#pragma once

#include "solver/escape/escape_report.h"
#include "solver/fv/line/kramers.h"
#include <stdio.h>

struct escape_rows {
    const struct spec *spec;
    const struct escape_report_options *options;
    FILE *out;
    struct setup *setup;
    struct evolution *evolution;
    struct escape *escape;
    struct passage_box box;
    bool line; /* one variable, and an interval to leave */
    double x;  /* the start, or where most of it is: the formulas' well */
    struct line_kramers_answer kramers;
    char *doubt;      /* [ESCAPE_STEPS_TEXT] */
    double itself[2]; /* ENSEMBLE_SGD, ENSEMBLE_GAUSSIAN: mean time by the process; or 0 */
};

/* One line: the way, its time (or - where there is none: digits 0), a remark. */
void escape_row_print(const struct escape_rows *rows, const char *way, double log_time,
                      int digits, const char *format, ...) PRINTF_LIKE(5, 6);

/* The discrete process itself, of what has steps with examples or normal noise (no drift, no
 * stable noise), with normal noise in its place, and the barrier by its exponent. Fails on
 * what ends the whole run, and where gradients cannot be evaluated. */
MUST_CHECK bool escape_rows_of_process(struct escape_rows *rows, struct error *err);
