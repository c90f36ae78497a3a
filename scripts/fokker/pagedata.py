# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plots of a report show, as a dict that goes into the page as JSON (pages.py; drawn by plots.js and page.js).

Coordinates and series keep the file's numbers; densities are floats of single precision in base64, a row a
snapshot. What is left out of the page, for its size, is told in words in "thinned".
"""
import base64

import contourpy
import matplotlib as mpl
import numpy as np

from .escapes import exit_parts
from .marks import BLUE, GREEN, NAMED, ORANGE, VERMILION, loss_levels
from .panels import changing_masses, laws_of, potential_name, walkers_label
from .tails import FLOOR, SIDES, fitted_tails, infinite_variance, median_and_half_width
from .view import density_scale, marginal_mass, shown_densities, varies, window

MOST_CELLS, MOST_BINS, MOST_SIDE = 1024, 240, 100  # of a curve, a histogram, a side of an image
MOST_NUMBERS = 300_000  # in densities: 1.6 MB of the page
FEWEST_ROWS, MOST_ROWS, MOST_POINTS, FEW_POINTS = 8, 300, 500, 24
SAME_SCALE = 30.0  # of the largest density to the least: beyond, an axis for each snapshot shows more
DASHES = {"-": [], "--": [7, 4], "-.": [8, 3, 2, 3], ":": [2, 3]}
INK = "ink"  # the colour of text, light or dark


def finite_json(value):
    """Lists and numbers for JSON, in which NaN and the infinities are words that JavaScript's Number() reads."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: finite_json(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite_json(part) for part in value]
    if isinstance(value, (float, np.floating)) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value.item() if isinstance(value, np.generic) else value


def packed(rows):
    """Arrays of one shape, one behind the other."""
    rows = [np.asarray(row, dtype="f4").ravel() for row in rows]
    return {"columns": len(rows[0]), "float32": base64.b64encode(np.concatenate(rows).astype("<f4").tobytes()).decode()}


