/* SPDX-License-Identifier: GPL-3.0-or-later
 * Model -> process: which expressions a kind of walkers needs at every step. */
#include "solver/ensembles/ensemble.h"
#include "solver/mc/start.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- kinds by name */

static const char *const kind_names[ENSEMBLE_KINDS] = {"sgd", "gaussian", "sde"};

const char *ensemble_kind_name(enum ensemble_kind kind) {
    return kind_names[kind];
}

bool ensemble_kinds(const struct config_node *section, const struct texts *names,
                    enum ensemble_kind kind[ENSEMBLE_KINDS], size_t *count,
                    struct error *err) {
    const struct config_node *node = config_find(section, "kinds");
    *count = 0;
    for (size_t k = 0; k < names->count; k++) {
        size_t found = 0;
        while (found < ENSEMBLE_KINDS && strcmp(kind_names[found], names->value[k]) != 0)
            found++;
        if (found == ENSEMBLE_KINDS)
            return config_fail(err, node, "'%s'; allowed: sgd, gaussian, sde",
                               names->value[k]);
        for (size_t j = 0; j < *count; j++)
            if (kind[j] == (enum ensemble_kind)found)
                return config_fail(err, node, "'%s' stands twice", names->value[k]);
        kind[(*count)++] = (enum ensemble_kind)found;
    }
    return *count > 0 || config_fail(err, node, "an empty list");
}

static size_t entries(int dims) {
    return dims == 1 ? 1 : 3;
}

/* -------------------------------------------------------------- expressions of the SDE */

/* The drift of the walkers, a_i = b_i + the Ito correction of the interpretation alpha:
 *     1-D                (alpha - base) D'
 *     2-D, alpha = 1     Sum_k d_k D_ik
 *     2-D, D diagonal    alpha d_i D_ii.
 * base: 1/2 for Heun's scheme, which is Stratonovich's by itself, else 0. */
/* rate_i and noise_ab of the coefficients, as numbers or functions of t. */
static expr rate_of(const struct interval_coefficients *c, size_t i) {
    const struct model *m = c->model;
    return m->interval[c->interval].varies ? m->interval[c->interval].rate[i]
                                           : expr_number(m->graph, c->rate[i]);
}

static expr noise_of(const struct interval_coefficients *c, size_t e) {
    struct graph *g = c->model->graph;
    const size_t a = e == 2, b = e != 0;
    if (!c->model->interval[c->interval].varies) return expr_number(g, c->noise[e]);
    return expr_binary(g, '*', expr_number(g, 0.5 * model_batch_factor(c->model)),
                       expr_binary(g, '*', rate_of(c, a), rate_of(c, b)));
}

static expr minus(struct graph *g, expr a) {
    double value;
    return expr_is_number(g, a, &value) ? expr_number(g, -value)
                                        : expr_binary(g, '-', expr_number(g, 0), a);
}

static bool drift_expressions(const struct model *m, const struct interval_coefficients *c,
                              double base, const expr *D, expr *a, struct error *err) {
    struct graph *g = m->graph;
    const double weight = m->alpha - base;
    const bool diagonal = m->dims == 1 || expr_is_number(g, D[1], NULL);
    if (!diagonal && weight != 0 && weight != 1)
        return fail(err, ERROR_SETTINGS,
                    "walkers of kind sde in two variables with a full, varying noise "
                    "covariance need "
                    "interpretation ito or klimontovich, or stratonovich with scheme heun");
    for (size_t i = 0; i < (size_t)m->dims; i++) {
        a[i] = m->kind == MODEL_DRIFT
                   ? m->drift[i]
                   : expr_binary(g, '*', minus(g, rate_of(c, i)), m->gradient[i]);
        for (size_t k = 0; k < (size_t)m->dims && weight != 0; k++)
            a[i] = expr_binary(g, '+', a[i],
                               expr_binary(g, '*', expr_number(g, weight),
                                           expr_derivative(g, D[i + k], k)));
    }
    return true;
}

