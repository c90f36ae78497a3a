/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cells of a mean first-passage time and its error in space. On every grid the answer on
 * half of its cells tells the error (relative, of the mean time T):
 *     change = 1 - T_2h / T_h,   before = (T_2h - T_4h) / T_h
 *     |change| / 3                       of second order: on the cells of the settings where the
 *                                        scheme is, and with cut cells where before = 4 change
 *                                        and nothing is killed or reset
 *     max( |change|, |before| / 2 )      else
 * In one variable with normal noise the cells are cut into 2, 4, 8, ... until that error is below
 * `accuracy.space`, as those of the density are (solver/analysis/resolution.h), or the cells
 * are too many. In the plane and with stable noise the cells are those of the settings. */
#pragma once

#include "solver/escape/escape.h"

/* One answer on e->cut, without an error: passage, start, quasi-stationary law, mean time,
 * arrivals. e: zero but for parts and cut, escape_clear frees what it holds (also on failure).
 * The evolution is that on the cells of the settings, borrowed for the life of e. */
MUST_CHECK bool escape_answer(struct escape *e, const struct setup *setup,
                              const struct evolution *evolution, struct error *err);
void escape_clear(struct escape *e);

/* e, answered on the cells of the settings -> answered on cells that meet the target, with
 * space_error, log_extrapolated, why_no_error. That no error is known is no failure. */
MUST_CHECK bool escape_choose_cells(struct escape *e, const struct evolution *evolution,
                                    struct error *err);

/* Why the mean time is not known as well as it should be: in one variable to accuracy.space, else
 * to a twentieth; a sentence in text. false: it is, or what its error is cannot be known. */
enum { ESCAPE_DOUBT_TEXT = 300 };
bool escape_doubt(const struct escape *e, char text[ESCAPE_DOUBT_TEXT]);
