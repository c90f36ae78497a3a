/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of passage_tables (passage.h), each at the end of its own file. */
#pragma once

#include "solver/escape/passage.h"

extern const struct passage_table passage_line, passage_plane, passage_stable;
