/* SPDX-License-Identifier: GPL-3.0-or-later
 * Deposit, transform, power or contour integral, transform back. */
#include "solver/transfer/ring.h"
#include "io/alone.h"
#include "solver/transfer/contour.h"
#include "solver/transfer/cubic.h"
#include "solver/transfer/population.h"
#include "solver/transfer/reach.h"
#include "solver/transfer/symmetric.h"
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_BITS = 4, MOST_BITS_1 = 16, MOST_BITS_2 = 9, PLANS = MOST_BITS_1 + 1 };
static const double rounding = 1e-17;

struct ring {
    int dims;
    size_t n, B; /* draws made: without replacement, B <= n/2 ... */
    double sign; /* ... and -1 where they are the ones left out */
    bool replacement;
    bool one_by_one; /* without replacement: by symmetric.h, or by contour.h */
    struct contour contour;
    int most_bits;
    fftw_plan forward[PLANS], backward[PLANS]; /* [bits] */
};

struct ring_work {
    double *mass;                    /* [R^dims] */
    fftw_complex *modes;             /* [R] [R/2 + 1], 1-D [R/2 + 1]: of the population */
    fftw_complex *law;               /* the same, of S */
    double (*block)[2][FREQUENCIES]; /* without replacement: [terms], or [B + 1] */
    double *turn[2];                 /* [R] e^{-2 pi i k / R}, of the last R */
    size_t turns;                    /* that R */
};

static size_t rows(int dims, size_t R) {
    return dims == 2 ? R : 1;
}

size_t ring_most(const struct ring *ring) {
    const size_t R = (size_t)1 << ring->most_bits;
    return rows(ring->dims, R) * R;
}

static size_t most_modes(const struct ring *ring) {
    const size_t R = (size_t)1 << ring->most_bits;
    return rows(ring->dims, R) * (R / 2 + 1);
}

/* --- Plans --------------------------------------------------------------------------- */

/* FFTW_ESTIMATE: plans, and so bits, depend on sizes and machine only. They are executed on
 * other arrays of the same alignment. */
static bool make_plans(struct ring *ring, struct error *err) {
    struct ring_work *work = ring_work_create(ring, err);
    if (work == NULL) return false;
    bool good = true;
    for (int bits = LEAST_BITS; bits <= ring->most_bits && good; bits++) {
        const int size[2] = {1 << bits, 1 << bits};
        alone_begin();
        ring->forward[bits] =
            fftw_plan_dft_r2c(ring->dims, size, work->mass, work->modes, FFTW_ESTIMATE);
        ring->backward[bits] =
            fftw_plan_dft_c2r(ring->dims, size, work->law, work->mass, FFTW_ESTIMATE);
        alone_end();
        good = ring->forward[bits] != NULL && ring->backward[bits] != NULL;
    }
    ring_work_destroy(work);
    return good || fail(err, ERROR_MEMORY, "no memory to plan a transform");
}

/* Example by example where that is as fast. Contour integrals of a frequency: what a second
 * or so can do for every cell. */
enum { MOST_ONE_BY_ONE = 1 << 16, MOST_CONTOUR_WORK = 400000 };

static bool check_cost(const struct ring *ring, struct error *err) {
    const double work = (double)ring->contour.nodes * (double)ring->contour.terms;
    return work <= MOST_CONTOUR_WORK ||
           fail(err, ERROR_SETTINGS,
                "the law of %zu of %zu examples without replacement takes too long (%.2g "
                "operations for each of some thousand frequencies in every cell); take a "
                "batch of less than a tenth of the examples, or draw with replacement",
                ring->sign < 0 ? ring->n - ring->B : ring->B, ring->n, work);
}

struct ring *ring_create(int dims, size_t n, size_t B, bool replacement,
                         struct error *err) {
    struct ring *ring = array_create(1, sizeof *ring, err);
    if (ring == NULL) return NULL;
    const bool lacks = !replacement && B > n / 2;
    *ring = (struct ring){.dims = dims,
                          .n = n,
                          .B = lacks ? n - B : B,
                          .sign = lacks ? -1 : 1,
                          .replacement = replacement,
                          .most_bits = dims == 1 ? MOST_BITS_1 : MOST_BITS_2};
    ring->one_by_one = !replacement && n * ring->B <= MOST_ONE_BY_ONE;
    if (!replacement && !ring->one_by_one) ring->contour = contour_for(n, ring->B);
    if (!check_cost(ring, err) || !make_plans(ring, err)) return ring_destroy(ring), NULL;
    return ring;
}

void ring_destroy(struct ring *ring) {
    if (ring == NULL) return;
    alone_begin();
    for (int bits = 0; bits < PLANS; bits++) {
        if (ring->forward[bits] != NULL) fftw_destroy_plan(ring->forward[bits]);
        if (ring->backward[bits] != NULL) fftw_destroy_plan(ring->backward[bits]);
    }
    alone_end();
    free(ring);
}

