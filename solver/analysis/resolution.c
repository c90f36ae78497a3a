/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/resolution.h"
#include "grids/field.h"
#include "solver/analysis/observe.h"
#include "solver/analysis/start_on_wall.h"
#include "solver/equation/line.h"
#include "solver/settings/setup.h"
#include "solver/time/line/contour.h"
#include "solver/time/line/methods.h"
#include "solver/time/line/transport.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_CELLS = 1 << 17,  /* on which refinement ends ... */
    MOST_VALUES = 1 << 26, /* ... and cells x rows */
    LEAST_CELLS = 8,
    MOST_KEPT = 1 << 25, /* cells x rows that are kept of a pass */
    SPLIT_CELLS = 12000, /* wide cells keep the steps of a splitting from converging */
    CHECK_CELLS = 4096,  /* of the independent check of a splitting */
};
static const double diffusive = 2;   /* cell Peclet number */
static const double most_work = 2e9; /* solves x cells of a pass: some ten seconds */
static const double rarest = 1e-12, rare_weight = 0.1; /* of masses in regions */
static const double most_turns =
    500; /* max|b'| t of a splitting, whose steps are below 1/max|b'| */
static const double least_order = 0.5, most_order = 2;

/* ------------------------------------------------------------- one pass over all rows */

/* Rows 0, every, 2 every, ... and the last one are looked at. */
struct looked {
    size_t rows, every;
};

static struct looked looked_at(const struct setup *setup) {
    const size_t n = setup->snapshots, fits = MOST_KEPT / setup->grid->cells;
    return (struct looked){n, fits >= n ? 1 : (n - 1) / (fits > 3 ? fits - 2 : 1) + 1};
}

/* Position among those looked at; *is: is it one of them? */
static size_t slot_of(struct looked l, size_t row, bool *is) {
    *is = row % l.every == 0 || row + 1 == l.rows;
    return row / l.every + (row % l.every != 0);
}

/* What is kept of the rows on N 2^exponent cells; [slots]: of those looked at. */
struct pass {
    struct looked looked;
    struct grid *grid; /* solved on */
    struct grid
        *kept; /* the user's cells, or `grid` where these are wider (then borrowed) */
    bool own_kept;
    size_t by;                         /* cells of grid in one of kept */
    double *p;                         /* [slots][kept cells] */
    double *mass, *mean, *variance;    /* [rows] */
    const struct setup *setup;         /* borrowed */
    const struct evolution *evolution; /* while it marches */
    struct observables *observables;
    double *region;              /* [rows][regions] masses */
    size_t row;                  /* kept last */
    const struct monitor *whole; /* of all passes */
    double on_wall;    /* of the start, largest over the intervals (start_on_wall.h) */
    double time_error; /* the largest */
    bool failed;       /* could not be solved */
};

static void pass_finish(struct pass *q) {
    if (q->own_kept) grid_destroy(q->kept);
    grid_destroy(q->grid);
    free(q->p);
    observables_destroy(q->observables);
    free(q->region);
    free(q->mass);
    free(q->mean);
    free(q->variance);
    *q = (struct pass){0};
}

static bool keep(void *context, size_t row, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct pass *q = context;
    q->time_error = fmax(q->time_error, time_error);
    q->row = row;
    const size_t interval = march_interval(q->setup, q->setup->time[row]);
    q->observables->interval = q->evolution->interval[interval];
    const struct moments m = observe_moments(q->observables, p, 0);
    bool is;
    const size_t slot = slot_of(q->looked, row, &is);
    if (is) field_restrict(q->grid, q->by, p, q->kept, q->p + slot * q->kept->cells);
    q->mass[row] = field_mass(q->grid, p);
    q->mean[row] = m.mean;
    q->variance[row] = m.variance;
    for (size_t r = 0; r < q->observables->regions; r++)
        q->region[row * q->observables->regions + r] =
            field_integral(q->grid, p, q->observables->region[r]);
    return true;
}

static struct grid *grid_at(const struct setup *setup, int exponent, struct error *err) {
    return exponent >= 0 ? grid_refine(setup->grid, (size_t)1 << exponent, err)
                         : grid_coarsen(setup->grid, (size_t)1 << -exponent, err);
}

