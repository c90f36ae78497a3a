/* SPDX-License-Identifier: GPL-3.0-or-later
 * SGD for a line through 120 points, l = (x w - y)^2 / 2: gradients are linear in w, so that
 * mean and mean square of the discrete process obey closed recursions. The law on cells has
 * them to rounding, at every step and in the stationary state, for every way to draw. */
#include "example_models.h"
#include "solver/transfer/law.h"
#include "solver/transfer/process_kinds.h"
#include "solver/transfer/stationary_law.h"
#include <stdlib.h>

enum { N = 120 };

static double x_of(size_t j) {
    return 0.4 + 1.1 * sin(1 + 2.1 * (double)j);
}
static double y_of(size_t j) {
    return 1.8 * x_of(j) + 0.4 * sin(2 * x_of(j)) + 0.7 * cos(1.3 * (double)(j * j % 97));
}

/* Means of p^a q^b over the examples, p = x^2 and q = x y: g = p w - q. */
static double mean_of(int a, int b) {
    double sum = 0;
    for (size_t j = 0; j < N; j++)
        sum += pow(x_of(j) * x_of(j), a) * pow(x_of(j) * y_of(j), b);
    return sum / N;
}

static struct model *line_model(size_t B, enum sampling sampling, double eta,
                                double momentum, enum momentum_form form) {
    static struct rate_interval forever;
    forever = (struct rate_interval){.until = (double)INFINITY, .eta = {eta, 0}};
    struct example_spec s = {.dims = 1, .n = N, .table = true};
    struct graph *g = example_graph(&s);
    struct table *t = example_table(N);
    for (size_t j = 0; j < N; j++)
        t->column[0][j] = x_of(j), t->column[1][j] = y_of(j);
    expr loss = example_parse(g, "(x*w - y)^2/2");
    struct model *m = model_create(&(struct model_source){.kind = MODEL_TABLE,
                                                          .dims = 1,
                                                          .graph = g,
                                                          .variable = example_names,
                                                          .table = t,
                                                          .examples = 1,
                                                          .example = &loss,
                                                          .loss = EXPR_NONE,
                                                          .batch = B,
                                                          .sampling = sampling,
                                                          .momentum = momentum,
                                                          .form = form,
                                                          .intervals = 1,
                                                          .interval = &forever},
                                   &err);
    OK(m != NULL);
    return m;
}

static struct grid *grid_of(int dims, const size_t *cells, const double (*range)[2]) {
    struct axis *axis[2] = {NULL, NULL};
    for (int d = 0; d < dims; d++) {
        const struct axis_spec spec = {
            .cells = cells[d], .lo = range[d][0], .hi = range[d][1]};
        OK((axis[d] = axis_create(&spec, &err)) != NULL);
    }
    struct grid *grid = grid_create(axis[0], axis[1], &err);
    OK(grid != NULL);
    return grid;
}

/* E w, E v, E w^2, E w v, E v^2 of masses. */
struct moments {
    double w, v, ww, wv, vv;
};

static struct moments moments_of(const struct grid *grid, const double *mass) {
    struct moments m = {0};
    for (size_t k = 0; k < grid->cells; k++) {
        const size_t nx = grid->axis[0]->cells;
        const double w = grid->axis[0]->centre[k % nx];
        const double v = grid->dims == 2 ? grid->axis[1]->centre[k / nx] : 0;
        m.w += mass[k] * w, m.v += mass[k] * v;
        m.ww += mass[k] * w * w, m.wv += mass[k] * w * v, m.vv += mass[k] * v * v;
    }
    return m;
}

/* One step of v <- mu v + c g, w <- w - eta v, with E g = p w - q and
 * Var g = f (Var p w^2 - 2 Cov(p, q) w + Var q); plain SGD: mu = 0, c = 1. */
static struct moments step_of(struct moments m, double eta, double mu, double c, double f) {
    const double p = mean_of(1, 0), q = mean_of(0, 1);
    const double noise = f * ((mean_of(2, 0) - p * p) * m.ww -
                              2 * (mean_of(1, 1) - p * q) * m.w + mean_of(0, 2) - q * q);
    struct moments to;
    const double gw = p * m.ww - q * m.w, gv = p * m.wv - q * m.v;
    const double gg = p * p * m.ww - 2 * p * q * m.w + q * q + noise;
    to.v = mu * m.v + c * (p * m.w - q);
    to.w = m.w - eta * to.v;
    to.vv = mu * mu * m.vv + 2 * mu * c * gv + c * c * gg;
    const double v_old_w = mu * m.wv + c * gw; /* E w v' */
    to.wv = v_old_w - eta * to.vv;
    to.ww = m.ww - 2 * eta * v_old_w + eta * eta * to.vv;
    return to;
}

static double factor_of(size_t B, enum sampling sampling) {
    return sampling == WITH_REPLACEMENT ? 1.0 / (double)B
                                        : (N - (double)B) / ((double)B * (N - 1));
}

