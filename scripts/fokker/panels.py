# SPDX-License-Identifier: GPL-3.0-or-later
"""Panels of figures of a fokker run: each is a function panel(run, axes) that draws into given
axes what the file holds, with the file's own labels. figures.py lays them out.
"""
import matplotlib as mpl
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize, PowerNorm

from .marks import (
    BLUE, IN_TIME, LAWS, NAMED, ORANGE, VERMILION, histogram, legend_above, loss_contours, plane_axes, plane_image)

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


def has_walkers(run):
    return any(f"{prefix}_{kind}" in run
               for prefix in run.walkers() for kind in ("histogram", "kde"))


def walkers_label(run, prefix):
    """What the walkers are: "SGD", "gaussian SGD", "SDE"; "Monte Carlo" in a silent file."""
    kind = run.attribute(prefix + "_kind", prefix[3:] or "Monte Carlo")
    return {"sgd": "SGD", "sde": "SDE", "gaussian": "gaussian SGD"}.get(kind, kind)


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


def walkers_series(run, axes, name, **look):
    """Values of the walkers at some times, with two standard errors to either side."""
    error, some = run.errors(name), run.pick(24)
    axes.errorbar(run.time[some], run.series(name)[some], ms=3, mfc="none", gid=name,
                  yerr=None if error is None else 2 * error[some], **look)


def moments_panel(run, axes, coordinate="x", most_laws=3):
    """Mean and one standard deviation to either side, with the laws' as lines and the walkers' as points."""
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


def regions_panel(run, axes, most_laws=3):
    """The mass of each named region, or of the whole grid where none is named; black: by the laws."""
    regions = run.regions()
    for (name, mass), color in zip(regions.items(), NAMED):
        axes.plot(run.time, mass, color=color, gid=f"mass_in_{name}", label=name)
        for prefix, marker in zip(run.walkers(), "os^v"):
            full = f"{prefix}_mass_in_{name}"
            if full in run:
                walkers_series(run, axes, full, fmt=marker, color=color)
        for prefix, _, line in laws_of(run, most_laws):
            full = f"{prefix}_mass_in_{name}"
            if full in run:
                label = run.law_label(prefix) if name == list(regions)[-1] else None
                axes.plot(run.time, run.series(full), color="k", ls=line, lw=1, gid=full, label=label)
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


def answers_panel(run, axes, k, most_laws=3):
    """Snapshot k three times: the density, the laws, the walkers' histogram and kernel estimate with
    their bands. The title has the distance of the first law."""
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
                error, band = run.row(name + "_errors", k), r" $\pm 2$ s.e."
                if log:  # nothing is seen of empty cells
                    error = np.where(p > 0, error, np.nan)
            look = {"color": color, "gid": f"{name} {k}",
                    "label": f"{walkers_label(run, prefix)}, {kind}{band}"}
            if kind == "histogram":
                histogram(axes, run.x_edge, p, error, **look)
            else:
                axes.plot(run.x, p, ls=":", **look)
                if band:
                    axes.fill_between(run.x, p - 2 * error, p + 2 * error, color=color, alpha=0.15, lw=0)
    for prefix, color, line in laws_of(run, most_laws):
        axes.plot(run.x, run.row(f"{prefix}_density", k), color=color, ls=line, lw=1.6, zorder=4,
                  gid=f"{prefix}_density {k}", label=run.law_label(prefix))
    axes.set_title("\n".join(filter(None, [run.time_text(k), run.distance_text(k)])))
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
    axes.set_ylabel(f"P(< {run.label('x')}) less\n{run.law_label(base)}")


def cumulative(run, name, k):
    """Probabilities below the faces, of snapshot k of a density."""
    return np.concatenate([[0], np.cumsum(run.row(name, k) * np.diff(run.x_edge))])


def occupied(run, picked):
    """The part of the axis with walkers, law or density in it; all of it when that is most of it."""
    names = ["density"] + [f"{p}_density" for p in run.laws()] + [f"{p}_histogram" for p in run.walkers() if f"{p}_histogram" in run]
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


# --- Escape and modes ---------------------------------------------------------------------


def escape_time_panel(run, axes):
    """Mean time to the target from every place; the target itself is left white."""
    tau = np.where(run.static("escape_time") > 0, run.static("escape_time"), np.nan)
    axes.semilogy(run.x, tau, color=BLUE, gid="escape_time", label="mean escape time")
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel(run.label("escape_time"))
    axes.set_xlim(run.x_edge[0], run.x_edge[-1])
    if "quasi_stationary_density" in run:
        nu = run.static("quasi_stationary_density")
        other = axes.twinx()
        other.fill_between(run.x, nu, color=ORANGE, alpha=0.25, lw=0, gid="quasi_stationary_density")
        other.set_ylim(0, 1.6 * nu.max())
        other.set_yticks([])
        axes.fill_between([], [], color=ORANGE, alpha=0.25, label="quasi-stationary density")
    legend_above(axes)


