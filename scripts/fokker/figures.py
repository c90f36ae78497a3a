# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a fokker run, drawn with matplotlib from file.Run: each is a function figure(run)
that lays out the panels of panels.py. FIGURES names them for scripts/plot.
"""
import matplotlib as mpl
from matplotlib import pyplot as plt

from .marks import STYLE, current_arrows, density_bar, legend_above
from .panels import (
    answers_panel, current_panel, density_panel, diagnostics_panel, escape_time_panel, escape_time_plane,
    exit_density_panel, has_laws, has_walkers, law_difference_plane, law_differences_panel, loss_panel, marginal_panel,
    mode_functions_panel, mode_plane, moments_panel, occupied, plane_panel, rates_panel, regions_panel,
    space_time_panel, survival_panel, walkers_label, z_scores_panel, z_scores_plane)


# --- Figures ------------------------------------------------------------------------------


def signed(run, figure):
    """The run's title above; small below, its origin and the verdict on the law."""
    figure.suptitle(run.title or "fokker", fontsize=11)
    figure.text(0.995, 0.004, run.provenance(), ha="right", va="bottom", fontsize=6, color="0.5")
    figure.text(0.005, 0.004, run.law_verdict(), ha="left", va="bottom", fontsize=6, color="0.3", gid="law_verdict")
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
    moments_panel(run, figure.add_subplot(places[0]), most_laws=1)
    regions_panel(run, figure.add_subplot(places[1]), most_laws=1)
    if has_walkers(run) or has_laws(run):
        last = figure.add_subplot(places[2])
        answers_panel(run, last, run.rows - 1, most_laws=1)
        last.set_xlim(occupied(run, [run.rows - 1]))
        last.set_title("")
        last.set_xlabel(f"{run.label('x')}  ({run.time_text(-1)})\n{run.distance_text(-1)}".rstrip())
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
    density_bar(figure, image, panels)
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
    density_bar(figure, image, panels)
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


def answers(run, picked, differences):
    """Some snapshots: density, laws and walkers above, how they differ below."""
    figure, panels = plt.subplots(2, len(picked), figsize=(3.8 * len(picked), 5.6), squeeze=False,
                                  sharex=True, height_ratios=(2.2, 1))
    for column, k in enumerate(picked):
        answers_panel(run, panels[0, column], k)
        differences(run, panels[1, column], k)
        if column:
            panels[0, column].set_ylabel("")
            panels[1, column].set_ylabel("")
    panels[0, 0].set_xlim(occupied(run, picked))
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=min(4, len(labels)), bbox_to_anchor=(0.5, 0.02))
    low = 0.06 + 0.035 * (len(labels) > 4)
    signed(run, figure).get_layout_engine().set(rect=(0.008, low, 0.984, 0.99 - low))
    return figure


def monte_carlo(run):
    return answers(run, run.pick(3), z_scores_panel)


def laws(run):
    return answers(run, run.pick(4)[-3:], law_differences_panel)  # at the start there is no difference


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
    density_bar(figure, shade, panels, aspect=40)
    figure.colorbar(colours, ax=panels, label="z-score", pad=0.01, aspect=40, extend="both")
    return signed(run, figure)


def laws_2d(run):
    """Lines: snapshots; columns: the density, the laws, the walkers, and the first law less the density."""
    picked = run.pick(4)[-3:]
    shown = [(f"{p}_density", run.law_label(p)) for p in run.laws()]
    shown += [(f"{p}_histogram", f"{walkers_label(run, p)} walkers") for p in run.walkers() if f"{p}_histogram" in run]
    columns = 2 + len(shown)
    figure, panels = plt.subplots(len(picked), columns, squeeze=False, sharex=True, sharey=True,
                                  figsize=(3.4 * columns, 3.1 * len(picked) + 0.5))
    for k, line in zip(picked, panels):
        shade = plane_panel(run, line[0], k)
        for axes, (name, title) in zip(line[1:], shown):
            plane_panel(run, axes, k, name)
            axes.set_title(title)
        colours = law_difference_plane(run, line[-1], k)
        for axes in line:
            axes.label_outer()
    density_bar(figure, shade, panels, aspect=40)
    figure.colorbar(colours, ax=panels, label="law less density / largest density", pad=0.01, aspect=40, extend="both")
    return signed(run, figure)


def escape(run):
    curves = [survival_panel, exit_density_panel] if "survival" in run else []
    figure, panels = plt.subplots(1, 1 + len(curves), figsize=(4.6 + 4.2 * len(curves), 4.3), squeeze=False)
    (escape_time_panel if run.dims == 1 else escape_time_plane)(run, panels[0, 0])
    for panel, axes in zip(curves, panels[0, 1:]):
        panel(run, axes)
    return signed(run, figure)


def modes_1d(run):
    figure, panels = plt.subplots(1, 3, figsize=(13, 4.3))
    rates_panel(run, panels[0])
    mode_functions_panel(run, panels[1], "mode_left")
    mode_functions_panel(run, panels[2], "mode_right")
    return signed(run, figure)


def modes_2d(run):
    shown = min(3, len(run.static("mode_rate")))
    figure, panels = plt.subplots(1, 1 + shown, figsize=(3.6 * (1 + shown), 3.8))
    rates_panel(run, panels[0])
    for k in range(shown):
        mode_plane(run, panels[1 + k], k)
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
    "law": (has_laws, {1: laws, 2: laws_2d}),
    "montecarlo": (has_walkers, {1: monte_carlo, 2: monte_carlo_2d}),
    "escape": (has("escape_time"), {1: escape, 2: escape}),
    "modes": (has("mode_rate"), {1: modes_1d, 2: modes_2d}),
}


def figures_of(run):
    """Names of the figures that this file has the data for."""
    return [name for name, (possible, by_dims) in FIGURES.items()
            if run.dims in by_dims and possible(run)]


def draw(run, kind):
    """The figure of that name; kind must be in figures_of(run)."""
    with mpl.rc_context(STYLE):
        return FIGURES[kind][1][run.dims](run)
