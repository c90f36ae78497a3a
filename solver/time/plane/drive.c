/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/plane/drive.h"
#include "solver/linalg/elimination.h"
#include "solver/time/line/rosenbrock.h"
#include "solver/time/rate_panels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where Selling's offsets change with the tensor, and where upwinding sets in, rates have kinks
 * in time, at many times where that depends on the place; single ones jump where a tensor is
 * widened. Both sides are the same equation up to the error in space, which is far larger than
 * what these leave, and of first order where edges are upwind. */
static const double kinks = 1e-5, kinks_upwind = 2e-3, steep = 64, each = 1e5;
enum { LOOKS = 4 }; /* samples that the first pattern is of */

struct plane_drive {
    const struct grid *grid; /* borrowed, as are the next two */
    const struct coefficients *coefficients;
    const struct monitor *monitor;
    double tolerance, span;
    bool absorbing;
    const double *killing;      /* [cells] borrowed; NULL: none */
    enum potential_source most; /* of all samples: the least that one of them has found */
    double upwind;              /* part of the edges that are upwind or widened, at most */
    double scale[2];            /* means of |forward - backward|, forward + backward */
    struct rate_panels *rates;  /* pairs: of neighbours, then exits of the cells */
    bool lacking;               /* a sample did not fit the pattern, which has grown */

    /* The pattern. A: of time `at`; slope: its derivative, with start and row of A. */
    struct sparse *A, slope;
    int64_t *slot;       /* [entries] where in `value` an entry's rate is; -1: diagonal */
    size_t pairs, exits; /* exits: of pairs; cells or 0 */
    double *value;       /* [2 pairs] forward, backward, or their derivatives */
    double *loss;        /* [cells] */
    double at;

    struct elimination *factors; /* of 1/h - A */
    double h, *work;             /* [2 cells] */
    struct elimination *tilted;  /* of 1/h - A + g; NULL until it is asked for */
};

/* ---------------------------------------------------------------- the pattern */

/* Entries wherever A, or its transpose, has one. */
static size_t list_entries(const struct sparse *A, int64_t *row, int64_t *column) {
    size_t n = 0;
    for (size_t j = 0; A != NULL && j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            row[n] = A->row[k], column[n++] = (int64_t)j;
            row[n] = (int64_t)j, column[n++] = A->row[k];
        }
    return n;
}

/* d->A with the entries of B too. */
static bool join(struct plane_drive *d, const struct sparse *B, struct error *err) {
    const size_t n = B->n;
    const size_t most =
        2 * (size_t)(B->start[n] + (d->A != NULL ? d->A->start[n] : (int64_t)0));
    int64_t *row = array_create(2 * most, sizeof *row, err);
    double *zero = row != NULL ? array_create(most, sizeof *zero, err) : NULL;
    struct sparse *joined = NULL;
    if (zero != NULL) {
        int64_t *column = row + most;
        const size_t count = list_entries(d->A, row, column);
        const size_t all = count + list_entries(B, row + count, column + count);
        joined = sparse_create(n, all, row, column, zero, err);
    }
    free(zero);
    free(row);
    if (joined == NULL) return false;
    joined->columns = B->columns;
    sparse_destroy(d->A);
    return d->A = joined, true;
}

/* Slots: pair after pair down the columns, forward from the lower to the higher cell. Its way
 * back is in the column of the higher one, in which lower cells come in order. */
static void number_entries(struct plane_drive *d, int64_t *next) {
    const struct sparse *A = d->A;
    const int64_t pairs = (int64_t)d->pairs;
    int64_t pair = 0;
    memcpy(next, A->start, A->n * sizeof *next);
    for (size_t j = 0; j < A->n; j++) {
        d->slot[next[j]] = -1; /* the diagonal comes after all lower rows */
        for (int64_t k = next[j] + 1; k < A->start[j + 1]; k++, pair++) {
            d->slot[k] = pair;
            d->slot[next[A->row[k]]++] = pairs + pair;
        }
    }
}

static void forget_pattern(struct plane_drive *d) {
    rate_panels_destroy(d->rates);
    elimination_destroy(d->factors);
    elimination_destroy(d->tilted);
    free(d->slope.value);
    free(d->slot);
    free(d->value);
    d->rates = NULL, d->factors = d->tilted = NULL, d->slope.value = NULL;
    d->slot = NULL, d->value = NULL;
}

