# SPDX-License-Identifier: GPL-3.0-or-later
"""One run, from settings to a Dataset."""
import os

from . import library
from .errors import FokkerError, Interrupted


class Plan(dict):
    """What a run would be: variables, cells, snapshots, end, method, remark, summary. Prints as the summary."""

    def __repr__(self):
        return self["summary"]


def check(settings, set=None, *, arrays=None):  # noqa: A002: as --set
    """Asks of the settings all that a run asks, and computes nothing: a dict of what a run would be. FokkerError where
    they are wrong."""
    return Plan(library.plan_of(library.model_of(settings, set, arrays)))


__version__ = library.text(library.lib.fokker_version())


def in_notebook():
    """Is this a notebook's kernel?"""
    import sys
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return bool(shell) and hasattr(shell, "kernel")


class Bar:
    """A bar of tqdm as progress."""

    def __init__(self, title):
        from tqdm.auto import tqdm
        self.bar = tqdm(total=100, desc=title or None, bar_format="{desc}{percentage:3.0f}%|{bar}| {elapsed}")

    def __call__(self, fraction):
        self.bar.update(100 * fraction - self.bar.n)

    def close(self):
        self.bar.close()


def progress_of(progress, title=""):
    """None: a bar in a notebook that has tqdm; True: a bar; False: none; or a function of the fraction."""
    if progress is None and not in_notebook():
        return None
    if progress is None or progress is True:
        try:
            return Bar(title)
        except ImportError:
            if progress:
                raise FokkerError("progress=True wants tqdm (python3-tqdm); progress=f calls f(fraction)") from None
            return None
    return progress or None


def output_of(output, replace, resume):
    if output is None:
        if replace or resume:
            raise FokkerError("replace and resume are about a file: give output")
        return None
    return {"file": os.fspath(output), "replace": bool(replace), "resume": bool(resume), "command_line": "fokker.run (Python)"}


def dataset_after(result, output):
    """Of what a run has computed, whatever ended it; None where there is no snapshot."""
    from . import dataset
    if result is None or library.lib.fokker_rows(result) == 0:
        return None
    if output is None:
        return dataset.from_result(result)
    library.ffi.release(result)
    return dataset.open(output["file"])


def run(settings, set=None, *, arrays=None, output=None, replace=False, resume=False, progress=None, snapshot=None):  # noqa: A002
    """Runs settings and returns the results as an xarray.Dataset.

    settings   a dict, a YAML text, or the path of a settings file
    set        changes, as --set has them: {"model.parameters.T": 0.1, "grid.w.cells": 400}
    arrays     {name: array}: what tables and examples of the settings name; in a dict they may stand themselves,
               "tables": {"L(u)": (u, values)}
    output     a file to write (docs/file-format.md), from which the Dataset then reads; None: nothing on the disk.
               replace: an output file there is replaced; resume: an interrupted one is completed
    progress   a function of the fraction in [0, 1], which may return False to stop; True: a bar of tqdm; None: a bar
               in a notebook, else nothing; False: nothing
    snapshot   a function of (row, time), called for each; False stops

    Raises FokkerError, whose `dataset` has the snapshots before it; Ctrl-C raises Interrupted, a KeyboardInterrupt with
    the same. What cannot be trusted is a FokkerWarning, and attrs["status"] is then "inaccurate". Other threads run meanwhile.
    """
    model = library.model_of(settings, set, arrays)
    where = output_of(output, replace, resume)
    tell = progress_of(progress)
    hearing = library.Hearing(tell, snapshot)
    try:
        result, error = library.run_model(model, hearing, where)
        if error is None and tell is not None:
            tell(1.0)
    finally:
        if isinstance(tell, Bar):
            tell.close()
    library.warn_of(hearing, 2)
    ds = dataset_after(result, where)
    if error is None:
        return ds
    if isinstance(hearing.exception, KeyboardInterrupt):
        raise Interrupted(ds) from None
    if hearing.exception is not None:
        raise hearing.exception
    error.dataset = ds
    raise error
