/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/record_axes.h"
#include "solver/file/record_fields.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const generic[2] = {"x", "y"};
static const char *const generic_edge[2] = {"x_edge", "y_edge"};
static const char *const bounds[2] = {"x_bnds", "y_bnds"};

/* ---- names ---- */

/* Is it the name of another data set or group of the file? */
static bool is_taken(const char *name, const struct record_field *fields, size_t count) {
    static const char *const others[] = {
        "time",      "bnds",      "x_bnds",          "y_bnds", "entry", "last_density",
        "exit_time", "exit_face", "splitting_level", "mode",   "phase"};
    char field[QUANTITY_NAME];
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (strcmp(name, others[k]) == 0) return true;
    for (size_t k = 0; k < count; k++)
        if (strcmp(name, quantity_name(field, fields[k].quantity, &fields[k].of)) == 0)
            return true;
    return false;
}

static void call_axis(struct axis_names *names, int d, const char *name) {
    snprintf(names->centre[d], AXIS_NAME, "%s", name);
    snprintf(names->edge[d], AXIS_NAME, "%.120s_edge", name);
}

/* Has one axis a name of the other? */
static bool names_clash(const struct axis_names *names) {
    const char *a = names->centre[0], *b = names->centre[1];
    return names->dims == 2 && (strcmp(a, b) == 0 || strcmp(a, names->edge[1]) == 0 ||
                                strcmp(b, names->edge[0]) == 0);
}

/* Are x, x_edge (and y, y_edge) to be had, and not the names of other axes? */
static bool generic_is_free(const struct axis_names *names) {
    for (int d = 0; d < names->dims; d++)
        for (int k = 0; k < names->dims; k++)
            if ((k != d && strcmp(names->centre[d], generic[k]) == 0) ||
                strcmp(names->centre[d], generic_edge[k]) == 0)
                return false;
    return true;
}

void axis_names_choose(struct axis_names *names, int dims, const struct record_header *h,
                       const struct record_field *fields, size_t count) {
    *names = (struct axis_names){.dims = dims};
    for (int d = 0; d < dims; d++) {
        call_axis(names, d, h->variable[d]);
        if (strlen(h->variable[d]) > 100 || is_taken(names->centre[d], fields, count) ||
            is_taken(names->edge[d], fields, count))
            call_axis(names, d, generic[d]);
    }
    if (names_clash(names)) call_axis(names, 0, "x"), call_axis(names, 1, "y");
    names->copies = generic_is_free(names);
}

/* Letters, digits and _, of which those of the settings consist (those outside ASCII too). */
static bool is_word(const char *name) {
    const unsigned char *c = (const unsigned char *)name;
    while (*c >= 0x80 || *c == '_' || isalnum(*c))
        c++;
    return *c == '\0' && c != (const unsigned char *)name;
}

/* Is `name` the axis itself, or along it? */
static bool is_copy(const struct h5file *file, const char *name, const char *axis) {
    char found[AXIS_NAME];
    return strcmp(name, axis) == 0 ||
           (h5file_has(file, name) && h5file_axis(file, name, 0, found, AXIS_NAME) &&
            strcmp(found, axis) == 0);
}

bool axis_names_find(struct axis_names *names, const struct h5file *file,
                     struct error *err) {
    struct h5_extent extent;
    *names = (struct axis_names){0};
    if (!h5file_extent(file, "density", &extent, err)) return false;
    if (extent.rank != 2 && extent.rank != 3)
        return fail(err, ERROR_FILE, "'density' has %d dimensions", extent.rank);
    names->dims = extent.rank - 1;
    for (int d = 0; d < names->dims; d++) {
        char axis[AXIS_NAME];
        const unsigned dimension = (unsigned)(names->dims - d);
        const bool known = h5file_axis(file, "density", dimension, axis, AXIS_NAME - 8) &&
                           is_word(axis) && h5file_has(file, axis);
        call_axis(names, d, known ? axis : generic[d]);
    }
    names->copies = true;
    for (int d = 0; d < names->dims; d++)
        names->copies &= is_copy(file, generic[d], names->centre[d]);
    return true;
}

