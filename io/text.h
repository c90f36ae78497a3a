/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts that are made by printing. */
#pragma once

#include "io/status.h"
#include <stdio.h>

/* snprintf into a new string; malloc'd. */
MUST_CHECK char *text_create(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds ", name" at *length of text[size] ("name" to an empty one); what does not fit is left
 * out. */
void text_list(char *text, size_t size, size_t *length, const char *name);

/* A text that grows as it is printed to. */
struct text {
    FILE *out; /* to print to, from text_begin to text_end */
    char *string;
    size_t size;
};

/* Opens text->out; text_end closes it. Fails for want of memory only. */
MUST_CHECK bool text_begin(struct text *text, struct error *err);
/* What was printed (malloc'd); NULL when good is false, or with ERROR_MEMORY when the text
 * is not whole. Nothing to end (out is NULL) gives NULL. */
char *text_end(struct text *text, bool good, struct error *err);
