/* SPDX-License-Identifier: GPL-3.0-or-later
 * From counts and masses to bins, statistics, bounds and a verdict. */
#include "solver/mc/compare.h"
#include "solver/mc/statistics.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double bound_ks = 1.36;   /* 95 % of sqrt(N) D */
static const double typical_ks = 0.87; /* its mean */
static const double bound_one_sided = 1.645;
static const double least_expected = 10;
static const double differ_p = 0.001;

/* Per cell, then the absorbed; on the way merged into bins. */
struct contrast {
    size_t n;
    double *P, *diff; /* [n] */
    size_t *bin;      /* [n] bin of the cell */
    double N;         /* effective */
    double smallest;  /* the smaller of the ensembles: N P >= 10 in both */
};

static bool contrast_init(struct contrast *c, size_t cells, struct error *err) {
    *c = (struct contrast){.n = cells + 1};
    return (c->P = array_create(c->n, sizeof *c->P, err)) != NULL &&
           (c->diff = array_create(c->n, sizeof *c->diff, err)) != NULL &&
           (c->bin = array_create(c->n, sizeof *c->bin, err)) != NULL;
}

static void contrast_finish(struct contrast *c) {
    free(c->bin);
    free(c->diff);
    free(c->P);
}

/* What is missing from the cells is the last entry: the absorbed and outside. */
static void contrast_with_density(struct contrast *c, const int64_t *counts, uint64_t count,
                                  const double *P) {
    const size_t cells = c->n - 1;
    const double N = (double)count;
    double mass = 0;
    int64_t inside = 0;
    for (size_t i = 0; i < cells; i++) {
        c->P[i] = P[i] > 0 ? P[i] : 0;
        c->diff[i] = (double)counts[i] / N - c->P[i];
        mass += c->P[i];
        inside += counts[i];
    }
    c->P[cells] = fmax(1 - mass, 0);
    c->diff[cells] = (N - (double)inside) / N - c->P[cells];
    c->N = c->smallest = N;
}

static void contrast_samples(struct contrast *c, const int64_t *a, uint64_t na,
                             const int64_t *b, uint64_t nb) {
    const size_t cells = c->n - 1;
    const double N = (double)na, M = (double)nb;
    int64_t in_a = 0, in_b = 0;
    for (size_t i = 0; i < cells; i++) {
        c->P[i] = ((double)a[i] + (double)b[i]) / (N + M);
        c->diff[i] = (double)a[i] / N - (double)b[i] / M;
        in_a += a[i];
        in_b += b[i];
    }
    c->P[cells] = (N - (double)in_a + (M - (double)in_b)) / (N + M);
    c->diff[cells] = (N - (double)in_a) / N - (M - (double)in_b) / M;
    c->N = N * M / (N + M);
    c->smallest = fmin(N, M);
}

/* Cells in the order along which neighbours are merged: rows of a 2-D grid forth and back,
 * then the absorbed. */
static size_t nth_cell(const struct grid *grid, size_t k) {
    if (k == grid->cells || grid->dims == 1) return k;
    const size_t nx = grid->axis[0]->cells, row = k / nx, column = k % nx;
    return row * nx + (row % 2 == 0 ? column : nx - 1 - column);
}

/* Numbers the bins; returns how many. A rest that expects too few joins the last bin. */
static size_t merge_cells(const struct grid *grid, struct contrast *c) {
    size_t bins = 0;
    double expected = 0;
    for (size_t k = 0; k < c->n; k++) {
        const size_t i = nth_cell(grid, k);
        c->bin[i] = bins;
        expected += c->smallest * c->P[i];
        if (expected >= least_expected) bins++, expected = 0;
    }
    if (bins == 0) return 1; /* all in bin 0 */
    for (size_t i = 0; i < c->n; i++)
        if (c->bin[i] == bins) c->bin[i] = bins - 1;
    return bins;
}

/* Sums P and diff over each bin, into bin_P and bin_diff [bins]. */
static void gather_bins(const struct contrast *c, size_t bins, double *bin_P,
                        double *bin_diff) {
    for (size_t b = 0; b < bins; b++)
        bin_P[b] = bin_diff[b] = 0;
    for (size_t i = 0; i < c->n; i++) {
        bin_P[c->bin[i]] += c->P[i];
        bin_diff[c->bin[i]] += c->diff[i];
    }
}

/* z[bins] as well. */
static void bin_statistics(size_t bins, const double *P, const double *diff, double N,
                           double *z, struct comparison *out) {
    double chi2 = 0, l1 = 0, floor = 0, spread = 0;
    for (size_t b = 0; b < bins; b++) {
        const double variance = P[b] * fmax(1 - P[b], 0) / N;
        if (P[b] > 0) chi2 += N * diff[b] * diff[b] / P[b];
        l1 += fabs(diff[b]);
        floor += sqrt(2 / M_PI * variance);
        spread += (1 - 2 / M_PI) * variance;
        z[b] = variance > 0 ? diff[b] / sqrt(variance) : 0;
    }
    const double k = (double)bins - 1, sd = sqrt(spread);
    out->bins = bins;
    out->chi2 = chi2;
    out->chi2_p = bins > 1 ? chi2_tail(chi2, k) : 1;
    out->divergence = (chi2 - k) / N;
    out->divergence_bound =
        fmax(out->divergence, 0) +
        bound_one_sided * sqrt(2 * k + 4 * N * fmax(out->divergence, 0)) / N;
    out->l1 = l1;
    out->l1_floor = floor;
    out->l1_z = sd > 0 ? (l1 - floor) / sd : 0;
    out->l1_lower = fmax(l1 - floor - bound_one_sided * sd, 0);
    out->z_limit = normal_quantile(1 - 0.025 / (double)bins);
}