static bool pass_create(struct pass *q, const struct setup *setup, int exponent,
                        struct error *err) {
    const size_t rows = setup->snapshots;
    bool is;
    q->setup = setup;
    q->looked = looked_at(setup);
    if ((q->grid = grid_at(setup, exponent, err)) == NULL) return false;
    q->by = exponent > 0 ? (size_t)1 << exponent : 1;
    q->kept = q->grid;
    if (exponent > 0) {
        if ((q->kept = grid_coarsen(q->grid, q->by, err)) == NULL) return false;
        q->own_kept = true;
    }
    return (q->observables = observables_create(setup, q->grid, err)) != NULL &&
           (q->region = array_create(rows * setup->regions, sizeof *q->region, err)) !=
               NULL &&
           (q->p = array_create((slot_of(q->looked, rows - 1, &is) + 1) * q->kept->cells,
                                sizeof *q->p, err)) != NULL &&
           (q->mass = array_create(rows, sizeof *q->mass, err)) != NULL &&
           (q->mean = array_create(rows, sizeof *q->mean, err)) != NULL &&
           (q->variance = array_create(rows, sizeof *q->variance, err)) != NULL;
}

static bool pass_start_on_wall(struct pass *q, struct error *err) {
    for (size_t k = 0; k < model_intervals(q->setup->model); k++) {
        double error = 0;
        const struct line_generator *line =
            line_interval_generator(q->evolution->interval[k]);
        if (!start_on_wall(q->setup, line, &error, err)) return false;
        q->on_wall = fmax(q->on_wall, error);
    }
    return true;
}

/* From the propagators' fraction of an advance to the part of the pass's rows. */
static bool tick_of_pass(void *context, double fraction) {
    const struct pass *q = context;
    const double rows = (double)q->looked.rows;
    return q->whole == NULL ||
           q->whole->tick(q->whole->context, fmin(((double)q->row + fraction) / rows, 1));
}

static bool pass_march(struct pass *q, const struct setup *setup,
                       const struct evolution_options *options, struct error *err) {
    const struct monitor monitor = {tick_of_pass, q};
    struct evolution_options mine = *options;
    q->whole = options->monitor, mine.monitor = &monitor;
    double outside, *start = array_create(q->grid->cells, sizeof *start, err);
    struct evolution *evolution =
        start != NULL ? evolution_create(setup, q->grid, &mine, err) : NULL;
    q->evolution = evolution;
    const bool good = evolution != NULL && pass_start_on_wall(q, err) &&
                      setup_initial(setup, q->grid, start, &outside, err) &&
                      keep(q, 0, start, 0, err) &&
                      march(evolution, setup, start, keep, q, err);
    evolution_destroy(evolution);
    free(start);
    return good;
}

/* A pass that the equation's solver gives up is kept as failed: finer cells may do. */
static bool pass_run(struct pass *q, const struct setup *setup, int exponent,
                     const struct evolution_options *options, struct error *err) {
    *q = (struct pass){0};
    if (!pass_create(q, setup, exponent, err)) return false;
    q->failed = !pass_march(q, setup, options, err);
    if (q->failed && err->kind != ERROR_RUN) return false;
    if (!q->failed && strcmp(options->method, "transport") == 0 &&
        q->time_error > options->tolerance)
        q->failed = !fail(err, ERROR_RUN, "their steps do not converge");
    return true;
}

/* ---------------------------------------------------------------- two passes */

static double user_width(const struct grid *grid, double x) {
    const struct axis *axis = grid->axis[0];
    const size_t i = axis_find(axis, x);
    return axis->width[i < axis->cells ? i : axis->cells - 1];
}

/* Differences are weighted by the mass that is left: where nearly all was absorbed, the
 * rest need not be resolved. */
static double moment_difference(const struct pass *fine, const struct pass *coarse,
                                const struct grid *user, size_t row) {
    const double v = fine->variance[row];
    const double s = fmax(sqrt(v), user_width(user, fine->mean[row]));
    const double d = fmax(fabs(fine->mean[row] - coarse->mean[row]) / s,
                          fabs(v - coarse->variance[row]) / (2 * s * s));
    return isfinite(d) ? fine->mass[row] * d : 0; /* not finite: no mass is left */
}

/* Of the masses in the regions, relative: a rare one is wanted to three digits too. */
static double region_difference(const struct pass *fine, const struct pass *coarse,
                                size_t row) {
    const size_t regions = fine->observables->regions;
    double most = 0;
    for (size_t r = row * regions; r < (row + 1) * regions; r++)
        if (fine->region[r] > rarest)
            most = fmax(most, fabs(fine->region[r] - coarse->region[r]) /
                                  fmax(fine->region[r], coarse->region[r]));
    return rare_weight * most;
}

