/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run without physics, for tests of the output file: a Gaussian that drifts and widens on
 * a grid of unequal cells, with every kind of dataset. Row r is a function of r alone. */
#pragma once
#include "grids/field.h"
#include "solver/file/record.h"
#include "solver/run/catalogue.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct synthetic_run {
    struct grid *grid;
    struct record_field fields[40];
    size_t count;
    double *p, *work; /* [cells], [cells + nx + ny] */
};

static const struct record_header synthetic_header = {.title = "A drifting Gaussian",
                                                      .variable = {"w", "theta"},
                                                      .unit = {"um", NULL},
                                                      .time_name = "time",
                                                      .time_unit = "s",
                                                      .command_line = "fokker run a.yaml",
                                                      .config_text =
                                                          "model:\n  loss: w^2\n",
                                                      .program_version = "0.1.0",
                                                      .program_commit = "unknown",
                                                      .libraries = "none",
                                                      .compiler = "cc",
                                                      .start_time = "2021-03-04T05:06:07Z",
                                                      .seed = 7,
                                                      .deflate = 1};

static const struct quantity synthetic_gap = {"observed_gap", {RECORD_VALUE, RECORD_VALUE},
                                              {0, 0, 0},      "gap of the sample",
                                              NULL,           NULL};

/* The quantity of that name in the tables of the program, or NULL. */
static inline const struct quantity *synthetic_quantity(const char *name) {
    struct catalogue_entry entry;
    if (strcmp(name, synthetic_gap.name) == 0) return &synthetic_gap;
    for (size_t k = 0; catalogue(k, &entry); k++)
        if (strcmp(entry.quantity->name, name) == 0) return entry.quantity;
    return NULL;
}

static inline struct record_field synthetic_field(const char *name) {
    return (struct record_field){.quantity = synthetic_quantity(name)};
}

static const struct synthetic_name {
    const char *name;
    struct quantity_of of;
} synthetic_names[2][40] = {{{.name = "mass"},
                             {.name = "density"},
                             {.name = "density_extrapolated"},
                             {.name = "flux"},
                             {.name = "stationary_density"},
                             {.name = "potential"},
                             {.name = "loss"},
                             {.name = "drift"},
                             {.name = "diffusion"},
                             {.name = "mean_x"},
                             {.name = "variance_x"},
                             {.name = "entropy"},
                             {.name = "free_energy"},
                             {.name = "l1_to_stationary"},
                             {.name = "wall_time"},
                             {.name = "step"},
                             {"mass_in_*", {.region = "left"}},
                             {"mass_in_*", {.region = "right"}},
                             {"histogram", {"mc", "walkers", NULL, false}},
                             {"histogram", {"mc", "walkers", NULL, "standard error"}},
                             {"kde", {"mc", "walkers", NULL, false}},
                             {"kde", {"mc", "walkers", NULL, "standard error"}},
                             {"mean_x", {"mc", "walkers", NULL, false}},
                             {"mean_x", {"mc", "walkers", NULL, "standard error"}},
                             {"histogram", {"mc_sde", "SDE walkers", NULL, false}},
                             {"mass_in_*", {"mc_sde", "SDE walkers", "left", false}},
                             {.name = "observed_gap"}},
                            {{.name = "density"},
                             {.name = "flux_x"},
                             {.name = "flux_y"},
                             {.name = "marginal_x"},
                             {.name = "marginal_y"},
                             {.name = "stationary_density"},
                             {.name = "potential"},
                             {.name = "loss"},
                             {.name = "diffusion_xx"},
                             {.name = "diffusion_xy"},
                             {.name = "diffusion_yy"},
                             {.name = "mass"},
                             {.name = "mean_x"},
                             {.name = "mean_y"},
                             {.name = "variance_x"},
                             {.name = "variance_xy"},
                             {.name = "entropy"},
                             {.name = "free_energy"},
                             {.name = "l1_to_stationary"},
                             {.name = "step"},
                             {"histogram", {"mc", "walkers", NULL, false}},
                             {"histogram", {"mc", "walkers", NULL, "standard error"}}}};

