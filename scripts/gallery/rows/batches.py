# SPDX-License-Identifier: GPL-3.0-or-later
"""D. McAllester, TTIC 31230: problems on batches and momentum, and heat capacity."""
import math

import numpy as np

from fokker.marks import plane_image

from .. import drawing as look
from .noise import noise_of, noise_of_walkers, one_step
from ..row import Experiment, Measured, Row, by_walkers, on_grid
from ..theory import momentum_variance

BATCHES, HEAT = "batches", "heat"

# --- Linear scaling of learning rate and batch ----------------------------------------------

ETA0 = 0.05
SIZES = (1, 4, 8, 16, 32)


def scaling_run(batch, walkers=400000):
    eta = batch * ETA0
    end = math.ceil(12 / eta) * eta
    return Experiment("batch_scaling", (f"model.parameters.B={batch}", f"time.snapshots={{at: [{end:.12g}]}}"), walkers)


SCALING = {f"B = {b}": scaling_run(b) for b in SIZES}


def scaling_source(runs):
    return {f"variance, {b}, {what}": ETA0 / 2 for b in SCALING for what in ("equation", "SGD")}


def scaling_corrected(runs):
    return {f"variance, B = {b}, SGD": ETA0 / (2 - b * ETA0) for b in SIZES}


def scaling_measure(runs):
    found = {}
    for size, (name, run) in zip(SIZES, runs.items()):
        found[f"variance, {name}, equation"] = Measured(run.grid("variance_x"))
        found[f"variance, {name}, SGD"] = Measured(
            walkers=run.walker("variance_x"), series="SGD", small=size * ETA0)
    return found


def scaling_draw(figure, runs):
    axes = figure.subplots()
    small = np.linspace(0.01, 1.85, 200)
    axes.axhline(ETA0 / 2, **look.SOURCE, label="source: independent of $B$")
    axes.plot(small, ETA0 / (2 - small), **look.EXACT, label=r"exact: $\eta_0 s/h(2-B\eta_0h)$")
    at = [b * ETA0 for b in SIZES]
    axes.plot(at, [run.at("variance_x") for run in runs.values()], "s", color=look.BLUE, ms=5, label="density")
    look.points(axes, at, [run.walker("variance_x") for run in runs.values()], label=r"SGD $\pm2$ s.e.")
    axes.axvline(2, color="0.6", lw=0.8)
    axes.text(1.98, 0.02, "unstable beyond", ha="right", va="top", color="0.4", fontsize=8.5)
    axes.set(xlabel=r"$B\,\eta_0 h$", ylabel="stationary variance", ylim=(0, 0.17), xlim=(0, 2.1))
    axes.legend(loc="upper left")


# --- Covariance of a batch ------------------------------------------------------------------

COUNTS = (1, 4, 16, 60)


def covariance_run(batch, sampling):
    return one_step(2, f"model.batch_size={batch}", f"model.sampling={sampling}")


COVARIANCE = {f"B = {b}, {word} replacement": covariance_run(b, f"{word}_replacement")
              for b in COUNTS for word in ("with", "without") if b > 1 or word == "with"}
EXAMPLES = 120  # rows of data_fit.csv


def covariance_source(runs):
    one = noise_of(runs["B = 1, with replacement"], 2)
    return {f"C, B = {b}, with replacement": one / b for b in COUNTS}


def covariance_corrected(runs):
    one = noise_of(runs["B = 1, with replacement"], 2)
    return {f"C, B = {b}, without replacement": one / b * (EXAMPLES - b) / (EXAMPLES - 1) for b in COUNTS[1:]}


def covariance_measure(runs):
    return {f"C, {name}": Measured(on_grid(noise_of(run, 2)), noise_of_walkers(run)) for name, run in runs.items()}


def covariance_draw(figure, runs):
    axes = figure.subplots()
    one = noise_of(runs["B = 1, with replacement"], 2)
    b = np.geomspace(1, 119, 200)
    axes.loglog(b, one / b, **look.SOURCE, label="source: $C_1/B$")
    axes.loglog(b, one / b * (EXAMPLES - b) / (EXAMPLES - 1), **look.EXACT, label=r"without replacement: $\frac{C_1}{B}\frac{N-B}{N-1}$")
    for word, color, marker in (("with", look.VERMILION, "o"), ("without", look.BLUE, "s")):
        chosen = [(size, noise_of_walkers(runs[f"B = {size}, {word} replacement"])) for size in COUNTS
                  if f"B = {size}, {word} replacement" in runs]
        look.points(axes, [c[0] for c in chosen], [c[1] for c in chosen], color=color, fmt=marker,
                    label=f"SGD, {word} replacement")
    axes.set(xlabel="batch size $B$", ylabel="variance of the mean gradient $C_B$")
    axes.legend()


