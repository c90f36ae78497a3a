# SPDX-License-Identifier: GPL-3.0-or-later
"""Panels of a fokker run of two variables."""
import numpy as np
from matplotlib.colors import Normalize

from .marks import LAWS, NAMED, every_nth, legend_above, loss_contours, plane_axes, plane_image
from .panels import curves_over_time, walkers_label
from .view import density_norm, marginal_mass, window


def plane_panel(run, axes, k, name="density"):
    """Snapshot k as an image, as a part of its largest value, with the loss as contours."""
    p = run.static(name) if name == "stationary_density" else run.row(name, k)
    top = np.nanmax(p)
    image = plane_image(run, axes, np.clip(p, 0, None) / (top or 1), norm=density_norm(run, 1.0), gid=f"{name} {k}")
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
    """Marginal densities over time; of the last snapshot also by the law, and by the walkers."""
    curves_over_time(run, axes, f"marginal_{coordinate}", coordinate)
    k, at = run.last(), getattr(run, coordinate)
    widths, inner = np.diff(getattr(run, coordinate + "_edge")), (window(run, coordinate))
    for prefix, (color, line) in zip(run.laws()[:1], LAWS):
        law = marginal_mass(run, run.row(f"{prefix}_density", k), coordinate) / widths
        axes.plot(at, law, color=color, ls=line, zorder=4, gid=f"{prefix}_marginal {k}", label=run.law_label(prefix))
    for prefix, color in zip(run.walkers(), NAMED[1:]):
        if f"{prefix}_histogram" in run:
            some = every_nth(at, inner, 40)
            seen = marginal_mass(run, run.row(f"{prefix}_histogram", k), coordinate) / widths
            axes.plot(at[some], seen[some], ".", ms=4, color=color, gid=f"{prefix}_marginal {k}",
                      label=f"{walkers_label(run, prefix)} walkers, {run.time_text(k)}")
    axes.set_ylim(bottom=0)
    axes.set_xlim(inner)
    legend_above(axes)
