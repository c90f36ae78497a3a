/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/floquet.h"
#include "grids/field.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 64, TIMES = 23, FIRST_STEPS = 32, ROUNDS = 8, MOST_CELLS = 4096 };
static const double pi = 3.14159265358979323846;
static const double wanted = 1e-8;     /* of the state, L1 */
static const double same_value = 1e-9; /* of drift and diffusion one period later */
static const double most_steps = 2e6;  /* in a period */

/* ---------------------------------------------------------------- may it be asked? */

static bool settings_of(const struct setup *setup, struct floquet_settings *s,
                        struct error *err) {
    return settings_read(setup->spec->analysis.floquet, floquet_table, s,
                         &setup->spec->evaluator, err);
}

static const struct propagator_method *driven_method(const struct evolution_interval *q) {
    const struct propagator_method *const *m = q->equation->methods;
    while (*m != NULL && !(*m)->driven)
        m++;
    return *m;
}

struct look {
    double x[POINTS], b[2][POINTS], D[2][POINTS];
};

static bool look_at(const struct coefficients *c, double t, struct look *l, int which,
                    struct error *err) {
    const double *const x[1] = {l->x};
    c->set_time(c->clock, t);
    return c->drift(c->self, POINTS, x, l->b[which], err) &&
           c->diffusion(c->self, POINTS, x, l->D[which], err);
}

/* The k of the first value that is another one period later, or POINTS. */
static size_t first_change(const double *a, const double *b) {
    double scale = 0;
    size_t k = 0;
    for (size_t i = 0; i < POINTS; i++)
        scale = fmax(scale, fabs(a[i]));
    while (k < POINTS && fabs(a[k] - b[k]) <= same_value * scale)
        k++;
    return k;
}

/* At times that no simple fraction of the period would pick. */
static bool has_period(const struct setup *setup, double period, const char **what,
                       double at[2], bool *has, struct error *err) {
    const struct grid *grid = setup->grid;
    struct interval_coefficients c;
    struct look l;
    coefficients_at(setup->model, model_intervals(setup->model) - 1, 0, &c);
    *has = true;
    if (c.coefficients.set_time == NULL) return true;
    for (size_t k = 0; k < POINTS; k++)
        l.x[k] = grid->axis[0]->centre[k * grid->cells / POINTS];
    for (int k = 0; k < TIMES && *has; k++) {
        const double t = period * fmod(0.1 + 0.6180339887498949 * k, 1);
        if (!look_at(&c.coefficients, t, &l, 0, err) ||
            !look_at(&c.coefficients, t + period, &l, 1, err))
            return false;
        const size_t b = first_change(l.b[0], l.b[1]), D = first_change(l.D[0], l.D[1]);
        *has = b == POINTS && D == POINTS;
        *what = b < POINTS ? "drift" : "diffusion";
        at[0] = t, at[1] = *has ? 0 : l.x[b < POINTS ? b : D];
    }
    return true;
}

bool floquet_check(const struct setup *setup, const struct evolution *evolution,
                   struct error *err) {
    const struct config_node *node = setup->spec->analysis.floquet;
    const struct evolution_interval *q = evolution_last(evolution);
    struct floquet_settings s = {0};
    const char *what = "";
    double at[2];
    bool has;
    if (node == NULL) return true;
    if (!settings_of(setup, &s, err)) return false;
    if (!setup->model->driven)
        return config_fail(err, node,
                           "goes with a model that depends on the time t; of this one the "
                           "stationary density is in every file");
    if (setup->grid->dims != 1 || driven_method(q) == NULL || q->equation->update == NULL)
        return config_fail(
            err, node,
            "is computed in one variable with normal noise; elsewhere a run of many "
            "periods comes to the state");
    if (evolution->absorbing)
        return config_fail(err, node,
                           "asks for a state that keeps its mass; here mass leaves");
    if (!has_period(setup, s.period, &what, at, &has, err))
        return config_fail_within(err, node);
    return has || config_fail(err, config_find(node, "period"),
                              "%g is no period of the model: at %s = %.6g its %s at t = "
                              "%.6g is not that at t = %.6g",
                              s.period, setup->model->variable[0], at[1], what, at[0],
                              at[0] + s.period);
}

/* ---------------------------------------------------------------- the propagator */

/* P over one period on masses of the cells. */
struct period {
    const struct grid *grid;
    struct propagator *propagator;
    double length, error; /* error in time of the last application, L1 */
    double *p, *out;      /* [cells]; out: borrowed */
};

