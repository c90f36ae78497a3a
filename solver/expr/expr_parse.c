/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text to graph by precedence climbing:
 *     or < and < not < comparison < + - < * / < unary minus < ^ < call, (...)
 * Binary operators stand in one table with their level. */
#include "io/config.h"
#include "solver/expr/graph.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LENGTH = 65536, NESTING = 200, EXCERPT = 30, NUMBER_LENGTH = 400 };

struct parser {
    const char *text, *at; /* the whole text; where reading stands, never on a space */
    struct graph *graph;
    const struct parameters *parameters; /* may be NULL */
    int nesting;
    struct error *err;
};

static expr parse_level(struct parser *p, int level);

/* --- Messages --------------------------------------------------------------------- */

static bool continues(char c) {
    return ((unsigned char)c & 0xC0) == 0x80; /* inside a UTF-8 character */
}

/* Characters before `at`, counted from 1. */
static size_t column(const char *text, const char *at) {
    size_t n = 1;
    for (const char *s = text; s < at; s++)
        n += !continues(*s);
    return n;
}

/* The text around `at`, on one line, cut at both ends if it is long. */
static void excerpt(const char *text, const char *at, char out[2 * EXCERPT + 8]) {
    const char *end = text + strlen(text);
    const char *from = at - text > EXCERPT ? at - EXCERPT : text;
    const char *to = end - at > EXCERPT ? at + EXCERPT : end;
    while (from < at && continues(*from))
        from++;
    while (to > at && continues(*to))
        to--;
    snprintf(out, 2 * EXCERPT + 8, "%s%.*s%s", from > text ? "..." : "", (int)(to - from),
             from, to < end ? "..." : "");
    for (char *c = out; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c)) *c = ' ';
}

/* "column N: sentence (excerpt)". */
static expr fail_at(const struct parser *p, const char *at, const char *format, ...)
    PRINTF_LIKE(3, 4);

static expr fail_at(const struct parser *p, const char *at, const char *format, ...) {
    char sentence[512], around[2 * EXCERPT + 8];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    excerpt(p->text, at, around);
    fail(p->err, ERROR_SETTINGS, "column %zu: %s (%s)", column(p->text, at), sentence,
         around);
    return EXPR_NONE;
}

/* What stands at `at`, for messages: a word or a character. */
static int token_length(const char *at) {
    const size_t word = identifier_length(at);
    if (word > 0) return (int)(word > NAME_LENGTH ? NAME_LENGTH : word);
    int length = *at != '\0';
    while (continues(at[length]))
        length++;
    return length;
}

