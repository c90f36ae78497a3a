/* SPDX-License-Identifier: GPL-3.0-or-later
 * Making operations: constant folding and the rules that keep the value. IEEE arithmetic
 * makes signs and products with +-1 exact, so minus signs are moved outwards, where they
 * meet another or a constant and vanish. */
#include "solver/expr/graph.h"
#include <math.h>
#include <string.h>

static bool number(const struct graph *g, expr a, double *value) {
    return expr_is_number(g, a, value);
}

static bool is_zero(const struct graph *g, expr a) {
    double k;
    return number(g, a, &k) && k == 0;
}

/* The x of a = -x, or EXPR_NONE. */
static expr negated(struct graph *g, expr a) {
    const struct node n = g->node[a];
    return n.op == OP_NEG ? n.child[0] : EXPR_NONE;
}

static expr make(struct graph *g, enum op op, expr a, expr b) {
    return graph_make(g, op, a, b, EXPR_NONE);
}

/* The term x of a = -x, where the sign is a minus or that of a constant (factor). */
static expr negative_term(struct graph *g, expr a) {
    const struct node n = g->node[a];
    double k;
    if (number(g, a, &k) && k < 0) return expr_number(g, -k);
    if (n.op == OP_MUL && number(g, n.child[0], &k) && k < 0)
        return make(g, OP_MUL, expr_number(g, -k), n.child[1]);
    return negated(g, a);
}

static expr make_neg(struct graph *g, expr a) {
    const struct node n = g->node[a];
    double k;
    if (n.op == OP_NEG) return n.child[0];
    if (n.op == OP_SUB) return make(g, OP_SUB, n.child[1], n.child[0]);
    if (n.op == OP_MUL && number(g, n.child[0], &k))
        return make(g, OP_MUL, expr_number(g, -k), n.child[1]);
    return graph_node(g, OP_NEG, a, EXPR_NONE, EXPR_NONE);
}

static expr make_add(struct graph *g, expr a, expr b) {
    if (is_zero(g, a)) return b;
    if (is_zero(g, b)) return a;
    const expr minus_b = negative_term(g, b);
    if (minus_b != EXPR_NONE) return make(g, OP_SUB, a, minus_b);
    const expr minus_a = negative_term(g, a);
    if (minus_a != EXPR_NONE) return make(g, OP_SUB, b, minus_a);
    return graph_node(g, OP_ADD, a, b, EXPR_NONE);
}

static expr make_sub(struct graph *g, expr a, expr b) {
    if (is_zero(g, b)) return a;
    if (is_zero(g, a)) return graph_make(g, OP_NEG, b, EXPR_NONE, EXPR_NONE);
    const expr minus_b = negative_term(g, b);
    if (minus_b != EXPR_NONE) return make(g, OP_ADD, a, minus_b);
    return graph_node(g, OP_SUB, a, b, EXPR_NONE);
}

/* Constants go to the left: k x. */
static expr make_mul(struct graph *g, expr a, expr b) {
    double k;
    if (number(g, b, NULL)) {
        expr t = a;
        a = b, b = t;
    }
    const expr minus_a = negated(g, a), minus_b = negated(g, b);
    if (number(g, a, &k)) {
        if (k == 1) return b;
        if (k == -1) return graph_make(g, OP_NEG, b, EXPR_NONE, EXPR_NONE);
        if (minus_b != EXPR_NONE) return make(g, OP_MUL, expr_number(g, -k), minus_b);
        return graph_node(g, OP_MUL, a, b, EXPR_NONE);
    }
    if (minus_a != EXPR_NONE && minus_b != EXPR_NONE)
        return make(g, OP_MUL, minus_a, minus_b);
    if (minus_a != EXPR_NONE || minus_b != EXPR_NONE)
        return graph_make(g, OP_NEG,
                          make(g, OP_MUL, minus_a == EXPR_NONE ? a : minus_a,
                               minus_b == EXPR_NONE ? b : minus_b),
                          EXPR_NONE, EXPR_NONE);
    return graph_node(g, OP_MUL, a, b, EXPR_NONE);
}

