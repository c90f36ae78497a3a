# SPDX-License-Identifier: GPL-3.0-or-later
"""J. Bostock, SGD Understood through Probability Current: the two-datapoint system."""
import numpy as np

from .. import drawing as look
from ..row import Experiment, Measured, Row

KEY = "current"
NAMES = ("ito", "stratonovich", "klimontovich")

# --- The learning rate of the source --------------------------------------------------------

PIT_AT = (100, 200, 400, 1000)
PIT_T = 0.02


def pit_run(name, walkers=0, T=PIT_T, more=(),
            at=(20, 35, 50, 70, 100, 150, 200, 300, 400, 550, 700, 850, 1000)):
    return Experiment("two_datapoints_walkers", (
        f"model.parameters.T={T}", f"model.interpretation={name}", *more,
        f"time.snapshots={{at: [{', '.join(map(str, at))}]}}"), walkers, "sgd")


PIT = {"ito": pit_run("ito", 200000), "stratonovich": pit_run("stratonovich"), "klimontovich": pit_run("klimontovich")}


def moves(w, T):
    """Where one step on either example takes w."""
    main = 2 * (w - 2) * np.exp(-((w - 2) ** 2))
    pit = 200 * (w - 1) * np.exp(-100 * (w - 1) ** 2)
    return w - T * main, w - T * (main + pit)


def chain(T, times, low=-1.0, high=3.5, cells=45000):
    """The law of SGD itself: masses of fine cells, moved along both steps, half along each, and
    shared between the two cells nearest to where they come. {time: masses}, and the centres."""
    w = low + (np.arange(cells) + 0.5) * (high - low) / cells
    mass = np.exp(-((w - 0.5) ** 2) / 2 / 0.175**2)
    mass /= mass.sum()
    to = []
    for image in moves(w, T):
        place = np.clip((image - low) / (high - low) * cells - 0.5, 0, cells - 1.000001)
        to.append((place.astype(int), place % 1))
    found = {}
    for step in range(1, max(times) + 1):
        new = np.zeros(cells)
        for left, part in to:
            new += np.bincount(left, mass / 2 * (1 - part), cells)
            new += np.bincount(left + 1, mass / 2 * part, cells)
        mass = new
        if step in times:
            found[step] = mass
    return w, found


def chain_in_pit():
    w, laws = chain(PIT_T, PIT_AT)
    return {t: float(mass[abs(w - 1) < 0.2].sum()) for t, mass in laws.items()}


def pit_source(runs):
    run = runs["stratonovich"]
    return {f"probability of the pit, {t} steps": run.at("mass_in_pit", t) for t in PIT_AT}


def pit_corrected(runs):
    return {f"probability of the pit, {t} steps": mass for t, mass in chain_in_pit().items()}


def pit_measure(runs):
    run = runs["ito"]  # 2e-5: what 45000 cells leave of a pit that is empty
    return {f"probability of the pit, {t} steps": Measured(walkers=run.walker("mass_in_pit", t, bias=2e-5 + 0.01 * run.at("mc_mass_in_pit", t)))
            for t in PIT_AT}


def pit_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["ito"]
    w = np.linspace(0, 3, 1200)
    l0 = -np.exp(-((w - 2) ** 2))
    l1 = l0 - np.exp(-100 * (w - 1) ** 2)
    left.plot(w, l0, color=look.SKY, label="$l_0$")
    left.plot(w, l1, color=look.PURPLE, label="$l_1$")
    left.plot(w, (l0 + l1) / 2, color="k", label="$L$")
    left.set(xlabel="$W$", ylabel="loss", xlim=(0, 3))
    left.legend()
    for name in NAMES:
        right.plot(run.time, runs[name].series("mass_in_pit"), color=look.INTERPRETATION[name], label=f"density, {look.NAMES[name]}")
    exact = chain_in_pit()
    right.plot(list(exact), list(exact.values()), "k+", ms=9, label="exact law of the steps")
    look.points(right, run.time[1:], [run.walker("mass_in_pit", t) for t in run.time[1:]], label=r"SGD $\pm2$ s.e.")
    right.set(xlabel="SGD steps", ylabel=r"probability of the pit, $|W-1|<0.2$", ylim=(-0.03, 1))
    right.legend()
    look.letters(panels)


