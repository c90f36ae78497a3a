/* SPDX-License-Identifier: GPL-3.0-or-later
 * Settings texts for the tests of their parser. */
#pragma once

#include "io/config.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <stdlib.h>
#include <string.h>

static inline struct config *parse(const char *text, struct error *err) {
    return config_parse("c.yaml", text, strlen(text), err);
}

static const char *const sample = "title: Wide\n"
                                  "grid:\n"
                                  "  w: {min: -2, max: 4,\n"
                                  "      cells: 1024}\n"
                                  "model:\n"
                                  "  datapoints:\n"
                                  "    - if(w < 0, 1, 2)\n"
                                  "    - \"a # b\"\n"
                                  "  note: |\n"
                                  "    two\n"
                                  "    lines\n"
                                  "  \"f(u)\": 2*u^2\n";

/* n times `open`, then `inside`. */
static inline char *repeat(const char *open, size_t n, const char *inside) {
    char *text = calloc(strlen(open) * n + strlen(inside) + 1, 1), *end = text;
    for (size_t i = 0; i < n; i++)
        end = stpcpy(end, open);
    stpcpy(end, inside);
    return text;
}
