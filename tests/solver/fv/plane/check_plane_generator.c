/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/canonical.h"
#include "solver/fv/plane/generator.h"
#include "tests/solver/plane_models.h"
#include <check.h>
#include <float.h>
#include <omp.h>
#include <string.h>

static const struct well2 well = {0.15};
static const struct power2 power = {0.1};
static struct linear2 curl, steep, line;

static void set_up(void) {
    /* docs/theory.md 3.2 */
    curl = (struct linear2){{2, 0.5, 0.5, 1}, {0.05, -0.015, 0.025}};
    steep = winding2(0.5, 0.01, M_PI / 6);
    line = winding2(0.5, 0, atan(0.4142)); /* rank one, along no short offset */
}

enum { MODELS = 6 };
static struct coefficients model(int k) {
    switch (k) {
    case 0:
        return well2_model(&well);
    case 1:
        return linear2_model(&curl);
    case 2:
        return linear2_model(&steep);
    case 3:
        return linear2_model(&line);
    case 4:
        return power2_model(&power);
    default:
        return round2_model(&power, 0.5);
    }
}

enum { GRIDS = 4 };
static struct grid *grid_of(int k) {
    const struct side2 plain = {SPACING_UNIFORM, 20, -2, 2, 0, REFLECTING, REFLECTING};
    const struct side2 sinh_ = {SPACING_SINH, 24, -2, 1.5, 0.7, REFLECTING, REFLECTING};
    const struct side2 open = {SPACING_UNIFORM, 18, -2, 2, 0, ABSORBING, REFLECTING};
    const struct side2 loop = {SPACING_UNIFORM, 21, -2, 2, 0, PERIODIC, PERIODIC};
    switch (k) {
    case 0:
        return grid2_of(plain, sinh_);
    case 1:
        return grid2_of(open, plain);
    case 2:
        return grid2_of(loop, plain);
    default:
        return grid2_of(open, open);
    }
}

static struct plane_generator *create(const struct grid *grid, struct coefficients m) {
    struct error err;
    struct plane_generator *g = plane_generator_create(grid, &m, &err);
    ck_assert_msg(g != NULL, "%s", err.message);
    return g;
}

/* Off-diagonals >= 0 and columns that sum to minus the exits, to the rounding of at most 20
 * entries of a column. */
