/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/stop.h"
#include "io/alone.h"
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 4 };

static atomic_int held;
static struct {
    volatile sig_atomic_t present; /* name is whole */
    char name[PATH_MAX];
} temporary[FILES];

void stop_hold(void) {
    held++;
}

void stop_release(void) {
    held--;
}

bool stop_is_held(void) {
    return held > 0;
}

void stop_file_begin(const char *path) {
    if (strlen(path) >= PATH_MAX) return;
    alone_begin();
    int k = 0;
    while (k < FILES && temporary[k].present)
        k++;
    if (k < FILES) {
        strcpy(temporary[k].name, path);
        temporary[k].present = 1;
    }
    alone_end();
}

void stop_file_end(const char *path) {
    alone_begin();
    for (int k = 0; k < FILES; k++)
        if (temporary[k].present && strcmp(temporary[k].name, path) == 0)
            temporary[k].present = 0;
    alone_end();
}

void stop_remove_files(void) {
    for (int k = 0; k < FILES; k++)
        if (temporary[k].present) unlink(temporary[k].name);
}
