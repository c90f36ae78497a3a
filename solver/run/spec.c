/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/spec.h"
#include "io/text.h"
#include "solver/run/monte_carlo.h"
#include "solver/run/spec_keys.h"
#include "solver/time/transport.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the tables */

#define AT(type, member) offsetof(struct type, member)

static const char *const samplings[] = {"with_replacement", "without_replacement",
                                        "reshuffled", NULL};
static const char *const momentum_forms[] = {"heavy_ball", "averaging", NULL};
static const char *const dynamics[] = {"gradient", "kinetic", NULL};
static const char *const spacings[] = {"uniform", "sinh", "geometric", "nodes", NULL};
static const char *const time_units[] = {"steps", "sde", NULL};

static const struct setting root_table[] = {
    {"title", SETTING_TEXT, AT(spec, title), "",
     .sentence = "Name of the experiment, shown in plots and viewers."},
    {"reference", SETTING_TEXT, AT(spec, reference), "",
     .sentence = "Where the experiment comes from."},
    {"model", SETTING_NODE, AT(spec, model_node), NULL,
     .sentence = "What is learned, from what, and how."},
    {"grid", SETTING_NODE, AT(spec, grid_node), NULL,
     .sentence = "One entry for each variable: its axis."},
    {"initial", SETTING_NODE, AT(spec, initial_node), NULL,
     .sentence = "The density at time 0."},
    {"time", SETTING_NODE, AT(spec, time_node), NULL,
     .sentence = "Unit, snapshots, method, tolerance."},
    {"monte_carlo", SETTING_NODE, AT(spec, monte_carlo_node), "",
     .sentence = "Walkers that run the process itself."},
    {"analysis", SETTING_NODE, AT(spec, analysis_node), "",
     .sentence = "What is computed from the density."},
    {"accuracy", SETTING_NODE, AT(spec, accuracy_node), "",
     .sentence = "How exact, and what is said of it. A plain `estimate` stands for "
                 "{estimate: true}."},
    {"output", SETTING_NODE, AT(spec, output_node), "", .sentence = "The HDF5 file."},
    {0}};

static const struct setting model_table[] = {
    {"variables", SETTING_TEXTS, AT(model_settings, variables), NULL,
     .sentence =
         "Names of the one or two parameters; with dynamics: kinetic, of one parameter "
         "and its velocity."},
    {"parameters", SETTING_NODE, AT(model_settings, parameters), "",
     .sentence = "Constants by name; each may use the earlier ones, and every number below "
                 "may use them."},
    {"functions", SETTING_NODE, AT(model_settings, functions), "",
     .sentence = "Functions by signature: \"f(u)\": 2*u^2 - u^4."},
    {"datapoints", SETTING_NODE, AT(model_settings, datapoints), "",
     .sentence = "List of per-example losses l_j."},
    {"example_loss", SETTING_NODE, AT(model_settings, example_loss), "",
     .sentence = "Loss of one example, in terms of the data's columns; needs data."},
    {"data", SETTING_NODE, AT(model_settings, data), "",
     .sentence = "The examples: a file, or generated."},
    {"loss", SETTING_NODE, AT(model_settings, loss), "",
     .sentence = "The loss L; needs noise, or friction and temperature. With drift and "
                 "diffusion: a loss to observe."},
    {"noise", SETTING_NODE, AT(model_settings, noise), "",
     .sentence = "Noise of ONE example's gradient; with drift: stable noise in place of "
                 "diffusion."},
    {"drift", SETTING_NODE, AT(model_settings, drift), "",
     .sentence = "Drift b of any Fokker-Planck equation (a list in two dimensions); needs "
                 "diffusion."},
    {"diffusion", SETTING_NODE, AT(model_settings, diffusion), "",
     .sentence = "Diffusion D (Ito: dp/dt = -(b p)' + (D p)''); [[xx, xy], [xy, yy]] in "
                 "two dimensions."},
    {"learning_rate", SETTING_NODE, AT(model_settings, learning_rate), "",
     .sentence = "eta: a number, a list of one a variable, or a schedule [{until: 100, "
                 "value: 0.1}, {value: 0.02}]."},
    {"batch_size", SETTING_INTEGER, AT(model_settings, batch_size), "1", .least = 1,
     .most = 1e12, .sentence = "B: examples averaged in one step."},
    {"sampling", SETTING_CHOICE, AT(model_settings, sampling), "with_replacement",
     .choices = samplings,
     .sentence =
         "How the examples of a batch are drawn. The density of reshuffled is that of "
         "without_replacement."},
    {"momentum", SETTING_REAL, AT(model_settings, momentum), "0", .least = 0,
     .most = 0.999999,
     .sentence =
         "mu; the density takes it as an effective learning rate, or with dynamics: "
         "kinetic as inertia."},
    {"momentum_form", SETTING_CHOICE, AT(model_settings, momentum_form), "heavy_ball",
     .choices = momentum_forms,
     .sentence = "heavy_ball: v = mu v + g, effective rate eta/(1-mu); averaging: v = mu v "
                 "+ (1-mu) g, effective rate eta."},
    {"dynamics", SETTING_CHOICE, AT(model_settings, dynamics), "gradient",
     .choices = dynamics,
     .sentence =
         "kinetic: the density of a parameter and its velocity, for momentum that is "
         "not small; V = -sqrt(learning_rate) v, v the velocity of SGD."},
    {"friction", SETTING_REAL, AT(model_settings, friction), "", .least = 0, .most = 1e300,
     .sentence = "kinetic, with temperature and loss in place of SGD: dv = -(friction v + "
                 "L') dt + sqrt(2 friction temperature) dW."},
    {"temperature", SETTING_REAL, AT(model_settings, temperature), "", .least = 0,
     .most = 1e300, .above = true, .sentence = "See friction."},
    {"interpretation", SETTING_NODE, AT(model_settings, interpretation), "",
     .sentence = "ito, stratonovich, klimontovich, or alpha in [0, 1]; default ito, which "
                 "is what SGD does."},
    {0}};

