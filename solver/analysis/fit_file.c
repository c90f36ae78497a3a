/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/analysis/fit_file.h"
#include "io/text.h"
#include "solver/file/results.h"
#include "solver/mc/fit.h"
#include <stdio.h>
#include <stdlib.h>

/* Median of counted walkers, linear within its cell. */
static double counts_median(const struct axis *axis, const int64_t *counts) {
    double total = 0, below = 0;
    for (size_t i = 0; i < axis->cells; i++)
        total += (double)counts[i];
    size_t i = 0;
    while (i + 1 < axis->cells && below + (double)counts[i] < total / 2)
        below += (double)counts[i++];
    const double part = counts[i] > 0 ? (total / 2 - below) / (double)counts[i] : 0.5;
    return axis->face[i] + part * axis->width[i];
}

static bool print_fit(FILE *out, const struct results *r, const struct results_walkers *w,
                      int64_t *counts, struct error *err) {
    const struct axis *axis = r->grid->axis[0];
    struct power_law law;
    if (!results_counts(r, w, r->rows - 1, counts, err)) return false;
    const double centre = counts_median(axis, counts);
    if (!fit_power_law(axis, counts, centre, NULL, &law, err)) return false;
    fprintf(out,
            "%.9g walkers (%s) at t = %.6g: p ~ (1 + c (x - m)^2)^(-s), m = %.4g (median)\n"
            "  s     = %.5g +- %.2g, c = %.5g +- %.2g (correlation %.2f)\n"
            "  kappa = %.5g +- %.2g (s - 1 + alpha, alpha = %g)\n",
            (double)w->count, w->kind, r->time[r->rows - 1], centre, law.s.value,
            law.s.error, law.c.value, law.c.error, law.correlation,
            law.s.value - 1 + w->alpha, law.s.error, w->alpha);
    if (!(law.s.error < law.s.value))
        fprintf(out, "  these walkers do not determine s, whose error is as large as it: a "
                     "normal law fits them as well\n");
    return true;
}

static bool print_fits(FILE *out, const struct results *r, struct error *err) {
    if (r->grid->dims != 1)
        return fail(err, ERROR_FILE, "%s: has two variables; fit is for one", r->path);
    if (r->ensembles == 0)
        return fail(err, ERROR_FILE,
                    "%s: no walkers in it; add a section monte_carlo to its settings",
                    r->path);
    int64_t *counts = array_create(r->grid->cells, sizeof *counts, err);
    bool good = counts != NULL;
    for (size_t k = 0; good && k < r->ensembles; k++)
        good = print_fit(out, r, &r->walkers[k], counts, err);
    free(counts);
    return good;
}

bool fit_file(const char *path, char **text, struct error *err) {
    struct text lines;
    struct results r = {0};
    bool good = text_begin(&lines, err);
    good = good && results_open(&r, path, err) && print_fits(lines.out, &r, err);
    struct error closing;
    good = results_close(&r, good ? err : &closing) && good;
    *text = text_end(&lines, good, err);
    return *text != NULL;
}
