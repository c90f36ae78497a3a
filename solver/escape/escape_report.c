/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/text.h"
#include "solver/analysis/modes.h"
#include "solver/ensembles/monte_carlo.h"
#include "solver/escape/escape_cells.h"
#include "solver/escape/escape_rows.h"
#include "solver/escape/escape_splitting.h"
#include "solver/escape/escape_walkers.h"
#include "solver/fv/line/passage.h"
#include "solver/settings/place.h"
#include <math.h>
#include <stdlib.h>

static void print_head(const struct escape_rows *r) {
    char from[ESCAPE_WORDS], to[ESCAPE_WORDS];
    const struct model *m = r->setup->model;
    const size_t intervals = model_intervals(m);
    escape_question_words(&r->escape->question, r->setup, from, to);
    fprintf(r->out, "%s: from %s to %s\n", config_root(r->spec->config)->source, from, to);
    fprintf(r->out, "  mean time in %s%s\n\n",
            m->kind == MODEL_DRIFT  ? "units of the drift's time"
            : m->unit == TIME_STEPS ? "SGD steps"
                                    : "SDE time (steps times learning rate)",
            intervals > 1 ? ", with the last learning rate of the schedule" : "");
}

/* ---------------------------------------------------------------- the grid */

static void grid_rows(const struct escape_rows *r) {
    const struct escape *e = r->escape;
    char way[64], note[ESCAPE_NOTE];
    snprintf(way, sizeof way, "grid, %zu cells", e->passage.grid->cells);
    if (isnan(e->space_error))
        escape_row_print(r, way, e->log_time, 9, "space error unknown: %s",
                         e->why_no_error.message);
    else
        escape_row_print(r, way, e->log_time, 9, "space error %.1e (from half the cells)",
                         e->space_error);
    if (!isnan(e->log_extrapolated))
        escape_row_print(r, "grid, extrapolated", e->log_extrapolated, 9,
                         "to zero cell width");
    if (escape_note(e, note)) fprintf(r->out, "  note: %s\n", note);
    (void)escape_doubt(e, r->doubt);
    if (e->quasi.density == NULL)
        escape_row_print(r, "1 / quasi-stationary rate", 0, 0, "%s",
                         e->why_no_quasi.message);
    else
        escape_row_print(r, "1 / quasi-stationary rate", -e->quasi.log_rate, 9,
                         "ratio %.6g", exp(-e->quasi.log_rate - e->log_time));
}

static bool slowest_row(const struct escape_rows *r, struct error *err) {
    static const char way[] = "1 / slowest relaxation rate";
    struct error inner = {0};
    part_begin(&r->options->parts, "escape: slowest relaxation");
    struct modes *m = modes_compute(r->setup, r->evolution, 1, &inner);
    if (m == NULL && error_is_fatal(&inner)) return *err = inner, false;
    if (m == NULL)
        escape_row_print(r, way, 0, 0, "%s", inner.message);
    else
        escape_row_print(r, way, -log(m->rate[0]), 9, "ratio %.6g",
                         exp(-log(m->rate[0]) - r->escape->log_time));
    modes_destroy(m);
    return true;
}

/* ---------------------------------------------------------------- integral, formulas */

static const struct coefficients *coefficients_of(const struct escape_rows *r) {
    return evolution_last(r->evolution)->coefficients;
}

/* The start's law as points with weights, two of Gauss in a cell: inside, the density is
 * taken as linear with the smaller of the slopes to the neighbours. Only what lies in the
 * interval; in the target no time passes. Returns their number. */
static size_t start_points(const struct escape_rows *r, double *x, double *weight) {
    const struct escape *e = r->escape;
    const struct axis *axis = e->passage.grid->axis[0];
    const size_t first = r->box.first[0], n = axis->cells;
    size_t count = 0;
    if (e->question.from == ESCAPE_FROM_POINT)
        return x[0] = e->question.point[0], weight[0] = 1, 1;
    for (size_t i = first; i < first + r->box.cells[0]; i++) {
        const double p = e->start[i], h = axis->width[i];
        if (!(p > 0)) continue;
        const double below = i > 0 ? p - e->start[i - 1] : 0,
                     above = i + 1 < n ? e->start[i + 1] - p : 0;
        const double rise = below * above > 0 ? fmin(fabs(below), fabs(above)) : 0,
                     tilt = copysign(rise, above) / sqrt(12);
        for (int side = -1; side <= 1; side += 2) {
            x[count] = axis->centre[i] + side * h / sqrt(12);
            weight[count++] = 0.5 * h * (p + side * tilt);
        }
    }
    return count;
}