static void largest_z(const struct contrast *c, const double *bin_z, double *z,
                      struct comparison *out) {
    out->z_largest = 0;
    for (size_t i = 0; i < c->n; i++) {
        const double here = bin_z[c->bin[i]];
        if (z != NULL && i + 1 < c->n) z[i] = here;
        if (fabs(here) > fabs(out->z_largest)) out->z_largest = here, out->z_cell = i;
    }
}

/* Largest |partial sum| of diff over lines of cells perpendicular to dimension d. */
static double marginal_distance(const struct grid *grid, const double *diff, int d) {
    const size_t nx = grid->axis[0]->cells, ny = grid->cells / nx;
    const size_t n = d == 0 ? nx : ny, m = d == 0 ? ny : nx;
    double sum = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < m; j++)
            sum += diff[d == 0 ? i + j * nx : i * nx + j];
        largest = fmax(largest, fabs(sum));
    }
    return largest;
}

double compare_distance(const struct grid *grid, const double *diff) {
    double largest = 0;
    for (int d = 0; d < grid->dims; d++)
        largest = fmax(largest, marginal_distance(grid, diff, d));
    return largest;
}

static void distance_statistics(const struct grid *grid, const struct contrast *c,
                                struct comparison *out) {
    out->ks = compare_distance(grid, c->diff);
    out->ks_p = fmin(1, grid->dims * ks_tail(out->ks, c->N));
    out->ks_lower = fmax(out->ks - bound_ks / sqrt(c->N), 0);
    out->ks_upper = fmin(out->ks + bound_ks / sqrt(c->N), 1);
}

/* The number of walkers for a verdict: so many that the estimated true distance differs
 * from delta by more than the noise's bound. Where the true distance seems to be 0, D is
 * typically 0.87/sqrt(N), and (2.23/delta)^2 are needed. */
static double walkers_needed(const struct comparison *c) {
    const double distance = fmax(c->ks - typical_ks / sqrt(c->samples), 0);
    const double gap = fmax(fabs(c->delta - distance), 0.05 * c->delta);
    const double root = (bound_ks + typical_ks) / gap;
    return ceil(fmax(root * root, 2 * c->samples));
}

static void decide(struct comparison *c) {
    const double both[2] = {c->chi2_p, c->ks_p};
    double adjusted[2];
    holm_adjust(2, both, adjusted);
    c->p = fmin(adjusted[0], adjusted[1]);
    c->needed = 0;
    const double variation = 0.5 * c->l1_lower; /* total variation: at least KS */
    if (c->p < differ_p && fmax(c->ks_lower, variation) > c->delta)
        c->verdict = VERDICT_DIFFER;
    else if (c->ks_upper < c->delta && variation <= c->delta)
        c->verdict = VERDICT_AGREE;
    else
        c->verdict = VERDICT_CANNOT_TELL;
    if (c->verdict == VERDICT_CANNOT_TELL) c->needed = walkers_needed(c);
}

const char *verdict_name(enum verdict verdict) {
    static const char *const names[] = {"agree", "differ", "cannot tell"};
    return names[verdict];
}

const char *compare_p_text(double p, char text[COMPARE_P_TEXT]) {
    if (p > 0)
        snprintf(text, COMPARE_P_TEXT, "p = %.2g", p);
    else
        snprintf(text, COMPARE_P_TEXT, "p < 1e-300");
    return text;
}

static void describe(struct comparison *c) {
    char figures[160], p[COMPARE_P_TEXT];
    compare_p_text(c->p, p);
    snprintf(figures, sizeof figures,
             "KS distance %.2g (noise %.2g), L1 %.2g (noise %.2g), %s", c->ks,
             bound_ks / sqrt(c->samples), c->l1, c->l1_floor, p);
    if (c->verdict == VERDICT_AGREE)
        snprintf(c->sentence, sizeof c->sentence, "agree within the tolerance %.2g%s: %s",
                 c->delta, c->p < differ_p ? ", visibly different" : "", figures);
    else if (c->verdict == VERDICT_DIFFER)
        snprintf(c->sentence, sizeof c->sentence,
                 "differ by more than the tolerance %.2g: %s", c->delta, figures);
    else
        snprintf(c->sentence, sizeof c->sentence,
                 "cannot tell whether they agree within the tolerance %.2g; some %.2g "
                 "walkers would tell: %s",
                 c->delta, c->needed, figures);
}