/* What goes with the pattern of A. */
static bool take_pattern(struct plane_drive *d, struct error *err) {
    const size_t n = d->A->n, entries = (size_t)d->A->start[n];
    forget_pattern(d);
    d->exits = d->absorbing ? n : 0;
    d->pairs = (entries - n) / 2 + d->exits;
    d->slope = *d->A;
    d->slope.value = array_create(entries, sizeof(double), err);
    int64_t *next = d->slope.value ? array_create(n, sizeof *next, err) : NULL;
    const bool good =
        next != NULL && (d->slot = array_create(entries, sizeof *d->slot, err)) != NULL &&
        (d->value = array_create(2 * d->pairs, sizeof(double), err)) != NULL &&
        (d->factors = elimination_create(d->A, NULL, NULL, err)) != NULL;
    if (good) number_entries(d, next);
    free(next);
    return good;
}

/* ---------------------------------------------------------------- sampling */

/* The rates of a generator by slots; false where the pattern lacks an entry. */
static bool put(struct plane_drive *d, const struct plane_generator *g, double *y) {
    const struct sparse *A = d->A, *B = g->matrix;
    const double *V = d->grid->volume;
    memset(y, 0, 2 * d->pairs * sizeof *y);
    for (size_t j = 0; j < B->n; j++) {
        int64_t p = A->start[j];
        for (int64_t q = B->start[j]; q < B->start[j + 1]; q++) {
            while (p < A->start[j + 1] && A->row[p] < B->row[q])
                p++;
            if (p == A->start[j + 1] || A->row[p] != B->row[q]) return false;
            if (d->slot[p] >= 0) y[d->slot[p]] = B->value[q] * V[j];
        }
    }
    if (d->exits == 0) return true;
    double *exit_ = y + d->pairs - d->exits;
    plane_generator_exit_rates(g, exit_);
    for (size_t i = 0; i < d->exits; i++)
        exit_[i] *= V[i];
    return true;
}

static bool sample(void *self, double *y, struct error *err) {
    struct plane_drive *d = self;
    const struct monitor muted = monitor_muted(d->monitor);
    if (!monitor_tick(&muted, 0, err)) return false;
    struct plane_generator *g =
        plane_generator_create_with(d->grid, d->coefficients, d->most, err);
    if (g == NULL) return false;
    bool good = g->source == d->most && put(d, g, y);
    if (!good) {
        d->most = g->source;
        d->lacking = join(d, g->matrix, err);
        if (d->lacking) fail(err, ERROR_RUN, "rates of a new kind at some time");
    }
    plane_generator_destroy(g);
    return good;
}

static void scale(const void *self, double b, double D, double out[2]) {
    const struct plane_drive *d = self;
    (void)b, (void)D;
    memcpy(out, d->scale, sizeof d->scale);
}

static bool begin(struct plane_drive *d, struct error *err) {
    if (!take_pattern(d, err)) return false;
    const struct rate_source source = {.pairs = d->pairs,
                                       .sample = sample,
                                       .scale = scale,
                                       .self = d,
                                       .coefficients = d->coefficients,
                                       .grid = d->grid,
                                       .tolerance = d->tolerance,
                                       .each = each,
                                       .kinks = kinks + kinks_upwind * d->upwind,
                                       .steep = steep,
                                       .span = d->span};
    return (d->rates = rate_panels_create(&source, err)) != NULL;
}

/* ---------------------------------------------------------------- the chain at a time */

static bool enter(void *self, double t, double *end, struct error *err) {
    struct plane_drive *d = self;
    for (;;) {
        d->at = (double)NAN, d->lacking = false;
        if (rate_panels_enter(d->rates, t, end, err)) return true;
        if (!d->lacking || !begin(d, err)) return false;
    }
}

/* The matrix of the rates in d->value, with killing or, where they are derivatives, without; the
 * diagonal makes its columns sum to -loss. */
static void fill(const struct plane_drive *d, const double *killing, struct sparse *A,
                 double *loss) {
    const double *V = d->grid->volume, *exit_ = d->value + d->pairs - d->exits;
    for (size_t j = 0; j < A->n; j++) {
        loss[j] = d->exits > 0 ? exit_[j] / V[j] : 0;
        if (killing != NULL) loss[j] += killing[j];
        double out = loss[j];
        int64_t diagonal = 0;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            if (d->slot[k] < 0)
                diagonal = k;
            else
                out += A->value[k] = d->value[d->slot[k]] / V[j];
        }
        A->value[diagonal] = -out;
    }
}

static void set_time(struct plane_drive *d, double t) {
    if (d->at == t) return;
    rate_panels_value(d->rates, t, d->value);
    fill(d, d->killing, d->A, d->loss);
    d->at = t;
}

static void apply(void *self, double t, const double *m, double *rate) {
    struct plane_drive *d = self;
    set_time(d, t);
    sparse_apply(d->A, m, rate);
}

