/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/line/characteristics.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STAGES = 7, GROUP = 128 };
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

/* Faces from .. end - 1. */
struct range {
    size_t from, end;
};

static size_t groups(const struct characteristics *c) {
    return c->axis->cells / GROUP + 1;
}

static struct range group_at(const struct characteristics *c, size_t g) {
    const size_t from = g * GROUP, faces = c->axis->cells + 1;
    return (struct range){from, from + GROUP < faces ? from + GROUP : faces};
}

static bool periodic(const struct characteristics *c) {
    return c->axis->boundary[0] == PERIODIC;
}

/* k = -b(x), x brought into the box. */
static bool velocity(const struct characteristics *c, struct range r, const double *x,
                     double *k, struct error *err) {
    const double lo = c->axis->face[0], hi = c->axis->face[c->axis->cells];
    const double length = hi - lo;
    for (size_t i = r.from; i < r.end; i++)
        c->point[i] = periodic(c) ? fmin(hi, x[i] - length * floor((x[i] - lo) / length))
                                  : fmin(hi, fmax(lo, x[i]));
    const double *points[] = {c->point + r.from};
    if (!c->coefficients->drift(c->coefficients->self, r.end - r.from, points, k + r.from,
                                err))
        return false;
    for (size_t i = r.from; i < r.end; i++)
        k[i] = -k[i];
    return true;
}

/* A drift that is infinite at a face is told before anything is moved. */
static bool start_is_finite(struct characteristics *c, struct error *err) {
    const struct range all = {0, c->axis->cells + 1};
    return velocity(c, all, c->x, c->k[0], err);
}

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
    c->h = array_create(groups(c), sizeof *c->h, err);
    if (c->h == NULL) return characteristics_destroy(c), NULL;
    characteristics_start(c);
    if (start_is_finite(c, err)) return c;
    return characteristics_destroy(c), NULL;
}

void characteristics_destroy(struct characteristics *c) {
    if (c == NULL) return;
    for (size_t j = 0; j < STAGES; j++)
        free(c->k[j]);
    free(c->h);
    free(c->point);
    free(c->next);
    free(c->x);
    free(c);
}

void characteristics_start(struct characteristics *c) {
    memcpy(c->x, c->axis->face, (c->axis->cells + 1) * sizeof *c->x);
    memset(c->h, 0, groups(c) * sizeof *c->h);
}

/* One step of length h from c->x, k[0] known: next positions and k[6] there; the largest
 * error of a face that is still in the box, in units of the allowed one. */
static bool attempt(struct characteristics *c, struct range r, double h, double *error,
                    struct error *err) {
    const double lo = c->axis->face[0], hi = c->axis->face[c->axis->cells];
    for (size_t s = 1; s < STAGES; s++) {
        for (size_t i = r.from; i < r.end; i++) {
            double sum = 0;
            for (size_t j = 0; j < s; j++)
                sum += a[s][j] * c->k[j][i];
            c->next[i] = c->x[i] + h * sum;
        }
        if (!velocity(c, r, c->next, c->k[s], err)) return false;
    }
    *error = 0;
    for (size_t i = r.from; i < r.end; i++) {
        if (!periodic(c) && (c->next[i] < lo || c->next[i] > hi)) continue;
        double sum = 0;
        for (size_t s = 0; s < STAGES; s++)
            sum += defect[s] * c->k[s][i];
        *error = fmax(*error, fabs(h * sum) / (c->tolerance * (hi - lo)));
    }
    return true;
}

static void accept(struct characteristics *c, struct range r) {
    for (size_t i = r.from; i < r.end; i++) {
        c->x[i] = i > r.from ? fmax(c->next[i], c->x[i - 1]) : c->next[i];
        c->k[0][i] = c->k[6][i];
    }
}

/* A step that moves the fastest face by a hundredth of the box. */
static double first_step(const struct characteristics *c, struct range r) {
    double fastest = 0;
    for (size_t i = r.from; i < r.end; i++)
        fastest = fmax(fastest, fabs(c->k[0][i]));
    return 0.01 * (c->axis->face[c->axis->cells] - c->axis->face[0]) /
           fmax(fastest, 1e-300);
}

static bool trace_group(struct characteristics *c, size_t g, double tau,
                        const struct monitor *monitor, struct error *err) {
    const double smallest = 1e-13 * tau; /* a kink or a jump: no use in going finer */
    const struct range r = group_at(c, g);
    double *next = &c->h[g], left = tau, error;
    if (!velocity(c, r, c->x, c->k[0], err)) return false;
    if (*next == 0) *next = first_step(c, r);
    for (size_t step = 0; left > 0; step++) {
        const double h = fmin(*next, left);
        if (step == most_steps)
            return fail(
                err, ERROR_RUN,
                "transport: characteristics need more than %zu steps over a time of %g; "
                "use time.method contour, or smooth the drift",
                most_steps, tau);
        if (!attempt(c, r, h, &error, err)) return false;
        c->steps++;
        const double factor = fmin(5, fmax(0.2, 0.9 * pow(fmax(error, 1e-10), -0.2)));
        if (error > 1 && h > smallest) {
            *next = h * factor;
            continue;
        }
        accept(c, r);
        left = h < left ? left - h : 0;
        if (left > 0 || h >= *next) *next = fmax(h * factor, smallest);
        if (step % 256 == 255 &&
            !monitor_tick(monitor, ((double)g + 1 - left / tau) / (double)groups(c), err))
            return false;
    }
    return true;
}

bool characteristics_trace(struct characteristics *c, double tau,
                           const struct monitor *monitor, struct error *err) {
    if (tau <= 0) return true;
    for (size_t g = 0; g < groups(c); g++)
        if (!trace_group(c, g, tau, monitor, err)) return false;
    for (size_t i = 1; i <= c->axis->cells; i++)
        c->x[i] = fmax(c->x[i], c->x[i - 1]);
    return true;
}
