/* SPDX-License-Identifier: GPL-3.0-or-later
 * Forty models in the plane, made at random from fixed seeds: wells with and without a
 * current, tilted and state-dependent tensors, walls of all kinds, 24 to 64 cells a side,
 * times over six decades. The stated time error holds against a reference that only adds
 * numbers >= 0. */
#include "solver/time/plane/backward_euler.h"
#include "solver/time/plane/krylov.h"
#include "tests/solver/plane_models.h"
#include <check.h>

enum { MODELS = 40, TIMES = 7 };

/* ---------------------------------------------------------------- random numbers */

static uint64_t state;
static double uniform(double lo, double hi) { /* splitmix64 */
    uint64_t h = state += 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return lo + (hi - lo) * ((double)((h ^ (h >> 31)) >> 11) * 0x1p-53);
}
static double log_uniform(double lo, double hi) {
    return exp(uniform(log(lo), log(hi)));
}
static int one_of(int n) {
    return (int)uniform(0, n);
}

/* ---------------------------------------------------------------- models */

/* b = -grad L + omega (-y, x) on a scale of 1, L = a (x^2 - 1)^2 / 4 + c x^2 / 2 + e x +
 * k (y - s x)^2 / 2; D = (1 + f r^2) R(angle) diag(d, d ratio) R^T. */
struct model {
    double a, c, e, k, s, omega, d, ratio, angle, f;
    double D[3];
};

static bool drift(const void *self, size_t n, const double *const *x, double *b,
                  struct error *err) {
    (void)err;
    const struct model *m = self;
    for (size_t q = 0; q < n; q++) {
        const double u = x[0][q], v = x[1][q], across = m->k * (v - m->s * u);
        b[q] = -(m->a * u * (u * u - 1) + m->c * u + m->e - m->s * across) - m->omega * v;
        b[n + q] = -across + m->omega * u;
    }
    return true;
}
static bool diffusion(const void *self, size_t n, const double *const *x, double *D,
                      struct error *err) {
    (void)err;
    const struct model *m = self;
    for (size_t q = 0; q < n; q++) {
        const double far = 1 + m->f * (x[0][q] * x[0][q] + x[1][q] * x[1][q]);
        for (size_t p = 0; p < 3; p++)
            D[p * n + q] = m->D[p] * far;
    }
    return true;
}
static bool diffusion_gradient(const void *self, size_t n, const double *const *x,
                               double *dD, struct error *err) {
    (void)err;
    const struct model *m = self;
    for (size_t q = 0; q < n; q++)
        for (size_t p = 0; p < 6; p++)
            dD[p * n + q] = 2 * m->D[p % 3] * m->f * x[p / 3][q];
    return true;
}

static struct model random_model(int kind) {
    struct model m = {.a = uniform(0, 3) * (one_of(2) == 0),
                      .c = uniform(0.3, 2),
                      .e = uniform(-0.3, 0.3),
                      .k = log_uniform(0.3, 5),
                      .s = uniform(-0.7, 0.7),
                      .d = log_uniform(0.01, 1),
                      .ratio = 1};
    if (kind == 1 || kind == 3) m.omega = log_uniform(0.1, 10) * (one_of(2) ? 1 : -1);
    if (kind >= 2) m.ratio = log_uniform(1e-3, 1), m.angle = uniform(0, M_PI);
    if (kind == 4) m.f = uniform(0, 1);
    const double c = cos(m.angle), s = sin(m.angle), w = m.d * m.ratio;
    m.D[0] = m.d * c * c + w * s * s, m.D[1] = (m.d - w) * c * s;
    m.D[2] = m.d * s * s + w * c * c;
    return m;
}

static struct grid *random_grid(void) {
    struct side2 side[2];
    for (int d = 0; d < 2; d++) {
        static const enum boundary wall[] = {REFLECTING, REFLECTING, ABSORBING, PERIODIC};
        const enum boundary b = wall[one_of(4)];
        side[d] =
            (struct side2){SPACING_UNIFORM, (size_t)(24 + one_of(41)), -2.5, 2.5, 0, b, b};
    }
    return grid2_of(side[0], side[1]);
}

struct world {
    struct model model;
    struct coefficients coefficients;
    struct grid *grid;
    struct plane_generator *generator;
    double *p0, t[TIMES], fastest;
    /* S = 1 + A / fastest by rows: start[cells + 1], column and S of each entry. */
    size_t *start, *column;
    long double *S;
};

