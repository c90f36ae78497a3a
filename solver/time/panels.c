/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/time/panels.h"
#include <math.h>
#include <stdlib.h>

enum { M = PANELS_NODES, CHECKS = 5, BLOCK = 512 };
static const size_t most_panels = 100000;
static const size_t most_values = (size_t)1 << 25; /* kept at once: 256 MiB */
static const double pi = 3.14159265358979323846;

struct panel {
    int level;
    double j;      /* [j, j + 1] span / 2^level */
    bool smooth;   /* the polynomial is taken */
    double miss;   /* the largest at the checks; infinite: not tried */
    double *value; /* [M n] samples, in order of the nodes; NULL: not kept */
};

struct panels {
    struct panels_source source;
    double span;
    struct panel *panel;      /* [count] */
    size_t count, room, last; /* last: the one that was taken last */
    double *check, *exact;    /* [n] */
    size_t samples, kept;
};

struct panels *panels_create(const struct panels_source *source, double span,
                             struct error *err) {
    struct panels *p = array_create(1, sizeof *p, err);
    if (p == NULL) return NULL;
    *p = (struct panels){.source = *source, .span = span};
    if ((p->check = array_create(source->n, sizeof(double), err)) == NULL ||
        (p->exact = array_create(source->n, sizeof(double), err)) == NULL)
        return panels_destroy(p), NULL;
    return p;
}

void panels_destroy(struct panels *p) {
    if (p == NULL) return;
    for (size_t k = 0; k < p->count; k++)
        free(p->panel[k].value);
    free(p->panel);
    free(p->check);
    free(p->exact);
    free(p);
}

size_t panels_samples(const struct panels *p) {
    return p->samples;
}

/* ---------------------------------------------------------------- the polynomial */

static double node(size_t j) {
    return cos(pi * ((double)j + 0.5) / M);
}

/* l_j(u), and l_j'(u) by T_k' = k U_{k-1}. */
static void lagrange(double u, double l[M], double dl[M]) {
    for (size_t j = 0; j < M; j++) {
        const double x = node(j);
        double T[2] = {1, u}, U[2] = {1, 2 * u}, X[2] = {1, x};
        l[j] = 1 + 2 * X[1] * T[1], dl[j] = 2 * X[1];
        for (int k = 2; k < M; k++) {
            const double t = 2 * u * T[1] - T[0], c = 2 * x * X[1] - X[0];
            l[j] += 2 * c * t, dl[j] += 2 * c * k * U[1];
            const double next = 2 * u * U[1] - U[0];
            T[0] = T[1], T[1] = t, X[0] = X[1], X[1] = c, U[0] = U[1], U[1] = next;
        }
        l[j] /= M, dl[j] /= M;
    }
}

/* out = Sum_j w_j value_j */
static void combine(size_t n, const double w[M], const double *value, double *out) {
    for (size_t from = 0; from < n; from += BLOCK) {
        const size_t end = from + BLOCK < n ? from + BLOCK : n;
        for (size_t i = from; i < end; i++)
            out[i] = w[0] * value[i];
        for (size_t j = 1; j < M; j++)
            for (size_t i = from; i < end; i++)
                out[i] += w[j] * value[j * n + i];
    }
}

static double length_of(const struct panels *p, const struct panel *q) {
    return ldexp(p->span, -q->level);
}

static double time_at(const struct panels *p, const struct panel *q, double u) {
    return (q->j + 0.5 * (1 + u)) * length_of(p, q);
}

/* ---------------------------------------------------------------- making a panel */

static bool sample(struct panels *p, double t, double *y, struct error *err) {
    p->samples++;
    return p->source.sample(p->source.self, t, y, err);
}

/* Makes room by forgetting the samples of other panels. */
static void forget(struct panels *p, const struct panel *but) {
    for (size_t k = 0; k < p->count && p->kept + M * p->source.n > most_values; k++) {
        struct panel *q = &p->panel[k];
        if (q == but || q->value == NULL) continue;
        free(q->value);
        q->value = NULL, p->kept -= M * p->source.n;
    }
}

static bool fill(struct panels *p, struct panel *q, struct error *err) {
    const size_t n = p->source.n;
    forget(p, q);
    if ((q->value = array_create(M * n, sizeof(double), err)) == NULL) return false;
    p->kept += M * n;
    for (size_t j = 0; j < M; j++)
        if (!sample(p, time_at(p, q, node(j)), q->value + j * n, err)) return false;
    return true;
}

/* Misses there by the polynomial. */
static bool check_at(struct panels *p, struct panel *q, double u, struct error *err) {
    double l[M], dl[M];
    lagrange(u, l, dl);
    combine(p->source.n, l, q->value, p->check);
    if (!sample(p, time_at(p, q, u), p->exact, err)) return false;
    const double miss = p->source.miss(p->source.self, p->check, p->exact);
    if (!(miss <= q->miss)) q->miss = miss;
    return true;
}

/* At extremes of T_M, where the polynomial errs most; at the ends from inside, for what jumps
 * between an end and the node next to it. */
