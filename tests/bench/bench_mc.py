#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_mc.py PROGRAM: path-steps per second of tests/bench/bench_mc and of plain NumPy loops of
the same processes, and their ratios.

NumPy steps 10^6 walkers as whole arrays, and blocks of 10^4, which stay in the cache: its best.
They and we, on one thread and on two, take turns, ROUNDS times, and the best of each counts, so that
another load on the machine does not favour one of them."""
import subprocess
import sys
import time

import numpy as np

ROUNDS, WHOLE, BLOCK, ROWS, BATCH = 5, 1_000_000, 10_000, 1000, 32


def double_well(rng, x):
    return x + 0.01 * (x - x**3) + 0.05 * rng.standard_normal(x.size)


def two_points(rng, w):
    g = 2 * (w - 2) * np.exp(-((w - 2) ** 2))
    pit = 200 * (w - 1) * np.exp(-100 * (w - 1) ** 2)
    return w - 0.02 * (g + pit * rng.integers(0, 2, w.size))


J = np.arange(ROWS)
A, B = 1 + 0.3 * np.sin(J), np.cos(1.7 * J)


def table(rng, w):
    g = 0
    for _ in range(BATCH):
        row = rng.integers(0, ROWS, w.size)
        a = A[row]
        g = g + a * (a * w - B[row])
    return w - 0.02 / BATCH * g


def stable(rng, x, alpha=1.5):
    """Chambers, Mallows and Stuck's numbers, held within [-2, 2]."""
    V, W = np.pi * (rng.random(x.size) - 0.5), rng.standard_exponential(x.size)
    jump = np.sin(alpha * V) / np.cos(V) ** (1 / alpha) * (np.cos((1 - alpha) * V) / W) ** ((1 - alpha) / alpha)
    return np.clip(x + 0.01 * (x - x**3) + 0.5 * 0.01 ** (1 / alpha) * jump, -2, 2)


def kinetic(rng, state):
    """Positions and velocities one after the other."""
    x, v = state.reshape(2, -1)
    return np.concatenate([x + 0.01 * v, v + 0.01 * (x - x**3 - v) + np.sqrt(0.6 * 0.01) * rng.standard_normal(x.size)])


# The lines of bench_mc, NumPy's step, and steps of 10^6 walkers in a measurement.
CASES = {"double well, compiled": (double_well, 5), "double well, expressions": (double_well, 5),
         "SGD, two points": (two_points, 5), "SGD, 1000 rows, B = 32": (table, 1),
         "Levy, alpha = 1.5": (stable, 2), "kinetic": (kinetic, 5)}


def numpy_rate(step, steps, walkers):
    """10^6 path-steps per CPU second."""
    rng = np.random.default_rng(1)
    x = 0.5 + 0.03 * rng.standard_normal(2 * walkers if step is kinetic else walkers)
    start = time.process_time()
    for _ in range(steps * WHOLE // walkers):
        x = step(rng, x)
    return steps * WHOLE / (time.process_time() - start) / 1e6


def our_rates(program, threads, name):
    """10^6 path-steps (per CPU second, per second) as bench_mc prints them."""
    out = subprocess.run([program, str(threads), name], check=True, capture_output=True, text=True)
    line = next(line for line in out.stdout.splitlines() if line.startswith(name))
    numbers = [float(s) for s in line[len(name):].split() if s[0].isdigit()]
    return np.array(numbers[1:3])


def best(program, name):
    """Our rates on one thread and on two, NumPy's in blocks and with whole arrays."""
    step, steps = CASES[name]
    rounds = [(our_rates(program, 1, name), our_rates(program, 2, name),
               numpy_rate(step, steps, BLOCK), numpy_rate(step, steps, WHOLE)) for _ in range(ROUNDS)]
    return [np.max([r[k] for r in rounds], axis=0) for k in range(4)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    print(subprocess.run([program, "1"], check=True, capture_output=True, text=True).stdout.splitlines()[0])
    print("M path-steps/s per core         ours    NumPy in blocks      NumPy, whole arrays   two threads")
    for name in CASES:
        (core, wall), (_, two), blocks, whole = best(program, name)
        print(f"{name:28} {core:7.1f} {blocks:8.2f} ({core / blocks:4.1f} times) {whole:8.2f} "
              f"({core / whole:4.1f} times) {two / wall:5.2f} times", flush=True)


if __name__ == "__main__":
    main()
