# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings as Python has them -> the text that the library reads, and arrays beside it."""
import json
import numbers
import os
import re

import numpy as np

from .errors import FokkerError

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_text(settings):
    """A str with a line break, or that begins with {, is YAML; any other is the path of a file."""
    return isinstance(settings, str) and ("\n" in settings or settings.lstrip().startswith("{"))


def key_text(key):
    if not isinstance(key, str):
        raise FokkerError(f"the key {key!r} is no text")
    return key if PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def value_text(value):
    """YAML flow text of a value: 0.1, true, "w^2/2", [1, 2], {min: -1, max: 1}."""
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    if isinstance(value, (str, os.PathLike)):
        return json.dumps(os.fspath(value), ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_text(k)}: {value_text(v)}" for k, v in value.items() if v is not None) + "}"
    if isinstance(value, (list, tuple, range)):
        return "[" + ", ".join(map(value_text, value)) + "]"
    raise FokkerError(f"{value!r} is no setting: a number, text, list or dict is wanted")


def lines_of(settings, indent=""):
    """A dict as YAML: a line for each key, sections indented; None: the key is left out."""
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{key_text(key)}:"
            yield from lines_of(value, indent + "  ")
        elif value is not None:
            yield f"{indent}{key_text(key)}: {value_text(value)}"


def array_names(word, at, value, arrays, key):
    """A table or examples given by arrays -> the entry that names them, which are put into arrays."""
    axes = at if isinstance(at, (list, tuple)) and len(at) > 0 and np.ndim(at[0]) == 1 else [at]
    names = [f"{word}_at_{k + 1}" for k in range(len(axes))]
    arrays.update(zip(names, axes), **{f"{word}_{key}": value})
    return {"at": names, key: f"{word}_{key}"}


def by_arrays(word, entry, arrays, key):
    """(at, values), or {at: .., value: .., ...} with arrays -> the same by names; anything else as it is."""
    if isinstance(entry, tuple) and len(entry) == 2:
        return array_names(word, *entry, arrays, key)
    if isinstance(entry, dict) and "file" not in entry and key in entry and not isinstance(entry[key], str):
        return {**entry, **array_names(word, entry.get("at"), entry[key], arrays, key)}
    return entry


def take_arrays(settings):
    """A dict without the arrays of its tables and examples, and those by name."""
    arrays, model = {}, settings.get("model")
    if not isinstance(model, dict):
        return settings, arrays
    model = dict(model)
    if isinstance(model.get("tables"), dict):
        words = {key: "table_" + re.match(r"\w*", str(key))[0] for key in model["tables"]}
        model["tables"] = {key: by_arrays(words[key], entry, arrays, "value") for key, entry in model["tables"].items()}
    if "examples" in model:
        model["examples"] = by_arrays("examples", model["examples"], arrays, "values")
    return {**settings, "model": model}, arrays


def text_of(settings):
    """The YAML text of a dict, in which arrays stand by their names."""
    return "\n".join(lines_of(take_arrays(settings)[0])) + "\n"


def changes_of(changes):
    """{"grid.w.cells": 400} -> ["grid.w.cells = 400"]; a str is taken as it would be written behind --set key=."""
    return [f"{key} = {value if isinstance(value, str) else value_text(value)}" for key, value in (changes or {}).items()]
