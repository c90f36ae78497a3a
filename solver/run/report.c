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
    if (!(s->last.mass > 0)) {
        fprintf(out, "  no mass is left that could have moments\n");
        return;
    }
    for (int d = 0; d < dims; d++)
        fprintf(out, "  %-22s mean %.9g, sd %.9g\n", s->spec->model.variables.value[d],
                s->last.moments[d].mean, sqrt(s->last.moments[d].variance));
    if (dims == 2) fprintf(out, "  %-22s %.9g\n", "covariance", s->last.covariance);
    if (model_has_loss(m))
        fprintf(out, "  %-22s %.9g\n", "expected loss", s->last.mean_loss);
    for (size_t r = 0; r < s->setup->regions; r++)
        fprintf(out, "  mass in %-14s %.9g\n", s->setup->region[r], s->region_mass[r]);
}

/* Of the equation that is solved, where the settings do not say them. */
static void print_numbers(FILE *out, const struct run_state *s) {
    struct derived_constant n[DERIVED_CONSTANTS];
    const size_t count = evolution_constants(s->evolution, n);
    for (size_t k = 0; k < count; k++)
        fprintf(out, "  %-22s %.9g\n", n[k].name, n[k].value);
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
            s->extremes.time_error, r->tolerance);
    if (s->accuracy != NULL)
        print_space_error(out, &s->worst_space);
    else if (r->space_error != NULL)
        print_resolution(out, r);
    if (s->evolution->absorbing)
        fprintf(out, "  %-22s %.9g\n", "mass left", s->last.mass);
    else
        fprintf(out, "  %-22s %.2g\n", "mass defect", s->extremes.mass_defect);
    fprintf(out, "  %-22s %.3g (negative part %.2g)\n", "smallest density",
            s->extremes.min_density, s->extremes.negativity);
    const struct truncation *account = evolution_truncation(s->evolution);
    if (account != NULL) fprintf(out, "  %-22s %.2g\n", account->name, s->account);
}

static void print_stationary(FILE *out, const struct run_state *s) {
    const struct stationary *last = &s->stationary[s->evolution->intervals - 1];
    if (last->density != NULL) {
        fprintf(out, "  %-22s %.3g (L1)\n", "from stationary", s->last.l1_to_stationary);
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
    monte_carlo_print(s->monte_carlo, rows, out);
    return text_end(&text, true, err);
}

/* A number that a run has when it has ended. */
static bool put_later(const struct run_state *s, bool running, const char *name,
                      double value, const char *why, struct error *err) {
    return running ? record_attribute_or(s->record, "/", name, (double)NAN,
                                         "the run has not ended", err)
                   : record_attribute_or(s->record, "/", name, value, why, err);
}

/* Numbers of the summary; those that do not exist are left out. */
static bool put_numbers(const struct run_state *s, bool running, struct error *err) {
    static const char no_row[] = "no snapshot was computed",
                      unknown[] = "the time error is not known",
                      no_noise[] =
                          "there is a current where there is no noise (infinite), or "
                          "the cells are too wide for the noise to know it (NaN)";
    const bool stationary = s->stationary[s->evolution->intervals - 1].density != NULL;
    const double space = s->accuracy != NULL ? s->worst_space.l1 : s->resolution.worst;
    const bool known = s->accuracy != NULL || s->resolution.space_error != NULL;
    const struct current *current = &s->stationary_current;
    const struct {
        const char *name;
        double value;
        bool present, later;
        const char *why; /* it may be NaN or infinite */
    } real[] = {{"time_error_estimate", s->extremes.time_error, true, true, unknown},
                {"time_tolerance", s->resolution.tolerance, true, false, NULL},
                {"largest_mass_defect", s->extremes.mass_defect, true, true, NULL},
                {"largest_negativity", s->extremes.negativity, true, true, NULL},
                {"smallest_density", s->extremes.min_density, true, true, no_row},
                {"initial_mass_outside", s->setup->outside, true, false, NULL},
                {"stationary_current", current->relative, stationary, false, NULL},
                {"stationary_entropy_production", current->entropy_production, stationary,
                 false, no_noise},
                {"space_error_estimate", space, known, true, unknown},
                {"space_tolerance", s->resolution.target, known, false, NULL}};
    for (size_t k = 0; k < sizeof real / sizeof *real; k++)
        if (real[k].present && !put_later(s, running && real[k].later, real[k].name,
                                          real[k].value, real[k].why, err))
            return false;
    return true;
}

/* What the equation and its grid add. */
static bool put_equation(const struct run_state *s, bool running, struct error *err) {
    struct derived_constant number[DERIVED_CONSTANTS];
    const size_t numbers = evolution_constants(s->evolution, number);
    if (!record_attribute_integer(s->record, "/", "cells_cut_into",
                                  (int64_t)s->resolution.factor, err))
        return false;
    for (size_t k = 0; k < numbers; k++)
        if (!record_attribute_real(s->record, "/", number[k].name, number[k].value, err))
            return false;
    const struct truncation *account = evolution_truncation(s->evolution);
    return account == NULL || put_later(s, running, account->name, s->account, NULL, err);
}

static bool put_remarks(const struct run_state *s, struct error *err) {
    for (size_t k = 0; k < sizeof s->remark / sizeof *s->remark; k++) { /* "": none */
        char name[32];
        snprintf(name, sizeof name, "remark_%zu", k + 1);
        if (!record_attribute_text(s->record, "/", name, s->remark[k], err)) return false;
    }
    return true;
}

/* The work of all parts of a run that was resumed; its method where it did more than find
 * that nothing was left to do. */
static bool put_work(const struct run_state *s, struct error *err) {
    const struct propagator_counts n = evolution_counts(s->evolution);
    const bool again = s->resolution.factor > 1; /* rows were computed again */
    const double solves = again ? 0 : record_recorded(s->record, "solves", 0),
                 steps = again ? 0 : record_recorded(s->record, "time_steps", 0);
    const bool more = record_rows(s->record) > s->skip || s->skip == 0 ||
                      !record_has_text(s->record, "method");
    return (!more || record_attribute_text(s->record, "/", "method",
                                           evolution_chosen(s->evolution), err)) &&
           record_attribute_integer(s->record, "/", "solves", n.solves + (int64_t)solves,
                                    err) &&
           record_attribute_integer(s->record, "/", "time_steps", n.steps + (int64_t)steps,
                                    err);
}

static bool put_results(const struct run_state *s, bool running, struct error *err) {
    const struct stationary *last = &s->stationary[s->evolution->intervals - 1];
    return put_remarks(s, err) && put_work(s, err) &&
           record_attribute_text(s->record, "/", "stationary_density_status",
                                 last->density != NULL           ? "exists"
                                 : !s->spec->analysis.stationary ? "not asked for"
                                                                 : last->reason,
                                 err) &&
           put_numbers(s, running, err) && put_equation(s, running, err) &&
           monte_carlo_results(s->monte_carlo, record_rows(s->record), s->record, err) &&
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
