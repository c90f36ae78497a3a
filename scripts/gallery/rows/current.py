# SPDX-License-Identifier: GPL-3.0-or-later
"""J. Bostock, SGD Understood through Probability Current: drift, diffusion, end states."""
import math

import numpy as np
from scipy import special

from fokker.marks import histogram

from .. import drawing as look
from ..results import rebinned
from ..row import BEYOND, CORRECTED, Experiment, Measured, Row, by_walkers, law_on_grid, on_grid
from ..theory import ALPHAS, normal_moments, pearson_moments, sgd_second_moment

KEY = "current"

# --- Drift ----------------------------------------------------------------------------------

DRIFT_TS = (0.02, 0.01, 0.005)
DRIFT_AT = (1.0, 2.0, 4.0)  # T times steps


def drift_run(T):
    steps = ", ".join(f"{s / T:g}" for s in DRIFT_AT)
    return Experiment("gradient_flow", (f"model.parameters.T={T}", f"time.snapshots={{at: [{steps}]}}"), 2000000,
                      tolerance=0.1)


DRIFT = {f"T = {T}": drift_run(T) for T in DRIFT_TS}


def quantiles():
    """Of the start N(0.5, 0.175^2)."""
    return 0.5 + 0.175 * special.ndtri((np.arange(100000) + 0.5) / 100000)


def flow_along(s):
    """The quantiles after the time s = T t of dW/ds = -G: Ei((W-2)^2) = Ei((W_0-2)^2) - 4 s."""
    y = np.geomspace(1e-12, 16, 400001)
    return 2 - np.sqrt(np.interp(special.expi((quantiles() - 2) ** 2) - 4 * s, special.expi(y), y))


def descend(T, s):
    """The quantiles after s/T explicit steps."""
    w = quantiles()
    for _ in range(round(s / T)):
        w = w - T * 2 * (w - 2) * np.exp(-((w - 2) ** 2))
    return w


def drift_lines(value, what):
    """{quantity: number} for every T and time, of mean and standard deviation."""
    found = {}
    for T in DRIFT_TS:
        for s in DRIFT_AT:
            w = value(T, s)
            found[f"mean at Tt = {s:g}, T = {T}, {what}"] = w.mean()
            found[f"sd at Tt = {s:g}, T = {T}, {what}"] = w.std()
    return found


def drift_source(runs):
    exact = {s: flow_along(s) for s in DRIFT_AT}
    return (drift_lines(lambda T, s: exact[s], "equation") | drift_lines(lambda T, s: exact[s], "GD"))


def drift_corrected(runs):
    return drift_lines(descend, "GD")


def drift_measure(runs):
    found = {}
    for T, run in zip(DRIFT_TS, runs.values()):
        for s in DRIFT_AT:
            t, name = s / T, f"at Tt = {s:g}, T = {T}"
            variance = run.walker("variance_x", t)
            sd = math.sqrt(variance.value)
            found[f"mean {name}, equation"] = Measured(run.grid("mean_x", t))
            found[f"sd {name}, equation"] = Measured(on_grid(math.sqrt(run.at("variance_x", t))))
            found[f"mean {name}, GD"] = Measured(walkers=run.walker("mean_x", t), series=f"mean at {s:g}", small=T)
            found[f"sd {name}, GD"] = Measured(walkers=by_walkers(sd, variance.error / 2 / sd),
                                               series=f"sd at {s:g}", small=T)
    return found


def drift_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["T = 0.02"]
    for k, (s, color) in enumerate(zip((0,) + DRIFT_AT, look.SERIES), start=0):
        left.plot(run.x, run.density(k), color=color, label=f"{s / 0.02:g} steps")
        look.steps_of_walkers(left, run, 80, k=k, label=None, color="0.4")
    left.set(xlabel="$W$", ylabel="probability density", xlim=(-0.1, 2.1), ylim=(0, 5))
    left.legend(title="density (lines), GD (steps)")
    T = np.array(DRIFT_TS)
    for s, color in zip(DRIFT_AT, look.SERIES):
        exact = flow_along(s).mean()
        seen = [r.walker("mean_x", s / t) for t, r in zip(DRIFT_TS, runs.values())]
        look.points(right, T, [by_walkers(v.value - exact, v.error) for v in seen], color=color, label=f"$Tt={s:g}$")
        right.plot(T, [descend(t, s).mean() - exact for t in DRIFT_TS], color=color, lw=1, ls=":")
    right.axhline(0, color="k", lw=0.8)
    right.set(xlabel="$T$ (learning rate)", ylabel="mean of GD minus the source's", xlim=(0, 0.022), xticks=[0, 0.005, 0.01, 0.015, 0.02])
    right.legend(loc="lower left")
    look.letters(panels)


