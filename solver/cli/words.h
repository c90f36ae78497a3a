/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words of a command line as a shell reads them. */
#pragma once

#include "io/status.h"
#include <stdio.h>

/* The word as one of a POSIX shell: in quotes where it needs them; in $'..' (bash, zsh, ksh)
 * where it holds what controls a terminal, or bytes that are no UTF-8. */
void word_write(FILE *out, const char *word);
/* All of them on one line, malloc'd; NULL without memory. */
MUST_CHECK char *words_join(int count, char *const *word, struct error *err);
/* " NAME", or " NAME VALUE": an option behind other words; value NULL: it has none. */
void word_write_option(FILE *out, const char *name, const char *value);
