/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loop over batches of snapshots. A batch lies in one interval of the learning-rate
 * schedule and depends on the recorded density before it only: that is what makes a resumed
 * run give the same bits. */
#include "solver/run/run.h"
#include "io/stop.h"
#include "solver/run/remarks.h"
#include "solver/run/report.h"
#include "solver/settings/place.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- batches */

/* On cells that the file does not have, an earlier run's rows are computed again. */
static bool replays(const struct marching *m) {
    return m->plan->resolution.factor > 1;
}

/* What is observed from now on is of the present row. */
static bool observe_at_row(struct marching *m, struct error *err) {
    const double t = m->plan->setup->time[m->place.row];
    return !m->plan->setup->model->driven ||
           (observables_set_time(m->observables, t, err) &&
            evolution_set_time(m->plan->evolution, m->place.batch.interval, t, err));
}

/* Row batch.first + k is there. Rows that the file has already are passed over. */
static bool take_snapshot(void *context, size_t k, const double *p, double time_error,
                          struct error *err) {
    struct marching *m = context;
    m->place.row = m->place.batch.first + k;
    if (m->place.row < m->skip && !replays(m)) return true;
    if (!observe_at_row(m, err)) return false;
    if (m->place.row < m->skip) {
        (void)marching_clean(m, p);
        marching_observe(m);
        m->tally.time_error = m->batch_error + time_error;
        return ledger_take(m, err);
    }
    return snapshot_record(m, p, m->batch_error + time_error, err) &&
           monitor_tick(&m->progress->rows, (double)(k + 1) / (double)m->place.batch.rows,
                        err);
}

/* The density that the batch starts from, as it was recorded, and what was lost so far. */
static bool batch_start(struct marching *m, struct error *err) {
    const size_t before = m->place.batch.first - 1;
    const struct truncation *truncation = evolution_truncation(m->plan->evolution);
    m->batch_error = m->tally.time_error;
    if (before + 1 <= m->skip && !replays(m) &&
        !(record_read_row(m->record, "density", before, m->density, err) &&
          record_read_row(m->record, "time_error", before, &m->batch_error, err) &&
          (truncation == NULL || record_read_row(m->record, truncation->name, before,
                                                 &m->tally.truncated, err)) &&
          ledger_read(m, before, err)))
        return false;
    if (truncation != NULL)
        *evolution_truncation_value(m->plan->evolution, m->place.batch.interval) =
            m->tally.truncated;
    return ledger_begin(m, err);
}

static void observe_interval(struct marching *m, size_t interval) {
    m->observables->stationary = m->plan->stationary[interval].density;
    m->observables->interval = m->plan->evolution->interval[interval];
}

/* The rows of the batch from p0, as they were solved already or now. */
static bool rows_run(struct marching *m, double origin, const double *p0, const double *t,
                     struct error *err) {
    const struct solved *solved = &m->plan->resolution.solved;
    struct evolution *evolution = m->plan->evolution;
    const size_t n = m->place.batch.rows, interval = m->place.batch.interval;
    return solved_is(solved, evolution, interval, p0, n, t)
               ? solved_replay(solved, evolution, take_snapshot, m, err)
               : evolution_advance(evolution, interval, origin, p0, n, t, take_snapshot, m,
                                   err);
}

static bool batch_run(struct marching *m, struct error *err) {
    const size_t cells = m->plan->grid->cells, n = m->place.batch.rows;
    const double origin = m->plan->setup->time[m->place.batch.first - 1];
    const bool needed = m->place.batch.first + n > m->skip || replays(m);
    double *work = array_create(n + cells, sizeof *work, err);
    if (work == NULL) return false;
    double *t = work, *p0 = work + n;
    march_times(m->plan->setup, &m->place.batch, t);
    bool good =
        m->plan->accuracy == NULL ||
        accuracy_advance(m->plan->accuracy, m->place.batch.interval, origin, n, t, err);
    if (good && needed) {
        good = batch_start(m, err);
        memcpy(p0, m->density, cells * sizeof *p0);
        observe_interval(m, m->place.batch.interval);
        good = good && rows_run(m, origin, p0, t, err);
    }
    free(work);
    return good;
}