# --- Diffusion ------------------------------------------------------------------------------

SPREAD_AT = (50, 100, 200)


def spread_source(runs):
    return {f"standard deviation after {t} steps": math.sqrt(0.01 + 0.02**2 * t) for t in SPREAD_AT}


def spread_measure(runs):
    run = runs["spread"]
    found = {}
    for t in SPREAD_AT:
        v = run.walker("variance_x", t)
        sd = math.sqrt(v.value)
        found[f"standard deviation after {t} steps"] = Measured(
            on_grid(math.sqrt(run.at("variance_x", t))), by_walkers(sd, v.error / 2 / sd))
    return found


def spread_draw(figure, runs):
    axes = figure.subplots()
    run = runs["spread"]
    for k, color in zip((0, 5, 20), look.SERIES):
        axes.plot(run.x, run.density(k), color=color, label=f"{run.time[k]:g} steps")
        look.steps_of_walkers(axes, run, 100, k=k, label=None, color="0.4")
    axes.set(xlabel="$W$", ylabel="probability density", xlim=(-0.1, 2.1), ylim=(0, None))
    axes.legend(title="density (lines), SGD (steps)")


# --- Both terms -----------------------------------------------------------------------------

BOTH_ETA, BOTH_C2 = 0.01, 20.0
BOTH_AT = (0.5, 1, 5)


def both_run(name, walkers=0):
    return Experiment("power_law", (f"model.parameters.eta={BOTH_ETA}", f"model.interpretation={name}",
                                    "initial.gaussian.mean=-0.5", "initial.gaussian.std=0.05", "grid.w.scale=0.1",
                                    "time.snapshots={at: [0.1, 0.5, 1, 2, 5]}"), walkers)


BOTH = {"ito": both_run("ito", 400000), "stratonovich": both_run("stratonovich")}


def both_second(t, alpha):
    return pearson_moments(t, normal_moments(-0.5, 0.05), 1, BOTH_ETA, (1, 0, BOTH_C2), alpha)[1]


def both_source(runs):
    return {f"E W² at t = {t}, {what}": both_second(t, 0.5) for t in BOTH_AT for what in ("equation", "SGD")}


def both_corrected(runs):
    m1, m2, _ = normal_moments(-0.5, 0.05)
    return ({f"E W² at t = {t}, equation": both_second(t, 0) for t in BOTH_AT}
            | {f"E W² at t = {t}, SGD": sgd_second_moment(round(t / BOTH_ETA), m1, m2, 1, BOTH_ETA, 1, BOTH_C2)
               for t in BOTH_AT})


def both_measure(runs):
    run = runs["ito"]
    found = {}
    for t in BOTH_AT:
        m, v = run.walker("mean_x", t), run.walker("variance_x", t)
        error = math.hypot(v.error, 2 * abs(m.value) * m.error)
        found[f"E W² at t = {t}, equation"] = Measured(on_grid(run.at("variance_x", t) + run.at("mean_x", t) ** 2))
        found[f"E W² at t = {t}, SGD"] = Measured(walkers=by_walkers(v.value + m.value**2, error))
    return found


