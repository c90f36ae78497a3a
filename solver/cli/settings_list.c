/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker settings: all of them, a section, or a key wherever it stands. */
#include "io/config.h"
#include "solver/cli/answer.h"
#include "solver/cli/commands.h"
#include "solver/equation/equation.h"
#include "solver/settings/spec.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints a table of keys below a section's name; false without memory. */
static bool print_table(const struct spec_section *s, const struct setting *table,
                        struct error *err) {
    char *text = settings_describe(s->name, table, err);
    if (text == NULL) return false;
    printf("%s%s%s\n%s\n", s->name, s->name[0] != '\0' ? ": " : "", s->sentence, text);
    free(text);
    return true;
}

static bool print_sections(const char *name, bool *found, struct error *err) {
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++) {
        if (name != NULL && strcmp(name, s->name) != 0) continue;
        if (!print_table(s, s->table, err)) return false;
        *found = true;
    }
    return true;
}

static bool print_methods(bool *found, struct error *err) {
    char *text = equations_describe(err);
    if (text == NULL) return false;
    printf("methods: what time.method may be; the first equation that fits the settings is "
           "theirs.\n%s",
           text);
    free(text);
    return *found = true;
}

/* Is it the key of that section: cells, grid.cells, grid.w.cells? */
static bool is_key(const char *name, const struct spec_section *s, const char *key) {
    const size_t section = strlen(s->name);
    const char *last = strrchr(name, '.');
    if (last == NULL) return strcmp(name, key) == 0;
    const bool below = section > 0 && strncmp(name, s->name, section) == 0;
    return strcmp(last + 1, key) == 0 && below &&
           (name + section == last || strcmp(s->name, "grid") == 0);
}

static bool print_keys(const char *name, bool *found, struct error *err) {
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++)
        for (const struct setting *t = s->table; t->key != NULL; t++) {
            const struct setting alone[] = {*t, {0}};
            if (!is_key(name, s, t->key)) continue;
            if (!print_table(s, alone, err)) return false;
            *found = true;
        }
    return true;
}

static int unknown_setting(const char *name) {
    enum { MOST = 400 };
    const char *word[MOST];
    size_t count = 0;
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++) {
        if (count < MOST) word[count++] = s->name;
        for (const struct setting *t = s->table; t->key != NULL && count < MOST; t++)
            word[count++] = t->key;
    }
    const char *near = nearest_word(name, word, count);
    return usage_error("no section or key '%s' in the settings%s%s%s", name,
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int command_settings(const char *const *file, const struct options *o) {
    struct error err = {0};
    const char *name = file[0];
    bool found = false;
    (void)o;
    if (!print_sections(name, &found, &err)) return report_error(&err);
    if ((name == NULL || strcmp(name, "methods") == 0) && !print_methods(&found, &err))
        return report_error(&err);
    if (!found && !print_keys(name, &found, &err)) return report_error(&err);
    return found ? 0 : unknown_setting(name);
}
