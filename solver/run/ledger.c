/* SPDX-License-Identifier: GPL-3.0-or-later
 * What has been lost since the start, by killing and through the ends. Within one interval of
 * the schedule lost + fate (solver/time/line/fate.h) is constant: it is set at the start of each
 * batch, and what is lost at a row follows from the row's density. Of a model that depends on the time,
 * whose ends keep mass, all that is lost has been killed. */
#include "solver/run/snapshot.h"

static bool has_ledger(const struct marching *m) {
    return m->plan->setup->model->sink_rate[SINK_KILLING] != NULL;
}

static bool is_driven(const struct marching *m) {
    return m->plan->setup->model->driven;
}

static bool find_fate(const struct marching *m, double part[FATES], struct error *err) {
    struct evolution_interval *q = m->plan->evolution->interval[m->place.batch.interval];
    return q->equation->fate(q, m->density, part, err);
}

bool ledger_begin(struct marching *m, struct error *err) {
    double part[FATES];
    if (!has_ledger(m) || is_driven(m)) return true;
    if (!find_fate(m, part, err)) return false;
    for (int k = 0; k < FATES; k++)
        m->destined[k] = m->lost[k] + part[k];
    return true;
}

bool ledger_take(struct marching *m, struct error *err) {
    double part[FATES];
    if (!has_ledger(m) || m->place.row == 0) return true;
    if (is_driven(m)) return m->lost[FATE_KILLED] = 1 - m->tally.last.mass, true;
    if (!find_fate(m, part, err)) return false;
    for (int k = 0; k < FATES; k++)
        m->lost[k] = m->destined[k] - part[k];
    return true;
}

bool ledger_read(struct marching *m, size_t row, struct error *err) {
    return !has_ledger(m) || quantities_lost(m->record, row, m->lost, err);
}
