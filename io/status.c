/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/status.h"
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fail(struct error *err, enum error_kind kind, const char *format, ...) {
    va_list args;
    va_start(args, format);
    err->kind = kind;
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    err->place = (struct error_place){0}, err->subject = OF_ANYTHING;
    return false;
}

bool fail_about(struct error *err, enum error_subject subject) {
    err->subject = subject;
    return false;
}

bool fail_within(struct error *err, const char *format, ...) {
    char before[sizeof err->message / 2], after[sizeof err->message];
    va_list args;
    if (err->kind == ERROR_INTERRUPTED)
        return false; /* it is the user's, wherever it comes */
    va_start(args, format);
    vsnprintf(before, sizeof before, format, args);
    va_end(args);
    memcpy(after, err->message, sizeof after);
    const int room = (int)(sizeof err->message - strlen(before) - sizeof ": ");
    snprintf(err->message, sizeof err->message, "%s: %.*s", before, room, after);
    return false;
}

bool error_is_fatal(const struct error *err) {
    return err->kind == ERROR_MEMORY || err->kind == ERROR_INTERRUPTED;
}

static size_t fail_countdown; /* tests only: see array_fail_at */

void array_fail_at(size_t n) {
    fail_countdown = n;
}

void *array_space(size_t count, size_t size, struct error *err) {
    const size_t alignment = 64;
    size_t bytes = 0;
    void *array = NULL;
    const bool refused = fail_countdown > 0 && --fail_countdown == 0;
    if (!refused && !__builtin_mul_overflow(count, size, &bytes) &&
        bytes <= SIZE_MAX - alignment)
        array = aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
    if (array == NULL)
        fail(err, ERROR_MEMORY, "no memory for %zu values of %zu bytes", count, size);
    return array;
}

void *array_create(size_t count, size_t size, struct error *err) {
    void *array = array_space(count, size, err);
    return array != NULL ? memset(array, 0, count * size) : NULL;
}

void *array_grow(void *array, size_t count, size_t *room, size_t size, struct error *err) {
    if (count < *room) return array;
    const size_t more = *room == 0 ? 64 : 2 * *room;
    void *wider = array_create(more, size, err);
    if (wider == NULL) return NULL;
    if (count > 0) memcpy(wider, array, count * size);
    free(array);
    *room = more;
    return wider;
}

static bool mute(void *outer, double fraction) {
    (void)fraction;
    const struct monitor *m = outer;
    return m == NULL || m->tick(m->context, (double)NAN);
}

struct monitor monitor_muted(const struct monitor *outer) {
    return (struct monitor){mute, (void *)outer};
}

void part_begin(const struct parts *parts, const char *name) {
    if (parts != NULL && parts->begin != NULL) parts->begin(parts->context, name);
}

bool monitor_tick(const struct monitor *monitor, double fraction, struct error *err) {
    if (monitor == NULL || monitor->tick(monitor->context, fraction)) return true;
    return fail(err, ERROR_INTERRUPTED, "interrupted");
}