const struct setting data_table[] = {
    {"file", SETTING_TEXT, AT(data_settings, file), "",
     .sentence = "CSV or HDF5 (.h5) file, relative to the settings file."},
    {"rows", SETTING_INTEGER, AT(data_settings, rows), "1000", .least = 2, .most = 1e9,
     .sentence = "Generated: number of examples."},
    {"normal", SETTING_NODE, AT(data_settings, normal), "",
     .sentence = "Generated: columns of normal numbers, name: [mean, standard deviation]."},
    {"seed", SETTING_INTEGER, AT(data_settings, seed), "1", .least = 0, .most = 9e15,
     .sentence = "Generated: seed."},
    {0}};

const struct setting noise_table[] = {
    {"covariance", SETTING_NODE, AT(noise_settings, covariance), "",
     .sentence = "C(x): an expression; [[xx, xy], [xy, yy]] in two dimensions. The batch "
                 "size divides it."},
    {"stable", SETTING_NODE, AT(noise_settings, stable), "",
     .sentence = "{alpha, sigma}: symmetric alpha-stable (Levy) noise instead; one "
                 "variable."},
    {0}};

const struct setting stable_table[] = {
    {"alpha", SETTING_REAL, AT(stable_noise, alpha), NULL, .least = 0, .most = 2,
     .above = true, .sentence = "Index: 1 is Cauchy, 2 normal."},
    {"sigma", SETTING_REAL, AT(stable_noise, sigma), NULL, .least = 0, .most = 1e300,
     .sentence = "Scale: E exp(i k sigma L) = exp(-|sigma k|^alpha), so that alpha = 2 has "
                 "variance 2 sigma^2. The mean of a batch B has B^(1/alpha - 1) of it."},
    {0}};