static bool sde_program(const struct model *m, const struct interval_coefficients *c,
                        enum walkers_kind kind, struct program **program,
                        struct error *err) {
    struct graph *g = m->graph;
    expr out[6], D[3];
    size_t n = (size_t)m->dims;
    for (size_t e = 0; e < entries(m->dims); e++)
        D[e] = m->kind == MODEL_DRIFT
                   ? m->diffusion[e]
                   : expr_binary(g, '*', noise_of(c, e), m->covariance[e]);
    if (!drift_expressions(m, c, kind == WALKERS_HEUN ? 0.5 : 0, D, out, err)) return false;
    if (model_has_stable_noise(m)) D[0] = expr_number(g, c->stable_scale);
    for (size_t e = 0; e < entries(m->dims); e++)
        out[n++] = D[e];
    if (kind == WALKERS_MILSTEIN) out[n++] = expr_derivative(g, D[0], 0);
    return (*program = program_create(g, out, n, err)) != NULL;
}

/* G and C of one batch; of stable noise its scale. */
static bool gaussian_program(const struct model *m, struct program **program,
                             struct error *err) {
    struct graph *g = m->graph;
    expr out[5];
    size_t n = 0;
    if (m->kind == MODEL_DRIFT)
        return fail(
            err, ERROR_SETTINGS,
            "walkers of kind gaussian need a loss; drift and diffusion have kind sde");
    for (int d = 0; d < m->dims; d++)
        out[n++] = m->gradient[d];
    for (size_t e = 0; e < entries(m->dims); e++)
        out[n++] =
            expr_binary(g, '*', expr_number(g, model_batch_factor(m)), m->covariance[e]);
    if (model_has_stable_noise(m)) out[1] = expr_number(g, model_stable_scale(m));
    return (*program = program_create(g, out, n, err)) != NULL;
}

/* ------------------------------------------------------------ coefficients without a program */

static void scale_into(size_t n, double by, const double *restrict in,
                       double *restrict out) {
    for (size_t i = 0; i < n; i++)
        out[i] = by * in[i];
}

/* a_i += weight sum_k d_k D_ik: xx_x + xy_y and xy_x + yy_y */
static void add_induced(size_t dims, size_t n, double weight, const double *dD,
                        double *const *a) {
    for (size_t i = 0; dims == 1 && i < n; i++)
        a[0][i] += weight * dD[i];
    for (size_t i = 0; dims == 2 && i < n; i++) {
        a[0][i] += weight * (dD[i] + dD[4 * n + i]);
        a[1][i] += weight * (dD[n + i] + dD[5 * n + i]);
    }
}

/* out: a, D[, D'] or G, C_B; what cannot be computed becomes NaN, which stops the
 * walkers. */
static void evaluate_process(const void *self, double t, size_t n, const double *const *in,
                             double *const *out) {
    const struct evaluated_process *p = self;
    const struct coefficients *c = p->coefficients;
    struct interval_coefficients now; /* threads are at different times */
    if (c->set_time != NULL) {
        coefficients_at(p->c.model, p->c.interval, t, &now);
        c = &now.coefficients;
    }
    const size_t dims = (size_t)c->dims, tensor = entries(c->dims);
    const double factor = p->gaussian ? model_batch_factor(p->c.model) : 1;
    struct error err = {0};
    double b[2 * WALKERS_BLOCK], D[3 * WALKERS_BLOCK], dD[6 * WALKERS_BLOCK];
    bool good = p->gaussian ? model_evaluate_at(p->c.model, t, n, in, NULL, b, D, &err)
                            : c->drift(c->self, n, in, b, &err) &&
                                  c->diffusion(c->self, n, in, D, &err);
    if (good && (p->weight != 0 || p->milstein))
        good = c->diffusion_gradient(c->self, n, in, dD, &err);
    for (size_t k = 0; !good && k < dims + tensor + (p->milstein ? 1 : 0); k++)
        scale_into(n, (double)NAN, in[0], out[k]);
    if (!good) return;
    for (size_t d = 0; d < dims; d++)
        memcpy(out[d], b + d * n, n * sizeof *b);
    if (p->weight != 0) add_induced(dims, n, p->weight, dD, out);
    for (size_t e = 0; e < tensor; e++)
        scale_into(n, factor, D + e * n, out[dims + e]);
    if (p->milstein) memcpy(out[dims + tensor], dD, n * sizeof *dD);
}