/* x / 2^m = 2^-m x exactly, and a product is faster. */
static bool power_of_two(double k) {
    int exponent;
    return fabs(frexp(k, &exponent)) == 0.5 && exponent > -1000 && exponent < 1000;
}

static expr make_div(struct graph *g, expr a, expr b) {
    double k;
    const expr minus_a = negated(g, a), minus_b = negated(g, b);
    if (number(g, b, &k) && power_of_two(k))
        return make(g, OP_MUL, expr_number(g, 1 / k), a);
    if (number(g, b, &k) && minus_a != EXPR_NONE)
        return make(g, OP_DIV, minus_a, expr_number(g, -k));
    if (number(g, a, &k) && minus_b != EXPR_NONE)
        return make(g, OP_DIV, expr_number(g, -k), minus_b);
    if (minus_a != EXPR_NONE && minus_b != EXPR_NONE)
        return make(g, OP_DIV, minus_a, minus_b);
    return graph_node(g, OP_DIV, a, b, EXPR_NONE);
}

/* x^n, 1 <= n <= 8, by products: at most (n - 1)/2 units in the last place. */
static expr make_product(struct graph *g, expr a, int n) {
    if (n == 1) return a;
    const expr half = make_product(g, a, n / 2);
    if (half == EXPR_NONE) return half;
    const expr square = make(g, OP_MUL, half, half);
    return n % 2 == 0 || square == EXPR_NONE ? square : make(g, OP_MUL, square, a);
}

static expr make_pow(struct graph *g, expr a, expr b) {
    double k;
    if (number(g, a, &k) && k == M_E) return graph_make(g, OP_EXP, b, EXPR_NONE, EXPR_NONE);
    if (!number(g, b, &k)) return graph_node(g, OP_POW, a, b, EXPR_NONE);
    if (k == 0) return expr_number(g, 1);
    if (k == 0.5) return graph_make(g, OP_SQRT, a, EXPR_NONE, EXPR_NONE);
    if (fabs(k) > 8 || k != rint(k)) return graph_node(g, OP_POW, a, b, EXPR_NONE);
    const expr product = make_product(g, a, (int)fabs(k));
    return k > 0 ? product : make(g, OP_DIV, expr_number(g, 1), product);
}

static expr make_if(struct graph *g, expr condition, expr then, expr otherwise) {
    double k;
    if (number(g, condition, &k)) return k != 0 ? then : otherwise;
    if (then == otherwise) return then;
    return graph_node(g, OP_IF, condition, then, otherwise);
}

/* The value, when all operands are numbers. */
static bool fold(const struct graph *g, enum op op, const expr *operand, double *value) {
    double x[3] = {0, 0, 0};
    for (int i = 0; i < op_table[op].operands; i++)
        if (!number(g, operand[i], &x[i])) return false;
    *value = op_table[op].fold(x[0], x[1], x[2]);
    return true;
}

expr graph_make(struct graph *g, enum op op, expr a, expr b, expr c) {
    const expr operand[3] = {a, b, c};
    double value;
    for (int i = 0; i < op_table[op].operands; i++)
        if (operand[i] == EXPR_NONE) return EXPR_NONE;
    if (fold(g, op, operand, &value)) return expr_number(g, value);
    switch (op) {
    case OP_NEG:
        return make_neg(g, a);
    case OP_ADD:
        return make_add(g, a, b);
    case OP_SUB:
        return make_sub(g, a, b);
    case OP_MUL:
        return make_mul(g, a, b);
    case OP_DIV:
        return make_div(g, a, b);
    case OP_POW:
        return make_pow(g, a, b);
    case OP_IF:
        return make_if(g, a, b, c);
    default:
        return graph_node(g, op, a, b, c);
    }
}

/* a = k rest: multiplies *k by the constant factor of a and returns the rest, or EXPR_NONE
 * when there is none. */
