/* SPDX-License-Identifier: GPL-3.0-or-later
 * Any bytes as a settings file: parsed, changed by a --set (what follows a NUL byte), read
 * by a table that has every type. Nothing may crash, leak, or give a message of two lines.
 *     build/tests/fuzz/fuzz_config -dict=tests/fuzz/config.dict -max_len=4096
 */
#include "io/config.h"
#include "io/plain.h"
#include <stdlib.h>
#include <string.h>

struct everything {
    bool on;
    int64_t cells;
    double rate;
    char *title;
    int spacing;
    struct reals align;
    struct texts names;
    const struct config_node *more;
};

static const char *const spacings[] = {"uniform", "sinh", NULL};

#define AT(member) offsetof(struct everything, member)
static const struct setting table[] = {
    {"a", SETTING_BOOL, AT(on), "true", .sentence = "On."},
    {"b", SETTING_INTEGER, AT(cells), "4", 1, 1e9, .sentence = "Cells."},
    {"c", SETTING_REAL, AT(rate), "0.1", .above = true, .sentence = "Rate."},
    {"d", SETTING_TEXT, AT(title), "", .sentence = "Title."},
    {"e", SETTING_CHOICE, AT(spacing), "sinh", .choices = spacings, .sentence = "Spacing."},
    {"f", SETTING_REALS, AT(align), "[1, 2]", .sentence = "Points."},
    {"g", SETTING_TEXTS, AT(names), "", .sentence = "Names."},
    {"h", SETTING_NODE, AT(more), "", .sentence = "Anything."},
    {0}};

/* Takes one-letter names as their code, so that the path through an evaluator is walked. */
static bool evaluate(void *context, const char *text, double *value, struct error *err) {
    (void)context;
    *value = text[0];
    return text[1] == '\0' || fail(err, ERROR_SETTINGS, "unknown name '%s'", text);
}

static void check_message(const struct error *err) {
    for (const char *c = err->message; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20) abort();
}

static void read_with_table(const struct config *config) {
    const struct evaluator evaluator = {evaluate, NULL};
    struct everything out;
    struct error err = {0};
    if (!settings_read(config_root(config), table, &out, &evaluator, &err))
        check_message(&err);
    settings_finish(table, &out);
    const struct config_node *deeper = config_find(config_root(config), "h");
    if (deeper == NULL) return;
    if (!settings_read(deeper, table, &out, NULL, &err)) check_message(&err);
    settings_finish(table, &out);
}

/* What is printed holds no character that controls a terminal, whatever the text. */
static void check_plain(const uint8_t *data, size_t size) {
    char *text = calloc(size + 1, 1), *printed = NULL;
    size_t length;
    FILE *out = open_memstream(&printed, &length);
    if (text == NULL || out == NULL) abort();
    memcpy(text, data, size);
    plain_write(out, text, "\n");
    fclose(out);
    for (const unsigned char *c = (unsigned char *)printed; *c != '\0'; c++)
        if ((*c < 0x20 && *c != '\n') || *c == 0x7F || (*c == 0xC2 && c[1] < 0xA0)) abort();
    free(printed);
    free(text);
}

/* Every node stands below its parent's path, and there are no more than the limit. */
static size_t count_nodes(const struct config_node *node) {
    size_t count = 1;
    for (size_t k = 0; k < node->count; k++) {
        const struct config_node *child = node->child[k];
        if (strncmp(child->path, node->path, strlen(node->path)) != 0) abort();
        count += count_nodes(child);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error err = {0};
    check_plain(data, size);
    const uint8_t *nul = size > 0 ? memchr(data, 0, size) : NULL;
    const size_t length = nul != NULL ? (size_t)(nul - data) : size;
    struct config *config = config_parse("fuzz", (const char *)data, length, &err);
    if (config == NULL) {
        check_message(&err);
        return 0;
    }
    if (count_nodes(config_root(config)) > 200001) abort();
    if (nul != NULL) {
        char *assignment = calloc(size - length, 1);
        if (assignment == NULL) abort();
        memcpy(assignment, nul + 1, size - length - 1);
        if (!config_set(config, assignment, &err)) check_message(&err);
        free(assignment);
    }
    read_with_table(config);
    config_destroy(config);
    return 0;
}
