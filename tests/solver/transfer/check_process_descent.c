/* SPDX-License-Identifier: GPL-3.0-or-later
 * Steps along a batch's gradient: moments by formulas of their own, every walker on an
 * outcome, refusals. */
#include "solver/mc/walkers.h"
#include "steps.h"

/* --- SGD: moments ----------------------------------------------------------------- */

static const struct example_spec steps[] = {
    {1, 1, 1, WITH, false, {0.2}, 0, 0},
    {1, 3, 1, WITH, false, {0.2}, 0, 0},
    {1, 120, 1, WITH, true, {0.2}, 0, 0},
    {1, 700, 1, WITHOUT, true, {0.2}, 0, 0},
    {1, 5, 4, WITH, false, {0.2}, 0, 0},
    {1, 2, 300, WITH, false, {0.2}, 0, 0},
    {1, 7, 3, WITHOUT, false, {0.2}, 0, 0},
    {1, 7, 5, WITHOUT, true, {0.2}, 0, 0},
    {1, 7, 7, WITHOUT, true, {0.2}, 0, 0},
    {1, 120, 4, WITH, true, {0.2}, 0, 0},
    {1, 120, 32, WITH, false, {0.2}, 0, 0},
    {1, 120, 32, WITH, true, {1.5}, 0, 0},
    {1, 120, 32, WITHOUT, true, {0.2}, 0, 0},
    {1, 120, 60, WITHOUT, true, {0.2}, 0, 0},
    {1, 120, 100, WITHOUT, true, {0.2}, 0, 0},
    {1, 400, 200, WITHOUT, true, {0.2}, 0, 0},
    {1, 5000, 32, WITHOUT, true, {0.2}, 0, 0},
    {1, 3000, 400, WITH, true, {0.2}, 0, 0},
    {2, 3, 1, WITH, false, {0.2, 0.1}, 0, 0},
    {2, 40, 2, WITH, true, {0.2, 0.1}, 0, 0},
    {2, 30, 3, WITHOUT, true, {0.2, 0.1}, 0, 0},
    {2, 30, 28, WITHOUT, false, {0.2, 0.1}, 0, 0},
    {2, 120, 8, WITH, true, {0.2, 0.1}, 0, 0},
    {2, 120, 8, WITHOUT, true, {0.2, 0.1}, 0, 0},
};
enum { STEPS = sizeof steps / sizeof *steps };

/* Central moments of the step about w - eta G, up to the third: to 1e-12 of the jumps. */
static void check_moments(const struct example_spec *s, const double *w,
                          const struct outcome *out, size_t n) {
    static const int axis[6][3] = {{0, 0, 0}, {1, 1, 1}, {0, 1, 0},
                                   {0, 0, 1}, {1, 0, 1}, {0}};
    const double *eta = s->eta, zero[2] = {0};
    double G[2], mean[2] = {0};
    ck_assert_double_eq_tol(moment(out, n, zero, 0, NULL), 1, 1e-13);
    for (int d = 0; d < s->dims; d++)
        G[d] = gradient_moment(s, w, zero, 1, &d);
    for (int d = 0; d < s->dims; d++)
        mean[d] = w[d] - eta[d] * G[d];
    for (int d = 0; d < s->dims; d++)
        ck_assert_double_eq_tol(moment(out, n, mean, 1, &d), 0, 1e-13);
    for (int order = 2; order <= 3; order++)
        for (int q = 0; q < (s->dims == 1 ? 1 : 5); q++) {
            double expected = gradient_moment(s, w, G, order, axis[q]);
            for (int i = 0; i < order; i++)
                expected *= -eta[axis[q][i]];
            expected *= order == 2 ? second_factor(s) : third_factor(s);
            const double found = moment(out, n, mean, order, axis[q]);
            ck_assert_msg(fabs(found - expected) <= 1e-13 + 1e-12 * fabs(expected),
                          "order %d, moment %d: %.16g, not %.16g", order, q, found,
                          expected);
        }
}

