#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_start.py FOKKER [REPEATS [POINTS]]: what a run from the shell costs beside its solution, in seconds of CPU time, as multiples of
two references in the same run: python3 -c 'import numpy', and h5py in this process writing the data sets of the same file.

Medians of REPEATS (9) interleaved repeats: the program's start (--version), configs/wide_vs_narrow.yaml as it is (62
snapshots of 1024 cells, which are cut until the error in space is 1e-4) and on its 1024 cells alone (accuracy.space=2). Then
a sweep of POINTS (1000) points of configs/gibbs.yaml, one worker: points a second of CPU time. Some minutes.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import h5py

CONFIG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../configs/wide_vs_narrow.yaml")
SWEEP = os.path.join(os.path.dirname(CONFIG), "gibbs.yaml")


def spent(*command):
    """Seconds of CPU time of a command and of those that it waited for."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)} ended with exit status {process.returncode}")
    return used.ru_utime + used.ru_stime


def written(path, copy):
    """Seconds that h5py takes to write what is in the file, compressed alike."""
    with h5py.File(path) as file:
        data = {name: (item[()], item.compression, item.compression_opts, item.shuffle) for name, item in file.items()
                if isinstance(item, h5py.Dataset) and item.dtype.kind in "fi"}
    begun = time.process_time()
    with h5py.File(copy, "w") as file:
        for name, (values, compression, level, shuffle) in data.items():
            file.create_dataset(name, data=values, compression=compression, compression_opts=level, shuffle=shuffle)
    return time.process_time() - begun


def main():
    program, repeats = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 9
    points = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.h5")
        run = [program, "run", CONFIG, "-o", path, "--force", "-q"]
        ways = {
            "import numpy": lambda: spent("/usr/bin/python3", "-c", "import numpy"),
            "h5py, the same data": lambda: written(path, os.path.join(folder, "copy.h5")),
            "fokker --version": lambda: spent(program, "--version"),
            "fokker run": lambda: spent(*run),
            "fokker run, 1024 cells": lambda: spent(*run, "--set", "accuracy.space=2"),
        }
        spent(*run)
        seen = {name: [] for name in ways}
        for _ in range(repeats):
            for name, way in ways.items():
                seen[name].append(way())
        median = {name: statistics.median(values) for name, values in seen.items()}
        for name, seconds in median.items():
            print(f"{name:24s} {1000 * seconds:7.1f} ms  {seconds / median['import numpy']:6.2f} of import numpy", flush=True)
        took = spent(program, "sweep", SWEEP, "--vary", f"model.parameters.sigma=lin:1.6:2.4:{points // 10}", "--vary",
                     "model.parameters.eta=log:0.05:0.2:10", "--workers", "1", "-o", os.path.join(folder, "sweep"), "-q")
        print(f"{'a sweep':24s} {points // 10 * 10 / took:7.1f} points a second and core")


if __name__ == "__main__":
    main()
