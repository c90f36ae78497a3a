/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model: from what the user states (losses of examples, or a loss with a noise
 * covariance, or a drift with a diffusion) to what the density and the walkers need. As in
 * the papers,
 *     x    parameters, one or two        l_j  loss of example j, j < N
 *     L    mean of l_j                   G    grad L
 *     C    covariance of ONE example's gradient (population covariance over the examples)
 *     eta  learning rates                B    batch size            mu  momentum
 * and
 *     SGD            x_{k+1} = x_k - eta g_k,   E g = G,   Cov g = C_B
 *     C_B            C/B with replacement,   C/B (N-B)/(N-1) without
 *     effective eta  eta/(1-mu) for heavy-ball momentum, eta for the averaging form
 *                    (leading order)
 *     per step       b = -eta G,   D_ij = eta_i eta_j C_B,ij / 2
 *     sde time       t = k eta_1 (effective): b and D divided by eta_1
 *     order 2, 3     G and C replaced by those of the modified equation (model_modified.c)
 * (docs/theory.md 1.1, 1.2). coefficients_of_interval is the one place that turns
 * interpretation alpha and time unit into coefficients. */
#pragma once

#include "io/table.h"
#include "solver/expr/program.h"
#include "solver/model/coefficients.h"
#include "solver/model/rule.h"

enum model_kind {
    MODEL_DATAPOINTS, /* l_j as expressions */
    MODEL_TABLE,      /* l(x; columns) with a data table */
    MODEL_LOSS,       /* L with C */
    MODEL_DRIFT,      /* b with D, taken as they are */
};
/* Symmetric alpha-stable noise of one variable,
 *     E e^{ik sigma L} = e^{-|sigma k|^alpha};
 * alpha = 2 is normal of variance 2 sigma^2, alpha = 0 stands for no such noise.
 *   MODEL_LOSS   the noise of ONE example's gradient; C = 0
 *   MODEL_DRIFT  dx = b dt + sigma dL; D = 0 */
struct stable_noise {
    double alpha, sigma;
};
enum sampling { WITH_REPLACEMENT, WITHOUT_REPLACEMENT, RESHUFFLED };
enum momentum_form { HEAVY_BALL, AVERAGING };
enum time_unit { TIME_STEPS, TIME_SDE };

/* Mass that leaves within the domain: for good, or to return elsewhere. */
enum model_sink { SINK_KILLING, SINK_RESET, MODEL_SINKS };

/* One interval of a learning-rate schedule: eta[d] from the end of the interval before it
 * until `until`, in the run's time (the last one: infinity). varies: eta[d] is rate[d], a
 * function of t alone, in its place. */
struct rate_interval {
    double until;
    double eta[2];
    bool varies;
    expr rate[2];
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
    expr loss;                   /* MODEL_LOSS; MODEL_DRIFT: one to observe, or EXPR_NONE */
    expr covariance[3];          /* MODEL_LOSS: C_xx[, C_xy, C_yy] */
    expr drift[2], diffusion[3]; /* MODEL_DRIFT */
    struct stable_noise stable;  /* MODEL_LOSS, MODEL_DRIFT */
    size_t batch;
    enum sampling sampling;
    double momentum;
    enum momentum_form form;
    double alpha;
    int order; /* of the equation in eta: 0 (stands for 1), 1, 2, 3 (one variable); above 1
                  of a kind with learning rates, without momentum, alpha = 0 */
    enum time_unit unit;
    /* With has_rule, examples, no momentum, alpha = 0, order 1: T_d in place of the step
     * x - eta g, over the graph's variables and, from rule_input on, g[dims] and two normals
     * (rule.h). */
    bool has_rule;
    expr update[2];
    size_t rule_input;
    bool has_sink[MODEL_SINKS];
    expr sink[MODEL_SINKS]; /* rates per unit of the run's time */
    size_t intervals;
    const struct rate_interval *interval; /* MODEL_DRIFT, or with a rule: none */
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
    int order; /* 1, 2, 3 */
    enum time_unit unit;
    struct stable_noise stable;
    size_t intervals;
    struct rate_interval *interval;
    bool branches;       /* an `if`, abs, min, max, ... somewhere: may jump */
    bool constant_noise; /* C (or D; of order 3 C_eff) does not depend on x */
    /* Something depends on the time t: loss, noise, drift or a learning rate. Step k of SGD
     * takes the values at its beginning, t = k (docs/theory.md 1.8). */
    bool driven;

    /* Expressions, for those who compile programs of their own (Monte Carlo). MODEL_TABLE:
     * of one example, depending on the columns; otherwise of the mean. EXPR_NONE where
     * there is none. */
    expr loss, gradient[2], covariance[3], drift[2], diffusion[3];
    /* MODEL_DATAPOINTS: [examples dims], d l_j / dx_d at j dims + d. */
    expr *example_gradient;

