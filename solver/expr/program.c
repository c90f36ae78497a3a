/* SPDX-License-Identifier: GPL-3.0-or-later
 * Graph to bytecode: the needed nodes in topological order, one instruction each; registers
 * by linear scan over last uses (Poletto and Sarkar, ACM TOPLAS 21, 895, 1999), simple here
 * as the code is straight. */
#include "solver/expr/bytecode.h"
#include <stdlib.h>

/* A compilation under way. */
struct compiler {
    const struct graph *graph;
    struct program *program;
    expr *order;       /* order[count]: the needed nodes, operands first */
    size_t *last_use;  /* by node: 1 + position in order of its last reader */
    uint32_t *slot;    /* by node: where its value stands */
    uint32_t *output;  /* by node: 1 + the first output it is; 0 = none */
    uint32_t *readers; /* by node: how many operands it is, of the nodes needed */
    bool *placed;      /* by node: in order already */
    expr *stack;
    uint32_t *idle; /* idle[idles]: registers free for use */
    size_t count, idles;
};

static const struct node *node_of(const struct compiler *c, expr a) {
    return &c->graph->node[a];
}

/* --- What an instruction reads ---------------------------------------------------- */

/* Of one node; operand[i] = EXPR_NONE is not read. */
struct reading {
    enum op op;
    enum operands form;
    expr operand[3];
    double k;
};

static bool is_number(const struct compiler *c, expr a) {
    return node_of(c, a)->op == OP_NUMBER;
}

/* Is it wanted by one reader only? */
static bool is_between(const struct compiler *c, expr a) {
    return c->readers[a] == 1 && c->output[a] == 0;
}

/* Is it a product that can go into the instruction of its only reader, where `others` more
 * constants stand? There is room for one. */
static bool goes_along(const struct compiler *c, expr a, int others) {
    const struct node *n = node_of(c, a);
    return n->op == OP_MUL && is_between(c, a) &&
           is_number(c, n->child[0]) + is_number(c, n->child[1]) + others <= 1;
}

/* op(product, other), or with `second` op(other, product). */
static struct reading read_product(const struct compiler *c, enum op op, expr product,
                                   expr other, bool second) {
    const struct node *n = node_of(c, product);
    const int factor = is_number(c, n->child[0]) ? 1 : 0;
    const expr a = n->child[factor], b = n->child[1 - factor];
    struct reading r = {
        op, second ? OPERANDS_AND_PRODUCT : OPERANDS_PRODUCT, {a, b, other}, 0};
    if (is_number(c, b)) {
        r.form = second ? OPERANDS_AND_PRODUCT_OF_K : OPERANDS_PRODUCT_OF_K;
        r.operand[1] = EXPR_NONE;
        r.k = node_of(c, b)->value;
    } else if (is_number(c, other)) {
        r.form = second ? OPERANDS_K_AND_PRODUCT : OPERANDS_PRODUCT_AND_K;
        r.operand[2] = EXPR_NONE;
        r.k = node_of(c, other)->value;
    }
    return r;
}

/* -(a b) = (a b) (-1). */
static struct reading read_negated(const struct node *product) {
    return (struct reading){OP_MUL,
                            OPERANDS_PRODUCT_AND_K,
                            {product->child[0], product->child[1], EXPR_NONE},
                            -1};
}

/* Every operand stands in a slot. */
static struct reading read_all(const struct node *n) {
    struct reading r = {n->op, OPERANDS_SLOTS, {EXPR_NONE, EXPR_NONE, EXPR_NONE}, 0};
    for (int i = 0; i < op_table[n->op].operands; i++)
        r.operand[i] = n->child[i];
    if (n->op == OP_NUMBER) r.k = n->value;
    return r;
}

/* A constant goes into the instruction of two operands. */
static struct reading read_two(const struct compiler *c, const struct node *n) {
    struct reading r = read_all(n);
    const int constant = is_number(c, n->child[1]) ? 1 : 0;
    if (!is_number(c, n->child[constant])) return r;
    r.form = constant == 1 ? OPERANDS_K_RIGHT : OPERANDS_K_LEFT;
    r.k = node_of(c, n->child[constant])->value;
    r.operand[constant] = EXPR_NONE;
    return r;
}

/* Arithmetic, with a product that goes along or a constant. */
static struct reading read_arithmetic(const struct compiler *c, const struct node *n) {
    const expr a = n->child[0], b = n->child[1];
    const bool commutes = n->op != OP_SUB;
    if (n->op == OP_NEG && goes_along(c, a, 1)) return read_negated(node_of(c, a));
    if (n->op == OP_NEG) return read_all(n);
    if (goes_along(c, a, is_number(c, b))) return read_product(c, n->op, a, b, false);
    if (goes_along(c, b, is_number(c, a))) return read_product(c, n->op, b, a, !commutes);
    return read_two(c, n);
}

