/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The settings of one run: every section of the YAML file read through its table into plain
 * data. What needs more than one section to be judged (does the grid fit the model?) is
 * checked in solver/settings/setup. */
#pragma once

#include "io/array.h"
#include "io/config.h"
#include "solver/model/model.h"

enum { DYNAMICS_GRADIENT, DYNAMICS_KINETIC };

/* The sections of the file, one struct each, as their tables (spec_tables.c) fill them. Nodes are
 * borrowed from the config; they are read where they are used (solver/settings/setup), as their
 * meaning depends on other keys. NULL: not given. */
struct model_settings {
    struct texts variables;
    const struct config_node *parameters, *functions, *tables;
    const struct config_node *datapoints, *example_loss, *data, *loss, *noise, *drift,
        *diffusion, *examples;
    const struct config_node *learning_rate, *interpretation, *equation, *update, *killing,
        *reset;
    int64_t batch_size;
    int sampling, momentum_form, dynamics;
    double momentum, friction, temperature; /* the last two NaN when not given */
};

struct data_settings {
    char *file;
    int64_t rows, seed;
    const struct config_node *normal;
};

struct table_settings {
    char *file; /* NULL: arrays in memory (spec_add_array) */
    struct texts at;
    char *value;
    bool positive;
    const struct config_node *periodic;
    int outside; /* enum knots_outside */
};

/* model.examples: a loss of each example by points. */
struct examples_settings {
    char *file;
    struct texts at, values;
    int example; /* enum points_each, or -1 when not given */
    const struct config_node *periodic;
    int outside;
};

struct axis_settings {
    double min, max;
    int64_t cells;
    int spacing;
    double about, scale, ratio;
    struct reals nodes, align;
    const struct config_node *refine;
    struct texts boundary;
};

struct initial_settings {
    const struct config_node *gaussian, *mixture, *uniform, *point, *density;
    char *file;
    int64_t row;
};

struct time_settings {
    int unit; /* enum time_unit, or -1 when not given */
    const struct config_node *snapshots;
    char *method;
    double tolerance, step; /* tolerance: NaN when not given */
};

struct analysis_settings {
    bool stationary;
    const struct config_node *regions, *escape, *floquet;
    int64_t modes;
};

struct accuracy_settings {
    double space;
    bool estimate;
};

struct monte_carlo_settings {
    int64_t walkers, seed, substeps;
    struct texts kinds;
    double step, tolerance;
    int scheme;
    bool halve;
};

struct law_settings {
    struct texts kinds;
    const struct config_node *cells; /* NULL: auto */
    bool positive;
    double tolerance;
};

struct output_settings {
    char *file;
    int64_t compression;
};

struct spec {
    struct config *config;
    struct graph *scope; /* model.parameters by name, for constant expressions anywhere */
    struct evaluator evaluator;
    char *title, *reference;
    const struct config_node *model_node, *grid_node, *initial_node, *time_node,
        *monte_carlo_node, *law_node, *analysis_node, *output_node, *accuracy_node;
    struct model_settings model;
    struct axis_settings axis[2];
    struct initial_settings initial;
    struct time_settings time;
    struct analysis_settings analysis;
    struct accuracy_settings accuracy;
    struct monte_carlo_settings monte_carlo; /* monte_carlo_node NULL: none */
    struct law_settings law;                 /* law_node NULL: none */
    struct output_settings output;
    struct arrays *arrays;    /* given in memory; NULL: none */
    struct kept_tables *kept; /* setup_tables.h: what model.tables and model.examples name,
                                 read at the first use */
};

/* Reads file, applies the assignments ("a.b=c") in order, checks every key. ERROR_SETTINGS
 * with location. */
MUST_CHECK struct spec *spec_load(const char *file, size_t assignments,
                                  const char *const *assignment, struct error *err);
/* The same of a text in memory; name stands for the file in messages, and data files lie
 * beside it. */
MUST_CHECK struct spec *spec_parse(const char *name, const char *text, size_t assignments,
                                   const char *const *assignment, struct error *err);
/* Either of both (text NULL: from the file, otherwise that is its name), which does not end with
 * the first mistake: *list has what is wrong with every key and value, as error_list_sort leaves
 * it, and *err the first of these. What follows from a model as a whole is found by setup_create
 * alone. */
MUST_CHECK struct spec *spec_read(const char *file, const char *text, size_t assignments,
                                  const char *const *assignment, struct error_list *list,
                                  struct error *err);
void spec_destroy(struct spec *spec);
/* An array by name (copied), rank 1 to 3, in C order, for tables and examples without a file,
 * whose `at` and `value` name it. Before the first setup. */
MUST_CHECK bool spec_add_array(struct spec *spec, const char *name, size_t rank,
                               const size_t *shape, const double *value, struct error *err);
/* Number of variables of the grid, 1 or 2 (with dynamics: kinetic x and v). */
size_t spec_dims(const struct spec *spec);
bool spec_has_stable_noise(const struct spec *spec);
bool spec_is_kinetic(const struct spec *spec);
/* Kinetic with friction and temperature given: no SGD behind it. */
bool spec_is_langevin(const struct spec *spec);
/* The settings file verbatim and, as comments at its end, what --set changed: what an
 * output file keeps, since resuming it needs the same. malloc'd; NULL without memory. */
char *spec_text(const struct config *config, size_t assignments,
                const char *const *assignment, struct error *err);
/* A name made from that of a settings file: without folder and suffix, then `suffix`.
 * malloc'd; NULL without memory. */
char *spec_name(const char *file, const char *suffix, struct error *err);

/* The tables, for `fokker settings` and for reading nested parts: NULL-terminated list of
 * sections. */
struct spec_section {
    const char *name, *sentence;
    const struct setting *table;
};
extern const struct spec_section spec_sections[];
extern const struct setting monte_carlo_table[];
extern const struct setting root_table[], model_table[], table_table[], examples_table[],
    schedule_table[], data_table[], equation_table[], reset_table[], noise_table[],
    stable_table[], axis_table[], refine_table[], initial_table[], gaussian_table[],
    component_table[], uniform_table[], time_table[], snapshots_table[], analysis_table[],
    escape_table[], splitting_table[], floquet_table[], accuracy_table[], law_table[],
    output_table[];

/* Members that the tables above fill. */
struct schedule_settings {
    double until;
    const struct config_node *value;
};
struct equation_settings {
    int64_t order;
};
struct reset_settings {
    const struct config_node *rate, *to;
};
struct gaussian_settings {
    struct reals mean, std;
    double correlation, weight;
};
struct uniform_settings {
    struct reals min, max;
};
struct refine_settings {
    double at, width, factor;
};
struct snapshots_settings {
    struct reals log, linear, at;
};
struct noise_settings {
    const struct config_node *covariance, *stable;
};
struct escape_settings {
    const struct config_node *from, *to, *times, *splitting;
};
struct floquet_settings {
    double period;
    int64_t phases;
};
struct splitting_settings {
    double time;
    int64_t levels, walkers, repeats;
    struct reals at;
};