# --- Momentum: covariance of a weighted sum -------------------------------------------------

MU, SUM_ETA = 0.9, 0.001
SUM_STEPS = (5, 20, 100, 200)
GROWTH = "growth of the variance per step, late"


def weights(steps, mu=MU, eta=SUM_ETA):
    """alpha_k of x_n - x_0 = -sum alpha_k g_k after so many steps of v <- mu v + g, x <- x - eta v."""
    return eta * (1 - mu ** np.arange(1, steps + 1)) / (1 - mu)


def sum_source(runs):
    return {f"variance of Σαᵢgᵢ, {n} steps": weights(n).sum() for n in SUM_STEPS}


def sum_corrected(runs):
    return ({f"variance of Σαᵢgᵢ, {n} steps": (weights(n) ** 2).sum() for n in SUM_STEPS}
            | {GROWTH: (SUM_ETA / (1 - MU)) ** 2})


def sum_measure(runs):
    run = runs["sum"]
    late, early = run.walker("variance_x", 200), run.walker("variance_x", 100)
    return ({f"variance of Σαᵢgᵢ, {n} steps": Measured(walkers=run.walker("variance_x", n)) for n in SUM_STEPS}
            | {GROWTH: Measured(on_grid((run.at("variance_x", 200) - run.at("variance_x", 100)) / 100),
                                by_walkers((late.value - early.value) / 100, math.hypot(late.error, early.error) / 100))})


def sum_draw(figure, runs):
    axes = figure.subplots()
    run = runs["sum"]
    n = np.arange(1, 201)
    alpha = weights(200)
    axes.loglog(n, np.cumsum(alpha), **look.SOURCE, label=r"source: $(\sum\alpha_i)\,\Sigma_g$")
    axes.loglog(n, np.cumsum(alpha**2), **look.EXACT, label=r"corrected: $(\sum\alpha_i^2)\,\Sigma_g$")
    axes.loglog(n, (SUM_ETA / (1 - MU)) ** 2 * n, **look.GRID, label=r"density: effective rate $\eta/(1-\mu)$")
    look.points(axes, SUM_STEPS, [run.walker("variance_x", t) for t in SUM_STEPS], label=r"SGD with momentum $\pm2$ s.e.")
    axes.set(xlabel="SGD steps", ylabel=r"variance of $\Delta\Phi$", xlim=(1, 220))
    axes.legend()


# --- Momentum: temperature ------------------------------------------------------------------

MUS = (0.0, 0.25, 0.5, 0.75, 0.9)
MOMENTUM_B = 16


def momentum_run(mu):
    return Experiment("batch_scaling", (
        f"model.parameters.B={MOMENTUM_B}", f"model.momentum={mu}", f"model.learning_rate={1 - mu:g}*B*eta0",
        "time.unit=steps", "time.snapshots={at: [400]}"), 400000)


MOMENTUM = {f"μ = {mu:g}": momentum_run(mu) for mu in MUS}


def momentum_small(mu):
    """eta h/(1 + mu) at eta = (1 - mu) B eta_0: the exact variance is that at 0 over 1 - small/2."""
    return (1 - mu) * MOMENTUM_B * ETA0 / (1 + mu)


def momentum_source(runs):
    return {f"variance, {name}, {what}": ETA0 / 2 for name in MOMENTUM for what in ("equation", "SGD")}


def momentum_corrected(runs):
    return {f"variance, μ = {mu:g}, SGD": momentum_variance((1 - mu) * MOMENTUM_B * ETA0, 1, 1 / MOMENTUM_B, mu) for mu in MUS}


def momentum_measure(runs):
    found = {}
    for mu, (name, run) in zip(MUS, runs.items()):
        found[f"variance, {name}, equation"] = Measured(run.grid("variance_x"))
        found[f"variance, {name}, SGD"] = Measured(walkers=run.walker("variance_x"), series="SGD", small=momentum_small(mu))
    return found


