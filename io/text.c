/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/text.h"
#include <stdarg.h>
#include <stdlib.h>

char *text_create(struct error *err, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int length = vsnprintf(NULL, 0, format, args);
    char *text = array_create((size_t)length + 1, 1, err);
    if (text != NULL) vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void text_list(char *text, size_t size, size_t *length, const char *name) {
    const int written =
        snprintf(text + *length, size - *length, "%s%s", *length > 0 ? ", " : "", name);
    if (written >= 0 && *length + (size_t)written < size)
        *length += (size_t)written;
    else
        text[*length] = '\0';
}

static bool no_memory(struct error *err) {
    return fail(err, ERROR_MEMORY, "no memory for a text");
}

bool text_begin(struct text *text, struct error *err) {
    *text = (struct text){0};
    return (text->out = open_memstream(&text->string, &text->size)) != NULL ||
           no_memory(err);
}

char *text_end(struct text *text, bool good, struct error *err) {
    if (text->out == NULL) return NULL;
    const bool cut = ferror(text->out) != 0;
    if (fclose(text->out) != 0 || cut) good = good && no_memory(err);
    text->out = NULL;
    if (good) return text->string;
    return free(text->string), NULL;
}
