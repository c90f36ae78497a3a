/* SPDX-License-Identifier: GPL-3.0-or-later
 * The end of a run in words, and as attributes of the file. */
#include "io/plain.h"
#include "io/text.h"
#include "solver/run/run_state.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_moments(FILE *out, const struct run_state *s) {
    const struct model *m = s->setup->model;
    const int dims = s->setup->grid->dims;
    if (!(s->tally.last.mass > 0)) {
        fprintf(out, "  no mass is left that could have moments\n");
        return;
    }
    for (int d = 0; d < dims; d++)
        fprintf(out, "  %-22s mean %.9g, sd %.9g\n", s->spec->model.variables.value[d],
                s->tally.last.moments[d].mean, sqrt(s->tally.last.moments[d].variance));
    if (dims == 2) fprintf(out, "  %-22s %.9g\n", "covariance", s->tally.last.covariance);
    if (model_has_loss(m))
        fprintf(out, "  %-22s %.9g\n", "expected loss", s->tally.last.mean_loss);
    for (size_t r = 0; r < s->setup->regions; r++)
        fprintf(out, "  mass in %-14s %.9g\n", s->setup->region[r], s->region_mass[r]);
}

/* Of the equation that is solved, where the settings do not say them. */
static void print_numbers(FILE *out, const struct run_state *s) {
    const char *name;
    double value;
    for (size_t k = 0; evolution_constant(s->evolution, k, &name, &value); k++)
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

static void print_errors(FILE *out, const struct run_state *s) {
    const struct resolution *r = &s->resolution;
    fprintf(out, "  %-22s %.2g (L1; tolerance %.2g)\n", "time error estimate",
            s->tally.extremes.time_error, r->tolerance);
    if (s->accuracy != NULL)
        print_space_error(out, &s->tally.worst_space);
    else if (r->space_error != NULL)
        print_resolution(out, r);
    if (s->evolution->absorbing)
        fprintf(out, "  %-22s %.9g\n", "mass left", s->tally.last.mass);
    else
        fprintf(out, "  %-22s %.2g\n", "mass defect", s->tally.extremes.mass_defect);
    fprintf(out, "  %-22s %.3g (negative part %.2g)\n", "smallest density",
            s->tally.extremes.min_density, s->tally.extremes.negativity);
    const struct truncation *truncation = evolution_truncation(s->evolution);
    if (truncation != NULL) fprintf(out, "  %-22s %.2g\n", truncation->name, s->truncated);
}

static void print_stationary(FILE *out, const struct run_state *s) {
    const struct stationary *last = &s->stationary[s->evolution->intervals - 1];
    if (last->density != NULL) {
        fprintf(out, "  %-22s %.3g (L1)\n", "from stationary",
                s->tally.last.l1_to_stationary);
        fprintf(out, "  %-22s %.2g of the flux scale", "stationary current",
                s->stationary_current.relative);
        if (isnan(s->stationary_current.entropy_production))
            fprintf(out, ", entropy production not known: the cells are too wide");
        else if (s->setup->grid->dims == 2 || s->stationary_current.relative > 1e-9)
            fprintf(out, ", entropy production %.6g",
                    s->stationary_current.entropy_production);
        fprintf(out, "\n");
    } else if (s->spec->analysis.stationary) {
        fprintf(out, "  no stationary density: %s\n", last->reason);
    }
}

char *run_summary(const struct run_state *s, const struct error *why, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    FILE *out = text.out;
    const struct propagator_counts n = evolution_counts(s->evolution);
    const size_t rows = record_rows(s->record);
    plain_write(out, s->path, "");
    fputs(s->spec->title != NULL ? ": " : "", out);
    plain_write(out, s->spec->title != NULL ? s->spec->title : "", "");
    fputc('\n', out);
    if (why != NULL)
        fprintf(out, "  stopped: %s; the snapshots so far are whole%s\n", why->message,
                why->kind == ERROR_RUN || s->options->memory
                    ? ""
                    : " (complete it with --resume)");
    fprintf(out, "  %zu of %zu snapshots to t = %g, %zu cells, %.3g s\n", rows,
            s->setup->snapshots, s->setup->time[rows > 0 ? rows - 1 : 0],
            s->setup->grid->cells, run_seconds(s));
    fprintf(out,
            "  %s\n  %" PRId64 " solves, %" PRId64 " steps (%" PRId64 " rejected), %" PRId64
            " intervals\n",
            evolution_chosen(s->evolution), n.solves, n.steps, n.rejected, n.intervals);
    print_numbers(out, s);
    print_moments(out, s);
    print_errors(out, s);
    print_stationary(out, s);
    escape_print(s->escape, out);
    modes_print(s->modes, out);
    laws_print(s->laws, rows, out);
    monte_carlo_print(s->monte_carlo, rows, out);
    return text_end(&text, true, err);
}

/* ---------------------------------------------------------------- attributes */

static double time_error(const void *of) {
    const struct run_state *s = of;
    return s->tally.extremes.time_error;
}

static double time_tolerance(const void *of) {
    const struct run_state *s = of;
    return s->resolution.tolerance;
}

static double mass_defect(const void *of) {
    const struct run_state *s = of;
    return s->tally.extremes.mass_defect;
}

static double negativity(const void *of) {
    const struct run_state *s = of;
    return s->tally.extremes.negativity;
}

static double smallest_density(const void *of) {
    const struct run_state *s = of;
    return s->tally.extremes.min_density;
}

static bool from_file(const void *of) {
    const struct run_state *s = of;
    return s->setup->file != NULL;
}

static const char *file_name(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct run_state *s = of;
    (void)room;
    return s->setup->file->name;
}

static int64_t file_row(const void *of) {
    const struct run_state *s = of;
    return (int64_t)s->setup->file->row;
}

static double file_time(const void *of) {
    const struct run_state *s = of;
    return s->setup->file->time;
}

static double file_mass(const void *of) {
    const struct run_state *s = of;
    return s->setup->file->mass;
}

static double mass_outside(const void *of) {
    const struct run_state *s = of;
    return s->setup->outside;
}

static double current(const void *of) {
    const struct run_state *s = of;
    return s->stationary_current.relative;
}

static double entropy_production(const void *of) {
    const struct run_state *s = of;
    return s->stationary_current.entropy_production;
}

static double space_error(const void *of) {
    const struct run_state *s = of;
    return s->accuracy != NULL ? s->tally.worst_space.l1 : s->resolution.worst;
}

static double space_tolerance(const void *of) {
    const struct run_state *s = of;
    return s->resolution.target;
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
    const struct run_state *s = of;
    return s->stationary[s->evolution->intervals - 1].density != NULL;
}

static bool knows_space_error(const void *of) {
    const struct run_state *s = of;
    return s->accuracy != NULL || s->resolution.space_error != NULL;
}

/* The method of a run that was resumed, where it did more than find that nothing was left to
 * do. */
static bool has_method(const void *of) {
    const struct run_state *s = of;
    return record_rows(s->record) > s->skip || s->skip == 0 ||
           !record_has_text(s->record, "method");
}

static const char *method(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct run_state *s = of;
    (void)room;
    return evolution_chosen(s->evolution);
}

/* The work of all parts of a run that was resumed, unless it did them again. */
static int64_t work(const struct run_state *s, const char *name, int64_t done) {
    const bool again = s->resolution.factor > 1;
    return done + (again ? 0 : (int64_t)record_recorded(s->record, name, 0));
}

static int64_t solves(const void *of) {
    const struct run_state *s = of;
    return work(s, "solves", evolution_counts(s->evolution).solves);
}

static int64_t time_steps(const void *of) {
    const struct run_state *s = of;
    return work(s, "time_steps", evolution_counts(s->evolution).steps);
}

static const char *stationary_status(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct run_state *s = of;
    (void)room;
    return is_stationary(s) ? "exists"
           : !s->spec->analysis.stationary
               ? "not asked for"
               : s->stationary[s->evolution->intervals - 1].reason;
}

static int64_t cut_into(const void *of) {
    const struct run_state *s = of;
    return (int64_t)s->resolution.factor;
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
    {.name = "stationary_entropy_production", .sentence = "entropy production of the stationary density", .present = is_stationary, .real = entropy_production, .why = no_noise},
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
static bool put_equation(const struct run_state *s, bool running, struct error *err) {
    const char *name;
    double value;
    for (size_t k = 0; evolution_constant(s->evolution, k, &name, &value); k++)
        if (!record_attribute_real(s->record, "/", name, value, err)) return false;
    const struct truncation *truncation = evolution_truncation(s->evolution);
    if (truncation == NULL) return true;
    return running
               ? record_attribute_or(s->record, "/", truncation->name, (double)NAN,
                                     "the run has not ended", err)
               : record_attribute_real(s->record, "/", truncation->name, s->truncated, err);
}

static bool put_remarks(const struct run_state *s, struct error *err) {
    for (size_t k = 0; k < sizeof s->remarks.line / sizeof *s->remarks.line;
         k++) { /* "": none */
        char name[32];
        snprintf(name, sizeof name, "remark_%zu", k + 1);
        if (!record_attribute_text(s->record, "/", name, s->remarks.line[k], err))
            return false;
    }
    return true;
}

static bool put_results(const struct run_state *s, bool running, struct error *err) {
    return put_remarks(s, err) &&
           attributes_put(&run_attributes, s, NULL, running, s->record, err) &&
           put_equation(s, running, err) &&
           monte_carlo_results(s->monte_carlo, record_rows(s->record), s->record, err) &&
           laws_results(s->laws, record_rows(s->record), s->record, err) &&
           escape_results(s->escape, s->record, err) &&
           modes_results(s->modes, s->record, err);
}

bool run_results(struct run_state *s, const char *status, struct error *err) {
    struct error second;
    if (put_results(s, strcmp(status, "running") == 0, err))
        return record_status(s->record, status, err);
    (void)!record_status(s->record, "failed", &second);
    return false;
}