static bool take_end(void *context, size_t k, const double *p, double error,
                     struct error *err) {
    struct period *o = context;
    (void)k, (void)err;
    for (size_t i = 0; i < o->grid->cells; i++)
        o->out[i] = p[i] * o->grid->volume[i];
    o->error = error;
    return true;
}

static bool apply(void *context, const double *m, double *out, struct error *err) {
    struct period *o = context;
    o->out = out;
    for (size_t i = 0; i < o->grid->cells; i++)
        o->p[i] = m[i] / o->grid->volume[i];
    return propagator_advance_from(o->propagator, 0, o->p, 1, &o->length, take_end, o, err);
}

static bool make_period(struct period *o, const struct evolution_interval *q,
                        const struct coefficients *c, const struct monitor *monitor,
                        size_t steps, struct error *err) {
    const struct propagator_options options = {.tolerance = 1e-10,
                                               .step = o->length / (double)steps,
                                               .monitor = monitor,
                                               .span = o->length};
    propagator_destroy(o->propagator);
    o->propagator = propagator_create(driven_method(q), q->problem, c, &options, err);
    return o->propagator != NULL;
}

/* ---------------------------------------------------------------- the state */

/* Not symmetric, so that modes of all symmetries are in what follows from it: half the initial
 * density, half even over the lower third of the cells. */
static void choose_start(const struct grid *grid, const double *initial, double *m) {
    const size_t third = grid->cells / 3 + 1;
    double width = 0;
    for (size_t i = 0; i < third; i++)
        width += grid->volume[i];
    for (size_t i = 0; i < grid->cells; i++)
        m[i] = grid->volume[i] * (0.5 * initial[i] + (i < third ? 0.5 / width : 0));
}

/* More steps until the state meets what is wanted, or more do not help. */
static bool find_state(struct floquet *f, struct period *o, const struct evolution *e,
                       const struct coefficients *c, const struct monitor *monitor,
                       double *m, struct error *err) {
    double before = (double)INFINITY;
    f->steps = FIRST_STEPS;
    for (int round = 0; round < ROUNDS; round++) {
        if (!make_period(o, evolution_last(e), c, monitor, f->steps, err) ||
            !fixed_point_find(o->grid->cells, apply, o, 0.1 * wanted, m, &f->point, err))
            return false;
        const double gap = 1 - hypot(f->point.multiplier[0], f->point.multiplier[1]);
        f->error = f->point.error + o->error / gap;
        const double more = pow(5 * f->error / wanted, 1. / 5);
        if (f->error <= wanted || f->error > 0.5 * before) return true;
        if ((double)f->steps * fmax(more, 1.5) > most_steps) return true;
        before = f->error;
        f->steps = (size_t)((double)f->steps * fmin(fmax(more, 1.5), 8));
    }
    return true;
}

/* ---------------------------------------------------------------- over the cycle */

struct cycle {
    struct floquet *floquet;
    size_t cells;
};

static bool take_phase(void *context, size_t k, const double *p, double error,
                       struct error *err) {
    const struct cycle *c = context;
    (void)error, (void)err;
    if (k + 1 < c->floquet->phases)
        memcpy(c->floquet->density + (k + 1) * c->cells, p, c->cells * sizeof *p);
    return true;
}

/* Moments and currents at the phases. */
static bool measure(struct floquet *f, struct evolution *e, double *flux,
                    struct error *err) {
    const size_t cells = e->grid->cells, last = e->intervals - 1;
    for (size_t k = 0; k < f->phases; k++) {
        const double *p = f->density + k * cells, share = 1 / (double)f->phases;
        if (!evolution_set_time(e, last, f->time[k], err)) return false;
        const struct moments m = equation_moments(evolution_last(e), p, 0);
        f->mean[k] = m.mean, f->variance[k] = m.variance;
        evolution_flux(e, last, p, flux);
        for (size_t i = 0; i < cells; i++)
            f->average[i] += share * p[i];
        for (size_t i = 0; i <= cells; i++)
            f->flux[i] += share * flux[i];
    }
    return evolution_set_time(e, last, 0, err);
}

/* L1 distance of the averages over all phases and over every second one. */
static double find_sampling_error(const struct floquet *f, const struct grid *grid) {
    double error = 0;
    for (size_t i = 0; i < grid->cells; i++) {
        double half = 0;
        for (size_t k = 0; k < f->phases; k += 2)
            half += f->density[k * grid->cells + i] * 2 / (double)f->phases;
        error += grid->volume[i] * fabs(half - f->average[i]);
    }
    return error;
}

