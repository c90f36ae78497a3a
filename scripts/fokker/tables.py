# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps of fokker: reads FOLDER/sweep.h5 and draws its columns over the varied keys: a curve for one key,
a heat map for two, a heat map for each point of the others for more.

    with Sweep("wide_vs_narrow_sweep") as sweep:
        sweep.keys, sweep.values("model.parameters.T"), sweep.cube("mass_in_narrow")
"""
import itertools
import os
import re
from pathlib import Path

import h5py
import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from .file import BadFile, number_text, text_of
from .marks import BLUE, PURPLE, STYLE, VERMILION, write_title
from .view import varies

MOST_PANELS = 12
MOST_TICKS = 8  # that are the values of a key
KINDS = {"sgd": "SGD", "gaussian": "SGD with normal noise", "sde": "the SDE"}
LETTERS = 42  # below a heat map
ROUNDING = 1e-12  # of the scale of the flux: a current of the arithmetic
MOST_WRITTEN = 60  # cells of a heat map with their values in words
# What a picture without --column shows first, then whatever else differs from point to point.
FIRST = ("mean_escape_time_log10", "mass_in_", "mean_", "variance_", "law_sgd_distance_ks", "mean_loss", "entropy")
NOT_ASKED = ("point", "seconds", "time", "step", "learning_rate", "wall_time", "solves", "time_steps", "cells_cut_into", "kurtosis_x", "skewness_x")
NOT_ASKED_ENDS = ("_error", "_errors", "_estimate", "_tolerance", "_extrapolated", "_density", "defect", "negativity", "_current")


class Sweep:
    """The table of a sweep. keys: the varied settings, the last one fastest; shape: how many values each has."""

    def __init__(self, path):
        path = Path(path)
        self.path = os.fspath(path / "sweep.h5" if path.is_dir() else path)
        if not os.path.isfile(self.path):
            raise BadFile(f"{path}: " + ("a folder without the table of a sweep (sweep.h5)" if path.is_dir() else "no such file"))
        try:
            self.file = h5py.File(self.path, "r")
            swept = "vary" in self.file.attrs
        except (OSError, RuntimeError) as error:  # no HDF5 file, or a damaged one
            raise BadFile(f"{self.path}: {error}") from None
        if not swept:
            self.file.close()
            raise BadFile(f"{self.path}: not the table of a sweep")
        self.keys = [text_of(v).partition("=")[0] for v in np.atleast_1d(self.file.attrs["vary"])]
        self.title = text_of(self.file.attrs.get("title", ""))
        self.shape = tuple(len(self.values(key)) for key in self.keys)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()

    def column(self, name):
        """The values of all points, as numbers or words."""
        if name not in self.file or self.file[name].ndim != 1:
            near = ", ".join(self.columns())
            raise BadFile(f"{self.path}: has no column '{name}'; its columns of numbers that differ: {near}")
        data = self.file[name][...]
        return data if data.dtype.kind in "fiu" else np.array([text_of(v) for v in data], dtype=object)

    def values(self, key):
        """The values of a varied key, in the order of the sweep."""
        return np.array(list(dict.fromkeys(self.column(key).tolist())))

    def cube(self, name):
        """A column of numbers over the keys [shape of keys]; NaN where a point has none."""
        data = self.column(name)
        if data.dtype == object:
            raise BadFile(f"{self.path}: the column '{name}' holds words")
        cube = np.full(self.shape, np.nan)
        at = [[list(self.values(key)).index(v) for v in self.column(key).tolist()] for key in self.keys]
        cube[tuple(at)] = data
        return cube

    def columns(self):
        """Columns of numbers that differ from point to point, without the keys."""
        numbers = [n for n, d in self.file.items() if d.ndim == 1 and d.dtype.kind == "f" and n not in self.keys]
        return [n for n in numbers if varies(self.file[n][...])]

    def shown(self, most):
        """The columns to show where none is named."""
        names = [n for n in self.columns() if n not in NOT_ASKED and not self.is_counterpart(n) and not n.endswith(NOT_ASKED_ENDS) and n + "_log10" not in self.file]
        names = [n for n in names if n != "stationary_entropy_production" or self.has_current()]
        rank = {n: next((k for k, start in enumerate(FIRST) if n.startswith(start)), len(FIRST)) for n in names}
        return sorted(names, key=rank.get)[:most]

    def counterparts(self, name):
        """(column, what it is of) of the same quantity of walkers and of laws."""
        found = [(n, re.fullmatch(rf"(mc|law)(?:_(sgd|gaussian|sde))?_{re.escape(name)}", n)) for n in self.file]
        return [(n, " ".join(filter(None, ["walkers" if m[1] == "mc" else "law of", KINDS.get(m[2])]))) for n, m in found if m]

    def is_counterpart(self, name):
        """Is it drawn beside another column?"""
        match = re.fullmatch(r"(?:mc|law)(?:_(?:sgd|gaussian|sde))?_(.+)", name)
        return len(self.keys) == 1 and match is not None and match[1] in self.file

    def has_current(self):
        """Is a stationary current of any point more than rounding?"""
        return "stationary_current" not in self.file or bool(np.nanmax(self.column("stationary_current")) > ROUNDING)

    def label(self, name):
        return text_of(self.file[name].attrs.get("long_name", name)) if name in self.file else name

    def provenance(self):
        return f"fokker {text_of(self.file.attrs.get('program_version', ''))} ({text_of(self.file.attrs.get('program_commit', ''))})"

    def failed(self):
        """How many points failed, and how many missed a tolerance."""
        status = [text_of(v) for v in self.file["status"][...]] if "status" in self.file else []
        return status.count("failed"), status.count("inaccurate")


def is_sweep(path):
    """Is it the table of a sweep, or a folder with one?"""
    try:
        Sweep(path).file.close()
    except BadFile:
        return False
    return True


def refuse_sweep(path, what):
    """BadFile where a page or a film of a folder, or of the table of a sweep, is asked for."""
    if Path(path).is_dir():
        Sweep(path).file.close()
    if is_sweep(path):
        raise BadFile(f"{path}: a sweep has no {what}; fokker plot draws its table, and each of its files has a {what} of its own")


# --- Drawing ------------------------------------------------------------------------------


def short(key):
    """model.parameters.T -> T."""
    return key.rpartition(".")[2]


def ratios(values):
    """Do numbers grow by a factor rather than by a step?"""
    if values.dtype.kind not in "fiu" or len(values) < 3 or np.min(values) <= 0:
        return False
    return bool(np.std(np.diff(np.log(values))) < np.std(np.diff(values)) / np.mean(np.abs(np.diff(values))) and values.max() > 4 * values.min())


def spans_decades(values):
    return np.nanmin(values) > 0 and np.nanmax(values) > 100 * np.nanmin(values)


def tick_values(axes, at):
    """Ticks at the values themselves, where these are few and not too near each other."""
    places = np.sort(np.log(at) if axes.get_xscale() == "log" else np.asarray(at, float))
    if 1 < len(at) <= MOST_TICKS and np.min(np.diff(places)) > 0.09 * (places[-1] - places[0]):
        axes.set_xticks(at, [word(v) for v in at])
        axes.set_xticks([], minor=True)


def draw_counterparts(sweep, axes, name, at):
    """The same quantity of walkers (with two standard errors) and of laws beside the density's. Are there any?"""
    others = sweep.counterparts(name)
    for column, label in others:
        values = sweep.cube(column)
        if f"{column}_errors" in sweep.file and label.startswith("walkers"):
            axes.errorbar(at, values, 2 * sweep.cube(f"{column}_errors"), fmt="o", mfc="none", color=VERMILION, ms=5, lw=1, capsize=2,
                          label=f"{label} ± 2 s.e.", gid=f"column_{column}")
        else:
            axes.plot(at, values, "s--", mfc="none", color=PURPLE if label.startswith("law") else VERMILION, ms=4, lw=1, label=label, gid=f"column_{column}")
    return bool(others)


