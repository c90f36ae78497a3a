/* SPDX-License-Identifier: GPL-3.0-or-later
 * Counts on a mesh -> transform -> heat kernel -> back -> averages over the grid's
 * cells. */
#include "solver/mc/kde.h"
#include "io/alone.h"
#include "solver/mc/bandwidth.h"
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MESH_1D = 1 << 14, MESH_2D = 512 };

/* One axis of the mesh. */
struct mesh {
    size_t cells;
    double *face;       /* [cells + 1] */
    double *wave;       /* [cells] wave number of transform index k */
    double *k2, *power; /* work of the bandwidth */
    double norm;        /* forward, then backward transform multiply by this */
    bool periodic;
    double h;
};

struct kde {
    const struct grid *grid;
    int dims;
    struct mesh mesh[2];
    size_t cells;    /* of the mesh, in all */
    int64_t *counts; /* [cells] */
    double *modes;   /* [cells] transform of the counts, each mesh cell's mass n / N */
    double *work;    /* [cells] */
    double *half; /* [mesh x cells * grid y cells] between the two passes of a transfer */
    double *line; /* [2 * longest line] */
    fftw_plan forward, backward; /* work -> work */
    double N;                    /* walkers in all */
};

static bool mesh_init(struct mesh *m, const struct axis *axis, size_t cells,
                      struct error *err) {
    *m = (struct mesh){.cells = cells, .periodic = axis->boundary[0] == PERIODIC};
    if ((m->face = array_create(cells + 1, sizeof *m->face, err)) == NULL ||
        (m->wave = array_create(cells, sizeof *m->wave, err)) == NULL ||
        (m->k2 = array_create(cells, sizeof *m->k2, err)) == NULL ||
        (m->power = array_create(cells, sizeof *m->power, err)) == NULL)
        return false;
    const double lo = axis->face[0], hi = axis->face[axis->cells], length = hi - lo;
    for (size_t i = 0; i < cells; i++)
        m->face[i] = lo + length * ((double)i / (double)cells);
    m->face[cells] = hi;
    for (size_t k = 0; k < cells; k++) {
        const size_t turns = k <= cells / 2 ? k : cells - k;
        m->wave[k] =
            m->periodic ? 2 * M_PI * (double)turns / length : M_PI * (double)k / length;
    }
    m->norm = m->periodic ? (double)cells : 2 * (double)cells;
    return true;
}

static void mesh_finish(struct mesh *m) {
    free(m->power);
    free(m->k2);
    free(m->wave);
    free(m->face);
}

/* FFTW_ESTIMATE: the plan, and so the bits, depend on the sizes and the machine only. */
static bool make_plans(struct kde *kde, struct error *err) {
    int size[2];
    fftw_r2r_kind forward[2], backward[2];
    for (int d = 0; d < kde->dims; d++) {
        const struct mesh *m = &kde->mesh[kde->dims - 1 - d]; /* slowest first */
        size[d] = (int)m->cells;
        forward[d] = m->periodic ? FFTW_R2HC : FFTW_REDFT10;
        backward[d] = m->periodic ? FFTW_HC2R : FFTW_REDFT01;
    }
    alone_begin();
    kde->forward =
        fftw_plan_r2r(kde->dims, size, kde->work, kde->work, forward, FFTW_ESTIMATE);
    kde->backward =
        fftw_plan_r2r(kde->dims, size, kde->work, kde->work, backward, FFTW_ESTIMATE);
    alone_end();
    if (kde->forward == NULL || kde->backward == NULL)
        return fail(err, ERROR_MEMORY, "no memory to plan a transform");
    return true;
}

struct kde *kde_create(const struct grid *grid, struct error *err) {
    struct kde *kde = array_create(1, sizeof *kde, err);
    if (kde == NULL) return NULL;
    kde->grid = grid;
    kde->dims = grid->dims;
    kde->cells = 1;
    size_t longest = 0;
    bool ok = true;
    for (int d = 0; ok && d < grid->dims; d++) {
        const size_t cells = grid->dims == 1 ? MESH_1D : MESH_2D;
        ok = mesh_init(&kde->mesh[d], grid->axis[d], cells, err);
        kde->cells *= cells;
        longest = cells > longest ? cells : longest;
        longest = grid->axis[d]->cells > longest ? grid->axis[d]->cells : longest;
    }
    const size_t rows = grid->dims == 2 ? grid->axis[1]->cells : 1;
    ok = ok && (kde->counts = array_create(kde->cells, sizeof *kde->counts, err)) != NULL &&
         (kde->modes = array_create(kde->cells, sizeof *kde->modes, err)) != NULL &&
         (kde->work = array_create(kde->cells, sizeof *kde->work, err)) != NULL &&
         (kde->half = array_create(kde->mesh[0].cells * rows, sizeof *kde->half, err)) !=
             NULL &&
         (kde->line = array_create(2 * longest, sizeof *kde->line, err)) != NULL &&
         make_plans(kde, err);
    if (!ok) return kde_destroy(kde), NULL;
    return kde;
}

