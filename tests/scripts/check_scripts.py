#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts draw what is in the file: on small files with known contents (synthetic.py), the
curves and images in the figures are compared with the file's arrays, and the pictures and films
on disk with what was asked for.
"""
import importlib.machinery
import importlib.util
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")
HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "scripts"
sys.path[:0] = [str(SCRIPTS), str(HERE)]
sys.dont_write_bytecode = True
import synthetic  # noqa: E402
from fokker import commands, figures, films, panels, tables, tails, view  # noqa: E402
from fokker.file import BadFile, Run, View, with_uncertainty  # noqa: E402


def script(name):
    """A script without suffix as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(SCRIPTS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def png_size(path):
    head = Path(path).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


def drawn(figure, name):
    """Everything in the figure whose gid is name, or name and a snapshot: {snapshot: artist}."""
    found = {}
    for artist in figure.findobj(lambda a: a.get_gid() is not None):
        words = artist.get_gid().split()
        if words[0] == name:
            found[int(words[1]) if len(words) > 1 else None] = artist
    return found


def words_of(figure):
    """(words, box) of all that is written in a figure; a legend counts as a whole."""
    for legend in figure.findobj(matplotlib.legend.Legend):
        yield "legend", legend.get_window_extent().padded(-1)
    for axes in figure.axes:
        if not axes.axison:
            continue
        for text in (axes.title, axes._left_title, *axes.texts):
            yield text.get_text(), text.get_window_extent().padded(-0.5)
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.label.get_text(), axis.label.get_window_extent().padded(-0.5)
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                for label in (tick.label1, tick.label2):
                    if label.get_visible() and low <= tick.get_loc() <= high:
                        yield label.get_text(), label.get_window_extent().padded(-0.5)
    for text in figure.texts:
        yield text.get_text(), text.get_window_extent().padded(-0.5)


class Scripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        cls.one, cls.two = cls.folder / "one.h5", cls.folder / "two.h5"
        synthetic.write_1d(cls.one)
        synthetic.write_2d(cls.two)
        cls.heavy, cls.narrow, cls.sweep = cls.folder / "heavy.h5", cls.folder / "narrow.h5", cls.folder / "a_sweep"
        synthetic.write_at_rest(cls.heavy, lambda x: 1 / (np.pi * (1 + x**2)))
        synthetic.write_at_rest(cls.narrow, lambda x: np.exp(-x**2 / 2) / np.sqrt(2 * np.pi))
        synthetic.write_sweep(cls.sweep, {"model.parameters.T": [1e-3, 1e-2, 1e-1, 1.0], "model.interpretation": ["ito", "stratonovich", "klimontovich"]}, failed=5)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def run_script(self, name, *arguments, **environment):
        return subprocess.run([sys.executable, SCRIPTS / name, *map(str, arguments)], text=True,
                              capture_output=True, env={**os.environ, **environment}, timeout=3600)

    def refused(self, sentence, name, *arguments, **environment):
        """Exit 2, nothing on stdout, one line that holds the sentence on stderr."""
        done = self.run_script(name, *arguments, **environment)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(sentence, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    # --- The reader ---

    def test_rows_past_the_last_time_are_not_shown(self):
        cut = self.folder / "cut.h5"
        shutil.copy(self.one, cut)
        with h5py.File(cut, "a") as file:
            file["time"].resize(17, axis=0)
        with Run(cut) as run:
            self.assertEqual((run.rows, len(run.series("mass")), len(run.all_rows("density"))),
                             (17, 17, 17))
            with h5py.File(self.one) as file:
                np.testing.assert_array_equal(run.density(-1), file["density"][16])

    def test_regions_walkers_and_labels_are_found(self):
        with Run(self.one) as run:
            self.assertEqual(set(run.regions()), {"narrow", "wide"})
            self.assertEqual(set(run.regions("mc_")), {"narrow"})
            self.assertEqual((run.walkers(), run.laws(), run.law_label("law_sgd")), (["mc"], ["law_sgd"], "law of SGD"))
            self.assertEqual(run.label("x"), "w")
            self.assertEqual(run.time_text(-1), "t = 1000 steps")
            self.assertEqual(run.provenance(), "fokker 0.1.0 (0123456789ab)")

    def test_snapshots_are_picked_evenly_in_logarithmic_time(self):
        with Run(self.one) as run:
            self.assertTrue(run.log_times())
            steps = np.diff(np.log(run.time[run.pick(6)]))
            np.testing.assert_allclose(steps, steps.mean(), rtol=1e-9)
        with Run(self.two) as run:
            self.assertFalse(run.log_times())
            self.assertEqual(run.pick(3), [0, 10, 20])

    def test_bad_files_are_refused_in_one_line(self):
        (self.folder / "text.h5").write_text("no")
        with h5py.File(self.folder / "other.h5", "w") as file:
            file["y"] = 1.0
        for name, sentence in (("absent.h5", "no such file"), ("text.h5", "not an HDF5 file"),
                               ("other.h5", "not an output file of fokker"), (".", "not a file")):
            with self.assertRaisesRegex(BadFile, sentence):
                Run(self.folder / name)
        self.refused("no such file", "plot", self.folder / "absent.h5")
        self.refused("not an HDF5 file", "animate", self.folder / "text.h5", "-o", "x.gif")

    # --- Figures hold the file's arrays ---

    def test_density_curves_are_the_rows_of_the_file(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            for kind in ("overview", "density"):
                curves = drawn(figures.draw(run, kind), "density")
                curves = {k: c for k, c in curves.items() if hasattr(c, "get_ydata")}
                self.assertGreaterEqual(len(curves), 6)
                for k, curve in curves.items():
                    np.testing.assert_array_equal(curve.get_xdata(), file["x"])
                    np.testing.assert_array_equal(curve.get_ydata(), file["density"][k])
            dashed = drawn(figures.draw(run, "density"), "stationary_density")[None]
            np.testing.assert_array_equal(dashed.get_ydata(), file["stationary_density"])

    def test_space_time_image_is_the_density(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            image = drawn(figures.draw(run, "spacetime"), "density")[None]
            np.testing.assert_array_equal(np.asarray(image.get_array()).ravel(),
                                          np.maximum(file["density"][1:].T.ravel(), 0))

    def test_wide_space_time_images_keep_the_mass(self):
        with Run(self.one) as run:
            most, panels.MOST_CELLS = panels.MOST_CELLS, 40
            try:
                image = drawn(figures.draw(run, "spacetime"), "density")[None]
            finally:
                panels.MOST_CELLS = most
            mass = np.asarray(image.get_array()).reshape(40, -1).sum(0) * 6 / 40
            np.testing.assert_allclose(mass, 1, rtol=1e-9)

    def test_walkers_are_drawn_as_they_are(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            figure = figures.draw(run, "montecarlo")
            for k, steps in drawn(figure, "mc_histogram").items():
                np.testing.assert_array_equal(steps.get_data().values, file["mc_histogram"][k])
            for k, dots in drawn(figure, "mc_z_scores").items():
                np.testing.assert_array_equal(dots.get_ydata(), file["mc_z_scores"][k])

    def test_laws_are_drawn_with_their_distances(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            for kind in ("overview", "law", "montecarlo"):
                figure = figures.draw(run, kind)
                curves = drawn(figure, "law_sgd_density")
                self.assertTrue(curves)
                for k, curve in curves.items():
                    k %= run.rows
                    np.testing.assert_array_equal(curve.get_ydata(), file["law_sgd_density"][k])
                    d, e = file["law_sgd_distance_ks"][k], file["law_sgd_distance_ks_errors"][k]
                    if d > 1e-4:  # as many digits as the error has, with one of its own
                        places = -int(np.floor(np.log10(e)))
                        self.assertIn(f"KS distance to the law of SGD {d:.{places}f} ± {e:.{places}f}",
                                      curve.axes.get_title() + curve.axes.get_xlabel())
                self.assertEqual(drawn(figure, "law_sgd_verdict")[None].get_text(), "density and the law of SGD differ")
            differences = drawn(figures.draw(run, "law"), "density_difference")
            self.assertEqual(len(differences), 3)
            for k, curve in differences.items():  # the largest is the KS distance
                self.assertAlmostEqual(abs(curve.get_ydata()).max(), file["law_sgd_distance_ks"][k], 12)
            for kind, name in (("moments", "law_sgd_mean_x"), ("regions", "law_sgd_mass_in_narrow")):
                np.testing.assert_array_equal(drawn(figures.draw(run, kind), name)[None].get_ydata(), file[name])
        with Run(self.two) as run, h5py.File(self.two) as file:
            for k, image in drawn(figures.draw(run, "law"), "law_sgd_difference").items():
                p, law = file["density"][k], file["law_sgd_density"][k]
                np.testing.assert_allclose(np.asarray(image.get_array()).ravel(), ((law - p) / p.max()).ravel(), atol=1e-15)

    def test_a_distance_has_the_digits_of_its_uncertainty(self):
        for value, error, text in ((0.0599171, 3e-4, "0.0599 ± 0.0003"), (0.05, 0.0, "0.05"), (0.0696, float("nan"), "0.07 ± ?"), (0.0, 1.0, "0")):
            self.assertEqual(with_uncertainty(value, error), text)

    def test_legends_lie_over_nothing_else(self):
        """No legend's box meets a curve's axes, another legend or a title, in the figures of a law."""
        for kind in ("overview", "law", "montecarlo"):
            with Run(self.one) as run, matplotlib.rc_context(figures.STYLE):
                figure = figures.draw(run, kind)
                figure.canvas.draw()
                above = [axes.get_legend() for axes in figure.axes if axes.get_legend() and axes.get_legend()._loc != 0]
                legends = [legend.get_window_extent() for legend in above + figure.legends]
                self.assertTrue(legends)
                boxes = [axes.get_window_extent().padded(-1) for axes in figure.axes]
                boxes += [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
                boxes += [axes.xaxis.label.get_window_extent() for axes in figure.axes if axes.get_xlabel()]
                boxes += [t.get_window_extent() for t in figure.texts if t.get_text()]
                for k, legend in enumerate(legends):
                    for box in boxes + legends[:k]:
                        self.assertFalse(legend.overlaps(box), f"{kind}: {legend} meets {box}")
                texts = [t.get_window_extent() for t in figure.texts if t.get_text()]
                for k, box in enumerate(texts):
                    self.assertFalse(any(box.overlaps(other) for other in texts[:k]), kind)

    def test_moments_and_regions_are_the_series(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            mean = drawn(figures.draw(run, "moments"), "mean_x")[None]
            np.testing.assert_array_equal(mean.get_ydata(), file["mean_x"])
            self.assertEqual(mean.axes.get_xscale(), "log")
            narrow = drawn(figures.draw(run, "regions"), "mass_in_narrow")[None]
            np.testing.assert_array_equal(narrow.get_ydata(), file["mass_in_narrow"])

    def test_planes_are_the_rows_scaled_to_one(self):
        with Run(self.two) as run, h5py.File(self.two) as file:
            figure = figures.draw(run, "current")
            images = drawn(figure, "density")
            self.assertEqual(len(images), 6)
            for k, image in images.items():
                p = file["density"][k]
                np.testing.assert_allclose(np.asarray(image.get_array()).ravel(),
                                           (p / p.max()).ravel(), rtol=1e-15)
            arrows = drawn(figure, "flux")[20]
            jx = (file["flux_x"][20, :, 1:] + file["flux_x"][20, :, :-1]) / 2
            self.assertTrue(np.isin(arrows.U[~arrows.Umask], jx).all())
            self.assertGreater(np.sum(~arrows.Umask), 20)

    def test_escape_and_modes_are_the_arrays(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            figure = figures.draw(run, "escape")
            tau = drawn(figure, "escape_time")[None].get_ydata()
            np.testing.assert_array_equal(tau[file["escape_time"][:] > 0],
                                          file["escape_time"][:][file["escape_time"][:] > 0])
            for name in ("survival", "exit_density"):
                np.testing.assert_array_equal(drawn(figure, name)[None].get_ydata(), file[name])
            figure = figures.draw(run, "modes")
            np.testing.assert_array_equal(drawn(figure, "mode_rate")[None].get_ydata(), file["mode_rate"])
            for k, curve in drawn(figure, "mode_left").items():
                left = file["mode_left"][k]
                np.testing.assert_allclose(curve.get_ydata(), left / abs(left).max(), rtol=1e-15)
        with Run(self.two) as run, h5py.File(self.two) as file:
            image = np.asarray(drawn(figures.draw(run, "escape"), "escape_time_log10")[None].get_array())
            np.testing.assert_array_equal(image.ravel(), file["escape_time_log10"][:].ravel())
            dots = drawn(figures.draw(run, "escape"), "exit_face_probability")[None]
            np.testing.assert_array_equal(dots.get_offsets()[:, 1], file["exit_face_y"])
            for k, image in drawn(figures.draw(run, "modes"), "mode_left").items():
                left = file["mode_left"][k]
                np.testing.assert_allclose(np.asarray(image.get_array()).ravel(),
                                           (left / abs(left).max()).ravel(), rtol=1e-15)

    # --- Files ---

    def test_every_figure_is_written_at_its_size(self):
        for source in (self.one, self.two):
            with Run(source) as run:
                for kind in figures.figures_of(run):
                    picture = self.folder / f"{kind}.png"
                    figure = figures.draw(run, kind)
                    self.assertEqual(commands.save({kind: figure}, picture), [picture])
                    size = tuple(figure.get_size_inches() * 200)
                    np.testing.assert_allclose(png_size(picture), size, atol=1)
                    figures.plt.close(figure)

    def test_plot_writes_beside_the_file_or_where_told(self):
        done = self.run_script("plot", self.one)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        np.testing.assert_allclose(png_size(self.folder / "one.png"), (2200, 1640), atol=1)
        pages = self.folder / "all.pdf"
        done = self.run_script("plot", self.two, "--kind", "all", "-o", pages)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(pages.read_bytes()[:5], b"%PDF-")

    def test_plot_says_what_it_cannot_do(self):
        self.refused("this file allows: all, overview", "plot", self.two, "--kind", "montecarlo")
        self.refused("a picture ends in", "plot", self.one, "-o", "one.bmp")
        self.refused("no display", "plot", self.one, "--show", DISPLAY="", WAYLAND_DISPLAY="")
        done = self.run_script("plot", self.one, "-o", self.folder / "no" / "one.png")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)

    def test_animate_shows_every_snapshot(self):
        from PIL import Image
        for source in (self.one, self.two):
            gif = source.with_suffix(".gif")
            done = self.run_script("animate", source, "-o", gif, "--frames", 8)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            with Image.open(gif) as film:
                self.assertEqual(film.n_frames, 8)
        self.refused("needs ffmpeg", "animate", self.one, PATH="/nowhere")

    # --- What is seen ---

    def test_windows_hold_the_mass(self):
        """At least 99.9 % of the mass of every snapshot is in the window, whose ends are not farther than they need be."""
        for source, coordinates in ((self.one, "x"), (self.two, "xy")):
            with Run(source) as run:
                for c in coordinates:
                    (low, high), at = view.window(run, c), getattr(run, c)
                    mass = np.array([view.marginal_mass(run, run.density(k), c) for k in range(run.rows)])
                    inside = mass[:, (at > low) & (at < high)].sum(axis=1)
                    self.assertTrue(np.all(inside >= 0.999 * mass.sum(axis=1)))
        with Run(self.narrow) as run:
            low, high = view.window(run)  # a normal law of width 1 in a box of 200: 3.29 to either side, and the margin
            self.assertTrue(-4.6 < low < -3.2 and 3.2 < high < 4.6, (low, high))
            for kind in ("overview", "density", "spacetime", "moments"):
                figures.plt.close(figures.draw(run, kind))
            axes = drawn(figures.draw(run, "density"), "density")[0].axes
            self.assertEqual(axes.get_xlim(), (low, high))
            axes = drawn(figures.draw(run, "density", View(xlim=(-2, 1), ylim=(0.1, 0.3))), "density")[0].axes
            self.assertEqual((axes.get_xlim(), axes.get_ylim()), ((-2, 1), (0.1, 0.3)))

    def test_scales_and_times_are_those_asked_for(self):
        with Run(self.one) as run:
            for scale in ("log", "symlog", None):
                axes = drawn(figures.draw(run, "density", View(scale=scale)), "density")[run.rows - 1].axes
                self.assertEqual(axes.get_yscale(), scale or "linear")
            curves = drawn(figures.draw(run, "density", View(at=(1.05, 900))), "density")
            self.assertEqual(sorted(curves), sorted({run.nearest(1.05), run.nearest(900)}))
            with self.assertRaisesRegex(BadFile, "no snapshot at 2000"):
                figures.draw(run, "density", View(at=(2000,)))
        with Run(self.two) as run:
            figure = figures.draw(run, "density", View(xlim=(-0.5, 0.5), ylim=(-0.25, 0.5), scale="log"))
            image = drawn(figure, "density")[0]
            self.assertEqual((image.axes.get_xlim(), image.axes.get_ylim()), ((-0.5, 0.5), (-0.25, 0.5)))
            self.assertIsInstance(image.norm, matplotlib.colors.LogNorm)

    def test_no_words_lie_over_others(self):
        for source in (self.one, self.two, self.heavy, self.narrow):
            with Run(source) as run:
                for kind in figures.figures_of(run):
                    figure = figures.draw(run, kind)
                    self.words_apart(figure, f"{source.name} {kind}")
                    figures.plt.close(figure)
        with tables.Sweep(self.sweep) as sweep:
            self.words_apart(tables.draw_sweep(sweep), "sweep")

    def words_apart(self, figure, name):
        with matplotlib.rc_context(figures.STYLE):
            figure.canvas.draw()
        boxes = [(text, box) for text, box in words_of(figure) if text.strip()]
        self.assertGreater(len(boxes), 5)
        for k, (text, box) in enumerate(boxes):
            self.assertTrue(figure.bbox.padded(2).containsx(box.x0) and figure.bbox.padded(2).containsx(box.x1), f"{name}: '{text}' is cut")
            for other, around in boxes[:k]:
                self.assertFalse(box.overlaps(around), f"{name}: '{text}' lies over '{other}'")

    def test_a_panel_that_would_show_a_constant_is_left_out(self):
        with Run(self.narrow) as run:  # at rest, in a flat potential, without a stationary density
            self.assertEqual(figures.figures_of(run), ["overview", "density", "spacetime"])
            figure = figures.draw(run, "overview")
            for name in ("potential", "mass", "mean_x", "mass_in_all"):
                self.assertEqual(drawn(figure, name), {})

    def test_the_overview_of_an_escape_has_its_survival(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            curve = drawn(figures.draw(run, "overview"), "survival")[None]
            np.testing.assert_array_equal(curve.get_ydata(), file["survival"][:][file["exit_time"][:] > 0])

    def test_a_potential_is_that_of_a_stationary_state(self):
        path = self.folder / "potential.h5"
        shutil.copy(self.one, path)
        with h5py.File(path, "a") as file:
            file.move("loss", "potential")
        with Run(path) as run:
            self.assertEqual(panels.potential_name(run), "potential")
        with h5py.File(path, "a") as file:
            del file["stationary_density"]
        with Run(path) as run:
            self.assertIsNone(panels.potential_name(run))
            self.assertEqual(drawn(figures.draw(run, "overview"), "potential"), {})

    def test_verdicts_stand_below(self):
        path = self.folder / "verdicts.h5"
        shutil.copy(self.one, path)
        with h5py.File(path, "a") as file:
            for name, value in (("status", "inaccurate"), ("remark_1", "note: no"), ("remark_2", "warning: the cells are too wide"),
                                ("mc_kind", "sgd"), ("mc_verdict_sentence", "agree (3 of 3 snapshots)")):
                file.attrs[name] = synthetic.text(value)
        with Run(path) as run:
            figure = figures.draw(run, "overview")
            for name, words in (("status", "inaccurate: the cells are too wide"), ("law_sgd", "density and the law of SGD differ"),
                                ("mc", "density and walkers (SGD): agree (3 of 3 snapshots)")):
                self.assertEqual(drawn(figure, f"{name}_verdict")[None].get_text().replace("\n", " "), words)

    def test_exponents_of_tails_are_fitted(self):
        with Run(self.heavy) as run:  # p = 1 / (pi (1 + x^2)): exponent 2
            fits = tails.fitted_tails(run)
            self.assertEqual(sorted(fits), [-1, 1])
            for exponent, *_ in fits.values():
                self.assertAlmostEqual(exponent, 2, delta=0.02)
            self.assertIn("tails", figures.figures_of(run))
            line = drawn(figures.draw(run, "tails"), "fitted_tail_right")[None]
            r, p = line.get_data()
            np.testing.assert_allclose(-np.diff(np.log(p)) / np.diff(np.log(r)), fits[1][0], rtol=1e-12)
            self.assertIn(f"{fits[1][0]:.2f}", line.get_label())
        for source in (self.one, self.narrow, self.two):
            with Run(source) as run:
                self.assertEqual(tails.fitted_tails(run), {})

    # --- Sweeps ---

    def test_heat_maps_are_the_table(self):
        with tables.Sweep(self.sweep) as sweep, h5py.File(self.sweep / "sweep.h5") as file:
            self.assertEqual((sweep.keys, sweep.shape), (["model.parameters.T", "model.interpretation"], (4, 3)))
            image = drawn(tables.draw_sweep(sweep, ["mean_x"]), "column_mean_x")[None]
            shown = np.ma.filled(image.get_array().astype(float), np.nan).reshape(3, 4)
            for k in range(12):
                i = [*sweep.values(sweep.keys[0])].index(file["model.parameters.T"][k])
                j = [*sweep.values(sweep.keys[1])].index(file["model.interpretation"][k].decode())
                np.testing.assert_equal(shown[j, i], file["mean_x"][k])
            self.assertTrue(np.isnan(shown).any())  # the point that failed
            self.assertEqual(sweep.shown(6), ["mean_x"])  # a constant column says nothing
            self.assertIn("1 of 12 points failed", drawn(tables.draw_sweep(sweep), "status_verdict")[None].get_text())
            with self.assertRaisesRegex(BadFile, "has no column 'mean_y'; .*mean_x"):
                tables.draw_sweep(sweep, ["mean_y"])

    def test_one_key_is_a_curve(self):
        folder = self.folder / "one_key"
        synthetic.write_sweep(folder, {"model.learning_rate": [0.01, 0.02, 0.1]})
        with tables.Sweep(folder) as sweep, h5py.File(folder / "sweep.h5") as file:
            curve = drawn(tables.draw_sweep(sweep, ["mean_x"]), "column_mean_x")[None]
            np.testing.assert_array_equal(curve.get_xydata(), np.transpose([file["model.learning_rate"], file["mean_x"]]))

    def test_three_keys_are_a_heat_map_for_each_value_of_the_third(self):
        folder = self.folder / "three_keys"
        synthetic.write_sweep(folder, {"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0], "c": ["p", "q"]})
        with tables.Sweep(folder) as sweep:
            figure = tables.draw_sweep(sweep, ["mean_x"])
            titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
            self.assertEqual(titles, ["mean_x, c = p", "mean_x, c = q"])

    def test_plot_draws_a_sweep_by_its_folder(self):
        done = self.run_script("plot", self.sweep, "--column", "mean_x")
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.sweep / 'sweep.png'}\n"), done.stderr)
        self.refused("has no column", "plot", self.sweep, "--column", "no")
        self.refused("no --at and no --kind", "plot", self.sweep, "--at", 1)
        self.refused("belongs to the table of a sweep", "plot", self.one, "--column", "mean_x")
        self.refused("first must be below", "plot", self.one, "--xlim", 1, -1)

    # --- The commands of the program ---

    def test_the_program_starts_them(self):
        program = os.environ.get("FOKKER")
        if not program:
            self.skipTest("FOKKER names no program")
        call = lambda *words, path=SCRIPTS: subprocess.run(  # noqa: E731
            [program, *map(str, words)], capture_output=True, text=True, cwd=self.folder, env={**os.environ, "PYTHONPATH": str(path)})
        done = call("plot", "one.h5", "--kind", "density", "-o", "started.png")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "started.png\n", ""))
        done = call("animate", "one.h5", "--frames", 2, "-o", "started.gif")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "started.gif\n", ""))
        self.assertEqual(call("plot", "absent.h5").returncode, 2)
        (self.folder / "without").mkdir()
        (self.folder / "without" / "h5py.py").write_text("raise ImportError('no h5py here')")
        done = call("plot", "one.h5", path=f"{self.folder / 'without'}:{SCRIPTS}")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "fokker plot: needs the Python package fokker with h5py, numpy and matplotlib (no h5py here)\n")
        for name in ("plot", "animate"):  # their help needs no Python
            done = call(name, "--help", path=self.folder / "without")
            self.assertTrue(done.returncode == 0 and f"fokker {name}" in done.stdout and "--xlim" in done.stdout)
            self.assertEqual(call(name).returncode, 2)

    # --- Films ---

    def test_films_show_the_window(self):
        with Run(self.narrow) as run, matplotlib.rc_context(figures.STYLE):
            figure, show = films.film_1d(run, [0, 5])
            show(5)
            self.assertEqual(drawn(figure, "density")[None].axes.get_xlim(), view.window(run))
            np.testing.assert_array_equal(drawn(figure, "density")[None].get_ydata(), run.density(5))

    def test_a_gif_of_a_plane_has_its_colours(self):
        """Of the colours of a frame none is farther from the drawn one, over 16 pixels, than 3 of 255 steps."""
        from PIL import Image
        with Run(self.two) as run, matplotlib.rc_context({**figures.STYLE, "figure.dpi": films.DPI}):
            figure, show = films.film_2d(run, [20])
            writer = films.GifWriter(fps=10)
            with writer.saving(figure, str(self.folder / "plane.gif"), dpi=films.DPI):
                show(20)
                writer.grab_frame()
            drawn_frame = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)
        with Image.open(self.folder / "plane.gif") as gif:
            frame = np.asarray(gif.convert("RGB")).astype(float)
        n, m = (side // 16 * 16 for side in frame.shape[:2])
        mean = lambda a: a[:n, :m].reshape(n // 16, 16, m // 16, 16, 3).mean((1, 3))  # noqa: E731
        self.assertLess(abs(mean(frame) - mean(drawn_frame)).max(), 3)
        self.assertTrue((frame[0, 0] == 255).all())


if __name__ == "__main__":
    unittest.main()
