#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_mc.py PROGRAM: runs tests/bench/bench_mc on one and two threads and plain NumPy loops of
the same processes, and prints the ratios. NumPy works in blocks of 10^4 walkers, which stay in
the cache: faster for it than whole arrays of 10^6."""
import subprocess
import sys
import time

import numpy as np

BLOCK, ROWS, BATCH = 10_000, 1000, 32


def double_well(rng, x):
    return x + 0.01 * (x - x**3) + 0.05 * rng.standard_normal(x.size)


def two_points(rng, w):
    g = 2 * (w - 2) * np.exp(-((w - 2) ** 2))
    pit = 200 * (w - 1) * np.exp(-100 * (w - 1) ** 2)
    return w - 0.02 * (g + pit * rng.integers(0, 2, w.size))


J = np.arange(ROWS)
A, B = 1 + 0.3 * np.sin(J), np.cos(1.7 * J)


def table(rng, w):
    pick = rng.integers(0, ROWS, (BATCH, w.size))
    a = A[pick]
    return w - 0.02 * np.mean(a * (a * w - B[pick]), axis=0)


def rate(step, steps):
    """Path-steps per CPU second, in millions; the best of three."""
    rng, best = np.random.default_rng(1), np.inf
    for _ in range(3):
        x = rng.standard_normal(BLOCK)
        start = time.process_time()
        for _ in range(steps):
            x = step(rng, x)
        best = min(best, time.process_time() - start)
    return steps * BLOCK / best / 1e6


def figures(program, threads):
    """{name: (per core, per second)} as bench_mc prints them."""
    out = subprocess.run([program, *threads], check=True, capture_output=True, text=True).stdout
    print(out, end="")
    rows = {}
    for line in out.splitlines():
        if "threads" in line and "bare" not in line:
            numbers = [float(s) for s in line[28:].split() if s[0].isdigit()]
            rows[line[:28].strip()] = numbers[1], numbers[2]
    return rows


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    one, two = figures(sys.argv[1], []), figures(sys.argv[1], ["2"])
    numpy = {"double well, compiled": rate(double_well, 300), "SGD, two points": rate(two_points, 300),
             "SGD, 1000 rows, B = 32": rate(table, 10)}
    numpy["double well, expressions"] = numpy["double well, compiled"]
    for name, (core, wall) in one.items():
        print(f"{name:28} NumPy {numpy[name]:7.2f} M/s; per core {core / numpy[name]:5.1f} times; "
              f"two threads {two[name][1] / wall:4.2f} times one")


if __name__ == "__main__":
    main()
