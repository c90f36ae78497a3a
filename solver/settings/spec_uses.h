/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which parameters and functions of the settings does anything use? A parameter that
 * nothing uses is a mistake: of spelling, or one that --set invented, which would change
 * nothing. */
#pragma once

#include "solver/settings/spec.h"

/* Names that an expression anywhere below a node mentions, itself or through the functions
 * and parameters (of root) that it mentions. Texts that are no expressions (title,
 * variables, files) do not count. Pointers into the tree are borrowed. */
struct uses;
MUST_CHECK struct uses *uses_create(const struct config_node *root,
                                    const struct config_node *node, struct error *err);
void uses_destroy(struct uses *uses); /* NULL is fine */
/* Is the name (length bytes) mentioned? */
bool uses_name(const struct uses *uses, const char *name, size_t length);

/* Every parameter and function of the file is used, by the file as it is or as --set
 * changed it, and every one that --set gives is used now; otherwise ERROR_SETTINGS with its
 * place and the nearest that is. */
MUST_CHECK bool uses_check(const struct spec *spec, struct error *err);
