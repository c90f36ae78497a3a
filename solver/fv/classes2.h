/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where mass can go: strongly connected classes of the cells under positive rates (Tarjan,
 * SIAM J. Comput. 1, 146, 1972). A closed class is one that nothing leaves; each carries
 * one stationary state. */
#pragma once

#include "solver/fv/generator2.h"

/* class_of[cells]; *closed classes; *last: one closed class, if there is any. */
MUST_CHECK bool classes2_find(const struct generator2 *, int32_t *class_of, size_t *closed,
                              int32_t *last, struct error *err);