/* exp(a b k) */
static struct reading read_exp(const struct compiler *c, const struct node *n) {
    const struct node *argument = node_of(c, n->child[0]);
    if ((argument->op == OP_MUL || argument->op == OP_NEG) && is_between(c, n->child[0])) {
        struct reading r = read_arithmetic(c, argument);
        r.op = OP_EXP;
        if (r.form == OPERANDS_PRODUCT_AND_K) return r;
    }
    return read_all(n);
}

static struct reading reading_of(const struct compiler *c, expr a) {
    const struct node *n = node_of(c, a);
    switch (n->op) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_NEG:
        return read_arithmetic(c, n);
    case OP_EXP:
        return read_exp(c, n);
    case OP_POW: /* see kernels.c */
    case OP_MOD:
    case OP_TABLE_2:
        return read_all(n);
    default:
        return op_table[n->op].operands == 2 ? read_two(c, n) : read_all(n);
    }
}

/* A node is counted before its operands, whose indices are lower. */
static void count_readers(struct compiler *c) {
    for (size_t a = c->graph->count; a-- > 0;)
        if (c->readers[a] > 0 || c->output[a] > 0)
            for (int i = 0; i < op_table[node_of(c, (expr)a)->op].operands; i++)
                c->readers[node_of(c, (expr)a)->child[i]]++;
}

/* --- Order and last uses ---------------------------------------------------------- */

/* Depth first, left before right: what an output needs is computed right before it, which
 * keeps few values alive. A node is stacked at most once per reader. */
static void place(struct compiler *c, expr root) {
    size_t depth = 0;
    for (c->stack[depth++] = root; depth > 0;) {
        const expr a = c->stack[depth - 1];
        const size_t before = depth;
        const struct reading r = reading_of(c, a);
        for (int i = 3; !c->placed[a] && i-- > 0;)
            if (r.operand[i] != EXPR_NONE && !c->placed[r.operand[i]])
                c->stack[depth++] = r.operand[i];
        if (depth > before) continue;
        if (!c->placed[a]) c->order[c->count++] = a;
        c->placed[a] = true;
        depth--;
    }
}

static void find_last_uses(struct compiler *c) {
    for (size_t p = 0; p < c->count; p++) {
        const struct reading r = reading_of(c, c->order[p]);
        for (int i = 0; i < 3; i++)
            if (r.operand[i] != EXPR_NONE) c->last_use[r.operand[i]] = p + 1;
    }
}

/* --- Instructions ----------------------------------------------------------------- */

/* Registers are the slots behind the columns. */
static size_t columns(const struct program *p) {
    return p->inputs + p->outputs;
}

static uint32_t register_take(struct compiler *c) {
    if (c->idles > 0) return c->idle[--c->idles];
    return (uint32_t)(columns(c->program) + c->program->registers++);
}

/* After the reader at position p the value is dead (its register may be written at
 * once). */
static void register_release(struct compiler *c, expr a, size_t p) {
    const bool input = node_of(c, a)->op == OP_INPUT; /* t, in a register, is one too */
    if (c->last_use[a] != p + 1 || c->slot[a] < columns(c->program) || input) return;
    c->idle[c->idles++] = c->slot[a];
    c->last_use[a] = 0; /* once, also if it is read twice here */
}

static struct instruction *emit(struct compiler *c, enum op op) {
    struct instruction *i = &c->program->code[c->program->instructions++];
    i->op = (uint8_t)op;
    return i;
}

static void read_from(struct instruction *i, int operand, uint32_t slot) {
    i->from[operand] = slot;
    i->reads |= (uint8_t)(1 << operand);
}

/* t is in the first register. */
static uint32_t slot_of_input(const struct compiler *c, const struct node *n) {
    const bool time = c->program->timed && n->slot == EXPR_TIME;
    return time ? (uint32_t)columns(c->program) : n->slot;
}

static void emit_node(struct compiler *c, size_t p) {
    const expr a = c->order[p];
    const struct node *n = node_of(c, a);
    if (n->op == OP_INPUT) {
        c->slot[a] = slot_of_input(c, n);
        if (c->output[a] == 0) return;
    }
    const struct reading r = reading_of(c, a);
    struct instruction *code = emit(c, r.op);
    code->form = (uint8_t)r.form;
    code->k = r.k;
    if (op_is_table(n->op)) {
        code->lookup = lookup_share(graph_table_of(c->graph, n));
        code->order = (int)(n->slot % LOOKUP_ORDERS);
    }
    for (int i = 0; i < 3; i++)
        if (r.operand[i] != EXPR_NONE) read_from(code, i, c->slot[r.operand[i]]);
    for (int i = 0; i < 3; i++)
        if (r.operand[i] != EXPR_NONE) register_release(c, r.operand[i], p);
    if (n->op == OP_INPUT) read_from(code, 0, c->slot[a]);
    code->d = c->output[a] > 0 ? (uint32_t)c->program->inputs + c->output[a] - 1
                               : register_take(c);
    if (n->op != OP_INPUT) c->slot[a] = code->d;
}

