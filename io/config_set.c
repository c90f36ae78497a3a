/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * --set a.b[1].c=value: one value of the tree replaced or added from the command line. */
#include "io/config_parts.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* One step of a path: a key, or an index when key is empty. */
struct step {
    char key[CONFIG_PATH_LIMIT + 1];
    size_t index;
};

/* Cuts the first step off *path; false when there is none or it is malformed. */
static bool take_step(const char **path, struct step *step) {
    const char *p = *path;
    if (*p == '[') {
        int length = 0;
        step->key[0] = '\0';
        if (!isdigit((unsigned char)p[1]) ||
            sscanf(p, "[%9zu]%n", &step->index, &length) != 1 || length == 0)
            return false;
        p += length;
    } else {
        const size_t length = strcspn(p, ".[");
        if (length == 0) return false;
        memcpy(step->key, p, length);
        step->key[length] = '\0';
        p += length;
    }
    if (*p == '.' && *++p == '\0') return false;
    *path = p;
    return true;
}

/* Where the child that a step names is held, NULL when the mapping has no such key.
 * *wrong: parent is of the wrong kind or too short. */
static struct config_node **find_slot(const struct config_node *parent,
                                      const struct step *step, bool *wrong) {
    const bool keyed = step->key[0] != '\0';
    *wrong = keyed ? parent->kind != CONFIG_MAPPING
                   : parent->kind != CONFIG_SEQUENCE || step->index >= parent->count;
    if (*wrong) return NULL;
    if (!keyed) return &parent->child[step->index];
    for (size_t i = 0; i < parent->count; i++)
        if (strcmp(parent->child[i]->key, step->key) == 0) return &parent->child[i];
    return NULL;
}

static bool fail_step(struct error *err, const char *source,
                      const struct config_node *parent, const struct step *step) {
    const char *name = parent->path[0] != '\0' ? parent->path : "the file";
    if (step->key[0] != '\0')
        return config_fail(err, NULL, "%s: %s is %s, which has no keys", source, name,
                           parent->kind == CONFIG_SCALAR ? "a single value" : "a list");
    if (parent->kind != CONFIG_SEQUENCE)
        return config_fail(err, NULL, "%s: %s is no list", source, name);
    return config_fail(err, NULL, "%s: %s has %zu elements, counted from [0]", source, name,
                       parent->count);
}

/* Walks to the parent of the last step, making empty mappings where keys are missing.
 * *depth: that parent's level, the root's being 1. */
static struct config_node *walk(struct config *config, const char *source, const char *path,
                                struct step *last, int *depth, struct error *err) {
    struct config_node *node = &config->root;
    for (*depth = 1; *depth <= CONFIG_DEPTH_LIMIT && take_step(&path, last); ++*depth) {
        bool wrong = false;
        struct config_node **slot = find_slot(node, last, &wrong);
        if (wrong) return fail_step(err, source, node, last), NULL;
        if (*path == '\0') return node;
        if (slot == NULL) {
            struct config_node *made = config_child(config, node, last->key, err);
            if (made == NULL || !config_append(config, node, made, err)) return NULL;
            made->kind = CONFIG_MAPPING;
            made->source = source;
            made->line = made->column = made->key_line = made->key_column = 0;
            node = made;
        } else {
            node = *slot;
        }
    }
    config_fail(err, NULL, "%s: expected a path such as grid.w.cells or a.b[1]", source);
    return NULL;
}

bool config_set(struct config *config, const char *assignment, struct error *err) {
    const char *equals = strchr(assignment, '=');
    size_t length = equals != NULL ? (size_t)(equals - assignment) : 0;
    while (length > 0 && assignment[length - 1] == ' ')
        length--;
    if (length == 0 || length > CONFIG_PATH_LIMIT)
        return config_fail(err, NULL,
                           "--set %.60s: expected key=value, such as grid.w.cells=400",
                           assignment);
    char text[CONFIG_PATH_LIMIT + sizeof "--set =.."];
    struct step last;
    int depth = 0;
    const int size = snprintf(text, sizeof text, "--set %.*s=..", (int)length, assignment);
    const char *source = config_copy(config, text, (size_t)size, err);
    const char *path = config_copy(config, assignment, length, err);
    if (source == NULL || path == NULL) return false;

    struct config_node *value = config_take(config, sizeof *value, err);
    if (value == NULL) return false;
    *value = (struct config_node){.source = source, .path = path};
    struct config_node *parent = walk(config, source, path, &last, &depth, err);
    if (parent == NULL) return false;
    if (last.key[0] != '\0' &&
        (value->key = config_copy(config, last.key, strlen(last.key), err)) == NULL)
        return false;
    if (!config_read(config, source, false, depth, equals + 1, strlen(equals + 1), value,
                     err))
        return false;
    bool wrong = false;
    struct config_node **slot = find_slot(parent, &last, &wrong);
    if (slot == NULL) return config_append(config, parent, value, err);
    *slot = value;
    return true;
}