static expr take_factor(const struct graph *g, expr a, double *k) {
    const struct node *n = &g->node[a];
    double factor;
    if (number(g, a, &factor)) {
        *k *= factor;
        return EXPR_NONE;
    }
    if (n->op == OP_NEG) {
        const expr rest = take_factor(g, n->child[0], k);
        *k = -*k;
        return rest;
    }
    if (n->op != OP_MUL || !number(g, n->child[0], &factor)) return a;
    *k *= factor;
    return n->child[1];
}

/* (c1 x) (c2 y) = (c1 c2) (x y), which rounds differently by a unit or two. */
static expr make_product_loose(struct graph *g, expr a, expr b) {
    double k = 1;
    const expr x = take_factor(g, a, &k), y = take_factor(g, b, &k);
    if (is_zero(g, a) || is_zero(g, b)) return expr_number(g, 0);
    if (!(fabs(k) > 1e-200 && fabs(k) < 1e200)) return make(g, OP_MUL, a, b);
    if (x == EXPR_NONE || y == EXPR_NONE)
        return make(g, OP_MUL, expr_number(g, k), x == EXPR_NONE ? y : x);
    return make(g, OP_MUL, expr_number(g, k), make(g, OP_MUL, x, y));
}

expr graph_make_loose(struct graph *g, enum op op, expr a, expr b, expr c) {
    const bool two = op == OP_MUL || op == OP_DIV;
    if (!two || a == EXPR_NONE || b == EXPR_NONE) return graph_make(g, op, a, b, c);
    if (number(g, a, NULL) && number(g, b, NULL)) return graph_make(g, op, a, b, c);
    if (op == OP_MUL) return make_product_loose(g, a, b);
    return is_zero(g, a) ? a : graph_make(g, op, a, b, c);
}

/* --- The public builders ---------------------------------------------------------- */

/* a - b where one contains the other as a term: (u + v) - u = v, without rounding. So the
 * gradients of two examples that share a part differ by the rest exactly. EXPR_NONE where
 * neither contains the other. */
static expr difference(struct graph *g, expr a, expr b) {
    if (a == EXPR_NONE || b == EXPR_NONE) return EXPR_NONE;
    const struct node A = g->node[a], B = g->node[b];
    if (a == b) return expr_number(g, 0);
    if (A.op == OP_ADD && A.child[0] == b) return A.child[1];
    if (A.op == OP_ADD && A.child[1] == b) return A.child[0];
    if (B.op == OP_SUB && B.child[0] == a) return B.child[1];
    if (A.op == OP_SUB && A.child[0] == b)
        return graph_make_loose(g, OP_NEG, A.child[1], EXPR_NONE, EXPR_NONE);
    if (B.op == OP_ADD && B.child[0] == a)
        return graph_make_loose(g, OP_NEG, B.child[1], EXPR_NONE, EXPR_NONE);
    if (B.op == OP_ADD && B.child[1] == a)
        return graph_make_loose(g, OP_NEG, B.child[0], EXPR_NONE, EXPR_NONE);
    return EXPR_NONE;
}

expr expr_binary(struct graph *g, char operator_, expr a, expr b) {
    if (operator_ == '-') {
        const expr left = difference(g, a, b);
        if (left != EXPR_NONE) return left;
    }
    static const char operators[] = "+-*/^";
    static const enum op ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_POW};
    const char *found = strchr(operators, operator_);
    if (found == NULL || *found == '\0')
        return graph_fail(g, ERROR_RUN, "expr_binary: no such operator");
    return graph_make_loose(g, ops[found - operators], a, b, EXPR_NONE);
}

expr expr_call(struct graph *g, const char *function, expr a) {
    for (int op = 0; op < OP_COUNT; op++)
        if (op_table[op].operands == 1 && op_table[op].name != NULL &&
            strcmp(op_table[op].name, function) == 0)
            return graph_make(g, (enum op)op, a, EXPR_NONE, EXPR_NONE);
    return graph_fail(g, ERROR_RUN, "expr_call: no such function");
}
