/* SPDX-License-Identifier: GPL-3.0-or-later
 * What `fokker COMMAND --help` says beyond the command's own line. */
#pragma once

/* NULL where there is nothing to add. */
const char *help_of(const char *command);
