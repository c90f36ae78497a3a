/* SPDX-License-Identifier: GPL-3.0-or-later
 * The law of update rules: the built-in processes again, exact laws, refusals. */
#include "solver/transfer/law.h"
#include "solver/transfer/stationary_law.h"
#include "steps.h"

/* The examples of example_models.h with a rule; of one variable unless two. l depends on w
 * alone. */
static struct model *ruled(size_t n, size_t B, int dims, const char *first,
                           const char *second) {
    static const char *const inputs[2][4] = {{"g", "normal", "normal2"},
                                             {"g", "g2", "normal", "normal2"}};
    const struct example_spec line = {.dims = 1};
    const char *const update[2] = {first, second};
    struct graph *g = graph_create(&err);
    expr loss[256];
    for (int d = 0; d < dims; d++)
        OK(graph_variable(g, example_names[d], &err));
    for (size_t j = 0; j < n; j++)
        loss[j] = example_loss(&line, g, j);
    struct model_source s = {.kind = MODEL_DATAPOINTS,
                             .dims = dims,
                             .graph = g,
                             .variable = example_names,
                             .examples = n,
                             .example = loss,
                             .loss = EXPR_NONE,
                             .batch = B,
                             .has_rule = true,
                             .rule_input = (size_t)dims};
    for (int k = 0; k < dims + 2; k++)
        OK(graph_variable(g, inputs[dims - 1][k], &err));
    for (int d = 0; d < dims; d++)
        s.update[d] = example_parse(g, update[d]);
    struct model *m = model_create(&s, &err);
    OK(m != NULL);
    return m;
}

static struct process *process_of(const struct model *m, const struct grid *grid) {
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    return p;
}

static void same_outcomes(const struct process *p, const struct process *q,
                          double tolerance) {
    const double at[3][2] = {{-0.7, 0.4}, {0, 0}, {1.1, -0.3}};
    for (int i = 0; i < 3; i++) {
        size_t n, m;
        struct outcome *a = outcomes_at(p, at[i], &n), *b = outcomes_at(q, at[i], &m);
        ck_assert_uint_eq(n, m);
        for (size_t k = 0; k < n; k++) {
            ck_assert_double_eq(a[k].probability, b[k].probability);
            for (int d = 0; d < p->dims; d++)
                ck_assert_double_eq_tol(a[k].landing[d], b[k].landing[d], tolerance);
        }
        free(a);
        free(b);
    }
}

START_TEST(the_rules_of_sgd_and_heavy_ball_have_the_built_in_outcomes) {
    const struct example_spec plain = {1, 5, 3, WITH, false, {0.2}, 0, 0},
                              ball = {1, 5, 3, WITH, false, {0.2}, 0.9, HEAVY_BALL};
    struct grid *line = grid_of(1, 100, -3, 3), *plane = grid_of(2, 32, -9, 9);
    struct model *m[4] = {example_model(&plain), ruled(5, 3, 1, "w - 0.2*g", NULL),
                          example_model(&ball),
                          ruled(5, 3, 2, "w - 0.2*(0.9*v + g)", "0.9*v + g")};
    struct process *p[4];
    for (int k = 0; k < 4; k++)
        p[k] = process_of(m[k], k < 2 ? line : plane);
    same_outcomes(p[0], p[1], 1e-15);
    same_outcomes(p[2], p[3], 1e-15);
    for (int k = 0; k < 4; k++)
        process_destroy(p[k]), model_destroy(m[k]);
    grid_destroy(line);
    grid_destroy(plane);
}
END_TEST

static struct law *law_after(const struct transfer *op, uint64_t steps) {
    double *mass = array_create(op->grid->cells, sizeof *mass, &err);
    OK(mass != NULL);
    transfer_point(op, (const double[2]){0.3, 0}, mass);
    struct law *law = law_create(op, mass, 0, &err);
    OK(law != NULL && law_advance(law, steps, NULL, &err));
    free(mass);
    return law;
}

/* Sum m x^a y^b */
static double moment_of(const struct law *law, int a, int b) {
    const struct grid *grid = law->op->grid;
    const size_t nx = grid->axis[0]->cells;
    double sum = 0;
    for (size_t k = 0; k < grid->cells; k++)
        sum += law->mass[k] * pow(grid->axis[0]->centre[k % nx], a) *
               (b == 0 ? 1 : pow(grid->axis[1]->centre[k / nx], b));
    return sum;
}

