/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a graph back: as text for messages, and its value at one point with libm. */
#include "solver/expr/graph.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Text ------------------------------------------------------------------------- */

enum { TEXT_ROOM = 200, TEXT_DEPTH = 40 };

/* Text being written; what does not fit is dropped and `cut` set. */
struct writer {
    const struct graph *graph;
    char text[TEXT_ROOM + 4];
    size_t length;
    bool cut;
};

/* How tightly an operation binds, as in expr_parse.c; calls and leaves bind most
 * tightly. */
static int level_of(enum op op) {
    switch (op) {
    case OP_OR:
        return 0;
    case OP_AND:
        return 1;
    case OP_NOT:
        return 2;
    case OP_LT:
    case OP_LE:
    case OP_EQ:
    case OP_NE:
        return 3;
    case OP_ADD:
    case OP_SUB:
        return 4;
    case OP_MUL:
    case OP_DIV:
        return 5;
    case OP_NEG:
        return 6;
    case OP_POW:
        return 7;
    default:
        return 9;
    }
}

static const char *symbol_of(enum op op) {
    static const char *const symbols[OP_COUNT] = {
        [OP_ADD] = " + ", [OP_SUB] = " - ",   [OP_MUL] = "*",   [OP_DIV] = "/",
        [OP_POW] = "^",   [OP_LT] = " < ",    [OP_LE] = " <= ", [OP_EQ] = " == ",
        [OP_NE] = " != ", [OP_AND] = " and ", [OP_OR] = " or ",
    };
    return symbols[op];
}

static void put(struct writer *w, const char *s) {
    for (; *s != '\0' && !w->cut; s++) {
        if (w->length < TEXT_ROOM)
            w->text[w->length++] = *s;
        else
            w->cut = true;
    }
}

static void put_number(struct writer *w, double value) {
    char digits[32];
    snprintf(digits, sizeof digits, "%.15g", value);
    if (strtod(digits, NULL) != value) snprintf(digits, sizeof digits, "%.17g", value);
    put(w, digits);
}

static void put_leaf(struct writer *w, const struct node *n) {
    char number[16];
    const struct graph *g = w->graph;
    if (n->op == OP_NUMBER) {
        put_number(w, n->value);
        return;
    }
    for (size_t i = 0; n->op == OP_INPUT && i < g->names; i++)
        if (g->name[i].kind == NAME_VARIABLE && g->node[g->name[i].node].slot == n->slot) {
            put(w, g->name[i].text);
            return;
        }
    snprintf(number, sizeof number, "$%u", n->slot + 1);
    put(w, number);
}

static void put_expr(struct writer *w, expr a, int level, int depth);

static const char *table_name(const struct graph *g, const struct node *n) {
    return g->table[n->slot / LOOKUP_ORDERS].name;
}

/* The name with a prime for each derivative, or in two variables E_xxy. */
static void put_table(struct writer *w, const struct node *n) {
    const bool plane = lookup_dims(graph_table_of(w->graph, n)) == 2;
    const int order = (int)(n->slot % LOOKUP_ORDERS);
    put(w, table_name(w->graph, n));
    if (plane && order > 0) put(w, "_");
    for (int k = 0; k < order % LOOKUP_STEP; k++)
        put(w, plane ? "x" : "'");
    for (int k = 0; k < order / LOOKUP_STEP; k++)
        put(w, "y");
}

static void put_call(struct writer *w, const struct node *n, int depth) {
    if (op_is_table(n->op))
        put_table(w, n);
    else
        put(w, op_table[n->op].name);
    for (int i = 0; i < op_table[n->op].operands; i++) {
        put(w, i == 0 ? "(" : ", ");
        put_expr(w, n->child[i], 0, depth);
    }
    put(w, ")");
}

/* level of the operands: one more on the side where the operator does not associate. */
static void put_operator(struct writer *w, const struct node *n, int level, int depth) {
    if (n->op == OP_NEG || n->op == OP_NOT) {
        put(w, n->op == OP_NEG ? "-" : "not ");
        put_expr(w, n->child[0], level, depth);
        return;
    }
    if (n->op == OP_MUL && n->child[0] == n->child[1]) {
        put_expr(w, n->child[0], level_of(OP_POW) + 1, depth);
        put(w, "^2");
        return;
    }
    const bool right = n->op == OP_POW, compares = level == level_of(OP_LT);
    put_expr(w, n->child[0], level + (right || compares), depth);
    put(w, symbol_of(n->op));
    put_expr(w, n->child[1], level + !right, depth);
}

