/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/transfer/process.h"

void process_destroy(struct process *process) {
    if (process != NULL) process->destroy(process);
}
