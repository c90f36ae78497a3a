#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_path.py FOKKER [CELLS...]: the noisy limit cycle by path integration, by finite volumes and by SciPy, in one run.

configs/noisy_limit_cycle.yaml on CELLS^2 cells (48, 96, 192): method path_integral, method krylov (positive finite
volumes, upwind here), and SciPy's sparse Radau on central finite volumes of the same cells. Each row: Var x at t = 5,
its distance from 0.0930648 (the limit of finer grids, docs/numerics.md 10.8), the most negative density, and seconds of
CPU time. Sheppard's correction takes SciPy's cell means to moments. Then a van der Pol oscillator with noise in its velocity against 10^6 walkers of Heun's scheme: moments
at t = 4 and their distances in standard errors. One minute and a half.
"""
import os
import resource
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

from bench_2d_scipy import solve

CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../configs/noisy_limit_cycle.yaml")
EXACT = 0.0930648


def show(name, cells, variance, least, took):
    print(f"{name:14s} {cells:4d}^2  Var x {variance:.6f}  off by {abs(variance - EXACT):.1e}  least p {least:8.1e}  {took:6.2f} s", flush=True)


VAN_DER_POL = """
model: {variables: [x, y], drift: [y, (1 - x^2)*y - x], diffusion: [[0, 0], [0, 0.1]]}
grid: {x: {min: -5, max: 5, cells: 128}, y: {min: -5, max: 5, cells: 128}}
initial: {gaussian: {mean: [0.5, 0], std: [0.4, 0.4]}}
time: {snapshots: [4]}
analysis: {stationary: false}
monte_carlo: {walkers: 1000000, kinds: [sde], scheme: heun, step: 0.01, seed: 5}
"""


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(program, method, cells, folder):
    """Exit status 3 is an answer too: its tolerance in L1 was not met."""
    path, begun = os.path.join(folder, "run.h5"), processor_time()
    changes = [f"time.method={method}", f"grid.x.cells={cells}", f"grid.y.cells={cells}"]
    words = [word for change in changes for word in ("--set", change)]
    status = subprocess.run([program, "run", CONFIG, "-o", path, "--force", "-q", *words], stderr=subprocess.DEVNULL).returncode
    if status not in (0, 3):
        sys.exit(f"{method} ended with exit status {status}")
    with h5py.File(path) as file:
        show(method, cells, file["variance_x"][-1], file["density"][-1].min(), processor_time() - begun)


def scipy_variance(cells):
    """Of x by central finite volumes, and the most negative density."""
    p, x, h = solve(cells, 2.0, lambda X, Y: (X - Y - X * (X * X + Y * Y), X + Y - Y * (X * X + Y * Y)), 0.01 * np.eye(2),
                    [1, 0], 0.01 * np.eye(2), [5.0], 1e-5)
    q = p[-1].sum(0) * h * h
    mean = (x * q).sum() / q.sum()
    return ((x - mean) ** 2 * q).sum() / q.sum() - h * h / 12, p[-1].min()


def scipy(cells):
    begun = time.process_time()
    variance, least = scipy_variance(cells)
    show("SciPy, Radau", cells, variance, least, time.process_time() - begun)


def van_der_pol(program, folder):
    settings = os.path.join(folder, "van_der_pol.yaml")
    with open(settings, "w") as file:
        file.write(VAN_DER_POL)
    subprocess.run([program, "run", settings, "-o", settings + ".h5", "-q"], check=True, stderr=subprocess.DEVNULL)
    with h5py.File(settings + ".h5") as file:
        for name in "mean_x", "mean_y", "variance_x", "variance_y", "variance_xy":
            walkers, error = file["mc_" + name][-1], file["mc_" + name + "_errors"][-1]
            print(f"van der Pol    {name:11s} {file[name][-1]:.6f}, 10^6 walkers {walkers:.6f} +- {error:.1e}, {(file[name][-1] - walkers) / error:+.1f} errors off")
        print(f"van der Pol    KS distance {file['mc_ks'][-1]:.1e}, p = {file['mc_p_value'][-1]:.2f}")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder:
        for cells in [int(word) for word in sys.argv[2:]] or [48, 96, 192]:
            for method in "path_integral", "krylov":
                ours(os.path.abspath(sys.argv[1]), method, cells, folder)
            scipy(cells)
        van_der_pol(os.path.abspath(sys.argv[1]), folder)


if __name__ == "__main__":
    main()
