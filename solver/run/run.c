/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loop over batches of snapshots. A batch lies in one interval of the learning-rate
 * schedule and depends on the recorded density before it only: that is what makes a resumed
 * run give the same bits. */
#include "solver/run/run.h"
#include "io/stop.h"
#include "io/text.h"
#include "solver/escape/escape_splitting.h"
#include "solver/run/output.h"
#include "solver/run/run_state.h"
#include "solver/settings/place.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        s->tally.last = observe(s->observables, s->density, s->region_mass);
        s->tally.time_error = s->batch_error + time_error;
        return true;
    }
    return snapshot_record(s, p, s->batch_error + time_error, err) &&
           monitor_tick(&s->progress.rows, (double)(k + 1) / (double)s->batch.rows, err);
}

/* The density that the batch starts from, as it was recorded, and the accounts so far. */
static bool batch_start(struct run_state *s, struct error *err) {
    const size_t before = s->batch.first - 1;
    const struct truncation *truncation = evolution_truncation(s->evolution);
    s->batch_error = s->tally.time_error;
    if (before + 1 <= s->skip && !replays(s) &&
        !(record_read_row(s->record, "density", before, s->density, err) &&
          record_read_row(s->record, "time_error", before, &s->batch_error, err) &&
          (truncation == NULL ||
           record_read_row(s->record, truncation->name, before, &s->truncated, err))))
        return false;
    if (truncation != NULL)
        *evolution_truncation_value(s->evolution, s->batch.interval) = s->truncated;
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
        s->tally.time_error = 0;
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
    const struct truncation *truncation = evolution_truncation(s->evolution);
    s->row = s->skip - 1;
    observe_interval(s, march_interval(s->setup, s->setup->time[s->row]));
    if (!replays(s)) {
        if (!record_read_row(s->record, "density", s->row, s->density, err)) return false;
        (void)clean_density(s->observables, s->density, s->start_mass, s->density);
        s->tally.last = observe(s->observables, s->density, s->region_mass);
    }
    return (truncation == NULL ||
            record_read_row(s->record, truncation->name, s->row, &s->truncated, err)) &&
           (s->accuracy == NULL || (record_read_row(s->record, "space_error", s->row,
                                                    &s->tally.last_space.l1, err) &&
                                    record_read_row(s->record, "space_order", s->row,
                                                    &s->tally.last_space.order, err)));
}

/* A file that the initial density is from may have grown or changed since. */
static bool same_start(const struct run_state *s, struct error *err) {
    const struct grid *grid = s->setup->grid;
    double change = 0;
    if (s->setup->file == NULL) return true;
    if (!record_read_row(s->record, "density", 0, s->scratch, err)) return false;
    for (size_t i = 0; i < grid->cells; i++)
        change += fabs(s->scratch[i] - s->setup->initial[i]) * grid->volume[i];
    return change < 1e-9 ||
           fail(err, ERROR_SETTINGS,
                "cannot resume %s: row %zu of %s is another density than it started from "
                "(L1 distance %.2g)",
                s->path, s->setup->file->row, s->setup->file->name, change);
}

/* Summary and results of a resumed run are those of all its rows. */
static bool take_recorded(struct run_state *s, struct error *err) {
    for (size_t row = 0; row < s->skip; row++) {
        struct space_error space = {0};
        if (!extremes_restore(&s->tally.extremes, s->record, row, err) ||
            !record_read_row(s->record, "time_error", row, &s->tally.time_error, err) ||
            (s->accuracy != NULL &&
             !(record_read_row(s->record, "space_error", row, &space.l1, err) &&
               record_read_row(s->record, "space_order", row, &space.order, err))))
            return false;
        if (!(space.l1 <= s->tally.worst_space.l1)) s->tally.worst_space = space;
    }
    return s->skip == 0 || (same_start(s, err) && look_at_recorded(s, err));
}

/* ---------------------------------------------------------------- the run */

static const char *status_word(const struct run_state *s, const struct error *err) {
    return err->kind == ERROR_NONE ? s->remarks.inaccurate ? "inaccurate" : "complete"
           : err->kind == ERROR_INTERRUPTED ? "interrupted"
                                            : "failed";
}

/* What a resumed run needs of the walkers, which a finished one does not. */
static void keep_walkers(struct run_state *s, bool good, const struct error *err) {
    struct error closing;
    if (good)
        monte_carlo_forget(s->monte_carlo);
    else if (err->kind == ERROR_INTERRUPTED && !monte_carlo_save(s->monte_carlo, &closing))
        run_warning(s, "the walkers were not saved: %s", closing.message);
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
    result->rows = record_rows(s->record);
    if (!s->options->memory) result->path = s->path, s->path = NULL;
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

/* The curve of an escape and its walkers. */
static bool arrivals_of_run(struct run_state *s, struct error *err) {
    return escape_survive(s->escape, &s->progress.rows, err) &&
           escape_splitting_run(s->escape, &s->progress.rows, err);
}

static bool run_begin(struct run_state *s, struct error *err) {
    return run_prepare(s, err) || place_early_error(s->spec, err);
}

static bool explain_walkers(struct run_state *s, struct error *err) {
    struct ensemble_law law[ENSEMBLE_KINDS];
    laws_of_walkers(s->laws, record_rows(s->record), law);
    return monte_carlo_explain(s->monte_carlo, s->record, law, &s->progress.walkers, err);
}

void run_result_finish(struct run_result *result) {
    free(result->summary);
    free(result->path);
    result->summary = result->path = NULL;
}

bool run(const struct spec *spec, const struct run_options *options,
         struct run_result *result, struct error *err) {
    struct run_state s = {.spec = spec, .options = options};
    *result = (struct run_result){0};
    bool good = output_find(&s, err) && run_begin(&s, err) && arrivals_of_run(&s, err);
    stop_hold();
    run_begin_part(&s, NULL);
    good = good && fields_declare(&s, err);
    if (good) {
        remark_on_regions(&s);
        remark_on_stationary(&s);
        remark_on_splitting(&s);
        good =
            (options->memory || monte_carlo_resume(s.monte_carlo, s.skip, s.record, err)) &&
            laws_resume(s.laws, s.skip, s.record, err) && take_recorded(&s, err) &&
            remark_on_curvature(&s, err) && fields_static(&s, err) &&
            run_results(&s, "running", err) && all_batches(&s, err) &&
            explain_walkers(&s, err);
        if (good)
            remark_on_truncation(&s), remark_on_fills(&s), remark_on_accuracy(&s),
                remark_on_laws(&s);
    }
    if (!good) place_value(spec, err);
    if (s.record != NULL) good = close_file(&s, good, result, err);
    stop_release();
    result->inaccurate = s.remarks.inaccurate;
    run_state_finish(&s);
    return good;
}
