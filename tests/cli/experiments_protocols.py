# SPDX-License-Identifier: GPL-3.0-or-later
"""Experiments that are driven: work and heat of a protocol, and a periodic state. Part of check_experiments; the references
are those of check_protocols too."""
import numpy as np


def resonance(A, omega, D, functions=140, harmonics=7, scale=0.4):
    """Amplitude and lag of <x> ~ amplitude cos(omega t - lag) of dx = (x - x^3 + A cos(omega t)) dt + sqrt(2 D) dW in the
    long run: Hermite functions of x/scale in space, Fourier's series in time, mass 1."""
    N, M, K = functions, functions + 12, harmonics
    a = np.sqrt(np.arange(1, M) / 2)
    X, d = (np.diag(a, 1) + np.diag(a, -1)) * scale, (np.diag(a, 1) - np.diag(a, -1)) / scale
    still, push = (-d @ (X - X @ X @ X) + D * d @ d)[:N, :N], -d[:N, :N]
    mass = np.zeros(M)
    mass[0] = np.sqrt(2 * scale) * np.pi**0.25
    for n in range(2, M, 2):
        mass[n] = mass[n - 2] * np.sqrt((n - 1) / n)
    mean, mass = (X @ mass)[:N], mass[:N]
    block = lambda k: slice((k + K) * N, (k + K + 1) * N)
    B, b = np.zeros(((2 * K + 1) * N,) * 2, complex), np.zeros((2 * K + 1) * N, complex)
    for k in range(-K, K + 1):
        B[block(k), block(k)] = still - 1j * omega * k * np.eye(N)
        for other in (k - 1, k + 1):
            if abs(other) <= K:
                B[block(k), block(other)] = A / 2 * push
    B[K * N], b[K * N] = 0, 1  # the equation of mass, which says nothing, says that it is 1
    B[K * N, block(0)] = mass
    first = 2 * mean @ np.linalg.solve(B, b)[block(1)]
    return abs(first), -np.angle(first)


def trap(t, k, v):
    """Mean work of L = k (x - v t)^2/2 from rest, dx = -L' dt + noise; its variance is 2 T times that."""
    return v * v * (t - (1 - np.exp(-k * t)) / k)


def extrapolated(coarse, fine):
    return (4 * fine - coarse) / 3


def experiments(Run, check, near):
    def moved_trap():
        run, T = Run("moved_trap"), 0.5
        W = trap(run["time"], 2, 1)
        for name, exact in (("work", W), ("work_variance", 2 * T * W), ("work_exponential", 1 + 0 * W)):
            off = (run["mc_" + name] - exact)[1:] / run["mc_" + name + "_errors"][1:]
            check(np.abs(off).max() < 4, f"moved_trap: mc_{name}, {np.abs(off).max():.2f} standard errors off")
        near(run.last("work"), 1.50916, 1e-4, "moved_trap: work of the head comment")
        check(np.abs(run["work_exponential"] - 1).max() < 1e-7, "moved_trap: Jarzynski's equality")
        check(np.abs(run["work"] - W).max() < 2e-4, "moved_trap: mean work, second order in the cells")

    def stochastic_resonance():
        found = {}
        for D in (0.12, 0.15, 0.18):
            run = Run("stochastic_resonance", f"model.parameters.D={D}", "time.snapshots=[1]")
            found[D] = run.attributes["floquet_amplitude"]
            near(found[D], resonance(0.1, 0.1, D)[0], 2e-5, f"{run.name}: amplitude")
        check(found[0.15] > max(found[0.12], found[0.18]), f"stochastic_resonance: a maximum over the noise, {found}")

    return [moved_trap, stochastic_resonance]
