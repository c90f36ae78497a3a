/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every way a settings text or a --set is refused, word for word, and the limits of size. */
#include "io/config.h"
#include "tests/io/config_text.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nine lists of nine of the list before: 9^9 values, of which no more than 200000 are made. */
START_TEST(a_billion_laughs_are_refused) {
    struct error err = {0};
    char text[1000] = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
    for (int k = 1; k < 9; k++) {
        char line[100];
        snprintf(line, sizeof line, "a%d: &a%d [*a%d", k, k, k - 1);
        strcat(text, line);
        for (int j = 0; j < 8; j++)
            snprintf(line, sizeof line, ", *a%d", k - 1), strcat(text, line);
        strcat(text, "]\n");
    }
    ck_assert_ptr_null(parse(text, &err));
    ck_assert_msg(strstr(err.message, "more than 200000 values") != NULL, "%s",
                  err.message);
    char deep[2000] = "a0: &a0 [1]\n";
    for (int k = 1; k < 40; k++) {
        char line[40];
        snprintf(line, sizeof line, "a%d: &a%d [*a%d]\n", k, k, k - 1);
        strcat(deep, line);
    }
    ck_assert_ptr_null(parse(deep, &err));
    ck_assert_msg(strstr(err.message, "nested deeper") != NULL, "%s", err.message);
}
END_TEST

/* Broken text and the one line that it gets. */
static const struct {
    const char *text, *message;
} broken[] = {
    {"", "c.yaml:1:1: there are no settings in it"},
    {"# only a comment\n", "c.yaml:2:1: there are no settings in it"},
    {"- a\n- b\n", "c.yaml:1:1: expected `key: value` lines, found a list"},
    {"word", "c.yaml:1:1: expected `key: value` lines, found 'word'"},
    {"a: 1\nb:\n  c: 1\n  c: 2\n", "c.yaml:4:3: b.c: given twice, first in line 3"},
    {"a: {b: 1, b: 2}", "c.yaml:1:11: a.b: given twice, first in line 1"},
    {"a: 1\nb:\nc: 2\n", "c.yaml:2:1: b: has no value; give one or leave the key out; what "
                         "belongs to a key is indented"},
    {"a: ~", "c.yaml:1:1: a: has no value; give one or leave the key out; what belongs to "
             "a key is indented"},
    {"x: {a: null}", "c.yaml:1:5: x.a: has no value; give one or leave the key out; inside "
                     "{ } a text with a comma must stand in quotes"},
    {"x: [1, , 2]",
     "c.yaml:1:8: not YAML: did not find expected node content while parsing a flow node; "
     "inside { } and [ ] entries are separated by commas, and a text with a comma, a colon "
     "or a bracket must stand in quotes"},
    {"x:\n  - 1\n  -\n", "c.yaml:3:4: x[1]: has no value; give one or leave the key out"},
    {"&n a: 1", "c.yaml:1:1: a key must be plain text, found an anchor (&name)"},
    {"a: &n 1\n*n : 2", "c.yaml:2:1: a key must be plain text, found an alias (*name)"},
    {"a: &n [1, *n]", "c.yaml:1:11: a[1]: no value before it has the anchor &n"},
    {"{f(u): max(u, 1)}",
     "c.yaml:1:15: 1): has no value; give one or leave the key out; inside "
     "{ } a text with a comma must stand in quotes"},
    {"{a:1}",
     "c.yaml:1:2: a:1: has no value; give one or leave the key out; a blank follows the "
     "colon after a key"},
    {"a: {b: 1 c: 2}",
     "c.yaml:1:11: not YAML: did not find expected ',' or '}' while parsing a "
     "flow mapping; inside { } and [ ] entries are separated by commas, and a text with a "
     "comma, a colon or a bracket must stand in quotes"},
    {"a:\n  b: 1\n c: 2",
     "c.yaml:3:2: not YAML: did not find expected key while parsing a block "
     "mapping; check the indentation: the keys of a section begin in one column, those "
     "below it "
     "further right"},
    {"a: *n", "c.yaml:1:4: a: no value before it has the anchor &n"},
    {"a: !!int 1", "c.yaml:1:4: a: tags (!name) are not taken; remove it"},
    {"a: !x {b: 1}", "c.yaml:1:4: a: tags (!name) are not taken; remove it"},
    {"a:\n  <<: {b: 1}",
     "c.yaml:2:3: a: merge keys (<<) are not taken; write the keys out"},
    {"? [a, b]\n: 1", "c.yaml:1:3: a key must be plain text, found a list"},
    {"a: {{b: 1}: 2}", "c.yaml:1:5: a: a key must be plain text, found a mapping"},
    {"\"\": 1", "c.yaml:1:1: a key must be plain text, found an empty one"},
    {"a: 1\n---\nb: 2\n", "c.yaml:2:1: a second document starts; only one is taken"},
    {"a: 1\n...\nb: 2\n", "c.yaml:3:1: not YAML: did not find expected <document start>"},
    {"a: b: c", "c.yaml:1:5: not YAML: mapping values are not allowed in this context; "
                "check the indentation, and put a text with a colon in quotes"},
    {"a:\n\t- 1\n",
     "c.yaml:2:1: not YAML: found character that cannot start any token while "
     "scanning for the next token; YAML takes no tabs as indentation"},
    {"\xC3\xA9:\n\t- 1\n",
     "c.yaml:2:1: not YAML: found character that cannot start any token "
     "while scanning for the next token; YAML takes no tabs as indentation"},
    {"a: [1, 2\n", "c.yaml:2:1: not YAML: did not find expected ',' or ']' while parsing a "
                   "flow sequence; inside { } and [ ] entries are separated by commas, and "
                   "a text with a comma, a colon or a bracket must stand in quotes"},
    {"a: \"open\n", "c.yaml:2:1: not YAML: found unexpected end of stream while scanning a "
                    "quoted scalar"},
    {"a: @x",
     "c.yaml:1:4: not YAML: found character that cannot start any token while scanning for "
     "the next token; a text that begins with this character must stand in quotes"},
    {"a: 1\n b: 2\n",
     "c.yaml:2:3: not YAML: mapping values are not allowed in this context; check the "
     "indentation, and put a text with a colon in quotes"},
    {"a: 1\nb: \xFF\n",
     "c.yaml:2:4: the text is not plain UTF-8: invalid leading UTF-8 octet"},
    {"a: \xC3", "c.yaml:1:4: the text is not plain UTF-8: incomplete UTF-8 octet sequence"},
    {"a: \x01",
     "c.yaml:1:4: the text is not plain UTF-8: control characters are not allowed"},
    {"a: \"x\\0y\"", "c.yaml:1:4: a: a text may not contain the character \\0"},
    {"\"a\\nb\": [~]", "c.yaml:1:10: a?b[0]: has no value; give one or leave the key out"},
};

