/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/compare_files.h"
#include "io/text.h"
#include "solver/file/results.h"
#include "solver/mc/compare.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A law in a file: its density, or walkers. */
struct law {
    const struct results *of;
    const struct results_walkers *walkers; /* NULL: the density */
};

/* Two laws with room for one snapshot of both. */
struct pair {
    struct law a, b;
    size_t rows;
    int64_t *counts[2];
    double *mass[2];
    struct comparison *each; /* [rows] */
};

static bool pair_create(struct pair *p, struct law a, struct law b, size_t rows,
                        struct error *err) {
    const size_t n = a.of->grid->cells;
    *p = (struct pair){.a = a, .b = b, .rows = rows};
    return (p->counts[0] = array_create(n, sizeof(int64_t), err)) != NULL &&
           (p->counts[1] = array_create(n, sizeof(int64_t), err)) != NULL &&
           (p->mass[0] = array_create(n, sizeof(double), err)) != NULL &&
           (p->mass[1] = array_create(n, sizeof(double), err)) != NULL &&
           (p->each = array_create(rows, sizeof *p->each, err)) != NULL;
}

static void pair_finish(struct pair *p) {
    free(p->each);
    for (int k = 0; k < 2; k++) {
        free(p->mass[k]);
        free(p->counts[k]);
    }
}

/* ---------------------------------------------------------------- statistics */

/* Walkers that start at one point are not compared with a density there: the file says
 * so. */
static bool is_compared(const struct pair *p, size_t row) {
    return row > 0 || p->a.walkers == NULL || p->b.walkers != NULL ||
           isfinite(results_value(p->a.of, p->a.walkers, "ks", row));
}

static bool compare_walkers(struct pair *p, size_t row, struct error *err) {
    const struct results_walkers *a = p->a.walkers, *b = p->b.walkers;
    const struct grid *grid = p->a.of->grid;
    if (!is_compared(p, row)) return true;
    if (!results_counts(p->a.of, a, row, p->counts[0], err)) return false;
    if (b != NULL)
        return results_counts(p->b.of, b, row, p->counts[1], err) &&
               compare_samples(grid, p->counts[0], a->count, p->counts[1], b->count,
                               a->tolerance, NULL, &p->each[row], err);
    return results_masses(p->b.of, row, p->mass[1], err) &&
           compare_with_density(grid, p->counts[0], a->count, p->mass[1], a->tolerance,
                                NULL, &p->each[row], err);
}

static bool compare_densities(struct pair *p, size_t row, struct error *err) {
    const struct grid *grid = p->a.of->grid;
    struct comparison *c = &p->each[row];
    if (!results_masses(p->a.of, row, p->mass[0], err) ||
        !results_masses(p->b.of, row, p->mass[1], err))
        return false;
    for (size_t i = 0; i < grid->cells; i++) {
        p->mass[0][i] -= p->mass[1][i];
        c->l1 += fabs(p->mass[0][i]);
    }
    c->ks = compare_distance(grid, p->mass[0]);
    return true;
}

/* Difference of both in standard errors; NAN where it has no meaning. */
static double moment_z(const struct pair *p, const char *name, size_t row) {
    const double difference = results_value(p->a.of, p->a.walkers, name, row) -
                              results_value(p->b.of, p->b.walkers, name, row);
    const double error = hypot(results_error(p->a.of, p->a.walkers, name, row),
                               results_error(p->b.of, p->b.walkers, name, row));
    return error > 0 ? difference / error : (double)NAN;
}

/* ---------------------------------------------------------------- tables */

static void print_z(FILE *out, double z, int width) {
    if (isfinite(z))
        fprintf(out, "%*.*f", width, fabs(z) < 1000 ? 2 : 0, z);
    else
        fprintf(out, "%*s", width, "-");
}

static void print_law(FILE *out, const struct law *law) {
    if (law->walkers == NULL)
        fprintf(out, "the density of %s", law->of->path);
    else
        fprintf(out, "%.9g walkers (%s) of %s", (double)law->walkers->count,
                law->walkers->kind, law->of->path);
}

static void print_head(FILE *out, const struct pair *p) {
    print_law(out, &p->a);
    fprintf(out, "\nagainst ");
    print_law(out, &p->b);
    fprintf(out, "\n");
    const bool walkers = p->a.walkers != NULL;
    if (walkers && p->b.walkers != NULL && p->a.of->seed == p->b.of->seed)
        fprintf(out, "  (both from seed %.15g: not independent, p means nothing)\n",
                p->a.of->seed);
    fprintf(out, "\n%12s %10s", "t", "KS");
    if (walkers)
        fprintf(out, " %9s %10s %10s %9s %9s  %s\n", "p", "L1", "L1 noise", "z mean",
                "z var", "verdict");
    else
        fprintf(out, " %10s\n", "L1");
}

