# SPDX-License-Identifier: GPL-3.0-or-later
"""Q. Meng et al., Dynamic of SGD with State-Dependent Noise: stationary laws."""
import numpy as np
from scipy import special

from .. import drawing as look
from ..row import Experiment, Measured, Row, by_walkers, law_on_grid, on_grid
from ..theory import normal_moments, pearson_moments, power_law, skewness, slope

KEY = "power-law"

# --- Theorem 2 ------------------------------------------------------------------------------

T2_ETA, T2_KAPPA, T2_R = 0.01, 2.0, 3.0
T2_SH = 1 / (T2_ETA * T2_KAPPA)


def theorem2_run(name, walkers=0):
    return Experiment("power_law", (
        f"model.parameters.eta={T2_ETA}", f"model.parameters.kappa={T2_KAPPA:g}", f"model.parameters.r={T2_R:g}",
        f"model.interpretation={name}", "grid.w.scale=0.05", "initial.gaussian.mean=0", "time.snapshots={at: [1, 10]}"), walkers)


THEOREM2 = {"ito": theorem2_run("ito", 400000), "klimontovich": theorem2_run("klimontovich")}


def theorem2_log(alpha):
    return lambda w: power_law(w, 1.0, T2_R, T2_SH, 1.0, T2_ETA, alpha)


def theorem2_source(runs):
    law = runs["ito"].law_of(theorem2_log(1))
    return {"law of equation (5)": law, "law of iteration (3)": law}


def theorem2_corrected(runs):
    return {"law of iteration (3)": runs["ito"].law_of(theorem2_log(0))}


def theorem2_measure(runs):
    run = runs["ito"]
    return {"law of equation (5)": Measured(runs["klimontovich"].stationary_law()),
            "law of iteration (3)": Measured(run.stationary_law(), run.walkers_law(bias=0.4 * T2_ETA))}


def theorem2_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["ito"]
    for axes, window, cells in ((left, (-0.5, 0.4), 60), (right, (-2, 2), 60)):
        edges, density, error = run.histogram(cells, window)
        look.dots(axes, (edges[1:] + edges[:-1]) / 2, np.where(density > 0, density, np.nan), error, ms=3,
                  label=r"iteration (3) $\pm2$ s.e.")
        axes.plot(run.x, run.static("stationary_density"), **look.GRID, label="density (Itô)")
        axes.plot(run.x, run.averages_of(theorem2_log(1)), **look.SOURCE, label=r"source: exponent $\kappa$")
        axes.plot(run.x, run.averages_of(theorem2_log(0)), **look.EXACT, label=r"corrected: exponent $\kappa+1$")
        axes.set(xlabel="$w-w^*$", ylabel="stationary density", xlim=window)
    left.set_ylim(0, None)
    left.legend(loc="upper left", fontsize=7.5)
    right.set(yscale="log", ylim=(1e-5, 10))
    look.letters(panels)


# --- Corollary 3, its tail and Figure 5 -----------------------------------------------------

C3_KAPPA, C3_ETA = 5.0, 0.005
SLOW = 1.5e-2  # of an exponent: what the walkers' finite steps change (eta H = 0.005)


def tail_run(name, kappa, walkers=0, kinds="gaussian", batch=1, config="power_law_walkers", **more):
    return Experiment(config, (
        f"model.parameters.eta={C3_ETA}", f"model.parameters.kappa={kappa:g}", f"model.interpretation={name}", "grid.w.scale=0.1",
        "initial.gaussian.mean=0", "initial.gaussian.std=0.05", "time.snapshots={at: [2.5, 10]}",
        *((f"model.batch_size={batch}",) if batch > 1 else ())), walkers, kinds, **more)


def exponent(run, scale):
    """s of p ~ (1 + scale w^2)^-s on the grid."""
    p = run.static("stationary_density")
    return -slope(np.log(1 + scale * run.x**2), np.log(p), np.diff(run.x_edge))


def fitted(run):
    s, error = run.fitted()
    return by_walkers(s, error, SLOW * s)


COROLLARY = {"ito": tail_run("ito", C3_KAPPA, 200000),
             "klimontovich": tail_run("klimontovich", C3_KAPPA, 200000, "sde")}
IN_BOTH = {"klimontovich": "exponent s, equation (5)", "ito": "exponent s, iteration (3)"}


def corollary_source(runs):
    return {name: C3_KAPPA for name in IN_BOTH.values()}


