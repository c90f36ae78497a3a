/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker plot, animate and report: what the Python package fokker (scripts/fokker) draws. */
#pragma once

/* Becomes Python, with arguments[0] = "plot", "animate" or "report" and what follows on the command line, up
 * to NULL. Python's status is the program's: 2, with a line that says so, when the package or what
 * it needs is not there. Returns only when there is no Python, with 2. */
int pictures_draw(char **arguments);
