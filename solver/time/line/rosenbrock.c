/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/rosenbrock.h"
#include "solver/time/line/drive.h"
#include "solver/time/line/rates.h"
#include <string.h>

enum { STAGES = 8 };
static const double gamma_ = 0.21193756319429014;
/* clang-format off */
static const double c[STAGES] = {
    0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1};
static const double d[STAGES] = {
    0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734,
    2.325825639765069};
static const double a[STAGES][STAGES] = {
    {0},
    { 3.0},
    { 2.849394379747939,  0.45842242204463923},
    {-6.954028509809101,  2.489845061869568, -10.358996098473584},
    { 2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641},
    {-7.502846399306121,  2.561846144803919, -11.627539656261098,  -0.18268767659942256, 0.030198172008377946},
    {-7.502846399306121,  2.561846144803919, -11.627539656261098,  -0.18268767659942256, 0.030198172008377946, 1},
    {-7.502846399306121,  2.561846144803919, -11.627539656261098,  -0.18268767659942256, 0.030198172008377946, 1, 1},
};
static const double C[STAGES][STAGES] = {
    {0},
    {-14.155112264123755},
    {-17.97296035885952,  -2.859693295451294},
    {147.12150275711716,  -1.41221402718213,   71.68940251302358},
    {165.43517024871676,  -0.4592823456491126, 42.90938336958603,  -5.961986721573306},
    { 24.854864614690072, -3.0009227002832186, 47.4931110020768,    5.5814197821558125, -0.6610691825249471},
    { 30.91273214028599,  -3.1208243349937974, 77.79954646070892,  34.28646028294783,  -19.097331116725623, -28.087943162872662},
    { 37.80277123390563,  -3.2571969029072276, 112.26918849496327, 66.9347231244047,   -40.06618937091002,  -54.66780262877968, -9.48861652309627},
};
/* clang-format on */

/* y += Sum_j w_j u_j, j < count. */
static void accumulate(size_t n, size_t count, const double *w, double *const *u,
                       double *y) {
    for (size_t j = 0; j < count; j++)
        if (w[j] != 0)
            for (size_t i = 0; i < n; i++)
                y[i] += w[j] * u[j][i];
}

/* u_i from the stages before it; y is work space. */
static void stage(struct stepper *s, double t, double h, size_t i, const double *m,
                  const double *slope, double *const *u, double *y) {
    const struct stepper_drive *drive = s->system.drive;
    const size_t n = s->system.n;
    memcpy(y, m, n * sizeof *y);
    accumulate(n, i, a[i], u, y);
    drive->apply(s->system.self, t + c[i] * h, y, u[i]);
    for (size_t k = 0; k < n; k++)
        u[i][k] = h * u[i][k] + d[i] * h * h * slope[k];
    accumulate(n, i, C[i], u, u[i]);
    s->system.solve(s->system.self, 0, u[i], u[i]);
    s->base.counts.solves++;
    for (size_t k = 0; k < n; k++)
        u[i][k] *= gamma_;
}

/* next = m(t + h); may not be m. */
static bool step(struct stepper *s, double t, double h, const double *m, double *next,
                 double *local, struct error *err) {
    const struct stepper_drive *drive = s->system.drive;
    const size_t n = s->system.n;
    double *const *u = s->work, *slope = s->work[STAGES], *y = s->work[STAGES + 1];
    if (!drive->factor(s->system.self, t, gamma_ * h, err)) return false;
    drive->slope(s->system.self, t, m, slope);
    s->base.counts.factorisations++;
    for (size_t i = 0; i < STAGES; i++)
        stage(s, t, h, i, m, slope, u, y);
    for (size_t k = 0; k < n; k++) /* y is the last stage's argument */
        next[k] = y[k] + u[STAGES - 1][k];
    return *local = rates_l1(n, u[STAGES - 1], NULL), true;
}

static bool pair(struct stepper *s, double h, const double *m, double *next, double *local,
                 struct error *err) {
    double *middle = s->work[STAGES + 2], first, second;
    if (!step(s, s->now, h / 2, m, middle, &first, err) ||
        !step(s, s->now + h / 2, h / 2, middle, next, &second, err))
        return false;
    return *local = first + second, true;
}

static bool single(struct stepper *s, double h, const double *m, double *next,
                   struct error *err) {
    double local;
    return step(s, s->now, h, m, next, &local, err);
}

const struct stepper_rule rosenbrock_rule = {
    .local = 5, .order = 5, .of_difference = 1. / 6, .pair = pair, .single = single};

struct propagator *rosenbrock_propagator(const struct work_chain *chain,
                                         const struct propagator_options *options,
                                         struct error *err) {
    const struct stepper_system system = {.n = chain->n,
                                          .volume = chain->volume,
                                          .keep = 1,
                                          .solve = chain->solve,
                                          .destroy = chain->destroy,
                                          .self = chain->self,
                                          .drive = chain->drive};
    return stepper_create(&rosenbrock_rule, &system, options, err);
}

/* ---------------------------------------------------------------- on a line */

static struct propagator *create(const void *problem,
                                 const struct coefficients *coefficients,
                                 const struct propagator_options *options,
                                 struct error *err) {
    struct work_chain chain;
    return line_drive_chain(problem, coefficients, options, &chain, err)
               ? rosenbrock_propagator(&chain, options, err)
               : NULL;
}

const char rosenbrock_description[] =
    "Rosenbrock method of order 5 (Rodas5P) with step control, also for models that depend "
    "on the time t.";

const struct propagator_method rosenbrock_method = {
    .name = "rosenbrock",
    .description = rosenbrock_description,
    .order = 5,
    .tolerance = 1e-8,
    .positive = false,
    .no_return = true,
    .batch = true, /* one search for the step's error serves all snapshots */
    .driven = true,
    .create = create,
    .advance = stepper_advance,
    .destroy = stepper_destroy,
};
