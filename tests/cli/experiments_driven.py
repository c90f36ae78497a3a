# SPDX-License-Identifier: GPL-3.0-or-later
"""Experiments whose model depends on the time t. Part of check_experiments."""
import numpy as np
from scipy import integrate


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

    return [driven_harmonic, cosine_rate]
