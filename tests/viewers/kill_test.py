#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill_test.py N OUTFILE.h5 -- PROGRAM ARGS...
Starts PROGRAM (which must be writing OUTFILE.h5 for longer than ~0.6 s), kills it with SIGKILL at a random moment, N times,
and reads what is left with h5py and netCDF4.  The promise under test: rows 0 .. len(/time)-1 of every time-dependent
dataset are whole (finite, checksums right, sum(density*cell) == mass), whatever the moment.  Exit 0 = it held N times.
The worst case is a run that does nothing but write snapshots; use one."""
import collections, os, random, signal, subprocess, sys, time
import h5py, netCDF4, numpy as np
n, fn = int(sys.argv[1]), sys.argv[2]; cmd = sys.argv[sys.argv.index("--") + 1:]
res = collections.Counter()
for i in range(n):
    if os.path.exists(fn): os.unlink(fn)
    p = subprocess.Popen(cmd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.uniform(.08, .6))
    if p.poll() is not None: sys.exit(f"{cmd[0]} ended by itself (status {p.returncode}): give it a longer run")
    p.send_signal(signal.SIGKILL); p.wait()
    if not os.path.exists(fn): res["killed before the file was made"] += 1; continue
    try:
        with h5py.File(fn) as f:
            t = f["time"][:]; m = len(t); rows = set(); cell = np.ones(())
            for k in f:
                if isinstance(f[k], h5py.Dataset) and f[k].maxshape[:1] == (None,): f[k][:m]; rows.add(f[k].shape[0])
            for d in (("y", "x") if "y" in f else ("x",)): cell = np.multiply.outer(cell, np.diff(f[d + "_edge"][:]))
            d = f["density"][:m]; s = (d * cell).sum(axis=tuple(range(1, d.ndim)))
            good = np.isfinite(d).all() and np.allclose(s, f["mass"][:m], rtol=1e-9) and np.all(np.diff(t) > 0)
        with netCDF4.Dataset(fn) as c: c["density"][:m] if m else None
        res["good" if good else "BAD"] += 1; res["snapshots"] += m; res["a partial row past len(/time)"] += max(rows) > m
    except Exception as e: res["BAD"] += 1; print("  ", str(e)[:160])
print(dict(res)); sys.exit(bool(res["BAD"]))
