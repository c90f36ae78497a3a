# SPDX-License-Identifier: GPL-3.0-or-later
"""xvfb-run -a -s "-noreset" pvpython check_paraview.py FILE.h5 [OUTDIR]

Loads FILE.h5 with ParaView's netCDF reader and FILE.xdmf2 with whatever reader ParaView picks
for it (it must be the XDMF 2 one), compares the two at several times, and renders both into
OUTDIR. Prints PASS and FAIL lines; exit status 0 when all passed.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from paraview import simple
from vtk.util.numpy_support import vtk_to_numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from verdict import check, failed  # noqa: E402

file = Path(sys.argv[1]).resolve()
outdir = Path(sys.argv[2] if len(sys.argv) > 2 else ".")


def data_of(reader):
    """The reader's grid. (servermanager.Fetch mangles rectilinear coordinates in 5.11.)"""
    block = reader.GetClientSideObject().GetOutputDataObject(0)
    while block.IsA("vtkMultiBlockDataSet"):
        block = block.GetBlock(0)
    return block


def density_of(reader):
    """The point array "density", or None."""
    array = data_of(reader).GetPointData().GetArray("density")
    return None if array is None else vtk_to_numpy(array)


def picture(reader, time, name):
    view = simple.CreateView("RenderView")
    view.ViewSize, view.ViewTime = [700, 500], time
    display = simple.Show(reader, view)
    display.Representation = "Surface"
    simple.ColorBy(display, ("POINTS", "density"))
    display.RescaleTransferFunctionToDataRange(False)
    display.SetScalarBarVisibility(view, True)
    view.AxesGrid.Visibility, view.InteractionMode = 1, "2D"
    view.ResetCamera()
    simple.Render(view)
    simple.SaveScreenshot(str(outdir / f"paraview_{file.stem}_{name}.png"), view)


netcdf = simple.NetCDFReader(FileName=[str(file)])
netcdf.UpdatePipelineInformation()
times = list(netcdf.TimestepValues)
dimensions = list(netcdf.GetProperty("DimensionInfo"))[0].strip("'")
density = re.search(r"double density\(time, (.*)\) ;", subprocess.run(
    ["ncdump", "-h", file], capture_output=True, text=True, check=True).stdout)
check(dimensions == f"({density[1]})",
       f"the netCDF reader opens on the density's dimensions: {dimensions}")
if not times:
    check(False, "the netCDF reader finds times")
    os._exit(1)
middle = times[len(times) // 4]
netcdf.UpdatePipeline(middle)
p = density_of(netcdf)
check(p is not None, "the netCDF reader, as opened, has the density on points, flat (no sphere)")
check(p is not None and p.max() > 0,
       f"the density is there in {len(times)} snapshots")
picture(netcdf, middle, "netcdf")

xdmf = simple.OpenDataFile(str(file.with_suffix(".xdmf2")))
check(type(xdmf).__name__ == "XDMFReader", f".xdmf2 opens, unasked, with {type(xdmf).__name__}")
xdmf.UpdatePipelineInformation()
check(np.allclose(list(xdmf.TimestepValues), times), f".xdmf2 has the same {len(times)} times")
for time in (times[0], middle, times[-1]):
    netcdf.UpdatePipeline(time)
    xdmf.UpdatePipeline(time)
    p, q = density_of(netcdf), density_of(xdmf)
    same = p is not None and q is not None and np.array_equal(p, q)
    bounds = data_of(netcdf).GetBounds(), data_of(xdmf).GetBounds()
    check(same and np.allclose(*bounds), f".xdmf2 and netCDF agree at t = {time:g}")
picture(xdmf, middle, "xdmf")
sys.stdout.flush()
os._exit(len(failed) > 0)  # ParaView's own exit may crash under xvfb
