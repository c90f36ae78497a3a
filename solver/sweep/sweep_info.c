/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/sweep/sweep_info.h"
#include "io/text.h"
#include "solver/sweep/sweep_read.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES_SHOWN = 8, MOST_POINTS_SHOWN = 5 };

/* ---------------------------------------------------------------- values */

static void print_value(FILE *out, const struct sweep_column *c, size_t point) {
    if (c->text != NULL)
        fprintf(out, "%.60s", c->text[point]);
    else
        fprintf(out, "%.6g", c->number[point]);
}

static bool is_same(const struct sweep_column *c, size_t a, size_t b) {
    return c->text != NULL ? strcmp(c->text[a], c->text[b]) == 0
                           : c->number[a] == c->number[b];
}

/* first[..]: the points where a value comes for the first time; returns how many there are. */
static size_t find_values(const struct sweep_table *t, const struct sweep_column *c,
                          size_t *first) {
    size_t count = 0;
    for (size_t point = 0; point < t->points; point++) {
        size_t k = 0;
        if (point > 0 && is_same(c, point, point - 1)) continue; /* most often */
        while (k < count && !is_same(c, point, first[k]))
            k++;
        if (k == count) first[count++] = point;
    }
    return count;
}

/* "T = 0.1, interpretation = ito" */
static void print_point(FILE *out, const struct sweep_table *t, size_t point) {
    fprintf(out, "point %zu", point + 1);
    for (size_t k = 0; k < t->keys; k++) {
        const char *dot = strrchr(t->column[k].name, '.');
        fprintf(out, "%s%s = ", k == 0 ? ": " : ", ",
                dot != NULL ? dot + 1 : t->column[k].name);
        print_value(out, &t->column[k], point);
    }
}

/* ---------------------------------------------------------------- the keys */

static bool print_key(FILE *out, const struct sweep_table *t, const struct sweep_column *c,
                      struct error *err) {
    size_t *first = array_create(t->points, sizeof *first, err);
    if (first == NULL) return false;
    const size_t count = find_values(t, c, first);
    const size_t shown = count <= MOST_VALUES_SHOWN ? count : MOST_VALUES_SHOWN - 1;
    fprintf(out, "  %-34s %zu value%s: ", c->name, count, count == 1 ? "" : "s");
    for (size_t k = 0; k < shown; k++) {
        if (k > 0) fputs(", ", out);
        print_value(out, c, first[k]);
    }
    if (shown < count) {
        fputs(", ..., ", out);
        print_value(out, c, first[count - 1]);
    }
    fputc('\n', out);
    free(first);
    return true;
}

/* ---------------------------------------------------------------- the points */

static bool has_status(const struct sweep_table *t, size_t point, const char *status) {
    return strcmp(sweep_table_find(t, "status")->text[point], status) == 0;
}

static size_t count_status(const struct sweep_table *t, const char *status) {
    size_t count = 0;
    for (size_t point = 0; point < t->points; point++)
        count += has_status(t, point, status);
    return count;
}

/* Of a point that failed its error, else the warnings of its run. */
static void print_reason(FILE *out, const struct sweep_table *t, size_t point) {
    static const char warning[] = "warning: ";
    const struct sweep_column *error = sweep_table_find(t, "error");
    const char *between = ": ";
    if (error != NULL && error->text != NULL && error->text[point][0] != '\0')
        fprintf(out, ": %.400s", error->text[point]);
    for (size_t c = t->keys; c < t->columns; c++) {
        const struct sweep_column *remark = &t->column[c];
        if (strncmp(remark->name, "remark_", 7) != 0 || remark->text == NULL ||
            strncmp(remark->text[point], warning, strlen(warning)) != 0)
            continue;
        fprintf(out, "%s%.400s", between, remark->text[point] + strlen(warning));
        between = "; ";
    }
}

static void print_points(FILE *out, const struct sweep_table *t, const char *status) {
    const struct sweep_column *file = sweep_table_find(t, "file");
    const size_t count = count_status(t, status);
    size_t shown = 0;
    for (size_t point = 0; point < t->points; point++) {
        if (!has_status(t, point, status)) continue;
        if (shown++ == MOST_POINTS_SHOWN) {
            fprintf(out, "  ... and %zu more %s\n", count - MOST_POINTS_SHOWN, status);
            return;
        }
        fprintf(out, "  %s: ", status);
        print_point(out, t, point);
        print_reason(out, t, point);
        if (file != NULL && file->text != NULL && strcmp(status, "inaccurate") == 0)
            fprintf(out, " (%s)", file->text[point]);
        fputc('\n', out);
    }
}

static const char *const status[] = {"complete", "inaccurate", "failed", "pending"};
enum { STATUSES = sizeof status / sizeof *status };

