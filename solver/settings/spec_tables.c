/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every key of a settings file but those of the model: one table a section. */
#include "solver/settings/spec.h"
#include <stddef.h>

#define AT(type, member) offsetof(struct type, member)

static const char *const schemes[] = {"euler", "milstein", "heun", NULL};
static const char *const spacings[] = {"uniform", "sinh", "geometric", "nodes", NULL};
static const char *const time_units[] = {"steps", "sde", NULL};

const struct setting root_table[] = {
    {"title", SETTING_TEXT, AT(spec, title), "",
     .sentence = "Name of the experiment, shown in plots and viewers.",
     .example = "Two wells"},
    {"reference", SETTING_TEXT, AT(spec, reference), "",
     .sentence = "Where the experiment comes from.",
     .example = "H. A. Kramers, Physica 7, 284 (1940)"},
    {"model", SETTING_NODE, AT(spec, model_node), NULL,
     .sentence = "What is learned, from what, and how.",
     .example =
         "{variables: [w], loss: w^2/2, noise: {covariance: 1}, learning_rate: 0.1}"},
    {"grid", SETTING_NODE, AT(spec, grid_node), NULL,
     .sentence = "One entry for each variable: its axis.",
     .example = "{w: {min: -3, max: 3, cells: 200}}"},
    {"initial", SETTING_NODE, AT(spec, initial_node), NULL,
     .sentence = "The density at time 0.", .example = "{gaussian: {mean: -1, std: 0.2}}"},
    {"time", SETTING_NODE, AT(spec, time_node), NULL,
     .sentence = "Unit, snapshots, method, tolerance.",
     .example = "{snapshots: {log: [10, 2000, 15]}}"},
    {"monte_carlo", SETTING_NODE, AT(spec, monte_carlo_node), "",
     .sentence = "Walkers that run the process itself.",
     .example = "{walkers: 20000, kinds: [sgd], tolerance: 0.02}"},
    {"law", SETTING_NODE, AT(spec, law_node), "",
     .sentence = "The law of the process itself, without walkers, beside the density.",
     .example = "{kinds: [sgd], tolerance: 0.005}"},
    {"analysis", SETTING_NODE, AT(spec, analysis_node), "",
     .sentence = "What is computed from the density.",
     .example = "{regions: {left: w < 0, right: w > 0}}"},
    {"accuracy", SETTING_NODE, AT(spec, accuracy_node), "",
     .sentence = "How exact, and what is said of it. A plain `estimate` stands for "
                 "{estimate: true}.",
     .example = "{space: 1e-5}"},
    {"output", SETTING_NODE, AT(spec, output_node), "", .sentence = "The HDF5 file.",
     .example = "{file: result.h5}"},
    {0}};

const struct setting axis_table[] = {
    {"min", SETTING_REAL, AT(axis_settings, min), "", .sentence = "Lower end.",
     .example = "-3"},
    {"max", SETTING_REAL, AT(axis_settings, max), "", .sentence = "Upper end.",
     .example = "3"},
    {"cells", SETTING_INTEGER, AT(axis_settings, cells), "", .least = 2, .most = 16777216,
     .sentence = "Number of cells.", .example = "400"},
    {"spacing", SETTING_CHOICE, AT(axis_settings, spacing), "uniform", .choices = spacings,
     .sentence = "sinh: fine around `about`, geometric far out; geometric: widths grow "
                 "evenly; nodes: faces as given.",
     .example = "sinh"},
    {"about", SETTING_REAL, AT(axis_settings, about), "0",
     .sentence = "sinh: where the cells are finest.", .example = "0.5"},
    {"scale", SETTING_REAL, AT(axis_settings, scale), "1", .least = 0, .most = 1e300,
     .above = true, .sentence = "sinh: half width of the fine part.", .example = "0.2"},
    {"ratio", SETTING_REAL, AT(axis_settings, ratio), "1", .least = 0, .most = 1e12,
     .above = true, .sentence = "geometric: last width over first width.", .example = "4"},
    {"nodes", SETTING_REALS, AT(axis_settings, nodes), "",
     .sentence = "nodes: the faces, increasing.",
     .example = "[-3, -2, -1, 0, 0.5, 1, 2, 3]"},
    {"align", SETTING_REALS, AT(axis_settings, align), "",
     .sentence = "Points that must be faces (jumps of the noise).", .example = "[0]"},
    {"refine", SETTING_NODE, AT(axis_settings, refine), "",
     .sentence = "List of {at, width, factor}: cells `factor` times smaller near a point.",
     .example = "[{at: 0, width: 0.1, factor: 4}]"},
    {"boundary", SETTING_TEXTS, AT(axis_settings, boundary), "reflecting",
     .sentence = "reflecting, absorbing or periodic; a list of two for the lower and the "
                 "upper end.",
     .example = "[reflecting, absorbing]"},
    {0}};

