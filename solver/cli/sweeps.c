/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker sweep, and fokker info of one. */
#include "io/text.h"
#include "solver/cli/answer.h"
#include "solver/cli/commands.h"
#include "solver/cli/streams.h"
#include "solver/cli/sweep.h"
#include "solver/cli/terminal.h"
#include "solver/cli/words.h"
#include "solver/sweep/sweep_info.h"
#include <stdlib.h>

/* The line that goes on with the sweep, in the words of a shell: without --force, since what was
 * finished now is to stay. NULL without memory. */
static char *again_line(const char *config, const struct options *o, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    FILE *out = text.out;
    fputs("to go on: ", out);
    word_write(out, o->program);
    word_write_option(out, "sweep", config);
    for (size_t k = 0; k < o->varied; k++)
        word_write_option(out, "--vary", o->vary[k]);
    for (size_t k = 0; k < o->assignments; k++)
        word_write_option(out, "--set", o->assignment[k]);
    if (o->output != NULL) word_write_option(out, "-o", o->output);
    if (o->workers > 0) fprintf(out, " --workers %zu", o->workers);
    if (o->threads > 0) fprintf(out, " --threads %d", o->threads);
    if (o->shards > 0) fprintf(out, " --shard %zu/%zu", o->shard, o->shards);
    fprintf(out, "%s%s\n", o->quiet ? " -q" : "",
            stream_is(config) ? ", with the same settings on the standard input" : "");
    return text_end(&text, true, err);
}

static int report_outcome(const struct sweep_outcome *outcome, bool quiet) {
    struct error err = {0};
    if (outcome->inaccurate > 0 && quiet)
        terminal_print(stderr, "warning: %zu point%s of the sweep ended inaccurate\n",
                       outcome->inaccurate, outcome->inaccurate > 1 ? "s" : "");
    if (outcome->failed == 0) return outcome->inaccurate > 0 ? INACCURATE : 0;
    fail(&err, ERROR_RUN, "%zu point%s of the sweep failed", outcome->failed,
         outcome->failed > 1 ? "s" : "");
    return report_error(&err);
}

int command_sweep(const char *const *file, const struct options *o) {
    struct error err = {0};
    struct error ignored;
    struct sweep_outcome outcome = {0};
    char *text = stream_is(file[0]) ? stream_read(&err) : NULL;
    if (stream_is(file[0]) && text == NULL) return report_error(&err);
    char *again = again_line(file[0], o, &ignored); /* where there is memory for it */
    const struct sweep_command command = {.sweep = {.config = text ? stream_name : file[0],
                                                    .text = text,
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
                                          .quiet = o->quiet,
                                          .again = again};
    const bool good = sweep_command_run(&command, &outcome, &err);
    const int status = good ? report_outcome(&outcome, o->quiet) : report_error(&err);
    if (err.kind == ERROR_INTERRUPTED && outcome.begun && again != NULL)
        terminal_print(stderr, "%s", again);
    free(again);
    free(text);
    return status;
}

int command_info_of_sweep(const char *path) {
    struct error err = {0};
    char *text = NULL;
    const bool good = sweep_info(path, answer_json(ANSWER_RESULTS), &text, &err);
    return report_text(good, text, &err);
}
