/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mapping of the settings tree -> a C struct, by a table with one row a key. A default is
 * read by the same functions as a value, from the text that stands in the table. */
#include "io/config.h"
#include "io/text.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    const struct setting *setting;
    const struct evaluator *evaluator;
    void *member; /* of *out */
    struct error *err;
};

/* ---- numbers ---- */

/* The whole text as a decimal number; no hexadecimal, no inf or nan, no spaces. */
static bool parse_number(const char *text, double *value) {
    char *end = NULL;
    if (text[0] == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0') return false;
    *value = strtod(text, &end);
    return *end == '\0';
}

bool setting_real(const struct config_node *node, const struct evaluator *evaluator,
                  double *value, struct error *err) {
    char found[CONFIG_FOUND];
    if (node->kind != CONFIG_SCALAR)
        return config_fail(err, node, "expected a number, found %s",
                           config_found(node, found));
    if (!parse_number(node->text, value)) {
        if (evaluator == NULL)
            return config_fail(err, node, "expected a number, found %s",
                               config_found(node, found));
        if (!evaluator->evaluate(evaluator->context, node->text, value, err))
            return config_fail_expression(err, node);
    }
    if (!isfinite(*value))
        return config_fail(err, node, "expected a finite number, found %s = %g",
                           config_found(node, found), *value);
    return true;
}

/* "12", "1e6", or an expression with a whole value ("2*B"). */
static bool setting_integer(const struct config_node *node,
                            const struct evaluator *evaluator, int64_t *value,
                            struct error *err) {
    const double exact = 9007199254740992.0; /* 2^53: beyond it 1e17 would not be exact */
    char found[CONFIG_FOUND], *end = NULL;
    double real = 0;
    if (node->kind == CONFIG_SCALAR && parse_number(node->text, &real)) {
        errno = 0;
        *value = strtoll(node->text, &end, 10);
        if (*end == '\0' && errno == 0) return true;
        *value = fabs(real) <= exact ? (int64_t)real : 0;
        if (*end != '\0' && fabs(real) <= exact && (double)*value == real) return true;
    } else if (node->kind == CONFIG_SCALAR && evaluator != NULL &&
               evaluator->evaluate(evaluator->context, node->text, &real, err)) {
        *value = fabs(real) <= exact ? (int64_t)real : 0;
        if (fabs(real) <= exact && (double)*value == real) return true;
        return config_fail(err, node, "expected an integer, found %s = %g",
                           config_found(node, found), real);
    }
    return config_fail(err, node, "expected an integer, found %s",
                       config_found(node, found));
}

static bool has_range(const struct setting *s) {
    return s->least != 0 || s->most != 0 || s->above;
}

static double upper_bound(const struct setting *s) {
    return s->most > s->least ? s->most : HUGE_VAL;
}

/* "above 0", "from 1 to 100", "at least 3", "at most 5"; empty when everything goes. */
static const char *describe_range(const struct setting *s, char text[CONFIG_FOUND]) {
    const double most = upper_bound(s);
    text[0] = '\0';
    if (!has_range(s)) return text;
    if (isinf(s->least))
        snprintf(text, CONFIG_FOUND, "at most %.12g", most);
    else if (isinf(most))
        snprintf(text, CONFIG_FOUND, "%s %.12g", s->above ? "above" : "at least", s->least);
    else if (s->above)
        snprintf(text, CONFIG_FOUND, "above %.12g, at most %.12g", s->least, most);
    else
        snprintf(text, CONFIG_FOUND, "from %.12g to %.12g", s->least, most);
    return text;
}

static bool check_range(const struct reading *r, const struct config_node *node,
                        double value) {
    const struct setting *s = r->setting;
    char range[CONFIG_FOUND], found[CONFIG_FOUND];
    if (!has_range(s)) return true;
    const bool low = s->above ? !(value > s->least) : !(value >= s->least);
    if (!low && value <= upper_bound(s)) return true;
    return config_fail(r->err, node, "%s is out of range; allowed: %s",
                       config_found(node, found), describe_range(s, range));
}

/* ---- one function a type: node -> *r->member ---- */

/* true, True or TRUE, as YAML's core schema has it. */
static bool is_word(const char *text, const char *word) {
    if (strlen(text) != strlen(word)) return false;
    const bool shouted = isupper((unsigned char)text[1]);
    if (text[0] != (shouted ? toupper(word[0]) : word[0]) && text[0] != toupper(word[0]))
        return false;
    for (size_t k = 1; word[k] != '\0'; k++)
        if (text[k] != (shouted ? toupper(word[k]) : word[k])) return false;
    return true;
}

static bool read_bool(const struct reading *r, const struct config_node *node) {
    char found[CONFIG_FOUND];
    const bool scalar = node->kind == CONFIG_SCALAR;
    *(bool *)r->member = scalar && is_word(node->text, "true");
    if (*(bool *)r->member || (scalar && is_word(node->text, "false"))) return true;
    return config_fail(r->err, node,
                       "expected true or false (not yes, no, on, off), found %s",
                       config_found(node, found));
}

static bool read_integer(const struct reading *r, const struct config_node *node) {
    int64_t *value = r->member;
    return setting_integer(node, r->evaluator, value, r->err) &&
           check_range(r, node, (double)*value);
}

static bool read_real(const struct reading *r, const struct config_node *node) {
    double *value = r->member;
    return setting_real(node, r->evaluator, value, r->err) && check_range(r, node, *value);
}

static bool read_text_into(const struct reading *r, const struct config_node *node,
                           char **text) {
    char found[CONFIG_FOUND];
    if (node->kind != CONFIG_SCALAR)
        return config_fail(r->err, node, "expected a text, found %s",
                           config_found(node, found));
    const size_t size = strlen(node->text) + 1;
    *text = array_create(size, 1, r->err);
    return *text != NULL && memcpy(*text, node->text, size) != NULL;
}

static bool read_text(const struct reading *r, const struct config_node *node) {
    return read_text_into(r, node, r->member);
}

/* "a, b, c" into text, cut when there is no room. */
static void join_words(char *text, size_t size, const char *const *words, size_t count) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", words[i]);
}

