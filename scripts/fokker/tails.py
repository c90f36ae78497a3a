# SPDX-License-Identifier: GPL-3.0-or-later
"""Tails of heavy-tailed laws: p ~ |x - m|^(-s) far from the median m, with s fitted on either side."""
import numpy as np

from .marks import BLUE, NAMED, ORANGE, legend_above
from .view import marginal_mass

SIDES = ((1, "right", BLUE, "-"), (-1, "left", ORANGE, "--"))
POINTS = 40
FROM = 5.0  # half interquartile ranges from the median
TO, TO_PERIODIC = 0.7, 0.3  # of the way to the wall: its layer, or the periodic images, are beyond
RATIOS = (10.0, 3.1)  # of the farthest point to the nearest: the first over which the law is straight
LEAST_RATIO = 3.0
STRAIGHT = 0.15  # the two halves' exponents differ by at most this part
STEEPEST = 15.0  # exponent: over these ranges more is not told from an exponential
FLOOR = 1e-12  # of the largest density: rounding is below
BINS = 24


def median_and_half_width(run, p):
    """Median and half interquartile range of a density of one variable."""
    below = np.concatenate([[0], np.cumsum(np.maximum(marginal_mass(run, p, "x"), 0))])
    low, middle, high = np.interp(np.array([0.25, 0.5, 0.75]) * below[-1], below, run.x_edge)
    return middle, (high - low) / 2


def fitted_tail(run, p, side):
    """(s, amplitude, r0, r1): p = amplitude r^-s for r0 < r < r1 on a side of the median; None where the
    density is not straight in logarithms there. The fit is by least squares at even steps of ln r."""
    middle, half = median_and_half_width(run, p)
    wall = abs((run.x_edge[-1] if side > 0 else run.x_edge[0]) - middle)
    r, values = (side * (run.x - middle))[::side], p[::side]
    far = (r > FROM * half) & (values <= FLOOR * values.max())
    end = (TO_PERIODIC if "wrapped_mass" in run else TO) * wall
    r1 = min([end, *r[far][:1]])
    starts = [max(FROM * half, r1 / ratio) for ratio in RATIOS] if half > 0 else []
    fits = (straight_line(r, values, r0, r1) for r0 in starts if r1 >= LEAST_RATIO * r0)
    return next((fit for fit in fits if fit), None)


def straight_line(r, values, r0, r1):
    """(s, amplitude, r0, r1), or None where the two halves of the range have other exponents."""
    u = np.linspace(np.log(r0), np.log(r1), POINTS)
    v = np.log(np.maximum(np.interp(np.exp(u), r, values), 1e-300))
    near, distant, (slope, shift) = (np.polyfit(a, b, 1) for a, b in ((u[:POINTS // 2], v[:POINTS // 2]), (u[POINTS // 2:], v[POINTS // 2:]), (u, v)))
    straight = abs(near[0] - distant[0]) < STRAIGHT * abs(slope)
    return (-slope, np.exp(shift), r0, r1) if straight and 0.5 < -slope < STEEPEST else None


def fitted_tails(run, k=-1):
    """{side: fit} of snapshot k of a run of one variable with noise."""
    if run.dims == 2 or ("diffusion" in run and not np.any(run.static("diffusion"))):
        return {}
    fits = {side: fitted_tail(run, run.density(k), side) for side, *_ in SIDES}
    return {side: fit for side, fit in fits.items() if fit}


def has_tails(run):
    return bool(fitted_tails(run, run.last()))


def infinite_variance(run):
    """Does a tail fall no faster than |x|^-3: is the variance that of the box?"""
    return any(s <= 3 for s, *_ in fitted_tails(run, run.last()).values())


def bin_tail(run, p, middle, side, bins):
    """Densities between the distances `bins` from the median, of cell averages p."""
    below = np.concatenate([[0], np.cumsum(marginal_mass(run, p, "x"))])
    at = np.interp(middle + side * bins, run.x_edge, below)
    return np.abs(np.diff(at)) / np.diff(bins)


def tails_panel(run, axes, k=None):
    """The last snapshot on logarithmic axes against the distance from its median, with the fitted exponents."""
    k = run.last() if k is None else k
    p, fits = run.density(k), fitted_tails(run, k)
    middle, half = median_and_half_width(run, p)
    for side, word, color, line in SIDES:
        r = side * (run.x - middle)
        seen = (r > 0.3 * half) & (p > FLOOR * p.max())
        axes.loglog(r[seen], p[seen], color=color, ls=line, gid=f"tail_{word} {k % run.rows}", label=f"density, {word}")
        wall = r.max()
        bins = np.geomspace(0.3 * half, wall, BINS + 1)
        for prefix, mark in zip(run.walkers(), "os^v"):
            if f"{prefix}_histogram" in run:
                axes.plot(np.sqrt(bins[1:] * bins[:-1]), positive(bin_tail(run, run.row(f"{prefix}_histogram", k), middle, side, bins)),
                          mark, ms=4, mfc="none", color=color, label="walkers" if side > 0 else None)
        for prefix, named in zip(run.laws()[:1], NAMED[2:]):
            law = run.row(f"{prefix}_density", k)
            axes.plot(r[seen], positive(law[seen]), ":", color=named, label=run.law_label(prefix) if side > 0 else None)
    for side, fit in fits.items():
        s, amplitude, r0, r1 = fit
        ends = np.array([r0, r1])
        word = "" if len(fits) == 2 else ", right" if side > 0 else ", left"
        same = side < 0 and 1 in fits and abs(fits[1][0] - s) < 0.005 * s
        if not same:
            axes.plot(ends, 2 * amplitude * ends**-s, "k-.", lw=1.2, gid=f"fitted_tail_{'right' if side > 0 else 'left'}",
                      label=rf"$r^{{-{s:.2f}}}$, fitted{word} (twice the fit is drawn)")
    axes.set_xlabel(f"|{run.label('x')} - median|  ({run.time_text(k)})")
    axes.set_ylabel(run.label("density"))
    legend_above(axes)


def positive(values):
    return np.where(values > 0, values, np.nan)