static const struct setting axis_table[] = {
    {"min", SETTING_REAL, AT(axis_settings, min), "", .sentence = "Lower end."},
    {"max", SETTING_REAL, AT(axis_settings, max), "", .sentence = "Upper end."},
    {"cells", SETTING_INTEGER, AT(axis_settings, cells), "", .least = 2, .most = 16777216,
     .sentence = "Number of cells."},
    {"spacing", SETTING_CHOICE, AT(axis_settings, spacing), "uniform", .choices = spacings,
     .sentence = "sinh: fine around `about`, geometric far out; geometric: widths grow "
                 "evenly; nodes: faces as given."},
    {"about", SETTING_REAL, AT(axis_settings, about), "0",
     .sentence = "sinh: where the cells are finest."},
    {"scale", SETTING_REAL, AT(axis_settings, scale), "1", .least = 0, .most = 1e300,
     .above = true, .sentence = "sinh: half width of the fine part."},
    {"ratio", SETTING_REAL, AT(axis_settings, ratio), "1", .least = 0, .most = 1e12,
     .above = true, .sentence = "geometric: last width over first width."},
    {"nodes", SETTING_REALS, AT(axis_settings, nodes), "",
     .sentence = "nodes: the faces, increasing."},
    {"align", SETTING_REALS, AT(axis_settings, align), "",
     .sentence = "Points that must be faces (jumps of the noise)."},
    {"refine", SETTING_NODE, AT(axis_settings, refine), "",
     .sentence = "List of {at, width, factor}: cells `factor` times smaller near a point."},
    {"boundary", SETTING_TEXTS, AT(axis_settings, boundary), "reflecting",
     .sentence = "reflecting, absorbing or periodic; a list of two for the lower and the "
                 "upper end."},
    {0}};

const struct setting refine_table[] = {
    {"at", SETTING_REAL, AT(refine_settings, at), NULL, .sentence = "Where."},
    {"width", SETTING_REAL, AT(refine_settings, width), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "Over which distance."},
    {"factor", SETTING_REAL, AT(refine_settings, factor), NULL, .least = 1, .most = 1e6,
     .sentence = "How many times smaller."},
    {0}};

static const struct setting initial_table[] = {
    {"gaussian", SETTING_NODE, AT(initial_settings, gaussian), "",
     .sentence = "{mean: [..], std: [..], correlation: 0}."},
    {"mixture", SETTING_NODE, AT(initial_settings, mixture), "",
     .sentence = "List of {weight, mean, std, correlation}."},
    {"uniform", SETTING_NODE, AT(initial_settings, uniform), "",
     .sentence = "{min: [..], max: [..]}."},
    {"point", SETTING_NODE, AT(initial_settings, point), "",
     .sentence = "All mass at one point: [..]."},
    {"density", SETTING_NODE, AT(initial_settings, density), "",
     .sentence = "Any expression >= 0; it is normalised."},
    {0}};

const struct setting gaussian_table[] = {
    {"mean", SETTING_REALS, AT(gaussian_settings, mean), NULL,
     .sentence = "One for each variable."},
    {"std", SETTING_REALS, AT(gaussian_settings, std), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "One for each variable."},
    {"correlation", SETTING_REAL, AT(gaussian_settings, correlation), "0",
     .least = -0.999999, .most = 0.999999, .sentence = "Two variables."},
    {0}};
const struct setting component_table[] = {
    {"weight", SETTING_REAL, AT(gaussian_settings, weight), "1", .least = 0, .most = 1e300,
     .above = true, .sentence = "Relative weight."},
    {"mean", SETTING_REALS, AT(gaussian_settings, mean), NULL,
     .sentence = "One for each variable."},
    {"std", SETTING_REALS, AT(gaussian_settings, std), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "One for each variable."},
    {"correlation", SETTING_REAL, AT(gaussian_settings, correlation), "0",
     .least = -0.999999, .most = 0.999999, .sentence = "Two variables."},
    {0}};
const struct setting uniform_table[] = {{"min", SETTING_REALS, AT(uniform_settings, min),
                                         NULL, .sentence = "One for each variable."},
                                        {"max", SETTING_REALS, AT(uniform_settings, max),
                                         NULL, .sentence = "One for each variable."},
                                        {0}};

static const struct setting time_table[] = {
    {"unit", SETTING_CHOICE, AT(time_settings, unit), "", .choices = time_units,
     .sentence = "steps: one unit is one SGD step (default); sde: t = steps * learning "
                 "rate. Not with drift."},
    {"snapshots", SETTING_NODE, AT(time_settings, snapshots), NULL,
     .sentence = "Times, besides 0: a list, or {at: [..], log: [first, last, count], "
                 "linear: [first, last, count]}."},
    {"method", SETTING_TEXT, AT(time_settings, method), "auto",
     .sentence =
         "auto, contour, sdirk, backward_euler or transport; in two dimensions "
         "krylov or backward_euler; stable noise: spectral (exact for what the cells "
         "resolve) or lattice (never negative); dynamics: kinetic has one."},
    {"tolerance", SETTING_REAL, AT(time_settings, tolerance), "1e-10", .least = 1e-14,
     .most = 0.1,
     .sentence = "Wanted L1 error in time of every snapshot; default 1e-4 with "
                 "stable noise or dynamics: kinetic, 1e-6 with method: transport."},
    {"step", SETTING_REAL, AT(time_settings, step), "0", .least = 0, .most = 1e300,
     .sentence = "Fixed time step of the stepping methods; 0: chosen by error control."},
    {0}};