/* Does all of the start lie in the interval or in the target? */
static bool start_is_here(const struct escape_rows *r) {
    const struct escape *e = r->escape;
    const size_t first = r->box.first[0];
    double elsewhere = 0;
    for (size_t i = 0; i < e->passage.grid->cells; i++)
        if ((i < first || i >= first + r->box.cells[0]) && !e->passage.target[i])
            elsewhere += e->start[i] * e->passage.grid->volume[i];
    return elsewhere < 1e-9;
}

static bool integrate(const struct escape_rows *r, struct line_passage_time *t,
                      struct error *err) {
    const struct reals *align = &r->spec->axis[0].align;
    const enum boundary *ends = r->box.boundary[0];
    const struct line_passage p = {.lo = r->box.lo[0],
                                   .hi = r->box.hi[0],
                                   .absorbs = {ends[0] == ABSORBING, ends[1] == ABSORBING},
                                   .breaks = align->count,
                                   .at = align->value,
                                   .tolerance = 1e-10,
                                   .monitor = &r->options->monitor};
    part_begin(&r->options->parts, "escape: double integral");
    double *x = array_create(4 * r->box.cells[0] + 2, sizeof *x, err);
    if (x == NULL) return false;
    double *weight = x + 2 * r->box.cells[0] + 1;
    const size_t n = start_points(r, x, weight);
    const bool good = line_passage_average(coefficients_of(r), &p, n, x, weight, t, err);
    free(x);
    return good;
}

static bool integral_row(const struct escape_rows *r, struct error *err) {
    static const char way[] = "exact double integral";
    char from[ESCAPE_WORDS], to[ESCAPE_WORDS];
    struct line_passage_time t;
    struct error inner = {0};
    escape_question_words(&r->escape->question, r->setup, from, to);
    const bool here = start_is_here(r), good = here && integrate(r, &t, &inner);
    if (here && !good && error_is_fatal(&inner)) return *err = inner, false;
    if (!here)
        escape_row_print(r, way, 0, 0,
                         "the start is spread over several parts of the grid");
    else if (!good)
        escape_row_print(r, way, 0, 0, "%s", inner.message);
    else
        escape_row_print(r, way, t.log_time, 9,
                         "from %s%s, its own error %.0e; grid - this: %.1e", from,
                         r->escape->question.from == ESCAPE_FROM_POINT ? "" : " by cells",
                         fmax(t.error, 1e-15), expm1(r->escape->log_time - t.log_time));
    return true;
}

static void formula_row(const struct escape_rows *r, const char *name, int formula,
                        const char *why) {
    char way[64];
    const double log_time = r->kramers.log_time[formula];
    if (log_time == HUGE_VAL) {
        escape_row_print(r, name, 0, 0, "%s",
                         r->kramers.why[0] != '\0' ? r->kramers.why : why);
        return;
    }
    snprintf(way, sizeof way, "%s, crossing", name);
    escape_row_print(r, way, log_time, 6, "barrier %.4g%s", r->kramers.height,
                     r->kramers.at_saddle ? ""
                                          : "; the target lies behind it: compare this");
    snprintf(way, sizeof way, "%s, to the saddle", name);
    escape_row_print(r, way, log_time - log(2), 6, "half of it%s",
                     r->kramers.at_saddle ? "; the target begins there: compare this" : "");
}

static void formula_rows(const struct escape_rows *r) {
    static const char not_power_law[] = "the noise does not grow in proportion to the loss";
    formula_row(r, "Kramers", KRAMERS, "");
    formula_row(r, "power law, corrected", KRAMERS_POWER_LAW, not_power_law);
    formula_row(r, "power law, source", KRAMERS_SOURCE, not_power_law);
}

static bool find_barrier(struct escape_rows *r, struct error *err) {
    const struct axis *axis = r->escape->passage.grid->axis[0];
    const enum boundary *ends = r->box.boundary[0];
    const struct line_kramers question = {
        .lo = axis->face[0],
        .hi = axis->face[axis->cells],
        .open = {ends[0] == ABSORBING, ends[1] == ABSORBING},
        .edge = {r->box.lo[0], r->box.hi[0]},
        .slack = 2 * axis->width[r->escape->within],
        .start = r->x};
    return line_kramers_estimate(coefficients_of(r), &question, &r->kramers, err);
}

/* ---------------------------------------------------------------- walkers */

