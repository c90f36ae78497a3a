/* SPDX-License-Identifier: GPL-3.0-or-later
 * analysis.escape in the summary. */
#include "solver/escape/escape_splitting.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

const char *escape_time_text(double log_time, int digits, char text[ESCAPE_TIME_TEXT]) {
    if (log_time == HUGE_VAL || isnan(log_time))
        snprintf(text, ESCAPE_TIME_TEXT, "%s", isnan(log_time) ? "unknown" : "infinite");
    else if (fabs(log_time) < 300 * log(10))
        snprintf(text, ESCAPE_TIME_TEXT, "%.*g", digits, exp(log_time));
    else
        snprintf(text, ESCAPE_TIME_TEXT, "10^%.*g", digits, log_time / log(10));
    return text;
}

/* ---------------------------------------------------------------- words */

bool escape_note(const struct escape *e, char text[ESCAPE_NOTE]) {
    const struct escape_question *q = &e->question;
    struct passage_box box;
    if (e->moved)
        return snprintf(text, ESCAPE_NOTE,
                        "the target's edge lies inside a cell; the face next to it was "
                        "moved onto it for the escape"),
               true;
    if (q->cut == 0) return false;
    if (e->passage.grid->dims == 2 || !passage_box(&e->passage, e->within, &box))
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

enum { CUT_TEXT = 64 };

static const char *cut_text(const struct escape *e, char text[CUT_TEXT]) {
    text[0] = '\0';
    if (e->cut > 1) snprintf(text, CUT_TEXT, "; every cell was cut into %zu", e->cut);
    return text;
}

static void print_mean(const struct escape *e, FILE *out) {
    char time[ESCAPE_TIME_TEXT], cut[CUT_TEXT];
    escape_time_text(e->log_time, 9, time);
    if (isnan(e->space_error))
        print_line(out, "mean escape time", "%s (space error unknown: %s)", time,
                   e->why_no_error.message);
    else
        print_line(out, "mean escape time", "%s (relative space error %.2g%s)", time,
                   e->space_error, cut_text(e, cut));
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
    if (e->passage.grid->dims == 1 && e->exit[0] > 0 && e->exit[1] > 0)
        print_line(out, "leaves", "below %.6g, above %.6g", e->exit[0], e->exit[1]);
    if (escape_note(e, note)) print_line(out, "note", "%s", note);
    if (e->survival.alive == NULL && e->why_no_survival.message[0] != '\0')
        print_line(out, "survival curve", "none: %s", e->why_no_survival.message);
    print_splitting(e, out);
}
