/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tree that YAML text becomes, where its parts stood, and messages about it. */
#include "io/config.h"
#include "tests/io/config_text.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The node at a path of keys and digits: "grid w cells", "model datapoints 1". */
static const struct config_node *at(const struct config *config, const char *path) {
    char copy[200];
    const struct config_node *node = config_root(config);
    strcpy(copy, path);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        node = node->kind == CONFIG_SEQUENCE ? node->child[atoi(word)]
                                             : config_find(node, word);
    ck_assert_ptr_nonnull(node);
    return node;
}

START_TEST(every_value_knows_its_path_text_and_place) {
    static const struct {
        const char *path, *text;
        int line, column, key_line, key_column;
    } expected[] = {
        {"title", "Wide", 1, 8, 1, 1},
        {"grid w min", "-2", 3, 12, 3, 7},
        {"grid w cells", "1024", 4, 14, 4, 7},
        {"model datapoints 0", "if(w < 0, 1, 2)", 7, 7, 7, 7},
        {"model datapoints 1", "a # b", 8, 7, 8, 7},
        {"model note", "two\nlines\n", 9, 9, 9, 3},
        {"model f(u)", "2*u^2", 12, 11, 12, 3},
    };
    struct error err = {0};
    struct config *config = parse(sample, &err);
    ck_assert_msg(config != NULL, "%s", err.message);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct config_node *node = at(config, expected[i].path);
        ck_assert_str_eq(node->text, expected[i].text);
        ck_assert_int_eq(node->line, expected[i].line);
        ck_assert_int_eq(node->column, expected[i].column);
        ck_assert_int_eq(node->key_line, expected[i].key_line);
        ck_assert_int_eq(node->key_column, expected[i].key_column);
        ck_assert_str_eq(node->source, "c.yaml");
    }
    ck_assert_str_eq(at(config, "grid w cells")->path, "grid.w.cells");
    ck_assert_str_eq(at(config, "model datapoints 1")->path, "model.datapoints[1]");
    ck_assert_ptr_null(at(config, "model datapoints 1")->key);
    ck_assert(at(config, "model datapoints 1")->quoted);
    ck_assert(!at(config, "title")->quoted);
    ck_assert_str_eq(config_root(config)->path, "");
    ck_assert_ptr_null(config_find(config_root(config), "nothing"));
    ck_assert_ptr_null(config_find(NULL, "nothing"));
    config_destroy(config);
}
END_TEST

/* An alias is a copy with a path of its own; its place is that of the anchored text. */
START_TEST(aliases_are_copies) {
    struct error err = {0};
    struct config *config = parse("a: &a {x: &x 1, y: [2, *x]}\n"
                                  "b: *a\n"
                                  "c: [*x, *a]\n"
                                  "a2: &a 3\n"
                                  "d: *a\n",
                                  &err);
    ck_assert_msg(config != NULL, "%s", err.message);
    ck_assert_str_eq(at(config, "b y 1")->text, "1");
    ck_assert_str_eq(at(config, "b y 1")->path, "b.y[1]");
    ck_assert_str_eq(at(config, "c 1 x")->path, "c[1].x");
    ck_assert_str_eq(at(config, "c 0")->text, "1");
    ck_assert_str_eq(at(config, "d")->text, "3"); /* the last of the name */
    ck_assert_int_eq(at(config, "b y 0")->line, 1);
    ck_assert_int_eq(at(config, "b y 0")->column, 21);
    ck_assert_int_eq(at(config, "b")->key_line, 2);
    ck_assert(config_set(config, "b.x=7", &err)); /* of the copy alone */
    ck_assert_str_eq(at(config, "a x")->text, "1");
    ck_assert_str_eq(at(config, "b x")->text, "7");
    config_destroy(config);
}
END_TEST

START_TEST(text_is_kept_verbatim) {
    struct error err = {0};
    struct config *config = parse(sample, &err);
    ck_assert_str_eq(config_text(config), sample);
    config_destroy(config);
}
END_TEST

START_TEST(columns_count_characters_not_bytes) {
    struct error err = {0};
    struct config *config = parse("\xEF\xBB\xBF"
                                  "{\xC3\xA9t\xC3\xA9: 1, b: 2}",
                                  &err);
    ck_assert_msg(config != NULL, "%s", err.message);
    ck_assert_int_eq(at(config, "b")->key_column, 10);
    config_destroy(config);
}
END_TEST

/* ---- --set ---- */

START_TEST(set_replaces_adds_and_makes_mappings) {
    static const struct {
        const char *assignment, *path, *text;
    } sets[] = {
        {"grid.w.cells=400", "grid w cells", "400"},
        {"grid.w.align=[0, 1]", "grid w align 1", "1"},
        {"model.datapoints[1]=w^2", "model datapoints 1", "w^2"},
        {"monte_carlo.kinds.a=x=y", "monte_carlo kinds a", "x=y"},
        {"time={log: [1, 2]}", "time log 0", "1"},
        {"time.log[0]=5", "time log 0", "5"},
        {"title=\"a: b\"", "title", "a: b"},
        {"model.f(u)=3*u", "model f(u)", "3*u"},
    };
    struct error err = {0};
    struct config *config = parse(sample, &err);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        ck_assert_msg(config_set(config, sets[i].assignment, &err), "%s", err.message);
        const struct config_node *node = at(config, sets[i].path);
        ck_assert_str_eq(node->text, sets[i].text);
        ck_assert_int_eq(node->line, 0);
        ck_assert_int_eq(strncmp(node->source, "--set ", 6), 0);
    }
    ck_assert_uint_eq(at(config, "grid w")->count, 4);
    ck_assert_str_eq(at(config, "time log 0")->path, "time.log[0]");
    ck_assert_str_eq(config_text(config), sample);
    config_destroy(config);
}
END_TEST

