/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/stable/levy.h"
#include "io/alone.h"
#include "solver/fv/remap.h"
#include "solver/linalg/half_sinks.h"
#include "solver/linalg/jumps.h"
#include "solver/time/line/characteristics.h"
#include "solver/time/strang.h"
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double trace_tolerance = 1e-12;

/* Everything that depends on the step h: the feet of the characteristics after h/2 and h,
 * and the factors of the Fourier modes. */
struct stride {
    double h;
    double *half, *whole;    /* [cells + 1] */
    double *factor;          /* [cells/2 + 1], with FFTW's 1/cells */
    struct half_sinks sinks; /* of h; zeros: none. Its `to` is the sinks' */
};

struct levy_parts {
    const struct grid *grid;
    struct levy_options options;
    struct characteristics *trace; /* NULL: no drift */
    const struct sinks *sinks;     /* NULL: none */
    struct remap *remap;
    struct stride fine, coarse;
    double *symbol;  /* [cells/2 + 1] rates of decay of the modes */
    double *outward; /* [cells] rate of jumps that leave the box */
    double *slope;   /* [cells] |b'| */
    double *mass;    /* [cells] FFTW's */
    fftw_complex *modes;
    fftw_plan forward, backward;
    double *p, *q; /* [cells] masses with fine and coarse steps */
    double *out;   /* [cells] density for the sink */
};

/* -------------------------------------------------------------------------- creation */

static void stride_finish(struct stride *s) {
    free(s->sinks.killed), free(s->sinks.reset);
    free(s->factor), free(s->whole), free(s->half);
}

static bool stride_init(struct stride *s, size_t n, const struct sinks *sinks,
                        struct error *err) {
    s->sinks = (struct half_sinks){.cells = sinks != NULL ? n : 0};
    if (sinks != NULL) s->sinks.to = sinks->to;
    return (sinks == NULL || ((s->sinks.killed = array_create(n, sizeof(double), err)) &&
                              (s->sinks.reset = array_create(n, sizeof(double), err)))) &&
           (s->half = array_create(n + 1, sizeof(double), err)) &&
           (s->whole = array_create(n + 1, sizeof(double), err)) &&
           (s->factor = array_create(n / 2 + 1, sizeof(double), err));
}

static bool check(const struct grid *grid, const struct levy_options *o,
                  struct error *err) {
    const struct axis *axis = grid->axis[0];
    const double h = (axis->face[axis->cells] - axis->face[0]) / (double)axis->cells;
    double uneven = 0;
    for (size_t i = 0; i < axis->cells; i++)
        uneven = fmax(uneven, fabs(axis->width[i] / h - 1));
    if (grid->dims != 1 || uneven > 1e-9 || axis->boundary[0] != REFLECTING ||
        axis->boundary[1] != REFLECTING)
        return fail(err, ERROR_SETTINGS,
                    "alpha-stable noise needs one axis with spacing: uniform and boundary: "
                    "reflecting");
    if (!(o->alpha > 0 && o->alpha <= 2))
        return fail(err, ERROR_SETTINGS, "alpha = %g; allowed: above 0, up to 2", o->alpha);
    if (!(o->sigma >= 0 && isfinite(o->sigma)))
        return fail(err, ERROR_SETTINGS, "sigma = %g; allowed: 0 and above", o->sigma);
    if (!(o->step >= 0) || !(o->tolerance > 0 || o->step > 0))
        return fail(err, ERROR_SETTINGS,
                    "step %g and tolerance %g; give a step or a tolerance above 0", o->step,
                    o->tolerance);
    return true;
}

/* |sigma k|^alpha, k = 2 pi j / length. */
static void set_exact_symbol(struct levy_parts *l) {
    const size_t n = l->grid->cells;
    const double *face = l->grid->axis[0]->face, length = face[n] - face[0];
    for (size_t j = 0; j <= n / 2; j++) {
        const double k = 2 * M_PI * (double)j / length;
        l->symbol[j] = pow(l->options.sigma * k, l->options.alpha);
    }
}

