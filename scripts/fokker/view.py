# SPDX-License-Identifier: GPL-3.0-or-later
"""What part of a run a figure shows, and how: the limits of its axes, the scale of its densities, its
snapshots. What is not asked for follows from the mass.
"""
import numpy as np
from matplotlib.colors import LogNorm, Normalize, PowerNorm, SymLogNorm

from .file import BadFile

SHARE = 0.999  # of every shown row's mass lies in an automatic window
MARGIN, MOST = 0.08, 0.8  # of the window; a window of more than MOST of the grid is the whole grid
DECADES = 6  # of a logarithmic density
MOST_WINDOW_ROWS = 60


def mass_interval(edges, masses, share=SHARE):
    """The narrowest cells' faces that leave at most (1 - share) / 2 of the mass to either side."""
    below = np.concatenate([[0], np.cumsum(np.maximum(np.nan_to_num(masses), 0))])
    out = (1 - share) / 2 * below[-1]
    first = np.searchsorted(below, out, side="right") - 1
    last = np.searchsorted(below, below[-1] - out, side="left")
    return edges[min(first, len(edges) - 2)], edges[max(last, 1)]


def shown_densities(run):
    """Names of the time-dependent densities that figures show."""
    names = ["density", *(f"{law}_density" for law in run.laws()), *(f"{walkers}_histogram" for walkers in run.walkers())]
    return [name for name in names if name in run]


def marginal_mass(run, p, coordinate):
    """Masses of the cells of one coordinate, from a density p[nx] or p[ny, nx]."""
    masses = p * np.diff(run.x_edge)
    if run.dims == 2:
        masses = masses * np.diff(run.y_edge)[:, None]
        masses = np.nansum(masses, axis="yx".index(coordinate) ^ 1)
    return masses


def window(run, coordinate="x", rows=None):
    """(low, high) of a coordinate: as asked for, or SHARE of the mass of each of these rows with a margin."""
    asked = {"x": run.view.xlim, "y": run.view.ylim if run.dims == 2 else None}[coordinate]
    edges = getattr(run, coordinate + "_edge")
    if asked and not (asked[0] < edges[-1] and asked[1] > edges[0]):
        raise BadFile(f"{run.path}: --{coordinate}lim {asked[0]:g} {asked[1]:g}: the grid of {run.label(coordinate)} goes from {edges[0]:g} to {edges[-1]:g}")
    if asked:
        return asked
    shown = [run.row(name, k) for k in (run.spread(MOST_WINDOW_ROWS) if rows is None else rows) for name in shown_densities(run)]
    if run.dims == 1 and "stationary_density" in run:
        shown.append(run.static("stationary_density"))
    ends = np.array([mass_interval(edges, marginal_mass(run, p, coordinate)) for p in shown])
    low, high = ends[:, 0].min(), ends[:, 1].max()
    margin = MARGIN * (high - low)
    low, high = max(low - margin, edges[0]), min(high + margin, edges[-1])
    return (edges[0], edges[-1]) if high - low > MOST * np.ptp(edges) else (low, high)


def inside(run, values, coordinate="x"):
    """Those of the values at the cells of a coordinate that lie in its window."""
    at, (low, high) = getattr(run, coordinate), window(run, coordinate)
    return values[..., (at >= low) & (at <= high)]


def density_scale(run, largest):
    """"linear", "log" or "symlog": as asked for, or logarithmic where all the mass is in a fiftieth of the window."""
    if run.view.scale or run.dims == 2:
        return run.view.scale or "linear"
    return "log" if largest * np.ptp(window(run)) > 50 else "linear"


def density_axis(run, axes, largest):
    """Scale and limits of an axis of densities up to `largest`; returns the scale."""
    scale = density_scale(run, largest)
    if scale == "log":
        axes.set_yscale("log")
        axes.set_ylim(10.0**-DECADES * largest, 3 * largest)
    elif scale == "symlog":
        axes.set_yscale("symlog", linthresh=10.0**-DECADES * largest)
    else:
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    if run.dims == 1 and run.view.ylim:
        axes.set_ylim(run.view.ylim)
    return scale


def density_norm(run, largest, power=1.0):
    """Colours of densities from 0 to `largest`."""
    scale = density_scale(run, largest)
    if scale == "log":
        return LogNorm(10.0**-DECADES * largest, largest, clip=True)
    if scale == "symlog":
        return SymLogNorm(10.0**-DECADES * largest, vmin=0, vmax=largest)
    return Normalize(0, largest) if power == 1 else PowerNorm(power, 0, largest)


def varies(values, tolerance=1e-6):
    """Is there something to see: do the values differ by more than a part of the largest?"""
    finite = values[np.isfinite(values)]
    return finite.size > 1 and np.ptp(finite) > tolerance * max(np.max(np.abs(finite)), 1e-300)