static bool check(struct panels *p, struct panel *q, struct error *err) {
    static const int extreme[CHECKS] = {0, M, 1, M / 2, M - 1};
    static const double inside = 1 - 1e-10;
    q->miss = 0;
    for (int k = 0; k < CHECKS; k++)
        if (!check_at(p, q, inside * cos(pi * extreme[k] / M), err)) return false;
    return true;
}

/* At all probes of the panel, which lie at the same times for every panel: a pulse that one of
 * them meets is met on all panels it lies in. */
static bool probe(struct panels *p, struct panel *q, struct error *err) {
    const double apart = p->span / (double)p->source.probes, length = length_of(p, q);
    for (double k = ceil(q->j * length / apart - 0.5); q->miss <= 1; k++) {
        const double u = 2 * ((k + 0.5) * apart / length - q->j) - 1;
        if (u >= 1) break;
        if (!check_at(p, q, u, err)) return false;
    }
    return true;
}

/* Is that good enough, or as good as it gets? */
static bool is_taken(const struct panels *p, const struct panel *q) {
    if (q->miss <= 1 || q->level == PANELS_LEVELS) return true;
    for (size_t k = 0; k < p->count && q->miss <= p->source.noise; k++) {
        const struct panel *whole = &p->panel[k];
        if (whole->level == q->level - 1 && whole->j == floor(q->j / 2))
            return whole->miss < p->source.steep * q->miss;
    }
    return false;
}

static bool find(struct panels *p, int level, double j, size_t *at, struct error *err);

static bool make(struct panels *p, struct panel *q, struct error *err) {
    const bool last = q->level == PANELS_LEVELS;
    size_t at;
    if (p->source.guide != NULL && !last) {
        if (!find(p->source.guide, q->level, q->j, &at, err)) return false;
        if (!p->source.guide->panel[at].smooth) return true;
    }
    if (!fill(p, q, err) || (!last && !check(p, q, err))) return false;
    if (!last && p->source.probes > 0 && !probe(p, q, err)) return false;
    if ((q->smooth = is_taken(p, q))) return true;
    free(q->value);
    q->value = NULL, p->kept -= M * p->source.n;
    return true;
}

static bool reserve(struct panels *p, struct error *err) {
    if (p->count == most_panels)
        return fail(err, ERROR_RUN,
                    "the model jumps or kinks at more than %zu times; t is followed where "
                    "it is smooth but for some of them",
                    most_panels / PANELS_LEVELS);
    struct panel *wider = array_grow(p->panel, p->count, &p->room, sizeof *wider, err);
    if (wider == NULL) return false;
    p->panel = wider;
    return true;
}

/* The panel, made when it is new. */
static bool find(struct panels *p, int level, double j, size_t *at, struct error *err) {
    for (size_t k = p->count; k-- > 0;)
        if (p->panel[k].level == level && p->panel[k].j == j) return *at = k, true;
    if (!reserve(p, err)) return false;
    p->panel[ *at = p->count++] =
        (struct panel){.level = level, .j = j, .miss = (double)INFINITY};
    return make(p, &p->panel[*at], err);
}

/* ---------------------------------------------------------------- values */

/* Down from the longest one. */
static bool locate(struct panels *p, double t, struct error *err) {
    for (int level = 0; level <= PANELS_LEVELS; level++) {
        if (!find(p, level, floor(t / ldexp(p->span, -level)), &p->last, err)) return false;
        if (p->panel[p->last].smooth) return true;
    }
    return true;
}

static double end_of(const struct panels *p, const struct panel *q) {
    return (q->j + 1) * length_of(p, q);
}

bool panels_enter(struct panels *p, double t, double *end, struct error *err) {
    const double just_after = t + ldexp(p->span, -PANELS_LEVELS - 10);
    const struct panel *now = p->count > 0 ? &p->panel[p->last] : NULL;
    const bool holds = now != NULL && now->smooth && just_after < end_of(p, now) &&
                       just_after >= now->j * length_of(p, now);
    if (!holds && !locate(p, just_after, err)) return false;
    struct panel *q = &p->panel[p->last];
    *end = end_of(p, q);
    return q->value != NULL || fill(p, q, err);
}

bool panels_shut(const struct panels *p) {
    return p->panel[p->last].level == PANELS_LEVELS;
}

/* u in [-1, 1] of the present panel. */
static double place(const struct panels *p, double t) {
    const struct panel *q = &p->panel[p->last];
    return 2 * (t / length_of(p, q) - q->j) - 1;
}

void panels_value(const struct panels *p, double t, double *y) {
    double l[M], dl[M];
    lagrange(place(p, t), l, dl);
    combine(p->source.n, l, p->panel[p->last].value, y);
}

void panels_slope(const struct panels *p, double t, double *dy) {
    double l[M], dl[M];
    lagrange(place(p, t), l, dl);
    for (size_t j = 0; j < M; j++)
        dl[j] *= 2 / length_of(p, &p->panel[p->last]);
    combine(p->source.n, dl, p->panel[p->last].value, dy);
}