static void print_statuses(FILE *out, const struct sweep_table *t) {
    fprintf(out, "points: %zu", t->points);
    for (size_t k = 0; k < STATUSES; k++)
        fprintf(out, ", %zu %s", count_status(t, status[k]), status[k]);
    fputc('\n', out);
    print_points(out, t, "failed");
    print_points(out, t, "inaccurate");
}

/* ---------------------------------------------------------------- the columns */

/* a < b by more than rounding. */
static bool below(double a, double b) {
    return a < b && (isinf(b - a) || b - a > 1e-9 * fmax(fabs(a), fabs(b)));
}

/* Points with the least and the greatest value, the first of those that differ by rounding. */
struct ends {
    size_t least, greatest, values;
};

static struct ends find_ends(const struct sweep_table *t, const double *number) {
    struct ends e = {0};
    for (size_t point = 0; point < t->points; point++) {
        if (isnan(number[point])) continue;
        if (e.values++ == 0) e.least = e.greatest = point;
        if (below(number[point], number[e.least])) e.least = point;
        if (below(number[e.greatest], number[point])) e.greatest = point;
    }
    return e;
}

static bool varies(const struct sweep_column *c, const struct ends *e) {
    return e->values > 0 && below(c->number[e->least], c->number[e->greatest]);
}

static void print_range(FILE *out, const struct sweep_table *t,
                        const struct sweep_column *c, const struct ends *e) {
    fprintf(out, "  %-34s %14.6g %7zu  %14.6g %7zu", c->name, c->number[e->least],
            e->least + 1, c->number[e->greatest], e->greatest + 1);
    if (e->values < t->points) fprintf(out, "  (of %zu points)", e->values);
    fputc('\n', out);
}

static void print_columns(FILE *out, const struct sweep_table *t) {
    size_t alike = 0, words = 0;
    fprintf(out, "%-36s %14s %7s  %14s %7s\n", "columns that differ", "least", "point",
            "greatest", "point");
    for (size_t c = t->keys; c < t->columns; c++) {
        const struct sweep_column *column = &t->column[c];
        const struct ends e =
            column->number != NULL ? find_ends(t, column->number) : (struct ends){0};
        if (column->number != NULL && varies(column, &e))
            print_range(out, t, column, &e);
        else
            *(column->number != NULL ? &alike : &words) += 1;
    }
    fprintf(out,
            "besides: %zu columns of numbers that differ by less than 1e-9, %zu of words\n",
            alike, words);
}

/* ---------------------------------------------------------------- for programs */

static void json_value(struct json *j, const struct sweep_column *c, size_t point) {
    if (c->text != NULL)
        json_text(j, NULL, c->text[point]);
    else
        json_number(j, NULL, c->number[point]);
}

static void json_column(struct json *j, const struct sweep_column *c, size_t count,
                        const size_t *point) {
    json_list_begin(j, c->name);
    for (size_t k = 0; k < count; k++)
        json_value(j, c, point != NULL ? point[k] : k);
    json_list_end(j);
}

static bool json_table(struct json *j, const char *path, const struct sweep_table *t,
                       struct error *err) {
    size_t *first = array_create(t->points, sizeof *first, err);
    if (first == NULL) return false;
    json_text(j, "file", path);
    json_text(j, "title", t->title);
    json_text(j, "program_version", t->version);
    json_whole(j, "points", (long long)t->points);
    for (size_t k = 0; k < STATUSES; k++)
        json_whole(j, status[k], (long long)count_status(t, status[k]));
    json_object_begin(j, "varied");
    for (size_t k = 0; k < t->keys; k++)
        json_column(j, &t->column[k], find_values(t, &t->column[k], first), first);
    json_object_end(j);
    json_object_begin(j, "table");
    for (size_t c = 0; c < t->columns; c++)
        json_column(j, &t->column[c], t->points, NULL);
    json_object_end(j);
    free(first);
    return true;
}

/* ---------------------------------------------------------------- all of it */

static char *describe(const char *path, const struct sweep_table *t, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    FILE *out = text.out;
    fprintf(out, "%s: the table of a sweep (fokker %s)\n", path, t->version);
    if (t->title[0] != '\0') fprintf(out, "title: %s\n", t->title);
    fprintf(out, "varied:\n");
    bool good = true;
    for (size_t k = 0; good && k < t->keys; k++)
        good = print_key(out, t, &t->column[k], err);
    print_statuses(out, t);
    print_columns(out, t);
    return text_end(&text, good, err);
}

bool sweep_info(const char *path, struct json *json, char **text, struct error *err) {
    char *file = sweep_table_path(path, err);
    struct sweep_table *t = file != NULL ? sweep_table_read(path, err) : NULL;
    const bool good = t != NULL && (json == NULL || json_table(json, file, t, err));
    *text = good ? describe(file, t, err) : NULL;
    sweep_table_destroy(t);
    free(file);
    return *text != NULL;
}
