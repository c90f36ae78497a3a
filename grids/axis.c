/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grids/axis.h"
#include "grids/spacing.h"
#include "io/numbers.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ checks of the spec */

static bool check_refinements(const struct axis_spec *spec, struct error *err) {
    if (spec->refinements && spec->spacing == SPACING_NODES)
        return fail(err, ERROR_SETTINGS,
                    "given nodes cannot be refined; put the finer cells into the nodes");
    for (size_t k = 0; k < spec->refinements; k++) {
        const struct refinement *r = &spec->refine[k];
        if (!isfinite(r->at) || !(r->width > 0) || !isfinite(r->width) ||
            !(r->factor >= 1 && r->factor <= 1e6))
            return fail(err, ERROR_SETTINGS,
                        "refinement at %g, width %g, factor %g; the width must be above 0 "
                        "and the factor from 1 to 1e6",
                        r->at, r->width, r->factor);
    }
    return true;
}

static bool check_spacing(const struct axis_spec *spec, struct error *err) {
    if (spec->spacing == SPACING_SINH &&
        !(spec->scale > 0 && isfinite(spec->scale) && isfinite(spec->about)))
        return fail(err, ERROR_SETTINGS,
                    "sinh spacing with scale %g about %g; the scale must "
                    "be above 0",
                    spec->scale, spec->about);
    if (spec->spacing == SPACING_GEOMETRIC && !(spec->ratio > 0 && isfinite(spec->ratio)))
        return fail(err, ERROR_SETTINGS,
                    "geometric spacing with ratio %g; it must be above 0", spec->ratio);
    if (spec->spacing == SPACING_NODES && spec->nodes != spec->cells + 1)
        return fail(err, ERROR_SETTINGS, "%zu nodes for %zu cells; %zu are needed",
                    spec->nodes, spec->cells, spec->cells + 1);
    return true;
}

static bool check_spec(const struct axis_spec *spec, size_t multiple, struct error *err) {
    if (!(isfinite(spec->lo) && isfinite(spec->hi) && spec->lo < spec->hi &&
          isfinite(spec->hi - spec->lo)))
        return fail(err, ERROR_SETTINGS, "from %g to %g; min must be below max", spec->lo,
                    spec->hi);
    if (spec->cells < 2)
        return fail(err, ERROR_SETTINGS, "%zu cells; at least 2 are needed", spec->cells);
    if (spec->cells % multiple)
        return fail(err, ERROR_SETTINGS,
                    "%zu cells; a multiple of %zu is needed, such as %zu", spec->cells,
                    multiple, (spec->cells / multiple + 1) * multiple);
    if ((spec->boundary[0] == PERIODIC) != (spec->boundary[1] == PERIODIC))
        return fail(err, ERROR_SETTINGS,
                    "one end is periodic, the other is not; both must be");
    for (size_t k = 0; k < spec->aligns; k++)
        if (!(spec->align[k] > spec->lo && spec->align[k] < spec->hi))
            return fail(err, ERROR_SETTINGS,
                        "a face is wanted at %g, which is not inside "
                        "(%g, %g)",
                        spec->align[k], spec->lo, spec->hi);
    return check_spacing(spec, err) && check_refinements(spec, err);
}

/* A cell must be wide enough for the midpoint and the quadrature points to differ. */
static bool check_faces(const struct axis *axis, struct error *err) {
    for (size_t i = 0; i < axis->cells; i++) {
        const double a = axis->face[i], b = axis->face[i + 1];
        if (!isfinite(a) || !isfinite(b) || !(a < b))
            return fail(err, ERROR_SETTINGS,
                        "face %zu at %.17g is not below face %zu at "
                        "%.17g; faces must increase",
                        i, a, i + 1, b);
        if (b - a < 8 * DBL_EPSILON * fmax(fabs(a), fabs(b)))
            return fail(err, ERROR_SETTINGS,
                        "cell %zu from %.17g to %.17g is narrower than "
                        "8 roundings of its position; use fewer cells or less refinement",
                        i, a, b);
    }
    return true;
}

/* -------------------------------------------------------------- faces on given points */

/* Points that must be faces: lo < a_1 < ... < hi, without repeats. */
struct knots {
    size_t segments;
    double *x;     /* (segments + 1) */
    double *s;     /* their coordinates in the map (segments + 1) */
    size_t *count; /* cells in each segment */
};

static void knots_finish(struct knots *k) {
    free(k->count);
    free(k->s);
    free(k->x);
}

static bool knots_init(struct knots *k, const struct axis_spec *spec, struct error *err) {
    *k = (struct knots){0};
    if (!(k->x = array_create(spec->aligns + 2, sizeof *k->x, err)) ||
        !(k->s = array_create(spec->aligns + 2, sizeof *k->s, err)) ||
        !(k->count = array_create(spec->aligns + 1, sizeof *k->count, err)))
        return false;
    k->x[0] = spec->lo, k->x[1] = spec->hi;
    for (size_t i = 0; i < spec->aligns; i++)
        k->x[i + 2] = spec->align[i];
    numbers_sort(spec->aligns + 2, k->x);
    for (size_t i = 1; i < spec->aligns + 2; i++)
        if (k->x[i] > k->x[k->segments]) k->x[++k->segments] = k->x[i];
    return true;
}

