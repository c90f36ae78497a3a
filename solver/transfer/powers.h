/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The powers P, P^2, P^4, ... of an operator as full matrices, by repeated squaring: 10^9
 * steps are 30 products. Every column of a power, with what is absorbed on the way, is
 * brought back to the sum 1, so that no mass is lost to rounding.
 * Products are asked of the BLAS by one thread only: a serial OpenBLAS, called by several
 * at once, may give wrong products. */
#pragma once

#include "solver/transfer/transfer.h"

enum { POWERS_CELLS = 4608 }; /* beyond, a matrix has over 170 MB */

struct powers;

/* op: used here only. memory: bytes of powers to keep. Fails for want of memory. */
MUST_CHECK struct powers *powers_create(const struct transfer *op, double memory,
                                        struct error *err);
void powers_destroy(struct powers *powers);
/* Seconds, roughly, for 2^k steps at once where P^(2^k) is known, and for the squarings
 * that are still to do before it is. */
double powers_apply_cost(const struct transfer *op);
double powers_missing_cost(const struct powers *powers, const struct transfer *op, int k);
/* next = P^(2^k) m, k < 64; *gone: what is absorbed. Makes the powers below it that are
 * missing, and keeps those that fit. Asks the monitor between products. m and
 * next do not overlap. */
MUST_CHECK bool powers_apply(struct powers *powers, int k, const double *m, double *next,
                             double *gone, const struct monitor *monitor,
                             struct error *err);
