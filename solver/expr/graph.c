/* SPDX-License-Identifier: GPL-3.0-or-later
 * Storage of the graph: nodes, the hash table that makes equal nodes one, growth. */
#include "solver/expr/graph.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct graph *graph_create(struct error *err) {
    struct graph *g = array_create(1, sizeof *g, err);
    if (g == NULL || graph_builtins(g, err)) return g;
    graph_destroy(g);
    return NULL;
}

void graph_destroy(struct graph *g) {
    if (g == NULL) return;
    for (size_t m = 0; m <= GRAPH_VARIABLES; m++)
        free(g->memo[m]);
    free(g->node);
    free(g->bucket);
    for (size_t k = 0; k < g->tables; k++)
        lookup_destroy(g->table[k].lookup);
    free(g->table);
    free(g->name);
    free(g->stack);
    free(g);
}

size_t graph_variables(const struct graph *g) {
    return g->variables;
}

bool graph_check(const struct graph *g, struct error *err) {
    if (g->failure.kind == ERROR_NONE) return true;
    *err = g->failure;
    return false;
}

expr graph_fail(struct graph *g, enum error_kind kind, const char *sentence) {
    fail(&g->failure, kind, "%s", sentence);
    return EXPR_NONE;
}

/* --- The hash table --------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t word) {
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

static uint64_t payload(const struct node *n) {
    uint64_t bits = 0;
    if (n->op == OP_NUMBER) memcpy(&bits, &n->value, sizeof bits);
    if (n->op == OP_INPUT || n->op == OP_PARAMETER || op_is_table(n->op)) bits = n->slot;
    return bits;
}

static uint64_t node_hash(const struct node *n) {
    uint64_t h = mix(n->op, payload(n));
    for (int i = 0; i < 3; i++)
        h = mix(h, (uint32_t)n->child[i]);
    return h ^ (h >> 32);
}

static bool node_equal(const struct node *p, const struct node *q) {
    return p->op == q->op && p->child[0] == q->child[0] && p->child[1] == q->child[1] &&
           p->child[2] == q->child[2] && payload(p) == payload(q);
}

/* The bucket of the node, or the empty one where it belongs. */
static size_t bucket_find(const struct graph *g, const struct node *n) {
    size_t i = node_hash(n) & (g->buckets - 1);
    while (g->bucket[i] != 0 && !node_equal(&g->node[g->bucket[i] - 1], n))
        i = (i + 1) & (g->buckets - 1);
    return i;
}

static bool rehash(struct graph *g, size_t buckets) {
    uint32_t *bucket = array_create(buckets, sizeof *bucket, &g->failure);
    if (bucket == NULL) return false;
    free(g->bucket);
    g->bucket = bucket, g->buckets = buckets;
    for (size_t k = 0; k < g->count; k++)
        g->bucket[bucket_find(g, &g->node[k])] = (uint32_t)k + 1;
    return true;
}

/* Room for one node more; the table stays at most half full. */
static bool graph_reserve(struct graph *g) {
    if (g->count >= GRAPH_NODES)
        return fail(&g->failure, ERROR_SETTINGS,
                    "the expressions and their derivatives have more than %d terms; "
                    "write them with fewer nested functions",
                    GRAPH_NODES);
    if (g->count < g->capacity) return true;
    size_t capacity = g->capacity;
    struct node *node = array_grow(g->node, g->count, &capacity, sizeof *node, &g->failure);
    if (node == NULL) return false;
    g->node = node;
    for (size_t m = 0; m <= GRAPH_VARIABLES; m++) {
        if (g->memo[m] == NULL) continue;
        size_t room = g->capacity;
        struct memo *memo =
            array_grow(g->memo[m], g->count, &room, sizeof *memo, &g->failure);
        if (memo == NULL) return false;
        g->memo[m] = memo;
    }
    if (!rehash(g, 2 * capacity)) return false;
    g->capacity = capacity;
    return true;
}

/* --- Making nodes ----------------------------------------------------------------- */

static bool op_branches(enum op op) {
    return op == OP_IF || op == OP_ABS || op == OP_NOT ||
           (op >= OP_SIGN && op <= OP_ROUND) || (op >= OP_MIN && op <= OP_OR);
}

static bool op_commutes(enum op op) {
    return op == OP_ADD || op == OP_MUL || op == OP_EQ || op == OP_NE || op == OP_AND ||
           op == OP_OR;
}

