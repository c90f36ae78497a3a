/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fisher scoring for (1 + c u^2)^-s on binned data.
 *
 * With
 *     a = d ln f / d(s, ln c) = ( -ln(1 + c u^2), -s c u^2 / (1 + c u^2) ),
 * a_i its mean in cell i and A its mean over the axis,
 *     score       = Sum_i n_i (a_i - A),
 *     information = N Sum_i P_i (a_i - A) (a_i - A)^T. */
#include "solver/mc/fit.h"
#include "grids/quadrature.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_ITERATIONS = 200 };

struct problem {
    const struct axis *axis;
    const int64_t *counts;
    double centre, N;
    double *log_mass; /* [cells] ln Integral f over the cell */
    double *mean[2];  /* [cells] of a over the cell */
};

/* ln of the integral of f over cell i and the means of a: three Gauss points, relative to
 * the middle one so that nothing underflows. */
static void integrate_cell(const struct problem *p, double s, double c, size_t i) {
    static const int middle_first[3] = {1, 2, 0};
    double sum = 0, a[2] = {0}, reference = 0;
    for (int k = 0; k < 3; k++) {
        const int q = middle_first[k];
        const double u =
            p->axis->centre[i] + p->axis->width[i] * legendre3_x[q] - p->centre;
        const double L = log1p(c * u * u);
        if (k == 0) reference = L;
        const double f = legendre3_w[q] * exp(-s * (L - reference));
        sum += f;
        a[0] -= f * L;
        a[1] -= f * s * c * u * u / (1 + c * u * u);
    }
    p->log_mass[i] = log(sum * p->axis->width[i]) - s * reference;
    p->mean[0][i] = a[0] / sum;
    p->mean[1][i] = a[1] / sum;
}

/* ln P_i in log_mass, and the mean of a over the axis; returns the log-likelihood. */
static double evaluate(const struct problem *p, double s, double c, double mean[2]) {
    const size_t cells = p->axis->cells;
    double most = -HUGE_VAL, Z = 0, likelihood = 0;
    for (size_t i = 0; i < cells; i++) {
        integrate_cell(p, s, c, i);
        most = fmax(most, p->log_mass[i]);
    }
    mean[0] = mean[1] = 0;
    for (size_t i = 0; i < cells; i++) {
        const double mass = exp(p->log_mass[i] - most);
        Z += mass;
        for (int k = 0; k < 2; k++)
            mean[k] += mass * p->mean[k][i];
    }
    for (int k = 0; k < 2; k++)
        mean[k] /= Z;
    for (size_t i = 0; i < cells; i++) {
        p->log_mass[i] -= most + log(Z);
        if (p->counts[i] > 0) likelihood += (double)p->counts[i] * p->log_mass[i];
    }
    return likelihood;
}

struct scoring {
    double score[2], information[3]; /* ss, sq, qq */
};

static struct scoring score_at(const struct problem *p, const double mean[2]) {
    struct scoring f = {{0}, {0}};
    for (size_t i = 0; i < p->axis->cells; i++) {
        const double a = p->mean[0][i] - mean[0], b = p->mean[1][i] - mean[1];
        const double n = (double)p->counts[i], expected = p->N * exp(p->log_mass[i]);
        f.score[0] += n * a;
        f.score[1] += n * b;
        f.information[0] += expected * a * a;
        f.information[1] += expected * a * b;
        f.information[2] += expected * b * b;
    }
    return f;
}

static double determinant(const struct scoring *f) {
    return f->information[0] * f->information[2] - f->information[1] * f->information[1];
}

/* One scoring step, halved until the likelihood does not fall. True: converged. */
static bool improve(const struct problem *p, double *s, double *q, double *likelihood) {
    double mean[2];
    evaluate(p, *s, exp(*q), mean);
    const struct scoring f = score_at(p, mean);
    const double det = determinant(&f);
    double ds = (f.information[2] * f.score[0] - f.information[1] * f.score[1]) / det;
    double dq = (f.information[0] * f.score[1] - f.information[1] * f.score[0]) / det;
    /* Score in units of its standard deviation: far below any statistical error. */
    if (fabs(ds * f.score[0] + dq * f.score[1]) < 1e-12) return true;
    for (int halving = 0; halving < 40; halving++, ds *= 0.5, dq *= 0.5) {
        if (fabs(ds) > 0.5 * *s || fabs(dq) > 1 || *s + ds <= 0.5) continue;
        const double value = evaluate(p, *s + ds, exp(*q + dq), mean);
        if (!(value >= *likelihood)) continue;
        *s += ds, *q += dq, *likelihood = value;
        return false;
    }
    return true;
}

/* From the counts: a start with the right width. For a law with s = 2 the quartile is near
 * 0.44 / sqrt(c). */
static void guess(const struct problem *p, double *s, double *c) {
    double inside = 0, width = 0;
    double left = p->axis->centre[0], right = left;
    for (size_t i = 0; i < p->axis->cells; i++) {
        inside += (double)p->counts[i];
        if (inside < 0.25 * p->N) left = p->axis->centre[i];
        if (inside < 0.75 * p->N) right = p->axis->centre[i];
    }
    width = fmax(0.5 * (right - left), p->axis->width[p->axis->cells / 2]);
    *s = 2;
    *c = 0.44 * 0.44 / (width * width);
}

static bool finish(const struct problem *p, double s, double q, double likelihood,
                   struct power_law *out, struct error *err) {
    double mean[2];
    const double c = exp(q);
    evaluate(p, s, c, mean);
    const struct scoring f = score_at(p, mean);
    const double det = determinant(&f);
    if (!(s < 1e4 && det > 0))
        return fail(err, ERROR_RUN,
                    "no power law fits: the tails are as light as those of a normal law");
    out->s = (struct estimate){s, sqrt(f.information[2] / det)};
    out->c = (struct estimate){c, c * sqrt(f.information[0] / det)};
    out->correlation = -f.information[1] / sqrt(f.information[0] * f.information[2]);
    out->log_likelihood = likelihood;
    return true;
}

static bool solve(struct problem *p, const double *start, struct power_law *out,
                  struct error *err) {
    double s, c, mean[2];
    guess(p, &s, &c);
    if (start != NULL) s = start[0], c = start[1];
    double q = log(c), likelihood = evaluate(p, s, c, mean);
    int iteration = 0;
    while (iteration < MOST_ITERATIONS && s < 1e4 && !improve(p, &s, &q, &likelihood))
        iteration++;
    out->iterations = iteration;
    return finish(p, s, q, likelihood, out, err);
}

bool fit_power_law(const struct axis *axis, const int64_t *counts, double centre,
                   const double *start, struct power_law *out, struct error *err) {
    struct problem p = {.axis = axis, .counts = counts, .centre = centre};
    for (size_t i = 0; i < axis->cells; i++)
        p.N += (double)counts[i];
    if (p.N < 100)
        return fail(err, ERROR_RUN, "%g walkers on the axis are too few for a fit", p.N);
    double *work = array_create(3 * axis->cells, sizeof *work, err);
    if (work == NULL) return false;
    p.log_mass = work;
    p.mean[0] = work + axis->cells;
    p.mean[1] = work + 2 * axis->cells;
    const bool ok = solve(&p, start, out, err);
    free(work);
    return ok;
}
