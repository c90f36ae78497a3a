/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/generator.h"
#include "solver/fv/bernoulli.h"
#include "solver/fv/line/log_rates.h"
#include <stdlib.h>

/* ----------------------------------------------------------------------- one face */

struct face {
    double left, right, log_ratio, drift, diffusion, peclet;
};

/* D and b between the two centres: the harmonic means of half.h, joined in the same way. */
static void join_means(const struct half *L, const struct half *R, struct face *face) {
    const double least = fmin(L->D, R->D), h = L->length + R->length;
    const double rL = L->length * (L->D == least ? 1 : least / L->D);
    const double rR = R->length * (R->D == least ? 1 : least / R->D);
    face->diffusion = least * (h / (rL + rR));
    face->drift = (rL * L->b + rR * R->b) / (rL + rR);
    face->peclet = face->drift == 0 ? 0 : fabs(face->drift) * h / face->diffusion;
}

/* Two half-cell resistances in a row, relative to the left centre, give for centre values
 *     J = p_L / R - p_R / (R e^Pc),   R = R_L + R_R p_st(L)/p_st(R),
 *     Pc = ln p_st(R) - ln p_st(L)   of the centres.
 * With D and b constant this is Scharfetter & Gummel's flux K [B(-Pc) p_L - B(Pc) p_R],
 * B(z) = z / (e^z - 1). Cell averages take
 *     Pe = ln mean p_st(R) - ln mean p_st(L)
 * in the place of Pc: then J = 0 for the averages of p_st, to rounding, on any grid. With
 * d = Pe - Pc,
 *   d = O(h^3)  where cells resolve p_st: K is kept. The error is an even series in h, as
 *               Richardson's extrapolation needs;
 *   d large     where they do not (a well narrower than a cell): the larger of the two
 *               rates is kept. It is the drift at the upwind centre: the mean moves at the
 *               right speed, although the width is wrong. */
static void two_way(const struct line_cell *L, const struct line_cell *R, double jump,
                    struct face *face) {
    const double Pc = L->upper.rise + jump - R->lower.rise;
    const double log_left = -log_add(L->upper.log_resistance, R->lower.log_resistance - Pc);
    const double d = R->log_mean - L->log_mean, Pe = Pc + d;
    const double larger = exp(log_left + fmax(0, -Pc)) *
                          pow(bernoulli(-fabs(Pe)) / bernoulli(-fabs(Pc)), 1 / (1 + d * d));
    face->log_ratio = Pe;
    face->left = larger * exp(fmin(0, Pe));
    face->right = larger * exp(fmin(0, -Pe));
}

/* The same with the resistances of line/weights.h, which begin and end at the cells' means of
 * p / p_st. */
static void two_way_weighed(const struct line_cell *L, const struct line_cell *R,
                            double jump, struct face *face) {
    const double Pc = L->upper.rise + jump - R->lower.rise;
    const double Pe = Pc + R->log_mean - L->log_mean;
    const double log_left =
        -L->log_mean - log_add(L->log_resistance[1], R->log_resistance[0] - Pc);
    face->log_ratio = Pe;
    face->left = exp(log_left), face->right = exp(log_left - Pe);
}

/* One of the cells is a trap: nothing leaves it. */
static void shut_trap(const struct line_cell *L, const struct line_cell *R,
                      struct face *face) {
    if (L->trap) {
        face->left = 0, face->log_ratio = -HUGE_VAL;
        if (R->weighed) face->right = exp(-R->log_mean - R->log_resistance[0]);
    }
    if (R->trap) {
        face->right = 0, face->log_ratio = L->trap ? 0 : HUGE_VAL;
        if (L->weighed) face->left = L->trap ? 0 : exp(-L->log_mean - L->log_resistance[1]);
    }
}

/* Degenerate noise somewhere between the centres: upwinding,
 *     J = max(b, 0) p_L + min(b, 0) p_R,
 * with the drift b of the part without noise. */
static void one_way(const struct half *L, const struct half *R, struct face *face) {
    const double l = L->noiseless ? L->length : 0, r = R->noiseless ? R->length : 0;
    const double b = (l * L->b + r * R->b) / (l + r);
    face->drift = b, face->diffusion = 0;
    face->left = fmax(b, 0), face->right = fmax(-b, 0);
    face->log_ratio = b > 0 ? HUGE_VAL : b < 0 ? -HUGE_VAL : 0;
    face->peclet = b == 0 ? 0 : HUGE_VAL;
}