/* ---- messages, files, memory ---- */

START_TEST(messages_carry_the_place_and_stay_one_clean_line) {
    struct error err = {0};
    char found[CONFIG_FOUND];
    struct config *config = parse("a: {b: \"x\\ny\\e\"}", &err);
    const struct config_node *node = at(config, "a b");
    config_fail(&err, node, "found %s", config_found(node, found));
    ck_assert_str_eq(err.message, "c.yaml:1:8: a.b: found 'x?y?'");
    fail(&err, ERROR_RUN, "no such thing");
    ck_assert(!config_fail_within(&err, node));
    ck_assert_str_eq(err.message, "c.yaml:1:8: a.b: no such thing");
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
    fail(&err, ERROR_MEMORY, "no memory");
    ck_assert(!config_fail_within(&err, node));
    ck_assert_str_eq(err.message, "no memory");
    ck_assert_int_eq(err.kind, ERROR_MEMORY);
    config_fail(&err, NULL, "\xFF \xC2\x9B \xC3\xA9 \xE2\x82");
    ck_assert_str_eq(err.message, "? ?? \xC3\xA9 ??");
    fail(&err, ERROR_RUN, "c.yaml:1:8: a.b: no such thing");
    config_fail_key(&err, node, "%s", err.message);
    ck_assert_str_eq(err.message, "c.yaml:1:5: a.b: c.yaml:1:8: a.b: no such thing");
    config_destroy(config);
}
END_TEST

START_TEST(long_values_are_cut_between_characters) {
    struct error err = {0};
    char found[CONFIG_FOUND];
    char *text = repeat("\xE2\x82\xAC", 100, ""), *yaml = repeat("a: ", 1, text);
    struct config *config = parse(yaml, &err);
    config_found(at(config, "a"), found);
    ck_assert_uint_eq(strlen(found), 3 * ((CONFIG_FOUND - 6) / 3) + 5);
    config_destroy(config);
    free(text), free(yaml);
}
END_TEST

START_TEST(nearest_word_is_close_or_nothing) {
    static const char *const words[] = {"min", "max", "cells", "boundary", "x"};
    static const char *const pairs[][2] = {{"cels", "cells"},  {"Cells", "cells"},
                                           {"clels", "cells"}, {"boundaries", "boundary"},
                                           {"mox", "max"},     {"m", NULL},
                                           {"zzzzz", NULL},    {"y", NULL}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *nearest = nearest_word(pairs[i][0], words, 5);
        if (pairs[i][1] == NULL)
            ck_assert_ptr_null(nearest);
        else
            ck_assert_str_eq(nearest, pairs[i][1]);
    }
}
END_TEST

START_TEST(a_file_reads_like_its_text) {
    struct error err = {0};
    char name[] = "/tmp/check_config_XXXXXX";
    const int fd = mkstemp(name);
    ck_assert_int_eq(write(fd, sample, strlen(sample)), (ssize_t)strlen(sample));
    close(fd);
    struct config *config = config_load(name, &err);
    ck_assert_str_eq(config_text(config), sample);
    ck_assert_str_eq(at(config, "title")->source, name);
    config_destroy(config);
    unlink(name);
    ck_assert_ptr_null(config_load(name, &err));
    ck_assert_int_eq(err.kind, ERROR_FILE);
    ck_assert_ptr_nonnull(strstr(err.message, "No such file"));
    ck_assert_ptr_null(config_load("/tmp", &err));
    ck_assert_int_eq(err.kind, ERROR_FILE);
}
END_TEST

Suite *config_suite(void);
Suite *config_suite(void) {
    Suite *suite = suite_create("config");
    TCase *tree = tcase_create("tree");
    tcase_add_test(tree, every_value_knows_its_path_text_and_place);
    tcase_add_test(tree, aliases_are_copies);
    tcase_add_test(tree, text_is_kept_verbatim);
    tcase_add_test(tree, columns_count_characters_not_bytes);
    tcase_add_test(tree, a_file_reads_like_its_text);
    suite_add_tcase(suite, tree);
    TCase *set = tcase_create("--set");
    tcase_add_test(set, set_replaces_adds_and_makes_mappings);
    suite_add_tcase(suite, set);
    TCase *messages = tcase_create("messages");
    tcase_add_test(messages, messages_carry_the_place_and_stay_one_clean_line);
    tcase_add_test(messages, long_values_are_cut_between_characters);
    tcase_add_test(messages, nearest_word_is_close_or_nothing);
    suite_add_tcase(suite, messages);
    return suite;
}
