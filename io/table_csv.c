/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text with a line a row -> the wanted columns of a table. */
#include "io/table_parts.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 65536, UNWANTED = -1 };
static const char blanks[] = " \t\r\n";

struct csv {
    const char *path;
    FILE *file;
    char *line; /* the present one, without its end */
    size_t size;
    int number;     /* of the line */
    char separator; /* ' ': any blanks */
    size_t columns; /* of the file */
    int *target;    /* [columns] their columns of the table, or UNWANTED */
    char **header;  /* [columns] as they are written */
    struct table *table;
    size_t room; /* rows */
    struct error *err;
};

/* ---------------------------------------------------------------- lines and cells */

static bool fail_line(const struct csv *f, const char *sentence) {
    return fail(f->err, ERROR_SETTINGS, "%s:%d: %s", f->path, f->number, sentence);
}

/* The next line that is neither empty nor a comment. *more: there was one. */
static bool next_line(struct csv *f, bool *more) {
    ssize_t length;
    while ((length = getline(&f->line, &f->size, f->file)) >= 0) {
        f->number++;
        if (f->number == 1 && strncmp(f->line, "\xEF\xBB\xBF", 3) == 0)
            memmove(f->line, f->line + 3, (size_t)(length -= 3) + 1);
        if (strlen(f->line) != (size_t)length)
            return fail_line(f, "the text holds a zero byte: it must be UTF-8 (a name of "
                                "HDF5 ends in .h5 or .hdf5)");
        while (length > 0 && strchr(blanks, f->line[length - 1]) != NULL &&
               f->line[length - 1] != '\t')
            f->line[--length] = '\0';
        if (strchr(f->line, '\r') != NULL)
            return fail_line(f, "a carriage return inside a line: lines end with LF or "
                                "CR LF");
        const char start = f->line[strspn(f->line, blanks)];
        if ((*more = start != '\0' && start != '#')) return true;
    }
    *more = false;
    return feof(f->file) || /* getline gives up for want of memory too */
           fail(f->err, errno == ENOMEM ? ERROR_MEMORY : ERROR_SETTINGS,
                "cannot read %s: %s", f->path, strerror(errno));
}

/* What stands in the line of names outside quotes. */
static char find_separator(const char *line) {
    const char kinds[] = ";,\t";
    bool quoted = false, found[3] = {false, false, false};
    for (; *line != '\0'; line++) {
        quoted ^= *line == '"';
        for (int k = 0; k < 3 && !quoted; k++)
            found[k] |= *line == kinds[k];
    }
    return found[0] ? ';' : found[1] ? ',' : found[2] ? '\t' : ' ';
}

/* "a ""b""" at s: unquoted in place; returns what follows. NULL: it does not end. */
static char *unquote(char *s) {
    char *to = s;
    for (char *from = s + 1; *from != '\0'; from++) {
        if (*from == '"' && from[1] != '"') return *to = '\0', from + 1;
        from += *from == '"';
        *to++ = *from;
    }
    return NULL;
}

/* Cuts the next cell off *rest, which is NULL after the last one. */
static bool next_cell(struct csv *f, char **rest, char **cell, bool *quoted) {
    const bool by_blanks = f->separator == ' ';
    const char *space = f->separator == '\t' ? " " : " \t";
    const char ends[] = {f->separator, by_blanks ? '\t' : '\0', '\0'};
    char *s = *rest + strspn(*rest, space), *end;
    *cell = s;
    *quoted = *s == '"';
    end = *quoted ? unquote(s) : s + strcspn(s, ends);
    if (end == NULL) return fail_line(f, "a quote that does not end");
    char *next = end + strspn(end, space);
    if (*next != '\0' && (by_blanks ? next == end : *next != f->separator))
        return fail_line(f, "text after a closing quote");
    *rest = *next == '\0' ? NULL : next + !by_blanks;
    while (!*quoted && end > s && strchr(space, end[-1]) != NULL)
        end--;
    if (!*quoted) *end = '\0';
    return true;
}