/* Other languages' ways of writing, and this one's. */
static const char *hint(const char *at) {
    static const char *const hints[][2] = {
        {"**", "; write ^ for powers"},
        {"&&", "; write and"},
        {"||", "; write or"},
        {"==", ""},
        {"!=", ""},
        {"=", "; write == to compare"},
        {"!", "; write not"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strncmp(at, hints[i][0], strlen(hints[i][0])) == 0) return hints[i][1];
    return "";
}

static expr fail_expected(const struct parser *p, const char *expected) {
    if (*p->at == '\0')
        return fail_at(p, p->at, "the text ends where %s was expected", expected);
    const bool stars = p->at > p->text && strncmp(p->at - 1, "**", 2) == 0;
    return fail_at(p, p->at, "found '%.*s' where %s was expected%s", token_length(p->at),
                   p->at, expected, stars ? "; write ^ for powers" : hint(p->at));
}

/* Passes a failure of the graph (too large, no memory) on to the reader. */
static expr checked(const struct parser *p, const char *at, expr a) {
    if (a != EXPR_NONE) return a;
    if (p->graph->failure.kind == ERROR_SETTINGS)
        return fail_at(p, at, "%s", p->graph->failure.message);
    *p->err = p->graph->failure;
    return EXPR_NONE;
}

/* --- Tokens ----------------------------------------------------------------------- */

static void advance(struct parser *p, size_t length) {
    p->at += length;
    p->at += strspn(p->at, " \t\r\n");
}

/* Does `symbol` stand here? A word must not go on. */
static bool stands(const struct parser *p, const char *symbol) {
    const size_t length = strlen(symbol), word = identifier_length(p->at);
    if (word > 0 && word != length) return false;
    return strncmp(p->at, symbol, length) == 0;
}

static bool accept(struct parser *p, const char *symbol) {
    if (!stands(p, symbol)) return false;
    advance(p, strlen(symbol));
    return true;
}

static bool starts_number(const char *s) {
    return isdigit((unsigned char)s[0]) || (s[0] == '.' && isdigit((unsigned char)s[1]));
}

static size_t digits(const char *s) {
    return strspn(s, "0123456789");
}

/* Length of 12, 12.5, .5, 12., 1e-3. */
static size_t number_length(const char *s) {
    size_t n = digits(s);
    if (s[n] == '.') n += 1 + digits(s + n + 1);
    if (s[n] == 'e' || s[n] == 'E') {
        const size_t sign = s[n + 1] == '+' || s[n + 1] == '-';
        const size_t exponent = digits(s + n + 1 + sign);
        if (exponent > 0) n += 1 + sign + exponent;
    }
    return n;
}

size_t expr_next_name(const char **text) {
    const char *s = *text;
    size_t length = 0;
    while (*s != '\0' && (length = identifier_length(s)) == 0)
        s += starts_number(s) ? number_length(s) : 1;
    *text = s;
    return length;
}

static expr parse_number(struct parser *p) {
    const char *at = p->at;
    char digit[NUMBER_LENGTH + 1];
    const size_t length = number_length(at);
    if (length > NUMBER_LENGTH)
        return fail_at(p, at, "a number of more than %d digits", NUMBER_LENGTH);
    memcpy(digit, at, length);
    digit[length] = '\0';
    const double value = strtod(digit, NULL);
    if (!isfinite(value)) return fail_at(p, at, "the number %.40s is too large", digit);
    advance(p, length);
    if (identifier_length(p->at) > 0 && p->at == at + length)
        return fail_at(p, p->at, "an operator is missing after %.40s; write %.40s*%.*s",
                       digit, digit, token_length(p->at), p->at);
    return checked(p, at, expr_number(p->graph, value));
}

/* --- Names and calls -------------------------------------------------------------- */

/* The operation called `name` in a call, or OP_COUNT. */
static enum op find_op(const char *name) {
    int op = 0;
    while (op < OP_COUNT && (op_table[op].name == NULL || strcmp(op_table[op].name, name)))
        op++;
    return (enum op)op;
}

/* "(a, b, ...)" of exactly `wanted` arguments for the function at `at`. */
static bool parse_arguments(struct parser *p, const char *at, const char *name, int wanted,
                            expr argument[FUNCTION_PARAMETERS]) {
    int count = 0;
    if (!accept(p, "("))
        return fail_at(p, at, "the function '%s' needs its argument%s in brackets", name,
                       wanted > 1 ? "s" : ""),
               false;
    do {
        const expr a = parse_level(p, 0);
        if (a == EXPR_NONE) return false;
        if (count < wanted) argument[count] = a;
        count++;
    } while (accept(p, ","));
    if (!stands(p, ")")) return fail_expected(p, "an operator, ',' or ')'"), false;
    if (count != wanted)
        return fail_at(p, at, "'%s' takes %d argument%s, not %d", name, wanted,
                       wanted > 1 ? "s" : "", count),
               false;
    advance(p, 1);
    return true;
}

static expr parse_call(struct parser *p, const char *at, enum op op) {
    expr a[FUNCTION_PARAMETERS] = {EXPR_NONE, EXPR_NONE, EXPR_NONE};
    const struct op_info *info = &op_table[op];
    if (!parse_arguments(p, at, info->name, info->operands, a)) return EXPR_NONE;
    return checked(p, at, graph_make(p->graph, op, a[0], a[1], a[2]));
}

static expr parse_function(struct parser *p, const char *at, const struct name *name) {
    expr argument[FUNCTION_PARAMETERS];
    if (!parse_arguments(p, at, name->text, name->parameters, argument)) return EXPR_NONE;
    return checked(p, at, graph_substitute(p->graph, name->node, argument));
}

/* The nearest of all names that could stand here, or NULL. */
static const char *find_nearest(const struct parser *p, const char *name) {
    const char *words[GRAPH_NAMES + FUNCTION_PARAMETERS + OP_COUNT];
    size_t count = 0;
    for (int k = 0; p->parameters != NULL && k < p->parameters->count; k++)
        words[count++] = p->parameters->name[k];
    for (size_t i = 0; i < p->graph->names; i++)
        words[count++] = p->graph->name[i].text;
    for (int op = 0; op < OP_COUNT; op++)
        if (op_table[op].name != NULL) words[count++] = op_table[op].name;
    return nearest_word(name, words, count);
}

enum { LIST = 300 };

/* "exp, log, f": functions, or what else has a name, as many as there is room for. */
static const char *list_names(const struct parser *p, char list[LIST], bool functions) {
    size_t length = 0;
    const struct graph *g = p->graph;
    for (size_t k = 0; k < g->names + OP_COUNT; k++) {
        const size_t i = (k + BUILTINS) % (g->names + OP_COUNT); /* made of others: last */
        const bool declared = i < g->names;
        const char *name = declared ? g->name[i].text : op_table[i - g->names].name;
        const bool function = !declared || g->name[i].kind == NAME_FUNCTION;
        if (name == NULL || function != functions) continue;
        if (length + strlen(name) + sizeof ", ..." > LIST) return strcat(list, ", ...");
        length += (size_t)sprintf(list + length, "%s%s", length > 0 ? ", " : "", name);
    }
    if (!functions) sprintf(list + length, "%spi, e", length > 0 ? ", " : "");
    return list;
}

/* Which of the parameters of the function whose body this is, or -1. */
static int find_parameter(const struct parser *p, const char *name) {
    for (int k = 0; p->parameters != NULL && k < p->parameters->count; k++)
        if (strcmp(p->parameters->name[k], name) == 0) return k;
    return -1;
}

/* Is there a function of this name, too? */
static bool is_hidden(const struct parser *p, const char *name, enum op op) {
    const struct graph *g = p->graph;
    for (size_t i = 0; i < g->names; i++)
        if (g->name[i].kind == NAME_FUNCTION && strcmp(g->name[i].text, name) == 0)
            return true;
    return op != OP_COUNT;
}

/* The value of a name that is no function. */
static expr parse_value(struct parser *p, const char *at, const char *name) {
    const struct name *known = graph_find(p->graph, name);
    const int parameter = find_parameter(p, name);
    if (parameter >= 0) return checked(p, at, graph_parameter(p->graph, (size_t)parameter));
    if (strcmp(name, "pi") == 0) return checked(p, at, expr_number(p->graph, M_PI));
    if (strcmp(name, "e") == 0) return checked(p, at, expr_number(p->graph, M_E));
    if (known != NULL) return known->node;
    const char *nearest = find_nearest(p, name), *elsewhere = op_elsewhere(name);
    if (elsewhere != NULL)
        fail_at(p, at, "unknown name '%s'; write %s", name, elsewhere);
    else if (nearest == NULL)
        fail_at(p, at, "unknown name '%s'; known: %s", name,
                list_names(p, (char[LIST]){0}, *p->at == '('));
    else
        fail_at(p, at, "unknown name '%s'; did you mean '%s'?", name, nearest);
    return fail_about(p->err, OF_NAME), EXPR_NONE;
}

static expr parse_name(struct parser *p) {
    const char *at = p->at;
    char name[NAME_LENGTH + 1];
    const size_t length = identifier_length(at);
    if (length > NAME_LENGTH)
        return fail_at(p, at, "a name of more than %d characters", NAME_LENGTH);
    memcpy(name, at, length);
    name[length] = '\0';
    if (stands(p, "and") || stands(p, "or") || stands(p, "not"))
        return fail_expected(p, "a number, a name or '('");
    advance(p, length);
    const enum op op = find_op(name);
    const struct name *known = graph_find(p->graph, name);
    const bool parameter = find_parameter(p, name) >= 0;
    if (!parameter && known != NULL && known->kind == NAME_FUNCTION)
        return parse_function(p, at, known);
    if (!parameter && known == NULL && op != OP_COUNT) return parse_call(p, at, op);
    const expr a = parse_value(p, at, name);
    if (a != EXPR_NONE && *p->at == '(')
        return fail_at(p, at, "'%s' is not a function%s; write %s*(...)", name,
                       is_hidden(p, name, op) ? " here, where it names something else" : "",
                       name);
    return a;
}

/* --- Operators -------------------------------------------------------------------- */

enum { LEVEL_AND = 1, LEVEL_NOT = 2, LEVEL_COMPARE = 3, LEVEL_SUM = 4, LEVEL_UNARY = 6 };

static const struct operator_ {
    const char *symbol; /* longer ones before their beginnings */
    int level;
    enum op op;
    bool swapped; /* a > b is b < a */
} operators[] = {
    {"or", 0, OP_OR, false},
    {"and", LEVEL_AND, OP_AND, false},
    {"<=", LEVEL_COMPARE, OP_LE, false},
    {">=", LEVEL_COMPARE, OP_LE, true},
    {"==", LEVEL_COMPARE, OP_EQ, false},
    {"!=", LEVEL_COMPARE, OP_NE, false},
    {"<", LEVEL_COMPARE, OP_LT, false},
    {">", LEVEL_COMPARE, OP_LT, true},
    {"+", LEVEL_SUM, OP_ADD, false},
    {"-", LEVEL_SUM, OP_SUB, false},
    {"*", LEVEL_SUM + 1, OP_MUL, false},
    {"/", LEVEL_SUM + 1, OP_DIV, false},
};

static const struct operator_ *find_operator(const struct parser *p, int level) {
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].level == level && stands(p, operators[i].symbol))
            return &operators[i];
    return NULL;
}

