# SPDX-License-Identifier: GPL-3.0-or-later
"""Small output files with known contents, laid out as fokker writes them, for the tests of
scripts/: write_1d is two wells of which one is wide and quiet, its density by the dense
exponential of a finite-volume generator; write_2d is a linear drift with correlated noise, its
density and current in closed form.
"""
import itertools

import h5py
import numpy as np

UNLIMITED_CHUNK = 512


def text(value):
    """Fixed-length UTF-8, as the program writes it."""
    raw = value.encode("utf-8")
    return np.array(raw, dtype=h5py.string_dtype("utf-8", len(raw) + 1))


class Writer:
    """Datasets of the root group with their labels and dimension scales."""

    def __init__(self, path, title):
        self.file = h5py.File(path, "w", libver=("earliest", "v108"), track_order=True)
        for name, value in {"NX_class": "NXroot", "default": "entry", "Conventions": "CF-1.8",
                            "title": title, "creator": "fokker", "program_version": "0.1.0",
                            "program_commit": "0123456789ab"}.items():
            self.file.attrs[name] = text(value)
        self.file.create_group("entry")

    def add(self, name, values, axes, long_name, rows=False):
        values = np.asarray(values)
        chunk = (UNLIMITED_CHUNK,) if values.ndim == 1 else (1,) + values.shape[1:]
        data = self.file.create_dataset(
            name, data=values, maxshape=((None,) + values.shape[1:]) if rows else None,
            chunks=chunk if rows else None)
        data.attrs["long_name"], data.attrs["units"] = text(long_name), text("1")
        if axes == (name,):
            data.make_scale(name)
        else:
            for dimension, axis in zip(data.dims, axes):
                dimension.attach_scale(self.file[axis])
        return data

    def coordinates(self, times, unit, **faces):
        self.add("time", times, ("time",), f"time ({unit})", rows=True)
        for (name, face), variable in zip(faces.items(), ("w", "v")):
            self.add(name, (face[1:] + face[:-1]) / 2, (name,), variable)
            self.add(name + "_edge", face, (name + "_edge",), variable)

    def series(self, **named):
        for name, values in named.items():
            self.add(name, values, ("time",), name.replace("_", " "), rows=True)


    def law(self, density, distance):
        """A law of SGD, [nt, (ny,) nx], at these KS distances from the density."""
        self.add("law_sgd_density", density, ("time", "y", "x") if density.ndim == 3 else ("time", "x"),
                 "probability density p, law of SGD", rows=True)
        self.series(law_sgd_distance_ks=distance, law_sgd_distance_ks_errors=0.01 * distance)
        self.file.attrs["law_sgd_tolerance"] = 0.01
        self.file.attrs["law_sgd_verdict_sentence"] = text("density and the law of SGD differ")

    def escape(self, mean, times, alive, flow):
        self.file.attrs["mean_escape_time"] = mean
        self.add("exit_time", times, ("exit_time",), "time since the start")
        self.add("survival", alive, ("exit_time",), "probability not to have arrived")
        self.add("exit_density", flow, ("exit_time",), "density of the exit time")

    def modes(self, rates, left, right, axes):
        self.add("mode", np.arange(len(rates)), ("mode",), "mode")
        self.add("mode_rate", rates, ("mode",), "relaxation rate")
        self.add("mode_left", left, axes, "left function of the mode")
        self.add("mode_right", right, axes, "right function of the mode")


def two_wells(face):
    """Loss, generator rates and stationary density (Ito) of the wide and the narrow well."""
    x, h = (face[1:] + face[:-1]) / 2, np.diff(face)
    f = lambda u: 2 * u**2 - u**4  # noqa: E731
    loss = np.where(x < 0, f(x + 1), f((x - 2) / 2))
    noise = np.where(x < 0, 1.0, 0.25)
    stationary = np.exp(-np.where(x < 0, loss, 4 * loss)) / noise
    stationary /= stationary @ h
    between = np.sqrt(noise[1:] * noise[:-1]) / (h[1:] + h[:-1]) * 2
    root = np.sqrt(stationary[1:] * stationary[:-1])
    return loss, between * root / stationary[:-1], between * root / stationary[1:], stationary


