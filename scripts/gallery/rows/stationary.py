# SPDX-License-Identifier: GPL-3.0-or-later
"""D. McAllester, TTIC 31230: stationary distributions and temperature."""
import numpy as np
from scipy import integrate, special

from fokker.marks import current_arrows, histogram, loss_contours, plane_image

from .. import drawing as look
from ..results import cumulative_of, law_on, rebinned
from ..row import Experiment, Measured, Row, by_walkers, law_of_walkers, law_on_grid, on_grid
from ..theory import lyapunov, sgd_covariance, slope

KEY = "stationary"

# --- Gibbs in one dimension -----------------------------------------------------------------

GIBBS_ETA, GIBBS_SIGMA2 = 0.02, 20.0


def gibbs_loss(x):
    return (x**2 - 1) ** 2 / 4 + x / 10


def gibbs_run(eta, walkers):
    return Experiment("gibbs", (f"model.parameters.eta={eta}", f"model.parameters.sigma=sqrt({GIBBS_SIGMA2:g})",
                                "time.snapshots={at: [1, 5, 20, 60]}"), walkers)


def temperature(run):
    """Theta of p ~ exp(-L/Theta): slope of L over -ln p, weighted with p."""
    p = run.static("stationary_density")
    return 1 / slope(run.static("loss"), -np.log(p), p * np.diff(run.x_edge))


def gibbs_source(runs):
    return {"stationary law": runs["hot"].law_of(lambda x: -2 * gibbs_loss(x) / (GIBBS_ETA * GIBBS_SIGMA2)),
            "temperature at η = 0.02": GIBBS_ETA * GIBBS_SIGMA2 / 2,
            "temperature at η = 0.01": GIBBS_ETA * GIBBS_SIGMA2 / 4}


def gibbs_measure(runs):
    # A finite step widens a well of curvature h by the factor 1 + eta h/2 in variance: KS distance
    # 0.24 eta h/4 of a normal law; h = 2 here, and twice that is allowed.
    bias = 0.12 * GIBBS_ETA * 2
    return {"stationary law": Measured(runs["hot"].stationary_law(), runs["hot"].walkers_law(bias=bias)),
            "temperature at η = 0.02": Measured(on_grid(temperature(runs["hot"]))),
            "temperature at η = 0.01": Measured(on_grid(temperature(runs["cold"])))}


def gibbs_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["hot"]
    look.steps_of_walkers(left, run, 60, (-2.4, 2.2), label="SGD, normal noise")
    left.plot(run.x, run.static("stationary_density"), **look.GRID, label="density, stationary")
    left.plot(run.x, run.averages_of(lambda x: -2 * gibbs_loss(x) / (GIBBS_ETA * GIBBS_SIGMA2)),
              **look.EXACT, label=r"$e^{-2L/\eta\sigma^2}/Z$")
    left.set(xlabel="parameter $x$", ylabel="probability density $p$", xlim=(-2.4, 2.2), ylim=(0, None))
    left.legend(loc="upper right")
    for name, color in (("hot", look.BLUE), ("cold", look.VERMILION)):
        run = runs[name]
        loss, p = run.static("loss"), run.static("stationary_density")
        seen = loss < 1.2
        eta = run.at("learning_rate")
        right.plot(loss[seen], -np.log(p[seen]) + np.log(p.max()), ".", ms=3, color=color,
                   label=rf"density, $\eta={eta:g}$")
        line = np.array([loss.min(), 1.2])
        right.plot(line, (line - loss.min()) * 2 / (eta * GIBBS_SIGMA2), color="k", lw=0.8, ls=":")
    right.plot([], [], color="k", lw=0.8, ls=":", label=r"slope $2/\eta\sigma^2$")
    right.set(xlabel="loss $L$", ylabel=r"$-\ln(p/p_{\max})$", ylim=(0, None))
    right.legend()
    look.letters(panels)


# --- Diffusion flow -------------------------------------------------------------------------

FLOW_T = 0.02


def flow_alpha(run, variance):
    """alpha of J = -alpha eta sigma^2 p' from the variance 2 alpha (eta sigma)^2 k + 0.01 at k = 200."""
    return (variance - 0.01) / (2 * FLOW_T**2 * 200)