static bool all_batches(struct marching *m, struct error *err) {
    m->place.batch.rows = 1;
    if (m->skip == 0 || replays(m)) {
        memcpy(m->density, m->plan->start, m->plan->grid->cells * sizeof *m->density);
        m->tally.time_error = 0;
        m->place.row = 0;
        observe_interval(m, 0);
    }
    if (m->skip == 0 && !snapshot_record(m, m->plan->start, 0, err)) return false;
    for (size_t first = 1; first < m->plan->setup->snapshots;
         first += m->place.batch.rows) {
        m->place.batch = march_batch(m->plan->setup, m->plan->evolution, first);
        if (!batch_run(m, err)) return false;
    }
    return true;
}

/* What the last row of an earlier run looked like. */
static bool look_at_recorded(struct marching *m, struct error *err) {
    const struct truncation *truncation = evolution_truncation(m->plan->evolution);
    m->place.row = m->skip - 1;
    m->place.batch.interval =
        model_interval_at(m->plan->setup->model, m->plan->setup->time[m->place.row]);
    observe_interval(m, m->place.batch.interval);
    if (!observe_at_row(m, err)) return false;
    if (!replays(m)) {
        if (!record_read_row(m->record, "density", m->place.row, m->density, err))
            return false;
        (void)marching_clean(m, m->density);
        marching_observe(m);
    }
    return (truncation == NULL || record_read_row(m->record, truncation->name, m->place.row,
                                                  &m->tally.truncated, err)) &&
           (!m->plan->spec->accuracy.estimate ||
            (record_read_row(m->record, "space_error", m->place.row,
                             &m->tally.last_space.l1, err) &&
             record_read_row(m->record, "space_order", m->place.row,
                             &m->tally.last_space.order, err)));
}

/* A file that the initial density is from may have grown or changed since. */
static bool same_start(const struct marching *m, struct error *err) {
    const struct grid *grid = m->plan->setup->grid;
    double change = 0;
    if (m->plan->setup->file == NULL) return true;
    if (!record_read_row(m->record, "density", 0, m->scratch, err)) return false;
    for (size_t i = 0; i < grid->cells; i++)
        change += fabs(m->scratch[i] - m->plan->setup->initial[i]) * grid->volume[i];
    return change < 1e-9 ||
           fail(err, ERROR_SETTINGS,
                "cannot resume %s: row %zu of %s is another density than it started from "
                "(L1 distance %.2g)",
                m->plan->path, m->plan->setup->file->row, m->plan->setup->file->name,
                change);
}

/* Summary and results of a resumed run are those of all its rows. */
static bool take_recorded(struct marching *m, struct error *err) {
    for (size_t row = 0; row < m->skip; row++) {
        struct space_error space = {0};
        if (!extremes_restore(&m->tally.extremes, m->record, row, err) ||
            !record_read_row(m->record, "time_error", row, &m->tally.time_error, err) ||
            (m->plan->spec->accuracy.estimate &&
             !(record_read_row(m->record, "space_error", row, &space.l1, err) &&
               record_read_row(m->record, "space_order", row, &space.order, err))))
            return false;
        if (row > 0 && !(space.l1 <= m->tally.worst_space.l1)) m->tally.worst_space = space;
    }
    if (m->skip > 0 && m->plan->watched)
        m->tally.worst_space.l1 = record_recorded(m->record, "space_error_estimate", 0);
    return m->skip == 0 || (same_start(m, err) && look_at_recorded(m, err));
}

/* ---------------------------------------------------------------- the run */

/* Who has what: only run() and what it calls below see all of it. */
struct running {
    struct plan plan;
    struct run_progress progress;
    struct run_remarks remarks;
    struct analyses analyses;
    struct marching marching;
};

static struct report report_of(const struct running *p) {
    return (struct report){.plan = &p->plan,
                           .tally = &p->marching.tally,
                           .remarks = &p->remarks,
                           .analyses = &p->analyses,
                           .record = p->marching.record,
                           .skip = p->marching.skip,
                           .seconds = run_seconds(&p->progress)};
}

static const char *status_word(const struct run_remarks *r, const struct error *err) {
    return err->kind == ERROR_NONE          ? r->inaccurate ? "inaccurate" : "complete"
           : err->kind == ERROR_INTERRUPTED ? "interrupted"
                                            : "failed";
}

/* What a resumed run needs of the walkers, which a finished one does not. */
static void keep_walkers(struct monte_carlo *mc, bool good, const struct error *err,
                         struct run_remarks *remarks) {
    struct error closing;
    if (good)
        monte_carlo_forget(mc);
    else if (err->kind == ERROR_INTERRUPTED && !monte_carlo_save(mc, &closing))
        run_warning(remarks, "the walkers were not saved: %s", closing.message);
}