/* The symbol of the lattice chain for mode j,
 *     2 sigma^alpha Sum_m w_m (1 - cos(2 pi j m / n)),
 * with jumps beyond the box folded into it. */
static bool set_positive_symbol(struct levy_parts *l, struct error *err) {
    const size_t n = l->grid->cells;
    const double h = l->grid->axis[0]->width[0], alpha = l->options.alpha;
    const double scale = pow(l->options.sigma, alpha);
    const double shell = jumps_intensity(alpha) * pow(h, -alpha);
    for (size_t m = 0; m < n; m++)
        l->mass[m] = 0;
    for (size_t m = 1; m < 32 * n; m++) { /* rounds by one, the rest as an even rain */
        if (m % 1048576 == 0 &&
            !monitor_tick(l->options.monitor, (double)m / (32. * (double)n), err))
            return false;
        const double w = m == 1 || alpha == 2 ? jumps_rate(alpha, h, m)
                                              : shell * pow((double)m, -1 - alpha);
        l->mass[m % n] += w;
        l->mass[(n - m % n) % n] += w;
        if (alpha == 2) break;
    }
    const double rain = 2 * jumps_rate_beyond(alpha, h, 32 * n) / (double)n;
    for (size_t m = 0; m < n; m++)
        l->mass[m] += alpha == 2 ? 0 : rain;
    fftw_execute(l->forward);
    const double all = l->modes[0][0];
    for (size_t j = 0; j <= n / 2; j++)
        l->symbol[j] = scale * fmax(all - l->modes[j][0], 0);
    return true;
}

/* The rate of jumps from a cell's centre beyond either end,
 *     (sigma^alpha C / alpha) (d_lo^-alpha + d_hi^-alpha),
 * d_lo, d_hi the distances to the ends; 0 for alpha = 2. */
static void set_outward(struct levy_parts *l) {
    const struct axis *axis = l->grid->axis[0];
    const double alpha = l->options.alpha, n = (double)axis->cells;
    const double scale = pow(l->options.sigma, alpha) * jumps_intensity(alpha) / alpha;
    const double lo = axis->face[0], hi = axis->face[(size_t)n];
    for (size_t i = 0; i < axis->cells; i++)
        l->outward[i] =
            scale * (pow(axis->centre[i] - lo, -alpha) + pow(hi - axis->centre[i], -alpha));
}

static bool set_slope(struct levy_parts *l, const struct coefficients *drift,
                      struct error *err) {
    const struct axis *axis = l->grid->axis[0];
    const double *const at[1] = {axis->face};
    double *b = array_create(axis->cells + 1, sizeof *b, err);
    const bool ok = b != NULL && drift->drift(drift->self, axis->cells + 1, at, b, err);
    for (size_t i = 0; ok && i < axis->cells; i++)
        l->slope[i] = fabs(b[i + 1] - b[i]) / axis->width[i];
    free(b);
    return ok;
}

static bool parts_init(struct levy_parts *l, const struct coefficients *drift,
                       struct error *err) {
    const size_t n = l->grid->cells;
    const struct axis *axis = l->grid->axis[0];
    if (drift != NULL &&
        !(l->trace = characteristics_create(axis, drift, trace_tolerance, err)))
        return false;
    if (!(l->remap = remap_create(axis, err)) || !stride_init(&l->fine, n, l->sinks, err) ||
        !stride_init(&l->coarse, n, l->sinks, err) ||
        !(l->symbol = array_create(n / 2 + 1, sizeof(double), err)) ||
        !(l->outward = array_create(n, sizeof(double), err)) ||
        !(l->slope = array_create(n, sizeof(double), err)) ||
        !(drift == NULL || set_slope(l, drift, err)) ||
        !(l->p = array_create(n, sizeof(double), err)) ||
        !(l->q = array_create(n, sizeof(double), err)) ||
        !(l->out = array_create(n, sizeof(double), err)))
        return false;
    l->mass = fftw_alloc_real(n);
    l->modes = fftw_alloc_complex(n / 2 + 1);
    if (l->mass == NULL || l->modes == NULL)
        return fail(err, ERROR_MEMORY, "no memory for %zu Fourier modes", n / 2 + 1);
    /* ESTIMATE: the same plan, and the same bits, every time */
    alone_begin();
    l->forward = fftw_plan_dft_r2c_1d((int)n, l->mass, l->modes, FFTW_ESTIMATE);
    l->backward = fftw_plan_dft_c2r_1d((int)n, l->modes, l->mass, FFTW_ESTIMATE);
    alone_end();
    return (l->forward != NULL && l->backward != NULL) ||
           fail(err, ERROR_MEMORY, "no memory to plan a transform");
}

