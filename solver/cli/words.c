/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/words.h"
#include "io/plain.h"
#include "io/text.h"
#include <string.h>

static bool is_plain(const char *word) {
    static const char kept[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        "_@%+=:,./-";
    return word[0] != '\0' && word[strspn(word, kept)] == '\0';
}

static bool is_printable(const char *word) {
    for (const unsigned char *c = (const unsigned char *)word; *c != '\0';) {
        const size_t length = character_length(*c);
        if (!character_printable(c, length)) return false;
        c += length;
    }
    return true;
}

static void write_bytes(FILE *out, const char *word) {
    fputs("$'", out);
    for (const unsigned char *c = (const unsigned char *)word; *c != '\0'; c++)
        if (*c < 0x20 || *c >= 0x7f || *c == '\'' || *c == '\\')
            fprintf(out, "\\%03o", *c);
        else
            fputc(*c, out);
    fputc('\'', out);
}

void word_write(FILE *out, const char *word) {
    if (!is_printable(word)) {
        write_bytes(out, word);
    } else if (is_plain(word)) {
        fputs(word, out);
    } else {
        fputc('\'', out);
        for (const char *c = word; *c != '\0'; c++)
            fputs(*c == '\'' ? "'\\''" : (char[]){*c, '\0'}, out);
        fputc('\'', out);
    }
}

char *words_join(int count, char *const *word, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return NULL;
    for (int k = 0; k < count; k++) {
        if (k > 0) fputc(' ', text.out);
        word_write(text.out, word[k]);
    }
    return text_end(&text, true, err);
}

void word_write_option(FILE *out, const char *name, const char *value) {
    fprintf(out, " %s", name);
    if (value == NULL) return;
    fputc(' ', out);
    word_write(out, value);
}