const struct setting refine_table[] = {
    {"at", SETTING_REAL, AT(refine_settings, at), NULL, .sentence = "Where.",
     .example = "0"},
    {"width", SETTING_REAL, AT(refine_settings, width), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "Over which distance.", .example = "0.1"},
    {"factor", SETTING_REAL, AT(refine_settings, factor), NULL, .least = 1, .most = 1e6,
     .sentence = "How many times smaller.", .example = "4"},
    {0}};

const struct setting initial_table[] = {
    {"gaussian", SETTING_NODE, AT(initial_settings, gaussian), "",
     .sentence = "{mean: [..], std: [..], correlation: 0}.",
     .example = "{mean: -1, std: 0.2}"},
    {"mixture", SETTING_NODE, AT(initial_settings, mixture), "",
     .sentence = "List of {weight, mean, std, correlation}.",
     .example = "[{weight: 2, mean: -1, std: 0.2}, {mean: 1, std: 0.2}]"},
    {"uniform", SETTING_NODE, AT(initial_settings, uniform), "",
     .sentence = "{min: [..], max: [..]}.", .example = "{min: -1, max: 1}"},
    {"point", SETTING_NODE, AT(initial_settings, point), "",
     .sentence = "All mass at one point: [..].", .example = "-1"},
    {"density", SETTING_NODE, AT(initial_settings, density), "",
     .sentence = "Any expression >= 0; it is normalised.", .example = "exp(-abs(w))"},
    {"file", SETTING_TEXT, AT(initial_settings, file), "",
     .sentence = "A density of an output file of this program, relative to the settings "
                 "file, of any grid; it is scaled to mass 1, and time starts again at 0.",
     .example = "run.h5"},
    {"row", SETTING_INTEGER, AT(initial_settings, row), "-1", .least = -9e15, .most = 9e15,
     .sentence = "file: which snapshot, from 0; below 0 from the end, -1 the last.",
     .example = "3"},
    {0}};

const struct setting gaussian_table[] = {
    {"mean", SETTING_REALS, AT(gaussian_settings, mean), NULL,
     .sentence = "One for each variable.", .example = "[-1, 0.5]"},
    {"std", SETTING_REALS, AT(gaussian_settings, std), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "One for each variable.", .example = "[0.2, 0.3]"},
    {"correlation", SETTING_REAL, AT(gaussian_settings, correlation), "0",
     .least = -0.999999, .most = 0.999999, .sentence = "Two variables.", .example = "0.5"},
    {0}};
const struct setting component_table[] = {
    {"weight", SETTING_REAL, AT(gaussian_settings, weight), "1", .least = 0, .most = 1e300,
     .above = true, .sentence = "Relative weight.", .example = "2"},
    {"mean", SETTING_REALS, AT(gaussian_settings, mean), NULL,
     .sentence = "One for each variable.", .example = "[-1, 0.5]"},
    {"std", SETTING_REALS, AT(gaussian_settings, std), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "One for each variable.", .example = "[0.2, 0.3]"},
    {"correlation", SETTING_REAL, AT(gaussian_settings, correlation), "0",
     .least = -0.999999, .most = 0.999999, .sentence = "Two variables.", .example = "0.5"},
    {0}};
