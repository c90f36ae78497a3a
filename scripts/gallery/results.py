# SPDX-License-Identifier: GPL-3.0-or-later
"""One run's file (fokker.file.Run) with what rows measure: last values with their errors, and
cumulative laws at the cell faces."""
import re
import subprocess

import numpy as np

from fokker.file import Run
from .row import by_walkers, law_of_walkers, law_on_grid, on_grid


def cumulative_of(mass):
    """Cumulative probabilities at the faces of cells with these masses."""
    return np.concatenate([[0], np.cumsum(mass)])


def law_on(edges, log_density):
    """Cumulative law of exp(log_density(x)) at the faces: Gauss-Legendre in every cell."""
    node, weight = np.polynomial.legendre.leggauss(10)
    width = np.diff(edges)
    value = log_density((edges[1:] + edges[:-1]) / 2 + 0.5 * width * node[:, None])
    mass = weight @ np.exp(value - np.max(value)) * width
    return cumulative_of(mass / mass.sum())


def rebinned(edges, cumulative, count, cells, window=None):
    """(edges, density, standard error) on so many equal cells of a law of count walkers."""
    a, b = window or (edges[0], edges[-1])
    equal = np.linspace(a, b, cells + 1)
    mass, width = np.diff(np.interp(equal, edges, cumulative)), np.diff(equal)
    return equal, mass / width, np.sqrt(mass / count) / width


class Table:
    """What `fokker escape` printed: {name of a way: (mean time, standard error or 0)}."""

    LINE = re.compile(r"  (\S.*?) {2,}([\d.e+-]+)(?: +\+- ([\d.e+-]+))?")

    def __init__(self, path):
        matches = map(self.LINE.match, path.read_text(encoding="utf-8").splitlines())
        self.times = {m[1]: (float(m[2]), float(m[3] or 0)) for m in matches if m and m[2] != "-"}

    def walkers(self, which, bias=0.0):
        return by_walkers(*self.times[which], bias)

    def close(self):
        """Nothing is open."""


class Results(Run):
    def __init__(self, path, program):
        super().__init__(path)
        self.program = program

    # --- Numbers ---

    def number(self, name):
        """A result of the run: an attribute of its file."""
        return float(self.file.attrs[name])

    def at(self, name, time=None):
        """A series at a time, or at the end."""
        row = -1 if time is None else int(np.argmin(np.abs(self.time - time)))
        return float(self.series(name)[row])

    def grid(self, name, time=None, relative=2e-3, absolute=0.0):
        """A value of the density, extrapolated to zero cell width where the run did that."""
        best = name + "_extrapolated" if name + "_extrapolated" in self else name
        return on_grid(self.at(best, time), relative, absolute)

    def walker(self, name, time=None, bias=0.0, prefix="mc"):
        """A value of the walkers with its standard error; bias is absolute."""
        full = f"{prefix}_{name}"
        return by_walkers(self.at(full, time), self.at(full + "_errors", time), bias)

    @property
    def count(self):
        """Walkers of the first kind."""
        return int(self.number("mc_walkers"))

    # --- Laws in one dimension: cumulative probabilities at the faces ---

    def cumulative(self, density):
        return cumulative_of(density * np.diff(self.x_edge))

    def stationary(self):
        return self.cumulative(self.static("stationary_density"))

    def stationary_law(self, allowed=1e-4):
        return law_on_grid(self.stationary(), allowed)

    def walkers_law(self, k=-1, bias=0.0):
        return law_of_walkers(self.cumulative(self.row("mc_histogram", k)), self.count, bias)

    def law_of(self, log_density):
        """Cumulative law of exp(log_density(x))."""
        return law_on(self.x_edge, log_density)

    def averages_of(self, log_density):
        """Cell averages of the same law, for pictures."""
        return np.diff(self.law_of(log_density)) / np.diff(self.x_edge)

    def histogram(self, cells=60, window=None, k=-1):
        """(edges, density, standard error) of the walkers on about so many equal cells."""
        return rebinned(self.x_edge, self.cumulative(self.row("mc_histogram", k)), self.count, cells, window)

    # --- Laws in two dimensions: cell masses ---

    @property
    def areas(self):
        return np.diff(self.y_edge)[:, None] * np.diff(self.x_edge)[None, :]

    def marginal_of_walkers(self, coordinate):
        """Their masses in the cells of x or of y, at the end."""
        return (self.row("mc_histogram", -1) * self.areas).sum({"x": 0, "y": 1}[coordinate])

    def plane_of(self, log_density, nodes=4):
        """Cell averages of exp(log_density(x, y)), normalised: Gauss-Legendre in every cell."""
        node, weight = np.polynomial.legendre.leggauss(nodes)
        x, y = (0.5 * (e[1:] + e[:-1])[:, None] + 0.5 * np.diff(e)[:, None] * node
                for e in (self.x_edge, self.y_edge))
        value = log_density(x[None, None, :, :], y[:, :, None, None])
        mean = np.einsum("jbia,a,b->ji", np.exp(value - value.max()), weight, weight)
        return mean / (mean * self.areas).sum()

    # --- Other commands ---

    def fitted(self):
        """(exponent s, standard error) of the walkers' tails, from `fokker fit`."""
        done = subprocess.run([self.program, "fit", self.path], capture_output=True, text=True,
                              check=True)
        words = next(line.split() for line in done.stdout.splitlines()
                     if line.split()[:2] == ["s", "="])
        return float(words[2]), float(words[4].rstrip(","))