/* A grid whose cells grow by 2 percent from one to the next. */
static inline struct axis *synthetic_axis(size_t cells, struct error *err) {
    double *node = calloc(cells + 1, sizeof *node);
    for (size_t i = 0; i <= cells; i++)
        node[i] = -2 + 4 * expm1(0.02 * (double)i) / expm1(0.02 * (double)cells);
    const struct axis_spec spec = {.spacing = SPACING_NODES,
                                   .cells = cells,
                                   .lo = node[0],
                                   .hi = node[cells],
                                   .nodes = cells + 1,
                                   .node = node,
                                   .multiple = 1};
    struct axis *axis = axis_create(&spec, err);
    free(node);
    return axis;
}

/* All fields of `dims` dimensions on nx (by ny) cells; false: err says why. */
static inline bool synthetic_start(struct synthetic_run *run, int dims, size_t nx,
                                   size_t ny, struct error *err) {
    struct axis *x = synthetic_axis(nx, err),
                *y = dims == 2 ? synthetic_axis(ny, err) : NULL;
    *run = (struct synthetic_run){.grid = NULL};
    if (x == NULL || (dims == 2 && y == NULL)) return false;
    if ((run->grid = grid_create(x, y, err)) == NULL) return false;
    for (const struct synthetic_name *n = synthetic_names[dims - 1]; n->name != NULL; n++)
        run->fields[run->count++] =
            (struct record_field){synthetic_quantity(n->name), n->of};
    run->p = calloc(run->grid->cells, sizeof *run->p);
    run->work = calloc(run->grid->cells + nx + ny + 1, sizeof *run->work);
    return run->p != NULL && run->work != NULL;
}

static inline void synthetic_end(struct synthetic_run *run) {
    grid_destroy(run->grid);
    free(run->p);
    free(run->work);
}

/* Density of row r into run->p. */
static inline void synthetic_density(const struct synthetic_run *run, size_t r) {
    const struct grid *g = run->grid;
    const size_t nx = g->axis[0]->cells;
    const double mean = 0.5 * sin(0.1 * (double)r), sd = 0.3 + 0.1 * cos(0.03 * (double)r);
    for (size_t k = 0; k < g->cells; k++) {
        const double u = (g->axis[0]->centre[k % nx] - mean) / sd;
        const double v = g->dims == 2 ? g->axis[1]->centre[k / nx] / sd : 0;
        run->p[k] = exp(-0.5 * (u * u + v * v)) / sd;
    }
}

static inline bool synthetic_is_static(const struct record_field *f) {
    static const char *const names[] = {"stationary_density", "potential", "loss", "drift",
                                        "diffusion"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(f->quantity->name, names[i], strlen(names[i])) == 0) return true;
    return false;
}

static inline bool synthetic_statics(const struct synthetic_run *run, struct record *record,
                                     struct error *err) {
    const size_t most = run->grid->cells + 1;
    for (size_t i = 0; i < most; i++)
        run->work[i] = 1 + 0.01 * (double)i;
    for (size_t i = 0; i < run->count; i++)
        if (synthetic_is_static(&run->fields[i]) &&
            !record_static(record, run->fields[i].quantity->name, run->work, err))
            return false;
    return true;
}

/* Puts and commits row r (the next one): what is no density is filled with a function of r.
 */
static inline bool synthetic_row(const struct synthetic_run *run, struct record *record,
                                 size_t r, struct error *err) {
    const size_t most = run->grid->cells + run->grid->axis[0]->cells + 1;
    synthetic_density(run, r);
    const double mass = field_mass(run->grid, run->p);
    for (size_t i = 0; i < most; i++)
        run->work[i] = (double)r + 1e-3 * (double)i;
    for (size_t i = 0; i < run->count; i++) {
        char name[QUANTITY_NAME];
        quantity_name(name, run->fields[i].quantity, &run->fields[i].of);
        bool good = true;
        if (synthetic_is_static(&run->fields[i])) continue;
        if (strcmp(name, "mass") == 0)
            good = record_row_value(record, name, mass, err);
        else if (strcmp(name, "step") == 0)
            good = record_row_integer(record, name, (int64_t)r * 100, err);
        else if (strncmp(name, "density", 7) == 0 || strstr(name, "histogram") != NULL ||
                 strstr(name, "kde") != NULL)
            good = record_row_put(record, name, run->p, err);
        else
            good = record_row_put(record, name, run->work, err);
        if (!good) return false;
    }
    return record_commit(record, 0.5 * (double)r, err);
}
