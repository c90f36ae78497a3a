/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/line/escape.h"
#include "grids/lagrange.h"
#include "solver/fv/line/log_rates.h"
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ absorbing chain */

/* Face f lies between an outside cell and a target cell: out only, through the half cell
 * before it. */
static void cut_face(struct line_escape *e, const struct line_generator *g, size_t f,
                     bool up) {
    struct line_generator *a = e->absorbing;
    e->log_left[f] = up ? g->log_above[f > 0 ? f - 1 : e->cells - 1] : -HUGE_VAL;
    e->log_right[f] = up ? -HUGE_VAL : g->log_below[f < e->cells ? f : 0];
    a->left[f] = exp(e->log_left[f]), a->right[f] = exp(e->log_right[f]);
    a->log_ratio[f] = up ? HUGE_VAL : -HUGE_VAL;
}

/* Rates at face f: as they are, cut, or 0 between target cells. */
static void put_face(struct line_escape *e, const struct line_generator *g, size_t f) {
    const size_t n = e->cells;
    struct line_generator *a = e->absorbing;
    const bool end = (f == 0 || f == n) && !g->periodic;
    const bool below = e->target[f > 0 ? f - 1 : end ? 0 : n - 1];
    const bool above = e->target[f < n ? f : end ? n - 1 : 0];
    a->drift[f] = g->drift[f], a->diffusion[f] = g->diffusion[f];
    if (below != above) {
        cut_face(e, g, f, above);
        return;
    }
    a->log_ratio[f] = below ? 0 : g->log_ratio[f];
    a->left[f] = below ? 0 : g->left[f];
    a->right[f] = below ? 0 : g->right[f];
    e->log_left[f] = end ? log(a->left[f]) : below ? -HUGE_VAL : log_left(g, f);
    e->log_right[f] = end ? log(a->right[f]) : below ? -HUGE_VAL : log_right(g, f);
}

static struct line_generator *empty_generator(const struct line_generator *like,
                                              struct error *err) {
    struct line_generator *g = array_create(1, sizeof *g, err);
    if (g == NULL) return NULL;
    *g = (struct line_generator){.grid = like->grid,
                                 .cells = like->cells,
                                 .periodic = like->periodic,
                                 .absorbing = like->absorbing,
                                 .peclet = like->peclet,
                                 .one_way = like->one_way,
                                 .monitor = like->monitor};
    double **const arrays[] = {&g->left, &g->right, &g->log_ratio, &g->drift,
                               &g->diffusion};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        if (!(*arrays[k] = array_create(g->cells + 1, sizeof(double), err)))
            return line_generator_destroy(g), NULL;
    return g;
}

/* The sinks outside the target: within it mass has arrived. */
static bool cut_sinks(struct line_escape *e, const struct line_generator *g,
                      struct error *err) {
    struct sinks *s = &e->absorbing->sinks;
    if (!sinks_copy(s, &g->sinks, e->cells, err)) return false;
    for (size_t i = 0; i < e->cells; i++) {
        if (s->killing != NULL && e->target[i]) s->killing[i] = 0;
        if (s->reset != NULL && e->target[i]) s->reset[i] = 0;
    }
    return true;
}

/* ------------------------------------------------------------- one interval of cells */

struct cell_run line_escape_interval(const struct line_escape *e, size_t i) {
    const size_t n = e->cells;
    const bool ring = e->absorbing->periodic;
    struct cell_run v = {i, 1};
    while (v.cells < n && (ring || v.first > 0) && !e->target[(v.first + n - 1) % n])
        v.first = (v.first + n - 1) % n, v.cells++;
    while (v.cells < n && (ring || v.first + v.cells < n) &&
           !e->target[(v.first + v.cells) % n])
        v.cells++;
    return v;
}

static double log_rate(const double *rate, size_t i) {
    return rate != NULL ? log(rate[i]) : -HUGE_VAL;
}

/* From cell k the chain reaches k + 1, after the mean time alpha_k, with probability
 * beta_k, or leaves below with probability g_k, or is killed or reset, with K_k and R_k:
 *     pivot = u + kappa + rho + d (g + K + R)_{k-1},  beta = u / pivot,
 *     g = d g_{k-1} / pivot,   K = (kappa + d K_{k-1}) / pivot,   R likewise,
 *     alpha = (1 + d alpha_{k-1}) / pivot,
 * u and d the rates of cell k up and down, kappa and rho those of its sinks (Grassmann, Taksar & Heyman 1985: no
 * subtraction). Then tau_k = alpha_k + beta_k tau_{k+1}, P_k = beta_k P_{k+1} (+ g_k). A
 * pivot 0 is a place that is never left. beta[cells] is work; the results go to e. */
