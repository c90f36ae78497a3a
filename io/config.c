/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * YAML text -> tree of struct config_node, by libyaml's event stream. Everything the tree
 * holds lies in an arena of blocks, so that one loop frees it, also after a failure
 * half-way. */
#include "io/config.h"
#include "io/config_parts.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum {
    TEXT_LIMIT = 16 << 20,
    KEYS_LIMIT = 1000, /* in one mapping: keeps the look for duplicates short */
    BLOCK_SIZE = 16 << 10,
};

struct block {
    struct block *next;
    size_t used, size;
    max_align_t data[];
};

/* The state of one parse. `event` is the event being looked at. */
struct reader {
    struct config *config;
    yaml_parser_t yaml;
    yaml_event_t event;
    const char *source, *text;
    bool in_file;    /* false: --set, whose nodes have no line and column */
    int depth, flow; /* levels; of those in [ ] or { } */
    const struct anchor *anchors;
    struct error *err;
};

/* ---- memory and nodes ---- */

void *config_take(struct config *config, size_t bytes, struct error *err) {
    const size_t unit = sizeof(max_align_t);
    bytes = (bytes + unit - 1) / unit * unit;
    struct block *block = config->blocks;
    if (block == NULL || block->size - block->used < bytes) {
        const size_t size = bytes > BLOCK_SIZE ? bytes : BLOCK_SIZE;
        block = array_create(sizeof *block + size, 1, err);
        if (block == NULL) return NULL;
        block->size = size;
        block->next = config->blocks;
        config->blocks = block;
    }
    void *taken = (char *)block->data + block->used;
    block->used += bytes;
    return taken;
}

char *config_copy(struct config *config, const char *text, size_t length,
                  struct error *err) {
    char *copy = config_take(config, length + 1, err);
    return copy == NULL ? NULL : memcpy(copy, text, length);
}

void config_destroy(struct config *config) {
    if (config == NULL) return;
    for (struct block *block = config->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(config);
}

/* One more child; the room doubles whenever the count reaches a power of two. */
bool config_append(struct config *config, struct config_node *parent,
                   struct config_node *child, struct error *err) {
    const size_t n = parent->count;
    if ((n & (n - 1)) == 0) {
        const size_t room = n == 0 ? 1 : 2 * n;
        struct config_node **wider = config_take(config, room * sizeof(*wider), err);
        if (wider == NULL) return false;
        if (n > 0) memcpy(wider, parent->child, n * sizeof(*wider));
        parent->child = wider;
    }
    parent->child[parent->count++] = child;
    return true;
}

/* A child of `parent` that is not yet attached: path and key are set, the place is the
 * parent's until the reader knows better. key NULL: the next element of a sequence. */
struct config_node *config_child(struct config *config, const struct config_node *parent,
                                 const char *key, struct error *err) {
    char path[CONFIG_PATH_LIMIT + 1];
    const int length =
        key == NULL ? snprintf(path, sizeof path, "%s[%zu]", parent->path, parent->count)
                    : snprintf(path, sizeof path, "%s%s%s", parent->path,
                               parent->path[0] == '\0' ? "" : ".", key);
    if (length < 0 || (size_t)length >= sizeof path)
        return config_fail(err, parent, "a path of keys longer than %d characters",
                           CONFIG_PATH_LIMIT),
               NULL;
    struct config_node *node = config_take(config, sizeof *node, err);
    if (node == NULL) return NULL;
    *node = (struct config_node){.source = parent->source,
                                 .line = parent->line,
                                 .column = parent->column,
                                 .key_line = parent->line,
                                 .key_column = parent->column};
    node->path = config_copy(config, path, (size_t)length, err);
    if (node->path == NULL) return NULL;
    if (key != NULL && (node->key = config_copy(config, key, strlen(key), err)) == NULL)
        return NULL;
    return node;
}

/* ---- libyaml's events ---- */

static bool starts_character(char c) {
    return ((unsigned char)c & 0xC0) != 0x80;
}

/* Line and column (in characters, from 1) of a byte of the text. */
static void place_of_byte(const char *text, size_t offset, int *line, int *column) {
    *line = *column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n')
            ++*line, *column = 1;
        else if (starts_character(text[i]))
            ++*column;
    }
}

static char character_at(const char *text, size_t index) {
    for (; *text != '\0'; text++)
        if (starts_character(*text) && index-- == 0) return *text;
    return '\0';
}

