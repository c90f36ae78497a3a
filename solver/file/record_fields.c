/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/record_fields.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */

/* kind: in 1-D and in 2-D (RECORD_KNOWN: not there). power: of the units of x, y and time.
 * label: %x and %y are the model's names of the variables, %r is the region.
 * units: where they are no powers. */
static const struct known_field {
    const char *name;
    enum record_kind kind[2];
    signed char power[3];
    const char *label, *units;
} table[] = {
    /* clang-format off */
    {"density",              {RECORD_CELLS, RECORD_CELLS},           {-1, -1, 0}, "probability density p", NULL},
    {"density_extrapolated", {RECORD_CELLS, RECORD_CELLS},           {-1, -1, 0}, "probability density, extrapolated to zero cell width", NULL},
    {"flux",                 {RECORD_FACES, RECORD_KNOWN},           {0, 0, -1},  "probability current J", NULL},
    {"flux_x",               {RECORD_KNOWN, RECORD_X_FACES},         {0, -1, -1}, "probability current along %x", NULL},
    {"flux_y",               {RECORD_KNOWN, RECORD_Y_FACES},         {-1, 0, -1}, "probability current along %y", NULL},
    {"marginal_x",           {RECORD_KNOWN, RECORD_X_CELLS},         {-1, 0, 0},  "marginal density of %x", NULL},
    {"marginal_y",           {RECORD_KNOWN, RECORD_Y_CELLS},         {0, -1, 0},  "marginal density of %y", NULL},
    {"histogram",            {RECORD_CELLS, RECORD_CELLS},           {-1, -1, 0}, "histogram of the density", NULL},
    {"kde",                  {RECORD_CELLS, RECORD_CELLS},           {-1, -1, 0}, "kernel estimate of the density", NULL},

    {"potential",          {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},   {0, 0, 0},   "effective potential, -ln of the stationary density", NULL},
    {"loss",               {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},   {0, 0, 0},   "loss L", NULL},
    {"stationary_density", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},   {-1, -1, 0}, "stationary density", NULL},
    {"stationary_extrapolated", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {-1, -1, 0}, "stationary density, extrapolated to zero cell width", NULL},
    {"drift",              {RECORD_FACES_ONCE, RECORD_KNOWN},        {1, 0, -1},  "drift b", NULL},
    {"diffusion",          {RECORD_FACES_ONCE, RECORD_KNOWN},        {2, 0, -1},  "diffusion D", NULL},
    {"drift_x",            {RECORD_KNOWN, RECORD_CELLS_ONCE},        {1, 0, -1},  "drift of %x", NULL},
    {"drift_y",            {RECORD_KNOWN, RECORD_CELLS_ONCE},        {0, 1, -1},  "drift of %y", NULL},
    {"diffusion_xx",       {RECORD_KNOWN, RECORD_CELLS_ONCE},        {2, 0, -1},  "diffusion D_xx", NULL},
    {"diffusion_xy",       {RECORD_KNOWN, RECORD_CELLS_ONCE},        {1, 1, -1},  "diffusion D_xy", NULL},
    {"diffusion_yy",       {RECORD_KNOWN, RECORD_CELLS_ONCE},        {0, 2, -1},  "diffusion D_yy", NULL},
    {"escape_time",        {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},   {0, 0, 1},   "mean escape time", NULL},
    {"escape_time_log10",  {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},   {0, 0, 0},   "log10 of the mean escape time", NULL},
    {"exit_lower",         {RECORD_CELLS_ONCE, RECORD_KNOWN},        {0, 0, 0},   "probability to leave through the lower side", NULL},
    {"exit_upper",         {RECORD_CELLS_ONCE, RECORD_KNOWN},        {0, 0, 0},   "probability to leave through the upper side", NULL},
    {"escape_committor",   {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},   {0, 0, 0},   "probability to reach the target before the start", NULL},
    {"quasi_stationary_density", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {-1, -1, 0}, "quasi-stationary density", NULL},
    {"survival",           {RECORD_EXIT_TIMES, RECORD_EXIT_TIMES},   {0, 0, 0},   "probability not to have arrived", NULL},
    {"exit_density",       {RECORD_EXIT_TIMES, RECORD_EXIT_TIMES},   {0, 0, -1},  "density of the exit time", NULL},
    {"exit_density_lower", {RECORD_EXIT_TIMES, RECORD_KNOWN},        {0, 0, -1},  "density of the exit time, lower side", NULL},
    {"exit_density_upper", {RECORD_EXIT_TIMES, RECORD_KNOWN},        {0, 0, -1},  "density of the exit time, upper side", NULL},
    {"exit_face_x",        {RECORD_KNOWN, RECORD_EXIT_FACES},        {1, 0, 0},   "%x of the middle of a face to leave through", NULL},
    {"exit_face_y",        {RECORD_KNOWN, RECORD_EXIT_FACES},        {0, 1, 0},   "%y of the middle of a face to leave through", NULL},
    {"exit_face_length",   {RECORD_KNOWN, RECORD_EXIT_FACES},        {0, 0, 0},   "its length", NULL},
    {"exit_face_probability", {RECORD_KNOWN, RECORD_EXIT_FACES},     {0, 0, 0},   "probability to leave through it", NULL},
    {"splitting_lower",    {RECORD_LEVELS, RECORD_KNOWN},            {1, 0, 0},   "lower end of a level", NULL},
    {"splitting_upper",    {RECORD_LEVELS, RECORD_KNOWN},            {1, 0, 0},   "upper end of a level", NULL},
    {"splitting_fraction", {RECORD_LEVELS, RECORD_KNOWN},            {0, 0, 0},   "part of the walkers from the level before that pass it", NULL},
    {"splitting_reached",  {RECORD_LEVELS, RECORD_KNOWN},            {0, 0, 0},   "probability to pass the level in time", NULL},
    {"mode_rate",          {RECORD_MODES, RECORD_MODES},             {0, 0, -1},  "relaxation rate", NULL},
    {"mode_frequency",     {RECORD_MODES, RECORD_MODES},             {0, 0, -1},  "angular frequency", NULL},
    {"mode_time",          {RECORD_MODES, RECORD_MODES},             {0, 0, 1},   "implied time scale", NULL},
    {"mode_left",          {RECORD_MODE_CELLS, RECORD_MODE_CELLS},   {0, 0, 0},   "left function of the mode", NULL},
    {"mode_right",         {RECORD_MODE_CELLS, RECORD_MODE_CELLS},   {-1, -1, 0}, "right function of the mode", NULL},
    {"mode_basin",         {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE},   {0, 0, 0},   "metastable basin, counted from 0", NULL},

    {"mass",        {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "mass", NULL},
    {"mass_in_*",   {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "mass in %r", NULL},
    {"mean_x",      {RECORD_VALUE, RECORD_VALUE}, {1, 0, 0},   "mean of %x", NULL},
    {"mean_y",      {RECORD_KNOWN, RECORD_VALUE}, {0, 1, 0},   "mean of %y", NULL},
    {"variance_x",  {RECORD_VALUE, RECORD_VALUE}, {2, 0, 0},   "variance of %x", NULL},
    {"variance_y",  {RECORD_KNOWN, RECORD_VALUE}, {0, 2, 0},   "variance of %y", NULL},
    {"variance_xy", {RECORD_KNOWN, RECORD_VALUE}, {1, 1, 0},   "covariance of %x and %y", NULL},
    {"skewness_x",  {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "skewness of %x", NULL},
    {"skewness_y",  {RECORD_KNOWN, RECORD_VALUE}, {0, 0, 0},   "skewness of %y", NULL},
    {"kurtosis_x",  {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "kurtosis of %x", NULL},
    {"kurtosis_y",  {RECORD_KNOWN, RECORD_VALUE}, {0, 0, 0},   "kurtosis of %y", NULL},
    {"mean_loss",   {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "expected loss", NULL},
    {"entropy",     {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "entropy", NULL},
    {"free_energy", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "relative entropy to the stationary density", NULL},
    {"l1_to_stationary", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "L1 distance to the stationary density", NULL},
    {"min_density", {RECORD_VALUE, RECORD_VALUE}, {-1, -1, 0}, "smallest density before clean-up", NULL},
    {"negativity",  {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "integral of the negative part before clean-up", NULL},
    {"mass_defect", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "mass defect before clean-up", NULL},
    {"time_error",  {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "estimated L1 error in time", NULL},
    {"space_error", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "estimated L1 error in space", NULL},
    {"space_order", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "observed order in space", NULL},
    {"learning_rate", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "learning rate", NULL},
    {"walkers",     {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "walkers inside the grid", NULL},
    {"l1_to_density", {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0}, "L1 distance to the density", NULL},
    {"wall_time",   {RECORD_VALUE, RECORD_VALUE}, {0, 0, 0},   "wall time", "s"},
    {"step",        {RECORD_INTEGER, RECORD_INTEGER}, {0, 0, 0}, "time steps taken", NULL},
    /* clang-format on */
};

/* What NaN and infinity mean where they belong to the quantity; anywhere else they are
 * errors. */
static const struct {
    const char *name, *meaning;
} undefined[] = {
    {"potential", "infinite where the stationary density is 0"},
    {"free_energy", "infinite where the density is not 0 and the stationary one is"},
    {"escape_time", "infinite from where the target may never be reached"},
    {"escape_time_log10", "NaN on the target, infinite as the time is"},
    {"splitting_fraction", "NaN at a level that nobody came to"},
    {"splitting_reached", "NaN at a level that nobody came to"},
    {"mode_time", "infinite for a rate of 0"},
    {"entropy_production", "infinite where there is a current without noise; NaN where the "
                           "cells are too wide for the noise to know it"},
    {"time_error", "NaN or infinite where it is not known: such a run is inaccurate"},
    {"space_order", "NaN where half the cells change nothing"},
};

/* layout and axes, slowest first, of each kind in 1-D and in 2-D */
static const struct {
    enum h5_layout layout;
    const char *axes[2][3];
} kinds[] = {
    [RECORD_VALUE] = {H5_SERIES, {{NULL}, {NULL}}},
    [RECORD_INTEGER] = {H5_SERIES, {{NULL}, {NULL}}},
    [RECORD_CELLS] = {H5_ROWS, {{"x"}, {"y", "x"}}},
    [RECORD_FACES] = {H5_ROWS, {{"x_edge"}, {NULL}}},
    [RECORD_X_FACES] = {H5_ROWS, {{NULL}, {"y", "x_edge"}}},
    [RECORD_Y_FACES] = {H5_ROWS, {{NULL}, {"y_edge", "x"}}},
    [RECORD_X_CELLS] = {H5_ROWS, {{NULL}, {"x"}}},
    [RECORD_Y_CELLS] = {H5_ROWS, {{NULL}, {"y"}}},
    [RECORD_CELLS_ONCE] = {H5_STATIC, {{"x"}, {"y", "x"}}},
    [RECORD_FACES_ONCE] = {H5_STATIC, {{"x_edge"}, {NULL}}},
    [RECORD_EXIT_TIMES] = {H5_STATIC, {{"exit_time"}, {"exit_time"}}},
    [RECORD_EXIT_FACES] = {H5_STATIC, {{NULL}, {"exit_face"}}},
    [RECORD_LEVELS] = {H5_STATIC, {{"splitting_level"}, {NULL}}},
    [RECORD_MODES] = {H5_STATIC, {{"mode"}, {"mode"}}},
    [RECORD_MODE_CELLS] = {H5_STATIC, {{"mode", "x"}, {"mode", "y", "x"}}},
};

/* ---- texts ---- */

static bool dimensionless(const char *units) {
    return units == NULL || units[0] == '\0' || strcmp(units, "1") == 0;
}

char *label_create(const char *label, const char *units, struct error *err) {
    return dimensionless(units) ? text_create(err, "%s", label)
                                : text_create(err, "%s (%s)", label, units);
}

/* The product of powers of the units of x, y and time as UDUNITS reads it: "um-2 s-1"; "1"
 * when nothing is left. */
static char *units_create(const signed char power[3], int dims,
                          const struct record_header *h, struct error *err) {
    const char *unit[3] = {h->unit[0], dims == 2 ? h->unit[1] : NULL, h->time_unit};
    char factor[3][100] = {"", "", ""};
    for (int k = 0; k < 3; k++) {
        if (power[k] == 0 || dimensionless(unit[k])) continue;
        const bool simple = unit[k][strspn(unit[k], "abcdefghijklmnopqrstuvwxyz"
                                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
        if (power[k] == 1)
            snprintf(factor[k], sizeof factor[k], " %.60s", unit[k]);
        else
            snprintf(factor[k], sizeof factor[k], simple ? " %.60s%d" : " (%.60s)%d",
                     unit[k], power[k]);
    }
    char units[sizeof factor];
    snprintf(units, sizeof units, "%s%s%s", factor[0], factor[1], factor[2]);
    return text_create(err, "%s", units[0] == '\0' ? "1" : units + 1);
}

/* ---- names ---- */

/* A name taken apart: [mc_[walker_]]base[_errors]. */
struct name_parts {
    const struct known_field *known; /* NULL: the table has no such base */
    bool walkers, errors;
    char walker[16]; /* "sgd"; empty when the name has none */
    char region[64];
};

static const struct known_field *find_known(const char *base, size_t length, char *region) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *name = table[i].name, *star = strchr(name, '*');
        const size_t fixed = star != NULL ? (size_t)(star - name) : strlen(name);
        if (strncmp(name, base, fixed) != 0 || length < fixed) continue;
        if (star == NULL && length == fixed) return &table[i];
        if (star != NULL && length > fixed && length - fixed < 64) {
            snprintf(region, 64, "%.*s", (int)(length - fixed), base + fixed);
            return &table[i];
        }
    }
    return NULL;
}

static struct name_parts take_apart(const char *name) {
    static const char suffix[] = "_errors";
    struct name_parts parts = {0};
    size_t length = strlen(name);
    parts.walkers = strncmp(name, "mc_", 3) == 0;
    if (parts.walkers) name += 3, length -= 3;
    if (length > strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0)
        parts.errors = true, length -= strlen(suffix);
    parts.known = find_known(name, length, parts.region);
    const size_t word = strcspn(name, "_");
    if (parts.known == NULL && parts.walkers && word + 1 < length &&
        word < sizeof parts.walker) {
        snprintf(parts.walker, sizeof parts.walker, "%.*s", (int)word, name);
        parts.known = find_known(name + word + 1, length - word - 1, parts.region);
    }
    return parts;
}

static bool check_name(const char *name, struct error *err) {
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return fail(err, ERROR_RUN,
                        "field '%s': only letters, digits and _ can name a dataset", name);
    if (strlen(name) > 100)
        return fail(err, ERROR_RUN, "field '%s': a name has at most 100 characters", name);
    if (strcmp(name, "density") >= 0) return true;
    return fail(err, ERROR_RUN, "field '%s' must come after 'density' in the alphabet",
                name);
}

/* The label with %x, %y and %r filled in. */
static char *expand_label(const char *label, const struct record_header *h,
                          const char *region, struct error *err) {
    const char *mark = strchr(label, '%');
    if (mark == NULL) return text_create(err, "%s", label);
    const char *word = mark[1] == 'x'   ? h->variable[0]
                       : mark[1] == 'y' ? h->variable[1]
                                        : region;
    char *rest = expand_label(mark + 2, h, region, err);
    if (rest == NULL) return NULL;
    char *text = text_create(err, "%.*s%s%s", (int)(mark - label), label, word, rest);
    free(rest);
    return text;
}

static char *known_label(const struct name_parts *parts, const struct record_header *h,
                         struct error *err) {
    static const char *const walkers[][2] = {
        {"", ""}, {"sgd", "SGD "}, {"sde", "SDE "}, {"levy", "Levy "}};
    char *label = expand_label(parts->known->label, h, parts->region, err);
    if (label == NULL) return NULL;
    char walker[32];
    snprintf(walker, sizeof walker, "%s ", parts->walker);
    for (size_t i = 0; i < sizeof walkers / sizeof *walkers; i++)
        if (strcmp(walkers[i][0], parts->walker) == 0) strcpy(walker, walkers[i][1]);
    char *text = text_create(err, "%s%s%s%s%s", parts->errors ? "standard error, " : "",
                             label, parts->walkers ? ", " : "",
                             parts->walkers ? walker : "", parts->walkers ? "walkers" : "");
    free(label);
    return text;
}

/* ---- fields ---- */

static size_t axis_length(const struct grid *grid, const struct record_header *header,
                          const char *axis) {
    if (strcmp(axis, "exit_time") == 0) return header->exit_times;
    if (strcmp(axis, "exit_face") == 0) return header->exit_faces;
    if (strcmp(axis, "splitting_level") == 0) return header->levels;
    if (strcmp(axis, "mode") == 0) return header->modes;
    return grid->axis[axis[0] == 'y']->cells + (axis[1] != '\0');
}

/* Layout, shape and what follows from them. */
static void describe_array(struct field *field, const struct grid *grid,
                           const struct record_header *header) {
    struct h5_array *a = &field->array;
    const int dims = grid->dims;
    const bool stack =
        kinds[field->kind].layout == H5_ROWS || field->kind == RECORD_MODE_CELLS;
    a->layout = kinds[field->kind].layout;
    a->integer = field->kind == RECORD_INTEGER;
    for (int d = 0; d < 3 && kinds[field->kind].axes[dims - 1][d] != NULL; d++) {
        a->axes[d] = kinds[field->kind].axes[dims - 1][d];
        a->shape[a->rank++] = axis_length(grid, header, a->axes[d]);
    }
    if (a->rank - (field->kind == RECORD_MODE_CELLS) == 2)
        a->interpretation = "image";
    else if (stack)
        a->interpretation = "spectrum";
    if (field->kind == RECORD_CELLS)
        a->cell_methods = dims == 2 ? "time: point y: mean x: mean" : "time: point x: mean";
}

static const char *meaning_of_undefined(const char *name) {
    for (size_t k = 0; k < sizeof undefined / sizeof *undefined; k++)
        if (strcmp(undefined[k].name, name) == 0) return undefined[k].meaning;
    return NULL;
}

/* "time, y, x": the axes of an array, slowest first. */
static void print_shape(char shape[40], enum record_kind kind, int dims) {
    const char *const *axes = kinds[kind].axes[dims - 1];
    const bool rows = kinds[kind].layout == H5_ROWS || kinds[kind].layout == H5_SERIES;
    size_t used = (size_t)snprintf(shape, 40, "%s", rows ? "time" : "");
    for (int d = 0; d < 3 && axes[d] != NULL; d++)
        used += (size_t)snprintf(shape + used, 40 - used, "%s%s", used > 0 ? ", " : "",
                                 axes[d]);
}

bool field_describe(size_t row, struct field_description *out) {
    if (row >= sizeof table / sizeof *table) return false;
    const struct known_field *k = &table[row];
    *out = (struct field_description){.name = k->name,
                                      .label = k->label,
                                      .unit = k->units,
                                      .undefined = meaning_of_undefined(k->name)};
    memcpy(out->power, k->power, sizeof out->power);
    for (int d = 0; d < 2; d++)
        if (k->kind[d] != RECORD_KNOWN) print_shape(out->shape[d], k->kind[d], d + 1);
    return true;
}

bool field_create(struct field *field, const struct record_field *declared,
                  const struct grid *grid, const struct record_header *header,
                  struct error *err) {
    static const signed char no_power[3] = {0, 0, 0};
    *field = (struct field){.kind = declared->kind};
    if (!check_name(declared->name, err)) return false;
    const struct name_parts parts = take_apart(declared->name);
    const struct known_field *known = parts.known;
    if (field->kind == RECORD_KNOWN && known != NULL)
        field->kind = known->kind[grid->dims - 1];
    describe_array(field, grid, header);
    if (field->kind == RECORD_KNOWN || (known == NULL && declared->long_name == NULL) ||
        (field->array.layout != H5_SERIES && field->array.rank == 0))
        return fail(err, ERROR_RUN, "field '%s' is not known in %d-D", declared->name,
                    grid->dims);
    char *label = declared->long_name != NULL ? text_create(err, "%s", declared->long_name)
                                              : known_label(&parts, header, err);
    const char *units = declared->units != NULL ? declared->units
                        : known != NULL         ? known->units
                                                : NULL;
    field->undefined = meaning_of_undefined(known != NULL ? known->name : declared->name);
    field->array.name = text_create(err, "%s", declared->name);
    field->array.units = units != NULL
                             ? text_create(err, "%s", units)
                             : units_create(known != NULL ? known->power : no_power,
                                            grid->dims, header, err);
    if (label != NULL && field->array.name != NULL && field->array.units != NULL)
        field->array.long_name = label_create(label, field->array.units, err);
    free(label);
    return field->array.long_name != NULL;
}

void field_finish(struct field *field) {
    free((char *)field->array.name);
    free((char *)field->array.long_name);
    free((char *)field->array.units);
    free((char *)field->array.ancillary);
    *field = (struct field){0};
}

size_t field_values(const struct field *field) {
    size_t values = 1;
    for (int d = 0; d < field->array.rank; d++)
        values *= field->array.shape[d];
    return values;
}

bool field_has_rows(const struct field *field) {
    return field->array.layout == H5_ROWS || field->array.layout == H5_SERIES;
}