def write_1d(path, cells=120, walkers=20000):
    face = np.linspace(-2, 4, cells + 1)
    x, h = (face[1:] + face[:-1]) / 2, np.diff(face)
    loss, right, left, stationary = two_wells(face)
    generator = np.zeros((cells, cells))
    for i in range(cells - 1):  # mass leaves i at rate right[i] / h, i + 1 at left[i] / h
        generator[i, i] -= right[i] / h[i]
        generator[i + 1, i] += right[i] / h[i + 1]
        generator[i + 1, i + 1] -= left[i] / h[i + 1]
        generator[i, i + 1] += left[i] / h[i]
    scale = np.sqrt(stationary)
    values, vectors = np.linalg.eigh(generator * scale / scale[:, None])
    start = np.exp(-((x + 1) ** 2) / 0.02)
    start /= start @ h
    times = np.concatenate([[0], np.logspace(-2, 3, 41)])
    amplitude = vectors.T @ (start / scale)
    density = np.array([scale * (vectors @ (np.exp(t * values) * amplitude)) for t in times])
    flux = np.zeros((len(times), cells + 1))
    flux[:, 1:-1] = right * density[:, :-1] - left * density[:, 1:]

    random = np.random.default_rng(1)
    share = np.clip(density * h, 0, None)
    share /= share.sum(axis=1, keepdims=True)
    counts = np.array([random.multinomial(walkers, row) for row in share])
    error = np.sqrt(share * (1 - share) / walkers)

    mean = density @ (x * h)
    narrow = density @ (h * (x < 0))
    seen = counts @ x / walkers
    write = Writer(path, "Wide against narrow minimum")
    write.coordinates(times, "steps", x=face)
    write.add("density", density, ("time", "x"), "probability density p(w)", rows=True)
    write.add("flux", flux, ("time", "x_edge"), "probability current J", rows=True)
    write.add("loss", loss, ("x",), "loss L")
    write.add("stationary_density", stationary, ("x",), "stationary density")
    write.add("mc_histogram", counts / walkers / h, ("time", "x"), "SGD histogram", rows=True)
    write.add("mc_histogram_errors", error / h, ("time", "x"), "standard error", rows=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(share * walkers > 10, (counts / walkers - share) / error, np.nan)
    write.add("mc_z_scores", z, ("time", "x"), "z-score of walkers against density", rows=True)
    write.series(
        mass=density @ h, mean_x=mean, variance_x=density @ (x**2 * h) - mean**2,
        l1_to_stationary=abs(density - stationary) @ h, min_density=density.min(axis=1),
        entropy=-(share * np.log(np.maximum(share, 1e-300) / h)).sum(axis=1),
        mass_in_narrow=narrow, mass_in_wide=1 - narrow,
        mc_mean_x=seen, mc_mean_x_errors=np.sqrt((counts @ x**2 / walkers - seen**2) / walkers),
        mc_variance_x=counts @ x**2 / walkers - seen**2,
        mc_mass_in_narrow=counts @ (x < 0) / walkers,
        mc_mass_in_narrow_errors=np.sqrt(narrow * (1 - narrow) / walkers))
    law = 0.9 * density + 0.1 * stationary
    write.law(law, abs(np.cumsum((law - density) * h, axis=1)).max(axis=1))
    write.series(law_sgd_mean_x=law @ (x * h), law_sgd_variance_x=law @ (x**2 * h) - (law @ (x * h)) ** 2,
                 law_sgd_mass_in_narrow=law @ (h * (x < 0)))
    slow = np.argsort(-values)[1:5]
    write.modes(-values[slow], (vectors / scale[:, None]).T[slow], (vectors * scale[:, None]).T[slow],
                ("mode", "x"))
    left = x < 0  # escape to the wide well
    inside = generator[np.ix_(left, left)]
    tau = np.zeros(cells)
    tau[left] = np.linalg.solve(inside.T, -np.ones(left.sum()))
    values, vectors = np.linalg.eig(inside * h[left][:, None] / h[left])
    spread = np.linalg.solve(vectors, (start * h)[left])
    mean = (start * h) @ tau
    t = mean * np.logspace(-3, 1, 41)
    alive = np.array([(vectors @ (np.exp(values * s) * spread)).real.sum() for s in t])
    flow = np.array([-(vectors @ (values * np.exp(values * s) * spread)).real.sum() for s in t])
    write.add("escape_time", tau, ("x",), "mean escape time")
    write.escape(mean, t, alive, flow)
    write.file.close()


def write_2d(path, cells=(60, 48)):
    """dx = -H x dt + noise of covariance C (theory of the Ornstein-Uhlenbeck process)."""
    H, C = np.array([[2, 0.5], [0.5, 1]]), np.array([[1, -0.3], [-0.3, 0.5]])
    eta = 0.1
    final = np.array([[1.27, -0.88], [-0.88, 1.49]]) / 42
    rates, basis = np.linalg.eigh(H)
    faces = [np.linspace(-1, 1, cells[0] + 1), np.linspace(-0.9, 0.9, cells[1] + 1)]
    times = np.linspace(0, 4, 21)

    def gaussian(point, mean, covariance):
        d = point - mean
        q = np.einsum("...i,ij,...j", d, np.linalg.inv(covariance), d)
        return np.exp(-q / 2) / (2 * np.pi * np.sqrt(np.linalg.det(covariance)))

    def points(a, b):
        return np.stack(np.meshgrid(a, b), axis=-1)

    centre = [(f[1:] + f[:-1]) / 2 for f in faces]
    density, flux = [], ([], [])
    for t in times:
        decay = basis @ np.diag(np.exp(-rates * t)) @ basis.T
        mean = decay @ np.array([-0.6, 0.55])
        covariance = final + decay @ (0.004 * np.eye(2) - final) @ decay
        density.append(gaussian(points(*centre), mean, covariance))
        for d, (a, b) in enumerate([(faces[0], centre[1]), (centre[0], faces[1])]):
            at = points(a, b)
            pull = -at @ H.T + (at - mean) @ (eta / 2 * C @ np.linalg.inv(covariance)).T
            flux[d].append((pull * gaussian(at, mean, covariance)[..., None])[..., d])
    density = np.array(density)
    hx, hy = np.diff(faces[0]), np.diff(faces[1])
    grid = points(*centre)
    write = Writer(path, "Linear drift with correlated noise")
    write.coordinates(times, "1/rate", x=faces[0], y=faces[1])
    write.add("density", density, ("time", "y", "x"), "probability density p(w, v)", rows=True)
    write.add("flux_x", flux[0], ("time", "y", "x_edge"), "current along w", rows=True)
    write.add("flux_y", flux[1], ("time", "y_edge", "x"), "current along v", rows=True)
    write.add("marginal_x", np.einsum("tyx,y->tx", density, hy), ("time", "x"),
              "marginal density of w", rows=True)
    write.add("marginal_y", np.einsum("tyx,x->ty", density, hx), ("time", "y"),
              "marginal density of v", rows=True)
    write.add("loss", np.einsum("...i,ij,...j", grid, H, grid) / 2, ("y", "x"), "loss L")
    left = np.moveaxis(grid @ basis, -1, 0)  # linear functions decay with the rates of H
    write.modes(rates, left, left * density[-1], ("mode", "y", "x"))
    far = np.where(grid[..., 0] > 0.5, 0, 1 + (grid**2).sum(-1))
    with np.errstate(divide="ignore"):
        write.add("escape_time", far, ("y", "x"), "mean escape time")
        write.add("escape_time_log10", np.where(far > 0, np.log10(far), np.nan), ("y", "x"), "log10 of the mean escape time")
    y = centre[1]
    write.add("exit_face", np.arange(len(y)), ("exit_face",), "face")
    for name, values in (("x", 0.5 + 0 * y), ("y", y), ("length", hy), ("probability", hy * np.exp(-y**2))):
        write.add("exit_face_" + name, values, ("exit_face",), name)
    t = np.logspace(-2, 1, 31)
    write.escape(1.0, t, np.exp(-t), np.exp(-t))
    write.add("stationary_density", gaussian(grid, np.zeros(2), final), ("y", "x"),
              "stationary density")
    law = 0.9 * density + 0.1 * gaussian(grid, np.zeros(2), final)
    write.law(law, np.linspace(0, 0.1, len(times)))
    area = hy[:, None] * hx
    mass = (density * area).sum(axis=(1, 2))
    mean = [(density * area * grid[..., d]).sum(axis=(1, 2)) / mass for d in (0, 1)]
    write.series(
        mass=mass, mean_x=mean[0], mean_y=mean[1],
        variance_x=(density * area * grid[..., 0] ** 2).sum(axis=(1, 2)) / mass - mean[0] ** 2,
        variance_y=(density * area * grid[..., 1] ** 2).sum(axis=(1, 2)) / mass - mean[1] ** 2,
        l1_to_stationary=(abs(density - gaussian(grid, np.zeros(2), final)) * area).sum(axis=(1, 2)))
    write.file.close()


def write_at_rest(path, density, cells=2000, rows=12):
    """A density of one variable that does not change, in a box from -100 to 100 with a flat potential."""
    face = np.linspace(-100, 100, cells + 1)
    x, h = (face[1:] + face[:-1]) / 2, np.diff(face)
    write = Writer(path, "At rest")
    write.coordinates(np.arange(rows), "1", x=face)
    p = density(x)
    write.add("density", np.tile(p, (rows, 1)), ("time", "x"), "probability density p(w)", rows=True)
    write.add("potential", 0 * x, ("x",), "effective potential")
    write.series(mass=np.ones(rows), mass_defect=np.zeros(rows), mean_x=np.zeros(rows), variance_x=np.full(rows, p @ (x**2 * h)),
                 mass_in_all=np.ones(rows))
    write.file.close()


def write_sweep(folder, varied, failed=None):
    """The table of a sweep over these values of these keys; mean_x is another number at every point."""
    folder.mkdir()
    points = list(itertools.product(*varied.values()))
    with h5py.File(folder / "sweep.h5", "w") as file:
        file.attrs["title"], file.attrs["program_version"] = text("A sweep"), text("0.1.0")
        file.attrs["vary"] = np.array([f"{key}={','.join(map(str, values))}".encode() for key, values in varied.items()], dtype="S")
        for k, key in enumerate(varied):
            column = [point[k] for point in points]
            file[key] = np.array(column) if isinstance(column[0], float) else np.array(column, dtype="S")
        mean = np.sqrt(np.arange(len(points)) + 2.0)
        if failed is not None:
            mean[failed] = np.nan
        file["mean_x"], file["mass"] = mean, np.ones(len(points))
        file["status"] = np.array([b"failed" if k == failed else b"complete" for k in range(len(points))])


if __name__ == "__main__":
    import sys
    write_1d(sys.argv[1] + "/one.h5")
    write_2d(sys.argv[1] + "/two.h5")
