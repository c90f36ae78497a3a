/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The graph behind solver/expr/expr.h, for the files that build, walk and compile it; no
 * other part includes this. Nodes are hash-consed (the same operation on the same operands
 * is one node) and made children first: a child's index is below its parent's. No walk
 * recurses, as functions and derivatives make graphs as deep as they are large. */
#pragma once

#include "solver/expr/expr.h"
#include "solver/expr/lookup.h"

enum op {
    OP_NUMBER,
    OP_INPUT,     /* variable node.slot */
    OP_PARAMETER, /* argument node.slot of the function whose body this is */
    /* one operand */
    OP_NEG,
    OP_NOT,
    OP_EXP,
    OP_LOG,
    OP_SQRT,
    OP_SIN,
    OP_COS,
    OP_TAN,
    OP_SINH,
    OP_COSH,
    OP_TANH,
    OP_ASINH,
    OP_ATAN,
    OP_ERF,
    OP_ABS,
    OP_SIGN,
    OP_STEP,
    OP_FLOOR,
    OP_CEIL,
    OP_ROUND,
    OP_LOG10,
    OP_SIGMOID,
    OP_SOFTPLUS,
    /* two operands */
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_POW,
    OP_MIN,
    OP_MAX,
    OP_MOD,
    OP_LT,
    OP_LE,
    OP_EQ,
    OP_NE,
    OP_AND,
    OP_OR,
    /* three: condition, then, else */
    OP_IF,
    /* of one, two, three operands: derivative node.slot % LOOKUP_ORDERS of table
       node.slot / LOOKUP_ORDERS */
    OP_TABLE,
    OP_TABLE_2,
    OP_TABLE_3,
    OP_COUNT
};

enum {
    GRAPH_NODES = 1000000,            /* most nodes of a graph */
    GRAPH_WORK = 20000000,            /* most nodes rewritten in all: 20 visits of each */
    GRAPH_VARIABLES = EXPR_VARIABLES, /* bits of node.variables */
    GRAPH_NAMES = 4096,
    NAME_LENGTH = EXPR_NAME - 1,
    FUNCTION_PARAMETERS = 16 /* bits of node.parameters */
};

struct node {
    uint8_t op;
    bool branches;       /* see expr_has_branches */
    uint16_t parameters; /* bit k: contains OP_PARAMETER k */
    expr child[3];       /* EXPR_NONE where there is none */
    union {
        double value;  /* OP_NUMBER */
        uint32_t slot; /* OP_INPUT, OP_PARAMETER, OP_TABLE .. */
    };
    uint64_t variables; /* bit k: depends on variable k */
};

/* The image of a node under a rewriting; valid when `epoch` is the rewriting's. */
struct memo {
    uint32_t epoch;
    expr image;
};
enum { MEMO_SUBSTITUTION = GRAPH_VARIABLES };

enum { BUILTINS = 3 }; /* functions made of others, the first names of every graph */
enum name_kind { NAME_CONSTANT, NAME_VARIABLE, NAME_FUNCTION };

struct name {
    char text[NAME_LENGTH + 1];
    enum name_kind kind;
    expr node;      /* its value; a function's body over OP_PARAMETERs */
    int parameters; /* of a function */
    bool builtin;   /* hidden by a name that is declared */
};

/* A function given by points. */
struct graph_table {
    char name[NAME_LENGTH + 1];
    struct lookup *lookup; /* owned with others */
};

struct graph {
    struct node *node; /* node[capacity], count in use */
    size_t count, capacity;
    uint32_t *bucket; /* hash table bucket[buckets] of 1 + index, 0 = empty */
    size_t buckets;
    struct memo *memo[GRAPH_VARIABLES + 1]; /* [capacity] or NULL: derivatives with respect
                                               to variable v; images under substitution */
    uint32_t epoch;                         /* of the last substitution */
    struct name *name;                      /* name[names], in the order of declaration */
    size_t names, names_capacity, variables;
    bool timed;                /* variable EXPR_TIME is the time t */
    struct graph_table *table; /* table[tables] */
    size_t tables, tables_capacity;
    expr *stack; /* work space of the walks, [stack_capacity] */
    size_t stack_capacity;
    size_t work;
    struct error failure; /* why the last EXPR_NONE came about */
};

