/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The time that a piece of work still takes, from how its done fraction f grew with the time s,
 * or no answer. The paces of the last two doublings,
 *     a = (s(f) - s(f/2)) / (f/2),  b = (s(f/2) - s(f/4)) / (f/4),
 * have a trend, a/b with each doubling. From the middle of the last one to that of the rest it
 * are n = log2((1 + f)/(1.5 f)) doublings, so that the rest takes
 *     a (a/b)^n (1 - f).
 * This is the answer where the trend changes the pace by no more than the root of 2 on that way,
 * and was about the same one doubling before; where the pace of the last eighth is within 2 of
 * a; where no step took more than a quarter of the last doubling, and while none takes longer.
 * For work of a steady trend (s ~ f^p, whatever p, also after a start that took long) it is
 * within a factor of 2, give or take two seconds and the longest step; a change that nothing
 * announces cannot be known. */
#pragma once

#include <stddef.h>

enum { PACE_MARKS = 128 };

struct pace {
    struct pace_mark {
        double fraction, seconds;
        double gap; /* seconds: the longest between two changes since the mark before */
    } mark[PACE_MARKS],
        now; /* mark: fractions at least 2^(1/8) apart; now: the last change */
    size_t marks;
    double left; /* seconds at `now`; NAN: not known */
};

/* Work begins, at 0 seconds. */
void pace_begin(struct pace *pace);
/* The fraction of it that is done `seconds` after the beginning; neither ever falls. */
void pace_add(struct pace *pace, double fraction, double seconds);
/* Seconds left then; NAN: not known. */
double pace_left(const struct pace *pace, double seconds);