static bool enter(struct parser *p) {
    if (++p->nesting <= NESTING) return true;
    return fail_at(p, p->at, "nested deeper than %d", NESTING), false;
}

static expr parse_primary(struct parser *p) {
    if (starts_number(p->at)) return parse_number(p);
    if (identifier_length(p->at) > 0) return parse_name(p);
    if (!accept(p, "(")) return fail_expected(p, "a number, a name or '('");
    const expr a = parse_level(p, 0);
    if (a != EXPR_NONE && !accept(p, ")")) return fail_expected(p, "an operator or ')'");
    return a;
}

/* -a, +a, a ^ b with b again unary, so that a^b^c = a^(b^c) and 2^-1 is fine. */
static expr parse_unary(struct parser *p) {
    const char *at = p->at;
    if (!enter(p)) return EXPR_NONE;
    expr a;
    if (accept(p, "+")) {
        a = parse_unary(p);
    } else if (accept(p, "-")) {
        a = parse_unary(p);
        if (a != EXPR_NONE)
            a = checked(p, at, graph_make(p->graph, OP_NEG, a, EXPR_NONE, EXPR_NONE));
    } else {
        a = parse_primary(p);
        at = p->at;
        if (a != EXPR_NONE && *p->at == '^') {
            advance(p, 1);
            const expr b = parse_unary(p);
            if (b == EXPR_NONE) return EXPR_NONE;
            a = checked(p, at, graph_make(p->graph, OP_POW, a, b, EXPR_NONE));
        }
    }
    p->nesting--;
    return a;
}

