/* SPDX-License-Identifier: GPL-3.0-or-later
 * Update rules: b = E Delta, D = Cov(Delta)/2 against sums written out, and walkers. */
#include "solver/mc/walkers.h"
#include "solver/model/model.h"
#include <check.h>
#include <math.h>
#include <string.h>

static struct error err;
static const char *const names[] = {"w", "v", "x", "y"};
static const double xs[3] = {1.5, -0.25, 2}, ys[3] = {0.5, 1, -0.75};
enum { POINTS = 600 }; /* more than one block */
static double at[2][POINTS];
static const double *const points[2] = {at[0], at[1]};

static void place(void) {
    for (int i = 0; i < POINTS; i++)
        at[0][i] = -2 + 4.1 * i / POINTS, at[1][i] = 0.1 + 1.7 * (i * 37 % POINTS) / POINTS;
}

static expr parse(struct graph *g, const char *text) {
    expr e = expr_parse(g, text, &err);
    ck_assert_msg(e != EXPR_NONE, "%s", err.message);
    return e;
}

struct statement {
    int dims;
    bool table;
    size_t batch;
    enum sampling sampling;
    const char *update[2]; /* the second may use the new value of the first: NEW */
};

/* l_j = sqrt(1 + (x_j w - y_j)^2) of three examples, g_j = x_j r/sqrt(1 + r^2). */
static struct model *create(struct statement t) {
    static const char *const losses[] = {
        "sqrt(1 + (1.5*w - 0.5)^2)", "sqrt(1 + (-0.25*w - 1)^2)",
        "sqrt(1 + (2*w + 0.75)^2)", "sqrt(1 + (x*w - y)^2)"};
    static const char *const inputs[2][4] = {{"g", "normal", "normal2"},
                                             {"g", "g2", "normal", "normal2"}};
    struct graph *g = graph_create(&err);
    struct table *data = NULL;
    expr l[3];
    for (int k = 0; k < t.dims; k++)
        ck_assert(graph_variable(g, names[k], &err));
    for (int k = 2; k < 4 && t.table; k++)
        ck_assert(graph_variable(g, names[k], &err));
    if (t.table) {
        data = table_create(3, 2, (const char *const[]){"x", "y"}, &err);
        memcpy(data->column[0], xs, sizeof xs);
        memcpy(data->column[1], ys, sizeof ys);
    }
    for (int j = 0; j < (t.table ? 1 : 3); j++)
        l[j] = parse(g, losses[t.table ? 3 : j]);
    struct model_source s = {.kind = t.table ? MODEL_TABLE : MODEL_DATAPOINTS,
                             .dims = t.dims,
                             .graph = g,
                             .variable = names,
                             .examples = t.table ? 1 : 3,
                             .example = l,
                             .table = data,
                             .loss = EXPR_NONE,
                             .batch = t.batch == 0 ? 1 : t.batch,
                             .sampling = t.sampling,
                             .has_rule = true,
                             .rule_input = graph_variables(g)};
    for (int k = 0; k < t.dims + 2; k++)
        ck_assert(graph_variable(g, inputs[t.dims - 1][k], &err));
    for (int d = 0; d < t.dims; d++)
        s.update[d] = parse(g, t.update[d]);
    struct model *m = model_create(&s, &err);
    ck_assert_msg(m != NULL, "%s", err.message);
    return m;
}

static double gradient(int j, double w) {
    const double r = xs[j] * w - ys[j];
    return xs[j] * r / sqrt(1 + r * r);
}

struct moments {
    double b[2 * POINTS], D[3 * POINTS], dD[6 * POINTS];
};
static struct moments found, other;

static void take(const struct model *m, struct moments *out) {
    struct interval_coefficients c;
    coefficients_of_interval(m, 0, &c);
    const struct coefficients *k = &c.coefficients;
    ck_assert_msg(k->drift(k->self, POINTS, points, out->b, &err) &&
                      k->diffusion(k->self, POINTS, points, out->D, &err) &&
                      k->diffusion_gradient(k->self, POINTS, points, out->dD, &err),
                  "%s", err.message);
}