/* An expression that is several outputs is computed once and copied. */
static void emit_copies(struct compiler *c, const expr *outputs) {
    for (size_t k = 0; k < c->program->outputs; k++) {
        if (c->output[outputs[k]] == k + 1) continue;
        struct instruction *code = emit(c, OP_INPUT);
        read_from(code, 0, c->slot[outputs[k]]);
        code->d = (uint32_t)(c->program->inputs + k);
    }
}

/* --- Creating --------------------------------------------------------------------- */

static bool compiler_start(struct compiler *c, struct error *err) {
    const size_t nodes = c->graph->count;
    return (c->order = array_create(nodes, sizeof *c->order, err)) != NULL &&
           (c->last_use = array_create(nodes, sizeof *c->last_use, err)) != NULL &&
           (c->slot = array_create(nodes, sizeof *c->slot, err)) != NULL &&
           (c->output = array_create(nodes, sizeof *c->output, err)) != NULL &&
           (c->readers = array_create(nodes, sizeof *c->readers, err)) != NULL &&
           (c->placed = array_create(nodes, sizeof *c->placed, err)) != NULL &&
           (c->stack = array_create(3 * nodes + 1, sizeof *c->stack, err)) != NULL &&
           (c->idle = array_create(nodes, sizeof *c->idle, err)) != NULL;
}

static void compiler_finish(struct compiler *c) {
    free(c->order);
    free(c->last_use);
    free(c->slot);
    free(c->output);
    free(c->readers);
    free(c->placed);
    free(c->stack);
    free(c->idle);
}

static bool compile(struct compiler *c, const expr *outputs, struct error *err) {
    struct program *program = c->program;
    for (size_t k = 0; k < program->outputs; k++)
        if (c->output[outputs[k]] == 0) c->output[outputs[k]] = (uint32_t)k + 1;
    count_readers(c);
    for (size_t k = 0; k < program->outputs; k++)
        place(c, outputs[k]);
    find_last_uses(c);
    program->code = array_create(c->count + program->outputs, sizeof *program->code, err);
    if (program->code == NULL) return false;
    for (size_t p = 0; p < c->count; p++)
        emit_node(c, p);
    emit_copies(c, outputs);
    return true;
}

/* What messages say of the outputs. */
static bool describe(struct program *program, const struct graph *g, const expr *outputs,
                     struct error *err) {
    program->text = array_create(program->outputs, sizeof *program->text, err);
    program->variables = array_create(program->outputs, sizeof *program->variables, err);
    program->range = array_create(program->outputs, sizeof *program->range, err);
    if (program->text == NULL || program->variables == NULL || program->range == NULL)
        return false;
    for (size_t k = 0; k < program->outputs; k++) {
        program->text[k] = expr_text(g, outputs[k]);
        graph_range(g, outputs[k], program->range[k]);
        program->variables[k] = g->node[outputs[k]].variables;
        if (program->text[k] == NULL) return fail(err, ERROR_MEMORY, "no memory");
    }
    return true;
}

struct program *program_create(const struct graph *g, const expr *outputs, size_t count,
                               struct error *err) {
    for (size_t k = 0; k < count; k++)
        if (outputs[k] == EXPR_NONE) {
            if (graph_check(g, err)) fail(err, ERROR_RUN, "program_create: no expression");
            return NULL;
        }
    struct compiler c = {.graph = g};
    struct program *program = array_create(1, sizeof *program, err);
    if (program == NULL) return NULL;
    c.program = program;
    program->inputs = g->variables, program->outputs = count;
    for (size_t k = 0; k < count && g->timed; k++)
        program->timed |= expr_depends_on(g, outputs[k], EXPR_TIME);
    program->registers = program->timed ? 1 : 0;
    const bool good = compiler_start(&c, err) && compile(&c, outputs, err) &&
                      describe(program, g, outputs, err);
    compiler_finish(&c);
    if (good) return program;
    program_destroy(program);
    return NULL;
}

void program_destroy(struct program *program) {
    if (program == NULL) return;
    for (size_t k = 0; program->text != NULL && k < program->outputs; k++)
        free(program->text[k]);
    free(program->text);
    for (size_t i = 0; program->code != NULL && i < program->instructions; i++)
        lookup_destroy(program->code[i].lookup);
    free(program->variables);
    free(program->range);
    free(program->code);
    free(program);
}

size_t program_outputs(const struct program *program) {
    return program->outputs;
}

size_t program_instructions(const struct program *program) {
    return program->instructions;
}

size_t program_scratch(const struct program *program) {
    return program->registers * PROGRAM_BLOCK;
}
