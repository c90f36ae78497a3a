# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/equations/*.yaml, the equations of docs/physics.md: each runs and has the numbers that its head names.

    # Expected: QUANTITY = FORMULA = NUMBER +- TOLERANCE           (or QUANTITY = NUMBER +- TOLERANCE)
    # Expected with KEY=VALUE: ...

QUANTITY is made of series at their last row (of `flux` the first face) and of attributes of the file; FORMULA of Python's
functions below. Part of check_tutorial."""
import math
import os
import re
import subprocess

import h5py
import numpy as np
from scipy.integrate import quad
from scipy.special import dawsn, i0

FORMULA = {**{name: getattr(math, name) for name in ("exp", "sqrt", "sin", "cos", "tanh", "atan", "erf", "log", "pi")},
           "quad": quad, "i0": i0, "dawsn": dawsn, "__builtins__": {}}
EXPECTED = re.compile(r"^# Expected(?: with (\S+=\S+))?: (.+?) = (?:(.+) = )?(\S+) \+- (\S+)$", re.M)


def value_of(file, name):
    """A series at its last row, the last mode, the first face of the flux; or an attribute."""
    if name in file:
        return float(np.ravel(file[name][()])[-1] if file[name].ndim < 2 else file[name][-1].flat[0])
    return float(file.attrs[name])


def measured(path, quantity):
    with h5py.File(path) as file:
        names = set(re.findall(r"[a-z]\w*", quantity)) - {"pi"}
        return eval(quantity, {**FORMULA, **{name: value_of(file, name) for name in names}})


def digits_agree(number, value):
    """Is the number, as it is written, the value rounded?"""
    places = len(number.partition(".")[2])
    return abs(float(number) - value) <= 0.5001 * 10.0 ** -places


def check_equation(name, path, fokker, folder, check):
    """One file, with each of its changes. Returns the numbers that it states."""
    with open(path, encoding="utf-8") as file:
        lines = EXPECTED.findall(file.read())
    check(len(lines) > 0, f"{name}: its head says what to expect")
    for change in dict.fromkeys(change for change, *_ in lines):
        output = os.path.join(folder, f"{name}.h5")
        sets = ["--set", change] if change else []
        done = subprocess.run([fokker, "run", path, "-q", "--force", "-o", output, *sets], capture_output=True, text=True)
        check(done.returncode == 0, f"{name} {change}: exit status {done.returncode} {done.stderr.strip()}")
        if done.returncode not in (0, 3):
            continue
        for _, quantity, formula, number, tolerance in (line for line in lines if line[0] == change):
            found = measured(output, quantity)
            check(abs(found - float(number)) <= float(tolerance), f"{name} {change}: {quantity} is {found:.9g}, expected {number} +- {tolerance}")
            if formula:
                exact = eval(formula, dict(FORMULA))
                check(digits_agree(number, exact), f"{name} {change}: {formula} is {exact:.9g}, not {number}")
    return [number for *_, number, _ in lines]


def check_equations(root, fokker, folder, check):
    """Every file of docs/equations; docs/physics.md has a row of each, with its numbers."""
    with open(os.path.join(root, "docs/physics.md"), encoding="utf-8") as file:
        rows = {row[1]: row[0] for row in re.findall(r"^(\|.*\]\(equations/(\w+)\.yaml\).*)$", file.read(), re.M)}
    names = sorted(name.removesuffix(".yaml") for name in os.listdir(os.path.join(root, "docs/equations")))
    check(names == sorted(rows), f"docs/physics.md has a row for each file of docs/equations {set(names) ^ set(rows)}")
    for name in names:
        stated = check_equation(name, os.path.join(root, "docs/equations", name + ".yaml"), fokker, folder, check)
        missing = [number for number in stated if number.rstrip("0").rstrip(".") not in rows.get(name, "")]
        check(not missing, f"{name}: the row of docs/physics.md has its numbers {missing}")
