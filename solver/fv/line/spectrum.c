/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/spectrum.h"
#include "io/clones.h"
#include "io/eight.h"
#include "solver/fv/line/log_rates.h"
#include "solver/fv/line/ring_modes.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8 };
static const double slowest_rate = 1e-280;
static const double same = 1e-11, close = 1e-7; /* relative gaps of rates */

/* A run of cells in detailed balance: rates out of cell k, jump[k] = ln pi_k - ln pi_{k-1}
 * with pi the masses of p_st; down[0], up[n-1] are exits (0: none). */
struct chain {
    size_t n;
    double *up, *down, *jump; /* [n], [n], [n + 1] */
};

static void chain_finish(struct chain *c) {
    free(c->jump), free(c->down), free(c->up);
}

static bool chain_allocate(struct chain *c, size_t n, struct error *err) {
    *c = (struct chain){.n = n};
    return (c->up = array_create(n, sizeof(double), err)) &&
           (c->down = array_create(n, sizeof(double), err)) &&
           (c->jump = array_create(n + 1, sizeof(double), err));
}

static bool chain_init(struct chain *c, const struct line_generator *g, struct cell_run run,
                       struct error *err) {
    const struct axis *axis = g->grid->axis[0];
    if (!chain_allocate(c, run.cells, err)) return false;
    for (size_t k = 0; k < run.cells; k++) {
        const size_t i = (run.first + k) % g->cells;
        c->up[k] = g->left[i + 1] / axis->width[i];
        c->down[k] = g->right[i] / axis->width[i];
        if (k == 0) continue;
        if (!isfinite(g->log_ratio[i]) || g->left[i] + g->right[i] == 0)
            return fail(err, ERROR_SETTINGS,
                        "modes need a chain that moves both ways; at %g mass passes %s",
                        axis->face[i], g->log_ratio[i] == 0 ? "never" : "one way only");
        const size_t before = (i + g->cells - 1) % g->cells;
        c->jump[k] = g->log_ratio[i] + log(axis->width[i] / axis->width[before]);
    }
    return true;
}

/* The same chain read from the other end. */
static bool chain_reverse(const struct chain *c, struct chain *out, struct error *err) {
    const size_t n = c->n;
    if (!chain_allocate(out, n, err)) return false;
    for (size_t k = 0; k < n; k++) {
        out->up[k] = c->down[n - 1 - k];
        out->down[k] = c->up[n - 1 - k];
        out->jump[n - k] = -c->jump[k];
    }
    return true;
}

/* ----------------------------------------------------------------------------- rates */

static size_t count_rates(const struct chain *c) {
    const size_t exits = (c->down[0] > 0) + (c->up[c->n - 1] > 0);
    return c->n - 1 + exits < c->n ? c->n - 1 + exits : c->n;
}

/* One pivot -x t of T - x by
 *     t' = 1 - coupling / (x^2 t),
 * for eight x at once, each of which counts its t' < 0. T is the Golub-Kahan matrix of the path
 * face 0, cell 0, face 1, ... with the squared couplings down_0, up_0, down_1, ... */
INLINE void pivot(double coupling, const eight *x2, eight *t, eight_bits *count) {
    static const eight one = {1, 1, 1, 1, 1, 1, 1, 1};
    static const eight tiny = {DBL_EPSILON, DBL_EPSILON, DBL_EPSILON, DBL_EPSILON,
                               DBL_EPSILON, DBL_EPSILON, DBL_EPSILON, DBL_EPSILON};
    if (coupling == 0) {
        *t = one;
        return;
    }
    const eight_bits zero = *t == 0;
    const eight some = (eight)(((eight_bits)*t & ~zero) | ((eight_bits)tiny & zero));
    *t = 1 - coupling / (*x2 * some);
    *count -= *t < 0;
}

/* The numbers of rates > x2[8]: pivots t < 0. A pivot waits for the one before; eight do so
 * together. */
BLOCK_LOOP static void spectrum_rates_above(const struct chain *c, const eight *x2,
                                            eight_bits *out) {
    eight_bits count = {0};
    eight t = {1, 1, 1, 1, 1, 1, 1, 1};
    for (size_t k = 0; k < c->n; k++) {
        pivot(c->down[k], x2, &t, &count);
        if (k + 1 == c->n && c->up[k] == 0) break;
        pivot(c->up[k], x2, &t, &count);
    }
    *out = count;
}

