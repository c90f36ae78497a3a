/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One step of a process for one block of walkers: what walkers.c drives and step_sgd.c and
 * step_sde.c do. Private to solver/mc. */
#pragma once

#include "solver/mc/noise.h"
#include "solver/mc/walkers.h"
#include "solver/model/model.h"

/* The lanes of one block: pointers into struct walkers. */
struct block {
    double *x[2], *v[2];
    double *exit_time, *work; /* or NULL */
    uint64_t path0;
};

/* From one block of a mover's work space to the next: a cache line more than 4096 bytes, as
 * a load that agrees with a store before it in the last 12 bits of the address waits for
 * it. */
enum { MOVER_APART = WALKERS_BLOCK + 8 };

/* One thread's work space; allocated once, the time loop allocates nothing. */
struct mover {
    const struct walkers_model *model;
    struct random_key key;
    double t, eta[2]; /* time at the beginning of the step, and its learning rates */
    double *scratch;  /* the program's registers */
    double **out;     /* out[k]: blocks for the function's outputs, MOVER_APART apart */
    double **out2;    /* Heun: the same at the predicted point */
    double *store;    /* what they point into */
    double **in;      /* in[v]: variables, then gathered columns */
    /* Blocks: gradient or displacement [2], predicted point [2], second displacement
     * [2]. */
    double *work[6];
    double *old[2];      /* x before the step, kept where a wall absorbs */
    double *variance[2]; /* of the step's noise, for the bridge; NULL where there is none */
    struct noise *noise; /* NULL for sgd */
    struct batch batch;  /* sgd */
    double *rate[MODEL_SINKS]; /* of the sinks where the block is; NULL without them */
};

/* An entry of the table of kinds. */
struct walkers_method {
    const char *name;
    int extra_outputs; /* beyond dims drifts and the matrix's entries; sgd: not used */
    bool stochastic_gradient; /* takes eta, momentum */
    bool noisy;               /* draws from struct noise */
    bool bridged; /* continuous between steps: absorbing walls test the bridge */
    void (*step)(struct mover *mover, struct block *block, uint64_t k);
};
extern const struct walkers_method walkers_sgd, walkers_gaussian, walkers_euler,
    walkers_milstein, walkers_heun;

/* The method of a kind, or NULL. */
const struct walkers_method *walkers_method_of(int kind);

/* False with ERROR_SETTINGS and a sentence on a model that makes no sense. */
MUST_CHECK bool mover_check(const struct walkers_model *model, struct error *err);

/* The model is borrowed. */
MUST_CHECK struct mover *mover_create(const struct walkers_model *model,
                                      struct random_key key, struct error *err);
void mover_destroy(struct mover *mover);
/* Noise of another stream from now on. Not for sgd, whose batches keep theirs. */
void mover_set_key(struct mover *mover, struct random_key key);

/* Time at the beginning of a step. */
static inline double clock_time(const struct walkers_clock *clock, uint64_t step) {
    return clock->time + (double)(step - clock->step) * clock->h;
}

/* The steps first .. first + steps - 1, and the walls. */
void mover_run(struct mover *mover, struct block *block, uint64_t first, uint64_t steps,
               const struct walkers_clock *clock);

/* Function of a full block at time t: out[k] from in[v]. */
void function_run(const struct walkers_function *function, double t,
                  const double *const *in, double *const *out, double *scratch);

/* displacement[d] = s (B z)_d, with B the root of the matrix in out[dims ..] (spread.h),
 * and the variances of these where the mover keeps them. symmetric: which root, where the
 * model does not give one. */
void mover_spread(struct mover *mover, double *const *out, bool symmetric, double s,
                  const double *const *z, double *const *displacement);
