/* SPDX-License-Identifier: GPL-3.0-or-later
 * One table drives reading, refusing and describing a section of settings. */
#include "io/config.h"
#include <check.h>
#undef fail /* check.h has one of its own */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sample {
    bool on;
    int64_t cells;
    double rate, width, limit;
    char *title, *note;
    int spacing, method;
    struct reals align, at;
    struct texts names;
    const struct config_node *more;
};

static const char *const spacings[] = {"uniform", "sinh", "geometric", NULL};

static const struct setting table[] = {
    {"on", SETTING_BOOL, offsetof(struct sample, on), "true", .sentence = "A switch."},
    {"cells", SETTING_INTEGER, offsetof(struct sample, cells), "400", 1, 1e7,
     .sentence = "Number of cells."},
    {"rate", SETTING_REAL, offsetof(struct sample, rate), NULL, .above = true,
     .sentence = "Learning rate."},
    {"width", SETTING_REAL, offsetof(struct sample, width), "", .unit = "um",
     .sentence = "A width."},
    {"limit", SETTING_REAL, offsetof(struct sample, limit), "0.5", 0, 1, .above = true,
     .sentence = "A limit."},
    {"title", SETTING_TEXT, offsetof(struct sample, title), "no: [title]",
     .sentence = "Title."},
    {"note", SETTING_TEXT, offsetof(struct sample, note), "", .sentence = "Note."},
    {"spacing", SETTING_CHOICE, offsetof(struct sample, spacing), "sinh",
     .choices = spacings, .sentence = "Spacing."},
    {"method", SETTING_CHOICE, offsetof(struct sample, method), "", .choices = spacings,
     .sentence = "Method."},
    {"align", SETTING_REALS, offsetof(struct sample, align), "", -10, 10,
     .sentence = "Points that are faces."},
    {"at", SETTING_REALS, offsetof(struct sample, at), "[0.1, 0.9]", .sentence = "Levels."},
    {"names", SETTING_TEXTS, offsetof(struct sample, names), "[w, theta]",
     .sentence = "Names."},
    {"more", SETTING_NODE, offsetof(struct sample, more), "", .sentence = "Anything."},
    {0}};

/* "half" is 0.5, "huge" infinite; the rest is unknown. */
static bool evaluate(void *context, const char *text, double *value, struct error *err) {
    (void)context;
    if (strcmp(text, "half") == 0) return *value = 0.5, true;
    if (strcmp(text, "huge") == 0) return *value = HUGE_VAL, true;
    return fail(err, ERROR_SETTINGS, "column 1: unknown name '%s'", text);
}
static const struct evaluator evaluator = {evaluate, NULL};

static struct config *parse(const char *text) {
    struct error err = {0};
    struct config *config = config_parse("c.yaml", text, strlen(text), &err);
    ck_assert_msg(config != NULL, "%s", err.message);
    return config;
}

START_TEST(values_arrive_in_the_struct) {
    struct config *config = parse(
        "on: false\ncells: 1e6\nrate: half\nwidth: -1.5e-3\nlimit: 1\ntitle: '  a b '\n"
        "note: 12\nspacing: geometric\nmethod: uniform\nalign: 3\nat: [1, half]\n"
        "names: w\nmore: {a: 1}\n");
    struct sample s;
    struct error err = {0};
    ck_assert_msg(settings_read(config_root(config), table, &s, &evaluator, &err), "%s",
                  err.message);
    ck_assert(!s.on);
    ck_assert_int_eq(s.cells, 1000000);
    ck_assert(s.rate == 0.5 && s.width == -1.5e-3 && s.limit == 1);
    ck_assert_str_eq(s.title, "  a b ");
    ck_assert_str_eq(s.note, "12");
    ck_assert_int_eq(s.spacing, 2);
    ck_assert_int_eq(s.method, 0);
    ck_assert(s.align.count == 1 && s.align.value[0] == 3);
    ck_assert(s.at.count == 2 && s.at.value[0] == 1 && s.at.value[1] == 0.5);
    ck_assert(s.names.count == 1);
    ck_assert_str_eq(s.names.value[0], "w");
    ck_assert_ptr_eq(s.more, config_find(config_root(config), "more"));
    settings_finish(table, &s);
    settings_finish(table, &s); /* twice is fine */
    config_destroy(config);
}
END_TEST

/* YAML's core schema, and nothing between. */
START_TEST(truth_has_three_spellings) {
    static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE",
                                        "tRue", "TRue", "truE", "FaLSE", "",      "t"};
    for (int k = 0; k < 12; k++) {
        char text[60];
        snprintf(text, sizeof text, "{rate: 1, on: '%s'}", words[k]);
        struct config *config = parse(text);
        struct sample s;
        struct error err = {0};
        ck_assert(settings_read(config_root(config), table, &s, NULL, &err) == (k < 6));
        if (k < 6) ck_assert_msg(s.on == (k < 3), "%s", words[k]);
        settings_finish(table, &s);
        config_destroy(config);
    }
}
END_TEST