const struct setting uniform_table[] = {
    {"min", SETTING_REALS, AT(uniform_settings, min), NULL,
     .sentence = "One for each variable.", .example = "-1"},
    {"max", SETTING_REALS, AT(uniform_settings, max), NULL,
     .sentence = "One for each variable.", .example = "1"},
    {0}};

const struct setting time_table[] = {
    {"unit", SETTING_CHOICE, AT(time_settings, unit), "", .choices = time_units,
     .sentence = "steps: one unit is one SGD step (default); sde: t = steps * learning "
                 "rate. Not with drift.",
     .example = "sde"},
    {"snapshots", SETTING_NODE, AT(time_settings, snapshots), NULL,
     .sentence = "Times, besides 0: a list, or {at: [..], log: [first, last, count], "
                 "linear: [first, last, count]}.",
     .example = "{log: [10, 2000, 15]}"},
    {"method", SETTING_TEXT, AT(time_settings, method), "auto",
     .sentence = "auto, or one of the methods in time of the equation (fokker settings "
                 "methods).",
     .example = "sdirk"},
    {"tolerance", SETTING_REAL, AT(time_settings, tolerance), "", .least = 1e-14,
     .most = 0.1,
     .sentence = "Wanted L1 error in time of every snapshot; default: that of the method "
                 "(fokker settings methods).",
     .example = "1e-8"},
    {"step", SETTING_REAL, AT(time_settings, step), "0", .least = 0, .most = 1e300,
     .sentence = "Fixed time step of the stepping methods; 0: chosen by error control.",
     .example = "0.5"},
    {0}};

const struct setting snapshots_table[] = {
    {"at", SETTING_REALS, AT(snapshots_settings, at), "", .sentence = "Times.",
     .example = "[10, 100, 1000]"},
    {"log", SETTING_REALS, AT(snapshots_settings, log), "",
     .sentence = "first, last, count: equal ratios.", .example = "[1, 1000, 31]"},
    {"linear", SETTING_REALS, AT(snapshots_settings, linear), "",
     .sentence = "first, last, count: equal steps.", .example = "[100, 1000, 10]"},
    {0}};

const struct setting analysis_table[] = {
    {"stationary", SETTING_BOOL, AT(analysis_settings, stationary), "true",
     .sentence = "Compute the stationary density.", .example = "false"},
    {"regions", SETTING_NODE, AT(analysis_settings, regions), "",
     .sentence = "Named regions, name: condition (w < 0): their masses are followed.",
     .example = "{left: w < 0, right: w > 0}"},
    {"escape", SETTING_NODE, AT(analysis_settings, escape), "",
     .sentence = "{from, to, times}: how long it takes to get there for the first time, "
                 "with the last learning rate.",
     .example = "{from: -1, to: w > 0}"},
    {"modes", SETTING_INTEGER, AT(analysis_settings, modes), "0", .least = 0, .most = 200,
     .sentence = "Number of slowest modes: relaxation rates, left and right functions, "
                 "basins.",
     .example = "6"},
    {"floquet", SETTING_NODE, AT(analysis_settings, floquet), "",
     .sentence =
         "{period, phases}: the periodic state of a model whose drift and diffusion "
         "have that period in t; one variable.",
     .example = "{period: 20}"},
    {0}};

const struct setting floquet_table[] = {
    {"period", SETTING_REAL, AT(floquet_settings, period), NULL, .least = 0, .above = true,
     .sentence = "Of drift and diffusion, in the run's unit; any where they do not depend "
                 "on t.",
     .example = "2*pi"},
    {"phases", SETTING_INTEGER, AT(floquet_settings, phases), "64", .least = 8,
     .most = 100000,
     .sentence = "Times of the period at which the state is recorded and means over the "
                 "period are taken; rounded up to an even number.",
     .example = "128"},
    {0}};

