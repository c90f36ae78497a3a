/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_splitting.h"
#include "grids/field.h"
#include "solver/escape/escape_inside.h"
#include "solver/file/attribute.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static const double least_fraction = 0.02; /* below it a level is passed by too few */
static const double resolved = 100; /* errors in time that a density's answer is worth */

/* ---------------------------------------------------------------- levels */

/* From which the levels count: the point, or the middle of the law of the start. */
static double origin_of(const struct escape *e) {
    return e->question.from == ESCAPE_FROM_POINT
               ? e->question.point[0]
               : field_moments(e->passage.grid, e->start, 0).mean;
}

/* Level k of n on the way from the origin to an edge; exact at the edge. */
static double between(double origin, double edge, size_t k, size_t n) {
    return k == n ? edge : origin + (edge - origin) * (double)k / (double)n;
}

static void even_levels(struct escape_splitting *s, double origin,
                        const struct passage_box *box) {
    for (size_t l = 0; l < s->levels; l++) {
        if (s->open[0]) s->lo[l] = between(origin, box->lo[0], l + 1, s->levels);
        if (s->open[1]) s->hi[l] = between(origin, box->hi[0], l + 1, s->levels);
    }
}

static bool given_levels(const struct escape *e, struct escape_splitting *s, double origin,
                         const struct passage_box *box, struct error *err) {
    const struct config_node *node = config_find(e->question.split, "at");
    const struct reals *at = &e->question.splitting.at;
    const double edge = s->open[0] ? box->lo[0] : box->hi[0];
    double *end = s->open[0] ? s->lo : s->hi;
    if (s->open[0] && s->open[1])
        return config_fail(err, node,
                           "the target lies on both sides of the start; give the number "
                           "of levels instead");
    const double way = edge - origin;
    for (size_t l = 0; l < s->levels; l++) {
        end[l] = l < at->count ? at->value[l] : edge;
        const double before = l > 0 ? end[l - 1] : origin;
        if (l < at->count && !((edge - end[l]) * way > 0))
            return config_fail(err, node, "%g does not come before the target at %g",
                               end[l], edge);
        if (!((end[l] - before) * way > 0))
            return config_fail(err, node,
                               "%g does not come after %g on the way from the start at %g "
                               "to the target at %g",
                               end[l], before, origin, edge);
    }
    return true;
}

static bool place_levels(const struct escape *e, struct escape_splitting *s,
                         const struct passage_box *box, struct error *err) {
    const struct splitting_settings *settings = &e->question.splitting;
    const double origin = origin_of(e);
    s->levels = settings->at.count > 0 ? settings->at.count + 1 : (size_t)settings->levels;
    if ((s->lo = array_create(s->levels, sizeof *s->lo, err)) == NULL ||
        (s->hi = array_create(s->levels, sizeof *s->hi, err)) == NULL)
        return false;
    for (int end = 0; end < 2; end++)
        s->open[end] = box->boundary[0][end] == ABSORBING;
    for (size_t l = 0; l < s->levels; l++)
        s->lo[l] = -HUGE_VAL, s->hi[l] = HUGE_VAL;
    if (settings->at.count > 0) return given_levels(e, s, origin, box, err);
    even_levels(s, origin, box);
    return true;
}

bool escape_splitting_create(struct escape *e, struct error *err) {
    struct passage_box box;
    if (e->question.split == NULL) return true;
    struct escape_splitting *s = e->splitting = array_create(1, sizeof *s, err);
    if (s == NULL) return false;
    s->z = (double)NAN;
    return !passage_box(&e->passage, e->within, &box) || place_levels(e, s, &box, err);
}

void escape_splitting_destroy(struct escape_splitting *s) {
    if (s == NULL) return;
    free(s->level);
    free(s->hi);
    free(s->lo);
    free(s);
}

/* ---------------------------------------------------------------- running */

/* What one repeat says, as a part of all. */
struct part {
    const struct monitor *monitor;
    double done, all;
};

static bool tick_of_part(void *context, double fraction) {
    const struct part *p = context;
    return p->monitor == NULL ||
           p->monitor->tick(p->monitor->context, (p->done + fraction) / p->all);
}

static bool repeat_all(struct escape_splitting *s, struct splitting *splitting,
                       const struct monitor *monitor, struct error *err) {
    struct part part = {monitor, 0, (double)s->repeats};
    const struct monitor inner = {tick_of_part, &part};
    double *fraction = array_create(s->repeats * s->levels, sizeof *fraction, err);
    bool good = fraction != NULL &&
                (s->level = array_create(s->levels, sizeof *s->level, err)) != NULL;
    for (uint64_t r = 0; good && r < s->repeats; r++, part.done++)
        good = splitting_run(splitting, r, &inner, fraction + r * s->levels, err);
    good = good && splitting_conclude(s->repeats, s->levels, fraction, s->walkers, s->level,
                                      &s->answer, err);
    free(fraction);
    return good;
}