class Part:
    """Cells of an axis as the page has them: at most `most`, those of the window if the whole grid has more, merged if
    the window has more. at, edges: centres and faces."""

    def __init__(self, run, coordinate, most, whole=True):
        edges, self.coordinate = getattr(run, coordinate + "_edge"), coordinate
        first, last = 0, len(edges) - 1
        if not whole or last > most:
            low, high = window(run, coordinate)
            first = min(max(np.searchsorted(edges, low, "right") - 1, 0), last - 1)
            last = max(min(np.searchsorted(edges, high), last), first + 1)
        self.cut = last - first < len(edges) - 1
        self.by = -(-(last - first) // most)
        self.cells, self.starts = slice(first, last), np.arange(0, last - first, self.by)
        self.edges = edges[np.append(first + self.starts, last)]
        self.h = np.diff(edges)[self.cells]
        self.at = getattr(run, coordinate)[self.cells] if self.by == 1 else (self.edges[1:] + self.edges[:-1]) / 2

    def merged(self, values, axis=-1):
        """Averages over the merged cells of an array along this axis."""
        values = np.moveaxis(values, axis, -1)[..., self.cells]
        if self.by > 1:
            values = np.add.reduceat(values * self.h, self.starts, axis=-1) / np.diff(self.edges)
        return np.moveaxis(values, -1, axis)

    def merged_errors(self, errors):
        """Standard errors of those averages, of independent cells."""
        masses = np.nan_to_num(errors[self.cells]) * self.h
        return np.sqrt(np.add.reduceat(masses**2, self.starts)) / np.diff(self.edges)

    def words(self, run):
        """What of the axis is not in the page, or None."""
        name, n = run.label(self.coordinate), len(getattr(run, self.coordinate))
        said = [f"{name} from {self.edges[0]:.4g} to {self.edges[-1]:.4g} alone"] if self.cut else []
        said += [f"every {self.by} cells of {name} as one, by their average"] if self.by > 1 else []
        return f"{' and '.join(said)} (the file has {n} cells)" if said else None


def shown_rows(run, numbers):
    """Snapshots of the page, of which each takes so many numbers: even in (log) time, first and last among them."""
    most = int(min(MOST_ROWS, max(FEWEST_ROWS, MOST_NUMBERS // max(numbers, 1))))
    return list(range(run.rows)) if run.rows <= most else sorted({0, *run.spread(most - 1)})


def rows_words(run, rows):
    return f"{len(rows)} of the {run.rows} snapshots" if len(rows) < run.rows else None


def line(label, x, y, color=BLUE, dash="-", **more):
    """A curve of a plot: x, y as arrays or as packed rows; step: x are faces; marks: points; errors: standard errors."""
    return {"label": label, "x": x, "y": y, "color": color, "dash": DASHES[dash], **more}


def plot(title, x_label, lines, **more):
    """A small plot; in_time: its x is the time."""
    return {"title": title, "xLabel": x_label, "lines": lines, **more}


# --- Densities of one variable --------------------------------------------------------------


def curves(run, rows, part, bins):
    """The density of each snapshot, the laws', the stationary one, the walkers' histograms with their errors."""
    made = [line(run.label("density"), part.at, packed([part.merged(run.density(k)) for k in rows]))]
    for prefix, color, dash in laws_of(run):
        made.append(line(run.law_label(prefix), part.at, packed([part.merged(run.row(f"{prefix}_density", k)) for k in rows]), color, dash))
    for prefix, color in zip(run.walkers(), NAMED[1:]):
        name = f"{prefix}_histogram"
        if name in run:
            errors = f"{name}_errors" in run and packed([bins.merged_errors(run.row(f"{name}_errors", k)) for k in rows])
            made.append(line(f"{walkers_label(run, prefix)} walkers" + (", histogram ± 2 standard errors" if errors else ", histogram"), bins.edges,
                             packed([bins.merged(run.row(name, k)) for k in rows]), color, step=True, **({"errors": errors} if errors else {})))
    if "stationary_density" in run:
        made.append(line("stationary density", part.at, packed([part.merged(run.static("stationary_density"))]), INK, "--"))
    return made


def of_one_variable(run):
    part, bins = Part(run, "x", MOST_CELLS), Part(run, "x", MOST_BINS)
    histograms = [name for name in shown_densities(run) if name.endswith("_histogram")]
    rows = shown_rows(run, len(part.at) * (1 + len(run.laws()[:3])) + 2 * len(bins.at) * len(histograms))
    lines, name = curves(run, rows, part, bins), potential_name(run)
    below = name and line("effective potential" if name == "potential" else run.label(name), part.at, part.merged(run.static(name)), INK)
    narrow = [f"histograms in {len(bins.at)} bins of {bins.by} cells"] if histograms and bins.by > part.by else []
    return rows, {"curves": lines, "below": below or None, "xLabel": run.label("x"), "window": window(run), "log": is_log(run, rows)}, [part.words(run), *narrow]


def largest_of(run, rows):
    return np.array([np.nanmax(run.density(k), initial=0) for k in rows])


def is_log(run, rows):
    return density_scale(run, largest_of(run, rows).max()) != "linear"


def one_scale(run, rows):
    """May all snapshots share the scale of the largest?"""
    largest = largest_of(run, rows)
    return bool(largest.max() < SAME_SCALE * largest.min())


# --- Densities of two -----------------------------------------------------------------------


def merged_plane(parts, values):
    return parts[1].merged(parts[0].merged(values), axis=0)


def contours_of_loss(run):
    """Polylines of the loss, [[xs, ys], ...], at the levels of the figures."""
    levels = loss_levels(run)
    if levels is None:
        return []
    generator = contourpy.contour_generator(run.x, run.y, run.static("loss"))
    lines = [part for level in levels for part in generator.lines(level)]
    return [[[round(float(v), 5) for v in column] for column in part.T] for part in lines]


def marginals(run, rows, coordinate):
    """Marginal densities of one variable as a plot: the density's, the first law's, the first walkers'."""
    part, bins = Part(run, coordinate, MOST_CELLS // 2), Part(run, coordinate, MOST_SIDE)
    widths = np.diff(getattr(run, coordinate + "_edge"))

    def of(name, k, among):
        return among.merged(marginal_mass(run, run.row(name, k), coordinate) / widths)

    lines = [line("density", part.at, packed([of("density", k, part) for k in rows]))]
    for prefix, color, dash in laws_of(run, 1):
        lines.append(line(run.law_label(prefix), part.at, packed([of(f"{prefix}_density", k, part) for k in rows]), color, dash))
    for prefix in run.walkers()[:1]:
        if f"{prefix}_histogram" in run:
            lines.append(line(f"{walkers_label(run, prefix)} walkers", bins.edges, packed([of(f"{prefix}_histogram", k, bins) for k in rows]), VERMILION, step=True))
    label = run.label(f"marginal_{coordinate}") if f"marginal_{coordinate}" in run else f"marginal density of {run.label(coordinate)}"
    return plot(label, run.label(coordinate), lines, window=window(run, coordinate), fromZero=True)


def of_two_variables(run):
    parts = [Part(run, c, MOST_SIDE, whole=False) for c in "xy"]
    named = [("density", run.label("density")), *((f"{p}_density", run.law_label(p)) for p in run.laws()[:1]),
             *((f"{p}_histogram", f"{walkers_label(run, p)} walkers") for p in run.walkers()[:1] if f"{p}_histogram" in run)]
    cells = len(parts[0].at) * len(parts[1].at)
    rows = shown_rows(run, cells * len(named) + 2 * MOST_SIDE * len(named))
    images = [{"label": label, "rows": packed([merged_plane(parts, run.row(name, k)) for k in rows])} for name, label in named]
    for name, label in (("stationary_density", "stationary density"), ("escape_time", "mean escape time")):
        if name in run:
            images.append({"label": label, "rows": packed([merged_plane(parts, run.static(name))])})
    more = {"images": images, "contours": contours_of_loss(run), "marginals": [marginals(run, rows, c) for c in "xy"], "log": bool(run.view.scale in ("log", "symlog")),
            **{f"{c}Edges": part.edges for c, part in zip("xy", parts)}, **{f"{c}Label": run.label(c) for c in "xy"},
            "viridis": base64.b64encode((mpl.colormaps["viridis"](np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes()).decode()}
    return rows, more, [part.words(run) for part in parts]


# --- Series and curves beside it ------------------------------------------------------------


def series_lines(run, name, points):
    """A value a snapshot: the density's, the laws', the walkers' with their errors."""
    lines = [line("density", run.time[points], run.series(name)[points])] if name in run else []
    for prefix, color, dash in laws_of(run, 1):
        if f"{prefix}_{name}" in run:
            lines.append(line(run.law_label(prefix), run.time[points], run.series(f"{prefix}_{name}")[points], color, dash))
    some = [k for k in run.spread(FEW_POINTS) if k in set(points)] or points
    for prefix, color in zip(run.walkers(), NAMED[1:]):
        full = f"{prefix}_{name}"
        if full in run:
            errors = run.errors(full)
            lines.append(line(f"{walkers_label(run, prefix)} walkers", run.time[some], run.series(full)[some], color, marks=True,
                              **({} if errors is None else {"errors": errors[some]})))
    return lines


MOMENTS = ("mean_x", "mean_y", "variance_x", "variance_y", "variance_xy")
SERIES = (*MOMENTS, "mean_loss", "free_energy", "entropy", "entropy_production", "entropy_production_adiabatic", "learning_rate",
          "lost_by_killing", "lost_at_walls", "wrapped_mass", "edge_mass", "work", "heat", "work_variance", "work_exponential")
FALLING = ("l1_to_stationary",)
# How well it was computed stands in the table of errors; moments of higher order in that of the last snapshot.
UNTOLD = ("mass", "step", "wall_time", "time_error", "space_error", "space_order", "mass_defect", "min_density", "negativity", "skewness_x", "skewness_y",
          "kurtosis_x", "kurtosis_y", *FALLING)
UNTOLD_STARTS, UNTOLD_ENDS = ("mc_", "law_", "mass_in_"), ("_errors", "_extrapolated", "_space_error")


def told_series(run):
    """Series with a plot of their own: those above, then whatever else a file has."""
    others = [name for name in run.series_names() if name not in UNTOLD and not name.startswith(UNTOLD_STARTS) and not name.endswith(UNTOLD_ENDS)]
    return [name for name in SERIES if name in others] + sorted(set(others) - set(SERIES))


def series_plots(run):
    """Series that are not constant; those that should fall on a logarithmic axis."""
    points = run.spread(MOST_POINTS)
    many = dict(inTime=True, xLog=run.log_times())
    told = [name for name in told_series(run) if varies(run.series(name)) and not (name in MOMENTS and infinite_variance(run))]
    plots = [plot(run.label(name), run.label("time"), series_lines(run, name, points), **many) for name in told]
    masses = changing_masses(run)
    if masses:
        lines = []
        for (name, mass), color in zip(masses.items(), NAMED):
            full = "mass" if name == "whole grid" else f"mass_in_{name}"
            parts = series_lines(run, full, points)
            lines += [{**part, "color": color, "label": name if part["label"] == "density" else f"{name}, {part['label']}"} for part in parts]
        title = f"probability in {next(iter(masses))}" if len(masses) == 1 else "probability in regions"
        plots.insert(0, plot(title if run.regions() else run.label("mass"), run.label("time"), lines, **many))
    for name in FALLING:
        if name in run and varies(run.series(name), 0.05):
            plots.append(plot(run.label(name), run.label("time"), series_lines(run, name, points), yLog=True, **many))
    distances = [line(run.law_label(p), run.time[points], run.series(f"{p}_distance_ks")[points], color, dash) for p, color, dash in laws_of(run)]
    distances += [line(f"{walkers_label(run, p)} walkers", run.time[points], run.series(f"{p}_ks")[points], color) for p, color in zip(run.walkers(), NAMED[1:]) if f"{p}_ks" in run]
    if distances:
        plots.append(plot("KS distance from the density", run.label("time"), distances, fromZero=True, **many))
    return plots, [f"{len(points)} of the {run.rows} values of each series"] if len(points) < run.rows else []


def tails_plots(run):
    """Both tails of the last snapshot against the distance from its median, with what was fitted to them."""
    fits, p = fitted_tails(run), run.density()
    if not fits:
        return []
    middle, half = median_and_half_width(run, p)
    lines = []
    for side, word, color, dash in SIDES:
        r = side * (run.x - middle)
        far = np.flatnonzero((r > 0.3 * half) & (p > FLOOR * p.max()))[::side]
        if len(far):
            some = far[np.unique(np.searchsorted(r[far], np.geomspace(r[far[0]], r[far[-1]], MOST_BINS)))]
            lines.append(line(f"density, {word}", r[some], p[some], color, dash))
    same = len(fits) == 2 and abs(fits[1][0] - fits[-1][0]) < 0.005 * fits[1][0]
    for side, (s, amplitude, r0, r1) in fits.items():
        if same and side < 0:
            continue
        ends, where = np.array([r0, r1]), "" if same else ", right" if side > 0 else ", left"
        lines.append(line(f"r^-{s:.2f}, fitted{where} (twice the fit is drawn)", ends, 2 * amplitude * ends**-s, INK, "-." if side > 0 else ":"))
    return [plot(f"tails at {run.time_text(run.rows - 1)}", f"|{run.label('x')} - median|", lines, xLog=True, yLog=True)]


def passage_plots(run):
    """First passage: who has not yet arrived, when they do, from where how long."""
    plots = []
    if "survival" in run:
        t = run.static("exit_time")
        tau = float(run.attribute("mean_escape_time", "nan"))
        log = bool(t[-1] > 20 * t[t > 0][0]) if np.any(t > 0) else False
        lines = [line("not yet arrived", t, run.static("survival"))]
        if np.isfinite(tau):
            lines.append(line("exponential law of the same mean", t, np.exp(-t / tau), INK, "--"))
        plots.append(plot(run.label("survival"), run.label("exit_time"), lines, xLog=log, fromZero=True))
        lines = [line(run.label(name), t, run.static(name), color) for name, color in zip(exit_parts(run), NAMED)]
        plots.append(plot(run.label("exit_density"), run.label("exit_time"), lines, xLog=log, fromZero=True))
    if "escape_time" in run and run.dims == 1:
        part = Part(run, "x", MOST_CELLS)
        tau = part.merged(run.static("escape_time"))
        plots.append(plot(run.label("escape_time"), run.label("x"), [line("mean escape time", part.at, np.where(tau > 0, tau, np.nan))], yLog=True))
    if "splitting_reached" in run:
        lines = [line("splitting", run.static("splitting_level"), run.static("splitting_reached"), VERMILION, marks=True)]
        plots.append(plot(run.label("splitting_reached"), run.label("splitting_level"), lines, yLog=True))
    if "floquet_mean_x" in run:
        plots.append(plot(run.label("floquet_mean_x"), run.label("phase"), [line("periodic state", run.static("phase"), run.static("floquet_mean_x"), GREEN)]))
    if "mode_rate" in run:
        rate = run.static("mode_rate")
        plots.append(plot(run.label("mode_rate"), "mode", [line("rate", np.arange(len(rate)) + 1.0, rate, ORANGE, marks=True)], yLog=bool(np.min(rate) > 0)))
    return plots


def page_data(run):
    """(data, thinned): what the plots of a page show, and in words what of the file they do not."""
    rows, main, cells = (of_one_variable if run.dims == 1 else of_two_variables)(run)
    series, points = series_plots(run)
    data = {"dims": run.dims, "rows": rows, "times": run.time[rows], "timeTexts": [run.time_text(k) for k in rows],
            "said": [run.distance_text(k) for k in rows], "oneScale": one_scale(run, rows), "yRange": run.view.ylim if run.dims == 1 else None,
            "small": series + tails_plots(run), "passage": passage_plots(run), **main}
    return finite_json(data), list(filter(None, [rows_words(run, rows), *cells, *points]))
