/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every key of the section model and of those within it. */
#include "solver/settings/spec.h"
#include <stddef.h>

#define AT(type, member) offsetof(struct type, member)

static const char *const outsides[] = {"error", "hold", "linear", NULL};
static const char *const lies[] = {"column", "row", NULL};
static const char *const samplings[] = {"with_replacement", "without_replacement",
                                        "reshuffled", NULL};
static const char *const momentum_forms[] = {"heavy_ball", "averaging", NULL};
static const char *const dynamics[] = {"gradient", "kinetic", NULL};

const struct setting model_table[] = {
    {"variables", SETTING_TEXTS, AT(model_settings, variables), NULL,
     .sentence =
         "Names of the one or two parameters; with dynamics: kinetic, of one parameter "
         "and its velocity.",
     .example = "[w]"},
    {"parameters", SETTING_NODE, AT(model_settings, parameters), "",
     .sentence = "Constants by name; each may use the earlier ones, and every number below "
                 "may use them.",
     .example = "{T: 0.002, s: sqrt(2/T)}"},
    {"functions", SETTING_NODE, AT(model_settings, functions), "",
     .sentence = "Functions by signature: \"f(u)\": 2*u^2 - u^4.",
     .example = "{\"f(u)\": 2*u^2 - u^4}"},
    {"tables", SETTING_NODE, AT(model_settings, tables), "",
     .sentence = "Functions of one or two variables given by points, by signature.",
     .example = "{\"S(u)\": {file: slice.csv, at: step, value: loss}}"},
    {"datapoints", SETTING_NODE, AT(model_settings, datapoints), "",
     .sentence = "List of per-example losses l_j.",
     .example = "[(w - 1)^2/2, (w + 1)^2/2]"},
    {"example_loss", SETTING_NODE, AT(model_settings, example_loss), "",
     .sentence = "Loss of one example, in terms of the data's columns; needs data.",
     .example = "sqrt(1 + (w*x - y)^2)"},
    {"data", SETTING_NODE, AT(model_settings, data), "",
     .sentence = "The examples: a file, or generated.", .example = "{file: points.csv}"},
    {"examples", SETTING_NODE, AT(model_settings, examples), "",
     .sentence = "The examples' losses by points: arrays from a training run.",
     .example = "{file: slice.csv, at: step, values: [loss, train_loss]}"},
    {"loss", SETTING_NODE, AT(model_settings, loss), "",
     .sentence = "The loss L; needs noise, or friction and temperature. With drift and "
                 "diffusion: a loss to observe.",
     .example = "w^4/4 - w^2/2"},
    {"noise", SETTING_NODE, AT(model_settings, noise), "",
     .sentence = "Noise of ONE example's gradient; with drift: stable noise in place of "
                 "diffusion.",
     .example = "{covariance: 1 + w^2}"},
    {"drift", SETTING_NODE, AT(model_settings, drift), "",
     .sentence = "Drift b of any Fokker-Planck equation (a list in two dimensions); needs "
                 "diffusion.",
     .example = "-w"},
    {"diffusion", SETTING_NODE, AT(model_settings, diffusion), "",
     .sentence = "Diffusion D (Ito: dp/dt = -(b p)' + (D p)''); [[xx, xy], [xy, yy]] in "
                 "two dimensions.",
     .example = "0.1*(1 + w^2)"},
    {"learning_rate", SETTING_NODE, AT(model_settings, learning_rate), "",
     .sentence = "eta: a number, a list of one a variable, or a schedule [{until: 100, "
                 "value: 0.1}, {value: 0.02}]; each may be an expression of the time t.",
     .example = "0.1"},
    {"batch_size", SETTING_INTEGER, AT(model_settings, batch_size), "1", .least = 1,
     .most = 1e12, .sentence = "B: examples averaged in one step.", .example = "4"},
    {"sampling", SETTING_CHOICE, AT(model_settings, sampling), "with_replacement",
     .choices = samplings,
     .sentence =
         "How the examples of a batch are drawn. The density of reshuffled is that of "
         "without_replacement.",
     .example = "without_replacement"},
    {"momentum", SETTING_REAL, AT(model_settings, momentum), "0", .least = 0,
     .most = 0.999999,
     .sentence =
         "mu; the density takes it as an effective learning rate, or with dynamics: "
         "kinetic as inertia.",
     .example = "0.9"},
    {"momentum_form", SETTING_CHOICE, AT(model_settings, momentum_form), "heavy_ball",
     .choices = momentum_forms,
     .sentence = "heavy_ball: v = mu v + g, effective rate eta/(1-mu); averaging: v = mu v "
                 "+ (1-mu) g, effective rate eta.",
     .example = "averaging"},
    {"dynamics", SETTING_CHOICE, AT(model_settings, dynamics), "gradient",
     .choices = dynamics,
     .sentence =
         "kinetic: the density of a parameter and its velocity, for momentum that is "
         "not small; V = -sqrt(learning_rate) v, v the velocity of SGD.",
     .example = "kinetic"},
    {"friction", SETTING_REAL, AT(model_settings, friction), "", .least = 0, .most = 1e300,
     .sentence = "kinetic, with temperature and loss in place of SGD: dv = -(friction v + "
                 "L') dt + sqrt(2 friction temperature) dW.",
     .example = "0.5"},
    {"temperature", SETTING_REAL, AT(model_settings, temperature), "", .least = 0,
     .most = 1e300, .above = true, .sentence = "See friction.", .example = "0.1"},
    {"interpretation", SETTING_NODE, AT(model_settings, interpretation), "",
     .sentence = "ito, stratonovich, klimontovich, or alpha in [0, 1]; default ito, which "
                 "is what SGD does.",
     .example = "stratonovich"},
    {"equation", SETTING_NODE, AT(model_settings, equation), "",
     .sentence = "{order}: how far the equation of SGD goes in the learning rate.",
     .example = "{order: 2}"},
    {"update", SETTING_NODE, AT(model_settings, update), "",
     .sentence =
         "A step of another optimizer: each variable's value after it, from the variables, "
         "g "
         "(gradient of the drawn batch's loss in the first variable; g2 in the second), "
         "normal and normal2 (fresh standard normals). In order: each sees the new values "
         "above it. Needs examples; takes the place of learning_rate and momentum.",
     .example = "{v: 0.9*v + g, w: w - 0.01*v}"},
    {"killing", SETTING_NODE, AT(model_settings, killing), "",
     .sentence = "Rate >= 0 at which mass is killed, per unit of time (time.unit): dp/dt = "
                 "... - killing p.",
     .example = "0.1*w^2"},
    {"reset", SETTING_NODE, AT(model_settings, reset), "",
     .sentence = "{rate, to}: mass goes over to another place at this rate.",
     .example = "{rate: 0.5, to: initial}"},
    {0}};

