/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Between solver/model/program.c, which compiles graphs, and program_run.c, which runs
 * them: the instructions. A slot is where a block of values stands: first the input
 * columns, then the output columns, then the registers in the scratch. */
#pragma once

#include "solver/model/graph.h"
#include "solver/model/program.h"

/* What op(.., ..) reads: slots, one of them the constant k, or in the place of the first
 * (or second) operand of + - * a product, which is rounded as if it stood alone. */
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
};

struct program {
    struct instruction *code;
    size_t instructions, registers, inputs, outputs;
    char **text;         /* text[outputs]: the expressions, for messages */
    uint64_t *variables; /* variables[outputs]: bit v = depends on input v */
};

/* d[i] = op(a[i], b[i], c[i]) for i < n <= PROGRAM_BLOCK, with k in the place of the
 * constant operand. d may be a, b or c. */
typedef void kernel(size_t n, double *d, const double *a, const double *b, const double *c,
                    double k);
extern kernel *const kernel_table[OP_COUNT][OPERANDS_FORMS];
