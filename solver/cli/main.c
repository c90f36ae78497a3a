/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command line: options, exit codes, printing. Results go to stdout, everything else to
 * stderr. Exit status: 0 done, 1 the run failed, 2 usage or settings, 3 done but a
 * tolerance was not met, 130 interrupted. */
#include "io/h5file.h"
#include "solver/analysis/compare_files.h"
#include "solver/analysis/fit_file.h"
#include "solver/cli/help.h"
#include "solver/cli/options.h"
#include "solver/cli/pictures.h"
#include "solver/cli/progress.h"
#include "solver/cli/signals.h"
#include "solver/cli/starter.h"
#include "solver/cli/sweep.h"
#include "solver/cli/terminal.h"
#include "solver/equation/equation.h"
#include "solver/escape/escape_report.h"
#include "solver/file/record.h"
#include "solver/fokker.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INACCURATE = 3 }; /* exit status: done, but a tolerance was not met */

static int report_error(const struct error *err) {
    static const int status[] = {
        [ERROR_NONE] = 1, [ERROR_SETTINGS] = 2, [ERROR_RUN] = 1,
        [ERROR_FILE] = 1, [ERROR_MEMORY] = 1,   [ERROR_INTERRUPTED] = 130};
    progress_clear();
    terminal_print(stderr, "fokker: %s\n", err->message);
    return status[err->kind];
}

/* ---------------------------------------------------------------- the library's commands */

/* run, check and info are what any program makes of solver/fokker.h. The others need what the
 * library does not have (docs/library.md): they call the folders below. */

static int report_failure(const struct fokker_error *err) {
    static const int status[] = {
        [FOKKER_NO_ERROR] = 1, [FOKKER_SETTINGS] = 2, [FOKKER_RUN] = 1,
        [FOKKER_FILE] = 1,     [FOKKER_MEMORY] = 1,   [FOKKER_STOPPED] = 130};
    progress_clear();
    terminal_print(stderr, "fokker: %s\n", err->message);
    return status[err->kind];
}

static bool tick(void *context, double fraction) {
    const struct monitor *monitor = context;
    return monitor->tick(monitor->context, fraction);
}

static void say(void *context, const char *line) {
    (void)context;
    progress_clear();
    terminal_print(stderr, "%s\n", line);
}

static void say_nothing(void *context, const char *line) {
    (void)context, (void)line;
}

/* Of a run: what is being prepared, or nothing once its rows come. */
static void begin_part(void *context, const char *name) {
    (void)context;
    progress_label("%s", name != NULL ? name : "");
    progress_restart();
}

static struct fokker_model *open_model(const char *file, const struct options *o,
                                       struct fokker_error *err) {
    const char *change[MOST_ASSIGNMENTS + 2] = {NULL};
    memcpy(change, o->assignment, o->assignments * sizeof *change);
    if (o->no_monte_carlo) change[o->assignments] = "monte_carlo.walkers=0";
    return fokker_open(file, change, err);
}

static int command_run(const char *const *file, const struct options *o) {
    struct fokker_error err = {0};
    struct fokker_model *model = open_model(file[0], o, &err);
    if (model == NULL) return report_failure(&err);
    struct monitor monitor = progress_begin(o->quiet);
    const struct fokker_hooks hooks = {.context = &monitor,
                                       .progress = tick,
                                       .part = begin_part,
                                       .remark = o->quiet ? say_nothing : say,
                                       .warning = say};
    const struct fokker_output output = {o->output, o->force, o->resume, o->command_line};
    struct fokker_result *result;
    const bool good = fokker_run_to_file(model, &output, &hooks, &result, &err);
    progress_end();
    if (result != NULL && !(o->quiet && good))
        terminal_print(stdout, "%s", fokker_summary(result));
    const bool accurate = fokker_result_status(result) != FOKKER_INACCURATE;
    fokker_result_free(result);
    fokker_close(model);
    if (!good) return report_failure(&err);
    return accurate ? 0 : INACCURATE;
}

static int command_check(const char *const *file, const struct options *o) {
    struct fokker_error err = {0};
    struct fokker_plan plan = {0};
    struct fokker_model *model = open_model(file[0], o, &err);
    const bool good = model != NULL && fokker_check(model, &plan, &err);
    if (good && !o->quiet) terminal_print(stdout, "%s", plan.summary);
    fokker_plan_finish(&plan);
    fokker_close(model);
    return good ? 0 : report_failure(&err);
}