START_TEST(rates_are_not_negative_and_mass_is_conserved) {
    struct grid *grid = grid_of(_i / MODELS);
    struct plane_generator *g = create(grid, model(_i % MODELS));
    double *out = calloc(g->cells, sizeof *out);
    for (size_t k = 0; k < g->exits; k++)
        out[g->exit[k].cell] += g->exit[k].rate / grid->volume[g->exit[k].cell];
    for (size_t j = 0; j < g->cells; j++) {
        double sum = out[j], size = 0;
        for (int64_t k = g->matrix->start[j]; k < g->matrix->start[j + 1]; k++) {
            ck_assert(g->matrix->row[k] == (int64_t)j || g->matrix->value[k] >= 0);
            sum += g->matrix->value[k], size += fabs(g->matrix->value[k]);
        }
        ck_assert_double_le(fabs(sum), 20 * DBL_EPSILON * size);
    }
    ck_assert_int_eq(g->exits > 0, g->absorbing);
    free(out);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

static void bump(const struct grid *grid, double *p) {
    cell_averages(grid, normal2_density, &(struct normal2){{0.3, -0.4}, 0.3, 0.05, 0.2}, p);
}

START_TEST(the_flux_through_faces_is_the_rate_of_change_of_every_cell) {
    struct grid *grid = grid_of(_i / MODELS);
    struct plane_generator *g = create(grid, model(_i % MODELS));
    const size_t nx = grid->axis[0]->cells, ny = grid->axis[1]->cells;
    double *p = calloc(g->cells, sizeof *p), *rate = calloc(g->cells, sizeof *p);
    double *m = calloc(g->cells, sizeof *p), *by_matrix = calloc(g->cells, sizeof *p);
    double *x = calloc((nx + 1) * ny, sizeof *x), *y = calloc(nx * (ny + 1), sizeof *y);
    double scale;
    struct error err;
    bump(grid, p);
    plane_generator_apply(g, p, rate);
    plane_generator_flux(g, p, x, y);
    ck_assert(plane_generator_flux_scale(g, p, &scale, &err));
    for (size_t k = 0; k < g->cells; k++)
        m[k] = p[k] * grid->volume[k];
    sparse_apply(g->matrix, m, by_matrix);
    for (size_t k = 0; k < g->cells; k++) {
        const size_t i = k % nx, j = k / nx;
        const double hx = grid->axis[0]->width[i], hy = grid->axis[1]->width[j];
        const double divergence =
            (x[j * (nx + 1) + i + 1] - x[j * (nx + 1) + i]) / hx + (y[k + nx] - y[k]) / hy;
        const double unit = scale / fmin(hx, hy);
        ck_assert_double_eq_tol(rate[k], -divergence, 1e-13 * unit);
        ck_assert_double_eq_tol(rate[k], by_matrix[k] / grid->volume[k], 1e-13 * unit);
    }
    free(p), free(rate), free(m), free(by_matrix), free(x), free(y);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

static double largest_current(const struct plane_generator *g, const double *p) {
    const size_t nx = g->grid->axis[0]->cells, ny = g->grid->axis[1]->cells;
    const size_t xs = (nx + 1) * ny, ys = nx * (ny + 1);
    double *x = calloc(xs + ys, sizeof *x), scale, largest = 0;
    struct error err;
    plane_generator_flux(g, p, x, x + xs);
    ck_assert(plane_generator_flux_scale(g, p, &scale, &err));
    for (size_t k = 0; k < xs + ys; k++)
        largest = fmax(largest, fabs(x[k]));
    free(x);
    return largest / scale;
}

/* A stiff anharmonic loss L = (x^2 - 1)^2 + (x y)^2 + y^2 with D = diag(a, b) and
 * b = -M grad L; (D / M constant) makes p = exp(-L / T), T = D / M: docs/theory.md 3.3. */
struct forced {
    double rate[2], T;
};
static bool forced_drift(const void *self, size_t n, const double *const *x, double *b,
                         struct error *err) {
    (void)err;
    const struct forced *m = self;
    for (size_t k = 0; k < n; k++) {
        const double u = x[0][k], v = x[1][k];
        b[k] = -m->rate[0] * (4 * u * (u * u - 1) + 2 * u * v * v);
        b[n + k] = -m->rate[1] * (2 * u * u * v + 2 * v);
    }
    return true;
}
static bool forced_diffusion(const void *self, size_t n, const double *const *x, double *D,
                             struct error *err) {
    (void)err, (void)x;
    const struct forced *m = self;
    for (size_t k = 0; k < n; k++)
        D[k] = m->rate[0] * m->T, D[n + k] = 0, D[2 * n + k] = m->rate[1] * m->T;
    return true;
}
static double forced_gibbs(const void *self, double x, double y) {
    const struct forced *m = self;
    const double u = x * x - 1;
    return exp(-(u * u + x * y * x * y + y * y) / m->T);
}
static double power_law(const void *self, double x, double y) {
    return pow(1 + x * x + y * y, -*(const double *)self);
}

struct balanced {
    struct coefficients model;
    density2 density;
    const void *context;
};
static struct balanced balanced(int k) {
    static const struct forced forced = {{1, 0.1}, 0.3};
    static const double ito = 6.5, alphas[] = {0, 0.25, 0.5, 1};
    static double exponent[4];
    if (k == 0)
        return (struct balanced){{.dims = 2,
                                  .constant_diffusion = true,
                                  .self = &forced,
                                  .drift = forced_drift,
                                  .diffusion = forced_diffusion,
                                  .diffusion_gradient = no_gradient2},
                                 forced_gibbs,
                                 &forced};
    if (k == 1) return (struct balanced){power2_model(&power), power_law, &ito};
    exponent[k - 2] = 5 + 1 - alphas[k - 2];
    return (struct balanced){round2_model(&power, alphas[k - 2]), power_law,
                             &exponent[k - 2]};
}

/* The potential is found without being told; the current of its Gibbs state is rounding,
 * and the state is the true one up to what is lost in a second-order cell average (the
 * L1 distance falls with h^4). */
START_TEST(a_hidden_potential_is_found_and_carries_no_current) {
    const struct balanced b = balanced(_i);
    double distance[2];
    for (int level = 0; level < 2; level++) {
        struct grid *grid = square_grid(level == 0 ? 24 : 48, 2);
        struct plane_generator *g = create(grid, b.model);
        ck_assert_int_eq(g->source, POTENTIAL_FOUND);
        double *p = calloc(g->cells, sizeof *p), *q = calloc(g->cells, sizeof *q);
        for (size_t k = 0; k < g->cells; k++)
            p[k] = exp(-g->potential[k]);
        cell_averages(grid, b.density, b.context, q);
        const double P = field_mass(grid, p), Q = field_mass(grid, q);
        for (size_t k = 0; k < g->cells; k++)
            p[k] /= P, q[k] /= Q;
        ck_assert_double_le(largest_current(g, p), 1e-12);
        distance[level] = field_l1(grid, p, q);
        free(p), free(q);
        plane_generator_destroy(g);
        grid_destroy(grid);
    }
    ck_assert_double_lt(distance[1], 1e-3);
    ck_assert_double_lt(distance[1], distance[0] / 7);
}
END_TEST

START_TEST(a_given_potential_carries_no_current) {
    struct grid *grid = grid_of(0);
    struct plane_generator *g = create(grid, well2_model(&well));
    double *p = calloc(g->cells, sizeof *p);
    ck_assert_int_eq(g->source, POTENTIAL_GIVEN);
    for (size_t k = 0; k < g->cells; k++)
        p[k] = exp(-g->potential[k]);
    ck_assert_double_le(largest_current(g, p), 1e-12);
    free(p);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

START_TEST(a_current_is_not_forced_away) {
    struct grid *grid = square_grid(24, 2);
    for (int k = 1; k < 4; k++) {
        struct plane_generator *g = create(grid, model(k));
        ck_assert_int_eq(g->source, POTENTIAL_NONE);
        plane_generator_destroy(g);
    }
    grid_destroy(grid);
}
END_TEST

/* Free motion with a full tensor on a torus: every column of A is the first one, shifted.
 */
START_TEST(a_torus_has_no_seam) {
    enum { NX = 12, NY = 9 };
    const struct side2 x = {SPACING_UNIFORM, NX, -2, 2, 0, PERIODIC, PERIODIC};
    const struct side2 y = {SPACING_UNIFORM, NY, 0, 1, 0, PERIODIC, PERIODIC};
    const struct linear2 flat = {{0, 0, 0, 0}, {1, 0.15, 0.1}};
    struct grid *grid = grid2_of(x, y);
    struct plane_generator *g = create(grid, linear2_model(&flat));
    const struct sparse *A = g->matrix;
    double first[NX * NY] = {0};
    for (int64_t k = A->start[0]; k < A->start[1]; k++)
        first[A->row[k]] = A->value[k];
    ck_assert_int_ge(A->start[1], 7);
    for (size_t j = 0; j < A->n; j++) {
        ck_assert_int_eq(A->start[j + 1] - A->start[j], A->start[1]);
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const size_t row = (size_t)A->row[k];
            const size_t i = (row % NX + NX - j % NX) % NX;
            const size_t l = (row / NX + NY - j / NX) % NY;
            ck_assert_double_le(fabs(A->value[k] - first[l * NX + i]),
                                1e-12 * fabs(A->value[k]));
        }
    }
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

/* A potential that does not close around a periodic axis is none. */
START_TEST(a_tilted_ring_has_no_potential) {
    const struct side2 loop = {SPACING_UNIFORM, 24, -2, 2, 0, PERIODIC, PERIODIC};
    struct grid *grid = grid2_of(loop, loop);
    struct plane_generator *g = create(grid, well2_model(&well));
    ck_assert_int_eq(g->source, POTENTIAL_NONE);
    plane_generator_destroy(g);
    grid_destroy(grid);
}
END_TEST

/* s_ik d_j s_jk / 2 of the symmetric root by central differences of the root itself. */
START_TEST(stratonovich_uses_the_symmetric_root) {
    struct coefficients m = power2_model(&power);
    m.alpha = 0.5;
    const double x[2] = {0.7, -0.4}, h = 1e-5;
    double c[2], D[3], scratch[6], root[5][3], want[2];
    struct error err;
    for (int q = 0; q < 5; q++) { /* centre, +x, -x, +y, -y */
        const double u = x[0] + (q == 1 ? h : q == 2 ? -h : 0);
        const double v = x[1] + (q == 3 ? h : q == 4 ? -h : 0);
        const double *const at[2] = {&u, &v};
        ck_assert(m.diffusion(m.self, 1, at, D, &err));
        const double det = sqrt(4 * (D[0] * D[2] - D[1] * D[1]));
        const double trace = sqrt(2 * (D[0] + D[2]) + 2 * det);
        root[q][0] = (2 * D[0] + det) / trace, root[q][1] = 2 * D[1] / trace;
        root[q][2] = (2 * D[2] + det) / trace;
    }
    for (int i = 0; i < 2; i++) {
        want[i] = -x[i];
        for (int j = 0; j < 2; j++)
            for (int k = 0; k < 2; k++)
                want[i] -= 0.5 * root[0][i + k] *
                           (root[1 + 2 * j][j + k] - root[2 + 2 * j][j + k]) / (2 * h);
    }
    const double *const at[2] = {&x[0], &x[1]};
    ck_assert(plane_canonical_evaluate(&m, 1, at, c, D, scratch, &err));
    ck_assert_double_eq_tol(c[0], want[0], 1e-9);
    ck_assert_double_eq_tol(c[1], want[1], 1e-9);
}
END_TEST

static bool bad_diffusion(const void *self, size_t n, const double *const *x, double *D,
                          struct error *err) {
    (void)self, (void)err;
    for (size_t k = 0; k < n; k++)
        D[k] = 1, D[n + k] = x[0][k] > 1 ? 1.5 : 0, D[2 * n + k] = 1;
    return true;
}

static void expect_refusal(struct grid *grid, struct coefficients m, const char *says) {
    struct error err;
    ck_assert_ptr_null(plane_generator_create(grid, &m, &err));
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    ck_assert_msg(strstr(err.message, says) != NULL, "%s", err.message);
    grid_destroy(grid);
}

START_TEST(an_indefinite_tensor_is_refused_with_its_place_and_eigenvalues) {
    struct coefficients m = linear2_model(&curl);
    m.diffusion = bad_diffusion;
    expect_refusal(square_grid(16, 2), m, "eigenvalues -0.5 and 2.5");
}
END_TEST

START_TEST(cross_terms_on_rough_cells_are_refused) {
    struct error err;
    const double node[] = {-1, -0.9, 0.2, 0.3, 1};
    const struct axis_spec rough = {.spacing = SPACING_NODES,
                                    .cells = 4,
                                    .nodes = 5,
                                    .node = node,
                                    .lo = -1,
                                    .hi = 1,
                                    .multiple = 1};
    struct axis *x = axis_create(&rough, &err), *y = axis_create(&rough, &err);
    ck_assert(x != NULL && y != NULL);
    expect_refusal(grid_create(x, y, &err), linear2_model(&curl), "spaced smoothly");
}
END_TEST

START_TEST(an_interpretation_without_meaning_is_refused) {
    struct coefficients m = power2_model(&power);
    m.alpha = 0.3;
    expect_refusal(square_grid(16, 2), m, "alpha = 0.3");
}
END_TEST

START_TEST(short_of_memory_is_an_error_and_no_leak) {
    struct grid *grid = square_grid(8, 2);
    struct coefficients m = linear2_model(&curl);
    size_t k = 1;
    for (; k < 200; k++) {
        struct error err = {0};
        array_fail_at(k);
        struct plane_generator *g = plane_generator_create(grid, &m, &err);
        array_fail_at(0);
        if (g == NULL) ck_assert_int_eq(err.kind, ERROR_MEMORY);
        plane_generator_destroy(g);
        if (g != NULL) break;
    }
    ck_assert(k > 5 && k < 200);
    grid_destroy(grid);
}
END_TEST

Suite *plane_generator_suite(void);
/* Threads find the edges of different rows. */
START_TEST(edges_are_the_same_for_any_number_of_threads) {
    const int threads = omp_get_max_threads();
    struct error err;
    struct coefficients m = model(2);
    struct grid *grid = square_grid(72, 2);
    struct plane_generator *g[2];
    for (int k = 0; k < 2; k++) {
        omp_set_num_threads(k == 0 ? 1 : 5);
        g[k] = plane_generator_create(grid, &m, &err);
        ck_assert_ptr_nonnull(g[k]);
    }
    omp_set_num_threads(threads);
    ck_assert_uint_eq(g[0]->edges, g[1]->edges);
    ck_assert_uint_gt(g[0]->edges, 2 * 71 * 71);
    for (size_t k = 0; k < g[0]->edges; k++) {
        const struct plane_edge *a = &g[0]->edge[k], *b = &g[1]->edge[k];
        ck_assert(a->from == b->from && a->to == b->to && a->forward == b->forward &&
                  a->backward == b->backward);
    }
    plane_generator_destroy(g[0]);
    plane_generator_destroy(g[1]);
    grid_destroy(grid);
}
END_TEST

Suite *plane_generator_suite(void) {
    Suite *suite = suite_create("plane_generator");
    TCase *c = tcase_create("conserves");
    tcase_add_checked_fixture(c, set_up, NULL);
    tcase_add_loop_test(c, rates_are_not_negative_and_mass_is_conserved, 0, GRIDS * MODELS);
    tcase_add_test(c, a_torus_has_no_seam);
    tcase_add_loop_test(c, the_flux_through_faces_is_the_rate_of_change_of_every_cell, 0,
                        GRIDS * MODELS);
    suite_add_tcase(suite, c);
    c = tcase_create("balance");
    tcase_add_checked_fixture(c, set_up, NULL);
    tcase_add_loop_test(c, a_hidden_potential_is_found_and_carries_no_current, 0, 6);
    tcase_add_test(c, a_given_potential_carries_no_current);
    tcase_add_test(c, a_current_is_not_forced_away);
    tcase_add_test(c, a_tilted_ring_has_no_potential);
    tcase_add_test(c, stratonovich_uses_the_symmetric_root);
    tcase_add_test(c, edges_are_the_same_for_any_number_of_threads);
    suite_add_tcase(suite, c);
    c = tcase_create("refuses");
    tcase_add_checked_fixture(c, set_up, NULL);
    tcase_add_test(c, an_indefinite_tensor_is_refused_with_its_place_and_eigenvalues);
    tcase_add_test(c, cross_terms_on_rough_cells_are_refused);
    tcase_add_test(c, an_interpretation_without_meaning_is_refused);
    tcase_add_test(c, short_of_memory_is_an_error_and_no_leak);
    suite_add_tcase(suite, c);
    return suite;
}