void kde_destroy(struct kde *kde) {
    if (kde == NULL) return;
    alone_begin();
    if (kde->backward != NULL) fftw_destroy_plan(kde->backward);
    if (kde->forward != NULL) fftw_destroy_plan(kde->forward);
    alone_end();
    free(kde->line);
    free(kde->half);
    free(kde->work);
    free(kde->modes);
    free(kde->counts);
    for (int d = 0; d < 2; d++)
        mesh_finish(&kde->mesh[d]);
    free(kde);
}

double kde_bandwidth(const struct kde *kde, int d) {
    return kde->mesh[d].h;
}

/* --- Between the grid's cells and the mesh's ---------------------------------------- */

/* Mass left of x inside cell i whose density is linear with the central slope. */
static double part_of_cell(const double *face, const double *mass, size_t n, size_t i,
                           double x) {
    const double width = face[i + 1] - face[i], t = (x - face[i]) / width;
    if (i == 0 || i + 1 == n) return mass[i] * t;
    const double left = mass[i - 1] / (face[i] - face[i - 1]);
    const double right = mass[i + 1] / (face[i + 2] - face[i + 1]);
    const double slope =
        2 * (right - left) / (face[i + 2] + face[i + 1] - face[i] - face[i - 1]);
    return mass[i] * t + 0.5 * slope * width * width * t * (t - 1);
}

/* Masses of cells `from` -> masses of cells `to` with the same ends; the sum is kept. */
static void transfer_line(size_t n, const double *from, const double *mass, size_t m,
                          const double *to, double *out) {
    double below = 0; /* mass in cells < i, minus what earlier targets took */
    size_t i = 0;
    for (size_t j = 0; j < m; j++) {
        double got = below;
        while (i + 1 < n && from[i + 1] <= to[j + 1])
            got += mass[i++];
        const double end = j + 1 == m ? from[n] : to[j + 1];
        const double part = part_of_cell(from, mass, n, i, end);
        out[j] = got + part;
        below = -part;
    }
}

static void copy_strided(size_t n, const double *from, size_t from_stride, double *to,
                         size_t to_stride) {
    for (size_t i = 0; i < n; i++)
        to[i * to_stride] = from[i * from_stride];
}

/* Masses on the lines along y of [rows][columns]: n faces -> m faces. */
static void transfer_columns(struct kde *kde, size_t columns, size_t n, const double *from,
                             const double *mass, size_t m, const double *to, double *out) {
    double *in = kde->line, *result = kde->line + (n > m ? n : m);
    for (size_t i = 0; i < columns; i++) {
        copy_strided(n, mass + i, columns, in, 1);
        transfer_line(n, from, in, m, to, result);
        copy_strided(m, result, 1, out + i, columns);
    }
}

/* masses[grid cells] -> kde->work[mesh cells] */
static void masses_to_mesh(struct kde *kde, const double *mass) {
    const struct axis *x = kde->grid->axis[0], *y = kde->grid->axis[1];
    const struct mesh *mx = &kde->mesh[0], *my = &kde->mesh[1];
    if (kde->dims == 1) {
        transfer_line(x->cells, x->face, mass, mx->cells, mx->face, kde->work);
        return;
    }
    for (size_t j = 0; j < y->cells; j++)
        transfer_line(x->cells, x->face, mass + j * x->cells, mx->cells, mx->face,
                      kde->half + j * mx->cells);
    transfer_columns(kde, mx->cells, y->cells, y->face, kde->half, my->cells, my->face,
                     kde->work);
}

/* kde->work[mesh cells] -> cell averages on the grid */
static void mesh_to_density(struct kde *kde, double *density) {
    const struct axis *x = kde->grid->axis[0], *y = kde->grid->axis[1];
    const struct mesh *mx = &kde->mesh[0], *my = &kde->mesh[1];
    if (kde->dims == 1) {
        transfer_line(mx->cells, mx->face, kde->work, x->cells, x->face, density);
    } else {
        transfer_columns(kde, mx->cells, my->cells, my->face, kde->work, y->cells, y->face,
                         kde->half);
        for (size_t j = 0; j < y->cells; j++)
            transfer_line(mx->cells, mx->face, kde->half + j * mx->cells, x->cells, x->face,
                          density + j * x->cells);
    }
    for (size_t i = 0; i < kde->grid->cells; i++)
        density[i] /= kde->grid->volume[i];
}