/* d[rows], NaN in rows that are not looked at; work[kept cells of coarse]. */
static void difference(const struct pass *fine, const struct pass *coarse,
                       const struct setup *setup, double *work, double *d) {
    const size_t n = fine->kept->cells, m = coarse->kept->cells;
    for (size_t row = 0; row < setup->snapshots; row++) {
        bool is;
        const size_t slot = slot_of(fine->looked, row, &is);
        d[row] = (double)NAN;
        if (!is) continue;
        field_restrict(fine->kept, n / m, fine->p + slot * n, coarse->kept, work);
        d[row] = field_l1(coarse->kept, work, coarse->p + slot * m);
        d[row] = fmax(d[row], fmax(moment_difference(fine, coarse, setup->grid, row),
                                   region_difference(fine, coarse, row)));
        if (row == 0) d[row] = 0;
    }
}

/* ---------------------------------------------------------------- refinement */

struct search {
    const struct setup *setup;
    struct evolution_options options;
    int first, last; /* exponents that may be taken */
    int patience;    /* a failure from here on ends it, also a first one */
    struct pass fine, coarse;
    double *d, *before; /* [rows] differences to the pass before; NaN: none */
    double *work;       /* [user cells] */
    int exponent;       /* of fine */
};

static void search_finish(struct search *s) {
    pass_finish(&s->fine);
    pass_finish(&s->coarse);
    free(s->d);
    free(s->before);
    free(s->work);
}

/* Error of one row; *order: observed, NaN where it is not known. More than second order is
 * an accident of where the cells lie (an edge of the start, say): such a difference is not
 * believed, and the one before is carried on at second order. */
static double row_error(double d, double before, double *order) {
    *order = (double)NAN;
    if (!(before > 0) || !(d > 0)) return d;
    *order = log2(before / d);
    if (*order > most_order) return before / (exp2(most_order) * (exp2(most_order) - 1));
    return d / (exp2(fmax(least_order, *order)) - 1);
}

/* Rows that were not looked at get the larger error of their neighbours. */
static void fill_rows(struct looked l, double *error) {
    for (size_t row = 0; row < l.rows; row++) {
        bool is;
        const size_t below = row / l.every * l.every, above = below + l.every;
        slot_of(l, row, &is);
        if (!is)
            error[row] = fmax(error[below], error[above < l.rows ? above : l.rows - 1]);
    }
}

/* Errors of all rows after the last pass; NaN where there is none to compare with. */
static void estimate(const struct search *s, struct resolution *out) {
    const struct looked looked = looked_at(s->setup);
    out->worst = -1;
    for (size_t row = 0; row < looked.rows; row++) {
        double order;
        bool is;
        slot_of(looked, row, &is);
        if (!is) continue;
        out->space_error[row] =
            row_error(s->d[row], s->before[row], &order) + (row > 0 ? s->fine.on_wall : 0);
        if (!(out->space_error[row] <= out->worst))
            out->worst = out->space_error[row], out->order = order;
    }
    fill_rows(looked, out->space_error);
    const double v = s->fine.variance[looked.rows - 1];
    out->sd_error = s->coarse.grid == NULL || s->coarse.failed
                        ? 0
                        : fabs(v - s->coarse.variance[looked.rows - 1]) / (2 * v);
    out->met = out->worst <= out->target;
}

static bool tolerance_given(const struct setup *setup) {
    return config_find(setup->spec->time_node, "tolerance") != NULL;
}

/* Of the time error: a default does not ask for less than rounding leaves. */
static double tolerance_on(const struct setup *setup, size_t cells) {
    const double wanted = setup->spec->time.tolerance;
    return tolerance_given(setup) ? wanted : fmax(wanted, CONTOUR_ROUNDING * (double)cells);
}

static bool next_pass(struct search *s, struct error *err) {
    const size_t rows = s->setup->snapshots;
    pass_finish(&s->coarse);
    s->coarse = s->fine;
    memcpy(s->before, s->d, rows * sizeof *s->d);
    if (!pass_run(&s->fine, s->setup, s->exponent, &s->options, err)) return false;
    for (size_t row = 0; row < rows; row++)
        s->d[row] = (double)NAN;
    if (s->coarse.grid != NULL && !s->coarse.failed && !s->fine.failed)
        difference(&s->fine, &s->coarse, s->setup, s->work, s->d);
    return true;
}

