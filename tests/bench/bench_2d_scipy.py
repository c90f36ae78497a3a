#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_2d_scipy.py BENCH_2D [CELLS = 256]: what an accuracy costs, here and with SciPy, in one run.

SciPy: central finite volumes, sparse Radau, Richardson from CELLS and CELLS / 2 (a multiple of 64).
Ours: the cheapest row of `BENCH_2D reach` at least as accurate as SciPy's answer and as what is
wanted. Errors: the largest L1 of a snapshot, for Ornstein-Uhlenbeck against its exact law, for the
double well against extrapolated finer grids (SciPy: means over 64^2 cells of `BENCH_2D reference`).
Seconds of CPU time, both grids of the extrapolation and the matrices counted. Some minutes.
"""
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import scipy.sparse as sp
from scipy.integrate import solve_ivp


def generator(n, half, drift, D):
    """dp/dt = A p for J = b p - D grad p, central differences, no flux through walls."""
    h = 2 * half / n
    x = -half + h * (np.arange(n) + 0.5)
    f = -half + h * np.arange(1, n)
    one = sp.identity(n, format="csr")
    inner = sp.diags([np.full(n - 1, -1 / h), np.full(n - 1, 1 / h)], [0, 1], (n - 1, n))
    mean = sp.diags([np.full(n - 1, 0.5)] * 2, [0, 1], (n - 1, n))
    central = sp.lil_matrix(sp.diags([-0.5 / h, 0.5 / h], [-1, 1], (n, n)))
    central[0, :2] = [-1 / h, 1 / h]
    central[-1, -2:] = [-1 / h, 1 / h]
    X, Y = np.meshgrid(f, x)
    bx = sp.diags(drift(X, Y)[0].ravel())
    X, Y = np.meshgrid(x, f)
    by = sp.diags(drift(X, Y)[1].ravel())
    k = sp.kron
    Jx = bx @ k(one, mean) - D[0][0] * k(one, inner) - D[0][1] * k(central, mean)
    Jy = by @ k(mean, one) - D[1][1] * k(inner, one) - D[0][1] * k(mean, central)
    return (k(one, inner.T) @ Jx + k(inner.T, one) @ Jy).tocsc(), x, h


def gauss(x, mean, cov, h):
    X, Y = np.meshgrid(x, x)
    q = np.array([-0.7745966692414834, 0, 0.7745966692414834]) * h / 2
    w = np.array([5, 8, 5]) / 18
    inv, det = np.linalg.inv(cov), np.linalg.det(cov)
    p = 0
    for a, wa in zip(q, w):
        for b, wb in zip(q, w):
            u, v = X + a - mean[0], Y + b - mean[1]
            p = p + wa * wb * np.exp(-0.5 * (inv[0, 0] * u * u + 2 * inv[0, 1] * u * v + inv[1, 1] * v * v))
    return p / (2 * np.pi * np.sqrt(det))


def solve(n, half, drift, D, mean, cov, times, tolerance):
    A, x, h = generator(n, half, drift, D)
    p0 = gauss(x, mean, cov, h).ravel()
    s = solve_ivp(lambda t, p: A @ p, (0, times[-1]), p0, "Radau", times, jac=A, rtol=tolerance, atol=tolerance * p0.max())
    return s.y.T.reshape(len(times), n, n), x, h


def means(p, cells):
    m = p.shape[1] // cells
    return p.reshape(len(p), cells, m, cells, m).mean((2, 4))


def extrapolated(n, *args):
    fine, x, h = solve(n, *args)
    d = (means(fine, n // 2) - solve(n // 2, *args)[0]) / 3
    return fine + np.repeat(np.repeat(d, 2, 1), 2, 2), x, h


A, D = np.array([[1, .3], [.3, 2]]), np.array([[.5, .3], [.3, .25]])
FLOW = (5.0, lambda X, Y: (-(X + .3 * Y), -(.3 * X + 2 * Y)), D, [1.5, -1], .09 * np.eye(2), [0.1, 1, 5])
WELL = (2.5, lambda X, Y: (-(4 * X * (X * X - 1) - 2 * (Y - X / 2)), -4 * (Y - X / 2)), .15 * np.eye(2), [-1, -.5],
        .0225 * np.eye(2), [0.1, 1, 10, 100])


def flow_error(p, x, h):
    w, V = np.linalg.eigh(A)
    M = V.T @ (2 * D) @ V / (w[:, None] + w)
    X0, worst = V.T @ (.09 * np.eye(2)) @ V, 0
    for t, q in zip(FLOW[-1], p):
        E = np.exp(-w * t)
        cov = V @ (M + (X0 - M) * np.outer(E, E)) @ V.T
        worst = max(worst, np.abs(q - gauss(x, V @ np.diag(E) @ V.T @ [1.5, -1], cov, h)).sum() * h * h)
    return worst


def well_error(program):
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([program, "reference", file.name], check=True)
        exact = np.fromfile(file.name).reshape(4, 64, 64)
    return lambda p, x, h: (np.abs(means(p, 64) - exact).sum((1, 2)) * (5 / 64) ** 2).max()


def ours(program, *name):
    """{name: [(L1, seconds, cells)]}, from the lines "NAME N^2 T s ... E (t = ...) E (t = ...)" of bench_2d."""
    table = {}
    out = subprocess.run([program, "reach", *name], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        name, cells, took = re.match(r"(.*?) +(\d+)\^2 +([\d.]+) s", line).groups()
        worst = max(float(e) for e in re.findall(r"(\S+) \(t = ", line))
        table.setdefault(name, []).append((worst, float(took), int(cells)))
    return table


def cheapest(rows, wanted):
    """The row that takes least of those that are as accurate."""
    return min((row for row in rows if row[0] <= wanted), key=lambda row: row[1])


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program, cells = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 256
    rows = ours(program)
    for name, task, error, wanted in (("double well", WELL, well_error(program), 2e-5),
                                      ("Ornstein-Uhlenbeck", FLOW, flow_error, 1e-4)):
        start = time.process_time()
        p, x, h = extrapolated(cells, *task, 1e-5)
        took, wrong = time.process_time() - start, error(p, x, h)
        reached, mine, _ = cheapest(rows[name], min(wrong, wanted))
        print(f"{name}: SciPy {cells}^2 {took:.1f} s, L1 {wrong:.1e}; krylov {mine:.2f} s, L1 {reached:.1e}: {took / mine:.0f} times",
              flush=True)


if __name__ == "__main__":
    main()
