/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The library: a settings file or text becomes a model, a model is run, and its results are
 * arrays in memory. C17, and C++ from 11 on. No file is written, nothing is printed, no signal
 * is caught, and no error ends the program. docs/library.md shows a whole program.
 *
 * What cannot be done is said in a struct fokker_error, where NULL may be given instead. Every
 * pointer to a model, a result or an array may be NULL: it is then an error like any other, and
 * freeing it does nothing. Any thread may call these functions, one at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0" */
const char *fokker_version(void);

/* ---------------------------------------------------------------- errors */

enum fokker_error_kind {
    FOKKER_NO_ERROR,
    FOKKER_SETTINGS, /* the settings, a change of them or a name is wrong */
    FOKKER_RUN,      /* the computation failed */
    FOKKER_FILE,     /* a file could not be read */
    FOKKER_MEMORY,   /* no memory */
    FOKKER_STOPPED,  /* a hook said so */
};

struct fokker_error {
    enum fokker_error_kind kind;
    /* One line, "file:line:column: key: what was found; what is allowed" where it has a place. */
    char message[1024];
    /* The place alone: "settings" for the text of fokker_open_text; "" and 0 without one, as
     * in a change ("--set key=..: what was found"). Lines and columns count from 1. */
    char file[1024];
    int line, column;
};

/* ---------------------------------------------------------------- models */

struct fokker_model;

/* Reads settings (docs/guide.md) and checks every key. changes: "key = value" each, such as
 * "model.parameters.T = 0.01" or "grid.w.cells=400", in order, NULL behind the last; NULL: none.
 * Data files lie beside the settings, those of a text in the present folder. NULL with an
 * error. The caller closes the model. */
struct fokker_model *fokker_open(const char *file, const char *const *changes,
                                 struct fokker_error *error);
struct fokker_model *fokker_open_text(const char *text, const char *const *changes,
                                      struct fokker_error *error);
void fokker_close(struct fokker_model *model);

/* ---------------------------------------------------------------- runs */

struct fokker_result;

/* Called while a run goes, in the thread that called fokker_run; each may be NULL. Numbers are
 * printed with a decimal point there, whatever the locale of the program. */
struct fokker_hooks {
    void *context; /* handed to each of them */
    /* fraction in [0, 1] of the whole run; false stops it */
    bool (*progress)(void *context, double fraction);
    /* Snapshot `row`, at `time`, is in the result, which lives during the call only; false
     * stops the run. */
    bool (*snapshot)(void *context, const struct fokker_result *result, size_t row,
                     double time);
    /* What the user should know, as soon as it is known: one line, without newline. */
    void (*remark)(void *context, const char *line);
};

/* Runs it; hooks may be NULL. False with an error where the run was stopped or failed:
 * *result then has the snapshots before, or is NULL where there are none. The same model may
 * be run again. The caller frees the result. */
bool fokker_run(const struct fokker_model *model, const struct fokker_hooks *hooks,
                struct fokker_result **result, struct fokker_error *error);
void fokker_result_free(struct fokker_result *result);

enum fokker_status {
    FOKKER_PARTIAL,    /* stopped or failed, or not yet finished */
    FOKKER_INACCURATE, /* finished, but a tolerance was not met or a number cannot be
                          trusted: the remarks say which */
    FOKKER_COMPLETE,
};
enum fokker_status fokker_result_status(const struct fokker_result *result);
/* What a person wants to know at the end, several lines; "" in a hook. The result's. */
const char *fokker_summary(const struct fokker_result *result);
/* Finished snapshots. */
size_t fokker_rows(const struct fokker_result *result);

/* ---------------------------------------------------------------- arrays */

/* One array of those that docs/file-format.md lists: density, time, x, mean_x, mass, flux, ... */
struct fokker_array {
    int rank; /* 1 to 3 (0 to 2 of one row) */
    size_t
        shape[3];  /* slowest first, snapshots before all: density is {snapshots, y, x}, or
                        {snapshots, x} in one variable; 1 beyond the rank */
    size_t size;   /* product of the shape */
    double *value; /* [size], NaN where the array has no value */
    char *unit;    /* "1" where there is none */
    char *long_name; /* what it is, in words */
};

/* The whole array, or one snapshot of an array that has one for each (without that
 * dimension). FOKKER_SETTINGS where there is none of that name. The caller frees what it
 * holds, also after a failure, which leaves it empty. */
bool fokker_read(const struct fokker_result *result, const char *name,
                 struct fokker_array *array, struct fokker_error *error);
bool fokker_read_row(const struct fokker_result *result, const char *name, size_t row,
                     struct fokker_array *array, struct fokker_error *error);
void fokker_array_free(struct fokker_array *array);

/* Calls each(context, name) for every array; the name lives during the call only. */
bool fokker_each(const struct fokker_result *result,
                 void (*each)(void *context, const char *name), void *context,
                 struct fokker_error *error);

/* One number, one text of the result as a whole, by the name that the file's attribute would
 * have: "time_error_estimate", "mc_verdict". The text is the caller's to free(); NULL with an
 * error. */
bool fokker_number(const struct fokker_result *result, const char *name, double *value,
                   struct fokker_error *error);
char *fokker_text(const struct fokker_result *result, const char *name,
                  struct fokker_error *error);

#ifdef __cplusplus
}
#endif