def both_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["ito"]
    for k, color in zip((1, 2, 5), look.SERIES):
        look.steps_of_walkers(left, run, 90, (-1, 0.6), k=k, label=None, color="0.4")
        left.plot(run.x, run.density(k), color=color, label=f"$t={run.time[k]:g}$")
    left.set(xlabel="$W$", ylabel="probability density", xlim=(-1, 0.6), ylim=(0, 8.5))
    left.legend(title="density (lines), SGD (steps)", loc="upper left")
    t = np.linspace(2, 5, 100)
    for name in ("stratonovich", "ito"):
        right.plot(t, [both_second(s, ALPHAS[name]) for s in t], color=look.INTERPRETATION[name],
                   label=("source: " if name == "stratonovich" else "corrected: ") + look.NAMES[name])
        other = runs[name]
        late = other.time >= 2
        right.plot(other.time[late], (other.series("variance_x") + other.series("mean_x") ** 2)[late], "s",
                   color=look.INTERPRETATION[name], ms=5)
    at = [2.0, 5.0]
    look.points(right, at, [by_walkers(run.at("mc_variance_x", s) + run.at("mc_mean_x", s) ** 2,
                                       run.walker("variance_x", s).error) for s in at], label=r"SGD $\pm2$ s.e.")
    right.plot([], [], "s", color="0.5", label="density")
    right.set(xlabel=r"time $t=\eta\,k$", ylabel=r"$\mathrm{E}\,W^2$")
    right.legend()
    look.letters(panels)


# --- Wide against narrow --------------------------------------------------------------------

WIDE_I = (0.5, 1.0, 2.0)  # I = 2/(T s^2)


def wide_run(I, walkers=0):
    return Experiment("wide_vs_narrow_walkers", (f"model.parameters.s=sqrt({2 / I:g}/T)",
                                                 "time.snapshots={at: [1000, 12000]}"), walkers, "sgd")


WIDE = {"I = 0.5": wide_run(0.5, 200000), "I = 1": wide_run(1.0, 200000), "I = 2": wide_run(2.0)}


def centre_ratio(run):
    """Density at the wide centre over that at the narrow one, stationary."""
    p = run.static("stationary_density")
    return np.interp(2, run.x, p) / np.interp(-1, run.x, p)


def centre_ratio_of_walkers(run, I):
    """The same from the walkers within 0.2 and 0.1 of the centres; the density falls alike there."""
    mass = run.row("mc_histogram", -1) * np.diff(run.x_edge) * run.count
    wide, narrow = mass[abs(run.x - 2) < 0.2].sum(), mass[abs(run.x + 1) < 0.1].sum()
    u = np.linspace(0, 0.1, 101)  # of the exponents -4 I f(u) and -I f(u), u up to 0.1
    f = 2 * u**2 - u**4
    ratio = wide / narrow / 2 * np.mean(np.exp(-I * f)) / np.mean(np.exp(-4 * I * f))
    return by_walkers(ratio, ratio * math.sqrt(1 / wide + 1 / narrow), 0.1 * ratio)


def wide_source(runs):
    return {f"ratio at the centres, I = {I:g}": math.exp(4) for I in WIDE_I}


def wide_corrected(runs):
    found = {f"ratio at the centres, I = {I:g}": 4 * math.exp(3 * I) for I in WIDE_I}
    u = np.linspace(-1, 1, 20001)
    f = 2 * u**2 - u**4
    for I in WIDE_I[:2]:  # masses: A e^(-I f) over [-2, 0], B e^(-4 I f) over [0, 4], B/A = 4 e^(3 I)
        wide = 2 * 4 * math.exp(3 * I) * np.mean(np.exp(-4 * I * f))
        found[f"mass of the narrow well, I = {I:g}"] = 1 / (1 + wide / np.mean(np.exp(-I * f)))
    return found


def wide_measure(runs):
    found = {}
    for I, run in zip(WIDE_I, runs.values()):
        walkers = "mc_histogram" in run
        found[f"ratio at the centres, I = {I:g}"] = Measured(
            on_grid(centre_ratio(run)), centre_ratio_of_walkers(run, I) if walkers else None)
        if walkers:  # steps are a tenth of the narrow well: 5 % of what the diffusion leaves out
            seen = run.at("mc_mass_in_narrow")
            found[f"mass of the narrow well, I = {I:g}"] = Measured(
                run.grid("mass_in_narrow", relative=5e-3), run.walker("mass_in_narrow", bias=0.08 * seen))
    return found