/* In brackets when a binds less tightly than `level`. */
static void put_expr(struct writer *w, expr a, int level, int depth) {
    const struct node *n = &w->graph->node[a];
    const bool square = n->op == OP_MUL && n->child[0] == n->child[1];
    int own = square ? level_of(OP_POW) : level_of(n->op);
    if (n->op == OP_NUMBER && signbit(n->value)) own = level_of(OP_NEG);
    if (depth > TEXT_DEPTH) {
        put(w, "...");
        return;
    }
    if (w->cut) return;
    if (own < level) put(w, "(");
    if (op_table[n->op].operands == 0)
        put_leaf(w, n);
    else if (level_of(n->op) == 9)
        put_call(w, n, depth + 1);
    else
        put_operator(w, n, own, depth + 1);
    if (own < level) put(w, ")");
}

char *expr_text(const struct graph *g, expr a) {
    struct writer w = {.graph = g};
    if (a == EXPR_NONE) return strdup("?");
    put_expr(&w, a, 0, 0);
    while (w.cut && w.length > 0 && ((unsigned char)w.text[w.length - 1] & 0x80) != 0)
        w.length--; /* no half character */
    strcpy(w.text + w.length, w.cut ? "..." : "");
    return strdup(w.text);
}

/* --- Value ------------------------------------------------------------------------ */

/* needed[k]: node k is a or below it. */
static void mark_needed(const struct graph *g, expr a, bool *needed) {
    needed[a] = true;
    for (expr k = a; k >= 0; k--)
        for (int i = 0; needed[k] && i < 3; i++)
            if (g->node[k].child[i] != EXPR_NONE) needed[g->node[k].child[i]] = true;
}

static double node_value(const struct graph *g, const struct node *n, double t,
                         const double *variables, const double *value) {
    double x[3] = {0, 0, 0};
    if (n->op == OP_NUMBER) return n->value;
    if (n->op == OP_INPUT) return n->slot == EXPR_TIME ? t : variables[n->slot];
    for (int i = 0; i < op_table[n->op].operands; i++)
        x[i] = value[n->child[i]];
    if (op_is_table(n->op)) return graph_lookup_value(g, n, x);
    return op_table[n->op].value(x[0], x[1], x[2]);
}

static double walk(const struct graph *g, expr a, double t, const double *variables,
                   double *value, bool *needed) {
    mark_needed(g, a, needed);
    for (expr k = 0; k <= a; k++)
        if (needed[k]) value[k] = node_value(g, &g->node[k], t, variables, value);
    return value[a];
}

double expr_value(const struct graph *g, expr a, const double *variables) {
    return expr_value_at(g, a, (double)NAN, variables);
}

double expr_value_at(const struct graph *g, expr a, double t, const double *variables) {
    enum { SMALL = 256 }; /* nodes: most conditions and constants */
    if (a == EXPR_NONE) return NAN;
    if (a < SMALL) {
        double value[SMALL];
        bool needed[SMALL] = {false};
        return walk(g, a, t, variables, value, needed);
    }
    struct error ignored;
    double *value = array_create((size_t)a + 1, sizeof *value, &ignored);
    bool *needed = array_create((size_t)a + 1, sizeof *needed, &ignored);
    const double result = value != NULL && needed != NULL
                              ? walk(g, a, t, variables, value, needed)
                              : (double)NAN;
    free(needed);
    free(value);
    return result;
}

void graph_range(const struct graph *g, expr a, char text[GRAPH_RANGE]) {
    struct error ignored;
    char ends[LOOKUP_RANGE];
    bool *needed = array_create((size_t)a + 1, sizeof *needed, &ignored);
    text[0] = '\0';
    if (needed != NULL && g->tables > 0) mark_needed(g, a, needed);
    for (expr k = 0; needed != NULL && k <= a && text[0] == '\0'; k++) {
        const struct node *n = &g->node[k];
        if (!needed[k] || !op_is_table(n->op)) continue;
        lookup_range(graph_table_of(g, n), ends);
        if (ends[0] != '\0')
            snprintf(text, GRAPH_RANGE, "%s is a table on %s", table_name(g, n), ends);
    }
    free(needed);
}
