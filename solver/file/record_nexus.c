/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/record_nexus.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_LIMIT = 64 };

/* The first of `names` is the signal, those of the rest that exist are shown with it. */
struct group {
    const char *name;
    int dims; /* 1 or 2; 0: both */
    const char *title;
    const char *names[8];
    const char *style; /* SILX_style */
};

static const struct group groups[] = {
    {"density", 0, NULL, {"density"}, NULL},
    {"flux", 1, "probability current", {"flux"}, NULL},
    {"stationary",
     1,
     "last snapshot and stationary",
     {"last_density", "stationary_density"},
     NULL},
    {"stationary",
     2,
     "stationary and last snapshot",
     {"stationary_density", "last_density"},
     NULL},
    {"coefficients", 1, "effective potential and loss", {"potential", "loss"}, NULL},
    {"marginal_x", 2, "marginal density", {"marginal_x"}, NULL},
    {"marginal_y", 2, "marginal density", {"marginal_y"}, NULL},
    {"escape_time", 0, "mean escape time", {"escape_time_log10"}, NULL},
    {"survival", 0, "not yet arrived", {"survival"}, NULL},
    {"exit_density",
     0,
     "density of the exit time",
     {"exit_density", "exit_density_lower", "exit_density_upper"},
     NULL},
    {"splitting",
     1,
     "probability to pass each level",
     {"splitting_reached", "splitting_fraction"},
     "{\"signal_scale_type\": \"log\"}"},
    {"modes", 0, "slow modes", {"mode_right"}, NULL},
    {"diagnostics",
     0,
     "diagnostics",
     {"l1_to_stationary", "mass", "mean_x", "variance_x", "entropy", "free_energy"},
     "{\"signal_scale_type\": \"log\"}"},
};

struct writer {
    struct h5file *file;
    const struct field *fields;
    size_t count;
    const char *title;
    struct error *err;
};

static const struct field *find_field(const struct writer *w, const char *name) {
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->fields[i].array.name, name) == 0) return &w->fields[i];
    return NULL;
}

/* Hard link /name as /entry/group/name. */
static bool link_into(const struct writer *w, const char *group, const char *name) {
    char target[160], path[320];
    snprintf(target, sizeof target, "/%s", name);
    snprintf(path, sizeof path, "/entry/%s/%s", group, name);
    return h5file_link(w->file, target, path, w->err);
}

static bool link_with_errors(const struct writer *w, const char *group, const char *name) {
    char errors[128];
    snprintf(errors, sizeof errors, "%s_errors", name);
    return link_into(w, group, name) &&
           (find_field(w, errors) == NULL || link_into(w, group, errors));
}

static bool write_axes(const struct writer *w, const char *group, const char *path,
                       const struct h5_array *signal) {
    const char *axes[3];
    size_t rank = 0;
    char name[AXIS_NAME + 16];
    if (signal->layout == H5_ROWS || signal->layout == H5_SERIES) axes[rank++] = "time";
    for (int d = 0; d < signal->rank; d++)
        axes[rank++] = signal->axes[d];
    if (!h5file_attribute_texts(w->file, path, "axes", axes, rank, w->err)) return false;
    for (size_t d = 0; d < rank; d++) {
        snprintf(name, sizeof name, "%s_indices", axes[d]);
        if (!h5file_attribute_index(w->file, path, name, (int32_t)d, w->err) ||
            !link_into(w, group, axes[d]))
            return false;
    }
    return true;
}

/* names[n]: the signal and its companions, all of which exist. title: NULL = the run's. */
static bool write_group(const struct writer *w, const char *group, const char *title,
                        const char *style, const char *const *names, size_t n) {
    char path[128], title_path[160];
    snprintf(path, sizeof path, "/entry/%s", group);
    snprintf(title_path, sizeof title_path, "%s/title", path);
    char *text = title == NULL ? text_create(w->err, "%s", w->title)
                               : text_create(w->err, "%s: %s", w->title, title);
    bool good = text != NULL && h5file_group(w->file, path, "NXdata", w->err) &&
                h5file_attribute_text(w->file, path, "signal", names[0], w->err) &&
                h5file_text(w->file, title_path, text, w->err);
    free(text);
    for (size_t k = 0; k < n && good; k++)
        good = link_with_errors(w, group, names[k]);
    if (good && n > 1)
        good = h5file_attribute_texts(w->file, path, "auxiliary_signals", names + 1, n - 1,
                                      w->err);
    if (good && style != NULL)
        good = h5file_attribute_text(w->file, path, "SILX_style", style, w->err);
    return good && write_axes(w, group, path, &find_field(w, names[0])->array);
}

static bool write_known_group(const struct writer *w, const struct group *g) {
    const char *names[sizeof g->names / sizeof *g->names];
    size_t n = 0;
    if (find_field(w, g->names[0]) == NULL) return true;
    for (size_t k = 0; k < sizeof names / sizeof *names && g->names[k] != NULL; k++)
        if (find_field(w, g->names[k]) != NULL) names[n++] = g->names[k];
    return write_group(w, g->name, g->title, g->style, names, n);
}

/* mc_sgd_histogram -> monte_carlo_sgd: with the kernel estimate and the density in 1-D,
 * alone in 2-D, where a viewer shows one map at a time. */
static bool write_monte_carlo(const struct writer *w, const char *histogram, int dims) {
    char group[64], kde[64];
    const int prefix = (int)(strlen(histogram) - strlen("_histogram"));
    snprintf(group, sizeof group, "monte_carlo%.*s", prefix - 2, histogram + 2);
    snprintf(kde, sizeof kde, "%.*s_kde", prefix, histogram);
    const char *names[3] = {histogram};
    size_t n = 1;
    if (dims == 1 && find_field(w, kde) != NULL) names[n++] = kde;
    if (dims == 1) names[n++] = "density";
    return write_group(w, group, "Monte Carlo", NULL, names, n);
}

static bool ends_with(const char *text, const char *end) {
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool write_monte_carlos(const struct writer *w, int dims) {
    for (size_t i = 0; i < w->count; i++) {
        const char *name = w->fields[i].array.name;
        if (strncmp(name, "mc_", 3) == 0 && ends_with(name, "_histogram") &&
            strlen(name) < 40 && !write_monte_carlo(w, name, dims))
            return false;
    }
    return true;
}

/* mass_in_REGION itself, not what is said about it (_errors, _extrapolated,
 * _space_error). */
static bool is_region_mass(const char *name) {
    return strncmp(name, "mass_in_", 8) == 0 && !ends_with(name, "_errors") &&
           !ends_with(name, "_extrapolated") && !ends_with(name, "_space_error");
}

/* The masses in the named regions in one plot. */
static bool write_regions(const struct writer *w) {
    const char *names[NAMES_LIMIT];
    size_t n = 0;
    for (size_t i = 0; i < w->count && n < NAMES_LIMIT; i++)
        if (is_region_mass(w->fields[i].array.name)) names[n++] = w->fields[i].array.name;
    return n == 0 || write_group(w, "regions", "mass in regions", NULL, names, n);
}

bool nexus_write(struct h5file *file, const struct field *fields, size_t count, int dims,
                 const char *title, struct error *err) {
    const struct writer w = {file, fields, count, title, err};
    for (size_t k = 0; k < sizeof groups / sizeof *groups; k++) {
        if (groups[k].dims != 0 && groups[k].dims != dims) continue;
        if (!write_known_group(&w, &groups[k])) return false;
    }
    return write_monte_carlos(&w, dims) && write_regions(&w);
}
