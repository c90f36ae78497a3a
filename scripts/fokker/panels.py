# SPDX-License-Identifier: GPL-3.0-or-later
"""Panels of a fokker run over time, and of one variable: each is a function panel(run, axes) that draws into
given axes what the file holds, with the file's own labels. figures.py lays them out.
"""
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .file import KINDS, number_text
from .marks import BLUE, IN_TIME, LAWS, NAMED, ORANGE, VERMILION, legend_above
from .view import density_axis, density_norm, inside, varies, window

MOST_ROWS, MOST_CELLS = 400, 1200  # of an image; more cannot be seen
SMALL_CHANGE = 0.1  # of probabilities; less would be a straight line between 0 and 1
FEW_DECADES = 2  # an axis over fewer has 1, 2, 5, 10, ...


# --- Axes over time -----------------------------------------------------------------------


def time_axis(run, axes):
    """Label, and a logarithmic scale where the times are; a time 0 is then left of the axis."""
    axes.set_xlabel(run.label("time"))
    if run.log_times():
        axes.set_xscale("log")
        t = run.time[run.time > 0]
        axes.set_xlim(t[0], t[-1])
        label_few_decades(axes.xaxis, t[0], t[-1])
    elif run.rows > 1:
        axes.set_xlim(run.time[0], run.time[-1])


def label_few_decades(axis, low, high):
    """Ticks at 1, 2, 5, 10, ... on a logarithmic axis that has fewer than two powers of ten or hardly more."""
    if high < 10**FEW_DECADES * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda t, _: number_text(t)))
        axis.set_minor_formatter(NullFormatter())


def time_bar(run, axes, norm):
    """The colours of the times, beside the axes."""
    bar = axes.figure.colorbar(ScalarMappable(norm, IN_TIME), ax=axes, label=run.label("time"), pad=0.02, aspect=30)
    if run.log_times():
        label_few_decades(bar.ax.yaxis, norm.vmin, norm.vmax)


def time_norm(run):
    t = run.time[run.time > 0] if run.log_times() else run.time
    norm = LogNorm if run.log_times() else Normalize
    return norm(t[0], t[-1] if t[-1] > t[0] else t[0] + 1)


def time_edges(run, rows):
    """Edges between the times of these rows, half-way (in the logarithm on a log axis)."""
    t = run.time[rows]
    to, back = (np.log, np.exp) if run.log_times() else (np.asarray, np.asarray)
    u = to(t)
    middle = (u[1:] + u[:-1]) / 2
    return back(np.concatenate([u[:1], middle, u[-1:]]))


def has_walkers(run):
    return any(f"{prefix}_{kind}" in run
               for prefix in run.walkers() for kind in ("histogram", "kde"))


def walkers_label(run, prefix):
    """What the walkers are: "SGD", "gaussian SGD", "SDE"; "Monte Carlo" in a silent file."""
    kind = run.attribute(prefix + "_kind", prefix[3:] or "Monte Carlo")
    return KINDS.get(kind, kind)


def laws_of(run, most=3):
    """(prefix, colour, line) of the first laws."""
    return [(prefix, *look) for prefix, look in zip(run.laws()[:most], LAWS)]


def has_laws(run):
    return bool(run.laws())


# --- Panels of a 1-D run ------------------------------------------------------------------


def curves_over_time(run, axes, name, coordinate, count=9):
    """Snapshots of name[nt, n] as curves, coloured by their time."""
    norm = time_norm(run)
    for k in run.pick(count):
        late = run.time[k] > 0 or not run.log_times()
        axes.plot(run.static(coordinate), run.row(name, k), gid=f"{name} {k}",
                  color=IN_TIME(norm(run.time[k]) if late else 0.0))
    axes.set_xlabel(run.label(coordinate))
    axes.set_ylabel(run.label(name))
    picked = run.pick(count)
    if len(picked) == 1:
        axes.set_title(run.time_text(picked[0]))
    else:
        time_bar(run, axes, norm)


