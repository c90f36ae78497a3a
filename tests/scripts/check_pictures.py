#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user sees in the pictures: the window of the mass, words that lie over no others, no panel of a constant, the
verdicts, tails, sweeps, films; and the program's commands that start them."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import h5py
import matplotlib
import numpy as np
from on_files import SCRIPTS, OnFiles, drawn, words_of  # first: it tells where the package is
import synthetic
from fokker import figures, films, panels, tables, tails, view
from fokker.file import BadFile, Run, View


class Pictures(OnFiles):
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
        slow = self.folder / "slow.h5"  # rates that a common factor would stand above
        shutil.copy(self.one, slow)
        with h5py.File(slow, "a") as file:
            file["exit_density"][:] *= 1e-6
        for source in (self.one, self.two, self.heavy, self.narrow, slow):
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

    def test_a_title_is_no_formula_and_is_not_cut(self):
        path = self.folder / "dollars.h5"
        for source in (self.one, self.two, self.sweep / "sweep.h5"):
            for title in ("of $5 and $\\frac{1$ _ ^", "<b> & " + "word " * 100, "w" * 300):
                shutil.copy(source, path)
                with h5py.File(path, "a") as file:
                    file.attrs["title"] = synthetic.text(title)
                    if "time" in file:
                        file["time"].attrs["long_name"] = synthetic.text("time ($ / $\\frac)")
                if tables.is_sweep(path):
                    with tables.Sweep(path) as sweep:
                        figure = tables.draw_sweep(sweep)
                else:
                    with Run(path) as run:
                        figure = figures.draw(run, "overview")
                self.words_apart(figure, title[:10])
                self.assertEqual(figure._suptitle.get_text()[:10], title[:10])
                box = figure._suptitle.get_window_extent()
                self.assertTrue(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, f"{title[:10]} is cut {box}")
                figures.plt.close(figure)

    def test_letters_that_no_font_has(self):
        path = self.folder / "letters.h5"
        shutil.copy(self.one, path)
        with h5py.File(path, "a") as file:
            file.attrs["title"] = synthetic.text("\U00013000\U00013001 and \U00013000")  # Egyptian ones
        done = self.run_script("plot", path, "--kind", "density")
        self.assertEqual((done.returncode, done.stdout), (0, f"{path.with_suffix('.png')}\n"))
        self.assertRegex(done.stderr, "^fokker plot: note: no font that matplotlib knows has \U00013000 \U00013001; for Chinese, [^\n]*\n$")

    def test_small_probabilities_are_seen(self):
        path = self.folder / "small.h5"
        shutil.copy(self.one, path)
        with h5py.File(path, "a") as file:
            for name in [n for n in file if "mass_in_" in n]:
                file[name][:] = 0.004 + 1e-6 * np.arange(len(file[name]))
        with Run(path) as run:
            for artist in drawn(figures.draw(run, "regions"), f"mass_in_{next(iter(run.regions()))}").values():
                self.assertLess(np.ptp(artist.axes.get_ylim()), 0.1)  # with the bars of the walkers
        with Run(self.one) as run:
            curve = drawn(figures.draw(run, "regions"), f"mass_in_{next(iter(run.regions()))}")[None]
            self.assertEqual(curve.axes.get_ylim(), (-0.03, 1.03))

    def test_a_window_beside_the_grid_is_refused(self):
        for source, options, sentence in ((self.one, ("--xlim", 1000, 1001), "--xlim 1000 1001: the grid of "),
                                          (self.two, ("--ylim", 1000, 1001), "--ylim 1000 1001: the grid of ")):
            for name in ("plot", "report"):
                self.refused(sentence, name, source, *options)
        self.refused("--xlim 1000 1001: the grid of ", "animate", self.one, "--xlim", 1000, 1001, "-o", self.folder / "no.gif")

    def test_a_truncated_file_is_said_to_be_one(self):
        whole, part = self.one.read_bytes(), self.folder / "part.h5"
        for size in (50, 100, 2000, len(whole) // 2, len(whole) - 1):
            part.write_bytes(whole[:size])
            with self.assertRaisesRegex(BadFile, "part.h5: truncated: it has "):
                Run(part)
        for name in ("plot", "animate", "report"):
            self.refused("part.h5: truncated: it has ", name, part)
        (self.folder / "cut").mkdir()
        (self.folder / "cut" / "sweep.h5").write_bytes((self.sweep / "sweep.h5").read_bytes()[:3000])
        for name in ("plot", "animate", "report"):
            self.refused("truncated file", name, self.folder / "cut")
            self.refused("a folder without the table of a sweep", name, self.folder / "cut" / "..")
        self.refused("a sweep has no film; ", "animate", self.sweep)
        part.write_bytes(whole[:2000] + bytes(len(whole) - 2000))
        self.refused("part.h5: damaged: ", "plot", part)

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

    def test_what_differs_by_rounding_is_not_drawn(self):
        folder = self.folder / "rounding"
        synthetic.write_sweep(folder, {"model.interpretation": ["ito", "klimontovich"]})
        with h5py.File(folder / "sweep.h5", "a") as file:
            file["mean_x"][:] = 1
            file["stationary_entropy_production"] = [1e-44, 2e-44]
            file["stationary_current"] = [1e-16, 2e-16]
        self.refused("no result differs from point to point; a --column that does: stationary_current, stationary_entropy_production", "plot", folder)
        with h5py.File(folder / "sweep.h5", "a") as file:
            file["stationary_current"][:] = [0.1, 0.2]
        with tables.Sweep(folder) as sweep:
            self.assertEqual(sweep.shown(6), ["stationary_entropy_production"])

    def test_one_key_is_a_curve(self):
        folder = self.folder / "one_key"
        synthetic.write_sweep(folder, {"model.learning_rate": [0.01, 0.02, 0.1]})
        with tables.Sweep(folder) as sweep, h5py.File(folder / "sweep.h5") as file:
            curve = drawn(tables.draw_sweep(sweep, ["mean_x"]), "column_mean_x")[None]
            np.testing.assert_array_equal(curve.get_xydata(), np.transpose([file["model.learning_rate"], file["mean_x"]]))
            self.assertEqual([tick.get_text() for tick in curve.axes.get_xticklabels()], ["0.01", "0.02", "0.1"])
        with h5py.File(folder / "sweep.h5", "a") as file:  # walkers and the law stand beside the density, not in panels of their own
            file["mc_mean_x"], file["mc_mean_x_errors"] = file["mean_x"][...] + 0.1, np.full(3, 0.05)
            file["law_sgd_mean_x"] = file["mean_x"][...] - 0.1
        with tables.Sweep(folder) as sweep, h5py.File(folder / "sweep.h5") as file:
            self.assertEqual(sweep.shown(6), ["mean_x"])
            law = drawn(tables.draw_sweep(sweep), "column_law_sgd_mean_x")[None]
            np.testing.assert_array_equal(law.get_ydata(), file["law_sgd_mean_x"])
            self.assertEqual({text.get_text() for text in law.axes.get_legend().get_texts()}, {"density", "walkers ± 2 s.e.", "law of SGD"})

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
        done = call("report", "one.h5")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "one.html\n", ""))
        self.assertEqual(call("plot", "absent.h5").returncode, 2)
        if Path(program).parts[-3:] == ("solver", "cli", "fokker"):  # in its build folder: the package of its sources
            done = call("plot", "one.h5", "--kind", "density", "-o", "sources.png", path=self.folder)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "sources.png\n", ""))
        (self.folder / "without").mkdir()
        (self.folder / "without" / "h5py.py").write_text("raise ImportError('no h5py here')")
        done = call("plot", "one.h5", path=f"{self.folder / 'without'}:{SCRIPTS}")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "fokker plot: needs the Python package fokker with h5py, numpy and matplotlib "
                                      "(no h5py here); Debian package python3-fokker\n")
        for name in ("plot", "animate", "report"):  # their help needs no Python
            done = call(name, "--help", path=self.folder / "without")
            self.assertTrue(done.returncode == 0 and f"fokker {name}" in done.stdout and "--xlim" in done.stdout)
            taken = subprocess.run([SCRIPTS / name, "--help"], capture_output=True, text=True).stdout
            options = set(re.findall("--[a-z]+", taken.partition("options:")[2])) - {"--help"}
            self.assertEqual(options, set(re.findall("--[a-z]+", done.stdout)))
            for kind in figures.FIGURES if name == "plot" else ():
                self.assertIn(kind, done.stdout)
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
