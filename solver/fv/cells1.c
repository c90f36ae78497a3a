/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/cells1.h"
#include "solver/fv/gate.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { CENTRE = GAUSS_POINTS + 1, POINTS = 2 * CENTRE + 1 };

/* Coefficients at POINTS points a cell; NULL where they are not needed. */
struct samples {
    size_t count;
    double *x, *b, *D, *gradient, *phi;
};

static void samples_finish(struct samples *s) {
    free(s->phi);
    free(s->gradient);
    free(s->D);
    free(s->b);
    free(s->x);
}

/* Sample points of one cell. 2^-46 of the width, but at least two roundings, is inside. */
static void place_points(const struct gauss *gauss, double lo, double centre, double hi,
                         double *x) {
    const double off =
        fmax(ldexp(hi - lo, -46), 2 * DBL_EPSILON * fmax(fabs(lo), fabs(hi)));
    x[0] = lo + off, x[CENTRE] = centre, x[POINTS - 1] = hi - off;
    for (int k = 0; k < GAUSS_POINTS; k++) {
        x[CENTRE + 1 + k] = centre + gauss->x[k] * (hi - centre);
        x[CENTRE - 1 - k] = centre - gauss->x[k] * (centre - lo);
    }
}

static bool check_finite(const struct samples *s, struct error *err) {
    for (size_t k = 0; k < s->count; k++) {
        if (!isfinite(s->b[k]) || !isfinite(s->D[k]) || (s->phi && !isfinite(s->phi[k])))
            return fail(err, ERROR_RUN,
                        "drift %g, diffusion %g at %.9g; both must be finite on the grid",
                        s->b[k], s->D[k], s->x[k]);
        if (s->D[k] < 0)
            return fail(err, ERROR_RUN,
                        "diffusion coefficient %g at %.9g; it must not be negative",
                        s->D[k], s->x[k]);
    }
    return true;
}

static bool samples_init(struct samples *s, const struct axis *axis,
                         const struct coefficients *c, const struct gauss *gauss,
                         struct error *err) {
    const bool zeros = !c->constant_diffusion && !c->zero_diffusion;
    const bool phi = c->potential && !c->zero_diffusion;
    *s = (struct samples){.count = POINTS * axis->cells};
    if (!(s->x = array_create(s->count, sizeof *s->x, err)) ||
        !(s->b = array_create(s->count, sizeof *s->b, err)) ||
        !(s->D = array_create(s->count, sizeof *s->D, err)) ||
        (zeros && !(s->gradient = array_create(s->count, sizeof *s->gradient, err))) ||
        (phi && !(s->phi = array_create(s->count, sizeof *s->phi, err))))
        return false;
    for (size_t i = 0; i < axis->cells; i++)
        place_points(gauss, axis->face[i], axis->centre[i], axis->face[i + 1],
                     s->x + POINTS * i);
    const double *const at[1] = {s->x};
    return c->drift(c->self, s->count, at, s->b, err) &&
           c->diffusion(c->self, s->count, at, s->D, err) &&
           (!zeros || c->diffusion_gradient(c->self, s->count, at, s->gradient, err)) &&
           (!phi || c->potential(c->self, s->count, at, s->phi, err)) &&
           check_finite(s, err);
}

static void measure_cell(const struct gauss *gauss, const struct axis *axis,
                         const struct samples *s, double alpha, size_t i,
                         struct cell1 *cell) {
    double b[HALF_POINTS], D[HALF_POINTS], phi[HALF_POINTS];
    for (int side = -1; side <= 1; side += 2) {
        const size_t centre = POINTS * i + CENTRE;
        for (int k = 0; k < HALF_POINTS; k++) {
            const size_t at = side > 0 ? centre + k : centre - k;
            b[k] = s->b[at], D[k] = s->D[at], phi[k] = s->phi ? s->phi[at] : 0;
        }
        const double length = side > 0 ? axis->face[i + 1] - axis->centre[i]
                                       : axis->centre[i] - axis->face[i];
        const struct half half =
            half_measure(gauss, alpha, length, side, b, D, s->phi ? phi : NULL);
        if (side > 0)
            cell->upper = half;
        else
            cell->lower = half;
        cell->phi[side > 0] = phi[HALF_POINTS - 1];
    }
}

/* Looks for a zero of D between samples k and k + 1; a zero belongs to the half cell that
 * it lies in. The second line keeps the search to places where D may reach 0: a convex D
 * is above its tangents. */
static bool find_gate(const struct axis *axis, const struct coefficients *c,
                      const struct samples *s, size_t k, struct cell1 *cells,
                      struct error *err) {
    const double *x = s->x + k, *D = s->D + k, *dD = s->gradient + k, w = x[1] - x[0];
    if (!(dD[0] < 0 && dD[1] > 0)) return true;
    if (D[0] > -4 * w * dD[0] || D[1] > 4 * w * dD[1]) return true;
    bool found;
    double z, drift;
    if (!gate_find(c, x, dD, s->b + k, &found, &z, &drift, err)) return false;
    if (!found) return true;
    const size_t i = axis_find(axis, z);
    struct half *half = z < axis->centre[i] ? &cells[i].lower : &cells[i].upper;
    *half = (struct half){.length = half->length, .b = drift, .silent = true};
    return true;
}

static void set_cell_means(struct cell1 *cells, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct half *a = &cells[i].lower, *b = &cells[i].upper;
        if (a->silent || b->silent) continue;
        const double most = fmax(a->log_mean, b->log_mean);
        const double part = a->length / (a->length + b->length);
        cells[i].log_mean = most + log(part * exp(a->log_mean - most) +
                                       (1 - part) * exp(b->log_mean - most));
    }
}

struct cell1 *cells1_create(const struct grid *grid, const struct coefficients *c,
                            struct error *err) {
    const struct axis *axis = grid->axis[0];
    struct gauss gauss;
    struct samples s = {0};
    bool ok = false;
    gauss_init(&gauss);
    struct cell1 *cells = array_create(axis->cells, sizeof *cells, err);
    if (!cells || !samples_init(&s, axis, c, &gauss, err)) goto done;
    for (size_t i = 0; i < axis->cells; i++)
        measure_cell(&gauss, axis, &s, c->alpha, i, &cells[i]);
    for (size_t k = 0; s.gradient && k + 1 < s.count; k++)
        if (!find_gate(axis, c, &s, k, cells, err)) goto done;
    set_cell_means(cells, axis->cells);
    ok = true;
done:
    samples_finish(&s);
    if (ok) return cells;
    free(cells);
    return NULL;
}
