/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loop over batches of snapshots. A batch lies in one interval of the learning-rate
 * schedule and depends on the recorded density before it only: that is what makes a resumed
 * run give the same bits. */
#include "solver/run/run.h"
#include "io/stop.h"
#include "io/text.h"
#include "io/wall_clock.h"
#include "solver/escape/escape_splitting.h"
#include "solver/run/output.h"
#include "solver/run/run_state.h"
#include "solver/settings/place.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double run_seconds(const struct run_state *s) {
    return wall_clock() - s->begin;
}

static void keep_remark(struct run_state *s, const char *label, const char *format,
                        va_list args) {
    const size_t room = sizeof s->remark / sizeof *s->remark, used = strlen(label);
    if (s->remarks == room) return;
    char *text = s->remark[s->remarks++];
    memcpy(text, label, used + 1);
    vsnprintf(text + used, sizeof s->remark[0] - used, format, args);
    if (s->options->say != NULL) s->options->say(s->options->say_context, text);
}

void run_remark(struct run_state *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(s, "", format, args);
    va_end(args);
}

void run_inaccurate(struct run_state *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(s, "warning: ", format, args);
    va_end(args);
    s->inaccurate = true;
}

/* ---------------------------------------------------------------- progress */

static void begin_part(struct run_state *s, const char *name) {
    s->part = name, s->told = 0;
    if (s->options->part != NULL) s->options->part(s->options->say_context, name);
}

static bool tick(struct run_state *s, double fraction) {
    const struct monitor *m = &s->options->monitor;
    if (!isnan(fraction)) s->told = fraction;
    return m->tick == NULL || m->tick(m->context, s->told);
}

static bool tick_of_preparation(struct run_state *s, double fraction) {
    return tick(s, s->options->part != NULL ? fraction : (double)NAN);
}

/* From the propagators' fraction of one advance to the fraction of the whole run. With
 * walkers only these count: they take much longer than the density. */
static bool tick_of_batch(void *context, double fraction) {
    struct run_state *s = context;
    if (s->part != NULL) return tick_of_preparation(s, fraction);
    const double *t = s->setup->time, end = t[s->setup->snapshots - 1];
    if (s->monte_carlo != NULL) return tick(s, t[s->row] / end);
    return tick(s, ((double)s->batch.first + fraction * (double)s->batch.rows) /
                       (double)s->setup->snapshots);
}

/* What the coarse grids of a batch do is no part of its fraction. */
static bool tick_of_coarse(void *context, double fraction) {
    struct run_state *s = context;
    return s->part != NULL ? tick_of_preparation(s, fraction) : tick(s, (double)NAN);
}

static bool tick_of_walkers(void *context, double fraction) {
    struct run_state *s = context;
    const double *t = s->setup->time, end = t[s->setup->snapshots - 1],
                 before = s->row > 0 ? t[s->row - 1] : 0;
    return tick(s, (before + fraction * (t[s->row] - before)) / end);
}

/* ---------------------------------------------------------------- batches */

/* On cells that the file does not have, an earlier run's rows are computed again. */
static bool replays(const struct run_state *s) {
    return s->resolution.factor > 1;
}

/* Row batch.first + k is there. Rows that the file has already are passed over. */
static bool take_snapshot(void *context, size_t k, const double *p, double time_error,
                          struct error *err) {
    struct run_state *s = context;
    s->row = s->batch.first + k;
    if (s->row < s->skip && !replays(s)) return true;
    if (s->row < s->skip) {
        (void)clean_density(s->observables, p, s->start_mass, s->density);
        s->last = observe(s->observables, s->density, s->region_mass);
        s->time_error = s->batch_error + time_error;
        return true;
    }
    return snapshot_record(s, p, s->batch_error + time_error, err) &&
           monitor_tick(&s->monitor, (double)(k + 1) / (double)s->batch.rows, err);
}

/* The density that the batch starts from, as it was recorded, and the accounts so far. */
static bool batch_start(struct run_state *s, struct error *err) {
    const size_t before = s->batch.first - 1;
    const struct truncation *account = evolution_truncation(s->evolution);
    s->batch_error = s->time_error;
    if (before + 1 <= s->skip && !replays(s) &&
        !(record_read_row(s->record, "density", before, s->density, err) &&
          record_read_row(s->record, "time_error", before, &s->batch_error, err) &&
          (account == NULL ||
           record_read_row(s->record, account->name, before, &s->account, err))))
        return false;
    if (account != NULL)
        *evolution_truncation_value(s->evolution, s->batch.interval) = s->account;
    return true;
}

static void observe_interval(struct run_state *s, size_t interval) {
    s->observables->stationary = s->stationary[interval].density;
    s->observables->interval = s->evolution->interval[interval];
}

