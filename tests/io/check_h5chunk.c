/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chunks made without HDF5's filters, and read by them: bits, checksums, sizes. */
#include "io/h5chunk.h"
#include "tests/io/h5files.h"
#include <math.h>

/* Kinds of rows: what is in the bytes of their numbers. */
static double value_of(int kind, size_t i) {
    const uint64_t mixed = (i + 1) * 0x9E3779B97F4A7C15u;
    double value;
    switch (kind) {
    case 0:
        return 0;
    case 1:
        return exp(-1e-5 * (double)(i * i));
    case 2:
        return (double)(i % 7) / 700; /* few values, as in histograms */
    case 3:
        return i % 3 == 0 ? (double)NAN : -(double)INFINITY;
    case 4:
        return i < 40 ? sin((double)i) : 0;
    default:
        return memcpy(&value, &mixed, sizeof value), value;
    }
}

enum { KINDS = 6, MOST = 3000 };

static double row[MOST], back[MOST];

static void write_kinds(size_t n, int level) {
    const struct h5_array arrays[] = {
        {.name = "time", .layout = H5_SERIES, .scale = true},
        {.name = "x", .layout = H5_FIXED, .rank = 1, .shape = {n}, .scale = true},
        {.name = "density", .layout = H5_ROWS, .rank = 1, .shape = {n}, .axes = {"x"}}};
    struct h5file *file = h5file_create(path, true, level, &err);
    must(file != NULL);
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        must(h5file_define(file, &arrays[k], &err));
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < n; i++)
            row[i] = value_of(kind, i);
        must(h5file_write_row(file, "density", (size_t)kind, row, &err));
    }
    must(h5file_close(file, &err));
}

static void expect_kinds(size_t n) {
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < n; i++)
            row[i] = value_of(kind, i);
        must(h5file_read_row(file, "density", (size_t)kind, back, n, &err));
        ck_assert_msg(memcmp(row, back, n * sizeof *row) == 0, "kind %d of %zu", kind, n);
    }
    must(h5file_close(file, &err));
}

START_TEST(filters_read_what_was_made_without_them) {
    for (int level = 1; level <= 9; level += 4)
        for (size_t n = 1; n < MOST; n = 2 * n + n / 3 + 1) {
            write_kinds(n, level);
            expect_kinds(n);
        }
}
END_TEST

/* Two sums by the definition, a word at a time. */
static uint32_t fletcher(const unsigned char *bytes, size_t size) {
    uint32_t sum = 0, sums = 0;
    bool any = false;
    for (size_t k = 0; k < size; k += 2) {
        const uint32_t word = 256u * bytes[k] + (k + 1 < size ? bytes[k + 1] : 0);
        sum = (sum + word) % 65535, sums = (sums + sum) % 65535;
        any |= word > 0;
    }
    if (any && sum == 0) sum = 65535;
    if (any && sums == 0) sums = 65535;
    return sums << 16 | sum;
}

START_TEST(checksums_are_those_of_the_definition) {
    static unsigned char bytes[300001];
    ck_assert_uint_eq(h5_fletcher32(bytes, sizeof bytes), 0);
    memset(bytes, 0xFF, sizeof bytes);
    for (size_t size = 1; size < sizeof bytes; size = 3 * size + 1)
        ck_assert_uint_eq(h5_fletcher32(bytes, size), fletcher(bytes, size));
    for (size_t k = 0; k < sizeof bytes; k++)
        bytes[k] = (unsigned char)((k + 1) * 0x9E3779B97F4A7C15u >> 50);
    for (size_t size = 1; size < sizeof bytes; size = 3 * size + 1)
        ck_assert_uint_eq(h5_fletcher32(bytes, size), fletcher(bytes, size));
    ck_assert_uint_eq(h5_fletcher32(bytes, sizeof bytes), fletcher(bytes, sizeof bytes));
}
END_TEST

/* Numbers that have something to be found in shrink; those of random bits grow by some bytes. */
START_TEST(what_can_shrink_does) {
    const struct {
        int kind;
        double least, most; /* of the bytes before */
    } cases[] = {{0, 0, 0.01}, {1, 0.7, 0.9}, {2, 0, 0.05}, {4, 0, 0.2}, {5, 1, 1.01}};
    struct h5_coder *coder = h5_coder_create(MOST, 1, &err);
    must(coder != NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const unsigned char *bytes;
        for (size_t i = 0; i < MOST; i++)
            row[i] = value_of(cases[k].kind, i);
        const double part = (double)h5_coder_run(coder, row, MOST, &bytes) / sizeof row;
        ck_assert_msg(cases[k].least <= part && part <= cases[k].most, "kind %d: %g",
                      cases[k].kind, part);
    }
    h5_coder_destroy(coder);
}
END_TEST

Suite *h5chunk_suite(void);
Suite *h5chunk_suite(void) {
    Suite *suite = suite_create("h5chunk");
    TCase *one = tcase_create("chunks");
    tcase_add_checked_fixture(one, make_path, remove_path);
    tcase_add_test(one, filters_read_what_was_made_without_them);
    tcase_add_test(one, checksums_are_those_of_the_definition);
    tcase_add_test(one, what_can_shrink_does);
    suite_add_tcase(suite, one);
    return suite;
}
