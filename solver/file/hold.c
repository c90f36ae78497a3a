/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/hold.h"

/* Seconds since anything was heard; nothing was before the first row. */
static double hear(struct hold *h, double now) {
    const double gap = h->begun ? now - h->heard : 0;
    if (gap > h->longest) h->longest = gap;
    h->heard = now;
    return gap;
}

static bool is_due(const struct hold *h, double now) {
    return h->rows > 0 && now - h->since >= HOLD_SECONDS;
}

bool hold_row(struct hold *h, double now) {
    const bool first = !h->begun, slow = hear(h, now) >= HOLD_SECONDS;
    h->begun = true;
    if (h->rows++ == 0) h->since = now;
    return first || slow || is_due(h, now);
}

bool hold_go_on(struct hold *h, double now) {
    hear(h, now);
    return h->rows > 0 && (h->longest >= HOLD_SECONDS || is_due(h, now));
}

void hold_released(struct hold *h, double now) {
    h->rows = 0;
    h->heard = now;
}
