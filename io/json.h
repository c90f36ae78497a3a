/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON (RFC 8259), written as it comes. Numbers read back to the same bits; one that is not
 * defined is null, infinite ones are the texts "Infinity" and "-Infinity". Texts are UTF-8: what
 * is none becomes U+FFFD, control characters are escaped. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct json {
    FILE *out;  /* to print to */
    bool after; /* a value stands before: a comma comes first */
};

/* key: in an object; NULL in a list, and of the whole. */
void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_list_begin(struct json *json, const char *key);
void json_list_end(struct json *json);
void json_number(struct json *json, const char *key, double value);
void json_whole(struct json *json, const char *key, long long value);
void json_text(struct json *json, const char *key, const char *value);
/* What is JSON already, such as the values of a list without its brackets; "" adds nothing. */
void json_raw(struct json *json, const char *text);