/* What most often lies behind libyaml's words. */
static const char *yaml_hint(const struct reader *r) {
    static const char *const hints[][2] = {
        {"flow ", "; inside { } and [ ] entries are separated by commas, and a text with a "
                  "comma, a colon or a bracket must stand in quotes"},
        {"block ", "; check the indentation: the keys of a section begin in one column, "
                   "those below it further right"},
        {"mapping values are not allowed",
         "; check the indentation, and put a text with a colon in quotes"},
        {"could not find expected ':'", "; a key is followed by a colon and a blank"},
        {"cannot start any token", "; a text that begins with this character must stand in "
                                   "quotes"},
    };
    const yaml_parser_t *y = &r->yaml;
    const char *context = y->context != NULL ? y->context : "";
    if (character_at(r->text, y->problem_mark.index) == '\t')
        return "; YAML takes no tabs as indentation";
    for (size_t k = 0; k < sizeof hints / sizeof *hints; k++)
        if (strstr(context, hints[k][0]) != NULL || strstr(y->problem, hints[k][0]) != NULL)
            return hints[k][1];
    return "";
}

static bool fail_yaml(struct reader *r) {
    const yaml_parser_t *y = &r->yaml;
    struct config_node at = {.source = r->source, .path = ""};
    if (y->error == YAML_MEMORY_ERROR)
        return fail(r->err, ERROR_MEMORY, "no memory for the settings of %s", r->source);
    if (y->error == YAML_READER_ERROR) {
        if (strncmp(r->text, "\x89HDF", 4) == 0)
            return fail(r->err, ERROR_SETTINGS,
                        "%s is an HDF5 file, not a settings file; fokker info says what is "
                        "in an output file",
                        r->source);
        if (r->in_file) place_of_byte(r->text, y->problem_offset, &at.line, &at.column);
        return config_fail(r->err, &at, "the text is not plain UTF-8: %s", y->problem);
    }
    if (r->in_file) {
        at.line = (int)y->problem_mark.line + 1;
        at.column = (int)y->problem_mark.column + 1;
    }
    const char *context = y->context != NULL ? y->context : "";
    return config_fail(r->err, &at, "not YAML: %s%s%s%s", y->problem,
                       context[0] != '\0' ? " " : "", context, yaml_hint(r));
}

static bool advance(struct reader *r) {
    yaml_event_delete(&r->event);
    return yaml_parser_parse(&r->yaml, &r->event) || fail_yaml(r);
}

/* Where the present event starts, as the place of a node. */
static void mark_place(const struct reader *r, int *line, int *column) {
    *line = r->in_file ? (int)r->event.start_mark.line + 1 : 0;
    *column = r->in_file ? (int)r->event.start_mark.column + 1 : 0;
}

/* The present event's anchor; NULL where it has none. */
static const char *anchor_of(const yaml_event_t *e) {
    return (
        const char *)(e->type == YAML_SCALAR_EVENT           ? e->data.scalar.anchor
                      : e->type == YAML_SEQUENCE_START_EVENT ? e->data.sequence_start.anchor
                      : e->type == YAML_MAPPING_START_EVENT  ? e->data.mapping_start.anchor
                                                             : NULL);
}

static bool refuse_tag(struct reader *r, const struct config_node *node) {
    const yaml_event_t *e = &r->event;
    const yaml_char_t *tag = NULL;
    if (e->type == YAML_SCALAR_EVENT) tag = e->data.scalar.tag;
    if (e->type == YAML_SEQUENCE_START_EVENT) tag = e->data.sequence_start.tag;
    if (e->type == YAML_MAPPING_START_EVENT) tag = e->data.mapping_start.tag;
    return tag == NULL ||
           config_fail(r->err, node, "tags (!name) are not taken; remove it");
}

static bool is_flow(const yaml_event_t *e) {
    return e->type == YAML_SEQUENCE_START_EVENT
               ? e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
               : e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
}

static bool read_value(struct reader *r, struct config_node *node);

static bool is_null(const char *text) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (strcmp(text, nulls[i]) == 0) return true;
    return false;
}

static const char *no_value_hint(const struct config_node *node) {
    if (node->key == NULL || node->line == 0) return "";
    if (strchr(node->key, ':') != NULL) return "; a blank follows the colon after a key";
    return node->in_flow ? "; inside { } a text with a comma must stand in quotes"
                         : "; what belongs to a key is indented";
}

