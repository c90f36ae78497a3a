/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models of n examples with the same gradients in plain C:
 *     1-D  l = (x w - y)^2 / 2 + sin(y w) / 10
 *     2-D  l = (x w + v - y)^2 / 2 + sin(y v) / 10
 * with x, y in (-1, 1), given as datapoints or as a table. */
#pragma once

#include "solver/model/model.h"
#include <check.h>
#include <math.h>
#include <stdio.h>

static struct error err;

#define OK(call) ck_assert_msg((call), "%s", err.message)

/* x and y of example j. */
static inline double example_x(size_t j) {
    return 0.3 + 0.7 * sin(1 + 2.1 * (double)j);
}
static inline double example_y(size_t j) {
    return cos(3 + 1.3 * (double)j * (double)(j % 7 + 1));
}

static inline void example_gradient(int dims, size_t j, const double *w, double *g) {
    const double x = example_x(j), y = example_y(j);
    const double r = x * w[0] + (dims == 2 ? w[1] : 0) - y;
    g[0] = x * r + (dims == 1 ? 0.1 * y * cos(y * w[0]) : 0);
    if (dims == 2) g[1] = r + 0.1 * y * cos(y * w[1]);
}

struct example_spec {
    int dims;
    size_t n, B;
    enum sampling sampling;
    bool table;
    double eta[2], momentum;
    enum momentum_form form;
};

static const char *const example_names[] = {"w", "v"};

static inline struct graph *example_graph(const struct example_spec *s) {
    struct graph *g = graph_create(&err);
    for (int d = 0; d < s->dims; d++)
        OK(graph_variable(g, example_names[d], &err));
    if (s->table) OK(graph_variable(g, "x", &err) && graph_variable(g, "y", &err));
    return g;
}

static inline expr example_parse(struct graph *g, const char *text) {
    const expr e = expr_parse(g, text, &err);
    OK(e != EXPR_NONE);
    return e;
}

static inline struct table *example_table(size_t n) {
    struct table *t = table_create(n, 2, (const char *const[]){"x", "y"}, &err);
    OK(t != NULL);
    for (size_t j = 0; j < n; j++) {
        t->column[0][j] = example_x(j);
        t->column[1][j] = example_y(j);
    }
    return t;
}

static inline expr example_loss(const struct example_spec *s, struct graph *g, size_t j) {
    char text[256], x[40] = "x", y[40] = "y";
    if (!s->table) snprintf(x, sizeof x, "(%.17g)", example_x(j));
    if (!s->table) snprintf(y, sizeof y, "(%.17g)", example_y(j));
    snprintf(text, sizeof text, "(%s*w %s - %s)^2/2 + sin(%s*%s)/10", x,
             s->dims == 2 ? "+ v" : "", y, y, s->dims == 2 ? "v" : "w");
    return example_parse(g, text);
}

static inline struct model *example_model(const struct example_spec *s) {
    static expr loss[256];
    static struct rate_interval forever;
    struct graph *g = example_graph(s);
    forever =
        (struct rate_interval){.until = (double)INFINITY, .eta = {s->eta[0], s->eta[1]}};
    for (size_t j = 0; j < (s->table ? 1 : s->n); j++)
        loss[j] = example_loss(s, g, j);
    struct model *m = model_create(
        &(struct model_source){.kind = s->table ? MODEL_TABLE : MODEL_DATAPOINTS,
                               .dims = s->dims,
                               .graph = g,
                               .variable = example_names,
                               .table = s->table ? example_table(s->n) : NULL,
                               .examples = s->table ? 1 : s->n,
                               .example = loss,
                               .loss = EXPR_NONE,
                               .batch = s->B,
                               .sampling = s->sampling,
                               .momentum = s->momentum,
                               .form = s->form,
                               .intervals = 1,
                               .interval = &forever},
        &err);
    OK(m != NULL);
    return m;
}