static void solve_interval(struct line_escape *e, struct cell_run v, double *beta) {
    const size_t n = e->cells;
    const double *width = e->grid->axis[0]->width;
    const struct sinks *sinks = &e->absorbing->sinks;
    double alpha = -HUGE_VAL, g = 0, killed = -HUGE_VAL, reset = -HUGE_VAL;
    for (size_t k = 0; k < v.cells; k++) {
        const size_t i = (v.first + k) % n;
        const double ln_width = log(width[i]);
        const double u = e->log_left[i + 1] - ln_width, d = e->log_right[i] - ln_width;
        const double below = log_times(d, g);
        killed = log_add(log_rate(sinks->killing, i), log_times(d, killed));
        reset = log_add(log_rate(sinks->reset, i), log_times(d, reset));
        const double pivot = log_add(log_add(u, below), log_add(killed, reset));
        const bool stuck = pivot == -HUGE_VAL;
        alpha = stuck ? HUGE_VAL : log_add(0, log_times(d, alpha)) - pivot;
        beta[k] = stuck ? -HUGE_VAL : u - pivot;
        g = stuck ? -HUGE_VAL : below - pivot;
        killed = stuck ? -HUGE_VAL : killed - pivot;
        reset = stuck ? -HUGE_VAL : reset - pivot;
        e->log_tau[i] = alpha, e->log_lower[i] = g;
        e->log_killed[i] = killed, e->log_reset[i] = reset;
    }
    double tau = -HUGE_VAL, lower = -HUGE_VAL, upper = 0;
    killed = reset = -HUGE_VAL;
    for (size_t k = v.cells; k-- > 0;) {
        const size_t i = (v.first + k) % n;
        tau = log_add(e->log_tau[i], log_times(beta[k], tau));
        lower = log_add(e->log_lower[i], log_times(beta[k], lower));
        upper = log_times(beta[k], upper);
        killed = log_add(e->log_killed[i], log_times(beta[k], killed));
        reset = log_add(e->log_reset[i], log_times(beta[k], reset));
        e->log_killed[i] = killed, e->log_reset[i] = reset;
        e->log_tau[i] = tau, e->log_lower[i] = fmin(lower, 0), e->log_upper[i] = upper;
    }
}

/* Cell from which all intervals are met whole: on a ring a target cell. */
static size_t seam(const struct line_escape *e) {
    size_t i = 0;
    while (e->absorbing->periodic && !e->target[i])
        i++;
    return i;
}

/* The next interval at or after the k-th cell from `start`; moves k behind it. */
static bool next_interval(const struct line_escape *e, size_t start, size_t *k,
                          struct cell_run *v) {
    const size_t n = e->cells;
    while (*k < n && e->target[(start + *k) % n])
        ++*k;
    if (*k == n) return false;
    v->first = (start + *k) % n, v->cells = 0;
    for (; *k < n && !e->target[(start + *k) % n]; ++*k)
        v->cells++;
    return true;
}

/* ln of Sum_i to_i value_i over the cells outside the target, where value is ln. */
static double log_of_return(const struct line_escape *e, const double *value) {
    const double *to = e->absorbing->sinks.to;
    double sum = -HUGE_VAL;
    for (size_t i = 0; i < e->cells; i++)
        if (to[i] > 0 && !e->target[i]) sum = log_add(sum, log_times(log(to[i]), value[i]));
    return sum;
}

/* ln of what returns within the target: that has arrived. */
static double log_in_target(const struct line_escape *e) {
    double sum = 0;
    for (size_t i = 0; i < e->cells; i++)
        sum += e->target[i] ? e->absorbing->sinks.to[i] : 0;
    return log(sum);
}

/* What is reset begins anew: value += reset (to . value) / (to . ends). */
static void begin_anew(const struct line_escape *e) {
    double *const values[] = {e->log_tau, e->log_lower, e->log_upper, e->log_killed};
    double part[4], end;
    for (int k = 0; k < 4; k++)
        part[k] = log_of_return(e, values[k]);
    end = log_add(log_add(part[1], part[2]), part[3]);
    end = log_add(end, log_in_target(e));
    for (int k = 0; k < 4; k++)
        for (size_t i = 0; i < e->cells; i++)
            if (!e->target[i])
                values[k][i] =
                    log_add(values[k][i], log_times(e->log_reset[i], part[k] - end));
}

static bool solve(struct line_escape *e, struct error *err) {
    const size_t n = e->cells, start = seam(e);
    double *beta = array_create(n, sizeof *beta, err);
    if (beta == NULL) return false;
    for (size_t i = 0; i < n; i++)
        e->log_tau[i] = e->log_lower[i] = e->log_upper[i] = e->log_killed[i] =
            e->log_reset[i] = -HUGE_VAL;
    struct cell_run v;
    for (size_t k = 0; next_interval(e, start, &k, &v);)
        solve_interval(e, v, beta);
    if (e->absorbing->sinks.reset != NULL) begin_anew(e);
    for (size_t i = 0; i < n; i++)
        e->tau[i] = exp(e->log_tau[i]);
    free(beta);
    return true;
}

/* -------------------------------------------------------------------- create, destroy */

