/* SPDX-License-Identifier: GPL-3.0-or-later
 * Work space of a thread, the loop over steps of one block, and what a model must
 * satisfy. */
#include "solver/mc/mover.h"
#include "solver/mc/sinks.h"
#include "solver/mc/spread.h"
#include "solver/mc/walls.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = WALKERS_BLOCK, APART = MOVER_APART };

static const struct walkers_method *const methods[] = {
    [WALKERS_SGD] = &walkers_sgd,     [WALKERS_GAUSSIAN] = &walkers_gaussian,
    [WALKERS_EULER] = &walkers_euler, [WALKERS_MILSTEIN] = &walkers_milstein,
    [WALKERS_HEUN] = &walkers_heun,
};

const struct walkers_method *walkers_method_of(int kind) {
    const int kinds = (int)(sizeof methods / sizeof *methods);
    return kind >= 0 && kind < kinds ? methods[kind] : NULL;
}

static size_t outputs_needed(const struct walkers_model *model) {
    const size_t dims = (size_t)model->dims;
    if (model->kind == WALKERS_SGD)
        return model->columns > 0 ? dims : dims * model->examples;
    return dims + (dims == 1 ? 1 : 3) +
           (size_t)walkers_method_of(model->kind)->extra_outputs;
}

static bool refuse(struct error *err, const char *sentence) {
    return fail(err, ERROR_SETTINGS, "%s", sentence);
}

static bool check_batch(const struct walkers_model *model, struct error *err) {
    const size_t n = model->examples, B = model->batch;
    if (n < 1 || n >= UINT32_MAX)
        return fail(err, ERROR_SETTINGS, "%zu examples; 1 to 4294967294 are possible", n);
    if (B < 1) return refuse(err, "a batch of 0 examples; it must hold at least 1");
    if (B > n && model->sampling != WITH_REPLACEMENT)
        return fail(err, ERROR_SETTINGS,
                    "a batch of %zu of %zu examples cannot be drawn without replacement", B,
                    n);
    return true;
}

static bool check_noise(const struct walkers_model *model, struct error *err) {
    if (model->stable == 0) return true;
    if (!(model->stable > 0 && model->stable <= 2))
        return fail(err, ERROR_SETTINGS, "stable index %g; it must lie in (0, 2]",
                    model->stable);
    if (!model->noise_is_root)
        return refuse(err, "stable noise needs its scale (the root), not a covariance");
    if (model->kind == WALKERS_MILSTEIN || model->kind == WALKERS_HEUN)
        return refuse(err, "stable noise is stepped by euler or gaussian only");
    return true;
}

static bool check_walls(const struct walkers_model *model, struct error *err) {
    for (int d = 0; d < model->dims; d++) {
        const enum boundary *b = model->boundary[d];
        if (!(model->lo[d] < model->hi[d]))
            return fail(err, ERROR_SETTINGS, "walls at %g and %g: the lower must be below",
                        model->lo[d], model->hi[d]);
        if ((b[0] == PERIODIC) != (b[1] == PERIODIC))
            return refuse(err, "a periodic wall needs a periodic one at the other end");
        if (b[0] == PERIODIC && !isfinite(model->hi[d] - model->lo[d]))
            return refuse(err, "periodic walls must be finite");
    }
    return true;
}

bool mover_check(const struct walkers_model *model, struct error *err) {
    const struct walkers_method *method = walkers_method_of(model->kind);
    if (method == NULL) return refuse(err, "unknown kind of walkers");
    if (model->dims < 1 || model->dims > 2)
        return refuse(err, "walkers need 1 or 2 variables");
    if (!(model->step > 0 && isfinite(model->step)))
        return fail(err, ERROR_SETTINGS, "time step %g; it must be positive", model->step);
    if (!(model->momentum >= 0 && model->momentum < 1))
        return fail(err, ERROR_SETTINGS, "momentum %g; it must lie in [0, 1)",
                    model->momentum);
    if (model->kind == WALKERS_MILSTEIN && model->dims != 1)
        return refuse(err, "milstein is for one variable; take euler");
    if (model->kind == WALKERS_SGD && !check_batch(model, err)) return false;
    if (!check_noise(model, err) || !check_walls(model, err)) return false;
    const struct program *program = model->function.program;
    if (program != NULL && program_outputs(program) != outputs_needed(model))
        return fail(err, ERROR_SETTINGS, "%s walkers need %zu expressions, got %zu",
                    method->name, outputs_needed(model), program_outputs(program));
    return true;
}

/* Blocks of one allocation, handed out in order. */
static double *take(double **next, bool wanted) {
    double *block = *next;
    if (!wanted) return NULL;
    *next += APART;
    return block;
}