struct levy *levy_create(const struct grid *grid, const struct coefficients *drift,
                         const struct sinks *sinks, const struct levy_options *options,
                         struct error *err) {
    if (!check(grid, options, err)) return NULL;
    struct levy *levy = array_create(1, sizeof *levy, err);
    struct levy_parts *l = levy ? array_create(1, sizeof *l, err) : NULL;
    if (l == NULL) return free(levy), NULL;
    levy->parts = l;
    l->grid = grid, l->options = *options;
    l->sinks = sinks != NULL && sinks_any(sinks) ? sinks : NULL;
    if (!parts_init(l, drift, err)) return levy_destroy(levy), NULL;
    if (!options->positive)
        set_exact_symbol(l);
    else if (!set_positive_symbol(l, err))
        return levy_destroy(levy), NULL;
    set_outward(l);
    return levy;
}

void levy_destroy(struct levy *levy) {
    if (levy == NULL) return;
    struct levy_parts *l = levy->parts;
    alone_begin();
    if (l->backward) fftw_destroy_plan(l->backward);
    if (l->forward) fftw_destroy_plan(l->forward);
    alone_end();
    fftw_free(l->modes), fftw_free(l->mass);
    free(l->out), free(l->q), free(l->p), free(l->slope), free(l->outward), free(l->symbol);
    stride_finish(&l->coarse), stride_finish(&l->fine);
    remap_destroy(l->remap);
    characteristics_destroy(l->trace);
    free(l);
    free(levy);
}

/* ----------------------------------------------------------------------------- a step */

static bool stride_set(struct levy_parts *l, struct stride *s, double h,
                       struct error *err) {
    if (s->h == h) return true;
    const size_t n = l->grid->cells;
    for (size_t j = 0; j <= n / 2; j++)
        s->factor[j] = exp(-l->symbol[j] * h) / (double)n;
    for (size_t i = 0; i < s->sinks.cells; i++) {
        if (l->sinks->killing != NULL)
            s->sinks.killed[i] = -expm1(-0.5 * h * l->sinks->killing[i]);
        if (l->sinks->reset != NULL)
            s->sinks.reset[i] = -expm1(-0.5 * h * l->sinks->reset[i]);
    }
    if (l->trace != NULL) {
        const size_t size = (n + 1) * sizeof(double);
        characteristics_start(l->trace);
        if (!characteristics_trace(l->trace, h / 2, l->options.monitor, err)) return false;
        memcpy(s->half, l->trace->x, size);
        if (!characteristics_trace(l->trace, h / 2, l->options.monitor, err)) return false;
        memcpy(s->whole, l->trace->x, size);
    }
    s->h = h;
    return true;
}

static void carry(struct levy_parts *l, const double *from, double *m) {
    if (l->trace == NULL) return;
    remap_set(l->remap, m);
    remap_masses(l->remap, from, m);
}

static void jump(struct levy_parts *l, const struct stride *s, double *m) {
    const size_t n = l->grid->cells;
    memcpy(l->mass, m, n * sizeof *m);
    fftw_execute(l->forward);
    for (size_t j = 0; j <= n / 2; j++)
        l->modes[j][0] *= s->factor[j], l->modes[j][1] *= s->factor[j];
    fftw_execute(l->backward);
    memcpy(m, l->mass, n * sizeof *m);
}

/* Expected mass that leaves the box in the next step. */
static double leaving(const struct levy_parts *l, double h, const double *m) {
    double sum = 0;
    for (size_t i = 0; i < l->grid->cells; i++)
        sum += fmax(m[i], 0) * -expm1(-l->outward[i] * h);
    return sum;
}