/* Whole steps to the very time that is asked for. */
static void choose_steps(struct escape_splitting *s, double wanted, double time,
                         struct walkers_model *model) {
    s->steps = (uint64_t)fmin(fmax(ceil(time / wanted * (1 - 1e-12)), 1), 1e12);
    s->step = model->step = time / (double)s->steps;
    s->scheme = walkers_kind_name(model->kind);
}

static bool split(const struct escape *e, struct escape_inside *inside,
                  const struct monitor *monitor, struct error *err) {
    struct escape_splitting *s = e->splitting;
    struct ensemble ensemble = {0};
    const double time = e->question.splitting.time;
    const double wanted = escape_inside_step(inside, ENSEMBLE_SDE, time);
    inside->settings.walkers = (int64_t)s->walkers;
    s->seed = inside->settings.seed;
    bool good = ensemble_create(&ensemble, &inside->setup, &inside->settings, ENSEMBLE_SDE,
                                ENSEMBLE_SDE, false, err);
    struct splitting *splitting = NULL;
    if (good) {
        struct walkers_model *model = &ensemble.model[ensemble.intervals - 1];
        choose_steps(s, wanted, time, model);
        const struct splitting_question question = {
            .model = model,
            .steps = s->steps,
            .levels = s->levels,
            .lo = s->lo,
            .hi = s->hi,
            .point = inside->setup.at_point ? inside->setup.point : NULL,
            .grid = inside->setup.grid,
            .density = inside->setup.initial};
        good = (splitting = splitting_create(&question, ensemble.walkers, err)) != NULL &&
               repeat_all(s, splitting, monitor, err);
    }
    splitting_destroy(splitting);
    ensemble_finish(&ensemble);
    return good;
}

static void compare(struct escape *e) {
    const struct escape_reach *reach = &e->reach;
    struct escape_splitting *s = e->splitting;
    const double p = isnan(reach->extrapolated) ? reach->probability : reach->extrapolated;
    if (reach->probability > resolved * reach->error && s->answer.value > 0)
        s->z = (s->answer.value - p) / s->answer.error;
}

bool escape_splitting_run(struct escape *e, const struct monitor *monitor,
                          struct error *err) {
    if (e == NULL || e->splitting == NULL) return true;
    struct escape_splitting *s = e->splitting;
    struct escape_inside inside;
    struct error inner = {0};
    part_begin(&e->parts, "escape: splitting");
    s->walkers = (uint64_t)e->question.splitting.walkers;
    s->repeats = (uint64_t)e->question.splitting.repeats;
    if (!escape_inside_create(e, &inside, err)) return false;
    if (inside.why != NULL)
        fail(&inner, ERROR_RUN, "%s", inside.why);
    else if (split(e, &inside, monitor, &inner))
        compare(e);
    escape_inside_finish(&inside);
    if (error_is_fatal(&inner)) return *err = inner, false;
    if (inner.kind != ERROR_NONE) free(s->level), s->level = NULL;
    return s->why_not = inner, true;
}

/* ---------------------------------------------------------------- the file */

size_t escape_splitting_levels(const struct escape *e) {
    return e == NULL || e->splitting == NULL || e->splitting->level == NULL
               ? 0
               : e->splitting->levels;
}

/* clang-format off */
static const struct quantity ends[2] = {
    {"splitting_lower", {RECORD_LEVELS, RECORD_NONE}, {1, 0, 0}, "lower end of a level", NULL, NULL},
    {"splitting_upper", {RECORD_LEVELS, RECORD_NONE}, {1, 0, 0}, "upper end of a level", NULL, NULL},
};

/* Members of struct splitting_level; errors: of the standard error, or 0. */
static const struct {
    struct quantity quantity;
    size_t values, errors;
} columns[] = {
    {{"splitting_fraction", {RECORD_LEVELS, RECORD_NONE}, {0, 0, 0}, "part of the walkers from the level before that pass it", NULL, "NaN at a level that nobody came to"}, offsetof(struct splitting_level, fraction), offsetof(struct splitting_level, error)},
    {{"splitting_reached", {RECORD_LEVELS, RECORD_NONE}, {0, 0, 0}, "probability to pass the level in time", NULL, "NaN at a level that nobody came to"}, offsetof(struct splitting_level, reached), 0},
};
/* clang-format on */
enum { COLUMNS = sizeof columns / sizeof *columns };

