/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/tridiagonal.h"
#include "io/numbers.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct tridiagonal *tridiagonal_create(size_t n, bool cyclic, struct error *err) {
    assert(n > 0);
    struct tridiagonal *A = array_create(1, sizeof *A, err);
    if (A == NULL) return NULL;
    A->n = n;
    A->cyclic = cyclic;
    A->up = array_create(n, sizeof *A->up, err);
    if (A->up != NULL) A->down = array_create(n, sizeof *A->down, err);
    if (A->down != NULL) A->loss = array_create(n, sizeof *A->loss, err);
    if (A->loss == NULL) return tridiagonal_destroy(A), NULL;
    return A;
}

void tridiagonal_destroy(struct tridiagonal *A) {
    if (A == NULL) return;
    free(A->to);
    free(A->lost);
    free(A->reset);
    free(A->loss);
    free(A->down);
    free(A->up);
    free(A);
}

void tridiagonal_copy(const struct tridiagonal *from, struct tridiagonal *to) {
    const size_t bytes = from->n * sizeof *from->up;
    memcpy(to->up, from->up, bytes);
    memcpy(to->down, from->down, bytes);
    memcpy(to->loss, from->loss, bytes);
}

bool tridiagonal_return(struct tridiagonal *A, const double *reset, const double *to,
                        struct error *err) {
    const size_t size = A->n * sizeof *to;
    if (!(A->reset = array_create(A->n, sizeof *to, err)) ||
        !(A->lost = array_create(A->n, sizeof *to, err)) ||
        !(A->to = array_create(A->n, sizeof *to, err)))
        return false;
    memcpy(A->reset, reset, size);
    memcpy(A->lost, A->loss, size);
    memcpy(A->to, to, size);
    for (size_t i = 0; i < A->n; i++)
        A->loss[i] += reset[i];
    return true;
}

/* out += to (reset . m) */
static void apply_return(const struct tridiagonal *A, const double *m, double *out) {
    if (A->reset == NULL) return;
    const double returning = numbers_dot(A->n, A->reset, m);
    for (size_t i = 0; i < A->n; i++)
        out[i] += returning * A->to[i];
}

void tridiagonal_apply(const struct tridiagonal *A, const double *m, double *out) {
    const size_t n = A->n;
    for (size_t i = 0; i < n; i++)
        out[i] = -A->loss[i] * m[i];
    apply_return(A, m, out);
    for (size_t i = 0; i + 1 < n; i++) {
        const double J = A->up[i] * m[i] - A->down[i + 1] * m[i + 1];
        out[i] -= J;
        out[i + 1] += J;
    }
    if (!A->cyclic || n == 1) return;
    const double J = A->up[n - 1] * m[n - 1] - A->down[0] * m[0];
    out[n - 1] -= J;
    out[0] += J;
}

/* Cells 0 .. n-2 are eliminated in order; cell n-1 is the border that a cyclic chain needs.
 * Of what enters an eliminated cell i from i+1 or from the border,
 *     h up / pivot        goes on to i+1,
 *     to_border / pivot   goes on to the border,
 *     e / pivot           is kept or lost. */
struct tridiagonal_factors {
    const struct tridiagonal *A;
    double h;
    double *inverse;   /* [n] 1/pivot; of the border at n-1 */
    double *to_border; /* [n] rate from i to the border through eliminated cells (cyclic) */
    double *from_border; /* [n] and back */
    double *returned;    /* [n] u = (1 - h B)^-1 to; NULL: nothing returns */
    double gain;         /* h / (1 - h reset.u) */
};

struct tridiagonal_factors *tridiagonal_factors_create(const struct tridiagonal *A,
                                                       struct error *err) {
    struct tridiagonal_factors *f = array_create(1, sizeof *f, err);
    if (f == NULL) return NULL;
    f->A = A;
    f->inverse = array_create(A->n, sizeof(double), err);
    if (f->inverse != NULL && A->cyclic) {
        f->to_border = array_create(A->n, sizeof(double), err);
        if (f->to_border != NULL) f->from_border = array_create(A->n, sizeof(double), err);
    }
    const bool cyclic = !A->cyclic || f->from_border != NULL;
    if (cyclic && A->reset != NULL) f->returned = array_create(A->n, sizeof(double), err);
    if (f->inverse == NULL || !cyclic || (A->reset != NULL && f->returned == NULL))
        return tridiagonal_factors_destroy(f), NULL;
    return f;
}

