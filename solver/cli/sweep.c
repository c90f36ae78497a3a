/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/sweep.h"
#include "io/stop.h"
#include "io/wall_clock.h"
#include "solver/cli/progress.h"
#include "solver/cli/signals.h"
#include "solver/cli/terminal.h"
#include "solver/cli/workers.h"
#include "solver/sweep/sweep_claim.h"
#include "solver/sweep/sweep_folder.h"
#include "solver/sweep/sweep_table.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

struct sweeping {
    const struct sweep_command *command;
    struct sweep *sweep;
    struct row *row; /* [points]; without cells: not known yet */
    size_t *point;   /* [jobs] of the present round: the points that it is about */
    size_t jobs, ended;
    size_t before, ran, failed; /* points: finished before, run now, failed now */
    size_t interrupted;         /* points to be run again */
    size_t refused;             /* the first point whose settings are bad ... */
    struct error refusal;       /* ... and why */
    struct error failure;       /* the folder could not be written */
    int claim;                  /* of our points, or -1 */
    bool begun;                 /* to run points */
};

enum { MOST_WORKERS = 256, MOST_FAILURES_SHOWN = 10 };

/* ---------------------------------------------------------------- worker to parent */

/* Either a row, or !KIND MESSAGE. */
static void outcome_write(FILE *out, bool good, struct row *row, const struct error *err) {
    struct error inner = *err;
    char *text = good ? row_encode(row, &inner) : NULL;
    if (text != NULL)
        fputs(text, out);
    else
        fprintf(out, "!%d %s\n", (int)inner.kind, inner.message);
    free(text);
    row_finish(row);
}

static bool outcome_read(const char *text, const struct error *death, struct row *row,
                         struct error *err) {
    int kind = ERROR_RUN, start = 0;
    if (death != NULL) return *err = *death, false;
    if (text[0] != '!') return row_decode(row, text, err);
    sscanf(text, "!%d %n", &kind, &start);
    return fail(err, (enum error_kind)kind, "%.*s", (int)strcspn(text + start, "\n"),
                text + start);
}

/* ---------------------------------------------------------------- first round: look */

/* What is there already; where nothing is, whether the settings are good. */
static void survey_work(void *context, size_t job, const struct monitor *monitor,
                        FILE *out) {
    const struct sweeping *s = context;
    const size_t point = s->point[job];
    struct row row = {0};
    struct error err = {0};
    (void)monitor;
    omp_set_num_threads(1);
    bool good = s->command->force ? row_text(&row, "status", "pending", &err)
                                  : sweep_look(s->sweep, point, &row, &err);
    good = good && (row_finished(&row) || sweep_check(s->sweep, point, &err));
    outcome_write(out, good, &row, &err);
}

/* The message without "--set KEY" in front, where KEY came from --vary. */
static const char *without_set(const struct sweep *s, const char *message) {
    static const char set[] = "--set ";
    const size_t length = strlen(set);
    if (strncmp(message, set, length) != 0) return message;
    for (size_t a = 0; a < s->axes; a++)
        if (strncmp(message + length, s->axis[a].key, strlen(s->axis[a].key)) == 0)
            return message + length;
    return message;
}

/* Appends which point it was: the settings file's place stays in front. */
static void name_point(const struct sweep *s, size_t point, struct error *err) {
    char where[512] = "";
    size_t length = 0;
    for (size_t a = 0; a < s->axes && length + 1 < sizeof where; a++) {
        const char *text = s->axis[a].assignment[sweep_index(s, point, a)];
        length += (size_t)snprintf(where + length, sizeof where - length, "%s%.100s",
                                   a > 0 ? ", " : "", text);
    }
    const struct error inner = *err;
    const char *message = without_set(s, inner.message);
    fail(err, inner.kind, "%s%.500s (point %zu: %s)",
         message != inner.message ? "--vary " : "", message, point + 1, where);
}

static void survey_done(void *context, size_t job, const char *text,
                        const struct error *death) {
    struct sweeping *s = context;
    const size_t point = s->point[job];
    struct error err = {0};
    if (outcome_read(text, death, &s->row[point], &err)) {
        s->before += row_finished(&s->row[point]);
    } else if (point < s->refused && err.kind != ERROR_INTERRUPTED) {
        s->refused = point;
        s->refusal = err;
    }
}

/* ---------------------------------------------------------------- second round: run */

static void run_work(void *context, size_t job, const struct monitor *monitor, FILE *out) {
    const struct sweeping *s = context;
    struct row row = {0};
    struct error err = {0};
    omp_set_num_threads(s->command->threads > 0 ? s->command->threads : 1);
    const bool good = sweep_run(s->sweep, s->point[job], monitor, &row, &err);
    outcome_write(out, good, &row, &err);
}