/* The next rate to look at between two, which is neither where they are next to each other. */
static double between(double lo, double hi) {
    return hi > 2 * lo ? sqrt(lo) * sqrt(hi) : 0.5 * (lo + hi);
}

/* The slowest rates first + 1, ..., first + n, n <= 8, side by side; 0 below slowest_rate. */
static void find_rates(const struct chain *c, size_t first, size_t n, double *rate) {
    double lo[LANES] = {0}, hi[LANES] = {0}, most = 0;
    int64_t wanted[LANES] = {0};
    eight x2;
    eight_bits above;
    for (size_t i = 0; i < c->n; i++)
        most = fmax(most, 4 * (c->up[i] + c->down[i]));
    for (size_t l = 0; l < LANES; l++)
        x2[l] = slowest_rate;
    spectrum_rates_above(c, &x2, &above);
    for (size_t l = 0; l < n; l++) {
        wanted[l] = (int64_t)(count_rates(c) - (first + l + 1));
        if (above[l] > wanted[l]) lo[l] = slowest_rate, hi[l] = most;
    }
    for (bool any = true; any;) {
        any = false;
        bool open[LANES];
        for (size_t l = 0; l < LANES; l++) {
            const double mid = between(lo[l], hi[l]);
            open[l] = hi[l] > lo[l] * (1 + 2 * DBL_EPSILON) && mid > lo[l] && mid < hi[l];
            x2[l] = open[l] ? mid : most;
            any = any || open[l];
        }
        if (any) spectrum_rates_above(c, &x2, &above);
        for (size_t l = 0; l < LANES; l++)
            if (open[l]) *(above[l] > wanted[l] ? &lo[l] : &hi[l]) = x2[l];
    }
    for (size_t l = 0; l < n; l++)
        rate[l] = 0.5 * (lo[l] + hi[l]);
}

/* --------------------------------------------------------------------- left functions */

/* A function as sign * e^log; 0 is log = -inf. */
struct shot {
    double *log, *sign; /* [n] */
};

/* The solution l of A^T l = -rate l from cell 0 upwards, l_0 = 1. With
 *     F = up_k (l_{k+1} - l_k),   B = down_k (l_k - l_{k-1})
 * of cell k, and B' that of cell k + 1,
 *     F = B - rate l_k,   B' = F e^-jump.
 * The difference of l comes from the larger of both rates. Rescaled before it overflows. */
static void shoot(const struct chain *c, double rate, struct shot out) {
    double l = 1, B = c->down[0], scale = 0;
    for (size_t k = 0;; k++) {
        out.log[k] = scale + log(fabs(l)), out.sign[k] = copysign(1, l);
        if (k + 1 == c->n) return;
        const double F = B - rate * l;
        const double jump = c->jump[k + 1], up = c->up[k], down = c->down[k + 1];
        const double step = up >= down ? F / up : F * exp(-jump) / down;
        l += step;
        B = up >= down ? F * exp(-jump) : down * step;
        const double size = fmax(fabs(l), fabs(B));
        if (size > 1e100 || size < 1e-100) {
            l /= size, B /= size;
            scale += log(size);
        }
    }
}

struct work {
    struct chain forth, back;
    struct shot up, down; /* down is reversed: entry n - 1 - k belongs to cell k */
    double *log_pi;       /* [n] mass 1 */
    bool *taken;          /* [n] where the glue must not be */
};

static void work_finish(struct work *w) {
    free(w->taken), free(w->log_pi);
    free(w->down.sign), free(w->down.log), free(w->up.sign), free(w->up.log);
    chain_finish(&w->back), chain_finish(&w->forth);
}

static void set_log_pi(struct work *w) {
    double total = -HUGE_VAL, running = 0;
    for (size_t k = 0; k < w->forth.n; k++) {
        running += k > 0 ? w->forth.jump[k] : 0;
        w->log_pi[k] = running;
        total = log_add(total, running);
    }
    for (size_t k = 0; k < w->forth.n; k++)
        w->log_pi[k] -= total;
}

