/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the user should know before trusting a result. */
#pragma once

#include "solver/run/snapshot.h"

/* "note: no part of the grid lies in the region far"; false: every region has some. */
enum { EMPTY_REGIONS_TEXT = 280 };
bool empty_regions(const struct setup *setup, const struct observables *observables,
                   char text[EMPTY_REGIONS_TEXT]);

/* Before the first row. */
void remark_on_regions(const struct plan *plan, const struct observables *observables,
                       struct run_remarks *r);
void remark_on_stationary(const struct plan *plan, struct run_remarks *r);
MUST_CHECK bool remark_on_curvature(const struct plan *plan, struct run_remarks *r,
                                    struct error *err);
void remark_on_production(const struct plan *plan, struct run_remarks *r);

/* At the end: what was cut off, values that do not exist, were the tolerances met? density[cells
 * of grid]: of the last row. */
void remark_on_truncation(const struct plan *plan, const struct tally *tally,
                          struct run_remarks *r);
void remark_on_fills(const struct record *record, struct run_remarks *r);
void remark_on_accuracy(const struct plan *plan, const struct tally *tally,
                        const double *density, struct run_remarks *r);
void remark_on_driving(const struct plan *plan, const struct analyses *analyses,
                       struct run_remarks *r);
void remark_on_laws(const struct plan *plan, const struct laws *laws, size_t rows,
                    struct run_remarks *r);
