/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/setup.h"
#include "solver/settings/spec_uses.h"
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN_CELLS = 20000 };

/* A region's name becomes part of a dataset's name: letters, digits, underscores. */
static bool region_name_check(const struct config_node *node, struct error *err) {
    for (const char *c = node->key; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return config_fail(
                err, node,
                "'%s': the name of a region is made of letters, digits and underscores",
                node->key);
    return true;
}

static bool regions_create(struct setup *s, struct error *err) {
    const struct config_node *node = s->spec->analysis.regions;
    if (node == NULL) return true;
    if (node->kind != CONFIG_MAPPING)
        return config_fail(err, node, "a mapping is wanted here: name: condition");
    if ((s->region = array_create(node->count, sizeof *s->region, err)) == NULL)
        return false;
    s->regions = node->count;
    for (size_t k = 0; k < node->count; k++) {
        if (!region_name_check(node->child[k], err)) return false;
        if ((s->region[k] = strdup(node->child[k]->key)) == NULL)
            return fail(err, ERROR_MEMORY, "no memory");
    }
    return true;
}

static struct setup *create(const struct spec *spec, size_t most, struct error *err) {
    struct setup *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    *s = (struct setup){.spec = spec};
    if ((s->model = setup_model(spec, err)) == NULL ||
        (s->grid = setup_grid(spec, most, &s->cells, err)) == NULL)
        goto failed;
    s->thin = s->grid->cells < s->cells;
    if (!initial_file_create(spec, &s->file, err)) goto failed;
    if ((s->initial = array_create(s->grid->cells, sizeof *s->initial, err)) == NULL)
        goto failed;
    if (!setup_initial(s, s->grid, s->initial, &s->outside, err) || !setup_point(s, err) ||
        !setup_reset_density(s, err))
        goto failed;
    if (!setup_times(spec, s->model, &s->snapshots, &s->time, err) ||
        !regions_create(s, err) || !uses_check(spec, err))
        goto failed;
    return s;
failed:
    setup_destroy(s);
    return NULL;
}

struct setup *setup_create(const struct spec *spec, struct error *err) {
    return create(spec, SIZE_MAX, err);
}

struct setup *setup_plan(const struct spec *spec, struct error *err) {
    return create(spec, PLAN_CELLS, err);
}

void setup_destroy(struct setup *s) {
    if (s == NULL) return;
    for (size_t k = 0; k < s->regions; k++)
        free(s->region[k]);
    free(s->region);
    free(s->time);
    free(s->initial);
    initial_file_destroy(s->file);
    grid_destroy(s->grid);
    model_destroy(s->model);
    free(s);
}
