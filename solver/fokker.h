/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The library: a settings file or text becomes a model, a model is run, and its results are
 * arrays in memory, or in a file where one is asked for. C17, and C++ from 11 on. Nothing is
 * printed, no signal is caught, and no error ends the program. docs/library.md shows a whole
 * program.
 *
 * What cannot be done is said in a struct fokker_error, where NULL may be given instead. Every
 * pointer to a model, a result or an array may be NULL: it is then an error like any other, and
 * freeing it does nothing. Threads may call these functions at the same time, each for models
 * and results of its own, where fokker_is_threadsafe() says so; otherwise one at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.2.0" */
const char *fokker_version(void);
/* The commit it was built from, as git describes it; "unknown" outside of a repository. */
const char *fokker_commit(void);

/* Is the HDF5 library, which holds all results, built for threads? */
bool fokker_is_threadsafe(void);

/* ---------------------------------------------------------------- errors */

enum fokker_error_kind {
    FOKKER_NO_ERROR,
    FOKKER_SETTINGS, /* the settings, a change of them or a name is wrong */
    FOKKER_RUN,      /* the computation failed */
    FOKKER_FILE,     /* a file could not be read or written */
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
    char key[408]; /* "grid.w.cells", also of a change; "" where it is about no key */
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
/* Either of both (text NULL: from the file, otherwise that is its name), which does not end
 * with the first mistake: errors[0 .. *count - 1], *count <= room, are what is wrong with single
 * keys and values, by line; *count is 0 where there is a model. What is wrong with the model as a
 * whole is for fokker_check and fokker_run to say. */
struct fokker_model *fokker_open_listing(const char *file, const char *text,
                                         const char *const *changes,
                                         struct fokker_error *errors, size_t room,
                                         size_t *count);
void fokker_close(struct fokker_model *model);

/* An array in memory (copied): rank 1 to 3, in C order. Tables and examples of the settings that
 * have no file name it in `at`, `value` and `values`. Before the first check or run. */
bool fokker_add_array(struct fokker_model *model, const char *name, int rank,
                      const size_t *shape, const double *value, struct fokker_error *error);

/* What a run would be, without computing it: milliseconds, also for millions of cells. */
struct fokker_plan {
    int variables;    /* 1 or 2 */
    size_t cells;     /* of the settings' grid, of all axes together */
    size_t snapshots; /* the initial state among them */
    double end;       /* time of the last snapshot */
    char *method;     /* in time, as chosen */
    char *remark;     /* what the user should know already, one line, or "" */
    char *summary;    /* all this for a person, several lines */
};

/* Everything that a run asks of its settings is asked: the model, grid, initial density,
 * times, equation, walkers and analyses are made, none is solved. False with an error where
 * they do not fit. The caller finishes the plan, also after a failure. */
bool fokker_check(const struct fokker_model *model, struct fokker_plan *plan,
                  struct fokker_error *error);
void fokker_plan_finish(struct fokker_plan *plan);

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
    /* Of these what begins with "warning: ", that the result may not be what was wanted;
     * NULL: remark gets it too. */
    void (*warning)(void *context, const char *line);
    /* What begins: a part of the preparation ("stationary states", "modes", ...) or, NULL,
     * the snapshots. With this hook the fraction of progress is of the part that began last;
     * without it the preparation stands at 0. */
    void (*part)(void *context, const char *name);
    /* What of the snapshots is computed from now on: "density", "walkers", "laws", ... */
    void (*doing)(void *context, const char *what);
};

/* Runs it; hooks may be NULL. False with an error where the run was stopped or failed:
 * *result then has the snapshots before, or is NULL where there are none. The same model may
 * be run again. The caller frees the result. */
bool fokker_run(const struct fokker_model *model, const struct fokker_hooks *hooks,
                struct fokker_result **result, struct fokker_error *error);
void fokker_result_free(struct fokker_result *result);

/* Where a run writes. */
struct fokker_output {
    const char *file;         /* NULL: the settings' output.file, or their name with .h5 */
    bool replace;             /* a file of results that is there already is replaced, */
    bool resume;              /* or an unfinished one of the same settings is completed */
    const char *command_line; /* for the file, to tell how it came about; may be NULL */
};

/* The same into a file (docs/file-format.md), which has every finished snapshot whatever ends
 * the run. What stands in its way (FOKKER_SETTINGS) is found before anything is computed.
 * *result reads from the file; NULL where none was begun. output may be NULL. */
bool fokker_run_to_file(const struct fokker_model *model,
                        const struct fokker_output *output,
                        const struct fokker_hooks *hooks, struct fokker_result **result,
                        struct fokker_error *error);

/* The results in a file that a run wrote; their summary is what `fokker info` prints. NULL
 * with an error. The caller frees them. */
struct fokker_result *fokker_load(const char *file, struct fokker_error *error);

enum fokker_status {
    FOKKER_PARTIAL,    /* stopped or failed, or not yet finished */
    FOKKER_INACCURATE, /* finished, but a tolerance was not met or a number cannot be
                          trusted: the remarks say which */
    FOKKER_COMPLETE,
};
enum fokker_status fokker_result_status(const struct fokker_result *result);
/* What a person wants to know at the end, several lines; "" in a hook. The result's. */
const char *fokker_summary(const struct fokker_result *result);
/* The name of the file that the results are in; "" in memory. The result's. */
const char *fokker_file(const struct fokker_result *result);
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
    bool integer;  /* of whole numbers: counts, steps */
    char *axis[3]; /* the array with the coordinate of each dimension ("time", "w"), itself
                      where it is one; "" where there is none, NULL beyond the rank */
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
/* Calls each(context, name, is_text) for every one of them; the name lives during the call
 * only. The settings, with their changes, are the text "settings" besides. */
bool fokker_each_attribute(const struct fokker_result *result,
                           void (*each)(void *context, const char *name, bool is_text),
                           void *context, struct fokker_error *error);

#ifdef __cplusplus
}
#endif
