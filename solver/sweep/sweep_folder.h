/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sweep's folder says which sweep it is of, in sweep.settings: the settings file and, as
 * comments at its end, --set and --vary. Another sweep leaves it alone. */
#pragma once

#include "solver/sweep/sweep.h"

/* The folder is missing, of this sweep, or of none; with force it may be of another one.
 * Otherwise ERROR_SETTINGS. Touches nothing. */
MUST_CHECK bool sweep_folder_check(const struct sweep *sweep, bool force,
                                   struct error *err);
/* Checks it, makes it if it is missing and writes sweep.settings. Can be called by many
 * processes at once. */
MUST_CHECK bool sweep_folder(const struct sweep *sweep, bool force, struct error *err);
