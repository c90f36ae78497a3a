/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/options.h"
#include "solver/cli/answer.h"
#include "solver/cli/terminal.h"
#include "solver/expr/program.h"
#include "solver/run/version.h"
#include <ctype.h>
#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int usage_error(const char *format, ...) {
    char message[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    terminal_print(stderr, "fokker: %s; see fokker --help\n", message);
    answer_usage(message);
    return 2;
}

static void print_version(void) {
    printf("fokker %s (%s)\ninstruction set: %s, threads: %d\n", build_version,
           build_commit, program_instruction_set(), omp_get_max_threads());
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
    LIST,
    JSON
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
    {"list", no_argument, NULL, LIST},
    {"json", no_argument, NULL, JSON},
    {"quiet", no_argument, NULL, 'q'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {0}};

static unsigned option_bit(int value) {
    for (int k = 0; option_table[k].name != NULL; k++)
        if (option_table[k].val == value) return 1u << k;
    return 0;
}

bool option_is_among(const char *option, const char *allowed) {
    const size_t length = strlen(option);
    for (const char *at = allowed; (at = strstr(at, option)) != NULL; at += length)
        if ((at == allowed || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

const char *option_at(size_t k, bool *takes) {
    if (k + 1 >= sizeof option_table / sizeof *option_table) return NULL;
    *takes = option_table[k].has_arg == required_argument;
    return option_table[k].name;
}

const char *option_not_among(const struct options *o, const char *allowed) {
    for (int k = 0; option_table[k].name != NULL; k++) {
        const char *name = option_table[k].name;
        const bool given = (o->given & 1u << k) != 0;
        if (given && !option_is_among(name, "help quiet version") &&
            !option_is_among(name, allowed))
            return name;
    }
    return NULL;
}

int options_read(int argc, char **argv, struct options *o) {
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "o:qhV", option_table, NULL)) != -1;) {
        o->given |= option_bit(c);
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
        case 'V':
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
        case JSON:
            o->json = true;
            break;
        case LIST:
            o->list = true;
            break;
        case SET:
            if (o->assignments == MOST_ASSIGNMENTS)
                return usage_error("more than %d times --set", MOST_ASSIGNMENTS);
            o->assignment[o->assignments++] = optarg;
            break;
        default:
            return usage_error("unknown option or missing value: '%s'", argv[optind - 1]);
        }
    }
    if (o->force && o->resume)
        return usage_error("--force and --resume contradict each other");
    return -1;
}
