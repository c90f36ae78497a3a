/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/commands.h"
#include "solver/analysis/compare_files.h"
#include "solver/analysis/fit_file.h"
#include "solver/cli/answer.h"
#include "solver/cli/completion.h"
#include "solver/cli/progress.h"
#include "solver/cli/starter.h"
#include "solver/cli/streams.h"
#include "solver/cli/terminal.h"
#include "solver/equation/equation.h"
#include "solver/escape/escape_report.h"
#include "solver/file/record.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int command_init(const char *const *file, const struct options *o) {
    struct error err = {0};
    if (o->list) {
        char *list = starter_list(&err);
        return report_text(list != NULL, list, &err);
    }
    char *path = starter_write(file[0], o->output, &err);
    if (path == NULL) return report_error(&err);
    if (!o->quiet)
        terminal_print(stdout,
                       "%s: a small experiment to start from\n"
                       "  edit it, then: fokker run %s\n",
                       path, path);
    free(path);
    return 0;
}

static int command_escape(const char *const *file, const struct options *o) {
    struct error err = {0};
    static struct error_list list;
    char *text = NULL;
    if (stream_is(file[0]) && (text = stream_read(&err)) == NULL) return report_error(&err);
    struct spec *spec = spec_read(text != NULL ? stream_name : file[0], text,
                                  o->assignments, o->assignment, &list, &err);
    free(text);
    text = NULL;
    if (spec == NULL) return report_errors(&list);
    const struct escape_report_options options = {.monte_carlo = !o->no_monte_carlo,
                                                  .walkers = o->walkers,
                                                  .monitor = progress_begin(o->quiet),
                                                  .json = answer_json(ANSWER_RESULTS),
                                                  .parts = {begin_part, NULL}};
    char doubt[ESCAPE_STEPS_TEXT];
    const bool good = escape_report(spec, &options, &text, doubt, &err);
    progress_end();
    spec_destroy(spec);
    const int status = report_text(good, text, &err);
    if (!good || doubt[0] == '\0') return status;
    char line[sizeof doubt + 16];
    snprintf(line, sizeof line, "warning: %s", doubt);
    say(NULL, line);
    return INACCURATE;
}

static int command_compare(const char *const *file, const struct options *o) {
    struct error err = {0};
    char *text = NULL;
    const struct monitor monitor = progress_begin(o->quiet);
    const bool good =
        compare_files(file[0], file[1], &monitor, answer_json(ANSWER_RESULTS), &text, &err);
    progress_end();
    return report_text(good, text, &err);
}

static int command_fit(const char *const *file, const struct options *o) {
    (void)o;
    struct error err = {0};
    char *text = NULL;
    const bool good = fit_file(file[0], &text, &err);
    return report_text(good, text, &err);
}

static int command_repair(const char *const *file, const struct options *o) {
    struct error err = {0};
    size_t rows = 0;
    if (!record_repair(file[0], &rows, &err)) return report_error(&err);
    if (!o->quiet) terminal_print(stdout, "%s: %zu whole snapshots\n", file[0], rows);
    return 0;
}

/* plot, animate and report have options of their own: they are started before any is read. */
static int command_completion(const char *const *file, const struct options *o) {
    (void)o;
    struct error err = {0};
    char *text = completion_script(file[0], &err);
    return report_text(text != NULL, text, &err);
}

int command_draw(const char *const *file, const struct options *options) {
    (void)file, (void)options;
    return usage_error(
        "plot, animate and report are the first word: fokker plot FILE [OPTIONS]");
}

/* Of run, and of check, so that the word alone may be changed. */
static const char run_options[] = "output set force resume threads no-monte-carlo json";

const struct command commands[] = {
    {"run", "CONFIG", "run an experiment and write its HDF5 file", 1, 1, command_run,
     run_options},
    {"sweep", "CONFIG --vary KEY=A,B,C", "run it at every point of a product of settings",
     1, 1, command_sweep, "output set force threads vary workers shard"},
    {"init", "[TEMPLATE]", "write a settings file to start from", 0, 1, command_init,
     "output list"},
    {"check", "CONFIG", "check a settings file; compute nothing", 1, 1, command_check,
     run_options},
    {"escape", "CONFIG", "mean escape time by every way there is, side by side", 1, 1,
     command_escape, "set threads walkers no-monte-carlo json"},
    {"settings", "[SECTION|KEY]", "list the settings: type, range, meaning, example", 0, 1,
     command_settings, ""},
    {"info", "FILE|FOLDER", "say what is in an output file or a sweep", 1, 1, command_info,
     "json"},
    {"compare", "FILE [FILE]", "say whether walkers and densities agree", 1, 2,
     command_compare, "threads json"},
    {"fit", "FILE", "fit a power law to the walkers", 1, 1, command_fit, "threads"},
    {"repair", "FILE", "trim what a killed run left half-written", 1, 1, command_repair,
     ""},
    {"plot", "FILE|FOLDER", "draw an output file or a sweep", 1, 1, command_draw, ""},
    {"animate", "FILE", "make a film of an output file", 1, 1, command_draw, ""},
    {"report", "FILE", "write an output file as an HTML page", 1, 1, command_draw, ""},
    {"completion", "bash|zsh|fish", "print what a shell completes", 1, 1,
     command_completion, ""},
    {0},
};

const struct command *command_find(const char *name) {
    for (const struct command *c = commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0) return c;
    return NULL;
}