const struct setting escape_table[] = {
    {"from", SETTING_NODE, AT(escape_settings, from), "initial",
     .sentence = "A point (-1, or [-1, 0]), a condition or a region's name (its stationary "
                 "density), initial, or quasi_stationary.",
     .example = "-1"},
    {"to", SETTING_NODE, AT(escape_settings, to), NULL,
     .sentence =
         "What is to be reached: a condition (x > 0), a region's name, or boundary: "
         "the absorbing ends. These count as reached in any case.",
     .example = "w > 0"},
    {"times", SETTING_NODE, AT(escape_settings, times), "",
     .sentence = "Of the survival curve, like time.snapshots; default: around the mean "
                 "time.",
     .example = "{log: [1, 1000, 31]}"},
    {"splitting", SETTING_NODE, AT(escape_settings, splitting), "",
     .sentence = "{time, levels, walkers, repeats}: the probability to get there before a "
                 "time, however rare, by walkers that are multiplied at levels, beside "
                 "the density's; one variable.",
     .example = "{time: 20, levels: 10}"},
    {0}};

const struct setting splitting_table[] = {
    {"time", SETTING_REAL, AT(splitting_settings, time), NULL, .least = 0, .most = 1e300,
     .above = true, .sentence = "Before which it is to be reached, in the run's unit.",
     .example = "20"},
    {"levels", SETTING_INTEGER, AT(splitting_settings, levels), "20", .least = 1,
     .most = 1000,
     .sentence = "Evenly spaced from the start to the target; best when each is passed by "
                 "0.1 to 0.5 of the walkers.",
     .example = "10"},
    {"at", SETTING_REALS, AT(splitting_settings, at), "",
     .sentence = "Levels at these places instead, in order from the start to the target, "
                 "whose edge is the last by itself.",
     .example = "[-0.5, -0.2]"},
    {"walkers", SETTING_INTEGER, AT(splitting_settings, walkers), "20000", .least = 100,
     .most = 1e9, .sentence = "From each level, in each repeat.", .example = "50000"},
    {"repeats", SETTING_INTEGER, AT(splitting_settings, repeats), "10", .least = 2,
     .most = 1e4, .sentence = "Independent estimates; their spread is the error.",
     .example = "20"},
    {0}};

const struct setting accuracy_table[] = {
    {"space", SETTING_REAL, AT(accuracy_settings, space), "1e-4", .least = 0, .most = 2,
     .above = true,
     .sentence = "Wanted error in space of every snapshot: L1, and mean and standard "
                 "deviation in units of that. One variable, normal noise: cells are cut "
                 "inside until it is met. Elsewhere the run is inaccurate where the "
                 "estimate is above it, or above 0.05 when it is not given.",
     .example = "1e-5"},
    {"estimate", SETTING_BOOL, AT(accuracy_settings, estimate), "false",
     .sentence = "Solve on half (and a quarter of) the cells too; report the space error "
                 "and the extrapolated values.",
     .example = "true"},
    {0}};

