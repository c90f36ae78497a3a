/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/record_file.h"
#include "io/text.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    NOWHERE = -1,
    FORMAT_VERSION = 2,
    TEXT_LIMIT = 16 << 10, /* of an attribute, which HDF5 1.8 keeps under 64 KiB */
    STATUS_ROOM = 32,
    HISTORY_LINES = 4, /* room for so many as long as the first */
};

/* ---- root attributes ---- */

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool attribute_cut(struct h5file *file, const char *name, const char *value,
                          struct error *err) {
    char *cut = text_create(err, "%.*s", TEXT_LIMIT, value);
    const bool good = cut != NULL && h5file_attribute_text(file, "/", name, cut, err);
    free(cut);
    return good;
}

static char *history_line(const struct record_header *h, struct error *err) {
    return text_create(err, "%s: %.*s", h->start_time, TEXT_LIMIT / HISTORY_LINES,
                       h->command_line);
}

static bool write_history(struct h5file *file, const struct record_header *h,
                          struct error *err) {
    char *line = history_line(h, err);
    const bool good =
        line != NULL && h5file_attribute_room(file, "/", "history", line,
                                              HISTORY_LINES * (strlen(line) + 1), err);
    free(line);
    return good;
}

/* A line more. Where there is no room for it, the lines behind the first make some; a byte
 * is always left, which tells a file of ours from one of version 0.1, which had no room. */
static bool continue_history(struct h5file *file, const char *before, size_t room,
                             const struct record_header *h, struct error *err) {
    char *line = history_line(h, err);
    if (line == NULL) return false;
    if (room <= strlen(before) + 1) room = strlen(before) + 3 + strlen(line);
    const char *rest = before + strcspn(before, "\n");
    const size_t first = (size_t)(rest - before), left = room - first - 3;
    while (strlen(rest) > 0 && strlen(rest) + strlen(line) > left)
        rest += 1 + strcspn(rest + 1, "\n");
    char *text =
        text_create(err, "%.*s%s\n%.*s", (int)first, before, rest, (int)left, line);
    const bool good =
        text != NULL && h5file_attribute_room(file, "/", "history", text, room, err);
    free(text);
    free(line);
    return good;
}

#define FROM(member) NULL, (int)offsetof(struct record_header, member)

/* The root attributes that say where a file comes from: with a text of their own, or that
 * of a member of the header; with neither they are written by name below. */
static const struct {
    const char *name, *text;
    int member;
    const char *sentence;
} head[] = {
    /* clang-format off */
    {"NX_class",        "NXroot", 0,           "What NeXus takes the file for."},
    {"default",         "entry", 0,            "The NeXus group to open first."},
    {"Conventions",     "CF-1.8", 0,           "What netCDF readers take the file for."},
    {"title",           FROM(title),           "The title of the settings."},
    {"source",          "Fokker-Planck equation by finite volumes (fokker)", 0, "How the numbers were made."},
    {"file_name",       NULL, NOWHERE,         "The file's name when it was written."},
    {"file_time",       FROM(start_time),      "When the run began, ISO 8601."},
    {"creator",         "fokker", 0,           "The program."},
    {"HDF5_Version",    NULL, NOWHERE,         "Version of the HDF5 library."},
    {"program_version", FROM(program_version), "Version of fokker."},
    {"program_commit",  FROM(program_commit),  "Its git commit."},
    {"command_line",    FROM(command_line),    "The command that wrote the file."},
    {"libraries",       FROM(libraries),       "Libraries and their versions."},
    {"compiler",        FROM(compiler),        "Compiler and its version."},
    {"history",         NULL, NOWHERE,         "A line for each command that wrote to the file."},
    {"seed",            NULL, NOWHERE,         "Seed of the walkers."},
    {"format_version",  NULL, NOWHERE,         "Version of this layout."},
    /* clang-format on */
};
enum { HEADS = sizeof head / sizeof *head };

const char *record_file_attribute(size_t row, const char **sentence) {
    if (row >= HEADS) return NULL;
    *sentence = head[row].sentence;
    return head[row].name;
}

bool record_file_is_head(const char *attribute) {
    for (size_t i = 0; i < HEADS; i++)
        if (strcmp(head[i].name, attribute) == 0) return true;
    return false;
}