/* ln of the rate to an absorbing wall (p = 0) at the lower (0) or upper (1) face: one over
 * the half cell's resistance. Without noise mass leaves with the drift only; a face at
 * which the noise vanishes may be out of reach. */
static double log_absorbed(const struct line_cell *cell, int end) {
    const struct half *half = end ? &cell->upper : &cell->lower;
    if (cell->wall[end] && !cell->open[end]) return -HUGE_VAL;
    if (half->noiseless) return log(fmax((end ? 1 : -1) * half->b, 0));
    if (cell->weighed) return -cell->log_mean - cell->log_resistance[end];
    return -half->log_resistance;
}

/* The face between a side on which the noise vanishes towards the face and a side without
 * noise: mass leaves the first as it reaches the face, and comes in with the drift of the
 * other. */
static void one_way_at_wall(const struct line_cell *L, const struct line_cell *R,
                            struct face *face) {
    const bool below = L->wall[1]; /* the noise */
    const double out = exp(log_absorbed(below ? L : R, below));
    face->left = below ? out : out > 0 ? 0 : face->left;
    face->right = below ? (out > 0 ? 0 : face->right) : out;
    face->log_ratio = face->left > 0 ? HUGE_VAL : face->right > 0 ? -HUGE_VAL : 0;
}

/* What crosses between two cells. potential: the jump of ln p_st at the face is that of
 * -phi; otherwise (also at the face that closes a ring, where a potential need not be
 * periodic) that of D^(alpha-1). */
static struct face cross(const struct line_cell *L, const struct line_cell *R, double alpha,
                         bool potential) {
    const double jump = potential
                            ? L->phi[1] - R->phi[0]
                            : (alpha - 1) * (R->lower.log_D_face - L->upper.log_D_face);
    struct face face = {0};
    join_means(&L->upper, &R->lower, &face);
    if (L->upper.noiseless || R->lower.noiseless)
        one_way(&L->upper, &R->lower, &face);
    else if (L->weighed && R->weighed)
        two_way_weighed(L, R, jump, &face);
    else
        two_way(L, R, jump, &face);
    if (L->wall[1] != R->wall[0]) one_way_at_wall(L, R, &face);
    if (L->trap || R->trap) shut_trap(L, R, &face);
    return face;
}

static struct face absorb(const struct line_cell *cell, int end) {
    const struct half *half = end ? &cell->upper : &cell->lower;
    struct face face = {.drift = half->b, .diffusion = half->D};
    *(end ? &face.left : &face.right) = exp(log_absorbed(cell, end));
    return face;
}

/* A reflecting wall: nothing passes; b and D for the file. */
static struct face reflect(const struct line_cell *cell, int end) {
    const struct half *half = end ? &cell->upper : &cell->lower;
    return (struct face){.drift = half->b, .diffusion = half->D};
}

/* ----------------------------------------------------------------------- assembly */

static bool put_face(struct line_generator *g, size_t f, const struct face *face,
                     struct error *err) {
    if (!isfinite(face->left) || !isfinite(face->right))
        return fail(err, ERROR_RUN,
                    "rates %g and %g at %g are too large for double precision; rescale the "
                    "variable or the time",
                    face->left, face->right, g->grid->axis[0]->face[f]);
    g->left[f] = face->left, g->right[f] = face->right;
    g->log_ratio[f] = face->log_ratio;
    g->drift[f] = face->drift, g->diffusion[f] = face->diffusion;
    g->peclet = fmax(g->peclet, face->peclet);
    return true;
}

static bool put_inside(struct line_generator *g, const struct coefficients *c,
                       const struct line_cell *cells, struct error *err) {
    const bool potential = c->potential && !c->zero_diffusion;
    for (size_t f = 1; f < g->cells; f++) {
        const struct face face = cross(&cells[f - 1], &cells[f], c->alpha, potential);
        if (!put_face(g, f, &face, err)) return false;
        g->one_way += isinf(face.log_ratio) != 0;
    }
    return true;
}

static bool put_ends(struct line_generator *g, double alpha, const struct line_cell *cells,
                     struct error *err) {
    const size_t n = g->cells;
    const enum boundary *type = g->grid->axis[0]->boundary;
    const struct line_cell *ends[2] = {&cells[0], &cells[n - 1]};
    if (type[0] == PERIODIC) {
        const struct face face = cross(&cells[n - 1], &cells[0], alpha, false);
        g->one_way += isinf(face.log_ratio) != 0;
        g->periodic = true;
        return put_face(g, 0, &face, err) && put_face(g, n, &face, err);
    }
    for (int e = 0; e < 2; e++) {
        const struct face face =
            type[e] == ABSORBING ? absorb(ends[e], e) : reflect(ends[e], e);
        g->absorbing |= type[e] == ABSORBING;
        if (!put_face(g, e ? n : 0, &face, err)) return false;
    }
    return true;
}