START_TEST(defaults_come_from_the_table) {
    struct config *config = parse("rate: 1\n");
    struct sample s;
    struct error err = {0};
    ck_assert_msg(settings_read(config_root(config), table, &s, NULL, &err), "%s",
                  err.message);
    ck_assert(s.on);
    ck_assert_int_eq(s.cells, 400);
    ck_assert(isnan(s.width) && s.limit == 0.5);
    ck_assert_str_eq(s.title, "no: [title]");
    ck_assert_ptr_null(s.note);
    ck_assert_int_eq(s.spacing, 1);
    ck_assert_int_eq(s.method, -1);
    ck_assert_uint_eq(s.align.count, 0);
    ck_assert(s.at.count == 2 && s.at.value[1] == 0.9);
    ck_assert_str_eq(s.names.value[1], "theta");
    ck_assert_ptr_null(s.more);
    settings_finish(table, &s);
    config_destroy(config);
}
END_TEST

START_TEST(no_section_at_all_means_defaults) {
    struct sample s;
    struct error err = {0};
    ck_assert(!settings_read(NULL, table, &s, NULL, &err));
    ck_assert_str_eq(err.message, "the key 'rate' is missing: Learning rate.");
    settings_finish(table, &s);
    static const struct setting optional[] = {
        {"cells", SETTING_INTEGER, 0, "7", .sentence = "Cells."}, {0}};
    int64_t cells = 0;
    ck_assert(settings_read(NULL, optional, &cells, NULL, &err));
    ck_assert_int_eq(cells, 7);
}
END_TEST

#define KEYS                                                                               \
    "on, cells, rate, width, limit, title, note, spacing, method, align, at, names, more"

static const struct {
    const char *text, *message;
} wrong[] = {
    {"a: {rate: 1, cels: 4}", "c.yaml:1:14: a.cels: unknown key; did you mean 'cells'? "
                              "(allowed: " KEYS ")"},
    {"a: {rate: 1, qqqq: 4}", "c.yaml:1:14: a.qqqq: unknown key; allowed: " KEYS},
    {"a: {cells: 4}", "c.yaml:1:4: a: the key 'rate' is missing: Learning rate."},
    {"a: [1]", "c.yaml:1:4: a: expected `key: value` lines (" KEYS "), found a list"},
    {"a: 7", "c.yaml:1:4: a: expected `key: value` lines (" KEYS "), found '7'"},
    {"a: {on: yes}",
     "c.yaml:1:9: a.on: expected true or false (not yes, no, on, off), found "
     "'yes'"},
    {"a: {on: [true]}",
     "c.yaml:1:9: a.on: expected true or false (not yes, no, on, off), found "
     "a list"},
    {"a: {cells: 1.5}", "c.yaml:1:12: a.cells: expected an integer, found '1.5'"},
    {"a: {cells: 1e30}", "c.yaml:1:12: a.cells: expected an integer, found '1e30'"},
    {"a: {cells: 0x10}", "c.yaml:1:12: a.cells: expected an integer, found '0x10'"},
    {"a: {cells: 99999999999999999999}", "c.yaml:1:12: a.cells: expected an integer, found "
                                         "'99999999999999999999'"},
    {"a: {cells: many}", "c.yaml:1:12: a.cells: expected an integer, found 'many'"},
    {"a: {cells: {n: 1}}", "c.yaml:1:12: a.cells: expected an integer, found a mapping"},
    {"a: {cells: 0}",
     "c.yaml:1:12: a.cells: '0' is out of range; allowed: from 1 to 10000000"},
    {"a: {rate: 0}", "c.yaml:1:11: a.rate: '0' is out of range; allowed: above 0"},
    {"a: {rate: 1, limit: 2}",
     "c.yaml:1:21: a.limit: '2' is out of range; allowed: above 0, at "
     "most 1"},
    {"a: {rate: nan}", "c.yaml:1:11: a.rate: column 1: unknown name 'nan'"},
    {"a: {rate: huge}",
     "c.yaml:1:11: a.rate: expected a finite number, found 'huge' = inf"},
    {"a: {rate: 1e999}",
     "c.yaml:1:11: a.rate: expected a finite number, found '1e999' = inf"},
    {"a: {rate: [1]}", "c.yaml:1:11: a.rate: expected a number, found a list"},
    {"a: {rate: 1, align: [1, 11]}",
     "c.yaml:1:25: a.align[1]: '11' is out of range; allowed: "
     "from -10 to 10"},
    {"a: {rate: 1, align: [1, [2]]}",
     "c.yaml:1:25: a.align[1]: expected a number, found a list"},
    {"a: {rate: 1, title: [x]}", "c.yaml:1:21: a.title: expected a text, found a list"},
    {"a: {rate: 1, names: [x, {y: 1}]}",
     "c.yaml:1:25: a.names[1]: expected a text, found a "
     "mapping"},
    {"a: {rate: 1, spacing: sinus}",
     "c.yaml:1:23: a.spacing: unknown choice 'sinus'; allowed: "
     "uniform, sinh, geometric"},
    {"a: {rate: 1, spacing: unifrom}",
     "c.yaml:1:23: a.spacing: unknown choice 'unifrom'; did "
     "you mean 'uniform'? (allowed: uniform, sinh, geometric)"},
    {"a: {rate: 1, spacing: [sinh]}",
     "c.yaml:1:23: a.spacing: unknown choice a list; allowed: "
     "uniform, sinh, geometric"},
};

