# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of a fokker run, drawn with matplotlib from file.Run: each is a function figure(run)
that lays out the panels of panels.py. FIGURES names them for scripts/plot.
"""
from textwrap import wrap

import matplotlib as mpl
from matplotlib import pyplot as plt

from .answers import answers_panel, law_differences_panel, z_scores_panel
from .escapes import (
    escape_time_panel, escape_time_plane, exit_density_panel, mode_functions_panel, mode_plane, rates_panel, survival_panel)
from .file import View
from .marks import STYLE, VERMILION, current_arrows, density_bar, legend_above, write_title
from .panels import (
    changing_masses, current_panel, density_panel, diagnostics_panel, has_diagnostics, has_laws, has_moments, has_walkers,
    loss_panel, moments_panel, potential_name, regions_panel, space_time_panel, walkers_label)
from .planes import law_difference_plane, marginal_panel, plane_panel, z_scores_plane
from .tails import has_tails, infinite_variance, tails_panel
from .view import window

LINE = 0.17  # inches of a line of words below a figure
FEWEST_ROWS = 10  # of an image over time in the overview: fewer are told apart as curves
LETTERS = 13.5  # of these words, an inch


# --- Figures ------------------------------------------------------------------------------


def signed(run, figure, below=0.0):
    """The run's title above; below it the verdicts, `below` inches for what else stands there, and its origin."""
    write_title(figure, run.title or "fokker")
    width, height = figure.get_size_inches()
    figure.text(0.995, 0.004, run.provenance(), ha="right", va="bottom", fontsize=6, color="0.5")
    said = {name: wrap(text, int(LETTERS * width)) for name, text in run.verdicts().items() if text}
    lines = sum(len(text) for text in said.values())
    y = (lines + 0.9) * LINE
    low = (y + below) / height
    for name, text in said.items():
        figure.text(0.06 / width, y / height, "\n".join(text), ha="left", va="top", fontsize=8,
                    color=VERMILION if name == "status" else "0.2", gid=f"{name}_verdict")
        y -= len(text) * LINE
    figure.get_layout_engine().set(rect=(0.008, low, 0.984, 0.992 - low), w_pad=0.09, h_pad=0.07)
    return figure


# What may stand below the density in the overview, from left to right: (rank, whether there is something
# to see, panel). The three of the lowest ranks do.
BELOW = (
    (4, lambda run: has_moments(run) and not infinite_variance(run), lambda run, axes: moments_panel(run, axes, most_laws=1)),
    (3, changing_masses, lambda run, axes: regions_panel(run, axes, most_laws=1)),
    (2, lambda run: "survival" in run, survival_panel),
    (5, has_diagnostics, diagnostics_panel),
    (0, lambda run: has_answers(run) and not infinite_variance(run), lambda run, axes: last_answers_panel(run, axes)),
    (1, has_tails, tails_panel),
)
BELOW_2D = (
    (0, lambda run: "survival" in run, survival_panel),
    (1, changing_masses, lambda run, axes: regions_panel(run, axes, most_laws=1)),
    (2, lambda run: "l1_to_stationary" in run and has_diagnostics(run), diagnostics_panel),
    (3, has_moments, lambda run, axes: moments_panel(run, axes, most_laws=1)),
)


def chosen(run, candidates, most):
    """The panels of the lowest ranks that have something to show, in their order."""
    possible = [(rank, panel) for rank, shows, panel in candidates if shows(run)]
    kept = sorted(rank for rank, _ in possible)[:most]
    return [panel for rank, panel in possible if rank in kept]


def has_answers(run):
    return has_walkers(run) or has_laws(run)


def last_answers_panel(run, axes):
    k = run.last()
    answers_panel(run, axes, k, most_laws=1)
    axes.set_xlim(window(run, "x", [k]))
    axes.set_title("")
    axes.set_xlabel("\n".join([f"{run.label('x')}  ({run.time_text(k)})", *wrap(run.distance_text(k), 46)]))
    legend_above(axes)


