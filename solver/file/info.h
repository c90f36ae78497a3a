/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "io/status.h"

/* An output file in words: what it is, what is in it, how it ended (malloc'd). */
MUST_CHECK bool file_info(const char *path, char **text, struct error *err);
