/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A key that stands in the wrong section, most often by its indentation or because --set
 * was given it alone: where it belongs. */
#pragma once

#include "solver/settings/spec.h"

/* Fails (ERROR_SETTINGS, with the place of the key) on the first key of the file that its
 * section does not know and another one does, or that is the name of a parameter. Other
 * unknown keys are left to those who read the sections. Where `list` is given (NULL: not) each
 * is noted there, and the last is in *err. */
MUST_CHECK bool keys_check(const struct config_node *root, struct error_list *list,
                           struct error *err);