static void put_exits(struct line_generator *g, const struct line_cell *cells) {
    for (size_t i = 0; i < g->cells; i++) {
        g->log_below[i] = log_absorbed(&cells[i], 0);
        g->log_above[i] = log_absorbed(&cells[i], 1);
    }
}

/* Only where a cell has a power. */
static bool put_weights(struct line_generator *g, const struct line_cell *cells,
                        struct error *err) {
    struct gauss gauss;
    bool any = false;
    gauss_init(&gauss);
    for (size_t i = 0; i < g->cells; i++)
        any |= cells[i].power.side != 0;
    if (!any) return true;
    if (!(g->power = array_create(g->cells, sizeof *g->power, err))) return false;
    for (size_t i = 0; i < g->cells; i++)
        g->power[i] = power_cell_over(&gauss, g->grid->axis[0], &cells[i].power, i);
    return true;
}

struct line_generator *line_generator_allocate(const struct grid *grid, struct error *err) {
    struct line_generator *g = array_create(1, sizeof *g, err);
    if (g == NULL) return NULL;
    g->grid = grid, g->cells = grid->cells;
    double **const arrays[] = {&g->left,      &g->right,     &g->log_ratio, &g->drift,
                               &g->diffusion, &g->log_below, &g->log_above};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        if (!(*arrays[k] = array_create(g->cells + 1, sizeof(double), err)))
            return line_generator_destroy(g), NULL;
    return g;
}

struct line_generator *line_generator_create(const struct grid *grid,
                                             const struct coefficients *coefficients,
                                             struct error *err) {
    struct line_generator *g = line_generator_allocate(grid, err);
    if (g != NULL && sinks_init(&g->sinks, grid, coefficients, err) &&
        line_generator_update(g, coefficients, err))
        return g;
    return line_generator_destroy(g), NULL;
}

bool line_generator_update(struct line_generator *g,
                           const struct coefficients *coefficients, struct error *err) {
    struct line_cell *cells = line_cells_create(g->grid, coefficients, g->wall, err);
    free(g->power);
    g->power = NULL, g->peclet = 0, g->one_way = 0;
    const bool ok = cells && put_inside(g, coefficients, cells, err) &&
                    put_ends(g, coefficients->alpha, cells, err) &&
                    put_weights(g, cells, err);
    if (ok) put_exits(g, cells);
    if (ok) g->absorbing |= g->sinks.killing != NULL;
    free(cells);
    return ok;
}

void line_generator_destroy(struct line_generator *g) {
    if (g == NULL) return;
    sinks_finish(&g->sinks);
    free(g->power);
    free(g->log_above);
    free(g->log_below);
    free(g->diffusion);
    free(g->drift);
    free(g->log_ratio);
    free(g->right);
    free(g->left);
    free(g);
}

/* -------------------------------------------------------------------------- verbs */

/* Current at face f. p_{-1} and p_n are the other end's on a ring, else multiply a rate
 * 0. */
static double current(const struct line_generator *g, const double *p, size_t f) {
    const size_t n = g->cells;
    const double below = f > 0 ? p[f - 1] : g->periodic ? p[n - 1] : 0;
    const double above = f < n ? p[f] : g->periodic ? p[0] : 0;
    return g->left[f] * below - g->right[f] * above;
}

void line_generator_apply(const struct line_generator *g, const double *p, double *out) {
    const double *h = g->grid->axis[0]->width;
    double in = current(g, p, 0);
    for (size_t i = 0; i < g->cells; i++) {
        const double leaving = current(g, p, i + 1);
        out[i] = (in - leaving) / h[i];
        in = leaving;
    }
    sinks_apply(&g->sinks, g->grid, p, out);
}

void line_generator_flux(const struct line_generator *g, const double *p, double *flux) {
    for (size_t f = 0; f <= g->cells; f++)
        flux[f] = current(g, p, f);
}

double line_generator_flux_scale(const struct line_generator *g, const double *p) {
    const size_t n = g->cells;
    double most = 0;
    for (size_t f = 0; f <= n; f++) {
        const double below = f > 0 ? p[f - 1] : g->periodic ? p[n - 1] : 0;
        const double above = f < n ? p[f] : g->periodic ? p[0] : 0;
        most = fmax(most, fabs(g->left[f] * below) + fabs(g->right[f] * above));
    }
    return most;
}