static const struct {
    size_t B;
    enum sampling sampling;
} ways[] = {
    {1, WITH_REPLACEMENT},      {4, WITH_REPLACEMENT},    {32, WITH_REPLACEMENT},
    {2, WITHOUT_REPLACEMENT},   {4, WITHOUT_REPLACEMENT}, {32, WITHOUT_REPLACEMENT},
    {119, WITHOUT_REPLACEMENT},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* Of E w^2 - (E w)^2 the rounding of E w^2 counts too. */
static void same_variance(int step, struct moments found, struct moments expected) {
    const double var = expected.ww - expected.w * expected.w;
    ck_assert_msg(
        fabs(found.ww - found.w * found.w - var) <= 1e-10 * var + 1e-13 * found.ww,
        "step %d: variance %.15g, not %.15g", step, found.ww - found.w * found.w, var);
}

#define SAME(found, expected)                                                              \
    ck_assert_msg(fabs((found) - (expected)) <= 1e-10 * fabs(expected),                    \
                  "step %d: " #found " = %.15g, not %.15g", (int)step, found, expected)

START_TEST(moments_of_a_fitted_line_are_exact) {
    const double eta = 0.1, range[1][2] = {{-3, 7}};
    const size_t B = ways[_i].B, cells = 500;
    struct model *m = line_model(B, ways[_i].sampling, eta, 0, 0);
    struct grid *grid = grid_of(1, &cells, range);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    struct transfer *op = transfer_create(p, grid, false, NULL, &err);
    OK(op != NULL);
    double *mass = array_create(grid->cells, sizeof *mass, &err);
    const double from = 0.7;
    transfer_point(op, &from, mass);
    struct law *law = law_create(op, mass, 0, &err);
    OK(law != NULL);
    struct moments expected = moments_of(grid, mass);
    for (size_t step = 1; step <= 200; step++) {
        OK(law_advance(law, 1, NULL, &err));
        expected = step_of(expected, eta, 0, 1, factor_of(B, ways[_i].sampling));
        const struct moments found = moments_of(grid, law->mass);
        SAME(found.w, expected.w);
        SAME(found.ww, expected.ww);
        same_variance((int)step, found, expected);
    }
    struct stationary_law rest;
    OK(stationary_law_find(op, NULL, &rest, &err));
    for (int k = 0; k < 2000; k++)
        expected = step_of(expected, eta, 0, 1, factor_of(B, ways[_i].sampling));
    const struct moments found = moments_of(grid, rest.mass);
    const int step = -1;
    SAME(found.w, expected.w);
    same_variance(step, found, expected);
    stationary_law_finish(&rest);
    law_destroy(law);
    free(mass);
    transfer_destroy(op);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

static const struct {
    size_t B;
    enum sampling sampling;
    double momentum;
    enum momentum_form form;
    double range[2][2];
} heavy[] = {
    {4, WITH_REPLACEMENT, 0.6, HEAVY_BALL, {{-1, 5}, {-8, 8}}},
    {4, WITHOUT_REPLACEMENT, 0.6, AVERAGING, {{-1, 5}, {-4, 4}}},
};

START_TEST(with_momentum_too) {
    const double eta = 0.1, mu = heavy[_i].momentum;
    const double c = heavy[_i].form == AVERAGING ? 1 - mu : 1;
    const double f = factor_of(heavy[_i].B, heavy[_i].sampling);
    const size_t cells[2] = {96, 96};
    struct model *m = line_model(heavy[_i].B, heavy[_i].sampling, eta, mu, heavy[_i].form);
    struct grid *grid = grid_of(2, cells, heavy[_i].range);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    struct transfer *op = transfer_create(p, grid, false, NULL, &err);
    OK(op != NULL);
    double *mass = array_create(grid->cells, sizeof *mass, &err);
    const double from[2] = {1.2, 0.1};
    transfer_point(op, from, mass);
    struct law *law = law_create(op, mass, 0, &err);
    OK(law != NULL);
    struct moments expected = moments_of(grid, mass);
    for (int step = 1; step <= 100; step++) {
        OK(law_advance(law, 1, NULL, &err));
        expected = step_of(expected, eta, mu, c, f);
        const struct moments found = moments_of(grid, law->mass);
        SAME(found.w, expected.w);
        SAME(found.ww, expected.ww);
        SAME(found.vv, expected.vv);
        ck_assert_double_eq_tol(found.wv, expected.wv, 1e-10);
        ck_assert_double_eq_tol(found.v, expected.v, 1e-10);
    }
    law_destroy(law);
    free(mass);
    transfer_destroy(op);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

/* A batch of 400 on wide cells spreads over a hundredth of a cell. Its outcomes at points near
 * each other are those of the same integers: no stretch is seen where there is none. */
START_TEST(a_narrow_batch_does_not_seem_to_stretch) {
    const double range[1][2] = {{-3, 7}};
    const size_t cells = 40;
    struct model *m = line_model(400, WITH_REPLACEMENT, 0.1, 0, 0);
    struct grid *grid = grid_of(1, &cells, range);
    struct process *p = process_sgd(m, 0, grid, &err);
    OK(p != NULL);
    struct transfer *op = transfer_create(p, grid, false, NULL, &err);
    OK(op != NULL);
    ck_assert_double_lt(op->stretch, 1.1);
    transfer_destroy(op);
    process_destroy(p);
    grid_destroy(grid);
    model_destroy(m);
}
END_TEST

Suite *exact_moments_suite(void);
Suite *exact_moments_suite(void) {
    Suite *suite = suite_create("exact_moments");
    TCase *moments = tcase_create("moments");
    tcase_set_timeout(moments, 60);
    tcase_add_loop_test(moments, moments_of_a_fitted_line_are_exact, 0, WAYS);
    tcase_add_loop_test(moments, with_momentum_too, 0, 2);
    tcase_add_test(moments, a_narrow_batch_does_not_seem_to_stretch);
    suite_add_tcase(suite, moments);
    return suite;
}
