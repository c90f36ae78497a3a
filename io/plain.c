/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/plain.h"
#include <string.h>

size_t character_length(unsigned char first) {
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

bool character_printable(const unsigned char *c, size_t length) {
    if (length == 1) return *c >= 0x20 && *c < 0x7F;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xC0) != 0x80) return false;
    return *c != 0xC2 || c[1] >= 0xA0; /* U+0080..U+009F */
}

void plain_write(FILE *out, const char *text, const char *kept) {
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';) {
        const size_t length = character_length(*c);
        if (character_printable(c, length) || strchr(kept, *c) != NULL) {
            fwrite(c, 1, length, out);
            c += length;
        } else {
            fprintf(out, "\\x%02x", *c++);
        }
    }
}