static void run_done(void *context, size_t job, const char *text,
                     const struct error *death) {
    struct sweeping *s = context;
    const size_t point = s->point[job];
    struct row *row = &s->row[point];
    struct error err = {0}, noting = {0};
    s->ended++;
    row_finish(row);
    if (outcome_read(text, death, row, &err)) {
        s->ran++;
    } else if (err.kind == ERROR_INTERRUPTED) {
        s->interrupted++;
        row_finish(row);
        if (!row_text(row, "status", "pending", &noting)) s->failure = noting;
    } else {
        s->failed++;
        row_finish(row);
        if (!sweep_failed(s->sweep, point, err.message, row, &noting)) s->failure = noting;
    }
    progress_label("%zu of %zu points%s", s->ended, s->jobs,
                   s->failed > 0 ? ", some failed" : "");
}

/* "  [####......]  T=0.1,interpretation=ito" */
static void write_line(const struct sweep *s, size_t point, double fraction,
                       char line[PROGRESS_LINE]) {
    struct error ignored;
    char *name = sweep_point_name(s, point, "", &ignored);
    const int full = (int)(10 * fraction);
    snprintf(line, PROGRESS_LINE, "  [%.*s%.*s]  %.60s", full, "##########", 10 - full,
             "..........", name != NULL ? name : "");
    free(name);
}

static void watch_points(void *context, const struct at_work *at_work, size_t count) {
    enum { MOST = 16 };
    const struct sweeping *s = context;
    char line[MOST][PROGRESS_LINE];
    if (s->command->quiet) return;
    if (count > MOST) count = MOST;
    for (size_t k = 0; k < count; k++)
        write_line(s->sweep, s->point[at_work[k].job], at_work[k].fraction, line[k]);
    progress_lines(count, line);
}

/* ---------------------------------------------------------------- third round: others */

static void other_work(void *context, size_t job, const struct monitor *monitor,
                       FILE *out) {
    const struct sweeping *s = context;
    struct row row = {0};
    struct error err = {0};
    (void)monitor;
    outcome_write(out, sweep_look(s->sweep, s->point[job], &row, &err), &row, &err);
}

static void other_done(void *context, size_t job, const char *text,
                       const struct error *death) {
    struct sweeping *s = context;
    struct error err = {0};
    if (!outcome_read(text, death, &s->row[s->point[job]], &err)) s->failure = err;
}

/* ---------------------------------------------------------------- rounds */

static bool is_ours(const struct sweeping *s, size_t point) {
    return point % s->command->shards == s->command->shard - 1;
}

static bool is_pending(const struct sweeping *s, size_t point) {
    return !row_finished(&s->row[point]);
}

static bool is_unfinished(const struct sweeping *s, size_t point) {
    return is_ours(s, point) && is_pending(s, point);
}

static bool is_others(const struct sweeping *s, size_t point) {
    return !is_ours(s, point);
}

static size_t worker_count(const struct sweep_command *c, size_t jobs) {
    const int threads = c->threads > 0 ? c->threads : 1;
    size_t most = c->workers > 0 ? c->workers : (size_t)(omp_get_num_procs() / threads);
    if (most > MOST_WORKERS) most = MOST_WORKERS;
    if (most > jobs) most = jobs;
    return most > 0 ? most : 1;
}

static bool round_run(struct sweeping *s,
                      bool (*wanted)(const struct sweeping *s, size_t point),
                      void (*work)(void *, size_t, const struct monitor *, FILE *),
                      void (*done)(void *, size_t, const char *, const struct error *),
                      struct monitor monitor, struct error *err) {
    s->jobs = s->ended = 0;
    for (size_t point = 0; point < s->sweep->points; point++)
        if (wanted(s, point)) s->point[s->jobs++] = point;
    const struct workers workers = {.most = worker_count(s->command, s->jobs),
                                    .work = work,
                                    .done = done,
                                    .watch = work == run_work ? watch_points : NULL,
                                    .context = s,
                                    .monitor = monitor};
    return workers_run(&workers, s->jobs, err);
}

static bool survey(struct sweeping *s, struct monitor monitor, struct error *err) {
    s->refused = s->sweep->points;
    if (!round_run(s, is_ours, survey_work, survey_done, monitor, err)) return false;
    if (s->refused == s->sweep->points) return true;
    *err = s->refusal;
    name_point(s->sweep, s->refused, err);
    return false;
}

/* The table has all points, also those of other shards. Of two shards that end together one
 * waits for the other, and then sees its points. */
static bool collect(struct sweeping *s, struct monitor monitor, struct error *err) {
    const int lock = sweep_lock(s->sweep);
    const bool good = (s->command->shards == 1 ||
                       round_run(s, is_others, other_work, other_done, monitor, err)) &&
                      (s->failure.kind == ERROR_NONE || (*err = s->failure, false)) &&
                      sweep_table_write(s->sweep, s->row, err);
    sweep_unlock(lock);
    return good;
}

