/* SPDX-License-Identifier: GPL-3.0-or-later
 * libFuzzer target: any text is parsed or refused in finite time; what is parsed prints,
 * differentiates, compiles and runs with the same bits as a walk of its graph. Lines
 * "f(u)<tab>body" declare functions; the others are expressions. */
#include "solver/expr/graph.h"
#include "solver/expr/program.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 24, LARGEST_WALK = 5000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* x and y run through what is special. */
static const double specials[] = {0,      -0.0, 1,    -1,  0.5,      1e300,    -1e-300,
                                  5e-324, 1e9,  -1e5, 2.5, HUGE_VAL, -HUGE_VAL};
enum { SPECIALS = sizeof specials / sizeof *specials };

static double value_of(const struct graph *g, expr a, const double *point, double *value) {
    for (expr k = 0; k <= a; k++) {
        const struct node *n = &g->node[k];
        double v[3] = {0, 0, 0};
        for (int i = 0; i < op_table[n->op].operands; i++)
            v[i] = value[n->child[i]];
        if (n->op == OP_NUMBER)
            value[k] = n->value;
        else if (n->op == OP_INPUT)
            value[k] = point[n->slot];
        else if (n->op == OP_PARAMETER)
            value[k] = 0;
        else
            value[k] = op_table[n->op].fold(v[0], v[1], v[2]);
    }
    return value[a];
}

static void compare(const struct graph *g, expr a, const double *const *in,
                    const double *out) {
    if (a > LARGEST_WALK) return;
    double *value = malloc(((size_t)a + 1) * sizeof *value);
    for (int i = 0; i < POINTS; i += 5) {
        const double point[] = {in[0][i], in[1][i]};
        const double expected = value_of(g, a, point, value);
        if (memcmp(&expected, &out[i], sizeof expected) != 0 &&
            !(isnan(expected) && isnan(out[i])))
            __builtin_trap();
    }
    free(value);
}

static void run(const struct graph *g, const expr *outputs, size_t count) {
    static double x[POINTS], y[POINTS], values[4][POINTS];
    const double *const in[] = {x, y};
    double *const out[] = {values[0], values[1], values[2], values[3]};
    static const char *const names[] = {"x", "y"};
    static const struct program_output what[] = {
        {"a", OF_VALUE}, {"b", OF_VALUE}, {"c", OF_VALUE}, {"d", OF_VALUE}};
    struct error err = {0};
    for (int i = 0; i < POINTS; i++)
        x[i] = specials[i % SPECIALS], y[i] = specials[i / 2];
    struct program *p = program_create(g, outputs, count, &err);
    if (p == NULL) return;
    if (!program_run(p, POINTS, in, out, &err)) __builtin_trap();
    for (size_t k = 0; k < count; k++)
        compare(g, outputs[k], in, out[k]);
    (void)!program_check_finite(p, POINTS, in, out, names, what, &err);
    program_destroy(p);
}

static void try_expression(struct graph *g, const char *text) {
    struct error err = {0};
    const expr a = expr_parse(g, text, &err);
    if (a == EXPR_NONE) {
        if (err.kind != ERROR_SETTINGS || err.message[0] == '\0') __builtin_trap();
        return;
    }
    const expr dx = expr_derivative(g, a, 0), dy = expr_derivative(g, a, 1);
    const expr dxy = dx == EXPR_NONE ? EXPR_NONE : expr_derivative(g, dx, 1);
    free(expr_text(g, a));
    run(g, (const expr[]){a, dx, dy, dxy}, 4);
}

/* Names are found in order, and what is made a name is one. */
static void try_names(const char *text) {
    const char *end = text + strlen(text), *before = text;
    char name[EXPR_NAME];
    for (size_t length; (length = expr_next_name(&text)) > 0; text += length) {
        if (text < before || text + length > end || identifier_length(text) != length)
            __builtin_trap();
        before = text + length;
    }
    expr_make_name(before, name);
    if (strlen(name) >= EXPR_NAME || identifier_length(name) != strlen(name))
        __builtin_trap();
}

static void try_line(struct graph *g, char *line) {
    struct error err = {0};
    try_names(line);
    char *tab = strchr(line, '\t');
    if (tab == NULL) {
        try_expression(g, line);
        return;
    }
    *tab = '\0';
    if (!graph_function(g, line, tab + 1, &err) && err.kind != ERROR_SETTINGS)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    char *text = malloc(size + 1);
    struct graph *g = graph_create(&err);
    memcpy(text, data, size);
    text[size] = '\0';
    if (!graph_variable(g, "x", &err) || !graph_variable(g, "y", &err) ||
        !graph_constant(g, "T", 0.25, &err))
        __builtin_trap();
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        try_line(g, line);
    graph_destroy(g);
    free(text);
    return 0;
}