static bool work_init(struct work *w, const struct line_generator *g, struct cell_run run,
                      struct error *err) {
    const size_t n = run.cells;
    *w = (struct work){0};
    if (!chain_init(&w->forth, g, run, err) || !chain_reverse(&w->forth, &w->back, err) ||
        !(w->up.log = array_create(n, sizeof(double), err)) ||
        !(w->up.sign = array_create(n, sizeof(double), err)) ||
        !(w->down.log = array_create(n, sizeof(double), err)) ||
        !(w->down.sign = array_create(n, sizeof(double), err)) ||
        !(w->log_pi = array_create(n, sizeof(double), err)) ||
        !(w->taken = array_create(n, sizeof(bool), err)))
        return false;
    set_log_pi(w);
    return true;
}

/* Where both shots join: (A + rate)^-1 is largest there on the diagonal. */
static size_t find_glue(const struct work *w) {
    const size_t n = w->forth.n;
    size_t best = 0;
    double most = -HUGE_VAL;
    for (size_t k = 0; k < n; k++) {
        const double y = w->up.log[k] + w->down.log[n - 1 - k] + w->log_pi[k];
        if (!w->taken[k] && y > most) most = y, best = k;
    }
    return best;
}

/* l[n], Sum pi l^2 = 1, l > 0 at the upper end. */
static void glue(const struct work *w, double *l) {
    const size_t n = w->forth.n, r = find_glue(w), s = n - 1 - r;
    double norm = -HUGE_VAL;
    for (size_t k = 0; k < n; k++) {
        l[k] =
            k <= r ? w->up.log[k] - w->up.log[r] : w->down.log[n - 1 - k] - w->down.log[s];
        norm = log_add(norm, w->log_pi[k] + 2 * l[k]);
    }
    const double last = r + 1 == n ? 1 : w->down.sign[0] * w->down.sign[s];
    for (size_t k = 0; k < n; k++) {
        const double sign = k <= r ? w->up.sign[k] * w->up.sign[r]
                                   : w->down.sign[n - 1 - k] * w->down.sign[s];
        l[k] = last * sign * exp(l[k] - norm / 2);
    }
}

/* Within a cluster: orthogonal to the modes before. */
static void separate(const struct work *w, double *const *left, size_t first, size_t k) {
    const size_t n = w->forth.n;
    for (size_t j = first; j <= k; j++) {
        double dot = 0;
        for (size_t i = 0; i < n; i++)
            dot += exp(w->log_pi[i]) * left[j][i] * left[k][i];
        for (size_t i = 0; i < n; i++)
            left[k][i] = j < k ? left[k][i] - dot * left[j][i] : left[k][i] / sqrt(dot);
    }
}

/* Marks the cells where mode j lives. */
static void take(struct work *w, const double *l) {
    double most = 0;
    for (size_t i = 0; i < w->forth.n; i++)
        most = fmax(most, exp(w->log_pi[i]) * l[i] * l[i]);
    for (size_t i = 0; i < w->forth.n; i++)
        w->taken[i] |= exp(w->log_pi[i]) * l[i] * l[i] > 1e-2 * most;
}

static void find_left(struct work *w, struct line_spectrum *out) {
    size_t first = 0; /* of the cluster */
    for (size_t k = 0; k < out->modes; k++) {
        const double rate = out->rate[k];
        memset(w->taken, 0, w->forth.n * sizeof *w->taken);
        while (first < k && rate - out->rate[first] > close * rate)
            first++;
        for (size_t j = first; j < k; j++)
            if (rate - out->rate[j] < same * rate) take(w, out->left[j]);
        shoot(&w->forth, rate, w->up);
        shoot(&w->back, rate, w->down);
        glue(w, out->left[k]);
        if (first < k) separate(w, out->left, first, k);
    }
}

/* From the run's cells k to the grid's cells, and right = p_st left. */
static void spread(const struct work *w, const struct axis *axis, struct cell_run run,
                   size_t cells, double *left, double *right) {
    for (size_t i = 0; i < cells; i++)
        right[i] = 0;
    for (size_t k = 0; k < run.cells; k++)
        right[(run.first + k) % cells] = left[k];
    memcpy(left, right, cells * sizeof *left);
    for (size_t k = 0; k < run.cells; k++) {
        const size_t i = (run.first + k) % cells;
        right[i] *= exp(w->log_pi[k] - log(axis->width[i]));
    }
}