def wide_log(w, alpha, I=1.0):
    """ln p, normalised: narrow -I f, wide -4 I f + 3 I + (1 - alpha) ln 4; C^(1-alpha) p is continuous."""
    def raw(v):
        u = np.where(v < 0, v + 1, (v - 2) / 2)
        f = 2 * u**2 - u**4
        return np.where(v < 0, -I * f, -4 * I * f + 3 * I + (1 - alpha) * math.log(4))
    middle = -2 + (np.arange(6000) + 0.5) / 1000
    return raw(w) - math.log(np.exp(raw(middle)).sum() / 1000)


def wide_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["I = 1"]
    look.steps_of_walkers(left, run, 90, label="SGD on two examples")
    for name in look.INTERPRETATION:
        left.semilogy(run.x, np.exp(wide_log(run.x, ALPHAS[name])), color=look.INTERPRETATION[name],
                      lw=1.2, label=f"$p$, {look.NAMES[name]}")
    left.plot(run.x[::12], run.static("stationary_density")[::12], ".", ms=4, color="k", label="density, from the grid")
    left.set(xlabel="$w$", ylabel="stationary density", xlim=(-2, 4), ylim=(8e-4, 12))
    left.legend(loc="upper left", ncol=2)
    I = np.linspace(0.3, 2.2, 50)
    right.semilogy(I, np.full_like(I, math.exp(4)), **look.SOURCE, label="source: $e^4$")
    right.semilogy(I, 4 * np.exp(3 * I), **look.EXACT, label="corrected: $4\\,e^{3I}$")
    right.semilogy(WIDE_I, [centre_ratio(r) for r in runs.values()], "s", color=look.BLUE, label="density")
    look.points(right, WIDE_I[:2], [centre_ratio_of_walkers(r, i) for i, r in zip(WIDE_I[:2], runs.values())],
                label=r"SGD $\pm2$ s.e.")
    right.set(xlabel=r"$I=(2/T)\int G/S^2$, narrow well", ylabel="ratio of densities at the centres")
    right.legend()
    look.letters(panels)


# --- The coordinate in which S = 1 ----------------------------------------------------------


def to_flat(w):
    """y with dy = dW/S, S^2 = 1 + 20 W^2."""
    return np.arcsinh(math.sqrt(BOTH_C2) * w) / math.sqrt(BOTH_C2)


def flat_run(extra):
    """dy = -b(y) dt + sqrt(eta) dB: the drift -G/S, and -(eta/2) S' where extra is 1; c = sqrt(c2)."""
    c, eta = f"sqrt({BOTH_C2:g})", BOTH_ETA
    tail = f" - {eta / 2:g}*{c}*tanh({c}*x)" if extra else ""
    start = f"exp(-(sinh({c}*x)/{c} + 0.5)^2/0.005)*cosh({c}*x)"
    return Experiment("ornstein_uhlenbeck", (f"model.drift=-tanh({c}*x)/{c}{tail}", f"model.diffusion={eta / 2:g}",
                                             f"initial={{density: {start}}}", "grid.x.min=-1.6", "grid.x.max=1.6",
                                             "grid.x.cells=2048", "time.snapshots={at: [1, 5]}", "accuracy=none"))


METRIC = dict(BOTH) | {"flat": flat_run(False), "flat with drift": flat_run(True)}


def law_in_flat(runs, name, t):
    """Cumulative law of the flat run at the images of the other run's faces."""
    run = runs[name]
    k = int(np.argmin(abs(run.time - t)))
    return np.interp(to_flat(runs["ito"].x_edge), run.x_edge, run.cumulative(run.density(k)))


def metric_source(runs):
    flat = law_in_flat(runs, "flat", 5)
    return {"law at t = 5, source's equation": flat, "law at t = 5, SGD": flat}


def metric_corrected(runs):
    return {"law at t = 5, SGD": law_in_flat(runs, "flat with drift", 5)}


