/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows that a pass kept are those that the run would compute, to the last bit, and stand for no
 * other problem. */
#include "solver/analysis/resolution.h"
#include "solver/equation/line.h"
#include "solver/settings/setup.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <stdlib.h>
#include <string.h>

#define WELLS                                                                              \
    "model: {variables: [w], drift: w - w^3, diffusion: 0.2}\n"                            \
    "grid: {w: {min: -2, max: 2, cells: 64}}\n"                                            \
    "initial: {gaussian: {mean: -1, std: 0.3}}\ntime: {snapshots: [0.1, 1, 10]}\n"
#define SCHEDULE                                                                           \
    "model: {variables: [w], loss: w^2/2, noise: {covariance: 1}, learning_rate: "         \
    "[{until: 1, value: 0.2}, {value: 0.1}]}\n"                                            \
    "grid: {w: {min: -2, max: 2, cells: 64}}\n"                                            \
    "initial: {gaussian: {mean: -1, std: 0.3}}\ntime: {snapshots: [0.5, 2]}\n"

#define DRIVEN                                                                             \
    "model: {variables: [w], drift: sin(t) - w, diffusion: 0.2}\n"                         \
    "grid: {w: {min: -3, max: 3, cells: 64}}\n"                                            \
    "initial: {gaussian: {mean: -1, std: 0.3}}\ntime: {snapshots: [0.5, 2]}\n"

struct world {
    struct spec *spec;
    struct setup *setup;
    struct resolution resolution;
    struct evolution *evolution;
    double *start, *t;
    struct error err;
};

/* As the run has it (run/plan.c). */
static void open_world(struct world *w, const char *text) {
    double outside;
    *w = (struct world){0};
    ck_assert_msg((w->spec = spec_parse("it", text, 0, NULL, &w->err)) != NULL, "%s",
                  w->err.message);
    ck_assert_msg((w->setup = setup_create(w->spec, &w->err)) != NULL, "%s",
                  w->err.message);
    struct evolution_options options = evolution_options(w->setup, NULL);
    ck_assert(resolution_create(w->setup, NULL, &w->resolution, &w->err));
    options.method = w->resolution.method, options.tolerance = w->resolution.tolerance;
    const struct grid *grid = w->resolution.grid;
    ck_assert((w->evolution = evolution_create(w->setup, grid, &options, &w->err)) != NULL);
    ck_assert((w->resolution.evolution == NULL) == (_Bool)w->setup->model->driven);
    w->start = array_create(grid->cells, sizeof *w->start, &w->err);
    w->t = array_create(w->setup->snapshots, sizeof *w->t, &w->err);
    ck_assert(setup_initial(w->setup, grid, w->start, &outside, &w->err));
    const struct snapshot_batch all = march_batch(w->setup, w->evolution, 1);
    march_times(w->setup, &all, w->t);
}

static void close_world(struct world *w) {
    free(w->t);
    free(w->start);
    evolution_destroy(w->evolution);
    resolution_finish(&w->resolution);
    setup_destroy(w->setup);
    spec_destroy(w->spec);
}

struct rows {
    size_t count, cells;
    double *p, error[8];
};

static bool take(void *context, size_t k, const double *p, double error,
                 struct error *err) {
    struct rows *rows = context;
    (void)err;
    ck_assert_uint_eq(k, rows->count);
    memcpy(rows->p + k * rows->cells, p, rows->cells * sizeof *p);
    rows->error[rows->count++] = error;
    return true;
}

START_TEST(are_those_of_the_run_to_the_last_bit) {
    struct world w;
    open_world(&w, WELLS);
    const size_t n = w.setup->snapshots - 1, cells = w.resolution.grid->cells;
    ck_assert_uint_gt(w.resolution.factor, 1);
    ck_assert(solved_is(&w.resolution.solved, w.evolution, 0, w.start, n, w.t));
    struct rows rows[2];
    for (int k = 0; k < 2; k++)
        rows[k] = (struct rows){.cells = cells,
                                .p = array_create(n * cells, sizeof(double), &w.err)};
    ck_assert(solved_replay(&w.resolution.solved, w.evolution, take, &rows[0], &w.err));
    const int64_t solves = evolution_counts(w.evolution).solves;
    char chosen[256];
    strcpy(chosen, evolution_chosen(w.evolution));
    ck_assert_uint_eq(rows[0].count, n);
    ck_assert(
        evolution_advance(w.evolution, 0, 0, w.start, n, w.t, take, &rows[1], &w.err));
    ck_assert_mem_eq(rows[0].p, rows[1].p, n * cells * sizeof(double));
    ck_assert_mem_eq(rows[0].error, rows[1].error, n * sizeof(double));
    ck_assert_int_gt(solves, 0);
    ck_assert_int_eq(evolution_counts(w.evolution).solves, 2 * solves);
    ck_assert(strncmp(chosen, evolution_chosen(w.evolution), strcspn(chosen, ",")) == 0);
    free(rows[0].p);
    free(rows[1].p);
    close_world(&w);
}
END_TEST