static size_t count_words(const char *const *words) {
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    return count;
}

const char *config_advice(char text[CONFIG_ADVICE], const char *word, const char *label,
                          const char *const *words, size_t count) {
    char list[512];
    const char *nearest = nearest_word(word, words, count);
    join_words(list, sizeof list, words, count);
    text[0] = '\0';
    if (nearest != NULL)
        snprintf(text, CONFIG_ADVICE, "; did you mean '%s'? (%s: %s)", nearest, label,
                 list);
    else if (count > 0)
        snprintf(text, CONFIG_ADVICE, "; %s: %s", label, list);
    return text;
}

static bool read_choice(const struct reading *r, const struct config_node *node) {
    const char *const *choices = r->setting->choices;
    const size_t count = count_words(choices);
    char found[CONFIG_FOUND], advice[CONFIG_ADVICE];
    for (size_t i = 0; node->kind == CONFIG_SCALAR && i < count; i++)
        if (strcmp(node->text, choices[i]) == 0) return *(int *)r->member = (int)i, true;
    return config_fail(r->err, node, "unknown choice %s%s", config_found(node, found),
                       config_advice(advice, node->kind == CONFIG_SCALAR ? node->text : "",
                                     "allowed", choices, count));
}

/* A list, or the single value that stands for a list of one. */
static size_t list_count(const struct config_node *node) {
    return node->kind == CONFIG_SEQUENCE ? node->count : 1;
}
static const struct config_node *list_item(const struct config_node *node, size_t i) {
    return node->kind == CONFIG_SEQUENCE ? node->child[i] : node;
}

static bool read_reals(const struct reading *r, const struct config_node *node) {
    struct reals *list = r->member;
    const size_t count = list_count(node);
    if ((list->value = array_create(count, sizeof *list->value, r->err)) == NULL)
        return false;
    for (; list->count < count; list->count++) {
        const struct config_node *item = list_item(node, list->count);
        double *value = &list->value[list->count];
        if (!setting_real(item, r->evaluator, value, r->err) ||
            !check_range(r, item, *value))
            return false;
    }
    return true;
}

