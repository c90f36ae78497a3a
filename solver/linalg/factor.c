/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/factor.h"
#include <math.h>
#include <stdlib.h>
#include <suitesparse/cholmod.h>
#include <suitesparse/umfpack.h>

struct factor {
    size_t n;
    /* LU: UMFPACK keeps neither the matrix nor copies of it, so its pattern stays here. */
    struct sparse *matrix;
    void *numeric;
    double control[UMFPACK_CONTROL], info[UMFPACK_INFO];
    int64_t *integers;
    double *reals;
    /* Cholesky */
    cholmod_common common;
    bool started;
    cholmod_factor *cholesky;
    cholmod_dense *right, *solution, *work[2];
    double *scale; /* [n] Q^1/2 */
};

static struct sparse *sparse_copy(const struct sparse *M, struct error *err) {
    bool *all = array_create(M->n, sizeof *all, err);
    if (all == NULL) return NULL;
    for (size_t i = 0; i < M->n; i++)
        all[i] = true;
    struct sparse *copy = sparse_select(M, all, err);
    free(all);
    return copy;
}

static bool refuse_umfpack(struct error *err, int64_t status) {
    if (status == UMFPACK_ERROR_out_of_memory)
        return fail(err, ERROR_MEMORY, "no memory for the LU factorisation");
    return fail(err, ERROR_RUN, "UMFPACK could not factor the matrix (status %lld)",
                (long long)status);
}

static bool factor_lu(struct factor *f, struct error *err) {
    umfpack_dl_defaults(f->control);
    f->control[UMFPACK_STRATEGY] = UMFPACK_STRATEGY_SYMMETRIC;
    f->control[UMFPACK_ORDERING] = UMFPACK_ORDERING_AMD;
    f->control[UMFPACK_PIVOT_TOLERANCE] = 0;
    f->control[UMFPACK_SYM_PIVOT_TOLERANCE] = 0;
    f->control[UMFPACK_SCALE] = UMFPACK_SCALE_NONE;
    f->control[UMFPACK_IRSTEP] = 0;
    void *symbolic = NULL;
    const struct sparse *M = f->matrix;
    const int64_t n = (int64_t)M->n;
    int64_t status = umfpack_dl_symbolic(n, n, M->start, M->row, M->value, &symbolic,
                                         f->control, f->info);
    if (status == UMFPACK_OK)
        status = umfpack_dl_numeric(M->start, M->row, M->value, symbolic, &f->numeric,
                                    f->control, f->info);
    umfpack_dl_free_symbolic(&symbolic);
    return status == UMFPACK_OK || refuse_umfpack(err, status);
}

struct factor *factor_create(const struct sparse *M, struct error *err) {
    struct factor *f = array_create(1, sizeof *f, err);
    if (f == NULL) return NULL;
    f->n = M->n;
    f->matrix = sparse_copy(M, err);
    f->integers = f->matrix ? array_create(M->n, sizeof *f->integers, err) : NULL;
    f->reals = f->integers ? array_create(M->n, sizeof *f->reals, err) : NULL;
    if (f->reals == NULL || !factor_lu(f, err)) return factor_destroy(f), NULL;
    return f;
}

/* Lower triangle of S_ij = -sqrt(M_ij M_ji): no exponential is formed. */
static void fill_symmetric(const struct sparse *M, cholmod_sparse *S) {
    int64_t *start = S->p, *row = S->i, filled = 0;
    double *value = S->x;
    for (size_t j = 0; j < M->n; j++) {
        start[j] = filled;
        for (int64_t k = M->start[j]; k < M->start[j + 1]; k++) {
            const int64_t i = M->row[k];
            if (i < (int64_t)j) continue;
            double mirror = 0;
            for (int64_t l = M->start[i]; l < M->start[i + 1]; l++)
                if (M->row[l] == (int64_t)j) mirror = M->value[l];
            row[filled] = i;
            value[filled++] = i == (int64_t)j ? M->value[k] : -sqrt(M->value[k] * mirror);
        }
    }
    start[M->n] = filled;
}

static bool factor_cholesky(struct factor *f, const struct sparse *M, struct error *err) {
    cholmod_common *c = &f->common;
    cholmod_sparse *S = cholmod_l_allocate_sparse(M->n, M->n, (size_t)M->start[M->n], 1, 1,
                                                  -1, CHOLMOD_REAL, c);
    if (S != NULL) {
        fill_symmetric(M, S);
        f->cholesky = cholmod_l_analyze(S, c);
        if (f->cholesky != NULL) cholmod_l_factorize(S, f->cholesky, c);
        cholmod_l_free_sparse(&S, c);
    }
    f->right = cholmod_l_allocate_dense(M->n, 1, M->n, CHOLMOD_REAL, c);
    if (c->status == CHOLMOD_OUT_OF_MEMORY || f->right == NULL)
        return fail(err, ERROR_MEMORY, "no memory for the Cholesky factorisation");
    if (c->status != CHOLMOD_OK || f->cholesky == NULL ||
        f->cholesky->minor < f->cholesky->n)
        return fail(err, ERROR_RUN, "CHOLMOD: the matrix is not positive definite");
    return true;
}

