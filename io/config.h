/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A YAML settings file (libyaml) as a tree that remembers where everything stood, and typed
 * settings read from it through one table per section. The table is the only place where a
 * key, its type, default, range, unit and meaning are written: reading, `fokker settings`,
 * the attributes in the output file and the documentation all come from it.
 *
 * Refused, each with one line "file:line:column: path.to.key: what was found; what is
 * allowed": unknown keys (with the nearest known one), duplicate keys, wrong types, values
 * out of range, missing keys, tags, more than one document, nesting deeper than 32, files
 * over 16 MiB, text that is not UTF-8; also merge keys (<<), keys that are not plain text,
 * values left empty (null, ~), more than 200000 values (an alias *name counts as many as it
 * stands for), 1000 keys in one mapping, 1000 anchors, paths longer than 400 characters. */
#pragma once

#include "io/status.h"
#include <stdint.h>
#include <stdio.h>

enum config_kind { CONFIG_SCALAR, CONFIG_SEQUENCE, CONFIG_MAPPING };

/* One value of the tree; owned by its struct config. */
struct config_node {
    enum config_kind kind;
    const char *source;       /* file name, or "--set grid.w.cells=.." */
    int line, column;         /* of the value, from 1; 0 0 for --set */
    int key_line, key_column; /* of its key, where the parent is a mapping */
    const char *path;         /* "grid.w.cells", "model.datapoints[1]"; "" at the root */
    const char *key;          /* its key in the parent mapping; NULL in a sequence */
    const char *text;         /* scalars: the text; NULL otherwise */
    bool quoted;              /* scalars: was written in quotes */
    bool in_flow;             /* stands inside [ ] or { } */
    size_t count;             /* children of a sequence or mapping, in the file's order */
    struct config_node **child;
};

struct config;

/* Reads and parses; NULL with ERROR_SETTINGS (or ERROR_FILE when it cannot be read). */
MUST_CHECK struct config *config_load(const char *file, struct error *err);
/* The same from memory; name stands for the file in messages. */
MUST_CHECK struct config *config_parse(const char *name, const char *text, size_t length,
                                       struct error *err);
void config_destroy(struct config *config); /* NULL is fine */

/* "a.b.c=value" (value: YAML flow text): replaces the value at that path, or adds it,
 * creating mappings on the way; "a.b[1]=.." replaces an element of a sequence. */
MUST_CHECK bool config_set(struct config *config, const char *assignment,
                           struct error *err);

/* The mapping of the whole file; lives as long as config. */
const struct config_node *config_root(const struct config *config);
const char *config_text(const struct config *config); /* the file verbatim */
/* Child of a mapping by key, or NULL; node may be NULL. */
const struct config_node *config_find(const struct config_node *node, const char *key);

/* "file:line:column: path: " + the formatted sentence, ERROR_SETTINGS; returns false. */
bool config_fail(struct error *err, const struct config_node *at, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same with the place of the node's key instead of its value (unknown keys). */
bool config_fail_key(struct error *err, const struct config_node *at, const char *format,
                     ...) PRINTF_LIKE(3, 4);
/* Puts the location before the sentence that is already in *err (of axis_create, of
 * expressions, ...), which is now ERROR_SETTINGS; a fatal error (error_is_fatal) stays as
 * it is. Returns false. */
bool config_fail_within(struct error *err, const struct config_node *at);

/* The same of an expression that could not be read; says what most often is wrong with one
 * inside [ ] or { }, where a comma ended it. */
bool config_fail_expression(struct error *err, const struct config_node *at);

enum { CONFIG_FOUND = 80 };
/* What stands at a node, for messages: 'text' (cut when long), "a list" or "a mapping".
 * Returns buffer. */
const char *config_found(const struct config_node *node, char buffer[CONFIG_FOUND]);

/* The nearest of words[count] to word (edit distance, at most a third of its length), or
 * NULL. */
const char *nearest_word(const char *word, const char *const *words, size_t count);

enum { CONFIG_ADVICE = 600 };
/* "; did you mean 'cells'? (LABEL: min, max, cells)", "; LABEL: min, max" where no word is
 * near, or nothing without words. Returns text. */
const char *config_advice(char text[CONFIG_ADVICE], const char *word, const char *label,
                          const char *const *words, size_t count);

enum setting_type {
    SETTING_BOOL,    /* bool: true | false (not YAML 1.1's yes, no, on, off) */
    SETTING_INTEGER, /* int64_t: an integer, also 1e6, or an expression with a whole value
                      */
    SETTING_REAL,    /* double: a number or a constant expression, sqrt(2/T) */
    SETTING_TEXT,    /* char *, owned by the struct; NULL when absent */
    SETTING_CHOICE,  /* int: index into choices */
    SETTING_REALS, /* struct reals: a list of numbers or expressions; a single one is a list
                      of one */
    SETTING_TEXTS, /* struct texts: a list of texts; a single one is a list of one */
    SETTING_NODE,  /* const struct config_node *, borrowed from the config: read by the
                      caller; NULL when absent */
};

struct reals {
    size_t count;
    double *value;
};
struct texts {
    size_t count;
    char **value;
};

/* One key. */
struct setting {
    const char *key;
    enum setting_type type;
    size_t offset;        /* of the member in the struct that is filled */
    const char *fallback; /* default as it would be written; "" = may be absent (NaN, NULL,
                             -1, empty list); NULL = the key must be given */
    double least, most;   /* SETTING_INTEGER, SETTING_REAL(S): allowed range; both 0 = any;
                             most <= least: no upper bound */
    bool above;           /* least itself is not allowed; least 0, most 0, above: any > 0 */
    const char *const *choices; /* SETTING_CHOICE: NULL-terminated list */
    const char *unit;           /* NULL: dimensionless or as the model has it */
    const char *sentence;       /* what it means; ends with a full stop */
    const char *example;        /* a value as it would be written; NULL: none is shown */
};

/* Turns the text of a SETTING_REAL that is not a plain number into its value ("sqrt(2/T)").
 * On failure: a sentence in *err without any location, which the reader adds. */
struct evaluator {
    bool (*evaluate)(void *context, const char *text, double *value, struct error *err);
    void *context;
};

/* Fills *out from a mapping node (NULL: all defaults) by a table that ends with a NULL key.
 * On failure *out is left in a state that settings_finish accepts. evaluator may be
 * NULL. */
MUST_CHECK bool settings_read(const struct config_node *node, const struct setting *table,
                              void *out, const struct evaluator *evaluator,
                              struct error *err);
/* The same, and where `list` is given what is wrong with one key is noted there and the next one
 * is read; false, too, where anything was. The error is then the last. */
MUST_CHECK bool settings_read_all(const struct config_node *node,
                                  const struct setting *table, void *out,
                                  const struct evaluator *evaluator,
                                  struct error_list *list, struct error *err);
/* One value by the same rules (for keys that are not in a table, such as
 * model.parameters.T). */
MUST_CHECK bool setting_real(const struct config_node *node,
                             const struct evaluator *evaluator, double *value,
                             struct error *err);
/* Frees what settings_read allocated inside *out. */
void settings_finish(const struct setting *table, void *out);
/* "integer, from 1 to 9; default 1": type, range, unit and default. */
void setting_print_type(FILE *out, const struct setting *setting);
/* The table as text for people (one entry a key: type, default, range, unit, sentence,
 * example), malloc'd; NULL without memory. */
char *settings_describe(const char *section, const struct setting *table,
                        struct error *err);
