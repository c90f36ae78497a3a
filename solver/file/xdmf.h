/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RUN.xdmf2 beside RUN.h5 (XDMF 2): one grid a snapshot, whose values are rows of
 * RUN.h5:/density. ParaView opens it by itself. Complete XML after every append, in O(1):
 * the new grids overwrite the closing lines, and the number of rows is an entity of fixed
 * width that is patched in place. */
#pragma once

#include "io/status.h"

struct xdmf;

/* Fails (ERROR_SETTINGS) where something stands in the place of RUN.xdmf2 that is not
 * one. */
MUST_CHECK bool xdmf_check(const char *h5_path, struct error *err);

/* The axes of the density: data sets of the centres, and how many. */
struct xdmf_axes {
    const char *name[2];
    size_t cells[2]; /* [1] = 0: 1-D */
};

/* RUN.xdmf2 for RUN.h5 (an older one is replaced, nothing else). The names are copied. */
MUST_CHECK struct xdmf *xdmf_create(const char *h5_path, const struct xdmf_axes *axes,
                                    struct error *err);
/* More snapshots, at time[rows]; their rows must be in the file already. */
MUST_CHECK bool xdmf_append(struct xdmf *xdmf, const double *time, size_t rows,
                            struct error *err);
MUST_CHECK bool xdmf_close(struct xdmf *xdmf, struct error *err); /* NULL is fine */
