/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/quasi.h"
#include "grids/sum.h"
#include "solver/fv/plane/classes.h"
#include "solver/fv/quasi.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_ITERATIONS = 1000 };

/* Cells of one class: what leaves it never comes back, so that the inverse of its part of A
 * is that part of the inverse. */
struct iteration {
    const struct plane_escape *escape;
    const bool *in;             /* [cells] */
    double *mass, *left, *next; /* [cells] */
    double *work;               /* [2 cells] of a solve */
    double rate;                /* after the last step */
};

static double norm(const struct iteration *it, double *v) {
    struct sum sum = {0};
    for (size_t i = 0; i < it->escape->cells; i++) {
        if (!it->in[i]) v[i] = 0;
        sum_add(&sum, v[i]);
    }
    return sum_value(sum);
}

/* One step of both; returns the relative width of the bounds of the rate. */
static double iterate(void *chain) {
    struct iteration *it = chain;
    const size_t n = it->escape->cells;
    double least = HUGE_VAL, most = 0;
    elimination_solve(it->escape->chain, it->mass, it->mass, it->work);
    elimination_solve_transposed(it->escape->chain, it->left, it->next, it->work);
    for (size_t i = 0; i < n; i++) {
        if (!it->in[i]) continue;
        least = fmin(least, it->left[i] / it->next[i]);
        most = fmax(most, it->left[i] / it->next[i]);
    }
    const double mass = norm(it, it->mass), largest = norm(it, it->next);
    it->rate = 1 / mass; /* the mass before was 1 */
    for (size_t i = 0; i < n; i++)
        it->mass[i] /= mass, it->left[i] = it->next[i] / largest;
    return (most - least) / least;
}

static bool converge(struct iteration *it, struct plane_quasi *out, struct error *err) {
    const size_t n = it->escape->cells;
    const struct quasi_iteration iteration = {iterate, it, MOST_ITERATIONS,
                                              it->escape->target.absorbing->monitor};
    double cells = 0;
    for (size_t i = 0; i < n; i++)
        cells += it->in[i];
    for (size_t i = 0; i < n; i++)
        it->mass[i] = it->left[i] = it->in[i] ? 1 / cells : 0;
    const bool good = quasi_converge(&iteration, &out->error, &out->iterations, err);
    out->rate = it->rate, out->log_rate = log(it->rate);
    return good;
}

/* Masses to densities; the left function's scale. */
static void normalise(const struct iteration *it, struct plane_quasi *out) {
    const size_t n = it->escape->cells;
    struct sum dot = {0};
    for (size_t i = 0; i < n; i++)
        sum_add(&dot, it->left[i] * it->mass[i]);
    for (size_t i = 0; i < n; i++) {
        out->density[i] = it->mass[i] / it->escape->grid->volume[i];
        out->left[i] = it->left[i] / sum_value(dot);
    }
}

static bool find_class(const struct plane_escape *e, size_t within, bool *in,
                       struct error *err) {
    size_t closed;
    int32_t last, *class_of = array_create(e->cells, sizeof *class_of, err);
    bool good =
        class_of && plane_classes_find(e->target.absorbing, class_of, &closed, &last, err);
    for (size_t i = 0; good && i < e->cells; i++) {
        in[i] = class_of[i] == class_of[within];
        if (in[i] && isinf(e->tau[i]))
            good = fail(err, ERROR_SETTINGS,
                        "there is no quasi-stationary law: from (%g, %g) the target is "
                        "not always reached",
                        e->grid->axis[0]->centre[i % e->grid->axis[0]->cells],
                        e->grid->axis[1]->centre[i / e->grid->axis[0]->cells]);
    }
    free(class_of);
    return good;
}

bool plane_quasi_compute(const struct plane_escape *e, size_t within,
                         struct plane_quasi *out, struct error *err) {
    *out = (struct plane_quasi){0};
    if (within >= e->cells || e->target.inside[within]) return quasi_fail_inside(err);
    bool *in = array_create(e->cells, sizeof *in, err);
    double *work = in ? array_create(5 * e->cells, sizeof *work, err) : NULL;
    struct iteration it = {
        e, in, work, work + e->cells, work + 2 * e->cells, work + 3 * e->cells, 0};
    bool good = work && find_class(e, within, in, err) &&
                (out->density = array_create(e->cells, sizeof(double), err)) &&
                (out->left = array_create(e->cells, sizeof(double), err)) &&
                (out->exits = array_create(e->target.places, sizeof(double), err)) &&
                converge(&it, out, err);
    if (good) normalise(&it, out);
    good = good && plane_escape_places(e, out->density, out->exits, err);
    if (!good) plane_quasi_finish(out);
    free(work);
    free(in);
    return good;
}

void plane_quasi_finish(struct plane_quasi *q) {
    free(q->exits), free(q->left), free(q->density);
    *q = (struct plane_quasi){0};
}