const struct quantity *escape_splitting_quantity(size_t k) {
    return k < 2 ? &ends[k] : k - 2 < COLUMNS ? &columns[k - 2].quantity : NULL;
}

void escape_splitting_fields(const struct escape *e, field_sink add, void *context) {
    if (escape_splitting_levels(e) == 0) return;
    for (int end = 0; end < 2; end++)
        if (e->splitting->open[end]) add(context, &ends[end], (struct quantity_of){0});
    for (int c = 0; c < COLUMNS; c++) {
        add(context, &columns[c].quantity, (struct quantity_of){0});
        if (columns[c].errors != 0)
            add(context, &columns[c].quantity,
                (struct quantity_of){.errors = quantity_standard_error});
    }
}

/* A member of all levels. */
static bool put_column(const struct escape_splitting *s, struct record *record,
                       const struct quantity *quantity, bool errors, size_t member,
                       double *column, struct error *err) {
    char name[QUANTITY_NAME];
    for (size_t l = 0; l < s->levels; l++)
        column[l] = *(const double *)((const char *)&s->level[l] + member);
    quantity_name(name, quantity,
                  &(struct quantity_of){.errors = errors ? quantity_standard_error : NULL});
    return record_static(record, name, column, err);
}

bool escape_splitting_record(const struct escape *e, struct record *record,
                             struct error *err) {
    const size_t levels = escape_splitting_levels(e);
    if (levels == 0) return true;
    const struct escape_splitting *s = e->splitting;
    const double *const end[2] = {s->lo, s->hi};
    double *work = array_create(levels, sizeof *work, err);
    bool good = work != NULL;
    for (int k = 0; good && k < 2; k++)
        good = !s->open[k] || record_static(record, ends[k].name, end[k], err);
    for (int c = 0; good && c < COLUMNS; c++) {
        const struct quantity *q = &columns[c].quantity;
        good = put_column(s, record, q, false, columns[c].values, work, err) &&
               (columns[c].errors == 0 ||
                put_column(s, record, q, true, columns[c].errors, work, err));
    }
    free(work);
    return good;
}

static double reach_time(const void *of) {
    const struct escape *e = of;
    return e->question.splitting.time;
}

static double reach_probability(const void *of) {
    const struct escape *e = of;
    return e->reach.probability;
}

static double reach_time_error(const void *of) {
    const struct escape *e = of;
    return e->reach.error;
}

static double reach_space_error(const void *of) {
    const struct escape *e = of;
    return e->reach.space_error * e->reach.probability;
}

static double reach_extrapolated(const void *of) {
    const struct escape *e = of;
    return e->reach.extrapolated;
}

static double by_walkers(const void *of) {
    const struct escape *e = of;
    return e->splitting->answer.value;
}

static double by_walkers_error(const void *of) {
    const struct escape *e = of;
    return e->splitting->answer.error;
}

static double by_walkers_bound(const void *of) {
    const struct escape *e = of;
    return e->splitting->answer.bound;
}

static double reach_z(const void *of) {
    const struct escape *e = of;
    return e->splitting->z;
}

static double walkers_step(const void *of) {
    const struct escape *e = of;
    return e->splitting->step;
}

static double walkers_count(const void *of) {
    const struct escape *e = of;
    return (double)e->splitting->walkers;
}

static double repeats(const void *of) {
    const struct escape *e = of;
    return (double)e->splitting->repeats;
}

static double repeats_lost(const void *of) {
    const struct escape *e = of;
    return (double)e->splitting->answer.lost;
}

static int64_t walkers_seed(const void *of) {
    const struct escape *e = of;
    return e->splitting->seed;
}

static const char *why_not(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct escape *e = of;
    (void)room;
    return e->splitting->why_not.message;
}

static const char *why_none(const void *of) {
    const struct escape *e = of;
    return e->why_no_error.message[0] != '\0' ? e->why_no_error.message : "nobody arrived";
}

static bool is_done(const void *of) {
    return escape_splitting_levels(of) > 0;
}

static bool is_not_done(const void *of) {
    return !is_done(of);
}

static bool is_bounded(const void *of) {
    const struct escape *e = of;
    return is_done(e) && e->splitting->answer.bound > 0;
}

