/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Do walkers and a computed density (or two ensembles) agree? Per bin i
 *     density       diff_i = n_i/N - P_i,       P_i the density's mass in the bin (never a
 *                                               point value)
 *     two samples   diff_i = n_i/n - m_i/m,     P_i = (n_i + m_i)/(n + m), N = n m/(n + m),
 * and the same statistics serve both:
 *
 *   bins        cells merged along the grid until N P_i >= 10; walkers that are absorbed or
 *               outside are one more cell, against the mass that the density has lost
 *   chi2        N Sum diff^2 / P on k = bins - 1 degrees of freedom: sees local errors
 *   KS          D = max |Sum diff| at cell faces (the cells' distribution function is exact
 *               there): sees smooth errors. 2-D: the worse of the two marginals, p doubled
 *   divergence  X = (chi2 - k) / N, without bias for Sum (Q - P)^2 / P, standard deviation
 *               sqrt(2 k + 4 N max(X, 0)) / N: the size of the disagreement
 *   L1          Sum |diff|, against the floor Sum sqrt(2 P (1 - P) / (pi N)) that noise
 *               alone gives, standard deviation sqrt(Sum (1 - 2/pi) P (1 - P) / N)
 *   z_i         diff / sqrt(P (1 - P) / N); Bonferroni's limit for the largest of them
 *
 * A KS distance D is the largest difference of the probabilities of a half-line (2-D: of a
 * half-plane parallel to an axis). The probability of an interval differs by at most 2 D,
 * that of any set by the total variation, which can be larger than either.
 *
 * Verdict for a tolerance delta on D:
 *   agree        D + 1.36/sqrt(N) < delta (a 95 % upper bound), and the lower bound of the
 *                total variation L1/2 (never below D) is not above delta
 *   differ       p < 0.001 (Holm over chi2 and KS), and a 95 % lower bound,
 *                D - 1.36/sqrt(N) or (L1 - floor - 1.645 sd)/2, is above delta
 *   cannot tell  otherwise: the sentence says with how many walkers it would be known. */
#pragma once

#include "grids/grid.h"
#include "io/status.h"
#include <stdint.h>

enum verdict { VERDICT_AGREE, VERDICT_DIFFER, VERDICT_CANNOT_TELL };

struct comparison {
    double samples; /* N, or n m / (n + m) */
    double delta;
    size_t bins;
    double chi2, chi2_p;
    double divergence, divergence_bound; /* X and its 95 % upper bound */
    double ks, ks_p, ks_lower, ks_upper; /* D and 95 % bounds on the true distance */
    double l1, l1_floor, l1_z, l1_lower; /* l1_z: (L1 - floor) / sd */
    double z_largest, z_limit;           /* with its sign; |z| expected below the limit */
    size_t z_cell;                       /* a cell of that bin; cells: the absorbed */
    double p;                            /* Holm's smaller of chi2_p and ks_p */
    enum verdict verdict;
    double needed; /* walkers for a verdict where it is VERDICT_CANNOT_TELL, 0 where no
                      number would do; else 0 */
    char sentence[256];
};

/* counts[cells] of `count` independent walkers at one time, against masses P[cells] (cell
 * average times volume; negative ones count as 0; their sum may be below 1). z[cells], or
 * NULL: every cell's z, that of its bin. Fails for want of memory only. */
MUST_CHECK bool compare_with_density(const struct grid *grid, const int64_t *counts,
                                     uint64_t count, const double *P, double delta,
                                     double *z, struct comparison *out, struct error *err);

/* Two independent ensembles on the same grid: counts[cells] of `count` walkers against
 * other[cells] of `other_count`. z as above. Fails for want of memory only. */
MUST_CHECK bool compare_samples(const struct grid *grid, const int64_t *counts,
                                uint64_t count, const int64_t *other, uint64_t other_count,
                                double delta, double *z, struct comparison *out,
                                struct error *err);

/* A KS distance of up to `distance` (2 of it in the total variation) is known to be the
 * density's own error: what differs by no more than that beyond the tolerance is then
 * VERDICT_CANNOT_TELL, which no number of walkers changes. */
void compare_allow(struct comparison *comparison, double distance);

/* KS distance of two laws whose masses in the cells differ by diff[cells]: the largest
 * |partial sum|; 2-D: the worse of the two marginals. */
double compare_distance(const struct grid *grid, const double *diff);

/* The verdict over the snapshots each[n] of one run. Their walkers are the same and so
 * correlated: p is Holm's over the snapshots.
 *   differ       some snapshot differs, with adjusted p < 0.001
 *   agree        all snapshots agree
 *   cannot tell  otherwise */
struct comparison_summary {
    enum verdict verdict;
    double p;     /* smallest adjusted */
    size_t worst; /* the snapshot that has it, or the largest KS among equals */
    double ks;    /* the largest */
    double needed;
    char sentence[256];
};
MUST_CHECK bool compare_summarise(size_t n, const struct comparison *each,
                                  struct comparison_summary *out, struct error *err);

/* "p = 0.27"; "p < 1e-300" for what is below all numbers. Returns text. */
enum { COMPARE_P_TEXT = 24 };
const char *compare_p_text(double p, char text[COMPARE_P_TEXT]);

const char *verdict_name(enum verdict verdict); /* "agree", "differ", "cannot tell" */
