/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/weights.h"
#include "solver/fv/line/log_rates.h"
#include <stdlib.h>

enum { G = GAUSS_POINTS, LEAVES = 4096, SPARE = 1024, DEPTH = 8 };
static const double gentle = 2, steep = 300; /* ranges of ln p_st on a panel, on a cell */

/* One panel, at the distances t .. t + length from the wall. */
struct leaf {
    double t, length;
    double ln_D[G], y[G]; /* y = ln p_st, relative to the cell's centre when done */
};

/* The panels of one cell, away from the wall. */
struct rule {
    const struct line_weights *w;
    struct gauss gauss;
    struct leaf *leaf;
    size_t leaves;
    double psi;                /* Integral b/D so far */
    double near, far;          /* distances of the cell's faces from the wall */
    double most;               /* largest y */
    double tail;               /* y at the wall's depth; of the first cell only */
    bool valid, first, second; /* of the cells from the wall on */
};

/* ------------------------------------------------------------------------- panels */

static bool evaluate(const struct rule *r, const double *t, double *b, double *D,
                     bool *valid, struct error *err) {
    const struct line_weights *w = r->w;
    const struct axis *axis = w->axis;
    const double wall = axis->face[w->side > 0 ? w->first : w->first + 1];
    struct error inner = {0};
    double x[G];
    for (int k = 0; k < G; k++)
        x[k] = wall + w->side * t[k];
    const double *const at[1] = {x};
    *valid = w->coefficients->drift(w->coefficients->self, G, at, b, &inner) &&
             w->coefficients->diffusion(w->coefficients->self, G, at, D, &inner);
    for (int k = 0; k < G && *valid; k++)
        b[k] *= w->side, *valid = D[k] > 0 && isfinite(D[k]) && isfinite(b[k]);
    return inner.kind != ERROR_MEMORY || (*err = inner, false);
}

/* Range of y over the points of some leaves. */
static double range(const struct leaf *leaf, size_t leaves) {
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (size_t k = 0; k < leaves * G; k++) {
        least = fmin(least, leaf[k / G].y[k % G]);
        most = fmax(most, leaf[k / G].y[k % G]);
    }
    return most - least;
}

/* b (counted away from the wall) and D at the points of one panel, where they are known. */
struct known {
    double b[G], D[G];
};

/* Those of half a cell, away from the wall: the near one or the far one. */
static struct known half_cell(const struct line_weights *w, size_t i, bool far) {
    const size_t cell = CELL_POINTS * i;
    struct known known;
    for (size_t k = 0; k < G; k++) {
        const size_t up = far ? CELL_CENTRE + 1 + k : 1 + k;
        const size_t at = cell + (w->side > 0 ? up : CELL_POINTS - 1 - up);
        known.b[k] = w->side * w->b[at], known.D[k] = w->D[at];
    }
    return known;
}

/* Adds the panel, cut until y is gentle on every part. */
static bool add_panel(struct rule *r, double t, double length, int depth,
                      const struct known *known, struct error *err) {
    const struct gauss *g = &r->gauss;
    const double alpha = r->w->coefficients->alpha;
    struct leaf *leaf = &r->leaf[r->leaves];
    double at[G], rise = 0;
    struct known here;
    bool valid = true;
    for (int k = 0; k < G; k++)
        at[k] = t + length * g->x[k];
    if (known != NULL)
        here = *known;
    else if (!evaluate(r, at, here.b, here.D, &valid, err))
        return false;
    for (int k = 0; k < G; k++)
        valid = valid && here.D[k] > 0;
    r->valid &= valid && r->leaves < LEAVES;
    if (!r->valid) return true;
    const double *b = here.b, *D = here.D;
    *leaf = (struct leaf){.t = t, .length = length};
    for (int k = 0; k < G; k++) {
        double psi = 0;
        for (int j = 0; j < G; j++)
            psi += g->running[k][j] * b[j] / D[j];
        rise += g->w[k] * b[k] / D[k];
        leaf->ln_D[k] = log(D[k]);
        leaf->y[k] = (alpha - 1) * leaf->ln_D[k] + r->psi + length * psi;
    }
    if (range(leaf, 1) > gentle && depth < DEPTH && r->leaves + SPARE < LEAVES)
        return add_panel(r, t, length / 2, depth + 1, NULL, err) &&
               add_panel(r, t + length / 2, length / 2, depth + 1, NULL, err);
    r->leaves++, r->psi += length * rise;
    return true;
}

