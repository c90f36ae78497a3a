#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SciPy contrast to bench_2d: central finite volumes, sparse Radau, Richardson.

bench_2d_scipy.py [CELLS]   (default 256; CELLS and CELLS/2 are solved)

L1 errors: Ornstein-Uhlenbeck against its exact law; of the double well what changes from the
grids of half the cells.
"""
import sys
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


def extrapolated(n, *args):
    fine, x, h = solve(n, *args)
    coarse = solve(n // 2, *args)[0]
    d = (fine.reshape(len(fine), n // 2, 2, n // 2, 2).mean((2, 4)) - coarse) / 3
    return fine + np.repeat(np.repeat(d, 2, 1), 2, 2), x, h


n = int(sys.argv[1]) if len(sys.argv) > 1 else 256
A, D = np.array([[1, .3], [.3, 2]]), np.array([[.5, .3], [.3, .25]])
times = [0.1, 1, 5]
start = time.process_time()
p, x, h = extrapolated(n, 5.0, lambda X, Y: (-(X + .3 * Y), -(.3 * X + 2 * Y)), D, [1.5, -1], .09 * np.eye(2), times, 1e-6)
print(f"Ornstein-Uhlenbeck {n}^2 {time.process_time() - start:8.1f} s", end="")
w, V = np.linalg.eigh(A)
M = V.T @ (2 * D) @ V / (w[:, None] + w)
X0 = V.T @ (.09 * np.eye(2)) @ V
for t, q in zip(times, p):
    E = np.exp(-w * t)
    cov = V @ (M + (X0 - M) * np.outer(E, E)) @ V.T
    print(f" {np.abs(q - gauss(x, V @ np.diag(E) @ V.T @ [1.5, -1], cov, h)).sum() * h * h:8.1e} (t = {t})", end="")
print()
times = [0.1, 1, 10, 100]
start = time.process_time()
well = (2.5, lambda X, Y: (-(4 * X * (X * X - 1) - 2 * (Y - X / 2)), -4 * (Y - X / 2)), .15 * np.eye(2), [-1, -.5], .0225 * np.eye(2), times, 1e-6)
p, x, h = extrapolated(n, *well)
print(f"double well        {n}^2 {time.process_time() - start:8.1f} s", end="")
q = extrapolated(n // 2, *well)[0]
for k, t in enumerate(times):
    d = p[k].reshape(n // 2, 2, n // 2, 2).mean((1, 3)) - q[k]
    print(f" {np.abs(d).sum() * 4 * h * h:8.1e} (t = {t})", end="")
print(f" least {p.min():.1e}")
