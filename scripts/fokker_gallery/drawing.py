# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks that all pictures of the gallery share: what is grid, what is walkers, what is formula."""
import io

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from fokker_figures import STYLE
from fokker_panels import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION

INTERPRETATION = {"ito": BLUE, "stratonovich": ORANGE, "klimontovich": GREEN}
NAMES = {"ito": "Itô", "stratonovich": "Stratonovich", "klimontovich": "Klimontovich"}
SERIES = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
SOURCE = {"color": ORANGE, "ls": "--", "lw": 1.8}      # the source's formula
EXACT = {"color": "k", "ls": ":", "lw": 1.6}           # the corrected one
GRID = {"color": BLUE, "lw": 2.0, "alpha": 0.8}        # the density
WALKERS = {"color": VERMILION, "fmt": "o", "ms": 4, "mfc": "white", "capsize": 2, "lw": 1}


def picture(row, runs):
    """A row's figure as the bytes of a PNG file."""
    with mpl.rc_context({**STYLE, "font.size": 10, "axes.labelsize": 10, "axes.titlesize": 10,
                         "legend.fontsize": 8.5, "mathtext.fontset": "dejavusans"}):
        figure = plt.figure(figsize=row.figure_size)
        figure.get_layout_engine().set(w_pad=0.06, wspace=0.04)
        row.draw(figure, runs)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=130)
        plt.close(figure)
    return out.getvalue()


def letters(panels):
    """(a), (b), ... at the panels' upper left."""
    for letter, axes in zip("abcdef", np.ravel(panels)):
        axes.set_title(f"({letter})", loc="left", fontweight="bold")


def steps_of_walkers(axes, run, cells=60, window=None, k=-1, label="walkers", color=VERMILION):
    """Histogram of the walkers with two standard errors to either side."""
    edges, density, error = run.histogram(cells, window, k)
    axes.stairs(density, edges, baseline=None, color=color, lw=1, label=label)
    axes.stairs(density + 2 * error, edges, baseline=np.maximum(density - 2 * error, 0), fill=True,
                color=color, alpha=0.2, lw=0)


def steps_of_masses(axes, edges, cumulative, count, cells, label="SGD, normal noise"):
    """The same from cumulative masses at given faces."""
    wide = np.linspace(edges[0], edges[-1], cells + 1)
    mass = np.diff(np.interp(wide, edges, cumulative))
    width = np.diff(wide)
    error = np.sqrt(mass / count) / width
    axes.stairs(mass / width, wide, baseline=None, color=VERMILION, lw=1, label=label)
    axes.stairs(mass / width + 2 * error, wide, baseline=np.maximum(mass / width - 2 * error, 0), fill=True,
                color=VERMILION, alpha=0.2, lw=0)


def points(axes, x, values, **look):
    """Walkers' values with two standard errors."""
    axes.errorbar(x, [v.value for v in values], yerr=[2 * v.error for v in values],
                  **{**WALKERS, "ls": "none", **look})