/* The whole text as a decimal number: no hexadecimal, no inf or nan. */
static bool parse_number(const char *text, double *value) {
    char *end;
    if (text[0] == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0') return false;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

/* ---------------------------------------------------------------- names */

static bool room_for_columns(struct csv *f) {
    const size_t n = f->columns;
    if (n == MOST_COLUMNS) return fail_line(f, "more than 65536 columns");
    if (n > 0 && (n & (n - 1)) != 0) return true;
    const size_t room = n == 0 ? 1 : 2 * n;
    int *target = realloc(f->target, room * sizeof *target);
    if (target != NULL) f->target = target;
    char **header = realloc(f->header, room * sizeof *header);
    if (header != NULL) f->header = header;
    return (target != NULL && header != NULL) ||
           fail(f->err, ERROR_MEMORY, "no memory for %s", f->path);
}

static bool add_column(struct csv *f, const struct table_choice *choice, const char *name) {
    if (!room_for_columns(f)) return false;
    if ((f->header[f->columns] = strdup(name)) == NULL)
        return fail(f->err, ERROR_MEMORY, "no memory for %s", f->path);
    f->target[f->columns++] = UNWANTED;
    const char *wanted = name[0] != '\0' ? table_choose(choice, name) : NULL;
    if (wanted == NULL) return true;
    f->target[f->columns - 1] = (int)f->table->columns;
    return table_add(f->table, wanted, name, f->err) ||
           fail_within(f->err, "%s:%d", f->path, f->number);
}

/* A line of numbers alone is no line of names. */
static bool read_names(struct csv *f, const struct table_choice *choice) {
    const char *number = NULL;
    double ignored;
    bool named = false, quoted;
    f->separator = find_separator(f->line);
    for (char *rest = f->line, *cell; rest != NULL;) {
        if (!next_cell(f, &rest, &cell, &quoted)) return false;
        const bool is_number = !quoted && parse_number(cell, &ignored);
        if (is_number && number == NULL) number = cell;
        named |= cell[0] != '\0' && !is_number;
        if (!add_column(f, choice, cell)) return false;
    }
    return named ||
           fail(f->err, ERROR_SETTINGS,
                "%s:%d: '%.80s' stands where a column's name should: the first line must "
                "name the columns, without # before it",
                f->path, f->number, number != NULL ? number : "");
}

/* ---------------------------------------------------------------- numbers */

/* [+-]digits,digits */
static bool has_decimal_comma(const char *cell) {
    const char digits[] = "0123456789";
    const size_t before = strspn(cell, "0123456789+-");
    return cell[before] == ',' && cell[before + 1] != '\0' &&
           strspn(cell + before + 1, digits) > 0;
}

static bool fail_cell(const struct csv *f, size_t column, const char *cell) {
    const char *what = cell[0] == '\0'           ? "the cell is empty"
                       : has_decimal_comma(cell) ? "numbers have a decimal point, no comma"
                       : strncmp(cell + strspn(cell, "+-"), "0x", 2) == 0
                           ? "numbers are decimal"
                           : "not a finite number";
    return fail(f->err, ERROR_SETTINGS, "%s:%d: column %zu ('%.80s'): '%.40s': %s", f->path,
                f->number, column + 1, f->header[column], cell, what);
}

static bool room_for_row(struct csv *f) {
    struct table *t = f->table;
    if (t->rows < f->room) return true;
    f->room = f->room == 0 ? 256 : 2 * f->room;
    for (size_t c = 0; c < t->columns; c++) {
        double *more = realloc(t->column[c], f->room * sizeof *more);
        if (more == NULL) return fail(f->err, ERROR_MEMORY, "no memory for %s", f->path);
        t->column[c] = more;
    }
    return true;
}

static bool fail_count(const struct csv *f, size_t found) {
    if (found < f->columns)
        return fail(f->err, ERROR_SETTINGS, "%s:%d: %zu values, but there are %zu columns",
                    f->path, f->number, found, f->columns);
    return fail(f->err, ERROR_SETTINGS, "%s:%d: more values than the %zu columns%s",
                f->path, f->number, f->columns,
                f->separator == ',' ? " (numbers have a decimal point, no comma)" : "");
}

static bool read_row(struct csv *f) {
    struct table *t = f->table;
    size_t c = 0;
    bool quoted;
    if (!room_for_row(f)) return false;
    for (char *rest = f->line, *cell; rest != NULL; c++) {
        if (!next_cell(f, &rest, &cell, &quoted)) return false;
        if (c == f->columns) return fail_count(f, c + 1);
        const int target = f->target[c];
        if (target != UNWANTED && !parse_number(cell, &t->column[target][t->rows]))
            return fail_cell(f, c, cell);
    }
    t->rows++;
    return c == f->columns || fail_count(f, c);
}

/* ---------------------------------------------------------------- the whole file */

static bool read_all(struct csv *f, const struct table_choice *choice) {
    bool more;
    if (!next_line(f, &more) || (more && !read_names(f, choice))) return false;
    while (more) {
        if (!next_line(f, &more) || (more && !read_row(f))) return false;
    }
    return f->table->rows > 0 ||
           fail(f->err, ERROR_SETTINGS, "%s: no rows of data", f->path);
}

struct table *table_read_csv(const char *path, const struct table_choice *choice,
                             struct error *err) {
    struct csv f = {.path = path, .err = err, .file = fopen(path, "rb")};
    if (f.file == NULL)
        return fail(err, errno == ENOMEM ? ERROR_MEMORY : ERROR_SETTINGS,
                    "cannot read the data file '%s': %s", path, strerror(errno)),
               NULL;
    f.table = table_create(0, 0, NULL, err);
    const bool good = f.table != NULL && read_all(&f, choice);
    fclose(f.file);
    free(f.line);
    for (size_t c = 0; c < f.columns; c++)
        free(f.header[c]);
    free(f.header);
    free(f.target);
    if (good) return f.table;
    return table_destroy(f.table), NULL;
}