def flow_source(runs):
    return {"α = 2∫uΦ(−u)du, by quadrature": 0.5, "α from the current and the slope": 0.5,
            "α from the growth of the variance": 0.5}


def flow_measure(runs):
    run = runs["flow"]
    integral = 2 * integrate.quad(lambda u: u * special.ndtr(-u), 0, np.inf)[0]
    p, current = run.row("density", -1), run.row("flux", -1)[1:-1]
    gradient = np.diff(p) / np.diff(run.x)
    ratio = -slope(FLOW_T**2 * gradient, current, gradient**2)
    error = float(run.errors("mc_variance_x")[-1]) / (2 * FLOW_T**2 * 200)
    return {"α = 2∫uΦ(−u)du, by quadrature": Measured(on_grid(integral, 1e-8)),
            "α from the current and the slope": Measured(on_grid(ratio)),
            "α from the growth of the variance": Measured(
                on_grid(flow_alpha(run, run.at("variance_x"))),
                by_walkers(flow_alpha(run, run.at("mc_variance_x")), error))}


def flow_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["flow"]
    p, current = run.row("density", -1), run.row("flux", -1)[1:-1]
    gradient = FLOW_T**2 * np.diff(p) / np.diff(run.x)
    left.plot(gradient[::8], current[::8], ".", ms=4, color=look.BLUE, label="density, 200 steps")
    ends = np.array([gradient.min(), gradient.max()])
    left.plot(ends, -0.5 * ends, **look.EXACT, label=r"$J=-\frac{1}{2}\,\eta^2\sigma^2\,\partial_x p$")
    left.set(xlabel=r"$\eta^2\sigma^2\,\partial p/\partial x$  (per step)", ylabel="current $J$  (per step)")
    left.legend()
    right.plot(run.time, 0.01 + FLOW_T**2 * run.time, **look.EXACT, label=r"$2\alpha\eta^2\sigma^2 k+0.01,\ \alpha=1/2$")
    right.plot(run.time, run.series("variance_x"), **look.GRID, label="density")
    look.dots(right, run.time, run.series("mc_variance_x"), run.errors("mc_variance_x"), label=r"SGD $\pm2$ s.e.")
    right.set(xlabel="SGD steps $k$", ylabel="variance of $x$")
    right.legend()
    look.letters(panels)


# --- Two temperatures, and forcing one ------------------------------------------------------

TWO_ETA = 0.01


def two_law_y(run):
    return law_on(run.y_edge, lambda y: -((y**2 - 1) ** 2) / 4 / 0.4)


def two_source(runs):
    return {"variance of x": 0.1, "law of y": two_law_y(runs["two"]), "temperature of y over that of x": 4.0,
            "covariance of x and y": 0.0}


def two_measure(runs):
    run = runs["two"]
    marginal = run.row("marginal_y", -1)
    seen = marginal > 1e-6 * marginal.max()
    hot = 1 / slope(((run.y**2 - 1) ** 2 / 4)[seen], -np.log(marginal[seen]), marginal[seen])
    law = cumulative_of(marginal * np.diff(run.y_edge))
    return {"variance of x": Measured(run.grid("variance_x"), run.walker("variance_x", bias=0.1 * TWO_ETA)),
            "law of y": Measured(law_on_grid(law, 1e-3), law_of_walkers(cumulative_of(run.marginal_of_walkers("y")), run.count, 0.12 * TWO_ETA * 2)),
            "temperature of y over that of x": Measured(on_grid(hot / run.at("variance_x"), 5e-3)),
            "covariance of x and y": Measured(run.grid("variance_xy", absolute=1e-6), run.walker("variance_xy"))}