/* Shares the cells out to the segments, `multiple` at a time, by the method of equal
 * proportions (Huntington 1928): the next ones go to the segment with m cells in which
 *     s-length / sqrt(m (m + multiple))
 * is largest. Then no transfer between two segments makes their spacings relatively more
 * equal, and shares that are whole stay as they are. */
static bool knots_apportion(struct knots *k, size_t cells, size_t multiple,
                            struct error *err) {
    if (cells < k->segments * multiple)
        return fail(err, ERROR_SETTINGS,
                    "%zu cells; at least %zu are needed with %zu aligned "
                    "points",
                    cells, k->segments * multiple, k->segments - 1);
    for (size_t j = 0; j < k->segments; j++)
        k->count[j] = multiple;
    for (size_t left = cells / multiple - k->segments; left > 0; left--) {
        size_t best = 0;
        double most = -1;
        for (size_t j = 0; j < k->segments; j++) {
            const double m = (double)k->count[j];
            const double claim = (k->s[j + 1] - k->s[j]) / sqrt(m * (m + (double)multiple));
            if (claim > most * (1 + 1e-12)) most = claim, best = j;
        }
        k->count[best] += multiple;
    }
    return true;
}

/* Do all segments have the same step in s? */
static bool knots_even(const struct knots *k) {
    const double first = (k->s[1] - k->s[0]) / (double)k->count[0];
    for (size_t j = 1; j < k->segments; j++) {
        const double step = (k->s[j + 1] - k->s[j]) / (double)k->count[j];
        if (fabs(step - first) > 1e-10 * first) return false;
    }
    return true;
}

/* Equal steps of s in every segment; the knots themselves to the bit. */
static void place_faces(const struct spacing_map *map, const struct knots *k,
                        double *face) {
    for (size_t j = 0; j < k->segments; j++) {
        const double m = (double)k->count[j];
        *face++ = k->x[j];
        for (size_t i = 1; i < k->count[j]; i++) {
            const double s = (k->s[j] * (m - (double)i) + k->s[j + 1] * (double)i) / m;
            *face++ = spacing_position(map, s);
        }
    }
    *face = k->x[k->segments];
}

/* On a domain [-R, R] whose faces are symmetric but for rounding, makes them so to the bit:
 * mirrored runs then agree exactly. */
static void make_symmetric(struct axis *axis) {
    double *x = axis->face;
    const size_t n = axis->cells;
    for (size_t i = 0; 2 * i <= n; i++) {
        const double width = fmin(x[i + 1] - x[i], x[n - i] - x[n - i - 1]);
        if (!(fabs(x[i] + x[n - i]) <= 1e-9 * width)) return;
    }
    for (size_t i = 0; 2 * i <= n; i++) {
        const double y = 0.5 * (x[i] - x[n - i]);
        x[i] = y, x[n - i] = 0 - y; /* the middle one is 0, not -0 */
    }
}

static void restore_knots(const struct knots *k, double *face) {
    for (size_t j = 0; j < k->segments; face += k->count[j++])
        *face = k->x[j];
}

static bool map_faces(struct axis *axis, const struct axis_spec *spec, size_t multiple,
                      struct error *err) {
    struct knots knots = {0};
    struct spacing_map *map = NULL;
    bool ok = knots_init(&knots, spec, err);
    if (!ok || !(map = spacing_map_create(spec, err))) goto done;
    for (size_t j = 0; j <= knots.segments; j++)
        knots.s[j] = spacing_coordinate(map, knots.x[j]);
    ok = knots_apportion(&knots, axis->cells, multiple, err);
    if (!ok) goto done;
    place_faces(map, &knots, axis->face);
    make_symmetric(axis);
    restore_knots(&knots, axis->face);
    axis->smooth = knots_even(&knots);
done:
    spacing_map_destroy(map);
    knots_finish(&knots);
    return ok && map != NULL;
}

static bool given_faces(struct axis *axis, const struct axis_spec *spec, size_t multiple,
                        struct error *err) {
    for (size_t i = 0; i <= axis->cells; i++)
        axis->face[i] = spec->node[i];
    if (!check_faces(axis, err)) return false;
    if (axis->face[0] != spec->lo || axis->face[axis->cells] != spec->hi)
        return fail(err, ERROR_SETTINGS, "nodes from %g to %g; min and max say %g to %g",
                    axis->face[0], axis->face[axis->cells], spec->lo, spec->hi);
    for (size_t k = 0; k < spec->aligns; k++) {
        const size_t i = axis_find(axis, spec->align[k]);
        if (axis->face[i] != spec->align[k] || i % multiple)
            return fail(err, ERROR_SETTINGS,
                        "a face is wanted at %g, which is not one of the "
                        "nodes%s",
                        spec->align[k],
                        multiple == 4   ? " 0, 4, 8, ..."
                        : multiple == 2 ? " 0, 2, 4, ..."
                                        : "");
    }
    return true;
}

