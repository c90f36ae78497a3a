/* SPDX-License-Identifier: GPL-3.0-or-later
 * The end of a run in words, and as attributes of the file. */
#include "solver/run/report.h"
#include "io/plain.h"
#include "io/text.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_moments(FILE *out, const struct report *r) {
    const struct model *m = r->plan->setup->model;
    const int dims = r->plan->setup->grid->dims;
    if (!(r->tally->last.mass > 0)) {
        fprintf(out, "  no mass is left that could have moments\n");
        return;
    }
    for (int d = 0; d < dims; d++)
        fprintf(out, "  %-22s mean %.9g, sd %.9g\n",
                r->plan->spec->model.variables.value[d], r->tally->last.moments[d].mean,
                sqrt(r->tally->last.moments[d].variance));
    if (dims == 2) fprintf(out, "  %-22s %.9g\n", "covariance", r->tally->last.covariance);
    if (model_has_loss(m))
        fprintf(out, "  %-22s %.9g\n", "expected loss", r->tally->last.mean_loss);
    for (size_t k = 0; k < r->plan->setup->regions; k++)
        fprintf(out, "  mass in %-14s %.9g\n", r->plan->setup->region[k],
                r->tally->region_mass[k]);
}

/* Of the equation that is solved, where the settings do not say them. */
static void print_numbers(FILE *out, const struct report *r) {
    const char *name;
    double value;
    for (size_t k = 0; evolution_constant(r->plan->evolution, k, &name, &value); k++)
        fprintf(out, "  %-22s %.9g\n", name, value);
}

static void print_space_error(FILE *out, const struct space_error *e) {
    const bool second = fabs(e->order - 2) <= 0.5;
    fprintf(out, "  %-22s %.2g (L1; ", "space error estimate", e->l1);
    if (e->l1 < 1e-12)
        fprintf(out, "rounding)\n");
    else if (second)
        fprintf(out, "observed order %.2f)\n", e->order);
    else if (e->order >= ACCURACY_LEAST_ORDER)
        fprintf(out, "observed order %.2f, taken in place of 2)\n", e->order);
    else
        fprintf(out, "of no order, observed %.2f: do not trust it)\n", e->order);
}

/* What the cells were cut into, and how far that went. */
static void print_resolution(FILE *out, const struct resolution *r) {
    fprintf(out, "  %-22s %.2g (wanted %.2g", "space error estimate", r->worst, r->target);
    if (r->factor > 1) fprintf(out, "; every cell was cut into %zu", r->factor);
    fprintf(out, ")\n");
}

/* Systems solved and steps taken, where there are any. */
static void print_work(FILE *out, const struct propagator_counts *n) {
    const bool solves = n->solves > 0, steps = n->steps > 0;
    if (solves) fprintf(out, "  %" PRId64 " linear systems solved", n->solves);
    if (steps)
        fprintf(out, "%s%" PRId64 " step%s (%" PRId64 " rejected)", solves ? ", " : "  ",
                n->steps, n->steps == 1 ? "" : "s", n->rejected);
    if (solves || steps) fputc('\n', out);
}

static void print_errors(FILE *out, const struct report *r) {
    const struct resolution *cells = &r->plan->resolution;
    fprintf(out, "  %-22s %.2g (L1; tolerance %.2g)\n", "time error estimate",
            r->tally->extremes.time_error, cells->tolerance);
    if (r->plan->accuracy != NULL)
        print_space_error(out, &r->tally->worst_space);
    else if (cells->space_error != NULL)
        print_resolution(out, cells);
    if (r->plan->evolution->absorbing)
        fprintf(out, "  %-22s %.9g\n", "mass left", r->tally->last.mass);
    else
        fprintf(out, "  %-22s %.2g\n", "mass defect", r->tally->extremes.mass_defect);
    fprintf(out, "  %-22s %.3g (negative part %.2g)\n", "smallest density",
            r->tally->extremes.min_density, r->tally->extremes.negativity);
    const struct truncation *truncation = evolution_truncation(r->plan->evolution);
    if (truncation != NULL)
        fprintf(out, "  %-22s %.2g\n", truncation->name, r->tally->truncated);
}

/* Of jumps it would need the rates of all lengths there and back, which nothing here has. */
static bool knows_production(const void *of) {
    const struct report *r = of;
    return plan_last_stationary(r->plan)->density != NULL &&
           !model_has_stable_noise(r->plan->setup->model);
}

static void print_stationary(FILE *out, const struct report *r) {
    const struct stationary *last = plan_last_stationary(r->plan);
    if (last->density != NULL) {
        fprintf(out, "  %-22s %.3g (L1)\n", "from stationary",
                r->tally->last.l1_to_stationary);
        fprintf(out, "  %-22s %.2g of the flux scale", "stationary current",
                r->plan->stationary_current.relative);
        if (isnan(r->plan->stationary_current.entropy_production))
            fprintf(out, ", entropy production not known: the cells are too wide");
        else if (knows_production(r) && (r->plan->setup->grid->dims == 2 ||
                                         r->plan->stationary_current.relative > 1e-9))
            fprintf(out, ", entropy production %.6g",
                    r->plan->stationary_current.entropy_production);
        fprintf(out, "\n");
    } else if (r->plan->spec->analysis.stationary) {
        fprintf(out, "  no stationary density: %s\n", last->reason);
    }
}

