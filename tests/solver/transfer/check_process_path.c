/* SPDX-License-Identifier: GPL-3.0-or-later
 * One step of the second-order scheme against exact moments: linear drift and a diffusion
 * that is quadratic in the state, whose moments obey linear equations. */
#include "steps.h"
#include "tests/slope.h"
#include <string.h>

/* a = A x, D_e = constant_e + quadratic_e . (x^2, xy, y^2), e = xx, xy, yy. */
struct quadratic {
    double A[4], constant[3], quadratic[3][3];
};

static bool drift(const void *self, size_t n, const double *const *x, double *b,
                  struct error *e) {
    const struct quadratic *m = self;
    (void)e;
    for (size_t k = 0; k < n; k++) {
        b[k] = m->A[0] * x[0][k] + m->A[1] * x[1][k];
        b[n + k] = m->A[2] * x[0][k] + m->A[3] * x[1][k];
    }
    return true;
}
static bool diffusion(const void *self, size_t n, const double *const *x, double *D,
                      struct error *e) {
    const struct quadratic *m = self;
    (void)e;
    for (size_t c = 0; c < 3; c++)
        for (size_t k = 0; k < n; k++) {
            const double *q = m->quadratic[c], u = x[0][k], v = x[1][k];
            D[c * n + k] = m->constant[c] + q[0] * u * u + q[1] * u * v + q[2] * v * v;
        }
    return true;
}
static bool gradient(const void *self, size_t n, const double *const *x, double *dD,
                     struct error *e) {
    const struct quadratic *m = self;
    (void)e;
    for (size_t c = 0; c < 3; c++)
        for (size_t k = 0; k < n; k++) {
            const double *q = m->quadratic[c], u = x[0][k], v = x[1][k];
            dD[c * n + k] = 2 * q[0] * u + q[1] * v;
            dD[(3 + c) * n + k] = q[1] * u + 2 * q[2] * v;
        }
    return true;
}

/* D = 1/2 Sum_k (B_k x)(B_k x)^T + constant: positive semidefinite, columns that do not
 * commute. */
static struct quadratic turning_noise(double constant) {
    const double B[2][4] = {{0.5, 0.2, 0.1, 0.7}, {0.3, -0.6, 0.4, 0.1}};
    struct quadratic m = {{-0.5, 1, -1, -0.3}, {constant, constant / 3, constant}, {{0}}};
    for (int k = 0; k < 2; k++) {
        const double *r = B[k], *s = B[k] + 2;
        const double row[3][3] = {{r[0] * r[0], 2 * r[0] * r[1], r[1] * r[1]},
                                  {r[0] * s[0], r[0] * s[1] + r[1] * s[0], r[1] * s[1]},
                                  {s[0] * s[0], 2 * s[0] * s[1], s[1] * s[1]}};
        for (int c = 0; c < 3; c++)
            for (int q = 0; q < 3; q++)
                m.quadratic[c][q] += 0.5 * row[c][q];
    }
    return m;
}

/* D = g N, g = 1 + x^2 + y^2 and N full: the symmetric root's own drift is that of alpha N
 * grad g, for every alpha. */
static struct quadratic scaled_noise(void) {
    const double N[3] = {0.2, 0.1, 0.3};
    struct quadratic m = {{-0.5, 1, -1, -0.3}, {N[0], N[1], N[2]}, {{0}}};
    for (int c = 0; c < 3; c++)
        m.quadratic[c][0] = m.quadratic[c][2] = N[c];
    return m;
}

/* Ito's drift: A plus alpha times Sum_k d_k D_ik, which is linear. */
static void ito_drift(const struct quadratic *m, double alpha, double A[4]) {
    const double(*q)[3] = m->quadratic;
    const double divergence[4] = {2 * q[0][0] + q[1][1], q[0][1] + 2 * q[1][2],
                                  2 * q[1][0] + q[2][1], q[1][1] + 2 * q[2][2]};
    for (int k = 0; k < 4; k++)
        A[k] = m->A[k] + alpha * divergence[k];
}

