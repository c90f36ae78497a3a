/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the user should know before trusting the result. */
#include "solver/run/remarks.h"
#include "io/numbers.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cells where the density is, at the start or in the end: above 1e-6 of its largest
 * value. */
static void mark_occupied(const struct plan *plan, bool *occupied) {
    const size_t n = plan->grid->cells;
    const double *stationary = plan_last_stationary(plan)->density;
    const double at_start = 1e-3 * numbers_largest(n, plan->start);
    const double at_end = stationary != NULL ? 1e-3 * numbers_largest(n, stationary) : 0;
    for (size_t k = 0; k < n; k++)
        occupied[k] =
            plan->start[k] > at_start || (stationary != NULL && stationary[k] > at_end);
}

/* The step sizes at which one example's loss is followed badly (eta l'' > 1) or not at all
 * (> 2): docs/theory.md 4.2. */
static void remark_at(const struct plan *plan, struct run_remarks *r, double product,
                      double x, double y) {
    char *const *v = plan->spec->model.variables.value;
    char place[128];
    if (plan->setup->grid->dims == 1)
        snprintf(place, sizeof place, "%s = %.4g", v[0], x);
    else
        snprintf(place, sizeof place, "%s = %.4g, %s = %.4g", v[0], x, v[1], y);
    run_warning(r,
                "learning rate x curvature of one example's loss is %.3g at "
                "%s, %s: the density there may "
                "be far from what SGD does; compare with Monte Carlo or take a smaller "
                "learning rate",
                product, place,
                product > 2 ? "above 2 (a step of SGD is unstable there)"
                            : "above 1 (the diffusion approximation is doubtful)");
}

/* Of all intervals; of one that varies at the rows in it. */
static void largest_rate(const struct setup *setup, double *eta, double *when) {
    const struct model *m = setup->model;
    double begin = 0, rate[2];
    *eta = *when = 0;
    for (size_t k = 0; k < m->intervals; k++) {
        const bool varies = m->interval[k].varies;
        const double end = model_interval_end(m, k);
        for (size_t row = 0; row < (varies ? setup->snapshots : 1); row++) {
            const double t = varies ? setup->time[row] : begin;
            if (t < begin || t > end) continue;
            model_rate(m, k, t, rate);
            const double larger = fmax(rate[0], m->dims == 2 ? rate[1] : 0);
            if (larger > *eta) *eta = larger, *when = t;
        }
        begin = end;
    }
}

bool remark_on_curvature(const struct plan *plan, struct run_remarks *r,
                         struct error *err) {
    const struct grid *grid = plan->grid;
    const size_t n = grid->cells;
    double eta, when;
    largest_rate(plan->setup, &eta, &when);
    double *work = array_create(3 * n, sizeof *work, err);
    bool *occupied = array_create(n, sizeof *occupied, err);
    bool good = work != NULL && occupied != NULL;
    if (good && eta > 0) {
        double *x[2] = {work, work + n}, *curvature = work + 2 * n;
        grid_centres(grid, x);
        mark_occupied(plan, occupied);
        good = model_curvature(plan->setup->model, when, n, (const double *const *)x,
                               curvature, err);
        size_t worst = 0;
        for (size_t k = 0; good && k < n; k++) {
            if (!occupied[k]) curvature[k] = 0;
            if (curvature[k] > curvature[worst]) worst = k;
        }
        if (good && eta * curvature[worst] > 1)
            remark_at(plan, r, eta * curvature[worst], x[0][worst], x[1][worst]);
    }
    free(work);
    free(occupied);
    return good;
}

/* A stationary density that leans on a reflecting wall is the wall's as much as the
 * model's. */
static void remark_on_walls(const struct plan *plan, const double *p,
                            struct run_remarks *r) {
    const struct grid *grid = plan->grid;
    const struct axis *x = grid->axis[0];
    if (grid->dims == 2) return;
    const double most = numbers_largest(grid->cells, p);
    for (int end = 0; end < 2; end++) {
        if (evolution_degenerate_wall(plan->evolution, end) != NULL)
            continue; /* remark_on_feller tells */
        const size_t cell = end == 0 ? 0 : x->cells - 1;
        if (x->boundary[end] == REFLECTING && p[cell] > 1e-3 * most)
            run_remark(r,
                       "note: the stationary density reaches the wall at %s = %g (%.2g "
                       "of its largest value): it "
                       "depends on where the wall is, and on the whole line it may not "
                       "be normalisable",
                       plan->setup->model->variable[0], x->face[end == 0 ? 0 : x->cells],
                       p[cell] / most);
    }
}

/* What a wall without noise does to mass, absorbing or not. */
static const char *fate_at(const struct line_wall *w, bool absorbs) {
    switch (w->class) {
    case FELLER_REGULAR:
        return absorbs ? "mass reaches it and is absorbed" : "mass reaches it and returns";
    case FELLER_EXIT:
        return absorbs ? "mass reaches it and is absorbed"
                       : "mass that reaches it stays on it: what the cell there holds is "
                         "on the wall";
    case FELLER_ENTRANCE:
        return "mass never reaches it";
    case FELLER_NATURAL:
        break;
    }
    return w->M_finite ? "mass never reaches it"
                       : "mass never reaches it but gathers there for ever: what the cell "
                         "there holds is on the wall";
}

