/* SPDX-License-Identifier: GPL-3.0-or-later
 * Known answers, exact bits, laws and moments of the random streams. */
#include "solver/mc/random.h"
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = RANDOM_BLOCK };
static const struct random_key key = {1, 0};

/* Salmon et al.'s kat_vectors for threefry2x64 with 20 rounds, and one of our own made with
 * their header: {counter, key, answer}. */
static const uint64_t known[][6] = {
    /* clang-format off */
    {0, 0, 0, 0, 0xc2b6e3a8c2c69865, 0x6f81ed42f350084d},
    {~0ull, ~0ull, ~0ull, ~0ull, 0xe02cb7c4d95d277a, 0xd06633d0893b8b68},
    {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89,
     0x263c7d30bb0f0af1, 0x56be8361d3311526},
    {1, 2, 3, 4, 0x01911ccbf2e91c79, 0xe16f81fd846c6827},
    /* clang-format on */
};

START_TEST(threefry_gives_the_known_answers) {
    uint64_t word[2];
    random_threefry(&known[_i][2], &known[_i][0], word);
    ck_assert_uint_eq(word[0], known[_i][4]);
    ck_assert_uint_eq(word[1], known[_i][5]);
}
END_TEST

START_TEST(words_of_a_block_are_single_calls) {
    uint64_t w0[LANES], w1[LANES], word[2];
    const uint64_t k[2] = {7, 0x243F6A8885A308D3u ^ 3};
    random_words((struct random_key){7, 3}, RANDOM_BATCH, 11, 512, w0, w1);
    for (uint64_t i = 0; i < LANES; i++) {
        const uint64_t counter[2] = {(uint64_t)RANDOM_BATCH << 48 | 11, 512 + i};
        random_threefry(k, counter, word);
        ck_assert_uint_eq(w0[i], word[0]);
        ck_assert_uint_eq(w1[i], word[1]);
    }
}
END_TEST

static uint64_t hash_doubles(uint64_t hash, const double *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        hash = (hash ^ bits) * 0x100000001B3u;
    }
    return hash;
}

/* The committed values: any change of bits, by compiler, flags or instruction set, shows.
 */
START_TEST(normals_are_the_same_bits_everywhere) {
    double z0[LANES], z1[LANES];
    uint64_t hash = 0xCBF29CE484222325u;
    for (uint64_t c = 0; c < 2000; c++) {
        random_normals(key, RANDOM_NOISE, c, 512 * (c % 7), z0, z1);
        hash = hash_doubles(hash_doubles(hash, z0, LANES), z1, LANES);
    }
    ck_assert_uint_eq(hash, 0xcbe141013f8f57b6);
}
END_TEST

START_TEST(stable_numbers_are_the_same_bits_everywhere) {
    double z[LANES];
    uint64_t hash = 0xCBF29CE484222325u;
    for (uint64_t c = 0; c < 200; c++) {
        random_stable(key, RANDOM_JUMPS, c, 0, 0.5 + 1.5 * (double)(c % 4) / 3, z);
        hash = hash_doubles(hash, z, LANES);
    }
    ck_assert_uint_eq(hash, 0x401db7bdf9a6c795);
}
END_TEST

/* Chambers, Mallows and Stuck's formula as it is written, in long double. */
static long double stable_formula(long double alpha, uint64_t w0, uint64_t w1,
                                  long double *cos_v) {
    const long double V = acosl(-1) * (((long double)(w0 >> 12) + 0.5L) / 0x1p52L - 0.5L);
    const long double W = -logl(((long double)(w1 >> 12) + 0.5L) / 0x1p52L);
    *cos_v = cosl(V);
    return sinl(alpha * V) / powl(*cos_v, 1 / alpha) *
           powl(cosl((1 - alpha) * V) / W, (1 - alpha) / alpha);
}

/* To rounding, which the end of the angles' range enlarges: that of 1/cos V, to the power
 * 1/alpha, and of the exponent. */
START_TEST(stable_numbers_are_those_of_the_formula) {
    const double alpha[] = {0.3, 0.5, 0.9, 1, 1.1, 1.5, 1.9, 2};
    uint64_t w0[LANES], w1[LANES];
    double z[LANES];
    for (uint64_t c = 0; c < 100; c++) {
        random_words(key, RANDOM_JUMPS, c, 0, w0, w1);
        random_stable(key, RANDOM_JUMPS, c, 0, alpha[_i], z);
        for (size_t i = 0; i < LANES; i++) {
            long double cos_v;
            const double wanted = (double)stable_formula(alpha[_i], w0[i], w1[i], &cos_v);
            const double bound = 16 * DBL_EPSILON * (4 + fabs(log(fabs(wanted)))) /
                                 (alpha[_i] * (double)cos_v);
            ck_assert_double_lt(fabs(z[i] / wanted - 1), bound);
        }
    }
}
END_TEST

