# SPDX-License-Identifier: GPL-3.0-or-later
"""The law of SGD itself (section `law` of the settings) beside the equations of the sources: how far off they are, and how
that falls with the learning rate."""
import math

import numpy as np

from .. import drawing as look
from ..row import BEYOND, CORRECTED, Experiment, Measured, Row, Value
from ..theory import ALPHAS

# --- Wide against narrow: three equations and SGD -------------------------------------------

LIMIT_TS = (0.002, 0.0005, 0.000125)  # learning rates; T s^2 = 2 in all
LIMIT_CELLS = (384, 768, 768)
LIMIT = "mass of the narrow well, SGD, T → 0"


def limit_run(T, cells):
    """Until long after the wells have settled, some 20/T steps."""
    return Experiment("wide_vs_narrow", (f"model.parameters.T={T}", f"grid.w.cells={cells}", "law={kinds: [sgd]}",
                                         f"time.snapshots={{at: [{2000 / T:.0f}]}}"))


def equation_run(name):
    return Experiment("wide_vs_narrow", (f"model.interpretation={name}", "time.snapshots={at: [1e6]}"))


LIMIT_RUNS = ({f"T = {T}": limit_run(T, n) for T, n in zip(LIMIT_TS, LIMIT_CELLS)}
              | {name: equation_run(name) for name in ("stratonovich", "klimontovich")})


def narrow_mass(alpha):
    """A e^(-f) over [-2, 0] against B e^(-4 f) over [0, 4], B/A = 4^(1 - alpha) e^3."""
    u = np.linspace(-1, 1, 20001)
    f = 2 * u**2 - u**4
    return 1 / (1 + 2 * 4 ** (1 - alpha) * math.exp(3) * np.mean(np.exp(-4 * f)) / np.mean(np.exp(-f)))


def of_sgd(T):
    return f"mass of the narrow well, SGD, T = {T}"


def of_equation(name):
    return f"mass of the narrow well, equation of {look.NAMES[name]}"


def limit_source(runs):
    stratonovich = narrow_mass(0.5)
    return {of_equation("stratonovich"): stratonovich, LIMIT: stratonovich} | {of_sgd(T): stratonovich for T in LIMIT_TS}


def limit_corrected(runs):
    return ({of_equation(name): narrow_mass(alpha) for name, alpha in ALPHAS.items()} | {LIMIT: narrow_mass(0)}
            | {of_sgd(T): narrow_mass(0) for T in LIMIT_TS})


def masses_of_sgd(runs):
    return np.array([runs[f"T = {T}"].at("law_sgd_mass_in_narrow") for T in LIMIT_TS])


def limit_fit(runs):
    """The parabola in sqrt(T) through the three masses: steps are sqrt(T) beside the wells' widths."""
    return np.polyfit(np.sqrt(LIMIT_TS), masses_of_sgd(runs), 2)


def limit_measure(runs):
    found = {}
    for T, mass in zip(LIMIT_TS, masses_of_sgd(runs)):  # allowed: the law's error, and a tenth of a step's width of the mass
        found[of_sgd(T)] = Measured(Value(mass, runs[f"T = {T}"].at("law_sgd_error_ks") + 0.1 * math.sqrt(T) * mass))
    found[LIMIT] = Measured(Value(float(limit_fit(runs)[2]), 1e-5))  # a quarter of what the largest T is off by
    for name in ALPHAS:
        run = runs["T = 0.002" if name == "ito" else name]
        found[of_equation(name)] = Measured(run.grid("mass_in_narrow"))
    return found


def limit_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    T, mass = np.array(LIMIT_TS), masses_of_sgd(runs)
    for name, alpha in ALPHAS.items():
        left.axhline(narrow_mass(alpha), color=look.INTERPRETATION[name], label=look.NAMES[name])
    left.plot(T, mass, "ko", mfc="white", label="SGD itself (its law)")
    left.set(xscale="log", xlabel="$T$ (learning rate)", ylabel="stationary mass of the narrow well", ylim=(0, 0.07))
    left.legend(ncol=2, loc="upper left")
    s = np.linspace(0, 0.05, 100)
    right.plot(np.sqrt(T), 1e5 * (mass - narrow_mass(0)), "ko", mfc="white", label="SGD itself")
    right.plot(s, 1e5 * (np.polyval(limit_fit(runs), s) - narrow_mass(0)), "k:", lw=1, label="through the three")
    right.axhline(0, color=look.INTERPRETATION["ito"], label=look.NAMES["ito"])
    right.set(xlabel=r"$\sqrt{T}$", ylabel="mass less Itô's, $10^{-5}$", xlim=(0, 0.05))
    right.legend()
    look.letters(panels)


# --- The distance of density and law --------------------------------------------------------

RATES = (0.24, 0.12, 0.06, 0.03, 0.015)
TIMES = (3, 6, 24)  # eta k
ORDERS = (1, 2, 3)