def density_and_loss(run, figure, place):
    """The density with the loss below it, where that is not constant."""
    if potential_name(run) is None:
        return density_panel(run, figure.add_subplot(place))
    upper, lower = place.subgridspec(2, 1, height_ratios=(3, 1), hspace=0.03)
    density = figure.add_subplot(upper)
    density_panel(run, density)
    loss_panel(run, figure.add_subplot(lower, sharex=density))
    density.set_xlabel("")
    density.tick_params(labelbottom=False)


def overview_1d(run):
    below = chosen(run, BELOW, 3)
    figure = plt.figure(figsize=(11, 8.2 if below else 4.8))
    top, *bottom = figure.add_gridspec(2 if below else 1, 1, height_ratios=(1.35, 1)[:2 if below else 1])
    shows_time = run.rows >= FEWEST_ROWS and not run.only
    left, *right = top.subgridspec(1, 1 + shows_time, width_ratios=(1.15, 1)[:1 + shows_time])
    density_and_loss(run, figure, left)
    if shows_time:
        space_time_panel(run, figure.add_subplot(right[0]))
    if below:
        for panel, place in zip(below, bottom[0].subgridspec(1, len(below))):
            panel(run, figure.add_subplot(place))
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
    below = [lambda run, axes: marginal_panel(run, axes, "x"), lambda run, axes: marginal_panel(run, axes, "y"),
             *chosen(run, BELOW_2D, 1)]
    for panel, place in zip(below, bottom.subgridspec(1, len(below))):
        panel(run, figure.add_subplot(place))
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
    panels[0, 0].set_xlim(window(run, "x", picked))
    handles, labels = panels[0, 0].get_legend_handles_labels()
    lines = -(-len(labels) // 4)
    signed(run, figure, below=0.05 + 0.2 * lines)
    low = figure.get_layout_engine().get()["rect"][1]
    figure.legend(handles, labels, loc="upper center", ncol=min(4, len(labels)), bbox_to_anchor=(0.5, low), borderaxespad=0)
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


# Name -> (whether the file has something to see of it, {dimension: figure}).
FIGURES = {
    "overview": (always, {1: overview_1d, 2: overview_2d}),
    "density": (always, {1: one_panel(density_panel), 2: snapshots_2d}),
    "spacetime": (lambda run: run.rows > 2, {1: one_panel(space_time_panel)}),
    "tails": (has_tails, {1: one_panel(tails_panel)}),
    "current": (has("flux", "flux_x"), {1: one_panel(current_panel),
                                        2: lambda run: snapshots_2d(run, arrows=True)}),
    "marginals": (has("marginal_x"), {2: marginals}),
    "moments": (has_moments, {1: moments, 2: moments}),
    "regions": (changing_masses, {1: one_panel(regions_panel), 2: one_panel(regions_panel)}),
    "diagnostics": (has_diagnostics, {1: one_panel(diagnostics_panel),
                                      2: one_panel(diagnostics_panel)}),
    "law": (has_laws, {1: laws, 2: laws_2d}),
    "montecarlo": (has_walkers, {1: monte_carlo, 2: monte_carlo_2d}),
    "escape": (has("escape_time"), {1: escape, 2: escape}),
    "modes": (has("mode_rate"), {1: modes_1d, 2: modes_2d}),
}


def figures_of(run):
    """Names of the figures that this file has something to see for."""
    return [name for name, (possible, by_dims) in FIGURES.items()
            if run.dims in by_dims and possible(run)]


def draw(run, kind, view=None):
    """The figure of that name; kind must be in figures_of(run). view (file.View): limits, scale, times."""
    run.view = view or View()
    run.only = sorted({run.nearest(t) for t in run.view.at})
    with mpl.rc_context(STYLE):
        return FIGURES[kind][1][run.dims](run)
