/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/stable/levy_exit.h"
#include "solver/fv/bernoulli.h"
#include "solver/linalg/jumps.h"
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

enum { FEWEST = 8, MOST_NODES = 8192, MOST_ITERATIONS = 1000 };

static bool check(const struct levy_interval *v, struct error *err) {
    if (!(v->alpha > 0 && v->alpha <= 2))
        return fail(err, ERROR_SETTINGS, "alpha = %g; allowed: above 0, up to 2", v->alpha);
    if (!(v->sigma > 0 && isfinite(v->sigma)))
        return fail(err, ERROR_SETTINGS, "sigma = %g; allowed: above 0", v->sigma);
    if (!(v->lo < v->hi) || !isfinite(v->hi - v->lo))
        return fail(err, ERROR_SETTINGS, "the interval [%g, %g] is empty", v->lo, v->hi);
    if (v->held[0] && v->held[1])
        return fail(err, ERROR_SETTINGS, "nothing leaves an interval with both ends held");
    if (v->nodes < FEWEST || v->nodes > MOST_NODES)
        return fail(err, ERROR_SETTINGS, "%zu nodes; allowed: %d to %d", v->nodes, FEWEST,
                    MOST_NODES);
    return true;
}

/* Nodes x[n]; an end's wall lies (1 - delta) h beyond its node when open, h/2 when held.
 * Returns h. */
static double place_nodes(const struct levy_interval *v, double delta, double *x) {
    const double low = v->held[0] ? 0.5 : 1 - delta, high = v->held[1] ? 0.5 : 1 - delta;
    const double h = (v->hi - v->lo) / ((double)v->nodes - 1 + low + high);
    for (size_t i = 0; i < v->nodes; i++)
        x[i] = v->lo + (low + (double)i) * h;
    return h;
}

/* Rates to the next node: nearest jumps and drift, near[0] = down, near[1] = up, from each
 * node; b is taken between the nodes. */
struct neighbours {
    double *down, *up;
};

static bool set_neighbours(const struct levy_interval *v, const double *x, double h,
                           double nearest, struct neighbours *near, struct error *err) {
    const size_t n = v->nodes;
    double *middle = array_create(2 * (n + 1), sizeof *middle, err), *b = middle + n + 1;
    if (middle == NULL) return false;
    for (size_t i = 0; i <= n; i++)
        middle[i] = fmin(v->hi, fmax(v->lo, x[0] + ((double)i - 0.5) * h));
    const double *const at[1] = {middle};
    bool ok = v->drift == NULL || v->drift->drift(v->drift->self, n + 1, at, b, err);
    for (size_t i = 0; ok && i <= n; i++) {
        if (!isfinite(b[i]))
            ok = fail(err, ERROR_RUN, "drift %g at %g; it must be finite", b[i], middle[i]);
        const double Pe = b[i] / (nearest * h);
        if (i > 0) near->up[i - 1] = nearest * bernoulli(-Pe);
        if (i < n) near->down[i] = nearest * bernoulli(Pe);
    }
    free(middle);
    return ok;
}

/* -A^T by columns, A_ij the rate from j to i: entry (j, i) at j + i n. outside[n]: the
 * rates across the upper end, if it is open. */
static void assemble(const struct levy_interval *v, double h, double scale,
                     const struct neighbours *near, double *A, double *outside) {
    const size_t n = v->nodes;
    double *const rate = outside + n; /* [n] work: rate of the jump by m */
    for (size_t m = 2; m < n; m++)
        rate[m] = scale * jumps_rate(v->alpha, h, m);
    for (size_t j = 0; j < n; j++) {
        const double far_below = scale * jumps_rate_beyond(v->alpha, h, j + 2);
        const double far_above = scale * jumps_rate_beyond(v->alpha, h, n - j + 1);
        const double below =
            far_below + (j > 0 ? scale * jumps_rate(v->alpha, h, j + 1) : near->down[0]);
        const double above =
            far_above + (j + 1 < n ? scale * jumps_rate(v->alpha, h, n - j) : near->up[j]);
        double total = 0;
        for (size_t i = 0; i < n; i++) {
            double a = 0;
            if (i != j)
                a = i == j + 1   ? near->up[j]
                    : i + 1 == j ? near->down[j]
                                 : rate[i > j ? i - j : j - i];
            if (i != j && i == 0 && v->held[0]) a += below;
            if (i != j && i + 1 == n && v->held[1]) a += above;
            A[j + i * n] = -a;
            total += a;
        }
        outside[j] = v->held[1] ? 0 : above;
        A[j + j * n] = total + outside[j] + (v->held[0] ? 0 : below);
    }
}

/* nu by inverse iteration with the factors of -A^T, transposed; mass 1 at the end. */
static bool quasi_stationary(size_t n, double h, const double *factors, const int *pivots,
                             struct levy_exit *out, struct error *err) {
    double rate = 0, before = 0;
    for (size_t i = 0; i < n; i++)
        out->quasi[i] = 1 / (double)n;
    for (int k = 0; k < MOST_ITERATIONS; k++) {
        if (LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'T', (int)n, 1, factors, (int)n, pivots,
                           out->quasi, (int)n) != 0)
            return fail(err, ERROR_MEMORY, "no memory to solve for %zu nodes", n);
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += out->quasi[i];
        for (size_t i = 0; i < n; i++)
            out->quasi[i] /= sum;
        before = rate, rate = 1 / sum;
        if (fabs(rate - before) <= 1e-13 * rate) break;
    }
    for (size_t i = 0; i < n; i++)
        out->quasi[i] /= h;
    out->rate = rate;
    return true;
}

