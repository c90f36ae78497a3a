/* SPDX-License-Identifier: GPL-3.0-or-later
 * The names of a graph: variables, constants, functions with their bodies inserted. */
#include "solver/expr/graph.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

/* --- Identifiers ------------------------------------------------------------------ */

/* Bytes of the letter at s: 1 ASCII, 2 for U+00C0 .. U+07FF without the signs x and :. */
static size_t letter_length(const unsigned char *s) {
    if (s[0] == '_' || (s[0] < 0x80 && isalpha(s[0]))) return 1;
    const bool pair = s[0] >= 0xC3 && s[0] <= 0xDF && (s[1] & 0xC0) == 0x80;
    const bool sign = s[0] == 0xC3 && (s[1] == 0x97 || s[1] == 0xB7);
    return pair && !sign ? 2 : 0;
}

size_t identifier_length(const char *text) {
    const unsigned char *s = (const unsigned char *)text;
    size_t length = letter_length(s);
    if (length == 0) return 0;
    for (size_t next = length; next > 0; length += next)
        next = isdigit(s[length]) ? 1 : letter_length(s + length);
    return length;
}

const char *expr_make_name(const char *text, char name[EXPR_NAME]) {
    const unsigned char *s = (const unsigned char *)text;
    size_t n = 0;
    bool gap = false;
    while (*s != '\0' && n + 4 < EXPR_NAME) {
        const size_t step = isdigit(*s) ? 1 : letter_length(s);
        if (step > 0 && n > 0 && gap) name[n++] = '_';
        if (step > 0 && n == 0 && isdigit(*s)) name[n++] = '_';
        gap = step == 0;
        memcpy(name + n, s, step);
        n += step;
        s += step > 0 ? step : 1;
    }
    name[n] = '\0';
    return name;
}

static bool reserved(const char *text) {
    static const char *const words[] = {"and", "or", "not", "if", "pi", "e"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], text) == 0) return true;
    for (int op = 0; op < OP_COUNT; op++)
        if (op_table[op].name != NULL && strcmp(op_table[op].name, text) == 0)
            return !op_table[op].later;
    return false;
}

static bool check_identifier(const char *text, struct error *err) {
    const size_t length = identifier_length(text);
    if (length == 0 || text[length] != '\0')
        return fail(err, ERROR_SETTINGS,
                    "'%.80s' is not a name: letters, digits and _, not first a digit",
                    text);
    if (length > NAME_LENGTH)
        return fail(err, ERROR_SETTINGS, "the name '%.20s...' is longer than %d characters",
                    text, NAME_LENGTH);
    if (reserved(text))
        return fail(err, ERROR_SETTINGS, "'%s' is a built-in name; choose another", text);
    return true;
}

/* --- Declaring -------------------------------------------------------------------- */

const struct name *graph_find(const struct graph *g, const char *text) {
    for (size_t i = g->names; i-- > 0;)
        if (strcmp(g->name[i].text, text) == 0) return &g->name[i];
    return NULL;
}

static bool names_reserve(struct graph *g, struct error *err) {
    if (g->names >= GRAPH_NAMES)
        return fail(err, ERROR_SETTINGS, "more than %d names", GRAPH_NAMES);
    struct name *name =
        array_grow(g->name, g->names, &g->names_capacity, sizeof *name, err);
    if (name == NULL) return false;
    g->name = name;
    return true;
}

/* May the name be declared? */
static bool check_new(const struct graph *g, const char *text, struct error *err) {
    if (!check_identifier(text, err)) return false;
    const struct name *known = graph_find(g, text);
    if (known != NULL && !known->builtin)
        return fail(err, ERROR_SETTINGS, "the name '%s' is already taken", text);
    return true;
}

/* node EXPR_NONE: what went wrong with it is in g->failure. */
static bool declare(struct graph *g, const char *text, enum name_kind kind, expr node,
                    int parameters, struct error *err) {
    if (node == EXPR_NONE) return graph_check(g, err);
    if (!names_reserve(g, err)) return false;
    struct name *name = &g->name[g->names++];
    strcpy(name->text, text);
    name->kind = kind, name->node = node, name->parameters = parameters;
    name->builtin = false;
    return true;
}

