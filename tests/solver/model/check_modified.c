/* SPDX-License-Identifier: GPL-3.0-or-later
 * The coefficients of the modified equations of order 2 and 3 (docs/theory.md 1.6). */
#include "solver/model/model.h"
#include <check.h>
#include <math.h>
#include <string.h>

static struct error err;
static const char *const names[] = {"w", "v", "x", "y"};
static const struct rate_interval rates[] = {
    {.until = 10, .eta = {0.2, 0.1}}, {.until = (double)INFINITY, .eta = {0.05, 0.025}}};
enum { POINTS = 7 };
static const double at[2][POINTS] = {{-2, -1.1, -0.3, 0, 0.4, 1.2, 1.9},
                                     {0.5, -0.7, 1.1, 0, -1.3, 0.2, 0.9}};
static const double *const points[2] = {at[0], at[1]};

static struct graph *graph_of(size_t variables) {
    struct graph *g = graph_create(&err);
    for (size_t k = 0; k < variables; k++)
        ck_assert(graph_variable(g, names[k], &err));
    return g;
}

static expr parse(struct graph *g, const char *text) {
    expr e = expr_parse(g, text, &err);
    ck_assert_msg(e != EXPR_NONE, "%s", err.message);
    return e;
}

static struct model *create(struct model_source s, int order) {
    s.variable = names;
    s.batch = s.batch == 0 ? 1 : s.batch;
    s.intervals = 2;
    s.interval = rates;
    s.order = order;
    struct model *m = model_create(&s, &err);
    ck_assert_msg(m != NULL, "%s", err.message);
    return m;
}

static struct model *loss_model(const char *loss, const char *covariance, int order) {
    struct graph *g = graph_of(1);
    return create((struct model_source){.kind = MODEL_LOSS,
                                        .dims = 1,
                                        .graph = g,
                                        .loss = parse(g, loss),
                                        .covariance = {parse(g, covariance)}},
                  order);
}

struct values {
    double b[2 * POINTS], D[3 * POINTS], dD[6 * POINTS];
};

static struct interval_coefficients coefficients;

static struct values values_of(const struct model *m, size_t interval) {
    struct values v;
    coefficients_of_interval(m, interval, &coefficients);
    const struct coefficients *c = &coefficients.coefficients;
    ck_assert_msg(c->drift(c->self, POINTS, points, v.b, &err) &&
                      c->diffusion(c->self, POINTS, points, v.D, &err) &&
                      c->diffusion_gradient(c->self, POINTS, points, v.dD, &err),
                  "%s", err.message);
    return v;
}

static void near(double found, double expected) {
    ck_assert_double_eq_tol(found, expected, 4e-15 * (1 + fabs(expected)));
}

/* L = h w^2/2, C = c0 + c2 w^2:  G_eff = w h (1 + eta h/2 + eta^2 h^2/3),
 * C_eff = c0 (1 + eta h) + c2 (1 + 2 eta h) w^2. */
START_TEST(a_quadratic_loss_with_curvature_noise_has_the_closed_form) {
    const double h = 0.8, c0 = 0.5, c2 = 0.3;
    for (int order = 2; order <= 3; order++)
        for (size_t k = 0; k < 2; k++) {
            struct model *m = loss_model("0.4*w^2", "0.5 + 0.3*w^2", order);
            const struct values v = values_of(m, k);
            const double eta = rates[k].eta[0], e3 = order == 3 ? eta : 0;
            for (int i = 0; i < POINTS; i++) {
                const double w = at[0][i];
                near(v.b[i], -eta * h * w * (1 + eta * h / 2 + e3 * e3 * h * h / 3));
                near(v.D[i],
                     0.5 * eta * eta * (c0 * (1 + e3 * h) + c2 * (1 + 2 * e3 * h) * w * w));
                near(v.dD[i], eta * eta * c2 * (1 + 2 * e3 * h) * w);
            }
            ck_assert(coefficients.coefficients.potential == NULL);
            ck_assert(!coefficients.coefficients.constant_diffusion);
            model_destroy(m);
        }
}
END_TEST