/* The equation that a pass leaves, with new methods in time, against one that is made anew. */
START_TEST(the_equation_of_the_pass_is_that_of_the_run) {
    struct world w;
    open_world(&w, _i == 0 ? WELLS : SCHEDULE);
    const size_t n = march_batch(w.setup, w.evolution, 1).rows,
                 cells = w.resolution.grid->cells;
    struct evolution *e[2] = {w.evolution, w.resolution.evolution};
    struct evolution_options options = evolution_options(w.setup, NULL);
    options.method = w.resolution.method, options.tolerance = w.resolution.tolerance;
    ck_assert_ptr_eq(e[1]->grid, w.resolution.grid);
    const struct monitor monitor = monitor_muted(NULL);
    const struct line_generator *g = line_interval_generator(e[1]->interval[0]);
    ck_assert(e[1]->interval[0]->monitor == NULL && g->monitor == NULL);
    options.monitor = &monitor;
    ck_assert(evolution_renew(e[1], w.setup, &options, &w.err));
    ck_assert(e[1]->interval[0]->monitor == &monitor && g->monitor == &monitor);
    ck_assert_double_eq(e[0]->tolerance, e[1]->tolerance);
    ck_assert_str_eq(e[0]->method, e[1]->method);
    double *flux[2];
    struct rows rows[2];
    const size_t last = w.evolution->intervals - 1;
    for (int k = 0; k < 2; k++) {
        rows[k] = (struct rows){.cells = cells,
                                .p = array_create(n * cells, sizeof(double), &w.err)};
        flux[k] = array_create(cells + 1, sizeof(double), &w.err);
        ck_assert(
            evolution_advance(e[k], last, 0, w.start, n, w.t, take, &rows[k], &w.err));
        evolution_flux(e[k], last, rows[k].p, flux[k]);
    }
    ck_assert_mem_eq(rows[0].p, rows[1].p, n * cells * sizeof(double));
    ck_assert_mem_eq(rows[0].error, rows[1].error, n * sizeof(double));
    ck_assert_mem_eq(flux[0], flux[1], (cells + 1) * sizeof(double));
    for (int k = 0; k < 2; k++)
        free(rows[k].p), free(flux[k]);
    close_world(&w);
}
END_TEST

START_TEST(an_equation_that_depends_on_the_time_is_not_left) {
    struct world w;
    open_world(&w, DRIVEN);
    ck_assert_ptr_null(w.resolution.evolution);
    ck_assert_ptr_nonnull(w.resolution.grid);
    close_world(&w);
}
END_TEST

START_TEST(stand_for_no_other_problem) {
    struct world w;
    open_world(&w, WELLS);
    const struct solved *s = &w.resolution.solved;
    const size_t n = w.setup->snapshots - 1;
    ck_assert(solved_is(s, w.evolution, 0, w.start, n, w.t));
    ck_assert(!solved_is(s, w.evolution, 1, w.start, n, w.t));
    ck_assert(!solved_is(s, w.evolution, 0, w.start, n - 1, w.t));
    w.start[7] *= 1 + 1e-15;
    ck_assert(!solved_is(s, w.evolution, 0, w.start, n, w.t));
    w.start[7] = s->start[7], w.t[1] *= 1 + 1e-15;
    ck_assert(!solved_is(s, w.evolution, 0, w.start, n, w.t));
    w.t[1] = s->t[1], w.evolution->tolerance *= 2;
    ck_assert(!solved_is(s, w.evolution, 0, w.start, n, w.t));
    close_world(&w);
}
END_TEST

START_TEST(are_not_kept_of_two_batches) {
    struct world w;
    open_world(&w, SCHEDULE);
    ck_assert_uint_eq(w.resolution.solved.rows, 0);
    ck_assert(!solved_is(&w.resolution.solved, w.evolution, 0, w.start, 0, w.t));
    close_world(&w);
}
END_TEST

Suite *solved_suite(void);
Suite *solved_suite(void) {
    Suite *suite = suite_create("solved");
    TCase *kept = tcase_create("kept rows");
    tcase_add_test(kept, are_those_of_the_run_to_the_last_bit);
    tcase_add_loop_test(kept, the_equation_of_the_pass_is_that_of_the_run, 0, 2);
    tcase_add_test(kept, an_equation_that_depends_on_the_time_is_not_left);
    tcase_add_test(kept, stand_for_no_other_problem);
    tcase_add_test(kept, are_not_kept_of_two_batches);
    suite_add_tcase(suite, kept);
    return suite;
}
