# SPDX-License-Identifier: GPL-3.0-or-later
"""Q. Meng et al., Dynamic of SGD with State-Dependent Noise: the noise of real examples."""
import numpy as np
from scipy import optimize

from fokker.marks import histogram

from .. import drawing as look
from ..row import CONFIGS, SIGMAS, Experiment, Measured, Row, Value, by_walkers, on_grid
from ..theory import power_law

KEY = "power-law"
DATA = CONFIGS / "data_fit.csv"

# --- Proposition 1 --------------------------------------------------------------------------


def line(w, x, y):
    """Gradient of (w x - y)^2/2 for each example, and its derivative."""
    return x * (w * x - y), x * x


def neuron(w, x, y):
    """The same of (3 tanh(w x) - y)^2/2."""
    t = np.tanh(w * x)
    s = 1 - t * t
    return 3 * x * s * (3 * t - y), 3 * x * x * s * (3 * s - 2 * t * (3 * t - y))


MODELS = {"line": (line, "0.5*(w*x - y)^2", (0.5, 1, 2)), "neuron": (neuron, "0.5*(3*tanh(w*x) - y)^2", (0.05, 0.1, 0.2, 0.4))}
ETA = 0.1


def examples():
    return np.loadtxt(DATA, delimiter=",", skiprows=2, unpack=True)


def minimum(model):
    x, y = examples()
    return optimize.brentq(lambda w: model(w, x, y)[0].mean(), 0.1, 4)


def one_step(at, *settings):
    """One step of SGD on the table from the point `at`; cells so fine there that they add nothing
    to the variance (a point is spread over two of them)."""
    return Experiment("data_fit", (*settings, f"initial={{point: [{at:g}]}}", "time.snapshots={at: [1]}",
                                   f"grid.w={{min: -1, max: 5, cells: 512, spacing: sinh, about: {at:g}, scale: 0.01}}"),
                      400000, "sgd")


def noise_of(run, at):
    """C of one batch at w from the density's equation, whose D is eta^2 C/2 per step."""
    return float(np.interp(at, run.x_edge, run.static("diffusion"))) * 2 / ETA**2


def noise_of_walkers(run):
    """The same from where one step of the walkers has gone."""
    seen = run.walker("variance_x", 1)
    return by_walkers(seen.value / ETA**2, seen.error / ETA**2)


def example_run(loss, at):
    return one_step(at, f"model.example_loss={loss}", "model.batch_size=1", "model.sampling=with_replacement")


def distances():
    """(name of the quantity, model's name, w* + u, u) of everything that is measured."""
    for name, (model, _, steps) in MODELS.items():
        best = minimum(model)
        for u in steps:
            yield f"C at w* + {u}, {name}", name, float(f"{best + u:g}"), u


PROPOSITION = {quantity: example_run(MODELS[name][1], w) for quantity, name, w, _ in distances()}


def quadratic(model, u):
    """sigma_g + 2 rho u + sigma_H u^2 of Proposition 1, from the examples at w*."""
    g, H = model(minimum(model), *examples())
    return np.var(g) + 2 * np.cov(g, H, bias=True)[0, 1] * u + np.var(H) * u**2


def variance_at(model, w):
    return np.var(model(w, *examples())[0])


def proposition_source(runs):
    return {quantity: quadratic(MODELS[name][0], u) for quantity, name, _, u in distances()}


def proposition_corrected(runs):
    return {quantity: variance_at(MODELS[name][0], w) for quantity, name, w, _ in distances()}


def proposition_measure(runs):
    found = {}
    for quantity, name, w, u in distances():
        run = runs[quantity]
        found[quantity] = Measured(on_grid(noise_of(run, w), 1e-3), noise_of_walkers(run), series=name, small=u)
    return found


def proposition_draw(figure, runs):
    panels = figure.subplots(1, 2)
    found = proposition_measure(runs)
    for axes, (name, (model, _, steps)) in zip(panels, MODELS.items()):
        u = np.linspace(-0.3 * max(steps), 1.15 * max(steps), 200)
        best = minimum(model)
        axes.plot(u, [quadratic(model, v) for v in u], **look.SOURCE, label="source: quadratic")
        axes.plot(u, [variance_at(model, best + v) for v in u], **look.EXACT, label="variance over the examples")
        seen = [found[f"C at w* + {v}, {name}"] for v in steps]
        axes.plot(steps, [m.density.value for m in seen], "s", color=look.BLUE, ms=5, label="density's $C(w)$")
        look.points(axes, steps, [m.walkers for m in seen], label=r"one SGD step $\pm2$ s.e.")
        axes.set(xlabel="distance from the minimum $w-w^*$", ylabel="gradient noise $C(w)$", ylim=(0, None))
        axes.set_title({"line": "        line $wx$", "neuron": "        neuron $3\\,\\tanh wx$"}[name], loc="left")
    panels[0].legend()
    look.letters([])


