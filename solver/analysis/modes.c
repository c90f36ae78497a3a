/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/modes.h"
#include "solver/equation/equation.h"
#include "solver/fv/basins.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Slow modes are separated from fast ones when the next rate is larger by this factor: then
 * crossings between basins are rare against the relaxation inside them. */
static const double clear_gap = 5;

enum {
    MOST_CELLS = 1 << 15,
    MOST_VALUES = 1 << 23
};                                         /* on which cutting ends: cells, x modes */
static const double doubtful_error = 0.05; /* relative, where cells are not cut */

/* ---------------------------------------------------------------- making */

static bool allocate(struct modes *m, size_t modes, struct error *err) {
    const size_t cells = m->grid->cells;
    m->modes = modes;
    m->basins = 1;
    m->worst = (double)NAN;
    return (m->rate = array_create(modes, sizeof(double), err)) != NULL &&
           (m->frequency = array_create(modes, sizeof(double), err)) != NULL &&
           (m->time = array_create(modes, sizeof(double), err)) != NULL &&
           (m->error = array_create(modes, sizeof(double), err)) != NULL &&
           (m->left = array_create(modes * cells, sizeof(double), err)) != NULL &&
           (m->right = array_create(modes * cells, sizeof(double), err)) != NULL &&
           (m->basin = array_create(cells, sizeof(double), err)) != NULL;
}

static void take_values(struct modes *m, const double *rate, const double *frequency,
                        double *const *left, double *const *right) {
    const size_t cells = m->grid->cells;
    for (size_t k = 0; k < m->modes; k++) {
        m->rate[k] = rate[k], m->frequency[k] = frequency[k], m->time[k] = 1 / rate[k];
        memcpy(m->left + k * cells, left[k], cells * sizeof(double));
        memcpy(m->right + k * cells, right[k], cells * sizeof(double));
    }
}

static bool find_basins(struct modes *m, const struct line_spectrum *s, struct error *err) {
    const size_t slow = line_spectrum_gap(s, &m->gap);
    if (slow == 0 || slow >= BASINS_MOST || !(m->gap > clear_gap)) return true;
    int *basin = array_create(m->grid->cells, sizeof *basin, err);
    const bool good =
        basin != NULL && basins_find(slow, s->left, m->grid->cells, basin, err);
    for (size_t i = 0; good && i < m->grid->cells; i++)
        m->basin[i] = basin[i];
    if (good) m->basins = slow + 1;
    free(basin);
    return good;
}

/* values[modes][cells x by] -> means over `by` of them. */
static void restrict_modes(size_t modes, size_t cells, size_t by, double **values) {
    for (size_t k = 0; k < modes; k++)
        for (size_t i = 0; i < cells; i++) {
            double sum = 0;
            for (size_t j = 0; j < by; j++)
                sum += values[k][i * by + j];
            values[k][i] = sum / (double)by;
        }
}

static bool find_modes(struct modes *m, const struct evolution *evolution, size_t wanted,
                       struct error *err) {
    struct line_spectrum s;
    if (!evolution_modes(evolution, wanted, &s, err)) return false;
    bool good = allocate(m, s.modes, err);
    if (good && m->cut > 1) {
        restrict_modes(s.modes, m->grid->cells, m->cut, s.left);
        restrict_modes(s.modes, m->grid->cells, m->cut, s.right);
    }
    if (good) {
        m->reversible = s.reversible;
        take_values(m, s.rate, s.frequency, s.left, s.right);
        if (s.reversible && !evolution->absorbing) good = find_basins(m, &s, err);
    }
    line_spectrum_finish(&s);
    return good;
}

/* The modes of the evolution, whose cells are those of `file` cut into `cut` (1: may be any). */
static struct modes *modes_on(const struct evolution *evolution, const struct grid *file,
                              size_t cut, size_t wanted, struct error *err) {
    struct modes *m = array_create(1, sizeof *m, err);
    if (m == NULL) return NULL;
    m->grid = file;
    m->cut = cut;
    if (find_modes(m, evolution, wanted, err)) return m;
    return modes_destroy(m), NULL;
}

/* ---------------------------------------------------------------- the error in space */

/* On other cells, which are made for it: grid_refine or grid_coarsen has made `grid`. */
static struct modes *modes_on_grid(const struct setup *setup, const struct evolution *plain,
                                   struct grid *grid, size_t cut, size_t wanted,
                                   struct error *err) {
    const struct evolution_options options =
        evolution_options(setup, evolution_last(plain)->monitor);
    struct evolution *evolution =
        grid != NULL ? evolution_create(setup, grid, &options, err) : NULL;
    struct modes *m = NULL;
    if (evolution != NULL)
        m = modes_on(evolution, cut > 1 ? plain->grid : grid, cut, wanted, err);
    evolution_destroy(evolution);
    grid_destroy(grid);
    return m;
}

