/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/characteristics.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STAGES = 7 };
static const size_t most_steps = 1000000;
/* clang-format off */
static const double a[STAGES][6] = {
    {0},
    {1.0 / 5},
    {3.0 / 40,        9.0 / 40},
    {44.0 / 45,      -56.0 / 15,      32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168,  -355.0 / 33,     46732.0 / 5247,  49.0 / 176,  -5103.0 / 18656},
    {35.0 / 384,      0,              500.0 / 1113,    125.0 / 192, -2187.0 / 6784, 11.0 / 84},
};
/* Fifth order minus fourth. */
static const double defect[STAGES] = {71.0 / 57600,     0,             -71.0 / 16695, 71.0 / 1920,
                                      -17253.0 / 339200, 22.0 / 525,   -1.0 / 40};
/* clang-format on */

struct characteristics *characteristics_create(const struct axis *axis,
                                               const struct coefficients *coefficients,
                                               double tolerance, struct error *err) {
    struct characteristics *c = array_create(1, sizeof *c, err);
    if (c == NULL) return NULL;
    c->axis = axis;
    c->coefficients = coefficients;
    c->tolerance = tolerance;
    double **arrays[STAGES + 3] = {&c->x, &c->next, &c->point};
    for (size_t j = 0; j < STAGES; j++)
        arrays[3 + j] = &c->k[j];
    for (size_t j = 0; j < STAGES + 3; j++) {
        *arrays[j] = array_create(axis->cells + 1, sizeof(double), err);
        if (*arrays[j] == NULL) return characteristics_destroy(c), NULL;
    }
    characteristics_start(c);
    return c;
}

void characteristics_destroy(struct characteristics *c) {
    if (c == NULL) return;
    for (size_t j = 0; j < STAGES; j++)
        free(c->k[j]);
    free(c->point);
    free(c->next);
    free(c->x);
    free(c);
}

void characteristics_start(struct characteristics *c) {
    memcpy(c->x, c->axis->face, (c->axis->cells + 1) * sizeof *c->x);
    c->h = 0;
}

static bool periodic(const struct characteristics *c) {
    return c->axis->boundary[0] == PERIODIC;
}

/* k = -b(x), x brought into the box. */
static bool velocity(const struct characteristics *c, const double *x, double *k,
                     struct error *err) {
    const size_t n = c->axis->cells + 1;
    const double lo = c->axis->face[0], hi = c->axis->face[n - 1], length = hi - lo;
    for (size_t i = 0; i < n; i++)
        c->point[i] = periodic(c) ? fmin(hi, x[i] - length * floor((x[i] - lo) / length))
                                  : fmin(hi, fmax(lo, x[i]));
    const double *points[] = {c->point};
    if (!c->coefficients->drift(c->coefficients->self, n, points, k, err)) return false;
    for (size_t i = 0; i < n; i++)
        k[i] = -k[i];
    return true;
}

/* One step of length h from c->x, k[0] known: next positions and k[6] there; the largest
 * error of a face that is still in the box, in units of the allowed one. */
static bool attempt(struct characteristics *c, double h, double *error, struct error *err) {
    const size_t n = c->axis->cells + 1;
    const double lo = c->axis->face[0], hi = c->axis->face[n - 1];
    for (size_t s = 1; s < STAGES; s++) {
        for (size_t i = 0; i < n; i++) {
            double sum = 0;
            for (size_t j = 0; j < s; j++)
                sum += a[s][j] * c->k[j][i];
            c->next[i] = c->x[i] + h * sum;
        }
        if (!velocity(c, c->next, c->k[s], err)) return false;
    }
    *error = 0;
    for (size_t i = 0; i < n; i++) {
        if (!periodic(c) && (c->next[i] < lo || c->next[i] > hi)) continue;
        double sum = 0;
        for (size_t s = 0; s < STAGES; s++)
            sum += defect[s] * c->k[s][i];
        *error = fmax(*error, fabs(h * sum) / (c->tolerance * (hi - lo)));
    }
    return true;
}

static void accept(struct characteristics *c) {
    double *swap = c->x;
    c->x = c->next, c->next = swap;
    swap = c->k[0], c->k[0] = c->k[6], c->k[6] = swap;
    for (size_t i = 1; i <= c->axis->cells; i++)
        c->x[i] = fmax(c->x[i], c->x[i - 1]);
}

/* A step that moves the fastest face by a hundredth of the box. */
static double first_step(const struct characteristics *c) {
    double fastest = 0;
    for (size_t i = 0; i <= c->axis->cells; i++)
        fastest = fmax(fastest, fabs(c->k[0][i]));
    return 0.01 * (c->axis->face[c->axis->cells] - c->axis->face[0]) /
           fmax(fastest, 1e-300);
}

bool characteristics_trace(struct characteristics *c, double tau,
                           const struct monitor *monitor, struct error *err) {
    const double smallest = 1e-13 * tau; /* a kink or a jump: no use in going finer */
    if (tau <= 0) return true;
    if (!velocity(c, c->x, c->k[0], err)) return false;
    if (c->h == 0) c->h = first_step(c);
    double left = tau, error;
    for (size_t step = 0; left > 0; step++) {
        const double h = fmin(c->h, left);
        if (step == most_steps)
            return fail(
                err, ERROR_RUN,
                "transport: characteristics need more than %zu steps over a time of %g; "
                "use time.method contour, or smooth the drift",
                most_steps, tau);
        if (!attempt(c, h, &error, err)) return false;
        c->steps++;
        const double factor = fmin(5, fmax(0.2, 0.9 * pow(fmax(error, 1e-10), -0.2)));
        if (error > 1 && h > smallest) {
            c->h = h * factor;
            continue;
        }
        accept(c);
        left = h < left ? left - h : 0;
        if (left > 0 || h >= c->h) c->h = fmax(h * factor, smallest);
        if (step % 256 == 255 && !monitor_tick(monitor, 1 - left / tau, err)) return false;
    }
    return true;
}
