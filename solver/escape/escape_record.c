/* SPDX-License-Identifier: GPL-3.0-or-later
 * analysis.escape in the output file and in the summary. */
#include "solver/escape/escape_splitting.h"
#include "solver/fv/plane/escape.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const double ln10 = 2.302585092994045684;

const char *escape_time_text(double log_time, int digits, char text[ESCAPE_TIME_TEXT]) {
    if (log_time == HUGE_VAL || isnan(log_time))
        snprintf(text, ESCAPE_TIME_TEXT, "%s", isnan(log_time) ? "unknown" : "infinite");
    else if (fabs(log_time) < 300 * ln10)
        snprintf(text, ESCAPE_TIME_TEXT, "%.*g", digits, exp(log_time));
    else
        snprintf(text, ESCAPE_TIME_TEXT, "10^%.*g", digits, log_time / ln10);
    return text;
}

/* ---------------------------------------------------------------- fields */

static bool in_the_plane(const struct escape *e) {
    return e->passage.grid->dims == 2;
}

static void add_names(field_sink add, void *context, const char *const *name) {
    for (; *name != NULL; name++)
        add(context, RECORD_KNOWN, NULL, *name);
}

void escape_fields(const struct escape *e, field_sink add, void *context) {
    static const char *const times[] = {"escape_time", "escape_time_log10", NULL};
    static const char *const curves[] = {"survival", "exit_density", NULL};
    static const char *const parts[] = {"exit_density_lower", "exit_density_upper", NULL};
    static const char *const sides[] = {"exit_lower", "exit_upper", NULL};
    static const char *const faces[] = {"exit_face_x", "exit_face_y", "exit_face_length",
                                        "exit_face_probability", NULL};
    if (e == NULL) return;
    add_names(add, context, times);
    add_names(add, context, in_the_plane(e) ? faces : sides);
    if (e->survival.alive != NULL) add_names(add, context, curves);
    if (e->survival.alive != NULL && !in_the_plane(e)) add_names(add, context, parts);
    if (e->quasi.density != NULL)
        add(context, RECORD_KNOWN, NULL, "quasi_stationary_density");
    if (e->committor != NULL) add(context, RECORD_KNOWN, NULL, "escape_committor");
    escape_splitting_fields(e, add, context);
}

/* e^log of all cells, or log10 of it, which is NAN on the target. */
static bool put_logarithms(const struct escape *e, struct record *record, const char *name,
                           const double *log_value, bool decimal, double *work,
                           struct error *err) {
    for (size_t i = 0; i < e->passage.grid->cells; i++)
        work[i] = !decimal                    ? exp(log_value[i])
                  : log_value[i] == -HUGE_VAL ? (double)NAN
                                              : log_value[i] / ln10;
    return record_static(record, name, work, err);
}

static bool put_curves(const struct escape *e, struct record *record, double *work,
                       struct error *err) {
    const struct survival *s = &e->survival;
    if (s->alive == NULL) return true;
    for (size_t k = 0; k < e->times; k++)
        work[k] = s->lower[k] + s->upper[k];
    return record_static(record, "survival", s->alive, err) &&
           record_static(record, "exit_density", work, err) &&
           (in_the_plane(e) ||
            (record_static(record, "exit_density_lower", s->lower, err) &&
             record_static(record, "exit_density_upper", s->upper, err)));
}

static bool put_sides(const struct escape *e, struct record *record, double *work,
                      struct error *err) {
    const struct passage *p = &e->passage;
    return put_logarithms(e, record, "exit_lower", p->log_lower, false, work, err) &&
           put_logarithms(e, record, "exit_upper", p->log_upper, false, work, err);
}

static bool put_faces(const struct escape *e, struct record *record, struct error *err) {
    const struct passage *p = &e->passage;
    static const char *const names[] = {"exit_face_x", "exit_face_y", "exit_face_length"};
    double *work = array_create(3 * p->places, sizeof *work, err);
    bool good = work != NULL;
    for (size_t k = 0; good && k < p->places; k++) {
        work[k] = p->place[k].x[0], work[p->places + k] = p->place[k].x[1];
        work[2 * p->places + k] = p->place[k].length;
    }
    for (size_t k = 0; good && k < 3; k++)
        good = record_static(record, names[k], work + k * p->places, err);
    free(work);
    return good && record_static(record, "exit_face_probability", e->exit_place, err);
}

bool escape_record(const struct escape *e, struct record *record, struct error *err) {
    if (e == NULL) return true;
    const struct passage *p = &e->passage;
    const size_t room = p->grid->cells > e->times ? p->grid->cells : e->times;
    double *work = array_create(room, sizeof *work, err);
    bool good =
        work != NULL &&
        put_logarithms(e, record, "escape_time", p->log_time, false, work, err) &&
        put_logarithms(e, record, "escape_time_log10", p->log_time, true, work, err) &&
        put_curves(e, record, work, err) &&
        (in_the_plane(e) ? put_faces(e, record, err) : put_sides(e, record, work, err));
    if (good && e->quasi.density != NULL)
        good = record_static(record, "quasi_stationary_density", e->quasi.density, err);
    if (good && e->committor != NULL)
        good = record_static(record, "escape_committor", e->committor, err);
    free(work);
    return good && escape_splitting_record(e, record, err);
}

/* ---------------------------------------------------------------- attributes */