def two_draw(figure, runs):
    run = runs["two"]
    plane, x_axes, y_axes = panels = figure.subplots(1, 3)
    image = plane_image(run, plane, run.row("density", -1))
    figure.colorbar(image, ax=plane, label="density $p(x,y)$")
    plane.set(xlabel="$x$", ylabel="$y$", xlim=(-1.5, 1.5), ylim=(-2.5, 2.5))
    for axes, name, edges, middle, law in (
            (x_axes, "x", run.x_edge, run.x, np.exp(-run.x**2 / 0.2)),
            (y_axes, "y", run.y_edge, run.y, np.exp(-((run.y**2 - 1) ** 2) / 1.6))):
        walkers = rebinned(edges, cumulative_of(run.marginal_of_walkers(name)), run.count, 48)
        histogram(axes, *walkers, label="SGD, normal noise")
        axes.plot(middle, run.row(f"marginal_{name}", -1), **look.GRID, label="density")
        axes.plot(middle, law / (law * np.diff(edges)).sum(), **look.EXACT, label="source")
        axes.set(xlabel=f"${name}$", ylabel=f"marginal density of ${name}$", ylim=(0, None))
    y_axes.set_ylim(0, 0.62)
    y_axes.legend(loc="upper center")
    look.letters(panels)


def forced_log(x, y):
    return -5 * ((x**2 - 1) ** 2 / 2 + (y - x / 2) ** 2)


def forced_loss(runs):
    """E L under the Gibbs law, by quadrature."""
    run = runs["forced"]
    loss = run.static("loss")
    return float((run.plane_of(forced_log) * loss * run.areas).sum())


def forced_source(runs):
    return {"distance of the density from the Gibbs law (total variation)": 0.0, "expected loss": forced_loss(runs),
            "largest stationary current": 0.0}


def forced_measure(runs):
    run = runs["forced"]
    off = 0.5 * (abs(run.static("stationary_density") - run.plane_of(forced_log)) * run.areas).sum()
    return {"distance of the density from the Gibbs law (total variation)": Measured(on_grid(off, 0, 1e-5)),
            "expected loss": Measured(run.grid("mean_loss"), run.walker("mean_loss", bias=0.03 * forced_loss(runs))),
            "largest stationary current": Measured(on_grid(run.number("stationary_current"), 0, 1e-12))}


def forced_draw(figure, runs):
    run = runs["forced"]
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    gibbs, equal = run.plane_of(forced_log), runs["equal rates"].static("stationary_density")
    top = max(gibbs.max(), equal.max())
    titles = ("source: $e^{-2L/\\eta'}/Z$", "density, forced rates", "density, one rate for both")
    for axes, p, title in zip(panels, (gibbs, run.static("stationary_density"), equal), titles):
        image = plane_image(run, axes, p, vmin=0, vmax=top)
        loss_contours(run, axes, 8)
        axes.set(xlabel="$x$")
        axes.set_title(title, loc="left")
    panels[0].set_ylabel("$y$")
    figure.colorbar(image, ax=panels, label="stationary density", pad=0.01)


# --- Quadratic loss -------------------------------------------------------------------------

QUADRATIC_ETA = 0.05


def quadratic_source(runs):
    return {"variance, equation": QUADRATIC_ETA / 4, "variance, SGD": QUADRATIC_ETA / 4}


def quadratic_corrected(runs):
    return {"variance, equation": QUADRATIC_ETA / 2, "variance, SGD": QUADRATIC_ETA / (2 - QUADRATIC_ETA)}


def quadratic_measure(runs):
    run = runs["quadratic"]
    return {"variance, equation": Measured(run.grid("variance_x")),
            "variance, SGD": Measured(walkers=run.walker("variance_x"))}


def quadratic_draw(figure, runs):
    axes = figure.subplots()
    run = runs["quadratic"]
    look.steps_of_walkers(axes, run, 60, (-0.7, 0.7), label="SGD, normal noise")
    axes.plot(run.x, run.row("density", -1), **look.GRID, label="density")
    for name, variance, style in (("source: exponent $2\\Phi^2/\\eta\\sigma^2$", QUADRATIC_ETA / 4, look.SOURCE),
                                  ("corrected: $\\Phi^2/\\eta\\sigma^2$", QUADRATIC_ETA / 2, look.EXACT)):
        axes.plot(run.x, np.exp(-run.x**2 / 2 / variance) / np.sqrt(2 * np.pi * variance), **style, label=name)
    axes.set(xlabel=r"parameter $\Phi$", ylabel="stationary density", xlim=(-0.7, 0.7), ylim=(0, None))
    axes.legend()


