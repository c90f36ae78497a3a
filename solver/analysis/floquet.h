/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis.floquet: the periodic state of a model whose drift and diffusion have a period T in
 * the time (docs/numerics.md 6.9), p(x, t + T) = p(x, t) of mass 1: the fixed point of the
 * propagator P over one period (fixed_point.h). P takes equal steps of a method that follows the
 * time, so that it is linear; their number is raised until
 *     (error in time of P p + |P p - p|) / (1 - |leading multiplier|)
 * meets 1e-8 in L1. Times of the period begin at t = 0, in the last interval of the schedule. The
 * cells are cut into 2, 4, ... until the state meets `accuracy.space`, or there are 4096; its error
 * in space is the change by half of them, a third of it where second order is seen. Arrays are
 * means over the cells of the file. Attributes and data sets are in the tables below. */
#pragma once

#include "solver/analysis/fixed_point.h"
#include "solver/equation/evolution.h"
#include "solver/file/attribute.h"

struct floquet {
    double period;
    size_t phases;
    double *time;            /* [phases] k period / phases */
    double *density;         /* [phases][cells] */
    double *mean, *variance; /* [phases] of the variable */
    double *average;         /* [cells] mean of the density over the cycle */
    double *flux;            /* [cells + 1] mean of the current over the cycle */
    double cycle_mean;       /* of mean over the cycle */
    double amplitude, lag; /* mean ~ amplitude cos(2 pi t / period - lag), first harmonic */
    double current;        /* mean of flux over the variable */
    double error, sampling_error; /* of the state, L1; of averages by half the phases, L1 */
    double space_error,
        space_target;    /* largest over the phases, L1, and what it should be */
    double space_change; /* by which it changed before */
    size_t cut;          /* equal parts of a cell of the file that were solved on */
    struct fixed_point point;
    size_t steps; /* in a period */
};

/* Without computing: could it be, where analysis.floquet asks for it? Fails (ERROR_SETTINGS,
 * with its place) where mass leaves, where no method follows the time, and where drift or
 * diffusion do not have the period. */
MUST_CHECK bool floquet_check(const struct setup *setup, const struct evolution *evolution,
                              struct error *err);
/* NULL in *out without analysis.floquet. Fails as the model and the steps do. */
MUST_CHECK bool floquet_create(const struct setup *setup, struct evolution *evolution,
                               const struct monitor *monitor, struct floquet **out,
                               struct error *err);
void floquet_destroy(struct floquet *floquet);

/* As those of escape.h; floquet may be NULL. */
const struct quantity *floquet_quantity(size_t k);
extern const struct attribute_table floquet_attributes;
void floquet_fields(const struct floquet *floquet, field_sink add, void *context);
MUST_CHECK bool floquet_record(const struct floquet *floquet, struct record *record,
                               struct error *err);
MUST_CHECK bool floquet_results(const struct floquet *floquet, struct record *record,
                                struct error *err);
void floquet_print(const struct floquet *floquet, void *stream);
/* What is not as exact as it should be, as a sentence; false: nothing. */
enum { FLOQUET_TEXT = 240 };
bool floquet_doubt(const struct floquet *floquet, char text[FLOQUET_TEXT]);
