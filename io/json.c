/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/json.h"
#include "io/plain.h"
#include <math.h>

/* One character; what is no UTF-8 is a byte. Returns what was read. */
static size_t put_character(FILE *out, const unsigned char *c) {
    const size_t length = character_length(*c);
    if (*c == '"' || *c == '\\')
        fprintf(out, "\\%c", *c);
    else if (*c < 0x20)
        fprintf(out, "\\u%04x", *c);
    else if (*c < 0x80 || character_printable(c, length))
        return fwrite(c, 1, length, out), length;
    else if (*c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0) /* U+0080 to U+009F */
        return fprintf(out, "\\u%04x", c[1]), 2;
    else
        fputs("\\ufffd", out);
    return 1;
}

static void put_text(FILE *out, const char *text) {
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';)
        c += put_character(out, c);
    fputc('"', out);
}

static void begin(struct json *j, const char *key) {
    if (j->after) fputs(", ", j->out);
    j->after = true;
    if (key == NULL) return;
    put_text(j->out, key);
    fputs(": ", j->out);
}

void json_object_begin(struct json *j, const char *key) {
    begin(j, key);
    fputc('{', j->out);
    j->after = false;
}

void json_object_end(struct json *j) {
    fputc('}', j->out);
    j->after = true;
}

void json_list_begin(struct json *j, const char *key) {
    begin(j, key);
    fputc('[', j->out);
    j->after = false;
}

void json_list_end(struct json *j) {
    fputc(']', j->out);
    j->after = true;
}

void json_number(struct json *j, const char *key, double value) {
    begin(j, key);
    if (isnan(value))
        fputs("null", j->out);
    else if (isinf(value))
        put_text(j->out, value > 0 ? "Infinity" : "-Infinity");
    else
        fprintf(j->out, "%.17g", value);
}

void json_whole(struct json *j, const char *key, long long value) {
    begin(j, key);
    fprintf(j->out, "%lld", value);
}

void json_text(struct json *j, const char *key, const char *value) {
    begin(j, key);
    put_text(j->out, value);
}

void json_raw(struct json *j, const char *text) {
    if (text[0] == '\0') return;
    begin(j, NULL);
    fputs(text, j->out);
}