static void near(double a, double b) {
    ck_assert_double_eq_tol(a, b, 1e-14 * (1 + fabs(b)));
}

/* Every way to draw B = 2 of 3, one after the other. */
static void by_hand(double w, double v, bool repeats,
                    void (*T)(double, double, double, double *), double b[2], double D[3]) {
    double sum = 0, first[2] = {0}, second[3] = {0};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            if (!repeats && i == j) continue;
            double to[2];
            T(w, v, 0.5 * (gradient(i, w) + gradient(j, w)), to);
            const double d[2] = {to[0] - w, to[1] - v};
            sum++;
            for (int a = 0; a < 2; a++)
                first[a] += d[a];
            second[0] += d[0] * d[0], second[1] += d[0] * d[1], second[2] += d[1] * d[1];
        }
    for (int a = 0; a < 2; a++)
        b[a] = first[a] / sum;
    for (int e = 0; e < 3; e++)
        D[e] = 0.5 * (second[e] / sum - b[e / 2] * b[(e + 1) / 2]);
}

static void rms(double w, double v, double g, double *to) {
    to[1] = 0.9 * v + 0.1 * g * g;
    to[0] = w - 0.05 * g / (sqrt(to[1]) + 0.01);
}
static const char *const rms_text[2] = {"w - 0.05*g/(sqrt(0.9*v + 0.1*g^2) + 0.01)",
                                        "0.9*v + 0.1*g^2"};

START_TEST(a_rule_that_is_not_linear_is_summed_over_all_batches) {
    for (int table = 0; table < 2; table++)
        for (int sampling = 0; sampling < 2; sampling++) {
            struct model *m = create((struct statement){
                2, table, 2, (enum sampling)sampling, {rms_text[0], rms_text[1]}});
            ck_assert(!m->rule->affine);
            take(m, &found);
            for (int i = 0; i < POINTS; i++) {
                double b[2], D[3];
                by_hand(at[0][i], at[1][i], sampling == WITH_REPLACEMENT, rms, b, D);
                for (int a = 0; a < 2; a++)
                    near(found.b[a * POINTS + i], b[a]);
                for (int e = 0; e < 3; e++)
                    near(found.D[e * POINTS + i], D[e]);
            }
            model_destroy(m);
        }
}
END_TEST

/* x - eta g by rule is the model with a learning rate, for any batch. */
START_TEST(the_rule_of_sgd_has_its_coefficients) {
    for (size_t batch = 1; batch <= 3; batch++)
        for (int sampling = 0; sampling < 2; sampling++) {
            struct model *m = create((struct statement){
                1, false, batch, (enum sampling)sampling, {"w - 0.2*g"}});
            double G[POINTS], C[POINTS];
            ck_assert(m->rule->affine);
            ck_assert(model_evaluate(m, POINTS, points, NULL, G, C, &err));
            take(m, &found);
            for (int i = 0; i < POINTS; i++) {
                near(found.b[i], -0.2 * G[i]);
                near(found.D[i], 0.02 * model_batch_factor(m) * C[i]);
            }
            model_destroy(m);
        }
}
END_TEST

/* E and Cov over the normals: affine by 3 nodes; exp by many, E e^{az} = e^{a^2/2}. */
START_TEST(normals_have_their_moments) {
    struct model *m = create(
        (struct statement){2,
                           false,
                           1,
                           WITH_REPLACEMENT,
                           {"w + 0.3*normal - 0.1*g*normal2", "v*normal + w*normal2"}});
    ck_assert_uint_eq(m->rule->nodes, 9);
    take(m, &found);
    for (int i = 0; i < POINTS; i++) {
        double g1 = 0, g2 = 0;
        const double w = at[0][i], v = at[1][i];
        for (int j = 0; j < 3; j++)
            g1 += gradient(j, w) / 3, g2 += gradient(j, w) * gradient(j, w) / 3;
        near(found.b[i], 0);
        near(found.b[POINTS + i], -v);
        near(found.D[i], 0.5 * (0.09 + 0.01 * g2));
        near(found.D[POINTS + i], 0.5 * (0.3 * v - 0.1 * w * g1));
        near(found.D[2 * POINTS + i], 0.5 * (v * v + w * w));
    }
    model_destroy(m);
    m = create((struct statement){1, false, 1, WITH_REPLACEMENT, {"w + exp(0.4*normal)"}});
    take(m, &found);
    for (int i = 0; i < POINTS; i++) {
        near(found.b[i], exp(0.08));
        near(found.D[i], 0.5 * (exp(0.32) - exp(0.16)));
        near(found.dD[i], 0);
    }
    model_destroy(m);
}
END_TEST

