# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a fokker run, drawn with matplotlib from fokker_file.Run.

Each panel is a function panel(run, axes) that draws into given axes what the file holds, with
the file's own labels; each figure is a function figure(run) that lays panels out. FIGURES names
them for scripts/plot. Colours: cividis over time, Okabe-Ito for everything that is named.
"""
import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize, PowerNorm

# Okabe and Ito's palette, distinguishable with every common colour blindness; black is kept
# for the stationary density and the loss.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
NAMED = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
IN_TIME = mpl.colormaps["cividis"]

STYLE = {
    "figure.dpi": 100, "savefig.dpi": 200, "figure.constrained_layout.use": True,
    "font.size": 9, "axes.titlesize": 9, "axes.labelsize": 9, "legend.fontsize": 8,
    "xtick.labelsize": 8, "ytick.labelsize": 8, "lines.linewidth": 1.4,
    "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "axes.prop_cycle": mpl.cycler(color=NAMED), "pdf.fonttype": 42,
}
MOST_ROWS, MOST_CELLS = 400, 1200  # of an image; more cannot be seen


# --- Axes over time -----------------------------------------------------------------------


def time_axis(run, axes):
    """Label, and a logarithmic scale where the times are; a time 0 is then left of the axis."""
    axes.set_xlabel(run.label("time"))
    if run.log_times():
        axes.set_xscale("log")
        t = run.time[run.time > 0]
        axes.set_xlim(t[0], t[-1])
    elif run.rows > 1:
        axes.set_xlim(run.time[0], run.time[-1])


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


def legend_above(axes):
    """Above the axes, where it hides nothing."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderaxespad=0.2)


def has_walkers(run):
    return any(f"{prefix}_{kind}" in run
               for prefix in run.walkers() for kind in ("histogram", "kde"))


def walkers_label(run, prefix):
    """What the walkers are: "SGD", "gaussian SGD", "SDE"; "Monte Carlo" in a silent file."""
    kind = run.attribute(prefix + "_kind", prefix[3:] or "Monte Carlo")
    return {"sgd": "SGD", "sde": "SDE", "gaussian": "gaussian SGD"}.get(kind, kind)


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
    axes.figure.colorbar(ScalarMappable(norm, IN_TIME), ax=axes, label=run.label("time"),
                         pad=0.02, aspect=30)


def density_panel(run, axes):
    curves_over_time(run, axes, "density", "x")
    if "stationary_density" in run:
        axes.plot(run.x, run.static("stationary_density"), "k--", gid="stationary_density",
                  lw=1.1, label="stationary")
        axes.legend(loc="best")
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    axes.set_xlim(run.x_edge[0], run.x_edge[-1])


def loss_panel(run, axes):
    name = next((n for n in ("loss", "potential") if n in run), None)
    if name is None:
        axes.set_axis_off()
        return
    axes.plot(run.x, run.static(name), color="k", gid=name)
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel(run.label(name))
    axes.set_xlim(run.x_edge[0], run.x_edge[-1])


