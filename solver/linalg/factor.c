/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/linalg/factor.h"
#include <stdlib.h>
#include <suitesparse/umfpack.h>

struct factor {
    struct sparse *matrix; /* UMFPACK keeps neither the matrix nor a copy of it */
    void *numeric;
    double control[UMFPACK_CONTROL], info[UMFPACK_INFO];
    int64_t *integers;
    double *reals;
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
    f->matrix = sparse_copy(M, err);
    f->integers = f->matrix ? array_create(M->n, sizeof *f->integers, err) : NULL;
    f->reals = f->integers ? array_create(M->n, sizeof *f->reals, err) : NULL;
    if (f->reals == NULL || !factor_lu(f, err)) return factor_destroy(f), NULL;
    return f;
}

void factor_destroy(struct factor *f) {
    if (f == NULL) return;
    if (f->numeric != NULL) umfpack_dl_free_numeric(&f->numeric);
    sparse_destroy(f->matrix);
    free(f->integers);
    free(f->reals);
    free(f);
}

static bool solve(struct factor *f, int system, const double *b, double *x,
                  struct error *err) {
    const struct sparse *M = f->matrix;
    const int64_t status =
        umfpack_dl_wsolve(system, M->start, M->row, M->value, x, b, f->numeric, f->control,
                          f->info, f->integers, f->reals);
    return status == UMFPACK_OK || refuse_umfpack(err, status);
}

bool factor_solve(struct factor *f, const double *b, double *x, struct error *err) {
    return solve(f, UMFPACK_A, b, x, err);
}

bool factor_solve_transposed(struct factor *f, const double *b, double *x,
                             struct error *err) {
    return solve(f, UMFPACK_At, b, x, err);
}
