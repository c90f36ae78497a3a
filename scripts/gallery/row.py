# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of the gallery: one statement of a source, and its verdict from computed figures.

A row has runs (settings files with --set), two formulas, the source's and where it needs one
the corrected one, and a function that measures the same quantities in the files of the runs:

    source(runs), corrected(runs)  ->  {quantity: number or cumulative law}
    measure(runs)                  ->  {quantity: Measured}
    draw(figure, runs)                 a picture

A prediction *agrees* with a measurement when they differ by no more than is allowed: four
standard errors of the walkers and the stated bias of finite steps, or the stated error of the
grid. A law is an array of cumulative probabilities at the cell faces; its distance is that of
Kolmogorov and Smirnov. A series of quantities has a small parameter; the source's formula *holds
in the limit* when its relative distances fall with that parameter, with an order of 0.7 or more.
"""
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np

from .theory import slope

CONFIGS = Path(__file__).resolve().parents[2] / "configs"

RIGHT, LEADING, CORRECTED, BEYOND, WRONG, FAILED = (
    "source right", "right to leading order", "corrected", "beyond the source", "source wrong", "not explained")

CRITERION = (
    ("what was measured agrees with the source's formula", RIGHT),
    ("it differs by more than the errors, but the difference goes to zero with the small "
     "parameter of a series, with an order of at least 0.7", LEADING),
    ("the source's formula fails, the corrected one agrees", CORRECTED),
    ("the same, where the source's formula was taken further than it is stated for", BEYOND),
    ("the corrected formula agrees, and the source is out by a factor of ten or more, in sign, or gives nothing "
     "finite", WRONG),
    ("no formula agrees, or a run failed: something is wrong here", FAILED))

SIGMAS = 4.0        # of the walkers: one false alarm in 16000 comparisons
KS_AT_4_SIGMA = 2.32  # sqrt(N) times the KS distance that chance passes as rarely
LEAST_ORDER = 0.7
GROSS = 10.0


@dataclass(frozen=True)
class Experiment:
    """One `fokker run`, or another command that takes settings. settings: "key=value" strings;
    walkers: how many in the full mode, 0: none."""
    config: str
    settings: tuple = ()
    walkers: int = 0
    kinds: str = "gaussian"
    tolerance: float = 0.01
    substeps: int = 1
    verb: str = "run"

    def arguments(self, quick):
        """What follows the settings file; the quick mode has a tenth of the walkers."""
        count = self.walkers // 10 if quick else self.walkers
        words = [word for setting in self.assignments(count) for word in ("--set", setting)]
        return words + (["--walkers", str(count)] if self.verb == "escape" else [])

    def assignments(self, count):
        chosen = list(self.settings)
        if self.verb != "run":
            return chosen
        if count:
            extra = f", substeps: {self.substeps}" if self.substeps > 1 else ""
            chosen.append(f"monte_carlo={{walkers: {count}, kinds: [{self.kinds}], "
                          f"tolerance: {self.tolerance:g}{extra}}}")
        elif self.has_walkers():
            chosen.append("monte_carlo.walkers=0")
        return chosen

    def has_walkers(self):
        """Does the settings file ask for walkers by itself?"""
        text = (CONFIGS / f"{self.config}.yaml").read_text(encoding="utf-8")
        return "\nmonte_carlo:" in text

    def command(self, quick):
        """What to type."""
        return shlex.join(["fokker", self.verb, f"configs/{self.config}.yaml", *self.arguments(quick)])


@dataclass(frozen=True)
class Value:
    """A measured number or law; allowed: how far off a right prediction may be."""
    value: object
    allowed: float
    error: float = 0.0  # standard error, 0 for the grid

    def distance(self, prediction):
        return float(np.max(np.abs(np.asarray(prediction) - self.value)))

    def agrees(self, prediction):
        return self.distance(prediction) <= self.allowed  # false for a prediction of nan

    @property
    def is_law(self):
        return np.ndim(self.value) > 0

    def relative(self, prediction):
        """Distance over the size of what was measured; laws are of size 1."""
        return self.distance(prediction) / (1 if self.is_law else abs(self.value) or 1)


def on_grid(value, relative=2e-3, absolute=0.0):
    """A number from the density; what is allowed is for the grid and for times that end."""
    return Value(float(value), relative * abs(value) + absolute)


def law_on_grid(cumulative, allowed=1e-4):
    return Value(cumulative, allowed)


def by_walkers(value, error, bias=0.0):
    """A number from walkers with its standard error; bias: allowed for finite steps."""
    return Value(float(value), SIGMAS * float(error) + bias, float(error))


def law_of_walkers(cumulative, count, bias=0.0):
    return Value(cumulative, KS_AT_4_SIGMA / np.sqrt(count) + bias, 1 / np.sqrt(count))


@dataclass(frozen=True)
class Measured:
    density: Value = None
    walkers: Value = None
    series: str = ""   # quantities of one series tend to their predictions
    small: float = 0.0  # as this goes to zero


@dataclass(frozen=True)
class Line:
    """One quantity of a row with everything that is known of it; absent: None."""
    name: str
    source: object
    corrected: object
    measured: Measured

    def values(self):
        return [v for v in (self.measured.density, self.measured.walkers) if v is not None]

    def agrees(self, prediction):
        return all(value.agrees(prediction) for value in self.values())

    def gross(self):
        """Is the source out by a factor of ten, in sign, or without a finite value?"""
        for value in self.values():
            if value.is_law or value.agrees(self.source):
                continue
            low, high = sorted((float(self.source), float(value.value)), key=abs)
            if not (low * high > 0 and abs(high) < GROSS * abs(low)):
                return True
        return False


@dataclass
class Row:
    name: str
    source_key: str
    title: str
    claim: str
    experiments: dict
    source: Callable
    measure: Callable
    draw: Callable
    corrected: Callable = None
    correction: str = ""
    caption: str = ""
    figure_size: tuple = (9.0, 3.4)
    also: tuple = ()  # further commands to show
    instead: str = ""  # of CORRECTED and WRONG: what the source does not say, or took back, is not held against it


@dataclass
class Outcome:
    row: Row
    verdict: str
    lines: list = field(default_factory=list)
    reason: str = ""
    picture: bytes = b""


def lines_of(row, runs):
    """The table of a row: every quantity that was measured."""
    measured = row.measure(runs)
    source = row.source(runs)
    corrected = row.corrected(runs) if row.corrected else {}
    strange = (set(source) | set(corrected)) - set(measured)
    if strange:
        raise ValueError(f"predicted, but not measured: {', '.join(sorted(strange))}")
    return [Line(name, source.get(name), corrected.get(name), m) for name, m in measured.items()]


def order_of(lines):
    """Order in the small parameter with which the source's relative distances fall: slope of their
    logarithms, by least squares weighted with what the walkers' errors make of them."""
    points = [(line.measured.small, value.relative(line.source),
               (value.error or value.allowed) / (1 if value.is_law else abs(value.value) or 1))
              for line in lines for value in line.values()]
    s, d, e = np.array(points).T
    d = np.maximum(d, 1e-300)
    weight = 1 / (1e-2 + (e / np.maximum(d, e)) ** 2)
    return slope(np.log(s), np.log(np.maximum(d, e)), weight)


def tends(lines, name):
    """Does the source's formula hold in the limit of the series of that name?"""
    members = [line for line in lines if line.measured.series == name]
    return name != "" and len(members) >= 3 and order_of(members) >= LEAST_ORDER


def unexplained(lines):
    """The lines with which the best formula there is (corrected, or else the source's) disagrees."""
    return [line for line in lines
            if not line.agrees(line.source if line.corrected is None else line.corrected)]


def verdict_of(lines, instead=""):
    """One of RIGHT ... FAILED, by CRITERION; instead: see Row."""
    if not lines or unexplained(lines):
        return FAILED
    lines = [line for line in lines if line.source is not None]
    off = [line for line in lines if not line.agrees(line.source)]
    if not off:
        return RIGHT
    if all(tends(lines, name) for name in {line.measured.series for line in off}):
        return LEADING
    return instead or (WRONG if any(line.gross() for line in off) else CORRECTED)
