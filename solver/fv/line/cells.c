/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/cells.h"
#include "solver/fv/line/degenerate.h"
#include "solver/fv/line/weights.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { CENTRE = CELL_CENTRE, POINTS = CELL_POINTS };

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
                         struct line_cell *cell) {
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
 * it lies in. It is only looked for where D may reach 0, by its tangents: a convex D is
 * above them. */
static bool find_degenerate(const struct axis *axis, const struct coefficients *c,
                            const struct samples *s, size_t k, struct line_cell *cells,
                            struct error *err) {
    const double *x = s->x + k, *D = s->D + k, *dD = s->gradient + k, w = x[1] - x[0];
    if (!(dD[0] < 0 && dD[1] > 0)) return true;
    if (D[0] > -4 * w * dD[0] || D[1] > 4 * w * dD[1]) return true;
    bool found;
    double z, drift;
    if (!degenerate_find(c, x, dD, s->b + k, &found, &z, &drift, err)) return false;
    if (!found) return true;
    const size_t i = axis_find(axis, z);
    struct half *half = z < axis->centre[i] ? &cells[i].lower : &cells[i].upper;
    *half = (struct half){
        .length = half->length, .b = drift, .degenerate = true, .noiseless = true};
    return true;
}

static void set_cell_means(struct line_cell *cells, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct half *a = &cells[i].lower, *b = &cells[i].upper;
        if (a->noiseless || b->noiseless) continue;
        const double most = fmax(a->log_mean, b->log_mean);
        const double part = a->length / (a->length + b->length);
        cells[i].log_mean = most + log(part * exp(a->log_mean - most) +
                                       (1 - part) * exp(b->log_mean - most));
    }
}

/* ------------------------------------------------------- walls where the noise vanishes */

/* One wall of a part of the grid with noise: the cell at it, and the number of cells up to
 * the next place where the noise is degenerate. */
struct part {
    size_t first, count;
    int side;
    double x;
    bool absorbs; /* a boundary that absorbs */
    bool ends;    /* an end of the grid */
};

static bool has_noise(const struct half *half) {
    return !half->noiseless;
}

/* The number of cells from the wall on until one has a half cell with degenerate noise (the
 * half cell at the wall does not count). */
static size_t count_cells(const struct axis *axis, const struct line_cell *cells,
                          const struct part *part) {
    size_t count = 0;
    for (size_t i = part->first; i < axis->cells; i += (size_t)part->side, count++) {
        const struct half *near = part->side > 0 ? &cells[i].lower : &cells[i].upper;
        const struct half *far = part->side > 0 ? &cells[i].upper : &cells[i].lower;
        if (count > 0 && !has_noise(near)) break;
        if (!has_noise(far)) break;
    }
    return count;
}

/* Is the other end of the part a wall of this kind too? Then each has half of the cells. */
static bool faces_wall(const struct axis *axis, const struct coefficients *c,
                       const struct part *part, size_t count, bool *wall,
                       struct error *err) {
    const size_t last = part->side > 0 ? part->first + count - 1 : part->first + 1 - count;
    struct line_wall other;
    const double x = axis->face[part->side > 0 ? last + 1 : last];
    if (!line_wall_find(c, x, -part->side, axis->width[last], &other, err)) return false;
    *wall = other.vanishes || other.near;
    return true;
}

/* Sets wall, open and trap of the cell at the wall. Where the drift towards the wall was
 * too fast for the cell to be weighed, mass leaves with the drift there. */
static void mark_cell(struct line_cell *cell, const struct part *part,
                      const struct line_wall *wall, bool open, bool trap) {
    const int end = part->side > 0 ? 0 : 1;
    struct half *half = end == 0 ? &cell->lower : &cell->upper;
    cell->wall[end] = wall->vanishes, cell->open[end] = open && !trap;
    const bool swept = open && !cell->weighed && wall->vanishes;
    if (swept)
        *half = (struct half){.length = half->length,
                              .b = part->side * wall->beta * wall->D / wall->depth,
                              .noiseless = true};
    cell->trap = trap || swept;
    if (cell->trap) cell->weighed = false, cell->log_mean = 0;
    if (trap) cell->power = (struct line_power){part->side, part->x, 0, -HUGE_VAL};
}

