/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One axis of a sweep: a key of the settings and the values that it takes. Written
 *     KEY=A,B,C         a list; commas inside brackets, braces and quotes do not separate
 *     KEY=lin:LO:HI:N   N values in equal steps, both ends among them
 *     KEY=log:LO:HI:N   N values in equal ratios
 * Values are YAML texts, as in --set. Those of ranges have 15 significant digits, so that
 * 0.3 is 0.3; the ends are as they were written. */
#pragma once

#include "io/status.h"

struct sweep_axis {
    char *key; /* "model.parameters.T" */
    size_t count;
    char **assignment;  /* [count] "model.parameters.T=0.1", as config_set takes it */
    const char **value; /* [count] "0.1", inside assignment; no two are the same */
};

/* Fails (ERROR_SETTINGS) on what is not of one of these forms, on empty and on repeated
 * values, with "--vary TEXT: sentence". On failure *axis is fit for sweep_axis_finish. */
MUST_CHECK bool sweep_axis_read(const char *text, struct sweep_axis *axis,
                                struct error *err);
void sweep_axis_finish(struct sweep_axis *axis);

/* Are all values plain numbers? */
bool sweep_axis_numeric(const struct sweep_axis *axis);
