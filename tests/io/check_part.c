/* SPDX-License-Identifier: GPL-3.0-or-later
 * Side files: what is not ours stays, and a file is there whole or not at all; text that is
 * printed controls no terminal. */
#include "io/part.h"
#include "io/plain.h"
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;
#define OK(call) ck_assert_msg((call), "%s", err.message)
static const char head[] = "ours ";
static char folder[40];

static void make_folder(void) {
    strcpy(folder, "/tmp/check_part_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void remove_folder(void) {
    static const char *const names[] = {"a", "a.part", "link", "pipe", "other"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        unlink(names[k]);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void put(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    fputs(text, file);
    fclose(file);
}

static const char *text_of(const char *path) {
    static char text[100];
    FILE *file = fopen(path, "rb");
    memset(text, 0, sizeof text);
    if (file == NULL) return "no file";
    ck_assert(fread(text, 1, sizeof text - 1, file) < sizeof text);
    fclose(file);
    return text;
}

static bool write_file(const char *path, const char *text, bool good) {
    FILE *part = part_open(path, head, &err);
    if (part == NULL) return false;
    fputs(text, part);
    return part_close(part, path, head, good, false, &err);
}

START_TEST(what_stands_at_a_path_is_told_without_waiting) {
    put("other", "theirs");
    ck_assert_int_eq(symlink("other", "link"), 0);
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_int_eq(file_look("a", head), FILE_ABSENT);
    ck_assert_int_eq(file_look("other", head), FILE_FOREIGN);
    ck_assert_int_eq(file_look("link", head), FILE_SPECIAL);
    ck_assert_int_eq(file_look("pipe", head), FILE_SPECIAL);
    ck_assert_int_eq(file_look(".", head), FILE_SPECIAL);
    ck_assert_int_eq(file_look("/dev/null", head), FILE_SPECIAL);
    put("a", "ours");
    ck_assert_int_eq(file_look("a", head), FILE_FOREIGN); /* cut before the head's end */
    put("a", "");
    ck_assert_int_eq(file_look("a", head), FILE_OURS);
    put("a", "ours of old");
    ck_assert_int_eq(file_look("a", head), FILE_OURS);
    ck_assert(file_same("link", "other") && !file_same("a", "other"));
}
END_TEST

START_TEST(a_part_takes_its_place_when_it_is_whole) {
    OK(write_file("a", "ours 1", true));
    ck_assert_str_eq(text_of("a"), "ours 1");
    ck_assert(!write_file("a", "ours 2", false));
    ck_assert_str_eq(text_of("a"), "ours 1");
    put("a.part", "ours left by a kill");
    OK(write_file("a", "ours 3", true));
    ck_assert_str_eq(text_of("a"), "ours 3");
    ck_assert_int_eq(file_look("a.part", head), FILE_ABSENT);
}
END_TEST

/* Neither at the place itself nor at PATH.part, nor behind a link there. */
START_TEST(somebody_elses_file_is_never_replaced) {
    put("other", "theirs");
    for (int k = 0; k < 4; k++) {
        const char *at = k < 2 ? "a" : "a.part";
        if (k % 2 == 0)
            put(at, "theirs");
        else
            ck_assert_int_eq(symlink("other", at), 0);
        err = (struct error){0};
        ck_assert(!write_file("a", "ours 1", true));
        ck_assert_int_eq(err.kind, ERROR_SETTINGS);
        ck_assert_msg(strstr(err.message, "not replaced") != NULL, "%s", err.message);
        ck_assert_str_eq(text_of(at), "theirs");
        unlink(at);
    }
    ck_assert_str_eq(text_of("other"), "theirs");
}
END_TEST

/* The system takes a part, then nothing more. */
START_TEST(a_short_write_is_gone_on_with) {
    struct rlimit before, most;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    most = (struct rlimit){10, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    /* Check itself writes a file at each assertion: none while the limit holds. */
    const bool limited = setrlimit(RLIMIT_FSIZE, &most) == 0;
    const int file = open("a", O_RDWR | O_CREAT, 0600);
    const bool whole = file_write_at(file, "ours 678", 8, 0),
               within = file_write_at(file, "5678", 4, 4),
               beyond = file_write_at(file, "56789012", 8, 4);
    const int reason = errno;
    close(file);
    const bool other = write_file("other", "ours and more than ten", true);
    const bool restored = setrlimit(RLIMIT_FSIZE, &before) == 0;
    ck_assert(limited && restored && whole && within && !beyond && !other);
    ck_assert_int_eq(reason, EFBIG);
    ck_assert_str_eq(text_of("a"), "ours567890");
    ck_assert_int_eq(err.kind, ERROR_FILE);
    ck_assert_str_eq(text_of("other"), "no file");
}
END_TEST

static const struct {
    const char *text, *kept, *printed;
} prints[] = {
    {"plain, \xC3\xA9 \xE2\x88\x9A", "", "plain, \xC3\xA9 \xE2\x88\x9A"},
    {"red \x1B[31m\x07", "", "red \\x1b[31m\\x07"},
    {"two\nlines\t", "", "two\\x0alines\\x09"},
    {"two\nlines\t", "\n\t", "two\nlines\t"},
    {"\xC2\x9B"
     "1m \x9B \x7F",
     "", "\\xc2\\x9b1m \\x9b \\x7f"},
    {"cut \xE2\x88", "", "cut \\xe2\\x88"},
};

START_TEST(what_would_control_a_terminal_is_shown) {
    char printed[100] = "";
    FILE *out = fmemopen(printed, sizeof printed, "w");
    plain_write(out, prints[_i].text, prints[_i].kept);
    fclose(out);
    ck_assert_str_eq(printed, prints[_i].printed);
}
END_TEST

Suite *part_suite(void);
Suite *part_suite(void) {
    Suite *suite = suite_create("part");
    TCase *tcase = tcase_create("files");
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_test(tcase, what_stands_at_a_path_is_told_without_waiting);
    tcase_add_test(tcase, a_part_takes_its_place_when_it_is_whole);
    tcase_add_test(tcase, somebody_elses_file_is_never_replaced);
    tcase_add_test(tcase, a_short_write_is_gone_on_with);
    tcase_add_loop_test(tcase, what_would_control_a_terminal_is_shown, 0,
                        (int)(sizeof prints / sizeof *prints));
    suite_add_tcase(suite, tcase);
    return suite;
}