/* ----------------------------------------------------------------------------- public */

bool line_spectrum_allocate(struct line_spectrum *out, size_t modes, size_t cells,
                            struct error *err) {
    *out = (struct line_spectrum){.modes = modes, .cells = cells};
    if (!(out->rate = array_create(modes, sizeof(double), err)) ||
        !(out->frequency = array_create(modes, sizeof(double), err)) ||
        !(out->time = array_create(modes, sizeof(double), err)) ||
        !(out->left = array_create(modes, sizeof *out->left, err)) ||
        !(out->right = array_create(modes, sizeof *out->right, err)))
        return false;
    for (size_t k = 0; k < modes; k++)
        if (!(out->left[k] = array_create(cells, sizeof(double), err)) ||
            !(out->right[k] = array_create(cells, sizeof(double), err)))
            return false;
    return true;
}

void line_spectrum_finish(struct line_spectrum *s) {
    for (size_t k = 0; s->right && k < s->modes; k++)
        free(s->right[k]), free(s->left[k]);
    free(s->right), free(s->left), free(s->residual), free(s->time), free(s->frequency),
        free(s->rate);
    *s = (struct line_spectrum){0};
}

static bool compute(const struct line_generator *g, struct cell_run run, size_t modes,
                    struct line_spectrum *out, struct error *err) {
    struct work w = {0};
    *out = (struct line_spectrum){0};
    bool ok = work_init(&w, g, run, err);
    if (ok) {
        const size_t most = count_rates(&w.forth);
        ok = line_spectrum_allocate(out, modes < most ? modes : most, g->cells, err);
    }
    for (size_t k = 0; ok && k < out->modes; k++) {
        const size_t left = out->modes - k;
        if (k % LANES == 0)
            find_rates(&w.forth, k, left < LANES ? left : LANES, out->rate + k);
        out->time[k] = 1 / out->rate[k];
        if (out->rate[k] == 0)
            ok = fail(err, ERROR_SETTINGS,
                      "mode %zu is slower than %g; a mean escape time still has its "
                      "logarithm",
                      k + 1, slowest_rate);
        ok = ok && monitor_tick(g->monitor, (double)(k + 1) / (double)out->modes, err);
    }
    if (ok) {
        out->reversible = true;
        find_left(&w, out);
        for (size_t k = 0; k < out->modes; k++)
            spread(&w, g->grid->axis[0], run, g->cells, out->left[k], out->right[k]);
    } else {
        line_spectrum_finish(out);
    }
    work_finish(&w);
    return ok;
}

bool spectrum_check_resets(const struct sinks *sinks, struct error *err) {
    return sinks->reset == NULL ||
           fail(err, ERROR_SETTINGS,
                "does not go with resets; of a constant rate r the rates are those without "
                "resets, each plus r");
}

bool line_spectrum_compute(const struct line_generator *g, size_t modes,
                           struct line_spectrum *out, struct error *err) {
    *out = (struct line_spectrum){0};
    if (!spectrum_check_resets(&g->sinks, err)) return false;
    if (g->periodic || g->sinks.killing != NULL) return ring_modes(g, modes, out, err);
    return compute(g, (struct cell_run){0, g->cells}, modes, out, err);
}

bool line_spectrum_of_escape(const struct line_escape *e, size_t within, size_t modes,
                             struct line_spectrum *out, struct error *err) {
    *out = (struct line_spectrum){0};
    if (within >= e->cells || e->target[within])
        return fail(err, ERROR_SETTINGS, "the modes of an escape live outside its target");
    return compute(e->absorbing, line_escape_interval(e, within), modes, out, err);
}

size_t line_spectrum_gap(const struct line_spectrum *s, double *ratio) {
    size_t best = 0;
    double most = 0;
    for (size_t k = 1; k < s->modes; k++)
        if (s->rate[k] / s->rate[k - 1] > most)
            most = s->rate[k] / s->rate[k - 1], best = k;
    if (ratio) *ratio = most;
    return best;
}
