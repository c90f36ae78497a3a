/* SPDX-License-Identifier: GPL-3.0-or-later
 * The model: G, C and their derivatives from every kind of statement, rates, units. */
#include "solver/model/model.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

/* A graph with these variables (NULL ends the list). */
static struct graph *graph_of(const char *const *names) {
    struct graph *g = graph_create(&err);
    for (size_t k = 0; names[k] != NULL; k++)
        ck_assert(graph_variable(g, names[k], &err));
    return g;
}

static expr parse(struct graph *g, const char *text) {
    expr e = expr_parse(g, text, &err);
    ck_assert_msg(e != EXPR_NONE, "%s", err.message);
    return e;
}

static const char *const w_only[] = {"w", NULL};
static const char *const two[] = {"w", "v", NULL};
static struct rate_interval forever(double a, double b) {
    return (struct rate_interval){.until = (double)INFINITY, .eta = {a, b}};
}

static struct model *create(struct model_source s) {
    struct model *m = model_create(&s, &err);
    ck_assert_msg(m != NULL, "%s", err.message);
    return m;
}

/* l_j = (x_j w - y_j)^2 / 2 as datapoints and as a table: three examples. */
static const double xs[3] = {1.5, -0.25, 2}, ys[3] = {0.5, 1, -0.75};

static struct model *line_datapoints(size_t batch, enum sampling sampling,
                                     const struct rate_interval *interval) {
    struct graph *g = graph_of(w_only);
    expr l[3] = {parse(g, "(1.5*w - 0.5)^2/2"), parse(g, "(-0.25*w - 1)^2/2"),
                 parse(g, "(2*w + 0.75)^2/2")};
    return create((struct model_source){.kind = MODEL_DATAPOINTS,
                                        .dims = 1,
                                        .graph = g,
                                        .variable = w_only,
                                        .examples = 3,
                                        .example = l,
                                        .loss = EXPR_NONE,
                                        .batch = batch,
                                        .sampling = sampling,
                                        .intervals = 1,
                                        .interval = interval});
}

static struct model *line_table(const struct rate_interval *interval) {
    static const char *const names[] = {"w", "x", "y", NULL};
    struct graph *g = graph_of(names);
    struct table *t = table_create(3, 2, (const char *const[]){"x", "y"}, &err);
    memcpy(t->column[0], xs, sizeof xs);
    memcpy(t->column[1], ys, sizeof ys);
    expr l = parse(g, "(x*w - y)^2/2");
    return create((struct model_source){.kind = MODEL_TABLE,
                                        .dims = 1,
                                        .graph = g,
                                        .variable = w_only,
                                        .table = t,
                                        .examples = 1,
                                        .example = &l,
                                        .loss = EXPR_NONE,
                                        .batch = 1,
                                        .intervals = 1,
                                        .interval = interval});
}

/* L, G, C of the three examples at w, by hand. */
static void by_hand(double w, double *L, double *G, double *C) {
    double g[3];
    *L = *G = *C = 0;
    for (int j = 0; j < 3; j++) {
        const double r = xs[j] * w - ys[j];
        g[j] = xs[j] * r;
        *L += r * r / 6;
        *G += g[j] / 3;
    }
    for (int j = 0; j < 3; j++)
        *C += (g[j] - *G) * (g[j] - *G) / 3;
}

START_TEST(datapoints_and_table_give_mean_and_population_covariance) {
    const struct rate_interval interval = forever(0.1, 0.1);
    struct model *m[2] = {line_datapoints(1, WITH_REPLACEMENT, &interval),
                          line_table(&interval)};
    double w[1030], L[1030], G[1030], C[1030]; /* more than two blocks of points */
    for (int i = 0; i < 1030; i++)
        w[i] = -2 + 0.004 * i;
    const double *x[1] = {w};
    for (int k = 0; k < 2; k++) {
        ck_assert_msg(model_evaluate(m[k], 1030, x, L, G, C, &err), "%s", err.message);
        for (int i = 0; i < 1030; i++) {
            double l, g, c;
            by_hand(w[i], &l, &g, &c);
            ck_assert_double_eq_tol(L[i], l, 1e-14 * (1 + l));
            ck_assert_double_eq_tol(G[i], g, 1e-14 * (1 + fabs(g)));
            ck_assert_double_eq_tol(
                C[i], c,
                4e-14 * (1 + c)); /* centred on the first row: few roundings of g^2 */
        }
        model_destroy(m[k]);
    }
}
END_TEST