/* What is chosen by the state or by g leaves the rest a line: 3 nodes, and for g any batch. */
START_TEST(a_choice_by_another_variable_leaves_a_line) {
    struct model *m = create((struct statement){
        1, false, 2, WITH_REPLACEMENT, {"if(w > 0, w - 0.1*g, w - 0.2*g) + 0.3*normal"}});
    ck_assert(m->rule->affine && m->rule->branches);
    ck_assert_uint_eq(m->rule->nodes, 3);
    model_destroy(m);
    m = create((struct statement){
        1, false, 2, WITH_REPLACEMENT, {"w - max(-0.1, min(g, 0.1)) + abs(w)*normal"}});
    ck_assert(!m->rule->affine);
    ck_assert_uint_eq(m->rule->nodes, 3);
    model_destroy(m);
    m = create(
        (struct statement){1, false, 1, WITH_REPLACEMENT, {"w - 0.1*g*abs(normal)"}});
    ck_assert(m->rule->affine);
    ck_assert_uint_eq(m->rule->nodes, 289);
    take(m, &found); /* E |z| = sqrt(2/pi), by nodes 1/16 apart */
    for (int i = 0; i < POINTS; i++) {
        double mean = 0;
        for (int j = 0; j < 3; j++)
            mean += gradient(j, at[0][i]) / 3;
        ck_assert_double_eq_tol(found.b[i], -0.1 * mean * sqrt(2 / M_PI), 1e-4);
    }
    model_destroy(m);
}
END_TEST

START_TEST(sign_and_comparisons_are_no_lines) {
    struct model *m =
        create((struct statement){1, false, 1, WITH_REPLACEMENT, {"w - 0.1*sign(g)"}});
    ck_assert(!m->rule->affine && m->rule->branches);
    take(m, &found);
    for (int i = 0; i < POINTS; i++) {
        double mean = 0;
        for (int j = 0; j < 3; j++)
            mean += gradient(j, at[0][i]) > 0 ? 1.0 / 3 : -1.0 / 3;
        near(found.b[i], -0.1 * mean);
        near(found.D[i], 0.005 * (1 - mean * mean));
    }
    model_destroy(m);
}
END_TEST

/* One outcome but for a weight below rounding at either end of the normals: the variance is
 * 0.02 q, q < 4e-9 the chance of that outcome, and no rounding makes it negative. */
START_TEST(an_outcome_of_no_weight_leaves_no_negative_variance) {
    static const char *const text[2][2] = {
        {"w - 0.1*sign(w - 5 + 0.5*normal)", "v + 0.3*sign(w - 5 + 0.5*normal)"},
        {"w - 0.1*sign(w - 5 - 0.5*normal)", "v + 0.3*sign(w - 5 - 0.5*normal)"}};
    for (int dims = 1; dims <= 2; dims++)
        for (int side = 0; side < 2; side++) {
            struct model *m = create((struct statement){
                dims, false, 1, WITH_REPLACEMENT, {text[side][0], text[side][1]}});
            take(m, &found);
            for (int i = 0; i < POINTS; i++) {
                const double xx = found.D[i], xy = found.D[POINTS + i],
                             yy = found.D[2 * POINTS + i];
                ck_assert_double_eq_tol(found.b[i], 0.1, 0.2 * 4e-9);
                ck_assert_double_ge(xx, 0);
                ck_assert_double_le(xx, 0.02 * 4e-9);
                if (dims == 1) continue;
                ck_assert_double_ge(yy, 0);
                ck_assert_double_le(xy * xy, xx * yy * (1 + 1e-12));
            }
            model_destroy(m);
        }
}
END_TEST