const struct setting reset_table[] = {
    {"rate", SETTING_NODE, AT(reset_settings, rate), NULL,
     .sentence = "Rate >= 0 of resets, per unit of time: a number or an expression.",
     .example = "0.5*step(w - 1)"},
    {"to", SETTING_NODE, AT(reset_settings, to), "",
     .sentence = "Where to: initial (the default), or a law as in the section initial.",
     .example = "{point: 0.5}"},
    {0}};

#define PERIODIC                                                                           \
    .sentence = "Repeats itself with the length of the table, whose last value is its "    \
                "first. In two variables of one or both: [true, false].",                  \
    .example = "true"

const struct setting table_table[] = {
    {"file", SETTING_TEXT, AT(table_settings, file), "",
     .sentence =
         "CSV or HDF5 (.h5) file, relative to the settings file. Without it the names "
         "are of arrays given in memory (the library).",
     .example = "slice.csv"},
    {"at", SETTING_TEXTS, AT(table_settings, at), NULL,
     .sentence = "Where: a column by its name, a data set by its path; in two variables a "
                 "list of two. Increasing, at least 4 places.",
     .example = "step"},
    {"value", SETTING_TEXT, AT(table_settings, value), NULL,
     .sentence =
         "The values there, likewise: a vector; in two variables a matrix ny x nx, or "
         "a vector, of rows x, y, value. Between them a cubic spline (C2, "
         "not-a-knot).",
     .example = "train_loss"},
    {"positive", SETTING_BOOL, AT(table_settings, positive), "false",
     .sentence = "Never below 0 between values that are not: slopes of the spline are "
                 "limited where they would lead there (C1 at such a point).",
     .example = "true"},
    {"periodic", SETTING_NODE, AT(table_settings, periodic), "", PERIODIC},
    {"outside", SETTING_CHOICE, AT(table_settings, outside), "error", .choices = outsides,
     .sentence = "Beyond the table: refused, the end's value, or the tangent there.",
     .example = "linear"},
    {0}};

