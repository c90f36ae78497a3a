/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/law.h"
#include "solver/transfer/masses.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OFTEN = 64 };                /* steps between two corrections of the sum */
static const double memory = 1e9;   /* bytes of powers that are kept */
static const double touch = 1.2e-9; /* seconds a stored number of P, a step */
static const double between = 2e7;  /* stored numbers between two looks at the monitor */

struct law *law_create(const struct transfer *op, const double *mass, double absorbed,
                       struct error *err) {
    struct law *law = array_create(1, sizeof *law, err);
    const size_t n = op->grid->cells;
    if (law == NULL) return NULL;
    law->op = op;
    if (!(law->mass = array_create(n, sizeof *law->mass, err)) ||
        !(law->next = array_create(n, sizeof *law->next, err)))
        return law_destroy(law), NULL;
    memcpy(law->mass, mass, n * sizeof *mass);
    law->absorbed = absorbed;
    law->total = masses_sum(n, mass) + absorbed;
    return law;
}

void law_destroy(struct law *law) {
    if (law == NULL) return;
    powers_destroy(law->powers);
    free(law->next), free(law->mass);
    free(law);
}

void law_switch(struct law *law, const struct transfer *op) {
    if (op == law->op) return;
    powers_destroy(law->powers);
    law->powers = NULL;
    law->op = op;
}

/* Mass and loss sum to the total again, after the roundings of many products. The smaller
 * of the two is right to more digits; the other one gives way. */
static void renormalise(struct law *law) {
    const size_t n = law->op->grid->cells;
    const double left = masses_sum(n, law->mass), kept = law->total - law->absorbed;
    if (fabs(law->absorbed) > fabs(law->total) / 2) {
        law->absorbed = law->total - left;
        return;
    }
    for (size_t i = 0; i < n; i++)
        law->mass[i] *= kept / left;
}

static void accept(struct law *law, uint64_t steps, double gone) {
    double *const swap = law->mass;
    law->mass = law->next, law->next = swap;
    law->absorbed += gone;
    law->step += steps;
}

/* ------------------------------------------------------------------------- step by step */

static double step_cost(const struct law *law) {
    return touch * (double)(transfer_entries(law->op) + 2 * law->op->grid->cells);
}

static bool walk(struct law *law, uint64_t steps, const struct monitor *monitor,
                 struct error *err) {
    const double entries = (double)transfer_entries(law->op) + 1;
    const uint64_t every = 1 + (uint64_t)(between / entries);
    for (uint64_t k = 0; k < steps; k++) {
        if (k % every == 0 && !monitor_tick(monitor, (double)k / (double)steps, err))
            return false;
        accept(law, 1, transfer_step(law->op, law->mass, law->next));
        law->products++;
        if (law->step % OFTEN == 0) renormalise(law);
    }
    return true;
}

/* ------------------------------------------------------------------------- by squaring */

/* The exponents k at which 2^k single steps are cheaper than a full matrix. */
static int few(const struct law *law) {
    const double ratio = powers_apply_cost(law->op) / step_cost(law);
    return ratio > 1 ? (int)fmin(log2(ratio), 40) : 0;
}

static int highest_bit(uint64_t steps) {
    return 63 - __builtin_clzll(steps);
}

/* Is the way by full matrices the cheaper one? */
static bool squaring_pays(const struct law *law, uint64_t steps) {
    const struct transfer *op = law->op;
    if (op->grid->cells > POWERS_CELLS || steps < 2) return false;
    const int top = highest_bit(steps);
    const double full = powers_missing_cost(law->powers, op, top) +
                        powers_apply_cost(op) * (1 + __builtin_popcountll(steps));
    return full < step_cost(law) * (double)steps;
}

static bool leap(struct law *law, uint64_t steps, const struct monitor *monitor,
                 struct error *err) {
    const int low = few(law), top = highest_bit(steps);
    const uint64_t single = low > 0 ? steps & ((UINT64_C(1) << low) - 1) : 0;
    if (law->powers == NULL && !(law->powers = powers_create(law->op, memory, err)))
        return false;
    if (!walk(law, single, monitor, err)) return false;
    for (int k = low; k <= top; k++) {
        double gone = 0;
        if (!(steps >> k & 1)) continue;
        if (!powers_apply(law->powers, k, law->mass, law->next, &gone, monitor, err))
            return false;
        accept(law, UINT64_C(1) << k, gone);
        law->full_products++;
        renormalise(law);
    }
    return true;
}

static bool is_finite(const struct law *law) {
    double sum = 0;
    for (size_t i = 0; i < law->op->grid->cells; i++)
        sum += fabs(law->mass[i]);
    return isfinite(sum + law->absorbed);
}

bool law_advance(struct law *law, uint64_t steps, const struct monitor *monitor,
                 struct error *err) {
    if (steps == 0) return true;
    if (!(squaring_pays(law, steps) ? leap : walk)(law, steps, monitor, err)) return false;
    return is_finite(law) ||
           fail(err, ERROR_RUN, "the law is not finite after step %llu: take more cells",
                (unsigned long long)law->step);
}