const struct setting snapshots_table[] = {
    {"at", SETTING_REALS, AT(snapshots_settings, at), "", .sentence = "Times."},
    {"log", SETTING_REALS, AT(snapshots_settings, log), "",
     .sentence = "first, last, count: equal ratios."},
    {"linear", SETTING_REALS, AT(snapshots_settings, linear), "",
     .sentence = "first, last, count: equal steps."},
    {0}};

static const struct setting analysis_table[] = {
    {"stationary", SETTING_BOOL, AT(analysis_settings, stationary), "true",
     .sentence = "Compute the stationary density."},
    {"regions", SETTING_NODE, AT(analysis_settings, regions), "",
     .sentence = "Named regions, name: condition (w < 0): their masses are followed."},
    {"escape", SETTING_NODE, AT(analysis_settings, escape), "",
     .sentence = "{from, to, times}: how long it takes to get there for the first time, "
                 "with the last learning rate."},
    {"modes", SETTING_INTEGER, AT(analysis_settings, modes), "0", .least = 0, .most = 200,
     .sentence = "Number of slowest modes: relaxation rates, left and right functions, "
                 "basins."},
    {0}};

const struct setting escape_table[] = {
    {"from", SETTING_NODE, AT(escape_settings, from), "initial",
     .sentence = "A point (-1, or [-1, 0]), a condition or a region's name (its stationary "
                 "density), initial, or quasi_stationary."},
    {"to", SETTING_NODE, AT(escape_settings, to), NULL,
     .sentence =
         "What is to be reached: a condition (x > 0), a region's name, or boundary: "
         "the absorbing ends. These count as reached in any case."},
    {"times", SETTING_NODE, AT(escape_settings, times), "",
     .sentence = "Of the survival curve, like time.snapshots; default: around the mean "
                 "time."},
    {"splitting", SETTING_NODE, AT(escape_settings, splitting), "",
     .sentence = "{time, levels, walkers, repeats}: the probability to get there before a "
                 "time, however rare, by walkers that are multiplied at levels, beside "
                 "the density's; one variable."},
    {0}};

const struct setting splitting_table[] = {
    {"time", SETTING_REAL, AT(splitting_settings, time), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "Before which it is to be reached, in the run's unit."},
    {"levels", SETTING_INTEGER, AT(splitting_settings, levels), "20", .least = 1,
     .most = 1000,
     .sentence = "Evenly spaced from the start to the target; best when each is passed by "
                 "0.1 to 0.5 of the walkers."},
    {"at", SETTING_REALS, AT(splitting_settings, at), "",
     .sentence = "Levels at these places instead, in order from the start to the target, "
                 "whose edge is the last by itself."},
    {"walkers", SETTING_INTEGER, AT(splitting_settings, walkers), "20000", .least = 100,
     .most = 1e9, .sentence = "From each level, in each repeat."},
    {"repeats", SETTING_INTEGER, AT(splitting_settings, repeats), "10", .least = 2,
     .most = 1e4, .sentence = "Independent estimates; their spread is the error."},
    {0}};

static const struct setting accuracy_table[] = {
    {"space", SETTING_REAL, AT(accuracy_settings, space), "1e-4", .least = 0, .most = 2,
     .above = true,
     .sentence = "Wanted error in space of every snapshot: L1, and mean and standard "
                 "deviation in units of that. One variable, normal noise: cells are cut "
                 "inside until it is met. Elsewhere, when given: a warning where the "
                 "estimate is above it."},
    {"estimate", SETTING_BOOL, AT(accuracy_settings, estimate), "false",
     .sentence = "Solve on half (and a quarter of) the cells too; report the space error "
                 "and the extrapolated values."},
    {0}};