static bool write_root(struct h5file *file, const char *path, const struct record_header *h,
                       struct error *err) {
    for (size_t i = 0; i < HEADS; i++) {
        const char *text = head[i].text;
        if (text == NULL && head[i].member != NOWHERE)
            text = *(const char *const *)((const char *)h + head[i].member);
        if (text != NULL && !attribute_cut(file, head[i].name, text, err)) return false;
    }
    return attribute_cut(file, "file_name", last_part(path), err) &&
           attribute_cut(file, "HDF5_Version", h5file_library(), err) &&
           h5file_attribute_room(file, "/", "status", "running", STATUS_ROOM, err) &&
           write_history(file, h, err) &&
           h5file_attribute_integer(file, "/", "seed", h->seed, err) &&
           h5file_attribute_index(file, "/", "format_version", FORMAT_VERSION, err);
}

/* ---- head and process ---- */

bool record_file_head(struct h5file *file, const char *path, const struct grid *grid,
                      const struct axis_names *names, const struct record_header *h,
                      struct error *err) {
    return h5file_group(file, "/entry", "NXentry", err) &&
           h5file_attribute_text(file, "/entry", "default", "density", err) &&
           h5file_text(file, "/entry/title", h->title, err) &&
           h5file_text(file, "/entry/start_time", h->start_time, err) &&
           h5file_text(file, "/entry/program_name", "fokker", err) &&
           write_root(file, path, h, err) && record_axes_write(file, grid, names, h, err);
}

bool record_file_process(struct h5file *file, const struct record_header *h,
                         struct error *err) {
    const char *const texts[][2] = {
        {"/entry/process/program", "fokker"},
        {"/entry/process/version", h->program_version},
        {"/entry/process/date", h->start_time},
        {"/entry/process/command_line", h->command_line},
        {"/entry/process/config", h->config_text},
    };
    if (!h5file_group(file, "/entry/process", "NXprocess", err)) return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!h5file_text(file, texts[i][0], texts[i][1], err)) return false;
    return true;
}

/* ---- an earlier run's file ---- */

bool record_file_same(const struct h5file *file, const struct grid *grid,
                      const struct record_header *h, struct error *err) {
    static const char config[] = "/entry/process/config";
    char *text = NULL;
    if (!h5file_has(file, config) || !h5file_has(file, "time") ||
        !h5file_has(file, "density"))
        return fail(err, ERROR_FILE, "it is not an output file of fokker");
    if (!h5file_read_text(file, config, &text, err)) return false;
    const bool same = strcmp(text, h->config_text) == 0;
    free(text);
    if (!same)
        return fail(err, ERROR_FILE,
                    "it was written with other settings; give those, or another -o");
    return record_axes_same(file, grid, err);
}

bool record_file_cut(struct h5file *file, size_t rows, struct error *err) {
    size_t cells = 0;
    if (!h5file_trim(file, rows, err)) return false;
    if (rows == 0) return true;
    if (!h5file_size(file, "last_density", &cells, err)) return false;
    double *p = array_create(cells, sizeof *p, err);
    const bool good = p != NULL &&
                      h5file_read_row(file, "density", rows - 1, p, cells, err) &&
                      h5file_write(file, "last_density", p, err) && h5file_flush(file, err);
    free(p);
    return good;
}

bool record_file_history(struct h5file *file, const struct record_header *h,
                         struct error *err) {
    char *before = NULL;
    if (!h5file_read_attribute_text(file, "/", "history", &before, err)) return false;
    const size_t room = h5file_text_room(file, "/", "history");
    const bool good =
        continue_history(file, before, room, h, err) &&
        h5file_attribute_room(file, "/", "status", "running", STATUS_ROOM, err);
    free(before);
    return good;
}

struct xdmf *record_file_xdmf(const struct h5file *file, const char *path, size_t rows,
                              double *last_time, struct error *err) {
    struct axis_names names;
    if (!axis_names_find(&names, file, err)) return NULL;
    struct xdmf_axes axes = {{axis_plain_name(&names, 0), axis_plain_name(&names, 1)},
                             {0, 0}};
    for (int d = 0; d < names.dims; d++)
        if (!h5file_size(file, names.centre[d], &axes.cells[d], err)) return NULL;
    struct xdmf *xdmf = xdmf_create(path, &axes, err);
    bool good = xdmf != NULL;
    for (size_t r = 0; r < rows && good; r++)
        good = h5file_read_row(file, "time", r, last_time, 1, err) &&
               xdmf_append(xdmf, last_time, 1, err);
    if (good) return xdmf;
    struct error ignored;
    (void)!xdmf_close(xdmf, &ignored);
    return NULL;
}
