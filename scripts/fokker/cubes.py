# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps as one Dataset over the varied keys: what those of Python and those of the command have in common, and the table of
the command, opened as such a cube. Needs no library.
"""
import collections
import csv
import itertools
import os
import re

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from .errors import FokkerError
from .settings import value_text

LONGEST_NAME = 100  # of a point


# --- Names ------------------------------------------------------------------------------------


def names_of(keys):
    """model.parameters.T -> T; the whole key where two would have one name."""
    short = [key.rsplit(".", 1)[-1] for key in keys]
    return {key: name if short.count(name) == 1 else key for key, name in zip(keys, short)}


def word_of(value):
    """A value of a varied key, as it would stand in a settings file."""
    return value if isinstance(value, str) else value_text(value)


def plain(text):
    """The letters, digits and . _ + - of a text, the first 40, and whether that is all."""
    bytes_ = text.encode()
    kept = re.sub(rb"[^A-Za-z0-9._+-]", b"_", bytes_[:40]).decode()
    return kept, kept.encode() == bytes_


def point_name(keys, values, k):
    """The name of point k (a number on each axis), as `fokker sweep` has it: solver/sweep/sweep.c, point_name."""
    names, words = names_of(keys), []
    for key, value, number in zip(keys, values, k):
        kept, whole = plain(value[number])
        words.append(plain(names[key])[0] + "=" + kept + ("" if whole else f"~{number + 1}"))
    name = ",".join(words)
    if len(name) > LONGEST_NAME:
        point = int(np.ravel_multi_index(k, [len(v) for v in values])) + 1
        name = name[:LONGEST_NAME - 10] + f"~~{point}"
    return name


# --- Arrays of all points -------------------------------------------------------------------


def same_axes(a, b, axes):
    return a is b or all(a[name].equals(b[name]) for name in axes if name in b.coords)


class Stack(BackendArray):
    """One array of all points: those that are asked for are read; NaN where a point failed."""

    def __init__(self, points, name):
        self.first = next(ds for ds in points.flat if ds is not None)
        self.points, self.name, self.rank, one = points, name, points.ndim, self.first[name]
        self.shape, self.dtype = (*points.shape, *one.shape), np.result_type(one.dtype, np.float64)

    def __getitem__(self, key):
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self.read)

    def read(self, key):
        wanted = [np.atleast_1d(np.arange(n)[k]) for n, k in zip(self.points.shape, key)]
        inner = dict(zip(self.inner_dims(), key[self.rank:]))
        found = [self.of(self.points[where], inner) for where in itertools.product(*wanted)]
        stacked = np.stack(found).reshape(*map(len, wanted), *found[0].shape)
        return stacked[tuple(0 if np.ndim(k) == 0 and not isinstance(k, slice) else slice(None) for k in key[:self.rank])]

    def inner_dims(self):
        return self.first[self.name].dims

    def of(self, ds, inner):
        if ds is None or self.name not in ds:
            return np.full(self.first[self.name].isel(inner).shape, np.nan)
        if not same_axes(ds, self.first, self.inner_dims()):
            raise FokkerError(f"the points have axes of their own for {self.name}; fokker.point(cube, ...) has one of them")
        return ds[self.name].isel(inner).values


def shared(points):
    """Names of the arrays that every point has, on the same axes."""
    first, *others = points
    axes = {name for name in first.coords if all(name in ds.coords and first[name].equals(ds[name]) for ds in others)}
    return [name for name in first.data_vars if all(name in ds and ds[name].dims == first[name].dims for ds in others)
            and set(first[name].dims) <= axes]


def coordinate(values):
    """Values of a varied key: numbers where they all are, else texts."""
    plain = all(isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in values)
    return np.asarray(values) if plain else np.array([v if isinstance(v, str) else repr(v) for v in values], dtype=object)


def point(cube, **where):
    """The whole Dataset of one point of a sweep: point(cube, T=0.1). Also where points have axes of their own, which no
    cube holds. None where it failed."""
    points = cube.encoding.get("points")
    if points is None:
        raise FokkerError("this is not what fokker.sweep returned, but made of it")
    dims = cube["status"].dims
    if set(where) != set(dims):
        raise FokkerError(f"a point is told by {', '.join(dims)}")
    return points[tuple(int(cube.indexes[name].get_indexer([where[name]], method=None)[0]) for name in dims)]


# --- The table of a sweep -----------------------------------------------------------------------


class Files:
    """The Datasets of a sweep's files over its keys, opened when they are asked for; None where a point is not finished."""
    MOST = 64  # open at a time, beside those that somebody holds

    def __init__(self, folder, names, finished):
        self.folder, self.names, self.finished = folder, names, finished
        self.shape, self.ndim, self.known = names.shape, names.ndim, collections.OrderedDict()

    def __getitem__(self, where):
        from .dataset import open_file
        if not self.finished[where]:
            return None
        if where not in self.known:
            self.known[where] = open_file(os.path.join(self.folder, self.names[where]))
        self.known.move_to_end(where)
        while len(self.known) > self.MOST:
            self.known.popitem(last=False)  # closed with its last reference
        return self.known[where]

    @property
    def flat(self):
        return (self[where] for where in np.ndindex(self.shape))

    def ends(self):
        """The first finished point, and the last."""
        found = np.argwhere(self.finished)
        return [self[tuple(map(int, where))] for where in found[[0, -1]]] if len(found) else []


