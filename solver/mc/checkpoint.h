/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of walkers in a file, from which a run that was killed goes on to the same
 * bits. There is no generator state: positions, velocities, exit times, the step and the
 * key are all. Header (magic, version, byte order, what follows), raw doubles, CRC-32 of
 * both; written beside the target, synced, and renamed over it, so that there is always a
 * whole one. Only a checkpoint is replaced. */
#pragma once

#include "solver/mc/walkers.h"

/* Writes the state; configuration: hash of the settings that it depends on
 * (checkpoint_hash). Fails (ERROR_FILE) where the disk does, (ERROR_SETTINGS) where something
 * else than a checkpoint stands at path; an old checkpoint is then still there. */
MUST_CHECK bool checkpoint_save(const char *path, const struct walkers *walkers,
                                uint64_t configuration, struct error *err);

/* Removes the file at path if it is a checkpoint. */
void checkpoint_remove(const char *path);

/* The walkers of a checkpoint, owned by the caller. NULL with ERROR_FILE: not there, not a
 * checkpoint, of other settings, cut short or damaged. */
MUST_CHECK struct walkers *checkpoint_load(const char *path, uint64_t configuration,
                                           struct error *err);

/* FNV-1a of a text, e.g. the settings as they were resolved. */
uint64_t checkpoint_hash(const char *text);