static bool read_scalar(struct reader *r, struct config_node *node) {
    const char *text = (const char *)r->event.data.scalar.value;
    const size_t length = r->event.data.scalar.length;
    node->kind = CONFIG_SCALAR;
    node->quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (strlen(text) != length)
        return config_fail(r->err, node, "a text may not contain the character \\0");
    if (!node->quoted && is_null(text))
        return config_fail_key(r->err, node,
                               "has no value; give one or leave the key out%s",
                               no_value_hint(node));
    return (node->text = config_copy(r->config, text, length, r->err)) != NULL;
}

static bool read_sequence(struct reader *r, struct config_node *node) {
    node->kind = CONFIG_SEQUENCE;
    while (advance(r)) {
        if (r->event.type == YAML_SEQUENCE_END_EVENT) return true;
        struct config_node *child = config_child(r->config, node, NULL, r->err);
        if (child == NULL || !read_value(r, child) ||
            !config_append(r->config, node, child, r->err))
            return false;
        child->key_line = child->line, child->key_column = child->column;
    }
    return false;
}

/* The key that the present event holds, as a child without value. */
static struct config_node *read_key(struct reader *r, const struct config_node *parent) {
    struct config_node at = *parent; /* for messages: the parent's path, the key's place */
    mark_place(r, &at.line, &at.column);
    if (!refuse_tag(r, &at)) return NULL;
    if (r->event.type != YAML_SCALAR_EVENT || anchor_of(&r->event) != NULL)
        return config_fail(r->err, &at, "a key must be plain text, found %s",
                           r->event.type == YAML_MAPPING_START_EVENT    ? "a mapping"
                           : r->event.type == YAML_SEQUENCE_START_EVENT ? "a list"
                           : r->event.type == YAML_ALIAS_EVENT          ? "an alias (*name)"
                                                               : "an anchor (&name)"),
               NULL;
    const char *key = (const char *)r->event.data.scalar.value;
    if (key[0] == '\0' || strlen(key) != r->event.data.scalar.length)
        return config_fail(r->err, &at, "a key must be plain text, found an empty one"),
               NULL;
    if (strcmp(key, "<<") == 0 && r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        return config_fail(r->err, &at,
                           "merge keys (<<) are not taken; write the keys out"),
               NULL;
    struct config_node *child = config_child(r->config, &at, key, r->err);
    const struct config_node *twin = config_find(parent, key);
    if (child == NULL || twin == NULL) return child;
    if (r->in_file)
        config_fail_key(r->err, child, "given twice, first in line %d", twin->key_line);
    else
        config_fail_key(r->err, child, "given twice");
    return NULL;
}

static bool read_mapping(struct reader *r, struct config_node *node) {
    node->kind = CONFIG_MAPPING;
    while (advance(r)) {
        if (r->event.type == YAML_MAPPING_END_EVENT) return true;
        if (node->count == KEYS_LIMIT)
            return config_fail(r->err, node, "more than %d keys in one mapping",
                               KEYS_LIMIT);
        struct config_node *child = read_key(r, node);
        if (child == NULL || !advance(r) || !read_value(r, child) ||
            !config_append(r->config, node, child, r->err))
            return false;
    }
    return false;
}

static bool read_list_or_mapping(struct reader *r, struct config_node *node) {
    const bool flow = is_flow(&r->event);
    if (++r->depth > CONFIG_DEPTH_LIMIT)
        return config_fail(r->err, node, "nested deeper than %d levels",
                           CONFIG_DEPTH_LIMIT);
    r->flow += flow;
    const bool read = r->event.type == YAML_SEQUENCE_START_EVENT ? read_sequence(r, node)
                                                                 : read_mapping(r, node);
    r->depth--;
    r->flow -= flow;
    return read;
}

/* The copy keeps the place of what it is a copy of. */
static bool read_alias(struct reader *r, struct config_node *node) {
    const char *name = (const char *)r->event.data.alias.anchor;
    const struct anchor *anchor = anchor_find(r->anchors, name);
    if (anchor == NULL)
        return config_fail(r->err, node, "no value before it has the anchor &%s", name);
    return config_copy_node(r->config, anchor->node, node, r->depth, r->err);
}

/* Fills node from the present event up to and including the last one of the value. */
static bool read_value(struct reader *r, struct config_node *node) {
    mark_place(r, &node->line, &node->column);
    node->in_flow = r->flow > 0;
    if (node->key == NULL) node->key_line = node->line, node->key_column = node->column;
    if (r->event.type == YAML_ALIAS_EVENT) return read_alias(r, node);
    if (!refuse_tag(r, node)) return false;
    if (++r->config->values > CONFIG_VALUES_LIMIT)
        return config_fail(r->err, node, "more than %d values", CONFIG_VALUES_LIMIT);
    const char *name = anchor_of(&r->event);
    if (name != NULL && (name = config_copy(r->config, name, strlen(name), r->err)) == NULL)
        return false;
    const bool read = r->event.type == YAML_SCALAR_EVENT ? read_scalar(r, node)
                                                         : read_list_or_mapping(r, node);
    return read && (name == NULL || anchor_add(r->config, &r->anchors, name, node, r->err));
}

/* The one document of the stream into node. */
static bool read_document(struct reader *r, struct config_node *node) {
    if (!advance(r) || !advance(r)) return false; /* stream start, document start */
    mark_place(r, &node->line, &node->column);
    if (r->event.type == YAML_STREAM_END_EVENT)
        return config_fail(r->err, node, "%s",
                           r->in_file ? "there are no settings in it" : "has no value");
    if (!advance(r) || !read_value(r, node)) return false;
    if (!advance(r) || !advance(r)) return false; /* document end, stream end */
    if (r->event.type == YAML_STREAM_END_EVENT) return true;
    struct config_node at = *node;
    mark_place(r, &at.line, &at.column);
    return config_fail(r->err, &at, "a second document starts; only one is taken");
}

bool config_read(struct config *config, const char *source, bool in_file, int depth,
                 const char *text, size_t length, struct config_node *node,
                 struct error *err) {
    struct reader r = {.config = config,
                       .source = source,
                       .text = text,
                       .in_file = in_file,
                       .depth = depth,
                       .err = err};
    if (!yaml_parser_initialize(&r.yaml))
        return fail(err, ERROR_MEMORY, "no memory for the settings of %s", source);
    yaml_parser_set_encoding(&r.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.yaml, (const unsigned char *)text, length);
    const bool read = read_document(&r, node);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.yaml);
    return read;
}

