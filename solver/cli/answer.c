/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/answer.h"
#include "io/text.h"
#include "solver/cli/progress.h"
#include "solver/cli/terminal.h"
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- for programs */

static struct {
    bool on, wanted;
    const char *command;
    struct text text[ANSWER_LISTS];
    struct json json[ANSWER_LISTS];
} answer;

bool answer_begin(const char *command, struct error *err) {
    for (int k = 0; k < ANSWER_LISTS; k++) {
        if (!text_begin(&answer.text[k], err)) return false;
        answer.json[k] = (struct json){.out = answer.text[k].out};
    }
    answer.command = command, answer.on = true;
    return true;
}

struct json *answer_json(enum answer_list list) {
    return answer.on ? &answer.json[list] : NULL;
}

/* What was collected, between what begins it and what ends it; frees it. */
static void end_list(struct json *j, enum answer_list list, const char *key) {
    struct error ignored;
    char *text = text_end(&answer.text[list], true, &ignored);
    if (key != NULL) json_list_begin(j, key);
    if (text != NULL) json_raw(j, text);
    if (key != NULL) json_list_end(j);
    free(text);
}

void answer_end(int status) {
    struct json j = {.out = stdout};
    if (!answer.on) return;
    answer.on = false;
    json_object_begin(&j, NULL);
    json_text(&j, "command", answer.command);
    json_whole(&j, "exit_status", status);
    end_list(&j, ANSWER_RESULTS, NULL);
    end_list(&j, ANSWER_REMARKS, "remarks");
    end_list(&j, ANSWER_WARNINGS, "warnings");
    end_list(&j, ANSWER_ERRORS, "errors");
    json_object_end(&j);
    putchar('\n');
}

static void note_error(const char *message, const char *file, int line, int column,
                       const char *key) {
    struct json *j = answer_json(ANSWER_ERRORS);
    if (j == NULL) return;
    json_object_begin(j, NULL);
    json_text(j, "message", message);
    if (file[0] != '\0') json_text(j, "file", file);
    if (line > 0) json_whole(j, "line", line);
    if (line > 0) json_whole(j, "column", column);
    if (key[0] != '\0') json_text(j, "key", key);
    json_object_end(j);
}

void answer_wanted(const char *command) {
    answer.wanted = true, answer.command = command;
}

void answer_usage(const char *message) {
    struct error ignored;
    const bool alone = !answer.on; /* no command has begun */
    if (!answer.wanted || (alone && !answer_begin(answer.command, &ignored))) return;
    note_error(message, "", 0, 0, "");
    if (alone) answer_end(2);
}

/* ---------------------------------------------------------------- for people */

static int report(const char *message, int status) {
    progress_clear();
    terminal_print(stderr, "fokker: %s\n", message);
    return status;
}

int report_error(const struct error *err) {
    static const int status[] = {
        [ERROR_NONE] = 1, [ERROR_SETTINGS] = 2, [ERROR_RUN] = 1,
        [ERROR_FILE] = 1, [ERROR_MEMORY] = 1,   [ERROR_INTERRUPTED] = 130};
    note_error(err->message, err->place.file, err->place.line, err->place.column,
               err->place.key);
    return report(err->message, status[err->kind]);
}

int report_failure(const struct fokker_error *err) {
    static const int status[] = {
        [FOKKER_NO_ERROR] = 1, [FOKKER_SETTINGS] = 2, [FOKKER_RUN] = 1,
        [FOKKER_FILE] = 1,     [FOKKER_MEMORY] = 1,   [FOKKER_STOPPED] = 130};
    note_error(err->message, err->file, err->line, err->column, err->key);
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
    if (good && !answer.on) terminal_print(stdout, "%s", text);
    free(text);
    return good ? 0 : report_error(err);
}

void say(void *context, const char *line) {
    static const char warning[] = "warning: ";
    const bool warns = strncmp(line, warning, strlen(warning)) == 0;
    struct json *j = answer_json(warns ? ANSWER_WARNINGS : ANSWER_REMARKS);
    (void)context;
    if (j != NULL) json_text(j, NULL, line + (warns ? strlen(warning) : 0));
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