/* Panels [end 2^-j-1, end 2^-j] up to `end`, from the wall's depth on. */
static bool add_graded(struct rule *r, double end, struct error *err) {
    const struct line_wall *wall = r->w->wall;
    int halvings = 0;
    while (ldexp(end, -halvings) > 1.5 * wall->depth)
        halvings++;
    if (wall->near && !add_panel(r, 0, ldexp(end, -halvings), 0, NULL, err)) return false;
    for (int j = halvings; j > 0; j--)
        if (!add_panel(r, ldexp(end, -j), ldexp(end, -j), 0, NULL, err)) return false;
    return true;
}

/* The panels of cell i, with y relative to the centre. */
static bool make_rule(struct rule *r, size_t i, struct error *err) {
    const struct axis *axis = r->w->axis;
    const bool up = r->w->side > 0;
    const double wall = axis->face[up ? r->w->first : r->w->first + 1];
    const double alpha = r->w->coefficients->alpha, centre = fabs(axis->centre[i] - wall);
    const struct known near = half_cell(r->w, i, false), far = half_cell(r->w, i, true);
    const double D = r->w->D[CELL_POINTS * i + CELL_CENTRE];
    r->near = fabs(axis->face[up ? i : i + 1] - wall);
    r->far = fabs(axis->face[up ? i + 1 : i] - wall);
    r->leaves = 0, r->psi = 0, r->first = i == r->w->first;
    r->most = r->tail = -HUGE_VAL;
    r->valid = D > 0;
    if (!(r->first ? add_graded(r, centre, err)
                   : add_panel(r, r->near, centre - r->near, 0, &near, err)))
        return false;
    const double y = (alpha - 1) * log(D) + r->psi;
    if (!add_panel(r, centre, r->far - centre, 0, &far, err)) return false;
    for (size_t k = 0; k < r->leaves * G; k++)
        r->leaf[k / G].y[k % G] -= y, r->most = fmax(r->most, r->leaf[k / G].y[k % G]);
    if (r->first) r->tail = (alpha - 1) * log(r->w->wall->D) - y;
    return true;
}

/* Is y gentle enough on the cell, or on the outer part of the one at the wall? */
static bool resolved(const struct rule *r) {
    size_t outer = 0;
    while (r->first && r->leaf[outer].t < 0.249 * r->far)
        outer++;
    return range(r->leaf + outer, r->leaves - outer) < steep;
}

static double running(const struct rule *r, const struct leaf *leaf, int k,
                      const double *f) {
    double sum = 0;
    for (int j = 0; j < G; j++)
        sum += r->gauss.running[k][j] * f[j];
    return leaf->length * sum;
}

static double total(const struct rule *r, const struct leaf *leaf, const double *f) {
    double sum = 0;
    for (int k = 0; k < G; k++)
        sum += r->gauss.w[k] * f[k];
    return leaf->length * sum;
}

/* ------------------------------------------------------------------- a closed wall */

/* Integral of p_st over the tail. */
static double tail_mass(const struct rule *r) {
    const struct line_wall *w = r->w->wall;
    const bool any = r->first && w->M_tail > 0;
    return any ? exp(r->tail - r->most) * w->depth * w->M_tail : 0;
}

/* Mean distance from the near face over p_st; the tail lies on the wall. */
static double mean_distance(const struct rule *r, double mass) {
    double sum = 0;
    for (const struct leaf *l = r->leaf; l < r->leaf + r->leaves; l++)
        for (int k = 0; k < G; k++)
            sum += l->length * r->gauss.w[k] * exp(l->y[k] - r->most) *
                   (l->t + l->length * r->gauss.x[k] - r->near);
    return sum / mass;
}

