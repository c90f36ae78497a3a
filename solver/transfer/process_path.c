/* SPDX-License-Identifier: GPL-3.0-or-later
 * One step of a weak second-order scheme of dx = a dt + Sum_k V_k dW_k (docs/numerics.md
 * 10.8). */
#include "solver/transfer/process_kinds.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NODES = 3,      /* of a normal number, by Gauss and Hermite: moments up to the fifth */
    MOST = 18,      /* landing points: 3 x 3 in two orders */
    SUBSTEPS = 256, /* of a half flow, at most */
};
static const double node[NODES] = {0, -1.7320508075688772, 1.7320508075688772};
static const double node_weight[NODES] = {2.0 / 3, 1.0 / 6, 1.0 / 6};
static const double turn = 0.25; /* |dV/dx| times a substep, at most */

struct path {
    struct process base;
    const struct coefficients *c;
    double h;
    bool full;                    /* the tensor has a cross term somewhere */
    double lo[2], hi[2], ring[2]; /* of the box; ring > 0: its length, periodic */
};

/* A group of points, and what a step from one place keeps to: which variable's noise is
 * taken first, and whether the root is the symmetric one. */
struct points_at {
    size_t n;
    double x[2][MOST];
};
struct root_kind {
    int first;
    bool symmetric;
};

/* ------------------------------------------------------------------- the coefficients */

/* Points outside the box have the coefficients of its end, or of their images. */
static void bring_inside(const struct path *s, struct points_at *p) {
    for (int d = 0; d < s->base.dims; d++)
        for (size_t k = 0; k < p->n; k++) {
            double *x = &p->x[d][k];
            if (s->ring[d] > 0) *x -= s->ring[d] * floor((*x - s->lo[d]) / s->ring[d]);
            *x = fmin(fmax(*x, s->lo[d]), s->hi[d]);
        }
}

/* b, D and the derivatives of D at the points; the latter only where D varies. */
struct local {
    double b[2 * MOST], D[3 * MOST], dD[6 * MOST];
};

static bool local_at(const struct path *s, const struct points_at *at, bool drift,
                     struct local *l, struct error *err) {
    struct points_at p = *at;
    const double *x[2] = {p.x[0], p.x[1]};
    bring_inside(s, &p);
    if (drift && !s->c->drift(s->c->self, p.n, x, l->b, err)) return false;
    if (drift && s->c->constant_diffusion) return true;
    if (!s->c->diffusion(s->c->self, p.n, x, l->D, err)) return false;
    return !drift || s->c->diffusion_gradient(s->c->self, p.n, x, l->dD, err);
}

/* D_ij and d_k D_ij of point q, with the variable `first` as the first one. */
struct tensor {
    double xx, xy, yy, dx[3], dy[3];
};

static struct tensor tensor_of(const struct local *l, size_t n, size_t q, int first) {
    const double *D = l->D + q, *dD = l->dD + q;
    if (first == 0)
        return (struct tensor){D[0],
                               D[n],
                               D[2 * n],
                               {dD[0], dD[n], dD[2 * n]},
                               {dD[3 * n], dD[4 * n], dD[5 * n]}};
    return (struct tensor){
        D[2 * n], D[n], D[0], {dD[5 * n], dD[4 * n], dD[3 * n]}, {dD[2 * n], dD[n], dD[0]}};
}

/* K = 1/2 Sum_k (V_k . grad) V_k of the triangular root. With u = 2 (D_xx, D_xy),
 *     V_1 = u / sqrt(u_x),     (V_1 . grad) V_1 = ( u . grad u - u (u . grad u_x) / (2 u_x) ) / u_x
 *     V_2 = (0, sqrt q),       (V_2 . grad) V_2 = (0, q_y / 2),   q = 2 D_yy - u_y^2 / u_x */
