/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model: from what the user states (per-example losses, or a loss with a noise
 * covariance, or a drift with a diffusion) to everything that the two answers need.
 * Notation of the papers: x the parameters (one or two), l_j the loss of example j, L =
 * mean l_j, G = grad L, C = covariance of ONE example's gradient (population covariance
 * over the examples), eta the learning rates, B the batch size, mu the momentum.
 *
 *   SGD:           x_{k+1} = x_k - eta g_k,  E g = G,  Cov g = C_B
 *   C_B            = C/B with replacement, C/B (N-B)/(N-1) without
 *   effective eta  = eta/(1-mu) for heavy-ball momentum, eta for the averaging form
 * (leading order) per step:      b = -eta G,  D_ij = eta_i eta_j C_B,ij / 2 sde time t = k
 * eta_1 (effective): both divided by eta_1.
 *
 * interpretation alpha and time unit are turned into coefficients in one place:
 * coefficients_of_piece. */
#pragma once

#include "io/table.h"
#include "solver/model/coefficients.h"
#include "solver/model/program.h"

enum model_kind {
    MODEL_DATAPOINTS, /* l_j as expressions */
    MODEL_TABLE,      /* l(x; columns) with a data table */
    MODEL_LOSS,       /* L with C */
    MODEL_DRIFT,      /* b with D, taken as they are */
};
/* Symmetric alpha-stable noise sigma L, E e^{ik sigma L} = e^{-|sigma k|^alpha}: alpha = 2
 * is normal of variance 2 sigma^2. alpha = 0: there is none. One variable. MODEL_LOSS: the
 * noise of ONE example's gradient, beside C = 0; MODEL_DRIFT: dx = b dt + sigma dL, beside
 * D = 0. */
struct stable_noise {
    double alpha, sigma;
};
enum sampling { WITH_REPLACEMENT, WITHOUT_REPLACEMENT, RESHUFFLED };
enum momentum_form { HEAVY_BALL, AVERAGING };
enum time_unit { TIME_STEPS, TIME_SDE };

/* Learning rates from the end of the previous piece until `until` (in the run's time; the
 * last: infinity). */
struct rate_piece {
    double until;
    double eta[2];
};

/* What the user states; texts are borrowed. Index d runs over dims, j over examples. */
struct model_source {
    enum model_kind kind;
    int dims;
    struct graph *graph; /* variables, then (MODEL_TABLE) columns, constants and functions
                            declared; taken over */
    const char *const *variable; /* [dims] */
    size_t examples;             /* MODEL_DATAPOINTS */
    const expr *example;         /* l_j; MODEL_TABLE: example[0] = l(x; columns) */
    struct table *table;         /* MODEL_TABLE; taken over */
    expr loss; /* MODEL_LOSS; also MODEL_DRIFT when one is given to observe, else EXPR_NONE
                */
    expr covariance[3];          /* MODEL_LOSS: C_xx[, C_xy, C_yy] */
    expr drift[2], diffusion[3]; /* MODEL_DRIFT */
    struct stable_noise stable;  /* MODEL_LOSS, MODEL_DRIFT */
    size_t batch;
    enum sampling sampling;
    double momentum;
    enum momentum_form form;
    double alpha;
    enum time_unit unit;
    size_t pieces;
    const struct rate_piece *piece; /* MODEL_DRIFT: none */
};

struct model {
    enum model_kind kind;
    int dims;
    char *variable[2];
    struct graph *graph;
    size_t examples; /* N: number of datapoints or rows; 0 when there are none */
    struct table *table;
    size_t batch;
    enum sampling sampling;
    double momentum;
    enum momentum_form form;
    double alpha;
    enum time_unit unit;
    struct stable_noise stable;
    size_t pieces;
    struct rate_piece *piece;
    bool branches;       /* an `if`, abs, min, max, ... somewhere: may jump */
    bool constant_noise; /* C (or D) does not depend on x */

    /* Expressions, for those who compile programs of their own (Monte Carlo). MODEL_TABLE:
     * of one example (loss, gradient and hessian depend on the columns); otherwise of the
     * mean. EXPR_NONE where there is none. */
    expr loss, gradient[2], covariance[3], drift[2], diffusion[3];
    expr *example_gradient; /* MODEL_DATAPOINTS: [examples * dims], example j's d-th at j *
                               dims + d */

    struct program *values; /* L, G..., C... (MODEL_DRIFT: L or 0, b..., D...); MODEL_TABLE:
                               l, g... of one example */
    struct program *gradients; /* dC (dD) in the order of coefficients.diffusion_gradient;
                                  MODEL_TABLE: g..., H_xx[, H_xy, H_yy] */
    struct program *curvature; /* Hessians of the examples, [N][1 or 3]; MODEL_TABLE: of
                                  one; NULL when there are no examples */
};

/* Takes over source->graph and source->table, also on failure. Errors are sentences without
 * location. */
MUST_CHECK struct model *model_create(const struct model_source *source, struct error *err);
void model_destroy(struct model *model);

/* Number of schedule pieces (at least 1), and the end of piece k in run time. */
size_t model_pieces(const struct model *model);
double model_piece_end(const struct model *model, size_t piece);

/* Loss, mean gradient and covariance of one example's gradient at n points x[d][n]; any
 * output may be NULL. loss[n]; gradient[d * n + k]; covariance 1-D [n], 2-D three blocks
 * xx, xy, yy. MODEL_DRIFT: -b and 2 D. */
MUST_CHECK bool model_evaluate(const struct model *model, size_t n, const double *const *x,
                               double *loss, double *gradient, double *covariance,
                               struct error *err);
bool model_has_loss(const struct model *model);

/* Largest |eigenvalue| over the examples of the Hessian of l_j at n points (0 when there
 * are no examples: a loss with noise counts as one example). What eta times this exceeds 1
 * (2) tells is in theory.md 4.2. */
MUST_CHECK bool model_curvature(const struct model *model, size_t n, const double *const *x,
                                double *curvature, struct error *err);

/* Effective learning rates of a piece (momentum included), per variable. */
void model_effective_rate(const struct model *model, size_t piece, double eta[2]);
/* C_B / C: the factor of batch size and sampling. */
double model_batch_factor(const struct model *model);
/* Scale of the stable noise of a batch's mean gradient: B^(1/alpha - 1) sigma. */
double model_stable_scale(const struct model *model);
/* Time units that one SGD step of a piece takes: 1 in steps, eta_1 (effective) in sde time.
 */
double model_step_time(const struct model *model, size_t piece);

/* The Fokker-Planck coefficients of one piece. The result borrows the model. */
struct piece_coefficients {
    const struct model *model;
    double rate[2];                   /* b_d = -rate_d G_d */
    double noise[3];                  /* D_xx, D_xy, D_yy = noise * C */
    double potential_scale;           /* phi = potential_scale * L where that holds */
    double stable_scale;              /* s of dx = b dt + s dL; 0 without stable noise */
    struct coefficients coefficients; /* its self points to this struct: do not copy */
};
void coefficients_of_piece(const struct model *model, size_t piece,
                           struct piece_coefficients *out);
