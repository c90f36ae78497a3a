# SPDX-License-Identifier: GPL-3.0-or-later
"""The experiments on killing and resets, for check_experiments: experiments(Run, check, near)."""
import math

import numpy as np
from scipy import integrate


def mehler(k, t, m, s):
    """Mass, mean and variance of N(m, s^2) that diffuses (D = 1/2) and is killed at the rate k x^2/2."""
    def slope(_, y):
        V, mu, _ = y
        return [1 - k * V * V, -k * V * mu, -k * (V + mu * mu) / 2]
    V, mu, log_mass = integrate.solve_ivp(slope, [0, t], [s * s, m, 0], rtol=1e-12, atol=1e-14).y[:, -1]
    return math.exp(log_mass), mu, V


def search_time(x0, r, D):
    return math.expm1(x0 * math.sqrt(r / D)) / r


def experiments(Run, check, near):
    def harmonic_killing():
        run = Run("harmonic_killing")
        for t in (0.1, 0.5, 1, 2, 5):
            mass, mean, variance = mehler(1, t, 0.5, 0.7)
            near(run.at("mass", t), mass, 1e-4, f"harmonic_killing: mass at {t}")
            near(run.at("mean_x", t), mean, 2e-4, f"harmonic_killing: mean at {t}")
            near(run.at("variance_x", t), variance, 2e-4, f"harmonic_killing: variance at {t}")
        for n in range(3):
            near(run["mode_rate"][n], n + 0.5, 1e-3, f"harmonic_killing: rate {n}")
        ledger = run["mass"] + run["lost_by_killing"] + run["lost_at_walls"] - 1
        check(np.abs(ledger).max() < 1e-13, f"harmonic_killing: ledger open by {ledger}")
        alive = 1 - run["mc_exited"][-1]
        expected = mehler(1, 5, 0.5, 0.7)[0]
        check(abs(alive - expected) < 4 * math.sqrt(expected * (1 - expected) / 20000),
              f"harmonic_killing: {alive} of the walkers are left, {expected} expected")

    def resetting_search():
        run = Run("resetting_search")
        near(run.attributes["mean_escape_time"], search_time(1, 0.8, 0.5), 1e-5, "resetting_search: mean time")
        best = Run("resetting_search", "model.parameters.r=1.5936^2*D/x0^2")
        for other in ("1.4", "1.8"):
            slower = Run("resetting_search", f"model.parameters.r={other}^2*D/x0^2")
            check(slower.attributes["mean_escape_time"] > best.attributes["mean_escape_time"],
                  f"resetting_search: z = {other} is slower than the best")

    return [harmonic_killing, resetting_search]