static void check_slope(const char *first, const char *second, int table) {
    struct model *m =
        create((struct statement){2, table, 2, WITH_REPLACEMENT, {first, second}});
    struct interval_coefficients c;
    const double h = 1e-5;
    take(m, &found);
    coefficients_of_interval(m, 0, &c);
    const struct coefficients *k = &c.coefficients;
    for (int d = 0; d < 2; d++) {
        double moved[2][2][POINTS];
        for (int i = 0; i < POINTS; i++)
            for (int a = 0; a < 2; a++)
                for (int s = 0; s < 2; s++)
                    moved[s][a][i] = at[a][i] + (a == d ? (s == 0 ? h : -h) : 0);
        const double *const up[2] = {moved[0][0], moved[0][1]}, *const down[2] = {
                                                                    moved[1][0],
                                                                    moved[1][1]};
        ck_assert(k->diffusion(k->self, POINTS, up, other.D, &err));
        ck_assert(k->diffusion(k->self, POINTS, down, other.dD, &err));
        for (int q = 0; q < 3 * POINTS; q++)
            ck_assert_double_eq_tol(found.dD[3 * d * POINTS + q],
                                    (other.D[q] - other.dD[q]) / (2 * h), 1e-8);
    }
    model_destroy(m);
}

START_TEST(the_gradient_of_the_noise_is_its_derivative) {
    for (int table = 0; table < 2; table++) {
        check_slope(rms_text[0], rms_text[1], table);
        check_slope("w - 0.1*v*g + 0.2*w*normal", "0.9*v + g*(1 + w^2)", table);
    }
}
END_TEST

START_TEST(too_many_batches_are_refused_in_words) {
    struct graph *g = graph_create(&err);
    ck_assert(graph_variable(g, names[0], &err));
    expr l[100];
    for (int j = 0; j < 100; j++)
        l[j] = expr_binary(g, '*', expr_number(g, j), expr_input(g, 0));
    struct model_source s = {.kind = MODEL_DATAPOINTS,
                             .dims = 1,
                             .graph = g,
                             .variable = names,
                             .examples = 100,
                             .example = l,
                             .loss = EXPR_NONE,
                             .batch = 3,
                             .has_rule = true,
                             .rule_input = 1};
    ck_assert(graph_variable(g, "g", &err));
    s.update[0] = parse(g, "w - g^3");
    ck_assert(model_create(&s, &err) == NULL);
    ck_assert_ptr_nonnull(strstr(err.message, "can be drawn in 1.72e+05 ways"));
}
END_TEST