def space_time_panel(run, axes):
    rows = np.flatnonzero(run.time > 0) if run.log_times() else np.arange(run.rows)
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, MOST_ROWS).astype(int))]
    p, edges = run.all_rows("density", rows), run.x_edge
    by = -(-len(run.x) // MOST_CELLS)
    if by > 1:  # averages over `by` cells; the last ones may be left over
        n = len(run.x) // by * by
        h = np.diff(run.x_edge)[:n]
        p = (p[:, :n] * h).reshape(len(rows), -1, by).sum(2) / h.reshape(-1, by).sum(1)
        edges = run.x_edge[: n + 1 : by]
    if len(rows) < 2:
        axes.set_axis_off()
        return
    image = axes.pcolormesh(time_edges(run, rows), edges, np.clip(p, 0, None).T,
                            norm=PowerNorm(0.5, 0, np.nanmax(p)), cmap="viridis",
                            rasterized=True, gid="density")
    time_axis(run, axes)
    axes.set_ylabel(run.label("x"))
    axes.figure.colorbar(image, ax=axes, label=run.label("density"), pad=0.02, aspect=30)


def moments_panel(run, axes, coordinate="x"):
    """Mean and one standard deviation to either side, with the walkers' as points."""
    mean, variance = f"mean_{coordinate}", f"variance_{coordinate}"
    if mean not in run or variance not in run:
        axes.set_axis_off()
        return
    m, sd = run.series(mean), np.sqrt(np.maximum(run.series(variance), 0))
    axes.plot(run.time, m, color=BLUE, gid=mean, label="mean")
    axes.fill_between(run.time, m - sd, m + sd, color=BLUE, alpha=0.2, lw=0,
                      label=r"mean $\pm$ standard deviation")
    some = run.pick(24)
    for prefix, color in zip(run.walkers(), NAMED[1:]):
        name = f"{prefix}_{mean}"
        if name not in run:
            continue
        error = run.errors(name)
        axes.errorbar(run.time[some], run.series(name)[some],
                      yerr=None if error is None else 2 * error[some], fmt="o", ms=3, mfc="none",
                      color=color, gid=name, label=walkers_label(run, prefix) + r" $\pm 2$ s.e.")
        if f"{prefix}_{variance}" in run:
            spread = np.sqrt(np.maximum(run.series(f"{prefix}_{variance}"), 0))
            for side in (-1, 1):
                axes.plot(run.time[some], (run.series(name) + side * spread)[some], "_",
                          color=color, ms=5)
    time_axis(run, axes)
    axes.set_ylabel(run.label(coordinate))
    legend_above(axes)


def regions_panel(run, axes):
    """The mass of each named region, or of the whole grid where none is named."""
    regions = run.regions()
    for (name, mass), color in zip(regions.items(), NAMED):
        axes.plot(run.time, mass, color=color, gid=f"mass_in_{name}", label=name)
        for prefix, marker in zip(run.walkers(), "os^v"):
            full = f"{prefix}_mass_in_{name}"
            if full in run:
                error, some = run.errors(full), run.pick(24)
                axes.errorbar(run.time[some], run.series(full)[some], mfc="none", ms=3,
                              yerr=None if error is None else 2 * error[some],
                              fmt=marker, color=color, gid=full)
    if not regions and "mass" in run:
        axes.plot(run.time, run.series("mass"), gid="mass", label="whole grid")
    time_axis(run, axes)
    axes.set_ylabel("probability in the region" if regions else run.label("mass"))
    axes.set_ylim(-0.03, 1.03)
    legend_above(axes)


def diagnostics_panel(run, axes):
    """Distances that should fall, and the defect of mass that should stay at rounding."""
    shown = 0
    for name, color in zip(("l1_to_stationary", "time_error"), (BLUE, ORANGE)):
        if name in run and np.any(run.series(name) > 0):
            axes.plot(run.time, np.where(run.series(name) > 0, run.series(name), np.nan),
                      color=color, gid=name, label=run.label(name))
            shown += 1
    if "mass_defect" in run:
        defect, label = abs(run.series("mass_defect")), run.label("mass_defect")
    else:
        defect, label = abs(run.series("mass") - run.series("mass")[0]), "change of the mass"
    if np.any(defect > 0):
        axes.plot(run.time, np.where(defect > 0, defect, np.nan), ".", ms=4, color=VERMILION,
                  gid="mass_defect", label=label)
        shown += 1
    time_axis(run, axes)
    if shown:
        axes.set_yscale("log")
        legend_above(axes)
    axes.set_ylabel("distance")


def current_panel(run, axes):
    curves_over_time(run, axes, "flux", "x_edge")
    axes.axhline(0, color="0.6", lw=0.8, zorder=0)
    axes.margins(x=0)


def walkers_panel(run, axes, k):
    """Density of snapshot k and the walkers' histogram and kernel estimate with their bands."""
    peak, log = run.density(k).max(), False
    if peak * np.ptp(run.x_edge) > 50:  # all in less than a fiftieth of the axis
        log = True
        axes.set_yscale("log")
        axes.set_ylim(1e-5 * peak, 3 * peak)
    axes.plot(run.x, run.density(k), color="k", lw=1, zorder=3, gid=f"density {k}",
              label="finite volumes")
    for prefix, color in zip(run.walkers(), NAMED):
        for kind in ("histogram", "kde"):
            name = f"{prefix}_{kind}"
            if name not in run:
                continue
            p, error, band = run.row(name, k), None, ""
            if name + "_errors" in run:
                error, band = 2 * run.row(name + "_errors", k), r" $\pm 2$ s.e."
                if log:  # nothing is seen of empty cells
                    error = np.where(p > 0, error, np.nan)
            look = {"color": color, "gid": f"{name} {k}",
                    "label": f"{walkers_label(run, prefix)}, {kind}{band}"}
            if kind == "histogram":
                axes.stairs(p, run.x_edge, baseline=None, lw=0.9, **look)
                if band:
                    axes.stairs(p + error, run.x_edge, baseline=p - error, fill=True, color=color,
                                alpha=0.25, lw=0)
            else:
                axes.plot(run.x, p, ls=":", **look)
                if band:
                    axes.fill_between(run.x, p - error, p + error, color=color, alpha=0.15, lw=0)
    axes.set_title(run.time_text(k))
    axes.set_ylabel(run.label("density"))


def occupied(run, picked):
    """The part of the axis with walkers or density in it; all of it when that is most of it."""
    names = ["density"] + [f"{p}_histogram" for p in run.walkers() if f"{p}_histogram" in run]
    rows = [run.row(name, k) for k in picked for name in names]
    full = np.flatnonzero(np.any([row > 1e-5 * row.max() for row in rows], axis=0))
    lo, hi = run.x_edge[full[0]], run.x_edge[full[-1] + 1]
    most = hi - lo > 0.5 * np.ptp(run.x_edge)
    return (run.x_edge[0], run.x_edge[-1]) if most else (lo, hi)


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


# --- Panels of a 2-D run ------------------------------------------------------------------


def loss_contours(run, axes):
    """Levels of the loss, closer at the bottom, over an image."""
    if "loss" in run:
        loss = run.static("loss")
        finite = loss[np.isfinite(loss)]
        if finite.size and finite.max() > finite.min():
            levels = finite.min() + np.ptp(finite) * np.linspace(0.04, 1, 10) ** 2
            axes.contour(run.x, run.y, loss, levels, colors="w", linewidths=0.5, alpha=0.65)


def plane_axes(run, axes):
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel(run.label("y"))
    sides = np.ptp(run.x_edge), np.ptp(run.y_edge)
    if max(sides) < 3 * min(sides):
        axes.set_aspect("equal")


def plane_panel(run, axes, k, name="density"):
    """Snapshot k as an image, as a part of its largest value, with the loss as contours."""
    p = run.static(name) if name == "stationary_density" else run.row(name, k)
    top = np.nanmax(p)
    image = axes.pcolormesh(run.x_edge, run.y_edge, np.clip(p, 0, None) / (top or 1), cmap="viridis",
                            norm=Normalize(0, 1), rasterized=True, gid=f"{name} {k}")
    loss_contours(run, axes)
    plane_axes(run, axes)
    axes.set_title(f"{'stationary' if name == 'stationary_density' else run.time_text(k)}, "
                   f"largest {top:.3g}")
    return image


def z_scores_plane(run, axes, k, prefix):
    """How many standard errors the walkers are off in every bin of cells that holds something."""
    z, p = run.row(f"{prefix}_z_scores", k), run.row("density", k)
    z = np.where((run.row(f"{prefix}_histogram", k) > 0) | (p > 1e-3 * p.max()), z, np.nan)
    image = axes.pcolormesh(run.x_edge, run.y_edge, z, cmap="RdBu_r", norm=Normalize(-5, 5),
                            rasterized=True, gid=f"{prefix}_z_scores {k}")
    plane_axes(run, axes)
    axes.set_title(f"{walkers_label(run, prefix)}, z-scores")
    return image


def current_arrows(run, axes, k, across=22):
    """The current at cell centres, about `across` arrows a side, none where it is < 5 %."""
    jx, jy = run.row("flux_x", k), run.row("flux_y", k)
    jx, jy = (jx[:, 1:] + jx[:, :-1]) / 2, (jy[1:] + jy[:-1]) / 2
    steps = [-(-n // across) for n in jx.shape]
    ys, xs = (slice(step // 2, None, step) for step in steps)
    jx, jy = jx[ys, xs], jy[ys, xs]
    size = np.hypot(jx, jy)
    top = np.nanmax(size)
    if top > 0:
        seen = np.where(size < 0.05 * top, np.nan, 1.0)
        axes.quiver(run.x[xs], run.y[ys], seen * jx, seen * jy, color="w", pivot="mid",
                    width=0.005, minlength=0, scale=0.5 * across * top, gid=f"flux {k}")


def marginal_panel(run, axes, coordinate):
    curves_over_time(run, axes, f"marginal_{coordinate}", coordinate)
    axes.set_ylim(bottom=0)
    axes.margins(x=0)


# --- Figures ------------------------------------------------------------------------------


def signed(run, figure):
    """The run's title above, its origin small below."""
    figure.suptitle(run.title or "fokker", fontsize=11)
    figure.text(0.995, 0.004, run.provenance(), ha="right", va="bottom", fontsize=6, color="0.5")
    figure.get_layout_engine().set(rect=(0.008, 0.022, 0.984, 0.97), w_pad=0.09, h_pad=0.07)
    return figure


def overview_1d(run):
    figure = plt.figure(figsize=(11, 8.2))
    top, bottom = figure.add_gridspec(2, 1, height_ratios=(1.35, 1))
    left, right = top.subgridspec(1, 2, width_ratios=(1.15, 1))
    upper, lower = left.subgridspec(2, 1, height_ratios=(3, 1), hspace=0.03)
    density = figure.add_subplot(upper)
    density_panel(run, density)
    loss = figure.add_subplot(lower, sharex=density)
    loss_panel(run, loss)
    if loss.axison:
        density.set_xlabel("")
        density.tick_params(labelbottom=False)
    space_time_panel(run, figure.add_subplot(right))
    places = list(bottom.subgridspec(1, 3))
    moments_panel(run, figure.add_subplot(places[0]))
    regions_panel(run, figure.add_subplot(places[1]))
    if has_walkers(run):
        last = figure.add_subplot(places[2])
        walkers_panel(run, last, run.rows - 1)
        last.set_title("")
        last.set_xlabel(f"{run.label('x')}  ({run.time_text(-1)})")
        legend_above(last)
    else:
        diagnostics_panel(run, figure.add_subplot(places[2]))
    return signed(run, figure)


def overview_2d(run):
    figure = plt.figure(figsize=(11, 7.4))
    top, bottom = figure.add_gridspec(2, 1, height_ratios=(1.05, 1))
    picked = run.pick(3)
    panels = [figure.add_subplot(place) for place in top.subgridspec(1, len(picked))]
    for k, axes in zip(picked, panels):
        image = plane_panel(run, axes, k)
        if "flux_x" in run:
            current_arrows(run, axes, k)
    figure.colorbar(image, ax=panels, label="density / its largest value", pad=0.01, aspect=30)
    places = list(bottom.subgridspec(1, 3))
    marginal_panel(run, figure.add_subplot(places[0]), "x")
    marginal_panel(run, figure.add_subplot(places[1]), "y")
    (regions_panel if run.regions() else diagnostics_panel)(run, figure.add_subplot(places[2]))
    return signed(run, figure)


def snapshots_2d(run, arrows=False):
    picked = run.pick(6)
    columns = min(3, len(picked))
    lines = -(-len(picked) // columns)
    figure, panels = plt.subplots(lines, columns, figsize=(3.6 * columns, 3.3 * lines + 0.5),
                                  squeeze=False, sharex=True, sharey=True)
    for axes in panels.flat[len(picked):]:
        axes.set_axis_off()
    for k, axes in zip(picked, panels.flat):
        image = plane_panel(run, axes, k)
        if arrows:
            current_arrows(run, axes, k)
        axes.label_outer()
    figure.colorbar(image, ax=panels, label="density / its largest value", pad=0.01, aspect=30)
    return signed(run, figure)


def one_panel(panel):
    def figure(run):
        made, axes = plt.subplots(figsize=(7, 4.5))
        panel(run, axes)
        return signed(run, made)
    return figure


def moments(run):
    names = ("x", "y")[: run.dims]
    figure, panels = plt.subplots(1, len(names), figsize=(1 + 5.5 * len(names), 4.3), squeeze=False)
    for name, axes in zip(names, panels.flat):
        moments_panel(run, axes, name)
    return signed(run, figure)


def marginals(run):
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.3))
    for name, axes in zip("xy", panels):
        marginal_panel(run, axes, name)
    return signed(run, figure)


def monte_carlo(run):
    picked = run.pick(3)
    figure, panels = plt.subplots(2, len(picked), figsize=(3.8 * len(picked), 5.6), squeeze=False,
                                  sharex=True, height_ratios=(2.2, 1))
    for column, k in enumerate(picked):
        walkers_panel(run, panels[0, column], k)
        z_scores_panel(run, panels[1, column], k)
        if column:
            panels[0, column].set_ylabel("")
            panels[1, column].set_ylabel("")
    panels[0, 0].set_xlim(occupied(run, picked))
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=min(4, len(labels)))
    signed(run, figure).get_layout_engine().set(rect=(0.008, 0.07, 0.984, 0.92))
    return figure


def monte_carlo_2d(run):
    """Lines: snapshots; columns: the density, then each kind's histogram and z-scores."""
    picked, prefixes = run.pick(3), [p for p in run.walkers() if f"{p}_histogram" in run]
    columns = 1 + 2 * len(prefixes)
    figure, panels = plt.subplots(len(picked), columns, squeeze=False, sharex=True, sharey=True,
                                  figsize=(3.4 * columns, 3.1 * len(picked) + 0.5))
    for k, line in zip(picked, panels):
        shade = plane_panel(run, line[0], k)
        for prefix, axes, scores in zip(prefixes, line[1::2], line[2::2]):
            plane_panel(run, axes, k, f"{prefix}_histogram")
            axes.set_title(walkers_label(run, prefix))
            colours = z_scores_plane(run, scores, k, prefix)
        for axes in line:
            axes.label_outer()
    figure.colorbar(shade, ax=panels, label="density / its largest value", pad=0.01, aspect=40)
    figure.colorbar(colours, ax=panels, label="z-score", pad=0.01, aspect=40, extend="both")
    return signed(run, figure)


def always(run):
    return True


def has(*names):
    """A test of a run: is any of these arrays there?"""
    return lambda run: any(name in run for name in names)


# Name -> (whether the file has what it needs, {dimension: figure}).
FIGURES = {
    "overview": (always, {1: overview_1d, 2: overview_2d}),
    "density": (always, {1: one_panel(density_panel), 2: snapshots_2d}),
    "spacetime": (always, {1: one_panel(space_time_panel)}),
    "current": (has("flux", "flux_x"), {1: one_panel(current_panel),
                                        2: lambda run: snapshots_2d(run, arrows=True)}),
    "marginals": (has("marginal_x"), {2: marginals}),
    "moments": (has("mean_x"), {1: moments, 2: moments}),
    "regions": (has("mass"), {1: one_panel(regions_panel), 2: one_panel(regions_panel)}),
    "diagnostics": (has("mass"), {1: one_panel(diagnostics_panel),
                                  2: one_panel(diagnostics_panel)}),
    "montecarlo": (has_walkers, {1: monte_carlo, 2: monte_carlo_2d}),
}


def figures_of(run):
    """Names of the figures that this file has the data for."""
    return [name for name, (possible, by_dims) in FIGURES.items()
            if run.dims in by_dims and possible(run)]


def draw(run, kind):
    """The figure of that name; kind must be in figures_of(run)."""
    with mpl.rc_context(STYLE):
        return FIGURES[kind][1][run.dims](run)
