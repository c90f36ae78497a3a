/* SPDX-License-Identifier: GPL-3.0-or-later
 * One graph with the names that the tests of expressions use. */
#pragma once

#include "solver/expr/graph.h"
#include <check.h>

static struct error err;
static struct graph *g;

/* Variables x and y, constant T = 0.25, f(u) = 2 u^2 - u^4, h(u, v) = u - 2 v. */
static inline void setup(void) {
    g = graph_create(&err);
    ck_assert_ptr_nonnull(g);
    ck_assert(graph_variable(g, "x", &err) && graph_variable(g, "y", &err));
    ck_assert(graph_constant(g, "T", 0.25, &err));
    ck_assert(graph_function(g, "f(u)", "2*u^2 - u^4", &err));
    ck_assert(graph_function(g, "h(u, v)", "u - 2*v", &err));
}

static inline void teardown(void) {
    graph_destroy(g);
}

static inline expr parse(const char *text) {
    const expr a = expr_parse(g, text, &err);
    ck_assert_msg(a != EXPR_NONE, "%s: %s", text, err.message);
    return a;
}

static inline double value(expr a, double x, double y) {
    const double point[] = {x, y};
    return expr_value(g, a, point);
}
