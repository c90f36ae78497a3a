/* SPDX-License-Identifier: GPL-3.0-or-later
 * From named arrays to the values of functions on a line or a grid. */
#include "solver/settings/points.h"
#include "solver/settings/points_long.h"
#include "solver/settings/points_source.h"
#include <stdlib.h>
#include <string.h>

/* How the functions lie in an array: value i, j of function k at k each + j row + i column. */
struct layout {
    size_t count, each, row, column;
};

/* ---------------------------------------------------------------- what shapes may mean */

static bool fail_shape(const struct array *v, const char *name, const char *wanted,
                       struct error *err) {
    char shape[ARRAY_SHAPE];
    return fail(err, ERROR_SETTINGS, "'%.80s' is %s; %s", name, array_shape(v, shape),
                wanted);
}

/* Of n places: a vector, or with `many` a matrix. */
static bool layout_line(const struct array *v, const char *name, const char *at, size_t n,
                        bool many, enum points_each each, struct layout *l,
                        struct error *err) {
    char wanted[200];
    const size_t rows = v->shape[0], columns = v->rank > 1 ? v->shape[1] : 1;
    *l = (struct layout){1, 0, 0, 1};
    if (array_is_vector(v) && v->size == n) return true;
    const bool matrix = many && v->rank == 2, by_column = rows == n, by_row = columns == n;
    if (matrix && by_column && by_row && each == EACH_UNKNOWN)
        return fail_shape(v, name,
                          "as many functions as places: say which lie where by 'example: "
                          "row' or 'example: column'",
                          err);
    if (matrix && by_column && each != EACH_ROW)
        return *l = (struct layout){columns, 1, 0, columns}, true;
    if (matrix && by_row && each != EACH_COLUMN)
        return *l = (struct layout){rows, n, 0, 1}, true;
    snprintf(wanted, sizeof wanted, "'%.80s' has %zu places: %zu values%s are wanted", at,
             n, n, many ? " a function" : "");
    return fail_shape(v, name, wanted, err);
}

/* Of ny x nx places: a matrix, or with `many` a block of them. */
static bool layout_plane(const struct array *v, const char *name, const struct texts *at,
                         size_t nx, size_t ny, bool many, struct layout *l,
                         struct error *err) {
    char wanted[400];
    const size_t first = v->rank == 3 ? 1 : 0;
    const bool fits = v->rank == 2 || (many && v->rank == 3);
    *l = (struct layout){v->rank == 3 ? v->shape[0] : 1, nx * ny, nx, 1};
    if (fits && v->shape[first] == ny && v->shape[first + 1] == nx) return true;
    const bool turned = fits && v->shape[first] == nx && v->shape[first + 1] == ny;
    snprintf(
        wanted, sizeof wanted,
        "'%.80s' has %zu places and '%.80s' %zu: %s%zu x %zu is wanted, a row for each "
        "place of the second%s",
        at->value[0], nx, at->value[1], ny, many ? "n x " : "", ny, nx,
        turned ? " (it is transposed: write its transpose, or exchange the two names of "
                 "'at' and the function's arguments)"
               : "");
    return fail_shape(v, name, wanted, err);
}

/* ---------------------------------------------------------------- copying */

static void copy_out(const struct layout *l, size_t nx, size_t ny, const double *from,
                     double *to) {
    for (size_t k = 0; k < l->count; k++)
        for (size_t j = 0; j < ny; j++)
            for (size_t i = 0; i < nx; i++)
                *to++ = from[k * l->each + j * l->row + i * l->column];
}

