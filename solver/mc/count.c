/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walkers -> integer counts on a tensor grid. */
#include "solver/mc/count.h"
#include <math.h>
#include <omp.h>
#include <stdlib.h>

/* Looks up the cell of x on one axis: a table of equal buckets gives the first cell that
 * reaches into the bucket, from which it is a step or two. */
struct locator {
    size_t cells, buckets;
    const double *face; /* borrowed */
    double per_length;  /* buckets / (hi - lo) */
    uint32_t *first;    /* first[buckets] */
};

static bool locator_init(struct locator *l, size_t cells, const double *face,
                         struct error *err) {
    const size_t buckets = 2 * cells;
    *l = (struct locator){.cells = cells, .buckets = buckets, .face = face};
    l->first = array_create(buckets, sizeof *l->first, err);
    if (l->first == NULL) return false;
    const double lo = face[0], width = (face[cells] - lo) / (double)buckets;
    l->per_length = 1 / width;
    uint32_t cell = 0;
    for (size_t b = 0; b < buckets; b++) {
        while (cell + 1 < cells && face[cell + 1] <= lo + (double)b * width)
            cell++;
        l->first[b] = cell;
    }
    return true;
}

/* cells where x is outside or nan. */
static inline size_t locate(const struct locator *l, double x) {
    const double *face = l->face;
    const size_t last = l->cells - 1;
    if (!(x >= face[0] && x <= face[l->cells])) return l->cells;
    size_t bucket = (size_t)((x - face[0]) * l->per_length);
    if (bucket >= l->buckets) bucket = l->buckets - 1;
    size_t cell = l->first[bucket];
    while (cell > 0 && x < face[cell])
        cell--;
    while (cell < last && x >= face[cell + 1])
        cell++;
    return cell;
}

static void tally_outside(const struct walkers *w, size_t i, struct tally *tally) {
    if (w->exit_time == NULL || w->exit_time[i] == HUGE_VAL) {
        tally->outside++;
        return;
    }
    for (int d = 0; d < w->dims; d++)
        if (isinf(w->x[d][i])) {
            tally->absorbed[d][w->x[d][i] > 0]++;
            return;
        }
}

static void count_range(const struct walkers *w, const struct locator *l, size_t from,
                        size_t to, int64_t *counts, struct tally *tally) {
    for (size_t i = from; i < to; i++) {
        size_t cell = locate(&l[0], w->x[0][i]);
        bool inside = cell < l[0].cells;
        if (w->dims == 2) {
            const size_t row = locate(&l[1], w->x[1][i]);
            inside = inside && row < l[1].cells;
            cell += row * l[0].cells;
        }
        if (inside)
            counts[cell]++, tally->inside++;
        else
            tally_outside(w, i, tally);
    }
}

static void tally_add(struct tally *sum, const struct tally *part) {
    sum->inside += part->inside;
    sum->outside += part->outside;
    for (int d = 0; d < 2; d++)
        for (int side = 0; side < 2; side++)
            sum->absorbed[d][side] += part->absorbed[d][side];
}

/* Each thread counts a range of walkers into its own array. */
static struct tally count_all(const struct walkers *w, const struct locator *l,
                              size_t cells, int threads, int64_t *counts) {
    struct tally total = {0};
#pragma omp parallel num_threads(threads) if (w->count > 4096)
    {
        const size_t t = (size_t)omp_get_thread_num(), team = (size_t)omp_get_num_threads();
        struct tally mine = {0};
        count_range(w, l, w->count / team * t,
                    t + 1 == team ? w->count : w->count / team * (t + 1),
                    counts + t * cells, &mine);
#pragma omp critical
        tally_add(&total, &mine);
    }
    return total;
}

bool count_on_faces(const struct walkers *w, const size_t *cells, const double *const *face,
                    int64_t *counts, struct tally *tally, struct error *err) {
    const size_t all = cells[0] * (w->dims == 2 ? cells[1] : 1);
    const int threads = omp_get_max_threads();
    struct locator l[2] = {0};
    int64_t *parts = array_create((size_t)threads, all * sizeof *parts, err);
    bool ok = parts != NULL;
    for (int d = 0; ok && d < w->dims; d++)
        ok = locator_init(&l[d], cells[d], face[d], err);
    if (!ok) goto done;
    const struct tally total = count_all(w, l, all, threads, parts);
    for (size_t i = 0; i < all; i++) {
        counts[i] = 0;
        for (int t = 0; t < threads; t++)
            counts[i] += parts[(size_t)t * all + i];
    }
    if (tally != NULL) *tally = total;
done:
    free(l[1].first);
    free(l[0].first);
    free(parts);
    return ok;
}

bool count_on_grid(const struct walkers *w, const struct grid *grid, int64_t *counts,
                   struct tally *tally, struct error *err) {
    size_t cells[2] = {0};
    const double *face[2] = {0};
    for (int d = 0; d < grid->dims; d++) {
        cells[d] = grid->axis[d]->cells;
        face[d] = grid->axis[d]->face;
    }
    return count_on_faces(w, cells, face, counts, tally, err);
}

void count_density(const struct grid *grid, const int64_t *counts, uint64_t count,
                   double *density, double *error) {
    const double N = (double)count;
    for (size_t i = 0; i < grid->cells; i++) {
        const double n = (double)counts[i];
        density[i] = n / (N * grid->volume[i]);
        error[i] = sqrt(fmax(n, 1) * fmax(1 - n / N, 0)) / (N * grid->volume[i]);
    }
}
