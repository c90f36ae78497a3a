# SPDX-License-Identifier: GPL-3.0-or-later
"""The experiments on escape, for check_experiments: experiments(Run, check, near, fokker, configs)."""
import math
import os
import re
import subprocess

import numpy as np
from scipy import integrate, linalg


def mean_time(L, D, alpha, start, end, lo=-8.0):
    """Exact mean first-passage time, b = -L', by quadrature on one dense grid (docs/theory.md 6.2)."""
    x = np.linspace(lo, end, 400001)
    psi = integrate.cumulative_trapezoid(np.gradient(L(x), x, edge_order=2) / D(x), x, initial=0)
    psi -= psi[np.searchsorted(x, start) - 1]
    log_inner = np.logaddexp.accumulate((alpha - 1) * np.log(D(x)) - psi) + np.log(x[1] - x[0])
    log_outer = psi - alpha * np.log(D(x)) + log_inner
    return integrate.trapezoid(np.where(x >= start, np.exp(log_outer), 0), x)


def arrival_probability(b, D, lo, start, end, t):
    """P(end is reached before t), reflected at lo, constant D: u'' and u' by central differences, symmetrised, all modes;
    two grids and Richardson. start lies on a node of both."""
    def once(n):
        h = (end - lo) / n
        x = lo + h * np.arange(n)
        up, down = D / h**2 + b(x) / (2 * h), D / h**2 - b(x) / (2 * h)
        up[0], down[0] = 2 * D / h**2, 0  # a mirror
        rate, mode = linalg.eigh_tridiagonal(-(up + down), np.sqrt(up[:-1] * down[1:]))
        weight = np.concatenate([[0], 0.5 * np.cumsum(np.log(up[:-1] / down[1:]))])
        at = round((start - lo) / h)
        # u = Integral_0^t exp(sA) ds source, A = W^-1 S W with W = e^weight, S symmetric
        source = np.exp(weight[-1] - weight[at]) * up[-1]
        return source * mode[at] @ (mode[-1] * np.expm1(rate * t) / rate)

    coarse, fine = once(825), once(1650)
    return (4 * fine - coarse) / 3


def table(text):
    """What `fokker escape` printed: {way: (time or None, the rest of its line)}."""
    rows = (re.split(r"\s{2,}", line.strip(), maxsplit=2) for line in text.split("\n"))
    return {row[0]: (None if row[1] == "-" else float(row[1]), row[2]) for row in rows if len(row) == 3}


def z_of(row):
    return float(row[1].split("z = ")[1].split()[0])