static bool evaluated_process(const struct model *m, size_t interval,
                              enum ensemble_kind kind, enum walkers_kind scheme,
                              struct evaluated_process *p, struct error *err) {
    const double weight =
        kind == ENSEMBLE_GAUSSIAN ? 0 : m->alpha - (scheme == WALKERS_HEUN ? 0.5 : 0);
    if (m->dims == 2 && weight != 0 && weight != 1)
        return fail(err, ERROR_SETTINGS,
                    "walkers of kind sde in two variables with a full, varying noise "
                    "covariance need "
                    "interpretation ito or klimontovich, or stratonovich with scheme heun");
    *p = (struct evaluated_process){.weight = weight,
                                    .gaussian = kind == ENSEMBLE_GAUSSIAN,
                                    .milstein = scheme == WALKERS_MILSTEIN};
    coefficients_of_interval(m, interval, &p->c);
    p->coefficients = &p->c.coefficients;
    return true;
}

/* Means over a data table, and the coefficients of a modified equation or a rule. */
static bool is_evaluated(const struct model *m, enum ensemble_kind kind) {
    if (kind == ENSEMBLE_SGD) return false;
    return m->kind == MODEL_TABLE ||
           (kind == ENSEMBLE_SDE && (m->order > 1 || m->rule != NULL));
}

static bool sgd_program(const struct model *m, struct program **program,
                        struct error *err) {
    if (m->examples == 0)
        return fail(err, ERROR_SETTINGS,
                    "walkers of kind sgd need examples (datapoints, or example_loss with "
                    "data); for a "
                    "loss with noise use kinds: [gaussian]");
    *program = m->kind == MODEL_TABLE
                   ? program_create(m->graph, m->gradient, (size_t)m->dims, err)
                   : program_create(m->graph, m->example_gradient,
                                    m->examples * (size_t)m->dims, err);
    return *program != NULL;
}

/* Learning rates that depend on t, where they do. */
static bool rate_program(const struct model *m, size_t interval, struct program **program,
                         struct error *err) {
    if (m->intervals == 0 || !m->interval[interval].varies) return true;
    return (*program = program_create(m->graph, m->interval[interval].rate, (size_t)m->dims,
                                      err)) != NULL;
}

/* ---------------------------------------------------------------- processes */

static void walls_of(const struct grid *grid, struct walkers_model *w) {
    for (int d = 0; d < grid->dims; d++) {
        const struct axis *axis = grid->axis[d];
        w->lo[d] = axis->face[0];
        w->hi[d] = axis->face[axis->cells];
        for (int end = 0; end < 2; end++)
            w->boundary[d][end] = axis->boundary[end];
    }
}

/* Far from any wall: what leaves the grid counts as outside. */
static void open_walls(struct walkers_model *w) {
    for (int d = 0; d < w->dims; d++)
        if (w->boundary[d][0] != PERIODIC) w->lo[d] = -HUGE_VAL, w->hi[d] = HUGE_VAL;
}

/* dx = v dtau, dv = -(gamma v + L') dtau + sqrt(2 gamma theta) dB */
static void kinetic_process(struct ensemble *e, size_t interval, struct walkers_model *w) {
    w->dims = 2;
    open_walls(w);
    e->table[interval] = (struct evaluated_process){.coefficients = &e->law.coefficients};
    w->function = (struct walkers_function){.evaluate = evaluate_process,
                                            .self = &e->table[interval]};
}

/* The data, a row after the other. */
static bool rows_create(struct ensemble *e, const struct model *m, struct error *err) {
    if (e->kind != ENSEMBLE_SGD || m->kind != MODEL_TABLE) return true;
    const struct table *t = m->table;
    e->rows = array_create(t->rows, t->columns * sizeof *e->rows, err);
    if (e->rows == NULL) return false;
    for (size_t c = 0; c < t->columns; c++)
        for (size_t j = 0; j < t->rows; j++)
            e->rows[j * t->columns + c] = t->column[c][j];
    return true;
}

static void sgd_members(const struct ensemble *e, const struct model *m, size_t interval,
                        struct walkers_model *w) {
    w->rule = m->rule;
    for (int d = 0; d < m->dims && m->rule == NULL; d++)
        w->eta[d] = m->interval[interval].eta[d];
    w->momentum = m->momentum;
    w->form = m->form;
    if (w->kind != WALKERS_SGD) return;
    w->examples = m->examples;
    w->batch = m->batch;
    w->sampling = m->sampling;
    if (m->kind != MODEL_TABLE) return;
    w->columns = m->table->columns;
    w->table = e->rows;
}