def metric_measure(runs):
    ito, strat = runs["ito"], runs["stratonovich"]
    return {"law at t = 5, source's equation": Measured(law_on_grid(strat.cumulative(strat.density(-1)), 5e-4)),
            "law at t = 5, SGD": Measured(law_on_grid(ito.cumulative(ito.density(-1)), 5e-4), ito.walkers_law(bias=1e-3))}


def metric_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    ito = runs["ito"]
    y = to_flat(ito.x_edge)
    seen = abs(y) < 0.45
    walkers = ito.walkers_law()
    histogram(left, *rebinned(y, walkers.value, ito.count, 60, (-0.45, 0.45)), label="SGD, moved to $y$")
    for name, style, label in (("flat", look.SOURCE, "$S=1$, drift $-G/S$ (source)"),
                               ("flat with drift", look.EXACT, r"$S=1$, drift $-G/S-\eta S'/2$")):
        left.plot(runs[name].x, runs[name].density(-1), **style, label=label)
    left.set(xlabel=r"$y=\int\mathrm{d}W/S$", ylabel="density in $y$ at $t=5$", xlim=(-0.45, 0.45), ylim=(0, 9.5))
    left.legend(loc="upper right")
    law = {name: law_in_flat(runs, name, 5) for name in ("flat", "flat with drift")}
    right.plot(y[seen], (law["flat"] - law["flat with drift"])[seen], **look.SOURCE, label="source minus corrected")
    right.plot(y[seen], (walkers.value - law["flat with drift"])[seen], color=look.VERMILION, lw=1, label="SGD minus corrected")
    right.axhspan(-walkers.allowed, walkers.allowed, color="0.9", lw=0, zorder=0)
    right.set(xlabel=r"$y=\int\mathrm{d}W/S$", ylabel="difference of cumulative laws")
    right.legend()
    look.letters(panels)


# --- Two dimensions -------------------------------------------------------------------------

CURVATURE = "Gauss curvature of the metric (S²)⁻¹ at the minimum"
PLANE = {"plane": Experiment("power_law_2d", ("time.snapshots={at: [1]}",))}


def exact_curvature(x, y):
    """(C/2) Laplace ln C = (Laplace C - |grad C|^2/C)/2 of the metric C^-1 1, C = 1 + 2 (2 x^2 + x y + y^2)."""
    C = 1 + 2 * (2 * x**2 + x * y + y**2)
    return (12 - ((8 * x + 2 * y) ** 2 + (2 * x + 4 * y) ** 2) / C) / 2


def curvature(run):
    """The same at the minimum from the file's diffusion: ln C fitted by a polynomial of degree 6."""
    x, y = (a[abs(a) < 0.25] for a in (run.x, run.y))
    near = np.ix_(abs(run.y) < 0.25, abs(run.x) < 0.25)
    X, Y = (a.ravel() for a in np.meshgrid(x, y))
    powers = [(i, j) for i in range(7) for j in range(7 - i)]
    basis = np.stack([X**i * Y**j for i, j in powers], 1)
    fit = dict(zip(powers, np.linalg.lstsq(basis, np.log(run.static("diffusion_xx")[near].ravel()), rcond=None)[0]))
    return fit[2, 0] + fit[0, 2]


def plane_source(runs):
    return {CURVATURE: 0.0}


def plane_corrected(runs):
    return {CURVATURE: float(exact_curvature(0.0, 0.0))}


def plane_measure(runs):
    return {CURVATURE: Measured(on_grid(curvature(runs["plane"]), 1e-2))}


def plane_draw(figure, runs):
    axes = figure.subplots()
    run = runs["plane"]
    window = (-1.5, 1.5)
    x, y = np.meshgrid(*2 * [np.linspace(*window, 200)])
    drawn = axes.pcolormesh(x, y, exact_curvature(x, y), cmap="PuOr", vmin=-6, vmax=6, rasterized=True)
    figure.colorbar(drawn, ax=axes, label="Gauss curvature of $(S^2)^{-1}$")
    axes.contour(run.x, run.y, run.static("diffusion_xx") * 2 / 0.1, [1.5, 3, 6, 12], colors="k", linewidths=0.8)
    axes.set(xlabel="$x$", ylabel="$y$", xlim=window, ylim=window, aspect="equal")