START_TEST(broken_text_gets_one_exact_line) {
    struct error err = {0};
    struct config *config = parse(broken[_i].text, &err);
    ck_assert_ptr_null(config);
    ck_assert_str_eq(err.message, broken[_i].message);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
}
END_TEST

START_TEST(hostile_sizes_are_refused) {
    const struct {
        char *text;
        const char *part;
    } cases[] = {
        {repeat("[", 100000, ""), "nested deeper than 32 levels"},
        {repeat("[{a: ", 20, ""), "nested deeper than 32 levels"},
        {repeat("{a: ", 33, ""), "nested deeper than 32 levels"},
        {repeat("x,", 250000, "]"), NULL},
        {repeat("a", 401, ": 1"), "longer than 400 characters"},
        {repeat("- ", 5000, ""), "nested deeper than 32 levels"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {0};
        char *text = cases[i].text;
        if (cases[i].part == NULL) text = repeat("a: [", 1, cases[i].text);
        ck_assert_ptr_null(parse(text, &err));
        ck_assert_ptr_nonnull(
            strstr(err.message, cases[i].part != NULL ? cases[i].part : "200000 values"));
        if (text != cases[i].text) free(text);
        free(cases[i].text);
    }
}
END_TEST

START_TEST(thirty_two_levels_are_taken) {
    struct error err = {0};
    char *inside = repeat("]", 31, ""), *list = repeat("[", 31, inside);
    char *text = repeat("a: ", 1, list);
    struct config *config = parse(text, &err);
    ck_assert_msg(config != NULL, "%s", err.message);
    config_destroy(config);
    free(inside), free(list), free(text);
}
END_TEST

START_TEST(too_many_keys_are_refused) {
    struct error err = {0};
    char *text = malloc(1001 * 12), *end = text;
    for (int i = 0; i <= 1000; i++)
        end += sprintf(end, "k%d: 1\n", i);
    ck_assert_ptr_null(parse(text, &err));
    ck_assert_str_eq(err.message, "c.yaml:1:1: more than 1000 keys in one mapping");
    free(text);
}
END_TEST

/* ---- --set ---- */

static const struct {
    const char *assignment, *message;
} broken_sets[] = {
    {"grid.w.cells", "--set grid.w.cells: expected key=value, such as grid.w.cells=400"},
    {"=4", "--set =4: expected key=value, such as grid.w.cells=400"},
    {"a\nb", "--set a?b: expected key=value, such as grid.w.cells=400"},
    {"a..b=4", "--set a..b=..: expected a path such as grid.w.cells or a.b[1]"},
    {"a.=4", "--set a.=..: expected a path such as grid.w.cells or a.b[1]"},
    {"a[x]=4", "--set a[x]=..: expected a path such as grid.w.cells or a.b[1]"},
    {"title.x=4", "--set title.x=..: title is a single value, which has no keys"},
    {"model.datapoints.x=4",
     "--set model.datapoints.x=..: model.datapoints is a list, which has "
     "no keys"},
    {"model.datapoints[2]=4",
     "--set model.datapoints[2]=..: model.datapoints has 2 elements, "
     "counted from [0]"},
    {"grid[0]=4", "--set grid[0]=..: grid is no list"},
    {"grid.w.cells=", "--set grid.w.cells=..: has no value"},
    {"grid.w.cells=~",
     "--set grid.w.cells=..: has no value; give one or leave the key out"},
    {"grid.w={a: 1, a: 2}", "--set grid.w=..: grid.w.a: given twice"},
    {"grid.w={a: *b}", "--set grid.w=..: grid.w.a: no value before it has the anchor &b"},
    {"grid.w=[1",
     "--set grid.w=..: not YAML: did not find expected ',' or ']' while parsing a flow "
     "sequence; inside { } and [ ] entries are separated by commas, and a text with a "
     "comma, a colon or a bracket must stand in quotes"},
};

START_TEST(broken_sets_get_one_exact_line) {
    struct error err = {0};
    struct config *config = parse(sample, &err);
    ck_assert(!config_set(config, broken_sets[_i].assignment, &err));
    ck_assert_str_eq(err.message, broken_sets[_i].message);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    config_destroy(config);
}
END_TEST

/* ---- messages, files, memory ---- */

START_TEST(every_failed_allocation_is_reported) {
    char *text =
        repeat("      - a fairly long line of settings that fills blocks\n", 2000, "");
    char *yaml = repeat("list:\n", 1, text);
    for (size_t n = 1;; n++) {
        struct error err = {0};
        array_fail_at(n);
        struct config *config = parse(yaml, &err);
        const bool set = config != NULL && config_set(config, "a.b={c: 1}", &err);
        array_fail_at(0);
        config_destroy(config);
        if (set) {
            ck_assert_uint_gt(n, 10);
            break;
        }
        ck_assert_int_eq(err.kind, ERROR_MEMORY);
    }
    free(text), free(yaml);
}
END_TEST

Suite *config_refusals_suite(void);
Suite *config_refusals_suite(void) {
    Suite *suite = suite_create("config_refusals");
    TCase *tree = tcase_create("tree");
    tcase_add_test(tree, a_billion_laughs_are_refused);
    tcase_add_test(tree, thirty_two_levels_are_taken);
    suite_add_tcase(suite, tree);
    TCase *refusals = tcase_create("refusals");
    tcase_add_loop_test(refusals, broken_text_gets_one_exact_line, 0,
                        sizeof broken / sizeof *broken);
    tcase_add_test(refusals, hostile_sizes_are_refused);
    tcase_add_test(refusals, too_many_keys_are_refused);
    tcase_add_test(refusals, every_failed_allocation_is_reported);
    suite_add_tcase(suite, refusals);
    TCase *set = tcase_create("--set");
    tcase_add_loop_test(set, broken_sets_get_one_exact_line, 0,
                        sizeof broken_sets / sizeof *broken_sets);
    suite_add_tcase(suite, set);
    return suite;
}
