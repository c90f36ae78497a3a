# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows, by source and subject: each module ends with its ROWS. Here they are in the order of
the page, that of SOURCES."""
from ..page import SOURCES
from . import batches, current, escape, exits, laws, noise, pit, power_law, stationary, uneven

MODULES = (stationary, uneven, batches, current, laws, pit, noise, power_law, escape, exits)
ROWS = tuple(row for source in SOURCES for module in MODULES for row in module.ROWS if row.source_key == source)
