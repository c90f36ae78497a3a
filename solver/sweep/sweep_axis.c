/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/sweep/sweep_axis.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 1000000 };

static bool refuse(struct error *err, const char *text, const char *sentence) {
    return fail(err, ERROR_SETTINGS, "--vary %.200s: %s", text, sentence);
}

static bool number_read(const char *text, size_t length, double *value) {
    char copy[64], *end;
    if (length == 0 || length >= sizeof copy) return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *value = strtod(copy, &end);
    return *end == '\0' && end != copy && isfinite(*value);
}

/* ---------------------------------------------------------------- values */

static bool room_create(struct sweep_axis *axis, size_t count, struct error *err) {
    return (axis->assignment = array_create(count, sizeof *axis->assignment, err)) !=
               NULL &&
           (axis->value = array_create(count, sizeof *axis->value, err)) != NULL;
}

static bool value_add(struct sweep_axis *axis, const char *text, size_t length,
                      struct error *err) {
    const size_t key = strlen(axis->key);
    char *assignment = array_create(key + length + 2, 1, err);
    if (assignment == NULL) return false;
    sprintf(assignment, "%s=%.*s", axis->key, (int)length, text);
    axis->assignment[axis->count] = assignment;
    axis->value[axis->count++] = assignment + key + 1;
    return true;
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two equal values would be one point twice, in one file. */
static bool check_distinct(const struct sweep_axis *axis, const char *text,
                           struct error *err) {
    const char **sorted = array_create(axis->count, sizeof *sorted, err);
    if (sorted == NULL) return false;
    memcpy(sorted, axis->value, axis->count * sizeof *sorted);
    qsort(sorted, axis->count, sizeof *sorted, compare_texts);
    bool good = true;
    for (size_t k = 1; good && k < axis->count; k++)
        if (strcmp(sorted[k - 1], sorted[k]) == 0)
            good = fail(err, ERROR_SETTINGS, "--vary %.200s: the value %.60s comes twice",
                        text, sorted[k]);
    free(sorted);
    return good;
}

/* ---------------------------------------------------------------- lists */

/* Length of the first value of a list: to the first comma outside brackets and quotes. */
static size_t value_length(const char *text) {
    int depth = 0;
    char quote = '\0';
    size_t n = 0;
    for (; text[n] != '\0'; n++) {
        const char c = text[n];
        if (quote != '\0')
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == ',' && depth <= 0)
            break;
        else
            depth +=
                (c == '[' || c == '{' || c == '(') - (c == ']' || c == '}' || c == ')');
    }
    return n;
}

static bool list_read(const char *values, const char *text, struct sweep_axis *axis,
                      struct error *err) {
    if (!room_create(axis, strlen(values) / 2 + 1, err)) return false;
    for (const char *p = values;; p++) {
        size_t n = value_length(p);
        const char *next = p + n;
        while (n > 0 && *p == ' ')
            p++, n--;
        while (n > 0 && p[n - 1] == ' ')
            n--;
        if (n == 0) return refuse(err, text, "a value is empty");
        if (!value_add(axis, p, n, err)) return false;
        p = next;
        if (*p == '\0') return true;
    }
}

/* ---------------------------------------------------------------- ranges */

struct range {
    bool logarithmic;
    double lo, hi;
    size_t count;
    const char *end[2]; /* lo and hi as they were written */
    size_t length[2];
};

static bool range_parse(const char *values, struct range *r) {
    double count;
    const char *p = values + strlen("lin:");
    r->logarithmic = values[1] == 'o';
    for (int k = 0; k < 2; k++) {
        r->end[k] = p;
        r->length[k] = strcspn(p, ":");
        p += r->length[k];
        if (*p++ != ':') return false;
    }
    if (!number_read(r->end[0], r->length[0], &r->lo) ||
        !number_read(r->end[1], r->length[1], &r->hi) ||
        !number_read(p, strlen(p), &count) || !(count >= 2 && count <= MOST_VALUES) ||
        count != floor(count))
        return false;
    r->count = (size_t)count;
    return !r->logarithmic || r->lo * r->hi > 0;
}

/* lo for k = 0, hi for k = count - 1. */
static double range_value(const struct range *r, size_t k) {
    const double last = (double)(r->count - 1), up = (double)k, down = last - up;
    return r->logarithmic ? r->lo * pow(r->hi / r->lo, up / last)
                          : (r->lo * down + r->hi * up) / last;
}

static bool range_read(const char *values, const char *text, struct sweep_axis *axis,
                       struct error *err) {
    struct range r;
    if (!range_parse(values, &r))
        return refuse(err, text,
                      "expected lin:LO:HI:N or log:LO:HI:N with numbers LO and HI (for log "
                      "of one sign, not 0) and N from 2 to 1000000");
    if (!room_create(axis, r.count, err)) return false;
    for (size_t k = 0; k < r.count; k++) {
        char number[32];
        const bool first = k == 0, last = k == r.count - 1;
        snprintf(number, sizeof number, "%.15g", range_value(&r, k));
        if (!(first  ? value_add(axis, r.end[0], r.length[0], err)
              : last ? value_add(axis, r.end[1], r.length[1], err)
                     : value_add(axis, number, strlen(number), err)))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- an axis */

bool sweep_axis_read(const char *text, struct sweep_axis *axis, struct error *err) {
    *axis = (struct sweep_axis){0};
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return refuse(err, text,
                      "expected KEY=A,B,C or KEY=lin:LO:HI:N or KEY=log:LO:HI:N");
    const size_t length = (size_t)(equals - text);
    if ((axis->key = array_create(length + 1, 1, err)) == NULL) return false;
    memcpy(axis->key, text, length);
    const char *values = equals + 1;
    const bool range = strncmp(values, "lin:", 4) == 0 || strncmp(values, "log:", 4) == 0;
    return (range ? range_read(values, text, axis, err)
                  : list_read(values, text, axis, err)) &&
           check_distinct(axis, text, err);
}

void sweep_axis_finish(struct sweep_axis *axis) {
    for (size_t k = 0; k < axis->count; k++)
        free(axis->assignment[k]);
    free(axis->assignment);
    free(axis->value);
    free(axis->key);
    *axis = (struct sweep_axis){0};
}

bool sweep_axis_numeric(const struct sweep_axis *axis) {
    double ignored;
    for (size_t k = 0; k < axis->count; k++)
        if (!number_read(axis->value[k], strlen(axis->value[k]), &ignored)) return false;
    return true;
}
