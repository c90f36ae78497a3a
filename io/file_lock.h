/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Locks that end with the process: one writer to a file, also between machines where the
 * file system can. They are of the kind "open file description" (fcntl(2), F_OFD_SETLK),
 * which readers do not meet: HDF5's own locks are of another kind. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Locks `length` bytes from `start` (0: to the end, however far) of an open file, for
 * writing (exclusive) or reading. false only where another holds them: a file system
 * without locks refuses nobody. */
bool file_lock(int fd, bool exclusive, int64_t start, int64_t length);
/* Does another hold a lock there? */
bool file_is_locked(int fd, int64_t start, int64_t length);

/* Is the open file still the one of that name? */
bool file_has_name(int fd, const char *path);

/* Opens path for reading and writing, creates it where it is missing, and locks all of it;
 * -1 with errno EWOULDBLOCK where another holds it. What was renamed or removed between the
 * two is left alone. */
int file_open_locked(const char *path, bool create);
