# SPDX-License-Identifier: GPL-3.0-or-later
"""Experiments whose model depends on the time t. Part of check_experiments."""
import numpy as np
from scipy import integrate


def rotating_trap_exact(times, a=1, b=4, w=1, T=0.5):
    """variance_x, variance_xy, variance_xy, variance_y and work of configs/rotating_trap.yaml: dS/dt = -K S - S K + 2 T,
    d<W>/dt = tr(dK/dt S)/2, K turned by the angle w t."""
    turn = np.array([[0, -1], [1, 0]])

    def rate(t, z):
        c, s = np.cos(w * t), np.sin(w * t)
        R, S = np.array([[c, -s], [s, c]]), z[:4].reshape(2, 2)
        K = R @ np.diag([a, b]) @ R.T
        return np.r_[(-K @ S - S @ K + 2 * T * np.eye(2)).ravel(), 0.5 * w * np.trace((turn @ K - K @ turn) @ S)]

    start = [T / a, 0, 0, T / b, 0]
    return integrate.solve_ivp(rate, (0, max(times)), start, t_eval=times, rtol=1e-11, atol=1e-13).y


def experiments(Run, check, near):
    def driven_harmonic():
        run = Run("driven_harmonic")
        t, a, w = run["time"], 0.8, 2
        mean = np.exp(-t) + a * (np.cos(w * t) + w * np.sin(w * t) - np.exp(-t)) / (1 + w * w)
        variance = 0.5 - 0.25 * np.exp(-2 * t)
        for name, exact in (("mean_x_extrapolated", mean), ("variance_x_extrapolated", variance)):
            error = np.abs(run[name] - exact).max()
            check(error < 1e-7, f"driven_harmonic: {name} off by {error:.2g}")
        check(np.abs(run["mean_x"] - mean).max() < 1e-4, "driven_harmonic: mean")
        check("stationary_density" not in run.file, "driven_harmonic: no stationary density")

    def cosine_rate():
        run = Run("cosine_rate")
        rate = lambda t: 0.1 * np.cos(np.pi * t / 160) ** 2
        m, v, exact = 1.0, 0.04, {0: (1.0, 0.04)}
        for k in range(80):
            m, v = (1 - rate(k)) * m, (1 - rate(k)) ** 2 * v + rate(k) ** 2
            exact[k + 1] = (m, v)
        steps = [int(k) for k in run["time"]]
        check(all(abs(run["learning_rate"] - rate(run["time"])) < 1e-15), "cosine_rate: learning_rate")
        for row, k in enumerate(steps):
            mean, variance = exact[k]
            # The grid ends 5 standard deviations from the start: 3e-7 of the mean.
            near(run["law_sgd_mean_x"][row], mean * run["law_sgd_mean_x"][0], 1e-8, f"cosine_rate: mean of the law at {k}")
            near(run["law_sgd_variance_x"][row], variance, 1e-4, f"cosine_rate: variance of the law at {k}")
            for name, value in (("mean", mean), ("variance", variance)):
                z = (run[f"mc_{name}_x"][row] - value) / run[f"mc_{name}_x_errors"][row]
                check(abs(z) < 5, f"cosine_rate: {name} of the walkers at {k}: {z:.1f} standard errors off")
        fine = np.linspace(0, 80, 80001)
        total = integrate.cumulative_trapezoid(rate(fine), fine, initial=0)
        heat = integrate.cumulative_trapezoid(np.exp(2 * total) * rate(fine) ** 2, fine, initial=0)
        for row, k in enumerate(steps):
            at = 1000 * k
            near(run["mean_x"][row], np.exp(-total[at]), 3e-4, f"cosine_rate: mean of the density at {k}")
            near(run["variance_x"][row], np.exp(-2 * total[at]) * (0.04 + heat[at]), 1e-3, f"cosine_rate: variance at {k}")

    def rotating_trap():
        run = Run("rotating_trap")
        names = ("variance_x", "variance_xy", "variance_xy", "variance_y", "work")
        for name, exact in zip(names, rotating_trap_exact(run["time"])):
            off = np.abs(run[name] - exact).max()
            check(off < (1.2e-2 if name == "work" else 3e-3), f"rotating_trap: {name} off by {off:.2g}, of second order in the cells")
            z = (run["mc_" + name] - exact)[1:] / run["mc_" + name + "_errors"][1:]
            check(np.abs(z).max() < 4.5, f"rotating_trap: mc_{name}, {np.abs(z).max():.1f} standard errors off")
        check(np.abs(run["work_exponential"] - 1).max() < 1e-6, "rotating_trap: Jarzynski's equality")
        z = (run["mc_work_exponential"] - 1)[1:] / run["mc_work_exponential_errors"][1:]
        check(np.abs(z).max() < 4.5, f"rotating_trap: Jarzynski's equality of walkers, {np.abs(z).max():.1f} standard errors off")

    return [driven_harmonic, cosine_rate, rotating_trap]
