/* SPDX-License-Identifier: GPL-3.0-or-later
 * Laws of processes from settings: moments against recursions, cells, schedules, starts and
 * what is refused. */
#include "grids/field.h"
#include "tests/slope.h"
#include "tests/solver/laws/laws_world.h"
#include <math.h>
#include <string.h>

/* l_j = a_j w^2/2 - c_j w: a step of batch {j} is w -> (1 - eta a_j) w + eta c_j. */
static const double a[] = {0.4, 1.6, 1.0}, c[] = {0.5, -0.3, -0.2};
#define CURVES  "datapoints: [0.4*w^2/2 - 0.5*w, 1.6*w^2/2 + 0.3*w, w^2/2 + 0.2*w]"
#define GRID    "grid: {w: {min: -10, max: 10, cells: 400}}\n"
#define START   "initial: {gaussian: {mean: 1.3, std: 0.4}}\n"
#define TIMES   "time: {snapshots: {linear: [1, 60, 60]}}\n"
#define OF(...) "model: {variables: [w], " __VA_ARGS__ "}\n"

/* E w and E w^2 after a step with batches of B with replacement: g is the mean of B
 * independent ones. */
static void step(double eta, double B, double *first, double *second) {
    double A = 0, C = 0, AA = 0, AC = 0, CC = 0;
    for (int j = 0; j < 3; j++)
        A += a[j] / 3, C += c[j] / 3, AA += a[j] * a[j] / 3, AC += a[j] * c[j] / 3,
            CC += c[j] * c[j] / 3;
    /* E (1 - eta A_B)^2 = (1 - eta A)^2 + eta^2 Var(a)/B, ... */
    const double vaa = (AA - A * A) / B, vac = (AC - A * C) / B, vcc = (CC - C * C) / B;
    const double s = 1 - eta * A;
    *second = (s * s + eta * eta * vaa) * *second +
              2 * (s * eta * C - eta * eta * vac) * *first + eta * eta * (C * C + vcc);
    *first = s * *first + eta * C;
}

static void check_moments(struct world *w, size_t kind, size_t row, double first,
                          double second) {
    const struct moments m = moments_at(w, kind, row);
    ck_assert_double_le(fabs(m.mean - first), 1e-11);
    /* Where the law is narrower than a cell, rounding is that of the cell. */
    const double variance = second - first * first,
                 h = w->laws->kind[kind].cells.level[0].grid->axis[0]->width[0];
    ck_assert_double_le(fabs(m.variance - variance), 1e-10 * variance + 1e-11 * h * h);
}

static const struct {
    const char *batch;
    double B;
} batches[] = {{"1", 1}, {"2", 2}, {"4", 4}, {"40", 40}, {"200", 200}};
enum { BATCHES = sizeof batches / sizeof *batches };

/* Up to 40 every batch is enumerated, beyond that the ring is taken. */
START_TEST(moments_of_sgd_and_gaussian_are_exact_at_every_snapshot) {
    char text[600];
    snprintf(text, sizeof text,
             OF(CURVES ", learning_rate: 0.3, batch_size: %s") GRID START TIMES
             "law: {kinds: [sgd, gaussian], cells: same}\n",
             batches[_i].batch);
    struct world w;
    ck_assert_msg(world_open(&w, text), "%s", w.err.message);
    double first = 1.3, second = 1.3 * 1.3 + 0.16;
    for (size_t row = 0; row < w.setup->snapshots; row++) {
        for (size_t kind = 0; kind < 2; kind++)
            check_moments(&w, kind, row, first, second);
        step(0.3, batches[_i].B, &first, &second);
    }
    world_close(&w);
}
END_TEST

START_TEST(the_learning_rate_of_each_interval_is_taken) {
    struct world w;
    ck_assert(world_open(&w, OF(CURVES ", learning_rate: [{until: 10, value: 0.3}, {until: "
                                       "25, value: 0.1}, {value: 0.02}]") GRID START TIMES
                         "law: {}\n"));
    double first = 1.3, second = 1.3 * 1.3 + 0.16;
    for (size_t row = 0; row < w.setup->snapshots; row++) {
        check_moments(&w, 0, row, first, second);
        step(row < 10 ? 0.3 : row < 25 ? 0.1 : 0.02, 1, &first, &second);
    }
    world_close(&w);
}
END_TEST