const struct setting examples_table[] = {
    {"file", SETTING_TEXT, AT(examples_settings, file), "",
     .sentence = "As in model.tables.", .example = "slice.csv"},
    {"at", SETTING_TEXTS, AT(examples_settings, at), NULL,
     .sentence = "As in model.tables: a name for each variable of the model.",
     .example = "step"},
    {"values", SETTING_TEXTS, AT(examples_settings, values), NULL,
     .sentence =
         "The loss of each example there: a matrix with a column or a row an example "
         "(in two variables n x ny x nx), or a list of columns, of which * stands for "
         "many in a CSV file.",
     .example = "[loss, train_loss]"},
    {"example", SETTING_CHOICE, AT(examples_settings, example), "", .choices = lies,
     .sentence = "What of a matrix is an example, where there are as many as places.",
     .example = "row"},
    {"periodic", SETTING_NODE, AT(examples_settings, periodic), "", PERIODIC},
    {"outside", SETTING_CHOICE, AT(examples_settings, outside), "error",
     .choices = outsides, .sentence = "As in model.tables.", .example = "linear"},
    {0}};
#undef PERIODIC

const struct setting equation_table[] = {
    {"order", SETTING_INTEGER, AT(equation_settings, order), "1", .least = 1, .most = 3,
     .sentence =
         "1: drift -eta G, noise C. 2: drift right to the next order, for means and "
         "transients. 3 (one variable): noise too, for widths. For density and "
         "walkers of kind sde.",
     .example = "2"},
    {0}};

const struct setting schedule_table[] = {
    {"until", SETTING_REAL, AT(schedule_settings, until), "",
     .sentence = "Time at which this interval ends; the last has none.", .example = "1000"},
    {"value", SETTING_NODE, AT(schedule_settings, value), NULL,
     .sentence = "Learning rate until then.", .example = "0.1"},
    {0}};

const struct setting data_table[] = {
    {"file", SETTING_TEXT, AT(data_settings, file), "",
     .sentence = "CSV or HDF5 (.h5) file, relative to the settings file.",
     .example = "points.csv"},
    {"rows", SETTING_INTEGER, AT(data_settings, rows), "1000", .least = 2, .most = 1e9,
     .sentence = "Generated: number of examples.", .example = "500"},
    {"normal", SETTING_NODE, AT(data_settings, normal), "",
     .sentence = "Generated: columns of normal numbers, name: [mean, standard deviation].",
     .example = "{x: [0, 1], y: [0, 0.5]}"},
    {"seed", SETTING_INTEGER, AT(data_settings, seed), "1", .least = 0, .most = 9e15,
     .sentence = "Generated: seed.", .example = "7"},
    {0}};

const struct setting noise_table[] = {
    {"covariance", SETTING_NODE, AT(noise_settings, covariance), "",
     .sentence = "C(x): an expression; [[xx, xy], [xy, yy]] in two dimensions. The batch "
                 "size divides it.",
     .example = "1 + w^2"},
    {"stable", SETTING_NODE, AT(noise_settings, stable), "",
     .sentence = "{alpha, sigma}: symmetric alpha-stable (Levy) noise instead; one "
                 "variable.",
     .example = "{alpha: 1.5, sigma: 0.3}"},
    {0}};

const struct setting stable_table[] = {
    {"alpha", SETTING_REAL, AT(stable_noise, alpha), NULL, .least = 0, .most = 2,
     .above = true, .sentence = "Index: 1 is Cauchy, 2 normal.", .example = "1.5"},
    {"sigma", SETTING_REAL, AT(stable_noise, sigma), NULL, .least = 0, .most = 1e300,
     .sentence = "Scale: E exp(i k sigma L) = exp(-|sigma k|^alpha), so that alpha = 2 has "
                 "variance 2 sigma^2. The mean of a batch B has B^(1/alpha - 1) of it.",
     .example = "0.3"},
    {0}};