static int command_info(const char *const *file, const struct options *o) {
    (void)o;
    struct fokker_error err = {0};
    struct fokker_result *result = fokker_load(file[0], &err);
    if (result == NULL) return report_failure(&err);
    terminal_print(stdout, "%s", fokker_summary(result));
    fokker_result_free(result);
    return 0;
}

/* ---------------------------------------------------------------- the program's commands */

static int command_sweep(const char *const *file, const struct options *o) {
    struct error err = {0};
    struct sweep_outcome outcome = {0};
    const struct sweep_command command = {.sweep = {.config = file[0],
                                                    .assignments = o->assignments,
                                                    .assignment = o->assignment,
                                                    .varied = o->varied,
                                                    .vary = o->vary,
                                                    .folder = o->output,
                                                    .command_line = o->command_line},
                                          .shard = o->shards > 0 ? o->shard : 1,
                                          .shards = o->shards > 0 ? o->shards : 1,
                                          .workers = o->workers,
                                          .threads = o->threads,
                                          .force = o->force,
                                          .quiet = o->quiet};
    if (!sweep_command_run(&command, &outcome, &err)) return report_error(&err);
    if (outcome.inaccurate > 0 && o->quiet)
        terminal_print(stderr, "warning: %zu point%s of the sweep ended inaccurate\n",
                       outcome.inaccurate, outcome.inaccurate > 1 ? "s" : "");
    if (outcome.failed == 0) return outcome.inaccurate > 0 ? INACCURATE : 0;
    fail(&err, ERROR_RUN, "%zu point%s of the sweep failed", outcome.failed,
         outcome.failed > 1 ? "s" : "");
    return report_error(&err);
}

static int command_init(const char *const *file, const struct options *o) {
    struct error err = {0};
    char *path = starter_write(file[0], &err);
    if (path == NULL) return report_error(&err);
    if (!o->quiet)
        terminal_print(stdout,
                       "%s: a small experiment to start from\n"
                       "  edit it, then: fokker run %s\n",
                       path, path);
    free(path);
    return 0;
}

static int print_text(bool good, char *text, const struct error *err) {
    if (good) terminal_print(stdout, "%s", text);
    free(text);
    return good ? 0 : report_error(err);
}

static int command_escape(const char *const *file, const struct options *o) {
    struct error err = {0};
    struct spec *spec = spec_load(file[0], o->assignments, o->assignment, &err);
    char *text = NULL;
    if (spec == NULL) return report_error(&err);
    const struct escape_report_options options = {.monte_carlo = !o->no_monte_carlo,
                                                  .walkers = o->walkers,
                                                  .monitor = progress_begin(o->quiet),
                                                  .parts = {begin_part, NULL}};
    char doubt[ESCAPE_STEPS_TEXT];
    const bool good = escape_report(spec, &options, &text, doubt, &err);
    progress_end();
    spec_destroy(spec);
    const int status = print_text(good, text, &err);
    if (!good || doubt[0] == '\0') return status;
    terminal_print(stderr, "warning: %s\n", doubt);
    return INACCURATE;
}

static int command_compare(const char *const *file, const struct options *o) {
    struct error err = {0};
    char *text = NULL;
    const struct monitor monitor = progress_begin(o->quiet);
    const bool good = compare_files(file[0], file[1], &monitor, &text, &err);
    progress_end();
    return print_text(good, text, &err);
}

static int command_fit(const char *const *file, const struct options *o) {
    (void)o;
    struct error err = {0};
    char *text = NULL;
    const bool good = fit_file(file[0], &text, &err);
    return print_text(good, text, &err);
}

static int command_repair(const char *const *file, const struct options *o) {
    struct error err = {0};
    size_t rows = 0;
    if (!record_repair(file[0], &rows, &err)) return report_error(&err);
    if (!o->quiet) terminal_print(stdout, "%s: %zu whole snapshots\n", file[0], rows);
    return 0;
}

