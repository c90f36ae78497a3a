/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walkers: N independent paths of the very process that the density approximates.
 *
 *   sgd       x_d <- x_d - eta_d g_d                 g: mean gradient of B drawn examples
 *   gaussian  x_d <- x_d - eta_d (G - sqrt(C) xi)_d  C: covariance of one batch's g
 *   euler     x <- x + a h + b dW                                           (Ito)
 *   milstein  x <- x + a h + b dW + (1/2) D' (dW^2 - h)                     (Ito, 1-D)
 *   heun      y  = x + a(x) h + b(x) dW
 *             x <- x + (a(x) + a(y)) h / 2 + (b(x) + b(y)) dW / 2           (Stratonovich)
 *
 * with b b^T = 2 D. sgd with an update rule takes x <- T(x, g, z) (solver/model/rule.h), z two
 * fresh normals. With momentum mu (sgd, gaussian)
 *
 *   heavy ball  v <- mu v + g               x <- x - eta v
 *   averaging   v <- mu v + (1 - mu) g      x <- x - eta v.
 *
 * Interpretation alpha of a Fokker-Planck equation with drift b0 and diffusion D
 * (docs/theory.md 1.2) is that of the drift
 *
 *   euler, milstein  a = b0 + alpha D'      (2-D, alpha = 1: a_i = b0_i + Sum_k d_k D_ik)
 *   heun             a = b0 + (alpha - 1/2) D'.
 *
 * Euler is weak order 1.
 *
 * Walkers live in blocks of 512 lanes; every number is a function of (seed, stream, step,
 * path), so the bits do not depend on threads, instruction set or where a run was
 * resumed. */
#pragma once

#include "grids/axis.h"
#include "io/status.h"
#include "solver/expr/program.h"
#include "solver/mc/batch.h"
#include "solver/mc/random.h"
#include <stdint.h>

enum { WALKERS_BLOCK = RANDOM_BLOCK };

enum walkers_kind {
    WALKERS_SGD,
    WALKERS_GAUSSIAN,
    WALKERS_EULER,
    WALKERS_MILSTEIN,
    WALKERS_HEUN,
};

/* A function of the walkers' variables and the time t, out[k][i] from in[v][i], i < n <= 512 (n
 * = 512 in steps): a program, or a C function for what no single program computes (means over a data
 * table). Thread-safe. */
struct walkers_function {
    const struct program *program; /* borrowed; NULL: use evaluate */
    void (*evaluate)(const void *self, double t, size_t n, const double *const *in,
                     double *const *out);
    const void *self;
};

/* Killing and resets of walkers (solver/mc/sinks.h). */
struct walkers_sinks;

/* One process (walkers_advance_schedule takes several). What depends on the time is taken at
 * the beginning of a step, by heun's second evaluation at its end.
 * Plain data; everything it points to is borrowed while it is in use. Members that a kind
 * does not read are left 0. */
struct walkers_model {
    enum walkers_kind kind;
    int dims;    /* 1 or 2 */
    double step; /* time one step takes, in the run's unit; the h of the SDE kinds */

    /* Inputs: the variables x[dims]; sgd on a table: then its columns. Outputs:
     *   sgd          without a table: all gradients, d l_j / dx_d at j dims + d;
     *                with a table: the dims components for the row in the inputs
     *   gaussian     G[dims], then the entries of C
     *   euler, heun  a[dims], then the entries of D
     *   milstein     a, D, D'
     * Entries of a symmetric 2-D matrix: xx, xy, yy; in 1-D just one. */
    struct walkers_function function;
    /* The entries are those of a symmetric b (b b^T = 2 D, or = C) instead. Heun in 1-D
     * wants this where b changes sign smoothly. */
    bool noise_is_root;
    /* 0: Brownian noise. Else the index alpha in (0, 2] of symmetric stable noise, with
     * noise_is_root: increments b h^(1/alpha) X, or eta b X, with X of random_stable. */
    double stable;
    /* The noise of step k is that of steps 2k and 2k+1 together: the same Brownian path as
     * that of walkers of the same key with half the step. */
    bool coarse;

    /* sgd and gaussian */
    double eta[2];
    const struct program *rate; /* eta[dims] as a function of t alone; NULL: eta */
    double momentum;
    enum momentum_form form;