/* Heavy ball as a rule: the walkers of the built-in one, bit for bit. */
START_TEST(heavy_ball_as_a_rule_has_the_bits_of_the_built_in_one) {
    enum { WALKERS = 700, STEPS = 40 };
    const struct random_key key = {5, 0};
    struct model *rule = create((struct statement){
        2, true, 2, WITH_REPLACEMENT, {"w - 0.1*(0.9*v + g)", "0.9*v + g"}});
    const double *const *column = (const double *const *)rule->table->column;
    double rows[3][2];
    for (int k = 0; k < 3; k++)
        rows[k][0] = column[0][k], rows[k][1] = column[1][k];
    struct walkers_model own = {.kind = WALKERS_SGD,
                                .dims = 1,
                                .step = 1,
                                .eta = {0.1},
                                .momentum = 0.9,
                                .examples = 3,
                                .batch = 2,
                                .columns = 2,
                                .table = rows[0],
                                .lo = {-HUGE_VAL, -HUGE_VAL},
                                .hi = {HUGE_VAL, HUGE_VAL}};
    struct walkers_model ruled = own;
    ruled.dims = 2, ruled.rule = rule->rule, ruled.momentum = 0;
    /* the built-in one has the row's columns behind one variable: a model of its own */
    struct model *line =
        create((struct statement){1, true, 2, WITH_REPLACEMENT, {"w - g"}});
    struct program *one = program_create(line->graph, line->gradient, 1, &err),
                   *two = program_create(rule->graph, rule->gradient, 2, &err);
    own.function.program = one, ruled.function.program = two;
    struct walkers *a = walkers_create_for(&own, WALKERS, key, &err),
                   *b = walkers_create_for(&ruled, WALKERS, key, &err);
    for (int i = 0; i < WALKERS; i++)
        a->x[0][i] = b->x[0][i] = -1 + 0.003 * i;
    ck_assert_msg(walkers_advance(a, &own, STEPS, NULL, &err) &&
                      walkers_advance(b, &ruled, STEPS, NULL, &err),
                  "%s", err.message);
    ck_assert_mem_eq(a->x[0], b->x[0], WALKERS * sizeof(double));
    ck_assert_mem_eq(a->v[0], b->x[1], WALKERS * sizeof(double));
    ck_assert_double_ne(a->x[0][0], -1);
    walkers_destroy(a);
    walkers_destroy(b);
    program_destroy(one);
    program_destroy(two);
    model_destroy(line);
    model_destroy(rule);
}
END_TEST

/* w' = w + s (z - n), n' = z: w - s n keeps its value, whatever the normals are. */
START_TEST(both_lines_see_the_same_normal) {
    enum { WALKERS = 600, STEPS = 9 };
    const struct random_key key = {3, 1};
    struct model *m = create((struct statement){
        2, false, 1, WITH_REPLACEMENT, {"w + 0.5*(normal - v)", "normal"}});
    struct program *all = program_create(m->graph, m->example_gradient, 6, &err);
    const struct walkers_model process = {.kind = WALKERS_SGD,
                                          .dims = 2,
                                          .step = 1,
                                          .examples = 3,
                                          .batch = 1,
                                          .rule = m->rule,
                                          .function = {.program = all},
                                          .lo = {-HUGE_VAL, -HUGE_VAL},
                                          .hi = {HUGE_VAL, HUGE_VAL}};
    struct walkers *w = walkers_create_for(&process, WALKERS, key, &err);
    ck_assert_msg(walkers_advance(w, &process, STEPS, NULL, &err), "%s", err.message);
    double second = 0;
    for (int i = 0; i < WALKERS; i++) {
        ck_assert_double_eq_tol(w->x[0][i], 0.5 * w->x[1][i], 1e-14);
        second += w->x[1][i] * w->x[1][i] / WALKERS;
    }
    ck_assert_double_eq_tol(second, 1, 5 * sqrt(2.0 / WALKERS)); /* 5 standard errors */
    walkers_destroy(w);
    program_destroy(all);
    model_destroy(m);
}
END_TEST

Suite *rule_suite(void);
Suite *rule_suite(void) {
    Suite *s = suite_create("rule");
    TCase *t = tcase_create("moments");
    place();
    tcase_add_test(t, a_rule_that_is_not_linear_is_summed_over_all_batches);
    tcase_add_test(t, the_rule_of_sgd_has_its_coefficients);
    tcase_add_test(t, normals_have_their_moments);
    tcase_add_test(t, a_choice_by_another_variable_leaves_a_line);
    tcase_add_test(t, sign_and_comparisons_are_no_lines);
    tcase_add_test(t, an_outcome_of_no_weight_leaves_no_negative_variance);
    tcase_add_test(t, the_gradient_of_the_noise_is_its_derivative);
    tcase_add_test(t, too_many_batches_are_refused_in_words);
    suite_add_tcase(s, t);
    t = tcase_create("walkers");
    tcase_add_test(t, heavy_ball_as_a_rule_has_the_bits_of_the_built_in_one);
    tcase_add_test(t, both_lines_see_the_same_normal);
    suite_add_tcase(s, t);
    return s;
}
