/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sections inside sections (time.snapshots, model.noise.stable, ...), which are read only when
 * the model is made: looked at beforehand, so that what is wrong with them is told together
 * with the rest. */
#pragma once

#include "solver/settings/spec.h"

/* The node with the dotted path of a section; NULL when the file has none. */
const struct config_node *spec_section_node(const struct config_node *root,
                                            const char *name);
/* Reads every nested section that is a mapping, or a list of them, notes what is wrong with its
 * keys in the list, and keeps nothing. False with the last error where anything is. */
MUST_CHECK bool nested_check(const struct spec *spec, struct error_list *list,
                             struct error *err);
