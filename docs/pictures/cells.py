#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""cells.py NAME...: the pictures of docs/cells.md, from runs, into the present folder as cells_NAME.png; with the numbers
that the page quotes on the standard output. NAME: error, time, plane, law."""
import os
import subprocess
import sys
import tempfile

import h5py
import matplotlib
import numpy as np

matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # told apart by colour-blind readers too
MARKERS = ("o", "s", "^", "D")
scratch = tempfile.TemporaryDirectory()


def run(settings, read, **changes):
    """Runs settings with changes (a__b=value for a.b) and returns read(file)."""
    config, output = (os.path.join(scratch.name, name) for name in ("a.yaml", "a.h5"))
    with open(config, "w", encoding="utf-8") as file:
        file.write(settings)
    sets = [word for key, value in changes.items() for word in ("--set", f"{key.replace('__', '.')}={value}")]
    done = subprocess.run(["fokker", "run", config, "-q", "--force", "-o", output, *sets], capture_output=True, text=True)
    if done.returncode not in (0, 3):  # 3: inaccurate, which is what is shown
        sys.exit(done.stderr)
    with h5py.File(output) as file:
        return read(file)


def line(drift, diffusion, low, high, start, time, end="reflecting"):
    return f"""
model: {{variables: [x], drift: "{drift}", diffusion: "{diffusion}"}}
grid: {{x: {{min: {low}, max: {high}, cells: 100, boundary: {end}}}}}
initial: {{gaussian: {{mean: {start}, std: 0.2}}}}
time: {{snapshots: [{time}]}}
accuracy: {{space: 2}}
"""


def density(file):
    return file["density"][-1], np.diff(file["x_edge"][:])


def l1(coarse, fine):
    """Of two densities, the second on a multiple of the cells."""
    (p, h), (q, k) = coarse, fine
    return np.abs(p * h - (q * k).reshape(p.size, -1).sum(axis=1)).sum()


def figure():
    chart, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xscale("log")
    axes.set_yscale("log")
    return chart, axes


def curve(axes, k, x, y, label, style="-"):
    axes.plot(x, y, style, color=COLOURS[k], marker=MARKERS[k], markersize=5, label=label)
    print(f"{label}: " + ", ".join(f"{a:g} {b:.2g}" for a, b in zip(x, y)))


def save(chart, axes, name, xlabel, ylabel):
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.legend(frameon=False, fontsize="small")
    chart.savefig(f"cells_{name}.png", dpi=110)


def error():
    models = {"smooth: dx = −x dt + dW": line("-x", 0.5, -6, 6, 2, 0.5),
              "steep: on its way into a narrow well": line("x - x^3", 0.01, -2.4, 2.4, -0.5, 1),
              "the noise jumps inside a cell": line("-x", "if(x < 0.01, 0.1, 0.5)", -6, 6, 1, 1),
              "the noise vanishes at a wall": line("0.3*(1 - x)", "0.5*x", 0, 9.6, 1, 2)}
    cells = [48, 96, 192, 384, 768]
    chart, axes = figure()
    for k, (label, settings) in enumerate(models.items()):
        fine = run(settings, density, grid__x__cells=12288)
        curve(axes, k, cells, [l1(run(settings, density, grid__x__cells=n), fine) for n in cells], label)
    settings = next(iter(models.values()))
    fine = run(settings, density, grid__x__cells=12288)
    axes.plot(cells, [l1(run(settings, density, grid__x__cells=n, accuracy="{space: 1e-4}"), fine) for n in cells], ":",
              color=COLOURS[0], marker="o", markersize=4, label="smooth, cells cut inside (the default)")
    save(chart, axes, "error", "cells of the grid", "error of the density (L1)")


def time():
    settings = line("x - x^3", 0.2, -3, 3, -1, 10)
    exact = run(settings, density, time__tolerance=1e-13)
    chart, axes = figure()
    for k, (method, steps) in enumerate({"contour": (1e-2, 1e-4, 1e-6, 1e-8, 1e-10), "sdirk": (1e-2, 1e-3, 1e-4, 1e-5, 1e-6),
                                         "backward_euler": (0.2, 0.05, 0.0125, 0.003)}.items()):
        key = "time__step" if method == "backward_euler" else "time__tolerance"
        found = [run(settings, lambda f: (f.attrs["solves"], l1(density(f), exact)), time__method=method, **{key: step})
                 for step in steps]
        curve(axes, k, *zip(*found), method)
    save(chart, axes, "time", "solves of a tridiagonal system", "error in time of the density (L1)")


PLANE = """
model:
  variables: [x, y]
  parameters: {D: 0.01}
  drift: [-x + 3*y, -3*x - y]
  diffusion: [[D, 0], [0, D]]
grid: {x: {min: -1, max: 1, cells: 48}, y: {min: -1, max: 1, cells: 48}}
initial: {gaussian: {mean: [0.4, 0], std: [0.1, 0.1]}}
time: {snapshots: [2]}
analysis: {stationary: false}
"""


def plane():
    cells = [32, 48, 64]
    chart, axes = figure()
    k = 0
    for method in ("krylov", "path_integral"):
        for D in (0.03, 0.01):
            exact = D + (0.01 - D) * np.exp(-4)
            found = [run(PLANE, lambda f: f["variance_x"][-1], time__method=method, model__parameters__D=D, grid__x__cells=n,
                         grid__y__cells=n) for n in cells]
            curve(axes, k, cells, np.abs(np.array(found) / exact - 1), f"{method}, D = {D:g}", "-" if method == "krylov" else "--")
            k += 1
    save(chart, axes, "plane", "cells of each axis", "relative error of the variance")


LAW = """
model: {variables: [w], datapoints: [(w - 0.3)^2/2 + w^4/40, (w + 0.3)^2/2 + w^4/40], learning_rate: 0.3}
grid: {w: {min: -2, max: 2, cells: 50}}
initial: {gaussian: {mean: 0.5, std: 0.3}}
time: {snapshots: [10]}
law: {kinds: [sgd], tolerance: 0.05}
"""


def law():
    cells = [50, 100, 200, 400, 800]
    chart, axes = figure()

    def estimate(file):
        return float(file.attrs["law_sgd_error_estimate"])
    for k, rate in enumerate((0.3, 0.1, 0.03)):
        curve(axes, k, cells, [run(LAW, estimate, law__cells=n, model__learning_rate=rate, time__snapshots=[round(3 / rate)])
                               for n in cells], f"learning rate {rate:g}, after {round(3 / rate)} steps")
    axes.axhline(0.005, color="grey", linestyle=":", label="a tenth of the tolerance: where law.cells: auto stops")
    save(chart, axes, "law", "law.cells", "error of the law of SGD (KS), as stated")


for name in sys.argv[1:]:
    {"error": error, "time": time, "plane": plane, "law": law}[name]()