START_TEST(a_step_of_sgd_has_the_moments_of_the_batch) {
    const struct example_spec *s = &steps[_i];
    struct model *m = example_model(s);
    struct grid *grid = grid_of(s->dims, s->dims == 1 ? 500 : 64, -3, 3);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    ck_assert_int_eq(p->dims, s->dims);
    for (int q = 0; q < 5; q++) {
        const double w[2] = {-2.9 + 1.3 * q, 1.7 - 0.9 * q};
        size_t n;
        struct outcome *out = outcomes_at(p, w, &n);
        check_moments(s, w, out, n);
        free(out);
    }
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

/* --- Walkers ---------------------------------------------------------------------- */

static const struct example_spec walks[] = {
    {1, 3, 1, WITH, false, {0.2}, 0, 0},
    {1, 5, 2, WITH, false, {0.2}, 0, 0},
    {1, 5, 4, WITHOUT, false, {0.2}, 0, 0},
    {2, 4, 2, WITHOUT, false, {0.2, 0.1}, 0, 0},
    {1, 3, 1, WITH, false, {0.2}, 0.9, HEAVY_BALL},
    {1, 4, 2, WITHOUT, false, {0.2}, 0.5, AVERAGING},
    {1, 4, 2, WITH, false, {0.9}, 0.9, HEAVY_BALL},
};
enum { WALKS = sizeof walks / sizeof *walks, WALKERS = 4096 };

static struct walkers_model walkers_of(const struct model *m, const struct grid *grid,
                                       const struct program *program) {
    struct walkers_model w = {.kind = WALKERS_SGD,
                              .dims = m->dims,
                              .step = 1,
                              .function = {.program = program},
                              .eta = {m->interval[0].eta[0], m->interval[0].eta[1]},
                              .momentum = m->momentum,
                              .form = m->form,
                              .examples = m->examples,
                              .batch = m->batch,
                              .sampling = m->sampling};
    for (int d = 0; d < m->dims; d++) {
        w.lo[d] = m->momentum > 0 ? grid->axis[0]->face[0] : -HUGE_VAL;
        w.hi[d] = m->momentum > 0 ? grid->axis[0]->face[grid->axis[0]->cells] : HUGE_VAL;
    }
    return w;
}

/* The outcome nearest to a walker, which must be one to rounding. */
static size_t outcome_of(const struct outcome *out, size_t n, int dims, const double *x) {
    size_t best = n;
    for (size_t k = 0; k < n; k++) {
        double far = 0;
        for (int d = 0; d < dims; d++)
            far = fmax(far, fabs(out[k].landing[d] - x[d]));
        if (far < 1e-13) best = k;
    }
    ck_assert_msg(best < n, "no outcome at (%.17g, %.17g)", x[0], x[1]);
    return best;
}

/* One step of walkers from one point: each ends on an outcome, and as often as stated. */
START_TEST(walkers_end_on_outcomes_as_often_as_stated) {
    const struct example_spec *s = &walks[_i];
    const bool momentum = s->momentum > 0;
    const double start[2] = {momentum ? -0.93 : 0.4, momentum ? 0.31 : -0.2};
    struct model *m = example_model(s);
    struct grid *grid = grid_of(momentum ? 2 : s->dims, 50, -1, 1);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    struct program *program =
        program_create(m->graph, m->example_gradient, s->n * (size_t)s->dims, &err);
    const struct walkers_model model = walkers_of(m, grid, program);
    struct walkers *w =
        walkers_create_for(&model, WALKERS, (struct random_key){5, 1}, &err);
    OK(w != NULL);
    double *state[2] = {w->x[0], momentum ? w->v[0] : w->x[1]};
    for (size_t i = 0; i < w->padded; i++)
        for (int d = 0; d < p->dims; d++)
            state[d][i] = start[d];
    OK(walkers_advance(w, &model, 1, NULL, &err));
    size_t n;
    struct outcome *out = outcomes_at(p, start, &n);
    double *count = array_create(n, sizeof *count, &err);
    for (size_t i = 0; i < WALKERS; i++) {
        const double x[2] = {state[0][i], p->dims == 2 ? state[1][i] : 0};
        count[outcome_of(out, n, p->dims, x)]++;
    }
    for (size_t k = 0; k < n; k++) {
        double P = 0, found = 0; /* outcomes at one place together */
        for (size_t l = 0; l < n; l++)
            if (fabs(out[l].landing[0] - out[k].landing[0]) < 1e-12)
                P += out[l].probability, found += count[l];
        ck_assert_double_lt(fabs(found - WALKERS * P), 5 * sqrt(WALKERS * P * (1 - P)) + 1);
    }
    free(count);
    free(out);
    walkers_destroy(w);
    program_destroy(program);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

/* --- Normal noise ----------------------------------------------------------------- */

static const struct example_spec normals[] = {
    {1, 3, 1, WITH, false, {0.2}, 0, 0},       {1, 120, 8, WITHOUT, true, {0.002}, 0, 0},
    {1, 120, 8, WITH, true, {2}, 0, 0},        {1, 1, 1, WITH, false, {0.2}, 0, 0},
    {2, 120, 4, WITH, true, {0.2, 0.1}, 0, 0}, {2, 2, 1, WITH, false, {0.2, 0.1}, 0, 0},
    {2, 1, 1, WITH, false, {0.2, 0.1}, 0, 0},
};
enum { NORMALS = sizeof normals / sizeof *normals };

/* Mean, covariance; third moments 0; fourth 3 Var^2 on each axis. */
START_TEST(a_step_with_normal_noise_has_its_moments) {
    static const int twice[3][2] = {{0, 0}, {0, 1}, {1, 1}};
    const struct example_spec *s = &normals[_i];
    struct model *m = example_model(s);
    struct grid *grid = grid_of(s->dims, s->dims == 1 ? 500 : 64, -3, 3);
    struct process *p = process_gaussian(m, 0, grid, &err);
    OK(p != NULL);
    const double w[2] = {0.7, -0.4}, zero[2] = {0};
    double G[2], mean[2] = {0};
    size_t n;
    struct outcome *out = outcomes_at(p, w, &n);
    ck_assert_double_eq_tol(moment(out, n, zero, 0, NULL), 1, 1e-13);
    for (int d = 0; d < s->dims; d++) {
        G[d] = gradient_moment(s, w, zero, 1, &d);
        mean[d] = w[d] - s->eta[d] * G[d];
        ck_assert_double_eq_tol(moment(out, n, mean, 1, &d), 0, 1e-14);
    }
    for (int q = 0; q < (s->dims == 1 ? 1 : 3); q++) {
        const int a = twice[q][0], b = twice[q][1];
        const double expected = s->eta[a] * s->eta[b] * second_factor(s) *
                                gradient_moment(s, w, G, 2, twice[q]);
        const double found = moment(out, n, mean, 2, twice[q]);
        ck_assert_double_eq_tol(found, expected, 1e-15 + 1e-12 * fabs(expected));
        if (a != b) continue;
        const int four[4] = {a, a, a, a};
        ck_assert_double_eq_tol(moment(out, n, mean, 3, four), 0, 1e-14);
        ck_assert_double_eq_tol(moment(out, n, mean, 4, four), 3 * expected * expected,
                                1e-15 + 1e-12 * expected * expected);
    }
    free(out);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

/* --- Refusals --------------------------------------------------------------------- */

static void refused(struct process *p, enum error_kind kind, const char *words) {
    ck_assert_ptr_null(p);
    ck_assert_int_eq(err.kind, kind);
    ck_assert_msg(strstr(err.message, words) != NULL, "'%s' has no '%s'", err.message,
                  words);
    err = (struct error){0};
}

START_TEST(what_has_no_law_is_refused_with_the_reason) {
    struct grid *line = grid_of(1, 50, -1, 1), *plane = grid_of(2, 50, -1, 1);
    struct example_spec s = {1, 4, 2, RESHUFFLED, false, {0.1}, 0, 0};
    struct model *m = example_model(&s);
    refused(process_sgd(m, 0, line, &err), ERROR_SETTINGS, "walkers of kind sgd");
    model_destroy(m);
    s = (struct example_spec){2, 4, 2, WITH, false, {0.1, 0.1}, 0.9, HEAVY_BALL};
    m = example_model(&s);
    refused(process_sgd(m, 0, plane, &err), ERROR_SETTINGS, "momentum in two variables");
    model_destroy(m);
    s = (struct example_spec){1, 4, 2, WITH, false, {0.1}, 0.9, HEAVY_BALL};
    m = example_model(&s);
    refused(process_sgd(m, 0, line, &err), ERROR_SETTINGS, "a grid of 2 axes, not 1");
    model_destroy(m);
    s = (struct example_spec){1, 200000, 100000, WITHOUT, true, {0.1}, 0, 0};
    m = example_model(&s);
    refused(process_sgd(m, 0, line, &err), ERROR_SETTINGS, "takes too long");
    model_destroy(m);
    m = plane_model(0);
    refused(process_sgd(m, 0, plane, &err), ERROR_SETTINGS, "needs examples");
    model_destroy(m);
    m = drift_model(0);
    refused(process_gaussian(m, 0, line, &err), ERROR_SETTINGS, "that of sde");
    model_destroy(m);
    grid_destroy(line);
    grid_destroy(plane);
}
END_TEST

/* sqrt(w - 1) has no gradient at w <= 1. */
static struct model *rooted_model(bool table) {
    static struct rate_interval forever = {.until = (double)INFINITY, .eta = {0.1, 0}};
    struct graph *g = graph_create(&err);
    struct example_spec s = {.dims = 1, .n = 6, .table = table};
    OK(graph_variable(g, "w", &err));
    if (table) OK(graph_variable(g, "x", &err) && graph_variable(g, "y", &err));
    expr loss[2] = {example_parse(g, table ? "sqrt(w - 1 - x*0)" : "w^2"),
                    example_parse(g, "sqrt(w - 1)")};
    struct model *m =
        model_create(&(struct model_source){.kind = table ? MODEL_TABLE : MODEL_DATAPOINTS,
                                            .dims = 1,
                                            .graph = g,
                                            .variable = example_names,
                                            .table = table ? example_table(s.n) : NULL,
                                            .examples = table ? 1 : 2,
                                            .example = loss,
                                            .loss = EXPR_NONE,
                                            .batch = 1,
                                            .intervals = 1,
                                            .interval = &forever},
                     &err);
    OK(m != NULL);
    return m;
}

START_TEST(a_gradient_that_is_none_is_named_with_its_point) {
    struct model *m = rooted_model(_i == 1);
    struct grid *grid = grid_of(1, 50, -1, 1);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    void *scratch = p->make_scratch(p, &err);
    struct outcome out[6];
    size_t n;
    const double good = 2, bad = 0.25;
    ck_assert(!p->outcomes(p, &bad, scratch, out, &n, &err));
    ck_assert_int_eq(err.kind, ERROR_RUN);
    ck_assert_msg(strstr(err.message, _i == 1 ? "row 1" : "example 2") != NULL &&
                      strstr(err.message, "nan at w = 0.25") != NULL,
                  "%s", err.message);
    OK(p->outcomes(p, &good, scratch, out, &n, &err));
    p->free_scratch(scratch);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

/* --- Threads and memory ----------------------------------------------------------- */

static const struct example_spec shared[] = {
    {1, 120, 32, WITH, true, {0.2}, 0, 0},
    {1, 120, 32, WITHOUT, true, {0.2}, 0, 0},
    {1, 5, 3, WITH, false, {0.2}, 0.9, HEAVY_BALL},
};

/* Weighted sum of everything about the outcomes at point i. */
static double digest(const struct process *p, int i, void *scratch, struct outcome *out) {
    struct error mine;
    const double w[2] = {-2 + 0.05 * i, 0.3};
    size_t n;
    double sum = 0;
    if (!p->outcomes(p, w, scratch, out, &n, &mine)) return (double)NAN;
    for (size_t k = 0; k < n; k++)
        sum += (double)(k + 1) * out[k].probability * out[k].landing[0];
    return sum;
}

START_TEST(threads_find_the_same_bits) {
    enum { POINTS = 80 };
    const struct example_spec *s = &shared[_i];
    struct model *m = example_model(s);
    struct grid *grid = grid_of(s->momentum > 0 ? 2 : 1, 400, -3, 3);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    double found[2][POINTS];
    for (int threads = 1; threads <= 2; threads++) {
#pragma omp parallel num_threads(threads == 1 ? 1 : 4)
        {
            struct error mine;
            void *scratch = p->make_scratch(p, &mine);
            struct outcome *out = array_create(p->most, sizeof *out, &mine);
#pragma omp for schedule(dynamic, 1)
            for (int i = 0; i < POINTS; i++)
                found[threads - 1][i] = digest(p, i, scratch, out);
            free(out);
            p->free_scratch(scratch);
        }
    }
    for (int i = 0; i < POINTS; i++)
        ck_assert(found[0][i] == found[1][i]);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

/* In the plane every w comes again with other v: the bits are those of a first visit. */
START_TEST(a_point_met_before_gives_the_same) {
    const struct example_spec s = {1, 120, 8, WITH, true, {0.2}, 0.9, HEAVY_BALL};
    struct model *m = example_model(&s);
    struct grid *grid = grid_of(2, 100, -3, 3);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    void *used = p->make_scratch(p, &err);
    struct outcome *again = array_create(p->most, sizeof *again, &err);
    for (int k = 0; k < 20000; k++) {
        const double w[2] = {-3 + 0.002 * (k * 7 % 3000), 0.001 * k};
        size_t n, m2;
        OK(p->outcomes(p, w, used, again, &n, &err));
        if (k % 2500 != 2499) continue;
        struct outcome *first = outcomes_at(p, w, &m2);
        ck_assert_uint_eq(n, m2);
        ck_assert_mem_eq(first, again, n * sizeof *again);
        free(first);
    }
    free(again);
    p->free_scratch(used);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

typedef struct process *sgd_or_gaussian(const struct model *, size_t, const struct grid *,
                                        struct error *);

START_TEST(want_of_memory_is_reported) {
    static sgd_or_gaussian *const create[] = {process_sgd, process_gaussian};
    const struct example_spec *s = &shared[_i % 3];
    struct model *m = example_model(s);
    struct grid *grid = grid_of(s->momentum > 0 ? 2 : 1, 400, -3, 3);
    bool done = false;
    for (size_t k = 1; !done && k < 100; k++) {
        array_fail_at(k);
        struct process *p = create[_i / 3](m, 0, grid, &err);
        void *scratch = p != NULL ? p->make_scratch(p, &err) : NULL;
        done = scratch != NULL;
        if (!done) ck_assert_int_eq(err.kind, ERROR_MEMORY);
        if (done) p->free_scratch(scratch);
        process_destroy(p);
        array_fail_at(0);
    }
    ck_assert(done);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

Suite *process_descent_suite(void);
Suite *process_descent_suite(void) {
    Suite *suite = suite_create("process_descent");
    TCase *sgd = tcase_create("sgd");
    tcase_add_loop_test(sgd, a_step_of_sgd_has_the_moments_of_the_batch, 0, STEPS);
    tcase_add_loop_test(sgd, walkers_end_on_outcomes_as_often_as_stated, 0, WALKS);
    suite_add_tcase(suite, sgd);
    TCase *noise = tcase_create("normal noise");
    tcase_add_loop_test(noise, a_step_with_normal_noise_has_its_moments, 0, NORMALS);
    suite_add_tcase(suite, noise);
    TCase *faults = tcase_create("faults");
    tcase_add_test(faults, what_has_no_law_is_refused_with_the_reason);
    tcase_add_loop_test(faults, a_gradient_that_is_none_is_named_with_its_point, 0, 2);
    tcase_add_loop_test(faults, threads_find_the_same_bits, 0, 3);
    tcase_add_test(faults, a_point_met_before_gives_the_same);
    tcase_add_loop_test(faults, want_of_memory_is_reported, 0, 6);
    suite_add_tcase(suite, faults);
    return suite;
}
