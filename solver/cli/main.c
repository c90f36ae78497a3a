/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command line: options, exit codes, printing. Results go to stdout, everything else to
 * stderr. Exit status: 0 done, 1 the run failed, 2 usage or settings, 3 done but a
 * tolerance was not met, 130 interrupted. */
#include "io/h5file.h"
#include "solver/analysis/compare_files.h"
#include "solver/analysis/fit_file.h"
#include "solver/cli/help.h"
#include "solver/cli/progress.h"
#include "solver/cli/signals.h"
#include "solver/cli/starter.h"
#include "solver/cli/sweep.h"
#include "solver/cli/terminal.h"
#include "solver/expr/program.h"
#include "solver/file/record.h"
#include "solver/run/escape_report.h"
#include "solver/run/run.h"
#include "solver/run/version.h"
#include <ctype.h>
#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ASSIGNMENTS = 256, MOST_AXES = 16 };
enum { INACCURATE = 3 }; /* exit status: done, but a tolerance was not met */

struct options {
    const char *output;
    const char *assignment[MOST_ASSIGNMENTS];
    size_t assignments;
    const char *vary[MOST_AXES];
    size_t varied;
    size_t shard, shards, workers; /* of a sweep; 0: not given */
    uint64_t walkers;              /* 0: not given */
    int threads;                   /* 0: not given */
    bool force, resume, quiet, help, no_monte_carlo;
    char *command_line;
};

PRINTF_LIKE(1, 2) static int usage_error(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "fokker: ");
    terminal_vprint(stderr, format, args);
    fprintf(stderr, "; see fokker --help\n");
    va_end(args);
    return 2;
}

static int report_error(const struct error *err) {
    static const int status[] = {
        [ERROR_NONE] = 1, [ERROR_SETTINGS] = 2, [ERROR_RUN] = 1,
        [ERROR_FILE] = 1, [ERROR_MEMORY] = 1,   [ERROR_INTERRUPTED] = 130};
    progress_clear();
    terminal_print(stderr, "fokker: %s\n", err->message);
    return status[err->kind];
}

static void say(void *context, const char *line) {
    const struct options *options = context;
    if (options->quiet) return;
    progress_clear();
    terminal_print(stderr, "%s\n", line);
}

/* Of a run: what is being prepared, or nothing once its rows come. */
static void begin_part(void *context, const char *name) {
    (void)context;
    progress_label("%s", name != NULL ? name : "");
    progress_restart();
}

/* ---------------------------------------------------------------- commands */

static int command_run(const char *const *file, const struct options *o) {
    struct error err = {0};
    struct spec *spec = spec_load(file[0], o->assignments, o->assignment, &err);
    if (spec == NULL) return report_error(&err);
    const struct run_options options = {.output = o->output,
                                        .force = o->force,
                                        .resume = o->resume,
                                        .command_line = o->command_line,
                                        .assignments = o->assignments,
                                        .assignment = o->assignment,
                                        .monitor = progress_begin(o->quiet),
                                        .part = begin_part,
                                        .say = say,
                                        .say_context = (void *)o};
    struct run_result result;
    const bool good = run(spec, &options, &result, &err);
    progress_end();
    if (result.summary != NULL && !(o->quiet && good))
        terminal_print(stdout, "%s", result.summary);
    free(result.summary);
    spec_destroy(spec);
    if (!good) return report_error(&err);
    return result.inaccurate ? INACCURATE : 0;
}

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

static int command_check(const char *const *file, const struct options *o) {
    struct error err = {0};
    struct spec *spec = spec_load(file[0], o->assignments, o->assignment, &err);
    char *summary = NULL;
    const bool good = spec != NULL && run_check(spec, &summary, &err);
    if (good && !o->quiet) terminal_print(stdout, "%s", summary);
    free(summary);
    spec_destroy(spec);
    return good ? 0 : report_error(&err);
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
                                                  .monitor = progress_begin(o->quiet)};
    const bool good = escape_report(spec, &options, &text, &err);
    progress_end();
    spec_destroy(spec);
    return print_text(good, text, &err);
}

static int command_info(const char *const *file, const struct options *o) {
    (void)o;
    struct error err = {0};
    char *text = NULL;
    const bool good = run_info(file[0], &text, &err);
    return print_text(good, text, &err);
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
    if (!found) return usage_error("no section '%s' in the settings", section);
    return 0;
}

static const struct command {
    const char *name, *arguments, *sentence;
    int least, most; /* arguments */
    int (*call)(const char *const *file, const struct options *options);
} commands[] = {
    {"run", "CONFIG", "run an experiment and write its HDF5 file", 1, 1, command_run},
    {"sweep", "CONFIG --vary KEY=A,B,C", "run it at every point of a product of settings",
     1, 1, command_sweep},
    {"init", "[NAME]", "write a settings file to start from", 0, 1, command_init},
    {"check", "CONFIG", "check a settings file; compute nothing", 1, 1, command_check},
    {"escape", "CONFIG", "mean escape time by every way there is, side by side", 1, 1,
     command_escape},
    {"settings", "[SECTION]", "list every setting: type, range, meaning, example", 0, 1,
     command_settings},
    {"info", "FILE", "say what is in an output file", 1, 1, command_info},
    {"compare", "FILE [FILE]", "say whether walkers and densities agree", 1, 2,
     command_compare},
    {"fit", "FILE", "fit a power law to the walkers", 1, 1, command_fit},
    {"repair", "FILE", "trim what a killed run left half-written", 1, 1, command_repair},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* ---------------------------------------------------------------- options */

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
           "  -q, --quiet           no progress, no remarks, no summary\n"
           "      --version         version, commit, instruction set\n\n"
           "More on one: fokker COMMAND --help. All settings: fokker settings.\n"
           "Exit status: 0 done, 1 the run failed, 2 usage or settings, 3 done but a "
           "tolerance\n"
           "was not met, 130 interrupted.\n"
           "Start with: fokker init; fokker run experiment.yaml; scripts/plot "
           "experiment.h5\n");
}