def density_panel(run, axes):
    curves_over_time(run, axes, "density", "x")
    largest = max(np.nanmax(run.density(k)) for k in run.pick(9))
    if "stationary_density" in run and not run.only:
        stationary = run.static("stationary_density")
        largest = max(largest, stationary.max())
        axes.plot(run.x, stationary, "k--", gid="stationary_density", lw=1.1, label="stationary")
        legend_above(axes)
    density_axis(run, axes, largest)
    axes.set_xlim(window(run))


def potential_name(run):
    """Of what is drawn below the density: the loss, or the potential of a stationary state; None where it is constant."""
    names = ["loss"] + ["potential"] * ("stationary_density" in run)
    return next((n for n in names if n in run and varies(inside(run, run.static(n)))), None)


def loss_panel(run, axes):
    name = potential_name(run)
    values = run.static(name)
    axes.plot(run.x, values, color="k", gid=name)
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel("effective\npotential" if name == "potential" else run.label(name))
    axes.set_xlim(window(run))
    seen = inside(run, values)
    seen = seen[np.isfinite(seen)]
    margin = 0.06 * np.ptp(seen)
    axes.set_ylim(seen.min() - margin, seen.max() + margin)


def space_time_panel(run, axes):
    rows = np.flatnonzero(run.time > 0) if run.log_times() else np.arange(run.rows)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, MOST_ROWS).astype(int))]
    p, edges, ends = run.all_rows("density", rows), run.x_edge, window(run)
    by = -(-int(np.sum((run.x > ends[0]) & (run.x < ends[1]))) // MOST_CELLS)
    if by > 1:  # averages over `by` cells; the last ones may be left over
        n = len(run.x) // by * by
        h = np.diff(run.x_edge)[:n]
        p = (p[:, :n] * h).reshape(len(rows), -1, by).sum(2) / h.reshape(-1, by).sum(1)
        edges = run.x_edge[: n + 1 : by]
    image = axes.pcolormesh(time_edges(run, rows), edges, np.clip(p, 0, None).T,
                            norm=density_norm(run, np.nanmax(p), power=0.5), cmap="viridis",
                            rasterized=True, gid="density")
    time_axis(run, axes)
    axes.set_ylim(ends)
    axes.set_ylabel(run.label("x"))
    axes.figure.colorbar(image, ax=axes, label=run.label("density"), pad=0.02, aspect=30)


def walkers_series(run, axes, name, **look):
    """Values of the walkers at some times, with two standard errors to either side."""
    error, some = run.errors(name), run.spread(24)
    axes.errorbar(run.time[some], run.series(name)[some], ms=3, mfc="none", gid=name,
                  yerr=None if error is None else 2 * error[some], **look)


def moments_panel(run, axes, coordinate="x", most_laws=3):
    """Mean and one standard deviation to either side, with the laws' as lines and the walkers' as points."""
    mean, variance = f"mean_{coordinate}", f"variance_{coordinate}"
    m, sd = run.series(mean), np.sqrt(np.maximum(run.series(variance), 0))
    axes.plot(run.time, m, color=BLUE, gid=mean, label="mean")
    axes.fill_between(run.time, m - sd, m + sd, color=BLUE, alpha=0.2, lw=0,
                      label=r"mean $\pm$ standard deviation")
    some = run.spread(24)
    for prefix, color in zip(run.walkers(), NAMED[1:]):
        name = f"{prefix}_{mean}"
        if name not in run:
            continue
        walkers_series(run, axes, name, fmt="o", color=color,
                       label=walkers_label(run, prefix) + r" $\pm 2$ s.e.")
        if f"{prefix}_{variance}" in run:
            spread = np.sqrt(np.maximum(run.series(f"{prefix}_{variance}"), 0))
            for side in (-1, 1):
                axes.plot(run.time[some], (run.series(name) + side * spread)[some], "_",
                          color=color, ms=5)
    for prefix, color, line in laws_of(run, most_laws):
        if f"{prefix}_{mean}" in run and f"{prefix}_{variance}" in run:
            m, sd = run.series(f"{prefix}_{mean}"), np.sqrt(np.maximum(run.series(f"{prefix}_{variance}"), 0))
            axes.plot(run.time, m, color=color, ls=line, gid=f"{prefix}_{mean}", label=run.law_label(prefix))
            for side in (-1, 1):
                axes.plot(run.time, m + side * sd, color=color, ls=line, lw=0.8)
    time_axis(run, axes)
    axes.set_ylabel(run.label(coordinate))
    legend_above(axes)


def changing_masses(run):
    """Named regions -> masses that change over time; the mass of the whole grid where it is lost."""
    regions = {name: mass for name, mass in run.regions().items() if varies(mass)}
    whole = {"whole grid": run.series("mass")} if "mass" in run and varies(run.series("mass"), 1e-4) else {}
    return {**regions, **whole}


def regions_panel(run, axes, most_laws=3):
    """The mass of each named region, or of the whole grid where it is lost; black: by the laws."""
    regions = changing_masses(run)
    for (name, mass), color in zip(regions.items(), NAMED):
        whole = name == "whole grid"
        axes.plot(run.time, mass, color=color, gid="mass" if whole else f"mass_in_{name}", label=name)
        for prefix, marker in zip(run.walkers(), "os^v"):
            full = f"{prefix}_mass_in_{name}"
            if full in run:
                walkers_series(run, axes, full, fmt=marker, color=color)
        for prefix, _, line in laws_of(run, most_laws):
            full = f"{prefix}_mass_in_{name}"
            if full in run:
                label = run.law_label(prefix) if name == list(regions)[-1] else None
                axes.plot(run.time, run.series(full), color="k", ls=line, lw=1, gid=full, label=label)
    time_axis(run, axes)
    axes.set_ylabel("probability in the region" if run.regions() else run.label("mass"))
    if np.ptp(np.nan_to_num(list(regions.values()))) > SMALL_CHANGE:
        axes.set_ylim(-0.03, 1.03)
    legend_above(axes)


def has_moments(run):
    return any(f"{kind}_{c}" in run and varies(run.series(f"{kind}_{c}")) for kind in ("mean", "variance") for c in "xy")


def mass_defects(run):
    if "mass_defect" in run:
        return abs(run.series("mass_defect")), run.label("mass_defect")
    return abs(run.series("mass") - run.series("mass")[0]), "change of the mass"


def has_diagnostics(run):
    """Does any distance change?"""
    return "mass" in run and any(varies(run.series(name), 0.05) for name in ("l1_to_stationary", "time_error") if name in run)


def diagnostics_panel(run, axes):
    """Distances that should fall, and the defect of mass that should stay at rounding."""
    for name, color in zip(("l1_to_stationary", "time_error"), (BLUE, ORANGE)):
        if name in run and np.any(run.series(name) > 0):
            axes.plot(run.time, np.where(run.series(name) > 0, run.series(name), np.nan),
                      color=color, gid=name, label=run.label(name))
    defect, label = mass_defects(run)
    if np.any(defect > 0):
        axes.plot(run.time, np.where(defect > 0, defect, np.nan), ".", ms=4, color=VERMILION,
                  gid="mass_defect", label=label)
    time_axis(run, axes)
    axes.set_yscale("log")
    legend_above(axes)
    axes.set_ylabel("distance")


def current_panel(run, axes):
    curves_over_time(run, axes, "flux", "x_edge")
    axes.axhline(0, color="0.6", lw=0.8, zorder=0)
    axes.set_xlim(window(run))
    if run.view.scale:
        largest = max(np.nanmax(np.abs(run.row("flux", k))) for k in run.pick(9))
        axes.set_yscale("symlog", linthresh=1e-6 * largest)
    if run.view.ylim:
        axes.set_ylim(run.view.ylim)
