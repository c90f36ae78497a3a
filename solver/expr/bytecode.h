/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The instructions of a program: solver/expr/program.c compiles graphs to them,
 * program_run.c runs them. A slot is the place of one block of values. Slots are counted in
 * the order: input columns, output columns, registers in the scratch. */
#pragma once

#include "solver/expr/graph.h"
#include "solver/expr/program.h"

/* What an instruction's operands are: slots (a, b, c), the constant k, or a product in the
 * place of one operand of + - *. A product is rounded as if it stood alone, so that fusing
 * two instructions changes no bit. */
enum operands {
    OPERANDS_SLOTS,            /* op(a, b), op(a), op(a, b, c) */
    OPERANDS_K_RIGHT,          /* op(a, k) */
    OPERANDS_K_LEFT,           /* op(k, b) */
    OPERANDS_PRODUCT,          /* op(a b, c) */
    OPERANDS_PRODUCT_OF_K,     /* op(a k, c) */
    OPERANDS_PRODUCT_AND_K,    /* op(a b, k); exp(a b k) */
    OPERANDS_AND_PRODUCT,      /* op(c, a b) */
    OPERANDS_AND_PRODUCT_OF_K, /* op(c, a k) */
    OPERANDS_K_AND_PRODUCT,    /* op(k, a b) */
    OPERANDS_FORMS
};

struct instruction {
    uint8_t op;       /* enum op; OP_NUMBER fills with k, OP_INPUT copies slot a */
    uint8_t form;     /* enum operands */
    uint32_t d;       /* slot written; may be one of those read */
    uint8_t reads;    /* bit i: reads from[i] */
    uint32_t from[3]; /* slots read */
    double k;
    struct lookup *lookup; /* OP_TABLE ..: d = its derivative `order` at a, b, c; owned with
                              others */
    int order;
};

struct program {
    struct instruction *code;
    size_t instructions, registers, inputs, outputs;
    char **text;                /* text[outputs]: the expressions, for messages */
    char (*range)[GRAPH_RANGE]; /* range[outputs]: where a table in it ends, or "" */
    uint64_t *variables;        /* variables[outputs]: bit v = depends on input v */
    bool timed;                 /* the first register holds t at every point */
};

/* d[i] = op(a[i], b[i], c[i]) for i < n <= PROGRAM_BLOCK, with k in the place of the
 * constant operand. d may be a, b or c. */
typedef void kernel(size_t n, double *d, const double *a, const double *b, const double *c,
                    double k);
extern kernel *const kernel_table[OP_COUNT][OPERANDS_FORMS];