char *run_summary(const struct report *r, const struct error *why, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    FILE *out = text.out;
    const struct propagator_counts n = evolution_counts(r->plan->evolution);
    const size_t rows = record_rows(r->record);
    plain_write(out, r->plan->path, "");
    fputs(r->plan->spec->title != NULL ? ": " : "", out);
    plain_write(out, r->plan->spec->title != NULL ? r->plan->spec->title : "", "");
    fputc('\n', out);
    if (why != NULL)
        fprintf(out, "  stopped: %s; the snapshots so far are whole%s\n", why->message,
                why->kind == ERROR_RUN || r->plan->options->memory
                    ? ""
                    : " (complete it with --resume)");
    fprintf(out, "  %zu of %zu snapshots to t = %g, %zu cells, %.3g s\n", rows,
            r->plan->setup->snapshots, r->plan->setup->time[rows > 0 ? rows - 1 : 0],
            r->plan->setup->grid->cells, r->seconds);
    fprintf(out, "  %s\n", evolution_chosen(r->plan->evolution));
    print_work(out, &n);
    print_numbers(out, r);
    print_moments(out, r);
    print_errors(out, r);
    print_stationary(out, r);
    analyses_print(r->analyses, rows, out);
    return text_end(&text, true, err);
}

/* ---------------------------------------------------------------- attributes */

static double time_error(const void *of) {
    const struct report *r = of;
    return r->tally->extremes.time_error;
}

static double time_tolerance(const void *of) {
    const struct report *r = of;
    return r->plan->resolution.tolerance;
}

static double mass_defect(const void *of) {
    const struct report *r = of;
    return r->tally->extremes.mass_defect;
}

static double negativity(const void *of) {
    const struct report *r = of;
    return r->tally->extremes.negativity;
}

static double smallest_density(const void *of) {
    const struct report *r = of;
    return r->tally->extremes.min_density;
}

static bool from_file(const void *of) {
    const struct report *r = of;
    return r->plan->setup->file != NULL;
}

static const char *file_name(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct report *r = of;
    (void)room;
    return r->plan->setup->file->name;
}

static int64_t file_row(const void *of) {
    const struct report *r = of;
    return (int64_t)r->plan->setup->file->row;
}

static double file_time(const void *of) {
    const struct report *r = of;
    return r->plan->setup->file->time;
}

static double file_mass(const void *of) {
    const struct report *r = of;
    return r->plan->setup->file->mass;
}

static double mass_outside(const void *of) {
    const struct report *r = of;
    return r->plan->setup->outside;
}

static double current(const void *of) {
    const struct report *r = of;
    return r->plan->stationary_current.relative;
}

static double entropy_production(const void *of) {
    const struct report *r = of;
    return r->plan->stationary_current.entropy_production;
}

static double space_error(const void *of) {
    const struct report *r = of;
    return r->plan->accuracy != NULL ? r->tally->worst_space.l1 : r->plan->resolution.worst;
}

static double space_tolerance(const void *of) {
    const struct report *r = of;
    return r->plan->resolution.target;
}

static const char *no_row(const void *of) {
    (void)of;
    return "no snapshot was computed";
}

static const char *unknown(const void *of) {
    (void)of;
    return "the time error is not known";
}

static const char *no_noise(const void *of) {
    (void)of;
    return "there is a current where there is no noise (infinite), or "
           "the cells are too wide for the noise to know it (NaN)";
}

static bool is_stationary(const void *of) {
    const struct report *r = of;
    return plan_last_stationary(r->plan)->density != NULL;
}

static bool knows_space_error(const void *of) {
    const struct report *r = of;
    return r->plan->accuracy != NULL || r->plan->resolution.space_error != NULL;
}

/* The method of a run that was resumed, where it did more than find that nothing was left to
 * do. */
static bool has_method(const void *of) {
    const struct report *r = of;
    return record_rows(r->record) > r->skip || r->skip == 0 ||
           !record_has_text(r->record, "method");
}

static const char *method(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct report *r = of;
    (void)room;
    return evolution_chosen(r->plan->evolution);
}

/* The work of all parts of a run that was resumed, unless it did them again. */
static int64_t work(const struct report *r, const char *name, int64_t done) {
    const bool again = r->plan->resolution.factor > 1;
    return done + (again ? 0 : (int64_t)record_recorded(r->record, name, 0));
}

static int64_t solves(const void *of) {
    const struct report *r = of;
    return work(r, "solves", evolution_counts(r->plan->evolution).solves);
}