static bool read_texts(const struct reading *r, const struct config_node *node) {
    struct texts *list = r->member;
    const size_t count = list_count(node);
    if ((list->value = array_create(count, sizeof *list->value, r->err)) == NULL)
        return false;
    for (; list->count < count; list->count++)
        if (!read_text_into(r, list_item(node, list->count), &list->value[list->count]))
            return false;
    return true;
}

static bool read_node(const struct reading *r, const struct config_node *node) {
    *(const struct config_node **)r->member = node;
    return true;
}

/* ---- absent values and freeing ---- */

static void clear_bool(void *member) {
    *(bool *)member = false;
}
static void clear_integer(void *member) {
    *(int64_t *)member = -1;
}
static void clear_real(void *member) {
    *(double *)member = (double)NAN;
}
static void clear_text(void *member) {
    *(char **)member = NULL;
}
static void clear_choice(void *member) {
    *(int *)member = -1;
}
static void clear_reals(void *member) {
    *(struct reals *)member = (struct reals){0};
}
static void clear_texts(void *member) {
    *(struct texts *)member = (struct texts){0};
}
static void clear_node(void *member) {
    *(const struct config_node **)member = NULL;
}

static void finish_text(void *member) {
    free(*(char **)member);
}
static void finish_reals(void *member) {
    free(((struct reals *)member)->value);
}
static void finish_texts(void *member) {
    const struct texts *list = member;
    for (size_t i = 0; i < list->count; i++)
        free(list->value[i]);
    free(list->value);
}

static const struct {
    const char *name;
    bool (*read)(const struct reading *, const struct config_node *);
    void (*clear)(void *member); /* to the value that means absent */
    void (*finish)(void *member);
} types[] = {
    [SETTING_BOOL] = {"true or false", read_bool, clear_bool, NULL},
    [SETTING_INTEGER] = {"integer", read_integer, clear_integer, NULL},
    [SETTING_REAL] = {"number", read_real, clear_real, NULL},
    [SETTING_TEXT] = {"text", read_text, clear_text, finish_text},
    [SETTING_CHOICE] = {"choice", read_choice, clear_choice, NULL},
    [SETTING_REALS] = {"numbers", read_reals, clear_reals, finish_reals},
    [SETTING_TEXTS] = {"texts", read_texts, clear_texts, finish_texts},
    [SETTING_NODE] = {"settings", read_node, clear_node, NULL},
};

/* ---- whole tables ---- */

static size_t count_settings(const struct setting *table) {
    size_t count = 0;
    while (table[count].key != NULL)
        count++;
    return count;
}

enum { SETTINGS_LIMIT = 64 }; /* keys in one table */

static bool fail_unknown(struct error *err, const struct config_node *child,
                         const struct setting *table) {
    const char *words[SETTINGS_LIMIT];
    const size_t count = count_settings(table);
    char advice[CONFIG_ADVICE];
    for (size_t i = 0; i < count && i < SETTINGS_LIMIT; i++)
        words[i] = table[i].key;
    config_fail_key(err, child, "unknown key%s",
                    config_advice(advice, child->key, "allowed", words,
                                  count < SETTINGS_LIMIT ? count : SETTINGS_LIMIT));
    return fail_about(err, OF_UNKNOWN_KEY);
}

static bool refuse_unknown(const struct config_node *node, const struct setting *table,
                           struct error_list *list, struct error *err) {
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct setting *s = table;
        while (s->key != NULL && strcmp(s->key, node->child[i]->key) != 0)
            s++;
        if (s->key != NULL) continue;
        good = fail_unknown(err, node->child[i], table);
        if (!error_note(list, err)) return false;
    }
    return good;
}

/* The default through the readers: as a scalar, or as YAML when it is a list. */
static bool read_fallback(const struct reading *r) {
    const struct setting *s = r->setting;
    if (s->fallback[0] == '\0' || s->type == SETTING_NODE) return true;
    const struct config_node scalar = {
        .kind = CONFIG_SCALAR, .path = s->key, .text = s->fallback};
    if (s->fallback[0] != '[' || s->type == SETTING_TEXT)
        return types[s->type].read(r, &scalar);
    char text[512];
    const int length = snprintf(text, sizeof text, "%s: %s", s->key, s->fallback);
    struct config *config = config_parse("default", text, (size_t)length, r->err);
    const bool read =
        config != NULL && types[s->type].read(r, config_find(config_root(config), s->key));
    config_destroy(config);
    return read;
}

