/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/run/progress.h"
#include "io/wall_clock.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- remarks */

static void keep_remark(struct run_remarks *r, enum severity severity, const char *format,
                        va_list args) {
    const char *label = severity == SEVERITY_WARNING ? "warning: " : "";
    const size_t room = sizeof r->line / sizeof *r->line, used = strlen(label);
    if (r->count == room) return;
    char *text = r->line[r->count++];
    memcpy(text, label, used + 1);
    vsnprintf(text + used, sizeof r->line[0] - used, format, args);
    if (r->options->say != NULL) r->options->say(r->options->say_context, severity, text);
}

void run_remark(struct run_remarks *r, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(r, SEVERITY_REMARK, format, args);
    va_end(args);
}

void run_warning(struct run_remarks *r, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(r, SEVERITY_WARNING, format, args);
    va_end(args);
}

void run_inaccurate(struct run_remarks *r, const char *format, ...) {
    va_list args;
    va_start(args, format);
    keep_remark(r, SEVERITY_WARNING, format, args);
    va_end(args);
    r->inaccurate = true;
}

/* ---------------------------------------------------------------- progress */

static const char density[] = "density", coarse[] = "coarser grids", walkers[] = "walkers",
                  laws[] = "laws";

double run_seconds(const struct run_progress *p) {
    return wall_clock() - p->begin;
}

void run_begin_part(struct run_progress *p, const char *name) {
    p->part = name, p->told = 0, p->doing = NULL;
    if (p->options->part != NULL) p->options->part(p->options->say_context, name);
}

/* What cannot be written is told with the next row, or at the end. */
static bool tick(struct run_progress *p, double fraction) {
    const struct monitor *m = &p->options->monitor;
    struct error later;
    if (p->record != NULL) (void)!record_go_on(p->record, &later);
    if (!isnan(fraction)) p->told = fraction;
    return m->tick == NULL || m->tick(m->context, p->told);
}

/* Of the rows: what is computed now. */
static void tell_doing(struct run_progress *p, const char *what) {
    if (p->doing == what || p->part != NULL || p->options->doing == NULL) return;
    p->doing = what;
    p->options->doing(p->options->say_context, what);
}

static bool tick_of_preparation(struct run_progress *p, double fraction) {
    return tick(p, p->options->part != NULL ? fraction : (double)NAN);
}

/* From the propagators' fraction of one advance to the fraction of the whole run. With
 * walkers only these count: they take much longer than the density. */
static bool tick_of_batch(void *context, double fraction) {
    struct run_progress *p = context;
    if (p->part != NULL) return tick_of_preparation(p, fraction);
    const struct snapshot_batch *b = &p->place->batch;
    tell_doing(p, density);
    const double *t = p->time, end = t[p->snapshots - 1];
    if (p->has_walkers || p->has_laws) return tick(p, t[p->place->row] / end);
    return tick(p, ((double)b->first + fraction * (double)b->rows) / (double)p->snapshots);
}

/* What the coarse grids of a batch do is no part of its fraction. */
static bool tick_of_coarse(void *context, double fraction) {
    struct run_progress *p = context;
    tell_doing(p, coarse);
    return p->part != NULL ? tick_of_preparation(p, fraction) : tick(p, (double)NAN);
}

static bool tick_of_row(struct run_progress *p, double fraction) {
    const size_t row = p->place->row;
    const double *t = p->time, end = t[p->snapshots - 1], before = row > 0 ? t[row - 1] : 0;
    return tick(p, (before + fraction * (t[row] - before)) / end);
}

static bool tick_of_walkers(void *context, double fraction) {
    tell_doing(context, walkers);
    return tick_of_row(context, fraction);
}

/* Beside walkers laws take no time that counts. */
static bool tick_of_laws(void *context, double fraction) {
    struct run_progress *p = context;
    tell_doing(p, laws);
    return tick_of_row(p, p->has_walkers ? 0 : fraction);
}

static void begin_part(void *context, const char *name) {
    run_begin_part(context, name);
}

void run_progress_init(struct run_progress *p, const struct run_options *options) {
    *p = (struct run_progress){.options = options,
                               .begin = wall_clock(),
                               .rows = {tick_of_batch, p},
                               .coarse = {tick_of_coarse, p},
                               .walkers = {tick_of_walkers, p},
                               .laws = {tick_of_laws, p},
                               .parts = {begin_part, p}};
}

void run_progress_follow(struct run_progress *p, const struct setup *setup,
                         const struct run_place *place, bool has_walkers, bool has_laws) {
    p->time = setup->time, p->snapshots = setup->snapshots;
    p->place = place;
    p->has_walkers = has_walkers, p->has_laws = has_laws;
}
