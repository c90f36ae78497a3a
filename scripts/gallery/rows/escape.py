# SPDX-License-Identifier: GPL-3.0-or-later
"""Q. Meng et al., Dynamic of SGD with State-Dependent Noise: escape from a minimum."""
import numpy as np

from .. import drawing as look
from ..row import Experiment, Measured, Row, by_walkers, on_grid
from ..theory import ALPHAS, passage_time, steps_to_leave

KEY = "escape"

# --- Lemma 6 --------------------------------------------------------------------------------

KAPPAS = (5, 10, 25, 50)
WALKED = (4, 5)  # kappas of the walkers
SH = 4.0  # with sg = 1, H_a = 2, |H_b| = 1, barrier 1/4: A = 2


def quartic(x):
    """Gradient of L = x^4/4 - x^2/2."""
    return x**3 - x


def tied(x):
    """C = 1 + 4 (L - L_a)."""
    return 1 + (x**2 - 1) ** 2


def eta_of(kappa):
    return 2 / (SH * kappa)  # kappa = H_a/(eta sH)


def lemma_source_time(kappa):
    """Formula (10)."""
    return 2 * np.pi / ((1 - 1 / (2 * kappa)) * np.sqrt(2)) * 2.0 ** (kappa - 0.5)


def lemma_corrected_time(kappa, alpha):
    """To reach the saddle: half of the crossing, for large kappa."""
    return np.pi * kappa * 2.0 ** (kappa + 0.5 - alpha) / ((kappa + 0.5 - alpha) * np.sqrt(2))


def lemma_run(kappa, name):
    return Experiment("power_law_escape", (f"model.parameters.kappa={kappa}", f"model.interpretation={name}"))


def lemma_walk(kappa):
    return Experiment("power_law_escape", (f"model.parameters.kappa={kappa}", "model.interpretation=klimontovich"), 20000, verb="escape")


LEMMA = ({f"{name}, κ = {k}": lemma_run(k, name) for k in KAPPAS for name in ALPHAS}
         | {f"walkers, κ = {k}": lemma_walk(k) for k in WALKED})


def lemma_source(runs):
    return ({f"time to the saddle, equation (5), κ = {k}": lemma_source_time(k) for k in sorted({*KAPPAS, *WALKED})}
            | {f"time to the saddle, SGD, κ = {k}": lemma_source_time(k) for k in WALKED})


def lemma_corrected(runs):
    exact = {k: passage_time(quartic, tied, eta_of(k), 1, -6, -1, 0) for k in sorted({*KAPPAS, *WALKED})}
    return ({f"time to the saddle, equation (5), κ = {k}": tau for k, tau in exact.items()}
            | {f"time to the saddle, Itô's equation, κ = {k}": passage_time(quartic, tied, eta_of(k), 0, -6, -1, 0) for k in KAPPAS}
            | {f"time to the saddle, SGD, κ = {k}": eta_of(k) * steps_to_leave(quartic, tied, eta_of(k), -4, -1, 0) for k in WALKED})


def lemma_measure(runs):
    found = {}
    for k in sorted({*KAPPAS, *WALKED}):
        run, walked = runs.get(f"klimontovich, κ = {k}"), runs.get(f"walkers, κ = {k}")
        found[f"time to the saddle, equation (5), κ = {k}"] = Measured(
            run and on_grid(run.number("mean_escape_time"), 1e-4),
            walked and walked.walkers("SDE walkers", 0.02 * walked.times["SDE walkers"][0]))
    for k in KAPPAS:
        found[f"time to the saddle, Itô's equation, κ = {k}"] = Measured(
            on_grid(runs[f"ito, κ = {k}"].number("mean_escape_time"), 1e-4))
    return found | {f"time to the saddle, SGD, κ = {k}": Measured(
        walkers=runs[f"walkers, κ = {k}"].walkers("SGD walkers, normal noise")) for k in WALKED}