/* Sums of powers 1..8, of products within a pair and of consecutive counters. */
struct sums {
    double power[9], pair, next, n;
};

static struct sums sum_normals(uint64_t calls) {
    struct sums s = {0};
    double z0[LANES], z1[LANES], last[LANES] = {0};
    for (uint64_t c = 0; c < calls; c++) {
        random_normals(key, RANDOM_NOISE, c / 16, LANES * (c % 16), z0, z1);
        for (size_t i = 0; i < LANES; i++) {
            double p0 = 1, p1 = 1;
            for (int k = 1; k <= 8; k++)
                p0 *= z0[i], p1 *= z1[i], s.power[k] += p0 + p1;
            s.pair += z0[i] * z1[i];
            s.next += z0[i] * last[i];
            last[i] = z1[i];
        }
    }
    s.n = 2.0 * (double)calls * LANES;
    return s;
}

/* 10^7 numbers: E z^k = (k-1)!! and Var z^k = (2k-1)!! - ((k-1)!!)^2; each z-score within
 * 3.5 (12 figures, fixed seed). */
START_TEST(normals_have_the_moments_of_the_normal_law) {
    const struct sums s = sum_normals(9766);
    double double_factorial[17] = {1, 1};
    for (int k = 2; k < 17; k++)
        double_factorial[k] = k * double_factorial[k - 2];
    for (int k = 1; k <= 8; k++) {
        const double mean = k % 2 == 0 ? double_factorial[k - 1] : 0;
        const double variance = double_factorial[2 * k - 1] - mean * mean;
        const double z = (s.power[k] / s.n - mean) / sqrt(variance / s.n);
        ck_assert_msg(fabs(z) < 3.5, "moment %d off by %g standard errors", k, z);
    }
    ck_assert_double_lt(fabs(s.pair / sqrt(s.n / 2)), 3.5);
    ck_assert_double_lt(fabs(s.next / sqrt(s.n / 2)), 3.5);
}
END_TEST

static double normal_cdf(double z) {
    return 0.5 * erfc(-z / sqrt(2));
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov on 10^5 sorted numbers: sqrt(n) D < 1.95 has probability .999. */
static double ks(double *x, size_t n, double (*cdf)(double)) {
    qsort(x, n, sizeof *x, by_value);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        const double F = cdf(x[i]);
        largest =
            fmax(largest, fmax(F - (double)i / (double)n, (double)(i + 1) / (double)n - F));
    }
    return sqrt((double)n) * largest;
}

static double stable_half(double x) {
    return normal_cdf(x / sqrt(2));
}
static double cauchy(double x) {
    return 0.5 + atan(x) / M_PI;
}
static double normal(double x) {
    return normal_cdf(x);
}

/* Index 0: Box-Muller. */
static const struct {
    double alpha;
    double (*cdf)(double);
} laws[] = {{0, normal}, {1, cauchy}, {2, stable_half}};

START_TEST(numbers_follow_their_law) {
    enum { CALLS = 200 };
    double *x = malloc(CALLS * LANES * sizeof *x), other[LANES];
    for (uint64_t c = 0; c < CALLS; c++) {
        if (laws[_i].alpha > 0)
            random_stable(key, RANDOM_JUMPS, c, 0, laws[_i].alpha, x + c * LANES);
        else
            random_normals(key, RANDOM_NOISE, c, 0, x + c * LANES, other);
    }
    ck_assert_double_lt(ks(x, CALLS * LANES, laws[_i].cdf), 1.95);
    free(x);
}
END_TEST

