#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the polynomials of vecmath.h (lowest power first) with their errors; needs mpmath.

Near-minimax fits at Chebyshev points in 60 digits, rounded to double. Each line says which
function of which variable is fitted on which interval."""
import mpmath as mp

mp.mp.dps = 60


def fit(name, f, lo, hi, terms, weight=lambda x: mp.mpf(1)):
    """Polynomial p of `terms` terms with weight (f - p) small on [lo, hi]; its largest error."""
    n = 3 * terms
    nodes = [(lo + hi) / 2 + (hi - lo) / 2 * mp.cos(mp.pi * (k + mp.mpf(1) / 2) / n)
             for k in range(n)]
    for sweep in range(12):  # Lawson: least squares with weights that grow where the error is
        if sweep == 0:
            w = [mp.mpf(1)] * n
        A = mp.matrix(n, terms)
        b = mp.matrix(n, 1)
        for i, x in enumerate(nodes):
            s = mp.sqrt(w[i]) * weight(x)
            b[i] = s * f(x)
            for k in range(terms):
                A[i, k] = s * x**k
        c = mp.lu_solve(A, b)
        e = [abs(weight(x) * (f(x) - mp.polyval(list(c)[::-1], x))) for x in nodes]
        mean = sum(wi * ei for wi, ei in zip(w, e)) / sum(w)
        w = [wi * ei / mean for wi, ei in zip(w, e)] if mean > 0 else w
    c = [float(x) for x in c]
    error = max(abs(weight(x) * (f(x) - mp.polyval([mp.mpf(y) for y in c[::-1]], x)))
                for x in mp.linspace(lo, hi, 400))
    print(f"/* {name}, error {mp.nstr(error, 2)} */")
    print(", ".join(x.hex() for x in c))
    return c


def series(f, x0):
    """f(z) without 0/0 at the left end."""
    return lambda z: f(z if z > 0 else mp.mpf(10)**-40)


third = mp.mpf(1) / 3
s2 = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1))**2 * mp.mpf("1.0001")
r2 = (mp.pi / 4)**2 * mp.mpf("1.0001")
a2 = mp.tan(mp.pi / 8)**2 * mp.mpf("1.0001")
eps = mp.mpf(10)**-18  # below it the leading term is exact enough for the fit


def at_least(z):
    return max(z, eps)


def log_tail(z):   # 2 atanh(s) = 2 s + s z P(z), z = s^2
    s = mp.sqrt(at_least(z))
    return (2 * mp.atanh(s) / s - 2) / at_least(z)


def log_tail2(z):  # 2 atanh(s) = 2 s + 2/3 s^3 + s z^2 P(z)
    s = mp.sqrt(at_least(z))
    return (2 * mp.atanh(s) / s - 2 - 2 * third * at_least(z)) / at_least(z)**2


def sin_tail(z):   # sin r = r + r z P(z), z = r^2
    r = mp.sqrt(at_least(z))
    return (mp.sin(r) / r - 1) / at_least(z)


def cos_tail(z):   # cos r = 1 - z/2 + z^2 P(z)
    z = max(z, mp.mpf(10)**-10)
    return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2


def exp_tail(r):   # exp r = 1 + r + r^2 P(r)
    r = r if abs(r) > mp.mpf(10)**-12 else mp.mpf(10)**-12
    return (mp.expm1(r) - r) / r**2


def atan_tail(z):  # atan t = t + t z P(z)
    t = mp.sqrt(at_least(z))
    return (mp.atan(t) / t - 1) / at_least(z)


def erf_small(z):  # erf x = x P(x^2)
    x = mp.sqrt(at_least(z))
    return mp.erf(x) / x


def erf_x(t):      # t = (x - 2)/(x + 2)
    return 2 * (1 + t) / (1 - t)


def erf_large(t):  # 1 - erf x = exp(-x^2) P(t)
    x = erf_x(t)
    return mp.exp(x**2) * mp.erfc(x)


ln2half = mp.log(2) / 2 * mp.mpf("1.001")
fit("log: 2 atanh(s) = 2 s + s z P(z), z = s^2", log_tail, mp.mpf(0), s2, 7, lambda z: z)
fit("pow: 2 atanh(s) = 2 s + 2/3 s z + s z^2 P(z)", log_tail2, mp.mpf(0), s2, 9,
    lambda z: z**2)
fit("exp: exp(r) = 1 + r + r^2 P(r)", exp_tail, -ln2half, ln2half, 10, lambda r: r**2)
fit("sin: sin(r) = r + r z P(z), z = r^2", sin_tail, mp.mpf(0), r2, 6, lambda z: z)
fit("cos: cos(r) = 1 - z/2 + z^2 P(z)", cos_tail, mp.mpf(0), r2, 6, lambda z: z**2)
fit("atan: atan(t) = t + t z P(z), z = t^2", atan_tail, mp.mpf(0), a2, 12, lambda z: z)
fit("erf, |x| <= 1: erf(x) = x P(x^2)", erf_small, mp.mpf(0), mp.mpf(1), 13)
fit("erf, 1 <= x <= 6: erf(x) = 1 - exp(-x^2) P((x - 2)/(x + 2))", erf_large,
    -third, mp.mpf(1) / 2, 13, lambda t: mp.exp(-erf_x(t)**2))
mp.mp.dps = 400
bits = int(mp.floor(2 / mp.pi * mp.mpf(2)**1216))
print("/* 2/pi, 64 bits a word, most significant first */")
print(", ".join(f"0x{bits >> 64 * (18 - k) & (1 << 64) - 1:016x}" for k in range(19)))
for name, x in (("ln2", mp.log(2)), ("pi/2", mp.pi / 2)):
    high = mp.floor(x * mp.mpf(2)**33) / mp.mpf(2)**33
    middle = mp.floor((x - high) * mp.mpf(2)**66) / mp.mpf(2)**66
    print(f"/* {name}: parts of 33 bits and the rest */",
          ", ".join(float(y).hex() for y in (high, middle, x - high - middle, x - high)))
