/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages about settings: "file:line:column: path.to.key: sentence", always one clean line
 * of UTF-8 whatever bytes the settings hold; and the nearest known word. */
#include "io/config_parts.h"
#include "io/plain.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is not printable becomes '?'; a character cut at the end is one, too. */
static void clean_line(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c != '\0';) {
        const size_t length = character_length(*c);
        if (character_printable(c, length))
            c += length;
        else
            *c++ = '?';
    }
}

/* "file:line:column: path: ", or "--set path=..: " (with the path where it is not the one
 * that was set), or "path: " for a node without source. */
static void write_place(char *out, size_t size, const struct config_node *at, int line,
                        int column) {
    const char *source = at->source != NULL ? at->source : "";
    char place[64] = "";
    bool show_path = at->path != NULL && at->path[0] != '\0';
    if (line > 0) {
        snprintf(place, sizeof place, ":%d:%d", line, column);
    } else if (show_path && strncmp(source, "--set ", 6) == 0) {
        const size_t length = strlen(at->path);
        show_path = strncmp(source + 6, at->path, length) != 0 ||
                    strcmp(source + 6 + length, "=..") != 0;
    }
    snprintf(out, size, "%s%s%s%s%s", source, place, source[0] != '\0' ? ": " : "",
             show_path ? at->path : "", show_path ? ": " : "");
}

/* The same for programs: a change and a node without source have neither file nor line. */
static struct error_place place_of(const struct config_node *at, int line, int column) {
    struct error_place place = {.known = true, .line = line, .column = column};
    if (line > 0 && at->source != NULL)
        snprintf(place.file, sizeof place.file, "%s", at->source);
    clean_line(place.file);
    if (at->path != NULL) snprintf(place.key, sizeof place.key, "%s", at->path);
    clean_line(place.key);
    return place;
}

static void fail_at(struct error *err, enum error_kind kind, const struct config_node *at,
                    bool at_key, const char *sentence) {
    char place[sizeof err->message] = "", message[2 * sizeof err->message];
    const int line = at == NULL ? 0 : at_key ? at->key_line : at->line;
    const int column = at == NULL ? 0 : at_key ? at->key_column : at->column;
    if (at != NULL) write_place(place, sizeof place, at, line, column);
    snprintf(message, sizeof message, "%s%s", place, sentence);
    message[sizeof err->message - 1] = '\0';
    clean_line(message);
    fail(err, kind, "%s", message);
    if (at != NULL) err->place = place_of(at, line, column);
}

static void PRINTF_LIKE(4, 0) fail_as(struct error *err, const struct config_node *at,
                                      bool at_key, const char *format, va_list args) {
    char sentence[sizeof err->message];
    vsnprintf(sentence, sizeof sentence, format, args);
    fail_at(err, ERROR_SETTINGS, at, at_key, sentence);
}

bool config_fail(struct error *err, const struct config_node *at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fail_as(err, at, false, format, args);
    va_end(args);
    return false;
}

bool config_fail_key(struct error *err, const struct config_node *at, const char *format,
                     ...) {
    va_list args;
    va_start(args, format);
    fail_as(err, at, true, format, args);
    va_end(args);
    return false;
}

bool config_fail_within(struct error *err, const struct config_node *at) {
    char sentence[sizeof err->message];
    const enum error_subject subject = err->subject;
    if (error_is_fatal(err)) return false;
    memcpy(sentence, err->message, sizeof sentence);
    fail_at(err, ERROR_SETTINGS, at, false, sentence);
    return fail_about(err, subject);
}

/* More brackets opened than closed, or the other way round. */
static bool is_unbalanced(const char *text) {
    int open = 0;
    for (; *text != '\0' && open >= 0; text++)
        open += (*text == '(') - (*text == ')');
    return open != 0;
}

bool config_fail_expression(struct error *err, const struct config_node *at) {
    const size_t length = strlen(err->message);
    if (at->in_flow && !at->quoted && at->text != NULL && is_unbalanced(at->text))
        snprintf(err->message + length, sizeof err->message - length,
                 "; inside [ ] and { } a text with a comma must stand in quotes");
    return config_fail_within(err, at);
}

const char *config_found(const struct config_node *node, char buffer[CONFIG_FOUND]) {
    const size_t most = CONFIG_FOUND - sizeof "'...'";
    if (node->kind != CONFIG_SCALAR) {
        strcpy(buffer, node->kind == CONFIG_SEQUENCE ? "a list" : "a mapping");
        return buffer;
    }
    size_t length = 0;
    while (node->text[length] != '\0') {
        const size_t step = character_length((unsigned char)node->text[length]);
        if (length + step > most) break;
        length += step;
    }
    snprintf(buffer, CONFIG_FOUND, "'%.*s%s'", (int)length, node->text,
             node->text[length] == '\0' ? "" : "...");
    return buffer;
}

enum { WORD_LIMIT = 64 };

/* What others call it. */
static const char *const synonyms[][2] = {
    {"lr", "learning_rate"},
    {"eta", "learning_rate"},
    {"batch", "batch_size"},
    {"bs", "batch_size"},
    {"mu", "momentum"},
    {"n", "cells"},
    {"bins", "cells"},
    {"nx", "cells"},
    {"lower", "min"},
    {"upper", "max"},
    {"sigma", "std"},
    {"sd", "std"},
    {"dt", "step"},
    {"tol", "tolerance"},
    {"steps", "snapshots"},
    {"epochs", "snapshots"},
    {"params", "parameters"},
    {"vars", "variables"},
    {"bc", "boundary"},
    {"potential", "loss"},
    {"objective", "loss"},
    {"dataset", "data"},
    {"mc", "monte_carlo"},
    {"path", "file"},
    {"name", "title"},
    {"gauss", "gaussian"},
    {"normal", "gaussian"},
    {"dirac", "point"},
    {"delta", "point"},
    {"hanggi", "klimontovich"},
    {"isothermal", "klimontovich"},
    {"heun", "stratonovich"},
    {"reflect", "reflecting"},
    {"absorb", "absorbing"},
    {"neumann", "reflecting"},
    {"dirichlet", "absorbing"},
};

static const char *synonym(const char *word, const char *const *words, size_t count) {
    for (size_t k = 0; k < sizeof synonyms / sizeof *synonyms; k++)
        for (size_t i = 0; strcmp(word, synonyms[k][0]) == 0 && i < count; i++)
            if (strcmp(words[i], synonyms[k][1]) == 0) return words[i];
    return NULL;
}

static bool alike(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Insertions, deletions, substitutions and swaps of neighbours that turn a into b (optimal
 * string alignment), whatever the case of letters; both shorter than WORD_LIMIT. */
static size_t edit_distance(const char *a, const char *b) {
    const size_t n = strlen(a), m = strlen(b);
    size_t rows[3][WORD_LIMIT + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = above[j - 1] + !alike(a[i - 1], b[j - 1]);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && alike(a[i - 1], b[j - 2]) && alike(a[i - 2], b[j - 1]) &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        size_t *free_row = before;
        before = above, above = row, row = free_row;
    }
    return above[m];
}

const char *nearest_word(const char *word, const char *const *words, size_t count) {
    const char *nearest = NULL;
    if (strlen(word) >= WORD_LIMIT) return NULL;
    size_t least = strlen(word) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) >= WORD_LIMIT) continue;
        const size_t distance = edit_distance(word, words[i]);
        if (distance < least) least = distance, nearest = words[i];
    }
    return nearest != NULL ? nearest : synonym(word, words, count);
}