def corollary_corrected(runs):
    return {IN_BOTH["ito"]: C3_KAPPA + 1}


def corollary_measure(runs):
    scale = 1 / (C3_ETA * C3_KAPPA)
    return {IN_BOTH[name]: Measured(on_grid(exponent(runs[name], scale), 5e-3), fitted(runs[name]))
            for name in ("klimontovich", "ito")}


def corollary_draw(figure, runs):
    axes = figure.subplots()
    scale = 1 / (C3_ETA * C3_KAPPA)
    for name, s, color in (("klimontovich", C3_KAPPA, look.ORANGE), ("ito", C3_KAPPA + 1, look.BLUE)):
        run = runs[name]
        edges = np.geomspace(0.02, 0.8, 19)
        cumulative = np.interp(edges, run.x_edge, run.cumulative(run.row("mc_histogram", -1)))
        below = np.interp(-edges, run.x_edge, run.cumulative(run.row("mc_histogram", -1)))
        mass = np.diff(cumulative - below)
        q = 1 + scale * edges[1:] * edges[:-1]
        look.dots(axes, q, mass / np.diff(edges) / 2, np.sqrt(mass / run.count) / np.diff(edges) / 2, color=color,
                  label={"klimontovich": "walkers of equation (5)", "ito": "iteration (3), SGD"}[name])
        x, p = run.x, run.static("stationary_density")
        seen = (x > 0.02) & (x < 0.8)
        axes.loglog(1 + scale * x[seen] ** 2, p[seen], color=color, lw=1.2, label=f"density, slope $-{s:g}$")
    axes.set(xlabel=r"$1+(\sigma_H/\sigma_g)(w-w^*)^2$", ylabel="stationary density", ylim=(1e-5, 10))
    axes.legend()


FIGURE5 = (1.0, 2.0, 5.0)
FIG5 = {f"κ = {k:g}": tail_run("klimontovich", k, 200000 if k > 1 else 0, "sde", config="power_law") for k in FIGURE5} | {
    "κ = ∞": tail_run("klimontovich", 1e6, config="power_law")}


def fig5_source(runs):
    run = runs["κ = ∞"]
    return ({f"tail exponent −d ln p/d ln w, κ = {k:g}": 2 * k for k in FIGURE5}
            | {"law at κ = ∞ (Gaussian)": run.law_of(lambda w: -w**2 / C3_ETA)})


def fig5_measure(runs):
    found = {}
    for k in FIGURE5:
        run = runs[f"κ = {k:g}"]
        far = (run.x > 20) & (run.x < 500)
        x, p = np.log(run.x[far]), np.log(run.static("stationary_density")[far])
        walkers = None
        if "mc_histogram" in run:
            s = fitted(run)
            walkers = by_walkers(2 * s.value, 2 * s.error, 2 * SLOW * s.value)
        found[f"tail exponent −d ln p/d ln w, κ = {k:g}"] = Measured(on_grid(-slope(x, p, np.ones_like(x)), 5e-3), walkers)
    return found | {"law at κ = ∞ (Gaussian)": Measured(law_on_grid(runs["κ = ∞"].stationary()))}


def fig5_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    for (name, run), color in zip(runs.items(), look.SERIES):
        p = run.static("stationary_density")
        p = p / p.max()
        left.plot(run.x, p, color=color, label=f"${name.replace('κ', chr(92) + 'kappa').replace('∞', chr(92) + 'infty')}$")
        positive = (run.x > 0.003) & (p > 1e-30)
        right.loglog(run.x[positive], p[positive], color=color)
        if name != "κ = ∞":
            k = float(name[4:])
            w = np.array([3.0, 300.0])
            right.loglog(w, (w**2 / (C3_ETA * k)) ** -k, color="k", ls=":", lw=1)
    right.plot([], [], "k:", lw=1, label=r"$|w|^{-2\kappa}$")
    left.set(xlabel="$w-w^*$", ylabel="density over its maximum", xlim=(-0.6, 0.6), ylim=(0, 1.03))
    right.set(xlabel="$w-w^*$", ylabel="density over its maximum", xlim=(0.01, 1000), ylim=(1e-20, 2))
    left.legend()
    right.legend()
    look.letters(panels)


# --- kappa and the batch size ---------------------------------------------------------------

