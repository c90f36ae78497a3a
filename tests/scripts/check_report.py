#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""fokker report: the numbers of the page are the file's, it asks nothing of a network, words of a file are text whatever
they hold, and odd files have a page, too; a black picture is not taken for one. How it looks and moves: tests/viewers/check_report.py, in a browser."""
import base64
import html
import json
import re
import shlex
import shutil
import sys
import unittest
from html.parser import HTMLParser

import h5py
import numpy as np
from matplotlib import pyplot
from matplotlib.image import imsave
from on_files import HERE, OnFiles  # first: it tells where the package is
from synthetic import Writer, text
from fokker import FokkerError, pages
from fokker.file import BadFile, Run, View

sys.path.append(str(HERE.parent / "viewers"))
import pixels  # noqa: E402

ONLY_1D = 3_000_000  # bytes


class Elements(HTMLParser):
    """Names of the elements and of their attributes, and the text of <pre> and <h1>."""

    def __init__(self, page):
        super().__init__()
        self.names, self.attributes, self.inside, self.text = [], {}, None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        self.attributes.setdefault(tag, []).append(dict(attributes))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.text[self.inside] = self.text.get(self.inside, "") + data


def refuse(word):
    raise AssertionError(f"{word} is no JSON")


def data_of(page):
    found = re.findall(r'<script type="application/json" id="run">(.*?)</script>', page, re.S)
    assert len(found) == 1 and not set("<>&") & set(found[0])
    return json.loads(found[0], parse_constant=refuse)


def rows_of(packed):
    values = np.frombuffer(base64.b64decode(packed["float32"]), "<f4")
    return values.reshape(-1, packed["columns"])


def numbers(values):
    return np.array([float(v) for v in values])


def equal(a, b):
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)


class Report(OnFiles):
    def page(self, path, view=None):
        with Run(path) as run:
            return pages.page_of(run, view)

    def changed(self, name, change, source=None):
        """A copy of a file in which change(file) has changed something."""
        path = self.folder / f"{name}.h5"
        shutil.copy(source or self.one, path)
        with h5py.File(path, "a") as file:
            change(file)
        return path

    # --- Numbers ---

    def test_numbers_are_those_of_the_file(self):
        page = self.page(self.one)
        data = data_of(page)
        with Run(self.one) as run:
            self.assertTrue(equal(data["times"], run.time) and data["rows"] == list(range(run.rows)))
            named = {curve["label"]: curve for curve in data["curves"]}
            for label, name in ((run.label("density"), "density"), ("law of SGD", "law_sgd_density")):
                self.assertTrue(equal(rows_of(named[label]["y"]), run.all_rows(name).astype("f4")), name)
                self.assertTrue(equal(named[label]["x"], run.x))
            walkers = next(curve for label, curve in named.items() if "walkers" in label)
            self.assertTrue(equal(rows_of(walkers["y"]), run.all_rows("mc_histogram").astype("f4")) and equal(walkers["x"], run.x_edge))
            self.assertTrue(np.allclose(rows_of(walkers["errors"]), run.all_rows("mc_histogram_errors"), rtol=1e-6))
            self.assertTrue(equal(rows_of(named["stationary density"]["y"])[0], run.static("stationary_density").astype("f4")))
            self.assertTrue(equal(data["below"]["y"], run.static("loss")))
            plots = {plot["title"]: plot["lines"] for plot in data["small"]}
            self.assertTrue(equal(plots[run.label("mean_x")][0]["y"], run.series("mean_x")))
            mean = next(line for line in plots[run.label("mean_x")] if "walkers" in line["label"])
            at = [list(run.time).index(t) for t in mean["x"]]
            self.assertTrue(equal(mean["y"], run.series("mc_mean_x")[at]) and equal(mean["errors"], run.series("mc_mean_x_errors")[at]))
            survival = next(plot for plot in data["passage"] if plot["title"] == run.label("survival"))
            self.assertTrue(equal(survival["lines"][0]["y"], run.static("survival")))
            self.assertNotIn("mass in all", plots)
        self.assertTrue("<p class=\"\">Density and the law of SGD differ</p>" in page)
        self.assertFalse("The plots show" in page)

    def test_numbers_of_the_plane(self):
        data = data_of(self.page(self.two, View(xlim=(-2, 2), ylim=(-2, 2))))
        with Run(self.two) as run:
            labels = [image["label"] for image in data["images"]]
            self.assertEqual(labels[:2] + labels[-2:], [run.label("density"), "law of SGD", "stationary density", "mean escape time"])
            self.assertTrue(equal(data["xEdges"], run.x_edge) and equal(data["yEdges"], run.y_edge))
            self.assertTrue(equal(rows_of(data["images"][0]["rows"]), run.all_rows("density").reshape(run.rows, -1).astype("f4")))
            self.assertTrue(np.allclose(rows_of(data["marginals"][1]["lines"][0]["y"]), run.all_rows("marginal_y"), rtol=1e-5, atol=1e-12))
            xs, ys = map(np.array, data["contours"][0])
            inside = (abs(xs) < run.x[-1]) & (abs(ys) < run.y[-1])
            loss = (2 * xs**2 + xs * ys + ys**2) / 2
            self.assertLess(np.ptp(loss[inside]), 0.02 * loss.max() + 1e-3)  # along a line the loss is constant
        with Run(self.two) as run:
            data = data_of(pages.page_of(run))
            self.assertLess(data["xEdges"][-1] - data["xEdges"][0], 2.01)

    def test_what_is_left_out_is_told_and_keeps_the_mass(self):
        """5000 cells and 320 snapshots: less than 3 MB, cells merged by their average, which the page says."""
        path, rows, cells = self.folder / "large.h5", 320, 5000
        face = np.linspace(-1, 1, cells + 1)
        x = (face[1:] + face[:-1]) / 2
        write = Writer(path, "Large")
        write.coordinates(np.logspace(-2, 3, rows), "1", x=face)
        narrow = np.exp(-((x / 0.3) ** 2))
        data = write.file.create_dataset("density", (rows, cells), maxshape=(None, cells), chunks=(1, cells), compression="gzip", fillvalue=0.0)
        data.attrs["long_name"] = text("p")
        data.dims[0].attach_scale(write.file["time"])
        data.dims[1].attach_scale(write.file["x"])
        for k in range(rows):
            data[k] = narrow / (narrow.sum() * 4e-4)
        write.series(mass=np.ones(rows), mean_x=np.linspace(0, 1, rows), variance_x=np.linspace(1, 2, rows))
        write.file.close()
        page = self.page(path)
        data = data_of(page)
        self.assertLess(len(page.encode()), ONLY_1D)
        shown = re.search(r"The plots show (\d+) of the 320 snapshots.*?every (\d+) cells of w as one.*?the file has 5000 cells", page)
        self.assertTrue(shown, re.findall(r"The plots show[^<]*", page))
        self.assertEqual(int(shown[1]), len(data["times"]))
        self.assertEqual((data["rows"][0], data["rows"][-1]), (0, rows - 1))
        p = rows_of(data["curves"][0]["y"])[-1].astype(float)
        kept = np.array(data["curves"][0]["x"])
        self.assertLessEqual(len(p), 1024)
        self.assertAlmostEqual(float(np.sum(p[:-1] * np.diff(kept))), 1, places=2)

    # --- Words and networks ---

    def test_the_page_needs_no_network(self):
        for path in (self.one, self.two, self.heavy):
            page = self.page(path)
            self.assertIsNone(re.search(r"https?:|//\w+\.\w|@import|url\(|\bsrc\s*=|\bfetch\b|XMLHttp|import\(", page))
            elements = Elements(page)
            self.assertEqual([link["href"] for link in elements.attributes["link"]], ["data:,"])
            self.assertIn("default-src 'none'", elements.attributes["meta"][1]["content"])

    def test_words_of_the_file_are_text(self):
        evil = '</script><script>alert(1)</script><img src=x onerror="alert(2)">&amp;\'"$title\u2028'

        def change(file):
            for name in ("title", "status", "remark_1", "method", "program_version", "law_sgd_verdict_sentence", "mc_verdict_sentence", "escape_note", "command_line"):
                file.attrs[name] = text(evil)
            file["x"].attrs["long_name"] = file["density"].attrs["long_name"] = text(evil)
            file["entry"].create_group("process")["config"] = "title: " + evil
            file[f"mass_in_{'<b>bold'}"] = file["mass"]

        page = self.page(self.changed("evil", change))
        elements, plain = Elements(page), Elements(self.page(self.one))
        self.assertEqual(sorted(set(elements.names)), sorted({*plain.names, "details", "summary", "button", "pre"}))
        self.assertEqual(elements.names.count("script"), 2)
        self.assertEqual(elements.text["h1"], evil)
        self.assertEqual(elements.text["pre"], "title: " + evil)
        self.assertEqual(data_of(page)["xLabel"], evil)

    def test_its_command_can_be_copied(self):
        def change(file):
            file.attrs["command_line"] = text("fokker run 'my $x.yaml'")
            file["entry"].create_group("process")["config"] = "title: t"
        page = self.page(self.changed("o'clock $y", change))
        self.assertIn(html.escape("call: fokker run 'my $x.yaml' -o " + shlex.quote("o'clock $y.h5")), page)

    def test_one_region_is_named(self):
        def change(file):
            for name in [n for n in file if "mass_in_" in n and "mass_in_narrow" not in n]:
                del file[name]
        titles = [plot["title"] for plot in data_of(self.page(self.changed("narrow", change)))["small"]]
        self.assertIn("probability in narrow", titles)
        self.assertIn("probability in regions", [plot["title"] for plot in data_of(self.page(self.one))["small"]])

    # --- Odd files ---

    def test_numbers_that_are_none_survive(self):
        def change(file):
            file["mean_x"][:3] = [np.nan, np.inf, -np.inf]
            file["density"][2, :5] = np.nan
            file["loss"][:2] = np.inf
            file.attrs["space_error_estimate"], file.attrs["space_error_estimate_undefined"] = np.nan, text("one grid alone")

        page = self.page(self.changed("none", change))
        data = data_of(page)
        mean = next(plot for plot in data["small"] if plot["title"] == "mean x")["lines"][0]["y"]
        self.assertEqual(mean[:3], ["NaN", "Infinity", "-Infinity"])
        self.assertTrue(np.isnan(rows_of(data["curves"][0]["y"])[2, :5]).all())
        self.assertEqual(data["below"]["y"][:2], ["Infinity"] * 2)
        self.assertTrue("not known: one grid alone" in page)

    def test_odd_files_have_a_page(self):
        def no_walkers(file):
            file["mc_histogram"][:] = 0
            file["mc_histogram_errors"][:] = np.nan
            file["mc_mean_x"][:] = np.nan
            file.attrs["mc_walkers"] = 0

        def one_snapshot(file):
            for name in list(file):
                if isinstance(file[name], h5py.Dataset) and file[name].maxshape[:1] == (None,):
                    file[name].resize(1, axis=0)

        for name, change in (("no_walkers", no_walkers), ("one_snapshot", one_snapshot)):
            for source in (self.one, self.two)[: 1 + (name == "one_snapshot")]:
                page = self.page(self.changed(f"{name}_{source.stem}", change, source))
                self.assertEqual(len(data_of(page)["times"]) == 1, name == "one_snapshot")
        self.assertTrue("one snapshot, " in page)
        data = data_of(self.page(self.heavy))
        tails = next(plot for plot in data["small"] if plot["title"].startswith("tails"))
        self.assertTrue(tails["xLog"] and any(line["label"].startswith("r^-2.") or line["label"].startswith("r^-1.9") for line in tails["lines"]))
        self.assertTrue(data["log"])

    def test_a_series_of_any_name_is_shown(self):
        def change(file):
            data = file.create_dataset("new_quantity", data=np.linspace(0, 1, len(file["time"])), maxshape=(None,))
            data.attrs["long_name"] = text("a new one")

        titles = [plot["title"] for plot in data_of(self.page(self.changed("new", change)))["small"]]
        self.assertIn("a new one", titles)
        self.assertEqual([t for t in titles if t.startswith(("min density", "mc ", "mass in"))], [])

    def test_black_and_empty_pictures_are_seen(self):
        """What scripts/check-viewers asks of pictures."""
        figure, axes = pyplot.subplots(figsize=(8, 5), dpi=100)
        axes.grid(True)
        black, empty, curve = (self.folder / f"{name}.png" for name in ("black", "empty", "curve"))
        imsave(black, np.zeros((500, 800)), cmap="gray")
        axes.set_xlim(0, 10)
        figure.savefig(empty)
        axes.plot(np.linspace(0, 10, 200), np.sin(np.linspace(0, 10, 200)) / 2 + 0.5)
        figure.savefig(curve)
        pyplot.close(figure)
        drawn = [pixels.is_drawn(path, (0.3, 0.2, 0.7, 0.8))[0] for path in (black, empty, curve, self.folder / "absent.png")]
        self.assertEqual(drawn, [False, False, True, False])

    def test_what_it_writes_and_refuses(self):
        self.assertEqual(pages.report(self.one), self.one.with_suffix(".html"))
        self.assertEqual(pages.report(self.one, self.folder / "other.html").read_text(encoding="utf-8"), self.page(self.one))
        for path, output, sentence in ((self.sweep, None, "a sweep has no report"), (self.sweep / "sweep.h5", None, "a sweep has no report"),
                                       (self.one, "page.png", "ends in .html"), (self.folder / "absent.h5", None, "no such file")):
            with self.assertRaisesRegex(BadFile, sentence):
                pages.write_page(path, output)
            with self.assertRaisesRegex(FokkerError, sentence):
                pages.report(path, output)


if __name__ == "__main__":
    unittest.main()
