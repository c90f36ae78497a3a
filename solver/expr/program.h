/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Register bytecode for a set of expressions, run over blocks of 512 points: one
 * instruction is one loop over the block, compiled for SSE2, AVX2 and AVX-512 and chosen at
 * run time. The results are the same bits for every instruction set, compiler and thread
 * count: only + - * / sqrt and the project's own branch-free exp, log, sin, cos, ...
 * (solver/expr/vecmath.h) are used, without contraction. */
#pragma once

#include "solver/expr/expr.h"

enum { PROGRAM_BLOCK = 512 };

struct program; /* immutable: shared by threads */

/* The program that computes outputs[count] from the graph's variables. Keeps nothing of the
 * graph. Fails when an output is EXPR_NONE (with the graph's own reason), or without
 * memory. */
MUST_CHECK struct program *program_create(const struct graph *graph, const expr *outputs,
                                          size_t count, struct error *err);
void program_destroy(struct program *program);

/* Number of outputs, and of instructions at each point: for reports and bench. */
size_t program_outputs(const struct program *);
size_t program_instructions(const struct program *);
/* Work space that one thread needs, in doubles, aligned to 64 bytes (array_create does). */
size_t program_scratch(const struct program *);

/* Does an output depend on the time t? Then it has to be set, once for all blocks that the
 * same scratch serves; else program_set_time does nothing. */
bool program_has_time(const struct program *);
void program_set_time(const struct program *, double t, double *scratch);

/* out[k][i] = output k at point i, i < n <= PROGRAM_BLOCK. in[v][i]: variable v. in and out
 * do not overlap. */
void program_run_block(const struct program *, size_t n, const double *const *in,
                       double *const *out, double *scratch);

/* The same for any number of points: in[v][n], out[k][n]. Fails for want of memory only
 * (its scratch). */
MUST_CHECK bool program_run(const struct program *, size_t n, const double *const *in,
                            double *const *out, struct error *err);

/* The same at time t; program_run has t = NaN. */
MUST_CHECK bool program_run_at(const struct program *, double t, size_t n,
                               const double *const *in, double *const *out,
                               struct error *err);

/* What an output is called where it is not finite. */
struct program_output {
    const char *name;
    enum error_subject subject;
};

/* After a run: fails (ERROR_RUN) on a NaN or infinity in out[k][0..n), with the sentence
 *     "<what[k].name> is nan at <names[v]> = 0.3 (expression: ...)",
 * which also says where a table in it ends. */
MUST_CHECK bool program_check_finite(const struct program *, size_t n,
                                     const double *const *in, double *const *out,
                                     const char *const *names,
                                     const struct program_output *what, struct error *err);

/* "AVX-512", "AVX2" or "baseline": what the block loops run on here. */
const char *program_instruction_set(void);