bool escape_results(const struct escape *e, struct record *record, struct error *err) {
    if (e == NULL) return true;
    char from[ESCAPE_WORDS], to[ESCAPE_WORDS], note[ESCAPE_NOTE];
    escape_question_words(&e->question, e->setup, from, to);
    const bool quasi = e->quasi.density != NULL, line = !in_the_plane(e);
    const struct {
        const char *name;
        double value;
        bool present;
    } real[] = {{"mean_escape_time", exp(e->log_time), true},
                {"mean_escape_time_log10", e->log_time / ln10, true},
                {"mean_escape_time_space_error", e->space_error * exp(e->log_time), true},
                {"mean_escape_time_extrapolated", exp(e->log_extrapolated), true},
                {"escape_rate", exp(-e->log_time), true},
                {"quasi_stationary_rate", exp(e->quasi.log_rate), quasi},
                {"quasi_stationary_rate_log10", e->quasi.log_rate / ln10, quasi},
                {"exit_probability_lower", e->exit[0], line},
                {"exit_probability_upper", e->exit[1], line},
                {"survival_time_error", e->survival.error, e->survival.alive != NULL}};
    const char *why = e->why_no_error.message[0] != '\0'
                          ? e->why_no_error.message
                          : "too large a number: see its logarithm";
    for (size_t k = 0; k < sizeof real / sizeof *real; k++)
        if (real[k].present &&
            !record_attribute_or(record, "/", real[k].name, real[k].value, why, err))
            return false;
    return record_attribute_text(record, "/", "escape_from", from, err) &&
           record_attribute_text(record, "/", "escape_to", to, err) &&
           (!escape_note(e, note) ||
            record_attribute_text(record, "/", "escape_note", note, err)) &&
           escape_splitting_results(e, record, err);
}

/* ---------------------------------------------------------------- words */

bool escape_note(const struct escape *e, char text[ESCAPE_NOTE]) {
    const struct escape_question *q = &e->question;
    struct passage_box box;
    if (e->grid != NULL)
        return snprintf(text, ESCAPE_NOTE,
                        "the target's edge lies inside a cell; the face next to it was "
                        "moved onto it for the escape"),
               true;
    if (q->cut == 0) return false;
    if (in_the_plane(e) || !passage_box(&e->passage, e->within, &box))
        snprintf(text, ESCAPE_NOTE,
                 "the target's edge cuts %zu cells; those that lie in it by more than half "
                 "are the target of all rows",
                 q->cut);
    else
        snprintf(text, ESCAPE_NOTE,
                 "the target's edge lies inside a cell, near %g; the interval to leave is "
                 "[%g, %g] in all rows: align it",
                 q->cut_at[0], box.lo[0], box.hi[0]);
    return true;
}

static void print_line(FILE *out, const char *label, const char *format, ...)
    PRINTF_LIKE(3, 4);

static void print_line(FILE *out, const char *label, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(out, "  %-22s ", label);
    vfprintf(out, format, args);
    fprintf(out, "\n");
    va_end(args);
}

static void print_mean(const struct escape *e, FILE *out) {
    char time[ESCAPE_TIME_TEXT];
    escape_time_text(e->log_time, 9, time);
    if (isnan(e->space_error))
        print_line(out, "mean escape time", "%s (space error unknown: %s)", time,
                   e->why_no_error.message);
    else
        print_line(out, "mean escape time", "%s (relative space error %.2g)", time,
                   e->space_error);
}

static void print_quasi(const struct escape *e, FILE *out) {
    char time[ESCAPE_TIME_TEXT];
    if (e->quasi.density == NULL)
        print_line(out, "quasi-stationary", "none: %s", e->why_no_quasi.message);
    else
        print_line(out, "1/quasi-stationary", "%s",
                   escape_time_text(-e->quasi.log_rate, 9, time));
}

static void print_splitting(const struct escape *e, FILE *out) {
    const struct escape_splitting *s = e->splitting;
    char label[40], text[ESCAPE_SPLITTING_TEXT];
    if (s == NULL) return;
    snprintf(label, sizeof label, "reached before %g", e->question.splitting.time);
    print_line(out, label, "%.6g (relative space error %.2g)", e->reach.probability,
               e->reach.space_error);
    if (s->level == NULL) {
        print_line(out, "by splitting", "none: %s", s->why_not.message);
        return;
    }
    escape_splitting_remark(e, text);
    print_line(out, "by splitting", "%.5g %s", s->answer.value, text);
}

void escape_print(const struct escape *e, void *stream) {
    FILE *out = stream;
    if (e == NULL) return;
    char from[ESCAPE_WORDS], to[ESCAPE_WORDS], note[ESCAPE_NOTE];
    escape_question_words(&e->question, e->setup, from, to);
    print_line(out, "escape", "from %s to %s", from, to);
    print_mean(e, out);
    print_quasi(e, out);
    if (!in_the_plane(e) && e->exit[0] > 0 && e->exit[1] > 0)
        print_line(out, "leaves", "below %.6g, above %.6g", e->exit[0], e->exit[1]);
    if (escape_note(e, note)) print_line(out, "note", "%s", note);
    if (e->survival.alive == NULL && e->why_no_survival.message[0] != '\0')
        print_line(out, "survival curve", "none: %s", e->why_no_survival.message);
    print_splitting(e, out);
}
