/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The summary of a sweep: FOLDER/sweep.csv and FOLDER/sweep.h5, one row a point in the
 * order of the product. Columns: point, the varied keys, file (of the point, in FOLDER;
 * also where it is not there yet), status, error, every result that any point has, in the
 * order in which they first appear, and seconds (wall time, the only column that depends on
 * how the sweep went). Results of unfinished and failed points are
 * empty in the CSV file, NaN or "" in the HDF5 file.
 *
 * sweep.h5: one dataset a column in the root group, of doubles or of texts,
 * with the dimension scale `point`: a netCDF-4 file, and in h5py f["mean_x"][:] beside
 * f["model.parameters.T"][:]. */
#pragma once

#include "solver/sweep/sweep.h"

/* row[points]. Each file is replaced as a whole. */
MUST_CHECK bool sweep_table_write(const struct sweep *sweep, const struct row *row,
                                  struct error *err);
