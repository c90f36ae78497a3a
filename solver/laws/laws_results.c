/* SPDX-License-Identifier: GPL-3.0-or-later
 * The laws of a run in words, and as attributes of the file. */
#include "solver/laws/laws.h"
#include <math.h>
#include <stdio.h>

static const char *verdict_text(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct law_result *r = of;
    (void)room;
    return verdict_name(r->verdict.verdict);
}

static const char *sentence_text(const void *of, char room[ATTRIBUTE_TEXT]) {
    const struct law_result *r = of;
    (void)room;
    return r->verdict.sentence;
}

static double tolerance(const void *of) {
    const struct law_result *r = of;
    return r->tolerance;
}

static int64_t cells(const void *of) {
    const struct law_result *r = of;
    return (int64_t)r->cells;
}

static double known(const struct law_result *r, double value) {
    return r->rows > 1 ? value : (double)NAN;
}

static double largest_distance(const void *of) {
    const struct law_result *r = of;
    return known(r, r->verdict.ks);
}

static double error_estimate(const void *of) {
    const struct law_result *r = of;
    return known(r, r->verdict.error_ks);
}

static double negativity(const void *of) {
    const struct law_result *r = of;
    return r->verdict.negative;
}

static const char *none_yet(const void *of) {
    const struct law_result *r = of;
    return r->rows > 1 ? NULL : "no snapshot was compared yet";
}

/* clang-format off */
static const struct attribute attributes[] = {
    {.name = "verdict", .sentence = "law of SGD (law_gaussian_, law_sde_: of the other kinds): the verdict on the density over all snapshots but the first", .text = verdict_text},
    {.name = "verdict_sentence", .sentence = "the verdict with its numbers", .text = sentence_text},
    {.name = "tolerance", .sentence = "the KS distance above which density and law differ", .real = tolerance},
    {.name = "cells", .sentence = "cells of the law at the last snapshot", .integer = cells},
    {.name = "largest_distance_ks", .sentence = "the largest KS distance of density and law", .real = largest_distance, .why = none_yet},
    {.name = "error_estimate", .sentence = "the largest estimated KS error of the law", .real = error_estimate, .why = none_yet},
    {.name = "largest_negativity", .sentence = "the largest sum of its negative masses", .real = negativity},
};
/* clang-format on */
const struct attribute_table laws_attributes = {attributes,
                                                sizeof attributes / sizeof *attributes};

bool laws_results(const struct laws *laws, size_t rows, struct record *record,
                  struct error *err) {
    for (size_t k = 0; k < laws_count(laws); k++) {
        const struct law_result r = laws_result(laws, k, rows);
        if (!attributes_put(&laws_attributes, &r, r.prefix, false, record, err))
            return false;
    }
    return true;
}

void laws_print(const struct laws *laws, size_t rows, void *stream) {
    for (size_t k = 0; rows > 1 && k < laws_count(laws); k++) {
        const struct law_result r = laws_result(laws, k, rows);
        fprintf(stream, "  law of %s: error estimate %.2g (KS, %zu cells)\n", r.whose,
                r.verdict.error_ks, r.cells);
        fprintf(stream, "    %s\n", r.verdict.sentence);
    }
}
