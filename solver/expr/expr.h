/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Expressions of the settings file: text -> hash-consed graph -> exact symbolic derivatives
 * -> register bytecode (solver/expr/program.h).
 *
 * Grammar: numbers; names; + - * / ^ (right associative, binds tighter than unary minus);
 * comparisons < <= > >= == != and `and`, `or`, `not` (value 1 or 0); calls
 *   exp log sqrt sin cos tan sinh cosh tanh asinh atan erf abs sign, step floor ceil round
 *   log10 ln sigmoid softplus relu (one argument), pow min max mod (two), clip(u, lo, hi),
 *   if(condition, then, else); pi, e.
 * step(u) is 1 for u > 0, else 0. round takes halves to the even number. mod(u, v) =
 * u - v floor(u/v) has the sign of v. sigmoid(u) = 1/(1 + exp(-u)), softplus(u) =
 * log(1 + exp(u)), relu(u) = max(0, u), clip(u, lo, hi) = min(max(u, lo), hi).
 * Nodes are made children first, so that index order is topological. Two kinds of rules
 * simplify a node:
 *   those that never change a value: constant folding, x+0, x*1, signs moved outwards;
 *   those that make a power cheaper and no less exact: x^n by products for whole |n| <= 8,
 *     x^0.5 = sqrt(x), e^x = exp(x).
 * x/x and 0*x of a variable x stay as they are. In derivatives an exact structural zero
 * stays zero and constant factors are merged. min and max of NaN are NaN; a condition is
 * true when it is not 0. */
#pragma once

#include "io/status.h"
#include <stdint.h>

struct graph;
struct lookup;        /* solver/expr/lookup.h */
typedef int32_t expr; /* a node of a graph; EXPR_NONE = failure */
#define EXPR_NONE ((expr)-1)
enum {
    EXPR_VARIABLES = 64,           /* most variables of a graph */
    EXPR_TIME = EXPR_VARIABLES - 1 /* the number of the variable t, where it is declared */
};

/* An empty graph, without names but the built-in ones. Fails for want of memory only. */
MUST_CHECK struct graph *graph_create(struct error *err);
void graph_destroy(struct graph *graph);

/* Names. A name may be declared once; the built-in names are taken, but for those of step,
 * floor, ceil, round, log10, ln, sigmoid, softplus, relu, mod and clip, which are younger than
 * people's files: what is declared hides them. Failures
 * (ERROR_SETTINGS) are sentences without location.
 *   graph_variable  column k = 0, 1, ... of a program's input, in the order of declaration
 *   graph_constant  a value known now
 *   graph_function  "f(u)" or "f(u, v)", whose body may use what is declared before it */
MUST_CHECK bool graph_variable(struct graph *, const char *name, struct error *err);
MUST_CHECK bool graph_constant(struct graph *, const char *name, double value,
                               struct error *err);
MUST_CHECK bool graph_function(struct graph *, const char *signature, const char *body,
                               struct error *err);
/* The time `t`: no column of a program's input but one number for all of its points
 * (program_set_time). It counts as variable EXPR_TIME in what follows. */
MUST_CHECK bool graph_time(struct graph *, struct error *err);
/* Is the name taken? */
bool graph_has_name(const struct graph *, const char *name);
/* "L(u)" or "E(x, y)" as the function of points, which the graph shares. Its derivatives are
 * its own, exact up to the third in each variable, which is constant on each interval; the
 * fourth is 0. */
MUST_CHECK bool graph_table(struct graph *, const char *signature, struct lookup *lookup,
                            struct error *err);
/* The same at operands (lookup_operands of them: the index last). */
expr expr_lookup(struct graph *, struct lookup *lookup, const expr *operand);
/* Number of variables declared. */
size_t graph_variables(const struct graph *);
/* Why the last EXPR_NONE came about (too large, no memory), for those who build nodes;
 * program_create says it too when it is given an EXPR_NONE. */
MUST_CHECK bool graph_check(const struct graph *, struct error *err);

/* Parses text. A failure names the column (1-based) in the text and what was expected
 * there: "column 7: unknown name 'foo'; did you mean 'f'? (1/(1+foo))". Refused: more than
 * 64 KiB, nesting deeper than 200, graphs over 10^6 nodes. */
MUST_CHECK expr expr_parse(struct graph *, const char *text, struct error *err);

/* Building from nodes. operator_: '+', '-', '*', '/', '^'. variable < EXPR_VARIABLES. Any
 * operand may be EXPR_NONE, which is passed on. As in derivatives, and unlike text, a
 * product with the number 0 is 0, constant factors are merged, and a shared term cancels in
 * a difference: (u + v) - u is v. */
expr expr_number(struct graph *, double value);
expr expr_input(struct graph *, size_t variable);
expr expr_binary(struct graph *, char operator_, expr a, expr b);
expr expr_call(struct graph *, const char *function,
               expr a); /* a one-argument function: "sqrt" */

/* Exact derivative with respect to a variable (memoised). abs' = sign; sign, step,
 * floor, ceil, round: 0; min/max/if: of the branch taken; relu: 0 at 0. */
expr expr_derivative(struct graph *, expr a, size_t variable);

/* a with every occurrence of variable[k] replaced by by[k], k < count, all at once. */
expr expr_replace(struct graph *, expr a, size_t count, const size_t *variable,
                  const expr *by);

/* True when a is a number (folded); value may be NULL. */
bool expr_is_number(const struct graph *, expr a, double *value);
/* True when a is 0 whatever is finite in it: 0, and what 0 multiplies, as a parameter that is 0
 * does; near the top of the expression. */
bool expr_is_zero(const struct graph *, expr a);
bool expr_depends_on(const struct graph *, expr a, size_t variable);
/* True when the expression or what it is made of is an `if`, abs, sign, step, floor, ceil,
 * round, mod, min, max or comparison of something that depends on a variable: it may jump
 * or have kinks. */
bool expr_has_branches(const struct graph *, expr a);
/* The same by the value of one variable: if(w > 0, g, 2*g) branches on w, not on g. True,
 * too, where the graph is full. */
bool expr_branches_on(struct graph *, expr a, size_t variable);
/* The expression as text, for messages (long ones are cut with "..."); malloc'd. */
char *expr_text(const struct graph *, expr a);

/* Value at one point by a plain walk of the graph with libm (the reference for the
 * bytecode; also constants). */
double expr_value(const struct graph *, expr a, const double *variables);
/* The same at time t; expr_value has t = NaN. */
double expr_value_at(const struct graph *, expr a, double t, const double *variables);

/* The next name in a text that may be an expression: *text moves to it, its length in bytes
 * is returned; 0 at the end. Numbers (2e5) hold none. */
size_t expr_next_name(const char **text);

enum { EXPR_NAME = 64 };
/* Turns any text into a name: "Dose (mg)" gives Dose_mg. A text that is a name stays as it
 * is. Each run of other characters becomes one _, at both ends nothing; a leading digit
 * gets a _ before it. Empty when nothing is left. Returns name. */
const char *expr_make_name(const char *text, char name[EXPR_NAME]);

/* Constant expression from text in a scope of named numbers (settings: learning_rate:
 * 2*T). */
MUST_CHECK bool expr_evaluate_text(struct graph *scope, const char *text, double *value,
                                   struct error *err);