void compare_allow(struct comparison *c, double distance) {
    if (c->verdict != VERDICT_DIFFER || c->ks_lower > c->delta + distance ||
        0.5 * c->l1_lower > c->delta + 2 * distance)
        return;
    c->verdict = VERDICT_CANNOT_TELL;
    snprintf(c->sentence, sizeof c->sentence,
             "cannot tell whether they agree within the tolerance %.2g: the density is "
             "known to a KS distance of %.2g only",
             c->delta, distance);
}

/* bins' work: P, diff, z. */
static bool evaluate(const struct grid *grid, struct contrast *c, double delta, double *z,
                     struct comparison *out, struct error *err) {
    const size_t bins = merge_cells(grid, c);
    double *work = array_create(3 * bins, sizeof *work, err);
    if (work == NULL) return false;
    *out = (struct comparison){.samples = c->N, .delta = delta};
    gather_bins(c, bins, work, work + bins);
    bin_statistics(bins, work, work + bins, c->N, work + 2 * bins, out);
    largest_z(c, work + 2 * bins, z, out);
    distance_statistics(grid, c, out);
    decide(out);
    describe(out);
    free(work);
    return true;
}

bool compare_with_density(const struct grid *grid, const int64_t *counts, uint64_t count,
                          const double *P, double delta, double *z, struct comparison *out,
                          struct error *err) {
    struct contrast c;
    bool ok = contrast_init(&c, grid->cells, err);
    if (ok) {
        contrast_with_density(&c, counts, count, P);
        ok = evaluate(grid, &c, delta, z, out, err);
    }
    contrast_finish(&c);
    return ok;
}

bool compare_samples(const struct grid *grid, const int64_t *counts, uint64_t count,
                     const int64_t *other, uint64_t other_count, double delta, double *z,
                     struct comparison *out, struct error *err) {
    struct contrast c;
    bool ok = contrast_init(&c, grid->cells, err);
    if (ok) {
        contrast_samples(&c, counts, count, other, other_count);
        ok = evaluate(grid, &c, delta, z, out, err);
    }
    contrast_finish(&c);
    return ok;
}

/* some: the snapshots that the verdict rests on. */
static void put_sentence(size_t n, size_t some, double delta,
                         struct comparison_summary *out) {
    char p[COMPARE_P_TEXT], more[48] = "more walkers would not tell";
    compare_p_text(out->p, p);
    if (out->needed > 0)
        snprintf(more, sizeof more, "some %.2g walkers would tell", out->needed);
    if (out->verdict == VERDICT_DIFFER)
        snprintf(out->sentence, sizeof out->sentence,
                 "differ by more than the tolerance %.2g, and not by chance (%zu of %zu "
                 "snapshots; largest KS distance %.2g, smallest %s)",
                 delta, some, n, out->ks, p);
    else if (out->verdict == VERDICT_CANNOT_TELL)
        snprintf(out->sentence, sizeof out->sentence,
                 "cannot tell whether they agree within the tolerance %.2g; %s (%zu of %zu "
                 "snapshots agree; largest KS distance %.2g, smallest %s)",
                 delta, more, some, n, out->ks, p);
    else
        snprintf(
            out->sentence, sizeof out->sentence,
            "agree: the largest KS distance, %.2g, is below the tolerance %.2g (%zu of "
            "%zu snapshots; %s difference is visible with this many walkers, smallest %s)",
            out->ks, delta, some, n, out->p < differ_p ? "a" : "no", p);
}

/* Overall verdict of the snapshots whose adjusted p is given. */
static void summarise(size_t n, const struct comparison *each, const double *adjusted,
                      struct comparison_summary *out) {
    size_t agreeing = 0, differing = 0, known = 0; /* known: worst has been set */
    for (size_t k = 0; k < n; k++) {
        const bool worse = known++ == 0 || adjusted[k] < out->p ||
                           (adjusted[k] == out->p && each[k].ks > each[out->worst].ks);
        if (worse) out->p = adjusted[k], out->worst = k;
        agreeing += each[k].verdict == VERDICT_AGREE;
        differing += each[k].verdict == VERDICT_DIFFER && adjusted[k] < differ_p;
        out->needed = fmax(out->needed, each[k].needed);
        out->ks = fmax(out->ks, each[k].ks);
    }
    out->verdict = differing > 0   ? VERDICT_DIFFER
                   : agreeing == n ? VERDICT_AGREE
                                   : VERDICT_CANNOT_TELL;
    if (out->verdict != VERDICT_CANNOT_TELL) out->needed = 0;
    put_sentence(n, out->verdict == VERDICT_DIFFER ? differing : agreeing, each[0].delta,
                 out);
}

bool compare_summarise(size_t n, const struct comparison *each,
                       struct comparison_summary *out, struct error *err) {
    *out = (struct comparison_summary){.p = 1};
    double *p = array_create(2 * n, sizeof *p, err);
    if (p == NULL) return false;
    for (size_t k = 0; k < n; k++)
        p[k] = each[k].p;
    holm_adjust(n, p, p + n);
    summarise(n, each, p + n, out);
    free(p);
    return true;
}
