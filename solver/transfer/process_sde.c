/* SPDX-License-Identifier: GPL-3.0-or-later
 * Euler, Milstein and Heun, as the walkers step them (Kloeden and Platen 1992, sections
 * 10.2, 10.3; Rumelin 1982): nodes of z, moved. */
#include "solver/transfer/normal_nodes.h"
#include "solver/transfer/process_kinds.h"
#include <math.h>
#include <stdlib.h>

struct sde {
    struct process base;
    const struct coefficients *c;
    enum sde_scheme scheme;
    double h, weight; /* of the noise-induced drift: alpha, or alpha - 1/2 */
    double cell[2], lo[2], hi[2];
};

/* At one point: a, the entries of 2 D, the derivatives of D. */
struct local {
    double a[2], S[3], dD[6];
};

/* Work space: the nodes, and Heun's predictions with the coefficients there. */
struct sde_scratch {
    double *store;
};

/* a_i = b_i + weight Sum_k d_k D_ik. With a full D that varies, Stratonovich's drift is
 * not of this form. */
static bool induce(const struct sde *s, struct local *at, struct error *err) {
    const double *dD = at->dD;
    for (int d = 0; d < s->base.dims; d++)
        at->a[d] += s->weight * (s->base.dims == 1 ? dD[0]
                                 : d == 0          ? dD[0] + dD[4]
                                                   : dD[1] + dD[5]);
    const bool full = s->base.dims == 2 && (dD[1] != 0 || dD[4] != 0);
    return !full || s->weight == 0 || s->weight == 1 ||
           fail(err, ERROR_SETTINGS,
                "the law of sde in two variables with a full, varying noise covariance "
                "needs "
                "interpretation ito or klimontovich, or stratonovich with scheme heun");
}

static bool local_at(const struct sde *s, const double *x, struct local *at,
                     struct error *err) {
    const double *point[2] = {x, x + 1};
    double D[3] = {0};
    const bool varies = !s->c->constant_diffusion;
    *at = (struct local){0};
    if (!s->c->drift(s->c->self, 1, point, at->a, err) ||
        !s->c->diffusion(s->c->self, 1, point, D, err))
        return false;
    if ((s->weight != 0 || s->scheme == SDE_MILSTEIN) && varies &&
        !s->c->diffusion_gradient(s->c->self, 1, point, at->dD, err))
        return false;
    for (int e = 0; e < 3; e++)
        at->S[e] = 2 * D[e];
    return induce(s, at, err);
}

/* Symmetric: (S + delta I) / tau, as solver/mc/spread.h has it. */
static void symmetric_root(int dims, const double *S, double root[2][2]) {
    normal_root(dims, S, root);
    if (dims == 1) return;
    const double determinant = S[0] * S[2] - S[1] * S[1];
    const double delta = sqrt(determinant > 0 ? determinant : 0);
    const double trace = S[0] + S[2] + 2 * delta, tau = sqrt(trace > 0 ? trace : 0);
    root[0][0] = tau > 0 ? (S[0] + delta) / tau : 0;
    root[1][1] = tau > 0 ? (S[2] + delta) / tau : 0;
    root[0][1] = root[1][0] = tau > 0 ? S[1] / tau : 0;
}

static void root_of(const struct sde *s, const double *S, double root[2][2]) {
    (s->scheme == SDE_HEUN ? symmetric_root : normal_root)(s->base.dims, S, root);
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            root[i][k] *= sqrt(s->h);
}

/* n_i = (root z)_i */
static double displacement(double root[2][2], int i, const double *z) {
    return root[i][0] * z[0] + root[i][1] * z[1];
}

/* Nodes of z; Milstein's and Heun's maps are steeper than Euler's by what b changes over the
 * noise's own width, so theirs are taken twice as dense and more. */
static size_t nodes_at(const struct sde *s, const struct local *at, double root[2][2],
                       struct outcome *out) {
    double slope[2][2] = {{root[0][0], root[0][1]}, {root[1][0], root[1][1]}};
    if (s->scheme == SDE_MILSTEIN) slope[0][0] += 4 * fabs(at->dD[0]) * s->h;
    const double denser = s->scheme == SDE_HEUN ? 0.5 : 1;
    const double step[2] = {denser * s->cell[0], denser * s->cell[1]};
    const struct normal_nodes nodes =
        normal_nodes_for(s->base.dims, s->base.dims, slope, step);
    return normal_nodes_fill(&nodes, out);
}

static void advance_euler(const struct sde *s, const double *x, const struct local *at,
                          double root[2][2], struct outcome *out, size_t n) {
    const double milstein = s->scheme == SDE_MILSTEIN ? 0.5 * s->h * at->dD[0] : 0;
    for (size_t k = 0; k < n; k++) {
        const double z[2] = {out[k].landing[0], out[k].landing[1]};
        for (int i = 0; i < s->base.dims; i++)
            out[k].landing[i] = x[i] + (at->a[i] * s->h + displacement(root, i, z));
        out[k].landing[0] += milstein * (z[0] * z[0] - 1);
    }
}

/* --- Heun --------------------------------------------------------------------------- */

/* In blocks of n: y[dims], a[dims], D[3], dD[6]. */
enum { HEUN_BLOCKS = 13 };

static void predict(const struct sde *s, const double *x, const struct local *at,
                    double root[2][2], const struct outcome *out, size_t n, double *y) {
    for (int i = 0; i < s->base.dims; i++)
        for (size_t k = 0; k < n; k++) {
            const double to =
                x[i] + at->a[i] * s->h + displacement(root, i, out[k].landing);
            y[(size_t)i * n + k] = fmin(fmax(to, s->lo[i]), s->hi[i]);
        }
}