const struct setting monte_carlo_table[] = {
    {"walkers", SETTING_INTEGER, AT(monte_carlo_settings, walkers), "100000", .least = 0,
     .most = 4e9, .sentence = "Number of independent walkers of each kind; 0: none.",
     .example = "20000"},
    {"kinds", SETTING_TEXTS, AT(monte_carlo_settings, kinds), "sgd",
     .sentence =
         "List of sgd (the real thing; needs examples), gaussian (SGD with normal "
         "noise, or the model's stable noise), sde (the equation's SDE). fokker escape: "
         "default sde and sgd.",
     .example = "[sgd, sde]"},
    {"seed", SETTING_INTEGER, AT(monte_carlo_settings, seed), "1", .least = 0, .most = 9e15,
     .sentence = "Same seed, same bits.", .example = "7"},
    {"substeps", SETTING_INTEGER, AT(monte_carlo_settings, substeps), "1", .least = 1,
     .most = 1e9, .sentence = "sde: steps in one SGD step.", .example = "10"},
    {"step", SETTING_REAL, AT(monte_carlo_settings, step), "0", .least = 0, .most = 1e300,
     .sentence =
         "sde with drift and diffusion: time step; snapshots are moved to whole steps.",
     .example = "0.001"},
    {"scheme", SETTING_CHOICE, AT(monte_carlo_settings, scheme), "euler",
     .choices = schemes,
     .sentence = "sde: Euler-Maruyama with the exact correction, Milstein (one variable), "
                 "or Heun.",
     .example = "milstein"},
    {"halve", SETTING_BOOL, AT(monte_carlo_settings, halve), "false",
     .sentence = "sde: run half the step along the same Brownian path too and report the "
                 "weak bias.",
     .example = "true"},
    {"tolerance", SETTING_REAL, AT(monte_carlo_settings, tolerance), "0.01", .least = 0,
     .most = 1, .above = true,
     .sentence = "KS distance below which walkers and density agree: no half-line's "
                 "probability differs by more, no interval's by more than twice that.",
     .example = "0.02"},
    {0}};

const struct setting law_table[] = {
    {"kinds", SETTING_TEXTS, AT(law_settings, kinds), "sgd",
     .sentence = "List of sgd (the real thing; needs examples), gaussian (SGD with normal "
                 "noise), sde (the chain that walkers of kind sde step through, with step, "
                 "substeps and scheme of monte_carlo).",
     .example = "[sgd, gaussian]"},
    {"cells", SETTING_NODE, AT(law_settings, cells), "auto",
     .sentence =
         "auto (as the grid, doubled until the law's error is a tenth of the "
         "tolerance), same (as the grid), or their number, one for each variable: a "
         "multiple or a divisor of the grid's, even, at least 8. Half and a quarter "
         "of them tell the error.",
     .example = "2000"},
    {"positive", SETTING_BOOL, AT(law_settings, positive), "false",
     .sentence = "Never a negative mass, at second order in place of fourth.",
     .example = "true"},
    {"tolerance", SETTING_REAL, AT(law_settings, tolerance), "0.01", .least = 0, .most = 1,
     .above = true,
     .sentence = "KS distance above which density and law are said to differ. A law that "
                 "its cells resolve worse than that makes the run inaccurate.",
     .example = "0.005"},
    {0}};

const struct setting output_table[] = {
    {"file", SETTING_TEXT, AT(output_settings, file), "",
     .sentence = "Default: the settings file's name with .h5, in the present folder.",
     .example = "result.h5"},
    {"compression", SETTING_INTEGER, AT(output_settings, compression), "1", .least = 0,
     .most = 9,
     .sentence = "Deflate level of the densities; 0 is 10 times faster to write and a "
                 "little larger.",
     .example = "4"},
    {0}};

const struct spec_section spec_sections[] = {
    {"", "The sections of a settings file.", root_table},
    {"model",
     "What is learned: exactly one of datapoints, example_loss + data, loss + noise, drift "
     "+ diffusion.",
     model_table},
    {"model.learning_rate", "Each entry of a schedule.", schedule_table},
    {"model.equation", "The equation that stands for SGD (docs/theory.md 1.6).",
     equation_table},
    {"model.reset", "model.reset: mass that goes elsewhere at some rate.", reset_table},
    {"model.tables", "Each entry, under its signature such as \"L(u)\" or \"E(x, y)\".",
     table_table},
    {"model.examples", "Losses of single examples by points.", examples_table},
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
    {"law", "The law of the process itself.", law_table},
    {"analysis", "What is computed besides.", analysis_table},
    {"analysis.floquet", "Periodic state.", floquet_table},
    {"analysis.escape", "First passage.", escape_table},
    {"analysis.escape.splitting", "Rare first passages.", splitting_table},
    {"accuracy", "How exact.", accuracy_table},
    {"output", "Where it goes.", output_table},
    {0}};
