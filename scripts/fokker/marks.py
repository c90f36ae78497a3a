# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, and the marks that panels share. Cividis over time, viridis for a density, Okabe-Ito
for everything that is named.
"""
from textwrap import wrap

import matplotlib as mpl
import numpy as np

from .file import number_text
from .view import inside, window

# Okabe and Ito's palette, distinguishable with every common colour blindness; black is kept
# for the stationary density and the loss.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
NAMED = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
LAWS = ((PURPLE, "--"), (ORANGE, "-."), (SKY, ":"))  # colour and line of the first law, the second, the third
SMALL, LARGE = 1e-4, 1e5  # what an axis counts to, when its ticks have no common factor
IN_TIME = mpl.colormaps["cividis"]

# Letters that DejaVu does not have are taken from the first of these that is installed and has them (Debian: fonts-noto-cjk, ...).
MORE_FONTS = ("Noto Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK KR", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
              "IPAGothic", "IPAexGothic", "VL Gothic", "TakaoGothic", "NanumGothic", "UnBatang", "AR PL UMing CN", "AR PL UKai CN", "Droid Sans Fallback",
              "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai", "FreeSans", "Unifont")


def fonts():
    """DejaVu Sans, and those of MORE_FONTS that are here."""
    from matplotlib.font_manager import fontManager
    here = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in MORE_FONTS if name in here)]


STYLE = {
    "font.family": fonts(), "figure.dpi": 100, "savefig.dpi": 200, "figure.constrained_layout.use": True,
    "font.size": 9, "axes.titlesize": 9, "axes.labelsize": 9, "legend.fontsize": 8,
    "xtick.labelsize": 8, "ytick.labelsize": 8, "lines.linewidth": 1.4,
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "axes.prop_cycle": mpl.cycler(color=NAMED), "pdf.fonttype": 42,
}


TITLE_LETTERS = 9.0  # of a figure's title, an inch
TITLE_LINES = 2


def write_title(figure, title):
    """A title, and the labels of axes, letter by letter: a $ in them begins no formula. What does not fit into the lines ends with ..."""
    letters = int(TITLE_LETTERS * figure.get_figwidth())
    lines = wrap(title, letters)
    if len(lines) > TITLE_LINES:
        lines = lines[:TITLE_LINES - 1] + [lines[TITLE_LINES - 1][:letters - 4] + " ..."]
    words = figure.suptitle("\n".join(lines), fontsize=11, parse_math=False)
    words.set_fontsize(11 * min(1, 0.98 * figure.bbox.width / words.get_window_extent().width))  # of wide letters
    for axes in figure.axes:
        axes.xaxis.label.set_parse_math(False)
        axes.yaxis.label.set_parse_math(False)


# --- One dimension ------------------------------------------------------------------------


def legend_above(axes):
    """Above the axes, where it hides nothing, and no common factor of the ticks stands: they have it themselves."""
    if axes.get_yscale() == "linear" and not SMALL < max(map(abs, axes.get_ylim())) < LARGE:
        axes.yaxis.set_major_formatter(lambda value, _: number_text(value, 6))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderaxespad=0.2)


def histogram(axes, edges, density, error=None, color=VERMILION, lw=1.0, **look):
    """Densities of cells with two standard errors to either side; returns the outline."""
    drawn = axes.stairs(density, edges, baseline=None, color=color, lw=lw, **look)
    if error is not None:
        axes.stairs(density + 2 * error, edges, baseline=np.maximum(density - 2 * error, 0),
                    fill=True, color=color, alpha=0.2, lw=0)
    return drawn


# --- Two dimensions -----------------------------------------------------------------------


def plane_image(run, axes, values, cmap="viridis", **look):
    """Values of the run's cells [ny, nx] as an image."""
    return axes.pcolormesh(run.x_edge, run.y_edge, values, cmap=cmap, rasterized=True, **look)


def density_bar(figure, image, axes, pad=0.01, aspect=30):
    """The bar beside images that are scaled to one."""
    figure.colorbar(image, ax=axes, label="density / its largest value", pad=pad, aspect=aspect)


def loss_levels(run):
    """Ten levels of the loss, closer at the bottom of what is seen; None where there is no loss, or a constant one."""
    if "loss" not in run:
        return None
    seen = inside(run, inside(run, run.static("loss")).T, "y")
    seen = seen[np.isfinite(seen)]
    return seen.min() + np.ptp(seen) * np.linspace(0.04, 1, 10) ** 2 if seen.size and seen.max() > seen.min() else None


def loss_contours(run, axes, levels=None):
    """The loss over an image, at these levels or at those of loss_levels."""
    own = loss_levels(run)
    if own is not None:
        axes.contour(run.x, run.y, run.static("loss"), own if levels is None else levels, colors="w", linewidths=0.5, alpha=0.65)


def plane_axes(run, axes):
    """Names of both variables, and their windows."""
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel(run.label("y"))
    ends = window(run, "x"), window(run, "y")
    axes.set_xlim(ends[0])
    axes.set_ylim(ends[1])
    sides = np.ptp(ends, axis=1)
    if max(sides) < 3 * min(sides):
        axes.set_aspect("equal")


def every_nth(at, ends, across):
    """A slice of about `across` of the positions within the ends."""
    within = np.flatnonzero((at >= ends[0]) & (at <= ends[1]))
    step = -(-len(within) // across)
    return slice(within[0] + step // 2, within[-1] + 1, step)


def current_arrows(run, axes, k, across=22):
    """The current at cell centres, about `across` arrows a side, none where it is < 5 %."""
    jx, jy = run.row("flux_x", k), run.row("flux_y", k)
    jx, jy = (jx[:, 1:] + jx[:, :-1]) / 2, (jy[1:] + jy[:-1]) / 2
    ys, xs = every_nth(run.y, window(run, "y"), across), every_nth(run.x, window(run, "x"), across)
    jx, jy = jx[ys, xs], jy[ys, xs]
    size = np.hypot(jx, jy)
    top = np.nanmax(size)
    if top > 0:
        seen = np.where(size < 0.05 * top, np.nan, 1.0)
        axes.quiver(run.x[xs], run.y[ys], seen * jx, seen * jy, color="w", pivot="mid",
                    width=0.005, minlength=0, scale=0.5 * across * top, gid=f"flux {k}")