/* Out of each cell at what rate? */
static long double *world_leave(struct world *w) {
    const struct sparse *A = w->generator->matrix;
    double *loss = calloc(A->n, sizeof *loss);
    long double *leave = calloc(A->n, sizeof *leave);
    plane_generator_loss(w->generator, loss);
    for (size_t j = 0; j < A->n; j++) {
        leave[j] = loss[j];
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (A->row[k] != (int64_t)j) leave[j] += A->value[k];
        w->fastest = fmax(w->fastest, (double)leave[j]);
    }
    w->fastest = nextafter(w->fastest, HUGE_VAL); /* no entry of S is below 0 */
    free(loss);
    return leave;
}

static void world_rates(struct world *w) {
    const struct sparse *A = w->generator->matrix;
    const size_t entries = (size_t)A->start[A->n];
    long double *leave = world_leave(w);
    w->start = calloc(A->n + 2, sizeof *w->start);
    w->column = calloc(entries, sizeof *w->column);
    w->S = calloc(entries, sizeof *w->S);
    for (size_t k = 0; k < entries; k++)
        w->start[A->row[k] + 2]++;
    for (size_t i = 0; i < A->n; i++)
        w->start[i + 2] += w->start[i + 1];
    for (size_t j = 0; j < A->n; j++)
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++) {
            const size_t at = w->start[A->row[k] + 1]++;
            w->column[at] = j;
            w->S[at] = A->row[k] == (int64_t)j ? 1 - leave[j] / w->fastest
                                               : A->value[k] / (long double)w->fastest;
        }
    free(leave);
}

static struct world world_create(int k) {
    state = 1000 + (uint64_t)k;
    struct world w = {.model = random_model(k % 5), .grid = random_grid()};
    const double alpha[] = {0, 0.5, 1};
    w.coefficients = (struct coefficients){.dims = 2,
                                           .alpha = alpha[one_of(3)],
                                           .constant_diffusion = w.model.f == 0,
                                           .smooth = true,
                                           .drift = drift,
                                           .diffusion = diffusion,
                                           .diffusion_gradient = diffusion_gradient};
    w.p0 = calloc(w.grid->cells, sizeof *w.p0);
    return w;
}

static void world_init(struct world *w) {
    struct error err;
    w->coefficients.self = &w->model;
    w->generator = plane_generator_create(w->grid, &w->coefficients, &err);
    ck_assert_msg(w->generator != NULL, "%s", err.message);
    const double v = log_uniform(0.01, 0.2);
    cell_averages(w->grid, normal2_density,
                  &(struct normal2){{uniform(-1, 1), uniform(-1, 1)}, v, 0, v}, w->p0);
    const double mass = field_mass(w->grid, w->p0);
    for (size_t i = 0; i < w->grid->cells; i++)
        w->p0[i] /= mass;
    world_rates(w);
    for (int q = 0; q < TIMES; q++)
        w->t[q] = pow(10, q - 2.5) * uniform(0.7, 1.4) / w->fastest;
}

static void world_finish(struct world *w) {
    free(w->p0), free(w->start), free(w->column), free(w->S);
    plane_generator_destroy(w->generator);
    grid_destroy(w->grid);
}

/* ---------------------------------------------------------------- reference */

/* m <- exp(tA) m = Sum_k Poisson(k; t fastest) S^k m; work[2 n]. */
static void reference_advance(const struct world *w, double t, long double *m,
                              long double *work) {
    const size_t n = w->grid->cells;
    const int parts = (int)ceil(t * w->fastest / 500);
    const long double mean = (long double)t * w->fastest / parts;
    for (int part = 0; part < parts; part++) {
        long double *now = work, *next = work + n, weight = expl(-mean);
        for (size_t i = 0; i < n; i++)
            now[i] = m[i], m[i] *= weight;
        for (int k = 1; k < mean || weight > 1e-24L; k++) {
            weight *= mean / k;
            for (size_t i = 0; i < n; i++) {
                long double sum = 0;
                for (size_t q = w->start[i]; q < w->start[i + 1]; q++)
                    sum += w->S[q] * now[w->column[q]];
                next[i] = sum;
                m[i] += weight * sum;
            }
            long double *swap = now;
            now = next, next = swap;
        }
    }
}

struct seen {
    const struct world *world;
    long double *m, *work;
    double stated[TIMES], off[TIMES];
};

