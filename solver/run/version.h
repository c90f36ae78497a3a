/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which program this is: printed by `fokker --version` and written into every output
 * file. */
#pragma once

extern const char build_version[]; /* "0.2.0", from meson.build */
/* "4c2c140e27e8", with "-dirty" when edited since; "unknown" outside a git checkout. */
extern const char build_commit[];
extern const char build_compiler[];  /* "gcc 12.2.0" */
extern const char build_libraries[]; /* "HDF5 1.10.8, FFTW 3.3.10, ..." as built against */