def momentum_draw(figure, runs):
    axes = figure.subplots()
    mu = np.linspace(0, 0.95, 200)
    axes.axhline(ETA0 / 2, **look.SOURCE, label=r"source: independent of $\mu$")
    axes.plot(mu, momentum_variance((1 - mu) * MOMENTUM_B * ETA0, 1, 1 / MOMENTUM_B, mu), **look.EXACT, label="exact for SGD with momentum")
    axes.plot(MUS, [run.at("variance_x") for run in runs.values()], "s", color=look.BLUE, ms=5, label="density, effective rate")
    look.points(axes, MUS, [run.walker("variance_x") for run in runs.values()], label=r"SGD with momentum $\pm2$ s.e.")
    axes.set(xlabel=r"momentum $\mu$", ylabel="stationary variance", ylim=(0, 0.05))
    axes.legend(loc="lower left")


# --- Momentum: position and velocity --------------------------------------------------------

KINETIC = {"kinetic": Experiment("momentum", ("time.snapshots={at: [50, 100, 150, 200, 300, 450, 600]}",), 200000)}
KINETIC_ETA, KINETIC_MU, KINETIC_NOISE = 4e-4, 0.98, 25.0
THETA = KINETIC_ETA * KINETIC_NOISE / 2 / (1 - KINETIC_MU)
FRICTION = (1 - KINETIC_MU) / math.sqrt(KINETIC_ETA)


def oscillation(steps):
    """Mean of x from 1 at rest: x'' = -gamma x' - x, in the time sqrt(eta) k."""
    t, half = math.sqrt(KINETIC_ETA) * np.asarray(steps, float), FRICTION / 2
    omega = math.sqrt(1 - half**2)
    return np.exp(-half * t) * (np.cos(omega * t) + half / omega * np.sin(omega * t))


def kinetic_source(runs):
    return {"variance of x": THETA}


def kinetic_corrected(runs):
    return {"variance of the velocity, equation": THETA,
            "variance of the velocity, SGD": 2 * KINETIC_ETA * KINETIC_NOISE / ((1 - KINETIC_MU) * (2 * (1 + KINETIC_MU) - KINETIC_ETA)),
            "mean of x after 150 steps": float(oscillation(150))}


def kinetic_measure(runs):
    run = runs["kinetic"]
    half_step = 1e-2  # of x: SGD starts at rest, the equation in the middle of a step
    return {"variance of x": Measured(run.grid("variance_x", relative=1e-2), run.walker("variance_x")),
            "variance of the velocity, equation": Measured(run.grid("variance_y", relative=1e-2)),
            "variance of the velocity, SGD": Measured(walkers=run.walker("variance_y")),
            "mean of x after 150 steps": Measured(run.grid("mean_x", 150, absolute=2e-3), run.walker("mean_x", 150, bias=half_step))}


def kinetic_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["kinetic"]
    image = plane_image(run, left, run.row("density", 2))
    figure.colorbar(image, ax=left, label="probability density, 100 steps")
    left.set(xlabel="position $x$", ylabel=r"velocity $V=-\sqrt{\eta}\,v$", xlim=(-2, 2), ylim=(-2, 2), aspect="equal")
    k = np.linspace(0, 600, 300)
    right.plot(k, oscillation(k), **look.EXACT, label="damped oscillator")
    right.plot(k, np.exp(-KINETIC_ETA / (1 - KINETIC_MU) * k), **look.SOURCE, label=r"effective rate $\eta/(1-\mu)$")
    right.plot(run.time, run.series("mean_x"), "s", color=look.BLUE, label="density")
    look.points(right, run.time, [run.walker("mean_x", t) for t in run.time], label=r"SGD with momentum $\pm2$ s.e.")
    right.set(xlabel="SGD steps", ylabel="mean of $x$")
    right.legend()
    look.letters(panels)


# --- Heat capacity --------------------------------------------------------------------------

HEAT_ETAS = (0.2, 0.1, 0.05, 0.025)
CURVATURE_NOISE = 2.0


def heat_run(eta):
    return Experiment("heat_capacity", (f"model.parameters.eta={eta}", f"model.parameters.sH={CURVATURE_NOISE:g}",
                                        "time.snapshots={at: [1, 10]}"), 1000000)


HEAT_RUNS = {f"η = {eta}": heat_run(eta) for eta in HEAT_ETAS}
HEAT_SLOPE = "dL/dη at η = 0"