def table_of(path):
    """FOLDER or FOLDER/sweep.h5 -> the table's path where there is one, else None."""
    import h5py
    path = os.fspath(path)
    table = os.path.join(path, "sweep.h5") if os.path.isdir(path) else path
    if not os.path.isfile(table) or not h5py.is_hdf5(table):
        return None
    with h5py.File(table, "r") as file:
        return table if "vary" in file.attrs and "status" in file else None


def columns_of(file):
    from .file import text_of
    found = {name: data[...] for name, data in file.items() if data.ndim == 1 and name != "point"}
    return {name: data if data.dtype.kind in "fiu" else np.array([text_of(v) for v in data], dtype=object) for name, data in found.items()}


def old_names(table, keys, columns, shape):
    """Names of the files of a table of 0.1, by the values as they were written, which its sweep.csv has."""
    texts = {key: [value_text(v) if not isinstance(v, str) else v for v in columns[key].tolist()] for key in keys}
    beside = os.path.splitext(table)[0] + ".csv"
    if os.path.isfile(beside):
        with open(beside, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        texts = {key: [row[key] for row in rows] for key in keys}
    values = [list(dict.fromkeys(texts[key])) for key in keys]
    return np.array([point_name(keys, values, k) + ".h5" for k in np.ndindex(shape)], dtype=object)


def open_table(table):
    """The table of `fokker sweep` as fokker.sweep would have returned it: the varied keys are the dimensions, arrays of the
    points are read when they are asked for, and every other column has a value for each point."""
    import h5py
    from .file import text_of
    with h5py.File(table, "r") as file:
        keys = [text_of(v).partition("=")[0] for v in np.atleast_1d(file.attrs["vary"])]
        title, columns = text_of(file.attrs.get("title", "")), columns_of(file)
    values = [list(dict.fromkeys(columns[key].tolist())) for key in keys]
    shape = tuple(map(len, values))
    if "file" not in columns:
        columns["file"] = old_names(table, keys, columns, shape)
    grid = {name: column.reshape(shape) for name, column in columns.items() if name not in keys}
    folder = os.path.dirname(table)
    there = np.vectorize(lambda name: os.path.isfile(os.path.join(folder, name)), otypes=[bool])(grid["file"])
    points = Files(folder, grid["file"], np.isin(grid["status"], ("complete", "inaccurate")) & there)
    found = points.ends()
    arrays = shared(found) if found else []
    short = names_of(keys)
    axes = {axis for ds in found for axis in ds.coords}
    taken = {*grid, *arrays, *axes}
    dims = tuple(key if short[key] in taken else short[key] for key in keys)
    variables = {name: (dims, column) for name, column in grid.items() if name not in arrays and name not in axes}
    coordinates = {dim: (dim, coordinate(v), {"long_name": key}) for key, dim, v in zip(keys, dims, values)}
    for name in arrays:
        of = found[0][name]
        variables[name] = (dims + of.dims, indexing.LazilyIndexedArray(Stack(points, name)), of.attrs)
        coordinates.update({axis: found[0][axis].variable for axis in of.dims if axis in found[0].coords})
    cube = xr.Dataset(variables, coordinates, {"title": title})
    cube.encoding["points"] = points
    return cube