/* A function's fixed properties. */
struct op_info {
    const char *name; /* as written in a call; NULL for operators */
    int operands;
    double (*value)(double a, double b, double c); /* by libm: the reference */
    double (*fold)(double a, double b, double c);  /* same bits as the bytecode */
    bool later; /* than the names that people chose: one that is declared hides it */
};
extern const struct op_info op_table[OP_COUNT];
/* How a function of other languages is written here, for messages; NULL: not known. */
const char *op_elsewhere(const char *name);

/* The node of an operation, simplified by rules that keep the value (expr.h). `loose` adds
 * the rules of derivatives: 0 x = 0, c1 (c2 x) = (c1 c2) x. Operands that op does not have
 * are EXPR_NONE; so is the result when the graph is full. */
expr graph_make(struct graph *, enum op op, expr a, expr b, expr c);
expr graph_make_loose(struct graph *, enum op op, expr a, expr b, expr c);
expr graph_parameter(struct graph *, size_t k);
/* Sets graph->failure; returns EXPR_NONE. */
expr graph_fail(struct graph *, enum error_kind kind, const char *sentence);

/* body with OP_PARAMETER k replaced by argument[k]. */
expr graph_substitute(struct graph *, expr body, const expr *argument);

/* Rewrites an expression, children first, each node once for all calls with the same memo
 * and epoch. leaf: the image of a node whose children do not matter, or EXPR_NONE; inner:
 * the image of any other node, given its children's. */
struct rewriting {
    size_t memo;
    uint32_t epoch;
    expr (*leaf)(struct graph *, expr a, const void *context);
    expr (*inner)(struct graph *, expr a, const expr image[3], const void *context);
    const void *context;
};
expr graph_rewrite(struct graph *, expr root, const struct rewriting *);

/* Declares the functions that are made of others: ln, relu, clip. */
bool graph_builtins(struct graph *, struct error *err);
/* The name as declared last, or NULL. */
const struct name *graph_find(const struct graph *, const char *text);
/* Length in bytes of the identifier at text: ASCII and two-byte UTF-8 letters (Latin,
 * Greek, Cyrillic, ...), digits but not first, underscores; 0 = none. */
size_t identifier_length(const char *text);

/* An expression where some names are a function's parameters: parameter[k] reads as
 * OP_PARAMETER k. */
struct parameters {
    int count;
    char name[FUNCTION_PARAMETERS][NAME_LENGTH + 1];
};
expr graph_parse(struct graph *, const char *text, const struct parameters *,
                 struct error *err);
static inline bool op_is_table(int op) {
    return op >= OP_TABLE && op <= OP_TABLE_3;
}
/* Derivative slot % LOOKUP_ORDERS of table slot / LOOKUP_ORDERS at its operands. */
expr graph_lookup(struct graph *, uint32_t slot, const expr *operand);
struct lookup *graph_table_of(const struct graph *, const struct node *);
double graph_lookup_value(const struct graph *, const struct node *, const double x[3]);
/* Node a of other operands, made by graph_make or graph_lookup. */
expr graph_remake(struct graph *, expr a, const expr operand[3]);
/* "L is a table on [-1, 1]" of the first table below a that ends, or "". */
enum { GRAPH_RANGE = NAME_LENGTH + LOOKUP_RANGE + 20 };
void graph_range(const struct graph *, expr a, char text[GRAPH_RANGE]);
/* The node as it is, without any rule. */
expr graph_node(struct graph *, enum op op, expr a, expr b, expr c);
