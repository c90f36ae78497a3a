/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What io/config*.c share: the arena that holds a tree, and reading YAML text into a node.
 * Nothing outside io/ includes this. */
#pragma once

#include "io/config.h"

enum {
    CONFIG_PATH_LIMIT = 400,
    CONFIG_DEPTH_LIMIT = 32,
    CONFIG_VALUES_LIMIT = 200000,
    CONFIG_ANCHORS_LIMIT = 1000
};

/* &name of a value that is read whole: what *name stands for. */
struct anchor {
    const char *name;
    const struct config_node *node;
    const struct anchor *before;
    int count; /* of it and those before */
};

struct config {
    struct config_node root;
    const char *text;
    struct block *blocks; /* the arena: everything the nodes point to */
    size_t values;        /* nodes made so far, against hostile files */
};

/* Zeroed memory that lives as long as the config. */
void *config_take(struct config *config, size_t bytes, struct error *err);
char *config_copy(struct config *config, const char *text, size_t length,
                  struct error *err);
struct config_node *config_child(struct config *config, const struct config_node *parent,
                                 const char *key, struct error *err);
bool config_append(struct config *config, struct config_node *parent,
                   struct config_node *child, struct error *err);
/* node (path, key and place are set) becomes a copy of `from`, whose texts it shares;
 * depth: levels above node. Counts as values, so that aliases of aliases stay within the
 * limits. */
bool config_copy_node(struct config *config, const struct config_node *from,
                      struct config_node *node, int depth, struct error *err);
/* *anchors: the new one before the others; the newest of a name is found. NULL is none. */
bool anchor_add(struct config *config, const struct anchor **anchors, const char *name,
                const struct config_node *node, struct error *err);
const struct anchor *anchor_find(const struct anchor *anchors, const char *name);

/* Parses the one YAML document in text (NUL-terminated) into node, whose path and key are
 * set; depth: levels above it. */
bool config_read(struct config *config, const char *source, bool in_file, int depth,
                 const char *text, size_t length, struct config_node *node,
                 struct error *err);