static void put_powers(const struct line_weights *w, double x, struct line_cell *cells) {
    if (w->open || !(fabs(w->wall->s) < 40)) return; /* or p is next to nothing there */
    for (size_t k = 0, i = w->first; k < w->count; k++, i += (size_t)w->side)
        cells[i].power = (struct line_power){w->side, x, w->wall->offset, w->wall->s};
}

static bool weigh_part(const struct axis *axis, const struct coefficients *c,
                       const struct samples *s, const struct part *part,
                       struct line_cell *cells, struct line_wall *wall, struct error *err) {
    const size_t count = count_cells(axis, cells, part);
    bool both;
    if (!line_wall_find(c, part->x, part->side, axis->width[part->first], wall, err))
        return false;
    if (count == 0 || !(wall->vanishes || (wall->near && part->ends))) return true;
    if (!faces_wall(axis, c, part, count, &both, err)) return false;
    const bool reached =
        wall->near || wall->class == FELLER_REGULAR || wall->class == FELLER_EXIT;
    const bool finite = wall->near || wall->M_finite;
    const bool open = !finite || (part->absorbs && reached);
    const bool trap = !finite && !(reached && (part->absorbs || !part->ends));
    const struct line_weights weights = {.axis = axis,
                                         .coefficients = c,
                                         .b = s->b,
                                         .D = s->D,
                                         .wall = wall,
                                         .first = part->first,
                                         .side = part->side,
                                         .count =
                                             both ? (count + (part->side > 0)) / 2 : count,
                                         .open = open,
                                         .trap = trap};
    if (!line_weights_fill(&weights, cells, err)) return false;
    put_powers(&weights, part->x, cells);
    mark_cell(&cells[part->first], part, wall, open, trap);
    return true;
}

/* Inside the grid: faces with noise on one side only. What crosses to the other side does
 * not come back by noise. */
static bool weigh_inside(const struct axis *axis, const struct coefficients *c,
                         const struct samples *s, struct line_cell *cells,
                         struct error *err) {
    struct line_wall wall;
    for (size_t f = 1; f < axis->cells; f++) {
        const bool below = has_noise(&cells[f - 1].upper),
                   above = has_noise(&cells[f].lower);
        const struct part part = {
            .first = above ? f : f - 1, .side = above ? 1 : -1, .x = axis->face[f]};
        const bool degenerate = cells[f - 1].upper.degenerate || cells[f].lower.degenerate;
        if (below != above && !degenerate &&
            !weigh_part(axis, c, s, &part, cells, &wall, err))
            return false;
    }
    return true;
}

static bool weigh_ends(const struct axis *axis, const struct coefficients *c,
                       const struct samples *s, struct line_cell *cells,
                       struct line_wall end[2], struct error *err) {
    for (int e = 0; e < 2; e++) {
        const struct part part = {.first = e == 0 ? 0 : axis->cells - 1,
                                  .side = e == 0 ? 1 : -1,
                                  .x = axis->face[e == 0 ? 0 : axis->cells],
                                  .absorbs = axis->boundary[e] == ABSORBING,
                                  .ends = true};
        if (!weigh_part(axis, c, s, &part, cells, &end[e], err)) return false;
    }
    return true;
}

/* ------------------------------------------------------------------------- all together */

struct line_cell *line_cells_create(const struct grid *grid, const struct coefficients *c,
                                    struct line_wall end[2], struct error *err) {
    const struct axis *axis = grid->axis[0];
    struct gauss gauss;
    struct samples s = {0};
    bool ok = false;
    gauss_init(&gauss);
    end[0] = end[1] = (struct line_wall){0};
    struct line_cell *cells = array_create(axis->cells, sizeof *cells, err);
    if (!cells || !samples_init(&s, axis, c, &gauss, err)) goto done;
    for (size_t i = 0; i < axis->cells; i++)
        measure_cell(&gauss, axis, &s, c->alpha, i, &cells[i]);
    for (size_t k = 0; s.gradient && k + 1 < s.count; k++)
        if (!find_degenerate(axis, c, &s, k, cells, err)) goto done;
    set_cell_means(cells, axis->cells);
    ok = !s.gradient ||
         (weigh_inside(axis, c, &s, cells, err) &&
          (axis->boundary[0] == PERIODIC || weigh_ends(axis, c, &s, cells, end, err)));
done:
    samples_finish(&s);
    if (ok) return cells;
    free(cells);
    return NULL;
}
