/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * &name and *name: an alias is a copy of the value that has the anchor, under its own
 * path. */
#include "io/config_parts.h"
#include <string.h>

bool anchor_add(struct config *config, const struct anchor **anchors, const char *name,
                const struct config_node *node, struct error *err) {
    const int count = *anchors != NULL ? (*anchors)->count + 1 : 1;
    if (count > CONFIG_ANCHORS_LIMIT)
        return config_fail(err, node, "more than %d anchors", CONFIG_ANCHORS_LIMIT);
    struct anchor *anchor = config_take(config, sizeof *anchor, err);
    if (anchor == NULL) return false;
    *anchor = (struct anchor){name, node, *anchors, count};
    *anchors = anchor;
    return true;
}

const struct anchor *anchor_find(const struct anchor *anchors, const char *name) {
    while (anchors != NULL && strcmp(anchors->name, name) != 0)
        anchors = anchors->before;
    return anchors;
}

bool config_copy_node(struct config *config, const struct config_node *from,
                      struct config_node *node, int depth, struct error *err) {
    node->kind = from->kind;
    node->line = from->line, node->column = from->column;
    node->text = from->text;
    node->quoted = from->quoted, node->in_flow = from->in_flow;
    if (++config->values > CONFIG_VALUES_LIMIT)
        return config_fail(err, node, "more than %d values", CONFIG_VALUES_LIMIT);
    if (from->kind != CONFIG_SCALAR && depth + 1 > CONFIG_DEPTH_LIMIT)
        return config_fail(err, node, "nested deeper than %d levels", CONFIG_DEPTH_LIMIT);
    for (size_t k = 0; k < from->count; k++) {
        const struct config_node *item = from->child[k];
        struct config_node *child = config_child(config, node, item->key, err);
        if (child == NULL || !config_copy_node(config, item, child, depth + 1, err) ||
            !config_append(config, node, child, err))
            return false;
        child->key_line = item->key_line, child->key_column = item->key_column;
    }
    return true;
}