def lemma_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    for k, color in ((10, look.BLUE), (25, look.GREEN)):
        run = runs[f"klimontovich, κ = {k}"]
        tau = run.number("mean_escape_time")
        left.plot(run.static("exit_time") / tau, run.static("survival"), color=color, label=rf"equation (5), $\kappa={k}$")
    left.plot(np.linspace(0, 3, 50), np.exp(-np.linspace(0, 3, 50)), "k:", lw=1, label=r"$e^{-t/\tau}$")
    left.set(xlabel=r"$t/\tau$", ylabel="probability not yet to have escaped", xlim=(0, 3), ylim=(0, 1.02))
    left.legend()
    kappa = np.linspace(4, 55, 100)
    for name, alpha in ALPHAS.items():
        tau = [runs[f"{name}, κ = {k}"].number("mean_escape_time") for k in KAPPAS]
        right.plot(KAPPAS, tau / lemma_source_time(np.array(KAPPAS)), "s", color=look.INTERPRETATION[name], label=f"density, {look.NAMES[name]}")
        right.plot(kappa, lemma_corrected_time(kappa, alpha) / lemma_source_time(kappa), ":", color=look.INTERPRETATION[name])
    right.axhline(1, **look.SOURCE, label="source, formula (10)")
    walked = [runs[f"walkers, κ = {k}"].walkers("SGD walkers, normal noise") for k in WALKED]
    look.points(right, WALKED, [by_walkers(v.value / lemma_source_time(k), v.error / lemma_source_time(k)) for k, v in zip(WALKED, walked)],
                label=r"SGD $\pm2$ s.e.")
    right.plot([], [], "k:", label=r"half crossing, corrected, $\kappa\to\infty$")
    right.set(xlabel=r"$\kappa$", ylabel="mean time to the saddle over (10)", ylim=(0.3, 1.75), xlim=(3, 55))
    right.legend(fontsize=7.5, ncol=2, loc="upper center")
    look.letters(panels)


# --- Table 1 --------------------------------------------------------------------------------

T1_ETA, T1_S, T1_KAPPA = 0.02, 10.0, 8.0
HEIGHTS = (1.0, 1.5, 2.0, 3.0)
WIDTHS = (1.0, 2.0)
T1_LANGEVIN, T1_POWER = 0, 1
T1_WALKED = (0.25, 0.5)  # heights of the walkers


def table_run(kind, name="ito", height=1.0, width=1.0):
    return Experiment("table_1", (f"model.parameters.kind={kind}", f"model.parameters.height={height:g}",
                                  f"model.parameters.width={width:g}", f"model.interpretation={name}"))


def table_walk(height):
    return Experiment("table_1", (f"model.parameters.kind={T1_POWER}", f"model.parameters.height={height:g}"), 30000, verb="escape")


STABLE, STABLE_SIGMA = 1.5, 0.3
STABLE_HEIGHTS, STABLE_WIDTHS, STABLE_WALKED = (1.0, 2.0, 3.0), (1.0, 2.0), (0.5, 1.0)


def stable_settings(height, width=1.0, sigma=STABLE_SIGMA):
    return (f"model.noise={{stable: {{alpha: {STABLE}, sigma: {sigma}}}}}", f"model.parameters.height={height:g}",
            f"model.parameters.width={width:g}", "time.snapshots={at: [0.001]}")


STABLE_RUNS = ({f"stable, height {h:g}": Experiment("table_1", stable_settings(h)) for h in STABLE_HEIGHTS}
               | {f"stable, width {w:g}": Experiment("table_1", stable_settings(3 * w**2, w)) for w in STABLE_WIDTHS}
               | {f"stable walkers, height {h:g}": Experiment("table_1", stable_settings(h, sigma=1), 2560, verb="escape")
                  for h in STABLE_WALKED})

TABLE = STABLE_RUNS | ({f"langevin, height {h:g}": table_run(T1_LANGEVIN, height=h) for h in HEIGHTS}
         | {f"langevin, width {w:g}": table_run(T1_LANGEVIN, width=w) for w in WIDTHS}
         | {f"{name}, height {h:g}": table_run(T1_POWER, name, height=h) for h in HEIGHTS for name in ("ito", "klimontovich")}
         | {f"klimontovich, width {w:g}": table_run(T1_POWER, "klimontovich", width=w) for w in WIDTHS}
         | {f"walkers, height {h:g}": table_walk(h) for h in T1_WALKED})


def base(height):
    """A = C at the barrier over C at the minimum, whose power the time is."""
    return 1 + 2 * height / (T1_KAPPA * T1_ETA * T1_S)