/* dw = -w dt + sqrt(2 D) dW per unit of time, h = 0.1/4: Euler's chain. */
START_TEST(the_chain_of_the_sde_is_that_of_the_walkers) {
    struct world w;
    ck_assert(world_open(&w, OF("drift: -w, diffusion: 0.3") GRID START
                         "time: {snapshots: [1, 2, 5]}\n"
                         "monte_carlo: {walkers: 0, step: 0.1, substeps: 4}\n"
                         "law: {kinds: sde}\n"));
    const double h = 0.025;
    for (size_t row = 1; row < 4; row++) {
        const double steps = w.setup->time[row] / h, q = pow(1 - h, 2 * steps);
        const struct moments m = moments_at(&w, 0, row);
        ck_assert_double_le(fabs(m.mean - 1.3 * pow(1 - h, steps)), 1e-11);
        ck_assert_double_le(
            fabs(m.variance / (0.16 * q + 0.6 * h * (1 - q) / (1 - (1 - h) * (1 - h))) - 1),
            1e-9);
    }
    world_close(&w);
}
END_TEST

/* KS distance of the file's density on other cells of the law from that on 3200 of them. */
static double ks_of_cells(const char *cells, const double *reference, double *density) {
    char text[600];
    snprintf(text, sizeof text,
             OF("datapoints: [w^2/2 - w, w^2/2 + w + 0.3*cos(w)], learning_rate: "
                "0.1") GRID START "time: {snapshots: [30]}\n"
                                  "law: {cells: %s, kinds: [gaussian]}\n",
             cells);
    struct world w;
    ck_assert_msg(world_open(&w, text), "%s", w.err.message);
    const struct kind_law *law = law_at(&w, 0, 1);
    const struct axis *axis = w.setup->grid->axis[0];
    double sum = 0, most = 0;
    ck_assert_double_le(fabs(field_mass(w.setup->grid, law->density) - 1), 1e-12);
    for (size_t i = 0; reference != NULL && i < axis->cells; i++) {
        sum += (law->density[i] - reference[i]) * axis->width[i];
        most = fmax(most, fabs(sum));
    }
    /* Half the cells say at least as much as there is. */
    if (reference != NULL) ck_assert_double_le(most, law->each[1].error_ks);
    memcpy(density, law->density, axis->cells * sizeof *density);
    world_close(&w);
    return most;
}

START_TEST(cells_of_the_law_may_be_finer_or_coarser_than_the_file) {
    static const char *const cells[] = {"100", "200", "same", "800"};
    const double h[] = {8, 4, 2, 1};
    double fine[400], other[400], ks[4];
    ks_of_cells("3200", NULL, fine);
    for (int k = 0; k < 4; k++)
        ks[k] = ks_of_cells(cells[k], fine, other);
    ck_assert_double_le(ks[2], 2e-4);
    const double order = slope(4, h, ks);
    ck_assert_msg(3.5 < order && order < 4.3, "order %g", order);
}
END_TEST

START_TEST(a_point_stays_a_point_until_the_first_step) {
    struct world w;
    ck_assert(world_open(&w, OF(CURVES ", learning_rate: 0.3") GRID
                         "initial: {point: 1.2345}\n" TIMES "law: {}\n"));
    double first = 1.2345, second = 1.2345 * 1.2345;
    const struct moments m = moments_at(&w, 0, 0);
    ck_assert_double_le(fabs(m.mean - first), 1e-13);
    ck_assert_double_le(m.variance, 1e-13);
    ck_assert_double_nan(m.kurtosis);
    for (size_t row = 1; row < 20; row++) {
        step(0.3, 1, &first, &second);
        const struct moments later = moments_at(&w, 0, row);
        ck_assert_double_le(fabs(later.mean - first), 1e-11);
        ck_assert_double_le(fabs(later.variance - (second - first * first)), 1e-11);
    }
    world_close(&w);
}
END_TEST

START_TEST(positive_laws_have_no_negative_mass) {
    struct world w;
    ck_assert(world_open(&w, OF(CURVES ", learning_rate: 0.3") GRID
                         "initial: {uniform: {min: 1, max: 1.2}}\n" TIMES
                         "law: {positive: true}\n"));
    double first = 1.1, second = 1.1 * 1.1 + 0.04 / 12;
    for (size_t row = 0; row < 30; row++) {
        const struct kind_law *law = law_at(&w, 0, row);
        ck_assert_double_eq(law->each[row].negative, 0);
        ck_assert_double_le(fabs(law->each[row].mass - 1), 1e-12);
        ck_assert_double_le(fabs(moments_at(&w, 0, row).mean - first), 1e-11);
        step(0.3, 1, &first, &second);
    }
    world_close(&w);
}
END_TEST