static bool look(void *context, size_t k, const double *p, double time_error,
                 struct error *err) {
    (void)err;
    struct seen *s = context;
    const struct world *w = s->world;
    reference_advance(w, w->t[k] - (k > 0 ? w->t[k - 1] : 0), s->m, s->work);
    s->stated[k] = time_error, s->off[k] = 0;
    for (size_t i = 0; i < w->grid->cells; i++)
        s->off[k] += (double)fabsl(p[i] * w->grid->volume[i] - s->m[i]);
    return true;
}

typedef struct propagator *(*creator)(const struct plane_generator *,
                                      const struct propagator_options *, struct error *);

static struct seen run(const struct world *w, creator create, double tolerance,
                       double step) {
    struct error err;
    const size_t n = w->grid->cells;
    struct seen s = {
        .world = w, .m = calloc(n, sizeof *s.m), .work = calloc(2 * n, sizeof *s.work)};
    for (size_t i = 0; i < n; i++)
        s.m[i] = w->p0[i] * w->grid->volume[i];
    const struct propagator_options options = {.tolerance = tolerance, .step = step};
    struct propagator *p = create(w->generator, &options, &err);
    ck_assert_msg(propagator_advance(p, w->p0, TIMES, w->t, look, &s, &err), "%s",
                  err.message);
    propagator_destroy(p);
    free(s.m), free(s.work);
    return s;
}

/* ---------------------------------------------------------------- tests */

static const double rounding = 1e-13; /* of the reference and of sums over the cells */

/* Each snapshot is off by no more than stated, which is within the tolerance; and the most
 * that is stated is no more than 100 times the most that a snapshot is off. */
static void check_stated(int model, const struct seen *s, double tolerance) {
    double stated = 0, off = 0;
    for (int k = 0; k < TIMES; k++) {
        ck_assert_msg(s->off[k] <= s->stated[k] + rounding,
                      "model %d, t = %g: off by %g, stated %g", model, s->world->t[k],
                      s->off[k], s->stated[k]);
        ck_assert(s->stated[k] <= tolerance);
        stated = fmax(stated, s->stated[k]), off = fmax(off, s->off[k]);
    }
    ck_assert_msg(stated <= 100 * off + rounding, "model %d: off by %g, stated %g", model,
                  off, stated);
}

/* Among others noise that a wall hardly ever sees (seed 6001): the basis lost the slow mode
 * without a sign, and with it all mass. */
START_TEST(the_stated_time_error_holds) {
    static const double tolerances[] = {1e-10, 1e-4, 1e-10, 1e-7};
    struct world w = world_create(_i < MODELS ? _i : 5001);
    world_init(&w);
    const double tolerance = tolerances[_i < MODELS ? _i % 4 : 1];
    const struct seen s = run(&w, krylov_create, tolerance, 0);
    check_stated(_i, &s, tolerance);
    world_finish(&w);
}
END_TEST

/* backward_euler states what two runs side by side differ by, whether its steps come from a
 * tolerance or are given (which no tolerance bounds: 2 is the most that densities differ). */
START_TEST(backward_euler_states_its_error) {
    static const double tolerances[] = {3e-2, 3e-3, 2};
    struct world w = world_create(_i);
    world_init(&w);
    const double tolerance = tolerances[_i % 3],
                 step = tolerance < 1 ? 0 : w.t[TIMES - 1] / 60;
    const struct seen s = run(&w, plane_backward_euler_create, tolerance, step);
    check_stated(_i, &s, tolerance);
    world_finish(&w);
}
END_TEST

/* What would take for ever says what to do. */
START_TEST(backward_euler_refuses_with_a_remedy) {
    static const struct propagator_options options[] = {{.tolerance = 1e-12},
                                                        {.tolerance = 1, .step = 1e-9}};
    struct world w = world_create(0);
    world_init(&w);
    for (int k = 0; k < 2; k++) {
        struct error err = {0};
        struct seen s = {.world = &w};
        const double t = 10;
        struct propagator *p = plane_backward_euler_create(w.generator, &options[k], &err);
        ck_assert(!propagator_advance(p, w.p0, 1, &t, look, &s, &err));
        ck_assert_msg(strstr(err.message, "time.step") != NULL, "%s", err.message);
        propagator_destroy(p);
    }
    world_finish(&w);
}
END_TEST

Suite *random_models_plane_suite(void);
Suite *random_models_plane_suite(void) {
    Suite *suite = suite_create("random_models_plane");
    TCase *c = tcase_create("time");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, the_stated_time_error_holds, 0, MODELS + 1);
    tcase_add_loop_test(c, backward_euler_states_its_error, 17, 36);
    tcase_add_test(c, backward_euler_refuses_with_a_remedy);
    suite_add_tcase(suite, c);
    return suite;
}
