/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of an HDF5 file that changes by commits only. HDF5 writes what it has changed
 * in the order of the addresses, an index often before what it points at; a process that is
 * killed in between, or a full disk, leaves pointers into nothing. Here
 *   - new space, behind the end of the last commit, is written at once: nothing points to
 *     it;
 *   - changes of what was committed are held in memory until the commit, which writes in
 *     this order: the end of the file in the superblock, raw data, indices, headers, and
 *     last the header of one chosen object (time: its length says how many rows there are);
 *   - what must be written as one lies in one page of the file: a kill may cut a write
 *     between two;
 *   - an index node that lost entries to a new neighbour keeps them in the file, also when
 *     it is closed: a reader that knows the old parent still finds all it looks for. Who
 *     knows the new parent is not led there;
 *   - after a write that failed nothing is written any more, and the file is cut to the
 *     last commit: a full disk is met while new space is written, before anything old is
 *     touched.
 * So each single write leads from one readable file to another.
 * HDF5 itself never hears of a failure: h5store_commit tells.
 *
 * Format: HDF5 File Format Specification 2.0, II.A (superblock 0), III.A.1 (B-tree 1). */
#pragma once

#include "io/status.h"
#include <hdf5.h>
#include <stdint.h>

struct h5store;

/* A new empty file (name is what messages call it), or an existing one to be changed; both
 * locked against other writers. */
MUST_CHECK struct h5store *h5store_create(const char *path, const char *name,
                                          struct error *err);
MUST_CHECK struct h5store *h5store_open(const char *path, struct error *err);
/* A new one that lies in memory alone and has no name anywhere; it ends with the store. */
MUST_CHECK struct h5store *h5store_create_in_memory(const char *name, struct error *err);
/* From now on nothing is written, and what was not committed is to be forgotten. */
void h5store_stop(struct h5store *);
/* Forgets what was not committed, cuts it off, and takes commits again. */
void h5store_rollback(struct h5store *);
/* Writes what is held back, when no reader of an older state matters. After a commit. */
void h5store_settle(struct h5store *);
/* Commits; 0 or errno. Frees the store. NULL is fine. */
int h5store_close(struct h5store *);

/* Access for HDF5 to the store, for H5Fcreate and H5Fopen: access is a file access list. */
bool h5store_use(struct h5store *, hid_t access);
/* The address of the object whose header is written last. */
void h5store_last(struct h5store *, haddr_t address);
/* After H5Fflush: makes what it wrote part of the file. 0, or errno of the first write that
 * failed since the store was opened or rolled back. */
int h5store_commit(struct h5store *);
