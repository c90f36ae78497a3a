/* SPDX-License-Identifier: GPL-3.0-or-later
 * CSV as it comes from elsewhere: what is taken, and the line that the rest gets. */
#include "io/table.h"
#include <check.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[40];

static void make_folder(void) {
    strcpy(folder, "/tmp/check_table_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void remove_folder(void) {
    unlink("t.csv");
    unlink("t.h5");
    ck_assert_int_eq(rmdir(folder), 0);
}

/* The wanted columns: context is a list of headers, each followed by a newline. */
static const char *choose(void *context, const char *header) {
    const char *at = strstr(context, header);
    return at != NULL && at[strlen(header)] == '\n' ? header : NULL;
}

static struct table *read_text(const char *text, size_t length, const char *wanted,
                               struct error *err) {
    const struct table_choice choice = {choose, (void *)wanted};
    FILE *file = fopen("t.csv", "wb");
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    fclose(file);
    return table_read("t.csv", wanted != NULL ? &choice : NULL, err);
}

/* Text -> names and numbers: "x,y|1 2|3 4". */
static const struct {
    const char *text, *wanted, *table;
} good[] = {
    {"x,y\n1,2\n3,4\n", NULL, "x,y|1 2|3 4"},
    {"x,y\r\n1,2\r\n3,4", NULL, "x,y|1 2|3 4"},
    {"\xEF\xBB\xBFx,y\n1,2\n", NULL, "x,y|1 2"},
    {"# a comment\n\n  \nx,y\n# another\n1,2\n\n3,4\n#\n", NULL, "x,y|1 2|3 4"},
    {"x y\n1 2\n", NULL, "x,y|1 2"},
    {"  x   y \n 1  2\n", NULL, "x,y|1 2"},
    {"x\ty\n1\t2\n", NULL, "x,y|1 2"},
    {"x;y\n1;2\n", NULL, "x,y|1 2"},
    {"x , y\n 1 ,\t2 \n", NULL, "x,y|1 2"},
    {"x\n1\n-2.5e-3\n+.5\n", NULL, "x|1|-0.0025|0.5"},
    /* as pandas writes it, with its index; and as R does */
    {",x,y\n0,1.5,2\n1,3,4\n", NULL, "x,y|1.5 2|3 4"},
    {"\"\",\"x\",\"y\"\n\"1\",0.5,2\n", NULL, "x,y|0.5 2"},
    {"x,,y,\n1,what,2,\n", NULL, "x,y|1 2"},
    /* names with blanks, separators and quotes */
    {"Dose (mg),Time\n1,2\n", NULL, "Dose (mg),Time|1 2"},
    {"\"Dose, mg\",\"a \"\"b\"\"\"\n1,\"2\"\n", NULL, "Dose, mg,a \"b\"|1 2"},
    {"\"x y\" z\n1 2\n", NULL, "x y,z|1 2"},
    {"Dose (mg)\tTime, s\n", NULL, NULL},
    /* what is not wanted may hold anything */
    {"name,x,note\nAnna,1,\"a, b\"\nBo,2,\n", "x\n", "x|1|2"},
    {"x,flag,x\n", "flag\n", NULL},
    {"id,x,id\n0x10,1,NA\n", "x\n", "x|1"},
    {"x,2020,2021\n1,a,b\n", "x\n", "x|1"},
    {"x,y\n1,2\n", "", "|"},
};

static void print_table(const struct table *t, char text[400]) {
    int n = 0;
    for (size_t c = 0; c < t->columns; c++)
        n += sprintf(text + n, "%s%s", c > 0 ? "," : "", t->name[c]);
    for (size_t r = 0; r < t->rows; r++)
        for (size_t c = 0; c < t->columns || c == 0; c++)
            n += sprintf(text + n, c == 0 ? "|" : " "),
                n += c < t->columns ? sprintf(text + n, "%.9g", t->column[c][r]) : 0;
}

START_TEST(tables_are_read) {
    struct error err = {0};
    char text[400] = "";
    struct table *t =
        read_text(good[_i].text, strlen(good[_i].text), good[_i].wanted, &err);
    if (good[_i].table == NULL) {
        ck_assert_ptr_null(t);
        ck_assert_msg(strstr(err.message, "no rows of data") != NULL, "%s", err.message);
        return;
    }
    ck_assert_msg(t != NULL, "%s", err.message);
    print_table(t, text);
    ck_assert_str_eq(text, good[_i].table);
    table_destroy(t);
}
END_TEST

static const struct {
    const char *text, *message;
    size_t length; /* 0: of the text */
} broken[] = {
    {"", "t.csv: no rows of data", 0},
    {"x,y\n", "t.csv: no rows of data", 0},
    {"1,2\n3,4\n",
     "t.csv:1: '1' stands where a column's name should: the first line must name the "
     "columns, without # before it",
     0},
    {"# x y\n1 2\n",
     "t.csv:2: '1' stands where a column's name should: the first line must name the "
     "columns, without # before it",
     0},
    {"x,y\n1\n", "t.csv:2: 1 values, but there are 2 columns", 0},
    {"x,y\n1,2,3\n",
     "t.csv:2: more values than the 2 columns (numbers have a decimal point, no comma)", 0},
    {"x;y\n1;2;3\n", "t.csv:2: more values than the 2 columns", 0},
    {"x;y\n1;2\n1,5;2\n",
     "t.csv:3: column 1 ('x'): '1,5': numbers have a decimal point, no comma", 0},
    {"x\ty\n1\t-2,25e3\n",
     "t.csv:2: column 2 ('y'): '-2,25e3': numbers have a decimal point, no comma", 0},
    {"x y\n1 2,5\n",
     "t.csv:2: column 2 ('y'): '2,5': numbers have a decimal point, no comma", 0},
    {"x,y\n1,\"1,000\"\n",
     "t.csv:2: column 2 ('y'): '1,000': numbers have a decimal point, no comma", 0},
    {"x,y\n1,0x10\n", "t.csv:2: column 2 ('y'): '0x10': numbers are decimal", 0},
    {"x,y\n1,-0x1p3\n", "t.csv:2: column 2 ('y'): '-0x1p3': numbers are decimal", 0},
    {"x,y\n1,\n", "t.csv:2: column 2 ('y'): '': the cell is empty", 0},
    {"x,y\n1,nan\n", "t.csv:2: column 2 ('y'): 'nan': not a finite number", 0},
    {"x,y\n1,inf\n", "t.csv:2: column 2 ('y'): 'inf': not a finite number", 0},
    {"x,y\n1,1e999\n", "t.csv:2: column 2 ('y'): '1e999': not a finite number", 0},
    {"x,y\n1,1 2\n", "t.csv:2: column 2 ('y'): '1 2': not a finite number", 0},
    {"x,x\n1,2\n", "t.csv:1: two columns are called 'x'", 0},
    {"x,\"y\n1,2\n", "t.csv:1: a quote that does not end", 0},
    {"x,y\n1,\"2\n", "t.csv:2: a quote that does not end", 0},
    {"x,y\n\"1\"2,3\n", "t.csv:2: text after a closing quote", 0},
    {"x,y\r1,2\r3,4\r",
     "t.csv:1: a carriage return inside a line: lines end with LF or CR LF", 0},
    {"x,y\n1,2\0\n",
     "t.csv:2: the text holds a zero byte: it must be UTF-8 (a name of HDF5 ends in .h5 or "
     ".hdf5)",
     9},
};

START_TEST(broken_tables_get_one_exact_line) {
    struct error err = {0};
    const size_t length =
        broken[_i].length > 0 ? broken[_i].length : strlen(broken[_i].text);
    ck_assert_ptr_null(read_text(broken[_i].text, length, NULL, &err));
    ck_assert_str_eq(err.message, broken[_i].message);
    ck_assert_int_eq(err.kind, ERROR_SETTINGS);
}
END_TEST

START_TEST(what_is_no_file_is_told) {
    struct error err = {0};
    ck_assert_ptr_null(table_read("nothing.csv", NULL, &err));
    ck_assert(strstr(err.message, "No such file") != NULL);
    ck_assert_ptr_null(table_read("/tmp", NULL, &err));
    ck_assert_msg(strstr(err.message, "Is a directory") != NULL, "%s", err.message);
    ck_assert_ptr_null(table_read("nothing.h5", NULL, &err));
    ck_assert(strstr(err.message, "as HDF5") != NULL);
}
END_TEST

/* More rows than fit at first, and more columns. */
START_TEST(large_tables_are_whole) {
    enum { ROWS = 1000, COLUMNS = 300 };
    struct error err = {0};
    FILE *file = fopen("t.csv", "wb");
    for (int r = -1; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++)
            if (r < 0)
                fprintf(file, "c%d%c", c, c + 1 < COLUMNS ? ',' : '\n');
            else
                fprintf(file, "%d%c", r * COLUMNS + c, c + 1 < COLUMNS ? ',' : '\n');
    fclose(file);
    struct table *t = table_read("t.csv", NULL, &err);
    ck_assert_msg(t != NULL, "%s", err.message);
    ck_assert(t->rows == ROWS && t->columns == COLUMNS);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++)
            ck_assert(t->column[c][r] == r * COLUMNS + c);
    table_destroy(t);
}
END_TEST