static bool read_setting(const struct reading *r, const struct config_node *parent) {
    const struct setting *s = r->setting;
    const struct config_node *node = config_find(parent, s->key);
    if (node != NULL) return types[s->type].read(r, node);
    if (s->fallback != NULL) return read_fallback(r);
    config_fail(r->err, parent, "the key '%s' is missing: %s", s->key, s->sentence);
    return fail_about(r->err, OF_MISSING_KEY);
}

/* A value that is no mapping at all, where one is wanted. */
static bool fail_mapping(struct error *err, const struct config_node *node,
                         const struct setting *table) {
    char found[CONFIG_FOUND], list[512];
    const char *words[SETTINGS_LIMIT];
    size_t count = 0;
    for (; table[count].key != NULL && count < SETTINGS_LIMIT; count++)
        words[count] = table[count].key;
    join_words(list, sizeof list, words, count);
    return config_fail(err, node, "expected `key: value` lines (%s), found %s", list,
                       config_found(node, found));
}

bool settings_read_all(const struct config_node *node, const struct setting *table,
                       void *out, const struct evaluator *evaluator,
                       struct error_list *list, struct error *err) {
    for (const struct setting *s = table; s->key != NULL; s++)
        types[s->type].clear((char *)out + s->offset);
    if (node != NULL && node->kind != CONFIG_MAPPING) {
        fail_mapping(err, node, table);
        return error_note(list, err), false;
    }
    bool good = node == NULL || refuse_unknown(node, table, list, err);
    if (!good && list == NULL) return false;
    for (const struct setting *s = table; s->key != NULL; s++) {
        const struct reading r = {s, evaluator, (char *)out + s->offset, err};
        if (read_setting(&r, node)) continue;
        good = false;
        if (!error_note(list, err)) return false;
    }
    return good;
}

bool settings_read(const struct config_node *node, const struct setting *table, void *out,
                   const struct evaluator *evaluator, struct error *err) {
    return settings_read_all(node, table, out, evaluator, NULL, err);
}

void settings_finish(const struct setting *table, void *out) {
    for (const struct setting *s = table; s->key != NULL; s++) {
        void *member = (char *)out + s->offset;
        if (types[s->type].finish != NULL) types[s->type].finish(member);
        types[s->type].clear(member);
    }
}

/* ---- the table as text ---- */

void setting_print_type(FILE *out, const struct setting *s) {
    char text[512];
    fputs(types[s->type].name, out);
    if (s->type == SETTING_CHOICE) {
        join_words(text, sizeof text, s->choices, count_words(s->choices));
        fprintf(out, ": %s", text);
    }
    if (describe_range(s, text)[0] != '\0') fprintf(out, ", %s", text);
    if (s->unit != NULL) fprintf(out, " [%s]", s->unit);
    if (s->fallback == NULL)
        fputs("; must be given", out);
    else if (s->fallback[0] == '\0')
        fputs("; may be absent", out);
    else
        fprintf(out, "; default %s", s->fallback);
}

char *settings_describe(const char *section, const struct setting *table,
                        struct error *err) {
    struct text text;
    int width = 0;
    for (const struct setting *s = table; s->key != NULL; s++)
        if ((int)strlen(s->key) > width) width = (int)strlen(s->key);
    if (!text_begin(&text, err)) return NULL;
    FILE *out = text.out;
    fprintf(out, "%s\n", section);
    for (const struct setting *s = table; s->key != NULL; s++) {
        fprintf(out, "  %-*s  ", width, s->key);
        setting_print_type(out, s);
        fprintf(out, "\n  %-*s  %s\n", width, "", s->sentence);
        if (s->example != NULL)
            fprintf(out, "  %-*s  e.g. %s: %s\n", width, "", s->key, s->example);
    }
    return text_end(&text, true, err);
}
