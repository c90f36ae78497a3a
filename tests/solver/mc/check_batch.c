/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which examples are drawn: from which bits, how often, and never twice where that is
 * meant. */
#include "solver/mc/batch.h"
#include "solver/mc/statistics.h"
#include <check.h>
#include <math.h>

enum { LANES = RANDOM_BLOCK };
static const struct random_key key = {7, 1};
static struct error err;

#define OK(call) ck_assert_msg((call), "%s", err.message)

/* Bits [at, at + width) of the words of one call, from the highest on. */
static uint64_t bits_at(const uint64_t word[2], size_t at, size_t width) {
    return word[at / 64] << at % 64 >> (64 - width);
}

enum { CASES = 14 };

/* Draw q of a path is a function of (key, q, path) alone, taken here from single calls of
 * the generator, whatever step was drawn before; of n = 2^m examples it takes 1, 2, 4, ...
 * bits. */
START_TEST(a_draw_takes_the_bits_that_its_number_needs) {
    static const struct {
        size_t n, width;
    } cases[CASES] = {{1, 1},      {2, 1},       {3, 32},   {4, 2},    {8, 4},
                      {16, 4},     {32, 8},      {256, 8},  {512, 16}, {1000, 32},
                      {65536, 16}, {131072, 32}, {100, 32}, {128, 8}};
    const size_t n = cases[_i].n, width = cases[_i].width, B = 3;
    const uint64_t k2[2] = {key.seed, 0x243F6A8885A308D3u ^ key.stream};
    struct batch batch;
    OK(batch_init(&batch, key, WITH_REPLACEMENT, n, B, &err));
    for (uint64_t s = 0; s < 300; s++) {
        const uint64_t k = s % 3 == 2 ? 12345 * s : s;
        batch_draw(&batch, k, 1024);
        for (uint64_t b = 0; b < B; b++) {
            const uint64_t q = k * B + b, lane = (7 * s + b) % LANES, draws = 128 / width;
            uint64_t word[2];
            random_threefry(
                k2, (uint64_t[]){(uint64_t)RANDOM_BATCH << 48 | q / draws, 1024 + lane},
                word);
            const uint64_t bits = bits_at(word, q % draws * width, width);
            const uint64_t expected = width < 32 ? bits % n : bits * n >> 32;
            ck_assert_uint_eq(batch.pick[b * LANES + lane], expected);
        }
    }
    batch_finish(&batch);
}
END_TEST

/* Pairs of draws of successive steps, over the ends of words and calls: n^2 equally likely
 * cells. */
START_TEST(draws_of_successive_steps_are_independent) {
    const size_t n = (size_t)2 << _i, steps = 400;
    struct batch batch;
    double count[64] = {0}, chi2 = 0;
    uint32_t last[LANES] = {0};
    OK(batch_init(&batch, key, WITH_REPLACEMENT, n, 1, &err));
    for (uint64_t k = 0; k < steps; k++) {
        batch_draw(&batch, k, 0);
        for (size_t i = 0; i < LANES; i++) {
            if (k % 2 == 1) count[last[i] * n + batch.pick[i]]++;
            last[i] = batch.pick[i];
        }
    }
    const double expected = (double)(steps / 2 * LANES) / (double)(n * n);
    for (size_t c = 0; c < n * n; c++)
        chi2 += (count[c] - expected) * (count[c] - expected) / expected;
    ck_assert_double_gt(chi2_tail(chi2, (double)(n * n - 1)), 0.001);
    ck_assert_double_lt(chi2_tail(chi2, (double)(n * n - 1)), 0.999);
    batch_finish(&batch);
}
END_TEST

START_TEST(without_replacement_no_example_comes_twice) {
    struct batch batch;
    size_t count[10] = {0};
    OK(batch_init(&batch, key, WITHOUT_REPLACEMENT, 10, 4, &err));
    for (uint64_t k = 0; k < 200; k++) {
        batch_draw(&batch, k, 512);
        for (size_t i = 0; i < LANES; i++) {
            unsigned seen = 0;
            for (size_t b = 0; b < 4; b++) {
                seen |= 1u << batch.pick[b * LANES + i];
                count[batch.pick[b * LANES + i]]++;
            }
            ck_assert_int_eq(__builtin_popcount(seen), 4);
        }
    }
    double chi2 = 0; /* variance of each count: N (4/10)(6/10); sum fixed: 9 degrees */
    const double N = 200.0 * LANES;
    for (int j = 0; j < 10; j++)
        chi2 += pow((double)count[j] - 0.4 * N, 2) / (0.4 * 0.6 * N) * 0.9;
    ck_assert_double_gt(chi2_tail(chi2, 9), 0.001);
    batch_finish(&batch);
}
END_TEST

START_TEST(an_epoch_visits_every_example_once_in_a_fresh_order) {
    struct batch batch;
    OK(batch_init(&batch, key, RESHUFFLED, 6, 2, &err));
    size_t place[6] = {0}, same = 0;
    uint32_t last[LANES] = {0};
    for (uint64_t epoch = 0; epoch < 300; epoch++) {
        unsigned seen[LANES] = {0};
        for (uint64_t s = 0; s < 3; s++) {
            batch_draw(&batch, 3 * epoch + s, 0);
            for (size_t b = 0; b < 2; b++)
                for (size_t i = 0; i < LANES; i++)
                    seen[i] |= 1u << batch.pick[b * LANES + i];
            if (s > 0) continue;
            for (size_t i = 0; i < LANES; i++) {
                place[batch.pick[i]]++;
                same += batch.pick[i] == last[i];
                last[i] = batch.pick[i];
            }
        }
        for (size_t i = 0; i < LANES; i++)
            ck_assert_uint_eq(seen[i], 63);
    }
    const double N = 300.0 * LANES;
    double chi2 = 0;
    for (int j = 0; j < 6; j++)
        chi2 += pow((double)place[j] - N / 6, 2) / (N / 6);
    ck_assert_double_gt(chi2_tail(chi2, 5), 0.001);
    ck_assert_double_lt(fabs((double)same - N / 6), 3.5 * sqrt(N * 5 / 36));
    batch_finish(&batch);
}
END_TEST

Suite *batch_suite(void);
Suite *batch_suite(void) {
    Suite *suite = suite_create("batch");
    TCase *draws = tcase_create("draws");
    tcase_add_loop_test(draws, a_draw_takes_the_bits_that_its_number_needs, 0, CASES);
    tcase_add_loop_test(draws, draws_of_successive_steps_are_independent, 0, 3);
    tcase_add_test(draws, without_replacement_no_example_comes_twice);
    tcase_add_test(draws, an_epoch_visits_every_example_once_in_a_fresh_order);
    suite_add_tcase(suite, draws);
    return suite;
}
