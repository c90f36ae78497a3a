# SPDX-License-Identifier: GPL-3.0-or-later
"""fokker: the evolution of a density under SGD, from Python (docs/python.md).

    import fokker
    ds = fokker.run("wide_vs_narrow.yaml", set={"model.learning_rate": 0.02})   # xarray.Dataset, nothing on the disk
    ds.density.sel(time=1000, method="nearest").plot()

  run      settings (dict, YAML text or path) -> Dataset
  open     output file -> the same Dataset; a sweep's folder -> its cube
  check    what a run would be
  report   output file, or its Dataset -> an HTML page
  sweep    a run for each value of some keys -> Dataset with those as dimensions; point: one of its runs

Modules beside that: file, marks, panels and figures read output files and draw them (scripts/plot,
scripts/animate, scripts/gallery); pages writes reports (scripts/report). Each is imported at its first use: `import fokker` alone loads neither
xarray nor the library.
"""
import importlib

_HOME = {"run": "runs", "check": "runs", "FokkerError": "errors", "FokkerWarning": "errors", "Interrupted": "errors", "__version__": "runs",
         "open": "dataset", "report": "pages", "sweep": "sweeps", "point": "cubes"}
__all__ = sorted(set(_HOME) - {"__version__"})


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'fokker' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
