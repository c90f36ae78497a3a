/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/escape/escape_rows.h"
#include <math.h>
#include <stdarg.h>

void escape_row_print(const struct escape_rows *r, const char *way, double log_time,
                      int digits, const char *format, ...) {
    char time[ESCAPE_TIME_TEXT], remark[ESCAPE_STEPS_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(remark, sizeof remark, format, args);
    va_end(args);
    fprintf(r->out, "  %-36s %14s  ", way,
            digits > 0 ? escape_time_text(log_time, digits, time) : "-");
    fprintf(r->out, "%s\n", remark);
    if (r->options->json == NULL) return;
    const double value = digits > 0 ? log_time : (double)NAN;
    json_object_begin(r->options->json, NULL);
    json_text(r->options->json, "way", way);
    json_number(r->options->json, "time", exp(value));
    json_number(r->options->json, "log_time", value);
    json_text(r->options->json, "remark", remark);
    json_object_end(r->options->json);
}

/* ---------------------------------------------------------------- the discrete process */

static const char *edge_remark(const struct escape_steps *s) {
    if (s->cut) return "; the target's edge cuts cells: some tenths of a per cent are lost";
    return s->half_on ? "" : "; its edge is on no face of half the cells: mostly that";
}

static bool steps_row(struct escape_rows *r, enum ensemble_kind kind, const char *way,
                      struct error *err) {
    struct escape_steps s;
    if (!escape_steps_find(r->escape, kind, &r->options->monitor, &s, err)) return false;
    if (r->doubt[0] == '\0') (void)escape_steps_doubt(&s, r->doubt);
    const double log_time = log(s.steps * s.step);
    if (isfinite(s.steps)) r->itself[kind] = s.steps * s.step;
    if (s.why[0] != '\0')
        escape_row_print(r, way, 0, 0, "%s", s.why);
    else if (isinf(s.steps))
        escape_row_print(r, way, log_time, 9,
                         "there are places that its steps never leave");
    else if (isnan(s.error))
        escape_row_print(r, way, log_time, 7, "%.7g steps, error unknown", s.steps);
    else
        escape_row_print(r, way, log_time, 7,
                         "%.7g steps +- %.2g (half of %zu cells)%s; grid / this: %.4g",
                         s.steps, s.error, s.cells, edge_remark(&s),
                         exp(r->escape->log_time - log_time));
    return true;
}

/* The lowest saddle on the way to the target; NAN where none is found. */
static double lowest_saddle(const struct line_kramers_answer *k) {
    double best = HUGE_VAL, saddle = (double)NAN;
    for (int side = 0; side < 2; side++)
        if (k->side[side].found && k->side[side].height < best)
            best = k->side[side].height, saddle = k->side[side].saddle;
    return saddle;
}

/* Heights by the exponents of SGD and of the equation, side by side. */
static bool barrier_row(const struct escape_rows *r, struct error *err) {
    static const char way[] = "barrier by the exponent of SGD";
    const struct escape_exponents *x = &r->escape->exponents;
    const double saddle = lowest_saddle(&r->kramers);
    const double unit = 1e-9 * r->escape->passage.grid->axis[0]->width[0];
    double U[EXPONENTS];
    if (x->slope[EXPONENT_SGD] == NULL)
        return escape_row_print(r, way, 0, 0, "%s", x->why_none.message), true;
    if (isnan(saddle) || isnan(r->kramers.minimum))
        return escape_row_print(r, way, 0, 0, "%s", r->kramers.why), true;
    if (!escape_exponents_climb(r->escape, r->kramers.minimum, saddle, U, err))
        return false;
    escape_row_print(r, way, log(U[EXPONENT_SGD]), 6,
                     "of the equation %.6g; mean times grow as e^this, from %.4g to %.4g",
                     U[EXPONENT_EQUATION], r->kramers.minimum,
                     fabs(saddle) < unit ? 0 : saddle);
    return true;
}

/* Of what has steps with normal noise at least: no drift, no stable noise. */
bool escape_rows_of_process(struct escape_rows *r, struct error *err) {
    const struct model *m = r->setup->model;
    if (m->kind == MODEL_DRIFT || model_has_stable_noise(m)) return true;
    if (m->examples > 0 && !steps_row(r, ENSEMBLE_SGD, "SGD itself", err)) return false;
    if (m->rule == NULL &&
        !steps_row(r, ENSEMBLE_GAUSSIAN,
                   m->examples > 0 ? "SGD with normal noise" : "SGD itself, normal noise",
                   err))
        return false;
    return m->examples == 0 || !r->line || barrier_row(r, err);
}
