/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker init: a commented settings file to start from. */
#pragma once

#include "io/status.h"

/* Writes NAME.yaml (NULL: experiment.yaml; .yaml is not added twice) and returns its path
 * (malloc'd). Fails (ERROR_FILE) when there is such a file already. */
char *starter_write(const char *name, struct error *err);
