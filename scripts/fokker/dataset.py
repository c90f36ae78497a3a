# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as an xarray.Dataset: out of the library's memory, or out of a file, lazily. Both look the same.

Coordinates are called as the variables of the settings. Left out is what says it twice: x and y beside w and v, and CF's
bounds beside the faces.
"""
import os

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from .errors import FokkerError

BOUNDS = ("bnds", "x_bnds", "y_bnds")
COPIES = ("x", "x_edge", "y", "y_edge")


def is_plumbing(name, dims):
    return name in BOUNDS or (name in COPIES and dims != (name,))


def described(label, unit):
    """Attributes of an array; in a file the label has the unit behind it, for viewers that show nothing else."""
    unit = "" if unit == "1" else unit
    label = label.removesuffix(f" ({unit})") if unit else label
    return {"long_name": label, **({"units": unit} if unit else {})}


def whole(number):
    """12.0 -> 12, in attributes."""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def dataset_of(variables, attributes):
    """{name: (dims, values, attributes)} -> Dataset; an array over an axis of its own name is a coordinate."""
    coordinates = {name: v for name, v in variables.items() if v[0] == (name,)}
    data = {name: v for name, v in variables.items() if name not in coordinates}
    attributes = {name: whole(value) if isinstance(value, float) else value for name, value in attributes.items() if value != ""}
    return xr.Dataset(data, coordinates, attributes)


def from_result(result):
    """From the library's memory, without a copy."""
    from . import library
    arrays = library.arrays_of(result)
    return dataset_of({a.name: (a.dims, a.values, described(a.label, a.unit)) for a in arrays if not is_plumbing(a.name, a.dims)},
                      library.attributes_of(result))


# --- Files ----------------------------------------------------------------------------------


class FileArray(BackendArray):
    """An array of an open file of which only what is asked for is read; of rows the whole ones alone."""

    def __init__(self, data, rows=None):
        self.data = data
        self.shape = data.shape if rows is None else (rows, *data.shape[1:])
        self.dtype = np.dtype(data.dtype)

    def __getitem__(self, key):
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER_1VECTOR, self.read)

    def read(self, key):
        whole = slice(0, self.shape[0]) if self.shape else Ellipsis
        if self.shape and isinstance(key[0], slice):
            key = (slice(*key[0].indices(self.shape[0])), *key[1:])
        if any(isinstance(k, np.ndarray) for k in key):  # h5py wants increasing indices
            return self.data[whole][key]
        return self.data[key]


def axes_of(name, data):
    dims = tuple(scale[0].name.rsplit("/", 1)[-1] if len(scale) else "" for scale in data.dims)
    return (name,) if dims == ("",) else tuple(dim or f"{name}_{k}" for k, dim in enumerate(dims))


def text_or_number(value):
    from .file import text_of
    kind = np.asarray(value).dtype.kind
    return float(value) if kind in "fiu" and np.ndim(value) == 0 else text_of(value)


def own_names(variables):
    """x -> w in a file of 0.1, whose coordinates are called x and y: their label has the name."""
    renamed = {}
    for plain in ("x", "y"):
        own = variables[plain][2]["long_name"] if plain in variables else plain
        if own not in variables and own + "_edge" not in variables:
            renamed.update({plain: own, plain + "_edge": own + "_edge"})
    return {renamed.get(name, name): (tuple(renamed.get(d, d) for d in dims), values, attributes)
            for name, (dims, values, attributes) in variables.items()}


def open(path):  # noqa: A001: fokker.open
    """The Dataset of an output file, also of one that is still being written (the whole snapshots) and of 0.1. Arrays are
    read when they are asked for; `with fokker.open(...) as ds` or ds.close() closes the file. Of the folder of a sweep, or
    its sweep.h5: a cube over the varied keys, as fokker.sweep returns it."""
    from .cubes import open_table, table_of
    table = table_of(path)
    return open_file(path) if table is None else open_table(table)


def open_file(path):
    from .file import BadFile, Run
    try:
        run = Run(path)
    except BadFile as error:
        raise FokkerError(str(error), "file") from None
    variables = {}
    for name, data in run.file.items():
        if not hasattr(data, "dims") or data.dtype.kind not in "fiu" or is_plumbing(name, axes_of(name, data)):
            continue
        grows = data.ndim > 0 and data.maxshape[0] is None
        lazy = indexing.LazilyIndexedArray(FileArray(data, run.rows if grows else None))
        labels = described(run.attribute("long_name", of=name), run.attribute("units", "1", of=name))
        variables[name] = (axes_of(name, data), lazy, labels)
    attributes = {name: text_or_number(value) for name, value in run.file.attrs.items()}
    if attributes.get("format_version") == 1:
        variables = own_names(variables)
    attributes["settings"] = run.file["entry/process/config"].asstr()[()] if "entry/process/config" in run.file else ""
    ds = dataset_of(variables, attributes)
    ds.encoding["source"] = os.path.abspath(path)  # as xarray.open_dataset has it
    ds.set_close(run.close)
    return ds
