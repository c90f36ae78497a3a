# SPDX-License-Identifier: GPL-3.0-or-later
"""Q. Meng et al., Dynamic of SGD with State-Dependent Noise: escape in two dimensions."""
import math

import numpy as np
from scipy import stats

from fokker.marks import loss_contours, plane_image

from .. import drawing as look
from ..row import Experiment, Measured, Row, Value, by_walkers, on_grid

KEY = "escape"

# --- Theorem 7 ------------------------------------------------------------------------------

KAPPAS = (5, 10, 20, 40)
WALKED = 5
D, A = 2, 2.0
SADDLE = math.sqrt(2) / 2  # sqrt(|det H_b|/det H_a)/|H_be|: H_a = diag(2, 2), H_b = diag(-1, 2)


def theorem7_source_time(kappa):
    """Formula (11) as recalled: it is not legible. By (8) the factor of the barrier is 2."""
    return 2 * np.pi / (1 - D / (2 * kappa)) * SADDLE * A ** (kappa - 0.5)


def theorem7_corrected_time(kappa):
    """Half of the crossing, alpha = 1, up to a part of 1/kappa."""
    prefactor = np.pi * kappa * (kappa - (D + 1) / 2) / ((kappa - 1) * (kappa - D / 2))
    return prefactor * SADDLE * A ** (kappa - D / 2)


THEOREM7 = {f"κ = {k}": Experiment("power_law_escape_2d", (f"model.parameters.kappa={k}", "time.snapshots={at: [1]}")) for k in KAPPAS} | {
    "walkers": Experiment("power_law_escape_2d", (f"model.parameters.kappa={WALKED}",), 10000, verb="escape")}
IN_7 = {k: f"time to the saddle, equation (5), κ = {k}" for k in KAPPAS}


def theorem7_source(runs):
    return {IN_7[k]: theorem7_source_time(k) for k in KAPPAS}


def theorem7_corrected(runs):
    return {IN_7[k]: theorem7_corrected_time(k) for k in KAPPAS}


def theorem7_measure(runs):
    found = {}
    for k in KAPPAS:  # allowed: the next order of the formula, 1/kappa
        seen = runs["walkers"].times["SDE walkers"] if k == WALKED else None
        found[IN_7[k]] = Measured(on_grid(runs[f"κ = {k}"].number("mean_escape_time"), 1 / k),
                                  seen and by_walkers(*seen, seen[0] / k))
    return found


def theorem7_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["κ = 10"]
    tau = run.static("escape_time") / run.number("mean_escape_time")
    image = plane_image(run, left, np.ma.masked_less_equal(tau, 0))
    loss_contours(run, left, np.arange(-0.2, 1.2, 0.15))
    figure.colorbar(image, ax=left, label=r"mean time to $x>0$, over that from $(-1,0)$")
    left.plot([-1], [0], "o", color="w", ms=4)
    left.plot([0], [0], "x", color=look.VERMILION, ms=6, mew=2)
    left.set(xlabel="$x$", ylabel="$y$", xlim=(-2, 0.1), ylim=(-1.2, 1.2))
    kappa = np.linspace(4.5, 42, 200)
    measured = theorem7_measure(runs)
    right.plot(kappa, theorem7_source_time(kappa) / theorem7_corrected_time(kappa), **look.SOURCE, label=r"source: $A^{\kappa-1/2}$, crossing")
    right.plot(kappa, np.ones_like(kappa), **look.EXACT, label=r"corrected: $A^{\kappa-d/2}$, to the saddle")
    right.plot(KAPPAS, [measured[IN_7[k]].density.value / theorem7_corrected_time(k) for k in KAPPAS], "s", color=look.BLUE, label="density")
    seen = measured[IN_7[WALKED]].walkers
    exact = theorem7_corrected_time(WALKED)
    look.points(right, [WALKED], [by_walkers(seen.value / exact, seen.error / exact)], label=r"walkers of (5) $\pm2$ s.e.")
    right.set(xlabel=r"$\kappa$", ylabel="mean time over the corrected formula", ylim=(0, 4.6), xlim=(4, 42))
    right.legend()
    look.letters(panels)


# --- Section 5.2 ----------------------------------------------------------------------------

LAMBDAS = (0.0, 0.5, 1.0, 2.0)
FLAT = (1.0, 0.8)
SUCCESS = {f"λ₁ = {l:g}, loss × {f:g}": Experiment(
    "escape_success", (f"model.parameters.l1={l:g}", f"model.parameters.flat={f:g}"), 200000, "sgd", tolerance=0.05)
    for f in FLAT for l in LAMBDAS}
