/* SPDX-License-Identifier: GPL-3.0-or-later
 * Why walkers and density differ, by trial: walkers of half the step along the same
 * Brownian path, and the density on half the cells. Both as KS distances, beside that of
 * walkers and density. */
#include "grids/field.h"
#include "solver/ensembles/monte_carlo_parts.h"
#include "solver/equation/evolution.h"
#include "solver/mc/count.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST = 2000, MOST = 100000 };
static const double affordable = 1e8; /* walkers' steps: a second or two */
/* Parts of the KS distance: the part that the step must make up to be its cause; the part
 * that half the cells must change (the error at first order, three times it at second) for
 * the cells to be the cause; and the part up to which they are not. */
static const double step_does = 0.5, cells_do = 1, cells_may = 0.3;

/* What was tried; NAN: it was not. */
struct trial {
    size_t row;
    double distance; /* of walkers and density */
    double step;     /* what the walkers' step does: weak order 1, twice the change */
    double cells; /* what half the cells change, at the faces of all: the error at most */
};

/* The snapshot that differs most; false where none does. */
static bool find_row(const struct part *p, size_t rows, struct trial *t) {
    t->distance = 0;
    for (size_t row = 0; row < rows; row++)
        if (p->each[row].verdict == VERDICT_DIFFER && p->each[row].ks > t->distance)
            t->distance = p->each[row].ks, t->row = row;
    return t->distance > 0;
}

/* ---------------------------------------------------------------- the walkers' step */

/* share[cells] += sign times the part of the walkers in each cell. */
static bool add_shares(const struct ensemble *e, const struct grid *grid, double sign,
                       double *share, struct error *err) {
    const struct walkers *w = ensemble_points(e);
    struct tally tally;
    int64_t *counts = array_create(grid->cells, sizeof *counts, err);
    const bool good = counts != NULL && count_on_grid(w, grid, counts, &tally, err);
    for (size_t i = 0; good && i < grid->cells; i++)
        share[i] += sign * (double)counts[i] / (double)w->count;
    free(counts);
    return good;
}

static bool try_half_step(const struct monte_carlo *mc, const struct part *p,
                          const struct monitor *monitor, struct trial *t,
                          struct error *err) {
    const struct grid *grid = mc->setup->grid;
    struct monte_carlo_settings settings = mc->settings;
    const double steps = (double)ensemble_steps_at(&p->ensemble, t->row),
                 most = fmin(affordable / (3 * fmax(steps, 1)), MOST);
    if (p->ensemble.kind != ENSEMBLE_SDE || model_has_stable_noise(mc->setup->model) ||
        most < FEWEST)
        return true;
    settings.halve = true;
    settings.walkers = (int64_t)fmin(most, (double)settings.walkers);
    double *share = array_create(grid->cells, sizeof *share, err);
    bool good = share != NULL;
    for (int half = 0; good && half < 2; half++) {
        struct ensemble e = {0};
        good = ensemble_create(&e, mc->setup, &settings, ENSEMBLE_SDE, ENSEMBLE_SDE,
                               half == 1, err) &&
               ensemble_advance(&e, t->row, monitor, err) &&
               add_shares(&e, grid, half == 1 ? 1 : -1, share, err);
        ensemble_finish(&e);
    }
    if (good) t->step = 2 * compare_distance(grid, share);
    free(share);
    return good;
}

/* ---------------------------------------------------------------- the cells */

struct copy {
    double *p;
    size_t cells;
};

static bool keep(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    const struct copy *to = context;
    (void)k, (void)time_error, (void)err;
    memcpy(to->p, p, to->cells * sizeof *p);
    return true;
}

/* p[cells] from the start to time t, through the schedule's intervals. */
static bool advance_to(struct evolution *e, const struct setup *setup, double t, double *p,
                       struct error *err) {
    struct copy to = {p, e->grid->cells};
    double *from = array_create(to.cells, sizeof *from, err), outside, begin = 0;
    bool good = from != NULL && setup_initial(setup, e->grid, p, &outside, err);
    for (size_t k = 0; good && k < e->intervals && begin < t; k++) {
        const double end = fmin(t, model_interval_end(setup->model, k)), dt = end - begin;
        memcpy(from, p, to.cells * sizeof *p);
        good = evolution_advance(e, k, begin, from, 1, &dt, keep, &to, err);
        begin = end;
    }
    free(from);
    return good;
}

