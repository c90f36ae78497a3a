/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/balance.h"
#include "solver/linalg/elimination.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PINS = 8, ROUNDS = 200 };
static const double range =
    600; /* ln of what one solve knows below the masses it is from */
static const double deepest = 650; /* ln of the slowest exchange that doubles can weigh */
static const double tiny = -100;   /* ln of masses that need not be weighed */

struct balance {
    const struct sparse *A;
    size_t n;
    const bool *inside;
    double *ln;    /* [n] found so far; -inf: not yet */
    double *mass;  /* [n] */
    double *work;  /* [2 n] of a solve */
    bool *rest;    /* [n] the states of the present solve: those not found yet */
    size_t *stack; /* [n] */
    const struct monitor *monitor; /* of the factorisations, may be NULL */
};

static bool refuse(struct error *err) {
    return fail(err, ERROR_RUN,
                "parts of the chain are left at rates below 1e-280: their weights are "
                "beyond double precision");
}

static double rate_between(const struct sparse *A, size_t from, size_t to) {
    for (int64_t k = A->start[from]; k < A->start[from + 1]; k++)
        if (A->row[k] == (int64_t)to) return A->value[k];
    return 0;
}

/* A state with much mass to pin: from `at` on to the neighbour with the largest ratio of
 * the rate there to the rate back, while that exceeds 1. Any state would do; this one
 * seldom needs a second try. */
static size_t descend(const struct balance *b, size_t at) {
    for (size_t steps = 0; steps < b->n; steps++) {
        size_t next = at;
        double best = 1;
        for (int64_t k = b->A->start[at]; k < b->A->start[at + 1]; k++) {
            const size_t to = (size_t)b->A->row[k];
            if (to == at || !b->inside[to] || !(b->A->value[k] > 0)) continue;
            const double ratio = b->A->value[k] / rate_between(b->A, to, at);
            if (ratio > best) best = ratio, next = to;
        }
        if (next == at) break;
        at = next;
    }
    return at;
}

/* The largest ln m next to the rest; -inf when there is no rest. */
static double highest_border(const struct balance *b) {
    double top = -HUGE_VAL;
    for (size_t j = 0; j < b->n; j++) {
        if (!b->inside[j] || b->rest[j]) continue;
        for (int64_t k = b->A->start[j]; k < b->A->start[j + 1]; k++)
            if (b->rest[b->A->row[k]] && b->A->value[k] > 0) top = fmax(top, b->ln[j]);
    }
    return top;
}

/* mass[rest] e^-top = (-A_rest)^-1 (flow from the states that are known). *stuck: the state
 * that cannot be left, when that is why it fails. */
static bool solve_rest(struct balance *b, double top, size_t *stuck, struct error *err) {
    const struct sparse *A = b->A;
    memset(b->mass, 0, b->n * sizeof *b->mass);
    for (size_t j = 0; j < b->n; j++) {
        if (!b->inside[j] || b->rest[j]) continue;
        for (int64_t k = A->start[j]; k < A->start[j + 1]; k++)
            if (b->rest[A->row[k]]) b->mass[A->row[k]] += A->value[k] * exp(b->ln[j] - top);
    }
    struct elimination *e = elimination_create(A, b->rest, NULL, err);
    const bool good = e != NULL && elimination_factor(e, 0, b->monitor, err);
    if (good)
        elimination_solve(e, b->mass, b->mass, b->work);
    else if (e != NULL)
        *stuck = elimination_stuck(e);
    elimination_destroy(e);
    return good;
}

/* Takes over the masses that are in range and that follow from the known ones through
 * states in range: behind smaller masses digits are lost. Returns the number of states
 * taken. */
static size_t take_over(struct balance *b, double top) {
    size_t waiting = 0, taken = 0;
    for (size_t j = 0; j < b->n; j++)
        if (b->inside[j] && !b->rest[j]) b->stack[waiting++] = j;
    while (waiting > 0) {
        const size_t j = b->stack[--waiting];
        for (int64_t k = b->A->start[j]; k < b->A->start[j + 1]; k++) {
            const size_t i = (size_t)b->A->row[k];
            const double ln = b->rest[i] && b->A->value[k] > 0 ? log(b->mass[i]) : HUGE_VAL;
            if (!(ln >= -range && isfinite(ln))) continue;
            b->ln[i] = ln + top, b->rest[i] = false;
            b->stack[waiting++] = i, taken++;
        }
    }
    return taken;
}

