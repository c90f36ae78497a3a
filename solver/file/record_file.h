/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the output file that are the same in every run: who wrote it, the axes, the
 * settings; and finding an earlier run's file as it is and cutting it to whole rows. */
#pragma once

#include "io/h5file.h"
#include "solver/file/record.h"
#include "solver/file/record_axes.h"
#include "solver/file/xdmf.h"

/* Root attributes, /entry, time, axes and their bounds. */
MUST_CHECK bool record_file_head(struct h5file *file, const char *path,
                                 const struct grid *grid, const struct axis_names *names,
                                 const struct record_header *header, struct error *err);
/* Is it one of those root attributes: what says where the file comes from, not what came
 * out? */
bool record_file_is_head(const char *attribute);
/* Name and meaning of the root attribute in row `row` of their table; NULL behind the last. */
const char *record_file_attribute(size_t row, const char **sentence);
/* /entry/process: program, date, command line and settings. */
MUST_CHECK bool record_file_process(struct h5file *file, const struct record_header *header,
                                    struct error *err);

/* Was it written with these settings on this grid? Says no with a sentence without path. */
MUST_CHECK bool record_file_same(const struct h5file *file, const struct grid *grid,
                                 const struct record_header *header, struct error *err);
/* Is the last of its rows whole in every dataset that grows? */
MUST_CHECK bool record_file_last_row(const struct h5file *file, size_t rows,
                                     struct error *err);
/* Leaves `rows` rows everywhere; last_density becomes the last of them. */
MUST_CHECK bool record_file_cut(struct h5file *file, size_t rows, struct error *err);
/* One more line of `history`, for a resumed run. */
MUST_CHECK bool record_file_history(struct h5file *file, const struct record_header *header,
                                    struct error *err);
/* A new .xdmf2 for the rows that are there; *last_time is that of the last one (unchanged
 * when there is none). */
MUST_CHECK struct xdmf *record_file_xdmf(const struct h5file *file, const char *path,
                                         size_t rows, double *last_time, struct error *err);
