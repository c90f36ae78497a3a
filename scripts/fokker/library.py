# SPDX-License-Identifier: GPL-3.0-or-later
"""The C library (fokker.h) as Python calls it: models, runs, arrays. The interpreter's lock is released meanwhile."""
import contextlib
import os
import threading

import numpy as np

from .errors import FokkerError, FokkerWarning
from .settings import changes_of, is_text, take_arrays, text_of

try:
    from _fokker import ffi, lib
except ImportError as error:
    raise ImportError("the Python module _fokker is not there: build fokker with python3-cffi and python3-dev "
                      f"(scripts/setup), and install it ({error})") from error

KIND = {lib.FOKKER_SETTINGS: "settings", lib.FOKKER_RUN: "run", lib.FOKKER_FILE: "file", lib.FOKKER_MEMORY: "memory",
        lib.FOKKER_STOPPED: "stopped"}
MOST_ERRORS = 20
PAUSE = 0.05  # seconds between two looks at Ctrl-C and two calls of progress

# An HDF5 that is not built for threads: one call at a time.
one_at_a_time = contextlib.nullcontext() if lib.fokker_is_threadsafe() else threading.RLock()


def text(c_text):
    return ffi.string(c_text).decode("utf-8", "replace") if c_text else ""


def error_of(error):
    return FokkerError(text(error.message), KIND.get(error.kind, "run"), text(error.file), error.line, error.column, text(error.key))


def open_model(file, settings, changes):
    """The model of a file, or of a text with that name; raises a FokkerError that has every mistake of it."""
    errors, count = ffi.new("struct fokker_error[]", MOST_ERRORS), ffi.new("size_t *")
    with one_at_a_time:
        model = lib.fokker_open_listing(file, settings, changes, errors, MOST_ERRORS, count)
    if model:
        return model
    several = [error_of(errors[k]) for k in range(count[0])]
    if len(several) == 1:
        raise several[0]
    first = several[0]
    raise FokkerError("\n".join(map(str, several)), first.kind, first.file, first.line, first.column, first.key, errors=several)


def called(function, *arguments):
    """A function of the library that takes an error last: what it returns; raises FokkerError where that is false."""
    error = ffi.new("struct fokker_error *")
    with one_at_a_time:
        value = function(*arguments, error)
    if not value:
        raise error_of(error)
    return value


# --- Callbacks ------------------------------------------------------------------------------


class Hearing:
    """What a run tells: progress(fraction), which may return False to stop; remarks and warnings are collected.
    An exception of a callback, Ctrl-C among them, stops the run and is kept."""

    def __init__(self, progress=None, snapshot=None):
        self.progress, self.snapshot = progress, snapshot
        self.remarks, self.warnings, self.exception = [], [], None


def keep_exception(kind, exception, traceback):
    """cffi calls it where a callback raises; the callback then returns false. The handle is its first argument."""
    run = ffi.from_handle(traceback.tb_frame.f_locals["run"]) if traceback and "run" in traceback.tb_frame.f_locals else None
    if run is not None and run.exception is None:
        run.exception = exception


@ffi.def_extern(error=False, onerror=keep_exception)
def fokker_python_progress(run, fraction):
    hearing = ffi.from_handle(run)
    return hearing.progress is None or hearing.progress(fraction) is not False


@ffi.def_extern(error=False, onerror=keep_exception)
def fokker_python_snapshot(run, result, row, time):
    return ffi.from_handle(run).snapshot(row, time) is not False


@ffi.def_extern(onerror=keep_exception)
def fokker_python_say(run, line, warning):
    hearing = ffi.from_handle(run)
    (hearing.warnings if warning else hearing.remarks).append(text(line))


# --- Models ---------------------------------------------------------------------------------


def real_array(name, values):
    """Numbers as the library takes them; what a mask hides is not a number."""
    try:
        kind = np.asarray(values).dtype
        if kind.kind not in "biufO":
            raise TypeError(f"they are {kind}")
        if isinstance(values, np.ma.MaskedArray):
            values = values.astype(np.float64).filled(np.nan)
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise FokkerError(f"the array '{name}': real numbers in rows of one length are wanted ({error})") from None


