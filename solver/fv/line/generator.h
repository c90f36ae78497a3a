/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The 1-D generator A of dp/dt = A p, p cell averages, as rates between neighbouring cells:
 *     J_f = left[f] p_{f-1} - right[f] p_f     at face f = 0 .. n,   left, right >= 0,
 *     (A p)_i = (J_i - J_{i+1}) / width_i.
 * Off-diagonals of A are >= 0 and its volume-weighted columns sum to 0, so that exp(tA)
 * conserves mass and positivity on any mesh. The rates come from the stationary state
 * (docs/numerics.md 1.1; Scharfetter & Gummel 1969),
 *     left[f] / right[f] = p_st(f) / p_st(f-1),     p_st ~ D^(alpha-1) exp(Integral b/D dx)
 * in cell averages, so that J = 0 there for every interpretation alpha, also where D jumps
 * at a face; for D -> 0 this is upwinding, without 0/0. Cells need not resolve p_st: the
 * stationary state and the times to cross a resolved barrier hold all the same.
 *
 * Degenerate noise. A zero z of D inside a cell is a one-way face where b(z) is not 0, a
 * shut face where it is (degenerate.h). This is meant for D ~ (x-z)^2 or |x-z|; weaker zeros,
 * |x-z|^q with q < 1, which noise could cross, are treated alike. Towards a wall at which D
 * vanishes the rates are those of line/weights.h: an absorbing wall that cannot be reached
 * loses nothing; a reflecting one that mass never leaves again keeps it in its cell. */
#pragma once

#include "solver/fv/line/power.h"
#include "solver/fv/sinks.h"

struct line_generator {
    const struct grid *grid; /* borrowed for the generator's life */
    size_t cells;
    /* [cells + 1] rates times width, a velocity. 0 at a reflecting end. At an absorbing end
     * the rate out of the end cell is right[0] or left[cells], the other one is 0.
     * Periodic: the faces 0 and `cells` are one and hold the same rates; p_{-1} is
     * p_{cells-1}. */
    double *left, *right;
    double *log_ratio; /* [cells + 1] ln left - ln right; +-inf at one-way faces */
    /* [cells] ln of the rate from cell i through its lower and its upper face, were that an
     * absorbing wall. */
    double *log_below, *log_above;
    /* [cells + 1] b and D as the flux sees them between the two centres, means weighted by
     * 1/D and harmonic, second order in h; for the file and for estimates. */
    double *drift, *diffusion;
    struct line_wall wall[2]; /* at the two ends: does the noise vanish there, and how */
    struct power_cell *power; /* [cells] weight of line/moments.h; NULL: 1 everywhere */
    struct sinks sinks;       /* within the domain; not in left, right */
    bool periodic, absorbing; /* absorbing: mass is lost, at an end or killed */
    double peclet;  /* largest |b| h / D over the faces (inf where D = 0 and b is not) */
    size_t one_way; /* number of interior faces that are crossed in one direction only */
    /* Of what is computed from it (quasi-stationary law, modes); borrowed, NULL until the
     * generator's owner sets it. */
    const struct monitor *monitor;
};

/* The rates for the coefficients on a 1-D grid (borrowed; the coefficients are not kept).
 * Fails (ERROR_RUN) when a coefficient is not finite, D < 0 or a rate overflows; or without
 * memory. */
MUST_CHECK struct line_generator *
line_generator_create(const struct grid *grid, const struct coefficients *coefficients,
                      struct error *err);
/* Room for the rates of a grid, all 0; and the rates of the coefficients, as they are now,
 * in the place of those before (not defined where it fails). */
MUST_CHECK struct line_generator *line_generator_allocate(const struct grid *grid,
                                                          struct error *err);
MUST_CHECK bool line_generator_update(struct line_generator *generator,
                                      const struct coefficients *coefficients,
                                      struct error *err);
void line_generator_destroy(struct line_generator *generator);

/* out[cells] = A p[cells]; they do not overlap. */
void line_generator_apply(const struct line_generator *, const double *p, double *out);
/* flux[cells + 1]: J_f at the faces, mass per unit of time. */
void line_generator_flux(const struct line_generator *, const double *p, double *flux);
/* Largest |left p| + |right p| over the faces: the scale that a zero current is measured
 * against. */
double line_generator_flux_scale(const struct line_generator *, const double *p);

enum stationary_kind {
    STATIONARY_UNIQUE,     /* exists, unique, current zero or (periodic) constant */
    STATIONARY_ABSORBED,   /* an end absorbs, or all is killed: all mass leaves */
    STATIONARY_DEGENERATE, /* degenerate noise: mass ends at one place or several, of which
                              the start decides */
};
struct stationary {
    enum stationary_kind kind;
    char reason[256];    /* one sentence for the user when it is not UNIQUE */
    double *log_density; /* [cells] ln of the cell averages, mass 1; NULL unless UNIQUE */
    double *density;     /* [cells] its exp; NULL as above */
    double current;      /* periodic: the constant current; else 0 */
    bool by_steps;       /* of a chain of steps, not of the finite volumes */
};
/* The discrete stationary state, A p = 0, in log space: log_density is finite where the
 * density itself underflows, -inf where it is exactly 0. That there is none is no failure;
 * see kind. */
MUST_CHECK bool line_stationary_compute(const struct line_generator *,
                                        struct stationary *out, struct error *err);
void stationary_finish(struct stationary *stationary);
/* out of masses[cells] >= 0, of any scale; frees nothing on failure (stationary_finish). */
MUST_CHECK bool stationary_of_masses(const struct grid *grid, const double *masses,
                                     struct stationary *out, struct error *err);