/* l_1 - l_0 = exp(-100 (w-1)^2): C = (its derivative)^2 / 4 to relative accuracy, also
 * where G is 1e20 times larger. */
START_TEST(what_the_examples_share_leaves_no_rounding_in_the_covariance) {
    const struct rate_interval interval = forever(0.1, 0.1);
    struct graph *g = graph_of(w_only);
    expr l[2] = {parse(g, "-exp(-(w-2)^2)"),
                 parse(g, "-exp(-(w-2)^2) - exp(-100*(w-1)^2)")};
    struct model *m = create((struct model_source){.kind = MODEL_DATAPOINTS,
                                                   .dims = 1,
                                                   .graph = g,
                                                   .variable = w_only,
                                                   .examples = 2,
                                                   .example = l,
                                                   .loss = EXPR_NONE,
                                                   .batch = 1,
                                                   .intervals = 1,
                                                   .interval = &interval});
    const double w[5] = {0.25, 0.36, 1, 1.7, 2.5};
    const double *x[1] = {w};
    double C[5];
    ck_assert(model_evaluate(m, 5, x, NULL, NULL, C, &err));
    for (int i = 0; i < 5; i++) {
        const double q = 200 * (w[i] - 1) * exp(-100 * (w[i] - 1) * (w[i] - 1));
        ck_assert_double_le(fabs(C[i] - q * q / 4),
                            1e-12 * q * q); /* exp of 225 loses 225 eps, squared */
    }
    model_destroy(m);
}
END_TEST

/* dC/dx against a central difference of C: O(h^2) of a quadratic is 0, rounding 1e-16/h
 * remains. */
static void check_gradient(const struct model *m, double tolerance) {
    struct interval_coefficients c;
    coefficients_of_interval(m, 0, &c);
    const double h = 1e-4, w[3] = {0.3 - h, 0.3, 0.3 + h};
    const double *x[1] = {w};
    double D[3], dD[3];
    ck_assert(c.coefficients.diffusion(&c, 3, x, D, &err));
    ck_assert(c.coefficients.diffusion_gradient(&c, 3, x, dD, &err));
    ck_assert_double_eq_tol(dD[1], (D[2] - D[0]) / (2 * h), tolerance);
}

START_TEST(derivative_of_the_noise_is_that_of_the_diffusion) {
    const struct rate_interval interval = forever(0.1, 0.1);
    struct model *m[2] = {line_datapoints(1, WITH_REPLACEMENT, &interval),
                          line_table(&interval)};
    for (int k = 0; k < 2; k++) {
        check_gradient(m[k], 1e-10);
        model_destroy(m[k]);
    }
}
END_TEST

START_TEST(two_variables_table_gives_full_covariance_and_its_derivatives) {
    static const char *const names[] = {"w", "v", "x", "y", NULL};
    const struct rate_interval interval = forever(0.1, 0.2);
    struct graph *g = graph_of(names);
    struct table *t = table_create(3, 2, (const char *const[]){"x", "y"}, &err);
    memcpy(t->column[0], xs, sizeof xs);
    memcpy(t->column[1], ys, sizeof ys);
    expr l = parse(g, "(x*w + v - y)^2/2");
    struct model *m = create((struct model_source){.kind = MODEL_TABLE,
                                                   .dims = 2,
                                                   .graph = g,
                                                   .variable = two,
                                                   .table = t,
                                                   .examples = 1,
                                                   .example = &l,
                                                   .loss = EXPR_NONE,
                                                   .batch = 1,
                                                   .intervals = 1,
                                                   .interval = &interval});
    const double h = 1e-4, a[5] = {0.3, 0.3 - h, 0.3 + h, 0.3, 0.3},
                 b[5] = {0.7, 0.7, 0.7, 0.7 - h, 0.7 + h};
    const double *x[2] = {a, b};
    struct interval_coefficients c;
    coefficients_of_interval(m, 0, &c);
    double D[15], dD[30], r[3], gw[3], gv[3], mean[2] = {0, 0}, C[3] = {0, 0, 0};
    ck_assert(c.coefficients.diffusion(&c, 5, x, D, &err));
    ck_assert(c.coefficients.diffusion_gradient(&c, 5, x, dD, &err));
    for (int j = 0; j < 3; j++) {
        r[j] = xs[j] * 0.3 + 0.7 - ys[j];
        mean[0] += (gw[j] = xs[j] * r[j]) / 3;
        mean[1] += (gv[j] = r[j]) / 3;
    }
    for (int j = 0; j < 3; j++) {
        C[0] += (gw[j] - mean[0]) * (gw[j] - mean[0]) / 3;
        C[1] += (gw[j] - mean[0]) * (gv[j] - mean[1]) / 3;
        C[2] += (gv[j] - mean[1]) * (gv[j] - mean[1]) / 3;
    }
    const double rate[3] = {0.1 * 0.1, 0.1 * 0.2, 0.2 * 0.2};
    for (int e = 0; e < 3; e++) {
        ck_assert_double_eq_tol(D[5 * e], 0.5 * rate[e] * C[e], 1e-15);
        ck_assert_double_eq_tol(dD[5 * e], (D[5 * e + 2] - D[5 * e + 1]) / (2 * h), 1e-11);
        ck_assert_double_eq_tol(dD[5 * (3 + e)], (D[5 * e + 4] - D[5 * e + 3]) / (2 * h),
                                1e-11);
    }
    model_destroy(m);
}
END_TEST