/* Values of every function of `layout[values]`, on places that p has. */
static bool gather(struct points *p, const struct found *f, size_t first,
                   const struct layout *layout, struct error *err) {
    const size_t nx = p->numbers.nx, ny = p->y != NULL ? p->numbers.ny : 1;
    size_t members = 0;
    for (size_t k = first; k < f->count; k++)
        members += layout[k - first].count;
    if (members > ARRAY_MOST / (nx * ny))
        return fail(err, ERROR_SETTINGS,
                    "%zu functions of %zu places; they have at most %d numbers in all",
                    members, nx * ny, ARRAY_MOST);
    if ((p->value = array_create(members * nx * ny, sizeof(double), err)) == NULL)
        return false;
    p->numbers.members = members;
    for (size_t k = first, to = 0; k < f->count; to += layout[k++ - first].count)
        copy_out(&layout[k - first], nx, ny, f->array[k].value, p->value + to * nx * ny);
    return true;
}

static double *copy_vector(const struct array *a, struct error *err) {
    double *to = array_create(a->size, sizeof *to, err);
    if (to != NULL) memcpy(to, a->value, a->size * sizeof *to);
    return to;
}

static bool check_vector(const struct found *f, size_t k, struct error *err) {
    return array_is_vector(&f->array[k]) ||
           fail_shape(&f->array[k], f->name[k],
                      "the places are a vector, or one row or column", err);
}

/* ---------------------------------------------------------------- the three forms */

/* places: 1 or 2 names, of vectors; then the values. */
static bool from_arrays(struct points *p, const struct found *f, const struct texts *at,
                        bool many, enum points_each each, struct error *err) {
    const size_t first = at->count, nx = f->array[0].size, ny = f->array[first - 1].size;
    struct layout *layout = array_create(f->count - first, sizeof *layout, err);
    bool good = layout != NULL && (p->x = copy_vector(&f->array[0], err)) != NULL &&
                (first == 1 || (p->y = copy_vector(&f->array[1], err)) != NULL);
    p->numbers = (struct lookup_points){.nx = nx, .ny = ny};
    for (size_t k = first; good && k < f->count; k++)
        good = first == 1 ? layout_line(&f->array[k], f->name[k], at->value[0], nx, many,
                                        each, &layout[k - first], err)
                          : layout_plane(&f->array[k], f->name[k], at, nx, ny, many,
                                         &layout[k - first], err);
    good = good && gather(p, f, first, layout, err);
    free(layout);
    return good;
}

/* Three or more vectors of one length: a row for each point of a grid. */
static bool is_long(const struct found *f, size_t first) {
    bool is = first == 2;
    for (size_t k = 0; k < f->count; k++)
        is &= array_is_vector(&f->array[k]) && f->array[k].size == f->array[0].size;
    return is;
}

static bool from_rows(struct points *p, const struct found *f, struct error *err) {
    const size_t rows = f->array[0].size, members = f->count - 2;
    size_t *place = array_create(rows, sizeof *place, err);
    bool good = place != NULL &&
                grid_of_rows(rows, f->array[0].value, f->array[1].value, &p->numbers.nx,
                             &p->x, &p->numbers.ny, &p->y, place, err);
    good = good && (p->value = array_create(members * rows, sizeof(double), err)) != NULL;
    for (size_t k = 0; good && k < members; k++)
        for (size_t r = 0; r < rows; r++)
            p->value[k * rows + place[r]] = f->array[k + 2].value[r];
    p->numbers.members = members;
    free(place);
    return good;
}

bool points_read(struct points *p, const struct points_source *source,
                 const struct texts *at, const struct texts *values, bool many,
                 enum points_each each, struct error *err) {
    struct found f;
    *p = (struct points){0};
    bool good = source_read(&f, source, at, values, err);
    if (good) {
        good = check_vector(&f, 0, err) && (at->count == 1 || check_vector(&f, 1, err)) &&
               (is_long(&f, at->count) ? from_rows(p, &f, err)
                                       : from_arrays(p, &f, at, many, each, err));
        if (!good) fail_within(err, "%s", source_name(source));
    }
    p->numbers.x = p->x, p->numbers.y = p->y, p->numbers.value = p->value;
    found_finish(&f);
    return good;
}

void points_finish(struct points *p) {
    free(p->x);
    free(p->y);
    free(p->value);
}