static void lay_out(struct mover *s, size_t outputs) {
    const struct walkers_model *model = s->model;
    const struct walkers_method *method = walkers_method_of(model->kind);
    double *next = s->store;
    for (size_t k = 0; k < outputs; k++)
        s->out[k] = take(&next, true);
    for (size_t k = 0; k < outputs; k++)
        s->out2[k] = take(&next, model->kind == WALKERS_HEUN);
    for (size_t c = 0; c < model->columns; c++)
        s->in[(size_t)model->dims + c] = take(&next, true);
    for (int k = 0; k < 6; k++)
        s->work[k] = take(&next, true);
    for (int k = 0; k < MODEL_SINKS; k++)
        s->rate[k] = take(&next, model->sinks != NULL);
    for (int d = 0; d < model->dims; d++) {
        s->old[d] = take(&next, walkers_model_absorbs(model));
        s->variance[d] = take(&next, walkers_axis_absorbs(model, d) && method->bridged &&
                                         model->stable == 0);
    }
}

/* Of an update rule. */
static int normals_needed(const struct walkers_model *model) {
    return model->rule != NULL ? model->rule->normals : 0;
}

static size_t scratch_needed(const struct walkers_model *model) {
    const struct program *program = model->function.program;
    const size_t needed[] = {program != NULL ? program_scratch(program) : 0,
                             model->rule != NULL ? program_scratch(model->rule->step) : 0,
                             model->rate != NULL ? program_scratch(model->rate) : 0,
                             model->loss != NULL ? program_scratch(model->loss) : 0};
    size_t most = 0;
    for (size_t k = 0; k < sizeof needed / sizeof *needed; k++)
        most = needed[k] > most ? needed[k] : most;
    for (int k = 0; model->sinks != NULL && k < MODEL_SINKS; k++) {
        const struct program *rate = model->sinks->rate[k];
        const size_t scratch = rate != NULL ? program_scratch(rate) : 0;
        if (scratch > most) most = scratch;
    }
    return most;
}

struct mover *mover_create(const struct walkers_model *model, struct random_key key,
                           struct error *err) {
    const struct walkers_method *method = walkers_method_of(model->kind);
    const size_t outputs = outputs_needed(model);
    const size_t blocks = 2 * outputs + model->columns + 12;
    struct mover *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->model = model;
    bool ok =
        (s->out = array_create(outputs, sizeof *s->out, err)) != NULL &&
        (s->out2 = array_create(outputs, sizeof *s->out2, err)) != NULL &&
        (s->in = array_create((size_t)model->dims + model->columns, sizeof *s->in, err)) !=
            NULL &&
        (s->store = array_create(blocks, APART * sizeof *s->store, err)) != NULL &&
        (s->scratch = array_create(scratch_needed(model), sizeof *s->scratch, err)) != NULL;
    if (ok && (method->noisy || normals_needed(model) > 0))
        ok = (s->noise = array_create(1, sizeof *s->noise, err)) != NULL;
    if (ok && model->kind == WALKERS_SGD)
        ok =
            batch_init(&s->batch, key, model->sampling, model->examples, model->batch, err);
    if (!ok) return mover_destroy(s), NULL;
    mover_set_key(s, key);
    lay_out(s, outputs);
    return s;
}

void mover_set_key(struct mover *s, struct random_key key) {
    const struct walkers_model *model = s->model;
    s->key = key;
    if (s->noise != NULL)
        noise_init(s->noise, key, model->rule != NULL ? normals_needed(model) : model->dims,
                   model->stable, model->coarse);
}

void mover_destroy(struct mover *s) {
    if (s == NULL) return;
    batch_finish(&s->batch);
    free(s->noise);
    free(s->scratch);
    free(s->store);
    free(s->in);
    free(s->out2);
    free(s->out);
    free(s);
}

void function_run(const struct walkers_function *function, double t,
                  const double *const *in, double *const *out, double *scratch) {
    if (function->program == NULL) {
        function->evaluate(function->self, t, LANES, in, out);
        return;
    }
    program_set_time(function->program, t, scratch);
    program_run_block(function->program, LANES, in, out, scratch);
}

void mover_spread(struct mover *s, double *const *out, bool symmetric, double scale,
                  const double *const *z, double *const *displacement) {
    const struct walkers_model *model = s->model;
    const enum spread_root root = model->noise_is_root ? SPREAD_GIVEN
                                  : symmetric          ? SPREAD_SYMMETRIC
                                                       : SPREAD_CHOLESKY;
    const double *const *entry = (const double *const *)(out + model->dims);
    spread_apply(model->dims, root, scale, entry, z, displacement);
    for (int d = 0; d < model->dims; d++)
        if (s->variance[d] != NULL)
            spread_variance(model->dims, root, scale, entry, d, s->variance[d]);
}

