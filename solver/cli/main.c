/* SPDX-License-Identifier: GPL-3.0-or-later
 * The command line: options, exit codes, printing. Results go to stdout, everything else to
 * stderr. Exit status: 0 done, 1 the run failed, 2 usage or settings, 3 done but a
 * tolerance was not met, 130 interrupted. */
#include "io/config.h"
#include "io/h5file.h"
#include "solver/cli/answer.h"
#include "solver/cli/commands.h"
#include "solver/cli/help.h"
#include "solver/cli/pictures.h"
#include "solver/cli/signals.h"
#include "solver/cli/terminal.h"
#include "solver/cli/words.h"
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_help(void) {
    printf("fokker evolves the probability density of one or two parameters under SGD:\n"
           "the Fokker-Planck equation by finite volumes, beside Monte Carlo runs of the "
           "same model.\n\n");
    for (const struct command *c = commands; c->name != NULL; c++)
        printf("  fokker %-10s %-23s  %s\n", c->name, c->arguments, c->sentence);
    printf("\n  -o, --output FILE     where to write (sweep: a folder)\n"
           "      --set KEY=VALUE   replace a setting, e.g. --set model.parameters.T=0.01 "
           "(repeatable)\n"
           "      --force           replace an existing file\n"
           "      --resume          complete an interrupted file\n"
           "      --threads N       threads (default: all cores)\n"
           "      --json            run, check, info, compare, escape: the answer as JSON\n"
           "  -q, --quiet           no progress, no remarks but warnings, no summary\n"
           "  -V, --version         version, commit, instruction set\n\n"
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

/* The commands that take an option, as "fokker run, fokker sweep". */
static void print_takers(const char *option, char *text, size_t size) {
    size_t length = 0;
    text[0] = '\0';
    for (const struct command *c = commands; c->name != NULL && length < size; c++)
        if (option_is_among(option, c->options))
            length += (size_t)snprintf(text + length, size - length, "%sfokker %s",
                                       length > 0 ? ", " : "", c->name);
}

/* Options that mean nothing to a command are refused, not passed over. */
static int options_suit(const struct command *command, const struct options *o) {
    const char *other = option_not_among(o, command->options);
    if (other == NULL) return -1;
    if (strcmp(command->name, "sweep") == 0 && o->resume)
        return usage_error("a sweep goes on where it ended by itself, without --resume");
    char takers[200];
    print_takers(other, takers, sizeof takers);
    return usage_error("fokker %s has no --%s; it belongs to %s", command->name, other,
                       takers);
}

enum { MOST_COMMANDS = 64 };

static int unknown_command(const char *name) {
    const char *names[MOST_COMMANDS];
    const char *ending = strrchr(name, '.');
    if (ending != NULL && strcmp(ending, ".h5") == 0)
        return usage_error("'%s' is no command; to draw it: fokker plot %s", name, name);
    if (access(name, R_OK) == 0)
        return usage_error("'%s' is no command; to run it: fokker run %s", name, name);
    size_t count = 0;
    for (const struct command *c = commands; c->name != NULL && count < MOST_COMMANDS; c++)
        names[count++] = c->name;
    const char *near = nearest_word(name, names, count);
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
    if (files < command->least)
        return usage_error("%s needs %s", name,
                           strncmp(command->arguments, "bash", 4) == 0 ? command->arguments
                                                                       : "a file");
    if (files > command->most)
        return usage_error("one argument too many: '%s'", file[command->most]);
    const int status = options_suit(command, o);
    if (status >= 0) return status;
    const char *const argument[2] = {files > 0 ? file[0] : NULL,
                                     files > 1 ? file[1] : NULL};
    struct error err = {0};
    if (o->json && !answer_begin(command->name, &err)) return report_error(&err);
    const int end = command->call(argument, o);
    answer_end(end);
    return end;
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

/* Is it fokker plot, animate or report, and not for their help? */
static bool draws(int argc, char **argv) {
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    bool help = argc == 2;
    for (int k = 2; k < argc; k++)
        help = help || strcmp(argv[k], "--help") == 0 || strcmp(argv[k], "-h") == 0;
    return command != NULL && command->call == command_draw && !help;
}

/* --json somewhere: also what is wrong with the rest is then JSON. */
static void find_json(int argc, char **argv) {
    bool json = false;
    for (int k = 1; k < argc; k++)
        json = json || strcmp(argv[k], "--json") == 0;
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    if (json) answer_wanted(command != NULL ? command->name : "");
}

/* Work space that is freed stays with the program, which asks for as much again on the next
 * grid: the system would have to clear its pages each time. (32 MiB: the most that can be set.) */
static void keep_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

int main(int argc, char **argv) {
    struct error err = {0};
    if (draws(argc, argv)) return pictures_draw(argv + 1);
    unfinished = getpid();
    keep_memory();
    h5file_no_exit_handler();
    atexit(exit_of_library);
    signals_catch();
    struct options o = {.program = argv[0], .command_line = words_join(argc, argv, &err)};
    terminal_open();
    find_json(argc, argv);
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