def exponent(low, high, heights, of):
    """d ln(tau height)/d of(height): the prefactor of the well is one over its height."""
    return float(np.log(high * heights[1] / (low * heights[0])) / (of(heights[1]) - of(heights[0])))


def log_base(height):
    return np.log(base(height))


LANGEVIN_LINE = "Langevin: d ln(τ·ΔL)/dΔL"
POWER_LINE = {"klimontovich": "power law, equation (5): exponent of 1 + 2ΔL/(κησ_g)", "ito": "power law, Itô: exponent of 1 + 2ΔL/(κησ_g)"}
SGD_LINE = "power law, SGD, low barriers: exponent of 1 + 2ΔL/(κησ_g)"
STABLE_LINE = {"height": "α-stable: d ln τ/d ln ΔL", "width": "α-stable, α = 1.5: d ln τ/d ln width, ΔL ∝ width²",
               "walkers": "α-stable, strong noise, low barriers: d ln τ/d ln ΔL"}
WIDTH_LINE = {"langevin": "Langevin: d ln τ/d ln width", "klimontovich": "power law: d ln τ/d ln width"}


def table_source(runs):
    return ({LANGEVIN_LINE: 2 / (T1_ETA * T1_S)} | {name: T1_KAPPA - 0.5 for name in POWER_LINE.values()}
            | {SGD_LINE: T1_KAPPA - 0.5} | {name: 2.0 for name in WIDTH_LINE.values()}
            | {STABLE_LINE["height"]: 0.0, STABLE_LINE["width"]: STABLE})


def chain_time(height):
    """Exact mean time of the steps themselves."""
    return T1_ETA * steps_to_leave(lambda x: 4 * height * x * (x**2 - 1),
                                   lambda x: T1_S + 2 * height * (x**2 - 1) ** 2 / (T1_ETA * T1_KAPPA), T1_ETA, -3, -1, 0)


def stable_power(runs, way):
    """(d ln tau/d ln height between the low barriers, its standard error), of a way of `fokker escape`."""
    low, high = (runs[f"stable walkers, height {h:g}"].times[way] for h in STABLE_WALKED)
    by = np.log(STABLE_WALKED[1] / STABLE_WALKED[0])
    return np.log(high[0] / low[0]) / by, np.hypot(high[1] / high[0], low[1] / low[0]) / by


def table_corrected(runs):
    return {POWER_LINE["ito"]: T1_KAPPA + 0.5,
            SGD_LINE: exponent(*map(chain_time, T1_WALKED), T1_WALKED, log_base),
            STABLE_LINE["walkers"]: stable_power(runs, "grid, 1024 cells")[0]}


def table_measure(runs):
    high = HEIGHTS[-2:]

    def between(name, of):
        return exponent(*(runs[f"{name}, height {h:g}"].number("mean_escape_time") for h in high), high, of)
    found = {LANGEVIN_LINE: Measured(on_grid(between("langevin", lambda h: h)))}
    for name, line in POWER_LINE.items():  # allowed: the source's own limit of large kappa, 1/(2 kappa) of 1
        found[line] = Measured(on_grid(between(name, log_base), 0, 1 / (2 * T1_KAPPA)))
    seen = [runs[f"walkers, height {h:g}"].walkers("SGD walkers, normal noise") for h in T1_WALKED]
    error = np.hypot(*(v.error / v.value for v in seen)) / (log_base(T1_WALKED[1]) - log_base(T1_WALKED[0]))
    found[SGD_LINE] = Measured(walkers=by_walkers(exponent(*(v.value for v in seen), T1_WALKED, log_base), error))
    for name, line in WIDTH_LINE.items():
        times = [runs[f"{name}, width {w:g}"].number("mean_escape_time") for w in WIDTHS]
        found[line] = Measured(on_grid(np.log(times[1] / times[0]) / np.log(WIDTHS[1] / WIDTHS[0])))
    return found | stable_measure(runs)