static int64_t time_steps(const void *of) {
    const struct report *r = of;
    return work(r, "time_steps", evolution_counts(r->plan->evolution).steps);
}

static const char *stationary_status(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct report *r = of;
    (void)room;
    return is_stationary(r)                      ? "exists"
           : !r->plan->spec->analysis.stationary ? "not asked for"
                                                 : plan_last_stationary(r->plan)->reason;
}

static int64_t cut_into(const void *of) {
    const struct report *r = of;
    return (int64_t)r->plan->resolution.factor;
}

/* In the order of the file. */
/* clang-format off */
static const struct attribute attributes[] = {
    {.name = "method", .sentence = "method in time, as chosen", .present = has_method, .text = method},
    {.name = "solves", .sentence = "linear solves", .integer = solves},
    {.name = "time_steps", .sentence = "steps in time", .integer = time_steps},
    {.name = "stationary_density_status", .sentence = "exists, or why there is none", .text = stationary_status},
    {.name = "time_error_estimate", .sentence = "largest estimated L1 error in time over the snapshots", .real = time_error, .why = unknown, .later = true},
    {.name = "time_tolerance", .sentence = "the error in time that was wanted", .real = time_tolerance},
    {.name = "largest_mass_defect", .sentence = "over the snapshots, before clean-up", .real = mass_defect, .later = true},
    {.name = "largest_negativity", .sentence = "integral of the negative part, the same way", .real = negativity, .later = true},
    {.name = "smallest_density", .sentence = "the same way", .real = smallest_density, .why = no_row, .later = true},
    {.name = "initial_mass_outside", .sentence = "mass of the initial density outside the grid", .real = mass_outside},
    {.name = "initial_file", .sentence = "file of the initial density, as the settings name it", .present = from_file, .text = file_name},
    {.name = "initial_file_row", .sentence = "which of its snapshots, from 0", .present = from_file, .integer = file_row},
    {.name = "initial_file_time", .sentence = "time of that snapshot there, in its unit", .present = from_file, .real = file_time},
    {.name = "initial_file_mass", .sentence = "mass of that snapshot there; here it is 1", .present = from_file, .real = file_mass},
    {.name = "stationary_current", .sentence = "current of the stationary density over the scale of its flux", .present = is_stationary, .real = current},
    {.name = "stationary_entropy_production", .sentence = "entropy production of the stationary density; not with jumps", .present = knows_production, .real = entropy_production, .why = no_noise},
    {.name = "space_error_estimate", .sentence = "largest estimated L1 error in space over the snapshots", .present = knows_space_error, .real = space_error, .why = unknown, .later = true},
    {.name = "space_tolerance", .sentence = "the error in space that was wanted", .present = knows_space_error, .real = space_tolerance},
    {.name = "cells_cut_into", .sentence = "cells that were solved on in one of the settings", .integer = cut_into},
    /* described only: */
    {.name = "status", .sentence = "running, complete, inaccurate (a tolerance was not met: a remark says which), interrupted or failed"},
    {.name = "remark_1", .sentence = "and remark_2 and so on: what the run remarked; empty: nothing"},
};
/* clang-format on */
const struct attribute_table run_attributes = {attributes,
                                               sizeof attributes / sizeof *attributes};

/* What the equation and its grid add. */
static bool put_equation(const struct report *r, bool running, struct record *record,
                         struct error *err) {
    const struct evolution *evolution = r->plan->evolution;
    const char *name;
    double value;
    for (size_t k = 0; evolution_constant(evolution, k, &name, &value); k++)
        if (!record_attribute_real(record, "/", name, value, err)) return false;
    const struct truncation *truncation = evolution_truncation(evolution);
    if (truncation == NULL) return true;
    return running ? record_attribute_or(record, "/", truncation->name, (double)NAN,
                                         "the run has not ended", err)
                   : record_attribute_real(record, "/", truncation->name,
                                           r->tally->truncated, err);
}

static bool put_remarks(const struct run_remarks *r, struct record *record,
                        struct error *err) {
    for (size_t k = 0; k < sizeof r->line / sizeof *r->line; k++) { /* "": none */
        char name[32];
        snprintf(name, sizeof name, "remark_%zu", k + 1);
        if (!record_attribute_text(record, "/", name, r->line[k], err)) return false;
    }
    return true;
}

static bool put_results(const struct report *r, bool running, struct record *record,
                        struct error *err) {
    return put_remarks(r->remarks, record, err) &&
           attributes_put(&run_attributes, r, NULL, running, record, err) &&
           put_equation(r, running, record, err) &&
           analyses_results(r->analyses, record, err);
}

bool run_results(const struct report *r, const char *status, struct record *record,
                 struct error *err) {
    struct error second;
    if (put_results(r, strcmp(status, "running") == 0, record, err))
        return record_status(record, status, err);
    (void)!record_status(record, "failed", &second);
    return false;
}
