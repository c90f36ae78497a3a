/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/terminal.h"
#include "io/plain.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool lost; /* something was not printed for want of memory */

/* The lowest free descriptor is taken. Writing to the standard output then fails, as it
 * should; the standard error is silent. */
void terminal_open(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0)
            (void)!open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY);
}

void terminal_print(FILE *out, const char *format, ...) {
    char line[2048], *text = NULL; /* messages fit without further memory */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int length = vsnprintf(line, sizeof line, format, args);
    if (length >= (int)sizeof line && vasprintf(&text, format, again) < 0)
        lost = true;
    else
        plain_write(out, text != NULL ? text : line, "\n\t");
    va_end(again);
    va_end(args);
    free(text);
}

bool terminal_finish(struct error *err) {
    if (lost) return fail(err, ERROR_MEMORY, "no memory to print");
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return true;
    return fail(err, ERROR_FILE, "cannot write to the standard output%s%s",
                errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
}