static void correction(const struct tensor *D, double K[2]) {
    const double ux = 2 * D->xx, uy = 2 * D->xy;
    K[0] = 0, K[1] = D->dy[2] / 2;
    if (!(ux > 0)) return;
    const double ratio = uy / ux;
    /* u . grad / u_x of u_x and u_y */
    const double along_x = 2 * (D->dx[0] + ratio * D->dy[0]);
    const double along_y = 2 * (D->dx[1] + ratio * D->dy[1]);
    K[0] = along_x / 4;
    K[1] = (along_y - ratio * along_x / 2) / 2 +
           (2 * D->dy[2] - 4 * ratio * D->dy[1] + 2 * ratio * ratio * D->dy[0]) / 4;
}

/* V_0 = a - K, a the drift in Ito's reading: b + alpha D' (2-D: Sum_k d_k D_ik). */
static bool flow_field(const struct path *s, struct root_kind root,
                       const struct points_at *p, double v[2][MOST], struct error *err) {
    struct local l;
    const size_t n = p->n;
    if (!local_at(s, p, true, &l, err)) return false;
    for (int d = 0; d < s->base.dims; d++)
        memcpy(v[d], l.b + (size_t)d * n, n * sizeof(double));
    if (s->c->constant_diffusion || root.symmetric) return true;
    for (size_t q = 0; q < n; q++) {
        if (s->base.dims == 1) {
            v[0][q] += (s->c->alpha - 0.5) * l.dD[q];
            continue;
        }
        const struct tensor D = tensor_of(&l, n, q, root.first);
        const double induced[2] = {D.dx[0] + D.dy[1], D.dx[1] + D.dy[2]};
        double K[2];
        correction(&D, K);
        for (int d = 0; d < 2; d++)
            v[d ^ root.first][q] += s->c->alpha * induced[d] - K[d];
    }
    return true;
}

/* Column k of the root of 2 D. */
static bool noise_field(const struct path *s, struct root_kind root, int column,
                        const struct points_at *p, double v[2][MOST], struct error *err) {
    struct local l = {.b = {0}};
    const size_t n = p->n;
    if (!local_at(s, p, false, &l, err)) return false;
    for (size_t q = 0; q < n; q++) {
        if (s->base.dims == 1) {
            v[0][q] = sqrt(fmax(0, 2 * l.D[q]));
            continue;
        }
        const int first = root.first;
        const double xx = 2 * l.D[first == 0 ? q : 2 * n + q], xy = 2 * l.D[n + q];
        const double yy = 2 * l.D[first == 0 ? 2 * n + q : q];
        double of[2] = {0, 0};
        if (root.symmetric) {
            const double delta = sqrt(fmax(0, xx * yy - xy * xy));
            const double tau = sqrt(fmax(0, xx + yy + 2 * delta));
            if (tau > 0) of[column] = ((column == 0 ? xx : yy) + delta) / tau;
            if (tau > 0) of[1 - column] = xy / tau;
        } else if (column == 0) {
            if (xx > 0) of[0] = sqrt(xx), of[1] = xy / of[0];
        } else {
            of[1] = sqrt(fmax(0, yy - (xx > 0 ? xy * xy / xx : 0)));
        }
        v[first][q] = of[0], v[1 - first][q] = of[1];
    }
    return true;
}

/* --------------------------------------------------------------------------- the flows */

/* A vector field: V_0 (column -1) or a column of the root. */
static bool field_at(const struct path *s, struct root_kind root, int column,
                     const struct points_at *p, double v[2][MOST], struct error *err) {
    return column < 0 ? flow_field(s, root, p, v, err)
                      : noise_field(s, root, column, p, v, err);
}

/* x moved along the field for times[n], by one step of the classical rule of fourth order. Its
 * error along a column of the noise is odd in the normal number up to h^3: that is enough. */