/* clang-format off */
static const struct attribute attributes[] = {
    {.name = "reach_time", .sentence = "splitting: the time before which to arrive", .real = reach_time, .why = why_none},
    {.name = "reach_probability", .sentence = "probability of the density to arrive before it", .real = reach_probability, .why = why_none},
    {.name = "reach_probability_time_error", .sentence = "its estimated error in time", .real = reach_time_error, .why = why_none},
    {.name = "reach_probability_space_error", .sentence = "its estimated error in space", .real = reach_space_error, .why = why_none},
    {.name = "reach_probability_extrapolated", .sentence = "its value at zero cell width", .real = reach_extrapolated, .why = why_none},
    {.name = "mc_reach_probability", .sentence = "the same probability by splitting of walkers", .present = is_done, .real = by_walkers, .why = why_none},
    {.name = "mc_reach_probability_error", .sentence = "its standard error", .present = is_done, .real = by_walkers_error, .why = why_none},
    {.name = "mc_reach_probability_bound", .sentence = "its upper bound (95 %) if nobody arrived", .present = is_bounded, .real = by_walkers_bound, .why = why_none},
    {.name = "mc_reach_z", .sentence = "its difference to that of the density, in standard errors", .present = is_done, .real = reach_z, .why = why_none},
    {.name = "splitting_step", .sentence = "step of these walkers", .present = is_done, .real = walkers_step, .why = why_none},
    {.name = "splitting_walkers", .sentence = "how many set out in a repeat", .present = is_done, .real = walkers_count, .why = why_none},
    {.name = "splitting_repeats", .sentence = "independent repeats", .present = is_done, .real = repeats, .why = why_none},
    {.name = "splitting_repeats_lost", .sentence = "repeats that ended before the last level", .present = is_done, .real = repeats_lost, .why = why_none},
    {.name = "splitting_seed", .sentence = "seed of these walkers", .present = is_done, .integer = walkers_seed},
    {.name = "splitting_why_not", .sentence = "why there was no splitting", .present = is_not_done, .text = why_not},
};
/* clang-format on */
const struct attribute_table escape_splitting_attributes = {
    attributes, sizeof attributes / sizeof *attributes};

bool escape_splitting_results(const struct escape *e, struct record *record,
                              struct error *err) {
    return e->question.split == NULL ||
           attributes_put(&escape_splitting_attributes, e, NULL, false, record, err);
}

/* ---------------------------------------------------------------- words */

void escape_splitting_place(const struct escape *e, size_t level, char text[80]) {
    const struct escape_splitting *s = e->splitting;
    const char *x = e->setup->model->variable[0];
    if (s->open[0] && s->open[1])
        snprintf(text, 80, "%.20s = %.4g or %.4g", x, s->lo[level], s->hi[level]);
    else
        snprintf(text, 80, "%.20s = %.4g", x, s->open[0] ? s->lo[level] : s->hi[level]);
}

void escape_splitting_remark(const struct escape *e, char text[ESCAPE_SPLITTING_TEXT]) {
    const struct escape_splitting *s = e->splitting;
    char judged[64] = "";
    if (s->answer.bound > 0)
        snprintf(judged, sizeof judged, "nobody arrived: below %.2g (95 %%)",
                 s->answer.bound);
    else if (isnan(s->z))
        snprintf(judged, sizeof judged, "+- %.2g", s->answer.error);
    else
        snprintf(judged, sizeof judged, "+- %.2g, z = %+.1f", s->answer.error, s->z);
    snprintf(text, ESCAPE_SPLITTING_TEXT,
             "%s (%llu x %llu walkers, %zu levels, %s, step %.3g)", judged,
             (unsigned long long)s->repeats, (unsigned long long)s->walkers, s->levels,
             s->scheme, s->step);
}

bool escape_splitting_warning(const struct escape *e, char text[ESCAPE_SPLITTING_TEXT]) {
    static const char remedy[] = "more levels before it, or more walkers";
    if (e == NULL || e->splitting == NULL || e->splitting->level == NULL) return false;
    const struct escape_splitting *s = e->splitting;
    char place[80];
    if (s->answer.lost > 0) {
        escape_splitting_place(e, s->answer.lost_at, place);
        snprintf(text, ESCAPE_SPLITTING_TEXT,
                 "splitting lost all walkers in %zu of %llu repeats, first at level %zu "
                 "(%s): take %s",
                 s->answer.lost, (unsigned long long)s->repeats, s->answer.lost_at + 1,
                 place, remedy);
        return true;
    }
    const struct splitting_level *rarest = &s->level[s->answer.rarest];
    if (rarest->fraction >= least_fraction) return false;
    escape_splitting_place(e, s->answer.rarest, place);
    snprintf(text, ESCAPE_SPLITTING_TEXT,
             "level %zu of the splitting (%s) is passed by %.2g of the walkers only: take "
             "%s",
             s->answer.rarest + 1, place, rarest->fraction, remedy);
    return true;
}
