/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker run, check and info. */
#include "io/text.h"
#include "solver/cli/answer.h"
#include "solver/cli/answer_json.h"
#include "solver/cli/commands.h"
#include "solver/cli/progress.h"
#include "solver/cli/signals.h"
#include "solver/cli/streams.h"
#include "solver/cli/terminal.h"
#include "solver/cli/words.h"
#include "solver/sweep/sweep_read.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool tick(void *context, double fraction) {
    const struct monitor *monitor = context;
    return monitor->tick(monitor->context, fraction);
}

/* The model, or NULL, where *status is what the program ends with. */
static struct fokker_model *open_model(const char *file, const struct options *o,
                                       int *status) {
    enum { MOST = 20 };
    static struct fokker_error error[MOST];
    const char *change[MOST_ASSIGNMENTS + 2] = {NULL};
    size_t errors;
    struct error err = {0};
    char *text = stream_is(file) ? stream_read(&err) : NULL;
    if (stream_is(file) && text == NULL) return *status = report_error(&err), NULL;
    memcpy(change, o->assignment, o->assignments * sizeof *change);
    if (o->no_monte_carlo) change[o->assignments] = "monte_carlo.walkers=0";
    struct fokker_model *model = fokker_open_listing(text != NULL ? stream_name : file,
                                                     text, change, error, MOST, &errors);
    free(text);
    if (model == NULL) *status = report_failures(error, errors);
    return model;
}

/* The line that goes on with the run, in the words of a shell; NULL without memory. */
static char *resume_line(const char *config, const struct options *o, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    fputs("to go on: ", text.out);
    word_write(text.out, o->program);
    word_write_option(text.out, "run", config);
    for (size_t k = 0; k < o->assignments; k++)
        word_write_option(text.out, "--set", o->assignment[k]);
    if (o->no_monte_carlo) word_write_option(text.out, "--no-monte-carlo", NULL);
    if (o->output != NULL) word_write_option(text.out, "-o", o->output);
    if (o->threads > 0) fprintf(text.out, " --threads %d", o->threads);
    fprintf(text.out, " --resume%s%s\n", o->quiet ? " -q" : "",
            stream_is(config) ? ", with the same settings on the standard input" : "");
    return text_end(&text, true, err);
}

/* Runs it with what is said of it; *result as that of fokker_run_to_file. */
static bool run_model(const struct fokker_model *model, const char *path,
                      const struct options *o, struct fokker_result **result,
                      struct fokker_error *err) {
    struct monitor monitor = progress_begin(o->quiet);
    const struct fokker_hooks hooks = {.context = &monitor,
                                       .progress = tick,
                                       .part = begin_part,
                                       .doing = begin_doing,
                                       .remark = o->quiet ? say_nothing : say,
                                       .warning = say};
    const struct fokker_output output = {path, o->force, o->resume, o->command_line};
    const bool good = fokker_run_to_file(model, &output, &hooks, result, err);
    progress_end();
    return good;
}

/* The run into a file at path, and how it ended. to: where the summary goes. */
static int run_and_report(const struct fokker_model *model, const char *path, FILE *to,
                          const struct options *o, bool *resumable) {
    struct fokker_error err = {0};
    struct fokker_result *result = NULL;
    const bool good = run_model(model, path, o, &result, &err);
    const bool accurate = fokker_result_status(result) != FOKKER_INACCURATE;
    *resumable = err.kind == FOKKER_STOPPED && fokker_rows(result) > 0;
    json_result(answer_json(ANSWER_RESULTS), result, false);
    if (result != NULL && !(o->quiet && good) && !o->json)
        terminal_print(to, "%s", fokker_summary(result));
    fokker_result_free(result);
    return good ? accurate ? 0 : INACCURATE : report_failure(&err);
}

/* -o -: what was computed is sent, also where the run ended before its end. */
static int run_to_stream(const struct fokker_model *model, const struct options *o) {
    struct error err = {0};
    struct stream_file file;
    bool resumable;
    if (o->resume)
        return usage_error("--resume completes a file; -o - writes none that stays");
    if (!stream_file_begin(&file, &err)) return report_error(&err);
    const int status = run_and_report(model, file.path, stderr, o, &resumable);
    if (stream_file_end(&file, status != 2, &err)) return status;
    return report_error(&err);
}

int command_run(const char *const *file, const struct options *o) {
    struct error ignored;
    int status;
    bool resumable = false;
    struct fokker_model *model = open_model(file[0], o, &status);
    if (model == NULL) return status;
    if (stream_is(o->output) && o->json) {
        status = usage_error("-o - and --json both want the standard output");
    } else if (stream_is(o->output)) {
        status = run_to_stream(model, o);
    } else {
        char *more = resume_line(file[0], o, &ignored); /* where there is memory for it */
        signals_tell(more);
        status = run_and_report(model, o->output, stdout, o, &resumable);
        signals_tell(NULL);
        if (resumable && more != NULL) terminal_print(stderr, "%s", more);
        free(more);
    }
    fokker_close(model);
    return status;
}

int command_check(const char *const *file, const struct options *o) {
    struct fokker_error err = {0};
    struct fokker_plan plan = {0};
    int status;
    struct fokker_model *model = open_model(file[0], o, &status);
    if (model == NULL) return status;
    const bool good = fokker_check(model, &plan, &err);
    if (good) json_plan(answer_json(ANSWER_RESULTS), &plan);
    if (good && !o->quiet && !o->json) terminal_print(stdout, "%s", plan.summary);
    fokker_plan_finish(&plan);
    fokker_close(model);
    return good ? 0 : report_failure(&err);
}

int command_info(const char *const *file, const struct options *o) {
    if (sweep_table_is(file[0])) return command_info_of_sweep(file[0]);
    struct fokker_error err = {0};
    struct fokker_result *result = fokker_load(file[0], &err);
    if (result == NULL) return report_failure(&err);
    json_result(answer_json(ANSWER_RESULTS), result, true);
    if (!o->json) terminal_print(stdout, "%s", fokker_summary(result));
    fokker_result_free(result);
    return 0;
}