static bool flow(const struct path *s, struct root_kind root, int column,
                 const double *times, struct points_at *p, struct error *err) {
    static const double part[4] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
                        ahead[4] = {0, 0.5, 0.5, 1};
    struct points_at stage = *p, end = *p;
    double v[2][MOST];
    if (column >= 0 && s->c->constant_diffusion) { /* a straight line */
        if (!noise_field(s, root, column, p, v, err)) return false;
        for (int d = 0; d < s->base.dims; d++)
            for (size_t q = 0; q < p->n; q++)
                p->x[d][q] += times[q] * v[d][q];
        return true;
    }
    for (int r = 0; r < 4; r++) {
        for (int d = 0; r > 0 && d < s->base.dims; d++)
            for (size_t q = 0; q < p->n; q++)
                stage.x[d][q] = p->x[d][q] + ahead[r] * times[q] * v[d][q];
        if (!field_at(s, root, column, &stage, v, err)) return false;
        for (int d = 0; d < s->base.dims; d++)
            for (size_t q = 0; q < p->n; q++)
                end.x[d][q] += part[r] * times[q] * v[d][q];
    }
    *p = end;
    return true;
}

/* Into how many substeps V_0's half flow is cut: the largest change of V_0 over the way it
 * makes in an eighth of a step, against itself. */
static bool substeps(const struct path *s, struct root_kind root, const struct points_at *p,
                     int *parts, struct error *err) {
    struct points_at ahead = *p;
    double v[2][MOST] = {{0}}, w[2][MOST] = {{0}}, fastest = 0;
    if (!flow_field(s, root, p, v, err)) return false;
    for (int d = 0; d < s->base.dims; d++)
        for (size_t q = 0; q < p->n; q++)
            ahead.x[d][q] += s->h / 8 * v[d][q];
    if (!flow_field(s, root, &ahead, w, err)) return false;
    for (size_t q = 0; q < p->n; q++) {
        const double size = hypot(v[0][q], v[1][q]);
        const double change = hypot(w[0][q] - v[0][q], w[1][q] - v[1][q]);
        if (size > 0) fastest = fmax(fastest, 8 * change / (size * s->h));
    }
    *parts = (int)fmin(SUBSTEPS, ceil(fmax(1, s->h / 2 * fastest / turn)));
    return true;
}

static bool half_flow(const struct path *s, struct root_kind root, struct points_at *p,
                      struct error *err) {
    int parts;
    double times[MOST];
    if (!substeps(s, root, p, &parts, err)) return false;
    for (size_t q = 0; q < p->n; q++)
        times[q] = s->h / (2 * parts);
    for (int k = 0; k < parts; k++)
        if (!flow(s, root, -1, times, p, err)) return false;
    return true;
}

/* -------------------------------------------------------------------------- the step */

/* The columns in both orders where they do not commute, with all nodes of both. */
static bool noise(const struct path *s, struct root_kind root, struct points_at *p,
                  struct outcome *out, struct error *err) {
    const size_t orders = s->base.dims == 2 && !s->c->constant_diffusion ? 2 : 1;
    const size_t each = s->base.dims == 1 ? NODES : NODES * NODES;
    const double x[2] = {p->x[0][0], s->base.dims == 2 ? p->x[1][0] : 0};
    struct points_at all = {.n = 0};
    for (size_t order = 0; order < orders; order++) {
        struct points_at group = {.n = each};
        double times[2][MOST];
        for (size_t q = 0; q < each; q++) {
            const size_t i = q % NODES, j = q / NODES;
            group.x[0][q] = x[0], group.x[1][q] = x[1];
            times[0][q] = sqrt(s->h) * node[i], times[1][q] = sqrt(s->h) * node[j];
            out[all.n + q].probability =
                node_weight[i] * (s->base.dims == 1 ? 1 : node_weight[j]) / (double)orders;
        }
        for (int k = 0; k < s->base.dims; k++) {
            const int column = order == 0 ? k : 1 - k;
            if (!flow(s, root, column, times[column], &group, err)) return false;
        }
        for (int d = 0; d < 2; d++)
            memcpy(all.x[d] + all.n, group.x[d], each * sizeof(double));
        all.n += each;
    }
    *p = all;
    return true;
}