def heat_loss(eta, curvature):
    """E L - L* = (eta/4)/(1 - eta curvature/2): curvature = Var H_b for the equation, and h^2 more for SGD."""
    return eta / 4 / (1 - eta * curvature / 2)


def slope_at_zero(values):
    """d L/d eta at 0: L/eta over eta, fitted by a parabola, which is weighted with the errors."""
    eta = np.array(HEAT_ETAS)
    y, error = (np.array(part) / eta for part in zip(*[(v.value, v.error or v.allowed) for v in values]))
    basis = np.stack([np.ones_like(eta), eta, eta**2], 1) / error[:, None]
    inverse = np.linalg.inv(basis.T @ basis)
    return (inverse @ basis.T @ (y / error))[0], math.sqrt(inverse[0, 0])


def heat_source(runs):
    return {HEAT_SLOPE: 0.25}


def heat_corrected(runs):
    return ({f"E L at η = {eta}, equation": heat_loss(eta, CURVATURE_NOISE) for eta in HEAT_ETAS}
            | {f"E L at η = {eta}, SGD": heat_loss(eta, CURVATURE_NOISE + 1) for eta in HEAT_ETAS})


def heat_measure(runs):
    grid = [run.grid("mean_loss") for run in runs.values()]
    walkers = [run.walker("mean_loss") for run in runs.values()]
    found = {HEAT_SLOPE: Measured(on_grid(slope_at_zero(grid)[0], 1e-2),
                                  by_walkers(*slope_at_zero(walkers), 2e-3))}
    for name, density, sgd in zip(runs, grid, walkers):
        found[f"E L at {name}, equation"] = Measured(density)
        found[f"E L at {name}, SGD"] = Measured(walkers=sgd)
    return found


def heat_draw(figure, runs):
    axes = figure.subplots()
    eta = np.linspace(0, 0.22, 100)
    axes.plot(eta, eta / 4, **look.SOURCE, label=r"source: $\frac{1}{4}\,\mathrm{E}|g_b|^2\,\eta$")
    axes.plot(eta, heat_loss(eta, CURVATURE_NOISE + 1), **look.EXACT, label="exact for SGD")
    axes.plot(eta, heat_loss(eta, CURVATURE_NOISE), color=look.BLUE, ls=":", lw=1.2, label="exact for the equation (Itô)")
    axes.plot(HEAT_ETAS, [run.at("mean_loss") for run in runs.values()], "s", color=look.BLUE, ms=5, label="density")
    look.points(axes, HEAT_ETAS, [run.walker("mean_loss") for run in runs.values()], label=r"SGD, normal noise $\pm2$ s.e.")
    axes.set(xlabel=r"learning rate $\eta$", ylabel=r"converged loss $\mathrm{E}L-L^*$", xlim=(0, 0.22), ylim=(0, None))
    axes.legend(loc="upper left")


STAGES = ((0.2, 100), (0.1, 248), (0.05, 500))  # learning rate, time near the end of its stage


def decay_source(runs):
    return {f"E L at the end of η = {eta}, {what}": eta / 4 for eta, _ in STAGES for what in ("equation", "SGD")}


def decay_corrected(runs):
    return {f"E L at the end of η = {eta}, SGD": eta / 2 / (2 - eta) for eta, _ in STAGES}


def decay_measure(runs):
    run = runs["stages"]
    found = {}
    for eta, time in STAGES:
        found[f"E L at the end of η = {eta}, equation"] = Measured(run.grid("mean_loss", time))
        found[f"E L at the end of η = {eta}, SGD"] = Measured(
            walkers=run.walker("mean_loss", time), series="SGD", small=eta)
    return found


def decay_draw(figure, runs):
    axes = figure.subplots()
    run = runs["stages"]
    begin = 0
    for k, (eta, end) in enumerate(STAGES):
        axes.plot([begin, end], [eta / 4] * 2, **look.SOURCE, label=r"source: $\eta/4$" if k == 0 else None)
        axes.plot([begin, end], [eta / 2 / (2 - eta)] * 2, **look.EXACT, label=r"exact for SGD" if k == 0 else None)
        begin = end
    axes.plot(run.time, run.series("mean_loss"), **look.GRID, label="density")
    axes.plot(run.time, run.series("mc_mean_loss"), ".", ms=3, color=look.VERMILION, label="SGD, normal noise")
    axes.set(xlabel="SGD steps", ylabel=r"expected loss $\mathrm{E}L$", ylim=(0, 0.08), xlim=(0, 500))
    axes.legend()


