/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Register bytecode for a set of expressions, run over blocks of 512 points: one
 * instruction is one loop over the block, compiled for SSE2, AVX2 and AVX-512 and chosen at
 * run time. The results are the same bits for every instruction set, compiler and thread
 * count: only + - * / sqrt and the project's own branch-free exp, log, sin, cos, ...
 * (solver/model/vecmath.h) are used, without contraction. */
#pragma once

#include "solver/model/expr.h"

enum { PROGRAM_BLOCK = 512 };

struct program; /* immutable: shared by threads */

MUST_CHECK struct program *program_create(const struct graph *graph, const expr *outputs,
                                          size_t count, struct error *err);
void program_destroy(struct program *program);

size_t program_outputs(const struct program *);
size_t program_instructions(const struct program *); /* counts, for reports and bench */
/* Work space that one thread needs, in doubles; align it to 64 bytes (array_create does).
 */
size_t program_scratch(const struct program *);

/* out[k][i] = output k at point i, i < n <= PROGRAM_BLOCK. in[v][i]: variable v. in and out
 * do not overlap. */
void program_run_block(const struct program *, size_t n, const double *const *in,
                       double *const *out, double *scratch);

/* Any number of points, allocating its own scratch. out arrays of n. */
MUST_CHECK bool program_run(const struct program *, size_t n, const double *const *in,
                            double *const *out, struct error *err);

/* After a run: looks for NaN or infinity in out[k][0..n); on one: ERROR_RUN "<what> is nan
 * at w = 0.3 (expression: ...)", where names[] are the variables' names and what[k] the
 * outputs'. */
MUST_CHECK bool program_check_finite(const struct program *, size_t n,
                                     const double *const *in, double *const *out,
                                     const char *const *names, const char *const *what,
                                     struct error *err);

/* "AVX-512", "AVX2" or "baseline": what the block loops run on here. */
const char *program_instruction_set(void);
