/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Seconds since some moment in the past, by a clock that is never set back. */
double wall_clock(void);