static bool walk(struct levy_parts *l, struct stride *s, double h, size_t steps, double *m,
                 double *wrapped, struct error *err) {
    if (!stride_set(l, s, h, err)) return false;
    carry(l, s->half, m);
    for (size_t k = 0; k < steps; k++) {
        if (!monitor_tick(l->options.monitor, (double)k / (double)steps, err)) return false;
        if (wrapped) *wrapped += leaving(l, h, m);
        if (s->sinks.cells > 0) half_sinks_before(&s->sinks, m);
        jump(l, s, m);
        if (s->sinks.cells > 0) half_sinks_after(&s->sinks, m);
        carry(l, k + 1 < steps ? s->whole : s->half, m);
    }
    return true;
}

/* Both runs: n steps of length H, and 2 n of half of it. */
static bool walk_both(void *self, double H, size_t n, struct error *err) {
    struct levy *levy = self;
    struct levy_parts *l = levy->parts;
    levy->step = H / 2, levy->steps += (int64_t)(3 * n);
    return walk(l, &l->fine, H / 2, 2 * n, l->p, &levy->wrapped, err) &&
           walk(l, &l->coarse, H, n, l->q, NULL, err);
}

/* Mean of |b'|: in its reciprocal the drift brings together what lies apart. */
static double steepness(const struct levy_parts *l) {
    double sum = 0, mass = 0;
    for (size_t i = 0; i < l->grid->cells; i++)
        sum += fabs(l->p[i]) * l->slope[i], mass += fabs(l->p[i]);
    return mass > 0 ? sum / mass : 0;
}

/* The error from two runs. Their difference is three times the error where the splitting is
 * of second order, and the error itself where it is of first (in the far tails, which a
 * steep drift carries over many cells in a step). Steps so long that the drift contracts
 * all mass to one place tell nothing: both runs end alike. */
static double error_in_time(const void *self) {
    const struct levy_parts *l = ((const struct levy *)self)->parts;
    double sum = 0;
    for (size_t i = 0; i < l->grid->cells; i++)
        sum += fabs(l->p[i] - l->q[i]);
    const bool blind = l->fine.h * steepness(l) > 1;
    return fmax(1.25 * sum, blind ? 2 : 0);
}

/* Is there one part only, exact for any step? */
static bool is_whole(const struct levy_parts *l) {
    return l->trace == NULL && l->sinks == NULL;
}

static void start(void *self, const double *p0) {
    struct levy_parts *l = ((struct levy *)self)->parts;
    for (size_t i = 0; i < l->grid->cells; i++)
        l->p[i] = l->q[i] = p0[i] * l->grid->axis[0]->width[i];
}

static double first_step(void *self, const double *p0, double end) {
    const struct levy_parts *l = ((struct levy *)self)->parts;
    start(self, p0);
    return fmin(end / 32, 0.25 / fmax(steepness(l), 1e-300));
}

static bool emit(void *self, size_t k, double t, const double *p0, snapshot_sink sink,
                 void *context, struct error *err) {
    struct levy_parts *l = ((struct levy *)self)->parts;
    const double error = is_whole(l) ? 0 : error_in_time(self);
    (void)t, (void)p0;
    for (size_t i = 0; i < l->grid->cells; i++)
        l->out[i] = l->p[i] / l->grid->axis[0]->width[i];
    return sink(context, k, l->out, error, err);
}

/* The error is O(h^2) where the density is smooth, O(h) elsewhere. */
static const struct strang_method method = {.parts = 2,
                                            .order = 2,
                                            .safety = 0.8,
                                            .start = start,
                                            .walk = walk_both,
                                            .error = error_in_time,
                                            .first_step = first_step,
                                            .emit = emit};

bool levy_advance(struct levy *levy, const double *p0, size_t n, const double *t,
                  snapshot_sink sink, void *context, struct error *err) {
    const struct levy_parts *l = levy->parts;
    const double tolerance = l->options.tolerance, wrapped = levy->wrapped;
    double step = l->options.step;
    if (n == 0) return true;
    if (step == 0 && t[n - 1] > 0 && is_whole(l))
        step = t[n - 1]; /* exact */
    else if (step == 0 && t[n - 1] > 0 &&
             !strang_choose_step(&method, levy, tolerance, p0, n, t, &step, err))
        return false;
    levy->wrapped = wrapped; /* what the pilots lost does not count */
    return strang_advance(&method, levy, step, tolerance, p0, n, t, sink, context, err);
}

