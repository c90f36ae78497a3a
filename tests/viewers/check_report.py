# SPDX-License-Identifier: GPL-3.0-or-later
"""check_report.py FILE.h5 [OUTDIR]

The page of `fokker report` in headless Chromium: it draws without a word of complaint and without asking a network, the
slider and the keys move density and values, what is under the pointer is what the file has, it is readable at 400 pixels,
and words in a file stay words. Prints PASS and FAIL lines; exit status 0 when all passed. Pictures are left in OUTDIR.
"""
import re
import shutil
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "scripts"), str(HERE.parent / "cli")]
sys.dont_write_bytecode = True
from browser import Browser  # noqa: E402
from fokker.file import Run  # noqa: E402
from fokker.pages import report  # noqa: E402
from pixels import is_drawn  # noqa: E402
from verdict import check, finish  # noqa: E402

EVIL = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
# Colours and their number on every canvas that is seen.
CANVASES = """[...document.querySelectorAll("canvas")].map(c => {
  const data = new Uint32Array(c.getContext("2d").getImageData(0, 0, c.width, c.height).data.buffer);
  return [c.getAttribute("aria-label"), new Set(data).size, c.getBoundingClientRect().right, c.tabIndex]; })"""
DENSITY = """(() => { const c = document.querySelector("#density canvas");
  return c.getContext("2d").getImageData(0, 0, c.width, c.height).data.reduce((h, v) => (h * 31 + v) % 4294967296, 7); })()"""


def at_row(browser):
    return int(browser.value("document.getElementById('time').value"))


def values_of(words):
    """{"x": 0.5, "density p": 0.2} out of "x = 0.5; density p 0.2 ± 0.1"."""
    found = {}
    for part in words.split("; "):
        match = re.fullmatch(r"(.*?)(?: =)? (-?[\d.]+(?:e-?\d+)?)(?: ± .*)?", part)
        if match:
            found[match[1]] = float(match[2])
    return found


def check_drawing(browser, page, name, width, dark=False):
    browser.problems.clear()
    browser.open(page.as_uri(), width=width, dark=dark)
    what = f"{width} pixels{', dark' if dark else ''}"
    canvases = browser.value(CANVASES)
    empty = [label for label, colours, *_ in canvases if colours < 6]
    check(len(canvases) > 1 and not empty, f"{what}: {len(canvases)} plots, each drawn {empty}")
    check(all(label and tab == 0 for label, _, _, tab in canvases), f"{what}: each has a label and can have the focus")
    wide = browser.value("document.documentElement.scrollWidth")
    check(wide <= width and all(right <= width for _, _, right, _ in canvases), f"{what}: nothing is wider than the window ({wide})")
    picture = out / f"report_{name}_{width}{'_dark' if dark else ''}.png"
    browser.picture(picture)
    good, words = is_drawn(picture)
    check(good, f"{what}: {picture.name} is drawn: {words}")
    check(browser.problems == [], f"{what}: no complaint, no network {browser.problems[:3]}")


def check_moving(browser, page, rows):
    browser.open(page.as_uri())
    few = [k for k in range(400) if browser.value(f"plots.linearTicks({k / 1000}, {1.13 ** (k % 90) * k / 1000 + 0.09}, {k % 4}).length") < 2]
    check(not few, f"an axis has two numbers at least {few[:5]}")
    last = int(browser.value("document.getElementById('time').max"))
    check(last > 0 and rows > last, f"a slider over {last + 1} of {rows} snapshots")
    browser.value("document.getElementById('time').focus()")
    seen, words = browser.value(DENSITY), browser.value("document.getElementById('now').textContent")
    browser.press("ArrowRight")
    check(at_row(browser) == 1 and browser.value(DENSITY) != seen, "an arrow key on the slider moves the density")
    check(browser.value("document.getElementById('now').textContent") != words, f"and the time, which was {words}")
    browser.press("End")
    check(at_row(browser) == last and browser.value("document.getElementById('time').getAttribute('aria-valuetext')") in
           browser.value("document.getElementById('now').textContent"), "End goes to the last snapshot, and says its time")
    browser.value("document.activeElement.blur()")
    browser.press("ArrowLeft")
    check(at_row(browser) == last - 1, "arrow keys move in time from anywhere")
    browser.press("Home")
    check(at_row(browser) == 0 and browser.value(DENSITY) == seen, "Home shows the start again, to the pixel")
    browser.press(" ")
    check(browser.wait("document.getElementById('time').value > 1 || document.getElementById('time').value == document.getElementById('time').max", 20)
           and browser.value(DENSITY) != seen, "the space bar plays")
    browser.value("document.getElementById('play').textContent.includes('Pause') && document.getElementById('play').click()")
    check(browser.value("document.getElementById('play').getAttribute('aria-label')") == "Play", "and it stops")