# --- Towards small steps --------------------------------------------------------------------

SMALL_TS = (0.002, 0.001, 0.0005)


def small_run(T, name, walkers=0):
    fine = "grid.W.refine=[{at: 1.0075, width: 0.03, factor: 60}]"  # cells of a thirtieth of the law's width
    return pit_run(name, walkers, T, (fine,), (round(20 / T),))


SMALL = {f"{name}, T = {T}": small_run(T, name, 100000 if name == "ito" else 0) for T in SMALL_TS for name in NAMES}


def small_laws(runs, name):
    found = {}
    for T in SMALL_TS:
        run = runs[f"{name}, T = {T}"]
        found[f"law of SGD at Tt = 20, T = {T}"] = run.cumulative(run.density(-1))
    return found


def small_source(runs):
    return small_laws(runs, "stratonovich")


def small_corrected(runs):
    return small_laws(runs, "ito")


def small_measure(runs):
    # Bias: the law of the steps is at a distance of order T from Ito's equation, here 15 T.
    return {f"law of SGD at Tt = 20, T = {T}": Measured(walkers=runs[f"ito, T = {T}"].walkers_law(bias=20 * T), series="T", small=T)
            for T in SMALL_TS}


def small_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["ito, T = 0.001"]
    window = (0.998, 1.02)
    look.steps_of_walkers(left, run, 66, window, label="SGD")
    for name in NAMES:
        left.plot(run.x, runs[f"{name}, T = 0.001"].density(-1), color=look.INTERPRETATION[name], label=look.NAMES[name])
        law = small_laws(runs, name)
        seen = small_measure(runs)
        distance = [seen[q].walkers.distance(law[q]) for q in law]
        right.loglog(SMALL_TS, distance, "o-", color=look.INTERPRETATION[name], label=f"SGD to {look.NAMES[name]}")
    left.set(xlabel="$W$", ylabel="probability density", xlim=window, ylim=(0, None),
             xticks=[1, 1.005, 1.01, 1.015, 1.02])
    left.legend()
    chance = 1.36 / np.sqrt(run.count)
    right.axhspan(1e-4, chance, color="0.9", lw=0, zorder=0)
    right.set(xlabel="$T$ (learning rate)", ylabel="Kolmogorov–Smirnov distance", ylim=(chance / 2, 1))
    right.set_xticks(SMALL_TS, [f"{T:g}" for T in SMALL_TS])
    right.minorticks_off()
    right.legend()
    look.letters(panels)


ROWS = (
    Row("two-datapoints", KEY, "The two-datapoint system",
        "The master equations describe SGD; on the original system ‘the computational modelling seems to fall apart’ from "
        "instability. (Source: its equation, solved stably.)",
        PIT, pit_source, pit_measure, pit_draw, pit_corrected,
        correction="The solution is stable; it is the diffusion approximation that fails. At T = 0.02 one step on the second example multiplies "
                   "distances from W = 1 by 1 − 200T = −3, so SGD leaves the pit at once. The corrected numbers are the law of the steps "
                   "themselves.",
        caption="T = 0.02, start N(0.5, 0.175²). (a) The losses. (b) The pit fills, then empties: SGD against the three equations."),
    Row("two-datapoints-small", KEY, "The two-datapoint system in small steps",
        "As T becomes small the master equations (Stratonovich's) give the law of SGD.",
        SMALL, small_source, small_measure, small_draw, small_corrected,
        correction="Itô's equation is the limit, its distance falling in proportion to T. Stratonovich's and Klimontovich's fall with √T only, and for another reason: the law becomes so narrow that the noise no longer varies across it.",
        caption="After the time Tt = 20. (a) The pit at T = 0.001. (b) Distances of laws; grey: what chance gives."),
)
