#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""binding.py FOKKER.H OUT.c: the source of the Python module _fokker, which calls the library.

The declarations are those of fokker.h itself, and the C compiler holds them against it once
more: what changes there changes here, or does not compile. Runs while the tree is built; is
not installed. Needs cffi.
"""
import re
import sys

import cffi

# What Python hears of a run. No callback within a call of HDF5, whose lock another thread of Python may wait for that
# has the interpreter's: names come in one text. Called with the interpreter's lock, so that a Ctrl-C that came
# meanwhile raises KeyboardInterrupt in them; then they return false.
CALLBACKS = """
extern "Python" bool fokker_python_progress(void *run, double fraction);
extern "Python" void fokker_python_say(void *run, const char *line, bool warning);
extern "Python" bool fokker_python_snapshot(void *run, const struct fokker_result *result, size_t row, double time);
bool fokker_python_run(const struct fokker_model *model, const struct fokker_output *output, void *run, double pause,
                       bool snapshots, struct fokker_result **result, struct fokker_error *error);
void fokker_python_threads(int threads);
char *fokker_python_names(const struct fokker_result *result, bool attributes, struct fokker_error *error);
void free(void *memory);
"""

SOURCE = """
#include "solver/fokker.h"
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static bool fokker_python_progress(void *, double);
static void fokker_python_say(void *, const char *, bool);
static bool fokker_python_snapshot(void *, const struct fokker_result *, size_t, double);

/* Hooks of one run. The library asks often whether to go on; Python is asked every `pause`
 * seconds, since each question takes the interpreter's lock. */
struct hearing {
    void *run;
    double pause, next;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool hear_progress(void *context, double fraction) {
    struct hearing *h = context;
    const double t = now();
    if (t < h->next) return true;
    h->next = t + h->pause;
    return fokker_python_progress(h->run, fraction);
}

static bool hear_snapshot(void *context, const struct fokker_result *result, size_t row, double time) {
    return fokker_python_snapshot(((struct hearing *)context)->run, result, row, time);
}

static void hear_remark(void *context, const char *line) {
    fokker_python_say(((struct hearing *)context)->run, line, false);
}

static void hear_warning(void *context, const char *line) {
    fokker_python_say(((struct hearing *)context)->run, line, true);
}

static bool fokker_python_run(const struct fokker_model *model, const struct fokker_output *output, void *run, double pause,
                              bool snapshots, struct fokker_result **result, struct fokker_error *error) {
    struct hearing h = {run, pause, now() + pause};
    const struct fokker_hooks hooks = {.context = &h, .progress = hear_progress, .remark = hear_remark,
                                       .warning = hear_warning, .snapshot = snapshots ? hear_snapshot : NULL};
    return output != NULL ? fokker_run_to_file(model, output, &hooks, result, error)
                          : fokker_run(model, &hooks, result, error);
}

static void note_name(void *context, const char *name) {
    fprintf(context, "%s\\n", name);
}

static void note_attribute(void *context, const char *name, bool is_text) {
    fprintf(context, "%c%s\\n", is_text ? 't' : 'n', name);
}

/* The names of arrays, or of attributes behind a t (texts) or n (numbers), a line each; to be freed. */
static char *fokker_python_names(const struct fokker_result *result, bool attributes, struct fokker_error *error) {
    char *names = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&names, &size);
    if (out == NULL) return NULL;
    const bool good = attributes ? fokker_each_attribute(result, note_attribute, out, error)
                                 : fokker_each(result, note_name, out, error);
    if (fclose(out) == 0 && good) return names;
    free(names);
    return NULL;
}

static void fokker_python_threads(int threads) {
    omp_set_num_threads(threads);
}
"""


def declarations(header):
    """fokker.h without what only the preprocessor and C++ read, and without comments."""
    text = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    text = re.sub(r"#ifdef __cplusplus.*?#endif", "", text, flags=re.S)
    return re.sub(r"^#.*$", "", text, flags=re.M)


def main():
    header, out = sys.argv[1:]
    ffi = cffi.FFI()
    with open(header, encoding="utf-8") as file:
        ffi.cdef(declarations(file.read()) + CALLBACKS)
    ffi.set_source("_fokker", SOURCE)
    ffi.emit_c_code(out)


if __name__ == "__main__":
    main()
