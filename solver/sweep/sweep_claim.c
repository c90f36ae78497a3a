/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of the bytes of sweep.settings, whether they are there or not, byte n is locked (for
 * reading) by each shard of n, and byte FIRST + k by shard k. */
#include "solver/sweep/sweep_claim.h"
#include "io/file_lock.h"
#include "solver/sweep/sweep_folder.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const int64_t FIRST = (int64_t)1 << 40;

/* No other number of shards, and not this shard elsewhere. */
static bool lock_points(int fd, size_t shard, size_t shards) {
    const int64_t n = (int64_t)shards;
    return file_lock(fd, false, n, 1) && file_lock(fd, true, FIRST + (int64_t)shard, 1) &&
           !file_is_locked(fd, 0, n) && !file_is_locked(fd, n + 1, FIRST - n - 1);
}

/* Another sweep's file is left without a lock, be it for a moment: its own process may ask. */
static bool claim_file(const struct sweep *s, const char *path, size_t shard, size_t shards,
                       bool force, int *claim, struct error *err) {
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *claim = -1;
    if (fd < 0) return true; /* whoever writes it will tell why not */
    if (!sweep_folder_check(s, force, err)) return close(fd), false;
    if (lock_points(fd, shard, shards)) return *claim = fd, true;
    close(fd);
    return fail(err, ERROR_FILE,
                "%s: another process runs this sweep there; wait for its end, or give "
                "another -o",
                s->folder);
}

bool sweep_claim(const struct sweep *s, size_t shard, size_t shards, bool force, int *claim,
                 struct error *err) {
    char *path = sweep_file(s, "sweep.settings", err);
    const bool good = path != NULL && claim_file(s, path, shard, shards, force, claim, err);
    free(path);
    return good;
}

bool sweep_claim_again(const struct sweep *s, size_t shard, size_t shards, bool force,
                       int *claim, struct error *err) {
    char *path = sweep_file(s, "sweep.settings", err);
    if (path == NULL) return false;
    bool good = true;
    if (*claim < 0 || !file_has_name(*claim, path)) {
        sweep_claim_end(*claim);
        good = claim_file(s, path, shard, shards, force, claim, err);
    }
    free(path);
    return good;
}

void sweep_claim_end(int claim) {
    if (claim >= 0) close(claim);
}
