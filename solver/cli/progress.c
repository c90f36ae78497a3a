/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/progress.h"
#include "io/wall_clock.h"
#include "solver/cli/signals.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct reading {
    double fraction, elapsed;
};
static struct {
    struct reading half, late; /* late: the last time the fraction had doubled */
    bool quiet, terminal, drawn;
    double begin, drawn_at, fraction; /* fraction: the last that was told */
    char label[80];
} state;

static const char *in_words(double seconds, char text[32]) {
    if (seconds < 60)
        snprintf(text, 32, "%.0f s", ceil(seconds));
    else if (seconds < 3600)
        snprintf(text, 32, "%.0f min %02.0f s", floor(seconds / 60), fmod(seconds, 60));
    else
        snprintf(text, 32, "%.0f h %02.0f min", floor(seconds / 3600),
                 floor(fmod(seconds, 3600) / 60));
    return text;
}

/* Seconds left at the recent pace, that of the second half of what is done. NAN before a
 * twentieth is done, and while the recent pace and the one since the beginning (set-up, a
 * first factorisation) give very different times. */
static double time_left(double fraction, double elapsed) {
    if (fraction >= 2 * state.late.fraction)
        state.half = state.late, state.late = (struct reading){fraction, elapsed};
    const double done = fraction - state.half.fraction;
    if (fraction < 0.05 || !(done > 0)) return (double)NAN;
    const double whole = elapsed * (1 - fraction) / fraction,
                 late = (elapsed - state.half.elapsed) * (1 - fraction) / done;
    return whole > 2 * late || late > 2 * whole ? (double)NAN : late;
}

static void draw(double fraction, double elapsed) {
    enum { WIDTH = 40 };
    char bar[WIDTH + 1], left[32], spent[32];
    const int full = (int)(fraction * WIDTH);
    for (int k = 0; k < WIDTH; k++)
        bar[k] = k < full ? '#' : '.';
    bar[WIDTH] = '\0';
    const double seconds = time_left(fraction, elapsed);
    const char *eta = isnan(seconds) ? "?" : in_words(seconds, left);
    if (state.terminal)
        fprintf(stderr, "\r[%s] %5.1f %%  %s, %s left  %s \033[K", bar, 100 * fraction,
                in_words(elapsed, spent), eta, state.label);
    else
        fprintf(stderr, "%5.1f %%  %s, %s left  %s\n", 100 * fraction,
                in_words(elapsed, spent), eta, state.label);
    fflush(stderr);
    state.drawn = true;
}

static bool tick(void *context, double fraction) {
    (void)context;
    if (!isnan(fraction)) state.fraction = fraction;
    const double now = wall_clock(), elapsed = now - state.begin;
    const double pause = state.terminal ? 0.1 : 15;
    if (!state.quiet && elapsed > 0.5 && now - state.drawn_at >= pause) {
        draw(state.fraction, elapsed);
        state.drawn_at = now;
    }
    return !signals_stop();
}

struct monitor progress_begin(bool quiet) {
    const double now = wall_clock();
    const bool terminal = isatty(STDERR_FILENO);
    state.quiet = quiet, state.terminal = terminal, state.drawn = false;
    state.begin = now, state.drawn_at = terminal ? 0 : now;
    state.half = state.late = (struct reading){0};
    state.fraction = 0;
    return (struct monitor){tick, NULL};
}

void progress_restart(void) {
    state.begin = wall_clock();
    state.half = state.late = (struct reading){0};
    state.fraction = 0;
    if (!state.terminal) state.drawn_at = state.begin;
}

void progress_label(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(state.label, sizeof state.label, format, args);
    va_end(args);
}

void progress_clear(void) {
    if (state.drawn && state.terminal) fprintf(stderr, "\r\033[K");
    state.drawn = false;
}

void progress_end(void) {
    progress_clear();
}
