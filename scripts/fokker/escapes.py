# SPDX-License-Identifier: GPL-3.0-or-later
"""Panels of escape and of slowest modes of a fokker run."""
import matplotlib as mpl
import numpy as np
from matplotlib.colors import Normalize

from .file import number_text
from .marks import BLUE, NAMED, ORANGE, VERMILION, legend_above, loss_contours, plane_axes, plane_image
from .panels import label_few_decades
from .view import window


def escape_time_panel(run, axes):
    """Mean time to the target from every place; the target itself is left white."""
    tau = np.where(run.static("escape_time") > 0, run.static("escape_time"), np.nan)
    axes.semilogy(run.x, tau, color=BLUE, gid="escape_time", label="mean escape time")
    axes.set_xlabel(run.label("x"))
    axes.set_ylabel(run.label("escape_time"))
    axes.set_xlim(window(run))
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


def exit_time_axis(run, axes, times):
    """Logarithmic where the times span more than a factor of ten or so."""
    axes.set_xlabel(run.label("exit_time"))
    if times[-1] > 20 * times[0]:
        axes.set_xscale("log")
        label_few_decades(axes.xaxis, times[0], times[-1])


def survival_panel(run, axes):
    """Part not yet arrived, and the exponential law of the same mean."""
    t, tau = run.static("exit_time"), float(run.attribute("mean_escape_time", "nan"))
    late = t > 0
    axes.plot(t[late], run.static("survival")[late], color=BLUE, gid="survival", label="not yet arrived")
    axes.plot(t[late], np.exp(-t[late] / tau), "k--", lw=1, label=f"exponential law of the same mean, {number_text(tau)}")
    exit_time_axis(run, axes, t[late])
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel(run.label("survival"))
    legend_above(axes)


def exit_parts(run):
    """Names of the densities of exit times: the whole one, and by the ends where both are met."""
    parts = [n for n in ("exit_density_lower", "exit_density_upper") if n in run]
    both = len(parts) == 2 and all(np.nanmax(run.static(n)) > 0 for n in parts)
    return ["exit_density", *(parts if both else [])]


def exit_density_panel(run, axes):
    t = run.static("exit_time")
    late = t > 0
    for name, color in zip(exit_parts(run), NAMED):
        axes.plot(t[late], run.static(name)[late], color=color, gid=name, label=run.label(name))
    exit_time_axis(run, axes, t[late])
    axes.set_ylabel(run.label("exit_density"))
    axes.set_ylim(bottom=0)
    legend_above(axes)


def rates_panel(run, axes):
    """Relaxation rates of the slowest modes, those of a complex pair one above the other."""
    rate = run.static("mode_rate")
    axes.semilogy(np.arange(len(rate)) + 1, rate, "o", color=BLUE, gid="mode_rate")
    axes.set_xlabel("mode")
    axes.set_ylabel(run.label("mode_rate"))
    if np.min(rate) > 0:
        label_few_decades(axes.yaxis, np.min(rate), np.max(rate))
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
