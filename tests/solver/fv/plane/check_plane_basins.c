/* SPDX-License-Identifier: GPL-3.0-or-later
 * The basins of slow modes are the wells. */
#include "solver/fv/basins.h"
#include "tests/solver/fv/plane/spectrum_world.h"
#include "tests/solver/plane_models.h"
#include <check.h>

/* ---- three wells at the corners of a triangle: phi = -ln(sum of Gaussians) / T ---- */
static const double corner[3][2] = {{-1, -0.6}, {1, -0.6}, {0, 1}};
static bool triangle_potential(const void *self, size_t n, const double *const *x,
                               double *phi, struct error *err) {
    (void)err;
    for (size_t k = 0; k < n; k++) {
        double sum = 0;
        for (int q = 0; q < 3; q++) {
            const double u = x[0][k] - corner[q][0], v = x[1][k] - corner[q][1];
            sum += exp(-6 * (u * u + v * v));
        }
        phi[k] = -log(sum) / *(const double *)self;
    }
    return true;
}
static bool triangle_drift(const void *self, size_t n, const double *const *x, double *b,
                           struct error *err) {
    (void)self, (void)err;
    for (size_t k = 0; k < n; k++) {
        double sum = 0, gx = 0, gy = 0;
        for (int q = 0; q < 3; q++) {
            const double u = x[0][k] - corner[q][0], v = x[1][k] - corner[q][1];
            const double e = exp(-6 * (u * u + v * v));
            sum += e, gx -= 12 * u * e, gy -= 12 * v * e;
        }
        b[k] = gx / sum, b[n + k] = gy / sum;
    }
    return true;
}
static bool triangle_diffusion(const void *self, size_t n, const double *const *x,
                               double *D, struct error *err) {
    (void)x, (void)err;
    for (size_t k = 0; k < n; k++)
        D[k] = D[2 * n + k] = *(const double *)self, D[n + k] = 0;
    return true;
}

START_TEST(basins_are_the_wells) {
    enum { N = 48, CELLS = N * N };
    const double T = 0.35;
    struct coefficients c = {.dims = 2,
                             .constant_diffusion = true,
                             .smooth = true,
                             .self = &T,
                             .drift = triangle_drift,
                             .diffusion = triangle_diffusion,
                             .diffusion_gradient = no_gradient2,
                             .potential = triangle_potential};
    struct world w;
    struct line_spectrum s;
    struct error err = {0};
    double gap;
    static int basin[CELLS];
    world_init(&w, c, side(N, -2.4, 2.4), side(N, -2.4, 2.4));
    compute(&w, 5, &s);
    ck_assert_uint_eq(line_spectrum_gap(&s, &gap), 2);
    ck_assert_double_gt(gap, 10);
    ck_assert_msg(basins_find(2, s.left, CELLS, basin, &err), "%s", err.message);
    for (size_t i = 0; i < CELLS; i++) {
        const double x = w.grid->axis[0]->centre[i % N], y = w.grid->axis[1]->centre[i / N];
        double far[3];
        int nearest = 0;
        for (int q = 0; q < 3; q++) {
            far[q] = hypot(x - corner[q][0], y - corner[q][1]);
            if (far[q] < far[nearest]) nearest = q;
        }
        bool clear = true; /* not near where two wells are equally far */
        for (int q = 0; q < 3; q++)
            clear = clear && (q == nearest || far[q] > far[nearest] + 0.3);
        if (clear) ck_assert_int_eq(basin[i], nearest);
    }
    line_spectrum_finish(&s);
    world_finish(&w);
}
END_TEST

Suite *plane_basins_suite(void);
Suite *plane_basins_suite(void) {
    Suite *s = suite_create("plane_basins");
    TCase *functions = tcase_create("functions");
    tcase_set_timeout(functions, 60);
    tcase_add_test(functions, basins_are_the_wells);
    suite_add_tcase(s, functions);
    return s;
}