/* The results so far become part of the file, whatever ended the run. */
static bool close_file(struct running *p, bool good, struct run_result *result,
                       struct error *err) {
    struct error closing = {0};
    struct record *record = p->marching.record;
    const bool memory = p->plan.options->memory;
    struct report report = report_of(p);
    if (!record_publish(record, &closing) && good) good = false, *err = closing;
    p->progress.record = NULL;
    if (!run_results(&report, status_word(&p->remarks, err), record, &closing) && good)
        good = false, *err = closing;
    if (!memory) keep_walkers(p->analyses.monte_carlo, good, err, &p->remarks);
    report.seconds = run_seconds(&p->progress);
    result->summary = run_summary(&report, good ? NULL : err, &closing);
    if (result->summary == NULL && good) good = false, *err = closing;
    result->rows = record_rows(record);
    if (!memory) result->path = p->plan.path, p->plan.path = NULL;
    if (memory && record_rows(record) > 0)
        result->record = record;
    else if (!record_close(record, &closing) && good)
        good = false, *err = closing;
    return good;
}

/* All that is computed before the first row. */
static bool run_prepare(struct running *p, struct error *err) {
    const struct plan *plan = &p->plan;
    if (!plan_create(&p->plan, &p->progress, err) ||
        !marching_create(&p->marching, plan, &p->analyses, &p->progress, err) ||
        !analyses_create(&p->analyses, plan, err))
        return false;
    run_progress_follow(&p->progress, plan->setup, &p->marching.place,
                        p->analyses.monte_carlo != NULL, p->analyses.laws != NULL);
    return plan_stationary(&p->plan, &p->progress, &p->remarks, err) &&
           analyses_compute(&p->analyses, plan, &p->progress, err);
}

/* What is written before the first row, and said. */
static bool run_begin(struct running *p, struct error *err) {
    const struct plan *plan = &p->plan;
    struct marching *m = &p->marching;
    if (!fields_declare(m, err)) return false;
    p->progress.record = m->record;
    remark_on_regions(plan, m->observables, &p->remarks);
    remark_on_stationary(plan, &p->remarks);
    analyses_remark(&p->analyses, &p->remarks);
    if (!analyses_resume(&p->analyses, plan, m->skip, m->record, err) ||
        !take_recorded(m, err) || !remark_on_curvature(plan, &p->remarks, err) ||
        !fields_static(m, err))
        return false;
    remark_on_production(plan, &p->remarks);
    const struct report report = report_of(p);
    return run_results(&report, "running", m->record, err);
}

static void remark_at_end(struct running *p) {
    const struct plan *plan = &p->plan;
    const struct marching *m = &p->marching;
    remark_on_truncation(plan, &m->tally, &p->remarks);
    remark_on_fills(m->record, &p->remarks);
    remark_on_accuracy(plan, &m->tally, m->density, &p->remarks);
    remark_on_driving(plan, &p->analyses, &p->remarks);
    remark_on_laws(plan, p->analyses.laws, record_rows(m->record), &p->remarks);
}

static void running_finish(struct running *p) {
    analyses_finish(&p->analyses);
    marching_finish(&p->marching);
    plan_finish(&p->plan);
}

void run_result_finish(struct run_result *result) {
    free(result->summary);
    free(result->path);
    result->summary = result->path = NULL;
}

bool run(const struct spec *spec, const struct run_options *options,
         struct run_result *result, struct error *err) {
    struct running p = {.plan = {.spec = spec, .options = options},
                        .remarks = {.options = options}};
    *result = (struct run_result){0};
    run_progress_init(&p.progress, options);
    bool good = plan_output(&p.plan, err) &&
                (run_prepare(&p, err) || place_early_error(spec, err)) &&
                analyses_arrivals(&p.analyses, &p.progress, err);
    stop_hold();
    run_begin_part(&p.progress, NULL);
    good = good && run_begin(&p, err) && all_batches(&p.marching, err) &&
           record_publish(p.marching.record, err) &&
           analyses_explain(&p.analyses, p.marching.record, &p.progress, err);
    if (good) remark_at_end(&p);
    if (!good) place_value(spec, err);
    if (p.marching.record != NULL) good = close_file(&p, good, result, err);
    stop_release();
    result->inaccurate = p.remarks.inaccurate;
    running_finish(&p);
    return good;
}
