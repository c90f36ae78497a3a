/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers against the law of their own process. The tolerance is what the law is not known
 * to, so that VERDICT_DIFFER says: these walkers do not do what their process does. */
#include "solver/ensembles/monte_carlo_parts.h"
#include <math.h>
#include <stdio.h>

static const double rounding = 1e-12;
static const double small_p = 0.001; /* as mc/compare.c has it */

bool part_compare_with_law(struct part *p, const struct setup *setup,
                           const struct ensemble_law *law, size_t row, struct error *err) {
    const struct grid *grid = setup->grid;
    if (!p->has_law) return true;
    if (row < part_judged_from(setup)) {
        p->own[row] = part_no_comparison(rounding);
        return true;
    }
    for (size_t k = 0; k < grid->cells; k++)
        p->mass[k] = law->density[k] * grid->volume[k];
    return compare_with_density(grid, p->counts, p->ensemble.walkers->count, p->mass,
                                fmax(law->error, rounding), NULL, &p->own[row], err);
}

bool part_own_law(const struct part *p, size_t rows, struct comparison_summary *out,
                  struct error *err) {
    *out = (struct comparison_summary){.verdict = VERDICT_CANNOT_TELL, .p = 1};
    if (rows < 2) return true;
    if (!compare_summarise(rows - 1, p->own + 1, out, err)) return false;
    char p_text[COMPARE_P_TEXT];
    compare_p_text(out->p, p_text);
    if (out->verdict == VERDICT_DIFFER)
        snprintf(out->sentence, sizeof out->sentence,
                 "they do not follow the law of their own process (%s)", p_text);
    else if (out->p < small_p)
        snprintf(
            out->sentence, sizeof out->sentence,
            "the law of their own process is not resolved well enough to tell them apart "
            "(largest KS distance %.2g, smallest %s)",
            out->ks, p_text);
    else
        snprintf(out->sentence, sizeof out->sentence,
                 "they follow the law of their own process (smallest %s of %zu snapshots)",
                 p_text, rows - 1);
    return true;
}

/* What is wrong where walkers follow their law and the density does not. */
static const char *wrong_part(const struct part *p, const struct model *model) {
    if (p->ensemble.kind == ENSEMBLE_SDE)
        return "the walkers' step; take it smaller (substeps, step)";
    if (model->rule != NULL) return "the equation, which is not what the update rule does";
    return p->ensemble.kind == ENSEMBLE_SGD
               ? "the equation, which is not what SGD does"
               : "the equation, which is not what SGD with normal noise does";
}

/* Why the walkers themselves do not tell. */
static const char *what_fails(const struct comparison_summary *density) {
    return density->needed > 0 ? "too few walkers to tell"
                               : "the density spreads its start over cells";
}

bool part_explain_by_law(struct part *p, const struct setup *setup, size_t rows,
                         const struct ensemble_law *law, struct error *err) {
    struct comparison_summary density, own;
    if (!part_summary(p, setup, rows, &density, err) || !part_own_law(p, rows, &own, err))
        return false;
    char known[64];
    snprintf(known, sizeof known, "KS distance %.4g +- %.1g", law->ks, law->ks_error);
    if (density.verdict == VERDICT_AGREE) return true;
    if (own.verdict == VERDICT_DIFFER || own.p < small_p)
        snprintf(p->cause, sizeof p->cause, "not found: %s", own.sentence);
    else if (density.verdict == VERDICT_CANNOT_TELL)
        snprintf(p->cause, sizeof p->cause,
                 "%s; their law can tell: it and the density %s, %s", what_fails(&density),
                 law->verdict == VERDICT_AGREE    ? "agree"
                 : law->verdict == VERDICT_DIFFER ? "differ"
                                                  : "are not known well enough",
                 known);
    else if (law->verdict != VERDICT_DIFFER)
        snprintf(p->cause, sizeof p->cause,
                 "not found: the law of their process and the density %s, %s",
                 law->verdict == VERDICT_AGREE ? "agree" : "are not known well enough",
                 known);
    else
        snprintf(p->cause, sizeof p->cause,
                 "%s: its law and the density are a %s apart, and the walkers follow that "
                 "law",
                 wrong_part(p, setup->model), known);
    return true;
}
