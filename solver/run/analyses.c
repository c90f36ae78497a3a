/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/analyses.h"
#include "solver/escape/escape_cells.h"
#include "solver/escape/escape_splitting.h"

bool analyses_check(const struct setup *setup, const struct evolution *evolution,
                    struct error *err) {
    return escape_check(setup, evolution, err) && modes_check(setup, evolution, err) &&
           floquet_check(setup, evolution, err) && monte_carlo_check(setup, err) &&
           laws_check(setup, err);
}

bool analyses_create(struct analyses *a, const struct plan *plan, struct error *err) {
    return laws_create(plan->setup, &a->laws, err) &&
           monte_carlo_create(plan->setup, plan->path, &a->monte_carlo, err);
}

bool analyses_compute(struct analyses *a, const struct plan *plan,
                      struct run_progress *progress, struct error *err) {
    if (!escape_create(plan->setup, plan->plain, &progress->parts, &a->escape, err))
        return false;
    run_begin_part(progress, "modes");
    if (!modes_create(plan->setup, plan->plain, &a->modes, err)) return false;
    run_begin_part(progress, "periodic state");
    if (!floquet_create(plan->setup, plan->plain, &progress->rows, &a->floquet, err))
        return false;
    run_begin_part(progress, "work and heat");
    return protocol_create(plan->setup, plan->evolution, plan->start, &progress->rows,
                           &a->protocol, err);
}

bool analyses_arrivals(struct analyses *a, const struct run_progress *progress,
                       struct error *err) {
    return escape_survive(a->escape, &progress->rows, err) &&
           escape_splitting_run(a->escape, &progress->rows, err);
}

void analyses_finish(struct analyses *a) {
    monte_carlo_destroy(a->monte_carlo);
    laws_destroy(a->laws);
    protocol_destroy(a->protocol);
    floquet_destroy(a->floquet);
    modes_destroy(a->modes);
    escape_destroy(a->escape);
}

/* ---------------------------------------------------------------- with the rows */

bool analyses_resume(struct analyses *a, const struct plan *plan, size_t rows,
                     const struct record *record, struct error *err) {
    return (plan->options->memory ||
            monte_carlo_resume(a->monte_carlo, rows, record, err)) &&
           laws_resume(a->laws, rows, record, err);
}

bool analyses_snapshot(struct analyses *a, size_t row, const double *density,
                       double density_error, struct record *record,
                       const struct run_progress *progress, struct error *err) {
    struct ensemble_law law[ENSEMBLE_KINDS];
    if (!laws_snapshot(a->laws, row, density, density_error, record, &progress->laws, err))
        return false;
    laws_of_walkers(a->laws, row + 1, law);
    return monte_carlo_snapshot(a->monte_carlo, row, density, law, record,
                                &progress->walkers, err);
}

bool analyses_explain(struct analyses *a, const struct record *record,
                      const struct run_progress *progress, struct error *err) {
    struct ensemble_law law[ENSEMBLE_KINDS];
    laws_of_walkers(a->laws, record_rows(record), law);
    return monte_carlo_explain(a->monte_carlo, record, law, &progress->walkers, err);
}

/* ---------------------------------------------------------------- what is told of them */

void analyses_fields(const struct analyses *a, field_sink add, void *context) {
    monte_carlo_fields(a->monte_carlo, add, context);
    laws_fields(a->laws, add, context);
    escape_fields(a->escape, add, context);
    modes_fields(a->modes, add, context);
    floquet_fields(a->floquet, add, context);
}

bool analyses_record(const struct analyses *a, struct record *record, struct error *err) {
    return escape_record(a->escape, record, err) && modes_record(a->modes, record, err) &&
           floquet_record(a->floquet, record, err);
}

bool analyses_results(const struct analyses *a, struct record *record, struct error *err) {
    const size_t rows = record_rows(record);
    return monte_carlo_results(a->monte_carlo, rows, record, err) &&
           laws_results(a->laws, rows, record, err) &&
           escape_results(a->escape, record, err) && modes_results(a->modes, record, err) &&
           floquet_results(a->floquet, record, err);
}

void analyses_print(const struct analyses *a, size_t rows, void *stream) {
    escape_print(a->escape, stream);
    modes_print(a->modes, stream);
    protocol_print(a->protocol, rows, stream);
    floquet_print(a->floquet, stream);
    laws_print(a->laws, rows, stream);
    monte_carlo_print(a->monte_carlo, rows, stream);
}

void analyses_remark(const struct analyses *a, struct run_remarks *r) {
    char text[ESCAPE_SPLITTING_TEXT], of_time[ESCAPE_DOUBT_TEXT], of_rates[MODES_TEXT];
    if (a->escape != NULL && escape_doubt(a->escape, of_time))
        run_inaccurate(r, "%s", of_time);
    if (modes_doubt(a->modes, of_rates)) run_inaccurate(r, "%s", of_rates);
    if (escape_splitting_warning(a->escape, text)) run_warning(r, "%s", text);
}