/* Feller's class of the ends at which the noise vanishes. */
static void remark_on_feller(const struct plan *plan, struct run_remarks *r) {
    for (int end = 0; end < 2; end++) {
        const struct line_wall *w = evolution_degenerate_wall(plan->evolution, end);
        const struct axis *x = plan->grid->axis[0];
        char law[64] = "falls faster than any power";
        if (w == NULL) continue;
        if (w->s == -(double)INFINITY)
            snprintf(law, sizeof law, "rises faster than any power");
        else if (isfinite(w->s))
            snprintf(law, sizeof law, "~ t^%.4g", w->s);
        run_remark(r,
                   "note: the noise vanishes at %s = %.6g, D ~ t^%.4g at the distance t; "
                   "the stationary density %s: %s boundary, %s",
                   plan->setup->model->variable[0], x->face[end == 0 ? 0 : x->cells], w->m,
                   law, feller_name(w->class), fate_at(w, x->boundary[end] == ABSORBING));
    }
}

/* Cell Peclet number of index steps, |c_h| / lambda with the smaller eigenvalue of D_h
 * (solver/fv/plane/local.c): inf without noise. */
static double cell_peclet(const double c[2], const double D[3]) {
    const double half = 0.5 * hypot(D[0] - D[2], 2 * D[1]);
    const double lambda = (D[0] * D[2] - D[1] * D[1]) / (0.5 * (D[0] + D[2]) + half);
    const double size = hypot(c[0], c[1]);
    return size == 0 ? 0 : lambda > 0 ? size / lambda : (double)INFINITY;
}

/* The largest of them in the cells where the density is; 0 where it cannot be known. */
static double occupied_peclet(const struct plan *plan) {
    const struct grid *g = plan->setup->grid;
    const size_t n = g->cells, nx = g->axis[0]->cells;
    const struct coefficients *c =
        evolution_coefficients(plan->evolution, plan->evolution->intervals - 1);
    struct error ignored;
    double *work = array_create(7 * n, sizeof *work, &ignored), most = 0;
    bool *occupied = array_create(n, sizeof *occupied, &ignored);
    double *x[2] = {work, work + n}, *b = work + 2 * n, *D = work + 4 * n;
    if (work != NULL && occupied != NULL) {
        grid_centres(g, x);
        mark_occupied(plan, occupied);
        if (!c->drift(c->self, n, (const double *const *)x, b, &ignored) ||
            !c->diffusion(c->self, n, (const double *const *)x, D, &ignored))
            memset(occupied, 0, n * sizeof *occupied);
        for (size_t k = 0; k < n; k++) {
            const double h[2] = {g->axis[0]->width[k % nx], g->axis[1]->width[k / nx]};
            const double Dh[3] = {D[k] / (h[0] * h[0]), D[n + k] / (h[0] * h[1]),
                                  D[2 * n + k] / (h[1] * h[1])};
            if (occupied[k])
                most =
                    fmax(most, cell_peclet((double[2]){b[k] / h[0], b[n + k] / h[1]}, Dh));
        }
    }
    free(work);
    free(occupied);
    return most;
}

/* Where the scheme in the plane is of first order, and what would help: more cells, as long
 * as it is not the noise that is missing. */
static void remark_on_order(const struct plan *plan, struct run_remarks *r) {
    const double no_upwinding = 5,
                 affordable = 16; /* solver/fv/plane/local.c; cells a side */
    const struct upwinding u = evolution_upwinding(plan->evolution);
    if (u.upwind == 0 && u.regularised == 0) return;
    const struct grid *grid = plan->setup->grid;
    if (!u.of_density) {
        const bool both = plan_last_stationary(plan)->by_steps;
        run_remark(r,
                   "note: the density %s by path integration; %scurrents, modes and escape "
                   "are by finite volumes, where %.2g of the edges carry drift by "
                   "first-order upwinding",
                   both ? "and the stationary one are" : "is",
                   both ? "" : "stationary density, ", u.upwind);
        return;
    }
    const double Pe = occupied_peclet(plan), factor = Pe / no_upwinding;
    if (u.regularised > 0 || factor > affordable)
        run_remark(r,
                   "note: the noise is nearly degenerate in places: %.2g of the edges "
                   "carry drift by first-order upwinding, %.2g of them a widened "
                   "tensor; the scheme is first order there",
                   u.upwind, u.regularised);
    else if (factor > 1)
        run_remark(r,
                   "note: the cells are wide for the noise (cell Peclet number %.3g "
                   "where the density is): %.2g of the edges carry drift by "
                   "first-order upwinding; %.0f x %.0f cells would do without",
                   Pe, u.upwind, ceil(factor * (double)grid->axis[0]->cells),
                   ceil(factor * (double)grid->axis[1]->cells));
    else
        run_remark(r,
                   "note: the cells are wide for the noise where hardly any density "
                   "is: %.2g of the edges carry drift by first-order upwinding",
                   u.upwind);
}

