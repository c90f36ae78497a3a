# SPDX-License-Identifier: GPL-3.0-or-later
"""Models from tables: check_experiments runs these."""
import math
import os
import tempfile

import h5py
import numpy as np

FORMULAS = ("model.loss=(w^2 - 1)^2/4", "model.noise={covariance: w^2 + 1/2}", "monte_carlo.walkers=0")


def experiments(Run, check, near):
    def distance(run, formula):
        """Largest L1 distance over the snapshots."""
        return (abs(run["density"] - formula["density"]) * np.diff(formula["x_edge"])).sum(axis=1).max()

    def tables_of(path, rows):
        """The same functions by fewer rows, in an HDF5 file: a row vector, a column of another type, a group."""
        w = np.linspace(-2.2, 2.2, rows)
        with h5py.File(path, "w") as file:
            file["line/w"] = w[None, :]
            file["line/L"] = ((w * w - 1) ** 2 / 4)[:, None]
            file["S"] = (w * w + 0.5).astype(np.longdouble)
        kind = "{{file: {}, at: line/w, value: {}}}"
        return ['model.tables={"L(u)": %s, "S(u)": %s}' % (kind.format(path, "line/L"), kind.format(path, "S")), "monte_carlo.walkers=0"]

    def tabulated_well():
        run, formula = Run("tabulated_well"), Run("tabulated_well", *FORMULAS)
        check(distance(run, formula) < 1e-7, f"tabulated_well: density to that of the formulas {distance(run, formula):.2g}")
        check(run.attributes["mc_verdict"] in ("agree", b"agree"), "tabulated_well: walkers agree")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "w.h5")
            errors = [distance(Run("tabulated_well", *tables_of(path, rows)), formula) for rows in (12, 23, 45)]
        # the fourth order is that of the values; the drift's errors cancel between rows, so that more is seen
        orders = [math.log2(errors[k] / errors[k + 1]) for k in range(2)]
        check(min(orders) > 3.5 and errors[2] < 1e-4, f"tabulated_well: errors {errors} on 12, 23, 45 rows, orders {orders}")

    return [tabulated_well]