/* ------------------------------------------------------- current and stationary law */

void levy_flux(struct levy *levy, const double *p, double *flux) {
    struct levy_parts *l = levy->parts;
    const size_t n = l->grid->cells;
    double sum = 0, mean = 0;
    for (size_t i = 0; i < n; i++)
        l->mass[i] = p[i] * l->grid->axis[0]->width[i];
    fftw_execute(l->forward);
    for (size_t j = 0; j <= n / 2; j++) {
        l->modes[j][0] *= l->symbol[j] / (double)n;
        l->modes[j][1] *= l->symbol[j] / (double)n;
    }
    fftw_execute(l->backward); /* what leaves the cells */
    for (size_t i = 0; i < n; i++) {
        flux[i] = sum, mean += sum / (double)n;
        sum += l->mass[i];
    }
    for (size_t i = 0; i < n; i++)
        flux[i] -= mean;
    flux[n] = flux[0];
}

/* Sum over n >= 0 of (n + a)^-s, s > 1, a > 0, by Euler and Maclaurin: 1e-13. */
static double hurwitz(double s, double a) {
    double sum = 0;
    for (int n = 0; n < 10; n++, a += 1)
        sum += pow(a, -s);
    const double x = pow(a, -s), q = s / (a * a);
    return sum + x * a / (s - 1) + x / 2 +
           x * a * q *
               (1. / 12 - (s + 1) * (s + 2) / (a * a) *
                              (1. / 720 - (s + 3) * (s + 4) / (30240 * a * a)));
}

/* Density at x of all images at x + L, x + 2 L, ... of the law of scale gamma, by the tail
 * series (Zolotarev, One-dimensional stable distributions, 2.4-2.5) up to its smallest
 * term:
 *     p(y) ~ (1/pi) Sum_j (-1)^{j+1} Gamma(alpha j + 1) / j! sin(pi alpha j / 2)
 *                         gamma^{alpha j} y^{-alpha j - 1}. */
static double images(double alpha, double gamma, double L, double x) {
    enum { MOST = 40 };
    double sum = 0, before = (double)INFINITY;
    for (int j = 1; j <= MOST; j++) {
        const double s = alpha * j + 1;
        const double size = exp(lgamma(s) - lgamma(j + 1.) + alpha * j * log(gamma / L)) *
                            hurwitz(s, 1 + x / L);
        if (size > before) break;
        sum += (j % 2 ? size : -size) * sin(M_PI * fmod(alpha * j / 2, 2));
        before = size;
    }
    return sum / (M_PI * L);
}

bool levy_stationary(struct levy *levy, double h, double centre, double *p) {
    struct levy_parts *l = levy->parts;
    const struct axis *axis = l->grid->axis[0];
    const size_t n = axis->cells;
    const double lo = axis->face[0], L = axis->face[n] - lo, alpha = l->options.alpha;
    const double gamma = l->options.sigma * pow(alpha * h, -1 / alpha);
    if (fmin(centre - lo, lo + L - centre) < 8 * gamma) return false;
    for (size_t j = 0; j <= n / 2; j++) {
        const double k = 2 * M_PI * (double)j / L, half = k * L / (2 * (double)n);
        const double turn = k * (axis->centre[0] - centre);
        const double size = exp(-pow(gamma * k, alpha)) * (j ? sin(half) / half : 1);
        l->modes[j][0] = size * cos(turn) / L;
        l->modes[j][1] = size * sin(turn) / L;
    }
    fftw_execute(l->backward);
    for (size_t i = 0; i < n; i++) {
        const double x = axis->centre[i] - centre;
        p[i] =
            fmax(l->mass[i] - images(alpha, gamma, L, x) - images(alpha, gamma, L, -x), 0);
    }
    return true;
}