START_TEST(a_cubic_gradient_has_the_closed_form_per_unit_of_sde_time) {
    struct graph *g = graph_of(1);
    struct model *m = create((struct model_source){.kind = MODEL_LOSS,
                                                   .dims = 1,
                                                   .graph = g,
                                                   .loss = parse(g, "w^3/3 + w^4/12 + w^2"),
                                                   .covariance = {parse(g, "2 + sin(w)")},
                                                   .batch = 4,
                                                   .unit = TIME_SDE},
                             3);
    const struct values v = values_of(m, 0);
    const double eta = rates[0].eta[0];
    for (int i = 0; i < POINTS; i++) {
        const double w = at[0][i], G = w * w + w * w * w / 3 + 2 * w, H = 2 * w + w * w + 2,
                     K = 2 + 2 * w, C = (2 + sin(w)) / 4, C1 = cos(w) / 4, C2 = -sin(w) / 4;
        near(v.b[i], -(G + eta / 2 * G * H +
                       eta * eta * (G * H * H / 3 + G * G * K / 12 - C * K / 4)));
        near(v.D[i], eta / 2 * (C + eta * (C * H + G * C1 / 2)));
        near(v.dD[i], eta / 2 * (C1 + eta * (C1 * H + C * K + H * C1 / 2 + G * C2 / 2)));
    }
    model_destroy(m);
}
END_TEST

static const double xs[3] = {1.5, -0.25, 2}, ys[3] = {0.5, 1, -0.75};

static struct model *bent(bool table, int dims, int order) {
    static const char *const text[2][4] = {
        {"sqrt(1 + (1.5*w - 0.5)^2)", "sqrt(1 + (-0.25*w - 1)^2)",
         "sqrt(1 + (2*w + 0.75)^2)", "sqrt(1 + (x*w - y)^2)"},
        {"sqrt(1 + (1.5*w + w*v - 0.5)^2)", "sqrt(1 + (-0.25*w + w*v - 1)^2)",
         "sqrt(1 + (2*w + w*v + 0.75)^2)", "sqrt(1 + (x*w + w*v - y)^2)"}};
    struct graph *g = graph_create(&err);
    for (int k = 0; k < dims; k++)
        ck_assert(graph_variable(g, names[k], &err));
    struct table *t =
        table ? table_create(3, 2, (const char *const[]){"x", "y"}, &err) : NULL;
    if (table) memcpy(t->column[0], xs, sizeof xs), memcpy(t->column[1], ys, sizeof ys);
    for (int k = 2; k < 4 && table; k++)
        ck_assert(graph_variable(g, names[k], &err));
    expr l[3];
    for (int j = 0; j < (table ? 1 : 3); j++)
        l[j] = parse(g, text[dims - 1][table ? 3 : j]);
    return create((struct model_source){.kind = table ? MODEL_TABLE : MODEL_DATAPOINTS,
                                        .dims = dims,
                                        .graph = g,
                                        .examples = table ? 1 : 3,
                                        .example = l,
                                        .table = t,
                                        .loss = EXPR_NONE,
                                        .batch = 2},
                  order);
}

START_TEST(a_table_gives_what_the_same_datapoints_give) {
    for (int dims = 1; dims <= 2; dims++)
        for (int order = 2; order <= 4 - dims; order++) {
            struct model *p = bent(false, dims, order), *t = bent(true, dims, order);
            const struct values a = values_of(p, 0), b = values_of(t, 0);
            for (int i = 0; i < dims * POINTS; i++)
                near(b.b[i], a.b[i]);
            for (int i = 0; i < (dims == 1 ? 1 : 3) * POINTS; i++)
                near(b.D[i], a.D[i]);
            for (int i = 0; i < (dims == 1 ? 1 : 6) * POINTS; i++)
                near(b.dD[i], a.dD[i]);
            model_destroy(p);
            model_destroy(t);
        }
}
END_TEST

/* b_i = -eta_i (G_i + (1/2) Sum_j eta_j G_j d_j G_i), derivatives by central differences of
 * model_evaluate; D is that of order 1. */