def experiments(Run, check, near, fokker, configs):
    def escape(name, *settings, options=()):
        """The table of `fokker escape`."""
        sets = [part for setting in settings for part in ("--set", setting)]
        result = subprocess.run([fokker, "escape", os.path.join(configs, name + ".yaml"), "-q", *options, *sets], capture_output=True, text=True)
        check(result.returncode == 0, f"fokker escape {name}: {result.stderr.strip()}")
        return table(result.stdout)

    def tau(run):
        return float(run.attributes["mean_escape_time"])

    def kramers():
        for target, exact in (("0", 7.9340215400), ("1", 19.0938969968)):
            run = Run("kramers", f"analysis.escape.to=x > {target}", f"grid.x.align=[{target}]")
            near(tau(run), exact, 1e-6, f"{run.name}: the known time")
            error = abs(tau(run) / exact - 1)
            estimate = run.attributes["mean_escape_time_space_error"] / tau(run)
            check(error / 3 < estimate < 3 * error, f"{run.name}: space error {error:.2g}, estimated {estimate:.2g}")
            near(run.attributes["mean_escape_time_extrapolated"], exact, 1e-9, f"{run.name}: extrapolated")
            t, s = run["exit_time"], run["survival"]
            total = t[0] * 1 + integrate.trapezoid(s * t, np.log(t))  # S = 1 before; dt = t d(ln t)
            tail = s[-1] / run.attributes["quasi_stationary_rate"]
            near(total + tail, tau(run), 3e-3, f"{run.name}: area under the survival curve")
            flow = -np.gradient(s, t, edge_order=2)
            middle = (s < 0.99) & (s > 0.2)
            check(abs(run["exit_density"][middle] / flow[middle] - 1).max() < 0.03, f"{run.name}: exit density is -dS/dt")
        ratios, products = [], []
        for theta in (0.05, 0.025, 0.0125, 0.00625):
            run = Run("kramers", f"model.parameters.Theta={theta}", "time.snapshots={at: [1]}")
            half = math.pi / math.sqrt(2) * math.exp(1 / (4 * theta))
            ratios.append(tau(run) / half)
            products.append(run.attributes["slowest_rate"] * tau(run))
            exact = mean_time(lambda x: x**4 / 4 - x * x / 2, lambda x: theta + 0 * x, 0, -1, 0, lo=-3)
            near(run.attributes["mean_escape_time_extrapolated"], exact, 2e-5, f"{run.name}: against quadrature")
        # the ratio's first correction is proportional to Theta: Richardson of the last two
        check(all(1 < b < a for a, b in zip(ratios, ratios[1:])), f"kramers: ratios to Kramers fall to 1: {ratios}")
        check(abs(2 * ratios[-1] - ratios[-2] - 1) < 2e-3, f"kramers: the ratio goes to 1: {ratios}")
        check(abs(2 * products[-1] - products[-2] - 1) < 2e-3, f"kramers: slowest rate x time to the saddle goes to 1: {products}")
        crossing = Run("kramers", "model.parameters.Theta=0.0125", "analysis.escape.to=x > 0.5", "grid.x.align=[0.5]")
        near(crossing.attributes["slowest_rate"] * tau(crossing), 2, 0.02, "kramers: slowest rate x crossing time goes to 2")
        check(crossing.attributes["metastable_basins"] == 2, "kramers: two basins")
        # e^893, and a clock that runs 1e130 times faster
        cold = Run("kramers", "model.parameters.Theta=2.8e-4", "analysis.modes=0", "time.snapshots={at: [1]}", "time.tolerance=1e-5")
        exact = (1 / (4 * 2.8e-4) + math.log(math.pi / math.sqrt(2))) / math.log(10)
        check(abs(cold.attributes["mean_escape_time_log10"] - exact) < 1e-3, f"{cold.name}: log10 of the time {cold.attributes['mean_escape_time_log10']:.6g}, Kramers {exact:.6g}")
        check(abs(cold.attributes["quasi_stationary_rate_log10"] + cold.attributes["mean_escape_time_log10"]) < 1e-6, f"{cold.name}: quasi-stationary rate")
        fast = Run("kramers", "model.loss=1e130*(x^4/4 - x^2/2)", "model.parameters.Theta=0.2e130", "time.snapshots={at: [1e-130]}")
        near(tau(fast) * 1e130, 7.9340215400, 1e-6, f"{fast.name}: a fast clock")
        rows = escape("kramers")
        near(rows["exact double integral"][0], 7.9340215400, 1e-8, "kramers: integral")
        near(rows["Kramers, crossing"][0], 15.50719, 1e-6, "kramers: the formula")
        near(rows["Kramers, to the saddle"][0], 15.50719 / 2, 1e-6, "kramers: half of it")
        check(abs(z_of(rows["SDE walkers"])) < 4, f"kramers: SDE walkers {rows['SDE walkers']}")
        # steps of finite size are seen beyond the saddle only: as if it lay 0.5826 steps further (Siegmund 1979)
        seen, step = rows["SGD walkers, normal noise"][0], 0.01 * math.sqrt(2 * 0.2 / 0.01)
        later = mean_time(lambda x: x**4 / 4 - x * x / 2, lambda x: 0.2 + 0 * x, 0, -1, 0.5826 * step, lo=-3)
        near(seen, later, 0.04, "kramers: SGD steps of 0.06, four errors of the mean")

    def power_law_escape():
        L, D = lambda x: x**4 / 4 - x * x / 2, lambda x: 1 + (x * x - 1) ** 2
        for alpha, name in ((0, "ito"), (0.5, "stratonovich"), (1, "klimontovich")):
            ratios = []
            for kappa in (10, 25, 50):
                eta = 1 / (2 * kappa)
                run = Run("power_law_escape", f"model.parameters.kappa={kappa}", f"model.interpretation={name}", "time.snapshots={at: [1]}")
                near(run.attributes["mean_escape_time_extrapolated"], mean_time(L, lambda x: eta / 2 * D(x), alpha, -1, 0, lo=-6), 2e-5, f"{run.name}: against quadrature")
                power = kappa + 0.5 - alpha
                ratios.append(tau(run) / (math.pi * kappa * 2**power / (power * math.sqrt(2))))
            check(abs(ratios[2] - 1) < abs(ratios[1] - 1) < abs(ratios[0] - 1), f"power_law_escape {name}: ratio to the corrected half crossing {ratios}")
            check(abs(2 * ratios[2] - ratios[1] - 1) < 4e-3, f"power_law_escape {name}: the ratio goes to 1: {ratios}")
            rows = escape("power_law_escape", f"model.interpretation={name}", options=["--no-monte-carlo"])
            source = 2 * math.pi * 2**9.5 / (0.95 * math.sqrt(2))
            near(rows["power law, source, crossing"][0], source, 1e-5, f"power_law_escape {name}: the source's formula")
            near(rows["power law, corrected, crossing"][0] / source, {0: 2 * 0.95 / 1.05, 0.5: 2**0.5 * 0.95, 1: 1}[alpha], 1e-5, f"power_law_escape {name}: corrected over source")
        for alpha, name in ((0, "ito"), (0.5, "stratonovich"), (1, "klimontovich")):
            rows = escape("power_law_escape", f"model.interpretation={name}", "model.parameters.kappa=3", options=["--walkers", "4000"])
            check(abs(z_of(rows["SDE walkers"])) < 4, f"power_law_escape {name}: SDE walkers {rows['SDE walkers']}")

    def table_1():
        def times(key, values, *settings):
            return np.array([tau(Run("table_1", f"model.parameters.{key}={v}", *settings, "time.snapshots={at: [0.001]}")) for v in values])
        heights, widths = np.array([1.0, 1.5, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])
        T = 0.02 * 10 / 2
        langevin, law = times("height", heights), times("height", heights, "model.parameters.kind=1")
        slope = np.polyfit(heights, np.log(langevin * heights), 1)[0]
        near(slope, 1 / T, 0.02, f"table_1: Langevin is exponential in the height, rate {slope:.4g}, expected 2/(eta s) = 10")
        A = 1 + 2 * heights / (8 * 0.02 * 10)
        power = np.polyfit(np.log(A), np.log(law * heights), 1)[0]
        near(power, 8.5, 0.05, f"table_1: power law is polynomial in the height, exponent {power:.4g}, expected kappa + 1/2")
        check(np.log(langevin[-1] / langevin[0]) > 2 * np.log(law[-1] / law[0]), "table_1: Langevin grows faster than the power law")
        for kind in (0, 1):
            power = np.polyfit(np.log(widths), np.log(times("width", widths, f"model.parameters.kind={kind}")), 1)[0]
            near(power, 2, 1e-3, f"table_1: kind {kind}, square of the width")

        for alpha in (1, 1.5):  # Levy noise: by one jump, with the error of small noise
            noise = "model.noise={stable: {alpha: %g, sigma: %g}}" % (alpha, 0.5 if alpha > 1 else 0.05)
            s = 0.02 ** ((alpha - 1) / alpha) * (0.5 if alpha > 1 else 0.05)
            jump = alpha * math.pi / (math.gamma(1 + alpha) * math.sin(math.pi * alpha / 2) * s**alpha)
            levy = times("height", heights, noise)
            check(abs(np.log(levy[-1] / levy[0])) < 0.08, f"table_1: alpha = {alpha}, independent of the height: {levy}")
            near(levy[-1], jump, 0.06, f"table_1: alpha = {alpha}, the time of one jump")
            levy = [times("width", [w], f"model.parameters.height={3 * w * w}", noise)[0] for w in (1, 2, 4)]
            power = np.polyfit(np.log([1, 2, 4]), np.log(levy), 1)[0]
            near(power, alpha, 0.03, f"table_1: alpha = {alpha}, the width to this power, at fixed curvature")
        rows = escape("table_1", "model.noise={stable: {alpha: 1.5, sigma: 1}}", options=["--walkers", "2000"])
        check(abs(z_of(rows["SDE walkers"])) < 4, f"table_1: Levy walkers {rows['SDE walkers']}")

    def rare_escape():
        for theta, settings in ((0.045, ()), (0.03, ("model.parameters.Theta=0.03", "analysis.escape.splitting.walkers=10000"))):
            run = Run("rare_escape", *settings)
            exact = arrival_probability(lambda x: x - x**3, theta, -2.4, -1, 0.9, 2)
            density, extrapolated = (run.attributes["reach_probability" + part] for part in ("", "_extrapolated"))
            near(extrapolated, exact, 3e-4, f"{run.name}: the density's probability, extrapolated")
            estimate = run.attributes["reach_probability_space_error"] / exact
            error = abs(density / exact - 1)
            check(error / 2 < estimate < 2 * error, f"{run.name}: space error {error:.2g}, estimated {estimate:.2g}")
            split, spread, z = (run.attributes["mc_reach_" + name] for name in ("probability", "probability_error", "z"))
            check(abs(split - exact) < 3 * spread < 0.3 * exact, f"{run.name}: by splitting {split:.4g} +- {spread:.2g}, expected {exact:.4g}")
            near(z, (split - extrapolated) / spread, 1e-9, f"{run.name}: z")
            p, reached = run["splitting_fraction"], run["splitting_reached"]
            check(len(p) == 18 and p.min() > 0.2 and p.max() < 0.97, f"{run.name}: every level is passed by some and not by all: {p}")
            near(reached[-1], split, 1e-12, f"{run.name}: the last level is the target")
            near(np.prod(p), split, 0.1, f"{run.name}: the product of the mean fractions")
            check(abs(run["splitting_upper"] - np.linspace(-1, 0.9, 19)[1:]).max() < 1e-12, f"{run.name}: levels from the start to the edge")

    def escape_of_sgd():
        def theta(G):  # ln cosh t = t G, by halving
            lo, hi = G, 2 + 2 / (1 - G)
            for _ in range(100):
                t = (lo + hi) / 2
                lo, hi = (lo, t) if math.log(math.cosh(t)) > t * G else (t, hi)
            return lo
        parts = 4000
        barrier = sum(theta(x - x**3) for x in ((k + 0.5) / parts for k in range(parts))) / parts
        near(barrier, 0.537587, 1e-5, "escape_of_sgd: the barrier by halving")
        for eta, steps, within in ((0.1, 5735.5, 0.4), (0.05, 2.3437e6, 300), (0.025, 2.1124e11, 1e8)):
            rows = escape("escape_of_sgd", f"model.learning_rate={eta}", options=["--no-monte-carlo"])
            seen, remark = rows["SGD itself"]
            check(abs(seen - steps) <= within, f"escape_of_sgd: {seen} steps at {eta}, expected {steps} +- {within}")
            error = float(remark.split("+- ")[1].split()[0])
            check(abs(seen - steps) < error + within and error < 0.01 * steps, f"escape_of_sgd: its error at {eta}: {error}")
            high, other = rows["barrier by the exponent of SGD"]
            near(high, barrier / eta, 1e-5, f"escape_of_sgd: barrier at {eta}")
            near(float(other.split("equation ")[1].split(";")[0]), 0.5 / eta, 1e-5, f"escape_of_sgd: the equation's at {eta}")
        rows = escape("escape_of_sgd")
        z = float(rows["SGD walkers"][1].split("itself z = ")[1])
        check(abs(z) < 4, f"escape_of_sgd: walkers against the process itself, z = {z}")
        run = Run("escape_of_sgd", "model.batch_size=2", "time.snapshots=[1]")
        x, slope, U = run["x"], run["sgd_exponent"], run["sgd_quasipotential"]
        G = x**3 - x
        inside = (abs(G) > 0.01) & (abs(G) < 0.99)
        one = slope[inside] * 0.05
        check(abs(np.log(np.cosh(one)) - one * G[inside]).max() < 1e-12, f"{run.name}: cosh(theta) exp(-theta G) = 1, theta of one draw")
        check((slope[G < -1] == -np.inf).all() and (U[G < -1] == np.inf).all() and np.isfinite(U[abs(G) < 1]).all(), f"{run.name}: where all gradients have one sign")
        check(abs(run["equation_exponent"] - 40 * G).max() < 1e-10, f"{run.name}: 2 G / (eta C_B)")
        well, top = np.argmin(U), np.argmax(np.where(abs(x) < 0.5, U, -1))
        near(U[top] - U[well], 20 * barrier, 1e-4, f"{run.name}: height of the quasi-potential")
        near(run["equation_quasipotential"][top], 10, 1e-4, f"{run.name}: the equation's")

    return [kramers, power_law_escape, table_1, rare_escape, escape_of_sgd]