static int print_command_help(const struct command *c) {
    const char *more = help_of(c->name);
    printf("fokker %s %s: %s\n", c->name, c->arguments, c->sentence);
    if (more != NULL) printf("\n%s", more);
    return 0;
}

static void print_version(void) {
    printf("fokker %s (%s)\ninstruction set: %s, threads: %d\n", build_version,
           build_commit, program_instruction_set(), omp_get_max_threads());
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

/* A whole number from 1 to 4096; 0 for anything else. */
static int count_read(const char *text) {
    char *end;
    const long n = strtol(text, &end, 10);
    return end == text || *end != '\0' || n < 1 || n > 4096 ? 0 : (int)n;
}

/* I/N with 1 <= I <= N. */
static bool shard_read(const char *text, struct options *o) {
    int length = 0;
    return isdigit((unsigned char)text[0]) &&
           sscanf(text, "%6zu/%6zu%n", &o->shard, &o->shards, &length) == 2 &&
           text[length] == '\0' && 1 <= o->shard && o->shard <= o->shards;
}

static bool walkers_read(const char *text, uint64_t *walkers) {
    char *end;
    const double n = strtod(text, &end);
    if (end == text || *end != '\0' || !(n >= 2 && n <= 1e10) || n != floor(n))
        return false;
    *walkers = (uint64_t)n;
    return true;
}

enum {
    SET = 256,
    FORCE,
    RESUME,
    THREADS,
    VARY,
    WORKERS,
    SHARD,
    WALKERS,
    NO_MONTE_CARLO,
    VERSION
};
static const struct option option_table[] = {
    {"output", required_argument, NULL, 'o'},
    {"set", required_argument, NULL, SET},
    {"force", no_argument, NULL, FORCE},
    {"resume", no_argument, NULL, RESUME},
    {"threads", required_argument, NULL, THREADS},
    {"vary", required_argument, NULL, VARY},
    {"workers", required_argument, NULL, WORKERS},
    {"shard", required_argument, NULL, SHARD},
    {"walkers", required_argument, NULL, WALKERS},
    {"no-monte-carlo", no_argument, NULL, NO_MONTE_CARLO},
    {"quiet", no_argument, NULL, 'q'},
    {"version", no_argument, NULL, VERSION},
    {"help", no_argument, NULL, 'h'},
    {0}};

/* -1: go on; otherwise the exit status. */
static int options_read(int argc, char **argv, struct options *o) {
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "o:qh", option_table, NULL)) != -1;)
        switch (c) {
        case 'o':
            o->output = optarg;
            break;
        case 'q':
            o->quiet = true;
            break;
        case FORCE:
            o->force = true;
            break;
        case RESUME:
            o->resume = true;
            break;
        case VERSION:
            return print_version(), 0;
        case 'h':
            o->help = true;
            break;
        case THREADS:
            if ((o->threads = count_read(optarg)) == 0)
                return usage_error("--threads '%s' is not a number from 1 to 4096", optarg);
            omp_set_num_threads(o->threads);
            break;
        case WORKERS:
            if ((o->workers = (size_t)count_read(optarg)) == 0)
                return usage_error("--workers '%s' is not a number from 1 to 4096", optarg);
            break;
        case SHARD:
            if (!shard_read(optarg, o))
                return usage_error("--shard '%s' is not I/N with I from 1 to N", optarg);
            break;
        case VARY:
            if (o->varied == MOST_AXES)
                return usage_error("more than %d times --vary", MOST_AXES);
            o->vary[o->varied++] = optarg;
            break;
        case WALKERS:
            if (!walkers_read(optarg, &o->walkers))
                return usage_error("--walkers '%s' is not a number from 2 to 1e10", optarg);
            break;
        case NO_MONTE_CARLO:
            o->no_monte_carlo = true;
            break;
        case SET:
            if (o->assignments == MOST_ASSIGNMENTS)
                return usage_error("more than %d times --set", MOST_ASSIGNMENTS);
            o->assignment[o->assignments++] = optarg;
            break;
        default:
            return usage_error("unknown option or missing value: '%s'", argv[optind - 1]);
        }
    if (o->force && o->resume)
        return usage_error("--force and --resume contradict each other");
    return -1;
}

static const struct command *command_find(const char *name) {
    for (int k = 0; k < COMMANDS; k++)
        if (strcmp(commands[k].name, name) == 0) return &commands[k];
    return NULL;
}

/* Options that mean nothing to a command are refused, not passed over. */
static int options_suit(const struct command *command, const struct options *o) {
    const bool sweep = command->call == command_sweep;
    if (!sweep && (o->varied > 0 || o->workers > 0 || o->shards > 0))
        return usage_error("--vary, --workers and --shard belong to fokker sweep");
    if (sweep && o->resume)
        return usage_error("a sweep goes on where it ended by itself, without --resume");
    return -1;
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

int main(int argc, char **argv) {
    struct error err = {0};
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
