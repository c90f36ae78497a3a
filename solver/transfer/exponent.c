/* SPDX-License-Identifier: GPL-3.0-or-later
 * With G > 0 (else all signs are turned), d = g - G and L(theta) = log E exp(-theta d), the root of
 *     f(theta) = L(theta) / theta - G,
 * which grows from -G at 0 to -min g, as L is convex. Newton's method between bounds. */
#include "solver/transfer/exponent.h"
#include "solver/model/batches.h"
#include "solver/transfer/gradient_law.h"
#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- the equation */

struct draws {
    size_t n;
    const struct outcome *value;
    double sign, mean;     /* of g; mean = |G| from here on */
    double lowest, chance; /* the least sign * g, and its probability */
    double variance;
};

static double deviation(const struct draws *s, size_t k) {
    return s->sign * s->value[k].landing[0] - s->mean;
}

static struct draws draws_of(size_t n, const struct outcome *value) {
    struct draws s = {.n = n, .value = value, .sign = 1, .lowest = HUGE_VAL};
    const double first = value[0].landing[0];
    for (size_t k = 0; k < n; k++)
        s.mean += value[k].probability * (value[k].landing[0] - first);
    s.mean += first;
    if (s.mean < 0) s.sign = -1, s.mean = -s.mean;
    for (size_t k = 0; k < n; k++) {
        const double g = s.sign * value[k].landing[0], d = deviation(&s, k);
        if (g < s.lowest) s.lowest = g, s.chance = value[k].probability;
        s.variance += value[k].probability * d * d;
    }
    return s;
}

/* e^-x - 1 + x without loss of digits. */
static double exp_beyond_line(double x) {
    if (fabs(x) > 0.5) return expm1(-x) + x;
    double term = x * x / 2, sum = term;
    for (int k = 3; fabs(term) > DBL_EPSILON * sum / 4; k++)
        term *= -x / k, sum += term;
    return sum;
}

struct cumulant {
    double value, slope; /* L, L' */
};

/* Sums of positive terms: e^(-theta d) less what averages to 1. */
static struct cumulant cumulant_near(const struct draws *s, double theta) {
    double excess = 0, slope = 0;
    for (size_t k = 0; k < s->n; k++) {
        const double d = deviation(s, k), p = s->value[k].probability;
        excess += p * exp_beyond_line(theta * d);
        slope -= p * d * expm1(-theta * d);
    }
    return (struct cumulant){log1p(excess), slope / (1 + excess)};
}

/* The largest term is taken out, which would overflow. */
static struct cumulant cumulant_far(const struct draws *s, double theta) {
    const double most = theta * (s->mean - s->lowest);
    double sum = 0, slope = 0;
    for (size_t k = 0; k < s->n; k++) {
        const double d = deviation(s, k),
                     part = s->value[k].probability * exp(-theta * d - most);
        sum += part, slope -= d * part;
    }
    return (struct cumulant){most + log(sum), slope / sum};
}

static double root_of(const struct draws *s) {
    enum { MOST = 200 };
    const double G = s->mean;
    double lo = 0, hi = log(s->chance) / s->lowest; /* the lowest draw alone */
    double theta = 2 * G / s->variance;
    for (int k = 0; k < MOST; k++) {
        if (!(theta > lo && theta < hi)) theta = lo + (hi - lo) / 2;
        const bool near = theta * (G - s->lowest) <= 1;
        const struct cumulant L = (near ? cumulant_near : cumulant_far)(s, theta);
        const double f = L.value / theta - G;
        if (f > 0)
            hi = theta;
        else
            lo = theta;
        const double step = f * theta * theta / (theta * L.slope - L.value);
        if (fabs(step) <= 2 * DBL_EPSILON * theta || hi - lo <= DBL_EPSILON * hi) break;
        theta -= step;
    }
    return theta;
}

double exponent_solve(size_t n, const struct outcome *value) {
    const struct draws s = draws_of(n, value);
    if (s.mean == 0) return 0;
    return s.sign * (s.lowest < 0 ? root_of(&s) : HUGE_VAL);
}

/* ---------------------------------------------------------------- of a model */

struct exponent {
    struct model model; /* the user's, with batches of one where B draws are independent */
    struct gradient_law *law;
    double factor;
};

static bool check(const struct model *m, struct error *err) {
    static const char common[] = "the exponent of SGD is for ";
    if (m->dims == 2) return fail(err, ERROR_SETTINGS, "%sone variable", common);
    if (m->rule != NULL)
        return fail(err, ERROR_SETTINGS, "%sx - eta g, not for update rules", common);
    if (m->momentum > 0)
        return fail(err, ERROR_SETTINGS,
                    "%sthe state x alone, which momentum adds a velocity to", common);
    if (m->examples == 0) return fail(err, ERROR_SETTINGS, "%sexamples", common);
    if (m->sampling == RESHUFFLED)
        return fail(err, ERROR_SETTINGS, "%sindependent batches, not reshuffled epochs",
                    common);
    if (m->sampling == WITHOUT_REPLACEMENT && batches_number(m) > GRADIENT_LAW_BATCHES)
        return fail(err, ERROR_SETTINGS,
                    "%sat most %d different batches without replacement; here are %.3g",
                    common, GRADIENT_LAW_BATCHES, batches_number(m));
    return true;
}

struct exponent *exponent_create(const struct model *m, struct error *err) {
    if (!check(m, err)) return NULL;
    struct exponent *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    e->model = *m, e->factor = 1;
    if (m->sampling == WITH_REPLACEMENT) e->model.batch = 1, e->factor = (double)m->batch;
    if ((e->law = gradient_law_enumerated(&e->model, (double)NAN, err)) != NULL) return e;
    return free(e), NULL;
}

void exponent_destroy(struct exponent *e) {
    if (e == NULL) return;
    gradient_law_destroy(e->law);
    free(e);
}

/* Every `stride`-th point from `first` on. */
static bool some_points(const struct exponent *e, size_t first, size_t stride, size_t n,
                        const double *x, double *theta, struct error *err) {
    void *scratch = e->law->make_scratch(e->law, err);
    struct outcome *value = array_create(e->law->most, sizeof *value, err);
    bool good = scratch != NULL && value != NULL;
    for (size_t k = first, count; good && k < n; k += stride) {
        good = e->law->values(e->law, x + k, scratch, value, &count, err);
        if (good) theta[k] = e->factor * exponent_solve(count, value);
    }
    free(value);
    e->law->free_scratch(scratch);
    return good;
}

bool exponent_at(const struct exponent *e, size_t n, const double *x, double *theta,
                 struct error *err) {
    bool good = true;
#pragma omp parallel
    {
        struct error problem = {0};
        const size_t first = (size_t)omp_get_thread_num(),
                     stride = (size_t)omp_get_num_threads();
        if (!some_points(e, first, stride, n, x, theta, &problem))
#pragma omp critical(exponent_problem)
            good = false, *err = problem;
    }
    return good;
}