/* exp(half_log), centred so that both ends of its range are as far from overflow. */
static bool fill_scale(struct factor *f, const double *half_log, struct error *err) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t i = 0; i < f->n; i++)
        low = fmin(low, half_log[i]), high = fmax(high, half_log[i]);
    if (!(high - low < 1000))
        return fail(err, ERROR_RUN,
                    "a factor e^%g between cells is too large to symmetrise", high - low);
    for (size_t i = 0; i < f->n; i++)
        f->scale[i] = exp(half_log[i] - 0.5 * (low + high));
    return true;
}

struct factor *factor_create_symmetric(const struct sparse *M, const double *half_log,
                                       struct error *err) {
    struct factor *f = array_create(1, sizeof *f, err);
    if (f == NULL) return NULL;
    f->n = M->n;
    f->started = cholmod_l_start(&f->common);
    f->common.nmethods = 1; /* AMD alone: METIS costs more than it saves */
    f->common.method[0].ordering = CHOLMOD_AMD;
    f->common.postorder = true;
    f->common.print = 0;
    f->common.quick_return_if_not_posdef = true;
    f->scale = array_create(f->n, sizeof *f->scale, err);
    if (f->scale == NULL || !fill_scale(f, half_log, err) || !factor_cholesky(f, M, err))
        return factor_destroy(f), NULL;
    return f;
}

void factor_destroy(struct factor *f) {
    if (f == NULL) return;
    if (f->numeric != NULL) umfpack_dl_free_numeric(&f->numeric);
    sparse_destroy(f->matrix);
    free(f->integers);
    free(f->reals);
    free(f->scale);
    if (f->started) {
        cholmod_l_free_factor(&f->cholesky, &f->common);
        cholmod_l_free_dense(&f->right, &f->common);
        cholmod_l_free_dense(&f->solution, &f->common);
        cholmod_l_free_dense(&f->work[0], &f->common);
        cholmod_l_free_dense(&f->work[1], &f->common);
        cholmod_l_finish(&f->common);
    }
    free(f);
}

static bool solve_lu(struct factor *f, int system, const double *b, double *x,
                     struct error *err) {
    const struct sparse *M = f->matrix;
    const int64_t status =
        umfpack_dl_wsolve(system, M->start, M->row, M->value, x, b, f->numeric, f->control,
                          f->info, f->integers, f->reals);
    if (status != UMFPACK_OK) return refuse_umfpack(err, status);
    return true;
}

/* M^-1 = Q^1/2 S^-1 Q^-1/2; transposed the scales change places. */
static bool solve_cholesky(struct factor *f, bool transposed, const double *b, double *x,
                           struct error *err) {
    double *right = f->right->x;
    for (size_t i = 0; i < f->n; i++)
        right[i] = transposed ? b[i] * f->scale[i] : b[i] / f->scale[i];
    if (!cholmod_l_solve2(CHOLMOD_A, f->cholesky, f->right, NULL, &f->solution, NULL,
                          &f->work[0], &f->work[1], &f->common))
        return fail(err, ERROR_RUN, "CHOLMOD could not solve (status %d)",
                    f->common.status);
    const double *solution = f->solution->x;
    for (size_t i = 0; i < f->n; i++)
        x[i] = transposed ? solution[i] / f->scale[i] : solution[i] * f->scale[i];
    return true;
}

bool factor_solve(struct factor *f, const double *b, double *x, struct error *err) {
    if (f->started) return solve_cholesky(f, false, b, x, err);
    return solve_lu(f, UMFPACK_A, b, x, err);
}

bool factor_solve_transposed(struct factor *f, const double *b, double *x,
                             struct error *err) {
    if (f->started) return solve_cholesky(f, true, b, x, err);
    return solve_lu(f, UMFPACK_At, b, x, err);
}

const char *factor_name(const struct factor *f) {
    return f->started ? "CHOLMOD" : "UMFPACK";
}

double factor_entries(const struct factor *f) {
    return f->started ? f->common.lnz : f->info[UMFPACK_LNZ] + f->info[UMFPACK_UNZ];
}