static bool batch_run(struct run_state *s, struct error *err) {
    const size_t cells = s->grid->cells, n = s->batch.rows;
    const bool needed = s->batch.first + n > s->skip || replays(s);
    double *work = array_create(n + cells, sizeof *work, err);
    if (work == NULL) return false;
    double *t = work, *p0 = work + n;
    march_times(s->setup, &s->batch, t);
    bool good =
        s->accuracy == NULL || accuracy_advance(s->accuracy, s->batch.interval, n, t, err);
    if (good && needed) {
        good = batch_start(s, err);
        memcpy(p0, s->density, cells * sizeof *p0);
        observe_interval(s, s->batch.interval);
        good = good && evolution_advance(s->evolution, s->batch.interval, p0, n, t,
                                         take_snapshot, s, err);
    }
    free(work);
    return good;
}

static bool all_batches(struct run_state *s, struct error *err) {
    s->batch.rows = 1;
    if (s->skip == 0 || replays(s)) {
        memcpy(s->density, s->start, s->grid->cells * sizeof *s->density);
        s->time_error = 0;
        s->row = 0;
        observe_interval(s, 0);
    }
    if (s->skip == 0 && !snapshot_record(s, s->start, 0, err)) return false;
    for (size_t first = 1; first < s->setup->snapshots; first += s->batch.rows) {
        s->batch = march_batch(s->setup, s->evolution, first);
        if (!batch_run(s, err)) return false;
    }
    return true;
}

/* What the last row of an earlier run looked like. */
static bool look_at_recorded(struct run_state *s, struct error *err) {
    const struct truncation *account = evolution_truncation(s->evolution);
    s->row = s->skip - 1;
    observe_interval(s, march_interval(s->setup, s->setup->time[s->row]));
    if (!replays(s)) {
        if (!record_read_row(s->record, "density", s->row, s->density, err)) return false;
        (void)clean_density(s->observables, s->density, s->start_mass, s->density);
        s->last = observe(s->observables, s->density, s->region_mass);
    }
    return (account == NULL ||
            record_read_row(s->record, account->name, s->row, &s->account, err)) &&
           (s->accuracy == NULL ||
            (record_read_row(s->record, "space_error", s->row, &s->last_space.l1, err) &&
             record_read_row(s->record, "space_order", s->row, &s->last_space.order, err)));
}

/* Summary and results of a resumed run are those of all its rows. */
static bool take_recorded(struct run_state *s, struct error *err) {
    for (size_t row = 0; row < s->skip; row++) {
        struct space_error space = {0};
        if (!extremes_restore(&s->extremes, s->record, row, err) ||
            !record_read_row(s->record, "time_error", row, &s->time_error, err) ||
            (s->accuracy != NULL &&
             !(record_read_row(s->record, "space_error", row, &space.l1, err) &&
               record_read_row(s->record, "space_order", row, &space.order, err))))
            return false;
        if (!(space.l1 <= s->worst_space.l1)) s->worst_space = space;
    }
    return s->skip == 0 || look_at_recorded(s, err);
}

/* ---------------------------------------------------------------- making a run_state */

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
    begin_part(s, "stationary states");
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
    struct evolution_options options = evolution_options(s->setup, &s->monitor);
    double outside;
    begin_part(s, "cells");
    if (!resolution_create(s->setup, &s->monitor, &s->resolution, err)) return false;
    s->grid = s->resolution.grid;
    options.method = s->resolution.method;
    options.tolerance = s->resolution.tolerance;
    if ((s->evolution = evolution_create(s->setup, s->grid, &options, err)) == NULL)
        return false;
    if (s->spec->accuracy.estimate) {
        struct evolution_options coarse = options;
        coarse.monitor = &s->coarse_monitor;
        if ((s->accuracy = accuracy_create(s->setup, s->grid, &coarse, err)) == NULL)
            return false;
    }
    s->plain = s->resolution.factor == 1
                   ? s->evolution
                   : evolution_create(s->setup, s->setup->grid, &options, err);
    return s->plain != NULL && run_arrays(s, err) &&
           setup_initial(s->setup, s->grid, s->start, &outside, err);
}

static bool escape_of_run(struct run_state *s, struct error *err) {
    begin_part(s, "escape");
    return escape_create(s->setup, s->plain, &s->escape, err);
}

static bool modes_of_run(struct run_state *s, struct error *err) {
    begin_part(s, "modes");
    return modes_create(s->setup, s->plain, &s->modes, err);
}

/* The curve of an escape and its walkers. */
static bool arrivals_of_run(struct run_state *s, struct error *err) {
    begin_part(s, "escape");
    return escape_survive(s->escape, &s->monitor, err) &&
           escape_splitting_run(s->escape, &s->monitor, err);
}