const char *axis_plain_name(const struct axis_names *names, int d) {
    return names->copies ? generic[d] : names->centre[d];
}

/* ---- writing ---- */

static bool define_labelled(struct h5file *file, struct h5_array array, const char *label,
                            const char *unit, struct error *err) {
    char *text = label_create(label, unit, err);
    array.long_name = text;
    array.units = unit != NULL ? unit : "1";
    const bool good = text != NULL && h5file_define(file, &array, err);
    free(text);
    return good;
}

/* Centres and faces of the cells, as dimension scales. */
static bool write_axis(struct h5file *file, const struct grid *grid, int d,
                       const struct axis_names *names, const struct record_header *h,
                       struct error *err) {
    const struct axis *axis = grid->axis[d];
    const struct h5_array centre = {.name = names->centre[d],
                                    .layout = H5_FIXED,
                                    .rank = 1,
                                    .shape = {axis->cells},
                                    .scale = true,
                                    .bounds = bounds[d]};
    const struct h5_array edge = {.name = names->edge[d],
                                  .layout = H5_FIXED,
                                  .rank = 1,
                                  .shape = {axis->cells + 1},
                                  .scale = true};
    return define_labelled(file, centre, h->variable[d], h->unit[d], err) &&
           h5file_write(file, centre.name, axis->centre, err) &&
           define_labelled(file, edge, h->variable[d], h->unit[d], err) &&
           h5file_write(file, edge.name, axis->face, err);
}

/* The same once more as x and x_edge (y and y_edge), which are no scales: a second name of a
 * scale would make two axes of one (docs/file-format.md 4.3). */
static bool write_copies(struct h5file *file, const struct grid *grid, int d,
                         const struct axis_names *names, const struct record_header *h,
                         struct error *err) {
    const struct axis *axis = grid->axis[d];
    const struct h5_array centre = {.name = generic[d],
                                    .layout = H5_FIXED,
                                    .rank = 1,
                                    .shape = {axis->cells},
                                    .axes = {names->centre[d]}};
    const struct h5_array edge = {.name = generic_edge[d],
                                  .layout = H5_FIXED,
                                  .rank = 1,
                                  .shape = {axis->cells + 1},
                                  .axes = {names->edge[d]}};
    if (strcmp(names->centre[d], generic[d]) == 0) return true;
    return define_labelled(file, centre, h->variable[d], h->unit[d], err) &&
           h5file_write(file, centre.name, axis->centre, err) &&
           define_labelled(file, edge, h->variable[d], h->unit[d], err) &&
           h5file_write(file, edge.name, axis->face, err);
}

/* CF's bounds of the cells: lower and upper face. */
static bool write_bounds(struct h5file *file, const struct axis *axis, const char *name,
                         const char *centre, struct error *err) {
    const struct h5_array array = {.name = name,
                                   .layout = H5_FIXED,
                                   .rank = 2,
                                   .shape = {axis->cells, 2},
                                   .axes = {centre, "bnds"}};
    double *pairs = array_create(2 * axis->cells, sizeof *pairs, err);
    if (pairs == NULL) return false;
    for (size_t i = 0; i < axis->cells; i++)
        pairs[2 * i] = axis->face[i], pairs[2 * i + 1] = axis->face[i + 1];
    const bool good =
        h5file_define(file, &array, err) && h5file_write(file, name, pairs, err);
    free(pairs);
    return good;
}

