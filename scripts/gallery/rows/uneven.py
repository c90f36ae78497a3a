# SPDX-License-Identifier: GPL-3.0-or-later
"""Noise that depends on the place, between reflecting walls: the diffusion flow of D. McAllester's
slides, the end state and the bias of J. Bostock."""
import numpy as np

from .. import drawing as look
from ..row import BEYOND, Experiment, Measured, Row, by_walkers, on_grid
from ..theory import slope, slope_error

# --- Diffusion flow where the noise varies --------------------------------------------------

def uneven_root(w):
    """S of the uneven noise on [-1, 3]: 1.6 in the middle, 0.4 at the walls."""
    return 1 + 0.6 * np.cos(np.pi * (w - 1) / 2)


def uneven_run(walkers, *more):
    return Experiment("pure_diffusion", (
        "model.parameters.T=0.1", "model.noise.covariance=(1 + 0.6*cos(pi*(W-1)/2))^2",
        "initial={uniform: {min: [-1], max: [3]}}", "time.snapshots={at: [100, 1000, 4000]}", *more), walkers)


UNEVEN = {"Itô": uneven_run(200000)} | {
    look.NAMES[name]: uneven_run(0, f"model.interpretation={name}") for name in ("stratonovich", "klimontovich")}
UNEVEN_BIAS = 0.005  # of the KS distance: relative order (eta S')^2 = 0.009 of finite steps


def fick_source(runs):
    run = runs["Itô"]
    return {"stationary law of SGD": run.law_of(np.zeros_like), "p at the walls over p in the middle": 1.0}


def fick_corrected(runs):
    run = runs["Itô"]
    return {"stationary law of SGD": run.law_of(lambda w: -2 * np.log(uneven_root(w))),
            "p at the walls over p in the middle": (1.6 / 0.4) ** 2}


def fick_measure(runs):
    run = runs["Itô"]
    p = run.static("stationary_density")
    walls, middle = np.minimum(run.x + 1, 3 - run.x) < 0.1, abs(run.x - 1) < 0.1
    # means over tenths of a unit; the exact means there relative to the exact values:
    shape = np.mean(uneven_root(run.x[walls]) ** -2) / np.mean(uneven_root(run.x[middle]) ** -2) / (1.6 / 0.4) ** 2
    counts = run.row("mc_histogram", -1) * np.diff(run.x_edge) * run.count
    ratio = counts[walls].mean() / counts[middle].mean() / shape
    error = ratio * np.sqrt(1 / counts[walls].sum() + 1 / counts[middle].sum())
    return {"stationary law of SGD": Measured(run.stationary_law(), run.walkers_law(bias=UNEVEN_BIAS)),
            "p at the walls over p in the middle": Measured(
                on_grid(p[walls].mean() / p[middle].mean() / shape),
                by_walkers(ratio, error, 0.02 * ratio))}


def fick_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["Itô"]
    left.plot(run.x, uneven_root(run.x) ** 2, color="k")
    left.set(xlabel="parameter $W$", ylabel=r"gradient noise $\sigma^2(W)$", ylim=(0, None))
    look.steps_of_walkers(right, run, 60, label="SGD, normal noise")
    for name, color in zip(runs, (look.BLUE, look.ORANGE, look.GREEN)):
        right.plot(run.x, runs[name].static("stationary_density"), color=color, lw=1.6, label=name)
    right.set(xlabel="parameter $W$", ylabel="stationary density", ylim=(0, None))
    right.legend()
    look.letters(panels)


# --- End state, regions of low variance -----------------------------------------------------

END = {"end": uneven_run(200000, "model.loss=0.025*(W-1)^2")}  # G = 0.05 (W - 1), T = 0.1: (2/T) G = W - 1


def end_exponent(w):
    """Integral of (2/T) G/S^2 from 1 to w, by Gauss-Legendre on the way."""
    node, weight = np.polynomial.legendre.leggauss(40)
    u = (np.asarray(w)[..., None] - 1) * (node + 1) / 2
    return (np.asarray(w) - 1) / 2 * np.sum(weight * u / uneven_root(1 + u) ** 2, axis=-1)


def end_log(power):
    """ln of S^-power exp(-int (2/T) G/S^2): power 1 is the source's, 2 Ito's."""
    return lambda w: -power * np.log(uneven_root(w)) - end_exponent(w)


def end_source(runs):
    return {"stationary law": runs["end"].law_of(end_log(1))}


def end_corrected(runs):
    return {"stationary law": runs["end"].law_of(end_log(2))}