RANK = "rank correlation of success and λ₁, loss × {:g}"
SLOWER = "values of λ₁ (of 4) at which the flatter loss is escaped less often"


def success(run):
    """Probability to have escaped after 500 steps, by the density."""
    return 1 - run.at("mass")


def success_of_walkers(run, bias=0.0):
    p = run.at("mc_exited")
    return by_walkers(p, math.sqrt(p * (1 - p) / run.count), bias)


def rank(values):
    return float(stats.spearmanr(LAMBDAS, values)[0])


def success_source(runs):
    return ({f"success of SGD, {name}": success(run) for name, run in runs.items()}
            | {RANK.format(f): 1.0 for f in FLAT} | {SLOWER: 4.0})


def success_measure(runs):
    found = {}
    for name, run in runs.items():  # steps see the line later than the path they stand for: up to 6 %
        found[f"success of SGD, {name}"] = Measured(on_grid(success(run)), success_of_walkers(run, 0.06 * run.at("mc_exited")))
    both = {what: {f: [of(runs[f"λ₁ = {l:g}, loss × {f:g}"]) for l in LAMBDAS] for f in FLAT}
            for what, of in (("density", success), ("walkers", lambda run: success_of_walkers(run).value))}
    for f in FLAT:
        found[RANK.format(f)] = Measured(*(Value(rank(both[what][f]), 1e-9) for what in ("density", "walkers")))
    return found | {SLOWER: Measured(*(Value(float(np.sum(np.array(both[what][0.8]) < both[what][1.0])), 1e-9)
                                       for what in ("density", "walkers")))}


def success_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    for f, color in zip(FLAT, (look.BLUE, look.GREEN)):
        chosen = [runs[f"λ₁ = {l:g}, loss × {f:g}"] for l in LAMBDAS]
        left.plot(LAMBDAS, [success(run) for run in chosen], "s-", color=color, ms=5, label=f"power-law dynamic, loss × {f:g}")
        look.points(left, LAMBDAS, [success_of_walkers(run) for run in chosen], color=color, label=f"SGD, loss × {f:g}")
        left.axhline(success(chosen[0]), color=color, ls=":", lw=1, label=f"Langevin, loss × {f:g}")
    left.set(xlabel=r"$\lambda_1$ (growth of the noise)", ylabel="success rate within 500 steps", ylim=(0, 0.85))
    left.legend(fontsize=7.5, ncol=2)
    run = runs["λ₁ = 1, loss × 1"]
    image = plane_image(run, right, run.row("density", -1))
    figure.colorbar(image, ax=right, label="density of who has not escaped, 500 steps")
    loss_contours(run, right, [0.05, 0.15, 0.25, 0.4, 0.8])
    right.set(xlabel="$x$", ylabel="$y$", xlim=(-2, 0.5), ylim=(-2, 0.5), aspect="equal")
    look.letters(panels)


ROWS = (
    Row("theorem-7", KEY, "Theorem 7: escape in several dimensions",
        "The mean escaping time grows as (1 + 2ΔL/(ηκσ_e))^{κ−1/2} in any dimension (formula (11); the rest of it is not legible and given as recalled).",
        THEOREM7, theorem7_source, theorem7_measure, theorem7_draw, theorem7_corrected,
        correction="Across the saddle the noise is hotter than in the valley: the exponent is κ − d/2. To reach the saddle takes half of the crossing.",
        caption="L = x⁴/4 − x²/2 + y², C = (1 + 4(L − L_a))·1, equation (5), A = 2. (a) Mean time, κ = 10; cross: the saddle. (b) Times from "
                "the minimum, over the corrected formula, which holds up to a part 1/κ."),
    Row("section-5-2", KEY, "Section 5.2: success of escaping",
        "Success grows with λ₁ in C = λ₂²(1 + λ₁(w−w*)²); the power-law dynamic mimics SGD; flatter minima are escaped more slowly.",
        SUCCESS, success_source, success_measure, success_draw,
        correction="So it is where SGD is stable. The source's constants are lost; those one may guess have ηH > 2, where plain gradient descent leaves.",
        caption="Two wells along x and along y, η = 0.025, start at (−1, −1); success is to reach x = ½ or y = ½. SGD is seen after "
                "every step and not between: it meets the line late, and its success lies 2 to 6 % below the path's. That is many standard errors of "
                "the walkers, and 6 % are allowed for it. (a) Success rates. (b) Who is left, λ₁ = 1."),
)
