/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/numbers.h"

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void numbers_sort(size_t n, double *x) {
    if (n > 1) qsort(x, n, sizeof *x, ascending);
}
