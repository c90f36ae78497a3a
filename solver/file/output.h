/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * May a run write where it wants to? Asked before anything is computed. */
#pragma once

#include "io/status.h"

/* Nothing stands at path; or with force a regular file that is an output of fokker (or
 * empty); or with resume any regular file, which is looked at later. Nor may a foreign file
 * stand where RUN.xdmf2 goes. Otherwise ERROR_SETTINGS with a sentence. */
MUST_CHECK bool output_check(const char *path, bool force, bool resume, struct error *err);
/* Is the file an output of fokker: HDF5 whose root says creator = fokker? Of one that no
 * longer opens, as far as its beginning tells. */
bool output_is_ours(const char *path);
