/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the user hears while a run goes: remarks, and how far it is. */
#include "io/wall_clock.h"
#include "solver/run/run_state.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

double run_seconds(const struct run_state *s) {
    return wall_clock() - s->progress.begin;
}

static void keep_remark(struct run_state *s, enum severity severity, const char *format,
                        va_list args) {
    const char *label = severity == SEVERITY_WARNING ? "warning: " : "";
    const size_t room = sizeof s->remarks.line / sizeof *s->remarks.line,
                 used = strlen(label);
    if (s->remarks.count == room) return;
    char *text = s->remarks.line[s->remarks.count++];
    memcpy(text, label, used + 1);
    vsnprintf(text + used, sizeof s->remarks.line[0] - used, format, args);
    if (s->options->say != NULL) s->options->say(s->options->say_context, severity, text);
}

void run_remark(struct run_state *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(s, SEVERITY_REMARK, format, args);
    va_end(args);
}

void run_warning(struct run_state *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(s, SEVERITY_WARNING, format, args);
    va_end(args);
}

void run_inaccurate(struct run_state *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(s, SEVERITY_WARNING, format, args);
    va_end(args);
    s->remarks.inaccurate = true;
}

/* ---------------------------------------------------------------- progress */

void run_begin_part(struct run_state *s, const char *name) {
    s->progress.part = name, s->progress.told = 0;
    if (s->options->part != NULL) s->options->part(s->options->say_context, name);
}

static bool tick(struct run_state *s, double fraction) {
    const struct monitor *m = &s->options->monitor;
    if (!isnan(fraction)) s->progress.told = fraction;
    return m->tick == NULL || m->tick(m->context, s->progress.told);
}

static bool tick_of_preparation(struct run_state *s, double fraction) {
    return tick(s, s->options->part != NULL ? fraction : (double)NAN);
}

/* From the propagators' fraction of one advance to the fraction of the whole run. With
 * walkers only these count: they take much longer than the density. */
static bool tick_of_batch(void *context, double fraction) {
    struct run_state *s = context;
    if (s->progress.part != NULL) return tick_of_preparation(s, fraction);
    const double *t = s->setup->time, end = t[s->setup->snapshots - 1];
    if (s->monte_carlo != NULL || s->laws != NULL) return tick(s, t[s->row] / end);
    return tick(s, ((double)s->batch.first + fraction * (double)s->batch.rows) /
                       (double)s->setup->snapshots);
}

/* What the coarse grids of a batch do is no part of its fraction. */
static bool tick_of_coarse(void *context, double fraction) {
    struct run_state *s = context;
    return s->progress.part != NULL ? tick_of_preparation(s, fraction)
                                    : tick(s, (double)NAN);
}

static bool tick_of_walkers(void *context, double fraction) {
    struct run_state *s = context;
    const double *t = s->setup->time, end = t[s->setup->snapshots - 1],
                 before = s->row > 0 ? t[s->row - 1] : 0;
    return tick(s, (before + fraction * (t[s->row] - before)) / end);
}

/* Beside walkers laws take no time that counts. */
static bool tick_of_laws(void *context, double fraction) {
    const struct run_state *s = context;
    return tick_of_walkers(context, s->monte_carlo != NULL ? 0 : fraction);
}

void run_progress_init(struct run_state *s) {
    s->progress = (struct run_progress){.begin = wall_clock(),
                                        .rows = {tick_of_batch, s},
                                        .coarse = {tick_of_coarse, s},
                                        .walkers = {tick_of_walkers, s},
                                        .laws = {tick_of_laws, s}};
}
