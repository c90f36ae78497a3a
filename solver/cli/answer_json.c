/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/answer_json.h"
#include "io/text.h"
#include <stdlib.h>
#include <string.h>

/* Names are collected before they are looked up: no call of the library within another. A letter
 * before each: t a text, n a number, a an array. */
static void add_attribute(void *out, const char *name, bool is_text) {
    fprintf(out, "%c%s\n", is_text ? 't' : 'n', name);
}

static void add_array(void *out, const char *name) {
    fprintf(out, "a%s\n", name);
}

static void json_attribute(struct json *j, const struct fokker_result *r, const char *name,
                           bool is_text) {
    double value;
    char *text = is_text ? fokker_text(r, name, NULL) : NULL;
    if (text != NULL && text[0] != '\0') json_text(j, name, text);
    if (!is_text && fokker_number(r, name, &value, NULL)) json_number(j, name, value);
    free(text);
}

static void json_array(struct json *j, const struct fokker_result *r, const char *name) {
    struct fokker_array array;
    if (!fokker_read(r, name, &array, NULL)) return;
    json_object_begin(j, name);
    json_list_begin(j, "shape");
    for (int d = 0; d < array.rank; d++)
        json_whole(j, NULL, (long long)array.shape[d]);
    json_list_end(j);
    json_list_begin(j, "axes");
    for (int d = 0; d < array.rank; d++)
        json_text(j, NULL, array.axis[d]);
    json_list_end(j);
    json_text(j, "unit", array.unit);
    json_text(j, "long_name", array.long_name);
    json_object_end(j);
    fokker_array_free(&array);
}

/* Each line of names, which it cuts into pieces. */
static void json_each(struct json *j, const struct fokker_result *r, char *names) {
    for (char *line = strtok(names, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (line[0] == 'a')
            json_array(j, r, line + 1);
        else
            json_attribute(j, r, line + 1, line[0] == 't');
}

static void json_named(struct json *j, const char *key, const struct fokker_result *r,
                       bool arrays) {
    struct text text;
    struct error err;
    if (!text_begin(&text, &err)) return;
    const bool good = arrays ? fokker_each(r, add_array, text.out, NULL)
                             : fokker_each_attribute(r, add_attribute, text.out, NULL);
    char *names = text_end(&text, good, &err);
    json_object_begin(j, key);
    if (names != NULL) json_each(j, r, names);
    json_object_end(j);
    free(names);
}

void json_result(struct json *j, const struct fokker_result *r, bool all) {
    static const char *const words[] = {[FOKKER_PARTIAL] = "partial",
                                        [FOKKER_INACCURATE] = "inaccurate",
                                        [FOKKER_COMPLETE] = "complete"};
    if (j == NULL || r == NULL) return;
    json_text(j, "file", fokker_file(r));
    json_text(j, "status", words[fokker_result_status(r)]);
    json_whole(j, "snapshots", (long long)fokker_rows(r));
    json_named(j, "results", r, false);
    if (all) json_attribute(j, r, "settings", true);
    if (all) json_named(j, "arrays", r, true);
}

void json_plan(struct json *j, const struct fokker_plan *plan) {
    if (j == NULL) return;
    json_whole(j, "variables", plan->variables);
    json_whole(j, "cells", (long long)plan->cells);
    json_whole(j, "snapshots", (long long)plan->snapshots);
    json_number(j, "end", plan->end);
    json_text(j, "method", plan->method);
    json_text(j, "remark", plan->remark);
}