START_TEST(hdf5_columns_that_are_not_wanted_may_differ) {
    const double x[3] = {1, 2, 3}, odd[2] = {(double)NAN, 1};
    const hsize_t three = 3, two = 2;
    const struct table_choice choice = {choose, "x\n"};
    struct error err = {0};
    const hid_t file = H5Fcreate("t.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5LTmake_dataset_double(file, "odd", 1, &two, odd);
    H5LTmake_dataset_double(file, "x", 1, &three, x);
    H5LTmake_dataset_string(file, "name", "Anna");
    H5Fclose(file);
    struct table *t = table_read("t.h5", &choice, &err);
    ck_assert_msg(t != NULL, "%s", err.message);
    ck_assert(t->rows == 3 && t->columns == 1 && t->column[0][2] == 3);
    table_destroy(t);
    ck_assert_ptr_null(table_read("t.h5", NULL, &err));
    ck_assert_msg(strstr(err.message, "column 'odd', row 1") != NULL, "%s", err.message);
}
END_TEST

Suite *table_suite(void);
Suite *table_suite(void) {
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("tables");
    tcase_add_checked_fixture(tcase, make_folder, remove_folder);
    tcase_add_loop_test(tcase, tables_are_read, 0, (int)(sizeof good / sizeof *good));
    tcase_add_loop_test(tcase, broken_tables_get_one_exact_line, 0,
                        (int)(sizeof broken / sizeof *broken));
    tcase_add_test(tcase, what_is_no_file_is_told);
    tcase_add_test(tcase, large_tables_are_whole);
    tcase_add_test(tcase, hdf5_columns_that_are_not_wanted_may_differ);
    suite_add_tcase(suite, tcase);
    return suite;
}