START_TEST(wrong_settings_get_one_exact_line) {
    struct config *config = parse(wrong[_i].text);
    struct sample s;
    struct error err = {0};
    const struct config_node *node = config_find(config_root(config), "a");
    ck_assert(!settings_read(node, table, &s, &evaluator, &err));
    ck_assert_str_eq(err.message, wrong[_i].message);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    settings_finish(table, &s);
    config_destroy(config);
}
END_TEST

START_TEST(set_values_are_named_in_messages) {
    struct config *config = parse("a: {rate: 1}");
    struct sample s;
    struct error err = {0};
    ck_assert(config_set(config, "a.cels=4", &err));
    ck_assert(!settings_read(config_find(config_root(config), "a"), table, &s, NULL, &err));
    ck_assert_str_eq(err.message,
                     "--set a.cels=..: unknown key; did you mean 'cells'? (allowed: " KEYS
                     ")");
    settings_finish(table, &s);
    config_destroy(config);
}
END_TEST

START_TEST(without_evaluator_only_numbers_are_taken) {
    struct config *config = parse("a: sqrt(2)");
    struct error err = {0};
    double value = 0;
    ck_assert(!setting_real(config_find(config_root(config), "a"), NULL, &value, &err));
    ck_assert_str_eq(err.message, "c.yaml:1:4: a: expected a number, found 'sqrt(2)'");
    config_destroy(config);
}
END_TEST

START_TEST(description_lists_every_key) {
    static const struct setting small[] = {
        {"cells", SETTING_INTEGER, 0, "400", 1, 1e7, .sentence = "Number of cells."},
        {"spacing", SETTING_CHOICE, 0, NULL, .choices = spacings, .sentence = "Spacing."},
        {"min", SETTING_REAL, 0, "", .unit = "um", .sentence = "Lower end."},
        {0}};
    struct error err = {0};
    char *text = settings_describe("grid.w", small, &err);
    ck_assert_str_eq(text, "grid.w\n"
                           "  cells    integer, from 1 to 10000000; default 400\n"
                           "           Number of cells.\n"
                           "  spacing  choice: uniform, sinh, geometric; must be given\n"
                           "           Spacing.\n"
                           "  min      number [um]; may be absent\n"
                           "           Lower end.\n");
    free(text);
}
END_TEST

START_TEST(every_failed_allocation_is_reported) {
    struct config *config = parse("rate: 1\nnote: n\nalign: [1, 2]\nnames: [a, b, c]\n");
    for (size_t n = 1;; n++) {
        struct sample s;
        struct error err = {0};
        array_fail_at(n);
        const bool read = settings_read(config_root(config), table, &s, NULL, &err);
        array_fail_at(0);
        settings_finish(table, &s);
        if (read) {
            ck_assert_uint_gt(n, 8);
            break;
        }
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
    }
    config_destroy(config);
}
END_TEST

Suite *settings_suite(void);
Suite *settings_suite(void) {
    Suite *suite = suite_create("settings");
    TCase *reading = tcase_create("reading");
    tcase_add_test(reading, values_arrive_in_the_struct);
    tcase_add_test(reading, truth_has_three_spellings);
    tcase_add_test(reading, defaults_come_from_the_table);
    tcase_add_test(reading, no_section_at_all_means_defaults);
    suite_add_tcase(suite, reading);
    TCase *refusing = tcase_create("refusing");
    tcase_add_loop_test(refusing, wrong_settings_get_one_exact_line, 0,
                        sizeof wrong / sizeof *wrong);
    tcase_add_test(refusing, set_values_are_named_in_messages);
    tcase_add_test(refusing, without_evaluator_only_numbers_are_taken);
    tcase_add_test(refusing, every_failed_allocation_is_reported);
    suite_add_tcase(suite, refusing);
    TCase *describing = tcase_create("describing");
    tcase_add_test(describing, description_lists_every_key);
    suite_add_tcase(suite, describing);
    return suite;
}