/* --- Transform, filter, bandwidth ---------------------------------------------------- */

/* work = backward of modes * exp(-k^2 share t / 2); modes and work may be the same. */
static void filter_back(struct kde *kde, const double *modes, double share) {
    const struct mesh *mx = &kde->mesh[0], *my = &kde->mesh[1];
    const size_t rows = kde->dims == 2 ? my->cells : 1;
    const double tx = 0.5 * share * mx->h * mx->h, ty = 0.5 * share * my->h * my->h;
    const double norm = mx->norm * (kde->dims == 2 ? my->norm : 1);
    for (size_t j = 0; j < rows; j++) {
        const double ky = kde->dims == 2 ? my->wave[j] : 0, row = exp(-ky * ky * ty) / norm;
        for (size_t i = 0; i < mx->cells; i++)
            kde->work[j * mx->cells + i] =
                modes[j * mx->cells + i] * row * exp(-mx->wave[i] * mx->wave[i] * tx);
    }
    fftw_execute(kde->backward);
}

/* Mode indices run with stride 1 along x; along y with the mesh's x cells. The other
 * direction's mode 0 is the marginal (times 2 for a cosine transform). */
static double choose_bandwidth(struct kde *kde, int d, double inside) {
    struct mesh *m = &kde->mesh[d];
    const size_t stride = d == 0 ? 1 : kde->mesh[0].cells, n = m->cells;
    const double length = m->face[n] - m->face[0];
    const struct mesh *other = &kde->mesh[1 - d];
    const double factor = (kde->dims == 2 && !other->periodic ? 0.5 : 1) *
                          (m->periodic ? 1 : 0.5) * kde->N / inside;
    const size_t modes = m->periodic ? n / 2 : n - 1;
    for (size_t k = 1; k <= modes; k++) {
        const double re = factor * kde->modes[k * stride];
        const double im =
            m->periodic && 2 * k != n ? factor * kde->modes[(n - k) * stride] : 0;
        m->k2[k - 1] = m->wave[k] * m->wave[k] * length * length;
        m->power[k - 1] = re * re + im * im;
    }
    double t = bandwidth_sheather_jones(modes, m->k2, m->power, inside);
    const double least = 1 / (double)n;
    if (!(t >= least * least)) t = least * least;
    const double more = kde->dims == 2 ? pow(inside, 1.0 / 5 - 1.0 / 6) : 1;
    return sqrt(t) * length * more;
}

bool kde_fit(struct kde *kde, const struct walkers *walkers, const struct monitor *monitor,
             struct error *err) {
    const double unknown = (double)NAN;
    struct tally tally;
    size_t cells[2] = {kde->mesh[0].cells, kde->mesh[1].cells};
    const double *face[2] = {kde->mesh[0].face, kde->mesh[1].face};
    if (!count_on_faces(walkers, cells, face, kde->counts, &tally, err)) return false;
    if (tally.inside == 0)
        return fail(err, ERROR_RUN, "no walker is inside the grid: no density to estimate");
    if (!monitor_tick(monitor, unknown, err)) return false;
    kde->N = (double)walkers->count;
    for (size_t i = 0; i < kde->cells; i++)
        kde->work[i] = (double)kde->counts[i] / kde->N;
    fftw_execute(kde->forward);
    memcpy(kde->modes, kde->work, kde->cells * sizeof *kde->modes);
    for (int d = 0; d < kde->dims; d++) {
        if (!monitor_tick(monitor, unknown, err)) return false;
        kde->mesh[d].h = choose_bandwidth(kde, d, (double)tally.inside);
    }
    return monitor_tick(monitor, unknown, err);
}

void kde_density(struct kde *kde, double *density, double *error) {
    const double hx = kde->mesh[0].h, hy = kde->mesh[1].h;
    const double kernel =
        kde->dims == 1 ? 1 / (2 * sqrt(M_PI) * hx) : 1 / (4 * M_PI * hx * hy);
    filter_back(kde, kde->modes, 0.5);
    mesh_to_density(kde, error);
    filter_back(kde, kde->modes, 1);
    mesh_to_density(kde, density);
    for (size_t i = 0; i < kde->grid->cells; i++) {
        const double variance = (error[i] * kernel - density[i] * density[i]) / kde->N;
        error[i] = sqrt(variance > 0 ? variance : 0);
    }
}

void kde_smooth(struct kde *kde, const double *p, double *smoothed) {
    for (size_t i = 0; i < kde->grid->cells; i++)
        smoothed[i] = p[i] * kde->grid->volume[i];
    masses_to_mesh(kde, smoothed);
    fftw_execute(kde->forward);
    filter_back(kde, kde->work, 1);
    mesh_to_density(kde, smoothed);
}
