/* SPDX-License-Identifier: GPL-3.0-or-later
 * Exact derivatives: the chain rule on the graph, each node once per variable. The forms
 * are those that share the most with the value (exp, tanh, a/b) and stay accurate where
 * others cancel: tanh' = 1/cosh^2 rather than 1 - tanh^2, and for the sigmoid s(a)
 * s(-a) rather than s (1 - s). What a jump would give, a delta, is left out. */
#include "solver/expr/graph.h"
#include <assert.h>
#include <math.h>

/* Short names for the body of the rules. */
static expr add(struct graph *g, expr a, expr b) {
    return graph_make_loose(g, OP_ADD, a, b, EXPR_NONE);
}
static expr sub(struct graph *g, expr a, expr b) {
    return graph_make_loose(g, OP_SUB, a, b, EXPR_NONE);
}
static expr mul(struct graph *g, expr a, expr b) {
    return graph_make_loose(g, OP_MUL, a, b, EXPR_NONE);
}
static expr quotient(struct graph *g, expr a, expr b) {
    return graph_make_loose(g, OP_DIV, a, b, EXPR_NONE);
}
static expr call(struct graph *g, enum op op, expr a) {
    return graph_make(g, op, a, EXPR_NONE, EXPR_NONE);
}
static expr number(struct graph *g, double value) {
    return expr_number(g, value);
}
static expr square(struct graph *g, expr a) {
    return mul(g, a, a);
}

static bool is_zero(const struct graph *g, expr a) {
    double k;
    return expr_is_number(g, a, &k) && k == 0;
}

/* f'(a) of a function f of one operand; f: the node f(a) itself. */
static expr slope(struct graph *g, enum op op, expr f, expr a) {
    const expr one = number(g, 1);
    switch (op) {
    case OP_EXP:
        return f;
    case OP_LOG:
        return quotient(g, one, a);
    case OP_LOG10:
        return quotient(g, number(g, 1 / M_LN10), a);
    case OP_SQRT:
        return quotient(g, number(g, 0.5), f);
    case OP_SIN:
        return call(g, OP_COS, a);
    case OP_COS:
        return call(g, OP_NEG, call(g, OP_SIN, a));
    case OP_TAN:
        return add(g, one, square(g, f));
    case OP_SINH:
        return call(g, OP_COSH, a);
    case OP_COSH:
        return call(g, OP_SINH, a);
    case OP_TANH:
        return quotient(g, one, square(g, call(g, OP_COSH, a)));
    case OP_ASINH:
        return quotient(g, one, call(g, OP_SQRT, add(g, one, square(g, a))));
    case OP_ATAN:
        return quotient(g, one, add(g, one, square(g, a)));
    case OP_ERF:
        return mul(g, number(g, M_2_SQRTPI),
                   call(g, OP_EXP, call(g, OP_NEG, square(g, a))));
    case OP_ABS:
        return call(g, OP_SIGN, a);
    case OP_SIGMOID:
        return mul(g, f, call(g, OP_SIGMOID, call(g, OP_NEG, a)));
    case OP_SOFTPLUS:
        return call(g, OP_SIGMOID, a);
    default:
        return number(g, 0); /* sign, step, floor, ceil, round, not */
    }
}

static expr product_rule(struct graph *g, expr a, expr b, expr da, expr db) {
    if (a == b) return mul(g, mul(g, number(g, 2), a), da);
    return add(g, mul(g, da, b), mul(g, a, db));
}

/* (a/b)' = (a' - (a/b) b') / b. */
static expr quotient_rule(struct graph *g, expr f, expr b, expr da, expr db) {
    return quotient(g, sub(g, da, mul(g, f, db)), b);
}

