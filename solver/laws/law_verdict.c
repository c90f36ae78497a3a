/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/laws/law_verdict.h"
#include <math.h>
#include <stdio.h>

static void keep(struct law_verdict *v, size_t row, const struct law_row *r,
                 double tolerance) {
    const bool unknown = isnan(r->ks_error);
    const double e = unknown ? r->error_ks : r->ks_error;
    const bool differs = !unknown && r->ks - e > tolerance, agrees = r->ks + e < tolerance;
    if (differs)
        v->verdict = VERDICT_DIFFER;
    else if (!agrees && v->verdict == VERDICT_AGREE)
        v->verdict = VERDICT_CANNOT_TELL;
    if (!(r->ks <= v->ks)) v->ks = r->ks, v->ks_error = e, v->row = row;
    if (!(r->error_ks <= v->error_ks)) v->error_ks = r->error_ks, v->worst = row;
    v->density_unknown |= unknown;
    v->negative = fmax(v->negative, r->negative);
}

struct law_verdict law_judge(size_t rows, const struct law_row *each, const double *time,
                             const char *whose, double tolerance) {
    struct law_verdict v = {.verdict = VERDICT_AGREE, .ks = -1, .error_ks = -1};
    for (size_t row = 1; row < rows; row++)
        keep(&v, row, &each[row], tolerance);
    if (rows < 2) {
        v = (struct law_verdict){.verdict = VERDICT_CANNOT_TELL,
                                 .sentence = "no snapshot was compared yet"};
        return v;
    }
    char at[200];
    snprintf(at, sizeof at, "KS distance, %.6g +- %.1g at t = %g%s", v.ks, v.ks_error,
             time[v.row],
             v.density_unknown ? " (of the law alone: the density's error is not known)"
                               : "");
    if (v.verdict == VERDICT_DIFFER)
        snprintf(
            v.sentence, sizeof v.sentence,
            "density and the law of %s differ: the largest %s, is above the tolerance %g",
            whose, at, tolerance);
    else if (v.verdict == VERDICT_AGREE)
        snprintf(
            v.sentence, sizeof v.sentence,
            "density and the law of %s agree: the largest %s, is below the tolerance %g",
            whose, at, tolerance);
    else
        snprintf(v.sentence, sizeof v.sentence,
                 "density and the law of %s are not known well enough to tell: the largest "
                 "%s, tolerance %g; %s",
                 whose, at, tolerance,
                 v.density_unknown ? "set accuracy: estimate" : "take more cells");
    return v;
}
