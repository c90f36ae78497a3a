/* SPDX-License-Identifier: GPL-3.0-or-later
 * HDF5 files that tables and arrays are read from. */
#pragma once

#include "io/status.h"
#include <hdf5.h>

/* The file open for reading, < 0 with a message that names it where it is no HDF5 file. */
MUST_CHECK hid_t table_open_hdf5(const char *path, struct error *err);