HESSIAN = np.array([[2, 0.5], [0.5, 1]])
NOISE = np.array([[1, -0.3], [-0.3, 0.5]])
HESSIAN_ETA = 0.1
ENTRIES = {"variance of x": (0, 0), "covariance": (0, 1), "variance of y": (1, 1)}
PRODUCTION = "entropy production of the stationary state"


def hessian_slide():
    """The slide's law taken back to the original coordinates: eta/4 H^-1 C H^-1."""
    inverse = np.linalg.inv(HESSIAN)
    return HESSIAN_ETA / 4 * inverse @ NOISE @ inverse


def hessian_source(runs):
    X = hessian_slide()
    return {f"{name}, {what}": X[at] for name, at in ENTRIES.items() for what in ("equation", "SGD")} | {PRODUCTION: 0.0}


def hessian_corrected(runs):
    X, chain = lyapunov(HESSIAN, NOISE, HESSIAN_ETA), sgd_covariance(HESSIAN, NOISE, HESSIAN_ETA)
    D = HESSIAN_ETA / 2 * NOISE
    R = -HESSIAN + D @ np.linalg.inv(X)  # the current is R x p
    production = np.trace(np.linalg.inv(D) @ R @ X @ R.T)
    return ({f"{name}, equation": X[at] for name, at in ENTRIES.items()}
            | {f"{name}, SGD": chain[at] for name, at in ENTRIES.items()} | {PRODUCTION: production})


def hessian_measure(runs):
    run = runs["correlated"]
    found = {}
    for name, series in zip(ENTRIES, ("variance_x", "variance_xy", "variance_y")):
        found[f"{name}, equation"] = Measured(run.grid(series))
        found[f"{name}, SGD"] = Measured(walkers=run.walker(series))
    return found | {PRODUCTION: Measured(on_grid(run.number("stationary_entropy_production"), 5e-3))}


def ellipse(axes, X, label, **style):
    """Where x^T X^-1 x = 1."""
    angle = np.linspace(0, 2 * np.pi, 200)
    x, y = np.linalg.cholesky(X) @ np.array([np.cos(angle), np.sin(angle)])
    axes.plot(x, y, label=label, **style)


def hessian_draw(figure, runs):
    left, right = panels = figure.subplots(1, 2)
    run = runs["correlated"]
    image = plane_image(run, left, run.row("density", -1))
    figure.colorbar(image, ax=left, label="stationary density")
    current_arrows(run, left, -1, across=32)
    left.set(xlabel="$x$", ylabel="$y$", xlim=(-0.6, 0.6), ylim=(-0.65, 0.65))
    chain = [[run.at("mc_variance_x"), run.at("mc_variance_xy")], [run.at("mc_variance_xy"), run.at("mc_variance_y")]]
    ellipse(right, hessian_slide(), "source", **look.SOURCE)
    ellipse(right, lyapunov(HESSIAN, NOISE, HESSIAN_ETA), "corrected: $HX+XH=\\eta C$", **look.EXACT)
    ellipse(right, sgd_covariance(HESSIAN, NOISE, HESSIAN_ETA), "exact for SGD", color="k", lw=0.8)
    ellipse(right, np.array(chain), "SGD, normal noise", color=look.VERMILION, lw=2.5, alpha=0.5)
    right.set(xlabel="$x$", ylabel="$y$", aspect="equal")
    right.legend(loc="center left", bbox_to_anchor=(1, 0.5), title="one standard deviation")
    look.letters(panels)


# --- The table ------------------------------------------------------------------------------

