/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What io/config*.c share: the arena that holds a tree, and reading YAML text into a node.
 * Nothing outside io/ includes this. */
#pragma once

#include "io/config.h"

enum { CONFIG_PATH_LIMIT = 400, CONFIG_DEPTH_LIMIT = 32 };

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
/* Parses the one YAML document in text (NUL-terminated) into node, whose path and key are
 * set; depth: levels above it. */
bool config_read(struct config *config, const char *source, bool in_file, int depth,
                 const char *text, size_t length, struct config_node *node,
                 struct error *err);
