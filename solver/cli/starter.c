/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/starter.h"
#include "io/part.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] =
    "# An experiment for fokker. It runs as it is:  fokker run THIS_FILE\n"
    "# Every key with its type, default and range:  fokker settings\n"
    "title: Two wells, three examples\n"
    "\n"
    "model:\n"
    "  variables: [w]                # one name, or two: [x, y]\n"
    "  parameters: {eta: 0.05}       # constants, also for --set model.parameters.eta=0.1\n"
    "  # The loss of each example. SGD draws batches of them; the loss L, its gradient and "
    "the\n"
    "  # covariance of the noise follow. For many examples of one form, instead:\n"
    "  #   example_loss: (w*x - y)^2/2\n"
    "  #   data: {file: points.csv}    # its columns are called x and y\n"
    "  datapoints:\n"
    "    - (w^2 - 1)^2/8 + w\n"
    "    - (w^2 - 1)^2/8 - w\n"
    "    - (w^2 - 1)^2/8 - w/10\n"
    "  learning_rate: eta\n"
    "  batch_size: 1\n"
    "  interpretation: ito           # how the noise is read: ito is what SGD does;\n"
    "                                # or stratonovich, klimontovich\n"
    "\n"
    "grid:                           # one axis a variable; the ends reflect\n"
    "  w: {min: -2.5, max: 2.5, cells: 500}\n"
    "\n"
    "initial:                        # where SGD starts: in the left well\n"
    "  gaussian: {mean: -1, std: 0.2}\n"
    "\n"
    "time:\n"
    "  unit: steps                   # of SGD\n"
    "  snapshots: {log: [10, 2000, 15]}\n"
    "\n"
    "monte_carlo:                    # runs of SGD itself, compared with the density\n"
    "  walkers: 20000\n"
    "  kinds: [sgd]\n"
    "  seed: 1\n"
    "  tolerance: 0.02               # agree: P(w < c) differs by less, for every c\n"
    "\n"
    "analysis:                       # probabilities to follow\n"
    "  regions: {left: w < 0, right: w > 0}\n";

/* Nobody's file is lost: it is made only where there is none. */
static bool file_write_new(const char *path, struct error *err) {
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 && errno == EEXIST)
        return fail(err, ERROR_SETTINGS, "%s exists already; give another name", path);
    if (file < 0)
        return fail(err, ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
    const bool written = file_write_at(file, text, strlen(text), 0);
    if (close(file) == 0 && written) return true;
    fail(err, ERROR_FILE, "cannot write %s: %s", path, strerror(errno));
    unlink(path);
    return false;
}

char *starter_write(const char *name, struct error *err) {
    static const char suffix[] = ".yaml";
    if (name == NULL) name = "experiment";
    const size_t length = strlen(name), end = strlen(suffix);
    const bool has = length > end && strcmp(name + length - end, suffix) == 0;
    char *path = array_create(length + sizeof suffix, 1, err);
    if (path == NULL) return NULL;
    sprintf(path, "%s%s", name, has ? "" : suffix);
    if (file_write_new(path, err)) return path;
    return free(path), NULL;
}
