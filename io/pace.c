/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/pace.h"
#include <math.h>
#include <stdbool.h>

static const double step = 1.0905077326652577; /* 2^(1/8) */
static const double factor = 2;                /* between two paces, at most */
enum {
    PATIENCE = 4, /* of the longest steps, and as many seconds, without a change */
    LEAST = 2,    /* seconds of work before anything is said */
    FINE = 4      /* steps that the last doubling has at least, were all the longest */
};

void pace_begin(struct pace *p) {
    *p = (struct pace){.left = (double)NAN};
}

/* s(f), between marks by a straight line; f is not below the first of them. */
static double time_at(const struct pace *p, double f) {
    size_t k = p->marks - 1;
    while (k > 0 && p->mark[k].fraction > f)
        k--;
    const struct pace_mark *a = &p->mark[k],
                           *b = k + 1 < p->marks ? &p->mark[k + 1] : &p->now;
    if (!(b->fraction > a->fraction)) return a->seconds;
    return a->seconds +
           (f - a->fraction) / (b->fraction - a->fraction) * (b->seconds - a->seconds);
}

/* The longest step since f: of the marks after it, and since the last of them. */
static double longest_step(const struct pace *p, double f) {
    double gap = p->now.gap;
    for (size_t k = p->marks; k-- > 0 && p->mark[k].fraction > f;)
        gap = fmax(gap, p->mark[k].gap);
    return gap;
}

static bool near(double a, double b) {
    return a <= factor * b && b <= factor * a;
}

static double answer(const struct pace *p) {
    const double f = p->now.fraction, s = p->now.seconds;
    if (s < LEAST || p->marks == 0 || !(f / 8 >= p->mark[0].fraction)) return (double)NAN;
    const double half = time_at(p, f / 2), quarter = time_at(p, f / 4);
    const double a = (s - half) / (f / 2), b = (half - quarter) / (f / 4);
    const double c = (quarter - time_at(p, f / 8)) / (f / 8);
    const double recent = (s - time_at(p, 7 * f / 8)) / (f / 8);
    const double change = pow(a / b, log2((1 + f) / (1.5 * f)));
    const bool fine = FINE * longest_step(p, f / 2) <= s - half;
    return fine && near(change * change, 1) && near(a / b, b / c) && near(recent, a)
               ? a * change * (1 - f)
               : (double)NAN;
}

void pace_add(struct pace *p, double fraction, double seconds) {
    if (!(fraction > p->now.fraction)) return;
    const double gap = p->marks > 0 ? seconds - p->now.seconds : 0;
    p->now = (struct pace_mark){fraction, seconds, fmax(p->now.gap, gap)};
    p->left = answer(p);
    if (p->marks == PACE_MARKS ||
        (p->marks > 0 && fraction < step * p->mark[p->marks - 1].fraction))
        return;
    p->mark[p->marks++] = p->now;
    p->now.gap = 0;
}

double pace_left(const struct pace *p, double seconds) {
    const double since = seconds - p->now.seconds;
    const double usual = longest_step(p, p->now.fraction / 2);
    if (since > PATIENCE * (usual + 1)) return (double)NAN;
    return since <= p->left ? p->left - since : (double)NAN;
}
