/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/fv/plane/target.h"
#include "solver/fv/plane/assemble.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ln of (rate to a face / rate to the next centre), the face at the part theta of the way
 * and Pe the rise of ln p_st on that way: with D and b constant between the centres
 *     D/(theta h) B(-theta Pe) / (D/h B(-Pe)),   B(z) = z / (e^z - 1). */
static double log_to_face(double Pe, double theta) {
    const double size = fabs(Pe);
    if (isinf(size)) return 0;
    if (size < 1e-12) return -log(theta);
    return (1 - theta) * fmax(-Pe, 0) + log(expm1(-size) / expm1(-theta * size));
}

struct cut {
    const struct plane_generator *whole;
    struct plane_target *out;
    long n[2];
    bool periodic[2];
    size_t room;       /* for exits, in absorbing->exit and place_of */
    int32_t *place_at; /* of a face: [x faces, y faces], -1 so far none */
};

/* Where a way enters the target: from the cell `last` through a face normal to dim. */
struct entry {
    long last[2];
    int dim, side;
    int32_t cell;
    double theta; /* part of the way before it */
};

static int32_t index_of(const struct cut *c, const long at[2]) {
    return (int32_t)(at[1] * c->n[0] + at[0]);
}

/* Distance along an axis from the centre of cell i to its face after m further cells. */
static double way(const struct axis *axis, long i, int step, long m) {
    const long n = (long)axis->cells;
    double sum = 0.5 * axis->width[i];
    for (long q = 1; q <= m; q++)
        sum += axis->width[(i + q * step % n + n) % n];
    return sum;
}

/* Follows the straight line by e from the centre of cell `from` to the first target cell;
 * at a corner it takes axis `prefer` first. */
static bool enter(const struct cut *c, int32_t from, const int e[2], int prefer,
                  struct entry *out) {
    const long start[2] = {from % c->n[0], from / c->n[0]};
    const long length[2] = {labs((long)e[0]), labs((long)e[1])};
    long at[2] = {start[0], start[1]}, done[2] = {0, 0};
    while (done[0] < length[0] || done[1] < length[1]) {
        /* The k-th face of an axis is met at (k + 1/2) / length. */
        const long x = (2 * done[0] + 1) * length[1], y = (2 * done[1] + 1) * length[0];
        int d = x < y ? 0 : x > y ? 1 : prefer;
        if (done[0] == length[0]) d = 1;
        if (done[1] == length[1]) d = 0;
        const int step = e[d] < 0 ? -1 : 1;
        *out = (struct entry){{at[0], at[1]}, d, step > 0, 0, 0};
        at[d] += step;
        if (c->periodic[d]) at[d] = (at[d] + c->n[d]) % c->n[d];
        out->cell = index_of(c, at);
        if (c->out->inside[out->cell]) {
            const struct axis *axis = c->whole->grid->axis[d];
            const double all = way(axis, start[d], step, length[d]) +
                               way(axis, start[d], step, length[d] - 1);
            out->theta = 2 * way(axis, start[d], step, done[d]) / all;
            return true;
        }
        done[d]++;
    }
    return false;
}

/* ----------------------------------------------------------------------------- lists */

/* The place of the face of cell `at` on the given side of axis d. */
static int32_t place_of_face(struct cut *c, const long at[2], int d, int side,
                             int32_t cell) {
    struct plane_target *t = c->out;
    long face[2] = {at[0], at[1]};
    face[d] += side;
    if (c->periodic[d]) face[d] %= c->n[d];
    const long xs = (c->n[0] + 1) * c->n[1];
    int32_t *known = &c->place_at[d == 0 ? face[1] * (c->n[0] + 1) + face[0]
                                         : xs + face[1] * c->n[0] + face[0]];
    if (*known >= 0) return *known;
    const struct axis *across = c->whole->grid->axis[d];
    const struct axis *along = c->whole->grid->axis[1 - d];
    struct exit_place *p = &t->place[t->places];
    *p = (struct exit_place){.dim = d, .side = side, .cell = cell};
    p->x[d] = across->face[face[d]];
    p->x[1 - d] = along->centre[at[1 - d]];
    p->length = along->width[at[1 - d]];
    return *known = (int32_t)t->places++;
}

static bool append_exit(struct cut *c, struct plane_exit one, int32_t place,
                        struct error *err) {
    struct plane_generator *g = c->out->absorbing;
    if (!(one.rate > 0)) return true;
    const size_t last = g->exits - 1;
    if (g->exits > 0 && g->exit[last].cell == one.cell && c->out->place_of[last] == place)
        return g->exit[last].rate += one.rate, true;
    size_t room = c->room;
    struct plane_exit *exits = array_grow(g->exit, g->exits, &room, sizeof *exits, err);
    if (exits == NULL) return false;
    g->exit = exits;
    int32_t *place_of =
        array_grow(c->out->place_of, g->exits, &c->room, sizeof *place_of, err);
    if (place_of == NULL) return false;
    c->out->place_of = place_of;
    place_of[g->exits] = place;
    g->exit[g->exits++] = one;
    return true;
}

/* ------------------------------------------------------------------------------ cutting */

/* One direction of an edge, Pe the rise of ln p_st along it: what goes into the target
 * becomes exits; *kept is the part that does not. */