# --- The table ------------------------------------------------------------------------------

ROWS = (
    Row("drift", KEY, "The drift term",
        "(dP/dt)_G = T(G P′ + G′P) is ‘an accurate description of non-stochastic gradient descent’.",
        DRIFT, drift_source, drift_measure, drift_draw, drift_corrected,
        correction="It is, to first order in T: every point moves along Ei((W−2)²) = Ei((W₀−2)²) − 4Tt; explicit steps are off by O(T).",
        caption="L = −exp(−(W−2)²), start N(0.5, 0.175²), no noise. (a) T = 0.02. (b) How far the steps are from the flow; "
                "dotted: the steps carried out on 10⁵ quantiles."),
    Row("diffusion", KEY, "The diffusion term",
        "(dP/dt)_S = ½T²S²P″ for constant S: the variance grows by T²S² a step.",
        {"spread": Experiment("pure_diffusion", (), 200000)}, spread_source, spread_measure, spread_draw, figure_size=(6, 3.4),
        caption="S = 1, T = 0.02, start N(1, 0.1²) (the source does not give its own values)."),
    Row("both-terms", KEY, "Both terms, with varying noise",
        "(dP/dt)_S = ½T²[S²P″ + (3/2)(S²)′P′ + ½(S²)″P]: Stratonovich's reading of the noise.",
        BOTH, both_source, both_measure, both_draw, both_corrected,
        correction="A step that moves a point to mean W − TG and variance T²S² is Itô's: 2(S²)′ and (S²)″ in place of (3/2)(S²)′ and ½(S²)″.",
        caption="G = W, S² = 1 + 20W², T = 0.01, start N(−0.5, 0.05²) (the source does not give its own values). (a) The mass "
                "moves to the centre. (b) Second moment at late times."),
    Row("wide-vs-narrow", KEY, "Wide against narrow minimum",
        "With two minima alike but for a factor 2 in width, ‘the probability density at the centre of the wider minimum's basin "
        "will be e⁴ = 56 times’ that of the narrower; the author adds ‘Edit: a lot higher’.",
        WIDE, wide_source, wide_measure, wide_draw, wide_corrected, instead=CORRECTED,
        correction="The ratio is 4^{1−α} e^{3I} with I = (2/T)∫G/S² over the narrow well: it depends on T. SGD is Itô, α = 0. The edit is "
                   "right where I is above 0.87 (80 for I = 1, 1600 for I = 2), not below (18 for I = 0.5); e⁴ is 54.6.",
        caption="f(u) = 2u² − u⁴, u = w+1 or (w−2)/2, losses f ± s·u, T = 0.002. (a) I = 1. (b) Ratio of the densities at the centres."),
    Row("metric", KEY, "The coordinate in which S = 1",
        "‘It is more correct to consider the space of W with the metric such that S = 1 everywhere’: there the equation has "
        "constant diffusion and the drift −TG/S.",
        METRIC, metric_source, metric_measure, metric_draw, metric_corrected,
        correction="True of the source's (Stratonovich's) equation in one dimension. SGD has the further drift −½T²S′ there. In two or "
                   "more dimensions such coordinates exist only where the metric (S²)⁻¹ is flat.",
        caption="G = W, S² = 1 + 20W², T = 0.01. (a) The law of SGD in y. "
                "(b) Cumulative laws; grey: what chance allows."),
    Row("metric-plane", KEY, "The metric in higher dimensions",
        "With a matrix S ‘this extends nicely as we can choose our metric such that S² = I’. So one can; read here as coordinates "
        "in which the diffusion is constant, as in one dimension.",
        PLANE, plane_source, plane_measure, plane_draw, plane_corrected, figure_size=(5, 3.8), instead=BEYOND,
        correction="The metric (S²)⁻¹ exists always. Coordinates in which S² = I exist only where it is flat, and in general it is curved.",
        caption="Curvature for S² = 1 + 2(2x² + xy + y²) times the identity, the noise of configs/power_law_2d.yaml. Lines: S² = 1.5, 3, 6, 12."),
)