static const struct setting output_table[] = {
    {"file", SETTING_TEXT, AT(output_settings, file), "",
     .sentence = "Default: the settings file's name with .h5, in the present folder."},
    {"compression", SETTING_INTEGER, AT(output_settings, compression), "1", .least = 0,
     .most = 9,
     .sentence = "Deflate level of the densities; 0 is 10 times faster to write and a "
                 "little larger."},
    {0}};

const struct spec_section spec_sections[] = {
    {"", "The sections of a settings file.", root_table},
    {"model",
     "What is learned: exactly one of datapoints, example_loss + data, loss + noise, drift "
     "+ diffusion.",
     model_table},
    {"model.data", "The examples of an example_loss.", data_table},
    {"model.noise", "Exactly one of these.", noise_table},
    {"model.noise.stable", "Levy noise: jumps, no variance below alpha = 2.", stable_table},
    {"grid", "One such mapping under each variable's name: grid.w.cells.", axis_table},
    {"grid.refine", "Each entry of grid.<variable>.refine.", refine_table},
    {"initial", "Exactly one of these.", initial_table},
    {"initial.gaussian", "A normal law.", gaussian_table},
    {"initial.mixture", "Each entry of a sum of normal laws.", component_table},
    {"initial.uniform", "Constant on an interval or rectangle.", uniform_table},
    {"time", "When, and how the density gets there.", time_table},
    {"time.snapshots", "When it is not a plain list.", snapshots_table},
    {"monte_carlo", "Walkers that run the process itself.", monte_carlo_table},
    {"analysis", "What is computed besides.", analysis_table},
    {"analysis.escape", "First passage.", escape_table},
    {"analysis.escape.splitting", "Rare first passages.", splitting_table},
    {"accuracy", "How exact.", accuracy_table},
    {"output", "Where it goes.", output_table},
    {0}};

/* ---------------------------------------------------------------- reading */

size_t spec_dims(const struct spec *spec) {
    return spec->model.variables.count;
}

static bool evaluate_in_scope(void *scope, const char *text, double *value,
                              struct error *err) {
    return expr_evaluate_text(scope, text, value, err);
}

static bool parameters_read(struct spec *s, struct error *err) {
    const struct config_node *node = config_find(s->model_node, "parameters");
    if (node == NULL) return true;
    if (node->kind != CONFIG_MAPPING)
        return config_fail(err, node, "a list of 'name: value' is wanted here");
    for (size_t k = 0; k < node->count; k++) {
        const struct config_node *child = node->child[k];
        double value;
        if (!setting_real(child, &s->evaluator, &value, err)) return false;
        if (!graph_constant(s->scope, child->key, value, err))
            return config_fail_within(err, child);
    }
    return true;
}

static bool variables_check(const struct spec *s, struct error *err) {
    const struct texts *v = &s->model.variables;
    const struct config_node *node = config_find(s->model_node, "variables");
    if (v->count < 1 || v->count > 2)
        return config_fail(err, node, "%zu variables; one or two are possible", v->count);
    if (v->count == 2 && strcmp(v->value[0], v->value[1]) == 0)
        return config_fail(err, node, "the two variables have the same name '%s'",
                           v->value[0]);
    return true;
}

/* grid: one mapping under the name of each variable. */
static bool grid_read(struct spec *s, struct error *err) {
    const struct config_node *axis[2];
    struct setting table[3] = {{0}};
    for (size_t d = 0; d < spec_dims(s); d++)
        table[d] = (struct setting){
            s->model.variables.value[d], SETTING_NODE, d * sizeof *axis, NULL,
            .sentence = "the variable's axis, e.g. {min: -1, max: 1, cells: 256}."};
    if (!settings_read(s->grid_node, table, axis, NULL, err)) return false;
    for (size_t d = 0; d < spec_dims(s); d++)
        if (!settings_read(axis[d], axis_table, &s->axis[d], &s->evaluator, err))
            return false;
    return true;
}

bool spec_has_stable_noise(const struct spec *s) {
    return config_find(s->model.noise, "stable") != NULL;
}

bool spec_is_kinetic(const struct spec *s) {
    return s->model.dynamics == DYNAMICS_KINETIC;
}

