/* SPDX-License-Identifier: GPL-3.0-or-later
 * Laws in the plane of models that depend on the time, against a recursion of their own: of
 * z = (x, y, 1), a step z -> T_k(t) z + noise, T_k affine and drawn with equal chances, takes
 *     M = E z z^T   to   1/n Sum_k T_k M T_k^T + N(t),
 * N the covariance of the noise. Deposits keep these moments (docs/numerics.md 10.1). */
#include "tests/solver/laws/laws_world.h"
#include <math.h>
#include <string.h>

#define PLANE                                                                              \
    "grid: {x: {min: -7, max: 7, cells: 24}, y: {min: -7, max: 7, cells: 24}}\n"           \
    "initial: {gaussian: {mean: [0.8, -0.4], std: [0.4, 0.3]}}\n"
#define TWELVE  "time: {snapshots: {linear: [1, 12, 12]}}\n"
#define THREE   "time: {snapshots: [1, 2, 3]}\n"
#define OF(...) "model: {variables: [x, y], " __VA_ARGS__ "}\n"

static const double pi = 3.14159265358979323846;

typedef double matrix[3][3];

/* to += weight T M T^T */
static void add_turned(double weight, matrix T, matrix M, matrix to) {
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                for (int l = 0; l < 3; l++)
                    to[i][j] += weight * T[i][k] * M[k][l] * T[j][l];
}

/* M after one step by n maps. */
static void step_moments(int n, matrix T[], double Nxx, double Nxy, double Nyy, matrix M) {
    matrix next = {{Nxx, Nxy, 0}, {Nxy, Nyy, 0}, {0, 0, 0}};
    for (int k = 0; k < n; k++)
        add_turned(1.0 / n, T[k], M, next);
    memcpy(M, next, sizeof next);
}

/* Two examples, gradients (x + y/2 - 1, x/2 + y) and (x - cos(t/3), 2 y + 0.3); one drawn. */
static void examples_at(double eta, double t, matrix M) {
    matrix T[2] = {
        {{1 - eta, -eta / 2, eta}, {-eta / 2, 1 - eta, 0}, {0, 0, 1}},
        {{1 - eta, 0, eta * cos(t / 3)}, {0, 1 - 2 * eta, -0.3 * eta}, {0, 0, 1}}};
    step_moments(2, T, 0, 0, 0, M);
}
#define EXAMPLES "datapoints: [(x^2 + x*y + y^2)/2 - x, x^2/2 - x*cos(t/3) + y^2 + 0.3*y], "

static void cut_examples(double t, matrix M) {
    examples_at(t < 4 ? 0.3 : 0.05, t, M);
}

static void cosine_examples(double t, matrix M) {
    examples_at(0.3 * pow(cos(pi * t / 24), 2), t, M);
}

/* G = (x + y/2 - sin t, x/2 + y), C = [[1 + t/4, 0.5], [0.5, 2]], B = 4. */
static void noise_of_time(double t, matrix M) {
    const double eta = 0.2 * exp(-t / 10), N = eta * eta / 4;
    matrix T[1] = {{{1 - eta, -eta / 2, eta * sin(t)}, {-eta / 2, 1 - eta, 0}, {0, 0, 1}}};
    step_moments(1, T, N * (1 + t / 4), N * 0.5, N * 2, M);
}

/* Euler's chain of dx = (-x + y/2 + cos 2t) dt, dy = (-x/2 - 3y/2) dt and
 * D = [[0.1 + 0.05 sin t, 0.04], [0.04, 0.08]], steps of 1/2. */
static void chain(double t, matrix M) {
    for (int k = 0; k < 2; k++, t += 0.5) {
        const double h = 0.5, D = 0.1 + 0.05 * sin(t);
        matrix T[1] = {
            {{1 - h, h / 2, h * cos(2 * t)}, {-h / 2, 1 - 1.5 * h, 0}, {0, 0, 1}}};
        step_moments(1, T, 2 * h * D, 2 * h * 0.04, 2 * h * 0.08, M);
    }
}

static const struct {
    const char *text;
    void (*step)(double t, matrix M); /* from t to t + 1 */
} subjects[] = {
    {OF(EXAMPLES "learning_rate: \"if(t < 4, 0.3, 0.05)\"") PLANE TWELVE
     "law: {kinds: [sgd], cells: 24}\n",
     cut_examples},
    {OF(EXAMPLES "learning_rate: 0.3*cos(pi*t/24)^2") PLANE TWELVE
     "law: {kinds: [sgd], cells: 24}\n",
     cosine_examples},
    {OF("loss: (x^2 + x*y + y^2)/2 - x*sin(t), noise: {covariance: [[1 + t/4, 0.5], "
        "[0.5, 2]]}, batch_size: 4, learning_rate: 0.2*exp(-t/10)") PLANE THREE
     "law: {kinds: [gaussian], cells: 24}\n",
     noise_of_time},
    {OF("drift: [-x + y/2 + cos(2*t), -x/2 - 1.5*y], diffusion: [[0.1 + 0.05*sin(t), "
        "0.04], "
        "[0.04, 0.08]]") PLANE THREE "law: {kinds: [sde], cells: 24}\n"
                                     "monte_carlo: {walkers: 0, step: 1, substeps: 2}\n",
     chain},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

static void check_moments(const struct kind_law *law, matrix M) {
    const struct grid *grid = law->cells.level[0].grid;
    const double *mass = grid_law_mass(&law->on[0]);
    for (int d = 0; d < 2; d++) {
        const struct moments m = moments_of_masses(grid, mass, d);
        ck_assert_double_eq_tol(m.mean, M[d][2], 1e-10);
        ck_assert_double_eq_tol(m.variance, M[d][d] - M[d][2] * M[d][2], 1e-10);
    }
    ck_assert_double_eq_tol(covariance_of_masses(grid, mass), M[0][1] - M[0][2] * M[1][2],
                            1e-10);
}

START_TEST(moments_are_those_of_the_steps_of_their_time) {
    matrix M = {{0.64 + 0.16, -0.32, 0.8}, {-0.32, 0.16 + 0.09, -0.4}, {0.8, -0.4, 1}};
    struct world w;
    ck_assert_msg(world_open(&w, subjects[_i].text), "%s", w.err.message);
    for (size_t row = 0; row < w.setup->snapshots; row++) {
        for (size_t kind = 0; kind < w.laws->kinds; kind++)
            check_moments(law_at(&w, kind, row), M);
        subjects[_i].step(w.setup->time[row], M);
    }
    world_close(&w);
}
END_TEST

Suite *laws_driven_suite(void);
Suite *laws_driven_suite(void) {
    Suite *s = suite_create("laws_driven");
    TCase *t = tcase_create("plane");
    tcase_add_loop_test(t, moments_are_those_of_the_steps_of_their_time, 0, SUBJECTS);
    tcase_set_timeout(t, 0);
    suite_add_tcase(s, t);
    return s;
}