BATCHES, KAPPA_1 = (1, 2, 4), 1.5
BATCH_RUNS = {f"b = {b}": tail_run("ito", KAPPA_1, 400000, batch=b) for b in BATCHES}


def batch_source(runs):
    return {f"fitted exponent, b = {b}": KAPPA_1 * b for b in BATCHES}


def batch_corrected(runs):
    return {f"fitted exponent, b = {b}": KAPPA_1 * b + 1 for b in BATCHES}


def batch_measure(runs):
    scale = 1 / (C3_ETA * KAPPA_1)
    return {f"fitted exponent, {name}": Measured(on_grid(exponent(run, scale), 5e-3), fitted(run)) for name, run in runs.items()}


def batch_draw(figure, runs):
    axes = figure.subplots()
    b = np.linspace(0, 4.5, 2)
    axes.plot(b, KAPPA_1 * b, **look.SOURCE, label=r"source: $s=\kappa=bH/(\eta\sigma_H)$")
    axes.plot(b, KAPPA_1 * b + 1, **look.EXACT, label=r"corrected: $s=\kappa+1$")
    seen = batch_measure(runs)
    axes.plot(BATCHES, [m.density.value for m in seen.values()], "s", color=look.BLUE, label="density (Itô)")
    look.points(axes, BATCHES, [m.walkers for m in seen.values()], label=r"fit to SGD $\pm2$ s.e.")
    axes.set(xlabel="batch size $b$", ylabel="exponent $s$ of the stationary law", xlim=(0, 4.5), ylim=(0, None))
    axes.legend()


# --- Theorem 4 ------------------------------------------------------------------------------

T4_KAPPA, T4_ETA = 5.0, 0.1
T4_H = np.array([[2, 0.5], [0.5, 1]])
T4_ENTRIES = {"variance of x": (0, 0), "covariance": (0, 1), "variance of y": (1, 1)}


def theorem4_run(name, walkers=0):
    return Experiment("power_law_2d", (f"model.interpretation={name}", "time.snapshots={at: [1, 20]}"), walkers)


THEOREM4 = {"klimontovich": theorem4_run("klimontovich"), "ito": theorem4_run("ito", 300000)}
T4_LAW = "distance of equation (5) from the law (total variation)"


def theorem4_log(alpha):
    return lambda x, y: -(T4_KAPPA + 1 - alpha) * np.log(1 + (2 * x * x + x * y + y * y) / (T4_KAPPA * T4_ETA))


def theorem4_covariance(alpha):
    """eta kappa sg/(2 (kappa + 1 - alpha) - d - 2) H^-1, d = 2."""
    return T4_ETA * T4_KAPPA / (2 * (T4_KAPPA + 1 - alpha) - 4) * np.linalg.inv(T4_H)


def theorem4_chain():
    """M = (1 - eta H) M (1 - eta H) + eta^2 (1 + Tr(H M)/(eta kappa)) 1, by iteration: iteration (3) exactly."""
    step, M = np.eye(2) - T4_ETA * T4_H, np.zeros((2, 2))
    for _ in range(1000):
        M = step @ M @ step + T4_ETA**2 * (1 + np.trace(T4_H @ M) / (T4_ETA * T4_KAPPA)) * np.eye(2)
    return M


def theorem4_source(runs):
    X = theorem4_covariance(1)
    return {T4_LAW: 0.0} | {f"{name}, {what}": X[at] for name, at in T4_ENTRIES.items() for what in ("equation (5)", "iteration (3)")}


def theorem4_corrected(runs):
    X = theorem4_chain()
    return ({f"{name}, iteration (3)": X[at] for name, at in T4_ENTRIES.items()}
            | {f"{name}, Itô's equation": theorem4_covariance(0)[at] for name, at in T4_ENTRIES.items()})


def theorem4_measure(runs):
    paper, ito = runs["klimontovich"], runs["ito"]
    off = 0.5 * (abs(paper.static("stationary_density") - paper.plane_of(theorem4_log(1))) * paper.areas).sum()
    found = {T4_LAW: Measured(on_grid(off, 0, 1e-5))}
    for name, series in zip(T4_ENTRIES, ("variance_x", "variance_xy", "variance_y")):
        found[f"{name}, equation (5)"] = Measured(paper.grid(series, relative=2e-2))
        found[f"{name}, Itô's equation"] = Measured(ito.grid(series, relative=2e-2))
        found[f"{name}, iteration (3)"] = Measured(walkers=ito.walker(series))
    return found


