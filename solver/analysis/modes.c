/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/modes.h"
#include "solver/fv/basins.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Slow modes are separated from fast ones when the next rate is larger by this factor: then
 * crossings between basins are rare against the relaxation inside them. */
static const double clear_gap = 5;

/* ---------------------------------------------------------------- making */

static bool allocate(struct modes *m, size_t modes, struct error *err) {
    const size_t cells = m->grid->cells;
    m->modes = modes;
    m->basins = 1;
    return (m->rate = array_create(modes, sizeof(double), err)) != NULL &&
           (m->frequency = array_create(modes, sizeof(double), err)) != NULL &&
           (m->time = array_create(modes, sizeof(double), err)) != NULL &&
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

static bool find_modes(struct modes *m, const struct evolution *evolution, size_t wanted,
                       struct error *err) {
    struct line_spectrum s;
    if (!evolution_modes(evolution, wanted, &s, err)) return false;
    bool good = allocate(m, s.modes, err);
    if (good) {
        m->reversible = s.reversible;
        take_values(m, s.rate, s.frequency, s.left, s.right);
        if (s.reversible && !evolution->absorbing) good = find_basins(m, &s, err);
    }
    line_spectrum_finish(&s);
    return good;
}

struct modes *modes_compute(const struct evolution *evolution, size_t wanted,
                            struct error *err) {
    struct modes *m = array_create(1, sizeof *m, err);
    if (m == NULL) return NULL;
    m->grid = evolution->grid;
    if (find_modes(m, evolution, wanted, err)) return m;
    return modes_destroy(m), NULL;
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
    if (wanted == 0 || (*out = modes_compute(evolution, (size_t)wanted, err)) != NULL)
        return true;
    return place_modes_error(setup, err);
}

void modes_destroy(struct modes *m) {
    if (m == NULL) return;
    double *owned[] = {m->rate, m->frequency, m->time, m->left, m->right, m->basin};
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
    fprintf(out, "%s\n", m->modes > 6 ? " ..." : "");
    if (m->basins > 1)
        fprintf(out, "  %-22s %zu (the next rate is %.3g times larger)\n",
                "metastable basins", m->basins, m->gap);
}