/* time: at the end of the step. */
static void absorb(struct mover *s, struct block *block, int d, uint64_t k, double time) {
    const struct walkers_model *model = s->model;
    const double *const old = s->old[d], *const variance = s->variance[d];
    const double wall[2] = {model->lo[d], model->hi[d]};
    double u[2][LANES];
    bool near[2] = {false, false};
    for (int side = 0; side < 2; side++)
        near[side] = model->boundary[d][side] == ABSORBING && variance != NULL &&
                     walls_near(wall[side], old, block->x[d], variance);
    if (near[0] || near[1])
        random_uniforms(s->key, RANDOM_BRIDGE, k * (uint64_t)model->dims + (uint64_t)d,
                        block->path0, u[0], u[1]);
    for (int side = 0; side < 2; side++)
        if (model->boundary[d][side] == ABSORBING)
            walls_absorb(wall[side], side, old, block->x[d], near[side] ? variance : NULL,
                         near[side] ? u[side] : NULL, time, block->exit_time);
}

static void confine(const struct walkers_model *model, struct block *block, int d) {
    const enum boundary *b = model->boundary[d];
    if (b[0] == PERIODIC) {
        walls_wrap(model->lo[d], model->hi[d], block->x[d]);
        return;
    }
    const double lo = b[0] == REFLECTING ? model->lo[d] : -HUGE_VAL;
    const double hi = b[1] == REFLECTING ? model->hi[d] : HUGE_VAL;
    if (model->held)
        walls_hold(lo, hi, block->x[d]);
    else if (isfinite(lo) || isfinite(hi))
        walls_reflect(lo, hi, block->x[d], block->v[d]);
}

static void apply_walls(struct mover *s, struct block *block, uint64_t k, double end) {
    const struct walkers_model *model = s->model;
    const bool bridged = walkers_method_of(model->kind)->bridged;
    const double met = bridged ? end - 0.5 * model->step : end;
    for (int d = 0; d < model->dims; d++)
        if (walkers_axis_absorbs(model, d)) absorb(s, block, d, k, met);
    for (int d = 0; d < model->dims; d++)
        confine(model, block, d);
    if (!walkers_model_absorbs(model)) return;
    for (int d = 0; d < model->dims; d++)
        walls_keep_dead(met, block->exit_time, s->old[d], block->x[d], block->v[d]);
}

/* Nothing moves any more. */
static bool all_dead(const struct block *block) {
    if (block->exit_time == NULL) return false;
    for (size_t i = 0; i < LANES; i++)
        if (block->exit_time[i] == HUGE_VAL) return false;
    return true;
}

/* Rates that are no numbers >= 0 stop the walkers. */
static void begin_step(struct mover *s, double t) {
    const struct walkers_model *model = s->model;
    double *const eta[] = {&s->eta[0], &s->eta[1]};
    s->t = t;
    memcpy(s->eta, model->eta, sizeof s->eta);
    if (model->rate == NULL) return;
    program_set_time(model->rate, t, s->scratch);
    program_run_block(model->rate, 1, NULL, eta, s->scratch);
    for (int d = 0; d < model->dims; d++)
        if (!(s->eta[d] >= 0)) s->eta[d] = (double)NAN;
}

/* The time goes on while the walkers stand: L(x, to) - L(x, from). */
static void add_work(struct mover *s, struct block *block, double from, double to) {
    const struct program *loss = s->model->loss;
    double *const L[2] = {s->work[4], s->work[5]};
    const double t[2] = {from, to};
    if (loss == NULL) return;
    for (int k = 0; k < 2; k++) {
        program_set_time(loss, t[k], s->scratch);
        program_run_block(loss, LANES, (const double *const *)block->x, &L[k], s->scratch);
    }
    for (size_t i = 0; i < LANES; i++)
        if (block->exit_time == NULL || block->exit_time[i] == HUGE_VAL)
            block->work[i] += L[1][i] - L[0][i];
}

void mover_run(struct mover *s, struct block *block, uint64_t first, uint64_t steps,
               const struct walkers_clock *clock) {
    const struct walkers_model *model = s->model;
    void (*const step)(struct mover *, struct block *, uint64_t) =
        walkers_method_of(model->kind)->step;
    const bool bridged = walkers_method_of(model->kind)->bridged;
    for (uint64_t k = first; k < first + steps; k++) {
        if (all_dead(block)) return;
        if (model->sinks != NULL) sinks_half(s, block, 2 * k, clock_time(clock, k));
        for (int d = 0; d < model->dims; d++)
            if (s->old[d] != NULL) memcpy(s->old[d], block->x[d], LANES * sizeof(double));
        begin_step(s, clock_time(clock, k));
        step(s, block, k);
        const double end = clock_time(clock, k + 1);
        apply_walls(s, block, k, end);
        add_work(s, block, s->t, end);
        if (model->sinks != NULL)
            sinks_half(s, block, 2 * k + 1, bridged ? end - 0.5 * model->step : end);
    }
}