/* An axis of numbers 0 .. n - 1; none where n is 0. */
static bool write_counting_axis(struct h5file *file, const char *name, const char *label,
                                size_t n, struct error *err) {
    const struct h5_array axis = {.name = name,
                                  .layout = H5_FIXED,
                                  .integer = true,
                                  .rank = 1,
                                  .shape = {n},
                                  .scale = true};
    if (n == 0) return true;
    int64_t *number = array_create(n, sizeof *number, err);
    for (size_t k = 0; number != NULL && k < n; k++)
        number[k] = (int64_t)k;
    const bool good = number != NULL && define_labelled(file, axis, label, NULL, err) &&
                      h5file_write_integers(file, name, number, err);
    free(number);
    return good;
}

/* Axes that only some runs have. */
static bool write_further_axes(struct h5file *file, const struct record_header *h,
                               struct error *err) {
    const struct h5_array times = {.name = "exit_time",
                                   .layout = H5_FIXED,
                                   .rank = 1,
                                   .shape = {h->exit_times},
                                   .scale = true};
    if (h->exit_times > 0 &&
        (!define_labelled(file, times, "time since the start", h->time_unit, err) ||
         !h5file_write(file, "exit_time", h->exit_time, err)))
        return false;
    const struct h5_array phases = {.name = "phase",
                                    .layout = H5_FIXED,
                                    .rank = 1,
                                    .shape = {h->phases},
                                    .scale = true};
    if (h->phases > 0 &&
        (!define_labelled(file, phases, "time since a period began", h->time_unit, err) ||
         !h5file_write(file, "phase", h->phase, err)))
        return false;
    return write_counting_axis(file, "exit_face", "face", h->exit_faces, err) &&
           write_counting_axis(file, "splitting_level", "level", h->levels, err) &&
           write_counting_axis(file, "mode", "mode", h->modes, err);
}

bool record_axes_write(struct h5file *file, const struct grid *grid,
                       const struct axis_names *names, const struct record_header *h,
                       struct error *err) {
    const struct h5_array time = {
        .name = "time", .layout = H5_SERIES, .scale = true, .axis = "T"};
    const struct h5_array bnds = {.name = "bnds",
                                  .layout = H5_FIXED,
                                  .integer = true,
                                  .rank = 1,
                                  .shape = {2},
                                  .scale = true};
    const int64_t both[2] = {0, 1};
    if (!define_labelled(file, time, h->time_name, h->time_unit, err)) return false;
    for (int d = 0; d < grid->dims; d++)
        if (!write_axis(file, grid, d, names, h, err)) return false;
    if (!h5file_define(file, &bnds, err) || !h5file_write_integers(file, "bnds", both, err))
        return false;
    for (int d = 0; d < grid->dims; d++)
        if (!write_bounds(file, grid->axis[d], bounds[d], names->centre[d], err) ||
            (names->copies && !write_copies(file, grid, d, names, h, err)))
            return false;
    return write_further_axes(file, h, err);
}

/* ---- an earlier run's file ---- */

static bool same_faces(const struct h5file *file, const char *name, const struct axis *axis,
                       struct error *err) {
    const size_t faces = axis->cells + 1;
    size_t size = 0;
    if (!h5file_size(file, name, &size, err)) return false;
    double *face = size == faces ? array_create(faces, sizeof *face, err) : NULL;
    bool same = size == faces;
    if (!same)
        fail(err, ERROR_FILE, "its grid has %zu faces in '%s' instead of %zu", size, name,
             faces);
    same = same && face != NULL && h5file_read(file, name, face, faces, err) &&
           (memcmp(face, axis->face, faces * sizeof *face) == 0 ||
            fail(err, ERROR_FILE, "the faces in '%s' lie elsewhere", name));
    free(face);
    return same;
}

bool record_axes_same(const struct h5file *file, const struct grid *grid,
                      struct error *err) {
    struct axis_names names;
    if (!axis_names_find(&names, file, err)) return false;
    if (names.dims != grid->dims)
        return fail(err, ERROR_FILE, "it is not %d-D", grid->dims);
    for (int d = 0; d < grid->dims; d++)
        if (!same_faces(file, names.edge[d], grid->axis[d], err)) return false;
    return true;
}