/* Of walkers against the law of their own process. */
static const char *z_itself(const struct escape_rows *r, enum ensemble_kind kind,
                            const struct escape_walkers *w, char text[64]) {
    text[0] = '\0';
    if (kind != ENSEMBLE_SDE && r->itself[kind] > 0)
        snprintf(text, 64, "; against the process itself z = %+.1f",
                 (w->mean - r->itself[kind]) / w->error);
    return text;
}

static bool walkers_row(const struct escape_rows *r, enum ensemble_kind kind,
                        const char *way, struct error *err) {
    struct escape_walkers w;
    struct error inner = {0};
    if (!escape_walkers_run(r->escape, kind, r->options->walkers, &r->options->monitor, &w,
                            &inner)) {
        if (error_is_fatal(&inner)) return *err = inner, false;
        escape_row_print(r, way, 0, 0, "%s", inner.message);
        return true;
    }
    if (w.walkers == 0) {
        escape_row_print(r, way, 0, 0, "%s", w.why);
        return true;
    }
    char itself[64];
    escape_row_print(r, way, log(w.mean), 5, "+- %.2g, z = %+.1f (%llu, step %.3g)%s",
                     w.error, (w.mean - exp(r->escape->log_time)) / w.error,
                     (unsigned long long)w.walkers, w.step, z_itself(r, kind, &w, itself));
    return true;
}

static const char *way_of(const struct model *m, enum ensemble_kind kind) {
    return kind == ENSEMBLE_SDE        ? "SDE walkers"
           : kind == ENSEMBLE_SGD      ? "SGD walkers"
           : model_has_stable_noise(m) ? "SGD walkers, stable noise"
                                       : "SGD walkers, normal noise";
}

/* monte_carlo.kinds, or the SDE and the SGD that the model has. */
static bool choose_kinds(const struct escape_rows *r,
                         enum ensemble_kind kind[ENSEMBLE_KINDS], size_t *count,
                         struct error *err) {
    const struct config_node *node = r->spec->monte_carlo_node;
    const struct model *m = r->setup->model;
    if (config_find(node, "kinds") == NULL) {
        *count = 0;
        kind[(*count)++] = ENSEMBLE_SDE;
        if (m->kind != MODEL_DRIFT)
            kind[(*count)++] = m->examples > 0 ? ENSEMBLE_SGD : ENSEMBLE_GAUSSIAN;
        return true;
    }
    return ensemble_kinds(node, &r->spec->monte_carlo.kinds, kind, count, err);
}

static bool walkers_rows(const struct escape_rows *r, struct error *err) {
    enum ensemble_kind kind[ENSEMBLE_KINDS];
    size_t count;
    if (!r->options->monte_carlo) return true;
    if (!choose_kinds(r, kind, &count, err)) return false;
    for (size_t k = 0; k < count; k++)
        if (!walkers_row(r, kind[k], way_of(r->setup->model, kind[k]), err)) return false;
    return true;
}

/* ---------------------------------------------------------------- rare arrivals */

static void reach_rows(const struct escape_rows *r, const char *before) {
    const struct escape_reach *reach = &r->escape->reach;
    char way[64];
    snprintf(way, sizeof way, "%s, grid", before);
    if (isnan(reach->space_error))
        escape_row_print(r, way, log(reach->probability), 6, "space error unknown");
    else
        escape_row_print(r, way, log(reach->probability), 6,
                         "space error %.1e (from half the cells)", reach->space_error);
    snprintf(way, sizeof way, "%s, extrapolated", before);
    if (!isnan(reach->extrapolated))
        escape_row_print(r, way, log(reach->extrapolated), 6, "error in time %.0e",
                         reach->error);
}

static void level_rows(const struct escape_rows *r) {
    const struct escape_splitting *s = r->escape->splitting;
    char way[128], place[80];
    for (size_t l = 0; l < s->levels; l++) {
        escape_splitting_place(r->escape, l, place);
        snprintf(way, sizeof way, "level %zu, %s: passed by", l + 1, place);
        if (isnan(s->level[l].fraction))
            escape_row_print(r, way, 0, 0, "not reached");
        else
            escape_row_print(r, way, log(s->level[l].fraction), 3, "+- %.1g, of all %.3g",
                             s->level[l].error, s->level[l].reached);
    }
}

