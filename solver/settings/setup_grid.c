/* SPDX-License-Identifier: GPL-3.0-or-later
 * The section `grid`: one axis for each variable. */
#include "solver/settings/setup.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool boundaries_read(const struct axis_settings *s, const struct config_node *at,
                            enum boundary out[2], struct error *err) {
    static const char *const names[] = {"reflecting", "absorbing", "periodic"};
    const struct config_node *node = config_find(at, "boundary");
    if (node == NULL) node = at;
    if (s->boundary.count < 1 || s->boundary.count > 2)
        return config_fail(err, node, "%zu boundaries; give one, or [lower, upper]",
                           s->boundary.count);
    for (size_t k = 0; k < 2; k++) {
        const char *text = s->boundary.value[k < s->boundary.count ? k : 0];
        size_t b = 0;
        while (b < 3 && strcmp(names[b], text) != 0)
            b++;
        if (b == 3) {
            const char *near = nearest_word(text, names, 3);
            return config_fail(
                err, node, "'%s'%s%s%s; allowed: reflecting, absorbing, periodic", text,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        }
        out[k] = (enum boundary)b;
    }
    if ((out[0] == PERIODIC) != (out[1] == PERIODIC))
        return config_fail(
            err, node, "only one end is periodic; an axis is periodic at both or at none");
    return true;
}

static bool refinements_read(const struct spec *spec, const struct config_node *node,
                             struct refinement *out, struct error *err) {
    for (size_t k = 0; k < node->count; k++) {
        struct refine_settings r = {0};
        if (!settings_read(node->child[k], refine_table, &r, &spec->evaluator, err))
            return false;
        out[k] = (struct refinement){r.at, r.width, r.factor};
    }
    return true;
}

/* min, max and cells are given except with nodes, which say all three. */
static bool extent_read(const struct axis_settings *s, const struct config_node *at,
                        struct axis_spec *a, struct error *err) {
    if (s->spacing == SPACING_NODES) {
        if (s->nodes.count < 3)
            return config_fail(err, at,
                               "spacing 'nodes' needs a list 'nodes' of at least 3 faces");
        if (!isnan(s->min) || !isnan(s->max) || s->cells > 0)
            return config_fail(
                err, at,
                "min, max and cells do not go with spacing 'nodes': the nodes say them");
        a->cells = s->nodes.count - 1;
        a->lo = s->nodes.value[0];
        a->hi = s->nodes.value[a->cells];
        return true;
    }
    if (s->nodes.count > 0)
        return config_fail(err, config_find(at, "nodes"), "goes with spacing: nodes only");
    if (isnan(s->min)) return config_fail(err, at, "missing key 'min'");
    if (isnan(s->max)) return config_fail(err, at, "missing key 'max'");
    if (s->cells <= 0) return config_fail(err, at, "missing key 'cells'");
    if (!(s->max > s->min))
        return config_fail(err, config_find(at, "max"), "max %g is not above min %g",
                           s->max, s->min);
    return true;
}

/* What is compared with grids of half (and a quarter of) the cells needs its aligned faces
 * there too. */
static size_t face_multiple(const struct spec *spec, const struct axis_settings *s) {
    if (spec->accuracy.estimate) return 4;
    return spec->analysis.escape != NULL && s->cells % 2 == 0 ? 2 : 1;
}

static struct axis *axis_from_settings(const struct spec *spec, size_t d,
                                       struct error *err) {
    const struct axis_settings *s = &spec->axis[d];
    const struct config_node *at =
        config_find(spec->grid_node, spec->model.variables.value[d]);
    struct axis_spec a = {.spacing = (enum spacing)s->spacing,
                          .cells = (size_t)(s->cells > 0 ? s->cells : 0),
                          .lo = s->min,
                          .hi = s->max,
                          .about = s->about,
                          .scale = s->scale,
                          .ratio = s->ratio,
                          .nodes = s->nodes.count,
                          .node = s->nodes.value,
                          .aligns = s->align.count,
                          .align = s->align.value,
                          .multiple = face_multiple(spec, s)};
    struct refinement *refine = NULL;
    struct axis *axis = NULL;
    if (!extent_read(s, at, &a, err) || !boundaries_read(s, at, a.boundary, err))
        return NULL;
    if (s->refine != NULL && s->refine->kind != CONFIG_SEQUENCE)
        return config_fail(err, s->refine, "a list of {at, width, factor} is wanted here"),
               NULL;
    if (s->refine != NULL) {
        a.refinements = s->refine->count;
        a.refine = refine = array_create(a.refinements, sizeof *refine, err);
        if (refine == NULL || !refinements_read(spec, s->refine, refine, err)) goto done;
    }
    if ((axis = axis_create(&a, err)) == NULL) config_fail_within(err, at);
done:
    free(refine);
    return axis;
}

/* At most `most` of n cells: a divisor where a large one exists, as odd or even as n, so that
 * the middle of an axis stays a face or a centre. */
static size_t fewer_cells(size_t n, size_t most) {
    if (n <= most) return n;
    for (size_t m = most; m > most / 2; m--)
        if (n % m == 0 && (n - m) % 2 == 0) return m;
    return most - (n - most) % 2;
}

static bool thin(struct axis **axis, size_t cells, struct error *err) {
    struct axis *all = *axis;
    if (cells == all->cells) return true;
    *axis = axis_thin(all, cells, err);
    axis_destroy(all);
    return *axis != NULL;
}

/* The shorter axis keeps its cells where the longer one can spare enough. */
static bool thin_both(struct axis *axis[2], size_t most, struct error *err) {
    const size_t side = (size_t)sqrt((double)most), n[2] = {axis[0]->cells, axis[1]->cells};
    const size_t first = n[0] <= n[1] ? 0 : 1, second = 1 - first;
    const size_t m = fewer_cells(n[first], side);
    return thin(&axis[first], m, err) &&
           thin(&axis[second], fewer_cells(n[second], most / m), err);
}

struct grid *setup_grid(const struct spec *spec, size_t most, size_t *cells,
                        struct error *err) {
    struct axis *axis[2] = {NULL, NULL};
    const size_t dims = spec_dims(spec);
    *cells = 1;
    for (size_t d = 0; d < dims; d++) {
        if ((axis[d] = axis_from_settings(spec, d, err)) == NULL) goto failed;
        if (__builtin_mul_overflow(*cells, axis[d]->cells, cells)) *cells = (size_t)-1;
    }
    if (dims == 2 && *cells > most && !thin_both(axis, most, err)) goto failed;
    return grid_create(axis[0], axis[1], err);
failed:
    axis_destroy(axis[0]);
    axis_destroy(axis[1]);
    return NULL;
}