static void print_row(FILE *out, const struct pair *p, size_t row) {
    const struct comparison *c = &p->each[row];
    if (!is_compared(p, row)) {
        fprintf(out, "%12.6g %10s  not compared: the walkers start at one point\n",
                p->a.of->time[row], "-");
        return;
    }
    fprintf(out, "%12.6g %10.3g", p->a.of->time[row], c->ks);
    if (p->a.walkers == NULL) {
        fprintf(out, " %10.3g\n", c->l1);
        return;
    }
    fprintf(out, " %9.2g %10.3g %10.3g", c->p, c->l1, c->l1_floor);
    print_z(out, moment_z(p, "mean_x", row), 10);
    print_z(out, moment_z(p, "variance_x", row), 10);
    fprintf(out, "  %s\n", verdict_name(c->verdict));
}

/* ---------------------------------------------------------------- for programs */

static void json_law(struct json *j, const char *key, const struct law *law) {
    json_object_begin(j, key);
    json_text(j, "file", law->of->path);
    json_text(j, "kind", law->walkers != NULL ? law->walkers->kind : "density");
    if (law->walkers != NULL) json_number(j, "walkers", (double)law->walkers->count);
    json_object_end(j);
}

static void json_row(struct json *j, const struct pair *p, size_t row) {
    const struct comparison *c = &p->each[row];
    json_object_begin(j, NULL);
    json_number(j, "time", p->a.of->time[row]);
    if (is_compared(p, row)) {
        json_number(j, "ks", c->ks);
        json_number(j, "l1", c->l1);
    }
    if (is_compared(p, row) && p->a.walkers != NULL) {
        json_number(j, "p", c->p);
        json_number(j, "l1_floor", c->l1_floor);
        json_number(j, "z_mean", moment_z(p, "mean_x", row));
        json_number(j, "z_variance", moment_z(p, "variance_x", row));
        json_text(j, "verdict", verdict_name(c->verdict));
    }
    json_object_end(j);
}

/* {a, b, snapshots: [..], verdict, sentence}; the last two of walkers. */
static bool json_pair(struct json *j, const struct pair *p, struct error *err) {
    struct comparison_summary s;
    const size_t first = is_compared(p, 0) ? 0 : 1;
    const bool verdict = p->a.walkers != NULL && p->rows > first;
    if (verdict && !compare_summarise(p->rows - first, p->each + first, &s, err))
        return false;
    json_object_begin(j, NULL);
    json_law(j, "a", &p->a);
    json_law(j, "b", &p->b);
    json_list_begin(j, "snapshots");
    for (size_t k = 0; k < p->rows; k++)
        json_row(j, p, k);
    json_list_end(j);
    if (verdict) json_text(j, "verdict", verdict_name(s.verdict));
    if (verdict) json_text(j, "sentence", s.sentence);
    json_object_end(j);
    return true;
}

/* ---------------------------------------------------------------- moments */

struct moments_table {
    FILE *out;
    const struct pair *pair;
};

/* Largest |z| over the snapshots and where it is. */
static double worst_z(const struct pair *p, const char *name, size_t *row) {
    double worst = (double)NAN;
    for (size_t k = 0; k < p->rows; k++) {
        const double z = moment_z(p, name, k);
        if (isfinite(z) && !(fabs(z) <= fabs(worst))) worst = z, *row = k;
    }
    return worst;
}

/* Every series NAME of the walkers that has a standard error and a counterpart. */
static bool print_moment(void *context, const char *full, const struct h5_extent *extent,
                         struct error *err) {
    const struct moments_table *table = context;
    const struct pair *p = table->pair;
    const size_t start = strlen(p->a.walkers->prefix), last = p->rows - 1;
    (void)err;
    if (extent->rank != 1 || strncmp(full, p->a.walkers->prefix, start) != 0 ||
        full[start] != '_')
        return true;
    const char *name = full + start + 1;
    const double error = results_error(p->a.of, p->a.walkers, name, last),
                 value = results_value(p->b.of, p->b.walkers, name, last);
    if (isnan(error) || isnan(value)) return true;
    size_t at = 0;
    const double worst = worst_z(p, name, &at);
    fprintf(table->out, "  %-20s %14.7g %10.2g %14.7g", name,
            results_value(p->a.of, p->a.walkers, name, last), error, value);
    print_z(table->out, moment_z(p, name, last), 9);
    print_z(table->out, worst, 11);
    if (isfinite(worst)) fprintf(table->out, "  (t = %.6g)", p->a.of->time[at]);
    fprintf(table->out, "\n");
    return true;
}