struct ring_work *ring_work_create(const struct ring *ring, struct error *err) {
    struct ring_work *work = array_create(1, sizeof *work, err);
    if (work == NULL) return NULL;
    const size_t modes = most_modes(ring);
    if ((work->mass = array_create(ring_most(ring), sizeof *work->mass, err)) == NULL ||
        (work->modes = array_create(modes, sizeof *work->modes, err)) == NULL ||
        (work->law = array_create(modes, sizeof *work->law, err)) == NULL ||
        (work->block = array_create(ring->one_by_one ? ring->B + 1 : ring->contour.terms,
                                    sizeof *work->block, err)) == NULL)
        return ring_work_destroy(work), NULL;
    const size_t turns = ring->one_by_one ? (size_t)1 << ring->most_bits : 0;
    if ((work->turn[0] = array_create(turns, sizeof(double), err)) == NULL ||
        (work->turn[1] = array_create(turns, sizeof(double), err)) == NULL)
        return ring_work_destroy(work), NULL;
    return work;
}

void ring_work_destroy(struct ring_work *work) {
    if (work == NULL) return;
    free(work->turn[1]);
    free(work->turn[0]);
    free(work->block);
    free(work->law);
    free(work->modes);
    free(work->mass);
    free(work);
}

/* --- Length -------------------------------------------------------------------------- */

/* Weights spread each number by up to two integers, but hardly many of them together: the error
 * of cubic interpolation of e^(lambda s) is of a sign that makes the bounds smaller. Where
 * much of the population is drawn at once, negative N_k, whose powers have no end, reach
 * farther. */
enum { SPREAD = 8 };

static double most_reach(const struct ring *ring, double *const *s) {
    double most = 0;
    for (int d = 0; d < ring->dims; d++)
        most = fmax(most, reach_of_sum(ring->n, s[d], ring->B));
    return (ring->contour.r > 0.1 ? 2 : 1) * most + SPREAD;
}

/* Dividing by the factor shortens the reach by less than that; asked again until it fits. */
double ring_excess(const struct ring *ring, double *const *s) {
    const double fits = (double)((size_t)1 << (ring->most_bits - 1));
    const double needed = most_reach(ring, s);
    return needed <= fits ? 1 : 1.1 * needed / fits;
}

static int bits_for(const struct ring *ring, double *const *s) {
    const double needed = most_reach(ring, s);
    int bits = LEAST_BITS;
    while (bits < ring->most_bits && (double)((size_t)1 << (bits - 1)) < needed)
        bits++;
    return bits;
}

/* --- Law ----------------------------------------------------------------------------- */

/* z^B by squarings. */
static void complex_power(fftw_complex z, size_t B, fftw_complex out) {
    double x = z[0], y = z[1], re = 1, im = 0;
    for (; B > 0; B /= 2) {
        if (B % 2 == 1) {
            const double t = re * x - im * y;
            im = re * y + im * x;
            re = t;
        }
        const double t = x * x - y * y;
        y = 2 * x * y;
        x = t;
    }
    out[0] = re;
    out[1] = im;
}

static void draw_with(const struct ring *ring, size_t modes, struct ring_work *work) {
    const double n = (double)ring->n;
    for (size_t q = 0; q < modes; q++) {
        fftw_complex z = {work->modes[q][0] / n, work->modes[q][1] / n};
        complex_power(z, ring->B, work->law[q]);
    }
}

/* N(theta) at frequency (a, b) mod R; the array holds b <= R/2, and N(-theta) is the
 * conjugate. */
static void mode_at(const struct ring *ring, fftw_complex *modes, size_t R, size_t a,
                    size_t b, double *re, double *im) {
    a &= rows(ring->dims, R) - 1;
    b &= R - 1;
    const bool mirrored = b > R / 2;
    if (mirrored) {
        a = (rows(ring->dims, R) - a) & (rows(ring->dims, R) - 1);
        b = R - b;
    }
    const size_t at = a * (R / 2 + 1) + b;
    *re = modes[at][0];
    *im = mirrored ? -modes[at][1] : modes[at][1];
}

/* Frequencies at .. at + now of all, by a contour integral. */
static void contour_modes(const struct ring *ring, size_t R, size_t at, size_t now,
                          struct ring_work *work, double *phi) {
    const size_t columns = R / 2 + 1;
    for (size_t m = 1; m <= ring->contour.terms; m++)
        for (size_t q = 0; q < now; q++)
            mode_at(ring, work->modes, R, m * ((at + q) / columns),
                    m * ((at + q) % columns), &work->block[m - 1][0][q],
                    &work->block[m - 1][1][q]);
    contour_block(&ring->contour, work->block, phi);
}

/* First of the four integers around s on the ring, and their weights. */
static size_t around(double s, size_t R, double weight[4]) {
    const double k = floor(s);
    cubic_weights(s - k, weight);
    return (size_t)((long)k - 1) & (R - 1);
}

/* The transforms of single numbers s_j on a block of frequencies. */
struct singles {
    const struct ring *ring;
    double *const *s;
    double *const *turn;
    size_t R, at;
};

