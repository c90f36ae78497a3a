# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the output files of fokker.

    from fokker.file import Run
    with Run("wide_vs_narrow.h5") as run:
        run.time, run.x, run.density(-1)          # arrays; snapshot -1 is the last
        run.series("mean_x"), run.label("mean_x") # a value a snapshot, and how to call it
        run.regions()                             # {"narrow": masses[nt], ...}

Only whole snapshots are shown: rows 0 .. len(/time)-1, also of a run that is still going on or
was killed. Whatever is wrong with a file raises BadFile with one line for the user. Needs h5py
and numpy.
"""
import os
import re
import time
from dataclasses import dataclass

# A file that is being written may be read: the writer takes no lock, so neither do we.
os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
import h5py  # noqa: E402
import numpy as np  # noqa: E402


KINDS = {"sgd": "SGD", "sde": "SDE", "gaussian": "gaussian SGD"}  # of walkers


class BadFile(Exception):
    """One line that tells what is wrong with the file."""


@dataclass
class View:
    """What figures show of a run, where it is said. xlim, ylim: (low, high) or None; scale: of densities, "linear", "log" or "symlog"; at: times to show."""
    xlim: tuple = None
    ylim: tuple = None
    scale: str = None
    at: tuple = ()


def text_of(value):
    """An attribute or text dataset as str, whatever way HDF5 holds it."""
    if isinstance(value, np.ndarray):
        value = value.item() if value.size == 1 else value.tolist()
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def number_text(value, digits=3):
    """Three digits, without an exponent where that is readable: 1000, 0.0316, 3.16e+06."""
    if value == 0 or 1e-4 <= abs(value) < 1e5:
        return np.format_float_positional(float(f"{value:.{digits}g}"), trim="-")
    return f"{value:.{digits}g}"


def with_uncertainty(value, error):
    """0.0599 ± 0.0003: digits as far as the first of the uncertainty; six without one; ± ? where it is not known."""
    if value < 1e-14:
        return "0"
    if np.isnan(error):
        return f"{value:.2g} ± ?"
    if not error > 1e-15:
        return f"{value:.6g}"
    if value < 1e-4:
        return f"{value:.1e} ± {error:.0e}"
    places = max(0, -int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def axis_names(file):
    """What the coordinates of the first variable and the second are called: {"x": "w", "y": "v"}."""
    scales = list(file["density"].dims)[:0:-1]
    return {plain: scale[0].name.rsplit("/", 1)[-1] if len(scale) else plain for plain, scale in zip("xy", scales)}


def stated_size(stream):
    """How many bytes an HDF5 file has by its own superblock (HDF5 File Format Specification, II.A); a longer one may be begun."""
    stream.seek(0)
    head = stream.read(96)
    if not head.startswith(b"\x89HDF"):  # behind something else
        return 0
    version = head[8]
    bytes_of = head[9 if version > 1 else 13]  # an address
    at = {0: 24, 1: 28}.get(version, 12) + 2 * bytes_of  # behind the base address and another
    stream.seek(0)
    return int.from_bytes(head[at:at + bytes_of], "little") if len(head) == 96 else 96


class Run:
    """One output file. dims: 1 or 2; time[nt]; x[nx], x_edge[nx+1] (and y, y_edge in 2-D) of the
    first variable (and the second), whatever the settings call them."""

    NEEDED = ("time", "density")

    def __init__(self, path):
        self.path = os.fspath(path)
        self.file = self._open()
        try:
            self._begin()
        except (RuntimeError, OSError, KeyError) as error:
            self.close()
            raise BadFile(f"{self.path}: damaged: {text_of(error.args[0]) if error.args else error}") from None

    def _begin(self):
        missing = [name for name in self.NEEDED if name not in self.file]
        if missing:
            self.close()
            raise BadFile(f"{self.path}: not an output file of fokker (it has no '{missing[0]}')")
        self.time = self.file["time"][:]
        self.rows = len(self.time)
        self.only, self.view = [], View()
        self.dims = self.file["density"].ndim - 1
        self.axes = axis_names(self.file)
        for name, of in self.axes.items():
            setattr(self, name, self._dataset(of)[:])
            setattr(self, name + "_edge", self._dataset(of + "_edge")[:])
        if self.rows == 0:
            self.close()
            raise BadFile(f"{self.path}: holds no snapshot yet")

    def _open(self, tries=5):
        if not os.path.exists(self.path):
            raise BadFile(f"{self.path}: no such file")
        if not os.path.isfile(self.path):
            raise BadFile(f"{self.path}: not a file")
        if not os.access(self.path, os.R_OK):
            raise BadFile(f"{self.path}: may not be read")
        if not h5py.is_hdf5(self.path):
            raise BadFile(f"{self.path}: not an HDF5 file")
        # By a stream of its own: of a path that is open already HDF5 would show the state of then.
        self.stream = open(self.path, "rb")
        stated, size = stated_size(self.stream), os.path.getsize(self.path)
        if stated > size:  # HDF5 asks it of files that are opened by name alone
            self.stream.close()
            raise BadFile(f"{self.path}: truncated: it has {size} bytes of {stated}")
        for attempt in range(tries):  # a reader may meet the writer in the middle of a flush
            try:
                return h5py.File(self.stream, "r")
            except OSError as error:
                reason = str(error).splitlines()[0]
                time.sleep(0.05 * attempt)
        self.stream.close()
        raise BadFile(f"{self.path}: {reason}")

    def close(self):
        self.file.close()
        self.stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __contains__(self, name):
        return name in self.file

    # --- Arrays ---------------------------------------------------------------------------

    def _dataset(self, name):
        if name not in self.file:
            raise BadFile(f"{self.path}: has no '{name}'")
        return self.file[name]

    def row(self, name, k):
        """Snapshot k (negative: from the end) of a time-dependent array."""
        return self._dataset(name)[range(self.rows)[k]]

    def density(self, k=-1):
        """Cell averages p[nx] or p[ny, nx] of snapshot k."""
        return self.row("density", k)

    def all_rows(self, name, rows=None):
        """A time-dependent array as [nt, ...], or only the given rows (increasing)."""
        data = self._dataset(name)
        return data[: self.rows] if rows is None else data[np.asarray(rows)]

    def static(self, name):
        """An array without time: loss, potential, stationary_density, drift, ..."""
        return self._dataset(name)[...]

    def series(self, name):
        """One value a snapshot, values[nt]."""
        return self._dataset(name)[: self.rows]

    def errors(self, name):
        """Standard errors that belong to an array (`<name>_errors`), or None."""
        return self.all_rows(name + "_errors") if name + "_errors" in self.file else None

    # --- What there is --------------------------------------------------------------------

    def series_names(self):
        """Names of everything that has one value a snapshot, but time."""
        return [name for name, item in self.file.items()
                if isinstance(item, h5py.Dataset) and item.ndim == 1 and name != "time"
                and item.shape[0] >= self.rows and item.maxshape[0] is None]

    def regions(self, prefix=""):
        """Named regions -> their mass over time; prefix "mc_": as the walkers have it."""
        start = prefix + "mass_in_"
        return {name[len(start):]: self.series(name) for name in self.series_names()
                if name.startswith(start)
                and not name.endswith(("_errors", "_extrapolated", "_space_error"))}

    def walkers(self):
        """Prefixes of the Monte Carlo arrays, such as ["mc"] or ["mc_sde", "mc_sgd"]."""
        found = (re.fullmatch(r"(mc(?:_\w+?)?)_(?:histogram|kde|mean_x)", name)
                 for name in self.file)
        return sorted({match[1] for match in found if match})

    def laws(self):
        """Prefixes of the arrays of the processes' own laws, such as ["law_sgd", "law_gaussian"]."""
        return [f"law_{kind}" for kind in ("sgd", "gaussian", "sde") if f"law_{kind}_density" in self.file]

    # --- Words ----------------------------------------------------------------------------

    def attribute(self, name, fallback="", of="/"):
        attributes = self.file[of].attrs
        return text_of(attributes[name]) if name in attributes else fallback

    def label(self, name):
        """How to write an array on an axis: its long_name, which holds the unit."""
        return self.attribute("long_name", name.replace("_", " "), of=self.axes.get(name, name))

    def time_text(self, k):
        """The time of snapshot k for a title: "t = 1000 s", "1000 SGD steps"."""
        value, label = number_text(self.time[k]), self.label("time")
        unit = re.search(r"\(([^)]*)\)", label)
        if unit or label.startswith("t"):
            return f"t = {value}" + (f" {unit[1]}" if unit else "")
        return f"{value} {label}"

    def law_label(self, prefix):
        """Whose law it is, in the file's words: "law of SGD"."""
        return self.label(f"{prefix}_density").rpartition(", ")[2]

    def distance_text(self, k, words="KS distance to the {}"):
        """KS distance of density and first law at snapshot k, with its uncertainty; empty without a law."""
        if not self.laws():
            return ""
        prefix = self.laws()[0]
        distance, error = (float(self.row(f"{prefix}_distance_ks{end}", k)) for end in ("", "_errors"))
        return f"{words.format(self.law_label(prefix))} {with_uncertainty(distance, error)}"

    def verdicts(self):
        """{array's prefix: sentence}: what the run says of itself, of the density and the first law, and of the walkers."""
        said = {prefix: self.attribute(f"{prefix}_verdict_sentence") for prefix in self.laws()[:1] + self.walkers()}
        for prefix in self.walkers():
            if said[prefix]:
                kind = self.attribute(f"{prefix}_kind")
                said[prefix] = f"density and walkers{f' ({KINDS.get(kind, kind)})' if kind else ''}: {said[prefix]}"
        return {"status": self.trouble(), **{prefix: text.replace("+-", "±") for prefix, text in said.items()}}

    def trouble(self):
        """Why the run's numbers are not to be trusted, or that it did not end; empty where all is well."""
        status = self.attribute("status", "complete")
        if status == "complete":
            return ""
        remarks = [self.attribute(f"remark_{k}") for k in range(1, 13)]
        warning = next((remark.removeprefix("warning: ") for remark in remarks if remark.startswith("warning")), "")
        return f"{status}: {warning}" if warning else status

    @property
    def title(self):
        return self.attribute("title")

    def provenance(self):
        """"fokker 0.1.0 (4c2c140)", from the file."""
        version, commit = self.attribute("program_version"), self.attribute("program_commit")
        return f"fokker {version}".strip() + (f" ({commit})" if commit else "")

    # --- Choosing snapshots ---------------------------------------------------------------

    def log_times(self):
        """True when the times grow by a factor rather than by a step."""
        t = self.time[self.time > 0]
        if len(t) < 4 or t[-1] < 20 * t[0]:
            return False
        spread = [np.std(d) / abs(np.mean(d)) for d in (np.diff(t), np.diff(np.log(t)))]
        return bool(spread[1] < spread[0])

    def nearest(self, time):
        """The snapshot nearest to a time within those of the file."""
        if not self.time[0] <= time <= self.time[-1]:
            raise BadFile(f"{self.path}: has no snapshot at {time:g}; its times go from {self.time[0]:g} to {self.time[-1]:g}")
        return int(np.argmin(abs(self.time - time)))

    def pick(self, count):
        """The snapshots to show: those that were asked for, or at most count."""
        return list(self.only) or self.spread(count)

    def last(self):
        """The last of the snapshots to show."""
        return self.only[-1] if self.only else self.rows - 1

    def spread(self, count):
        """At most count snapshots, first and last among them, even in (log) time."""
        if count >= self.rows:
            return list(range(self.rows))
        t = self.time
        rows = np.arange(self.rows)
        if self.log_times():
            rows = rows[t > 0]
            t = np.log(t[rows])
        else:
            t = t[rows]
        wanted = np.linspace(t[0], t[-1], count)
        return sorted({int(rows[np.argmin(abs(t - value))]) for value in wanted})
