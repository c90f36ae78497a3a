/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/answer.h"
#include "solver/cli/progress.h"
#include "solver/cli/terminal.h"
#include <stdlib.h>

static int report(const char *message, int status) {
    progress_clear();
    terminal_print(stderr, "fokker: %s\n", message);
    return status;
}

int report_error(const struct error *err) {
    static const int status[] = {
        [ERROR_NONE] = 1, [ERROR_SETTINGS] = 2, [ERROR_RUN] = 1,
        [ERROR_FILE] = 1, [ERROR_MEMORY] = 1,   [ERROR_INTERRUPTED] = 130};
    return report(err->message, status[err->kind]);
}

int report_failure(const struct fokker_error *err) {
    static const int status[] = {
        [FOKKER_NO_ERROR] = 1, [FOKKER_SETTINGS] = 2, [FOKKER_RUN] = 1,
        [FOKKER_FILE] = 1,     [FOKKER_MEMORY] = 1,   [FOKKER_STOPPED] = 130};
    return report(err->message, status[err->kind]);
}

int report_errors(const struct error_list *list) {
    int status = 1;
    for (size_t k = 0; k < list->count; k++)
        status = report_error(&list->item[k]);
    return status;
}

int report_failures(const struct fokker_error *err, size_t count) {
    int status = 1;
    for (size_t k = 0; k < count; k++)
        status = report_failure(&err[k]);
    return status;
}

int report_text(bool good, char *text, const struct error *err) {
    if (good) terminal_print(stdout, "%s", text);
    free(text);
    return good ? 0 : report_error(err);
}

void say(void *context, const char *line) {
    (void)context;
    progress_clear();
    terminal_print(stderr, "%s\n", line);
}

void say_nothing(void *context, const char *line) {
    (void)context, (void)line;
}

void begin_part(void *context, const char *name) {
    (void)context;
    progress_label("%s", name != NULL ? name : "");
    progress_restart();
}

void begin_doing(void *context, const char *what) {
    (void)context;
    progress_doing(what);
}