void tridiagonal_factors_destroy(struct tridiagonal_factors *f) {
    if (f == NULL) return;
    free(f->returned);
    free(f->from_border);
    free(f->to_border);
    free(f->inverse);
    free(f);
}

static void factor_open(struct tridiagonal_factors *f) {
    const struct tridiagonal *A = f->A;
    const double h = f->h;
    double kept = 0; /* e_{i-1} / pivot_{i-1} */
    for (size_t i = 0; i < A->n; i++) {
        const double e = 1 + h * A->loss[i] + h * A->down[i] * kept;
        f->inverse[i] = 1 / (e + h * A->up[i]);
        kept = e * f->inverse[i];
    }
}

static void factor_cyclic(struct tridiagonal_factors *f) {
    const struct tridiagonal *A = f->A;
    const size_t last = A->n - 1;
    const double h = f->h;
    double to = h * A->down[0], from = h * A->up[last], kept = 0;
    double border = 1 + h * A->loss[last];
    for (size_t i = 0; i < last; i++) {
        const double e = 1 + h * A->loss[i] + (i == 0 ? 0 : h * A->down[i] * kept);
        const double up = i + 1 < last ? h * A->up[i] : 0;
        if (i + 1 == last) to += h * A->up[i], from += h * A->down[last];
        const double inverse = 1 / (e + up + to);
        f->inverse[i] = inverse;
        f->to_border[i] = to;
        f->from_border[i] = from;
        kept = e * inverse;
        border += from * kept;
        to *= h * A->down[i + 1] * inverse;
        from *= up * inverse;
    }
    f->inverse[last] = 1 / border;
}

static void solve_open(const struct tridiagonal_factors *f, const double *b, double *x) {
    const struct tridiagonal *A = f->A;
    const size_t n = A->n;
    const double h = f->h;
    double y = 0;
    for (size_t i = 0; i < n; i++) {
        y = i == 0 ? b[0] : b[i] + h * A->up[i - 1] * y;
        y *= f->inverse[i];
        x[i] = y;
    }
    for (size_t i = n - 1; i > 0; i--)
        x[i - 1] += h * A->down[i] * x[i] * f->inverse[i - 1];
}

static void solve_cyclic(const struct tridiagonal_factors *f, const double *b, double *x) {
    const struct tridiagonal *A = f->A;
    const size_t last = A->n - 1;
    const double h = f->h;
    double y = 0, border = b[last];
    for (size_t i = 0; i < last; i++) {
        y = i == 0 ? b[0] : b[i] + h * A->up[i - 1] * y;
        y *= f->inverse[i];
        border += f->to_border[i] * y;
        x[i] = y;
    }
    x[last] = border * f->inverse[last];
    for (size_t i = last; i > 0; i--) {
        const double down = i < last ? h * A->down[i] * x[i] : 0;
        x[i - 1] += (down + f->from_border[i - 1] * x[last]) * f->inverse[i - 1];
    }
}

static void solve(const struct tridiagonal_factors *f, const double *b, double *x) {
    if (f->A->cyclic)
        solve_cyclic(f, b, x);
    else
        solve_open(f, b, x);
}

void tridiagonal_factor(struct tridiagonal_factors *f, double h) {
    const struct tridiagonal *A = f->A;
    assert(h >= 0);
    f->h = h;
    if (A->cyclic)
        factor_cyclic(f);
    else
        factor_open(f);
    if (A->reset == NULL) return;
    double kept = 0;
    solve(f, A->to, f->returned);
    for (size_t i = 0; i < A->n; i++)
        kept += f->returned[i] * (1 + h * A->lost[i]);
    f->gain = h / kept;
}

void tridiagonal_solve(const struct tridiagonal_factors *f, const double *b, double *x) {
    const struct tridiagonal *A = f->A;
    solve(f, b, x);
    if (A->reset == NULL) return;
    const double returning = f->gain * numbers_dot(A->n, A->reset, x);
    for (size_t i = 0; i < A->n; i++)
        x[i] += returning * f->returned[i];
}
