/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Fourier transforms of laws are found for so many frequencies at a time. */
enum { FREQUENCIES = 64 };