static void slope(void *self, double t, const double *m, double *rate) {
    struct plane_drive *d = self;
    rate_panels_slope(d->rates, t, d->value);
    fill(d, NULL, &d->slope, d->work);
    sparse_apply(&d->slope, m, rate);
}

static bool factor(void *self, double t, double h, struct error *err) {
    struct plane_drive *d = self;
    const struct monitor muted = monitor_muted(d->monitor);
    set_time(d, t);
    elimination_update(d->factors, d->loss);
    d->h = h;
    return elimination_factor(d->factors, 1 / h, &muted, err);
}

static void solve(void *self, int k, const double *b, double *x) {
    const struct plane_drive *d = self;
    elimination_solve(k == 0 ? d->factors : d->tilted, b, x, d->work);
    for (size_t i = 0; i < d->A->n; i++)
        x[i] /= d->h;
}

/* A is still that of the last factor. */
static bool tilt(void *self, const double *g, struct error *err) {
    struct plane_drive *d = self;
    const struct monitor muted = monitor_muted(d->monitor);
    if (d->tilted == NULL &&
        (d->tilted = elimination_create(d->A, NULL, NULL, err)) == NULL)
        return false;
    for (size_t i = 0; i < d->A->n; i++)
        d->work[i] = d->loss[i] + g[i];
    elimination_update(d->tilted, d->work);
    return elimination_factor(d->tilted, 1 / d->h, &muted, err);
}

static const struct stepper_drive members = {
    .enter = enter, .apply = apply, .slope = slope, .factor = factor};

/* ---------------------------------------------------------------- making */

static void destroy(void *self) {
    struct plane_drive *d = self;
    if (d == NULL) return;
    forget_pattern(d);
    sparse_destroy(d->A);
    free(d->loss);
    free(d->work);
    free(d);
}

static struct plane_generator *look(struct plane_drive *d, int k, struct error *err) {
    const struct coefficients *c = d->coefficients;
    if (c->set_time != NULL) c->set_time(c->clock, d->span * (k + 0.5) / LOOKS);
    return plane_generator_create_with(d->grid, c, d->most, err);
}

/* The pattern of some times, and the scale of their rates. */
static bool look_around(struct plane_drive *d, struct error *err) {
    for (int k = 0; k < LOOKS; k++) {
        struct plane_generator *g = look(d, k, err);
        const bool good = g != NULL && join(d, g->matrix, err);
        if (good) d->most = g->source;
        if (good) d->upwind = fmax(d->upwind, g->upwind + g->regularised);
        for (size_t e = 0; good && e < g->edges; e++) {
            const double out = g->edge[e].forward, back = g->edge[e].backward;
            d->scale[0] += fabs(out - back) / (double)g->edges / LOOKS;
            d->scale[1] += (out + back) / (double)g->edges / LOOKS;
        }
        plane_generator_destroy(g);
        if (!good) return false;
    }
    return true;
}

static struct plane_drive *create_drive(const struct plane_generator *g,
                                        const struct coefficients *c,
                                        const struct propagator_options *o,
                                        struct error *err) {
    struct plane_drive *d = array_create(1, sizeof *d, err);
    if (d == NULL) return NULL;
    *d = (struct plane_drive){.grid = g->grid,
                              .coefficients = c,
                              .monitor = o->monitor,
                              .tolerance = fmax(1e-12, o->tolerance / 50),
                              .span = o->span > 0 ? o->span : 1,
                              .absorbing = grid_absorbs(g->grid),
                              .killing = g->sinks.killing,
                              .most = POTENTIAL_GIVEN,
                              .at = (double)NAN};
    if ((d->loss = array_create(g->cells, sizeof(double), err)) != NULL &&
        (d->work = array_create(2 * g->cells, sizeof(double), err)) != NULL &&
        look_around(d, err) && begin(d, err))
        return d;
    return destroy(d), NULL;
}

bool plane_drive_chain(const struct plane_generator *g, const struct coefficients *c,
                       const struct propagator_options *o, struct work_chain *out,
                       struct error *err) {
    *out = (struct work_chain){g->cells, g->grid->volume,           &members, solve, tilt,
                               destroy,  create_drive(g, c, o, err)};
    return out->self != NULL;
}

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    struct work_chain chain;
    return plane_drive_chain(problem, coefficients, options, &chain, err)
               ? rosenbrock_propagator(&chain, options, err)
               : NULL;
}

const struct propagator_method plane_rosenbrock_method = {
    .name = "rosenbrock",
    .description = rosenbrock_description,
    .order = 5,
    .tolerance = 1e-8,
    .positive = false,
    .no_return = true,
    .batch = true, /* one search for the step's error serves all snapshots */
    .driven = true,
    .create = create,
    .advance = stepper_advance,
    .destroy = stepper_destroy,
};