START_TEST(batch_factor_is_that_of_the_sampling) {
    const struct {
        size_t batch;
        enum sampling sampling;
        double factor;
    } row[] = {{1, WITH_REPLACEMENT, 1},
               {2, WITH_REPLACEMENT, 0.5},
               {2, WITHOUT_REPLACEMENT, 0.25},
               {3, WITHOUT_REPLACEMENT, 0},
               {1, WITHOUT_REPLACEMENT, 1}};
    const struct rate_interval interval = forever(0.1, 0.1);
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        struct model *m = line_datapoints(row[k].batch, row[k].sampling, &interval);
        ck_assert_double_eq(model_batch_factor(m), row[k].factor);
        model_destroy(m);
    }
}
END_TEST

START_TEST(a_batch_larger_than_the_data_is_refused_without_replacement) {
    const struct rate_interval interval = forever(0.1, 0.1);
    struct graph *g = graph_of(w_only);
    expr l[1] = {parse(g, "w^2")};
    struct model_source s = {.kind = MODEL_DATAPOINTS,
                             .dims = 1,
                             .graph = g,
                             .variable = w_only,
                             .examples = 1,
                             .example = l,
                             .loss = EXPR_NONE,
                             .batch = 2,
                             .sampling = WITHOUT_REPLACEMENT,
                             .intervals = 1,
                             .interval = &interval};
    ck_assert_ptr_null(model_create(&s, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "batch_size 2 is more than the 1 examples"));
}
END_TEST

static struct model *loss_model(enum time_unit unit, double mu, enum momentum_form form,
                                const struct rate_interval *interval) {
    struct graph *g = graph_of(w_only);
    return create((struct model_source){.kind = MODEL_LOSS,
                                        .dims = 1,
                                        .graph = g,
                                        .variable = w_only,
                                        .loss = parse(g, "w^2"),
                                        .covariance = {parse(g, "4")},
                                        .batch = 1,
                                        .unit = unit,
                                        .momentum = mu,
                                        .form = form,
                                        .intervals = 1,
                                        .interval = interval});
}

/* Steps: b = -eta G, D = eta^2 C/2; sde: b = -G, D = eta C/2; eta -> eta/(1-mu) with
 * heavy-ball momentum. */
START_TEST(unit_and_momentum_are_turned_into_rates_once) {
    const struct {
        enum time_unit unit;
        double mu;
        enum momentum_form form;
        double drift, diffusion;
    } row[] = {{TIME_STEPS, 0, HEAVY_BALL, 0.1, 0.02},
               {TIME_SDE, 0, HEAVY_BALL, 1, 0.2},
               {TIME_STEPS, 0.5, HEAVY_BALL, 0.2, 0.08},
               {TIME_SDE, 0.5, HEAVY_BALL, 1, 0.4},
               {TIME_STEPS, 0.5, AVERAGING, 0.1, 0.02}};
    const struct rate_interval interval = forever(0.1, 0.1);
    const double w[1] = {3};
    const double *x[1] = {w};
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        struct model *m = loss_model(row[k].unit, row[k].mu, row[k].form, &interval);
        struct interval_coefficients c;
        double b, D, phi;
        coefficients_of_interval(m, 0, &c);
        ck_assert(c.coefficients.drift(&c, 1, x, &b, &err) &&
                  c.coefficients.diffusion(&c, 1, x, &D, &err));
        ck_assert_double_eq_tol(b, -6 * row[k].drift, 1e-15);
        ck_assert_double_eq_tol(D, row[k].diffusion, 1e-15);
        ck_assert(c.coefficients.potential != NULL); /* phi' = -b/D: phi = L rate/D */
        ck_assert(c.coefficients.potential(&c, 1, x, &phi, &err));
        ck_assert_double_eq_tol(phi, 9 * row[k].drift / row[k].diffusion, 1e-12);
        model_destroy(m);
    }
}
END_TEST