def end_measure(runs):
    run = runs["end"]
    return {"stationary law": Measured(run.stationary_law(), run.walkers_law(bias=UNEVEN_BIAS))}


def end_draw(figure, runs):
    axes = figure.subplots()
    run = runs["end"]
    look.steps_of_walkers(axes, run, 60, label="SGD, normal noise")
    axes.plot(run.x, run.static("stationary_density"), **look.GRID, label="density (Itô)")
    axes.plot(run.x, run.averages_of(end_log(1)), **look.SOURCE, label=r"source: $\frac{1}{S}\,e^{-(2/T)\int G/S^2}$")
    axes.plot(run.x, run.averages_of(end_log(2)), **look.EXACT, label=r"corrected: $\frac{1}{S^2}\,e^{-(2/T)\int G/S^2}$")
    axes.set(xlabel="$W$", ylabel="stationary density", ylim=(0, None), xlim=(-1, 3))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


LOW = {"Itô": UNEVEN["Itô"]}
EXPONENT = "exponent a of P ~ S^−a"


def low_source(runs):
    return {EXPONENT: 1.0}


def low_corrected(runs):
    return {EXPONENT: 2.0}


def low_measure(runs):
    run = runs["Itô"]
    p, S = run.static("stationary_density"), np.log(uneven_root(run.x))
    edges, density, _ = run.histogram(100)
    counts = density * np.diff(edges) * run.count
    u = np.log(uneven_root((edges[1:] + edges[:-1]) / 2))
    return {EXPONENT: Measured(on_grid(-slope(S, np.log(p), p)),
                               by_walkers(-slope(u, np.log(density), counts), slope_error(u, counts), 0.02))}


def low_draw(figure, runs):
    axes = figure.subplots()
    run = runs["Itô"]
    edges, density, error = run.histogram(40, (1, 3))
    S = uneven_root((edges[1:] + edges[:-1]) / 2)
    look.dots(axes, S, density, error, label=r"SGD $\pm2$ s.e.")
    order = np.argsort(uneven_root(run.x))
    S, p = uneven_root(run.x)[order], run.static("stationary_density")[order]
    axes.plot(S, p, **look.GRID, label="density (Itô)")
    middle = np.interp(1, S, p)
    for power, style, label in ((1, look.SOURCE, "source: $P\\propto 1/S$"), (2, look.EXACT, "corrected: $P\\propto 1/S^2$")):
        axes.plot(S, middle * S**-float(power), **style, label=label)
    axes.set(xscale="log", yscale="log", xlabel="gradient noise $S$ (standard deviation)", ylabel="stationary density")
    axes.set_xticks([0.4, 0.6, 1, 1.6], ["0.4", "0.6", "1", "1.6"])
    axes.minorticks_off()
    axes.legend()


# --- The table ------------------------------------------------------------------------------

ROWS = (
    Row("uneven-noise", "stationary", "The diffusion flow where the noise varies",
        "The diffusion flow is −½ηΣ∇ρ. The slides take the noise as constant; where it varies this would make the density uniform "
        "without a gradient.",
        UNEVEN, fick_source, fick_measure, fick_draw, fick_corrected, instead=BEYOND,
        correction="The slides' own construction, with σ(x+z) inside the integral, gives −½η ∂(σ²ρ)/∂x, Itô's: the "
                   "density becomes proportional to 1/σ². For constant Σ, which the slides assume, −½ηΣ∇ρ is right; for varying Σ it is "
                   "Klimontovich's reading.",
        caption="No gradient, η = 0.1, reflecting walls. (a) The noise. (b) Where SGD spends its time, against the three "
                "readings of the noise."),
    Row("end-state", "current", "The end state",
        "Setting the current to zero: d ln P/dW = −(2/T)G/S² − ½(S²)′/S², that is P = (1/S) exp(−(2/T)∫G/S²)/Z.",
        END, end_source, end_measure, end_draw, end_corrected, figure_size=(8, 3.4),
        correction="For SGD the second coefficient is 1: P = (1/S²) exp(−(2/T)∫G/S²)/Z.",
        caption="G = (W−1)/20, S = 1 + 0.6 cos(π(W−1)/2), T = 0.1, reflecting walls."),
    Row("low-variance", "current", "SGD is biased towards regions of low variance",
        "‘The slower the spreading out, the higher the probability’: without gradient P ∝ 1/S.",
        LOW, low_source, low_measure, low_draw, low_corrected, figure_size=(6, 3.6),
        correction="Right in sign, half as strong as it is: P ∝ 1/S².",
        caption="No gradient, S = 1 + 0.6 cos(π(W−1)/2), T = 0.1, reflecting walls."),
)