/* What a node inherits from its children. */
static void node_inherit(const struct graph *g, struct node *n) {
    for (int i = 0; i < 3 && n->child[i] != EXPR_NONE; i++) {
        const struct node *child = &g->node[n->child[i]];
        n->variables |= child->variables;
        n->parameters |= child->parameters;
        n->branches |= child->branches;
    }
    const bool jumps = op_is_table(n->op) &&
                       lookup_jumps(graph_table_of(g, n), (int)(n->slot % LOOKUP_ORDERS));
    n->branches |= (op_branches(n->op) || jumps) && n->variables != 0;
}

/* The one node equal to n, also with its operands exchanged where they may be. */
static expr graph_intern(struct graph *g, struct node n) {
    if (!graph_reserve(g)) return EXPR_NONE;
    size_t at = bucket_find(g, &n);
    if (g->bucket[at] != 0) return (expr)(g->bucket[at] - 1);
    if (op_commutes(n.op)) {
        struct node swapped = n;
        swapped.child[0] = n.child[1], swapped.child[1] = n.child[0];
        size_t other = bucket_find(g, &swapped);
        if (g->bucket[other] != 0) return (expr)(g->bucket[other] - 1);
    }
    node_inherit(g, &n);
    g->node[g->count] = n;
    g->bucket[at] = (uint32_t)++g->count;
    return (expr)(g->count - 1);
}

static const struct node leaf = {.child = {EXPR_NONE, EXPR_NONE, EXPR_NONE}};

expr expr_number(struct graph *g, double value) {
    struct node n = leaf;
    n.op = OP_NUMBER;
    n.value = value != value ? __builtin_nan("") : value;
    return graph_intern(g, n);
}

expr expr_input(struct graph *g, size_t variable) {
    assert(variable < GRAPH_VARIABLES);
    struct node n = leaf;
    n.op = OP_INPUT;
    n.slot = (uint32_t)variable;
    n.variables = (uint64_t)1 << variable;
    return graph_intern(g, n);
}

expr graph_parameter(struct graph *g, size_t k) {
    struct node n = leaf;
    n.op = OP_PARAMETER;
    n.slot = (uint32_t)k;
    n.parameters = (uint16_t)(1u << k);
    return graph_intern(g, n);
}

expr graph_node(struct graph *g, enum op op, expr a, expr b, expr c) {
    struct node n = leaf;
    n.op = (uint8_t)op;
    n.child[0] = a, n.child[1] = b, n.child[2] = c;
    return graph_intern(g, n);
}

/* --- Tables ----------------------------------------------------------------------- */

struct lookup *graph_table_of(const struct graph *g, const struct node *n) {
    return g->table[n->slot / LOOKUP_ORDERS].lookup;
}

double graph_lookup_value(const struct graph *g, const struct node *n, const double x[3]) {
    const double *const operand[LOOKUP_OPERANDS] = {&x[0], &x[1], &x[2]};
    double value;
    lookup_values(graph_table_of(g, n), (int)(n->slot % LOOKUP_ORDERS), 1, &value, operand);
    return value;
}

expr graph_lookup(struct graph *g, uint32_t slot, const expr *operand) {
    struct node n = leaf;
    n.slot = slot;
    const int operands = lookup_operands(graph_table_of(g, &n));
    n.op = (uint8_t)(OP_TABLE + operands - 1);
    double x[3] = {0};
    bool known = true;
    for (int k = 0; k < operands; k++) {
        if ((n.child[k] = operand[k]) == EXPR_NONE) return EXPR_NONE;
        known &= expr_is_number(g, operand[k], &x[k]);
    }
    return known ? expr_number(g, graph_lookup_value(g, &n, x)) : graph_intern(g, n);
}

expr graph_remake(struct graph *g, expr a, const expr operand[3]) {
    const struct node n = g->node[a];
    if (op_is_table(n.op)) return graph_lookup(g, n.slot, operand);
    return graph_make(g, n.op, operand[0], operand[1], operand[2]);
}

/* --- Rewriting -------------------------------------------------------------------- */

/* Room for one node's children on the stack. */
static bool stack_reserve(struct graph *g, size_t depth) {
    if (depth + 3 <= g->stack_capacity) return true;
    expr *stack = array_grow(g->stack, g->stack_capacity, &g->stack_capacity, sizeof *stack,
                             &g->failure);
    if (stack == NULL) return false;
    g->stack = stack;
    return true;
}

/* The image if it is known. */
static bool memo_find(const struct graph *g, const struct rewriting *r, expr a,
                      expr *image) {
    const struct memo *memo = &g->memo[r->memo][a];
    if (memo->epoch == r->epoch) *image = memo->image;
    return memo->epoch == r->epoch;
}