static int command_settings(const char *const *file, const struct options *o) {
    (void)o;
    const char *section = file[0];
    bool found = false;
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++) {
        if (section != NULL && strcmp(section, s->name) != 0) continue;
        struct error err = {0};
        char *text = settings_describe(s->name, s->table, &err);
        if (text == NULL) return report_error(&err);
        printf("%s%s%s\n%s\n", s->name, s->name[0] != '\0' ? ": " : "", s->sentence, text);
        free(text);
        found = true;
    }
    if (section == NULL || strcmp(section, "methods") == 0) {
        struct error err = {0};
        char *text = equations_describe(&err);
        if (text == NULL) return report_error(&err);
        printf(
            "methods: what time.method may be; the first equation that fits the settings "
            "is theirs.\n%s",
            text);
        free(text);
        found = true;
    }
    if (!found) return usage_error("no section '%s' in the settings", section);
    return 0;
}

/* plot and animate have options of their own: they are started before any is read. */
static int command_draw(const char *const *file, const struct options *options) {
    (void)file, (void)options;
    return usage_error("plot and animate are the first word: fokker plot FILE [OPTIONS]");
}

/* Of run, and of check, so that the word alone may be changed. */
static const char run_options[] = "output set force resume threads no-monte-carlo";

static const struct command {
    const char *name, *arguments, *sentence;
    int least, most; /* arguments */
    int (*call)(const char *const *file, const struct options *options);
    const char *options; /* that it takes, besides help and quiet */
} commands[] = {
    {"run", "CONFIG", "run an experiment and write its HDF5 file", 1, 1, command_run,
     run_options},
    {"sweep", "CONFIG --vary KEY=A,B,C", "run it at every point of a product of settings",
     1, 1, command_sweep, "output set force threads vary workers shard"},
    {"init", "[NAME]", "write a settings file to start from", 0, 1, command_init, ""},
    {"check", "CONFIG", "check a settings file; compute nothing", 1, 1, command_check,
     run_options},
    {"escape", "CONFIG", "mean escape time by every way there is, side by side", 1, 1,
     command_escape, "set threads walkers no-monte-carlo"},
    {"settings", "[SECTION]", "list every setting: type, range, meaning, example", 0, 1,
     command_settings, ""},
    {"info", "FILE", "say what is in an output file", 1, 1, command_info, ""},
    {"compare", "FILE [FILE]", "say whether walkers and densities agree", 1, 2,
     command_compare, "threads"},
    {"fit", "FILE", "fit a power law to the walkers", 1, 1, command_fit, "threads"},
    {"repair", "FILE", "trim what a killed run left half-written", 1, 1, command_repair,
     ""},
    {"plot", "FILE|FOLDER", "draw an output file or a sweep", 1, 1, command_draw, ""},
    {"animate", "FILE", "make a film of an output file", 1, 1, command_draw, ""},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* ---------------------------------------------------------------- help and choice */

static void print_help(void) {
    printf("fokker evolves the probability density of one or two parameters under SGD:\n"
           "the Fokker-Planck equation by finite volumes, beside Monte Carlo runs of the "
           "same model.\n\n");
    for (int k = 0; k < COMMANDS; k++)
        printf("  fokker %-8s %-23s  %s\n", commands[k].name, commands[k].arguments,
               commands[k].sentence);
    printf("\n  -o, --output FILE     where to write (sweep: a folder)\n"
           "      --set KEY=VALUE   replace a setting, e.g. --set model.parameters.T=0.01 "
           "(repeatable)\n"
           "      --force           replace an existing file\n"
           "      --resume          complete an interrupted file\n"
           "      --threads N       threads (default: all cores)\n"
           "  -q, --quiet           no progress, no remarks but warnings, no summary\n"
           "      --version         version, commit, instruction set\n\n"
           "More on one: fokker COMMAND --help. All settings: fokker settings.\n"
           "Exit status: 0 done, 1 the run failed, 2 usage or settings, 3 done but a "
           "tolerance\n"
           "was not met, 130 interrupted.\n"
           "Start with: fokker init; fokker run experiment.yaml; fokker plot "
           "experiment.h5\n");
}

static int print_command_help(const struct command *c) {
    const char *more = help_of(c->name);
    printf("fokker %s %s: %s\n", c->name, c->arguments, c->sentence);
    if (more != NULL) printf("\n%s", more);
    return 0;
}

static char *join_command_line(int argc, char **argv, struct error *err) {
    size_t length = 1;
    for (int k = 0; k < argc; k++)
        length += strlen(argv[k]) + 1;
    char *line = array_create(length, 1, err);
    for (int k = 0; line != NULL && k < argc; k++) {
        if (k > 0) strcat(line, " ");
        strcat(line, argv[k]);
    }
    return line;
}

static const struct command *command_find(const char *name) {
    for (int k = 0; k < COMMANDS; k++)
        if (strcmp(commands[k].name, name) == 0) return &commands[k];
    return NULL;
}

/* The commands that take an option, as "fokker run, fokker sweep". */
static void print_takers(const char *option, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    for (int k = 0; k < COMMANDS && length < size; k++)
        if (option_is_among(option, commands[k].options))
            length += (size_t)snprintf(text + length, size - length, "%sfokker %s",
                                       length > 0 ? ", " : "", commands[k].name);
}

/* Options that mean nothing to a command are refused, not passed over. */
static int options_suit(const struct command *command, const struct options *o) {
    const char *other = option_not_among(o, command->options);
    if (other == NULL) return -1;
    if (command->call == command_sweep && o->resume)
        return usage_error("a sweep goes on where it ended by itself, without --resume");
    char takers[200];
    print_takers(other, takers, sizeof takers);
    return usage_error("fokker %s has no --%s; it belongs to %s", command->name, other,
                       takers);
}

static int unknown_command(const char *name) {
    const char *names[COMMANDS];
    for (int k = 0; k < COMMANDS; k++)
        names[k] = commands[k].name;
    const char *near = nearest_word(name, names, COMMANDS);
    return usage_error("unknown command '%s'%s%s%s", name, near ? "; did you mean '" : "",
                       near ? near : "", near ? "'?" : "");
}

/* The command on the rest of the command line: file[0 .. files - 1] are its arguments. */
static int command_run_by_name(const char *name, char **file, int files,
                               const struct options *o) {
    const bool help = strcmp(name, "help") == 0; /* help NAME is NAME --help */
    if (help && files == 0) return print_help(), 0;
    if (help) name = file[0];
    const struct command *command = command_find(name);
    if (command == NULL) return unknown_command(name);
    if (help || o->help) return print_command_help(command);
    if (files < command->least) return usage_error("%s needs a file", name);
    if (files > command->most)
        return usage_error("one argument too many: '%s'", file[command->most]);
    const int status = options_suit(command, o);
    if (status >= 0) return status;
    const char *const argument[2] = {files > 0 ? file[0] : NULL,
                                     files > 1 ? file[1] : NULL};
    return command->call(argument, o);
}

/* A library that ends the program by itself (HDF5, where memory is short) does so in one
 * line and with exit status 1 too. */
static pid_t unfinished; /* this process, until main returns */

static void exit_of_library(void) {
    static const char line[] = "fokker: a library gave up; memory may be short\n";
    if (unfinished == 0) return;
    if (getpid() == unfinished && write(STDERR_FILENO, line, sizeof line - 1) < 0) _exit(1);
    _exit(1);
}

/* Is it fokker plot or fokker animate, and not for their help? */
static bool draws(int argc, char **argv) {
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    bool help = argc == 2;
    for (int k = 2; k < argc; k++)
        help = help || strcmp(argv[k], "--help") == 0 || strcmp(argv[k], "-h") == 0;
    return command != NULL && command->call == command_draw && !help;
}

int main(int argc, char **argv) {
    struct error err = {0};
    if (draws(argc, argv)) return pictures_draw(argv + 1);
    unfinished = getpid();
    h5file_no_exit_handler();
    atexit(exit_of_library);
    signals_catch();
    struct options o = {.command_line = join_command_line(argc, argv, &err)};
    terminal_open();
    int status = o.command_line != NULL ? options_read(argc, argv, &o) : report_error(&err);
    if (status < 0 && optind < argc)
        status =
            command_run_by_name(argv[optind], argv + optind + 1, argc - optind - 1, &o);
    else if (status < 0)
        print_help(), status = o.help ? 0 : 2;
    free(o.command_line);
    if (!terminal_finish(&err) && (status == 0 || status == 3)) status = report_error(&err);
    unfinished = 0;
    return status;
}
