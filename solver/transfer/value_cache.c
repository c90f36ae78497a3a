/* SPDX-License-Identifier: GPL-3.0-or-later
 * A table with one place for each hash of x. */
#include "solver/transfer/value_cache.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_LOG2 = 11, PLACES = 1 << PLACES_LOG2, MOST_VALUES = 4000000 };

struct place {
    double x;
    size_t n;
    struct outcome *value; /* NULL: empty */
};

struct value_cache {
    const struct gradient_law *law;
    void *scratch; /* the law's */
    size_t stored; /* values in all */
    struct place place[PLACES];
};

struct value_cache *value_cache_create(const struct gradient_law *law, struct error *err) {
    struct value_cache *cache = array_create(1, sizeof *cache, err);
    if (cache == NULL) return NULL;
    cache->law = law;
    if ((cache->scratch = law->make_scratch(law, err)) == NULL)
        return value_cache_destroy(cache), NULL;
    return cache;
}

static void forget(struct value_cache *cache, struct place *place) {
    cache->stored -= place->n;
    free(place->value);
    *place = (struct place){0};
}

void value_cache_destroy(struct value_cache *cache) {
    if (cache == NULL) return;
    for (size_t k = 0; k < PLACES; k++)
        free(cache->place[k].value);
    cache->law->free_scratch(cache->scratch);
    free(cache);
}

/* The highest bits of a product with the golden ratio (Knuth, volume 3, section 6.4). */
static struct place *place_of(struct value_cache *cache, double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return &cache->place[bits * 0x9E3779B97F4A7C15u >> (64 - PLACES_LOG2)];
}

/* Without memory nothing is kept. */
static void keep(struct value_cache *cache, double x, const struct outcome *out, size_t n) {
    struct place *place = place_of(cache, x);
    struct error none;
    forget(cache, place);
    for (size_t k = 0; cache->stored + n > MOST_VALUES && k < PLACES; k++)
        forget(cache, &cache->place[k]);
    struct outcome *value = array_create(n, sizeof *value, &none);
    if (value == NULL) return;
    memcpy(value, out, n * sizeof *value);
    *place = (struct place){x, n, value};
    cache->stored += n;
}

bool value_cache_get(struct value_cache *cache, const double *x, struct outcome *out,
                     size_t *n, struct error *err) {
    const struct place *place = place_of(cache, *x);
    if (place->value != NULL && place->x == *x) {
        *n = place->n;
        memcpy(out, place->value, *n * sizeof *out);
        return true;
    }
    if (!cache->law->values(cache->law, x, cache->scratch, out, n, err)) return false;
    keep(cache, *x, out, *n);
    return true;
}