static bool check(const struct line_generator *g, const bool *target, struct error *err) {
    size_t count = 0;
    for (size_t i = 0; target && i < g->cells; i++)
        count += target[i];
    const bool ends = !g->periodic && g->right[0] + g->left[g->cells] > 0;
    if (count == 0 && !ends)
        return fail(err, ERROR_SETTINGS,
                    "nothing to reach: no cell lies in the target and no end absorbs");
    if (count == g->cells)
        return fail(err, ERROR_SETTINGS,
                    "the target covers every cell; no time passes before it is reached");
    return true;
}

struct line_escape *line_escape_create(const struct line_generator *g, const bool *target,
                                       struct error *err) {
    if (!check(g, target, err)) return NULL;
    const size_t n = g->cells;
    struct line_escape *e = array_create(1, sizeof *e, err);
    if (e == NULL) return NULL;
    e->grid = g->grid, e->cells = n;
    double **const arrays[] = {&e->log_left,  &e->log_right, &e->log_tau,    &e->tau,
                               &e->log_lower, &e->log_upper, &e->log_killed, &e->log_reset};
    bool ok = (e->target = array_create(n, sizeof *e->target, err)) &&
              (e->absorbing = empty_generator(g, err));
    for (size_t k = 0; ok && k < sizeof arrays / sizeof *arrays; k++)
        ok = (*arrays[k] = array_create(n + 1, sizeof(double), err)) != NULL;
    if (ok && target) memcpy(e->target, target, n * sizeof *target);
    ok = ok && cut_sinks(e, g, err);
    for (size_t f = 0; ok && f <= n; f++)
        put_face(e, g, f);
    if (ok && solve(e, err)) return e;
    line_escape_destroy(e);
    return NULL;
}

void line_escape_destroy(struct line_escape *e) {
    if (e == NULL) return;
    double *arrays[] = {e->log_reset, e->log_killed, e->log_upper, e->log_lower,
                        e->tau,       e->log_tau,    e->log_right, e->log_left};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        free(arrays[k]);
    line_generator_destroy(e->absorbing);
    free(e->target);
    free(e);
}

/* ------------------------------------------------------------------------- questions */

double line_escape_log_time_at(const struct line_escape *e, double x) {
    const struct axis *axis = e->grid->axis[0];
    const size_t i = axis_find(axis, x);
    if (i == e->cells || e->target[i]) return -HUGE_VAL;
    if (isinf(e->log_tau[i])) return e->log_tau[i];
    size_t first = i, last = i; /* grow towards the nearer centre, not across a target */
    while (last - first < 3) {
        const bool down = first > 0 && !e->target[first - 1];
        const bool up = last + 1 < e->cells && !e->target[last + 1];
        if (!down && !up) break;
        if (down && (!up || x - axis->centre[first - 1] < axis->centre[last + 1] - x))
            first--;
        else
            last++;
    }
    double most = -HUGE_VAL, weight[4], sum = 0;
    for (size_t k = first; k <= last; k++)
        most = fmax(most, e->log_tau[k]);
    lagrange_weights((int)(last - first + 1), axis->centre + first, x, weight);
    for (size_t k = first; k <= last; k++)
        sum += weight[k - first] * exp(e->log_tau[k] - most);
    return most + log(sum);
}

double line_escape_log_time_from(const struct line_escape *e, const double *p) {
    const double *width = e->grid->axis[0]->width;
    double sum = -HUGE_VAL, mass = -HUGE_VAL;
    for (size_t i = 0; i < e->cells; i++) {
        if (!(p[i] > 0)) continue;
        const double m = log(p[i] * width[i]);
        mass = log_add(mass, m);
        sum = log_add(sum, log_times(m, e->log_tau[i]));
    }
    return sum - mass;
}

/* out[i] = ln probability to leave the interval v through sides that touch the set. */
static void reach(const struct line_escape *e, const bool *set, struct cell_run v,
                  double *out) {
    const size_t n = e->cells;
    const bool ring = e->absorbing->periodic;
    const bool low = (v.first > 0 || ring) && set[(v.first + n - 1) % n];
    const bool high = (v.first + v.cells < n || ring) && set[(v.first + v.cells) % n];
    for (size_t k = 0; k < v.cells; k++) {
        const size_t i = (v.first + k) % n;
        out[i] =
            log_add(low ? e->log_lower[i] : -HUGE_VAL, high ? e->log_upper[i] : -HUGE_VAL);
        out[i] = fmin(out[i], 0);
    }
}

bool line_escape_committor(const struct line_generator *g, const bool *A, const bool *B,
                           double *log_a, double *log_b, struct error *err) {
    const size_t n = g->cells;
    bool *both = array_create(n, sizeof *both, err);
    if (both == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        both[i] = A[i] || B[i];
        log_a[i] = A[i] ? 0 : -HUGE_VAL;
        log_b[i] = B[i] ? 0 : -HUGE_VAL;
    }
    struct line_escape *e = line_escape_create(g, both, err);
    free(both);
    if (e == NULL) return false;
    struct cell_run v;
    for (size_t k = 0, start = seam(e); next_interval(e, start, &k, &v);)
        reach(e, A, v, log_a), reach(e, B, v, log_b);
    line_escape_destroy(e);
    return true;
}
