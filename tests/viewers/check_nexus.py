#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_nexus.py FILE.h5 : NeXus default chain and NXdata rules, as h5web and silx apply them.  Exit 0 = pass.
Needs python3-h5py; python3-silx is used too when it is there."""
import json, os, sys
import numpy as np, h5py
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from verdict import check, finish  # noqa: E402
fn = sys.argv[1]
def s(o, k):
    v = o.attrs.get(k); return v.decode() if isinstance(v, bytes) else v
def scalar(o, k):
    return k in o.attrs and h5py.h5a.open(o.id, k.encode()).get_space().get_simple_extent_type() == h5py.h5s.SCALAR
with h5py.File(fn) as h:
    check(s(h, "NX_class") == "NXroot" and scalar(h, "default"), "root: NX_class=NXroot, scalar default")
    e = h[s(h, "default")]; check(s(e, "NX_class") == "NXentry", "default -> NXentry")
    d = e[s(e, "default")]; check(s(d, "NX_class") == "NXdata", "default -> NXdata")
    check(s(d, "signal") == "density" and d["density"] == h["density"], "default signal is /density, by hard link")
    check("title" in e and "start_time" in e, "NXentry has title and start_time")
    groups = [g for g in e.values() if isinstance(g, h5py.Group) and s(g, "NX_class") == "NXdata"]
    check(all(s(g, "NX_class") for g in e.values() if isinstance(g, h5py.Group)), "every group has NX_class")
    for g in groups:
        n = g.name; check(scalar(g, "signal"), f"{n}: signal is a scalar string")
        sig = g[s(g, "signal")]; ax = [a.decode() for a in np.atleast_1d(g.attrs["axes"])]
        check(len(ax) == sig.ndim, f"{n}: {len(ax)} axes for a {sig.ndim}-D signal")
        for i, a in enumerate(ax):
            check(a in g and g[a].ndim == 1 and g[a].shape[0] == sig.shape[i], f"{n}: axis {a} matches dimension {i}")
            check(int(g.attrs.get(a + "_indices", -1)) == i, f"{n}: {a}_indices = {i}")
        for k in np.atleast_1d(g.attrs.get("auxiliary_signals", [])):
            check(g[k.decode()].shape == sig.shape, f"{n}: auxiliary signal {k.decode()} has the signal's shape")
        for k in g:
            if k.endswith("_errors"): check(g[k].shape == g[k[:-7]].shape, f"{n}: {k} has the shape of its signal")
        if "title" in g: check(g["title"].shape == (), f"{n}: title is scalar")
        if "SILX_style" in g.attrs: check(isinstance(json.loads(s(g, "SILX_style")), dict), f"{n}: SILX_style is JSON")
        for k in (s(g, "signal"), *ax): check(scalar(g[k], "long_name"), f"{n}/{k}: scalar long_name (the label)")
        if sig.ndim > 1: check(s(sig, "interpretation") == ("image" if len([a for a in ax if a not in ("time", "mode")]) == 2 else "spectrum"), f"{n}: interpretation {s(sig, 'interpretation')}")
    links = []
    h.visititems_links(lambda k, l: links.append((k, l)) if not isinstance(l, h5py.HardLink) else None) if hasattr(h, "visititems_links") else None
    check(not links, "no soft or external links")
try:
    from silx.io import nxdata, open as sopen
    with sopen(fn) as h:
        d = nxdata.get_default(h); check(d is not None and d.is_valid, "silx: valid default NXdata")
        check(d.signal_dataset_name == "density" and d.interpretation in ("spectrum", "image"), f"silx: signal {d.signal_dataset_name} labelled {d.signal_name!r}, axes {d.axes_names}, {d.interpretation}")
        for g in h["entry"].values():
            if g.attrs.get("NX_class") in ("NXdata", b"NXdata"): check(nxdata.NXdata(g).is_valid, f"silx: {g.name} valid {nxdata.NXdata(g).issues}")
except ImportError: print("SKIP silx (apt install python3-silx)")
finish()