def curve_panel(sweep, axes, name, view):
    """A column against the one varied key."""
    key, values = sweep.keys[0], sweep.cube(name)
    at = sweep.values(key)
    numbers = at.dtype.kind in "fiu"
    places = at if numbers else np.arange(len(at))
    curve, = axes.plot(places, values, "o-" if numbers else "o", color=BLUE, ms=4, gid=f"column_{name}")
    if draw_counterparts(sweep, axes, name, places):
        curve.set_label("density")
        axes.legend(loc="best")
    if not numbers:
        axes.set_xticks(np.arange(len(at)), at)
        axes.margins(x=0.2)
    else:
        axes.set_xscale("log" if ratios(at) else "linear")
        tick_values(axes, at)
    axes.set_xlabel(key)
    axes.set_ylabel(sweep.label(name))
    scale = view.scale or ("log" if spans_decades(values) else "linear")
    axes.set_yscale(scale, **({"linthresh": 1e-6 * np.nanmax(np.abs(values))} if scale == "symlog" else {}))
    axes.set_xlim(view.xlim)
    axes.set_ylim(view.ylim)


def colours(view, values):
    low, high = np.nanmin(values), np.nanmax(values)
    if view.scale == "symlog":
        return mpl.colors.SymLogNorm(1e-6 * max(abs(low), abs(high)), vmin=low, vmax=high)
    log = view.scale == "log" or (view.scale is None and spans_decades(values))
    return (mpl.colors.LogNorm if log else mpl.colors.Normalize)(low, high if high > low else low + 1)


