/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gradients g_j = grad l_j of every example at one point, for datapoints and for the rows of
 * a table, and what they are together:
 *     G = mean_j g_j,     C = mean_j (g_j - G)(g_j - G)^T. */
#pragma once

#include "solver/model/model.h"

struct gradients {
    const struct model *model; /* borrowed */
    double t;                  /* the time, of a model that depends on it */
    size_t n;                  /* examples */
    size_t dims;
    struct program *program; /* datapoints: all gradients; table: that of one row */
};

/* Fails where the model has no examples (ERROR_SETTINGS), or without memory. */
MUST_CHECK bool gradients_init(struct gradients *gradients, const struct model *model,
                               double t, struct error *err);
void gradients_finish(struct gradients *gradients);

/* Work space of a thread. */
struct gradients_work {
    double *g[2]; /* g[d][n] */
    double mean[2], covariance[3];
    double *registers, *store;
    double **out;
    const double **in;
};
MUST_CHECK bool gradients_work_init(struct gradients_work *work,
                                    const struct gradients *gradients, struct error *err);
void gradients_work_finish(struct gradients_work *work);

/* g and mean at x[dims]. ERROR_RUN naming example and point where one is not finite. */
MUST_CHECK bool gradients_at(const struct gradients *gradients, const double *x,
                             struct gradients_work *work, struct error *err);
/* The covariance of what gradients_at has found. */
void gradients_covariance(const struct gradients *gradients, struct gradients_work *work);

/* The point x[dims] in words: "w = 0.3, v = 1". */
struct point_text {
    char text[160];
};
struct point_text point_in_words(const struct model *model, const double *x);
