/* SPDX-License-Identifier: GPL-3.0-or-later
 * time.snapshots: lists and ranges, sorted, with 0 and the ends of the learning-rate
 * intervals. */
#include "io/numbers.h"
#include "solver/settings/setup.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_SNAPSHOTS = 1000000 };
static const double most_steps = 9007199254740992.0; /* 2^53: counted exactly */

struct times {
    size_t count, room;
    double *value;
};

static bool times_add(struct times *t, double value, struct error *err) {
    double *wider = array_grow(t->value, t->count, &t->room, sizeof *wider, err);
    if (wider == NULL) return false;
    t->value = wider;
    t->value[t->count++] = value;
    return true;
}

/* first^(1-s) last^s; the ratio of 1e300 to 1e-300 is no number. */
static double log_between(double first, double last, double s) {
    const double ratio = last / first;
    return isfinite(ratio) ? first * pow(ratio, s) : pow(first, 1 - s) * pow(last, s);
}

/* [first, last, count], equally spaced in t or ln t; the ends are exact. */
static bool times_add_range(struct times *t, const struct reals *range, bool logarithmic,
                            const struct config_node *at, struct error *err) {
    if (range->count == 0) return true;
    if (range->count != 3)
        return config_fail(err, at, "%zu numbers; [first, last, count] is wanted here",
                           range->count);
    const double first = range->value[0], last = range->value[1], count = range->value[2];
    if (!(count >= 1 && count <= MOST_SNAPSHOTS) || count != floor(count))
        return config_fail(err, at, "count %g; it must be a whole number from 1 to %d",
                           count, MOST_SNAPSHOTS);
    if (logarithmic && !(first > 0))
        return config_fail(err, at, "first %g; it must be > 0 for equal ratios", first);
    if (!(first >= 0))
        return config_fail(err, at, "first %g; times are >= 0, the start is at 0", first);
    if (!(last > first) && count > 1)
        return config_fail(err, at, "last %g is not after first %g", last, first);
    for (size_t k = 0; k < (size_t)count; k++) {
        const double s = count > 1 ? (double)k / (count - 1) : 0;
        const double value =
            logarithmic ? log_between(first, last, s) : first + s * (last - first);
        if (!times_add(t, k == 0 ? first : k + 1 == (size_t)count ? last : value, err))
            return false;
    }
    return true;
}

static bool times_add_list(struct times *t, const struct reals *list,
                           const struct config_node *at, struct error *err) {
    if (list->count > MOST_SNAPSHOTS)
        return config_fail(err, at, "%zu snapshots; at most %d", list->count,
                           MOST_SNAPSHOTS);
    for (size_t k = 0; k < list->count; k++) {
        if (!(list->value[k] >= 0))
            return config_fail(err, at, "time %g; times are >= 0", list->value[k]);
        if (!times_add(t, list->value[k], err)) return false;
    }
    return true;
}

static bool times_read(const struct spec *spec, const struct config_node *node,
                       struct times *t, struct error *err) {
    struct snapshots_settings s = {0};
    bool good;
    if (node->kind == CONFIG_MAPPING) {
        good = settings_read(node, snapshots_table, &s, &spec->evaluator, err) &&
               times_add_list(t, &s.at, node, err) &&
               times_add_range(t, &s.log, true, config_find(node, "log"), err) &&
               times_add_range(t, &s.linear, false, config_find(node, "linear"), err);
        settings_finish(snapshots_table, &s);
        return good;
    }
    good = true;
    for (size_t k = 0; good && k < (node->kind == CONFIG_SEQUENCE ? node->count : 1); k++) {
        const struct config_node *at =
            node->kind == CONFIG_SEQUENCE ? node->child[k] : node;
        double value = 0;
        good = setting_real(at, &spec->evaluator, &value, err) &&
               times_add_list(t, &(struct reals){1, &value}, at, err);
    }
    return good;
}

/* Walkers stand at whole steps only, and so does the law of the process: with monte_carlo or
 * law snapshots do too. Time that one step takes in an interval; 0 where a key is missing,
 * which is said elsewhere. */
static double step_time(const struct spec *spec, const struct model *model,
                        size_t interval) {
    return model->kind != MODEL_DRIFT ? model_step_time(model, interval)
                                      : spec->monte_carlo.step;
}

/* The nearest whole number of steps since the beginning of the interval that t lies in; never
 * 0 for t > 0. */
static bool move_to_whole_steps(const struct spec *spec, struct model *model,
                                struct times *t, struct error *err) {
    double begin = 0;
    for (size_t interval = 0, k = 0; interval < model_intervals(model); interval++) {
        const double end = model_interval_end(model, interval);
        const double step = step_time(spec, model, interval);
        if (!(step > 0)) return true;
        double moved = end;
        const double latest = fmin(end, t->value[t->count - 1]);
        if (!((latest - begin) / step <= most_steps))
            return config_fail(err, spec->time.snapshots,
                               "t = %g is more than 2^53 steps away, which monte_carlo and "
                               "law cannot count",
                               latest);
        if (isfinite(end))
            model->interval[interval].until = moved =
                begin + fmax(1, round((end - begin) / step)) * step;
        for (; k < t->count && t->value[k] <= end; k++)
            if (t->value[k] > 0)
                t->value[k] = fmin(
                    moved, begin + fmax(1, round((t->value[k] - begin) / step)) * step);
        begin = moved;
    }
    return true;
}

/* Sorted, each once; returns how many are left. */
static size_t times_sort(struct times *t) {
    size_t kept = 0;
    numbers_sort(t->count, t->value);
    for (size_t k = 0; k < t->count; k++)
        if (kept == 0 || t->value[k] > t->value[kept - 1]) t->value[kept++] = t->value[k];
    return kept;
}

bool setup_time_list(const struct spec *spec, const struct config_node *node, size_t *count,
                     double **time, struct error *err) {
    struct times t = {0};
    if (!times_read(spec, node, &t, err)) return free(t.value), false;
    *count = times_sort(&t);
    *time = t.value;
    return *count > 0 || config_fail(err, node, "no times");
}

bool setup_times(const struct spec *spec, struct model *model, size_t *count, double **time,
                 struct error *err) {
    struct times t = {0};
    bool good = times_add(&t, 0, err) && times_read(spec, spec->time.snapshots, &t, err);
    double end = 0;
    for (size_t k = 0; k < t.count; k++)
        end = fmax(end, t.value[k]);
    if (good && !(end > 0))
        good =
            config_fail(err, spec->time.snapshots, "no time after 0: nothing would happen");
    for (size_t interval = 0; good && interval < model_intervals(model); interval++)
        if (model_interval_end(model, interval) < end)
            good = times_add(&t, model_interval_end(model, interval), err);
    numbers_sort(t.count, t.value);
    if (good && (spec->monte_carlo_node != NULL || spec->law_node != NULL))
        good = move_to_whole_steps(spec, model, &t, err);
    if (!good) return free(t.value), false;
    *count = times_sort(&t);
    *time = t.value;
    return true;
}

void setup_steps(const struct setup *setup, double step, double *at, double *until) {
    const struct model *m = setup->model;
    double begin = 0, before = 0;
    size_t row = 0;
    for (size_t k = 0; k < model_intervals(m); k++) {
        const double one = m->kind == MODEL_DRIFT ? step : model_step_time(m, k),
                     end = model_interval_end(m, k);
        for (; row < setup->snapshots && setup->time[row] <= end; row++)
            at[row] = before + round((setup->time[row] - begin) / one);
        if (isinf(end)) break;
        until[k] = before += round((end - begin) / one);
        begin = end;
    }
}
