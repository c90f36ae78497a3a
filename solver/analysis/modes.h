/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis.modes: the slowest modes of the generator in the last interval of the schedule
 * (solver/fv/line/spectrum.h, docs/numerics.md 6.6),
 *     A right_k  = -(rate_k - i frequency_k) right_k,
 *     A^T left_k = -(rate_k - i frequency_k) left_k,   <left_k, right_j> = delta_kj,
 * their implied time scales 1 / rate_k, and, where a gap in the rates separates slow modes
 * from fast ones, the metastable basins. Hides the dimension. Rates in the run's unit. */
#pragma once

#include "solver/equation/evolution.h"
#include "solver/file/attribute.h"

struct modes {
    const struct grid *grid;         /* borrowed */
    size_t modes;                    /* may be fewer than asked for, or one more */
    double *rate, *frequency, *time; /* [modes], the slowest first */
    double *left, *right;            /* [modes][cells] */
    bool reversible;
    size_t basins; /* 1: no separation */
    double gap;    /* ratio of the first fast rate to the last slow one */
    double *basin; /* [cells] number of the basin, from 0 */
};

/* The slowest `wanted` modes, owned by the caller. Fails as line_spectrum_compute and
 * plane_spectrum_compute do. */
MUST_CHECK struct modes *modes_compute(const struct evolution *evolution, size_t wanted,
                                       struct error *err);
/* Without computing any: has the equation modes, where analysis.modes asks for them? */
MUST_CHECK bool modes_check(const struct setup *setup, const struct evolution *evolution,
                            struct error *err);
/* analysis.modes of them; NULL in *out without. */
MUST_CHECK bool modes_create(const struct setup *setup, const struct evolution *evolution,
                             struct modes **out, struct error *err);
void modes_destroy(struct modes *modes);

/* As those of escape.h; modes may be NULL. */
const struct quantity *modes_quantity(size_t k);
extern const struct attribute_table modes_attributes;
void modes_fields(const struct modes *modes, field_sink add, void *context);
MUST_CHECK bool modes_record(const struct modes *modes, struct record *record,
                             struct error *err);
MUST_CHECK bool modes_results(const struct modes *modes, struct record *record,
                              struct error *err);
void modes_print(const struct modes *modes, void *stream);