/* ------------------------------------------------------------------------------- axis */

static struct axis *allocate(size_t cells, struct error *err) {
    struct axis *axis = array_create(1, sizeof *axis, err);
    if (axis == NULL) return NULL;
    axis->cells = cells;
    if (!(axis->face = array_create(cells + 1, sizeof *axis->face, err)) ||
        !(axis->centre = array_create(cells, sizeof *axis->centre, err)) ||
        !(axis->width = array_create(cells, sizeof *axis->width, err)))
        return axis_destroy(axis), NULL;
    return axis;
}

static void set_cells(struct axis *axis) {
    for (size_t i = 0; i < axis->cells; i++) {
        axis->centre[i] = 0.5 * axis->face[i] + 0.5 * axis->face[i + 1];
        axis->width[i] = axis->face[i + 1] - axis->face[i];
    }
}

struct axis *axis_create(const struct axis_spec *spec, struct error *err) {
    const size_t multiple = spec->multiple ? spec->multiple : 1;
    if (!check_spec(spec, multiple, err)) return NULL;
    struct axis *axis = allocate(spec->cells, err);
    if (axis == NULL) return NULL;
    axis->boundary[0] = spec->boundary[0], axis->boundary[1] = spec->boundary[1];
    const bool ok = spec->spacing == SPACING_NODES ? given_faces(axis, spec, multiple, err)
                                                   : map_faces(axis, spec, multiple, err);
    if (!ok || !check_faces(axis, err)) return axis_destroy(axis), NULL;
    set_cells(axis);
    return axis;
}

struct axis *axis_coarsen(const struct axis *axis, size_t by, struct error *err) {
    if (by == 0 || axis->cells % by || axis->cells / by < 2)
        return fail(err, ERROR_SETTINGS,
                    "%zu cells cannot be merged %zu by %zu; use a multiple "
                    "of %zu",
                    axis->cells, by, by, by),
               NULL;
    struct axis *coarse = allocate(axis->cells / by, err);
    if (coarse == NULL) return NULL;
    coarse->boundary[0] = axis->boundary[0], coarse->boundary[1] = axis->boundary[1];
    coarse->smooth = axis->smooth;
    for (size_t i = 0; i <= coarse->cells; i++)
        coarse->face[i] = axis->face[i * by];
    set_cells(coarse);
    return coarse;
}

struct axis *axis_refine(const struct axis *axis, size_t by, struct error *err) {
    struct axis *fine = allocate(axis->cells * by, err);
    if (fine == NULL) return NULL;
    fine->boundary[0] = axis->boundary[0], fine->boundary[1] = axis->boundary[1];
    fine->smooth = axis->smooth;
    for (size_t i = 0; i < axis->cells; i++)
        for (size_t k = 0; k < by; k++) {
            const double s = (double)k / (double)by;
            fine->face[i * by + k] = (1 - s) * axis->face[i] + s * axis->face[i + 1];
        }
    fine->face[fine->cells] = axis->face[axis->cells];
    if (!check_faces(fine, err)) return axis_destroy(fine), NULL;
    set_cells(fine);
    return fine;
}

struct axis *axis_thin(const struct axis *axis, size_t cells, struct error *err) {
    struct axis *thin = allocate(cells, err);
    if (thin == NULL) return NULL;
    thin->boundary[0] = axis->boundary[0], thin->boundary[1] = axis->boundary[1];
    thin->smooth = axis->smooth;
    for (size_t k = 0; k < cells; k++) {
        const double passed = (double)k * (double)axis->cells / (double)cells;
        const size_t i = (size_t)passed;
        thin->face[k] = axis->face[i] + (passed - (double)i) * axis->width[i];
    }
    thin->face[cells] = axis->face[axis->cells];
    set_cells(thin);
    return thin;
}

void axis_destroy(struct axis *axis) {
    if (axis == NULL) return;
    free(axis->width);
    free(axis->centre);
    free(axis->face);
    free(axis);
}

bool axis_absorbs(const struct axis *a) {
    return a->boundary[0] == ABSORBING || a->boundary[1] == ABSORBING;
}

double axis_narrowest(const struct axis *axis) {
    double least = axis->width[0];
    for (size_t i = 1; i < axis->cells; i++)
        least = fmin(least, axis->width[i]);
    return least;
}

size_t axis_find(const struct axis *axis, double x) {
    const size_t n = axis->cells;
    if (!(x >= axis->face[0] && x <= axis->face[n])) return n;
    size_t i = 0, end = n;
    while (end - i > 1) {
        const size_t mid = (i + end) / 2;
        if (axis->face[mid] <= x)
            i = mid;
        else
            end = mid;
    }
    return i;
}