    /* Programs, with their outputs in order; for MODEL_TABLE of one example:
     *              MODEL_DRIFT       MODEL_TABLE              others
     *   values     L or 0, b..., D.. l, g...                  L, G..., C...
     *   gradients  dD                g..., H_xx[, H_xy, H_yy] dC
     *   curvature  NULL              H                        H_j, j < N; NULL for N = 0
     * dC, dD in the order of coefficients.diffusion_gradient; H: 1 or 3 entries. */
    struct program *values;
    struct program *gradients;
    struct program *curvature;
    /* Of order 2 and 3: G, G', G'', and with examples not in a table C, C', C''; in two
     * variables G_x, G_y, H_xx, H_xy, H_yy. */
    struct program *expansion;
    struct rule *rule;                      /* NULL: the step is x - eta g */
    expr sink[MODEL_SINKS];                 /* EXPR_NONE: there is none */
    struct program *sink_rate[MODEL_SINKS]; /* NULL: there is none */
    struct reset_density to;                /* with SINK_RESET; set by the model's owner */
};

/* The model of a source, its derivatives taken and its programs compiled. Takes over
 * source->graph and source->table, also on failure. Failures are sentences without
 * location: ERROR_SETTINGS on a source that makes no sense, or no memory. */
MUST_CHECK struct model *model_create(const struct model_source *source, struct error *err);
void model_destroy(struct model *model);

/* Number of schedule intervals (at least 1), and the end of interval k in run time. */
size_t model_intervals(const struct model *model);
double model_interval_end(const struct model *model, size_t interval);
/* The interval in which time t lies; its end belongs to it. */
size_t model_interval_at(const struct model *model, double t);

/* Loss, mean gradient and covariance of one example's gradient at n points x[d][n]; any
 * output may be NULL. loss[n]; gradient[d * n + k]; covariance 1-D [n], 2-D three blocks
 * xx, xy, yy. MODEL_DRIFT: -b and 2 D. */
MUST_CHECK bool model_evaluate(const struct model *model, size_t n, const double *const *x,
                               double *loss, double *gradient, double *covariance,
                               struct error *err);
/* The same at time t; model_evaluate is for models that do not depend on it, others give
 * values that are not finite. */
MUST_CHECK bool model_evaluate_at(const struct model *model, double t, size_t n,
                                  const double *const *x, double *loss, double *gradient,
                                  double *covariance, struct error *err);
/* Does the model have a loss L? Not where only drift and diffusion were given. */
bool model_has_loss(const struct model *model);

/* curvature[n]: the largest |eigenvalue| of the Hessians of all l_j at each point. A loss
 * with noise counts as one example; 0 where there is none. Where eta times this exceeds 1,
 * the diffusion approximation of SGD is in doubt, beyond 2 SGD is unstable
 * (docs/theory.md 4.2). */
MUST_CHECK bool model_curvature(const struct model *model, double t, size_t n,
                                const double *const *x, double *curvature,
                                struct error *err);

/* rate[n] >= 0 of a sink that the model has, per unit of the run's time. Fails (ERROR_RUN)
 * where it is negative or not finite, with the expression and the point. */
MUST_CHECK bool model_sink_rate(const struct model *model, enum model_sink sink, size_t n,
                                const double *const *x, double *rate, struct error *err);
bool model_has_sinks(const struct model *model);
/* Jumps of stable noise in place of a covariance. */
bool model_has_stable_noise(const struct model *model);

/* Effective learning rates of a schedule interval, eta[d] (momentum included). */
void model_effective_rate(const struct model *model, size_t interval, double t,
                          double eta[2]);
/* eta[d] of the interval at time t, as SGD takes it. */
void model_rate(const struct model *model, size_t interval, double t, double eta[2]);
/* C_B / C: the factor of batch size and sampling. */
double model_batch_factor(const struct model *model);
/* Scale of the stable noise of a batch's mean gradient: B^(1/alpha - 1) sigma. */
double model_stable_scale(const struct model *model);
/* Time that one SGD step of a schedule interval takes: 1 in steps, eta_1 (effective) in sde
 * time, which goes with learning rates that do not vary. */
double model_step_time(const struct model *model, size_t interval);

/* The Fokker-Planck coefficients of one schedule interval. The result borrows the model. */
struct interval_coefficients {
    const struct model *model;
    size_t interval;
    double t;                         /* all of this is of this time: coefficients_at */
    double eta[2];                    /* effective learning rates */
    double rate[2];                   /* b_d = -rate_d G_d */
    double noise[3];                  /* D_xx, D_xy, D_yy = noise * C */
    double potential_scale;           /* phi = potential_scale * L where that holds */
    double stable_scale;              /* s of dx = b dt + s dL; 0 without stable noise */
    struct coefficients coefficients; /* its self points to this struct: do not copy */
};
void coefficients_of_interval(const struct model *model, size_t interval,
                              struct interval_coefficients *out);
/* The same at time t; coefficients_of_interval is that at t = 0. */
void coefficients_at(const struct model *model, size_t interval, double t,
                     struct interval_coefficients *out);