static void find_harmonic(struct floquet *f) {
    double c = 0, s = 0;
    for (size_t k = 0; k < f->phases; k++) {
        const double angle = 2 * pi * (double)k / (double)f->phases;
        c += 2 * f->mean[k] * cos(angle) / (double)f->phases;
        s += 2 * f->mean[k] * sin(angle) / (double)f->phases;
        f->cycle_mean += f->mean[k] / (double)f->phases;
    }
    f->amplitude = hypot(c, s), f->lag = atan2(s, c);
}

static bool go_round(struct floquet *f, struct period *o, struct evolution *e,
                     const double *m, struct error *err) {
    const struct grid *grid = e->grid;
    const size_t cells = grid->cells, n = f->phases;
    struct cycle c = {f, cells};
    double *work = array_create(cells + 1 + n, sizeof *work, err);
    bool good = work != NULL;
    for (size_t i = 0; good && i < cells; i++)
        f->density[i] = m[i] / grid->volume[i];
    for (size_t k = 0; good && k < n; k++) {
        f->time[k] = f->period * (double)k / (double)n;
        work[cells + 1 + k] = f->period * (double)(k + 1) / (double)n;
    }
    good = good &&
           propagator_advance_from(o->propagator, 0, f->density, n, work + cells + 1,
                                   take_phase, &c, err) &&
           measure(f, e, work, err);
    if (good) {
        f->sampling_error = find_sampling_error(f, grid);
        find_harmonic(f);
        for (size_t i = 0; i < cells; i++)
            f->current += 0.5 * (f->flux[i] + f->flux[i + 1]) / (double)cells;
    }
    free(work);
    return good;
}

/* ---------------------------------------------------------------- making */

static bool allocate(struct floquet *f, size_t cells, struct error *err) {
    const struct {
        double **array;
        size_t count;
    } wanted_arrays[] = {{&f->time, f->phases}, {&f->density, f->phases * cells},
                         {&f->mean, f->phases}, {&f->variance, f->phases},
                         {&f->average, cells},  {&f->flux, cells + 1}};
    for (size_t k = 0; k < sizeof wanted_arrays / sizeof *wanted_arrays; k++)
        if ((*wanted_arrays[k].array =
                 array_create(wanted_arrays[k].count, sizeof(double), err)) == NULL)
            return false;
    return true;
}

static bool compute(struct floquet *f, const struct setup *setup, struct evolution *e,
                    const struct monitor *monitor, struct error *err) {
    const struct grid *grid = e->grid;
    struct interval_coefficients c;
    struct period o = {.grid = grid, .length = f->period};
    double *m = array_create(grid->cells, sizeof *m, err), outside;
    coefficients_at(setup->model, e->intervals - 1, 0, &c);
    bool good = m != NULL && allocate(f, grid->cells, err) &&
                (o.p = array_create(grid->cells, sizeof *o.p, err)) != NULL &&
                setup_initial(setup, grid, o.p, &outside, err);
    if (good) {
        choose_start(grid, o.p, m);
        good = find_state(f, &o, e, &c.coefficients, monitor, m, err) &&
               go_round(f, &o, e, m, err);
    }
    propagator_destroy(o.propagator);
    free(o.p);
    free(m);
    return good;
}

static struct floquet *floquet_on(const struct setup *setup, struct evolution *evolution,
                                  const struct floquet_settings *s,
                                  const struct monitor *monitor, struct error *err) {
    struct floquet *f = array_create(1, sizeof *f, err);
    if (f == NULL) return NULL;
    f->period = s->period, f->phases = 2 * (size_t)((s->phases + 1) / 2);
    f->cut = 1;
    if (compute(f, setup, evolution, monitor, err)) return f;
    return floquet_destroy(f), NULL;
}

/* ---------------------------------------------------------------- cells */

/* What it was found on: every cell of `file` cut into `cut`, to means over those of file. */
static void restrict_to(struct floquet *f, const struct grid *fine, size_t cut,
                        const struct grid *file) {
    double *all = f->density;
    for (size_t k = 0; k < f->phases; k++) /* in place: row k of the file ends before it */
        field_restrict(fine, cut, all + k * fine->cells, file, all + k * file->cells);
    field_restrict(fine, cut, f->average, file, f->average);
    for (size_t i = 0; i <= file->cells; i++)
        f->flux[i] = f->flux[i * cut];
    f->cut = cut;
}

/* The largest distance over the phases of f and a coarser one, L1: on the file's cells, or on
 * half of them, `half`, where the coarser one is. */
