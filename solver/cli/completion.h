/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a shell completes: commands, options, files, the keys of --set and --vary and the words
 * that they may be, as a script printed from the tables that read them. The keys of an axis
 * (grid.VARIABLE) and others under names of the settings' own are left out. */
#pragma once

#include "io/status.h"

/* The script for "bash", "zsh" or "fish", malloc'd; NULL with ERROR_SETTINGS or without memory. */
char *completion_script(const char *shell, struct error *err);