static bool run_create(struct run_state *s, struct error *err) {
    if ((s->setup = setup_create(s->spec, err)) == NULL) return false;
    s->monitor = (struct monitor){tick_of_batch, s};
    s->coarse_monitor = (struct monitor){tick_of_coarse, s};
    s->walkers_monitor = (struct monitor){tick_of_walkers, s};
    s->begin = wall_clock();
    s->start_mass = 1;
    s->extremes.min_density = (double)INFINITY;
    return run_evolution(s, err) &&
           (s->observables = observables_create(s->setup, s->grid, err)) != NULL &&
           monte_carlo_create(s->setup, s->path, &s->monte_carlo, err) &&
           (s->stationary = array_create(s->evolution->intervals, sizeof *s->stationary,
                                         err)) != NULL &&
           stationary_states(s, err) && escape_of_run(s, err) && modes_of_run(s, err);
}

static void run_finish(struct run_state *s) {
    for (size_t k = 0; s->stationary != NULL && k < s->evolution->intervals; k++)
        stationary_finish(&s->stationary[k]);
    free(s->stationary);
    free(s->stationary_extrapolated);
    accuracy_destroy(s->accuracy);
    monte_carlo_destroy(s->monte_carlo);
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

/* ---------------------------------------------------------------- run and check */

static const char *status_word(const struct run_state *s, const struct error *err) {
    return err->kind == ERROR_NONE          ? s->inaccurate ? "inaccurate" : "complete"
           : err->kind == ERROR_INTERRUPTED ? "interrupted"
                                            : "failed";
}

/* What a resumed run needs of the walkers, which a finished one does not. */
static void keep_walkers(struct run_state *s, bool good, const struct error *err) {
    struct error closing;
    if (good)
        monte_carlo_forget(s->monte_carlo);
    else if (err->kind == ERROR_INTERRUPTED && !monte_carlo_save(s->monte_carlo, &closing))
        run_remark(s, "warning: the walkers were not saved: %s", closing.message);
}

/* The results so far become part of the file, whatever ended the run. */
static bool close_file(struct run_state *s, bool good, struct run_result *result,
                       struct error *err) {
    struct error closing = {0};
    if (!run_results(s, status_word(s, err), &closing) && good)
        good = false, *err = closing;
    if (!s->options->memory) keep_walkers(s, good, err);
    result->summary = run_summary(s, good ? NULL : err, &closing);
    if (result->summary == NULL && good) good = false, *err = closing;
    if (s->options->memory && record_rows(s->record) > 0)
        result->record = s->record;
    else if (!record_close(s->record, &closing) && good)
        good = false, *err = closing;
    return good;
}

/* Where it goes; s->path is also part of the names of checkpoints. */
static bool output_name(struct run_state *s, struct error *err) {
    const char *path =
        s->options->output != NULL ? s->options->output : s->spec->output.file;
    const char *source = config_root(s->spec->config)->source;
    const char *suffix = s->options->memory ? "" : ".h5";
    s->path = path != NULL && !s->options->memory ? text_create(err, "%s", path)
                                                  : spec_name(source, suffix, err);
    return s->path != NULL;
}

/* Before anything is computed. */
static bool output_find(struct run_state *s, struct error *err) {
    const struct run_options *o = s->options;
    return output_name(s, err) &&
           (o->memory || output_check(s->spec, s->path, o->force, o->resume, err));
}

static bool run_begin(struct run_state *s, struct error *err) {
    return run_create(s, err) || place_early_error(s->spec, err);
}

bool run(const struct spec *spec, const struct run_options *options,
         struct run_result *result, struct error *err) {
    struct run_state s = {.spec = spec, .options = options};
    *result = (struct run_result){0};
    bool good = output_find(&s, err) && run_begin(&s, err) && arrivals_of_run(&s, err);
    stop_hold();
    begin_part(&s, NULL);
    good = good && fields_declare(&s, err);
    if (good) {
        remark_on_regions(&s);
        remark_on_stationary(&s);
        remark_on_splitting(&s);
        good =
            (options->memory || monte_carlo_resume(s.monte_carlo, s.skip, s.record, err)) &&
            take_recorded(&s, err) && remark_on_curvature(&s, err) &&
            fields_static(&s, err) && run_results(&s, "running", err) &&
            all_batches(&s, err) &&
            monte_carlo_explain(s.monte_carlo, s.record, &s.walkers_monitor, err);
        if (good) remark_on_truncation(&s), remark_on_fills(&s), remark_on_accuracy(&s);
    }
    if (!good) place_value(spec, err);
    if (s.record != NULL) good = close_file(&s, good, result, err);
    stop_release();
    result->inaccurate = s.inaccurate;
    run_finish(&s);
    return good;
}
