/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walkers: N independent paths of the very process that the density approximates.
 *
 *   sgd       x <- x - eta_d g_d,   g the mean gradient of B drawn examples
 *   gaussian  x <- x - eta_d G_d + eta_d (sqrt(C) xi)_d       C: covariance of one batch's
 * g euler     x <- x + a h + b dW                                           (Ito) milstein
 * x <- x + a h + b dW + (1/2) D' (dW^2 - h)                     (Ito, 1-D) heun      y = x
 * + a h + b dW, x <- x + (a(x) + a(y)) h / 2 + (b(x) + b(y)) dW / 2 (Stratonovich)
 *
 * with b b^T = 2 D. With momentum mu (sgd, gaussian) v <- mu v + g (or, averaging,
 * v <- mu v + (1 - mu) g) and x <- x - eta v.
 *
 * Interpretation alpha of a Fokker-Planck equation with drift b0 and diffusion D: give
 * euler and milstein the drift a = b0 + alpha D' (n-D: alpha = 1: sum_k d_k D_ik), heun the
 * drift a = b0 + (alpha - 1/2) D' (docs/theory.md 1.2). Euler is weak
 * order 1.
 *
 * Walkers live in blocks of 512 lanes; every number is a function of (seed, stream, step,
 * path), so the bits do not depend on threads, instruction set or where a run was
 * resumed. */
#pragma once

#include "grids/axis.h"
#include "io/status.h"
#include "solver/mc/batch.h"
#include "solver/mc/random.h"
#include "solver/model/program.h"
#include <stdint.h>

enum { WALKERS_BLOCK = RANDOM_BLOCK };

enum walkers_kind {
    WALKERS_SGD,
    WALKERS_GAUSSIAN,
    WALKERS_EULER,
    WALKERS_MILSTEIN,
    WALKERS_HEUN,
};

/* Something evaluated at the walkers: a program, or a C function of the same shape, for
 * what no single program says (means over a data table) and for reference kernels:
 * out[k][i] from in[v][i], i < n <= 512. Thread-safe. Steps have n = 512, analysis any. */
struct walkers_function {
    const struct program *program; /* borrowed; NULL: use evaluate */
    void (*evaluate)(const void *self, size_t n, const double *const *in,
                     double *const *out);
    const void *self;
};

/* One process, constant in time (a schedule is several: walkers_advance_schedule). Plain
 * data; everything it points to is borrowed while it is in use. Members that a kind does
 * not read are left 0. */
struct walkers_model {
    enum walkers_kind kind;
    int dims;    /* 1 or 2 */
    double step; /* time one step takes, in the run's unit; the h of the SDE kinds */

    /* Inputs: the variables x[dims]; sgd on a table: then its columns. Outputs:
     *   sgd       without a table: gradients of all examples, example j's d-th component at
     *             j dims + d; with a table: the dims components for the row in the inputs
     *   gaussian  G[dims], then the entries of C
     *   euler, heun  a[dims], then the entries of D;  milstein  a, D, D'
     * Entries of a symmetric 2-D matrix: xx, xy, yy; in 1-D just one. */
    struct walkers_function function;
    bool noise_is_root; /* the entries are of a symmetric b (b b^T = 2 D, or = C) instead.
                           Heun in 1-D wants it where b changes sign smoothly */
    double stable;      /* 0: Brownian noise; else index alpha in (0, 2] of symmetric stable
                           noise, needs noise_is_root: increments b h^(1/alpha) X, or
                           eta b X, with X of random_stable */
    bool coarse; /* the noise of step k is that of steps 2k and 2k+1 together: the same
                    Brownian path as walkers of the same key with half the step */

    /* sgd and gaussian */
    double eta[2];
    double momentum;
    enum momentum_form form;

    /* sgd */
    size_t examples, batch; /* n, B */
    enum sampling sampling;
    size_t columns;              /* of the table; 0 = no table */
    const double *const *column; /* column[c][examples] */

    /* Walls. lo = -INFINITY or hi = INFINITY: none on that side. */
    double lo[2], hi[2];
    enum boundary boundary[2][2]; /* [d][0 lower, 1 upper] */
    bool held; /* a reflecting wall stops what would pass it: a fold makes no sense of jumps
                  wider than the box, or past an absorbing wall opposite */
};

struct walkers {
    uint64_t count;
    size_t
        padded; /* count rounded up to whole blocks; the surplus is computed and ignored */
    int dims;
    struct random_key key;
    uint64_t step; /* steps done since the start */
    double time;   /* and the time they took */
    struct walkers_clock {
        uint64_t step;
        double time, h;
    } clock; /* when h last changed: time = clock.time + (step - clock.step) h, however the
                steps are grouped */
    double *x[2]; /* x[d][padded]; an absorbed walker has +-INFINITY in the coordinate whose
                     upper or lower wall it met */
    double *v[2]; /* momentum, or NULL */
    double *exit_time; /* [padded] INFINITY while alive (SDE: middle of the step in which
                          the wall was met); NULL without absorbing walls */
};

/* Room for count walkers, at 0. momentum: with v; absorbing: with exit times. 8 bytes for
 * each walker and array. */
MUST_CHECK struct walkers *walkers_create(uint64_t count, int dims, bool momentum,
                                          bool absorbing, struct random_key key,
                                          struct error *err);
/* What a model needs: has it momentum, an absorbing wall? */
MUST_CHECK struct walkers *walkers_create_for(const struct walkers_model *model,
                                              uint64_t count, struct random_key key,
                                              struct error *err);
void walkers_destroy(struct walkers *walkers); /* NULL is fine */

/* Steps of the model for all walkers (OpenMP over blocks). The monitor is asked between
 * chunks of steps; on ERROR_INTERRUPTED all walkers stand at the same walkers->step, from
 * which a later call goes on to the same bits. ERROR_SETTINGS: a model that makes no sense.
 * ERROR_RUN: a walker became nan or, without absorbing walls, infinite. */
MUST_CHECK bool walkers_advance(struct walkers *walkers, const struct walkers_model *model,
                                uint64_t steps, const struct monitor *monitor,
                                struct error *err);

/* A learning-rate schedule: piece k holds while walkers->step < until[k]; the last piece
 * holds for ever. */
struct walkers_schedule {
    size_t pieces;
    const uint64_t *until;
    const struct walkers_model *model;
};
MUST_CHECK bool walkers_advance_schedule(struct walkers *walkers,
                                         const struct walkers_schedule *schedule,
                                         uint64_t steps, const struct monitor *monitor,
                                         struct error *err);

/* FNV-1a of the state's bits (x, v, exit times of the count walkers, step): equal hashes =
 * equal runs. */
uint64_t walkers_hash(const struct walkers *walkers);

/* The table of kinds: name and one sentence, for settings and file; NULL past the last. */
const char *walkers_kind_name(int kind);
const char *walkers_kind_description(int kind);
