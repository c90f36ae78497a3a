/* SPDX-License-Identifier: GPL-3.0-or-later
 * x <- x - eta g, plain or with momentum: the values of a gradient's law, moved. */
#include "solver/transfer/gradient_law.h"
#include "solver/transfer/gradients.h"
#include "solver/transfer/process_kinds.h"
#include "solver/transfer/value_cache.h"
#include <math.h>
#include <stdlib.h>

struct descent {
    struct process base;
    const struct model *model;
    struct gradient_law *law;
    double eta[2];
    double momentum, gain; /* v <- momentum v + gain g */
    double lo, hi;         /* momentum: reflecting ends of x, or infinite */
};

static struct outcome descend(const struct descent *s, const double *x, struct outcome g) {
    for (int d = 0; d < s->base.dims; d++)
        g.landing[d] = x[d] - s->eta[d] * g.landing[d];
    return g;
}

/* Into [lo, hi], also from far away. */
static double fold(double lo, double hi, double x) {
    if (isfinite(lo) && isfinite(hi)) {
        const double period = 2 * (hi - lo);
        double t = fmod(x - lo, period);
        if (t < 0) t += period;
        return lo + fmin(t, period - t);
    }
    return x < lo ? 2 * lo - x : x > hi ? 2 * hi - x : x;
}

/* The velocity is turned once, however often a step is folded: as walkers do it. */
static struct outcome descend_momentum(const struct descent *s, const double *x,
                                       struct outcome g) {
    double v = s->momentum * x[1] + s->gain * g.landing[0];
    double to = x[0] - s->eta[0] * v;
    if (isfinite(to) && (to < s->lo || to > s->hi)) {
        to = fold(s->lo, s->hi, to);
        v = -v;
    }
    return (struct outcome){{to, v}, g.probability};
}

/* With momentum scratch is a cache, else the law's own. */
static bool value_at(const struct descent *s, const double *x, void *scratch,
                     struct outcome *out, size_t *n, struct error *err) {
    return s->gain > 0 ? value_cache_get(scratch, x, out, n, err)
                       : s->law->values(s->law, x, scratch, out, n, err);
}

static bool outcomes(const struct process *process, const double *x, void *scratch,
                     struct outcome *out, size_t *n, struct error *err) {
    const struct descent *s = (const struct descent *)process;
    if (!value_at(s, x, scratch, out, n, err)) return false;
    for (size_t k = 0; k < *n; k++) {
        out[k] = s->gain > 0 ? descend_momentum(s, x, out[k]) : descend(s, x, out[k]);
        for (int d = 0; d < process->dims; d++)
            if (!isfinite(out[k].landing[d]))
                return fail(err, ERROR_RUN, "a step of %s from %s ends at %g",
                            process->name, point_in_words(s->model, x).text,
                            out[k].landing[d]);
    }
    return true;
}

static void *make_scratch(const struct process *process, struct error *err) {
    const struct descent *s = (const struct descent *)process;
    return s->gain > 0 ? value_cache_create(s->law, err)
                       : s->law->make_scratch(s->law, err);
}

static void free_cache(void *scratch) {
    value_cache_destroy(scratch);
}

static void destroy(struct process *process) {
    struct descent *s = (struct descent *)process;
    gradient_law_destroy(s->law);
    free(s);
}

/* How much of the gradient's component d moves the state by one cell. */
static void steps_of(const struct descent *s, const struct grid *grid, double step[2]) {
    for (int d = 0; d < s->model->dims; d++)
        step[d] = axis_narrowest(grid->axis[d]) / s->eta[d];
    if (s->gain > 0)
        step[0] = fmin(step[0] / s->gain, axis_narrowest(grid->axis[1]) / s->gain);
}

static bool check(const struct model *m, const struct grid *grid, struct error *err) {
    if (m->kind == MODEL_DRIFT)
        return fail(err, ERROR_SETTINGS,
                    "drift and diffusion have no learning rate: their law is that of sde");
    if (m->rule != NULL)
        return fail(
            err, ERROR_SETTINGS,
            "the law of kind gaussian is that of SGD's step; an update rule has sgd "
            "and sde");
    if (m->momentum > 0 && m->dims == 2)
        return fail(
            err, ERROR_SETTINGS,
            "momentum in two variables has a law in four, which no grid here holds: "
            "take walkers, or one variable");
    const int dims = m->momentum > 0 ? 2 : m->dims;
    if (grid->dims != dims)
        return fail(err, ERROR_SETTINGS,
                    "the law of this process needs a grid of %d axes, not %d", dims,
                    grid->dims);
    return true;
}

typedef struct gradient_law *law_create(const struct model *, double, const double *,
                                        struct error *);

static struct process *create(const struct model *m, size_t interval, double t,
                              const struct grid *grid, const char *name, law_create *law_of,
                              struct error *err) {
    if (!check(m, grid, err)) return NULL;
    struct descent *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->model = m;
    s->lo = -HUGE_VAL, s->hi = HUGE_VAL;
    model_rate(m, interval, t, s->eta);
    for (int d = 0; d < m->dims; d++)
        if (!(s->eta[d] >= 0)) {
            fail(err, ERROR_RUN, "the learning rate is %g at t = %.9g; it must be >= 0",
                 s->eta[d], t);
            return free(s), NULL;
        }
    if (m->momentum > 0) {
        const struct axis *x = grid->axis[0];
        s->momentum = m->momentum;
        s->gain = m->form == AVERAGING ? 1 - m->momentum : 1;
        if (x->boundary[0] == REFLECTING) s->lo = x->face[0];
        if (x->boundary[1] == REFLECTING) s->hi = x->face[x->cells];
    }
    double step[2] = {0};
    steps_of(s, grid, step);
    if ((s->law = law_of(m, t, step, err)) == NULL) return destroy(&s->base), NULL;
    s->base =
        (struct process){.dims = grid->dims,
                         .most = s->law->most,
                         .outcomes = outcomes,
                         .make_scratch = make_scratch,
                         .free_scratch = s->gain > 0 ? free_cache : s->law->free_scratch,
                         .destroy = destroy,
                         .name = name};
    return &s->base;
}

struct process *process_sgd(const struct model *m, size_t interval, const struct grid *grid,
                            struct error *err) {
    return process_sgd_at(m, interval, (double)NAN, grid, err);
}

struct process *process_sgd_at(const struct model *m, size_t interval, double t,
                               const struct grid *grid, struct error *err) {
    if (m->rule != NULL) return process_rule(m, grid, err);
    return create(m, interval, t, grid, "sgd", gradient_law_drawn, err);
}

struct process *process_gaussian(const struct model *m, size_t interval,
                                 const struct grid *grid, struct error *err) {
    return process_gaussian_at(m, interval, (double)NAN, grid, err);
}

struct process *process_gaussian_at(const struct model *m, size_t interval, double t,
                                    const struct grid *grid, struct error *err) {
    return create(m, interval, t, grid, "gaussian", gradient_law_normal, err);
}