/* The two resistances times M_i and M(f), in units e^-most: [0] towards the wall, [1] away.
 * before: M at the near face. Ratios M / p_st as logarithms: p_st may fall to nothing. */
static void closed_resistances(const struct rule *r, double before, double mass,
                               double tail, double R[2]) {
    const struct line_wall *w = r->w->wall;
    double m = tail; /* of this cell, below the panel */
    R[0] = R[1] = 0;
    if (tail > 0 && !isinf(w->s)) /* M M / (D p_st) ~ t^(s+2-m) */
        R[1] = tail * (tail + before) * w->depth / (w->s + 3 - w->m) *
               exp(r->most - r->tail - log(w->D));
    if (tail > 0 && !isinf(w->s) && !(w->s + 3 - w->m > 0)) R[1] = HUGE_VAL;
    for (const struct leaf *l = r->leaf; l < r->leaf + r->leaves; l++) {
        double e[G], part[2][G];
        for (int k = 0; k < G; k++)
            e[k] = exp(l->y[k] - r->most);
        for (int k = 0; k < G; k++) {
            const double below = m + fmax(running(r, l, k, e), 0);
            const double log_M = log(before + below) - (l->y[k] - r->most) - l->ln_D[k];
            part[1][k] = below > 0 ? exp(log(below) + log_M) : 0;
            part[0][k] = mass > below ? exp(log(mass - below) + log_M) : 0;
        }
        for (int end = 0; end < 2; end++)
            R[end] += total(r, l, part[end]);
        m += total(r, l, e);
    }
}

/* ln of the resistance R_f of a closed wall, of two values: for u linear in x, and for
 * J ~ M. Where they almost agree the first is taken, which gives the moments known in closed
 * form exactly. Where they do not, a barrier is narrower than the cell, and the second is
 * right. */
static double blend(const struct half *half, double distance, double log_M) {
    const double linear = log(distance) - half->rise - half->log_D_face;
    const double d = linear - log_M;
    return isfinite(log_M) ? log_M + d / (1 + 4 * d * d) : linear;
}

/* *log_M: ln M at the near face, then at the far one, relative to p_st(centre). */
static void weigh_closed(const struct rule *r, double *log_M, struct line_cell *cell) {
    const double tail = tail_mass(r), before = exp(fmin(*log_M - r->most, 600));
    const double h = r->far - r->near;
    const int away = r->w->side > 0;
    double mass = tail, R[2];
    for (const struct leaf *l = r->leaf; l < r->leaf + r->leaves; l++)
        for (int k = 0; k < G; k++)
            mass += l->length * r->gauss.w[k] * exp(l->y[k] - r->most);
    closed_resistances(r, before, mass, tail, R);
    cell->log_mean = r->most + log(mass / h);
    const double past = mean_distance(r, mass);
    cell->log_resistance[away] = blend(away ? &cell->upper : &cell->lower, h - past,
                                       log(R[1] / (mass * (before + mass))) - r->most);
    cell->log_resistance[!away] = blend(away ? &cell->lower : &cell->upper, past,
                                        log(R[0] / (mass * before)) - r->most);
    if (r->first) cell->log_resistance[!away] = HUGE_VAL;
    cell->weighed = resolved(r) && isfinite(cell->log_resistance[away]) &&
                    (r->first || isfinite(cell->log_resistance[!away]));
    *log_M = log_add(*log_M, r->most + log(mass));
}

/* -------------------------------------------------------------------- an open wall */

/* S, Integral S dt and Integral p_st S dt over the tail, in units e^-least and 1. */
struct open_sums {
    double S, of_S, of_pS;
};

static struct open_sums open_tail(const struct rule *r, double least) {
    const struct line_wall *w = r->w->wall;
    if (!r->first || w->S_tail == 0) return (struct open_sums){0};
    const double t = w->depth, rate = exp(least - r->tail - log(w->D)); /* 1 / (D p_st) */
    const double S = rate * t * w->S_tail;
    const double power = isinf(w->s) ? -w->beta : 1 - w->m - w->s; /* S ~ t^power */
    return (struct open_sums){S, S * t / (power + 1),
                              exp(least) * t * t / w->D * w->SM_tail};
}