static bool try_half_cells(const struct monte_carlo *mc, const struct record *record,
                           const struct monitor *monitor, struct trial *t,
                           struct error *err) {
    const struct setup *setup = mc->setup;
    const size_t n = setup->grid->cells;
    if (equation_of(setup)
            ->refines_cells) { /* held to that by solver/analysis/resolution */
        t->cells = setup->spec->accuracy.space;
        return true;
    }
    if (!grid_can_halve(setup->grid)) return true;
    const struct evolution_options options = evolution_options(setup, monitor);
    struct grid *half = grid_coarsen(setup->grid, 2, err);
    struct evolution *e =
        half == NULL ? NULL : evolution_create(setup, half, &options, err);
    double *work = e == NULL ? NULL : array_create(2 * n + half->cells, sizeof *work, err);
    bool good = work != NULL;
    if (good) {
        double *fine = work, *changed = work + n, *p = work + 2 * n;
        good = record_read_row(record, "density", t->row, fine, err) &&
               advance_to(e, setup, setup->time[t->row], p, err);
        field_prolong(half, p, 2, setup->grid, changed);
        for (size_t i = 0; i < n; i++)
            changed[i] = (changed[i] - fine[i]) * setup->grid->volume[i];
        if (good) t->cells = compare_distance(setup->grid, changed);
    }
    free(work);
    evolution_destroy(e);
    grid_destroy(half);
    return good;
}

/* ---------------------------------------------------------------- words */

/* "the step makes 0.0058", or that it was not tried. */
static const char *figure(double change, const char *what, char text[64]) {
    if (isnan(change))
        snprintf(text, 64, "%s: not tried", what);
    else
        snprintf(text, 64, "%s %.2g", what, change);
    return text;
}

static void word_cause(const struct monte_carlo *mc, struct part *p,
                       const struct trial *t) {
    const bool step = t->step >= step_does * t->distance,
               cells = t->cells >= cells_do * t->distance;
    const bool sde = p->ensemble.kind == ENSEMBLE_SDE;
    const bool shuffled =
        p->ensemble.kind == ENSEMBLE_SGD && mc->setup->model->sampling == RESHUFFLED;
    const bool known = t->cells < cells_may * t->distance && (!sde || !isnan(t->step));
    const char *cause = step && cells ? "the walkers' step and the cells; take both smaller"
                        : step  ? "the walkers' step; take it smaller (substeps, step)"
                        : cells ? "the cells; take more of them"
                        : shuffled
                            ? "reshuffled batches, where the density takes independent ones"
                        : !known ? "not found"
                        : sde    ? "neither the walkers' step nor the cells"
                                 : "the equation; so far it is not what SGD does";
    char a[64], b[64];
    figure(t->step, "the step makes", a);
    figure(t->cells, "half the cells change", b);
    snprintf(p->cause, sizeof p->cause, "%s: KS distance %.2g at t = %g, %s%s%s", cause,
             t->distance, mc->setup->time[t->row], sde ? a : "", sde ? ", " : "", b);
}

/* A trial that fails leaves its question open. */
static bool forgive(const struct error *inner, struct error *err) {
    if (inner->kind != ERROR_MEMORY && inner->kind != ERROR_INTERRUPTED) return true;
    return *err = *inner, false;
}

bool monte_carlo_explain(struct monte_carlo *mc, const struct record *record,
                         const struct ensemble_law law[ENSEMBLE_KINDS],
                         const struct monitor *monitor, struct error *err) {
    for (size_t k = 0; mc != NULL && k < mc->parts; k++) {
        struct part *p = &mc->part[k];
        struct trial t = {.step = (double)NAN, .cells = (double)NAN};
        struct error inner = {0};
        const struct ensemble_law *known = &law[p->ensemble.kind];
        if (p->has_law &&
            !part_explain_by_law(p, mc->setup, record_rows(record), known, err))
            return false;
        if (p->has_law || !find_row(p, record_rows(record), &t)) continue;
        if (!try_half_step(mc, p, monitor, &t, &inner) && !forgive(&inner, err))
            return false;
        inner = (struct error){0};
        if (!try_half_cells(mc, record, monitor, &t, &inner) && !forgive(&inner, err))
            return false;
        word_cause(mc, p, &t);
    }
    return true;
}
