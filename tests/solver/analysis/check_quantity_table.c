/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables of what a file may hold: every row says all of itself, and no two are of one name. */
#include "solver/analysis/quantities.h"
#include "solver/file/attribute.h"
#include "solver/run/catalogue.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <string.h>

static bool is_array(enum record_kind kind) {
    return kind != RECORD_NONE && kind != RECORD_VALUE && kind != RECORD_INTEGER;
}

START_TEST(rows_have_a_name_a_label_and_a_kind) {
    struct catalogue_entry entry;
    size_t rows = 0;
    for (; catalogue(rows, &entry); rows++) {
        const struct quantity *q = entry.quantity;
        char shape[QUANTITY_SHAPE];
        ck_assert_msg(q->name != NULL && q->name[0] != '\0', "row %zu", rows);
        ck_assert_msg(q->label != NULL && q->label[0] != '\0', "%s", q->name);
        ck_assert_msg(strcmp(q->name, "density") >= 0 || entry.prefix != NULL, "%s",
                      q->name);
        bool there = false;
        for (int d = 0; d < 2; d++)
            if (q->kind[d] != RECORD_NONE)
                there |= quantity_shape(shape, q, d + 1)[0] != '\0';
        ck_assert_msg(there, "%s", q->name);
        ck_assert_msg(q->kind[0] == RECORD_NONE || q->power[1] == 0 ||
                          q->kind[1] != RECORD_NONE,
                      "%s: a unit of y in 1-D", q->name);
        ck_assert_msg(
            (strchr(q->name, '*') != NULL) ==
                (strstr(q->label, "region") != NULL || strstr(q->label, "%r") != NULL),
            "%s", q->name);
    }
    ck_assert_uint_gt(rows, 90);
}
END_TEST

START_TEST(no_two_rows_have_one_name) {
    struct catalogue_entry a, b;
    char name[2][QUANTITY_NAME];
    for (size_t i = 0; catalogue(i, &a); i++)
        for (size_t j = 0; j < i && catalogue(j, &b); j++) {
            const char *of[2] = {strchr(a.quantity->name, '*') != NULL ? "left" : NULL,
                                 strchr(b.quantity->name, '*') != NULL ? "left" : NULL};
            quantity_name(name[0], a.quantity,
                          &(struct quantity_of){.prefix = a.prefix, .region = of[0]});
            quantity_name(name[1], b.quantity,
                          &(struct quantity_of){.prefix = b.prefix, .region = of[1]});
            ck_assert_str_ne(name[0], name[1]);
        }
}
END_TEST

START_TEST(results_have_one_name_and_a_sentence) {
    struct catalogue_attribute a, b;
    size_t described = 0;
    for (size_t i = 0; catalogue_attribute(i, &a); i++) {
        const struct attribute *row = a.row;
        const int values = row == NULL ? 0
                                       : (row->real != NULL) + (row->integer != NULL) +
                                             (row->text != NULL);
        ck_assert_msg(a.sentence != NULL && a.sentence[0] != '\0', "%s", a.name);
        ck_assert_msg(values <= 1, "%s", a.name);
        ck_assert_msg(row == NULL || (row->why == NULL && !row->later) || row->real != NULL,
                      "%s", a.name);
        described += row != NULL && values == 0;
        for (size_t j = 0; j < i && catalogue_attribute(j, &b); j++)
            ck_assert(a.prefix != b.prefix || strcmp(a.name, b.name) != 0);
    }
    ck_assert_uint_eq(described, 2); /* status and remarks */
}
END_TEST

START_TEST(rows_compute_what_their_kind_says) {
    const struct quantity_table *const tables[] = {&quantities_of_density,
                                                   &quantities_of_accuracy};
    for (size_t t = 0; t < 2; t++)
        for (size_t k = 0; k < tables[t]->rows; k++) {
            const struct run_quantity *q = &tables[t]->row[k];
            const char *name = q->quantity.name;
            for (int d = 0; d < 2; d++) {
                const enum record_kind kind = q->quantity.kind[d];
                if (kind == RECORD_NONE) continue;
                ck_assert_msg(is_array(kind) == (q->array != NULL), "%s", name);
                ck_assert_msg(is_array(kind) == (q->value == NULL), "%s", name);
            }
            ck_assert_msg(q->array == NULL || (q->missing == NULL && q->estimate == NULL),
                          "%s", name);
            ck_assert_msg(q->axis != Y_AXIS || q->quantity.kind[0] == RECORD_NONE, "%s",
                          name);
        }
}
END_TEST

/* ---- twins ---- */

struct seen {
    size_t count;
    char name[40][QUANTITY_NAME];
};

/* A family of twins: names only. */
static bool see(void *context, const struct run_quantity *row, size_t i, const char *region,
                struct error *err) {
    struct seen *seen = context;
    (void)err;
    const bool regional = region != NULL;
    ck_assert(regional ? i < 2 : i == (row->axis == Y_AXIS ? 1U : 0U));
    quantity_name(seen->name[seen->count++], &row->quantity,
                  &(struct quantity_of){.prefix = "law_sgd", .region = region});
    return true;
}

START_TEST(a_family_of_twins_comes_from_the_rows) {
    static const char *const expected[] = {
        "law_sgd_mean_x",     "law_sgd_variance_x",    "law_sgd_skewness_x",
        "law_sgd_kurtosis_x", "law_sgd_mean_y",        "law_sgd_variance_y",
        "law_sgd_skewness_y", "law_sgd_kurtosis_y",    "law_sgd_variance_xy",
        "law_sgd_mean_loss",  "law_sgd_mass_in_left",  "law_sgd_mass_in_right",
        "law_sgd_work",       "law_sgd_work_variance", "law_sgd_work_exponential"};
    char *regions[] = {"left", "right"};
    struct grid grid = {.dims = 2};
    const struct setup setup = {.grid = &grid, .regions = 2, .region = regions};
    struct seen seen = {0};
    struct error err;
    ck_assert(quantities_each_twin(&setup, see, &seen, &err));
    ck_assert_uint_eq(seen.count, sizeof expected / sizeof *expected);
    for (size_t k = 0; k < seen.count; k++)
        ck_assert_str_eq(seen.name[k], expected[k]);
    grid.dims = 1;
    seen.count = 0;
    ck_assert(quantities_each_twin(&setup, see, &seen, &err));
    ck_assert_uint_eq(seen.count, 4 + 1 + 2 + 3);
}
END_TEST

Suite *quantity_table_suite(void);
Suite *quantity_table_suite(void) {
    Suite *suite = suite_create("quantity_table");
    TCase *tests = tcase_create("table");
    tcase_add_test(tests, rows_have_a_name_a_label_and_a_kind);
    tcase_add_test(tests, no_two_rows_have_one_name);
    tcase_add_test(tests, results_have_one_name_and_a_sentence);
    tcase_add_test(tests, rows_compute_what_their_kind_says);
    tcase_add_test(tests, a_family_of_twins_comes_from_the_rows);
    suite_add_tcase(suite, tests);
    return suite;
}