def add_array(model, name, values):
    values = real_array(name, values)
    shape = ffi.new("size_t[]", values.shape or (1,))
    called(lib.fokker_add_array, model, name.encode(), values.ndim, shape, ffi.from_buffer("double[]", values) if values.size else ffi.NULL)


def model_of(settings, changes=None, arrays=None):
    """The model of a dict, a YAML text or a path; closed with its last reference. arrays: by name, beside those in a dict."""
    given = [ffi.new("char[]", change.encode()) for change in changes_of(changes)]
    array = ffi.new("char *[]", [*given, ffi.NULL])
    arrays = dict(arrays or {})
    if isinstance(settings, dict):
        arrays.update(take_arrays(settings)[1])
        settings, known = text_of(settings), True
    else:
        known = is_text(settings)
    if not isinstance(settings, (str, os.PathLike)) or not os.fspath(settings):
        what = "an empty text" if isinstance(settings, str) else type(settings).__name__
        raise FokkerError(f"settings are a dict, a YAML text or a path, not {what}")
    model = open_model(b"settings", settings.encode(), array) if known else open_model(os.fsencode(settings), ffi.NULL, array)
    model = ffi.gc(model, lib.fokker_close)
    for name, values in arrays.items():
        add_array(model, name, values)
    return model


def plan_of(model):
    """What a run of the model would be, as a dict."""
    plan = ffi.new("struct fokker_plan *")
    try:
        called(lib.fokker_check, model, plan)
        return {"variables": plan.variables, "cells": plan.cells, "snapshots": plan.snapshots, "end": plan.end,
                "method": text(plan.method), "remark": text(plan.remark), "summary": text(plan.summary)}
    finally:
        lib.fokker_plan_finish(plan)


# --- Runs -----------------------------------------------------------------------------------


def run_model(model, hearing, output=None):
    """Result of a run, or None; and the error that ended it, or None. output: dict of file, replace, resume, command_line."""
    handle = ffi.new_handle(hearing)
    result, error = ffi.new("struct fokker_result **"), ffi.new("struct fokker_error *")
    where = ffi.NULL
    if output is not None:
        texts = {name: ffi.new("char[]", os.fsencode(output[name])) for name in ("file", "command_line")}
        where = ffi.new("struct fokker_output *", {**output, **texts})
    with one_at_a_time:
        good = lib.fokker_python_run(model, where, handle, PAUSE, hearing.snapshot is not None, result, error)
    found = ffi.gc(result[0], lib.fokker_result_free) if result[0] else None
    return found, None if good else error_of(error)


def warn_of(hearing, stacklevel):
    import warnings
    for line in hearing.warnings:
        warnings.warn(line.removeprefix("warning: "), FokkerWarning, stacklevel=stacklevel + 1)


# --- Arrays ---------------------------------------------------------------------------------


class Array:
    """name, dims (names of axes), values, unit ("" where there is none) and long_name of one array."""

    def __init__(self, result, name):
        array = ffi.new("struct fokker_array *")
        called(lib.fokker_read, result, name.encode(), array)
        try:
            self.name, self.unit, self.label = name, text(array.unit), text(array.long_name)
            self.dims = tuple(text(array.axis[d]) or f"{name}_{d}" for d in range(array.rank))
            shape = tuple(array.shape[d] for d in range(array.rank))
            values = ffi.gc(array.value, lib.free, array.size * 8)  # the memory is the array's from here on
            array.value = ffi.NULL
            self.values = np.frombuffer(ffi.buffer(values, array.size * 8), dtype=np.float64).reshape(shape)
            if array.integer:
                self.values = self.values.astype(np.int64)
        finally:
            lib.fokker_array_free(array)


def names_of(result, attributes):
    names = ffi.gc(called(lib.fokker_python_names, result, attributes), lib.free)
    return text(names).splitlines()


def arrays_of(result):
    return [Array(result, name) for name in names_of(result, False)]


def attributes_of(result):
    """Numbers and texts of the result as a whole, the settings among them."""
    found, value = {}, ffi.new("double *")
    for kind, *letters in [*names_of(result, True), "tsettings"]:
        name = "".join(letters)
        if kind == "t":
            said = called(lib.fokker_text, result, name.encode())
            found[name] = text(said)
            lib.free(said)
        else:
            called(lib.fokker_number, result, name.encode(), value)
            found[name] = value[0]
    return found