bool spec_is_langevin(const struct spec *s) {
    return spec_is_kinetic(s) && !isnan(s->model.temperature);
}

/* What is stepped in time by a splitting does not reach the tolerance of what is not. */
static void choose_tolerance(struct spec *s) {
    const bool split = spec_has_stable_noise(s) || spec_is_kinetic(s);
    if (config_find(s->time_node, "tolerance") != NULL) return;
    if (split) s->time.tolerance = 1e-4;
    if (strcmp(s->time.method, "transport") == 0) s->time.tolerance = TRANSPORT_TOLERANCE;
}

/* accuracy: estimate is short for {estimate: true}. */
static bool accuracy_read(struct spec *s, struct error *err) {
    const struct config_node *node = s->accuracy_node;
    static const char *const words[] = {"none", "estimate"};
    const bool word = node != NULL && node->kind == CONFIG_SCALAR;
    if (!settings_read(word ? NULL : node, accuracy_table, &s->accuracy, &s->evaluator,
                       err))
        return false;
    if (!word) return true;
    s->accuracy.estimate = strcmp(node->text, words[1]) == 0;
    if (s->accuracy.estimate || strcmp(node->text, words[0]) == 0) return true;
    const char *near = nearest_word(node->text, words, 2);
    return config_fail(
        err, node, "'%s'%s%s%s; allowed: none, estimate, {space: .., estimate: ..}",
        node->text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool sections_read(struct spec *s, struct error *err) {
    const struct evaluator *e = &s->evaluator;
    return keys_check(config_root(s->config), err) &&
           settings_read(config_root(s->config), root_table, s, NULL, err) &&
           parameters_read(s, err) &&
           settings_read(s->model_node, model_table, &s->model, e, err) &&
           variables_check(s, err) && grid_read(s, err) &&
           settings_read(s->initial_node, initial_table, &s->initial, e, err) &&
           settings_read(s->time_node, time_table, &s->time, e, err) &&
           accuracy_read(s, err) &&
           settings_read(s->analysis_node, analysis_table, &s->analysis, e, err) &&
           settings_read(s->output_node, output_table, &s->output, e, err);
}

struct spec *spec_load(const char *file, size_t assignments, const char *const *assignment,
                       struct error *err) {
    struct spec *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    bool good = (s->config = config_load(file, err)) != NULL;
    if (!good && err->kind == ERROR_FILE)
        err->kind = ERROR_SETTINGS; /* no settings: nothing was begun */
    for (size_t k = 0; good && k < assignments; k++)
        good = config_set(s->config, assignment[k], err);
    good = good && (s->scope = graph_create(err)) != NULL;
    s->evaluator = (struct evaluator){evaluate_in_scope, s->scope};
    if (good && sections_read(s, err)) return choose_tolerance(s), s;
    return spec_destroy(s), NULL;
}

char *spec_text(const struct config *config, size_t assignments,
                const char *const *assignment, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    fputs(config_text(config), text.out);
    for (size_t k = 0; k < assignments; k++)
        fprintf(text.out, "# --set %s\n", assignment[k]);
    return text_end(&text, true, err);
}

char *spec_name(const char *file, const char *suffix, struct error *err) {
    const char *slash = strrchr(file, '/'), *base = slash != NULL ? slash + 1 : file;
    const char *dot = strrchr(base, '.');
    const size_t length = dot != NULL && dot != base ? (size_t)(dot - base) : strlen(base);
    char *name = array_create(length + strlen(suffix) + 1, 1, err);
    if (name != NULL) sprintf(name, "%.*s%s", (int)length, base, suffix);
    return name;
}

void spec_destroy(struct spec *s) {
    if (s == NULL) return;
    settings_finish(root_table, s);
    settings_finish(model_table, &s->model);
    for (int d = 0; d < 2; d++)
        settings_finish(axis_table, &s->axis[d]);
    settings_finish(initial_table, &s->initial);
    settings_finish(time_table, &s->time);
    settings_finish(analysis_table, &s->analysis);
    settings_finish(accuracy_table, &s->accuracy);
    settings_finish(output_table, &s->output);
    graph_destroy(s->scope);
    config_destroy(s->config);
    free(s);
}
