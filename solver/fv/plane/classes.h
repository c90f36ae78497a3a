/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Communicating classes of a chain: the strongly connected components of its cells under
 * positive rates (Tarjan, SIAM J. Comput. 1, 146, 1972). A closed class is one that nothing
 * leaves; each carries one stationary state. */
#pragma once

#include "solver/fv/plane/generator.h"

/* class_of[cells]: the class of each cell, from 0; *closed: how many classes are closed;
 * *last: one of these, if there is any. Fails for want of memory only. */
MUST_CHECK bool plane_classes_find(const struct plane_generator *, int32_t *class_of,
                                   size_t *closed, int32_t *last, struct error *err);