/* The whole law after 60 steps. */
START_TEST(heavy_ball_as_a_rule_has_the_built_in_law) {
    const struct example_spec ball = {1, 5, 1, WITH, false, {0.2}, 0.7, HEAVY_BALL};
    struct grid *grid = grid_of(2, 48, -8, 8);
    struct model *m[2] = {example_model(&ball),
                          ruled(5, 1, 2, "w - 0.2*(0.7*v + g)", "0.7*v + g")};
    struct law *law[2];
    struct transfer *op[2];
    for (int k = 0; k < 2; k++) {
        struct process *p = process_of(m[k], grid);
        OK((op[k] = transfer_create(p, grid, false, NULL, &err)) != NULL);
        law[k] = law_after(op[k], 60);
        process_destroy(p);
    }
    for (size_t i = 0; i < grid->cells; i++)
        ck_assert_double_eq_tol(law[0]->mass[i], law[1]->mass[i], 1e-12);
    for (int k = 0; k < 2; k++)
        law_destroy(law[k]), transfer_destroy(op[k]), model_destroy(m[k]);
    grid_destroy(grid);
}
END_TEST

/* Anticorrelated noise on a parabola, w' = (1 - a) w + s (z - n), n' = z: u = w - s n has
 * u' = (1 - a) u - a s n, so that Var u = a s^2/(2 - a), Var w = 2 s^2/(2 - a). */
START_TEST(anticorrelated_noise_has_its_exact_variance) {
    const double a = 0.2, s = 0.3;
    struct grid *grid =
        grid_create(axis_of(48, -4, 4, REFLECTING), axis_of(48, -10, 10, REFLECTING), &err);
    struct model *m = ruled(1, 1, 2, "0.8*w + 0.3*(normal - v)", "normal");
    struct process *p = process_of(m, grid);
    struct transfer *op = transfer_create(p, grid, false, NULL, &err);
    OK(grid != NULL && op != NULL);
    struct law *law = law_after(op, 200);
    ck_assert_double_eq_tol(moment_of(law, 2, 0), 2 * s * s / (2 - a), 1e-10);
    ck_assert_double_eq_tol(moment_of(law, 0, 2), 1, 1e-10);
    ck_assert_double_eq_tol(moment_of(law, 1, 1), s, 1e-10);
    law_destroy(law);
    transfer_destroy(op);
    process_destroy(p);
    model_destroy(m);
    grid_destroy(grid);
}
END_TEST

/* w' = w/2 + exp(z/2)/4 is not linear in z: E and Var of the sum over k of e^{z_k/2} / 4 2^k. */
START_TEST(a_rule_that_is_not_linear_in_the_normal_has_its_moments) {
    struct grid *grid = grid_of(1, 400, -1, 12);
    struct model *m = ruled(1, 1, 1, "w/2 + exp(normal/2)/4", NULL);
    struct process *p = process_of(m, grid);
    struct transfer *op = transfer_create(p, grid, false, NULL, &err);
    OK(op != NULL);
    struct law *law = law_after(op, 60);
    const double mean = exp(0.125) / 2, var = (exp(0.5) - exp(0.25)) / 16 / (1 - 0.25);
    ck_assert_double_eq_tol(moment_of(law, 1, 0), mean, 1e-9);
    ck_assert_double_eq_tol(moment_of(law, 2, 0) - mean * mean, var, 1e-9);
    law_destroy(law);
    transfer_destroy(op);
    process_destroy(p);
    model_destroy(m);
    grid_destroy(grid);
}
END_TEST

START_TEST(what_has_no_law_is_refused) {
    struct grid *line = grid_of(1, 40, -3, 3), *plane = grid_of(2, 8, -3, 3);
    struct model *m = ruled(3, 1, 1, "w - g", NULL);
    ck_assert(process_sgd(m, 0, plane, &err) == NULL);
    ck_assert_ptr_nonnull(strstr(err.message, "a grid of 1 axes"));
    ck_assert(process_gaussian(m, 0, line, &err) == NULL);
    ck_assert_ptr_nonnull(strstr(err.message, "an update rule has sgd"));
    model_destroy(m);
    grid_destroy(line);
    grid_destroy(plane);
}
END_TEST

Suite *process_rule_suite(void);
Suite *process_rule_suite(void) {
    Suite *s = suite_create("process_rule");
    TCase *t = tcase_create("laws");
    tcase_add_test(t, the_rules_of_sgd_and_heavy_ball_have_the_built_in_outcomes);
    tcase_add_test(t, heavy_ball_as_a_rule_has_the_built_in_law);
    tcase_add_test(t, anticorrelated_noise_has_its_exact_variance);
    tcase_add_test(t, a_rule_that_is_not_linear_in_the_normal_has_its_moments);
    tcase_add_test(t, what_has_no_law_is_refused);
    suite_add_tcase(s, t);
    return s;
}