# --- Finitely many examples have no tails ---------------------------------------------------

CURVATURE, CENTRE = np.array([0.5, 1.5, 1.0]), np.array([1.0, -1.0, 0.0])
FINITE_ETA = 0.6


def finite_run(name, walkers=0):
    losses = ", ".join(f"{h:g}*(w - ({c:g}))^2/2" for h, c in zip(CURVATURE, CENTRE))
    return Experiment("wide_vs_narrow_walkers", (
        f"model.datapoints=[{losses}]", f"model.learning_rate={FINITE_ETA}", f"model.interpretation={name}",
        "grid.w={min: -8, max: 8, cells: 2048}", "initial={gaussian: {mean: 0, std: 0.2}}",
        "time.snapshots={at: [10, 200]}", "analysis.regions={outside: abs(w) > 1}"), walkers, "sgd")


FINITE = {"ito": finite_run("ito", 400000), "klimontovich": finite_run("klimontovich")}


def finite_log(alpha):
    """ln p of Theorem 2 for the three examples."""
    best = np.average(CENTRE, weights=CURVATURE)
    g = CURVATURE * (best - CENTRE)
    r = np.cov(g, CURVATURE, bias=True)[0, 1]
    return lambda w: power_law(w - best, np.var(g), r, np.var(CURVATURE), CURVATURE.mean(), FINITE_ETA, alpha)


def outside(run):
    """Probability of |w| > 1 by Theorem 2."""
    law = run.law_of(finite_log(1))
    return 1 - np.interp(1, run.x_edge, law) + np.interp(-1, run.x_edge, law)


def finite_source(runs):
    tail = outside(runs["klimontovich"])
    return {"probability of |w| > 1, equation (5)": tail, "probability of |w| > 1, SGD": tail}


def finite_corrected(runs):
    return {"probability of |w| > 1, SGD": 0.0}


def finite_measure(runs):
    seen, count = runs["ito"].at("mc_mass_in_outside"), runs["ito"].count
    return {"probability of |w| > 1, equation (5)": Measured(runs["klimontovich"].grid("mass_in_outside", relative=1e-2)),
            "probability of |w| > 1, SGD": Measured(walkers=Value(seen, SIGMAS / count, 1 / count))}


def finite_draw(figure, runs):
    axes = figure.subplots()
    run = runs["ito"]
    edges, density, _ = run.histogram(240, (-3, 3))
    histogram(axes, edges, np.where(density > 0, density, np.nan), label="SGD on three examples")
    for name, alpha, style in (("klimontovich", 1, look.SOURCE), ("ito", 0, look.GRID)):
        p = runs[name].static("stationary_density")
        axes.semilogy(runs[name].x, p, **style, label={"klimontovich": "source: Theorem 2", "ito": "density (Itô)"}[name])
    axes.set(xlabel="$w$", ylabel="stationary density", xlim=(-3, 3), ylim=(1e-7, 30))
    for end in (-1, 1):
        axes.axvline(end, color="0.6", lw=0.8, ls=":")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


ROWS = (
    Row("proposition-1", KEY, "Proposition 1: the noise is quadratic in the parameter",
        "Near a minimum the variance of the stochastic gradient is C(w) = σ_g + 2ρ(w−w*) + σ_H(w−w*)².",
        PROPOSITION, proposition_source, proposition_measure, proposition_draw, proposition_corrected,
        correction="Exact for quadratic losses. Otherwise the third derivatives of the examples' losses enter at order (w−w*)² too: "
                   "only σ_g + 2ρ(w−w*) is general.",
        caption="Two models of the same 120 points, a line wx and a neuron 3 tanh(wx), squared error: variance of one example's gradient."),
    Row("finite-data", KEY, "Heavy tails of SGD on real examples",
        "The parameters' distribution under SGD is heavy-tailed (Theorem 2), without unbounded noise.",
        FINITE, finite_source, finite_measure, finite_draw, finite_corrected, figure_size=(8, 3.4),
        correction="Where all examples' curvatures lie in (0, 2/η), SGD stays in a bounded set: no tail at all. With ηH < 1, as here, it is "
                   "the interval of the examples' own minima, [−1, 1].",
        caption="Three quadratic losses with curvatures ½, 3/2, 1 about 1, −1, 0; η = 0.6."),
)