/* Coefficients at the n predicted points: a with the induced drift, and D. */
static bool second_stage(const struct sde *s, size_t n, const double *y, double *a,
                         double *D, double *dD, struct error *err) {
    const double *point[2] = {y, y + n};
    if (!s->c->drift(s->c->self, n, point, a, err) ||
        !s->c->diffusion(s->c->self, n, point, D, err))
        return false;
    if (s->weight == 0 || s->c->constant_diffusion) return true;
    if (!s->c->diffusion_gradient(s->c->self, n, point, dD, err)) return false;
    for (size_t k = 0; k < n; k++) {
        a[k] += s->weight * (s->base.dims == 1 ? dD[k] : dD[k] + dD[4 * n + k]);
        if (s->base.dims == 2) a[n + k] += s->weight * (dD[n + k] + dD[5 * n + k]);
    }
    return true;
}

static bool advance_heun(const struct sde *s, const double *x, const struct local *at,
                         double root[2][2], double *store, struct outcome *out, size_t n,
                         struct error *err) {
    const size_t dims = (size_t)s->base.dims, tensor = dims == 1 ? 1 : 3;
    double *y = store, *a = y + 2 * n, *D = a + 2 * n, *dD = D + 3 * n;
    predict(s, x, at, root, out, n, y);
    if (!second_stage(s, n, y, a, D, dD, err)) return false;
    for (size_t k = 0; k < n; k++) {
        const double z[2] = {out[k].landing[0], out[k].landing[1]};
        double S[3] = {0}, there[2][2];
        for (size_t e = 0; e < tensor; e++)
            S[e] = 2 * D[e * n + k];
        root_of(s, S, there);
        for (size_t i = 0; i < dims; i++)
            out[k].landing[i] =
                x[i] +
                0.5 * ((at->a[i] + a[i * n + k]) * s->h +
                       (displacement(root, (int)i, z) + displacement(there, (int)i, z)));
    }
    return true;
}

/* --- The process -------------------------------------------------------------------- */

static bool check_landings(const struct process *process, const double *x,
                           const struct outcome *out, size_t n, struct error *err) {
    for (size_t k = 0; k < n; k++)
        for (int d = 0; d < process->dims; d++)
            if (!isfinite(out[k].landing[d]))
                return fail(
                    err, ERROR_RUN,
                    process->dims == 1 ? "a step of sde from %.9g ends at %g"
                                       : "a step of sde from (%.9g, %.9g) ends at %g",
                    x[0], process->dims == 1 ? out[k].landing[d] : x[1], out[k].landing[d]);
    return true;
}

static bool outcomes(const struct process *process, const double *x, void *scratch,
                     struct outcome *out, size_t *n, struct error *err) {
    const struct sde *s = (const struct sde *)process;
    struct sde_scratch *work = scratch;
    struct local at;
    double root[2][2];
    if (!local_at(s, x, &at, err)) return false;
    root_of(s, at.S, root);
    *n = nodes_at(s, &at, root, out);
    if (s->scheme != SDE_HEUN)
        advance_euler(s, x, &at, root, out, *n);
    else if (!advance_heun(s, x, &at, root, work->store, out, *n, err))
        return false;
    return check_landings(process, x, out, *n, err);
}

static void free_scratch(void *scratch) {
    struct sde_scratch *work = scratch;
    if (work == NULL) return;
    free(work->store);
    free(work);
}

static void *make_scratch(const struct process *process, struct error *err) {
    const struct sde *s = (const struct sde *)process;
    struct sde_scratch *work = array_create(1, sizeof *work, err);
    if (work == NULL || s->scheme != SDE_HEUN) return work;
    work->store = array_create(HEUN_BLOCKS * process->most, sizeof *work->store, err);
    if (work->store == NULL) return free_scratch(work), NULL;
    return work;
}

static void destroy(struct process *process) {
    free(process);
}

static void take_grid(struct sde *s, const struct grid *grid) {
    for (int d = 0; d < grid->dims; d++) {
        const struct axis *axis = grid->axis[d];
        s->cell[d] = axis_narrowest(axis);
        const bool open = axis->boundary[0] == PERIODIC;
        s->lo[d] = open ? -HUGE_VAL : axis->face[0];
        s->hi[d] = open ? HUGE_VAL : axis->face[axis->cells];
    }
}

struct process *process_sde(const struct coefficients *c, enum sde_scheme scheme, double h,
                            const struct grid *grid, struct error *err) {
    if (grid->dims != c->dims)
        return fail(err, ERROR_SETTINGS,
                    "the law of this process needs a grid of %d axes, not %d", c->dims,
                    grid->dims),
               NULL;
    if (scheme == SDE_MILSTEIN && c->dims == 2)
        return fail(err, ERROR_SETTINGS, "milstein is for one variable; take euler"), NULL;
    struct sde *s = array_create(1, sizeof *s, err);
    if (s == NULL) return NULL;
    *s = (struct sde){.c = c,
                      .scheme = scheme,
                      .h = h,
                      .weight = c->alpha - (scheme == SDE_HEUN ? 0.5 : 0)};
    take_grid(s, grid);
    s->base = (struct process){.dims = c->dims,
                               .most = normal_nodes_most(c->dims),
                               .outcomes = outcomes,
                               .make_scratch = make_scratch,
                               .free_scratch = free_scratch,
                               .destroy = destroy,
                               .name = "sde"};
    return &s->base;
}