static expr parse_not(struct parser *p) {
    const char *at = p->at;
    if (!enter(p)) return EXPR_NONE;
    advance(p, strlen("not"));
    const expr a = parse_level(p, LEVEL_NOT);
    p->nesting--;
    if (a == EXPR_NONE) return a;
    return checked(p, at, graph_make(p->graph, OP_NOT, a, EXPR_NONE, EXPR_NONE));
}

/* Everything that binds at least as tightly as `level`. */
static expr parse_level(struct parser *p, int level) {
    if (level == LEVEL_UNARY) return parse_unary(p);
    if (level == LEVEL_NOT && stands(p, "not")) return parse_not(p);
    expr a = parse_level(p, level + 1);
    const struct operator_ *o;
    int comparisons = 0;
    while (a != EXPR_NONE && (o = find_operator(p, level)) != NULL) {
        const char *at = p->at;
        if (level == LEVEL_COMPARE && ++comparisons > 1)
            return fail_at(p, at, "comparisons do not chain; write a < b and b < c");
        advance(p, strlen(o->symbol));
        const expr b = parse_level(p, level + 1);
        if (b == EXPR_NONE) return EXPR_NONE;
        const expr left = o->swapped ? b : a, right = o->swapped ? a : b;
        a = checked(p, at, graph_make(p->graph, o->op, left, right, EXPR_NONE));
    }
    return a;
}

/* --- The whole text --------------------------------------------------------------- */

expr graph_parse(struct graph *g, const char *text, const struct parameters *parameters,
                 struct error *err) {
    struct parser p = {text, text, g, parameters, 0, err};
    const size_t length = strnlen(text, TEXT_LENGTH + 1);
    g->failure.kind = ERROR_NONE;
    if (length > TEXT_LENGTH)
        return fail(err, ERROR_SETTINGS, "the expression is longer than %d bytes",
                    TEXT_LENGTH),
               EXPR_NONE;
    advance(&p, 0);
    if (*p.at == '\0')
        return fail(err, ERROR_SETTINGS, "the expression is empty"), EXPR_NONE;
    const expr a = parse_level(&p, 0);
    if (a == EXPR_NONE || *p.at == '\0') return a;
    return fail_expected(&p, "an operator or the end");
}

expr expr_parse(struct graph *g, const char *text, struct error *err) {
    return graph_parse(g, text, NULL, err);
}