START_TEST(curvature_is_the_largest_over_the_examples) {
    const struct rate_interval interval = forever(0.1, 0.1);
    struct model *m[2] = {line_datapoints(1, WITH_REPLACEMENT, &interval),
                          line_table(&interval)};
    const double w[2] = {-1, 5};
    const double *x[1] = {w};
    double c[2];
    for (int k = 0; k < 2; k++) {
        ck_assert(model_curvature(m[k], 0, 2, x, c, &err));
        ck_assert_double_eq(c[0], 4); /* x_j^2, largest at x = 2 */
        ck_assert_double_eq(c[1], 4);
        model_destroy(m[k]);
    }
}
END_TEST

START_TEST(an_indefinite_covariance_says_where) {
    struct graph *g = graph_of(two);
    const struct rate_interval interval = forever(0.1, 0.1);
    struct model *m = create(
        (struct model_source){.kind = MODEL_LOSS,
                              .dims = 2,
                              .graph = g,
                              .variable = two,
                              .loss = parse(g, "w^2 + v^2"),
                              .covariance = {parse(g, "1"), parse(g, "2"), parse(g, "1")},
                              .batch = 1,
                              .intervals = 1,
                              .interval = &interval});
    struct interval_coefficients c;
    const double a[1] = {0.5}, b[1] = {-0.25};
    const double *x[2] = {a, b};
    double D[3];
    coefficients_of_interval(m, 0, &c);
    ck_assert(!c.coefficients.diffusion(&c, 1, x, D, &err));
    ck_assert_ptr_nonnull(
        strstr(err.message, "w = 0.5, v = -0.25 is not positive semidefinite"));
    model_destroy(m);
}
END_TEST

START_TEST(a_value_that_is_not_finite_names_expression_and_point) {
    struct graph *g = graph_of(w_only);
    const struct rate_interval interval = forever(0.1, 0.1);
    struct model *m = create((struct model_source){.kind = MODEL_LOSS,
                                                   .dims = 1,
                                                   .graph = g,
                                                   .variable = w_only,
                                                   .loss = parse(g, "log(w)"),
                                                   .covariance = {parse(g, "1")},
                                                   .batch = 1,
                                                   .intervals = 1,
                                                   .interval = &interval});
    const double w[2] = {1, -2};
    const double *x[1] = {w};
    double L[2];
    ck_assert(!model_evaluate(m, 2, x, L, NULL, NULL, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "the loss"));
    ck_assert_ptr_nonnull(strstr(err.message, "w = -2"));
    model_destroy(m);
}
END_TEST

Suite *model_suite(void);
Suite *model_suite(void) {
    Suite *s = suite_create("model");
    TCase *t = tcase_create("derivation");
    tcase_add_test(t, datapoints_and_table_give_mean_and_population_covariance);
    tcase_add_test(t, what_the_examples_share_leaves_no_rounding_in_the_covariance);
    tcase_add_test(t, derivative_of_the_noise_is_that_of_the_diffusion);
    tcase_add_test(t, two_variables_table_gives_full_covariance_and_its_derivatives);
    tcase_add_test(t, batch_factor_is_that_of_the_sampling);
    tcase_add_test(t, unit_and_momentum_are_turned_into_rates_once);
    tcase_add_test(t, curvature_is_the_largest_over_the_examples);
    suite_add_tcase(s, t);
    t = tcase_create("refusals");
    tcase_add_test(t, a_batch_larger_than_the_data_is_refused_without_replacement);
    tcase_add_test(t, an_indefinite_covariance_says_where);
    tcase_add_test(t, a_value_that_is_not_finite_names_expression_and_point);
    suite_add_tcase(s, t);
    return s;
}
