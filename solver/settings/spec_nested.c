/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/spec_nested.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct config_node *spec_section_node(const struct config_node *root,
                                            const char *name) {
    char key[64];
    const struct config_node *node = root;
    while (*name != '\0' && node != NULL) {
        const size_t length = strcspn(name, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, name);
        node = config_find(node, key);
        name += length + (name[length] == '.');
    }
    return node;
}

/* What the tables of sections fill is smaller. */
union scratch {
    max_align_t align;
    char byte[2048];
};

/* Names that are not known are no mistake of a key: the model may define them (functions), and
 * its reader says so if not. */
static bool mapping_read(const struct spec *spec, const struct config_node *node,
                         const struct setting *table, struct error_list *list,
                         struct error *err) {
    union scratch scratch;
    struct error_list *found = array_create(1, sizeof *found, err);
    if (found == NULL) return false;
    struct error ours = {0};
    bool good = settings_read_all(node, table, &scratch, &spec->evaluator, found, &ours);
    settings_finish(table, &scratch);
    good = good || !error_is_fatal(&ours);
    if (!good) *err = ours;
    for (size_t k = 0; good && k < found->count; k++) {
        if (found->item[k].subject == OF_NAME) continue;
        *err = found->item[k];
        error_note(list, err);
    }
    free(found);
    return good;
}

/* A list: each of its entries that is a mapping. */
static bool section_read(const struct spec *spec, const struct config_node *node,
                         const struct setting *table, struct error_list *list,
                         struct error *err) {
    if (node == NULL || node->kind == CONFIG_SCALAR) return true;
    if (node->kind == CONFIG_MAPPING) return mapping_read(spec, node, table, list, err);
    for (size_t k = 0; k < node->count; k++)
        if (node->child[k]->kind == CONFIG_MAPPING &&
            !mapping_read(spec, node->child[k], table, list, err))
            return false;
    return true;
}

/* Of grid.VARIABLE, and the tables of functions: one under each name. */
static bool named_read(const struct spec *spec, const struct config_node *node,
                       const char *key, const struct setting *table,
                       struct error_list *list, struct error *err) {
    for (size_t k = 0; node != NULL && node->kind == CONFIG_MAPPING && k < node->count;
         k++) {
        const struct config_node *child = node->child[k];
        if (!section_read(spec, key != NULL ? config_find(child, key) : child, table, list,
                          err))
            return false;
    }
    return true;
}

bool nested_check(const struct spec *spec, struct error_list *list, struct error *err) {
    const struct config_node *root = config_root(spec->config);
    const size_t before = list->count;
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++) {
        if (strchr(s->name, '.') == NULL) continue;
        const bool refine = strcmp(s->name, "grid.refine") == 0;
        const bool tables = strcmp(s->name, "model.tables") == 0;
        const struct config_node *node = spec_section_node(root, refine ? "grid" : s->name);
        const bool good =
            refine || tables
                ? named_read(spec, node, refine ? "refine" : NULL, s->table, list, err)
                : section_read(spec, node, s->table, list, err);
        if (!good) return false;
    }
    return list->count == before;
}
