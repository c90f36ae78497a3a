# SPDX-License-Identifier: GPL-3.0-or-later
"""The experiments on escape in the plane, for check_experiments: experiments(Run, check, near)."""
import math

import numpy as np
from scipy import linalg


def left_on_line(t, eta, flat, s, l1, lo=-3.5, hi=0.5, cells=500):
    """P(T > t steps) of one variable of escape_success, dx = -eta f' + eta C^1/2 dB per step, by a chain of its own: central
    fluxes of b p - d(D p)/dx on cells that resolve everything, absorbed at hi."""
    h = (hi - lo) / cells
    x = lo + h * (np.arange(cells) + 0.5)
    face = x[:-1] + h / 2
    b = -eta * flat * (face**3 - face)
    D = 0.5 * eta**2 * (flat * s) ** 2 * (1 + l1 * (x + 1) ** 2)
    A = np.zeros((cells, cells))
    i = np.arange(cells - 1)
    for column, flux in ((i, b / 2 + D[:-1] / h), (i + 1, b / 2 - D[1:] / h)):
        A[i, column] -= flux / h
        A[i + 1, column] += flux / h
    A[-1, -1] -= 2 * D[-1] / h**2
    p = np.exp(-((x + 1) ** 2) / 0.02)
    return (linalg.expm(t * A) @ p).sum() / p.sum()


def experiments(Run, check, near):
    def power_law_escape_2d():
        ratios = []
        for kappa in (10, 20, 40):
            run = Run("power_law_escape_2d", f"model.parameters.kappa={kappa}", "time.snapshots={at: [1]}")
            half = math.pi * kappa * (kappa - 1.5) / (kappa - 1) ** 2 * math.sqrt(2) / 2 * 2 ** (kappa - 1)
            ratios.append(run.attributes["mean_escape_time_extrapolated"] / half)
        check(1 < ratios[2] < ratios[1] < ratios[0], f"power_law_escape_2d: ratios to the corrected half crossing {ratios}")
        # the ratio is 1 + c/kappa + ..: Richardson of the last two; with the power kappa - 1/2 it would go to 0.71
        check(abs(2 * ratios[2] - ratios[1] - 1) < 6e-3, f"power_law_escape_2d: the ratio goes to 1: {ratios}")

    def escape_success():
        rates = {}
        for flat in (1, 0.8):
            for l1 in (0, 0.5, 1, 2):
                # 20000 walkers where they are looked at, else none
                walkers = () if (flat, l1) in ((1, 0), (1, 1), (0.8, 2)) else ("monte_carlo.walkers=2000",)
                run = Run("escape_success", f"model.parameters.flat={flat}", f"model.parameters.l1={l1}", *walkers)
                success = 1 - run.last("mass")
                rates[flat, l1] = success
                exact = 1 - left_on_line(500, 0.025, flat, 3, l1) ** 2
                near(success, exact, 3e-3, f"{run.name}: success, the two variables being independent")
                near(1 - run["survival"][-1], success, 1e-6, f"{run.name}: survival curve and mass")
                if walkers:
                    continue
                check(run.attributes["mc_verdict"] in ("agree", b"agree"), f"{run.name}: SGD and density agree")
                seen, n = run.last("mc_exited"), 20000
                error = math.sqrt(seen * (1 - seen) / n)
                # steps of eta s C^1/2 see the line 0.58 of them later, where the drift is outwards: some per cent
                check(-4 * error - 0.05 * success < seen - success < 4 * error, f"{run.name}: success of SGD {seen:.4f} +- {error:.4f}, of the density {success:.4f}")
        for flat in (1, 0.8):
            grows = [rates[flat, l1] for l1 in (0, 0.5, 1, 2)]
            check(all(b > a + 0.02 for a, b in zip(grows, grows[1:])), f"escape_success: grows with the noise parameter: {grows}")
        check(all(rates[0.8, l1] < 0.7 * rates[1, l1] for l1 in (0, 0.5, 1, 2)), "escape_success: a flatter minimum is kept")

    return [power_law_escape_2d, escape_success]