static bool search_arrays(struct search *s, struct error *err) {
    const size_t rows = s->setup->snapshots;
    if ((s->d = array_create(rows, sizeof *s->d, err)) == NULL ||
        (s->before = array_create(rows, sizeof *s->before, err)) == NULL ||
        (s->work = array_create(s->setup->grid->cells, sizeof *s->work, err)) == NULL)
        return false;
    for (size_t row = 0; row < rows; row++)
        s->d[row] = (double)NAN;
    return true;
}

/* Two coarser passes before the first one, where there are such grids. */
static int least_exponent(const struct search *s) {
    const size_t cells = s->setup->grid->cells;
    int e = s->first;
    while (e > s->first - 2 &&
           (e > 0 || (cells % ((size_t)2 << -e) == 0 && cells >> (1 - e) >= LEAST_CELLS)))
        e--;
    return e;
}

/* Finer and finer until the error meets the target. A pass that fails ends it: the one
 * before is taken, if there is one. */
static bool search_run(struct search *s, struct resolution *out, struct error *err) {
    bool found = false;
    if (!search_arrays(s, err)) return false;
    s->options.most_work = most_work;
    for (s->exponent = least_exponent(s); s->exponent <= s->last; s->exponent++) {
        if (!next_pass(s, err)) return false;
        if (s->fine.failed && (found || s->exponent >= s->patience)) break;
        if (s->exponent < 0 || s->fine.failed) continue;
        estimate(s, out);
        out->factor = (size_t)1 << s->exponent;
        found = true;
        if (out->met && s->exponent >= s->first) break;
    }
    if (found && s->fine.failed)
        snprintf(out->why, sizeof out->why,
                 "; smaller ones were given up, for so many short times would be needed");
    return found; /* err says why the finest pass failed */
}

static int most_exponent(const struct setup *setup) {
    int e = 0;
    while ((setup->grid->cells << (e + 1)) <= MOST_CELLS &&
           (setup->grid->cells << (e + 1)) * setup->snapshots <= MOST_VALUES)
        e++;
    return e;
}

/* ---------------------------------------------------------------- where to start */

/* Largest median cell Peclet number over the intervals that have noise; 0: none has; and the
 * largest |b'|. */
static bool peclet_of(const struct setup *setup, double *peclet, double *steepest,
                      struct error *err) {
    *peclet = *steepest = 0;
    for (size_t k = 0; k < model_intervals(setup->model); k++) {
        struct interval_coefficients interval;
        coefficients_of_interval(setup->model, k, &interval);
        if (interval.coefficients.zero_diffusion) continue;
        struct line_generator *g =
            line_generator_create(setup->grid, &interval.coefficients, err);
        if (g == NULL) return false;
        const double Pe = propagator_peclet(g);
        if (isfinite(Pe)) *peclet = fmax(*peclet, Pe);
        for (size_t f = 2; f < g->cells; f++)
            *steepest = fmax(*steepest, fabs(g->drift[f] - g->drift[f - 1]) /
                                            setup->grid->axis[0]->width[f - 1]);
        line_generator_destroy(g);
    }
    return true;
}

/* ----------------------------------------------------------- the check of a splitting */

/* Wasserstein-1 distance of two densities on the same cells: integral of |F - G|. */
static double wasserstein(const struct grid *grid, const double *p, const double *q) {
    double sum = 0, F = 0;
    for (size_t i = 0; i < grid->cells; i++) {
        const double step = (p[i] - q[i]) * grid->volume[i];
        sum += fabs(F + 0.5 * step) * grid->volume[i];
        F += step;
    }
    return sum;
}

/* Of the last rows, over the cells of the coarser one. */
static double last_distance(const struct pass *fine, const struct pass *coarse,
                            const struct setup *setup, double *work) {
    const size_t n = fine->kept->cells, m = coarse->kept->cells;
    bool is;
    const size_t slot = slot_of(fine->looked, setup->snapshots - 1, &is);
    field_restrict(fine->kept, n / m, fine->p + slot * n, coarse->kept, work);
    return wasserstein(coarse->kept, work, coarse->p + slot * m);
}

/* SDIRK on two grids: its own error is the distance of the two. */
static bool splitting_holds(const struct search *s, const struct resolution *r, bool *holds,
                            struct error *err) {
    const struct evolution_options options = {
        .method = "sdirk", .tolerance = 1e-3, .monitor = s->options.monitor};
    const struct setup *setup = s->setup;
    const size_t last = setup->snapshots - 1;
    struct pass fine = {0}, coarse = {0};
    int e = 0;
    while (setup->grid->cells << (e + 1) <= CHECK_CELLS)
        e++;
    const bool good = pass_run(&coarse, setup, e, &options, err) &&
                      pass_run(&fine, setup, e + 1, &options, err);
    *holds = good && !fine.failed && !coarse.failed &&
             last_distance(&s->fine, &fine, setup, s->work) <=
                 3 * last_distance(&fine, &coarse, setup, s->work) +
                     (options.tolerance + r->target) * sqrt(s->fine.variance[last]);
    pass_finish(&fine);
    pass_finish(&coarse);
    return good;
}