/* (a^b)' = b a^(b-1) a' + a^b log(a) b'. */
static expr power_rule(struct graph *g, expr f, expr a, expr b, expr da, expr db) {
    expr sum = number(g, 0);
    if (!is_zero(g, da)) {
        const expr lower = graph_make(g, OP_POW, a, sub(g, b, number(g, 1)), EXPR_NONE);
        sum = mul(g, mul(g, b, lower), da);
    }
    if (!is_zero(g, db)) sum = add(g, sum, mul(g, mul(g, f, call(g, OP_LOG, a)), db));
    return sum;
}

/* mod(a, b)' = a' - floor(a/b) b'. */
static expr modulo_rule(struct graph *g, expr a, expr b, expr da, expr db) {
    if (is_zero(g, db)) return da;
    return sub(g, da, mul(g, call(g, OP_FLOOR, quotient(g, a, b)), db));
}

static expr choose(struct graph *g, expr condition, expr then, expr otherwise) {
    return graph_make(g, OP_IF, condition, then, otherwise);
}

static expr less(struct graph *g, expr a, expr b) {
    return graph_make(g, OP_LT, a, b, EXPR_NONE);
}

/* The table's next derivative in variable k (0 or 1) where n stands. */
static expr lookup_slope(struct graph *g, const struct node *n, int k) {
    const uint32_t step = k == 0 ? 1 : LOOKUP_STEP;
    const uint32_t order = n->slot % LOOKUP_ORDERS / step % LOOKUP_STEP;
    return order == LOOKUP_STEP - 1 ? number(g, 0)
                                    : graph_lookup(g, n->slot + step, n->child);
}

/* Of all variables; an index has no derivative. */
static expr lookup_rule(struct graph *g, const struct node *n, const expr d[3]) {
    expr sum = number(g, 0);
    for (int k = 0; k < lookup_dims(graph_table_of(g, n)); k++)
        if (!is_zero(g, d[k])) sum = add(g, sum, mul(g, lookup_slope(g, n, k), d[k]));
    return sum;
}

/* f = op(children n), d[]: the children's derivatives. */
static expr differentiate(struct graph *g, expr f, const expr d[3], const void *context) {
    const struct node n = g->node[f];
    const expr a = n.child[0], b = n.child[1];
    (void)context;
    switch (n.op) {
    case OP_NEG:
        return call(g, OP_NEG, d[0]);
    case OP_ADD:
        return add(g, d[0], d[1]);
    case OP_SUB:
        return sub(g, d[0], d[1]);
    case OP_MUL:
        return product_rule(g, a, b, d[0], d[1]);
    case OP_DIV:
        return quotient_rule(g, f, b, d[0], d[1]);
    case OP_POW:
        return power_rule(g, f, a, b, d[0], d[1]);
    case OP_MIN:
        return choose(g, less(g, b, a), d[1], d[0]);
    case OP_MAX:
        return choose(g, less(g, a, b), d[1], d[0]);
    case OP_MOD:
        return modulo_rule(g, a, b, d[0], d[1]);
    case OP_IF:
        return choose(g, a, d[1], d[2]);
    case OP_TABLE:
    case OP_TABLE_2:
    case OP_TABLE_3:
        return lookup_rule(g, &n, d);
    default:
        break;
    }
    if (op_table[n.op].operands != 1) return number(g, 0); /* comparisons, and, or */
    return mul(g, slope(g, n.op, f, a), d[0]);
}

/* What does not depend on the variable has derivative 0, the variable itself 1. */
static expr differentiate_leaf(struct graph *g, expr a, const void *context) {
    const size_t variable = *(const size_t *)context;
    const struct node *n = &g->node[a];
    if ((n->variables >> variable & 1) == 0) return number(g, 0);
    return n->op == OP_INPUT ? number(g, 1) : EXPR_NONE;
}

expr expr_derivative(struct graph *g, expr a, size_t variable) {
    assert(variable < GRAPH_VARIABLES);
    const struct rewriting r = {variable, 1, differentiate_leaf, differentiate, &variable};
    return graph_rewrite(g, a, &r);
}
