# SPDX-License-Identifier: GPL-3.0-or-later
"""Models from tables: check_experiments runs these."""
import math
import os
import tempfile

import h5py
import numpy as np
from scipy import sparse
from scipy.interpolate import RectBivariateSpline
from scipy.sparse import linalg


def mean_time(surface, eta, end, nx=265, ny=161):
    """Mean steps from (0, 0) to x = end, by central differences of -eta grad E . grad T + eta^2/2 C : grad grad T = -1 and
    SciPy's splines, an own way; mirrors at the other sides, which are far."""
    spline = {k: RectBivariateSpline(surface["ycoordinates"], surface["xcoordinates"], v) for k, v in surface.items() if v.ndim == 2}
    x, y = np.linspace(-2.6, end, nx), np.linspace(-3.2, 3.2, ny)
    at = lambda name, **order: spline[name](y, x, **order)
    a, b, c = at("noise_a"), at("noise_b"), at("noise_c")
    first, second = [], []
    for n, h, wall in ((nx, x[1] - x[0], "left"), (ny, y[1] - y[0], "both")):
        up, down = sparse.diags(np.ones(n - 1), 1).tolil(), sparse.diags(np.ones(n - 1), -1).tolil()
        down[0, 0] = 1
        if wall == "both":
            up[n - 1, n - 1] = 1
        first.append((up - down).tocsr() / (2 * h))
        second.append((up + down - 2 * sparse.identity(n)).tocsr() / h**2)
    over = lambda values, operator: sparse.diags(values.ravel()) @ operator
    one_x, one_y = sparse.identity(nx), sparse.identity(ny)
    generator = (over(-eta * at("train_loss", dy=1), sparse.kron(one_y, first[0])) + over(-eta * at("train_loss", dx=1), sparse.kron(first[1], one_x))
                 + over(eta**2 / 2 * a * a, sparse.kron(one_y, second[0])) + over(eta**2 / 2 * (b * b + c * c), sparse.kron(second[1], one_x))
                 + over(eta**2 * a * b, sparse.kron(first[1], first[0]))).tocsr()
    inside = np.tile(np.arange(nx) < nx - 1, ny)  # T = 0 at the end
    times = np.zeros(nx * ny)
    times[inside] = linalg.spsolve(generator[inside][:, inside].tocsc(), -np.ones(inside.sum()))
    return float(RectBivariateSpline(y, x, times.reshape(ny, nx))(0, 0)[0, 0])


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

    def loss_landscape():
        run = Run("loss_landscape", current=True)
        with h5py.File(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../configs/loss_landscape.h5")) as file:
            surface = {name: values[()].astype(float) for name, values in file.items()}
        x, y, loss = (surface[name] for name in ("xcoordinates", "ycoordinates", "train_loss"))
        check(loss.shape == (len(y), len(x)), "loss_landscape: ny x nx")
        check(run.attributes["mc_verdict"] not in ("differ", b"differ"), "loss_landscape: walkers do not differ")
        near(run.attributes["mean_escape_time_extrapolated"], mean_time(surface, 3, 4), 0.01, "loss_landscape: mean escape time")
        check(run["mass_in_second"][-1] > 0.93, "loss_landscape: most of the mass is where the noise is less")
        first, second = loss[len(y) // 2, [len(x) // 4, 3 * len(x) // 4]]
        check(abs(first - second) < 1e-6, f"loss_landscape: both minima are equally deep, {first}, {second}")

    return [tabulated_well, loss_landscape]