START_TEST(what_an_end_absorbs_is_missing) {
    struct world w;
    ck_assert(world_open(
        &w, OF(CURVES
               ", learning_rate: 0.3") "grid: {w: {min: 0.4, max: 6, cells: 224, boundary: "
                                       "[absorbing, "
                                       "reflecting]}}\n"
                                       "initial: {gaussian: {mean: 1.3, std: 0.15}}\n" TIMES
                                       "law: {}\n"));
    double before = 1;
    for (size_t row = 1; row < 30; row++) {
        const struct kind_law *law = law_at(&w, 0, row);
        ck_assert_double_le(law->each[row].mass, before + 1e-9);
        ck_assert_double_le(fabs(law->each[row].mass + grid_law_absorbed(&law->on[0]) - 1),
                            1e-12);
        before = law->each[row].mass;
    }
    ck_assert_double_le(before, 0.5);
    world_close(&w);
}
END_TEST

/* The linear model of two parameters: E x' = (1 - eta H) E x + eta H x*. */
START_TEST(two_variables_keep_their_moments) {
    struct world w;
    ck_assert(world_open(
        &w, "model: {variables: [x, y], datapoints: [(x + y - 1)^2/2, (x - 2*y)^2/2, "
            "(x + 0.5)^2/2], learning_rate: 0.1, batch_size: 2}\n"
            "grid: {x: {min: -3, max: 3, cells: 64}, y: {min: -3, max: 3, cells: 64}}\n"
            "initial: {gaussian: {mean: [0.8, -0.4], std: [0.3, 0.3]}}\n"
            "time: {snapshots: [1, 2, 10]}\nlaw: {cells: 64}\n"));
    double x = 0.8, y = -0.4;
    size_t row = 1;
    for (int k = 1; k <= 10; k++) {
        const double gx = (x + y - 1 + x - 2 * y + x + 0.5) / 3,
                     gy = (x + y - 1 - 2 * (x - 2 * y)) / 3;
        x -= 0.1 * gx, y -= 0.1 * gy;
        if (k != w.setup->time[row]) continue;
        const struct kind_law *law = law_at(&w, 0, row++);
        const double *mass = grid_law_mass(&law->on[0]);
        ck_assert_double_le(
            fabs(moments_of_masses(w.laws->kind[0].cells.level[0].grid, mass, 0).mean - x),
            1e-11);
        ck_assert_double_le(
            fabs(moments_of_masses(w.laws->kind[0].cells.level[0].grid, mass, 1).mean - y),
            1e-11);
    }
    world_close(&w);
}
END_TEST

/* v <- mu v + x + xi, x <- x - eta v; X = x + eta v/2, V = scale v: means and
 * covariance are a linear recursion. Averaging has (1 - mu) (x + xi). */
static void check_momentum(const char *form, double gain) {
    const double eta = 0.04, mu = 0.7, scale = -sqrt(eta * gain) / gain;
    char text[600];
    snprintf(text, sizeof text,
             "model: {variables: [x, V], loss: x^2/2, noise: {covariance: 2}, momentum: "
             "0.7, momentum_form: %s, learning_rate: 0.04, dynamics: kinetic}\n"
             "grid: {x: {min: -4, max: 4, cells: 64}, V: {min: -3, max: 3, cells: 64}}\n"
             "initial: {gaussian: {mean: [0.8, -0.4], std: [0.3, 0.3]}}\n"
             "time: {snapshots: [1, 2, 10, 40]}\nlaw: {kinds: gaussian}\n",
             form);
    struct world w;
    ck_assert_msg(world_open(&w, text), "%s", w.err.message);
    const double v0 = -0.4 / scale, vv0 = 0.09 / (scale * scale), half = eta / 2;
    double x = 0.8 - half * v0, v = v0;
    double xx = 0.09 + half * half * vv0, xv = -half * vv0, vv = vv0;
    size_t row = 1;
    for (int k = 1; k <= 40; k++) {
        const double s = 2 * gain * gain; /* v' = mu v + gain x + noise of variance s */
        const double nv = mu * v + gain * x;
        const double nvv = mu * mu * vv + 2 * mu * gain * xv + gain * gain * xx + s,
                     nxv = mu * xv + gain * xx; /* Cov(x, v') */
        xx += -2 * eta * nxv + eta * eta * nvv, xv = nxv - eta * nvv, vv = nvv;
        v = nv, x -= eta * nv;
        if (k != w.setup->time[row]) continue;
        const struct kind_law *law = law_at(&w, 0, row++);
        const double *mass = grid_law_mass(&law->on[0]);
        const struct moments X = moments_of_masses(w.laws->kind[0].cells.level[0].grid,
                                                   mass, 0),
                             V = moments_of_masses(w.laws->kind[0].cells.level[0].grid,
                                                   mass, 1);
        ck_assert_double_le(fabs(X.mean - (x + half * v)), 1e-10);
        ck_assert_double_le(fabs(V.mean - scale * v), 1e-10);
        ck_assert_double_le(fabs(X.variance / (xx + 2 * half * xv + half * half * vv) - 1),
                            1e-9);
        ck_assert_double_le(fabs(V.variance / (scale * scale * vv) - 1), 1e-9);
        ck_assert_double_le(
            fabs(covariance_of_masses(w.laws->kind[0].cells.level[0].grid, mass) -
                 scale * (xv + half * vv)),
            1e-10);
    }
    world_close(&w);
}

