/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work and heat of a protocol: a loss L(x, t) that depends on the time
 * (docs/theory.md 1.9, time/line/work.h),
 *     work = Integral <dL/dt> dt,   heat = Integral Integral L dp/dt dx dt,
 *     <L>(t) - <L>(0) = work + heat            (first law; with absorbing ends <L> is not
 *                                               divided by the mass that is left)
 * with the variance of the work over the paths and, where the model has a temperature T
 * (setup_temperature), E e^(-work/T). All at once before the first row, on the cells
 * that are solved on. A jump of L in t does the work of the paths that it meets, L after
 * minus before. Units of L. The error in space is a third of what half the cells change, as of
 * second order. */
#pragma once

#include "solver/equation/evolution.h"
#include <stdio.h>

struct protocol {
    size_t rows;
    double *work, *heat, *variance, *exponential; /* [rows] */
    double temperature;                           /* NaN: none */
    double scale;                                 /* of L, that errors are relative to */
    double error;     /* largest L1 error in time of all of them, over the scale */
    double first_law; /* largest |<L>(t) - <L>(0) - work - heat| */
    /* Estimated errors of work, heat and variance in space, in the places of these; NULL: not
     * known. The largest of them, over the scale. */
    struct protocol *space_error;
    double space;
};

/* From start[cells of the evolution]. NULL in *out where the loss does not depend on t, and where the method does
 * not follow a model that does. Fails as the model and the steps do. */
MUST_CHECK bool protocol_create(const struct setup *setup,
                                const struct evolution *evolution, const double *start,
                                const struct monitor *monitor, struct protocol **out,
                                struct error *err);
/* Of work, heat and variance, relative to their scale; 0 where it is not known. */
double protocol_space_error(const struct protocol *protocol);
/* Lines of the summary: work and heat up to the last of `rows` rows; nothing without a protocol. */
void protocol_print(const struct protocol *protocol, size_t rows, FILE *out);
void protocol_destroy(struct protocol *protocol);
/* What is not as exact as `tolerance` asks, as a sentence; false: nothing. protocol may be
 * NULL. */
enum { PROTOCOL_TEXT = 240 };
bool protocol_doubt(const struct protocol *protocol, double tolerance,
                    char text[PROTOCOL_TEXT]);