bool graph_variable(struct graph *g, const char *name, struct error *err) {
    if (!check_new(g, name, err)) return false;
    if (g->variables >= GRAPH_VARIABLES - (size_t)g->timed)
        return fail(err, ERROR_SETTINGS, "more than %d variables", GRAPH_VARIABLES);
    if (!declare(g, name, NAME_VARIABLE, expr_input(g, g->variables), 0, err)) return false;
    g->variables++;
    return true;
}

bool graph_time(struct graph *g, struct error *err) {
    if (!check_new(g, "t", err)) return false;
    if (g->variables > EXPR_TIME)
        return fail(err, ERROR_SETTINGS, "more than %d variables", EXPR_TIME);
    g->timed = true;
    return declare(g, "t", NAME_VARIABLE, expr_input(g, EXPR_TIME), 0, err);
}

bool graph_has_name(const struct graph *g, const char *name) {
    return graph_find(g, name) != NULL;
}

bool graph_constant(struct graph *g, const char *name, double value, struct error *err) {
    return check_new(g, name, err) &&
           declare(g, name, NAME_CONSTANT, expr_number(g, value), 0, err);
}

/* --- Functions -------------------------------------------------------------------- */

static const char *skip_space(const char *s) {
    return s + strspn(s, " \t\r\n");
}

/* Copies the identifier at *s to name, moves *s behind it and the space after it. */
static bool read_identifier(const char **s, char name[NAME_LENGTH + 1], struct error *err) {
    *s = skip_space(*s);
    const size_t length = identifier_length(*s);
    if (length > NAME_LENGTH)
        return fail(err, ERROR_SETTINGS, "the name '%.20s...' is longer than %d characters",
                    *s, NAME_LENGTH);
    memcpy(name, *s, length);
    name[length] = '\0';
    *s = skip_space(*s + length);
    return true;
}

static bool read_parameter(const char **s, struct parameters *p, struct error *err) {
    if (p->count == FUNCTION_PARAMETERS)
        return fail(err, ERROR_SETTINGS, "a function has at most %d arguments",
                    FUNCTION_PARAMETERS);
    if (!read_identifier(s, p->name[p->count], err) ||
        !check_identifier(p->name[p->count], err))
        return false;
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->name[i], p->name[p->count]) == 0)
            return fail(err, ERROR_SETTINGS, "two arguments are called '%s'", p->name[i]);
    p->count++;
    return true;
}

/* "f(u, v)" -> its name and parameters. */
static bool read_signature(const char *signature, char name[NAME_LENGTH + 1],
                           struct parameters *p, struct error *err) {
    const char *s = signature;
    p->count = 0;
    if (!read_identifier(&s, name, err)) return false;
    bool good = *name != '\0' && *s == '(';
    while (good) {
        s++;
        if (!read_parameter(&s, p, err)) return false;
        good = *s == ',' || *s == ')';
        if (*s == ')') break;
    }
    if (good && *skip_space(s + 1) == '\0') return true;
    return fail(err, ERROR_SETTINGS, "'%.80s' is not a function; write f(u) or f(u, v)",
                signature);
}

bool graph_function(struct graph *g, const char *signature, const char *body,
                    struct error *err) {
    struct parameters parameters;
    char name[NAME_LENGTH + 1];
    if (!read_signature(signature, name, &parameters, err) || !check_new(g, name, err))
        return false;
    const expr node = graph_parse(g, body, &parameters, err);
    return node != EXPR_NONE &&
           declare(g, name, NAME_FUNCTION, node, parameters.count, err);
}

bool graph_builtins(struct graph *g, struct error *err) {
    static const char *const made[BUILTINS][2] = {
        {"ln(u)", "log(u)"},
        {"relu(u)", "max(0, u)"}, /* slope 0 at 0 */
        {"clip(u, lo, hi)", "min(max(u, lo), hi)"},
    };
    for (size_t k = 0; k < BUILTINS; k++) {
        if (!graph_function(g, made[k][0], made[k][1], err)) return false;
        g->name[k].builtin = true;
    }
    return true;
}

