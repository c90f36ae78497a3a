# SPDX-License-Identifier: GPL-3.0-or-later
"""A run for each value of some keys, as one Dataset over them.

Points run in threads: the library leaves the interpreter alone while it computes. What has axes beside time stays with the
points, in memory or in their files, and is read when it is asked for.
"""
import concurrent.futures
import os
import re
import threading

import numpy as np
import xarray as xr
from xarray.core import indexing

from . import library, runs
from .cubes import Stack, coordinate, names_of, point_name, shared, word_of
from .errors import FokkerError, Interrupted

WHENCE = re.compile(r"seed|format_version|.*_(row|alpha)|cells_cut_into|mc_walkers|mc_tolerance")  # numbers that are no results


# --- Values ---------------------------------------------------------------------------------


def values_of(vary):
    """{key: [values]} as they were given; FokkerError where a key has none, one that is no list, or one twice."""
    if not isinstance(vary, dict) or not vary:
        raise FokkerError("vary = {key: values}: at least one key, and a value for each")
    found = {}
    for key, values in vary.items():
        if isinstance(values, (str, bytes, dict)) or not np.iterable(values):
            raise FokkerError(f"vary {key}: a list of values is wanted, not {values!r}", key=key)
        found[key] = list(values)
        words = [word_of(value) for value in found[key]]
        twice = next((word for word in words if words.count(word) > 1), None)
        if not words or twice:
            raise FokkerError(f"vary {key}: " + (f"the value {twice} comes twice" if twice else "at least one value is wanted"), key=key)
    return found


# --- Points ---------------------------------------------------------------------------------


class Sweep:
    """The points of a sweep while they run."""

    def __init__(self, settings, vary, changes, arrays, output, progress):
        self.values = values_of(vary)
        self.names, self.shape = names_of(list(self.values)), tuple(map(len, self.values.values()))
        self.progress, self.output, self.stop = progress, output, threading.Event()
        self.where = list(np.ndindex(self.shape))
        self.models = [library.model_of(settings, {**(changes or {}), **self.changes(k)}, arrays) for k in self.where]
        for k, model in zip(self.where, self.models):
            self.check(k, model)
        self.fraction, self.lock = np.zeros(len(self.where)), threading.Lock()
        self.points = np.full(self.shape, None, dtype=object)
        self.status = np.full(self.shape, "not run", dtype=object)
        self.error = np.full(self.shape, "", dtype=object)

    def check(self, k, model):
        """Asks of the settings of a point all that its run asks; a FokkerError names the point."""
        try:
            library.plan_of(model)
        except FokkerError as error:
            point = ", ".join(f"{key}={word_of(value)}" for key, value in self.changes(k).items())
            error.args = (f"{error} (point {point})",)
            raise

    def changes(self, k):
        return {key: values[i] for (key, values), i in zip(self.values.items(), k)}

    def file(self, k):
        values = [list(map(word_of, v)) for v in self.values.values()]
        return os.path.join(self.output, point_name(list(self.values), values, k) + ".h5")

    def tell(self, number):
        def progress(fraction):
            with self.lock:
                self.fraction[number] = fraction
            return not self.stop.is_set()
        return progress

    def run(self, number, threads):
        """One point, in a thread of its own."""
        k = self.where[number]
        if self.stop.is_set():
            return
        library.lib.fokker_python_threads(threads)
        where = None if self.output is None else runs.output_of(self.file(k), True, False)
        hearing = library.Hearing(self.tell(number))
        result, error = library.run_model(self.models[number], hearing, where)
        self.models[number] = None
        ds = runs.dataset_after(result, where)
        self.fraction[number] = 1
        if error is None:
            self.points[k], self.status[k] = ds, ds.attrs["status"]
        else:
            self.status[k], self.error[k] = "interrupted" if error.kind == "stopped" else "failed", str(error)

    def run_all(self, workers):
        threads = max(1, (os.cpu_count() or 1) // workers)
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            waiting = {pool.submit(self.run, number, threads) for number in range(len(self.where))}
            try:
                while waiting:
                    done, waiting = concurrent.futures.wait(waiting, timeout=0.1, return_when="FIRST_COMPLETED")
                    for future in done:
                        future.result()
                    if self.progress is not None and self.progress(float(self.fraction.mean())) is False:
                        self.stop.set()
            except BaseException:
                self.stop.set()
                raise


# --- The cube -------------------------------------------------------------------------------


def numbers_of(sweep):
    """Attributes that are results: one value a point."""
    names = {}
    for ds in filter(None, sweep.points.flat):
        names.update({name: None for name, value in ds.attrs.items() if isinstance(value, (int, float)) and not WHENCE.fullmatch(name)})
    get = {name: np.vectorize(lambda ds, name=name: np.nan if ds is None else float(ds.attrs.get(name, np.nan)), otypes=[float])
           for name in names}
    return {name: value(sweep.points) for name, value in get.items()}


def cube_of(sweep):
    found = [ds for ds in sweep.points.flat if ds is not None]
    taken = {"status", "error", *(found[0].variables if found else ()), *(found[0].attrs if found else ())}
    sweep.names = {key: key if name in taken else name for key, name in sweep.names.items()}  # a parameter called mass
    dims = tuple(sweep.names.values())
    variables = {"status": (dims, sweep.status), "error": (dims, sweep.error)}
    coordinates = {sweep.names[key]: (sweep.names[key], coordinate(values), {"long_name": key}) for key, values in sweep.values.items()}
    if found:
        variables.update({name: (dims, value) for name, value in numbers_of(sweep).items()})
        names = [name for name in shared(found) if name not in coordinates]
        for name in names:
            lazy = indexing.LazilyIndexedArray(Stack(sweep.points, name))
            of = found[0][name]
            variables[name] = (dims + of.dims, lazy if set(of.dims) - {"time"} else np.asarray(lazy), of.attrs)
            coordinates.update({axis: found[0][axis].variable for axis in of.dims})
    cube = xr.Dataset(variables, coordinates, {"title": found[0].attrs.get("title", "") if found else ""})
    cube.encoding["points"] = sweep.points
    return cube


def sweep(settings, vary, set=None, *, arrays=None, workers=None, output=None, progress=None):  # noqa: A002
    """Runs settings for every combination of values and returns an xarray.Dataset with the varied keys as dimensions.

    vary      {"model.parameters.T": [0.1, 0.2], "model.batch_size": [1, 10]}: dimensions T and batch_size
    set       changes that all have
    arrays    as of run
    workers   runs at the same time; None: as many as processors
    output    a folder for a file of each point; None: all is kept in memory
    progress  as of run, of the whole sweep

    In it: every array that all points have on the same axes (density: (T, batch_size, time, w), read when asked for), every
    number that a run states of itself (mean_escape_time, time_error_estimate), `status` and, where a point failed, `error`.
    fokker.point(cube, T=0.1, batch_size=1) has all of one run. Wrong settings of any point raise FokkerError before the
    first runs; Ctrl-C raises Interrupted with the finished points.
    """
    if output is not None:
        os.makedirs(output, exist_ok=True)
    tell = runs.progress_of(progress)
    job = Sweep(settings, vary, set, arrays, None if output is None else os.fspath(output), tell)
    workers = min(len(job.where), workers or os.cpu_count() or 1)
    try:
        job.run_all(workers)
    except KeyboardInterrupt:
        raise Interrupted(cube_of(job)) from None
    finally:
        if isinstance(tell, runs.Bar):
            tell.close()
    if job.stop.is_set():
        raise FokkerError("interrupted", "stopped", dataset=cube_of(job))
    return cube_of(job)
