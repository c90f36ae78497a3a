#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_scipy.py PROGRAM: what a skilled SciPy user would write: Scharfetter-Gummel rates, Radau
IIA of order 5 with banded complex and real solves and growing steps, Richardson extrapolation in
space. Prints CPU time to an L1 error of 2e-5 and of 1e-6 for the double well and the Ornstein-
Uhlenbeck process, against its own result on four times the cells with steps four times shorter;
then runs PROGRAM (tests/bench/bench_time), which does the same, and prints the ratios."""
import os
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
import re
import subprocess
import sys
import time
import numpy as np
from scipy.linalg import solve_banded

S6 = np.sqrt(6)
RADAU = np.array([[(88 - 7 * S6) / 360, (296 - 169 * S6) / 1800, (-2 + 3 * S6) / 225],
                  [(296 + 169 * S6) / 1800, (88 + 7 * S6) / 360, (-2 - 3 * S6) / 225],
                  [(16 - S6) / 36, (16 + S6) / 36, 1 / 9]])  # Hairer & Wanner II, table IV.5.6
MU, T = np.linalg.eig(np.linalg.inv(RADAU))  # one real eigenvalue and a conjugate pair
WEIGHT = T[2] * np.linalg.solve(T, np.linalg.inv(RADAU) @ np.ones(3))


def bernoulli(z):
    return np.where(abs(z) < 1e-8, 1 - z / 2, z / np.expm1(np.where(z == 0, 1, z)))


def generator(L, D, lo, hi, n):
    x, h = lo + (np.arange(n) + 0.5) * (hi - lo) / n, (hi - lo) / n
    Pe = (L(x[:-1]) - L(x[1:])) / D
    up, down = D / h**2 * bernoulli(-Pe), D / h**2 * bernoulli(Pe)
    A = np.zeros((3, n))
    A[0, 1:], A[2, :-1] = down, up
    A[1, :-1] -= up
    A[1, 1:] -= down
    return x, h, A


def radau_step(A, h, p):
    """Stiffly accurate: p(t + h) = Sum_k weight_k (mu_k - h A)^-1 p, from the eigenvectors."""
    new = np.zeros_like(p)
    for mu, weight in zip(MU, WEIGHT):
        if mu.imag < 0:
            continue
        M = -h * A if abs(mu.imag) < 1e-12 else -h * A.astype(complex)
        M[1] += mu.real if abs(mu.imag) < 1e-12 else mu
        x = solve_banded((1, 1), M, p, check_finite=False)
        new += (weight * x).real * (1 if abs(mu.imag) < 1e-12 else 2)
    return new


def solve(problem, n, per_decade):
    L, D, lo, hi, mean, sd, times = problem
    x, h, A = generator(L, D, lo, hi, n)
    p = np.exp(-((x - mean) / sd) ** 2 / 2)
    p /= p.sum() * h
    out, t = [], 0.0
    for end in times:
        steps = per_decade if t == 0 else max(1, int(np.ceil(per_decade * np.log10(end / t))))
        edges = np.linspace(0, end, steps + 1) if t == 0 else np.geomspace(t, end, steps + 1)
        for a, b in zip(edges[:-1], edges[1:]):
            p = radau_step(A, b - a, p)
        t = end
        out.append(p)
    return np.array(out), h


def extrapolated(problem, n, per_decade):
    fine, h = solve(problem, n, per_decade)
    coarse, _ = solve(problem, n // 2, per_decade)
    return (4 * fine.reshape(len(fine), -1, 2).mean(2) - coarse) / 3, 2 * h


TIMES = np.geomspace(0.01, 1000, 100)
PROBLEMS = {"double well": (lambda x: (x**2 - 1) ** 2, 0.1, -2, 2, -1, 0.1, TIMES),
            "Ornstein-Uhlenbeck": (lambda x: x**2 / 2, 0.1, -4, 4, 1, 0.2, TIMES)}

CHOICES = [(256, 5), (512, 5), (512, 10), (1024, 10), (1024, 20), (2048, 20)]
TARGETS = [2e-5, 1e-6]


def timed(problem, exact, cells, per_decade):
    """CPU milliseconds (the best of three), largest L1 error of a snapshot."""
    took = np.inf
    for _ in range(3):
        start = time.process_time()
        p, width = extrapolated(problem, cells, per_decade)
        took = min(took, 1e3 * (time.process_time() - start))
    q = exact.reshape(len(exact), p.shape[1], -1).mean(2)
    return took, (abs(p - q).sum(1) * width).max()


def scipy_table():
    """{(problem, wanted): milliseconds} of the cheapest choice that reaches what is wanted."""
    table = {}
    for name, problem in PROBLEMS.items():
        exact, _ = extrapolated(problem, 4096, 80)
        for cells, per_decade in CHOICES:
            took, error = timed(problem, exact, cells, per_decade)
            met = [wanted for wanted in TARGETS if error <= wanted and (name, wanted) not in table]
            for wanted in met:
                table[name, wanted] = took
            if met:
                print(f"SciPy, {name}: {cells} + {cells // 2} cells, {took:.1f} ms, L1 {error:.1e}")
            if (name, TARGETS[-1]) in table:
                break
    return table


def ours(program):
    """The same from the lines "contour, NAME: N + M cells, T ms, L1 E" of bench_time."""
    table = {}
    out = subprocess.run([program, "extrapolated"], check=True, capture_output=True, text=True).stdout
    print(out, end="")
    for name, took, error in re.findall(r"contour, (.*?): .* cells, ([\d.]+) ms, L1 (\S+)", out):
        for wanted in TARGETS:
            if float(error) <= wanted:
                table.setdefault((name, wanted), float(took))
    return table


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    scipy, fokker = scipy_table(), ours(sys.argv[1])
    for (name, wanted), took in scipy.items():
        print(f"{name} to {wanted:g}: SciPy {took:.1f} ms, contour {fokker[name, wanted]:.2f} ms: "
              f"{took / fokker[name, wanted]:.1f} times")


if __name__ == "__main__":
    main()
