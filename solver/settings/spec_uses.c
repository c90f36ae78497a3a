/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/spec_uses.h"
#include <stdlib.h>
#include <string.h>

/* A name as it stands in a text. */
struct word {
    const char *text;
    size_t length;
};

struct uses {
    size_t count, sorted, room; /* word[0 .. sorted - 1] in order, each once */
    struct word *word;
};

static int compare_words(const void *a, const void *b) {
    const struct word *u = a, *v = b;
    const size_t length = u->length < v->length ? u->length : v->length;
    const int order = memcmp(u->text, v->text, length);
    return order != 0 ? order : (u->length > v->length) - (u->length < v->length);
}

static void sort(struct uses *u) {
    if (u->count == 0) return; /* qsort refuses NULL */
    size_t kept = 0;
    qsort(u->word, u->count, sizeof *u->word, compare_words);
    for (size_t k = 0; k < u->count; k++)
        if (kept == 0 || compare_words(&u->word[kept - 1], &u->word[k]) != 0)
            u->word[kept++] = u->word[k];
    u->count = u->sorted = kept;
}

static bool add_word(struct uses *u, struct word word, struct error *err) {
    if (u->count == u->room && u->count > 2 * u->sorted) sort(u);
    struct word *wider = array_grow(u->word, u->count, &u->room, sizeof *wider, err);
    if (wider == NULL) return false;
    u->word = wider;
    u->word[u->count++] = word;
    return true;
}

static bool add_text(struct uses *u, const char *text, struct error *err) {
    for (size_t length; (length = expr_next_name(&text)) > 0; text += length)
        if (!add_word(u, (struct word){text, length}, err)) return false;
    return true;
}

/* Texts that are no expressions, and what is looked at by itself. */
static bool is_passed_over(const char *path) {
    static const char *const paths[] = {
        "title",           "reference",       "output",
        "model.variables", "model.data.file", "model.parameters",
        "model.functions", "model.tables",    "model.examples"};
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++)
        if (strcmp(path, paths[k]) == 0) return true;
    return false;
}

/* The depth of a tree is bounded by its reader. */
static bool add_tree(struct uses *u, const struct config_node *node, struct error *err) {
    if (is_passed_over(node->path)) return true;
    if (node->kind == CONFIG_SCALAR) return add_text(u, node->text, err);
    for (size_t k = 0; k < node->count; k++)
        if (!add_tree(u, node->child[k], err)) return false;
    return true;
}

bool uses_name(const struct uses *u, const char *name, size_t length) {
    const struct word word = {name, length};
    return bsearch(&word, u->word, u->sorted, sizeof word, compare_words) != NULL;
}

/* "f" of "f(u, v)"; all of "T". */
static size_t name_length(const char *key) {
    const size_t length = strcspn(key, "(");
    return length - (length > 0 && key[length] == '(' && key[length - 1] == ' ');
}

static bool text_has(const char *text, struct word word) {
    for (size_t length; (length = expr_next_name(&text)) > 0; text += length)
        if (compare_words(&(struct word){text, length}, &word) == 0) return true;
    return false;
}

/* The names in a function's body that are not its arguments, or in a parameter's text. */
static bool add_definition(struct uses *u, const struct config_node *node,
                           struct error *err) {
    const char *arguments = node->key + strcspn(node->key, "(");
    const char *text = node->kind == CONFIG_SCALAR ? node->text : "";
    for (size_t length; (length = expr_next_name(&text)) > 0; text += length) {
        const struct word word = {text, length};
        if (!text_has(arguments, word) && !add_word(u, word, err)) return false;
    }
    return true;
}

/* Each definition may use those before it, so that from the last to the first it is known
 * whether it is used when its own text is added. */
static bool add_definitions(struct uses *u, const struct config_node *list,
                            struct error *err) {
    for (size_t k = list != NULL ? list->count : 0; k-- > 0;) {
        const struct config_node *child = list->child[k];
        sort(u);
        if (child->key == NULL || !uses_name(u, child->key, name_length(child->key)))
            continue;
        if (!add_definition(u, child, err)) return false;
    }
    sort(u);
    return true;
}

struct uses *uses_create(const struct config_node *root, const struct config_node *node,
                         struct error *err) {
    const struct config_node *model = config_find(root, "model");
    struct uses *u = array_create(1, sizeof *u, err);
    if (u == NULL) return NULL;
    if (add_tree(u, node, err) &&
        add_definitions(u, config_find(model, "functions"), err) &&
        add_definitions(u, config_find(model, "parameters"), err))
        return u;
    return uses_destroy(u), NULL;
}

void uses_destroy(struct uses *u) {
    if (u == NULL) return;
    free(u->word);
    free(u);
}

/* ---------------------------------------------------------------- refusing */

enum { MOST_WORDS = 64 };

static bool refuse(const struct config_node *list, const struct config_node *child,
                   const struct uses *now, struct error *err) {
    const char *words[MOST_WORDS];
    char advice[CONFIG_ADVICE];
    size_t count = 0;
    for (size_t k = 0; k < list->count && count < MOST_WORDS; k++) {
        const char *key = list->child[k]->key;
        if (uses_name(now, key, name_length(key))) words[count++] = key;
    }
    return config_fail_key(err, child, "nothing uses it%s",
                           config_advice(advice, child->key, "used", words, count));
}

static bool is_of_set(const struct config_node *node) {
    return node->line == 0;
}

static bool list_check(const struct config_node *list, const struct uses *file,
                       const struct uses *now, struct error *err) {
    for (size_t k = 0; list != NULL && k < list->count; k++) {
        const struct config_node *child = list->child[k];
        const size_t length = name_length(child->key);
        if (uses_name(now, child->key, length)) continue;
        if (is_of_set(child) || !uses_name(file, child->key, length))
            return refuse(list, child, now, err);
    }
    return true;
}

bool uses_check(const struct spec *spec, struct error *err) {
    const struct config_node *root = config_root(spec->config);
    const char *text = config_text(spec->config);
    struct config *alone = config_parse(root->source, text, strlen(text), err);
    struct uses *now = alone != NULL ? uses_create(root, root, err) : NULL;
    struct uses *file =
        now != NULL ? uses_create(config_root(alone), config_root(alone), err) : NULL;
    const bool good = file != NULL && list_check(spec->model.parameters, file, now, err) &&
                      list_check(spec->model.functions, file, now, err) &&
                      list_check(spec->model.tables, file, now, err);
    uses_destroy(file);
    uses_destroy(now);
    config_destroy(alone);
    return good;
}
