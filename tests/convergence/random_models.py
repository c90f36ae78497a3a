#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""random_models.py [--make FILE]: 200 random models of one variable and their laws, computed without fokker.

    p_t = -J',   J = (b + alpha D') p - (D p)'

Smooth coefficients: Galerkin's method on spectral elements (Gauss-Lobatto nodes, weights W, derivative G),
    W p_t = G^T W [ (b + alpha D') p - G (D p) ],      J = 0 at the ends (p = 0 where absorbing, one ring where periodic),
and in time L-stable Pade steps of order 11 that double from a 128th of the first snapshot on. Noise that vanishes at
walls: D = c x by the noncentral chi-square law (Feller 1951), D = c x (1-x) by Jacobi's polynomials. Every law is
computed twice, on different elements, nodes and steps (or sums); the largest difference is stored as its own error.
"""
import functools
import json
import multiprocessing
import os
import sys

import numpy as np
from scipy import special, stats
from scipy.sparse import csc_matrix, diags
from scipy.sparse.linalg import splu

MODELS, POINTS = 200, 7
OWN_ERROR = 2e-7  # models whose two laws differ by more are drawn again: such a law is no reference


# --- Models ------------------------------------------------------------------------------------------------------------

def evaluate(text, x):
    """An expression of the settings at x."""
    names = {"x": x, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "exp": np.exp, "tanh": np.tanh}
    return eval(text.replace("^", "**"), {"__builtins__": {}}, names) + 0 * x


def smooth_diffusion(rng, D):
    """Constant or varying with the place, about D; written as an expression."""
    return [f"{D:.6g}", f"{D:.6g}*(1 + {rng.uniform(.1, 1):.3f}*x^2)", f"{D:.6g}*(1 + {rng.uniform(.2, .8):.3f}*sin({rng.integers(1, 4)}*x))",
            f"{D:.6g}*exp({rng.uniform(-.5, .5):.3f}*x)"][rng.integers(4)]


def drift_model(rng):
    """Drift in a potential of one of four shapes, diffusion D."""
    k, D = 10 ** rng.uniform(-.5, .7), 10 ** rng.uniform(-2.7, 0)
    shape = rng.integers(4)
    drift = [f"-{k:.4f}*(x - {rng.uniform(-.5, .5):.3f})", f"{k:.4f}*(x - x^3) + {rng.uniform(-.2, .2):.3f}",
             f"{rng.uniform(-2, 2):.4f} - {k:.4f}*sin(x)", f"-{k:.4f}*(x + .3)/sqrt(1 + 4*(x + .3)^2)"][shape]
    lo, hi = (-np.pi, np.pi) if shape == 2 else (-rng.uniform(1.8, 3), rng.uniform(1.8, 3))
    noise = f"{D:.6g}*(1 + .5*cos({rng.integers(1, 3)}*x))" if shape == 2 and rng.random() < .5 else f"{D:.6g}" if shape == 2 else smooth_diffusion(rng, D)
    return {"text": f"drift: {drift}, diffusion: '{noise}'", "b": drift, "D": noise, "lo": lo, "hi": hi,
            "boundary": "periodic" if shape == 2 else ["reflecting", "absorbing", "[reflecting, absorbing]"][rng.choice(3, p=[.7, .15, .15])],
            "rate": k, "D0": D}


def loss_model(rng):
    """Loss with a covariance of the gradient; time counts steps."""
    eta, batch, k = 10 ** rng.uniform(-2, -.5), int(2 ** rng.integers(0, 6)), 10 ** rng.uniform(-.5, .5)
    loss, gradient = [(f"{k:.4f}*x^2/2", f"{k:.4f}*x"), (f"{k:.4f}*(x^2 - 1)^2/4", f"{k:.4f}*(x^3 - x)"),
                      (f"{k:.4f}*sqrt(1 + x^2)", f"{k:.4f}*x/sqrt(1 + x^2)")][rng.integers(3)]
    C = smooth_diffusion(rng, 10 ** rng.uniform(-1, .3))
    return {"text": f"loss: {loss}, noise: {{covariance: '{C}'}}, learning_rate: {eta!r}, batch_size: {batch}",
            "b": f"-{eta!r}*({gradient})", "D": f"{eta!r}^2/2*({C})/{batch}", "lo": -rng.uniform(1.8, 3), "hi": rng.uniform(1.8, 3),
            "boundary": "reflecting", "rate": eta * k, "D0": eta**2 / 2 * evaluate(C, 0.5) / batch}


def examples_model(rng):
    """SGD on three to five examples c (x^2 - 1)^2/4 + k (x - a)^2/2, whose noise follows from them."""
    eta, batch = 10 ** rng.uniform(-1.7, -.7), int(2 ** rng.integers(0, 5))
    parts = [(round(rng.uniform(0, 1), 2), round(rng.uniform(.5, 1.5), 2), round(rng.uniform(-1, 1), 2)) for _ in range(rng.integers(3, 6))]
    losses = [f"{c}*(x^2 - 1)^2/4 + {k}*(x - ({a}))^2/2" for c, k, a in parts]
    each = [f"{c}*(x^3 - x) + {k}*(x - ({a}))" for c, k, a in parts]
    G = "(" + " + ".join(each) + f")/{len(each)}"
    C = "(" + " + ".join(f"({g} - {G})^2" for g in each) + f")/{len(each)}"
    return {"text": "datapoints: [" + ", ".join(f"'{one}'" for one in losses) + f"], learning_rate: {eta!r}, batch_size: {batch}",
            "b": f"-{eta!r}*{G}", "D": f"{eta!r}^2/2*{C}/{batch}", "lo": -rng.uniform(2, 3), "hi": rng.uniform(2, 3),
            "boundary": "reflecting", "rate": eta, "D0": eta**2 / 2 * float(evaluate(C, 0.3)) / batch}


def wall_model(rng):
    """Noise that vanishes at a wall: D = c x on [0, L], c x (1-x) on [0, 1], c x^2 on [0, L]."""
    kind = ["root", "jacobi", "square"][rng.choice(3, p=[.4, .4, .2])]
    c, k = round(10 ** rng.uniform(-.7, .5), 3), round(10 ** rng.uniform(-.5, .5), 3)
    shape = [round(10 ** rng.uniform(-.7, .7), 3) for _ in range(2)]
    # stationary: Gamma(shape, scale c/k), Beta(shapes), an inverse Gamma law
    drift = {"root": f"{c}*{shape[0]} - {k}*x", "jacobi": f"{c}*({shape[0]}*(1 - x) - {shape[1]}*x)", "square": f"{k}*({shape[0]} - x)"}[kind]
    noise = {"root": f"{c}*x", "jacobi": f"{c}*x*(1 - x)", "square": f"{c / 10:.4g}*x^2"}[kind]
    hi = {"root": round(c / k * (shape[0] + 8 * np.sqrt(shape[0]) + 30), 3), "jacobi": 1.0, "square": round(5 * shape[0], 3)}[kind]
    return {"text": f"drift: {drift}, diffusion: '{noise}'", "b": drift, "D": noise, "lo": 0.0, "hi": hi, "boundary": "reflecting",
            "rate": {"root": k, "jacobi": c * sum(shape), "square": k}[kind], "D0": float(evaluate(noise, hi / 4)), "wall": kind,
            "c": c, "k": k, "shape": shape}


def faces_of(grid):
    """Faces of the axis, as grids/spacing.h and the method of equal proportions for one aligned point."""
    lo, hi, n, spacing = grid["lo"], grid["hi"], grid["cells"], grid["spacing"]
    if spacing == "sinh":
        u = np.arcsinh((np.array([lo, hi]) - grid["about"]) / grid["scale"])
        return np.r_[lo, grid["about"] + grid["scale"] * np.sinh(u[0] + (u[1] - u[0]) * np.arange(1, n) / n), hi]
    if spacing == "geometric":
        c = n / (n - 1) * np.log(grid["ratio"])
        return lo + (hi - lo) * np.expm1(c * np.arange(n + 1) / n) / np.expm1(c)
    if spacing == "align":
        count = [1, 1]
        length = [grid["about"] - lo, hi - grid["about"]]
        while sum(count) < n:
            claim = [length[j] / np.sqrt(count[j] * (count[j] + 1)) for j in range(2)]
            count[int(claim[1] > claim[0])] += 1
        return np.r_[np.linspace(lo, grid["about"], count[0] + 1), np.linspace(grid["about"], hi, count[1] + 1)[1:]]
    return np.linspace(lo, hi, n + 1)


def grid_model(rng, model):
    """The user's cells; adds the section's text to the model."""
    lo, hi = float(f"{model['lo']:.12g}"), float(f"{model['hi']:.12g}")
    spacing = ["uniform", "sinh", "geometric", "align"][rng.choice(4, p=[.55, .15, .15, .15])]
    grid = {"lo": lo, "hi": hi, "cells": int(rng.choice([64, 96, 128, 200, 256, 384, 512])), "spacing": spacing,
            "about": round(lo + (hi - lo) * rng.uniform(.2, .8), 3), "scale": round((hi - lo) / 4, 3), "ratio": round(rng.uniform(1.5, 5), 2)}
    extra = {"uniform": "", "sinh": f", spacing: sinh, about: {grid['about']}, scale: {grid['scale']}",
             "geometric": f", spacing: geometric, ratio: {grid['ratio']}", "align": f", align: [{grid['about']}]"}[spacing]
    model.update(lo=lo, hi=hi, grid=grid)
    return f"grid: {{x: {{min: {lo!r}, max: {hi!r}, cells: {grid['cells']}, boundary: {model['boundary']}{extra}}}}}"


def start_model(rng, model):
    """Normal laws from a third of a cell to wide, points, uniform laws."""
    lo, hi = model["lo"], model["hi"]
    mean = round(lo + (hi - lo) * rng.uniform(.25, .75), 4)
    kind = ["gaussian", "point", "uniform"][rng.choice(3, p=[.6, .2, .2])]
    if kind == "gaussian":
        sd = float(f"{10 ** rng.uniform(np.log10(.3 * (hi - lo) / model['grid']['cells']), np.log10((hi - lo) / 10)):.4g}")
        model["start"] = ("gaussian", mean, sd)
        return f"gaussian: {{mean: {mean}, std: {sd}}}"
    half = round((hi - lo) * rng.uniform(.02, .2), 4)
    model["start"] = ("point", mean, 0) if kind == "point" else ("uniform", mean - half, mean + half)
    return f"point: {mean}" if kind == "point" else f"uniform: {{min: {mean - half!r}, max: {mean + half!r}}}"


def draw(index, attempt):
    """Model `index` (drawn for the attempt-th time) with the text of its settings."""
    rng = np.random.default_rng([11, index, attempt])
    model = [drift_model, loss_model, examples_model, wall_model][rng.choice(4, p=[.4, .15, .25, .2])](rng)
    grid = grid_model(rng, model)
    start = start_model(rng, model)
    alpha = int(rng.integers(3))
    model["alpha"] = [0, .5, 1][alpha]
    decade = rng.uniform(-2.5, 3.5)  # of the first time, in relaxation times
    first = float(f"{min(10 ** decade, 1e3) / model['rate']:.4g}")
    model["times"] = [first, float(f"{first * 10 ** rng.uniform(.3, 1):.4g}")]
    model["settings"] = (f"model: {{variables: [x], {model['text']}, interpretation: {['ito', 'stratonovich', 'klimontovich'][alpha]}}}\n"
                         f"{grid}\ninitial: {{{start}}}\ntime: {{snapshots: {model['times']}}}\n")
    return model


# --- Spectral elements -------------------------------------------------------------------------------------------------

@functools.lru_cache(None)
def lobatto(n):
    """Gauss-Lobatto nodes, weights, derivative matrix of degree n on [-1, 1]."""
    P = np.polynomial.legendre.Legendre.basis(n)
    x = np.r_[-1, np.sort(P.deriv().roots().real), 1]
    w = 2 / (n * (n + 1) * P(x) ** 2)
    gap = x[:, None] - x[None, :] + np.eye(n + 1)
    c = gap.prod(axis=1)
    G = c[:, None] / c[None, :] / gap
    np.fill_diagonal(G, 0)
    np.fill_diagonal(G, -G.sum(axis=1))
    return x, w, G


@functools.lru_cache(None)
def pade(k):
    """Poles and residues of the (k-1, k) Pade approximant of exp, one of each pair: R(z) = 2 Re sum r/(z - s)."""
    f = special.factorial
    num = [f(2 * k - 1 - j) * f(k - 1) / (f(2 * k - 1) * f(j) * f(k - 1 - j)) for j in range(k)]
    den = [(-1) ** j * f(2 * k - 1 - j) * f(k) / (f(2 * k - 1) * f(j) * f(k - j)) for j in range(k + 1)]
    N, Q = np.polynomial.Polynomial(num), np.polynomial.Polynomial(den)
    s = Q.roots()
    s = s[s.imag > 0]
    return s, N(s) / Q.deriv()(s)


class Elements:
    """Galerkin's method on equal elements of degree n. p[nodes] is continuous; local values are p[self.node]."""

    def __init__(self, model, elements, n):
        lo, hi = model["lo"], model["hi"]
        self.edge, self.n = np.linspace(lo, hi, elements + 1), n
        self.h = (hi - lo) / elements / 2
        z, w, G = lobatto(n)
        x = (self.edge[:-1, None] + self.h) + self.h * z
        self.node = np.arange(elements)[:, None] * n + np.arange(n + 1)
        periodic = model["boundary"] == "periodic"
        if periodic:
            self.node[-1, -1] = 0
        self.nodes = elements * n + (not periodic)
        b, D = evaluate(model["b"], x), evaluate(model["D"], x)
        b = b + model["alpha"] * (D @ G.T) / self.h
        local = np.array([G.T @ (w[:, None] * (np.diag(bk * self.h) - G * Dk)) / self.h for bk, Dk in zip(b, D)])
        mass = np.bincount(self.node.ravel(), np.tile(w * self.h, elements), self.nodes)
        rows, columns = np.repeat(self.node, n + 1, axis=1).ravel(), np.tile(self.node, (1, n + 1)).ravel()
        A = diags(1 / mass) @ csc_matrix((local.ravel(), (rows, columns)), (self.nodes, self.nodes))
        ends = {"absorbing": [0, -1], "[reflecting, absorbing]": [-1]}.get(model["boundary"], [])
        self.free = np.ones(self.nodes)
        self.free[ends] = 0
        self.A, self.mass = (diags(self.free) @ A @ diags(self.free)).tocsc(), mass

    def basis(self, x):
        """Element of x and the values of its basis there."""
        z = lobatto(self.n)[0]
        e = min(max(int((x - self.edge[0]) / (2 * self.h)), 0), len(self.edge) - 2)
        y = (x - self.edge[e]) / self.h - 1
        v = np.array([np.prod([(y - z[j]) / (z[i] - z[j]) for j in range(self.n + 1) if j != i]) for i in range(self.n + 1)])
        return e, v

    def start(self, points, weights):
        """Projection of sum weights delta(x - points)."""
        p = np.zeros(self.nodes)
        for x, weight in zip(points, weights):
            e, v = self.basis(x)
            np.add.at(p, self.node[e], weight * v)
        return p / self.mass * self.free

    def advance(self, p, t0, t1, dt, steps):
        """p(t1): windows of `steps` equal steps; each window is twice as long as the one before. Gives p and the last dt."""
        s, r = pade(6)
        eye = diags(np.ones(self.nodes)).tocsc()
        while t0 < t1 * (1 - 1e-12):
            last = t0 + steps * dt * 1.5 >= t1
            many = max(1, int(np.ceil((t1 - t0) / dt - 1e-9))) if last else steps
            length = (t1 - t0) / many if last else dt
            solvers = [splu(self.A * length - sk * eye) for sk in s]
            for _ in range(many):
                p = 2 * sum(rk * solver.solve(p.astype(complex)) for rk, solver in zip(r, solvers)).real
            t0 += many * length
            dt *= 2
        return p, dt / 2

    def cumulative(self, p, at):
        """Integral of p from lo to each of `at`."""
        z, w, _ = lobatto(self.n)
        y, g = np.polynomial.legendre.leggauss(self.n // 2 + 1)
        whole = np.r_[0, np.cumsum(p[self.node] @ w) * self.h]
        out = []
        for x in at:
            e = self.basis(x)[0]
            half = (x - self.edge[e]) / 2
            part = sum(gk * half * (self.basis(self.edge[e] + half * (1 + yk))[1] @ p[self.node[e]]) for yk, gk in zip(y, g))
            out.append(whole[e] + part)
        return np.array(out)

    def moments(self, p):
        """Mass; mean and standard deviation of what is left."""
        z, w, _ = lobatto(self.n)
        x = (self.edge[:-1, None] + self.h) + self.h * z
        q = p[self.node] * w * self.h
        mass = q.sum()
        mean = (q * x).sum() / mass
        return mass, mean, np.sqrt((q * (x - mean) ** 2).sum() / mass)


def start_points(model, many):
    """Quadrature of the initial law, normalised in the box (wrapped around a ring)."""
    kind, a, b = model["start"]
    lo, hi = model["lo"], model["hi"]
    if kind == "point":
        return np.array([a]), np.array([1.0])
    left, right = (a, b) if kind == "uniform" else (a - 9 * b, a + 9 * b)
    if kind == "gaussian" and model["boundary"] != "periodic":
        left, right = max(lo, left), min(hi, right)
    y, w = np.polynomial.legendre.leggauss(many)
    x, w = (left + right) / 2 + (right - left) / 2 * y, w if kind == "uniform" else w * np.exp(-(((left + right) / 2 + (right - left) / 2 * y - a) / b) ** 2 / 2)
    return (lo + (x - lo) % (hi - lo) if model["boundary"] == "periodic" else x), w / w.sum()


def narrowest(model):
    """About the narrowest scale there is at the snapshots or in the law at rest."""
    width = model["start"][2] if model["start"][0] == "gaussian" else 0
    rest = np.sqrt(model["D0"] / model["rate"]) / 1.5
    early = np.sqrt(width**2 + 2 * model["D0"] * model["times"][0])
    return min(rest, early, (model["hi"] - model["lo"]) / 20)


def smooth_laws(model, finer):
    """Functions (points -> F) and moments at the snapshots."""
    length = model["hi"] - model["lo"]
    elements = int(np.ceil(length / narrowest(model) / (1.6 if finer else 2)))
    if elements > 400:
        raise ValueError(f"{elements} elements")
    space = Elements(model, elements + (elements % 2 == 0), 11 if finer else 10)
    p, t, dt, laws = space.start(*start_points(model, 160 if finer else 128)), 0, model["times"][0] / 128, []
    for until in model["times"]:
        p, dt = space.advance(p, t, until, dt / (1.5 if finer else 1), 3 if finer else 2)
        t = until
        laws.append((functools.partial(space.cumulative, p), space.moments(p)))
    return laws


# --- Walls without noise -----------------------------------------------------------------------------------------------

def root_laws(model, finer):
    """dx = (c a - k x) dt + sqrt(2 c x) dW: x(t)/s, s = c (1 - e^{-kt})/(2k), is noncentral chi-square with 2 a degrees of
    freedom about x0 e^{-kt}/s (Feller 1951)."""
    c, k, a = model["c"], model["k"], model["shape"][0] + model["alpha"]
    x0, w = start_points(model, 60 if finer else 48)
    laws = []
    for t in model["times"]:
        e = np.exp(-k * t)
        s = c * -np.expm1(-k * t) / (2 * k)
        mean = x0 * e + c * a * (1 - e) / k
        variance = 2 * c * x0 / k * (e - e * e) + c * c * a / k**2 * (1 - e) ** 2
        m = w @ mean

        def F(at, e=e, s=s):
            return np.array([w @ stats.ncx2.cdf(x / s, 2 * a, x0 * e / s) for x in at])
        laws.append((F, (1.0, m, np.sqrt(w @ (variance + (mean - m) ** 2)))))
    return laws


def jacobi_laws(model, finer):
    """dp/dt = -(c (a (1-x) - b x) p)' + (c x (1-x) p)'': p = sum_n e^{-c n (n+a+b-1) t} <P_n> P_n w / |P_n|^2, P_n Jacobi's
    polynomials for the weight w = x^(a-1) (1-x)^(b-1); Integral_0^x P_n w = -x^a (1-x)^b P'_n-like / n (DLMF 18.9.15)."""
    c, alpha = model["c"], model["alpha"]
    a, b = model["shape"][0] + alpha, model["shape"][1] + alpha
    x0, w0 = start_points(model, 60 if finer else 48)
    n = np.arange(1, 120 if finer else 90)
    start = np.array([w0 @ special.eval_jacobi(j, b - 1, a - 1, 2 * x0 - 1) for j in n])
    square = np.exp(special.gammaln(n + a) + special.gammaln(n + b) - special.gammaln(n + 1.0) - special.gammaln(n + a + b - 1)) / (2 * n + a + b - 1)
    laws = []
    for t in model["times"]:
        rate = c * n * (n + a + b - 1)
        weight = np.exp(-rate * t) * start / square
        if abs(weight[-1]) > 1e-10:
            raise ValueError("the sum has not ended")

        def F(at, weight=weight):
            x = np.clip(np.asarray(at, float), 0, 1)
            P = np.array([special.eval_jacobi(j - 1, b, a, 2 * x - 1) / j for j in n])
            return special.betainc(a, b, x) - x**a * (1 - x) ** b * (weight @ P)
        e1, e2 = np.exp(-c * (a + b) * t), np.exp(-2 * c * (a + b + 1) * t)
        rest, rest2 = a / (a + b), a * (a + 1) / ((a + b) * (a + b + 1))
        m0, s0 = w0 @ x0, w0 @ x0**2
        mean = rest + (m0 - rest) * e1
        # <x^2>' = 2 c (a+1) <x> - 2 c (a+b+1) <x^2>
        mixed = 2 * (a + 1) * (m0 - rest) / (a + b + 2)
        second = rest2 + mixed * e1 + (s0 - rest2 - mixed) * e2
        laws.append((F, (1.0, mean, np.sqrt(second - mean**2))))
    return laws


# --- References --------------------------------------------------------------------------------------------------------

def reference(model):
    """At each snapshot: faces, F there, mass, mean, sd, and the law's own error."""
    solve = {"root": root_laws, "jacobi": jacobi_laws}.get(model.get("wall"), smooth_laws)
    faces = faces_of(model["grid"])
    rows = []
    for t, (F, moments), (coarse, others) in zip(model["times"], solve(model, True), solve(model, False)):
        cdf = F(faces[:: max(1, len(faces) // 64)])
        quantiles = np.interp(moments[0] * np.linspace(.03, .97, POINTS), cdf, faces[:: max(1, len(faces) // 64)])
        at = np.unique(np.clip([i + j for i in np.searchsorted(faces, quantiles) for j in (0, -1)], 1, len(faces) - 2))
        values = F(faces[at])
        own = max(np.abs(values - coarse(faces[at])).max(), abs(moments[0] - others[0]),
                  abs(moments[1] - others[1]) / moments[2], abs(moments[2] / others[2] - 1))
        rows.append({"time": t, "face": at.tolist(), "F": [round(v, 10) for v in values], "mass": round(moments[0], 10),
                     "mean": float(f"{moments[1]:.10g}"), "sd": float(f"{moments[2]:.10g}"), "own_error": float(f"{own:.2g}")})
    return rows


def make(index):
    """Draws model `index` until its reference is known to OWN_ERROR and something is left of its mass."""
    for attempt in range(50):
        model = draw(index, attempt)
        try:
            with np.errstate(all="ignore"):
                rows = reference(model)
        except (ValueError, RuntimeError):
            continue
        if all(row["own_error"] < OWN_ERROR and row["mass"] > 1e-3 for row in rows):
            return {"attempt": attempt, "settings": model["settings"], "faces": [float(f) for f in faces_of(model["grid"])[[1, -2]]], "snapshots": rows}
    raise RuntimeError(f"model {index}: no reference")


if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with multiprocessing.Pool(int(os.environ.get("JOBS", "2"))) as pool:
        models = []
        for one in pool.imap(make, range(MODELS)):
            models.append(one)
            print(len(models), one["attempt"], max(row["own_error"] for row in one["snapshots"]), file=sys.stderr, flush=True)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(one) for one in models) + "\n]\n")