static bool print_moments(FILE *out, const struct pair *p, struct error *err) {
    struct moments_table table = {out, p};
    char title[40];
    snprintf(title, sizeof title, "at t = %.6g", p->a.of->time[p->rows - 1]);
    fprintf(out, "\n  %-20s %14s %10s %14s %8s %10s\n", title, "walkers", "error",
            p->b.walkers ? "the others" : "density", "z", "largest z");
    return h5file_each(p->a.of->file, print_moment, &table, err);
}

/* ---------------------------------------------------------------- files */

static bool print_verdict(FILE *out, const struct pair *p, struct error *err) {
    struct comparison_summary s;
    const size_t first = is_compared(p, 0) ? 0 : 1;
    if (p->rows == first) return true;
    if (!compare_summarise(p->rows - first, p->each + first, &s, err)) return false;
    if (p->rows - first > 1)
        fprintf(
            out,
            "\np above is of one snapshot; the smallest p of all snapshots is multiplied "
            "by their number, %zu\n",
            p->rows - first);
    fprintf(out, "\nall snapshots: %s\n", s.sentence);
    return true;
}

/* Where it goes, and who is asked whether it goes on. */
struct listeners {
    FILE *out;
    struct json *json; /* may be NULL */
    const struct monitor *monitor;
};

static bool print_pair(const struct listeners *to, struct law a, struct law b, size_t rows,
                       struct error *err) {
    FILE *out = to->out;
    struct pair p;
    bool good = pair_create(&p, a, b, rows, err);
    if (good) print_head(out, &p);
    for (size_t k = 0; good && k < rows; k++) {
        good =
            a.walkers != NULL ? compare_walkers(&p, k, err) : compare_densities(&p, k, err);
        if (good) print_row(out, &p, k);
        good = good && monitor_tick(to->monitor, (double)(k + 1) / (double)rows, err);
    }
    if (good && a.walkers != NULL)
        good = print_moments(out, &p, err) && print_verdict(out, &p, err);
    if (good && to->json != NULL) good = json_pair(to->json, &p, err);
    fprintf(out, "\n");
    pair_finish(&p);
    return good;
}

static bool print_one(const struct listeners *to, const struct results *r,
                      struct error *err) {
    if (r->ensembles == 0)
        return fail(err, ERROR_FILE,
                    "%s: no walkers in it; give a second file to compare densities, or add "
                    "a section monte_carlo to its settings",
                    r->path);
    for (size_t k = 0; k < r->ensembles; k++)
        if (!print_pair(to, (struct law){r, &r->walkers[k]}, (struct law){r, NULL}, r->rows,
                        err))
            return false;
    return true;
}

static const struct results_walkers *same_kind(const struct results *r, const char *kind) {
    for (size_t k = 0; k < r->ensembles; k++)
        if (strcmp(r->walkers[k].kind, kind) == 0) return &r->walkers[k];
    return NULL;
}

static bool print_two(const struct listeners *to, const struct results *a,
                      const struct results *b, struct error *err) {
    size_t rows;
    if (!results_match(a, b, &rows, err)) return false;
    if (a->rows != b->rows)
        fprintf(to->out, "%s has %zu snapshots, %s has %zu: the first %zu are compared\n\n",
                a->path, a->rows, b->path, b->rows, rows);
    if (!print_pair(to, (struct law){a, NULL}, (struct law){b, NULL}, rows, err))
        return false;
    for (size_t k = 0; k < a->ensembles; k++) {
        const struct law mine = {a, &a->walkers[k]};
        const struct results_walkers *theirs = same_kind(b, a->walkers[k].kind);
        if (!print_pair(to, mine, (struct law){b, NULL}, rows, err) ||
            (theirs != NULL && !print_pair(to, mine, (struct law){b, theirs}, rows, err)))
            return false;
    }
    return true;
}

bool compare_files(const char *a, const char *b, const struct monitor *monitor,
                   struct json *json, char **text, struct error *err) {
    struct text lines;
    struct results first = {0}, second = {0};
    bool good = text_begin(&lines, err);
    const struct listeners to = {lines.out, json, monitor};
    if (json != NULL) json_list_begin(json, "pairs");
    good =
        good && results_open(&first, a, err) &&
        (b == NULL ? print_one(&to, &first, err)
                   : results_open(&second, b, err) && print_two(&to, &first, &second, err));
    if (json != NULL) json_list_end(json);
    struct error closing;
    good = results_close(&second, good ? err : &closing) && good;
    good = results_close(&first, good ? err : &closing) && good;
    *text = text_end(&lines, good, err);
    return *text != NULL;
}
