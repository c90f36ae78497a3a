/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/progress.h"
#include "io/pace.h"
#include "io/wall_clock.h"
#include "solver/cli/signals.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MOST_LINES = 16 };

static struct {
    struct pace pace; /* of the phase that goes on */
    bool quiet, terminal, drawn;
    double begin, drawn_at, fraction; /* fraction: the last that was told */
    char label[80], doing[40];
    size_t lines, lines_drawn; /* below the bar */
    char line[MOST_LINES][PROGRESS_LINE];
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

/* ", 18 s left", or nothing where that is not known. */
static const char *time_left(double elapsed, char text[64]) {
    char words[32];
    const double seconds = pace_left(&state.pace, elapsed);
    text[0] = '\0';
    if (!isnan(seconds)) snprintf(text, 64, ", %s left", in_words(seconds, words));
    return text;
}

/* Columns and rows of the terminal. */
static void terminal_size(int *columns, size_t *rows) {
    struct winsize size = {0};
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    *columns = known ? size.ws_col : 80;
    *rows = known && size.ws_row > 0 ? size.ws_row : 24;
}

/* Below the bar, where the cursor is again afterwards. */
static void draw_lines(void) {
    int columns;
    size_t rows, drawn = 0;
    terminal_size(&columns, &rows);
    for (; drawn < state.lines && drawn + 2 < rows; drawn++)
        fprintf(stderr, "\n%.*s\033[K", columns - 1, state.line[drawn]);
    for (size_t k = drawn; k < state.lines_drawn; k++)
        fprintf(stderr, "\n\033[K");
    const size_t down = drawn > state.lines_drawn ? drawn : state.lines_drawn;
    if (down > 0) fprintf(stderr, "\033[%zuA\r", down);
    state.lines_drawn = drawn;
}

static void draw(double fraction, double elapsed) {
    enum { WIDTH = 40 };
    char bar[WIDTH + 1], left[64], spent[32];
    const int full = (int)(fraction * WIDTH);
    for (int k = 0; k < WIDTH; k++)
        bar[k] = k < full ? '#' : '.';
    bar[WIDTH] = '\0';
    if (state.terminal) fprintf(stderr, "\r[%s] ", bar);
    fprintf(stderr, "%5.1f %%  %s%s  %s%s%s", 100 * fraction, in_words(elapsed, spent),
            time_left(elapsed, left), state.label,
            state.label[0] != '\0' && state.doing[0] != '\0' ? ": " : "", state.doing);
    fputs(state.terminal ? " \033[K" : "\n", stderr);
    if (state.terminal) draw_lines();
    fflush(stderr);
    state.drawn = true;
}

static bool tick(void *context, double fraction) {
    (void)context;
    const double now = wall_clock(), elapsed = now - state.begin;
    if (!isnan(fraction)) pace_add(&state.pace, state.fraction = fraction, elapsed);
    const double pause = state.terminal ? 0.1 : 15;
    if (!state.quiet && elapsed > 0.5 && now - state.drawn_at >= pause) {
        draw(state.fraction, elapsed);
        state.drawn_at = now;
    }
    return !signals_stop();
}

struct monitor progress_begin(bool quiet) {
    state.quiet = quiet, state.terminal = isatty(STDERR_FILENO), state.drawn = false;
    progress_restart();
    state.drawn_at = state.terminal ? 0 : state.begin;
    state.lines = state.lines_drawn = 0;
    return (struct monitor){tick, NULL};
}

void progress_restart(void) {
    state.begin = wall_clock();
    pace_begin(&state.pace);
    state.fraction = 0;
    state.doing[0] = '\0';
    if (!state.terminal) state.drawn_at = state.begin;
}

void progress_doing(const char *what) {
    snprintf(state.doing, sizeof state.doing, "%s", what);
}

void progress_label(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(state.label, sizeof state.label, format, args);
    va_end(args);
}

void progress_lines(size_t count, char (*line)[PROGRESS_LINE]) {
    state.lines = count < MOST_LINES ? count : MOST_LINES;
    if (state.lines > 0) memcpy(state.line, line, state.lines * sizeof *line);
}

void progress_clear(void) {
    if (state.drawn && state.terminal) fprintf(stderr, "\r\033[J");
    state.drawn = false, state.lines_drawn = 0;
}

void progress_end(void) {
    progress_clear();
}