/* Puts the children without an image on the stack; image[] of the others. */
static size_t push_children(struct graph *g, const struct rewriting *r, expr a,
                            size_t depth, expr image[3]) {
    const size_t before = depth;
    for (int i = 0; i < 3; i++) {
        const expr child = g->node[a].child[i];
        image[i] = EXPR_NONE;
        if (child != EXPR_NONE && !memo_find(g, r, child, &image[i]))
            g->stack[depth++] = child;
    }
    return depth - before;
}

expr graph_rewrite(struct graph *g, expr root, const struct rewriting *r) {
    if (root == EXPR_NONE) return EXPR_NONE;
    if (g->memo[r->memo] == NULL)
        g->memo[r->memo] = array_create(g->capacity, sizeof(struct memo), &g->failure);
    if (g->memo[r->memo] == NULL || !stack_reserve(g, 0)) return EXPR_NONE;
    size_t depth = 0;
    expr image[3], result = EXPR_NONE;
    for (g->stack[depth++] = root; depth > 0;) {
        const expr a = g->stack[depth - 1];
        if (memo_find(g, r, a, &result)) {
            depth--;
            continue;
        }
        if (g->work++ > GRAPH_WORK)
            return graph_fail(g, ERROR_SETTINGS,
                              "the functions call each other too often to be expanded");
        result = r->leaf(g, a, r->context);
        if (result == EXPR_NONE) {
            if (!stack_reserve(g, depth)) return EXPR_NONE;
            const size_t pushed = push_children(g, r, a, depth, image);
            depth += pushed;
            if (pushed > 0) continue;
            result = r->inner(g, a, image, r->context);
        }
        if (result == EXPR_NONE) return EXPR_NONE;
        g->memo[r->memo][a] = (struct memo){r->epoch, result};
    }
    return result;
}

/* --- Questions -------------------------------------------------------------------- */

bool expr_is_number(const struct graph *g, expr a, double *value) {
    if (a == EXPR_NONE || g->node[a].op != OP_NUMBER) return false;
    if (value != NULL) *value = g->node[a].value;
    return true;
}

/* Looking `depth` nodes down at most: operands may be shared, and a walk of all of them long. */
static bool zero_within(const struct graph *g, expr a, int depth) {
    if (a == EXPR_NONE || depth == 0) return false;
    const struct node *node = &g->node[a];
    const bool first = node->op != OP_NUMBER && zero_within(g, node->child[0], depth - 1);
    switch (node->op) {
    case OP_NUMBER:
        return node->value == 0;
    case OP_NEG:
    case OP_DIV:
        return first;
    case OP_MUL:
        return first || zero_within(g, node->child[1], depth - 1);
    case OP_ADD:
    case OP_SUB:
        return first && zero_within(g, node->child[1], depth - 1);
    default:
        return false;
    }
}

bool expr_is_zero(const struct graph *g, expr a) {
    return zero_within(g, a, 12);
}

bool expr_depends_on(const struct graph *g, expr a, size_t variable) {
    return a != EXPR_NONE && (g->node[a].variables >> variable & 1) != 0;
}

bool expr_has_branches(const struct graph *g, expr a) {
    return a != EXPR_NONE && g->node[a].branches;
}

/* Does the node itself choose by the value of the variable? An `if` does by its condition. */
static bool chooses_by(const struct graph *g, const struct node *n, size_t variable) {
    const struct node *by = n->op == OP_IF ? &g->node[n->child[0]] : n;
    const bool jumps = op_is_table(n->op) &&
                       lookup_jumps(graph_table_of(g, n), (int)(n->slot % LOOKUP_ORDERS));
    return (op_branches(n->op) || jumps) && (by->variables >> variable & 1) != 0;
}

/* The images of expr_branches_on: 1 where something below chooses, else 0. */
static expr branching_leaf(struct graph *g, expr a, const void *context) {
    const size_t variable = *(const size_t *)context;
    const struct node *n = &g->node[a];
    if (chooses_by(g, n, variable)) return expr_number(g, 1);
    return n->branches && (n->variables >> variable & 1) != 0 ? EXPR_NONE
                                                              : expr_number(g, 0);
}

static expr branching_inner(struct graph *g, expr a, const expr image[3],
                            const void *context) {
    double value = 0, any = 0;
    (void)a, (void)context;
    for (int k = 0; k < 3; k++)
        if (expr_is_number(g, image[k], &value) && value > any) any = value;
    return expr_number(g, any);
}

bool expr_branches_on(struct graph *g, expr a, size_t variable) {
    double any = 1;
    const struct rewriting r = {MEMO_SUBSTITUTION, ++g->epoch, branching_leaf,
                                branching_inner, &variable};
    const expr image = graph_rewrite(g, a, &r);
    return !expr_is_number(g, image, &any) || any > 0;
}