static bool process_create(struct ensemble *e, const struct setup *setup,
                           const struct monte_carlo_settings *s, size_t interval,
                           struct error *err) {
    static const enum walkers_kind schemes[] = {WALKERS_EULER, WALKERS_MILSTEIN,
                                                WALKERS_HEUN};
    const struct model *m = setup->model;
    struct walkers_model *w = &e->model[interval];
    struct interval_coefficients c;
    coefficients_of_interval(m, interval, &c);
    *w = (struct walkers_model){.dims = m->dims};
    w->step = (m->kind == MODEL_DRIFT ? s->step : model_step_time(m, interval)) /
              (double)e->substeps;
    walls_of(setup->grid, w);
    w->kind = e->kind == ENSEMBLE_SGD        ? WALKERS_SGD
              : e->kind == ENSEMBLE_GAUSSIAN ? WALKERS_GAUSSIAN
                                             : schemes[s->scheme];
    bool good = true;
    if (m->rule != NULL && e->kind == ENSEMBLE_GAUSSIAN)
        return fail(
            err, ERROR_SETTINGS,
            "walkers of kind gaussian take the step of SGD; with an update rule there "
            "are sgd and sde");
    if (spec_is_kinetic(setup->spec) && e->kind == ENSEMBLE_SDE) {
        kinetic_process(e, interval, w);
    } else if (is_evaluated(m, e->kind)) {
        good = evaluated_process(m, interval, e->kind, w->kind, &e->table[interval], err);
        w->function = (struct walkers_function){.evaluate = evaluate_process,
                                                .self = &e->table[interval]};
    } else {
        good = e->kind == ENSEMBLE_SGD ? sgd_program(m, &e->program[interval], err)
               : e->kind == ENSEMBLE_GAUSSIAN
                   ? gaussian_program(m, &e->program[interval], err)
                   : sde_program(m, &c, w->kind, &e->program[interval], err);
        w->function.program = e->program[interval];
    }
    if (model_has_sinks(m)) w->sinks = &e->sinks;
    if (model_has_stable_noise(m)) w->stable = m->stable.alpha, w->noise_is_root = true;
    if (e->kind == ENSEMBLE_SDE || !good) return good;
    sgd_members(e, m, interval, w);
    if (!rate_program(m, interval, &e->rate[interval], err)) return false;
    w->rate = e->rate[interval];
    return true;
}

/* Killing and resets; the latter lead where the settings say, a point without the cells. */
static bool sinks_create(struct ensemble *e, const struct setup *setup, struct error *err) {
    struct walkers_sinks *s = &e->sinks;
    for (int k = 0; k < MODEL_SINKS; k++)
        s->rate[k] = setup->model->sink_rate[k];
    if (s->rate[SINK_RESET] == NULL) return true;
    double outside;
    return setup_reset_point(setup, &s->is_point, s->point, err) &&
           (s->density = array_create(setup->grid->cells, sizeof *s->density, err)) !=
               NULL &&
           setup_reset(setup, setup->grid, s->density, &outside, err) &&
           start_law_init(&s->to, setup->grid, s->density, err);
}

/* Steps of SGD done at each snapshot, and the walkers' steps at the end of each interval. */
static bool count_steps(struct ensemble *e, const struct setup *setup,
                        const struct monte_carlo_settings *s, struct error *err) {
    e->sgd_steps = array_create(setup->snapshots, sizeof *e->sgd_steps, err);
    double *until = array_create(e->intervals, sizeof *until, err);
    const bool good = e->sgd_steps != NULL && until != NULL;
    if (good) setup_steps(setup, s->step, e->sgd_steps, until);
    for (size_t k = 0; good && k < e->intervals; k++)
        e->until[k] = (uint64_t)until[k] * e->substeps;
    free(until);
    return good;
}

/* Momentum SGD is a leapfrog: v belongs to the middle of the last step. So that x and
 * V = scale v belong to one time, x is taken there too, x + eta v / 2. */