def slope_run(eta, order):
    """The law, which is the same for every order of the equation, is taken from that of order 1; elsewhere few cells do."""
    cells = 1200 if eta > 0.02 else 2400  # its distance is of first order in its cells where it ripples
    steps = ", ".join(str(round(t / eta)) for t in TIMES)
    law = f"law={{kinds: [sgd], cells: {cells if order == 1 else 100}, tolerance: 1}}"
    return Experiment("law_of_sgd", (f"model.learning_rate={eta}", f"model.equation={{order: {order}}}",
                                     "grid.w={min: -1, max: 5, cells: 600}", f"time.snapshots={{at: [{steps}]}}", law))


SLOPES = {f"order {order}, η = {eta}": slope_run(eta, order) for order in ORDERS for eta in RATES}
SPREAD = "exponent of the variance's error, equation of order 1, ηk = 24"


def exponent(order, t):
    return f"exponent of the KS distance, equation of order {order}, ηk = {t}"


HALVES = ((1, 6), (1, 24), (2, 24), (3, 24))  # what the third cumulant, or the mean, leaves


def slopes_source(runs):
    return {exponent(*which): 1.0 for which in HALVES} | {SPREAD: 1.0}


def slopes_corrected(runs):
    return {exponent(*which): 0.5 for which in HALVES} | {SPREAD: 1.0}


def distance(runs, order, eta, t):
    """KS distance of the density of that order and the law of SGD."""
    run, beside = runs[f"order {order}, η = {eta}"], runs[f"order 1, η = {eta}"]
    k = 1 + TIMES.index(t)
    return float(np.max(np.abs(run.cumulative(run.density(k)) - beside.cumulative(beside.row("law_sgd_density", k)))))


def spread_error(runs, eta):
    run = runs[f"order 1, η = {eta}"]
    return abs(run.at("variance_x") / run.at("law_sgd_variance_x") - 1)


def slopes_measure(runs):
    """Exponents between the two smallest rates. Allowed: 0.1 for the next power, which is half an order smaller."""
    large, small = RATES[-2:]
    found = {exponent(order, t): Measured(Value(math.log2(distance(runs, order, large, t) / distance(runs, order, small, t)), 0.1))
             for order, t in HALVES}
    found[SPREAD] = Measured(Value(math.log2(spread_error(runs, large) / spread_error(runs, small)), 0.1))
    return found


def slopes_draw(figure, runs):
    panels = figure.subplots(1, 2, sharey=True)
    eta = np.array(RATES)
    for axes, t in zip(panels, (3, 24)):
        for order, color, marker in zip(ORDERS, look.SERIES, "os^"):
            axes.loglog(eta, [distance(runs, order, e, t) for e in RATES], marker + "-", color=color, mfc="white",
                        label=f"order {order}")
        first = distance(runs, 1, RATES[-1], t)
        axes.plot(eta, 0.8 * first * np.sqrt(eta / eta[-1]), **look.EXACT, label=r"$\sqrt{\eta}$")
        axes.plot(eta, 0.8 * first * eta / eta[-1], **look.SOURCE, label=r"$\eta$")
        axes.set(xlabel=r"learning rate $\eta$", title=rf"$\eta k={t}$", ylim=(8e-4, 0.2))
    panels[0].set_ylabel("KS distance of density and SGD's law")
    panels[0].legend(ncol=2, loc="upper left")
    look.letters(panels)


# --- The table ------------------------------------------------------------------------------

ROWS = (
    Row("wide-vs-narrow-limit", "current", "Wide against narrow: three equations and SGD itself",
        "The source's equation, with the noise term ½T²[S²P″ + (3/2)(S²)′P′ + ½(S²)″P], describes the density under SGD.",
        LIMIT_RUNS, limit_source, limit_measure, limit_draw, limit_corrected, instead=CORRECTED,
        correction="The law of SGD itself has 0.012259, 0.012246, 0.012235 of its mass in the narrow well at T = 0.002, 0.0005, 0.000125. "
                   "It tends to Itô's 0.012223 as √T; the source's (Stratonovich's) equation has 0.02415, Klimontovich's 0.04716, at every T.",
        caption="Ts² = 2. No walkers: SGD's own law on the grid, after 2000/T steps. (a) All three equations. (b) SGD less Itô's "
                "equation, and the parabola in √T through the three."),
    Row("diffusion-error", "power-law", "How far SGD is from its equation",
        "SGD ‘can be treated as the discretization’ of the equation: so taken, a scheme of Euler's, it would be off by O(η).",
        SLOPES, slopes_source, slopes_measure, slopes_draw, slopes_corrected, instead=BEYOND,
        correction="Moments are off by O(η), but the law by O(√η) at fixed ηk, in the largest difference of cumulative probabilities: "
                   "the law is only √η wide, its mean is off by O(η), and its third cumulant, of order η², is one that no diffusion has. The "
                   "modified equation of order 2 removes the first, which is seen early (a); late the three are alike (b).",
        caption="The robust slope of configs/law_of_sgd.yaml, η = 0.24 … 0.015, against the law of SGD itself. (a) Early: order 1 has "
                "both parts, orders 2 and 3 little of either. (b) Late: the mean is forgotten, the third cumulant is left."),
)
