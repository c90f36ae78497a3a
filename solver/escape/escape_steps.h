/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mean first-passage time of the discrete process itself, without walkers: the same
 * start, the same target, by the transfer operator (solver/transfer/mean_steps.h) on the
 * escape's cells, or on every second of them, and so on, while there are more than some
 * thousand and the target's edge stays on a face. A step arrives when it lands in the
 * target. Exact but for the cells; times that no walker lives to see are no harder. */
#pragma once

#include "solver/ensembles/ensemble.h"
#include "solver/escape/escape.h"

struct escape_steps {
    double steps;  /* mean; inf: the target may never be reached */
    double error;  /* its change by half the cells, and half of the change from those to a
                     quarter where that is more; NaN: unknown */
    double defect; /* relative, by rounding */
    double step;   /* time of one step, in the run's unit */
    size_t cells;
    bool halves;   /* they can be halved, so that there should be an error */
    bool cut;      /* the target's edge cuts cells: some tenths of a per cent are lost */
    bool half_on;  /* it is on faces of half the cells, else `error` is mostly its place */
    char why[256]; /* there is no answer; else empty */
};

/* kind: sgd or gaussian. That it has no answer is no failure. Fails for want of memory and on
 * ERROR_INTERRUPTED only. */
MUST_CHECK bool escape_steps_find(const struct escape *escape, enum ensemble_kind kind,
                                  const struct monitor *monitor, struct escape_steps *out,
                                  struct error *err);

/* Why the answer cannot be trusted, a sentence in text: half the cells change it by more than a
 * tenth, or rounding by more than 1e-6. false: it can, or there is none. */
enum { ESCAPE_STEPS_TEXT = 300 };
bool escape_steps_doubt(const struct escape_steps *steps, char text[ESCAPE_STEPS_TEXT]);