def theorem4_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["klimontovich"]
    p = run.static("stationary_density")
    levels = p.max() * 10.0 ** np.arange(-5, 0)
    left.contour(run.x, run.y, p, levels, colors=look.SKY, linewidths=3)
    left.contour(run.x, run.y, run.plane_of(theorem4_log(1)), levels, colors="k", linestyles=":", linewidths=1.2)
    left.plot([], [], color=look.SKY, lw=3, label="density of (5)")
    left.plot([], [], "k:", label="source")
    left.legend(loc="upper right")
    left.set(xlabel="$x$", ylabel="$y$", xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
    ito = runs["ito"]
    for name, log_law, style in (("source", theorem4_log(1), look.SOURCE), ("corrected", theorem4_log(0), look.EXACT)):
        marginal = (ito.plane_of(log_law) * np.diff(ito.y_edge)[:, None]).sum(0)
        right.semilogy(ito.x, marginal, **style, label=name + (r": exponent $\kappa$" if name == "source" else r": $\kappa+1$"))
    right.semilogy(ito.x, ito.row("marginal_x", -1), **look.GRID, label="density (Itô)")
    mass, width = ito.marginal_of_walkers("x"), np.diff(ito.x_edge)
    look.dots(right, ito.x, np.where(mass > 0, mass / width, np.nan), np.sqrt(mass / ito.count) / width, ms=3,
              label=r"iteration (3) $\pm2$ s.e.")
    right.set(xlabel="$x$", ylabel="marginal density of $x$", xlim=(-2, 2), ylim=(1e-4, 3))
    right.legend(fontsize=7.5, loc="lower center")
    look.letters(panels)


# --- The law at finite times ----------------------------------------------------------------

BUKMAN_AT = (0.3, 1.0)
BUKMAN = {"moving": Experiment("power_law", (
    "model.parameters.kappa=10", "model.interpretation=klimontovich", "initial.gaussian.mean=1", "initial.gaussian.std=0.1",
    "grid.w={min: -100, max: 100, cells: 2048, spacing: sinh, scale: 0.5}", "time.snapshots={at: [0.1, 0.3, 1, 3, 10]}"), 200000, "sde", substeps=20)}


def bukman_skewness(t):
    return skewness(pearson_moments(t, normal_moments(1, 0.1), 1, 0.1, (1, 0, 1), 1))


def bukman_source(runs):
    return {f"skewness at t = {t:g}": 0.0 for t in BUKMAN_AT}


def bukman_corrected(runs):
    return {f"skewness at t = {t:g}": bukman_skewness(t) for t in BUKMAN_AT}


def bukman_measure(runs):
    run = runs["moving"]
    return {f"skewness at t = {t:g}": Measured(run.grid("skewness_x", t, absolute=1e-3), run.walker("skewness_x", t, bias=0.01))
            for t in BUKMAN_AT}


def bukman_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["moving"]
    for k, color in zip((1, 2, 3, 4), look.SERIES):
        look.steps_of_walkers(left, run, 80, (-1.5, 2), k=k, label=None, color="0.5")
        left.plot(run.x, run.density(k), color=color, label=f"$t={run.time[k]:g}$")
    left.set(xlabel="$w-w^*$", ylabel="probability density", xlim=(-1.5, 2), ylim=(0, None))
    left.legend(title="density (lines),\nwalkers (steps)")
    t = np.linspace(0.01, 10, 200)
    right.plot(t, np.zeros_like(t), **look.SOURCE, label="source: symmetric at all times")
    right.plot(t, [bukman_skewness(s) for s in t], **look.EXACT, label="exact moments of (5)")
    right.plot(run.time, run.series("skewness_x"), "s", color=look.BLUE, label="density")
    look.points(right, run.time[1:], [run.walker("skewness_x", s) for s in run.time[1:]], label=r"walkers of (5) $\pm2$ s.e.")
    right.set(xlabel="time $t$", ylabel="skewness")
    right.legend()
    look.letters(panels)


# --- Theorem 8 ------------------------------------------------------------------------------

KL_KAPPAS = (2.0, 3.0, 5.0)
KL_BOXES = (1e4, 1e5, 1e6)
KL_THIN = 1.2
GROWTH = f"growth of KL with the box, d ln ΔKL/d ln R, κ = {KL_THIN:g}"


def kl_run(kappa, box=1e3):
    return Experiment("power_law", (f"model.parameters.kappa={kappa:g}", "model.interpretation=klimontovich",
                                    f"grid.w={{min: -{box:g}, max: {box:g}, cells: 4096, spacing: sinh, scale: 0.3}}",
                                    "time.snapshots={at: [1]}"))


KL = {f"κ = {k:g}": kl_run(k) for k in KL_KAPPAS} | {f"R = {R:g}": kl_run(KL_THIN, R) for R in KL_BOXES}


def kl_exact(kappa, eta=0.1):
    """KL(p || N(0, 1)) of Corollary 3's law with H = sg = 1, d = 1: from the entropy of Student's law
    with nu = 2 kappa - 1; finite for kappa > 3/2 only."""
    nu = 2 * kappa - 1
    scale2 = eta * kappa / nu
    entropy = (0.5 * np.log(scale2) + special.gammaln(nu / 2) + 0.5 * np.log(nu * np.pi) - special.gammaln(kappa)
               + kappa * (special.digamma(kappa) - special.digamma(nu / 2)))
    return -entropy + 0.5 * np.log(2 * np.pi) + 0.5 * eta * kappa / (2 * kappa - 3)


def kl_of(run):
    """The same from cell averages."""
    p, width = run.static("stationary_density"), np.diff(run.x_edge)
    mass = p * width
    square = mass * (run.x**2 + width**2 / 12)
    return np.sum(mass * np.log(np.maximum(p, 1e-300))) + 0.5 * np.log(2 * np.pi) + 0.5 * square.sum()


def growth_of(kl):
    """Exponent with which the increments of three values over boxes ten times as large grow."""
    return float(np.log10((kl[2] - kl[1]) / (kl[1] - kl[0])))


def kl_source(runs):
    return {GROWTH: 0.0}


def kl_corrected(runs):
    return {f"KL(p, N(0, 1)), κ = {k:g}": kl_exact(k) for k in KL_KAPPAS} | {GROWTH: 3 - 2 * KL_THIN}


def kl_measure(runs):
    found = {f"KL(p, N(0, 1)), κ = {k:g}": Measured(on_grid(kl_of(runs[f"κ = {k:g}"]))) for k in KL_KAPPAS}
    return found | {GROWTH: Measured(on_grid(growth_of([kl_of(runs[f"R = {R:g}"]) for R in KL_BOXES]), 1e-2))}


def kl_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    kappa = np.linspace(1.505, 6, 400)
    left.axvspan(0.5, 1.5, color=look.ORANGE, alpha=0.25, lw=0, label=r"allowed by $\kappa>d/2$, but infinite")
    left.plot(kappa, kl_exact(kappa), **look.EXACT, label="KL, exact")
    left.plot(KL_KAPPAS, [kl_of(runs[f"κ = {k:g}"]) for k in KL_KAPPAS], "s", color=look.BLUE, label="KL from the density")
    examples, delta = 1000, 0.05
    bound = np.sqrt((kl_exact(kappa) + np.log(examples / delta) + 2) / (2 * examples - 1))
    left.plot(kappa, 10 * bound, color=look.GREEN, label=r"10 $\times$ bound on the risk")
    left.set(xlabel=r"$\kappa$", ylabel="KL divergence (nats);  10 × risk", xlim=(0.4, 6), ylim=(0, 3))
    left.legend()
    right.loglog(KL_BOXES, [kl_of(runs[f"R = {R:g}"]) for R in KL_BOXES], "s", color=look.BLUE, label=rf"density, $\kappa={KL_THIN:g}$")
    R = np.array([KL_BOXES[0], KL_BOXES[-1]])
    right.loglog(R, kl_of(runs[f"R = {KL_BOXES[-1]:g}"]) * (R / R[-1]) ** (3 - 2 * KL_THIN), **look.EXACT, label=r"$R^{\,3-2\kappa}$")
    right.set(xlabel="half width $R$ of the box", ylabel="KL divergence from N(0, 1)")
    right.legend()
    look.letters(panels)


# --- The table ------------------------------------------------------------------------------

ROWS = (
    Row("theorem-2", KEY, "Theorem 2: the stationary law",
        "w_{t+1} = w_t − ηg(w_t) + ηξ_t, ξ_t ~ N(0, C(w_t)), has the stationary law p ∝ C^{−H/(ησ_H)} exp(… arctan …).",
        THEOREM2, theorem2_source, theorem2_measure, theorem2_draw, theorem2_corrected,
        correction="That law belongs to the paper's equation (5), which reads the noise as Klimontovich (Zwanzig). The iteration (3) is Itô's: "
                   "the exponent is −κ−1, κ = H/(ησ_H).",
        caption="κ = 2, ρ = 3, σ_g = 1, H = 1, η = 0.01. (a) The middle. (b) The tails."),
    Row("corollary-3", KEY, "Corollary 3: a power law",
        "For ρ = 0: p ∝ (1 + (σ_H/σ_g)(w−w*)²)^{−κ}, κ = H/(ησ_H).",
        COROLLARY, corollary_source, corollary_measure, corollary_draw, corollary_corrected, figure_size=(6.5, 3.8),
        also=("fokker fit power_law_walkers.h5",),
        correction="The iteration (3) that stands for SGD has the exponent κ+1.",
        caption="κ = 5, η = 0.005. On these axes the laws are straight lines."),
    Row("figure-5", KEY, "Figure 5: heavier tails for smaller κ",
        "The tail of p is the heavier the smaller κ is, and Gaussian for κ = ∞: p decays as |w|^{−2κ}.",
        FIG5, fig5_source, fig5_measure, fig5_draw,
        correction="So for equation (5); SGD's tail is |w|^{−2κ−2}. The paper calls κ the tail-index; the density's exponent is 2κ, "
                   "the survival function's 2κ−1.",
        caption="Equation (5), H/(ησ_g) = 200; the figure's own constants are not given. (a) Linear. (b) Logarithmic."),
    Row("kappa-batch", KEY, "κ from fits, against the batch size",
        "The exponent fitted to the parameters is κ = H/(ησ_H), and grows in proportion to the batch size.",
        BATCH_RUNS, batch_source, batch_measure, batch_draw, batch_corrected, figure_size=(6, 3.6),
        also=("fokker fit power_law_walkers.h5",),
        correction="σ_H falls as 1/b, so κ ∝ b; a fit to SGD finds κ + 1, which is not proportional to b.",
        caption="κ = 1.5 b, η = 0.005: exponents by maximum likelihood (fokker fit)."),
    Row("theorem-4", KEY, "Theorem 4: several parameters",
        "With C = Σ_g(1 + (w−w*)ᵀHΣ_g⁻¹(w−w*)/(ηκ)): p ∝ [1 + (w−w*)ᵀHΣ_g⁻¹(w−w*)/(ηκ)]^{−κ}.",
        THEOREM4, theorem4_source, theorem4_measure, theorem4_draw, theorem4_corrected, figure_size=(9, 3.8),
        correction="Again for equation (5) only, and if H and Σ_g commute; SGD has κ+1. It is normalisable for κ > d/2 only, and has a "
                   "variance for κ > d/2 + 1.",
        caption="H = [[2, ½], [½, 1]], Σ_g = 1, κ = 5, η = 0.1. (a) Levels 10⁻¹ … 10⁻⁵ of p over its maximum. (b) Marginal density."),
    Row("finite-times", KEY, "The law at finite times",
        "‘For any given time t’ the law is (1/Z(t)) [1 + (β(t)/κ)(w−μ(t))²]^{−κ}: symmetric about its centre.",
        BUKMAN, bukman_source, bukman_measure, bukman_draw, bukman_corrected,
        correction="That solves a nonlinear (porous-medium) equation. Equation (5) is linear, and from any start off centre its law is skewed; "
                   "its moments obey closed equations.",
        caption="Equation (5) with κ = 10, η = 0.1, start N(1, 0.1²). (a) The law on its way. (b) Its skewness."),
    Row("theorem-8", KEY, "Theorem 8: where the bound is finite",
        "A PAC-Bayes bound with the divergence KL(p, N(0, I)) holds for κ > d/2.",
        KL, kl_source, kl_measure, kl_draw, kl_corrected,
        correction="The divergence contains E|w|², which is infinite for κ ≤ d/2 + 1: the bound says nothing there.",
        caption="d = 1, H = σ_g = 1, η = 0.1, centre 0. (a) The divergence and √((KL + ln(N/δ) + 2)/(2N − 1)), N = 1000, δ = 0.05 (a usual "
                "form; the source's is not legible). (b) κ = 1.2: the divergence grows without limit with the box."),
)
