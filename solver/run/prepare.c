/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is computed before the first row: the cells that are solved on, the equation on them,
 * stationary states, escape and modes. */
#include "solver/run/run_state.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A state that cannot be computed ends no run: its data sets are absent, and a remark says
 * why. */
static bool stationary_state(struct run_state *s, size_t interval, struct error *err) {
    struct stationary *st = &s->stationary[interval];
    if (evolution_stationary(s->evolution, interval, st, err)) return true;
    if (err->kind != ERROR_RUN) return false;
    *st = (struct stationary){.kind = STATIONARY_DEGENERATE};
    snprintf(st->reason, sizeof st->reason, "%.250s", err->message);
    *err = (struct error){0};
    return true;
}

/* The last interval's state extrapolated, where it exists on the coarser grids too. */
static bool extrapolate_stationary(struct run_state *s, struct error *err) {
    const size_t last = s->evolution->intervals - 1;
    struct space_error error;
    double *out = array_create(s->grid->cells, sizeof *out, err);
    if (out == NULL) return false;
    if (accuracy_stationary(s->accuracy, last, s->stationary[last].density, out, &error,
                            err)) {
        s->stationary_extrapolated = out, s->stationary_error = error.l1;
        return true;
    }
    free(out);
    if (err->kind != ERROR_RUN) return false;
    run_remark(s, "note: no extrapolated stationary density: %s", err->message);
    *err = (struct error){0};
    return true;
}

static bool stationary_states(struct run_state *s, struct error *err) {
    if (!s->spec->analysis.stationary) return true;
    run_begin_part(s, "stationary states");
    for (size_t k = 0; k < s->evolution->intervals; k++)
        if (!stationary_state(s, k, err)) return false;
    return s->accuracy == NULL ||
           s->stationary[s->evolution->intervals - 1].density == NULL ||
           extrapolate_stationary(s, err);
}

/* Arrays of the cells that are solved on, and of the file's. */
static bool run_arrays(struct run_state *s, struct error *err) {
    const size_t cells = s->grid->cells, file = s->setup->grid->cells + 1;
    const struct {
        double **array;
        size_t count;
    } wanted[] = {{&s->density, cells},
                  {&s->start, cells},
                  {&s->flux, evolution_faces(s->evolution)},
                  {&s->scratch, file},
                  {&s->region_mass, s->setup->regions},
                  {&s->extrapolated, s->accuracy != NULL ? cells : 0}};
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
        if ((*wanted[k].array = array_create(wanted[k].count, sizeof(double), err)) == NULL)
            return false;
    return true;
}

static bool run_evolution(struct run_state *s, struct error *err) {
    struct evolution_options options = evolution_options(s->setup, &s->progress.rows);
    double outside;
    run_begin_part(s, "cells");
    if (!resolution_create(s->setup, &s->progress.rows, &s->resolution, err)) return false;
    s->grid = s->resolution.grid;
    options.method = s->resolution.method;
    options.tolerance = s->resolution.tolerance;
    if ((s->evolution = evolution_create(s->setup, s->grid, &options, err)) == NULL)
        return false;
    s->resolution.tolerance = s->evolution->tolerance;
    if (s->spec->accuracy.estimate) {
        struct evolution_options coarse = options;
        coarse.method = s->evolution->method;
        coarse.monitor = &s->progress.coarse;
        if ((s->accuracy = accuracy_create(s->setup, s->grid, &coarse, err)) == NULL)
            return false;
    }
    s->plain = s->resolution.factor == 1
                   ? s->evolution
                   : evolution_create(s->setup, s->setup->grid, &options, err);
    return s->plain != NULL && run_arrays(s, err) &&
           setup_initial(s->setup, s->grid, s->start, &outside, err);
}

static void begin_part(void *s, const char *name) {
    run_begin_part(s, name);
}

static bool escape_of_run(struct run_state *s, struct error *err) {
    const struct parts parts = {begin_part, s};
    return escape_create(s->setup, s->plain, &parts, &s->escape, err);
}

static bool modes_of_run(struct run_state *s, struct error *err) {
    run_begin_part(s, "modes");
    return modes_create(s->setup, s->plain, &s->modes, err);
}

bool run_prepare(struct run_state *s, struct error *err) {
    if ((s->setup = setup_create(s->spec, err)) == NULL) return false;
    run_progress_init(s);
    s->start_mass = 1;
    s->tally.extremes.min_density = (double)INFINITY;
    return run_evolution(s, err) &&
           (s->observables = observables_create(s->setup, s->grid, err)) != NULL &&
           laws_create(s->setup, &s->laws, err) &&
           monte_carlo_create(s->setup, s->path, &s->monte_carlo, err) &&
           (s->stationary = array_create(s->evolution->intervals, sizeof *s->stationary,
                                         err)) != NULL &&
           stationary_states(s, err) && escape_of_run(s, err) && modes_of_run(s, err);
}

void run_state_finish(struct run_state *s) {
    for (size_t k = 0; s->stationary != NULL && k < s->evolution->intervals; k++)
        stationary_finish(&s->stationary[k]);
    free(s->stationary);
    free(s->stationary_extrapolated);
    accuracy_destroy(s->accuracy);
    monte_carlo_destroy(s->monte_carlo);
    laws_destroy(s->laws);
    modes_destroy(s->modes);
    escape_destroy(s->escape);
    if (s->plain != s->evolution) evolution_destroy(s->plain);
    evolution_destroy(s->evolution);
    observables_destroy(s->observables);
    resolution_finish(&s->resolution);
    setup_destroy(s->setup);
    free(s->density);
    free(s->start);
    free(s->scratch);
    free(s->extrapolated);
    free(s->flux);
    free(s->region_mass);
    free(s->path);
}