/* ---- public ---- */

struct config *config_parse(const char *name, const char *text, size_t length,
                            struct error *err) {
    if (length > TEXT_LIMIT)
        return fail(err, ERROR_SETTINGS, "%s: larger than %d MiB", name, TEXT_LIMIT >> 20),
               NULL;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3, length -= 3;
    struct config *config = array_create(1, sizeof *config, err);
    if (config == NULL) return NULL;
    struct config_node *root = &config->root;
    root->path = "";
    if ((root->source = config_copy(config, name, strlen(name), err)) == NULL ||
        (config->text = config_copy(config, text, length, err)) == NULL ||
        !config_read(config, root->source, true, 0, config->text, length, root, err))
        goto failed;
    if (root->kind == CONFIG_MAPPING) return config;
    char found[CONFIG_FOUND];
    config_fail(err, root, "expected `key: value` lines, found %s",
                config_found(root, found));
failed:
    config_destroy(config);
    return NULL;
}

/* All bytes of a stream (files and pipes), malloc'd; NULL: errno says why. */
static char *read_all(FILE *stream, size_t *length) {
    char *text = NULL;
    size_t size = 0, room = 4096;
    do {
        char *wider = realloc(text, room *= 2);
        if (wider == NULL) return free(text), NULL;
        text = wider;
        size += fread(text + size, 1, room - size, stream);
    } while (size == room && size <= TEXT_LIMIT);
    if (ferror(stream)) return free(text), NULL;
    *length = size;
    return text;
}

struct config *config_load(const char *file, struct error *err) {
    size_t length = 0;
    struct config *config = NULL;
    FILE *stream = fopen(file, "rb");
    char *text = stream != NULL ? read_all(stream, &length) : NULL;
    if (text != NULL)
        config = config_parse(file, text, length, err);
    else
        fail(err, errno == ENOMEM ? ERROR_MEMORY : ERROR_FILE, "cannot read %s: %s", file,
             strerror(errno));
    free(text);
    if (stream != NULL) fclose(stream);
    return config;
}

const struct config_node *config_root(const struct config *config) {
    return &config->root;
}

const char *config_text(const struct config *config) {
    return config->text;
}

const struct config_node *config_find(const struct config_node *node, const char *key) {
    if (node == NULL || node->kind != CONFIG_MAPPING) return NULL;
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->child[i]->key, key) == 0) return node->child[i];
    return NULL;
}