/* Names of the regions in which no part of a cell lies: their mass is 0 whatever
 * happens. */
bool empty_regions(const struct setup *setup, const struct observables *observables,
                   char text[EMPTY_REGIONS_TEXT]) {
    char names[200] = "";
    size_t length = 0, empty = 0;
    const size_t n = observables->grid->cells;
    for (size_t r = 0; r < setup->regions; r++) {
        if (numbers_largest(n, observables->region[r]) > 0 || length >= sizeof names)
            continue;
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   empty++ > 0 ? ", " : "", setup->region[r]);
    }
    snprintf(text, EMPTY_REGIONS_TEXT, "note: no part of the grid lies in the region%s %s",
             empty > 1 ? "s" : "", names);
    return empty > 0;
}

void remark_on_regions(const struct plan *plan, const struct observables *observables,
                       struct run_remarks *r) {
    char text[EMPTY_REGIONS_TEXT];
    if (empty_regions(plan->setup, observables, text)) run_remark(r, "%s", text);
}

/* Epochs that visit every example once: noise that is anticorrelated from step to step,
 * which no diffusion of the steps' own covariance is (solver/mc/batch.h). */
static void remark_on_sampling(const struct plan *plan, struct run_remarks *r) {
    if (plan->setup->model->sampling == RESHUFFLED && plan->setup->model->examples > 1)
        run_remark(r, "note: the density takes batches without replacement that are "
                      "independent from step to step; reshuffled ones are not, and "
                      "what SGD does with them can be much narrower: compare with "
                      "walkers of kind sgd");
}

/* Derivatives of a branch know nothing of the jump to the next. */
static void remark_on_branches(const struct plan *plan, struct run_remarks *r) {
    const struct model *m = plan->setup->model;
    if (m->order > 1 && m->branches)
        run_remark(r,
                   "note: the equation of order %d takes derivatives of the model, which "
                   "has branches (if, abs, min, ...): where it jumps or has a kink they "
                   "leave out what the jump does",
                   m->order);
}

/* Where the initial density is from, and what of it is other here. */
static void remark_on_start(const struct plan *plan, struct run_remarks *r) {
    const struct initial_file *f = plan->setup->file;
    if (plan->setup->outside > 1e-6)
        run_remark(r,
                   "note: %.3g of the initial density lies outside the grid; the rest "
                   "was scaled to mass 1",
                   plan->setup->outside);
    if (plan->setup->reset_outside > 1e-6)
        run_remark(r, "note: %.3g of the density that resets lead to lies outside the grid",
                   plan->setup->reset_outside);
    if (f == NULL) return;
    run_remark(r,
               "note: the initial density is row %zu of %.200s; its time there, %g, is 0 "
               "here",
               f->row, f->name, f->time);
    if (fabs(f->mass - 1) > 1e-6)
        run_remark(r, "note: that row has mass %.9g; it was scaled to mass 1", f->mass);
    if (f->negative > 1e-6)
        run_remark(r, "note: %.3g of that row's density is negative; it was set to 0",
                   f->negative);
    if (strcmp(f->status, "inaccurate") == 0)
        run_warning(r, "the status of %.200s is inaccurate: the initial density may be too",
                    f->name);
    else if (strcmp(f->status, "complete") != 0)
        run_remark(r, "note: the status of %.200s is %s", f->name, f->status);
}

void remark_on_stationary(const struct plan *plan, struct run_remarks *r) {
    const struct stationary *last = plan_last_stationary(plan);
    remark_on_order(plan, r);
    remark_on_feller(plan, r);
    remark_on_sampling(plan, r);
    remark_on_branches(plan, r);
    remark_on_start(plan, r);
    if (!plan->spec->analysis.stationary) return;
    if (last->density == NULL)
        run_remark(r, "note: no stationary density: %s", last->reason);
    else
        remark_on_walls(plan, last->density, r);
}

/* Entropy production divides by the noise: it is infinite where a current meets none, and
 * the numerical noise of upwinding counts most where there is little. */
void remark_on_production(const struct plan *plan, struct run_remarks *r) {
    const double upwind = evolution_upwinding(plan->evolution).upwind;
    if (plan_last_stationary(plan)->density == NULL) return;
    if (plan->setup->model->sink_rate[SINK_RESET] != NULL)
        run_remark(r, "note: entropy production is the current's, not the resets'");
    if (isinf(plan->stationary_current.entropy_production))
        run_remark(r, "note: the stationary state produces entropy without bound: its "
                      "current has a part along directions without noise");
    else if (isnan(plan->stationary_current.entropy_production))
        run_remark(r, "note: entropy production is not given (NaN): the cells are too wide "
                      "for the noise where the density is, and upwinding makes it; take "
                      "more cells there");
    else if (upwind > 0.05)
        run_remark(r,
                   "note: entropy production: %.2g of the edges carry drift by "
                   "first-order upwinding, whose noise counts in it; compare with half "
                   "the cells",
                   upwind);
}

void remark_on_fills(const struct record *record, struct run_remarks *r) {
    const char *why = record_filled(record);
    if (why != NULL) run_remark(r, "note: some values of the file are NaN: %s", why);
}
