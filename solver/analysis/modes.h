/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis.modes: the slowest modes of the generator in the last interval of the schedule
 * (solver/fv/line/spectrum.h, docs/numerics.md 6.6),
 *     A right_k  = -(rate_k - i frequency_k) right_k,
 *     A^T left_k = -(rate_k - i frequency_k) left_k,   <left_k, right_j> = delta_kj,
 * their implied time scales 1 / rate_k, and, where a gap in the rates separates slow modes
 * from fast ones, the metastable basins. Hides the dimension. Rates in the run's unit.
 *
 * The error in space of a rate is that of half the cells and a quarter: with change = |r_h - r_2h|
 * and before = |r_2h - r_4h|, change/(2^q - 1), q = log2(before/change) in [1, 2]. In one
 * variable with normal noise the cells are cut into 2, 4, 8, ... until the errors are below
 * `accuracy.space`; the functions are means over the cells of the settings. */
#pragma once

#include "solver/equation/evolution.h"
#include "solver/file/attribute.h"

struct modes {
    const struct grid *grid;         /* borrowed */
    size_t modes;                    /* may be fewer than asked for, or one more */
    double *rate, *frequency, *time; /* [modes], the slowest first */
    double *error;                   /* [modes] of the rate, in space; NaN: not known */
    double worst;         /* the largest of them, relative; NaN: one is not known */
    double wanted_error;  /* what `worst` should be below */
    size_t cut;           /* equal cells that were solved on in one of the grid */
    double *left, *right; /* [modes][cells] */
    bool reversible;
    size_t basins; /* 1: no separation */
    double gap;    /* ratio of the first fast rate to the last slow one */
    double *basin; /* [cells] number of the basin, from 0 */
};

/* The slowest `wanted` modes, owned by the caller, of the equation that the evolution has on the
 * settings' cells. Fails as line_spectrum_compute and plane_spectrum_compute do. */
MUST_CHECK struct modes *modes_compute(const struct setup *setup,
                                       const struct evolution *evolution, size_t wanted,
                                       struct error *err);
/* Why the rates are not known as well as they should be, a sentence in text; false: they are, or
 * their error is not known. modes may be NULL. */
enum { MODES_TEXT = 160 };
bool modes_doubt(const struct modes *modes, char text[MODES_TEXT]);
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
