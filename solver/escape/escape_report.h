/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `fokker escape CONFIG`: the mean first-passage time of analysis.escape by every way there
 * is, one line each: the grid with its error, the exact double integral, the
 * quasi-stationary and the slowest rate, the asymptotic formulas, the discrete process
 * itself and the exponent it has in place of the equation's, walkers of the kinds that
 * monte_carlo.kinds names (else of all that the model has), and the probability of
 * analysis.escape.splitting. A way that does not apply says why. */
#pragma once

#include "io/json.h"
#include "solver/escape/escape_steps.h"
#include "solver/settings/spec.h"

struct escape_report_options {
    bool monte_carlo;
    uint64_t walkers; /* 0: as many as some seconds allow */
    struct monitor monitor;
    struct json *json; /* NULL, or an object that gets "ways": {way, time, log_time, remark}
                           each, as in the text; time null where there is none */
    struct parts parts; /* told the name of each long part; may be empty */
};

/* *text: malloc'd. doubt: why one of its numbers cannot be trusted, else empty. */
MUST_CHECK bool escape_report(const struct spec *spec,
                              const struct escape_report_options *options, char **text,
                              char doubt[ESCAPE_STEPS_TEXT], struct error *err);