/* y = E (x, y, x^2, xy, y^2) after the time h, by RK4 in 400 steps. */
static void rates(const struct quadratic *m, const double A[4], const double *y,
                  double *r) {
    double D[3];
    for (int c = 0; c < 3; c++)
        D[c] = m->constant[c] + m->quadratic[c][0] * y[2] + m->quadratic[c][1] * y[3] +
               m->quadratic[c][2] * y[4];
    r[0] = A[0] * y[0] + A[1] * y[1];
    r[1] = A[2] * y[0] + A[3] * y[1];
    r[2] = 2 * (A[0] * y[2] + A[1] * y[3]) + 2 * D[0];
    r[3] = A[0] * y[3] + A[1] * y[4] + A[2] * y[2] + A[3] * y[3] + 2 * D[1];
    r[4] = 2 * (A[2] * y[3] + A[3] * y[4]) + 2 * D[2];
}

static void exact_moments(const struct quadratic *m, double alpha, double h, double *y) {
    static const double part[4] = {1 / 6., 1 / 3., 1 / 3., 1 / 6.}, at[4] = {0, .5, .5, 1};
    double A[4], r[5] = {0};
    ito_drift(m, alpha, A);
    for (int step = 0; step < 400; step++) {
        double end[5], stage[5];
        memcpy(end, y, sizeof end);
        for (int s = 0; s < 4; s++) {
            for (int i = 0; i < 5; i++)
                stage[i] = y[i] + at[s] * h / 400 * r[i];
            rates(m, A, stage, r);
            for (int i = 0; i < 5; i++)
                end[i] += part[s] * h / 400 * r[i];
        }
        memcpy(y, end, sizeof end);
    }
}

/* Largest error of the five moments after one step from w. */
static double error_of_step(const struct coefficients *c, const struct quadratic *m,
                            const double *w, double h) {
    struct grid *grid = grid_of(2, 8, -40, 40);
    struct process *p = process_path(c, h, grid, &err);
    OK(p != NULL);
    struct outcome *out = array_create(p->most, sizeof *out, &err);
    size_t n = 0;
    OK(out != NULL && p->outcomes(p, w, NULL, out, &n, &err));
    ck_assert_uint_le(n, p->most);
    double got[6] = {0}, exact[5] = {w[0], w[1], w[0] * w[0], w[0] * w[1], w[1] * w[1]};
    for (size_t k = 0; k < n; k++) {
        const double *x = out[k].landing, pi = out[k].probability;
        const double f[6] = {x[0], x[1], x[0] * x[0], x[0] * x[1], x[1] * x[1], 1};
        for (int i = 0; i < 6; i++)
            got[i] += pi * f[i];
    }
    ck_assert_double_eq_tol(got[5], 1, 1e-14);
    exact_moments(m, c->alpha, h, exact);
    double worst = 0;
    for (int i = 0; i < 5; i++)
        worst = fmax(worst, fabs(got[i] - exact[i]));
    free(out);
    process_destroy(p);
    grid_destroy(grid);
    return worst;
}

/* A weak second-order scheme has local errors of third order, for full tensors that vary,
 * whichever variable comes first, and in all three readings. */
START_TEST(local_errors_are_of_third_order) {
    static const double alphas[] = {0, 0, 0, 1, 0.5, 1};
    static const double from[][2] = {{1, 0.2}, {0.2, 1}, {-0.5, 0.8},
                                     {1, 0.5}, {1, 0.5}, {0.3, -1}};
    const struct quadratic m = _i == 4 ? scaled_noise() : turning_noise(_i == 2 ? 0 : 0.1);
    const struct coefficients c = {.dims = 2,
                                   .alpha = alphas[_i],
                                   .smooth = true,
                                   .self = &m,
                                   .drift = drift,
                                   .diffusion = diffusion,
                                   .diffusion_gradient = gradient};
    double h[4], e[4];
    for (int k = 0; k < 4; k++) {
        h[k] = 0.2 * pow(0.5, k);
        e[k] = error_of_step(&c, &m, from[_i], h[k]);
    }
    const double order = log2(e[2] / e[3]);
    ck_assert_msg(order > 2.7 && order < 3.3, "case %d: order %g (%g %g %g %g)", _i, order,
                  e[0], e[1], e[2], e[3]);
}
END_TEST