def stable_measure(runs):
    """Powers of the height and of the width, allowed 0.05: the source's own limit is that of small noise."""
    def power(name, values):
        times = [runs[f"stable, {name} {v:g}"].number("mean_escape_time") for v in values]
        return on_grid(np.log(times[-1] / times[-2]) / np.log(values[-1] / values[-2]), 0, 0.05)
    return {STABLE_LINE["height"]: Measured(power("height", STABLE_HEIGHTS)),
            STABLE_LINE["width"]: Measured(power("width", STABLE_WIDTHS)),
            STABLE_LINE["walkers"]: Measured(walkers=by_walkers(*stable_power(runs, "SDE walkers"), 0.02))}


def table_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    for name, color, label in (("langevin", look.PURPLE, "Langevin"), ("klimontovich", look.GREEN, "power law, eq. (5)"), ("ito", look.BLUE, "power law, Itô")):
        tau = np.array([runs[f"{name}, height {h:g}"].number("mean_escape_time") for h in HEIGHTS])
        left.semilogy(HEIGHTS, tau * HEIGHTS, "s-", color=color, label=label)
        if name != "langevin":
            right.loglog(base(np.array(HEIGHTS)), tau * HEIGHTS, "s-", color=color, label=label)
    stable = np.array([runs[f"stable, height {h:g}"].number("mean_escape_time") for h in STABLE_HEIGHTS])
    left.semilogy(STABLE_HEIGHTS, stable * STABLE_HEIGHTS, "s-", color=look.ORANGE, label=rf"$\alpha$-stable, $\alpha={STABLE}$")
    seen = [runs[f"walkers, height {h:g}"].walkers("SGD walkers, normal noise") for h in T1_WALKED]
    look.points(right, [base(h) for h in T1_WALKED], [by_walkers(v.value * h, v.error * h) for h, v in zip(T1_WALKED, seen)], label=r"SGD $\pm2$ s.e.")
    low = np.linspace(T1_WALKED[0], HEIGHTS[0], 6)
    right.loglog(base(low), [chain_time(h) * h for h in low], **look.EXACT, label="exact law of the steps")
    left.set(xlabel=r"height of the barrier $\Delta L$", ylabel=r"$\tau\,\Delta L$  ($\tau$ in units of $\eta k$)")
    right.set(xlabel=r"$1+2\Delta L/(\kappa\eta\sigma_g)$", ylabel=r"$\tau\,\Delta L$")
    ticks = [1.3, 1.6, 2.25, 3, 3.5, 4.75]
    right.set_xticks(ticks, [f"{v:g}" for v in ticks])
    right.minorticks_off()
    left.legend()
    right.legend()
    look.letters(panels)


ROWS = (
    Row("lemma-6", KEY, "Lemma 6: mean escaping time",
        "The mean time to first reach the saddle point is τ = 2π/((1 − 1/(2κ))√(H_a|H_b|)) · (1 + 2ΔL/(κησ_g))^{κ−1/2}.",
        LEMMA, lemma_source, lemma_measure, lemma_draw, lemma_corrected,
        correction="This is the time of the full crossing (both ways over the saddle) for equation (5) and large κ; to reach the saddle takes half. For "
                   "any reading of the noise it is πκA^{κ+1/2−α}/((κ+1/2−α)√(H_a|H_b|)), A = 1 + 2ΔL/(κησ_g); SGD is Itô's, α = 0. The corrected "
                   "numbers are the exact double integral, and for SGD the exact law of its steps.",
        caption="L = x⁴/4 − x²/2, C = 1 + 4(L − L_a), η = 1/(2κ). (a) Escape is exponential in time. (b) Mean times over formula (10)."),
    Row("table-1", KEY, "Table 1: who leaves how",
        "Langevin: exponential in the barrier's height, exp(2ΔL/(ησ)); power law: polynomial, with the exponent κ − 1/2; both as the square of "
        "the width; α-stable: independent of the height, as the width to the power of α.",
        TABLE, table_source, table_measure, table_draw, table_corrected,
        correction="The exponent is κ + 1/2 − α: κ + 1/2 for SGD. It is a power at fixed η only: κ ~ 1/η, so that the time is exponential in 1/η "
                   "for either noise. Independence of the height is the limit of small stable noise; where it is not small, the corrected number is "
                   "the grid's.",
        caption="L = ΔL((x/width)² − 1)², η = 0.02, σ = 10, κ = 8, stable noise of scale 0.3. (a) Against the height. (b) A power of 1 + 2ΔL/(κησ_g)."),
)
