/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The transfer operator of a discrete process on a grid: the law of w' = T(w, xi) from the
 * law of w, exact but for the cells,
 *     m' = P m,     P_ij = Sum_k probability_k(c_j) weight_i(landing_k(c_j)),
 * with m_i the mass at the centre c_i and the weights of deposit.h (two variables: their
 * tensor product). Its transpose carries functions of the start, u(w) = E[u(w')]. Column
 * sums and what is absorbed add up to 1.
 *
 * The masses are points at the centres, m_i = p(c_i) h: sums over them are as accurate as
 * the trapezoidal rule. masses.h turns them into cell averages and back.
 *
 * Where the map stretches, |dT/dw| > 1.5 in units of cells, deposits leave gaps. Then every
 * cell is cut into `points` equal parts along that variable, whose masses come from those
 * of the cells by cubic interpolation (docs/numerics.md 10.1). */
#pragma once

#include "grids/grid.h"
#include "solver/linalg/half_sinks.h"
#include "solver/linalg/sparse.h"
#include "solver/transfer/deposit.h"
#include "solver/transfer/process.h"

struct transfer {
    const struct grid *grid; /* borrowed */
    struct sparse *P;        /* column j: where the mass of cell j goes */
    struct sparse *rows;     /* P^T: column i: where the mass of cell i is from */
    double *absorbed;        /* [cells] what is absorbed of each cell's mass */
    double stretch;   /* largest |dT/dw| found, in cells per cell; jumps are left out */
    double uneven;    /* largest ||dT/dw| - 1| found, as lengths, likewise */
    size_t points[2]; /* parts of a cell along each variable; 1, 1: not cut */
    enum deposit_kind kind; /* linear: no negative masses, second order */
    /* Killing and resets, K R P R K in the place of P in transfer_step and the powers, and nowhere
     * else; borrowed, NULL: none. Set by the operator's owner. */
    const struct half_sinks *half;
};

/* process, monitor (NULL: none): used here only. The same bits for any number of threads.
 * Fails (ERROR_SETTINGS) when an axis has fewer than four cells or the process has another
 * number of variables; with the process's error where it has one; ERROR_RUN where its
 * probabilities do not sum to 1 within 1e-6 or a landing point is not finite. */
MUST_CHECK struct transfer *transfer_create(const struct process *process,
                                            const struct grid *grid, enum deposit_kind kind,
                                            const struct monitor *monitor,
                                            struct error *err);
void transfer_destroy(struct transfer *op);

/* next = P m; returns the mass that is absorbed. m and next [cells] do not overlap. */
double transfer_step(const struct transfer *op, const double *m, double *next);
/* next = P^T u, functions of the start; absorbed mass counts 0. */
void transfer_step_back(const struct transfer *op, const double *u, double *next);
/* Stored numbers of P. */
size_t transfer_entries(const struct transfer *op);

/* m[cells]: a unit of mass at the point w[dims], by the operator's deposits. Returns the part
 * that is absorbed. */
double transfer_point(const struct transfer *op, const double *w, double *m);
/* u at the point w, by the same weights: Sum_i weight_i(w) u_i. */
double transfer_value_at(const struct transfer *op, const double *u, const double *w);