/* dx = a x dt + s x dW: E x^k = exp(k a + k (k - 1) s^2 / 2), k to 4, also in the readings
 * that add alpha D' = alpha s^2 x to the drift. */
static bool growth_drift(const void *self, size_t n, const double *const *x, double *b,
                         struct error *e) {
    (void)e;
    for (size_t k = 0; k < n; k++)
        b[k] = *(const double *)self * x[0][k];
    return true;
}
static bool growth_noise(const void *self, size_t n, const double *const *x, double *D,
                         struct error *e) {
    (void)e, (void)self;
    for (size_t k = 0; k < n; k++)
        D[k] = 0.08 * x[0][k] * x[0][k]; /* s = 0.4 */
    return true;
}
static bool growth_slope(const void *self, size_t n, const double *const *x, double *dD,
                         struct error *e) {
    (void)e, (void)self;
    for (size_t k = 0; k < n; k++)
        dD[k] = 0.16 * x[0][k];
    return true;
}

START_TEST(moments_of_a_growing_line) {
    const double a = -0.3, alpha = _i / 2., x = 1.2;
    const struct coefficients c = {.dims = 1,
                                   .alpha = alpha,
                                   .smooth = true,
                                   .self = &a,
                                   .drift = growth_drift,
                                   .diffusion = growth_noise,
                                   .diffusion_gradient = growth_slope};
    struct grid *grid = grid_of(1, 8, -40, 40);
    for (int power = 1; power <= 4; power++) {
        double e[2];
        for (int k = 0; k < 2; k++) {
            const double h = k == 0 ? 0.2 : 0.1;
            struct process *p = process_path(&c, h, grid, &err);
            struct outcome out[18];
            size_t n = 0;
            OK(p != NULL && p->outcomes(p, &x, NULL, out, &n, &err));
            double got = 0;
            for (size_t q = 0; q < n; q++)
                got += out[q].probability * pow(out[q].landing[0], power);
            const double rate = power * (a + alpha * 0.16) + power * (power - 1) * 0.08;
            e[k] = fabs(got - pow(x, power) * exp(rate * h));
            process_destroy(p);
        }
        const double order = log2(e[0] / e[1]);
        ck_assert_msg(order > 2.7 && order < 4.3, "alpha %g, power %d: order %g (%g, %g)",
                      alpha, power, order, e[0], e[1]);
    }
    grid_destroy(grid);
}
END_TEST

/* Other readings of a full tensor that varies are not defined. */
START_TEST(refuses_an_undefined_reading) {
    const struct quadratic m = turning_noise(0.1);
    const struct coefficients c = {.dims = 2,
                                   .alpha = 0.25,
                                   .self = &m,
                                   .drift = drift,
                                   .diffusion = diffusion,
                                   .diffusion_gradient = gradient};
    struct grid *grid = grid_of(2, 8, -4, 4);
    ck_assert_ptr_null(process_path(&c, 0.1, grid, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "alpha = 0.25"));
    grid_destroy(grid);
}
END_TEST

Suite *process_path_suite(void);
Suite *process_path_suite(void) {
    Suite *suite = suite_create("process_path");
    TCase *order = tcase_create("order");
    tcase_add_loop_test(order, local_errors_are_of_third_order, 0, 6);
    tcase_add_loop_test(order, moments_of_a_growing_line, 0, 3);
    tcase_add_test(order, refuses_an_undefined_reading);
    suite_add_tcase(suite, order);
    return suite;
}