static bool tables_reserve(struct graph *g, struct error *err) {
    struct graph_table *table =
        array_grow(g->table, g->tables, &g->tables_capacity, sizeof *table, err);
    if (table == NULL) return false;
    g->table = table;
    return true;
}

/* The first slot of the lookup as a table of the graph. */
static uint32_t table_add(struct graph *g, const char *name, struct lookup *lookup) {
    struct graph_table *table = &g->table[g->tables++];
    strcpy(table->name, name);
    table->lookup = lookup_share(lookup);
    return (uint32_t)(g->tables - 1) * LOOKUP_ORDERS;
}

bool graph_table(struct graph *g, const char *signature, struct lookup *lookup,
                 struct error *err) {
    struct parameters parameters;
    char name[NAME_LENGTH + 1];
    const int operands = lookup_operands(lookup);
    if (!read_signature(signature, name, &parameters, err) || !check_new(g, name, err) ||
        !tables_reserve(g, err))
        return false;
    if (parameters.count != operands)
        return fail(err, ERROR_SETTINGS, "'%.80s' has %d argument%s; this table has %s",
                    signature, parameters.count, parameters.count == 1 ? "" : "s",
                    operands == 1 ? "one" : "two");
    expr argument[LOOKUP_OPERANDS];
    for (int k = 0; k < operands; k++)
        argument[k] = graph_parameter(g, (size_t)k);
    const uint32_t slot = table_add(g, name, lookup);
    return declare(g, name, NAME_FUNCTION, graph_lookup(g, slot, argument), operands, err);
}

expr expr_lookup(struct graph *g, struct lookup *lookup, const expr *operand) {
    if (!tables_reserve(g, &g->failure)) return EXPR_NONE;
    return graph_lookup(g, table_add(g, "example", lookup), operand);
}

static expr substitute_leaf(struct graph *g, expr a, const void *context) {
    const struct node *n = &g->node[a];
    const expr *argument = context;
    if (n->parameters == 0) return a;
    return n->op == OP_PARAMETER ? argument[n->slot] : EXPR_NONE;
}

static expr substitute_inner(struct graph *g, expr a, const expr image[3],
                             const void *context) {
    (void)context;
    return graph_remake(g, a, image);
}

expr graph_substitute(struct graph *g, expr body, const expr *argument) {
    const struct rewriting r = {MEMO_SUBSTITUTION, ++g->epoch, substitute_leaf,
                                substitute_inner, argument};
    return graph_rewrite(g, body, &r);
}

struct replacements {
    size_t count;
    const size_t *variable;
    const expr *by;
};

static expr replace_leaf(struct graph *g, expr a, const void *context) {
    const struct replacements *r = context;
    const struct node *n = &g->node[a];
    bool touched = false;
    for (size_t k = 0; k < r->count; k++) {
        const bool depends = (n->variables >> r->variable[k] & 1) != 0;
        if (depends && n->op == OP_INPUT) return r->by[k];
        touched |= depends;
    }
    return touched ? EXPR_NONE : a;
}

expr expr_replace(struct graph *g, expr a, size_t count, const size_t *variable,
                  const expr *by) {
    const struct replacements context = {count, variable, by};
    const struct rewriting r = {MEMO_SUBSTITUTION, ++g->epoch, replace_leaf,
                                substitute_inner, &context};
    return graph_rewrite(g, a, &r);
}

/* --- Constants of the settings file ----------------------------------------------- */

bool expr_evaluate_text(struct graph *scope, const char *text, double *value,
                        struct error *err) {
    const expr a = expr_parse(scope, text, err);
    if (a == EXPR_NONE) return false;
    if (!expr_is_number(scope, a, value))
        return fail(err, ERROR_SETTINGS,
                    "'%.200s' depends on a variable; only constants "
                    "are known here",
                    text);
    if (!isfinite(*value))
        return fail(err, ERROR_SETTINGS, "'%.200s' is %s; a finite number is needed", text,
                    isnan(*value) ? "nan" : "infinite");
    return true;
}