/* ---------------------------------------------------------------- choosing */

/* Characteristics split with the diffusion, from the user's cells on. *taken: they meet the
 * target and hold. */
static bool try_splitting(const struct setup *setup, const struct monitor *monitor,
                          struct resolution *out, bool *taken, struct error *err) {
    struct search s = {.setup = setup,
                       .options = evolution_options(setup, monitor),
                       .last = most_exponent(setup),
                       .patience = 0};
    while (s.patience < s.last && setup->grid->cells << s.patience < SPLIT_CELLS)
        s.patience++;
    s.options.method = "transport";
    if (!tolerance_given(setup)) s.options.tolerance = TRANSPORT_TOLERANCE;
    *taken = false;
    bool good = search_run(&s, out, err) || err->kind == ERROR_RUN;
    const bool meets = good && !s.fine.failed && out->met;
    if (meets) good = splitting_holds(&s, out, taken, err);
    if (*taken) {
        out->method = s.options.method;
        out->tolerance = s.options.tolerance;
    } else {
        snprintf(out->why, sizeof out->why,
                 "; characteristics split with the diffusion were tried: %.80s",
                 s.fine.failed ? err->message
                 : meets       ? "an independent solution does not agree with them"
                               : "they miss it too");
    }
    search_finish(&s);
    return good;
}

static bool refine(const struct setup *setup, const struct monitor *monitor, int first,
                   struct resolution *out, struct error *err) {
    const int last = most_exponent(setup);
    struct search s = {.setup = setup,
                       .options = evolution_options(setup, monitor),
                       .first = first < last ? first : last,
                       .last = last,
                       .patience = last};
    const bool good = search_run(&s, out, err);
    search_finish(&s);
    out->tolerance = tolerance_on(setup, setup->grid->cells * out->factor);
    return good;
}

static bool choose(const struct setup *setup, const struct monitor *monitor,
                   struct resolution *out, struct error *err) {
    double peclet, steepest;
    bool taken = false;
    if (!peclet_of(setup, &peclet, &steepest, err)) return false;
    const bool free_choice = strcmp(out->method, "auto") == 0;
    const int wanted = peclet > diffusive ? (int)ceil(log2(peclet / diffusive)) : 0;
    const bool short_way = steepest * setup->time[setup->snapshots - 1] < most_turns;
    if (free_choice && short_way && wanted > most_exponent(setup) &&
        !try_splitting(setup, monitor, out, &taken, err))
        return false;
    return taken ||
           refine(setup, monitor, free_choice || peclet == 0 ? wanted : 0, out, err);
}

static struct resolution plain(const struct setup *setup) {
    return (struct resolution){.factor = 1,
                               .method = setup->spec->time.method,
                               .tolerance = setup->spec->time.tolerance,
                               .target = setup->spec->accuracy.space,
                               .order = (double)NAN,
                               .met = true};
}

static bool as_given(const struct setup *setup, struct resolution *out, struct error *err) {
    *out = plain(setup);
    return (out->grid = grid_refine(setup->grid, 1, err)) != NULL;
}

bool resolution_create(const struct setup *setup, const struct monitor *monitor,
                       struct resolution *out, struct error *err) {
    if (!equation_of(setup)->refines_cells) return as_given(setup, out, err);
    *out = plain(setup);
    out->space_error = array_create(setup->snapshots, sizeof *out->space_error, err);
    if (out->space_error == NULL || !choose(setup, monitor, out, err)) return false;
    if (isnan(out->worst)) { /* nothing to compare with */
        free(out->space_error);
        out->space_error = NULL;
        out->met = false;
    }
    *err = (struct error){0}; /* of passes that were given up */
    return (out->grid = grid_refine(setup->grid, out->factor, err)) != NULL;
}

void resolution_finish(struct resolution *r) {
    grid_destroy(r->grid);
    free(r->space_error);
    *r = (struct resolution){0};
}

void resolution_restrict(const struct resolution *r, const struct setup *setup,
                         const double *values, double *out) {
    field_restrict(r->grid, r->factor, values, setup->grid, out);
}