/* E cos(k X) = exp(-|k|^alpha); Var cos <= 1/2 (1 + E cos 2kX) - mean^2. */
START_TEST(stable_numbers_have_their_characteristic_function) {
    const double alpha = 0.5 + 0.3 * _i, at[] = {0.3, 1, 2.5};
    double z[LANES];
    for (int j = 0; j < 3; j++) {
        double sum = 0;
        const int calls = 400;
        for (int c = 0; c < calls; c++) {
            random_stable(key, RANDOM_JUMPS, (uint64_t)c, 512, alpha, z);
            for (size_t i = 0; i < LANES; i++)
                sum += cos(at[j] * z[i]);
        }
        const double n = (double)calls * LANES, mean = exp(-pow(at[j], alpha));
        const double variance = 0.5 * (1 + exp(-pow(2 * at[j], alpha))) - mean * mean;
        ck_assert_double_lt(fabs(sum / n - mean), 3.5 * sqrt(variance / n));
    }
}
END_TEST

START_TEST(uniforms_lie_strictly_between_0_and_1) {
    double u0[LANES], u1[LANES], sum = 0, least = 1, most = 0;
    for (uint64_t c = 0; c < 1000; c++) {
        random_uniforms(key, RANDOM_INITIAL, c, 0, u0, u1);
        for (size_t i = 0; i < LANES; i++) {
            sum += u0[i] + u1[i];
            least = fmin(least, fmin(u0[i], u1[i]));
            most = fmax(most, fmax(u0[i], u1[i]));
        }
    }
    const double n = 2000.0 * LANES;
    ck_assert_double_lt(fabs(sum / n - 0.5), 3 * sqrt(1 / (12 * n)));
    ck_assert(least > 0 && least < 2e-5 && most < 1 && most > 1 - 2e-5);
}
END_TEST

START_TEST(integers_below_n_cover_their_range_evenly) {
    uint64_t w0[LANES], w1[LANES];
    size_t count[6] = {0};
    const int calls = 1000;
    for (int c = 0; c < calls; c++) {
        random_words(key, RANDOM_BATCH, (uint64_t)c, 0, w0, w1);
        for (size_t i = 0; i < LANES; i++)
            count[random_below((uint32_t)(w0[i] >> 32), 6)]++;
    }
    const double expected = calls * LANES / 6.0;
    double chi2 = 0;
    for (int j = 0; j < 6; j++)
        chi2 += pow((double)count[j] - expected, 2) / expected;
    ck_assert_double_lt(chi2, 20.5); /* 5 degrees of freedom, p = .001 */
    ck_assert_uint_eq(random_below(UINT32_MAX, 6), 5);
}
END_TEST

START_TEST(purposes_streams_and_seeds_differ) {
    double z[5][LANES], other[LANES];
    random_normals((struct random_key){1, 0}, RANDOM_NOISE, 5, 0, z[0], other);
    random_normals((struct random_key){2, 0}, RANDOM_NOISE, 5, 0, z[1], other);
    random_normals((struct random_key){1, 1}, RANDOM_NOISE, 5, 0, z[2], other);
    random_normals((struct random_key){1, 0}, RANDOM_BRIDGE, 5, 0, z[3], other);
    random_normals((struct random_key){1, 0}, RANDOM_NOISE, 6, 0, z[4], other);
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < a; b++) {
            double sum = 0;
            for (size_t i = 0; i < LANES; i++)
                sum += z[a][i] * z[b][i];
            ck_assert_double_lt(fabs(sum), 4 * sqrt(LANES));
        }
}
END_TEST

Suite *random_suite(void);
Suite *random_suite(void) {
    Suite *suite = suite_create("random");
    TCase *bits = tcase_create("the same bits");
    const int answers = (int)(sizeof known / sizeof *known);
    tcase_add_loop_test(bits, threefry_gives_the_known_answers, 0, answers);
    tcase_add_test(bits, words_of_a_block_are_single_calls);
    tcase_add_test(bits, normals_are_the_same_bits_everywhere);
    tcase_add_test(bits, stable_numbers_are_the_same_bits_everywhere);
    tcase_add_loop_test(bits, stable_numbers_are_those_of_the_formula, 0, 8);
    suite_add_tcase(suite, bits);
    TCase *law = tcase_create("the right laws");
    tcase_add_test(law, normals_have_the_moments_of_the_normal_law);
    tcase_add_loop_test(law, numbers_follow_their_law, 0, 3);
    tcase_add_loop_test(law, stable_numbers_have_their_characteristic_function, 0, 6);
    tcase_add_test(law, uniforms_lie_strictly_between_0_and_1);
    tcase_add_test(law, integers_below_n_cover_their_range_evenly);
    tcase_add_test(law, purposes_streams_and_seeds_differ);
    tcase_set_timeout(law, 60);
    suite_add_tcase(suite, law);
    return suite;
}