static bool largest_distance(const struct floquet *f, const struct grid *file,
                             const struct floquet *coarse, const struct grid *half,
                             double *distance, struct error *err) {
    const struct grid *on = half != NULL ? half : file;
    double *p = array_create(on->cells, sizeof *p, err);
    *distance = 0;
    for (size_t k = 0; p != NULL && k < f->phases; k++) {
        field_restrict(file, half != NULL ? 2 : 1, f->density + k * file->cells, on, p);
        *distance = fmax(*distance, field_l1(on, p, coarse->density + k * on->cells));
    }
    free(p);
    return p != NULL;
}

/* The same on other cells, `grid`, which it takes over. */
static struct floquet *floquet_elsewhere(const struct setup *setup, struct grid *grid,
                                         size_t cut, const struct floquet_settings *s,
                                         const struct monitor *monitor, struct error *err) {
    const struct evolution_options options = evolution_options(setup, monitor);
    struct evolution *e =
        grid != NULL ? evolution_create(setup, grid, &options, err) : NULL;
    struct floquet *f = e != NULL ? floquet_on(setup, e, s, monitor, err) : NULL;
    if (f != NULL && cut > 1) restrict_to(f, grid, cut, setup->grid);
    evolution_destroy(e);
    grid_destroy(grid);
    return f;
}

/* By how much f on `grid` changes on half of its cells; *half: that grid, *coarse: on it, both
 * owned by the caller. NULL and NaN where there is no such grid. */
static bool change_by_half(const struct floquet *f, const struct grid *grid,
                           const struct setup *setup, const struct floquet_settings *s,
                           const struct monitor *monitor, struct grid **half,
                           struct floquet **coarse, double *change, struct error *err) {
    *half = NULL, *coarse = NULL, *change = (double)NAN;
    if (!grid_can_halve(grid)) return true;
    return (*half = grid_coarsen(grid, 2, err)) != NULL &&
           (*coarse = floquet_elsewhere(setup, grid_coarsen(grid, 2, err), 1, s, monitor,
                                        err)) != NULL &&
           largest_distance(f, grid, *coarse, *half, change, err);
}

static bool compare_with_half(struct floquet *f, const struct setup *setup,
                              const struct floquet_settings *s,
                              const struct monitor *monitor, struct error *err) {
    struct grid *half = NULL, *quarter = NULL;
    struct floquet *coarse = NULL, *coarser = NULL;
    f->space_change = (double)NAN;
    const bool good =
        change_by_half(f, setup->grid, setup, s, monitor, &half, &coarse, &f->space_error,
                       err) &&
        (half == NULL || change_by_half(coarse, half, setup, s, monitor, &quarter, &coarser,
                                        &f->space_change, err));
    floquet_destroy(coarse);
    floquet_destroy(coarser);
    grid_destroy(half);
    grid_destroy(quarter);
    return good;
}

/* *f on cells of half the width. */
static bool cut_once(struct floquet **f, const struct setup *setup,
                     const struct floquet_settings *s, const struct monitor *monitor,
                     struct error *err) {
    const size_t cut = 2 * (*f)->cut;
    struct floquet *finer =
        floquet_elsewhere(setup, grid_refine(setup->grid, cut, err), cut, s, monitor, err);
    if (finer == NULL) return false;
    const bool good =
        largest_distance(finer, setup->grid, *f, NULL, &finer->space_error, err);
    finer->space_change = (*f)->space_error;
    floquet_destroy(*f);
    *f = finer;
    return good;
}

/* Of second order, a third of the change; all of it where that is not seen. */
static double space_error(const struct floquet *f) {
    const double order = log2(f->space_change / f->space_error);
    return fabs(order - 2) <= 0.5 ? f->space_error / 3 : f->space_error;
}

bool floquet_create(const struct setup *setup, struct evolution *evolution,
                    const struct monitor *monitor, struct floquet **out,
                    struct error *err) {
    struct floquet_settings s = {0};
    const double target = setup->spec->accuracy.space;
    *out = NULL;
    if (setup->spec->analysis.floquet == NULL) return true;
    if (!floquet_check(setup, evolution, err) || !settings_of(setup, &s, err)) return false;
    struct floquet *f = floquet_on(setup, evolution, &s, monitor, err);
    bool good = f != NULL && compare_with_half(f, setup, &s, monitor, err);
    while (good && !(space_error(f) <= target) &&
           2 * f->cut * setup->grid->cells <= MOST_CELLS)
        good = cut_once(&f, setup, &s, monitor, err);
    if (!good) return floquet_destroy(f), false;
    f->space_error = space_error(f), f->space_target = target;
    *out = f;
    return true;
}

void floquet_destroy(struct floquet *f) {
    if (f == NULL) return;
    double *owned[] = {f->time, f->density, f->mean, f->variance, f->average, f->flux};
    for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
        free(owned[k]);
    free(f);
}