/* The variable with more noise at x comes first, so that the root is smooth where the other
 * one's noise vanishes. */
static bool choose_root(const struct path *s, const double *x, struct root_kind *root,
                        struct error *err) {
    struct points_at p = {1, {{x[0]}, {s->base.dims == 2 ? x[1] : 0}}};
    struct local l;
    *root = (struct root_kind){0, false};
    if (s->base.dims == 1 || s->c->zero_diffusion) return true;
    if (!local_at(s, &p, false, &l, err)) return false;
    root->first = l.D[2] > l.D[0];
    root->symmetric = s->full && s->c->alpha == 0.5;
    return true;
}

static bool outcomes(const struct process *process, const double *w, void *scratch,
                     struct outcome *out, size_t *n, struct error *err) {
    const struct path *s = (const struct path *)process;
    struct points_at p = {1, {{w[0]}, {s->base.dims == 2 ? w[1] : 0}}};
    struct root_kind root;
    (void)scratch;
    out[0].probability = 1;
    if (!choose_root(s, w, &root, err) || !half_flow(s, root, &p, err)) return false;
    if (!s->c->zero_diffusion && !noise(s, root, &p, out, err)) return false;
    if (!half_flow(s, root, &p, err)) return false;
    for (size_t k = 0; k < p.n; k++)
        for (int d = 0; d < 2; d++)
            out[k].landing[d] = p.x[d][k];
    *n = p.n;
    return true;
}

/* ----------------------------------------------------------------------------- making */

static void destroy(struct process *process) {
    free(process);
}

static void take_grid(struct path *s, const struct grid *grid) {
    for (int d = 0; d < grid->dims; d++) {
        const struct axis *axis = grid->axis[d];
        s->lo[d] = axis->face[0], s->hi[d] = axis->face[axis->cells];
        s->ring[d] = axis->boundary[0] == PERIODIC ? s->hi[d] - s->lo[d] : 0;
    }
}

/* Is there a cross term that varies? Its readings other than Ito's, Stratonovich's and
 * Klimontovich's are not defined. */
static bool look_at_tensor(struct path *s, const struct grid *grid, struct error *err) {
    const size_t n = grid->cells;
    if (grid->dims == 1 || s->c->constant_diffusion || s->c->zero_diffusion) return true;
    double *work = array_create(5 * n, sizeof *work, err);
    if (work == NULL) return false;
    double *x[2] = {work, work + n}, *D = work + 2 * n;
    grid_centres(grid, x);
    const bool good = s->c->diffusion(s->c->self, n, (const double *const *)x, D, err);
    for (size_t k = 0; good && k < n; k++)
        s->full = s->full || D[n + k] != 0;
    free(work);
    const double alpha = s->c->alpha;
    if (good && s->full && alpha != 0 && alpha != 0.5 && alpha != 1)
        return fail(err, ERROR_SETTINGS,
                    "the interpretation alpha = %g needs a constant or diagonal diffusion "
                    "tensor",
                    alpha);
    return good;
}

struct process *process_path(const struct coefficients *c, double h,
                             const struct grid *grid, struct error *err) {
    if (grid->dims != c->dims)
        return fail(err, ERROR_SETTINGS,
                    "the law of this process needs a grid of %d axes, not %d", c->dims,
                    grid->dims),
               NULL;
    struct path *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    s->c = c, s->h = h;
    take_grid(s, grid);
    s->base = (struct process){.dims = c->dims,
                               .most = MOST,
                               .outcomes = outcomes,
                               .destroy = destroy,
                               .name = "path integration"};
    if (look_at_tensor(s, grid, err)) return &s->base;
    return destroy(&s->base), NULL;
}
