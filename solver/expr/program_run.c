/* SPDX-License-Identifier: GPL-3.0-or-later
 * Running bytecode over blocks of points, and looking at what came out. */
#include "solver/expr/bytecode.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Running ---------------------------------------------------------------------- */

/* Where the columns and registers of one block are. */
struct block {
    const struct program *program;
    size_t from; /* first point within the columns */
    const double *const *in;
    double *const *out;
    double *scratch;
};

static double *slot_write(const struct block *b, uint32_t slot) {
    const size_t k = slot - b->program->inputs; /* only outputs and registers are written */
    if (k < b->program->outputs) return b->out[k] + b->from;
    return b->scratch + (k - b->program->outputs) * PROGRAM_BLOCK;
}

static const double *slot_read(const struct block *b, uint32_t slot) {
    return slot < b->program->inputs ? b->in[slot] + b->from : slot_write(b, slot);
}

static void block_run(const struct block *b, size_t n) {
    for (size_t i = 0; i < b->program->instructions; i++) {
        const struct instruction *code = &b->program->code[i];
        const double *operand[3] = {NULL, NULL, NULL};
        for (int k = 0; k < 3; k++)
            if (code->reads & 1 << k) operand[k] = slot_read(b, code->from[k]);
        if (op_is_table(code->op))
            lookup_values(code->lookup, code->order, n, slot_write(b, code->d), operand);
        else
            kernel_table[code->op][code->form](n, slot_write(b, code->d), operand[0],
                                               operand[1], operand[2], code->k);
    }
}

void program_run_block(const struct program *program, size_t n, const double *const *in,
                       double *const *out, double *scratch) {
    const struct block b = {program, 0, in, out, scratch};
    block_run(&b, n);
}

bool program_has_time(const struct program *program) {
    return program->timed;
}

void program_set_time(const struct program *program, double t, double *scratch) {
    for (size_t i = 0; program->timed && i < PROGRAM_BLOCK; i++)
        scratch[i] = t;
}

bool program_run(const struct program *program, size_t n, const double *const *in,
                 double *const *out, struct error *err) {
    return program_run_at(program, (double)NAN, n, in, out, err);
}

bool program_run_at(const struct program *program, double t, size_t n,
                    const double *const *in, double *const *out, struct error *err) {
    double *scratch = array_create(program_scratch(program), sizeof *scratch, err);
    if (scratch == NULL) return false;
    program_set_time(program, t, scratch);
    struct block b = {program, 0, in, out, scratch};
    for (; b.from < n; b.from += PROGRAM_BLOCK)
        block_run(&b, n - b.from < PROGRAM_BLOCK ? n - b.from : PROGRAM_BLOCK);
    free(scratch);
    return true;
}

/* --- Values that are not finite --------------------------------------------------- */

enum { POINT_VARIABLES = 4, POINT_LENGTH = 400 };

/* "x = 0.3, y = 1": the variables that output k depends on, at point i. */
static void write_point(const struct program *program, size_t k, size_t i,
                        const double *const *in, const char *const *names,
                        char text[POINT_LENGTH]) {
    int written = 0, length = 0;
    text[0] = '\0';
    for (size_t v = 0; v < program->inputs && written <= POINT_VARIABLES; v++) {
        if ((program->variables[k] >> v & 1) == 0) continue;
        const char *before = written == 0 ? " at " : ", ";
        if (++written <= POINT_VARIABLES)
            length += snprintf(text + length, POINT_LENGTH - (size_t)length, "%s%s = %.6g",
                               before, names[v], in[v][i]);
        else
            strcpy(text + length, ", ...");
    }
}

static bool fail_value(const struct program *program, size_t k, size_t i, double value,
                       const double *const *in, const char *const *names,
                       const struct program_output *what, struct error *err) {
    char point[POINT_LENGTH];
    write_point(program, k, i, in, names, point);
    const char *range = isnan(value) ? program->range[k] : "";
    fail(err, ERROR_RUN, "%.200s is %s%s (expression: %s%s%s)", what[k].name,
         isnan(value) ? "nan"
         : value > 0  ? "infinite"
                      : "-infinite",
         point, program->text[k], range[0] != '\0' ? "; " : "", range);
    return fail_about(err, what[k].subject);
}

bool program_check_finite(const struct program *program, size_t n, const double *const *in,
                          double *const *out, const char *const *names,
                          const struct program_output *what, struct error *err) {
    for (size_t k = 0; k < program->outputs; k++)
        for (size_t i = 0; i < n; i++)
            if (!isfinite(out[k][i]))
                return fail_value(program, k, i, out[k][i], in, names, what, err);
    return true;
}