def heat_panel(sweep, axes, name, norm, others=()):
    """A column over the first two keys, of the points where the other keys have the values of these numbers."""
    values = sweep.cube(name)[(slice(None), slice(None), *others)]
    image = axes.pcolormesh(values.T, norm=norm, cmap="cividis", gid=f"column_{name}", edgecolors="w", lw=0.5)
    for axis, key in ((axes.xaxis, sweep.keys[0]), (axes.yaxis, sweep.keys[1])):
        at = sweep.values(key)
        words = [word(v) for v in at]
        letters = max(map(len, words)) + 2 if axis is axes.xaxis else 3
        step = -(-len(at) * letters // LETTERS)
        axis.set_ticks(np.arange(0, len(at), step) + 0.5, words[::step])
        axis.set_label_text(key)
    if values.size <= MOST_WRITTEN:
        text = written(values)
        for (i, j), v in np.ndenumerate(values):
            if np.isfinite(v):
                color = "k" if norm(v) > 0.55 else "w"
                axes.text(i + 0.5, j + 0.5, text(v), ha="center", va="center", fontsize=7, color=color)
    axes.set_facecolor("0.85")  # where a point has no value
    for edge in axes.spines.values():
        edge.set_visible(False)
    axes.tick_params(length=0)
    return image


def written(values):
    """How to write values so that they can be told apart: two digits of their differences, four at most."""
    largest, spread = np.nanmax(np.abs(values)), np.nanmax(values) - np.nanmin(values)
    digits = int(np.clip(1 + np.ceil(np.log10(largest / spread)), 2, 4)) if spread > 0 else 2
    return lambda v: number_text(float(f"{v:.{digits}g}"), digits) if abs(v) > 1e-6 * largest or spans_decades(values) else "0"


def word(value):
    return number_text(value) if isinstance(value, (float, np.floating)) else str(value)


def panels_of(sweep, names):
    """(column, numbers of the values of the third key and those after it) of each heat map."""
    others = list(itertools.product(*map(range, sweep.shape[2:])))
    panels = [(name, other) for name in names for other in others]
    if len(panels) > MOST_PANELS:
        raise BadFile(f"{sweep.path}: {len(panels)} heat maps would be needed, at most {MOST_PANELS} are drawn; vary fewer keys or name fewer columns")
    return panels


def draw_sweep(sweep, names=(), view=None):
    """One figure of these columns, or of those that say most."""
    from .file import View
    view = view or View()
    heat = len(sweep.keys) > 1
    names = list(names) or sweep.shown(max(1, 6 // int(np.prod(sweep.shape[2:]))))
    if not names:
        one, others = np.prod(sweep.shape) == 1, ", ".join(sweep.columns())
        raise BadFile(f"{sweep.path}: " + ("a sweep of one point; draw its file, or name a --column" if one
                                           else "no result differs from point to point"
                                           + (f"; a --column that does: {others}" if others else "")))
    panels = panels_of(sweep, names) if heat else [(name, ()) for name in names]
    across = min(len(panels), 3)
    down = -(-len(panels) // across)
    with mpl.rc_context(STYLE):
        figure, axes = plt.subplots(down, across, squeeze=False, figsize=(1.2 + 4.2 * across, 0.7 + 3.2 * down))
        for place, (name, other) in zip(axes.flat, panels):
            if not heat:
                curve_panel(sweep, place, name, view)
                continue
            image = heat_panel(sweep, place, name, colours(view, sweep.cube(name)), other)
            figure.colorbar(image, ax=place, pad=0.02, aspect=30)
            fixed = [f"{short(key)} = {word(sweep.values(key)[k])}" for key, k in zip(sweep.keys[2:], other)]
            place.set_title(", ".join([sweep.label(name), *fixed]))
        for place in axes.flat[len(panels):]:
            place.set_axis_off()
        sign_sweep(sweep, figure)
    return figure


def sign_sweep(sweep, figure):
    failed, inaccurate = sweep.failed()
    words = [f"{count} of {int(np.prod(sweep.shape))} points {what}" for count, what in
             ((failed, "failed"), (inaccurate, "inaccurate: a tolerance was not met")) if count]
    write_title(figure, sweep.title or "fokker sweep")
    figure.text(0.995, 0.004, sweep.provenance(), ha="right", va="bottom", fontsize=6, color="0.5")
    figure.text(0.005, 0.004, "; ".join(words), ha="left", va="bottom", fontsize=8, color=VERMILION, gid="status_verdict")
    low = 0.3 / figure.get_figheight()
    figure.get_layout_engine().set(rect=(0.008, low, 0.984, 0.992 - low), w_pad=0.09, h_pad=0.07)
