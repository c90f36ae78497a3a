/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text from files, names and command lines on its way to a terminal: characters that
 * control it, and bytes that are no UTF-8, are shown, not sent. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Bytes of the UTF-8 character that starts with `first`. */
size_t character_length(unsigned char first);
/* Is the character at c, of that many bytes, whole, and none that controls a terminal? */
bool character_printable(const unsigned char *c, size_t length);

/* text with every other byte written as \x1b, but for those in `kept` ("\n"). */
void plain_write(FILE *out, const char *text, const char *kept);
