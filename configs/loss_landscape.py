#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""loss_landscape.py loss_landscape.h5: the loss of a small network over the plane through two of its minima, as tools that
draw loss landscapes write it: xcoordinates, ycoordinates, train_loss of shape ny x nx. Beside it the root of the covariance
of one example's gradient in that plane, C = [[a, 0], [b, c]] [[a, b], [0, c]].

A network of 2 inputs, 4 tanh units and 1 output (17 weights) learns which of two circles a point is on, from 48 points and
by gradient descent from two seeds; (0, 0) is the one minimum and (distance, 0) the other. y is a direction of random numbers
at a right angle. Coordinates are lengths in the space of weights, so that SGD's rate is the same in both."""
import sys

import h5py
import numpy as np

HIDDEN, POINTS, DECAY = 4, 48, 1.2e-2


def data():
    random = np.random.default_rng(7)
    angle = random.uniform(0, 2 * np.pi, POINTS)
    label = np.arange(POINTS) % 2
    radius = np.where(label == 1, 0.5, 1.3) + 0.12 * random.standard_normal(POINTS)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), 2.0 * label - 1


def losses_and_gradients(w, x, s):
    """Of each example: log(1 + exp(-s f(x))) + decay |w|^2/2, and its gradient in the 17 weights."""
    inner, bias, outer, shift = w[:8].reshape(HIDDEN, 2), w[8:12], w[12:16], w[16]
    h = np.tanh(x @ inner.T + bias)
    margin = s * (h @ outer + shift)
    slope = (-s / (1 + np.exp(margin)))[:, None]
    back = slope * outer * (1 - h * h)
    gradient = np.concatenate([(back[:, :, None] * x[:, None, :]).reshape(len(x), -1), back, slope * h, slope], axis=1)
    return np.logaddexp(0, -margin) + DECAY * w @ w / 2, gradient + DECAY * w


def train(seed, x, s):
    w = np.random.default_rng(seed).standard_normal(17)
    for _ in range(20000):
        w = w - 0.3 * losses_and_gradients(w, x, s)[1].mean(axis=0)
    return w


def plane(one, other):
    """Unit vectors: towards the other minimum, and at random at a right angle to it."""
    u = other - one
    u = u / np.sqrt(u @ u)
    v = np.random.default_rng(3).standard_normal(len(u))
    v = v - (v @ u) * u
    return u, v / np.sqrt(v @ v)


def main(path):
    x, s = data()
    one, other = train(SEEDS[0], x, s), train(SEEDS[1], x, s)
    u, v = plane(one, other)
    far = np.sqrt((other - one) @ (other - one))
    xs, ys = np.linspace(-0.5 * far, 1.5 * far, 49), np.linspace(-3.2, 3.2, 41)
    loss, a, b, c = np.zeros((4, len(ys), len(xs)))
    for j, q in enumerate(ys):
        for i, p in enumerate(xs):
            each, gradient = losses_and_gradients(one + p * u + q * v, x, s)
            g = gradient @ np.stack([u, v], axis=1)
            g = g - g.mean(axis=0)
            C = g.T @ g / POINTS
            loss[j, i], a[j, i] = each.mean(), np.sqrt(C[0, 0])
            b[j, i] = C[0, 1] / a[j, i]
            c[j, i] = np.sqrt(max(C[1, 1] - b[j, i] ** 2, 0))
    with h5py.File(path, "w") as file:
        file["xcoordinates"], file["ycoordinates"] = xs, ys
        for name, values in {"train_loss": loss, "noise_a": a, "noise_b": b, "noise_c": c}.items():
            file.create_dataset(name, data=values.astype(np.float32), compression="gzip", shuffle=True)
    return xs, ys, loss, a, b, c


SEEDS = (2, 6)

if __name__ == "__main__":
    main(sys.argv[1])