static void place_points(struct ensemble *e) {
    if (e->points == NULL) return;
    const struct walkers *w = e->walkers;
    const double half = 0.5 * e->model[0].eta[0];
    for (uint64_t i = 0; i < w->count; i++) {
        e->points->x[0][i] = w->x[0][i] + half * w->v[0][i];
        e->points->x[1][i] = e->law.velocity_scale * w->v[0][i];
    }
}

/* At the point itself where the settings name one; else in the cells of the density. */
static bool start(struct walkers *w, const struct setup *setup, struct error *err) {
    if (setup->at_point) return walkers_start_point(w, setup->point), true;
    return walkers_start_density(w, setup->grid, setup->initial, err);
}

static bool start_kinetic(struct ensemble *e, const struct setup *setup,
                          struct error *err) {
    struct walkers *w = e->walkers;
    e->points = walkers_create(w->count, 2, false, false, w->key, err);
    if (e->points == NULL || !start(e->points, setup, err)) return false;
    for (size_t i = 0; i < w->padded; i++) {
        w->v[0][i] = e->points->x[1][i] / e->law.velocity_scale;
        w->x[0][i] = e->points->x[0][i] - 0.5 * e->model[0].eta[0] * w->v[0][i];
    }
    return true;
}

bool ensemble_create(struct ensemble *e, const struct setup *setup,
                     const struct monte_carlo_settings *s, enum ensemble_kind kind,
                     uint64_t stream, bool half, struct error *err) {
    *e = (struct ensemble){.kind = kind, .intervals = model_intervals(setup->model)};
    e->substeps = (kind == ENSEMBLE_SDE ? (uint64_t)s->substeps : 1) * (half ? 2 : 1);
    e->model = array_create(e->intervals, sizeof *e->model, err);
    e->program = array_create(e->intervals, sizeof *e->program, err);
    e->rate = array_create(e->intervals, sizeof *e->rate, err);
    e->table = array_create(e->intervals, sizeof *e->table, err);
    e->until = array_create(e->intervals, sizeof *e->until, err);
    bool good = e->model != NULL && e->program != NULL && e->rate != NULL &&
                e->table != NULL && e->until != NULL && count_steps(e, setup, s, err);
    const bool kinetic = spec_is_kinetic(setup->spec);
    const struct model *m = setup->model;
    if (good && setup_has_protocol(setup))
        good = (e->loss = program_create(m->graph, &m->loss, 1, err)) != NULL;
    if (good && kinetic) good = kinetic_coefficients_find(setup, &e->law, err);
    good = good && sinks_create(e, setup, err) && rows_create(e, m, err);
    for (size_t k = 0; good && k < e->intervals; k++) {
        good = process_create(e, setup, s, k, err);
        e->model[k].coarse = kind == ENSEMBLE_SDE && s->halve && !half;
        e->model[k].loss = e->loss;
    }
    const struct random_key key = {(uint64_t)s->seed, stream};
    good = good && (e->walkers = walkers_create_for(&e->model[0], (uint64_t)s->walkers, key,
                                                    err)) != NULL;
    return good && (kinetic && kind != ENSEMBLE_SDE ? start_kinetic(e, setup, err)
                                                    : start(e->walkers, setup, err));
}

void ensemble_finish(struct ensemble *e) {
    for (size_t k = 0; e->program != NULL && k < e->intervals; k++)
        program_destroy(e->program[k]);
    for (size_t k = 0; e->rate != NULL && k < e->intervals; k++)
        program_destroy(e->rate[k]);
    program_destroy(e->loss);
    free(e->rate);
    free(e->program);
    free(e->table);
    free(e->model);
    free(e->until);
    free(e->sgd_steps);
    walkers_destroy(e->walkers);
    walkers_destroy(e->points);
    start_law_finish(&e->sinks.to);
    free(e->sinks.density);
    free(e->rows);
}

uint64_t ensemble_steps_at(const struct ensemble *e, size_t row) {
    return (uint64_t)e->sgd_steps[row] * e->substeps;
}

bool ensemble_advance(struct ensemble *e, size_t row, const struct monitor *monitor,
                      struct error *err) {
    const uint64_t target = ensemble_steps_at(e, row), now = e->walkers->step;
    const struct walkers_schedule schedule = {e->intervals, e->until, e->model};
    const bool good = target <= now || walkers_advance_schedule(e->walkers, &schedule,
                                                                target - now, monitor, err);
    place_points(e);
    return good;
}