/* S at the points of a panel, S before it added. */
static void scale_on(const struct rule *r, const struct leaf *l, double least,
                     double before, double S[G], double rate[G]) {
    const bool from_centre = r->first && !r->w->wall->near && !r->w->wall->S_finite;
    const bool skip = from_centre && l->t < 0.499 * r->far;
    for (int k = 0; k < G; k++)
        rate[k] = skip ? 0 : exp(least - l->y[k] - l->ln_D[k]);
    for (int k = 0; k < G; k++)
        S[k] = before + fmax(running(r, l, k, rate), 0);
}

/* *log_S: ln S at the near face, then at the far one, relative to 1 / p_st(centre). */
static void weigh_open(const struct rule *r, double *log_S, struct line_cell *cell) {
    const double least = -r->most, h = r->far - r->near; /* S in units e^-least */
    const int away = r->w->side > 0;
    const double before = exp(fmin(*log_S + least, 600));
    struct open_sums sum = open_tail(r, least);
    const double in_tail = (sum.S * r->w->wall->depth - sum.of_S) / h; /* of t / h dS */
    double R[2] = {sum.S, 0}, S_k[G], rate[G], S = before + sum.S;
    if (r->first) R[0] -= in_tail, R[1] += in_tail;
    if (r->w->trap && r->second) R[0] += before;
    for (const struct leaf *l = r->leaf; l < r->leaf + r->leaves; l++) {
        scale_on(r, l, least, S, S_k, rate);
        for (int k = 0; k < G; k++) {
            const double weight = l->length * r->gauss.w[k];
            const double past = (l->t + l->length * r->gauss.x[k] - r->near) / h;
            sum.of_S += weight * S_k[k];
            sum.of_pS += weight * S_k[k] * exp(l->y[k]);
            R[1] += weight * rate[k] * past, R[0] += weight * rate[k] * (1 - past);
        }
        S += total(r, l, rate);
    }
    const double log_mean = log(sum.of_pS / sum.of_S);
    cell->log_resistance[away] = log(R[1]) - least;
    cell->log_resistance[!away] = log(R[0]) - least;
    cell->weighed =
        resolved(r) && isfinite(log_mean) && isfinite(log(R[0])) && isfinite(log(R[1]));
    if (cell->weighed) cell->log_mean = log_mean;
    *log_S = log_add(*log_S, log(S - before) - least);
}

/* ------------------------------------------------------------------------- the walk */

/* ln p_st(next) - ln p_st(cell) of the centres, walking away from the wall. */
static double rise_to_next(const struct line_weights *w, const struct line_cell *cells,
                           size_t i, size_t next) {
    const bool up = w->side > 0;
    const struct half *from = up ? &cells[i].upper : &cells[i].lower;
    const struct half *to = up ? &cells[next].lower : &cells[next].upper;
    return from->rise - to->rise +
           (w->coefficients->alpha - 1) * (to->log_D_face - from->log_D_face);
}

bool line_weights_fill(const struct line_weights *w, struct line_cell *cells,
                       struct error *err) {
    struct rule r = {.w = w};
    double before = -HUGE_VAL; /* ln M or ln S */
    bool good = (r.leaf = array_create(LEAVES, sizeof *r.leaf, err)) != NULL;
    gauss_init(&r.gauss);
    for (size_t n = 0; good && n < w->count; n++) {
        const size_t i = w->side > 0 ? w->first + n : w->first - n;
        const size_t next = w->side > 0 ? i + 1 : i - 1;
        r.second = n == 1;
        if (!(good = make_rule(&r, i, err)) || !r.valid || isnan(before)) break;
        if (w->open)
            weigh_open(&r, &before, &cells[i]);
        else
            weigh_closed(&r, &before, &cells[i]);
        if (n + 1 < w->count)
            before += (w->open ? 1 : -1) * rise_to_next(w, cells, i, next);
    }
    free(r.leaf);
    return good;
}