def escape_time_plane(run, axes):
    """Mean time to the target from every place, and where on its edge it is met."""
    image = plane_image(run, axes, run.static("escape_time_log10"), gid="escape_time_log10")
    loss_contours(run, axes)
    plane_axes(run, axes)
    axes.figure.colorbar(image, ax=axes, label=run.label("escape_time_log10"), pad=0.02, aspect=30)
    if "exit_face_probability" in run:
        density = run.static("exit_face_probability") / run.static("exit_face_length")
        axes.scatter(run.static("exit_face_x"), run.static("exit_face_y"), s=40 * density / density.max(),
                     color=VERMILION, lw=0, zorder=3, gid="exit_face_probability", label="exits")
        legend_above(axes)


def survival_panel(run, axes):
    """Part not yet arrived, and the exponential law of the same mean."""
    t, tau = run.static("exit_time"), float(run.attribute("mean_escape_time", "nan"))
    late = t > 0
    axes.plot(t[late], run.static("survival")[late], color=BLUE, gid="survival", label="not yet arrived")
    axes.plot(t[late], np.exp(-t[late] / tau), "k--", lw=1, label="exponential law of the same mean")
    axes.set_xscale("log")
    axes.set_xlabel(run.label("exit_time"))
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel(run.label("survival"))
    legend_above(axes)


def exit_density_panel(run, axes):
    t = run.static("exit_time")
    late = t > 0
    names = ["exit_density"]
    parts = [n for n in ("exit_density_lower", "exit_density_upper") if n in run]
    if len(parts) == 2 and all(np.nanmax(run.static(n)) > 0 for n in parts):
        names += parts
    for name, color in zip(names, NAMED):
        axes.plot(t[late], run.static(name)[late], color=color, gid=name, label=run.label(name))
    axes.set_xscale("log")
    axes.set_xlabel(run.label("exit_time"))
    axes.set_ylabel(run.label("exit_density"))
    axes.set_ylim(bottom=0)
    legend_above(axes)


def rates_panel(run, axes):
    """Relaxation rates of the slowest modes, those of a complex pair one above the other."""
    rate = run.static("mode_rate")
    axes.semilogy(np.arange(len(rate)) + 1, rate, "o", color=BLUE, gid="mode_rate")
    axes.set_xlabel("mode")
    axes.set_ylabel(run.label("mode_rate"))
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))


def mode_functions_panel(run, axes, name, most=4):
    functions = run.static(name)
    for k, color in zip(range(min(most, len(functions))), NAMED):
        f = functions[k] / np.nanmax(np.abs(functions[k]))
        axes.plot(run.x, f, color=color, gid=f"{name} {k}", label=f"{k + 1}")
    axes.axhline(0, color="0.6", lw=0.8, zorder=0)
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel(f"{run.label(name)} / its largest value")
    axes.margins(x=0)
    axes.legend(loc="best", title="mode")


def mode_plane(run, axes, k):
    f = run.static("mode_left")[k]
    top = np.nanmax(np.abs(f))
    plane_image(run, axes, f / top, cmap="RdBu_r", norm=Normalize(-1, 1), gid=f"mode_left {k}")
    loss_contours(run, axes)
    plane_axes(run, axes)
    axes.set_title(f"mode {k + 1}, rate {run.static('mode_rate')[k]:.4g}")


# --- Panels of a 2-D run ------------------------------------------------------------------


def plane_panel(run, axes, k, name="density"):
    """Snapshot k as an image, as a part of its largest value, with the loss as contours."""
    p = run.static(name) if name == "stationary_density" else run.row(name, k)
    top = np.nanmax(p)
    image = plane_image(run, axes, np.clip(p, 0, None) / (top or 1), norm=Normalize(0, 1),
                        gid=f"{name} {k}")
    loss_contours(run, axes)
    plane_axes(run, axes)
    axes.set_title(f"{'stationary' if name == 'stationary_density' else run.time_text(k)}, "
                   f"largest {top:.3g}")
    return image


def z_scores_plane(run, axes, k, prefix):
    """How many standard errors the walkers are off in every bin of cells that holds something."""
    z, p = run.row(f"{prefix}_z_scores", k), run.row("density", k)
    z = np.where((run.row(f"{prefix}_histogram", k) > 0) | (p > 1e-3 * p.max()), z, np.nan)
    image = plane_image(run, axes, z, cmap="RdBu_r", norm=Normalize(-5, 5),
                        gid=f"{prefix}_z_scores {k}")
    plane_axes(run, axes)
    axes.set_title(f"{walkers_label(run, prefix)}, z-scores")
    return image


def law_difference_plane(run, axes, k):
    """The first law less the density, as a part of the density's largest value."""
    prefix, p = run.laws()[0], run.density(k)
    image = plane_image(run, axes, (run.row(f"{prefix}_density", k) - p) / (np.nanmax(p) or 1), cmap="RdBu_r",
                        norm=Normalize(-0.2, 0.2), gid=f"{prefix}_difference {k}")
    plane_axes(run, axes)
    axes.set_title(run.distance_text(k, "law less density\nKS distance"))
    return image


def marginal_panel(run, axes, coordinate):
    curves_over_time(run, axes, f"marginal_{coordinate}", coordinate)
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
