/* SPDX-License-Identifier: GPL-3.0-or-later
 * Errors that were estimated, against what was asked for. */
#include "solver/run/remarks.h"
#include <math.h>
#include <stdio.h>

void remark_on_truncation(const struct plan *plan, const struct tally *tally,
                          struct run_remarks *r) {
    const double tenth = 0.1;
    const struct truncation *truncation = evolution_truncation(plan->evolution);
    if (truncation == NULL) return;
    if (tally->truncated > truncation->limit)
        run_remark(r, "note: %s: %.2g; %s", quantity_label(truncation->name),
                   tally->truncated, truncation->advice);
    for (size_t k = 0; k < plan->setup->regions; k++)
        if (tally->truncated > tenth * tally->region_mass[k])
            run_remark(
                r,
                "note: the mass in %s at the end, %.3g, is not far above the %s, %.2g: "
                "take the grid wider",
                plan->setup->region[k], tally->region_mass[k],
                quantity_label(truncation->name), tally->truncated);
}

static void remark_on_space(const struct plan *plan, const struct tally *tally,
                            struct run_remarks *r) {
    const struct resolution *cells = &plan->resolution;
    const bool asked = config_find(plan->spec->accuracy_node, "space") != NULL;
    const double unasked = 0.05, wanted = asked ? cells->target : unasked;
    if (cells->space_error == NULL && !cells->met)
        run_inaccurate(r, "the error in space is not known: no coarser or finer cells "
                          "could be solved on");
    else if (!cells->met)
        run_inaccurate(r,
                       "the space error estimate %.4g is above accuracy.space %.2g, with "
                       "every cell cut into %zu%s: narrow the grid to where the density "
                       "is, or ask for less",
                       cells->worst, cells->target, cells->factor, cells->why);
    else if (plan->blind)
        run_inaccurate(r, "the error in space is not known, and the cells look wide: take "
                          "multiples of 4, which half and a quarter of them tell it of");
    else if (plan->accuracy != NULL && !(tally->worst_space.l1 <= wanted))
        run_inaccurate(r,
                       "the space error estimate %.4g is above %s%.2g: take more cells, or "
                       "ask for less by accuracy.space",
                       tally->worst_space.l1, asked ? "accuracy.space " : "", wanted);
}

/* What the target of the density does not hold: a width below a cell of the settings, and masses
 * that are smaller than the error in time. */
static void remark_on_small_numbers(const struct plan *plan, const struct tally *tally,
                                    struct run_remarks *r) {
    const struct resolution *cells = &plan->resolution;
    const double much = fmax(1e-3, 10 * cells->target);
    if (cells->space_error == NULL) return;
    if (cells->sd_error > much)
        run_inaccurate(
            r,
            "the standard deviation at the end is known to %.2g (relative) only: "
            "the density there is narrower than a cell; take smaller cells",
            cells->sd_error);
    else if (cells->sd_worst > much)
        run_remark(
            r,
            "note: the standard deviation at t = %g is known to %.2g (relative) only: "
            "the density there is narrower than a cell",
            plan->setup->time[cells->sd_row], cells->sd_worst);
    for (size_t k = 0; k < plan->setup->regions; k++)
        if (tally->region_mass[k] > 0 && tally->region_mass[k] < tally->time_error)
            run_remark(r,
                       "note: the mass in %s at the end, %.3g, is below the time error "
                       "estimate %.2g, which does not vouch for its digits",
                       plan->setup->region[k], tally->region_mass[k], tally->time_error);
}

static void remark_on_unseen(const struct plan *plan, const double *density,
                             struct run_remarks *r) {
    char text[EQUATION_TEXT];
    const double t = plan->setup->time[plan->setup->snapshots - 1];
    if (evolution_unseen_error(plan->evolution, density, t, text))
        run_inaccurate(r, "%s", text);
}

/* The stated errors against what was asked for. A NaN is an error that is not known. */
void remark_on_accuracy(const struct plan *plan, const struct tally *tally,
                        const double *density, struct run_remarks *r) {
    const double wanted = plan->resolution.tolerance;
    remark_on_space(plan, tally, r);
    remark_on_small_numbers(plan, tally, r);
    remark_on_unseen(plan, density, r);
    if (!(tally->extremes.time_error <= wanted))
        run_inaccurate(r,
                       "the time error estimate %.4g is above time.tolerance %.2g: ask "
                       "for less, or for another time.method",
                       tally->extremes.time_error, wanted);
}

/* Laws that their cells do not resolve. Negative masses are what cubic deposits leave where a
 * law is sharper than some cells. */
void remark_on_laws(const struct plan *plan, const struct laws *laws, size_t rows,
                    struct run_remarks *r) {
    const double much = 1e-3;
    for (size_t k = 0; k < laws_count(laws); k++) {
        const struct law_result law = laws_result(laws, k, rows);
        const struct law_verdict *v = &law.verdict;
        if (!(v->error_ks <= law.wanted))
            run_inaccurate(r,
                           "the law of %s is not resolved: its cells may be wrong by a KS "
                           "distance of %.2g at t = %g, above %g (law.tolerance %g); set "
                           "law.cells to more than %zu",
                           law.whose, v->error_ks, plan->setup->time[v->worst], law.wanted,
                           law.tolerance, law.cells);
        else if (v->negative > much)
            run_remark(
                r,
                "note: the law of %s is sharper than its cells at times: %.2g of "
                "it is negative there; averages over several cells hold, the density "
                "wiggles: set law.cells to more",
                law.whose, v->negative);
    }
}
