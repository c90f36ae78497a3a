/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of the mass of a chain in one dimension: the parts that are going to be killed
 * and to leave through the ends, were the chain to go on for ever,
 *     killed(p) = k . (-A)^-1 m,     m the masses of p.
 * They change by what is lost meanwhile, so that killed(p(0)) - killed(p(t)) has been killed by
 * t, whatever the method that led there; together with the mass that is left the parts add up
 * to 1 to rounding (docs/numerics.md 6.7). */
#pragma once

#include "solver/fv/line/generator.h"

enum { FATE_KILLED, FATE_ABSORBED, FATES };

struct line_fate;
/* The generator is borrowed. Fails for want of memory only. */
MUST_CHECK struct line_fate *line_fate_create(const struct line_generator *generator,
                                              struct error *err);
void line_fate_destroy(struct line_fate *fate);
/* Of p[cells]. */
void line_fate_find(struct line_fate *fate, const double *p, double part[FATES]);
