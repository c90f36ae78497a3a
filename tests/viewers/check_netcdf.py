#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_netcdf.py FILE.h5 : is the file a clean netCDF-4/CF file with the agreed names?  Exit 0 = pass.
Needs: ncdump (netcdf-bin), python3-netcdf4, python3-xarray, python3-h5py, python3-h5netcdf."""
import os, subprocess, sys, warnings
import numpy as np, h5py, netCDF4, xarray as xr
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from verdict import check, finish  # noqa: E402
fn = sys.argv[1]
p = subprocess.run(["ncdump", fn], capture_output=True, text=True)
check(p.returncode == 0, "ncdump reads every byte " + p.stderr.strip()[:120])
check("phony_dim" not in p.stdout and "unknown" not in p.stdout[:2000], "no phony dimensions")
nc = netCDF4.Dataset(fn)
sp = nc["density"].dimensions[1:]
check(nc.dimensions["time"].isunlimited(), "time is the unlimited dimension")
with h5py.File(fn) as h:
    check(nc["density"].dimensions == tuple(d[0].name.rsplit("/", 1)[-1] for d in h["density"].dims), f"density{nc['density'].dimensions} by netCDF and by HDF5")
    for k, d in zip("xy", reversed(sp)):
        for end in ("", "_edge"): check(k + end not in nc.variables or k + end in nc.dimensions or np.array_equal(nc[k + end][:], nc[d + end][:]), f"{k}{end} is {d}{end}")
    seen = {}
    for k in h: seen.setdefault(h5py.h5o.get_info(h[k].id).addr, []).append(k)
    check(all(len(k) == 1 for k in seen.values()), "no data set has two names in the root: readers would make two dimensions of one")
check(nc["density"].dimensions[0] == "time" and len(sp) in (1, 2), f"density{nc['density'].dimensions}")
check(str(nc.Conventions).startswith("CF-1."), "Conventions = CF-1.x")
for d in ("time", *sp):
    check(nc[d].dimensions == (d,) and nc[d].dtype == np.float64 and np.all(np.diff(nc[d][:]) > 0), f"{d} is an increasing double coordinate variable")
    check(isinstance(nc[d].units, str) and nc[d].units.split()[0] not in ("seconds", "days", "hours", "minutes", "milliseconds", "microseconds", "nanoseconds"), f"{d}.units does not trigger time decoding")
for d in sp:
    b = nc[nc[d].bounds][:]; e = nc[d + "_edge"][:]
    check(np.array_equal(b[:, 0], e[:-1]) and np.array_equal(b[:, 1], e[1:]), f"{d}_bnds == {d}_edge")
    check(not hasattr(nc[d], "axis"), f"{d} has no axis attribute (ParaView would wrap it on a sphere)")
names = sorted(v for v in nc.variables if v not in nc.dimensions and not v.endswith("_bnds"))
check(names[0] == "density", f"density is alphabetically the first field, ParaView's default (first: {names[0]})")
for v in nc.variables.values():
    f = v.filters() or {}
    check(v.dtype is str or v.dtype.kind in "fi", f"{v.name}: numeric type") if v.dtype is str or v.dtype.kind not in "fi" else None
    if v.name in nc.dimensions: check("_FillValue" not in v.ncattrs(), f"{v.name}: no _FillValue on a coordinate")
n = len(nc.dimensions["time"])
with h5py.File(fn) as h:
    ext = {k: h[k].shape[0] for k in h if isinstance(h[k], h5py.Dataset) and h[k].maxshape[:1] == (None,)}
    check(len(set(ext.values())) == 1, f"all time-dependent datasets have {n} rows")
    def at(name, o):
        for k in o.attrs:
            a = h5py.h5a.open(o.id, k.encode()).get_type()
            if isinstance(a, h5py.h5t.TypeStringID) and a.is_variable_str(): check(False, f"{name}@{k} is a variable-length string (ParaView, ncview do not read it)")
    at("/", h); h.visititems(at)
    check(h["density"].chunks[0] == 1, "one snapshot per chunk row")
    for k in ext:
        c = h[k].chunks; rewritten = c[0] > 1
        if rewritten: check(not (h[k].compression or h[k].fletcher32 or h[k].shuffle), f"{k}: rewritten chunk, so no filter")
for eng in ("netcdf4", "h5netcdf"):
    for g in (None, "entry/density"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                ds = xr.open_dataset(fn, engine=eng, group=g); a = ds.density.sel(time=float(ds.time[-1]), method="nearest")
                check(ds.density.dims == ("time", *sp) and bool(np.isfinite(a).all()), f"xarray {eng} group={g}")
            except Exception as e: check(False, f"xarray {eng} group={g}: {e}")
cell = np.ones(())
for d in sp: cell = np.multiply.outer(cell, np.diff(nc[d + "_edge"][:]))
check(np.allclose((nc["density"][:] * cell).reshape(n, -1).sum(1), nc["mass"][:], rtol=1e-9, atol=1e-12), "sum(density*cell) == mass at every time")
finish()