START_TEST(momentum_lives_in_the_plane) {
    check_momentum("heavy_ball", 1);
    check_momentum("averaging", 0.3);
}
END_TEST

#define NORMAL "loss: w^2/2, noise: {covariance: 1}, learning_rate: 0.1"
static const struct {
    const char *text, *sentence;
} refused[] = {
    {OF(NORMAL) GRID START TIMES "law: {}\n", "a loss with noise has kind gaussian"},
    {OF(NORMAL) GRID START TIMES "law: {kinds: [gaussian, gaussian]}\n", "stands twice"},
    {OF(NORMAL) GRID START TIMES "law: {kinds: [gaussian], cells: 7}\n", "even number"},
    {OF(NORMAL) GRID START TIMES "law: {kinds: [gaussian], cells: 1e9}\n",
     "1000000000 cells; an even number from 8 to 16777216 is wanted"},
    {OF(NORMAL) GRID START TIMES "law: {kinds: [gaussian], cells: 150}\n",
     "multiple or a divisor of the grid's 400"},
    {OF(NORMAL) GRID START TIMES "law: {kinds: [gaussian], cells: [400, 400]}\n",
     "2 numbers for 1 variable"},
    {OF(NORMAL ", momentum: 0.9") GRID START TIMES "law: {kinds: [gaussian]}\n",
     "with momentum the law of SGD lives in"},
    {OF(CURVES ", learning_rate: 0.1, sampling: reshuffled") GRID START TIMES
     "law: {kinds: [sgd]}\n",
     "take walkers of kind sgd"},
    {OF("drift: -w, diffusion: 1") GRID START TIMES "law: {kinds: [sgd]}\n",
     "their law is of kind sde"},
    {OF("drift: -w, diffusion: 1") GRID START TIMES "law: {kinds: [sde]}\n",
     "it needs monte_carlo.step"},
    {OF("loss: w^2/2, noise: {stable: {alpha: 1.5, sigma: 1}}, learning_rate: 0.1")
         GRID START TIMES "law: {kinds: [gaussian]}\n",
     "take walkers"},
};
enum { REFUSED = sizeof refused / sizeof *refused };

START_TEST(what_has_no_law_is_refused_with_its_place) {
    struct world w;
    ck_assert(!world_open(&w, refused[_i].text));
    ck_assert_int_eq(w.err.kind, ERROR_SETTINGS);
    ck_assert_msg(strstr(w.err.message, refused[_i].sentence) != NULL, "%s", w.err.message);
    ck_assert_msg(strstr(w.err.message, ": law") != NULL, "%s", w.err.message);
    world_close(&w);
}
END_TEST

Suite *laws_suite(void);
Suite *laws_suite(void) {
    Suite *s = suite_create("laws");
    TCase *t = tcase_create("settings");
    tcase_add_loop_test(t, moments_of_sgd_and_gaussian_are_exact_at_every_snapshot, 0,
                        BATCHES);
    tcase_add_test(t, the_learning_rate_of_each_interval_is_taken);
    tcase_add_test(t, the_chain_of_the_sde_is_that_of_the_walkers);
    tcase_add_test(t, cells_of_the_law_may_be_finer_or_coarser_than_the_file);
    tcase_add_test(t, a_point_stays_a_point_until_the_first_step);
    tcase_add_test(t, positive_laws_have_no_negative_mass);
    tcase_add_test(t, what_an_end_absorbs_is_missing);
    tcase_add_test(t, two_variables_keep_their_moments);
    tcase_add_test(t, momentum_lives_in_the_plane);
    tcase_add_loop_test(t, what_has_no_law_is_refused_with_its_place, 0, REFUSED);
    tcase_set_timeout(t, 0);
    suite_add_tcase(s, t);
    return s;
}
