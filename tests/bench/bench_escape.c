/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_escape [SIDE = 512]: what escape, modes and the kinetic equation cost, seconds of
 * CPU time.
 *   line      double well, 4096 cells: mean first-passage time, ten modes
 *   plane     double well L = (x^2-1)^2 + 2 (y-x/2)^2, SIDE^2 cells: the same, for
 *             barriers of 1/D = 7 and 50
 *   kinetic   SIDE^2 cells, 1000 steps
 * OMP_NUM_THREADS=1 for figures of one core. */
#include "solver/fv/line/escape.h"
#include "solver/fv/plane/spectrum.h"
#include "solver/time/kinetic/kinetic.h"
#include "tests/bench/usage.h"
#include "tests/solver/plane_models.h"
#include <stdio.h>

static void check(bool good, const struct error *err) {
    if (!good) puts(err->message), exit(1);
}

static bool line_drift(const void *self, size_t n, const double *const *x, double *b,
                       struct error *err) {
    (void)self, (void)err;
    for (size_t k = 0; k < n; k++)
        b[k] = x[0][k] - x[0][k] * x[0][k] * x[0][k];
    return true;
}
static bool line_diffusion(const void *self, size_t n, const double *const *x, double *D,
                           struct error *err) {
    (void)self, (void)x, (void)err;
    for (size_t k = 0; k < n; k++)
        D[k] = 0.05;
    return true;
}

static void bench_line(size_t cells) {
    struct error err;
    const struct axis_spec spec = {.cells = cells, .lo = -3, .hi = 3, .multiple = 1};
    const struct coefficients c = {.dims = 1,
                                   .constant_diffusion = true,
                                   .smooth = true,
                                   .drift = line_drift,
                                   .diffusion = line_diffusion,
                                   .diffusion_gradient = no_gradient2};
    struct grid *grid = grid_create(axis_create(&spec, &err), NULL, &err);
    struct line_generator *g = line_generator_create(grid, &c, &err);
    check(g != NULL, &err);
    bool *target = calloc(cells, sizeof *target);
    for (size_t i = 0; i < cells; i++)
        target[i] = grid->axis[0]->centre[i] > 1;
    double at = now();
    struct line_escape *e = line_escape_create(g, target, &err);
    check(e != NULL, &err);
    printf("line %zu: mean time %.6g in %.4f s", cells, exp(line_escape_log_time_at(e, -1)),
           now() - at);
    struct line_spectrum s;
    at = now();
    check(line_spectrum_compute(g, 10, &s, &err), &err);
    printf(", ten modes in %.4f s (rates %.4g .. %.4g)\n", now() - at, s.rate[0],
           s.rate[9]);
    line_spectrum_finish(&s), line_escape_destroy(e), free(target);
    line_generator_destroy(g), grid_destroy(grid);
}

static void bench_plane(size_t side, double D) {
    struct error err;
    const struct well2 well = {D};
    const struct coefficients c = well2_model(&well);
    struct grid *grid = square_grid(side, 2);
    double at = now();
    struct plane_generator *g = plane_generator_create(grid, &c, &err);
    check(g != NULL, &err);
    printf("plane %zu^2, D = %g: rates %.2f s", side, D, now() - at);
    bool *target = calloc(grid->cells, sizeof *target);
    for (size_t k = 0; k < grid->cells; k++)
        target[k] = grid->axis[0]->centre[k % side] > 1;
    at = now();
    struct plane_escape *e = plane_escape_create(g, target, &err);
    check(e != NULL, &err);
    printf(", mean time %.6g in %.2f s",
           exp(plane_escape_log_time_at(e, (double[]){-1, -0.5})), now() - at);
    struct line_spectrum s;
    at = now();
    check(plane_spectrum_compute(g, 10, &s, &err), &err);
    printf("\n  ten modes in %.2f s (rates %.4g .. %.4g), %.2f GB\n", now() - at, s.rate[0],
           s.rate[9], gigabytes());
    fflush(stdout);
    line_spectrum_finish(&s), plane_escape_destroy(e), free(target);
    plane_generator_destroy(g), grid_destroy(grid);
}

static bool forget(void *context, size_t k, const double *p, double time_error,
                   struct error *err) {
    (void)k, (void)p, (void)err;
    *(double *)context = time_error;
    return true;
}

static void bench_kinetic(size_t side) {
    struct error err;
    const struct side2 x = {SPACING_UNIFORM, side, -2.5, 2.5, 0, REFLECTING, REFLECTING};
    const struct side2 v = {SPACING_UNIFORM, side, -4, 4, 0, REFLECTING, REFLECTING};
    struct grid *grid = grid2_of(x, v);
    double *slope = malloc(side * sizeof *slope), error = 0;
    for (size_t i = 0; i < side; i++) {
        const double q = grid->axis[0]->centre[i];
        slope[i] = q * q * q - q;
    }
    double *p0 = malloc(grid->cells * sizeof *p0);
    cell_averages(grid, normal2_density, &(struct normal2){{-1, 0}, 0.1, 0, 0.1}, p0);
    const struct kinetic_options options = {
        .gamma = 1, .theta = 0.3, .step = 0.01, .tolerance = 1};
    struct kinetic *k = kinetic_create(grid, slope, &options, &err);
    const double t = 10, at = now();
    check(k != NULL && kinetic_advance(k, p0, 1, &t, forget, &error, &err), &err);
    printf("kinetic %zu^2: %lld steps in %.2f s (and half as many beside them), error "
           "%.1e\n",
           side, (long long)k->steps, now() - at, error);
    kinetic_destroy(k);
    free(p0), free(slope);
    grid_destroy(grid);
}

int main(int argc, char **argv) {
    const size_t side = argc > 1 ? strtoul(argv[1], NULL, 10) : 512;
    bench_line(4096);
    bench_plane(side, 0.15);
    bench_plane(side, 0.02);
    bench_kinetic(side);
    return 0;
}