/* The probability to get there before a time, by the density and by splitting. */
static bool splitting_rows(const struct escape_rows *r, struct error *err) {
    const struct escape_splitting *s = r->escape->splitting;
    char before[40], way[64], text[ESCAPE_SPLITTING_TEXT];
    if (s == NULL) return true;
    snprintf(before, sizeof before, "before t = %g", r->escape->question.splitting.time);
    fprintf(r->out, "\n");
    reach_rows(r, before);
    if (!r->options->monte_carlo) return true;
    if (!escape_splitting_run(r->escape, &r->options->monitor, err)) return false;
    snprintf(way, sizeof way, "%s, splitting", before);
    if (s->level == NULL) {
        escape_row_print(r, way, 0, 0, "%s", s->why_not.message);
        return true;
    }
    escape_splitting_remark(r->escape, text);
    escape_row_print(r, way, log(s->answer.value), s->answer.value > 0 ? 5 : 0, "%s", text);
    level_rows(r);
    if (escape_splitting_warning(r->escape, text)) fprintf(r->out, "  note: %s\n", text);
    return true;
}

/* ---------------------------------------------------------------- all */

/* The interval it lives in, and the point for what starts from one. */
static void locate(struct escape_rows *r) {
    const struct escape *e = r->escape;
    r->line = passage_box(&e->passage, e->within, &r->box) && r->setup->grid->dims == 1;
    r->x =
        e->question.from == ESCAPE_FROM_POINT
            ? e->question.point[0]
            : e->passage.grid->axis[0]->centre[e->within % e->passage.grid->axis[0]->cells];
}

/* Stable noise. */
static void jump_row(const struct escape_rows *r) {
    const struct passage *passage = &r->escape->passage;
    const struct passage_box *b = &r->box;
    const bool open[2] = {b->boundary[0][0] == ABSORBING, b->boundary[0][1] == ABSORBING};
    escape_row_print(r, "one large jump",
                     passage->table->log_one_jump(passage, r->x, b->lo[0], b->hi[0], open),
                     6, "from %.6g; small noise, whatever the barrier", r->x);
}

/* Formulas and the discrete process know no killing and no resets; grid and walkers do. */
static bool rows_with_sinks(const struct escape_rows *r, struct error *err) {
    const bool kills = r->setup->model->sink_rate[SINK_KILLING] != NULL;
    fprintf(r->out,
            "  note: %s; integral, formulas, the steps' own law and exponents know no "
            "killing and no resets\n",
            kills ? "the mean time until mass arrives or is killed"
                  : "the mean time with resets");
    return walkers_rows(r, err);
}

static bool rows(struct escape_rows *r, struct error *err) {
    locate(r);
    print_head(r);
    grid_rows(r);
    if (model_has_sinks(r->setup->model)) return rows_with_sinks(r, err);
    const bool jumps = r->escape->passage.table->log_one_jump != NULL;
    if (jumps)
        jump_row(r);
    else if (!slowest_row(r, err))
        return false;
    if (r->line && !jumps) {
        if (!find_barrier(r, err)) return false;
        if (!integral_row(r, err)) return false;
        formula_rows(r);
    }
    return escape_rows_of_process(r, err) && walkers_rows(r, err) && splitting_rows(r, err);
}

static bool prepare(struct escape_rows *r, struct error *err) {
    if (r->spec->analysis.escape == NULL)
        return config_fail(err,
                           r->spec->analysis_node != NULL ? r->spec->analysis_node
                                                          : config_root(r->spec->config),
                           "no escape is asked for; add analysis: {escape: {from: .., to: "
                           "..}}");
    if ((r->setup = setup_create(r->spec, err)) == NULL)
        return place_early_error(r->spec, err);
    const struct evolution_options options =
        evolution_options(r->setup, &r->options->monitor);
    return ((r->evolution = evolution_create(r->setup, r->setup->grid, &options, err)) !=
                NULL &&
            escape_create(r->setup, r->evolution, &r->options->parts, &r->escape, err)) ||
           place_early_error(r->spec, err);
}

bool escape_report(const struct spec *spec, const struct escape_report_options *options,
                   char **text, char doubt[ESCAPE_STEPS_TEXT], struct error *err) {
    struct escape_rows r = {.spec = spec, .options = options, .doubt = doubt};
    struct text table = {0};
    doubt[0] = '\0';
    bool good = prepare(&r, err) && text_begin(&table, err);
    r.out = table.out;
    if (good && options->json != NULL) json_list_begin(options->json, "ways");
    const bool begun = good;
    good = good && rows(&r, err);
    if (begun && options->json != NULL) json_list_end(options->json);
    *text = text_end(&table, good, err);
    escape_destroy(r.escape);
    evolution_destroy(r.evolution);
    setup_destroy(r.setup);
    return *text != NULL;
}
