# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks that all pictures of the gallery share: what is grid, what is walkers, what is formula."""
import io

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from fokker.marks import BLUE, GREEN, ORANGE, PURPLE, SKY, STYLE, VERMILION, histogram

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
    histogram(axes, *run.histogram(cells, window, k), color=color, label=label)


def dots(axes, x, y, error, **look):
    """Walkers' numbers with two standard errors to either side."""
    axes.errorbar(x, y, yerr=2 * np.asarray(error), **{**WALKERS, "ls": "none", **look})


def points(axes, x, values, **look):
    """The same of Values."""
    dots(axes, x, [v.value for v in values], [v.error for v in values], **look)