/* factor[q] *= Sum_p weight_p e^{-i theta (k + p)}, theta = 2 pi (frequency of q) / R */
static void turn_by(const struct singles *c, double s, bool row,
                    double (*factor)[FREQUENCIES]) {
    const size_t R = c->R, columns = R / 2 + 1;
    double weight[4];
    const size_t k = around(c->ring->sign * s, R, weight);
    for (size_t q = 0; q < FREQUENCIES; q++) {
        const size_t f = row ? (c->at + q) / columns : (c->at + q) % columns;
        double re = 0, im = 0;
        for (size_t p = 0; p < 4; p++) {
            const size_t turn = (f * (k + p)) & (R - 1);
            re += weight[p] * c->turn[0][turn];
            im += weight[p] * c->turn[1][turn];
        }
        const double x = factor[0][q], y = factor[1][q];
        factor[0][q] = x * re - y * im;
        factor[1][q] = x * im + y * re;
    }
}

static void put_single(const void *context, size_t j, double (*x)[FREQUENCIES]) {
    const struct singles *c = context;
    for (size_t q = 0; q < FREQUENCIES; q++)
        x[0][q] = 1, x[1][q] = 0;
    turn_by(c, c->s[c->ring->dims - 1][j], false, x);
    if (c->ring->dims == 2) turn_by(c, c->s[0][j], true, x);
}

static void fill_turns(size_t R, struct ring_work *work) {
    for (size_t k = 0; k < R && work->turns != R; k++) {
        work->turn[0][k] = cos(2 * M_PI * (double)k / (double)R);
        work->turn[1][k] = -sin(2 * M_PI * (double)k / (double)R);
    }
    work->turns = R;
}

static void draw_without(const struct ring *ring, double *const *s, size_t R, size_t modes,
                         struct ring_work *work) {
    double phi[2 * FREQUENCIES];
    struct singles singles = {ring, s, work->turn, R, 0};
    if (ring->one_by_one) fill_turns(R, work);
    for (size_t at = 0; at < modes; at += FREQUENCIES) {
        const size_t now = modes - at < FREQUENCIES ? modes - at : FREQUENCIES;
        singles.at = at;
        if (ring->one_by_one)
            symmetric_block(ring->n, ring->B, put_single, &singles, work->block, phi);
        else
            contour_modes(ring, R, at, now, work, phi);
        memcpy(work->law + at, phi, now * sizeof *work->law);
    }
}

/* Place of the integers (x, y), 1-D: y. */
static size_t place_of(const struct ring *ring, size_t R, long x, long y) {
    return ((size_t)x & (rows(ring->dims, R) - 1)) * R + ((size_t)y & (R - 1));
}

/* Masses below `dropped` become 0; the largest |x| and |y| of the others. */
static void drop_rounding(const struct ring *ring, size_t R, double dropped, double *mass,
                          long far[2]) {
    const long half = (long)R / 2, rest = (long)rows(ring->dims, R) / 2;
    far[0] = far[1] = 0;
    for (long x = -rest; x <= (rest > 0 ? rest - 1 : 0); x++)
        for (long y = -half; y < half; y++) {
            double *p = &mass[place_of(ring, R, x, y)];
            if (fabs(*p) < dropped) {
                *p = 0;
                continue;
            }
            far[0] = labs(x) > far[0] ? labs(x) : far[0];
            far[1] = labs(y) > far[1] ? labs(y) : far[1];
        }
}

/* Masses in the order of the numbers, out to the same distance on both sides. So, at points
 * near each other, outcomes of one number mean one integer. */
static size_t collect(const struct ring *ring, size_t R, double *mass,
                      struct outcome *out) {
    const long last = (long)R / 2 - 1;
    const double whole = (double)(rows(ring->dims, R) * R);
    const double dropped = rounding * fmax(1, exp(ring->contour.log_scale));
    double sum = 0;
    long far[2];
    size_t n = 0;
    drop_rounding(ring, R, dropped * whole, mass, far);
    for (long x = -far[0]; x <= far[0] && x <= last; x++)
        for (long y = -far[1]; y <= far[1] && y <= last; y++) {
            const double p = mass[place_of(ring, R, x, y)];
            out[n++] = (struct outcome){
                {(double)(ring->dims == 2 ? x : y), (double)(ring->dims == 2 ? y : 0)}, p};
            sum += p;
        }
    for (size_t k = 0; k < n; k++)
        out[k].probability /= sum;
    return n;
}

size_t ring_law(const struct ring *ring, double *const *s, struct ring_work *work,
                struct outcome *out) {
    const int bits = bits_for(ring, s);
    const size_t R = (size_t)1 << bits, lines = rows(ring->dims, R);
    const size_t modes = lines * (R / 2 + 1);
    memset(work->mass, 0, lines * R * sizeof *work->mass);
    if (ring->dims == 1)
        population_line(ring->n, s[0], ring->sign, R, work->mass);
    else
        population_plane(ring->n, s, ring->sign, R, work->mass);
    fftw_execute_dft_r2c(ring->forward[bits], work->mass, work->modes);
    if (ring->replacement)
        draw_with(ring, modes, work);
    else
        draw_without(ring, s, R, modes, work);
    fftw_execute_dft_c2r(ring->backward[bits], work->law, work->mass);
    return collect(ring, R, work->mass, out);
}
