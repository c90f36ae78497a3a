/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fold, wrap, absorb. */
#include "solver/mc/walls.h"
#include "io/clones.h"
#include "solver/expr/vecmath.h"
#include "solver/mc/random.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { LANES = RANDOM_BLOCK };

/* One fold at each wall: all that a short step needs. True: some lane is still outside. */
BLOCK_LOOP
static int fold_once(double lo, double hi, double *restrict x) {
    int outside = 0;
    for (size_t i = 0; i < LANES; i++) {
        double y = x[i];
        y = y < lo ? 2 * lo - y : y;
        y = y > hi ? 2 * hi - y : y;
        outside |= y < lo;
        x[i] = y;
    }
    return outside;
}

BLOCK_LOOP
static void turn_round(double lo, double hi, const double *restrict x, double *restrict v) {
    for (size_t i = 0; i < LANES; i++)
        v[i] = ((x[i] < lo) | (x[i] > hi)) ? -v[i] : v[i];
}

/* The triangle wave of period 2 (hi - lo), for steps longer than the domain. fmod is exact,
 * the same everywhere. */
static double fold_far(double lo, double hi, double x) {
    const double width = hi - lo;
    double t = fmod(x - lo, 2 * width);
    if (t < 0) t += 2 * width;
    if (t > width) t = 2 * width - t;
    return fmin(fmax(lo + t, lo), hi);
}

void walls_reflect(double lo, double hi, double *x, double *v) {
    if (v != NULL) turn_round(lo, hi, x, v);
    if (!fold_once(lo, hi, x)) return;
    for (size_t i = 0; i < LANES; i++)
        if (x[i] < lo) x[i] = fold_far(lo, hi, x[i]);
}

BLOCK_LOOP
static void hold(double lo, double hi, double *restrict x) {
    for (size_t i = 0; i < LANES; i++) {
        const double above = x[i] < lo ? lo : x[i], held = above > hi ? hi : above;
        x[i] = fabs(x[i]) < HUGE_VAL ? held : x[i];
    }
}

void walls_hold(double lo, double hi, double *x) {
    hold(lo, hi, x);
}

void walls_wrap(double lo, double hi, double *x) {
    const double width = hi - lo;
    for (size_t i = 0; i < LANES; i++) {
        if (!(x[i] < lo || x[i] >= hi)) continue;
        const double t = fmod(x[i] - lo, width);
        const double y = lo + (t < 0 ? t + width : t);
        x[i] = y < hi ? y : lo;
    }
}

BLOCK_LOOP
static void absorb_beyond(double wall, double sign, double *restrict x1, double time,
                          double *restrict exit_time) {
    for (size_t i = 0; i < LANES; i++) {
        const bool met = (exit_time[i] == HUGE_VAL) & (sign * (x1[i] - wall) >= 0);
        x1[i] = met ? sign * HUGE_VAL : x1[i];
        exit_time[i] = met ? time : exit_time[i];
    }
}

BLOCK_LOOP
static void absorb_bridge(double wall, double sign, const double *restrict x0,
                          double *restrict x1, const double *restrict variance,
                          const double *restrict u, double time,
                          double *restrict exit_time) {
    for (size_t i = 0; i < LANES; i++) {
        const double product = (x0[i] - wall) * (x1[i] - wall);
        /* Without noise (variance 0) there is no bridge: the exponent is -inf or nan. */
        const double touched = vm_exp_near(vm_clamp(-2 * product / variance[i], -700, 0));
        const bool met =
            (exit_time[i] == HUGE_VAL) &
            ((sign * (x1[i] - wall) >= 0) | ((variance[i] > 0) & (u[i] < touched)));
        x1[i] = met ? sign * HUGE_VAL : x1[i];
        exit_time[i] = met ? time : exit_time[i];
    }
}

/* exp(-37.5) < 2^-54 */
BLOCK_LOOP
static int64_t near_wall(double wall, const double *restrict x0, const double *restrict x1,
                         const double *restrict variance) {
    int64_t near = 0;
    for (size_t i = 0; i < LANES; i++)
        near |= 2 * (x0[i] - wall) * (x1[i] - wall) < 37.5 * variance[i];
    return near;
}

int walls_near(double wall, const double *x0, const double *x1, const double *variance) {
    return near_wall(wall, x0, x1, variance) != 0;
}

void walls_absorb(double wall, int upper, const double *x0, double *x1,
                  const double *variance, const double *u, double time, double *exit_time) {
    const double sign = upper ? 1 : -1;
    if (variance == NULL)
        absorb_beyond(wall, sign, x1, time, exit_time);
    else
        absorb_bridge(wall, sign, x0, x1, variance, u, time, exit_time);
}

void walls_keep_dead(double time, const double *exit_time, const double *x0, double *x,
                     double *v) {
    for (size_t i = 0; i < LANES; i++)
        if (exit_time[i] < time) x[i] = x0[i];
    if (v == NULL) return;
    for (size_t i = 0; i < LANES; i++)
        if (exit_time[i] <= time) v[i] = 0;
}