static bool cut_way(struct cut *c, int32_t from, const int e[2], double rate, double Pe,
                    double *kept, struct error *err) {
    struct entry entry;
    *kept = 1;
    for (int prefer = 0; prefer < 2; prefer++) {
        if (!enter(c, from, e, prefer, &entry)) continue;
        *kept -= 0.5;
        const int32_t place =
            place_of_face(c, entry.last, entry.dim, entry.side, entry.cell);
        const double half = 0.5 * rate * exp(log_to_face(Pe, entry.theta));
        const struct plane_exit one = {from, entry.dim, entry.side, half};
        if (!append_exit(c, one, place, err)) return false;
    }
    return true;
}

static bool cut_edge(struct cut *c, const struct plane_edge *edge, struct error *err) {
    const bool *inside = c->out->inside;
    struct plane_generator *g = c->out->absorbing;
    const int e[2] = {edge->e[0], edge->e[1]}, back[2] = {-e[0], -e[1]};
    const double Pe = log(edge->forward / edge->backward); /* +-inf: one way only */
    double kept = 0;
    if (!inside[edge->from] && !cut_way(c, edge->from, e, edge->forward, Pe, &kept, err))
        return false;
    if (!inside[edge->to] && !cut_way(c, edge->to, back, edge->backward, -Pe, &kept, err))
        return false;
    if (inside[edge->from] || inside[edge->to] || kept == 0) return true;
    struct plane_edge *left = &g->edge[g->edges++];
    *left = *edge;
    left->forward *= kept, left->backward *= kept;
    return true;
}

static bool cut_all(struct cut *c, struct error *err) {
    const struct plane_generator *w = c->whole;
    for (size_t k = 0; k < w->edges; k++)
        if (!cut_edge(c, &w->edge[k], err)) return false;
    for (size_t k = 0; k < w->exits; k++) {
        const struct plane_exit *x = &w->exit[k];
        if (c->out->inside[x->cell]) continue;
        const long at[2] = {x->cell % c->n[0], x->cell / c->n[0]};
        long by_wall[2] = {at[0], at[1]};
        by_wall[x->dim] = x->side == 0 ? 0 : c->n[x->dim] - 1;
        const int32_t place = place_of_face(c, by_wall, x->dim, x->side, -1);
        if (!append_exit(c, *x, place, err)) return false;
    }
    return true;
}

static struct plane_generator *empty_like(const struct plane_generator *w,
                                          struct error *err) {
    struct plane_generator *g = array_create(1, sizeof *g, err);
    if (g == NULL) return NULL;
    *g = *w;
    g->edges = g->exits = 0;
    g->exit = NULL, g->matrix = NULL, g->potential = NULL;
    g->sinks = (struct sinks){0};
    g->absorbing = true;
    g->edge = array_create(w->edges, sizeof *g->edge, err);
    if (g->edge != NULL && w->potential != NULL)
        g->potential = array_create(w->cells, sizeof *g->potential, err);
    if (g->edge == NULL || (w->potential != NULL && g->potential == NULL))
        return plane_generator_destroy(g), NULL;
    if (w->potential != NULL)
        memcpy(g->potential, w->potential, w->cells * sizeof *g->potential);
    return g;
}

static bool check(const struct plane_generator *g, const bool *inside, struct error *err) {
    size_t count = 0;
    for (size_t i = 0; inside && i < g->cells; i++)
        count += inside[i];
    if (count == 0 && g->exits == 0)
        return fail(err, ERROR_SETTINGS,
                    "nothing to reach: no cell lies in the target and no wall absorbs");
    if (count == g->cells)
        return fail(err, ERROR_SETTINGS,
                    "the target covers every cell; no time passes before it is reached");
    return true;
}

/* The sinks outside the target: within it mass has arrived. */
static bool cut_sinks(struct plane_target *t, const struct plane_generator *whole,
                      struct error *err) {
    struct sinks *s = &t->absorbing->sinks;
    if (!sinks_copy(s, &whole->sinks, whole->cells, err)) return false;
    for (size_t i = 0; i < whole->cells; i++) {
        if (s->killing != NULL && t->inside[i]) s->killing[i] = 0;
        if (s->reset != NULL && t->inside[i]) s->reset[i] = 0;
    }
    return true;
}

bool plane_target_cut(const struct plane_generator *g, const bool *inside,
                      struct plane_target *out, struct error *err) {
    *out = (struct plane_target){0};
    if (!check(g, inside, err)) return false;
    struct cut c = {.whole = g, .out = out};
    for (int d = 0; d < 2; d++) {
        c.n[d] = (long)g->grid->axis[d]->cells;
        c.periodic[d] = g->grid->axis[d]->boundary[0] == PERIODIC;
    }
    const size_t faces = (size_t)((c.n[0] + 1) * c.n[1] + c.n[0] * (c.n[1] + 1));
    bool good = (c.place_at = array_create(faces, sizeof *c.place_at, err)) &&
                (out->place = array_create(faces, sizeof *out->place, err)) &&
                (out->inside = array_create(g->cells, sizeof *out->inside, err)) &&
                (out->absorbing = empty_like(g, err));
    for (size_t k = 0; good && k < faces; k++)
        c.place_at[k] = -1;
    if (good && inside) memcpy(out->inside, inside, g->cells * sizeof *inside);
    good = good && cut_sinks(out, g, err) && cut_all(&c, err) &&
           assembly_matrix(out->absorbing, err);
    free(c.place_at);
    if (!good) plane_target_finish(out);
    return good;
}

void plane_target_finish(struct plane_target *t) {
    free(t->place_of), free(t->place);
    plane_generator_destroy(t->absorbing);
    free(t->inside);
    *t = (struct plane_target){0};
}