/* From the last change and the one before: at second order a third of the last, at a higher one
 * (an accident) what second order makes of the one before, all of it where no order is seen. */
static double error_of(double change, double before) {
    const double order = log2(before / change);
    if (fabs(order - 2) <= 0.5) return change / 3;
    if (order > 2) return before / 12;
    return order >= 1 ? change / (exp2(order) - 1) : fmax(change, before / 2);
}

/* Mode k of m, of those on half of its cells and on a quarter (or NULL): relative. */
static double rate_error(const struct modes *m, const struct modes *half,
                         const struct modes *quarter, size_t k) {
    const double size = hypot(m->rate[k], m->frequency[k]);
    if (half == NULL || k >= half->modes) return (double)NAN;
    const double change = hypot(m->rate[k] - half->rate[k],
                                fabs(m->frequency[k]) - fabs(half->frequency[k])) /
                          size;
    if (quarter == NULL || k >= quarter->modes) return change;
    const double before = hypot(half->rate[k] - quarter->rate[k],
                                fabs(half->frequency[k]) - fabs(quarter->frequency[k])) /
                          size;
    return error_of(change, before);
}

static void estimate_errors(struct modes *m, const struct modes *half,
                            const struct modes *quarter) {
    m->worst = 0;
    for (size_t k = 0; k < m->modes; k++) {
        const double error = rate_error(m, half, quarter, k);
        m->error[k] = error * m->rate[k];
        if (!(error <= m->worst)) m->worst = error;
    }
}

/* The modes on half of the cells, a quarter, ... of the settings, where there are such grids;
 * false: what failed is fatal. */
static bool on_fewer(const struct setup *setup, const struct evolution *plain, size_t by,
                     size_t wanted, struct modes **out, struct error *err) {
    struct error inner = {0};
    *out = NULL;
    const struct grid *grid = plain->grid;
    for (int d = 0; d < grid->dims; d++)
        if (grid->axis[d]->cells % by != 0 || grid->axis[d]->cells / by < 4) return true;
    *out = modes_on_grid(setup, plain, grid_coarsen(grid, by, &inner), 1, wanted, &inner);
    return *out != NULL || !error_is_fatal(&inner) || (*err = inner, false);
}

/* *m -> on cells of half the width; *half, *quarter move on. */
static bool cut_once(const struct setup *setup, const struct evolution *plain,
                     size_t wanted, struct modes **m, struct modes **half,
                     struct modes **quarter, bool *given_up, struct error *err) {
    struct error inner = {0};
    const size_t cut = 2 * (*m)->cut;
    struct modes *finer = modes_on_grid(setup, plain, grid_refine(plain->grid, cut, &inner),
                                        cut, wanted, &inner);
    *given_up = finer == NULL;
    if (*given_up) return !error_is_fatal(&inner) || (*err = inner, false);
    modes_destroy(*quarter);
    *quarter = *half, *half = *m, *m = finer;
    estimate_errors(*m, *half, *quarter);
    return true;
}

struct modes *modes_compute(const struct setup *setup, const struct evolution *evolution,
                            size_t wanted, struct error *err) {
    const size_t cells = evolution->grid->cells;
    const bool cuts = evolution_last(evolution)->equation->refines_cells;
    struct modes *half = NULL, *quarter = NULL,
                 *m = modes_on(evolution, evolution->grid, 1, wanted, err);
    bool given_up = false, good = m != NULL &&
                                  on_fewer(setup, evolution, 2, wanted, &half, err) &&
                                  on_fewer(setup, evolution, 4, wanted, &quarter, err);
    if (good) estimate_errors(m, half, quarter);
    while (good && cuts && !given_up && !(m->worst <= setup->spec->accuracy.space) &&
           2 * m->cut * cells <= MOST_CELLS && 2 * m->cut * cells * wanted <= MOST_VALUES)
        good = cut_once(setup, evolution, wanted, &m, &half, &quarter, &given_up, err);
    modes_destroy(half);
    modes_destroy(quarter);
    if (good) {
        m->wanted_error = cuts ? setup->spec->accuracy.space : doubtful_error;
        return m;
    }
    return modes_destroy(m), NULL;
}

bool modes_doubt(const struct modes *m, char text[MODES_TEXT]) {
    if (m == NULL || !(m->worst > m->wanted_error)) return false;
    snprintf(text, MODES_TEXT,
             "the relaxation rates are known to %.2g (relative) in space only%s", m->worst,
             m->wanted_error < doubtful_error
                 ? ", above accuracy.space"
                 : ": take more cells, or ask for fewer modes");
    return true;
}

static bool place_modes_error(const struct setup *setup, struct error *err) {
    return err->kind == ERROR_SETTINGS &&
           config_fail_within(err, config_find(setup->spec->analysis_node, "modes"));
}

