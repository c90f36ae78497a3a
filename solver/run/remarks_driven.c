/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the user should know of work, heat and periodic states. */
#include "solver/run/remarks.h"

/* The width of the cells is chosen for the density, or by the user: work and heat are held to
 * what was asked for. */
static void remark_on_work(const struct plan *plan, const struct protocol *p,
                           struct run_remarks *r) {
    const double much = 1e-2, error = protocol_space_error(p);
    const double wanted = plan->spec->accuracy.space;
    if (config_find(plan->spec->accuracy_node, "space") != NULL && error > wanted)
        run_inaccurate(r,
                       "work and heat: the space error estimate %.2g of %.3g is above "
                       "accuracy.space %.2g: take more cells, or ask for less",
                       error, p->scale, wanted);
    else if (error > much)
        run_remark(r,
                   "note: work and heat may be wrong by %.2g of %.3g for the width of the "
                   "cells (work_space_error); more of them help",
                   error, p->scale);
}

void remark_on_driving(const struct plan *plan, const struct analyses *a,
                       struct run_remarks *r) {
    char text[PROTOCOL_TEXT];
    remark_on_work(plan, a->protocol, r);
    if (floquet_doubt(a->floquet, text)) run_inaccurate(r, "%s", text);
    if (protocol_doubt(a->protocol, plan->resolution.tolerance, text))
        run_inaccurate(r, "%s", text);
}