START_TEST(two_variables_take_the_directional_derivative_with_a_rate_each) {
    struct model *m = bent(false, 2, 2), *first = bent(false, 2, 1);
    const struct values v = values_of(m, 1), plain = values_of(first, 1);
    const double *eta = rates[1].eta, h = 1e-5;
    for (int i = 0; i < POINTS; i++) {
        double G[2], up[2], down[2];
        const double w = at[0][i], u = at[1][i];
        const double *const here[2] = {&w, &u};
        ck_assert(model_evaluate(m, 1, here, NULL, G, NULL, &err));
        const double wp = w + h * eta[0] * G[0], wm = w - h * eta[0] * G[0],
                     up_ = u + h * eta[1] * G[1], um = u - h * eta[1] * G[1];
        const double *const plus[2] = {&wp, &up_}, *const minus[2] = {&wm, &um};
        ck_assert(model_evaluate(m, 1, plus, NULL, up, NULL, &err));
        ck_assert(model_evaluate(m, 1, minus, NULL, down, NULL, &err));
        for (int d = 0; d < 2; d++) /* error h^2 and rounding over h */
            ck_assert_double_eq_tol(v.b[d * POINTS + i],
                                    -eta[d] * (G[d] + (up[d] - down[d]) / (4 * h)), 1e-10);
    }
    ck_assert_mem_eq(v.D, plain.D, sizeof v.D);
    model_destroy(m);
    model_destroy(first);
}
END_TEST

START_TEST(the_gradient_of_the_noise_is_its_derivative) {
    struct model *m = bent(true, 1, 3);
    const struct values v = values_of(m, 0);
    const struct coefficients *c = &coefficients.coefficients;
    const double h = 1e-5;
    for (int i = 0; i < POINTS; i++) {
        const double w[2] = {at[0][i] + h, at[0][i] - h};
        const double *const x[1] = {w};
        double D[2];
        ck_assert(c->diffusion(c->self, 2, x, D, &err));
        ck_assert_double_eq_tol(v.dD[i], (D[0] - D[1]) / (2 * h), 1e-10);
    }
    model_destroy(m);
}
END_TEST

START_TEST(constant_noise_stays_constant_where_the_gradient_is_a_line) {
    struct model *line = loss_model("w^2/2", "2", 3), *curve = loss_model("w^4/4", "2", 3);
    coefficients_of_interval(line, 0, &coefficients);
    ck_assert(coefficients.coefficients.constant_diffusion);
    coefficients_of_interval(curve, 0, &coefficients);
    ck_assert(!coefficients.coefficients.constant_diffusion);
    model_destroy(line);
    model_destroy(curve);
}
END_TEST

/* C (1 + eta G') = 1 - 0.2 (6) < 0 for w > 0 only. */
START_TEST(a_noise_that_becomes_negative_says_where) {
    struct model *m = loss_model("if(w > 0, -3*w^2, w^2)", "1", 3);
    const double w[2] = {-0.5, 0.75};
    const double *const x[1] = {w};
    double D[2];
    coefficients_of_interval(m, 0, &coefficients);
    const struct coefficients *c = &coefficients.coefficients;
    ck_assert(c->diffusion(c->self, 1, x, D, &err));
    ck_assert(!c->diffusion(c->self, 2, x, D, &err));
    ck_assert_ptr_nonnull(
        strstr(err.message, "is negative (-0.2, where C is 1) at w = 0.75"));
    coefficients_of_interval(m, 1, &coefficients); /* at the smaller rate it is not */
    ck_assert(c->diffusion(c->self, 2, x, D, &err));
    model_destroy(m);
}
END_TEST

Suite *modified_suite(void);
Suite *modified_suite(void) {
    Suite *s = suite_create("modified");
    TCase *t = tcase_create("coefficients");
    tcase_add_test(t, a_quadratic_loss_with_curvature_noise_has_the_closed_form);
    tcase_add_test(t, a_cubic_gradient_has_the_closed_form_per_unit_of_sde_time);
    tcase_add_test(t, a_table_gives_what_the_same_datapoints_give);
    tcase_add_test(t, two_variables_take_the_directional_derivative_with_a_rate_each);
    tcase_add_test(t, the_gradient_of_the_noise_is_its_derivative);
    tcase_add_test(t, constant_noise_stays_constant_where_the_gradient_is_a_line);
    tcase_add_test(t, a_noise_that_becomes_negative_says_where);
    suite_add_tcase(s, t);
    return s;
}
