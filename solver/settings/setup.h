/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From settings to the objects that a run works with. Every mistake is an ERROR_SETTINGS
 * with its place. */
#pragma once

#include "grids/grid.h"
#include "solver/settings/initial_file.h"
#include "solver/settings/spec.h"

struct setup {
    const struct spec *spec; /* borrowed */
    struct model *model;     /* of one variable, with dynamics: kinetic */
    struct grid *grid;
    size_t cells;         /* that the settings ask for */
    bool thin;            /* grid has fewer: setup_plan */
    double *initial;      /* [cells] cell averages of the density at time 0, of mass 1 */
    double outside;       /* mass of the stated initial law that the grid does not cover */
    double reset_outside; /* the same of the law that resets lead to */
    bool at_point;        /* it starts at one point, point[dims] */
    double point[2];
    struct initial_file *file; /* that the density at time 0 is from, or NULL */
    size_t snapshots;          /* with the initial one */
    double *time; /* [snapshots], time[0] = 0, increasing; the ends of the learning-rate
                         intervals are among them */
    size_t regions;
    char **region; /* [regions] names */
};

/* Everything below, for the whole of the settings; spec is borrowed. */
MUST_CHECK struct setup *setup_create(const struct spec *spec, struct error *err);
/* The same for a look at the settings alone. In two variables with more than 20000 cells the
 * axes are read and checked in full, but grid has at most 20000 wider cells in their place
 * (axis_thin): expressions are looked at there, and what lies between their points is not
 * seen. */
MUST_CHECK struct setup *setup_plan(const struct spec *spec, struct error *err);
void setup_destroy(struct setup *setup);

/* Cell averages of the initial density on another grid (accuracy: estimate). */
MUST_CHECK bool setup_initial(const struct setup *setup, const struct grid *grid, double *p,
                              double *outside, struct error *err);
/* The one law of a section like `initial`. */
MUST_CHECK bool setup_law(const struct setup *setup, const struct initial_settings *law,
                          const struct config_node *section, const struct grid *grid,
                          double *p, double *outside, struct error *err);
/* The same of what model.reset leads to. */
MUST_CHECK bool setup_reset(const struct setup *setup, const struct grid *grid, double *p,
                            double *outside, struct error *err);
/* Does it lead to one point, at[dims]? */
MUST_CHECK bool setup_reset_point(const struct setup *setup, bool *is_point, double at[2],
                                  struct error *err);
/* Tells the model where it leads to, once it can be computed. */
MUST_CHECK bool setup_reset_density(struct setup *setup, struct error *err);
/* Is count, the numbers of a list at node, that of the variables? */
MUST_CHECK bool setup_count_check(const struct spec *spec, size_t count,
                                  const struct config_node *node, struct error *err);
/* The numbers of a point. */
MUST_CHECK bool setup_point_read(const struct setup *setup, const struct config_node *node,
                                 double at[2], struct error *err);
/* Steps of SGD done at each snapshot, at[snapshots], and at the end of each interval of the
 * schedule but the last, until[intervals]. Drift and diffusion have none: they count steps
 * of the time `step`. For times that were moved to whole steps (setup_times). */
void setup_steps(const struct setup *setup, double step, double *at, double *until);
/* Weights of the regions on another grid: [regions][cells]. */
MUST_CHECK bool setup_regions(const struct setup *setup, const struct grid *grid,
                              double **weight, struct error *err);

/* Parts, each in a file of its own. */
/* With dynamics: kinetic the model is that of the first variable alone, a loss of friction
 * and temperature a MODEL_DRIFT with b = -L' and D = temperature. */
MUST_CHECK struct model *setup_model(const struct spec *spec, struct error *err);
/* Do the settings that choose the dynamics and its noise go together? */
MUST_CHECK bool setup_dynamics(const struct spec *spec, struct error *err);
/* model.update: may it stand with the model's kind and other keys? */
MUST_CHECK bool setup_update_check(const struct spec *spec, enum model_kind kind,
                                   struct error *err);
/* And the rule into *source, whose examples have been read. */
MUST_CHECK bool setup_update(const struct spec *spec, struct model_source *source,
                             struct error *err);
/* model.equation.order of a model that has been read into *source, where it has one. */
MUST_CHECK bool setup_equation(const struct spec *spec, struct model_source *source,
                               struct error *err);
/* model.killing and model.reset into *source, whose graph is there. */
MUST_CHECK bool setup_sinks(const struct spec *spec, struct model_source *source,
                            struct error *err);
/* Does the text of a learning rate name the time t? */
bool setup_names_time(const struct spec *spec, const struct config_node *node);
/* The learning rates that do, as functions of t in source->graph, into interval[], which
 * the source borrows. */
MUST_CHECK bool setup_rates(const struct spec *spec, struct model_source *source,
                            struct rate_interval *interval, struct error *err);
/* A model that depends on t: does all that the settings ask for follow it? */
MUST_CHECK bool setup_driven_check(const struct spec *spec, const struct model *model,
                                   struct error *err);
/* The section `grid`: one axis for each variable. *cells: what it asks for (the largest
 * size_t where that overflows). In two variables the grid gets at most `most` of them, fewer
 * and wider ones (axis_thin) where they are more. */
MUST_CHECK struct grid *setup_grid(const struct spec *spec, size_t most, size_t *cells,
                                   struct error *err);
/* With monte_carlo or law, snapshots and the ends of the model's schedule intervals are moved
 * to whole SGD steps. */
MUST_CHECK bool setup_times(const struct spec *spec, struct model *model, size_t *count,
                            double **time, struct error *err);

/* at_point and point of a setup whose initial density has been read. */
MUST_CHECK bool setup_point(struct setup *setup, struct error *err);

/* The temperature T at which e^(-L/T) has no current for frozen t, by the equation's drift and
 * diffusion at points of the grid and times of the run: b = -D grad L / T with a constant D, or
 * with any D where alpha = 1. NaN where there is none, or where it changes. */
double setup_temperature(const struct setup *setup);
/* dL/dx_d, then dL/dt, of a model whose loss is one expression; the caller destroys it. NULL in
 * *out: it is none. Fails for want of memory only. */
MUST_CHECK bool setup_loss_slopes(const struct setup *setup, struct program **out,
                                  struct error *err);
/* Does the loss depend on the time t? */
bool setup_has_protocol(const struct setup *setup);

/* Times of a node written like time.snapshots: sorted, each once, >= 0; *time malloc'd. */
MUST_CHECK bool setup_time_list(const struct spec *spec, const struct config_node *node,
                                size_t *count, double **time, struct error *err);
/* Part of every cell in which the condition of a node holds: weight[cells]. */
MUST_CHECK bool setup_condition(const struct spec *spec, const struct config_node *node,
                                const struct grid *grid, double *weight, struct error *err);

/* Path of a file named in the settings: relative to the folder of the settings file.
 * malloc'd; NULL without memory. */
MUST_CHECK char *setup_beside(const char *settings, const char *file, struct error *err);
/* The expression of a scalar node in graph; EXPR_NONE with location in *err. */
expr setup_expression(const struct config_node *node, struct graph *graph,
                      struct error *err);
/* A graph in which the model's variables, parameters and functions are declared (columns:
 * of a data table, or NULL). */
MUST_CHECK struct graph *setup_graph(const struct spec *spec, const struct table *columns,
                                     struct error *err);