    /* sgd */
    const struct rule *rule; /* x <- T(x, g, z) in place of the above; or NULL */
    size_t examples, batch;  /* n, B */
    enum sampling sampling;
    size_t columns;      /* of the table; 0 = no table */
    const double *table; /* [examples][columns] */

    const struct walkers_sinks *sinks; /* NULL: none */

    /* Walls. lo = -INFINITY or hi = INFINITY: none on that side. */
    double lo[2], hi[2];
    enum boundary boundary[2][2]; /* [d][0 lower, 1 upper] */
    /* A reflecting wall stops what would pass it. For jumps: one wider than the box cannot
     * be folded, nor one whose fold passes an absorbing wall opposite. */
    bool held;
    /* The loss L(x, t), or NULL: each walker's work is summed,
     *     W += L(x_{k+1}, t_{k+1}) - L(x_{k+1}, t_k),
     * steps at frozen t taking turns with steps of t at a fixed point. */
    const struct program *loss;
};

/* Has the model an absorbing wall along variable d? May its walkers end at all, at a wall or
 * killed? */
bool walkers_axis_absorbs(const struct walkers_model *model, int d);
bool walkers_model_absorbs(const struct walkers_model *model);

struct walkers {
    uint64_t count;
    size_t padded; /* count in whole blocks; the surplus is computed and ignored */
    int dims;
    struct random_key key;
    uint64_t step; /* steps done since the start */
    double time;   /* and the time they took */
    /* When h last changed: time = clock.time + (step - clock.step) h, however the steps are
     * grouped. */
    struct walkers_clock {
        uint64_t step;
        double time, h;
    } clock;
    /* x[d][padded]; an absorbed walker has +-INFINITY in the coordinate whose upper or
     * lower wall it met, a killed one +INFINITY in all. */
    double *x[2];
    double *v[2]; /* v[d][padded] momentum, or NULL */
    /* [padded] INFINITY while alive; SDE: the middle of the step in which the wall was met or
     * the walker killed. NULL where neither happens. */
    double *exit_time;
    double *work; /* [padded] done on each walker while it is alive, or NULL */
};

/* Room for count walkers, at 0. momentum: with v; absorbing: with exit times. 8 bytes for
 * each walker and array. */
MUST_CHECK struct walkers *walkers_create(uint64_t count, int dims, bool momentum,
                                          bool absorbing, struct random_key key,
                                          struct error *err);
/* The same, with v, exit times and work where the model has momentum, an absorbing wall, and a
 * loss. */
MUST_CHECK struct walkers *walkers_create_for(const struct walkers_model *model,
                                              uint64_t count, struct random_key key,
                                              struct error *err);
/* Room for the work of walkers that have none yet, at 0. */
MUST_CHECK bool walkers_add_work(struct walkers *walkers, struct error *err);
void walkers_destroy(struct walkers *walkers); /* NULL is fine */

/* Steps of the model for all walkers (OpenMP over blocks). The monitor is asked between
 * chunks of steps; on ERROR_INTERRUPTED all walkers stand at the same walkers->step, from
 * which a later call goes on to the same bits. ERROR_SETTINGS: a model that makes no sense.
 * ERROR_RUN: a walker became nan or, without absorbing walls, infinite. */
MUST_CHECK bool walkers_advance(struct walkers *walkers, const struct walkers_model *model,
                                uint64_t steps, const struct monitor *monitor,
                                struct error *err);

/* A learning-rate schedule: model[k] holds while walkers->step < until[k], the last one for
 * ever. */
struct walkers_schedule {
    size_t intervals;
    const uint64_t *until;
    const struct walkers_model *model;
};
MUST_CHECK bool walkers_advance_schedule(struct walkers *walkers,
                                         const struct walkers_schedule *schedule,
                                         uint64_t steps, const struct monitor *monitor,
                                         struct error *err);

/* FNV-1a of the state's bits (x, v, exit times, work of the count walkers, step): equal hashes =
 * equal runs. */
uint64_t walkers_hash(const struct walkers *walkers);

/* The table of kinds: names, for settings and file; NULL past the last. */
const char *walkers_kind_name(int kind);