def check_values(browser, page, run):
    """What the plot tells under the pointer and at the keyboard's cursor is what the file has there."""
    browser.open(page.as_uri())
    browser.value("(() => { const s = document.getElementById('time'); s.value = 1; s.dispatchEvent(new Event('input')); })()")
    row = browser.value("JSON.parse(document.getElementById('run').textContent).rows[1]")
    where = browser.value("(() => { const r = document.querySelector('#density canvas').getBoundingClientRect(); return [r.left + 0.45 * r.width, r.top + 0.55 * r.height]; })()")
    browser.point(*where)
    told = browser.value("document.querySelector('#density .values').textContent")
    compare(told, run, row, "the pointer")
    browser.point(1, 1)
    browser.value("document.querySelector('#density canvas').focus()")
    for _ in range(3):
        browser.press("ArrowRight")
    again = browser.value("document.querySelector('#density .values').textContent")
    compare(again, run, row, "the arrow keys on a plot")
    check(again != told and at_row(browser) == 1, "which move the cursor, not the time")


def compare(told, run, row, who):
    values = values_of(told)
    p, label = run.density(row), run.label("density")
    if run.dims == 1 and len(p) <= 1024:  # all cells are in the page: the nearest one
        near = p[[np.argmin(abs(run.x - values.get(run.label("x"), np.nan)))]]
        check(abs(values.get(label, np.nan) - near[0]) <= 1e-3 * abs(near[0]), f"{who}: {told[:60]}, in the file {near[0]:.4g}")
        return
    at = [int(np.clip(np.searchsorted(getattr(run, c + "_edge"), values.get(run.label(c), np.nan)) - 1, 0, len(getattr(run, c)) - 1)) for c in "xy"[: run.dims]]
    # One cell to either side: cells may be merged, and the position has four digits.
    near = p[tuple(slice(max(0, i - 1), i + 2) for i in reversed(at))]
    value = values.get(label, np.nan)
    check(near.min() * 0.999 - 1e-30 <= value <= near.max() * 1.001 + 1e-30, f"{who}: {told[:60]}, in the file {near.min():.4g} to {near.max():.4g}")


def check_copy(browser, page, settings):
    browser.open(page.as_uri())
    browser.value("document.getElementById('copy').click()")
    check(browser.value("getSelection().toString()").strip() == settings.strip(), "the button takes the settings, all of them")


# How many pixels a value has that stands alone on a logarithmic axis, as a density does that begins at a point.
ALONE = """(() => { const place = document.body.appendChild(document.createElement("div"));
  const chart = new plots.Chart(place, { title: "alone", xLabel: "x", yLog: true, lines: [{ label: "p", x: [0, 1, 2, 3, 4], y: [0, 0, 1, 0, 0], color: "#ff0000", dash: [] }] });
  chart.draw();
  const c = chart.canvas, data = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  let red = 0;
  for (let k = 0; k < data.length; k += 4) red += data[k] > 200 && data[k + 1] < 90 && data[k + 3] > 100;
  place.remove();
  return red; })()"""


def check_odd(browser, file):
    """A copy of the file with HTML in its words, numbers that are none, and one snapshot."""
    with tempfile.TemporaryDirectory() as folder:
        odd = Path(folder) / "odd.h5"
        shutil.copy(file, odd)
        with h5py.File(odd, "r+") as f:
            for name in ("title", "method"):
                f.attrs[name] = np.bytes_(EVIL)
            f["density"].attrs["long_name"] = np.bytes_(EVIL)
            for name, data in f.items():
                if isinstance(data, h5py.Dataset) and data.maxshape[:1] == (None,):
                    data.resize(1, axis=0)
            f["mean_x"][0] = np.nan
            f["variance_x"][0] = np.inf
        page = report(odd)
        browser.problems.clear()
        browser.open(page.as_uri())
        check(browser.value("document.title") == EVIL and browser.value("document.querySelector('h1').textContent") == EVIL, "HTML in a title is text")
        check(browser.value("document.querySelectorAll('img').length") == 0 and browser.value("document.scripts.length") == 2, "and makes no elements")
        empty = [label for label, colours, *_ in browser.value(CANVASES) if colours < 6]
        check(not empty and browser.value("document.getElementById('play').hidden"), f"one snapshot is drawn, and has no slider {empty}")
        check(browser.problems == [], f"no complaint about numbers that are none {browser.problems[:3]}")


file = Path(sys.argv[1]).resolve()
out = Path(sys.argv[2] if len(sys.argv) > 2 else ".").resolve()
page = report(file, out / f"report_{file.stem}.html")
with Browser() as browser, Run(file) as run:
    check(run.dims == 2 or page.stat().st_size < 3e6, f"{page.stat().st_size / 1e6:.2f} MB")
    for width, dark in ((1280, False), (400, False), (1280, True)):
        check_drawing(browser, page, file.stem, width, dark)
    check_moving(browser, page, run.rows)
    check_values(browser, page, run)
    check(browser.value(ALONE) > 8, "a value that stands alone is seen")
    check_copy(browser, page, run.file["entry/process/config"].asstr()[()])
    check_odd(browser, file)
finish()
