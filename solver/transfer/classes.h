/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The classes of a chain given by its columns, entry (i, j) != 0: from j to i. States
 * that reach each other form a class; a class is closed when nothing leads out of it and it
 * loses nothing. One closed class: one stationary law. (Tarjan, SIAM J. Comput. 1, 146,
 * 1972.) */
#pragma once

#include "solver/linalg/sparse.h"

struct classes {
    size_t closed; /* number of closed classes */
    bool *in_one;  /* [n] in a closed class; all of it when there is one only */
};

/* loss[n]: != 0 where a state loses mass. */
MUST_CHECK bool classes_find(const struct sparse *P, const double *loss,
                             struct classes *out, struct error *err);
void classes_finish(struct classes *classes);
/* reaches[n]: is there a way from each state to one with goal[n] that enters none with
 * closed[n] (NULL: none)? rows: P^T. */
MUST_CHECK bool classes_reach(const struct sparse *rows, const bool *goal,
                              const bool *closed, bool *reaches, struct error *err);