/* A = P L U by LAPACK's right-looking steps, a panel of columns at a time; the monitor is
 * asked between panels. */
static bool factor(int n, double *A, int *pivots, const struct monitor *monitor,
                   struct error *err) {
    enum { PANEL = 64 };
    for (int k = 0; k < n; k += PANEL) {
        const int width = k + PANEL < n ? PANEL : n - k, after = k + width,
                  rest = n - after;
        double *const corner = A + k + (size_t)k * (size_t)n;
        double *const right = A + k + (size_t)after * (size_t)n;
        if (!monitor_tick(monitor, (double)k / n, err)) return false;
        if (LAPACKE_dgetrf(LAPACK_COL_MAJOR, n - k, width, corner, n, pivots + k) != 0)
            return fail(err, ERROR_RUN, "no way out: some node never leaves the interval");
        for (int i = k; i < after; i++)
            pivots[i] += k;
        LAPACKE_dlaswp(LAPACK_COL_MAJOR, k, A, n, k + 1, after, pivots, 1);
        if (rest == 0) continue;
        LAPACKE_dlaswp(LAPACK_COL_MAJOR, rest, A + (size_t)after * (size_t)n, n, k + 1,
                       after, pivots, 1);
        cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasUnit, width,
                    rest, 1, corner, n, right, n);
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, rest, rest, width, -1,
                    corner + width, n, right, n, 1, right + width, n);
    }
    return true;
}

static bool solve(struct levy_exit *out, double h, double *A, const double *outside,
                  const struct monitor *monitor, struct error *err) {
    const size_t n = out->nodes;
    int *pivots = array_create(n, sizeof *pivots, err);
    if (pivots == NULL) return false;
    bool ok = factor((int)n, A, pivots, monitor, err);
    for (size_t i = 0; i < n; i++)
        out->tau[i] = 1, out->upper[i] = outside[i];
    ok = ok &&
         LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'N', (int)n, 1, A, (int)n, pivots, out->tau,
                        (int)n) == 0 &&
         LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'N', (int)n, 1, A, (int)n, pivots, out->upper,
                        (int)n) == 0 &&
         quasi_stationary(n, h, A, pivots, out, err);
    free(pivots);
    return ok;
}

static bool allocate(struct levy_exit *out, size_t n, struct error *err) {
    *out = (struct levy_exit){.nodes = n};
    return (out->x = array_create(n, sizeof(double), err)) &&
           (out->tau = array_create(n, sizeof(double), err)) &&
           (out->upper = array_create(n, sizeof(double), err)) &&
           (out->quasi = array_create(n, sizeof(double), err));
}

bool levy_exit_compute(const struct levy_interval *v, struct levy_exit *out,
                       struct error *err) {
    *out = (struct levy_exit){0};
    if (!check(v, err)) return false;
    const size_t n = v->nodes;
    const double delta = jumps_wall_offset(v->alpha), scale = pow(v->sigma, v->alpha);
    struct neighbours near = {0};
    double *A = NULL, *work = NULL;
    bool ok = allocate(out, n, err) && (A = array_create(n * n, sizeof(double), err)) &&
              (work = array_create(4 * n, sizeof(double), err));
    if (ok && isnan(delta)) ok = fail(err, ERROR_MEMORY, "no memory for the jumps");
    if (ok) {
        const double h = place_nodes(v, delta, out->x);
        near = (struct neighbours){work + 2 * n, work + 3 * n};
        ok = set_neighbours(v, out->x, h, scale * jumps_rate(v->alpha, h, 1), &near, err);
        if (ok) {
            assemble(v, h, scale, &near, A, work);
            ok = solve(out, h, A, work, v->monitor, err);
        }
    }
    free(work), free(A);
    if (!ok) levy_exit_finish(out);
    return ok;
}

void levy_exit_finish(struct levy_exit *e) {
    free(e->quasi), free(e->upper), free(e->tau), free(e->x);
    *e = (struct levy_exit){0};
}

double levy_exit_time_at(const struct levy_exit *e, double x) {
    const size_t n = e->nodes;
    const double h = e->x[1] - e->x[0], s = (x - e->x[0]) / h;
    if (s <= 0) return e->tau[0];
    if (s >= (double)n - 1) return e->tau[n - 1];
    size_t first = s < 1 ? 0 : (size_t)s - 1;
    if (first + 4 > n) first = n - 4;
    double sum = 0;
    for (size_t j = 0; j < 4; j++) {
        double basis = 1;
        for (size_t k = 0; k < 4; k++)
            if (k != j) basis *= (s - (double)(first + k)) / ((double)j - (double)k);
        sum += basis * e->tau[first + j];
    }
    return sum;
}