# --- The table ------------------------------------------------------------------------------

ROWS = (
    Row("batch-covariance", BATCHES, "Covariance of a batch",
        "The mean of B sampled gradients has covariance Σ/B.",
        COVARIANCE, covariance_source, covariance_measure, covariance_draw, covariance_corrected, figure_size=(6.5, 3.6),
        correction="Right for independent draws; without replacement the factor (N−B)/(N−1) comes on top.",
        caption="A slope fitted to 120 points: variance of the gradient at w = 2, from one step of SGD."),
    Row("batch-scaling", BATCHES, "Linear scaling of learning rate and batch size",
        "With η = Bη₀ the stationary law does not depend on B.",
        SCALING, scaling_source, scaling_measure, scaling_draw, scaling_corrected, figure_size=(6.5, 3.6),
        correction="True of the equation; SGD's variance is η₀s/(h(2 − Bη₀h)) and blows up as Bη₀h → 2.",
        caption="L = x²/2, noise 1, η₀ = 0.05."),
    Row("momentum-sum", BATCHES, "Covariance of a weighted sum of gradients",
        "ΔΦ = Σαᵢĝᵢ has covariance (Σαᵢ)Σ_g.",
        {"sum": Experiment("pure_diffusion", (f"model.parameters.T={SUM_ETA}", f"model.momentum={MU}", "initial={point: [1]}",
                                              "grid.W={min: -1, max: 3, cells: 1000, spacing: sinh, about: 1, scale: 0.001}",
                                              "time.snapshots={at: [5, 20, 100, 200]}"), 200000)},
        sum_source, sum_measure, sum_draw, sum_corrected, figure_size=(6.5, 3.6),
        correction="Of independent gradients it has (Σαᵢ²)Σ_g. What sets the temperature is neither, but the growth over many "
                   "steps, (Σαᵢ)²Σ_g per step with the weights of one gradient: (η/(1−μ))²Σ_g.",
        caption="No gradient but noise of variance 1, momentum 0.9, η = 0.001: what has been added up after n steps."),
    Row("momentum-temperature", BATCHES, "Temperature with momentum",
        "η = (1−μ)Bη₀ yields a temperature determined by η₀, independent of μ and B.",
        MOMENTUM, momentum_source, momentum_measure, momentum_draw, momentum_corrected, figure_size=(6.5, 3.6),
        correction="True to leading order for v ← μv + g; exactly, E x² = ηs(1+μ)/(h(1−μ)(2(1+μ) − ηh)).",
        caption="L = x²/2, noise 1, B = 16, η₀ = 0.05."),
    Row("momentum-velocity", BATCHES, "Momentum: position and velocity",
        "Momentum acts like the learning rate η/(1−μ): the stationary law has the temperature θ = ½(η/(1−μ))σ².",
        KINETIC, kinetic_source, kinetic_measure, kinetic_draw, kinetic_corrected,
        correction="So does the law of x and the velocity together, exp(−(V²/2 + L)/θ), but the way there is another: x swings, where an effective "
                   "learning rate would only let it decay.",
        caption="L = x²/2, σ² = 25, η = 4·10⁻⁴, μ = 0.98, start N(1, 0.25²) at V ~ N(0, 0.25²). (a) The density after 100 steps. (b) The mean."),
    Row("heat-capacity", HEAT, "Heat capacity theorem",
        "∂L(η)/∂η at η = 0 is ¼ E‖g_b‖².",
        HEAT_RUNS, heat_source, heat_measure, heat_draw, heat_corrected, figure_size=(6.5, 3.6),
        correction="At finite η the examples' curvatures matter: E L − L* = (ησ_g/4)/(1 − η(h²+σ_H)/(2h)).",
        caption="Examples with gradient g + Hx, Var g = 1, E H = 1, Var H = 2. The slope at 0 is that of a parabola fitted to L/η."),
    Row("step-decay", HEAT, "The learning rate is cut twice by two",
        "The converged loss is proportional to η: E L = (η/4) E‖g_b‖² after each cut.",
        {"stages": Experiment("annealing", (), 400000)}, decay_source, decay_measure, decay_draw, decay_corrected,
        figure_size=(6.5, 3.6),
        correction="True to first order in η; SGD ends at (η/2)/(2−η) here.",
        caption="L = x²/2, noise 1, start N(1.5, 0.2²)."),
)
