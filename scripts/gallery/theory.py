# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed formulas that several rows use: the linear gradient h x with the quadratic noise
c0 + c1 x + c2 x^2 (Pearson's diffusions), and the covariance that linear SGD ends with. alpha is
the interpretation: 0 Ito, 1/2 Stratonovich, 1 Klimontovich."""
import numpy as np
from scipy import integrate, linalg

ALPHAS = {"ito": 0.0, "stratonovich": 0.5, "klimontovich": 1.0}


def pearson_moments(t, start, h, eta, c, alpha):
    """Moments m_1 ... m_n of p(x, t), n = len(start): from E f' of dx = (-h x + alpha eta C'/2) dt
    + sqrt(eta C) dB, closed since C = c[0] + c[1] x + c[2] x^2:
    m_n' = -(n a - n (n - 1) eta c2/2) m_n + (n eta c1/2) (alpha + n - 1) m_(n-1)
           + (n (n - 1)/2) eta c0 m_(n-2),   a = h - alpha eta c2."""
    size = len(start) + 1  # m_0 = 1 with them: then the system has no right-hand side
    matrix = np.zeros((size, size))
    for n in range(1, size):
        matrix[n, n] = -n * (h - alpha * eta * c[2]) + n * (n - 1) * eta * c[2] / 2
        matrix[n, n - 1] = n * eta * c[1] / 2 * (alpha + n - 1)
        if n > 1:
            matrix[n, n - 2] = n * (n - 1) / 2 * eta * c[0]
    return (linalg.expm(t * matrix) @ np.concatenate([[1], start]))[1:]


def normal_moments(mean, sd):
    """First three moments of a normal law."""
    return np.array([mean, mean**2 + sd**2, mean**3 + 3 * mean * sd**2])


def skewness(moments):
    m1, m2, m3 = moments
    return (m3 - 3 * m1 * m2 + 2 * m1**3) / (m2 - m1**2) ** 1.5


def sgd_second_moment(steps, mean, second, h, eta, c0, c2):
    """E x_k^2 of x <- x - eta (h x + sqrt(c0 + c2 x^2) xi): exact, step by step."""
    factor = (1 - eta * h) ** 2 + eta**2 * c2
    for _ in range(steps):
        second = factor * second + eta**2 * c0
    return second


def power_law(w, sg, r, sH, H, eta, alpha):
    """ln p of Theorem 2 of Meng et al. with the interpretation's exponent, without ln Z:
    p ~ C^(-kappa - 1 + alpha) exp( 4 H r/(eta sH sqrt D) arctan(C'/sqrt D) ), D = 4 sg sH - 4 r^2."""
    root = np.sqrt(4 * sg * sH - 4 * r**2)
    C = sg + 2 * r * w + sH * w**2
    tilt = 4 * H * r / (eta * sH * root) * np.arctan((2 * sH * w + 2 * r) / root)
    return (-H / (eta * sH) - 1 + alpha) * np.log(C) + tilt


def lyapunov(H, C, eta):
    """X with H X + X H = eta C: the covariance of the equation."""
    return linalg.solve_continuous_lyapunov(H, eta * C)


def sgd_covariance(H, C, eta):
    """X = (1 - eta H) X (1 - eta H) + eta^2 C: the covariance of linear SGD itself."""
    return linalg.solve_discrete_lyapunov(np.eye(len(H)) - eta * H, eta**2 * C)


def momentum_variance(eta, h, noise, mu):
    """E x^2 of v <- mu v + h x + xi, x <- x - eta v, Var xi = noise; stable for eta h < 2(1 + mu)."""
    return eta * noise * (1 + mu) / (h * (1 - mu) * (2 * (1 + mu) - eta * h))


def passage_time(G, C, eta, alpha, low, start, target, points=400001):
    """Mean time (t = eta k) of the equation from start to target > start, reflected at low:
    tau = int_a^b dy (2/eta) C^-alpha e^Phi int_lo^y C^(alpha-1) e^-Phi dz, Phi = (2/eta) int G/C; by trapezoids."""
    x = np.linspace(low, target, points)
    phi = 2 / eta * integrate.cumulative_trapezoid(G(x) / C(x), x, initial=0)
    phi -= phi.min()
    inner = integrate.cumulative_trapezoid(C(x) ** (alpha - 1) * np.exp(-phi), x, initial=0)
    on_the_way = x >= start
    x, phi, inner = x[on_the_way], phi[on_the_way], inner[on_the_way]
    return float(integrate.trapezoid(2 / eta * C(x) ** -alpha * np.exp(phi) * inner, x))


def steps_to_leave(G, C, eta, low, start, target, cells=1600):
    """Mean number of steps of x <- x - eta (G + sqrt(C) xi) from start until x > target: T = 1 + K T
    on the midpoints of cells, K the steps' density. Exact but for the cells and what is below low."""
    h = (target - low) / cells
    x = low + (np.arange(cells) + 0.5) * h
    sd = eta * np.sqrt(C(x))[:, None]
    K = np.exp(-0.5 * ((x[None, :] - (x - eta * G(x))[:, None]) / sd) ** 2) / (np.sqrt(2 * np.pi) * sd) * h
    return float(np.interp(start, x, np.linalg.solve(np.eye(cells) - K, np.ones(cells))))


def slope(x, y, weight):
    """Slope of y over x by weighted least squares."""
    x0, y0 = np.average(x, weights=weight), np.average(y, weights=weight)
    return np.sum(weight * (x - x0) * (y - y0)) / np.sum(weight * (x - x0) ** 2)


def slope_error(x, weight):
    """Its standard error when y has the variance 1/weight."""
    return 1 / np.sqrt(np.sum(weight * (x - np.average(x, weights=weight)) ** 2))
