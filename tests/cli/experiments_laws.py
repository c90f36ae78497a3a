# SPDX-License-Identifier: GPL-3.0-or-later
"""Experiments with the law of the process itself. Part of check_experiments."""
import os

import numpy as np


def experiments(Run, check, near, configs):
    def law_of_sgd():
        run = Run("law_of_sgd")
        near(run.last("law_sgd_mean_x"), 1.984410731, 1e-8, "law_of_sgd: mean")
        check(abs(run.last("law_sgd_mass_in_high") - 0.48358) < 1e-5, f"law_of_sgd: P(w > 2) {run.last('law_sgd_mass_in_high'):.7f}")
        near(run.last("mass_in_high"), 0.43821, 1e-4, "law_of_sgd: P(w > 2) of the equation")
        near(run.at("law_sgd_distance_ks", 25), 0.0599, 1e-2, "law_of_sgd: KS distance")
        near(run.at("law_gaussian_distance_ks", 25), 0.0229, 1e-2, "law_of_sgd: KS distance with normal noise")
        check(run.attributes["law_sgd_error_estimate"] <= 5e-4, "law_of_sgd: its error is a tenth of the tolerance")
        check(run.attributes["law_sgd_verdict"] in ("differ", b"differ"), "law_of_sgd: the density differs")
        check(b"they follow the law" in np.bytes_(run.attributes["mc_law_sentence"]), f"law_of_sgd: {run.attributes['mc_law_sentence']}")
        # At B = 1 SGD with normal noise and a step of Euler's for the equation are the same process.
        check(np.abs(run["law_gaussian_density"] - run["law_sde_density"]).max() < 1e-9, "law_of_sgd: gaussian is sde")
        # The mean one step on, E w' = E w - eta E L'(w), from the recorded law itself.
        x, y = np.loadtxt(os.path.join(configs, "data_fit.csv"), delimiter=",", skiprows=2, unpack=True)
        w, p = run["x"], run["law_sgd_density"][-1] * np.diff(run["x_edge"])
        r = np.outer(w, x) - y
        check(abs((p * (x * r / np.sqrt(1 + r * r)).mean(1)).sum()) < 1e-4, "law_of_sgd: the law is stationary, E L' = 0")

    return [law_of_sgd]
