/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The processes that walkers simulate (docs/theory.md 1.5), step for step the same:
 *
 *   sgd       x_d <- x_d - eta_d g_d      g: mean gradient of B drawn examples
 *   gaussian  the same                    g normal, of mean G and covariance C_B
 *
 * and with momentum mu, of one variable x, in the plane (x, v),
 *
 *   heavy ball  v <- mu v + g             x <- x - eta v
 *   averaging   v <- mu v + (1 - mu) g    x <- x - eta v
 *
 * where a reflecting end of x turns v round; and
 *
 *   euler     x <- x + a h + b z                               b b^T = 2 D h, z normal
 *   milstein  the same + (1/2) D' h (z^2 - 1)                  in one variable
 *   heun      y = x + a(x) h + b(x) z
 *             x <- x + (a(x) + a(y)) h / 2 + (b(x) + b(y)) z / 2
 *
 * a = drift + alpha D' (2-D: + alpha d_k D_ik), for heun + (alpha - 1/2) D'. */
#pragma once

#include "grids/grid.h"
#include "solver/model/model.h"
#include "solver/transfer/process.h"

/* grid: of the process's state (with momentum x and v), whose narrowest cells say how dense
 * nodes must be, and whose ends are the walls; not kept. The model is borrowed while the
 * process lives. Fail (ERROR_SETTINGS) where there is no such law: without examples, for
 * reshuffled epochs, stable noise, momentum in two variables, a grid of other dimension;
 * and without memory. */
MUST_CHECK struct process *process_sgd(const struct model *model, size_t interval,
                                       const struct grid *grid, struct error *err);
MUST_CHECK struct process *process_gaussian(const struct model *model, size_t interval,
                                            const struct grid *grid, struct error *err);

/* The step that begins at time t, of a model that depends on it. */
MUST_CHECK struct process *process_sgd_at(const struct model *model, size_t interval,
                                          double t, const struct grid *grid,
                                          struct error *err);
MUST_CHECK struct process *process_gaussian_at(const struct model *model, size_t interval,
                                               double t, const struct grid *grid,
                                               struct error *err);

/* x <- T(x, g, z) of a model with an update rule, which is what process_sgd gives for it. Walls
 * turn no variable round: a rule knows of none. */
MUST_CHECK struct process *process_rule(const struct model *model, const struct grid *grid,
                                        struct error *err);

enum sde_scheme { SDE_EULER, SDE_MILSTEIN, SDE_HEUN };

/* One step of length h (an SGD step has model_step_time / h of them). The coefficients are
 * borrowed while the process lives, and hold no stable noise. */
MUST_CHECK struct process *process_sde(const struct coefficients *coefficients,
                                       enum sde_scheme scheme, double h,
                                       const struct grid *grid, struct error *err);

/* One step of length h of a scheme of weak order 2 where root and drift are smooth (Ninomiya
 * and Victoir, Appl. Math. Finance 15 (2008) 107): with dx = a dt + Sum_k V_k dW_k in Ito's
 * reading, 2 D = Sum_k V_k V_k^T and V_0 = a - 1/2 Sum_k (V_k . grad) V_k,
 *     x <- e^{V_0 h/2} e^{sqrt(h) z_2 V_2} e^{sqrt(h) z_1 V_1} e^{V_0 h/2} x,
 * e^{t V} the flow of V for the time t, z_k the three nodes of Gauss and Hermite; columns
 * that do not commute come in both orders, half each. D may be singular. Fails
 * (ERROR_SETTINGS) where a varying full tensor is read with another alpha than 0, 1/2, 1. As
 * process_sde else. */
MUST_CHECK struct process *process_path(const struct coefficients *coefficients, double h,
                                        const struct grid *grid, struct error *err);
