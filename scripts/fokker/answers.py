# SPDX-License-Identifier: GPL-3.0-or-later
"""Panels that compare a snapshot's density, laws and walkers, of a fokker run of one variable."""
from textwrap import wrap

import matplotlib as mpl
import numpy as np

from .marks import LAWS, NAMED, histogram
from .panels import laws_of, walkers_label
from .view import density_axis, density_scale, window

MOST_BINS, MOST_LOG_BINS = 240, 60  # of a histogram in its window; on a logarithmic axis single walkers are seen


def merged_cells(run, values, errors=None, most=MOST_BINS):
    """(faces, densities, errors) of cells merged so that at most so many lie in the window."""
    ends = window(run)
    by = -(-int(np.sum((run.x > ends[0]) & (run.x < ends[1]))) // most)
    if by <= 1:
        return run.x_edge, values, errors
    first = np.arange(0, len(run.x), by)
    edges, h = np.append(run.x_edge[first], run.x_edge[-1]), np.diff(run.x_edge)
    widths = np.diff(edges)
    if errors is not None:
        errors = np.sqrt(np.add.reduceat((np.nan_to_num(errors) * h) ** 2, first)) / widths
    return edges, np.add.reduceat(values * h, first) / widths, errors


def answers_panel(run, axes, k, most_laws=3):
    """Snapshot k three times: the density, the laws, the walkers' histogram and kernel estimate with
    their bands. The title has the distance of the first law."""
    log = density_scale(run, run.density(k).max()) == "log"
    axes.plot(run.x, run.density(k), color="k", lw=1, zorder=3, gid=f"density {k}",
              label="finite volumes")
    for prefix, color in zip(run.walkers(), NAMED):
        for kind in ("histogram", "kde"):
            name = f"{prefix}_{kind}"
            if name not in run or (log and kind == "kde"):  # a spike for each far walker
                continue
            p, error, band = run.row(name, k), None, ""
            if name + "_errors" in run:
                error, band = run.row(name + "_errors", k), r" $\pm 2$ s.e."
            look = {"color": color, "gid": f"{name} {k}",
                    "label": f"{walkers_label(run, prefix)}, {kind}{band}"}
            if kind == "histogram":
                edges, p, error = merged_cells(run, p, error, MOST_LOG_BINS if log else MOST_BINS)
                if log and error is not None:  # a band that reaches 0 would reach the bottom
                    error = np.where(p > 2 * error, error, np.nan)
                histogram(axes, edges, p, error, **look)
            else:
                axes.plot(run.x, p, ls=":", **look)
                if band:
                    error = np.where(p > 2 * error, error, np.nan) if log else error
                    axes.fill_between(run.x, p - 2 * error, p + 2 * error, color=color, alpha=0.15, lw=0)
    for prefix, color, line in laws_of(run, most_laws):
        axes.plot(run.x, run.row(f"{prefix}_density", k), color=color, ls=line, lw=1.6, zorder=4,
                  gid=f"{prefix}_density {k}", label=run.law_label(prefix))
    density_axis(run, axes, run.density(k).max())
    axes.set_title("\n".join(filter(None, [run.time_text(k), *wrap(run.distance_text(k), 46)])))
    axes.set_ylabel(run.label("density"))


def law_differences_panel(run, axes, k):
    """Cumulative probabilities less those of the first law, whose largest size is the KS distance; grey: tolerance."""
    (base, *others) = run.laws()
    law = cumulative(run, f"{base}_density", k)

    def line(name, **look):
        axes.plot(run.x_edge, cumulative(run, name, k) - law, gid=f"{name}_difference {k}", **look)

    line("density", color="k", lw=1)
    for prefix, (color, style) in zip(others, LAWS[1:]):
        line(f"{prefix}_density", color=color, ls=style)
    for prefix, color in zip(run.walkers(), NAMED):
        if f"{prefix}_histogram" in run:
            line(f"{prefix}_histogram", color=color, lw=1)
    tolerance = float(run.attribute(f"{base}_tolerance", "nan"))
    if np.isfinite(tolerance):
        axes.axhspan(-tolerance, tolerance, color="0.92", lw=0, zorder=0)
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel("\n".join(wrap(f"P(< {run.label('x')}) less {run.law_label(base)}", 24)))


def cumulative(run, name, k):
    """Probabilities below the faces, of snapshot k of a density."""
    return np.concatenate([[0], np.cumsum(run.row(name, k) * np.diff(run.x_edge))])


def z_scores_panel(run, axes, k):
    """How many standard errors the walkers are off, cell by cell; 95 % within the band."""
    largest = 5
    for prefix, color in zip(run.walkers(), NAMED):
        if f"{prefix}_z_scores" in run:
            z = run.row(f"{prefix}_z_scores", k)
            largest = max(largest, 1.3 * np.nanmax(np.abs(z), initial=0))
            axes.plot(run.x, z, ".", ms=3, color=color, gid=f"{prefix}_z_scores {k}")
    axes.axhspan(-1.96, 1.96, color="0.92", lw=0, zorder=0)
    if largest > 20:
        axes.set_yscale("symlog", linthresh=5, linscale=2)
        decades = 10 ** np.arange(1, int(np.log10(largest)) + 1)
        axes.set_yticks([*-decades, -2, 0, 2, *decades], [*-decades, -2, 0, 2, *decades])
        axes.yaxis.set_minor_locator(mpl.ticker.NullLocator())
    axes.set_ylim(-largest, largest)
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel("z-score")
