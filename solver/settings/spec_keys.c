/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/spec_keys.h"
#include "solver/settings/spec_nested.h"
#include <stdio.h>
#include <string.h>

static bool table_has(const struct setting *table, const char *key) {
    while (table->key != NULL && strcmp(table->key, key) != 0)
        table++;
    return table->key != NULL;
}

/* "'time.tolerance' or 'monte_carlo.tolerance'": the full names that the key has in other
 * sections, at most three; empty when there is none. */
static void find_homes(const struct config_node *root, const char *key, char *text,
                       size_t size) {
    const struct config_node *model = config_find(root, "model");
    size_t used = 0, homes = 0;
    text[0] = '\0';
    if (config_find(config_find(model, "parameters"), key) != NULL)
        homes = 1, used = (size_t)snprintf(text, size, "'model.parameters.%.60s'", key);
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++) {
        const char *name = strcmp(s->name, "grid") == 0           ? "grid.VARIABLE"
                           : strcmp(s->name, "model.tables") == 0 ? "model.tables.FUNCTION"
                                                                  : s->name;
        if (!table_has(s->table, key) || homes == 3 || used >= size) continue;
        used += (size_t)snprintf(text + used, size - used, "%s'%s%s%.60s'",
                                 homes > 0 ? " or " : "", name, name[0] != '\0' ? "." : "",
                                 key);
        homes++;
    }
}

static bool mapping_check(const struct config_node *root, const struct config_node *node,
                          const struct setting *table, struct error_list *list,
                          struct error *err) {
    char homes[300];
    bool good = true;
    for (size_t k = 0; node->kind == CONFIG_MAPPING && k < node->count; k++) {
        const struct config_node *child = node->child[k];
        if (table_has(table, child->key)) continue;
        find_homes(root, child->key, homes, sizeof homes);
        if (homes[0] == '\0') continue;
        config_fail_key(err, child, "unknown key here; did you mean %s?%s", homes,
                        child->line > 0 ? " (the indentation decides)" : "");
        good = fail_about(err, OF_UNKNOWN_KEY);
        if (!error_note(list, err)) return false;
    }
    return good;
}

bool keys_check(const struct config_node *root, struct error_list *list,
                struct error *err) {
    bool good = true;
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++) {
        const bool axes =
            strcmp(s->name, "grid") == 0 || strcmp(s->name, "model.tables") == 0;
        const struct config_node *node = spec_section_node(root, s->name);
        for (size_t k = 0; axes && node != NULL && k < node->count; k++)
            if (!mapping_check(root, node->child[k], s->table, list, err)) good = false;
        if (!axes && node != NULL && !mapping_check(root, node, s->table, list, err))
            good = false;
        if (!good && list == NULL) return false;
    }
    return good;
}