ROWS = (
    Row("gibbs", KEY, "Constant noise in one dimension: a Gibbs law",
        "The stationary density is p = exp(−2L/(ησ²))/Z, ‘a Gibbs distribution with η as temperature’.",
        {"hot": gibbs_run(GIBBS_ETA, 200000), "cold": gibbs_run(GIBBS_ETA / 2, 0)},
        gibbs_source, gibbs_measure, gibbs_draw,
        correction="The temperature is ησ²/2: proportional to η, not equal to it.",
        caption="L = (x²−1)²/4 + x/10, σ² = 20. (a) Stationary law at η = 0.02. (b) −ln p over the loss is a "
                "straight line whose slope is one over the temperature."),
    Row("diffusion-flow", KEY, "The constant of the diffusion flow is one half",
        "Diffusion flow = −αησ² dρ/dx with α = 2∫_{0}^{∞} uΦ(−u)du = 1/2.",
        {"flow": Experiment("pure_diffusion", (), 200000)}, flow_source, flow_measure, flow_draw,
        caption="No gradient, σ = 1, η = 0.02, start N(1, 0.1²). (a) Current over the slope of the density after 200 "
                "steps. (b) Growth of the variance."),
    Row("two-temperatures", KEY, "Two temperatures",
        "Independent parameters with different noise: p = exp(−2L(x)/(ησₓ²) − 2L(y)/(ησ_y²))/Z, ‘not a Gibbs distribution’.",
        {"two": Experiment("two_temperatures", (f"model.learning_rate={TWO_ETA}", "time.snapshots={at: [1, 10, 30]}",
                                                "model.noise.covariance=[[20, 0], [0, 80]]"), 100000)},
        two_source, two_measure, two_draw, figure_size=(10.5, 3.3),
        caption="L = x²/2 + (y²−1)²/4, noise (20, 80), η = 0.01. (a) The density. (b, c) Its marginals: temperatures 0.1 and 0.4."),
    Row("forced-gibbs", KEY, "Forcing a Gibbs law",
        "Learning rates ηᵢ = η′/σᵢ² give p = exp(−2L/η′)/Z (derived for separable losses).",
        {"forced": Experiment("forced_gibbs", ("model.noise.covariance=[[40, 0], [0, 160]]", "model.learning_rate=[0.01, 0.0025]",
                                               "time.snapshots={at: [100, 1000, 16000]}"), 50000),
         "equal rates": Experiment("forced_gibbs", ("model.noise.covariance=[[40, 0], [0, 160]]", "model.learning_rate=0.005",
                                                    "time.snapshots={at: [1000]}"))},
        forced_source, forced_measure, forced_draw, figure_size=(10.5, 3.5),
        correction="It holds for any coupled loss too, as here, as long as Σ is diagonal and constant.",
        caption="The coupled loss (x²−1)²/2 + (y−x/2)², noise (40, 160). Left: the law. Middle: the density with η = (0.01, "
                "0.0025). Right: the same noise with η = 0.005 for both is no Gibbs law."),
    Row("quadratic-factor", KEY, "Quadratic loss: the factor in the exponent",
        "In coordinates where the Hessian is the identity, p ∝ exp(−Σ 2Φᵢ²/(ησᵢ²)): variance ησ²/4.",
        {"quadratic": Experiment("batch_scaling", (f"model.parameters.eta0={QUADRATIC_ETA}", "model.parameters.B=1",
                                                   "time.snapshots={at: [1, 20]}"), 200000)},
        quadratic_source, quadratic_measure, quadratic_draw, quadratic_corrected, figure_size=(6, 3.4),
        correction="With Hessian 1 the loss is Φ²/2, so p ∝ exp(−Σ Φᵢ²/(ησᵢ²)): variance ησ²/2 (SGD itself: ησ²/(2−η)).",
        caption="L = Φ²/2, σ = 1, η = 0.05."),
    Row("hessian-identity", KEY, "‘Without loss of generality the Hessian is the identity’",
        "One can change coordinates so that the Hessian is the identity; the stationary law is then Gaussian along the noise's "
        "eigenvectors, without a current.",
        {"correlated": Experiment("correlated_noise", ("time.snapshots={at: [0.5, 20]}",), 400000)},
        hessian_source, hessian_measure, hessian_draw, hessian_corrected, figure_size=(9.5, 3.6),
        correction="SGD is not covariant: in y = H^{1/2}x its drift is −Hy, not −y. The law is N(0, X) with HX + XH = ηC, and "
                   "where H and C do not commute a current circulates.",
        caption="H = [[2, ½], [½, 1]], C = [[1, −0.3], [−0.3, ½]], η = 0.1. (a) Density and current. (b) One standard deviation."),
)
