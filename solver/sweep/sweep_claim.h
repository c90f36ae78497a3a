/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One process to a point: a sweep, or one of its shards, claims its points in the folder by
 * locks on sweep.settings, which end with it. Shards of one number go side by side. */
#pragma once

#include "solver/sweep/sweep.h"

/* Claims points k, k + n, ... for shard k (from 1) of n. *claim: -1 when the folder is not
 * there yet, or when its file system has no locks. ERROR_FILE when another process works at
 * one of them; force and its errors as in sweep_folder_check. */
MUST_CHECK bool sweep_claim(const struct sweep *sweep, size_t shard, size_t shards,
                            bool force, int *claim, struct error *err);
/* Makes a claim from before sweep_folder one on the sweep.settings that is there now. */
MUST_CHECK bool sweep_claim_again(const struct sweep *sweep, size_t shard, size_t shards,
                                  bool force, int *claim, struct error *err);
void sweep_claim_end(int claim);