/* All masses in units of the pin's; *stuck as above. */
static bool solve_pinned(struct balance *b, size_t pin, size_t *stuck, struct error *err) {
    for (size_t i = 0; i < b->n; i++)
        b->rest[i] = b->inside[i] && i != pin, b->ln[i] = -HUGE_VAL;
    b->ln[pin] = 0;
    for (int round = 0; round < ROUNDS; round++) {
        const double top = highest_border(b);
        if (!isfinite(top)) break;
        if (!solve_rest(b, top, stuck, err)) return false;
        if (take_over(b, top) == 0) break;
    }
    return true;
}

static void normalise(struct balance *b) {
    double most = -HUGE_VAL;
    for (size_t i = 0; i < b->n; i++)
        most = fmax(most, b->ln[i]);
    for (size_t i = 0; i < b->n; i++)
        b->ln[i] -= most;
}

static int descending(const void *a, const void *b, void *context) {
    const double *ln = context, x = ln[*(const size_t *)a], y = ln[*(const size_t *)b];
    return (x < y) - (x > y);
}

/* The largest state of the hill that state i is known to belong to. */
static size_t top_of(size_t *hill, size_t i) {
    while (hill[i] != i)
        i = hill[i] = hill[hill[i]];
    return i;
}

/* Are all maxima of m joined by ways along which m does not fall too far below them, beyond
 * the range of products of rates? Goes through the states from the largest m on and joins
 * each to its neighbours with larger m. */
static bool weighed(const struct balance *b, size_t *hill) {
    const size_t n = b->n;
    for (size_t i = 0; i < n; i++)
        b->stack[i] = i, hill[i] = n;
    qsort_r(b->stack, n, sizeof *b->stack, descending, b->ln);
    for (size_t q = 0; q < n && isfinite(b->ln[b->stack[q]]); q++) {
        const size_t j = b->stack[q];
        hill[j] = j;
        for (int64_t k = b->A->start[j]; k < b->A->start[j + 1]; k++) {
            const size_t i = (size_t)b->A->row[k];
            if (hill[i] == n || !(b->A->value[k] > 0)) continue;
            const size_t one = top_of(hill, i), other = top_of(hill, j);
            if (one == other) continue;
            const size_t high = b->ln[one] >= b->ln[other] ? one : other;
            const size_t low = high == one ? other : one;
            if (b->ln[low] > tiny && b->ln[low] - b->ln[j] > deepest) return false;
            hill[low] = high;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (b->inside[i] && !isfinite(b->ln[i])) return false;
    return true;
}

static bool check_weights(const struct balance *b, struct error *err) {
    size_t *hill = array_create(b->n, sizeof *hill, err);
    if (hill == NULL) return false;
    const bool good = weighed(b, hill);
    free(hill);
    return good || refuse(err);
}

static bool solve(struct balance *b, struct error *err) {
    size_t pin = 0;
    while (pin + 1 < b->n && !b->inside[pin])
        pin++;
    pin = descend(b, pin);
    for (int tries = 0; tries < PINS; tries++) {
        size_t stuck = b->n;
        if (solve_pinned(b, pin, &stuck, err)) return normalise(b), check_weights(b, err);
        if (err->kind != ERROR_RUN || stuck == b->n) return false;
        pin = stuck;
    }
    return refuse(err);
}

bool balance_find(const struct sparse *A, const bool *inside, double *ln_mass,
                  const struct monitor *monitor, struct error *err) {
    const size_t n = A->n;
    struct balance b = {.A = A, .n = n, .ln = ln_mass, .monitor = monitor};
    bool *all = array_create(2 * n, sizeof *all, err);
    b.mass = all ? array_create(3 * n, sizeof *b.mass, err) : NULL;
    b.stack = b.mass ? array_create(n, sizeof *b.stack, err) : NULL;
    const bool ready = b.stack != NULL;
    for (size_t i = 0; ready && i < n; i++)
        all[i] = inside == NULL || inside[i];
    b.inside = all, b.rest = all + n;
    if (ready) b.work = b.mass + n;
    const bool good = ready && solve(&b, err);
    free(b.stack);
    free(b.mass);
    free(all);
    return good;
}