bool modes_check(const struct setup *setup, const struct evolution *evolution,
                 struct error *err) {
    return setup->spec->analysis.modes == 0 || evolution_has_modes(evolution, err) ||
           place_modes_error(setup, err);
}

bool modes_create(const struct setup *setup, const struct evolution *evolution,
                  struct modes **out, struct error *err) {
    const int64_t wanted = setup->spec->analysis.modes;
    *out = NULL;
    if (wanted == 0 ||
        (*out = modes_compute(setup, evolution, (size_t)wanted, err)) != NULL)
        return true;
    return place_modes_error(setup, err);
}

void modes_destroy(struct modes *m) {
    if (m == NULL) return;
    double *owned[] = {m->rate, m->frequency, m->time, m->error,
                       m->left, m->right,     m->basin};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
        free(owned[k]);
    free(m);
}

/* ---------------------------------------------------------------- file and summary */

/* clang-format off */
static const struct {
    struct quantity quantity;
    size_t member; /* a double * of struct modes */
} quantities[] = {
    {{"mode_rate", {RECORD_MODES, RECORD_MODES}, {0, 0, -1}, "relaxation rate", NULL, NULL}, offsetof(struct modes, rate)},
    {{"mode_rate_errors", {RECORD_MODES, RECORD_MODES}, {0, 0, -1}, "estimated error in space of the relaxation rate", NULL, "NaN where the cells cannot be halved"}, offsetof(struct modes, error)},
    {{"mode_frequency", {RECORD_MODES, RECORD_MODES}, {0, 0, -1}, "angular frequency", NULL, NULL}, offsetof(struct modes, frequency)},
    {{"mode_time", {RECORD_MODES, RECORD_MODES}, {0, 0, 1}, "implied time scale", NULL, "infinite for a rate of 0"}, offsetof(struct modes, time)},
    {{"mode_left", {RECORD_MODE_CELLS, RECORD_MODE_CELLS}, {0, 0, 0}, "left function of the mode", NULL, NULL}, offsetof(struct modes, left)},
    {{"mode_right", {RECORD_MODE_CELLS, RECORD_MODE_CELLS}, {-1, -1, 0}, "right function of the mode", NULL, NULL}, offsetof(struct modes, right)},
    {{"mode_basin", {RECORD_CELLS_ONCE, RECORD_CELLS_ONCE}, {0, 0, 0}, "metastable basin, counted from 0", NULL, NULL}, offsetof(struct modes, basin)},
};
/* clang-format on */
enum { QUANTITIES = sizeof quantities / sizeof *quantities };

const struct quantity *modes_quantity(size_t k) {
    return k < QUANTITIES ? &quantities[k].quantity : NULL;
}

void modes_fields(const struct modes *m, field_sink add, void *context) {
    for (size_t k = 0; m != NULL && k < QUANTITIES; k++)
        add(context, &quantities[k].quantity, (struct quantity_of){0});
}

bool modes_record(const struct modes *m, struct record *record, struct error *err) {
    for (size_t k = 0; m != NULL && k < QUANTITIES; k++) {
        const double *values = *(double *const *)((const char *)m + quantities[k].member);
        if (!record_static(record, quantities[k].quantity.name, values, err)) return false;
    }
    return true;
}

static double slowest_rate(const void *of) {
    const struct modes *m = of;
    return m->rate[0];
}

static int64_t metastable_basins(const void *of) {
    const struct modes *m = of;
    return (int64_t)m->basins;
}

static const struct attribute attributes[] = {
    {.name = "slowest_rate", .sentence = "modes: the slowest rate", .real = slowest_rate},
    {.name = "metastable_basins",
     .sentence = "modes: number of basins",
     .integer = metastable_basins}};
const struct attribute_table modes_attributes = {attributes,
                                                 sizeof attributes / sizeof *attributes};

bool modes_results(const struct modes *m, struct record *record, struct error *err) {
    return m == NULL || m->modes == 0 ||
           attributes_put(&modes_attributes, m, NULL, false, record, err);
}

void modes_print(const struct modes *m, void *stream) {
    FILE *out = stream;
    if (m == NULL) return;
    fprintf(out, "  %-22s", "slowest rates");
    for (size_t k = 0; k < m->modes && k < 6; k++) {
        fprintf(out, " %.6g", m->rate[k]);
        if (m->frequency[k] != 0) fprintf(out, "%+.4gi", m->frequency[k]);
    }
    fprintf(out, "%s", m->modes > 6 ? " ..." : "");
    if (m->worst > 0) fprintf(out, " (relative space error %.2g)", m->worst);
    fprintf(out, "\n");
    if (m->basins > 1)
        fprintf(out, "  %-22s %zu (the next rate is %.3g times larger)\n",
                "metastable basins", m->basins, m->gap);
}
