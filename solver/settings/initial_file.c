/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/settings/initial_file.h"
#include "io/numbers.h"
#include "solver/file/results.h"
#include "solver/fv/regrid.h"
#include "solver/settings/setup.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool creator_check(const struct h5file *file, const char *path, struct error *err) {
    struct error none;
    char *creator = NULL;
    if (!h5file_read_attribute_text(file, "/", "creator", &creator, &none))
        return fail(err, ERROR_FILE,
                    "%s: not an output file of fokker (no attribute 'creator')", path);
    const bool ours = strcmp(creator, "fokker") == 0;
    if (!ours)
        fail(err, ERROR_FILE, "%s: not an output file of fokker (its creator is '%.100s')",
             path, creator);
    free(creator);
    return ours;
}

/* The label of a coordinate is the name of its variable. */
static bool variable_check(const struct spec *spec, const struct results *r, size_t d,
                           struct error *err) {
    char *name = NULL;
    if (!h5file_read_attribute_text(r->file, r->axes.centre[d], "long_name", &name, err))
        return false;
    const char *wanted = spec->model.variables.value[d];
    const bool same = strcmp(name, wanted) == 0;
    if (!same)
        fail(err, ERROR_FILE, "%s: its variable %zu is '%.100s', here it is '%s'", r->path,
             d + 1, name, wanted);
    free(name);
    return same;
}

static bool variables_check(const struct spec *spec, const struct results *r,
                            struct error *err) {
    const size_t dims = spec_dims(spec), found = (size_t)r->grid->dims;
    if (found != dims)
        return fail(err, ERROR_FILE, "%s: it has %zu variable%s, here there %s %zu",
                    r->path, found, found == 1 ? "" : "s", dims == 1 ? "is" : "are", dims);
    for (size_t d = 0; d < dims; d++)
        if (!variable_check(spec, r, d, err)) return false;
    return true;
}

static bool row_find(const struct spec *spec, const struct results *r, size_t *row,
                     struct error *err) {
    const int64_t rows = (int64_t)r->rows, asked = spec->initial.row;
    *row = (size_t)(asked < 0 ? rows + asked : asked);
    if (asked >= -rows && asked < rows) return true;
    const struct config_node *node = config_find(spec->initial_node, "row");
    return config_fail(err, node != NULL ? node : spec->initial_node,
                       "%s has %" PRId64 " row%s, 0 to %" PRId64 " or %" PRId64
                       " to -1, not %" PRId64,
                       r->path, rows, rows == 1 ? "" : "s", rows - 1, -rows, asked);
}

/* mass, negative, cell_mass >= 0. */
static bool masses_read(struct initial_file *f, const struct results *r,
                        struct error *err) {
    const size_t n = r->grid->cells;
    if ((f->cell_mass = array_create(n, sizeof *f->cell_mass, err)) == NULL ||
        !results_masses(r, f->row, f->cell_mass, err))
        return false;
    double below = 0;
    for (size_t i = 0; i < n; i++) {
        const double m = f->cell_mass[i];
        f->mass += m;
        below -= fmin(m, 0);
        f->cell_mass[i] = fmax(m, 0);
    }
    if (!isfinite(f->mass) || !(f->mass > 0))
        return fail(err, ERROR_FILE,
                    "%s: the density of row %zu has mass %g; it must be > 0", r->path,
                    f->row, f->mass);
    f->negative = below / f->mass;
    return true;
}

static void status_read(struct initial_file *f, const struct h5file *file) {
    struct error none;
    char *status = NULL;
    const bool known = h5file_read_attribute_text(file, "/", "status", &status, &none);
    snprintf(f->status, sizeof f->status, "%s", known ? status : "unknown");
    free(status);
}

static bool initial_file_read(struct initial_file *f, const struct spec *spec,
                              const char *path, struct error *err) {
    struct results r;
    struct error closing;
    bool good = results_open(&r, path, err) && creator_check(r.file, path, err) &&
                variables_check(spec, &r, err) && row_find(spec, &r, &f->row, err) &&
                masses_read(f, &r, err);
    if (good) {
        f->time = r.time[f->row];
        status_read(f, r.file);
        f->grid = r.grid, r.grid = NULL;
    }
    if (!results_close(&r, &closing) && good) good = false, *err = closing;
    return good;
}

bool initial_file_create(const struct spec *spec, struct initial_file **file,
                         struct error *err) {
    const struct config_node *node = config_find(spec->initial_node, "file");
    *file = NULL;
    if (spec->initial.file == NULL) return true;
    struct initial_file *f = array_create(1, sizeof *f, err);
    char *path = f == NULL ? NULL : setup_beside(node->source, spec->initial.file, err);
    bool good = path != NULL && (f->name = strdup(spec->initial.file)) != NULL &&
                initial_file_read(f, spec, path, err);
    if (path != NULL && f->name == NULL) fail(err, ERROR_MEMORY, "no memory");
    free(path);
    if (good) return *file = f, true;
    initial_file_destroy(f);
    return err->place.known ? false : config_fail_within(err, node);
}

void initial_file_destroy(struct initial_file *f) {
    if (f == NULL) return;
    free(f->cell_mass);
    grid_destroy(f->grid);
    free(f->name);
    free(f);
}

bool initial_file_start(const struct initial_file *f, const struct grid *grid, double *p,
                        double *outside, struct error *err) {
    const double all = numbers_sum(f->grid->cells, f->cell_mass);
    if (!regrid_masses(f->grid, f->cell_mass, grid, p, err)) return false;
    const double inside = numbers_sum(grid->cells, p);
    if (!(inside > 0))
        return fail(err, ERROR_SETTINGS,
                    "none of the mass of row %zu of %s lies on the grid", f->row, f->name);
    *outside = fmax(0, 1 - inside / all);
    for (size_t i = 0; i < grid->cells; i++)
        p[i] /= inside * grid->volume[i];
    return true;
}