/* ---------------------------------------------------------------- the command */

/* Of our points: those that missed a tolerance. */
static size_t count_inaccurate(const struct sweeping *s) {
    size_t count = 0;
    for (size_t point = 0; point < s->sweep->points; point++) {
        const struct cell *status = row_find(&s->row[point], "status");
        count +=
            is_ours(s, point) && status != NULL && strcmp(status->text, "inaccurate") == 0;
    }
    return count;
}

static void print_failures(const struct sweeping *s) {
    size_t shown = 0;
    for (size_t point = 0; point < s->sweep->points; point++) {
        const struct cell *error = row_find(&s->row[point], "error");
        if (error == NULL || !is_ours(s, point)) continue;
        if (shown++ == MOST_FAILURES_SHOWN) {
            terminal_print(stdout, "  ... the others are in the table\n");
            return;
        }
        struct error line = {0};
        fail(&line, ERROR_RUN, "%s", error->text);
        name_point(s->sweep, point, &line);
        terminal_print(stdout, "  failed: %s\n", line.message);
    }
}

static void print_summary(const struct sweeping *s, double seconds) {
    const struct sweep *w = s->sweep;
    terminal_print(stdout, "%s: %zu points", w->folder, w->points);
    for (size_t a = 0; a < w->axes; a++)
        terminal_print(stdout, "%s%s (%zu)", a == 0 ? ", " : " x ", w->axis[a].key,
                       w->axis[a].count);
    terminal_print(stdout, "\n  ");
    if (s->command->shards > 1)
        terminal_print(stdout, "shard %zu of %zu: ", s->command->shard, s->command->shards);
    terminal_print(stdout, "%zu run in %.3g s, %zu finished before, %zu failed", s->ran,
                   seconds, s->before, s->failed);
    const size_t inaccurate = count_inaccurate(s);
    if (inaccurate > 0) terminal_print(stdout, ", %zu inaccurate", inaccurate);
    terminal_print(stdout, "\n");
    print_failures(s);
    terminal_print(stdout, "  table: %s/sweep.csv, %s/sweep.h5\n", w->folder, w->folder);
}

/* From here on the same command without --force goes on with what is left. */
static bool begin_points(struct sweeping *s, struct error *err) {
    for (size_t point = 0; s->command->force && point < s->sweep->points; point++)
        if (is_ours(s, point) && !sweep_forget(s->sweep, point, err)) return false;
    s->begun = true;
    signals_tell(s->command->again);
    progress_restart();
    return true;
}

/* What is finished stays, and the table says so, also after an interruption. */
static bool run_and_collect(struct sweeping *s, struct monitor monitor, struct error *err) {
    const double begin = wall_clock();
    struct error later = {0};
    const struct sweep_command *c = s->command;
    if (!sweep_folder_check(s->sweep, c->force, err) ||
        !sweep_claim(s->sweep, c->shard, c->shards, c->force, &s->claim, err) ||
        !survey(s, monitor, err) || !sweep_folder(s->sweep, c->force, err) ||
        !sweep_claim_again(s->sweep, c->shard, c->shards, c->force, &s->claim, err) ||
        !begin_points(s, err))
        return false;
    bool good = round_run(s, is_unfinished, run_work, run_done, monitor, err);
    if (good && s->interrupted > 0) /* its workers were, and this process was not */
        good = fail(err, ERROR_INTERRUPTED, "interrupted");
    const double seconds = wall_clock() - begin;
    if (!good && s->command->shards > 1) return false;
    if (!collect(s, monitor, good ? err : &later)) return false;
    progress_end();
    if (!s->command->quiet) print_summary(s, seconds);
    return good;
}

bool sweep_command_run(const struct sweep_command *command, struct sweep_outcome *outcome,
                       struct error *err) {
    struct sweeping s = {.command = command, .claim = -1};
    if ((s.sweep = sweep_create(&command->sweep, err)) == NULL) return false;
    stop_hold(); /* the workers end first, and the table tells how far they came */
    const size_t points = s.sweep->points;
    bool good = (s.row = array_create(points, sizeof *s.row, err)) != NULL &&
                (s.point = array_create(points, sizeof *s.point, err)) != NULL &&
                run_and_collect(&s, progress_begin(command->quiet), err);
    progress_end();
    signals_tell(NULL);
    *outcome =
        (struct sweep_outcome){s.failed, s.row != NULL ? count_inaccurate(&s) : 0, s.begun};
    for (size_t k = 0; s.row != NULL && k < points; k++)
        row_finish(&s.row[k]);
    free(s.row);
    free(s.point);
    sweep_claim_end(s.claim);
    sweep_destroy(s.sweep);
    stop_release();
    return good;
}
